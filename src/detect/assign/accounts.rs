//! Lists of accounts as `chpasswd` reads them, a line each of user and password: in a heredoc, in a here string, or below the
//! key of that name in cloud-init.

use std::ops::Range;

use super::{LONGEST_VALUE, Operator, Value};

/// Longest name of a user, bytes.
const LONGEST_USER: usize = 32;
/// Shortest password that is read: what is shorter is seldom one (`list: |`).
const SHORTEST: usize = 4;

/// The passwords of the list that `name` is given, if it is `chpasswd`. Nothing from `limit` on counts.
pub(super) fn passwords(text: &[u8], name: &Range<usize>, limit: usize) -> Option<Vec<Value>> {
    if !text[name.clone()].ends_with(b"chpasswd") {
        return None;
    }
    let text = &text[..limit.min(text.len())];
    let mut lines = text[name.end..].split_inclusive(|b| *b == b'\n');
    let first = lines.next().unwrap_or_default();
    if let Some(here) = memchr::memmem::find(first, b"<<<") {
        let from = here + 3;
        return Some(account(&first[from..]).map(|at| value(name.end + from, at)).into_iter().collect());
    }
    let line = memchr::memrchr(b'\n', &text[..name.start]).map_or(0, |n| n + 1);
    let key = first.trim_ascii() == b":";
    let heredoc = |part: &[u8]| memchr::memmem::find(part, b"<<").is_some();
    if !key && !heredoc(first) && !heredoc(&text[line..name.start]) {
        return None;
    }
    let mut at = name.end + first.len();
    let mut values = Vec::new();
    for line in lines {
        // What the limit cuts is no whole line, and what is not indented another key of cloud-init.
        if !line.ends_with(b"\n") && at + line.len() >= limit || key && !line.starts_with(b" ") {
            break;
        }
        match account(line) {
            Some(range) => values.push(value(at, range)),
            // Keys may stand between.
            None if key => {}
            None => break,
        }
        at += line.len();
    }
    Some(values)
}

fn value(from: usize, range: Range<usize>) -> Value {
    Value { range: from + range.start..from + range.end, operator: Operator::Colon, quoted: true, joined: false }
}

/// Where the password stands in `user:password`, which may be an item of a list or in quotes.
fn account(line: &[u8]) -> Option<Range<usize>> {
    let lead = line.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'-' | b'"' | b'\'')).count();
    let user = line[lead..].iter().take(LONGEST_USER).take_while(|b| is_user(**b)).count();
    let start = lead + user + 1;
    if user == 0 || line.get(start - 1) != Some(&b':') {
        return None;
    }
    let length = line[start..].iter().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'')).count();
    let rest = line[start + length..].trim_ascii();
    let whole = matches!(rest, b"" | b"\"" | b"'");
    (whole && (SHORTEST..=LONGEST_VALUE).contains(&length)).then_some(start..start + length)
}

fn is_user(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}
