//! Baselines of other scanners: read as they are, and migrated.

use super::{FILE, entries, jsonl, rules};
use crate::support::{Repo, Run, Spillcheck, folder, github, password, pem, write};

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
