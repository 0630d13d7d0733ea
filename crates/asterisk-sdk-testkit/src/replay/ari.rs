//! The HTTP connections of a play, of which one may become a WebSocket.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::ids::with_header;
use super::play::Link;
use super::stage::Stage;
use crate::Protocol;
use crate::wire::{accept, header};

/// How many connections there may be at a time; more wait in the listen queue.
const MAX_CONNECTIONS: usize = 1024;

/// Plays to all who connect.
pub(super) async fn serve(stage: Arc<Stage>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        let stream = accept(&listener).await;
        connections.spawn(requests(Link::new(Arc::clone(&stage), stream, Protocol::Ari)));
    }
}

/// Answers requests as they were answered, whoever asks them.
async fn requests(mut link: Link) {
    let stage = Arc::clone(&link.stage);
    while let Some(request) = link.message().await {
        let Some(mut last) = stage.requested(&request) else { return };
        while let Some(index) = stage.reply(last) {
            let Some(mut bytes) = stage.turn(index).await else { return };
            let accepted = bytes.starts_with(b"HTTP/1.1 101");
            if accepted {
                bytes = with_header(&bytes, "Sec-WebSocket-Accept", &answer(&request));
            }
            if !link.say(&bytes).await {
                return;
            }
            stage.done(index);
            if accepted {
                return link.play(stage.connection(index)).await;
            }
            last = index;
        }
    }
}

/// What proves to a client that its request for a WebSocket was understood (RFC 6455, 4.2.2).
fn answer(request: &[u8]) -> String {
    let key = header(request, "Sec-WebSocket-Key").unwrap_or_default();
    let digest = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    STANDARD.encode(digest)
}
