//! Runs the `git` program: the only place that starts a process. Scanning never does; `ci --deepen` fetches with it, and
//! `hook doctor` runs the user's hook as git would.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A call of git.
pub struct Git(Command);

impl Git {
    /// Git in `folder`, with nothing to read and nobody to ask for a password.
    pub fn new(folder: &Path) -> Self {
        let mut command = Command::new("git");
        command.current_dir(folder).stdin(Stdio::null()).env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        Self(command)
    }

    /// A setting that is stronger than any file of configuration (git(1), `-c`).
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.0.arg("-c").arg(format!("{name}={value}"));
        self
    }

    /// More arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.args(args);
        self
    }

    /// A variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> io::Result<Output> {
        self.0.output()
    }
}
