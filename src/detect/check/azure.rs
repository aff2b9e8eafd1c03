//! Microsoft's identifiable keys: a signature of the service inside, a Marvin32 checksum at the end.
//!
//! Source: Microsoft/security-utilities (identifiable keys, CASK, `AadPwd`, legacy Azure DevOps tokens).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::codec::{self, BASE62, radix};
use super::marvin::{marvin32, seed};
use super::{Fact, Outcome, Verdict, checksum};

/// A service that signs its keys.
pub(crate) struct Service {
    /// Four characters before the last six.
    pub(crate) signature: &'static [u8; 4],
    name: &'static str,
    /// Length of the key in bytes.
    pub(crate) size: usize,
    /// Seeds of the checksum and what a key made with it may do.
    pub(crate) seeds: &'static [(&'static [u8; 8], &'static str)],
    /// Whether every key of the service passes; some keys had `+` and `/` replaced after signing.
    strict: bool,
}

impl Service {
    const fn new(
        signature: &'static [u8; 4],
        name: &'static str,
        size: usize,
        seeds: &'static [(&'static [u8; 8], &'static str)],
    ) -> Self {
        Self { signature, name, size, seeds, strict: true }
    }

    const fn lenient(mut self) -> Self {
        self.strict = false;
        self
    }
}

const MESSAGING: &[(&[u8; 8], &str)] = &[(b"Send0000", "send"), (b"Listen00", "listen"), (b"Manage00", "manage")];
const API_MANAGEMENT: &[(&[u8; 8], &str)] =
    &[(b"Tenant00", "management"), (b"IoTHub00", "subscription"), (b"Gatewy00", "gateway"), (b"GitKey00", "git")];
const IOT: &[(&[u8; 8], &str)] = &[(b"IoTHub00", "hub"), (b"DpsKey00", "device provisioning"), (b"Device00", "device")];
const FUNCTIONS: &[(&[u8; 8], &str)] = &[(b"Master00", "master"), (b"System00", "system"), (b"Functi00", "function")];

static SERVICES: [Service; 15] = [
    Service::new(b"+ASt", "Azure Storage", 64, &[(b"Default0", "account key")]),
    Service::new(b"ACDb", "Azure Cosmos DB", 64, &[(b"MastRW00", "read-write"), (b"MastRO00", "read-only")]),
    Service::new(b"+ABa", "Azure Batch", 64, &[(b"AbAcct00", "account key")]),
    Service::new(b"+AMC", "Azure Machine Learning (classic)", 64, &[(b"Classic0", "web service key")]),
    Service::new(b"APIM", "Azure API Management", 64, API_MANAGEMENT),
    Service::new(b"AzCa", "Azure Cache for Redis", 32, &[(b"Access00", "access key")]).lenient(),
    Service::new(b"+ASb", "Azure Service Bus", 32, MESSAGING),
    Service::new(b"+AEh", "Azure Event Hubs", 32, MESSAGING),
    Service::new(b"+ARm", "Azure Relay", 32, MESSAGING),
    Service::new(b"AIoT", "Azure IoT", 32, IOT),
    Service::new(b"AZEG", "Azure Event Grid", 32, &[]).lenient(),
    Service::new(b"+ACR", "Azure Container Registry", 39, &[(b"ACRDflt0", "password")]),
    Service::new(b"AzFu", "Azure Functions", 40, FUNCTIONS),
    Service::new(b"AzSe", "Azure AI Search", 39, &[(b"Query000", "query"), (b"PAdmin00", "admin")]).lenient(),
    Service::new(b"+SQL", "Azure SQL", 0, &[(b"UsrPwd00", "password")]).lenient(),
];

/// The service with this signature.
pub(crate) fn service(signature: &[u8]) -> Option<&'static Service> {
    SERVICES.iter().find(|s| s.signature == signature)
}

/// The last four bytes of a key, for the bytes before them.
pub(crate) fn key_tail(key: &[u8], name: &[u8; 8]) -> [u8; 4] {
    marvin32(seed(name), key).to_le_bytes()
}

/// Identifiable keys (first version). Keys without a known signature are older ones and cannot be checked.
pub(super) fn identifiable(secret: &[u8]) -> Outcome {
    let text: Vec<u8> = secret.iter().copied().take_while(|b| *b != b'=').collect();
    let Some(found) = text
        .len()
        .checked_sub(10)
        .and_then(|at| text.get(at..at + 4))
        .and_then(service)
        .filter(|s| s.size == 0 || (s.size * 8).div_ceil(6) == text.len())
    else {
        return Outcome::unproven();
    };
    let Some(bytes) = codec::base64(&text) else { return Outcome::unproven() };
    let Some((key, tail)) = bytes.split_last_chunk::<4>() else { return Outcome::unproven() };
    let kind = found.seeds.iter().find(|(name, _)| key_tail(key, name) == *tail);
    let mut outcome = match kind {
        None if !found.strict => Outcome::unproven(),
        kind => checksum(kind.is_some()),
    };
    outcome.facts.push(Fact::new("service", found.name));
    outcome.facts.extend(kind.map(|(_, kind)| Fact::new("kind", *kind)));
    outcome
}

/// Common annotated keys (`JQQJ99`): 84 or 88 characters with creation month and provider in them.
pub(super) fn cask(secret: &[u8]) -> Outcome {
    let Some((head, tail)) = secret.split_at_checked(80) else { return Outcome::unproven() };
    let (mark, year, month) = (&head[52..58], head[58], head[59]);
    let shape =
        head.iter().all(u8::is_ascii_alphanumeric) && mark.starts_with(b"JQQJ9") && (b'A'..=b'L').contains(&month);
    if !shape || !matches!(tail.len(), 4 | 8) {
        return Outcome::unproven();
    }
    let right = cask_tail(head).is_some_and(|wanted| wanted.as_bytes().starts_with(tail));
    let mut outcome = match mark {
        b"JQQJ99" => checksum(right),
        // Derived and hashed keys: no sample to confirm the rule.
        _ if right => checksum(true),
        _ => Outcome::unproven(),
    };
    let provider = match &head[76..80] {
        b"AZDO" => Some("Azure DevOps"),
        b"ACOG" => Some("Azure AI services"),
        b"AZAC" => Some("Azure App Configuration"),
        b"AZEG" => Some("Azure Event Grid"),
        b"AZMP" => Some("Azure Maps"),
        b"AZCS" => Some("Azure Communication Services"),
        b"AZFR" => Some("Azure Fluid Relay"),
        b"AZMR" => Some("Azure Mixed Reality"),
        b"msql" => Some("Azure SQL"),
        _ => None,
    };
    outcome.facts.extend(provider.map(|name| Fact::new("service", name)));
    if outcome.verdict == Verdict::Valid && year.is_ascii_uppercase() {
        let (year, month) = (2024 + u16::from(year - b'A'), month - b'A' + 1);
        outcome.facts.push(Fact::new("created", format!("{year}-{month:02}")));
    }
    outcome
}

/// The last 8 characters for the first 80 (keys of 84 keep four of them).
pub(crate) fn cask_tail(head: &[u8]) -> Option<String> {
    let sum = marvin32(seed(b"Default0"), &codec::base64(head)?);
    // The number is the four little-endian bytes read as a big-endian one; its digits are padded on the right.
    let digits: [u8; 6] = radix(sum.swap_bytes(), BASE62);
    let start = digits.iter().position(|d| *d != b'0').unwrap_or(5);
    let mut text = [b'0'; 6];
    text[..6 - start].copy_from_slice(&digits[start..]);
    Some(STANDARD.encode(codec::base64(&text)?))
}

/// Client secrets of Entra ID: 40 characters with `8Q~` from the fourth on. `7Q~` has no check.
pub(super) fn entra(secret: &[u8]) -> Outcome {
    match secret.split_at_checked(37) {
        Some((head, tail)) if tail.len() == 3 && head[3..].starts_with(b"8Q~") => checksum(entra_tail(head) == tail),
        _ => Outcome::unproven(),
    }
}

/// The last three characters for the 37 before them.
pub(crate) fn entra_tail(head: &[u8]) -> [u8; 3] {
    const DIGITS: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
    let [a, b, c, ..] = radix::<6>(marvin32(seed(b"AadPwd00"), head), DIGITS);
    [a, b, c]
}

const USER: u32 = 0xE0B9_692D;
const APPLICATION: u32 = 0x1019_F92E;
/// Where the checksum's bytes stand, least significant first.
const PLACES: [usize; 4] = [22, 8, 7, 2];

/// Azure DevOps tokens of 52 base32 characters: four of their 32 bytes are a checksum of the others.
pub(super) fn devops(secret: &[u8]) -> Outcome {
    let Some(bytes) = codec::base32(secret).filter(|bytes| bytes.len() == 32 && secret.len() == 52) else {
        return Outcome::unproven();
    };
    let given = u32::from_le_bytes(PLACES.map(|at| bytes.get(at).copied().unwrap_or(0)));
    let mut outcome = Outcome::unproven();
    for (key, kind) in [(USER, "user"), (APPLICATION, "application")] {
        if devops_sum(&bytes) ^ key == given {
            outcome = checksum(true);
            outcome.facts.push(Fact::new("kind", kind));
        }
    }
    if outcome.facts.is_empty() { checksum(false) } else { outcome }
}

fn devops_sum(bytes: &[u8]) -> u32 {
    let body: Vec<u8> = bytes.iter().enumerate().filter(|(at, _)| !PLACES.contains(at)).map(|(_, b)| *b).collect();
    crc32fast::hash(&body)
}

/// Writes a user token's checksum into its 32 bytes.
pub(crate) fn devops_seal(bytes: &mut [u8; 32]) {
    let sum = (devops_sum(bytes) ^ USER).to_le_bytes();
    for (at, byte) in PLACES.into_iter().zip(sum) {
        bytes[at] = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "MadeUpVector";

    #[test]
    fn identifiable_vectors() {
        let filler = b"made-up key material for a vector, not a secret at all, really..";
        for s in SERVICES.iter().filter(|s| s.size > 0) {
            for (name, kind) in s.seeds {
                let mut text = STANDARD.encode(&filler[..s.size]).into_bytes();
                let end = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
                text[end - 10..end - 6].copy_from_slice(s.signature);
                text[end - 6..end].copy_from_slice(b"AAAAAA");
                let mut bytes = STANDARD.decode(&text).expect("base64");
                let at = bytes.len() - 4;
                let tail = key_tail(&bytes[..at], name);
                bytes[at..].copy_from_slice(&tail);
                let key = STANDARD.encode(&bytes);
                let out = identifiable(key.as_bytes());
                assert_eq!(
                    (out.verdict, out.fact("service"), out.fact("kind")),
                    (Verdict::Valid, Some(s.name), Some(*kind))
                );
                let other = identifiable(format!("B{}", &key[1..]).as_bytes());
                let wanted = if s.strict { Verdict::Invalid } else { Verdict::Unproven };
                assert_eq!(other.verdict, wanted, "{}", s.name);
            }
        }
        assert_eq!(identifiable(STANDARD.encode(filler).as_bytes()), Outcome::unproven());
    }

    #[test]
    fn cask_vector() {
        let parts = [&NAME.repeat(5)[..52], "JQQJ", "99BF", &"A".repeat(16), "AZDO"].concat();
        let out = cask(format!("{parts}9P58").as_bytes());
        assert_eq!((out.verdict, out.fact("created")), (Verdict::Valid, Some("2025-06")));
        assert_eq!(out.fact("service"), Some("Azure DevOps"));
        assert_eq!(cask(format!("N{}9P58", &parts[1..]).as_bytes()).verdict, Verdict::Invalid);
        assert_eq!(cask(format!("{parts}9P5").as_bytes()).verdict, Verdict::Unproven);
    }

    #[test]
    fn entra_vectors() {
        let sample = ["zzz8Q~", &"z".repeat(31), "blP"].concat();
        assert_eq!(entra(sample.as_bytes()).verdict, Verdict::Valid);
        assert_eq!(entra(sample.replace("blP", "blQ").as_bytes()).verdict, Verdict::Invalid);
        let made_up = ["Abc8Q~", NAME, NAME, "MadeUpV", "bHJ"].concat();
        assert_eq!(entra(made_up.as_bytes()).verdict, Verdict::Valid);
        assert_eq!(entra(made_up.replace("8Q", "7Q").as_bytes()).verdict, Verdict::Unproven);
    }

    #[test]
    fn devops_vector() {
        let vector = ["aaatoaqdaqc3cyiga4eascqlbq", "gq4dyqcejhaeyuculbogazdinq"].concat();
        let out = devops(vector.as_bytes());
        assert_eq!((out.verdict, out.fact("kind")), (Verdict::Valid, Some("user")));
        assert_eq!(devops(format!("b{}", &vector[1..]).as_bytes()).verdict, Verdict::Invalid);
        assert_eq!(devops(&vector.as_bytes()[1..]).verdict, Verdict::Unproven);
    }
}
