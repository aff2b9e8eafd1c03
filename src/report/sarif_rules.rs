//! What SARIF says of a rule: severity on GitHub's scale, and what to do.

use super::human::headline;
use super::sarif::link_label;
use super::sarif_log::{Configuration, Help, RuleDescriptor, RuleProperties, Text};
use super::text::clip;
use crate::rules::{Confidence, Rule, Severity};

/// Longest description, characters.
const DESCRIPTION: usize = 1024;
/// Longest name, characters.
const NAME: usize = 255;

/// The level of a result.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// GitHub's scale: above 9.0 critical, from 7.0 high, from 4.0 medium, below low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// The rule as a descriptor.
pub(super) fn descriptor(rule: &Rule) -> RuleDescriptor<'_> {
    let page = rule.documentation.as_deref().filter(|page| is_link(page));
    RuleDescriptor {
        id: &rule.id,
        name: name(&rule.id),
        short_description: Text { text: clip(&headline(rule), DESCRIPTION) },
        full_description: Text { text: clip(&format!("{} {}", rule.about.trim(), rule.impact.trim()), DESCRIPTION) },
        help: help(rule, page),
        help_uri: page,
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties {
            tags: vec!["security", "secret", rule.kind.as_str(), "external/cwe/cwe-798"],
            precision: precision(rule.confidence),
            security_severity: security_severity(rule.severity),
        },
    }
}

fn is_link(page: &str) -> bool {
    (page.starts_with("https://") || page.starts_with("http://"))
        && page.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&b))
}

/// `github-pat-classic` as `GithubPatClassic`: an identifier that people can read. It must not be the id in other letters, so an id of
/// one word gets another: `JwtRule` (SARIF 2.1.0, 3.49.7; SARIF1001 of Microsoft's Multitool).
fn name(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    let name: String = id.split('-').map(word).collect();
    if name.eq_ignore_ascii_case(id) { clip(&name, NAME - "Rule".len()) + "Rule" } else { clip(&name, NAME) }
}

fn help(rule: &Rule, page: Option<&str>) -> Help {
    const LAST: &str = "Taking the value out of the file does not undo the leak: whoever saw it has it.";
    let steps = [("Disable it first", &rule.disable), ("Rotate", &rule.rotate), ("Store", &rule.store)];
    let mut text = format!("What it is: {}\n\nWhat a finder can do: {}\n\n", rule.about.trim(), rule.impact.trim());
    let mut markdown =
        format!("**What it is:** {}\n\n**What a finder can do:** {}\n\n", rule.about.trim(), rule.impact.trim());
    for (i, (label, step)) in steps.iter().enumerate() {
        let step = step.trim();
        text.push_str(&format!("{}. {label}: {step}\n", i + 1));
        // Further lines of a step are indented to stay in the list item.
        markdown.push_str(&format!("{}. **{label}:** {}\n", i + 1, step.replace('\n', "\n   ")));
    }
    text.push_str(&format!("\n{LAST}\n"));
    markdown.push_str(&format!("\n{LAST}\n"));
    if let Some(page) = page {
        text.push_str(&format!("\nSee {page}\n"));
        markdown.push_str(&format!("\n[{} documentation](<{page}>)\n", link_label(&rule.provider)));
    }
    Help { text, markdown }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_is_more_than_the_id_in_other_case() {
        assert_eq!(name("github-pat-classic"), "GithubPatClassic");
        assert_eq!(name("jwt"), "JwtRule");
    }
}
