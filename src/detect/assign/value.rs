//! Where a value begins and ends, once its operator is known.

use super::cursor::Cursor;
use super::{LONGEST_GAP, LONGEST_VALUE, Operator, Value, pair};
use crate::detect::joined;

/// Reads the value at the cursor, which stands behind `operator`; `name_quote` closed the name.
pub(super) fn read(c: &mut Cursor<'_>, operator: Operator, name_quote: Option<(u8, usize)>) -> Option<Value> {
    if operator == Operator::Colon {
        decorations(c);
    }
    let literal = next_line(c, operator);
    if operator == Operator::Tag && c.eat(b"<![CDATA[") {
        return character_data(c, operator);
    }
    string_prefix(c);
    brackets(c, operator);
    if let Some((quote, slashes)) = c.quote() {
        return quoted(c, operator, quote, slashes);
    }
    if let Some(value) = wrapped(c, operator) {
        return Some(value);
    }
    if matches!(operator, Operator::Call | Operator::Comma | Operator::Compare) {
        return None;
    }
    if operator != Operator::Tag
        && let Some(value) = numbers(c, operator)
    {
        return Some(value);
    }
    if matches!(c.peek(), Some(b'[')) {
        return None;
    }
    if let Some(value) = fallback(c, operator) {
        return Some(value);
    }
    if let (Some((_, slashes)), Operator::Colon) = (name_quote, operator)
        && slashes == 0
        && c.peek().is_some_and(|b| !b.is_ascii_alphanumeric())
    {
        return None;
    }
    let value = bare(c, operator)?;
    Some(Value { quoted: literal, ..value })
}

/// What stands between `<![CDATA[` and `]]>`.
fn character_data(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    let start = c.at;
    let rest = c.rest();
    let length = memchr::memmem::find(&rest[..rest.len().min(LONGEST_VALUE)], b"]]>")?;
    (length > 0).then_some(Value { range: start..start + length, operator, quoted: false, joined: false })
}

/// Passes over what stands between a colon and its value: tags and anchors of YAML (`!!str v`, `&name v`), the end of
/// Markdown's bold type (`**Name:** v`).
fn decorations(c: &mut Cursor<'_>) {
    let from = c.at;
    let passed = match c.peek() {
        Some(b'!') => c.eat(b"!!str") || c.eat(b"!!binary"),
        Some(b'&') => {
            c.at += 1;
            c.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) > 0
        }
        Some(b'*') => c.eat(b"**"),
        _ => false,
    };
    if !passed || c.blanks() == 0 {
        c.at = from;
    }
}

/// The literal that stands in for a value which may be missing: `process.env.K || "v"`, `config.k ?? "v"`, `k or "v"`.
fn fallback(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    let from = c.at;
    c.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'?' | b'$'));
    let found = c.at > from && c.blanks() > 0 && (c.eat(b"||") || c.eat(b"??") || c.eat(b"?:") || c.eat(b"or "));
    c.blanks();
    let value = found.then(|| c.quote()).flatten().and_then(|(quote, slashes)| quoted(c, operator, quote, slashes));
    if value.is_none() {
        c.at = from;
    }
    value
}

/// Passes over a line end where the value may stand on the next line: a continued line, a block scalar, an element, a
/// heredoc, or a quote there that opens a value and no key. Whether a heredoc holds it, a literal as in quotes.
fn next_line(c: &mut Cursor<'_>, operator: Operator) -> bool {
    let from = c.at;
    c.continuation();
    match c.peek() {
        Some(b'\n' | b'\r') => {
            c.white();
            let opens = matches!(c.peek(), Some(b'"' | b'\'' | b'`')) && operator != Operator::Blank && !opens_key(c);
            if !opens && operator != Operator::Tag {
                c.at = from;
                c.blanks();
            }
        }
        Some(b'|' | b'>') if operator == Operator::Colon => {
            c.at += 1;
            c.skip(|b| matches!(b, b'-' | b'+' | b'0'..=b'9'));
            c.blanks();
            if c.peek() == Some(b'#') {
                c.skip(|b| !matches!(b, b'\r' | b'\n'));
            }
            if c.skip(|b| b == b'\r') <= 1 && c.eat(b"\n") {
                c.white();
            } else {
                c.at = from;
            }
        }
        Some(b'$' | b'<') => {
            heredoc(c);
            let held =
                c.at > from && c.at - from <= LONGEST_GAP && memchr::memchr(b'\n', &c.text[from..c.at]).is_some();
            if held {
                return true;
            }
        }
        _ => {}
    }
    if c.at - from > LONGEST_GAP {
        c.at = from;
    }
    false
}

/// `<<EOF` or `$(cat <<'EOF'`, with the value on the next line.
fn heredoc(c: &mut Cursor<'_>) {
    let from = c.at;
    if c.eat(b"$(cat") {
        c.blanks();
    }
    if c.eat(b"<<") {
        c.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'~' | b'_' | b'"' | b'\'' | b'<' | b' '));
        c.skip(|b| b == b'\r');
        if c.eat(b"\n") {
            c.blanks();
            return;
        }
    }
    c.at = from;
}

/// Whether the quoted text at the cursor is a key itself: a colon or an arrow follows it.
fn opens_key(c: &Cursor<'_>) -> bool {
    let rest = c.rest();
    let Some((quote, body)) = rest.split_first() else { return false };
    let Some(end) = body.iter().take(LONGEST_VALUE).position(|b| b == quote || *b == b'\n') else { return false };
    let after = body[end + 1..].trim_ascii_start();
    after.starts_with(b":") || after.starts_with(b"=")
}

/// String prefixes of Python, Rust, C, C#, Objective-C: b"", f"", rb"", L"", @"", $"".
fn string_prefix(c: &mut Cursor<'_>) {
    let from = c.at;
    let prefix = c.skip(|b| matches!(b, b'b' | b'f' | b'r' | b'u' | b'B' | b'F' | b'R' | b'U' | b'L' | b'@' | b'$'));
    if prefix > 2 || !matches!(c.peek(), Some(b'"' | b'\'' | b'`')) {
        c.at = from;
    }
}

/// `["v"]`, `("v")`, `{"v"}`, `(None, "v")`, `{ value: "v"`: opening brackets are passed over when a quote follows them.
fn brackets(c: &mut Cursor<'_>, operator: Operator) {
    let from = c.at;
    if operator == Operator::Tag || c.skip(|b| matches!(b, b'(' | b'[' | b'{')) == 0 {
        return;
    }
    c.white();
    pair::beside(c);
    if c.eat(b"None,") || c.eat(b"value:") || c.eat(b"\"value\":") || c.eat(b"value =>") {
        c.blanks();
    }
    string_prefix(c);
    if !matches!(c.peek(), Some(b'"' | b'\'' | b'`' | b'\\')) || opens_key(c) || c.at - from > LONGEST_GAP {
        c.at = from;
    }
}

/// The string that a constructor or conversion is given: `Some("v")`, `new String("v")`, `[]byte("v")`, `b64encode(b"v")`.
fn wrapped(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    const LONGEST: usize = 40;
    if operator == Operator::Tag {
        return None;
    }
    let from = c.at;
    c.eat(b"new ");
    c.eat(b"[]");
    let word = c.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'));
    let found = (1..=LONGEST).contains(&word) && c.skip(|b| b == b'(') > 0 && {
        string_prefix(c);
        true
    };
    let value = found.then(|| c.quote()).flatten().and_then(|(quote, slashes)| quoted(c, operator, quote, slashes));
    if value.is_none() {
        c.at = from;
    }
    value
}

fn quoted(c: &mut Cursor<'_>, operator: Operator, quote: u8, slashes: usize) -> Option<Value> {
    let triple = slashes == 0 && c.eat(&[quote, quote]);
    if quote == b'`' {
        // Markdown and reStructuredText write code in two as well.
        c.eat(b"`");
    }
    if triple {
        c.skip(|b| matches!(b, b'\n' | b'\r' | b' '));
    }
    let start = c.at;
    let mut backslashes = 0;
    while let Some(b) = c.peek() {
        match b {
            b'\n' if triple && c.at > start => {
                return Some(Value { range: start..c.at, operator, quoted: true, joined: false });
            }
            b'\n' => return None,
            b'\\' => backslashes += 1,
            _ if b == quote && !triple && c.at > start && is_doubled(c) => {
                c.at += 1;
                backslashes = 0;
            }
            // A backslash before a backslash escapes that, and not the quote.
            _ if b == quote && (backslashes <= slashes || slashes == 0 && backslashes % 2 == 0) => {
                let end = c.at - backslashes.min(slashes);
                let last = if slashes == 0 { last_piece(c, operator, start, end) } else { end };
                return (end > start).then_some(Value {
                    range: start..last,
                    operator,
                    quoted: true,
                    joined: last > end,
                });
            }
            _ => backslashes = 0,
        }
        c.at += 1;
        if c.at - start > LONGEST_VALUE {
            return None;
        }
    }
    None
}

/// Whether the quote at the cursor is written twice and stands for itself, as in SQL, YAML, C# and Visual Basic: what follows is
/// neither the end of the line nor the next value.
fn is_doubled(c: &Cursor<'_>) -> bool {
    let rest = c.rest();
    let follows = |b: &u8| !b.is_ascii_whitespace() && !matches!(b, b',' | b';' | b')' | b']' | b'}' | b'>');
    rest.get(1) == rest.first()
        && rest.first() != Some(&b'`')
        && rest.get(2).is_some_and(|b| follows(b) && Some(b) != rest.first())
}

/// Where a literal that begins at `start`, and whose first piece ends at `end`, ends with its last piece.
fn last_piece(c: &Cursor<'_>, operator: Operator, start: usize, end: usize) -> usize {
    if matches!(operator, Operator::Option | Operator::Blank | Operator::Compare | Operator::Tag) {
        return end;
    }
    let last = joined::last_end(&c.text[..c.limit], end);
    if last - start > LONGEST_VALUE { end } else { last }
}

/// Bytes written as numbers: `{52, 47, 132}`, `[0x1f, 0x8b]`, `[]byte{52, 47}`. At least eight, on one line.
fn numbers(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    const LONGEST_TYPE: usize = 32;
    let from = c.at;
    c.eat(b"new ");
    c.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'[' | b']' | b'_' | b'.' | b':' | b' '));
    if !matches!(c.peek(), Some(b'{' | b'(')) {
        c.at = from;
    }
    if c.at - from > LONGEST_TYPE || c.skip(|b| matches!(b, b'{' | b'[' | b'(')) == 0 {
        c.at = from;
        return None;
    }
    c.white();
    let start = c.at;
    c.skip(|b| b.is_ascii_hexdigit() || matches!(b, b'x' | b'X' | b',' | b' ' | b'\t' | b'-'));
    let body = c.text[start..c.at].trim_ascii_end();
    let commas = body.iter().filter(|b| **b == b',').count();
    let digits = body.first().is_some_and(u8::is_ascii_digit);
    let whole = matches!(c.peek(), Some(b'}' | b']' | b')' | b'\n' | b'\r'));
    if commas >= 7 && digits && whole && body.len() <= LONGEST_VALUE {
        return Some(Value { range: start..start + body.len(), operator, quoted: false, joined: false });
    }
    c.at = from;
    None
}

fn bare(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    let start = c.at;
    if operator == Operator::Tag {
        c.skip(|b| !matches!(b, b'<' | b'\n' | b'\r'));
        let end = start + c.text[start..c.at].trim_ascii_end().len();
        c.white();
        if c.peek() != Some(b'<') || c.rest().starts_with(b"<<") {
            return None;
        }
        return (end > start && end - start <= LONGEST_VALUE).then_some(Value {
            range: start..end,
            operator,
            quoted: false,
            joined: false,
        });
    }
    let mut depth = 0usize;
    while let Some(b) = c.peek() {
        match b {
            b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'>' | b'|' => break,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => break,
            b')' | b']' | b'}' => depth -= 1,
            b',' | b';' | b'&' | b'<' | b'\\' if ends_bare(&c.text[c.at..c.limit], operator) => break,
            _ => {}
        }
        c.at += 1;
        if c.at - start > LONGEST_VALUE {
            return None;
        }
    }
    let mut end = c.at;
    // What somebody left out at the end (`abc...`) says that this is no whole value.
    while end > start && matches!(c.text[end - 1], b'.' | b':') && !c.text[start..end].ends_with(b"...") {
        end -= 1;
    }
    (end > start).then_some(Value { range: start..end, operator, quoted: false, joined: false })
}

/// Whether a sign that passwords may hold ends the value here: what follows it is white space, a quote, a bracket, an escape,
/// or the next name of a list, query or connection string.
fn ends_bare(rest: &[u8], operator: Operator) -> bool {
    let Some((sign, after)) = rest.split_first() else { return true };
    let Some(next) = after.first() else { return true };
    match sign {
        b'<' => matches!(next, b'/' | b'b' | b'!'),
        b'\\' => matches!(next, b'n' | b'r' | b't' | b'"' | b'\'' | b'\n' | b'\r' | b'u'),
        _ if next.is_ascii_whitespace() || matches!(next, b'"' | b'\'' | b'`' | b'\\' | b')' | b']' | b'}' | b'<') => {
            true
        }
        b';' | b'&' | b',' => {
            // In HTML and XML the sign is written `&amp;`, and quotes likewise.
            let after = after.strip_prefix(b"amp;").unwrap_or(after);
            if [&b"quot;"[..], b"#39;", b"#34;", b"lt;", b"gt;"].iter().any(|entity| after.starts_with(entity)) {
                return true;
            }
            let word = after
                .iter()
                .take(40)
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '))
                .count();
            let operator_next = matches!(after.get(word), Some(b'=' | b':'));
            word > 0 && operator_next || operator == Operator::Colon && *sign == b','
        }
        _ => false,
    }
}
