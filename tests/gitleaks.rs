//! Rules, allowlists and ignore files of gitleaks against gitleaks itself, where it is on the PATH (Debian has it from sid on).

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{Spillcheck, tools};

/// Rules of every make: groups, entropy, keywords, paths, anchors at either end, alternatives, classes, counted repetitions.
const CONFIG: &str = r"
title = 'own rules'
[[rules]]
id = 'whole-match'
description = 'no group'
regex = '''acme-[a-z]{4}-[0-9]{6}'''
[[rules]]
id = 'first-group'
description = 'the first group that is not empty'
regex = '''(?i)corp[_ ]?key\s*[:=]\s*[\x22\x27]?(?:old:|)([a-z0-9]{12})\b'''
keywords = ['corp']
[[rules]]
id = 'second-group'
description = 'a group by number'
regex = '''(alpha|beta)-token=(\w{8,16})'''
secretGroup = 2
[[rules]]
id = 'random-enough'
description = 'entropy of the secret'
regex = '''seed:([a-f0-9]{16})'''
entropy = 3.1
[[rules]]
id = 'only-there'
description = 'in files of one kind'
regex = '''vault\.[A-Za-z]{8}'''
path = '''\.(conf|ini)$'''
[[rules]]
id = 'passed-over'
description = 'with allowlists of its own'
regex = '''pass:([a-z]{5,9})'''
[[rules.allowlists]]
regexes = ['''^dummy''']
[[rules.allowlists]]
regexTarget = 'line'
regexes = ['''# sample$''']
[[rules.allowlists]]
condition = 'AND'
paths = ['''^doc/''', '''/doc/''']
stopwords = ['public']
[[allowlists]]
description = 'for all'
paths = ['''vendor/''']
[[allowlists]]
description = 'for one'
targetRules = ['whole-match']
regexTarget = 'match'
regexes = ['''acme-test''']
";

const FILES: [(&str, &str); 6] = [
    (
        "src/a.txt",
        "x acme-abcd-123456 y acme-efgh-654321\nacme-test-111111\nacme-ABCD-123456 acme-abc-123456\n\nend acme-zzzz-000000",
    ),
    (
        "src/b.yml",
        "corp_key: abcdef012345\nCORP key = \"zyxwvu987654\"\ncorpkey='old:aaaabbbbcccc'\ncorp_key: short\nkey: abcdef012345\n",
    ),
    (
        "c.env",
        "alpha-token=abcdefgh beta-token=1234567890\ngamma-token=abcdefgh\nseed:0123456789abcdef\nseed:0000000011111111\n",
    ),
    ("etc/d.conf", "vault.AbCdEfGh\npass:secretly\npass:dummyish\npass:hiddenly # sample\npass:publicly\n"),
    ("doc/d.md", "vault.AbCdEfGh\npass:publicly\npass:secretly # gitleaks:allow\npass:another\r\npass:ending\r\n"),
    ("vendor/e.txt", "acme-abcd-123456\n"),
];

/// Rule, file, lines and secret of each entry of a report.
fn entries(report: &Value, root: &Path) -> BTreeSet<(String, String, u64, u64, String)> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let prefix = format!("{}/", root.display());
    let entry = |e: &Value| {
        let file = text(e, "File");
        let file = file.strip_prefix(&prefix).unwrap_or(&file).to_owned();
        (text(e, "RuleID"), file, e["StartLine"].as_u64().unwrap(), e["EndLine"].as_u64().unwrap(), text(e, "Secret"))
    };
    report.as_array().unwrap().iter().map(entry).collect()
}

#[test]
fn own_rules_find_what_gitleaks_finds() {
    let Some(gitleaks) = tools::on_path("gitleaks") else {
        return tools::not_run("gitleaks", "it is not on the PATH");
    };
    let (folder, beside) = (support::folder(), support::folder());
    let root = folder.path();
    for (path, text) in FILES {
        // The comment is put together here: written out, it would be read in the scan of this repository.
        support::write(root, path, text.replace("gitleaks:allow", concat!("gitleaks", ":allow")));
    }
    support::write(root, ".gitleaks.toml", CONFIG);
    support::write(root, ".gitleaksignore", "c.env:second-group:1\n# a comment\n\netc/d.conf:only-there:9\n");
    let report = beside.path().join("theirs.json");
    let run = Command::new(gitleaks)
        .current_dir(root)
        .args(["dir", ".", "--no-banner", "--exit-code", "0", "--report-format", "json", "--report-path"])
        .arg(&report)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let theirs: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
    let theirs = entries(&theirs, Path::new("."));
    let run = Spillcheck::new(root).args(["scan", "-f", "gitleaks-json", "--reveal"]).run();
    let ours: Value = serde_json::from_str(&run.expect(1).out()).unwrap();
    let ours = entries(&ours, root);
    assert!(theirs.len() >= 11, "{theirs:#?}");
    assert_eq!(ours, theirs);
}
