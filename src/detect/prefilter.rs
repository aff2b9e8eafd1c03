//! The anchor search: where in a text does any rule's literal stand? Everything else runs only there.
//!
//! Only the first [`STEM`] bytes of an anchor are searched for; whoever evaluates a hit compares the rest. Each stem is
//! represented by its rarest four bytes, folded to one case (`| 0x20`); one of three bytes by these and each byte that may
//! follow. At every position of the text the four bytes there are hashed into a bitmap that fits the first-level
//! cache; the few positions that pass are looked up in a table and compared in full. One pass, no backtracking, no state: any slice of a text gives the hits of that slice.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod gram;

use std::collections::BTreeMap;
use std::ops::Range;

use gram::{FOLD, Gram, hash, rarity};

/// How many bytes of an anchor a hit stands for. Short, because a changed text is searched for anchors this far round each of
/// its seams; long enough that the rest is seldom missing.
pub const STEM: usize = 12;

/// The stem of an anchor found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Offset of its first byte.
    pub at: usize,
    /// Which anchor; see [`Prefilter::rules`] and [`Prefilter::len_of`].
    pub anchor: usize,
}

struct Anchor {
    text: Box<[u8]>,
    stem: usize,
    rules: Box<[usize]>,
}

/// All anchors of a rule set, ready to search.
pub struct Prefilter {
    anchors: Vec<Anchor>,
    /// Two bits of one word for each gram; see [`bits`].
    bitmap: Box<[u32; WORDS]>,
    /// Sorted by hash and value; `starts[bucket]..starts[bucket + 1]` are those whose hash begins with `bucket`.
    grams: Vec<Gram>,
    starts: Box<[u32; BUCKETS + 1]>,
}

/// The bitmap has 2^17 bits: 16 KiB, half of a first-level cache.
const WORD_BITS: u32 = 12;
const WORDS: usize = 1 << WORD_BITS;
/// By how much a hash is shifted to get the word of the bitmap, and the place of either bit in it.
const WORD: u32 = 32 - WORD_BITS;
const FIRST_BIT: u32 = WORD - 5;
const SECOND_BIT: u32 = FIRST_BIT - 5;
/// The table has more buckets than there are grams.
const BUCKET_BITS: u32 = 14;
const BUCKETS: usize = 1 << BUCKET_BITS;
/// Where a gram's two bits stand: the word, and their places in it. Two bits let one foreign gram in a hundred pass where one
/// would let three pass, and cost no second look into memory.
#[inline(always)]
fn bits(gram: u32) -> (usize, u32, u32) {
    let h = hash(gram);
    ((h >> WORD) as usize, h >> FIRST_BIT & 31, h >> SECOND_BIT & 31)
}

fn bucket(gram: u32) -> usize {
    (hash(gram) >> (32 - BUCKET_BITS)) as usize
}

pub use crate::rules::shape::Follow;

/// Every byte, beyond ASCII too.
pub const ANYTHING: Follow = [u64::MAX; 2];

impl Prefilter {
    /// For anchors of at least three bytes, each with the index of its rule and the bytes that may follow it (asked of those of
    /// three bytes only). Equal anchors are merged.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, usize, Follow)>) -> Self {
        let mut by_text: BTreeMap<Vec<u8>, (Vec<usize>, Follow)> = BTreeMap::new();
        for (text, rule, follow) in pairs {
            debug_assert!(text.len() >= 3, "the linter refuses shorter anchors");
            let entry = by_text.entry(text.to_ascii_lowercase().into_bytes()).or_insert((Vec::new(), [0; 2]));
            if !entry.0.contains(&rule) {
                entry.0.push(rule);
            }
            entry.1 = [entry.1[0] | follow[0], entry.1[1] | follow[1]];
        }
        let follows: Vec<Follow> = by_text.values().map(|entry| entry.1).collect();
        let anchors: Vec<Anchor> = by_text
            .into_iter()
            .map(|(text, (rules, _))| Anchor { stem: text.len().min(STEM), text: text.into(), rules: rules.into() })
            .collect();
        let mut grams = Vec::new();
        for (index, anchor) in anchors.iter().enumerate() {
            let index = u32::try_from(index).expect("fewer anchors than 2^32");
            match anchor.text.len() {
                3 => {
                    // No four bytes to choose from: every byte that may follow, and the blank that stands for the end.
                    let head = u32::from_le_bytes([anchor.text[0], anchor.text[1], anchor.text[2], 0]);
                    let follow = follows[index as usize];
                    let may = |b: &u32| *b == 0x20 || *b >= 0x80 || follow[*b as usize / 64] >> (b % 64) & 1 == 1;
                    let mut last: Vec<u32> = (0..=255).filter(may).map(|b| b | 0x20).collect();
                    last.sort_unstable();
                    last.dedup();
                    if follow != ANYTHING {
                        // Bytes beyond ASCII follow only where everything may.
                        last.retain(|b| *b < 0x80);
                    }
                    grams.extend(last.into_iter().map(|b| Gram::new((head | b << 24) | FOLD, index, 0, &anchor.text)));
                }
                _ => {
                    let stem = &anchor.text[..anchor.stem];
                    let (offset, value) = (0u16..)
                        .zip(stem.windows(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]) | FOLD))
                        .max_by_key(|(n, value)| (rarity(*value), std::cmp::Reverse(*n)))
                        .expect("anchors have at least three bytes, and this one not three");
                    grams.push(Gram::new(value, index, offset, stem));
                }
            }
        }
        grams.sort_by_key(|g| (hash(g.value), g.value));
        let mut bitmap = Box::new([0; WORDS]);
        let mut starts = Box::new([0u32; BUCKETS + 1]);
        for gram in &grams {
            let (word, a, b) = bits(gram.value);
            bitmap[word] |= 1u32 << a | 1 << b;
            starts[bucket(gram.value) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { anchors, bitmap, grams, starts }
    }

    /// The rules that an anchor wakes.
    pub fn rules(&self, anchor: usize) -> &[usize] {
        &self.anchors[anchor].rules
    }

    /// The text of an anchor, in lower case.
    pub fn text_of(&self, anchor: usize) -> &[u8] {
        &self.anchors[anchor].text
    }

    /// Length of an anchor in bytes.
    pub fn len_of(&self, anchor: usize) -> usize {
        self.anchors[anchor].text.len()
    }

    /// Length of what a hit of the anchor stands for: the anchor itself, or its first [`STEM`] bytes.
    pub fn stem_of(&self, anchor: usize) -> usize {
        self.anchors[anchor].stem
    }

    /// Length of what decides whether an anchor is found: its stem and, for one of three bytes, the byte after it.
    pub fn extent_of(&self, anchor: usize) -> usize {
        self.anchors[anchor].stem.max(4)
    }

    /// Whether all of an anchor, whose stem was found at `at`, stands there.
    pub fn stands_at(&self, anchor: usize, text: &[u8], at: usize) -> bool {
        let Anchor { text: anchor, stem, .. } = &self.anchors[anchor];
        anchor.len() == *stem
            || text.get(at + stem..at + anchor.len()).is_some_and(|t| t.eq_ignore_ascii_case(&anchor[*stem..]))
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// True without any anchor.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Calls `found` for the stem of every anchor in `text`, in order of the position of its rarest part.
    pub fn search(&self, text: &[u8], found: impl FnMut(Hit)) {
        self.search_range(text, 0..text.len(), found);
    }

    /// The same for the stems inside `text[range]`; some that only reach into it may be among them.
    pub fn search_range(&self, text: &[u8], range: Range<usize>, mut found: impl FnMut(Hit)) {
        // The shortest stem has three bytes.
        let range = range.start..range.end.saturating_sub(2);
        #[cfg(target_arch = "x86_64")]
        let range = {
            let found = |at, gram| self.look_up(gram, at, text, &mut found);
            avx2::each(&self.bitmap, text, range, |at, gram| self.may_hit(gram, at, text), found)
        };
        self.search_narrow(text, range, &mut found);
    }

    /// The same position by position, on any processor.
    fn search_narrow(&self, text: &[u8], Range { start: mut at, end }: Range<usize>, found: &mut impl FnMut(Hit)) {
        // Five grams from each eight-byte load; the compiler keeps everything in registers.
        while at < end
            && let Some(chunk) = text.get(at..at + 8)
        {
            let word =
                u64::from_le_bytes(chunk.try_into().expect("eight bytes")) | u64::from(FOLD) << 32 | u64::from(FOLD);
            let mut any = 0;
            for i in 0..5 {
                any |= self.passes((word >> (8 * i)) as u32) << i;
            }
            if end - at < 5 {
                any &= (1 << (end - at)) - 1;
            }
            while any != 0 {
                let i = any.trailing_zeros() as usize;
                self.look_up((word >> (8 * i)) as u32, at + i, text, found);
                any &= any - 1;
            }
            at += 5;
        }
        // The last few positions of the text; past its end a blank stands in, for anchors of three bytes.
        while at < end {
            let mut chunk = [b' '; 4];
            let rest = &text[at..text.len().min(at + 4)];
            chunk[..rest.len()].copy_from_slice(rest);
            let gram = u32::from_le_bytes(chunk) | FOLD;
            if self.passes(gram) != 0 {
                self.look_up(gram, at, text, found);
            }
            at += 1;
        }
    }

    #[inline(always)]
    fn passes(&self, gram: u32) -> u32 {
        let (word, a, b) = bits(gram);
        let word = self.bitmap[word];
        word >> a & word >> b & 1
    }

    /// False if no stem stands where `gram` was found at `at`. Takes no branch that the text decides: most of what passes the bitmap
    /// ends here, and a mispredicted branch takes longer than all of this.
    #[inline(always)]
    fn may_hit(&self, gram: u32, at: usize, text: &[u8]) -> bool {
        let bucket = bucket(gram);
        let (from, to) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let fits = |n: usize| {
            let Some(g) = self.grams.get(n) else { return false };
            let start = at.wrapping_sub(usize::from(g.offset));
            let Some(head) = text.get(start..start.wrapping_add(8)) else { return g.value == gram };
            let head = head.try_into().expect("eight bytes");
            g.differs(head) | u64::from(g.value ^ gram) == 0
        };
        // What belongs to the next bucket has another value.
        fits(from) | fits(from + 1) | (to - from > 2)
    }

    #[inline(never)]
    fn look_up(&self, gram: u32, at: usize, text: &[u8], found: &mut impl FnMut(Hit)) {
        let bucket = bucket(gram);
        for g in &self.grams[self.starts[bucket] as usize..self.starts[bucket + 1] as usize] {
            if g.value != gram {
                continue;
            }
            let Some(start) = at.checked_sub(usize::from(g.offset)) else { continue };
            let stem = usize::from(g.stem);
            let rest = match text.get(start..start + 8) {
                Some(head) if g.differs(head.try_into().expect("eight bytes")) != 0 => continue,
                Some(_) => stem.min(8)..stem,
                None => 0..stem,
            };
            let anchor = &self.anchors[g.anchor as usize].text;
            let stands = rest.is_empty()
                || text
                    .get(start + rest.start..start + rest.end)
                    .is_some_and(|t| t.eq_ignore_ascii_case(&anchor[rest]));
            if stands {
                found(Hit { at: start, anchor: g.anchor as usize });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(filter: &Prefilter, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        filter.search(text, |h| hits.push(h));
        hits.retain(|h| filter.stands_at(h.anchor, text, h.at));
        hits.sort();
        hits
    }

    /// The same by aho-corasick, a search with nothing in common with ours.
    fn expected(anchors: &[&str], text: &[u8]) -> Vec<(usize, usize)> {
        let ac = aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(anchors).expect("small");
        let mut all: Vec<_> = ac.find_overlapping_iter(text).map(|m| (m.start(), m.pattern().as_usize())).collect();
        all.sort_unstable();
        all
    }

    const ANCHORS: &[&str] = &["ghp_", "key", "sk-", "password", "assw", "-----begin rsa", "xoxb-", "api_key", "://"];

    proptest::proptest! {
        #[test]
        fn finds_what_aho_corasick_finds(parts in proptest::collection::vec(0usize..16, 0..40), salt: u64) {
            let fill = [" ", "x", "-", "_", "PASS", "pas", "\u{e9}"];
            let mut text = String::new();
            for (i, p) in parts.iter().enumerate() {
                match ANCHORS.get(*p) {
                    Some(a) if (salt >> (i % 64)) & 1 == 1 => text.push_str(&a.to_uppercase()),
                    Some(a) => text.push_str(a),
                    None => text.push_str(fill[p % fill.len()]),
                }
            }
            let filter = Prefilter::new(ANCHORS.iter().enumerate().map(|(i, a)| (*a, i, ANYTHING)));
            let mut got: Vec<_> =
                hits(&filter, text.as_bytes()).iter().map(|h| (h.at, filter.rules(h.anchor)[0])).collect();
            got.sort_unstable();
            proptest::prop_assert_eq!(got, expected(ANCHORS, text.as_bytes()));
        }
    }

    #[test]
    fn wide_and_narrow_steps_find_the_same() {
        let filter = Prefilter::new(ANCHORS.iter().enumerate().map(|(i, a)| (*a, i, ANYTHING)));
        // Every anchor at every distance from either end of texts of many lengths.
        for (anchor, len) in ANCHORS.iter().flat_map(|a| (0..70).map(move |len| (a, len))) {
            for at in 0..=len {
                let mut text = vec![b'.'; len];
                text.splice(at..at, anchor.bytes());
                for range in [0..text.len(), at..text.len(), 0..at + anchor.len()] {
                    let (mut wide, mut narrow) = (Vec::new(), Vec::new());
                    filter.search_range(&text, range.clone(), |hit| wide.push(hit));
                    let end = range.end.saturating_sub(2);
                    filter.search_narrow(&text, range.start..end, &mut |hit| narrow.push(hit));
                    assert_eq!(wide, narrow, "{anchor} at {at} of {len}");
                    assert!(wide.iter().any(|hit| hit.at == at), "{anchor} at {at} of {len}");
                }
            }
        }
    }

    #[test]
    fn equal_anchors_wake_all_their_rules() {
        let filter = Prefilter::new([("Token", 3, ANYTHING), ("token", 7, ANYTHING), ("TOKEN", 3, ANYTHING)]);
        let found = hits(&filter, b"a toKen b");
        assert_eq!(found.len(), 1);
        assert_eq!(filter.rules(found[0].anchor), [3, 7]);
    }
}
