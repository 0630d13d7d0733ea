//! Which events a session gets: by the mask of its login and of `Events`, and by filters.

use asterisk_sdk::ami::action::{Custom, Setvar, UserEvent};
use asterisk_sdk::ami::{Event, EventStream, Manager};
use harness::soon;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::scene::{Side, same};
use crate::calls::{has, wait_for};

/// A session of the test's own, whose login and filters are nobody else's.
struct Session(BufReader<TcpStream>);

impl Session {
    async fn open(side: &Side) -> Self {
        let stream = TcpStream::connect(side.ami().0).await.expect("it listens");
        let mut session = Self(BufReader::new(stream));
        session.line().await;
        session
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        soon(self.0.read_line(&mut line)).await.expect("a line");
        line.trim_end().to_owned()
    }

    /// Sends an action; the messages up to its answer, that being the last.
    async fn ask(&mut self, action: &str) -> Vec<String> {
        let action = format!("{action}\r\nActionID: asked\r\n\r\n").replace('|', "\r\n");
        self.0.get_mut().write_all(action.as_bytes()).await.expect("it is sent");
        let mut messages = Vec::new();
        loop {
            let mut lines = Vec::new();
            loop {
                match self.line().await {
                    line if line.is_empty() => break,
                    line => lines.push(line),
                }
            }
            let answer = lines.iter().any(|line| line == "ActionID: asked");
            let of_one = ["ActionID", "Uptime", "LastReload", "Timestamp"];
            lines.retain(|line| !of_one.iter().any(|name| line.starts_with(name)));
            let message = lines.join(" | ");
            // The real server says who logs in, and when test suites shall go on.
            let apart = ["Event: SuccessfulAuth", "Event: TestEvent"];
            if !apart.iter().any(|known| message.starts_with(known)) {
                messages.push(message);
            }
            if answer {
                return messages;
            }
        }
    }

    async fn login(&mut self, side: &Side, more: &str) -> Vec<String> {
        let (_, user, secret) = side.ami();
        self.ask(&format!("Action: Login|Username: {user}|Secret: {secret}{more}")).await
    }

    /// All that has come to it: behind the second answer nothing is held back any more.
    async fn told(&mut self) -> Vec<String> {
        let mut messages = self.ask("Action: Ping").await;
        messages.extend(self.ask("Action: Ping").await);
        messages.retain(|message| message.starts_with("Event: "));
        messages
    }
}

/// Makes events of three classes, and waits until they are told.
async fn happen(manager: &Manager, events: &mut EventStream<Event>) {
    for name in ["Alpha", "Beta"] {
        let event = UserEvent::new(name).header("Colour", "red");
        manager.send(event).await.expect("it is sent");
        wait_for(events, |event| event.name() == "UserEvent").await;
    }
    manager.send(Setvar::new("TRUTH", "1")).await.expect("it is set");
    wait_for(events, |event| event.name() == "VarSet").await;
    for state in ["INUSE", "NOT_INUSE"] {
        let set = Custom::new("Setvar").header("Variable", "DEVICE_STATE(Custom:truth)");
        manager.send(set.header("Value", state)).await.expect("it is set");
        wait_for(events, |event| event.name() == "DeviceStateChange" && has(event, "State", state))
            .await;
    }
}

/// What sessions are told on both servers, each behind a login with `more` and these actions.
async fn on_both(scenario: &str, sessions: &[(&str, &[&str])]) {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        let manager = side.manager().await;
        let mut events = manager.events().all();
        let mut lines = Vec::new();
        let mut open = Vec::new();
        for (more, actions) in sessions {
            let mut session = Session::open(side).await;
            lines.push(format!("--- {more} {actions:?}"));
            lines.extend(session.login(side, more).await);
            lines.extend(session.told().await);
            for action in *actions {
                lines.extend(session.ask(action).await);
            }
            open.push(session);
        }
        happen(&manager, &mut events).await;
        for (number, session) in open.iter_mut().enumerate() {
            lines.push(format!("--- {number}"));
            lines.extend(session.told().await);
        }
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same(scenario, &transcripts[0], &transcripts[1]);
}

#[tokio::test]
async fn by_masks() {
    on_both(
        "masks",
        &[
            ("", &[]),
            ("|Events: on", &[]),
            ("|Events: off", &[]),
            ("|Events:", &[]),
            ("|Events: call", &[]),
            ("|Events: system,user", &[]),
            ("|Events: 2", &[]),
            ("|Events: bogus", &[]),
            ("|Events: off", &["Action: Events|EventMask: user,dialplan"]),
            ("|Events: on", &["Action: Events|EventMask: off"]),
            ("|Events: call", &["Action: Events|EventMask: bogus"]),
            ("|Events: call", &["Action: Events", "Action: Events|EventMask:"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn by_filters() {
    const ADD: &str = "Action: Filter|Operation: Add|Filter: ";
    let add = |filter: &str| format!("{ADD}{filter}");
    let (alpha, not_alpha) = (add("UserEvent: Alpha"), add("!UserEvent: Alpha"));
    let (names, colour) = (add("Event: [VD][ae][rv]"), add("Colour: re*d"));
    let (start, not_user) = (add("^Event: UserEvent"), add("!Privilege: user"));
    on_both(
        "filters",
        &[
            ("", &[&alpha]),
            ("", &[&not_alpha]),
            ("", &[&alpha, &not_alpha]),
            ("", &[&names]),
            ("", &[&names, &alpha]),
            ("", &[&colour]),
            ("", &[&start, &not_user]),
            ("", &[&not_user, &not_alpha]),
            ("|Events: call", &[&alpha]),
        ],
    )
    .await;
}

#[tokio::test]
async fn by_criteria() {
    let filters = [
        ("name(UserEvent)", ""),
        ("name(userevent)", ""),
        ("header(Colour)", ""),
        ("header(colour)", ""),
        ("header(Nope)", ""),
        ("header(Colour),method(exact)", "red"),
        ("header(Colour),method(exact)", "RED"),
        ("header(Colour),method(contains)", "e"),
        ("header(Colour),method(contains)", "!e"),
        ("header(UserEvent),method(starts_with)", "Al"),
        ("header(UserEvent),method(ends_with)", "ta"),
        ("header(UserEvent),method(regex)", "^Al.*a$"),
        ("method(contains)", "Alpha"),
        ("method(exact)", "Alpha"),
        ("action(exclude),name(UserEvent)", ""),
        ("name(UserEvent),method(contains)", "Alpha"),
        ("name(UserEvent) , header(Variable)", ""),
        ("name(UserEvent),name(VarSet)", ""),
        ("name(UserEvent)", "red"),
        ("name(UserEvent),method(contains)", ""),
        ("name()", ""),
        ("bogus(x)", ""),
        ("method(bogus)", "x"),
        ("action(bogus),name(UserEvent)", ""),
        ("header(Colour),method(regex)", "("),
    ];
    let actions = filters.map(|(criteria, filter)| {
        format!("Action: Filter|Operation: Add|MatchCriteria: {criteria}|Filter: {filter}")
    });
    let actions = actions.each_ref().map(|action| [&**action]);
    let sessions: Vec<(&str, &[&str])> = actions.iter().map(|action| ("", &action[..])).collect();
    on_both("criteria", &sessions).await;
}
