//! A repository's configuration executes nothing.

use crate::support::{Repo, github, scan};
use crate::{both, files_of, history_of, holding};

#[cfg(unix)]
#[test]
fn nothing_of_a_hostile_configuration_is_executed() {
    use std::os::unix::fs::PermissionsExt;
    let (repo, secret) = (Repo::new(), github(140));
    let first = repo.commit_file("a.env", holding(&secret));
    repo.write("b.env", holding(&secret)).git(["add", "b.env"]);
    let marker = repo.beside("executed");
    let script = repo.beside("script");
    std::fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\n", marker.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let hooks = repo.path().join(".git/evil-hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in ["post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        std::fs::copy(&script, hooks.join(hook)).unwrap();
        std::fs::copy(&script, repo.path().join(".git/hooks").join(hook)).unwrap();
    }
    std::fs::write(repo.path().join(".gitattributes"), "*.env filter=evil diff=evil merge=evil\n").unwrap();
    let script = script.display();
    let config = format!(
        "\n[core]\n\tfsmonitor = {script}\n\thooksPath = {hooks}\n\tpager = {script}\n\teditor = {script}\n\tsshCommand = {script}\n\
         \tgitProxy = {script}\n\taskPass = {script}\n\tattributesFile = .gitattributes\n\
         [include]\n\tpath = /nonexistent/include\n\
         [includeIf \"gitdir:**\"]\n\tpath = /nonexistent/too\n\
         [alias]\n\tstatus = \"!{script}\"\n\tlog = \"!{script}\"\n\
         [filter \"evil\"]\n\tsmudge = {script}\n\tclean = {script}\n\tprocess = {script}\n\trequired = true\n\
         [diff]\n\texternal = {script}\n[diff \"evil\"]\n\tcommand = {script}\n\ttextconv = {script}\n\
         [merge \"evil\"]\n\tdriver = {script}\n\
         [credential]\n\thelper = !{script}\n[gpg]\n\tprogram = {script}\n\
         [remote \"origin\"]\n\turl = ext::{script}\n\tpromisor = true\n\tuploadpack = {script}\n\
         [extensions]\n\tpartialClone = origin\n",
        hooks = hooks.display()
    );
    let path = repo.path().join(".git/config");
    let old = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, old.replace("repositoryformatversion = 0", "repositoryformatversion = 1") + &config).unwrap();
    let place = format!("file a.env:2:7 {first} in-head");
    let run = both(repo.path());
    assert!(run.expect(1).of(&secret).places().contains(&place), "{}", run.out());
    history_of(repo.path()).expect(1);
    files_of(repo.path()).expect(1);
    scan(repo.path(), ["--staged"]).expect(1);
    scan(repo.path(), ["--range", "HEAD"]).expect(1);
    // A missing blob is not fetched, either: that would run the remote's command.
    std::fs::remove_file(repo.loose(&repo.id("HEAD:a.env"))).unwrap();
    history_of(repo.path()).expect(3);
    let executed = std::fs::read_to_string(&marker).unwrap_or_default();
    assert!(!marker.exists(), "{executed}");
}

#[test]
fn a_working_tree_elsewhere_is_not_scanned() {
    let (repo, secret) = (Repo::new(), github(141));
    repo.commit_file("readme", "base\n");
    crate::support::write(&repo.beside("elsewhere"), "a.env", holding(&secret));
    let elsewhere = repo.beside("elsewhere");
    repo.git(["config", "core.worktree", elsewhere.to_str().unwrap()]);
    let run = both(repo.path());
    run.expect(0);
    assert_eq!(run.summary()["stats"]["files"], 1, "{}", run.out());
}

/// Half a GiB of nothing packs into half a MiB: it is not unpacked, and the report says so.
#[test]
fn an_object_that_unpacks_to_more_than_the_limit() {
    let (repo, secret) = (Repo::new(), github(0x513));
    std::fs::File::create(repo.path().join("bomb")).unwrap().set_len((512 << 20) + 1).unwrap();
    repo.write("a.env", holding(&secret)).commit("a large one");
    repo.remove("bomb").commit("gone");
    repo.git(["repack", "-a", "-d", "-q"]);
    let run = history_of(repo.path());
    assert_eq!(run.expect(1).findings().len(), 1);
    assert_eq!(run.summary()["skipped"]["too-large"], 1, "{}", run.out());
}

/// What waits for ever when it is opened is refused, and said.
#[cfg(unix)]
#[test]
fn pipes_in_place_of_files() {
    let fifo = |path: &std::path::Path| {
        let _ = std::fs::remove_file(path);
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    for name in
        ["HEAD", "config", "packed-refs", "index", "shallow", "info/exclude", "refs/heads/pipe", "objects/ab/cd"]
    {
        let (repo, secret) = (Repo::new(), github(340));
        repo.commit_file("a.env", holding(&secret));
        let path = repo.path().join(".git").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        fifo(&path);
        let run = both(repo.path());
        assert!(run.expect(3).errors().contains(name), "{name}: {}", run.errors());
        // Where git's ignore rules can be read, the files are scanned all the same.
        assert_eq!(run.has(&secret), name != "info/exclude", "{name}: {}", run.out());
        assert!(history_of(repo.path()).expect(2).err().contains("is no regular file"), "{name}");
    }
    for config in [
        "[include]\n\tpath = pipe\n",
        "[includeIf \"gitdir:**\"] path = \"../.git/pipe\"\n",
        "[include]\npath = next\n",
    ] {
        let (repo, secret) = (Repo::new(), github(341));
        repo.commit_file("a.env", holding(&secret));
        fifo(&repo.path().join(".git/pipe"));
        repo.write(".git/next", "[Include]\n\tPath=pipe\n");
        let path = repo.path().join(".git/config");
        let old = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, old + config).unwrap();
        let run = both(repo.path());
        assert!(run.expect(3).has(&secret) && run.errors().contains("pipe is no regular file"), "{}", run.errors());
    }
    let (repo, here, below) = (Repo::new(), github(342), github(343));
    repo.write("a.env", holding(&here)).write("sub/b.env", holding(&below));
    fifo(&repo.path().join("sub/.gitignore"));
    let run = files_of(repo.path());
    assert!(run.expect(3).has(&here) && !run.has(&below));
    assert!(run.errors().contains("sub/.gitignore: is no regular file"), "{}", run.errors());
}
