//! The SDK against the fake Asterisk of the testkit.

mod agi;
mod ami;
mod ari;
mod faults;
mod wallboard;
