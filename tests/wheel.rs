//! The Python wheel: built from this tree with maturin, installed by pip without any registry, and run.
//!
//! A suite of its own: maturin has cargo build the program once more, in the place where other tests find it.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Repo, github, tools};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&text));
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(unix)]
#[test]
fn the_wheel_installs_the_program() {
    let Some(maturin) = tools::python("maturin==1.16.0", "maturin") else { return };
    let folder = tempfile::tempdir().unwrap();
    let wheels = folder.path().join("wheels");
    // Into the target folder of this run, in its profile: the dependencies are there.
    let target = Path::new(env!("CARGO_BIN_EXE_spillcheck")).ancestors().nth(2).unwrap();
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let mut build = Command::new(maturin);
    build.current_dir(root()).env("CARGO_TARGET_DIR", target);
    build.args(["build", "--strip=false", "--profile", profile, "--out"]).arg(&wheels);
    let output = build.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() && ["failed to download", "failed to get"].iter().any(|m| log.contains(m)) {
        return tools::not_run("the wheel", "cargo cannot fetch what other platforms need, which maturin asks it for");
    }
    assert!(output.status.success(), "{log}");
    let wheel = fs::read_dir(&wheels).unwrap().map(|e| e.unwrap().path()).next().unwrap();
    let name = wheel.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(&format!("spillcheck-{}-py3-none-", env!("CARGO_PKG_VERSION"))), "{name}");

    let home = folder.path().join("venv");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&home));
    let started = std::time::Instant::now();
    let options = ["-m", "pip", "-q", "--disable-pip-version-check", "install", "--no-index", "--no-deps"];
    succeed(Command::new(home.join("bin/python")).args(options).arg(&wheel));
    // A wheel is unpacked; compiling would take minutes.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());

    let installed = home.join("bin/spillcheck");
    let version = succeed(Command::new(&installed).arg("--version"));
    assert_eq!(version.trim(), concat!("spillcheck ", env!("CARGO_PKG_VERSION")));
    let repo = Repo::new();
    repo.write("settings.env", format!("TOKEN={}\n", github(1))).git(["add", "settings.env"]);
    let run = Command::new(installed).args(["scan", "--staged"]).current_dir(repo.path()).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8(run.stdout).unwrap().contains("settings.env:1:7"));
}

/// What pyproject.toml says twice is the same as in Cargo.toml.
#[test]
fn python_and_cargo_agree() {
    let parse = |name: &str| -> toml::Table { fs::read_to_string(root().join(name)).unwrap().parse().unwrap() };
    let (python, cargo) = (parse("pyproject.toml"), parse("Cargo.toml"));
    let (project, package) = (&python["project"], &cargo["package"]);
    for key in ["name", "description", "license"] {
        assert_eq!(project[key], package[key], "{key}");
    }
    assert_eq!(project["dynamic"], toml::Value::from(vec!["version"]), "the version is cargo's");
    assert_eq!(python["tool"]["maturin"]["bindings"].as_str(), Some("bin"));
    for file in project["license-files"].as_array().unwrap() {
        assert!(root().join(file.as_str().unwrap()).is_file(), "{file}");
    }
}
