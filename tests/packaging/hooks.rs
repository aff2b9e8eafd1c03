//! `.pre-commit-hooks.yaml`. Each entry runs here as pre-commit runs it: split at spaces, at the top of the repository.

use std::path::Path;
use std::process::Output;

use super::repository::{Repository, command};
use super::{BINARY, flat_list, leak, read, root};

fn hooks() -> Vec<(String, String)> {
    let list = flat_list(&read(root().join(".pre-commit-hooks.yaml")));
    list.into_iter().map(|hook| (hook["id"].clone(), hook["entry"].clone())).collect()
}

fn run(entry: &str, folder: &Path) -> Output {
    let mut words = entry.split(' ');
    assert_eq!(words.next(), Some("spillcheck"));
    command(BINARY, folder).args(words).env("PRE_COMMIT", "1").output().unwrap()
}

#[test]
fn ids_are_a_promise() {
    let ids: Vec<String> = hooks().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["spillcheck", "spillcheck-system"]);
}

#[test]
fn every_hook_has_what_pre_commit_wants() {
    for hook in flat_list(&read(root().join(".pre-commit-hooks.yaml"))) {
        let language = if hook["id"] == "spillcheck" { "rust" } else { "system" };
        assert_eq!(hook["language"], language);
        assert_eq!(hook["pass_filenames"], "false", "the index is scanned, not the files of the working tree");
        assert_eq!(
            hook["always_run"], "true",
            "what is staged is for the scanner to judge, whatever kind of file it is"
        );
        assert_eq!(hook["stages"], "[pre-commit]", "nothing is staged in any other stage");
        assert!(hook.contains_key("name"));
    }
}

#[test]
fn a_staged_leak_is_blocked() {
    for (id, entry) in hooks() {
        let repository = Repository::new();
        let line = leak(1);
        repository.stage("settings.env", &line);
        let output = run(&entry, &repository.path);
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
        let output = run(&entry, &repository.path);
        assert_eq!(output.status.code(), Some(0), "{id}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
