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
    through_pre_commit(&wheels);
}

/// The hooks of the language python in the pre-commit framework, from a repository that says no more than which package it wants:
/// how a wheel gets to users in seconds, without a compiler. pip builds that repository with setuptools, from PyPI.
fn through_pre_commit(wheels: &Path) {
    let Some(client) = tools::python("pre-commit==4.7.0", "pre-commit") else { return };
    let (hooks, repo) = (Repo::new(), Repo::new());
    let project = "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n\
                   [project]\nname = 'spillcheck-hooks'\nversion = '0'\n[tool.setuptools]\npackages = []\n";
    let wanted = format!("[project]\ndependencies = ['spillcheck=={}']\n", env!("CARGO_PKG_VERSION"));
    hooks.write("pyproject.toml", project.replace("[project]\n", &wanted));
    let rev = hooks.commit_file(".pre-commit-hooks.yaml", fs::read(root().join(".pre-commit-hooks.yaml")).unwrap());
    let ids = ["spillcheck", "spillcheck-push", "spillcheck-msg"].map(|id| format!("  - id: {id}\n")).concat();
    let config = format!("repos:\n- repo: {}\n  rev: {rev}\n  hooks:\n{ids}", hooks.path().display());
    repo.commit_file(".pre-commit-config.yaml", config);
    let home = support::folder();
    // pip takes the wheel from the folder; what it is told of registries stays as it is.
    let found = std::env::var("PIP_FIND_LINKS").unwrap_or_default();
    let found = format!("{} {found}", wheels.display());
    let run = |args: &[&str]| {
        let mut command = Command::new(&client);
        command.args(args).current_dir(repo.path()).env("PRE_COMMIT_HOME", home.path()).env("PIP_FIND_LINKS", &found);
        let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (installed, said) = run(&["install-hooks"]);
    if !installed && said.contains("setuptools") && !said.contains("spillcheck==") {
        return tools::not_run("hooks of the language python", "pip cannot get setuptools");
    }
    assert!(installed, "{said}");
    repo.write("settings.env", format!("TOKEN={}\n", github(2))).git(["add", "settings.env"]);
    let (success, said) = run(&["run"]);
    assert!(!success && said.contains("settings.env:1:7  staged"), "{said}");
    repo.write("settings.env", "TOKEN=\n").git(["add", "settings.env"]);
    let (success, said) = run(&["run"]);
    assert!(success && said.contains("Passed"), "{said}");
    // The program is that of the wheel, in an environment of pre-commit's own.
    let environments = fs::read_dir(home.path()).unwrap().flatten().map(|entry| entry.path());
    let programs = environments.flat_map(|path| fs::read_dir(path).into_iter().flatten().flatten());
    assert!(programs.map(|entry| entry.path().join("bin/spillcheck")).any(|program| program.is_file()));
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
