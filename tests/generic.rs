//! Secrets of unknown providers in every place people write them: which rule, which bytes, which line and column. Each text is a
//! template as in the examples of rule files, with the secret between « and ».

#![allow(clippy::unwrap_used)]

#[path = "generic/clauses.rs"]
mod clauses;
#[path = "generic/kinds.rs"]
mod kinds;
#[path = "generic/names.rs"]
mod names;
#[path = "generic/people.rs"]
mod people;
#[path = "generic/places.rs"]
mod places;
#[path = "generic/tools.rs"]
mod tools;

use std::sync::OnceLock;

use spillcheck::judge;
use spillcheck::position::{Positions, Start};
use spillcheck::rules::{Confidence, RuleSet, examples};
use spillcheck::search::{Match, Searcher};

const PASSWORD: &str = "generic-password";
const TOKEN: &str = "generic-token";
const SECRET: &str = "generic-secret";
const KEY: &str = "generic-api-key";
const URL: &str = "url-credentials";

/// Rule, secret, line, column and confidence of a finding.
type Seen = (String, String, u32, u32, Option<Confidence>);

/// What is found in `text`, if it stands in a file at `path`.
fn findings(text: &str, path: &str) -> Vec<Seen> {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    static SEARCHER: OnceLock<Searcher<'_>> = OnceLock::new();
    let rules = RULES.get_or_init(RuleSet::builtin);
    let searcher = SEARCHER.get_or_init(|| Searcher::new(rules, 0));
    let seen = |m: &Match| {
        let secret = String::from_utf8_lossy(m.secret.reveal()).into_owned();
        let confidence = judge::at_path(m.by_kind, path);
        (rules.get(m.rule).id.to_string(), secret, m.start.line.get(), m.start.column.get(), confidence)
    };
    let found = searcher.search(text.as_bytes()).found;
    found.iter().map(seen).filter(|seen| seen.4.is_some()).collect()
}

/// Whether `template`, in a file at `path`, gives a finding of `rule` with the marked bytes at the marked place, as
/// sure as `least` or surer. `Err` says what there is in its place.
fn check(template: &str, path: &str, rule: &str, least: Confidence) -> Result<(), String> {
    let example = examples::expand(template, 11).unwrap();
    let marked = example.secret.clone().unwrap();
    let at = Positions::new(example.text.as_bytes(), Start::default()).of(marked.start);
    let found = findings(&example.text, path);
    let wanted = |seen: &&Seen| {
        seen.0 == rule && seen.1 == example.text[marked.clone()] && seen.2 == at.line.get() && seen.3 == at.column.get()
    };
    match found.iter().find(wanted) {
        Some(seen) if seen.4 >= Some(least) => Ok(()),
        _ => Err(format!("{path}: {template:?}\n  found {found:?}")),
    }
}

/// Checks each text of a table and names all that fail.
fn check_all(table: &[(&str, &str, &str)], least: Confidence) {
    let problems: Vec<String> =
        table.iter().filter_map(|(path, rule, template)| check(template, path, rule, least).err()).collect();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), table.len(), problems.join("\n"));
}
