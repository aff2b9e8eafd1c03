//! The value model: how likely a value is a secret, from its [`signals`](super::signals).
//!
//! An ensemble of small regression trees, fitted by `tools/generic/train.py` and kept as text in `model.tsv`, which
//! `build.rs` turns into the tables here. Scores are sums of integers, in thousandths of a logit: the same everywhere, in
//! any order.

use super::by_kind::{ByKind, PLACES};
use super::kind::{FileKind, KINDS};
use super::signals::{self, Own, Place, Signal, Signals};
use crate::rules::Confidence;

/// A node of a tree: signals up to `threshold` go to `left`, higher ones to `right`. A leaf has no children (`left` is 0).
struct Node {
    signal: u8,
    threshold: i16,
    left: u16,
    right: u16,
    /// Thousandths of a logit: what a leaf adds to the score; for an inner node the mean of its leaves over the texts the model
    /// was fitted on, which tells what a step contributes.
    value: i16,
}

include!(concat!(env!("OUT_DIR"), "/model.rs"));

/// A set of places, one bit each.
type Mask = u32;

const ALL: Mask = (1 << PLACES) - 1;

/// The places whose kind (or test) is at most `threshold`.
fn up_to(signal: Signal, threshold: i16) -> Mask {
    (0..PLACES)
        .filter(|place| {
            let value = if signal as usize == Signal::FileTest as usize { place % 2 } else { place / 2 };
            i16::try_from(value).is_ok_and(|v| v <= threshold)
        })
        .fold(0, |mask, place| mask | 1 << place)
}

/// Scores of all places, thousandths of a logit. The trees ask for the kind of file now and then: only there the walk parts.
fn scores(signals: &Signals) -> [i32; PLACES] {
    let mut scores = [BASE; PLACES];
    let mut open: Vec<(u16, Mask)> = Vec::with_capacity(16);
    for root in ROOTS {
        open.push((*root, ALL));
        while let Some((mut at, mut mask)) = open.pop() {
            loop {
                let node = &NODES[usize::from(at)];
                if node.left == 0 {
                    for (place, score) in scores.iter_mut().enumerate() {
                        if mask & 1 << place != 0 {
                            *score += i32::from(node.value);
                        }
                    }
                    break;
                }
                let signal = usize::from(node.signal);
                let left = match signal {
                    _ if signal == Signal::FileKind as usize => mask & up_to(Signal::FileKind, node.threshold),
                    _ if signal == Signal::FileTest as usize => mask & up_to(Signal::FileTest, node.threshold),
                    _ if signals[signal] <= node.threshold => mask,
                    _ => 0,
                };
                let right = mask & !left;
                if left != 0 && right != 0 {
                    open.push((node.right, right));
                }
                (at, mask) = if left != 0 { (node.left, left) } else { (node.right, right) };
            }
        }
    }
    scores
}

/// Whether even the most favourable syntax, neighbourhood and file leave a value that has these signals of its own below all
/// thresholds.
fn is_hopeless(own: &Signals) -> bool {
    let highest: i32 = ROOTS.iter().map(|root| highest(*root, own)).sum();
    BASE + highest < LOW
}

/// The highest leaf that a value may reach whose own signals are known and whose others are not.
fn highest(at: u16, own: &Signals) -> i32 {
    let node = &NODES[usize::from(at)];
    if node.left == 0 {
        return i32::from(node.value);
    }
    let signal = usize::from(node.signal);
    if signal >= Signal::Operator as usize {
        highest(node.left, own).max(highest(node.right, own))
    } else if own[signal] <= node.threshold {
        highest(node.left, own)
    } else {
        highest(node.right, own)
    }
}

/// Whether it is a password, a cookie or a URL in a comment of a program: an example of how to call it. In settings it may be a
/// setting that somebody switched off.
fn is_example_of_use(signals: &Signals, kind: FileKind) -> bool {
    signals[Signal::Comment as usize] != 0
        && matches!(signals[Signal::Meaning as usize], 1 | 2 | 17)
        && matches!(kind, FileKind::Compiled | FileKind::Script)
}

fn confidence(score: i32, signals: &Signals, kind: FileKind) -> Option<Confidence> {
    if score >= MEDIUM && !is_example_of_use(signals, kind) {
        Some(Confidence::Medium)
    } else if score >= LOW {
        Some(Confidence::Low)
    } else {
        None
    }
}

/// What the value and its name say.
pub(super) fn own(place: &Place<'_>) -> Own {
    signals::own(place, is_hopeless)
}

/// How sure the value is a secret, in each kind of file; `own` is what [`own`] says.
pub(super) fn weigh(place: &Place<'_>, own: Own) -> ByKind {
    if own.hopeless {
        return ByKind::NOWHERE;
    }
    let signals = signals::measure(place, own);
    let scores = scores(&signals);
    FileKind::ALL.into_iter().flat_map(|kind| [(kind, false), (kind, true)]).fold(
        ByKind::NOWHERE,
        |all, (kind, test)| {
            let place = ByKind::place(kind, test);
            match confidence(scores[place], &signals, kind) {
                Some(confidence) => all.with(place, confidence),
                None => all,
            }
        },
    )
}

/// What a signal has to do with a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The signal's name.
    pub name: &'static str,
    /// What was measured.
    pub value: i16,
    /// What that stands for, if the signal is a class and no measure.
    pub meaning: Option<&'static str>,
    /// What it adds to the score, thousandths of a logit.
    pub adds: i32,
}

/// A score with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Thousandths of a logit.
    pub score: i32,
    /// The score from which a finding is reported at low and at medium confidence; `i32::MAX` for a password in a
    /// comment of a program, which is never of more than low confidence.
    pub thresholds: (i32, i32),
    /// Where the score starts, before any signal is looked at.
    pub base: i32,
    /// Every signal. The contributions and the base make up the score.
    pub signals: Vec<Contribution>,
    /// The highest confidence that the rule and its doubts leave, whatever the score; none if it is no finding at all.
    pub most: Option<Confidence>,
}

/// The score of a value in one kind of file, signal by signal: at each step down a tree, the change of the mean is put
/// down to the signal asked for.
pub(super) fn explain(place: &Place<'_>, kind: FileKind, test: bool, most: Option<Confidence>) -> Explanation {
    let mut signals = signals::measure(place, signals::own(place, is_hopeless));
    signals[Signal::FileKind as usize] = kind as i16;
    signals[Signal::FileTest as usize] = i16::from(test);
    let mut adds = [0; signals::COUNT];
    let (mut score, mut base) = (BASE, BASE);
    for root in ROOTS {
        let mut node = &NODES[usize::from(*root)];
        base += i32::from(node.value);
        while node.left != 0 {
            let signal = usize::from(node.signal);
            let next = if signals[signal] <= node.threshold { node.left } else { node.right };
            let next = &NODES[usize::from(next)];
            adds[signal] += i32::from(next.value) - i32::from(node.value);
            node = next;
        }
        score += i32::from(node.value);
    }
    let contributions = (0..signals::COUNT)
        .map(|n| Contribution {
            name: signals::NAMES[n],
            value: signals[n],
            meaning: signals::meaning(n, signals[n]),
            adds: adds[n],
        })
        .collect();
    let unsure = is_example_of_use(&signals, kind);
    let medium = if unsure { i32::MAX } else { MEDIUM };
    let most = if unsure { most.min(Some(Confidence::Low)) } else { most };
    Explanation { score, thresholds: (LOW, medium), base, signals: contributions, most }
}

const _: () = assert!(KINDS * 2 == PLACES && PLACES <= Mask::BITS as usize, "a place is a bit of a mask");

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place<'_> {
        let name = text.find("password").expect("it has one");
        let value = text.find("= ").expect("it has one") + 2;
        Place {
            text: text.as_bytes(),
            anchor: name,
            name: Some(name..name + "password".len()),
            value: value..text.len(),
            bytes: text.as_bytes()[value..].into(),
            operator: Some(crate::detect::Operator::Equals),
            quoted: false,
        }
    }

    #[test]
    fn the_model_was_fitted_on_these_signals() {
        assert_eq!(SIGNALS, signals::NAMES);
    }

    #[test]
    fn trees_are_whole() {
        assert!(ROOTS.len() <= 100, "{}", ROOTS.len());
        for (n, node) in NODES.iter().enumerate().filter(|(_, node)| node.left != 0) {
            assert!(usize::from(node.left) > n && usize::from(node.right) > n, "node {n} has a child before it");
            assert!(usize::from(node.left) < NODES.len() && usize::from(node.right) < NODES.len(), "node {n}");
            assert!(usize::from(node.signal) < signals::COUNT, "node {n}");
        }
    }

    #[test]
    fn what_is_hopeless_scores_below_all_thresholds() {
        let texts = [
            "password = None",
            "db.password = self.password",
            "password = get_password(",
            "password = kq8Zpw7Lx", // spillcheck:allow[generic-password] made up for this test
        ];
        let mut hopeless = 0;
        for place in texts.map(place) {
            let own = signals::own(&place, is_hopeless);
            hopeless += usize::from(own.hopeless);
            let most = scores(&signals::measure(&place, own.clone())).into_iter().max();
            assert!(!own.hopeless || most < Some(LOW), "{:?}", &place.text);
        }
        assert!((1..texts.len()).contains(&hopeless), "{hopeless}");
    }

    #[test]
    fn contributions_make_up_the_score_in_every_kind_of_file() {
        for value in [["Summer", "2024!"].concat(), "None".to_owned(), ["kq8Z", "pw7LxT"].concat()] {
            let text = &format!("db.password = {value}");
            let place = place(text);
            let scores = scores(&signals::measure(&place, signals::own(&place, is_hopeless)));
            for kind in [FileKind::Plain, FileKind::Yaml, FileKind::Compiled, FileKind::Sql] {
                for test in [false, true] {
                    let explained = explain(&place, kind, test, None);
                    let sum: i32 = explained.signals.iter().map(|s| s.adds).sum();
                    assert_eq!(explained.base + sum, explained.score, "{text}");
                    assert_eq!(explained.score, scores[ByKind::place(kind, test)], "{text} {kind:?} {test}");
                }
            }
        }
    }
}
