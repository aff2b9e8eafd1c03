//! In words: what reaches a commit, a tag or an object.

use super::text::count;
use crate::finding::Location;
use crate::origin::Reach;

/// Refs named in a text; the others are counted.
const NAMED: usize = 3;

/// `on main, tag v1 and 2 more refs`, `only in a stash` and so on; none if it was not looked up. Names are as they stand in the
/// repository: whoever prints them takes care of control characters.
pub(super) fn words(location: &Location) -> Option<String> {
    match location.reach.as_deref()? {
        Reach::Unknown => None,
        Reach::Refs { names, total } => {
            let names: Vec<String> = names.iter().take(NAMED).map(|name| short(name)).collect();
            let more = match total.saturating_sub(names.len()) {
                0 => String::new(),
                n => format!(" and {}", count(n as u64, "more ref")),
            };
            (!names.is_empty()).then(|| format!("on {}{more}", names.join(", ")))
        }
        Reach::Stash => Some("only in a stash".to_owned()),
        Reach::Reflog => Some("only in a reflog".to_owned()),
        Reach::Unreachable => Some("reached by nothing".to_owned()),
    }
}

/// The name people use for a ref.
fn short(name: &str) -> String {
    if let Some(tag) = name.strip_prefix("refs/tags/") {
        return format!("tag {tag}");
    }
    let branch = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/"));
    branch.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn names_as_people_use_them() {
        let names = ["refs/heads/a/b", "refs/remotes/origin/main", "refs/tags/v1", "refs/notes/commits", "HEAD"];
        assert_eq!(names.map(short), ["a/b", "origin/main", "tag v1", "refs/notes/commits", "HEAD"]);
    }
}
