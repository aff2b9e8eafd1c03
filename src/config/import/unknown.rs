//! Keys of a `.gitleaks.toml` that nobody knows: gitleaks passes over them without a word, and a list of allowed paths that is
//! misspelt allows nothing.

use crate::rules::nearest;

const TOP: &[&str] = &[
    "title",
    "description",
    "minversion",
    "betterleaksminversion",
    "extend",
    "rules",
    "allowlist",
    "allowlists",
    "prefilter",
    "filter",
];
const EXTEND: &[&str] = &["usedefault", "path", "url", "disabledrules"];
const RULE: &[&str] = &[
    "id",
    "description",
    "regex",
    "path",
    "secretgroup",
    "entropy",
    "keywords",
    "tags",
    "skipreport",
    "required",
    "components",
    "allowlist",
    "allowlists",
    "prefilter",
    "filter",
    "validate",
    "specificity",
    "tokenefficiency",
];
const ALLOWLIST: &[&str] =
    &["id", "description", "condition", "commits", "paths", "regextarget", "regexes", "stopwords", "targetrules"];

/// A notice for each unknown key of the file `text`. Sources of the names: gitleaks 8.30 and betterleaks 1.8.
pub(super) fn keys(text: &str) -> Vec<String> {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return Vec::new() };
    let mut notices = Vec::new();
    look(&table, TOP, text, &mut notices);
    notices
}

fn look(table: &toml::Table, known: &[&str], text: &str, notices: &mut Vec<String>) {
    for (key, value) in table {
        let name = key.to_lowercase();
        if !known.contains(&name.as_str()) {
            let hint = nearest(&name, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            let line = line_of(text, key);
            notices.push(format!("line {line}: unknown key `{key}` is passed over{}", hint.unwrap_or_default()));
            continue;
        }
        let below = match name.as_str() {
            "extend" => EXTEND,
            "rules" => RULE,
            "allowlist" | "allowlists" => ALLOWLIST,
            _ => continue,
        };
        match value {
            toml::Value::Table(table) => look(table, below, text, notices),
            toml::Value::Array(list) => {
                list.iter().filter_map(toml::Value::as_table).for_each(|table| look(table, below, text, notices));
            }
            _ => {}
        }
    }
}

/// The first line that sets `key`, or begins a table of that name.
fn line_of(text: &str, key: &str) -> usize {
    let sets = |line: &str| {
        let rest = line.trim_start().trim_start_matches('[').trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
    };
    text.lines().position(sets).map_or(1, |n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keys_are_told_and_known_ones_are_not() {
        let text = "Title = 'x'\n[extend]\nuseDefalt = true\n[[rules]]\nid = 'x'\nsecretGroup = 1\n[[rules.allowlists]]\n\
                    regexTarget = 'line'\npathz = ['hunter2']\n[alowlist]\npaths = ['hunter2']\n[zzz]\n";
        assert_eq!(
            keys(text),
            [
                "line 10: unknown key `alowlist` is passed over; did you mean `allowlist`?",
                "line 3: unknown key `useDefalt` is passed over; did you mean `usedefault`?",
                "line 9: unknown key `pathz` is passed over; did you mean `paths`?",
                "line 12: unknown key `zzz` is passed over",
            ]
        );
    }
}
