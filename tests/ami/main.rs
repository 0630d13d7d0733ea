//! The AMI client against a scripted server.

mod actions;
mod connect;
mod events;
mod faults;
mod lists;
mod reconnect;
