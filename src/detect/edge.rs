//! Boundaries: what may stand directly before and after a credential.

use std::ops::Range;

use regex::bytes::Regex;

use crate::rules::Edge;

/// True when `range` is not a piece of a longer run of the token's own alphabet.
pub(super) fn is_bounded(text: &[u8], range: &Range<usize>, edge: Edge) -> bool {
    before(text, range.start, edge) && after(text, range.end, edge)
}

/// True when a credential may begin at `start`.
pub(crate) fn may_begin(text: &[u8], start: usize, edge: Edge) -> bool {
    before(text, start, edge)
}

fn before(text: &[u8], start: usize, edge: Edge) -> bool {
    let Some(previous) = start.checked_sub(1) else { return true };
    let c = text[previous];
    let inside = match edge {
        Edge::Word => is_word(c),
        Edge::Base64 => c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/'),
        // A `+` is of base64 in its other spelling.
        Edge::Base64url => is_word(c) || matches!(c, b'-' | b'+'),
        Edge::None => false,
    };
    !inside || ends_escape(&text[..start])
}

fn after(text: &[u8], end: usize, edge: Edge) -> bool {
    let Some(&c) = text.get(end) else { return true };
    match edge {
        Edge::Word => !is_word(c),
        Edge::Base64 => !(c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=')),
        Edge::Base64url => !(is_word(c) || matches!(c, b'-' | b'+')),
        Edge::None => true,
    }
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// `text` ends with an escape whose last character only looks like a letter or digit: `\n`, `%3D`, `\x3d`, `\u003d`.
fn ends_escape(text: &[u8]) -> bool {
    let hex = |n: usize| text.len() >= n && text[text.len() - n..].iter().all(u8::is_ascii_hexdigit);
    match *text {
        [.., b'\\', b'n' | b't' | b'r' | b'b' | b'f' | b'0'] => true,
        [.., b'%', _, _] => hex(2),
        [.., b'\\', b'x', _, _] => hex(2),
        [.., b'\\', b'u', _, _, _, _] => hex(4),
        _ => false,
    }
}

/// Calls `found` for the matches of `pattern` in `text[window]` that are bounded by `edge` in the whole text. A match that
/// is only a piece of a longer run is passed over together with that run.
pub(super) fn bounded_matches(
    pattern: &Regex,
    text: &[u8],
    window: Range<usize>,
    edge: Edge,
    mut found: impl FnMut(Range<usize>),
) {
    let mut from = window.start;
    while let Some(m) = pattern.find_at(&text[..window.end], from) {
        let range = m.range();
        if is_bounded(text, &range, edge) {
            from = range.end;
            found(range);
        } else {
            from = range.start + 1;
            while from < window.end && !before(text, from, edge) {
                from += 1;
            }
        }
        if from >= window.end {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pattern: &str, text: &str, edge: Edge) -> Vec<String> {
        let regex = Regex::new(pattern).expect("a test pattern");
        let mut out = Vec::new();
        bounded_matches(&regex, text.as_bytes(), 0..text.len(), edge, |r| out.push(text[r].to_owned()));
        out
    }

    #[test]
    fn pieces_of_longer_runs_are_no_matches() {
        assert_eq!(all("[0-9]{4}", "12345 6789 x1234 1234_ 4321", Edge::Word), ["6789", "4321"]);
        assert_eq!(all("[a-z]{4}", "ab/cdef abcd= wxyz", Edge::Base64), ["wxyz"]);
        assert_eq!(all("[a-z]{4}", "ab-cdef a-bcde ab+cdef cdef+a wxyz", Edge::Base64url), ["wxyz"]);
    }

    #[test]
    fn an_equals_sign_may_precede_base64() {
        assert_eq!(all("[a-z]{4}", "k=abcd", Edge::Base64), ["abcd"]);
    }

    #[test]
    fn escapes_end_a_word() {
        for head in ["\\n", "%3D", "\\x3d", "\\u003d", "\\t"] {
            assert_eq!(all("tok[0-9]{4}", &format!("{head}tok1234"), Edge::Word), ["tok1234"], "{head}");
        }
        assert!(all("tok[0-9]{4}", "%zztok1234", Edge::Word).is_empty());
    }
}
