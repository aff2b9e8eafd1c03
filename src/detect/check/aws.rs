//! AWS access key ids: four letters for the kind, then base32.
//!
//! Source: the IAM user guide (unique id prefixes); the account encoding is public knowledge since 2020 and was checked
//! against published ids.

use super::{Fact, Outcome, Verdict};

/// Checks the alphabet of a key id and decodes the account it belongs to.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let Some((prefix, body)) = secret.split_at_checked(4) else { return Outcome::unproven() };
    let kind = match prefix {
        b"AKIA" => None,
        b"ASIA" => Some("temporary: needs a session token"),
        b"ABIA" => Some("STS service bearer token"),
        b"ACCA" => Some("context-specific credential"),
        b"AROA" => return not_a_key("role"),
        b"AIDA" => return not_a_key("user"),
        b"AGPA" => return not_a_key("group"),
        b"ANPA" => return not_a_key("managed policy"),
        b"ANVA" => return not_a_key("managed policy version"),
        b"AIPA" => return not_a_key("instance profile"),
        b"ASCA" => return not_a_key("certificate"),
        b"APKA" => return not_a_key("public key"),
        _ => return Outcome::unproven(),
    };
    let mut facts: Vec<Fact> = kind.map(|kind| Fact::new("kind", kind)).into_iter().collect();
    if body.len() < 16 {
        return Outcome::new(Verdict::Unproven, facts);
    }
    if body.iter().any(|b| base32(*b).is_none()) {
        facts.push(Fact::new("alphabet", "impossible: a key id has only A-Z and 2-7 after its prefix"));
        return Outcome::new(Verdict::Invalid, facts);
    }
    if let Some(account) = account(body) {
        facts.push(Fact::new("account", format!("{account:012}")));
    }
    Outcome::new(Verdict::Unproven, facts)
}

fn not_a_key(what: &str) -> Outcome {
    Outcome::new(Verdict::NotSecret, vec![Fact::new("kind", format!("id of a {what}, not a credential"))])
}

fn base32(byte: u8) -> Option<u64> {
    match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    }
}

/// The account: bits 1 to 40 of the body. The first bit is set in ids issued since 2019; in older ids (fifth character
/// before `Q`, mostly `I` or `J`) these bits are random.
fn account(body: &[u8]) -> Option<u64> {
    let mut bits = 0u64;
    for byte in body.get(..10)? {
        bits = bits << 5 | base32(*byte)?;
    }
    let first48 = bits >> 2;
    let account = (first48 & 0x7fff_ffff_ff80) >> 7;
    (first48 >> 47 == 1 && account < 1_000_000_000_000).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(prefix: &str, body: &str) -> Outcome {
        check(format!("{prefix}{body}").as_bytes())
    }

    #[test]
    fn vectors() {
        assert_eq!(run("ASIA", "QNZGKIQY56JQ7WML").fact("account"), Some("029608264753"));
        let made_up = run("AKIA", "RZPUZDIKAAAAAAAA");
        assert_eq!((made_up.verdict, made_up.fact("account")), (Verdict::Unproven, Some("123456789012")));
    }

    #[test]
    fn an_impossible_alphabet_is_invalid() {
        for body in ["I44QH8DHBEXAMPLE", "RZPUZDIKAAAAAAA0", "RZPUZDIKAAAAAAA1", "RZPUZDIKAAAAAAA9", "rzpuzdikaaaaaaaa"]
        {
            let out = run("AKIA", body);
            assert_eq!(out.verdict, Verdict::Invalid, "{body}");
            assert!(out.fact("alphabet").is_some() && out.fact("account").is_none());
        }
    }

    #[test]
    fn old_ids_show_no_account() {
        for body in ["IOSFODNN7ABCDEFG", "JABCDEFGHIJKLMNO", "77777777ABCDEFGH"] {
            assert_eq!(run("AKIA", body), Outcome::unproven(), "{body}");
        }
    }

    #[test]
    fn ids_of_other_things_are_no_secrets() {
        for prefix in ["AROA", "AIDA", "AGPA", "ANPA", "ANVA", "AIPA", "ASCA", "APKA"] {
            assert_eq!(run(prefix, "RZPUZDIKAAAAAAAA").verdict, Verdict::NotSecret);
        }
        assert_eq!(run("ABCD", "RZPUZDIKAAAAAAAA"), Outcome::unproven());
        assert_eq!(check(b"AK"), Outcome::unproven());
        assert_eq!(run("AKIA", "SHORT"), Outcome::unproven());
    }
}
