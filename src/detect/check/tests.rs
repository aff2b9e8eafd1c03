use proptest::prelude::*;

use super::*;
use crate::rules::examples::expand;

/// Texts that reach the depths of the parsers: examples with a few bytes overwritten.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let templates = prop::sample::select(vec![
        "{{github:ghp_}}",
        "{{npm}}",
        "{{aws-id:AKIA}}",
        "{{jwt}}",
        "{{jwt:none}}",
        "{{pem:rsa}}",
        "{{pem:pkcs8-ec}}",
        "{{pem:openssh}}",
        "{{pem:openssh-encrypted}}",
        "{{pem:encrypted-pkcs8}}",
        "{{pem:dsa}}",
        "{{pem:pgp}}",
        "{{pem:certificate}}",
        "{{putty}}",
        "{{gitlab:glpat-}}",
        "{{atlassian:ATATT}}",
        "{{azure-his:AzFu}}",
        "{{azure-cask:AZDO}}",
        "{{bech32:age}}",
        "{{xprv}}",
        "{{bip39:12}}",
        "{{nkey:U}}",
        "{{ed25519-pair:list}}",
        "{{pypi}}",
        "{{sentry}}",
        "{{1password}}",
        "{{mapbox:sk}}",
        "{{discord}}",
        "{{data-center-token}}",
        "{{gcp-service-account:compact}}",
        "xoxb-{{digit:12}}-{{digit:13}}-{{base62:24}}",
        "https://hooks.slack.com/services/T{{BASE36:10}}/B{{BASE36:10}}/{{base62:24}}",
        "sv=2022-11-02&sp=r&se=2030-01-01T00:00:00Z&sig={{base64:43}}%3D",
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (templates, any::<u64>(), edits, any::<prop::sample::Index>()).prop_map(|(template, seed, edits, cut)| {
        let mut text = expand(template, seed).expect("a known template").text.into_bytes();
        for (at, byte) in edits {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if cut.index(4) == 0 {
            text.truncate(cut.index(text.len()));
        }
        text
    })
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), now in any::<i64>()) {
        for check in Check::ALL {
            check.run(&bytes, now);
        }
    }

    #[test]
    fn random_armour_never_panics(body in prop::collection::vec(any::<u8>(), 0..600), kind in 0usize..4) {
        use base64::Engine as _;
        let label = ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"][kind];
        let body = base64::engine::general_purpose::STANDARD.encode(body);
        let text = format!("{d}BEGIN {label}{d}\n\n{body}\n{d}END {label}{d}", d = "-----");
        Check::PrivateKey.run(text.as_bytes(), 0);
    }

    #[test]
    fn damaged_examples_never_panic(text in damaged(), now in any::<i64>()) {
        for check in Check::ALL {
            check.run(&text, now);
        }
    }

    #[test]
    fn facts_hold_no_long_piece_of_the_secret(text in damaged()) {
        let text = String::from_utf8_lossy(&text).into_owned();
        for check in [
            Check::GithubCrc,
            Check::NpmCrc,
            Check::AwsKeyId,
            Check::PrivateKey,
            Check::GitlabCrc,
            Check::AtlassianCrc,
            Check::AzureHis,
            Check::AzureCask,
            Check::Bech32,
            Check::Base58check,
            Check::Bip39,
            Check::Nkey,
            Check::Ed25519Pair,
            Check::PypiMacaroon,
            Check::SentryJson,
            Check::OnepasswordJson,
            Check::MapboxKind,
            Check::DataCenterToken,
            Check::VaultToken,
            Check::BedrockKey,
            Check::ClerkKey,
        ] {
            for fact in check.run(text.as_bytes(), 0).facts {
                prop_assert!(fact.value.len() < 12 || !text.contains(&fact.value), "{fact:?}");
            }
        }
    }
}
