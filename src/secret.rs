//! The one type that holds credential bytes. It cannot be printed by accident.

use std::fmt;

/// Credential bytes. `Debug`, `Display` and `Serialize` show a mask; [`Secret::reveal`] is the only way to the bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret {
    bytes: Box<[u8]>,
}

impl Secret {
    /// Takes the bytes in.
    pub fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into() }
    }

    /// The credential in clear. Every call is a place where it can leak.
    pub fn reveal(&self) -> &[u8] {
        &self.bytes
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// True for a secret of no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What may be shown: up to four leading characters of a long ASCII secret (a sixth of it at most), the PEM label
    /// of a private key, nothing of anything else.
    pub fn mask(&self) -> String {
        const STARS: &str = "******";
        if self.bytes.starts_with(b"-----BEGIN ") {
            let label = &self.bytes[..self.bytes.len().min(64)];
            if let Some(end) = label[11..].windows(5).position(|w| w == b"-----")
                && label[11..11 + end].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ')
            {
                return format!("{}{STARS}", String::from_utf8_lossy(&label[..11 + end + 5]));
            }
        }
        let shown = if self.bytes.len() >= 16 { (self.bytes.len() / 6).min(4) } else { 0 };
        let head = &self.bytes[..shown];
        if head.iter().all(u8::is_ascii_graphic) {
            format!("{}{STARS}", String::from_utf8_lossy(head))
        } else {
            STARS.to_owned()
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.mask())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mask())
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.mask())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_at_most_a_sixth() {
        for len in 0..200 {
            let bytes = vec![b'q'; len];
            let shown = Secret::new(&bytes).mask().matches('q').count();
            assert!(shown <= 4 && shown * 6 <= len.max(1), "{shown} of {len}");
        }
        assert_eq!(Secret::new(b"hunter2hunter2").mask(), "******");
    }

    #[test]
    fn every_formatter_masks() {
        let s = Secret::new(b"abcdefghijklmnopqrstuvwxyz");
        assert_eq!(format!("{s}"), "abcd******");
        assert_eq!(format!("{s:?}"), "Secret(abcd******)");
        assert_eq!(serde_json::to_string(&s).expect("a string"), "\"abcd******\"");
    }

    #[test]
    fn shows_the_label_of_a_key_and_nothing_of_its_body() {
        let pem = Secret::new(b"-----BEGIN RSA PRIVATE KEY-----\nMIIEow");
        assert_eq!(pem.mask(), "-----BEGIN RSA PRIVATE KEY-----******");
        assert_eq!(Secret::new(b"-----BEGIN lower-----aaaaaaaa").mask(), "----******");
    }
}
