//! A changed text, searched by what is known of its base, against a search of the whole.

use std::sync::LazyLock;

use proptest::bool::weighted;
use proptest::collection::vec;
use spillcheck::rules::RuleSet;
use spillcheck::search::{Piece, Searcher, Seen};

use crate::naive::pieces;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);
static SEARCHER: LazyLock<Searcher<'static>> = LazyLock::new(|| Searcher::new(&RULES, super::NOW));

/// Words that wake rules, anchors of three bytes among them, and what they stand between.
const WORDS: [&str; 20] = [
    "key",
    "token",
    "password",
    "github",
    "re_",
    "sk_live_",
    "https://",
    "name",
    "value",
    "=",
    ": ",
    "\"",
    "\n",
    " ",
    "(",
    ")",
    "x",
    "\u{e9}",
    "0123456789abcdef",
    "T0kenOfNobody",
];

/// A text of words and of examples of rules.
fn text(picks: &[usize]) -> Vec<u8> {
    let part = |pick: &usize| match WORDS.get(pick % (2 * WORDS.len())) {
        Some(word) => word.as_bytes(),
        None => &pieces()[pick % pieces().len()],
    };
    picks.iter().map(part).collect::<Vec<_>>().concat()
}

/// What `edits` make of `base` and `other`: copies of the one, pieces of the other.
fn changed(base: &[u8], other: &[u8], edits: &[(bool, usize, usize)]) -> (Vec<u8>, Vec<Piece>) {
    let (mut text, mut pieces) = (Vec::new(), Vec::new());
    for (copies, from, len) in edits {
        let of = if *copies { base } else { other };
        if !of.is_empty() {
            let from = from % of.len();
            let len = (1 + len % 300).min(of.len() - from);
            pieces.push(Piece { start: text.len(), len, source: copies.then_some(from) });
            text.extend_from_slice(&of[from..from + len]);
        }
    }
    (text, pieces)
}

/// Pieces that make `text` of itself, cut at `cuts`; every second one counts as inserted, if `inserts`.
fn cut(text: &[u8], cuts: &[usize], inserts: bool) -> Vec<Piece> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).chain([0, text.len()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let piece = |(n, ends): (usize, &[usize])| Piece {
        start: ends[0],
        len: ends[1] - ends[0],
        source: (!inserts || n % 2 == 0).then_some(ends[0]),
    };
    cuts.windows(2).enumerate().map(piece).collect()
}

/// What is known of `text` by what is known of `base`, which is to be what a search of the whole says.
fn carried(base: &[u8], known: &Seen, text: &[u8], pieces: &[Piece]) -> Seen {
    let seen = SEARCHER.see_changed(known, base.len(), text, pieces);
    let found =
        |seen: &Seen| seen.settled().into_iter().map(|j| (j.candidate, j.verdict, j.by_kind)).collect::<Vec<_>>();
    let shown = String::from_utf8_lossy(text);
    assert_eq!(found(&seen), found(&SEARCHER.see(text)), "{pieces:?}\n{}\n{shown}", String::from_utf8_lossy(base));
    seen
}

proptest::proptest! {
    #[test]
    fn a_changed_text_is_seen_as_a_whole_one(
        base in vec(0usize..100_000, 1..20),
        others in vec((vec(0usize..100_000, 1..20), vec((weighted(0.7), 0usize..100_000, 0usize..100_000), 1..12)), 1..4),
    ) {
        // Each is made from the one before, as in a chain of deltas.
        let mut base = text(&base);
        let mut known = SEARCHER.see(&base);
        for (other, edits) in others {
            let (text, pieces) = changed(&base, &text(&other), &edits);
            known = carried(&base, &known, &text, &pieces);
            base = text;
        }
    }

    #[test]
    fn a_text_cut_and_joined_again_is_seen_as_a_whole_one(
        base in vec(0usize..100_000, 1..20),
        cuts in vec(0usize..100_000, 1..6),
    ) {
        let base = text(&base);
        let known = SEARCHER.see(&base);
        for inserts in [true, false] {
            carried(&base, &known, &base, &cut(&base, &cuts, inserts));
        }
    }
}

#[test]
fn what_follows_an_anchor_of_three_bytes_decides_on_it() {
    // `re_` begins a key of Resend, unless what follows belongs to none.
    let head = "resend = ".repeat(8);
    let key = format!("{head}re_{}", "A1b2C3d4_E5f6G7h8I9j0K1l2M3n4O5p6");
    let others = [format!("{head}re_\""), format!("{head}re_"), format!("{head}re_;{}", &key[head.len() + 4..])];
    assert!(!SEARCHER.see(key.as_bytes()).settled().is_empty(), "the test needs a key that is found");
    for other in &others {
        for (base, text) in [(other, &key), (&key, other)] {
            let copied = head.len() + 3;
            let rest = text.len() - copied;
            let pieces =
                [Piece { start: 0, len: copied, source: Some(0) }, Piece { start: copied, len: rest, source: None }];
            let pieces = &pieces[..1 + usize::from(rest > 0)];
            carried(base.as_bytes(), &SEARCHER.see(base.as_bytes()), text.as_bytes(), pieces);
        }
    }
}
