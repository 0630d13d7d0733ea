//! The queue of what was written and not sent yet. Pure: time is an argument.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How many frames of compressed audio may wait.
const FRAMES: usize = 4_096;

/// How many marks may wait.
const POINTS: usize = 64;

/// Audio in order, with points between its bytes that stand for something to be done once all before is sent.
#[derive(Debug)]
pub(crate) struct Outgoing<P> {
    bytes: VecDeque<u8>,
    max_bytes: usize,
    /// How large the frames are into which audio is cut; nothing where each write is one.
    cut: Option<Cut>,
    /// The lengths of frames, where they are not cut here.
    lengths: VecDeque<usize>,
    points: VecDeque<(u64, P)>,
    /// How many bytes were taken so far.
    taken: u64,
    last_write: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// The bytes of a whole frame.
    pub(crate) frame: usize,
    /// The bytes of a sample.
    pub(crate) sample: usize,
    /// How long a piece that is no whole frame waits for more.
    pub(crate) patience: Duration,
}

/// What can be taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Available {
    Nothing,
    /// A whole frame.
    Frame(usize),
    /// Less, and nothing more came for a while.
    Tail(usize),
    /// Less, which is a tail then.
    Later(Instant),
}

impl<P> Outgoing<P> {
    pub(crate) fn new(max_bytes: usize, cut: Option<Cut>) -> Self {
        Self {
            bytes: VecDeque::new(),
            max_bytes,
            cut,
            lengths: VecDeque::new(),
            points: VecDeque::new(),
            taken: 0,
            last_write: None,
        }
    }

    /// Takes in as much as there is room for, and tells how much that was. Where frames are not cut here,
    /// it is all or nothing.
    pub(crate) fn write(&mut self, audio: &[u8], now: Instant) -> usize {
        let room = self.max_bytes.saturating_sub(self.bytes.len());
        let length = if self.cut.is_some() {
            audio.len().min(room)
        } else {
            let fits =
                self.lengths.len() < FRAMES && (audio.len() <= room || self.bytes.is_empty());
            if !fits || audio.is_empty() {
                return 0;
            }
            self.lengths.push_back(audio.len());
            audio.len()
        };
        self.bytes.extend(&audio[..length]);
        self.last_write = Some(now);
        length
    }

    /// Sets a point behind what was written; gives it back when there are too many.
    pub(crate) fn point(&mut self, point: P) -> Result<(), P> {
        if self.points.len() >= POINTS {
            return Err(point);
        }
        self.points.push_back((self.taken + self.bytes.len() as u64, point));
        Ok(())
    }

    pub(crate) fn available(&self, now: Instant) -> Available {
        let Some(cut) = &self.cut else {
            return self
                .lengths
                .front()
                .map_or(Available::Nothing, |&length| Available::Frame(length));
        };
        if self.bytes.len() >= cut.frame {
            return Available::Frame(cut.frame);
        }
        let whole = self.bytes.len() - self.bytes.len() % cut.sample;
        if whole == 0 {
            return Available::Nothing;
        }
        let ripe = self.last_write.map_or(now, |written| written + cut.patience);
        if now >= ripe { Available::Tail(whole) } else { Available::Later(ripe) }
    }

    /// Takes so many bytes out.
    pub(crate) fn take(&mut self, length: usize, into: &mut Vec<u8>) {
        into.clear();
        let (first, second) = self.bytes.as_slices();
        let split = length.min(first.len());
        into.extend_from_slice(&first[..split]);
        into.extend_from_slice(&second[..length - split]);
        self.bytes.drain(..length);
        self.taken += length as u64;
        self.lengths.pop_front();
    }

    pub(crate) fn has_no_points(&self) -> bool {
        self.points.is_empty()
    }

    /// The next point before which all is taken.
    pub(crate) fn reached(&mut self) -> Option<P> {
        // Half a sample is never sent, so it holds nobody back.
        let left = self.cut.map_or(0, |cut| self.bytes.len() % cut.sample);
        let held = self.bytes.len() == left;
        let (at, _) = self.points.front()?;
        if *at > self.taken + if held { left as u64 } else { 0 } {
            return None;
        }
        self.points.pop_front().map(|(_, point)| point)
    }

    /// Drops all: gives the points, and how many bytes there were.
    pub(crate) fn flush(&mut self) -> (impl Iterator<Item = P>, usize) {
        let dropped = self.bytes.len();
        self.bytes.clear();
        self.lengths.clear();
        self.taken += dropped as u64;
        (self.points.drain(..).map(|(_, point)| point), dropped)
    }

    /// Whether writers that wait should try again.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes.len() <= self.max_bytes / 2 && self.lengths.len() <= FRAMES / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    fn cut(max_bytes: usize) -> Outgoing<char> {
        Outgoing::new(max_bytes, Some(Cut { frame: 4, sample: 2, patience: PATIENCE }))
    }

    fn take(outgoing: &mut Outgoing<char>, length: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        outgoing.take(length, &mut taken);
        taken
    }

    #[test]
    fn audio_of_any_length_becomes_frames_and_a_tail() {
        let now = Instant::now();
        let mut out = cut(100);
        assert_eq!(out.write(&[1, 2, 3], now), 3);
        assert_eq!(out.available(now), Available::Later(now + PATIENCE));
        assert_eq!(out.write(&[4, 5, 6, 7], now), 4);
        assert_eq!(out.available(now), Available::Frame(4));
        assert_eq!(take(&mut out, 4), [1, 2, 3, 4]);
        assert_eq!(out.available(now + PATIENCE), Available::Tail(2));
        assert_eq!(take(&mut out, 2), [5, 6]);
        assert_eq!(out.available(now + PATIENCE), Available::Nothing);
        assert_eq!(out.write(&[8], now), 1);
        assert_eq!(out.available(now + PATIENCE), Available::Tail(2));
        assert_eq!(take(&mut out, 2), [7, 8]);
    }

    #[test]
    fn points_are_reached_in_order_behind_their_audio() {
        let now = Instant::now();
        let mut out = cut(100);
        out.point('a').unwrap();
        out.write(&[1, 2], now);
        out.point('b').unwrap();
        out.write(&[3, 4, 5], now);
        out.point('c').unwrap();
        assert_eq!((out.reached(), out.reached()), (Some('a'), None));
        take(&mut out, 4);
        // Half a sample is left, which goes nowhere alone.
        assert_eq!((out.reached(), out.reached(), out.reached()), (Some('b'), Some('c'), None));
    }

    #[test]
    fn a_flush_gives_back_what_was_waited_for() {
        let now = Instant::now();
        let mut out = cut(100);
        out.write(&[1; 10], now);
        out.point('a').unwrap();
        let (points, dropped) = out.flush();
        assert_eq!((points.collect::<String>(), dropped), ("a".to_owned(), 10));
        assert_eq!(out.available(now + PATIENCE), Available::Nothing);
        out.point('b').unwrap();
        assert_eq!(out.reached(), Some('b'));
    }

    #[test]
    fn room_is_bounded() {
        let now = Instant::now();
        let mut out = cut(8);
        assert_eq!(out.write(&[0; 6], now), 6);
        assert_eq!(out.write(&[0; 6], now), 2);
        assert_eq!(out.write(&[0; 6], now), 0);
        assert!(!out.has_room());
        for _ in 0..POINTS {
            out.point('x').unwrap();
        }
        assert_eq!(out.point('y'), Err('y'));
    }

    #[test]
    fn frames_that_are_not_cut_stay_whole() {
        let now = Instant::now();
        let mut out = Outgoing::new(8, None);
        assert_eq!(out.write(&[1; 9], now), 9);
        assert_eq!(out.write(&[2; 1], now), 0);
        assert_eq!(out.available(now), Available::Frame(9));
        assert_eq!(take(&mut out, 9), [1; 9]);
        assert_eq!(
            (out.write(&[2; 3], now), out.write(&[3; 5], now), out.write(&[4; 1], now)),
            (3, 5, 0)
        );
        out.point('a').unwrap();
        assert_eq!(take(&mut out, 3), [2; 3]);
        assert_eq!((out.available(now), out.reached()), (Available::Frame(5), None));
        take(&mut out, 5);
        assert_eq!(out.reached(), Some('a'));
    }
}
