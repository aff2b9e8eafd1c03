//! Rules of users that are taken at their word: whatever the pattern matches near an anchor is a candidate.

use std::ops::Range;

use super::{Candidate, Relation};
use crate::rules::{Pattern, Verbatim};

/// What of a rule's shape is needed here.
pub(super) struct Shape<'r> {
    /// The expression.
    pub(super) pattern: &'r Pattern,
    /// Longest text before the anchor.
    pub(super) lookback: u32,
    /// Longest match in bytes.
    pub(super) max: u32,
}

impl Shape<'_> {
    /// Bytes that are looked at before and after an anchor.
    pub(super) fn reach(&self, verbatim: Verbatim) -> (usize, usize) {
        let within = verbatim.within.unwrap_or(0);
        (self.lookback.max(within) as usize, (within + self.max) as usize)
    }
}

/// Adds the matches round `anchor` of rule `rule`. The candidate's `name` is the whole match.
pub(super) fn search(
    text: &[u8],
    anchor: &Range<usize>,
    rule: usize,
    shape: &Shape<'_>,
    verbatim: Verbatim,
    found: &mut Vec<Candidate>,
) {
    let (back, forward) = shape.reach(verbatim);
    let end = text.len().min(anchor.end + forward);
    let regex = shape.pattern.regex();
    let mut from = anchor.start.saturating_sub(back);
    while let Some(m) = regex.find_at(&text[..end], from) {
        if verbatim.within.is_none() && m.start() > anchor.start {
            break;
        }
        if verbatim.within.is_some() || m.end() >= anchor.end {
            let secret = secret(shape.pattern, &text[..end], &m.range());
            found.push(Candidate {
                rule,
                anchor: anchor.start,
                anchor_id: 0,
                secret,
                inner: None,
                joined: false,
                name: Some(m.range()),
                relation: Relation::Own,
                quoted: true,
                operator: None,
            });
        }
        // A match of nothing is refused by the linter; this ends the loop all the same.
        from = m.end().max(m.start() + 1);
        if from >= end {
            break;
        }
    }
}

/// The group named `secret`, else the first group that is not empty, else the match.
fn secret(pattern: &Pattern, text: &[u8], whole: &Range<usize>) -> Range<usize> {
    if pattern.regex().static_captures_len() == Some(1) {
        return whole.clone();
    }
    let Some(captures) = pattern.regex().captures_at(text, whole.start) else { return whole.clone() };
    let named = captures.name("secret");
    let first = || captures.iter().skip(1).flatten().find(|group| !group.is_empty());
    named.filter(|group| !group.is_empty()).or_else(first).map_or(whole.clone(), |group| group.range())
}
