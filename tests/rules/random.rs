//! What the judgement of randomness costs each rule: of values drawn uniformly from the rule's own alphabet, at most one in a
//! thousand may fail its floor.

use std::sync::Mutex;

use spillcheck::detect::entropy;
use spillcheck::rules::examples::{Random, alphabet_named, expand};
use spillcheck::rules::load::Loaded;
use spillcheck::rules::{Confidence, Matcher, RuleSet};
use spillcheck::search::Searcher;

/// Values drawn for each rule in every run; `SPILLCHECK_DRAWS=20000` draws more (minutes), and `SPILLCHECK_RULES=ID,ID` only for
/// these rules.
const DRAWS: u64 = 1000;
/// Values of no more characters have no floor of their own: all letters, they may be a word, and are taken for one.
const SHORT: usize = 8;

/// As many of `draws` may fail: one in a thousand, and what chance adds over 1,500 rules to a floor that four in ten thousand
/// fail.
fn most_failures(draws: u64) -> usize {
    let expected = draws as f64 * 4e-4;
    (expected + 5.5 * expected.sqrt()).ceil().max(draws as f64 / 1000.0) as usize
}

/// Fills the runs of one alphabet (`{{hex:32}}`) uniformly; examples draw them again until they look as people expect. A run
/// begins and ends on a letter or digit, as edges of names and values do.
fn drawn(template: &str, random: &mut Random) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let (inner, after) = after.split_once("}}").expect("templates are closed");
        let run = inner.split_once(':').and_then(|(name, n)| Some((alphabet_named(name)?, n.parse::<usize>().ok()?)));
        match run {
            Some((letters, length)) => text.extend((0..length).map(|at| {
                let mut letter = || char::from(random.pick(letters));
                let first = letter();
                let outer = at == 0 || at + 1 == length;
                if outer && !first.is_ascii_alphanumeric() { 'a' } else { first }
            })),
            None => text.push_str(&format!("{{{{{inner}}}}}")),
        }
        rest = after;
    }
    text + rest
}

/// The first leak whose secret is made of plain runs: structured ones have templates and checks of their own.
fn plain_leak(loaded: &Loaded) -> Option<String> {
    let plain = |leak: &&String| {
        let marked = leak.split_once('«').and_then(|(_, rest)| rest.split_once('»')).map(|(secret, _)| secret);
        marked.is_some_and(|secret| secret.contains("{{") && !drawn(secret, &mut Random::new(0)).contains("{{"))
    };
    loaded.examples.leak.iter().find(plain).cloned()
}

/// How often values drawn for `loaded` are missed, or found with less confidence than others.
fn failures(loaded: Loaded, template: &str, draws: u64, random: &mut Random) -> usize {
    let mut rules = RuleSet::empty();
    rules.add(vec![loaded]).expect("one rule");
    let searcher = Searcher::new(&rules, 0);
    let confidences: Vec<Option<Confidence>> = (0..draws)
        .map(|seed| {
            let example = expand(&drawn(template, random), seed).expect("a template of a built-in rule");
            let secret = &example.text.as_bytes()[example.secret.expect("a leak marks its secret")];
            let found = searcher.search(example.text.as_bytes()).found;
            found.iter().filter(|m| m.secret.reveal() == secret).map(|m| m.confidence).max()
        })
        .collect();
    let most = confidences.iter().max().copied().flatten();
    confidences.iter().filter(|c| **c != most || most.is_none()).count()
}

/// A rule whose values have a floor, with the template of its first plain example.
fn measurable(loaded: Loaded) -> Option<(Loaded, String)> {
    let is_random = match &loaded.rule.matcher {
        Matcher::Token(token) => token.random && !token.weighed,
        Matcher::Context(context) => context.random,
        Matcher::Assignment(_) => false,
    };
    let template = plain_leak(&loaded).filter(|_| is_random && loaded.rule.check.is_none())?;
    (expand(&template, 1).unwrap().secret.unwrap().len() > SHORT).then_some((loaded, template))
}

#[test]
fn at_most_one_random_value_in_a_thousand_fails_its_own_rule() {
    let draws = std::env::var("SPILLCHECK_DRAWS").map_or(DRAWS, |n| n.parse().expect("SPILLCHECK_DRAWS is a number"));
    let loaded = super::rule_files().into_iter().flat_map(|path| spillcheck::rules::load::file(&path).unwrap());
    let mut rules: Vec<(Loaded, String)> = loaded.filter_map(measurable).collect();
    assert!(rules.len() > 1000, "{} rules measured", rules.len());
    if let Ok(ids) = std::env::var("SPILLCHECK_RULES") {
        rules.retain(|(loaded, _)| ids.split(',').any(|id| id == loaded.rule.id));
        assert_eq!(rules.len(), ids.split(',').count(), "SPILLCHECK_RULES names rules that are drawn: {ids}");
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (queue, problems) = (Mutex::new(rules), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().pop();
                    let Some((loaded, template)) = next else { break };
                    let id = loaded.rule.id.clone();
                    // Its own draws: another rule changes nothing here.
                    let seed = id.bytes().fold(11, |seed: u64, b| seed.wrapping_mul(31).wrapping_add(u64::from(b)));
                    let failed = failures(loaded, &template, draws, &mut Random::new(seed));
                    if failed > most_failures(draws) {
                        problems.lock().unwrap().push(format!("{id}: {failed} of {draws}: {template}"));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{} rules:\n{}", problems.len(), problems.join("\n"));
}

/// The entropy floors alone, for every alphabet and length in the examples of rules whose values are random: here twenty thousand
/// draws cost seconds.
#[test]
fn at_most_one_random_text_in_a_thousand_falls_below_its_floor() {
    const DRAWS: u64 = 20_000;
    const LONG: usize = 100;
    let loaded = super::rule_files().into_iter().flat_map(|path| spillcheck::rules::load::file(&path).unwrap());
    let mut runs: Vec<(String, usize)> = Vec::new();
    for (_, template) in loaded.filter_map(measurable) {
        let inner = template.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")?.0.split_once(':'));
        runs.extend(inner.filter_map(|(name, length)| Some((name.to_owned(), length.parse().ok()?))));
    }
    // Longer ones have the floor of the longest measured, and pass by far.
    runs.retain(|(name, length)| (SHORT + 1..=LONG).contains(length) && alphabet_named(name).is_some());
    runs.sort();
    runs.dedup();
    assert!(runs.len() > 150, "{} kinds of texts", runs.len());
    let mut problems = Vec::new();
    for (name, length) in runs {
        let letters = alphabet_named(&name).unwrap();
        let mut random = Random::new(length as u64);
        let mut text = vec![0; length];
        let mut failed = 0;
        for _ in 0..DRAWS {
            text.fill_with(|| random.pick(letters));
            failed += usize::from(!entropy::looks_random(&text));
        }
        if failed > most_failures(DRAWS) {
            problems.push(format!("{name}:{length}: {failed} of {DRAWS}"));
        }
    }
    assert!(problems.is_empty(), "{} kinds of texts:\n{}", problems.len(), problems.join("\n"));
}
