//! A message is left, looked at, copied, moved and deleted; a password is changed.

use std::time::Duration;

use asterisk_sdk::ami::action::{
    MailboxCount, MailboxStatus, MwiDelete, MwiGet, MwiUpdate, Originate, VoicemailBoxSummary,
    VoicemailForward, VoicemailMove, VoicemailRefresh, VoicemailRemove, VoicemailUserStatus,
    VoicemailUsersList,
};
use asterisk_sdk::ami::event::{
    MessageWaiting, MiniVoiceMail, VoicemailBoxDetail, VoicemailBoxDetailComplete,
    VoicemailPasswordChange, VoicemailUserDetailComplete, VoicemailUserEntryComplete,
};

use super::super::Stage;
use super::{end, hang_up, is, next, originate, unknown};

pub(super) async fn mailboxes(stage: &Stage) {
    let users = stage.send(VoicemailUsersList::new()).await.unwrap();
    assert!(users.valid() && users.items.len() == 2, "{users:?}");
    assert_eq!(end::<VoicemailUserEntryComplete>(users.complete.as_ref()).list_items, Some(2));
    let ada = &users.items[0];
    assert_eq!(ada.context.as_deref(), Some("default"));
    assert_eq!(ada.mailbox.as_deref(), Some("100"));
    assert_eq!(ada.full_name.as_deref(), Some("Ada Test"));
    assert_eq!(ada.say_duration_minimum, Some(Duration::from_secs(120)));
    assert_eq!((ada.attach_message, ada.say_envelope), (Some(false), Some(true)));
    assert_eq!(ada.volume_gain, Some(0.0));
    assert_eq!(ada.max_message_count, Some(50));
    assert_eq!(ada.max_message_length, Some(Duration::from_secs(30)));
    assert_eq!(ada.can_mark_urgent, (stage.server.major() > 16).then_some(true));

    let bob = stage.send(VoicemailUserStatus::new("default", "101")).await.unwrap();
    assert!(bob.valid());
    assert_eq!(end::<VoicemailUserDetailComplete>(bob.complete.as_ref()).list_items, Some(1));
    let [bob] = &bob.items[..] else { panic!("{bob:?}") };
    assert_eq!(bob.full_name.as_deref(), Some("Bob Test"));
    assert_eq!(bob.max_message_length, Some(Duration::from_secs(1)));
    assert_eq!((bob.new_message_count, bob.old_message_count), (Some(0), Some(0)));
    let nobody = stage.send(VoicemailUserStatus::new("default", "199")).await.unwrap();
    assert!(nobody.valid() && nobody.items.is_empty() && nobody.complete.is_none());
    let words = "There is no voicemail user of the given info.";
    assert_eq!(nobody.response.text().unwrap(), words);
    let refusal = stage.refused(VoicemailUserStatus::new("default", "")).await;
    assert_eq!(refusal, "Need 'Context' and 'Mailbox' parameters.");

    let refresh = VoicemailRefresh::new().context("default").mailbox("100");
    assert_eq!(stage.send(refresh).await.unwrap().text().unwrap(), "Refresh sent");

    let count = stage.send(MailboxCount::new("101@default")).await.unwrap();
    assert_eq!((count.urgent, count.new, count.old), (0, 0, 0));
    assert!(!stage.send(MailboxStatus::new("101@default,100@default")).await.unwrap());
    assert_eq!(stage.refused(MailboxCount::new("")).await, "Mailbox not specified");
}

pub(super) async fn a_message(stage: &Stage) {
    let mut events = stage.events();
    let call = Originate::to("Local/voicemail-short@sdk").application_with("Milliwatt", "");
    let caller = originate(stage, call.caller_id(r#""Ada \"the\" Test" <555>"#)).await;
    let left = next::<MessageWaiting>(&mut events, |event| event.waiting == Some(true)).await;
    hang_up(stage, &caller).await;
    assert_eq!(left.mailbox.as_deref(), Some("101@default"));
    assert_eq!((left.new_messages, left.old_messages), (Some(1), Some(0)));
    assert_eq!(left.channel.channel.as_deref(), Some(&*caller.replace(";1", ";2")));
    let count = stage.send(MailboxCount::new("101@default")).await.unwrap();
    assert_eq!((count.urgent, count.new, count.old), (0, 1, 0));
    assert!(stage.send(MailboxStatus::new("100@default,101@default")).await.unwrap());

    if stage.server.major() == 16 {
        let (context, mailbox, folder) = ("default", "101", "INBOX");
        let refusal = stage.refused(VoicemailBoxSummary::new(context, mailbox)).await;
        assert_eq!(refusal, unknown("VoicemailBoxSummary"));
        let forward = VoicemailForward::new(context, mailbox, folder, "x", context, "100", folder);
        assert_eq!(stage.refused(forward).await, unknown("VoicemailForward"));
        let to_old = VoicemailMove::new(context, mailbox, folder, "x", "Old");
        assert_eq!(stage.refused(to_old).await, unknown("VoicemailMove"));
        let remove = VoicemailRemove::new(context, mailbox, folder, "x");
        assert_eq!(stage.refused(remove).await, unknown("VoicemailRemove"));
        return;
    }

    let message = the_message(stage, "INBOX").await;
    assert_eq!(message.caller_id.as_deref(), Some(r#""Ada \"the\" Test" <555>"#));
    assert!(message.duration.unwrap() <= Duration::from_secs(1), "{message:?}");
    assert!(message.date.is_some() && is(message.flag.as_ref(), ""));
    let id = message.message_id.unwrap().as_str().to_owned();

    let forward = |id: &str, to: &str| {
        VoicemailForward::new("default", "101", "INBOX", id, "default", to, "INBOX")
    };
    let response = stage.send(forward(&id, "100")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Message forward successful");
    let copied =
        next::<MessageWaiting>(&mut events, |e| is(e.mailbox.as_ref(), "100@default")).await;
    assert_eq!((copied.new_messages, copied.channel.channel), (Some(1), None));
    let failed = stage.refused(forward(&id, "199")).await;
    assert_eq!(failed.trim_end(), "Message forward failed");

    let to_old = |id: &str| VoicemailMove::new("default", "101", "INBOX", id, "Old");
    let failed = stage.refused(to_old("nosuch")).await;
    assert_eq!(failed.trim_end(), "Message move failed");
    let response = stage.send(to_old(&id)).await.unwrap();
    assert_eq!(response.text().unwrap(), "Message move successful");
    assert_eq!(the_message(stage, "Old").await.message_id.as_deref(), Some(&*id));
    let count = stage.send(MailboxCount::new("101@default")).await.unwrap();
    assert_eq!((count.urgent, count.new, count.old), (0, 0, 1));

    let remove = |folder: &str| VoicemailRemove::new("default", "101", folder, &*id);
    let response = stage.send(remove("Old")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Message remove successful");
    assert_eq!(stage.refused(remove("Old")).await.trim_end(), "Message remove failed");
    let nobody = stage.send(VoicemailBoxSummary::new("default", "199")).await.unwrap();
    assert!(nobody.valid() && nobody.complete.is_none());
    let words = "There is no voicemail user matching the given user.";
    assert_eq!(nobody.response.text().unwrap(), words);
}

/// The only message of mailbox 101, which is in this folder.
async fn the_message(stage: &Stage, folder: &str) -> VoicemailBoxDetail {
    let messages = stage.send(VoicemailBoxSummary::new("default", "101")).await.unwrap();
    assert!(messages.valid() && messages.items.len() == 1, "{messages:?}");
    assert_eq!(end::<VoicemailBoxDetailComplete>(messages.complete.as_ref()).list_items, Some(1));
    let message = messages.into_iter().next().unwrap();
    assert!(is(message.folder.as_ref(), folder), "{message:?}");
    message
}

/// The owner of mailbox 100 dials her way to a new password.
pub(super) async fn a_password(stage: &Stage) {
    let mut events = stage.events();
    let call = Originate::to("Local/digits@sdk")
        .application_with("VoiceMailMain", "100@default,s")
        .variable("__SDK_DIGITS", "w0w5ww5678#ww5678#");
    if stage.server.major() == 16 {
        return;
    }
    let channel = originate(stage, call).await;
    let changed = next::<VoicemailPasswordChange>(&mut events, |_| true).await;
    assert_eq!(changed.context.as_deref(), Some("default"));
    assert_eq!(changed.mailbox.as_deref(), Some("100"));
    assert_eq!(changed.new_password.as_deref(), Some("5678"));
    hang_up(stage, &channel).await;
}

/// Other modules: counts kept elsewhere, which no test server has, and the small voicemail.
pub(super) async fn elsewhere(stage: &Stage) {
    let update = MwiUpdate::new("elsewhere").old_messages(1_u32).new_messages(2_u32);
    assert_eq!(stage.refused(update).await, unknown("MWIUpdate"));
    assert_eq!(stage.refused(MwiGet::new("elsewhere")).await, unknown("MWIGet"));
    assert_eq!(stage.refused(MwiDelete::new("elsewhere")).await, unknown("MWIDelete"));

    // Asterisk 22 sends the mail and does not say so.
    if stage.server.major() == 16 {
        let printed = stage.server.cli("module load app_minivm.so");
        assert!(printed.starts_with("Loaded"), "{printed}");
        let mut events = stage.events();
        let call = Originate::to("Local/wait@sdk")
            .application_with("MinivmNotify", "200@default,mail")
            .variable("MVM_FILENAME", "/dev/null")
            .variable("MVM_DURATION", "1")
            .variable("MVM_FORMAT", "wav")
            .variable("MVM_COUNTER", "7");
        let channel = originate(stage, call).await;
        let sent = next::<MiniVoiceMail>(&mut events, |_| true).await;
        assert_eq!(sent.action.as_deref(), Some("SentNotification"));
        assert_eq!(sent.mailbox.as_deref(), Some("200@default"));
        assert_eq!(sent.counter.as_deref(), Some("7"));
        assert_eq!(sent.channel.channel.as_deref(), Some(&*channel));
    }
}
