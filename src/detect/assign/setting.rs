//! Values whose bounds only their surroundings tell: those of a line `K=v` or `k: v`, of a query, of a connection string,
//! of a header of cookies.

use std::ops::Range;

use super::{LONGEST_VALUE, Operator, Value, cookies};

/// Longest rest of a line that belongs to its value, bytes.
const LONGEST_TAIL: usize = 16;

/// The value of `name`, made longer or shorter by what stands round it. Its operator begins at `operator`, and nothing from
/// `limit` on counts. None if it is the next name of the line.
pub(super) fn bounded(text: &[u8], name: &Range<usize>, operator: usize, limit: usize, value: Value) -> Option<Value> {
    if cookies::is_cookie(&text[name.clone()]) {
        return Some(cookies::session(&text[..limit], value));
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
        let rest = &text[end..limit];
        let tail = match (key, goes_on(&text[..line])) {
            (true, false) => tail(rest, b"&.,)]}").max(second_word(&text[start..end], rest)),
            (true, true) => tail(rest, b"&.,"),
            (false, _) => 0,
        };
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
    let tail = if matches!(before, b"" | b"export ") { tail(&text[end..limit], b"&.:)]}") } else { 0 };
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
    let inner = !signs.contains(sign);
    if inner && !INNER.contains(sign) {
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

/// Whether the text before a line has opened a bracket, or a list in one, that the line goes on with and may close: arguments of a
/// call, members of an object.
fn goes_on(before: &[u8]) -> bool {
    matches!(before.trim_ascii_end().last(), Some(b',' | b'(' | b'[' | b'{'))
}

/// Bytes of a second word that ends the line of a value in YAML, which needs no quotes for blanks and commas: `Tr0ub4, d0r3`. Only
/// where neither is a word of a sentence.
fn second_word(value: &[u8], rest: &[u8]) -> usize {
    let lead = rest.iter().take(2).take_while(|b| matches!(b, b',' | b' ')).count();
    if lead == 0 || rest[lead - 1] != b' ' {
        return 0;
    }
    let own = |b: &&u8| b.is_ascii_graphic() && !b"\"'`:=|<>\\#()[]{}".contains(b);
    let word = &rest[lead..];
    let length = word.iter().take(LONGEST_TAIL).take_while(own).count();
    let mixed = |part: &[u8]| part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_alphabetic);
    let ends_line = matches!(word.get(length), None | Some(b'\n' | b'\r'));
    if ends_line && mixed(value) && mixed(&word[..length]) { lead + length } else { 0 }
}

/// `B=v`; not the padding of base64.
fn begins_assignment(value: &[u8]) -> bool {
    let word = value.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let named = word > 0 && !value[0].is_ascii_digit();
    named && value.get(word) == Some(&b'=') && value.get(word + 1).is_some_and(|b| *b != b'=')
}
