//! The secret never leaks again: no output of any format, at any confidence and full verbosity, holds it or a piece of it.
//!
//! Out of scope: a secret in the name of a file, ref or author, and what the user writes on the command line. Names are
//! reported as they are, because a finding without its place is of no use.

#![allow(clippy::unwrap_used)]

#[path = "secrecy/hidden.rs"]
mod hidden;
mod support;

use std::path::Path;

use hidden::{Hidden, assert_hidden, full, hidden, outputs, pieces};
use support::{Planted, Repo, Run, Spillcheck, github, password, pem, scan};

const FORMATS: [&str; 8] = ["human", "json", "jsonl", "sarif", "github", "markdown", "gitlab", "gitleaks-json"];

#[test]
fn pieces_are_the_random_part() {
    let (_, hidden) = hidden(31);
    let with_pieces = hidden.iter().filter(|h| !h.pieces.is_empty()).count();
    assert!(hidden.len() > 200 && with_pieces * 100 >= hidden.len() * 97, "{with_pieces} of {}", hidden.len());
}

#[test]
fn no_format_shows_a_secret() {
    let (repo, hidden) = full();
    for format in FORMATS {
        for confidence in ["low", "medium", "high"] {
            let run = scan(
                repo.path(),
                ["-v", "-f", format, "--confidence", confidence, "--color", "always", "--progress", "always"],
            );
            // GitHub's annotations are ten, however many findings there are.
            assert!(run.expect(1).stdout.len() > if format == "github" { 2_000 } else { 10_000 });
            for (output, name) in outputs(&run, &format!("{format} at {confidence}")) {
                assert_hidden(&output, &hidden, &name);
            }
        }
    }
}

#[test]
fn no_mode_and_no_report_file_shows_a_secret() {
    let (repo, hidden) = full();
    let reports = support::folder();
    let names: Vec<_> = FORMATS.iter().map(|f| (f, reports.path().join(format!("report.{f}")))).collect();
    let pairs: Vec<String> =
        names.iter().flat_map(|(f, p)| ["--report".to_owned(), format!("{f}={}", p.display())]).collect();
    for mode in [
        &["--no-history"][..],
        &["--history-only"],
        &["--staged"],
        &["--range", "HEAD"],
        &["--since", "2000-01-01", "--max-count", "1000"],
        &["--no-history", "--max-file-size", "100"],
    ] {
        let run =
            Spillcheck::new(repo.path()).args(["scan", "-v", "--confidence", "low"]).args(mode).args(&pairs).run();
        for (output, name) in outputs(run.expect(1), &format!("{mode:?}")) {
            assert_hidden(&output, &hidden, &name);
        }
        for (format, path) in &names {
            let bytes = std::fs::read(path).unwrap();
            assert!(bytes.len() > 200, "{format} {mode:?}");
            assert_hidden(&bytes, &hidden, &format!("report file {format} of {mode:?}"));
        }
    }
}

/// Messages of commits and tags, and notes: masked in every format and mode, and named.
#[test]
fn messages_and_notes_are_masked_and_named() {
    let repo = Repo::new();
    let [message, tag, note, lost] = [82, 83, 84, 85].map(github);
    repo.write("a.txt", "a\n");
    let commit = repo.commit(&format!("subject with {message}\n\nhttps://x:{message}@example.com/\n"));
    repo.git(["tag", "-a", "-m", &format!("release\n\ntoken={tag}"), "v1"]);
    repo.git(["notes", "add", "-m", &format!("reviewed, token={note}"), "HEAD"]);
    repo.git(["tag", "-a", "-m", &format!("gone {lost}"), "v0"]);
    repo.git(["tag", "-d", "v0"]);
    let hidden: Vec<Hidden> = [&message, &tag, &note, &lost]
        .map(|secret| {
            let others = [github(86).into_bytes(), github(87).into_bytes()];
            let pieces = pieces(secret.as_bytes(), &[&others[0], &others[1]]);
            assert!(!pieces.is_empty());
            Hidden { rule: "github".to_owned(), secret: secret.clone().into_bytes(), pieces }
        })
        .into();
    let note_path = format!("{commit}:1:");
    let places = [
        (&message, "<commit message>:1:"),
        (&tag, "<message of tag v1>:3:"),
        (&note, &note_path),
        (&lost, "<message of tag v0>:1:"),
    ];
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--history-only"]);
    for (secret, place) in places {
        assert!(run.of(secret).places()[0].starts_with(&format!("history {place}")), "{:?}", run.of(secret).places());
    }
    assert_eq!(run.of(&note).reaches(), ["refs/notes/commits"]);
    for mode in [&["-v"][..], &["--history-only"], &["--since", "2000-01-01"], &["--range", "refs/notes/commits"]] {
        for format in FORMATS {
            let run = Spillcheck::new(repo.path()).args(["scan", "--confidence", "low", "-f", format]).args(mode).run();
            for (output, name) in outputs(run.expect(1), &format!("{format} {mode:?}")) {
                assert_hidden(&output, &hidden, &name);
            }
        }
    }
    let human = scan(repo.path(), ["--color", "never"]).out();
    assert!(places.iter().all(|(_, place)| human.contains(place)), "{human}");
}

/// The index, files and commits by way of the hook.
#[test]
fn no_hook_shows_a_secret() {
    let (repo, hidden) = full();
    let files: Vec<String> = (0..200).map(|n| format!("f{n}.txt")).filter(|f| repo.path().join(f).exists()).collect();
    let all: Vec<&str> = files.iter().map(String::as_str).chain(["key.pem", "login.yml"]).collect();
    let message = repo.path().join(".git/COMMIT_EDITMSG");
    std::fs::copy(repo.path().join("login.yml"), &message).unwrap();
    let line = format!("refs/heads/main {} refs/heads/main {}\n", repo.head(), "0".repeat(40));
    for (args, stdin) in [
        (&["--stage", "pre-commit"][..], ""),
        (&all, ""),
        (&["--stage", "pre-push"], &line),
        (&["--stage", "commit-msg", ".git/COMMIT_EDITMSG"], ""),
    ] {
        let run = Spillcheck::new(repo.path())
            .args(["hook", "-v", "--confidence", "low", "--color", "always"])
            .args(args)
            .stdin(stdin)
            .run();
        assert!(run.expect(1).stdout.len() > 400);
        for (output, name) in outputs(&run, &format!("hook {:?}", args.first())) {
            assert_hidden(&output, &hidden, &name);
        }
    }
    // A CI job, for an event whose names and ids hold a secret, too.
    let payload = format!("{{\"ref\": \"refs/heads/{0}\", \"before\": \"{0}\", \"after\": \"{0}\"}}", github(79));
    repo.write(".git/event.json", payload);
    for args in [&["--mode", "all"][..], &["--event", ".git/event.json", "--event-name", "push"]] {
        let run = Spillcheck::new(repo.path()).args(["ci", "-v", "--confidence", "low"]).args(args).run();
        assert!(matches!(run.code, Some(1 | 2)), "{args:?}: {}", run.err());
        for (output, name) in outputs(&run, &format!("ci {args:?}")) {
            assert_hidden(&output, &hidden, &name);
        }
    }
}

/// A baseline, what the commands on it print, and what suppressed findings say of themselves.
#[test]
fn baselines_and_allow_comments_show_no_secret() {
    let (repo, hidden) = full();
    let run = |args: &[&str], stdin: &str| Spillcheck::new(repo.path()).args(args).stdin(stdin).run();
    let made = run(&["baseline", "create", "--confidence", "low", "--no-history", "-v"], "");
    let file = repo.path().join(".spillcheck-baseline");
    let text = std::fs::read(&file).unwrap();
    assert!(text.iter().filter(|b| **b == b'\n').count() > 200);
    // Without the signs between groups: with them, one digit less would be taken for a piece of a UUID.
    let digits: Vec<u8> = text.iter().copied().filter(|b| *b != b':').collect();
    assert_hidden(&digits, &hidden, "the baseline");
    let words: Vec<&[u8]> = text.split(|b| *b == b'\n').filter_map(|line| line.get(39..)).collect();
    assert_hidden(&words.join(&b'\n'), &hidden, "the words of the baseline");
    let audit = run(&["baseline", "audit", "--confidence", "low", "--no-history"], &"n\na note\nf\n".repeat(20));
    let known = run(&["scan", "-v", "--confidence", "low", "--no-history", "--report", "sarif=out.sarif"], "");
    // All are known now; the first twenty have been looked at.
    assert!(
        known.expect(0).out().matches("a note").count() >= 20 && audit.expect(0).out().matches(" of ").count() >= 20
    );
    let explained: Vec<Run> = ["login.yml:2", "key.pem:1", "key.json:1", "HEAD:f1.txt:2"]
        .map(|place| run(&["explain", "-v", place], ""))
        .into();
    assert!(explained.iter().all(|run| run.expect(0).out().contains("outcome: ")));
    for (run, what) in explained.iter().map(|run| (run, "explain")) {
        for (output, name) in outputs(run, what) {
            assert_hidden(&output, &hidden, &name);
        }
    }
    for (run, what) in [(&made, "create"), (&audit, "audit"), (&known, "scan")] {
        for (output, name) in outputs(run, what) {
            assert_hidden(&output, &hidden, &name);
        }
    }
    assert_hidden(&std::fs::read(repo.path().join("out.sarif")).unwrap(), &hidden, "SARIF");
    // The words after an allow comment may hold another secret of the line.
    let (one, other) = (github(85), github(86));
    let folder = support::folder();
    support::write(folder.path(), "a.env", format!("a={one} # spillcheck\u{3a}allow not b={other}\n"));
    let hidden = [Hidden {
        rule: "github".to_owned(),
        pieces: pieces(other.as_bytes(), &[github(87).as_bytes(), github(88).as_bytes()]),
        secret: other.clone().into_bytes(),
    }];
    for format in FORMATS {
        let run = scan(folder.path(), ["-v", "-f", format]);
        // Every format says what suppressed how many findings, gitleaks' on standard error; Markdown escapes it.
        let text = format!("{}{}", run.expect(0).out(), run.err());
        assert!(["not b=ghp_******", "not b&#61;ghp&#95;"].iter().any(|t| text.contains(t)), "{format}: {text}");
        assert_hidden(&run.stdout, &hidden, format);
    }
    // A report of gitleaks that is not redacted, and what is made of it.
    let report = format!(r#"[{{"RuleID": "x", "File": "a.env", "Secret": "{other}", "Match": "b={other}"}}]"#);
    support::write(folder.path(), ".gitleaks-baseline.json", report);
    for args in [&["migrate", "--dry-run"][..], &["migrate"], &["scan", "-v", "--no-inline"]] {
        for (output, name) in outputs(&Spillcheck::new(folder.path()).args(args).run(), "migrate") {
            assert_hidden(&output, &hidden, &name);
        }
    }
    assert_hidden(&std::fs::read(folder.path().join(".spillcheck-baseline")).unwrap(), &hidden, "migrated");
}

#[test]
fn standard_input_and_a_single_long_line() {
    let (planted, hidden) = hidden(61);
    let single: Vec<&Planted> = planted.iter().filter(|p| !p.text.contains('\n')).collect();
    let line: Vec<&str> = single.iter().map(|p| p.text.as_str()).collect();
    for text in [line.join(" "), line.join(" ; "), line.join("\n")] {
        // Glued together, a few are no longer what any rule looks for: those are text like any other.
        let revealed = Spillcheck::new(Path::new("/"))
            .args(["scan", "-", "--confidence", "low", "--reveal", "-f", "jsonl"])
            .stdin(text.as_str())
            .run();
        let found: Vec<String> = revealed.expect(1).findings().iter().map(|f| f.secret().to_owned()).collect();
        let is_found = |h: &&Hidden| found.iter().any(|f| memchr::memmem::find(f.as_bytes(), &h.secret).is_some());
        let hidden: Vec<&Hidden> = hidden.iter().filter(is_found).collect();
        assert!(hidden.len() * 10 > single.len() * 8, "{} of {}", hidden.len(), single.len());
        for format in FORMATS {
            let run = Spillcheck::new(Path::new("/"))
                .args(["scan", "-", "-v", "--confidence", "low", "-f", format])
                .stdin(text.as_str())
                .run();
            for (output, name) in outputs(run.expect(1), &format!("{format} from standard input")) {
                assert_hidden(&output, &hidden, &name);
            }
        }
    }
}

#[test]
fn errors_show_no_secret() {
    let secret = github(91);
    let hidden = [Hidden {
        rule: "github".to_owned(),
        pieces: pieces(secret.as_bytes(), &[github(92).as_bytes(), github(93).as_bytes()]),
        secret: secret.clone().into_bytes(),
    }];
    let folder = support::folder();
    let path = folder.path();
    let rule_files = [
        format!("provider = \"x\"\ntoken = \"{secret}\"\n"),
        format!("provider = \"{secret}\n"),
        format!("provider = \"x\"\n[[rule]]\nid = \"a\"\npattern = '{secret}'\n"),
        format!("{secret}\n"),
    ];
    for (n, text) in rule_files.iter().enumerate() {
        support::write(path, format!("rules{n}.toml"), text);
        let name = format!("rules{n}.toml");
        for args in [&["scan", "--rules", &name, "."][..], &["rules", "check", &name]] {
            let run = Spillcheck::new(path).args(args).run();
            run.expect(2);
            for (output, what) in outputs(&run, &format!("{args:?}")) {
                assert_hidden(&output, &hidden, &what);
            }
        }
    }
    // Configuration files that hold it, right and wrong.
    let mut configurations: Vec<(&str, String)> = [
        format!("[[allow]]\nsecret = ['{secret}']\n"),
        format!("[[allow]]\nsecret = ['({secret}']\n"),
        format!("[[allow]]\nsecret = \"{secret}\"\n"),
        format!("[[allow]]\nwords = ['{secret}']\npaths = ['[z-a]{secret}']\n"),
        format!("[[allow]]\nsha256 = ['{secret}']\n"),
        format!("[[allow]]\nuntil = '{secret}'\npaths = ['x']\n"),
        format!("confidence = \"{secret}\"\n"),
        format!("minimum-version = \"{secret}\"\n"),
        format!("rules = \"{secret}\"\n"),
        format!("[rules]\n\"github-*\" = \"{secret}\"\n"),
        format!("[scan]\nmax-file-size = \"{secret}\"\n"),
        format!("{secret}\n"),
    ]
    .map(|text| (".spillcheck.toml", text))
    .into();
    configurations.extend(
        [
            format!("[allowlist]\nregexes = ['''{secret}''', '''({secret}''']\n"),
            format!("[allowlist]\nstopwords = 3\nregexes = '{secret}'\n"),
            format!("filter = '''matchesAny(finding[\"secret\"], [`{secret}`]) && \"{secret}\"'''\n"),
            format!("{secret}\n"),
        ]
        .map(|text| (".gitleaks.toml", text)),
    );
    configurations.push((".gitleaksignore", format!("{secret}\n")));
    configurations.push((".gitguardian.yaml", format!("secret:\n  ignored_matches: [{secret}]\n")));
    configurations.push((".secretsignore", format!("[secrets]\n({secret}\n")));
    for (name, text) in &configurations {
        let folder = support::folder();
        support::write(folder.path(), name, text);
        for args in [&["scan", "-v"][..], &["config", "check"], &["config", "show"], &["migrate", "-o", "new"]] {
            let run = Spillcheck::new(folder.path()).args(args).run();
            for (output, what) in outputs(&run, &format!("{args:?} with {name} {}", text.len())) {
                assert_hidden(&output, &hidden, &what);
            }
        }
    }
    // Broken repositories whose files hold it.
    for (file, text) in [
        (".git/config", format!("[remote \"origin\"]\n\turl = https://x:{secret}@github.com/a/b\n[broken")),
        (".git/HEAD", format!("{secret}\n")),
        (".git/refs/heads/broken", format!("{secret}\n")),
        (".git/index", secret.clone()),
        (".git/packed-refs", format!("{secret} refs/heads/x\n")),
        (".git/shallow", format!("{secret}\n")),
    ] {
        let repo = Repo::new();
        repo.commit_file("a.txt", "a\n");
        repo.write(file, text);
        for format in FORMATS {
            for mode in [&["-v"][..], &["--history-only"], &["--staged"], &["--range", "HEAD"]] {
                let run = Spillcheck::new(repo.path()).args(["scan", "-f", format]).args(mode).run();
                for (output, name) in outputs(&run, &format!("{format} {mode:?} with a broken {file}")) {
                    assert_hidden(&output, &hidden, &name);
                }
            }
        }
    }
}

#[test]
fn reveal_shows_all_of_them() {
    let folder = support::folder();
    let secrets = [github(1), password(1)];
    for (n, secret) in secrets.iter().enumerate() {
        support::write(
            folder.path(),
            format!("{n}.env"),
            if n == 0 { format!("token={secret}\n") } else { format!("password: \"{secret}\"\n") },
        );
    }
    let key = pem(3);
    support::write(folder.path(), "key.pem", &key);
    for format in FORMATS {
        let mut out = scan(folder.path(), ["--reveal", "-f", format, "--confidence", "low"]).expect(1).out();
        if format == "markdown" {
            for c in (b'!'..=b'~').map(char::from) {
                out = out.replace(&format!("&#{};", u32::from(c)), &c.to_string());
            }
        }
        for secret in &secrets {
            assert!(out.contains(secret.as_str()), "{format} --reveal: {out}");
        }
        // A line in the middle of the key.
        assert!(out.contains(key.lines().nth(4).unwrap()), "{format} --reveal shows the whole key: {out}");
    }
    // Without it the mask says no more than a few characters.
    let run = scan(folder.path(), ["-f", "jsonl"]);
    for found in run.expect(1).findings() {
        assert!(found.secret().ends_with("******"), "{}", found.secret());
    }
}

#[test]
fn reveal_keeps_bytes_that_are_no_utf8() {
    let folder = support::folder();
    let key = pem(4);
    // A key with a stray byte in its header lines.
    let mut bytes = key.clone().into_bytes();
    let at = key.find('\n').unwrap();
    bytes.splice(at..at, *b"\nComment: caf\xe9\n");
    support::write(folder.path(), "key.pem", &bytes);
    let run = scan(folder.path(), ["-f", "jsonl", "--reveal", "--confidence", "low"]);
    let found = run.expect(1).findings().into_iter().find(|f| f.rule() == "rsa-private-key").expect("the key");
    use base64::Engine as _;
    let exact = base64::engine::general_purpose::STANDARD
        .decode(found.0["secret_base64"].as_str().expect("exact bytes"))
        .unwrap();
    assert!(bytes.windows(exact.len()).any(|w| w == exact));
}
