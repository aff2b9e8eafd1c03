//! `spillcheck hook` and `spillcheck ci`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::CommonArgs;

/// `spillcheck hook`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "What is scanned follows from arguments, standard input and environment: files that are all staged, as they are \
                  in the index; other files as they are; without files the index; for pushes every ref on standard input; the \
                  range of PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF; for commit-msg the message. Secrets that were there \
                  before a change do not count."
)]
pub struct HookArgs {
    /// What to do with hooks, in place of being one.
    #[command(subcommand)]
    pub command: Option<HookCommand>,

    /// What git passes to the hook, or files.
    #[arg(value_name = "ARGUMENT")]
    pub arguments: Vec<PathBuf>,
    /// The hook that this is [default: worked out].
    #[arg(long, value_name = "HOOK")]
    pub stage: Option<crate::hook::Stage>,

    /// How to scan and what to write.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `spillcheck hook install` and its kin.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Install hooks (pre-commit, commit-msg, pre-push) that run spillcheck; those that are there run first.
    Install {
        /// For all repositories of this user, by core.hooksPath, and not for this repository.
        #[arg(long)]
        global: bool,
    },
    /// Take these hooks away, and put back what was there before.
    Uninstall {
        /// Those of all repositories of this user.
        #[arg(long)]
        global: bool,
    },
    /// Say which hooks git runs here, and prove with a made-up secret that they stop it; runs the hooks.
    Doctor,
}

/// `spillcheck ci`.
#[derive(Debug, Args)]
#[command(
    after_help = "GitHub Actions, GitLab, Azure Pipelines, Jenkins, CircleCI, Travis CI, Drone, Bitbucket and Buildkite are known by \
                  their environment. The commits are worked out from the clone alone, without any API or token. A shallow clone \
                  that lacks some of them makes the scan incomplete (exit code 3), unless --deepen fetches them."
)]
pub struct CiArgs {
    /// The checkout, or a folder of it.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// What to scan: auto (the files, and the commits of the event; all of history where it brings none), commits, files,
    /// history, or all (files and history).
    #[arg(long, default_value = "auto")]
    pub mode: crate::ci::Mode,
    /// Scan what these commits introduce, and nothing else: A..B, A...B or B.
    #[arg(long, value_name = "A..B", conflicts_with_all = ["mode", "event", "deepen"])]
    pub range: Option<String>,
    /// Fetch commits that a shallow clone lacks, with git: the only case in which anything is fetched.
    #[arg(long)]
    pub deepen: bool,
    /// Take the payload of a GitHub event from FILE in place of the environment's.
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    /// The name of that event [default: GITHUB_EVENT_NAME].
    #[arg(long, value_name = "NAME", requires = "event")]
    pub event_name: Option<String>,

    /// How to scan and what to write.
    #[command(flatten)]
    pub common: CommonArgs,
}
