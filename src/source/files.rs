//! Files of a working tree: a parallel walk that honours git's ignore rules and never reads `.git`.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::Seek;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::stream::{self, Outcome};
use super::{INTERNAL_ERROR, Scan, lines};
use crate::git;
use crate::origin::Origin;
use crate::report::SkipReason;

/// What to walk and how to name it.
pub struct Tree {
    /// The file or folder to scan.
    pub path: PathBuf,
    /// Reported paths are relative to this folder.
    pub base: PathBuf,
    /// Put before every reported path: empty, or a folder ending in `/` that tells several trees apart.
    pub prefix: String,
    /// Paths that git tracks, relative to `base`: scanned even where an ignore file names them.
    pub tracked: Vec<PathBuf>,
}

/// How to walk.
#[derive(Debug, Clone, Copy)]
pub struct Options<'o> {
    /// Honour `.gitignore`, `.git/info/exclude` and the user's global ignore file.
    pub ignore: bool,
    /// Number of threads.
    pub threads: usize,
    /// Files that are passed over (absolute paths): the reports of this run.
    pub exclude: &'o [PathBuf],
}

/// What a walk met besides files.
#[derive(Default)]
struct Met {
    /// Folders that are repositories of their own.
    repositories: Mutex<Vec<PathBuf>>,
    /// Ignore files that are none, so that reading them could wait for ever. Their folders are not entered.
    special: Mutex<Vec<PathBuf>>,
}

impl Met {
    /// Whether the walk goes into this entry (or, a file, looks at it).
    fn enters(&self, entry: &DirEntry) -> bool {
        let push = |list: &Mutex<Vec<PathBuf>>, path: PathBuf| {
            list.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        };
        if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return entry.depth() == 0 || entry.file_name() != ".git";
        }
        let path = entry.path();
        if entry.file_name() == ".git" {
            return false;
        }
        if let Some(special) = special_ignore(path) {
            push(&self.special, special);
            return false;
        }
        if is_repository(&path.join(".git")) {
            push(&self.repositories, path.to_owned());
            return false;
        }
        if git::is_git_folder(path) {
            // Its files may be tracked by the repository round it: they are searched as well.
            push(&self.repositories, path.to_owned());
        }
        true
    }

    /// The repositories, in order. What was not entered is an error of the scan.
    fn finish(&self, worker: &Worker<'_>) -> Vec<PathBuf> {
        let take =
            |list: &Mutex<Vec<PathBuf>>| std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner));
        for path in take(&self.special) {
            let problem = "is no regular file: reading it could wait for ever, so its folder was not scanned";
            worker.scan.collector.error(worker.name(&path), problem);
        }
        let mut repositories = take(&self.repositories);
        repositories.sort();
        repositories
    }
}

/// The ignore file of a folder, if it is neither file nor folder.
fn special_ignore(folder: &Path) -> Option<PathBuf> {
    [".gitignore", ".git/info/exclude"].iter().map(|name| folder.join(name)).find(|path| git::is_special(path))
}

/// Whether `.git` is what git takes for one: a git folder, or a file that names one.
fn is_repository(dot_git: &Path) -> bool {
    match fs::metadata(dot_git) {
        Ok(metadata) if metadata.is_dir() => git::is_git_folder(dot_git),
        Ok(metadata) if metadata.is_file() => fs::read(dot_git).is_ok_and(|text| text.starts_with(b"gitdir:")),
        _ => false,
    }
}

fn builder(tree: &Tree, options: Options<'_>, met: &Arc<Met>) -> WalkBuilder {
    let met = Arc::clone(met);
    let mut builder = WalkBuilder::new(&tree.path);
    builder
        .hidden(false)
        .ignore(false)
        .parents(options.ignore)
        .git_ignore(options.ignore)
        .git_exclude(options.ignore)
        .git_global(options.ignore)
        .follow_links(false)
        .threads(options.threads)
        .filter_entry(move |entry| met.enters(entry));
    builder
}

/// Walks `tree` without reading files and returns the repositories below its top. Ignore rules apply, because what they exclude
/// is not walked for files either.
pub fn repositories(scan: &Scan<'_>, tree: &Tree, options: Options<'_>) -> Vec<PathBuf> {
    let worker = Worker { scan, tree, buffer: Vec::new() };
    if is_blocked(&worker) {
        return Vec::new();
    }
    let met = Arc::new(Met::default());
    for entry in builder(tree, options, &met).build() {
        if scan.collector.is_cancelled() {
            break;
        }
        if let Err(error) = entry {
            worker.walk_error(&error);
        }
    }
    met.finish(&worker)
}

/// Whether the top of the tree cannot be walked.
fn is_blocked(worker: &Worker<'_>) -> bool {
    let special = special_ignore(&worker.tree.path);
    if let Some(path) = &special {
        worker.scan.collector.error(worker.name(path), "is no regular file: reading it could wait for ever");
    }
    special.is_some()
}

/// Walks and searches `tree`. Returns the repositories met below its top, which are not entered.
pub fn scan(scan: &Scan<'_>, tree: &Tree, options: Options<'_>) -> Vec<PathBuf> {
    if is_blocked(&Worker { scan, tree, buffer: Vec::new() }) {
        return Vec::new();
    }
    let seen: Option<Mutex<HashSet<PathBuf>>> = (options.ignore && !tree.tracked.is_empty()).then(Mutex::default);
    let met = Arc::new(Met::default());
    let walk = builder(tree, options, &met).build_parallel();
    walk.run(|| {
        let mut worker = Worker { scan, tree, buffer: Vec::new() };
        let seen = &seen;
        Box::new(move |entry| {
            if scan.collector.is_cancelled() {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) if options.exclude.iter().any(|p| p == entry.path()) => {}
                Ok(entry) => {
                    if let Some(seen) = seen {
                        seen.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.path().to_owned());
                    }
                    worker.visit(&entry);
                }
                Err(error) => worker.walk_error(&error),
            }
            WalkState::Continue
        })
    });
    if let Some(seen) = seen {
        let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        scan_ignored_but_tracked(scan, tree, options, &seen);
    }
    met.finish(&Worker { scan, tree, buffer: Vec::new() })
}

/// Searches `files` one by one. They were named, so no ignore rule applies; links are skipped as in a walk.
pub fn listed(scan: &Scan<'_>, tree: &Tree, files: &[PathBuf], exclude: &[PathBuf]) {
    let one = |worker: &mut Worker<'_>, path: &PathBuf| {
        // Of the same form as the base, so that the reported path is relative to it.
        let folder = path.parent().map_or_else(|| Ok(tree.base.clone()), fs::canonicalize);
        let path = folder.map_or_else(|_| path.clone(), |folder| folder.join(path.file_name().unwrap_or_default()));
        if scan.collector.is_cancelled() || exclude.contains(&path) {
            return;
        }
        match fs::symlink_metadata(&path) {
            Ok(metadata) => worker.entry(&path, &metadata),
            Err(error) => scan.collector.error(worker.name(&path), error.to_string()),
        }
    };
    scan.pool.install(|| files.par_iter().for_each_init(|| Worker { scan, tree, buffer: Vec::new() }, one));
}

/// A file that git tracks is published, whatever an ignore file says.
fn scan_ignored_but_tracked(scan: &Scan<'_>, tree: &Tree, options: Options<'_>, seen: &HashSet<PathBuf>) {
    let mut worker = Worker { scan, tree, buffer: Vec::new() };
    for path in
        tree.tracked.iter().map(|p| tree.base.join(p)).filter(|p| p.starts_with(&tree.path) && !seen.contains(p))
    {
        if scan.collector.is_cancelled() {
            return;
        }
        if options.exclude.contains(&path) {
            continue;
        }
        // A folder on the way that is now a link leads to something else.
        if path.parent().is_some_and(|p| fs::canonicalize(p).is_ok_and(|real| real != p)) {
            scan.collector.skip(SkipReason::Symlink);
            continue;
        }
        match fs::symlink_metadata(&path) {
            Ok(metadata) => worker.entry(&path, &metadata),
            // Tracked and deleted: there is no such file to scan.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => scan.collector.error(worker.name(&path), error.to_string()),
        }
    }
}

struct Worker<'w> {
    scan: &'w Scan<'w>,
    tree: &'w Tree,
    buffer: Vec<u8>,
}

impl Worker<'_> {
    fn visit(&mut self, entry: &DirEntry) {
        let Some(file_type) = entry.file_type() else { return };
        if file_type.is_dir() {
            return;
        }
        // A path given by name is followed; what the walk meets is not.
        let metadata = if entry.depth() == 0 {
            fs::metadata(entry.path())
        } else {
            entry.metadata().map_err(std::io::Error::other)
        };
        match metadata {
            Ok(metadata) => self.entry(entry.path(), &metadata),
            Err(error) => self.scan.collector.error(self.name(entry.path()), error.to_string()),
        }
    }

    fn entry(&mut self, path: &Path, metadata: &Metadata) {
        let collector = self.scan.collector;
        if metadata.is_symlink() {
            collector.skip(SkipReason::Symlink);
        } else if !metadata.is_file() {
            if !metadata.is_dir() {
                collector.skip(SkipReason::Special);
            }
        } else if self.scan.max_file_size.is_some_and(|max| metadata.len() > max) {
            collector.skip(SkipReason::TooLarge);
        } else {
            self.file(path);
        }
    }

    fn file(&mut self, path: &Path) {
        let collector = self.scan.collector;
        let searched = catch_unwind(AssertUnwindSafe(|| {
            let mut file = File::open(path)?;
            let mut outcome = stream::search(self.scan.searcher, collector, &mut file, &mut self.buffer)?;
            if let Outcome::Searched(_, matches) = &mut outcome
                && self.scan.line_hashes
                && !matches.found.is_empty()
                && file.rewind().is_ok()
            {
                // Without the hash the finding is as good; GitHub's uploader can work it out.
                let _ = lines::hash(&mut matches.found, &mut file);
            }
            Ok(outcome)
        }));
        let result = searched.unwrap_or_else(|_| Err(std::io::Error::other(INTERNAL_ERROR)));
        match result {
            Ok(Outcome::Searched(bytes, matches)) => {
                collector.file(bytes);
                if !matches.is_empty() {
                    collector.matches(&Origin::File { path: Arc::from(self.name(path)) }, matches);
                }
            }
            Ok(Outcome::Binary) => collector.skip(SkipReason::Binary),
            Err(error) => collector.error(self.name(path), error.to_string()),
        }
    }

    /// The path as reported: relative to the base, `/`-separated, invalid UTF-8 replaced.
    fn name(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.tree.base).unwrap_or(path);
        let relative = if relative.as_os_str().is_empty() { path } else { relative };
        let text = relative.to_string_lossy();
        let text = if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('\\', "/").into() };
        format!("{}{}", self.tree.prefix, text.strip_prefix("./").unwrap_or(&text))
    }

    fn walk_error(&self, error: &ignore::Error) {
        let mut path = None;
        let mut inner = error;
        // The path is in one of the layers that the walker wraps round the cause.
        loop {
            inner = match inner {
                ignore::Error::WithPath { path: p, err } => {
                    path = Some(p);
                    err
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
                _ => break,
            };
        }
        let subject = path.map_or_else(|| self.tree.path.display().to_string(), |p| self.name(p));
        self.scan.collector.error(subject, inner.to_string());
    }
}
