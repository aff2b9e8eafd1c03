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
        let mut carrier = Carrier { spans: &self.spans, base, base_len, text_len: text.len(), hit: 0, judged: 0 };
        for piece in pieces {
            carrier.carry(piece, &mut seen, &mut anew);
        }
        let first_new = anew.len();
        let filter = self.detector.prefilter();
        for region in regions(pieces, base_len, text.len()) {
            filter.search_range(text, region, |hit| {
                let end = text.len().min(hit.at + self.spans[hit.anchor].extent as usize);
                if !is_copied(pieces, hit.at..end) {
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

/// What carrying asks of an anchor, in bytes: close together, because it is asked for every hit of every version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// What decides whether it is found.
    extent: u32,
    /// How far its rules see before its first byte.
    back: u32,
    /// How far they see from its first byte on.
    forward: u32,
}

impl Span {
    /// Those of all anchors.
    pub(super) fn all(detector: &Detector<'_>) -> Vec<Self> {
        let filter = detector.prefilter();
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (0..filter.len())
            .map(|anchor| {
                let sight = detector.sight(anchor);
                Self {
                    extent: narrow(filter.extent_of(anchor)),
                    back: narrow(sight.back),
                    forward: narrow(filter.len_of(anchor) + sight.forward),
                }
            })
            .collect()
    }
}

/// Carries what is known of a base over to a text made from it.
struct Carrier<'c> {
    spans: &'c [Span],
    base: &'c Seen,
    base_len: usize,
    text_len: usize,
    /// Places in the base's hits and judged candidates behind the last piece: the next piece mostly goes on there.
    hit: usize,
    judged: usize,
}

impl Carrier<'_> {
    /// Carries the anchors in a copied piece over, with their candidates where the whole sight was copied; the others go to
    /// `anew`.
    fn carry(&mut self, piece: &Piece, seen: &mut Seen, anew: &mut Vec<Known>) {
        let Some(source) = piece.source else { return };
        let source_end = source + piece.len;
        // Where sights may begin and end.
        let open = if source == 0 && piece.start == 0 { isize::MIN } else { source.cast_signed() };
        let to_end = source_end == self.base_len && piece.end() == self.text_len;
        let close = if to_end { usize::MAX } else { source_end };
        self.hit = seek(&self.base.hits, self.hit, |h| (h.at as usize) < source);
        self.judged = seek(&self.base.judged, self.judged, |j| j.candidate.anchor < source);
        for hit in &self.base.hits[self.hit..] {
            let at = hit.at as usize;
            if at >= source_end {
                break;
            }
            self.hit += 1;
            let span = self.spans[hit.anchor as usize];
            if at + span.extent as usize > close {
                continue;
            }
            let moved = Known { at: (at - source + piece.start) as u32, anchor: hit.anchor };
            seen.hits.push(moved);
            if at.cast_signed() - (span.back as isize) < open || at + span.forward as usize > close {
                anew.push(moved);
            } else if self.judged < self.base.judged.len() {
                self.carry_judged((at, hit.anchor as usize), piece.start, source, seen);
            }
        }
    }

    /// Carries the candidates of one anchor, by its place in the base and its number.
    fn carry_judged(&mut self, key: (usize, usize), to: usize, from: usize, seen: &mut Seen) {
        let of = |j: &Judged| (j.candidate.anchor, j.candidate.anchor_id);
        while let Some(judged) = self.base.judged.get(self.judged).filter(|j| of(j) <= key) {
            if of(judged) == key {
                let mut judged = judged.clone();
                judged.candidate.shift(to, from);
                seen.judged.push(judged);
            }
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

/// Where anchors can stand that no copied piece holds: insertions and seams, widened by the longest stem, and the end, if it is not
/// that of the base. Sorted and merged.
fn regions(pieces: &[Piece], base_len: usize, len: usize) -> Vec<Range<usize>> {
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
    if pieces.last().and_then(|p| p.source.map(|source| source + p.len)).is_some_and(|end| end != base_len) {
        add(len, len);
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
