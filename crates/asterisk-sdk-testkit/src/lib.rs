#![doc = include_str!("../README.md")]

mod protocol;

pub use protocol::Protocol;
