//! What the numbers of those signals stand for that are classes and no measures: for people who read an explanation.

use super::Signal;

const ALPHABETS: &[&str] = &[
    "nothing",
    "digits",
    "hexadecimal",
    "small letters",
    "capitals",
    "letters",
    "small letters and digits",
    "letters and digits",
    "base64url",
    "base64",
    "the signs of a name in code",
    "printable ASCII",
    "anything",
];
const SHAPES: &[&str] = &[
    "nothing known",
    "a reference or template",
    "a mask",
    "a URL or path",
    "a call or expression",
    "names joined by dots",
    "a UUID",
    "a date or version",
    "a hash with its name",
    "markup",
    "a format string",
    "an address",
    "a fingerprint",
    "a constant in capitals",
    "a usual word alone",
    "a regular expression",
    "JSON",
    "base64 of user name and password",
];
const FIRSTS: &[&str] = &["a small letter", "a capital", "a digit", "another character"];
const SAYS: &[&str] = &["nothing", "no secret", "a secret"];
const MEANINGS: &[&str] = &[
    "nothing known",
    "password",
    "passphrase",
    "secret",
    "token",
    "API key",
    "private key",
    "signing key",
    "auth",
    "OAuth",
    "credential",
    "salt",
    "nonce",
    "one-time password, PIN or seed",
    "key",
    "SQL's IDENTIFIED BY",
    "another word",
    "URL",
    "curl",
    "a command",
    "ConvertTo-SecureString",
    "Basic",
    "Bearer",
];
const CASES: &[&str] = &["small", "capitals", "camelCase", "PascalCase or capitalised"];
const SEPARATORS: &[&str] = &["none", "underscore", "hyphen", "dot"];
const OPERATORS: &[&str] =
    &["none", "=", ":", "=>", "argument", "next argument", "element", "option", "==", "blank", "pair"];
const QUOTES: &[&str] = &["bare", "double quotes", "single quotes", "backquotes"];
const CLASSES: &[&str] = &[
    "nothing",
    "line end",
    "blank",
    "letter or digit",
    "quote",
    "comma",
    "semicolon",
    "closing bracket",
    "opening bracket",
    "dot",
    "angle bracket",
    "+ ? | %",
    "$ @",
    "&",
    "hyphen or underscore",
    "backslash",
    "= or :",
    "/ # *",
    "another character",
];
/// In the order of [`FileKind`](crate::judge::kind::FileKind).
const KINDS: &[&str] = &[
    "plain text",
    "settings",
    "YAML",
    "JSON",
    "compiled language",
    "script",
    "command lines",
    "prose",
    "markup",
    "SQL",
];

/// What `value` of the signal with that index stands for; none if it is a measure or a count.
pub(in crate::judge) fn meaning(signal: usize, value: i16) -> Option<&'static str> {
    const TABLES: &[(Signal, &[&str])] = &[
        (Signal::Alphabet, ALPHABETS),
        (Signal::Shape, SHAPES),
        (Signal::First, FIRSTS),
        (Signal::Meaning, MEANINGS),
        (Signal::Head, SAYS),
        (Signal::Tail, SAYS),
        (Signal::Last, SAYS),
        (Signal::Case, CASES),
        (Signal::Separator, SEPARATORS),
        (Signal::Operator, OPERATORS),
        (Signal::Quote, QUOTES),
        (Signal::After, CLASSES),
        (Signal::AfterNext, CLASSES),
        (Signal::Before, CLASSES),
        (Signal::FileKind, KINDS),
    ];
    let (_, names) = TABLES.iter().find(|(table, _)| *table as usize == signal)?;
    names.get(usize::try_from(value).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::super::super::kind::{FileKind, KINDS as KIND_COUNT};
    use super::*;

    #[test]
    fn classes_have_words_and_measures_have_none() {
        assert_eq!(meaning(Signal::Shape as usize, 6), Some("a UUID"));
        assert_eq!(meaning(Signal::FileKind as usize, FileKind::Sql as i16), Some("SQL"));
        assert_eq!(meaning(Signal::FileKind as usize, FileKind::Yaml as i16), Some("YAML"));
        assert_eq!(KINDS.len(), KIND_COUNT);
        assert_eq!(meaning(Signal::Shape as usize, 99), None);
        assert_eq!(meaning(Signal::Length as usize, 6), None);
    }
}
