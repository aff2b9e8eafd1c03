//! Identity of a finding by content.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::rules::Rule;
use crate::secret::Secret;

/// The first 16 bytes of HMAC-SHA-256, keyed with a constant of this program, over the rule's family and the secret. It is
/// the same in every mode, place, commit and clone, when another rule of the same provider comes to find the secret, and when
/// the provider is renamed. It cannot be turned back into a strong secret; a weak one can be guessed from it (see
/// SECURITY.md).
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

    /// Baselines and the alerts of other services know findings by these. Whoever breaks this test voids them all.
    #[test]
    fn fingerprints_never_change() {
        let rules = RuleSet::builtin();
        let pinned = |id: &&str| {
            let rule = rules.find(id).expect("a built-in rule");
            Fingerprint::new(rule, &Secret::new(b"pinned")).to_string()[..8].to_owned()
        };
        let ids = [
            "github-personal-access-token",
            "aws-access-key-id",
            "generic-password",
            "rsa-private-key",
            "1password-service-account-token",
        ];
        let all: Vec<String> = ids.iter().map(pinned).collect();
        assert_eq!(all.join(" "), "d95a68db bf685b28 2f4b6e1d 2b9d2c75 dd8143f7");
    }

    #[test]
    fn a_family_is_not_the_name_of_the_provider() {
        let of = |provider: &str, id: &str| {
            let text = format!(
                "provider = '{provider}'\n[remedy]\ndisable = 'a'\nrotate = 'b'\nstore = 'c'\n[[rule]]\nid = '{id}'\n\
                 title = 't'\nkind = 'api-key'\nseverity = 'low'\nabout = 'a'\nimpact = 'i'\n\
                 [rule.token]\nanchors = ['acme_']\npattern = 'acme_[a-z]{{9}}'\n"
            );
            let loaded = crate::rules::load::parse("x.toml", &text).expect("a rule file");
            Fingerprint::new(&loaded[0].rule, &Secret::new(b"s"))
        };
        assert_eq!(of("Acme", "acme-key"), of("Emca Holdings", "acme-live-key"));
        assert_ne!(of("Acme", "acme-key"), of("Acme", "emca-key"));
    }

    #[test]
    fn the_rules_of_a_provider_are_one_family() {
        let rules = RuleSet::builtin();
        let mut families = std::collections::BTreeMap::new();
        for rule in rules.iter().filter(|rule| rule.kind != crate::rules::Kind::PrivateKey) {
            let family = families.entry(rule.provider.clone()).or_insert(rule.family());
            assert_eq!(*family, rule.family(), "{}: the id of a rule begins with its provider", rule.id);
        }
    }
}
