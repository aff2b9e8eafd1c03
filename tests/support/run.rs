//! Runs the binary in an environment of its own.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A run to be made: arguments, folder, environment and standard input.
pub struct Spillcheck {
    command: Command,
    stdin: Option<Vec<u8>>,
    // Home of the run: empty, and gone with it.
    _home: tempfile::TempDir,
}

/// What a run left.
pub struct Run {
    /// Exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// `spillcheck scan ARGS` in `folder`.
pub fn scan<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Run {
    Spillcheck::new(folder).args(["scan"]).args(args).run()
}

impl Spillcheck {
    /// The binary, to be run in `folder` with nothing of the caller's environment but PATH.
    pub fn new(folder: &Path) -> Self {
        let home = super::folder();
        let mut command = Command::new(env!("CARGO_BIN_EXE_spillcheck"));
        command.current_dir(folder).env_clear().env("HOME", home.path()).env("LC_ALL", "C");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Self { command, stdin: None, _home: home }
    }

    /// More arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// A variable of the environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Bytes on standard input; without them it is empty.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// The command itself, for tests that start it in their own way.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Run {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let writer = self.stdin.take().map(|bytes| {
            let mut pipe = child.stdin.take().unwrap();
            // A child that ends early closes the pipe: its exit code tells more than this error.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)))
        });
        let output = child.wait_with_output().unwrap();
        if let Some(writer) = writer {
            writer.join().unwrap();
        }
        Run { code: output.status.code(), stdout: output.stdout, stderr: output.stderr }
    }
}

impl Run {
    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Fails with all there is to know if the exit code is another one, and for a panic of the program whatever its code.
    #[track_caller]
    pub fn expect(&self, code: i32) -> &Self {
        let wrong = self.code != Some(code) || self.err().contains("internal error");
        assert!(
            !wrong,
            "exit code {:?}, expected {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.code,
            self.out(),
            self.err()
        );
        self
    }

    /// The lines of `-f jsonl`.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in line {line:?}\n--- stderr\n{}", self.err()))
        };
        self.out().lines().map(parse).collect()
    }

    /// The findings of `-f jsonl`.
    #[track_caller]
    pub fn findings(&self) -> Vec<Found> {
        let mut lines = self.lines();
        assert!(
            lines.pop().is_some_and(|l| l["summary"].is_object()),
            "no summary in the last line: {}{}",
            self.out(),
            self.err()
        );
        lines.into_iter().filter(|line| line.get("suppressed").is_none()).map(Found).collect()
    }

    /// The suppressed findings of `-f jsonl`.
    #[track_caller]
    pub fn suppressed(&self) -> Vec<Found> {
        let lines = self.lines().into_iter();
        lines.filter_map(|mut line| line.get_mut("suppressed").map(|s| Found(s.take()))).collect()
    }

    /// The summary of `-f jsonl`.
    #[track_caller]
    pub fn summary(&self) -> Value {
        let last = self.lines().pop().unwrap_or_else(|| panic!("no output\n--- stderr\n{}", self.err()));
        assert!(last["summary"].is_object(), "the last line is no summary: {last}");
        last["summary"].clone()
    }

    /// What the summary says could not be searched, one `subject: problem` a line.
    #[track_caller]
    pub fn errors(&self) -> String {
        let summary = self.summary();
        let lines = summary["errors"].as_array().unwrap().iter();
        lines.map(|e| format!("{}: {}\n", e["subject"].as_str().unwrap(), e["problem"].as_str().unwrap())).collect()
    }

    /// The only finding whose secret (with `--reveal`) is `secret`.
    #[track_caller]
    pub fn of(&self, secret: &str) -> Found {
        let mut of: Vec<_> = self.findings().into_iter().filter(|f| f.secret() == secret).collect();
        assert_eq!(of.len(), 1, "findings of {secret}: {}\n{}", self.out(), self.err());
        of.remove(0)
    }

    /// Whether a finding has this secret (with `--reveal`).
    #[track_caller]
    pub fn has(&self, secret: &str) -> bool {
        self.findings().iter().any(|f| f.secret() == secret)
    }
}

/// A finding of `-f jsonl`.
pub struct Found(pub Value);

impl Found {
    /// The rule.
    pub fn rule(&self) -> &str {
        self.0["rule_id"].as_str().unwrap()
    }

    /// The secret, masked or not.
    pub fn secret(&self) -> &str {
        self.0["secret"].as_str().unwrap()
    }

    /// All places, one string each: `place path:line:column-line:column commit in_head`, `-` for what is not known.
    pub fn places(&self) -> Vec<String> {
        let locations = self.0["locations"].as_array().unwrap().iter();
        locations
            .map(|l| {
                let commit = l["commit"].as_str().unwrap_or("-");
                let head = l["in_head"].as_bool().map_or("-", |h| if h { "in-head" } else { "gone" });
                let (place, path) = (l["place"].as_str().unwrap(), l["path"].as_str().unwrap());
                format!("{place} {path}:{}:{} {commit} {head}", l["line"], l["column"])
            })
            .collect()
    }

    /// What reaches each place: names of refs, or `stash`, `reflog`, `unreachable`; `-` for what is not known.
    pub fn reaches(&self) -> Vec<String> {
        let locations = self.0["locations"].as_array().unwrap().iter();
        locations
            .map(|l| {
                let refs: Vec<_> = l["refs"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
                if refs.is_empty() { l["reach"].as_str().unwrap_or("-").to_owned() } else { refs.join(" ") }
            })
            .collect()
    }

    /// All paths.
    pub fn paths(&self) -> Vec<String> {
        let locations = self.0["locations"].as_array().unwrap().iter();
        locations.map(|l| l["path"].as_str().unwrap().to_owned()).collect()
    }
}
