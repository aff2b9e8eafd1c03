//! What a text alone says about a finding, for every kind of file that may hold it.

use super::kind::{FileKind, KINDS};
use crate::rules::Confidence;

/// Kinds of file, each once as itself and once as a test.
pub(super) const PLACES: usize = 2 * KINDS;

/// How sure a finding is in each kind of file, or that it is none there. A text may stand at many paths, and is judged once: the
/// path only picks from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ByKind(u64);

/// Two bits for each place: none, low, medium, high.
const BITS: usize = 2;

impl ByKind {
    /// No finding, wherever it is.
    pub const NOWHERE: Self = Self(0);

    /// The same in every kind of file.
    pub fn everywhere(confidence: Confidence) -> Self {
        (0..PLACES).fold(Self::NOWHERE, |all, place| all.with(place, confidence))
    }

    /// The number of a place.
    pub(super) fn place(kind: FileKind, test: bool) -> usize {
        2 * kind as usize + usize::from(test)
    }

    /// With `confidence` at a place that had none.
    pub(super) fn with(self, place: usize, confidence: Confidence) -> Self {
        let bits = match confidence {
            Confidence::Low => 1,
            Confidence::Medium => 2,
            Confidence::High => 3,
        };
        Self(self.0 | bits << (BITS * place))
    }

    /// With nothing above `confidence`.
    pub(super) fn at_most(self, confidence: Confidence) -> Self {
        (0..PLACES)
            .filter_map(|place| self.get(place).map(|c| (place, c.min(confidence))))
            .fold(Self::NOWHERE, |all, (place, confidence)| all.with(place, confidence))
    }

    /// With nothing above `confidence` at the places that `wanted` picks by kind of file, and test or not.
    pub(super) fn at_most_where(self, confidence: Confidence, wanted: impl Fn(FileKind, bool) -> bool) -> Self {
        let held = self.at_most(confidence);
        FileKind::ALL.into_iter().flat_map(|kind| [(kind, false), (kind, true)]).fold(
            Self::NOWHERE,
            |all, (kind, test)| {
                let from = if wanted(kind, test) { held } else { self };
                from.at(kind, test).map_or(all, |confidence| all.with(Self::place(kind, test), confidence))
            },
        )
    }

    fn get(self, place: usize) -> Option<Confidence> {
        match self.0 >> (BITS * place) & 3 {
            1 => Some(Confidence::Low),
            2 => Some(Confidence::Medium),
            3 => Some(Confidence::High),
            _ => None,
        }
    }

    /// How sure in a kind of file, which is a test or not.
    pub(super) fn at(self, kind: FileKind, test: bool) -> Option<Confidence> {
        self.get(Self::place(kind, test))
    }

    /// The highest of all kinds.
    pub fn most(self) -> Option<Confidence> {
        (0..PLACES).filter_map(|place| self.get(place)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_own_bits() {
        let by_kind = ByKind::NOWHERE
            .with(ByKind::place(FileKind::Yaml, false), Confidence::Medium)
            .with(ByKind::place(FileKind::Sql, true), Confidence::Low);
        assert_eq!(by_kind.at(FileKind::Yaml, false), Some(Confidence::Medium));
        assert_eq!(by_kind.at(FileKind::Yaml, true), None);
        assert_eq!(by_kind.at(FileKind::Sql, true), Some(Confidence::Low));
        assert_eq!(by_kind.most(), Some(Confidence::Medium));
        assert_eq!(ByKind::everywhere(Confidence::High).at(FileKind::Sql, true), Some(Confidence::High));
        assert_eq!(ByKind::NOWHERE.most(), None);
    }
}
