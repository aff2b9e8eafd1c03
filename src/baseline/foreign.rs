//! What the baselines of other scanners have in common.

use super::State;

/// An entry of another scanner's baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The file it stands for.
    pub path: String,
    /// The line there; 0, if it is not told.
    pub line: u32,
    /// What the scanner takes it for: the name of a plugin or rule.
    pub kind: String,
    /// What was decided of it, in our terms.
    pub state: State,
    /// It stands for its secret in that file alone.
    pub only_there: bool,
}

/// How a finding is known: in words, and the entries that know it by their numbers.
pub(super) type Hit<'k> = (&'static str, &'k [usize]);
