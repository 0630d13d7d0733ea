//! Against a real Asterisk: see `tests/run`.

mod agi;
mod agi_commands;
mod agi_process;
mod agi_status;
mod ami;
mod ami_faults;
#[cfg(test)]
mod ami_surface;
mod ari;
mod ari_calls;
mod ari_menu;
#[cfg(test)]
mod ari_surface;
mod ari_tls;
mod ari_transports;
mod async_agi;
mod blocking;
#[path = "../harness/browser.rs"]
mod browser;
mod calls;
#[cfg(test)]
mod media;
#[cfg(test)]
mod media_calls;
#[cfg(test)]
mod media_examples;
#[cfg(test)]
mod phone;
#[cfg(test)]
mod picture;
mod testkit;
mod tls;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod wallboard;
