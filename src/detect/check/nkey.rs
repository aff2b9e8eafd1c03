//! Seeds in base32 that end in CRC-16/XMODEM: NATS and Stellar. Sources: the nkeys library; SEP-23.

use super::codec::{self, crc16};
use super::{Fact, Outcome, Verdict, checksum};

/// Version byte of a Stellar seed: 18 shifted left by three.
const STELLAR_SEED: u8 = 0x90;

/// A NATS seed: 58 characters beginning with `S`.
pub(super) fn nats(secret: &[u8]) -> Outcome {
    let public = secret.len() == 56 && secret.first().is_some_and(|b| b"ACNOUX".contains(b));
    let Some(bytes) = codec::base32(secret).filter(|_| public || secret.len() == 58) else {
        return Outcome::unproven();
    };
    let right = sealed(&bytes);
    if public {
        let verdict = if right { Verdict::NotSecret } else { Verdict::Unproven };
        return Outcome::new(verdict, vec![Fact::new("type", "public")]);
    }
    let [first, second, ..] = bytes.as_slice() else { return Outcome::unproven() };
    let kind = match (first & 7) << 5 | second >> 3 {
        0 => Some("account"),
        0x68 => Some("server"),
        0x70 => Some("operator"),
        0x10 => Some("cluster"),
        0xa0 => Some("user"),
        0xb8 => Some("curve"),
        _ => None,
    };
    let mut outcome = checksum(right && first >> 3 == 18 && kind.is_some());
    outcome.facts.extend(kind.map(|kind| Fact::new("type", format!("{kind} seed"))));
    outcome
}

/// Whether `secret` is a public key of NATS, with the right checksum.
pub(crate) fn is_public(secret: &[u8]) -> bool {
    nats(secret).verdict == Verdict::NotSecret
}

/// A Stellar seed: 56 characters beginning with `S`; `G…` is the address.
pub(super) fn stellar(secret: &[u8]) -> Outcome {
    let Some(bytes) = codec::base32(secret).filter(|_| secret.len() == 56) else { return Outcome::unproven() };
    let right = sealed(&bytes);
    match bytes.first() {
        Some(0x30) if right => Outcome::new(Verdict::NotSecret, vec![Fact::new("type", "address")]),
        Some(version) => checksum(right && *version == STELLAR_SEED),
        None => Outcome::unproven(),
    }
}

fn sealed(bytes: &[u8]) -> bool {
    bytes.split_last_chunk::<2>().is_some_and(|(body, sum)| crc16(body) == u16::from_le_bytes(*sum))
}

/// Base32 with the checksum appended.
pub(crate) fn seal(body: &[u8]) -> String {
    codec::to_base32(&[body, &crc16(body).to_le_bytes()].concat())
}

/// The two bytes before the seed of a key of this kind (the letter after `S`).
pub(crate) fn nats_prefix(kind: char) -> Option<[u8; 2]> {
    let kind: u8 = match kind {
        'A' => 0,
        'C' => 2 << 3,
        'N' => 13 << 3,
        'O' => 14 << 3,
        'U' => 20 << 3,
        'X' => 23 << 3,
        _ => return None,
    };
    Some([18 << 3 | kind >> 5, (kind & 31) << 3])
}

/// A Stellar seed for these 32 bytes.
pub(crate) fn stellar_seed(bytes: &[u8]) -> String {
    seal(&[&[STELLAR_SEED], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> Vec<u8> {
        (0..32).collect()
    }

    #[test]
    fn nats_vectors() {
        let user = ["SUAAAAICAMCAKBQHBAEQUCYMBUHA", "6EARCIJRIFIWC4MBSGQ3DQOR4H776Y"].concat();
        let prefix = nats_prefix('U').expect("known");
        assert_eq!(seal(&[prefix.as_slice(), &bytes()].concat()), user);
        let out = nats(user.as_bytes());
        assert_eq!((out.verdict, out.fact("type")), (Verdict::Valid, Some("user seed")));
        assert_eq!(nats(user.replace("ICAM", "ICBM").as_bytes()).verdict, Verdict::Invalid);
        for kind in "ACNOUX".chars() {
            let text = seal(&[nats_prefix(kind).expect("known").as_slice(), &bytes()].concat());
            assert!(
                text.starts_with(&format!("S{kind}A")) && nats(text.as_bytes()).verdict == Verdict::Valid,
                "{text}"
            );
        }
        let public = seal(&[[20 << 3].as_slice(), &bytes()].concat());
        assert!(public.starts_with('U') && nats(public.as_bytes()).verdict == Verdict::NotSecret);
        assert_eq!(nats(b"SUA"), Outcome::unproven());
    }

    #[test]
    fn stellar_vectors() {
        let seed = ["SAAACAQDAQCQMBYIBEFAWDANBYHR", "AEISCMKBKFQXDAMRUGY4DUPB6NKI"].concat();
        assert_eq!(stellar_seed(&bytes()), seed);
        assert_eq!(stellar(seed.as_bytes()).verdict, Verdict::Valid);
        assert_eq!(stellar(seed.replace("QDAQ", "QDBQ").as_bytes()).verdict, Verdict::Invalid);
        let address = seal(&[[0x30].as_slice(), &bytes()].concat());
        assert!(address.starts_with('G') && stellar(address.as_bytes()).verdict == Verdict::NotSecret);
    }
}
