//! Configurations of other tools, read where they lie. Each reader makes a [`Carried`] of a file: what it asks for in our
//! terms, and what of it we cannot do. `migrate` writes the same out as a file of ours.

mod anchors;
mod detect_secrets;
mod expr;
pub mod ggshield;
pub mod gitleaks;
mod go_regex;
pub mod ids;
pub mod places;
mod rule;
pub mod secretsignore;
mod unknown;

use super::allow::Allow;
use super::error::{ConfigError, explain, line_of};
use super::policy::{Layer, RuleSettings};
use super::schema::AllowTable;
use crate::rules::load::{self, Loaded};
use crate::rules::schema::{Remedy, RuleDef, RuleFile};
use crate::rules::{RuleSet, schema::TokenDef};

use places::Accepted;

/// An allow rule of another tool.
#[derive(Debug)]
pub struct CarriedAllow {
    /// 1-based line.
    pub line: usize,
    /// Its conditions; `rules` is empty.
    pub table: AllowTable,
    /// The rules it is for, as the tool names them; empty: all.
    pub names: Vec<String>,
}

/// A rule of another tool, as one of ours.
#[derive(Debug)]
pub struct CarriedRule {
    /// 1-based line.
    pub line: usize,
    /// The rule.
    pub rule: RuleDef,
    /// It counts only in files whose path this matches.
    pub path: Option<String>,
}

/// What a file of another tool comes to.
#[derive(Debug, Default)]
pub struct Carried {
    /// The file, relative to the repository.
    pub file: String,
    /// What reports call its format.
    pub format: &'static str,
    /// Allow rules.
    pub allows: Vec<CarriedAllow>,
    /// Rules of the tool that it turns off, with their lines.
    pub off: Vec<(usize, String)>,
    /// Own rules.
    pub rules: Vec<CarriedRule>,
    /// Accepted findings.
    pub accepted: Vec<Accepted>,
    /// What cannot be carried over, and what works differently.
    pub notices: Vec<String>,
}

impl Carried {
    /// For a file.
    pub fn new(file: &str, format: &'static str) -> Self {
        Self { file: file.to_owned(), format, ..Self::default() }
    }

    fn notice(&mut self, line: usize, text: impl std::fmt::Display) {
        self.notices.push(format!("line {line}: {text}"));
    }

    /// Nothing of it decides anything.
    pub fn is_empty(&self) -> bool {
        self.allows.is_empty() && self.off.is_empty() && self.rules.is_empty() && self.accepted.is_empty()
    }

    /// Compiles it. What cannot be used is left out and said: an expression that is none silences nothing. `builtin` are the
    /// rules that the tool's own names are compared with.
    pub fn into_layer(mut self, scope: &str, builtin: &RuleSet) -> (Layer, Vec<Loaded>, Vec<String>) {
        let mut layer = Layer::new(scope, &self.file);
        for (line, name) in std::mem::take(&mut self.off) {
            let ours = ids::stand_ins(&name, builtin);
            if ours.is_empty() {
                self.notice(line, format!("no rule of spillcheck stands for {name}, which it turns off"));
            }
            layer.rules.extend(ours.into_iter().map(|name| RuleSettings {
                name,
                line,
                enabled: Some(false),
                severity: None,
                confidence: None,
                paths: None,
            }));
        }
        let mut rules = Vec::new();
        for carried in std::mem::take(&mut self.rules) {
            self.compile(carried, builtin, &mut layer, &mut rules);
        }
        let own: Vec<&str> = rules.iter().map(|l: &Loaded| &*l.rule.id).collect();
        for CarriedAllow { line, mut table, names } in std::mem::take(&mut self.allows) {
            table.rules = targets(&names, &own, builtin);
            if table.rules.is_empty() && !names.is_empty() {
                self.notice(line, format!("no rule of spillcheck stands for {}", names.join(", ")));
                continue;
            }
            match Allow::new(&layer.file, line, "allowlist", table) {
                Ok(compiled) => layer.allows.push(compiled),
                Err(problem) => self.notice(line, format!("not applied: {problem}")),
            }
        }
        layer.own = rules.iter().map(|l: &Loaded| l.rule.id.to_string()).collect();
        layer.accepted = places::AcceptedPlaces::new(std::mem::take(&mut self.accepted));
        (layer, rules, self.notices)
    }

    fn compile(&mut self, carried: CarriedRule, builtin: &RuleSet, layer: &mut Layer, rules: &mut Vec<Loaded>) {
        let CarriedRule { line, mut rule, path } = carried;
        let taken = |id: &str, rules: &[Loaded]| builtin.find(id).is_some() || rules.iter().any(|l| l.rule.id == id);
        if taken(&rule.id, rules) {
            rule.id = format!("own-{}", rule.id);
        }
        if taken(&rule.id, rules) {
            self.notice(line, format!("rule {} is there twice: the second is left out", rule.id));
            return;
        }
        let id = rule.id.clone();
        let paths = match path.as_deref().map(|p| super::allow::regexes("path", &[p])).transpose() {
            Ok(paths) => paths,
            Err(problem) => return self.notice(line, format!("rule {id} is left out: {problem}")),
        };
        match load::rules(&self.file, "", rule_file(vec![rule])) {
            Ok(loaded) => rules.extend(loaded.into_iter().map(|l| Loaded { line, ..l })),
            Err(error) => {
                // The loader names file and line, which the notice has already.
                let text = match error {
                    load::LoadError::Rule { message, .. } => message,
                    other => explain(&other.to_string()),
                };
                return self.notice(line, format!("rule {id} is left out: {text}"));
            }
        }
        if paths.is_some() {
            layer.rules.push(RuleSettings { name: id, line, enabled: None, severity: None, confidence: None, paths });
        }
    }
}

/// The ids of the rules that a file names: its own, of which `own` are left, and ours for those of the tool.
pub fn targets(names: &[String], own: &[&str], builtin: &RuleSet) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let id = rule::id_of(name);
        ids.extend(own.iter().filter(|o| **o == id || o.strip_prefix("own-") == Some(&id)).map(|o| (*o).to_owned()));
        ids.extend(ids::stand_ins(name, builtin));
    }
    ids.sort();
    ids.dedup();
    ids
}

/// A rule file with the texts that rules of others lack.
pub fn rule_file(rules: Vec<RuleDef>) -> RuleFile {
    RuleFile {
        provider: PROVIDER.to_owned(),
        generic: false,
        documentation: None,
        remedy: Remedy {
            disable: Some("At the service that issued it.".to_owned()),
            rotate: Some("Issue a new one, deploy it, then revoke this one.".to_owned()),
            store: Some("In a secret manager, read at start-up; in CI a masked variable.".to_owned()),
        },
        rules,
    }
}

/// The provider that rules of other tools are shown with.
pub const PROVIDER: &str = "Own rule";

/// Lines at which tables with this header begin, in order.
fn headers(text: &str, header: &str) -> Vec<usize> {
    let is_header = |line: &str| {
        let line = line.trim();
        let name = line.trim_start_matches('[').split(']').next().unwrap_or("");
        line.starts_with('[')
            && name.split('.').map(str::trim).collect::<Vec<_>>().join(".").eq_ignore_ascii_case(header)
    };
    text.lines().enumerate().filter(|(_, line)| is_header(line)).map(|(n, _)| n + 1).collect()
}

/// A file of another tool by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.gitleaks.toml`, `.betterleaks.toml`.
    Gitleaks,
    /// `.gitleaksignore`, `.betterleaksignore`.
    GitleaksIgnore,
    /// `.secretsignore` of ripsecrets.
    SecretsIgnore,
    /// `.gitguardian.yaml` of ggshield.
    Ggshield,
    /// `.secrets.baseline` of detect-secrets: what it was made to pass over.
    DetectSecrets,
}

/// The names of files that are read where they lie, in the top folder, in the order in which they are looked for.
pub const NAMES: &[(&str, Format)] = &[
    (".betterleaks.toml", Format::Gitleaks),
    (".gitleaks.toml", Format::Gitleaks),
    ("gitleaks.toml", Format::Gitleaks),
    (".gitleaksignore", Format::GitleaksIgnore),
    (".betterleaksignore", Format::GitleaksIgnore),
    (".secretsignore", Format::SecretsIgnore),
    (".gitguardian.yaml", Format::Ggshield),
    (".gitguardian.yml", Format::Ggshield),
    (".secrets.baseline", Format::DetectSecrets),
];

/// The format of a file that the user named; none: one of ours.
pub fn format_of(path: &str) -> Option<Format> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let known = NAMES.iter().find(|(n, _)| *n == name).map(|(_, format)| *format);
    known.or_else(|| {
        let is_theirs = name.ends_with(".toml") && (name.contains("gitleaks") || name.contains("betterleaks"));
        is_theirs.then_some(Format::Gitleaks)
    })
}

/// Reads a file of another tool.
pub fn read(format: Format, files: &dyn super::files::Files, path: &str) -> Result<Option<Carried>, ConfigError> {
    let Some(text) = files.read(path).map_err(|m| ConfigError::new(path, 1, m))? else { return Ok(None) };
    let carried = match format {
        Format::Gitleaks => gitleaks::read(files, path, &text)?,
        Format::GitleaksIgnore => places::read(path, &text),
        Format::SecretsIgnore => secretsignore::read(path, &text),
        Format::Ggshield => ggshield::read(path, &text),
        Format::DetectSecrets => return Ok(detect_secrets::read(path, &text)),
    };
    Ok(Some(carried))
}

/// A token rule that reports whatever its pattern matches.
fn plain_token(anchors: Vec<String>, pattern: String) -> TokenDef {
    TokenDef {
        anchors,
        pattern: Some(pattern),
        scanner: None,
        max_length: None,
        edge: Some("none".to_owned()),
        random: Some(false),
        weighed: false,
        basic: false,
        verbatim: true,
        entropy: None,
        within: None,
    }
}

/// Where a file stands in messages.
fn at(file: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    ConfigError::new(file, error.span().map_or(1, |s| line_of(text, s.start)), explain(error.message()))
}

/// Shared by readers: a text or several.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    fn list(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Many(list) => list.clone(),
        }
    }
}
