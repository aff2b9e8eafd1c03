//! Grams: the four bytes of a stem that are looked for.

/// Folds four bytes to one case.
pub(super) const FOLD: u32 = 0x2020_2020;

/// 2^32 divided by the golden ratio: spreads what differs in any bit over the high bits (Knuth, The Art of Computer Programming,
/// 6.4).
pub(super) const FACTOR: u32 = 0x9E37_79B1;

/// A hash whose high bits depend on all of the gram.
pub(super) fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(FACTOR)
}

/// How rare four folded bytes are in source code and prose, in quarters of a bit, by the high half of their hash: counted over
/// 94 MB in eight languages by `tools/anchors/frequencies.py`, which says what they were.
static RARITY: &[u8; 1 << 16] = include_bytes!("../grams.bin");

/// How rare `gram` is; more is rarer.
pub(super) fn rarity(gram: u32) -> u8 {
    RARITY[(hash(gram) >> 16) as usize]
}

/// Four bytes that stand for the stem of an anchor.
pub(super) struct Gram {
    /// The four bytes, folded.
    pub(super) value: u32,
    /// Which anchor it stands for.
    pub(super) anchor: u32,
    /// Offset of the gram within the anchor.
    pub(super) offset: u16,
    /// Length of the stem.
    pub(super) stem: u16,
    /// The first eight bytes of the stem, and which of them it has.
    head: u64,
    mask: u64,
    /// The bit that tells upper from lower case, in those that are letters.
    case: u64,
}

impl Gram {
    /// The gram at `offset` of `anchor`.
    pub(super) fn new(value: u32, anchor: u32, offset: u16, stem: &[u8]) -> Self {
        let bytes = |of: fn(u8) -> u8| {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(stem).for_each(|(byte, b)| *byte = of(*b));
            u64::from_le_bytes(bytes)
        };
        Self {
            value,
            anchor,
            offset,
            stem: stem.len() as u16,
            head: bytes(|b| b),
            mask: bytes(|_| 0xff),
            case: bytes(|b| if b.is_ascii_alphabetic() { 0x20 } else { 0 }),
        }
    }

    /// Zero if `text` is what the stem begins with, case ignored.
    #[inline(always)]
    pub(super) fn differs(&self, text: [u8; 8]) -> u64 {
        (u64::from_le_bytes(text) | self.case) & self.mask ^ self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_program_are_less_rare_than_names() {
        let of = |text: &[u8; 4]| rarity(u32::from_le_bytes(*text) | FOLD);
        for common in [b"the ", b"retu", b"name", b"    ", b"conf"] {
            for rare in [b"ghp_", b"xoxb", b"teai", b"qzxj"] {
                assert!(of(common) + 8 < of(rare), "{common:?} {rare:?}");
            }
        }
    }

    #[test]
    fn letters_differ_in_more_than_their_case() {
        let gram = Gram::new(0, 0, 0, b"x-ab_");
        assert_eq!(gram.differs(*b"X-aB_zzz"), 0);
        // What folding would take for the same.
        assert_ne!(gram.differs(*b"x-ab\x7fzzz"), 0);
        assert_ne!(gram.differs(*b"x\rab_zzz"), 0);
    }
}
