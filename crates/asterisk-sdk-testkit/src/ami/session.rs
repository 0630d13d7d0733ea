//! One client of the manager interface.

use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use md5::{Digest, Md5};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{Notify, mpsc};

use super::block::Block;
use super::request::{Read, Request};
use super::{BACKLOG, ManagerSink, action, class, request};
use crate::engine::Core;
use crate::server::Settings;

const BANNER: &str = "Asterisk Call Manager/11.0.0\r\n";
/// How long a client may take to log in.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a wrong password takes to be told.
const REFUSAL_DELAY: Duration = Duration::from_secs(1);
/// The challenge of MD5 logins; the same for all, so that conversations can be repeated.
const CHALLENGE: &str = "783317432";

/// Talks to a client until one of both ends it.
pub(crate) async fn serve(
    core: Arc<Core>,
    settings: Arc<Settings>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) {
    let (read, mut write) = tokio::io::split(stream);
    let (messages, mut outgoing) = mpsc::channel::<String>(BACKLOG);
    let cut = Arc::new(Notify::new());
    let session = core.with_state(|state| {
        let session = state.session();
        state.managers.push(ManagerSink {
            session,
            messages,
            mask: 0,
            filters: super::Filters::default(),
            cut: Arc::clone(&cut),
        });
        session
    });
    let writer = async {
        write.write_all(BANNER.as_bytes()).await?;
        while let Some(message) = outgoing.recv().await {
            write.write_all(message.as_bytes()).await?;
        }
        write.shutdown().await
    };
    let mut client = Client { core: &core, settings: &settings, session, user: false };
    let reader = async {
        let result = client.run(BufReader::new(read)).await;
        // What is still to be sent goes out, and then the connection is closed.
        client.core.with_state(|state| state.managers.retain(|sink| sink.session != session));
        result
    };
    let talk = async { tokio::try_join!(writer, reader) };
    tokio::select! {
        result = talk => {
            if let Err(error) = result {
                tracing::debug!(%error, "a manager session broke");
            }
        }
        () = cut.notified() => tracing::warn!("a manager session does not read, and is cut off"),
    }
    core.with_state(|state| state.managers.retain(|sink| sink.session != session));
}

struct Client<'a> {
    core: &'a Arc<Core>,
    settings: &'a Settings,
    session: u64,
    user: bool,
}

impl Client<'_> {
    async fn run(&mut self, mut read: BufReader<impl AsyncRead + Send + Unpin>) -> io::Result<()> {
        loop {
            let next = request::read(&mut read);
            let next = if self.user {
                next.await?
            } else {
                match tokio::time::timeout(LOGIN_TIMEOUT, next).await {
                    Ok(next) => next?,
                    Err(_) => return Ok(()),
                }
            };
            match next {
                None => return Ok(()),
                Some(Read::Refused(request, why)) => self.error(&request, why),
                Some(Read::Request(request)) => {
                    if !self.answer(request).await {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Answers an action; false if it was the last.
    async fn answer(&mut self, request: Request) -> bool {
        let name = request.given("Action").unwrap_or_default().to_owned();
        match &*name.to_ascii_lowercase() {
            "" => self.error(&request, "Missing action in request"),
            "logoff" => {
                let block = Block::response("Goodbye", request.action_id());
                self.send(block.with("Message", "Thanks for all the fish.").finish());
                return false;
            }
            "challenge" => match request.given("AuthType") {
                Some(kind) if kind.eq_ignore_ascii_case("MD5") => {
                    let block = Block::response("Success", request.action_id());
                    self.send(block.with("Challenge", CHALLENGE).finish());
                }
                _ => self.error(&request, "Must specify AuthType"),
            },
            "login" if self.user => {
                let block = Block::response("Success", request.action_id());
                self.send(block.with("Message", "Already authenticated").finish());
            }
            "login" => return self.login(&request).await,
            _ if !self.user => self.error(&request, "Permission denied"),
            "events" => self.events(&request),
            "filter" => self.filter(&request),
            "originate" => {
                action::originate::run(self.core, self.session, request).await;
            }
            _ => action::run(self.core, self.session, &name, &request),
        }
        true
    }

    fn send(&self, message: String) {
        self.core.with_state(|state| {
            if let Some(sink) = state.managers.iter().find(|sink| sink.session == self.session) {
                sink.send(message);
            }
        });
    }

    fn error(&self, request: &Request, message: &str) {
        let block = Block::response("Error", request.action_id());
        self.send(block.with("Message", message).finish());
    }

    async fn login(&mut self, request: &Request) -> bool {
        let user = request.given("Username").unwrap_or_default();
        let known = self.settings.login(user);
        let right = known.is_some_and(|secret| match request.given("Key") {
            Some(key) => key == hex(&Md5::digest(format!("{CHALLENGE}{secret}"))),
            None => request.get("Secret") == Some(secret),
        });
        if !right {
            tokio::time::sleep(REFUSAL_DELAY).await;
            self.error(request, "Authentication failed");
            return false;
        }
        self.user = true;
        let mask = request.given("Events").and_then(class::mask).unwrap_or(class::ALL);
        self.core.with_state(|state| {
            let uptime = state.world.clock.uptime().as_secs();
            let Some(sink) = state.managers.iter_mut().find(|sink| sink.session == self.session)
            else {
                return;
            };
            sink.mask = mask;
            let block = Block::response("Success", request.action_id());
            sink.send(block.with("Message", "Authentication accepted").finish());
            if mask & class::SYSTEM != 0 {
                let block = Block::event("FullyBooted").with("Privilege", "system,all");
                let block = block.with("Uptime", uptime).with("LastReload", uptime);
                sink.send(block.with("Status", "Fully Booted").finish());
            }
        });
        true
    }

    fn events(&self, request: &Request) {
        let Some(mask) = request.get("EventMask").and_then(class::mask) else {
            return self.error(request, "Invalid event mask");
        };
        self.core.with_state(|state| {
            if let Some(sink) = state.managers.iter_mut().find(|sink| sink.session == self.session)
            {
                sink.mask = mask;
                let block = Block::response("Success", request.action_id());
                sink.send(block.with("Events", if mask == 0 { "Off" } else { "On" }).finish());
            }
        });
    }

    fn filter(&self, request: &Request) {
        if !request.get("Operation").is_some_and(|it| it.eq_ignore_ascii_case("Add")) {
            return self.error(request, "Unknown operation");
        }
        let added = self.core.with_state(|state| {
            let sink = state.managers.iter_mut().find(|sink| sink.session == self.session)?;
            let text = request.get("Filter").unwrap_or_default();
            Some(sink.filters.add(request.given("MatchCriteria"), text))
        });
        if let Some(Err(why)) = added {
            return self.error(request, why);
        }
        let block = Block::response("Success", request.action_id());
        self.send(block.with("Message", "Success").finish());
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
