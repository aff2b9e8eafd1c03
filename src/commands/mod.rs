//! The commands: a few calls each, and what they print.

mod audit;
mod baseline;
mod ci;
mod config;
mod doctor;
mod explain;
mod hook;
mod known;
mod migrate;
mod output;
mod progress;
mod rules;
mod scan;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::git::GitError;

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

/// What the user did wrong, or what kept the run from starting.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    message: String,
    code: u8,
}

impl UsageError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), code: 2 }
    }

    /// The exit code: 2, or 3 where a repository cannot be read, which is no fault of the user.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl From<GitError> for UsageError {
    fn from(error: GitError) -> Self {
        let code = if matches!(error, GitError::Unreadable { .. }) { 3 } else { 2 };
        Self { code, ..Self::new(error) }
    }
}

/// The outcome of printing; a reader that has seen enough is no failure.
fn written(result: std::io::Result<()>) -> Result<(), UsageError> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(UsageError::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Runs a parsed command line.
pub fn run(cli: Cli) -> Result<Outcome, UsageError> {
    match cli.command {
        Command::Scan(args) => scan::run(*args),
        Command::Ci(args) => ci::run(*args),
        Command::Hook(args) => hook::run(*args),
        Command::Baseline(command) => baseline::run(command),
        Command::Explain(args) => explain::run(*args),
        Command::Rules(command) => rules::run(command),
        Command::Config(command) => config::run(*command),
        Command::Migrate(args) => migrate::run(&args),
    }
}

/// A variable of the environment; an empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
