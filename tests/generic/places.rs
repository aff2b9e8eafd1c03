//! Places: each syntax, command line and file in which names and values meet.

use super::{check_all, findings};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spillcheck::rules::{Confidence, RuleSet, examples};
use spillcheck::search::Searcher;

const PASSWORD: &str = "generic-password";
const TOKEN: &str = "generic-token";
const SECRET: &str = "generic-secret";
const KEY: &str = "generic-api-key";
const URL: &str = "url-credentials";

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
fn keys_of_wordpress_that_hold_the_signs_of_templates() {
    for signs in ["${", "#{", "$(", "{+", "$a"] {
        let text = format!("define('AUTH_KEY', '«{{{{base62:10}}}}!@^&*,;:?~{signs}x{{{{base62:42}}}}»');\n");
        check_all(&[("wp-config.php", "wordpress-key", &text)], Confidence::Medium);
    }
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
    ] {
        let found = findings(&text, path);
        let column = text.lines().next().unwrap().find("ghp_").unwrap() as u32 + 1;
        let wanted = ("github-personal-access-token".to_owned(), whole.clone(), 1, column, Some(Confidence::High));
        assert_eq!(found, [wanted], "{text}");
    }
    let key = examples::expand("{{base62:40}}", 9).unwrap().text;
    let (a, b) = key.split_at(22);
    for text in [format!("api_token = \"{a}\" + \"{b}\"\n"), format!("api_token = (\"{a}\"\n    \"{b}\")\n")] {
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
fn headers_cookies_and_addresses() {
    check_all(
        &[
            ("a.http", "bearer-header", "Authorization: Bearer «{{base62:40}}»\n"),
            ("a.http", "authorization-header", "Authorization: «{{base62:40}}»\n"),
            ("a.sh", "authorization-header", "curl -H 'Authorization: «{{hex:40}}»' https://acme.test\n"),
            ("a.http", TOKEN, "X-Auth-Token: «{{base62:40}}»\n"),
            ("a.http", TOKEN, "Set-Cookie: session_token=«{{base62:40}}»; Path=/; HttpOnly\n"),
            ("a.http", TOKEN, "Cookie: lang=en; session_token=«{{base62:40}}»; theme=dark\n"),
            ("a.sh", TOKEN, "curl -H 'X-Auth-Token: «{{base62:40}}»' https://acme.test\n"),
            ("a.txt", KEY, "https://acme.test/v1?api_key=«{{base62:40}}»&q=1\n"),
            ("a.txt", URL, "https://deploy:«{{base62:14}}7»@git.acme.test/app.git\n"),
        ],
        Confidence::Medium,
    );
}

#[test]
fn command_lines() {
    check_all(
        &[
            ("a.sh", "generic-curl-password", "curl -u deploy:«{{base62:14}}7» https://nexus.acme.test/\n"),
            ("a.sh", PASSWORD, "wget --user=app --password='«{{password:14}}»' https://acme.test/a.zip\n"),
            ("a.sh", PASSWORD, "wget --http-password=«{{password:14}}» https://acme.test/a.zip\n"),
            ("a.sh", "generic-command-password", "mysql -h db -u root -p«{{base62:12}}7» app\n"),
            ("a.sh", PASSWORD, "mysql -h db --user=root --password=«{{password:14}}» app\n"),
            ("a.sh", PASSWORD, "PGPASSWORD=«{{password:14}}» psql -h db -U app\n"),
            ("a.sh", URL, "psql postgresql://app:«{{base62:12}}7»@db.acme.internal/app\n"),
            ("a.sh", "generic-command-password", "docker login -u app -p «{{base62:14}}7» registry.acme.test\n"),
            ("a.sh", PASSWORD, "docker login --username app --password «{{password:14}}» registry.acme.test\n"),
            ("a.sh", "generic-piped-password", "echo «{{base62:14}}7» | docker login -u app --password-stdin\n"),
            (
                "a.sh",
                "generic-command-password",
                "az login --service-principal -u app -p «{{base62:14}}7» --tenant acme\n",
            ),
            ("a.sh", PASSWORD, "az login -u app@acme.test --password «{{password:14}}»\n"),
            ("a.sh", SECRET, "tool login --client-secret «{{base62:40}}» --tenant acme\n"),
            ("a.sh", "generic-command-password", "sshpass -p '«{{base62:12}}7»' ssh root@10.0.0.5\n"),
            ("a.sh", "generic-command-password", "mongosh --host db -u admin -p «{{base62:12}}7» app\n"),
            ("a.sh", "generic-command-password", "ldapsearch -x -D cn=admin -w «{{base62:12}}7» -b dc=acme\n"),
            ("Dockerfile", "generic-chpasswd-password", "RUN echo 'root:«{{base62:12}}7»' | chpasswd\n"),
            ("a.py", "generic-call-password", "requests.get(url, auth=('app', '«{{base62:12}}7»'))\n"),
            ("a.py", "generic-call-password", "smtp.login(\"robot@acme.test\", \"«{{base62:12}}7»\")\n"),
            (
                "a.java",
                "generic-call-password",
                "getConnection(\"jdbc:mysql://db/app\", \"app\", \"«{{base62:12}}7»\");\n",
            ),
        ],
        Confidence::Medium,
    );
}

#[test]
fn files_of_tools() {
    check_all(
        &[
            (".netrc", "netrc-password", "machine git.acme.test\n  login robot\n  password «{{password:14}}»\n"),
            (".pgpass", "postgresql-pgpass", "db.acme.internal:5432:app:robot:«{{base62:14}}7»\n"),
            (".pgpass", "postgresql-pgpass", "*:*:*:robot:«{{base62:14}}7»\n"),
            (".pgpass", "postgresql-pgpass", "*:*:*:*:«{{base62:14}}7»\n"),
            (".pgpass", "postgresql-pgpass", "localhost:*:*:robot:«{{base62:14}}7»\n"),
            ("wp-config.php", "wordpress-key", "define('SECURE_AUTH_KEY',  '«{{password:64}}»');\n"),
            (".pypirc", PASSWORD, "[pypi]\nusername = robot\npassword = «{{password:14}}»\n"),
            (".git-credentials", URL, "https://robot:«{{base62:20}}»@git.acme.test\n"),
            ("wp-config.php", PASSWORD, "define( 'DB_PASSWORD', '«{{password:14}}»' );\n"),
            (
                "appsettings.json",
                "odbc-connection-string",
                "{\"ConnectionStrings\": {\"Main\": \"Server=db;Database=app;User Id=sa;Password=«{{base62:12}}7»;\"}}\n",
            ),
            (
                "web.config",
                "odbc-connection-string",
                "<add name=\"Main\" connectionString=\"Data Source=db;User ID=sa;Password=«{{base62:12}}7»\" />\n",
            ),
            (
                "terraform.tfstate",
                PASSWORD,
                "{\"attributes\": {\"username\": \"app\", \"password\": \"«{{password:14}}»\"}}\n",
            ),
            (
                "config.json",
                "docker-registry-auth",
                "{\"auths\": {\"registry.acme.test\": {\"auth\": \"«{{basic}}»\"}}}\n",
            ),
            ("kubeconfig", TOKEN, "users:\n- name: robot\n  user:\n    token: «{{base62:40}}»\n"),
            (
                "kubeconfig",
                PASSWORD,
                "users:\n- name: robot\n  user:\n    username: robot\n    password: «{{password:14}}»\n",
            ),
        ],
        Confidence::Medium,
    );
}

#[test]
fn hashes_of_passwords_and_statements() {
    let sha512 = "$6${{base62:16}}${{base62:86}}";
    check_all(
        &[
            ("shadow", "password-hash-sha512crypt", &format!("root:«{sha512}»:19000:0:99999:7:::\n")),
            (".htpasswd", "password-hash-md5crypt", "robot:«$apr1${{base62:8}}${{base62:22}}»\n"),
            (".htpasswd", "password-hash-sha1", "robot:«{SHA}{{base64:27}}=»\n"),
            (".htpasswd", "password-hash-bcrypt", "robot:«$2y$10${{base62:53}}»\n"),
        ],
        Confidence::Low,
    );
}

#[test]
fn passwords_in_statements() {
    let rule = "generic-sql-password";
    check_all(
        &[
            ("a.sql", rule, "ALTER USER app IDENTIFIED BY '«{{base62:12}}7»';\n"),
            ("a.sql", rule, "CREATE USER app WITH PASSWORD '«{{base62:12}}7»';\n"),
            ("a.sql", rule, "CREATE USER 'app'@'%' IDENTIFIED BY '«{{base62:12}}7»';\n"),
            ("a.sql", rule, "GRANT ALL ON app.* TO 'app'@'%' IDENTIFIED BY '«{{base62:12}}7»' WITH GRANT OPTION;\n"),
            ("a.sql", rule, "CREATE LOGIN app WITH PASSWORD = N'«{{base62:12}}7»';\n"),
            ("a.sql", rule, "ALTER USER app PASSWORD '«{{base62:12}}7»';\n"),
        ],
        Confidence::Medium,
    );
    for text in ["CREATE USER app IDENTIFIED BY '${PW}';\n", "ALTER USER app WITH PASSWORD :'app_pw';\n"] {
        assert_eq!(findings(text, "a.sql"), [], "{text}");
    }
}

#[test]
fn the_password_in_a_basic_header() {
    let password = examples::expand("{{base62:14}}7", 5).unwrap().text;
    let encoded = STANDARD.encode(format!("robot:{password}"));
    let text = format!("GET / HTTP/1.1\nAuthorization: Basic {encoded}\n");
    let wanted = ("basic-auth-header".to_owned(), password.clone(), 2, 22, Some(Confidence::Medium));
    assert_eq!(findings(&text, "a.http"), [wanted]);
    let rules = RuleSet::builtin();
    let found = Searcher::new(&rules, 0).search(text.as_bytes()).found;
    let facts: Vec<_> = found[0].facts.iter().map(|fact| (fact.label, fact.value.as_str())).collect();
    assert_eq!(facts, [("encoding", "base64"), ("user", "robot")]);
    assert_eq!(found[0].end.column.get() as usize, 22 + encoded.len());
    // In place of the user name may stand a token.
    let token = examples::expand("{{base62:20}}", 6).unwrap().text;
    let text = format!("Authorization: Basic {}\n", STANDARD.encode(format!("{token}:{password}")));
    let found = Searcher::new(&rules, 0).search(text.as_bytes()).found;
    assert!(found[0].facts.iter().all(|fact| fact.label != "user"));
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

#[test]
fn private_members_of_json_web_keys() {
    let found = findings(
        &examples::expand(
            "{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"{{base64url:43}}\", \"y\": \"{{base64url:43}}\", \"d\": \"{{base64url:43}}\"}\n",
            5,
        )
        .unwrap()
        .text,
        "key.json",
    );
    assert_eq!(found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(), ["jwk-private-key"], "{found:?}");
}

#[test]
fn connection_strings_of_drivers() {
    check_all(
        &[
            ("a.py", URL, "url = 'postgresql+psycopg2://app:«{{base62:12}}7»@db.acme.internal:5432/app'\n"),
            ("a.py", URL, "url = 'mysql+pymysql://app:«{{base62:12}}7»@db/app?charset=utf8'\n"),
            ("a.js", URL, "connect('mongodb+srv://app:«{{base62:12}}7»@cluster0.acme.internal/app')\n"),
            ("a.env", URL, "AMQP_URL=amqps://svc:«{{base62:12}}7»@mq.acme.internal/vhost\n"),
            ("a.env", URL, "REDIS_URL=rediss://:«{{base62:24}}»@cache.acme.internal:6379/0\n"),
            ("a.env", URL, "SMTP_URL=smtps://robot:«{{base62:12}}7»@mail.acme.internal:465\n"),
            ("a.env", URL, "BACKUP=ftp://robot:«{{base62:12}}7»@files.acme.internal/\n"),
            ("a.env", URL, "LDAP=ldaps://robot:«{{base62:12}}7»@ldap.acme.internal/dc=acme\n"),
            (
                "a.env",
                "jdbc-connection-string",
                "URL=jdbc:mysql://db.acme.internal/app?user=app&password=«{{base62:12}}7»\n",
            ),
            (
                "a.env",
                "jdbc-connection-string",
                "URL=jdbc:sqlserver://db.acme.internal:1433;databaseName=app;user=sa;password=«{{base62:12}}7»;\n",
            ),
            (
                "a.env",
                "jdbc-oracle-credentials",
                "URL=jdbc:oracle:thin:app/«{{base62:12}}7»@db.acme.internal:1521:app\n",
            ),
            (
                "a.cs",
                "odbc-connection-string",
                "var s = \"Driver={SQL Server};Server=db;Uid=sa;Pwd=«{{base62:12}}7»;\";\n",
            ),
            (
                "a.cs",
                "odbc-connection-string",
                "var s = \"Server=db;User Id=sa;Password=«{{base62:12}}7»;Encrypt=true\";\n",
            ),
            (
                "a.go",
                "generic-dsn-password",
                "sql.Open(\"mysql\", \"app:«{{base62:12}}7»@tcp(db.acme.internal:3306)/app?parseTime=true\")\n",
            ),
            ("a.py", PASSWORD, "psycopg2.connect(\"host=db user=app password=«{{base62:12}}7» dbname=app\")\n"),
        ],
        Confidence::Medium,
    );
}

#[test]
fn names_in_many_languages_and_writings() {
    let names = [
        "password",
        "dbPassword",
        "DB_PASSWORD",
        "db-password",
        "DbPasswd",
        "smtp.pwd",
        "userPass",
        "passphrase",
        "senha",
        "contraseña",
        "passwort",
        "kennwort",
        "mot_de_passe",
        "wachtwoord",
        "hasło",
        "haslo",
        "密码",
        "密碼",
        "パスワード",
        "пароль",
        "heslo",
        "lösenord",
        "salasana",
        "şifre",
        "jelszó",
    ];
    let texts: Vec<String> = names.iter().map(|name| format!("{name} = \"«{{{{password:14}}}}»\"\n")).collect();
    let table: Vec<_> = texts.iter().map(|text| ("a.toml", PASSWORD, text.as_str())).collect();
    check_all(&table, Confidence::Medium);
    check_all(
        &[
            ("a.toml", "generic-salt", "password_salt = \"«{{hex:40}}»\"\n"),
            ("a.toml", "generic-salt", "fixed_nonce = \"«{{hex:40}}»\"\n"),
            ("a.toml", SECRET, "private_key = \"«{{base62:40}}»\"\n"),
            ("a.toml", "generic-signing-secret", "signing_key = \"«{{hex:64}}»\"\n"),
            ("a.toml", TOKEN, "credential = \"«{{base62:40}}»\"\n"),
            ("a.toml", "generic-auth", "oauth = \"«{{base62:40}}»\"\n"),
            ("a.toml", "otp-secret", "totp = \"«{{base32:32}}»\"\n"),
            ("a.toml", "generic-pin", "card_pin = \"«{{digit:6}}»\"\n"),
        ],
        Confidence::Low,
    );
    for name in
        ["public_key", "key_name", "token_url", "primary_key", "keyboard", "monkey", "passenger", "compass", "spinner"]
    {
        let text = examples::expand(&format!("{name} = \"{{{{base62:16}}}}\"\n"), 4).unwrap().text;
        assert_eq!(findings(&text, "a.toml").iter().filter(|f| f.4 > Some(Confidence::Low)).count(), 0, "{name}");
    }
}
