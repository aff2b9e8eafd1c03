//! ggshield's `.gitguardian.yaml`: accepted matches and paths, in both versions of the format, read by a reader of as much
//! YAML as such files use: nested keys, lists, scalars. Source: ggshield's documentation.

use std::collections::BTreeMap;

use super::super::schema::AllowTable;
use super::{Carried, CarriedAllow};

/// A scalar with the keys that lead to it, the line, and the number of the list entry it stands in.
struct Leaf<'t> {
    keys: Vec<&'t str>,
    value: String,
    line: usize,
    item: usize,
}

/// Reads a file.
pub(super) fn read(file: &str, text: &str) -> Carried {
    let mut carried = Carried::new(file, "ggshield");
    let (leaves, odd) = leaves(text);
    for line in odd {
        carried.notice(line, "this YAML is not understood");
    }
    let mut matches: BTreeMap<usize, (Option<Leaf<'_>>, Option<String>)> = BTreeMap::new();
    for leaf in leaves {
        match leaf.keys[..] {
            ["secret", "ignored_matches" | "ignored-matches", "match"] | ["matches-ignore", "match"] => {
                let item = leaf.item;
                matches.entry(item).or_default().0 = Some(leaf);
            }
            ["secret", "ignored_matches" | "ignored-matches", "name"] | ["matches-ignore", "name"] => {
                matches.entry(leaf.item).or_default().1 = Some(leaf.value);
            }
            // The first version also knows plain lists.
            ["secret", "ignored_matches" | "ignored-matches"] | ["matches-ignore"] => {
                let item = leaf.item;
                matches.entry(item).or_default().0 = Some(leaf);
            }
            ["secret", "ignored_paths" | "ignored-paths"] | ["paths-ignore"] => {
                let table = AllowTable { paths: vec![leaf.value], ..AllowTable::default() };
                carried.allows.push(CarriedAllow { line: leaf.line, table, names: Vec::new() });
            }
            ["secret", "ignored_detectors" | "ignored-detectors"] | ["banlisted-detectors"] => {
                carried.notice(leaf.line, "a detector of GitGuardian that is turned off has no counterpart");
            }
            _ => {}
        }
    }
    for (found, name) in matches.into_values() {
        let Some(leaf) = found else { continue };
        let mut table = AllowTable { reason: name.filter(|n| !n.is_empty()), ..AllowTable::default() };
        if leaf.value.len() == 64 && leaf.value.bytes().all(|b| b.is_ascii_hexdigit()) {
            table.sha256 = vec![leaf.value];
        } else {
            table.secret = vec![format!("^{}$", regex_syntax::escape(&leaf.value))];
        }
        carried.allows.push(CarriedAllow { line: leaf.line, table, names: Vec::new() });
    }
    carried
}

/// All scalars, and the lines that are something else.
fn leaves(text: &str) -> (Vec<Leaf<'_>>, Vec<usize>) {
    let (mut leaves, mut odd) = (Vec::new(), Vec::new());
    // Open keys with their indentation.
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut item = 0;
    for (n, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        let mut indent = line.len() - rest.len();
        if rest.is_empty() || rest.starts_with('#') || rest.starts_with("---") {
            continue;
        }
        if let Some(entry) = rest.strip_prefix('-').filter(|e| e.is_empty() || e.starts_with(' ')) {
            // A list may stand as deep as its key.
            open.retain(|(depth, _)| *depth <= indent);
            item += 1;
            let inner = entry.trim_start();
            indent += rest.len() - inner.len();
            rest = inner;
            if rest.is_empty() {
                continue;
            }
        } else {
            open.retain(|(depth, _)| *depth < indent);
        }
        let keys = || open.iter().map(|(_, key)| *key).collect::<Vec<_>>();
        match rest.split_once(':').filter(|(key, value)| is_key(key) && (value.is_empty() || value.starts_with(' '))) {
            Some((key, value)) => match scalar(value) {
                Some(value) if value.is_empty() => open.push((indent, key.trim_matches(['"', '\'']))),
                Some(value) => {
                    let mut keys = keys();
                    keys.push(key.trim_matches(['"', '\'']));
                    leaves.push(Leaf { keys, value, line: n + 1, item });
                }
                None => odd.push(n + 1),
            },
            None => match scalar(rest) {
                Some(value) => leaves.push(Leaf { keys: keys(), value, line: n + 1, item }),
                None => odd.push(n + 1),
            },
        }
    }
    (leaves, odd)
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.trim_matches(['"', '\'']).bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// A plain or quoted scalar without its comment; none for blocks, anchors and lists in one line.
fn scalar(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(body) = text.strip_prefix('\'') {
        let end = body.rfind('\'')?;
        return Some(body[..end].replace("''", "'"));
    }
    if let Some(body) = text.strip_prefix('"') {
        let end = body.rfind('"')?;
        return Some(body[..end].replace("\\\"", "\"").replace("\\\\", "\\"));
    }
    if text == "[]" {
        return Some(String::new());
    }
    if text.starts_with(['|', '>', '&', '[', '{']) || (text.starts_with('*') && !text.contains('/')) {
        return None;
    }
    let end = text.find(" #").unwrap_or(if text.starts_with('#') { 0 } else { text.len() });
    Some(text[..end].trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions() {
        let digest = "ab".repeat(32);
        for text in [
            format!(
                "version: 2\nsecret:\n  ignored_paths:\n    - '**/README.md'  # docs\n  ignored_matches:\n    - name: the demo\n      match: {digest}\n    - match: \"a \\\"b\\\"\"\n      name:\n  show_secrets: true\n"
            ),
            format!(
                "paths-ignore:\n- '**/README.md'\nmatches-ignore:\n- name: the demo\n  match: {digest}\n- name:\n  match: 'a \"b\"'\nall-policies: false\n"
            ),
        ] {
            let carried = read(".gitguardian.yaml", &text);
            assert_eq!(carried.allows.len(), 3, "{carried:?}");
            assert_eq!(carried.allows[0].table.paths, ["**/README.md"]);
            let named = &carried.allows[1].table;
            assert_eq!((named.reason.as_deref(), &named.sha256), (Some("the demo"), &vec![digest.clone()]));
            assert_eq!(carried.allows[2].table.secret, ["^a \"b\"$"]);
            assert!(carried.notices.is_empty(), "{:?}", carried.notices);
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let carried =
            read(".gitguardian.yaml", "secret:\n  ignored_matches: [{match: a}]\n  ignored_detectors:\n    - X\n");
        assert_eq!(carried.notices.len(), 2, "{:?}", carried.notices);
        assert!(carried.notices[0].starts_with("line 2: "));
    }
}
