//! Tests of the templates.

use super::*;

/// The kinds `{{pem:…}}` knows.
const KINDS: [&str; 13] = [
    "rsa",
    "ec",
    "ed25519",
    "openssh",
    "openssh-encrypted",
    "pkcs8-rsa",
    "pkcs8-ec",
    "encrypted-pkcs8",
    "rsa-encrypted",
    "dsa",
    "pgp",
    "public",
    "certificate",
];

fn text(template: &str, seed: u64) -> String {
    expand(template, seed).expect("a known template").text
}

#[test]
fn alphabets_and_lengths() {
    for name in [
        "digit",
        "hex",
        "HEX",
        "lower",
        "upper",
        "base36",
        "BASE36",
        "base32",
        "base58",
        "base62",
        "base64",
        "base64url",
    ] {
        let alphabet = alphabet_named(name).expect("a known alphabet");
        for length in [1, 2, 7, 8, 20, 43, 64, 300] {
            for seed in 0..30 {
                let value = text(&format!("{{{{{name}:{length}}}}}"), seed);
                assert_eq!(value.len(), length);
                assert!(value.bytes().all(|b| alphabet.contains(&b)), "{name} {value}");
                assert!(looks_random(value.as_bytes(), alphabet), "{name} {value}");
            }
        }
    }
}

#[test]
fn the_mark_is_removed_and_remembered() {
    let example = expand("key = \"«ab{{hex:8}}»\" # ü", 1).expect("well formed");
    let secret = example.secret.expect("marked");
    assert_eq!(secret, 7..17);
    assert!(example.text[secret].starts_with("ab"));
    assert_eq!(expand("plain { } text", 1), Ok(Example { text: "plain { } text".to_owned(), secret: None }));
}

#[test]
fn mistakes_are_named() {
    for (template, part) in [
        ("{{nonsense}}", "{{nonsense}}"),
        ("{{hex:x}}", "{{hex:x}}"),
        ("{{hex:0}}", "{{hex:0}}"),
        ("{{hex:99999999}}", "{{hex:99999999}}"),
        ("{{pem:foo}}", "{{pem:foo}}"),
        ("{{jwt:foo}}", "{{jwt:foo}}"),
        ("{{github:xyz_}}", "{{github:xyz_}}"),
        ("{{hex:8:escaped}}", "{{hex:8:escaped}}"),
        ("{{hex:8", "}}"),
        ("«a", "»"),
        ("a»", "«"),
        ("«a» «b»", "more than one"),
    ] {
        let error = expand(template, 1).expect_err(template);
        assert!(error.contains(part), "{template}: {error}");
    }
}

#[test]
fn examples_are_repeatable() {
    let template = "{{base62:40}} {{base62:40}} {{pem:rsa}} {{password:16}}";
    assert_eq!(expand(template, 5), expand(template, 5));
    assert_ne!(expand(template, 5), expand(template, 6));
    let (first, second) = (text(template, 5)[..40].to_owned(), text(template, 5)[41..81].to_owned());
    assert_ne!(first, second);
}

#[test]
fn special_shapes() {
    for seed in 0..50 {
        let uuid = text("{{uuid}}", seed);
        assert!(uuid.len() == 36 && uuid.as_bytes()[14] == b'4' && uuid == uuid.to_ascii_lowercase(), "{uuid}");
        let password = text("{{password:16}}", seed);
        assert!(password.len() == 16 && password.bytes().all(|b| b.is_ascii_graphic()), "{password}");
        let basic = STANDARD.decode(text("{{basic}}", seed)).expect("base64");
        assert!(basic.contains(&b':'));
    }
    assert_eq!(text("{{github:ghp_}}", 1).len(), 40);
    assert_eq!(text("{{github:ghr_}}", 1).len(), 80);
    assert_eq!(text("{{npm}}", 1).len(), 40);
    assert_eq!(text("{{aws-id:AKIA}}", 1).len(), 20);
    assert!(text("{{jwt:none}}", 1).ends_with('.'));
    assert_eq!(text("{{jwe}}", 1).split('.').count(), 5);
}

#[test]
fn the_offline_checks_agree() {
    use crate::detect::check::{Check, Verdict};
    let now = 1_800_000_000;
    for seed in 0..20 {
        for (template, check, verdict) in [
            ("{{github:ghp_}}", Check::GithubCrc, Verdict::Valid),
            ("{{github:ghr_}}", Check::GithubCrc, Verdict::Valid),
            ("{{npm}}", Check::NpmCrc, Verdict::Valid),
            ("{{jwt}}", Check::Jwt, Verdict::Valid),
            ("{{jwt:service-role}}", Check::Jwt, Verdict::Valid),
            ("{{jwt:anon}}", Check::Jwt, Verdict::Weak),
            ("{{jwt:expired}}", Check::Jwt, Verdict::Weak),
            ("{{jwt:none}}", Check::Jwt, Verdict::Weak),
            ("{{jwe}}", Check::Jwt, Verdict::Unproven),
        ] {
            assert_eq!(check.run(text(template, seed).as_bytes(), now).verdict, verdict, "{template}");
        }
        let id = Check::AwsKeyId.run(text("{{aws-id:AKIA}}", seed).as_bytes(), now);
        assert!(id.fact("account").is_some_and(|account| account.len() == 12), "{id:?}");
        for kind in KINDS {
            let out = Check::PrivateKey.run(text(&format!("{{{{pem:{kind}}}}}"), seed).as_bytes(), now);
            assert!(!matches!(out.verdict, Verdict::Unproven | Verdict::Invalid), "{kind} {out:?}");
        }
    }
}
