//! A script's process against a scripted Asterisk: its pipes, its signal and how it exits. The program is
//! that of the live tests.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Output, Stdio};

use harness::soon;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const PROGRAM: &str = env!("CARGO_BIN_EXE_agi_process");

/// The capture of a script that waits until its caller hangs up. `! SIGHUP` is where the signal came.
fn capture(version: u32) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/agi/captures");
    fs::read_to_string(format!("{folder}/process_idle-{version}.txt")).unwrap()
}

/// The variables that open its session.
fn prelude() -> String {
    let lines: Vec<_> = capture(22).lines().map(str::to_owned).collect();
    let asterisk = lines.iter().map_while(|line| line.strip_prefix("< "));
    asterisk.flat_map(|line| [line, "\n"]).collect()
}

/// The running program.
struct Script {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Script {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// The program, with the argument that says what it does.
    fn of(what: &str) -> Self {
        Self::start(Command::new(PROGRAM).arg(what))
    }

    async fn send(&mut self, text: &str) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next line, without its line break; nothing at the end.
    async fn line(&mut self) -> String {
        let mut line = String::new();
        soon(self.output.read_line(&mut line)).await.unwrap();
        line.trim_end_matches('\n').to_owned()
    }

    async fn answer(&mut self, command: &str, reply: &str) {
        assert_eq!(self.line().await, command);
        self.send(reply).await;
    }

    async fn hang_up(&self) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().await.unwrap().success());
    }

    /// Waits until it has ended, with nothing more to say; its exit status and standard error.
    async fn ended(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        soon(self.output.read_to_string(&mut rest)).await.unwrap();
        assert_eq!(rest, "");
        let Output { status, stderr, .. } = soon(self.child.wait_with_output()).await.unwrap();
        (status.code(), String::from_utf8(stderr).unwrap())
    }
}

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("agi-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn the_signal_is_the_hangup() {
    for version in [22, 16] {
        let mut script = Script::of("idle");
        for line in capture(version).lines() {
            match line.split_at(2) {
                ("< ", line) => script.send(&format!("{line}\n")).await,
                ("! ", "SIGHUP") => script.hang_up().await,
                ("> ", "<EOF>") => break,
                ("> ", line) => assert_eq!(script.line().await, line),
                other => panic!("what is {other:?}?"),
            }
        }
        assert_eq!(script.ended().await, (Some(0), String::new()));
    }
}

#[tokio::test]
async fn the_end_of_the_pipe_is_the_hangup_too() {
    let mut script = Script::of("idle");
    script.send(&prelude()).await;
    script.answer("SET VARIABLE \"SDK_READY\" \"1\"", "200 result=1\n").await;
    drop(script.input.take());
    assert_eq!(script.ended().await, (Some(0), String::new()));
}

#[tokio::test]
async fn a_failure_is_told_before_the_process_ends() {
    for (what, status, said) in [("fail", 1, "on purpose"), ("panic", 101, "on purpose")] {
        let mut script = Script::of(what);
        script.send(&prelude()).await;
        if what == "fail" {
            script.answer("VERBOSE \"this works\" \"1\"", "200 result=1\n").await;
        }
        assert_eq!(script.line().await, "failure");
        let (code, errors) = script.ended().await;
        assert_eq!(code, Some(status), "{errors}");
        assert!(errors.contains(said), "{errors}");
    }
}

#[tokio::test]
async fn a_program_that_asterisk_has_not_started() {
    let output = Command::new(PROGRAM).arg("menu").stdin(Stdio::null()).output();
    let output = soon(output).await.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()), "{errors}");
    assert!(errors.contains("NotAsterisk"), "{errors}");
    let mut script = Script::of("menu");
    script.send("hello\n").await;
    let (code, errors) = script.ended().await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("NotAsterisk") && errors.contains("hello"), "{errors}");
}

#[tokio::test]
async fn files_instead_of_pipes() {
    let folder = Folder::new("files");
    let (input, output) = (folder.0.join("input"), folder.0.join("output"));
    let program = || {
        let mut program = Command::new(PROGRAM);
        program.args(["environment"]).env("AST_AGI_DIR", "/agi-bin");
        program
    };
    let mut child =
        program().stdin(Stdio::piped()).stdout(File::create(&output).unwrap()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(prelude().as_bytes()).await.unwrap();
    // The capture's arguments are not those of this process.
    let expected = "SET VARIABLE \"SDK_RESULT\" \"/agi-bin; agi_process; idle|; false\"\n";
    let written = async {
        while fs::read_to_string(&output).unwrap() != expected {
            tokio::task::yield_now().await;
        }
    };
    soon(written).await;
    stdin.write_all(b"200 result=1\n").await.unwrap();
    assert_eq!(soon(child.wait()).await.unwrap().code(), Some(0));

    // A file is at its end at once: that is a call that is over, and no failure of the script.
    fs::write(&input, prelude()).unwrap();
    let status = program().stdin(File::open(&input).unwrap()).stdout(Stdio::null()).status();
    assert_eq!(soon(status).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn audio_comes_by_the_third_descriptor() {
    let folder = Folder::new("audio");
    let fifo = folder.0.join("audio");
    assert!(Command::new("mkfifo").arg(&fifo).status().await.unwrap().success());
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" listen 3<\"$1\"", PROGRAM]).arg(&fifo);
    let mut script = Script::start(&mut command);
    // Opens once the other side has; so it is not done in this thread.
    let audio = tokio::task::spawn_blocking(move || {
        let samples = (0..16_000).map(|sample| if sample == 7 { -20_000_i16 } else { 3 });
        let bytes: Vec<u8> = samples.flat_map(i16::to_ne_bytes).collect();
        fs::write(fifo, bytes)
    });
    let enhanced = prelude().replace("agi_enhanced: 0.0", "agi_enhanced: 1.0");
    script.send(&enhanced).await;
    script.answer("SET VARIABLE \"SDK_RESULT\" \"16000 20000\"", "200 result=1\n").await;
    soon(audio).await.unwrap().unwrap();
    assert_eq!(script.ended().await, (Some(0), String::new()));
}
