//! Tokens that end in a CRC-32 of themselves, written in base 62.
//!
//! Sources: GitHub, "Behind GitHub's new authentication token formats" (2021); npm uses the same construction. Vercel, Deno
//! Deploy and Apify do likewise; what they hash was found by computing it for published samples.

use super::codec::{BASE62, radix};
use super::{Outcome, checksum};

const TAIL: usize = 6;
/// Apify's order: digits, lower case, upper case.
pub(crate) const APIFY: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// CRC-32 of `body` as six base-62 digits, most significant first.
pub(crate) fn base62_crc(body: &[u8]) -> [u8; TAIL] {
    crc_in(body, BASE62)
}

/// The same with another order of digits.
pub(crate) fn crc_in(body: &[u8], digits: &[u8; 62]) -> [u8; TAIL] {
    radix(crc32fast::hash(body), digits)
}

/// `ghp_`, `gho_`, `ghu_`, `ghs_` with 36 characters, `ghr_` with 76, or 36 as at first. Other forms (`github_pat_`, `ghs_`
/// around a JWT) have no known check.
pub(super) fn github(secret: &[u8]) -> Outcome {
    let Some((prefix, body)) = secret.split_at_checked(4) else { return Outcome::unproven() };
    match (prefix, body.len()) {
        (b"ghp_" | b"gho_" | b"ghu_" | b"ghs_", 36) | (b"ghr_", 36 | 76) => tail(body, 0, BASE62),
        _ => Outcome::unproven(),
    }
}

/// `npm_` with 36 characters.
pub(super) fn npm(secret: &[u8]) -> Outcome {
    match secret.strip_prefix(b"npm_") {
        Some(body) if body.len() == 36 => tail(body, 0, BASE62),
        _ => Outcome::unproven(),
    }
}

/// `vcp_`, `vci_`, `vca_`, `vcr_`, `vck_` with 56 characters.
pub(super) fn vercel(secret: &[u8]) -> Outcome {
    match secret {
        [b'v', b'c', b'p' | b'i' | b'a' | b'r' | b'k', b'_', body @ ..] if body.len() == 56 => tail(body, 0, BASE62),
        _ => Outcome::unproven(),
    }
}

/// `ddp_`, `ddo_`, `ddw_` with 36 characters; the prefix is hashed too.
pub(super) fn deno(secret: &[u8]) -> Outcome {
    match secret {
        [b'd', b'd', b'p' | b'o' | b'w', b'_', body @ ..] if body.len() == 36 => tail(secret, 4, BASE62),
        _ => Outcome::unproven(),
    }
}

/// `apify_api_` with 36 characters, hashed with the prefix; other lengths have no known check.
pub(super) fn apify(secret: &[u8]) -> Outcome {
    match secret.strip_prefix(b"apify_api_") {
        Some(body) if body.len() == 36 => tail(secret, 10, APIFY),
        _ => Outcome::unproven(),
    }
}

/// The last six characters against the others; the first `prefix` bytes may be of any alphabet.
fn tail(hashed: &[u8], prefix: usize, digits: &[u8; 62]) -> Outcome {
    if !hashed.iter().skip(prefix).all(u8::is_ascii_alphanumeric) {
        return Outcome::unproven();
    }
    let (random, given) = hashed.split_at(hashed.len().saturating_sub(TAIL));
    checksum(crc_in(random, digits) == given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::check::Verdict;

    const SHORT: &str = "MadeUpVectorMadeUpVectorMadeUp3AJL3j";

    fn long() -> String {
        format!("{}{}", "MadeUpVector".repeat(5), "MadeUpVect3DhbfQ")
    }

    #[test]
    fn vectors() {
        for prefix in ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"] {
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
    fn what_is_hashed_differs() {
        let body = "MadeUpVector".repeat(5);
        let sum = |text: &str, digits| String::from_utf8_lossy(&crc_in(text.as_bytes(), digits)).into_owned();
        let bare = format!("vck_{}{}", &body[..50], sum(&body[..50], BASE62));
        assert_eq!(vercel(bare.as_bytes()).verdict, Verdict::Valid);
        let head = format!("ddp_{}", &body[..30]);
        let whole = format!("{head}{}", sum(&head, BASE62));
        assert_eq!(deno(whole.as_bytes()).verdict, Verdict::Valid);
        assert_eq!(
            deno(format!("ddp_{}{}", &body[..30], sum(&body[..30], BASE62)).as_bytes()).verdict,
            Verdict::Invalid
        );
        let head = format!("apify_api_{}", &body[..30]);
        assert_eq!(apify(format!("{head}{}", sum(&head, APIFY)).as_bytes()).verdict, Verdict::Valid);
        assert_eq!(apify(format!("{head}{}", sum(&head, BASE62)).as_bytes()).verdict, Verdict::Invalid);
    }

    #[test]
    fn forms_without_a_checksum_are_left_alone() {
        for text in ["", "ghp", "ghp_", "ghp_short", &format!("github_pat_{SHORT}")] {
            assert_eq!(github(text.as_bytes()), Outcome::unproven(), "{text}");
        }
        assert_eq!(npm(format!("npm_{SHORT}x").as_bytes()), Outcome::unproven());
        assert_eq!(npm(format!("ghp_{SHORT}").as_bytes()), Outcome::unproven());
        assert_eq!(vercel(format!("vcp_{SHORT}").as_bytes()), Outcome::unproven());
        assert_eq!(apify(format!("apify_api_{SHORT}xx").as_bytes()), Outcome::unproven());
    }
}
