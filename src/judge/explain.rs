//! The signals of a judgement in words, for `spillcheck explain`. What decides is [`weigh`](super::weigh); this measures the
//! same again and says what came out.

use super::{Judged, doubt, variable_part};
use crate::detect::check::{self, Verdict};
use crate::detect::{Relation, entropy, weak};
use crate::rules::{Confidence, Kind, Matcher, Rule};

/// One thing that was looked at, and what came out. Holds no bytes of the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What was looked at.
    pub name: &'static str,
    /// What came out.
    pub text: String,
}

/// What the rule of `judged` made of its candidate in a file at `path`, in the order in which it counts. `now` is the time
/// of the scan, seconds since 1970.
pub fn signals(rule: &Rule, text: &[u8], judged: &Judged, now: i64, path: &str) -> Vec<Signal> {
    let bytes = judged.candidate.bytes(text);
    let secret: &[u8] = &bytes;
    let mut signals = vec![Signal { name: "tie", text: tie(rule, judged).to_owned() }];
    if rule.confidence == Confidence::Low {
        let text = "whatever it finds is of low confidence: alone it opens little, or may be something else".to_owned();
        signals.push(Signal { name: "rule", text });
    }
    if check::is_published_example(secret) {
        signals.push(Signal {
            name: "example",
            text: "published in documentation: it opens nothing, and is not reported".to_owned(),
        });
    }
    if let Some(check) = rule.check {
        let outcome = check.run_in(secret, super::near(text, &judged.candidate), now);
        let verdict = match outcome.verdict {
            Verdict::Valid => "valid, which proves it",
            Verdict::Weak => "real, and of little use (expired, encrypted, for tests): low confidence",
            Verdict::Invalid => "does not hold: low confidence",
            Verdict::NotSecret => "no secret",
            Verdict::Unproven => "says nothing",
        };
        let facts: String = outcome.facts.iter().map(|fact| format!("; {fact}")).collect();
        signals.push(Signal { name: "check", text: format!("{check}: {verdict}{facts}") });
    }
    for doubt in doubt::all(rule, text, &judged.candidate) {
        signals.push(Signal { name: "form", text: format!("{}: {}", doubt.reason, doubt.outcome(path)) });
    }
    if let Some(text) = weak_password(rule, secret, judged) {
        signals.push(Signal { name: "form", text: text.to_owned() });
    }
    let random = match &rule.matcher {
        Matcher::Token(token) => token.random,
        Matcher::Context(context) => context.random,
        Matcher::Assignment(_) => false,
    };
    let body = variable_part(rule, secret);
    // Of a single character it is a negative zero, which reads as a fault.
    let (alphabet, bits) = (entropy::alphabet(body), entropy::shannon(body) + 0.0);
    let floor = entropy::floor(alphabet, body.len());
    let measured =
        format!("{bits:.2} bits a character; random text of {} characters from {alphabet} has {floor:.2}", body.len());
    let outcome = match (random, entropy::looks_random(body)) {
        (false, _) => "the rule does not ask for it",
        (true, true) => "random",
        (true, false) => "not random",
    };
    signals.push(Signal { name: "entropy", text: format!("{measured}: {outcome}") });
    signals
}

/// What is to be said of a weak or default password, of which a rule of its own speaks.
fn weak_password(rule: &Rule, secret: &[u8], judged: &Judged) -> Option<&'static str> {
    if rule.is_weak() && judged.verdict.is_err() {
        return Some("a weak password, compared, translated or called with and not set: a word like others");
    }
    let other = matches!(rule.matcher, Matcher::Assignment(_)) && rule.kind == Kind::Password && !rule.is_weak();
    (other && weak::is_weak(secret)).then_some("a weak or default password: the rule for those speaks of it")
}

/// What ties the value to the rule.
fn tie(rule: &Rule, judged: &Judged) -> &'static str {
    match (&rule.matcher, judged.candidate.relation) {
        (Matcher::Token(_), _) | (_, Relation::Own) => "it identifies itself by its shape",
        (Matcher::Assignment(_), _) => "the name it is assigned to says what it is",
        (_, Relation::Named) => "the name it is assigned to holds the provider's word",
        (_, Relation::Labelled) => "the provider's word is near, and the name it is assigned to fits",
        (_, Relation::Near) => "only the provider's word is near: low confidence",
    }
}
