//! Configuration: the published schema, history, bare repositories, and what other tools' files come to with their commits.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use spillcheck::config::schema::{AllowTable, ConfigFile, PathsTable, RuleTable, ScanTable};
use spillcheck::rules::schema::{AssignmentDef, ContextDef, Examples, Remedy, RuleDef, TokenDef};
use support::{Repo, Spillcheck, github, scan};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/schemas/spillcheck-config.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The keys that the reader of a table knows, by what it says of one that it does not know.
fn keys_of<T: serde::de::DeserializeOwned>() -> BTreeSet<String> {
    let error = toml::from_str::<T>("no-such-key = 1").err().unwrap();
    let names = error.message().split_once("expected").unwrap().1;
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn properties(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let object = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
    assert_eq!(object["additionalProperties"], false, "{pointer} refuses what the reader refuses");
    object["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_schema_has_the_keys_of_the_reader() {
    let schema = schema();
    let rule = "/properties/rule/items";
    let part = |name: &str| format!("{rule}/properties/{name}");
    assert_eq!(properties(&schema, ""), keys_of::<ConfigFile>());
    assert_eq!(properties(&schema, "/properties/scan"), keys_of::<ScanTable>());
    assert_eq!(properties(&schema, "/properties/paths"), keys_of::<PathsTable>());
    assert_eq!(properties(&schema, "/properties/rules/additionalProperties/anyOf/1"), keys_of::<RuleTable>());
    assert_eq!(properties(&schema, "/properties/allow/items"), keys_of::<AllowTable>());
    assert_eq!(properties(&schema, "/properties/remedy"), keys_of::<Remedy>());
    assert_eq!(properties(&schema, rule), keys_of::<RuleDef>());
    assert_eq!(properties(&schema, &part("token")), keys_of::<TokenDef>());
    assert_eq!(properties(&schema, &part("context")), keys_of::<ContextDef>());
    assert_eq!(properties(&schema, &part("assignment")), keys_of::<AssignmentDef>());
    assert_eq!(properties(&schema, &part("examples")), keys_of::<Examples>());
}

/// The template with its comments taken off.
fn template() -> String {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/config/template.toml")).unwrap();
    let set = |line: &str| {
        let line = line.strip_prefix("# ")?;
        (line.starts_with('[') || line.contains(" = ")).then(|| line.to_owned())
    };
    text.lines()
        .filter_map(set)
        .filter(|l| !l.starts_with("extend") && !l.contains("acme"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_schema_and_the_reader_agree() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let valid = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        validator.is_valid(&serde_json::to_value(value).unwrap())
    };
    let accepted = |text: &str| {
        let folder = support::folder();
        support::write(folder.path(), ".spillcheck.toml", text);
        let run = Spillcheck::new(folder.path()).args(["config", "check"]).run();
        assert!(run.code == Some(0) || run.code == Some(2), "{}", run.err());
        run.code == Some(0)
    };
    let template = template();
    assert!(template.lines().count() > 10, "{template}");
    for (text, right) in [
        (template.as_str(), true),
        ("", true),
        ("confidence = \"sure\"", false),
        ("minimum-version = \"1\"", false),
        ("[rules]\n\"github-*\" = \"of\"", false),
        ("[rules]\n\"github-*\" = { enabled = 1 }", false),
        ("[[allow]]\npaths = \"a\"", false),
        ("[[allow]]\npaths = [\"a\"]\ncondition = \"some\"", false),
        ("[[allow]]\npaths = [\"a\"]\nuntil = \"soon\"", false),
        ("[scan]\nmax-file-size = \"big\"", false),
        ("[[rule]]\nid = \"A b\"", false),
    ] {
        assert_eq!((valid(text), accepted(text)), (right, right), "{text}");
    }
}

#[test]
fn history_is_read_with_the_configuration_of_the_working_tree() {
    let repo = Repo::new();
    let (old, new) = (github(1), github(2));
    repo.write("old/a.env", format!("a={old}\n")).commit("old");
    repo.write("b.env", format!("b={new}\n")).remove("old/a.env");
    repo.commit("new");
    repo.write(".spillcheck.toml", "[paths]\nexclude = [\"old/\"]\n");
    let run = scan(repo.path(), ["--history-only", "-f", "jsonl", "--reveal"]);
    assert!(run.expect(1).has(&new) && !run.has(&old));
    assert_eq!(run.summary()["suppressed"], json!({"configuration": 1}));
    assert_eq!(run.summary()["configuration"][0]["path"], ".spillcheck.toml");
}

#[test]
fn in_history_a_comment_counts_where_it_stands_today() {
    let repo = Repo::new();
    let (one, two) = (github(30), github(31));
    // Not written out: it would be read in the scan of this repository.
    let allow = concat!("# spillcheck", ":allow");
    repo.write("a.env", format!("a={one}\nb={two} {allow}\n")).commit("first");
    repo.write("a.env", format!("\na={one} {allow} made up\nb={two}\n")).commit("the other way round");
    let run = scan(repo.path(), ["--history-only", "-f", "jsonl", "--reveal"]);
    assert!(run.expect(1).has(&two) && !run.has(&one), "{}", run.out());
    let by = &run.suppressed()[0].0["suppression"];
    assert_eq!((&by["file"], &by["line"], &by["reason"]), (&json!("a.env"), &json!(2), &json!("made up")));
    // The position is still that of the first version.
    assert_eq!(run.suppressed()[0].0["locations"][0]["line"], 1);
    // Two places of today, one of them without a comment.
    repo.write("a.env", format!("a={one} {allow}\na={one}\n")).commit("twice");
    assert!(scan(repo.path(), ["--history-only", "-f", "jsonl", "--reveal"]).expect(1).has(&one));
    // What HEAD has no longer is judged where it stood.
    repo.write("a.env", format!("b={two} {allow}\n")).commit("one is gone");
    assert_eq!(scan(repo.path(), ["--history-only", "-f", "jsonl", "--reveal"]).expect(1).findings().len(), 1);
}

#[test]
fn a_bare_repository_has_the_configuration_of_its_head() {
    let repo = Repo::new();
    let secret = github(3);
    repo.write("a.env", format!("a={secret}\n")).write("svc/b.env", format!("b={}\n", github(4)));
    repo.write("svc/.spillcheck.toml", "extend = [\"../base.toml\"]\n")
        .write("base.toml", "[rules]\n\"github-*\" = \"off\"\n");
    repo.commit("all");
    let bare = support::folder();
    support::git_at(bare.path(), ["clone", "-q", "--bare", repo.path().to_str().unwrap(), "bare.git"]);
    let run = scan(bare.path(), ["-f", "jsonl", "--reveal", "bare.git"]);
    assert_eq!(run.expect(1).of(&secret).paths(), ["a.env"]);
    let summary = run.summary();
    let files: Vec<_> = summary["configuration"].as_array().unwrap().iter().map(|c| c["path"].clone()).collect();
    assert_eq!(files, ["HEAD:base.toml", "HEAD:svc/.spillcheck.toml"]);
    assert_eq!(run.summary()["suppressed_by"][0]["file"], "HEAD:base.toml");
}

#[test]
fn an_allow_rule_by_commit() {
    let repo = Repo::new();
    let (one, two) = (github(5), github(6));
    repo.write("a.env", format!("a={one}\n"));
    let first = repo.commit("one");
    repo.write("b.env", format!("b={two}\n")).commit("two");
    repo.write(".spillcheck.toml", format!("[[allow]]\ncommits = [\"{}\"]\n", &first.to_string()[..12]));
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal"]);
    assert!(run.expect(1).has(&two) && !run.has(&one), "{}", run.out());
    assert_eq!(run.summary()["suppressed_by"][0]["findings"], 1);
}

#[test]
fn a_commit_entry_of_gitleaksignore_holds_for_what_it_brought() {
    let repo = Repo::new();
    let (one, two) = (github(7), github(8));
    repo.write("a.env", format!("\na={one}\n"));
    let first = repo.commit("one");
    // The line moves; another secret comes to the old line.
    repo.write("a.env", format!("\nb={two}\n\n\na={one}\n")).commit("two");
    repo.write(".gitleaksignore", format!("{first}:a.env:github-pat:2\n"));
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal"]);
    assert_eq!(run.expect(1).of(&two).places().len(), 1);
    assert!(!run.has(&one), "{}", run.out());
}

#[test]
fn digests_as_ggshield_writes_them() {
    let folder = support::folder();
    let secrets = [github(9), github(10), github(11)];
    let digest = |text: &str| Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let yaml = format!(
        "version: 2\nsecret:\n  ignored_matches:\n    - name: one\n      match: {}\n    - name: two\n      match: {}\n    - match: {}\n",
        digest(&secrets[0]),
        digest(&format!("{},apikey", secrets[1])),
        secrets[2],
    );
    support::write(folder.path(), ".gitguardian.yaml", yaml);
    let last = github(12);
    support::write(folder.path(), "a.env", format!("a={}\nb={}\nc={}\nd={last}\n", secrets[0], secrets[1], secrets[2]));
    let run = scan(folder.path(), ["-f", "jsonl", "--reveal"]);
    assert_eq!(run.expect(1).findings().len(), 1, "{}", run.out());
    assert!(run.has(&last));
}

/// What `migrate` writes silences and finds what the files it was made of do.
#[test]
fn a_migrated_configuration_does_the_same() {
    let folder = support::folder();
    let root = folder.path();
    let gitleaks = r"
[extend]
useDefault = true
disabledRules = ['gitlab-pat']
[[rules]]
id = 'acme-word'
description = 'a word of acme'
regex = '''(?i)\bacme-word\s*[:=]\s*([a-z]+)'''
path = '''\.txt$'''
[[rules.allowlists]]
regexTarget = 'match'
regexes = ['''ACME''']
[[rules]]
id = 'near'
regex = '''[0-9]{9}'''
keywords = ['acme']
[[allowlists]]
description = '''it's a test'''
condition = 'AND'
paths = ['''^t/''']
stopwords = ['ghp_']
[[allowlists]]
targetRules = ['github-oauth']
regexes = ['''.''']
";
    support::write(root, ".gitleaks.toml", gitleaks);
    support::write(root, ".gitleaksignore", "b.env:github-pat:1\n");
    support::write(root, "a.txt", "acme-word: hello\nACME-WORD=no\nnumber 123456789\n");
    support::write(root, "a.md", "acme-word: hello\n");
    support::write(root, "b.env", format!("a={}\nb={}\n", github(13), github(14)));
    support::write(root, "t/c.env", format!("a={}\nb={}\n", github(15), support::expand_text("{{github:gho_}}", 16)));
    let places = || -> BTreeSet<String> {
        let run = scan(root, ["-f", "jsonl"]);
        let of = |f: &support::Found| f.places().into_iter().map(|p| format!("{} {p}", f.rule())).collect::<Vec<_>>();
        run.expect(1).findings().iter().flat_map(of).collect()
    };
    let before = places();
    let expected =
        ["acme-word file a.txt:1:12 - -", "github-personal-access-token file b.env:2:3 - -", "near file a.txt:3:8 - -"];
    assert_eq!(before, expected.map(str::to_owned).into());
    let run = Spillcheck::new(root).args(["migrate"]).run();
    run.expect(0);
    std::fs::remove_file(root.join(".gitleaks.toml")).unwrap();
    std::fs::remove_file(root.join(".gitleaksignore")).unwrap();
    Spillcheck::new(root).args(["config", "check"]).run().expect(0);
    assert_eq!(places(), before);
}

#[test]
fn gitleaks_json_has_its_fields_and_hides_secrets() {
    let repo = Repo::new();
    let (old, new) = (github(17), github(18));
    repo.write("old.env", format!("x\n  key = {old}\n"));
    let first = repo.commit("old");
    repo.remove("old.env").write("new.py", format!("password = \"{}\"\nt = '{new}'\n", support::password(19)));
    repo.commit("new");
    let run = |args: &[&str]| -> Vec<Value> {
        let run = scan(repo.path(), ["-f", "gitleaks-json"].iter().chain(args));
        serde_json::from_str(&run.expect(1).out()).unwrap()
    };
    let hidden = run(&[]);
    let fields: Vec<&str> = hidden[0].as_object().unwrap().keys().map(String::as_str).collect();
    let mut wanted = vec![
        "RuleID",
        "Description",
        "StartLine",
        "EndLine",
        "StartColumn",
        "EndColumn",
        "Match",
        "Secret",
        "File",
        "SymlinkFile",
        "Commit",
        "Entropy",
        "Author",
        "Email",
        "Date",
        "Message",
        "Tags",
        "Fingerprint",
    ];
    wanted.sort_unstable();
    assert_eq!(fields.into_iter().collect::<BTreeSet<_>>(), wanted.into_iter().collect());
    let of = |entries: &[Value], file: &str, line: u64| {
        entries
            .iter()
            .find(|e| e["File"] == file && e["StartLine"] == line)
            .unwrap_or_else(|| panic!("{entries:?}"))
            .clone()
    };
    let gone = of(&hidden, "old.env", 2);
    assert_eq!(gone["Commit"], first.to_string());
    assert_eq!(gone["Fingerprint"], format!("{first}:old.env:github-personal-access-token:2"));
    assert_eq!((&gone["StartColumn"], &gone["EndColumn"]), (&json!(9), &json!(48)));
    assert!(gone["Date"].as_str().unwrap().ends_with('Z') && gone["Email"].as_str().unwrap().contains('@'));
    let here = of(&hidden, "new.py", 1);
    assert_eq!((&here["Secret"], &here["Match"]), (&json!("REDACTED"), &json!("password = \"REDACTED")));
    assert_eq!((&here["Commit"], &here["Fingerprint"]), (&json!(""), &json!("new.py:generic-password:1")));
    let revealed = run(&["--reveal"]);
    assert_eq!(of(&revealed, "new.py", 2)["Secret"], new);
    assert_eq!(of(&revealed, "old.env", 2)["Match"], old);
    let clean = support::folder();
    support::write(clean.path(), "a.txt", "hello\n");
    assert_eq!(scan(clean.path(), ["-f", "gitleaks-json"]).expect(0).out(), "[]\n");
}
