//! Refs that are pushed: pre-push on the sender's side, pre-receive on a server.

use git2::{ErrorCode, Oid, Repository};

use super::HookError;
use crate::git;
use crate::git::ranges::{self, Set};
use crate::plan::Plan;
use crate::report::Subject;
use crate::scan::Target;

/// One line of standard input: a ref that is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Update {
    /// The ref, by the name the side that runs the hook has for it.
    pub(super) name: String,
    /// What it was on the receiving side; none for a new ref.
    pub(super) old: Option<Oid>,
    /// What it is to be; none for a deletion.
    pub(super) new: Option<Oid>,
}

/// Who receives what is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Receiver {
    /// This repository: the hook runs on a server.
    Here,
    /// A remote, by the name (or address) git has for it.
    Remote(String),
    /// A remote of which only the refs on standard input are known.
    Unnamed,
}

impl Receiver {
    fn label(&self) -> &str {
        match self {
            Self::Here => "this repository",
            Self::Remote(name) => name,
            Self::Unnamed => "the remote",
        }
    }

    /// Refs whose commits the receiver has.
    fn prefix(&self) -> String {
        match self {
            Self::Here => "refs/".to_owned(),
            Self::Remote(name) => format!("refs/remotes/{name}/"),
            Self::Unnamed => "refs/remotes/".to_owned(),
        }
    }
}

/// Reads the lines that git writes: `<local ref> <local id> <remote ref> <remote id>` (pre-push) or `<old id> <new id> <ref>`
/// (pre-receive), and whether they are of the second form. None if there is nothing, or something else.
pub(super) fn parse(text: &[u8]) -> Option<(Vec<Update>, bool)> {
    let text = std::str::from_utf8(text).ok()?;
    let read = |form: fn(&str) -> Option<Update>| {
        let updates: Option<Vec<Update>> = text.lines().filter(|line| !line.is_empty()).map(form).collect();
        updates.filter(|updates| !updates.is_empty())
    };
    read(sent).map(|updates| (updates, false)).or_else(|| read(received).map(|updates| (updates, true)))
}

/// A line of pre-push. The local ref may be any expression, also one with blanks.
fn sent(line: &str) -> Option<Update> {
    let mut words = line.rsplitn(4, ' ');
    let (old, _, new, name) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Update { name: name.to_owned(), old: id(old)?, new: id(new)? })
}

/// A line of pre-receive.
fn received(line: &str) -> Option<Update> {
    let mut words = line.splitn(3, ' ');
    let (old, new, name) = (words.next()?, words.next()?, words.next()?);
    Some(Update { name: name.to_owned(), old: id(old)?, new: id(new)? })
}

/// A full object id; all zeros stand for none.
#[allow(clippy::option_option)] // Not an id at all, or an id that stands for nothing.
fn id(text: &str) -> Option<Option<Oid>> {
    if text.len() != 40 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let id = Oid::from_str(text).ok()?;
    Some((!id.is_zero()).then_some(id))
}

/// The commits that `updates` bring, all refs in one set.
pub(super) fn plan(repository: &Repository, updates: &[Update], receiver: &Receiver, plan: &mut Plan) {
    let mut set =
        Set { label: "the pushed commits".to_owned(), include: Vec::new(), exclude: known(repository, receiver) };
    let mut names = Vec::new();
    for update in updates {
        let Some(new) = update.new else {
            plan.note(format!("{} is deleted: there is nothing to scan", update.name));
            continue;
        };
        match commit(repository, new) {
            Ok(commit) => {
                set.include.push(commit);
                names.push(update.name.as_str());
            }
            Err(error) => {
                let problem = format!("{new} is no commit that can be scanned: {}", error.message());
                plan.problem(update.name.clone(), problem);
            }
        }
        // After a forced push or behind others' work the old tip need not be here.
        set.exclude.extend(update.old.and_then(|old| commit(repository, old).ok()));
    }
    if names.is_empty() {
        return;
    }
    plan.note(format!("pushed to {}: {}", receiver.label(), names.join(", ")));
    plan.subject = Subject::Commits;
    plan.targets.push(Target::Commits { path: git::folder(repository).to_owned(), set });
}

/// A push of which no refs are known: `tip` and what leads to it, as far as the remote lacks it. Gives the commit that `tip` is.
pub(super) fn without_refs(
    repository: &Repository,
    receiver: &Receiver,
    tip: Option<String>,
    plan: &mut Plan,
) -> Result<Option<Oid>, HookError> {
    let tip = tip.unwrap_or_else(|| "HEAD".to_owned());
    if tip == "HEAD" && repository.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch) {
        plan.note("there is no commit yet: there is nothing to push");
        return Ok(None);
    }
    let mut set = ranges::parse(repository, &tip)?;
    set.exclude = known(repository, receiver);
    let to = receiver.label();
    plan.note(format!("no list of pushed refs came: all commits of {tip} that {to} lacks"));
    set.label = format!("the commits of {tip} that {to} lacks");
    plan.subject = Subject::Commits;
    let tip = set.include.first().copied();
    plan.targets.push(Target::Commits { path: git::folder(repository).to_owned(), set });
    Ok(tip)
}

/// Names of branches and tags with commits that neither the receiver nor `tips` has.
pub(super) fn others(repository: &Repository, receiver: &Receiver, tips: &[Oid]) -> Vec<String> {
    let known = known(repository, receiver);
    let is_new = |id: Oid| -> Result<bool, git2::Error> {
        let mut walk = repository.revwalk()?;
        walk.push(id)?;
        known.iter().chain(tips).try_for_each(|id| walk.hide(*id))?;
        Ok(walk.next().is_some())
    };
    let Ok(references) = repository.references() else { return Vec::new() };
    references
        .flatten()
        .filter(|r| r.name_bytes().starts_with(b"refs/heads/") || r.name_bytes().starts_with(b"refs/tags/"))
        .filter(|r| r.peel_to_commit().and_then(|commit| is_new(commit.id())).unwrap_or(false))
        .map(|r| String::from_utf8_lossy(r.name_bytes()).into_owned())
        .collect()
}

/// Commits that the receiving side has, as far as this clone knows.
fn known(repository: &Repository, receiver: &Receiver) -> Vec<Oid> {
    let prefix = receiver.prefix();
    let Ok(references) = repository.references() else { return Vec::new() };
    // A ref that cannot be read excludes nothing: more is scanned, not less.
    references
        .flatten()
        .filter(|r| r.name_bytes().starts_with(prefix.as_bytes()))
        .filter_map(|r| r.peel_to_commit().ok())
        .map(|c| c.id())
        .collect()
}

fn commit(repository: &Repository, id: Oid) -> Result<Oid, git2::Error> {
    repository.find_object(id, None)?.peel_to_commit().map(|commit| commit.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn of(id: &str) -> Option<Oid> {
        Some(Oid::from_str(id).expect("an id"))
    }

    #[test]
    fn lines_of_pre_push() {
        let text = format!(
            "refs/heads/a {A} refs/heads/b {B}\n(delete) {ZERO} refs/heads/c {B}\nmain~1 {A} refs/tags/d {ZERO}\n"
        );
        let (updates, received) = parse(text.as_bytes()).expect("a list of refs");
        assert!(!received);
        assert_eq!(updates[0], Update { name: "refs/heads/a".to_owned(), old: of(B), new: of(A) });
        assert_eq!(updates[1], Update { name: "(delete)".to_owned(), old: of(B), new: None });
        assert_eq!(updates[2], Update { name: "main~1".to_owned(), old: None, new: of(A) });
    }

    #[test]
    fn lines_of_pre_receive() {
        let text = format!("{ZERO} {A} refs/heads/new\n{A} {B} refs/heads/main\n");
        let (updates, received) = parse(text.as_bytes()).expect("a list of refs");
        assert!(received);
        assert_eq!(updates[0], Update { name: "refs/heads/new".to_owned(), old: None, new: of(A) });
        assert_eq!(updates[1], Update { name: "refs/heads/main".to_owned(), old: of(A), new: of(B) });
    }

    #[test]
    fn anything_else_is_no_list() {
        for text in ["", "\n", "hello\n", "a b c d\n", &format!("refs/heads/a {A}\n"), &format!("{A} {B}\n")] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
        // One bad line spoils the list: half a push is not scanned as if it were all of it.
        assert_eq!(parse(format!("refs/heads/a {A} refs/heads/b {B}\nhello\n").as_bytes()), None);
        assert_eq!(parse(b"\xff\n"), None);
    }
}
