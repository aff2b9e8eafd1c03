//! Places: each syntax in which names and values meet.

use super::{KEY, PASSWORD, SECRET, TOKEN, check_all, findings};
use spillcheck::rules::{Confidence, examples};

#[test]
fn syntaxes_of_languages() {
    check_all(
        &[
            ("app.sh", PASSWORD, "export DB_PASSWORD=«{{password:14}}»\n"),
            ("app.py", PASSWORD, "db_password = '«{{password:14}}»'\n"),
            ("app.py", PASSWORD, "connect(host='db', password='«{{password:14}}»', port=5432)\n"),
            ("app.py", PASSWORD, "os.environ[\"DB_PASSWORD\"] = \"«{{password:14}}»\"\n"),
            ("app.py", PASSWORD, "os.environ.get(\"DB_PASSWORD\", \"«{{password:14}}»\")\n"),
            ("app.rb", PASSWORD, "config = { :password => '«{{password:14}}»' }\n"),
            ("app.js", PASSWORD, "const cfg = { user: 'app', password: '«{{password:14}}»' };\n"),
            ("app.ts", TOKEN, "const token: string = '«{{base62:40}}»';\n"),
            ("app.go", TOKEN, "var authToken string = \"«{{base62:40}}»\"\n"),
            ("app.go", TOKEN, "authToken := \"«{{base62:40}}»\"\n"),
            ("app.go", SECRET, "clientSecret = []byte(\"«{{base62:40}}»\")\n"),
            ("App.java", PASSWORD, "props.setProperty(\"db.password\", \"«{{password:14}}»\");\n"),
            ("App.java", PASSWORD, "dataSource.setPassword(\"«{{password:14}}»\");\n"),
            ("App.cs", SECRET, "private const string ClientSecret = \"«{{base62:40}}»\";\n"),
            ("app.rs", TOKEN, "const AUTH_TOKEN: &str = \"«{{base62:40}}»\";\n"),
            ("app.kt", TOKEN, "val authToken: String = \"«{{base62:40}}»\"\n"),
            ("app.php", PASSWORD, "$dbPassword = '«{{password:14}}»';\n"),
            ("app.php", PASSWORD, "$dbPassword .= '«{{password:14}}»';\n"),
            ("app.pl", PASSWORD, "my $password = \"«{{password:14}}»\";\n"),
            ("app.m", TOKEN, "NSString *authToken = @\"«{{base62:40}}»\";\n"),
            ("app.swift", SECRET, "let clientSecret = \"«{{base62:40}}»\"\n"),
            ("app.ps1", PASSWORD, "$Password = '«{{password:14}}»'\n"),
            ("main.tf", SECRET, "  client_secret = \"«{{base62:40}}»\"\n"),
            ("Makefile", TOKEN, "DEPLOY_TOKEN ?= «{{base62:40}}»\n"),
            ("Dockerfile", PASSWORD, "ENV DB_PASSWORD=«{{password:14}}»\n"),
            ("Dockerfile", PASSWORD, "ENV DB_PASSWORD «{{password:14}}»\n"),
            ("app.ini", PASSWORD, "[db]\npassword = «{{password:14}}»\n"),
            ("app.properties", PASSWORD, "db.password=«{{password:14}}»\n"),
            ("app.toml", PASSWORD, "password = \"«{{password:14}}»\"\n"),
            ("app.yml", PASSWORD, "db:\n  password: «{{password:14}}»\n"),
            ("app.json", PASSWORD, "{\"user\": \"app\", \"password\": \"«{{password:14}}»\"}\n"),
            ("app.xml", PASSWORD, "<db><password>«{{password:14}}»</password></db>\n"),
            ("app.xml", PASSWORD, "<db user=\"app\" password=\"«{{password:14}}»\"/>\n"),
            ("app.vb", PASSWORD, "Dim password As String = \"«{{password:14}}»\"\n"),
            ("app.js", PASSWORD, "const password = process.env.DB_PASSWORD || '«{{base62:12}}7»';\n"),
            ("app.ts", PASSWORD, "const password = config.password ?? '«{{base62:12}}7»';\n"),
            ("app.py", PASSWORD, "password = args.password or '«{{base62:12}}7»'\n"),
            ("app.R", PASSWORD, "password <- \"«{{base62:12}}7»\"\n"),
            ("app.h", PASSWORD, "#define PASSWORD \"«{{base62:12}}7»\"\n"),
            ("app.fish", PASSWORD, "set -x DB_PASSWORD «{{base62:12}}7»\n"),
            ("app.yml", PASSWORD, "password: «{{base62:19}}=»\n"),
            ("app.ts", PASSWORD, "let password: string = \"«{{base62:12}}7»\"\n"),
            ("app.ts", PASSWORD, "let password: string=\"«{{base62:12}}7»\"\n"),
            ("app.yml", PASSWORD, "password: !!str «{{base62:12}}7»\n"),
            ("app.yml", PASSWORD, "password: &db «{{base62:12}}7»\n"),
            ("app.xml", PASSWORD, "<password><![CDATA[«{{base62:12}}7»]]></password>\n"),
            ("app.xml", PASSWORD, "<property name=\"password\"><value>«{{base62:12}}7»</value></property>\n"),
            (
                "main.tf",
                PASSWORD,
                "variable \"db_password\" {\n  type    = string\n  default = \"«{{base62:12}}7»\"\n}\n",
            ),
            ("notes.md", PASSWORD, "**Password:** «{{base62:12}}7»\n"),
            ("notes.md", PASSWORD, "| password | «{{base62:12}}7» |\n"),
        ],
        Confidence::Medium,
    );
}

#[test]
fn values_that_go_on_or_stand_elsewhere() {
    check_all(
        &[
            ("a.yml", TOKEN, "auth_token: |\n  «{{base62:40}}»\n"),
            ("a.yml", TOKEN, "auth_token: >-\n  «{{base62:40}}»\n"),
            ("a.yml", PASSWORD, "env:\n  - name: DB_PASSWORD\n    value: «{{password:14}}»\n"),
            ("a.yml", PASSWORD, "env:\n  - value: «{{password:14}}»\n    name: DB_PASSWORD\n"),
            ("a.json", PASSWORD, "[{\"value\": \"«{{password:14}}»\", \"name\": \"DB_PASSWORD\"}]\n"),
            ("a.config", PASSWORD, "<add value=\"«{{password:14}}»\" key=\"SmtpPassword\" />\n"),
            ("a.config", "dotnet-app-settings-secret", "<add key=\"SmtpPassword\" value=\"«{{password:14}}»\" />\n"),
            ("a.json", PASSWORD, "{\n  \"password\":\n    \"«{{password:14}}»\"\n}\n"),
            ("a.sh", TOKEN, "AUTH_TOKEN=$(cat <<EOF\n«{{base62:40}}»\nEOF\n)\n"),
            ("a.sh", TOKEN, "tool --auth-token \\\n  «{{base62:40}}»\n"),
            ("a.py", PASSWORD, "password = (\n    '«{{password:14}}»'\n)\n"),
            ("a.plist", PASSWORD, "<key>Password</key>\n<string>«{{password:14}}»</string>\n"),
            ("a.xml", PASSWORD, "<password>\n    «{{password:14}}»\n</password>\n"),
        ],
        Confidence::Medium,
    );
}

#[test]
fn several_values_on_a_line_and_signs_at_their_ends() {
    let text = "user=app password={{base62:9}}42 token={{base62:40}} secret=\"{{hex:40}}\"\n";
    let rules: Vec<String> =
        findings(&examples::expand(text, 3).unwrap().text, "a.env").into_iter().map(|f| f.0).collect();
    assert_eq!(rules, [PASSWORD, TOKEN, SECRET]);
    check_all(
        &[
            ("a.txt", TOKEN, "call(token=«{{base62:40}}», x=1)\n"),
            ("a.txt", TOKEN, "[token=«{{base62:40}}»]\n"),
            ("a.txt", TOKEN, "{token: «{{base62:40}}»}\n"),
            ("a.html", TOKEN, "<p>token=«{{base62:40}}»</p>\n"),
            ("a.txt", TOKEN, "https://acme.test/?token=«{{base62:40}}»&ref=main\n"),
            ("a.yml", TOKEN, "token: «{{base62:40}}» # of the robot\n"),
            ("a.env", PASSWORD, "DB_PASSWORD=«{{base62:6}}#&;{{base62:6}}%!7»\n"),
            ("a.py", PASSWORD, "password = '«{{base62:6}}\"<>|{{base62:6}}»'\n"),
            ("a.py", PASSWORD, "password = \"«{{base62:6}}\\\"{{base62:6}}»\"\n"),
        ],
        Confidence::Medium,
    );
    for empty in ["DB_PASSWORD=\nDB_NAME={{base62:20}}\n", "password:\nname: {{base62:20}}\n"] {
        assert_eq!(findings(&examples::expand(empty, 3).unwrap().text, "a.env"), [], "{empty}");
    }
}

#[test]
fn values_below_the_head_of_a_table() {
    let template = "| User | Password | Role |\n|:-----|----------|------|\n| app | {{base62:12}}7 | admin |\n\
                    | robot | `{{base62:10}}8` | see \\| `ops` |\n| guest | ask the team | none |\n\nPassword | {{base62:9}}\n";
    let text = examples::expand(template, 5).unwrap().text;
    let cell =
        |line: usize| text.lines().nth(line).unwrap().split('|').nth(2).unwrap().trim_matches([' ', '`']).to_owned();
    let found: Vec<_> = findings(&text, "notes.md").into_iter().map(|f| (f.0, f.1, f.2, f.3)).collect();
    let wanted = [(PASSWORD.to_owned(), cell(2), 3, 9), (PASSWORD.to_owned(), cell(3), 4, 12)];
    assert_eq!(found, wanted, "{text}");
    // Without the row of dashes it is no table, and the cell beside the name is its value.
    let text = examples::expand("| Password | {{base62:12}}7 |\n| app | {{base62:12}}8 |\n", 5).unwrap().text;
    let found: Vec<_> = findings(&text, "notes.md").into_iter().map(|f| (f.2, f.3)).collect();
    assert_eq!(found, [(1, 14)], "{text}");
}

#[test]
fn keys_written_as_bytes_and_uuids_without_hyphens() {
    check_all(
        &[
            (
                "a.go",
                KEY,
                "var apiKey = []byte{«182, 170, 22, 142, 90, 159, 56, 77, 8, 65, 225, 157, 53, 201, 17, 4»}\n",
            ),
            (
                "a.go",
                "generic-key",
                "aesKey := lorawan.AES128Key{«39, 156, 136, 85, 44, 13, 73, 133, 53, 33, 241, 130, 175, 21, 67, 162»}\n",
            ),
            ("a.env", KEY, "HEROKU_API_KEY=«{{hex:32}}»\n"),
        ],
        Confidence::Low,
    );
}

#[test]
fn literals_in_pieces() {
    let whole = examples::expand("{{github:ghp_}}", 9).unwrap().text;
    let (a, b) = whole.split_at(14);
    for (path, text) in [
        ("a.go", format!("t := \"{a}\" + \"{b}\"\n")),
        ("a.java", format!("String t = \"{a}\"\n        + \"{b}\";\n")),
        ("a.js", format!("const t = '{a}' +\n  '{b}';\n")),
        ("a.php", format!("$t = '{a}' . '{b}';\n")),
        ("a.lua", format!("t = \"{a}\" .. \"{b}\"\n")),
        ("a.vb", format!("t = \"{a}\" & _\n  \"{b}\"\n")),
        ("a.py", format!("t = (\"{a}\"\n     \"{b}\")\n")),
        ("a.py", format!("t = \"{a}\" \\\n    \"{b}\"\n")),
        ("a.c", format!("const char *t = \"{a}\" \"{b}\";\n")),
    ] {
        let found = findings(&text, path);
        let column = text.lines().next().unwrap().find("ghp_").unwrap() as u32 + 1;
        let wanted = ("github-personal-access-token".to_owned(), whole.clone(), 1, column, Some(Confidence::High));
        assert_eq!(found, [wanted], "{text}");
    }
    let key = examples::expand("{{base62:40}}", 9).unwrap().text;
    let (a, b) = key.split_at(22);
    for text in [
        format!("api_token = \"{a}\" + \"{b}\"\n"),
        format!("api_token = (\"{a}\"\n    \"{b}\")\n"),
        format!("api_token = \"{a}\" \"{b}\"\n"),
    ] {
        let found: Vec<_> = findings(&text, "a.py").into_iter().map(|f| (f.0, f.1, f.2)).collect();
        assert_eq!(found, [(TOKEN.to_owned(), key.clone(), 1)], "{text}");
    }
    // What follows is another literal, and no piece of this one.
    for text in [format!("api_token = \"{a}\", \"{b}\"\n"), format!("api_token = \"{a}\"\n\"other\": \"{b}\"\n")] {
        let found: Vec<_> = findings(&text, "a.py").into_iter().map(|f| (f.0, f.1)).collect();
        assert_eq!(found, [(TOKEN.to_owned(), a.to_owned())], "{text}");
    }
}

#[test]
fn json_inside_strings_and_notebooks() {
    check_all(
        &[
            ("a.py", PASSWORD, "body = \"{\\\"user\\\": \\\"app\\\", \\\"password\\\": \\\"«{{base62:14}}7»\\\"}\"\n"),
            ("a.log", PASSWORD, "msg=\"{\\\\\\\"password\\\\\\\":\\\\\\\"«{{base62:14}}7»\\\\\\\"}\"\n"),
            (
                "a.ipynb",
                PASSWORD,
                "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"import db\\n\", \"password = \\\"«{{base62:14}}7»\\\"\\n\"]}]}\n",
            ),
            ("a.ipynb", TOKEN, "{\"source\": [\"api_token = '«{{base62:40}}»'\\n\", \"print(1)\"]}\n"),
        ],
        Confidence::Medium,
    );
}

#[test]
fn random_strings_without_a_name() {
    let low = Some(Confidence::Low);
    for (text, wanted) in [
        ("const blob = \"{{base62:48}}\";\n", low),
        ("payload: '{{base64:62}}=='\n", low),
        ("const blob = \"{{base64url:43}}\";\n", low),
        ("const blob = \"{{base62:50}}\";\n", low),
        ("const blob = \"{{base62:47}}\";\n", None),
        ("const blob = \"{{base62:38}}\";\n", None),
        ("const blob = \"{{hex:64}}\";\n", None),
        ("const blobHash = \"{{base62:48}}\";\n", None),
        ("const publicBlob = \"{{base62:48}}\";\n", None),
        ("const blob = \"sha512-{{base64:86}}==\";\n", None),
        ("const blob = \"{{base62:300}}\";\n", None),
        ("const blob = \"PleaseEnterTheNameOfYourCompanyAndItsAddress10\";\n", None),
    ] {
        let found = findings(&examples::expand(text, 3).unwrap().text, "app.js");
        let found: Vec<_> = found.iter().map(|f| (f.0.as_str(), f.4)).collect();
        let wanted: Vec<_> = wanted.into_iter().map(|low| ("generic-random-string", Some(low))).collect();
        assert_eq!(found, wanted, "{text}");
    }
}
