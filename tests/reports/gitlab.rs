//! GitLab's secret detection report.

use super::sample::*;
use super::*;

#[test]
fn follows_what_gitlab_demands() {
    let validator = schema("gitlab-secret-detection.json");
    let rules = rules();
    for report in [standard(&rules), clean(&rules), Report { interrupted: true, ..standard(&rules) }] {
        assert_valid(&validator, &json(Format::Gitlab, &report));
    }
    assert!(!validator.is_valid(&serde_json::json!({"version": "15.0.7", "vulnerabilities": []})));
}

#[test]
fn every_place_is_a_vulnerability() {
    let rules = rules();
    let report = standard(&rules);
    let document = json(Format::Gitlab, &report);
    let all = document["vulnerabilities"].as_array().unwrap();
    assert_eq!(all.len(), report.findings.iter().map(|f| f.locations.len()).sum::<usize>());
    let ids: std::collections::BTreeSet<_> = all.iter().map(|v| v["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len(), "each has an id of its own");
    let of = |file: &str| all.iter().find(|v| v["location"]["file"] == file).unwrap();
    let today = of("src/config.py");
    assert_eq!((&today["severity"], &today["name"]), (&"Critical".into(), &"Example access token".into()));
    assert_eq!(today["location"]["start_line"], 12);
    assert_eq!(today["location"]["commit"]["sha"], "04".repeat(20));
    assert_eq!(today["identifiers"][0]["value"], "example-token", "GitLab groups by the first identifier");
    assert!(today["raw_source_code_extract"].as_str().unwrap().contains("TOKEN=\"exmp******\""));
    assert_eq!(of("<stdin>")["location"]["commit"]["sha"], "0000000", "as GitLab's own analyzer writes it");
    assert!(!document.to_string().contains("@example.com"), "no addresses of authors");
}

#[test]
fn times_are_those_of_the_scan() {
    let rules = rules();
    let scan = &json(Format::Gitlab, &standard(&rules))["scan"];
    assert_eq!(scan["start_time"], "2024-02-29T23:59:58");
    assert_eq!(scan["end_time"], "2024-03-01T00:00:01");
    assert_eq!(scan["status"], "success");
    assert_eq!(scan["messages"][0]["value"], "Could not be searched: vault/\\u{1b}[2Jlocked: permission denied");
    let stopped = Report { interrupted: true, ..clean(&rules) };
    assert_eq!(json(Format::Gitlab, &stopped)["scan"]["status"], "failure");
}
