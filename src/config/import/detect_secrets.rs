//! The filters that a `.secrets.baseline` of detect-secrets 1.x was made with: expressions for files, lines and secrets that
//! it passes over. What it found is a baseline, see [`crate::baseline`]. Source of the names: detect_secrets/filters of
//! detect-secrets 1.5.

use serde::Deserialize;

use super::super::error::line_of;
use super::super::schema::AllowTable;
use super::{Carried, CarriedAllow, OneOrMany, go_regex};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    filters_used: Vec<Filter>,
}

#[derive(Deserialize)]
struct Filter {
    path: String,
    #[serde(default)]
    pattern: OneOrMany,
}

/// Reads such a file; none if it passes over nothing by its own choice. One that is no JSON is told as a baseline.
pub(super) fn read(file: &str, text: &str) -> Option<Carried> {
    let document: Document = serde_json::from_str(text).ok()?;
    let mut carried = Carried::new(file, "detect-secrets");
    for filter in document.filters_used {
        let line = text.find(&filter.path).map_or(1, |at| line_of(text, at));
        let patterns = || filter.pattern.list().iter().map(|pattern| go_regex::translate(pattern)).collect();
        let name = filter.path.strip_prefix("detect_secrets.filters.").unwrap_or(&filter.path);
        let table = match name {
            "regex.should_exclude_file" => AllowTable { path_patterns: patterns(), ..AllowTable::default() },
            "regex.should_exclude_line" => AllowTable { line: patterns(), ..AllowTable::default() },
            "regex.should_exclude_secret" => AllowTable { secret: patterns(), ..AllowTable::default() },
            // What it does on its own: placeholders, templates, lock files. Ours are judged otherwise.
            _ if name.starts_with("heuristic.") || name.starts_with("allowlist.") || name.starts_with("common.") => {
                continue;
            }
            _ => {
                carried.notice(
                    line,
                    "a filter that is no expression (word list, gibberish, own code) is not carried over",
                );
                continue;
            }
        };
        carried.allows.push(CarriedAllow { line, table, names: Vec::new() });
    }
    (!carried.is_empty() || !carried.notices.is_empty()).then_some(carried)
}
