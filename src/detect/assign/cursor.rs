//! A place in a text that moves forward and never leaves what may be seen.

/// Reads forward from `at`, never beyond `limit`.
pub(super) struct Cursor<'a> {
    /// The whole text.
    pub(super) text: &'a [u8],
    /// Offset of the next byte.
    pub(super) at: usize,
    /// Offset of the first byte that may not be read.
    pub(super) limit: usize,
}

impl Cursor<'_> {
    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        if self.at < self.limit { Some(self.text[self.at]) } else { None }
    }

    /// What is left to read.
    pub(super) fn rest(&self) -> &[u8] {
        &self.text[self.at.min(self.limit)..self.limit]
    }

    /// Passes over `wanted` if it stands here.
    pub(super) fn eat(&mut self, wanted: &[u8]) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Passes over the word `wanted` in any case, if it stands here whole.
    pub(super) fn eat_word(&mut self, wanted: &[u8]) -> bool {
        let rest = self.rest();
        let found = rest.len() >= wanted.len()
            && rest[..wanted.len()].eq_ignore_ascii_case(wanted)
            && !rest.get(wanted.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Passes over bytes of a class; returns how many.
    pub(super) fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - from
    }

    /// Passes over blanks and tabs.
    pub(super) fn blanks(&mut self) -> usize {
        self.skip(|c| c == b' ' || c == b'\t')
    }

    /// Passes over white space and line ends.
    pub(super) fn white(&mut self) -> usize {
        self.skip(|c| c.is_ascii_whitespace())
    }

    /// Whether a backslash that continues the line stands here.
    pub(super) fn at_continuation(&self) -> bool {
        self.rest().starts_with(b"\\\n") || self.rest().starts_with(b"\\\r\n")
    }

    /// Passes over blanks and at most one continued line end.
    pub(super) fn continuation(&mut self) {
        self.blanks();
        if self.at_continuation() {
            self.at += 1;
            self.white();
        }
    }

    /// A quote, bare or escaped (`\"`, `\\\"`); returns the quote character and the number of backslashes.
    pub(super) fn quote(&mut self) -> Option<(u8, usize)> {
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
