//! Fetching what a shallow clone lacks: the one place that opens a connection, and only when `--deepen` asks for it.
//!
//! Git does the fetching, with the repository's own credentials. What else the repository's configuration could make git do
//! is switched off: helpers and hooks are overridden on the command line, which is stronger than any file, and only the usual
//! transports are allowed. Commits are asked for by id; no ref is updated.

use std::path::Path;

use git2::Repository;

use super::Event;
use super::range;
use crate::git;
use crate::report::ScanError;
use crate::subprocess::Git;

/// How deep the clone is made, step by step; the last one is git's word for all of it.
const DEPTHS: &[u32] = &[50, 500, 5_000, 0x7fff_ffff];

/// Settings under which git runs nothing but itself and its transports. Sources: git-config(1), githooks(5).
const HARMLESS: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.sshCommand", "ssh"),
    ("core.askPass", ""),
    ("core.alternateRefsCommand", "true"),
    // An empty value takes back all helpers before it.
    ("credential.helper", ""),
    ("protocol.allow", "never"),
    ("protocol.https.allow", "always"),
    ("protocol.http.allow", "always"),
    ("protocol.ssh.allow", "always"),
    ("protocol.file.allow", "always"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("fetch.writeCommitGraph", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("safe.directory", "*"),
];

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Deepened {
    /// What was fetched.
    pub(super) note: Option<String>,
    /// Why nothing was.
    pub(super) problem: Option<ScanError>,
}

/// Fetches until the commits of `event` are all there, or the clone is complete.
pub(super) fn until_complete(repository: &Repository, event: &Event) -> Deepened {
    let ids = match event {
        Event::Push(push) => [push.new.as_ref(), push.old.as_ref()],
        Event::Proposal { base, head, .. } => [head.as_ref(), base.as_ref()],
        Event::Everything(_) | Event::Nothing(_) => [None, None],
    };
    let mut wanted: Vec<String> = ids.into_iter().flatten().cloned().collect();
    // The test merge that is checked out is the head of all of it.
    wanted.extend(repository.head().ok().and_then(|head| head.target()).map(|id| id.to_string()));
    let path = git::folder(repository);
    let remote = range::remote(repository);
    let fail = |problem: String| ScanError { subject: git::name(repository), problem };
    let mut deepened = Deepened::default();
    for depth in DEPTHS {
        // A tip that a forced push left behind may be gone for good: what remains is asked for without it.
        if let Err(problem) = fetch(path, &remote, *depth, &wanted)
            && fetch(path, &remote, *depth, wanted.get(wanted.len().saturating_sub(1)..).unwrap_or_default()).is_err()
        {
            deepened.problem = Some(fail(problem));
            return deepened;
        }
        deepened.note = Some(format!("fetched from {remote}, {}", words(*depth)));
        let is_complete = match Repository::open(repository.path()) {
            Ok(fresh) => !fresh.is_shallow() || range::of(&fresh, event).missing.is_empty(),
            Err(_) => true,
        };
        if is_complete {
            break;
        }
    }
    deepened
}

fn words(depth: u32) -> String {
    if depth == 0x7fff_ffff { "all of history".to_owned() } else { format!("{depth} commits deep") }
}

/// One fetch. Git's own words are not passed on: they can hold the address with its password.
fn fetch(folder: &Path, remote: &str, depth: u32, ids: &[String]) -> Result<(), String> {
    let git = HARMLESS.iter().fold(Git::new(folder), |git, (name, value)| git.set(name, value));
    let depth = format!("--depth={depth}");
    let fixed = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--refmap="];
    let output = git.args(fixed).args(["--upload-pack=git-upload-pack", &depth, "--", remote]).args(ids).run();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let code = output.status.code().map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
            Err(format!("`git fetch {depth} {remote}` failed with {code}: run it by hand to see why"))
        }
        Err(error) => Err(format!("git cannot be run: {error}")),
    }
}
