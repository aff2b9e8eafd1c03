//! Values whose bounds only their surroundings tell: those of a line `K=v` or `k: v`, of a query, of a connection string,
//! of a header of cookies.

use std::ops::Range;

use super::{LONGEST_VALUE, Operator, Value};

/// Longest rest of a line that belongs to its value, bytes.
const LONGEST_TAIL: usize = 16;
/// Longest name of a cookie, bytes.
const LONGEST_COOKIE: usize = 64;
/// Words in the names of cookies that keep somebody logged in.
const SESSIONS: [&[u8]; 5] = [b"sess", b"sid", b"auth", b"token", b"remember"];

/// The value of `name`, made longer or shorter by what stands round it. Its operator begins at `operator`, and nothing from
/// `limit` on counts. None if it is the next name of the line.
pub(super) fn bounded(text: &[u8], name: &Range<usize>, operator: usize, limit: usize, value: Value) -> Option<Value> {
    if is_cookie(&text[name.clone()]) {
        return Some(session(&text[..limit], value));
    }
    let Range { start, end } = value.range;
    if value.quoted {
        return Some(value);
    }
    let line = memchr::memrchr(b'\n', &text[..name.start]).map_or(0, |n| n + 1);
    let before = &text[line..name.start];
    if value.operator == Operator::Colon {
        // A sentence begins with a capital and ends with a full stop.
        let key = matches!(before.trim_ascii(), b"" | b"-") && text[name.start].is_ascii_lowercase();
        let tail = if key { tail(&text[end..limit], b"&.,") } else { 0 };
        return Some(longer(value, tail));
    }
    if value.operator != Operator::Equals {
        return Some(value);
    }
    if matches!(before.last(), Some(b'?' | b'&' | b';')) {
        if before.ends_with(b";") && is_braced(&text[start..end]) {
            return Some(Value { range: start + 1..end - 1, ..value });
        }
        // In a query `#` begins the fragment.
        let end = memchr::memchr(b'#', &text[start..end]).filter(|n| *n > 0).map_or(end, |n| start + n);
        return Some(Value { range: start..end, ..value });
    }
    if operator != name.end {
        return Some(value);
    }
    if start > operator + 1 {
        // `A= B=v` gives nothing to A.
        return (!begins_assignment(&text[start..end])).then_some(value);
    }
    let tail = if matches!(before, b"" | b"export ") { tail(&text[end..limit], b"&.)") } else { 0 };
    Some(longer(value, tail))
}

/// The value with the next `tail` bytes, if that is not too long for one.
fn longer(value: Value, tail: usize) -> Value {
    let whole = value.range.len() + tail <= LONGEST_VALUE;
    Value { range: value.range.start..value.range.end + if whole { tail } else { 0 }, ..value }
}

/// A value of ODBC in braces, which may hold any sign: `PWD={v}`. An identifier in them is a variable of Python or C#.
fn is_braced(value: &[u8]) -> bool {
    let Some(inner) = value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")) else { return false };
    let expression = |b: &u8| b.is_ascii_alphanumeric() || b"_.:!-[](){}'\"".contains(b);
    let drawn = inner.windows(2).any(|two| two[0].is_ascii_digit() && two[1].is_ascii_alphabetic());
    drawn && inner.iter().all(u8::is_ascii_alphanumeric) || !inner.iter().all(expression)
}

/// Signs that end a value in other places, but between letters and digits on a line of its own belong to it.
const INNER: &[u8] = b"|>]}'\"`";

/// Bytes between a value and the end of its line that can belong to nothing else: from a sign on that ends values in other
/// places, one of `signs` or [`INNER`]. A comma before the line end parts the values of a list.
fn tail(rest: &[u8], signs: &[u8]) -> usize {
    let Some((sign, after)) = rest.split_first() else { return 0 };
    let inner = INNER.contains(sign);
    if !inner && !signs.contains(sign) {
        return 0;
    }
    let own = |b: &&u8| {
        let other = if inner { &b",;:&()[]{}"[..] } else { b"" };
        b.is_ascii_graphic() && !b"\"'`=|<>\\".contains(b) && !other.contains(b)
    };
    let length = 1 + after.iter().take(LONGEST_TAIL).take_while(own).count();
    let ends_line = matches!(rest.get(length), None | Some(b'\n' | b'\r'));
    let last = rest[length - 1];
    if ends_line && last != b',' && (!inner || last.is_ascii_alphanumeric()) { length } else { 0 }
}

/// `B=v`; not the padding of base64.
fn begins_assignment(value: &[u8]) -> bool {
    let word = value.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let named = word > 0 && !value[0].is_ascii_digit();
    named && value.get(word) == Some(&b'=') && value.get(word + 1).is_some_and(|b| *b != b'=')
}

/// Whether a header or an option of that name holds cookies.
fn is_cookie(name: &[u8]) -> bool {
    let tail = |word: &[u8]| name.len() >= word.len() && name[name.len() - word.len()..].eq_ignore_ascii_case(word);
    tail(b"cookie") || tail(b"cookies")
}

/// The value of the first cookie in `a=1; session=v` that keeps somebody logged in; the whole if there is none.
fn session(text: &[u8], value: Value) -> Value {
    let start = value.range.start;
    let end = if value.quoted { value.range.end } else { text.len().min(start + LONGEST_VALUE) };
    let line = &text[start..end];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let mut at = start;
    for cookie in line.split(|b| *b == b';') {
        if let Some(equals) = memchr::memchr(b'=', cookie).filter(|n| *n <= LONGEST_COOKIE) {
            let name = cookie[..equals].to_ascii_lowercase();
            let plain = |b: &&u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'\\' | b',');
            let length = cookie[equals + 1..].iter().take_while(plain).count();
            if length > 0 && SESSIONS.iter().any(|word| memchr::memmem::find(&name, word).is_some()) {
                let from = at + equals + 1;
                return Value { range: from..from + length, ..value };
            }
        }
        at += cookie.len() + 1;
    }
    value
}
