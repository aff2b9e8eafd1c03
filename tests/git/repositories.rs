//! Several repositories in one run: below a folder, in a list, as submodules.

use std::path::Path;

use crate::support::{Repo, Run, Spillcheck, folder, git_at, github, scan, write};
use crate::{both, files_of, history_of, holding};

/// A repository in `folder` with `secret` in a file that was deleted; the commit that brought it.
fn inside(folder: &Path, name: &str, secret: &str) -> String {
    let path = folder.join(name);
    git_at(folder, ["init", "-q", name]);
    write(&path, "gone.env", holding(secret));
    git_at(&path, ["add", "-A"]);
    git_at(&path, ["commit", "-q", "-m", "one"]);
    let first = git_at(&path, ["rev-parse", "HEAD"]);
    git_at(&path, ["rm", "-q", "gone.env"]);
    write(&path, "readme", "base\n");
    git_at(&path, ["add", "-A"]);
    git_at(&path, ["commit", "-q", "-m", "two"]);
    first
}

#[test]
fn repositories_below_a_folder() {
    let (folder, one, two, bare, plain) = (folder(), github(400), github(401), github(402), github(403));
    let root = folder.path();
    let first = inside(root, "one", &one);
    std::fs::create_dir(root.join("deep")).unwrap();
    let second = inside(&root.join("deep"), "two", &two);
    let third = inside(root, "three", &bare);
    git_at(root, ["clone", "-q", "--bare", "three", "three.git"]);
    std::fs::remove_dir_all(root.join("three")).unwrap();
    write(root, "plain.env", holding(&plain));
    let run = both(root);
    assert_eq!(run.expect(1).of(&one).places(), [format!("history one/gone.env:2:7 {first} gone")]);
    assert_eq!(run.of(&two).places(), [format!("history deep/two/gone.env:2:7 {second} gone")]);
    assert_eq!(run.of(&bare).places(), [format!("history three.git/gone.env:2:7 {third} gone")]);
    assert_eq!(run.of(&plain).places(), ["file plain.env:2:7 - -"]);
    assert_eq!(run.summary()["stats"]["commits"], 6);
    // History alone finds the same repositories, files alone none.
    let run = history_of(root);
    assert!(run.expect(1).has(&one) && run.has(&two) && run.has(&bare) && !run.has(&plain));
    let run = files_of(root);
    assert!(run.expect(1).has(&plain) && run.findings().len() == 1);
    // A folder without any has no history.
    let empty = crate::support::folder();
    history_of(empty.path()).expect(2);
}

#[test]
fn a_repository_inside_a_repository() {
    let (repo, outer, inner, tracked) = (Repo::new(), github(404), github(405), github(406));
    repo.commit_file("a.env", holding(&outer));
    let first = inside(repo.path(), "vendor", &inner);
    repo.write("vendor/.gitignore", "*.env\n").write("vendor/kept.env", holding(&tracked));
    git_at(&repo.path().join("vendor"), ["add", "-f", "kept.env"]);
    let run = both(repo.path());
    assert_eq!(run.expect(1).of(&inner).places(), [format!("history vendor/gone.env:2:7 {first} gone")]);
    assert_eq!(run.of(&outer).paths(), ["a.env"]);
    assert_eq!(run.of(&tracked).paths(), ["vendor/kept.env"], "tracked by the inner repository");
    // What the outer one ignores is not walked.
    repo.write(".gitignore", "vendor/\n");
    assert!(!both(repo.path()).expect(1).has(&inner));
    assert!(scan(repo.path(), ["-f", "jsonl", "--reveal", "--no-ignore"]).expect(1).has(&inner));
}

/// A linked working tree inside the main one has the same history.
#[test]
fn a_linked_worktree_inside_is_no_second_history() {
    let (repo, secret) = (Repo::new(), github(407));
    let first = repo.commit_file("gone.env", holding(&secret));
    repo.remove("gone.env").commit_file("readme", "base\n");
    repo.git(["worktree", "add", "-q", "--detach", "trees/linked"]);
    let run = both(repo.path());
    assert_eq!(run.expect(1).of(&secret).places(), [format!("history gone.env:2:7 {first} gone")]);
    assert_eq!(run.summary()["stats"]["commits"], 2);
    assert_eq!(run.summary()["stats"]["files"], 2, "the files of both");
}

#[test]
fn a_broken_repository_inside() {
    let (folder, one, two) = (folder(), github(408), github(409));
    let root = folder.path();
    inside(root, "good", &one);
    inside(root, "sha256", &two);
    std::fs::remove_dir_all(root.join("sha256/.git")).unwrap();
    git_at(root, ["init", "-q", "--object-format=sha256", "sha256"]);
    write(root, "sha256/here.env", holding(&two));
    write(root, "lost/.git", "gitdir: ../nowhere\n");
    let run = both(root);
    assert!(run.expect(3).has(&one) && run.has(&two), "{}", run.out());
    assert!(run.errors().contains("sha256: ") && run.errors().contains("SHA-256"), "{}", run.errors());
    assert!(
        run.errors().contains("lost: cannot open git repository: its .git leads to no repository"),
        "{}",
        run.errors()
    );
}

/// A repository with a submodule, which has one of its own: two secrets that only their histories have.
fn with_submodules() -> (Repo, [String; 2], [String; 2]) {
    let (outer, secrets) = (Repo::new(), [github(410), github(411)]);
    let sources = outer.beside("sources");
    std::fs::create_dir(&sources).unwrap();
    let commits = [inside(&sources, "lib", &secrets[0]), inside(&sources, "deep", &secrets[1])];
    let lib = sources.join("lib");
    git_at(&lib, ["submodule", "--quiet", "add", sources.join("deep").to_str().unwrap(), "inner"]);
    git_at(&lib, ["commit", "-q", "-m", "inner"]);
    outer.git(["submodule", "--quiet", "add", lib.to_str().unwrap(), "libs/lib"]);
    outer.git(["submodule", "--quiet", "update", "--init", "--recursive"]);
    outer.commit("submodule");
    (outer, secrets, commits)
}

#[test]
fn submodules_on_demand() {
    let (outer, secrets, commits) = with_submodules();
    outer.write("libs/lib/inner/here.env", holding(&github(412)));
    let run = both(outer.path());
    assert!(run.expect(1).has(&github(412)) && run.findings().len() == 1, "their files are files: {}", run.out());
    assert_eq!(run.summary()["skipped"]["submodule"], 1);
    for mode in [&["--submodules"][..], &["--submodules", "--history-only"]] {
        let run = scan(outer.path(), ["-f", "jsonl", "--reveal"].iter().chain(mode));
        let found = run.expect(1).of(&secrets[0]);
        assert_eq!(found.places(), [format!("history libs/lib/gone.env:2:7 {} gone", commits[0])], "{mode:?}");
        let found = run.of(&secrets[1]);
        assert_eq!(found.places(), [format!("history libs/lib/inner/gone.env:2:7 {} gone", commits[1])], "{mode:?}");
        assert_eq!(run.summary()["skipped"]["submodule"], serde_json::Value::Null);
        assert_eq!(run.summary()["stats"]["commits"], 1 + 3 + 2, "each once");
    }
    // Not checked out any more, and still here.
    outer.git(["submodule", "--quiet", "deinit", "-f", "--all"]);
    let run = scan(outer.path(), ["-f", "jsonl", "--reveal", "--submodules"]);
    assert!(run.expect(1).has(&secrets[0]) && run.has(&secrets[1]), "{}", run.out());
}

#[test]
fn a_submodule_that_is_not_here() {
    let (outer, secrets, _) = with_submodules();
    let clone = outer.beside("clone");
    git_at(outer.path(), ["clone", "-q", ".", clone.to_str().unwrap()]);
    let run = scan(&clone, ["-f", "jsonl", "--reveal", "--submodules"]);
    assert!(!run.expect(3).has(&secrets[0]));
    assert!(run.errors().contains("submodule libs/lib: its repository is not here"), "{}", run.errors());
    assert_eq!(both(&clone).expect(0).summary()["skipped"]["submodule"], 1);
}

/// As git made them before 1.7.8: the git folder lies in the working tree.
#[test]
fn a_submodule_with_a_git_folder_of_its_own() {
    let (outer, secret) = (Repo::new(), github(419));
    let first = inside(outer.path(), "sub", &secret);
    outer.write(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ../sub\n");
    let tip = git_at(&outer.path().join("sub"), ["rev-parse", "HEAD"]);
    outer.git(["update-index", "--add", "--cacheinfo", &format!("160000,{tip},sub")]);
    outer.git(["add", ".gitmodules"]);
    outer.git(["commit", "-q", "-m", "submodule"]);
    // It lies there like any other repository, and is scanned like one, asked for or not.
    for args in [&[][..], &["--submodules"], &["--history-only", "--submodules"], &["--full-search"]] {
        let run = scan(outer.path(), ["-f", "jsonl", "--reveal"].iter().chain(args));
        assert_eq!(run.expect(1).of(&secret).places(), [format!("history sub/gone.env:2:7 {first} gone")], "{args:?}");
        let summary = run.summary();
        assert_eq!(summary["stats"]["commits"], 1 + 2, "{args:?}: each once");
        assert_eq!(
            (run.errors(), &summary["skipped"]["submodule"]),
            (String::new(), &serde_json::Value::Null),
            "{args:?}"
        );
    }
}

/// What `.gitmodules` says is not believed: no name leads out, no address is asked, no command is run.
#[cfg(unix)]
#[test]
fn odd_submodules() {
    let (outer, secret) = (Repo::new(), github(420));
    outer.commit_file("readme", "base\n");
    let outside = outer.beside("outside");
    std::fs::create_dir(&outside).unwrap();
    inside(&outside, "victim", &secret);
    let marker = outer.beside("executed");
    let settings = format!(
        "[submodule \"../../outside/victim\"]\n\tpath = up\n\turl = ../outside/victim\n\
         [submodule \"twice\"]\n\tpath = ../outside/victim\n\turl = ext::sh -c touch% {0}\n\tupdate = !touch {0}\n\
         [submodule \"twice\"]\n\tpath = ../outside/victim\n\turl = --upload-pack=touch {0}\n\
         [submodule \"--upload-pack=touch {0}\"]\n\tpath = -option\n\turl = -u./touch\n\
         [submodule \"no path\"]\n\turl = {1}\n[submodule \"absolute\"]\n\tpath = {1}\n",
        marker.display(),
        outside.join("victim").display(),
    );
    outer.write(".gitmodules", settings);
    let head = outer.head();
    for path in ["up", "-option", "nowhere"] {
        outer.git(["update-index", "--add", "--cacheinfo", &format!("160000,{head},{path}")]);
    }
    outer.git(["add", ".gitmodules"]);
    outer.git(["commit", "-q", "-m", "submodules"]);
    // What lies among the git folders of submodules and leads elsewhere.
    let modules = outer.path().join(".git/modules");
    std::fs::create_dir(&modules).unwrap();
    std::os::unix::fs::symlink(outside.join("victim/.git"), modules.join("up")).unwrap();
    std::os::unix::fs::symlink(&outside, modules.join("outside")).unwrap();
    let plain = both(outer.path());
    assert_eq!(plain.expect(0).summary()["skipped"]["submodule"], 3);
    let run = scan(outer.path(), ["-f", "jsonl", "--reveal", "--submodules"]);
    assert!(!run.expect(3).has(&secret), "{}", run.out());
    let missing: Vec<_> = ["-option", "nowhere", "up"].map(|path| format!("submodule {path}")).into();
    let errors = run.errors();
    let subjects: Vec<&str> = errors.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(subjects, missing, "{errors}");
    // One that is here, and says that it is checked out elsewhere: its name is its path.
    std::fs::remove_file(modules.join("up")).unwrap();
    git_at(outer.path(), ["clone", "-q", "--bare", outside.join("victim").to_str().unwrap(), ".git/modules/up"]);
    for tree in ["../../../../outside/victim", "/", outside.to_str().unwrap()] {
        git_at(&modules.join("up"), ["config", "core.bare", "false"]);
        git_at(&modules.join("up"), ["config", "core.worktree", tree]);
        let run = scan(outer.path(), ["-f", "jsonl", "--reveal", "--submodules"]);
        assert_eq!(run.expect(3).of(&secret).paths(), ["up/gone.env"], "{tree}");
        assert_eq!(run.errors().lines().count(), 2, "{tree}: {}", run.errors());
    }
    assert!(!marker.exists());
}

fn listed(folder: &Path, list: &str, args: &[&str]) -> Run {
    let args = ["scan", "-f", "jsonl", "--reveal", "--repos-from", "-"].iter().chain(args);
    Spillcheck::new(folder).args(args).stdin(list).run()
}

#[test]
fn a_list_of_repositories() {
    let (folder, one, two) = (folder(), github(413), github(414));
    let root = folder.path();
    let first = inside(root, "one", &one);
    let second = inside(root, "two words", &two);
    let run = listed(root, "one\n\ntwo words\r\n", &[]);
    assert_eq!(run.expect(1).of(&one).places(), [format!("history one/gone.env:2:7 {first} gone")]);
    assert_eq!(run.of(&two).places(), [format!("history two words/gone.env:2:7 {second} gone")]);
    // Errors of one do not stop the others.
    write(root, "plain/a.txt", "a\n");
    let run = listed(root, "nowhere\nplain\none\n", &["--history-only"]);
    assert!(run.expect(3).has(&one));
    assert!(
        run.errors().contains("nowhere: ") && run.errors().contains("plain: not a git repository"),
        "{}",
        run.errors()
    );
    // From a file, beside a path, names ended by NUL.
    write(root, "list", "one\0two words\0");
    let run = scan(root, ["-f", "jsonl", "--reveal", "--repos-from", "list", "plain"]);
    assert!(run.expect(1).has(&one) && run.has(&two));
    assert_eq!(run.summary()["stats"]["files"], 3, "{}", run.summary());
    for (list, named) in [("\n\n", "the list is empty"), ("", "the list is empty")] {
        assert!(listed(root, list, &[]).expect(2).err().contains(named));
    }
    assert!(scan(root, ["--repos-from", "no-list"]).expect(2).err().contains("no-list"));
}

/// What a list says of its entries: each fault once, each repository once, whatever it is called and wherever it lies.
#[test]
fn a_list_with_doubles_and_faults() {
    let (folder, secrets) = (folder(), [415, 416, 417].map(github));
    let root = folder.path();
    inside(root, "one", &secrets[0]);
    inside(&root.join("one"), "inner", &secrets[1]);
    inside(root, "two", &secrets[2]);
    for broken in ["config", "objects", "head"] {
        inside(root, broken, &github(418));
    }
    write(root, "config/.git/config", "[core\n");
    std::fs::remove_dir_all(root.join("objects/.git/objects")).unwrap();
    std::fs::remove_file(root.join("head/.git/HEAD")).unwrap();
    write(root, "plain/a.txt", "a\n");
    write(root, "file.txt", "b\n");
    let list =
        "one\n\n\r\none\n./one/\none/inner\nconfig\nconfig\nobjects\nhead\nplain\nnowhere\nnowhere\nfile.txt\ntwo\n";
    let run = listed(root, list, &[]);
    run.expect(3);
    for (secret, path) in secrets.iter().zip(["one/gone.env", "one/inner/gone.env", "two/gone.env"]) {
        assert_eq!(run.of(secret).paths(), [path]);
    }
    assert_eq!(run.findings().len(), 3);
    let errors = run.errors();
    let subjects: Vec<&str> = errors.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(subjects, ["config", "file.txt", "head", "nowhere", "objects", "plain"], "each once: {errors}");
    assert!(!errors.contains("config: config"), "{errors}");
    // Every repository and every file once: three histories; a readme in each of six, and two files that are in none.
    let stats = &run.summary()["stats"];
    assert_eq!((&stats["commits"], &stats["files"]), (&6.into(), &8.into()), "{errors}");
    // The inner one first, and what is on the command line, too.
    let list = "one/inner\none\n";
    let args = ["scan", "-f", "jsonl", "--reveal", "one", "--repos-from", "-"];
    let run = Spillcheck::new(root).args(args).stdin(list).run();
    let stats = run.expect(1).summary();
    assert_eq!((&stats["stats"]["commits"], &stats["stats"]["files"]), (&4.into(), &2.into()), "{}", run.out());
}
