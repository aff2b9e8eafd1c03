//! `spillcheck hook`: scans what a hook is about, and says how to go on.

use super::output::{Output, to_stdout};
use super::scan::{perform, shown, write};
use super::{Outcome, UsageError};
use crate::cli::{CommonArgs, HookArgs};
use crate::hook::{self, Call};
use crate::plan::Plan;
use crate::report::{self, Report};

pub(super) fn run(args: HookArgs) -> Result<Outcome, UsageError> {
    let folder = std::env::current_dir().map_err(|e| UsageError::new(format!("the current folder: {e}")))?;
    let call = Call { stage: args.stage, arguments: args.arguments, variable: &variable, folder };
    let plan = hook::plan(&call).map_err(UsageError::new)?;
    perform(&args.common, &plan, |report, outputs| print(report, outputs, &plan, &args.common))
}

/// A variable of the environment; an empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
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
