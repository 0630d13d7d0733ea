//! The SDK against the fake Asterisk of the testkit.

mod agi;
mod ami;
mod ari;
#[path = "../harness/browser.rs"]
mod browser;
mod faults;
mod wallboard;
