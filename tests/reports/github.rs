//! Annotations of GitHub Actions.

use super::sample::*;
use super::*;
use spillcheck::finding::Place;

fn commands(report: &Report<'_>) -> Vec<String> {
    text(Format::Github, report, &Options::default()).lines().map(str::to_owned).collect()
}

#[test]
fn the_ten_worst_are_errors_and_the_others_are_counted() {
    let rules = rules();
    let place = |n: u32| vec![location(Place::File, &format!("f{n:02}"), (n + 1, 1), (n + 1, 43), Vec::new())];
    let mut findings: Vec<_> =
        (0..25).map(|n| finding(&rules, PASSWORD, random(u64::from(n), 20).as_bytes(), place(n))).collect();
    findings.push(finding(&rules, TOKEN, token(5).as_bytes(), place(40)));
    let lines = commands(&Report { findings, ..clean(&rules) });
    let of = |name: &str| lines.iter().filter(|l| l.starts_with(&format!("::{name} "))).count();
    // GitHub drops what is more than ten of a kind without a word.
    assert_eq!((of("error"), of("notice"), of("warning")), (10, 1, 0));
    assert!(lines[0].starts_with("::error file=f40,line=41,endLine=41,col=1,endColumn=43,title=Example access token"));
    assert!(lines[1].starts_with("::error file=f00,line=1,"), "the worst first, then in the order of the report");
    assert!(lines[10].starts_with("::notice title=spillcheck::16 more findings are not annotated"), "{}", lines[10]);
    assert_eq!(lines[11], "spillcheck: 26 findings: 1 critical, 25 medium.");
}

#[test]
fn nothing_that_is_quoted_becomes_a_command() {
    let rules = rules();
    let hostile = "a\n::error::b,c=d:%25\r::stop-commands::x/\u{1b}[2J.env";
    let mut of_history = location(Place::History, hostile, (1, 1), (1, 9), Vec::new());
    of_history.commit = Some(commit(2, "\n::warning::x <a@b>"));
    let findings = vec![
        finding(&rules, TOKEN, token(1).as_bytes(), vec![location(Place::File, hostile, (1, 1), (2, 9), Vec::new())]),
        finding(&rules, PASSWORD, b"::error::p\n::error::q", vec![of_history]),
    ];
    let errors = vec![ScanError { subject: "x\n::error::y".to_owned(), problem: "100%\r\n::debug::z".to_owned() }];
    let lines = commands(&Report { findings, errors, ..clean(&rules) });
    let commands: Vec<_> = lines.iter().map(|l| l.split(' ').next().unwrap()).collect();
    assert_eq!(commands, ["::error", "::error", "::warning", "spillcheck:"], "{lines:#?}");
    assert!(lines[0].starts_with(
        "::error file=a\\u{a}%3A%3Aerror%3A%3Ab%2Cc=d%3A%2525\\u{d}%3A%3Astop-commands%3A%3Ax/\\u{1b}[2J.env,line=1,endLine=2,title="
    ));
    assert!(!lines[0].contains("col="), "columns are for single lines");
    assert!(
        lines[1].starts_with("::error title=Example password (generic-password)::"),
        "no line of today: {}",
        lines[1]
    );
    assert!(lines[1].contains(" in commit 020202020202 of 2024-03-02. medium, confidence high."), "{}", lines[1]);
    assert!(
        lines[2].contains("1 thing could not be searched. The first: x\\u{a}::error::y: 100%25\\u{d}\\u{a}::debug::z.")
    );
}

#[test]
fn a_clean_scan_annotates_nothing() {
    let rules = rules();
    assert_eq!(commands(&clean(&rules)), ["spillcheck: No leaks found."]);
    let nothing = commands(&Report { stats: Stats::default(), ..clean(&rules) });
    assert_eq!(nothing.len(), 1);
    assert!(nothing[0].starts_with("::warning title=spillcheck::Nothing was searched: "), "{}", nothing[0]);
}
