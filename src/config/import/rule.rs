//! A rule as gitleaks writes it, as a token rule of ours: the pattern stays, anchors are found for it.

use super::gitleaks::RuleTable;
use super::{CarriedRule, anchors, go_regex, plain_token};
use crate::rules::schema::{Examples, RuleDef};

/// How far from its keyword a match may begin, bytes, where the keyword is no part of the match.
const NEAR: u32 = 4096;

/// Converts a rule with a regex; what is different with us goes to `notes`. The error says why it cannot be done.
pub(super) fn convert(table: &RuleTable, line: usize, notes: &mut Vec<String>) -> Result<CarriedRule, String> {
    let mut pattern = go_regex::translate(&table.regex);
    pattern = parses(&pattern)?;
    if table.secretgroup > 0 {
        pattern = go_regex::name_group(&pattern, table.secretgroup)
            .ok_or_else(|| format!("its regex has no group {}", table.secretgroup))?;
    }
    let keywords: Vec<String> = table.keywords.iter().map(|k| k.to_lowercase()).collect();
    let usable = !keywords.is_empty() && keywords.iter().all(|k| k.len() >= 3 && k.is_ascii());
    let required = |list: &[String]| crate::rules::shape::anchor_is_required(&pattern, list) == Ok(Some(true));
    let mut within = None;
    let found = match (anchors::of(&pattern), usable) {
        (_, true) if required(&keywords) => keywords,
        (Some(literals), _) if keywords.is_empty() => literals,
        (_, true) => {
            within = Some(NEAR);
            notes.push(format!(
                "rule {}: matches count within {NEAR} bytes of a keyword, not anywhere in its file",
                table.id
            ));
            keywords
        }
        (Some(literals), false) => {
            notes.push(format!("rule {}: runs without its keywords, which are too short to look for", table.id));
            literals
        }
        (None, false) => {
            return Err("neither its regex nor its keywords hold a text of three letters to look for".to_owned());
        }
    };
    let mut token = plain_token(found, pattern);
    token.within = within;
    token.entropy = (table.entropy > 0.0).then_some(table.entropy);
    let title = if table.description.trim().is_empty() { &table.id } else { &table.description };
    let rule = RuleDef {
        id: id_of(&table.id),
        title: title.trim().chars().take(200).collect(),
        kind: "api-key".to_owned(),
        severity: "high".to_owned(),
        about: "Found by a rule of this repository's own.".to_owned(),
        impact: "Whatever it gives access to.".to_owned(),
        disable: None,
        rotate: None,
        store: None,
        documentation: None,
        confidence: Some("medium".to_owned()),
        check: None,
        companions: Vec::new(),
        token: Some(token),
        context: None,
        assignment: None,
        examples: Examples::default(),
    };
    let path = (!table.path.is_empty()).then(|| go_regex::translate(&table.path));
    Ok(CarriedRule { line, rule, path })
}

/// An id of lower-case letters, digits and `-`.
pub(super) fn id_of(id: &str) -> String {
    let id: String = id.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let id = id.trim_matches('-').to_owned();
    if id.is_empty() { "unnamed".to_owned() } else { id }
}

fn parse(pattern: &str) -> Result<regex_syntax::hir::Hir, String> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).map_err(|e| match &e {
        regex_syntax::Error::Parse(e) => e.kind().to_string(),
        regex_syntax::Error::Translate(e) => e.kind().to_string(),
        _ => "no regular expression".to_owned(),
    })
}

/// The pattern, for texts of bytes or, where it names characters, of Unicode.
fn parses(pattern: &str) -> Result<String, String> {
    let problem = match parse(pattern) {
        Ok(_) => return Ok(pattern.to_owned()),
        Err(problem) => problem,
    };
    let unicode = format!("(?u:{pattern})");
    parse(&unicode).map(|_| unicode).map_err(|_| format!("its regex is not understood: {problem}"))
}
