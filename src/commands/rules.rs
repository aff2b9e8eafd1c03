//! `spillcheck rules`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Outcome, UsageError, written};
use crate::cli::RulesCommand;
use crate::rules::{Kind, Rule, RuleSet, Severity, lint, load};

pub(super) fn run(command: RulesCommand) -> Result<Outcome, UsageError> {
    let mut out = io::stdout().lock();
    let result = match command {
        RulesCommand::List { provider, kind, severity, json, markdown } => {
            let format = match (json, markdown) {
                (true, _) => ListFormat::Json,
                (_, true) => ListFormat::Markdown,
                _ => ListFormat::Table,
            };
            list(&mut out, &Filter { provider, kind, severity }, format)
        }
        RulesCommand::Show { id } => {
            let rules = RuleSet::builtin();
            let Some(rule) = rules.find(&id) else {
                return Err(UsageError::new(format!("no rule is called {id:?}{}", rules.suggestion(&id))));
            };
            show(&mut out, rule)
        }
        RulesCommand::Check { files } => return check(&mut out, &files),
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
    fn takes(&self, rule: &Rule) -> bool {
        let provider = self.provider.as_ref().map(|p| p.to_lowercase());
        provider.is_none_or(|p| rule.provider.to_lowercase().contains(&p))
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
            serde_json::to_writer_pretty(&mut *out, &rows)?;
            writeln!(out)
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
            writeln!(out, "{} rules", rows.len())
        }
    }
}

#[derive(Clone, Copy)]
enum ListFormat {
    Table,
    Json,
    Markdown,
}

fn json(r: &Rule) -> serde_json::Value {
    serde_json::json!({
        "id": r.id, "provider": r.provider, "title": r.title, "kind": r.kind, "severity": r.severity,
        "confidence": r.confidence, "check": r.check, "about": r.about, "impact": r.impact, "disable": r.disable,
        "rotate": r.rotate, "store": r.store, "documentation": r.documentation,
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
    if let Some(check) = rule.check {
        writeln!(out, "Offline check: {check}")?;
    }
    if let Some(url) = &rule.documentation {
        writeln!(out, "Documentation: {url}")?;
    }
    Ok(())
}

/// Loads each file, lints its rules and runs their examples through the real pipeline, beside the built-in rules.
fn check(out: &mut impl Write, files: &[PathBuf]) -> Result<Outcome, UsageError> {
    let mut problems = Vec::new();
    let mut count = 0;
    for path in files {
        match check_file(path) {
            Ok((rules, found)) => {
                count += rules;
                problems.extend(found);
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    for problem in &problems {
        written(writeln!(out, "{problem}"))?;
    }
    if problems.is_empty() {
        written(writeln!(out, "{count} rules checked, no problems"))?;
        Ok(Outcome::Clean)
    } else {
        Err(UsageError::new(format!("{} problems in {} files", problems.len(), files.len())))
    }
}

fn check_file(path: &Path) -> Result<(usize, Vec<String>), load::LoadError> {
    let loaded = load::file(path)?;
    let name = path.display().to_string();
    let examples: Vec<_> = loaded.iter().map(|l| (l.rule.id.to_string(), l.line, l.examples.clone())).collect();
    let mut rules = RuleSet::builtin();
    // A built-in rule file checked against itself: its own rules are tested in place of those compiled in.
    let own: Vec<String> = examples.iter().map(|(id, ..)| id.clone()).filter(|id| rules.find(id).is_some()).collect();
    rules = rules.without(&own);
    let mut problems = Vec::new();
    if let Err(message) = rules.add(loaded) {
        problems.push(format!("{name}: {message}"));
        return Ok((examples.len(), problems));
    }
    for (id, line, examples) in &examples {
        problems
            .extend(lint::examples(&rules, id, examples).into_iter().map(|p| format!("{name}:{line}: rule {id}: {p}")));
    }
    Ok((examples.len(), problems))
}
