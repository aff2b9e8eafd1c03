use base64::Engine as _;

use super::*;
use crate::detect::Detector;
use crate::judge::ByKind;
use crate::judge::kind::FileKind;
use crate::rules::{RuleSet, examples};

/// The doubt, if it counts in all files, about what the rule `id` finds in `text`, a template.
fn doubt(id: &str, text: &str) -> Option<Option<Confidence>> {
    let rules = RuleSet::builtin();
    let text = examples::expand(text, 5).expect("a template").text;
    let found = Detector::new(&rules).search(text.as_bytes());
    let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect("the rule sees it");
    of(rules.get(candidate.rule), text.as_bytes(), candidate)
        .filter(|doubt| doubt.place == Where::Everywhere)
        .map(|doubt| doubt.most)
}

#[test]
fn keys_and_tokens_are_what_machines_make() {
    let low = Some(Some(Confidence::Low));
    for (id, text, wanted) in [
        ("generic-token", "acme_token = \"{{base62:40}}\"", None),
        ("generic-token", "acme_token = \"{{base62:20}}?{{base62:20}}\"", Some(None)),
        ("generic-token", "acme_token = \"{{base62:20}}%2F{{base62:20}}\"", None),
        ("generic-token", "acme_token = \"{{base62:20}}%c{{base62:20}}\"", Some(None)),
        ("generic-token", "acme_token = \"{{base62:7}}\"", Some(None)),
        ("generic-token", "acme_token = \"{{base62:12}}\"", low),
        ("bearer-header", "Authorization: Bearer {{base62:15}}", Some(None)),
        ("bearer-header", "Authorization: Bearer eyJ{{base62:15}}", Some(None)),
        ("bearer-header", "Authorization: Bearer {{base62:40}}", None),
        ("generic-api-key", "loggly api_key = \"{{hex:16}}\"", Some(None)),
        ("generic-token", "acme_token = \"{\\\"a\\\": \\\"{{base62:32}}\\\"}\"", None),
        ("generic-token", "cookie: \"a={{base62:30}}; b={{base62:12}}\"", low),
        ("generic-key", "key: {{base62:40}}", Some(None)),
        ("generic-key", "key: \"{{base62:40}}\"", low),
        ("generic-key", "acme_key: {{base62:40}}", None),
        ("generic-api-key", "apiKey={{digit:15}}", Some(None)),
        ("generic-api-key", "apiKey={{digit:24}}", None),
        ("generic-secret", "app_secret = \"{{base62:20}}?{{base62:20}}\"", None),
        ("generic-secret", "app_secret = \"{{base62:10}}\"", low),
    ] {
        assert_eq!(doubt(id, text), wanted, "{text}");
    }
}

#[test]
fn what_base64_and_addresses_hold() {
    let low = Some(Some(Confidence::Low));
    let basic = |pair: &str| format!("Authorization: Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let random = examples::expand("{{base62:14}}", 5).expect("a template").text;
    for (id, text, wanted) in [
        ("basic-auth-header", basic("user:passwd"), low),
        ("basic-auth-header", basic("alice:secret"), low),
        ("basic-auth-header", basic(&format!("alice:{random}")), None),
        ("basic-auth-header", "it is a basic upgrades test".to_owned(), Some(None)),
        ("basic-auth-header", "it is a basic workflow".to_owned(), Some(None)),
        ("generic-auth", basic("alice:secret").replace("orization: Basic ", " = "), low),
        ("url-credentials", format!("http://mary:{random}@www.acme.com/"), low),
        ("url-credentials", format!("http://mary:{random}@host:80/"), low),
        ("url-credentials", format!("http://mary:{random}@notexample.com/"), None),
        ("url-credentials", format!("http://mary:{random}@db.acme.internal/"), None),
    ] {
        assert_eq!(doubt(id, &text), wanted, "{text}");
    }
}

#[test]
fn doubts_that_count_in_some_files_alone() {
    for (id, text, wanted) in [
        ("generic-password", "password = {{lower:3}}{{base62:6}}", Some(Where::Programs)),
        ("generic-password", "# password = {{lower:3}}{{base62:6}}", None),
        ("generic-password", "x = \"a=1 password=xq7{{base62:6}}\"", None),
        ("generic-password", "password = \"hunter42\"", Some(Where::Tests)),
        ("generic-password", "password = \"s3cr3tz\"", Some(Where::Tests)),
        ("generic-password", "password = \"{{base62:5}}q7xz\"", None),
        ("generic-key", "acme_key = \"{{base62:40}}\"", Some(Where::Documentation)),
    ] {
        let rules = RuleSet::builtin();
        let text = examples::expand(text, 5).expect("a template").text;
        let found = Detector::new(&rules).search(text.as_bytes());
        let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect("the rule sees it");
        let doubt = of(rules.get(candidate.rule), text.as_bytes(), candidate);
        assert_eq!(doubt.map(|doubt| doubt.place), wanted, "{text}");
        let limited =
            |test| doubt.map(|doubt| doubt.limit(ByKind::everywhere(Confidence::High)).at(FileKind::Yaml, test));
        if wanted == Some(Where::Tests) {
            assert_eq!((limited(false), limited(true)), (Some(Some(Confidence::High)), Some(Some(Confidence::Low))));
        }
    }
}

#[test]
fn names_and_values_that_say_what_they_are() {
    let low = Some(Some(Confidence::Low));
    for (id, text, wanted) in [
        ("generic-token", "invalid_token = \"{{base62:40}}\"", Some(None)),
        ("generic-password", "wrongPassword = \"{{base62:14}}\"", Some(None)),
        ("generic-token", "annotated_token = \"{{base62:40}}\"", None),
        ("generic-token", "acme_token = \"{{hex:20}}_extra\"", Some(None)),
        ("generic-token", "acme_token = \"{{hex:20}}extra\"", None),
        ("generic-token", "acme_token = \"https://login.acme.test/{{hex:20}}\"", Some(None)),
        ("generic-token", "acme_token = \"abc123def456ghi789jkl012mno345\"", low),
        ("generic-token", "acme_token = \"A1b2C3d4E5f6G7h8I9j0K1l2M3n4\"", low),
        ("generic-token", "token_id = \"{{base62:40}}\"", Some(None)),
        ("generic-token", "acme_token = \"glpat-{{base62:25}}?\"", Some(None)),
        ("generic-api-key", "DATADOG_API_KEY=\"{{hex:31}}\"", Some(None)),
        ("generic-api-key", "DATADOG_API_KEY=\"{{hex:44}}\"", low),
        ("generic-api-key", "DATADOG_API_KEY=\"{{hex:10}}\"", Some(None)),
        ("generic-api-key", "DATADOG_API_KEY=\"12345678ABCDEFGH1234567890ABCDEF\"", low),
        ("generic-password", "datadog_password = \"{{base62:14}}\"", None),
    ] {
        assert_eq!(doubt(id, text), wanted, "{text}");
    }
}
