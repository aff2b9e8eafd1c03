//! Installing hooks, taking them away, and proving that they stop something: with real commits and pushes.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Repo, Run, Spillcheck, folder, git_at, github, write};
use crate::{holding, hook, repository};

/// Runs git as a user with the home folder `home`: its success, and all it printed.
fn git(at: &Path, home: &Path, args: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .current_dir(at)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .env("LC_ALL", "C")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(args)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// The same, with `y` as the answer to all questions.
fn answering_yes(at: &Path, home: &Path, args: &[&str]) -> (bool, String) {
    let script = "yes | git -c user.name=A -c user.email=a@example.org \"$@\"";
    let mut command = Command::new("sh");
    command.current_dir(at).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home);
    let output = command.args(["-c", script, "sh"]).args(args).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn with_home(at: &Path, home: &Path, args: &[&str]) -> Run {
    Spillcheck::new(at).args(["hook"]).args(args).env("HOME", home).run()
}

/// A shell script that a user could have had before.
fn script(path: &Path, text: &str) {
    write(path.parent().unwrap(), path.file_name().unwrap(), format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[track_caller]
fn stopped((success, said): (bool, String), place: &str) {
    assert!(!success && said.contains(place), "{said}");
}

#[track_caller]
fn passed((success, said): (bool, String)) {
    assert!(success, "{said}");
}

/// Pain A6: `commit -a`, `-p` and PATH have an index of their own.
#[test]
fn commits_of_every_kind() {
    let (repo, home) = (repository(), folder());
    hook(repo.path(), &["install"]).expect(0);
    let commit = |args: &[&str]| git(repo.path(), home.path(), &[&["commit", "-q", "-m", "message"], args].concat());
    repo.commit_file("a.env", "token=\n");
    repo.write("a.env", holding(&github(350)));
    stopped(commit(&["-a"]), "a.env:2:7  staged");
    stopped(commit(&["a.env"]), "a.env:2:7  staged");
    passed(commit(&["--allow-empty"]));
    repo.git(["add", "a.env"]);
    stopped(commit(&[]), "a.env:2:7  staged");
    passed(commit(&["--dry-run", "-a"]));
    repo.git(["reset", "-q"]);
    stopped(answering_yes(repo.path(), home.path(), &["commit", "-q", "-p", "-m", "message"]), "a.env:2:7  staged");
    repo.git(["add", "a.env"]);
    // What other files have does not count for a commit of one path.
    repo.write("b.txt", "b\n").git(["add", "b.txt"]);
    passed(commit(&["b.txt"]));
    repo.git(["reset", "-q", "--hard"]);
    passed(commit(&["--amend", "--allow-empty"]));
    stopped(
        git(repo.path(), home.path(), &["commit", "-q", "--allow-empty", "-m", &github(351)]),
        "<commit message>:1:1",
    );
}

/// An index in two files, and one with sparse folders, in the files that git makes for the length of a commit.
#[test]
fn commits_from_indexes_of_every_form() {
    for form in [&["update-index", "--split-index"][..], &["sparse-checkout", "set", "--cone", "--sparse-index", "src"]]
    {
        let (repo, home) = (repository(), folder());
        repo.write("out/a.txt", "a\n").commit_file("src/a.env", "token=\n");
        repo.git(["config", "core.splitIndex", if form[0] == "update-index" { "true" } else { "false" }]);
        repo.git(form);
        hook(repo.path(), &["install"]).expect(0);
        let commit = |args: &[&str]| git(repo.path(), home.path(), &[&["commit", "-q", "-m", "m"], args].concat());
        repo.write("src/a.env", "token=1\n");
        passed(commit(&["-a"]));
        repo.write("src/a.env", holding(&github(355)));
        for args in [&["-a"][..], &["src/a.env"]] {
            stopped(commit(args), "src/a.env:2:7  staged");
        }
        repo.git(["add", "src/a.env"]);
        stopped(commit(&[]), "src/a.env:2:7  staged");
        repo.git(["reset", "-q"]);
        stopped(answering_yes(repo.path(), home.path(), &["commit", "-q", "-p", "-m", "m"]), "src/a.env:2:7  staged");
    }
}

/// Pain A4: a linked worktree runs the hooks of its repository, on its own index.
#[test]
fn a_linked_worktree() {
    let (repo, home) = (repository(), folder());
    hook(repo.path(), &["install"]).expect(0);
    let linked = repo.beside("linked");
    repo.git(["worktree", "add", "-q", linked.to_str().unwrap(), "-b", "linked"]);
    write(&linked, "sub/a.env", holding(&github(352)));
    git_at(&linked, ["add", "."]);
    stopped(git(&linked, home.path(), &["commit", "-q", "-m", "m"]), "sub/a.env:2:7  staged");
    stopped(git(&linked.join("sub"), home.path(), &["commit", "-q", "-m", "m"]), "sub/a.env:2:7  staged");
    passed(git(repo.path(), home.path(), &["commit", "-q", "--allow-empty", "-m", "m"]));
    // Installing from there means the same hooks.
    let run = hook(&linked, &["install"]);
    assert!(
        run.expect(0).out().contains(&repo.path().join(".git/hooks/pre-commit").display().to_string()),
        "{}",
        run.out()
    );
    let run = hook(&linked, &["doctor"]);
    assert!(run.expect(0).out().contains("pre-commit: proved"), "{}", run.out());
}

#[test]
fn a_real_push() {
    let (repo, home) = (repository(), folder());
    let remote = repo.beside("remote.git");
    repo.git(["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
    let log = repo.beside("log");
    script(&repo.path().join(".git/hooks/pre-push"), &format!("cat >'{}'; echo \"$1\" >>'{0}'", log.display()));
    hook(repo.path(), &["install"]).expect(0);
    passed(git(repo.path(), home.path(), &["push", "-q", "origin", "main"]));
    // The hook that was there read the same lines.
    let lines = std::fs::read_to_string(&log).unwrap();
    assert!(lines.starts_with("refs/heads/main ") && lines.ends_with("origin\n"), "{lines}");
    repo.git(["branch", "clean"]);
    repo.git(["commit", "-q", "--no-verify", "--allow-empty", "-m", "x"]);
    repo.write("a.env", holding(&github(353))).git(["add", "a.env"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "secret"]);
    stopped(git(repo.path(), home.path(), &["push", "-q", "origin", "clean", "main"]), "a.env:2:7");
    passed(git(repo.path(), home.path(), &["push", "-q", "origin", "clean"]));
}

#[test]
fn what_was_there_runs_first_and_comes_back() {
    let (repo, home) = (repository(), folder());
    let path = repo.path().join(".git/hooks/pre-commit");
    let log = repo.beside("log");
    script(&path, &format!("echo ran >>'{}'; test ! -e '{}'", log.display(), repo.beside("veto").display()));
    let before = std::fs::read_to_string(&path).unwrap();
    let run = hook(repo.path(), &["install"]);
    assert!(run.expect(0).out().contains("pre-commit.before-spillcheck runs first"), "{}", run.out());
    assert_eq!(std::fs::read_to_string(repo.path().join(".git/hooks/pre-commit.before-spillcheck")).unwrap(), before);
    let commit = || git(repo.path(), home.path(), &["commit", "-q", "--allow-empty", "-m", "m"]);
    passed(commit());
    // Once more changes nothing.
    let installed = std::fs::read_to_string(&path).unwrap();
    hook(repo.path(), &["install"]).expect(0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), installed);
    write(&repo.beside(""), "veto", "");
    assert!(!commit().0, "the other hook's veto counts");
    std::fs::remove_file(repo.beside("veto")).unwrap();
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "ran\nran\n");
    // A hook that came since then is not overwritten, nor is the one that was kept.
    script(&path, "true");
    let run = hook(repo.path(), &["install"]);
    assert!(run.expect(2).err().contains("is taken"), "{}", run.err());
    std::fs::write(&path, &installed).unwrap();
    hook(repo.path(), &["uninstall"]).expect(0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert!(!repo.path().join(".git/hooks/pre-push").exists());
    let run = hook(repo.path(), &["uninstall"]);
    assert!(run.expect(0).out().contains("there was none"), "{}", run.out());
}

#[test]
fn a_hook_whose_program_is_gone_stops() {
    let (repo, home) = (repository(), folder());
    hook(repo.path(), &["install"]).expect(0);
    let path = repo.path().join(".git/hooks/pre-commit");
    let text = std::fs::read_to_string(&path).unwrap().replace(env!("CARGO_BIN_EXE_spillcheck"), "/nowhere/spillcheck");
    std::fs::write(&path, text).unwrap();
    stopped(git(repo.path(), home.path(), &["commit", "-q", "--allow-empty", "-m", "m"]), "nothing can be scanned");
}

#[test]
fn folders_that_others_manage() {
    let repo = repository();
    repo.git(["config", "core.hooksPath", "my-hooks"]);
    hook(repo.path(), &["install"]).expect(0);
    assert!(repo.path().join("my-hooks/pre-commit").exists() && !repo.path().join(".git/hooks/pre-commit").exists());
    repo.git(["config", "core.hooksPath", ".husky/_"]);
    let run = hook(repo.path(), &["install"]);
    assert!(run.expect(2).err().contains("spillcheck hook \"$@\""), "{}", run.err());
    assert!(!repo.path().join(".husky").exists());
}

/// For all repositories: those with hooks of their own keep them, all of them.
#[test]
fn for_all_repositories() {
    let (repo, home) = (repository(), folder());
    let log = repo.beside("log");
    for name in ["pre-commit", "post-commit"] {
        script(&repo.path().join(".git/hooks").join(name), &format!("echo {name} >>'{}'", log.display()));
    }
    write(home.path(), ".gitconfig", "[user]\n\tname = B\n");
    let run = with_home(repo.path(), home.path(), &["install", "--global"]);
    assert!(run.expect(0).out().contains("core.hooksPath"), "{}", run.out());
    assert!(std::fs::read_to_string(home.path().join(".gitconfig")).unwrap().contains("name = B"));
    passed(git(repo.path(), home.path(), &["commit", "-q", "--allow-empty", "-m", "m"]));
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "pre-commit\npost-commit\n");
    repo.write("a.env", holding(&github(354))).git(["add", "a.env"]);
    stopped(git(repo.path(), home.path(), &["commit", "-q", "-m", "m"]), "a.env:2:7  staged");
    let run = with_home(repo.path(), home.path(), &["doctor"]);
    assert!(run.expect(0).out().contains("core.hooksPath of all repositories"), "{}", run.out());
    // Git would not look at a repository's own.
    let run = with_home(repo.path(), home.path(), &["install"]);
    assert!(run.expect(2).err().contains("--global"), "{}", run.err());
    with_home(repo.path(), home.path(), &["uninstall", "--global"]).expect(0);
    passed(git(repo.path(), home.path(), &["commit", "-q", "-m", "m"]));
    assert!(!std::fs::read_to_string(home.path().join(".gitconfig")).unwrap().contains("hooksPath"));
    assert!(!home.path().join(".local/share/spillcheck/hooks").exists());
    // A folder that is set already is used, and stays set.
    let hooks = home.path().join("hooks");
    git(repo.path(), home.path(), &["config", "--global", "core.hooksPath", hooks.to_str().unwrap()]);
    with_home(repo.path(), home.path(), &["install", "--global"]).expect(0);
    assert!(hooks.join("pre-commit").exists());
    with_home(repo.path(), home.path(), &["uninstall", "--global"]).expect(0);
    assert!(!hooks.join("pre-commit").exists());
    assert!(std::fs::read_to_string(home.path().join(".gitconfig")).unwrap().contains("hooksPath"));
}

/// Everything below `folder`, with the bytes of its files.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(snapshot(&path));
        } else {
            all.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

/// Pain A6: the doctor proves that a hook stops a secret, and leaves nothing behind.
#[test]
fn the_doctor() {
    let repo: Repo = repository();
    let run = hook(repo.path(), &["doctor"]);
    assert!(run.expect(3).out().contains("pre-commit: there is none"), "{}", run.out());
    hook(repo.path(), &["install"]).expect(0);
    let before = snapshot(repo.path());
    let run = hook(repo.path(), &["doctor"]);
    run.expect(0);
    for stage in ["pre-commit", "commit-msg", "pre-push"] {
        assert!(run.out().contains(&format!("{stage}: proved: it stops a made-up secret")), "{}", run.out());
    }
    assert_eq!(snapshot(repo.path()), before);
    let path = repo.path().join(".git/hooks/pre-commit");
    for (text, verdict) in [
        ("exit 0", "IT DOES NOT STOP A SECRET"),
        // Scans what lies before HEAD: never anything that is staged.
        (&format!("exec '{}' scan --range HEAD..HEAD", env!("CARGO_BIN_EXE_spillcheck")), "IT DOES NOT STOP A SECRET"),
        ("exit 1", "it stops, but not for the made-up secret"),
        ("echo spillcheck-canary.env; exit 1", "it stops harmless text, too"),
    ] {
        script(&path, text);
        let run = hook(repo.path(), &["doctor"]);
        assert!(run.expect(3).out().contains(verdict), "{text}: {}", run.out());
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(hook(repo.path(), &["doctor"]).expect(3).out().contains("is not executable"));
}
