//! The Action on payloads that GitHub sent: the recordings of `@octokit/webhooks-examples` from npm, with the ids of our commits
//! and the names of our refs put in their place. Reported as not run where npm cannot install them.

use serde_json::{Value, json};

use super::leak;
use super::repository::Repository;
use super::runner::{Run, Step, ZERO};
use super::support::tools;

/// The recordings of one kind of event.
fn recorded(examples: &Value, name: &str) -> Vec<Value> {
    let kind = examples.as_array().unwrap().iter().find(|kind| kind["name"] == name);
    kind.unwrap_or_else(|| panic!("no recording of {name}"))["examples"].as_array().unwrap().clone()
}

/// A repository in which `topic` brought a secret and took it away again. `main`, which had one before, moved on and has one now.
/// HEAD is the test merge of the two.
struct Project {
    repository: Repository,
    base: String,
    head: String,
}

fn project() -> Project {
    let repository = Repository::new();
    repository.commit("old.env", &leak(21));
    let base = repository.remove("old.env");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.commit("topic.env", &leak(22));
    let head = repository.remove("topic.env");
    repository.git(&["checkout", "--quiet", "--detach", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "--message", "test merge", "topic"]);
    Project { repository, base, head }
}

impl Project {
    fn run(&self, name: &str, payload: &Value) -> Run {
        Step::new(&self.repository, &self.repository.path, name, payload).run()
    }
}

/// Puts `value` where the recording has something of the same kind.
#[track_caller]
fn put(payload: &mut Value, pointer: &str, value: &str) {
    let there = payload.pointer_mut(pointer).unwrap_or_else(|| panic!("the recording has no {pointer}"));
    assert!(there.is_string() || there.is_null(), "{pointer} is {there}");
    *there = json!(value);
}

#[test]
fn events_as_github_sent_them() {
    let Some(file) = tools::npm("@octokit/webhooks-examples@7.6.1", "api.github.com/index.json") else { return };
    let examples: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let project = project();
    let mut runs = 0;
    for mut payload in recorded(&examples, "push") {
        let is_tag = payload["ref"].as_str().unwrap().starts_with("refs/tags/");
        let (is_new, is_gone) = (payload["before"] == ZERO, payload["after"] == ZERO);
        put(&mut payload, "/repository/default_branch", "main");
        put(&mut payload, "/ref", if is_tag { "refs/tags/simple-tag" } else { "refs/heads/topic" });
        put(&mut payload, "/before", if is_new { ZERO } else { &project.base });
        put(&mut payload, "/after", if is_gone { ZERO } else { &project.head });
        let expected: &[&str] = match (is_gone, is_tag) {
            (true, _) => &[],
            (_, true) => &["old.env", "topic.env"],
            _ => &["topic.env"],
        };
        let run = project.run("push", &payload);
        assert_eq!((run.code, run.history()), (i32::from(!is_gone), expected.to_vec()), "{}", run.log);
        runs += 1;
        if is_tag || is_gone {
            continue;
        }
        // The same as an ordinary push, and as a forced one whose old tip is gone.
        for before in [project.base.as_str(), "1234567890123456789012345678901234567890"] {
            put(&mut payload, "/before", before);
            let run = project.run("push", &payload);
            assert_eq!((run.code, run.history()), (1, vec!["topic.env"]), "{before}: {}", run.log);
        }
    }
    for mut payload in recorded(&examples, "pull_request").into_iter().step_by(4) {
        put(&mut payload, "/pull_request/base/sha", &project.base);
        put(&mut payload, "/pull_request/base/ref", "main");
        put(&mut payload, "/pull_request/head/sha", &project.head);
        // From a fork: another repository's name, and nothing of it is asked for.
        put(&mut payload, "/pull_request/head/repo/full_name", "somebody/fork");
        payload["pull_request"]["head"]["repo"]["fork"] = json!(true);
        for name in ["pull_request", "pull_request_target"] {
            let run = project.run(name, &payload);
            assert_eq!((run.code, run.history()), (1, vec!["topic.env"]), "{name}: {}", run.log);
            run.assert_outputs("1", "true");
            runs += 1;
        }
    }
    for mut payload in recorded(&examples, "merge_group") {
        put(&mut payload, "/merge_group/base_sha", &project.base);
        put(&mut payload, "/merge_group/head_sha", &project.repository.head());
        let run = project.run("merge_group", &payload);
        assert_eq!((run.code, run.history()), (1, vec!["topic.env"]), "{}", run.log);
        runs += 1;
    }
    for name in ["workflow_dispatch", "repository_dispatch"] {
        for payload in recorded(&examples, name) {
            let run = project.run(name, &payload);
            assert_eq!((run.code, run.history()), (1, vec!["old.env", "topic.env"]), "{name}: {}", run.log);
            runs += 1;
        }
    }
    // A schedule has a payload without a repository, and of it nothing is read.
    let run = project.run("schedule", &json!({ "schedule": "17 4 * * 1" }));
    assert_eq!((run.code, run.history()), (1, vec!["old.env", "topic.env"]), "{}", run.log);
    assert!(runs > 20, "{runs} recordings");
}
