//! `spillcheck ci`: events of GitHub as files, other services by their variables, against repositories made for each event.

#![allow(clippy::unwrap_used)]

#[path = "ci/deepen.rs"]
mod deepen;
#[path = "ci/github.rs"]
mod github;
#[path = "ci/services.rs"]
mod services;
mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{Repo, Run, Spillcheck, ZERO, git_at, holding, paths};

/// `spillcheck ci ARGS` in `folder` with these variables; findings as JSON lines, notes on standard error.
fn ci(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let run = Spillcheck::new(folder).args(["ci", "-f", "jsonl", "--reveal"]).args(args);
    variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

/// The same for an event of GitHub: the commits it brings alone.
fn github_event(folder: &Path, name: &str, payload: &Value, args: &[&str]) -> Run {
    let event = support::folder();
    let file = event.path().join("event.json");
    std::fs::write(&file, payload.to_string()).unwrap();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", file.to_str().unwrap())];
    ci(folder, &[&["--mode", "commits"], args].concat(), &variables)
}

/// The payload of a push to a branch. Names that a pusher chooses are hostile.
fn push(branch: &str, before: &str, after: &str) -> Value {
    json!({
        "ref": format!("refs/heads/{branch}"), "before": before, "after": after,
        "created": before == ZERO, "deleted": after == ZERO, "forced": false, "base_ref": null, "commits": [],
        "repository": { "full_name": "example/example", "default_branch": "main" },
        "pusher": { "name": "$(touch pusher)" }
    })
}

/// The payload of a pull request to `main`.
fn pull(base: &str, head: &str) -> Value {
    json!({
        "action": "synchronize", "number": 7,
        "pull_request": {
            "number": 7, "title": "`touch title`",
            "base": { "ref": "main", "sha": base }, "head": { "ref": "$(touch head)", "sha": head }
        }
    })
}

/// A clone beside the repository, over a transport that obeys `--depth`.
fn clone(repo: &Repo, name: &str, args: &[&str]) -> PathBuf {
    let (url, target) = (format!("file://{}", repo.path().display()), repo.beside(name));
    git_at(repo.path(), [&["clone", "-q"], args, &[&url, target.to_str().unwrap()]].concat());
    target
}
