//! One connection that is played, and those of AMI and AGI.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::stage::Stage;
use crate::wire::{Frame, Framer, Piece, accept};
use crate::{Protocol, Side};

/// A connection to the application.
pub(super) struct Link {
    pub(super) stage: Arc<Stage>,
    stream: TcpStream,
    framer: Framer,
    pieces: VecDeque<Piece>,
    buffer: Vec<u8>,
}

impl Link {
    pub(super) fn new(stage: Arc<Stage>, stream: TcpStream, protocol: Protocol) -> Self {
        // What the system does not do does no harm: messages only wait for each other.
        let _ = stream.set_nodelay(true);
        let framer = Framer::new(protocol, Side::Application);
        Self { stage, stream, framer, pieces: VecDeque::new(), buffer: vec![0; 16 * 1024] }
    }

    /// The next message of the application; none when it has gone. A dropped future loses nothing.
    pub(super) async fn message(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Some(piece.bytes);
            }
            match self.stream.read(&mut self.buffer).await {
                Ok(length @ 1..) => self.framer.push(&self.buffer[..length], &mut self.pieces),
                _ => return self.framer.flush().map(|piece| piece.bytes),
            }
        }
    }

    /// Says something; whether the application can still hear it.
    pub(super) async fn say(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Plays the rest of a connection of the trace.
    pub(super) async fn play(mut self, connection: usize) {
        let stage = Arc::clone(&self.stage);
        loop {
            let next = stage.next_said(connection);
            let turn = async {
                match next {
                    Some(index) => (index, stage.turn(index).await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // As with Asterisk, a ping is answered behind the requests that were made before it.
                biased;
                (index, said) = turn => {
                    let goes_on = match said {
                        Some(bytes) => self.say(&bytes).await,
                        // What is written before it is read all the same.
                        None => self.stream.shutdown().await.is_ok(),
                    };
                    if goes_on {
                        stage.done(index);
                    } else {
                        return stage.left(connection);
                    }
                }
                message = self.message() => {
                    let Some(message) = message else { return stage.left(connection) };
                    if let Some(frame) = Frame::read(&message).filter(Frame::is_control) {
                        if !self.control(frame).await {
                            return stage.left(connection);
                        }
                    } else if !stage.heard(connection, &message) {
                        return;
                    }
                }
            }
        }
    }

    /// Answers a ping or a close of a WebSocket; whether it goes on.
    async fn control(&mut self, frame: Frame) -> bool {
        match frame.first & 0x0f {
            0x9 => self.say(&Frame::new(0x8a, frame.payload).bytes()).await,
            0x8 => {
                // It may have gone without waiting for the answer.
                let _ = self.say(&Frame::new(0x88, frame.payload).bytes()).await;
                false
            }
            _ => true,
        }
    }
}

/// Plays the AMI connections of the trace in the order in which they are made.
pub(super) async fn serve_ami(stage: Arc<Stage>, listener: TcpListener) {
    // No more than the trace has.
    let mut connections = JoinSet::new();
    loop {
        let stream = accept(&listener).await;
        let link = Link::new(Arc::clone(&stage), stream, Protocol::Ami);
        match stage.accept() {
            Some(connection) => {
                connections.spawn(link.play(connection));
            }
            None => {
                stage.surplus(usize::MAX, "another AMI connection");
            }
        }
    }
}

/// Calls the application when it is time.
pub(super) async fn call(stage: Arc<Stage>, connection: usize, server: String) {
    if let Some(first) = stage.next_said(connection) {
        stage.turn(first).await;
    }
    match TcpStream::connect(&server).await {
        Ok(stream) => Link::new(stage, stream, Protocol::Agi).play(connection).await,
        Err(error) => {
            stage.surplus(connection, &format!("no connection to {server}: {error}"));
        }
    }
}
