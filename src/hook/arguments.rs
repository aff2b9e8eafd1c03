//! What the arguments of a hook say: files, a commit message, or nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use git2::Repository;

use super::{Call, HookError, Stage};
use crate::git;
use crate::git::index::Index;
use crate::git::ranges::Change;
use crate::plan::Plan;
use crate::report::Subject;
use crate::scan::Target;

/// Names git gives the file of a commit message.
const MESSAGE_FILES: &[&str] = &["COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG"];
/// Where a prepared message can come from (githooks(5), prepare-commit-msg).
const MESSAGE_SOURCES: &[&str] = &["message", "template", "merge", "squash", "commit"];

/// The file of a commit message, if the call is about one.
pub(super) fn message(call: &Call<'_>) -> Result<Option<PathBuf>, HookError> {
    let path = call.arguments.first().map(|first| call.folder.join(first));
    match call.stage {
        Some(stage @ (Stage::CommitMsg | Stage::PrepareCommitMsg)) => match path {
            Some(path) => Ok(Some(path)),
            None => {
                Err(HookError::Usage(format!("{stage}: the file of the commit message is missing: pass on \"$@\"")))
            }
        },
        Some(_) => Ok(None),
        None => Ok(path.filter(|path| {
            let in_git_folder = path.parent().is_some_and(|folder| folder.join("HEAD").is_file());
            let named = path.file_name().is_some_and(|name| MESSAGE_FILES.iter().any(|m| name == *m));
            let source = call.arguments.get(1).map(|s| s.to_string_lossy());
            in_git_folder && named && source.is_none_or(|s| MESSAGE_SOURCES.contains(&&*s))
        })),
    }
}

/// The index, some of its paths, or files.
pub(super) fn plan(call: &Call<'_>, repository: &Repository, plan: &mut Plan) -> Result<(), HookError> {
    let index = Index::open(repository)?;
    let mut change = index.staged(repository)?;
    let unmerged = index.unmerged();
    if !unmerged.is_empty() {
        let problem =
            "it is unmerged, so nothing of it is staged and nothing of it was scanned: resolve the conflict and add it";
        unmerged.iter().for_each(|path| plan.problem(path.clone(), problem));
    }
    if call.arguments.is_empty() {
        return without_files(call, repository, &index, change, plan);
    }
    let names: Vec<Option<String>> = call.arguments.iter().map(|p| name_in(repository, &call.folder.join(p))).collect();
    let staged: BTreeSet<&str> = change.new.iter().map(|changed| changed.origin.path()).collect();
    if names.iter().all(|name| name.as_deref().is_some_and(|name| staged.contains(name))) {
        let wanted: BTreeSet<String> = names.into_iter().flatten().collect();
        change.keep(|path| wanted.contains(path));
        staged_change(repository, change, plan);
        return Ok(());
    }
    // `--all-files`, `--files`: not what a commit would change, so the files count as they are.
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        call.arguments.iter().map(|path| call.folder.join(path)).partition(|path| path.is_dir());
    plan.note(format!("{} named, not all of them staged: they are scanned as they are", paths(call.arguments.len())));
    if !files.is_empty() {
        plan.targets.push(Target::Listed { path: git::folder(repository).to_owned(), files });
    }
    if !folders.is_empty() {
        plan.targets.push(Target::Paths { paths: folders, what: crate::scan::What::Files, submodules: false });
    }
    Ok(())
}

fn without_files(
    call: &Call<'_>,
    repository: &Repository,
    index: &Index,
    change: Change,
    plan: &mut Plan,
) -> Result<(), HookError> {
    let removed = change.parents.iter().any(|parent| !parent.old.is_empty());
    if !change.new.is_empty() {
        staged_change(repository, change, plan);
    } else if removed {
        plan.note("only deletions are staged: there is nothing to scan");
    } else if !plan.problems.is_empty() || call.is_set("GIT_INDEX_FILE") {
        // A commit that changes no file: --allow-empty, or a new message.
        plan.note("nothing is staged: there is nothing to scan");
    } else if call.is_set("PRE_COMMIT") {
        plan.note("nothing is staged and pre-commit passed no files: every file of the index is scanned");
        let change = index.whole(repository)?;
        plan.targets.push(Target::Introduced { path: git::folder(repository).to_owned(), change });
    } else if call.is_set("CI") {
        let problem = "nothing is staged and no files were given, so nothing was scanned; in CI, run `spillcheck ci`, or pass files";
        plan.problem("the index", problem);
    } else {
        plan.note("nothing is staged: there is nothing to scan");
    }
    Ok(())
}

fn staged_change(repository: &Repository, change: Change, plan: &mut Plan) {
    plan.note(format!("{} staged", paths(change.new.len())));
    plan.subject = Subject::Staged { unborn: repository.head().is_err() };
    plan.targets.push(Target::Introduced { path: git::folder(repository).to_owned(), change });
}

fn paths(n: usize) -> String {
    if n == 1 { "1 file".to_owned() } else { format!("{n} files") }
}

/// The path of a file from the top of the working tree, as the index has it. The file itself need not exist.
fn name_in(repository: &Repository, path: &Path) -> Option<String> {
    let top = std::fs::canonicalize(repository.workdir()?).ok()?;
    let folder = std::fs::canonicalize(path.parent()?).ok()?;
    let real = folder.join(path.file_name()?);
    let name = real.strip_prefix(&top).ok()?.to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '/' { name.to_owned() } else { name.replace('\\', "/") })
}
