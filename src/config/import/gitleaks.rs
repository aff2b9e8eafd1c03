//! `.gitleaks.toml` (8.30) and `.betterleaks.toml`: rules, allowlists, `extend`, and the filters of betterleaks that are
//! static. Sources: gitleaks' README and its behaviour; keys are compared without case, as its reader does.

use serde::Deserialize;

use super::super::error::ConfigError;
use super::super::files::Files;
use super::super::schema::{AllowTable, Join};
use super::{Carried, CarriedAllow, OneOrMany, expr, go_regex, headers, rule, unknown};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    extend: Extend,
    rules: Vec<RuleTable>,
    allowlist: Option<AllowlistTable>,
    allowlists: Vec<AllowlistTable>,
    prefilter: String,
    filter: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Extend {
    usedefault: bool,
    path: String,
    url: String,
    disabledrules: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleTable {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) regex: String,
    pub(super) path: String,
    pub(super) secretgroup: u32,
    pub(super) entropy: f64,
    pub(super) keywords: Vec<String>,
    skipreport: bool,
    required: Vec<toml::Value>,
    components: Vec<toml::Value>,
    allowlist: Option<AllowlistTable>,
    allowlists: Vec<AllowlistTable>,
    filter: String,
    validate: String,
    #[serde(skip)]
    line: usize,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct AllowlistTable {
    description: String,
    condition: String,
    commits: OneOrMany,
    paths: OneOrMany,
    regextarget: String,
    regexes: OneOrMany,
    stopwords: OneOrMany,
    targetrules: Vec<String>,
    #[serde(skip)]
    line: usize,
}

/// Files may extend each other so deep.
const DEEPEST: usize = 2;

/// The rule of theirs that finds whatever is assigned to a telling name: our generic rules stand for it.
const GENERIC: &str = "generic-api-key";

/// Reads a file. Errors are those of TOML; what cannot be carried over is a notice.
pub(super) fn read(files: &dyn Files, path: &str, text: &str) -> Result<Carried, ConfigError> {
    let mut carried = Carried::new(path, if path.contains("betterleaks") { "betterleaks" } else { "gitleaks" });
    let mut file = parse(path, text)?;
    carried.notices.extend(unknown::keys(text));
    let own = std::mem::take(&mut file.rules);
    let mut rules = Vec::new();
    let (extends, uses_default) = (file.extend.path.clone(), file.extend.usedefault);
    if !file.extend.url.is_empty() {
        carried.notice(1, "`extend.url` is not fetched");
    }
    carry(file, text, &mut carried);
    extend(files, &extends, 1, &mut rules, &mut carried)?;
    own.into_iter().for_each(|rule| merge(&mut rules, rule));
    if !uses_default && !rules.is_empty() {
        carried
            .notices
            .push("it does not extend the default rules; spillcheck's own rules stay on all the same".to_owned());
    }
    let mut not_static = Vec::new();
    for table in rules {
        carry_rule(table, &mut carried, &mut not_static);
    }
    if !not_static.is_empty() {
        not_static.sort();
        not_static.dedup();
        carried.notices.push(format!("not carried over: {}", not_static.join("; ")));
    }
    Ok(carried)
}

fn parse(path: &str, text: &str) -> Result<File, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let table: toml::Table = toml::from_str(text).map_err(|e| super::at(path, text, &e))?;
    let mut file: File = lower(toml::Value::Table(table)).try_into().map_err(|e| super::at(path, text, &e))?;
    let mut lines = headers(text, "rules").into_iter();
    let mut old = headers(text, "rules.allowlist").into_iter();
    let mut new = headers(text, "rules.allowlists").into_iter();
    for rule in &mut file.rules {
        rule.line = lines.next().unwrap_or(1);
        if let Some(allowlist) = &mut rule.allowlist {
            allowlist.line = old.next().unwrap_or(rule.line);
        }
        rule.allowlists.iter_mut().for_each(|a| a.line = new.next().unwrap_or(rule.line));
    }
    if let Some(allowlist) = &mut file.allowlist {
        allowlist.line = headers(text, "allowlist").first().copied().unwrap_or(1);
    }
    let mut lines = headers(text, "allowlists").into_iter();
    file.allowlists.iter_mut().for_each(|a| a.line = lines.next().unwrap_or(1));
    Ok(file)
}

/// The same with all keys in lower case.
fn lower(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::Table(table) => {
            toml::Value::Table(table.into_iter().map(|(key, value)| (key.to_lowercase(), lower(value))).collect())
        }
        toml::Value::Array(list) => toml::Value::Array(list.into_iter().map(lower).collect()),
        other => other,
    }
}

/// The rules and allowlists of the file that another extends.
fn extend(
    files: &dyn Files,
    path: &str,
    depth: usize,
    rules: &mut Vec<RuleTable>,
    carried: &mut Carried,
) -> Result<(), ConfigError> {
    if path.is_empty() {
        return Ok(());
    }
    let target = super::super::files::join("", path);
    if depth > DEEPEST {
        carried.notices.push(format!("`extend.path` {path}: files extend each other at most {DEEPEST} deep"));
        return Ok(());
    }
    let text = target.and_then(|t| files.read(&t)?.ok_or_else(|| "there is no such file".to_owned()).map(|x| (t, x)));
    let (target, text) = match text {
        Ok(found) => found,
        Err(problem) => {
            carried.notices.push(format!("`extend.path` {path}: {problem}"));
            return Ok(());
        }
    };
    let mut file = parse(&target, &text)?;
    extend(files, &file.extend.path.clone(), depth + 1, rules, carried)?;
    std::mem::take(&mut file.rules).into_iter().for_each(|rule| merge(rules, rule));
    carry(file, &text, carried);
    Ok(())
}

/// Takes a rule in; one with the id of an earlier one changes that: what it sets wins, lists grow.
fn merge(rules: &mut Vec<RuleTable>, rule: RuleTable) {
    let Some(base) = rules.iter_mut().find(|r| r.id == rule.id) else { return rules.push(rule) };
    for (old, new) in [
        (&mut base.description, rule.description),
        (&mut base.regex, rule.regex),
        (&mut base.path, rule.path),
        (&mut base.filter, rule.filter),
    ] {
        if !new.is_empty() {
            *old = new;
        }
    }
    if rule.secretgroup != 0 {
        base.secretgroup = rule.secretgroup;
    }
    if rule.entropy != 0.0 {
        base.entropy = rule.entropy;
    }
    base.skipreport |= rule.skipreport;
    base.keywords.extend(rule.keywords);
    base.allowlists.extend(rule.allowlist.into_iter().chain(rule.allowlists));
    base.line = rule.line;
}

/// What a file says of all rules.
fn carry(file: File, text: &str, carried: &mut Carried) {
    for list in file.allowlist.into_iter().chain(file.allowlists) {
        let names = list.targetrules.clone();
        allowlist(list, names, carried);
    }
    let line_of =
        |key: &str| text.lines().position(|l| l.trim_start().to_lowercase().starts_with(key)).map_or(1, |n| n + 1);
    for (key, expression) in [("prefilter", &file.prefilter), ("filter", &file.filter)] {
        if !expression.trim().is_empty() {
            filter(expression, line_of(key), &[], carried)
                .unwrap_or_else(|p| carried.notice(line_of(key), format!("`{key}` is not carried over: {p}")));
        }
    }
    let line = headers(text, "extend").first().copied().unwrap_or(1);
    carried.off.extend(file.extend.disabledrules.into_iter().map(|id| (line, id)));
}

fn filter(expression: &str, line: usize, names: &[String], carried: &mut Carried) -> Result<(), String> {
    for mut table in expr::allows(expression)? {
        for list in [&mut table.secret, &mut table.matched, &mut table.line, &mut table.path_patterns] {
            list.iter_mut().for_each(|p| *p = go_regex::translate(p));
        }
        carried.allows.push(CarriedAllow { line, table, names: names.to_vec() });
    }
    Ok(())
}

fn carry_rule(table: RuleTable, carried: &mut Carried, not_static: &mut Vec<String>) {
    if table.id.is_empty() {
        return carried.notice(table.line, "a rule without `id` is left out");
    }
    let names = vec![table.id.clone()];
    for list in table.allowlist.clone().into_iter().chain(table.allowlists.clone()) {
        allowlist(list, names.clone(), carried);
    }
    if !table.filter.trim().is_empty()
        && let Err(problem) = filter(&table.filter, table.line, &names, carried)
    {
        not_static.push(format!("`filter` of rules with {problem}"));
    }
    if !table.validate.trim().is_empty() {
        not_static.push("`validate` of rules (spillcheck asks nobody)".to_owned());
    }
    if table.skipreport {
        return;
    }
    if !table.required.is_empty() || !table.components.is_empty() {
        carried.notice(table.line, format!("rule {} reports without its `required` parts", table.id));
    }
    match (table.regex.is_empty(), table.path.is_empty()) {
        _ if table.id == GENERIC => {
            if !table.regex.is_empty() || table.entropy > 0.0 {
                carried.notice(
                    table.line,
                    format!("spillcheck's generic rules stand for {GENERIC} and judge values their own way"),
                );
            }
        }
        (true, false) => {
            carried.notice(
                table.line,
                format!("rule {} looks at paths alone: spillcheck reports no files for their names", table.id),
            );
        }
        (true, true) => {
            if table.entropy > 0.0 || !table.keywords.is_empty() {
                carried.notice(
                    table.line,
                    format!("rule {}: `entropy` and `keywords` do not change the rules that stand for it", table.id),
                );
            }
        }
        (false, _) => {
            let mut notes = Vec::new();
            match rule::convert(&table, table.line, &mut notes) {
                Ok(converted) => carried.rules.push(converted),
                Err(problem) => notes.push(format!("rule {} is left out: {problem}", table.id)),
            }
            notes.into_iter().for_each(|note| carried.notice(table.line, note));
        }
    }
}

fn allowlist(list: AllowlistTable, names: Vec<String>, carried: &mut Carried) {
    let translated = |list: &OneOrMany| list.list().iter().map(|p| go_regex::translate(p)).collect::<Vec<_>>();
    let is_and = matches!(list.condition.trim().to_uppercase().as_str(), "AND" | "&&");
    let (full, cut): (Vec<String>, Vec<String>) =
        list.commits.list().into_iter().partition(|c| c.len() == 40 && c.bytes().all(|b| b.is_ascii_hexdigit()));
    if !cut.is_empty() {
        carried.notice(list.line, "`commits` that are no full ids match nothing, there as here");
    }
    let mut table = AllowTable {
        reason: Some(list.description.trim().to_owned()),
        path_patterns: translated(&list.paths),
        words: list.stopwords.list().into_iter().filter(|w| !w.is_empty()).collect(),
        commits: full,
        condition: Some(if is_and { Join::All } else { Join::Any }),
        ..AllowTable::default()
    };
    let regexes = translated(&list.regexes);
    match list.regextarget.to_lowercase().as_str() {
        "match" => table.matched = regexes,
        "line" => table.line = regexes,
        _ => table.secret = regexes,
    }
    carried.allows.push(CarriedAllow { line: list.line, table, names });
}
