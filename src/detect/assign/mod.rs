//! The assignment reader: how names and values meet, in every language at once.
//!
//! One small grammar serves `K=v`, `k: v`, `"k": "v"`, `k => 'v'`, `<k>v</k>`, `k="v"`, `setK("v")`, `--k v`,
//! `environ["K"] = "v"`, `k: &str = "v"`, `x.k("v")`, `k = Some("v")`, `k == "v"`, header lines, URL queries, escaped JSON
//! (`\"k\": \"v\"`), and pairs in which the name is itself a value (`name: K`, `value: v`, in either order). A value lies
//! on a later line than its operator only where the syntax says so: quoted, in a block scalar, after a backslash, in an
//! element.

mod accounts;
mod before;
mod cookies;
mod cursor;
mod pair;
mod quotes;
mod setting;
mod table;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;
use std::ops::Range;

use super::names::is_name_byte;
pub(super) use before::name_before;
use cursor::Cursor;

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `:=`, `?=`, `+=`
    Equals,
    /// `:`
    Colon,
    /// `=>` or `->`
    Arrow,
    /// `(`: the value is an argument of a call of that name.
    Call,
    /// `,`: the name is one argument and the value the next.
    Comma,
    /// `>`: an XML element.
    Tag,
    /// White space after a command line option.
    Option,
    /// `==`, `!=`: a comparison with a literal tells the value as well as an assignment does.
    Compare,
    /// White space alone: `requirepass v`, `PASSWORD 'v'`, `IDENTIFIED BY v`.
    Blank,
    /// The name is the value of one key and the value that of the next: `name: K` and `value: v`.
    Pair,
}

/// A value read after a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// The bytes of the value, without quotes.
    pub range: Range<usize>,
    /// What stood before it.
    pub operator: Operator,
    /// It stood in quotes.
    pub quoted: bool,
    /// It is a literal in several pieces; see [`super::joined`].
    pub joined: bool,
}

impl Value {
    /// What the value is, put together if it stands in pieces.
    pub(super) fn bytes<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let whole = &text[self.range.clone()];
        if self.joined { Cow::Owned(super::joined::without_glue(whole)) } else { Cow::Borrowed(whole) }
    }
}

/// Longest name that is read, bytes.
pub(super) const LONGEST_NAME: usize = 80;
/// Longest text between a name and its value, bytes.
pub(super) const LONGEST_GAP: usize = 96;
/// Longest value that is read, bytes.
pub(super) const LONGEST_VALUE: usize = 512;

/// Full-width `：` and `＝` of Chinese and Japanese texts: operators, though beyond ASCII like the names before them.
const WIDE: [&[u8]; 2] = ["：".as_bytes(), "＝".as_bytes()];

/// The whole identifier around `text[at..at + len]`.
pub(super) fn identifier(text: &[u8], at: Range<usize>) -> Range<usize> {
    let floor = at.start.saturating_sub(LONGEST_NAME);
    let mut start = at.start;
    while start > floor && is_name_byte(text[start - 1]) {
        start -= 1;
    }
    let ceiling = text.len().min(at.end + LONGEST_NAME);
    let mut end = at.end;
    while end < ceiling && is_name_byte(text[end]) && !(text[end] >= 0x80 && is_wide(&text[end..])) {
        end += 1;
    }
    // A sentence's full stop, a dash of prose or the dash of an arrow is not part of the name.
    while end > at.end && matches!(text[end - 1], b'.' | b'-') {
        end -= 1;
    }
    start..end
}

fn is_wide(text: &[u8]) -> bool {
    WIDE.iter().any(|w| text.starts_with(w))
}

/// Reads the values that the identifier `name` is given: one as a rule, below the head of a table one for each row, and one for
/// each account of a list.
pub(super) fn values_after(text: &[u8], name: &Range<usize>) -> Vec<Value> {
    let limit = name.end + LONGEST_GAP + LONGEST_VALUE;
    table::column(text, name, limit)
        .or_else(|| accounts::passwords(text, name, limit))
        .unwrap_or_else(|| value_after(text, name).into_iter().collect())
}

/// Reads the value that the identifier `name` is given, if it is given one.
pub(super) fn value_after(text: &[u8], name: &Range<usize>) -> Option<Value> {
    let limit = text.len().min(name.end + LONGEST_GAP + LONGEST_VALUE + 8);
    let mut c = Cursor { text, at: name.end, limit };
    if let Some(value) = quotes::value(&c) {
        return Some(value);
    }
    if ends_expression(&c) {
        return None;
    }
    let name_quote = c.quote();
    let after_name = c.at;
    if let Some(value) = pair::value(&mut c, name, name_quote.is_some()) {
        return Some(value);
    }
    c.at = after_name;
    match c.peek() {
        Some(b']') => c.at += 1,
        Some(b'[') => array(&mut c),
        _ => {}
    }
    let blanks = c.blanks();
    if name_quote.is_some() {
        colon_on_next_line(&mut c);
    }
    let before_operator = c.at;
    let operator = operator(&mut c, name, name_quote.is_some(), blanks)?;
    c.blanks();
    if operator == Operator::Colon {
        skip_type(&mut c);
    }
    if c.at - before_operator > LONGEST_GAP {
        return None;
    }
    if cookies::is_cookie(&text[name.clone()]) && cookies::opens_dictionary(&mut c) {
        return cookies::member(&mut c, operator);
    }
    let value = value::read(&mut c, operator, name_quote)?;
    setting::bounded(text, name, before_operator, limit, value)
}

/// Passes over the brackets of an array: `char k[] = "v"`, `char k[64] = "v"`.
fn array(c: &mut Cursor<'_>) {
    let from = c.at;
    c.at += 1;
    c.skip(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !c.eat(b"]") {
        c.at = from;
    }
}

/// Passes over line ends between a quoted name and the colon that belongs to it.
fn colon_on_next_line(c: &mut Cursor<'_>) {
    let from = c.at;
    if matches!(c.peek(), Some(b'\n' | b'\r')) {
        c.white();
        if c.peek() != Some(b':') {
            c.at = from;
        }
    }
}

/// What most hits of a common word in program code are followed by: the end of an expression, and no value. Told early,
/// because there are so many.
fn ends_expression(c: &Cursor<'_>) -> bool {
    matches!(c.peek(), Some(b';' | b'+' | b'*' | b'/' | b'%' | b'}' | b'{'))
        && !c.rest().starts_with(b"**:")
        && !c.rest().starts_with(b"{\"")
}

fn operator(c: &mut Cursor<'_>, name: &Range<usize>, quoted: bool, blanks: usize) -> Option<Operator> {
    match c.peek()? {
        b'=' => {
            c.at += 1;
            if c.eat(b">") {
                return Some(Operator::Arrow);
            }
            // `=~` matches a pattern.
            if c.peek() == Some(b'~') {
                return None;
            }
            Some(if c.skip(|b| b == b'=') > 0 { Operator::Compare } else { Operator::Equals })
        }
        b':' => {
            c.skip(|b| b == b':');
            // What a shell takes if the variable is not set: `${k:-v}`.
            let default = c.text[..name.start].ends_with(b"${") && c.eat(b"-");
            if default || c.eat(b"=") { Some(Operator::Equals) } else { Some(Operator::Colon) }
        }
        b'*' if c.eat(b"**:") => Some(Operator::Colon),
        b'<' if c.eat(b"<-") => Some(Operator::Equals),
        b'|' if blanks > 0 && is_cell(c, name) => {
            c.at += 1;
            Some(Operator::Blank)
        }
        b'?' | b'+' | b'|' => {
            c.skip(|b| matches!(b, b'?' | b'+' | b'|'));
            if c.eat(b"=") {
                return Some(Operator::Equals);
            }
            // `password?: string`, `"K" || "v"`
            c.eat(b":").then_some(Operator::Colon)
        }
        b'-' if c.eat(b"->") => Some(Operator::Arrow),
        b'.' if c.eat(b".=") => Some(Operator::Equals),
        b'!' if c.eat(b"!=") => {
            c.eat(b"=");
            Some(Operator::Compare)
        }
        b'(' if !quoted => {
            c.at += 1;
            Some(Operator::Call)
        }
        b'{' if !quoted && blanks > 0 => accessors(c),
        b'{' if !quoted && c.eat(b"{") => Some(Operator::Call),
        b',' if quoted || c.rest().starts_with(b", \"") && c.text[..name.start].ends_with(b"{") => {
            c.at += 1;
            Some(Operator::Comma)
        }
        b')' => closed(c, quoted),
        b'>' if !quoted => {
            c.at += 1;
            Some(Operator::Tag)
        }
        _ if WIDE.iter().any(|w| c.eat(w)) => Some(Operator::Colon),
        _ if blanks > 0 || c.at_continuation() => blank(c, name),
        _ => None,
    }
}

/// Passes over the accessors of a property of C#: `string Password { get; set; } = "v"`.
fn accessors(c: &mut Cursor<'_>) -> Option<Operator> {
    const LONGEST: usize = 48;
    let rest = c.rest();
    let end = memchr::memchr(b'}', &rest[..rest.len().min(LONGEST)])?;
    rest[1..end].trim_ascii_start().starts_with(b"get").then_some(())?;
    c.at += end + 1;
    c.blanks();
    c.eat(b"=").then_some(Operator::Equals)
}

/// Whether the name is a cell of a table in Markdown and another cell follows: `| password | v |`.
fn is_cell(c: &Cursor<'_>, name: &Range<usize>) -> bool {
    let blanks = c.text[..name.start].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    c.rest().starts_with(b"| ") && c.text[..name.start - blanks].ends_with(b"|")
}

/// After a closing bracket: `environ.get("K") or "v"`, `getenv("K") ?: "v"`, `string(k) == "v"`, `to receive(:k) { "v" }`.
fn closed(c: &mut Cursor<'_>, quoted: bool) -> Option<Operator> {
    c.at += 1;
    c.blanks();
    if c.eat(b"=>") {
        return Some(Operator::Arrow);
    }
    if c.eat(b"==") || c.eat(b"!=") {
        c.skip(|b| b == b'=');
        return Some(Operator::Compare);
    }
    if c.eat(b"{ ") || c.eat(b".and_return(") {
        return Some(Operator::Call);
    }
    let fallback = c.eat(b"||") || c.eat(b"??") || c.eat(b"?:") || c.eat(b"or ") || c.eat(b"=");
    (quoted && fallback).then_some(Operator::Equals)
}

/// Commands and directives after which a name and its value stand with a blank between them.
const BEFORE_BLANK: [&[u8]; 7] =
    [b"set", b"set -x", b"set -gx", b"ENV", b"setenv", b"proxy_set_header", b"fastcgi_param"];

/// White space as an operator: after an option of a command line, before a quote, and where the name begins its line.
fn blank(c: &mut Cursor<'_>, name: &Range<usize>) -> Option<Operator> {
    let word = &c.text[name.clone()];
    if word.starts_with(b"-") {
        c.continuation();
        return Some(Operator::Option);
    }
    if typed(c) {
        return Some(Operator::Equals);
    }
    let given = c.eat(b"by ") || c.eat(b"BY ") || c.eat(b"--plaintext ");
    if given || matches!(c.peek(), Some(b'"' | b'\'')) {
        return Some(Operator::Blank);
    }
    if word.eq_ignore_ascii_case(b"key") {
        return None;
    }
    let line = memchr::memrchr(b'\n', &c.text[..name.start]).map_or(0, |n| n + 1);
    let before = c.text[line..name.start].trim_ascii();
    // `.netrc` has several words on a line; everywhere else the name comes first.
    let netrc = before.starts_with(b"machine ") || before.starts_with(b"login ") || before.starts_with(b"default ");
    // A cell of a table with tabs, such as a browser's file of cookies.
    let cell = c.text[..name.start].ends_with(b"\t") && c.text.get(name.end) == Some(&b'\t');
    (netrc
        || cell
        || before.is_empty()
        || BEFORE_BLANK.contains(&before)
        || before.ends_with(b"%env")
        || before.starts_with(b"d-i ")
        || word.eq_ignore_ascii_case(b"password") && before.ends_with(b"LOGIN"))
    .then_some(Operator::Blank)
}

/// Passes over a type and the equals sign after it: `var k string = "v"`, `Dim k As String = "v"`.
fn typed(c: &mut Cursor<'_>) -> bool {
    const LONGEST_TYPE: usize = 16;
    let from = c.at;
    c.eat(b"As ");
    let word = c.skip(|b| b.is_ascii_alphanumeric());
    let blanks = c.blanks();
    let given = (3..=LONGEST_TYPE).contains(&word)
        && blanks > 0
        && c.eat(b"=")
        && !matches!(c.peek(), Some(b'=' | b'>' | b'~'));
    if given {
        c.blanks();
    }
    // A bare word after it is another variable.
    let value = given && matches!(c.peek(), Some(b'"' | b'\'' | b'`'));
    if !value {
        c.at = from;
    }
    value
}

/// Passes over a type annotation between a colon and an equals sign: `k: &'static str = "v"`, `k: string = "v"`.
fn skip_type(c: &mut Cursor<'_>) {
    let from = c.at;
    let is_type = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'&' | b'_' | b'<' | b'>' | b'[' | b']' | b'?' | b'.' | b'|' | b'\'' | b' ')
    };
    if c.peek().is_some_and(|b| b.is_ascii_alphabetic() || b == b'&') {
        c.skip(is_type);
        // The padding of base64 ends a value, and a type has another value behind it.
        let apart = c.text[..c.at].ends_with(b" ");
        let given = c.at - from <= 32 && c.eat(b"=") && !matches!(c.peek(), None | Some(b'=' | b'>'));
        if given && (apart || c.peek().is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b',' | b';' | b'}'))) {
            c.blanks();
            return;
        }
    }
    c.at = from;
}
