//! Events of GitHub Actions, from the payload in `GITHUB_EVENT_PATH`.
//!
//! Source: GitHub's documentation of webhook payloads and of events that trigger workflows.

use std::path::Path;

use serde_json::Value;

use super::services::{is_id, is_zero};
use super::{CiError, Event, Push};

/// Largest payload that is read, bytes. GitHub's are capped at 25 MB.
const MOST: u64 = 64 << 20;

/// What the event `name` with the payload in the file at `path` brings. `git_ref` is `GITHUB_REF`.
pub(super) fn event(name: &str, path: Option<&Path>, git_ref: Option<&str>) -> Result<Event, CiError> {
    let tag = git_ref.and_then(|r| r.strip_prefix("refs/tags/"));
    match name {
        "push" | "pull_request" | "pull_request_target" | "pull_request_review" | "merge_group" => {
            let missing = || CiError::Event { path: "GITHUB_EVENT_PATH".into(), problem: "it is not set".to_owned() };
            let path = path.ok_or_else(missing)?;
            let payload = Payload { value: read(path)?, path };
            match name {
                "push" => push(&payload),
                "merge_group" => merge_group(&payload),
                _ => pull_request(&payload),
            }
        }
        // The payload has names and no ids; the tag is what is checked out.
        "release" | "create" if tag.is_some() => {
            Ok(Event::Push(Push { name: tag.unwrap_or_default().to_owned(), is_tag: true, ..Push::default() }))
        }
        "delete" => Ok(Event::Nothing("a ref was deleted: there is nothing to scan".to_owned())),
        "schedule" => Ok(Event::Everything("a schedule".to_owned())),
        "workflow_dispatch" | "repository_dispatch" => Ok(Event::Everything("a run by hand".to_owned())),
        "" => Ok(Event::Everything("GITHUB_EVENT_NAME is not set".to_owned())),
        other => Ok(Event::Everything(format!("the event {other} brings no commits of its own"))),
    }
}

fn read(path: &Path) -> Result<Value, CiError> {
    let fail = |problem: String| CiError::Event { path: path.to_owned(), problem };
    let size = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
    if size > MOST {
        return Err(fail("it is larger than 64 MiB".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
    // The text of the parser's error can quote the payload; its place is enough.
    serde_json::from_slice(&bytes)
        .map_err(|e| fail(format!("it is no JSON (line {}, column {})", e.line(), e.column())))
}

struct Payload<'p> {
    value: Value,
    path: &'p Path,
}

impl Payload<'_> {
    fn text(&self, pointer: &str) -> Option<String> {
        self.value.pointer(pointer)?.as_str().map(str::to_owned)
    }

    /// An object id that must be there.
    fn id(&self, pointer: &str) -> Result<String, CiError> {
        let fail = || CiError::Event {
            path: self.path.to_owned(),
            problem: format!("{pointer} should be an object id and is not"),
        };
        self.text(pointer).filter(|id| is_id(id)).ok_or_else(fail)
    }
}

fn push(payload: &Payload<'_>) -> Result<Event, CiError> {
    let git_ref = payload.text("/ref").unwrap_or_default();
    let (old, new) = (payload.id("/before")?, payload.id("/after")?);
    if is_zero(&new) {
        return Ok(Event::Nothing(format!("{git_ref} was deleted: there is nothing to scan")));
    }
    let is_tag = git_ref.starts_with("refs/tags/");
    let name = git_ref.strip_prefix("refs/heads/").or_else(|| git_ref.strip_prefix("refs/tags/")).unwrap_or(&git_ref);
    Ok(Event::Push(Push {
        name: name.to_owned(),
        is_tag,
        old: Some(old).filter(|id| !is_zero(id)),
        new: Some(new),
        default: payload.text("/repository/default_branch"),
    }))
}

fn pull_request(payload: &Payload<'_>) -> Result<Event, CiError> {
    let number = payload.value.pointer("/pull_request/number").and_then(Value::as_u64);
    Ok(Event::Proposal {
        base: Some(payload.id("/pull_request/base/sha")?),
        head: Some(payload.id("/pull_request/head/sha")?),
        target: payload.text("/pull_request/base/ref"),
        fetch: number.map(|n| format!("refs/pull/{n}/head")),
    })
}

fn merge_group(payload: &Payload<'_>) -> Result<Event, CiError> {
    Ok(Event::Proposal {
        base: Some(payload.id("/merge_group/base_sha")?),
        head: Some(payload.id("/merge_group/head_sha")?),
        target: None,
        fetch: payload.text("/merge_group/head_ref"),
    })
}
