//! PyPI's tokens: a macaroon of version 2 in base64url.
//!
//! Sources: libmacaroons' `doc/format.txt`; Warehouse (`warehouse/macaroons/caveats`) for what the caveats mean.

use serde_json::Value;

use super::{Fact, Outcome, Verdict, codec, fact, printable};

/// What the fields of a section mean.
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const SIGNATURE: u64 = 6;
const SIGNATURE_SIZE: usize = 32;

/// Reads location and caveats.
pub(super) fn pypi(secret: &[u8], now: i64) -> Outcome {
    let Some(text) = secret.strip_prefix(b"pypi-") else { return Outcome::unproven() };
    let Some(token) = codec::base64(text).and_then(|bytes| Token::parse(&bytes)) else { return broken() };
    let location = std::str::from_utf8(&token.location).ok().and_then(|text| printable(text, 60));
    let Some(location) = location.filter(|_| token.signature == SIGNATURE_SIZE) else { return broken() };
    let mut outcome =
        Outcome::new(Verdict::Valid, vec![Fact::new("structure", "valid"), Fact::new("location", location)]);
    for caveat in &token.caveats {
        read_caveat(caveat, now, &mut outcome);
    }
    outcome
}

fn broken() -> Outcome {
    Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "not a macaroon")])
}

/// Caveats are lists that begin with their kind; older ones are objects.
fn read_caveat(caveat: &[u8], now: i64, outcome: &mut Outcome) {
    let Ok(value) = serde_json::from_slice::<Value>(caveat) else { return };
    match value {
        Value::Array(list) => match (list.first().and_then(Value::as_u64), list.get(1)) {
            (Some(0), Some(expiry)) => {
                let Some(expiry) = expiry.as_i64() else { return };
                if fact::expiry(expiry, now, &mut outcome.facts) {
                    outcome.verdict = Verdict::Weak;
                }
            }
            (Some(1), Some(Value::Array(names))) => projects(names, outcome),
            (Some(2), _) => outcome.facts.push(Fact::new("scope", "projects by id")),
            (Some(3), _) => outcome.facts.push(Fact::new("scope", "whole account")),
            _ => {}
        },
        Value::Object(object) => match object.get("permissions") {
            Some(Value::String(user)) if user == "user" => outcome.facts.push(Fact::new("scope", "whole account")),
            Some(Value::Object(scope)) => {
                if let Some(Value::Array(names)) = scope.get("projects") {
                    projects(names, outcome);
                }
            }
            _ => {}
        },
        _ => {}
    }
}

fn projects(names: &[Value], outcome: &mut Outcome) {
    let names: Vec<&str> = names.iter().take(5).filter_map(|n| printable(n.as_str()?, 60)).collect();
    if !names.is_empty() {
        outcome.facts.push(Fact::new("projects", names.join(", ")));
    }
}

#[derive(Default)]
struct Token {
    location: Vec<u8>,
    caveats: Vec<Vec<u8>>,
    signature: usize,
}

impl Token {
    /// A version byte, then fields of type, length and value; type 0 ends a section.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[2])?;
        let (mut token, mut section) = (Self::default(), 0);
        while !rest.is_empty() {
            let kind = varint(&mut rest)?;
            if kind == 0 {
                section += 1;
                continue;
            }
            let length = usize::try_from(varint(&mut rest)?).ok()?;
            let (value, tail) = rest.split_at_checked(length)?;
            rest = tail;
            match kind {
                LOCATION if section == 0 => token.location = value.to_vec(),
                IDENTIFIER if section > 0 => token.caveats.push(value.to_vec()),
                SIGNATURE => token.signature = value.len(),
                _ => {}
            }
        }
        Some(token)
    }
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..28).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A token for `location` with one caveat.
pub(crate) fn make(location: &str, identifier: &str, caveat: &str, signature: &[u8]) -> Vec<u8> {
    let field = |kind: u64, value: &[u8]| [&[kind as u8, value.len() as u8], value].concat();
    let head = [field(LOCATION, location.as_bytes()), field(IDENTIFIER, identifier.as_bytes())].concat();
    [&[2], head.as_slice(), &[0], &field(IDENTIFIER, caveat.as_bytes()), &[0, 0], &field(SIGNATURE, signature)].concat()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    const ID: &str = "00000000-1111-4222-8333-444444444444";

    fn run(caveat: &str, signature: usize) -> Outcome {
        let token = make("pypi.org", ID, caveat, &vec![7; signature]);
        let text = format!("pypi-{}", URL_SAFE_NO_PAD.encode(token));
        assert!(text.starts_with("pypi-AgEIcHlwaS5vcmc"));
        pypi(text.as_bytes(), 1_700_000_000)
    }

    #[test]
    fn caveats() {
        let user = run(r#"{"version": 1, "permissions": "user"}"#, 32);
        assert_eq!((user.verdict, user.fact("location")), (Verdict::Valid, Some("pypi.org")));
        assert_eq!(user.fact("scope"), Some("whole account"));
        assert_eq!(run(r#"[3, "id"]"#, 32).fact("scope"), Some("whole account"));
        let scoped = run(r#"{"version": 1, "permissions": {"projects": ["acme"]}}"#, 32);
        assert_eq!(scoped.fact("projects"), Some("acme"));
        assert_eq!(run(r#"[1, ["acme", "other"]]"#, 32).fact("projects"), Some("acme, other"));
        let expired = run("[0, 1600000000, 1500000000]", 32);
        assert_eq!((expired.verdict, expired.fact("expired")), (Verdict::Weak, Some("2020-09-13")));
        assert_eq!(run("[0, 1900000000, 1500000000]", 32).verdict, Verdict::Valid);
        assert_eq!(run("not json", 32).verdict, Verdict::Valid);
    }

    #[test]
    fn what_is_no_macaroon() {
        assert_eq!(run("[3]", 31).verdict, Verdict::Invalid);
        assert_eq!(pypi(b"pypi-AgEIcHlwaS5vcmc", 0).verdict, Verdict::Invalid);
        assert_eq!(pypi(b"pypi-!", 0).verdict, Verdict::Invalid);
        assert_eq!(pypi(b"other", 0), Outcome::unproven());
    }
}
