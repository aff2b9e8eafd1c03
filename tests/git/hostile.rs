//! A repository's configuration executes nothing.

use crate::support::{Repo, Spillcheck, github, scan};
use crate::{both, files_of, history_of, holding};

/// Settings of every kind that names a command, as far as git knows them.
#[cfg(unix)]
fn commands(script: &str, hooks: &str) -> String {
    format!(
        "[core]\n\tfsmonitor = {script}\n\thooksPath = {hooks}\n\tpager = {script}\n\teditor = {script}\n\tsshCommand = {script}\n\
         \tgitProxy = {script}\n\taskPass = {script}\n\talternateRefsCommand = {script}\n\tattributesFile = .gitattributes\n\
         [alias]\n\tstatus = \"!{script}\"\n\tlog = \"!{script}\"\n\
         [filter \"evil\"]\n\tsmudge = {script}\n\tclean = {script}\n\tprocess = {script}\n\trequired = true\n\
         [diff]\n\texternal = {script}\n[diff \"evil\"]\n\tcommand = {script}\n\ttextconv = {script}\n\
         [merge \"evil\"]\n\tdriver = {script}\n\
         [credential]\n\thelper = !{script}\n[gpg]\n\tprogram = {script}\n[gpg \"ssh\"]\n\tdefaultKeyCommand = {script}\n\
         [log]\n\tshowSignature = true\n[pager]\n\tlog = {script}\n[sequence]\n\teditor = {script}\n\
         [uploadpack]\n\tpackObjectsHook = {script}\n[trailer \"evil\"]\n\tcommand = {script}\n\
         [protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n\
         [remote \"origin\"]\n\turl = ext::{script}\n\tpromisor = true\n\tuploadpack = {script}\n\treceivepack = {script}\n\
         [submodule \"evil\"]\n\tupdate = !{script}\n\turl = ext::{script}\n"
    )
}

/// Directly, in included files (of which one includes another), and in that of the working tree.
#[cfg(unix)]
#[test]
fn nothing_of_a_hostile_configuration_is_executed() {
    use std::os::unix::fs::PermissionsExt;
    for place in
        ["here", "include", "included by included", "includeIf gitdir:**", "includeIf onbranch:main", "worktree"]
    {
        let (repo, secret) = (Repo::new(), github(140));
        let first = repo.commit_file("a.env", holding(&secret));
        repo.write("b.env", holding(&secret)).git(["add", "b.env"]);
        let marker = repo.beside("executed");
        let script = repo.beside("script");
        std::fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\n", marker.display())).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let hooks = repo.path().join(".git/evil-hooks");
        std::fs::create_dir(&hooks).unwrap();
        for hook in ["post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"]
        {
            std::fs::copy(&script, hooks.join(hook)).unwrap();
            std::fs::copy(&script, repo.path().join(".git/hooks").join(hook)).unwrap();
        }
        std::fs::write(repo.path().join(".gitattributes"), "*.env filter=evil diff=evil merge=evil\n").unwrap();
        let commands = commands(script.to_str().unwrap(), hooks.to_str().unwrap());
        let outside = repo.beside("outside.config");
        let include = |what: &str, path: &std::path::Path| format!("[{what}]\n\tpath = {}\n", path.display());
        let config = match place.split_once(' ') {
            _ if place == "here" => commands.clone(),
            _ if place == "include" => include("include", &outside),
            Some(("includeIf", condition)) => include(&format!("includeIf \"{condition}\""), &outside),
            Some(_) => include("include", &repo.beside("first.config")),
            None => String::new(),
        };
        std::fs::write(repo.beside("first.config"), include("include", &outside)).unwrap();
        std::fs::write(if place == "worktree" { repo.path().join(".git/config.worktree") } else { outside }, &commands)
            .unwrap();
        let path = repo.path().join(".git/config");
        let old = std::fs::read_to_string(&path)
            .unwrap()
            .replace("repositoryformatversion = 0", "repositoryformatversion = 1");
        let extensions = "\n[extensions]\n\tpartialClone = origin\n\tworktreeConfig = true\n";
        std::fs::write(&path, old + extensions + &config).unwrap();
        // It would be: git does.
        let git =
            |args: &[&str]| std::process::Command::new("git").args(args).current_dir(repo.path()).output().unwrap();
        git(&["diff"]);
        assert!(marker.exists(), "{place}: the trap is not set");
        std::fs::remove_file(&marker).unwrap();
        let run = both(repo.path());
        let found = format!("file a.env:2:7 {first} in-head");
        assert!(run.expect(1).of(&secret).places().contains(&found), "{place}: {}", run.out());
        history_of(repo.path()).expect(1);
        files_of(repo.path()).expect(1);
        for args in [&["--staged"][..], &["--range", "HEAD"], &["--since", "2020-01-01"], &["--submodules"]] {
            scan(repo.path(), args).expect(1);
        }
        for args in [&["hook"][..], &["ci"], &["ci", "--mode", "all"]] {
            Spillcheck::new(repo.path()).args(args).run().expect(1);
        }
        // A missing blob is not fetched, either: that would run the remote's command.
        std::fs::remove_file(repo.loose(&repo.id("HEAD:a.env"))).unwrap();
        // (The line above asks git, which may have run something.)
        let _ = std::fs::remove_file(&marker);
        history_of(repo.path()).expect(3);
        scan(repo.path(), ["--range", "HEAD"]).expect(3);
        let executed = std::fs::read_to_string(&marker).unwrap_or_default();
        assert!(!marker.exists(), "{place}: {executed}");
        git(&["cat-file", "-p", "HEAD:a.env"]);
        assert!(marker.exists(), "{place}: git fetches it");
    }
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

/// A repository cannot have the configuration of another folder taken for its own, whatever it says of its working tree.
#[test]
fn the_configuration_of_a_working_tree_elsewhere_is_not_read() {
    let quiet = "[[allow]]\npaths = [\"**\"]\nreason = \"another folder's\"\n";
    for is_there in [true, false] {
        let (repo, secret) = (Repo::new(), github(142));
        repo.commit_file("a.env", holding(&secret));
        let elsewhere = repo.beside("another-tree");
        crate::support::write(&elsewhere, ".spillcheck.toml", if is_there { quiet } else { "rubbish" });
        crate::support::write(&elsewhere, ".gitleaksignore", "rubbish\n");
        repo.write("b.env", holding(&secret)).git(["add", "b.env"]);
        // (That configuration works where it is one.)
        if is_there {
            repo.write(".spillcheck.toml", quiet);
            assert!(scan(repo.path(), ["-f", "jsonl", "--staged"]).expect(0).findings().is_empty());
            std::fs::remove_file(repo.path().join(".spillcheck.toml")).unwrap();
        }
        repo.git(["config", "core.worktree", elsewhere.to_str().unwrap()]);
        let git_folder = repo.path().join(".git");
        std::fs::create_dir(repo.path().join("sub")).unwrap();
        for folder in [repo.path(), &repo.path().join("sub"), &git_folder] {
            for args in [
                &["scan", "--staged"][..],
                &["scan", "--range", "HEAD"],
                &["scan", "--since", "2020-01-01"],
                &["hook"],
                &["hook", "--stage", "pre-push", "origin", "url"],
                &["ci", "--mode", "history"],
            ] {
                let run = Spillcheck::new(folder).args(args).args(["-f", "jsonl", "--reveal"]).run();
                assert!(run.expect(1).has(&secret), "{folder:?} {args:?}: {}", run.out());
                assert!(
                    !run.out().contains("another-tree") && !run.err().contains("another-tree"),
                    "{folder:?} {args:?}"
                );
            }
        }
        // Its own is read.
        repo.write(".spillcheck.toml", quiet);
        let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--range", "HEAD"]);
        assert!(run.expect(0).findings().is_empty() && run.out().contains(".spillcheck.toml"), "{}", run.out());
    }
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
        assert!(history_of(repo.path()).expect(3).errors().contains("is no regular file"), "{name}");
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
