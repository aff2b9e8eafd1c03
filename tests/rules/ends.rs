//! Where a token ends: whatever may follow one in a text, its rule takes the whole of it and not a byte more.

use spillcheck::rules::examples::expand;
use spillcheck::rules::load::Loaded;
use spillcheck::rules::{Kind, Matcher, RuleSet};
use spillcheck::search::Searcher;

/// What stands after a token in prose, programs, logs, links and escaped texts.
const AFTER: [&str; 12] = [". ", ".\n", ", ", "\"", "'", ")", "`", "\\n", "%22", "&x=1", ";", "</b>"];

/// Tokens that machines make: passwords may hold any sign, and a URL goes on until it ends.
fn is_of_a_form(loaded: &Loaded) -> bool {
    let token = matches!(&loaded.rule.matcher, Matcher::Token(token) if token.random && !token.weighed);
    token && !matches!(loaded.rule.kind, Kind::Password | Kind::ConnectionString | Kind::WebhookUrl)
}

#[test]
fn a_token_is_taken_whole_before_whatever_follows() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, 0);
    let (mut tokens, mut problems) = (0, Vec::new());
    for loaded in super::rule_files().iter().flat_map(|path| spillcheck::rules::load::file(path).unwrap()) {
        let example = expand(&loaded.examples.leak[0], 1).unwrap();
        let upto = &example.text[..example.secret.as_ref().unwrap().end];
        let secret = &upto[example.secret.unwrap().start..];
        let taken = |after: &str| {
            let found = searcher.search(format!("{upto}{after}").as_bytes()).found;
            found.iter().any(|m| rules.get(m.rule).id == loaded.rule.id && m.secret.reveal() == secret.as_bytes())
        };
        // Others need what follows: a quote, the rest of a key file.
        if !is_of_a_form(&loaded) || !taken("\n") {
            continue;
        }
        tokens += 1;
        let wrong: Vec<_> = AFTER.into_iter().filter(|after| !taken(after)).collect();
        if !wrong.is_empty() {
            problems.push(format!("{}: {wrong:?}", loaded.rule.id));
        }
    }
    assert!(tokens > 350, "{tokens} tokens");
    assert!(problems.is_empty(), "{} rules:\n{}", problems.len(), problems.join("\n"));
}
