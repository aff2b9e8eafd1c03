//! Tests of the scanners, on expanded examples.

use proptest::prelude::*;

use super::*;
use crate::rules::examples::expand;

const D: &str = "-----";

fn example(template: &str) -> String {
    expand(template, 11).expect("a known template").text
}

fn found(scanner: Scanner, hay: &str, at: usize) -> Option<&str> {
    scanner.find(hay.as_bytes(), at).map(|r| &hay[r])
}

#[test]
fn whole_blocks_in_every_dress() {
    for kind in ["rsa", "ec", "ed25519", "openssh", "rsa-encrypted", "pgp", "dsa"] {
        let pem = example(&format!("{{{{pem:{kind}}}}}"));
        for (old, new) in [
            ("\n", "\n"),
            ("\n", "\r\n"),
            ("\n", "\\n"),
            ("\n", "\\\\n"),
            ("\n", "\\n\" +\n    \""),
            ("\n", "\n    # "),
            ("\n", "\n#6 0.245 "),
            ("\n", " "),
            ("/", "\\/"),
        ] {
            let dressed = pem.replace(old, new);
            let hay = format!("key = \"{dressed}\" # and more");
            assert_eq!(found(Scanner::Pem, &hay, 7), Some(dressed.as_str()), "{kind} {new:?}");
        }
    }
}

#[test]
fn a_header_alone_is_nothing() {
    let prose = "is how a key file begins, and then come lines like aGVsbG8gd29ybGQ or /usr/share/doc/openssl/README";
    let code = "fn parse(text: &str) -> Option<Vec<u8>> { text.lines().filter(|l| !l.is_empty()).collect() }\n";
    for after in
        ["", "\n", "\"", prose, &code.repeat(20), &format!("\n...\n{}{D}END RSA PRIVATE KEY{D}", code.repeat(20))]
    {
        let hay = format!("{D}BEGIN RSA PRIVATE KEY{D}{after}");
        assert_eq!(found(Scanner::Pem, &hay, 0), None, "{after}");
    }
    for other in ["", "BEGIN", "{D}BEGIN", "{D}BEGIN RSA", "--BEGIN RSA PRIVATE KEY--", "{D}END RSA PRIVATE KEY{D}"] {
        assert_eq!(found(Scanner::Pem, &other.replace("{D}", D), 0), None);
    }
}

#[test]
fn a_missing_end_line() {
    let pem = example("{{pem:rsa}}");
    let cut = pem.rfind("\n-----END").expect("has an END line");
    let hay = format!("{}\n\nThis is prose, and none of it belongs to the key.\n", &pem[..cut]);
    assert_eq!(found(Scanner::Pem, &hay, 0), Some(&pem[..cut]));
    let one_line: String = pem.lines().take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(found(Scanner::Pem, &one_line, 0), Some(one_line.as_str()));
}

#[test]
fn blocks_do_not_merge() {
    let pem = example("{{pem:ec}}");
    let hay = format!("{D}BEGIN EC PRIVATE KEY{D}\n{pem}\n{pem}\n");
    let second = hay[1..].find("-----BEGIN").expect("there") + 1;
    assert_eq!(found(Scanner::Pem, &hay, 0), None);
    assert_eq!(found(Scanner::Pem, &hay, second), Some(pem.as_str()));
    let cut = pem.rfind("\n-----END").expect("has an END line");
    let unended = format!("{}\n{}", &pem[..cut], example("{{pem:certificate}}"));
    assert_eq!(found(Scanner::Pem, &unended, 0).map(str::len), Some(cut));
    let empty = format!("{D}BEGIN OPENSSH PRIVATE KEY{D}{D}END OPENSSH PRIVATE KEY{D}");
    assert_eq!(found(Scanner::Pem, &empty, 0), Some(empty.as_str()));
}

#[test]
fn ssh2_dashes() {
    let d = "-".repeat(4);
    let hay = format!("{d} BEGIN SSH2 ENCRYPTED PRIVATE KEY {d}\nabc\n{d} END SSH2 ENCRYPTED PRIVATE KEY {d}\n");
    assert_eq!(found(Scanner::Pem, &hay, 0), Some(hay.trim_end()));
}

#[test]
fn tokens() {
    for template in ["{{jwt}}", "{{jwt:expired}}", "{{jwt:none}}", "{{jwe}}"] {
        let jwt = example(template);
        for (before, after) in
            [("", ""), ("Bearer ", "\r\n"), ("\"", "\","), ("t=", "&x=1"), ("\\n", "\\n"), ("%3D", "%26")]
        {
            let hay = format!("{before}{jwt}{after}");
            assert_eq!(found(Scanner::Jwt, &hay, before.len()), Some(jwt.as_str()), "{template} {before} {after}");
        }
        for before in ["a", "_", "-", "0"] {
            assert_eq!(found(Scanner::Jwt, &format!("{before}{jwt}"), 1), None);
        }
    }
    let signed = example("{{jwt}}");
    assert_eq!(found(Scanner::Jwt, &format!("{signed}. Next"), 0), Some(signed.as_str()));
    assert_eq!(found(Scanner::Jwt, &format!("{signed}.example.com"), 0), Some(signed.as_str()));
    let parts: Vec<&str> = signed.split('.').collect();
    for broken in
        [parts[0].to_owned(), parts[..2].join("."), format!("{}...", parts[..2].join(".")), format!("{signed}...")]
    {
        assert_eq!(found(Scanner::Jwt, &broken, 0), None, "{broken}");
    }
    let long = format!("{}.{}.{}", parts[0], "a".repeat(Scanner::Jwt.longest()), parts[2]);
    assert_eq!(found(Scanner::Jwt, &long, 0), None);
}

#[test]
fn putty_files() {
    let ppk = example("{{putty}}");
    for dressed in [ppk.clone(), ppk.replace('\n', "\r\n"), ppk.replace('\n', "\\n")] {
        let hay = format!("  {dressed}\nmore");
        assert_eq!(found(Scanner::Putty, &hay, 2), Some(dressed.as_str()));
    }
    let headless = ppk.replace("Private-MAC", "Private-Foo");
    assert_eq!(found(Scanner::Putty, &format!("{headless}\n{ppk}"), 0), None);
}

#[test]
fn windows_show_what_the_whole_shows() {
    for (scanner, token) in [
        (Scanner::Pem, example("{{pem:rsa}}")),
        (Scanner::Jwt, example("{{jwt}}")),
        (Scanner::Putty, example("{{putty}}")),
    ] {
        let hay = format!("{}\n", token).repeat(40);
        for at in (0..hay.len()).step_by(7) {
            let end = hay.len().min(at + scanner.longest());
            assert_eq!(scanner.find(hay.as_bytes(), at), scanner.find(&hay.as_bytes()[..end], at));
        }
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(format!("{D}BEGIN RSA PRIVATE KEY{D}").into_bytes()),
        Just(format!("{D}END RSA PRIVATE KEY{D}").into_bytes()),
        Just(b"PuTTY-User-Key-File-3: ssh-rsa\n".to_vec()),
        Just(b"Private-MAC: ".to_vec()),
        Just(b"eyJhbGciOiJIUzI1NiJ9".to_vec()),
        Just(b".".to_vec()),
        Just(b"\\n".to_vec()),
        Just(b"-----".to_vec()),
        "[A-Za-z0-9+/]{1,70}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn ranges_lie_inside(hay in pieces(), at in any::<prop::sample::Index>()) {
        let any = at.index(hay.len() + 3);
        let starts = memmem::find_iter(&hay, b"-----BEGIN").chain(memmem::find_iter(&hay, b"eyJ"));
        for at in starts.chain(memmem::find_iter(&hay, b"PuTTY")).chain([any]) {
            for scanner in Scanner::ALL.iter().copied() {
                if let Some(range) = scanner.find(&hay, at) {
                    prop_assert!(range.start == at && range.start < range.end && range.end <= hay.len());
                    prop_assert!(range.len() <= scanner.longest());
                }
            }
        }
    }
}
