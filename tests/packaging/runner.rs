//! A step of a job as a runner runs it: the event as a file, outputs in a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::repository::{Repository, command};
use super::{BINARY, read, root};

pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

/// What a push event says, in the form GitHub sends; what the action does not read is shortened. Strings that a pusher
/// chooses are hostile here.
pub(crate) fn push(before: &str, after: &str) -> Value {
    json!({
        "ref": "refs/heads/$(touch${IFS}ref)",
        "before": before,
        "after": after,
        "created": before == ZERO,
        "deleted": after == ZERO,
        "forced": false,
        "base_ref": null,
        "compare": "https://github.com/example/example/compare",
        "commits": [{
            "id": after,
            "message": "`touch message`\n::set-output name=findings::0",
            "timestamp": "2026-01-02T03:04:05Z",
            "author": { "name": "$(touch author)", "email": "test@example.org" }
        }],
        "repository": { "full_name": "example/example", "default_branch": "main" },
        "pusher": { "name": "\"; touch pusher; \"", "email": "test@example.org" }
    })
}

pub(crate) fn pull_request(base: &str, head: &str) -> Value {
    json!({
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "title": "$(touch title)",
            "base": { "ref": "main", "sha": base },
            "head": { "ref": "`touch head`", "sha": head }
        }
    })
}

pub(crate) fn with_ref(mut event: Value, name: &str) -> Value {
    event["ref"] = name.into();
    event
}

pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) log: String,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) sarif: Value,
    /// The step summary.
    pub(crate) summary: String,
}

impl Run {
    fn results(&self, category: &str) -> Vec<&str> {
        let runs = self.sarif["runs"].as_array().unwrap_or_else(|| panic!("no SARIF\n{}", self.log));
        let of = runs.iter().filter(|r| r["automationDetails"]["id"] == format!("spillcheck/{category}/"));
        of.flat_map(|r| r["results"].as_array().unwrap())
            .map(|r| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
            .collect()
    }

    /// In files of today.
    pub(crate) fn files(&self) -> Vec<&str> {
        self.results("files")
    }

    /// In history alone.
    pub(crate) fn history(&self) -> Vec<&str> {
        self.results("history")
    }

    pub(crate) fn annotations(&self, name: &str) -> Vec<&str> {
        self.log.lines().filter(|l| l.starts_with(&format!("::{name} "))).collect()
    }

    pub(crate) fn assert_outputs(&self, findings: &str, complete: &str) {
        let code = self.code.to_string();
        let expected = [("findings", findings), ("complete", complete), ("exit-code", &code)];
        for (name, value) in expected {
            assert_eq!(self.outputs[name], value, "{name}\n{}", self.log);
        }
    }
}

/// A step of a job: `bash run.sh` in the checkout.
pub(crate) struct Step {
    command: Command,
    temporary: PathBuf,
    files: PathBuf,
}

impl Step {
    pub(crate) fn new(repository: &Repository, checkout: &Path, name: &str, event: &Value) -> Self {
        Self::of(&root(), repository, checkout, name, event)
    }

    /// The same with the action's source in the folder `source`.
    pub(crate) fn of(source: &Path, repository: &Repository, checkout: &Path, name: &str, event: &Value) -> Self {
        let temporary = repository.folder.path().join("runner");
        let files = repository.folder.path().join("step");
        for folder in [&temporary, &files] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir(folder).unwrap();
        }
        fs::write(files.join("event.json"), event.to_string()).unwrap();
        let mut command = command("bash", checkout);
        command
            .arg(source.join("action/run.sh"))
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", files.join("event.json"))
            .env("GITHUB_OUTPUT", files.join("output"))
            .env("GITHUB_STEP_SUMMARY", files.join("summary"))
            .env("GITHUB_ACTIONS", "true")
            .env("CI", "true")
            .env("RUNNER_TEMP", &temporary)
            .env("INPUT_PATH", ".")
            .env("INPUT_MODE", "auto")
            .env("INPUT_DEEPEN", "false")
            .env("INPUT_CONFIDENCE", "medium")
            .env("INPUT_FAIL_ON", "low")
            .env("INPUT_BINARY", BINARY);
        for empty in ["RANGE", "CONFIG", "BASELINE", "SARIF", "VERSION", "CHECKSUM"] {
            command.env(format!("INPUT_{empty}"), "");
        }
        Self { command, temporary, files }
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn run(mut self) -> Run {
        let output = self.command.output().unwrap();
        let log = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let written = fs::read_to_string(self.files.join("output")).unwrap_or_default();
        let outputs: BTreeMap<String, String> = written
            .lines()
            .map(|line| line.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let sarif = outputs.get("sarif").filter(|path| !path.is_empty()).map(read);
        let sarif = sarif.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        let left: Vec<_> = fs::read_dir(&self.temporary).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|n| n == "spillcheck.sarif" || n == "spillcheck-target"), "left behind: {left:?}");
        let summary = fs::read_to_string(self.files.join("summary")).unwrap_or_default();
        Run { code: output.status.code().unwrap_or_else(|| panic!("killed\n{log}")), log, outputs, sarif, summary }
    }
}

pub(crate) fn on_push(repository: &Repository, checkout: &Path, before: &str, after: &str) -> Run {
    Step::new(repository, checkout, "push", &push(before, after)).run()
}
