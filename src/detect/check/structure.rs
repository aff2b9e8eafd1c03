//! Tokens that have no checksum, but a structure in which something can be read.
//!
//! Sources: HashiCorp Vault (server side consistent tokens), Amazon Bedrock's documentation of API keys, SwarmKit (join tokens),
//! Clerk's documentation of keys, crypt(5), RFC 9562 (UUIDs), RFC 4648 (base64).

use super::{Fact, Outcome, Verdict, aws, codec, fact, printable};

/// Vault's `hvs.`: a protocol buffer of a version, an HMAC-SHA-256 and the token inside; or, in development and for root tokens,
/// just random letters.
pub(super) fn vault(secret: &[u8]) -> Outcome {
    let Some(body) = secret.strip_prefix(b"hvs.") else { return Outcome::unproven() };
    if body.len() <= LONGEST_SHORT {
        return Outcome::new(Verdict::Unproven, vec![Fact::new("kind", "short: a root or development token")]);
    }
    // Field 1, a number; field 2, 32 bytes; field 3, a length and so many bytes.
    let bytes = codec::base64(body).unwrap_or_default();
    let inner = bytes.strip_prefix(&[0x08, 0x01, 0x12, 0x20]).and_then(|rest| rest.get(32..));
    match inner {
        Some([0x1a, length, inner @ ..]) if usize::from(*length) == inner.len() => {
            Outcome::new(Verdict::Valid, vec![Fact::new("structure", "a signed service token")])
        }
        _ => Outcome::unproven(),
    }
}

/// Longest token of the plain form, without `hvs.`: 24 letters, and 26 with a namespace's mark.
const LONGEST_SHORT: usize = 26;

/// Bedrock: `ABSK` and base64 of a user's name and a secret, or `bedrock-api-key-` and base64 of a pre-signed address.
pub(super) fn bedrock(secret: &[u8], now: i64) -> Outcome {
    if let Some(body) = secret.strip_prefix(b"bedrock-api-key-") {
        let address = codec::base64(body).unwrap_or_default();
        return presigned(&String::from_utf8_lossy(&address), now);
    }
    let text = secret.strip_prefix(b"ABSK").and_then(codec::base64).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let account = text.split_once(':').and_then(|(user, _)| user.strip_prefix("BedrockAPIKey-")?.split_once("-at-"));
    match account {
        Some((_, account)) if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) => {
            Outcome::new(Verdict::Valid, vec![Fact::new("account", account)])
        }
        _ => Outcome::unproven(),
    }
}

/// What the query of a pre-signed AWS address says: account, region, end.
fn presigned(address: &str, now: i64) -> Outcome {
    let field = |name: &str| {
        let fields = address.split(['?', '&']).filter_map(|field| field.split_once('='));
        let value = fields.filter(|(key, _)| *key == name).map(|(_, value)| value).next()?;
        String::from_utf8(codec::percent_decoded(value.as_bytes())).ok()
    };
    let Some(credential) = field("X-Amz-Credential") else { return Outcome::unproven() };
    let mut scope = credential.split('/');
    let key = aws::check(scope.next().unwrap_or_default().as_bytes());
    let region = scope.nth(1).and_then(|region| printable(region, 25));
    let mut facts: Vec<Fact> = key.facts.into_iter().filter(|fact| fact.label == "account").collect();
    facts.extend(region.map(|region| Fact::new("region", region)));
    let signed = field("X-Amz-Date").and_then(|date| jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok());
    let signed = signed.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let lasts = field("X-Amz-Expires").and_then(|seconds| seconds.parse::<u32>().ok());
    let (Some(signed), Some(lasts)) = (signed, lasts) else { return Outcome::new(Verdict::Unproven, facts) };
    let ended = fact::expiry(signed.timestamp().as_second().saturating_add(i64::from(lasts)), now, &mut facts);
    Outcome::new(if ended { Verdict::Weak } else { Verdict::Valid }, facts)
}

/// Docker Swarm's join tokens: 50 digits of base 36 for a SHA-256, and 25 for 16 bytes, both with zeros in front.
pub(super) fn swarm(secret: &[u8]) -> Outcome {
    let Some(body) = secret.strip_prefix(b"SWMTKN-1-") else { return Outcome::unproven() };
    let mut numbers = body.split(|b| *b == b'-');
    let (Some(digest), Some(random), None) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Outcome::unproven();
    };
    if fits(digest, 32) && fits(random, 16) {
        return Outcome::new(Verdict::Valid, Vec::new());
    }
    Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "a number that its bytes cannot hold")])
}

/// Whether a number in base 36 fits in so many bytes.
fn fits(digits: &[u8], size: usize) -> bool {
    let mut number = vec![0u8; size];
    digits.iter().all(|digit| {
        let Some(value) = codec::BASE36.iter().position(|d| d == digit) else { return false };
        let mut carry = value as u32;
        for byte in number.iter_mut().rev() {
            let next = u32::from(*byte) * 36 + carry;
            *byte = next as u8;
            carry = next >> 8;
        }
        carry == 0
    })
}

/// Clerk: `pk_` is made for web pages and holds the instance's host; `sk_` is secret.
pub(super) fn clerk(secret: &[u8]) -> Outcome {
    let mode = if memchr::memmem::find(secret, b"_live_").is_some() { "live" } else { "test" };
    let mut facts = vec![Fact::new("mode", mode)];
    let Some(body) = secret.strip_prefix(b"pk_").and_then(|rest| rest.get(5..)) else {
        return Outcome::new(Verdict::Unproven, facts);
    };
    let host = codec::base64(body).and_then(|text| String::from_utf8(text).ok());
    let host = host.as_deref().and_then(|text| text.strip_suffix('$')).and_then(|host| printable(host, 100));
    facts.extend(host.map(|host| Fact::new("host", host)));
    facts.push(Fact::publishable());
    Outcome::new(Verdict::NotSecret, facts)
}

/// UUIDs that a provider draws at random are of version 4.
pub(super) fn uuid4(secret: &[u8]) -> Outcome {
    let digits: Vec<u8> = secret.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    match (digits.len(), digits.get(12), digits.get(16)) {
        (32, Some(b'4'), Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B')) => Outcome::unproven(),
        (32, Some(version), _) => {
            let version = char::from(*version);
            Outcome::new(Verdict::Invalid, vec![Fact::new("structure", format!("a UUID of version {version}, not 4"))])
        }
        _ => Outcome::unproven(),
    }
}

/// Hashes of `crypt`: a salt of nothing but digits, or of small letters, was typed: a generator makes one in a thousand so.
pub(super) fn crypt_salt(secret: &[u8]) -> Outcome {
    let mut parts = secret.split(|b| *b == b'$').filter(|part| !part.starts_with(b"rounds="));
    let salt = parts.nth(2).unwrap_or_default();
    let typed = salt.iter().all(u8::is_ascii_digit) || salt.iter().all(u8::is_ascii_lowercase);
    if typed && salt.len() >= SHORTEST_SALT {
        return Outcome::new(Verdict::Weak, vec![Fact::new("salt", "typed by hand, as in examples")]);
    }
    Outcome::unproven()
}

/// Shorter salts say nothing.
const SHORTEST_SALT: usize = 8;

/// Keys of 16 or 32 bytes in base64 without padding: the last character holds bits that no byte has, and they are zero.
pub(super) fn base64_tail(secret: &[u8]) -> Outcome {
    let body = HEADS.iter().find_map(|head| secret.strip_prefix(*head)).unwrap_or(secret);
    let keys = body.split(|b| *b == b'.').filter(|part| matches!(part.len(), 22 | 43));
    let canonical = |key: &[u8]| {
        let zero: &[u8] = if key.len() == 22 { b"AQgw" } else { b"AEIMQUYcgkosw048" };
        key.last().is_some_and(|last| zero.contains(last))
    };
    if keys.into_iter().all(canonical) {
        return Outcome::unproven();
    }
    Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "not the base64 of whole bytes")])
}

/// What stands before the key in the tokens that [`base64_tail`] judges.
const HEADS: [&[u8]; 3] = [b"SG.", b"sq0csp-", b"SWMKEY-1-"];

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn vault_tokens() {
        let inner = [b"\n\x1ahvs.".as_slice(), &"MadeUpVector".repeat(2).as_bytes()[..22]].concat();
        let bytes = [&[0x08, 0x01, 0x12, 0x20], [7; 32].as_slice(), &[0x1a, inner.len() as u8], &inner].concat();
        let token = format!("hvs.{}", URL_SAFE_NO_PAD.encode(&bytes));
        assert!(token.starts_with("hvs.CAES"));
        assert_eq!(vault(token.as_bytes()).verdict, Verdict::Valid);
        assert_eq!(vault(&token.as_bytes()[..token.len() - 8]), Outcome::unproven());
        let short = vault(format!("hvs.{}", "MadeUpVector".repeat(2)).as_bytes());
        assert_eq!(
            (short.verdict, short.fact("kind")),
            (Verdict::Unproven, Some("short: a root or development token"))
        );
    }

    #[test]
    fn bedrock_keys() {
        let long = |text: &str| bedrock(format!("ABSK{}", STANDARD.encode(text)).as_bytes(), 0);
        let out = long("BedrockAPIKey-a1b2-at-123456789012:MadeUpVector");
        assert_eq!((out.verdict, out.fact("account")), (Verdict::Valid, Some("123456789012")));
        assert_eq!(long("BedrockAPIKey-a1b2-at-1234:MadeUpVector"), Outcome::unproven());
        let id = ["ASIAQNZG", "KIQY56JQ7WML"].concat();
        let address = format!(
            "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\
             {id}%2F20250101%2Fus-east-1&X-Amz-Date=20250101T000000Z&X-Amz-Expires=43200"
        );
        let token = format!("bedrock-api-key-{}", STANDARD.encode(address));
        // 2025-01-01, 12:00.
        for (now, verdict) in [(1_735_732_799, Verdict::Valid), (1_735_732_801, Verdict::Weak)] {
            let out = bedrock(token.as_bytes(), now);
            assert_eq!((out.verdict, out.fact("account")), (verdict, Some("029608264753")));
            assert_eq!(out.fact("region"), Some("us-east-1"));
        }
        assert_eq!(bedrock(b"bedrock-api-key-bm90aGluZw==", 0), Outcome::unproven());
    }

    #[test]
    fn swarm_tokens() {
        let token = |digest: char, random: char| {
            swarm(format!("SWMTKN-1-{digest}{}-{random}{}", "0".repeat(49), "0".repeat(24)).as_bytes()).verdict
        };
        assert_eq!(token('5', 'e'), Verdict::Valid);
        assert_eq!(token('z', 'e'), Verdict::Invalid);
        assert_eq!(token('5', 'z'), Verdict::Invalid);
    }

    #[test]
    fn clerk_keys() {
        let out = clerk(format!("pk_live_{}", STANDARD.encode("clerk.example.dev$")).as_bytes());
        assert_eq!((out.verdict, out.fact("host")), (Verdict::NotSecret, Some("clerk.example.dev")));
        assert_eq!(clerk(b"pk_test_MadeUpVector").verdict, Verdict::NotSecret);
        let out = clerk(b"sk_test_MadeUpVector");
        assert_eq!((out.verdict, out.fact("mode")), (Verdict::Unproven, Some("test")));
    }

    #[test]
    fn versions_of_uuids() {
        let uuid = |version: char, variant: char| {
            uuid4(format!("1b4e28ba-2fa1-{version}d2c-{variant}83f-0016d3cca427").as_bytes())
        };
        assert_eq!(uuid('4', '8'), Outcome::unproven());
        for (version, variant) in [('1', '8'), ('4', 'c'), ('7', 'b')] {
            assert_eq!(uuid(version, variant).verdict, Verdict::Invalid);
        }
        assert_eq!(uuid4(b"MadeUpVector"), Outcome::unproven());
    }

    #[test]
    fn salts_of_hashes() {
        let hash = |head: &str, salt: &str| crypt_salt(format!("{head}{salt}${}", "MadeUpVector".repeat(7)).as_bytes());
        for (head, salt) in [("$6$", "12345678"), ("$6$rounds=5000$", "saltsaltsaltsalt"), ("$1$", "abcdefgh")] {
            assert_eq!(hash(head, salt).verdict, Verdict::Weak, "{salt}");
        }
        for (head, salt) in [("$6$", "1a345678"), ("$5$rounds=5000$", "saltSaltsaltsalt"), ("$1$", "1234")] {
            assert_eq!(hash(head, salt), Outcome::unproven(), "{salt}");
        }
    }

    #[test]
    fn tails_of_base64() {
        let sendgrid = |id: char, key: char| {
            base64_tail(format!("SG.{}{id}.{}{key}", "A".repeat(21), "A".repeat(42)).as_bytes()).verdict
        };
        let letters = || codec::BASE62.iter().copied().map(char::from).chain(['-', '_']);
        assert_eq!(letters().filter(|c| sendgrid('A', *c) == Verdict::Unproven).count(), 16);
        assert_eq!(letters().filter(|c| sendgrid(*c, 'A') == Verdict::Unproven).count(), 4);
        for head in ["sq0csp-", "SWMKEY-1-"] {
            let whole = |key: &[u8]| format!("{head}{}", URL_SAFE_NO_PAD.encode(key));
            assert_eq!(base64_tail(whole(&[9; 32]).as_bytes()), Outcome::unproven());
            let cut = format!("{head}{}B", &whole(&[9; 32])[head.len()..head.len() + 42]);
            assert_eq!(base64_tail(cut.as_bytes()).verdict, Verdict::Invalid);
        }
    }
}
