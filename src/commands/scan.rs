//! `spillcheck scan`.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::output::{Output, wants_color};
use super::progress::Progress;
use super::{Outcome, UsageError, known};
use crate::cli::{CommonArgs, FormatName, ScanArgs};
use crate::collect::Collector;
use crate::git;
use crate::git::selection::Selection;
use crate::judge::allow::Comments;
use crate::plan::Plan;
use crate::report::{self, Format, Report};
use crate::scan::{self, Options, Target, What};
use crate::settings::{self, Settings};
use crate::source::History;
use crate::source::interruptible::Interruptible;
use crate::suppression::Suppressor;

pub(super) fn run(args: ScanArgs) -> Result<Outcome, UsageError> {
    scan(&args, |report, outputs| write(report, outputs, &args.common))
}

/// The scan that `args` ask for. For `write` see [`perform`].
pub(super) fn scan(
    args: &ScanArgs,
    write: impl FnOnce(&Report<'_>, Vec<Output>) -> Result<(), UsageError>,
) -> Result<Outcome, UsageError> {
    let collector = interruptible();
    let plan = Plan { targets: targets(args, &collector)?, ..Plan::default() };
    perform_with(&args.common, &plan, &collector, write)
}

/// One scan of all that is planned, with the options that every scanning command has. `write` gets the report and the outputs that
/// were opened for it before the scan.
pub(super) fn perform(
    args: &CommonArgs,
    plan: &Plan,
    write: impl FnOnce(&Report<'_>, Vec<Output>) -> Result<(), UsageError>,
) -> Result<Outcome, UsageError> {
    perform_with(args, plan, &interruptible(), write)
}

fn perform_with(
    args: &CommonArgs,
    plan: &Plan,
    collector: &Arc<Collector>,
    write: impl FnOnce(&Report<'_>, Vec<Output>) -> Result<(), UsageError>,
) -> Result<Outcome, UsageError> {
    let Settings { rules, policy, confidence, max_file_size } =
        settings::resolve(&args.settings, &plan.targets).map_err(UsageError::new)?;
    let rules = rules.for_confidence(policy.lowest(confidence));
    let outputs = outputs(args)?;
    let options = Options {
        confidence,
        ignore: !args.no_ignore,
        max_file_size,
        max_blob_size: args.max_blob_size,
        max_memory: args.max_memory,
        keeps_context: policy.needs_context() || outputs.iter().any(Output::needs_context),
        threads: threads(args),
        line_hashes: outputs.iter().any(Output::wants_line_hashes),
        history: if args.full_search { History::FullSearch } else { History::Changes },
        comments: comments(args),
        seeks_unused: args.fail_on_unused_allow,
        suppressors: std::iter::once(Arc::clone(&policy) as Arc<dyn Suppressor>)
            .chain(known::suppressors(args, &plan.targets)?)
            .collect(),
        policy,
        exclude: outputs.iter().flat_map(Output::files).filter_map(|p| absolute(&p)).collect(),
    };
    plan.problems.iter().for_each(|p| collector.error(p.subject.clone(), p.problem.clone()));
    let progress = Progress::start(args.progress, args.quiet, collector);
    let result = scan::run(&rules, &plan.targets, &options, collector);
    drop(progress);
    let report = result.map_err(UsageError::new)?;
    write(&report, outputs)?;
    Ok(outcome(&report, args))
}

/// Writes all outputs of a report.
pub(super) fn write(report: &Report<'_>, outputs: Vec<Output>, args: &CommonArgs) -> Result<(), UsageError> {
    if !args.quiet && outputs.iter().any(Output::leaves_unsaid) {
        for line in report::unsaid(report) {
            // Whoever closed standard error does not want to read it.
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
    outputs.into_iter().try_for_each(|output| {
        let options = shown(args, output.is_stdout());
        output.write(report, &options)
    })
}

/// What a report may show; colour is for standard output alone.
pub(super) fn shown(args: &CommonArgs, is_stdout: bool) -> report::Options {
    let color = is_stdout && wants_color(args.color, &io::stdout());
    report::Options {
        reveal: args.reveal,
        color,
        verbose: args.verbose,
        list_suppressed: !args.omit_suppressed,
        max_results: args.sarif_max_results as usize,
    }
}

fn outcome(report: &Report<'_>, args: &CommonArgs) -> Outcome {
    if report.interrupted {
        Outcome::Interrupted
    } else if !report.is_complete() && !args.allow_incomplete {
        Outcome::Incomplete
    } else if !report.findings.is_empty() || (args.fail_on_unused_allow && !report.unused_allows.is_empty()) {
        Outcome::Findings(args.exit_code)
    } else {
        Outcome::Clean
    }
}

/// Which allow comments are read.
pub(super) fn comments(args: &CommonArgs) -> Comments {
    match (args.no_inline, args.no_foreign_inline) {
        (true, _) => Comments::Off,
        (_, true) => Comments::Own,
        _ => Comments::All,
    }
}

/// What the arguments say is to be scanned.
fn targets(args: &ScanArgs, collector: &Collector) -> Result<Vec<Target>, UsageError> {
    let selection = selection(args)?;
    if args.paths.iter().any(|path| is_stdin(path)) {
        if args.paths.len() > 1 || args.repos_from.is_some() {
            return Err(UsageError::new("`-` (standard input) cannot be combined with other paths"));
        }
        if args.history_only || args.staged || selection.is_some() {
            return Err(UsageError::new(
                "standard input has no history: `-` cannot be combined with --history-only, --staged or a choice of commits",
            ));
        }
        return Ok(vec![Target::Stdin]);
    }
    if args.staged {
        let [path] = args.paths.as_slice() else {
            return Err(UsageError::new("--staged takes one repository"));
        };
        return Ok(vec![Target::Staged(path.clone())]);
    }
    if let Some(selection) = selection {
        return Ok(vec![Target::Selection { paths: args.paths.clone(), selection }]);
    }
    let what = match (args.no_history, args.history_only) {
        (true, _) => What::Files,
        (_, true) => What::History,
        _ => What::Both,
    };
    let mut targets = Vec::new();
    if !args.paths.is_empty() {
        targets.push(Target::Paths { paths: args.paths.clone(), what, submodules: args.submodules });
    }
    if let Some(list) = &args.repos_from {
        targets.push(Target::List { paths: listed(list, collector)?, what, submodules: args.submodules });
    }
    Ok(targets)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The choice of commits; none if there is none.
fn selection(args: &ScanArgs) -> Result<Option<Selection>, UsageError> {
    let since = match &args.since {
        Some(text) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
            let since = git::parse_date(text, i64::try_from(now).unwrap_or(i64::MAX));
            Some(since.ok_or_else(|| {
                UsageError::new(format!(
                    "--since: {text:?} is no date: use 2024-03-01, RFC 3339, @SECONDS or \"2 weeks ago\""
                ))
            })?)
        }
        None => None,
    };
    let max_count = args.max_count.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let selection = Selection { range: args.range.clone(), branches: args.branch.clone(), since, max_count };
    Ok((selection != Selection::default()).then_some(selection))
}

/// The paths that a list names: one in each line, or each ended by NUL if there is one. Empty lines are passed over. Of a list that
/// was still coming when the user gave up, nothing is scanned.
fn listed(list: &Path, collector: &Collector) -> Result<Vec<PathBuf>, UsageError> {
    let fail = |error: io::Error| UsageError::new(format!("--repos-from {}: {error}", list.display()));
    let mut bytes = Vec::new();
    if is_stdin(list) {
        Interruptible::new(io::stdin(), collector).read_to_end(&mut bytes).map_err(fail)?;
        if collector.is_cancelled() {
            return Ok(Vec::new());
        }
    } else {
        bytes = std::fs::read(list).map_err(fail)?;
    }
    let ends = if bytes.contains(&0) { b'\0' } else { b'\n' };
    let lines =
        bytes.split(|b| *b == ends).map(|line| if ends == 0 { line } else { line.strip_suffix(b"\r").unwrap_or(line) });
    let paths: Vec<PathBuf> = lines.filter(|line| !line.is_empty()).map(git::path_of_bytes).collect();
    if paths.is_empty() {
        return Err(UsageError::new(format!("--repos-from {}: the list is empty", list.display())));
    }
    Ok(paths)
}

fn outputs(args: &CommonArgs) -> Result<Vec<Output>, UsageError> {
    let mut outputs = Vec::new();
    outputs.push(Output::open(args.format.map_or(Format::Human, format), args.output.as_deref(), args.reveal)?);
    for (name, path) in &args.report {
        outputs.push(Output::open(format(*name), Some(path), args.reveal)?);
    }
    if outputs.iter().filter(|o| o.is_stdout()).count() > 1 {
        return Err(UsageError::new("only one report can go to standard output"));
    }
    Ok(outputs)
}

fn format(name: FormatName) -> Format {
    match name {
        FormatName::Human => Format::Human,
        FormatName::Json => Format::Json,
        FormatName::Jsonl => Format::Jsonl,
        FormatName::Sarif => Format::Sarif,
        FormatName::Github => Format::Github,
        FormatName::Markdown => Format::Markdown,
        FormatName::Gitlab => Format::Gitlab,
        FormatName::GitleaksJson => Format::GitleaksJson,
    }
}

fn threads(args: &CommonArgs) -> usize {
    args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

fn absolute(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(std::fs::canonicalize(folder).ok()?.join(path.file_name()?))
}

/// A collector for the one scan of this process. The first Ctrl-C stops its workers, and what was found is reported; the second ends
/// the process.
fn interruptible() -> Arc<Collector> {
    let shared = Arc::new(Collector::default());
    let collector = Arc::clone(&shared);
    let again = AtomicBool::new(false);
    // Without a handler Ctrl-C ends the process, which is safe too.
    let _ = ctrlc::set_handler(move || {
        if again.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        collector.cancel();
    });
    shared
}
