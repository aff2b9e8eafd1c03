use base64::Engine as _;

use super::*;
use crate::detect::Detector;
use crate::judge::ByKind;
use crate::judge::kind::FileKind;
use crate::rules::{RuleSet, examples};

/// The doubt, if it counts in all files, about what the rule `id` finds in `text`, a template.
fn doubt(id: &str, text: &str) -> Option<Option<Confidence>> {
    let rules = RuleSet::builtin();
    let text = examples::expand(text, 5).expect("a template").text;
    let found = Detector::new(&rules).search(text.as_bytes());
    let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect("the rule sees it");
    of(rules.get(candidate.rule), text.as_bytes(), candidate)
        .filter(|doubt| doubt.place == Where::Everywhere)
        .map(|doubt| doubt.most)
}

#[test]
fn keys_and_tokens_are_what_machines_make() {
    let low = Some(Some(Confidence::Low));
    for (id, text, wanted) in [
        ("generic-token", "acme_token = \"{{base62:40}}\"", None),
        ("generic-token", "acme_token = \"{{base62:20}}?{{base62:20}}\"", Some(None)),
        ("generic-token", "acme_token = \"{{base62:20}}%2F{{base62:20}}\"", None),
        ("generic-token", "acme_token = \"{{base62:20}}%c{{base62:20}}\"", Some(None)),
        ("generic-token", "acme_token = \"{{base62:7}}\"", Some(None)),
        ("generic-token", "acme_token = \"{{base62:12}}\"", low),
        ("bearer-header", "Authorization: Bearer {{base62:15}}", Some(None)),
        ("bearer-header", "Authorization: Bearer eyJ{{base62:15}}", Some(None)),
        ("bearer-header", "Authorization: Bearer {{base62:40}}", None),
        ("generic-api-key", "loggly api_key = \"{{hex:16}}\"", Some(None)),
        ("generic-token", "acme_token = \"{\\\"a\\\": \\\"{{base62:32}}\\\"}\"", None),
        ("generic-token", "cookie: \"a={{base62:30}}; b={{base62:12}}\"", low),
        ("generic-key", "key: {{base62:40}}", Some(None)),
        ("generic-key", "key: \"{{base62:40}}\"", low),
        ("generic-key", "acme_key: {{base62:40}}", None),
        ("generic-api-key", "apiKey={{digit:15}}", Some(None)),
        ("generic-api-key", "apiKey={{digit:24}}", None),
        ("generic-secret", "app_secret = \"{{base62:20}}?{{base62:20}}\"", None),
        ("generic-secret", "app_secret = \"{{base62:10}}\"", low),
    ] {
        assert_eq!(doubt(id, text), wanted, "{text}");
    }
}

#[test]
fn what_base64_and_addresses_hold() {
    let low = Some(Some(Confidence::Low));
    let basic = |pair: &str| format!("Authorization: Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let random = examples::expand("{{base62:14}}", 5).expect("a template").text;
    for (id, text, wanted) in [
        ("basic-auth-header", basic("user:passwd"), low),
        ("basic-auth-header", basic("alice:secret"), low),
        ("basic-auth-header", basic(&format!("alice:{random}")), None),
        ("basic-auth-header", "it is a basic upgrades test".to_owned(), Some(None)),
        ("basic-auth-header", "it is a basic workflow".to_owned(), Some(None)),
        ("generic-auth", basic("alice:secret").replace("orization: Basic ", " = "), low),
        ("url-credentials", format!("http://mary:{random}@www.acme.com/"), low),
        ("url-credentials", format!("http://mary:{random}@host:80/"), low),
        ("url-credentials", format!("http://mary:{random}@notexample.com/"), None),
        ("url-credentials", format!("http://mary:{random}@db.acme.internal/"), None),
    ] {
        assert_eq!(doubt(id, &text), wanted, "{text}");
    }
}

#[test]
fn doubts_that_count_in_some_files_alone() {
    for (id, text, wanted) in [
        ("generic-password", "password = {{lower:3}}{{base62:6}}", Some(Where::Programs)),
        ("generic-password", "# password = {{lower:3}}{{base62:6}}", None),
        ("generic-password", "x = \"a=1 password=xq7{{base62:6}}\"", None),
    ] {
        let rules = RuleSet::builtin();
        let text = examples::expand(text, 5).expect("a template").text;
        let found = Detector::new(&rules).search(text.as_bytes());
        let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect("the rule sees it");
        let doubt = of(rules.get(candidate.rule), text.as_bytes(), candidate);
        assert_eq!(doubt.map(|doubt| doubt.place), wanted, "{text}");
    }
}

#[test]
fn names_and_values_that_say_what_they_are() {
    let low = Some(Some(Confidence::Low));
    for (id, text, wanted) in [
        ("generic-token", "invalid_token = \"{{base62:40}}\"", Some(None)),
        ("generic-password", "wrongPassword = \"{{base62:14}}\"", Some(None)),
        ("generic-token", "annotated_token = \"{{base62:40}}\"", None),
        ("generic-token", "acme_token = \"{{hex:20}}_extra\"", Some(None)),
        ("generic-token", "acme_token = \"{{hex:20}}extra\"", None),
        ("generic-token", "acme_token = \"https://login.acme.test/{{hex:20}}\"", Some(None)),
        ("generic-token", "acme_token = \"abc123def456ghi789jkl012mno345\"", low),
        ("generic-token", "acme_token = \"A1b2C3d4E5f6G7h8I9j0K1l2M3n4\"", low),
        ("generic-token", "token_id = \"{{base62:40}}\"", Some(None)),
        ("generic-token", "acme_token = \"glpat-{{base62:25}}?\"", Some(None)),
        ("generic-api-key", "DATADOG_API_KEY=\"{{hex:31}}\"", Some(None)),
        ("generic-api-key", "DATADOG_API_KEY=\"{{hex:44}}\"", low),
        ("generic-api-key", "DATADOG_API_KEY=\"{{hex:10}}\"", Some(None)),
        ("generic-api-key", "DATADOG_API_KEY=\"12345678ABCDEFGH1234567890ABCDEF\"", low),
        ("generic-password", "datadog_password = \"{{base62:14}}\"", None),
    ] {
        assert_eq!(doubt(id, text), wanted, "{text}");
    }
}

/// Where the doubt about samples counts that what the rule `id` finds in `text`, a template, raises.
fn sample(id: &str, text: &str) -> Option<Where> {
    let rules = RuleSet::builtin();
    let text = examples::expand(text, 5).expect("a template").text;
    let found = Detector::new(&rules).search(text.as_bytes());
    let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect("the rule sees it");
    samples::of(rules.get(candidate.rule), text.as_bytes(), candidate).map(|(place, _)| place)
}

#[test]
fn words_are_what_samples_have_for_passwords() {
    use Where::Samples;
    for (value, wanted) in [
        ("hunter42", Some(Samples)),
        ("v3ry-s3cr3t!", Some(Samples)),
        ("B0bP4ssw0rd", Some(Samples)),
        ("My%50ass%21", Some(Samples)),
        ("$ecret k3y", Some(Samples)),
        ("q1w2e3", Some(Samples)),
        ("abc123def456", Some(Samples)),
        ("$2b$10$abcdefgh", Some(Samples)),
        ("bogus1", Some(Samples)),
        ("quux!", Some(Samples)),
        ("barfoo", Some(Samples)),
        ("b=ar", Some(Samples)),
        ("syncfoo", Some(Samples)),
        ("zxcv1", Some(Samples)),
        ("asdfasdf", Some(Samples)),
        ("1q2w3e$R", Some(Samples)),
        ("rabbithole", Some(Samples)),
        ("mykitchen7", Some(Samples)),
        ("psqlpass", Some(Samples)),
        ("this-or-other-qvz", Some(Samples)),
        ("xkqz-wvtr-pqmn-zxvq", None),
        ("qvpwd1", Some(Samples)),
        ("P@$$w0rd!", Some(Samples)),
        ("123_or_no_pwd", Some(Samples)),
        ("xkqpwdvz", None),
        ("qsxfoovz", None),
        ("wqrt", None),
        ("{{base62:14}}", None),
        ("{{hex:36}}", None),
        ("xkq{{hex:4}}vwzj", None),
    ] {
        assert_eq!(sample("generic-password", &format!("db_password = \"{value}\"")), wanted, "{value}");
    }
    let url = |password: &str| format!("http://alice:{password}@db.internal.net/x");
    assert_eq!(sample("url-credentials", &url("some-words")), Some(Samples));
    assert_eq!(sample("url-credentials", &url("{{base62:14}}")), None);
    assert_eq!(sample("url-credentials", &format!("# {}", url("some-words"))), Some(Where::Everywhere));
}

#[test]
fn what_is_no_secret_wherever_it_stands() {
    let row = "kjfhgasdlkjhfgaskdl";
    for text in [
        // Translations and other text for people.
        "\"Reset password\": \"Passwort zurücksetzen\"",
        "\"password\": \"Heslo účtu\"",
        "reset_password: veuillez changer\n",
        "change_password={{lower:6}} salasana\n",
        "forgot_password=Esqueci-me da palavra-passe\n",
        "cancel-password-button = Avbryt\n",
        "Confirm\\ Password={{lower:5}}\\u00E4fta l\\u00F6senord\n",
        "copy.password={{lower:7}} has\\u0142o\n",
        "a fault identified by {{lower:6}}, who fixed it\n",
        "\"password\": \"Contrase\\u00f1a\"",
        "\"password\": \"\\u5bc6\\u7801\"",
        "cannot pass 'something' and 'other' more than once",
        // Instead of a password.
        "'password' => 'required|string|max:255'",
        "fastcgi_pass server-phpfpm:9000;",
        "password=`cat /dev/random | head -c 32`",
        "COOKIE_SECRET=\"pwgen -1s 32\"",
        "the password:\n```ruby\n",
        "Password: Option<i32>,",
        "if self.update_password == 'always'",
        "if [ $test_key == \"freebsd-13-amd64\" ]",
        "\"@acme/credential-provider-env\": \"npm:3.378.0\"",
        "Example: APP_SECRET={{base62:24}}",
        // Names of things.
        "app_token = \"request_header_name\"",
        "app_token = \"webhooks_by_app_id\"",
        "payment_token = \"{{digit:15}}A\"",
        "app_secret = \"Y3VzdG9tLXdvcmRzLWhlcmU=\"",
        "password_expires = \"2016-11-06T15:32:17\"",
        "password_length = \"9{{hex:9}}\"",
        "\"acme/password\": \"^6.4|^7.0\"",
        // Signatures and public keys.
        "auth = \"{{hex:20}}:{{hex:64}}\"",
        "session_key = \"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A{{base64:40}}\"",
        "session_key = \"30819f300d06092a864886f70d010101050003818d00{{hex:60}}\"",
        "session_key: AAAAB3NzaC1yc2EAAAADAQABAAABgQ{{base64:80}}",
        // Calls that make samples, and addresses of them.
        "auth_token = sample_token(\"{{base62:32}}\")",
        "<a href=\"https://example.com/?token={{base62:32}}\">",
        "message: but got Token: 3c9a75a2-24fd-4508-b4f2-11f18aa97411",
    ] {
        let rules = RuleSet::builtin();
        let text = examples::expand(text, 5).expect("a template").text;
        let found = Detector::new(&rules).search(text.as_bytes());
        let generic = found.iter().filter(|c| rules.get(c.rule).is_weighed()).collect::<Vec<_>>();
        assert!(!generic.is_empty(), "{text}");
        for candidate in generic {
            let doubts = all(rules.get(candidate.rule), text.as_bytes(), candidate);
            assert!(doubts.into_iter().any(|doubt| doubt.place == Where::Everywhere), "{text}");
        }
    }
    assert_eq!(sample("generic-signing-secret", &format!("jwt_secret = \"{row}\"")), Some(Where::Everywhere));
    for text in ["acme_token = \"{{base62:40}}\"", "acme_token = \"{{hex:32}}\"", "acme_token = \"{{base64:43}}=\""] {
        assert_eq!(sample("generic-token", text), None, "{text}");
    }
}

#[test]
fn salts_nonces_cookies_and_keys_in_addresses() {
    for (id, text, wanted) in [
        ("generic-salt", "password_salt = \"{{hex:40}}\"", Where::Samples),
        (
            "generic-salt",
            "salt = \"\\x38\\x76\\x2c\\xf7\\xf5\\x59\\x34\\xb3\\x4d\\x17\\x9a\\xe6\\xa4\\xc8\\x0c\\xad\\x11\"",
            Where::Everywhere,
        ),
        ("generic-key", "/* from https://fonts.acme.net/l/font?kit=a&skey={{hex:16}}&v=v14#Lato */", Where::Everywhere),
        ("generic-salt", "<script nonce=\"{{base64:24}}\">", Where::Everywhere),
        ("generic-token", "# Set-Cookie: session={{base62:32}}", Where::Everywhere),
        ("generic-token", "Set-Cookie: session={{base62:32}}", Where::Samples),
        ("generic-password", "- form.password == '{{base62:14}}'", Where::Samples),
        ("generic-password", "hashed_password = '{{hex:40}}'", Where::Samples),
        ("generic-password", "password = '{SSHA}{{base64:28}}'", Where::Samples),
    ] {
        assert_eq!(sample(id, text), Some(wanted), "{text}");
    }
}

/// The reasons of the doubts about what the rule `id` finds in `text`, a template, with the files in which they count.
fn reasons(id: &str, text: &str) -> Vec<(Where, &'static str)> {
    let rules = RuleSet::builtin();
    let text = examples::expand(text, 5).expect("a template").text;
    let found = Detector::new(&rules).search(text.as_bytes());
    let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect(id);
    all(rules.get(candidate.rule), text.as_bytes(), candidate).map(|doubt| (doubt.place, doubt.reason)).collect()
}

#[test]
fn damaged_encoded_and_hashed_values() {
    use Where::{Everywhere, Samples};
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    for (id, text, place, word) in [
        ("generic-token", "t_token = \"ab+d=={{base62:20}}\"".to_owned(), Everywhere, "padding"),
        ("generic-token", "t_token = \"RequestExpires4687177990\"".to_owned(), Everywhere, "made of words"),
        ("generic-secret", format!("app_secret = \"{}\"", hex("some secret words")), Everywhere, "hexadecimal"),
        ("generic-key", format!("tls.key: {}", base64("-----BEGIN CERTIFICATE-----")), Everywhere, "certificate"),
        ("generic-password", r"password:\a\x82\xb5\x18\x033.0".to_owned(), Everywhere, "control"),
        ("generic-password", "hash(\"password\", \"{{base62:16}}\")".to_owned(), Everywhere, "hashes"),
        ("generic-password", format!("password = \"{}\"", md5("qwerty")), Everywhere, "everybody tries"),
        ("generic-auth", format!("auth: {}", base64("user:{SHA}Q5m7xkPz0aTn3RvW9cYbD1eFgHs=")), Samples, "in base64"),
        ("basic-auth-header", "Authorization: Basic {{base62:64}}".to_owned(), Samples, "does not decode"),
        ("generic-token", "t_token = \"gAAAAAB{{base62:80}}\"".to_owned(), Everywhere, "Fernet"),
        ("generic-password", format!("db-password: {}", base64("my-root-password")), Everywhere, "in base64"),
        (
            "docker-swarm-join-token",
            "example: \"SWMTKN-1-3{{base36:49}}-b{{base36:24}}\"".to_owned(),
            Everywhere,
            "example",
        ),
        ("box-client-secret", "box_client_secret_signature: {{base62:32}}".to_owned(), Everywhere, "opens no other"),
        ("generic-token", "access_token: {{uuid}}".to_owned(), Where::Folders, "UUID"),
        ("generic-password", "password: {{hex:40}}".to_owned(), Where::Fixtures, "digest"),
        ("generic-password", "password_hash: \"{{base62:12}}\"".to_owned(), Samples, "not the password"),
    ] {
        let reasons = reasons(id, &text);
        assert!(reasons.iter().any(|(p, reason)| *p == place && reason.contains(word)), "{text}: {reasons:?}");
    }
    for (id, text) in [
        ("generic-token", "t_token = \"{{base64:22}}==\"".to_owned()),
        ("generic-token", "t_token = \"{{base62:20}}4687177990\"".to_owned()),
        ("generic-secret", "app_secret = \"{{hex:34}}\"".to_owned()),
        ("generic-token", "t_token = \"gAAAA{{base62:80}}\"".to_owned()),
        ("generic-password", "login(\"password\", \"{{base62:16}}\")".to_owned()),
        ("generic-password", "PGPASSWORD={{lower:6}} psql name\n".to_owned()),
        ("generic-password", "x --password={{lower:6}} name\n".to_owned()),
        ("generic-password", "host=db password={{lower:6}} dbname=name\n".to_owned()),
        ("generic-password", format!("password = \"{}\"", md5("rv4Kp0qz"))),
        ("generic-auth", format!("auth = \"{}\"", base64("user:Q5m7xkPz0aTn3RvW"))),
    ] {
        let elsewhere: Vec<_> = reasons(id, &text)
            .into_iter()
            .filter(|(place, _)| !matches!(place, Where::Manuals | Where::Programs | Where::Fixtures))
            .collect();
        assert_eq!(elsewhere, [], "{text}");
    }
}

#[test]
fn passwords_that_are_names_beside_them() {
    let login = ["qvz", "acme"].concat();
    for (password, doubted) in [(login.clone(), true), (format!("{login}7"), false)] {
        let text = format!("MYSQL_USER: {login}\nMYSQL_PASSWORD: {password}\n");
        let reasons = reasons("generic-password", &text);
        assert_eq!(reasons.iter().any(|(_, reason)| reason.contains("beside")), doubted, "{text}");
    }
}

fn md5(text: &str) -> String {
    use md5::Digest as _;
    md5::Md5::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn what_is_bare_in_a_program_and_what_stands_in_a_comment() {
    for (id, text, wanted) in [
        ("generic-key", "key64_019 = 0x{{hex:16}}", Some(Where::Programs)),
        ("generic-password", "const OnePass = 134217728", Some(Where::Programs)),
        ("generic-password", "\tszPassword TLPWSTR\n", Some(Where::Programs)),
        ("generic-password", "# SA_PASSWORD: \"Forge123\"", Some(Where::Everywhere)),
        ("generic-password", "SA_PASSWORD: \"Forge123\"", Some(Where::Samples)),
        ("generic-password", "# SA_PASSWORD: \"{{base62:14}}\"", None),
        ("password-hash-sha512crypt", "# x => \"$6${{base62:16}}${{base62:86}}\"", Some(Where::Everywhere)),
        ("password-hash-sha1", " * \"{SSHA}{{base64:32}}\".", Some(Where::Everywhere)),
        ("password-hash-sha1", "userPassword: {SSHA}{{base64:32}}", Some(Where::Samples)),
        ("mandrill-api-key", "MANDRILL_API_KEY = \"{{base62:22}}\"", Some(Where::Manuals)),
    ] {
        assert_eq!(reasons(id, text).first().map(|(place, _)| *place), wanted, "{text}");
    }
}

#[test]
fn tokens_of_tests_name_no_issuer() {
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let token = |claims: &str| {
        let signature = examples::expand("{{base62:43}}", 5).expect("a template").text;
        format!("{}.{}.{signature}", part(r#"{"alg":"HS256","typ":"JWT"}"#), part(claims))
    };
    let rules = RuleSet::builtin();
    let most = |claims: &str| {
        let found = crate::search::Searcher::new(&rules, 0).search(format!("t = \"{}\"", token(claims)).as_bytes());
        let by_kind = found.found.iter().find(|m| rules.get(m.rule).id == "jwt").expect("a token").by_kind;
        [by_kind.at(FileKind::Compiled, true), by_kind.at(FileKind::Compiled, false)]
    };
    let (low, high) = (Some(Confidence::Low), Some(Confidence::High));
    assert_eq!(most(r#"{"sub":"someone"}"#), [low, high]);
    assert_eq!(most(r#"{"iss":"https://login.acme.com/"}"#), [high, high]);
    assert_eq!(most(r#"{"sub":"1234567890"}"#), [low, low]);
}

#[test]
fn values_of_rules_that_the_model_does_not_judge() {
    let rules = RuleSet::builtin();
    let rule = |id: &str| rules.iter().find(|rule| rule.id == id).expect("a rule");
    let hash = examples::expand("$6${{base62:16}}${{base62:86}}", 5).expect("a template").text;
    for (id, value, wanted) in [
        ("password-hash-sha512crypt", hash.as_str(), Some(Where::Samples)),
        ("netrc-password", "passwd1", Some(Where::Samples)),
        ("kubernetes-secret-manifest", "YWRtaW5fcGFzc3dvcmQ=", Some(Where::Everywhere)),
        ("kubernetes-secret-manifest", "cGxhaW5fd29yZHNfaGVyZQ==", Some(Where::Samples)),
        ("kubernetes-secret-manifest", "webhook/endpoint/with/auth", Some(Where::Everywhere)),
        ("kubernetes-secret-manifest", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", Some(Where::Everywhere)),
        ("portainer-access-token", "ptr_field_with_default_ordering", Some(Where::Everywhere)),
    ] {
        assert_eq!(samples::of_value(rule(id), value.as_bytes()).map(|(place, _)| place), wanted, "{id} {value}");
    }
    let random = examples::expand("{{base64:20}}", 5).expect("a template").text;
    assert_eq!(samples::of_value(rule("netrc-password"), random.as_bytes()), None);
}

#[test]
fn a_doubt_about_samples_leaves_other_files_alone() {
    let doubt = Doubt { reason: "", most: Some(Confidence::Low), place: Where::Samples };
    let left = doubt.limit(ByKind::everywhere(Confidence::High));
    assert_eq!(left.at(FileKind::Yaml, false), Some(Confidence::High));
    assert_eq!(left.at(FileKind::Yaml, true), Some(Confidence::Low));
    assert_eq!(left.at(FileKind::Prose, false), Some(Confidence::Low));
    let manuals = Doubt { place: Where::Manuals, ..doubt }.limit(ByKind::everywhere(Confidence::High));
    assert_eq!(manuals.at(FileKind::Prose, true), Some(Confidence::Low));
    assert_eq!(manuals.at(FileKind::Prose, false), Some(Confidence::High));
    assert_eq!(manuals.at(FileKind::Yaml, true), Some(Confidence::High));
    let fixtures = Doubt { place: Where::Fixtures, ..doubt }.limit(ByKind::everywhere(Confidence::High));
    assert_eq!(fixtures.at(FileKind::Yaml, true), Some(Confidence::Low));
    assert_eq!(fixtures.at(FileKind::Prose, true), Some(Confidence::High));
    assert_eq!(fixtures.at(FileKind::Yaml, false), Some(Confidence::High));
    let folders = Doubt { place: Where::Folders, ..doubt }.limit(ByKind::everywhere(Confidence::High));
    assert_eq!(folders.at(FileKind::Prose, true), Some(Confidence::Low));
    assert_eq!(folders.at(FileKind::Prose, false), Some(Confidence::High));
}
