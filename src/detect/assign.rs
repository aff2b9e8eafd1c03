//! The assignment reader: how names and values meet, in every language at once.
//!
//! One small grammar serves `K=v`, `k: v`, `"k": "v"`, `k => 'v'`, `<k>v</k>`, `k="v"`, `setK("v")`, `--k v`,
//! `environ["K"] = "v"`, `k: &str = "v"`, `x.k("v")`, header lines and escaped JSON (`\"k\": \"v\"`). A value never lies on
//! a later line than its operator.

use std::ops::Range;

use super::names::is_name_byte;

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
}

/// Longest name that is read, bytes.
pub(super) const LONGEST_NAME: usize = 80;
/// Longest text between a name and its value, bytes.
pub(super) const LONGEST_GAP: usize = 48;
/// Longest value that is read, bytes.
pub(super) const LONGEST_VALUE: usize = 512;

/// The whole identifier around `text[at..at + len]`.
pub(super) fn identifier(text: &[u8], at: Range<usize>) -> Range<usize> {
    let floor = at.start.saturating_sub(LONGEST_NAME);
    let mut start = at.start;
    while start > floor && is_name_byte(text[start - 1]) {
        start -= 1;
    }
    let ceiling = text.len().min(at.end + LONGEST_NAME);
    let mut end = at.end;
    while end < ceiling && is_name_byte(text[end]) {
        end += 1;
    }
    // A sentence's full stop or a dash of prose is not part of the name.
    while end > at.end && matches!(text[end - 1], b'.' | b'-') {
        end -= 1;
    }
    start..end
}

/// A cursor that never leaves its line.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    limit: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        if self.at < self.limit { Some(self.text[self.at]) } else { None }
    }

    fn eat(&mut self, wanted: &[u8]) -> bool {
        let found = self.text[self.at..self.limit].starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - from
    }

    fn blanks(&mut self) -> usize {
        self.skip(|c| c == b' ' || c == b'\t')
    }

    /// A quote, bare or escaped (`\"`, `\\\"`); returns the quote character and the number of backslashes.
    fn quote(&mut self) -> Option<(u8, usize)> {
        let from = self.at;
        let slashes = self.skip(|c| c == b'\\');
        match self.peek() {
            Some(q @ (b'"' | b'\'' | b'`')) => {
                self.at += 1;
                Some((q, slashes))
            }
            _ => {
                self.at = from;
                None
            }
        }
    }
}

/// Reads the value that the identifier `name` is given, if it is given one.
pub(super) fn value_after(text: &[u8], name: &Range<usize>) -> Option<Value> {
    let limit = text.len().min(name.end + LONGEST_GAP + LONGEST_VALUE + 8);
    let mut c = Cursor { text, at: name.end, limit };
    let name_quote = c.quote();
    if c.peek() == Some(b']') {
        c.at += 1;
    }
    let blanks = c.blanks();
    let before_operator = c.at;
    let operator = operator(&mut c, text, name, name_quote.is_some(), blanks)?;
    c.blanks();
    if operator == Operator::Colon {
        skip_type(&mut c);
    }
    if c.at - before_operator > LONGEST_GAP {
        return None;
    }
    read_value(&mut c, operator, name_quote)
}

fn operator(c: &mut Cursor<'_>, text: &[u8], name: &Range<usize>, quoted: bool, blanks: usize) -> Option<Operator> {
    let dashes = text[..name.end][name.start..].starts_with(b"--");
    match c.peek()? {
        b'=' => {
            c.at += 1;
            if c.eat(b">") {
                return Some(Operator::Arrow);
            }
            // A comparison is not an assignment, but `== "literal"` compares with the value all the same.
            c.skip(|b| b == b'=');
            Some(Operator::Equals)
        }
        b':' => {
            c.skip(|b| b == b':');
            if c.eat(b"=") { Some(Operator::Equals) } else { Some(Operator::Colon) }
        }
        b'?' | b'+' | b'|' => {
            c.skip(|b| matches!(b, b'?' | b'+' | b'|'));
            c.eat(b"=").then_some(Operator::Equals)
        }
        b'-' if c.eat(b"->") => Some(Operator::Arrow),
        b'!' if c.eat(b"!=") => {
            c.eat(b"=");
            Some(Operator::Equals)
        }
        b'(' if !quoted => {
            c.at += 1;
            Some(Operator::Call)
        }
        b',' if quoted => {
            c.at += 1;
            Some(Operator::Comma)
        }
        b')' if quoted => {
            // environ.get("K") or "v", getenv("K") ?: "v"
            c.at += 1;
            c.blanks();
            if c.eat(b"=>") {
                return Some(Operator::Arrow);
            }
            (c.eat(b"||") || c.eat(b"??") || c.eat(b"?:") || c.eat(b"or ") || c.eat(b"=")).then_some(Operator::Equals)
        }
        b'>' if !quoted => {
            c.at += 1;
            Some(Operator::Tag)
        }
        _ if dashes && blanks > 0 => Some(Operator::Option),
        _ => None,
    }
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
        if c.at - from <= 32 && c.eat(b"=") && c.peek() != Some(b'=') && c.peek() != Some(b'>') {
            c.blanks();
            return;
        }
    }
    c.at = from;
}

fn read_value(c: &mut Cursor<'_>, operator: Operator, name_quote: Option<(u8, usize)>) -> Option<Value> {
    // String prefixes of Python, Rust, C, C#, Objective-C: b"", f"", rb"", L"", @"", $"".
    let from = c.at;
    let prefix = c.skip(|b| matches!(b, b'b' | b'f' | b'r' | b'u' | b'B' | b'F' | b'R' | b'U' | b'L' | b'@' | b'$'));
    if prefix > 2 || !matches!(c.peek(), Some(b'"' | b'\'' | b'`')) {
        c.at = from;
    }
    // `new String("v")`, `Some("v")`, `["v"]`, `("v")`: one opening bracket is passed over when a quote follows it.
    let open = c.at;
    if operator != Operator::Tag && c.skip(|b| matches!(b, b'(' | b'[' | b'{')) > 0 {
        c.blanks();
        if !matches!(c.peek(), Some(b'"' | b'\'' | b'`' | b'\\')) {
            c.at = open;
        }
    }
    if let Some((quote, slashes)) = c.quote() {
        return quoted_value(c, operator, quote, slashes);
    }
    if operator == Operator::Call || operator == Operator::Comma {
        return None;
    }
    if let (Some((_, slashes)), Operator::Colon) = (name_quote, operator)
        && slashes == 0
        && c.peek().is_some_and(|b| !b.is_ascii_alphanumeric())
    {
        return None;
    }
    bare_value(c, operator)
}

fn quoted_value(c: &mut Cursor<'_>, operator: Operator, quote: u8, slashes: usize) -> Option<Value> {
    let triple = slashes == 0 && c.eat(&[quote, quote]);
    let start = c.at;
    let mut backslashes = 0;
    while let Some(b) = c.peek() {
        match b {
            b'\n' if !triple || c.at > start => return None,
            b'\\' => backslashes += 1,
            _ if b == quote && backslashes <= slashes => {
                let end = c.at - backslashes.min(slashes);
                return (end > start).then_some(Value { range: start..end, operator, quoted: true });
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

fn bare_value(c: &mut Cursor<'_>, operator: Operator) -> Option<Value> {
    let start = c.at;
    let ends = |b: u8| match operator {
        Operator::Tag => matches!(b, b'<' | b'\n' | b'\r'),
        _ => matches!(
            b,
            b' ' | b'\t'
                | b'\n'
                | b'\r'
                | b'"'
                | b'\''
                | b'`'
                | b','
                | b';'
                | b')'
                | b']'
                | b'}'
                | b'<'
                | b'>'
                | b'&'
                | b'|'
                | b'\\'
        ),
    };
    c.skip(|b| !ends(b));
    let mut end = c.at;
    if operator == Operator::Tag {
        if c.peek() != Some(b'<') {
            return None;
        }
        while end > start && c.text[end - 1] == b' ' {
            end -= 1;
        }
    }
    while end > start && matches!(c.text[end - 1], b'.' | b':') {
        end -= 1;
    }
    (end > start && end - start <= LONGEST_VALUE).then_some(Value { range: start..end, operator, quoted: false })
}

/// The name that the value at `value` is assigned to, read backwards: the mirror of [`value_after`] for values whose
/// extent is already known. Returns the identifier next to the operator.
pub(super) fn name_before(text: &[u8], value: usize) -> Option<Range<usize>> {
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
