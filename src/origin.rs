//! Where bytes come from: all that later stages know of a source.

use std::sync::Arc;

/// The place a blob of text was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file of the working tree.
    File {
        /// Path as reported: relative to the repository (or to the scanned folder), `/`-separated.
        path: Arc<str>,
    },
    /// Standard input.
    Stdin,
    /// An entry of the index.
    Staged {
        /// Path from the top of the repository.
        path: Arc<str>,
    },
    /// A version of a file in history.
    Commit {
        /// Path from the top of the repository.
        path: Arc<str>,
        /// The first commit that has this version at this path.
        commit: Arc<Commit>,
        /// The version at this path in HEAD holds the same blob.
        in_head: bool,
    },
    /// A git object that no ref reaches.
    Object {
        /// What stands in for a path.
        path: Arc<str>,
    },
}

impl Origin {
    /// The path to report.
    pub fn path(&self) -> &str {
        match self {
            Self::File { path } | Self::Staged { path } | Self::Commit { path, .. } | Self::Object { path } => path,
            Self::Stdin => "<stdin>",
        }
    }
}

/// What is reported of a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit {
    /// Committer time, seconds since 1970: first, so that commits sort by time.
    pub time: i64,
    /// Full object id in hex.
    pub id: String,
    /// Author as `Name <email>`.
    pub author: String,
    /// Author date, RFC 3339 with the author's offset.
    pub date: String,
}
