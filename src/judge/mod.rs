//! Judgement: which candidates are findings, and how sure they are. Pure.
//!
//! [`weigh`] and [`settle`] judge what a text alone says; that is done once for a text, however many paths and commits hold it.
//! [`at_path`] then weighs in the path.

pub mod allow;
pub mod companions;
pub mod explain;
mod kind;
mod overlap;
mod placeholder;
mod value;
mod words;

use std::cmp::Reverse;

use crate::detect::check::{self, Fact, Verdict};
use crate::detect::{Candidate, Operator, Relation, entropy};
use crate::report::DropReason;
use crate::rules::{Confidence, Edge, Matcher, Rule, RuleSet, ValueKind};

pub use kind::FileKind;

/// A candidate with what was made of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The candidate.
    pub candidate: Candidate,
    /// How sure it is, or why it is no finding.
    pub verdict: Result<Confidence, DropReason>,
    /// What an offline check learnt.
    pub facts: Vec<Fact>,
    /// See [`Rule::specificity`].
    specificity: u8,
    /// See [`Rule::verbatim`].
    verbatim: bool,
}

impl Judged {
    /// A value of a provider's form that its rule is not sure of.
    fn is_guess(&self) -> bool {
        let by_context = matches!(self.candidate.relation, Relation::Labelled | Relation::Named);
        by_context && self.specificity > 0 && self.verdict == Ok(Confidence::Low)
    }
}

/// Judges one candidate by its own bytes; overlaps are left to [`settle`]. `now` is the time of the scan, seconds since 1970.
pub fn weigh(rules: &RuleSet, text: &[u8], candidate: Candidate, now: i64) -> Judged {
    let rule = rules.get(candidate.rule);
    let (mut verdict, mut facts) = judge(rule, &candidate, &candidate.bytes(text), now);
    if candidate.inner.is_some() {
        facts.push(Fact { label: "encoding", value: "base64".to_owned() });
    }
    if rules.is_muted(candidate.rule) {
        // It hides the bytes in excerpts, and nothing else.
        verdict = verdict.and(Err(DropReason::Muted));
    }
    Judged { verdict, facts, specificity: rule.specificity(), verbatim: rule.verbatim().is_some(), candidate }
}

/// Sorts the candidates of one text by place and rule, keeps of those with the same rule and secret the one with the
/// strongest tie, and drops those that a better rule overlaps.
pub fn settle(mut judged: Vec<Judged>) -> Vec<Judged> {
    let key = |j: &Judged| {
        let c = &j.candidate;
        (c.secret.start, c.secret.end, c.rule, Reverse(c.relation), c.anchor, c.anchor_id)
    };
    judged.sort_by_key(key);
    judged.dedup_by(|b, a| a.candidate.rule == b.candidate.rule && a.candidate.secret == b.candidate.secret);
    overlap::resolve(&mut judged);
    judged
}

fn judge(rule: &Rule, candidate: &Candidate, secret: &[u8], now: i64) -> (Result<Confidence, DropReason>, Vec<Fact>) {
    let mut facts = Vec::new();
    if let Some(verbatim) = rule.verbatim() {
        let random = verbatim.entropy <= 0.0 || entropy::shannon(secret) > verbatim.entropy;
        return (if random { Ok(rule.confidence) } else { Err(DropReason::Entropy) }, facts);
    }
    let mut confidence = match candidate.relation {
        Relation::Near => Confidence::Low,
        _ => rule.confidence,
    };
    if check::is_published_example(secret) {
        facts.push(Fact { label: "example", value: "published in documentation".to_owned() });
        return (Ok(Confidence::Low), facts);
    }
    if let Some(check) = rule.check {
        let outcome = check.run(secret, now);
        facts = outcome.facts;
        match outcome.verdict {
            Verdict::Valid => {
                return (
                    Ok(if rule.confidence == Confidence::Low { Confidence::Low } else { Confidence::High }),
                    facts,
                );
            }
            Verdict::Weak | Verdict::Invalid => confidence = Confidence::Low,
            Verdict::NotSecret => return (Err(DropReason::NotSecret), facts),
            Verdict::Unproven => {}
        }
    }
    let random = match &rule.matcher {
        Matcher::Token(t) => t.random,
        // A value of any characters is as good as a password in that place.
        Matcher::Context(c) if !c.random && c.edge == Edge::None => {
            return match value::assess(secret, ValueKind::Password) {
                Some(assessed) if !placeholder::is_placeholder(secret) => (Ok(confidence.min(assessed)), facts),
                _ => (Err(DropReason::Placeholder), facts),
            };
        }
        Matcher::Context(c) => c.random,
        Matcher::Assignment(a) => {
            if placeholder::is_placeholder(secret) || placeholder::is_sequence(secret) {
                return (Err(DropReason::Placeholder), facts);
            }
            return (assignment(secret, candidate, a.value), facts);
        }
    };
    if placeholder::is_placeholder(secret) {
        return (Err(DropReason::Placeholder), facts);
    }
    if random {
        let body = variable_part(rule, secret);
        if !entropy::looks_random(body) {
            if candidate.relation == Relation::Near || placeholder::has_few_symbols(body) {
                return (Err(DropReason::Entropy), facts);
            }
            // Of the right shape in the right place, and typed by a person: an edited sample, or a careless secret.
            confidence = Confidence::Low;
        }
        let sequence = placeholder::is_sequence(body);
        if sequence {
            confidence = Confidence::Low;
        }
        if !sequence && matches!(rule.matcher, Matcher::Context(_)) && value::reads_as_words(body) {
            return (Err(DropReason::Entropy), facts);
        }
    }
    (Ok(confidence), facts)
}

fn assignment(secret: &[u8], candidate: &Candidate, kind: ValueKind) -> Result<Confidence, DropReason> {
    let confidence = value::assess(secret, kind).ok_or(match kind {
        ValueKind::Password => DropReason::Placeholder,
        ValueKind::Random => DropReason::Entropy,
    })?;
    // A bare first argument or list item is more often a name than a value.
    let loose = matches!(candidate.operator, Some(Operator::Comma | Operator::Call));
    Ok(if loose { confidence.min(Confidence::Low) } else { confidence })
}

/// The secret without the literal that begins it: what has to be random.
fn variable_part<'t>(rule: &Rule, secret: &'t [u8]) -> &'t [u8] {
    let head = rule
        .anchors()
        .iter()
        .filter(|a| secret.len() > a.len() && secret[..a.len()].eq_ignore_ascii_case(a.as_bytes()))
        .map(|a| a.len())
        .max();
    &secret[head.unwrap_or(0)..]
}

/// Whether a value reads as words of a language rather than as random characters.
pub fn reads_as_words(value: &[u8]) -> bool {
    value::reads_as_words(value)
}

/// What the path changes: a bare word in code is a reference, and tests hold fewer real credentials. `None`: no finding there.
pub fn at_path(rule: &Rule, bare: bool, confidence: Confidence, path: &str) -> Option<Confidence> {
    if matches!(rule.matcher, Matcher::Token(_)) {
        return Some(confidence);
    }
    if bare && matches!(rule.matcher, Matcher::Assignment(_)) && kind::of(path) == FileKind::Code {
        return None;
    }
    Some(if kind::is_test(path) && matches!(rule.matcher, Matcher::Assignment(_)) {
        Confidence::Low
    } else {
        confidence
    })
}
