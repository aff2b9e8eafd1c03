//! `spillcheck explain`: what the rules make of a line, and why it is reported or not.

mod page;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use self::page::Page;
use super::{Outcome, UsageError, output, scan};
use crate::cli::{ConfidenceName, ExplainArgs};
use crate::git;
use crate::plan::Plan;
use crate::scan::{Target, What, roots};
use crate::search::Searcher;
use crate::settings;
use crate::source::decode;

/// `FILE:LINE`, `COMMIT:FILE:LINE`, with or without a column as in reports.
struct Place {
    /// A revision, and the path in its tree.
    revision: Option<String>,
    path: PathBuf,
    line: NonZeroU32,
}

impl Place {
    fn parse(text: &str) -> Result<Self, UsageError> {
        let usage = || UsageError::new(format!("{text:?}: expected FILE:LINE or COMMIT:FILE:LINE"));
        let number = |text: &str| text.parse::<NonZeroU32>().ok();
        let (rest, last) = text.rsplit_once(':').ok_or_else(usage)?;
        let last = number(last).ok_or_else(usage)?;
        // The last of two numbers is a column, as reports write it, unless a file is called so.
        let (rest, line) = match rest.rsplit_once(':').and_then(|(head, line)| Some((head, number(line)?))) {
            Some((head, line)) if !Path::new(rest).exists() => (head, line),
            _ => (rest, last),
        };
        if rest.is_empty() {
            return Err(usage());
        }
        match rest.split_once(':') {
            Some((revision, path)) if !Path::new(rest).exists() && !path.is_empty() => {
                Ok(Self { revision: Some(revision.to_owned()), path: path.into(), line })
            }
            _ => Ok(Self { revision: None, path: rest.into(), line }),
        }
    }
}

pub(super) fn run(args: ExplainArgs) -> Result<Outcome, UsageError> {
    let common = &args.common;
    if common.format.is_some() || common.output.is_some() || !common.report.is_empty() {
        return Err(UsageError::new("no report is written here: leave --format, --output and --report to `scan`"));
    }
    let place = Place::parse(&args.place)?;
    let (target, bytes) = match &place.revision {
        None => {
            let path = existing(&place.path);
            let bytes = std::fs::read(&path).map_err(|e| UsageError::new(format!("{}: {e}", path.display())))?;
            (Target::Paths { paths: vec![path], what: What::Files, submodules: false }, bytes)
        }
        Some(revision) => {
            let repository = git::discover(Path::new("."))?;
            let repository =
                repository.ok_or_else(|| UsageError::new("not in a git repository: COMMIT has no meaning"))?;
            git::loose::check_all(&repository)?;
            let (bytes, _) = git::version(&repository, revision, &place.path)?;
            (Target::Version { repository: ".".into(), revision: revision.clone(), file: place.path.clone() }, bytes)
        }
    };
    let plan = Plan { targets: vec![target], ..Plan::default() };
    let settings = settings::resolve(&common.settings, &plan.targets).map_err(UsageError::new)?;
    let mut args = args.common;
    // All there is, and what is left of it at the wanted confidence.
    args.settings.confidence = Some(ConfidenceName::Low);
    let outcome = scan::perform(&args, &plan, |report, _| {
        let Some(text) = decode::text(&bytes) else {
            return output::to_stdout(|out| writeln!(out, "The file is binary: it is skipped, and counted as such."));
        };
        let now = jiff::Timestamp::now().as_second();
        let searcher = Searcher::new(report.rules, now).with_comments(scan::comments(&args));
        let path = reported(&place, &plan.targets)?;
        let explained = searcher.explain(&text, place.line, &path);
        let page = Page { report, settings: &settings, line: place.line, path: &path, verbose: args.verbose };
        output::to_stdout(|out| write!(out, "{}", page.text(&explained)))
    })?;
    Ok(if matches!(outcome, Outcome::Findings(_)) { Outcome::Clean } else { outcome })
}

/// The path as reports write it: from the top of the repository, or of the scanned folder.
fn reported(place: &Place, targets: &[Target]) -> Result<String, UsageError> {
    if place.revision.is_some() {
        return Ok(place.path.to_string_lossy().replace('\\', "/"));
    }
    let roots = roots(targets).map_err(UsageError::new)?;
    let below = roots.first().and_then(|root| root.scanned.strip_prefix(&root.base).ok());
    let name = || place.path.file_name().map(PathBuf::from).unwrap_or_default();
    let path = below.filter(|path| !path.as_os_str().is_empty()).map_or_else(name, Path::to_path_buf);
    Ok(path.to_string_lossy().replace('\\', "/"))
}

/// The path as given, or seen from the top of the repository, as reports write it.
fn existing(path: &Path) -> PathBuf {
    if path.exists() {
        return path.to_owned();
    }
    let top = super::known::root_of(Path::new("."));
    let from_top = top.join(path);
    if from_top.exists() { from_top } else { path.to_owned() }
}
