//! `spillcheck hook`: scans what a hook is about, and says how to go on.

use std::path::Path;

use super::doctor;
use super::output::{Output, to_stdout};
use super::scan::{perform, shown, write};
use super::{Outcome, UsageError, variable};
use crate::cli::{CommonArgs, HookArgs, HookCommand};
use crate::git;
use crate::hook::install::{self as hooks, Home};
use crate::hook::{self, Call};
use crate::plan::Plan;
use crate::report::{self, Report};

pub(super) fn run(args: HookArgs) -> Result<Outcome, UsageError> {
    let folder = std::env::current_dir().map_err(|e| UsageError::new(format!("the current folder: {e}")))?;
    let lines = match args.command {
        None => None,
        Some(HookCommand::Doctor) => return doctor::run(&folder),
        Some(HookCommand::Install { global }) => Some(change(&folder, global, true)?),
        Some(HookCommand::Uninstall { global }) => Some(change(&folder, global, false)?),
    };
    if let Some(lines) = lines {
        let lines = if lines.is_empty() { vec!["there was none of spillcheck's hooks".to_owned()] } else { lines };
        to_stdout(|out| lines.iter().try_for_each(|line| writeln!(out, "{}", report::printable(line))))?;
        return Ok(Outcome::Clean);
    }
    let call = Call { stage: args.stage, arguments: args.arguments, variable: &variable, folder };
    let plan = hook::plan(&call).map_err(UsageError::new)?;
    perform(&args.common, &plan, |report, outputs| print(report, outputs, &plan, &args.common))
}

/// Installs hooks, or takes them away; a line for each.
fn change(folder: &Path, global: bool, install: bool) -> Result<Vec<String>, UsageError> {
    let program = std::env::current_exe().map_err(|e| UsageError::new(format!("the path of this program: {e}")))?;
    let repository = || {
        let found = git::discover(folder)?;
        found.ok_or_else(|| UsageError::new(format!("{}: not in a git repository", folder.display())))
    };
    let lines = match (global, install) {
        (false, true) => hooks::install(&repository()?, &program),
        (false, false) => hooks::uninstall(&repository()?),
        (true, _) => Home::of(&variable).and_then(|home| match install {
            true => hooks::install_global(&program, &home),
            false => hooks::uninstall_global(&home),
        }),
    };
    lines.map_err(UsageError::new)
}

fn print(report: &Report<'_>, outputs: Vec<Output>, plan: &Plan, args: &CommonArgs) -> Result<(), UsageError> {
    let (text, files): (Vec<Output>, Vec<Output>) = outputs.into_iter().partition(Output::is_text);
    write(report, files, args)?;
    let is_clean = report.findings.is_empty() && report.is_complete();
    if text.is_empty() || (args.quiet && is_clean) {
        return Ok(());
    }
    to_stdout(|out| report::write_hook(report, &shown(args, true), plan.subject, &plan.notes, out))
}
