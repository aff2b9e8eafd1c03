//! Literals that every match of an expression contains one of: what a rule without anchors is searched by.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Fewest bytes of an anchor.
const SHORTEST: usize = 3;
/// Most anchors of a rule.
const MOST: usize = 128;
/// Longest anchor kept; the rest of it is not needed to find it.
const LONGEST: usize = 24;

/// The best such literals, in lower case; none if there are none of three bytes.
pub(super) fn of(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    let mut texts: Vec<String> = best(&hir)?.into_iter().map(|t| t.chars().take(LONGEST).collect()).collect();
    texts.sort();
    texts.dedup();
    Some(texts)
}

/// Longer ones are rarer, fewer ones are cheaper.
fn score(texts: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    (texts.iter().map(String::len).min().unwrap_or(0).min(8), std::cmp::Reverse(texts.len()))
}

fn useful(texts: Vec<String>) -> Option<Vec<String>> {
    let fits = !texts.is_empty() && texts.len() <= MOST && texts.iter().all(|t| t.len() >= SHORTEST && t.is_ascii());
    fits.then_some(texts)
}

fn best(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(c) => best(&c.sub),
        HirKind::Repetition(r) if r.min > 0 => best(&r.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(best(branch)?);
            }
            useful(all)
        }
        HirKind::Concat(parts) => {
            let mut found: Vec<Vec<String>> = parts.iter().filter_map(best).collect();
            // Neighbours that can be written out make longer literals.
            for start in 0..parts.len() {
                let mut texts = vec![String::new()];
                for part in &parts[start..] {
                    let Some(longer) = texts_of(part).and_then(|more| product(&texts, &more)) else { break };
                    texts = longer;
                    found.extend(useful(texts.clone()));
                }
            }
            found.into_iter().max_by_key(|texts| score(texts))
        }
        _ => texts_of(hir).and_then(useful),
    }
}

/// All texts an expression matches, in lower case, if they are few.
fn texts_of(hir: &Hir) -> Option<Vec<String>> {
    let mut texts = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![std::str::from_utf8(&literal.0).ok()?.to_ascii_lowercase()],
        HirKind::Class(Class::Bytes(class)) => {
            let members: u32 = class.iter().map(|r| u32::from(r.end() - r.start()) + 1).sum();
            if members > 12 {
                return None;
            }
            class
                .iter()
                .flat_map(|r| r.start()..=r.end())
                .map(|b| char::from(b.to_ascii_lowercase()).to_string())
                .collect()
        }
        HirKind::Capture(c) => texts_of(&c.sub)?,
        HirKind::Repetition(r) if r.min == 0 && r.max == Some(1) => {
            let mut texts = texts_of(&r.sub)?;
            texts.push(String::new());
            texts
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![String::new()], |texts, part| product(&texts, &texts_of(part)?))?
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(texts_of(part)?);
            }
            all
        }
        _ => return None,
    };
    texts.sort();
    texts.dedup();
    (texts.len() <= MOST).then_some(texts)
}

fn product(heads: &[String], tails: &[String]) -> Option<Vec<String>> {
    (heads.len() * tails.len() <= MOST)
        .then(|| heads.iter().flat_map(|h| tails.iter().map(move |t| format!("{h}{t}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn literals_that_every_match_has() {
        let is = |pattern: &str, wanted: &[&str]| {
            assert_eq!(of(pattern).unwrap_or_default(), wanted, "{pattern}");
        };
        is(r"acme_[a-z0-9]{32}", &["acme_"]);
        is(r"(?i)\b(api[_-]?key|token)\s*=\s*[a-z]+", &["api-key", "api_key", "apikey", "token"]);
        is(r"[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})=([a-f0-9]{32})", &["acme"]);
        is(r"(AKIA|ASIA)[0-9A-Z]{16}", &["akia", "asia"]);
        is(r"[0-9a-f]{32}", &[]);
        is(r"(acme|[0-9]+)x", &[]);
        is(r"a{3}|bcd", &[]);
    }
}
