//! The page, and what it hears.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_core::Stream;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use crate::board::Board;

type Boards = watch::Receiver<Arc<Board>>;

/// Serves the page until the program ends.
pub(crate) async fn serve(listen: &str, boards: Boards) -> io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    println!("the wallboard is at http://{}/", listener.local_addr()?);
    let router = Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/events", get(events))
        .with_state(boards);
    axum::serve(listener, router).await
}

/// The board as it is, and again whenever it has changed. A browser that is too slow misses some, and has the
/// newest next.
async fn events(
    State(boards): State<Boards>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = WatchStream::new(boards).map(|board| Ok(Event::default().data(board.to_json())));
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
