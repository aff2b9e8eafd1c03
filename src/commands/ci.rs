//! `spillcheck ci`: scans what the event of a CI job brings.

use std::io::Write;

use super::scan::{perform, write};
use super::{Outcome, UsageError, variable};
use crate::ci::{self, Job};
use crate::cli::CiArgs;
use crate::git::selection::Selection;
use crate::plan::Plan;
use crate::scan::Target;

pub(super) fn run(args: CiArgs) -> Result<Outcome, UsageError> {
    let plan = match args.range {
        Some(range) => {
            let selection = Selection { range: Some(range), ..Selection::default() };
            Plan { targets: vec![Target::Selection { paths: vec![args.path], selection }], ..Plan::default() }
        }
        None => {
            let job = Job {
                folder: args.path,
                mode: args.mode,
                event: args.event.map(|file| (args.event_name, file)),
                deepen: args.deepen,
                variable: &variable,
            };
            ci::plan(&job).map_err(UsageError::new)?
        }
    };
    if !args.common.quiet {
        let mut err = std::io::stderr().lock();
        for note in &plan.notes {
            // Nobody reads it if standard error is closed.
            let _ = writeln!(err, "spillcheck ci: {}", crate::report::printable(note));
        }
    }
    perform(&args.common, &plan, |report, outputs| write(report, outputs, &args.common))
}
