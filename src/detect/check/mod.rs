//! Offline checks: what can be learnt about a candidate without any network. Pure functions from bytes to an outcome.

use crate::named_enum;

/// Something an offline check read out of a credential; never contains secret bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Fact {
    /// What it is, for example `checksum`, `account`, `expires`, `encryption`.
    pub label: &'static str,
    /// Its value, for example `valid`, `123456789012`, `2024-03-01`, `none`.
    pub value: String,
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
    pub fn run(self, _secret: &[u8], _now: i64) -> Outcome {
        Outcome { verdict: Verdict::Unproven, facts: Vec::new() }
    }
}
