//! Recorded conversations come out as they did.
