//! What a doubt leaves of a finding, and in which files.

use crate::judge::by_kind::ByKind;
use crate::judge::kind::{self, FileKind};
use crate::rules::Confidence;

/// A reason against a finding, and how sure it can be in spite of it: none means no finding at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) struct Doubt {
    /// What was seen, as `spillcheck explain` says it.
    pub(in crate::judge) reason: &'static str,
    /// The highest confidence it leaves.
    pub(in crate::judge) most: Option<Confidence>,
    /// Where it counts.
    pub(in crate::judge) place: Where,
}

/// The files in which a doubt counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) enum Where {
    /// All.
    Everywhere,
    /// Programs, in which a bare word is a name of something else.
    Programs,
    /// Documentation.
    Documentation,
    /// Documentation in a folder of its own, or of tests and examples: `docs/setup.md`, and not the README at the top.
    Manuals,
    /// Tests and examples, but not documentation.
    Fixtures,
    /// Folders of tests, examples and documentation.
    Folders,
    /// Tests, examples and documentation.
    Samples,
}

impl Where {
    fn holds(self, kind: FileKind, test: bool) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Programs => matches!(kind, FileKind::Compiled | FileKind::Script),
            Self::Documentation => kind == FileKind::Prose,
            Self::Manuals => test && kind == FileKind::Prose,
            Self::Fixtures => test && kind != FileKind::Prose,
            Self::Folders => test,
            Self::Samples => test || kind == FileKind::Prose,
        }
    }
}

impl Doubt {
    /// What it leaves of `by_kind`.
    pub(in crate::judge) fn limit(self, by_kind: ByKind) -> ByKind {
        self.most.map_or(ByKind::NOWHERE, |most| by_kind.at_most_where(most, |kind, test| self.place.holds(kind, test)))
    }

    /// What follows from it in a file at `path`, as `spillcheck explain` says it.
    pub(in crate::judge) fn outcome(self, path: &str) -> String {
        let most = if self.most.is_some() { "low confidence at most" } else { "no finding" };
        let place = match self.place {
            Where::Everywhere => return most.to_owned(),
            Where::Programs => " in a program",
            Where::Documentation => " in documentation",
            Where::Manuals => " in a folder of documentation",
            Where::Fixtures => " in a test or an example",
            Where::Folders => " in a folder of tests, examples or documentation",
            Where::Samples => " in a test, an example or documentation",
        };
        let here = if self.place.holds(kind::of(path), kind::is_test(path)) { "as here" } else { "not here" };
        format!("{most}{place}, {here}")
    }
}
