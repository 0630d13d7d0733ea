//! The fake itself: where it listens, and what tests tell it.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::{TcpListener, TcpStream};

use crate::call::Call;
use crate::database::Database;
use crate::endpoint::Endpoint;
use crate::engine::{Core, call};
use crate::fault::Faults;
use crate::model::channel::State;
use crate::model::channels::Birth;
use crate::model::dialplan::DialplanError;
use crate::model::queue::{Member, Queue};
use crate::model::time::Clock;
use crate::model::{DEVICE_STATES, World};
use crate::{Protocol, ami, ari, link};

/// Who calls where nobody is named.
const CALLER: &str = "PJSIP/caller";
/// How long to pause when a connection cannot be accepted for want of resources.
const PAUSE: Duration = Duration::from_millis(100);

/// What the faces have to know.
#[derive(Debug)]
pub(crate) struct Settings {
    logins: Vec<(String, String)>,
}

impl Settings {
    /// A user's password.
    pub(crate) fn login(&self, user: &str) -> Option<&str> {
        let found = self.logins.iter().find(|(known, _)| known.eq_ignore_ascii_case(user));
        found.map(|(_, password)| &**password)
    }
}

/// Why a fake could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The dialplan cannot be used.
    #[error("the dialplan cannot be used")]
    Dialplan(#[from] DialplanError),
    /// No port of the loopback interface can be listened at.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
}

/// Why a call could not be placed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceCallError {
    /// The dialplan has no such extension.
    #[error("there is no extension {exten} in context {context}")]
    NoSuchExtension {
        /// The extension.
        exten: String,
        /// The context in which it was looked for.
        context: String,
    },
}

/// Settings of a [`FakeAsterisk`]; made by [`FakeAsterisk::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens until `start`"]
pub struct Builder {
    logins: Vec<(String, String)>,
    dialplan: Vec<String>,
    sound_length: Duration,
    started_at: Option<SystemTime>,
    faults: Option<Faults>,
}

impl Builder {
    /// How long every sound is where nothing else is said: short, so that tests are fast.
    pub const DEFAULT_SOUND_LENGTH: Duration = Duration::from_millis(10);

    /// A user and password, for AMI and ARI alike. Calling it again adds another; without any there is
    /// [`FakeAsterisk::USER`] with [`FakeAsterisk::PASSWORD`].
    pub fn login(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.logins.push((user.into(), password.into()));
        self
    }

    /// A dialplan; see [`FakeAsterisk::dialplan`].
    pub fn dialplan(mut self, text: impl Into<String>) -> Self {
        self.dialplan.push(text.into());
        self
    }

    /// How long every sound is. Only sounds are short by default: pauses and timeouts last as long as they say.
    pub fn sound_length(mut self, length: Duration) -> Self {
        self.sound_length = length;
        self
    }

    /// What its clock shows at the start, from which the ids of channels are made; the system's time by default. With
    /// the same start, the same orders give the same ids.
    pub fn started_at(mut self, time: SystemTime) -> Self {
        self.started_at = Some(time);
        self
    }

    /// What goes wrong on all of its connections.
    pub fn faults(mut self, faults: &Faults) -> Self {
        self.faults = Some(faults.clone());
        self
    }

    /// Starts it on free ports of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// The dialplan has a mistake, or no port is free.
    pub async fn start(self) -> Result<FakeAsterisk, StartError> {
        let clock = Clock::from(self.started_at.unwrap_or_else(SystemTime::now));
        let mut world = World::new(clock, self.sound_length);
        for text in &self.dialplan {
            world.dialplan.add(text)?;
        }
        let mut logins = self.logins;
        if logins.is_empty() {
            logins.push((FakeAsterisk::USER.into(), FakeAsterisk::PASSWORD.into()));
        }
        let settings = Arc::new(Settings { logins });
        let core = Core::new(world, self.faults);
        let ami = TcpListener::bind("127.0.0.1:0").await?;
        let http = TcpListener::bind("127.0.0.1:0").await?;
        let (ami_address, http_address) = (ami.local_addr()?, http.local_addr()?);
        listen(&core, ami, &settings, |core, settings, stream| {
            let stream = link::wrap(stream, Protocol::Ami, core.faults.as_ref());
            ami::session::serve(core, settings, stream)
        });
        listen(&core, http, &settings, |core, settings, stream| {
            let stream = link::wrap(stream, Protocol::Ari, core.faults.as_ref());
            ari::serve(core, settings, stream)
        });
        Ok(FakeAsterisk { core, ami_address, http_address, settings })
    }
}

/// Serves each connection in a task of its own.
fn listen<F, Fut>(core: &Arc<Core>, listener: TcpListener, settings: &Arc<Settings>, serve: F)
where
    F: Fn(Arc<Core>, Arc<Settings>, TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let (shared, settings) = (Arc::clone(core), Arc::clone(settings));
    core.spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    // A peer that is gone already is found out by reading.
                    let _ = stream.set_nodelay(true);
                    shared.spawn(serve(Arc::clone(&shared), Arc::clone(&settings), stream));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
}

/// An Asterisk in this process, on free ports of the loopback interface.
///
/// It speaks AMI and ARI, and calls FastAGI servers. Behind them is one small call model, so that a call that was
/// ordered over AMI runs through the dialplan, enters Stasis and is seen on all sides. What it does not know it
/// refuses as the real server does.
///
/// Dropping it ends all of its calls and connections.
pub struct FakeAsterisk {
    core: Arc<Core>,
    ami_address: SocketAddr,
    http_address: SocketAddr,
    settings: Arc<Settings>,
}

impl fmt::Debug for FakeAsterisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeAsterisk")
            .field("ami_address", &self.ami_address)
            .field("http_address", &self.http_address)
            .finish_non_exhaustive()
    }
}

impl Drop for FakeAsterisk {
    fn drop(&mut self) {
        self.core.stop();
    }
}

impl FakeAsterisk {
    /// The user whom there is if the builder names none.
    pub const USER: &str = "asterisk";
    /// That user's password.
    pub const PASSWORD: &str = "secret";

    /// Starts one with nothing but defaults.
    ///
    /// # Errors
    ///
    /// No port of the loopback interface is free.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Begins to set one up.
    pub fn builder() -> Builder {
        Builder {
            logins: Vec::new(),
            dialplan: Vec::new(),
            sound_length: Builder::DEFAULT_SOUND_LENGTH,
            started_at: None,
            faults: None,
        }
    }

    /// Where AMI is spoken.
    #[must_use]
    pub fn ami_address(&self) -> SocketAddr {
        self.ami_address
    }

    /// Where ARI is, without `/ari`: `http://127.0.0.1:port`.
    #[must_use]
    pub fn ari_url(&self) -> String {
        format!("http://{}", self.http_address)
    }

    /// The first user who may log in.
    #[must_use]
    pub fn user(&self) -> &str {
        self.settings.logins.first().map_or(Self::USER, |(user, _)| user)
    }

    /// That user's password.
    #[must_use]
    pub fn password(&self) -> &str {
        self.settings.logins.first().map_or(Self::PASSWORD, |(_, password)| password)
    }

    /// Adds a dialplan, in the form of extensions.conf: contexts, `exten`, `same`, `include`, labels, patterns,
    /// `${variables}` with substrings, and the functions `CALLERID`, `CHANNEL`, `DB`, `DEVICE_STATE` and `GLOBAL`.
    ///
    /// There are the applications `AGI`, `Answer`, `Busy`, `Congestion`, `Dial`, `Goto`, `Hangup`, `MusicOnHold`,
    /// `NoOp`, `Playback`, `Progress`, `Queue`, `Read`, `Ringing`, `SendDTMF`, `Set`, `Stasis`, `UserEvent`,
    /// `Verbose`, `Wait` and `WaitExten`. The extension `h` runs when a call ends. An extension that is there already is
    /// replaced.
    ///
    /// # Errors
    ///
    /// A line cannot be understood, or asks for what this server has not; nothing is added then.
    pub fn dialplan(&self, text: &str) -> Result<(), DialplanError> {
        self.core.with(|world| world.dialplan.add(text))
    }

    /// Somebody calls an extension, such as `1000@default` (the context may be missing, and is `default` then), from
    /// `PJSIP/caller`. See [`Endpoint::place_call`] for others.
    ///
    /// # Errors
    ///
    /// The dialplan has no such extension.
    pub fn place_call(&self, to: &str) -> Result<Call, PlaceCallError> {
        self.endpoint(CALLER).place_call(to)
    }

    /// An endpoint such as `PJSIP/alice`. It is made when it is first asked for, and answers calls at once until it is
    /// told to do something else. Calls to endpoints that nobody has asked for fail.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Endpoint {
        self.core.with(|world| {
            world.endpoint(name);
        });
        Endpoint { core: Arc::clone(&self.core), name: name.to_owned() }
    }

    /// Makes a queue whose members are these endpoints, such as `PJSIP/alice`; one of that name is replaced. They are
    /// rung one after the other, those that are there.
    pub fn add_queue<M: Into<String>>(&self, name: &str, members: impl IntoIterator<Item = M>) {
        let members: Vec<String> = members.into_iter().map(Into::into).collect();
        self.core.with(|world| {
            let login = world.clock.now();
            for member in &members {
                world.endpoint(member);
            }
            let members = members.into_iter().map(|location| Member {
                name: location.clone(),
                state_interface: location.clone(),
                location,
                membership: "static",
                penalty: 0,
                paused: false,
                paused_reason: String::new(),
                calls_taken: 0,
                last_call: 0,
                last_pause: 0,
                in_call: false,
                login,
            });
            let queue = Queue { members: members.collect(), ..Queue::default() };
            world.queues.insert(name.to_owned(), queue);
        });
    }

    /// A global variable or function such as `DB(family/key)`; `None` if it is not set.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.core.with(|world| world.variable(None, name))
    }

    /// Sets a global variable, or writes to a function.
    pub fn set_variable(&self, name: &str, value: &str) {
        self.core.with(|world| world.set_variable(None, name, value));
    }

    /// Sets the state of a device such as `Custom:lamp`: `NOT_INUSE`, `INUSE`, `RINGING`... Other words count as
    /// `UNKNOWN`.
    pub fn set_device_state(&self, device: &str, state: &str) {
        let state = DEVICE_STATES.into_iter().find(|known| *known == state).unwrap_or("UNKNOWN");
        self.core.with(|world| world.set_device(device, state));
    }

    /// The server's own database (AstDB).
    #[must_use]
    pub fn database(&self) -> Database {
        Database { core: Arc::clone(&self.core) }
    }

    /// Takes a sound away: playing it fails. All others are there.
    pub fn remove_sound(&self, name: &str) {
        self.core.with(|world| world.missing_sounds.insert(name.to_owned()));
    }

    /// A call of which the channel's name or id is known.
    #[must_use]
    pub fn call(&self, channel: &str) -> Option<Call> {
        let id = self.core.with(|world| world.find_channel(channel))?;
        Some(Call::of(&self.core, id))
    }

    /// The calls that there are, each channel one, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        let ids = self.core.with(|world| world.order.clone());
        ids.into_iter().map(|id| Call::of(&self.core, id)).collect()
    }
}

/// Places a call from an endpoint.
pub(crate) fn place(core: &Arc<Core>, from: &str, to: &str) -> Result<Call, PlaceCallError> {
    let id = core.with(|world| {
        let endpoint = world.endpoint(from).clone();
        let (exten, context) = to.split_once('@').unwrap_or((to, &*endpoint.context));
        if !world.dialplan.has(context, exten, 1) {
            let (exten, context) = (exten.to_owned(), context.to_owned());
            return Err(PlaceCallError::NoSuchExtension { exten, context });
        }
        let id = world.create_channel(Birth {
            endpoint: from,
            id: None,
            state: State::Ring,
            caller: endpoint.caller,
            context,
            exten,
            linked_id: None,
        });
        if let Some(channel) = world.channels.get_mut(&id) {
            exten.clone_into(&mut channel.dnid);
        }
        if from.starts_with("PJSIP/") {
            world.set_variable(Some(&id), "SIPDOMAIN", "127.0.0.1");
        }
        Ok(id)
    })?;
    core.spawn(call::run(Arc::clone(core), id.clone()));
    Ok(Call::of(core, id))
}
