//! Other services, by their variables.

use crate::support::{Repo, github};
use crate::{ZERO, ci, holding, paths};

/// A repository with `old.env` on main and `topic.env` on the branch `topic`, which is checked out.
/// Gives the ids of main's tip and topic's.
fn repository() -> (Repo, String, String) {
    let repo = Repo::new();
    let main = repo.commit_file("old.env", holding(&github(440)));
    repo.git(["switch", "-q", "-c", "topic"]);
    let topic = repo.commit_file("topic.env", holding(&github(441)));
    (repo, main, topic)
}

#[test]
fn pushes() {
    let (repo, main, topic) = repository();
    let range = format!("{main}...{topic}");
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "GitLab CI",
            &[
                ("GITLAB_CI", "true"),
                ("CI_PIPELINE_SOURCE", "push"),
                ("CI_COMMIT_BRANCH", "topic"),
                ("CI_COMMIT_BEFORE_SHA", &main),
                ("CI_COMMIT_SHA", &topic),
                ("CI_DEFAULT_BRANCH", "main"),
            ],
        ),
        (
            "GitLab CI",
            &[
                ("GITLAB_CI", "true"),
                ("CI_PIPELINE_SOURCE", "push"),
                ("CI_COMMIT_BRANCH", "topic"),
                ("CI_COMMIT_BEFORE_SHA", ZERO),
                ("CI_COMMIT_SHA", &topic),
                ("CI_DEFAULT_BRANCH", "main"),
            ],
        ),
        (
            "GitLab CI",
            &[
                ("GITLAB_CI", "true"),
                ("CI_COMMIT_BRANCH", "topic"),
                ("CI_COMMIT_BEFORE_SHA", &main),
                ("CI_COMMIT_SHA", &topic),
            ],
        ),
        (
            "CircleCI",
            &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "topic"), ("CIRCLE_SHA1", &topic), ("CIRCLE_RANGE", &range)],
        ),
        (
            "Travis CI",
            &[
                ("TRAVIS", "true"),
                ("TRAVIS_EVENT_TYPE", "push"),
                ("TRAVIS_BRANCH", "topic"),
                ("TRAVIS_COMMIT", &topic),
                ("TRAVIS_COMMIT_RANGE", &range),
            ],
        ),
        (
            "Drone",
            &[
                ("DRONE", "true"),
                ("DRONE_BUILD_EVENT", "push"),
                ("DRONE_COMMIT_BRANCH", "topic"),
                ("DRONE_COMMIT_BEFORE", &main),
                ("DRONE_COMMIT_SHA", &topic),
            ],
        ),
        (
            "Buildkite",
            &[
                ("BUILDKITE", "true"),
                ("BUILDKITE_BRANCH", "topic"),
                ("BUILDKITE_COMMIT", "HEAD"),
                ("BUILDKITE_PULL_REQUEST", "false"),
                ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
            ],
        ),
        (
            "Jenkins",
            &[
                ("JENKINS_URL", "https://ci.example/"),
                ("BRANCH_NAME", "topic"),
                ("GIT_COMMIT", &topic),
                ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &main),
                ("GIT_PREVIOUS_COMMIT", &topic),
            ],
        ),
    ];
    for (service, variables) in cases {
        let run = ci(repo.path(), &["--mode", "commits"], variables);
        assert_eq!(paths(run.expect(1)), ["topic.env"], "{service}: {}", run.err());
        assert!(run.err().contains(&format!("{service}: push to topic")), "{service}: {}", run.err());
    }
}

#[test]
fn proposals() {
    let (repo, main, topic) = repository();
    let range = format!("{main}...{topic}");
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "GitLab CI",
            &[
                ("GITLAB_CI", "true"),
                ("CI_PIPELINE_SOURCE", "merge_request_event"),
                ("CI_COMMIT_SHA", &topic),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &main),
                ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ],
        ),
        (
            "Azure Pipelines",
            &[
                ("TF_BUILD", "True"),
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_SOURCEVERSION", &topic),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &topic),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ],
        ),
        (
            "Azure Pipelines",
            &[("TF_BUILD", "True"), ("BUILD_SOURCEVERSION", &topic), ("SYSTEM_PULLREQUEST_TARGETBRANCHNAME", "main")],
        ),
        (
            "GitLab CI",
            &[("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &topic), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")],
        ),
        (
            "Travis CI",
            &[
                ("TRAVIS", "true"),
                ("TRAVIS_EVENT_TYPE", "pull_request"),
                ("TRAVIS_BRANCH", "main"),
                ("TRAVIS_PULL_REQUEST_SHA", &topic),
                ("TRAVIS_COMMIT_RANGE", &range),
            ],
        ),
        (
            "Drone",
            &[
                ("DRONE", "true"),
                ("DRONE_BUILD_EVENT", "pull_request"),
                ("DRONE_TARGET_BRANCH", "main"),
                ("DRONE_COMMIT_SHA", &topic),
            ],
        ),
        (
            "Bitbucket Pipelines",
            &[
                ("BITBUCKET_BUILD_NUMBER", "7"),
                ("BITBUCKET_PR_ID", "1"),
                ("BITBUCKET_COMMIT", &topic),
                ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ],
        ),
        (
            "Buildkite",
            &[
                ("BUILDKITE", "true"),
                ("BUILDKITE_PULL_REQUEST", "7"),
                ("BUILDKITE_COMMIT", &topic),
                ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
            ],
        ),
        ("Jenkins", &[("JENKINS_URL", "https://ci.example/"), ("CHANGE_ID", "7"), ("CHANGE_TARGET", "main")]),
    ];
    for (service, variables) in cases {
        let run = ci(repo.path(), &["--mode", "commits"], variables);
        assert_eq!(paths(run.expect(1)), ["topic.env"], "{service}: {}", run.err());
        assert!(run.err().contains(&format!("{service}: a proposed change")), "{service}: {}", run.err());
    }
}

/// A service that does not say what came before has everything scanned that the default branch lacks, or everything.
#[test]
fn pushes_without_a_before() {
    let (repo, _, topic) = repository();
    let azure = [("TF_BUILD", "True"), ("BUILD_REASON", "IndividualCI"), ("BUILD_SOURCEBRANCH", "refs/heads/topic")];
    let run = ci(repo.path(), &["--mode", "commits"], &azure);
    assert_eq!(paths(run.expect(1)), ["old.env", "topic.env"]);
    let bitbucket =
        [("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_BRANCH", "topic"), ("BITBUCKET_COMMIT", topic.as_str())];
    assert_eq!(paths(ci(repo.path(), &["--mode", "commits"], &bitbucket).expect(1)), ["old.env", "topic.env"]);
    repo.git(["update-ref", "refs/remotes/origin/main", "main"]);
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    assert_eq!(paths(ci(repo.path(), &["--mode", "commits"], &bitbucket).expect(1)), ["topic.env"]);
}

#[test]
fn schedules_and_what_is_not_known() {
    let (repo, ..) = repository();
    for variables in [
        &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule")][..],
        &[("TF_BUILD", "True"), ("BUILD_REASON", "Schedule")],
        &[("TRAVIS", "true"), ("TRAVIS_EVENT_TYPE", "cron")],
        &[("DRONE", "true"), ("DRONE_BUILD_EVENT", "cron")],
        &[("BUILDKITE", "true"), ("BUILDKITE_SOURCE", "schedule")],
        &[("BITBUCKET_BUILD_NUMBER", "7")],
        &[("GITLAB_CI", "true")],
    ] {
        let run = ci(repo.path(), &["--mode", "commits"], variables);
        assert_eq!(paths(run.expect(1)), ["old.env", "topic.env"], "{variables:?}");
        assert!(run.err().contains("all of history is scanned"), "{variables:?}: {}", run.err());
    }
}

#[test]
fn ids_that_are_none() {
    let (repo, ..) = repository();
    let variables = [("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_SHA", "--all")];
    let run = ci(repo.path(), &[], &variables);
    assert!(run.expect(2).err().contains("GitLab CI: CI_COMMIT_SHA is no object id"), "{}", run.err());
}
