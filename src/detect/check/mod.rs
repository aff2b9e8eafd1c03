//! Offline checks: what can be learnt about a candidate without any network. Pure functions from bytes to an outcome.

mod aws;
mod crc;
mod der;
mod jwt;
mod key;
mod openssh;
mod pem;
pub(crate) mod pgp;
mod putty;

pub(crate) use crc::base62_crc;

use crate::named_enum;

/// Something an offline check read out of a credential; never contains secret bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Fact {
    /// What it is, for example `checksum`, `account`, `expires`, `encryption`.
    pub label: &'static str,
    /// Its value, for example `valid`, `123456789012`, `2024-03-01`, `none`.
    pub value: String,
}

impl Fact {
    /// A fact. The caller vouches that `value` holds no secret bytes.
    pub fn new(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into() }
    }
}

/// What a check makes of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Proved by a checksum or by its structure: confidence becomes high.
    Valid,
    /// Neither proved nor refuted: the rule's own confidence stands.
    Unproven,
    /// Real, but of little use to a finder (expired, encrypted, unsigned): confidence becomes low.
    Weak,
    /// Cannot be a real credential (a checksum fails): confidence becomes low and a fact says so.
    Invalid,
    /// Not a secret at all (a public key, a certificate): dropped.
    NotSecret,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it means for the finding.
    pub verdict: Verdict,
    /// What was learnt, shown in every report.
    pub facts: Vec<Fact>,
}

impl Outcome {
    /// An outcome with its facts.
    pub fn new(verdict: Verdict, facts: Vec<Fact>) -> Self {
        Self { verdict, facts }
    }

    /// Nothing was learnt.
    pub fn unproven() -> Self {
        Self::new(Verdict::Unproven, Vec::new())
    }

    /// The value of the first fact with this label.
    pub fn fact(&self, label: &str) -> Option<&str> {
        self.facts.iter().find(|fact| fact.label == label).map(|fact| fact.value.as_str())
    }
}

named_enum! {
    /// A check named in a rule file.
    Check {
        /// GitHub tokens: base62 CRC-32 in the last six characters.
        GithubCrc = "github-crc",
        /// npm tokens: the same algorithm.
        NpmCrc = "npm-crc",
        /// JSON Web Tokens: header and payload decoded, expiry, algorithm.
        Jwt = "jwt",
        /// Private keys in PEM, OpenSSH, PGP or PuTTY form, encrypted or not.
        PrivateKey = "private-key",
        /// AWS access key ids: alphabet, account.
        AwsKeyId = "aws-key-id",
    }
}

impl Check {
    /// Runs the check on a candidate. `now` is the time of the scan in seconds since 1970, for expiry dates.
    pub fn run(self, secret: &[u8], now: i64) -> Outcome {
        match self {
            Self::GithubCrc => crc::github(secret),
            Self::NpmCrc => crc::npm(secret),
            Self::Jwt => jwt::check(secret, now),
            Self::PrivateKey => key::check(secret),
            Self::AwsKeyId => aws::check(secret),
        }
    }
}

/// `text` if it is 1 to `max` printable ASCII bytes, so that it can be shown as it is.
fn printable(text: &str, max: usize) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= max;
    (fits && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')).then_some(text)
}

#[cfg(test)]
mod tests {
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
            for check in [Check::GithubCrc, Check::NpmCrc, Check::AwsKeyId, Check::PrivateKey] {
                for fact in check.run(text.as_bytes(), 0).facts {
                    prop_assert!(fact.value.len() < 12 || !text.contains(&fact.value), "{fact:?}");
                }
            }
        }
    }
}
