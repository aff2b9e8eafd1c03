//! Names and values in quotes that are written otherwise, since the JSON stands in something else: in XML and HTML, in a string with
//! Unicode escapes, in a URL.

use super::cursor::Cursor;
use super::{LONGEST_GAP, LONGEST_VALUE, Operator, Value};

/// How a quotation mark is written, and how the colon.
const SPELLINGS: [(&[u8], &[u8]); 4] = [(b"&quot;", b":"), (b"&#34;", b":"), (b"\\u0022", b":"), (b"%22", b"%3A")];

/// The value in `&quot;k&quot;:&quot;v&quot;`, after the name.
pub(super) fn value(c: &Cursor<'_>) -> Option<Value> {
    if !matches!(c.peek(), Some(b'&' | b'\\' | b'%')) {
        return None;
    }
    let (quote, colon) = SPELLINGS.iter().find(|(quote, _)| c.rest().starts_with(quote))?;
    let after = c.rest()[quote.len()..].trim_ascii_start();
    let body = after.strip_prefix(*colon)?.trim_ascii_start().strip_prefix(*quote)?;
    let start = c.limit - body.len();
    let length = memchr::memmem::find(&body[..body.len().min(LONGEST_VALUE)], quote)?;
    let whole = length > 0 && start - c.at <= LONGEST_GAP && !body[..length].contains(&b'\n');
    whole.then_some(Value { range: start..start + length, operator: Operator::Colon, quoted: true, joined: false })
}
