//! Key stores of Java (`.jks`, `.jceks`) in base64. Source: the format that `JavaKeyStore` and `JceKeyStore` of OpenJDK write.

use sha1::{Digest as _, Sha1};

use super::{Fact, Outcome, Verdict, codec};

/// The first four bytes of a store of each kind.
const JKS: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
const JCEKS: [u8; 4] = [0xce; 4];
/// Tags of entries. A secret key is a Java object, whose end only Java knows.
const PRIVATE_KEY: u32 = 1;
const CERTIFICATE: u32 = 2;
const SECRET_KEY: u32 = 3;

/// Passwords that protect nothing: what manuals of Java's and Android's tools use.
const KNOWN: [&str; 4] = ["changeit", "changeme", "password", "android"];
/// Length of the checksum at the end, a SHA-1.
const SUM: usize = 20;

/// Whether a file of this kind begins so: the kind, and version 1 or 2.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    (bytes.starts_with(&JKS) || bytes.starts_with(&JCEKS)) && matches!(bytes.get(4..8), Some([0, 0, 0, 1 | 2]))
}

/// Reads a store. One that a well-known password opens is as good as the key; one with certificates alone is no secret.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let text: Vec<u8> = secret.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = codec::base64(&text).unwrap_or_default();
    let mut facts = vec![Fact::new("type", if bytes.starts_with(&JCEKS) { "JCEKS" } else { "JKS" })];
    let Some(keys) = bytes.len().checked_sub(SUM).and_then(|end| has_keys(&bytes[..end])) else {
        facts.push(Fact::new("body", "damaged"));
        return Outcome::new(Verdict::Invalid, facts);
    };
    if !keys {
        facts.push(Fact::new("content", "certificates alone"));
        return Outcome::new(Verdict::NotSecret, facts);
    }
    let (content, checksum) = bytes.split_at(bytes.len() - SUM);
    match KNOWN.into_iter().find(|password| sum(password, content) == checksum) {
        Some(password) => {
            facts.push(Fact::new("password", password));
            Outcome::new(Verdict::Valid, facts)
        }
        None => {
            facts.push(Fact::new("encryption", "password"));
            Outcome::new(Verdict::Weak, facts)
        }
    }
}

/// The checksum of a store's content under a password.
pub(crate) fn sum(password: &str, content: &[u8]) -> [u8; SUM] {
    const WHITENER: &[u8] = b"Mighty Aphrodite";
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    Sha1::new().chain_update(password).chain_update(WHITENER).chain_update(content).finalize().into()
}

/// Whether a store holds a key; none if it cannot be read.
fn has_keys(content: &[u8]) -> Option<bool> {
    if !begins(content) {
        return None;
    }
    let mut rest = Rest(content.get(4..)?);
    let version = rest.number()?;
    let entries = rest.number()?;
    let mut keys = false;
    for _ in 0..entries {
        let tag = rest.number()?;
        rest.short_text()?;
        // The time it was made, in milliseconds.
        rest.take(8)?;
        match tag {
            PRIVATE_KEY => {
                rest.long()?;
                for _ in 0..rest.number()? {
                    rest.certificate(version)?;
                }
                keys = true;
            }
            CERTIFICATE => rest.certificate(version)?,
            SECRET_KEY => return Some(true),
            _ => return None,
        }
    }
    rest.0.is_empty().then_some(keys)
}

/// What is not yet read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// Bytes after their number.
    fn long(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }

    /// Text after its length in two bytes.
    fn short_text(&mut self) -> Option<&'a [u8]> {
        let length = self.take(2)?.try_into().ok().map(u16::from_be_bytes)?;
        self.take(usize::from(length))
    }

    /// A certificate, which since version 2 says its type first.
    fn certificate(&mut self, version: u32) -> Option<()> {
        if version > 1 {
            self.short_text()?;
        }
        self.long().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples::expand;

    fn store(kind: &str) -> Vec<u8> {
        let text = expand(&format!("{{{{jks:{kind}}}}}"), 1).expect("a template").text;
        codec::base64(text.as_bytes()).expect("base64")
    }

    #[test]
    fn damaged_stores_are_no_keys() {
        let whole = store("changeit");
        assert_eq!(has_keys(&whole[..whole.len() - SUM]), Some(true));
        for length in 0..whole.len() - SUM {
            assert_ne!(has_keys(&whole[..length]), Some(true), "{length}");
        }
        let mut longer = whole[..whole.len() - SUM].to_vec();
        longer.push(0);
        assert_eq!(has_keys(&longer), None);
    }

    #[test]
    fn certificates_alone_are_no_keys() {
        let trusted = store("certificates");
        assert_eq!(has_keys(&trusted[..trusted.len() - SUM]), Some(false));
    }

    /// As `keytool` of OpenJDK writes it.
    #[test]
    fn the_checksum_of_an_empty_store_is_that_of_java() {
        let empty = [&JKS[..], &[0, 0, 0, 2, 0, 0, 0, 0]].concat();
        let hex: String = sum("changeit", &empty).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "e2686e45fb43dfa4d992dd41ceb6b21c6330d792");
    }
}
