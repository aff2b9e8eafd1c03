//! Cheap tests that a text must pass before a pattern is worth trying on it.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind, Literal};

/// The bytes that matches of a pattern consist of, and how many they have at least.
pub struct Alphabet {
    members: Box<[bool; 256]>,
    shortest: usize,
}

impl Alphabet {
    /// Of a pattern that the linter has accepted.
    pub(super) fn of(pattern: &str) -> Self {
        let mut members = Box::new([false; 256]);
        let shortest = match super::shape::parse(pattern) {
            Ok(hir) => {
                // An assertion looks at what stands round a match.
                if hir.properties().look_set().is_empty() {
                    collect(&hir, &mut members)
                } else {
                    members.fill(true)
                }
                hir.properties().minimum_len().unwrap_or(0)
            }
            // Anything may match.
            Err(_) => 0,
        };
        Self { members, shortest: shortest.max(1) }
    }

    /// The first run of these bytes in `text[from..]` that is long enough to hold a match; all matches lie in such runs. Looks
    /// at one byte in `shortest`, mostly.
    pub fn run(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let is_member = |at: usize| self.members[usize::from(text[at])];
        let mut floor = from;
        let mut at = from + self.shortest - 1;
        while at < text.len() {
            if !is_member(at) {
                floor = at + 1;
                at += self.shortest;
                continue;
            }
            let start = (floor..at).rev().find(|n| !is_member(*n)).map_or(floor, |n| n + 1);
            let end = (at..text.len()).find(|n| !is_member(*n)).unwrap_or(text.len());
            if end - start >= self.shortest {
                return Some(start..end);
            }
            floor = end + 1;
            at = end + self.shortest;
        }
        None
    }
}

fn collect(hir: &Hir, members: &mut [bool; 256]) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(Literal(bytes)) => bytes.iter().for_each(|b| members[usize::from(*b)] = true),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().flat_map(|r| r.start()..=r.end()).for_each(|b| members[usize::from(b)] = true);
        }
        // Not in patterns of bytes; whatever it is, let the expression decide.
        HirKind::Class(Class::Unicode(_)) => members.fill(true),
        HirKind::Repetition(r) => collect(&r.sub, members),
        HirKind::Capture(c) => collect(&c.sub, members),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|p| collect(p, members)),
    }
}

/// The part of `pattern` from its `anchor` on, as a pattern, if the anchor is one literal between others. Every match of the
/// pattern has the anchor where this matches.
pub(super) fn tail(pattern: &str, anchor: &str) -> Option<String> {
    let hir = super::shape::parse(pattern).ok()?;
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let (n, rest) = parts.iter().enumerate().find_map(|(n, part)| Some((n, from_anchor(part, anchor)?)))?;
    let mut tail = vec![Hir::literal(rest)];
    tail.extend_from_slice(&parts[n + 1..]);
    Some(Hir::concat(tail).to_string())
}

/// What a literal has from the anchor on.
fn from_anchor<'h>(part: &'h Hir, anchor: &str) -> Option<&'h [u8]> {
    let HirKind::Literal(Literal(bytes)) = part.kind() else { return None };
    let at = bytes.windows(anchor.len()).position(|w| w.eq_ignore_ascii_case(anchor.as_bytes()))?;
    Some(&bytes[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_begins_with_the_anchor() {
        let matches = |pattern: &str, anchor: &str, text: &str| {
            tail(pattern, anchor)
                .map(|tail| regex::Regex::new(&format!(r"\A(?:{tail})")).expect("a pattern").is_match(text))
        };
        assert_eq!(matches("[a-z]{2,5}://[a-z]+@", "://", "://joe@"), Some(true));
        assert_eq!(matches("[a-z]{2,5}://[a-z]+@", "://", "://joe/"), Some(false));
        assert_eq!(matches("[a-z]{2,5}://[a-z]+@", "://", "x://joe@"), Some(false));
        assert_eq!(matches("[0-9]abcd", "BC", "bcd"), Some(true));
        assert_eq!(tail("a(?:x|y)b", "x"), None);
    }

    proptest::proptest! {
        #[test]
        fn all_matches_lie_in_runs(text in "[a-f0-9gh ]{0,90}", shortest in 1usize..40) {
            let pattern = format!("[0-9a-f]{{{shortest},{}}}", shortest + 3);
            let regex = regex::Regex::new(&pattern).expect("a pattern");
            let alphabet = Alphabet::of(&pattern);
            let (mut inside, mut from) = (Vec::new(), 0);
            while let Some(run) = alphabet.run(text.as_bytes(), from) {
                from = run.end;
                let start = run.start;
                inside.extend(regex.find_iter(&text[run]).map(|m| start + m.start()..start + m.end()));
            }
            proptest::prop_assert_eq!(inside, regex.find_iter(&text).map(|m| m.range()).collect::<Vec<_>>());
        }
    }
}
