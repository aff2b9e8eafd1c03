//! Lines and columns.

use std::num::NonZeroU32;

use serde::Serialize;

/// A place in a text. Lines are separated by `\n`; a column counts Unicode code points (an invalid UTF-8 byte is one).
/// Both start at 1; zero cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// 1-based line.
    pub line: NonZeroU32,
    /// 1-based column in code points.
    pub column: NonZeroU32,
}

/// Where a window of a text begins: the lines and columns that come before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Start {
    /// Newlines before the window.
    pub lines: u32,
    /// Code points between the last of those newlines and the window.
    pub columns: u32,
}

impl Start {
    /// The start of what follows `text`.
    pub fn after(self, text: &[u8]) -> Self {
        match memchr::memrchr(b'\n', text) {
            None => Self { lines: self.lines, columns: self.columns.saturating_add(code_points(text)) },
            Some(last) => Self {
                lines: self.lines.saturating_add(count_u32(memchr::memchr_iter(b'\n', text).count())),
                columns: code_points(&text[last + 1..]),
            },
        }
    }

    /// The position of the byte that follows this start.
    pub fn position(self) -> Position {
        Position {
            line: NonZeroU32::MIN.saturating_add(self.lines),
            column: NonZeroU32::MIN.saturating_add(self.columns),
        }
    }
}

fn count_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Code points in `text`, each byte that is not part of valid UTF-8 counting as one.
fn code_points(text: &[u8]) -> u32 {
    let n = text.utf8_chunks().map(|c| c.valid().chars().count() + c.invalid().len()).sum();
    count_u32(n)
}

/// Turns ascending byte offsets into positions, reading each byte of the text once.
pub struct Positions<'a> {
    text: &'a [u8],
    origin: Start,
    at: usize,
    start: Start,
}

impl<'a> Positions<'a> {
    /// For a text that begins at `start`.
    pub fn new(text: &'a [u8], start: Start) -> Self {
        Self { text, origin: start, at: 0, start }
    }

    /// The position of byte `offset`. An offset before the last one is counted from the beginning again.
    pub fn of(&mut self, offset: usize) -> Position {
        if offset < self.at {
            self.at = 0;
            self.start = self.origin;
        }
        self.start = self.start.after(&self.text[self.at..offset]);
        self.at = offset;
        self.start.position()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &[u8], offset: usize) -> (u32, u32) {
        let p = Positions::new(text, Start::default()).of(offset);
        (p.line.get(), p.column.get())
    }

    #[test]
    fn counts_from_one_in_code_points() {
        let text = "a\r\nbé€x\n\n😀y".as_bytes();
        assert_eq!(at(text, 0), (1, 1));
        assert_eq!(at(text, 3), (2, 1));
        assert_eq!(at(text, text.iter().position(|b| *b == b'x').expect("there")), (2, 4));
        assert_eq!(at(text, text.len() - 1), (4, 2));
    }

    #[test]
    fn invalid_bytes_count_one_each() {
        assert_eq!(at(b"\xff\xfe\xe2\x82x", 4), (1, 5));
    }

    #[test]
    fn a_split_text_gives_the_same_positions() {
        let text = "one\ntwo é\nthree\n".as_bytes();
        for cut in 0..text.len() {
            if std::str::from_utf8(&text[..cut]).is_err() {
                continue;
            }
            let start = Start::default().after(&text[..cut]);
            for offset in cut..text.len() {
                let p = Positions::new(&text[cut..], start).of(offset - cut);
                assert_eq!((p.line.get(), p.column.get()), at(text, offset));
            }
        }
    }
}
