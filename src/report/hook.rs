//! What a hook prints: little when all is well; else what was found, how to go on, and how to allow it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::human::{Page, Paint, sorted};
use super::text::{count, printable, wrap};
use super::{Options, Report, applied, summary};
use crate::finding::{Finding, Place};

/// What a hook looked at, for the advice on what to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Subject {
    /// What is staged. `unborn`: there is no commit yet to restore from.
    Staged {
        /// See there.
        unborn: bool,
    },
    /// Commits that are about to be pushed.
    Commits,
    /// The message of a commit that is not made yet.
    Message,
    /// Files as they are: what was found may have been published long ago.
    #[default]
    Files,
}

/// Suppressions named in the line of a hook that has nothing to report.
const SUPPRESSED: usize = 5;
/// Columns of the labels of the advice.
const LABEL: usize = 12;

/// Writes what a hook has to say. `notes` are the sentences of its plan.
pub fn write_hook(
    report: &Report<'_>,
    options: &Options,
    subject: Subject,
    notes: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let page = Page { report, options, paint: Paint::new(options.color) };
    let notes: Vec<String> = notes.iter().map(|note| printable(note)).collect();
    if report.findings.is_empty() && report.is_complete() {
        let searched = match report.searched_anything() {
            true => format!("searched {}: no leaks found", summary::searched(report)),
            false => "nothing was searched".to_owned(),
        };
        let suppressed = printable(&applied::suppressed(report, SUPPRESSED).join(", "));
        let silence = (!suppressed.is_empty()).then(|| format!("suppressed: {suppressed}"));
        let line: Vec<String> = notes.into_iter().chain([searched]).chain(silence).collect();
        writeln!(out, "spillcheck: {}", line.join("; "))?;
        return out.flush();
    }
    if !notes.is_empty() {
        writeln!(out, "spillcheck: {}\n", notes.join("; "))?;
    }
    for finding in sorted(&report.findings) {
        page.finding(finding, &mut out)?;
    }
    if !report.findings.is_empty() {
        advice(&page, subject, &mut out)?;
    }
    summary::write(report, options, page.paint, &mut out)?;
    out.flush()
}

fn advice(page: &Page<'_>, subject: Subject, out: &mut dyn Write) -> io::Result<()> {
    let findings = &page.report.findings;
    let secrets = if findings.len() == 1 { "The secret" } else { "The secrets" };
    let verdict = match subject {
        Subject::Staged { .. } | Subject::Message => "The commit is stopped. Nothing has left this machine.".to_owned(),
        Subject::Commits => "These commits are stopped before anybody can fetch them.".to_owned(),
        Subject::Files => format!("{secrets} may have been published already: disable first, then clean up."),
    };
    writeln!(out, "{}", page.paint.bold(&verdict))?;
    let mut step = |label: &str, text: &str| {
        writeln!(
            out,
            "  {}{}",
            page.paint.bold(&format!("{label:LABEL$}")),
            wrap(&printable(text), 2 + LABEL, 2 + LABEL)
        )
    };
    let rules: BTreeMap<usize, &Finding> = findings.iter().rev().map(|f| (f.rule, f)).collect();
    match subject {
        Subject::Staged { unborn } => step("Take it out", &unstage(findings, unborn))?,
        Subject::Commits => step("Take it out", &rewrite(findings))?,
        Subject::Message => step("Take it out", "Commit again without it; git kept your text in .git/COMMIT_EDITMSG.")?,
        Subject::Files => {
            for rule in rules.keys().map(|rule| page.report.rules.get(*rule)) {
                step("Disable it", &format!("{}: {}", rule.id, rule.disable))?;
            }
        }
    }
    let stores: BTreeSet<&str> = rules.keys().map(|rule| &*page.report.rules.get(*rule).store).collect();
    step("Instead", "Read it from an environment variable or a secret manager.")?;
    for store in stores {
        step("", store)?;
    }
    // Not written out in one piece: this file is scanned, too.
    let allow =
        |finding: &&Finding| format!("spillcheck{}[{}] REASON", ":allow", page.report.rules.get(finding.rule).id);
    let lines: BTreeSet<String> = rules.values().map(allow).collect();
    let many = if lines.len() == 1 { "this comment" } else { "one of these comments" };
    step("Allow it", &format!("If it is no secret, put {many} on its line, and say why:"))?;
    for line in lines {
        step("", &line)?;
    }
    writeln!(out)
}

/// `git restore --staged FILE…`, as a shell reads it.
fn unstage(findings: &[Finding], unborn: bool) -> String {
    let staged = findings.iter().flat_map(|f| &f.locations).filter(|l| l.place == Place::Staged);
    let paths: BTreeSet<String> = staged.map(|l| quoted(&printable(&l.path))).collect();
    let shown: Vec<&str> = paths.iter().take(5).map(String::as_str).collect();
    let command = if unborn { "git rm --cached --" } else { "git restore --staged --" };
    let more =
        if paths.len() > 5 { format!(" and {}", count((paths.len() - 5) as u64, "more file")) } else { String::new() };
    format!("{command} {}{more}; then edit and git add again.", shown.join(" "))
}

/// How to take a secret out of commits that nobody has yet.
fn rewrite(findings: &[Finding]) -> String {
    let commits = findings.iter().flat_map(|f| &f.locations).filter_map(|l| l.commit.as_deref());
    match commits.min() {
        Some(first) => {
            let id = first.id.get(..12).unwrap_or(&first.id);
            format!(
                "git rebase --interactive {id}^ and edit that commit: a later commit that removes it does not help."
            )
        }
        None => "Rewrite the commits that bring it: a later commit that removes it does not help.".to_owned(),
    }
}

/// A path as one word of a shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ',' | '@');
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn paths_are_words_of_a_shell() {
        assert_eq!(quoted("src/a-b_c.rs"), "src/a-b_c.rs");
        assert_eq!(quoted("two words"), "'two words'");
        assert_eq!(quoted("it's;rm"), r"'it'\''s;rm'");
    }
}
