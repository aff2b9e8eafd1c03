//! Hashes of the lines that matches stand in, for formats that identify findings by them.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::num::NonZeroU32;

use crate::line_hash::LineHasher;
use crate::search::Match;

/// How much is read at once.
const PIECE: usize = 64 << 10;

/// Gives each of `found` the hash of the line it begins in. `input` holds the bytes of the file from its beginning, as they
/// lie on the disk; it is read no further than needed.
pub(super) fn hash(found: &mut [Match], input: &mut impl Read) -> io::Result<()> {
    let lines: BTreeSet<NonZeroU32> = found.iter().map(|m| m.start.line).collect();
    let Some(last) = lines.last() else { return Ok(()) };
    let mut hasher = LineHasher::default();
    let mut piece = Vec::with_capacity(PIECE);
    while !hasher.has(*last) {
        piece.clear();
        input.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        if piece.is_empty() {
            break;
        }
        hasher.feed(&piece);
    }
    let hashes = hasher.finish(&lines);
    for m in found {
        m.line_hash = hashes.get(&m.start.line).copied();
    }
    Ok(())
}
