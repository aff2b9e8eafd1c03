//! The places of one secret, merged.

use std::sync::Arc;

use crate::finding::{Location, Place};
use crate::origin::{Commit, Origin, Reach};
use crate::search::{Allowed, Match};

/// A place and the comment there that allows the secret.
type Seen = (Location, Option<Allowed>);

/// Merges the places of one secret. Files and index entries are reported where they are now, with the first commit that had
/// the secret at that path; a path that only history has is reported with its position in that first commit.
pub(super) fn locations(mut group: Vec<(Origin, Match)>) -> Vec<Seen> {
    group.sort_by(|(a, x), (b, y)| (a.path(), a, x.start).cmp(&(b.path(), b, y.start)));
    let mut locations = Vec::new();
    for at_path in group.chunk_by(|(a, _), (b, _)| a.path() == b.path()) {
        let (first, reach) = first(at_path);
        let in_head = at_path
            .iter()
            .filter_map(|(origin, _)| match origin {
                Origin::Commit { in_head, .. } => Some(*in_head),
                Origin::Tag { .. } | Origin::Object { .. } => Some(false),
                _ => None,
            })
            .reduce(|a, b| a || b);
        // The best source for positions: the file of today, else the index, else the first version in history.
        let best = at_path.iter().map(|(origin, _)| Place::of(origin)).min().unwrap_or(Place::History);
        for (origin, found) in at_path.iter().filter(|(origin, _)| Place::of(origin) == best) {
            if let (Origin::Commit { commit, .. }, Some(first)) = (origin, &first)
                && commit != first
            {
                continue;
            }
            let location = Location {
                path: origin.path().into(),
                start: found.start,
                end: found.end,
                place: best,
                commit: first.clone(),
                tag: match origin {
                    Origin::Tag { tag, .. } => Some(Arc::clone(tag)),
                    _ => None,
                },
                reach: reach.clone(),
                in_head,
                excerpt: found.excerpt.clone(),
                confidence: found.confidence,
                line_hash: found.line_hash,
                context: found.context.clone(),
            };
            locations.push((location, found.allowed.clone()));
        }
    }
    locations.sort();
    locations.dedup_by(|(b, _), (a, _)| a == b);
    locations
}

/// The first commit of the places at one path, if one of them is in a commit, and what reaches it; else what reaches the object.
fn first(at_path: &[(Origin, Match)]) -> (Option<Arc<Commit>>, Option<Arc<Reach>>) {
    let commits = at_path.iter().filter_map(|(origin, _)| match origin {
        Origin::Commit { commit, reach, .. } => Some((commit, reach)),
        _ => None,
    });
    if let Some((commit, reach)) = commits.min_by_key(|(commit, _)| *commit) {
        return (Some(Arc::clone(commit)), Some(Arc::clone(reach)));
    }
    let reach = at_path.iter().find_map(|(origin, _)| match origin {
        Origin::Tag { reach, .. } | Origin::Object { reach, .. } => Some(Arc::clone(reach)),
        _ => None,
    });
    (None, reach)
}
