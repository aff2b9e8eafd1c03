//! Private keys, whatever holds them: PEM around DER, OpenSSH, OpenPGP, PuTTY. Source: see the modules for each.

use super::der::Der;
use super::pem::Armour;
use super::{Fact, Outcome, Verdict, codec, der, openssh, pgp, putty};

/// The shortest real body: an Ed25519 key in PKCS#8 has 64 characters.
const SHORTEST: usize = 64;

/// What is shorter is a word, not a piece of a body.
const WORDS: usize = 16;

/// Says what kind of key it is, whether it is encrypted, and whether it is a key at all.
pub(super) fn check(secret: &[u8]) -> Outcome {
    if secret.starts_with(putty::MAGIC) {
        return putty::check(secret);
    }
    let Some(armour) = Armour::parse(secret) else { return Outcome::unproven() };
    if !armour.label.contains("PRIVATE") {
        let kind = armour.label.to_ascii_lowercase();
        let kind = super::printable(&kind, 60).unwrap_or("not a private key");
        return Outcome::new(Verdict::NotSecret, vec![Fact::new("type", kind)]);
    }
    if armour.body_len() < SHORTEST {
        let left_out = armour.elided || armour.encrypted;
        if armour.body_len() < WORDS && !left_out {
            // Nothing, or words: what speaks of keys quotes the lines around them.
            return Outcome::new(Verdict::NotSecret, vec![Fact::new("body", "none")]);
        }
        return placeholder("too short for a key");
    }
    if armour.distinct() <= 3 {
        return placeholder("one character repeated");
    }
    if armour.encrypted {
        return encrypted(family(&armour.label), armour.cipher.as_deref(), None);
    }
    if let Some(outcome) = armour.bodies().find_map(|body| read(&body, &armour)) {
        return outcome;
    }
    if armour.elided {
        return placeholder("parts left out");
    }
    if armour.label.contains("ENCRYPTED") {
        return encrypted(family(&armour.label), None, None);
    }
    let mut facts: Vec<Fact> = family(&armour.label).map(|f| Fact::new("type", f)).into_iter().collect();
    facts.push(Fact::new("body", "damaged"));
    Outcome::new(Verdict::Unproven, facts)
}

fn placeholder(why: &str) -> Outcome {
    Outcome::new(Verdict::Invalid, vec![Fact::new("body", format!("placeholder: {why}"))])
}

fn encrypted(kind: Option<&str>, cipher: Option<&str>, kdf: Option<&str>) -> Outcome {
    let mut facts: Vec<Fact> = kind.map(|kind| Fact::new("type", kind)).into_iter().collect();
    facts.push(Fact::new("encryption", cipher.unwrap_or("unknown cipher")));
    facts.extend(kdf.map(|kdf| Fact::new("kdf", kdf)));
    Outcome::new(Verdict::Weak, facts)
}

/// The family a label names.
fn family(label: &str) -> Option<&'static str> {
    ["RSA", "DSA", "EC", "OPENSSH", "PGP", "SSH2"]
        .into_iter()
        .find(|family| label.split(' ').next() == Some(family))
        .map(|family| match family {
            "OPENSSH" => "OpenSSH",
            other => other,
        })
}

fn read(body: &[u8], armour: &Armour) -> Option<Outcome> {
    if openssh::is_openssh(body) {
        return openssh::check(body);
    }
    if armour.label.starts_with("PGP") {
        return pgp::check(body, armour.crc24);
    }
    der::parse(body).map(outcome)
}

fn outcome(structure: Der) -> Outcome {
    match structure {
        Der::Private(kind) => {
            Outcome::new(Verdict::Valid, vec![Fact::new("type", kind), Fact::new("encryption", "none")])
        }
        Der::Encrypted { cipher, kdf } => encrypted(Some("PKCS#8"), cipher, kdf),
        Der::Public(kind) => Outcome::new(Verdict::NotSecret, vec![Fact::new("type", kind)]),
    }
}

/// DER without the lines of PEM around it, in base64 or as the bytes of an array (`0x30, 0x82, …`): nothing but a whole
/// structure is a key.
pub(super) fn check_bare(secret: &[u8]) -> Outcome {
    let der = if secret.starts_with(b"0x") { codec::array(secret) } else { codec::base64(secret) };
    let structure = der.and_then(|der| der::parse(&der));
    structure.map_or_else(|| Outcome::new(Verdict::NotSecret, vec![Fact::new("structure", "no DER")]), outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples::expand;

    const D: &str = "-----";

    fn run(template: &str) -> Outcome {
        check(expand(template, 7).expect("a known template").text.as_bytes())
    }

    fn armoured(label: &str, body: &str) -> Outcome {
        check(format!("{D}BEGIN {label}{D}\n{body}\n{D}END {label}{D}").as_bytes())
    }

    #[test]
    fn bare_base64_is_a_key_only_as_a_whole() {
        let bare = |template: &str| expand(template, 7).expect("a known template").text;
        for (kind, verdict, is) in [
            ("pem:rsa", Verdict::Valid, "RSA 2048 bit"),
            ("pem:pkcs8-ec", Verdict::Valid, "EC P-256"),
            ("pem:dsa", Verdict::Valid, "DSA 1024 bit"),
            ("pem:encrypted-pkcs8", Verdict::Weak, "PKCS#8"),
            ("pem:certificate", Verdict::NotSecret, "certificate"),
        ] {
            let text = bare(&format!("{{{{{kind}:bare}}}}"));
            let out = check_bare(text.as_bytes());
            assert_eq!((out.verdict, out.fact("type")), (verdict, Some(is)), "{kind}");
            let cut = check_bare(&text.as_bytes()[..text.len() - 8]);
            assert_eq!((cut.verdict, cut.fact("structure")), (Verdict::NotSecret, Some("no DER")), "{kind}");
            let array = bare(&format!("{{{{{kind}:bytes}}}}"));
            assert_eq!(check_bare(array.as_bytes()), out, "{kind}");
            assert_eq!(check_bare(format!("{array},\n").as_bytes()), out, "{kind}");
            assert_eq!(check_bare(&array.as_bytes()[..array.len() - 6]).verdict, Verdict::NotSecret, "{kind}");
        }
    }

    #[test]
    fn every_container() {
        for (kind, verdict, is, encryption) in [
            ("pem:rsa", Verdict::Valid, "RSA 2048 bit", "none"),
            ("pem:ec", Verdict::Valid, "EC P-256", "none"),
            ("pem:ed25519", Verdict::Valid, "Ed25519", "none"),
            ("pem:pkcs8-rsa", Verdict::Valid, "RSA 2048 bit", "none"),
            ("pem:pkcs8-ec", Verdict::Valid, "EC P-256", "none"),
            ("pem:dsa", Verdict::Valid, "DSA 1024 bit", "none"),
            ("pem:openssh", Verdict::Valid, "Ed25519", "none"),
            ("pem:openssh-encrypted", Verdict::Weak, "Ed25519", "aes256-ctr"),
            ("pem:rsa-encrypted", Verdict::Weak, "RSA", "aes-256-cbc"),
            ("pem:encrypted-pkcs8", Verdict::Weak, "PKCS#8", "aes-256-cbc"),
            ("pem:pgp", Verdict::Valid, "PGP RSA 2048 bit", "none"),
            ("putty", Verdict::Valid, "Ed25519", "none"),
            ("putty:encrypted", Verdict::Weak, "Ed25519", "aes256-cbc"),
        ] {
            for suffix in ["", ":escaped"] {
                let out = run(&format!("{{{{{kind}{suffix}}}}}"));
                assert_eq!((out.verdict, out.fact("type")), (verdict, Some(is)), "{kind}{suffix}");
                assert_eq!(out.fact("encryption"), Some(encryption), "{kind}{suffix}");
            }
        }
        assert!(run("{{pem:openssh}}").fact("fingerprint").is_some_and(|f| f.starts_with("SHA256:") && f.len() == 50));
        assert_eq!(run("{{pem:encrypted-pkcs8}}").fact("kdf"), Some("pbkdf2"));
    }

    #[test]
    fn what_is_public() {
        assert_eq!(run("{{pem:public}}").verdict, Verdict::NotSecret);
        assert_eq!(run("{{pem:certificate}}").verdict, Verdict::NotSecret);
        for kind in ["public", "certificate"] {
            let text = expand(&format!("{{{{pem:{kind}}}}}"), 1).expect("a known template").text;
            let mislabelled = text.replace("PUBLIC KEY", "PRIVATE KEY").replace("CERTIFICATE", "PRIVATE KEY");
            assert_eq!(check(mislabelled.as_bytes()).verdict, Verdict::NotSecret, "{kind}");
        }
    }

    #[test]
    fn placeholders() {
        let almost = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn".repeat(3);
        for body in ["...", "MIIEpAIBAAKCAQEA...", &"x".repeat(300), &"A".repeat(300), &format!("{almost}...")] {
            assert_eq!(armoured("RSA PRIVATE KEY", body).verdict, Verdict::Invalid, "{body}");
        }
        for body in ["", "<your key>", "{{ key }}", "this is not a private key"] {
            assert_eq!(armoured("RSA PRIVATE KEY", body).verdict, Verdict::NotSecret, "{body}");
        }
        let headers_only = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,2AA219AA746F88F6DDA0D852A0FD3211\n";
        assert_eq!(armoured("RSA PRIVATE KEY", headers_only).verdict, Verdict::Invalid);
    }

    #[test]
    fn broken_keys_are_kept() {
        let text = expand("{{pem:rsa}}", 3).expect("a known template").text;
        let broken = text.replacen("MII", "QQQ", 1);
        let out = check(broken.as_bytes());
        assert_eq!(
            (out.verdict, out.fact("type"), out.fact("body")),
            (Verdict::Unproven, Some("RSA"), Some("damaged"))
        );
        let cut = &text[..text.len() / 2];
        assert_eq!(check(cut.as_bytes()).verdict, Verdict::Unproven);
    }

    #[test]
    fn openssh_bodies_under_other_labels() {
        let text = expand("{{pem:openssh}}", 3).expect("a known template").text.replace("OPENSSH", "RSA");
        assert_eq!(check(text.as_bytes()).fact("type"), Some("Ed25519"));
    }
}
