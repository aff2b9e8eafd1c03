//! What documentation shows: keys and tokens that open nothing, by their rule alone.

use super::Where;
use crate::detect::check::Check;
use crate::rules::{Kind, Matcher, Rule, Severity};

/// Why what a rule finds is of low confidence in documentation, and in which. A password is one there too: people write down what they use.
pub(super) fn of(rule: &Rule) -> Option<(Where, &'static str)> {
    if matches!(&*rule.id, "generic-key" | "generic-signing-secret") {
        return Some((Where::Documentation, "documentation shows such keys as examples"));
    }
    let generic = matches!(
        &*rule.id,
        "generic-api-key" | "generic-secret" | "generic-auth" | "generic-token" | "bearer-header" | "basic-auth-header"
    );
    // What opens a whole account is worth a look anywhere.
    let by_name = matches!(rule.matcher, Matcher::Context(_))
        && matches!(rule.kind, Kind::ApiKey | Kind::AccessToken)
        && rule.severity < Severity::Critical;
    let shown = generic || by_name || matches!(rule.check, Some(Check::Jwt));
    shown.then_some((Where::Manuals, "folders of documentation show such keys as examples"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn keys_and_tokens_of_manuals() {
        let rules = RuleSet::builtin();
        let place = |id: &str| of(rules.iter().find(|rule| rule.id == id).expect(id)).map(|(place, _)| place);
        for (id, wanted) in [
            ("generic-key", Some(Where::Documentation)),
            ("generic-signing-secret", Some(Where::Documentation)),
            ("generic-token", Some(Where::Manuals)),
            ("generic-secret", Some(Where::Manuals)),
            ("generic-api-key", Some(Where::Manuals)),
            ("bearer-header", Some(Where::Manuals)),
            ("jwt", Some(Where::Manuals)),
            ("algolia-api-key", Some(Where::Manuals)),
            ("generic-password", None),
            ("url-credentials", None),
            ("rsa-private-key", None),
            ("aws-secret-access-key", None),
            ("google-api-key", None),
        ] {
            assert_eq!(place(id), wanted, "{id}");
        }
    }
}
