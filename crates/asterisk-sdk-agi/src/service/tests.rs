use std::io::{self, Write};
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracing::instrument::WithSubscriber;

use super::*;

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn handler(call: Call) -> crate::Result {
    match call.path() {
        "panic" => panic!("on {}", "purpose"),
        "error" => Err(crate::CommandError::InvalidCommand.into()),
        "hangup" => Err(crate::CommandError::DeadChannel.into()),
        _ => Ok(()),
    }
}

/// What the server logs of one connection that sends these bytes, above the level of debugging.
async fn logged(sent: &str) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .finish();
    let builder = Service::builder()
        .route("^(panic|error|hangup)$", handler)
        .prelude_timeout(Duration::from_millis(50));
    let service = builder.build().unwrap();
    let (mut ours, theirs) = tokio::io::duplex(1024);
    ours.write_all(sent.as_bytes()).await.unwrap();
    service.run(theirs, None).with_subscriber(subscriber).await;
    // Reset or closed, the connection is over.
    let _ = ours.read_to_end(&mut Vec::new()).await;
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

async fn logged_of(script: &str) -> String {
    logged(&format!("agi_network_script: {script}\n\n")).await
}

#[tokio::test]
async fn what_an_operator_has_to_know_is_logged() {
    let panic = logged_of("panic").await;
    assert!(panic.contains("ERROR") && panic.contains("on purpose"), "{panic}");
    assert!(panic.contains("^(panic|error|hangup)$"), "{panic}");
    let error = logged_of("error").await;
    assert!(error.contains("WARN") && error.contains("does not know the command"), "{error}");
    let no_route = logged_of("other").await;
    assert!(no_route.contains("WARN") && no_route.contains("other"), "{no_route}");
    let garbage = logged("GET / HTTP/1.1\r\n").await;
    assert!(garbage.contains("WARN") && garbage.contains("GET / HTTP/1.1"), "{garbage}");
    let silence = logged("").await;
    assert!(silence.contains("WARN") && silence.contains("in time"), "{silence}");
    // A caller who hangs up is no news.
    assert_eq!(logged_of("hangup").await, "");
}
