//! The step summary.

use super::sample::*;
use super::*;
use spillcheck::finding::Place;

fn markdown(report: &Report<'_>) -> String {
    text(Format::Markdown, report, &Options::default())
}

#[test]
fn nothing_that_is_quoted_is_markup() {
    let rules = rules();
    let hostile = "a|b<img src=x>`c`[d](http://e)@user#1\n| x |";
    let report = Report {
        findings: vec![finding(
            &rules,
            TOKEN,
            token(1).as_bytes(),
            vec![location(Place::File, hostile, (1, 1), (1, 9), Vec::new())],
        )],
        errors: vec![ScanError { subject: hostile.to_owned(), problem: hostile.to_owned() }],
        ..clean(&rules)
    };
    let shown = markdown(&report);
    for mark in ["<img", "`c`", "](", "@user", "http:", "user#"] {
        assert!(!shown.contains(mark), "{mark} in {shown}");
    }
    let rows: Vec<_> = shown.lines().filter(|l| l.starts_with('|')).collect();
    assert_eq!(rows.len(), 3, "head, rule and one row: {shown}");
    assert_eq!(rows[2].matches('|').count(), 6);
    assert!(shown.contains("> **The scan is incomplete: 1 thing could not be searched.**"), "{shown}");
}

#[test]
fn it_stays_below_the_limit_of_a_step() {
    let rules = rules();
    let path = "long/".repeat(400);
    let place = |n: u32| vec![location(Place::File, &format!("{path}{n}"), (1, 1), (1, 9), Vec::new())];
    let findings: Vec<_> =
        (0..1000).map(|n| finding(&rules, PASSWORD, random(u64::from(n), 20).as_bytes(), place(n))).collect();
    let shown = markdown(&Report { findings, ..clean(&rules) });
    assert!(shown.len() < 1 << 20, "{}", shown.len());
    let rows = shown.lines().filter(|l| l.starts_with("| medium")).count();
    assert!(rows > 200 && rows < 1000, "{rows}");
    assert!(shown.contains(&format!("The {rows} worst of 1,000 findings are listed")), "what is left out is said");
}

#[test]
fn it_says_what_to_do() {
    let rules = rules();
    let shown = markdown(&standard(&rules));
    assert_eq!(shown.matches("<details>").count(), 3, "once for each rule");
    assert!(shown.contains("1. **Disable it first:** Delete the key under Settings &#62; Keys"), "{shown}");
    assert!(markdown(&clean(&rules)).starts_with("## spillcheck\n\n**No leaks found.**\n"));
}
