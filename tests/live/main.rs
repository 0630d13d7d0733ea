//! Against a real Asterisk: see `tests/run`.

mod agi;
mod ami;
mod ami_faults;
mod ari;
mod blocking;
mod calls;
mod tls;
