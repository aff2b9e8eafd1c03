//! Several rules on the same bytes: the most specific one speaks.

use std::cmp::Reverse;

use super::Judged;
use crate::detect::Relation;
use crate::report::DropReason;
use crate::rules::Confidence;

/// Marks, among judged candidates whose secrets overlap, all but the best as dropped: a real tie before mere nearness,
/// more specific rule first, then higher confidence, then the longer secret, then the rule that comes first.
pub(super) fn resolve(judged: &mut [Judged]) {
    if judged.len() < 2 {
        return;
    }
    silence_generic(judged);
    silence_pieces(judged);
    let mut order: Vec<usize> = (0..judged.len()).filter(|i| judged[*i].verdict.is_ok()).collect();
    // Where a user's rule speaks, a weak guess of ours does not silence it.
    let verbatim = order.iter().any(|i| judged[*i].verbatim);
    order.sort_by_key(|i| {
        let j = &judged[*i];
        (
            // What only stands near a provider's word is a guess, whatever the rule.
            j.candidate.relation == Relation::Near || (verbatim && !j.verbatim && j.verdict == Ok(Confidence::Low)),
            Reverse(j.specificity),
            // A rule for just this encoding knows more of it.
            j.candidate.inner.is_some(),
            Reverse(j.verdict.ok()),
            Reverse(j.candidate.secret.len()),
            j.candidate.rule,
            j.candidate.secret.start,
        )
    });
    // Kept spans, sorted by start; they do not overlap, so neighbours are enough to look at.
    let mut kept: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for i in order {
        let secret = judged[i].candidate.secret.clone();
        match kept.range(..secret.end).next_back().map(|(_, k)| *k) {
            Some(k) if judged[k].candidate.secret.end > secret.start => {
                if judged[k].is_guess() && judged[i].candidate.quoted && judged[k].candidate.secret == secret {
                    // The form says whose it may be, the name that it is one: together they are as sure as the name.
                    judged[k].verdict = judged[i].verdict;
                    judged[k].by_kind = judged[i].by_kind;
                }
                judged[i].verdict = Err(DropReason::Overlap);
            }
            _ => {
                kept.insert(secret.start, i);
            }
        }
    }
}

/// Drops doubtful pieces of sure credentials: a line of a private key is no key of the provider whose word is near.
fn silence_pieces(judged: &mut [Judged]) {
    let mut sure: Vec<_> = judged.iter().filter(|j| j.verdict == Ok(Confidence::High)).collect();
    sure.sort_by_key(|j| j.candidate.secret.start);
    // Where each of them begins, and how far it or one before it reaches.
    let mut reach = 0;
    let spans: Vec<(usize, usize)> = sure
        .iter()
        .map(|j| {
            reach = reach.max(j.candidate.secret.end);
            (j.candidate.secret.start, reach)
        })
        .collect();
    let is_piece = |secret: &std::ops::Range<usize>| {
        let before = spans.partition_point(|(start, _)| *start < secret.start);
        before > 0 && spans[before - 1].1 >= secret.end
    };
    for j in judged.iter_mut().filter(|j| j.verdict == Ok(Confidence::Low) && !j.verbatim) {
        if is_piece(&j.candidate.secret) {
            j.verdict = Err(DropReason::Overlap);
        }
    }
}

/// Drops what rules that know no provider make of bytes that an offline check knows to be no secret: a publishable key,
/// a public key, a token without a signature.
fn silence_generic(judged: &mut [Judged]) {
    let recognised = |j: &Judged| {
        // A check that cannot read the structure says only that its own rule does not apply.
        j.verdict == Err(DropReason::NotSecret) && !j.facts.iter().any(|fact| fact.label == "structure")
    };
    let spans: Vec<_> = judged.iter().filter(|j| recognised(j)).map(|j| j.candidate.secret.clone()).collect();
    let harmless =
        |secret: &std::ops::Range<usize>| spans.iter().any(|s| s.start <= secret.start && secret.end <= s.end);
    for j in judged.iter_mut().filter(|j| j.specificity < 4 && j.verdict.is_ok() && !j.verbatim) {
        if harmless(&j.candidate.secret) {
            j.verdict = Err(DropReason::NotSecret);
        }
    }
}
