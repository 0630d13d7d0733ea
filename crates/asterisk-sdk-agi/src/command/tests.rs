use std::time::Duration;

use asterisk_proto::agi::Reply as Status;

use super::*;
use crate::error::HangupKind;

/// What a command makes of a reply.
fn parse<C: Command>(command: &C, reply: &'static str) -> Result<C::Output, CommandError> {
    match Status::parse(reply.into()).unwrap() {
        Status::Success(response) => command.parse(response),
        other => panic!("not a success: {other:?}"),
    }
}

fn line(command: &impl Command) -> String {
    let line = command.line().finish(8191).unwrap();
    String::from_utf8(line.into()).unwrap()
}

fn is_failure<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::AppFailure { .. }))
}

fn is_unknown<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::UnknownReply(_)))
}

#[test]
fn lines() {
    assert_eq!(line(&Answer::new()), "ANSWER\n");
    assert_eq!(line(&Hangup::new()), "HANGUP\n");
    assert_eq!(line(&Hangup::new().channel("Local/1@a")), "HANGUP \"Local/1@a\"\n");
    assert_eq!(line(&Verbose::new("a b")), "VERBOSE \"a b\" \"1\"\n");
    assert_eq!(line(&Verbose::new("").level(3)), "VERBOSE \"\" \"3\"\n");
    assert_eq!(line(&StreamFile::new("beep")), "STREAM FILE \"beep\" \"\"\n");
    let stream = StreamFile::new("beep").escape("#*").offset(8000);
    assert_eq!(line(&stream), "STREAM FILE \"beep\" \"#*\" \"8000\"\n");
    let data = GetData::new("beep");
    assert_eq!(line(&data), "GET DATA \"beep\"\n");
    assert_eq!(line(&data.clone().max_digits(4)), "GET DATA \"beep\" \"0\" \"4\"\n");
    let timed = |timeout| line(&data.clone().timeout(timeout));
    assert_eq!(timed(Duration::from_millis(1500)), "GET DATA \"beep\" \"1500\"\n");
    // 0 would ask for the server's default, and what is too much for it wraps around.
    assert_eq!(timed(Duration::ZERO), "GET DATA \"beep\" \"1\"\n");
    assert_eq!(timed(Duration::MAX), "GET DATA \"beep\" \"2147483647\"\n");
    assert_eq!(line(&GetVariable::new("CHANNEL(state)")), "GET VARIABLE \"CHANNEL(state)\"\n");
    assert_eq!(line(&SetVariable::new("a", "")), "SET VARIABLE \"a\" \"\"\n");
    assert_eq!(line(&Exec::new("Dial", "PJSIP/1,20")), "EXEC \"Dial\" \"PJSIP/1,20\"\n");
    assert_eq!(line(&Custom::new("SAY DIGITS 1").arg("#")), "SAY DIGITS 1 \"#\"\n");
}

#[test]
fn results_of_the_call_family() {
    assert!(parse(&Answer::new(), "200 result=0").is_ok());
    assert!(is_failure(&parse(&Answer::new(), "200 result=-1")));
    assert!(parse(&Hangup::new(), "200 result=1").is_ok());
    assert!(is_failure(&parse(&Hangup::new(), "200 result=-1")));
    assert!(parse(&Verbose::new("x"), "200 result=1").is_ok());
    assert!(is_unknown(&parse(&Verbose::new("x"), "200 result=")));
}

#[test]
fn results_of_stream_file() {
    let file = StreamFile::new("x").offset(800);
    let finished = Playback::Finished { samples: 3520 };
    assert_eq!(parse(&file, "200 result=0 endpos=3520").unwrap(), finished);
    let interrupted = Playback::Interrupted { key: '5', samples: 9760 };
    assert_eq!(parse(&file, "200 result=53 endpos=9760").unwrap(), interrupted);
    assert!(is_failure(&parse(&file, "200 result=-1 endpos=0")));
    // Nothing was played behind the offset: not known to be a hangup.
    assert!(is_failure(&parse(&file, "200 result=-1 endpos=800")));
    let hangup = parse(&file, "200 result=-1 endpos=8160");
    assert!(matches!(hangup, Err(CommandError::Hangup { kind: HangupKind::Result, .. })));
    assert!(is_unknown(&parse(&file, "200 result=300 endpos=1")));
    assert!(is_unknown(&parse(&file, "200 result=x")));
}

#[test]
fn results_of_get_data() {
    let data = GetData::new("x");
    for (reply, digits, timed_out) in [
        ("200 result=0123", "0123", false),
        ("200 result=12*4 (timeout)", "12*4", true),
        ("200 result=5551234567", "5551234567", false),
        ("200 result=", "", false),
        ("200 result= (timeout)", "", true),
    ] {
        let input = parse(&data, reply).unwrap();
        assert_eq!((input.digits.as_str(), input.timed_out), (digits, timed_out));
    }
    assert!(is_failure(&parse(&data, "200 result=-1")));
}

#[test]
fn results_of_variables() {
    let get = GetVariable::new("x");
    assert_eq!(parse(&get, "200 result=1 (a\nb)").unwrap().unwrap(), "a\nb");
    assert_eq!(parse(&get, "200 result=1 ()").unwrap().unwrap(), "");
    assert_eq!(parse(&get, "200 result=1 (timeout)").unwrap().unwrap(), "timeout");
    assert_eq!(parse(&get, "200 result=0").unwrap(), None);
    assert!(is_unknown(&parse(&get, "200 result=2")));
    assert!(parse(&SetVariable::new("x", ""), "200 result=1").is_ok());
}

#[test]
fn results_of_exec() {
    let exec = Exec::new("Dial", "");
    assert_eq!(parse(&exec, "200 result=0").unwrap(), 0);
    assert_eq!(parse(&exec, "200 result=7").unwrap(), 7);
    for failure in ["200 result=-1", "200 result=-2"] {
        let error = parse(&exec, failure).unwrap_err();
        assert!(error.to_string().starts_with("EXEC Dial failed with result -"), "{error}");
    }
}
