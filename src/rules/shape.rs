//! Bounds of a pattern: how long a match can be and how far before an anchor it can begin. Also compiled into `build.rs`.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind};

/// Upper limit of `max_length`, and of any match. Windows over large inputs overlap by more than this.
pub const LONGEST_MATCH: u32 = 32 * 1024;

/// See [`bounds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Longest text of a match before its anchor, bytes.
    pub lookback: u32,
    /// Longest match, bytes.
    pub max: u32,
    /// What may follow an anchor of three bytes that begins a match; all bits where that cannot be told.
    pub follow: Follow,
}

/// A set of ASCII bytes.
pub type Follow = [u64; 2];

/// Computes the bounds of `pattern`, or says what is wrong with it. `max_length` caps unbounded repetitions.
pub fn bounds(pattern: &str, anchors: &[String], max_length: Option<u32>) -> Result<Bounds, String> {
    let hir = parse(pattern)?;
    let max = match (hir.properties().maximum_len(), max_length) {
        (Some(n), None) => u32::try_from(n).map_err(|_| "matches are too long".to_owned())?,
        (_, Some(cap)) => cap,
        (None, None) => {
            return Err("the pattern has an unbounded repetition: bound it, or set max_length".to_owned());
        }
    };
    if max > LONGEST_MATCH {
        return Err(format!("a match may be {max} bytes long; the limit is {LONGEST_MATCH}"));
    }
    if hir.properties().minimum_len().unwrap_or(0) == 0 {
        return Err("the pattern matches the empty text".to_owned());
    }
    let shortest = anchors.iter().map(String::len).min().unwrap_or(0);
    let lookback = if begins_with_anchor(&hir, anchors) { 0 } else { max.saturating_sub(shortest as u32) };
    let follow = if lookback == 0 { follow(&hir, anchors) } else { [u64::MAX; 2] };
    Ok(Bounds { lookback, max, follow })
}

/// The fourth byte of every match that begins with an anchor of three bytes.
fn follow(hir: &Hir, anchors: &[String]) -> Follow {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_total(20_000).limit_class(256).limit_literal_len(4);
    let Some(literals) = extractor.extract(hir).literals().map(<[_]>::to_vec) else { return [u64::MAX; 2] };
    let mut follow = [0; 2];
    for anchor in anchors.iter().filter(|a| a.len() == 3) {
        for literal in literals.iter().map(|l| l.as_bytes()) {
            if !literal.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(anchor.as_bytes())) {
                continue;
            }
            match literal.get(3) {
                Some(b) if b.is_ascii() => follow[usize::from(*b) / 64] |= 1 << (b % 64),
                _ => return [u64::MAX; 2],
            }
        }
    }
    follow
}

/// The syntax tree of a pattern, or what is wrong with it.
pub(super) fn parse(pattern: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|e| format!("the pattern is no regular expression: {e}"))
}

fn begins_with_anchor(hir: &Hir, anchors: &[String]) -> bool {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_total(2000).limit_class(64);
    let Some(literals) = extractor.extract(hir).literals().map(<[_]>::to_vec) else { return false };
    !literals.is_empty()
        && literals.iter().all(|literal| {
            anchors
                .iter()
                .any(|a| literal.as_bytes().get(..a.len()).is_some_and(|head| head.eq_ignore_ascii_case(a.as_bytes())))
        })
}

/// Literals that every match of `pattern` contains one of, as far as can be told: used to refuse anchors that do not
/// occur. `None` when nothing can be said.
pub fn anchor_is_required(pattern: &str, anchors: &[String]) -> Result<Option<bool>, String> {
    let hir = parse(pattern)?;
    Ok(required(&hir, anchors))
}

fn required(hir: &Hir, anchors: &[String]) -> Option<bool> {
    covers(&[Vec::new()], &[hir], anchors).then_some(true)
}

/// Whether every text that begins with one of `heads` and goes on with `parts` contains an anchor.
fn covers(heads: &[Vec<u8>], parts: &[&Hir], anchors: &[String]) -> bool {
    let has_anchor = |text: &Vec<u8>| {
        anchors.iter().any(|a| text.windows(a.len().max(1)).any(|w| w.eq_ignore_ascii_case(a.as_bytes())))
    };
    if heads.iter().all(has_anchor) {
        return true;
    }
    let Some((part, rest)) = parts.split_first() else { return false };
    if let Some(longer) = enumerate(part).and_then(|more| product(heads, &more)) {
        return covers(&longer, rest, anchors);
    }
    let nothing: &[Vec<u8>] = &[Vec::new()];
    match part.kind() {
        HirKind::Capture(c) => covers(heads, &[&[&*c.sub], rest].concat(), anchors),
        HirKind::Concat(inner) => covers(heads, &[&inner.iter().collect::<Vec<_>>(), rest].concat(), anchors),
        HirKind::Alternation(branches) => {
            branches.iter().all(|branch| covers(heads, &[&[branch], rest].concat(), anchors))
        }
        HirKind::Repetition(r) if r.min > 0 => covers(nothing, &[&r.sub], anchors) || covers(nothing, rest, anchors),
        // Anything can stand here: what follows has to hold the anchor by itself.
        _ => covers(nothing, rest, anchors),
    }
}

/// More texts than this are not listed one by one.
const ENUMERABLE: usize = 4096;

/// All texts an expression matches, in lower case, if they are few.
fn enumerate(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(l) => Some(vec![l.0.to_ascii_lowercase()]),
        HirKind::Class(class) => {
            let regex_syntax::hir::Class::Bytes(class) = class else { return None };
            let bytes: std::collections::BTreeSet<u8> =
                class.iter().flat_map(|r| r.start()..=r.end()).map(|b| b.to_ascii_lowercase()).collect();
            (bytes.len() <= 32).then(|| bytes.into_iter().map(|b| vec![b]).collect())
        }
        HirKind::Capture(c) => enumerate(&c.sub),
        HirKind::Repetition(r) if r.max == Some(1) && r.min == 0 => {
            let mut texts = enumerate(&r.sub)?;
            texts.push(Vec::new());
            Some(texts)
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |texts, part| product(&texts, &enumerate(part)?))
        }
        HirKind::Alternation(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                texts.extend(enumerate(part)?);
            }
            (texts.len() <= ENUMERABLE).then_some(texts)
        }
        _ => None,
    }
}

fn product(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    (heads.len() * tails.len() <= ENUMERABLE)
        .then(|| heads.iter().flat_map(|h| tails.iter().map(move |t| [&h[..], t].concat())).collect())
}
