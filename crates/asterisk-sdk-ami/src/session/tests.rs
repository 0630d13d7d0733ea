//! Whose a message is, and when an action is over.

use std::time::Duration;

use super::*;

const LIMITS: ListLimits = ListLimits { items: 10, bytes: 10_000 };

fn message(text: &'static str) -> Message {
    Message::parse(text.into()).unwrap()
}

/// A session with one action in flight, which is written from byte 100 on.
fn session(expect: Expect, deadline: Instant) -> Session<&'static str> {
    let mut session = Session::new(LIMITS);
    session.begin("7".into(), expect, deadline, 100, Items::Collect, "ticket").unwrap();
    session
}

fn done(received: Received<&'static str>) -> Reply {
    match received {
        Received::Done { ticket: "ticket", outcome: Ok(reply), .. } => reply,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_written_before_the_end_decides_the_delivery() {
    for (written, delivery) in
        [(0, Delivery::NotSent), (100, Delivery::NotSent), (101, Delivery::Unknown)]
    {
        let mut session = session(Expect::Response, Instant::now());
        let expected = Some(("ticket", Failure::Disconnected(delivery)));
        assert_eq!(session.disconnect(written), expected);
        assert_eq!(session.disconnect(written), None);
    }
}

#[tokio::test]
async fn what_ran_out_of_time_may_still_be_written() {
    let now = Instant::now();
    let later = now + Duration::from_secs(1);
    let mut session = session(Expect::Response, later);
    assert_eq!(session.next_deadline(), Some(later));
    assert_eq!(session.expire(now), None);
    assert_eq!(session.expire(later), Some(("ticket", Failure::TimedOut(Delivery::Unknown))));
    assert_eq!(session.expire(later), None);
    assert_eq!((session.len(), session.next_deadline()), (0, None));
}

#[tokio::test]
async fn a_response_to_another_action_is_an_orphan() {
    let mut session = session(Expect::Response, Instant::now());
    for text in ["Response: Success\r\nActionID: 8\r\n", "Response: Error\r\n"] {
        assert!(matches!(session.receive(message(text)), Received::Orphan(_)));
    }
    let reply = done(session.receive(message("Response: Success\r\nActionID: 7\r\n")));
    assert!(reply.items.is_empty());
}

#[tokio::test]
async fn an_event_with_our_id_is_no_answer() {
    let mut session = session(Expect::Response, Instant::now());
    let event = message("Event: UserEvent\r\nActionID: 7\r\nResponse: Success\r\n");
    assert!(matches!(session.receive(event), Received::Event(_)));
    assert_eq!(session.len(), 1);
}

#[tokio::test]
async fn a_list_takes_its_own_items_only() {
    let mut session = session(Expect::Response, Instant::now());
    let start = message("Response: Success\r\nActionID: 7\r\nEventList: Start\r\n");
    assert!(matches!(session.receive(start), Received::Absorbed));
    let item = message("Event: DeviceStateChange\r\nActionID: 7\r\n");
    assert!(matches!(session.receive(item), Received::Absorbed));
    for live in [
        "Event: DeviceStateChange\r\nPrivilege: call,all\r\n",
        "Event: DeviceStateChange\r\nActionID: 8\r\n",
        "Event: UserEvent\r\nActionID: 7\r\nEventList: Complete\r\n",
    ] {
        assert!(matches!(session.receive(message(live)), Received::Event(_)), "{live}");
    }
    let end = message("Event: AnyName\r\nActionID: 7\r\nEventList: Cancelled\r\n");
    let reply = done(session.receive(end));
    assert_eq!(reply.items.len(), 1);
    assert!(reply.complete.is_some());
}

#[tokio::test]
async fn a_list_in_batches_is_handed_on_as_it_comes_and_counted_whole() {
    let (sender, mut batches) = mpsc::unbounded_channel();
    let mut session = Session::new(LIMITS);
    let deadline = Instant::now();
    session
        .begin("7".into(), Expect::Response, deadline, 0, Items::Batches(sender), "ticket")
        .unwrap();
    let start = message("Response: Success\r\nActionID: 7\r\nEventList: Start\r\n");
    assert!(matches!(session.receive(start), Received::Absorbed));
    assert!(!session.hand_on(), "there is none yet");
    let item = || message("Event: CoreShowChannel\r\nActionID: 7\r\n");
    for expected in [4, 6] {
        for _ in 0..expected {
            assert!(matches!(session.receive(item()), Received::Absorbed));
        }
        assert!(session.hand_on());
        assert_eq!(batches.try_recv().unwrap().len(), expected);
    }
    // The eleventh is one too many, although ten are gone.
    match session.receive(item()) {
        Received::Done { outcome: Err(Failure::TooManyItems(10)), .. } => {}
        other => panic!("{other:?}"),
    }
    assert!(matches!(session.receive(item()), Received::Absorbed));
    assert!(!session.hand_on(), "the rest is nobody's");
    assert!(batches.try_recv().is_err());
}

#[tokio::test]
async fn an_awaited_event_comes_after_its_response() {
    let mut session = session(Expect::Event("OriginateResponse"), Instant::now());
    let event = || message("Event: OriginateResponse\r\nActionID: 7\r\nResponse: Failure\r\n");
    assert!(matches!(session.receive(event()), Received::Event(_)), "somebody else's");
    let response = message("Response: Success\r\nActionID: 7\r\n");
    assert!(matches!(session.receive(response), Received::Absorbed));
    let user_event = message("Event: UserEvent\r\nActionID: 7\r\n");
    assert!(matches!(session.receive(user_event), Received::Event(_)));
    let received = session.receive(event());
    assert!(matches!(received, Received::Done { event: Some(_), .. }), "others see it as well");
    assert!(done(received).complete.is_some());
}

#[tokio::test]
async fn an_awaited_event_does_not_follow_an_error() {
    let mut session = session(Expect::Event("OriginateResponse"), Instant::now());
    let refused = message("Response: Error\r\nActionID: 7\r\nMessage: Invalid channel\r\n");
    assert!(done(session.receive(refused)).response.is_error());
    assert_eq!(session.len(), 0);
}

#[tokio::test]
async fn deadlines_in_any_order() {
    let now = Instant::now();
    let at = |seconds| now + Duration::from_secs(seconds);
    let mut session = Session::new(LIMITS);
    for (from, (id, seconds)) in
        [("a", 9), ("b", 3), ("c", 9), ("d", 6), ("e", 3)].iter().enumerate()
    {
        let from = 10 * from as u64;
        session
            .begin((*id).into(), Expect::Response, at(*seconds), from, Items::Collect, *id)
            .unwrap();
    }
    assert_eq!((session.next_deadline(), session.last_deadline()), (Some(at(3)), Some(at(9))));
    // From the middle, which changes neither end.
    let answer = Message::parse("Response: Success\r\nActionID: d\r\n".into()).unwrap();
    assert!(matches!(session.receive(answer), Received::Done { ticket: "d", .. }));
    let expired = std::iter::from_fn(|| Some(session.expire(at(3))?.0)).collect::<Vec<_>>();
    assert_eq!(expired, ["b", "e"]);
    assert_eq!((session.len(), session.next_deadline()), (2, Some(at(9))));
    // An id is free again once it has expired, but not before.
    let again = |session: &mut Session<_>, id: &'static str| {
        session.begin(id.into(), Expect::Response, at(1), 100, Items::Collect, id)
    };
    assert_eq!(again(&mut session, "b"), Ok(()));
    assert_eq!(again(&mut session, "a"), Err(("a", Failure::IdInUse("a".into()))));
    assert_eq!(session.next_deadline(), Some(at(1)));
    let mut rest: Vec<_> = std::iter::from_fn(|| Some(session.disconnect(0)?.0)).collect();
    rest.sort_unstable();
    assert_eq!(rest, ["a", "b", "c"]);
    assert_eq!((session.len(), session.next_deadline()), (0, None));
}
