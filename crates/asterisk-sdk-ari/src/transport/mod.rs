//! How requests get to the server: a transport, the one over pooled HTTP connections and the one
//! over the event WebSocket.

mod address;
mod connection;
mod http;
mod link;
mod pool;
mod socket;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

pub(crate) use address::Base;
pub(crate) use http::HttpTransport;
pub(crate) use link::Link;
pub(crate) use pool::HttpLimits;
pub(crate) use socket::{Outgoing, Replies, Requests, SocketTransport};

use crate::download::Download;
use crate::error::RestError;
use crate::request::{Request, Response};

/// A future in a box, as transports and builders return it.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries requests to a server. What builds requests and reads replies knows nothing else of it.
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request and returns the reply, whatever its status.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, RestError>>;

    /// Sends a request whose reply is a file, and returns it as it comes; a status outside 200–299
    /// is an error.
    ///
    /// Not every way to carry requests carries files as well.
    fn download(&self, request: Request) -> BoxFuture<'_, Result<Download, RestError>> {
        let _ = request;
        let why = "files cannot be downloaded over this connection";
        Box::pin(async move { Err(RestError::InvalidRequest(why.into())) })
    }
}
