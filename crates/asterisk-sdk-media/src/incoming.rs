//! The queue of what came and was not taken yet. Pure.

use std::collections::VecDeque;

use crate::event::{MediaEvent, Missed, Statistics};

/// How many items other than audio may wait.
const OTHERS: usize = 64;

#[derive(Debug)]
pub(crate) struct Incoming {
    items: VecDeque<MediaEvent>,
    frames: usize,
    max_frames: usize,
    missed: Missed,
}

impl Incoming {
    pub(crate) fn new(max_frames: usize) -> Self {
        Self { items: VecDeque::new(), frames: 0, max_frames, missed: Missed::default() }
    }

    pub(crate) fn push(&mut self, item: MediaEvent, statistics: &mut Statistics) {
        if let MediaEvent::Audio(frame) = &item {
            statistics.frames_received += 1;
            statistics.bytes_received += frame.data.len() as u64;
            if self.frames >= self.max_frames {
                let oldest =
                    self.items.iter().position(|item| matches!(item, MediaEvent::Audio(_)));
                // It is at the front, but for the few others.
                if let Some(at) = oldest {
                    self.items.remove(at);
                    self.frames -= 1;
                }
                self.missed.frames += 1;
                statistics.frames_dropped += 1;
            }
            self.frames += 1;
        } else if self.items.len() - self.frames >= OTHERS {
            self.missed.others += 1;
            statistics.others_dropped += 1;
            return;
        }
        self.items.push_back(item);
    }

    pub(crate) fn pop(&mut self) -> Option<MediaEvent> {
        if self.missed != Missed::default() {
            return Some(MediaEvent::Missed(std::mem::take(&mut self.missed)));
        }
        let item = self.items.pop_front()?;
        if let MediaEvent::Audio(_) = item {
            self.frames -= 1;
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::format::Format;
    use crate::frame::Frame;

    fn audio(byte: u8) -> MediaEvent {
        MediaEvent::Audio(Frame::new(Bytes::copy_from_slice(&[byte]), Format::Ulaw))
    }

    #[test]
    fn the_oldest_audio_is_dropped_and_told() {
        let mut statistics = Statistics::default();
        let mut incoming = Incoming::new(2);
        incoming.push(MediaEvent::Dtmf('1'), &mut statistics);
        for byte in 0..5 {
            incoming.push(audio(byte), &mut statistics);
        }
        assert_eq!(incoming.pop(), Some(MediaEvent::Missed(Missed { frames: 3, others: 0 })));
        assert_eq!(incoming.pop(), Some(MediaEvent::Dtmf('1')));
        assert_eq!(incoming.pop(), Some(audio(3)));
        assert_eq!(incoming.pop(), Some(audio(4)));
        assert_eq!(incoming.pop(), None);
        assert_eq!((statistics.frames_received, statistics.frames_dropped), (5, 3));
    }

    #[test]
    fn a_flood_of_others_costs_no_audio() {
        let mut statistics = Statistics::default();
        let mut incoming = Incoming::new(2);
        incoming.push(audio(1), &mut statistics);
        for _ in 0..100 {
            incoming.push(MediaEvent::Dtmf('#'), &mut statistics);
        }
        assert_eq!(incoming.pop(), Some(MediaEvent::Missed(Missed { frames: 0, others: 36 })));
        assert_eq!(incoming.pop(), Some(audio(1)));
        assert_eq!(std::iter::from_fn(|| incoming.pop()).count(), 64);
    }
}
