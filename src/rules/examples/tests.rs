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

#[test]
fn every_checked_token_is_valid() {
    use crate::detect::check::{Check, Verdict};
    for (templates, check) in [
        ("{{gitlab:glpat-}} {{gitlab:glrt-t1_}}", Check::GitlabCrc),
        ("{{vercel:vcp_}} {{vercel:vck_}}", Check::VercelCrc),
        ("{{deno:ddp_}} {{deno:ddw_}}", Check::DenoCrc),
        ("{{apify}}", Check::ApifyCrc),
        ("{{grafana}}", Check::GrafanaCrc),
        ("{{atlassian:ATATT}} {{atlassian:ATCTT}} {{atlassian:ATBB}}", Check::AtlassianCrc),
        ("{{confluent}}", Check::ConfluentCrc),
        ("{{zuplo}}", Check::ZuploCrc),
        ("{{crates-io}}", Check::CratesIoTp),
        ("{{azure-his:ASt}} {{azure-his:ACDb}} {{azure-his:AzSe}} {{azure-his:ACR}}", Check::AzureHis),
        ("{{azure-his:AzFu}} {{azure-his:AzCa}} {{azure-his:ASb}} {{azure-his:AIoT}}", Check::AzureHis),
        ("{{azure-his:APIM}} {{azure-his:ABa}} {{azure-his:AMC}}", Check::AzureHis),
        ("{{azure-cask:AZDO}} {{azure-cask:ACOG}}", Check::AzureCask),
        ("{{entra-secret}}", Check::AzureEntraSecret),
        ("{{azure-devops-pat}}", Check::AzureDevopsPat),
        ("{{wif}} {{wif:uncompressed}} {{xprv}} {{xprv:zprv}} {{xprv:vprv}}", Check::Base58check),
        ("{{tezos:edsk}} {{tezos:edsk-long}} {{tezos:spsk}} {{tezos:p2sk}}", Check::Base58check),
        ("{{xrp-seed}} {{xrp-seed:ed25519}}", Check::Base58check),
        ("{{nkey:A}} {{nkey:U}} {{nkey:O}} {{nkey:X}} {{nkey:N}} {{nkey:C}}", Check::Nkey),
        ("{{stellar}}", Check::StellarSeed),
        ("{{bech32:age}} {{bech32:age-pq}} {{bech32:nsec}} {{bech32:root_xsk}}", Check::Bech32),
        ("{{ed25519-pair:base64}} {{ed25519-pair:base58}} {{ed25519-pair:list}}", Check::Ed25519Pair),
        ("{{pypi}} {{pypi:test}}", Check::PypiMacaroon),
        ("{{sentry}}", Check::SentryJson),
        ("{{grafana-cloud}} {{grafana-key}}", Check::GrafanaJson),
        ("{{1password}}", Check::OnepasswordJson),
        ("{{mapbox:sk}}", Check::MapboxKind),
        ("{{gcp-service-account:in-base64}} {{gcp-service-account:compact:in-base64}}", Check::GcpServiceAccount),
        ("{{pem:rsa:in-base64}}", Check::PrivateKeyBase64),
        ("{{pem:rsa:bare}} {{pem:pkcs8-rsa:bare}} {{pem:ec:bare}} {{pem:pkcs8-ec:bare}}", Check::PrivateKeyBare),
        ("{{pem:pkcs8-rsa:bytes}}", Check::PrivateKeyBare),
        ("{{data-center-token}}", Check::DataCenterToken),
        ("{{discord}}", Check::DiscordBot),
        ("{{intercom}}", Check::IntercomToken),
        ("{{key-pair}}", Check::KeyInBase64),
        ("{{ngc}}", Check::NgcKey),
        ("{{jfrog-reference}}", Check::JfrogReference),
    ] {
        for (template, seed) in templates.split(' ').flat_map(|t| (0..20).map(move |seed| (t, seed))) {
            let out = check.run(text(template, seed).as_bytes(), 1_800_000_000);
            assert_eq!(out.verdict, Verdict::Valid, "{template} seed {seed}: {out:?}");
        }
    }
    for seed in 0..20 {
        for template in ["{{bip39:12}}", "{{bip39:24}}"] {
            assert_eq!(Check::Bip39.run(text(template, seed).as_bytes(), 0).verdict, Verdict::Valid);
        }
        assert_eq!(Check::Base58check.run(text("{{bip38}}", seed).as_bytes(), 0).verdict, Verdict::Weak);
        assert!(text("{{bip38}}", seed).starts_with("6PY"));
        assert_eq!(Check::MapboxKind.run(text("{{mapbox:pk}}", seed).as_bytes(), 0).verdict, Verdict::NotSecret);
        for (template, check) in [("{{wireguard}}", Check::WireguardClamp), ("{{nuget}}", Check::NugetKey)] {
            assert_eq!(check.run(text(template, seed).as_bytes(), 0).verdict, Verdict::Unproven, "{template}");
        }
    }
}

/// A leak that its own rule's check refutes would be reported with low confidence, or not at all.
#[test]
fn leaks_of_builtin_rules_pass_their_checks() {
    use crate::detect::check::Verdict;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("rules/ is there") {
        let path = entry.expect("readable").path();
        for loaded in crate::rules::load::file(&path).expect("valid rules") {
            let Some(check) = loaded.rule.check else { continue };
            for (n, template) in loaded.examples.leak.iter().enumerate() {
                for seed in 1..10 {
                    let example = expand(template, seed).expect("a known template");
                    let secret = &example.text.as_bytes()[example.secret.expect("marked")];
                    let out = check.run(secret, 1_767_225_600);
                    let refuted = matches!(out.verdict, Verdict::Invalid | Verdict::NotSecret);
                    assert!(!refuted, "{} leak {} seed {seed}: {out:?}", loaded.rule.id, n + 1);
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 500, "{checked}");
}
