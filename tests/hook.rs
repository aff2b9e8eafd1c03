//! `spillcheck hook`: what it takes from git and from hook frameworks, and what it stops.

#![allow(clippy::unwrap_used)]

#[path = "hook/client.rs"]
mod client;
#[path = "hook/files.rs"]
mod files;
#[path = "hook/frameworks.rs"]
mod frameworks;
#[path = "hook/install.rs"]
mod install;
#[path = "hook/messages.rs"]
mod messages;
#[path = "hook/pushed.rs"]
mod pushed;
#[path = "hook/staged.rs"]
mod staged;
mod support;

use std::path::Path;

use support::{Repo, Run, Spillcheck, ZERO, holding};

/// `spillcheck hook ARGS` in `folder`, with these variables.
fn hook_with(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let run = Spillcheck::new(folder).args(["hook"]).args(args);
    variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

/// `spillcheck hook ARGS` in `folder`.
fn hook(folder: &Path, args: &[&str]) -> Run {
    hook_with(folder, args, &[])
}

/// A repository with one commit of harmless files.
fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("readme", "base\n").write("src/main.c", "int main;\n").commit("base");
    repo
}

/// Fails unless the run stopped for a secret at `place`, and says so without showing it.
#[track_caller]
fn stopped(run: &Run, place: &str, secret: &str) {
    run.expect(1);
    let out = run.out();
    assert!(out.contains(place) && out.contains("[github-personal-access-token]"), "{out}");
    assert!(out.contains("spillcheck:allow[github-personal-access-token] REASON"), "how to allow it: {out}");
    assert!(!out.contains(&secret[..20]) && !run.err().contains(&secret[..20]), "it shows the secret");
}

/// Fails unless the run passed and says `what` it looked at.
#[track_caller]
fn passed(run: &Run, what: &str) {
    run.expect(0);
    assert!(run.out().starts_with("spillcheck: ") && run.out().contains(what), "{}", run.out());
}
