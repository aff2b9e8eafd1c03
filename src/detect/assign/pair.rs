//! Names that are values themselves: `name: K` with `value: v`, `key="K" value="v"`, `<name>K</name><value>v</value>`,
//! `<property name="K">v</property>`, `<key>K</key><string>v</string>`; and the value first: `value: v` with `name: K`,
//! `set("v", forKey: "K")`.

use std::ops::Range;

use super::cursor::Cursor;
use super::{LONGEST_GAP, Operator, Value, value};

/// Keys that hold the value of a pair.
const VALUE_KEYS: [&[u8]; 8] =
    [b"value", b"default_value", b"defaultvalue", b"content", b"val", b"string", b"default", b"parametervalue"];
/// Keys that hold its name.
const NAME_KEYS: [&[u8]; 7] = [b"name", b"key", b"id", b"field", b"variable", b"property", b"parameterkey"];
/// Elements of HTML that stand beside one another: a name and its value.
const CELLS: [(&[u8], &[u8]); 3] = [(b"</td>", b"<td"), (b"</th>", b"<td"), (b"</dt>", b"<dd")];

/// Members that may stand between the name and its value, and tell nothing of it.
const BESIDE: [&[u8]; 7] =
    [b"description", b"type", b"displayname", b"required", b"sensitive", b"secret", b"serializeas"];
/// Arguments of Swift and Objective-C that are names; the value is the argument before.
const ARGUMENTS: [&[u8]; 2] = [b"forkey", b"forhttpheaderfield"];

/// How far before its name a value of a pair may begin, with its key: bytes.
const FARTHEST: usize = 200;

/// Reads the value of a pair whose name was just passed over, with its closing quote.
pub(super) fn value(c: &mut Cursor<'_>, name: &Range<usize>, quoted: bool) -> Option<Value> {
    // Cheap refusals first: nearly every name comes this way.
    match c.peek()? {
        b'<' if !quoted => {
            let from = c.at;
            return element(c).or_else(|| {
                c.at = from;
                cell(c)
            });
        }
        b'>' if quoted => {
            c.at += 1;
            return child(c).or_else(|| value::read(c, Operator::Tag, None));
        }
        b' ' if quoted && c.rest().starts_with(b" {") => return default_of_variable(c, name),
        b'\n' | b'\r' | b' ' | b',' | b'\t' | b';' => {}
        b'/' | b'}' | b')' | b']' if quoted => {}
        _ => return None,
    }
    if let Some(key) = key_of(c.text, name, quoted, &NAME_KEYS) {
        return after(c).or_else(|| before(c.text, key));
    }
    let key = key_of(c.text, name, quoted, &ARGUMENTS)?;
    argument_before(c.text, key)
}

/// The argument in quotes that stands before the one at `key`: `"v", forKey: "K"`, `@"v" forKey:@"K"`.
fn argument_before(text: &[u8], key: usize) -> Option<Value> {
    let floor = key.saturating_sub(FARTHEST);
    let end = back(text, floor, key, |b| matches!(b, b' ' | b',')).checked_sub(1).filter(|end| text[*end] == b'"')?;
    let start = floor + memchr::memrchr(b'"', &text[floor..end])? + 1;
    let called = back(text, floor, start - 1, |b| matches!(b, b'@' | b' '));
    let argument = called > floor && matches!(text[called - 1], b'(' | b':');
    (argument && end > start).then_some(Value {
        range: start..end,
        operator: Operator::Pair,
        quoted: true,
        joined: false,
    })
}

/// Passes over members that tell nothing of a value: `type: string`, `"sensitive": true,`, `serializeAs="String">`.
pub(super) fn beside(c: &mut Cursor<'_>) {
    loop {
        let from = c.at;
        c.quote();
        let named = BESIDE.iter().any(|key| c.eat_word(key));
        c.quote();
        c.blanks();
        if !named || !(c.eat(b":") || c.eat(b"=")) {
            c.at = from;
            return;
        }
        c.blanks();
        if c.eat(b"\"") {
            c.skip(|b| !matches!(b, b'"' | b'\n'));
            c.eat(b"\"");
        } else {
            c.skip(|b| !matches!(b, b',' | b'}' | b'\n' | b'\r'));
        }
        c.skip(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';'));
    }
}

/// `<value>v</value>` inside the element whose attribute is the name.
fn child(c: &mut Cursor<'_>) -> Option<Value> {
    let from = c.at;
    c.white();
    if c.eat(b"<") && VALUE_KEYS.iter().any(|key| c.eat_word(key)) && c.at - from <= LONGEST_GAP && c.eat(b">") {
        return value::read(c, Operator::Tag, None);
    }
    c.at = from;
    None
}

/// The default of a variable of Terraform: `variable "k" {`, and on a line of its own `default = "v"`.
fn default_of_variable(c: &mut Cursor<'_>, name: &Range<usize>) -> Option<Value> {
    let head = c.text[..name.start].strip_suffix(b"\"")?.trim_ascii_end();
    head.ends_with(b"variable").then_some(())?;
    let body = c.rest();
    let body = &body[..body.len().min(FARTHEST)];
    let end = memchr::memchr(b'}', body).unwrap_or(body.len());
    let begins_line =
        |at: &usize| memchr::memrchr(b'\n', &body[..*at]).is_some_and(|line| body[line..*at].trim_ascii().is_empty());
    let key = memchr::memmem::find_iter(&body[..end], b"default").find(begins_line)?;
    c.at += key + b"default".len();
    c.blanks();
    c.eat(b"=").then_some(())?;
    c.blanks();
    let read = value::read(c, Operator::Equals, None)?;
    read.quoted.then_some(Value { operator: Operator::Pair, ..read })
}

/// The value of the key that follows.
fn after(c: &mut Cursor<'_>) -> Option<Value> {
    let from = c.at;
    c.skip(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';'));
    // A comment on a line of its own.
    while c.peek() == Some(b'#') {
        c.skip(|b| b != b'\n');
        c.white();
    }
    beside(c);
    if c.eat(b">") {
        return child(c);
    }
    c.quote();
    if !VALUE_KEYS.iter().any(|key| c.eat_word(key)) {
        return None;
    }
    let key_quote = c.quote();
    c.blanks();
    let colon = c.eat(b":");
    if c.at - from > LONGEST_GAP || !(colon || c.eat(b"=>") || c.eat(b"=")) {
        return None;
    }
    c.blanks();
    let operator = if colon || key_quote.is_some() { Operator::Colon } else { Operator::Equals };
    let read = value::read(c, operator, key_quote)?;
    Some(Value { operator: Operator::Pair, ..read })
}

/// Where the key begins of which the name is the value, if it is one of `keys`.
fn key_of(text: &[u8], name: &Range<usize>, quoted: bool, keys: &[&[u8]]) -> Option<usize> {
    const LONGEST_KEY: usize = 24;
    let floor = name.start.saturating_sub(LONGEST_KEY);
    let mut at = name.start;
    if quoted {
        at = back(text, floor, at, |b| matches!(b, b'"' | b'\'' | b'\\' | b'@'));
    }
    key_before(text, floor, at, keys)
}

/// Passes backwards over bytes of a class, no further than `floor`.
fn back(text: &[u8], floor: usize, mut at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    while at > floor && wanted(text[at - 1]) {
        at -= 1;
    }
    at
}

/// Where the key begins that stands, with its operator, before `at`, if it is one of `keys`.
fn key_before(text: &[u8], floor: usize, at: usize, keys: &[&[u8]]) -> Option<usize> {
    let at = back(text, floor, at, |b| matches!(b, b' ' | b'\t'));
    let operator = back(text, floor, at, |b| matches!(b, b':' | b'='));
    if operator == at {
        return None;
    }
    let end = back(text, floor, operator, |b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'\\'));
    let start = back(text, floor, end, |b| b.is_ascii_alphanumeric() || b == b'_');
    keys.iter().any(|key| key.eq_ignore_ascii_case(&text[start..end])).then_some(start)
}

/// The value of the key that stands before the one at `key`: `value: v` and then `name: K`.
fn before(text: &[u8], key: usize) -> Option<Value> {
    let floor = key.saturating_sub(FARTHEST);
    let opened = back(text, floor, key, |b| matches!(b, b'"' | b'\'' | b'\\'));
    let end = back(text, floor, opened, |b| b.is_ascii_whitespace() || matches!(b, b',' | b';'));
    if end == opened || end == floor {
        return None;
    }
    let quoted = matches!(text[end - 1], b'"' | b'\'');
    let (start, end) = if quoted {
        (text[floor..end - 1].iter().rposition(|b| *b == text[end - 1])? + floor + 1, end - 1)
    } else {
        (back(text, floor, end, |b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'')), end)
    };
    let bare = start - usize::from(quoted);
    let apart = bare > floor && end > start && !text[start..end].contains(&b'\n');
    (apart && key_before(text, floor, bare, &VALUE_KEYS).is_some()).then_some(Value {
        range: start..end,
        operator: Operator::Pair,
        quoted,
        joined: false,
    })
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

/// `K</td><td>v</td>`, after the name.
fn cell(c: &mut Cursor<'_>) -> Option<Value> {
    let from = c.at;
    let (_, next) = CELLS.iter().find(|(end, _)| c.eat(end))?;
    c.white();
    c.eat(next).then_some(())?;
    // Attributes.
    c.skip(|b| !matches!(b, b'>' | b'<'));
    (c.at - from <= LONGEST_GAP && c.eat(b">")).then_some(())?;
    c.eat(b"<code>");
    let read = value::read(c, Operator::Tag, None)?;
    Some(Value { operator: Operator::Pair, ..read })
}
