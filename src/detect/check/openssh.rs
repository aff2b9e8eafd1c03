//! OpenSSH private keys. Source: `PROTOCOL.key` of the OpenSSH distribution.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::der::bits;
use super::{Fact, Outcome, Verdict};

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Reads SSH's strings: a 32-bit length, then the bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next 32-bit number.
    pub(super) fn number(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*head))
    }

    /// The next string.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}

/// Whether decoded armour is in OpenSSH's own format.
pub(super) fn is_openssh(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads a key in OpenSSH's own format; `None` when it is damaged.
pub(super) fn check(bytes: &[u8]) -> Option<Outcome> {
    let mut r = Reader(bytes.strip_prefix(MAGIC)?);
    let (cipher, kdf, _options) = (r.string()?, r.string()?, r.string()?);
    if r.number()? == 0 {
        return None;
    }
    let (public, private) = (r.string()?, r.string()?);
    let kind = key_type(public)?;
    let mut facts = vec![Fact::new("type", kind.as_str()), Fact::new("fingerprint", fingerprint(public))];
    if cipher == b"none" {
        facts.push(Fact::new("encryption", "none"));
        let mut p = Reader(private);
        let (first, second) = (p.number()?, p.number()?);
        if first != second || p.string()? != Reader(public).string()? {
            return None;
        }
        let verdict = if kind.contains("security key") { Verdict::Weak } else { Verdict::Valid };
        return Some(Outcome::new(verdict, facts));
    }
    facts.push(Fact::new("encryption", cipher_name(cipher)?));
    if kdf == b"bcrypt" {
        facts.push(Fact::new("kdf", "bcrypt"));
    }
    Some(Outcome::new(Verdict::Weak, facts))
}

fn cipher_name(name: &[u8]) -> Option<&'static str> {
    let known = [
        "aes256-ctr",
        "aes192-ctr",
        "aes128-ctr",
        "aes256-cbc",
        "aes192-cbc",
        "aes128-cbc",
        "3des-cbc",
        "aes256-gcm@openssh.com",
        "aes128-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
    ];
    known.into_iter().find(|k| k.as_bytes() == name)
}

/// What a public key blob holds, for example `Ed25519` or `RSA 3072 bit`.
pub(super) fn key_type(blob: &[u8]) -> Option<String> {
    let mut r = Reader(blob);
    let kind = r.string()?;
    let fixed = |name: &str| Some(name.to_owned());
    match kind {
        b"ssh-ed25519" => fixed("Ed25519"),
        b"ssh-ed448" => fixed("Ed448"),
        b"ecdsa-sha2-nistp256" => fixed("EC P-256"),
        b"ecdsa-sha2-nistp384" => fixed("EC P-384"),
        b"ecdsa-sha2-nistp521" => fixed("EC P-521"),
        b"sk-ssh-ed25519@openssh.com" => fixed("Ed25519 handle of a security key"),
        b"sk-ecdsa-sha2-nistp256@openssh.com" => fixed("EC P-256 handle of a security key"),
        b"ssh-rsa" => {
            r.string()?;
            Some(format!("RSA {} bit", bits(r.string()?)))
        }
        b"ssh-dss" => Some(format!("DSA {} bit", bits(r.string()?))),
        _ => None,
    }
}

/// The fingerprint `ssh-keygen -l` prints: of the public key, so it gives nothing away.
pub(super) fn fingerprint(public: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(public)))
}
