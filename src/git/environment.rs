//! The repository that git's environment variables describe, as git sets them for hooks and users set them by hand (git(1),
//! "Environment Variables").
//!
//! They describe one repository: that of `GIT_DIR`, or else the one round the current folder. Other repositories of a run
//! must not be mixed up with it: a hook runs with `GIT_DIR` set, whatever path it scans.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use git2::{ErrorCode, Repository, RepositoryOpenFlags};

use super::GitError;

/// Variables that say where parts of a repository are.
const VARIABLES: &[&str] = &[
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// What the environment says.
struct Environment {
    /// Git folder of its repository, as libgit2 names it.
    git_dir: PathBuf,
    /// Top of its working tree, without links; none for a bare repository.
    work_tree: Option<PathBuf>,
}

/// The environment's repository; none if no variable is set or there is no repository. The error is for the user.
fn current() -> Result<Option<&'static Environment>, GitError> {
    static CURRENT: OnceLock<Result<Option<Environment>, GitError>> = OnceLock::new();
    CURRENT.get_or_init(read).as_ref().map(Option::as_ref).map_err(GitError::clone)
}

fn read() -> Result<Option<Environment>, GitError> {
    if VARIABLES.iter().all(|name| std::env::var_os(name).is_none()) {
        return Ok(None);
    }
    if std::env::var_os("GIT_COMMON_DIR").is_some_and(|folder| !folder.as_encoded_bytes().ends_with(b"/")) {
        // libgit2 1.9 puts names right behind it.
        return Err(GitError::Other("GIT_COMMON_DIR must end with `/` to be read here".to_owned()));
    }
    let git_dir = std::env::var_os("GIT_DIR");
    let opened = match &git_dir {
        Some(_) => Repository::open_from_env(),
        None => Repository::open_ext(".", RepositoryOpenFlags::FROM_ENV, &[] as &[&Path]),
    };
    let repository = match opened.and_then(super::with_files_as_refs) {
        Ok(repository) => repository,
        Err(error) if git_dir.is_none() && error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => {
            let at = git_dir.map_or_else(|| ".".to_owned(), |folder| format!("GIT_DIR {}", folder.display()));
            return Err(match error.code() {
                ErrorCode::NotFound => GitError::Other(format!("{at}: no git repository: {}", error.message())),
                _ => super::open_error(Path::new(&at), &error),
            });
        }
    };
    let has_own = || repository.config().is_ok_and(|c| c.get_entry("core.worktree").is_ok());
    let work_tree = match repository.workdir() {
        // Git takes the current folder if only GIT_DIR is given.
        Some(_) if git_dir.is_some() && std::env::var_os("GIT_WORK_TREE").is_none() && !has_own() => {
            std::env::current_dir().ok()
        }
        other => other.map(Path::to_owned),
    };
    let work_tree = work_tree.and_then(|folder| std::fs::canonicalize(folder).ok());
    Ok(Some(Environment { git_dir: repository.path().to_owned(), work_tree }))
}

fn open_it(environment: &Environment) -> Result<Repository, git2::Error> {
    let repository = reopen(&environment.git_dir)?;
    if let Some(top) = &environment.work_tree {
        repository.set_workdir(top, false)?;
    }
    Ok(repository)
}

/// Opens the repository whose git folder is `path` once more, for another thread. What the environment says of objects, index and
/// common folder counts if it is the environment's repository.
pub fn reopen(path: &Path) -> Result<Repository, git2::Error> {
    let none: &[&Path] = &[];
    if matches!(current(), Ok(Some(environment)) if environment.git_dir == path) {
        return Repository::open_ext(path, RepositoryOpenFlags::FROM_ENV | RepositoryOpenFlags::NO_SEARCH, none);
    }
    let bare = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::BARE;
    Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, none)
        // The working tree of a submodule may be gone; its objects are not.
        .or_else(|error| Repository::open_ext(path, bare, none).map_err(|_| error))
}

/// The environment's repository, if `path` names it: the top of its working tree, its git folder, or for a bare one the folder
/// the program runs in.
pub(super) fn named(path: &Path) -> Result<Option<Repository>, GitError> {
    let Some(environment) = current()? else { return Ok(None) };
    let Ok(real) = std::fs::canonicalize(path) else { return Ok(None) };
    let is_named = match &environment.work_tree {
        Some(top) => *top == real,
        None => std::env::current_dir().and_then(std::fs::canonicalize).is_ok_and(|here| here == real),
    };
    let is_git_dir = || std::fs::canonicalize(&environment.git_dir).is_ok_and(|folder| folder == real);
    if !is_named && !is_git_dir() {
        return Ok(None);
    }
    open_it(environment).map(Some).map_err(|e| super::open_error(path, &e))
}

/// The environment's repository, if `path` lies in its working tree and `found`, the repository that lies round `path`, is no
/// closer one.
pub(super) fn enclosing(path: &Path, found: Option<&Repository>) -> Result<Option<Repository>, GitError> {
    if let Some(repository) = named(path)? {
        return Ok(Some(repository));
    }
    let Some(environment) = current()? else { return Ok(None) };
    let Some(top) = &environment.work_tree else { return Ok(None) };
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let closer = found.and_then(|r| real(r.workdir()?)).is_some_and(|other| other != *top && other.starts_with(top));
    if closer || real(path).is_none_or(|path| !path.starts_with(top)) {
        return Ok(None);
    }
    open_it(environment).map(Some).map_err(|e| super::open_error(path, &e))
}

/// Folders of objects besides those below the common folder that the repository with this git folder uses: its own, if it is
/// elsewhere, and alternates.
pub(super) fn object_folders(git_dir: &Path) -> (Option<PathBuf>, Vec<PathBuf>) {
    if !matches!(current(), Ok(Some(environment)) if environment.git_dir == git_dir) {
        return (None, Vec::new());
    }
    let alternates = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES");
    let alternates = alternates.iter().flat_map(std::env::split_paths).filter(|p| !p.as_os_str().is_empty());
    (std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from), alternates.collect())
}

/// The index that the environment names for the repository with this git folder.
pub(super) fn index_file(git_dir: &Path) -> Option<PathBuf> {
    match current() {
        Ok(Some(environment)) if environment.git_dir == git_dir => {
            std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from)
        }
        _ => None,
    }
}

/// Folders in and above which no repository is looked for.
pub(super) fn ceilings() -> Vec<PathBuf> {
    let folders = std::env::var_os("GIT_CEILING_DIRECTORIES");
    folders.iter().flat_map(std::env::split_paths).filter(|p| !p.as_os_str().is_empty()).collect()
}
