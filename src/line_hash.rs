//! The hash of a line by which GitHub code scanning knows an alert again (`primaryLocationLineHash`).
//!
//! GitHub's uploader works it out from the checkout where a SARIF file lacks it, and warns where it has another one, so
//! this must be the same function (`github/codeql-action`, `src/fingerprints.ts`, with the vectors of its tests): a
//! polynomial over the first hundred UTF-16 code units from the start of the line on, in 64 bits. Spaces and tabs do not
//! count, every line end is one line feed, and the text ends with 65535 and as many zeros as are needed. Lines with the
//! same hash are numbered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU32;

/// Code units that decide the hash of a line.
const BLOCK: usize = 100;
const BASE: u64 = 37;
/// `BASE` to the power of `BLOCK`: what a unit weighs when it leaves the block.
const LEAVING: u64 = power(BASE, BLOCK);
/// Stands for the end of the text.
const END: u16 = u16::MAX;

const fn power(base: u64, exponent: usize) -> u64 {
    let (mut result, mut n) = (1u64, 0);
    while n < exponent {
        result = result.wrapping_mul(base);
        n += 1;
    }
    result
}

/// What identifies a line of a file, as far as its content does. Shown as GitHub writes it: hash, colon, number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineHash {
    hash: u64,
    /// Which of the lines with this hash it is, from 1.
    occurrence: u32,
}

impl std::fmt::Display for LineHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}:{}", self.hash, self.occurrence)
    }
}

/// Hashes the lines of a text that comes in pieces. Holds eight bytes for each line, and never the text.
pub struct LineHasher {
    /// The last units, the oldest at `at`, and which of them begin a line.
    window: [(u16, bool); BLOCK],
    at: usize,
    hash: u64,
    line_begins: bool,
    after_return: bool,
    /// The first bytes of a character that the next piece ends.
    unfinished: Vec<u8>,
    /// Of all lines that are through the window, in order.
    hashes: Vec<u64>,
}

impl Default for LineHasher {
    fn default() -> Self {
        Self {
            window: [(0, false); BLOCK],
            at: 0,
            hash: 0,
            line_begins: true,
            after_return: false,
            unfinished: Vec::new(),
            hashes: Vec::new(),
        }
    }
}

impl LineHasher {
    /// The next bytes of the text. Each maximal piece of invalid UTF-8 is one U+FFFD, as for the uploader; a byte order mark
    /// counts.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut text = std::mem::take(&mut self.unfinished);
        text.extend_from_slice(bytes);
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            chunk.valid().encode_utf16().for_each(|unit| self.unit(unit));
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            let may_go_on = std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
            if chunks.peek().is_none() && may_go_on {
                self.unfinished = invalid.to_vec();
            } else {
                self.unit(0xfffd);
            }
        }
    }

    /// Whether the hash of `line` is known: the rest of the text does not change it.
    pub fn has(&self, line: NonZeroU32) -> bool {
        self.hashes.len() >= line.get() as usize
    }

    /// Ends the text. Hashes of those of `lines` that it has.
    pub fn finish(mut self, lines: &BTreeSet<NonZeroU32>) -> BTreeMap<NonZeroU32, LineHash> {
        if !self.unfinished.is_empty() {
            self.unit(0xfffd);
        }
        self.count(END);
        (0..BLOCK).for_each(|_| self.push(0, false));
        let wanted = |line: &NonZeroU32| self.hashes.get(line.get() as usize - 1);
        let mut counts: HashMap<u64, u32> = lines.iter().filter_map(wanted).map(|hash| (*hash, 0)).collect();
        let mut found = BTreeMap::new();
        for (line, hash) in (1..).filter_map(NonZeroU32::new).zip(&self.hashes) {
            let Some(count) = counts.get_mut(hash) else { continue };
            *count += 1;
            if lines.contains(&line) {
                found.insert(line, LineHash { hash: *hash, occurrence: *count });
            }
        }
        found
    }

    fn unit(&mut self, unit: u16) {
        const LF: u16 = b'\n' as u16;
        const CR: u16 = b'\r' as u16;
        let after_return = std::mem::replace(&mut self.after_return, unit == CR);
        if unit == u16::from(b' ') || unit == u16::from(b'\t') || (after_return && unit == LF) {
            return;
        }
        self.count(if unit == CR { LF } else { unit });
    }

    fn count(&mut self, unit: u16) {
        let begins = std::mem::replace(&mut self.line_begins, unit == u16::from(b'\n'));
        self.push(unit, begins);
    }

    fn push(&mut self, unit: u16, begins: bool) {
        let (leaving, began) = std::mem::replace(&mut self.window[self.at], (unit, begins));
        if began {
            self.hashes.push(self.hash);
        }
        let leaving = LEAVING.wrapping_mul(u64::from(leaving));
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(leaving);
        self.at = (self.at + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of all lines, fed in pieces of `size` bytes.
    fn hashes(text: &[u8], size: usize) -> Vec<String> {
        let mut hasher = LineHasher::default();
        text.chunks(size).for_each(|piece| hasher.feed(piece));
        let lines: BTreeSet<_> = (1..100_000).filter_map(NonZeroU32::new).collect();
        hasher.finish(&lines).values().map(ToString::to_string).collect()
    }

    /// Vectors of github/codeql-action's own tests.
    #[test]
    fn published_vectors() {
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(hashes(b"", size), ["c129715d7a2bc9a3:1"]);
            let text = b" a\nb\n  \t\tc\n d";
            let expected = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
            assert_eq!(hashes(text, size), expected);
            let mixed = b" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n";
            let expected = [
                "e9496ae3ebfced30:1",
                "fb7c023a8b9ccb3f:1",
                "ce8ba1a563dcdaca:1",
                "e20e36e16fcb0cc8:1",
                "b3edc88f2938467e:1",
                "c8e28b0b4002a3a0:1",
                "c129715d7a2bc9a3:1",
            ];
            assert_eq!(hashes(mixed, size), expected);
            let repeated = hashes("Lorem ipsum dolor sit amet.\n".repeat(10).as_bytes(), size);
            assert_eq!(repeated[4..7], ["a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1"]);
            assert_eq!(
                repeated[7..],
                ["a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"]
            );
        }
    }

    #[test]
    fn line_ends_and_blanks_do_not_count() {
        let unix = hashes(b"one\ntwo\n\nfour", 1000);
        assert_eq!(unix.len(), 4);
        assert_eq!(hashes(b"one\r\ntwo\r\n\r\nfour", 1), unix);
        assert_eq!(hashes(b"one\rtwo\r\rfour", 1000), unix);
        assert_eq!(hashes(b"  o n\te\n\ttwo \n \n four\t", 1000), unix);
        // A blank between them makes two line ends of a return and a feed.
        assert_eq!(hashes(b"one\r two", 1000), hashes(b"one\ntwo", 1000));
        assert_eq!(hashes(b"one\r \ntwo", 1000), hashes(b"one\n\ntwo", 1000));
    }

    #[test]
    fn equal_lines_are_numbered() {
        let filler = "x".repeat(120);
        let text = format!("{filler}\n{filler}\nother\n{filler}\n");
        let all = hashes(text.as_bytes(), 1000);
        let number = |n: usize| all[n].split_once(':').expect("a number");
        assert_eq!([number(0).1, number(1).1, number(3).1], ["1", "2", "3"]);
        assert_eq!([number(1).0, number(3).0], [number(0).0; 2]);
        assert_eq!(all.len(), 5, "what follows the last line end is a line");
    }

    #[test]
    fn only_a_hundred_units_matter() {
        let line = |tail: &str| format!("{}{tail}\nend", "é😀".repeat(33));
        // 33 times a unit and a pair are 99 units: one more counts.
        assert_eq!(hashes(line("ab").as_bytes(), 3)[0], hashes(line("ac").as_bytes(), 1000)[0]);
        assert_ne!(hashes(line("ab").as_bytes(), 3)[0], hashes(line("bb").as_bytes(), 1000)[0]);
    }

    #[test]
    fn invalid_utf8_is_replaced_piece_by_piece() {
        for (bytes, text) in [
            (&b"a\xffb"[..], "a\u{fffd}b"),
            (b"\xe2\x82", "\u{fffd}"),
            (b"\xe2\x82x", "\u{fffd}x"),
            (b"\xe2\x82\xe2\x82\xac\xf0\x9f", "\u{fffd}€\u{fffd}"),
            (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\xef\xbb\xbfa", "\u{feff}a"),
        ] {
            for size in 1..5 {
                assert_eq!(hashes(bytes, size), hashes(text.as_bytes(), 1000), "{bytes:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn what_follows_is_not_needed() {
        let line = NonZeroU32::MIN;
        let mut hasher = LineHasher::default();
        hasher.feed(b"first\n");
        assert!(!hasher.has(line));
        hasher.feed(&[b'x'; BLOCK]);
        assert!(hasher.has(line));
        let lines = BTreeSet::from([line]);
        let early = hasher.finish(&lines);
        assert_eq!(early[&line].to_string(), hashes(format!("first\n{}\nmore", "x".repeat(500)).as_bytes(), 9)[0]);
    }
}
