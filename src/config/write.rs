//! What other tools' files say, written as a file of ours.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::allow::Allow;
use super::import::{Carried, CarriedAllow, CarriedRule, PROVIDER, ids, places::Accepted, rule_file};
use super::schema::{AllowTable, Join};
use crate::rules::load;
use crate::rules::schema::RuleDef;
use crate::rules::{Rule, RuleSet};

/// A file of ours, and what of the others' is not in it.
pub struct Written {
    /// The text of `.spillcheck.toml`.
    pub text: String,
    /// `file: line N: …`.
    pub notices: Vec<String>,
    /// Allow rules, rules and switches written.
    pub count: usize,
}

/// Writes `carried` out. `builtin` are the rules that stand for those of other tools.
pub fn render(carried: Vec<Carried>, builtin: &RuleSet) -> Written {
    let names: Vec<String> = carried.iter().map(|c| c.file.clone()).collect();
    let mut writer = Writer {
        builtin,
        settings: String::new(),
        allows: String::new(),
        rules: String::new(),
        notices: Vec::new(),
        count: 0,
    };
    let mut own: Vec<RuleDef> = Vec::new();
    for mut file in carried {
        writer.notices.extend(file.notices.iter().map(|n| format!("{}: {n}", file.file)));
        // Allow rules for a file's own rules need their final ids.
        let ids: Vec<String> = std::mem::take(&mut file.rules)
            .into_iter()
            .filter_map(|rule| writer.rule(&file.file, rule, &mut own))
            .collect();
        for (line, name) in std::mem::take(&mut file.off) {
            writer.off(&file.file, line, &name);
        }
        for allow in std::mem::take(&mut file.allows) {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            writer.allow(&file.file, allow, &ids);
        }
        writer.accepted(&file.file, std::mem::take(&mut file.accepted));
    }
    let mut text = format!("# Written by `spillcheck migrate` from {}.\n", names.join(", "));
    let _ = writeln!(text, "minimum-version = \"{}\"", env!("CARGO_PKG_VERSION"));
    if !own.is_empty() {
        let shared = rule_file(Vec::new()).remedy;
        let _ = writeln!(text, "provider = {}", quote(PROVIDER));
        writer.rules.insert_str(0, &remedy(&shared));
    }
    if !writer.settings.is_empty() {
        let _ = write!(text, "\n[rules]\n{}", writer.settings);
    }
    text.push_str(&writer.allows);
    text.push_str(&writer.rules);
    Written { text, notices: writer.notices, count: writer.count }
}

fn remedy(remedy: &crate::rules::schema::Remedy) -> String {
    let line = |key: &str, value: &Option<String>| {
        value.as_ref().map(|v| format!("{key} = {}\n", quote(v))).unwrap_or_default()
    };
    format!(
        "\n[remedy]\n{}{}{}",
        line("disable", &remedy.disable),
        line("rotate", &remedy.rotate),
        line("store", &remedy.store)
    )
}

struct Writer<'w> {
    builtin: &'w RuleSet,
    settings: String,
    allows: String,
    rules: String,
    notices: Vec<String>,
    count: usize,
}

impl Writer<'_> {
    fn notice(&mut self, file: &str, line: usize, text: impl std::fmt::Display) {
        self.notices.push(format!("{file}: line {line}: {text}"));
    }

    /// Writes an own rule; returns its id here.
    fn rule(&mut self, file: &str, carried: CarriedRule, own: &mut Vec<RuleDef>) -> Option<String> {
        let CarriedRule { line, mut rule, path } = carried;
        let theirs = rule.id.clone();
        let taken = |id: &str| self.builtin.find(id).is_some() || own.iter().any(|r| r.id == id);
        if taken(&rule.id) {
            rule.id = format!("own-{}", rule.id);
        }
        if taken(&rule.id) {
            self.notice(file, line, format!("rule {theirs} is there twice: the second is left out"));
            return None;
        }
        let text = rule_text(&rule);
        let id = rule.id.clone();
        if let Err(error) = load::rules(file, "", rule_file(vec![rule])) {
            let message = match error {
                load::LoadError::Rule { message, .. } => message,
                other => super::error::explain(&other.to_string()),
            };
            self.notice(file, line, format!("rule {theirs} is left out: {message}"));
            return None;
        }
        if let Some(path) = path {
            let _ = writeln!(self.settings, "{} = {{ paths = [{}] }}", quote(&id), quote(&path));
        }
        self.rules.push_str(&text);
        self.count += 1;
        own.push(RuleDef { id: id.clone(), ..empty_rule() });
        Some(id)
    }

    fn off(&mut self, file: &str, line: usize, name: &str) {
        let ours = ids::stand_ins(name, self.builtin);
        if ours.is_empty() {
            self.notice(file, line, format!("no rule of spillcheck stands for {name}, which it turns off"));
        }
        for id in ours {
            let key = format!("{} = \"off\"\n", quote(&id));
            if !self.settings.contains(&key) {
                self.settings.push_str(&key);
                self.count += 1;
            }
        }
    }

    fn allow(&mut self, file: &str, allow: CarriedAllow, own: &[&str]) {
        let CarriedAllow { line, mut table, names } = allow;
        if let Err(problem) = Allow::new(&Arc::from(file), line, "", table.clone()) {
            return self.notice(file, line, format!("not carried over: {problem}"));
        }
        if !names.is_empty() {
            let ours = super::import::targets(&names, own, self.builtin);
            if ours.is_empty() {
                return self.notice(file, line, format!("no rule of spillcheck stands for {}", names.join(", ")));
            }
            table.rules = ours;
        }
        self.table(file, &table);
    }

    /// One allow rule for each path, rule and commit.
    fn accepted(&mut self, file: &str, entries: Vec<Accepted>) {
        let mut groups: std::collections::BTreeMap<(String, String, Option<String>), Vec<u32>> =
            std::collections::BTreeMap::new();
        for entry in entries {
            groups.entry((entry.path, entry.rule, entry.commit)).or_default().push(entry.at);
        }
        for ((path, rule, commit), mut lines) in groups {
            lines.sort_unstable();
            lines.dedup();
            let any = self.builtin.iter().all(|r| ids::stands_for(&rule, r));
            let rules = if any { Vec::new() } else { self.names(&|r| ids::stands_for(&rule, r)) };
            // Where the line is today is not where it was in that commit.
            let lines = if commit.is_some() { Vec::new() } else { lines };
            let table = AllowTable {
                rules,
                lines,
                path_patterns: vec![format!("^{}$", regex_syntax::escape(&path))],
                commits: commit.into_iter().collect(),
                ..AllowTable::default()
            };
            self.table(file, &table);
        }
    }

    fn table(&mut self, file: &str, table: &AllowTable) {
        self.count += 1;
        let _ = write!(self.allows, "\n# {file}\n[[allow]]\n");
        let mut line = |key: &str, value: String| {
            let _ = writeln!(self.allows, "{key} = {value}");
        };
        if let Some(reason) = table.reason.as_ref().filter(|r| !r.is_empty()) {
            line("reason", quote(reason));
        }
        for (key, values) in [
            ("rules", &table.rules),
            ("paths", &table.paths),
            ("path-patterns", &table.path_patterns),
            ("secret", &table.secret),
            ("words", &table.words),
            ("sha256", &table.sha256),
            ("match", &table.matched),
            ("line", &table.line),
            ("commits", &table.commits),
        ] {
            if !values.is_empty() {
                line(key, list(values));
            }
        }
        if !table.lines.is_empty() {
            line("lines", format!("{:?}", table.lines));
        }
        if let Some(most) = table.max_entropy {
            line("max-entropy", format!("{most:?}"));
        }
        if let Some(natural) = table.natural {
            line("natural", natural.to_string());
        }
        if table.condition == Some(Join::Any) {
            line("condition", quote("any"));
        }
    }

    /// The rules that `wanted` takes, all that begin alike as one name.
    fn names(&self, wanted: &dyn Fn(&Rule) -> bool) -> Vec<String> {
        let first = |rule: &Rule| rule.id.split('-').next().unwrap_or("").to_owned();
        let left: BTreeSet<String> = self.builtin.iter().filter(|r| !wanted(r)).map(first).collect();
        let mut names = BTreeSet::new();
        for rule in self.builtin.iter().filter(|r| wanted(r)) {
            let head = first(rule);
            let alike = self.builtin.iter().filter(|r| r.id.starts_with(&format!("{head}-"))).count();
            let whole = !left.contains(&head) && alike > 1;
            names.insert(if whole { format!("{head}-*") } else { rule.id.to_string() });
        }
        names.into_iter().collect()
    }
}

fn empty_rule() -> RuleDef {
    RuleDef {
        id: String::new(),
        title: String::new(),
        kind: String::new(),
        severity: String::new(),
        about: String::new(),
        impact: String::new(),
        disable: None,
        rotate: None,
        store: None,
        documentation: None,
        confidence: None,
        check: None,
        companions: Vec::new(),
        token: None,
        context: None,
        assignment: None,
        examples: crate::rules::schema::Examples::default(),
    }
}

fn rule_text(rule: &RuleDef) -> String {
    let mut text = String::from("\n[[rule]]\n");
    for (key, value) in [
        ("id", &rule.id),
        ("title", &rule.title),
        ("kind", &rule.kind),
        ("severity", &rule.severity),
        ("about", &rule.about),
        ("impact", &rule.impact),
    ] {
        let _ = writeln!(text, "{key} = {}", quote(value));
    }
    if let Some(confidence) = &rule.confidence {
        let _ = writeln!(text, "confidence = {}", quote(confidence));
    }
    if let Some(token) = &rule.token {
        let _ = writeln!(text, "[rule.token]\nverbatim = true\nedge = \"none\"\nrandom = false");
        let _ = writeln!(text, "anchors = {}", list(&token.anchors));
        let _ = writeln!(text, "pattern = {}", quote(token.pattern.as_deref().unwrap_or("")));
        if let Some(longest) = token.max_length {
            let _ = writeln!(text, "max_length = {longest}");
        }
        if let Some(entropy) = token.entropy {
            let _ = writeln!(text, "entropy = {entropy:?}");
        }
        if let Some(within) = token.within {
            let _ = writeln!(text, "within = {within}");
        }
    }
    text
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|v| quote(v)).collect();
    let short = format!("[{}]", quoted.join(", "));
    if short.len() <= 100 { short } else { format!("[\n    {},\n]", quoted.join(",\n    ")) }
}

/// A TOML string: literal where that is possible, so that expressions stay readable.
fn quote(text: &str) -> String {
    let plain = text.chars().all(|c| !c.is_control() && c != '\'');
    if plain && text.contains(['\\', '"']) {
        return format!("'{text}'");
    }
    if text.chars().all(|c| !c.is_control()) && !text.contains("'''") && !text.ends_with('\'') && text.contains('\\') {
        return format!("'''{text}'''");
    }
    toml::Value::String(text.to_owned()).to_string()
}
