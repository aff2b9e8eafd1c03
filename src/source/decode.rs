//! From the bytes of a file to searchable text: binary or not, UTF-16 to UTF-8, key stores to base64.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::detect::check::{jks, pkcs12};

/// How much of a file is looked at to tell text from binary.
pub const PROBE: usize = 8 * 1024;

/// Largest key store that is searched: a length of two bytes, after four others.
pub const LARGEST_STORE: usize = 4 + 0xffff;

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or any other encoding that keeps ASCII as it is.
    Ascii,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// A key store (PKCS #12, or Java's own), searched as the base64 in which texts hold it.
    KeyStore,
    /// No text.
    Binary,
}

/// Tells the encoding by the first [`PROBE`] bytes: byte order marks, and for UTF-16 without one the stride of its zero bytes.
pub fn encoding(head: &[u8]) -> Encoding {
    match head {
        [0xff, 0xfe, 0, 0, ..] => return Encoding::Binary, // UTF-32
        [0xff, 0xfe, ..] => return Encoding::Utf16Le,
        [0xfe, 0xff, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    if pkcs12::begins(head) || jks::begins(head) {
        return Encoding::KeyStore;
    }
    let probe = &head[..head.len().min(PROBE)];
    if memchr::memchr(0, probe).is_none() {
        return Encoding::Ascii;
    }
    // Text in a Latin script has a zero in nearly every other byte, always on the same side.
    let units = probe.len() / 2;
    if units < 2 {
        return Encoding::Binary;
    }
    let (mut first, mut second) = (0, 0);
    for pair in probe.chunks_exact(2) {
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
    }
    // A few characters have a zero on the other side (U+2500, U+3000, surrogates of emoji).
    let (most, few) = (|n: usize| n * 10 >= units * 7, |n: usize| n * 20 <= units);
    match (first, second) {
        (few_first, n) if most(n) && few(few_first) => Encoding::Utf16Le,
        (n, few_second) if most(n) && few(few_second) => Encoding::Utf16Be,
        _ => Encoding::Binary,
    }
}

/// The text of a whole file, or none for binary data. Unpaired surrogates become U+FFFD.
pub fn text(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    match encoding(bytes) {
        Encoding::Binary => None,
        Encoding::Ascii => Some(Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))),
        Encoding::KeyStore => (bytes.len() <= LARGEST_STORE).then(|| Cow::Owned(STANDARD.encode(bytes).into_bytes())),
        Encoding::Utf16Le => Some(Cow::Owned(utf16(bytes, u16::from_le_bytes))),
        Encoding::Utf16Be => Some(Cow::Owned(utf16(bytes, u16::from_be_bytes))),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut out = String::with_capacity(bytes.len() / 2 + 16);
    out.extend(
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).skip_while(|c| *c == '\u{feff}'),
    );
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn utf16_with_and_without_mark() {
        let plain = "token = \"abc\"\r\nünï 😀\r\n";
        for order in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            for text in [plain.to_owned(), format!("\u{feff}{plain}")] {
                assert_eq!(super::text(&encode(&text, order)).as_deref(), Some(plain.as_bytes()));
            }
        }
    }

    #[test]
    fn binary_is_told_from_text() {
        assert_eq!(encoding(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"), Encoding::Binary);
        assert_eq!(encoding(b"\xff\xfe\0\0a\0\0\0"), Encoding::Binary);
        assert_eq!(encoding(b"plain \xe9 latin-1"), Encoding::Ascii);
        assert_eq!(encoding(b""), Encoding::Ascii);
        assert_eq!(encoding(b"\0"), Encoding::Binary);
    }

    #[test]
    fn key_stores_are_read_as_base64() {
        for kind in ["{{pkcs12:sealed}}", "{{jks:sealed}}", "{{jks:jceks}}"] {
            let store = crate::rules::examples::expand(kind, 1).expect("a template").text;
            let bytes = STANDARD.decode(&store).expect("base64");
            assert_eq!(text(&bytes).as_deref(), Some(store.as_bytes()));
            let long = [&bytes[..], &[0; LARGEST_STORE]].concat();
            assert_eq!((encoding(&long), text(&long)), (Encoding::KeyStore, None));
        }
    }

    #[test]
    fn the_utf8_mark_is_no_text() {
        assert_eq!(text(b"\xef\xbb\xbfa").as_deref(), Some(&b"a"[..]));
    }
}
