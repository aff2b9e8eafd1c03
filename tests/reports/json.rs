//! JSON and JSON Lines.

use super::sample::*;
use super::*;

#[test]
fn one_finding_a_line_and_the_summary_last() {
    let rules = rules();
    let report = standard(&rules);
    let lines = lines(&report, &Options::default());
    assert_eq!(lines.len(), report.findings.len() + report.suppressed.len() + 1);
    let first = &lines[1];
    assert_eq!(first["rule_id"], "example-token");
    assert_eq!(first["secret"], "exmp******");
    assert_eq!(first["facts"]["checksum"], "valid");
    assert_eq!(first["since"]["date"], "2024-03-01T10:00:00+01:00");
    assert_eq!(first["locations"][0]["line"], 12);
    assert_eq!(first["locations"][0]["end_column"], 51);
    assert_eq!(first["locations"][1]["path"], "old dir/größe#1?.py");
    assert_eq!(first["locations"][1]["in_head"], false);
    assert_eq!(first["locations"][2]["commit"], Value::Null);
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!(summary["schema_version"], 1);
    assert_eq!(summary["by_severity"]["critical"], 2);
    assert_eq!(summary["by_severity"]["low"], 0);
    assert_eq!(summary["dropped"]["placeholder"], 1200);
    assert_eq!(summary["skipped"]["too-large"], 1);
    assert_eq!(summary["errors"][1]["problem"], "not in this partial clone");
    assert_eq!(summary["suppressed"], serde_json::json!({"inline-comment": 1, "baseline": 1}));
    assert_eq!(summary["unused_allows"][0]["line"], 7);
    let document = json(Format::Json, &report);
    assert_eq!(document["findings"].as_array().unwrap()[..], lines[..5], "both formats hold the same objects");
    assert_eq!(document["summary"], *summary);
    assert_eq!(document["suppressed"], Value::from_iter(lines[5..7].iter().map(|line| line["suppressed"].clone())));
    let known = &document["suppressed"][1];
    assert_eq!(known["locations"][1]["path"], "b.env");
    assert_eq!(known["suppression"]["kind"], "baseline");
    assert_eq!(known["suppression"]["owner"], "@infra");
    assert_eq!(known["suppression"]["reviewed"], false);
    assert_eq!(document["suppressed"][0]["suppression"]["until"], "2027-01-31");
}

#[test]
fn suppressed_findings_may_be_left_out_and_are_counted_all_the_same() {
    let rules = rules();
    let report = standard(&rules);
    let lines = lines(&report, &Options { list_suppressed: false, ..Options::default() });
    assert_eq!(lines.len(), report.findings.len() + 1);
    assert_eq!(lines.last().unwrap()["summary"]["suppressed"]["baseline"], 1);
}

#[test]
fn a_revealed_secret_keeps_its_bytes() {
    let rules = rules();
    let report = standard(&rules);
    let lines = lines(&report, &Options { reveal: true, ..Options::default() });
    let encoded = lines[0]["secret_base64"].as_str().unwrap();
    use base64::Engine as _;
    assert_eq!(base64::engine::general_purpose::STANDARD.decode(encoded).unwrap(), odd_password());
    assert_eq!(lines[1]["secret"], Value::from(token(1)));
    assert_eq!(lines[1].get("secret_base64"), None);
}

#[test]
fn other_formats_lose_no_byte_either() {
    let rules = rules();
    let options = Options { reveal: true, ..Options::default() };
    let odd = format!(r"{}\xff\xfe{}", random(7, 12), random(8, 12));
    assert!(text(Format::Human, &standard(&rules), &options).contains(&format!("password: {odd}")));
    let sarif = text(Format::Sarif, &standard(&rules), &options);
    assert!(sarif.contains(&odd.replace('\\', r"\\")));
}
