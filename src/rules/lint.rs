//! What makes a rule acceptable, beyond its syntax. Shared by user files, `rules check` and the tests of the built-in rules.

use super::examples::expand;
use super::greedy;
use super::schema::Examples;
use super::shape::LONGEST_MATCH;
use super::{Confidence, Matcher, Rule, RuleSet, Shape};
use crate::search::Searcher;

/// Checks one rule; the error says what is wrong with it.
pub fn rule(rule: &Rule) -> Result<(), String> {
    let id = &rule.id;
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err("an id is made of lower-case letters, digits and `-`".to_owned());
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
            return Err(format!("`{what}` is empty"));
        }
    }
    if rule.anchors().is_empty() {
        return Err("no anchors: a rule without a literal to look for would search everything".to_owned());
    }
    for anchor in rule.anchors() {
        if anchor.len() < 3 {
            return Err(format!("anchor {anchor:?} is shorter than 3 bytes"));
        }
        // Names are words of many languages; tokens and providers' words are ASCII.
        if !anchor.is_ascii() && !matches!(rule.matcher, Matcher::Assignment(_)) {
            return Err(format!("anchor {anchor:?} is not ASCII"));
        }
    }
    match &rule.matcher {
        Matcher::Token(token) => {
            if let Shape::Pattern { pattern, .. } = &token.shape {
                compiles(pattern.source())?;
                // Rules carried over from other tools match as they did there.
                if token.verbatim.is_none() {
                    takes_the_whole(pattern.source())?;
                }
            }
        }
        Matcher::Context(context) => {
            compiles(context.value.source())?;
            takes_the_whole(context.value.source())?;
            normalised("names", &context.names)?;
            normalised("not_names", &context.not_names)?;
            if context.within > LONGEST_MATCH / 8 {
                return Err(format!("`within` is {} bytes; the limit is {}", context.within, LONGEST_MATCH / 8));
            }
        }
        Matcher::Assignment(assignment) => {
            if let Some(bad) = assignment
                .names
                .iter()
                .find(|n| n.bytes().any(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b.is_ascii_control()))
            {
                return Err(format!("`names`: {bad:?} is not lower-case words separated by single spaces"));
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

    /// What is wrong with the examples of rule `id`: too few, or those that do not behave.
    pub fn examine(&self, id: &str, examples: &Examples) -> Vec<String> {
        let few = examples.leak.len() < 2 || examples.clean.len() < 2;
        let few = few.then(|| "fewer than two leaks or two clean examples".to_owned());
        few.into_iter().chain(self.misbehaving(id, examples)).collect()
    }

    fn misbehaving(&self, id: &str, examples: &Examples) -> Vec<String> {
        let run = |what: &str, templates: &[String], test: &dyn Fn(&str, u64) -> Result<(), String>| -> Vec<String> {
            let failed = templates.iter().enumerate().filter_map(|(n, template)| {
                SEEDS
                    .into_iter()
                    .find_map(|seed| test(template, seed).err().map(|problem| (seed, problem)))
                    .map(|(seed, problem)| format!("{what} example {} (seed {seed}): {problem}", n + 1))
            });
            failed.collect()
        };
        let mut problems = run("leak", &examples.leak, &|template, seed| leak(&self.searcher, id, template, seed));
        problems.extend(run("clean", &examples.clean, &|template, seed| clean(&self.searcher, template, seed)));
        problems
    }
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

fn normalised(what: &str, names: &[std::borrow::Cow<'static, str>]) -> Result<(), String> {
    match names.iter().find(|n| n.is_empty() || !n.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())) {
        Some(bad) => Err(format!("`{what}`: {bad:?} is not lower-case letters and digits only")),
        None => Ok(()),
    }
}
