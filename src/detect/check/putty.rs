//! PuTTY private key files. Source: appendix "PPK file format" of the PuTTY manual.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::openssh::{fingerprint, key_type};
use super::{Fact, Outcome, Verdict};

/// How every file begins, before the version digit.
pub(super) const MAGIC: &[u8] = b"PuTTY-User-Key-File-";

struct File {
    version: u8,
    algorithm: String,
    encryption: String,
    comment: String,
    public: Vec<u8>,
    private: Vec<u8>,
    mac: String,
}

/// Reads a key file; the MAC of an unencrypted version 3 file is verified.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let Some(file) = parse(secret) else {
        return Outcome::new(Verdict::Unproven, vec![Fact::new("type", "PuTTY"), Fact::new("body", "damaged")]);
    };
    let mut facts = Vec::new();
    match key_type(&file.public) {
        Some(kind) => {
            facts.push(Fact::new("type", kind));
            facts.push(Fact::new("fingerprint", fingerprint(&file.public)));
        }
        None => facts.push(Fact::new("type", "PuTTY")),
    }
    if file.encryption != "none" {
        let known = file.encryption == "aes256-cbc";
        facts.push(Fact::new("encryption", if known { "aes256-cbc" } else { "unknown" }));
        return Outcome::new(Verdict::Weak, facts);
    }
    facts.push(Fact::new("encryption", "none"));
    if file.private.len() < 32 {
        facts.push(Fact::new("body", "placeholder"));
        return Outcome::new(Verdict::Invalid, facts);
    }
    let intact = match file.version {
        3 => mac_verifies(&file),
        _ => file.mac.len() == 40 && facts.len() == 3,
    };
    if !intact {
        facts.push(Fact::new("body", "damaged"));
    }
    Outcome::new(if intact { Verdict::Valid } else { Verdict::Unproven }, facts)
}

fn mac_verifies(file: &File) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(b"") else { return false };
    let parts =
        [file.algorithm.as_bytes(), file.encryption.as_bytes(), file.comment.as_bytes(), &file.public, &file.private];
    for part in parts {
        mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        mac.update(part);
    }
    let sum: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    sum.eq_ignore_ascii_case(&file.mac)
}

/// Takes a file apart, also when its line ends are escaped and its lines quoted or indented.
fn parse(secret: &[u8]) -> Option<File> {
    let text = String::from_utf8_lossy(secret).replace("\\r", "").replace("\\n", "\n").replace('\\', "");
    let mut lines =
        text.lines().map(|l| l.trim_matches(|c: char| !(c.is_ascii_alphanumeric() || "+/=)]}".contains(c))));
    let mut lines = lines.by_ref().filter(|l| !l.is_empty() && *l != "+");
    let (head, algorithm) = lines.next()?.split_once(": ")?;
    let version = head.as_bytes().strip_prefix(MAGIC)?.first()?.checked_sub(b'0')?;
    let mut file = File {
        version,
        algorithm: algorithm.to_owned(),
        encryption: String::new(),
        comment: String::new(),
        public: Vec::new(),
        private: Vec::new(),
        mac: String::new(),
    };
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name {
            "Encryption" => file.encryption = value.to_owned(),
            "Comment" => file.comment = value.to_owned(),
            "Public-Lines" => file.public = blob(&mut lines, value)?,
            "Private-Lines" => file.private = blob(&mut lines, value)?,
            "Private-MAC" => file.mac = value.to_owned(),
            _ => {}
        }
    }
    (!file.encryption.is_empty() && !file.mac.is_empty()).then_some(file)
}

fn blob<'a>(lines: &mut impl Iterator<Item = &'a str>, count: &str) -> Option<Vec<u8>> {
    let count: usize = count.parse().ok().filter(|n| *n <= 1000)?;
    let text: String = lines.take(count).collect();
    STANDARD.decode(text).ok()
}
