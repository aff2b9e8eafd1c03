//! Paths of a scan: files and folders, and the repositories that they are or hold.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use git2::Repository;

use super::{Options, ScanFailure, What};
use crate::git::index::Index;
use crate::git::{self, GitError};
use crate::report::SkipReason;
use crate::source::{Scan, files, history};

/// A target of a path scan: what is reported of its place.
pub(super) struct Place {
    /// As named by the user.
    pub(super) path: PathBuf,
    /// Without links and `..`.
    pub(super) absolute: PathBuf,
    /// The repository it lies in, and the top of that repository's working tree.
    pub(super) enclosing: Option<(Repository, PathBuf)>,
}

impl Place {
    pub(super) fn new(path: &Path) -> Result<Self, ScanFailure> {
        let fail = |source| ScanFailure::Path { path: path.to_owned(), source };
        let absolute = std::fs::canonicalize(path).map_err(fail)?;
        // The enclosing repository names paths and says what is tracked. A broken one does not keep files from being
        // scanned.
        let enclosing = git::discover(&absolute).ok().flatten().and_then(|repository| {
            let top = std::fs::canonicalize(repository.workdir()?).ok()?;
            absolute.starts_with(&top).then_some((repository, top))
        });
        Ok(Self { path: path.to_owned(), absolute, enclosing })
    }

    /// The folder that reported paths are relative to.
    pub(super) fn base(&self) -> &Path {
        match &self.enclosing {
            Some((_, top)) => top,
            None if self.absolute.is_dir() => &self.absolute,
            None => self.absolute.parent().unwrap_or(&self.absolute),
        }
    }
}

/// What the targets of a run have had scanned already.
#[derive(Default)]
pub(super) struct Scanned {
    /// Object stores of which the history was scanned, by the folder that working trees share.
    stores: HashSet<PathBuf>,
    /// Object stores of which the history is yet to be scanned, with the number of objects that the progress was told of.
    announced: HashMap<PathBuf, u64>,
    /// Places, without links and `..`, and which parts of them.
    places: HashSet<(What, PathBuf)>,
}

/// One run over several places.
pub(super) struct Paths<'s> {
    scan: &'s Scan<'s>,
    what: What,
    submodules: bool,
    options: &'s Options,
    scanned: &'s mut Scanned,
}

impl<'s> Paths<'s> {
    /// What was `scanned` is not scanned again.
    pub(super) fn new(
        scan: &'s Scan<'s>,
        what: What,
        submodules: bool,
        options: &'s Options,
        scanned: &'s mut Scanned,
    ) -> Self {
        Self { scan, what, submodules, options, scanned }
    }

    /// Scans `paths`, and the repositories below them.
    pub(super) fn scan(&mut self, paths: &[PathBuf]) -> Result<(), ScanFailure> {
        // All targets are looked at before the first is scanned: a wrong name must not cost a long scan.
        let places = paths.iter().map(|path| Place::new(path)).collect::<Result<Vec<_>, _>>()?;
        let one_base = places.iter().all(|p| p.base() == places[0].base());
        if places.len() > 1 {
            self.announce(places.iter().map(|place| &*place.path));
        }
        for place in &places {
            if self.scan.collector.is_cancelled() {
                break;
            }
            let prefix = if one_base { String::new() } else { prefix_of(place) };
            let opened = self.open(place);
            let is_broken = matches!(opened, Err(ScanFailure::Git(GitError::Unreadable { .. })));
            let repository = match opened {
                Err(error) if self.what == What::History && !is_broken => return Err(error),
                other => self.or_error(place, other),
            };
            let met = self.place(place, repository, &prefix);
            // What an interrupted walk did not meet may be there.
            if met == 0 && self.what == What::History && !is_broken && !self.scan.collector.is_cancelled() {
                return Err(ScanFailure::NoRepository(place.path.clone()));
            }
        }
        Ok(())
    }

    /// The same for a list of repositories: what one of them lacks is an error of the scan, and the others are scanned. One that
    /// is named twice, or lies in another one of the list, is scanned once.
    pub(super) fn scan_list(&mut self, paths: &[PathBuf]) {
        self.announce(paths.iter().map(|path| &**path));
        for path in paths {
            if self.scan.collector.is_cancelled() {
                return;
            }
            match Place::new(path) {
                Ok(place) if self.scanned.places.contains(&(self.what, place.absolute.clone())) => {}
                Ok(place) => {
                    let opened = self.open(&place);
                    let is_broken = opened.is_err();
                    let repository = self.or_error(&place, opened);
                    let met = self.place(&place, repository, &prefix_of(&place));
                    if met == 0 && !is_broken && self.what != What::Files && !self.scan.collector.is_cancelled() {
                        self.scan.collector.error(path.display().to_string(), "not a git repository");
                    }
                }
                Err(error) => self.scan.collector.error(path.display().to_string(), error.problem()),
            }
        }
    }

    /// The repository that a place is, if its history is wanted.
    fn open(&self, place: &Place) -> Result<Option<Repository>, ScanFailure> {
        if self.what == What::Files {
            return Ok(None);
        }
        match git::open(&place.path)? {
            None if place.path.join(".git").symlink_metadata().is_ok() => {
                let why = "its .git leads to no repository: history was not scanned";
                Err(GitError::cannot_open(&place.path, why).into())
            }
            found => Ok(found),
        }
    }

    /// Files can be scanned without the repository, but the scan is not what was asked for.
    fn or_error(&self, place: &Place, opened: Result<Option<Repository>, ScanFailure>) -> Option<Repository> {
        opened.unwrap_or_else(|error| {
            self.scan.collector.error(place.path.display().to_string(), error.problem());
            None
        })
    }

    /// Scans a place and what lies below it, unless that was done. Returns how many repositories were met.
    fn place(&mut self, place: &Place, repository: Option<Repository>, prefix: &str) -> usize {
        let mut met = usize::from(repository.is_some());
        if !self.scanned.places.insert((self.what, place.absolute.clone())) {
            return met;
        }
        let is_bare = repository.as_ref().is_some_and(Repository::is_bare);
        let nested = match self.what {
            _ if is_bare => Vec::new(),
            What::History => files::repositories(self.scan, &self.tree(place, prefix), self.walk_options()),
            What::Both | What::Files => self.files(place, prefix),
        };
        let mut covered: Vec<PathBuf> = Vec::new();
        self.announce(nested.iter().map(|path| &**path));
        if let Some(repository) = &repository {
            self.history(repository, prefix);
            if self.options.seeks_unused && (is_bare || self.what == What::History) {
                git::comments::unused(self.scan, repository, prefix);
            }
            if self.submodules {
                self.modules(repository, place, prefix, &mut covered);
            }
        }
        for path in nested {
            met += self.nested(&path, place, prefix, &mut covered);
        }
        if let Some(repository) = repository.filter(|_| self.what != What::Files) {
            self.uncovered(&repository, prefix, &covered);
        }
        met
    }

    /// Tells the progress of the histories that will be scanned. What cannot be opened is said when its turn comes.
    fn announce<'p>(&mut self, paths: impl Iterator<Item = &'p Path>) {
        let opened = paths.filter(|_| self.what != What::Files).filter_map(|path| git::open(path).ok().flatten());
        for repository in opened {
            let store = store_of(&repository);
            // Submodules are scanned with the repository round them, if at all.
            let is_module = store.components().any(|part| part.as_os_str() == "modules") && !repository.is_bare();
            if !is_module && !self.scanned.stores.contains(&store) && !self.scanned.announced.contains_key(&store) {
                let objects = git::history::extent(&repository);
                self.scan.collector.announce_objects(objects);
                self.scanned.announced.insert(store, objects);
            }
        }
    }

    /// A repository that a walk met at `path`, below `place`. Paths that are scanned with their history join `covered`.
    /// Returns how many repositories were met.
    fn nested(&mut self, path: &Path, place: &Place, prefix: &str, covered: &mut Vec<PathBuf>) -> usize {
        let relative = path.strip_prefix(place.base()).unwrap_or(path);
        let below = format!("{prefix}{}/", relative.to_string_lossy());
        let inner = match Place::new(path) {
            Ok(inner) => inner,
            Err(error) => {
                self.scan.collector.error(below, error.to_string());
                return 0;
            }
        };
        let opened = self.open(&inner);
        let repository = self.or_error(&inner, opened);
        // A submodule's repository lies in the outer one. It is scanned there, if at all.
        let is_module = place.enclosing.as_ref().zip(repository.as_ref()).is_some_and(|((outer, _), inner)| {
            inner.commondir().starts_with(outer.commondir().join("modules")) && !inner.is_bare()
        });
        if repository.is_some() && !is_module {
            covered.push(relative.to_owned());
        }
        self.place(&inner, repository.filter(|_| !is_module), &below)
    }

    /// The repositories of submodules, below `modules` in the common folder (gitrepository-layout(5)).
    fn modules(&mut self, outer: &Repository, place: &Place, prefix: &str, covered: &mut Vec<PathBuf>) {
        let top = outer.commondir().join("modules");
        for folder in git::module_folders(&top) {
            let name = folder.strip_prefix(&top).unwrap_or(&folder).to_owned();
            let (repository, tree) = match git::open_module(&folder) {
                Ok(opened) => opened,
                Err(error) => {
                    self.scan.collector.error(format!("submodule {}", name.display()), error.to_string());
                    continue;
                }
            };
            // Where it is checked out is configuration: it names paths and nothing else, and only below this tree.
            let path = tree.and_then(|tree| tree.strip_prefix(place.base()).ok().map(Path::to_owned));
            let path = path.filter(|path| !path.as_os_str().is_empty()).unwrap_or(name);
            self.history(&repository, &format!("{prefix}{}/", path.to_string_lossy()));
            covered.push(path);
        }
    }

    /// Submodules whose history was not scanned: skipped, or if they were asked for, an error.
    fn uncovered(&self, repository: &Repository, prefix: &str, covered: &[PathBuf]) {
        if self.scan.collector.is_cancelled() {
            return;
        }
        for path in submodules(repository).into_iter().filter(|path| !covered.contains(path)) {
            if self.submodules {
                let subject = format!("submodule {prefix}{}", path.display());
                self.scan
                    .collector
                    .error(subject, "its repository is not here: `git submodule update --init` brings it");
            } else {
                self.scan.collector.skip(SkipReason::Submodule);
            }
        }
    }

    /// History, unless another working tree has brought the same one.
    fn history(&mut self, repository: &Repository, prefix: &str) {
        let store = store_of(repository);
        let announced = self.scanned.announced.remove(&store).unwrap_or(0);
        if !self.scan.collector.is_cancelled() && self.scanned.stores.insert(store) {
            history::scan(self.scan, repository, prefix, announced);
        }
    }

    fn walk_options(&self) -> files::Options<'_> {
        files::Options { ignore: self.options.ignore, threads: self.options.threads, exclude: &self.options.exclude }
    }

    fn tree(&self, place: &Place, prefix: &str) -> files::Tree {
        let tracked = match &place.enclosing {
            Some((repository, _)) if self.options.ignore && self.what != What::History => {
                Index::open(repository).map(|index| index.tracked()).unwrap_or_else(|error| {
                    self.scan.collector.error(
                        git::name(repository),
                        format!("{error}; files that are tracked and ignored may have been missed"),
                    );
                    Vec::new()
                })
            }
            _ => Vec::new(),
        };
        files::Tree { path: place.absolute.clone(), base: place.base().to_owned(), prefix: prefix.to_owned(), tracked }
    }

    /// Scans files and returns the repositories that lie among them.
    fn files(&self, place: &Place, prefix: &str) -> Vec<PathBuf> {
        files::scan(self.scan, &self.tree(place, prefix), self.walk_options())
    }
}

/// The folder that the working trees of a repository share, without links and `..`.
fn store_of(repository: &Repository) -> PathBuf {
    std::fs::canonicalize(repository.commondir()).unwrap_or_else(|_| repository.commondir().to_owned())
}

/// What tells several targets apart in reported paths: the folder they are relative to, as seen from here.
pub(super) fn prefix_of(place: &Place) -> String {
    if place.enclosing.is_none() {
        let folder = if place.absolute.is_dir() { Some(&*place.path) } else { place.path.parent() };
        let text = folder.map(Path::to_string_lossy).unwrap_or_default();
        let text = text.trim_end_matches('/');
        return if matches!(text, "" | ".") {
            String::new()
        } else {
            format!("{}/", text.strip_prefix("./").unwrap_or(text))
        };
    }
    let base = place.base();
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let shown = base.strip_prefix(&here).unwrap_or(base);
    let text = shown.to_string_lossy();
    if text.is_empty() { String::new() } else { format!("{}/", text.trim_end_matches('/')) }
}

/// Paths at which submodules stand. An index that cannot be read has none.
fn submodules(repository: &Repository) -> Vec<PathBuf> {
    Index::open(repository).map(|index| index.submodules()).unwrap_or_default()
}
