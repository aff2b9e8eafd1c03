//! One pass: targets in, collected matches out.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::collect::{self, Collected, Collector, Sorted};
use crate::config::policy::Policy;
use crate::git::ranges::{Change, Set};
use crate::git::{self, GitError};
use crate::judge::allow::Comments;
use crate::report::Report;
use crate::rules::{Confidence, RuleSet};
use crate::search::Searcher;
use crate::source::{History, Scan, files, history, introduced, message, stdin};
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
    },
    /// What the index of the repository at this path would commit.
    Staged(PathBuf),
    /// What the commits of a range introduce.
    Range(PathBuf, String),
    /// Standard input.
    Stdin,
    /// What a change that is known already introduces, in the repository at `path`.
    Introduced {
        /// The repository.
        path: PathBuf,
        /// The change.
        change: Change,
    },
    /// What the commits of a set introduce, in the repository at `path`.
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
    /// One version of one file, in the repository at `repository`.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// What else keeps findings out of the report; the first that does is named.
    pub suppressors: Vec<Arc<dyn Suppressor>>,
}

/// Why a scan did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ScanFailure {
    /// A path the user named does not exist or cannot be looked at.
    #[error("{}: {source}", path.display())]
    Path {
        /// As named.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// History was asked of something that has none.
    #[error("{}: not a git repository", .0.display())]
    NoRepository(PathBuf),
    /// A repository cannot be used, or has no such revision.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The worker threads cannot be started.
    #[error("cannot start worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
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
    for target in targets {
        scan_target(&scan, target, options)?;
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

fn scan_target(scan: &Scan<'_>, target: &Target, options: &Options) -> Result<(), ScanFailure> {
    match target {
        Target::Stdin => stdin::scan(scan, std::io::stdin().lock()),
        Target::Paths { paths, what } => scan_paths(scan, paths, *what, options)?,
        Target::Staged(path) => {
            let repository = repository(path)?;
            let change = git::ranges::staged(&repository)?;
            introduced::scan(scan, &repository, &[change]);
        }
        Target::Introduced { path, change } => introduced::scan(scan, &repository(path)?, std::slice::from_ref(change)),
        Target::Commits { path, set } => scan_commits(scan, &repository(path)?, set)?,
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
        Target::Range(path, range) => {
            let repository = repository(path)?;
            let set = git::ranges::parse(&repository, range)?;
            scan_commits(scan, &repository, &set)?;
        }
    }
    Ok(())
}

/// The repository that `path` lies in.
fn repository(path: &Path) -> Result<git2::Repository, ScanFailure> {
    git::discover(path)?.ok_or_else(|| ScanFailure::NoRepository(path.to_owned()))
}

/// What the commits of `set` introduce.
fn scan_commits(scan: &Scan<'_>, repository: &git2::Repository, set: &Set) -> Result<(), ScanFailure> {
    let git::ranges::Range { changes, cut_at } = git::ranges::commits(repository, set, scan.collector)?;
    scan.collector.commits(changes.len() as u64);
    if let Some(commit) = cut_at {
        let problem = format!(
            "the clone is shallow and the range reaches its boundary at {commit}: older commits were not scanned \
             (`git fetch --unshallow`, or fetch-depth: 0 in actions/checkout)"
        );
        scan.collector.error(git::name(repository), problem);
    }
    introduced::scan(scan, repository, &changes);
    Ok(())
}

/// A folder or repository that is scanned: where its configuration lies.
pub struct Root {
    /// The top of the working tree, or the scanned folder.
    pub base: PathBuf,
    /// What is scanned, in or below `base`.
    pub scanned: PathBuf,
    /// Put before its paths in reports.
    pub prefix: String,
    /// The repository, where there is one.
    pub repository: Option<git2::Repository>,
}

/// Where the configuration of `targets` lies. Standard input has none.
pub fn roots(targets: &[Target]) -> Result<Vec<Root>, ScanFailure> {
    let mut roots = Vec::new();
    for target in targets {
        match target {
            Target::Stdin => {}
            Target::Paths { paths, .. } => {
                let places = places(paths)?;
                let one_base = places.iter().all(|p| p.base() == places[0].base());
                for place in places {
                    let prefix = if one_base { String::new() } else { prefix_of(&place) };
                    let base = place.base().to_owned();
                    let repository = match place.enclosing {
                        Some((repository, _)) => Some(repository),
                        None => git::open(&place.path).ok().flatten().filter(git2::Repository::is_bare),
                    };
                    roots.push(Root { base, scanned: place.absolute, prefix, repository });
                }
            }
            Target::Message(_) => {}
            Target::Listed { path, .. } => {
                let base =
                    std::fs::canonicalize(path).map_err(|source| ScanFailure::Path { path: path.clone(), source })?;
                let repository = git::open(&base).ok().flatten();
                roots.push(Root { scanned: base.clone(), base, prefix: String::new(), repository });
            }
            Target::Staged(path)
            | Target::Range(path, _)
            | Target::Introduced { path, .. }
            | Target::Commits { path, .. }
            | Target::Version { repository: path, .. } => {
                let repository = git::discover(path)?.ok_or_else(|| ScanFailure::NoRepository(path.clone()))?;
                let base = repository.workdir().unwrap_or_else(|| repository.path()).to_owned();
                let base = std::fs::canonicalize(&base).unwrap_or(base);
                roots.push(Root { scanned: base.clone(), base, prefix: String::new(), repository: Some(repository) });
            }
        }
    }
    // Several targets in one repository share its files.
    roots.sort_by(|a: &Root, b| (&a.base, &a.scanned).cmp(&(&b.base, &b.scanned)));
    roots.dedup_by(|b, a| a.base == b.base && b.scanned.starts_with(&a.scanned));
    Ok(roots)
}

/// A target of a path scan: what is reported of its place.
struct Place {
    /// As named by the user.
    path: PathBuf,
    /// Without links and `..`.
    absolute: PathBuf,
    /// The repository it lies in, and the top of that repository's working tree.
    enclosing: Option<(git2::Repository, PathBuf)>,
}

impl Place {
    /// The folder that reported paths are relative to.
    fn base(&self) -> &Path {
        match &self.enclosing {
            Some((_, top)) => top,
            None if self.absolute.is_dir() => &self.absolute,
            None => self.absolute.parent().unwrap_or(&self.absolute),
        }
    }
}

fn places(paths: &[PathBuf]) -> Result<Vec<Place>, ScanFailure> {
    let mut places = Vec::with_capacity(paths.len());
    for path in paths {
        let fail = |source| ScanFailure::Path { path: path.clone(), source };
        let absolute = std::fs::canonicalize(path).map_err(fail)?;
        // The enclosing repository names paths and says what is tracked. A broken one does not keep files from being
        // scanned.
        let enclosing = git::discover(&absolute).ok().flatten().and_then(|repository| {
            let top = std::fs::canonicalize(repository.workdir()?).ok()?;
            absolute.starts_with(&top).then_some((repository, top))
        });
        places.push(Place { path: path.clone(), absolute, enclosing });
    }
    Ok(places)
}

fn scan_paths(scan: &Scan<'_>, paths: &[PathBuf], what: What, options: &Options) -> Result<(), ScanFailure> {
    // All targets are looked at before the first is scanned: a wrong name must not cost a long scan.
    let places = places(paths)?;
    let one_base = places.iter().all(|p| p.base() == places[0].base());
    for place in &places {
        let prefix = if one_base { String::new() } else { prefix_of(place) };
        let repository = match what {
            What::Files => None,
            What::Both | What::History => match git::open(&place.path) {
                Ok(None) if what == What::History => return Err(ScanFailure::NoRepository(place.path.clone())),
                Ok(None) if place.path.join(".git").symlink_metadata().is_ok() => {
                    let problem = "it has a .git, but there is no repository behind it: history was not scanned";
                    scan.collector.error(place.path.display().to_string(), problem);
                    None
                }
                Ok(found) => found,
                Err(error) if what == What::History => return Err(error.into()),
                Err(error) => {
                    // The files can still be scanned, but the scan is not what was asked for.
                    scan.collector.error(place.path.display().to_string(), error.to_string());
                    None
                }
            },
        };
        if what != What::History && repository.as_ref().is_none_or(|r| !r.is_bare()) {
            scan_files(scan, place, &prefix, options);
        }
        if let Some(repository) = repository {
            history::scan(scan, &repository, &prefix)?;
        }
    }
    Ok(())
}

fn scan_files(scan: &Scan<'_>, place: &Place, prefix: &str, options: &Options) {
    let tracked = match &place.enclosing {
        Some((repository, _)) if options.ignore => git::tracked(repository).unwrap_or_else(|error| {
            scan.collector.error(
                git::name(repository),
                format!("{error}; files that are tracked and ignored may have been missed"),
            );
            Vec::new()
        }),
        _ => Vec::new(),
    };
    let tree =
        files::Tree { path: place.absolute.clone(), base: place.base().to_owned(), prefix: prefix.to_owned(), tracked };
    let options = files::Options { ignore: options.ignore, threads: options.threads, exclude: &options.exclude };
    files::scan(scan, &tree, options);
}

/// What tells several targets apart in reported paths: the folder they are relative to, as seen from here.
fn prefix_of(place: &Place) -> String {
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
