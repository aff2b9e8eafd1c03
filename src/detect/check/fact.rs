//! What a check reads out of a credential, and how reports say it.

use std::fmt;

use super::codec;

/// Something an offline check read out of a credential; never contains secret bytes. Displayed as people read it: `checksum
/// valid`, `expired 2024-03-01`, `account 123456789012`, `encrypted key (aes256-ctr)`, `test mode`, `publishable: not a
/// secret`.
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

    /// The fact of a key that is made to be public.
    pub(super) fn publishable() -> Self {
        Self::new("publishable", "not a secret")
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, value } = self;
        match (*label, value.as_str()) {
            ("mode", mode) => write!(f, "{mode} mode"),
            ("publishable", why) => write!(f, "publishable: {why}"),
            ("encryption", how) if !matches!(how, "none" | NO_SECRET_PART) => write!(f, "encrypted key ({how})"),
            _ => write!(f, "{label} {value}"),
        }
    }
}

/// The `encryption` of an OpenPGP key that was exported without its secret part.
pub(super) const NO_SECRET_PART: &str = "secret part not included";

/// Adds the day `at` (seconds since 1970) on which a credential ends or has ended; true if that lies before `now`.
pub(super) fn expiry(at: i64, now: i64, facts: &mut Vec<Fact>) -> bool {
    let ended = at < now;
    let (label, beyond_dates) = if ended { ("expired", "long ago") } else { ("expires", "never") };
    facts.push(Fact::new(label, codec::date(at).unwrap_or_else(|| beyond_dates.to_owned())));
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_said_as_people_read_them() {
        for (label, value, said) in [
            ("checksum", "valid", "checksum valid"),
            ("account", "123456789012", "account 123456789012"),
            ("mode", "test", "test mode"),
            ("encryption", "aes256-ctr", "encrypted key (aes256-ctr)"),
            ("encryption", "none", "encryption none"),
            ("encryption", NO_SECRET_PART, "encryption secret part not included"),
        ] {
            assert_eq!(Fact::new(label, value).to_string(), said);
        }
        assert_eq!(Fact::publishable().to_string(), "publishable: not a secret");
    }

    #[test]
    fn the_last_day() {
        let day = |at, now| {
            let mut facts = Vec::new();
            (expiry(at, now, &mut facts), facts[0].to_string())
        };
        assert_eq!(day(1_709_251_200, 1_709_251_201), (true, "expired 2024-03-01".to_owned()));
        assert_eq!(day(1_709_251_200, 1_709_251_200), (false, "expires 2024-03-01".to_owned()));
        assert_eq!(day(i64::MAX, 0), (false, "expires never".to_owned()));
        assert_eq!(day(i64::MIN, 0), (true, "expired long ago".to_owned()));
    }
}
