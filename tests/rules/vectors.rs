//! The vectors of what can be checked about a credential without a network: each one through the whole pipeline, with the rule
//! that reports it, how sure it is, and what the report says of it.
//!
//! Algorithms below any token have vectors beside their code in `src/detect/check/`: Marvin32 (`marvin.rs`), CRC-16, base32 and
//! base58 (`codec.rs`), CRC-24 (`pgp.rs`), the BIP-39 list and its first letters (`bip39.rs`), the routing field of GitLab
//! (`tail.rs`), the first key of Hardhat (`published.rs`), DER lengths (`der.rs`), the range of secp256k1 (`secp256k1.rs`), fields of Azure's signatures (`wrapped.rs`).

use spillcheck::rules::examples::expand;
use spillcheck::rules::{Confidence, RuleSet};
use spillcheck::search::Searcher;

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

/// How sure a vector is reported; `None`: not at all.
type Sure = Option<Confidence>;
const EXAMPLE: &[&str] = &["example published in documentation"];
const HIGH: Sure = Some(Confidence::High);
const MEDIUM: Sure = Some(Confidence::Medium);
const LOW: Sure = Some(Confidence::Low);

/// Text, how sure, rule, what is said. Templates are those of the rules' examples, ` ¦ ` is left out: so nothing here is shaped
/// like a token. Those made of `MadeUpVector` hold, but may be low, since they repeat themselves: somebody made them up. Samples
/// of specifications are examples; that their checksums hold is tested beside the code.
type Vector = (&'static str, Sure, &'static str, &'static [&'static str]);

const CHECKSUMS: &[Vector] = &[
    (
        "TOKEN=g ¦ hp_Made ¦ UpVecto ¦ rMadeUp ¦ VectorM ¦ adeUp3A ¦ JL3j",
        LOW,
        "github-personal-access-token",
        &["checksum valid"],
    ),
    (
        "TOKEN=g ¦ ho_Made ¦ UpVecto ¦ rMadeUp ¦ VectorM ¦ adeUp3A ¦ JL3j",
        LOW,
        "github-oauth-token",
        &["checksum valid"],
    ),
    (
        "TOKEN=g ¦ hs_Made ¦ UpVecto ¦ rMadeUp ¦ VectorM ¦ adeUp3A ¦ JL3j",
        LOW,
        "github-app-installation-token",
        &["checksum valid"],
    ),
    ("TOKEN=n ¦ pm_Made ¦ UpVecto ¦ rMadeUp ¦ VectorM ¦ adeUp3A ¦ JL3j", LOW, "npm-access-token", &["checksum valid"]),
    (
        "TOKEN=g ¦ hr_Made ¦ UpVecto ¦ rMadeUp ¦ VectorM ¦ adeUpVe ¦ ctorMad ¦ eUpVect ¦ orMadeU ¦ pVector ¦ MadeUpV ¦ ect3Dhb ¦ fQ",
        LOW,
        "github-refresh-token",
        &["checksum valid"],
    ),
    ("TOKEN={{github:ghp_}}", HIGH, "github-personal-access-token", &["checksum valid"]),
    ("TOKEN=ghp_{{base62:30}}000000", LOW, "github-personal-access-token", &["checksum invalid"]),
    ("TOKEN={{npm}}", HIGH, "npm-access-token", &["checksum valid"]),
    ("TOKEN=npm_{{base62:30}}000000", LOW, "npm-access-token", &["checksum invalid"]),
    (
        "TOKEN=g ¦ lpat-bz ¦ ox79Of- ¦ KE9FD2L ¦ joXXF4C ¦ vyxA.0r ¦ 03gxo7s",
        HIGH,
        "gitlab-personal-access-token",
        EXAMPLE,
    ),
    (
        "TOKEN=g ¦ lpat-bz ¦ ox79Of- ¦ KE9FD2L ¦ joXXF4C ¦ vyxA.01 ¦ .0r0l8l ¦ 6ir",
        HIGH,
        "gitlab-personal-access-token",
        EXAMPLE,
    ),
    (
        "TOKEN=g ¦ lpat-bz ¦ ox79Of- ¦ KE9FD2L ¦ joXXF4C ¦ vyxA.01 ¦ .0r03gx ¦ o7a",
        LOW,
        "gitlab-personal-access-token",
        &["checksum invalid"],
    ),
    ("TOKEN={{gitlab:glpat-}}", HIGH, "gitlab-personal-access-token", &["checksum valid"]),
    (
        "TOKEN=g ¦ lsa_Mad ¦ eUpVect ¦ orMadeU ¦ pVector ¦ MadeUpV ¦ e_6583d ¦ 4cd",
        LOW,
        "grafana-service-account-token",
        &["checksum valid"],
    ),
    ("TOKEN={{grafana}}", HIGH, "grafana-service-account-token", &["checksum valid"]),
    (
        "PASSWOR ¦ D=ATBBM ¦ adeUpVe ¦ ctorMad ¦ eUpVect ¦ or51C84 ¦ 3D1",
        LOW,
        "bitbucket-app-password",
        &["checksum valid"],
    ),
    ("PASSWORD={{atlassian:ATBB}}", HIGH, "bitbucket-app-password", &["checksum valid"]),
    ("TOKEN={{atlassian:ATATT}}", HIGH, "atlassian-api-token", &["checksum valid"]),
    ("TOKEN={{atlassian:ATCTT}}", HIGH, "atlassian-organization-key", &["checksum valid"]),
    (
        "SECRET= ¦ cfltMad ¦ eUpVect ¦ orMadeU ¦ pVector ¦ MadeUpV ¦ ectorMa ¦ deUpVec ¦ torMade ¦ UpmPV+u ¦ A",
        LOW,
        "confluent-api-secret",
        &["checksum valid"],
    ),
    (
        "SECRET= ¦ cfltqPL ¦ d2lLPAt ¦ WtHGNhN ¦ 32WlZxo ¦ Ej30pcg ¦ 8mzaPlP ¦ J937JlM ¦ a7n9YCR ¦ Looqgif ¦ w",
        HIGH,
        "confluent-api-secret",
        &["checksum valid"],
    ),
    (
        "KEY=zpk ¦ a_01234 ¦ 56789ab ¦ cdef012 ¦ 3456789 ¦ abcdef_ ¦ 7759b50 ¦ e",
        LOW,
        "zuplo-consumer-api-key",
        &["checksum valid"],
    ),
    ("KEY={{zuplo}}", HIGH, "zuplo-consumer-api-key", &["checksum valid"]),
    (
        "TOKEN=c ¦ io_tp_g ¦ GK6jurS ¦ wKyl9V3 ¦ Az19z7Y ¦ EFQI9ao ¦ OOd",
        HIGH,
        "crates-io-trusted-publishing-token",
        &["checksum valid"],
    ),
    (
        "TOKEN=c ¦ io_tp_g ¦ GK6jurS ¦ wKyl9V3 ¦ Az19z7Y ¦ EFQI9ao ¦ OOe",
        LOW,
        "crates-io-trusted-publishing-token",
        &["checksum invalid"],
    ),
    (
        "https://abcde ¦ fghijkl ¦ mnopqrs ¦ t.supab ¦ ase.co\nKEY=sb ¦ _secret ¦ _MadeUp ¦ VectorM ¦ adeUpVe ¦ ct_8VDd ¦ WOGv",
        HIGH,
        "supabase-secret-key",
        &["checksum valid", "project abcdefghijklmnopqrst"],
    ),
    ("AccountName=acme;AccountKey={{azure-his:ASt}}", HIGH, "azure-storage-account-key", &["checksum valid"]),
    ("COSMOS_KEY={{azure-his:ACDb}}", HIGH, "azure-cosmos-db-key", &["checksum valid", "service Azure Cosmos DB"]),
    ("APIM_MANAGEMENT_KEY={{azure-his:APIM}}", HIGH, "azure-apim-key", &["checksum valid"]),
    ("acme.redis.cache.windows.net,password={{azure-his:AzCa}}", HIGH, "azure-redis-key", &["checksum valid"]),
    (
        "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKey={{azure-his:ASb}}",
        HIGH,
        "azure-messaging-key",
        &["checksum valid"],
    ),
    ("ACR_PASSWORD={{azure-his:ACR}}", HIGH, "azure-container-registry-password", &["checksum valid"]),
    (
        "PAT=Mad ¦ eUpVect ¦ orMadeU ¦ pVector ¦ MadeUpV ¦ ectorMa ¦ deUpVec ¦ torMade ¦ JQQJ99B ¦ FAAAAAA ¦ AAAAAAA ¦ AAAAZDO ¦ 9P58",
        HIGH,
        "azure-devops-pat",
        &["service Azure DevOps", "created 2025-06"],
    ),
    ("PAT={{azure-cask:AZDO}}", HIGH, "azure-devops-pat", &["checksum valid", "service Azure DevOps"]),
    (
        "AZURE_C ¦ LIENT_S ¦ ECRET=z ¦ zz8Q~zz ¦ zzzzzzz ¦ zzzzzzz ¦ zzzzzzz ¦ zzzzzzz ¦ zblP",
        HIGH,
        "azure-ad-client-secret",
        EXAMPLE,
    ),
    (
        "AZURE_C ¦ LIENT_S ¦ ECRET=A ¦ bc8Q~Ma ¦ deUpVec ¦ torMade ¦ UpVecto ¦ rMadeUp ¦ VbHJ",
        HIGH,
        "azure-ad-client-secret",
        &["checksum valid"],
    ),
    ("AZURE_CLIENT_SECRET={{entra-secret}}", HIGH, "azure-ad-client-secret", &["checksum valid"]),
    (
        "AZURE_D ¦ EVOPS_E ¦ XT_PAT= ¦ aaatoaq ¦ daqc3cy ¦ iga4eas ¦ cqlbqgq ¦ 4dyqcej ¦ haeyucu ¦ lbogazd ¦ inq",
        HIGH,
        "azure-devops-pat-legacy",
        &["checksum valid", "kind user"],
    ),
];

const KEY_FILES: &[Vector] = &[
    ("{{pem:ed25519}}", HIGH, "pkcs8-private-key", &["encryption none", "type Ed25519"]),
    ("{{pem:pkcs8-ec}}", HIGH, "pkcs8-private-key", &["encryption none", "type EC P-256"]),
    ("{{pem:rsa}}", HIGH, "rsa-private-key", &["encryption none", "type RSA 2048 bit"]),
    ("{{pem:openssh}}", HIGH, "openssh-private-key", &["encryption none", "type Ed25519"]),
    ("{{pem:openssh-encrypted}}", LOW, "openssh-private-key", &["encrypted key (aes256-ctr)", "kdf bcrypt"]),
    ("{{pem:encrypted-pkcs8}}", LOW, "encrypted-private-key", &["encrypted key (aes-256-cbc)"]),
    ("{{pem:public}}", None, "pkcs8-private-key", &[]),
    ("{{pem:pgp}}", HIGH, "pgp-private-key", &["encryption none", "type PGP RSA 2048 bit"]),
    ("{{putty}}", HIGH, "putty-private-key", &["encryption none"]),
    ("{{putty:encrypted}}", LOW, "putty-private-key", &["encrypted key (aes256-cbc)"]),
];

const WALLETS: &[Vector] = &[
    (
        "AGE-SEC ¦ RET-KEY ¦ -1QQQSY ¦ QCYQ5RQ ¦ WZQFPG9 ¦ SCRGWPU ¦ GPZYSNZ ¦ S23V9CC ¦ RYDPK8Q ¦ ARC0SWR ¦ YDWG",
        HIGH,
        "age-secret-key",
        &["checksum valid", "type age secret key"],
    ),
    (
        "AGE-SEC ¦ RET-KEY ¦ -1GFPYY ¦ SJZGFPY ¦ YSJZGFP ¦ YYSJZGF ¦ PYYSJZG ¦ FPYYSJZ ¦ GFPYYSJ ¦ ZGFPQ4E ¦ GAEX",
        HIGH,
        "age-secret-key",
        EXAMPLE,
    ),
    (
        "nsec1qq ¦ qsyqcyq ¦ 5rqwzqf ¦ pg9scrg ¦ wpugpzy ¦ snzs23v ¦ 9ccrydp ¦ k8qarc0 ¦ s8zu3a4",
        HIGH,
        "nostr-secret-key",
        &["checksum valid"],
    ),
    ("WIF=5Hu ¦ eCGU8rM ¦ jxEXxiP ¦ uD5BDku ¦ 4MkFqeZ ¦ yd4dZ1j ¦ vhTVqvb ¦ TLvyTJ", MEDIUM, "bitcoin-wif", EXAMPLE),
    ("WIF=KwD ¦ iBf89Qg ¦ GbjEhKn ¦ hXJuH7L ¦ rciVrZi ¦ 3qYjgd9 ¦ M7rFU73 ¦ sVHnoWn", MEDIUM, "bitcoin-wif", EXAMPLE),
    (
        "xprv9s2 ¦ 1ZrQH14 ¦ 3K3QTDL ¦ 4LXw2F7 ¦ HEK3wJU ¦ D2nW2nR ¦ k4stbPy ¦ 6cq3jPP ¦ qjiChkV ¦ vvNKmPG ¦ JxWUtg6 ¦ LnF5kej ¦ MRNNU3T ¦ GtRBeJg ¦ k33yuGB ¦ xrMPHi",
        HIGH,
        "bitcoin-extended-private-key",
        EXAMPLE,
    ),
    (
        "6PRVWUb ¦ kzzsbcV ¦ ac2qwfs ¦ soUJAN1 ¦ Xhrg6bN ¦ k8J7Nzm ¦ 5H7kxEb ¦ n2Nh2Zo ¦ Gg",
        MEDIUM,
        "bitcoin-bip38-key",
        EXAMPLE,
    ),
    ("XRP_SEE ¦ D=snoPB ¦ rXtMeMy ¦ MHUVTgb ¦ uqAfg1S ¦ UTb", MEDIUM, "xrp-ledger-seed", EXAMPLE),
    (
        "edsk2fu ¦ Nzt29dP ¦ BwrTvES ¦ 5JiKxLM ¦ 8p4VTcK ¦ DF2oFZi ¦ wfJLEoc ¦ qv1rb",
        HIGH,
        "tezos-secret-key",
        &["checksum valid"],
    ),
    ("MNEMONIC=\"{{bip39:12}}\"", HIGH, "bip-39-mnemonic", &["type BIP-39", "words 12"]),
    (
        "MNEMONIC=\"enact away cup use slight bounce citizen endless later this usual swallow\"",
        MEDIUM,
        "bip-39-mnemonic",
        EXAMPLE,
    ),
    (
        "SUAAAAI ¦ CAMCAKB ¦ QHBAEQU ¦ CYMBUHA ¦ 6EARCIJ ¦ RIFIWC4 ¦ MBSGQ3D ¦ QOR4H77 ¦ 6Y",
        HIGH,
        "nats-nkey-seed",
        &["type user seed"],
    ),
    (
        "STELLAR ¦ _SECRET ¦ _KEY=SA ¦ AACAQDA ¦ QCQMBYI ¦ BEFAWDA ¦ NBYHRAE ¦ ISCMKBK ¦ FQXDAMR ¦ UGY4DUP ¦ B6NKI",
        HIGH,
        "stellar-secret-seed",
        &["checksum valid"],
    ),
    (
        r#"{"type": "tenderm ¦ int/Pri ¦ vKeyEd2 ¦ 5519", "value": "AAECAwQ ¦ FBgcICQ ¦ oLDA0OD ¦ xAREhMU ¦ FRYXGBk ¦ aGxwdHh ¦ 8DoQe/8 ¦ 84Qvh1w ¦ 3RjnS8C ¦ ZZ+TWMJ ¦ ulDV8d3 ¦ IZkElUx ¦ uA=="}"#,
        HIGH,
        "tendermint-cosmos-validator-key",
        &["public key matches"],
    ),
    ("SOLANA_PRIVATE_KEY={{ed25519-pair:base58}}", HIGH, "solana-private-key", &["public key matches"]),
    (
        "PRIVATE_KEY=0x0000000000000000000000000000000000000000000000000000000000000001",
        MEDIUM,
        "ethereum-private-key",
        EXAMPLE,
    ),
    (
        "[Interface]\nPrivateKey = AAECAwQ ¦ FBgcICQ ¦ oLDA0OD ¦ xAREhMU ¦ FRYXGBk ¦ aGxwdHl ¦ 8=",
        HIGH,
        "wireguard-private-key",
        &[],
    ),
];

const FACTS: &[Vector] = &[
    ("AWS_ACC ¦ ESS_KEY ¦ _ID=ASI ¦ AQNZGKI ¦ QY56JQ7 ¦ WML", MEDIUM, "aws-temporary-access-key-id", EXAMPLE),
    ("AWS_ACC ¦ ESS_KEY ¦ _ID=AKI ¦ ARZPUZD ¦ IKAAAAA ¦ AAA", LOW, "aws-access-key-id", &["account 123456789012"]),
    ("TOKEN={{jwt:service-role}}", HIGH, "jwt", &["role service_role", "issuer supabase"]),
    ("TOKEN={{jwt:anon}}", LOW, "jwt", &["publishable: not a secret", "role anon"]),
    ("TOKEN={{jwt:expired}}", LOW, "jwt", &["expired 2020-01-01"]),
    (
        "DISCORD ¦ _TOKEN= ¦ MTA0MjQ ¦ xNTM1Mz ¦ Q1MzQ1M ¦ zQ1Mw.G ¦ aBcDe.{{base64url:38}}",
        HIGH,
        "discord-bot-token",
        &["user 1042415353453453453"],
    ),
    ("TWINE_PASSWORD={{pypi}}", HIGH, "pypi-api-token", &["location pypi.org"]),
    ("TWINE_PASSWORD={{pypi:test}}", HIGH, "pypi-api-token", &["location test.pypi.org"]),
    ("SENTRY_AUTH_TOKEN={{sentry}}", HIGH, "sentry-organization-token", &["region https://us.sentry.io"]),
    ("TOKEN={{grafana-cloud}}", HIGH, "grafana-cloud-token", &["organization ", "region "]),
    ("TOKEN={{grafana-key}}", HIGH, "grafana-api-key", &["organization 1"]),
    ("OP_SERVICE_ACCOUNT_TOKEN={{1password}}", HIGH, "1password-service-account-token", &["sign-in address"]),
    ("TOKEN={{mapbox:sk}}", HIGH, "mapbox-secret-token", &["kind secret token", "account "]),
    ("TOKEN={{mapbox:pk}}", None, "mapbox-secret-token", &[]),
    ("VAULT_TOKEN=hvs.CAESI{{base64url:90}}", HIGH, "vault-service-token", &[]),
    (
        "VAULT_T ¦ OKEN=hv ¦ s.CAESI ¦ AcICQoL ¦ DA0ODxA ¦ REhMUFR ¦ YXGBkaG ¦ xwdHh8g ¦ ISIjJCU ¦ mGh4KHG ¦ h2cy5NY ¦ WRlVXBW ¦ ZWN0b3J ¦ NYWRlVX ¦ BWZWN0b ¦ 3I",
        HIGH,
        "vault-service-token",
        &["structure a signed service token"],
    ),
    ("VAULT_TOKEN=hvs.{{base62:24}}", HIGH, "vault-service-token", &["kind short: a root or development token"]),
    ("JFROG_ACCESS_TOKEN={{jfrog-reference}}", HIGH, "artifactory-reference-token", &["expires "]),
    (
        "JIRA_PA ¦ T=MTIzN ¦ DU2Nzg5 ¦ MDEyOsj ¦ JysvMzc ¦ 7P0NHS0 ¦ 9TV1tfY ¦ 2drb",
        HIGH,
        "atlassian-data-center-token",
        &["token id 123456789012"],
    ),
    ("OPENAI_API_KEY=sk-{{base62:20}}T3BlbkFJ{{base62:20}}", HIGH, "openai-user-key", &[]),
    ("GROQ_API_KEY=gsk_{{base62:20}}WGdyb3FY{{base62:24}}", HIGH, "groq-api-key", &[]),
    ("AWS_BEARER_TOKEN_BEDROCK=ABSKQmVkcm9ja0FQSUtleS{{base64:110}}", MEDIUM, "aws-bedrock-api-key", &[]),
    ("TOKEN=bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{{base64:820}}", HIGH, "aws-bedrock-short-term-key", &[]),
    (
        "TOKEN=A ¦ BSKQmVk ¦ cm9ja0F ¦ QSUtleS ¦ 1hMWIyL ¦ WF0LTEy ¦ MzQ1Njc ¦ 4OTAxMj ¦ pNYWRlV ¦ XBWZWN0 ¦ b3JNYWR ¦ lVXBWZW ¦ N0b3JNY ¦ WRlVXBW ¦ ZWN0b3J ¦ NYWRlVX ¦ BWZWN0b ¦ 3JNYWRl ¦ VXBWZWN ¦ 0b3JNYW ¦ RlVXBWZ ¦ WN0b3I=",
        HIGH,
        "aws-bedrock-api-key",
        &["account 123456789012"],
    ),
    (
        "TOKEN=b ¦ edrock- ¦ api-key ¦ -YmVkcm ¦ 9jay5hb ¦ WF6b25h ¦ d3MuY29 ¦ tLz9BY3 ¦ Rpb249Q ¦ 2FsbFdp ¦ dGhCZWF ¦ yZXJUb2 ¦ tlbiZYL ¦ UFtei1B ¦ bGdvcml ¦ 0aG09QV ¦ dTNC1IT ¦ UFDLVNI ¦ QTI1NiZ ¦ YLUFtei ¦ 1DcmVkZ ¦ W50aWFs ¦ PUFTSUF ¦ RTlpHS0 ¦ lRWTU2S ¦ lE3V01M ¦ JTJGMjA ¦ yNTAxMD ¦ ElMkZ1c ¦ y1lYXN0 ¦ LTEmWC1 ¦ BbXotRG ¦ F0ZT0yM ¦ DI1MDEw ¦ MVQwMDA ¦ wMDBaJl ¦ gtQW16L ¦ UV4cGly ¦ ZXM9NDM ¦ yMDA=",
        LOW,
        "aws-bedrock-short-term-key",
        &["account 029608264753", "region us-east-1", "expired 2025-01-01"],
    ),
    ("SWMTKN-1-5{{base36:49}}-e{{base36:24}}", HIGH, "docker-swarm-join-token", &[]),
    (
        "SWMTKN-1-z{{base36:49}}-e{{base36:24}}",
        LOW,
        "docker-swarm-join-token",
        &["structure a number that its bytes cannot hold"],
    ),
    ("SNYK_TOKEN=1b4e28b ¦ a-2fa1- ¦ 4d2c-88 ¦ 3f-0016 ¦ d3cca42 ¦ 7", MEDIUM, "snyk-api-token", &[]),
    (
        "SNYK_TOKEN=1b4e28b ¦ a-2fa1- ¦ 3d2c-88 ¦ 3f-0016 ¦ d3cca42 ¦ 7",
        LOW,
        "snyk-api-token",
        &["structure a UUID of version 3, not 4"],
    ),
    ("SENDGRID_API_KEY=SG.{{base64url:22}}.{{base64url:43}}", HIGH, "sendgrid-api-key", &[]),
    (
        "SENDGRID_API_KEY=SG.{{base64url:22}}.{{base64url:42}}B",
        LOW,
        "sendgrid-api-key",
        &["structure not the base64 of whole bytes"],
    ),
    (
        "root:$6$87654321${{base62:86}}:19000:0",
        LOW,
        "password-hash-sha512crypt",
        &["salt typed by hand, as in examples"],
    ),
    ("CLERK_P ¦ UBLISHA ¦ BLE_KEY ¦ =pk_tes ¦ t_Y2xlc ¦ msuZXhh ¦ bXBsZS5 ¦ kZXYk", None, "clerk-secret-key", &[]),
    (
        "https://acme.blob.core.windows.net/a?sv=2022-11-02&ss=b&srt=sco&sp=rwdl&se=2020-01-01T00:00:00Z&spr=https&sig={{base64url:43}}%3D",
        LOW,
        "azure-storage-sas",
        &["expired 2020-01-01", "permissions rwdl"],
    ),
    (
        "TOKEN=xoxb-123456789012-1234567890123-{{base62:24}}",
        HIGH,
        "slack-bot-token",
        &["team 12345...", "bot user 12345..."],
    ),
    ("KEY=sk_live_51{{base62:97}}", HIGH, "stripe-secret-key", &["live mode", "account acct_1"]),
    ("KEY=sk_test_51{{base62:97}}", MEDIUM, "stripe-test-key", &["test mode"]),
    (
        "access_ ¦ key=PMA ¦ T-01ARZ ¦ 3NDEKTS ¦ V4RRFFQ ¦ 69G5FAV",
        HIGH,
        "postman-collection-access-key",
        &["created 2016-07-30"],
    ),
    ("KUCOIN_ ¦ API_KEY ¦ =5c2db9 ¦ 3503aa6 ¦ 74c74a3 ¦ 1734", LOW, "kucoin-api-key", &["created 2019-01-03"]),
    ("NUGET_API_KEY={{nuget}}", HIGH, "nuget-api-key", &[]),
    ("Authorization: NTLM TlRMTVNTUAADAAAA{{base64:280}}", HIGH, "ntlm-authenticate-message", &[]),
    ("docker swarm join --token SWMTKN-1-3{{base36:49}}-b{{base36:24}}", HIGH, "docker-swarm-join-token", &[]),
    ("CLERK_SECRET_KEY=sk_live_{{base62:42}}", HIGH, "clerk-secret-key", &[]),
    ("CLERK_DOMAIN=clerk.acme.io\nSTRIPE_SECRET_KEY=sk_live_{{base62:24}}", HIGH, "stripe-secret-key", &[]),
    ("keystore.jks: {{jks:changeit}}", HIGH, "java-key-store", &["type JKS", "password changeit"]),
    ("keystore.jks: {{jks:sealed}}", LOW, "java-key-store", &["type JKS", "encrypted key (password)"]),
    ("keystore.jceks: {{jks:jceks}}", LOW, "java-key-store", &["type JCEKS", "encrypted key (password)"]),
    ("truststore.jks: {{jks:certificates}}", None, "java-key-store", &[]),
    ("keystore.p12: {{pkcs12:changeit}}", HIGH, "pkcs12-key-store", &["type PKCS #12", "password changeit"]),
    ("keystore.p12: {{pkcs12:sealed}}", LOW, "pkcs12-key-store", &["encrypted key (password)"]),
    ("truststore.p12: {{pkcs12:trusted}}", LOW, "pkcs12-key-store", &["content no key outside its encrypted part"]),
    ("truststore.p12: {{pkcs12:certificates}}", None, "pkcs12-key-store", &[]),
    ("GCP_SA_KEY={{gcp-service-account:in-base64}}", HIGH, "google-service-account-key-base64", &["project "]),
];

/// What is wrong with a vector; empty if nothing is.
fn wrong(searcher: &Searcher<'_>, (text, sure, rule, says): &Vector) -> Option<String> {
    let text = expand(&text.replace(" ¦ ", ""), 5).expect("a template").text;
    let found = searcher.search(text.as_bytes()).found;
    let of = |found: &&spillcheck::search::Match| searcher.rules().get(found.rule).id == *rule;
    let found =
        found.iter().find(of).map(|m| (m.confidence, m.facts.iter().map(ToString::to_string).collect::<Vec<_>>()));
    let said = |facts: &[String]| says.iter().all(|say| facts.iter().any(|fact| fact.starts_with(say)));
    let right = match (&found, sure) {
        (None, None) => true,
        (Some((confidence, facts)), Some(sure)) => confidence == sure && said(facts),
        _ => false,
    };
    (!right).then(|| format!("{rule}, {}: {found:?}", text.chars().take(12).collect::<String>()))
}

#[test]
fn every_vector_is_reported_with_what_it_proves() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    let vectors = [CHECKSUMS, KEY_FILES, WALLETS, FACTS].concat();
    let problems: Vec<_> = vectors.iter().filter_map(|vector| wrong(&searcher, vector)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // A rule whose vector needs a check names it.
    for (_, _, id, says) in vectors {
        let rule = rules.find(id).unwrap_or_else(|| panic!("{id} is no rule"));
        assert!(rule.check.is_some() || says.is_empty(), "{id} names no check");
    }
}
