//! PKCS #12 key stores (`.p12`, `.pfx`) in base64. Source: RFC 7292; appendix B has the key derivation.

use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::der::{CONTEXT_0, INTEGER, OCTETS, OID, Reader, SEQUENCE};
use super::{Fact, Outcome, Verdict, codec};

/// 1.2.840.113549.1.7.1: content that is not encrypted.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// 1.2.840.113549.1.12.10.1.1 and .2: a key, and an encrypted one.
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2];
const SHA1: &[u8] = &[0x2b, 14, 3, 2, 26];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

/// Passwords that protect nothing, with what reports call them: none at all, what Google gives every service account's key, and
/// the default of Java's tools.
const KNOWN: [(&str, &str); 3] = [("", "empty"), ("notasecret", "notasecret"), ("changeit", "changeit")];
/// Rounds of the derivation that are tried: usual are 1 to 10,000, and a file may hold thousands of stores.
const MOST_ROUNDS: u32 = 10_000;

/// How a file of this kind begins: a sequence of two bytes of length, version 3, and the content of type [`DATA`].
pub(crate) fn begins(bytes: &[u8]) -> bool {
    const VERSION: &[u8] = &[INTEGER, 1, 3, SEQUENCE, 0x82];
    let head = bytes.strip_prefix(&[SEQUENCE, 0x82]).and_then(|rest| rest.get(2..));
    let content = head.and_then(|rest| rest.strip_prefix(VERSION)).and_then(|rest| rest.get(2..));
    content.and_then(|rest| rest.strip_prefix(&[OID, DATA.len() as u8])).is_some_and(|rest| rest.starts_with(DATA))
}

/// Reads a store. One that a well-known password opens, or whose key is not encrypted, is as good as the key; one with
/// certificates alone is no secret.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let text: Vec<u8> = secret.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = codec::base64(&text).unwrap_or_default();
    let mut facts = vec![Fact::new("type", "PKCS #12")];
    let Some(store) = read(&bytes) else {
        facts.push(Fact::new("body", "damaged"));
        return Outcome::new(Verdict::Invalid, facts);
    };
    let (label, value, verdict) = match store.holds {
        Holds::Certificates => ("content", "certificates alone", Verdict::NotSecret),
        Holds::Sealed => ("content", "no key outside its encrypted part", Verdict::Weak),
        Holds::Key => ("encryption", "none", Verdict::Valid),
        Holds::ShroudedKey => return opened(&store, facts),
    };
    facts.push(Fact::new(label, value));
    Outcome::new(verdict, facts)
}

/// A store whose key is encrypted: what its checksum says of the password.
fn opened(store: &Store<'_>, mut facts: Vec<Fact>) -> Outcome {
    let opens = store.mac.as_ref().filter(|mac| mac.rounds <= MOST_ROUNDS).and_then(|mac| {
        let opens = |password: &&(&str, &str)| mac.hash.mac(password.0, mac.salt, mac.rounds, store.content) == mac.sum;
        KNOWN.iter().find(opens)
    });
    match opens {
        Some((_, name)) => {
            facts.push(Fact::new("password", *name));
            Outcome::new(Verdict::Valid, facts)
        }
        None => {
            facts.push(Fact::new("encryption", "password"));
            Outcome::new(Verdict::Weak, facts)
        }
    }
}

struct Store<'a> {
    /// What the checksum is made over.
    content: &'a [u8],
    holds: Holds,
    mac: Option<Checksum<'a>>,
}

/// The most that can be taken from a store. OpenSSL, Java and Windows encrypt the part with the certificates as a whole, and of
/// the other one each key: a store whose only part is encrypted holds trusted certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    Certificates,
    Sealed,
    ShroudedKey,
    Key,
}

struct Checksum<'a> {
    hash: Hash,
    sum: &'a [u8],
    salt: &'a [u8],
    rounds: u32,
}

/// The hash of a checksum and of the derivation of its key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    fn of(self, parts: [&[u8]; 3]) -> Vec<u8> {
        match self {
            Self::Sha1 => parts.iter().fold(Sha1::new(), |hash, part| hash.chain_update(part)).finalize().to_vec(),
            Self::Sha256 => parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().to_vec(),
        }
    }

    /// The checksum of a store's content under a password: an HMAC whose key is derived from it.
    pub(crate) fn mac(self, password: &str, salt: &[u8], rounds: u32, content: &[u8]) -> Vec<u8> {
        let key = self.key(password, salt, rounds);
        match self {
            Self::Sha1 => {
                Hmac::<Sha1>::new_from_slice(&key).map(|mac| mac.chain_update(content).finalize().into_bytes().to_vec())
            }
            Self::Sha256 => Hmac::<Sha256>::new_from_slice(&key)
                .map(|mac| mac.chain_update(content).finalize().into_bytes().to_vec()),
        }
        .unwrap_or_default()
    }

    /// Appendix B.2, for a key of the length of the hash: one block is enough. The password is UTF-16 with a zero at its end.
    fn key(self, password: &str, salt: &[u8], rounds: u32) -> Vec<u8> {
        const BLOCK: usize = 64;
        const FOR_MACS: [u8; BLOCK] = [3; BLOCK];
        let filled = |bytes: &[u8]| -> Vec<u8> {
            let length = bytes.len().div_ceil(BLOCK) * BLOCK;
            bytes.iter().copied().cycle().take(length).collect()
        };
        let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
        let first = self.of([&FOR_MACS, &filled(salt), &filled(&password)]);
        (1..rounds).fold(first, |key, _| self.of([&key, &[], &[]]))
    }
}

fn read(bytes: &[u8]) -> Option<Store<'_>> {
    let mut outer = Reader(bytes);
    let mut store = Reader(outer.take(SEQUENCE)?);
    if !outer.0.is_empty() || store.version()? != 3 {
        return None;
    }
    let mut safe = Reader(store.take(SEQUENCE)?);
    let content = (safe.take(OID)? == DATA).then(|| Reader(safe.take(CONTEXT_0)?).take(OCTETS))??;
    let mut parts = Reader(Reader(content).take(SEQUENCE)?);
    let mut holds = Holds::Certificates;
    while !parts.0.is_empty() {
        let mut part = Reader(parts.take(SEQUENCE)?);
        holds = holds.max(if part.take(OID)? == DATA { bags(part)? } else { Holds::Sealed });
    }
    Some(Store { content, holds, mac: store.take(SEQUENCE).and_then(checksum) })
}

/// What the bags of a part that is not encrypted hold.
fn bags(mut part: Reader<'_>) -> Option<Holds> {
    let mut bags = Reader(Reader(Reader(part.take(CONTEXT_0)?).take(OCTETS)?).take(SEQUENCE)?);
    let mut holds = Holds::Certificates;
    while !bags.0.is_empty() {
        holds = holds.max(match Reader(bags.take(SEQUENCE)?).take(OID)? {
            KEY_BAG => Holds::Key,
            SHROUDED_KEY_BAG => Holds::ShroudedKey,
            _ => Holds::Certificates,
        });
    }
    Some(holds)
}

/// The checksum, if it is of a kind that can be made here.
fn checksum(data: &[u8]) -> Option<Checksum<'_>> {
    let mut data = Reader(data);
    let mut info = Reader(data.take(SEQUENCE)?);
    let hash = match Reader(info.take(SEQUENCE)?).take(OID)? {
        SHA1 => Hash::Sha1,
        SHA256 => Hash::Sha256,
        _ => return None,
    };
    let (sum, salt) = (info.take(OCTETS)?, data.take(OCTETS)?);
    let rounds = data.take(INTEGER).unwrap_or(&[1]);
    let rounds = rounds.iter().try_fold(0u32, |n, byte| n.checked_mul(256)?.checked_add(u32::from(*byte)))?;
    Some(Checksum { hash, sum, salt, rounds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples::expand;

    /// Vectors that implementations pass on to each other since PKCS #12 1.0.
    #[test]
    fn derived_keys() {
        for (hash, password, salt, rounds, key) in [
            (Hash::Sha1, "smeg", "3d83c0e4546ac140", 1, "8d967d88f6caa9d714800ab3d48051d63f73a312"),
            (Hash::Sha1, "queeg", "263216fcc2fab31c", 1000, "5ec4c7a80df652294c3925b6489a7ab857c83476"),
        ] {
            let salt = codec::hex(salt.as_bytes()).expect("hexadecimal");
            let key = codec::hex(key.as_bytes()).expect("hexadecimal");
            assert_eq!(hash.key(password, &salt, rounds), key, "{password}");
        }
    }

    fn store(kind: &str) -> Vec<u8> {
        expand(&format!("{{{{pkcs12:{kind}}}}}"), 1).expect("a template").text.into_bytes()
    }

    #[test]
    fn what_a_store_holds_and_who_opens_it() {
        for (kind, verdict, label, value) in [
            ("empty", Verdict::Valid, "password", "empty"),
            ("notasecret", Verdict::Valid, "password", "notasecret"),
            ("changeit", Verdict::Valid, "password", "changeit"),
            ("plain", Verdict::Valid, "encryption", "none"),
            ("sealed", Verdict::Weak, "encryption", "password"),
            ("trusted", Verdict::Weak, "content", "no key outside its encrypted part"),
            ("certificates", Verdict::NotSecret, "content", "certificates alone"),
        ] {
            let text = store(kind);
            let out = check(&text);
            assert_eq!((out.verdict, out.fact(label)), (verdict, Some(value)), "{kind}");
            let lines: Vec<u8> = text.chunks(64).collect::<Vec<_>>().join(&b"\n"[..]);
            assert_eq!(check(&lines), out, "{kind}");
            assert_eq!(check(&text[..text.len() - 40]).verdict, Verdict::Invalid, "{kind}");
        }
    }

    #[test]
    fn the_beginning() {
        let bytes = codec::base64(&store("sealed")).expect("base64");
        assert!(begins(&bytes));
        assert!(!begins(&bytes[1..]) && !begins(&bytes[..10]) && !begins(b""));
    }
}
