//! The shape of `.spillcheck.toml`, and nothing else. Unknown keys are errors everywhere. The published JSON Schema
//! (`fixtures/schemas/spillcheck-config.json`) is written by hand beside it; a test keeps the two equal.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::rules::schema::{Remedy, RuleDef};

/// One `.spillcheck.toml`. Everything is optional; everything holds for the files in and below the folder it lies in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    /// The oldest version of spillcheck that may read the file.
    #[serde(default)]
    pub minimum_version: Option<Spanned<String>>,
    /// Other files of this format whose settings come first, relative to this one.
    #[serde(default)]
    pub extend: Vec<Spanned<String>>,
    /// Findings below are not reported: `low`, `medium` (default) or `high`. `--confidence` wins over it.
    #[serde(default)]
    pub confidence: Option<Spanned<String>>,
    /// What holds for a whole scan; only in the file at the top.
    #[serde(default)]
    pub scan: Option<Spanned<ScanTable>>,
    /// Which files count.
    #[serde(default)]
    pub paths: PathsTable,
    /// Settings of rules by id, or by the beginning of ids followed by `*`: `"on"`, `"off"` or a [`RuleTable`].
    #[serde(default)]
    pub rules: BTreeMap<Spanned<String>, toml::Value>,
    /// What is not to be reported.
    #[serde(default)]
    pub allow: Vec<Spanned<AllowTable>>,
    /// Rule files, relative to this one.
    #[serde(default)]
    pub rule_files: Vec<Spanned<String>>,
    /// Own rules, as in a rule file: its `provider`.
    #[serde(default)]
    pub provider: Option<String>,
    /// See [`crate::rules::schema::RuleFile::generic`].
    #[serde(default)]
    pub generic: bool,
    /// See [`crate::rules::schema::RuleFile::documentation`].
    #[serde(default)]
    pub documentation: Option<String>,
    /// See [`crate::rules::schema::RuleFile::remedy`].
    #[serde(default)]
    pub remedy: Remedy,
    /// Own rules.
    #[serde(default)]
    pub rule: Vec<RuleDef>,
}

/// `[scan]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScanTable {
    /// Larger files and blobs are skipped, and counted: bytes, or a text such as `5M`.
    #[serde(default)]
    pub max_file_size: Option<toml::Value>,
    /// Read the configuration of other tools where it lies (true).
    #[serde(default)]
    pub import: Option<bool>,
}

/// `[paths]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathsTable {
    /// Findings in these files are suppressed (and counted); patterns as in `.gitignore`, relative to the file's folder.
    #[serde(default)]
    pub exclude: Vec<Spanned<String>>,
}

/// `[rules."ID"]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// False: as `"off"`.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The harm a finder can do, here.
    #[serde(default)]
    pub severity: Option<String>,
    /// How sure what it finds is, here.
    #[serde(default)]
    pub confidence: Option<String>,
    /// Regular expressions; the rule counts only in files whose path (from the file's folder) one of them matches.
    #[serde(default)]
    pub paths: Vec<String>,
}

/// `[[allow]]`. `rules` and `lines` restrict it; the other conditions are joined by `condition`. Within one list any entry
/// is enough.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AllowTable {
    /// Why; shown in reports.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who answers for it; shown in reports.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day it counts, `2027-01-31` (UTC).
    #[serde(default)]
    pub until: Option<String>,
    /// Only for these rules: ids, or beginnings of ids followed by `*`. Without it: all rules.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Only on these lines, 1-based.
    #[serde(default)]
    pub lines: Vec<u32>,
    /// Files: patterns as in `.gitignore`, relative to the configuration's folder.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Files: regular expressions that match in the path, relative to the configuration's folder.
    #[serde(default)]
    pub path_patterns: Vec<String>,
    /// Regular expressions that match in the secret.
    #[serde(default)]
    pub secret: Vec<String>,
    /// Texts, one of which the secret contains, in any case.
    #[serde(default)]
    pub words: Vec<String>,
    /// SHA-256 of the secret, hex; or what ggshield writes, the SHA-256 of the secret, a comma and its type of match.
    #[serde(default)]
    pub sha256: Vec<String>,
    /// Regular expressions that match in the whole match: the secret with the name it is assigned to.
    #[serde(default, rename = "match")]
    pub matched: Vec<String>,
    /// Regular expressions that match in the lines the match stands on.
    #[serde(default)]
    pub line: Vec<String>,
    /// The secret's Shannon entropy is at most this, bits for each byte.
    #[serde(default)]
    pub max_entropy: Option<f64>,
    /// The secret reads as words of a language.
    #[serde(default)]
    pub natural: Option<bool>,
    /// Commits in which the secret first appeared: ids, or their first 7 digits or more.
    #[serde(default)]
    pub commits: Vec<String>,
    /// How the conditions are joined: `all` (default) or `any`.
    #[serde(default)]
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
