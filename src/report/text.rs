//! Plain text for terminals: nothing from a scanned repository may steer the terminal or reorder what is read.

/// Columns to which text for people is wrapped.
const WIDTH: usize = 100;

/// Whether a terminal or a bidirectional layout would act on `c`, or show nothing for it.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` with control, bidirectional and invisible characters written as `\u{…}`.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Like [`printable`], with bytes that are no UTF-8 as `\xff`: nothing is lost.
pub(super) fn printable_bytes(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        shown.push_str(&printable(chunk.valid()));
        shown.extend(chunk.invalid().iter().map(|b| format!("\\x{b:02x}")));
    }
    shown
}

/// Like [`printable`], with tabs as four spaces.
pub(super) fn printable_line(text: &str) -> String {
    printable(&text.replace('\t', "    "))
}

/// Terminal columns of a character, near enough to set a caret under it.
pub(super) fn columns(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// `text` on lines of at most 100 columns, the first `used` of them already taken, the others indented by `indent`.
/// A longer word (a URL) stays whole.
pub(super) fn wrap(text: &str, used: usize, indent: usize) -> String {
    let mut shown = String::new();
    let mut column = used;
    for word in text.split_whitespace() {
        let word = printable(word);
        let width: usize = word.chars().map(columns).sum();
        if !shown.is_empty() && column + 1 + width > WIDTH {
            shown.push('\n');
            shown.push_str(&" ".repeat(indent));
            column = indent;
        } else if !shown.is_empty() {
            shown.push(' ');
            column += 1;
        }
        shown.push_str(&word);
        column += width;
    }
    shown
}

/// `1 file`, `2 files`, `12,345 files`.
pub(super) fn count(n: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// Digits in groups of three.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut shown = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number of bytes in decimal units.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if n < 1000 {
        return count(n, "byte");
    }
    // Tenths of the unit, rounded down: integers print the same everywhere.
    let mut tenths = n / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    format!("{}.{} {}", thousands(tenths / 10), tenths % 10, UNITS[unit])
}

/// At most `max` characters of `text`, the last one `…` where some are left out.
pub(super) fn clip(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(max.saturating_sub(1)).collect();
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_spelt_out() {
        assert_eq!(printable("a\u{1b}[31m\u{202e}\tb\u{9b}é"), "a\\u{1b}[31m\\u{202e}\\u{9}b\\u{9b}é");
        assert_eq!(printable_bytes(b"a\xff\x1b"), "a\\xff\\u{1b}");
        assert_eq!(printable_line("\tx\r"), "    x\\u{d}");
    }

    #[test]
    fn wraps_between_words() {
        let text = wrap(&"word ".repeat(40), 10, 4);
        assert!(text.lines().count() > 1);
        assert!(text.lines().skip(1).all(|l| l.starts_with("    word") && l.len() <= WIDTH));
        assert_eq!(wrap("a  b\n c", 0, 0), "a b c");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(1_234_567, "blob"), "1,234,567 blobs");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(999_999), "999.9 kB");
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(bytes(u64::MAX), "18,446.7 PB");
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("abcd", 4), "abcd");
    }
}
