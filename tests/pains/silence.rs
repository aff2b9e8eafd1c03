//! A scan that did not take place, and nobody noticed.

use std::path::Path;

use serde_json::json;

use crate::support::{Repo, git_at, github, write};
use crate::{ZERO, event, found, holding, paths, run};

fn push(before: &str, after: &str) -> serde_json::Value {
    json!({ "ref": "refs/heads/main", "before": before, "after": after, "repository": { "default_branch": "main" } })
}

#[test]
fn a1_a_failed_git_scan_is_not_clean() {
    let (repo, ..) = Repo::with_removed(&github(800));
    let wrong = run(repo.path(), &["scan", "--range", "nonexistentref..HEAD"], &[]);
    assert!(wrong.expect(2).err().contains("bad revision \"nonexistentref\""), "{}", wrong.err());
    let wrong =
        run(repo.path(), &["hook"], &[("PRE_COMMIT_FROM_REF", "nonexistentref"), ("PRE_COMMIT_TO_REF", "HEAD")]);
    assert!(wrong.expect(2).err().contains("nonexistentref"), "{}", wrong.err());
    // An object that cannot be read: the rest is scanned, and the scan is incomplete.
    std::fs::remove_file(repo.loose(&repo.id("HEAD:new.txt"))).unwrap();
    let part = found(repo.path(), &["scan", "--history-only"], &[]);
    assert_eq!(paths(part.expect(3)), ["gone.env"]);
    assert_eq!(part.summary()["complete"], false);
    let part = found(repo.path(), &["scan", "--range", "HEAD~1..HEAD"], &[]);
    assert!(part.expect(3).errors().contains("cannot be read"), "{}", part.errors());
    // Whoever wants to live with it says so.
    found(repo.path(), &["scan", "--range", "HEAD~1..HEAD", "--allow-incomplete"], &[]).expect(0);
}

#[test]
fn a2_a_shallow_clone_is_not_clean() {
    let (repo, first, last) = Repo::with_removed(&github(801));
    let url = format!("file://{}", repo.path().display());
    let shallow = repo.beside("shallow");
    git_at(repo.path(), ["clone", "-q", "--depth", "1", &url, shallow.to_str().unwrap()]);
    for run in [event(&shallow, "push", &push(&first, &last)), found(&shallow, &["scan", "--history-only"], &[])] {
        assert!(run.expect(3).errors().contains("shallow"), "{}", run.errors());
        assert!(run.errors().contains("fetch-depth: 0"), "the one line that mends it: {}", run.errors());
    }
    // The missing commits are fetched if that is asked for.
    let file = repo.beside("event.json");
    std::fs::write(&file, push(&first, &last).to_string()).unwrap();
    let args = ["ci", "--mode", "commits", "--deepen", "--event-name", "push", "--event", file.to_str().unwrap()];
    assert_eq!(paths(found(&shallow, &args, &[]).expect(1)), ["gone.env"]);
}

#[test]
fn a3_a_partial_clone_is_not_clean() {
    let (repo, first, last) = Repo::with_removed(&github(802));
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    let (url, partial) = (format!("file://{}", repo.path().display()), repo.beside("partial"));
    git_at(repo.path(), ["clone", "-q", "--filter=blob:none", "--no-checkout", &url, partial.to_str().unwrap()]);
    // Older versions of git mark such a clone as one that only those may open who know what it is.
    for mark in [&["config", "core.repositoryFormatVersion", "1"][..], &["config", "extensions.partialClone", "origin"]]
    {
        git_at(&partial, mark);
        for run in [event(&partial, "push", &push(&first, &last)), found(&partial, &["scan", "--history-only"], &[])] {
            assert_eq!(run.expect(3).summary()["complete"], false);
            assert!(!run.errors().is_empty());
        }
    }
}

#[test]
fn a4_a_linked_worktree_is_scanned_like_the_main_one() {
    let secret = github(803);
    let (repo, ..) = Repo::with_removed(&secret);
    let linked = repo.beside("linked");
    repo.git(["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    let places = |at| found(at, &["scan", "--history-only"], &[]).expect(1).of(&secret).places();
    assert_eq!(places(&linked), places(repo.path()));
    // Its own index, not that of the main one.
    write(&linked, "staged.env", holding(&github(804)));
    git_at(&linked, ["add", "staged.env"]);
    assert_eq!(paths(found(&linked, &["hook"], &[]).expect(1)), ["staged.env"]);
    found(repo.path(), &["hook"], &[]).expect(0);
}

#[test]
fn a5_files_of_a_framework_are_scanned_where_nothing_is_staged() {
    let repo = Repo::new();
    repo.write("a.env", holding(&github(805))).commit_file("b.txt", "b\n");
    let framework = [("PRE_COMMIT", "1")];
    // pre-commit run --all-files, --files, and a hook that is passed no names.
    for args in [&["hook", "--stage", "pre-commit", "a.env", "b.txt"][..], &["hook", "--stage", "pre-commit"]] {
        let run = run(repo.path(), args, &framework);
        assert!(run.expect(1).out().contains("a.env:2:7"), "{args:?}: {}", run.out());
        assert!(run.out().contains("Searched 2 "), "it says how much: {}", run.out());
    }
    let clean = run(repo.path(), &["hook", "b.txt"], &framework);
    assert!(clean.expect(0).out().contains("searched 1 file, 2 bytes"), "{}", clean.out());
    // Nothing at all in CI is no pass.
    assert!(run(repo.path(), &["hook"], &[("CI", "true")]).expect(3).out().contains("nothing was scanned"));
}

#[test]
fn a6_a_hook_that_can_never_fire_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    repo.commit_file("a.env", "token=\n");
    run(repo.path(), &["hook", "install"], &[]).expect(0);
    let doctor = run(repo.path(), &["hook", "doctor"], &[]);
    assert!(doctor.expect(0).out().contains("pre-commit: proved: it stops a made-up secret"), "{}", doctor.out());
    // A range from HEAD on is always empty.
    let hook = repo.path().join(".git/hooks/pre-commit");
    write(&repo.path().join(".git/hooks"), "pre-commit", "#!/bin/sh\nspillcheck scan --range HEAD..HEAD\n");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = Path::new(env!("CARGO_BIN_EXE_spillcheck")).parent().unwrap();
    let path = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let doctor = run(repo.path(), &["hook", "doctor"], &[("PATH", &path)]);
    assert!(doctor.expect(3).out().contains("IT DOES NOT STOP A SECRET"), "{}", doctor.out());
    // `git commit -a` stages in an index of its own.
    let other = repo.path().join(".git/other");
    std::fs::copy(repo.path().join(".git/index"), &other).unwrap();
    repo.write("a.env", holding(&github(806))).git(["add", "a.env"]);
    std::fs::rename(repo.path().join(".git/index"), repo.beside("of-the-commit")).unwrap();
    std::fs::rename(other, repo.path().join(".git/index")).unwrap();
    let index = [("GIT_INDEX_FILE", repo.beside("of-the-commit"))];
    let index = index.each_ref().map(|(name, value)| (*name, value.to_str().unwrap()));
    assert_eq!(paths(found(repo.path(), &["hook"], &index).expect(1)), ["a.env"]);
}

#[test]
fn a7_what_only_a_merge_commit_brings_is_found() {
    let (repo, secret) = (Repo::new(), github(807));
    let base = repo.commit_file("readme", "base\n");
    let merge = repo.merge_that_brings("merged.env", holding(&secret));
    let tip = repo.remove("merged.env").commit("remove");
    let place = format!("history merged.env:2:7 {merge} gone");
    for args in [&["scan", "--history-only"][..], &["scan", "--range", &format!("{base}..{tip}")]] {
        assert_eq!(found(repo.path(), args, &[]).expect(1).of(&secret).places(), [place.as_str()]);
    }
    assert_eq!(paths(event(repo.path(), "push", &push(&base, &tip)).expect(1)), ["merged.env"]);
}

#[test]
fn a8_the_commits_of_the_event_are_scanned_and_no_others() {
    let repo = Repo::new();
    let root = repo.commit_file("root.env", holding(&github(808)));
    repo.git(["switch", "-q", "-c", "topic"]);
    repo.commit_file("topic.env", holding(&github(809)));
    repo.git(["switch", "-q", "-c", "other", "main"]);
    repo.commit_file("other.env", holding(&github(810)));
    repo.git(["switch", "-q", "main"]);
    repo.commit_file("main.env", holding(&github(811)));
    // The branch took in what the target got meanwhile: with the old base all of that would be its own.
    repo.git(["switch", "-q", "topic"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "main into topic", "main"]);
    let head = repo.head();
    repo.git(["checkout", "-q", "--detach", "main"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "test merge", "topic"]);
    // The base of the payload lags behind; other branches do not fail the pull request.
    let pull =
        json!({ "pull_request": { "number": 7, "base": { "ref": "main", "sha": root }, "head": { "sha": head } } });
    assert_eq!(paths(event(repo.path(), "pull_request", &pull).expect(1)), ["topic.env"]);
    // A first push has a root commit, which has no parent.
    let first = event(repo.path(), "push", &push(ZERO, &root));
    assert_eq!(paths(first.expect(1)), ["root.env"]);
}
