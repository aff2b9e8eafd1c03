//! Vectors of tests: bytes that programs spell out, and keys beside what they encrypt.

use super::{instead, is_bytes, says};
use crate::detect::check::codec;
use crate::detect::{Candidate, NEIGHBOURHOOD};

/// Bytes written as numbers or as escapes, which are no private key.
pub(super) fn is_spelled_out(secret: &[u8]) -> bool {
    let bytes = || instead::escaped_bytes(secret).or_else(|| codec::array(secret));
    (is_bytes(secret) || instead::is_escaped_bytes(secret)) && !bytes().is_some_and(|key| is_private_key(&key))
}

/// Whether a key in hexadecimal digits stands beside a plain text and its cipher text, or what a key is derived from.
pub(super) fn is_beside_cipher_text(text: &[u8], candidate: &Candidate) -> bool {
    const NAMES: [&str; 8] = ["plaintext", "ciphertext", "plain", "cipher", "aad", "ikm", "okm", "prk"];
    let secret = &text[candidate.secret.clone()];
    if codec::hex(secret).is_none_or(|key| key.len() < instead::SHORTEST_KEY) {
        return false;
    }
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let to = text.len().min(candidate.anchor.saturating_add(NEIGHBOURHOOD.forward));
    says(text.get(from..to).unwrap_or_default(), &NAMES, 1)
}

/// The beginning of a private key in DER: a sequence that begins with a version, 0 for RSA and PKCS #8 (RFC 8017, RFC 5958), 1 for
/// elliptic curves (RFC 5915).
fn is_private_key(der: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = der else { return false };
    let header = if length & 0x80 == 0 { 0 } else { usize::from(length & 0x7f) };
    matches!(rest.get(header..), Some([0x02, 0x01, 0 | 1, ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_vectors_and_of_private_keys() {
        let escapes = |bytes: &[u8]| bytes.iter().map(|b| format!("\\x{b:02x}")).collect::<String>();
        let numbers = |bytes: &[u8]| bytes.iter().map(|b| format!("0x{b:02x}, ")).collect::<String>();
        let decimal = |bytes: &[u8]| bytes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let key: Vec<u8> = (0..20u8).map(|n| n.wrapping_mul(37)).collect();
        let der = [&[0x30, 0x82, 0x01, 0x55, 0x02, 0x01, 0x00][..], &key].concat();
        let ec = [&[0x30, 0x77, 0x02, 0x01, 0x01][..], &key].concat();
        for write in [escapes, numbers, decimal] as [fn(&[u8]) -> String; 3] {
            assert!(is_spelled_out(write(&key).trim_end().as_bytes()), "{}", write(&key));
            assert!(!is_spelled_out(write(&der).trim_end().as_bytes()), "{}", write(&der));
            assert!(!is_spelled_out(write(&ec).trim_end().as_bytes()), "{}", write(&ec));
        }
        assert!(!is_spelled_out(b"kq7zXv2p") && !is_spelled_out(b""));
        assert!(!is_private_key(&[0x30]) && !is_private_key(&[0x30, 0xff, 0x02]) && !is_private_key(&[]));
    }
}
