//! Which commits a user means: a range, branches, a time, a number, or several of them.

use std::collections::HashSet;

use git2::{Oid, Repository};

use super::GitError;
use super::ranges::{self, Set};
use crate::collect::Collector;

/// What was asked for. What is not given does not narrow the choice; several things narrow it together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// `A..B`, `A...B` or `B`.
    pub range: Option<String>,
    /// Only commits that one of these branches (or tags, or commits) reaches.
    pub branches: Vec<String>,
    /// Only commits made at this time or later, by committer date, seconds since 1970.
    pub since: Option<i64>,
    /// Only so many, the newest.
    pub max_count: Option<usize>,
}

/// Which commits of a set count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these.
    pub within: Option<HashSet<Oid>>,
    /// Only those made at this time or later.
    pub since: Option<i64>,
    /// Of what is left the newest.
    pub max_count: Option<usize>,
}

impl Selection {
    /// Looks up the names. Without a range and branches all refs count, stashes aside. A name that does not exist is an error.
    pub fn resolve(&self, repository: &Repository, collector: &Collector) -> Result<(Set, Filter), GitError> {
        let mut filter = Filter { within: None, since: self.since, max_count: self.max_count };
        let branches =
            self.branches.iter().map(|name| branch(repository, name)).collect::<Result<Vec<Oid>, GitError>>()?;
        let set = match &self.range {
            Some(range) => {
                if !branches.is_empty() {
                    filter.within = Some(ranges::reached(repository, &branches)?);
                }
                ranges::parse(repository, range)?
            }
            None if branches.is_empty() => all(repository, collector)?,
            None => Set { label: self.branches.join(", "), include: branches, exclude: Vec::new() },
        };
        Ok((set, filter))
    }
}

/// The tip of a branch; of a tag or any other revision if no branch has the name.
fn branch(repository: &Repository, name: &str) -> Result<Oid, GitError> {
    if name.is_empty() {
        let message = "names no branch".to_owned();
        return Err(GitError::Revision { repository: super::name(repository), revision: String::new(), message });
    }
    let full = [format!("refs/heads/{name}"), format!("refs/remotes/{name}")];
    let found = full.iter().find_map(|name| repository.refname_to_id(name).ok());
    match found {
        Some(id) => Ok(id),
        None => ranges::commit(repository, name),
    }
}

/// What HEAD and all refs but the stash reach.
fn all(repository: &Repository, collector: &Collector) -> Result<Set, GitError> {
    let lookup = super::lookup::Lookup::of(repository);
    let mut include: Vec<Oid> = super::tips::head(&lookup, collector).map(|c| c.id()).into_iter().collect();
    include.extend(super::tips::tips(&lookup, |_| false, collector)?.refs.into_iter().map(|(_, id)| id));
    Ok(Set { label: "all refs".to_owned(), include, exclude: Vec::new() })
}
