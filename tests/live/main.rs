//! Against a real Asterisk: see `tests/run`.

mod agi;
mod ami;
mod ari;
mod calls;
