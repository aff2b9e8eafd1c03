//! Made-up tokens whose checksums are right; see [`crate::detect::check`] for what they must fulfil.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::{BASE62, BASE64URL, DIGITS, Random, alphabet_named, checksummed, keys, run, uuid};
use crate::detect::check::codec::{BASE58, RIPPLE58, to_base32, to_base58};
use crate::detect::check::{azure, base58check, bech32, bip39, crc, ed25519, macaroon, nkey, tail};

const LOWER_HEX: &[u8] = b"0123456789abcdef";

/// The token `{{name}}` or `{{name:argument}}` stands for.
pub(super) fn token(name: &str, argument: Option<&str>, random: &mut Random) -> Option<String> {
    checked(name, argument, random)
        .or_else(|| azure_key(name, argument, random))
        .or_else(|| wallet(name, argument, random))
        .or_else(|| described(name, argument, random))
}

/// Tokens with a checksum at their end.
fn checked(name: &str, argument: Option<&str>, random: &mut Random) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(match (name, argument) {
        ("gitlab", Some(prefix)) if prefix.starts_with("gl") => {
            let payload = URL_SAFE_NO_PAD.encode([b"o:1\nu:2k\n".as_slice(), &random.bytes(13)].concat());
            let head = format!("{prefix}{payload}.01.0u");
            format!("{head}{}", text(&tail::gitlab_crc(head.as_bytes())))
        }
        ("vercel", Some(prefix @ ("vcp_" | "vci_" | "vca_" | "vcr_" | "vck_"))) => checksummed(prefix, 50, random),
        ("deno", Some(prefix @ ("ddp_" | "ddo_" | "ddw_"))) => {
            let head = format!("{prefix}{}", run(BASE62, 30, random));
            format!("{head}{}", text(&crc::base62_crc(head.as_bytes())))
        }
        ("apify", None) => {
            let head = format!("apify_api_{}", run(BASE62, 30, random));
            format!("{head}{}", text(&crc::crc_in(head.as_bytes(), crc::APIFY)))
        }
        ("grafana", None) => {
            let head = format!("glsa_{}", run(BASE62, 32, random));
            format!("{head}_{}", tail::grafana_crc(head.as_bytes()))
        }
        ("atlassian", Some(kind)) => {
            let head = match kind {
                "ATATT" => format!("ATATT3xFfGF0{}=", run(BASE64URL, 171, random)),
                "ATCTT" => format!("ATCTT3xFfGN0{}=", run(BASE64URL, 171, random)),
                "ATBB" => format!("ATBB{}", run(BASE62, 24, random)),
                _ => return None,
            };
            format!("{head}{}", tail::upper_crc(head.as_bytes()))
        }
        ("confluent", None) => repeat(random, |random| {
            let body = run(alphabet_named("base64")?, 54, random);
            Some(format!("cflt{body}{}", tail::confluent_tail(body.as_bytes())))
        })?,
        ("zuplo", None) => {
            let body = run(LOWER_HEX, 32, random);
            format!("zpka_{body}_{:08x}", crc32fast::hash(body.as_bytes()))
        }
        ("crates-io", None) => {
            let body = run(BASE62, 31, random);
            format!("cio_tp_{body}{}", char::from(tail::crates_io_tail(body.as_bytes())))
        }
        _ => return None,
    })
}

/// Draws again until the token begins and ends on a letter, a digit or `=`.
fn repeat(random: &mut Random, make: impl Fn(&mut Random) -> Option<String>) -> Option<String> {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'=');
    (0..1000).find_map(|_| make(random).filter(|t| edge(t.as_bytes().first()) && edge(t.as_bytes().last())))
}

fn azure_key(name: &str, argument: Option<&str>, random: &mut Random) -> Option<String> {
    match (name, argument) {
        ("azure-his", Some(signature)) => {
            let signature = if signature.len() == 3 { format!("+{signature}") } else { signature.to_owned() };
            repeat(random, |random| identifiable(&signature, random))
        }
        ("azure-cask", Some(provider)) if provider.len() == 4 => {
            let month = char::from(b'A' + random.below(12) as u8);
            let (start, middle) = (run(BASE62, 52, random), run(BASE62, 10, random));
            let head = format!("{start}JQQJ99B{month}AC{middle}AAAB{provider}");
            azure::cask_tail(head.as_bytes()).map(|tail| format!("{head}{}", &tail[..4]))
        }
        ("entra-secret", None) => repeat(random, |random| {
            let head = format!("{}8Q~{}", run(BASE62, 3, random), run(BASE62, 31, random));
            Some(format!("{head}{}", String::from_utf8_lossy(&azure::entra_tail(head.as_bytes()))))
        }),
        ("azure-devops-pat", None) => {
            let mut bytes: [u8; 32] = random.bytes(32).try_into().ok()?;
            azure::devops_seal(&mut bytes);
            Some(to_base32(&bytes).to_ascii_lowercase())
        }
        _ => None,
    }
}

/// An identifiable key; keys for AI Search have no `+` and `/`.
fn identifiable(signature: &str, random: &mut Random) -> Option<String> {
    let service = azure::service(signature.as_bytes()).filter(|s| s.size > 0)?;
    let (seed, _) = service.seeds.first()?;
    let engine = if signature == "AzFu" { URL_SAFE } else { STANDARD };
    let mut text = engine.encode(random.bytes(service.size)).into_bytes();
    let end = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
    text[end - 10..end - 6].copy_from_slice(service.signature);
    text[end - 6..end].fill(b'A');
    let mut bytes = engine.decode(&text).ok()?;
    let at = bytes.len() - 4;
    let tail = azure::key_tail(&bytes[..at], seed);
    bytes[at..].copy_from_slice(&tail);
    let text = engine.encode(bytes);
    (signature != "AzSe" || text.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(text)
}

fn wallet(name: &str, argument: Option<&str>, random: &mut Random) -> Option<String> {
    let mut key = random.bytes(32);
    // Below the order of every curve, and not small.
    key[0] = key[0] & 0x7f | 1;
    let base58 = |prefix: &[u8], key: &[u8]| base58check::encode(&[prefix, key].concat(), BASE58);
    Some(match (name, argument) {
        ("wif", None) => base58(&[0x80], &[key.as_slice(), &[1]].concat()),
        ("wif", Some("uncompressed")) => base58(&[0x80], &key),
        ("xprv", kind) => {
            let version = match kind {
                None => [0x04, 0x88, 0xad, 0xe4],
                Some("yprv") => [0x04, 0x9d, 0x78, 0x78],
                Some("zprv") => [0x04, 0xb2, 0x43, 0x0c],
                Some("tprv") => [0x04, 0x35, 0x83, 0x94],
                Some("uprv") => [0x04, 0x4a, 0x4e, 0x28],
                Some("vprv") => [0x04, 0x5f, 0x18, 0xbc],
                Some(_) => return None,
            };
            base58(&version, &[[0; 9].as_slice(), &random.bytes(32), &[0], &key].concat())
        }
        ("bip38", None) => base58(&[0x01, 0x42, 0xe0], &[random.bytes(4), key].concat()),
        ("tezos", Some("edsk")) => base58(&[0x0d, 0x0f, 0x3a, 0x07], &key),
        ("tezos", Some("edsk-long")) => base58(&[0x2b, 0xf6, 0x4e, 0x07], &pair(random)),
        ("tezos", Some("spsk")) => base58(&[0x11, 0xa2, 0xe0, 0xc9], &key),
        ("tezos", Some("p2sk")) => base58(&[0x10, 0x51, 0xee, 0xbd], &key),
        ("xrp-seed", None) => base58check::encode(&[&[0x21], &key[..16]].concat(), RIPPLE58),
        ("xrp-seed", Some("ed25519")) => {
            base58check::encode(&[[0x01, 0xe1, 0x4b].as_slice(), &key[..16]].concat(), RIPPLE58)
        }
        ("bip39", Some(words)) => {
            let size = words.parse::<usize>().ok().filter(|n| matches!(n, 12 | 15 | 18 | 21 | 24))? * 4 / 3;
            bip39::phrase(&key[..size])
        }
        ("nkey", Some(kind)) => {
            let kind = kind.chars().next().filter(|_| kind.len() == 1)?;
            nkey::seal(&[nkey::nats_prefix(kind)?.as_slice(), &key].concat())
        }
        ("stellar", None) => nkey::stellar_seed(&key),
        ("bech32", Some("age")) => bech32::encode("age-secret-key-", &key).to_ascii_uppercase(),
        ("bech32", Some("age-pq")) => bech32::encode("age-secret-key-pq-", &key).to_ascii_uppercase(),
        ("bech32", Some(prefix @ ("nsec" | "ed25519_sk"))) => bech32::encode(prefix, &key),
        ("bech32", Some(prefix @ "root_xsk")) => bech32::encode(prefix, &random.bytes(96)),
        ("ed25519-pair", Some("base64")) => STANDARD.encode(pair(random)),
        ("ed25519-pair", Some("base58")) => {
            let text = |random: &mut Random| Some(to_base58(&pair(random), BASE58)).filter(|t| t.len() >= 87);
            repeat(random, text)?
        }
        ("ed25519-pair", Some("list")) => pair(random).iter().map(u8::to_string).collect::<Vec<_>>().join(","),
        ("wireguard", None) => {
            ed25519::clamp(&mut key);
            STANDARD.encode(key)
        }
        _ => return None,
    })
}

/// A seed and its public key.
fn pair(random: &mut Random) -> Vec<u8> {
    let mut seed = [0; 32];
    seed.copy_from_slice(&random.bytes(32));
    [seed, ed25519::public_key(&seed)].concat()
}

/// Tokens that hold a description of themselves.
fn described(name: &str, argument: Option<&str>, random: &mut Random) -> Option<String> {
    Some(match (name, argument) {
        ("pypi", kind @ (None | Some("test"))) => repeat(random, |random| {
            let location = if kind.is_some() { "test.pypi.org" } else { "pypi.org" };
            let token = macaroon::make(location, &uuid(random), r#"[1, ["acme"]]"#, &random.bytes(32));
            Some(format!("pypi-{}", URL_SAFE_NO_PAD.encode(token)))
        })?,
        ("sentry", None) => repeat(random, |random| {
            let url = r#""url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme""#;
            let head = STANDARD_NO_PAD.encode(format!(r#"{{"iat":17356896{}.5,{url}}}"#, run(DIGITS, 2, random)));
            Some(format!("sntrys_{head}_{}", STANDARD_NO_PAD.encode(random.bytes(32))))
        })?,
        ("grafana-cloud", None) => {
            let (id, key) = (run(DIGITS, 6, random), run(BASE62, 24, random));
            let json = format!(r#"{{"o":"{id}","n":"stack-{id}-alloy","k":"{key}","m":{{"r":"prod-eu-west-2"}}}}"#);
            format!("glc_{}", STANDARD.encode(json))
        }
        ("grafana-key", None) => {
            STANDARD.encode(format!(r#"{{"k":"{}","n":"ci-deploy","id":1}}"#, run(BASE62, 32, random)))
        }
        ("1password", None) => onepassword(random),
        ("mapbox", Some(kind @ ("sk" | "pk" | "tk"))) => {
            let json =
                format!(r#"{{"u":"acme-maps","a":"cl{}"}}"#, run(b"abcdefghijklmnopqrstuvwxyz0123456789", 23, random));
            format!("{kind}.{}.{}", URL_SAFE_NO_PAD.encode(json), run(BASE64URL, 22, random))
        }
        ("gcp-service-account", kind @ (None | Some("compact"))) => service_account(kind.is_some(), random)?,
        ("data-center-token", None) => repeat(random, |random| {
            Some(STANDARD.encode([format!("{}:", run(DIGITS, 12, random)).into_bytes(), random.bytes(20)].concat()))
        })?,
        ("discord", None) => {
            let id = format!("1{}", run(DIGITS, 17, random));
            let (time, secret) = (run(BASE64URL, 6, random), run(BASE64URL, 38, random));
            format!("{}.{time}.{secret}", URL_SAFE_NO_PAD.encode(id))
        }
        ("intercom", None) => STANDARD.encode(format!("tok:{}:1:0", uuid(random).replace('-', "_"))),
        ("key-pair", None) => {
            let id = run(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 25, random);
            format!("sk_live_{}", STANDARD.encode(format!("key_0{id},{}", run(BASE62, 25, random))))
        }
        ("ngc", None) => {
            STANDARD.encode(format!("{}:{}", run(b"abcdefghijklmnopqrstuvwxyz0123456789", 26, random), uuid(random)))
        }
        ("nuget", None) => {
            let mut text = to_base32(&[b"v4".as_slice(), &random.bytes(28)].concat()).to_ascii_lowercase();
            text.truncate(46);
            text
        }
        ("jfrog-reference", None) => {
            let (expiry, secret) = (4_102_444_800u64, run(BASE62, 27, random));
            STANDARD_NO_PAD.encode(format!("reftkn:01:{expiry:010}:{secret}"))
        }
        _ => return None,
    })
}

fn onepassword(random: &mut Random) -> String {
    let user = run(b"abcdefghijklmnopqrstuvwxyz234567", 13, random);
    let base36 = b"ABCDEFGHJKLMNPQRSTVWXYZ23456789";
    let key = [6, 6, 5, 5, 5, 5].map(|length| run(base36, length, random)).join("-");
    let (salt, srp) = (run(BASE64URL, 22, random), run(LOWER_HEX, 64, random));
    let (muk, device) = (run(BASE64URL, 43, random), run(b"abcdefghijklmnopqrstuvwxyz234567", 26, random));
    let json = format!(
        r#"{{"signInAddress":"acme.1password.com","userAuth":{{"method":"SRPg-4096","alg":"PBES2g-HS256","iterations":650000,"salt":"{salt}"}},"email":"{user}@1passwordserviceaccounts.com","srpX":"{srp}","muk":{{"alg":"A256GCM","ext":true,"k":"{muk}","kty":"oct","kid":"mp"}},"secretKey":"A3-{key}","deviceUuid":"{device}"}}"#
    );
    format!("ops_{}", STANDARD_NO_PAD.encode(json))
}

fn service_account(compact: bool, random: &mut Random) -> Option<String> {
    let key = keys::pem("pkcs8-rsa", random)?.replace('\n', "\\n");
    let id = run(LOWER_HEX, 40, random);
    let (start, comma, colon, end) = if compact { ("{", ",", ":", "}") } else { ("{\n  ", ",\n  ", ": ", "\n}\n") };
    let fields = [
        ("type", "service_account"),
        ("project_id", "acme"),
        ("private_key_id", &id),
        ("private_key", &format!("{key}\\n")),
        ("client_email", "ci@acme.iam.gserviceaccount.com"),
    ];
    let fields = fields.map(|(name, value)| format!(r#""{name}"{colon}"{value}""#)).join(comma);
    Some(format!("{start}{fields}{end}"))
}
