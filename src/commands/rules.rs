//! `spillcheck rules`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::{Outcome, UsageError, written};
use crate::cli::RulesCommand;
use crate::rules::load::{self, Loaded};
use crate::rules::{Kind, Rule, RuleSet, Severity, lint};

pub(super) fn run(command: RulesCommand) -> Result<Outcome, UsageError> {
    let mut out = io::stdout().lock();
    let result = match command {
        RulesCommand::List { provider, kind, severity, json, markdown } => {
            let format = match (json, markdown) {
                (true, _) => ListFormat::Json,
                (_, true) => ListFormat::Markdown,
                _ => ListFormat::Table,
            };
            let filter = Filter { provider, kind, severity };
            filter.check_provider()?;
            list(&mut out, &filter, format)
        }
        RulesCommand::Show { id, json: as_json } => {
            let rules = RuleSet::builtin();
            let Some(rule) = rules.find(&id) else {
                return Err(UsageError::new(format!("no rule is called {id:?}{}", rules.suggestion(&id))));
            };
            if as_json { pretty(&mut out, &json(rule)) } else { show(&mut out, rule) }
        }
        RulesCommand::Check { builtin, files } => return check(&mut out, &files, builtin),
    };
    written(result)?;
    Ok(Outcome::Clean)
}

/// Which rules to list.
struct Filter {
    provider: Option<String>,
    kind: Option<Kind>,
    severity: Option<Severity>,
}

impl Filter {
    /// Fails for a provider that no rule has: mistyped, or one that we do not know.
    fn check_provider(&self) -> Result<(), UsageError> {
        match &self.provider {
            Some(name) if !RuleSet::builtin().iter().any(|rule| self.takes_provider(rule)) => Err(UsageError::new(
                format!("no rule's provider has {name:?} in its name; `spillcheck rules list` names all rules"),
            )),
            _ => Ok(()),
        }
    }

    fn takes_provider(&self, rule: &Rule) -> bool {
        let provider = self.provider.as_ref().map(|p| p.to_lowercase());
        provider.is_none_or(|p| rule.provider.to_lowercase().contains(&p))
    }

    fn takes(&self, rule: &Rule) -> bool {
        self.takes_provider(rule)
            && self.kind.is_none_or(|k| k == rule.kind)
            && self.severity.is_none_or(|s| s == rule.severity)
    }
}

fn list(out: &mut impl Write, filter: &Filter, format: ListFormat) -> io::Result<()> {
    let rules = RuleSet::builtin();
    let rows: Vec<&Rule> = rules.iter().filter(|r| filter.takes(r)).collect();
    match format {
        ListFormat::Json => {
            let rows: Vec<_> = rows.iter().map(|r| json(r)).collect();
            pretty(out, &rows.into())
        }
        ListFormat::Markdown => {
            writeln!(out, "# Rules\n\nMade by `spillcheck rules list --markdown`; a test keeps it true.\n")?;
            writeln!(
                out,
                "{} rules. `spillcheck rules show ID` says what a finder can do and what to do first.\n",
                rows.len()
            )?;
            writeln!(out, "| provider | credential | id | kind | severity | offline check |")?;
            writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
            for r in rows {
                let check = r.check.map_or("", |c| c.as_str());
                writeln!(out, "| {} | {} | `{}` | {} | {} | {check} |", r.provider, r.title, r.id, r.kind, r.severity)?;
            }
            Ok(())
        }
        ListFormat::Table => {
            let width = rows.iter().map(|r| r.id.len()).max().unwrap_or(0);
            for r in &rows {
                writeln!(out, "{:width$}  {:8}  {:17}  {}", r.id, r.severity, r.kind, r.title)?;
            }
            writeln!(out, "{}", counted(rows.len(), "rule"))
        }
    }
}

/// `1 rule`, `2 rules`.
fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[derive(Clone, Copy)]
enum ListFormat {
    Table,
    Json,
    Markdown,
}

fn pretty(out: &mut impl Write, value: &serde_json::Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn json(r: &Rule) -> serde_json::Value {
    serde_json::json!({
        "id": r.id, "provider": r.provider, "title": r.title, "kind": r.kind, "severity": r.severity,
        "confidence": r.confidence, "check": r.check, "about": r.about, "impact": r.impact, "disable": r.disable,
        "rotate": r.rotate, "store": r.store, "documentation": r.documentation, "companions": r.companions,
    })
}

fn show(out: &mut impl Write, rule: &Rule) -> io::Result<()> {
    writeln!(out, "{} [{}]", rule.title, rule.id)?;
    writeln!(out, "{}, {}, severity {}, confidence {}\n", rule.provider, rule.kind, rule.severity, rule.confidence)?;
    for (head, text) in [
        ("What it is", &rule.about),
        ("What a finder can do", &rule.impact),
        ("Disable it first", &rule.disable),
        ("Rotate", &rule.rotate),
        ("Store the next one", &rule.store),
    ] {
        writeln!(out, "{head}:\n    {text}\n")?;
    }
    if !rule.companions.is_empty() {
        writeln!(out, "Its other parts: {}", rule.companions.join(", "))?;
    }
    if let Some(check) = rule.check {
        writeln!(out, "Offline check: {check}")?;
    }
    if let Some(url) = &rule.documentation {
        writeln!(out, "Documentation: {url}")?;
    }
    Ok(())
}

/// Loads all files, lints their rules and runs their examples through the real pipeline, beside the built-in rules and each
/// other: what a scan with all of them would do. With `replace` they take the place of built-in rules of the same id.
fn check(out: &mut impl Write, files: &[PathBuf], replace: bool) -> Result<Outcome, UsageError> {
    let mut problems = Vec::new();
    let mut all = Vec::new();
    for path in files {
        match load::file(path) {
            Ok(loaded) => all.push((path.display().to_string(), loaded)),
            Err(error) => problems.push(error.to_string()),
        }
    }
    let mut rules = RuleSet::builtin();
    if replace {
        let own: Vec<String> = all.iter().flat_map(|(_, loaded)| loaded).map(|l| l.rule.id.to_string()).collect();
        rules = rules.without(&own);
    }
    let mut examples = Vec::new();
    for (name, loaded) in all {
        let of_file: Vec<_> = loaded.iter().map(Loaded::shown).collect();
        match rules.add(loaded) {
            Ok(()) => examples.extend(of_file.into_iter().map(|e| (name.clone(), e))),
            Err(message) => problems.push(format!("{name}:{message}")),
        }
    }
    if let Some((rule, missing)) = rules.missing_companion() {
        let of_rule = examples.iter().find(|(_, shown)| shown.id == rule.id);
        let place = of_rule.map(|(name, shown)| format!("{name}:{}: ", shown.line));
        let place = place.unwrap_or_default();
        problems.push(format!("{place}rule {}: its companion {missing:?} is no rule", rule.id));
    }
    let examiner = lint::Examiner::new(&rules);
    for (name, shown) in &examples {
        let wrong = examiner.examine(shown).into_iter();
        problems.extend(wrong.map(|(line, problem)| format!("{name}:{line}: rule {}: {problem}", shown.id)));
    }
    for problem in &problems {
        written(writeln!(out, "{problem}"))?;
    }
    if problems.is_empty() {
        written(writeln!(out, "{} checked, no problems", counted(examples.len(), "rule")))?;
        Ok(Outcome::Clean)
    } else {
        Err(UsageError::new(format!("{} in {}", counted(problems.len(), "problem"), counted(files.len(), "file"))))
    }
}
