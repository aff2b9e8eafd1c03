//! What the sources need of git, on top of libgit2. Nothing of a repository's configuration is ever executed: libgit2 runs no
//! hooks, filters, pagers, credential helpers or file system monitors for the calls made here.

mod attribution;
mod bits;
mod bounds;
pub mod comments;
mod commits;
mod delta;
mod environment;
mod forest;
mod graph;
mod head;
pub mod history;
pub mod holdings;
pub mod index;
mod lineage;
mod lookup;
pub mod loose;
pub mod objects;
mod pack;
pub mod ranges;
pub mod reach;
pub mod selection;
mod special;
mod store;
mod table;
mod thin;
mod time;
mod tips;
mod version;
mod walk;

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Once;

use git2::{ErrorCode, Oid, Repository, RepositoryOpenFlags};

pub use environment::reopen;
pub(crate) use special::is_special;
pub use time::parse as parse_date;

use crate::collect::Collector;
use crate::origin::{Commit, Tag};

pub use head::Head;
use lookup::Lookup;
pub use version::version;

/// What stands in for the path of a commit message.
const COMMIT_MESSAGE: &str = "<commit message>";

/// Why a repository, a ref or a range cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GitError {
    /// The repository or a part of it is damaged, or of a kind that is not read here (SHA-256 ids, reftable refs). No fault
    /// of who asked for it: the scan is incomplete.
    #[error("{}: {problem}", path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// What is wrong, and what to do where that is known.
        problem: String,
    },
    /// A revision or range the user named does not exist.
    #[error("{repository}: {}", self.problem())]
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

impl GitError {
    /// Something of `repository` cannot be read.
    fn unreadable(repository: &Repository, problem: String) -> Self {
        Self::Unreadable { path: name(repository).into(), problem }
    }

    /// No repository can be opened at `path`.
    pub fn cannot_open(path: &Path, why: &str) -> Self {
        Self::Unreadable { path: path.to_owned(), problem: format!("cannot open git repository: {why}") }
    }

    /// What is wrong, for places that name the repository themselves.
    pub fn problem(&self) -> String {
        match self {
            Self::Unreadable { problem, .. } => problem.clone(),
            Self::Revision { revision, message, .. } => format!("bad revision {revision:?}: {message}"),
            Self::Other(message) => message.clone(),
        }
    }
}

/// Library-wide settings, made once before the first repository is opened.
fn configure() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: both calls change settings of libgit2 that are not synchronised; `Once` runs them before any other use of
        // libgit2 in this process. Ownership is not validated because nothing of the repository is executed, and a scanner in
        // a container is rarely the owner of what it scans. `partialclone` is only declared known: objects that such a clone
        // lacks are counted as missing; and `compatobjectformat`: what git keeps besides, to translate ids, is not read.
        // `refstorage` is for `with_files_as_refs` to judge.
        #[allow(unsafe_code)]
        unsafe {
            let _ = git2::opts::set_verify_owner_validation(false);
            let _ = git2::opts::set_extensions(&["partialclone", "compatobjectformat", "refstorage"]);
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
    refuse_special(path)?;
    optional(path, Repository::open(path))
}

/// Opens the repository that `path` lies in: the one `GIT_DIR` and its kin mean if `path` is in its working tree, else the
/// closest one above, not beyond `GIT_CEILING_DIRECTORIES`. `Ok(None)`: there is none.
pub fn discover(path: &Path) -> Result<Option<Repository>, GitError> {
    configure();
    // Where it is comes first: opening reads its configuration.
    if let Ok(folder) = Repository::discover_path(path, environment::ceilings()) {
        refuse_special(&folder)?;
    }
    let found = optional(path, Repository::open_ext(path, RepositoryOpenFlags::empty(), environment::ceilings()));
    match environment::enclosing(path, found.as_ref().ok().and_then(Option::as_ref))? {
        Some(repository) => Ok(Some(repository)),
        None => found,
    }
}

/// See [`special`].
fn refuse_special(path: &Path) -> Result<(), GitError> {
    match special::find(path) {
        Some(file) => {
            let why = format!("{} is no regular file: reading it could wait for ever", file.display());
            Err(GitError::cannot_open(path, &why))
        }
        None => Ok(()),
    }
}

fn optional(path: &Path, opened: Result<Repository, git2::Error>) -> Result<Option<Repository>, GitError> {
    match opened.and_then(with_files_as_refs).and_then(|repository| at_home(path, repository)) {
        Ok(repository) => Ok(Some(repository)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(open_error(path, &error)),
    }
}

/// The repository, unless it says that its refs are not kept as files (`extensions.refStorage`, git-config(1)).
fn with_files_as_refs(repository: Repository) -> Result<Repository, git2::Error> {
    let own = repository.config()?.open_level(git2::ConfigLevel::Local);
    match own.and_then(|config| config.get_string("extensions.refstorage")) {
        Ok(storage) if !storage.eq_ignore_ascii_case("files") => {
            Err(git2::Error::from_str(&format!("unsupported extension extensions.refstorage {storage:?}")))
        }
        _ => Ok(repository),
    }
}

/// The repository as it is seen from `path`. `core.worktree` may name any folder, and counts only for those who look from
/// there: else the working tree is the folder whose `.git` leads to the repository, and there is none if no folder does.
/// Where a scan finds its configuration is not for the repository to say.
fn at_home(path: &Path, repository: Repository) -> Result<Repository, git2::Error> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let (Some(here), Some(top)) = (real(path), repository.workdir().and_then(real)) else { return Ok(repository) };
    if here.starts_with(&top) {
        return Ok(repository);
    }
    let own = real(repository.path());
    let leads_here = |folder: &&Path| special::git_folder(folder).and_then(|found| real(&found)) == own;
    match here.ancestors().filter(|folder| folder.join(".git").exists()).find(leads_here) {
        Some(folder) => {
            repository.set_workdir(folder, false)?;
            Ok(repository)
        }
        None => {
            let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::BARE;
            Repository::open_ext(repository.path(), flags, &[] as &[&Path])
        }
    }
}

fn open_error(path: &Path, error: &git2::Error) -> GitError {
    let message = error.message();
    let kind = if message.contains("objectformat") || message.contains("object format") {
        "SHA-256"
    } else if message.contains("refstorage") {
        "reftable"
    } else {
        return GitError::cannot_open(path, message);
    };
    let why = format!("{message}; {kind} repositories cannot be read yet: scan the working tree with --no-history");
    GitError::cannot_open(path, &why)
}

/// Where a repository is found again: its working tree, or its git directory.
pub fn folder(repository: &Repository) -> &Path {
    repository.workdir().unwrap_or_else(|| repository.path())
}

/// A name for a repository in messages: its folder.
pub fn name(repository: &Repository) -> String {
    let text = folder(repository).display().to_string();
    text.strip_suffix('/').map_or(text.clone(), str::to_owned)
}

/// Blobs and paths of the index; one that cannot be read is an error of the scan.
fn index_entries(repository: &Repository, collector: &Collector) -> Vec<(Oid, String)> {
    let files = index::Index::open(repository).and_then(|index| index.files(repository));
    files.unwrap_or_else(|error| {
        collector.error(name(repository), error.to_string());
        Vec::new()
    })
}

/// Whether a folder looks like a git folder: a bare repository, or that of a submodule.
pub fn is_git_folder(path: &Path) -> bool {
    path.join("HEAD").symlink_metadata().is_ok() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

/// Opens the git folder of a submodule, whether it is checked out or not, and says where it is or was: the path of its working
/// tree as its configuration has it, without `..`.
pub fn open_module(folder: &Path) -> Result<(Repository, Option<PathBuf>), GitError> {
    configure();
    refuse_special(folder)?;
    let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::BARE;
    let repository = Repository::open_ext(folder, flags, &[] as &[&Path]).and_then(with_files_as_refs);
    let repository = repository.map_err(|error| open_error(folder, &error))?;
    let tree = repository.config().and_then(|config| config.get_path("core.worktree")).ok();
    let tree = tree.map(|tree| {
        folder.join(tree).components().fold(PathBuf::new(), |mut path, part| {
            match part {
                Component::ParentDir => drop(path.pop()),
                other => path.push(other),
            }
            path
        })
    });
    Ok((repository, tree))
}

/// Git folders of submodules below `top`, those of submodules of submodules included, in order.
pub fn module_folders(top: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        // A name may have several parts, so a folder that is no git folder may hold some.
        let below = if is_git_folder(&folder) {
            found.push(folder.clone());
            folder.join("modules")
        } else {
            folder
        };
        let entries = std::fs::read_dir(below).into_iter().flatten().flatten();
        folders.extend(entries.filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir())).map(|e| e.path()));
    }
    found.sort();
    found
}

/// Commits whose parents a shallow clone does not have.
pub fn shallow(repository: &Repository) -> HashSet<Oid> {
    let text = std::fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| Oid::from_str(line).ok()).collect()
}

/// What libgit2 says, and what to do where that is known.
fn why(error: &git2::Error) -> String {
    let remedy = if error.message().contains("delta is not in the same pack") {
        ": the pack is thin, so git cannot read it either (move it away with its index and unpack it, `git unpack-objects <PACK`; \
         a scan of all history reads it as it is)"
    } else {
        ""
    };
    format!("{}{remedy}", error.message())
}

/// `Name <email>`.
fn person(signature: &git2::Signature<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{} <{}>", text(signature.name_bytes()), text(signature.email_bytes()))
}

/// What is reported of a commit.
fn describe(commit: &git2::Commit<'_>) -> Commit {
    let (author, committer) = (commit.author(), commit.committer());
    Commit {
        time: commit.time().seconds(),
        id: commit.id().to_string(),
        author: person(&author),
        date: time::rfc3339(author.when()),
        committer: person(&committer),
        committed: time::rfc3339(committer.when()),
    }
}

/// The same by id; a commit that cannot be read any more has only that.
fn commit_about(lookup: &Lookup<'_>, id: Oid) -> Commit {
    match lookup.find(id).map(|object| object.into_commit()) {
        Ok(Ok(commit)) => describe(&commit),
        _ => Commit {
            time: 0,
            id: id.to_string(),
            author: String::new(),
            date: String::new(),
            committer: String::new(),
            committed: String::new(),
        },
    }
}

/// What is reported of an annotated tag.
fn tag_about(tag: &git2::Tag<'_>) -> Tag {
    let tagger = tag.tagger();
    Tag {
        name: String::from_utf8_lossy(tag.name_bytes()).into_owned(),
        id: tag.id().to_string(),
        tagger: tagger.as_ref().map(person).unwrap_or_default(),
        date: tagger.map(|t| time::rfc3339(t.when())).unwrap_or_default(),
    }
}

/// A path as git and lists write it: bytes.
pub fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(os_path(bytes))
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> std::ffi::OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
