//! What other scanners are known to get wrong: whole tokens and not pieces of them, public keys, gates that miss the usual names
//! of variables, common words.

use spillcheck::rules::examples::expand;
use spillcheck::rules::{Confidence, RuleSet};
use spillcheck::search::Searcher;

/// Late enough for the expiry dates of templates to lie on the right side: 2026-01-01.
const NOW: i64 = 1_767_225_600;

/// Rules that find something in the expanded template at default confidence, with what they report.
fn found(searcher: &Searcher<'_>, text: &str) -> Vec<(String, Vec<u8>)> {
    let found = searcher.search(text.as_bytes()).found.into_iter().filter(|m| m.confidence >= Confidence::Medium);
    found.map(|m| (searcher.rules().get(m.rule).id.to_string(), m.secret.reveal().to_vec())).collect()
}

#[test]
fn whole_tokens_under_the_usual_names() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    for (rule, template) in [
        // Words of programming languages inside a value say nothing.
        ("algolia-admin-key", "ALGOLIA_ADMIN_KEY=«0ff1ce{{hex:26}}»"),
        ("buildkite-agent-token", "token=«bkct_true{{base62:65}}null»"),
        // The whole URL, not a piece of its GUID.
        (
            "microsoft-teams-webhook",
            "«https://acme.webhook.office.com/webhookb2/{{uuid}}@{{uuid}}/IncomingWebhook/{{hex:32}}/{{uuid}}»",
        ),
        // 76 characters, not 36; and the form that is a JSON web token.
        ("github-refresh-token", "token: «{{github:ghr_}}»"),
        // Three parts and two colons; two dots; a key id of any length.
        ("datastax-astra-token", "ASTRA_TOKEN=«AstraCS:{{lower:10}}{{upper:10}}:{{hex:64}}»"),
        ("sendgrid-api-key", "key = «SG.{{base64url:22}}.{{base64url:43}}»"),
        ("tailscale-api-access-token", "TS_KEY=«tskey-api-{{base62:11}}CNTRL-{{base62:32}}»"),
        // A word boundary does not stand before an underscore.
        ("datadog-api-key", "DD_API_KEY=«{{hex:32}}»"),
        ("drone-ci-api-token", "DRONE_TOKEN=«{{base62:32}}»"),
        ("influxdb-api-token", "INFLUX_TOKEN=«{{base64url:86}}==»"),
        ("telegram-bot-token", "BOT_TOKEN=«{{digit:10}}:AA{{base64url:33}}»"),
        // Two providers whose keys begin alike.
        ("clerk-secret-key", "createClerkClient({ secretKey: '«sk_live_{{base62:42}}»' })"),
        ("clerk-secret-key", "CLERK_SECRET=«sk_live_{{base62:32}}»"),
        ("stripe-secret-key", "stripe.api_key = '«sk_live_51{{base62:97}}»'"),
        ("stripe-secret-key", "STRIPE_SECRET=«sk_live_{{base62:32}}»"),
        // An environment of its own, before the token.
        ("square-oauth-secret", "secret: «sandbox-sq0csp-{{base62:42}}A»"),
        // Hexadecimal digits in both cases are of 22 signs, not of 64.
        ("sourcegraph-access-token", "SRC_ACCESS_TOKEN=«sgp_{{HEX:8}}{{hex:8}}_{{HEX:10}}{{hex:20}}{{HEX:10}}»"),
        ("cloudinary-url", "CLOUDINARY_URL=cloudinary://{{digit:15}}:«{{base64url:27}}»@acme"),
        // A line of a key has the form of the provider's other key.
        ("pkcs8-private-key", "BINANCE_PRIVATE_KEY=\"«{{pem:pkcs8-rsa:escaped}}»\""),
        // A token with an issuer of its own, not any web token.
        ("supabase-service-role-key", "SUPABASE_KEY=«{{jwt:service-role}}»"),
        // The token of any registry, not only npm's.
        ("npm-registry-token", "//npm.acme.test/:_authToken=«{{base62:64}}»"),
    ] {
        let example = expand(template, 3).unwrap();
        let secret = example.text.as_bytes()[example.secret.unwrap()].to_vec();
        let found = found(&searcher, &example.text);
        assert!(found.contains(&(rule.to_owned(), secret)), "{rule}: {found:?}");
    }
}

/// A value one character longer than the rule's is another one, not a piece of it.
#[test]
fn longer_values_are_not_reported_in_pieces() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    for (rule, template) in [
        ("ngrok-authtoken", "ngrok config add-authtoken 2{{base62:26}}_1{{base62:21}}"),
        ("github-token-in-url", "git clone https://{{hex:41}}:x-oauth-basic@github.com/acme/app"),
        ("appfollow-api-token", "APPFOLLOW_API_TOKEN=eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.{{base62:74}}.{{base62:44}}"),
    ] {
        let found = found(&searcher, &expand(template, 4).unwrap().text);
        assert!(!found.iter().any(|(id, _)| id == rule), "{rule}: {found:?}");
    }
}

/// Of two rules of one form, the one that saw its provider's name beside the secret speaks, whichever comes first.
#[test]
fn what_stands_beside_a_secret_tells_rules_of_one_form_apart() {
    let rule = |id: &str, anchor: &str, pattern: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"A key\"\nkind = \"api-key\"\nseverity = \"low\"\nabout = \"A key of a test.\"\n\
             impact = \"None at all.\"\n[rule.token]\nanchors = [\"{anchor}\"]\npattern = '{pattern}'\n[rule.examples]\n\
             leak = [\"acme_key=«tk_{{{{base62:24}}}}»\", \"acme_key = «tk_{{{{base62:24}}}}»\"]\nclean = [\"tk_\", \"acme\"]\n"
        )
    };
    let file = format!(
        "provider = \"Acme\"\n[remedy]\ndisable = \"Delete it.\"\nrotate = \"Make another.\"\nstore = \"Nowhere.\"\n{}{}",
        rule("own-plain", "tk_", "tk_[A-Za-z0-9]{24}"),
        rule("own-named", "acme", "acme_key[ =]{1,3}(?P<secret>tk_[A-Za-z0-9]{24})"),
    );
    let mut rules = RuleSet::empty();
    rules.add(spillcheck::rules::load::parse("own.toml", &file).unwrap()).unwrap();
    let searcher = Searcher::new(&rules, NOW);
    for (rule, template) in [("own-named", "acme_key=«tk_{{base62:24}}»"), ("own-plain", "other = «tk_{{base62:24}}»")]
    {
        let found = found(&searcher, &expand(template, 5).unwrap().text);
        assert_eq!(found.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), [rule]);
    }
}

#[test]
fn public_keys_ids_and_common_words() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    for template in [
        "DISCORD_PUBLIC_KEY={{hex:64}}",
        "mapboxgl.accessToken = '{{mapbox:pk}}'",
        "posthog.init('phc_{{base62:43}}')",
        "FLUTTERWAVE_PUBLIC_KEY=FLWPUBK_TEST-{{hex:32}}-X",
        "stripe.publishableKey = 'pk_live_{{base62:24}}'",
        "getToken(messaging, { vapidKey: 'BC{{base64url:85}}' })",
        "reg.pushManager.subscribe({ applicationServerKey: 'BF{{base64url:85}}' })",
        "const url = supabase(host, 'sb_publishable_{{base62:22}}_{{base62:8}}')",
        "aws_access_key_id = {{aws-id:AROA}}",
        // Forty hexadecimal digits beside a name are a commit.
        "sourcegraph: github.com/acme/anvil@{{hex:40}}",
        "resolved sonarqube-reporter-1.2.4.tgz#{{hex:40}}",
        // Words that are names of companies, and words.
        "linear_checksum = '{{hex:32}}'",
        "box of {{base62:32}}",
        "the linear part of segment {{hex:32}}",
        "stability: {{hex:32}}",
        "lob {{hex:32}} poly {{hex:32}} paradigm {{hex:32}}",
    ] {
        let text = expand(template, 5).unwrap().text;
        assert_eq!(found(&searcher, &text), [], "{text}");
    }
}

/// A context rule's word stands in every file if it is a common word of English or of programs.
#[test]
fn common_words_are_no_context() {
    const COMMON: [&str; 40] = [
        "access",
        "account",
        "api",
        "auth",
        "bearer",
        "box",
        "cache",
        "client",
        "cloud",
        "code",
        "config",
        "credential",
        "data",
        "email",
        "file",
        "host",
        "iterable",
        "key",
        "linear",
        "lob",
        "login",
        "mail",
        "paradigm",
        "parsers",
        "password",
        "poly",
        "private",
        "protocols",
        "sanity",
        "secret",
        "segment",
        "semaphore",
        "server",
        "stability",
        "stream",
        "test",
        "token",
        "user",
        "verifier",
        "web",
    ];
    let rules = RuleSet::builtin();
    let common = |rule: &spillcheck::rules::Rule| {
        let words: Vec<&str> =
            rule.anchors().iter().map(|a| a.as_ref()).filter(|a: &&str| COMMON.contains(a)).collect();
        (!words.is_empty()).then(|| format!("{}: {words:?}", rule.id))
    };
    let is_context = |rule: &&spillcheck::rules::Rule| matches!(rule.matcher, spillcheck::rules::Matcher::Context(_));
    let problems: Vec<String> = rules.iter().filter(is_context).filter_map(common).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
