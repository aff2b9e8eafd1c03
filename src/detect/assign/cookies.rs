//! Cookies that keep somebody logged in, in headers (`a=1; session=v`), options and dictionaries (`cookies={"session": "v"}`).

use super::cursor::Cursor;
use super::{LONGEST_NAME, LONGEST_VALUE, Operator, Value};

/// Longest name of a cookie, bytes.
const LONGEST_COOKIE: usize = 64;
/// Words in the names of cookies that keep somebody logged in.
const SESSIONS: [&[u8]; 5] = [b"sess", b"sid", b"auth", b"token", b"remember"];

/// Whether a header, an option or a variable of that name holds cookies.
pub(super) fn is_cookie(name: &[u8]) -> bool {
    let tail = |word: &[u8]| name.len() >= word.len() && name[name.len() - word.len()..].eq_ignore_ascii_case(word);
    tail(b"cookie") || tail(b"cookies")
}

/// Whether a cookie of that name keeps somebody logged in.
fn is_session(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    SESSIONS.iter().any(|word| memchr::memmem::find(&name, word).is_some())
}

/// The value of the first cookie in `a=1; session=v` that keeps somebody logged in; the whole if there is none.
pub(super) fn session(text: &[u8], value: Value) -> Value {
    let start = value.range.start;
    let end = if value.quoted { value.range.end } else { text.len().min(start + LONGEST_VALUE) };
    let line = &text[start..end];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let mut at = start;
    for cookie in line.split(|b| *b == b';') {
        if let Some(equals) = memchr::memchr(b'=', cookie).filter(|n| *n <= LONGEST_COOKIE) {
            let plain = |b: &&u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'\\' | b',');
            let length = cookie[equals + 1..].iter().take_while(plain).count();
            if length > 0 && is_session(&cookie[..equals]) {
                let from = at + equals + 1;
                return Value { range: from..from + length, ..value };
            }
        }
        at += cookie.len() + 1;
    }
    value
}

/// Passes over the beginning of a dictionary: `{` or `dict(`.
pub(super) fn opens_dictionary(c: &mut Cursor<'_>) -> bool {
    c.eat(b"{") || c.eat(b"dict(")
}

/// The value of the first such cookie in a dictionary, after its bracket: `{"lang": "en", "session": "v"}`, `dict(session="v")`.
pub(super) fn member(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    loop {
        c.white();
        let quoted = c.quote().is_some();
        let name = c.at;
        let length = c.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        let session = is_session(&c.text[name..c.at]);
        if length == 0 || length > LONGEST_NAME || quoted && c.quote().is_none() {
            return None;
        }
        c.blanks();
        (c.eat(b":") || c.eat(b"=")).then_some(())?;
        c.blanks();
        c.quote()?;
        let start = c.at;
        let length = c.skip(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'\\'));
        c.quote()?;
        if session && length > 0 {
            return Some(Value { range: start..start + length, operator, quoted: true, joined: false });
        }
        c.blanks();
        c.eat(b",").then_some(())?;
    }
}
