//! Puts packets into the order in which they were sent. Pure.

/// How many packets are held while one before them is missing.
const HELD: usize = 4;

/// A sequence number further away than this begins a new stream.
const JUMP: u16 = 500;

/// What became of a packet, and of those that it was waited for with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Losses {
    pub(super) lost: u64,
    pub(super) late: u64,
}

#[derive(Debug)]
pub(super) struct Reorder<T> {
    source: Option<u32>,
    next: u16,
    /// In order; none is the next one.
    held: Vec<(u16, T)>,
}

impl<T> Reorder<T> {
    pub(super) fn new() -> Self {
        Self { source: None, next: 0, held: Vec::with_capacity(HELD + 1) }
    }

    /// Whether packets wait for one that is missing.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes a packet of a source; gives out those whose turn it is.
    pub(super) fn push(
        &mut self,
        source: u32,
        sequence: u16,
        packet: T,
        give: &mut impl FnMut(T),
    ) -> Losses {
        let mut losses = Losses::default();
        let ahead = sequence.wrapping_sub(self.next);
        let behind = self.next.wrapping_sub(sequence);
        if self.source != Some(source) || (ahead > JUMP && behind > JUMP) {
            self.release(give);
            self.source = Some(source);
            self.next = sequence;
        } else if behind <= JUMP && behind > 0 {
            losses.late = 1;
            return losses;
        }
        if sequence == self.next {
            self.next = sequence.wrapping_add(1);
            give(packet);
        } else {
            let ahead = |number: u16| number.wrapping_sub(self.next);
            let at = self.held.partition_point(|(number, _)| ahead(*number) < ahead(sequence));
            if self.held.get(at).is_some_and(|(number, _)| *number == sequence) {
                losses.late = 1;
                return losses;
            }
            self.held.insert(at, (sequence, packet));
            if self.held.len() > HELD {
                losses.lost = self.skip();
            }
        }
        self.give_due(give);
        losses
    }

    /// Gives up what is missing: gives out all that waits, and tells how many are lost.
    pub(super) fn give_up(&mut self, give: &mut impl FnMut(T)) -> Losses {
        let mut lost = 0;
        while self.is_holding() {
            lost += self.skip();
            self.give_due(give);
        }
        Losses { lost, late: 0 }
    }

    fn release(&mut self, give: &mut impl FnMut(T)) {
        self.held.drain(..).for_each(|(_, packet)| give(packet));
    }

    /// Goes to the first that waits.
    fn skip(&mut self) -> u64 {
        let Some((first, _)) = self.held.first() else { return 0 };
        let lost = first.wrapping_sub(self.next);
        self.next = *first;
        lost.into()
    }

    fn give_due(&mut self, give: &mut impl FnMut(T)) {
        while self.held.first().is_some_and(|(number, _)| *number == self.next) {
            let (_, packet) = self.held.remove(0);
            self.next = self.next.wrapping_add(1);
            give(packet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(sequences: &[u16]) -> (Vec<u16>, Losses) {
        let mut reorder = Reorder::new();
        let mut out = Vec::new();
        let mut all = Losses::default();
        for sequence in sequences {
            let losses = reorder.push(7, *sequence, *sequence, &mut |packet| out.push(packet));
            all.lost += losses.lost;
            all.late += losses.late;
        }
        (out, all)
    }

    fn losses(lost: u64, late: u64) -> Losses {
        Losses { lost, late }
    }

    #[test]
    fn packets_are_put_in_order_over_the_wrap() {
        let sent = [65_534, 0, 65_535, 1, 3, 2, 4];
        assert_eq!(run(&sent), (vec![65_534, 65_535, 0, 1, 2, 3, 4], losses(0, 0)));
    }

    #[test]
    fn what_is_missing_is_counted_and_not_waited_for_for_ever() {
        assert_eq!(run(&[1, 4, 5, 6, 7]), (vec![1], losses(0, 0)));
        assert_eq!(run(&[1, 4, 5, 6, 7, 8]), (vec![1, 4, 5, 6, 7, 8], losses(2, 0)));
        assert_eq!(run(&[1, 4, 5, 6, 7, 8, 2]), (vec![1, 4, 5, 6, 7, 8], losses(2, 1)));
    }

    #[test]
    fn what_comes_twice_is_given_once() {
        assert_eq!(run(&[1, 1, 2, 4, 4, 3]), (vec![1, 2, 3, 4], losses(0, 2)));
    }

    #[test]
    fn a_jump_begins_anew() {
        assert_eq!(
            run(&[1, 2, 4, 9_000, 9_001, 40_000]),
            (vec![1, 2, 4, 9_000, 9_001, 40_000], losses(0, 0))
        );
        let mut reorder = Reorder::new();
        let mut out = Vec::new();
        for (source, sequence) in [(1, 10), (1, 11), (2, 11), (2, 12)] {
            reorder.push(source, sequence, (source, sequence), &mut |packet| out.push(packet));
        }
        assert_eq!(out, [(1, 10), (1, 11), (2, 11), (2, 12)]);
    }

    #[test]
    fn those_that_wait_can_be_given_up() {
        let mut reorder = Reorder::new();
        let mut out = Vec::new();
        for sequence in [1_u16, 3, 5] {
            reorder.push(7, sequence, sequence, &mut |packet| out.push(packet));
        }
        assert!(reorder.is_holding());
        assert_eq!(reorder.give_up(&mut |packet| out.push(packet)), losses(2, 0));
        assert_eq!(out, [1, 3, 5]);
        assert!(!reorder.is_holding());
    }
}
