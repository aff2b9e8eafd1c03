//! `spillcheck rules`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Outcome, UsageError};
use crate::cli::RulesCommand;
use crate::rules::{RuleSet, lint, load};

pub(super) fn run(command: RulesCommand) -> Result<Outcome, UsageError> {
    let mut out = io::stdout().lock();
    let result = match command {
        RulesCommand::List { json } => list(&mut out, json),
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

fn written(result: io::Result<()>) -> Result<(), UsageError> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(UsageError::new(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

fn list(out: &mut impl Write, json: bool) -> io::Result<()> {
    let rules = RuleSet::builtin();
    if json {
        let rows: Vec<_> = rules
            .iter()
            .map(|r| {
                serde_json::json!({
                    "id": r.id, "provider": r.provider, "title": r.title, "kind": r.kind, "severity": r.severity,
                    "confidence": r.confidence, "about": r.about, "impact": r.impact, "disable": r.disable,
                    "rotate": r.rotate, "store": r.store, "documentation": r.documentation,
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        return writeln!(out);
    }
    let width = rules.iter().map(|r| r.id.len()).max().unwrap_or(0);
    for rule in rules.iter() {
        writeln!(out, "{:width$}  {:8}  {:17}  {}", rule.id, rule.severity, rule.kind, rule.title)?;
    }
    writeln!(out, "{} rules", rules.len())
}

fn show(out: &mut impl Write, rule: &crate::rules::Rule) -> io::Result<()> {
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
