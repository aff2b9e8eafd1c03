//! Commands that change a baseline: update, prune, merge, audit.

use std::path::Path;

use super::{FILE, baseline, edit, entries, jsonl, read};
use crate::support::{Repo, Run, Spillcheck, folder, github, write};

#[test]
fn update_adds_and_prune_takes_out() {
    let repo = Repo::new();
    let tokens: Vec<String> = (20..24).map(github).collect();
    repo.commit_file("a.env", format!("a={}\nb={}\n", tokens[0], tokens[1]));
    baseline(repo.path(), ["update"]).expect(2);
    baseline(repo.path(), ["create"]).expect(0);
    let again = baseline(repo.path(), ["create"]);
    assert!(again.expect(2).err().contains("there is a baseline already"), "{}", again.err());
    let first = entries(repo.path());
    let text = read(repo.path()).replace(&first[0], &first[0].replace("unreviewed", "allow")) + "\n";
    repo.write(FILE, text);
    repo.commit_file("c.env", format!("c={}\n", tokens[2]));
    let run = baseline(repo.path(), ["update", "--reason", "second round"]);
    assert!(run.expect(0).out().starts_with("1 entry added to "), "{}", run.out());
    let second = entries(repo.path());
    assert_eq!(second.len(), 3);
    assert!(second.iter().any(|l| l.contains(" allow ")), "what was decided stays: {second:?}");
    assert_eq!(second.iter().filter(|l| l.ends_with("reason=\"second round\"")).count(), 1);
    baseline(repo.path(), ["update"]).expect(0);
    assert_eq!(entries(repo.path()), second, "nothing new, nothing changed");
    // Gone from the files, it still stands in history.
    repo.remove("c.env").commit("remove");
    let run = baseline(repo.path(), ["prune"]);
    assert!(run.expect(0).out().starts_with("0 entries taken out"), "{}", run.out());
    let run = baseline(repo.path(), ["prune", "--no-history"]);
    assert!(run.expect(0).out().contains("(0 expired, 1 found no longer); 2 left"), "{}", run.out());
    edit(
        repo.path(),
        " allow ",
        " allow github-personal-access-token",
        " allow github-personal-access-token until=2024-01-01",
    );
    let run = baseline(repo.path(), ["prune"]);
    assert!(run.expect(0).out().contains("(1 expired, 0 found no longer); 1 left"), "{}", run.out());
    // What a part of the repository does not hold may stand elsewhere.
    repo.write("sub/x", "x\n");
    for args in
        [&["prune", "sub"][..], &["prune", "--staged"], &["prune", "--history-only"], &["prune", "--only", "aws-*"]]
    {
        baseline(repo.path(), args.iter().copied()).expect(2);
    }
    // Nor what the scan could not see.
    std::fs::write(repo.path().join(".git/shallow"), format!("{}\n", repo.head())).unwrap();
    let run = baseline(repo.path(), ["prune"]);
    assert!(run.expect(3).out().starts_with("Nothing is pruned"), "{}", run.out());
    assert_eq!(entries(repo.path()).len(), 1);
}

#[test]
fn baselines_merge_line_by_line_and_with_the_command() {
    let repo = Repo::new();
    repo.write(".gitattributes", format!("{FILE} merge=union\n"));
    repo.commit_file("a.env", format!("a={}\n", github(30)));
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.write("b.env", format!("b={}\n", github(31)));
    baseline(repo.path(), ["create", "--no-history"]).expect(0);
    repo.commit("side");
    repo.git(["checkout", "-q", "main"]);
    repo.write("c.env", format!("c={}\n", github(32)));
    baseline(repo.path(), ["create", "--no-history"]).expect(0);
    repo.commit("main");
    repo.git(["merge", "-q", "-m", "merge", "side"]);
    // Two keys, and an entry of each for the first token.
    assert_eq!(read(repo.path()).matches("\nkey ").count(), 2);
    assert_eq!(entries(repo.path()).len(), 4);
    assert_eq!(jsonl(repo.path(), &[]).expect(0).summary()["suppressed"]["baseline"], 3);
    baseline(repo.path(), ["update"]).expect(0);
    assert_eq!(entries(repo.path()).len(), 3, "one for each secret");
    baseline(repo.path(), ["prune"]).expect(0);
    assert_eq!(read(repo.path()).matches("\nkey ").count(), 1);
    jsonl(repo.path(), &[]).expect(0);
    // The command, as a merge driver would call it.
    for (name, rev) in [("ours", "main~1"), ("theirs", "side")] {
        repo.write(name, repo.git(["show", &format!("{}:{FILE}", if name == "ours" { "main^1" } else { rev })]) + "\n");
    }
    baseline(repo.path(), ["merge", "ours", "theirs", "-o", "both"]).expect(0);
    repo.write(FILE, std::fs::read_to_string(repo.path().join("both")).unwrap());
    assert_eq!(jsonl(repo.path(), &[]).expect(0).summary()["suppressed"]["baseline"], 3);
    // An unresolved conflict is told.
    repo.write(FILE, format!("<<<<<<< HEAD\n{}", read(repo.path())));
    let run = jsonl(repo.path(), &[]);
    assert!(run.expect(2).err().contains(&format!("{FILE}:1: a merge conflict")), "{}", run.err());
}

fn audit(folder: &Path, args: &[&str], answers: &str) -> Run {
    Spillcheck::new(folder).args(["baseline", "audit"]).args(args).stdin(answers).run()
}

#[test]
fn an_audit_writes_down_what_is_decided() {
    let folder = folder();
    let root = folder.path();
    for n in 0..4 {
        write(root, format!("{n}.env"), format!("token={}\n", github(40 + n)));
    }
    let states = || {
        let mut all: Vec<String> = entries(root).iter().map(|l| l[40..].to_owned()).collect();
        all.sort();
        all
    };
    // Without a baseline one is made; skipping back and forth decides nothing.
    let run = audit(root, &[], "?\ns\nb\nn\nsample of the docs\nf\nk\na\nq\n");
    let out = run.expect(0).out();
    assert!(out.contains("\n1 of 4\n") && out.contains("0.env:1:7") && out.contains("a secret that may stay"), "{out}");
    assert!(out.ends_with("1 of 4 findings are left to decide.\n"), "{out}");
    let rule = "github-personal-access-token";
    let wanted =
        [format!("allow {rule}"), format!("false-alarm {rule} reason=\"sample of the docs\""), format!("keep {rule}")];
    assert_eq!(states(), wanted);
    assert_eq!(jsonl(root, &[]).expect(1).summary()["findings"], 2, "the kept one and the one that is left");
    // Only what is left is asked; the end of the input is the end of the audit.
    let run = audit(root, &[], "");
    assert!(run.expect(0).out().contains("\n1 of 1\n"), "{}", run.out());
    assert_eq!(states(), wanted);
    // A note that holds the secret is not taken.
    let run = audit(root, &[], &format!("n\nit is {}\na\n", github(43)));
    assert!(run.expect(0).out().contains("Not taken: "), "{}", run.out());
    assert!(run.out().contains("All 4 findings are decided"), "{}", run.out());
    assert_eq!(states().iter().filter(|s| s.contains("reason=")).count(), 1);
    // All again: what is there is shown and can be changed.
    let run = audit(root, &["--all"], "a\na\na\na\n");
    assert!(run.expect(0).out().contains("  now: keep "), "{}", run.out());
    assert!(states().iter().all(|s| s.starts_with("allow ")), "{:?}", states());
    assert_eq!(states().len(), 4);
}

/// The same in a terminal, with colours and a cursor.
#[test]
fn an_audit_in_a_terminal() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use crate::support::tools;

    let Some(script) = tools::on_path("script") else {
        return tools::not_run("the audit in a terminal", "`script` of util-linux is not on the PATH");
    };
    let folder = folder();
    let root = folder.path();
    write(root, "a.env", format!("token={}\n", github(45)));
    write(root, "b.env", format!("token={}\n", github(46)));
    let command = format!("{} baseline audit", env!("CARGO_BIN_EXE_spillcheck"));
    let mut child = Command::new(script)
        .args(["-qefc", &command, "/dev/null"])
        .current_dir(root)
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"n\nmade up\na\nf\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{out}");
    assert!(out.contains("1 of 2") && out.contains("[k]eep reporting") && out.contains("\u{1b}["), "{out}");
    assert!(out.contains("All 2 findings are decided"), "{out}");
    let rule = "github-personal-access-token";
    let mut states: Vec<String> = entries(root).iter().map(|l| l[40..].to_owned()).collect();
    states.sort();
    assert_eq!(states, [format!("allow {rule} reason=\"made up\""), format!("false-alarm {rule}")]);
}
