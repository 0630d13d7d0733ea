//! The fake Asterisk of the testkit against a real one: the same scenario on both, and the same transcript.
//!
//! A transcript holds what was said about one channel (or by one action), without what is of one server alone: ids,
//! names, times. Where the two may differ is said in [`scene`], and nowhere else.

mod agi;
mod ami;
mod ari;
mod filter;
mod handover;
mod queue;
mod redirect;
mod rest;
mod scene;
