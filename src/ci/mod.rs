//! CI jobs: which commits the event brings, worked out from what the service says and from the clone, without any API.

mod deepen;
mod github;
mod range;
mod services;

use std::path::{Path, PathBuf};

use git2::Repository;

use crate::git::{self, GitError};
use crate::named_enum;
use crate::plan::Plan;
use crate::scan::{Target, What};

named_enum! {
    /// What a CI job scans.
    Mode {
        /// The files, and the commits that the event brings; all of history where the event brings none.
        Auto = "auto",
        /// The commits that the event brings; all of history where it brings none.
        Commits = "commits",
        /// The files.
        Files = "files",
        /// All of history.
        History = "history",
        /// The files and all of history.
        All = "all",
    }
}

/// A CI job.
pub struct Job<'j> {
    /// The checkout, or a folder in it.
    pub folder: PathBuf,
    /// What to scan.
    pub mode: Mode,
    /// A GitHub event to take in place of the environment's: its name, and the file with its payload.
    pub event: Option<(Option<String>, PathBuf)>,
    /// Fetch commits that a shallow clone lacks.
    pub deepen: bool,
    /// Reads a variable of the environment; empty ones count as not set.
    pub variable: &'j dyn Fn(&str) -> Option<String>,
}

/// Why a job cannot be worked out.
#[derive(Debug, thiserror::Error)]
pub enum CiError {
    /// There is no repository.
    #[error("{}: not in a git repository", .0.display())]
    NoRepository(PathBuf),
    /// The repository cannot be used.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The payload of the event cannot be read or says something that makes no sense.
    #[error("{}: the event cannot be read: {problem}", path.display())]
    Event {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A variable of the service says something that makes no sense.
    #[error("{service}: {variable} is no object id")]
    Variable {
        /// The service.
        service: &'static str,
        /// The variable.
        variable: &'static str,
    },
}

/// What a service says about why the job runs. Ids are those of objects, checked to be hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    /// A ref was pushed.
    Push(Push),
    /// Commits are proposed: a pull or merge request, or a merge queue.
    Proposal {
        /// The tip of the target branch, as far as the service knows; it may lag behind.
        base: Option<String>,
        /// The tip of what is proposed; none: what is checked out.
        head: Option<String>,
        /// The target branch.
        target: Option<String>,
        /// What the head can be fetched as, for the message if it is not there.
        fetch: Option<String>,
    },
    /// No commits in particular: a schedule, a run by hand, an event that is not known.
    Everything(String),
    /// Nothing was brought.
    Nothing(String),
}

/// See [`Event::Push`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Push {
    /// The branch or tag, without `refs/heads/` or `refs/tags/`.
    name: String,
    /// It is a tag.
    is_tag: bool,
    /// Its old tip; none for a new one, or where the service does not say.
    old: Option<String>,
    /// Its new tip; none: what is checked out.
    new: Option<String>,
    /// The default branch, where the service says it.
    default: Option<String>,
}

/// A CI service as far as messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Service {
    /// Its name.
    name: &'static str,
    /// How a job gets a full clone there.
    full_clone: &'static str,
}

/// Works out what to scan. With [`Job::deepen`] this is the one place that opens a connection: git fetches what the clone lacks.
pub fn plan(job: &Job<'_>) -> Result<Plan, CiError> {
    let mut plan = Plan::default();
    let folder = |what| Target::Paths { paths: vec![job.folder.clone()], what, submodules: false };
    let opened = git::discover(&job.folder).and_then(|found| {
        found.iter().filter(|_| job.mode != Mode::Files).try_for_each(git::loose::check_all)?;
        Ok(found)
    });
    let repository = match opened {
        // Its files can be scanned all the same.
        Err(error @ GitError::Unreadable { .. }) => {
            if matches!(job.mode, Mode::Files | Mode::All | Mode::Auto) {
                plan.targets.push(folder(What::Files));
            }
            if job.mode != Mode::Files {
                plan.problem(job.folder.display().to_string(), error.problem());
            }
            return Ok(plan);
        }
        other => other?.ok_or_else(|| CiError::NoRepository(job.folder.clone()))?,
    };
    match job.mode {
        Mode::Files => plan.targets.push(folder(What::Files)),
        Mode::History => plan.targets.push(whole(&repository, What::History)),
        Mode::All => everything(&repository, &job.folder, &mut plan),
        Mode::Auto | Mode::Commits => {
            let (service, event) = services::event(job)?;
            if job.mode == Mode::Auto {
                plan.targets.push(folder(What::Files));
            }
            commits(job, repository, service, &event, &mut plan)?;
        }
    }
    Ok(plan)
}

fn commits(
    job: &Job<'_>,
    repository: Repository,
    service: Service,
    event: &Event,
    plan: &mut Plan,
) -> Result<(), CiError> {
    let mut repository = repository;
    match event {
        Event::Nothing(why) => plan.note(format!("{}: {why}", service.name)),
        Event::Everything(why) => {
            plan.note(format!("{}: {why}: all of history is scanned", service.name));
            plan.targets.push(whole(&repository, What::History));
        }
        Event::Push(_) | Event::Proposal { .. } => {
            let mut outcome = range::of(&repository, event);
            if job.deepen && !outcome.missing.is_empty() {
                let deepened = deepen::until_complete(&repository, event);
                plan.notes.extend(deepened.note);
                plan.problems.extend(deepened.problem);
                // Opened again: libgit2 keeps what it knows of a shallow clone.
                repository = git::discover(&job.folder)?.ok_or_else(|| CiError::NoRepository(job.folder.clone()))?;
                outcome = range::of(&repository, event);
            }
            plan.note(format!("{}: {}", service.name, outcome.note));
            for missing in outcome.missing {
                let problem = format!(
                    "{missing}, so the commits of this event were not all scanned; get a full clone ({}), or run \
                     `spillcheck ci --deepen`",
                    service.full_clone
                );
                plan.problem(git::name(&repository), problem);
            }
            if let Some(set) = outcome.set {
                plan.targets.push(Target::Commits { path: git::folder(&repository).to_owned(), set });
            }
        }
    }
    Ok(())
}

/// The repository as a target: its top, whatever folder of it was named.
fn whole(repository: &Repository, what: What) -> Target {
    Target::Paths { paths: vec![git::folder(repository).to_owned()], what, submodules: false }
}

/// The files of the folder and all of history.
fn everything(repository: &Repository, folder: &Path, plan: &mut Plan) {
    plan.targets.push(Target::Paths { paths: vec![folder.to_owned()], what: What::Files, submodules: false });
    plan.targets.push(whole(repository, What::History));
}
