//! What goes wrong in CI.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Repo, Run, folder, github, password, scan, tools, write};
use crate::{event, found, holding, paths, run};

/// What `action.yml` runs, on a push of everything; its code, log and outputs.
fn action(repo: &Repo, inputs: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = folder();
    let payload = json!({ "ref": "refs/heads/main", "before": crate::ZERO, "after": repo.head() });
    write(folder.path(), "event.json", payload.to_string());
    let at = |name: &str| folder.path().join(name);
    // An environment of nothing but what every runner has: no token, no licence.
    let output = Command::new("bash")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("action/run.sh"))
        .current_dir(repo.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs([("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")])
        .env("GITHUB_EVENT_PATH", at("event.json"))
        .env("GITHUB_OUTPUT", at("output"))
        .env("GITHUB_STEP_SUMMARY", at("summary"))
        .env("RUNNER_TEMP", folder.path())
        .env("INPUT_BINARY", env!("CARGO_BIN_EXE_spillcheck"))
        .envs(inputs.iter().copied())
        .output()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(at(name)).unwrap_or_default();
    let log = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code(), log + &read("summary"), read("output"))
}

/// The SARIF of a scan.
fn sarif(run: &Run) -> Value {
    serde_json::from_str(&run.out()).unwrap()
}

fn results(log: &Value, run: usize) -> &[Value] {
    log["runs"][run]["results"].as_array().unwrap()
}

fn line_hash(result: &Value) -> &Value {
    &result["partialFingerprints"]["primaryLocationLineHash"]
}

#[test]
fn b9_every_commit_of_a_long_pull_request_is_scanned() {
    let repo = Repo::new();
    let base = repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "-c", "topic"]);
    repo.commit_file("early.env", holding(&github(820)));
    repo.remove("early.env").commit("remove");
    for n in 0..35 {
        repo.commit_file("counter", format!("{n}\n"));
    }
    let payload = json!({ "pull_request": { "number": 7, "base": { "ref": "main", "sha": base }, "head": { "sha": repo.head() } } });
    let run = event(repo.path(), "pull_request", &payload);
    assert_eq!(paths(run.expect(1)), ["early.env"]);
    assert_eq!(run.summary()["stats"]["commits"], 37);
}

#[test]
fn b10_every_event_is_scanned() {
    let repo = Repo::new();
    let base = repo.commit_file("old.env", holding(&github(821)));
    let head = repo.remove("old.env").commit_file("queued.env", holding(&github(822)));
    let queue = json!({ "merge_group": { "base_sha": base, "head_sha": head, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7" } });
    assert_eq!(paths(event(repo.path(), "merge_group", &queue).expect(1)), ["queued.env"]);
    for name in ["schedule", "workflow_dispatch", "an_event_of_the_future"] {
        let run = event(repo.path(), name, &json!({}));
        assert_eq!(paths(run.expect(1)), ["old.env", "queued.env"], "{name}");
        assert!(run.err().contains("all of history is scanned"), "{name}: {}", run.err());
    }
}

#[test]
fn b11_the_action_asks_for_no_licence_and_no_token() {
    let repo = Repo::new();
    repo.commit_file("a.env", holding(&github(823)));
    let (code, log, outputs) = action(&repo, &[]);
    assert_eq!(code, Some(1), "{log}");
    assert!(outputs.contains("findings=1\n") && outputs.contains("complete=true\n"), "{outputs}");
    let description = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).unwrap();
    for word in ["token:", "license:", "licence:", "secrets.", "github.token"] {
        assert!(!description.contains(word), "{word}");
    }
}

#[test]
fn b12_github_accepts_the_sarif() {
    let repo = Repo::new();
    // Names that a URI must encode, several secrets of one rule, one in the first column of the first line.
    repo.write("a b#?%ü.env", holding(&github(824))).write("first", github(825)).commit("base");
    let log = sarif(scan(repo.path(), ["-f", "sarif"]).expect(1));
    let schema =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas/sarif-2.1.0.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&log));
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1, "no rule is there twice");
    assert_eq!(results(&log, 0).len(), 2);
    for result in results(&log, 0) {
        let place = &result["locations"][0]["physicalLocation"];
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1 && number("endColumn") > number("startColumn"));
    }
    let uri = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(results(&log, 0).iter().map(uri).collect::<Vec<_>>(), ["a%20b%23%3F%25%C3%BC.env", "first"]);
    // A clean scan has a run, too.
    let clean = sarif(scan(folder().path(), ["-f", "sarif"]).expect(0));
    assert_eq!(results(&clean, 0).len(), 0);
}

#[test]
fn b13_alerts_stay_the_same_and_history_has_its_own() {
    let (repo, today, gone) = (Repo::new(), github(826), github(827));
    repo.write("a.env", holding(&today)).commit_file("gone.env", holding(&gone));
    repo.remove("gone.env").commit("remove");
    let before = sarif(scan(repo.path(), ["-f", "sarif"]).expect(1));
    // Lines move, and the commits are made anew by somebody else.
    repo.write("a.env", format!("# a line\n# and one more\n{}", holding(&today)));
    repo.git(["commit", "-q", "-a", "--amend", "-m", "another message", "--author", "B <b@example.org>"]);
    let after = sarif(scan(repo.path(), ["-f", "sarif"]).expect(1));
    for run in 0..2 {
        assert!(line_hash(&results(&before, run)[0]).is_string());
        assert_eq!(line_hash(&results(&before, run)[0]), line_hash(&results(&after, run)[0]), "run {run}");
    }
    let category = |run: usize| after["runs"][run]["automationDetails"]["id"].clone();
    assert_eq!((category(0), category(1)), (json!("spillcheck/files/"), json!("spillcheck/history/")));
    assert!(!after.to_string().contains("@example.org"), "no addresses of authors");
}

#[test]
fn b14_columns_are_right_whatever_the_encoding() {
    let folder = folder();
    let (secret, text) = (github(828), "é😀\tТ\r\n é😀 token = \"");
    let text = format!("{text}{secret}\"\r\n");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write(folder.path(), "utf16.txt", utf16);
    write(folder.path(), "utf8.txt", &text);
    let run = scan(folder.path(), ["-f", "jsonl", "--reveal"]);
    assert_eq!(run.expect(1).of(&secret).places(), ["file utf16.txt:2:14 - -", "file utf8.txt:2:14 - -"]);
    let log = sarif(scan(folder.path(), ["-f", "sarif"]).expect(1));
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    let end = 14 + secret.len();
    for result in results(&log, 0) {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(*region, json!({ "startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": end }));
    }
}

#[test]
fn b15_annotations_stay_within_what_github_shows() {
    let repo = Repo::new();
    let weak: String = (0..12).map(|n| format!("password_{n} = \"{}\"\n", password(830 + n))).collect();
    repo.write("weak.ini", weak).commit_file("worst.env", holding(&github(829)));
    let (code, log, _) = action(&repo, &[]);
    assert_eq!(code, Some(1), "{log}");
    let of = |name: &str| log.lines().filter(|l| l.starts_with(&format!("::{name} "))).collect::<Vec<_>>();
    assert_eq!((of("error").len(), of("notice").len()), (10, 1), "{log}");
    assert!(of("error")[0].contains("file=worst.env,line=2,"), "the worst first: {log}");
    assert!(of("notice")[0].contains("3 more findings are not annotated"), "{log}");
    let rows = log.lines().filter(|l| l.starts_with("| critical") || l.starts_with("| high")).count();
    assert_eq!(rows, 13, "the summary has all of them: {log}");
}

#[test]
fn b16_exit_codes_tell_leaks_from_errors() {
    let repo = Repo::new();
    repo.commit_file("readme", "base\n");
    scan(repo.path(), ["."]).expect(0);
    scan(repo.path(), ["nowhere"]).expect(2);
    repo.write("a.env", holding(&github(842)));
    scan(repo.path(), ["."]).expect(1);
    scan(repo.path(), ["--exit-code", "42", "."]).expect(42);
    for taken in ["2", "3", "130"] {
        scan(repo.path(), ["--exit-code", taken, "."]).expect(2);
    }
    std::fs::remove_file(repo.loose(&repo.id("HEAD:readme"))).unwrap();
    scan(repo.path(), ["."]).expect(3);
    scan(repo.path(), ["--allow-incomplete", "."]).expect(1);
}

#[test]
fn b17_what_ci_runs_is_what_was_asked_for() {
    let repo = Repo::new();
    repo.commit_file("readme", "base\n");
    // The report names program and version; rules are part of the program.
    let report: Value = serde_json::from_str(&scan(repo.path(), ["-f", "json"]).expect(0).out()).unwrap();
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    // The repository says what it needs, and the workflow what it wants.
    repo.write(".spillcheck.toml", "minimum-version = \"99.0.0\"\n");
    assert!(scan(repo.path(), ["."]).expect(2).err().contains("99.0.0"));
    repo.remove(".spillcheck.toml");
    let (code, log, _) = action(&repo, &[("INPUT_VERSION", "99.0.0")]);
    assert!(code == Some(2) && log.contains("99.0.0 is wanted, but this is spillcheck "), "{log}");
    assert_eq!(action(&repo, &[("INPUT_VERSION", env!("CARGO_PKG_VERSION"))]).0, Some(0));
}

#[cfg(unix)]
#[test]
fn b18_a_repository_of_another_owner_is_scanned() {
    let repo = Repo::new();
    repo.commit_file("gone.env", holding(&github(843)));
    repo.remove("gone.env").commit("remove");
    let all = Command::new("find").arg(repo.path()).output().unwrap().stdout;
    for path in String::from_utf8(all).unwrap().lines() {
        if std::os::unix::fs::chown(path, Some(12345), Some(12345)).is_err() {
            return tools::not_run("scanning a repository of another owner", "only root can make one");
        }
    }
    let refused = Command::new("git").args(["log", "-1"]).current_dir(repo.path()).env("HOME", "/nonexistent").output();
    assert!(!refused.unwrap().status.success(), "git itself minds");
    assert_eq!(paths(found(repo.path(), &["scan"], &[]).expect(1)), ["gone.env"]);
    assert_eq!(paths(found(repo.path(), &["ci"], &[]).expect(1)), ["gone.env"]);
    run(repo.path(), &["hook"], &[]).expect(0);
}
