//! Vectors of key files and of the keys of wallets.

use super::{EXAMPLE, HIGH, LOW, MEDIUM, Vector};

pub(super) const KEY_FILES: &[Vector] = &[
    ("{{pem:ed25519}}", HIGH, "pkcs8-private-key", &["encryption none", "type Ed25519"]),
    ("{{pem:pkcs8-ec}}", HIGH, "pkcs8-private-key", &["encryption none", "type EC P-256"]),
    ("{{pem:rsa}}", HIGH, "rsa-private-key", &["encryption none", "type RSA 2048 bit"]),
    ("{{pem:openssh}}", HIGH, "openssh-private-key", &["encryption none", "type Ed25519"]),
    ("{{pem:openssh-encrypted}}", LOW, "openssh-private-key", &["encrypted key (aes256-ctr)", "kdf bcrypt"]),
    ("{{pem:encrypted-pkcs8}}", LOW, "encrypted-private-key", &["encrypted key (aes-256-cbc)"]),
    ("{{pem:public}}", None, "pkcs8-private-key", &[]),
    ("key: {{pem:rsa:bare}}", HIGH, "private-key-bare", &["encryption none", "type RSA 2048 bit"]),
    ("key: {{pem:pkcs8-ec:bare}}", HIGH, "private-key-bare", &["encryption none", "type EC P-256"]),
    ("char key[] = { {{pem:rsa:bytes}} };", HIGH, "private-key-bytes", &["encryption none", "type RSA 2048 bit"]),
    ("char key[] = { {{pem:ec:bytes}} };", HIGH, "private-key-bytes", &["encryption none", "type EC P-256"]),
    ("{{pem:pgp}}", HIGH, "pgp-private-key", &["encryption none", "type PGP RSA 2048 bit"]),
    ("{{putty}}", HIGH, "putty-private-key", &["encryption none"]),
    ("{{putty:encrypted}}", LOW, "putty-private-key", &["encrypted key (aes256-cbc)"]),
];

pub(super) const WALLETS: &[Vector] = &[
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
