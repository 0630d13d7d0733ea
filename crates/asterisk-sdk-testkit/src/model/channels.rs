//! What happens to channels.

use super::World;
use super::channel::{Channel, Ending, Location, Party, Snapshot, State};
use super::expand::database_key;
use super::happening::What;

/// How a channel begins.
#[derive(Debug, Clone)]
pub(crate) struct Birth<'a> {
    /// `PJSIP/alice`.
    pub(crate) endpoint: &'a str,
    pub(crate) id: Option<String>,
    pub(crate) state: State,
    pub(crate) caller: Party,
    pub(crate) context: &'a str,
    pub(crate) exten: &'a str,
    pub(crate) linked_id: Option<String>,
}

impl World {
    /// Makes a channel; gives its id.
    pub(crate) fn create_channel(&mut self, birth: Birth<'_>) -> String {
        let own = self.unique_id();
        let id = birth.id.unwrap_or(own);
        let name = format!("{}-{:08x}", birth.endpoint, self.names);
        self.names += 1;
        self.processed += 1;
        let protocol_id = self.token();
        let view = Snapshot {
            id: id.clone(),
            name,
            state: birth.state,
            caller: birth.caller,
            connected: Party::default(),
            language: "en".into(),
            account: String::new(),
            context: birth.context.to_owned(),
            exten: birth.exten.to_owned(),
            priority: 1,
            linked_id: birth.linked_id.unwrap_or_else(|| id.clone()),
            application: String::new(),
            data: String::new(),
            created: self.clock.now(),
            protocol_id,
        };
        self.channels.insert(id.clone(), Channel::new(view.clone()));
        self.order.push(id.clone());
        self.emit(What::NewChannel(view));
        id
    }

    pub(crate) fn view(&self, id: &str) -> Option<Snapshot> {
        self.channels.get(id).map(|channel| channel.view.clone())
    }

    /// The id of a channel that is called by its name or its id.
    pub(crate) fn find_channel(&self, name: &str) -> Option<String> {
        if self.channels.contains_key(name) {
            return Some(name.to_owned());
        }
        let found = self.channels.values().find(|channel| channel.view.name == name);
        found.map(|channel| channel.view.id.clone())
    }

    /// Wakes whoever waits for a channel.
    pub(crate) fn touch(&self, id: &str) {
        if let Some(channel) = self.channels.get(id) {
            channel.changed.notify_waiters();
        }
    }

    pub(crate) fn set_state(&mut self, id: &str, state: State) {
        let uptime = self.clock.uptime();
        let Some(channel) = self.channels.get_mut(id) else { return };
        if channel.view.state == state {
            return;
        }
        channel.view.state = state;
        if state == State::Up {
            channel.answered = Some(uptime);
        }
        channel.changed.notify_waiters();
        let view = channel.view.clone();
        let endpoint = view.endpoint().to_owned();
        self.emit(What::State(view));
        self.tell_device(&endpoint);
    }

    pub(crate) fn set_caller(&mut self, id: &str, caller: Party) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.view.caller = caller;
        let view = channel.view.clone();
        self.emit(What::CallerId(view));
    }

    pub(crate) fn set_connected(&mut self, id: &str, connected: Party) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.view.connected = connected;
        let view = channel.view.clone();
        self.emit(What::ConnectedLine(view));
    }

    /// A channel runs an application now.
    pub(crate) fn set_application(&mut self, id: &str, application: &str, data: &str) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        application.clone_into(&mut channel.view.application);
        data.clone_into(&mut channel.view.data);
        channel.changed.notify_waiters();
    }

    /// The same as a step of the dialplan, which is told.
    pub(crate) fn run_application(&mut self, id: &str, application: &str, data: &str) {
        self.set_application(id, application, data);
        if let Some(view) = self.view(id) {
            self.emit(What::NewExten(view));
        }
    }

    pub(crate) fn set_location(&mut self, id: &str, location: Location) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.view.context = location.context;
        channel.view.exten = location.exten;
        channel.view.priority = location.priority;
    }

    /// Sets a variable or writes to a function; without a channel it is a global one.
    pub(crate) fn set_variable(&mut self, channel: Option<&str>, name: &str, value: &str) {
        if let Some((function, argument)) = name.split_once('(') {
            let argument = argument.trim_end_matches(')');
            self.set_function(channel, function, argument, value);
            return;
        }
        let deep = name.starts_with("__");
        let inherited = name.starts_with('_');
        let name = name.trim_start_matches('_');
        let channel = match channel {
            None => {
                self.globals.insert(name.to_owned(), value.to_owned());
                None
            }
            Some(id) => {
                let Some(channel) = self.channels.get_mut(id) else { return };
                channel.variables.insert(name.to_owned(), value.to_owned());
                if inherited {
                    channel.inherited.insert(name.to_owned(), deep);
                }
                Some(channel.view.clone())
            }
        };
        self.emit(What::Variable { channel, name: name.to_owned(), value: value.to_owned() });
    }

    fn set_function(&mut self, channel: Option<&str>, function: &str, argument: &str, value: &str) {
        match (function, channel) {
            ("DB", _) => drop(self.database.insert(database_key(argument), value.to_owned())),
            ("GLOBAL", _) => self.set_variable(None, argument, value),
            ("DEVICE_STATE", _) => {
                let state = super::DEVICE_STATES.into_iter().find(|state| *state == value);
                self.set_device(argument, state.unwrap_or("UNKNOWN"));
            }
            ("CALLERID", Some(id)) => {
                let Some(before) = self.view(id).map(|view| view.caller) else { return };
                let caller = match argument {
                    "name" => Party { name: value.to_owned(), ..before },
                    "all" => Party::parse(value),
                    _ => Party { number: value.to_owned(), ..before },
                };
                self.set_caller(id, caller);
            }
            ("CHANNEL", Some(id)) => {
                let Some(channel) = self.channels.get_mut(id) else { return };
                match argument {
                    "language" => value.clone_into(&mut channel.view.language),
                    "accountcode" => value.clone_into(&mut channel.view.account),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// What a channel gets of the one that dials it.
    pub(crate) fn inherit(&mut self, from: &str, to: &str) {
        let Some(channel) = self.channels.get(from) else { return };
        let inherited: Vec<_> = channel
            .inherited
            .iter()
            .filter_map(|(name, deep)| {
                let prefix = if *deep { "__" } else { "" };
                let value = channel.variables.get(name)?;
                Some((format!("{prefix}{name}"), value.clone()))
            })
            .collect();
        for (name, value) in inherited {
            self.set_variable(Some(to), &name, &value);
        }
    }

    /// The caller presses a key.
    pub(crate) fn press(&mut self, id: &str, digit: char, millis: u32) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let view = channel.view.clone();
        let (bridge, staged) = (channel.bridge.clone(), channel.staged.is_some());
        if bridge.is_none() && !staged {
            channel.keep_digit(digit);
        }
        channel.changed.notify_waiters();
        if millis > 0 {
            self.emit(What::DtmfBegin { channel: view.clone(), digit, received: true });
        }
        self.emit(What::DtmfEnd { channel: view, digit, millis, received: true });
        self.end_recordings_by_key(id, digit);
        let others =
            bridge.and_then(|id| self.bridges.get(&id)).map(|bridge| &bridge.view.channels);
        let others: Vec<_> =
            others.into_iter().flatten().filter(|other| *other != id).cloned().collect();
        for other in others {
            self.send_digit(&other, digit, millis.max(100));
        }
    }

    /// A key is sent to the far end of a channel.
    pub(crate) fn send_digit(&mut self, id: &str, digit: char, millis: u32) {
        let Some(channel) = self.view(id) else { return };
        self.emit(What::DtmfBegin { channel: channel.clone(), digit, received: false });
        self.emit(What::DtmfEnd { channel, digit, millis, received: false });
    }

    fn end_recordings_by_key(&mut self, id: &str, digit: char) {
        let target = format!("channel:{id}");
        for recording in self.recordings.values_mut() {
            if recording.view.target == target && recording.terminate_on.contains(digit) {
                recording.stopped = true;
            }
        }
        self.touch(id);
    }

    /// Makes a channel end: what runs on it stops, and then it is gone. The first cause counts.
    pub(crate) fn end(&mut self, id: &str, ending: Ending) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        if channel.ending.is_some() {
            return false;
        }
        channel.ending = Some(ending);
        channel.changed.notify_waiters();
        true
    }

    /// The far end hangs up, which is told.
    pub(crate) fn remote_end(&mut self, id: &str, ending: Ending) {
        if self.end(id, ending)
            && let Some(channel) = self.view(id)
        {
            self.emit(What::HangupRequest { channel, ending });
        }
    }

    /// A channel is gone.
    pub(crate) fn remove_channel(&mut self, id: &str) {
        self.leave_bridge(id);
        if let Some(talk) = self.channels.get_mut(id).and_then(|channel| channel.queue_talk.take())
        {
            self.complete(id, talk, "caller");
        }
        let Some(channel) = self.channels.get(id) else { return };
        let ending = channel.ending.unwrap_or_default();
        let view = channel.view.clone();
        let endpoint = view.endpoint().to_owned();
        self.remember_end(id, ending.cause);
        self.emit(What::Hangup { channel: view, ending });
        for app in self.apps.values_mut() {
            app.channels.remove(id);
        }
        if let Some(channel) = self.channels.remove(id) {
            channel.changed.notify_waiters();
        }
        self.order.retain(|other| other != id);
        self.tell_device(&endpoint);
        self.forget_unused_apps();
    }

    /// Applications that nobody is connected for and that hold nothing.
    pub(crate) fn forget_unused_apps(&mut self) {
        self.apps.retain(|_, app| app.socket.is_some() || app.is_used());
    }
}
