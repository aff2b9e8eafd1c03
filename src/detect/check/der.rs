//! Private keys in DER. Source: RFC 8017 (PKCS#1), RFC 5915 (SEC1), RFC 5958 (PKCS#8), RFC 8018 (PBES2), X.690 (DER), and
//! the layout OpenSSL gives DSA keys.

pub(super) const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const CONTEXT_0: u8 = 0xa0;

/// What a DER structure turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Der {
    /// A usable private key, for example `RSA 2048 bit`.
    Private(String),
    /// An encrypted PKCS#8 key.
    Encrypted {
        /// The cipher, if it is a known one.
        cipher: Option<&'static str>,
        /// The key derivation, if it is a known one.
        kdf: Option<&'static str>,
    },
    /// No secret: a public key, a certificate or a request for one.
    Public(&'static str),
}

/// Recognises `bytes`, which must be one whole structure.
pub(super) fn parse(bytes: &[u8]) -> Option<Der> {
    let mut outer = Reader(bytes);
    let content = outer.take(SEQUENCE)?;
    if !outer.0.is_empty() {
        return None;
    }
    pkcs1(content)
        .or_else(|| sec1(content, None))
        .or_else(|| pkcs8(content))
        .or_else(|| dsa(content))
        .map(Der::Private)
        .or_else(|| encrypted(content))
        .or_else(|| public(content))
}

/// Elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element: its tag and content.
    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let count = usize::from(first & 0x7f);
            let (digits, after) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
            length = digits.iter().fold(0, |n, d| n << 8 | usize::from(*d));
            rest = after;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next element's content, if it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.any()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    /// A small version number.
    pub(super) fn version(&mut self) -> Option<u8> {
        match self.take(INTEGER)? {
            [version] => Some(*version),
            _ => None,
        }
    }
}

/// Bits of a non-negative integer.
pub(super) fn bits(integer: &[u8]) -> usize {
    let zeros = integer.iter().take_while(|b| **b == 0).count();
    let digits = integer.get(zeros..).unwrap_or_default();
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

fn pkcs1(content: &[u8]) -> Option<String> {
    let mut r = Reader(content);
    if r.version()? > 1 {
        return None;
    }
    let modulus = r.take(INTEGER)?;
    for _ in 0..7 {
        r.take(INTEGER)?;
    }
    (bits(modulus) >= 256).then(|| format!("RSA {} bit", bits(modulus)))
}

fn dsa(content: &[u8]) -> Option<String> {
    let mut r = Reader(content);
    if r.version()? != 0 {
        return None;
    }
    let prime = r.take(INTEGER)?;
    for _ in 0..4 {
        r.take(INTEGER)?;
    }
    (r.0.is_empty() && bits(prime) >= 256).then(|| format!("DSA {} bit", bits(prime)))
}

fn sec1(content: &[u8], curve: Option<&str>) -> Option<String> {
    let mut r = Reader(content);
    if r.version()? != 1 {
        return None;
    }
    let key = r.take(OCTETS)?;
    let named = r.take(CONTEXT_0).and_then(|mut p| Reader(std::mem::take(&mut p)).take(OID)).map(curve_name);
    let name = named.or(curve.map(str::to_owned)).unwrap_or_else(|| format!("{} bit", key.len() * 8));
    (16..=72).contains(&key.len()).then(|| format!("EC {name}"))
}

fn pkcs8(content: &[u8]) -> Option<String> {
    let mut r = Reader(content);
    if r.version()? > 1 {
        return None;
    }
    let mut algorithm = Reader(r.take(SEQUENCE)?);
    let oid = dotted(algorithm.take(OID)?);
    let key = r.take(OCTETS)?;
    let inside = || Reader(key).take(SEQUENCE);
    match oid.as_str() {
        "1.2.840.113549.1.1.1" => pkcs1(inside()?),
        "1.2.840.113549.1.1.10" => pkcs1(inside()?).map(|kind| kind.replace("RSA", "RSA-PSS")),
        "1.2.840.10045.2.1" => sec1(inside()?, algorithm.take(OID).map(curve_name).as_deref()),
        "1.2.840.10040.4.1" => {
            let prime = Reader(algorithm.take(SEQUENCE)?).take(INTEGER)?;
            Reader(key).take(INTEGER)?;
            Some(format!("DSA {} bit", bits(prime)))
        }
        "1.2.840.113549.1.3.1" => Some("Diffie-Hellman".to_owned()),
        "1.3.101.110" => raw(key, 32, "X25519"),
        "1.3.101.111" => raw(key, 56, "X448"),
        "1.3.101.112" => raw(key, 32, "Ed25519"),
        "1.3.101.113" => raw(key, 57, "Ed448"),
        other => (key.len() >= 16).then(|| post_quantum(other).unwrap_or("PKCS#8").to_owned()),
    }
}

fn raw(key: &[u8], length: usize, name: &str) -> Option<String> {
    (Reader(key).take(OCTETS)?.len() == length).then(|| name.to_owned())
}

fn post_quantum(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        "2.16.840.1.101.3.4.4.1" => "ML-KEM-512",
        "2.16.840.1.101.3.4.4.2" => "ML-KEM-768",
        "2.16.840.1.101.3.4.4.3" => "ML-KEM-1024",
        _ => return None,
    })
}

fn curve_name(oid: &[u8]) -> String {
    match dotted(oid).as_str() {
        "1.2.840.10045.3.1.1" => "P-192".to_owned(),
        "1.3.132.0.33" => "P-224".to_owned(),
        "1.2.840.10045.3.1.7" => "P-256".to_owned(),
        "1.3.132.0.34" => "P-384".to_owned(),
        "1.3.132.0.35" => "P-521".to_owned(),
        "1.3.132.0.10" => "secp256k1".to_owned(),
        other if other.starts_with("1.3.36.3.3.2.8.1.1.") => "Brainpool".to_owned(),
        _ => "unknown curve".to_owned(),
    }
}

fn encrypted(content: &[u8]) -> Option<Der> {
    let mut r = Reader(content);
    let mut algorithm = Reader(r.take(SEQUENCE)?);
    let oid = dotted(algorithm.take(OID)?);
    let data = r.take(OCTETS)?;
    if data.len() < 16 || !r.0.is_empty() {
        return None;
    }
    if oid == "1.2.840.113549.1.5.13" {
        let mut parameters = Reader(algorithm.take(SEQUENCE)?);
        let mut kdf = Reader(parameters.take(SEQUENCE)?);
        let mut cipher = Reader(parameters.take(SEQUENCE)?);
        return Some(Der::Encrypted { cipher: cipher_name(cipher.take(OID)?), kdf: kdf_name(kdf.take(OID)?) });
    }
    Some(Der::Encrypted { cipher: old_scheme(&oid), kdf: None })
}

fn kdf_name(oid: &[u8]) -> Option<&'static str> {
    match dotted(oid).as_str() {
        "1.2.840.113549.1.5.12" => Some("pbkdf2"),
        "1.3.6.1.4.1.11591.4.11" => Some("scrypt"),
        _ => None,
    }
}

fn cipher_name(oid: &[u8]) -> Option<&'static str> {
    Some(match dotted(oid).as_str() {
        "2.16.840.1.101.3.4.1.2" => "aes-128-cbc",
        "2.16.840.1.101.3.4.1.6" => "aes-128-gcm",
        "2.16.840.1.101.3.4.1.22" => "aes-192-cbc",
        "2.16.840.1.101.3.4.1.42" => "aes-256-cbc",
        "2.16.840.1.101.3.4.1.46" => "aes-256-gcm",
        "1.2.840.113549.3.7" => "des-ede3-cbc",
        "1.2.840.113549.3.2" => "rc2-cbc",
        "1.3.14.3.2.7" => "des-cbc",
        _ => return None,
    })
}

/// PBES1 and the PKCS#12 schemes, which name hash and cipher in one.
fn old_scheme(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "1.2.840.113549.1.5.3" => "des-cbc with md5",
        "1.2.840.113549.1.5.6" => "rc2-cbc with md5",
        "1.2.840.113549.1.5.10" => "des-cbc with sha1",
        "1.2.840.113549.1.12.1.1" => "rc4-128 with sha1",
        "1.2.840.113549.1.12.1.3" => "des-ede3-cbc with sha1",
        "1.2.840.113549.1.12.1.6" => "rc2-40-cbc with sha1",
        _ => return None,
    })
}

/// SubjectPublicKeyInfo, or anything signed: certificate, request, revocation list.
fn public(content: &[u8]) -> Option<Der> {
    let mut r = Reader(content);
    let first = Reader(r.take(SEQUENCE)?);
    if let Some(key) = r.take(BIT_STRING) {
        let plausible = first.clone().take(OID).is_some() && key.len() > 16 && r.0.is_empty();
        return plausible.then_some(Der::Public("public key"));
    }
    let algorithm = r.take(SEQUENCE)?;
    r.take(BIT_STRING)?;
    let signed = Reader(algorithm).take(OID).is_some() && r.0.is_empty();
    signed.then_some(Der::Public("certificate"))
}

/// The dotted form of an object identifier; empty when it is malformed.
fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<String> = Vec::new();
    let mut value = 0u64;
    for byte in oid {
        let Some(shifted) = value.checked_mul(128) else { return String::new() };
        value = shifted | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (value / 40).min(2);
                arcs.push(first.to_string());
                value -= first * 40;
            }
            arcs.push(value.to_string());
            value = 0;
        }
    }
    arcs.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers() {
        assert_eq!(dotted(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]), "1.2.840.10045.3.1.7");
        assert_eq!(dotted(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]), "2.16.840.1.101.3.4.1.42");
        assert_eq!(dotted(&[0x2b, 0x65, 0x70]), "1.3.101.112");
        assert_eq!(dotted(&[0xff; 30]), "");
    }

    #[test]
    fn sizes_of_integers() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[1, 0]), 9);
    }

    #[test]
    fn lengths_must_add_up() {
        let mut key = vec![0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32];
        key.extend(0..32);
        assert_eq!(parse(&key), Some(Der::Private("Ed25519".to_owned())));
        for cut in 0..key.len() {
            assert_eq!(parse(&key[..cut]), None, "cut to {cut}");
        }
        key.push(0);
        assert_eq!(parse(&key), None);
    }

    #[test]
    fn absurd_lengths_are_refused() {
        for bytes in [[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], [0x30, 0x80, 0, 0, 0, 0], [0x30, 0x88, 0, 0, 0, 0]] {
            assert_eq!(parse(&bytes), None);
        }
    }
}
