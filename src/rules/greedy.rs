//! Whether a pattern takes the whole of what it describes. An alternation takes its first branch that matches, not the
//! longest: with `[a-f0-9]{32}|[a-f0-9]{40}` no value of 40 is ever taken whole, so none is found.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::examples::Random;
use super::shape;

/// Texts made from a pattern: enough to take each branch of the alternations that rules have many times.
const DRAWS: u64 = 200;
/// An unbounded repetition is drawn up to so many times more than it must be.
const MORE: u32 = 8;

/// The length of a text that `pattern` describes, and of the shorter piece of it that a search takes; none if no such text
/// was found. Always the same for the same pattern.
pub(super) fn cut(pattern: &str) -> Option<(usize, usize)> {
    let hir = shape::parse(pattern).ok()?;
    let anchored = regex::bytes::RegexBuilder::new(&format!(r"\A(?:{pattern})")).unicode(false).build().ok()?;
    (0..DRAWS).find_map(|seed| {
        let mut text = Vec::new();
        draw(&hir, &mut Random::new(seed), &mut text);
        let taken = anchored.find(&text)?.end();
        (taken < text.len()).then_some((text.len(), taken))
    })
}

/// Appends a text that `hir` matches. Assertions are passed over: a text that one of them forbids is not found, and tells
/// nothing.
fn draw(hir: &Hir, random: &mut Random, text: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let bytes: Vec<u8> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
            if !bytes.is_empty() {
                text.push(random.pick(&bytes));
            }
        }
        // Patterns are read as bytes.
        HirKind::Class(Class::Unicode(_)) => {}
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min.saturating_add(MORE));
            let times = repetition.min as usize + random.below((most - repetition.min) as usize + 1);
            (0..times).for_each(|_| draw(&repetition.sub, random, text));
        }
        HirKind::Capture(capture) => draw(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, random, text)),
        HirKind::Alternation(branches) => draw(&branches[random.below(branches.len())], random, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_that_hides_a_longer_one() {
        for (pattern, wanted) in [
            ("acme_(?:[a-f0-9]{32}|[a-f0-9]{40})", Some((45, 37))),
            ("acme_(?:[a-f0-9]{40}|[a-f0-9]{32})", None),
            ("acme_[a-f0-9]{32}(?:[a-f0-9]{8})?", None),
            ("acme_[a-f0-9]{32}(?:[a-f0-9]{8})??", Some((45, 37))),
            ("acme_(?:[0-9]{20}|[a-f]{40})", None),
            ("acme_[a-z]{3,8}", None),
            ("acme_[a-z]+", None),
            (r"\bacme_[0-9]{9}\b", None),
        ] {
            assert_eq!(cut(pattern), wanted, "{pattern}");
        }
    }
}
