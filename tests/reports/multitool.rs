//! Microsoft's SARIF Multitool with its rules for GitHub.

use std::path::Path;
use std::process::Command;

use super::sample::{rules, standard};
use super::support::{Repo, embedded, folder, scan, tools};
use super::*;

const PACKAGE: &str = "@microsoft/sarif-multitool-linux@5.7.0";

/// Runs the validator on a log; what it says, without mere notes, as `rule: where`.
fn validate(multitool: &Path, log: &str) -> Vec<String> {
    let folder = folder();
    let (input, output) = (folder.path().join("in.sarif"), folder.path().join("out.sarif"));
    std::fs::write(&input, log).unwrap();
    let mut command = Command::new(multitool);
    command.args(["validate", "--rule-kind", "Sarif;Gh", "--level", "Error;Warning", "--quiet", "true", "-o"]);
    let run = command.arg(&output).arg(&input).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").output().unwrap();
    let text = std::fs::read_to_string(&output)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&[run.stdout, run.stderr].concat())));
    let report: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap().iter();
    results.map(|r| format!("{}: {}", r["ruleId"].as_str().unwrap(), r["message"]["arguments"])).collect()
}

#[test]
fn finds_nothing_wrong() {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return tools::not_run(PACKAGE, "it is tested on Linux only");
    }
    let Some(multitool) = tools::npm(PACKAGE, "Sarif.Multitool") else { return };
    assert!(Command::new("chmod").arg("+x").arg(&multitool).status().unwrap().success());
    let rules = rules();
    let sample = text(Format::Sarif, &standard(&rules), &Options::default());
    assert_eq!(validate(&multitool, &sample), [""; 0]);

    let repo = Repo::new();
    for (n, planted) in embedded(true, 9).iter().enumerate().step_by(16) {
        repo.write(format!("f {n}#.txt"), &planted.text);
    }
    repo.commit("plant");
    repo.git(["rm", "-q", "f 1??*.txt"]);
    repo.commit("remove");
    assert_eq!(validate(&multitool, &scan(repo.path(), ["-f", "sarif"]).expect(1).out()), [""; 0]);

    // It does look: a result without a place is one that GitHub cannot show.
    let mut wrong: Value = serde_json::from_str(&sample).unwrap();
    wrong["runs"][0]["results"][0]["locations"] = serde_json::json!([]);
    let found = validate(&multitool, &wrong.to_string());
    assert!(found.iter().any(|e| e.starts_with("GH1015")), "{found:?}");
}
