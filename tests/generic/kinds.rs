//! Kinds of file: what long random strings are in them, and how sure a finding is in tests and documentation.

use super::findings;
use spillcheck::judge;
use spillcheck::rules::{Confidence, RuleSet, examples};
use spillcheck::search::Searcher;

/// Findings above low confidence in `template`, expanded.
fn reported(template: &str, path: &str) -> Vec<(String, String)> {
    let text = examples::expand(template, 17).unwrap().text;
    findings(&text, path).into_iter().filter(|f| f.4 > Some(Confidence::Low)).map(|f| (f.0, f.1)).collect()
}

#[test]
fn what_tools_write_is_no_secret() {
    let none: [(String, String); 0] = [];
    for (what, path, template) in [
        (
            "npm lockfile",
            "renamed.txt",
            "\"node_modules/js-tokens\": {\n  \"version\": \"4.0.0\",\n  \"resolved\": \"https://registry.npmjs.org/js-tokens/-/js-tokens-4.0.0.tgz\",\n  \"integrity\": \"sha512-{{base64:86}}==\"\n}\n",
        ),
        (
            "yarn lockfile",
            "renamed.txt",
            "js-tokens@^4.0.0:\n  resolved \"https://registry.yarnpkg.com/js-tokens/-/js-tokens-4.0.0.tgz#{{hex:40}}\"\n  integrity sha512-{{base64:86}}==\n",
        ),
        (
            "yarn lockfile of a newer form",
            "renamed.txt",
            "  dependencies:\n    \"@acme/credential-provider-env\": \"npm:3.378.0\"\n    \"@acme/auth-token\": \"npm:^3.378.2\"\n",
        ),
        (
            "cargo lockfile",
            "renamed.txt",
            "[[package]]\nname = \"secrecy-token\"\nversion = \"0.8.0\"\nchecksum = \"{{hex:64}}\"\n",
        ),
        (
            "go.sum",
            "renamed.txt",
            "github.com/acme/token v1.2.0 h1:{{base64:43}}=\ngithub.com/acme/token v1.2.0/go.mod h1:{{base64:43}}=\n",
        ),
        (
            "pip hashes",
            "renamed.txt",
            "tokenizers==0.15.0 \\\n    --hash=sha256:{{hex:64}} \\\n    --hash=sha256:{{hex:64}}\n",
        ),
        (
            "composer lockfile",
            "renamed.txt",
            "{\"name\": \"acme/password\", \"content-hash\": \"{{hex:32}}\", \"dist\": {\"reference\": \"{{hex:40}}\", \"shasum\": \"\"}}\n",
        ),
        (
            "poetry lockfile",
            "renamed.txt",
            "[metadata.files]\npassword-lib = [\n  {file = \"password_lib-1.0.whl\", hash = \"sha256:{{hex:64}}\"},\n]\n",
        ),
        (
            "subresource integrity",
            "renamed.txt",
            "<script src=\"https://cdn.acme.test/token.js\" integrity=\"sha384-{{base64:64}}\" crossorigin=\"anonymous\"></script>\n",
        ),
        ("checksums", "renamed.txt", "{{hex:64}}  password-tool-1.0.tar.gz\n{{hex:64}} *token-1.0.zip\n"),
        (
            "git ids",
            "renamed.txt",
            "commit {{hex:40}}\nMerge: {{hex:7}} {{hex:7}}\nAuthor: A <a@acme.test>\n\n    Rotate the token\n",
        ),
        ("git diff", "renamed.txt", "index {{hex:40}}..{{hex:40}} 100644\n--- a/token.py\n+++ b/token.py\n"),
        ("submodule", "renamed.txt", "Subproject commit {{hex:40}}\n"),
        (
            "notebook image",
            "renamed.txt",
            "{\"outputs\": [{\"data\": {\"image/png\": \"iVBORw0KGgoAAAANSUhEUg{{base64:400}}==\"}, \"metadata\": {\"token\": 1}}]}\n",
        ),
        ("data URI", "renamed.txt", ".token { background: url(data:image/png;base64,iVBORw0KGgo{{base64:300}}==); }\n"),
        (
            "translation",
            "renamed.txt",
            "msgid \"Password\"\nmsgstr \"Passwort\"\n\nmsgid \"Enter your password\"\nmsgstr \"Geben Sie Ihr Passwort ein\"\n",
        ),
        (
            "translation table",
            "renamed.txt",
            "{\"login.password\": \"Mot de passe\", \"login.forgotPassword\": \"Mot de passe oublié ?\", \"token\": \"Jeton\"}\n",
        ),
        (
            "minified bundle",
            "renamed.txt",
            "function(e,t){var n=e.password,r=t.token||n.secret;return r.key===n.key?{password:n,token:r}:null}var a={password:b,token:c};\n",
        ),
        ("image digest", "renamed.txt", "image: registry.acme.test/token-service@sha256:{{hex:64}}\n"),
        ("ETag", "renamed.txt", "ETag: \"{{hex:32}}\"\nX-Request-Id: {{uuid}}\n"),
        ("CI pins", "renamed.txt", "- uses: acme/token-action@{{hex:40}} # v4\n"),
    ] {
        assert_eq!(reported(template, path), none, "{what}");
    }
}

#[test]
fn a_secret_beside_them_is_found_all_the_same() {
    for (path, around) in [
        ("package-lock.json", "\"integrity\": \"sha512-{{base64:86}}==\",\n"),
        ("dist/app.min.js", "function(e,t){var n=e.password;return n};"),
        ("locale/de.po", "msgid \"Password\"\nmsgstr \"Passwort\"\n"),
    ] {
        let template = format!("{around}\"auth_token\": \"{{{{base62:40}}}}\"\n");
        let found: Vec<String> = reported(&template, path).into_iter().map(|f| f.0).collect();
        assert_eq!(found, ["generic-token"], "{path}");
    }
}

#[test]
fn tests_and_documentation_are_less_sure() {
    let text = examples::expand("# the box\nhost: db\npassword = {{base62:5}}7\n", 17).unwrap().text;
    let rules = RuleSet::builtin();
    let found = Searcher::new(&rules, 0).search(text.as_bytes()).found;
    let at = |path: &str| judge::at_path(found[0].by_kind, path);
    assert_eq!(at("conf/db.ini"), Some(Confidence::Medium));
    for path in ["tests/db.ini", "conf/db.ini.example", "docs/setup.md"] {
        assert!(at(path) <= at("conf/db.ini"), "{path}");
    }
    // A bare word is a name in a program and a value in settings.
    let text = examples::expand("password = acme{{base62:5}}7\n", 17).unwrap().text;
    let found = Searcher::new(&rules, 0).search(text.as_bytes()).found;
    for (path, wanted) in [("main.go", Confidence::Low), ("app.py", Confidence::Low), (".env", Confidence::Medium)] {
        assert_eq!(judge::at_path(found[0].by_kind, path), Some(wanted), "{path}");
    }
    // How to call something, in the comment of a program; and a setting that somebody switched off.
    for (path, comment, wanted) in [
        ("lib/user.rb", "#   user.update(password: '{{base62:9}}7')\n", Some(Confidence::Low)),
        ("conf/db.ini", "#db.password = {{base62:9}}7\n", Some(Confidence::Medium)),
    ] {
        let text = examples::expand(comment, 17).unwrap().text;
        let found = Searcher::new(&rules, 0).search(text.as_bytes()).found;
        assert_eq!(judge::at_path(found[0].by_kind, path), wanted, "{path}");
    }
}
