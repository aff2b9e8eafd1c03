//! SARIF.

use super::sample::*;
use super::*;
use spillcheck::finding::Place;

fn result<'a>(log: &'a Value, run: usize, uri: &str) -> &'a Value {
    let uri_of = |r: &Value| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    log["runs"][run]["results"].as_array().unwrap().iter().find(|r| uri_of(r) == uri).unwrap()
}

#[test]
fn follows_the_schema() {
    let validator = schema("sarif-2.1.0.json");
    let rules = rules();
    for report in [standard(&rules), clean(&rules), Report { interrupted: true, ..standard(&rules) }] {
        assert_valid(&validator, &json(Format::Sarif, &report));
    }
    let wrong = serde_json::json!({"version": "2.1.0", "runs": [{"tool": {}}]});
    assert!(!validator.is_valid(&wrong), "the schema is not empty");
}

#[test]
fn history_is_a_category_of_its_own() {
    let rules = rules();
    let log = json(Format::Sarif, &standard(&rules));
    let ids: Vec<_> = log["runs"].as_array().unwrap().iter().map(|r| &r["automationDetails"]["id"]).collect();
    assert_eq!(ids, ["spillcheck/files/", "spillcheck/history/"]);
    // Nine places of the token in files and index, the key, the password on standard input, and one that is suppressed.
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 12);
    assert_eq!(log["runs"][1]["results"].as_array().unwrap().len(), 3);
    let clean = json(Format::Sarif, &clean(&rules));
    assert_eq!(clean["runs"].as_array().unwrap().len(), 1);
    assert_eq!(clean["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(clean["runs"][0]["tool"]["driver"]["rules"], serde_json::json!([]));
}

#[test]
fn rules_are_those_with_results_and_say_what_to_do() {
    let rules = rules();
    let log = json(Format::Sarif, &standard(&rules));
    for run in log["runs"].as_array().unwrap() {
        let described = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: Vec<_> = described.iter().map(|r| r["id"].as_str().unwrap()).collect();
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(result["ruleId"], ids[index]);
        }
        for rule in described {
            for text in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
                assert!(!rule.pointer(text).unwrap().as_str().unwrap().is_empty());
            }
        }
    }
    let described = &log["runs"][0]["tool"]["driver"]["rules"];
    assert_eq!(described.as_array().unwrap().len(), 3);
    assert_eq!(described[0]["name"], "ExampleToken");
    assert_eq!(described[0]["properties"]["security-severity"], "9.5");
    assert_eq!(described[0]["defaultConfiguration"]["level"], "error");
    assert_eq!(described[2]["defaultConfiguration"]["level"], "warning");
    assert!(described[0]["help"]["markdown"].as_str().unwrap().contains("1. **Disable it first:** Delete the key"));
}

#[test]
fn suppressed_results_say_what_suppresses_them() {
    let rules = rules();
    let report = standard(&rules);
    let log = json(Format::Sarif, &report);
    let inline = &result(&log, 0, "docs/how%20to.md")["suppressions"];
    assert_eq!(inline.as_array().unwrap().len(), 1);
    assert_eq!((&inline[0]["kind"], &inline[0]["status"]), (&"inSource".into(), &"accepted".into()));
    let place = &inline[0]["location"]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "docs/how%20to.md");
    assert_eq!(place["region"], serde_json::json!({"startLine": 3}));
    let why = inline[0]["justification"].as_str().unwrap();
    assert!(why.ends_with(r"in docs/how to.md:3, until 2027-01-31: made up\u{1b}[2J"), "{why}");
    let known = &result(&log, 1, "a.env")["suppressions"][0];
    assert_eq!((&known["kind"], &known["status"]), (&"external".into(), &"underReview".into()));
    assert_eq!(known["justification"], "entry, unreviewed in .spillcheck-baseline:3, owner @infra");
    // Where one result of a run has the property, all have it.
    for run in log["runs"].as_array().unwrap() {
        assert!(run["results"].as_array().unwrap().iter().all(|r| r["suppressions"].is_array()));
    }
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        notes.contains("1 finding suppressed by inline-comment.")
            && notes.contains("Allows nothing: .spillcheck-baseline:7: entry")
    );
    let without = text(Format::Sarif, &report, &Options { list_suppressed: false, ..Options::default() });
    assert!(!without.contains("\"suppressions\"") && without.contains("1 finding suppressed by baseline."));
}

#[test]
fn places_are_exact() {
    let rules = rules();
    let log = json(Format::Sarif, &standard(&rules));
    assert!(log["runs"].as_array().unwrap().iter().all(|r| r["columnKind"] == "unicodeCodePoints"));
    let region = |r: &Value| r["locations"][0]["physicalLocation"]["region"].clone();
    let wanted = |start: (u32, u32), end: (u32, u32)| {
        let numbers = [("startLine", start.0), ("startColumn", start.1), ("endLine", end.0), ("endColumn", end.1)];
        Value::from_iter(numbers)
    };
    assert_eq!(region(result(&log, 0, "src/config.py")), wanted((12, 9), (12, 51)));
    assert_eq!(region(result(&log, 0, "keys/id_rsa")), wanted((1, 1), (6, 30)));
    assert_eq!(region(result(&log, 0, "%3Cstdin%3E")), wanted((2, 11), (2, 37)));
    assert_eq!(region(result(&log, 1, "a/%1B%5D0%3Bx.env")), wanted((5, 46), (5, 88)));
    let related = result(&log, 0, "src/config.py")["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 9);
    let uris: Vec<_> =
        related.iter().map(|l| l["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()).collect();
    assert_eq!(uris[0], "app/%5Bid%5D.tsx");
    assert_eq!(uris[8], "old%20dir/gr%C3%B6%C3%9Fe%231%3F.py", "history comes last");
}

#[test]
fn messages_name_the_secret_masked() {
    let rules = rules();
    let log = json(Format::Sarif, &standard(&rules));
    let message = result(&log, 0, "src/config.py")["message"]["text"].as_str().unwrap();
    assert!(message.starts_with(
        "Example access token. exmp****** (checksum valid, account octo\\u{7}cat) is on line 12 of src/config.py, \
         confidence high. Exposed since 2024-03-01 (commit 010101010101). It is also in 9 other places: \
         [app/\\[id\\].tsx:1](1), [z/0.txt:1](2), "
    ));
    assert!(message.contains("Disable it first: Delete the key"));
    let gone = result(&log, 1, "a/%1B%5D0%3Bx.env")["message"]["text"].as_str().unwrap();
    assert!(gone.contains("It is in git history only"));
    assert!(!text(Format::Sarif, &standard(&rules), &VERBOSE).contains("@example.com"));
}

#[test]
fn alerts_keep_their_identity() {
    let rules = rules();
    let report = standard(&rules);
    let log = json(Format::Sarif, &report);
    let full = report.findings[2].fingerprint.to_string();
    assert_eq!(
        result(&log, 1, "a/%1B%5D0%3Bx.env")["partialFingerprints"],
        serde_json::json!({"secretFingerprint/v1": full, "primaryLocationLineHash": format!("{}:1", &full[..16])})
    );
    let in_file = |uri: &str| &result(&log, 0, uri)["partialFingerprints"]["primaryLocationLineHash"];
    assert_eq!(in_file("keys/id_rsa"), "c129715d7a2bc9a3:1", "the hash of the line");
    assert_eq!(*in_file("src/config.py"), Value::Null, "left to the uploader, which has the file");
}

#[test]
fn too_many_results_are_cut_and_it_is_said() {
    let rules = rules();
    let options = Options { max_results: 9, ..Options::default() };
    let log: Value = serde_json::from_str(&text(Format::Sarif, &standard(&rules), &options)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 9);
    assert!(results.iter().all(|r| r["ruleId"] == "example-token"), "the most severe are kept");
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    let said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().last().unwrap();
    assert_eq!(said["level"], "warning");
    assert!(said["message"]["text"].as_str().unwrap().starts_with("Only 9 of 12 results are in this run"));
}

#[test]
fn a_secret_in_a_thousand_places_stays_within_the_limits() {
    let rules = rules();
    let secret = token(5);
    let place = |n: u32| location(Place::File, &format!("f{n}"), (1, 1), (1, 43), Vec::new());
    let report = Report {
        findings: vec![finding(&rules, TOKEN, secret.as_bytes(), (0..300).map(place).collect())],
        ..clean(&rules)
    };
    let log = json(Format::Sarif, &report);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 300);
    let first = result(&log, 0, "f0");
    assert_eq!(first["relatedLocations"].as_array().unwrap().len(), 99);
    assert_eq!(result(&log, 0, "f1")["relatedLocations"].as_array().unwrap().len(), 5, "in full only once");
    assert!(first["message"]["text"].as_str().unwrap().contains("It is also in 299 other places: [f1:1](1), "));
}

#[test]
fn what_github_will_not_show_is_said() {
    let rules = rules();
    let notes = |n: u32| {
        let place = |n: u32| location(Place::File, &format!("f{n}"), (1, 1), (1, 43), Vec::new());
        let findings = vec![finding(&rules, TOKEN, token(5).as_bytes(), (0..n).map(place).collect())];
        let log = json(Format::Sarif, &Report { findings, ..clean(&rules) });
        log["runs"][0]["invocations"][0]["toolExecutionNotifications"].clone()
    };
    assert_eq!(notes(5000), Value::Null);
    assert_eq!(notes(5001)[0]["message"]["text"], "GitHub shows 5,000 results of a run, the most severe ones.");
}
