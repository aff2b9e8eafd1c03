//! What the sources need of git, on top of libgit2. Nothing of a repository's configuration is ever executed: libgit2 runs no
//! hooks, filters, pagers, credential helpers or file system monitors for the calls made here.

mod attribution;
mod delta;
mod environment;
mod forest;
mod graph;
mod head;
pub mod history;
pub mod holdings;
pub mod objects;
pub mod ranges;
mod store;
mod time;
mod tips;
mod version;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use git2::{ErrorCode, Oid, Repository, RepositoryOpenFlags};

pub use environment::reopen;

use crate::collect::Collector;
use crate::origin::Commit;
use crate::report::SkipReason;

pub use head::Head;
pub use version::version;

/// What stands in for the path of a commit message.
const COMMIT_MESSAGE: &str = "<commit message>";

/// Why a repository, a ref or a range cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The repository cannot be opened.
    #[error("{}: cannot open git repository: {message}", path.display())]
    Open {
        /// Where it was looked for.
        path: PathBuf,
        /// What libgit2 said, and what to do where that is known.
        message: String,
    },
    /// A revision or range the user named does not exist.
    #[error("{repository}: bad revision {revision:?}: {message}")]
    Revision {
        /// The repository.
        repository: String,
        /// As the user wrote it.
        revision: String,
        /// What libgit2 said.
        message: String,
    },
    /// Something was asked of a repository that it cannot give.
    #[error("{0}")]
    Other(String),
}

/// Library-wide settings, made once before the first repository is opened.
fn configure() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: both calls change settings of libgit2 that are not synchronised; `Once` runs them before any other use of
        // libgit2 in this process. Ownership is not validated because nothing of the repository is executed, and a scanner in
        // a container is rarely the owner of what it scans. `partialclone` is only declared known: objects that such a clone
        // lacks are counted as missing.
        #[allow(unsafe_code)]
        unsafe {
            let _ = git2::opts::set_verify_owner_validation(false);
            let _ = git2::opts::set_extensions(&["partialclone"]);
        }
        // Each object is read once: verifying and caching would only cost time and memory.
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
    });
}

/// Opens the repository at `path` itself, not above it. What `GIT_DIR` and its kin say counts where `path` is the repository they
/// mean. `Ok(None)`: there is none.
pub fn open(path: &Path) -> Result<Option<Repository>, GitError> {
    configure();
    if let Some(repository) = environment::named(path)? {
        return Ok(Some(repository));
    }
    optional(path, Repository::open(path))
}

/// Opens the repository that `path` lies in: the one `GIT_DIR` and its kin mean if `path` is in its working tree, else the
/// closest one above, not beyond `GIT_CEILING_DIRECTORIES`. `Ok(None)`: there is none.
pub fn discover(path: &Path) -> Result<Option<Repository>, GitError> {
    configure();
    let found = optional(path, Repository::open_ext(path, RepositoryOpenFlags::empty(), environment::ceilings()));
    match environment::enclosing(path, found.as_ref().ok().and_then(Option::as_ref))? {
        Some(repository) => Ok(Some(repository)),
        None => found,
    }
}

fn optional(path: &Path, opened: Result<Repository, git2::Error>) -> Result<Option<Repository>, GitError> {
    match opened {
        Ok(repository) => Ok(Some(repository)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(open_error(path, &error)),
    }
}

fn open_error(path: &Path, error: &git2::Error) -> GitError {
    let mut message = error.message().to_owned();
    if message.contains("objectformat") || message.contains("object format") {
        message.push_str("; SHA-256 repositories cannot be read yet: scan the working tree with --no-history");
    } else if message.contains("refstorage") {
        message.push_str("; reftable repositories cannot be read yet: scan the working tree with --no-history");
    }
    GitError::Open { path: path.to_owned(), message }
}

/// A name for a repository in messages: its working tree, or its git directory.
pub fn name(repository: &Repository) -> String {
    let path = repository.workdir().unwrap_or_else(|| repository.path());
    let text = path.display().to_string();
    text.strip_suffix('/').map_or(text.clone(), str::to_owned)
}

/// Paths in the index, for tracked files that an ignore file names.
pub fn tracked(repository: &Repository) -> Result<Vec<PathBuf>, GitError> {
    let index = repository
        .index()
        .map_err(|e| GitError::Other(format!("{}: cannot read the index: {}", name(repository), e.message())))?;
    Ok(index.iter().map(|entry| PathBuf::from(os_path(&entry.path))).collect())
}

/// Blobs and paths of the index. Submodules are counted as skipped.
fn index_entries(repository: &Repository, collector: &Collector) -> Vec<(Oid, String)> {
    let index = match repository.index() {
        Ok(index) => index,
        Err(_) if repository.is_bare() => return Vec::new(),
        Err(error) => {
            collector.error(name(repository), format!("cannot read the index: {}", error.message()));
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    for entry in index.iter() {
        if entry.mode == 0o160_000 {
            collector.skip(SkipReason::Submodule);
        } else {
            entries.push((entry.id, String::from_utf8_lossy(&entry.path).into_owned()));
        }
    }
    entries
}

/// Commits whose parents a shallow clone does not have.
pub fn shallow(repository: &Repository) -> HashSet<Oid> {
    let text = std::fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| Oid::from_str(line).ok()).collect()
}

/// What is reported of a commit.
fn describe(commit: &git2::Commit<'_>) -> Commit {
    let author = commit.author();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Commit {
        time: commit.time().seconds(),
        id: commit.id().to_string(),
        author: format!("{} <{}>", text(author.name_bytes()), text(author.email_bytes())),
        date: time::rfc3339(author.when()),
    }
}

/// The same by id; a commit that cannot be read any more has only that.
fn commit_about(repository: &Repository, id: Oid) -> Commit {
    match repository.find_commit(id) {
        Ok(commit) => describe(&commit),
        Err(_) => Commit { time: 0, id: id.to_string(), author: String::new(), date: String::new() },
    }
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> std::ffi::OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
