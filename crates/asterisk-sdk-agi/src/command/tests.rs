use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asterisk_proto::ChannelState;
use asterisk_proto::agi::Environment;
use asterisk_proto::agi::Reply as Status;

use super::*;

/// What a command makes of a reply, if no hangup is announced behind it.
fn parse<C: Command>(command: &C, reply: &'static str) -> Result<C::Output, CommandError> {
    let response = match Status::parse(reply.into()).unwrap() {
        Status::Success(response) => response,
        other => panic!("not a success: {other:?}"),
    };
    match command.hangup_sign(&response) {
        HangupSign::Yes => command.parse_hung_up(response, HangupKind::Result),
        _ => command.parse(response),
    }
}

/// What it makes of a reply on a call that is known to be over.
fn parse_hung_up<C: Command>(command: &C, reply: &'static str) -> Result<C::Output, CommandError> {
    let Status::Success(response) = Status::parse(reply.into()).unwrap() else { panic!("{reply}") };
    match command.hangup_sign(&response) {
        HangupSign::No => command.parse(response),
        _ => command.parse_hung_up(response, HangupKind::Signal),
    }
}

fn line(command: &impl Command) -> String {
    let environment = Environment::parse("agi_version: 22").unwrap();
    let line = command.line().finish(&environment).unwrap();
    String::from_utf8(line.into()).unwrap()
}

fn is_failure<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::AppFailure { .. }))
}

fn is_unknown<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::UnknownReply(_)))
}

fn is_hangup<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::Hangup { .. }))
}

fn after(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

const SECOND: Duration = Duration::from_secs(1);

/// Each command with no option and with all of them.
fn every_command() -> Vec<(String, String)> {
    fn pair(least: &impl Command, most: &impl Command) -> (String, String) {
        (line(least), line(most))
    }
    fn same(command: &impl Command) -> (String, String) {
        pair(command, command)
    }
    let control = ControlStreamFile::new("f").escape("5").skip(SECOND).forward('6');
    let record = RecordFile::new("f", "wav").escape("#").timeout(SECOND).offset(8);
    vec![
        same(&Answer::new()),
        same(&AsyncAgiBreak::new()),
        pair(&ChannelStatus::new(), &ChannelStatus::new().channel("c")),
        pair(
            &ControlStreamFile::new("f"),
            &control.rewind('4').pause('8').offset(Duration::from_millis(1500)),
        ),
        same(&DatabaseDel::new("f", "k")),
        pair(&DatabaseDelTree::new("f"), &DatabaseDelTree::new("f").tree("t")),
        same(&DatabaseGet::new("f", "k")),
        same(&DatabasePut::new("f", "k", "v")),
        same(&Exec::new("Dial", "PJSIP/1,20")),
        pair(&GetData::new("f"), &GetData::new("f").timeout(SECOND).max_digits(4)),
        pair(&GetFullVariable::new("${X}"), &GetFullVariable::new("${X}").channel("c")),
        pair(&GetOption::new("f", "1"), &GetOption::new("f", "1").timeout(SECOND)),
        same(&GetVariable::new("CHANNEL(state)")),
        pair(&Gosub::new("c", "e", 1), &Gosub::new("c", "e", "label").arguments("a,b")),
        pair(&Hangup::new(), &Hangup::new().channel("Local/1@a")),
        same(&Noop::new()),
        same(&ReceiveChar::new(SECOND)),
        same(&ReceiveText::new(SECOND)),
        pair(&RecordFile::new("f", "wav"), &record.beep().silence(SECOND)),
        pair(&SayAlpha::new("a"), &SayAlpha::new("a").escape("#").case(LetterCase::Upper)),
        same(&SayDate::new(UNIX_EPOCH)),
        pair(
            &SayDateTime::new(UNIX_EPOCH),
            &SayDateTime::new(UNIX_EPOCH).format("IMp").time_zone("UTC"),
        ),
        same(&SayDigits::new("0123")),
        pair(&SayNumber::new(-7), &SayNumber::new(1).gender(Gender::Feminine)),
        same(&SayPhonetic::new("a")),
        same(&SayTime::new(UNIX_EPOCH)),
        same(&SendImage::new("i")),
        same(&SendText::new("t")),
        same(&SetAutoHangup::new(SECOND)),
        same(&SetCallerId::new("\"Ada\" <1>")),
        same(&SetContext::new("c")),
        same(&SetExtension::new("e")),
        pair(&SetMusic::off(), &SetMusic::on().class("jazz")),
        same(&SetPriority::new("label")),
        same(&SetVariable::new("a", "")),
        same(&SpeechActivateGrammar::new("g")),
        same(&SpeechCreate::new("e")),
        same(&SpeechDeactivateGrammar::new("g")),
        same(&SpeechDestroy::new()),
        same(&SpeechLoadGrammar::new("g", "/p")),
        pair(&SpeechRecognize::new("p", SECOND), &SpeechRecognize::new("p", SECOND).offset(8)),
        same(&SpeechSet::new("n", "v")),
        same(&SpeechUnloadGrammar::new("g")),
        pair(&StreamFile::new("f"), &StreamFile::new("f").escape("#").offset(8000)),
        same(&TddMode::new(Tdd::Mate)),
        same(&Verbose::new("a b").level(3)),
        same(&WaitForDigit::new(SECOND)),
    ]
}

#[test]
fn every_signature_is_that_of_a_type() {
    // The words, and how many arguments stand behind them.
    let divide = |line: &str| {
        let (words, arguments) = line.trim_end().split_once(" \"").unwrap_or((line.trim_end(), ""));
        (words.to_owned(), arguments.split("\" \"").filter(|argument| !argument.is_empty()).count())
    };
    let found: BTreeMap<_, _> = every_command()
        .iter()
        .map(|(least, most)| {
            // Empty arguments count, so the lines below have none of them.
            let filled = |line: &str| line.replace("\"\"", "\"x\"");
            let (words, least) = divide(&filled(least));
            (words, (least, divide(&filled(most)).1))
        })
        .collect();
    assert_eq!(found.len(), 47);
    let told: BTreeMap<_, _> = SIGNATURES
        .iter()
        .map(|signature| {
            let required = signature.parameters.iter().filter(|each| each.required).count();
            (signature.words.to_owned(), (required, signature.parameters.len()))
        })
        .collect();
    assert_eq!(told.len(), SIGNATURES.len());
    for (words, (least, most)) in &found {
        let (required, parameters) = told[words];
        assert!(required <= *least && *most == parameters, "{words}: {least} to {most}");
    }
    assert_eq!(told.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
}

#[test]
fn lines() {
    let lines: Vec<String> = every_command().into_iter().map(|(_, most)| most).collect();
    for expected in [
        "CONTROL STREAM FILE \"f\" \"5\" \"1000\" \"6\" \"4\" \"8\" \"1500\"\n",
        "EXEC \"Dial\" \"PJSIP/1,20\"\n",
        "GET DATA \"f\" \"1000\" \"4\"\n",
        "GOSUB \"c\" \"e\" \"label\" \"a,b\"\n",
        "HANGUP \"Local/1@a\"\n",
        "RECORD FILE \"f\" \"wav\" \"#\" \"1000\" \"8\" \"BEEP\" \"s=1\"\n",
        "SAY ALPHA \"a\" \"#\" \"u\"\n",
        "SAY DATETIME \"0\" \"\" \"IMp\" \"UTC\"\n",
        "SAY NUMBER \"1\" \"\" \"f\"\n",
        "SET AUTOHANGUP \"1\"\n",
        "SET MUSIC \"on\" \"jazz\"\n",
        "SPEECH RECOGNIZE \"p\" \"1\" \"8\"\n",
        "STREAM FILE \"f\" \"#\" \"8000\"\n",
        "TDD MODE \"mate\"\n",
        "VERBOSE \"a b\" \"3\"\n",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}");
    }
    assert_eq!(line(&StreamFile::new("beep")), "STREAM FILE \"beep\" \"\"\n");
    assert_eq!(line(&Custom::new("SAY DIGITS 1").arg("#")), "SAY DIGITS 1 \"#\"\n");
    assert_eq!(line(&Verbose::new("")), "VERBOSE \"\" \"1\"\n");
}

#[test]
fn what_stands_before_a_chosen_option_is_the_server_s_default() {
    let control = ControlStreamFile::new("f").pause('8');
    assert_eq!(line(&control), "CONTROL STREAM FILE \"f\" \"\" \"3000\" \"#\" \"*\" \"8\"\n");
    let data = GetData::new("f").max_digits(0);
    assert_eq!(line(&data), "GET DATA \"f\" \"0\" \"1\"\n");
    let record = RecordFile::new("f", "wav").silence(Duration::from_millis(1001));
    assert_eq!(line(&record), "RECORD FILE \"f\" \"wav\" \"\" \"-1\" \"0\" \"s=2\"\n");
    let zone = SayDateTime::new(UNIX_EPOCH).time_zone("UTC");
    assert_eq!(line(&zone), "SAY DATETIME \"0\" \"\" \"ABdY 'digits/at' IMp\" \"UTC\"\n");
}

#[test]
fn times_fit_what_the_server_can_count() {
    let timed = |timeout| line(&GetData::new("f").timeout(timeout));
    assert_eq!(timed(Duration::from_millis(1500)), "GET DATA \"f\" \"1500\"\n");
    // 0 would ask for the server's default, and what is too much for it wraps around.
    assert_eq!(timed(Duration::ZERO), "GET DATA \"f\" \"1\"\n");
    assert_eq!(timed(Duration::MAX), "GET DATA \"f\" \"2147483647\"\n");
    assert_eq!(line(&WaitForDigit::new(None)), "WAIT FOR DIGIT \"-1\"\n");
    assert_eq!(line(&WaitForDigit::new(Duration::ZERO)), "WAIT FOR DIGIT \"0\"\n");
    let hangup = |millis| line(&SetAutoHangup::new(Duration::from_micros(millis)));
    assert_eq!(hangup(0), "SET AUTOHANGUP \"0\"\n");
    assert_eq!(hangup(1), "SET AUTOHANGUP \"0.001\"\n");
    assert_eq!(hangup(30_500_000), "SET AUTOHANGUP \"30.500\"\n");
    let time = |time| line(&SayTime::new(time));
    assert_eq!(time(after(1_000_000_000)), "SAY TIME \"1000000000\" \"\"\n");
    assert_eq!(time(UNIX_EPOCH - Duration::from_millis(1)), "SAY TIME \"-1\" \"\"\n");
}

#[test]
fn results_of_the_call_family() {
    assert!(parse(&Answer::new(), "200 result=0").is_ok());
    assert!(is_failure(&parse(&Answer::new(), "200 result=-1")));
    assert!(is_hangup(&parse_hung_up(&Answer::new(), "200 result=-1")));
    assert!(parse(&Hangup::new(), "200 result=1").is_ok());
    assert!(is_failure(&parse(&Hangup::new(), "200 result=-1")));
    assert!(parse(&Verbose::new("x"), "200 result=1").is_ok());
    assert!(is_unknown(&parse(&Verbose::new("x"), "200 result=")));
}

#[test]
fn a_channel_s_status_is_a_state() {
    let status = ChannelStatus::new().channel("c");
    assert_eq!(parse(&status, "200 result=6").unwrap(), ChannelState::Up);
    assert_eq!(parse(&status, "200 result=42").unwrap(), ChannelState::Other("42".into()));
    let missing = parse(&status, "200 result=-1").unwrap_err();
    assert_eq!(missing.to_string(), "CHANNEL STATUS c failed with result -1");
    // A channel that is not there says nothing about this one.
    assert!(is_failure(&parse_hung_up(&status, "200 result=-1")));
}

#[test]
fn results_of_stream_file_are_in_samples() {
    let file = StreamFile::new("x").offset(800);
    let finished = Playback::Finished { samples: 3520 };
    assert_eq!(parse(&file, "200 result=0 endpos=3520").unwrap(), finished);
    let interrupted = Playback::Interrupted { key: '5', samples: 9760 };
    assert_eq!(parse(&file, "200 result=53 endpos=9760").unwrap(), interrupted);
    assert!(is_failure(&parse(&file, "200 result=-1 endpos=0")));
    // Nothing was played behind the offset: not known to be a hangup.
    assert!(is_failure(&parse(&file, "200 result=-1 endpos=800")));
    assert!(is_hangup(&parse(&file, "200 result=-1 endpos=8160")));
    assert!(is_unknown(&parse(&file, "200 result=300 endpos=1")));
    assert!(is_unknown(&parse(&file, "200 result=x")));
}

#[test]
fn results_of_control_stream_file_are_in_milliseconds() {
    let file = ControlStreamFile::new("x").offset(SECOND);
    let finished = ControlledPlayback::Finished;
    assert_eq!(parse(&file, "200 result=0 endpos=-1").unwrap(), finished);
    let position = Some(Duration::from_millis(1120));
    let interrupted = ControlledPlayback::Interrupted { key: '5', position };
    assert_eq!(parse(&file, "200 result=53 endpos=1120").unwrap(), interrupted);
    assert!(is_failure(&parse(&file, "200 result=-1 endpos=-1")));
    assert!(is_failure(&parse(&file, "200 result=-1 endpos=1000")));
    assert!(is_hangup(&parse(&file, "200 result=-1 endpos=1020")));
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
fn results_of_keys() {
    let option = GetOption::new("x", "5");
    let key = Choice::Key { key: '5', samples: 10_240 };
    assert_eq!(parse(&option, "200 result=53 endpos=10240").unwrap(), key);
    let timeout = "200 result=0 endpos=3520";
    assert_eq!(parse(&option, timeout).unwrap(), Choice::TimedOut { samples: 3520 });
    assert!(is_hangup(&parse_hung_up(&option, timeout)));
    assert!(is_failure(&parse(&option, "200 result=-1 endpos=0")));
    assert!(is_hangup(&parse(&option, "200 result=-1 endpos=6560")));
    let wait = WaitForDigit::new(SECOND);
    assert_eq!(parse(&wait, "200 result=48").unwrap(), Some('0'));
    assert_eq!(parse(&wait, "200 result=0").unwrap(), None);
    assert!(is_hangup(&parse_hung_up(&wait, "200 result=-1")));
}

#[test]
fn results_of_record_file() {
    let record = RecordFile::new("x", "wav");
    for (reply, end, samples) in [
        ("200 result=0 (timeout) endpos=1600", RecordingEnd::Timeout, 1600),
        ("200 result=1 (timeout) endpos=7360", RecordingEnd::Timeout, 7360),
        ("200 result=35 (dtmf) endpos=0", RecordingEnd::Key('#'), 0),
        ("200 result=53 (randomerror) endpos=0", RecordingEnd::Key('5'), 0),
        ("200 result=-1 (hangup) endpos=6400", RecordingEnd::Hangup, 6400),
    ] {
        assert_eq!(parse(&record, reply).unwrap(), Recording { end, samples });
    }
    for reason in ["writefile", "waitfor"] {
        let reply: &str = if reason == "waitfor" {
            "200 result=-1 (waitfor) endpos=800"
        } else {
            "200 result=-1 (writefile)"
        };
        let error = parse(&record, reply).unwrap_err();
        assert_eq!(error.to_string(), format!("RECORD FILE x failed with result -1 ({reason})"));
        assert!(is_hangup(&parse_hung_up(&record, reply)));
    }
    assert!(is_failure(&parse(&record, "200 result=-1 (randomerror) endpos=0")));
    assert!(is_unknown(&parse(&record, "200 result=0 (moon) endpos=0")));
}

#[test]
fn results_of_texts() {
    let char = ReceiveChar::new(SECOND);
    assert_eq!(parse(&char, "200 result=104").unwrap(), Some(b'h'));
    assert_eq!(parse(&char, "200 result=195").unwrap(), Some(0xc3));
    for nothing in ["200 result=0 (timeout)", "200 result=-1 (hangup)"] {
        assert_eq!(parse(&char, nothing).unwrap(), None);
    }
    assert!(is_hangup(&parse_hung_up(&char, "200 result=-1 (hangup)")));
    let text = ReceiveText::new(SECOND);
    assert_eq!(parse(&text, "200 result=1 (hey (you))").unwrap().unwrap(), "hey (you)");
    assert_eq!(parse(&text, "200 result=-1").unwrap(), None);
    assert!(is_hangup(&parse_hung_up(&text, "200 result=-1")));
    assert!(is_unknown(&parse(&text, "200 result=0")));
    assert!(parse(&TddMode::new(Tdd::On), "200 result=1").unwrap());
    assert!(!parse(&TddMode::new(Tdd::On), "200 result=0").unwrap());
    assert!(is_failure(&parse(&SendText::new("x"), "200 result=-1")));
    assert!(is_failure(&parse(&SendImage::new("x"), "200 result=-1")));
}

#[test]
fn results_of_variables_and_the_database() {
    let get = GetVariable::new("x");
    assert_eq!(parse(&get, "200 result=1 (a\nb)").unwrap().unwrap(), "a\nb");
    assert_eq!(parse(&get, "200 result=1 ()").unwrap().unwrap(), "");
    assert_eq!(parse(&get, "200 result=1 (timeout)").unwrap().unwrap(), "timeout");
    assert_eq!(parse(&get, "200 result=0").unwrap(), None);
    assert!(is_unknown(&parse(&get, "200 result=2")));
    assert_eq!(parse(&GetFullVariable::new("x"), "200 result=0").unwrap(), None);
    assert!(parse(&SetVariable::new("x", ""), "200 result=1").is_ok());

    let get = DatabaseGet::new("f", "k");
    assert_eq!(parse(&get, "200 result=1 ()").unwrap().unwrap(), "");
    assert_eq!(parse(&get, "200 result=0").unwrap(), None);
    let refused = parse(&DatabasePut::new("f", "k", "v"), "200 result=0").unwrap_err();
    assert_eq!(refused.to_string(), "DATABASE PUT f/k failed in the server's database");
    assert!(parse(&DatabaseDel::new("f", "k"), "200 result=1").is_ok());
    let refused = parse(&DatabaseDel::new("f", "k"), "200 result=0");
    assert!(matches!(refused, Err(CommandError::Database { .. })));
}

#[test]
fn database_deltree_has_its_results_the_other_way_round() {
    let tree = DatabaseDelTree::new("f");
    assert!(parse(&tree, "200 result=0").unwrap());
    assert!(!parse(&tree, "200 result=1").unwrap());
    assert!(is_unknown(&parse(&tree, "200 result=2")));
}

#[test]
fn results_of_the_dialplan() {
    let exec = Exec::new("Dial", "");
    assert_eq!(parse(&exec, "200 result=0").unwrap(), 0);
    assert_eq!(parse(&exec, "200 result=7").unwrap(), 7);
    for failure in ["200 result=-1", "200 result=-2"] {
        let error = parse(&exec, failure).unwrap_err();
        assert!(error.to_string().starts_with("EXEC Dial failed with result -"), "{error}");
    }
    let gosub = Gosub::new("c", "e", 1);
    assert_eq!(parse(&gosub, "200 result=0 Gosub complete").unwrap(), GosubEnd::Returned);
    let abnormal = "200 result=0 Gosub complete (abnormal exit)";
    assert_eq!(parse(&gosub, abnormal).unwrap(), GosubEnd::Left);
    assert!(is_hangup(&parse_hung_up(&gosub, abnormal)));
    let missing = parse(&gosub, "200 result=-1 Gosub label not found").unwrap_err();
    let told = "GOSUB c,e,1 failed with result -1 (Gosub label not found)";
    assert_eq!(missing.to_string(), told);
}

#[test]
fn results_of_speech() {
    let recognize = SpeechRecognize::new("p", SECOND);
    assert!(is_failure(&parse(&recognize, "200 result=0")));
    let heard = "200 result=1 (speech) endpos=800 results=2 \
                 score0=900 text0=\"say \"yes\" now\" grammar0=yes no \
                 score1=20 text1=\"\" grammar1= ";
    let Recognition::Speech { results, samples } = parse(&recognize, heard).unwrap() else {
        panic!("it is speech")
    };
    assert_eq!(samples, 800);
    let results: Vec<_> =
        results.iter().map(|one| (one.score, one.text.as_str(), one.grammar.as_str())).collect();
    assert_eq!(results, [(900, "say \"yes\" now", "yes no"), (20, "", "")]);
    let key = Recognition::Key { key: '5', samples: 1600 };
    assert_eq!(parse(&recognize, "200 result=1 (digit) digit=5 endpos=1600").unwrap(), key);
    let silence = Recognition::TimedOut { samples: 7 };
    assert_eq!(parse(&recognize, "200 result=1 (timeout) endpos=7").unwrap(), silence);
    assert!(is_hangup(&parse(&recognize, "200 result=1 (hangup) endpos=7")));
    assert!(is_unknown(&parse(&recognize, "200 result=1 (digit) endpos=7")));
    assert!(is_failure(&parse(&SpeechDestroy::new(), "200 result=0")));
    assert!(parse(&SpeechCreate::new(""), "200 result=1").is_ok());
}
