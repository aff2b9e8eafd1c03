//! From an event to a set of commits that the clone has.

use std::collections::HashSet;

use git2::{Oid, Repository};

use super::{Event, Push};
use crate::git;
use crate::git::ranges::Set;

/// What became of an event.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What it means, in words.
    pub(super) note: String,
    /// The commits to scan; none if nothing can be said of them.
    pub(super) set: Option<Set>,
    /// What is not in the clone and would be needed.
    pub(super) missing: Vec<String>,
}

/// The commits that `event` brings.
pub(super) fn of(repository: &Repository, event: &Event) -> Outcome {
    let mut outcome = match event {
        Event::Push(push) => pushed(repository, push),
        Event::Proposal { base, head, target, fetch } => {
            proposed(repository, base.as_deref(), head.as_deref(), target.as_deref(), fetch.as_deref())
        }
        Event::Everything(_) | Event::Nothing(_) => Outcome::default(),
    };
    if let Some(set) = &mut outcome.set {
        let cut = cut_off(repository, set);
        if let Some(first) = cut.first() {
            outcome.missing.push(format!("the clone is shallow and ends at commit {first}"));
        }
        // What is above the boundary can be compared with its parents; the boundary itself cannot.
        set.exclude.extend(cut);
    }
    outcome
}

fn pushed(repository: &Repository, push: &Push) -> Outcome {
    let what = if push.is_tag { format!("tag {}", push.name) } else { format!("push to {}", push.name) };
    let given = push.new.as_deref();
    let found = given.and_then(|id| commit(repository, id));
    // A checkout of an annotated tag has the commit and not the tag's own object.
    let Some(new) = found.or_else(|| (given.is_none() || push.is_tag).then(|| head(repository)).flatten()) else {
        let missing = format!("commit {} is not in this clone", given.unwrap_or("HEAD"));
        return Outcome { note: what, set: None, missing: vec![missing] };
    };
    let old = push.old.as_deref();
    if let Some(known) = old.and_then(|old| commit(repository, old)) {
        return all(format!("{what}: commits {}..{}", short(known), short(new)), new, vec![known]);
    }
    if push.is_tag {
        return tagged(repository, &what, new);
    }
    match old {
        Some(old) if repository.is_shallow() => {
            let missing = format!("commit {old}, the tip before the push, is not in this clone");
            Outcome { note: what, set: None, missing: vec![missing] }
        }
        Some(old) => {
            new_branch(repository, push, &format!("{what}, whose old tip {old:.12} is gone (a forced push)"), new)
        }
        None => new_branch(repository, push, &what, new),
    }
}

/// All commits that the default branch lacks. Other branches do not count as known: they may be pushed in this moment, too.
fn new_branch(repository: &Repository, push: &Push, what: &str, new: Oid) -> Outcome {
    let default = push.default.clone().or_else(|| default_branch(repository)).filter(|name| *name != push.name);
    match default.as_deref().and_then(|name| branch(repository, name)) {
        Some(tip) => all(format!("{what}: commits that {} lacks", default.unwrap_or_default()), new, vec![tip]),
        None => all(format!("{what}: all commits that lead to {}", short(new)), new, Vec::new()),
    }
}

/// All commits since the tags before.
fn tagged(repository: &Repository, what: &str, new: Oid) -> Outcome {
    let mut tags: HashSet<Oid> = HashSet::new();
    if let Ok(references) = repository.references_glob("refs/tags/*") {
        tags.extend(references.flatten().filter_map(|r| r.peel_to_commit().ok()).map(|c| c.id()));
    }
    tags.remove(&new);
    // Only what leads to this tag: another one further on may be pushed in this moment, too.
    let walk = repository.revwalk().and_then(|mut walk| walk.push(new).map(|()| walk));
    let known: Vec<Oid> = if tags.is_empty() {
        Vec::new()
    } else {
        walk.into_iter().flatten().flatten().filter(|id| tags.contains(id)).collect()
    };
    let since = if known.is_empty() { "all commits that lead to it" } else { "commits since the tags before it" };
    all(format!("{what}: {since}"), new, known)
}

fn proposed(
    repository: &Repository,
    base: Option<&str>,
    head_id: Option<&str>,
    target: Option<&str>,
    fetch: Option<&str>,
) -> Outcome {
    let checked_out = head(repository);
    let proposed = match head_id {
        Some(id) => commit(repository, id),
        None => checked_out,
    };
    let note = "a proposed change".to_owned();
    let Some(proposed) = proposed else {
        let hint = fetch.map_or_else(String::new, |name| format!(" (`git fetch origin {name}` gets it)"));
        let missing =
            format!("commit {}, the head of what is proposed, is not in this clone{hint}", head_id.unwrap_or("HEAD"));
        return Outcome { note, set: None, missing: vec![missing] };
    };
    // The service's test merge: its first parent is the target as it is now. What the service says of the base may be older.
    if let Some(merge) = checked_out.and_then(|id| repository.find_commit(id).ok())
        && merge.parent_ids().skip(1).any(|id| id == proposed)
        && let Some(target) = merge.parent_ids().next()
    {
        let note = format!("{note}: commits {}..{} and their test merge", short(target), short(proposed));
        return all(note, merge.id(), vec![target]);
    }
    let target_tip = target.and_then(|name| branch(repository, name));
    let known: Vec<Oid> = target_tip.into_iter().chain(base.and_then(|id| commit(repository, id))).collect();
    if known.is_empty() && repository.is_shallow() {
        let target = target.map_or_else(|| base.unwrap_or("the base").to_owned(), |name| format!("the branch {name}"));
        return Outcome { note, set: None, missing: vec![format!("{target} is not in this clone")] };
    }
    let note = match known.first() {
        Some(base) => format!("{note}: commits {}..{}", short(*base), short(proposed)),
        None => format!("{note}, whose target is not in this clone: all commits that lead to {}", short(proposed)),
    };
    all(note, proposed, known)
}

fn all(note: String, include: Oid, exclude: Vec<Oid>) -> Outcome {
    let set = Set { label: "the commits of the event".to_owned(), include: vec![include], exclude };
    Outcome { note, set: Some(set), missing: Vec::new() }
}

/// Commits of `set` whose parents a shallow clone does not have.
fn cut_off(repository: &Repository, set: &Set) -> Vec<Oid> {
    let boundary = git::shallow(repository);
    if boundary.is_empty() {
        return Vec::new();
    }
    let Ok(mut walk) = repository.revwalk() else { return Vec::new() };
    let prepared = set.include.iter().try_for_each(|id| walk.push(*id));
    let prepared = prepared.and_then(|()| set.exclude.iter().try_for_each(|id| walk.hide(*id)));
    // What cannot be walked is said by the scan of the commits.
    prepared.map_or_else(|_| Vec::new(), |()| walk.flatten().filter(|id| boundary.contains(id)).collect())
}

/// The commit that an object id stands for, if the clone has it.
fn commit(repository: &Repository, id: &str) -> Option<Oid> {
    let object = repository.find_object(Oid::from_str(id).ok()?, None).ok()?;
    object.peel_to_commit().ok().map(|commit| commit.id())
}

fn head(repository: &Repository) -> Option<Oid> {
    repository.head().ok()?.peel_to_commit().ok().map(|commit| commit.id())
}

/// The tip of a branch as the remote has it, or else the local one. The name is taken as it is, never as an expression.
fn branch(repository: &Repository, name: &str) -> Option<Oid> {
    let remote = remote(repository);
    let names = [format!("refs/remotes/{remote}/{name}"), format!("refs/heads/{name}")];
    names.iter().find_map(|name| repository.find_reference(name).ok()?.peel_to_commit().ok()).map(|commit| commit.id())
}

/// The branch that the remote's HEAD names.
fn default_branch(repository: &Repository) -> Option<String> {
    let remote = remote(repository);
    let head = repository.find_reference(&format!("refs/remotes/{remote}/HEAD")).ok()?;
    Some(head.symbolic_target().ok()??.strip_prefix(&format!("refs/remotes/{remote}/"))?.to_owned())
}

/// The remote that the clone came from: `origin`, or the only one there is.
pub(super) fn remote(repository: &Repository) -> String {
    let names: Vec<String> = repository
        .remotes()
        .map(|names| names.iter().flatten().flatten().map(str::to_owned).collect())
        .unwrap_or_default();
    match names.as_slice() {
        [only] => only.clone(),
        _ => "origin".to_owned(),
    }
}

fn short(id: Oid) -> String {
    id.to_string().chars().take(12).collect()
}
