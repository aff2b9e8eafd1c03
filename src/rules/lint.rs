//! What makes a rule acceptable, beyond its syntax. Shared by user files, `rules check` and the tests of the built-in rules.

use super::examples::expand;
use super::greedy;
use super::load::{Flaw, Shown};
use super::shape::LONGEST_MATCH;
use super::{Confidence, Matcher, Rule, RuleSet, Shape};
use crate::search::Searcher;

/// Checks one rule; the error says what is wrong with it.
pub fn rule(rule: &Rule) -> Result<(), Flaw> {
    let id = &rule.id;
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(Flaw::new("id", "an id is made of lower-case letters, digits and `-`"));
    }
    for (what, text) in [
        ("title", &rule.title),
        ("about", &rule.about),
        ("impact", &rule.impact),
        ("disable", &rule.disable),
        ("rotate", &rule.rotate),
        ("store", &rule.store),
    ] {
        if text.trim().is_empty() {
            return Err(Flaw::new(what, format!("`{what}` is empty")));
        }
    }
    let anchors = match &rule.matcher {
        Matcher::Token(_) => "anchors",
        Matcher::Context(_) => "words",
        Matcher::Assignment(_) => "names",
    };
    if rule.anchors().is_empty() {
        return Err(Flaw::new(anchors, "no anchors: a rule without a literal to look for would search everything"));
    }
    for anchor in rule.anchors() {
        if anchor.len() < 3 {
            return Err(Flaw::new(anchors, format!("anchor {anchor:?} is shorter than 3 bytes")));
        }
        // Names are words of many languages; tokens and providers' words are ASCII.
        if !anchor.is_ascii() && !matches!(rule.matcher, Matcher::Assignment(_)) {
            return Err(Flaw::new(anchors, format!("anchor {anchor:?} is not ASCII")));
        }
    }
    match &rule.matcher {
        Matcher::Token(token) => {
            if let Shape::Pattern { pattern, .. } = &token.shape {
                let of_pattern = |message| Flaw::new("pattern", message);
                compiles(pattern.source()).map_err(of_pattern)?;
                // Rules carried over from other tools match as they did there.
                if token.verbatim.is_none() {
                    takes_the_whole(pattern.source()).map_err(of_pattern)?;
                }
            }
        }
        Matcher::Context(context) => {
            let sound = compiles(context.value.source()).and_then(|()| takes_the_whole(context.value.source()));
            sound.map_err(|message| Flaw::new("value", message))?;
            normalised("names", &context.names)?;
            normalised("not_names", &context.not_names)?;
            if context.within > LONGEST_MATCH / 8 {
                let message = format!("`within` is {} bytes; the limit is {}", context.within, LONGEST_MATCH / 8);
                return Err(Flaw::new("within", message));
            }
        }
        Matcher::Assignment(assignment) => {
            if let Some(bad) = assignment
                .names
                .iter()
                .find(|n| n.bytes().any(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b.is_ascii_control()))
            {
                let message = format!("`names`: {bad:?} is not lower-case words separated by single spaces");
                return Err(Flaw::new("names", message));
            }
            normalised("not_names", &assignment.not_names)?;
        }
    }
    Ok(())
}

/// Late enough for every expiry date of the generators to lie on the right side: 2026-01-01, seconds since 1970.
const NOW: i64 = 1_767_225_600;
/// Each example is expanded from these.
const SEEDS: std::ops::Range<u64> = 1..4;

/// Runs examples through the pipeline of a rule set.
pub struct Examiner<'r> {
    searcher: Searcher<'r>,
}

impl<'r> Examiner<'r> {
    /// For `rules`, among which are those whose examples are to be run.
    pub fn new(rules: &'r RuleSet) -> Self {
        Self { searcher: Searcher::new(rules, NOW) }
    }

    /// What is wrong with the examples of a rule, too few or those that do not behave, each with its line.
    pub fn examine(&self, shown: &Shown) -> Vec<(usize, String)> {
        let Shown { id, example_lines: [leaks, cleans], examples, .. } = shown;
        let few = examples.leak.len() < 2 || examples.clean.len() < 2;
        let few = few.then(|| (shown.line, "fewer than two leaks or two clean examples".to_owned()));
        let leaking = run("leak", &examples.leak, |template, seed| leak(&self.searcher, id, template, seed));
        let clean = run("clean", &examples.clean, |template, seed| clean(&self.searcher, template, seed));
        let leaking = leaking.into_iter().map(|problem| (*leaks, problem));
        few.into_iter().chain(leaking).chain(clean.into_iter().map(|problem| (*cleans, problem))).collect()
    }
}

/// What `test` finds wrong with each of `templates`, for the first seed for which it does.
fn run(what: &str, templates: &[String], test: impl Fn(&str, u64) -> Result<(), String>) -> Vec<String> {
    let failed = templates.iter().enumerate().filter_map(|(n, template)| {
        let first = SEEDS.into_iter().find_map(|seed| test(template, seed).err().map(|problem| (seed, problem)));
        first.map(|(seed, problem)| format!("{what} example {} (seed {seed}): {problem}", n + 1))
    });
    failed.collect()
}

/// The example is reported by its own rule, with exactly the marked secret.
fn leak(searcher: &Searcher<'_>, id: &str, template: &str, seed: u64) -> Result<(), String> {
    let example = expand(template, seed)?;
    let Some(secret) = example.secret else { return Err("no secret is marked with « and »".to_owned()) };
    let found = searcher.search(example.text.as_bytes()).found;
    let wanted = &example.text.as_bytes()[secret];
    let rule_of = |m: &crate::search::Match| searcher.rules().get(m.rule).id.to_string();
    if found.iter().any(|m| rule_of(m) == id && m.secret.reveal() == wanted) {
        return Ok(());
    }
    let seen: Vec<String> =
        found.iter().map(|m| format!("{} at {}:{}", rule_of(m), m.start.line, m.start.column)).collect();
    Err(format!("the rule does not find the marked secret; found: [{}]", seen.join(", ")))
}

/// Nothing is reported at default confidence.
fn clean(searcher: &Searcher<'_>, template: &str, seed: u64) -> Result<(), String> {
    let example = expand(template, seed)?;
    let found = searcher.search(example.text.as_bytes()).found;
    match found.iter().find(|m| m.confidence >= Confidence::Medium) {
        Some(m) => Err(format!("rule {} reports it with {} confidence", searcher.rules().get(m.rule).id, m.confidence)),
        None => Ok(()),
    }
}

fn compiles(pattern: &str) -> Result<(), String> {
    regex::bytes::RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(2 << 20)
        .build()
        .map(drop)
        .map_err(|e| format!("the pattern does not compile: {e}"))
}

fn takes_the_whole(pattern: &str) -> Result<(), String> {
    greedy::cut(pattern).map_or(Ok(()), |(length, taken)| {
        Err(format!(
            "of a text of {length} bytes that the pattern describes it takes only {taken}: in an alternation the longer form \
             stands first"
        ))
    })
}

fn normalised(what: &'static str, names: &[std::borrow::Cow<'static, str>]) -> Result<(), Flaw> {
    match names.iter().find(|n| n.is_empty() || !n.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())) {
        Some(bad) => Err(Flaw::new(what, format!("`{what}`: {bad:?} is not lower-case letters and digits only"))),
        None => Ok(()),
    }
}
