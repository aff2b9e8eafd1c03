//! Baselines and identity: what is made, what it suppresses in every mode, and what brings a finding back.

#[path = "baseline/commands.rs"]
mod commands;
#[path = "baseline/foreign.rs"]
mod foreign;

use std::path::Path;

use crate::support::{Repo, Run, Spillcheck, folder, github, password, scan, write};

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
