//! Identity of a finding by content.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The first 16 bytes of HMAC-SHA-256, keyed with a constant of this program, over the rule's id and the secret. It is
/// the same in every mode, place, commit and clone, and it cannot be turned back into a strong secret; a weak one can be
/// guessed from it (see SECURITY.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

const KEY: &[u8] = b"spillcheck fingerprint v1";

impl Fingerprint {
    /// For a secret found by the rule named `rule`.
    pub fn new(rule: &str, secret: &[u8]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes keys of any length");
        mac.update(rule.as_bytes());
        mac.update(&[0]);
        mac.update(secret);
        let full = mac.finalize().into_bytes();
        let mut id = [0; 16];
        id.copy_from_slice(&full[..16]);
        Self(id)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl serde::Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_rule_and_secret_only() {
        let a = Fingerprint::new("r", b"s");
        assert_eq!(a, Fingerprint::new("r", b"s"));
        assert_ne!(a, Fingerprint::new("r", b"t"));
        assert_ne!(a, Fingerprint::new("q", b"s"));
        assert_eq!(a.to_string().len(), 32);
    }
}
