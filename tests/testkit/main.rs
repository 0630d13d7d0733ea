//! The clients and the server of the SDK against recordings of a real Asterisk, also when something
//! goes wrong on the way.

mod replay;
