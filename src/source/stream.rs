//! Searching a byte stream of any length in windows of bounded memory.

use std::io::{self, Read};

use super::decode::{self, Encoding, LARGEST_STORE, PROBE};
use crate::collect::Collector;
use crate::position::Start;
use crate::search::{Matches, Searcher, WINDOW_CONTEXT};

/// How much of a stream one window answers for.
const WINDOW: usize = 4 << 20;

/// What became of a stream.
pub(super) enum Outcome {
    /// It was searched: bytes read and what was found.
    Searched(u64, Matches),
    /// It is no text.
    Binary,
}

/// Reads `input` to its end and searches it, or as far as it comes until the scan that `collector` is of is cancelled.
/// `buffer` is reused from call to call.
pub(super) fn search(
    searcher: &Searcher<'_>,
    collector: &Collector,
    input: &mut impl Read,
    buffer: &mut Vec<u8>,
) -> io::Result<Outcome> {
    buffer.clear();
    fill(input, buffer, PROBE)?;
    match decode::encoding(buffer) {
        Encoding::Binary => return Ok(Outcome::Binary),
        Encoding::Ascii => {}
        Encoding::KeyStore => {
            fill(input, buffer, LARGEST_STORE + 1)?;
            let size = buffer.len() as u64;
            let searched = decode::text(buffer).map(|text| searcher.search(&text));
            return Ok(searched.map_or(Outcome::Binary, |matches| Outcome::Searched(size, matches)));
        }
        Encoding::Utf16Le | Encoding::Utf16Be => {
            // Decoded as a whole: half the size afterwards, and rarely large.
            input.read_to_end(buffer)?;
            let size = buffer.len() as u64;
            let matches = decode::text(buffer).map(|text| searcher.search(&text)).unwrap_or_default();
            return Ok(Outcome::Searched(size, matches));
        }
    }
    fill(input, buffer, WINDOW + WINDOW_CONTEXT)?;
    if buffer.starts_with(b"\xef\xbb\xbf") {
        buffer.drain(..3);
    }
    if buffer.len() < WINDOW + WINDOW_CONTEXT {
        let size = buffer.len() as u64;
        return Ok(Outcome::Searched(size, searcher.search(buffer)));
    }
    windows(searcher, collector, input, buffer)
}

/// The rest of [`search`] for streams longer than one window.
fn windows(
    searcher: &Searcher<'_>,
    collector: &Collector,
    input: &mut impl Read,
    buffer: &mut Vec<u8>,
) -> io::Result<Outcome> {
    let mut all = Matches::default();
    let (mut total, mut start, mut owned_from) = (0u64, Start::default(), 0);
    loop {
        let at_end = buffer.len() < owned_from + WINDOW + WINDOW_CONTEXT;
        let owned_to = if at_end { buffer.len() } else { owned_from + WINDOW };
        let part = searcher.search_window(buffer, start, &(owned_from..owned_to));
        all.extend(part);
        if at_end || collector.is_cancelled() {
            return Ok(Outcome::Searched(total + owned_to as u64, all));
        }
        let mut passed = owned_to - WINDOW_CONTEXT.min(owned_to);
        // A character is not cut in two, or columns would be counted wrong.
        for _ in 0..3 {
            if passed > 0 && buffer[passed] & 0xc0 == 0x80 {
                passed -= 1;
            }
        }
        start = start.after(&buffer[..passed]);
        buffer.drain(..passed);
        total += passed as u64;
        owned_from = owned_to - passed;
        let wanted = owned_from + WINDOW + WINDOW_CONTEXT;
        fill(input, buffer, wanted)?;
    }
}

/// Reads until `buffer` holds `wanted` bytes or the input ends.
fn fill(input: &mut impl Read, buffer: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
    let missing = wanted.saturating_sub(buffer.len()) as u64;
    input.take(missing).read_to_end(buffer)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    /// Tokens planted round every window edge of a long one-line text and of one with lines.
    #[test]
    fn windows_find_what_the_whole_has() {
        let rules = RuleSet::builtin();
        let searcher = Searcher::new(&rules, 0);
        let token = |n: usize| format!("{}{:0>4}q7Zk2LpX9vRt4WmB8nYcJ5hD3sGf6TuEaKiO", concat!("gh", "p_"), n);
        for filler in ["lorem ipsum ", "lorem ipsum\n"] {
            let mut text = filler.repeat((2 * WINDOW + WINDOW / 2) / filler.len()).into_bytes();
            let edges = [WINDOW, 2 * WINDOW, WINDOW + WINDOW_CONTEXT, WINDOW - WINDOW_CONTEXT, text.len() - 60];
            for (n, edge) in edges.iter().enumerate() {
                for shift in [0usize, 20, 45] {
                    let at = edge - 100 * n - shift - 70 * shift;
                    let planted = format!(" {} ", &token(n * 50 + shift)[..40]);
                    text[at..at + planted.len()].copy_from_slice(planted.as_bytes());
                }
            }
            let whole = searcher.search(&text);
            let mut buffer = Vec::new();
            let Ok(Outcome::Searched(size, parts)) =
                search(&searcher, &Collector::default(), &mut &text[..], &mut buffer)
            else {
                panic!("a text");
            };
            assert_eq!(size as usize, text.len());
            assert!(whole.found.len() >= 12, "{}", whole.found.len());
            assert_eq!(parts, whole);
        }
    }

    #[test]
    fn a_cancelled_scan_ends_with_the_window() {
        let rules = RuleSet::builtin();
        let (searcher, collector) = (Searcher::new(&rules, 0), Collector::default());
        collector.cancel();
        let text = b"lorem ipsum\n".repeat(WINDOW);
        let outcome = search(&searcher, &collector, &mut &text[..], &mut Vec::new());
        assert!(matches!(outcome, Ok(Outcome::Searched(size, _)) if size == WINDOW as u64));
    }
}
