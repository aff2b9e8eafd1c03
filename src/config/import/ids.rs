//! What other tools call rules, and which of ours find the same.

use std::collections::BTreeSet;

use crate::rules::{Kind, Matcher, Rule, RuleSet};

/// Beginnings of gitleaks' ids whose provider we call otherwise: theirs, and how our provider's name begins in lower-case
/// letters and digits.
const PROVIDERS: &[(&str, &str)] = &[
    ("aws", "amazon"),
    ("azure", "microsoft"),
    ("gcp", "google"),
    ("facebook", "meta"),
    ("twitter", "x"),
    ("hashicorp", "terraform"),
    ("vault", "hashicorp"),
    ("sendinblue", "brevo"),
    ("messagebird", "bird"),
    ("pypi", "pypi"),
    ("clojars", "clojars"),
    ("yandex", "yandex"),
    ("linkedin", "linkedin"),
];

/// Ids of theirs that name no provider: any value under a telling name.
fn is_generic(id: &str) -> bool {
    ["generic", "kubernetes-secret", "curl-auth", "nuget-config-password", "hashicorp-tf-password"]
        .iter()
        .any(|head| id.starts_with(head))
}

/// Ids of gitleaks whose words lead elsewhere, and ours for them.
const SAME: &[(&str, &str)] = &[("aws-access-token", "aws-access-key-id")];

/// Our rules that look for what the rule that gitleaks calls `id` looks for, as few as its words tell: those of its provider
/// whose ids have most words in common with it, or all of the provider if none has any.
pub fn stand_ins(id: &str, rules: &RuleSet) -> Vec<String> {
    let id = super::rule::id_of(id);
    let same = SAME.iter().find(|(theirs, _)| *theirs == id).map_or(id.as_str(), |(_, ours)| *ours);
    let is_kind = is_generic(&id) || id.contains("private-key");
    if let Some(rule) = rules.find(same).filter(|_| !is_kind) {
        return vec![rule.id.to_string()];
    }
    let candidates: Vec<&Rule> = rules.iter().filter(|rule| is_akin(&id, rule)).collect();
    if is_kind {
        return candidates.iter().map(|r| r.id.to_string()).collect();
    }
    let wanted = words(&id);
    let score = |rule: &Rule| {
        let own = words(&rule.id);
        let common = wanted.intersection(&own).count();
        common * 1000 / wanted.union(&own).count().max(1)
    };
    let best = candidates.iter().map(|r| score(r)).max().unwrap_or(0);
    candidates.iter().filter(|r| score(r) == best).map(|r| r.id.to_string()).collect()
}

/// The words of an id after its first one, abbreviations written out.
fn words(id: &str) -> BTreeSet<&str> {
    id.split('-')
        .skip(1)
        .flat_map(|word| if word == "pat" { vec!["personal", "access", "token"] } else { vec![word] })
        .collect()
}

/// Whether the rule that gitleaks calls `id` is about the provider of `rule`, or about the same kind of thing.
fn is_akin(id: &str, rule: &Rule) -> bool {
    let generic = rule.generic || matches!(rule.matcher, Matcher::Assignment(_));
    if is_generic(id) {
        return generic;
    }
    if id.contains("private-key") {
        return rule.kind == Kind::PrivateKey;
    }
    if id == "jwt" || id.starts_with("jwt-") {
        return rule.kind == Kind::Jwt;
    }
    if generic || rule.provider == super::PROVIDER {
        return false;
    }
    let provider: String = rule.provider.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let first = id.split('-').next().unwrap_or("");
    let aliased = PROVIDERS.iter().any(|(theirs, ours)| *theirs == first && provider.starts_with(ours));
    let own_first = rule.id.split('-').next().unwrap_or("");
    aliased || own_first == first || (provider.len() > 2 && id.replace('-', "").starts_with(&provider))
}

/// Whether a finding of `rule` may be the one that gitleaks found by the rule it calls `id`, at the same place. A generic rule
/// finds what has no rule of its own, on either side.
pub fn stands_for(id: &str, rule: &Rule) -> bool {
    let id = super::rule::id_of(id);
    let generic = rule.generic || matches!(rule.matcher, Matcher::Assignment(_));
    let own = *rule.id == id || rule.id.strip_prefix("own-").is_some_and(|own| own == id);
    own || generic || is_generic(&id) || is_akin(&id, rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn names_of_the_same_thing() {
        let rules = RuleSet::builtin();
        let ours = |id: &str| stand_ins(id, &rules);
        assert_eq!(ours("github-pat"), ["github-personal-access-token"]);
        assert_eq!(ours("github-oauth"), ["github-oauth-token"]);
        assert_eq!(ours("aws-access-token"), ["aws-access-key-id"]);
        let has = |id: &str, wanted: &str| ours(id).iter().any(|own| own == wanted);
        assert!(has("private-key", "rsa-private-key"));
        assert!(has("generic-api-key", "generic-password"));
        assert!(!has("generic-api-key", "github-personal-access-token"));
        assert!(ours("stripe-access-token").iter().all(|id| id.starts_with("stripe-")));
        assert!(ours("no-such-provider-key").is_empty());
    }

    #[test]
    fn a_generic_rule_stands_for_all_at_a_place() {
        let rules = RuleSet::builtin();
        let github = rules.find("github-personal-access-token").expect("a built-in rule");
        assert!(stands_for("generic-api-key", github));
        assert!(!stands_for("gitlab-pat", github));
        assert!(stands_for("gitlab-pat", rules.find("generic-password").expect("a built-in rule")));
    }
}
