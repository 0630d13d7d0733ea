//! The FastAGI server against a scripted Asterisk.
//!
//! What real servers do and documents do not say, and the tests that hold it (`live` is the target in
//! `tests/live`, `unit` are the tests beside the modules of `asterisk-sdk-agi` and `asterisk-proto`):
//!
//! | fact | tests |
//! |---|---|
//! | variables: split at the first `: `, `unknown`, empty arguments, colons, quotes and UTF-8 in values | `server::arguments_of_a_captured_call`, `hostile::callers_with_odd_names`, unit `environment` |
//! | a URL without a path has no `agi_network_script`; it is not decoded | `facts::a_url_without_a_path_has_no_script`, `server::the_first_matching_route_gets_the_call`, unit `script` |
//! | lines end with a single LF, at most 8191 (22) or 2047 (16) bytes, 127 words | `facts::lines_end_with_a_line_feed_and_no_more_than_8191_or_2047_bytes`, unit `quote`, `live::agi_commands::data::the_longest_line_is_taken_and_a_longer_one_not_sent` |
//! | commands sent ahead are lost | `facts::commands_are_never_sent_ahead`, `hostile::a_late_reply_is_not_taken_for_the_next_one`, `cancel::commands_one_and_several` |
//! | forms of replies; text to the last `)`, with `(`, `)` and LF | `commands::every_form_of_a_reply`, unit `reply` |
//! | `100` before the reply of `GOSUB` | `families::a_subroutine_returns_or_does_not` |
//! | 510 (also for an empty line), 511, 520 with lines that look like replies, 520 in one line | `commands::every_form_of_a_reply`, unit `reply::the_other_statuses` |
//! | `HANGUP` behind the reply in progress, before the next one, once | `hangup`, `end_at_hangup`, unit `session` |
//! | a second `HANGUP` before the end; `AGIEXITONHANGUP` | `hangup::with_the_end_of_the_connection`, `live::agi_commands::hangup::and_the_server_ends_the_session` |
//! | `AGISIGHUP=no` | `hangup::without_the_line`, `end_at_hangup::nothing_happens_without_the_line` |
//! | dead from the start | `families::a_hangup_handler_s_channel_is_dead_without_a_word` |
//! | a line `failure` ends the session | `server::a_call_without_a_route_fails`, `handlers`, `live::agi::a_handler_that_fails_is_a_failure_to_the_dialplan` |
//! | `AGISTATUS` | `live::agi`, `live::agi_commands` (`Live::finish`) |
//! | quoting: blanks, tabs, quotes, backslash, empty; LF, CR and NUL refused | unit `quote`, `live::agi_commands::data::variables_come_back_as_they_went_in` |
//! | variables are not replaced, except by `GET FULL VARIABLE` and with `AGIEXECFULL` | `families::get_variable_is_cut_at_1023_bytes_and_the_full_one_is_not`, `live::agi_commands::dialplan::applications` |
//! | failure and hangup are both -1 | unit `session::minus_one_is_a_hangup_only_if_the_line_follows`, `families`, `hangup` |
//! | `CHANNEL STATUS`, `HANGUP` of no channel | `families::the_call_itself` |
//! | `CONTROL STREAM FILE` ends in milliseconds, `CPLAYBACKSTATUS` and `CPLAYBACKOFFSET` | `families::a_steered_playback_ends_in_milliseconds` |
//! | `STREAM FILE` and `GET OPTION` end in samples | `families::a_file_is_played_from_a_sample_to_a_sample`, `an_option_is_chosen_or_missed` |
//! | `DATABASE DELTREE` is inverted, `DATABASE DEL` of nothing is fine | `families::database_deltree_is_inverted_and_misses_are_no_errors` |
//! | `EXEC`: -2 without the application; the usage behind a 1 | `commands::every_form_of_a_reply`, unit `session::the_usage_behind_an_exec_that_gave_one_answers_nothing` |
//! | `GET DATA`: digits as text, `(timeout)`, empty by `#` | `commands::digits_are_text_as_they_were_keyed`, `families::keys_are_waited_for` |
//! | `GET VARIABLE` is cut at 1023 bytes, `GET FULL VARIABLE` is not; unset and empty differ | `families::get_variable_is_cut_at_1023_bytes_and_the_full_one_is_not`, `commands::every_form_of_a_reply` |
//! | `RECEIVE CHAR`, `RECEIVE TEXT`, `SEND TEXT`, `SEND IMAGE`, `TDD MODE` | `families::text_is_told_from_silence_and_from_a_hangup` |
//! | `RECORD FILE`: why it ended, a timeout may be 0 or 1, no `endpos` | `families::a_recording_says_why_it_ended` |
//! | `SAY …` | `families::what_is_said_is_interrupted_by_a_key` |
//! | `SET …`: 0 or 1, an unknown label is 520 | `families::the_call_itself`, `where_the_dialplan_goes_on`, `handlers::a_script_that_ends_without_a_hangup_says_where_to_go_on` |
//! | `WAIT FOR DIGIT` | `families::keys_are_waited_for` |
//! | `SPEECH …` | `families::speech_without_an_engine_is_a_failure_of_each_command`, unit `command::results_of_speech` |
//! | which commands a dead channel takes | `families::on_a_dead_channel_twelve_kinds_of_commands_still_work`, `live::agi_commands::dead` |

// By this, Clippy knows the functions that a test consists of.
#![cfg(test)]

mod async_agi;
mod cancel;
mod commands;
mod end_at_hangup;
mod facts;
mod families;
mod handlers;
mod hangup;
mod hostile;
mod server;
mod stdio;
mod storms;
mod tls;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use asterisk_sdk::agi::Call;
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{Drained, ServiceBuilder};
use harness::agi_caller::{AgiCaller, Capture};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own.
struct Running {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Running {
    async fn new(builder: ServiceBuilder) -> Self {
        Self::serve(builder.bind("127.0.0.1:0").await.unwrap())
    }

    fn serve(server: Server) -> Self {
        let addr = server.local_addr();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve_with_shutdown(async {
            // A dropped sender is a test that ended.
            let _ = stopped.await;
        }));
        Self { addr, stop, task }
    }

    /// Stops it and waits until it has stopped.
    async fn stop(self) -> Drained {
        let _ = self.stop.send(());
        timeout(PATIENCE, self.task).await.unwrap().unwrap()
    }
}

/// Where the handlers of a test leave what they saw.
struct Seen<T>(mpsc::Receiver<T>);

impl<T> Seen<T> {
    fn new() -> (mpsc::Sender<T>, Self) {
        let (sender, receiver) = mpsc::channel(100);
        (sender, Self(receiver))
    }

    async fn next(&mut self) -> T {
        timeout(PATIENCE, self.0.recv()).await.unwrap().unwrap()
    }
}

/// Runs a script on a captured session, and gives what the script returns. Every line that it
/// writes must be the captured one.
async fn replay<F, Fut, T>(name: &str, version: u32, script: F) -> T
where
    F: Fn(Call) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = T> + Send,
    T: Send + 'static,
{
    let (sender, mut seen) = Seen::new();
    let running = Running::new(Server::builder().fallback(move |call| {
        let (sender, script) = (sender.clone(), script.clone());
        async move {
            let _ = sender.send(script(call).await).await;
        }
    }))
    .await;
    AgiCaller::replay(running.addr, &Capture::load(name, version)).await;
    seen.next().await
}
