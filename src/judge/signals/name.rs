//! Signals of the name.

use super::lists::says;
use super::{Signal, Signals, set};

/// What words of names mean, the most telling first: an anchor begins with one of them. The number is the signal.
const MEANINGS: &[(&[&str], usize)] = &[
    (&["passphrase"], 2),
    (
        &[
            "pass",
            "pwd",
            "pswd",
            "senha",
            "contrase",
            "kennwort",
            "mot",
            "wachtwoord",
            "haslo",
            "hasło",
            "heslo",
            "parola",
            "sifre",
            "şifre",
            "Şifre",
            "losenord",
            "lösenord",
            "salasana",
            "jelszo",
            "jelszó",
            "clave",
            "palavra",
            "kata",
            "mật",
            "_pw",
            "-pw",
            "пароль",
            "Пароль",
            "ПАРОЛЬ",
            "密码",
            "密碼",
            "パスワード",
            "비밀번호",
        ],
        1,
    ),
    (&["secret"], 3),
    (&["token", "cookie", "ticket"], 4),
    (&["api", "access", "service", "subscription", "license", "consumer", "app"], 5),
    (&["private", "encryption", "master", "encrypt"], 6),
    (&["sign", "hmac", "webhook", "jwt", "session", "nextauth"], 7),
    (&["auth"], 8),
    (&["oauth"], 9),
    (&["cred"], 10),
    (&["salt"], 11),
    (&["nonce"], 12),
    (&["otp", "totp", "mfa", "pin", "seed", "mnemonic"], 13),
    (&["key"], 14),
    (&["identified"], 15),
    (&["requirepass", "masterauth"], 1),
    (&["://"], 17),
    (&["curl"], 18),
    (&["docker", "podman", "mysql", "sshpass"], 19),
    (&["basic"], 21),
    (&["bearer"], 22),
    (&["convertto"], 20),
];

/// Bytes of the longest of them.
pub(super) const LONGEST_MEANING: usize = "パスワード".len();

/// The words of a name: parted by signs and by turns from small to capital letters.
pub(in crate::judge) fn words(name: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while name.get(at).is_some_and(|b| !b.is_ascii_alphanumeric() && *b < 0x80) {
            at += 1;
        }
        let start = at;
        while let Some(&b) = name.get(at).filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80) {
            let last = if at > start { name[at - 1] } else { b };
            let next_small = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            let turn = b.is_ascii_uppercase()
                && (last.is_ascii_lowercase()
                    || last.is_ascii_digit()
                    || last.is_ascii_uppercase() && next_small && at > start);
            if at > start && turn {
                break;
            }
            at += 1;
        }
        (at > start).then(|| (start, &name[start..at]))
    })
}

/// Fills the signals of `name`, whose anchor begins at `anchor`; `tail` is the text from there.
pub(super) fn measure(name: &[u8], anchor: usize, tail: &[u8], signals: &mut Signals) {
    let begins = |w: &str| tail.len() >= w.len() && tail[..w.len()].eq_ignore_ascii_case(w.as_bytes());
    let meaning = MEANINGS.iter().find(|(all, _)| all.iter().any(|w| begins(w))).map_or(16, |m| m.1);
    set(signals, Signal::Meaning, meaning);
    set(signals, Signal::NameLength, name.len());
    let (mut count, mut after, mut head, mut first_after, mut last) = (0, 0, 0, None, 0);
    for (start, word) in words(name) {
        count += 1;
        if start + word.len() <= anchor {
            head = says(word);
        } else if start > anchor {
            after += 1;
            first_after.get_or_insert_with(|| says(word));
        }
        last = says(word);
    }
    set(signals, Signal::NameWords, count);
    set(signals, Signal::WordsAfter, after);
    set(signals, Signal::Head, head);
    set(signals, Signal::Tail, first_after.unwrap_or(0));
    set(signals, Signal::Last, last);
    let (lower, upper) = (name.iter().any(u8::is_ascii_lowercase), name.iter().any(u8::is_ascii_uppercase));
    let first_upper = name.iter().find(|b| b.is_ascii_alphabetic()).is_some_and(u8::is_ascii_uppercase);
    let case = match (lower, upper, first_upper) {
        (true, true, true) => 3,
        (true, true, false) => 2,
        (false, true, _) => 1,
        _ => 0,
    };
    set(signals, Signal::Case, case);
    let separator = if name.contains(&b'.') {
        3
    } else if name.contains(&b'_') {
        1
    } else if name.contains(&b'-') {
        2
    } else {
        0
    };
    set(signals, Signal::Separator, separator);
}
