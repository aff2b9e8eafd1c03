//! Identity of a finding by content.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::rules::Rule;
use crate::secret::Secret;

/// The first 16 bytes of HMAC-SHA-256, keyed with a constant of this program, over the rule's family and the secret. It is
/// the same in every mode, place, commit and clone, and when another rule of the same provider comes to find the secret. It cannot be turned back into a strong secret; a weak one can be
/// guessed from it (see SECURITY.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

const KEY: &[u8] = b"spillcheck fingerprint v2";

impl Fingerprint {
    /// For a secret found by `rule`.
    pub fn new(rule: &Rule, secret: &Secret) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes keys of any length");
        mac.update(rule.family().as_bytes());
        mac.update(&[0]);
        mac.update(secret.reveal());
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

impl Fingerprint {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn depends_on_the_family_of_the_rule_and_the_secret_only() {
        let rules = RuleSet::builtin();
        let of = |rule: &str, secret: &[u8]| {
            Fingerprint::new(rules.find(rule).expect("a built-in rule"), &Secret::new(secret)).to_string()
        };
        let one = of("github-personal-access-token", b"s");
        assert_eq!(one.len(), 32);
        assert_eq!(one, of("github-personal-access-token", b"s"));
        assert_eq!(one, of("github-oauth-token", b"s"));
        assert_ne!(one, of("github-personal-access-token", b"t"));
        assert_ne!(one, of("generic-password", b"s"));
    }
}
