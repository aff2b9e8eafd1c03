//! Credentials that are text in base64 or base32.
//!
//! Sources: the providers' documentation; Docker's `config.json`; Atlassian Data Center's personal access tokens and JFrog's
//! reference tokens as published samples show them; Supabase's key script.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::{Fact, Outcome, Verdict, checksum, codec, fact, printable};

fn wrong(what: &'static str) -> Outcome {
    Outcome::new(Verdict::Invalid, vec![Fact::new("structure", what)])
}

fn valid(facts: Vec<Fact>) -> Outcome {
    Outcome::new(Verdict::Valid, facts)
}

/// Base64 of `user:password`.
pub(super) fn docker_auth(secret: &[u8]) -> Outcome {
    let decoded = codec::base64(secret).unwrap_or_default();
    let Some((user, password)) = std::str::from_utf8(&decoded).ok().and_then(|text| text.split_once(':')) else {
        return wrong("not base64 of user:password");
    };
    let placeholder = password.starts_with(['$', '<', '{', '%'])
        || ["password", "pass", "secret", "changeme", "xxx"].contains(&password)
        || password.is_empty() && user.len() < SHORTEST_TOKEN;
    if placeholder {
        return Outcome::new(Verdict::NotSecret, vec![Fact::new("password", "a placeholder")]);
    }
    // Some registries take a token in the user's place: what may be one is not shown.
    let token = password.is_empty() || password.starts_with("x-") || user.len() >= SHORTEST_TOKEN;
    let user = printable(user, SHORTEST_TOKEN).filter(|_| !token).map(|user| Fact::new("user", user));
    Outcome::new(Verdict::Unproven, user.into_iter().collect())
}

/// A user name of this length may be a token.
const SHORTEST_TOKEN: usize = 20;

/// Data Center tokens of Jira, Confluence and Bitbucket (`BBDC-`): a number, a colon, 20 random bytes.
pub(super) fn data_center(secret: &[u8]) -> Outcome {
    let text = secret.strip_prefix(b"BBDC-").unwrap_or(secret);
    let text: Vec<u8> = text.iter().map(|b| if *b == b'@' { b'+' } else { *b }).collect();
    let decoded = codec::base64(&text).unwrap_or_default();
    let at = decoded.iter().position(|b| *b == b':').unwrap_or(0);
    let number = std::str::from_utf8(&decoded[..at]).unwrap_or_default();
    let fits = (4..=20).contains(&at) && number.bytes().all(|b| b.is_ascii_digit());
    if !fits || decoded.len() < at + 17 || decoded[at..].is_ascii() {
        return wrong("not base64 of a number and random bytes");
    }
    valid(vec![Fact::new("token id", number)])
}

/// JFrog's API keys (`AKCp`): base58 of 54 bytes, as published ones are; no checksum is known.
pub(super) fn jfrog_key(secret: &[u8]) -> Outcome {
    match codec::base58(secret, codec::BASE58) {
        Some(bytes) if bytes.len() == 54 => Outcome::unproven(),
        _ => wrong("not base58 of 54 bytes"),
    }
}

/// JFrog's reference tokens: `reftkn:version:expiry:random`.
pub(super) fn jfrog_reference(secret: &[u8], now: i64) -> Outcome {
    let decoded = codec::base64(secret).unwrap_or_default();
    let mut parts = std::str::from_utf8(&decoded).unwrap_or_default().split(':');
    let (Some("reftkn"), Some(_), Some(expiry)) = (parts.next(), parts.next(), parts.next()) else {
        return wrong("not a reference token");
    };
    match expiry.parse::<i64>() {
        Ok(0) => valid(vec![Fact::new("expires", "never")]),
        Ok(at) => {
            let mut facts = Vec::new();
            let ended = fact::expiry(at, now, &mut facts);
            Outcome::new(if ended { Verdict::Weak } else { Verdict::Valid }, facts)
        }
        Err(_) => wrong("not a reference token"),
    }
}

/// Intercom: `tok:` and 32 hexadecimal digits.
pub(super) fn intercom(secret: &[u8]) -> Outcome {
    let decoded = codec::base64(secret).unwrap_or_default();
    let Some(rest) = decoded.strip_prefix(b"tok:") else { return wrong("not base64 of tok:…") };
    let hex = rest.iter().filter(|b| b.is_ascii_hexdigit()).count();
    if hex >= 32 && rest.is_ascii() { valid(Vec::new()) } else { wrong("not base64 of tok:…") }
}

/// WorkOS and Highnote: `sk_live_` or `sk_test_`, then base64 of `key_<id>,<secret>`.
pub(super) fn key_pair(secret: &[u8]) -> Outcome {
    let (mode, text) = match secret.split_at_checked(8) {
        Some((b"sk_live_", text)) => ("live", text),
        Some((b"sk_test_", text)) => ("test", text),
        _ => return Outcome::unproven(),
    };
    let decoded = codec::base64(text).unwrap_or_default();
    let Some((id, _)) = std::str::from_utf8(&decoded).ok().and_then(|text| text.split_once(',')) else {
        return wrong("not base64 of key_<id>,<secret>");
    };
    match printable(id, 40).filter(|id| id.starts_with("key_")) {
        Some(id) => valid(vec![Fact::new("mode", mode), Fact::new("key id", id)]),
        None => wrong("not base64 of key_<id>,<secret>"),
    }
}

/// NVIDIA NGC's older keys: 26 characters, a colon, a UUID.
pub(super) fn ngc(secret: &[u8]) -> Outcome {
    let decoded = codec::base64(secret).unwrap_or_default();
    let is_uuid = |text: &[u8]| {
        text.len() == 36
            && text.iter().enumerate().all(|(at, b)| match at {
                8 | 13 | 18 | 23 => *b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
    };
    match decoded.split_at_checked(26) {
        Some((id, [b':', rest @ ..])) if id.iter().all(u8::is_ascii_alphanumeric) && is_uuid(rest) => valid(Vec::new()),
        _ => wrong("not base64 of an id and a UUID"),
    }
}

/// NuGet: base32 of bytes that begin with `v4`.
pub(super) fn nuget(secret: &[u8]) -> Outcome {
    let upper = secret.iter().any(u8::is_ascii_uppercase);
    if upper && secret.iter().any(u8::is_ascii_lowercase) {
        return wrong("mixed case: not a NuGet key");
    }
    match codec::base32(secret) {
        Some(bytes) if bytes.starts_with(b"v4") => Outcome::unproven(),
        _ => wrong("not base32 of a NuGet key"),
    }
}

/// Supabase: the last eight characters are SHA-256 of the project and the rest. Stacks at home all have one project's name;
/// that of others is the host label of a URL in `near`.
pub(super) fn supabase(secret: &[u8], near: &[u8]) -> Outcome {
    if secret.starts_with(b"sb_publishable_") {
        return Outcome::new(Verdict::NotSecret, vec![Fact::publishable()]);
    }
    match secret.split_last_chunk::<9>() {
        Some((head, tail)) if head.starts_with(b"sb_secret_") && tail[0] == b'_' => {
            let (home, near) = ("supabase-self-hosted", String::from_utf8_lossy(near));
            let mut projects =
                near.match_indices(".supabase.").filter_map(|(end, _)| near.get(end.checked_sub(20)?..end));
            let of = |project: &&str| supabase_tail(project, head).as_bytes() == &tail[1..];
            let project = Some(home).filter(of).map(|_| "self-hosted").or_else(|| projects.find(of));
            let facts = project.map(|project| [checksum(true).facts, vec![Fact::new("project", project)]].concat());
            facts.map_or_else(Outcome::unproven, valid)
        }
        _ => Outcome::unproven(),
    }
}

fn supabase_tail(project: &str, head: &[u8]) -> String {
    let sum = Sha256::new().chain_update(project).chain_update(b"|").chain_update(head).finalize();
    let mut text = URL_SAFE_NO_PAD.encode(sum);
    text.truncate(8);
    text
}

/// A shared access signature of Azure: a query with `se` for its end, or only the signature.
pub(super) fn azure_sas(secret: &[u8], now: i64) -> Outcome {
    let text = String::from_utf8_lossy(secret).replace("&amp;", "&").replace("\\u0026", "&");
    let field = |name: &str| {
        let mut fields = text.split(['&', '?', ' ']).filter_map(|part| part.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| codec::percent_decoded(value.as_bytes()))
    };
    let whole = field("sig");
    let signature = whole.clone().unwrap_or_else(|| codec::percent_decoded(secret));
    if codec::base64(&signature).is_none_or(|bytes| bytes.len() != 32) {
        return wrong("the signature is not 32 bytes");
    }
    let mut outcome = Outcome::unproven();
    if whole.is_none() {
        return outcome;
    }
    for (name, label) in [("sp", "permissions"), ("skn", "policy")] {
        let value = field(name).and_then(|v| String::from_utf8(v).ok());
        outcome.facts.extend(value.as_deref().and_then(|v| printable(v, 60)).map(|v| Fact::new(label, v)));
    }
    let expiry = field("se").and_then(|value| end(&String::from_utf8_lossy(&value)));
    if expiry.is_some_and(|expiry| fact::expiry(expiry, now, &mut outcome.facts)) {
        outcome.verdict = Verdict::Weak;
    }
    outcome
}

/// `2024-03-01T00:00:00Z`, a day alone, or seconds since 1970 (Service Bus).
fn end(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_second());
    }
    let day = text.get(..10)?.parse::<jiff::civil::Date>().ok()?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const NAME: &str = "MadeUpVector";

    #[test]
    fn docker() {
        let run = |text: &str| docker_auth(STANDARD.encode(text).as_bytes());
        let out = run("ci:MadeUp:Vector");
        assert_eq!((out.verdict, out.fact("user")), (Verdict::Unproven, Some("ci")));
        for text in ["user:", "user:password", "user:${TOKEN}", "user:<token>"] {
            assert_eq!(run(text).verdict, Verdict::NotSecret, "{text}");
        }
        let token = NAME.repeat(2);
        for text in [format!("{token}:"), format!("{token}:{NAME}"), format!("{NAME}:x-oauth-basic")] {
            assert_eq!(run(&text), Outcome::unproven(), "{text}");
        }
        assert_eq!(run("no colon").verdict, Verdict::Invalid);
    }

    #[test]
    fn data_center_tokens() {
        let token = STANDARD.encode([b"123456789012:".as_slice(), &(200..220).collect::<Vec<u8>>()].concat());
        for prefix in ["", "BBDC-"] {
            let out = data_center(format!("{prefix}{token}").as_bytes());
            assert_eq!((out.verdict, out.fact("token id")), (Verdict::Valid, Some("123456789012")));
        }
        assert_eq!(data_center(STANDARD.encode("12:short").as_bytes()).verdict, Verdict::Invalid);
        assert_eq!(data_center(b"!").verdict, Verdict::Invalid);
    }

    #[test]
    fn jfrog_keys() {
        let key = ["AKCp", &NAME.repeat(6)[..69]].concat();
        assert_eq!(jfrog_key(key.as_bytes()).verdict, Verdict::Unproven);
        assert_eq!(jfrog_key(key.replace("Made", "M0de").as_bytes()).fact("structure"), Some("not base58 of 54 bytes"));
        assert_eq!(jfrog_key(&key.as_bytes()[..60]).verdict, Verdict::Invalid);
    }

    #[test]
    fn expiry_dates() {
        let token = STANDARD.encode(format!("reftkn:01:1893456000:{NAME}"));
        assert_eq!(jfrog_reference(token.as_bytes(), 0).fact("expires"), Some("2030-01-01"));
        assert_eq!(jfrog_reference(token.as_bytes(), 1_900_000_000).verdict, Verdict::Weak);
        assert_eq!(jfrog_reference(STANDARD.encode("reftkn:01:x").as_bytes(), 0).verdict, Verdict::Invalid);
        let sas = |end: &str| format!("sv=2022-11-02&ss=b&sp=rwdl&se={end}&sig={}%3D", "A".repeat(43));
        let now = 1_700_000_000;
        for (end, verdict) in [
            ("2020-01-01T00:00:00Z", Verdict::Weak),
            ("2020-01-01T00%3A00%3A00Z", Verdict::Weak),
            ("2020-01-01", Verdict::Weak),
            ("2040-01-01T00:00Z", Verdict::Unproven),
            ("1600000000", Verdict::Weak),
        ] {
            assert_eq!(azure_sas(sas(end).as_bytes(), now).verdict, verdict, "{end}");
        }
        let out = azure_sas(sas("2020-01-01T00:00:00Z").as_bytes(), now);
        assert_eq!((out.fact("permissions"), out.fact("expired")), (Some("rwdl"), Some("2020-01-01")));
        assert_eq!(azure_sas(format!("{}%3D", "A".repeat(43)).as_bytes(), now), Outcome::unproven());
        assert_eq!(azure_sas(b"sig=short", now).verdict, Verdict::Invalid);
    }

    #[test]
    fn other_texts() {
        let run = |check: fn(&[u8]) -> Outcome, prefix: &str, text: &str| {
            check(format!("{prefix}{}", STANDARD.encode(text)).as_bytes()).verdict
        };
        assert_eq!(run(intercom, "", &format!("tok:{}:1:0", "0a1b".repeat(8))), Verdict::Valid);
        assert_eq!(run(intercom, "", "tik:x"), Verdict::Invalid);
        assert_eq!(run(key_pair, "sk_live_", &format!("key_{NAME},{NAME}")), Verdict::Valid);
        assert_eq!(run(key_pair, "sk_live_", NAME), Verdict::Invalid);
        let id = format!("{NAME}{NAME}ab");
        assert_eq!(run(ngc, "", &format!("{id}:0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f")), Verdict::Valid);
        assert_eq!(run(ngc, "", &format!("{id}:nothing")), Verdict::Invalid);
        let key = codec::to_base32(b"v4MadeUpVectorMadeUpVectorMade");
        assert_eq!(nuget(key.as_bytes()).verdict, Verdict::Unproven);
        assert_eq!(nuget(key.to_ascii_lowercase().as_bytes()).verdict, Verdict::Unproven);
        assert_eq!(nuget(format!("{}a", &key[1..]).as_bytes()).verdict, Verdict::Invalid);
    }

    #[test]
    fn supabase_keys() {
        let head = ["sb_secret", "_", NAME, "MadeUpVect"].concat();
        assert_eq!(supabase_tail("abcdefghijklmnopqrst", head.as_bytes()), "8VDdWOGv");
        let own = format!("{head}_{}", supabase_tail("supabase-self-hosted", head.as_bytes()));
        assert_eq!(supabase(own.as_bytes(), b"").fact("project"), Some("self-hosted"));
        let hosted = format!("{head}_8VDdWOGv");
        for near in ["", "https://tsrqponmlkjihgfedcba.supabase.co", ".supabase.co"] {
            assert_eq!(supabase(hosted.as_bytes(), near.as_bytes()), Outcome::unproven());
        }
        let out = supabase(hosted.as_bytes(), b"a.supabase.co, https://abcdefghijklmnopqrst.supabase.co/rest/v1");
        assert_eq!((out.verdict, out.fact("checksum")), (Verdict::Valid, Some("valid")));
        assert_eq!(out.fact("project"), Some("abcdefghijklmnopqrst"));
        assert_eq!(supabase(b"sb_publishable_x", b"").verdict, Verdict::NotSecret);
    }
}
