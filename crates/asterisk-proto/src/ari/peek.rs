//! What is looked up of each event before anybody asks for it: type, application, time, subjects.

use super::field::Source;
use super::raw::{Resource, Subject};
use super::scan::{Scanned, Scanner};
use crate::Text;

#[derive(Default)]
pub(super) struct Peeked {
    pub(super) kind: Option<Text>,
    pub(super) application: Text,
    pub(super) timestamp: Text,
    pub(super) asterisk_id: Text,
    pub(super) subjects: Subjects,
}

/// Looks through one event, all of it, so that one that was let through can be decoded.
pub(super) fn peek(json: &Text) -> Scanned<Peeked> {
    let mut peeked = Peeked::default();
    let mut scanner = Scanner::new(json);
    let source = Source(json);
    // The order of members is not fixed: `type` need not be the first.
    scanner.members(|scanner, name| {
        let text = match name {
            b"type" => {
                peeked.kind = text(scanner, source)?;
                return Ok(());
            }
            b"application" => &mut peeked.application,
            b"timestamp" => &mut peeked.timestamp,
            b"asterisk_id" => &mut peeked.asterisk_id,
            name => return About::member(name).read(scanner, source, &mut peeked.subjects),
        };
        *text = self::text(scanner, source)?.unwrap_or_default();
        Ok(())
    })?;
    scanner.end()?;
    Ok(peeked)
}

/// Reads text, and skips anything else.
fn text(scanner: &mut Scanner<'_>, source: Source<'_>) -> Scanned<Option<Text>> {
    Ok(scanner.text()?.map(|text| source.text(&text)))
}

/// Subjects without a list of their own, as almost no event has more than three.
pub(super) struct Subjects {
    few: [Subject; 3],
    count: usize,
    /// All of them, if there are more.
    many: Vec<Subject>,
}

impl Default for Subjects {
    fn default() -> Self {
        let few = std::array::from_fn(|_| Subject::new(Resource::Channel, Text::default()));
        Self { few, count: 0, many: Vec::new() }
    }
}

impl Subjects {
    pub(super) fn as_slice(&self) -> &[Subject] {
        if self.many.is_empty() {
            self.few.get(..self.count).unwrap_or_default()
        } else {
            &self.many
        }
    }

    fn add(&mut self, resource: Resource, id: Text) {
        let subject = Subject::new(resource, id);
        if self.as_slice().contains(&subject) {
            return;
        }
        if let (Some(free), true) = (self.few.get_mut(self.count), self.many.is_empty()) {
            *free = subject;
            self.count += 1;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(subject);
        }
    }
}

/// What a member of an event says of what it is about.
enum About {
    /// An object, and which of its members identifies it.
    Object(Resource, &'static [u8]),
    /// An object with technology and name.
    Endpoint,
    /// The id of a bridge.
    BridgeId,
    /// An object whose members are such members.
    Several,
    Nothing,
}

impl About {
    fn member(name: &[u8]) -> Self {
        match name {
            b"channel"
            | b"replace_channel"
            | b"caller"
            | b"peer"
            | b"forwarded"
            | b"transferee"
            | b"transfer_target"
            | b"transferer_first_leg"
            | b"transferer_second_leg"
            | b"destination_link_first_leg"
            | b"destination_link_second_leg"
            | b"destination_threeway_channel"
            | b"destination_channel"
            | b"connected_channel"
            | b"source_channel" => Self::Object(Resource::Channel, b"id"),
            b"bridge"
            | b"bridge_from"
            | b"transferer_first_leg_bridge"
            | b"transferer_second_leg_bridge"
            | b"destination_threeway_bridge" => Self::Object(Resource::Bridge, b"id"),
            b"playback" => Self::Object(Resource::Playback, b"id"),
            b"recording" => Self::Object(Resource::Recording, b"name"),
            b"device_state" => Self::Object(Resource::Device, b"name"),
            b"endpoint" => Self::Endpoint,
            b"destination_bridge" => Self::BridgeId,
            b"refer_to" | b"referred_by" => Self::Several,
            _ => Self::Nothing,
        }
    }

    /// Reads the member's value.
    fn read(
        self,
        scanner: &mut Scanner<'_>,
        source: Source<'_>,
        subjects: &mut Subjects,
    ) -> Scanned<()> {
        if matches!(self, Self::BridgeId) {
            if let Some(id) = text(scanner, source)? {
                subjects.add(Resource::Bridge, id);
            }
            return Ok(());
        }
        if scanner.next()? != b'{' {
            return scanner.skip();
        }
        match self {
            Self::Object(resource, key) => object(scanner, source, resource, key, subjects),
            Self::Endpoint => endpoint(scanner, subjects),
            Self::Several => scanner.members(|scanner, name| {
                let about = match Self::member(name) {
                    // Servers go one level deep.
                    Self::Several => Self::Nothing,
                    about => about,
                };
                about.read(scanner, source, subjects)
            }),
            Self::BridgeId | Self::Nothing => scanner.skip(),
        }
    }
}

/// Reads which object a member is about, and what that one's target is.
fn object(
    scanner: &mut Scanner<'_>,
    source: Source<'_>,
    resource: Resource,
    key: &[u8],
    subjects: &mut Subjects,
) -> Scanned<()> {
    scanner.members(|scanner, name| {
        if name == key {
            if let Some(id) = text(scanner, source)? {
                subjects.add(resource, id);
            }
        } else if name == b"target_uri" {
            let Some(uri) = text(scanner, source)? else { return Ok(()) };
            if let Some(id) = uri.strip_prefix("channel:") {
                subjects.add(Resource::Channel, uri.share(id));
            } else if let Some(id) = uri.strip_prefix("bridge:") {
                subjects.add(Resource::Bridge, uri.share(id));
            }
        } else {
            scanner.skip()?;
        }
        Ok(())
    })
}

/// Reads which endpoint a member is about.
fn endpoint(scanner: &mut Scanner<'_>, subjects: &mut Subjects) -> Scanned<()> {
    let (mut technology, mut resource) = (None, None);
    scanner.members(|scanner, name| {
        match name {
            b"technology" => technology = scanner.text()?,
            b"resource" => resource = scanner.text()?,
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    if let (Some(technology), Some(resource)) = (technology, resource) {
        subjects.add(Resource::Endpoint, format!("{technology}/{resource}").into());
    }
    Ok(())
}
