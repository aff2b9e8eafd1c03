//! CI services by their environment.
//!
//! Source: each service's documentation of its predefined variables.

use super::{CiError, Event, Job, Push, Service, github};

/// How a full clone is got where the service has no setting of its own.
const UNSHALLOW: &str = "`git fetch --unshallow`";

type Reader = fn(&Variables<'_>) -> Result<Event, CiError>;

/// Services by the variable that each one sets, how a full clone is got, and how its variables are read.
const SERVICES: &[(&str, Service, Reader)] = &[
    ("GITLAB_CI", Service { name: "GitLab CI", full_clone: "`GIT_DEPTH: 0` in the job's variables" }, gitlab),
    ("TF_BUILD", Service { name: "Azure Pipelines", full_clone: "`fetchDepth: 0` in the checkout step" }, azure),
    ("CIRCLECI", Service { name: "CircleCI", full_clone: UNSHALLOW }, circle),
    ("TRAVIS", Service { name: "Travis CI", full_clone: "`git: depth: false`" }, travis),
    ("DRONE", Service { name: "Drone", full_clone: UNSHALLOW }, drone),
    ("BITBUCKET_BUILD_NUMBER", Service { name: "Bitbucket Pipelines", full_clone: "`clone: depth: full`" }, bitbucket),
    ("BUILDKITE", Service { name: "Buildkite", full_clone: UNSHALLOW }, buildkite),
    ("JENKINS_URL", Service { name: "Jenkins", full_clone: "no shallow clone in the checkout step" }, jenkins),
];

const GITHUB: Service = Service { name: "GitHub Actions", full_clone: "`fetch-depth: 0` in actions/checkout" };
const UNKNOWN: Service = Service { name: "no CI service that is known", full_clone: UNSHALLOW };

/// The service that runs the job, and what it says.
pub(super) fn event(job: &Job<'_>) -> Result<(Service, Event), CiError> {
    let variable = job.variable;
    if let Some((name, path)) = &job.event {
        let name = name.clone().or_else(|| variable("GITHUB_EVENT_NAME")).unwrap_or_default();
        return Ok((GITHUB, github::event(&name, Some(path), variable("GITHUB_REF").as_deref())?));
    }
    if variable("GITHUB_ACTIONS").is_some() || variable("GITHUB_EVENT_NAME").is_some() {
        let name = variable("GITHUB_EVENT_NAME").unwrap_or_default();
        let path = variable("GITHUB_EVENT_PATH").map(std::path::PathBuf::from);
        return Ok((GITHUB, github::event(&name, path.as_deref(), variable("GITHUB_REF").as_deref())?));
    }
    match SERVICES.iter().find(|(sign, ..)| variable(sign).is_some()) {
        Some((_, service, read)) => Ok((*service, read(&Variables { service: *service, variable })?)),
        None => Ok((UNKNOWN, Event::Everything("the environment does not say what is new".to_owned()))),
    }
}

/// A full object id of either kind of repository.
pub(super) fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The id that stands for nothing.
pub(super) fn is_zero(id: &str) -> bool {
    id.bytes().all(|b| b == b'0')
}

struct Variables<'v> {
    service: Service,
    variable: &'v dyn Fn(&str) -> Option<String>,
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|v| v == value)
    }

    /// An object id; zeros and the word `HEAD` count as not set. Anything else that is no id is an error: it must not become
    /// an expression that git evaluates.
    fn id(&self, variable: &'static str) -> Result<Option<String>, CiError> {
        match self.get(variable) {
            None => Ok(None),
            Some(text) if text == "HEAD" || is_zero(&text) => Ok(None),
            Some(text) if is_id(&text) => Ok(Some(text)),
            Some(_) => Err(CiError::Variable { service: self.service.name, variable }),
        }
    }

    /// The left side of a range `A...B` or `A..B` of ids.
    fn left(&self, variable: &'static str) -> Option<String> {
        let range = self.get(variable)?;
        range.split("..").next().filter(|id| is_id(id) && !is_zero(id)).map(str::to_owned)
    }

    /// A push to what `tag` or else `branch` names.
    fn push(&self, branch: &str, tag: &str, old: Option<String>, new: Option<String>, default: &str) -> Event {
        let tag = self.get(tag);
        let is_tag = tag.is_some();
        let name = tag.or_else(|| self.get(branch)).unwrap_or_default();
        Event::Push(Push { name, is_tag, old, new, default: self.get(default) })
    }
}

fn proposal(base: Option<String>, head: Option<String>, target: Option<String>) -> Event {
    let target = target.map(|name| name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned());
    Event::Proposal { base, head, target, fetch: None }
}

fn gitlab(v: &Variables<'_>) -> Result<Event, CiError> {
    // Older runners and pipelines of pipelines do not name the source; what else is set tells it.
    let source = v.get("CI_PIPELINE_SOURCE").or_else(|| {
        let told = [("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "merge_request_event"), ("CI_COMMIT_BEFORE_SHA", "push")];
        told.iter().find(|(variable, _)| v.get(variable).is_some()).map(|(_, source)| (*source).to_owned())
    });
    match source.as_deref() {
        Some("merge_request_event" | "external_pull_request_event") => {
            // The first is set where the pipeline runs on a test merge: CI_COMMIT_SHA is the merge then.
            let head = v.id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")?.or(v.id("CI_COMMIT_SHA")?);
            Ok(proposal(v.id("CI_MERGE_REQUEST_DIFF_BASE_SHA")?, head, v.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")))
        }
        Some("push") => {
            let (old, new) = (v.id("CI_COMMIT_BEFORE_SHA")?, v.id("CI_COMMIT_SHA")?);
            Ok(v.push("CI_COMMIT_BRANCH", "CI_COMMIT_TAG", old, new, "CI_DEFAULT_BRANCH"))
        }
        source => Ok(Event::Everything(format!("the pipeline's source is {}", source.unwrap_or("not known")))),
    }
}

fn azure(v: &Variables<'_>) -> Result<Event, CiError> {
    // Which of the two is set depends on where the repository is hosted.
    let target = v.get("SYSTEM_PULLREQUEST_TARGETBRANCH").or_else(|| v.get("SYSTEM_PULLREQUEST_TARGETBRANCHNAME"));
    match v.get("BUILD_REASON").as_deref() {
        reason if reason == Some("PullRequest") || target.is_some() => {
            Ok(proposal(None, v.id("SYSTEM_PULLREQUEST_SOURCECOMMITID")?, target))
        }
        Some("IndividualCI" | "BatchedCI") => {
            let source = v.get("BUILD_SOURCEBRANCH").unwrap_or_default();
            let is_tag = source.starts_with("refs/tags/");
            let name =
                source.strip_prefix("refs/heads/").or_else(|| source.strip_prefix("refs/tags/")).unwrap_or(&source);
            let new = v.id("BUILD_SOURCEVERSION")?;
            Ok(Event::Push(Push { name: name.to_owned(), is_tag, old: None, new, default: None }))
        }
        reason => Ok(Event::Everything(format!("the build's reason is {}", reason.unwrap_or("not known")))),
    }
}

fn circle(v: &Variables<'_>) -> Result<Event, CiError> {
    let (old, new) = (v.left("CIRCLE_RANGE"), v.id("CIRCLE_SHA1")?);
    Ok(v.push("CIRCLE_BRANCH", "CIRCLE_TAG", old, new, ""))
}

fn travis(v: &Variables<'_>) -> Result<Event, CiError> {
    match v.get("TRAVIS_EVENT_TYPE").as_deref() {
        Some("pull_request") => {
            let base = v.left("TRAVIS_COMMIT_RANGE");
            Ok(proposal(base, v.id("TRAVIS_PULL_REQUEST_SHA")?, v.get("TRAVIS_BRANCH")))
        }
        Some("push") => {
            let (old, new) = (v.left("TRAVIS_COMMIT_RANGE"), v.id("TRAVIS_COMMIT")?);
            Ok(v.push("TRAVIS_BRANCH", "TRAVIS_TAG", old, new, ""))
        }
        kind => Ok(Event::Everything(format!("the event is {}", kind.unwrap_or("not known")))),
    }
}

fn drone(v: &Variables<'_>) -> Result<Event, CiError> {
    let new = v.id("DRONE_COMMIT_SHA")?;
    match v.get("DRONE_BUILD_EVENT").as_deref() {
        Some("pull_request") => Ok(proposal(None, new, v.get("DRONE_TARGET_BRANCH"))),
        Some("push" | "tag") => {
            let old = v.id("DRONE_COMMIT_BEFORE")?;
            Ok(v.push("DRONE_COMMIT_BRANCH", "DRONE_TAG", old, new, "DRONE_REPO_BRANCH"))
        }
        event => Ok(Event::Everything(format!("the event is {}", event.unwrap_or("not known")))),
    }
}

fn bitbucket(v: &Variables<'_>) -> Result<Event, CiError> {
    let new = v.id("BITBUCKET_COMMIT")?;
    if v.get("BITBUCKET_PR_ID").is_some() {
        // The destination's commit is cut to twelve digits: the branch says more.
        return Ok(proposal(None, new, v.get("BITBUCKET_PR_DESTINATION_BRANCH")));
    }
    if v.get("BITBUCKET_BRANCH").is_none() && v.get("BITBUCKET_TAG").is_none() {
        return Ok(Event::Everything("a pipeline without branch or tag".to_owned()));
    }
    Ok(v.push("BITBUCKET_BRANCH", "BITBUCKET_TAG", None, new, ""))
}

fn buildkite(v: &Variables<'_>) -> Result<Event, CiError> {
    let new = v.id("BUILDKITE_COMMIT")?;
    if v.get("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false") {
        return Ok(proposal(None, new, v.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH")));
    }
    if v.is("BUILDKITE_SOURCE", "schedule") {
        return Ok(Event::Everything("a schedule".to_owned()));
    }
    Ok(v.push("BUILDKITE_BRANCH", "BUILDKITE_TAG", None, new, "BUILDKITE_PIPELINE_DEFAULT_BRANCH"))
}

fn jenkins(v: &Variables<'_>) -> Result<Event, CiError> {
    if let Some(target) = v.get("CHANGE_TARGET") {
        return Ok(proposal(None, None, Some(target)));
    }
    // The last build that passed: what came after it may hold what made the others fail.
    let old = v.id("GIT_PREVIOUS_SUCCESSFUL_COMMIT")?.or(v.id("GIT_PREVIOUS_COMMIT")?);
    let new = v.id("GIT_COMMIT")?;
    Ok(v.push("BRANCH_NAME", "TAG_NAME", old, new, ""))
}
