//! The AMI client against a scripted server.

mod actions;
mod blocking;
mod connect;
mod events;
mod faults;
mod lists;
mod reconnect;
mod tls;
