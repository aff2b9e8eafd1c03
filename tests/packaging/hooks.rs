//! `.pre-commit-hooks.yaml`. Each entry runs here as pre-commit runs it: split at spaces, at the top of the repository, files last.
//! The real client runs in tests/hook/.

use std::path::Path;
use std::process::Output;

use super::repository::{Repository, command};
use super::{BINARY, flat_list, leak, read, root};

/// Id and entry of the hooks that run before a commit.
fn hooks() -> Vec<(String, String)> {
    let list = flat_list(&read(root().join(".pre-commit-hooks.yaml")));
    let entries = list.into_iter().filter(|hook| hook["stages"].contains("pre-commit"));
    entries.map(|hook| (hook["id"].clone(), hook["entry"].clone())).collect()
}

fn run(entry: &str, folder: &Path, files: &[&str]) -> Output {
    // The entry of the container is its image and what follows the image's entry point.
    let words = entry.split(' ').skip(1);
    command(BINARY, folder).args(words).args(files).env("PRE_COMMIT", "1").output().unwrap()
}

#[test]
fn ids_are_a_promise() {
    let list = flat_list(&read(root().join(".pre-commit-hooks.yaml")));
    let ids: Vec<&str> = list.iter().map(|hook| hook["id"].as_str()).collect();
    assert_eq!(ids, ["spillcheck", "spillcheck-system", "spillcheck-docker", "spillcheck-push", "spillcheck-msg"]);
}

#[test]
fn every_hook_has_what_pre_commit_wants() {
    for hook in flat_list(&read(root().join(".pre-commit-hooks.yaml"))) {
        let id = hook["id"].as_str();
        let language = match id {
            "spillcheck-system" => "system",
            "spillcheck-docker" => "docker_image",
            _ => "python",
        };
        assert_eq!(hook["language"], language);
        let program = if id == "spillcheck-docker" { "ghcr.io/spillcheck/spillcheck" } else { "spillcheck" };
        let (stage, stages) = match id {
            "spillcheck-push" => ("pre-push", "[pre-push]"),
            "spillcheck-msg" => ("commit-msg", "[commit-msg]"),
            _ => ("pre-commit", "[pre-commit, pre-merge-commit, manual]"),
        };
        assert_eq!(hook["entry"], format!("{program} hook --stage {stage}"));
        assert_eq!(hook["stages"], stages);
        // Commits that add a secret and take it away again end without a file: a push is scanned whatever its files are.
        let of_push = (id == "spillcheck-push").then_some("always_run");
        assert_eq!(of_push.map(|key| hook[key].as_str()), of_push.map(|_| "true"));
        // Everywhere else files are passed: with `--all-files` nothing is staged.
        assert_eq!(hook.get("pass_filenames").map(String::as_str), of_push.map(|_| "false"));
        assert!(hook.contains_key("name") && hook.contains_key("description"));
    }
}

#[test]
fn a_staged_leak_is_blocked() {
    assert_eq!(hooks().len(), 3);
    for (id, entry) in hooks() {
        let repository = Repository::new();
        let line = leak(1);
        repository.stage("settings.env", &line);
        let output = run(&entry, &repository.path, &["settings.env"]);
        assert_eq!(output.status.code(), Some(1), "{id}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("settings.env:1:7"), "{id}: {text}");
        assert!(!text.contains(line.trim().strip_prefix("TOKEN=").unwrap()), "{id} prints the secret");
    }
}

#[test]
fn what_is_not_staged_is_not_looked_at() {
    for (id, entry) in hooks() {
        let repository = Repository::new();
        repository.commit("old.env", &leak(1));
        repository.stage("readme", "Nothing here.\n");
        std::fs::write(repository.path.join("untracked.env"), leak(2)).unwrap();
        let output = run(&entry, &repository.path, &["readme"]);
        assert_eq!(output.status.code(), Some(0), "{id}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn all_files_are_looked_at_where_nothing_is_staged() {
    for (id, entry) in hooks() {
        let repository = Repository::new();
        repository.commit("readme", "Nothing here.\n");
        repository.commit("old.env", &leak(1));
        let output = run(&entry, &repository.path, &["old.env", "readme"]);
        assert_eq!(output.status.code(), Some(1), "{id}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("old.env:1:7"), "{id}");
    }
}
