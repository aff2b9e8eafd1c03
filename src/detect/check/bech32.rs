//! Keys in bech32: a human-readable part, `1`, data and six characters of checksum.
//!
//! Sources: BIP-173; the specifications of age, NIP-19 (Nostr) and CIP-5 (Cardano) for what each prefix holds.

use super::{Fact, Outcome, Verdict, checksum};

const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Characters of checksum.
const TAIL: usize = 6;
/// The longest known secret has 165 characters.
const LONGEST: usize = 400;

/// What a human-readable part stands for, and how many bytes follow.
fn known(prefix: &[u8]) -> Option<(&'static str, usize)> {
    Some(match prefix {
        b"age-secret-key-" => ("age secret key", 32),
        b"age-secret-key-pq-" => ("age hybrid secret key", 32),
        b"nsec" => ("Nostr secret key", 32),
        b"ed25519_sk" | b"addr_sk" | b"stake_sk" => ("Cardano signing key", 32),
        b"ed25519e_sk" => ("Cardano extended signing key", 64),
        b"root_xsk" | b"acct_xsk" | b"addr_xsk" | b"stake_xsk" => ("Cardano extended signing key", 96),
        _ => return None,
    })
}

/// Public keys and ids in the same encoding.
fn is_public(prefix: &[u8]) -> bool {
    matches!(prefix, b"age" | b"npub" | b"note" | b"nprofile" | b"nevent")
        || prefix.ends_with(b"_pk")
        || prefix.ends_with(b"vk")
}

/// Checks prefix, length and checksum.
pub(super) fn check(secret: &[u8]) -> Outcome {
    if secret.len() > LONGEST || secret.iter().any(|b| !b.is_ascii_graphic()) {
        return Outcome::unproven();
    }
    let text = secret.to_ascii_lowercase();
    let Some(at) = text.iter().rposition(|b| *b == b'1') else { return Outcome::unproven() };
    let (prefix, data) = (&text[..at], &text[at + 1..]);
    let public = is_public(prefix);
    let known = known(prefix);
    if !public && known.is_none() {
        return Outcome::unproven();
    }
    let mixed = secret != text && secret != text.to_ascii_uppercase();
    let right = !mixed && verified(prefix, data);
    if public {
        let verdict = if right { Verdict::NotSecret } else { Verdict::Unproven };
        return Outcome::new(verdict, vec![Fact::new("type", "public")]);
    }
    let bytes = data.len().saturating_sub(TAIL) * 5 / 8;
    let mut outcome = checksum(right && known.is_some_and(|(_, size)| size == bytes));
    outcome.facts.extend(known.map(|(name, _)| Fact::new("type", name)));
    outcome
}

fn verified(prefix: &[u8], data: &[u8]) -> bool {
    let values: Option<Vec<u8>> = data.iter().map(|b| DIGITS.iter().position(|d| d == b).map(|v| v as u8)).collect();
    values.is_some_and(|values| values.len() >= TAIL && polymod(prefix, &values) == 1)
}

fn polymod(prefix: &[u8], data: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.iter().map(|b| b >> 5);
    let low = prefix.iter().map(|b| b & 31);
    let values = high.chain([0]).chain(low).chain(data.iter().copied());
    values.fold(1u32, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |sum, (_, g)| sum ^ g)
    })
}

/// Encodes `bytes`, in lower case.
pub(crate) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let (mut bits, mut count, mut data) = (0u32, 0u32, Vec::new());
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xfff;
        count += 8;
        while count >= 5 {
            count -= 5;
            data.push((bits >> count & 31) as u8);
        }
    }
    if count > 0 {
        data.push((bits << (5 - count) & 31) as u8);
    }
    let sum = polymod(prefix.as_bytes(), &[data.as_slice(), &[0; TAIL]].concat()) ^ 1;
    data.extend((0..TAIL).map(|place| (sum >> (5 * (TAIL - 1 - place)) & 31) as u8));
    let digits = data.iter().map(|v| char::from(DIGITS[usize::from(*v & 31)]));
    prefix.chars().chain(['1']).chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> Vec<u8> {
        (0..32).collect()
    }

    #[test]
    fn vectors() {
        let age = ["age-secret", "-key-1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0swrydwg"].concat();
        assert_eq!(encode("age-secret-key-", &bytes()), age);
        let upper = age.to_ascii_uppercase();
        for text in [&age, &upper] {
            let out = check(text.as_bytes());
            assert_eq!((out.verdict, out.fact("type")), (Verdict::Valid, Some("age secret key")));
        }
        let sample = ["AGE-SECRET", "-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"].concat();
        assert_eq!(check(sample.as_bytes()).verdict, Verdict::Valid);
        let nostr = ["nsec", "1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s8zu3a4"].concat();
        assert_eq!(encode("nsec", &bytes()), nostr);
        assert_eq!(check(nostr.as_bytes()).verdict, Verdict::Valid);
    }

    #[test]
    fn damage_is_seen() {
        let good = encode("nsec", &bytes());
        for at in 5..good.len() {
            let mut text = good.clone().into_bytes();
            text[at] = if text[at] == b'q' { b'p' } else { b'q' };
            assert_eq!(check(&text).verdict, Verdict::Invalid, "at {at}");
        }
        let mixed = format!("nsec1{}", good[5..].to_ascii_uppercase());
        assert_eq!(check(mixed.as_bytes()).verdict, Verdict::Invalid);
        assert_eq!(check(encode("nsec", &[1; 31]).as_bytes()).verdict, Verdict::Invalid);
        assert_eq!(check(b"nsec1").verdict, Verdict::Invalid);
    }

    #[test]
    fn public_and_foreign_prefixes() {
        assert_eq!(check(encode("npub", &bytes()).as_bytes()).verdict, Verdict::NotSecret);
        assert_eq!(check(encode("age", &bytes()).as_bytes()).verdict, Verdict::NotSecret);
        assert_eq!(check(encode("bc", &bytes()).as_bytes()), Outcome::unproven());
        for text in ["", "1", "nothing", "n\u{fc}sec1abc"] {
            assert_eq!(check(text.as_bytes()), Outcome::unproven(), "{text}");
        }
        assert_eq!(check(encode("root_xsk", &[7; 96]).as_bytes()).verdict, Verdict::Valid);
    }
}
