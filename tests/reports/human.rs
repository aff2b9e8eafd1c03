//! Text for people.

use super::sample::*;
use super::*;

#[test]
fn nothing_steers_the_terminal() {
    let rules = rules();
    for reveal in [false, true] {
        let shown = text(Format::Human, &standard(&rules), &Options { reveal, ..VERBOSE });
        let hostile =
            |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert_eq!(shown.find(hostile), None);
        assert!(shown.contains(r"by Ada \u{1b}[31m\u{202e}Lovelace, still in HEAD"));
        assert!(shown.contains(r"a/\u{1b}]0;x.env:5:46"));
        assert!(shown.contains(r"  vault/\u{1b}[2Jlocked: permission denied"));
        assert!(!shown.contains("@example.com"), "addresses stay out of logs");
    }
}

#[test]
fn colour_changes_no_text() {
    let rules = rules();
    let report = standard(&rules);
    let colored = text(Format::Human, &report, &Options { color: true, ..VERBOSE });
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find("\u{1b}[") {
        stripped.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('m').unwrap() + 1..];
    }
    stripped.push_str(rest);
    assert!(colored.len() > stripped.len());
    assert_eq!(stripped, text(Format::Human, &report, &VERBOSE));
}

#[test]
fn carets_stand_under_the_secret_itself() {
    let rules = rules();
    let shown = text(Format::Human, &standard(&rules), &Options::default());
    assert!(
        shown
            .contains("    12 |     TOKEN=\"exmp******\"  # \\u{202e}live\\u{1b}[0m\n       |            ^^^^^^^^^^\n")
    );
    assert!(shown.contains("    5 | b exmp****** exmp******\n      |              ^^^^^^^^^^\n"), "the second one");
    assert!(shown.contains("    1 | -----BEGIN RSA PRIVATE KEY-----******\n"));
}

#[test]
fn long_lines_are_cut_round_the_secret() {
    let rules = rules();
    let shown = text(Format::Human, &standard(&rules), &VERBOSE);
    let cut = shown.lines().find(|l| l.contains("漢字")).unwrap();
    assert!(cut.contains("| …") && cut.ends_with('…') && cut.contains("漢字 = \"exmp******\""));
    assert!(cut.chars().count() < 175);
    let findings = shown.split("\n5 findings:").next().unwrap();
    let remedy = findings.lines().filter(|l| !l.contains(" | ") && l.starts_with("  "));
    assert!(remedy.clone().count() > 20);
    assert!(remedy.clone().all(|l| l.chars().count() <= 100), "wrapped: {:?}", remedy.max_by_key(|l| l.len()));
}

#[test]
fn the_worst_comes_first_and_remedies_come_once() {
    let rules = rules();
    let shown = text(Format::Human, &standard(&rules), &Options::default());
    let heads: Vec<_> = shown.lines().filter(|l| l.contains("  confidence ")).collect();
    assert_eq!(
        heads,
        [
            "critical  Example access token  [example-token]  confidence high",
            "critical  Example access token  [example-token]  confidence high",
            "high  Example private key  [private-key]  confidence high",
            "medium  Example password  [generic-password]  confidence high",
            "medium  Example password  [generic-password]  confidence low",
        ]
    );
    assert_eq!(shown.matches("What it opens:").count(), 3);
    assert!(shown.contains("  and 5 more places (--verbose shows them)\n"));
    assert!(shown.contains("5 findings: 2 critical, 1 high, 2 medium.\n"));
    assert!(shown.contains("Searched 1,234 files, 56 blobs, 7 commits, 12.3 MB with 4 rules (spillcheck "));
}
