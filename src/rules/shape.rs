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
}

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
    Ok(Bounds { lookback, max })
}

fn parse(pattern: &str) -> Result<Hir, String> {
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
    let in_any = |text: &[u8]| {
        let folded = text.to_ascii_lowercase();
        anchors.iter().any(|a| {
            let a = a.to_ascii_lowercase();
            folded.windows(a.len().max(1)).any(|w| w == a.as_bytes())
        })
    };
    match hir.kind() {
        HirKind::Literal(l) => in_any(&l.0).then_some(true),
        HirKind::Capture(c) => required(&c.sub, anchors),
        HirKind::Repetition(r) if r.min > 0 => required(&r.sub, anchors),
        HirKind::Concat(parts) => parts.iter().find_map(|p| required(p, anchors).filter(|yes| *yes)),
        HirKind::Alternation(parts) => parts.iter().all(|p| required(p, anchors) == Some(true)).then_some(true),
        _ => None,
    }
}
