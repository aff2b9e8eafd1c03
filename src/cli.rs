//! The command line: clap structs, no logic.

mod hooks;
mod known;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub use hooks::{CiArgs, HookArgs, HookCommand};
pub use known::{AuditArgs, BaselineArgs, BaselineCommand, EntryArgs, ExplainArgs};

/// Finds exposed API keys and other credentials in working trees and git history.
#[derive(Debug, Parser)]
#[command(name = "spillcheck", version, about, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 clean and complete, 1 findings, 2 usage or configuration error, 3 the scan is incomplete, 130 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files and git history for credentials.
    Scan(Box<ScanArgs>),
    /// Scan what a git hook or a hook framework is about: the index, pushed commits, a message, or files.
    Hook(Box<HookArgs>),
    /// Scan what the event of a CI job brings: the commits of a push or a pull request, and the files.
    Ci(Box<CiArgs>),
    /// Make and keep the list of known secrets, .spillcheck-baseline in the root of a repository.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Show what the rules make of a line, with which signals, and why it is reported or not.
    Explain(Box<ExplainArgs>),
    /// List, show and check rules.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Check, show and write configuration files.
    #[command(subcommand)]
    Config(Box<ConfigCommand>),
    /// Write a .spillcheck.toml from the configuration of gitleaks, betterleaks, ripsecrets or ggshield.
    Migrate(MigrateArgs),
}

/// `spillcheck scan`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("mode").args(["no_history", "history_only", "staged"])))]
#[command(group(ArgGroup::new("selection").args(["range", "since", "branch", "max_count"]).multiple(true).conflicts_with("mode")))]
pub struct ScanArgs {
    /// Files and folders to scan, with the history of all repositories that they are or hold; `-` reads standard input.
    #[arg(
        value_name = "PATH",
        default_value = ".",
        default_value_if("repos_from", clap::builder::ArgPredicate::IsPresent, None)
    )]
    pub paths: Vec<PathBuf>,

    /// Scan files only, no git history.
    #[arg(long)]
    pub no_history: bool,
    /// Scan git history only, no files.
    #[arg(long)]
    pub history_only: bool,
    /// Scan what the index would commit and HEAD does not have.
    #[arg(long)]
    pub staged: bool,
    /// Scan what these commits introduce: A..B, A...B or B.
    #[arg(long, value_name = "A..B")]
    pub range: Option<String>,
    /// Scan what commits made since DATE introduce: 2024-03-01, 2024-03-01T12:00:00Z, @SECONDS, "2 weeks ago", 90d.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Scan what the commits of this branch (or tag) introduce; may be given several times. Without it and --range all
    /// refs count.
    #[arg(long, value_name = "BRANCH")]
    pub branch: Vec<String>,
    /// Scan what the N newest of the chosen commits introduce.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_count: Option<u64>,
    /// Scan the repositories that FILE lists, too, one path in each line; `-` reads the list from standard input. What one
    /// of them lacks does not stop the others.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["staged", "selection"])]
    pub repos_from: Option<PathBuf>,
    /// Scan the histories of submodules, too: the repositories below .git/modules.
    #[arg(long, conflicts_with_all = ["no_history", "staged", "selection"])]
    pub submodules: bool,

    /// How to scan and what to write.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Options that every command which scans has.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// Output format [default: human].
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// Write the report to FILE in place of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write a further report, for example sarif=out.sarif; may be given several times.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_report)]
    pub report: Vec<(FormatName, PathBuf)>,

    /// Most results in a run of SARIF: the most severe ones; the report says how many were left out. GitHub takes 25000.
    #[arg(long, value_name = "N", default_value_t = 25_000, value_parser = clap::value_parser!(u32).range(1..=25_000))]
    pub sarif_max_results: u32,

    /// Show secrets in clear.
    #[arg(long)]
    pub reveal: bool,
    /// Exit code when there are findings. Not 2, 3 or 130, which say something else.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parse_exit_code)]
    pub exit_code: u8,
    /// Do not fail because something could not be scanned.
    #[arg(long)]
    pub allow_incomplete: bool,

    /// Do not report what FILE knows, in place of .spillcheck-baseline and .secrets.baseline in the root of the repository:
    /// a baseline, one of detect-secrets, or a JSON report of gitleaks; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub baseline: Vec<PathBuf>,
    /// Read no baseline: report what is known, too.
    #[arg(long, conflicts_with = "baseline")]
    pub no_baseline: bool,
    /// Do not read allow comments: report what they suppress, too.
    #[arg(long)]
    pub no_inline: bool,
    /// Do not read the allow comments of other scanners (`gitleaks:allow`, `pragma: allowlist secret` and so on), only
    /// `spillcheck:allow`.
    #[arg(long, conflicts_with = "no_inline")]
    pub no_foreign_inline: bool,
    /// Fail, with the exit code of findings, if an allow comment allows nothing, or an allow rule or baseline
    /// entry has expired.
    #[arg(long)]
    pub fail_on_unused_allow: bool,
    /// Count suppressed findings in JSON and SARIF reports, but do not list them.
    #[arg(long)]
    pub omit_suppressed: bool,

    /// Scan files that .gitignore excludes, too.
    #[arg(long)]
    pub no_ignore: bool,
    /// Skip larger blobs of git history; K, M and G are understood.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "512M")]
    pub max_blob_size: u64,
    /// About how much memory the versions that are unpacked at the same time may take; a single larger one is still searched.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "256M")]
    pub max_memory: u64,
    /// Search every version in git history in full, not only what it adds: slow, finds the same, made for checking.
    #[arg(long)]
    pub full_search: bool,
    /// Number of threads [default: one for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// What decides which findings are reported.
    #[command(flatten)]
    pub settings: SettingsArgs,

    /// Print nothing on standard error but errors.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show everything: all places of a finding, all errors.
    #[arg(short, long)]
    pub verbose: bool,
    /// When to use colour.
    #[arg(long, value_enum, default_value = "auto")]
    pub color: When,
    /// When to show progress on standard error.
    #[arg(long, value_enum, default_value = "auto")]
    pub progress: When,
}

/// Options that configuration files have settings for, too.
#[derive(Debug, Default, Args)]
pub struct SettingsArgs {
    /// Report weak and default passwords (`postgres`, `admin123`) at medium confidence, not at low.
    #[arg(long)]
    pub weak_passwords: bool,
    /// Report findings of at least this confidence [default: medium, or what .spillcheck.toml says].
    #[arg(long, value_enum)]
    pub confidence: Option<ConfidenceName>,
    /// Skip larger files and blobs; K, M and G are understood [default: no limit].
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub max_file_size: Option<u64>,

    /// Read FILE in place of every .spillcheck.toml; a gitleaks or betterleaks configuration is understood, too.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration, neither .spillcheck.toml nor other tools' files.
    #[arg(long)]
    pub no_config: bool,
    /// Do not read other tools' files (.gitleaks.toml, .gitleaksignore, .secretsignore, .gitguardian.yaml and so on).
    #[arg(long)]
    pub no_import: bool,

    /// Add the rules of FILE; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// Use only this rule (id, or beginning of ids followed by *); may be given several times.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Do not use this rule (as for --only); may be given several times.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub skip: Vec<String>,
}

/// `spillcheck config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the configuration files that a scan of PATH would read.
    Check {
        /// The file or folder that would be scanned.
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
        /// As for a scan.
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Show what configuration files and flags come to.
    Show {
        /// The file or folder that would be scanned.
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
        /// As for a scan.
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Write a .spillcheck.toml with everything commented out.
    Init {
        /// The folder to write it to.
        #[arg(value_name = "FOLDER", default_value = ".")]
        path: PathBuf,
    },
}

/// `spillcheck migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// The repository.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Write to FILE in place of .spillcheck.toml; no file is overwritten.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Carry over the baseline FILE, too (of detect-secrets, or a JSON report of gitleaks); may be given several times.
    #[arg(long, value_name = "FILE")]
    pub baseline: Vec<PathBuf>,
    /// Write to standard output, change nothing.
    #[arg(long, conflicts_with = "output")]
    pub dry_run: bool,
}

/// `spillcheck rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List rules.
    List {
        /// Only rules of providers whose name contains this (any case).
        #[arg(long, value_name = "NAME")]
        provider: Option<String>,
        /// Only rules of this kind, for example api-key.
        #[arg(long, value_name = "KIND")]
        kind: Option<crate::rules::Kind>,
        /// Only rules of this severity: critical, high, medium or low.
        #[arg(long, value_name = "SEVERITY")]
        severity: Option<crate::rules::Severity>,
        /// As JSON.
        #[arg(long, conflicts_with = "markdown")]
        json: bool,
        /// As a Markdown table: docs/rules.md is made of it.
        #[arg(long)]
        markdown: bool,
    },
    /// Show what a rule finds, what a finder can do with it and how to disable, rotate and store it.
    Show {
        /// The rule's id.
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check rule files and run their examples.
    Check {
        /// The files are built-in rules that were edited: they take the place of those compiled in.
        #[arg(long)]
        builtin: bool,
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Names of formats on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Text for people.
    Human,
    /// One JSON document.
    Json,
    /// One JSON object on each line, the last one a summary.
    Jsonl,
    /// SARIF 2.1.0, as GitHub code scanning reads it.
    Sarif,
    /// Annotations of a GitHub Actions step: the ten worst findings as errors, the others counted.
    Github,
    /// A table in Markdown, made for the summary of a CI job.
    Markdown,
    /// GitLab's secret detection report (gl-secret-detection-report.json).
    Gitlab,
    /// The JSON report of gitleaks, for tools that read it.
    GitleaksJson,
}

/// Names of confidences on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfidenceName {
    /// Everything that is worth a look in an audit.
    Low,
    /// What a person should look at.
    Medium,
    /// Only what identifies or proves itself.
    High,
}

/// When to use colour or progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

fn parse_report(text: &str) -> Result<(FormatName, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("expected FORMAT=FILE, for example sarif=out.sarif")?;
    if path.is_empty() {
        return Err("the file name after `=` is empty".to_owned());
    }
    Ok((FormatName::from_str(format, true)?, PathBuf::from(path)))
}

/// An exit code for findings that cannot be taken for another outcome.
fn parse_exit_code(text: &str) -> Result<u8, String> {
    let code = text.parse().map_err(|_| "expected a number from 0 to 255")?;
    let taken = match code {
        2 => "a usage or configuration error",
        3 => "an incomplete scan",
        130 => "an interrupted scan",
        _ => return Ok(code),
    };
    Err(format!("{code} stands for {taken}"))
}

pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.as_bytes().last().map(u8::to_ascii_uppercase) {
        Some(b'K') => (&text[..text.len() - 1], 1u64 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let number: u64 =
        digits.parse().map_err(|_| "expected a number of bytes, optionally followed by K, M or G".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "the size is too large".to_owned())
}
