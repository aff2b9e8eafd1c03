//! Known secrets. A baseline keeps findings out of the report by what they are, never by where they stand: lines may move,
//! files be renamed and history be squashed, and another secret in the same place is new.
//!
//! ```text
//! # spillcheck baseline 1: …
//! key 5d41:402a:bc4b:2a76:b971:9d91:1017:c592
//! 7d79:3037:a076:0186:574b:0282:f2f4:35e7 allow acme-api-key path=docs/** owner=@docs until=2027-01-31 reason="a sample"
//! ```
//!
//! One line for each secret, sorted; their order and repetition mean nothing, so two versions of a file may be merged
//! line by line. An entry is the keyed hash of a [`Fingerprint`], a state, the rule that found the secret (for people) and
//! attributes. It is written in groups, so that no rule takes it for a credential.

mod detect_secrets;
mod foreign;
mod gitleaks;
mod known;
mod merge;
mod text;

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, Mac};
use jiff::civil::Date;
use sha2::Sha256;

use crate::fingerprint::Fingerprint;
use crate::named_enum;

pub use foreign::Foreign;
pub use known::{Known, Problem};

/// The name of a baseline in the root of a repository.
pub const FILE_NAME: &str = ".spillcheck-baseline";
/// The name of detect-secrets' baseline.
pub const DETECT_SECRETS_NAME: &str = ".secrets.baseline";
/// The names of other scanners' baselines, read where they lie beside ours. gitleaks gives its own no name; these are the usual
/// ones.
pub const FOREIGN_NAMES: [&str; 3] = [DETECT_SECRETS_NAME, ".gitleaks-baseline.json", "gitleaks-baseline.json"];

/// 128 bits, written as eight groups of four hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02x}", if n > 0 && n % 2 == 0 { ":" } else { "" })?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Digest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut bytes = [0; 16];
        let mut digits = text.bytes().filter(|b| *b != b':');
        for byte in &mut bytes {
            let mut digit = || digits.next().and_then(|b| char::from(b).to_digit(16)).ok_or(());
            *byte = (digit()? * 16 + digit()?) as u8;
        }
        let groups = text.len() == 39 && (4..39).step_by(5).all(|n| text.as_bytes()[n] == b':');
        if groups { Ok(Self(bytes)) } else { Err(()) }
    }
}

/// What makes the ids of one baseline different from those of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Digest);

impl Key {
    /// A new one, from the random numbers of the system.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Digest(bytes)))
    }

    /// What stands for a finding in the lines of a baseline with this key: the first 16 bytes of HMAC-SHA-256 over its
    /// fingerprint.
    pub fn id(&self, fingerprint: &Fingerprint) -> Digest {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0.0).expect("HMAC takes keys of any length");
        mac.update(fingerprint.as_bytes());
        let full = mac.finalize().into_bytes();
        let mut id = [0; 16];
        id.copy_from_slice(&full[..16]);
        Digest(id)
    }
}

named_enum! {
    /// What was decided of a known secret.
    State {
        /// Nobody has looked at it: not reported.
        Unreviewed = "unreviewed",
        /// A secret that may stay: not reported.
        Allow = "allow",
        /// No secret: not reported.
        FalseAlarm = "false-alarm",
        /// A secret that has to go: reported, and not asked about again.
        Keep = "keep",
    }
}

/// A line of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// See [`Key::id`].
    pub id: Digest,
    /// What was decided.
    pub state: State,
    /// The rule that found it; only people read this.
    pub rule: String,
    /// Where it counts: a glob of paths in which `*` does not cross a `/` and `**` does; everywhere, if there is none.
    pub path: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it counts (UTC).
    pub until: Option<Date>,
    /// Why, in somebody's words.
    pub reason: Option<String>,
}

/// The content of a `.spillcheck-baseline`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// One, or several after a merge. New entries are made with the first.
    pub keys: BTreeSet<Key>,
    /// All entries, sorted.
    pub entries: BTreeSet<Entry>,
}

impl Baseline {
    /// Without entries.
    pub fn new(key: Key) -> Self {
        Self { keys: BTreeSet::from([key]), entries: BTreeSet::new() }
    }

    /// The ids a finding can have in this baseline, that of new entries first.
    pub fn ids(&self, fingerprint: &Fingerprint) -> Vec<Digest> {
        self.keys.iter().map(|key| key.id(fingerprint)).collect()
    }

    /// The entries of a finding.
    pub fn entries_of<'b>(&'b self, fingerprint: &Fingerprint) -> impl Iterator<Item = &'b Entry> + use<'b> {
        let ids = self.ids(fingerprint);
        self.entries.iter().filter(move |entry| ids.contains(&entry.id))
    }
}

/// Whether `path` is in the scope `glob`. A glob that cannot be read has no path in it; [`Baseline::parse`] refuses it.
pub fn in_scope(glob: &str, path: &str) -> bool {
    if glob == path
        || glob.strip_suffix('/').is_some_and(|folder| path.starts_with(folder) && path.len() > folder.len())
    {
        return true;
    }
    globset::GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .is_ok_and(|glob| glob.compile_matcher().is_match(path))
}
