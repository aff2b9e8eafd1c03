//! Judgement: which candidates are findings, and how sure they are. Pure.
//!
//! [`weigh`] and [`settle`] judge what a text alone says; that is done once for a text, however many paths and commits hold it.
//! [`at_path`] then weighs in the path.

pub mod allow;
mod by_kind;
pub mod companions;
mod doubt;
pub mod explain;
mod forms;
mod kind;
mod model;
mod overlap;
mod placeholder;
mod signals;
mod value;
mod words;

use std::cmp::Reverse;

use crate::detect::check::{self, Fact, Verdict};
use crate::detect::{self, Candidate, Operator, Relation, entropy, weak};
use crate::report::DropReason;
use crate::rules::{Confidence, Edge, Kind, Matcher, Rule, RuleSet};

pub use by_kind::ByKind;
pub use model::{Contribution, Explanation};
pub use signals::NAMES as SIGNALS;

/// A candidate with what was made of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The candidate.
    pub candidate: Candidate,
    /// How sure it is at most, or why it is no finding.
    pub verdict: Result<Confidence, DropReason>,
    /// How sure it is in each kind of file.
    pub by_kind: ByKind,
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
    let bytes = candidate.bytes(text);
    let secret = &*bytes;
    let is_example = check::is_published_example(secret);
    let is_weighed = rule.is_weighed() && !is_example;
    let place = is_weighed.then(|| place(text, &candidate));
    // Where the model has the last word, it may have the first: most values of a text are hopeless, and it remembers them.
    let decides = rule.confidence < Confidence::High && rule.check.is_none();
    let own = place.as_ref().map(model::own);
    let hopeless = decides && own.as_ref().is_some_and(|own| own.hopeless);
    let (mut verdict, mut facts) = if hopeless {
        (Err(DropReason::Unlikely), Vec::new())
    } else {
        judge(rule, &candidate, secret, is_example, near(text, &candidate), now)
    };
    if candidate.inner.is_some() {
        facts.push(Fact { label: "encoding", value: "base64".to_owned() });
        let pair = rule.is_weighed().then(|| detect::pair(&text[candidate.secret.clone()])).flatten();
        // A token may stand in place of the user name.
        if let Some((user, _)) = pair.filter(|(user, _)| is_plain_user(user)) {
            facts.push(Fact { label: "user", value: String::from_utf8_lossy(&user).into_owned() });
        }
    }
    if rule.is_weak() && verdict.is_ok() {
        verdict = weak_password(rules, &candidate);
    }
    if rule.is_nameless() && verdict.is_ok() && doubt::says_no_key(text, &candidate) {
        verdict = Err(DropReason::Unlikely);
    }
    let mut by_kind = verdict.map_or(ByKind::NOWHERE, ByKind::everywhere);
    if let (Some(place), Some(own), Ok(most)) = (place, own, verdict)
        && most < Confidence::High
    {
        by_kind = model::weigh(&place, own).at_most(most);
        verdict = by_kind.most().ok_or(DropReason::Unlikely);
    }
    // Most candidates end before, and doubts are dear.
    if verdict.is_ok_and(|most| most < Confidence::High || doubt::counts_for_sure(rule)) && !is_example {
        by_kind = doubt::all(rule, text, &candidate).fold(by_kind, |by_kind, doubt| doubt.limit(by_kind));
        verdict = by_kind.most().ok_or(DropReason::Unlikely);
    }
    if rules.is_muted(candidate.rule) {
        // It hides the bytes in excerpts, and nothing else.
        verdict = verdict.and(Err(DropReason::Muted));
    }
    Judged { verdict, by_kind, facts, specificity: rule.specificity(), verbatim: rule.verbatim().is_some(), candidate }
}

/// Why the value model takes a candidate for a secret or not, in a file of that path; none if the model has no say in its rule.
pub fn explain(rules: &RuleSet, text: &[u8], candidate: &Candidate, path: &str) -> Option<Explanation> {
    let rule = rules.get(candidate.rule);
    if !rule.is_weighed() {
        return None;
    }
    let secret = &*candidate.bytes(text);
    let (verdict, _) = judge(rule, candidate, secret, check::is_published_example(secret), near(text, candidate), 0);
    let unheld = verdict.map_or(ByKind::NOWHERE, ByKind::everywhere);
    let held = doubt::all(rule, text, candidate).fold(unheld, |held, doubt| doubt.limit(held));
    Some(model::explain(&place(text, candidate), kind::of(path), kind::is_test(path), at_path(held, path)))
}

/// Sorts the candidates of one text by place and rule, keeps of those with the same rule and secret the one with the
/// strongest tie, and drops those that a better rule overlaps.
pub fn settle(mut judged: Vec<Judged>) -> Vec<Judged> {
    let key = |j: &Judged| {
        let c = &j.candidate;
        (c.secret.start, c.secret.end, c.rule, Reverse(c.relation), Reverse(j.by_kind.most()), c.anchor, c.anchor_id)
    };
    judged.sort_by_key(key);
    judged.dedup_by(|b, a| a.candidate.rule == b.candidate.rule && a.candidate.secret == b.candidate.secret);
    overlap::resolve(&mut judged);
    judged
}

/// Whether a user name is made of letters, as people's are, with a few digits at its end at most: nothing that may be a secret.
fn is_plain_user(user: &[u8]) -> bool {
    const LONGEST: usize = 32;
    const DIGITS: usize = 4;
    let letters = user.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |n| n + 1);
    let named = user[..letters].iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'-' | b'_' | b'@'));
    named && letters > 0 && user.len() <= LONGEST && user.len() - letters <= DIGITS
}

/// What stands round a candidate, for checks that want more than its bytes.
fn near<'t>(text: &'t [u8], candidate: &Candidate) -> &'t [u8] {
    let end = text.len().min(candidate.secret.end.saturating_add(check::NEAR));
    text.get(candidate.secret.start.saturating_sub(check::NEAR)..end).unwrap_or_default()
}

fn judge(
    rule: &Rule,
    candidate: &Candidate,
    secret: &[u8],
    is_example: bool,
    near: &[u8],
    now: i64,
) -> (Result<Confidence, DropReason>, Vec<Fact>) {
    let mut facts = Vec::new();
    if let Some(verbatim) = rule.verbatim() {
        let random = verbatim.entropy <= 0.0 || entropy::shannon(secret) > verbatim.entropy;
        return (if random { Ok(rule.confidence) } else { Err(DropReason::Entropy) }, facts);
    }
    let mut confidence = match candidate.relation {
        Relation::Near => Confidence::Low,
        _ => rule.confidence,
    };
    if is_example {
        facts.push(published_example());
        // As sure as what is reported, so that it is listed with what is suppressed.
        return (Ok(rule.confidence.max(Confidence::Medium)), facts);
    }
    if let Some(check) = rule.check {
        let outcome = check.run_in(secret, near, now);
        facts = outcome.facts;
        match outcome.verdict {
            Verdict::Valid => {
                // A checksum proves that nobody mistyped it, even what somebody made up.
                if placeholder::is_told(variable_part(rule, secret)) {
                    return (Err(DropReason::Placeholder), facts);
                }
                let low = rule.confidence == Confidence::Low || placeholder::is_pattern(variable_part(rule, secret));
                return (Ok(if low { Confidence::Low } else { Confidence::High }), facts);
            }
            Verdict::Weak | Verdict::Invalid => confidence = Confidence::Low,
            Verdict::NotSecret => return (Err(DropReason::NotSecret), facts),
            Verdict::Unproven => {}
        }
    }
    let random = match &rule.matcher {
        Matcher::Token(t) if t.weighed => {
            let verdict = if placeholder::stands_in(secret) { Err(DropReason::Placeholder) } else { Ok(confidence) };
            return (verdict, facts);
        }
        Matcher::Token(t) => t.random,
        // A value of any characters is as good as a password in that place.
        Matcher::Context(c) if !c.random && c.edge == Edge::None => {
            return match value::assess(secret) {
                Some(assessed) if !placeholder::is_placeholder(secret) => (Ok(confidence.min(assessed)), facts),
                _ => (Err(DropReason::Placeholder), facts),
            };
        }
        Matcher::Context(c) => c.random,
        Matcher::Assignment(a) if a.weak => return (Ok(confidence), facts),
        Matcher::Assignment(_) if rule.kind == Kind::Password && weak::is_weak(secret) => {
            return (Err(DropReason::Unlikely), facts);
        }
        Matcher::Assignment(_) => {
            let verdict = if placeholder::stands_in(secret) || placeholder::is_sequence(secret) {
                Err(DropReason::Placeholder)
            } else if placeholder::is_pattern(secret) {
                Ok(Confidence::Low)
            } else {
                Ok(confidence)
            };
            return (verdict, facts);
        }
    };
    // Of a few tokens the first sign is a `$`, which elsewhere makes a reference.
    let dollar = rule.anchors().iter().any(|anchor| anchor.starts_with('$'));
    let told = secret.strip_prefix(b"$").filter(|_| dollar).unwrap_or(secret);
    if placeholder::is_placeholder(told) {
        return (Err(DropReason::Placeholder), facts);
    }
    (if random { judge_random(rule, candidate, secret, confidence) } else { Ok(confidence) }, facts)
}

/// The same for a value that is to be random, which is of `confidence` so far.
fn judge_random(
    rule: &Rule,
    candidate: &Candidate,
    secret: &[u8],
    mut confidence: Confidence,
) -> Result<Confidence, DropReason> {
    let body = variable_part(rule, secret);
    if !entropy::looks_random(body) {
        if candidate.relation == Relation::Near || placeholder::has_few_symbols(body) {
            return Err(DropReason::Entropy);
        }
        // Of the right shape in the right place, and typed by a person: an edited sample, or a careless secret.
        confidence = Confidence::Low;
    }
    let sequence = placeholder::is_sequence(body);
    if sequence || placeholder::is_pattern(body) || placeholder::is_time_uuid(secret) {
        confidence = Confidence::Low;
    }
    let words = || value::reads_as_words(body) && !value::is_cased_at_random(body);
    if !sequence && matches!(rule.matcher, Matcher::Context(_)) && words() {
        return Err(DropReason::Entropy);
    }
    Ok(confidence)
}

/// What is said of a credential that documentation publishes.
pub fn published_example() -> Fact {
    Fact { label: "example", value: "published in documentation".to_owned() }
}

/// A weak password is one where it is set: in what people compare, translate or call with, it is a word like others.
fn weak_password(rules: &RuleSet, candidate: &Candidate) -> Result<Confidence, DropReason> {
    use Operator::{Arrow, Colon, Equals, Pair, Tag};
    let set = matches!(candidate.operator, Some(Equals | Colon | Arrow | Pair | Tag));
    let raised = if rules.weak_passwords() { Confidence::Medium } else { Confidence::Low };
    if set { Ok(raised) } else { Err(DropReason::Unlikely) }
}

/// What the value model looks at.
fn place<'t>(text: &'t [u8], candidate: &Candidate) -> signals::Place<'t> {
    signals::Place {
        text,
        // The password in a header is judged by what stands there.
        bytes: if candidate.inner.is_some() { text[candidate.secret.clone()].into() } else { candidate.bytes(text) },
        anchor: candidate.anchor,
        name: candidate.name.clone(),
        value: candidate.secret.clone(),
        operator: candidate.operator,
        quoted: candidate.quoted,
    }
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

/// What the path says: how sure a finding is in that kind of file. `None`: no finding there.
pub fn at_path(by_kind: ByKind, path: &str) -> Option<Confidence> {
    by_kind.at(kind::of(path), kind::is_test(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Searcher;

    /// Rules and confidences of what is found in `text`, which holds `{}` where a made-up key of 40 letters and digits goes.
    fn found(text: &str, path: &str) -> Vec<(String, Option<Confidence>)> {
        let rules = RuleSet::builtin();
        let key = crate::rules::examples::expand("{{base62:40}}", 7).expect("a template").text;
        let matches = Searcher::new(&rules, 0).search(text.replace("{}", &key).as_bytes());
        matches.found.iter().map(|m| (rules.get(m.rule).id.to_string(), at_path(m.by_kind, path))).collect()
    }

    #[test]
    fn what_a_name_is_given_and_what_only_stands_in_a_list() {
        for text in ["ACME_TOKEN={}", "token: \"{}\"", "set(\"token\", \"{}\")", "x_token = ['{}']"] {
            assert_eq!(found(text, "app.py"), [("generic-token".to_owned(), Some(Confidence::Medium))], "{text}");
        }
        for text in ["[\"a\", \"token\", \"{}\"]", "x_token = [\"{}\", \"b\"]"] {
            let low = |(_, confidence): &(String, Option<Confidence>)| *confidence <= Some(Confidence::Low);
            assert!(found(text, "app.py").iter().all(low), "{text}");
        }
    }

    #[test]
    fn a_bare_word_in_code_is_a_doubtful_value() {
        let text = "db_password = acme_prod_db\n";
        let confidence = |path| found(text, path).first().and_then(|(_, confidence)| *confidence);
        assert!(confidence("conf/app.ini") >= Some(Confidence::Low));
        assert!(confidence("src/app.go") <= Some(Confidence::Low));
    }

    #[test]
    fn weak_passwords_are_low_unless_asked_for() {
        let text = b"POSTGRES_PASSWORD: postgres\n";
        for (weak, confidence) in [(false, Confidence::Low), (true, Confidence::Medium)] {
            let rules = RuleSet::builtin().with_weak_passwords(weak);
            let found = Searcher::new(&rules, 0).search(text).found;
            let found: Vec<_> = found.iter().map(|m| (rules.get(m.rule).id.as_ref(), m.confidence)).collect();
            assert_eq!(found, [("generic-weak-password", confidence)]);
        }
    }
}
