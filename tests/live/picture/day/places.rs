//! Where the day takes place: extensions, queues, a parking lot, and who serves the queues.

use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::action::QueueAdd;
use harness::live::OwnServer;

/// Who answers at once, soon, never, or does not stay. Each name is a device of its own.
const DIALPLAN: &str = "
[day]
include = sdk
exten = stay,1,Answer()
 same = n,Wait(600)
exten = _prompt.,1,Answer()
 same = n,Wait(600)
exten = _slow.,1,Ringing()
 same = n,Wait(0.7)
 same = n,Answer()
 same = n,Wait(600)
exten = _deaf.,1,Ringing()
 same = n,Wait(600)
exten = _curt.,1,Answer()
 same = n,Wait(0.5)
 same = n,Hangup()
; What transfers by keys go to: one who answers, a queue, one who never answers.
exten = 210,1,Goto(stay,1)
exten = 211,1,Answer()
 same = n,Queue(sales)
exten = 212,1,Goto(deaf1,1)
exten = pair,1,Dial(Local/stay@day/n,20,tT)
 same = n,Hangup()
";

/// Calls back to who handed on a call that nobody answers come later than the day's calls end: where they
/// meet with a hangup, servers may leave behind a channel that nothing can hang up.
const FEATURES: &str = "
[general](+)
atxfernoanswertimeout = 60
";

const QUEUES: &str = "
[sales]
strategy = linear
timeout = 1
retry = 1
wrapuptime = 0
ringinuse = no
servicelevel = 1

[help]
strategy = ringall
timeout = 2
retry = 1
wrapuptime = 1
ringinuse = no
weight = 2
servicelevel = 5
";

const PARKING: &str = "
[home]
parkpos = 801-820
context = home
parkingtime = 1
comebacktoorigin = yes
comebackdialtime = 5
";

/// The manager user of the picture.
pub(super) const PICTURE: &str = "picture";

pub(super) const QUEUE_NAMES: [&str; 2] = ["sales", "help"];

/// Who serves which queue.
pub(super) const MEMBERS: [(&str, &str); 7] = [
    ("sales", "Local/prompt1@day/n"),
    ("sales", "Local/deaf2@day/n"),
    ("sales", "Local/slow1@day/n"),
    ("sales", "Local/curt1@day/n"),
    ("help", "Local/prompt2@day/n"),
    ("help", "Local/slow1@day/n"),
    ("help", "Local/slow2@day/n"),
];

pub(super) fn prepare(server: &OwnServer) {
    // The picture's user can be told apart. Timestamps are exact however busy the machine is.
    let (_, secret) = &server.ami_admin;
    let users = format!(
        "\n[general](+)\ntimestampevents = yes\n\n[{PICTURE}]\nsecret = {secret}\nread = all\nwrite = all\n"
    );
    server.configure("manager.conf", &users, "manager");
    server.configure("extensions.conf", DIALPLAN, "pbx_config.so");
    server.configure("features.conf", FEATURES, "features");
    server.configure("queues.conf", QUEUES, "app_queue.so");
    server.configure("res_parking.conf", PARKING, "res_parking.so");
}

pub(super) async fn staff(manager: &Manager) {
    for (penalty, (queue, member)) in (0_u32..).zip(MEMBERS) {
        let add = QueueAdd::new(queue, member).member_name(format!("Member {penalty}"));
        manager.send(add.penalty(penalty % 3)).await.expect("the queue takes a member");
    }
}
