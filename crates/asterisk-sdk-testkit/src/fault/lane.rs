//! One direction of a connection.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use super::faults::{Faults, Place};
use super::refusal::refusal;
use super::rule::FaultKind;
use crate::record::Recording;
use crate::wire::{Framer, Piece};
use crate::{Message, Protocol, Side};

/// How long the rest of a message may take before what is there of it goes on.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a message waits for the one that it is to come behind.
const HELD: Duration = Duration::from_secs(1);

/// What one side says, on its way to the other.
pub(super) struct Lane {
    faults: Faults,
    recording: Option<Arc<Recording>>,
    place: Place,
    framer: Framer,
    pieces: VecDeque<Piece>,
    /// A message that waits for the next one, and until when.
    held: Option<(Vec<u8>, Instant)>,
    /// How many bytes are still to be lost.
    losing: u64,
}

/// Why a direction does not go on.
pub(super) enum End {
    /// The side has said all.
    Closed,
    /// Both directions end.
    Cut,
    /// Nothing goes on, and nothing is closed.
    HalfOpen,
    /// The side hears this, and then the end if it says so.
    Refused(Vec<u8>, bool),
}

impl Lane {
    pub(super) fn new(
        faults: Faults,
        recording: Option<Arc<Recording>>,
        protocol: Protocol,
        connection: usize,
        side: Side,
    ) -> Self {
        Self {
            faults,
            recording,
            place: Place { protocol, connection, side, message: 0, byte: 0 },
            framer: Framer::new(protocol, side),
            pieces: VecDeque::new(),
            held: None,
            losing: 0,
        }
    }

    /// Passes on what comes, until something else has to happen.
    pub(super) async fn pass<R, W>(&mut self, from: &mut R, to: &mut W) -> io::Result<End>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            while let Some(piece) = self.pieces.pop_front() {
                if let Some(end) = self.piece(piece, to).await? {
                    return Ok(end);
                }
            }
            let rest = self.framer.waits().then(|| Instant::now() + PATIENCE);
            let held = self.held.as_ref().map(|(_, until)| *until);
            let read = match rest.into_iter().chain(held).min() {
                Some(until) => timeout_at(until, from.read(&mut buffer)).await,
                None => Ok(from.read(&mut buffer).await),
            };
            match read {
                Ok(Ok(0)) => {
                    self.pieces.extend(self.framer.flush());
                    while let Some(piece) = self.pieces.pop_front() {
                        if let Some(end) = self.piece(piece, to).await? {
                            return Ok(end);
                        }
                    }
                    self.release(to).await?;
                    if let Some(recording) = &self.recording {
                        recording.ended(self.place.connection, self.place.side);
                    }
                    to.shutdown().await?;
                    return Ok(End::Closed);
                }
                Ok(Ok(length)) => self.framer.push(&buffer[..length], &mut self.pieces),
                Ok(Err(error)) => return Err(error),
                Err(_elapsed) => {
                    if held.is_some_and(|until| until <= Instant::now()) {
                        self.release(to).await?;
                    }
                    if rest.is_some_and(|until| until <= Instant::now()) {
                        self.pieces.extend(self.framer.flush());
                    }
                }
            }
        }
    }

    /// Passes on a message or a part of one.
    async fn piece<W: AsyncWrite + Unpin>(
        &mut self,
        mut piece: Piece,
        to: &mut W,
    ) -> io::Result<Option<End>> {
        let place = self.place;
        if let Some(recording) = &self.recording {
            recording.said(place.connection, place.protocol, place.side, &piece.bytes);
        }
        let length = piece.bytes.len() as u64;
        self.place.byte += length;
        self.place.message += u64::from(piece.whole);
        let at_byte = self.faults.at_bytes(place, length).map(|(rule, at)| (rule.clone(), at));
        if let Some((rule, at)) = at_byte {
            // It is within the piece, so it fits.
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            match rule.kind {
                FaultKind::Drop => {
                    let rest = piece.bytes.split_off(at);
                    self.write(&piece.bytes, to).await?;
                    self.losing = rule.lost.unwrap_or(0);
                    self.write(&rest, to).await?;
                    return Ok(None);
                }
                kind => {
                    self.write(&piece.bytes[..at], to).await?;
                    return Ok(Some(if kind == FaultKind::Cut { End::Cut } else { End::HalfOpen }));
                }
            }
        }
        let Place { protocol, side, connection, message, .. } = place;
        let message = Message { protocol, side, connection, number: message, bytes: &piece.bytes };
        let fault =
            if piece.whole { self.faults.on_message(place, &message).cloned() } else { None };
        let Some(fault) = fault else {
            self.write(&piece.bytes, to).await?;
            self.release(to).await?;
            return Ok(None);
        };
        match fault.kind {
            FaultKind::Drop => {
                if let Some(lost) = fault.lost {
                    self.losing = lost;
                    self.write(&piece.bytes, to).await?;
                }
            }
            FaultKind::Delay => {
                tokio::time::sleep(fault.time).await;
                self.write(&piece.bytes, to).await?;
                self.release(to).await?;
            }
            FaultKind::Duplicate => {
                self.write(&piece.bytes, to).await?;
                self.write(&piece.bytes, to).await?;
                self.release(to).await?;
            }
            FaultKind::Reorder => {
                // Of several in a row, each comes behind its next.
                self.release(to).await?;
                self.held = Some((piece.bytes, Instant::now() + HELD));
            }
            FaultKind::Cut => {
                self.write(&piece.bytes[..piece.bytes.len() / 2], to).await?;
                return Ok(Some(End::Cut));
            }
            FaultKind::HalfOpen => return Ok(Some(End::HalfOpen)),
            FaultKind::Restart => return Ok(Some(End::Cut)),
            FaultKind::RefuseLogin => {
                let (bytes, closes) = refusal(&message);
                return Ok(Some(End::Refused(bytes, closes)));
            }
        }
        Ok(None)
    }

    /// Writes what was held back.
    async fn release<W: AsyncWrite + Unpin>(&mut self, to: &mut W) -> io::Result<()> {
        match self.held.take() {
            Some((bytes, _)) => self.write(&bytes, to).await,
            None => Ok(()),
        }
    }

    /// Writes what is not to be lost.
    async fn write<W: AsyncWrite + Unpin>(&mut self, bytes: &[u8], to: &mut W) -> io::Result<()> {
        let lost = self.losing.min(bytes.len() as u64);
        self.losing -= lost;
        to.write_all(&bytes[usize::try_from(lost).unwrap_or(bytes.len())..]).await?;
        to.flush().await
    }
}
