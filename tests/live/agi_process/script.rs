//! An AGI script for the live tests: its first argument says what it does. What it finds out it leaves in
//! channel variables, and on standard error, which the server keeps with its console.

use std::env;

use asterisk_sdk::agi::command::Custom;
use asterisk_sdk::agi::layer::{EndAtHangup, Layer};
use asterisk_sdk::agi::{self, Call, CommandError, HangupKind, stdio};
use harness::agi_menu::menu;
use tokio::io::AsyncReadExt;

/// The bytes of 20 ms.
const FRAME: usize = 320;

/// Says how the server started it.
async fn environment(mut call: Call) -> agi::Result {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let folder = env::var("AST_AGI_DIR")?;
    let same = call.args() == arguments;
    let found = format!("{folder}; {}; {}; {same}", call.path(), call.args().join("|"));
    call.set_variable("SDK_RESULT", found).await?;
    Ok(())
}

/// Plays, or asks for digits, until the caller hangs up, and goes on with what still works.
async fn hangup(mut call: Call) -> agi::Result {
    let error = if call.args().contains(&"data") {
        call.get_data("demo-congrats").await.err()
    } else {
        call.stream_file("demo-congrats").await.err()
    };
    let Some(CommandError::Hangup { kind, delivery: None }) = error else {
        return Err(format!("no hangup: {error:?}").into());
    };
    after(call, kind).await
}

/// Waits until the caller hangs up, while no command runs.
async fn idle(mut call: Call) -> agi::Result {
    call.set_variable("SDK_READY", "1").await?;
    let kind = call.hung_up().await;
    after(call, kind).await
}

/// What works on a dead channel, and what does not.
async fn after(mut call: Call, kind: HangupKind) -> agi::Result {
    let state = call.variable("CHANNEL(state)").await?.unwrap_or_default();
    let refused = call.stream_file("beep").await;
    let refused = matches!(refused, Err(CommandError::DeadChannel));
    let status = call.send(Custom::new("NOOP")).await?.result;
    let known = call.hung_up().await;
    let found = format!("{kind:?} {known:?}; {state}; {refused}; {status}");
    call.set_variable("SDK_RESULT", found).await?;
    Ok(())
}

/// Waits for something else than the call; the layer ends it at the hangup.
async fn elsewhere(mut call: Call) -> agi::Result {
    call.set_variable("SDK_READY", "1").await?;
    std::future::pending().await
}

/// Listens for two seconds of audio, or to its end: says how many samples there were, and the loudest.
async fn listen(mut call: Call) -> agi::Result {
    let mut audio = stdio::audio(&call)?;
    let mut samples = Vec::new();
    let mut some = [0; 4000];
    while samples.len() < 16_000 {
        let count = audio.read_samples(&mut some).await?;
        if count == 0 {
            break;
        }
        samples.extend_from_slice(&some[..count]);
    }
    let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or_default();
    call.set_variable("SDK_RESULT", format!("{} {peak}", samples.len())).await?;
    Ok(())
}

/// Listens until the audio ends, which it does with the call.
async fn listen_to_the_end(mut call: Call) -> agi::Result {
    let mut audio = stdio::audio(&call)?;
    audio.read_exact(&mut [0; FRAME]).await?;
    call.set_variable("SDK_READY", "1").await?;
    let mut rest = Vec::new();
    audio.read_to_end(&mut rest).await?;
    let found = format!("{}; {:?}", rest.len() % FRAME, call.hung_up().await);
    call.set_variable("SDK_RESULT", found).await?;
    Ok(())
}

/// Asks for audio that is not there.
async fn deaf(mut call: Call) -> agi::Result {
    let error = stdio::audio(&call).err().map(|error| error.kind());
    call.set_variable("SDK_RESULT", format!("{error:?}")).await?;
    Ok(())
}

/// Fails while the call goes on.
async fn fail(mut call: Call) -> agi::Result {
    call.verbose("this works").await?;
    Err("on purpose".into())
}

async fn panics(call: Call) -> agi::Result {
    call.capture("nothing").expect("on purpose: there are no captures");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> agi::Result {
    let what = env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "environment" => stdio::run(environment).await,
        "menu" => stdio::run(menu).await,
        "hangup" => stdio::run(hangup).await,
        "idle" => stdio::run(idle).await,
        "elsewhere" => stdio::run(EndAtHangup::new().around(elsewhere)).await,
        "listen" => stdio::run(listen).await,
        "listen to the end" => stdio::run(listen_to_the_end).await,
        "deaf" => stdio::run(deaf).await,
        "fail" => stdio::run(fail).await,
        "panic" => stdio::run(panics).await,
        // Without a handler.
        "no handler" => {
            let mut call = stdio::call().await?;
            call.answer().await?;
            Ok(())
        }
        other => Err(format!("what is {other:?}?").into()),
    }
}
