//! The mirror of [`super::value_after`]: from a value back to its name.

use std::ops::Range;

use super::{LONGEST_GAP, LONGEST_NAME};
use crate::detect::names::is_name_byte;

/// The name that the value at `value` is assigned to, read backwards: the mirror of [`value_after`] for values whose
/// extent is already known. Returns the identifier next to the operator.
pub(in crate::detect) fn name_before(text: &[u8], value: usize) -> Option<Range<usize>> {
    let floor = value.saturating_sub(LONGEST_GAP + LONGEST_NAME);
    let line = memchr::memrchr(b'\n', &text[floor..value]).map_or(floor, |n| floor + n + 1);
    let back = |mut at: usize, wanted: &dyn Fn(u8) -> bool| {
        while at > line && wanted(text[at - 1]) {
            at -= 1;
        }
        at
    };
    let opened = back(value, &|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b' ' | b'\t' | b'(' | b'[' | b'{' | b'@'));
    let operator = back(opened, &|b| matches!(b, b'=' | b':' | b'>' | b'?' | b'|' | b',' | b'-'));
    let called = operator == opened && text[opened..value].contains(&b'(');
    let option = operator == opened && opened < value && !called;
    if operator == opened && !called && !option {
        return None;
    }
    let closed = back(operator, &|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b']' | b')'));
    let start = back(closed, &is_name_byte);
    if start == closed || (option && !text[start..closed].starts_with(b"-")) {
        return None;
    }
    if matches!(text[operator..opened], [b'-'] | [b',']) {
        return None;
    }
    Some(start..closed)
}
