//! Searching a changed text by what is known of the text it was made from.
//!
//! A new version is made of pieces copied from its base and of inserted bytes. Anchors that lie wholly inside a copied piece
//! are carried over; anchors that touch an insertion or a seam are searched for. A rule's result is carried with its anchor
//! where all it sees ([`Sight`](crate::detect::Sight)) was copied in one piece, and is worked out anew where not. The outcome
//! is that of a full search, by construction: a rule's result depends on its sight alone.

use std::ops::Range;

use super::Searcher;
use crate::detect::Detector;
use crate::detect::prefilter::{Hit, STEM};
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
        let mut carrier = Carrier { detector: &self.detector, base, base_len, text_len: text.len(), hit: 0, judged: 0 };
        for piece in pieces {
            carrier.carry(piece, &mut seen, &mut anew);
        }
        let first_new = anew.len();
        let filter = self.detector.prefilter();
        for region in regions(pieces, text.len()) {
            filter.search_range(text, region, |hit| {
                if !is_copied(pieces, hit.at..hit.at + filter.stem_of(hit.anchor)) {
                    anew.push(known(hit));
                }
            });
        }
        if anew.len() > first_new {
            seen.hits.extend_from_slice(&anew[first_new..]);
            seen.hits.sort_by_key(|h| (h.at, h.anchor));
        }
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
}

/// Carries what is known of a base over to a text made from it.
struct Carrier<'c, 'r> {
    detector: &'c Detector<'r>,
    base: &'c Seen,
    base_len: usize,
    text_len: usize,
    /// Places in the base's hits and judged candidates behind the last piece: the next piece mostly goes on there.
    hit: usize,
    judged: usize,
}

impl Carrier<'_, '_> {
    /// Carries the anchors in a copied piece over, with their candidates where the whole sight was copied; the others go to
    /// `anew`.
    fn carry(&mut self, piece: &Piece, seen: &mut Seen, anew: &mut Vec<Known>) {
        let Some(source) = piece.source else { return };
        let source_end = source + piece.len;
        let from_start = source == 0 && piece.start == 0;
        let to_end = source_end == self.base_len && piece.end() == self.text_len;
        let filter = self.detector.prefilter();
        self.hit = seek(&self.base.hits, self.hit, |h| (h.at as usize) < source);
        while let Some(hit) = self.base.hits.get(self.hit).filter(|h| (h.at as usize) < source_end) {
            self.hit += 1;
            let (at, anchor) = (hit.at as usize, hit.anchor as usize);
            if at + filter.stem_of(anchor) > source_end {
                continue;
            }
            let moved = Known { at: (at - source + piece.start) as u32, anchor: hit.anchor };
            seen.hits.push(moved);
            let sight = self.detector.sight(anchor);
            let end = at + filter.len_of(anchor);
            if (from_start || at >= source + sight.back) && (to_end || end + sight.forward <= source_end) {
                self.carry_judged((at, anchor), piece.start, source, seen);
            } else {
                anew.push(moved);
            }
        }
    }

    /// Carries the candidates of one anchor, by its place in the base and its number.
    fn carry_judged(&mut self, key: (usize, usize), to: usize, from: usize, seen: &mut Seen) {
        let of = |j: &Judged| (j.candidate.anchor, j.candidate.anchor_id);
        self.judged = seek(&self.base.judged, self.judged, |j| of(j) < key);
        while let Some(judged) = self.base.judged.get(self.judged).filter(|j| of(j) == key) {
            let mut judged = judged.clone();
            judged.candidate.shift(to, from);
            seen.judged.push(judged);
            self.judged += 1;
        }
    }
}

/// The first of `sorted` that does not come `before`, looked for round the place `near`.
fn seek<T>(sorted: &[T], near: usize, before: impl Fn(&T) -> bool) -> usize {
    let near = near.min(sorted.len());
    if near > 0 && !before(&sorted[near - 1]) {
        return sorted[..near].partition_point(before);
    }
    // Mostly it is here or a few steps on.
    const STEPS: usize = 4;
    for (n, item) in sorted[near..].iter().take(STEPS).enumerate() {
        if !before(item) {
            return near + n;
        }
    }
    let far = sorted.len().min(near + STEPS);
    far + sorted[far..].partition_point(before)
}

/// Where anchors can stand that no copied piece holds: insertions and seams, widened by the longest stem. Sorted and
/// merged.
fn regions(pieces: &[Piece], len: usize) -> Vec<Range<usize>> {
    let margin = STEM - 1;
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
