//! Tables of Markdown whose head names what stands below it: `| User | Password |`, a row of dashes, and a row for each
//! account.

use std::ops::Range;

use super::{Operator, Value};

/// How far before a name its line may begin, bytes.
const LONGEST_HEAD: usize = 150;

/// The cells below the name, in the rows that end before `limit`. None if the name is no head of a column.
pub(super) fn column(text: &[u8], name: &Range<usize>, limit: usize) -> Option<Vec<Value>> {
    let decoration = |b: &u8| matches!(b, b' ' | b'\t' | b'*' | b'_' | b'`');
    let text = &text[..limit.min(text.len())];
    let after = name.end + text.get(name.end..)?.iter().take_while(|b| decoration(b)).count();
    // Most names are told by the byte that follows them.
    if !matches!(text.get(after), Some(b'|' | b'\n' | b'\r')) {
        return None;
    }
    let floor = name.start.saturating_sub(LONGEST_HEAD);
    let head = match memchr::memrchr(b'\n', &text[floor..name.start]) {
        Some(n) => floor + n + 1,
        None if floor == 0 => 0,
        None => return None,
    };
    let mut rows = text[after..].split_inclusive(|b| *b == b'\n');
    let mut at = after + rows.next()?.len();
    let dashes = rows.next()?;
    let delimits = |b: &u8| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t' | b'\r' | b'\n');
    if !dashes.iter().all(delimits) || !dashes.contains(&b'|') || !dashes.contains(&b'-') {
        return None;
    }
    at += dashes.len();
    let column = bars(&text[head..name.start]).count();
    let mut values = Vec::new();
    for row in rows {
        // What the limit cuts is no whole row.
        let whole = row.ends_with(b"\n") || at + row.len() < limit;
        if !whole || !row.contains(&b'|') {
            break;
        }
        values.extend(cell(row, column).map(|(range, quoted)| Value {
            range: at + range.start..at + range.end,
            operator: Operator::Blank,
            quoted,
            joined: false,
        }));
        at += row.len();
    }
    Some(values)
}

/// Where the bars stand that part the cells of a row.
fn bars(row: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'|', row).filter(|n| *n == 0 || row[n - 1] != b'\\')
}

/// The text of a cell without what sets it off, and whether that is the quotes of code. Several words are prose.
fn cell(row: &[u8], column: usize) -> Option<(Range<usize>, bool)> {
    let start = match column.checked_sub(1) {
        Some(n) => bars(row).nth(n)? + 1,
        None => 0,
    };
    let end = bars(row).nth(column).unwrap_or(row.len());
    let text = &row[start..end];
    let inner = text.trim_ascii();
    let at = start + (text.len() - text.trim_ascii_start().len());
    for sign in [&b"`"[..], b"**", b"__"] {
        if let Some(bare) = inner.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign)) {
            let from = at + sign.len();
            return (!bare.is_empty()).then(|| (from..from + bare.len(), sign == b"`"));
        }
    }
    (!inner.is_empty() && !inner.contains(&b' ')).then(|| (at..at + inner.len(), false))
}
