//! One pass: targets in, collected matches out.

mod paths;
mod roots;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use self::paths::{Paths, Scanned};
pub use self::roots::{Root, roots};
use crate::collect::{self, Collected, Collector, Sorted};
use crate::config::policy::Policy;
use crate::git::ranges::{Change, Set};
use crate::git::selection::{Filter, Selection};
use crate::git::{self, GitError};
use crate::judge::allow::Comments;
use crate::origin::Reach;
use crate::report::Report;
use crate::rules::{Confidence, RuleSet};
use crate::search::Searcher;
use crate::source::{History, Scan, files, introduced, message, stdin};
use crate::suppression::Suppressor;

/// What to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Working trees, and the history of those that are repositories.
    Paths {
        /// Files and folders.
        paths: Vec<PathBuf>,
        /// Which of the two.
        what: What,
        /// The histories of submodules, too.
        submodules: bool,
    },
    /// What the index of the repository at this path would commit.
    Staged(PathBuf),
    /// Repositories that were listed, each with its files and history: what one of them lacks does not stop the others.
    List {
        /// Their folders.
        paths: Vec<PathBuf>,
        /// Which parts of each.
        what: What,
        /// The histories of their submodules, too.
        submodules: bool,
    },
    /// What the commits of a selection introduce, in each of the repositories that `paths` lie in.
    Selection {
        /// The repositories.
        paths: Vec<PathBuf>,
        /// Which commits.
        selection: Selection,
    },
    /// Standard input.
    Stdin,
    /// What a change that is known already introduces, in the repository at `path`.
    Introduced {
        /// The repository.
        path: PathBuf,
        /// The change.
        change: Change,
    },
    /// What the commits of a set introduce, in the repository at `path`, by whoever has looked at its loose objects
    /// ([`git::loose::check_all`]) to make the set.
    Commits {
        /// The repository.
        path: PathBuf,
        /// The commits.
        set: Set,
    },
    /// Files given one by one: no ignore rule applies to them.
    Listed {
        /// The repository (or folder) that reported paths are relative to.
        path: PathBuf,
        /// The files.
        files: Vec<PathBuf>,
    },
    /// A file with a commit message.
    Message(PathBuf),
    /// One version of one file, in the repository at `repository`, of which the loose objects have been looked at.
    Version {
        /// The repository.
        repository: PathBuf,
        /// A commit, by any name.
        revision: String,
        /// The file, from the top of the repository.
        file: PathBuf,
    },
}

/// Which parts of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// Working tree and history.
    Both,
    /// The working tree only.
    Files,
    /// History only.
    History,
}

/// How to scan.
#[derive(Debug, Clone)]
pub struct Options {
    /// Findings below are counted, not reported.
    pub confidence: Confidence,
    /// Honour ignore files.
    pub ignore: bool,
    /// Larger files and blobs are skipped, and counted.
    pub max_file_size: Option<u64>,
    /// See [`Scan::max_blob_size`].
    pub max_blob_size: u64,
    /// See [`Scan::max_memory`].
    pub max_memory: u64,
    /// Number of threads.
    pub threads: usize,
    /// Findings in files get the hash of their line.
    pub line_hashes: bool,
    /// How history is searched.
    pub history: History,
    /// Files that are not scanned (absolute paths): the reports of this run.
    pub exclude: Vec<PathBuf>,
    /// What configuration files say.
    pub policy: Arc<Policy>,
    /// Keep what findings stand in, for allow rules and formats that look at it.
    pub keeps_context: bool,
    /// Which allow comments count.
    pub comments: Comments,
    /// Allow comments of HEAD that allow nothing are looked for, too, where files are not scanned.
    pub seeks_unused: bool,
    /// What else keeps findings out of the report; the first that does is named.
    pub suppressors: Vec<Arc<dyn Suppressor>>,
}

/// Why a scan did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ScanFailure {
    /// A path the user named does not exist or cannot be looked at.
    #[error("{}: {}", path.display(), self.problem())]
    Path {
        /// As named.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// History was asked of something that has none.
    #[error("{}: {}", .0.display(), self.problem())]
    NoRepository(PathBuf),
    /// A repository cannot be used, or has no such revision.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The worker threads cannot be started.
    #[error("cannot start worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl ScanFailure {
    /// What is wrong, for places that name the path themselves.
    fn problem(&self) -> String {
        match self {
            Self::Path { source, .. } => source.to_string(),
            Self::NoRepository(_) => "not a git repository".to_owned(),
            Self::Git(error) => error.problem(),
            Self::Threads(error) => error.to_string(),
        }
    }
}

/// Scans all `targets` and makes one report of them. `collector` may be cancelled from outside.
pub fn run<'r>(
    rules: &'r RuleSet,
    targets: &[Target],
    options: &Options,
    collector: &Collector,
) -> Result<Report<'r>, ScanFailure> {
    let began = now();
    let searcher = Searcher::new(rules, began).with_comments(options.comments).with_context(options.keeps_context);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let scan = Scan {
        searcher: &searcher,
        collector,
        pool: &pool,
        history: options.history,
        floor: options.policy.lowest(options.confidence),
        max_file_size: options.max_file_size,
        max_blob_size: options.max_blob_size,
        max_memory: options.max_memory,
        line_hashes: options.line_hashes,
    };
    let mut scanned = Scanned::default();
    for target in targets.iter().take_while(|_| !collector.is_cancelled()) {
        or_error(&scan, scan_target(&scan, target, options, &mut scanned))?;
    }
    let Collected { occurrences, mut dropped, skipped, errors, unused, stats, interrupted } = collector.finish();
    let Sorted { findings, suppressed } =
        collect::findings(rules, occurrences, options.confidence, &options.policy, &options.suppressors, &mut dropped);
    let unused_allows = collect::unused(rules, unused, &findings, &options.suppressors);
    let ended = now();
    Ok(Report {
        rules,
        findings,
        suppressed,
        applied: options.policy.applied.clone(),
        unused_allows,
        dropped,
        skipped,
        errors,
        stats,
        began,
        ended,
        interrupted,
    })
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

fn scan_target(scan: &Scan<'_>, target: &Target, options: &Options, scanned: &mut Scanned) -> Result<(), ScanFailure> {
    match target {
        Target::Stdin => stdin::scan(scan, std::io::stdin()),
        Target::Paths { paths, what, submodules } => {
            Paths::new(scan, *what, *submodules, options, scanned).scan(paths)?;
        }
        Target::List { paths, what, submodules } => {
            Paths::new(scan, *what, *submodules, options, scanned).scan_list(paths);
        }
        Target::Staged(path) => {
            let repository = repository(path)?;
            let change = git::index::Index::open(&repository)?.staged(&repository)?;
            introduced::scan(scan, &repository, &change);
        }
        Target::Introduced { path, change } => introduced::scan(scan, &repository(path)?, change),
        Target::Commits { path, set } => {
            let repository = repository(path)?;
            let changes = changes(scan, &repository, (set, &Filter::default()), "")?;
            // A server looks at pushed commits before any ref names them.
            introduced::scan_commits(scan, &repository, &changes, set, Reach::Unknown);
        }
        Target::Listed { path, files } => {
            let base =
                std::fs::canonicalize(path).map_err(|source| ScanFailure::Path { path: path.clone(), source })?;
            let tree = files::Tree { path: base.clone(), base, prefix: String::new(), tracked: Vec::new() };
            files::listed(scan, &tree, files, &options.exclude);
        }
        Target::Message(path) => message::scan(scan, path),
        Target::Version { repository: path, revision, file } => {
            let (bytes, origin) = git::version(&repository(path)?, revision, file)?;
            stdin::text(scan, &origin, &bytes[..]);
        }
        Target::Selection { paths, selection } => {
            // All names are looked up before the first commit is scanned: a wrong one must not cost a long scan.
            let mut chosen = Vec::with_capacity(paths.len());
            for path in paths {
                chosen.extend(or_error(scan, choose(scan, path, selection))?);
            }
            let mut known = Vec::with_capacity(chosen.len());
            for (repository, set, filter) in &chosen {
                let prefix = if paths.len() == 1 { String::new() } else { format!("{}/", git::name(repository)) };
                let Some(changes) =
                    or_error(scan, changes(scan, repository, (set, filter), &prefix).map_err(ScanFailure::from))?
                else {
                    continue;
                };
                let objects = introduced::involved(&changes).len() as u64;
                scan.collector.announce_objects(objects);
                known.push((repository, set, changes, objects));
            }
            for (repository, set, changes, objects) in known {
                scan.collector.withdraw_objects(objects);
                introduced::scan_commits(scan, repository, &changes, set, Reach::Unreachable);
            }
        }
    }
    Ok(())
}

/// The repository that `path` lies in.
fn repository(path: &Path) -> Result<git2::Repository, ScanFailure> {
    git::discover(path)?.ok_or_else(|| ScanFailure::NoRepository(path.to_owned()))
}

/// The commits of a selection in the repository that `path` lies in.
fn choose(scan: &Scan<'_>, path: &Path, selection: &Selection) -> Result<(git2::Repository, Set, Filter), ScanFailure> {
    let repository = repository(path)?;
    git::loose::check_all(&repository)?;
    let (set, filter) = selection.resolve(&repository, scan.collector)?;
    Ok((repository, set, filter))
}

/// What cannot be read of a repository is an error of the scan, and no reason not to scan the rest.
fn or_error<T>(scan: &Scan<'_>, result: Result<T, ScanFailure>) -> Result<Option<T>, ScanFailure> {
    match result {
        Err(ScanFailure::Git(GitError::Unreadable { path, problem })) => {
            scan.collector.error(path.display().to_string(), problem);
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// The changes that those commits of a set are that pass the filter; `prefix` is put before their paths.
fn changes(
    scan: &Scan<'_>,
    repository: &git2::Repository,
    (set, filter): (&Set, &Filter),
    prefix: &str,
) -> Result<Vec<Change>, GitError> {
    let git::ranges::Range { mut changes, cut_at } = git::ranges::commits(repository, set, filter, scan.collector)?;
    if !prefix.is_empty() {
        changes.iter_mut().flat_map(|change| &mut change.new).for_each(|changed| changed.origin.put_before(prefix));
    }
    scan.collector.commits(changes.len() as u64);
    if let Some(commit) = cut_at {
        let problem = format!(
            "the clone is shallow and the range reaches its boundary at {commit}: older commits were not scanned \
             (`git fetch --unshallow`, or fetch-depth: 0 in actions/checkout)"
        );
        scan.collector.error(git::name(repository), problem);
    }
    Ok(changes)
}
