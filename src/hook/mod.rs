//! Hooks: what git or a hook framework hands over, and what is to be scanned for it.
//!
//! Sources: githooks(5) for arguments and standard input of git's own hooks; the documentation of pre-commit
//! (<https://pre-commit.com/#environment-variables>), Husky and lefthook.

mod arguments;
pub mod install;
mod pushed;
mod stdin;

use std::path::{Path, PathBuf};

use git2::Repository;

use crate::git::ranges;
use crate::git::{self, GitError};
use crate::named_enum;
use crate::plan::Plan;
use crate::report::Subject;
use crate::scan::Target;

use pushed::Receiver;
use stdin::Given;

named_enum! {
    /// The moment a hook runs at, by git's name for it.
    Stage {
        /// Before a commit is made: the index.
        PreCommit = "pre-commit",
        /// Before a merge is committed: the index.
        PreMergeCommit = "pre-merge-commit",
        /// The message was written: its file.
        CommitMsg = "commit-msg",
        /// The message was prepared: its file.
        PrepareCommitMsg = "prepare-commit-msg",
        /// Before a push: every ref on standard input.
        PrePush = "pre-push",
        /// On a server, before refs change: every ref on standard input.
        PreReceive = "pre-receive",
    }
}

/// What a hook was called with.
pub struct Call<'c> {
    /// The moment, where the caller says it.
    pub stage: Option<Stage>,
    /// Arguments: files, or what git passes.
    pub arguments: Vec<PathBuf>,
    /// Reads a variable of the environment; empty ones count as not set.
    pub variable: &'c dyn Fn(&str) -> Option<String>,
    /// Where the program runs.
    pub folder: PathBuf,
}

impl Call<'_> {
    fn is_set(&self, name: &str) -> bool {
        (self.variable)(name).is_some()
    }

    /// What the framework's range is, if it gives one.
    fn range(&self) -> Option<(String, String)> {
        let either = |new: &str, old: &str| (self.variable)(new).or_else(|| (self.variable)(old));
        Some((either("PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN")?, either("PRE_COMMIT_TO_REF", "PRE_COMMIT_SOURCE")?))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.folder.join(path).symlink_metadata().is_ok()
    }

    /// Whether standard input can hold what to scan: for pushes, and where nothing else says what the call is about.
    fn asks_stdin(&self) -> bool {
        // The pre-commit framework reads it itself.
        if self.is_set("PRE_COMMIT") {
            return false;
        }
        match self.stage {
            Some(stage) => matches!(stage, Stage::PrePush | Stage::PreReceive),
            None => self.arguments.is_empty() || !self.arguments.iter().all(|path| self.is_file(path)),
        }
    }

    /// Whether this is a push, whatever standard input says.
    fn is_push(&self) -> bool {
        if self.stage.is_some() {
            return matches!(self.stage, Some(Stage::PrePush | Stage::PreReceive));
        }
        // Git passes the name of the remote and its address.
        let by_git = match self.arguments.as_slice() {
            [name, url] => !self.is_file(name) && url.to_string_lossy().contains([':', '/', '\\']),
            _ => false,
        };
        by_git || (self.is_set("PRE_COMMIT_REMOTE_NAME") && self.is_set("PRE_COMMIT_LOCAL_BRANCH"))
    }

    /// Who receives a push, as far as the call says.
    fn receiver(&self) -> Receiver {
        if self.stage == Some(Stage::PreReceive) {
            return Receiver::Here;
        }
        let argument = self.arguments.first().map(|name| name.to_string_lossy().into_owned());
        (self.variable)("PRE_COMMIT_REMOTE_NAME").or(argument).map_or(Receiver::Unnamed, Receiver::Remote)
    }
}

/// Why a hook cannot work.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// There is no repository to look at.
    #[error("{}: not in a git repository: a hook scans what is staged or pushed", .0.display())]
    NoRepository(PathBuf),
    /// The repository cannot be used.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Standard input cannot be read.
    #[error("standard input: {0}")]
    Stdin(std::io::Error),
    /// The call makes no sense.
    #[error("{0}")]
    Usage(String),
}

/// Works out what to scan. A repository that is not read here is a problem of the plan.
pub fn plan(call: &Call<'_>) -> Result<Plan, HookError> {
    let mut plan = Plan::default();
    match plan_of(call, &mut plan) {
        Err(HookError::Git(error @ GitError::Unreadable { .. })) => {
            plan.problem(call.folder.display().to_string(), error.problem());
        }
        other => other?,
    }
    Ok(plan)
}

fn plan_of(call: &Call<'_>, plan: &mut Plan) -> Result<(), HookError> {
    if let Some(message) = arguments::message(call)? {
        plan.subject = Subject::Message;
        plan.note("the commit message");
        plan.targets.push(Target::Message(message));
        return Ok(());
    }
    let repository = git::discover(&call.folder)?.ok_or_else(|| HookError::NoRepository(call.folder.clone()))?;
    // A commit that a hook of a push makes inherits that push's range; git names the index it means.
    let commits = call.stage == Some(Stage::PreCommit) && call.is_set("GIT_INDEX_FILE");
    if let Some((from, to)) = call.range().filter(|_| !commits) {
        git::loose::check_all(&repository)?;
        return of_range(&repository, &from, &to, call, plan);
    }
    let given = match call.asks_stdin() {
        true => stdin::read(call.stage.is_some()).map_err(HookError::Stdin)?,
        false => Given::Nothing,
    };
    if given == Given::Silent {
        plan.note("standard input is open and says nothing: it is not waited for");
    }
    if let Some((updates, received)) = pushed::parse(given.text()) {
        git::loose::check_all(&repository)?;
        let receiver = if received { Receiver::Here } else { call.receiver() };
        pushed::plan(&repository, &updates, &receiver, plan);
    } else if call.is_push() {
        if !given.text().is_empty() {
            let problem = "standard input holds something else than the list of refs that git gives to this hook";
            return Err(HookError::Usage(problem.to_owned()));
        }
        let tip = (call.variable)("PRE_COMMIT_LOCAL_BRANCH");
        git::loose::check_all(&repository)?;
        let tip = pushed::without_refs(&repository, &call.receiver(), tip, plan)?;
        if call.is_set("PRE_COMMIT_REMOTE_NAME") {
            unnamed(&repository, call, tip.as_slice(), plan);
        }
    } else {
        if !given.text().is_empty() {
            plan.note("standard input holds no list of pushed refs: it was ignored");
        }
        arguments::plan(call, &repository, plan)?;
    }
    Ok(())
}

/// The range that the pre-commit framework gives, for a push or for `--from-ref` and `--to-ref`.
fn of_range(repository: &Repository, from: &str, to: &str, call: &Call<'_>, plan: &mut Plan) -> Result<(), HookError> {
    let set = ranges::parse(repository, &format!("{from}..{to}"))?;
    let branch = (call.variable)("PRE_COMMIT_LOCAL_BRANCH").map_or_else(String::new, |name| format!(" of {name}"));
    let short = |ids: &[git2::Oid]| ids.iter().map(|id| format!("{id:.12}")).collect::<String>();
    plan.note(format!("the commits {}..{}{branch}", short(&set.exclude), short(&set.include)));
    if call.is_set("PRE_COMMIT_REMOTE_NAME") {
        unnamed(repository, call, &set.include, plan);
    }
    plan.subject = Subject::Commits;
    plan.targets.push(Target::Commits { path: git::folder(repository).to_owned(), set });
    Ok(())
}

/// The pre-commit framework hands on one ref of a push. Which others are pushed is not known; what they could be is said.
fn unnamed(repository: &Repository, call: &Call<'_>, tips: &[git2::Oid], plan: &mut Plan) {
    let others = pushed::others(repository, &call.receiver(), tips);
    let Some((first, more)) = others.split_first() else { return };
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    plan.note(format!(
        "pre-commit names one ref of a push: should {first}{more} be pushed with it, that was not scanned \
         (`spillcheck hook install` makes a hook that sees every ref)"
    ));
}
