//! Hashes of passwords that everybody tries first: unsalted, as programs and LDAP directories store them.

use base64::Engine as _;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::made::METASYNTACTIC;
use crate::detect::check::codec;
use crate::detect::weak;

/// Whether `secret` is MD5, SHA-1 or SHA-256 of a weak password or of a word that programmers give to what has no name: in hexadecimal, in
/// base64, or after a scheme such as `{SHA}` (RFC 2307; `{SSHA}` appends the salt to digest and password).
pub(super) fn is_of_known_word(secret: &[u8]) -> bool {
    /// Most bytes of salt that directories append.
    const LONGEST_SALT: usize = 16;
    let scheme_end = if secret.first() == Some(&b'{') { memchr::memchr(b'}', secret) } else { None };
    let (scheme, body) = scheme_end.map_or((&b""[..], secret), |end| (&secret[1..end], &secret[end + 1..]));
    let salted: Option<usize> = [(&b"SSHA"[..], 20), (b"SMD5", 16)]
        .into_iter()
        .find_map(|(name, size)| scheme.eq_ignore_ascii_case(name).then_some(size));
    let Some(bytes) = bytes(body) else { return false };
    let size = match salted {
        Some(size) if (size + 1..=size + LONGEST_SALT).contains(&bytes.len()) => size,
        None if matches!(bytes.len(), 16 | 20 | 32) => bytes.len(),
        _ => return false,
    };
    let (digest, salt) = bytes.split_at(size);
    weak::words().chain(METASYNTACTIC).any(|word| is_digest_of(word.as_bytes(), salt, digest))
}

/// Hexadecimal digits of one case, or padded base64, for as many bytes as MD5, SHA-1 or SHA-256 make; or for as many as SHA-384, or
/// more: a longer digest, with a salt or without.
pub(super) fn is_long_as_one(secret: &[u8]) -> bool {
    let digits =
        |letters: std::ops::RangeInclusive<u8>| secret.iter().all(|b| b.is_ascii_digit() || letters.contains(b));
    if secret.ends_with(b"=") {
        return bytes(secret).is_some_and(|bytes| matches!(bytes.len(), 16 | 20 | 32));
    }
    (matches!(secret.len(), 32 | 40 | 64) || secret.len() >= 96) && (digits(b'a'..=b'f') || digits(b'A'..=b'F'))
}

fn is_digest_of(word: &[u8], salt: &[u8], digest: &[u8]) -> bool {
    fn of<D: Digest>(word: &[u8], salt: &[u8], digest: &[u8]) -> bool {
        D::new().chain_update(word).chain_update(salt).finalize().as_slice() == digest
    }
    match digest.len() {
        16 => of::<Md5>(word, salt, digest),
        20 => of::<Sha1>(word, salt, digest),
        _ => of::<Sha256>(word, salt, digest),
    }
}

/// What hexadecimal digits or padded base64 stand for, if it may be as long as a digest with a salt.
fn bytes(body: &[u8]) -> Option<Vec<u8>> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 22..=64;
    if !LENGTHS.contains(&body.len()) {
        return None;
    }
    codec::hex(body).or_else(|| base64::engine::general_purpose::STANDARD.decode(body).ok())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn hashes_of_words_that_everybody_tries() {
        let salted = [Sha1::digest(b"secretNaCl").as_slice(), b"NaCl"].concat();
        for text in [
            hex(&Md5::digest(b"password")),
            hex(&Sha1::digest(b"foo")).to_uppercase(),
            hex(&Sha256::digest(b"admin")),
            STANDARD.encode(Md5::digest(b"letmein")),
            format!("{{SHA}}{}", STANDARD.encode(Sha1::digest(b"password"))),
            format!("{{MD5}}{}", STANDARD.encode(Md5::digest(b"test"))),
            format!("{{SSHA}}{}", STANDARD.encode(salted)),
        ] {
            assert!(is_of_known_word(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn hashes_of_other_words_and_other_values() {
        for text in [
            hex(&Md5::digest(b"rv4Kp0qz")),
            format!("{{SSHA}}{}", STANDARD.encode([Sha1::digest(b"rv4Kp0qz").as_slice(), b"NaCl"].concat())),
            format!("{{SSHA}}{}", STANDARD.encode(Sha1::digest(b"secret"))),
            hex(&Sha1::digest(b"foo"))[1..].to_owned(),
            "{SHA}".to_owned(),
            "{".to_owned(),
            String::new(),
            "password".to_owned(),
        ] {
            assert!(!is_of_known_word(text.as_bytes()), "{text}");
        }
    }
}
