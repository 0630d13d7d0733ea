//! FastAGI: calls that come to a server of ours.

use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{self, Call};
use asterisk_sdk_testkit::FakeAsterisk;
use harness::soon;

async fn menu(mut call: Call) -> agi::Result {
    call.answer().await?;
    let input = call.get_data("enter-number").max_digits(4).await?;
    call.set_variable("NUMBER", input.digits.as_str()).await?;
    call.database_put("numbers", "last", input.digits).await?;
    call.stream_file("thank-you").await?;
    Ok(())
}

/// Starts the server; gives its address.
async fn serve() -> std::net::SocketAddr {
    let server =
        Server::builder().route("^menu$", menu).bind("127.0.0.1:0").await.expect("it works");
    let address = server.local_addr();
    tokio::spawn(server.serve());
    address
}

#[tokio::test]
async fn a_caller_presses_digits_in_a_menu() {
    let dialplan = format!(
        "[default]\nexten = 1000,1,AGI(agi://{}/menu)\n same = n,Set(GLOBAL(STATUS)=${{AGISTATUS}})\n same = n,Hangup(21)\n",
        serve().await
    );
    let asterisk = FakeAsterisk::builder().dialplan(dialplan).start().await.unwrap();
    let call = asterisk.place_call("1000@default").unwrap();
    call.press("12#");
    assert_eq!(soon(call.ended()).await.code(), 21);
    assert_eq!(asterisk.variable("STATUS").as_deref(), Some("SUCCESS"));
    assert_eq!(asterisk.database().get("numbers", "last").as_deref(), Some("12"));
}

#[tokio::test]
async fn a_caller_hangs_up_in_a_menu() {
    let dialplan = format!(
        "[default]\nexten = 1000,1,AGI(agi://{}/menu)\nexten = h,1,Set(GLOBAL(STATUS)=${{AGISTATUS}})\n",
        serve().await
    );
    let asterisk = FakeAsterisk::builder().dialplan(dialplan).start().await.unwrap();
    let manager = crate::ami::manager(&asterisk).await;
    let mut commands = manager.events().named("AGIExecStart");
    let call = asterisk.place_call("1000").unwrap();
    call.press("1");
    loop {
        let event = soon(commands.next()).await.unwrap().unwrap();
        if event.get("Command").unwrap().starts_with("GET DATA") {
            break;
        }
    }
    call.hang_up();
    assert_eq!(soon(call.ended()).await.code(), 16);
    assert_eq!(asterisk.variable("STATUS").as_deref(), Some("FAILURE"));
    assert_eq!(asterisk.database().get("numbers", "last"), None);
}
