//! One HTTP/1.1 connection, driven by whoever uses it.
//!
//! Hyper's connection usually runs in a task of its own, which costs every request two changes
//! between tasks. Here it runs inside the future of the request: nothing happens on a connection
//! that nobody waits for, dropping the future closes it, and a body is read from the socket only as
//! fast as it is taken.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::task::unconstrained;

use super::link::Link;

type Source = Box<dyn Error + Send + Sync>;

/// A request as it is sent.
pub(super) type HttpRequest = http::Request<Full<Bytes>>;

/// A connection, and what sends on it.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Large, and connections are moved from hand to hand.
    driver: Box<Driver>,
}

/// Hyper's side of the connection.
struct Driver {
    http: http1::Connection<TokioIo<Link>, Full<Bytes>>,
    /// It must not be polled after its end.
    ended: bool,
}

/// Why there is no reply.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) source: Source,
    /// The request, if not one byte of it was written.
    pub(super) unsent: Option<HttpRequest>,
}

impl Driver {
    /// Reads and writes what can be read and written now.
    fn drive(&mut self, context: &mut Context<'_>) {
        if !self.ended {
            // An error goes to who waits for the reply or its body; nobody else is there.
            self.ended = self.http.poll_without_shutdown(context).is_ready();
        }
    }
}

/// Looks at what only [`Driver::drive`] brings forth. So no waker is needed: whoever looks has just
/// driven the connection and is woken by its socket.
fn look<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

impl Connection {
    pub(super) async fn open(link: Link) -> Result<Self, Source> {
        let (sender, http) = http1::handshake(TokioIo::new(link)).await?;
        Ok(Self { sender, driver: Box::new(Driver { http, ended: false }) })
    }

    /// Whether the last reply is through and the server has not closed the connection, as far as is
    /// known here.
    pub(super) fn is_usable(&mut self, context: &mut Context<'_>) -> bool {
        self.driver.drive(context);
        !self.driver.ended && self.sender.is_ready()
    }

    /// Sends a request and reads the head of its reply.
    pub(super) async fn send(
        &mut self,
        request: HttpRequest,
    ) -> Result<http::Response<Incoming>, Box<Failed>> {
        let Self { sender, driver } = self;
        // Tokio's budget would make the reply wait for a waker that it does not get.
        let mut reply = pin!(unconstrained(sender.try_send_request(request)));
        poll_fn(|context| {
            driver.drive(context);
            match look(reply.as_mut()) {
                Poll::Ready(reply) => Poll::Ready(reply.map_err(|mut error| {
                    let unsent = error.take_message();
                    Box::new(Failed { source: error.into_error().into(), unsent })
                })),
                Poll::Pending if driver.ended => {
                    Poll::Ready(Err(Box::new(Failed { source: ENDED.into(), unsent: None })))
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// The next piece of a reply's body; `None` at its end.
    pub(super) fn poll_piece(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Source>>> {
        let mut driven = false;
        loop {
            let mut frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
            match look(Pin::new(&mut frame)) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers say nothing about ARI.
                    if let Ok(piece) = frame.into_data() {
                        return Poll::Ready(Some(Ok(piece)));
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending if self.driver.ended => {
                    return Poll::Ready(Some(Err(ENDED.into())));
                }
                Poll::Pending if driven => return Poll::Pending,
                Poll::Pending => {
                    self.driver.drive(context);
                    driven = true;
                }
            }
        }
    }

    /// After a reply that says "101 Switching Protocols": the connection below HTTP, and what was
    /// read of the new protocol.
    pub(super) async fn into_link(mut self) -> (Link, Bytes) {
        poll_fn(|context| {
            self.driver.drive(context);
            if self.driver.ended { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        let parts = self.driver.http.into_parts();
        (parts.io.into_inner(), parts.read_buf)
    }
}

const ENDED: &str = "the connection ended without a reply";
