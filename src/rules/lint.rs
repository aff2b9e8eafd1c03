//! What makes a rule acceptable, beyond its syntax. Shared by user files, `rules check` and the tests of the built-in rules.

use super::shape::LONGEST_MATCH;
use super::{Matcher, Rule, Shape};

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
        if !anchor.is_ascii() {
            return Err(format!("anchor {anchor:?} is not ASCII"));
        }
    }
    match &rule.matcher {
        Matcher::Token(token) => {
            if let Shape::Pattern { pattern, .. } = &token.shape {
                compiles(pattern.source())?;
            }
        }
        Matcher::Context(context) => {
            compiles(context.value.source())?;
            normalised("names", &context.names)?;
            normalised("not_names", &context.not_names)?;
            if context.within > LONGEST_MATCH / 8 {
                return Err(format!("`within` is {} bytes; the limit is {}", context.within, LONGEST_MATCH / 8));
            }
        }
        Matcher::Assignment(assignment) => {
            normalised("not_names", &assignment.not_names)?;
        }
    }
    Ok(())
}

fn compiles(pattern: &str) -> Result<(), String> {
    regex::bytes::RegexBuilder::new(pattern)
        .size_limit(2 << 20)
        .build()
        .map(drop)
        .map_err(|e| format!("the pattern does not compile: {e}"))
}

fn normalised(what: &str, names: &[std::borrow::Cow<'static, str>]) -> Result<(), String> {
    match names.iter().find(|n| n.is_empty() || !n.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())) {
        Some(bad) => Err(format!("`{what}`: {bad:?} is not lower-case letters and digits only")),
        None => Ok(()),
    }
}
