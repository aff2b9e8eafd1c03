//! Baselines and identity: what is made, what it suppresses in every mode, and what brings a finding back.

use std::path::Path;

use crate::support::{Repo, Run, Spillcheck, folder, github, password, pem, scan, write};

const FILE: &str = ".spillcheck-baseline";

fn baseline<'a>(folder: &Path, args: impl IntoIterator<Item = &'a str>) -> Run {
    Spillcheck::new(folder).args(["baseline"]).args(args).run()
}

fn read(folder: &Path) -> String {
    std::fs::read_to_string(folder.join(FILE)).unwrap()
}

/// The entries of a baseline, without the head.
fn entries(folder: &Path) -> Vec<String> {
    let text = read(folder);
    text.lines().filter(|l| !l.starts_with('#') && !l.starts_with("key ")).map(str::to_owned).collect()
}

/// Changes the line of the entry for `rule`.
fn edit(folder: &Path, rule: &str, from: &str, to: &str) {
    let text = read(folder);
    let lines = text.lines().map(|l| if l.contains(rule) { l.replace(from, to) } else { l.to_owned() });
    let edited: Vec<String> = lines.collect();
    assert_ne!(edited.join("\n"), text.trim_end(), "nothing to edit");
    std::fs::write(folder.join(FILE), edited.join("\n")).unwrap();
}

fn jsonl(folder: &Path, args: &[&str]) -> Run {
    scan(folder, ["-f", "jsonl", "--reveal"].iter().chain(args))
}

/// The ids of the rules that report, sorted.
fn rules(run: &Run) -> Vec<String> {
    let mut rules: Vec<String> = run.findings().iter().map(|f| f.rule().to_owned()).collect();
    rules.sort();
    rules
}

#[test]
fn one_secret_has_one_fingerprint_in_every_mode() {
    let (token, phrase) = (github(1), password(1));
    let text = format!("x = 1\ntoken={token}\npassword: \"{phrase}\"\n");
    let of = |run: Run, mode: &str| {
        let mut all: Vec<String> =
            run.findings().iter().map(|f| f.0["fingerprint"].as_str().unwrap().to_owned()).collect();
        all.sort();
        assert_eq!(all.len(), 2, "{mode}: {}", run.out());
        all
    };
    let repo = Repo::new();
    repo.commit_file("other.txt", "x\n");
    repo.write("deep/er/a.txt", &text);
    let file = of(jsonl(repo.path(), &["--no-history"]), "file");
    repo.git(["add", "-A"]);
    assert_eq!(file, of(jsonl(repo.path(), &["--staged"]), "staged"));
    repo.commit("add");
    assert_eq!(file, of(jsonl(repo.path(), &["--range", "HEAD~1..HEAD"]), "range"));
    assert_eq!(file, of(jsonl(repo.path(), &["--history-only"]), "history"));
    let stdin = ["scan", "-", "-f", "jsonl", "--reveal"];
    assert_eq!(file, of(Spillcheck::new(Path::new("/")).args(stdin).stdin(text.as_str()).run(), "standard input"));
    // Not the place: another path, other lines, an absolute path, another repository.
    let elsewhere = folder();
    write(elsewhere.path(), "b.env", format!("\n\n\n{text}"));
    let absolute = elsewhere.path().join("b.env");
    assert_eq!(file, of(jsonl(Path::new("/"), &[absolute.to_str().unwrap()]), "another place"));
    // But the secret.
    write(elsewhere.path(), "b.env", format!("token={}\npassword: \"{}\"\n", github(2), password(2)));
    let other = of(jsonl(elsewhere.path(), &[]), "other secrets");
    assert!(file.iter().all(|f| !other.contains(f)));
}

#[test]
fn a_baseline_holds_nothing_that_tells_the_secret_or_the_place() {
    let (one, two) = (folder(), folder());
    let (token, phrase) = (github(3), password(3));
    for folder in [&one, &two] {
        write(folder.path(), "src/a.env", format!("\n\n\n\n\n\n\ntoken={token}\npassword: \"{phrase}\"\n"));
        let run = baseline(folder.path(), ["create"]);
        assert!(run.expect(0).out().starts_with("2 entries written to "), "{}", run.out());
    }
    let lines = entries(one.path());
    assert_eq!(lines.len(), 2);
    let mut sorted = lines.clone();
    sorted.sort();
    assert_eq!(lines, sorted);
    let text = read(one.path());
    for hint in [&token[..8], &phrase[..4], "src", "a.env", ":8", " 8", "20"] {
        let body = text.lines().skip(2).map(|l| &l[39..]).collect::<String>();
        assert!(!body.contains(hint), "{hint} in {text}");
    }
    assert!(lines.iter().all(|l| l.split(' ').count() == 3 && l.contains(" unreviewed ")), "{lines:?}");
    // Another key: the same secrets cannot be told from the entries of another repository.
    let ids = |folder: &Path| entries(folder).iter().map(|l| l[..39].to_owned()).collect::<Vec<_>>();
    assert!(ids(one.path()).iter().all(|id| !ids(two.path()).contains(id)));
    // And no rule takes an entry for a credential.
    let alone = folder();
    write(alone.path(), "known.txt", &text);
    assert_eq!(rules(jsonl(alone.path(), &["--confidence", "low"]).expect(0)), [""; 0]);
}

#[test]
fn what_is_known_is_not_reported_in_any_mode() {
    let repo = Repo::new();
    let token = github(4);
    repo.commit_file("x", "x\n");
    repo.commit_file("a.env", format!("token={token}\n"));
    baseline(repo.path(), ["create"]).expect(0);
    for args in [&[][..], &["--no-history"], &["--history-only"], &["--range", "HEAD"], &["a.env"]] {
        let run = jsonl(repo.path(), args);
        assert_eq!(run.expect(0).summary()["suppressed"]["baseline"], 1, "{args:?}");
        let by = &run.suppressed()[0].0["suppression"];
        assert_eq!((&by["file"], &by["line"], &by["reviewed"]), (&FILE.into(), &3.into(), &false.into()), "{args:?}");
        assert_eq!(by["what"], "entry, unreviewed");
    }
    repo.write("b.env", format!("export TOKEN={token}\n"));
    repo.git(["add", "b.env"]);
    assert_eq!(jsonl(repo.path(), &["--staged"]).expect(0).summary()["suppressed"]["baseline"], 1);
    let stdin = Spillcheck::new(repo.path()).args(["scan", "-", "-f", "jsonl"]).stdin(format!("{token}\n")).run();
    assert_eq!(stdin.expect(0).summary()["suppressed"]["baseline"], 1);
    // From a folder inside the repository, too.
    repo.write("sub/c.env", format!("token={token}\n"));
    jsonl(&repo.path().join("sub"), &["--no-history"]).expect(0);
    assert_eq!(jsonl(repo.path(), &["--no-baseline"]).expect(1).summary()["suppressed"], serde_json::json!({}));
}

#[test]
fn moves_and_rewritten_history_keep_an_entry_and_another_secret_is_new() {
    let repo = Repo::new();
    let (token, other) = (github(5), github(6));
    repo.commit_file("x", "x\n");
    repo.commit_file("a.env", format!("token={token}\n"));
    baseline(repo.path(), ["create", "--reason", "revoked in March", "--owner", "@infra"]).expect(0);
    // Another line, another file, one commit in place of three, with another message and date.
    repo.commit_file("a.env", format!("\n\n# more\nexport TOKEN={token}\n"));
    std::fs::create_dir(repo.path().join("conf")).unwrap();
    repo.git(["mv", "a.env", "conf/b.env"]);
    repo.commit("move");
    repo.git(["reset", "-q", "--soft", "HEAD~3"]);
    repo.commit("squashed");
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.git(["gc", "-q", "--prune=now"]);
    let run = jsonl(repo.path(), &[]);
    let by = &run.expect(0).suppressed()[0].0["suppression"];
    assert_eq!((&by["reason"], &by["owner"]), (&"revoked in March".into(), &"@infra".into()));
    // Another secret in the very same place.
    repo.write("conf/b.env", format!("\n\n# more\nexport TOKEN={other}\n"));
    let run = jsonl(repo.path(), &["--no-history"]);
    assert_eq!(run.expect(1).of(&other).places(), ["file conf/b.env:4:14 - -"]);
}

#[test]
fn what_an_entry_says_counts() {
    let folder = folder();
    let root = folder.path();
    let (token, phrase) = (github(7), password(7));
    write(root, "docs/a/x.md", format!("token={token}\n"));
    write(root, "src/b.env", format!("password: \"{phrase}\"\n"));
    baseline(root, ["create", "--until", "2999-12-31"]).expect(0);
    assert_eq!(jsonl(root, &[]).expect(0).suppressed()[0].0["suppression"]["until"], "2999-12-31");
    let both = ["generic-password", "github-personal-access-token"];
    // A day that has passed: the findings come back, and are said to.
    edit(root, "github", "until=2999-12-31", "until=2024-01-01");
    let run = jsonl(root, &[]);
    assert_eq!(rules(run.expect(1)), both[1..]);
    let unused = run.summary()["unused_allows"].clone();
    assert_eq!((&unused[0]["file"], unused.as_array().unwrap().len()), (&FILE.into(), 1), "{unused}");
    assert_eq!(unused[0]["problem"], "expired after 2024-01-01: what it stands for is reported again");
    // A scope: `*` stays in its folder.
    for (scope, wanted) in
        [("docs/*", &both[1..]), ("docs/**", &[]), ("docs/", &[]), ("docs/a/x.md", &[]), ("a/x.md", &both[1..])]
    {
        edit(root, "github", "until=2024-01-01", &format!("path={scope}"));
        assert_eq!(rules(&jsonl(root, &[])), wanted, "{scope}");
        edit(root, "github", &format!("path={scope}"), "until=2024-01-01");
    }
    // Of several places those out of the scope are reported.
    edit(root, "github", "until=2024-01-01", "path=\"docs/**\" reason=\"only \\\"here\\\"\"");
    write(root, "src/y.env", format!("token={token}\n"));
    let run = jsonl(root, &[]);
    assert_eq!(run.expect(1).of(&token).paths(), ["src/y.env"]);
    let suppressed = run.suppressed();
    let known = suppressed.iter().find(|s| s.secret() == token).unwrap();
    assert_eq!(
        (known.paths(), &known.0["suppression"]["reason"]),
        (vec!["docs/a/x.md".to_owned()], &"only \"here\"".into())
    );
    // `keep` reports, and wins over another entry for the same secret.
    std::fs::remove_file(root.join("src/y.env")).unwrap();
    edit(root, "generic-password", " unreviewed ", " keep ");
    assert_eq!(rules(jsonl(root, &[]).expect(1)), both[..1]);
    let twice = format!("{}\n{}", read(root), entries(root).join("\n").replace(" keep ", " allow "));
    write(root, FILE, twice);
    assert_eq!(rules(jsonl(root, &[]).expect(1)), both[..1]);
    edit(root, "generic-password", " keep ", " false-alarm ");
    let run = jsonl(root, &[]);
    assert_eq!(run.expect(0).suppressed().iter().filter(|s| s.0["suppression"]["reviewed"] == true).count(), 1);
}

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

fn sha1(text: &str) -> String {
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(text.as_bytes());
    hasher.try_finalize().unwrap().to_string()
}

#[test]
fn a_baseline_of_detect_secrets() {
    let folder = folder();
    let root = folder.path();
    let (token, other, key) = (github(50), github(51), pem(50));
    write(root, "a.env", format!("token={token}\n"));
    write(root, "b.env", format!("token={token}\nother={other}\n"));
    write(root, "key.pem", &key);
    let result = |path: &str, secret: &str, audited: Option<bool>| {
        let mut result = serde_json::json!({
            "type": "GitHub Token", "filename": path, "hashed_secret": sha1(secret), "is_verified": false, "line_number": 9,
        });
        audited.into_iter().for_each(|audited| result["is_secret"] = audited.into());
        serde_json::json!([result])
    };
    let document = serde_json::json!({
        "version": "1.5.0", "plugins_used": [{"name": "GitHubTokenDetector"}], "generated_at": "2026-01-01T00:00:00Z",
        "results": {
            "a.env": result("a.env", &token, None),
            "b.env": result("b.env", &other, Some(false)),
            // The plugin for private keys takes the words of the first line for the secret.
            "key.pem": result("key.pem", "BEGIN RSA PRIVATE KEY", Some(true)),
        },
    });
    write(root, ".secrets.baseline", serde_json::to_string_pretty(&document).unwrap());
    // Read where it lies. A secret is known there by its file: the token in the other one is new.
    let run = jsonl(root, &[]);
    assert_eq!(run.expect(1).findings().len(), 1, "{}", run.out());
    assert_eq!(run.of(&token).paths(), ["b.env"]);
    // Its hashes are values of `hashed_secret`: digests, and so of low confidence, and suppressed there.
    let in_itself = |found: &crate::support::Found| found.paths() == [".secrets.baseline"];
    let hashes = |run: &crate::support::Run| run.suppressed().iter().filter(|s| in_itself(s)).count();
    assert_eq!((hashes(&run), hashes(&jsonl(root, &["--confidence", "low"]))), (0, 3));
    let mut how: Vec<String> = run
        .suppressed()
        .iter()
        .filter(|s| !in_itself(s))
        .map(|s| s.0["suppression"]["what"].as_str().unwrap().to_owned())
        .collect();
    how.sort();
    let entry = "entry of detect-secrets, ";
    assert_eq!(
        how,
        [format!("{entry}audited: a secret"), format!("{entry}audited: no secret"), format!("{entry}not audited")]
    );
    // The same by name.
    std::fs::rename(root.join(".secrets.baseline"), root.join("known.json")).unwrap();
    assert_eq!(
        jsonl(root, &["--baseline", "known.json", "a.env", "key.pem"]).expect(0).summary()["suppressed"]["baseline"],
        2
    );
    jsonl(root, &["a.env"]).expect(1);
}

#[test]
fn of_several_repositories_each_has_its_own_baseline() {
    let folder = folder();
    let token = github(55);
    let sha1 = sha1(&token);
    for name in ["one", "two"] {
        write(folder.path(), format!("{name}/a.env"), format!("token={token}\n"));
        crate::support::git_at(&folder.path().join(name), ["init", "-q"]);
    }
    let known = serde_json::json!({"version": "1.5.0", "results": {"a.env": [{"type": "x", "hashed_secret": sha1}]}});
    write(folder.path(), "one/.secrets.baseline", known.to_string());
    let run = jsonl(folder.path(), &["one", "two"]);
    assert_eq!(run.expect(1).of(&token).paths(), ["two/a.env"]);
    let suppressed = run.suppressed();
    let known = suppressed.iter().find(|s| s.secret() == token).unwrap();
    assert_eq!(known.paths(), ["one/a.env"]);
    assert_eq!(known.0["suppression"]["file"], "one/.secrets.baseline");
}

#[test]
fn a_bare_repository_has_the_baseline_of_its_head() {
    let repo = Repo::new();
    let (one, two) = (github(56), github(57));
    repo.commit_file("a.env", format!("a={one}\n"));
    baseline(repo.path(), ["create"]).expect(0);
    repo.commit("baseline");
    repo.commit_file("b.env", format!("b={two}\n"));
    let bare = folder();
    crate::support::git_at(bare.path(), ["clone", "-q", "--bare", repo.path().to_str().unwrap(), "bare.git"]);
    let run = jsonl(bare.path(), &["bare.git"]);
    assert_eq!(run.expect(1).of(&two).paths(), ["b.env"]);
    assert_eq!(run.suppressed()[0].0["suppression"]["file"], format!("HEAD:{FILE}"));
    // There is no place to write another one to.
    let run = baseline(bare.path(), ["create", "bare.git"]);
    assert!(run.expect(2).err().contains("name a file with --baseline"), "{}", run.err());
    baseline(bare.path(), ["create", "bare.git", "--baseline", "known"]).expect(0);
    jsonl(bare.path(), &["bare.git", "--baseline", "known"]).expect(0);
}

/// What `migrate` makes of other scanners' baselines silences what they did, and nothing else.
#[test]
fn migrated_baselines_know_the_same() {
    let repo = Repo::new();
    let (token, other, gone, phrase) = (github(70), github(71), github(72), password(70));
    repo.commit_file("old.env", format!("a={gone}\n"));
    repo.remove("old.env").write("a.env", format!("token={token}\n")).write("b.env", format!("token={token}\n"));
    repo.write("c [1].yml", format!("password: \"{phrase}\"\n")).write("t/d.env", format!("a={}\n", github(73)));
    repo.commit("now");
    let entry = |kind: &str, secret: &str, line: u32| serde_json::json!({"type": kind, "hashed_secret": sha1(secret), "is_verified": false, "line_number": line});
    let mut audited = entry("Secret Keyword", &phrase, 1);
    audited["is_secret"] = false.into();
    let exclude = "detect_secrets.filters.regex.should_exclude_file";
    let document = serde_json::json!({
        "version": "1.5.0", "plugins_used": [],
        "filters_used": [{"path": "detect_secrets.filters.heuristic.is_lock_file"}, {"path": exclude, "pattern": ["^t/"]},
            {"path": "detect_secrets.filters.gibberish.should_exclude_secret", "limit": 3.7}],
        "results": {"a.env": [entry("GitHub Token", &token, 1), entry("Base64 High Entropy String", &other, 7)],
            "c [1].yml": [audited]},
    });
    repo.write(".secrets.baseline", serde_json::to_string_pretty(&document).unwrap());
    let report =
        serde_json::json!([{"RuleID": "github-pat", "StartLine": 1, "Match": gone, "Secret": gone, "File": "old.env"}]);
    repo.write(".gitleaks-baseline.json", report.to_string());
    let outcome = |run: Run| -> Vec<String> {
        let mut all: Vec<String> = run
            .expect(1)
            .findings()
            .iter()
            .flat_map(|f| f.paths().into_iter().map(|p| format!("{p} {}", f.secret())))
            .collect();
        all.sort();
        all
    };
    let before = outcome(jsonl(repo.path(), &[]));
    assert_eq!(before, [format!("b.env {token}")], "the token in the other file is new to detect-secrets");
    let dry = Spillcheck::new(repo.path()).args(["migrate", "--dry-run"]).run();
    assert!(
        dry.expect(0).out().contains("would write .spillcheck-baseline: 2 of 3 entries of .secrets.baseline"),
        "{}",
        dry.out()
    );
    assert!(!repo.path().join(FILE).exists());
    let run = Spillcheck::new(repo.path()).args(["migrate"]).run();
    let (out, err) = (run.expect(0).out(), run.err());
    assert!(out.contains("wrote .spillcheck-baseline: 2 of 3 entries of .secrets.baseline\n"), "{out}");
    assert!(out.contains("wrote .spillcheck-baseline: 1 of 1 entries of .gitleaks-baseline.json\n"), "{out}");
    let left = ".secrets.baseline: a.env:7: Base64 High Entropy String: nothing is found there that it stands for";
    assert!(err.contains(left) && err.contains("a filter that is no expression"), "{err}");
    let mut lines: Vec<String> = entries(repo.path()).iter().map(|l| l[40..].to_owned()).collect();
    lines.sort();
    let rule = "github-personal-access-token";
    let wanted = [
        "false-alarm generic-password path=\"c [[]1[]].yml\" reason=\"from .secrets.baseline\"".to_owned(),
        format!("unreviewed {rule} path=a.env reason=\"from .secrets.baseline\""),
        format!("unreviewed {rule} reason=\"from .gitleaks-baseline.json\""),
    ];
    assert_eq!(lines, wanted);
    repo.remove(".secrets.baseline").remove(".gitleaks-baseline.json");
    assert_eq!(outcome(jsonl(repo.path(), &[])), before, "without the old files");
    // A second run keeps what is there.
    repo.write(".secrets.baseline", serde_json::to_string_pretty(&document).unwrap());
    std::fs::remove_file(repo.path().join(".spillcheck.toml")).unwrap();
    Spillcheck::new(repo.path()).args(["migrate"]).run().expect(0);
    assert_eq!(entries(repo.path()).len(), 3);
}

#[test]
fn a_report_of_gitleaks_as_baseline() {
    let repo = Repo::new();
    let (token, other, phrase) = (github(60), github(61), password(60));
    let commit = repo.commit_file("a.env", format!("token={token}\npassword: \"{phrase}\"\n"));
    let found = |secret: &str, whole: &str, line: u32, commit: &str| {
        serde_json::json!({
            "RuleID": "github-pat", "Description": "x", "StartLine": line, "EndLine": line, "StartColumn": 1, "EndColumn": 9,
            "Match": whole, "Secret": secret, "File": "a.env", "SymlinkFile": "", "Commit": commit, "Entropy": 4.5,
            "Author": "Ada Author", "Email": "ada@example.org", "Date": "2020-09-14T12:26:40Z", "Message": "m", "Tags": [],
            "Fingerprint": format!("{commit}:a.env:github-pat:{line}"),
        })
    };
    let with = |findings: &[serde_json::Value], args: &[&str]| {
        let path = repo.beside("leaks.json");
        std::fs::write(&path, serde_json::to_string(findings).unwrap()).unwrap();
        jsonl(repo.path(), &[&["--baseline", path.to_str().unwrap()], args].concat())
    };
    // By the secret, or by the text it stands in where the two tools see its ends differently; lines and dates do not matter.
    let whole = format!("password: \"{phrase}\"");
    let run = with(&[found(&token, &token, 77, ""), found(&format!("\"{phrase}"), &whole, 78, "")], &[]);
    assert_eq!(run.expect(0).summary()["suppressed"]["baseline"], 2);
    // Redacted: file, line and commit.
    let run = with(&[found("REDACTED", "token=REDACTED", 1, &commit)], &["--history-only"]);
    assert_eq!(rules(run.expect(1)), ["generic-password"]);
    assert_eq!(run.suppressed()[0].0["suppression"]["what"], "redacted finding of gitleaks on the same line");
    with(&[found("REDACTED", "token=REDACTED", 2, &commit)], &["--history-only", "--skip", "generic-*"]).expect(1);
    with(&[found("ghp_...", "ghp_...", 1, "")], &["--no-history", "--skip", "generic-*"]).expect(0);
    with(&[found("REDACTED", "x", 1, &"0".repeat(40))], &["--no-history", "--skip", "generic-*"]).expect(1);
    // Another secret in the place of a known one is new.
    repo.write("a.env", format!("token={other}\n"));
    assert!(with(&[found(&token, &token, 1, "")], &["--no-history"]).expect(1).has(&other));
}
