//! What the rules make of one line, step by step: the search of [`Searcher::search`] with nothing thrown away.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::ops::Range;

use super::{Allowed, Hidden, Searcher};
use crate::judge::explain::{Signal, signals};
use crate::judge::{self, Explanation, Judged};
use crate::position::{Position, Positions, Start};
use crate::report::DropReason;
use crate::rules::Confidence;
use crate::secret::Secret;

/// What the rules made of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// Rules that were woken by a word on the line, with the word's column, and took nothing on the line for their own.
    pub idle: Vec<(usize, NonZeroU32)>,
    /// The candidates that touch the line, in order of their places.
    pub traces: Vec<Trace>,
}

/// A candidate and its way through judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Index of the rule.
    pub rule: usize,
    /// The value.
    pub secret: Secret,
    /// Its first byte.
    pub start: Position,
    /// One past its last byte.
    pub end: Position,
    /// What was measured.
    pub signals: Vec<Signal>,
    /// What the value model made of it in a file of that path, if it has a say in the rule.
    pub model: Option<Explanation>,
    /// What the text alone says of it.
    pub verdict: Result<Confidence, DropReason>,
    /// The rule that reports the same bytes in its place.
    pub beaten_by: Option<usize>,
    /// The comment that allows it.
    pub allowed: Option<Allowed>,
}

impl Searcher<'_> {
    /// What the rules make of line `line` of `text`, in a file called `path`. A line that is not there has nothing on it.
    pub fn explain(&self, text: &[u8], line: NonZeroU32, path: &str) -> Explained {
        let Some(span) = nth_line(text, line) else { return Explained::default() };
        let mut candidates = Vec::new();
        let mut woken: BTreeSet<(usize, usize)> = BTreeSet::new();
        self.detector.prefilter().search(text, |hit| {
            self.detector.evaluate(text, hit, &mut candidates);
            if span.contains(&hit.at) {
                woken.extend(self.detector.woken(hit.anchor).map(|rule| (rule, hit.at)));
            }
        });
        let weighed = candidates.into_iter().map(|c| judge::weigh(self.rules(), text, c, self.now));
        let settled = judge::settle(weighed.collect());
        let hidden = Hidden::new(&settled);
        let touches = |j: &&Judged| j.candidate.secret.start <= span.end && span.start < j.candidate.secret.end;
        let mut positions = Positions::new(text, Start::default());
        let mut explained = Explained::default();
        for judged in settled.iter().filter(touches) {
            let secret = judged.candidate.secret.clone();
            explained.traces.push(Trace {
                rule: judged.candidate.rule,
                secret: Secret::new(&judged.candidate.bytes(text)),
                start: positions.of(secret.start),
                end: positions.of(secret.end),
                signals: signals(self.rules().get(judged.candidate.rule), text, judged, self.now, path),
                model: judge::explain(self.rules(), text, &judged.candidate, path),
                verdict: judged.verdict,
                beaten_by: (judged.verdict == Err(DropReason::Overlap)).then(|| winner(&settled, &secret)).flatten(),
                allowed: self.allowed(text, Start::default(), judged, &hidden),
            });
        }
        let speaks: BTreeSet<usize> = explained.traces.iter().map(|trace| trace.rule).collect();
        let mut told = BTreeSet::new();
        for (rule, at) in woken {
            if !speaks.contains(&rule) && told.insert(rule) {
                explained.idle.push((rule, positions.of(at).column));
            }
        }
        explained
    }
}

/// The line without its end.
fn nth_line(text: &[u8], line: NonZeroU32) -> Option<Range<usize>> {
    let skip = line.get() as usize - 1;
    let start = match skip.checked_sub(1) {
        None => 0,
        Some(n) => memchr::memchr_iter(b'\n', text).nth(n)? + 1,
    };
    Some(start..memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |n| start + n))
}

/// The rule whose finding overlaps `secret`.
fn winner(settled: &[Judged], secret: &Range<usize>) -> Option<usize> {
    let overlaps = |j: &&Judged| j.candidate.secret.start < secret.end && secret.start < j.candidate.secret.end;
    settled.iter().filter(|j| j.verdict.is_ok()).find(overlaps).map(|j| j.candidate.rule)
}
