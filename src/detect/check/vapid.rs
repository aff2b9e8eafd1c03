//! Key pairs of Web Push (VAPID). Sources: RFC 8292; SEC 1, sections 2.3.3 and 3.2 (points and keys of P-256).

use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;

use super::{Fact, Outcome, Verdict, codec};

/// Characters of a public key in base64url: a mark and two numbers of 32 bytes.
const PUBLIC: usize = 87;
/// The mark of a point that is not compressed.
const POINT: u8 = 4;

/// One half of a pair. The public one goes into every page; a private one is proved by the public one, if that stands `near`.
pub(super) fn check(secret: &[u8], near: &[u8]) -> Outcome {
    let bytes = codec::base64(secret).unwrap_or_default();
    match (bytes.len(), bytes.first()) {
        (65, Some(&POINT)) => Outcome::new(Verdict::NotSecret, vec![Fact::publishable()]),
        (32, _) => private(&bytes, near),
        _ => Outcome::unproven(),
    }
}

fn private(bytes: &[u8], near: &[u8]) -> Outcome {
    let Ok(key) = SecretKey::from_slice(bytes) else {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("range", "outside the curve's order: not a key")]);
    };
    let is_base64url = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let mut points = near.split(|b| !is_base64url(b)).filter(|run| run.len() == PUBLIC).peekable();
    if points.peek().is_none() {
        return Outcome::unproven();
    }
    let own = key.public_key().to_encoded_point(false);
    if points.any(|point| codec::base64(point).is_some_and(|point| point == own.as_bytes())) {
        return Outcome::new(Verdict::Valid, vec![Fact::new("public key", "matches")]);
    }
    Outcome::unproven()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    /// A private key and its public one.
    fn pair(scalar: [u8; 32]) -> (String, String) {
        let point = SecretKey::from_slice(&scalar).expect("a key").public_key().to_encoded_point(false);
        (URL_SAFE_NO_PAD.encode(scalar), URL_SAFE_NO_PAD.encode(point.as_bytes()))
    }

    #[test]
    fn the_public_half_is_no_secret_and_proves_the_other() {
        let ((private, public), (_, other)) = (pair([7; 32]), pair([8; 32]));
        assert_eq!(public.len(), PUBLIC);
        assert_eq!(check(public.as_bytes(), private.as_bytes()).verdict, Verdict::NotSecret);
        let json = |public: &str| format!("{{\"publicKey\": \"{public}\", \"privateKey\": \"{private}\"}}");
        let out = check(private.as_bytes(), json(&public).as_bytes());
        assert_eq!((out.verdict, out.fact("public key")), (Verdict::Valid, Some("matches")));
        for near in [String::new(), json(&other), json(&public[1..])] {
            assert_eq!(check(private.as_bytes(), near.as_bytes()), Outcome::unproven(), "{near}");
        }
    }

    #[test]
    fn the_generator_is_the_key_of_one() {
        let mut one = [0; 32];
        one[31] = 1;
        let public = URL_SAFE_NO_PAD.decode(pair(one).1).expect("base64");
        assert_eq!(public[..5], [POINT, 0x6b, 0x17, 0xd1, 0xf2]);
        for wrong in [[0; 32], [0xff; 32]] {
            assert_eq!(check(URL_SAFE_NO_PAD.encode(wrong).as_bytes(), b"").verdict, Verdict::Invalid);
        }
    }
}
