//! Tokens that hold JSON in base64: what they say about organization, account and expiry.
//!
//! Sources: Sentry (`orgauthtoken_token.py`), Grafana Cloud and Grafana (`apikeygen`), 1Password's documentation of service
//! accounts, Mapbox's documentation of tokens, Google's of service account keys.

use serde_json::{Map, Value};

use super::{Fact, Outcome, Verdict, codec, key, printable};

type Object = Map<String, Value>;

fn object(text: &[u8]) -> Option<Object> {
    serde_json::from_slice(&codec::base64(text)?).ok()
}

/// A fact for a text or number of the object.
fn fact(object: &Object, key: &str, label: &'static str) -> Option<Fact> {
    match object.get(key)? {
        Value::String(text) => printable(text, 100).map(|text| Fact::new(label, text)),
        Value::Number(number) => Some(Fact::new(label, number.to_string())),
        _ => None,
    }
}

fn no_json() -> Outcome {
    Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "not the JSON this kind of token holds")])
}

fn valid(facts: impl IntoIterator<Item = Option<Fact>>) -> Outcome {
    Outcome::new(Verdict::Valid, facts.into_iter().flatten().collect())
}

/// `sntrys_`, JSON, `_`, 32 random bytes.
pub(super) fn sentry(secret: &[u8]) -> Outcome {
    let Some(body) = secret.strip_prefix(b"sntrys_") else { return Outcome::unproven() };
    let mut parts = body.rsplitn(2, |b| *b == b'_');
    let (Some(tail), Some(head)) = (parts.next(), parts.next()) else { return no_json() };
    let random = codec::base64(tail).is_some_and(|bytes| bytes.len() == 32);
    let Some(json) = object(head).filter(|json| random && json.contains_key("iat")) else { return no_json() };
    let issued = json.get("iat").and_then(Value::as_f64).and_then(|at| codec::date(at as i64));
    valid([
        fact(&json, "org", "organization"),
        fact(&json, "url", "url"),
        fact(&json, "region_url", "region"),
        issued.map(|date| Fact::new("created", date)),
    ])
}

/// Grafana Cloud's `glc_` and the older keys of Grafana (`eyJrIjoi`).
pub(super) fn grafana(secret: &[u8]) -> Outcome {
    let text = secret.strip_prefix(b"glc_").unwrap_or(secret);
    let Some(json) = object(text).filter(|json| json.contains_key("k")) else { return no_json() };
    let region = json.get("m").and_then(Value::as_object).and_then(|meta| fact(meta, "r", "region"));
    if json.get("k").and_then(Value::as_str).is_some_and(|key| key.contains("EXAMPLE")) {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("key", "says that it is an example")]);
    }
    valid([
        fact(&json, "o", "organization").or_else(|| fact(&json, "id", "organization")),
        fact(&json, "n", "name"),
        region,
    ])
}

/// 1Password's `ops_`.
pub(super) fn onepassword(secret: &[u8]) -> Outcome {
    let Some(text) = secret.strip_prefix(b"ops_") else { return Outcome::unproven() };
    let has_key = |json: &Object| {
        json.get("secretKey").and_then(Value::as_str).is_some_and(|key| key.starts_with("A3-"))
            && json.contains_key("signInAddress")
    };
    match object(text).filter(has_key) {
        Some(json) => valid([fact(&json, "signInAddress", "sign-in address"), fact(&json, "email", "account")]),
        None => no_json(),
    }
}

/// Mapbox: `pk.` is made for web pages, `sk.` is secret, `tk.` expires within an hour.
pub(super) fn mapbox(secret: &[u8]) -> Outcome {
    let mut parts = secret.splitn(3, |b| *b == b'.');
    let (Some(kind), Some(body), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return Outcome::unproven();
    };
    let (kind, verdict) = match kind {
        b"pk" => ("public token", Verdict::NotSecret),
        b"sk" => ("secret token", Verdict::Valid),
        b"tk" => ("temporary token", Verdict::Weak),
        _ => return Outcome::unproven(),
    };
    let Some(json) = object(body).filter(|json| json.contains_key("u")) else { return no_json() };
    let public = (verdict == Verdict::NotSecret).then(Fact::publishable);
    let mut outcome = valid([Some(Fact::new("kind", kind)), fact(&json, "u", "account"), public]);
    outcome.verdict = verdict;
    outcome
}

/// A Google service account's key file, as JSON or in base64.
pub(super) fn service_account(secret: &[u8]) -> Outcome {
    let json = serde_json::from_slice(secret).ok().or_else(|| object(secret));
    let Some(json) = json.filter(|json: &Object| json.contains_key("private_key")) else { return no_json() };
    let key = json.get("private_key").and_then(Value::as_str).unwrap_or_default();
    let mut outcome = key::check(key.as_bytes());
    if outcome.verdict == Verdict::Unproven && outcome.facts.is_empty() {
        outcome = Outcome::new(Verdict::Invalid, vec![Fact::new("private key", "not a private key")]);
    }
    let facts = [
        fact(&json, "client_email", "account"),
        fact(&json, "project_id", "project"),
        fact(&json, "private_key_id", "key id"),
        fact(&json, "universe_domain", "universe").filter(|fact| fact.value != "googleapis.com"),
    ];
    outcome.facts.extend(facts.into_iter().flatten());
    outcome
}

/// A PEM or PuTTY file encoded once more.
pub(super) fn private_key_base64(secret: &[u8]) -> Outcome {
    match codec::base64(secret) {
        Some(text) => key::check(&text),
        None => Outcome::unproven(),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

    use super::*;
    use crate::rules::examples::expand;

    #[test]
    fn sentry_tokens() {
        let json = r#"{"iat":1700000000.1,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}"#;
        let (head, tail) = (STANDARD_NO_PAD.encode(json), STANDARD_NO_PAD.encode([9; 32]));
        let out = sentry(format!("sntrys_{head}_{tail}").as_bytes());
        assert_eq!((out.verdict, out.fact("organization")), (Verdict::Valid, Some("acme")));
        assert_eq!((out.fact("created"), out.fact("region")), (Some("2023-11-14"), Some("https://us.sentry.io")));
        for text in [format!("sntrys_{head}"), format!("sntrys_{head}_short"), format!("sntrys_abc_{tail}")] {
            assert_eq!(sentry(text.as_bytes()).verdict, Verdict::Invalid, "{text}");
        }
    }

    #[test]
    fn grafana_tokens() {
        let cloud = STANDARD.encode(r#"{"o":"123456","n":"made-up","k":"MadeUpVector","m":{"r":"eu"}}"#);
        let out = grafana(format!("glc_{cloud}").as_bytes());
        assert_eq!(
            (out.verdict, out.fact("organization"), out.fact("region")),
            (Verdict::Valid, Some("123456"), Some("eu"))
        );
        let older = STANDARD.encode(r#"{"k":"MadeUpVector","n":"ci","id":1}"#);
        let out = grafana(older.as_bytes());
        assert_eq!((out.fact("organization"), out.fact("name")), (Some("1"), Some("ci")));
        assert!(out.facts.iter().all(|f| !f.value.contains("MadeUp")));
        assert_eq!(grafana(b"glc_eyJ").verdict, Verdict::Invalid);
    }

    #[test]
    fn other_tokens() {
        let json = r#"{"signInAddress":"acme.1password.com","email":"x@example.org","secretKey":"A3-XXXXXX"}"#;
        let out = onepassword(format!("ops_{}", STANDARD_NO_PAD.encode(json)).as_bytes());
        assert_eq!((out.verdict, out.fact("sign-in address")), (Verdict::Valid, Some("acme.1password.com")));
        assert_eq!(onepassword(b"ops_eyJ").verdict, Verdict::Invalid);
        let body = URL_SAFE_NO_PAD.encode(r#"{"u":"acme","a":"clmadeup"}"#);
        for (kind, verdict) in [("pk", Verdict::NotSecret), ("sk", Verdict::Valid), ("tk", Verdict::Weak)] {
            let out = mapbox(format!("{kind}.{body}.{}", "A".repeat(22)).as_bytes());
            assert_eq!((out.verdict, out.fact("account")), (verdict, Some("acme")));
        }
        assert_eq!(mapbox(b"sk.eyJ1.abc").verdict, Verdict::Invalid);
        assert_eq!(mapbox(b"no"), Outcome::unproven());
    }

    #[test]
    fn keys_inside() {
        let pem = expand("{{pem:pkcs8-rsa}}", 3).expect("a known template").text;
        assert_eq!(private_key_base64(STANDARD.encode(&pem).as_bytes()).verdict, Verdict::Valid);
        let json = serde_json::json!({
            "type": "service_account", "project_id": "acme", "private_key": pem, "private_key_id": "0a1b",
            "client_email": "ci@acme.iam.gserviceaccount.com",
        })
        .to_string();
        for text in [json.clone(), STANDARD.encode(&json)] {
            let out = service_account(text.as_bytes());
            assert_eq!(
                (out.verdict, out.fact("project"), out.fact("key id")),
                (Verdict::Valid, Some("acme"), Some("0a1b"))
            );
        }
        assert_eq!(service_account(b"{\"private_key\": \"x\"}").verdict, Verdict::Invalid);
        assert_eq!(service_account(b"{}").verdict, Verdict::Invalid);
    }
}
