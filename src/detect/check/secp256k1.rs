//! Private keys of secp256k1 (Bitcoin, Ethereum) in hexadecimal. Source: SEC 2.

use super::{Fact, Outcome, Verdict, codec};

/// The order of the curve, n.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc,
    0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// Whether these bytes are a private key: 1 to n-1.
pub(super) fn in_range(key: &[u8]) -> bool {
    key.len() == 32 && key < ORDER.as_slice() && key.iter().any(|b| *b != 0)
}

/// A key of 64 hexadecimal digits, `0x` before it or not.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let digits = secret.strip_prefix(b"0x").unwrap_or(secret);
    let Some(key) = codec::hex(digits).filter(|key| key.len() == 32) else { return Outcome::unproven() };
    if !in_range(&key) {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("range", "outside the curve's order: not a key")]);
    }
    // Keys of nearly no bits are examples: 0x00…01.
    if key.iter().take(24).all(|b| *b == 0) {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("range", "a small number: an example")]);
    }
    Outcome::unproven()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range() {
        let order: String = ORDER.iter().map(|b| format!("{b:02x}")).collect();
        let last = order.replace("364141", "364140");
        for (text, verdict) in [
            ("0".repeat(64), Verdict::Invalid),
            (format!("{:064x}", 1), Verdict::Invalid),
            ("f".repeat(64), Verdict::Invalid),
            (order, Verdict::Invalid),
            (last, Verdict::Unproven),
            ("5a".repeat(32), Verdict::Unproven),
            ("5a".repeat(31), Verdict::Unproven),
        ] {
            assert_eq!(check(text.as_bytes()).verdict, verdict, "{text}");
            assert_eq!(check(format!("0x{text}").as_bytes()).verdict, verdict, "{text}");
        }
    }
}
