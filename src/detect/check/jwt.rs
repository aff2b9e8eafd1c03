//! JSON Web Tokens. Source: RFC 7515 (JWS), RFC 7516 (JWE), RFC 7518 (algorithms), RFC 7519 (claims).

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};

use super::{Fact, Outcome, Verdict, codec, fact, printable};
use crate::detect::weak;

const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true)
        .with_encode_padding(false),
);

/// Reads header and claims; says whether the token is signed, encrypted, expired or public by design.
pub(super) fn check(secret: &[u8], now: i64) -> Outcome {
    let parts: Vec<&[u8]> = secret.splitn(6, |b| *b == b'.').collect();
    let Some(header) = parts.first().and_then(|part| object(part)) else { return not_a_token() };
    let Some(algorithm) = text(&header, "alg", 40) else { return unsigned(&parts) };
    let mut facts = vec![Fact::new("algorithm", algorithm)];
    match parts.as_slice() {
        [_, _, _, _, _] => match text(&header, "enc", 40) {
            Some(cipher) => {
                facts.push(Fact::new("encrypted", cipher));
                Outcome::new(Verdict::Unproven, facts)
            }
            None => not_a_token(),
        },
        [_, payload, signature] => {
            let mut outcome = signed(algorithm, payload, signature, now, facts);
            if outcome.verdict == Verdict::Valid
                && let Some(fact) = of_little_use(secret, &header, algorithm)
            {
                outcome.verdict = Verdict::Weak;
                outcome.facts.push(fact);
            }
            outcome
        }
        _ => not_a_token(),
    }
}

/// Why a token opens nothing: its claims are those of the sample on jwt.io, everybody knows the secret that signed it, or it
/// proves one request alone (RFC 9449).
fn of_little_use(token: &[u8], header: &Map<String, Value>, algorithm: &str) -> Option<Fact> {
    const SAMPLE_SUBJECT: &str = "1234567890";
    if text(header, "typ", 40).is_some_and(|kind| kind.eq_ignore_ascii_case("dpop+jwt")) {
        return Some(Fact::new("use", "proof for one request"));
    }
    let dot = memchr::memrchr(b'.', token)?;
    let claims = object(token[..dot].split(|b| *b == b'.').nth(1)?)?;
    if text(&claims, "sub", 40) == Some(SAMPLE_SUBJECT) {
        return Some(Fact::new("claims", "those of documentation's sample"));
    }
    let signature = BASE64URL.decode(&token[dot + 1..]).ok()?;
    let known = KNOWN_SECRETS.into_iter().chain(weak::words()).any(|secret| match algorithm {
        "HS256" => signs::<Hmac<Sha256>>(secret, &token[..dot], &signature),
        "HS384" => signs::<Hmac<Sha384>>(secret, &token[..dot], &signature),
        "HS512" => signs::<Hmac<Sha512>>(secret, &token[..dot], &signature),
        _ => false,
    });
    known.then(|| Fact::new("signed with", "a secret that everybody knows"))
}

/// Secrets that documentation and libraries sign their samples with, beside weak passwords.
const KNOWN_SECRETS: [&str; 12] = [
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "your_jwt_secret",
    "your-secret-key",
    "my-secret",
    "mysecret",
    "secretkey",
    "secret_key",
    "changeme",
    "key",
];

fn signs<M: Mac + KeyInit>(secret: &str, text: &[u8], signature: &[u8]) -> bool {
    <M as KeyInit>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(text).verify_slice(signature).is_ok())
}

/// Whether a token with a registered algorithm names no issuer, or a host that documentation and tests use for one. What gives
/// tokens out to others says who it is; what a test makes for itself does not.
pub(crate) fn is_of_nobody(token: &[u8]) -> bool {
    const REGISTERED: [&str; 14] = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
        "ES256K", "EdDSA",
    ];
    const NOBODY: [&str; 5] = ["example", "localhost", "127.0.0.1", ".test", "test."];
    let mut parts = token.split(|b| *b == b'.');
    let header = parts.next().and_then(object);
    let algorithm = header.as_ref().and_then(|header| text(header, "alg", 40));
    if !algorithm.is_some_and(|algorithm| REGISTERED.contains(&algorithm)) {
        return false;
    }
    let claims = parts.next().and_then(object);
    claims.is_some_and(|claims| match text(&claims, "iss", 100) {
        Some(issuer) => NOBODY.iter().any(|word| issuer.contains(word)),
        None => !claims.contains_key("iss"),
    })
}

/// A token that was encoded once more, in base64, as Kubernetes secrets and CI variables hold it.
pub(super) fn check_base64(secret: &[u8], now: i64) -> Outcome {
    codec::base64(secret).map_or_else(not_a_token, |token| check(token.trim_ascii_end(), now))
}

/// A header that names no algorithm: no verifier takes such a token, but its claims are readable, and somebody made it.
fn unsigned(parts: &[&[u8]]) -> Outcome {
    match parts {
        [_, payload, signature]
            if !signature.is_empty() && object(payload).is_some_and(|claims| !claims.is_empty()) =>
        {
            Outcome::new(Verdict::Weak, vec![Fact::new("algorithm", "not named")])
        }
        _ => not_a_token(),
    }
}

fn not_a_token() -> Outcome {
    Outcome::new(Verdict::NotSecret, vec![Fact::new("structure", "not a JSON web token")])
}

/// A signature of letters alone that is shorter than this is a word: no algorithm makes one of less than 32 bytes.
const SHORTEST_SIGNATURE: usize = 16;

fn signed(algorithm: &str, payload: &[u8], signature: &[u8], now: i64, mut facts: Vec<Fact>) -> Outcome {
    let mut verdict = Verdict::Valid;
    let word = signature.len() < SHORTEST_SIGNATURE && signature.iter().all(u8::is_ascii_alphabetic);
    if word && !signature.is_empty() {
        return Outcome::new(Verdict::NotSecret, vec![Fact::new("signature", "a word")]);
    }
    match object(payload) {
        Some(claims) => verdict = read_claims(&claims, now, &mut facts).unwrap_or(verdict),
        None => {
            // Signed bytes of another kind exist (RFC 7515); what verifies tokens takes none of them.
            facts.push(Fact::new("claims", "unreadable"));
            verdict = Verdict::Weak;
        }
    }
    if algorithm.starts_with("ed25519") {
        // NATS: servers ask for a signature by the seed of the subject as well.
        facts.push(Fact::new("use", "none without the seed of its subject"));
        verdict = Verdict::Weak;
    }
    if algorithm.eq_ignore_ascii_case("none") || signature.is_empty() {
        facts.push(Fact::new("signature", "none"));
        verdict = Verdict::Weak;
    } else if !signature_fits(algorithm, signature) {
        facts.push(Fact::new("signature", "wrong length for the algorithm"));
        verdict = Verdict::Invalid;
    }
    Outcome::new(verdict, facts)
}

/// Adds what the claims say. `Some(Weak)` when the token has expired or is public by design.
fn read_claims(claims: &Map<String, Value>, now: i64, facts: &mut Vec<Fact>) -> Option<Verdict> {
    let mut verdict = None;
    let issuer = text(claims, "iss", 100);
    if let Some(issuer) = issuer {
        facts.push(Fact::new("issuer", issuer));
    }
    if let Some(expiry) = claims.get("exp").and_then(seconds) {
        if fact::expiry(expiry, now, facts) {
            verdict = Some(Verdict::Weak);
        }
    } else {
        facts.push(Fact::new("expires", "never"));
    }
    if issuer.is_some_and(is_entra) {
        let ids = [("tid", "tenant"), ("appid", "application"), ("azp", "application")];
        facts.extend(ids.iter().filter_map(|(claim, label)| Some(Fact::new(label, text(claims, claim, 40)?))));
    }
    facts.extend(service_account(claims).map(|account| Fact::new("service account", account)));
    if issuer.is_some_and(|issuer| issuer.starts_with("supabase"))
        && let Some(role) = text(claims, "role", 40)
    {
        facts.push(Fact::new("role", role));
        if role == "anon" {
            facts.push(Fact::publishable());
            verdict = Some(Verdict::Weak);
        }
    }
    verdict
}

/// Microsoft Entra ID, version 1 and 2 of its tokens.
fn is_entra(issuer: &str) -> bool {
    ["https://sts.windows.net/", "https://login.microsoftonline.com/"].iter().any(|start| issuer.starts_with(start))
}

/// `namespace/name` of a Kubernetes service account, in the claims of bound tokens and of the older ones that never end.
fn service_account(claims: &Map<String, Value>) -> Option<String> {
    let (namespace, name) = match claims.get("kubernetes.io") {
        Some(Value::Object(bound)) => {
            (text(bound, "namespace", 63)?, text(bound.get("serviceaccount")?.as_object()?, "name", 63)?)
        }
        _ => {
            let of = "kubernetes.io/serviceaccount";
            (text(claims, &format!("{of}/namespace"), 63)?, text(claims, &format!("{of}/service-account.name"), 63)?)
        }
    };
    Some(format!("{namespace}/{name}"))
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str, max: usize) -> Option<&'a str> {
    printable(object.get(key)?.as_str()?, max)
}

/// A NumericDate; some issuers write it as a fraction or as text.
fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)),
        Value::String(s) => s.parse().ok(),
        _ => None,
    }
}

/// RFC 7518: the length of a signature follows from the algorithm (RSA: from the key, at least 512 bit).
fn signature_fits(algorithm: &str, signature: &[u8]) -> bool {
    let Ok(bytes) = BASE64URL.decode(signature) else { return false };
    match algorithm {
        "HS256" => bytes.len() == 32,
        "HS384" => bytes.len() == 48,
        "HS512" | "ES256" | "ES256K" => bytes.len() == 64,
        "ES384" => bytes.len() == 96,
        "ES512" => bytes.len() == 132,
        "EdDSA" => matches!(bytes.len(), 64 | 114),
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => bytes.len() >= 64,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn part(json: &str) -> String {
        BASE64URL.encode(json)
    }

    fn token(header: &str, payload: &str, signature: usize) -> String {
        format!("{}.{}.{}", part(header), part(payload), BASE64URL.encode(vec![7; signature]))
    }

    fn run(header: &str, payload: &str, signature: usize) -> Outcome {
        check(token(header, payload, signature).as_bytes(), NOW)
    }

    const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn a_signed_token() {
        let out = run(HS256, r#"{"iss":"https://id.example.org/","sub":"someone","exp":2015360000}"#, 32);
        assert_eq!(out.verdict, Verdict::Valid);
        assert_eq!(out.fact("algorithm"), Some("HS256"));
        assert_eq!(out.fact("issuer"), Some("https://id.example.org/"));
        assert_eq!(out.fact("expires"), Some("2033-11-11"));
        assert!(out.fact("expired").is_none() && !format!("{out:?}").contains("someone"));
    }

    #[test]
    fn expiry() {
        for exp in ["1700000000", "1700000000.5", "\"1700000000\""] {
            let out = run(HS256, &format!(r#"{{"exp":{exp}}}"#), 32);
            assert_eq!((out.verdict, out.fact("expired")), (Verdict::Weak, Some("2023-11-14")), "{exp}");
            assert_eq!(out.fact("expires"), None);
        }
        assert_eq!(run(HS256, "{}", 32).fact("expires"), Some("never"));
        assert_eq!(run(HS256, r#"{"exp":99999999999999999}"#, 32).fact("expires"), Some("never"));
    }

    #[test]
    fn unsigned_tokens_are_weak() {
        let out = run(r#"{"alg":"none"}"#, r#"{"sub":"x"}"#, 0);
        assert_eq!((out.verdict, out.fact("signature")), (Verdict::Weak, Some("none")));
        assert_eq!(run(HS256, r#"{"sub":"x"}"#, 0).verdict, Verdict::Weak);
    }

    #[test]
    fn a_word_is_no_signature() {
        let text = |signature: &str| format!("{}.{}.{signature}", part(HS256), part(r#"{"sub":"x"}"#));
        assert_eq!(check(text("signature").as_bytes(), NOW).verdict, Verdict::NotSecret);
        assert_eq!(check(text("s1gnature").as_bytes(), NOW).verdict, Verdict::Invalid);
    }

    #[test]
    fn supabase_roles() {
        let claims = |role: &str| format!(r#"{{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"{role}"}}"#);
        let anon = run(HS256, &claims("anon"), 32);
        assert_eq!((anon.verdict, anon.fact("publishable")), (Verdict::Weak, Some("not a secret")));
        let service = run(HS256, &claims("service_role"), 32);
        assert_eq!((service.verdict, service.fact("role")), (Verdict::Valid, Some("service_role")));
    }

    #[test]
    fn whose_token_it_is() {
        let tenant = "11111111-2222-4333-8444-555555555555";
        for issuer in ["https://sts.windows.net", "https://login.microsoftonline.com"] {
            let out = run(HS256, &format!(r#"{{"iss":"{issuer}/{tenant}/","tid":"{tenant}","appid":"acme"}}"#), 32);
            assert_eq!((out.fact("tenant"), out.fact("application")), (Some(tenant), Some("acme")));
        }
        assert_eq!(run(HS256, r#"{"iss":"https://id.example.org/","tid":"acme"}"#, 32).fact("tenant"), None);
        for claims in [
            r#"{"iss":"https://k8s.example.org","kubernetes.io":{"namespace":"ci","serviceaccount":{"name":"deploy"}}}"#,
            concat!(
                r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"ci","#,
                r#""kubernetes.io/serviceaccount/service-account.name":"deploy"}"#
            ),
        ] {
            let out = run(HS256, claims, 32);
            assert_eq!((out.fact("service account"), out.fact("expires")), (Some("ci/deploy"), Some("never")));
        }
    }

    #[test]
    fn signature_lengths() {
        for (alg, right) in [("HS384", 48), ("HS512", 64), ("ES256", 64), ("ES384", 96), ("ES512", 132), ("RS256", 256)]
        {
            let header = format!(r#"{{"alg":"{alg}"}}"#);
            assert_eq!(run(&header, "{}", right).verdict, Verdict::Valid, "{alg}");
            assert_eq!(run(&header, "{}", 20).verdict, Verdict::Invalid, "{alg}");
        }
        assert_eq!(run(r#"{"alg":"Dilithium"}"#, "{}", 20).verdict, Verdict::Valid);
        assert_eq!(run(HS256, "not json", 32).verdict, Verdict::Weak);
    }

    #[test]
    fn encrypted_tokens() {
        let header = part(r#"{"alg":"dir","enc":"A256GCM"}"#);
        let out = check(format!("{header}..aaaa.bbbb.cccc").as_bytes(), NOW);
        assert_eq!((out.verdict, out.fact("encrypted")), (Verdict::Unproven, Some("A256GCM")));
        assert_eq!(check(format!("{}..a.b.c", part(HS256)).as_bytes(), NOW).verdict, Verdict::NotSecret);
    }

    #[test]
    fn samples_and_known_secrets() {
        let signed = |secret: &str, claims: &str| {
            let head = format!("{}.{}", part(HS256), part(claims));
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("any length");
            let signature = mac.chain_update(&head).finalize().into_bytes();
            check(format!("{head}.{}", BASE64URL.encode(signature)).as_bytes(), NOW)
        };
        for secret in ["secret", "your-256-bit-secret", "postgres"] {
            let out = signed(secret, r#"{"sub":"someone"}"#);
            assert_eq!((out.verdict, out.fact("signed with")), (Verdict::Weak, Some("a secret that everybody knows")));
        }
        assert_eq!(signed("rv4Kp0qz", r#"{"sub":"someone"}"#).verdict, Verdict::Valid);
        let sample = signed("rv4Kp0qz", r#"{ "name": "A. Person", "sub": "1234567890" }"#);
        assert_eq!((sample.verdict, sample.fact("claims").is_some()), (Verdict::Weak, true));
        let proof = run(r#"{"typ":"dpop+jwt","alg":"ES256"}"#, r#"{"jti":"x"}"#, 64);
        assert_eq!((proof.verdict, proof.fact("use")), (Verdict::Weak, Some("proof for one request")));
    }

    #[test]
    fn tokens_that_name_no_issuer() {
        let nobody = |header: &str, claims: &str| is_of_nobody(token(header, claims, 32).as_bytes());
        for claims in ["{}", r#"{"sub":"x"}"#, r#"{"iss":"https://localhost:8080/"}"#, r#"{"iss":"id.example.org"}"#] {
            assert!(nobody(HS256, claims), "{claims}");
        }
        for claims in [r#"{"iss":"https://login.acme.com/"}"#, r#"{"iss":7}"#, "not json"] {
            assert!(!nobody(HS256, claims), "{claims}");
        }
        assert!(!nobody(r#"{"alg":"Dilithium"}"#, "{}") && !is_of_nobody(b"a.b"));
    }

    #[test]
    fn what_is_no_token() {
        let no_alg = token(r#"{"typ":"JWT"}"#, "{}", 32);
        let array = token("[]", "{}", 32);
        for text in ["", "a.b.c", "....", &no_alg, &array, &part(HS256)] {
            assert_eq!(check(text.as_bytes(), NOW).verdict, Verdict::NotSecret, "{text}");
        }
    }
}
