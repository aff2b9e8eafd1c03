//! OpenPGP secret keys. Source: RFC 9580 (packets, secret key material, CRC-24), and GnuPG's `gnu-dummy` extension.

use super::{Fact, Outcome, Verdict, fact};

/// The checksum of OpenPGP armour.
pub(crate) fn crc24(bytes: &[u8]) -> u32 {
    let mut crc = 0x00b7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    crc & 0x00ff_ffff
}

/// Reads the packets of a private key block; `None` when they are damaged.
pub(super) fn check(bytes: &[u8], sum: Option<u32>) -> Option<Outcome> {
    if sum.is_some_and(|sum| sum != crc24(bytes)) {
        return None;
    }
    let mut rest = bytes;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        let (tag, packet) = next_packet(&mut rest)?;
        match tag {
            5 | 7 => keys.push(secret_key(packet)?),
            6 | 14 if keys.is_empty() => {
                return Some(Outcome::new(Verdict::NotSecret, vec![Fact::new("type", "PGP public key")]));
            }
            _ => {}
        }
    }
    let (kind, _) = keys.first()?;
    let open = keys.iter().any(|(_, protection)| *protection == Protection::None);
    let encryption = match keys.iter().find(|(_, protection)| *protection != Protection::Absent) {
        None => fact::NO_SECRET_PART,
        Some(_) if open => "none",
        Some(_) => "passphrase",
    };
    let facts = vec![Fact::new("type", format!("PGP {kind}")), Fact::new("encryption", encryption)];
    Some(Outcome::new(if open { Verdict::Valid } else { Verdict::Weak }, facts))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    None,
    Passphrase,
    Absent,
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b))
}

/// Takes `count` bytes off the front.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

/// The next packet: its tag and content.
fn next_packet<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let head = *take(rest, 1)?.first()?;
    if head & 0x80 == 0 {
        return None;
    }
    if head & 0x40 != 0 {
        let first = number(take(rest, 1)?);
        let length = match first {
            0..=191 => first,
            192..=223 => ((first - 192) << 8) + number(take(rest, 1)?) + 192,
            255 => number(take(rest, 4)?),
            _ => return None,
        };
        return Some((head & 0x3f, take(rest, length)?));
    }
    let length = match head & 3 {
        0 => number(take(rest, 1)?),
        1 => number(take(rest, 2)?),
        2 => number(take(rest, 4)?),
        _ => rest.len(),
    };
    Some((head >> 2 & 0x0f, take(rest, length)?))
}

/// The algorithm of a secret key packet and how its secret part is protected.
fn secret_key(packet: &[u8]) -> Option<(String, Protection)> {
    let mut rest = packet;
    let version = *take(&mut rest, 1)?.first()?;
    take(&mut rest, 4)?;
    if version == 3 {
        take(&mut rest, 2)?;
    }
    let algorithm = *take(&mut rest, 1)?.first()?;
    if version >= 5 {
        take(&mut rest, 4)?;
    }
    let kind = skip_public(algorithm, &mut rest)?;
    let usage = *take(&mut rest, 1)?.first()?;
    if rest.is_empty() {
        return None;
    }
    let protection = match usage {
        0 => Protection::None,
        254 | 255 if rest.get(1) == Some(&101) => Protection::Absent,
        _ => Protection::Passphrase,
    };
    Some((kind, protection))
}

/// Skips the public half of a key and says what it is.
fn skip_public(algorithm: u8, rest: &mut &[u8]) -> Option<String> {
    let name = match algorithm {
        1..=3 => {
            let bits = mpi(rest)?;
            mpi(rest)?;
            return Some(format!("RSA {bits} bit"));
        }
        16 => return integers(rest, 3, "Elgamal"),
        17 => return integers(rest, 4, "DSA"),
        18 => {
            let curve = curve(rest)?;
            mpi(rest)?;
            let length = number(take(rest, 1)?);
            take(rest, length)?;
            curve
        }
        19 | 22 => {
            let curve = curve(rest)?;
            mpi(rest)?;
            curve
        }
        25 => take(rest, 32).map(|_| "X25519")?,
        26 => take(rest, 56).map(|_| "X448")?,
        27 => take(rest, 32).map(|_| "Ed25519")?,
        28 => take(rest, 57).map(|_| "Ed448")?,
        _ => return None,
    };
    Some(name.to_owned())
}

fn integers(rest: &mut &[u8], count: usize, name: &str) -> Option<String> {
    let bits = mpi(rest)?;
    for _ in 1..count {
        mpi(rest)?;
    }
    Some(format!("{name} {bits} bit"))
}

/// Skips a multi-precision integer; its length in bits.
fn mpi(rest: &mut &[u8]) -> Option<usize> {
    let bits = number(take(rest, 2)?);
    take(rest, bits.div_ceil(8))?;
    Some(bits)
}

fn curve(rest: &mut &[u8]) -> Option<&'static str> {
    let length = number(take(rest, 1)?);
    Some(match take(rest, length)? {
        [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01] => "Ed25519",
        [0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01] => "Curve25519",
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07] => "EC P-256",
        [0x2b, 0x81, 0x04, 0x00, 0x22] => "EC P-384",
        [0x2b, 0x81, 0x04, 0x00, 0x23] => "EC P-521",
        [0x2b, 0x81, 0x04, 0x00, 0x0a] => "EC secp256k1",
        _ => "EC",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc24_check_value() {
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
    }

    /// A version 4 RSA packet with the given usage octet and what follows it.
    fn packet(usage: &[u8]) -> Vec<u8> {
        let mut body = vec![4, 0, 0, 0, 0, 1, 0x00, 0x10, 0x80, 0x01, 0x00, 0x11, 1, 0, 1];
        body.extend(usage);
        [vec![0xc5, u8::try_from(body.len()).expect("short")], body].concat()
    }

    #[test]
    fn protection_is_read_after_the_public_half() {
        for (usage, verdict, encryption) in [
            ([0u8, 1, 2, 3].as_slice(), Verdict::Valid, "none"),
            (&[254, 9, 3, 8], Verdict::Weak, "passphrase"),
            (&[255, 9, 101, 0], Verdict::Weak, "secret part not included"),
        ] {
            let out = check(&packet(usage), None).expect("well formed");
            assert_eq!((out.verdict, out.fact("encryption")), (verdict, Some(encryption)));
            assert_eq!(out.fact("type"), Some("PGP RSA 16 bit"));
        }
    }

    #[test]
    fn damage_is_noticed() {
        let whole = packet(&[0, 1, 2, 3]);
        assert!(check(&whole, Some(crc24(&whole))).is_some());
        assert!(check(&whole, Some(1)).is_none());
        for cut in 0..whole.len() {
            assert!(check(&whole[..cut], None).is_none(), "cut to {cut}");
        }
    }
}
