//! Media streams against peers that behave as Asterisk does, and as it never should.

#[cfg(test)]
mod audiosocket;
#[cfg(test)]
mod rtp;
#[cfg(test)]
mod websocket;
