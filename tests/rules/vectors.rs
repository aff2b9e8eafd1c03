//! The vectors of what can be checked about a credential without a network: each one through the whole pipeline, with the rule
//! that reports it, how sure it is, and what the report says of it.
//!
//! Algorithms below any token have vectors beside their code in `src/detect/check/`: Marvin32 (`marvin.rs`), CRC-16, base32 and
//! base58 (`codec.rs`), CRC-24 (`pgp.rs`), the BIP-39 list and its first letters (`bip39.rs`), the routing field of GitLab
//! (`tail.rs`), the first key of Hardhat (`published.rs`), DER lengths (`der.rs`), the range of secp256k1 (`secp256k1.rs`),
//! fields of Azure's signatures (`wrapped.rs`).

#[path = "vectors/checksums.rs"]
mod checksums;
#[path = "vectors/facts.rs"]
mod facts;
#[path = "vectors/keys.rs"]
mod keys;

use spillcheck::rules::examples::expand;
use spillcheck::rules::{Confidence, RuleSet};
use spillcheck::search::Searcher;

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

/// How sure a vector is reported; `None`: not at all.
type Sure = Option<Confidence>;
const EXAMPLE: &[&str] = &["example published in documentation"];
const HIGH: Sure = Some(Confidence::High);
const MEDIUM: Sure = Some(Confidence::Medium);
const LOW: Sure = Some(Confidence::Low);

/// Text, how sure, rule, what is said. Templates are those of the rules' examples, ` ¦ ` is left out: so nothing here is shaped
/// like a token. Those made of `MadeUpVector` hold, but may be low, since they repeat themselves: somebody made them up. Samples
/// of specifications are examples; that their checksums hold is tested beside the code.
type Vector = (&'static str, Sure, &'static str, &'static [&'static str]);

/// What is wrong with a vector; empty if nothing is.
fn wrong(searcher: &Searcher<'_>, (text, sure, rule, says): &Vector) -> Option<String> {
    let text = expand(&text.replace(" ¦ ", ""), 5).expect("a template").text;
    let found = searcher.search(text.as_bytes()).found;
    let of = |found: &&spillcheck::search::Match| searcher.rules().get(found.rule).id == *rule;
    let found =
        found.iter().find(of).map(|m| (m.confidence, m.facts.iter().map(ToString::to_string).collect::<Vec<_>>()));
    let said = |facts: &[String]| says.iter().all(|say| facts.iter().any(|fact| fact.starts_with(say)));
    let right = match (&found, sure) {
        (None, None) => true,
        (Some((confidence, facts)), Some(sure)) => confidence == sure && said(facts),
        _ => false,
    };
    (!right).then(|| format!("{rule}, {}: {found:?}", text.chars().take(12).collect::<String>()))
}

#[test]
fn every_vector_is_reported_with_what_it_proves() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    let vectors = [checksums::CHECKSUMS, keys::KEY_FILES, keys::WALLETS, facts::FACTS].concat();
    let problems: Vec<_> = vectors.iter().filter_map(|vector| wrong(&searcher, vector)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // A rule whose vector needs a check names it.
    for (_, _, id, says) in vectors {
        let rule = rules.find(id).unwrap_or_else(|| panic!("{id} is no rule"));
        assert!(rule.check.is_some() || says.is_empty(), "{id} names no check");
    }
}
