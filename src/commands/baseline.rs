//! `spillcheck baseline`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::known::{root_of, unreadable};
use super::{Outcome, UsageError, audit, output, scan};
use crate::baseline::{Baseline, Digest, Entry, FILE_NAME, Key, State, in_scope};
use crate::cli::{BaselineArgs, BaselineCommand, ConfidenceName, EntryArgs, ScanArgs};
use crate::finding::Finding;
use crate::git;
use crate::report::Report;
use crate::settings;

pub(super) fn run(command: BaselineCommand) -> Result<Outcome, UsageError> {
    match command {
        BaselineCommand::Create(args) => create(*args),
        BaselineCommand::Update(args) => update(*args),
        BaselineCommand::Prune(args) => prune(*args),
        BaselineCommand::Audit(args) => audit::run(*args),
        BaselineCommand::Merge { files, output } => merge(&files, output.as_deref()),
    }
}

/// The file that the commands work on: the one named with `--baseline`, else the one in the root.
pub(super) fn file(args: &ScanArgs) -> Result<PathBuf, UsageError> {
    match args.common.baseline.as_slice() {
        [] => {
            let path = args.paths.first().map_or(Path::new("."), PathBuf::as_path);
            if git::discover(path).ok().flatten().is_some_and(|repository| repository.is_bare()) {
                return Err(UsageError::new(format!(
                    "{}: a bare repository has no working tree to hold a baseline: name a file with --baseline",
                    path.display()
                )));
            }
            Ok(root_of(path).join(FILE_NAME))
        }
        [file] => Ok(file.clone()),
        _ => Err(UsageError::new("one --baseline at a time")),
    }
}

/// A scan that ignores baselines, with what is found handed to `work` in place of a report. Findings are no failure here.
pub(super) fn scan_all(
    mut args: ScanArgs,
    work: impl FnOnce(&Report<'_>) -> Result<(), UsageError>,
) -> Result<Outcome, UsageError> {
    if args.common.format.is_some() || args.common.output.is_some() || !args.common.report.is_empty() {
        return Err(UsageError::new("no report is written here: leave --format, --output and --report to `scan`"));
    }
    args.common.no_baseline = true;
    let outcome = scan::scan(&args, |report, _| {
        if !report.is_complete() {
            let mut err = io::stderr().lock();
            // A terminal that is gone is no reason to stop.
            let _ = writeln!(err, "spillcheck: the scan is incomplete: `spillcheck scan` says why");
        }
        work(report)
    })?;
    Ok(if matches!(outcome, Outcome::Findings(_)) { Outcome::Clean } else { outcome })
}

/// Reads a `.spillcheck-baseline`; none if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Baseline>, UsageError> {
    match fs::read_to_string(path) {
        Ok(text) => Baseline::parse(&path.display().to_string(), &text).map(Some).map_err(UsageError::new),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn read_existing(path: &Path) -> Result<Baseline, UsageError> {
    read(path)?.ok_or_else(|| {
        UsageError::new(format!("{}: there is no baseline: `spillcheck baseline create` makes one", path.display()))
    })
}

pub(super) fn empty() -> Result<Baseline, UsageError> {
    let key = Key::random().map_err(|e| UsageError::new(format!("the system gives no random numbers: {e}")))?;
    Ok(Baseline::new(key))
}

/// Replaces the file when the new one is complete.
pub(super) fn save(path: &Path, baseline: &Baseline) -> Result<(), UsageError> {
    output::replace(path, baseline.to_string().as_bytes())
        .map_err(|e| UsageError::new(format!("{}: cannot write the baseline: {e}", path.display())))
}

fn say(text: &str) -> Result<(), UsageError> {
    output::to_stdout(|out| writeln!(out, "{text}"))
}

/// `1 entry`, `2 entries`.
fn entries(n: usize) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") }
}

/// Refuses words that hold one of the secrets which they are to explain.
pub(super) fn without_secrets(words: Option<&str>, findings: &[Finding]) -> Result<(), UsageError> {
    let shows = |finding: &Finding| {
        words.is_some_and(|words| memchr::memmem::find(words.as_bytes(), finding.secret.reveal()).is_some())
    };
    if findings.iter().any(shows) {
        return Err(UsageError::new("the reason or owner holds a secret that was found: a baseline must not"));
    }
    Ok(())
}

pub(super) fn entry(baseline: &Baseline, finding: &Finding, report: &Report<'_>, state: State) -> Option<Entry> {
    let id = *baseline.ids(&finding.fingerprint).first()?;
    let rule = report.rules.get(finding.rule).id.to_string();
    Some(Entry { id, state, rule, path: None, owner: None, until: None, reason: None })
}

/// Adds the findings that have a place which no entry speaks of, expired or not. How many.
fn add(baseline: &mut Baseline, report: &Report<'_>, about: &EntryArgs) -> Result<usize, UsageError> {
    without_secrets(about.reason.as_deref(), &report.findings)?;
    without_secrets(about.owner.as_deref(), &report.findings)?;
    let before = baseline.entries.len();
    for finding in &report.findings {
        let known: Vec<Option<&str>> =
            baseline.entries_of(&finding.fingerprint).map(|entry| entry.path.as_deref()).collect();
        let covers = |path: &str| known.iter().any(|scope| scope.is_none_or(|glob| in_scope(glob, path)));
        if finding.locations.iter().all(|location| covers(&location.path)) {
            continue;
        }
        baseline.entries.extend(entry(baseline, finding, report, State::Unreviewed).map(|entry| Entry {
            owner: about.owner.clone(),
            until: about.until,
            reason: about.reason.clone(),
            ..entry
        }));
    }
    Ok(baseline.entries.len() - before)
}

fn create(args: BaselineArgs) -> Result<Outcome, UsageError> {
    let path = file(&args.scan)?;
    if path.symlink_metadata().is_ok() {
        return Err(UsageError::new(format!(
            "{}: there is a baseline already: `spillcheck baseline update` adds what is new",
            path.display()
        )));
    }
    let mut baseline = empty()?;
    scan_all(args.scan, |report| {
        let n = add(&mut baseline, report, &args.about)?;
        save(&path, &baseline)?;
        say(&format!("{} written to {}. `spillcheck baseline audit` goes through them.", entries(n), path.display()))
    })
}

fn update(args: BaselineArgs) -> Result<Outcome, UsageError> {
    let path = file(&args.scan)?;
    let mut baseline = read_existing(&path)?;
    scan_all(args.scan, |report| {
        baseline.rekey(report.findings.iter().map(|f| &f.fingerprint));
        let n = add(&mut baseline, report, &args.about)?;
        save(&path, &baseline)?;
        say(&format!("{} added to {}, which has {} now.", entries(n), path.display(), baseline.entries.len()))
    })
}

/// Takes out the entries whose secret or scope is found no longer, and those that have expired.
fn prune(mut args: ScanArgs) -> Result<Outcome, UsageError> {
    let path = file(&args)?;
    let mut baseline = read_existing(&path)?;
    let root = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = |target: &PathBuf| fs::canonicalize(target).ok() == fs::canonicalize(root).ok();
    if args.staged || args.range.is_some() || args.history_only || !args.paths.iter().any(whole) {
        return Err(UsageError::new(format!(
            "prune looks at all of {}: what a part does not hold may stand elsewhere",
            root.display()
        )));
    }
    if !args.common.settings.only.is_empty() || !args.common.settings.skip.is_empty() {
        return Err(UsageError::new("prune looks with all rules: leave --only and --skip out"));
    }
    // Entries may have been made with a lower one than the default.
    args.common.settings.confidence = Some(ConfidenceName::Low);
    args.common.no_inline = true;
    let today = settings::today();
    scan_all(args, |report| {
        if !report.is_complete() {
            return say("Nothing is pruned: what the scan could not see may hold what entries stand for.");
        }
        baseline.rekey(report.findings.iter().map(|f| &f.fingerprint));
        let found: BTreeSet<(Digest, &str)> = report
            .findings
            .iter()
            .flat_map(|f| baseline.ids(&f.fingerprint).into_iter().take(1).map(move |id| (f, id)))
            .flat_map(|(f, id)| f.locations.iter().map(move |l| (id, &*l.path)))
            .collect();
        let expired = |entry: &Entry| entry.until.is_some_and(|until| until < today);
        let stands = |entry: &Entry| {
            let mut paths = found.range((entry.id, "")..).take_while(|(id, _)| *id == entry.id).map(|(_, path)| *path);
            paths.any(|path| entry.path.as_deref().is_none_or(|glob| in_scope(glob, path)))
        };
        let before = baseline.entries.len();
        baseline.entries.retain(|entry| !expired(entry));
        let past = before - baseline.entries.len();
        baseline.entries.retain(stands);
        let gone = before - past - baseline.entries.len();
        // Every entry that is left was found, and is written with the first key.
        baseline.keys = baseline.keys.first().copied().into_iter().collect();
        save(&path, &baseline)?;
        say(&format!(
            "{} taken out of {} ({past} expired, {gone} found no longer); {} left.",
            entries(past + gone),
            path.display(),
            baseline.entries.len()
        ))
    })
}

fn merge(files: &[PathBuf], output: Option<&Path>) -> Result<Outcome, UsageError> {
    let mut merged: Option<Baseline> = None;
    for file in files {
        let next = read_existing(file)?;
        match &mut merged {
            None => merged = Some(next),
            Some(merged) => merged.merge(next),
        }
    }
    let (Some(mut merged), Some(first)) = (merged, files.first()) else {
        return Err(UsageError::new("nothing to merge"));
    };
    merged.settle();
    let path = output.unwrap_or(first);
    save(path, &merged)?;
    say(&format!("{} in {}.", entries(merged.entries.len()), path.display()))?;
    Ok(Outcome::Clean)
}
