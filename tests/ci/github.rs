//! Events of GitHub Actions.

use serde_json::json;

use crate::support::{Repo, git_at, github};
use crate::{ZERO, ci, clone, github_event, holding, paths, pull, push};

#[test]
fn a_push_brings_what_lies_between() {
    let (repo, old, gone, new) = (Repo::new(), github(400), github(401), github(402));
    let before = repo.commit_file("old.env", holding(&old));
    let guilty = repo.commit_file("gone.env", holding(&gone));
    repo.remove("gone.env").commit("remove");
    let after = repo.commit_file("new.env", holding(&new));
    let run = github_event(repo.path(), "push", &push("main", &before, &after), &[]);
    assert_eq!(paths(run.expect(1)), ["gone.env", "new.env"]);
    assert_eq!(run.of(&gone).places(), [format!("history gone.env:2:7 {guilty} gone")]);
    assert_eq!(run.summary()["stats"]["commits"], 3);
    assert!(run.err().contains("GitHub Actions: push to main: commits "), "{}", run.err());
    // Nothing new: said, and clean.
    github_event(repo.path(), "push", &push("main", &after, &after), &[]).expect(0);
    let run = github_event(repo.path(), "push", &push("main", &after, ZERO), &[]);
    assert!(run.expect(0).err().contains("was deleted"), "{}", run.err());
}

/// Pain A8: set arithmetic, all parents, the root included.
#[test]
fn a_new_branch_brings_what_the_default_branch_lacks() {
    let (repo, old, new) = (Repo::new(), github(403), github(404));
    let root = repo.commit_file("old.env", holding(&old));
    repo.git(["switch", "-q", "-c", "topic"]);
    let tip = repo.commit_file("new.env", holding(&new));
    let run = github_event(repo.path(), "push", &push("topic", ZERO, &tip), &[]);
    assert_eq!(paths(run.expect(1)), ["new.env"]);
    // The first push of the default branch: all of it, with the root commit.
    let run = github_event(repo.path(), "push", &push("main", ZERO, &root), &[]);
    assert_eq!(run.expect(1).of(&old).places(), [format!("history old.env:2:7 {root} in-head")]);
    // Two new branches with the same commits in one push: neither run takes them for known.
    repo.git(["branch", "twin"]);
    let full = clone(&repo, "full", &[]);
    for name in ["topic", "twin"] {
        let run = github_event(&full, "push", &push(name, ZERO, &tip), &[]);
        assert_eq!(paths(run.expect(1)), ["new.env"], "{name}");
    }
}

#[test]
fn a_forced_push_whose_old_tip_is_gone() {
    let (repo, base, new) = (Repo::new(), github(405), github(406));
    repo.commit_file("base.env", holding(&base));
    repo.git(["switch", "-q", "-c", "topic"]);
    let tip = repo.commit_file("new.env", holding(&new));
    let gone = "1".repeat(40);
    let run = github_event(repo.path(), "push", &push("topic", &gone, &tip), &[]);
    assert_eq!(paths(run.expect(1)), ["new.env"]);
    assert!(run.err().contains("is gone (a forced push)"), "{}", run.err());
}

#[test]
fn a_tag_brings_what_came_since_the_tags_before() {
    let (repo, first, second) = (Repo::new(), github(407), github(408));
    repo.commit_file("first.env", holding(&first));
    repo.git(["tag", "v1"]);
    repo.commit_file("second.env", holding(&second));
    repo.git(["tag", "-a", "-m", "two", "v2"]);
    repo.commit_file("later.txt", "later\n");
    repo.git(["tag", "v3"]);
    let tag = |name: &str, id: &str| json!({ "ref": format!("refs/tags/{name}"), "before": ZERO, "after": id, "repository": { "default_branch": "main" } });
    let run = github_event(repo.path(), "push", &tag("v2", &repo.id("v2")), &[]);
    assert_eq!(paths(run.expect(1)), ["second.env"]);
    let run = github_event(repo.path(), "push", &tag("v1", &repo.id("v1")), &[]);
    assert_eq!(paths(run.expect(1)), ["first.env"]);
    // A checkout of a tag lacks the tag's object: what is checked out is the commit.
    repo.git(["checkout", "-q", "v2"]);
    let run = github_event(repo.path(), "push", &tag("v2", &"1".repeat(40)), &[]);
    assert_eq!(paths(run.expect(1)), ["second.env"]);
    let variables = [("GITHUB_EVENT_NAME", "release"), ("GITHUB_REF", "refs/tags/v2")];
    let run = ci(repo.path(), &["--mode", "commits"], &variables);
    assert_eq!(paths(run.expect(1)), ["second.env"]);
}

/// A pull request as GitHub checks it out: the test merge. `base.sha` of the payload lags behind.
#[test]
fn a_pull_request_at_its_test_merge() {
    let (repo, old, proposed, meanwhile) = (Repo::new(), github(409), github(410), github(411));
    let stale = repo.commit_file("old.env", holding(&old));
    repo.git(["switch", "-q", "-c", "topic"]);
    let head = repo.commit_file("topic.env", holding(&proposed));
    repo.git(["switch", "-q", "main"]);
    repo.commit_file("main.env", holding(&meanwhile));
    repo.git(["checkout", "-q", "--detach", "main"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "test merge", "topic"]);
    let run = github_event(repo.path(), "pull_request", &pull(&stale, &head), &[]);
    assert_eq!(paths(run.expect(1)), ["topic.env"], "neither the old one nor what main got meanwhile");
    assert!(run.err().contains("their test merge"), "{}", run.err());
    // Checked out at its head: the branch of the target is as good.
    repo.git(["checkout", "-q", &head]);
    let run = github_event(repo.path(), "pull_request", &pull(&stale, &head), &[]);
    assert_eq!(paths(run.expect(1)), ["topic.env"]);
    // Nothing of the target is there, and the clone is whole: everything is scanned, nothing is guessed.
    repo.git(["branch", "-D", "-q", "main"]);
    let run = github_event(repo.path(), "pull_request", &pull(&"1".repeat(40), &head), &[]);
    assert_eq!(paths(run.expect(1)), ["old.env", "topic.env"]);
    assert!(run.err().contains("all commits that lead to"), "{}", run.err());
}

/// Pain A7 and B9: what the merges on the branch bring, and far more than thirty commits.
#[test]
fn a_long_pull_request_with_merges() {
    let (repo, early, merged) = (Repo::new(), github(412), github(413));
    let base = repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "-c", "topic"]);
    repo.commit_file("early.env", holding(&early));
    repo.remove("early.env").commit("remove");
    for n in 0..40 {
        repo.commit_file("counter", format!("{n}\n"));
    }
    repo.git(["switch", "-q", "main"]);
    let main = repo.commit_file("main.txt", "main\n");
    repo.git(["switch", "-q", "topic"]);
    repo.git(["merge", "-q", "--no-ff", "--no-commit", "main"]);
    let head = repo.commit_file("merged.env", holding(&merged));
    for base in [&base, &main] {
        let run = github_event(repo.path(), "pull_request", &pull(base, &head), &[]);
        assert_eq!(paths(run.expect(1)), ["early.env", "merged.env"]);
        assert_eq!(run.summary()["stats"]["commits"], 43);
    }
}

#[test]
fn a_merge_queue() {
    let (repo, old, queued) = (Repo::new(), github(414), github(415));
    let base = repo.commit_file("old.env", holding(&old));
    repo.git(["switch", "-q", "-c", "topic"]);
    repo.commit_file("queued.env", holding(&queued));
    repo.git(["switch", "-q", "main"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "queue", "topic"]);
    let payload = json!({ "action": "checks_requested", "merge_group": {
        "head_sha": repo.head(), "head_ref": "refs/heads/gh-readonly-queue/main/pr-7", "base_sha": base, "base_ref": "refs/heads/main",
    }});
    let run = github_event(repo.path(), "merge_group", &payload, &[]);
    assert_eq!(paths(run.expect(1)), ["queued.env"]);
}

/// `pull_request_target` checks out the target: the head has to be fetched, or nothing can be said of it.
#[test]
fn a_pull_request_target() {
    let (repo, secret) = (Repo::new(), github(416));
    let base = repo.commit_file("readme", "base\n");
    let without = clone(&repo, "without", &["--single-branch"]);
    repo.git(["switch", "-q", "-c", "topic"]);
    let head = repo.commit_file("topic.env", holding(&secret));
    let run = github_event(&without, "pull_request_target", &pull(&base, &head), &[]);
    assert!(run.expect(3).errors().contains("`git fetch origin refs/pull/7/head` gets it"), "{}", run.errors());
    git_at(&without, ["fetch", "-q", "origin", &head]);
    let run = github_event(&without, "pull_request_target", &pull(&base, &head), &[]);
    assert_eq!(paths(run.expect(1)), ["topic.env"]);
}

/// No event is skipped: one that brings no commits has all of history scanned.
#[test]
fn everything_else_scans_everything() {
    let (repo, secret) = (Repo::new(), github(417));
    repo.commit_file("gone.env", holding(&secret));
    repo.remove("gone.env").commit("remove");
    for name in ["schedule", "workflow_dispatch", "issue_comment", "an_event_of_the_future"] {
        let run = github_event(repo.path(), name, &json!({}), &[]);
        assert_eq!(paths(run.expect(1)), ["gone.env"], "{name}");
        assert!(run.err().contains("all of history is scanned"), "{name}: {}", run.err());
    }
    let run = ci(repo.path(), &[], &[]);
    assert_eq!(paths(run.expect(1)), ["gone.env"], "outside of any service");
    let run = github_event(repo.path(), "delete", &json!({}), &[]);
    assert!(run.expect(0).err().contains("a ref was deleted"), "{}", run.err());
}

#[test]
fn modes_and_ranges() {
    let (repo, old, new, loose) = (Repo::new(), github(418), github(419), github(420));
    repo.commit_file("old.env", holding(&old));
    let before = repo.remove("old.env").commit("remove");
    let after = repo.commit_file("new.env", holding(&new));
    repo.write("loose.env", holding(&loose));
    let payload = push("main", &before, &after);
    for (mode, expected) in [
        ("auto", &["loose.env", "new.env"][..]),
        ("commits", &["new.env"]),
        ("files", &["loose.env", "new.env"]),
        ("history", &["new.env", "old.env"]),
        ("all", &["loose.env", "new.env", "old.env"]),
    ] {
        let file = repo.beside("event.json");
        std::fs::write(&file, payload.to_string()).unwrap();
        let args = ["--mode", mode, "--event", file.to_str().unwrap(), "--event-name", "push"];
        assert_eq!(paths(ci(repo.path(), &args, &[]).expect(1)), expected, "{mode}");
    }
    let run = ci(repo.path(), &["--range", "HEAD~1..HEAD"], &[]);
    assert_eq!(paths(run.expect(1)), ["new.env"]);
    let run = ci(repo.path(), &["--range", "nope..HEAD"], &[]);
    assert!(run.expect(2).err().contains("nope"), "{}", run.err());
}

/// Nothing of an event becomes an option, an expression or a command; what makes no sense ends the run.
#[test]
fn hostile_and_broken_events() {
    let repo = Repo::new();
    let head = repo.commit_file("readme", "base\n");
    for id in ["HEAD", "--upload-pack=touch x", "$(touch x)", "", "main..HEAD", &head[..12], &head.to_uppercase()] {
        for payload in [push("main", id, &head), push("main", &head, id)] {
            let run = github_event(repo.path(), "push", &payload, &[]);
            assert!(run.expect(2).err().contains("should be an object id"), "{id:?}: {}", run.err());
        }
        github_event(repo.path(), "pull_request", &pull(&head, id), &[]).expect(2);
    }
    let mut payload = push("main", ZERO, &head);
    payload["repository"]["default_branch"] = json!("../../../HEAD");
    payload["ref"] = json!("refs/heads/x\n::error::\u{1b}[31m");
    let run = github_event(repo.path(), "push", &payload, &[]);
    assert!(!run.expect(0).err().contains("\n::error::") && !run.err().contains('\u{1b}'), "{}", run.err());
    for text in ["", "[]", "{", "null", "{\"before\": 1, \"after\": []}"] {
        let file = repo.beside("event.json");
        std::fs::write(&file, text).unwrap();
        ci(repo.path(), &["--event", file.to_str().unwrap(), "--event-name", "push"], &[]).expect(2);
    }
    ci(repo.path(), &["--event", "nowhere.json", "--event-name", "push"], &[]).expect(2);
    ci(repo.path(), &[], &[("GITHUB_EVENT_NAME", "push")]).expect(2);
    let folder = crate::support::folder();
    assert!(ci(folder.path(), &[], &[]).expect(2).err().contains("not in a git repository"));
    assert!(!repo.path().join("x").exists() && !repo.path().join("pusher").exists());
}
