//! A detector without anchors, windows or tables: every pattern over the whole text, then the edges.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;
use spillcheck::detect::Detector;
use spillcheck::rules::{Edge, Matcher, RuleSet, Shape};

use crate::support::embedded;

type Spans = BTreeSet<(usize, usize)>;

/// Matches of `regex` that `edge` lets stand. Of matches that begin within another one only `overlapping` takes account.
fn naive(regex: &Regex, edge: Edge, text: &[u8], overlapping: bool) -> Spans {
    let mut spans = Spans::new();
    let mut from = 0;
    while from <= text.len() {
        let Some(c) = regex.captures_at(text, from) else { break };
        let whole = c.get(0).unwrap().range();
        let bounded = stands_alone(text, &whole, edge);
        if bounded {
            let secret = c.name("secret").map_or(whole.clone(), |g| g.range());
            spans.insert((secret.start, secret.end));
        }
        from = if bounded && !overlapping { whole.end } else { whole.start + 1 };
    }
    spans
}

fn stands_alone(text: &[u8], whole: &Range<usize>, edge: Edge) -> bool {
    let own: &[u8] = match edge {
        Edge::Word => b"_",
        Edge::Base64 => b"+/",
        Edge::Base64url => b"_-+",
        Edge::None => return true,
    };
    let of = |b: &u8| b.is_ascii_alphanumeric() || own.contains(b);
    let after_of = |b: &u8| of(b) || edge == Edge::Base64 && *b == b'=';
    let escape = Regex::new(r"(?-u)(?:\\[ntrbf0]|%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})$").unwrap();
    let head = &text[whole.start.saturating_sub(6)..whole.start];
    let before = !head.last().is_some_and(of) || escape.is_match(head);
    before && !text.get(whole.end).is_some_and(after_of)
}

/// Examples of all rules, and what is left when one end is cut off.
pub(crate) fn pieces() -> &'static [Vec<u8>] {
    static PIECES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    PIECES.get_or_init(|| {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for example in embedded(true, 11).into_iter().chain(embedded(false, 12)) {
            if let Some(secret) = example.secret {
                all.push(example.text.as_bytes()[secret.clone()].to_vec());
                all.push(example.text.as_bytes()[secret.start..secret.end - 1].to_vec());
                all.push(example.text.as_bytes()[secret.start + 1..].to_vec());
            }
            all.push(example.text.into_bytes());
        }
        all
    })
}

/// What stands between pieces: edges of all kinds, escapes, nothing.
const GLUE: [&[u8]; 20] = [
    b"",
    b"",
    b" ",
    b"\n",
    b"\"",
    b"=",
    b"\\n",
    b"%3D",
    b"\\u003d",
    b"\\x3d",
    b"_",
    b"-",
    b"a",
    b"0",
    b"/",
    b"+",
    b"\xff",
    b"\xc3\xa9",
    b".",
    b"%zz",
];

/// Panics where the detector and the naive one differ on `text`; how many candidates they agree on.
fn compare(rules: &RuleSet, detector: &Detector<'_>, text: &[u8]) -> usize {
    let candidates = detector.search(text);
    let mut agreed = 0;
    for (n, rule) in rules.iter().enumerate() {
        let Matcher::Token(token) = &rule.matcher else { continue };
        let Shape::Pattern { pattern, lookback, .. } = &token.shape else { continue };
        let got: Spans = candidates
            .iter()
            .filter(|c| c.rule == n && c.inner.is_none())
            .map(|c| (c.secret.start, c.secret.end))
            .collect();
        let all = naive(pattern.regex(), token.edge, text, true);
        let show = || format!("rule {} in {:?}", rule.id, String::from_utf8_lossy(text));
        if *lookback == 0 {
            assert_eq!(got, all, "{}", show());
        } else {
            // Each anchor has a window of its own: matches that overlap may both be seen, and need not.
            let apart = naive(pattern.regex(), token.edge, text, false);
            assert!(got.is_superset(&apart), "missed {:?}: {}", apart.difference(&got), show());
            assert!(got.is_subset(&all), "invented {:?}: {}", got.difference(&all), show());
        }
        agreed += got.len();
    }
    agreed
}

#[test]
fn agrees_on_every_example() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules);
    let agreed: usize = pieces().iter().map(|piece| compare(&rules, &detector, piece)).sum();
    assert!(agreed > 300, "{agreed}");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn agrees_on_glued_examples(parts in proptest::collection::vec((0usize..100_000, 0usize..GLUE.len()), 1..10)) {
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules);
        let mut text = Vec::new();
        for (piece, glue) in parts {
            text.extend(GLUE[glue]);
            text.extend(&pieces()[piece % pieces().len()]);
        }
        compare(&rules, &detector, &text);
    }
}
