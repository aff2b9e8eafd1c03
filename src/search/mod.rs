//! From a text to what it holds: detection and judgement in one call, with everything that outlives the text copied out.

mod carry;
mod comments;
mod explain;

use std::ops::Range;
use std::sync::Arc;

use crate::detect::check::Fact;
use crate::detect::{Detector, REACH};
use crate::finding::{Context, Excerpt, Part};
use crate::judge::allow::Comments;
use crate::judge::{self, ByKind, Judged};
use crate::line_hash::LineHash;
use crate::position::{Position, Positions, Start};
use crate::report::DropReason;
use crate::rules::{Confidence, RuleSet};
use crate::secret::Secret;

pub use carry::{Piece, Seen};
pub use comments::{Allowed, Idle};
pub use explain::{Explained, Trace};

/// A finding in one text, before its place in a repository is known. Owns all it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Index of the rule.
    pub rule: usize,
    /// The credential.
    pub secret: Secret,
    /// First byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// The line round it.
    pub excerpt: Excerpt,
    /// How sure at most; at a path see [`Match::by_kind`].
    pub confidence: Confidence,
    /// How sure in each kind of file, by the text alone.
    pub by_kind: ByKind,
    /// What an offline check learnt.
    pub facts: Vec<Fact>,
    /// The comment beside it that allows it.
    pub allowed: Option<Allowed>,
    /// The hash of the line it begins in, where a source was asked for it: it takes the whole file.
    pub line_hash: Option<LineHash>,
    /// What it stands in, if that is kept.
    pub context: Option<Arc<Context>>,
}

/// What one text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// Findings in order of their place.
    pub found: Vec<Match>,
    /// Candidates that came to nothing, by reason.
    pub dropped: Vec<DropReason>,
    /// Allow comments that allow nothing.
    pub idle: Vec<Idle>,
}

impl Matches {
    /// The text holds nothing worth a word.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.dropped.is_empty() && self.idle.is_empty()
    }

    /// Adds what a later window of the same text holds.
    pub fn extend(&mut self, next: Self) {
        self.found.extend(next.found);
        self.dropped.extend(next.dropped);
        self.idle.extend(next.idle);
    }
}

/// A detector, the time of the scan, and which allow comments count.
pub struct Searcher<'r> {
    detector: Detector<'r>,
    /// By anchor.
    spans: Vec<carry::Span>,
    now: i64,
    comments: Comments,
    keeps_context: bool,
}

/// Margin on either side of a window whose anchors are evaluated too, so that overlapping candidates see each other.
const MARGIN: usize = REACH;
/// How much text a window needs before and after the part it answers for.
pub const WINDOW_CONTEXT: usize = MARGIN + REACH;

/// Longest piece of its lines that is kept before and after a match, bytes. Less than what windows share.
const LINES: usize = 2048;
/// Longest piece of text shown before and after a secret, bytes.
const EXCERPT: usize = 100;

impl<'r> Searcher<'r> {
    /// For the rules of a scan at time `now` (seconds since 1970).
    pub fn new(rules: &'r RuleSet, now: i64) -> Self {
        let detector = Detector::new(rules);
        let spans = carry::Span::all(&detector);
        Self { detector, spans, now, comments: Comments::All, keeps_context: false }
    }

    /// Reads these allow comments; all of them, if this is not called.
    pub fn with_comments(self, comments: Comments) -> Self {
        Self { comments, ..self }
    }

    /// Keeps [`Match::context`], if `keeps`.
    pub fn with_context(self, keeps: bool) -> Self {
        Self { keeps_context: keeps, ..self }
    }

    /// The rules.
    pub fn rules(&self) -> &'r RuleSet {
        self.detector.rules()
    }

    /// Searches a whole text.
    pub fn search(&self, text: &[u8]) -> Matches {
        let candidates = self.detector.search(text);
        let judged = candidates.into_iter().map(|c| judge::weigh(self.rules(), text, c, self.now)).collect();
        self.extract(text, Start::default(), judge::settle(judged), &(0..text.len()))
    }

    /// Searches `text[owned]`, which begins the window at `start`. The text must reach [`WINDOW_CONTEXT`] beyond `owned` on
    /// either side, or to the end of the whole; then windows that tile a text find what a search of the whole finds.
    pub fn search_window(&self, text: &[u8], start: Start, owned: &Range<usize>) -> Matches {
        let from = owned.start.saturating_sub(MARGIN);
        let to = text.len().min(owned.end + MARGIN);
        let mut candidates = Vec::new();
        self.detector.prefilter().search(text, |hit| {
            if (from..to).contains(&hit.at) {
                self.detector.evaluate(text, hit, &mut candidates);
            }
        });
        let judged = candidates.into_iter().map(|c| judge::weigh(self.rules(), text, c, self.now)).collect();
        self.extract(text, start, judge::settle(judged), owned)
    }

    fn extract(&self, text: &[u8], start: Start, judged: Vec<Judged>, owned: &Range<usize>) -> Matches {
        let idle = self.idle(text, start, &judged, owned);
        if judged.is_empty() {
            return Matches { idle, ..Matches::default() };
        }
        let speaks = |j: &Judged| owned.contains(&j.candidate.anchor) && !self.rules().is_muted(j.candidate.rule);
        let hidden = if judged.iter().any(|j| speaks(j) && j.verdict.is_ok()) {
            Hidden::new(&judged)
        } else {
            Hidden::default()
        };
        let mut positions = Positions::new(text, start);
        // Matches and secrets are each asked for in order; mixed, they would be counted anew each time.
        let mut around = Positions::new(text, start);
        let mut matches = Matches { idle, ..Matches::default() };
        for j in judged {
            if !speaks(&j) {
                continue;
            }
            match j.verdict {
                Err(reason) => matches.dropped.push(reason),
                Ok(confidence) => {
                    let allowed = self.allowed(text, start, &j, &hidden);
                    let matched = j.candidate.matched();
                    let context = self.keeps_context.then(|| Context {
                        matched: parts(text, matched.clone(), &hidden),
                        lines: parts(text, lines(text, &matched), &hidden),
                        start: around.of(matched.start),
                        end: around.of(matched.end),
                    });
                    let secret = Secret::new(&j.candidate.bytes(text));
                    let span = j.candidate.secret;
                    matches.found.push(Match {
                        rule: j.candidate.rule,
                        secret,
                        start: positions.of(span.start),
                        end: positions.of(span.end),
                        excerpt: excerpt(text, &span, &hidden),
                        confidence,
                        by_kind: j.by_kind,
                        facts: j.facts,
                        allowed,
                        line_hash: None,
                        context: context.map(Arc::new),
                    });
                }
            }
        }
        matches
    }
}

/// What must not be shown in an excerpt: every candidate that may be a secret, reported or not, and the other places near it
/// that its bytes stand in. Sorted and merged.
#[derive(Default)]
struct Hidden(Vec<Range<usize>>);

/// Copies of shorter secrets are not looked for: they would hide half of the text.
const SHORTEST_COPY: usize = 4;
/// How far from an excerpt a secret may stand whose copies are hidden in it, bytes. Less than what windows share, so that
/// they agree.
const NEAR: usize = 8 * 1024;

impl Hidden {
    fn new(judged: &[Judged]) -> Self {
        let mut spans: Vec<Range<usize>> = judged
            .iter()
            .filter(|j| {
                !matches!(j.verdict, Err(DropReason::Placeholder | DropReason::NotSecret | DropReason::Unlikely))
            })
            .map(|j| j.candidate.secret.clone())
            .collect();
        merge(&mut spans);
        Self(spans)
    }

    /// The hidden stretches of `text[shown]`.
    fn within(&self, text: &[u8], shown: &Range<usize>) -> Vec<Range<usize>> {
        let first = self.0.partition_point(|span| span.end + NEAR <= shown.start);
        let near = self.0[first..].iter().take_while(|span| span.start < shown.end + NEAR);
        let pieces = Pieces::of(&text[shown.clone()]);
        let mut all: Vec<Range<usize>> = Vec::new();
        for span in near {
            if span.end > shown.start && span.start < shown.end {
                all.push(span.clone());
            }
            if span.len() <= shown.len() && pieces.may_hold(&text[span.clone()]) {
                let copies = memchr::memmem::find_iter(&text[shown.clone()], &text[span.clone()]);
                all.extend(copies.map(|at| shown.start + at..shown.start + at + span.len()));
            }
        }
        merge(&mut all);
        all
    }
}

/// Which pieces of [`SHORTEST_COPY`] bytes a short text has, as a set of their hashes. A text with hundreds of secrets is not searched
/// for each of them in the line of each.
struct Pieces([u64; 64]);

impl Pieces {
    fn of(text: &[u8]) -> Self {
        let mut bits = [0; 64];
        for hash in text.windows(SHORTEST_COPY).filter_map(|piece| piece.first_chunk()).map(Self::hash) {
            bits[hash >> 6] |= 1 << (hash & 63);
        }
        Self(bits)
    }

    /// One of 4,096 (multiplicative hashing: Knuth, The Art of Computer Programming 3, 6.4).
    fn hash(piece: &[u8; SHORTEST_COPY]) -> usize {
        (u32::from_le_bytes(*piece).wrapping_mul(0x9e37_79b1) >> 20) as usize
    }

    /// Whether the text may hold `secret`. Secrets of one kind may begin or end alike, so both ends are asked for.
    fn may_hold(&self, secret: &[u8]) -> bool {
        let ends = [secret.first_chunk(), secret.last_chunk()];
        ends.iter().all(|end| end.map(Self::hash).is_some_and(|hash| self.0[hash >> 6] & 1 << (hash & 63) != 0))
    }
}

fn merge(spans: &mut Vec<Range<usize>>) {
    spans.sort_by_key(|s| (s.start, s.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans.drain(..) {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    *spans = merged;
}

/// The line round `secret` (for a secret of several lines: from the first to the last), hidden spans set apart.
fn excerpt(text: &[u8], secret: &Range<usize>, hidden: &Hidden) -> Excerpt {
    let floor = secret.start.saturating_sub(EXCERPT);
    let start = memchr::memrchr(b'\n', &text[floor..secret.start]).map_or(floor, |n| floor + n + 1);
    let ceiling = text.len().min(secret.end + EXCERPT);
    let end = memchr::memchr(b'\n', &text[secret.end..ceiling]).map_or(ceiling, |n| secret.end + n);
    parts(text, start..end, hidden)
}

/// The whole lines of `span`, as far as [`LINES`] reaches.
fn lines(text: &[u8], span: &Range<usize>) -> Range<usize> {
    let floor = span.start.saturating_sub(LINES);
    let start = memchr::memrchr(b'\n', &text[floor..span.start]).map_or(floor, |n| floor + n + 1);
    let ceiling = text.len().min(span.end + LINES);
    start..memchr::memchr(b'\n', &text[span.end..ceiling]).map_or(ceiling, |n| span.end + n)
}

/// `text[shown]` with the hidden spans set apart.
fn parts(text: &[u8], shown: Range<usize>, hidden: &Hidden) -> Excerpt {
    let Range { start, end } = shown;
    let mut parts = Vec::new();
    let mut at = start;
    for span in hidden.within(text, &(start..end)) {
        let (from, to) = (span.start.max(start), span.end.min(end));
        plain(&mut parts, &text[at..from]);
        parts.push(Part::Hidden(Secret::new(&text[from..to])));
        at = to;
    }
    plain(&mut parts, &text[at..end]);
    Excerpt { parts }
}

fn plain(parts: &mut Vec<Part>, text: &[u8]) {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if !text.is_empty() {
        parts.push(Part::Plain(String::from_utf8_lossy(text).into_owned()));
    }
}
