//! What tools read and write: headers, command lines, files of accounts, statements, connection strings.

use super::{KEY, PASSWORD, SECRET, TOKEN, URL, check_all, findings};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spillcheck::rules::{Confidence, RuleSet, examples};
use spillcheck::search::Searcher;

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
fn keys_of_wordpress_that_hold_the_signs_of_templates() {
    for signs in ["${", "#{", "$(", "{+", "$a"] {
        let text = format!("define('AUTH_KEY', '«{{{{base62:10}}}}!@^&*,;:?~{signs}x{{{{base62:42}}}}»');\n");
        check_all(&[("wp-config.php", "wordpress-key", &text)], Confidence::Medium);
    }
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
