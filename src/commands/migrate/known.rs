//! Baselines of other scanners as entries of ours. They have hashes of secrets, or places: a scan tells which findings they
//! mean.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser;

use crate::baseline::{Baseline, Entry, FILE_NAME, Foreign, Known};
use crate::cli::{Cli, Command};
use crate::commands::{Outcome, UsageError, baseline, output};
use crate::finding::Finding;
use crate::report::{Report, printable};
use crate::suppression::Subject;

/// Adds what `baselines` know to the baseline in `top`. Returns how the scan ended, and the entries whose secrets were not
/// found, in words.
pub(super) fn carry_over(baselines: &[Known], top: &Path, dry_run: bool) -> Result<(Outcome, Vec<String>), UsageError> {
    let path = top.join(FILE_NAME);
    let mut own = match baseline::read(&path)? {
        Some(own) => own,
        None => baseline::empty()?,
    };
    let mut left = Vec::new();
    // Whatever a scan could find: an entry may stand for what is reported at low confidence alone, or is allowed by a comment.
    let arguments = ["spillcheck", "scan", "--confidence", "low", "--no-inline"].map(Into::into);
    let cli =
        Cli::try_parse_from(arguments.into_iter().chain([top.as_os_str().to_owned()])).map_err(UsageError::new)?;
    let Command::Scan(scan) = cli.command else { return Err(UsageError::new("no scan")) };
    let outcome = baseline::scan_all(*scan, |report| {
        for known in baselines {
            let found = take(known, report, &mut own);
            let missing = known.foreign().iter().enumerate().filter(|(n, _)| !found.contains(n));
            left.extend(missing.map(|(_, entry)| missed(known.file(), entry)));
            let text = format!("{} of {} entries of {}", found.len(), known.foreign().len(), known.file());
            output::to_stdout(|out| {
                writeln!(out, "{} {FILE_NAME}: {text}", if dry_run { "would write" } else { "wrote" })
            })?;
        }
        own.settle();
        if dry_run { Ok(()) } else { baseline::save(&path, &own) }
    })?;
    Ok((outcome, left))
}

/// Adds entries for all findings that `known` knows. Returns the numbers of its entries that were met.
fn take(known: &Known, report: &Report<'_>, own: &mut Baseline) -> BTreeSet<usize> {
    let mut met = BTreeSet::new();
    let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
    for Finding { rule, secret, fingerprint, locations, .. } in report.findings.iter().chain(suppressed) {
        let rule = report.rules.get(*rule);
        for location in locations {
            let subject = Subject { rule, secret, fingerprint: *fingerprint, location };
            for number in known.known_by(&subject) {
                met.insert(*number);
                let entry = &known.foreign()[*number];
                own.entries.extend(own.ids(fingerprint).first().map(|id| Entry {
                    id: *id,
                    state: entry.state,
                    rule: rule.id.to_string(),
                    path: entry.only_there.then(|| globset::escape(&location.path)),
                    owner: None,
                    until: None,
                    reason: Some(format!("from {}", known.file())),
                }));
            }
        }
    }
    met
}

fn missed(file: &str, entry: &Foreign) -> String {
    let line = if entry.line == 0 { String::new() } else { format!(":{}", entry.line) };
    printable(&format!("{file}: {}{line}: {}: nothing is found there that it stands for", entry.path, entry.kind))
}
