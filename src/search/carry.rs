//! Searching a changed text by what is known of the text it was made from.
//!
//! A new version is made of pieces copied from its base and of inserted bytes. Anchors that lie wholly inside a copied piece
//! are carried over; anchors that touch an insertion or a seam are searched for. A rule's result is carried with its anchor
//! where all it sees ([`Sight`](crate::detect::Sight)) was copied in one piece, and is worked out anew where not. The outcome
//! is that of a full search, by construction: a rule's result depends on its sight alone.

use std::ops::Range;

use super::Searcher;
use crate::detect::prefilter::Hit;
use crate::judge::{self, Judged};

/// A stretch of a changed text. The pieces of a text follow each other without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Offset in the changed text.
    pub start: usize,
    /// Length in bytes, not zero.
    pub len: usize,
    /// Offset in the base it was copied from; none for inserted bytes.
    pub source: Option<usize>,
}

impl Piece {
    fn end(&self) -> usize {
        self.start + self.len
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    at: u32,
    anchor: u32,
}

/// All that is known of a text: its anchors, and what the rules made of them, overlaps not settled.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Sorted by place and anchor.
    hits: Vec<Known>,
    /// Sorted by anchor.
    judged: Vec<Judged>,
}

impl Seen {
    /// The judged candidates, overlaps settled.
    pub fn settled(&self) -> Vec<Judged> {
        if self.judged.is_empty() { Vec::new() } else { judge::settle(self.judged.clone()) }
    }

    /// Bytes of memory held.
    pub fn size(&self) -> usize {
        self.hits.capacity() * size_of::<Known>() + self.judged.capacity() * size_of::<Judged>()
    }
}

impl Searcher<'_> {
    /// Searches a whole text of less than 4 GiB.
    pub fn see(&self, text: &[u8]) -> Seen {
        let mut hits = Vec::new();
        self.detector.prefilter().search(text, |hit| hits.push(known(hit)));
        hits.sort_unstable_by_key(|h| (h.at, h.anchor));
        let mut seen = Seen { hits, judged: Vec::new() };
        let mut found = Vec::new();
        for hit in &seen.hits {
            self.detector.evaluate(text, hit.hit(), &mut found);
        }
        seen.judged.extend(found.into_iter().map(|c| judge::weigh(self.rules(), text, c, self.now)));
        seen
    }

    /// Searches `text`, which `pieces` make from a base of `base_len` bytes that `base` is known of.
    pub fn see_changed(&self, base: &Seen, base_len: usize, text: &[u8], pieces: &[Piece]) -> Seen {
        let mut seen = Seen { hits: Vec::with_capacity(base.hits.len() + 4), judged: Vec::new() };
        let mut anew: Vec<Known> = Vec::new();
        for piece in pieces {
            self.carry(base, base_len, text.len(), piece, &mut seen, &mut anew);
        }
        let first_new = anew.len();
        for region in self.regions(pieces, text.len()) {
            self.detector.prefilter().search(&text[region.clone()], |hit| {
                let at = hit.at + region.start;
                if !is_copied(pieces, at..at + self.detector.prefilter().len_of(hit.anchor)) {
                    anew.push(known(Hit { at, ..hit }));
                }
            });
        }
        seen.hits.extend_from_slice(&anew[first_new..]);
        seen.hits.sort_unstable_by_key(|h| (h.at, h.anchor));
        let mut found = Vec::new();
        for hit in anew {
            self.detector.evaluate(text, hit.hit(), &mut found);
        }
        if !found.is_empty() {
            seen.judged.extend(found.into_iter().map(|c| judge::weigh(self.rules(), text, c, self.now)));
            seen.judged.sort_by_key(|j| (j.candidate.anchor, j.candidate.anchor_id));
        }
        seen
    }

    /// Carries the anchors in a copied piece over, with their candidates where the whole sight was copied; the others go to
    /// `anew`.
    fn carry(
        &self,
        base: &Seen,
        base_len: usize,
        text_len: usize,
        piece: &Piece,
        seen: &mut Seen,
        anew: &mut Vec<Known>,
    ) {
        let Some(source) = piece.source else { return };
        let source_end = source + piece.len;
        let from_start = source == 0 && piece.start == 0;
        let to_end = source_end == base_len && piece.end() == text_len;
        let first = base.hits.partition_point(|h| (h.at as usize) < source);
        let mut next_judged = base.judged.partition_point(|j| j.candidate.anchor < source);
        for hit in &base.hits[first..] {
            let at = hit.at as usize;
            if at >= source_end {
                break;
            }
            let len = self.detector.prefilter().len_of(hit.anchor as usize);
            if at + len > source_end {
                continue;
            }
            let moved = Known { at: (at - source + piece.start) as u32, anchor: hit.anchor };
            seen.hits.push(moved);
            let sight = self.detector.sight(hit.anchor as usize);
            let copied =
                (from_start || at >= source + sight.back) && (to_end || at + len + sight.forward <= source_end);
            if !copied {
                anew.push(moved);
                continue;
            }
            let key = (at, hit.anchor as usize);
            let of = |j: &Judged| (j.candidate.anchor, j.candidate.anchor_id);
            while base.judged.get(next_judged).is_some_and(|j| of(j) < key) {
                next_judged += 1;
            }
            while let Some(judged) = base.judged.get(next_judged).filter(|j| of(j) == key) {
                let mut judged = judged.clone();
                judged.candidate.shift(piece.start, source);
                seen.judged.push(judged);
                next_judged += 1;
            }
        }
    }

    /// Where anchors can stand that no copied piece holds: insertions and seams, widened by the longest anchor. Sorted and
    /// merged.
    fn regions(&self, pieces: &[Piece], len: usize) -> Vec<Range<usize>> {
        let margin = self.detector.prefilter().longest().saturating_sub(1);
        let mut regions: Vec<Range<usize>> = Vec::new();
        let mut add = |start: usize, end: usize| {
            let region = start.saturating_sub(margin)..len.min(end + margin);
            match regions.last_mut() {
                Some(last) if region.start <= last.end => last.end = last.end.max(region.end),
                _ => regions.push(region),
            }
        };
        for (n, piece) in pieces.iter().enumerate() {
            if piece.source.is_none() {
                add(piece.start, piece.end());
            } else if n > 0 {
                add(piece.start, piece.start);
            }
        }
        regions
    }
}

impl Known {
    fn hit(self) -> Hit {
        Hit { at: self.at as usize, anchor: self.anchor as usize }
    }
}

fn known(hit: Hit) -> Known {
    Known { at: hit.at as u32, anchor: hit.anchor as u32 }
}

/// Whether one copied piece holds all of `range`.
fn is_copied(pieces: &[Piece], range: Range<usize>) -> bool {
    let n = pieces.partition_point(|p| p.end() <= range.start);
    pieces.get(n).is_some_and(|p| p.source.is_some() && p.start <= range.start && range.end <= p.end())
}
