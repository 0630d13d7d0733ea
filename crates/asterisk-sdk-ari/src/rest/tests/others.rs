//! `/deviceStates`, `/endpoints`, `/mailboxes`, `/playbacks`, `/recordings` and `/sounds`.

use asterisk_proto::DeviceState;

use super::{Full, client, full, sent};
use crate::client::Client;
use crate::rest::playbacks::PlaybackOperation;

pub(super) fn full_requests(client: &Client) -> Vec<Full> {
    let device = client.device_state("Stasis:a b");
    let (endpoints, endpoint) = (client.endpoints(), client.endpoint("PJSIP", "a/1"));
    let mailbox = client.mailbox("100@default");
    let playback = client.playback("p 1");
    let live = client.live_recording("a/b c");
    let stored = client.stored_recording("a/b c");
    vec![
        full(&client.device_states().list(), "GET /deviceStates"),
        full(&device.delete(), "DELETE /deviceStates/Stasis:a%20b"),
        full(&device.get(), "GET /deviceStates/Stasis:a%20b"),
        full(
            &device.set(DeviceState::RingInUse),
            "PUT /deviceStates/Stasis:a%20b?deviceState=RINGINUSE",
        ),
        full(&endpoints.list(), "GET /endpoints"),
        full(
            &endpoints.refer("pjsip:100", "sip:a@b", "sip:c@d").to_self(true).variable("X-A", "1"),
            "POST /endpoints/refer?to=pjsip:100&from=sip:a@b&refer_to=sip:c@d&to_self=true \
             {\"variables\":{\"X-A\":\"1\"}}",
        ),
        full(
            &endpoints.send_message("pjsip:100", "sip:a@b").body("hä?").variable("X-A", "1"),
            "PUT /endpoints/sendMessage?to=pjsip:100&from=sip:a@b&body=h%C3%A4%3F \
             {\"variables\":{\"X-A\":\"1\"}}",
        ),
        full(&endpoints.technology("PJSIP"), "GET /endpoints/PJSIP"),
        full(&endpoint.get(), "GET /endpoints/PJSIP/a%2F1"),
        full(
            &endpoint.refer("sip:a@b", "sip:c@d").to_self(false).variable("X-A", "1"),
            "POST /endpoints/PJSIP/a%2F1/refer?from=sip:a@b&refer_to=sip:c@d&to_self=false \
             {\"variables\":{\"X-A\":\"1\"}}",
        ),
        full(
            &endpoint.send_message("sip:a@b").body("x").variable("X-A", "1"),
            "PUT /endpoints/PJSIP/a%2F1/sendMessage?from=sip:a@b&body=x \
             {\"variables\":{\"X-A\":\"1\"}}",
        ),
        full(&client.mailboxes().list(), "GET /mailboxes"),
        full(&mailbox.delete(), "DELETE /mailboxes/100%40default"),
        full(&mailbox.get(), "GET /mailboxes/100%40default"),
        full(&mailbox.update(1, 2), "PUT /mailboxes/100%40default?oldMessages=1&newMessages=2"),
        full(&playback.stop(), "DELETE /playbacks/p%201"),
        full(&playback.get(), "GET /playbacks/p%201"),
        full(
            &playback.control(PlaybackOperation::Unpause),
            "POST /playbacks/p%201/control?operation=unpause",
        ),
        full(&live.cancel(), "DELETE /recordings/live/a%2Fb%20c"),
        full(&live.get(), "GET /recordings/live/a%2Fb%20c"),
        full(&live.unmute(), "DELETE /recordings/live/a%2Fb%20c/mute"),
        full(&live.mute(), "POST /recordings/live/a%2Fb%20c/mute"),
        full(&live.unpause(), "DELETE /recordings/live/a%2Fb%20c/pause"),
        full(&live.pause(), "POST /recordings/live/a%2Fb%20c/pause"),
        full(&live.stop(), "POST /recordings/live/a%2Fb%20c/stop"),
        full(&client.recordings().stored().list(), "GET /recordings/stored"),
        full(&stored.delete(), "DELETE /recordings/stored/a%2Fb%20c"),
        full(&stored.get(), "GET /recordings/stored/a%2Fb%20c"),
        full(&stored.download(), "GET /recordings/stored/a%2Fb%20c/file"),
        full(
            &stored.copy("d/e"),
            "POST /recordings/stored/a%2Fb%20c/copy?destinationRecordingName=d/e",
        ),
        full(
            &client.sounds().list().language("en").format("gsm"),
            "GET /sounds?lang=en&format=gsm",
        ),
        full(&client.sounds().get("digits/1"), "GET /sounds/digits%2F1"),
    ]
}

#[test]
fn a_live_recording_becomes_a_stored_one() {
    let stored = client().live_recording("a/b").stored();
    assert_eq!(stored.name(), "a/b");
    assert_eq!(sent(&stored.get()), "GET /recordings/stored/a%2Fb");
}
