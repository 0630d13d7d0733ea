use super::*;

/// What Asterisk 22.10 sent, reply by reply, and what is in it: result, text, end position, rest.
type Expected = (&'static str, &'static str, Option<&'static str>, Option<i64>, &'static str);

const ANSWERS: &[Expected] = &[
    ("200 result=0\n", "0", None, None, ""),
    ("200 result=0123\n", "0123", None, None, ""),
    ("200 result=\n", "", None, None, ""),
    ("200 result= (timeout)\n", "", Some("timeout"), None, ""),
    ("200 result=12*4 (timeout)\n", "12*4", Some("timeout"), None, ""),
    ("200 result=0 endpos=3520\n", "0", None, Some(3520), ""),
    ("200 result=-1 endpos=-1\n", "-1", None, Some(-1), ""),
    ("200 result=0 (timeout) endpos=0\n", "0", Some("timeout"), Some(0), ""),
    ("200 result=-1 (hangup)\n", "-1", Some("hangup"), None, ""),
    ("200 result=1 ()\n", "1", Some(""), None, ""),
    ("200 result=1 (a) (b)\n", "1", Some("a) (b"), None, ""),
    ("200 result=1 (a) b\nc)\n", "1", Some("a) b\nc"), None, ""),
    ("200 result=1 (a\nb)\n", "1", Some("a\nb"), None, ""),
    ("200 result=1 (x\n\ny)\n", "1", Some("x\n\ny"), None, ""),
    ("200 result=1 (\nHANGUP\n510 x)\n", "1", Some("\nHANGUP\n510 x"), None, ""),
    (
        "200 result=1 (say \"hi\" c:\\tmp, (1) 2;3 )\n",
        "1",
        Some("say \"hi\" c:\\tmp, (1) 2;3 "),
        None,
        "",
    ),
    ("200 result=1 (x) endpos=5)\n", "1", Some("x) endpos=5"), None, ""),
    ("200 result=0 Gosub complete\n", "0", None, None, "Gosub complete"),
    ("200 result=-1 Gosub label not found\n", "-1", None, None, "Gosub label not found"),
    (
        "200 result=1 (speech) endpos=9 results=1 score0=5 text0=\"a (b)\" grammar0=g\n",
        "1",
        Some("speech"),
        Some(9),
        "results=1 score0=5 text0=\"a (b)\" grammar0=g",
    ),
    ("200 result=1 (digit) digit=5 endpos=1600\n", "1", Some("digit"), None, "digit=5 endpos=1600"),
    ("200 result=1 (digit) digit=5\nendpos=1)\n", "1", Some("digit) digit=5\nendpos=1"), None, ""),
];

const USAGE: &str = "520-Invalid command syntax.  Proper usage follows:
Stream the given <replaceable>file</replaceable>, and receive DTMF data.
200 result=1 (digits)
520 End of proper usage.
";

fn response(expected: &Expected) -> Response {
    Response {
        result: expected.1.into(),
        text: expected.2.map(Text::from),
        end_position: expected.3,
        rest: expected.4.into(),
    }
}

/// All items of a stream that arrives in the given pieces.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limit: usize) -> Vec<Incoming> {
    let mut decoder = ReplyDecoder::new(limit);
    let mut buffer = BytesMut::new();
    let mut items = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(item) = decoder.decode(&mut buffer) {
            items.push(item);
        }
        assert!(buffer.len() <= limit + piece.len(), "the buffer is bounded");
    }
    items
}

#[test]
fn every_form_of_a_result() {
    for expected in ANSWERS {
        let reply = Reply::parse(expected.0.into()).unwrap();
        assert_eq!(reply, Reply::Success(response(expected)), "{}", expected.0);
    }
}

#[test]
fn the_other_statuses() {
    let parse = |reply: &'static str| Reply::parse(reply.into()).unwrap();
    let Reply::Provisional(trying) = parse("100 result=0 Trying...\n") else {
        panic!("a provisional reply");
    };
    assert_eq!((trying.code(), trying.rest), (Some(0), "Trying...".into()));
    assert_eq!(parse("510 Invalid or unknown command\n"), Reply::InvalidCommand);
    assert_eq!(
        parse("511 Command Not Permitted on a dead channel or intercept routine\n"),
        Reply::DeadChannel
    );
    let Reply::Usage(usage) = parse(USAGE) else {
        panic!("a usage");
    };
    assert!(usage.starts_with("Stream the given"));
    assert!(usage.ends_with("\n200 result=1 (digits)"));
    assert_eq!(
        parse("520 Invalid command syntax.  Proper usage not available.\n"),
        Reply::Usage("Invalid command syntax.  Proper usage not available.".into())
    );
    assert_eq!(parse("520-a\n520 b\n"), Reply::Usage("".into()));
    assert_eq!(parse("300 new thing\n"), Reply::Other { status: 300, text: "new thing".into() });
    assert_eq!(parse("200 fine\n"), Reply::Other { status: 200, text: "fine".into() });
    assert_eq!(parse("200"), Reply::Other { status: 200, text: "".into() });
}

#[test]
fn garbage_is_a_typed_error() {
    for garbage in ["", "hello", "20", "2000 result=1", "result=1", "\0\u{1}", "\u{fffd}00 x"] {
        let error = Reply::parse(garbage.into()).unwrap_err();
        assert_eq!(error.expected, "an AGI status", "{garbage:?}");
    }
    let error = Reply::parse("200 result=1 (never closed".into()).unwrap_err();
    assert_eq!(error.expected, "an AGI result");
}

#[test]
fn bytes_that_are_not_utf8_are_replaced() {
    let Reply::Success(response) =
        Reply::parse(Bytes::from_static(b"200 result=1 (\xe9)")).unwrap()
    else {
        panic!("a success");
    };
    assert_eq!(response.text.unwrap(), "\u{fffd}");
}

#[test]
fn split_at_every_byte_and_into_single_bytes() {
    let mut stream = String::from("HANGUP\n");
    let mut expected = vec![Incoming::Hangup];
    for form in ANSWERS {
        stream += form.0;
        expected.push(Incoming::Reply(Reply::Success(response(form))));
    }
    for form in [USAGE, "510 x\n", "100 result=0 Trying...\n", "511 y\n", "300-a\nb\n300 c\n"] {
        stream += form;
        expected.push(Incoming::Reply(Reply::parse(form.into()).unwrap()));
    }
    stream += "y)\nHANGUP\n";
    expected.push(Incoming::Unsolicited(ParseError::new("an AGI status", b"y)")));
    expected.push(Incoming::Hangup);

    let stream = stream.as_bytes();
    assert_eq!(decode([stream], 4096), expected);
    assert_eq!(decode(stream.chunks(1), 4096), expected);
    for at in 0..stream.len() {
        let (head, tail) = stream.split_at(at);
        assert_eq!(decode([head, tail], 4096), expected, "split at {at}");
    }
}

#[test]
fn an_oversized_reply_is_lost_and_the_next_one_is_not() {
    let long = "x".repeat(1000);
    for oversized in [
        format!("200 result=1 ({long})\n"),
        format!("200 result=1 (a\n{long}\nb\n{long})\n"),
        format!("200 result=1 (a\n{})\n", "b\n".repeat(500)),
        format!("200 result=1 ({long}\n{long}) endpos=123456789\n"),
        format!("520-{long}\n{long}\nhelp\n520 {long}\n"),
        format!("520-help\n{}520 End\n", "line\n".repeat(500)),
        format!("{long}\n"),
        format!("200 result={long}\n"),
    ] {
        let stream = format!("{oversized}200 result=1 (next)\n");
        for size in [1, 2, 63, 100, 257, stream.len()] {
            let items = decode(stream.as_bytes().chunks(size), 300);
            assert_eq!(items.len(), 2, "in pieces of {size}: {oversized}");
            assert!(matches!(items[0], Incoming::Oversized(_)), "{:?}", items[0]);
            assert!(matches!(items[1], Incoming::Reply(Reply::Success(_))));
        }
    }
}

#[test]
fn a_line_without_end_does_not_grow_the_buffer() {
    let mut decoder = ReplyDecoder::new(1000);
    let mut buffer = BytesMut::new();
    for _ in 0..10_000 {
        buffer.extend_from_slice(&[b'x'; 512]);
        assert_eq!(decoder.decode(&mut buffer), None);
        assert!(buffer.len() <= 1000);
    }
}
