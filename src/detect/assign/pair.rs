//! Names that are values themselves: `name: K` with `value: v`, `key="K" value="v"`, `<name>K</name><value>v</value>`,
//! `<property name="K">v</property>`, `<key>K</key><string>v</string>`.

use std::ops::Range;

use super::cursor::Cursor;
use super::{LONGEST_GAP, Operator, Value, value};

/// Keys that hold the value of a pair.
const VALUE_KEYS: [&[u8]; 7] = [b"value", b"default_value", b"defaultvalue", b"content", b"val", b"string", b"default"];
/// Keys that hold its name.
const NAME_KEYS: [&[u8]; 6] = [b"name", b"key", b"id", b"field", b"variable", b"property"];

/// Reads the value of a pair whose name was just passed over, with its closing quote.
pub(super) fn value(c: &mut Cursor<'_>, name: &Range<usize>, quoted: bool) -> Option<Value> {
    // Cheap refusals first: nearly every name comes this way.
    match c.peek()? {
        b'<' if !quoted => return element(c),
        b'>' if quoted => {
            c.at += 1;
            return value::read(c, Operator::Tag, None);
        }
        b'\n' | b'\r' | b' ' | b',' | b'\t' | b';' => {}
        _ => return None,
    }
    if !is_named(c.text, name, quoted) {
        return None;
    }
    let from = c.at;
    c.skip(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';'));
    c.quote();
    if !VALUE_KEYS.iter().any(|key| c.eat_word(key)) {
        return None;
    }
    let key_quote = c.quote();
    c.blanks();
    if c.at - from > LONGEST_GAP || !(c.eat(b"=>") || c.eat(b"=") || c.eat(b":")) {
        return None;
    }
    c.blanks();
    let read = value::read(c, if key_quote.is_some() { Operator::Colon } else { Operator::Equals }, key_quote)?;
    Some(Value { operator: Operator::Pair, ..read })
}

/// Whether the name is the value of a key such as `name`.
fn is_named(text: &[u8], name: &Range<usize>, quoted: bool) -> bool {
    let mut at = name.start;
    let back = |at: usize, wanted: &dyn Fn(u8) -> bool| {
        let floor = name.start.saturating_sub(16);
        let mut at = at;
        while at > floor && wanted(text[at - 1]) {
            at -= 1;
        }
        at
    };
    if quoted {
        at = back(at, &|b| matches!(b, b'"' | b'\'' | b'\\'));
    }
    at = back(at, &|b| matches!(b, b' ' | b'\t'));
    let operator = back(at, &|b| matches!(b, b':' | b'='));
    if operator == at {
        return false;
    }
    let key = &text[back(operator, &|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'\\'))..operator];
    let key_end = operator - key.len();
    let key = &text[back(key_end, &|b| b.is_ascii_alphanumeric())..key_end];
    NAME_KEYS.iter().any(|wanted| key.eq_ignore_ascii_case(wanted))
}

/// `K</name> <value>v</value>`, after the name.
fn element(c: &mut Cursor<'_>) -> Option<Value> {
    c.eat(b"</").then_some(())?;
    NAME_KEYS.iter().any(|key| c.eat_word(key)).then_some(())?;
    c.eat(b">").then_some(())?;
    let from = c.at;
    c.white();
    c.eat(b"<").then_some(())?;
    VALUE_KEYS.iter().any(|key| c.eat_word(key)).then_some(())?;
    (c.at - from <= LONGEST_GAP && c.eat(b">")).then_some(())?;
    let read = value::read(c, Operator::Tag, None)?;
    Some(Value { operator: Operator::Pair, ..read })
}
