//! Keys on Curve25519: Ed25519 pairs of 64 bytes, and WireGuard's keys. Sources: RFC 8032; RFC 7748, section 5.

use ed25519_compact::{KeyPair, Seed};

use super::codec::{self, BASE58};
use super::{Fact, Outcome, Verdict};

/// Bytes of a seed with its public key.
const PAIR: usize = 64;

/// 64 bytes in base64, base58, hexadecimal or as a list of numbers: the last half must be the public key of the first.
pub(super) fn pair(secret: &[u8]) -> Outcome {
    let readings: Vec<Vec<u8>> = readings(secret).into_iter().flatten().filter(|bytes| bytes.len() == PAIR).collect();
    if readings.is_empty() {
        return Outcome::unproven();
    }
    let fits = |bytes: &Vec<u8>| bytes.split_first_chunk::<32>().is_some_and(|(seed, tail)| public_key(seed) == tail);
    if readings.iter().any(fits) {
        Outcome::new(Verdict::Valid, vec![Fact::new("type", "Ed25519"), Fact::new("public key", "matches")])
    } else {
        Outcome::new(Verdict::Invalid, vec![Fact::new("public key", "does not match: not an Ed25519 key")])
    }
}

/// Coinbase's CDP keys are pairs; those of the older Exchange API are 64 random bytes.
pub(super) fn coinbase(secret: &[u8]) -> Outcome {
    match pair(secret) {
        Outcome { verdict: Verdict::Invalid, .. } => Outcome::unproven(),
        other => other,
    }
}

/// Solana's base58 form: a transaction signature looks the same and does not match.
pub(super) fn solana(secret: &[u8]) -> Outcome {
    match pair(secret) {
        Outcome { verdict: Verdict::Invalid, facts } => Outcome::new(Verdict::NotSecret, facts),
        other => other,
    }
}

/// What the text may stand for.
fn readings(secret: &[u8]) -> [Option<Vec<u8>>; 2] {
    if secret.contains(&b',') {
        return [numbers(secret), None];
    }
    match secret.len() {
        128 => [codec::hex(secret), None],
        80..=88 => [codec::base58(secret, BASE58), codec::base64(secret)],
        _ => [None, None],
    }
}

/// `[12, 34, …]`, with or without brackets.
fn numbers(secret: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(secret).ok().filter(|text| text.len() <= 2000)?;
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']').trim_end().trim_end_matches(',');
    inner.split(',').map(|number| number.trim().parse().ok()).collect()
}

/// The public key of a seed.
pub(crate) fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    *KeyPair::from_seed(Seed::new(*seed)).pk
}

/// WireGuard's private keys are clamped, its public and preshared keys are not (1 in 32 is by chance).
pub(super) fn wireguard(secret: &[u8]) -> Outcome {
    let Some(bytes) = codec::base64(secret).filter(|bytes| bytes.len() == 32) else { return Outcome::unproven() };
    let clamped = is_clamped(&bytes);
    let value = if clamped { "clamped, as wg genkey makes it" } else { "not clamped: not made by wg genkey" };
    Outcome::new(if clamped { Verdict::Unproven } else { Verdict::Weak }, vec![Fact::new("private key", value)])
}

fn is_clamped(bytes: &[u8]) -> bool {
    matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if first & 7 == 0 && last & 0xc0 == 0x40)
}

/// Clamps 32 bytes.
pub(crate) fn clamp(bytes: &mut [u8]) {
    if let [first, .., last] = bytes {
        *first &= 0xf8;
        *last = *last & 0x7f | 0x40;
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn every_form_of_a_pair() {
        let text =
            ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "DoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA=="].concat();
        let bytes = STANDARD.decode(&text).expect("base64");
        let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let forms = [
            text,
            codec::to_base58(&bytes, BASE58),
            hex,
            format!("[{}]", list.join(",")),
            format!(" {},", list.join(", ")),
        ];
        for form in &forms {
            assert_eq!(pair(form.as_bytes()).verdict, Verdict::Valid, "{form}");
        }
        let mut other = bytes;
        other[63] ^= 1;
        let other = STANDARD.encode(other);
        assert_eq!(pair(other.as_bytes()).verdict, Verdict::Invalid);
        assert_eq!(coinbase(other.as_bytes()), Outcome::unproven());
        assert_eq!(solana(other.as_bytes()).verdict, Verdict::NotSecret);
        for text in ["", "1,2,3", "1,2,x", "300,1"] {
            assert_eq!(pair(text.as_bytes()), Outcome::unproven(), "{text}");
        }
    }

    #[test]
    fn clamped_keys() {
        let key = ["AAECAwQFBgcICQoLDA0O", "DxAREhMUFRYXGBkaGxwdHl8="].concat();
        assert_eq!(wireguard(key.as_bytes()).verdict, Verdict::Unproven);
        assert_eq!(wireguard(key.replace("l8=", "h8=").as_bytes()).verdict, Verdict::Weak);
        assert_eq!(wireguard(b"short"), Outcome::unproven());
        let mut bytes = [0xff; 32];
        clamp(&mut bytes);
        assert!(is_clamped(&bytes));
    }
}
