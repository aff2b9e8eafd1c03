//! Shallow and partial clones: nothing passes that was not looked at, and `--deepen` gets what is missing.

use crate::support::{Repo, git_at, github};
use crate::{ci, clone, github_event, holding, paths, pull, push};

/// Pain A2.
#[test]
fn a_shallow_clone_is_incomplete_and_deepen_completes_it() {
    let secret = github(430);
    let (repo, first, last) = Repo::with_removed(&secret);
    for depth in ["1", "2", "3"] {
        let shallow = clone(&repo, &format!("depth-{depth}"), &["--depth", depth]);
        let event = push("main", &first, &last);
        let run = github_event(&shallow, "push", &event, &[]);
        assert_eq!(run.code, Some(3), "depth {depth}: {}{}", run.out(), run.err());
        let errors = run.errors();
        assert!(errors.contains("`fetch-depth: 0` in actions/checkout") && errors.contains("--deepen"), "{errors}");
        let refs = git_at(&shallow, ["for-each-ref"]);
        let run = github_event(&shallow, "push", &event, &["--deepen"]);
        assert_eq!(paths(run.expect(1)), ["gone.env"], "depth {depth}");
        assert!(run.err().contains("fetched from origin, 50 commits deep"), "{}", run.err());
        assert_eq!(git_at(&shallow, ["for-each-ref"]), refs, "no ref is touched");
    }
}

#[test]
fn a_shallow_pull_request() {
    let secret = github(431);
    let (repo, first, _) = Repo::with_removed(&secret);
    repo.git(["switch", "-q", "-c", "topic", &first]);
    repo.commit_file("topic.env", holding(&secret));
    let head = repo.commit_file("more.txt", "more\n");
    let shallow = clone(&repo, "shallow", &["--depth", "1", "--branch", "topic"]);
    let run = github_event(&shallow, "pull_request", &pull(&first, &head), &[]);
    run.expect(3);
    let run = github_event(&shallow, "pull_request", &pull(&first, &head), &["--deepen"]);
    assert_eq!(paths(run.expect(1)), ["topic.env"]);
}

/// What no branch of the clone leads to is asked for by its id: the head of a pull request, where the target is checked out.
#[test]
fn the_head_of_a_pull_request_is_fetched_by_its_id() {
    let secret = github(436);
    let (repo, ..) = Repo::with_removed(&github(437));
    let base = repo.head();
    repo.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    repo.git(["switch", "-q", "-c", "topic"]);
    repo.commit_file("topic.env", holding(&secret));
    let head = repo.remove("topic.env").commit("remove");
    repo.git(["update-ref", "refs/pull/7/head", &head]);
    repo.git(["switch", "-q", "main"]);
    repo.git(["branch", "-q", "-D", "topic"]);
    let shallow = clone(&repo, "shallow", &["--depth", "1"]);
    let event = pull(&base, &head);
    let run = github_event(&shallow, "pull_request_target", &event, &[]);
    assert!(run.expect(3).errors().contains(&head), "{}", run.errors());
    let refs = git_at(&shallow, ["for-each-ref"]);
    let run = github_event(&shallow, "pull_request_target", &event, &["--deepen"]);
    assert_eq!(paths(run.expect(1)), ["topic.env"]);
    assert_eq!(git_at(&shallow, ["for-each-ref"]), refs, "no ref is touched");
}

#[test]
fn deepen_that_fails_is_incomplete() {
    let (repo, first, last) = Repo::with_removed(&github(432));
    let shallow = clone(&repo, "shallow", &["--depth", "1"]);
    git_at(&shallow, ["remote", "set-url", "origin", "file:///nowhere/at-all"]);
    let run = github_event(&shallow, "push", &push("main", &first, &last), &["--deepen"]);
    assert!(run.expect(3).errors().contains("failed with exit code"), "{}", run.errors());
}

/// The configuration of a checkout can name programs that git would run. None of them runs.
#[cfg(unix)]
#[test]
fn deepen_in_a_hostile_clone_runs_nothing_of_it() {
    let secret = github(433);
    let (repo, first, last) = Repo::with_removed(&secret);
    let shallow = clone(&repo, "shallow", &["--depth", "1"]);
    let witness = repo.beside("witness");
    let touch = format!("touch {}", witness.display());
    for name in [
        "core.sshCommand",
        "core.fsmonitor",
        "core.askPass",
        "core.gitProxy",
        "core.pager",
        "core.editor",
        "core.alternateRefsCommand",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
        "gpg.program",
        "hook.x.command",
    ] {
        git_at(&shallow, ["config", name, &touch]);
    }
    git_at(&shallow, ["config", "credential.helper", &format!("!{touch}")]);
    git_at(&shallow, ["config", "hook.x.event", "reference-transaction"]);
    git_at(&shallow, ["config", "core.hooksPath", "hooks"]);
    crate::support::write(&shallow, "hooks/reference-transaction", format!("#!/bin/sh\n{touch}\n"));
    let hook = shallow.join("hooks/reference-transaction");
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let run = github_event(&shallow, "push", &push("main", &first, &last), &["--deepen"]);
    assert_eq!(paths(run.expect(1)), ["gone.env"]);
    assert!(!witness.exists(), "a program of the configuration ran");
    // A transport that is a program is refused.
    let other = clone(&repo, "other", &["--depth", "1"]);
    git_at(&other, ["remote", "set-url", "origin", &format!("ext::sh -c {}", touch.replace(' ', "% "))]);
    github_event(&other, "push", &push("main", &first, &last), &["--deepen"]).expect(3);
    assert!(!witness.exists(), "ext:: ran");
}

/// Pain A3: blobs that a partial clone lacks are not clean.
#[test]
fn a_partial_clone_is_incomplete() {
    let (repo, first, last) = Repo::with_removed(&github(434));
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    let partial = clone(&repo, "partial", &["--filter=blob:none", "--no-checkout"]);
    let run = github_event(&partial, "push", &push("main", &first, &last), &[]);
    assert!(run.expect(3).errors().contains("cannot be read"), "{}", run.errors());
}

/// Pain A4: a linked worktree has the history of its repository.
#[test]
fn a_linked_worktree() {
    let secret = github(435);
    let (repo, first, last) = Repo::with_removed(&secret);
    let linked = repo.beside("linked");
    repo.git(["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    let run = github_event(&linked, "push", &push("main", &first, &last), &[]);
    assert_eq!(paths(run.expect(1)), ["gone.env"]);
    assert_eq!(paths(ci(&linked, &[], &[]).expect(1)), ["gone.env"]);
}
