//! Sets of numbers as bits, and searches of sorted numbers.

use std::ops::Range;

/// A set of small numbers.
#[derive(Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// For numbers below `len`.
    pub(super) fn new(len: usize) -> Self {
        Self(vec![0; len / 64 + 1])
    }

    /// Adds a number; true if it was not there.
    pub(super) fn insert(&mut self, n: u32) -> bool {
        let (word, bit) = (&mut self.0[n as usize / 64], 1 << (n % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Adds all numbers of a range; true if one of them was not there.
    pub(super) fn insert_all(&mut self, range: Range<u32>) -> bool {
        let mut new = false;
        let mut at = range.start;
        while at < range.end {
            let end = range.end.min((at / 64 + 1) * 64);
            let bits = (u64::MAX >> (64 - (end - at))) << (at % 64);
            let word = &mut self.0[at as usize / 64];
            new |= *word & bits != bits;
            *word |= bits;
            at = end;
        }
        new
    }

    pub(super) fn contains(&self, n: u32) -> bool {
        self.0[n as usize / 64] & (1 << (n % 64)) != 0
    }
}

/// A set that can be counted up to any number.
#[derive(Default)]
pub(super) struct Ranks {
    bits: Bits,
    /// By word: how many numbers of the set come before it.
    before: Vec<u32>,
}

impl Ranks {
    /// Counts a set.
    pub(super) fn of(bits: Bits) -> Self {
        let mut count = 0;
        let before = |word: &u64| {
            let before = count;
            count += word.count_ones();
            before
        };
        let before = bits.0.iter().map(before).collect();
        Self { bits, before }
    }

    /// The set.
    pub(super) fn into_bits(self) -> Bits {
        self.bits
    }

    /// How many numbers of the set are less than `n`.
    pub(super) fn below(&self, n: u32) -> u32 {
        let word = n as usize / 64;
        self.before[word] + (self.bits.0[word] & ((1 << (n % 64)) - 1)).count_ones()
    }

    /// The place of a number in the set, if it is there.
    pub(super) fn place(&self, n: u32) -> Option<usize> {
        self.bits.contains(n).then(|| self.below(n) as usize)
    }
}

/// The first number from `from` to `end` for which `before` no longer holds; it holds for all numbers up to that. Takes the
/// longer the farther it is.
pub(super) fn first_from(from: usize, end: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut step) = (from, 1);
    while from + step <= end && before(from + step - 1) {
        from += step;
        step *= 2;
    }
    let mut end = end.min(from + step);
    while from < end {
        let middle = from.midpoint(end);
        if before(middle) {
            from = middle + 1;
        } else {
            end = middle;
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_set_the_bits_of_their_numbers_and_no_others() {
        for range in [0..0, 3..5, 0..64, 63..65, 64..128, 1..199, 190..200] {
            let mut bits = Bits::new(200);
            assert_eq!(bits.insert_all(range.clone()), !range.is_empty());
            assert!(!bits.insert_all(range.clone()));
            assert!((0..200).all(|n| bits.contains(n) == range.contains(&n)), "{range:?}");
        }
    }

    #[test]
    fn ranks_count_the_numbers_before() {
        let mut bits = Bits::new(300);
        let numbers = [0, 63, 64, 65, 128, 299];
        numbers.iter().for_each(|n| assert!(bits.insert(*n)));
        let ranks = Ranks::of(bits);
        for n in 0..=300 {
            let before = numbers.iter().filter(|m| **m < n).count();
            assert_eq!(ranks.below(n) as usize, before);
            assert_eq!(ranks.place(n), numbers.contains(&n).then_some(before));
        }
    }
}
