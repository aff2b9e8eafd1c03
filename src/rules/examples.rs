//! Examples in rule files are templates, so that no rule file holds anything shaped like a credential: `{{…}}` stands for
//! made-up material of a known shape, and `«…»` marks the secret the rule must report.
//!
//! | template | becomes |
//! |---|---|
//! | `{{A:n}}` | n characters of alphabet A: digit, hex, HEX, lower, upper, alpha, base36, BASE36, base32, base58, |
//! | | base62, base64, base64url |
//! | `{{uuid}}` `{{UUID}}` | a random UUID |
//! | `{{password:n}}` | n characters as people choose them |
//! | `{{basic}}` | base64 of user:password |
//! | `{{github:ghp_}}` `{{npm}}` | a token with a valid checksum; likewise `{{gitlab:glpat-}}` `{{vercel:vcp_}}` |
//! | | `{{deno:ddp_}}` `{{apify}}` `{{grafana}}` `{{atlassian:ATATT}}` `{{confluent}}` `{{zuplo}}` `{{crates-io}}` |
//! | `{{azure-his:ASt}}` `{{azure-cask:AZDO}}` | Azure's keys by signature; also `{{entra-secret}}` `{{azure-devops-pat}}` |
//! | `{{wif}}` `{{xprv}}` `{{bip39:12}}` `{{bech32:nsec}}` | wallet keys; also `{{wif:uncompressed}}` `{{xprv:K}}` |
//! | | (yprv, zprv, tprv, uprv, vprv) `{{bip38}}` `{{tezos:edsk}}` `{{xrp-seed}}` `{{xrp-seed:ed25519}}` |
//! | | `{{stellar}}` |
//! | `{{bech32:age}}` `{{nkey:U}}` `{{wireguard}}` | keys of age, NATS (A, C, N, O, U, X) and WireGuard |
//! | `{{ed25519-pair:F}}` | a seed and its public key; F: base64, base58, list |
//! | `{{pypi}}` `{{sentry}}` `{{1password}}` | tokens that hold data; also `{{pypi:test}}` `{{grafana-cloud}}` |
//! | | `{{grafana-key}}` `{{mapbox:sk}}` `{{discord}}` `{{data-center-token}}` `{{intercom}}` `{{key-pair}}` |
//! | | `{{ngc}}` `{{nuget}}` `{{jfrog-reference}}` |
//! | `{{gcp-service-account}}` | the JSON of a service account's key; `{{gcp-service-account:compact}}` on one line |
//! | `{{aws-id:AKIA}}` | a key id with an account in it |
//! | `{{jwt}}` `{{jwt:K}}` `{{jwe}}` | a JSON web token; K: expired, none, anon, service-role |
//! | `{{pem:K}}` `{{putty}}` `{{putty:encrypted}}` | a private key file, K: see `keys.rs`; `:escaped` after it writes |
//! | | `\n` for line ends, `:bare` leaves its base64 in one line, `:bytes` writes an array of C; `:in-base64` after any |
//! | | template encodes it |
//! | `{{pkcs12:K}}` | a key store in base64, K: empty, notasecret, changeit (its password), plain, sealed, trusted, |
//! | | certificates |
//! | `{{jks:K}}` | a key store of Java in base64, K: changeit (its password), sealed, jceks, certificates |

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

mod keys;
mod tokens;

/// An example with its templates expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text, without marks.
    pub text: String,
    /// Where the marked secret is, in bytes.
    pub secret: Option<Range<usize>>,
}

/// Expands `text`. The same text and seed always give the same example.
pub fn expand(text: &str, seed: u64) -> Result<Example, String> {
    let mut out = String::with_capacity(text.len() + 64);
    let (mut start, mut secret) = (None, None);
    let mut rest = text;
    loop {
        let next = rest.find("{{").unwrap_or(rest.len());
        let mark = rest.find(['«', '»']).unwrap_or(rest.len());
        let at = next.min(mark);
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.is_empty() {
            break;
        } else if let Some(after) = rest.strip_prefix('«') {
            if start.replace(out.len()).is_some() {
                return Err("more than one « in an example".to_owned());
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('»') {
            let begin = start.ok_or("a » without a « before it")?;
            if secret.replace(begin..out.len()).is_some() {
                return Err("more than one » in an example".to_owned());
            }
            rest = after;
        } else {
            let end = rest.find("}}").ok_or("a {{ without its }}")?;
            let position = (text.len() - rest.len()) as u64;
            let mut random = Random::new(seed ^ position.wrapping_mul(0xd134_2543_de82_ef95));
            let template = &rest[2..end];
            if template.starts_with(' ') {
                // Braces of the example's own language: `${{ secrets.TOKEN }}`.
                out.push_str(&rest[..end + 2]);
                rest = &rest[end + 2..];
                continue;
            }
            let value =
                template_value(template, &mut random).ok_or_else(|| format!("unknown template {{{{{template}}}}}"))?;
            out.push_str(&value);
            rest = &rest[end + 2..];
        }
    }
    if start.is_some() && secret.is_none() {
        return Err("a « without a » after it".to_owned());
    }
    Ok(Example { text: out, secret })
}

/// Longest run of one alphabet: as long as the longest match.
const LONGEST: usize = 32 * 1024;

fn template_value(template: &str, random: &mut Random) -> Option<String> {
    if let Some(plain) = template.strip_suffix(":escaped") {
        let value = template_value(plain, random)?;
        return value.contains('\n').then(|| value.replace('\n', "\\n"));
    }
    if let Some(armoured) = template.strip_suffix(":bare") {
        let value = template_value(armoured, random)?;
        return Some(value.lines().filter(|line| !line.starts_with("-----")).collect());
    }
    if let Some(armoured) = template.strip_suffix(":bytes") {
        let der = STANDARD.decode(template_value(&format!("{armoured}:bare"), random)?).ok()?;
        let rows = der.chunks(12).map(|row| row.iter().map(|b| format!("0x{b:02x}")).collect::<Vec<_>>().join(", "));
        return Some(rows.collect::<Vec<_>>().join(",\n    "));
    }
    if let Some(plain) = template.strip_suffix(":in-base64") {
        return template_value(plain, random).map(|value| STANDARD.encode(value));
    }
    let (name, argument) = template.split_once(':').map_or((template, None), |(n, a)| (n, Some(a)));
    match (name, argument) {
        ("uuid", None) => Some(uuid(random)),
        ("UUID", None) => Some(uuid(random).to_ascii_uppercase()),
        ("basic", None) => {
            let user = random.pick(&WORDS).to_ascii_lowercase();
            Some(STANDARD.encode(format!("{user}:{}", password(16, random))))
        }
        ("password", Some(n)) => n.parse().ok().filter(|n| (4..=LONGEST).contains(n)).map(|n| password(n, random)),
        ("github", Some(prefix @ ("ghp_" | "gho_" | "ghu_" | "ghs_"))) => Some(checksummed(prefix, 30, random)),
        ("github", Some("ghr_")) => Some(checksummed("ghr_", 70, random)),
        ("npm", None) => Some(checksummed("npm_", 30, random)),
        ("aws-id", Some(prefix)) if prefix.len() == 4 => Some(aws_id(prefix, random)),
        ("jwt", kind) => jwt(kind, random),
        ("jwe", None) => Some(jwe(random)),
        ("pem", Some(kind)) => keys::pem(kind, random),
        ("pkcs12", Some(kind)) => keys::pkcs12(kind, random),
        ("jks", Some(kind)) => keys::jks(kind, random),
        ("putty", None) => Some(keys::putty(false, random)),
        ("putty", Some("encrypted")) => Some(keys::putty(true, random)),
        _ => match (alphabet_named(name), argument) {
            (Some(alphabet), Some(n)) => {
                let length = n.parse().ok().filter(|n| (1..=LONGEST).contains(n))?;
                Some(run(alphabet, length, random))
            }
            _ => tokens::token(name, argument, random),
        },
    }
}

/// Splitmix64 (public domain, by Sebastiano Vigna): small, and good enough for made-up keys.
pub struct Random(u64);

impl Random {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const DIGITS: &[u8] = b"0123456789";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The letters of an alphabet that templates name.
pub fn alphabet_named(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "digit" => DIGITS,
        "hex" => b"0123456789abcdef",
        "HEX" => b"0123456789ABCDEF",
        "lower" => b"abcdefghijklmnopqrstuvwxyz",
        "upper" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "alpha" => &BASE62[..52],
        "base36" => b"abcdefghijklmnopqrstuvwxyz0123456789",
        "BASE36" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "base32" => BASE32,
        "base58" => b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        "base62" => BASE62,
        "base64" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "base64url" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        _ => return None,
    })
}

/// `length` characters that look random: drawn again until every class of the alphabet occurs (from eight characters on)
/// and nothing repeats three times. They begin and end on a letter or digit, and base64 ends as encoded bytes do.
fn run(alphabet: &[u8], length: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..100 {
        text = (0..length).map(|_| char::from(random.pick(alphabet))).collect();
        if alphabet.len() == 64 {
            canonical_tail(&mut text, alphabet);
        }
        if looks_random(text.as_bytes(), alphabet) {
            break;
        }
    }
    text
}

fn canonical_tail(text: &mut String, alphabet: &[u8]) {
    let unused = match text.len() % 4 {
        2 => 0x0f,
        3 => 0x03,
        _ => return,
    };
    let value = text.pop().and_then(|last| alphabet.iter().position(|b| char::from(*b) == last)).unwrap_or(0);
    text.push(char::from(alphabet[value & !unused]));
}

fn looks_random(text: &[u8], alphabet: &[u8]) -> bool {
    let classes: [fn(&u8) -> bool; 3] = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    let edges = [text.first(), text.last()].iter().flatten().all(|b| b.is_ascii_alphanumeric());
    edges
        && !text.windows(3).any(|w| w[0] == w[1] && w[1] == w[2])
        && (text.len() < 8 || classes.iter().all(|c| text.iter().any(c) || !alphabet.iter().any(c)))
        && !(text.len() > 1 && alphabet == DIGITS && text.first() == Some(&b'0'))
}

fn uuid(random: &mut Random) -> String {
    let mut bytes = random.bytes(16);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

const WORDS: [&str; 24] = [
    "Copper", "Violet", "Falcon", "Harbor", "Winter", "Mango", "Rocket", "Silver", "Tiger", "Maple", "Orbit", "Pepper",
    "Quartz", "Raven", "Saturn", "Thunder", "Umber", "Velvet", "Walnut", "Zephyr", "Bamboo", "Cactus", "Dragon",
    "Ember",
];

/// Words, digits and symbols, cut to exactly `length`, ending on a digit.
fn password(length: usize, random: &mut Random) -> String {
    let mut text = String::new();
    while text.len() < length {
        text.push_str(random.pick(&WORDS));
        text.push(char::from(random.pick(DIGITS)));
        text.push(char::from(random.pick(b"!+~^-")));
        text.push(char::from(random.pick(DIGITS)));
    }
    text.truncate(length - 1);
    text.push(char::from(random.pick(DIGITS)));
    text
}

/// GitHub's and npm's scheme, see [`crate::detect::check`].
fn checksummed(prefix: &str, length: usize, random: &mut Random) -> String {
    let body = run(BASE62, length, random);
    let tail = crate::detect::check::crc::base62_crc(body.as_bytes());
    format!("{prefix}{body}{}", String::from_utf8_lossy(&tail))
}

/// The layout ids have had since 2019: a set bit, 40 bits of account number, the rest random.
fn aws_id(prefix: &str, random: &mut Random) -> String {
    let account = 100_000_000_000 + random.next() % 899_999_999_999;
    let bits = 1 << 79 | u128::from(account) << 39 | u128::from(random.next() >> 25);
    let body = (0..16).map(|n| char::from(BASE32[(bits >> (75 - 5 * n) & 31) as usize]));
    prefix.chars().chain(body).collect()
}

fn jwt(kind: Option<&str>, random: &mut Random) -> Option<String> {
    let id = 10_000_000 + random.below(89_999_999);
    let reference = run(b"abcdefghijklmnopqrstuvwxyz", 20, random);
    let supabase = |role: &str| {
        format!(r#"{{"iss":"supabase","ref":"{reference}","role":"{role}","iat":1735689600,"exp":4102444800}}"#)
    };
    let claims = match kind {
        None | Some("none") => format!(r#"{{"sub":"{id}","iat":1735689600,"exp":4102444800}}"#),
        Some("expired") => format!(r#"{{"sub":"{id}","iat":1577836800,"exp":1577840400}}"#),
        Some("anon") => supabase("anon"),
        Some("service-role") => supabase("service_role"),
        Some(_) => return None,
    };
    let unsigned = kind == Some("none");
    let header = if unsigned { r#"{"alg":"none","typ":"JWT"}"# } else { r#"{"alg":"HS256","typ":"JWT"}"# };
    let signature = if unsigned { String::new() } else { run(BASE64URL, 43, random) };
    Some(format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims)))
}

const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn jwe(random: &mut Random) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let parts = [342, 16, 120, 22].map(|length| run(BASE64URL, length, random));
    format!("{header}.{}", parts.join("."))
}

#[cfg(test)]
mod tests;
