//! The built-in rules: each file is accepted, each example behaves, ids are unique, and the catalogue page is up to date.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use spillcheck::rules::{Confidence, Kind, Rule, RuleSet, lint, load};

#[path = "rules/defects.rs"]
mod defects;
#[path = "rules/ends.rs"]
mod ends;
#[path = "rules/random.rs"]
mod random;
#[path = "rules/vectors.rs"]
mod vectors;

fn rule_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// Through the real pipeline, beside all other rules.
#[test]
fn every_example_behaves() {
    let rules = RuleSet::builtin();
    let examiner = lint::Examiner::new(&rules);
    let mut problems = Vec::new();
    let mut count = 0;
    for path in rule_files() {
        for loaded in load::file(&path).unwrap() {
            count += 1;
            let id = &loaded.rule.id;
            assert!(rules.find(id).is_some(), "{id} is not compiled in");
            problems.extend(examiner.examine(&loaded.shown()).into_iter().map(|(_, p)| format!("{id}: {p}")));
        }
    }
    assert_eq!(count, rules.len(), "the table compiled in has other rules than the files");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn ids_are_unique() {
    let rules = RuleSet::builtin();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    rules.iter().for_each(|r| *ids.entry(&r.id).or_default() += 1);
    let twice: Vec<_> = ids.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Phrases for any credential help nobody: each text is written for its provider. `disable` is no other provider's; `rotate`
/// and `store` may be alike where the accounts are alike, but not for many.
#[test]
fn texts_are_not_the_same_for_all() {
    const ALIKE: usize = 10;
    let rules = RuleSet::builtin();
    let mut seen: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for rule in rules.iter() {
        let texts = [
            ("impact", &rule.impact, 20),
            ("disable", &rule.disable, 20),
            ("rotate", &rule.rotate, 30),
            ("store", &rule.store, 12),
        ];
        for (what, text, least) in texts {
            assert!(text.len() >= least, "{}: `{what}` says too little: {text}", rule.id);
            // The name alone does not make a phrase a text of its own, nor does the kind of credential.
            let text = text.replace(&*rule.provider, "@").replace("API token", "API key");
            seen.entry((what, text)).or_default().insert(&rule.provider);
        }
    }
    let repeated = seen.iter().filter(|((what, _), providers)| match *what {
        "impact" => providers.len() > 2 * ALIKE,
        "disable" => providers.len() > 3,
        _ => providers.len() > ALIKE,
    });
    let repeated: Vec<_> = repeated.map(|((what, text), of)| format!("`{what}` of {}: {text}", of.len())).collect();
    assert!(repeated.is_empty(), "{}", repeated.join("\n"));
}

#[test]
fn the_catalogue_page_is_true() {
    let made = Command::new(env!("CARGO_BIN_EXE_spillcheck")).args(["rules", "list", "--markdown"]).output().unwrap();
    assert!(made.status.success());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let made = String::from_utf8(made.stdout).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&page, &made).unwrap();
    }
    let there = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(there == made, "docs/rules.md is out of date: UPDATE=1 cargo test --test rules writes it");
}

/// The rules for what leaks most, by how often their providers are met: their texts are held to more.
fn common(rules: &RuleSet) -> Vec<&Rule> {
    let ids: Vec<&str> = include_str!("rules/common.txt").lines().collect();
    assert!(ids.len() >= 150 && ids.is_sorted() && ids.windows(2).all(|w| w[0] != w[1]), "{} ids", ids.len());
    ids.iter().map(|id| rules.find(id).unwrap_or_else(|| panic!("{id} is no rule"))).collect()
}

#[test]
fn the_most_common_say_what_to_do_in_their_own_words() {
    let rules = RuleSet::builtin();
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    // A page, a command, or the way through the provider's menus.
    let place = |text: &str| {
        let host = text.split_whitespace().any(|w| w.contains("://") || w.contains('.') && w.contains('/'));
        host || text.contains('<') || text.contains(", ") || text.contains('(') || text.contains('/')
    };
    for rule in common(&rules) {
        let texts = [
            ("about", &rule.about),
            ("impact", &rule.impact),
            ("disable", &rule.disable),
            ("rotate", &rule.rotate),
            ("store", &rule.store),
        ];
        for (what, text) in texts {
            if let Some(other) = seen.insert(text, &rule.id) {
                problems.push(format!("{}: `{what}` is that of {other}: {text}", rule.id));
            }
        }
        if !place(&rule.disable) {
            problems.push(format!("{}: `disable` names no page, command or menu: {}", rule.id, rule.disable));
        }
        // A page and what to press there is enough to disable it; the others need a sentence.
        for (what, text, least, words) in
            [("disable", &rule.disable, 30, 2), ("rotate", &rule.rotate, 40, 6), ("store", &rule.store, 30, 4)]
        {
            let few = text.split_whitespace().count() < words;
            if text.len() < least || few || text.contains("the section on API access") {
                problems.push(format!("{}: `{what}` says too little: {text}", rule.id));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn companions_are_rules_and_worth_little_alone() {
    let rules = RuleSet::builtin();
    assert!(rules.missing_companion().is_none());
    let owners: Vec<&Rule> = rules.iter().filter(|r| !r.companions.is_empty()).collect();
    assert!(owners.len() >= 50, "{}", owners.len());
    for part in owners.iter().flat_map(|r| r.companions.iter()) {
        let rule = rules.find(part).unwrap();
        assert!(rule.kind != Kind::KeyId || rule.confidence == Confidence::Low, "{part}: a lone id is low");
    }
}
