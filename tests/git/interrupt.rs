//! Ctrl-C in the middle of a long history.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::holding;
use crate::support::{Repo, Spillcheck, github};

/// A history that takes many seconds: large files that no delta makes smaller.
pub(crate) fn long_history() -> (Repo, String) {
    let (repo, secret) = (Repo::new(), github(350));
    // Loose objects are searched in the order of their ids: this one comes early.
    let text = |n: usize| format!("{}{n}\n", holding(&secret));
    let is_early = |n: &usize| {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, text(*n).as_bytes()).unwrap();
        id.to_string().starts_with("00")
    };
    repo.commit_file("a.env", text((0..).find(is_early).unwrap()));
    let repository = git2::Repository::open(repo.path()).unwrap();
    let line = "key = lookup(\"lorem ipsum\"); secret = value_of(password)\n".repeat(4_000);
    let mut builder = repository.treebuilder(None).unwrap();
    for n in 0..400 {
        let blob = repository.blob(format!("{n}\n{line}").as_bytes()).unwrap();
        builder.insert(format!("{n}.txt"), blob, 0o100_644).unwrap();
    }
    let tree = repository.find_tree(builder.write().unwrap()).unwrap();
    let who = git2::Signature::new("Ada Author", "ada@example.org", &git2::Time::new(1_600_000_000, 0)).unwrap();
    let parent = repository.head().unwrap().peel_to_commit().unwrap();
    repository.commit(Some("HEAD"), &who, &who, "much", &tree, &[&parent]).unwrap();
    (repo, secret)
}

#[cfg(unix)]
#[test]
fn what_was_found_is_reported() {
    let (repo, secret) = long_history();
    let args = ["scan", "--history-only", "--threads", "1", "-f", "jsonl", "--reveal", "--progress", "always"];
    let mut run = Spillcheck::new(repo.path()).args(args);
    let mut child = run.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Until it says that some of the objects were looked at.
    let (mut progress, mut stderr) = (String::new(), child.stderr.take().unwrap());
    let started = Instant::now();
    while !progress.contains(" findings") || progress.contains(" 0 possible") {
        assert!(started.elapsed() < Duration::from_secs(300), "{progress:?}");
        let mut bytes = [0; 200];
        let n = std::io::Read::read(&mut stderr, &mut bytes).unwrap();
        assert!(n > 0, "it ended before it was interrupted: {progress:?}");
        progress = String::from_utf8_lossy(&bytes[..n]).into_owned();
    }
    assert!(progress.contains("of 405 objects"), "{progress:?}");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{text}");
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!((&summary["complete"], &summary["interrupted"]), (&false.into(), &true.into()), "{summary}");
    assert!(summary["stats"]["blobs"].as_u64().unwrap() < 401, "{summary}");
    // Where it stands was not looked up; what it is and in which object, is said.
    let found = lines.iter().find(|l| l["secret"] == secret.as_str()).expect("the secret");
    let blob = repo.id("HEAD~1:a.env");
    assert_eq!(found["locations"][0]["path"], format!("<object {blob}>"));
    assert_eq!(found["locations"][0]["reach"], serde_json::Value::Null);
}
