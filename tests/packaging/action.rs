//! `action.yml` and `action/run.sh`, run as a runner runs them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::repository::Repository;
use super::runner::{Run, Step, ZERO, on_push, pull_request, push, with_ref};
use super::{BINARY, leak, read, root};

#[test]
fn a_leak_in_the_pushed_range_fails_even_when_it_is_gone_from_the_tree() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    let line = leak(1);
    let guilty = repository.commit("gone.env", &line);
    let after = repository.remove("gone.env");
    let run = on_push(&repository, &repository.path, &before, &after);
    assert_eq!(run.code, 1, "{}", run.log);
    run.assert_outputs("1", "true");
    assert_eq!(run.files(), [""; 0]);
    assert_eq!(run.history(), ["gone.env"]);
    assert!(run.log.contains(&guilty[..12]), "{}", run.log);
    let secret = line.trim().strip_prefix("TOKEN=").unwrap();
    assert!(!run.log.contains(secret) && !run.sarif.to_string().contains(secret), "the secret is shown");
}

#[test]
fn a_leak_in_tree_and_range_is_one_finding_and_one_alert() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    let after = repository.commit("new.env", &leak(1));
    let run = on_push(&repository, &repository.path, &before, &after);
    assert_eq!(run.code, 1, "{}", run.log);
    run.assert_outputs("1", "true");
    assert_eq!((run.files(), run.history()), (vec!["new.env"], vec![]));
    // Workflow commands are on again for the annotations.
    let errors = run.annotations("error");
    assert_eq!(errors.len(), 1, "{}", run.log);
    assert!(
        errors[0].starts_with("::error file=new.env,line=1,endLine=1,col=7,endColumn=47,title=GitHub"),
        "{}",
        errors[0]
    );
    assert!(run.summary.contains("**1 finding: 1 critical.**") && run.summary.contains("new.env"), "{}", run.summary);
}

#[test]
fn a_clean_push_passes_whatever_older_commits_hold() {
    let repository = Repository::new();
    repository.commit("old.env", &leak(1));
    let before = repository.remove("old.env");
    let after = repository.commit("readme", "Hello.\n");
    let run = on_push(&repository, &repository.path, &before, &after);
    assert_eq!(run.code, 0, "{}", run.log);
    run.assert_outputs("0", "true");
    assert_eq!(run.annotations("error"), [""; 0]);
    assert!(run.summary.contains("**No leaks found.**"), "{}", run.summary);
}

#[test]
fn a_new_branch_is_scanned_with_what_the_default_branch_lacks() {
    let (repository, after) = topic();
    let event = with_ref(push(ZERO, &after), "refs/heads/topic");
    let run = Step::new(&repository, &repository.path, "push", &event).run();
    assert_eq!(run.code, 1, "{}", run.log);
    assert_eq!(run.history(), ["topic.env"]);
}

/// A branch that brought a leak and removed it again, on a default branch that did so before; and its tip.
fn topic() -> (Repository, String) {
    let repository = Repository::new();
    repository.commit("old.env", &leak(2));
    repository.remove("old.env");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.commit("topic.env", &leak(1));
    let tip = repository.remove("topic.env");
    (repository, tip)
}

#[test]
fn a_deleted_branch_brings_nothing() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    let run = on_push(&repository, &repository.path, &before, ZERO);
    assert_eq!(run.code, 0, "{}", run.log);
    run.assert_outputs("0", "true");
}

#[test]
fn after_a_force_push_all_that_the_new_tip_brings_is_scanned() {
    let (repository, after) = topic();
    let gone = "1234567890123456789012345678901234567890";
    let event = with_ref(push(gone, &after), "refs/heads/topic");
    let run = Step::new(&repository, &repository.path, "push", &event).run();
    assert_eq!((run.code, run.history()), (1, vec!["topic.env"]), "{}", run.log);
    run.assert_outputs("1", "true");
}

#[test]
fn a_shallow_clone_without_the_base_is_incomplete() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    repository.commit("gone.env", &leak(1));
    let after = repository.remove("gone.env");
    let checkout = repository.clone_to("checkout", &["--depth=1"]);
    let run = on_push(&repository, &checkout, &before, &after);
    assert_eq!(run.code, 3, "{}", run.log);
    run.assert_outputs("0", "false");
    assert!(run.log.contains("fetch-depth: 0"), "{}", run.log);
    assert_eq!(run.sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_shallow_clone_is_incomplete_only_where_its_boundary_cuts_the_range() {
    let repository = Repository::new();
    let first = repository.commit("readme", "Hello.\n");
    let second = repository.commit("readme", "Hello again.\n");
    let checkout = repository.clone_to("checkout", &["--depth=2"]);
    assert_eq!(on_push(&repository, &checkout, &first, &second).code, 0);
    let checkout = repository.clone_to("shallow", &["--depth=1"]);
    // A new branch: the tip is there, what led to it is not.
    let event = with_ref(push(ZERO, &second), "refs/heads/main");
    let run = Step::new(&repository, &checkout, "push", &event).run();
    assert_eq!(run.code, 3, "{}", run.log);
    run.assert_outputs("0", "false");
}

/// A pull request of branch `topic`, which brought a leak and removed it again. `main` moved on with a leak of its own, which
/// `topic` merged. HEAD is the test merge.
struct PullRequest {
    repository: Repository,
    /// Where `topic` began: the base the event may still name.
    old_base: String,
    base: String,
    head: String,
}

impl PullRequest {
    fn new() -> Self {
        let repository = Repository::new();
        let old_base = repository.commit("readme", "Hello.\n");
        repository.git(&["checkout", "--quiet", "-b", "topic"]);
        repository.commit("topic.env", &leak(1));
        repository.remove("topic.env");
        repository.git(&["checkout", "--quiet", "main"]);
        repository.commit("main.env", &leak(2));
        let base = repository.remove("main.env");
        repository.git(&["checkout", "--quiet", "topic"]);
        repository.git(&["merge", "--quiet", "--message", "merge main", "main"]);
        let head = repository.head();
        repository.git(&["checkout", "--quiet", "--detach", "main"]);
        repository.git(&["merge", "--quiet", "--no-ff", "--message", "test merge", "topic"]);
        Self { repository, old_base, base, head }
    }

    fn run(&self, base: &str) -> Run {
        let event = pull_request(base, &self.head);
        Step::new(&self.repository, &self.repository.path, "pull_request", &event).run()
    }
}

#[test]
fn a_pull_request_is_what_its_test_merge_brings() {
    let request = PullRequest::new();
    let run = request.run(&request.old_base);
    assert_eq!(run.code, 1, "{}", run.log);
    run.assert_outputs("1", "true");
    assert_eq!(run.history(), ["topic.env"]);
}

#[test]
fn a_pull_request_checked_out_at_its_head_is_compared_with_its_base() {
    let request = PullRequest::new();
    request.repository.git(&["checkout", "--quiet", &request.head]);
    let run = request.run(&request.base);
    assert_eq!((run.code, run.history()), (1, vec!["topic.env"]), "{}", run.log);
}

#[test]
fn a_pull_request_that_is_not_there_is_incomplete() {
    let PullRequest { repository, base, head, .. } = PullRequest::new();
    let checkout = repository.clone_to("checkout", &["--depth=1", "--branch=main"]);
    // `pull_request_target` checks out the base: the head may be missing.
    for event in ["pull_request", "pull_request_target"] {
        let run = Step::new(&repository, &checkout, event, &pull_request(&base, &head)).run();
        assert_eq!(run.code, 3, "{}", run.log);
    }
}

#[test]
fn other_events_scan_all_of_history() {
    let repository = Repository::new();
    repository.commit("old.env", &leak(1));
    repository.remove("old.env");
    let run = Step::new(&repository, &repository.path, "schedule", &Value::Null).run();
    assert_eq!((run.code, run.history()), (1, vec!["old.env"]), "{}", run.log);
    let checkout = repository.clone_to("checkout", &["--depth=1"]);
    assert_eq!(Step::new(&repository, &checkout, "workflow_dispatch", &Value::Null).run().code, 3);
}

#[test]
fn nothing_of_the_checkout_or_the_event_is_executed() {
    let repository = Repository::new();
    let before = repository.commit("json.py", "open('python', 'w')\n");
    fs::write(repository.path.join("git"), "#!/bin/sh\ntouch git-was-run\n").unwrap();
    let after = repository.commit("command.env", &format!("::set-output name=findings::0\n{}", leak(1)));
    let run = Step::new(&repository, &repository.path, "push", &push(&before, &after)).run();
    assert_eq!(run.code, 1, "{}", run.log);
    run.assert_outputs("1", "true");
    let mut names: Vec<_> =
        fs::read_dir(&repository.path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [".git", "command.env", "git", "json.py"]);
    // Workflow commands are off for all that is printed, and on for our own annotations at the end.
    let lines: Vec<&str> = run.log.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").unwrap();
    assert_eq!(token.len(), 32);
    let on = lines.iter().position(|l| *l == format!("::{token}::")).unwrap();
    assert!(lines[on + 1].starts_with("::error file=command.env,line=2,"), "{}", run.log);
    assert_eq!(lines[on + 2], "spillcheck: 1 finding: 1 critical.");
}

#[test]
fn an_event_without_object_ids_is_an_error() {
    let repository = Repository::new();
    let head = repository.commit("readme", "Hello.\n");
    for event in
        [push("--output=/tmp/x", &head), push(&head, "HEAD"), json!({}), json!([]), json!({"before": 1, "after": 2})]
    {
        let run = Step::new(&repository, &repository.path, "push", &event).run();
        assert_eq!(run.code, 2, "{}", run.log);
        assert_eq!(run.outputs["complete"], "false");
        assert_eq!(run.outputs["findings"], "");
    }
}

#[test]
fn inputs_are_obeyed() {
    let repository = Repository::new();
    let before = repository.commit("readme", "Hello.\n");
    let after = repository.commit("new.env", &leak(1));
    let step = || Step::new(&repository, &repository.path, "push", &push(&before, &after));
    let target = repository.folder.path().join("reports/out.sarif");
    let run = step().env("INPUT_SARIF", &target).env("INPUT_VERSION", env!("CARGO_PKG_VERSION")).run();
    assert_eq!((run.code, run.outputs["sarif"].as_str()), (1, target.to_str().unwrap()), "{}", run.log);
    for (name, value) in [
        ("INPUT_VERSION", "99.0.0"),
        ("INPUT_CONFIDENCE", "sure"),
        ("INPUT_CONFIDENCE", "high --allow-incomplete"),
        ("INPUT_PATH", "nowhere"),
        ("INPUT_SARIF", "a\nfindings=0"),
        ("INPUT_BINARY", "/nonexistent/spillcheck"),
    ] {
        let run = step().env(name, value).run();
        assert_eq!(run.code, 2, "{name}={value}: {}", run.log);
        assert_eq!(run.outputs["complete"], "false", "{name}={value}");
    }
}

/// Without `binary`, cargo compiles the action's own source, and in the action's own folder: in the checkout it would obey
/// the checkout's `.cargo/config.toml` and `rust-toolchain.toml`.
#[cfg(unix)]
#[test]
fn the_program_is_compiled_from_the_actions_source() {
    use std::os::unix::fs::PermissionsExt;
    let repository = Repository::new();
    let head = repository.commit("readme", "Hello.\n");
    let tools = repository.folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let cargo = format!(
        "#!/bin/sh\npwd > '{0}/folder'\necho \"$@\" > '{0}/arguments'\nmkdir -p \"$RUNNER_TEMP/spillcheck-target/release\"\ncp '{BINARY}' \"$RUNNER_TEMP/spillcheck-target/release/\"\n",
        tools.display()
    );
    fs::write(tools.join("cargo"), cargo).unwrap();
    fs::set_permissions(tools.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let run = Step::new(&repository, &repository.path, "push", &push(ZERO, &head))
        .env("INPUT_BINARY", "")
        .env("PATH", path)
        .run();
    assert_eq!(run.code, 0, "{}", run.log);
    assert_eq!(Path::new(read(tools.join("folder")).trim()).canonicalize().unwrap(), root().canonicalize().unwrap());
    assert!(read(tools.join("arguments")).starts_with("build --release --locked --bin spillcheck "));
}

/// action.yml and run.sh agree on names, and event strings and inputs reach the shell only as variables.
#[test]
fn the_description_fits_the_script() {
    let (action, script) = (read(root().join("action.yml")), read(root().join("action/run.sh")));
    let section = |from: &str, to: &str| action.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
    let keys = |text: &str| -> Vec<String> {
        let keys = text.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   "));
        keys.map(|l| l.trim().trim_end_matches(':').to_owned()).collect()
    };
    let inputs = keys(&section("\ninputs:\n", "\noutputs:\n"));
    let expected = "path mode range deepen confidence config baseline fail-on sarif upload version checksum binary";
    assert_eq!(inputs.join(" "), expected);
    for input in inputs {
        // Only the second step needs it.
        if input == "upload" {
            assert!(action.contains("inputs.upload == 'true'"));
            continue;
        }
        let variable = format!("INPUT_{}", input.to_uppercase().replace('-', "_"));
        assert!(
            action.contains(&format!("        {variable}: ${{{{ inputs.{input} }}}}\n")),
            "{input} is not passed on"
        );
        assert!(script.contains(&format!("${{{variable}:")), "{input} is not used");
    }
    let outputs = keys(&section("\noutputs:\n", "\nruns:\n"));
    assert_eq!(outputs, ["findings", "sarif", "complete", "exit-code"]);
    for output in outputs {
        assert!(action.contains(&format!("    value: ${{{{ steps.scan.outputs.{output} }}}}\n")));
        assert!(script.contains(&format!("printf '{output}=%s\\n'")));
    }
    let run: Vec<&str> = action.lines().filter(|l| l.trim_start().starts_with("run:")).collect();
    assert_eq!(run, ["      run: bash \"$GITHUB_ACTION_PATH/action/run.sh\""]);
    assert!(!action.contains("github.event"));
}
