//! Tokens in base64, as Kubernetes Secrets, CI variables and configuration files hold them: one pass, no nesting.
//!
//! Base64 of a known text is known too, but for the bits that its neighbours share: an anchor of a token rule has one spelling
//! for each of three alignments. These spellings are anchors of their own. A hit is followed to the ends of the run it stands
//! in, the run is decoded, and the rule looks at what comes out. Everything stays within the stretch that the rule's own
//! bounds give, so the result depends on that stretch alone.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{Candidate, Relation, Sight, check, token_in};
use crate::rules::{Shape, Token};

/// Spellings shorter than this stand in any text.
const SHORTEST: usize = 5;
/// Anchors of this length are looked for inside a run and at every alignment; shorter ones where a run begins.
const SHORTEST_INSIDE: usize = 11;
/// What the spellings of such anchors have at least, and those of shorter ones never: bytes.
const SPELLED_INSIDE: usize = 14;
/// How much may stand in a run before a token that begins with an anchor: bytes, decoded.
const PREAMBLE: usize = 2048;
/// Room for the padding and for groups that begin before or end after the token.
const ROUNDING: usize = 8;

/// How `anchor`, as the rule writes it, is spelled in base64.
pub(super) fn spellings(anchor: &str, token: &Token) -> Vec<String> {
    let inside = anchor.len() >= SHORTEST_INSIDE && matches!(token.shape, Shape::Pattern { .. });
    if token.verbatim.is_some() || !inside && token.shape.lookback() > 0 {
        return Vec::new();
    }
    let anchor = if inside { anchor } else { &anchor[..anchor.len().min(SHORTEST_INSIDE - 1)] };
    let alignments = if inside { 0..3usize } else { 0..1 };
    let spelled = alignments.map(|before| {
        let text = STANDARD_NO_PAD.encode([&[0; 2][..before], anchor.as_bytes()].concat());
        // Characters that hold bits of what stands before or after are left out.
        let (from, to) = ((before * 8).div_ceil(6), (before + anchor.len()) * 8 / 6);
        text[from..to].to_owned()
    });
    spelled.filter(|s| s.len() >= SHORTEST && !s.contains(['+', '/'])).collect()
}

/// What a rule sees when one of its anchors is found in base64.
pub(super) fn sight(token: &Token) -> Sight {
    let (back, forward) = reach(token);
    Sight { back: back + 1, forward: forward + 1 }
}

fn reach(token: &Token) -> (usize, usize) {
    let encoded = |n: usize| n.div_ceil(3) * 4 + ROUNDING;
    (encoded(token.shape.lookback().max(PREAMBLE)), encoded(token.shape.longest()))
}

/// Finds the token of `rule` in the run of base64 at `anchor`.
pub(super) fn search(text: &[u8], anchor: &Range<usize>, rule: usize, token: &Token, found: &mut Vec<Candidate>) {
    let (back, forward) = reach(token);
    let floor = anchor.start.saturating_sub(back);
    let start = text[floor..anchor.start].iter().rposition(|b| !is_base64(*b)).map_or(floor, |n| floor + n + 1);
    let inside = anchor.len() >= SPELLED_INSIDE;
    if (start == floor && floor > 0 && is_base64(text[floor - 1])) || (!inside && start != anchor.start) {
        return;
    }
    let ceiling = text.len().min(anchor.end + forward);
    let run_end = text[anchor.end..ceiling].iter().position(|b| !is_base64(*b)).map_or(ceiling, |n| anchor.end + n);
    let Some(decoded) = decoded(&text[start..run_end]) else { return };
    let Some(inner) = token_in(&decoded, inside, token) else { return };
    let padding = text[run_end..].iter().take(2).take_while(|b| **b == b'=').count();
    found.push(Candidate {
        rule,
        anchor: anchor.start,
        anchor_id: 0,
        secret: start..run_end + padding,
        inner: Some(inner),
        joined: false,
        name: None,
        relation: Relation::Own,
        quoted: true,
        operator: None,
    });
}

/// The bytes of a secret that stands in base64 at `text`: `inner` of what that decodes to.
pub(super) fn decode(text: &[u8], inner: &Range<usize>) -> Cow<'static, [u8]> {
    let run = text.iter().rposition(|b| *b != b'=').map_or(0, |n| n + 1);
    let all = decoded(&text[..run]).unwrap_or_default();
    Cow::Owned(all.get(inner.clone()).unwrap_or_default().to_vec())
}

/// The user name and the password that `run` stands for, if it is base64 of the two with a colon between: what `Basic` headers and
/// registries' `auth` fields hold.
pub fn pair(run: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    const LENGTHS: RangeInclusive<usize> = 8..=512;
    if !LENGTHS.contains(&run.len()) {
        return None;
    }
    let text = STANDARD.decode(run).ok()?;
    let printable = text.iter().all(|b| (b' '..0x7f).contains(b));
    let colon = text.iter().position(|b| *b == b':')?;
    (printable && colon > 0 && colon + 1 < text.len()).then(|| (text[..colon].to_vec(), text[colon + 1..].to_vec()))
}

/// Where the password of [`pair`] begins and ends in what `run` decodes to.
pub(super) fn password_of_pair(run: &[u8]) -> Option<Range<usize>> {
    let (user, password) = pair(run)?;
    Some(user.len() + 1..user.len() + 1 + password.len())
}

/// What a run without its padding stands for. One that was cut where the rule no longer sees is decoded in whole groups.
fn decoded(run: &[u8]) -> Option<Vec<u8>> {
    let whole = if run.len() % 4 == 1 { run.len() - 1 } else { run.len() };
    check::codec::base64(&run[..whole])
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::detect::Detector;
    use crate::rules::RuleSet;
    use crate::rules::examples::expand;

    /// Rule ids and decoded secrets of what is found in base64.
    fn found(text: &str) -> Vec<(String, String)> {
        let rules = RuleSet::builtin();
        let inside = Detector::new(&rules).search(text.as_bytes()).into_iter().filter(|c| c.inner.is_some());
        inside
            .map(|c| {
                let bytes = c.bytes(text.as_bytes()).into_owned();
                (rules.get(c.rule).id.to_string(), String::from_utf8(bytes).expect("these tokens are text"))
            })
            .collect()
    }

    fn made(template: &str) -> String {
        expand(template, 5).expect("a template of the rules").text
    }

    #[test]
    fn a_token_at_the_beginning() {
        let token = made("{{github:ghp_}}");
        let wanted = [("github-personal-access-token".to_owned(), token.clone())];
        for tail in ["", "\n", "\n\n", " x"] {
            let text = format!("data:\n  token: {}\n", STANDARD.encode(format!("{token}{tail}")));
            assert_eq!(found(&text), wanted, "{text}");
        }
        assert_eq!(found(&URL_SAFE_NO_PAD.encode(&token)), wanted);
    }

    #[test]
    fn a_spelling_wakes_the_rule_itself() {
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules);
        let text = STANDARD.encode(made("{{github:ghp_}}"));
        let mut woken = Vec::new();
        detector.prefilter().search(text.as_bytes(), |hit| woken.extend(detector.woken(hit.anchor)));
        let ids: Vec<&str> = woken.iter().map(|rule| &*rules.get(*rule).id).collect();
        assert!(ids.contains(&"github-personal-access-token"), "{ids:?}");
    }

    #[test]
    fn a_token_is_whole_and_begins_the_run() {
        let token = made("{{github:ghp_}}");
        let encoded = STANDARD.encode(&token);
        assert_eq!(found(&format!("A{encoded}")), [], "the run is other base64");
        assert_eq!(found(&encoded[..40]), [], "cut off");
        assert_eq!(found(&STANDARD.encode(format!("{token}x"))), [], "longer than the token");
    }

    #[test]
    fn a_long_anchor_at_every_alignment() {
        let keyset = made("{{gcp-service-account}}");
        for before in ["", " ", "  "] {
            let all = found(&STANDARD.encode(format!("{before}{keyset}")));
            assert!(all.iter().any(|(id, _)| id == "google-service-account-key"), "{before:?}: {all:?}");
        }
    }

    #[test]
    fn spellings_leave_out_shared_bits() {
        let rules = RuleSet::builtin();
        let rule = rules.find("github-personal-access-token").expect("a built-in rule");
        let crate::rules::Matcher::Token(token) = &rule.matcher else { panic!("a token rule") };
        assert_eq!(spellings("ghp_", token), [STANDARD.encode("ghp_")[..5].to_owned()]);
        assert_eq!(spellings("gh", token), Vec::<String>::new());
    }
}
