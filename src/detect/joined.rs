//! String literals in pieces: `"ghp_ab" + "cd…"`, as programs are written to keep lines short or scanners away.
//!
//! *Glue* is what stands between two pieces: the quote that closes one, an operator or white space, and the quote that opens the
//! next. A candidate spans all its pieces; [`without_glue`] gives what the program makes of them.

use std::ops::Range;

use super::edge;
use crate::rules::{Pattern, Token};

/// Longest white space and operator between two pieces.
const LONGEST_GLUE: usize = 64;
/// What the rules of tokens see beyond their longest match, so that it may be in pieces.
pub(super) const ROOM: usize = LONGEST_GLUE;
/// Operators that join literals: most languages, PHP and Perl, Lua, Visual Basic and its continued lines, a continued line.
const OPERATORS: [&[u8]; 6] = [b"..", b"+", b".", b"& _", b"&", b"\\"];

/// What stands between two pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glue {
    /// From the closing quote to the opening one, both included.
    pub(super) range: Range<usize>,
    /// An operator says that the pieces are one value.
    pub(super) operator: bool,
    /// Without it only the line end between them does, or, on one line, what follows the last piece.
    line_end: bool,
}

/// The glue whose first quote is at `at`.
pub(super) fn glue(text: &[u8], at: usize) -> Option<Glue> {
    let quote = *text.get(at).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let end = text.len().min(at + LONGEST_GLUE);
    let white = |mut from: usize| {
        while from < end && text[from].is_ascii_whitespace() {
            from += 1;
        }
        from
    };
    let mut next = white(at + 1);
    let found = OPERATORS.iter().find(|operator| text[next..end].starts_with(operator));
    // A continued line is a line end like others.
    let operator = found.is_some_and(|operator| *operator != b"\\");
    next = white(next + found.map_or(0, |operator| operator.len()));
    let line_end = text[at..next].contains(&b'\n');
    // Two quotes without anything between them are one that stands for itself, in SQL and elsewhere.
    let parted = operator || next > at + 1;
    (parted && next < end && text[next] == quote).then_some(Glue { range: at..next + 1, operator, line_end })
}

/// `whole` without its glue.
pub(super) fn without_glue(whole: &[u8]) -> Vec<u8> {
    let (mut bytes, mut at) = (Vec::with_capacity(whole.len()), 0);
    while at < whole.len() {
        match glue(whole, at) {
            Some(glue) => at = glue.range.end,
            None => {
                bytes.push(whole[at]);
                at += 1;
            }
        }
    }
    bytes
}

/// The last byte of a literal whose first piece ends at the quote at `end`; `end` if there is no other piece.
pub(super) fn last_end(text: &[u8], mut end: usize) -> usize {
    let mut beside = None;
    while let Some(glue) = glue(text, end) {
        let quote = text[end];
        let from = glue.range.end;
        let piece = text[from..].iter().position(|b| *b == quote || b.is_ascii_whitespace() || *b == b'$');
        let Some(close) = piece.map(|n| from + n).filter(|close| text[*close] == quote && *close > from) else { break };
        // `"v"` on one line and `"name": …` on the next are no pieces.
        let after = text[close + 1..].trim_ascii_start();
        if !glue.operator && (after.starts_with(b":") || after.starts_with(b"=")) {
            break;
        }
        if !glue.operator && !glue.line_end {
            beside.get_or_insert(end);
        }
        end = close;
    }
    match beside {
        Some(first) if !ends_statement(&text[end + 1..]) => first,
        _ => end,
    }
}

/// Whether literals side by side on one line may be pieces of one value, by what follows the last: in lists of Nix and in
/// commands each is a value of its own.
fn ends_statement(rest: &[u8]) -> bool {
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    matches!(rest.get(blanks), None | Some(b';' | b',' | b')' | b'}' | b'\n' | b'\r'))
}

/// The secret of a token that begins at `start` and goes on in other pieces.
pub(super) fn token_from(text: &[u8], start: usize, token: &Token, pattern: &Pattern) -> Option<Range<usize>> {
    if !edge::may_begin(text, start, token.edge) {
        return None;
    }
    let seen = &text[start..text.len().min(start + token.shape.longest() + ROOM)];
    let piece = seen
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+' | b'=')))?;
    glue(seen, piece)?;
    let (mut bytes, mut offsets, mut at) = (Vec::with_capacity(seen.len()), Vec::with_capacity(seen.len()), 0);
    while at < seen.len() {
        match glue(seen, at) {
            Some(glue) => at = glue.range.end,
            None => {
                bytes.push(seen[at]);
                offsets.push(start + at);
                at += 1;
            }
        }
    }
    let whole = 0..pattern.anchored().find(&bytes)?.end();
    let bounded = edge::is_bounded(&bytes, &whole, token.edge);
    let secret = super::secret_of(pattern, &bytes, &whole);
    (bounded && whole.end > piece && !secret.is_empty()).then(|| offsets[secret.start]..offsets[secret.end - 1] + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_many_languages() {
        for text in [
            "ab\" + \"cd",
            "ab\"+\"cd",
            "ab\"\n   + \"cd",
            "ab\" +\r\n  \"cd",
            "ab' . 'cd",
            "ab\" .. \"cd",
            "ab\" & _\n \"cd",
            "ab\"\n  \"cd",
            "ab\" \\\n  \"cd",
            "ab` + `cd",
            "ab\" \"cd",
            "ab\"\t\"cd",
        ] {
            assert_eq!(without_glue(text.as_bytes()), b"abcd", "{text:?}");
        }
        for text in ["ab\"\"cd", "ab\", \"cd", "ab\" + x + \"cd", "ab\" + 'cd", "ab\" - \"cd", "ab\"\n\n\n: \"cd"] {
            assert_eq!(without_glue(text.as_bytes()), text.as_bytes(), "{text:?}");
        }
        let far = format!("ab\"{}+ \"cd", " ".repeat(LONGEST_GLUE));
        assert_eq!(without_glue(far.as_bytes()), far.as_bytes());
    }

    #[test]
    fn the_last_piece_ends_a_literal() {
        for (text, wanted) in [
            ("ab\" + \"cd\" + \"ef\"", 16),
            ("ab\" + \"cd\";", 9),
            ("ab\" + \"c d\"", 2),
            ("ab\" + \"", 2),
            ("ab\" + \"$cd\"", 2),
            ("ab\"\n\"cd\": 1", 2),
            ("ab\"\n\"cd\")", 7),
            ("ab\" \"cd\";", 7),
            ("ab\" \"cd\" \"ef\"\n", 12),
            ("ab\" \"cd\" ]", 2),
            ("ab\" \"cd\" \"ef\" ]", 2),
            ("ab\" \"cd\": 1", 2),
            ("ab\" \"cd\" ef", 2),
            ("ab\"", 2),
        ] {
            assert_eq!(last_end(text.as_bytes(), 2), wanted, "{text:?}");
        }
    }
}
