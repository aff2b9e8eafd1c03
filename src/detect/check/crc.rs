//! Tokens that end in a CRC-32 of themselves, written in base 62.
//!
//! Source: GitHub, "Behind GitHub's new authentication token formats" (2021); npm uses the same construction.

use super::{Fact, Outcome, Verdict};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TAIL: usize = 6;

/// CRC-32 of `body` as six base-62 digits, most significant first.
pub(crate) fn base62_crc(body: &[u8]) -> [u8; TAIL] {
    let mut rest = crc32fast::hash(body) as usize;
    let mut out = [b'0'; TAIL];
    for place in out.iter_mut().rev() {
        *place = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    out
}

/// `ghp_`, `gho_`, `ghu_`, `ghs_` with 36 characters, `ghr_` with 76. Other forms (`github_pat_`, `ghs_` around a JWT) have
/// no known check.
pub(super) fn github(secret: &[u8]) -> Outcome {
    let Some((prefix, body)) = secret.split_at_checked(4) else { return Outcome::unproven() };
    match (prefix, body.len()) {
        (b"ghp_" | b"gho_" | b"ghu_" | b"ghs_", 36) | (b"ghr_", 76) => tail(body),
        _ => Outcome::unproven(),
    }
}

/// `npm_` with 36 characters.
pub(super) fn npm(secret: &[u8]) -> Outcome {
    match secret.strip_prefix(b"npm_") {
        Some(body) if body.len() == 36 => tail(body),
        _ => Outcome::unproven(),
    }
}

fn tail(body: &[u8]) -> Outcome {
    if !body.iter().all(u8::is_ascii_alphanumeric) {
        return Outcome::unproven();
    }
    let (random, given) = body.split_at(body.len().saturating_sub(TAIL));
    if base62_crc(random) == given {
        Outcome::new(Verdict::Valid, vec![Fact::new("checksum", "valid")])
    } else {
        Outcome::new(Verdict::Invalid, vec![Fact::new("checksum", "invalid")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = "MadeUpVectorMadeUpVectorMadeUp3AJL3j";

    fn long() -> String {
        format!("{}{}", "MadeUpVector".repeat(5), "MadeUpVect3DhbfQ")
    }

    #[test]
    fn vectors() {
        for prefix in ["ghp_", "gho_", "ghu_", "ghs_"] {
            let out = github(format!("{prefix}{SHORT}").as_bytes());
            assert_eq!((out.verdict, out.fact("checksum")), (Verdict::Valid, Some("valid")));
        }
        assert_eq!(github(format!("ghr_{}", long()).as_bytes()).verdict, Verdict::Valid);
        assert_eq!(npm(format!("npm_{SHORT}").as_bytes()).verdict, Verdict::Valid);
    }

    #[test]
    fn one_changed_character_is_invalid() {
        for at in 0..SHORT.len() {
            let mut body = SHORT.as_bytes().to_vec();
            body[at] = if body[at] == b'Q' { b'R' } else { b'Q' };
            let text = [b"ghp_".as_slice(), &body].concat();
            let out = github(&text);
            assert_eq!((out.verdict, out.fact("checksum")), (Verdict::Invalid, Some("invalid")), "at {at}");
        }
    }

    #[test]
    fn forms_without_a_checksum_are_left_alone() {
        for text in ["", "ghp", "ghp_", "ghp_short", &format!("github_pat_{SHORT}"), &format!("ghr_{SHORT}")] {
            assert_eq!(github(text.as_bytes()), Outcome::unproven(), "{text}");
        }
        assert_eq!(npm(format!("npm_{SHORT}x").as_bytes()), Outcome::unproven());
        assert_eq!(npm(format!("ghp_{SHORT}").as_bytes()), Outcome::unproven());
    }
}
