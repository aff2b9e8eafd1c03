//! Keys in base58check: version bytes, payload, the first four bytes of SHA-256 of SHA-256 of both.
//!
//! Sources: the Bitcoin wiki (WIF), BIP-32 and SLIP-132 (extended keys), BIP-38, the Tezos source (prefixes), xrpl.org.

use sha2::{Digest as _, Sha256};

use super::codec::{self, BASE58, RIPPLE58};
use super::secp256k1::in_range;
use super::{Fact, Outcome, Verdict, checksum};

/// Checks the checksum and reads the kind from the version bytes.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let ripple = secret.starts_with(b"s") && (25..=31).contains(&secret.len());
    let alphabet = if ripple { RIPPLE58 } else { BASE58 };
    let Some(bytes) = codec::base58(secret, alphabet).filter(|b| (12..=150).contains(&b.len())) else {
        return Outcome::unproven();
    };
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else { return Outcome::unproven() };
    if tail(body) != *sum {
        return checksum(false);
    }
    let Some((kind, verdict)) = (if ripple { seed(body) } else { kind(body) }) else {
        let mut outcome = checksum(true);
        outcome.facts.push(Fact::new("type", "other base58check data"));
        outcome.verdict = Verdict::Unproven;
        return outcome;
    };
    let mut outcome = checksum(true);
    outcome.verdict = verdict;
    outcome.facts.push(Fact::new("type", kind));
    if body.len() == 78 {
        let depth = body.get(4).copied().unwrap_or_default();
        let master = if depth == 0 { " (master key)" } else { "" };
        outcome.facts.push(Fact::new("depth", format!("{depth}{master}")));
    }
    outcome
}

/// First four bytes of the double SHA-256.
fn tail(body: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(Sha256::digest(body)));
    [a, b, c, d]
}

/// Encodes with a checksum.
pub(crate) fn encode(body: &[u8], alphabet: &[u8; 58]) -> String {
    codec::to_base58(&[body, &tail(body)].concat(), alphabet)
}

/// Seeds of the XRP Ledger.
fn seed(body: &[u8]) -> Option<(&'static str, Verdict)> {
    match body {
        [0x21, rest @ ..] if rest.len() == 16 => Some(("XRP Ledger seed", Verdict::Valid)),
        [0x01, 0xe1, 0x4b, rest @ ..] if rest.len() == 16 => Some(("XRP Ledger seed (Ed25519)", Verdict::Valid)),
        _ => None,
    }
}

fn kind(body: &[u8]) -> Option<(&'static str, Verdict)> {
    let fits = |name, right: bool| Some((name, if right { Verdict::Valid } else { Verdict::Invalid }));
    match body {
        [0x80, key @ ..] if matches!(key.len(), 32 | 33) => fits("Bitcoin private key (WIF)", wif(key)),
        [0xef, key @ ..] if matches!(key.len(), 32 | 33) => fits("Bitcoin testnet private key (WIF)", wif(key)),
        [0xb0, key @ ..] if matches!(key.len(), 32 | 33) => fits("Litecoin private key (WIF)", wif(key)),
        [0x9e, key @ ..] if matches!(key.len(), 32 | 33) => fits("Dogecoin private key (WIF)", wif(key)),
        [0x01, 0x42 | 0x43, ..] if body.len() == 39 => Some(("encrypted private key (BIP-38)", Verdict::Weak)),
        [0x0d, 0x0f, 0x3a, 0x07, ..] if body.len() == 36 => fits("Tezos Ed25519 seed", true),
        [0x2b, 0xf6, 0x4e, 0x07, ..] if body.len() == 68 => fits("Tezos Ed25519 key", true),
        [0x11, 0xa2, 0xe0, 0xc9, key @ ..] if key.len() == 32 => fits("Tezos secp256k1 key", in_range(key)),
        [0x10, 0x51, 0xee, 0xbd, ..] if body.len() == 36 => fits("Tezos P-256 key", true),
        _ if body.len() == 78 => extended(body),
        _ => None,
    }
}

/// 32 bytes, and a 1 after them if the public key is compressed.
fn wif(key: &[u8]) -> bool {
    key.split_at_checked(32).is_some_and(|(key, mark)| in_range(key) && matches!(mark, [] | [1]))
}

/// Extended keys: version, depth, parent, number, chain code, and a key of 33 bytes from the 46th on.
fn extended(body: &[u8]) -> Option<(&'static str, Verdict)> {
    let name = match body.first_chunk::<4>()? {
        [0x04, 0x88, 0xad, 0xe4] => "extended private key (xprv)",
        [0x04, 0x9d, 0x78, 0x78] => "extended private key (yprv)",
        [0x04, 0xb2, 0x43, 0x0c] => "extended private key (zprv)",
        [0x04, 0x35, 0x83, 0x94] => "testnet extended private key (tprv)",
        [0x04, 0x4a, 0x4e, 0x28] => "testnet extended private key (uprv)",
        [0x04, 0x5f, 0x18, 0xbc] => "testnet extended private key (vprv)",
        [0x04, 0x88, 0xb2, 0x1e]
        | [0x04, 0x9d, 0x7c, 0xb2]
        | [0x04, 0xb2, 0x47, 0x46]
        | [0x04, 0x35, 0x87, 0xcf]
        | [0x04, 0x4a, 0x52, 0x62]
        | [0x04, 0x5f, 0x1c, 0xf6] => return Some(("extended public key", Verdict::NotSecret)),
        _ => return None,
    };
    match body.get(45..) {
        Some([0, key @ ..]) if in_range(key) => Some((name, Verdict::Valid)),
        _ => Some((name, Verdict::Invalid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(parts: &[&str]) -> (Verdict, Option<String>) {
        let out = check(parts.concat().as_bytes());
        (out.verdict, out.fact("type").map(str::to_owned))
    }

    #[test]
    fn published_vectors() {
        for (parts, verdict, kind) in [
            (["5HueCGU8rMjxEXxiPuD5BDku4M", "kFqeZyd4dZ1jvhTVqvbTLvyTJ"], Verdict::Valid, "Bitcoin private key (WIF)"),
            (["KwDiBf89QgGbjEhKnhXJuH7Lrc", "iVrZi3qYjgd9M7rFU73sVHnoWn"], Verdict::Valid, "Bitcoin private key (WIF)"),
            (
                ["6PRVWUbkzzsbcVac2qwfssoUJAN1", "Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg"],
                Verdict::Weak,
                "encrypted private key (BIP-38)",
            ),
            (
                [
                    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiCh",
                    "kVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
                ],
                Verdict::Valid,
                "extended private key (xprv)",
            ),
            (["edsk2fuNzt29dPBwrTvES5JiKxLM", "8p4VTcKDF2oFZiwfJLEocqv1rb"], Verdict::Valid, "Tezos Ed25519 seed"),
            (["snoPBrXtMeMyMH", "UVTgbuqAfg1SUTb"], Verdict::Valid, "XRP Ledger seed"),
        ] {
            assert_eq!(run(&parts), (verdict, Some(kind.to_owned())));
            let (_, rest) = parts[1].split_at(1);
            assert_eq!(run(&[parts[0], "Z", rest]).0, Verdict::Invalid, "{kind}");
        }
    }

    #[test]
    fn what_the_payload_must_be() {
        let xprv = |key: &[u8]| [[0x04, 0x88, 0xad, 0xe4].as_slice(), &[0; 41], key].concat();
        let run = |body: &[u8]| check(encode(body, BASE58).as_bytes());
        assert_eq!(run(&xprv(&[[0].as_slice(), &[9; 32]].concat())).fact("depth"), Some("0 (master key)"));
        assert_eq!(run(&xprv(&[9; 33])).verdict, Verdict::Invalid);
        assert_eq!(run(&[[0x80].as_slice(), &[0; 32]].concat()).verdict, Verdict::Invalid);
        assert_eq!(run(&[[0x80].as_slice(), &[7; 32], &[2]].concat()).verdict, Verdict::Invalid);
        assert_eq!(run(&[[0xef].as_slice(), &[7; 32], &[1]].concat()).verdict, Verdict::Valid);
        let public = [[0x04, 0x88, 0xb2, 0x1e].as_slice(), &[3; 74]].concat();
        assert_eq!(run(&public).verdict, Verdict::NotSecret);
        assert_eq!(run(&[0; 21]).verdict, Verdict::Unproven);
        assert_eq!(check(b"0OIl"), Outcome::unproven());
    }
}
