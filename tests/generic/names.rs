//! Names: which say that a value is a secret, in many languages and writings, and which say that it is none.

use super::{PASSWORD, SECRET, TOKEN, check_all, findings};
use spillcheck::rules::{Confidence, examples};

/// Names that say that a value is a secret, of a program's variable or a setting.
const TELLING: &str = "\
    password passwd pwd pass passphrase passcode pswd userPassword DB_PASSWORD db-password dbPasswd smtp.pwd MYSQL_PWD PGPASSWORD \
    admin_pass rootPassword ROOT_PW ldap_bind_pw wifiPassword keystorePassword truststore_password storePassword keyPassword \
    ssh_passphrase gpgPassphrase AdminPwd user.pass rootpw bindpw storepass senha senha_do_banco senhaBanco contraseña contrasena \
    clave passwort datenbankPasswort DB_KENNWORT kennwort mot_de_passe motDePasse motdepasse wachtwoord dbWachtwoord hasło haslo_do_bazy \
    heslo parola şifre sifre lösenord losenord salasana jelszó jelszo palavra_passe kata_sandi пароль Пароль 密码 密碼 パスワード \
    비밀번호 secret client_secret clientSecret CLIENT_SECRET app-secret secretKey SECRET_KEY shared_secret consumerSecret OAUTH_SECRET token \
    auth_token authToken ACCESS_TOKEN refreshToken bearer_token bot-token DEPLOY_TOKEN personalAccessToken registry.token apiToken api_key \
    apiKey API-KEY apikey X-Api-Key access_key accessKey service_key subscriptionKey license_key encryption_key encryptionKey MASTER_KEY \
    private_key privateKey signing_key signingSecret HMAC_KEY hmacSecret webhook_secret jwtSecret JWT_KEY session_secret cookieSecret \
    credential credentials creds authKey";

/// Names that have a word of those in them, or one like it, and say that it is none.
const OTHERS: &str = "\
    public_key publicKey PUBLIC_KEY pubkey ssh_public_key key_name keyName key_id keyId KEY_ID token_url tokenUrl token_uri tokenEndpoint \
    token_type token_name primary_key primaryKey foreign_key partition_key sortKey cache_key cacheKey translation_key routing_key keyboard \
    keyboardLayout monkey monkeypatch turkey donkey hockey whiskey jockey keyframe keynote keystroke keyword keywords keycode keyCode hotkey \
    keypress keychain_path keystorePath keystore_type key_file keyfile KEY_PATH key_size keyLength keyAlgorithm key_format key_alias keyring \
    key_prefix key_column keymap keyspace secret_name secretName SECRET_PATH secret_arn secretary password_file passwordPath password_field \
    password_label passwordHint password_policy password_length passwordResetUrl passenger passthrough compass bypass passing \
    password_algorithm passwordEncoder token_count tokenizer tokenize max_tokens tokenExpiry token_issuer csrf_token xsrfToken author \
    authority authUrl auth_method authType credential_id credentials_file api_version apiUrl api_key_name saltstack basalt nonce_size \
    pinned pinterest spinner opinion signature signing_key_id certificate fingerprint checksum digest etag commit revision";

#[test]
fn a_hundred_names_of_secrets_and_a_hundred_of_other_things() {
    let reported = |name: &str| {
        let text = examples::expand(&format!("{name} = \"{{{{base62:13}}}}5{{{{base62:10}}}}\"\n"), 4).unwrap().text;
        findings(&text, "conf/app.toml").iter().any(|f| f.4 > Some(Confidence::Low))
    };
    let (telling, others): (Vec<_>, Vec<_>) = (TELLING.split(' ').collect(), OTHERS.split(' ').collect());
    assert!(telling.len() >= 100 && others.len() >= 100, "{} and {}", telling.len(), others.len());
    let missed: Vec<_> = telling.into_iter().filter(|name| !reported(name)).collect();
    let alarms: Vec<_> = others.into_iter().filter(|name| reported(name)).collect();
    assert!(missed.is_empty() && alarms.is_empty(), "missed {missed:?}, alarms {alarms:?}");
}

#[test]
fn passwords_by_names_of_many_languages() {
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
}
