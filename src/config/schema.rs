//! The shape of `.spillcheck.toml`, and nothing else. Unknown keys are errors everywhere. The published JSON Schema
//! (`fixtures/schemas/spillcheck-config.json`) is written by hand beside it; a test keeps the two equal.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::rules::schema::{Remedy, RuleDef};

/// One `.spillcheck.toml`. Everything is optional; everything holds for the files in and below the folder it lies in.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    /// The oldest version of spillcheck that may read the file.
    pub minimum_version: Option<Spanned<String>>,
    /// Other files of this format whose settings come first, relative to this one.
    pub extend: Vec<Spanned<String>>,
    /// Findings below are not reported: `low`, `medium` (default) or `high`. `--confidence` wins over it.
    pub confidence: Option<Spanned<String>>,
    /// What holds for a whole scan; only in the file at the top.
    pub scan: Option<Spanned<ScanTable>>,
    /// Which files count.
    pub paths: PathsTable,
    /// Settings of rules by id, or by the beginning of ids followed by `*`: `"on"`, `"off"` or a [`RuleTable`].
    pub rules: BTreeMap<Spanned<String>, toml::Value>,
    /// What is not to be reported.
    pub allow: Vec<Spanned<AllowTable>>,
    /// Rule files, relative to this one.
    pub rule_files: Vec<Spanned<String>>,
    /// Own rules, as in a rule file: its `provider`.
    pub provider: Option<String>,
    /// See [`crate::rules::schema::RuleFile::generic`].
    pub generic: bool,
    /// See [`crate::rules::schema::RuleFile::documentation`].
    pub documentation: Option<String>,
    /// See [`crate::rules::schema::RuleFile::remedy`].
    pub remedy: Remedy,
    /// Own rules.
    pub rule: Vec<RuleDef>,
}

/// `[scan]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScanTable {
    /// Larger files and blobs are skipped, and counted: bytes, or a text such as `5M`.
    pub max_file_size: Option<toml::Value>,
    /// Read the configuration of other tools where it lies (true).
    pub import: Option<bool>,
}

/// `[paths]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathsTable {
    /// Findings in these files are suppressed (and counted); patterns as in `.gitignore`, relative to the file's folder.
    pub exclude: Vec<Spanned<String>>,
}

/// `[rules."ID"]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleTable {
    /// False: as `"off"`.
    pub enabled: Option<bool>,
    /// The harm a finder can do, here.
    pub severity: Option<String>,
    /// How sure what it finds is, here.
    pub confidence: Option<String>,
    /// Regular expressions; the rule counts only in files whose path (from the file's folder) one of them matches.
    pub paths: Vec<String>,
}

/// `[[allow]]`. `rules` and `lines` restrict it; the other conditions are joined by `condition`. Within one list any entry
/// is enough.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AllowTable {
    /// Why; shown in reports.
    pub reason: Option<String>,
    /// Who answers for it; shown in reports.
    pub owner: Option<String>,
    /// The last day it counts, `2027-01-31` (UTC).
    pub until: Option<String>,
    /// Only for these rules: ids, or beginnings of ids followed by `*`. Without it: all rules.
    pub rules: Vec<String>,
    /// Only on these lines, 1-based.
    pub lines: Vec<u32>,
    /// Files: patterns as in `.gitignore`, relative to the configuration's folder.
    pub paths: Vec<String>,
    /// Files: regular expressions that match in the path, relative to the configuration's folder.
    pub path_patterns: Vec<String>,
    /// Regular expressions that match in the secret.
    pub secret: Vec<String>,
    /// Texts, one of which the secret contains, in any case.
    pub words: Vec<String>,
    /// SHA-256 of the secret, hex; or what ggshield writes, the SHA-256 of the secret, a comma and its type of match.
    pub sha256: Vec<String>,
    /// Regular expressions that match in the whole match: the secret with the name it is assigned to.
    #[serde(rename = "match")]
    pub matched: Vec<String>,
    /// Regular expressions that match in the lines the match stands on.
    pub line: Vec<String>,
    /// The secret's Shannon entropy is at most this, bits for each byte.
    pub max_entropy: Option<f64>,
    /// The secret reads as words of a language.
    pub natural: Option<bool>,
    /// Commits in which the secret first appeared: ids, or their first 7 digits or more.
    pub commits: Vec<String>,
    /// How the conditions are joined: `all` (default) or `any`.
    pub condition: Option<Join>,
}

/// How the conditions of an allow rule are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Join {
    /// All kinds that are given must hold.
    All,
    /// One of them is enough.
    Any,
}
