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
    /// A version of a file in history, or a commit's message.
    Commit {
        /// Path from the top of the repository.
        path: Arc<str>,
        /// The first commit that has this version at this path.
        commit: Arc<Commit>,
        /// The version at this path in HEAD holds the same blob.
        in_head: bool,
        /// What reaches that commit.
        reach: Arc<Reach>,
    },
    /// The message of an annotated tag.
    Tag {
        /// What stands in for a path.
        path: Arc<str>,
        /// The tag.
        tag: Arc<Tag>,
        /// What reaches it.
        reach: Arc<Reach>,
    },
    /// A git object that is part of no commit.
    Object {
        /// Its path in the tree it stands in, or what stands in for one.
        path: Arc<str>,
        /// What reaches it.
        reach: Arc<Reach>,
    },
}

impl Origin {
    /// Puts `prefix` before the path.
    pub fn put_before(&mut self, prefix: &str) {
        match self {
            Self::File { path }
            | Self::Staged { path }
            | Self::Commit { path, .. }
            | Self::Tag { path, .. }
            | Self::Object { path, .. } => *path = format!("{prefix}{path}").into(),
            Self::Stdin => {}
        }
    }

    /// The path to report.
    pub fn path(&self) -> &str {
        match self {
            Self::File { path }
            | Self::Staged { path }
            | Self::Commit { path, .. }
            | Self::Tag { path, .. }
            | Self::Object { path, .. } => path,
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
    /// Committer as `Name <email>`.
    pub committer: String,
    /// Committer date, RFC 3339 with the committer's offset.
    pub committed: String,
}

/// What is reported of an annotated tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The name it was made with.
    pub name: String,
    /// Object id of the tag itself in hex.
    pub id: String,
    /// Tagger as `Name <email>`; empty in tags of old git versions.
    pub tagger: String,
    /// Tagger date, RFC 3339 with the tagger's offset; empty where there is none.
    pub date: String,
}

/// What keeps a commit or an object of git from being thrown away, and shows it to whoever fetches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// It was not looked up: the scan was of one version of a file, of commits on their way to a repository, or was interrupted.
    Unknown,
    /// Refs lead to it.
    Refs {
        /// Full names of up to [`Reach::NAMES`] of them: a detached HEAD, branches, remote branches, tags, others; then by name.
        names: Vec<Arc<str>>,
        /// How many there are.
        total: usize,
    },
    /// A stash, and no other ref.
    Stash,
    /// Only reflogs of this clone remember it.
    Reflog,
    /// Nothing; git throws it away some day.
    Unreachable,
}

impl Reach {
    /// How many refs are named.
    pub const NAMES: usize = 10;

    /// That of what these refs lead to, which come in the order to be kept.
    pub fn of_refs(refs: impl Iterator<Item = Arc<str>>) -> Self {
        let mut names = Vec::new();
        let total = refs
            .inspect(|name| {
                if names.len() < Self::NAMES {
                    names.push(Arc::clone(name))
                }
            })
            .count();
        Self::Refs { names, total }
    }

    /// The name used in reports; none if it was not looked up.
    pub fn as_str(&self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Refs { .. } => Some("refs"),
            Self::Stash => Some("stash"),
            Self::Reflog => Some("reflog"),
            Self::Unreachable => Some("unreachable"),
        }
    }
}
