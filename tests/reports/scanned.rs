//! SARIF of real scans: places, names and line hashes as GitHub reads them.

use std::collections::BTreeMap;
use std::path::Path;

use super::support::{Repo, folder, github, scan, write as write_file};
use super::*;

fn sarif(folder: &Path, args: &[&str]) -> Value {
    let run = scan(folder, ["-f", "sarif"].iter().chain(args));
    serde_json::from_str(&run.expect(1).out()).unwrap()
}

fn results(log: &Value, run: usize) -> &Vec<Value> {
    log["runs"][run]["results"].as_array().unwrap()
}

fn uri(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
}

fn line_hash(result: &Value) -> Option<&str> {
    result["partialFingerprints"]["primaryLocationLineHash"].as_str()
}

/// The hash of line `line` of a file, written down as it is defined: for one line, and without rolling.
fn defined(bytes: &[u8], line: usize) -> u64 {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n").replace([' ', '\t'], "");
    let rest: Vec<&str> = text.split('\n').skip(line - 1).collect();
    let units = rest.join("\n").encode_utf16().chain([u16::MAX]).collect::<Vec<_>>();
    (0..100).fold(0u64, |hash, n| {
        let unit = units.get(n).copied().unwrap_or(0);
        hash.wrapping_mul(37).wrapping_add(u64::from(unit))
    })
}

/// A file of any encoding and line end, with a token in it.
struct Planted {
    bytes: Vec<u8>,
    /// The text as a person sees it: lines and code points.
    lines: Vec<String>,
    secret: String,
}

fn planted(n: u64) -> Planted {
    let end = ["\n", "\r\n"][(n % 2) as usize];
    let before = ["", "é😀 ", "\t漢字\t", "x\u{301}", "\u{a0}\u{2028}"][(n / 2 % 5) as usize];
    let secret = github(n);
    let mut lines: Vec<String> = (0..n % 7).map(|i| format!("{before}line {i}")).collect();
    lines.push(format!("{before}TOKEN=\"{secret}\" # 😀"));
    lines.push("TOKEN=\"\"".to_owned());
    let text = lines.join(end);
    let bytes = match n % 3 {
        0 => text.into_bytes(),
        1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        _ => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
    };
    Planted { bytes, lines, secret }
}

#[test]
fn columns_are_code_points_and_ends_are_exclusive() {
    let folder = folder();
    let all: BTreeMap<String, Planted> = (0..60).map(|n| (format!("f{n}.txt"), planted(n))).collect();
    for (name, planted) in &all {
        write_file(folder.path(), name, &planted.bytes);
    }
    let log = sarif(folder.path(), &[]);
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    assert_eq!(results(&log, 0).len(), all.len());
    for result in results(&log, 0) {
        let planted = &all[uri(result)];
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
        assert_eq!(number("startLine"), number("endLine"));
        let line: Vec<char> = planted.lines[number("startLine") - 1].chars().collect();
        let shown: String = line[number("startColumn") - 1..number("endColumn") - 1].iter().collect();
        assert_eq!(shown, planted.secret, "{}", uri(result));
    }
}

#[test]
fn line_hashes_are_those_of_githubs_uploader() {
    let folder = folder();
    let all: BTreeMap<String, Planted> = (0..30).map(|n| (format!("f{n}.txt"), planted(n))).collect();
    for (name, planted) in &all {
        write_file(folder.path(), name, &planted.bytes);
    }
    for result in results(&sarif(folder.path(), &[]), 0) {
        let planted = &all[uri(result)];
        let line = result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
        let expected = defined(&planted.bytes, usize::try_from(line).unwrap());
        assert_eq!(line_hash(result).unwrap(), format!("{expected:x}:1"), "{}", uri(result));
    }
}

/// Longer than a window, with the same line three times: the third is the one that holds a token of its own further on.
#[test]
fn a_long_file_is_hashed_as_a_whole() {
    let folder = folder();
    let filler = "lorem ipsum dolor sit amet\n".repeat(250_000);
    let (token, other) = (github(3), github(4));
    let line = format!("TOKEN={token}{}\n", " and what follows it".repeat(10));
    let text = format!("{line}{filler}{line}{filler}TOKEN={other}");
    write_file(folder.path(), "long.txt", &text);
    let log = sarif(folder.path(), &[]);
    let hashes: Vec<&str> = results(&log, 0).iter().map(|r| line_hash(r).unwrap()).collect();
    let first = format!("{:x}", defined(text.as_bytes(), 1));
    let last = format!("{:x}:1", defined(text.as_bytes(), 500_003));
    assert_eq!(hashes, [format!("{first}:1"), format!("{first}:2"), last]);
}

#[test]
fn an_alert_survives_what_moves_its_line() {
    let repo = Repo::new();
    let line = format!("TOKEN={}\n", github(1));
    repo.commit_file("a.env", format!("{line}{}", "more\n".repeat(40)));
    repo.commit_file("gone.env", format!("TOKEN={}\n", github(2)));
    repo.remove("gone.env").commit("remove");
    let identity = || {
        let log = sarif(repo.path(), &[]);
        let of = |run: usize| results(&log, run).iter().map(|r| line_hash(r).unwrap().to_owned()).collect::<Vec<_>>();
        (of(0), of(1))
    };
    let before = identity();
    assert_eq!((before.0.len(), before.1.len()), (1, 1));
    repo.commit_file("a.env", format!("# a\r\n# b\n\n   {line}{}", "more\n".repeat(40)));
    repo.git(["commit", "-q", "--amend", "--date=2001-01-01T00:00:00", "-m", "another author date"]);
    assert_eq!(identity(), before);
    // Another secret on that line is another alert.
    repo.commit_file("a.env", format!("TOKEN={}\n{}", github(7), "more\n".repeat(40)));
    assert_ne!(identity().0, before.0);
}

#[test]
fn names_are_relative_uris_whatever_they_are() {
    let names =
        ["a:b.env", "sp ace/#?.env", "ü/漢.env", "%41.env", "a\\b.env", "x'\"<>{}|^`.env", "https:/x.env", "-.env"];
    let folder = folder();
    for (n, name) in names.iter().enumerate() {
        write_file(folder.path(), name, format!("TOKEN={}\n", github(n as u64)));
    }
    let log = sarif(folder.path(), &[]);
    assert_valid(&schema("sarif-2.1.0.json"), &log);
    let decoded = |uri: &str| -> String {
        assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
        let mut bytes = Vec::new();
        let mut rest = uri.bytes();
        while let Some(byte) = rest.next() {
            let hex: Vec<u8> = if byte == b'%' { rest.by_ref().take(2).collect() } else { Vec::new() };
            let hex = std::str::from_utf8(&hex).unwrap();
            bytes.push(if hex.is_empty() { byte } else { u8::from_str_radix(hex, 16).unwrap() });
        }
        String::from_utf8(bytes).unwrap()
    };
    let mut found: Vec<String> = results(&log, 0).iter().map(|r| decoded(uri(r))).collect();
    found.sort();
    let mut names = names.map(str::to_owned);
    names.sort();
    assert_eq!(found, names);
}

/// What GitHub demands of a rule, and what it reads where it is there (its page "SARIF support for code scanning").
#[track_caller]
fn rule_as_github_reads_it(rule: &Value) {
    let text =
        |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {rule}"));
    for (pointer, most) in [("/shortDescription/text", 1024), ("/fullDescription/text", 1024), ("/name", 255)] {
        assert!((1..=most).contains(&text(pointer).chars().count()), "{pointer}: {rule}");
    }
    // The remedy is shown from the Markdown; the text is for other readers.
    for pointer in ["/help/text", "/help/markdown"] {
        assert!(text(pointer).contains("Disable it first") && text(pointer).contains("Rotate"), "{rule}");
    }
    let score: f64 = text("/properties/security-severity").parse().unwrap();
    let levels: &[&str] = if score >= 7.0 { &["error"] } else { &["warning", "note"] };
    assert!(score > 0.0 && score <= 10.0 && levels.contains(&text("/defaultConfiguration/level")), "{rule}");
    assert!(["very-high", "high", "medium", "low"].contains(&text("/properties/precision")), "{rule}");
    let tags = rule["properties"]["tags"].as_array().unwrap();
    assert!(tags.len() <= 10 && tags.contains(&Value::from("security")), "{rule}");
}

/// The same of a result.
#[track_caller]
fn result_as_github_reads_it(result: &Value, rules: &[Value]) {
    let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(result["ruleId"], rule["id"]);
    assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()), "{result}");
    // The first sentence is the title.
    let title = rule["shortDescription"]["text"].as_str().unwrap().trim_end_matches('.');
    assert!(result["message"]["text"].as_str().unwrap().starts_with(&format!("{title}. ")), "{result}");
    assert_eq!(result["locations"].as_array().unwrap().len(), 1, "only the first is used");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let numbers = ["startLine", "startColumn", "endLine", "endColumn"].map(|n| region[n].as_u64().unwrap());
    assert!(numbers.iter().all(|n| *n >= 1), "{region}");
    assert!((numbers[0], numbers[1]) < (numbers[2], numbers[3]), "{region}");
    assert!(!uri(result).starts_with('/') && !uri(result).contains(['\\', ' ', '#', '?']), "{}", uri(result));
    assert!(result["relatedLocations"].as_array().is_none_or(|all| all.len() < 100), "{result}");
    let (hash, nth) = line_hash(result).unwrap_or_else(|| panic!("no identity: {result}")).split_once(':').unwrap();
    assert!(u64::from_str_radix(hash, 16).is_ok() && nth.parse::<u32>().is_ok_and(|n| n > 0), "{result}");
    let own = result["partialFingerprints"]["secretFingerprint/v1"].as_str().unwrap();
    assert!(own.len() == 32 && own.bytes().all(|b| b.is_ascii_hexdigit()), "{result}");
}

/// What made GitHub refuse whole files of other tools: rules twice, columns and lines of zero, no run at all. And every text that
/// it demands, for every built-in rule.
#[test]
fn nothing_that_github_refuses() {
    let repo = Repo::new();
    for (n, planted) in super::support::embedded(true, 5).iter().enumerate() {
        repo.write(format!("f{n}.txt"), &planted.text);
    }
    repo.commit("plant");
    repo.git(["rm", "-q", "f1*.txt"]);
    repo.commit("remove");
    let log = sarif(repo.path(), &["--confidence", "low"]);
    assert_valid(&schema("sarif-2.1.0.json"), &log);
    assert_eq!((&log["version"], log["$schema"].as_str().is_some_and(|s| !s.is_empty())), (&"2.1.0".into(), true));
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    for run in runs {
        let driver = &run["tool"]["driver"];
        assert_eq!(
            (&driver["name"], &driver["semanticVersion"]),
            (&"spillcheck".into(), &env!("CARGO_PKG_VERSION").into())
        );
        assert!(run["automationDetails"]["id"].as_str().unwrap().ends_with('/'), "a category, and no run");
        let rules = driver["rules"].as_array().unwrap();
        let ids: std::collections::BTreeSet<_> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "a rule is described twice");
        rules.iter().for_each(rule_as_github_reads_it);
        let results = run["results"].as_array().unwrap();
        assert!((101..=25_000).contains(&results.len()));
        results.iter().for_each(|result| result_as_github_reads_it(result, rules));
    }
    assert!(!log.to_string().contains("@example.org"), "no addresses of authors and committers");
}

/// Silence is explained in every format: how much, and by what.
#[test]
fn every_format_says_what_was_suppressed_and_by_what() {
    let folder = folder();
    let root = folder.path();
    // Not written out: it would be read in the scan of this repository.
    let allow = concat!("spillcheck", ":allow");
    write_file(root, "a.env", format!("a={} # {allow}\n", github(80)));
    write_file(root, "b.env", format!("b={}\n", github(81)));
    write_file(root, "c.env", format!("c={}\n", github(82)));
    write_file(root, "d.env", concat!("AWS_ACCESS_KEY_ID=AKIAIOSFODNN7", "EXAMPLE\n"));
    super::support::Spillcheck::new(root)
        .args(["baseline", "create", "--no-inline", "c.env", "--baseline", ".spillcheck-baseline"])
        .run()
        .expect(0);
    write_file(root, ".spillcheck.toml", "[[allow]]\npaths = [\"b.env\"]\n");
    let all = ["human", "json", "jsonl", "sarif", "github", "markdown", "gitlab", "gitleaks-json"];
    for format in all {
        let run = scan(root, ["-f", format, "--omit-suppressed"]);
        // Markdown writes signs as numbers.
        let said = format!("{}{}", run.expect(0).out(), run.err()).replace("&#58;", ":").replace("&#95;", "_");
        for what in [allow, "allow rule 1", "entry, unreviewed", "published example", "a.env", ".spillcheck.toml"] {
            assert!(said.contains(what), "{format} lacks {what}: {said}");
        }
        assert!(said.contains(".spillcheck-baseline") || said.contains(".spillcheck%2Dbaseline"), "{format}: {said}");
    }
}
