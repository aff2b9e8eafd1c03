//! The commands: a few calls each, and what they print.

mod audit;
mod baseline;
mod ci;
mod doctor;
mod hook;
mod known;
mod output;
mod progress;
mod rules;
mod scan;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// How a run ended; the numbers are the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was searched, nothing was found.
    Clean,
    /// Something was found; the code is the user's choice.
    Findings(u8),
    /// Something that was asked for could not be searched.
    Incomplete,
    /// The user stopped the run.
    Interrupted,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::Findings(code) => Self::from(code),
            Outcome::Incomplete => Self::from(3),
            Outcome::Interrupted => Self::from(130),
        }
    }
}

/// What the user did wrong, or what kept the run from starting: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

impl UsageError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Runs a parsed command line.
pub fn run(cli: Cli) -> Result<Outcome, UsageError> {
    match cli.command {
        Command::Scan(args) => scan::run(*args),
        Command::Ci(args) => ci::run(*args),
        Command::Hook(args) => hook::run(*args),
        Command::Baseline(command) => baseline::run(command),
        Command::Rules(command) => rules::run(command),
    }
}

/// A variable of the environment; an empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
