//! `spillcheck baseline` and `spillcheck explain`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CommonArgs, ScanArgs};

/// `spillcheck baseline`.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write a baseline of all that a scan finds now. Takes the options of `scan`.
    Create(Box<BaselineArgs>),
    /// Add what a scan finds and the baseline does not know. Takes the options of `scan`.
    Update(Box<BaselineArgs>),
    /// Take out what is found no longer, in files or history, and what has expired.
    Prune(Box<ScanArgs>),
    /// Write into one baseline what several have: the first FILE, or OUT. Fits as a merge driver of git.
    Merge {
        /// The baselines.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Where to write.
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Go through the findings one by one and decide: keep reporting, allow, false alarm, note.
    Audit(Box<AuditArgs>),
}

/// `spillcheck baseline create` and `update`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What to scan, and how.
    #[command(flatten)]
    pub scan: ScanArgs,
    /// What to write into new entries.
    #[command(flatten)]
    pub about: EntryArgs,
}

/// What a new entry says.
#[derive(Debug, Args)]
pub struct EntryArgs {
    /// Why the new entries are there.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who answers for the new entries.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// The last day on which the new entries count (UTC), for example 2027-01-31.
    #[arg(long, value_name = "DAY")]
    pub until: Option<jiff::civil::Date>,
}

/// `spillcheck baseline audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// What to scan, and how.
    #[command(flatten)]
    pub scan: ScanArgs,
    /// Ask about what is decided already, too.
    #[arg(long)]
    pub all: bool,
}

/// `spillcheck explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// FILE:LINE, or COMMIT:FILE:LINE for the version of a commit; a column after it is passed over.
    #[arg(value_name = "[COMMIT:]FILE:LINE")]
    pub place: String,

    /// As for the scan that is to be explained.
    #[command(flatten)]
    pub common: CommonArgs,
}
