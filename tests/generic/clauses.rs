//! Every syntax, file and command in which credentials are written, in several variants each, as real projects have them:
//! `clauses.txt`. What is marked is found exactly, whatever the rule, and above low confidence; a text without a mark
//! holds nothing.

use super::findings;
use spillcheck::position::{Positions, Start};
use spillcheck::rules::{Confidence, examples};

/// A line of the table: the path, a bar, the text with line ends and tabs as escapes.
fn rows() -> impl Iterator<Item = (&'static str, String)> {
    let lines = include_str!("clauses.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let (path, text) = line.split_once(" | ").unwrap_or_else(|| panic!("no bar: {line}"));
        (path, text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("\\e", "\\"))
    })
}

#[test]
fn every_variant_is_read_whole_and_nothing_else() {
    let (mut problems, mut marked, mut empty) = (Vec::new(), 0, 0);
    for (path, template) in rows() {
        let example = examples::expand(&template, 11).unwrap();
        let found = findings(&example.text, path);
        let Some(span) = example.secret.clone() else {
            empty += 1;
            if !found.is_empty() {
                problems.push(format!("{path}: {template:?}: found {found:?}"));
            }
            continue;
        };
        marked += 1;
        let at = Positions::new(example.text.as_bytes(), Start::default()).of(span.start);
        let wanted = (&example.text[span], at.line.get(), at.column.get());
        let exact = found.iter().any(|(_, secret, line, column, confidence)| {
            (secret.as_str(), *line, *column) == wanted && *confidence > Some(Confidence::Low)
        });
        if !exact {
            problems.push(format!("{path}: {template:?}: wanted {wanted:?}, found {found:?}"));
        }
    }
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), marked + empty, problems.join("\n"));
    assert!(marked >= 800 && empty >= 40, "{marked} and {empty}");
}
