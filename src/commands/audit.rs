//! `spillcheck baseline audit`: goes through findings one by one and writes down what is decided.

use std::io::{self, BufRead, Write};
use std::path::Path;

use super::output::wants_color;
use super::{Outcome, UsageError, baseline};
use crate::baseline::{Baseline, Entry, State};
use crate::cli::AuditArgs;
use crate::finding::Finding;
use crate::report::{self, Report};

const QUESTION: &str = "[k]eep reporting  [a]llow  [f]alse alarm  [n]ote  [s]kip  [b]ack  [q]uit: ";
const HELP: &str = "  k  a secret that has to go: it stays in reports until it is gone
  a  a secret that may stay: no longer reported
  f  no secret: no longer reported
  n  write down why, then decide
  s  decide later
  b  the one before
  q  stop; what was decided is saved";

pub(super) fn run(args: AuditArgs) -> Result<Outcome, UsageError> {
    let path = baseline::file(&args.scan)?;
    let mut known = match baseline::read(&path)? {
        Some(known) => known,
        None => baseline::empty()?,
    };
    let options = report::Options {
        reveal: args.scan.common.reveal,
        color: wants_color(args.scan.common.color, &io::stdout()),
        ..Default::default()
    };
    let all = args.all;
    baseline::scan_all(args.scan, |report| {
        let mut audit = Audit { report, options, path: &path, known: &mut known, out: io::stdout().lock() };
        audit.walk(all, &mut io::stdin().lock()).map_err(|e| match e {
            Stop::Usage(error) => error,
            Stop::Io(error) => UsageError::new(format!("cannot ask: {error}")),
        })
    })
}

enum Stop {
    Usage(UsageError),
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct Audit<'a, W> {
    report: &'a Report<'a>,
    options: report::Options,
    path: &'a Path,
    known: &'a mut Baseline,
    out: W,
}

impl<W: Write> Audit<'_, W> {
    /// Asks about every finding of which nothing was decided, or about all.
    fn walk(&mut self, all: bool, input: &mut dyn BufRead) -> Result<(), Stop> {
        let open: Vec<&Finding> =
            self.report.findings.iter().filter(|finding| all || self.decided(finding).is_none()).collect();
        let mut at = 0;
        while let Some(finding) = open.get(at) {
            writeln!(self.out, "\n{} of {}", at + 1, open.len())?;
            report::describe(self.report, finding, &self.options, &mut self.out)?;
            for entry in self.known.entries_of(&finding.fingerprint) {
                writeln!(self.out, "  now: {}", report::printable(&entry.to_string()[40..]))?;
            }
            match self.ask(finding, input)? {
                Answer::Next => at += 1,
                Answer::Back => at = at.saturating_sub(1),
                Answer::Quit => break,
            }
        }
        let left = self.report.findings.iter().filter(|finding| self.decided(finding).is_none()).count();
        match (self.report.findings.len(), left) {
            (0, _) => writeln!(self.out, "There is nothing to decide: no findings.")?,
            (n, 0) => writeln!(self.out, "All {n} findings are decided, in {}.", self.path.display())?,
            (n, left) => writeln!(self.out, "{left} of {n} findings are left to decide.")?,
        }
        Ok(())
    }

    /// What was decided of a finding; none for what nobody has looked at.
    fn decided(&self, finding: &Finding) -> Option<State> {
        self.known.entries_of(&finding.fingerprint).map(|entry| entry.state).find(|state| *state != State::Unreviewed)
    }

    fn ask(&mut self, finding: &Finding, input: &mut dyn BufRead) -> Result<Answer, Stop> {
        let mut note = None;
        loop {
            let Some(answer) = self.line(QUESTION, input)? else { return Ok(Answer::Quit) };
            let state = match answer.as_str() {
                "k" => State::Keep,
                "a" => State::Allow,
                "f" => State::FalseAlarm,
                "n" => {
                    note = self.note(input)?.or(note);
                    continue;
                }
                "s" => return Ok(Answer::Next),
                "b" => return Ok(Answer::Back),
                "q" => return Ok(Answer::Quit),
                _ => {
                    writeln!(self.out, "{HELP}")?;
                    continue;
                }
            };
            self.decide(finding, state, note);
            baseline::save(self.path, self.known).map_err(Stop::Usage)?;
            return Ok(Answer::Next);
        }
    }

    /// A note; none if it is empty or holds a secret.
    fn note(&mut self, input: &mut dyn BufRead) -> Result<Option<String>, Stop> {
        let Some(note) = self.line("note: ", input)?.filter(|note| !note.is_empty()) else { return Ok(None) };
        match baseline::without_secrets(Some(&note), &self.report.findings) {
            Ok(()) => Ok(Some(note)),
            Err(error) => {
                writeln!(self.out, "Not taken: {error}.")?;
                Ok(None)
            }
        }
    }

    /// An answer without its line end; none at the end of the input.
    fn line(&mut self, question: &str, input: &mut dyn BufRead) -> Result<Option<String>, Stop> {
        write!(self.out, "{question}")?;
        self.out.flush()?;
        let mut answer = Vec::new();
        if input.read_until(b'\n', &mut answer)? == 0 {
            writeln!(self.out)?;
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&answer).trim().to_owned()))
    }

    /// Changes all entries of a finding, or makes one.
    fn decide(&mut self, finding: &Finding, state: State, note: Option<String>) {
        self.known.rekey([&finding.fingerprint]);
        let mut old: Vec<Entry> = self.known.entries_of(&finding.fingerprint).cloned().collect();
        self.known.entries.retain(|entry| !old.contains(entry));
        if old.is_empty() {
            old.extend(baseline::entry(self.known, finding, self.report, state));
        }
        self.known.entries.extend(old.into_iter().map(|entry| Entry {
            state,
            reason: note.clone().or(entry.reason),
            ..entry
        }));
    }
}

enum Answer {
    Next,
    Back,
    Quit,
}
