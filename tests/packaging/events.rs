//! The Action with one recorded event of each kind, and its inputs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::repository::Repository;
use super::runner::{Step, ZERO, on_push, pull_request, push, with_ref};
use super::{BINARY, leak, root};

fn merge_group(base: &str, head: &str) -> Value {
    json!({
        "action": "checks_requested",
        "merge_group": {
            "base_ref": "refs/heads/main",
            "base_sha": base,
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-0123456789012345678901234567890123456789",
            "head_sha": head
        },
        "repository": { "full_name": "example/example", "default_branch": "main" }
    })
}

/// What asks an API for the commits of a pull request sees the first page of thirty.
#[test]
fn a_pull_request_of_forty_commits_is_scanned_as_a_whole() {
    let repository = Repository::new();
    let base = repository.commit("readme", "Hello.\n");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    for n in 0..40 {
        if n == 35 {
            repository.commit("late.env", &leak(1));
            repository.remove("late.env");
        }
        repository.commit("readme", &format!("Hello {n}.\n"));
    }
    let head = repository.head();
    repository.git(&["checkout", "--quiet", "--detach", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "--message", "test merge", "topic"]);
    let run = Step::new(&repository, &repository.path, "pull_request", &pull_request(&base, &head)).run();
    assert_eq!((run.code, run.history()), (1, vec!["late.env"]), "{}", run.log);
    run.assert_outputs("1", "true");
}

#[test]
fn a_merge_queue_is_scanned_with_what_its_merges_bring() {
    let repository = Repository::new();
    repository.commit("old.env", &leak(5));
    let base = repository.remove("old.env");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.commit("readme", "Hello.\n");
    repository.git(&["checkout", "--quiet", "--detach", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "--no-commit", "topic"]);
    // Content that no parent of the merge has.
    repository.commit("merged.env", &leak(1));
    let head = repository.remove("merged.env");
    let run = Step::new(&repository, &repository.path, "merge_group", &merge_group(&base, &head)).run();
    assert_eq!((run.code, run.history()), (1, vec!["merged.env"]), "{}", run.log);
    let clean = Step::new(&repository, &repository.path, "merge_group", &merge_group(&head, &head)).run();
    assert_eq!(clean.code, 0, "{}", clean.log);
}

#[test]
fn the_head_of_a_pull_request_target_is_scanned_if_it_is_there() {
    let repository = Repository::new();
    let base = repository.commit("readme", "Hello.\n");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.commit("topic.env", &leak(1));
    let head = repository.remove("topic.env");
    repository.git(&["checkout", "--quiet", "main"]);
    let run = Step::new(&repository, &repository.path, "pull_request_target", &pull_request(&base, &head)).run();
    assert_eq!((run.code, run.history()), (1, vec!["topic.env"]), "{}", run.log);
}

#[test]
fn a_tag_is_scanned_with_what_leads_to_it() {
    let repository = Repository::new();
    repository.commit("old.env", &leak(1));
    repository.remove("old.env");
    repository.git(&["tag", "--annotate", "--message", "first", "v1"]);
    let tag = repository.git(&["rev-parse", "v1"]);
    let event = with_ref(push(ZERO, &tag), "refs/tags/v1");
    let run = Step::new(&repository, &repository.path, "push", &event).run();
    assert_eq!((run.code, run.history()), (1, vec!["old.env"]), "{}", run.log);
}

#[test]
fn severities_below_fail_on_are_told_and_do_not_fail() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    let password = spillcheck::rules::examples::expand("password = \"«{{password:18}}»\"\n", 3).unwrap().text;
    let after = repository.commit("app.ini", &password);
    let step = || Step::new(&repository, &repository.path, "push", &push(&before, &after));
    for (fail_on, code) in [("low", 1), ("high", 1), ("critical", 0), ("never", 0)] {
        let run = step().env("INPUT_FAIL_ON", fail_on).run();
        assert_eq!(run.code, code, "{fail_on}: {}", run.log);
        run.assert_outputs("1", "true");
        assert_eq!(run.annotations("error").len(), 1);
    }
    assert_eq!(step().env("INPUT_FAIL_ON", "always").run().code, 2);
    // An incomplete scan fails whatever is set.
    let after = repository.commit("readme", "Hello again.\n");
    let checkout = repository.clone_to("checkout", &["--depth=1"]);
    let event = push(&before, &after);
    let run = Step::new(&repository, &checkout, "push", &event).env("INPUT_FAIL_ON", "never").run();
    assert_eq!(run.code, 3, "{}", run.log);
    assert!(run.annotations("warning")[0].contains("the scan is incomplete"), "{}", run.log);
}

#[test]
fn mode_and_range_choose_what_is_scanned() {
    let repository = Repository::new();
    let first = repository.commit("old.env", &leak(1));
    let before = repository.remove("old.env");
    let after = repository.commit("new.env", &leak(2));
    let step = |name: &str, value: &str| {
        Step::new(&repository, &repository.path, "push", &push(&before, &after)).env(name, value).run()
    };
    let files = step("INPUT_MODE", "files");
    assert_eq!((files.files(), files.history()), (vec!["new.env"], vec![]), "{}", files.log);
    let all = step("INPUT_MODE", "all");
    assert_eq!((all.files(), all.history()), (vec!["new.env"], vec!["old.env"]), "{}", all.log);
    let history = step("INPUT_MODE", "history");
    assert_eq!(history.history(), ["new.env", "old.env"], "{}", history.log);
    let range = step("INPUT_RANGE", &first);
    assert_eq!((range.code, range.history()), (1, vec!["old.env"]), "{}", range.log);
    let nothing = step("INPUT_RANGE", &format!("{first}..{before}"));
    assert_eq!(nothing.code, 0, "{}", nothing.log);
    for (name, value) in [("INPUT_MODE", "some"), ("INPUT_RANGE", "--output=x"), ("INPUT_RANGE", "nothing..here")] {
        let run = step(name, value);
        assert_eq!((run.code, run.outputs["findings"].as_str()), (2, ""), "{name}={value}: {}", run.log);
    }
}

#[test]
fn more_than_ten_findings_are_counted() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    let lines: String = (0..13).map(leak).collect();
    let after = repository.commit("many.env", &lines);
    let run = on_push(&repository, &repository.path, &before, &after);
    assert_eq!((run.annotations("error").len(), run.annotations("notice").len()), (10, 1), "{}", run.log);
    assert!(run.annotations("notice")[0].contains("3 more findings are not annotated"));
    assert_eq!(run.summary.matches("many.env").count(), 13, "the summary has all of them");
}

/// A release is used only if it has the checksum that the workflow or the action's own source names.
#[cfg(unix)]
#[test]
fn a_release_without_its_checksum_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    let repository = Repository::new();
    let head = repository.commit("readme", "Hello.\n");
    let tools = repository.folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let release = repository.folder.path().join("release");
    fs::create_dir(&release).unwrap();
    std::os::unix::fs::symlink(BINARY, release.join("spillcheck")).unwrap();
    let archive = repository.folder.path().join("release.tar.gz");
    let packed = Command::new("tar").args(["-czhf"]).arg(&archive).arg("-C").arg(&release).arg("spillcheck").status();
    assert!(packed.unwrap().success());
    let sum = Command::new("sha256sum").arg(&archive).output().unwrap().stdout;
    let sum = String::from_utf8(sum).unwrap().split(' ').next().unwrap().to_owned();
    // Stands for the network: notes what is asked for.
    let curl = format!(
        "#!/bin/sh\nfor a; do case $a in https:*) echo \"$a\" >'{0}/asked';; esac; done\nwhile [ \"$1\" != --output ]; do shift; done\ncp '{1}' \"$2\"\n",
        tools.display(),
        archive.display()
    );
    fs::write(tools.join("curl"), curl).unwrap();
    fs::set_permissions(tools.join("curl"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let run_from = |source: &Path, checksum: &str| {
        let event = push(ZERO, &head);
        let step = Step::of(source, &repository, &repository.path, "push", &event).env("PATH", &path);
        let step = step.env("INPUT_BINARY", "").env("INPUT_VERSION", concat!("v", env!("CARGO_PKG_VERSION")));
        step.env("INPUT_CHECKSUM", checksum).run()
    };
    let run = |checksum: &str| run_from(&root(), checksum);
    let unknown = run("");
    assert_eq!(unknown.code, 2, "{}", unknown.log);
    assert!(unknown.log.contains("no checksum of spillcheck-") && !tools.join("asked").exists(), "{}", unknown.log);
    let wrong = run(&sum.chars().rev().collect::<String>());
    assert_eq!(wrong.code, 2, "{}", wrong.log);
    assert!(wrong.log.contains("has another checksum: it is not used"), "{}", wrong.log);
    let right = run(&sum.to_uppercase());
    assert_eq!(right.code, 0, "{}", right.log);
    let asked = fs::read_to_string(tools.join("asked")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let begin = format!("https://github.com/spillcheck/spillcheck/releases/download/v{version}/spillcheck-{version}-");
    assert!(asked.starts_with(&begin) && asked.trim().ends_with(".tar.gz"), "{asked}");
    // A released action knows the checksums of its programs.
    let source = repository.folder.path().join("source");
    fs::create_dir_all(source.join("action")).unwrap();
    fs::copy(root().join("action/run.sh"), source.join("action/run.sh")).unwrap();
    let name = asked.trim().rsplit('/').next().unwrap();
    let list = |sum: &str| fs::write(source.join("action/checksums.txt"), format!("{sum}  {name}\n")).unwrap();
    list(&sum);
    let known = run_from(&source, "");
    assert_eq!(known.code, 0, "{}", known.log);
    list(&sum.replace(|c: char| c.is_ascii_digit(), "f"));
    let other = run_from(&source, "");
    assert!(other.code == 2 && other.log.contains("has another checksum: it is not used"), "{}", other.log);
}
