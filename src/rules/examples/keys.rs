//! Private key files of the right structure around random bytes: no number in them is a prime, no point is on a curve.
//!
//! Source: RFC 8017 (PKCS#1), RFC 5915 (SEC1), RFC 5958 (PKCS#8), RFC 8018 (PBES2), RFC 7468 (labels), `PROTOCOL.key` of
//! OpenSSH, RFC 9580 (OpenPGP), the PuTTY manual (PPK).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::Random;
use crate::detect::check::pgp::crc24;
use crate::detect::check::pkcs12::Hash;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9];
const AES256_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const NULL: &[u8] = &[5, 0];

/// A PEM file, without a line end at its end; `None` for an unknown kind.
pub(super) fn pem(kind: &str, random: &mut Random) -> Option<String> {
    Some(match kind {
        "rsa" => armour("RSA PRIVATE KEY", "", &rsa(random), 64),
        "ec" => armour("EC PRIVATE KEY", "", &ec(true, random), 64),
        "ed25519" => {
            let key = tlv(4, &[tlv(4, &[random.bytes(32)])]);
            armour("PRIVATE KEY", "", &sequence(&[integer(&[0]), sequence(&[oid(ED25519)]), key]), 64)
        }
        "openssh" => armour("OPENSSH PRIVATE KEY", "", &openssh(false, random), 70),
        "openssh-encrypted" => armour("OPENSSH PRIVATE KEY", "", &openssh(true, random), 70),
        "pkcs8-rsa" => {
            let key = tlv(4, &[rsa(random)]);
            armour("PRIVATE KEY", "", &sequence(&[integer(&[0]), sequence(&[oid(RSA), NULL.to_vec()]), key]), 64)
        }
        "pkcs8-ec" => {
            let key = tlv(4, &[ec(false, random)]);
            armour("PRIVATE KEY", "", &sequence(&[integer(&[0]), sequence(&[oid(EC), oid(P256)]), key]), 64)
        }
        "encrypted-pkcs8" => armour("ENCRYPTED PRIVATE KEY", "", &encrypted_pkcs8(random), 64),
        "rsa-encrypted" => {
            let iv: String = random.bytes(16).iter().map(|b| format!("{b:02X}")).collect();
            let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{iv}\n\n");
            armour("RSA PRIVATE KEY", &headers, &random.bytes(1200), 64)
        }
        "dsa" => {
            let sizes = [128, 20, 128, 128, 20];
            let numbers = sizes.map(|size| number(size, random));
            armour("DSA PRIVATE KEY", "", &sequence(&[vec![integer(&[0])], numbers.to_vec()].concat()), 64)
        }
        "pgp" => pgp(random),
        "public" => armour("PUBLIC KEY", "", &public(random), 64),
        "certificate" => armour("CERTIFICATE", "", &certificate(random), 64),
        _ => return None,
    })
}

fn armour(label: &str, headers: &str, body: &[u8], width: usize) -> String {
    let mut text = format!("-----BEGIN {label}-----\n{headers}");
    wrap(&mut text, body, width);
    text.push_str(&format!("-----END {label}-----"));
    text
}

fn wrap(text: &mut String, body: &[u8], width: usize) {
    for (n, letter) in STANDARD.encode(body).chars().enumerate() {
        if n > 0 && n % width == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push('\n');
}

fn tlv(tag: u8, parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let content: Vec<u8> = parts.iter().flat_map(|p| p.as_ref().iter().copied()).collect();
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..=127 => out.push(length as u8),
        128..=255 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend(content);
    out
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, parts)
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    tlv(2, &[bytes])
}

fn oid(bytes: &[u8]) -> Vec<u8> {
    tlv(6, &[bytes])
}

/// A positive integer with exactly `size` bytes.
fn number(size: usize, random: &mut Random) -> Vec<u8> {
    integer(&[vec![0], odd(size, random)].concat())
}

fn odd(size: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = random.bytes(size);
    if let [first, .., last] = bytes.as_mut_slice() {
        *first |= 0x80;
        *last |= 1;
    }
    bytes
}

fn rsa(random: &mut Random) -> Vec<u8> {
    let mut parts = vec![integer(&[0]), number(256, random), integer(&[1, 0, 1]), number(256, random)];
    parts.extend((0..5).map(|_| number(128, random)));
    sequence(&parts)
}

fn point(random: &mut Random) -> Vec<u8> {
    [vec![0, 4], random.bytes(64)].concat()
}

fn ec(curve: bool, random: &mut Random) -> Vec<u8> {
    let mut parts = vec![integer(&[1]), tlv(4, &[random.bytes(32)])];
    if curve {
        parts.push(tlv(0xa0, &[oid(P256)]));
    }
    parts.push(tlv(0xa1, &[tlv(3, &[point(random)])]));
    sequence(&parts)
}

fn encrypted_pkcs8(random: &mut Random) -> Vec<u8> {
    let salt = tlv(4, &[random.bytes(16)]);
    let prf = sequence(&[oid(HMAC_SHA256), NULL.to_vec()]);
    let kdf = sequence(&[oid(PBKDF2), sequence(&[salt, integer(&[8, 0]), prf])]);
    let cipher = sequence(&[oid(AES256_CBC), tlv(4, &[random.bytes(16)])]);
    sequence(&[sequence(&[oid(PBES2), sequence(&[kdf, cipher])]), tlv(4, &[random.bytes(1232)])])
}

fn public(random: &mut Random) -> Vec<u8> {
    let key = sequence(&[number(256, random), integer(&[1, 0, 1])]);
    sequence(&[sequence(&[oid(RSA), NULL.to_vec()]), tlv(3, &[vec![0], key])])
}

fn certificate(random: &mut Random) -> Vec<u8> {
    let name = sequence(&[tlv(0x31, &[sequence(&[oid(COMMON_NAME), tlv(12, &["example.org"])])])]);
    let validity = sequence(&[tlv(23, &["250101000000Z"]), tlv(23, &["350101000000Z"])]);
    let signature = sequence(&[oid(RSA_SHA256), NULL.to_vec()]);
    let version = tlv(0xa0, &[integer(&[2])]);
    let key = public(random);
    let body = sequence(&[version, number(8, random), signature.clone(), name.clone(), validity, name, key]);
    sequence(&[body, signature, tlv(3, &[vec![0], random.bytes(256)])])
}

/// A PKCS #12 store in base64: under a password, or `plain`, `sealed` by an unknown one, or with certificates alone, encrypted
/// (`trusted`) or not (`certificates`).
pub(super) fn pkcs12(kind: &str, random: &mut Random) -> Option<String> {
    let typed = |kind: u8| [&RSA[..7], &[7, kind]].concat();
    let bag =
        |kind: u8, value: Vec<u8>| sequence(&[oid(&[&RSA[..6], &[1, 12, 10, 1, kind]].concat()), tlv(0xa0, &[value])]);
    let (password, key) = match kind {
        "empty" => (String::new(), bag(2, encrypted_pkcs8(random))),
        "notasecret" | "changeit" => (kind.to_owned(), bag(2, encrypted_pkcs8(random))),
        "plain" => (String::new(), bag(1, rsa(random))),
        "sealed" => (STANDARD.encode(random.bytes(12)), bag(2, encrypted_pkcs8(random))),
        "trusted" | "certificates" => (String::new(), bag(3, certificate(random))),
        _ => return None,
    };
    let data = |content: Vec<u8>| sequence(&[oid(&typed(1)), tlv(0xa0, &[tlv(4, &[content])])]);
    let content = match kind {
        "trusted" => sequence(&[sequence(&[oid(&typed(6)), tlv(0xa0, &[encrypted_pkcs8(random)])])]),
        _ => sequence(&[data(sequence(&[key]))]),
    };
    let salt = random.bytes(8);
    let sum = Hash::Sha1.mac(&password, &salt, 2048, &content);
    let algorithm = sequence(&[oid(&[0x2b, 14, 3, 2, 26]), NULL.to_vec()]);
    let mac = sequence(&[sequence(&[algorithm, tlv(4, &[sum])]), tlv(4, &[salt]), integer(&[8, 0])]);
    Some(STANDARD.encode(sequence(&[integer(&[3]), data(content), mac])))
}

/// A key store of Java in base64: under the password `changeit`, `sealed` by an unknown one (`jceks`: of the other kind), or with
/// `certificates` alone.
pub(super) fn jks(kind: &str, random: &mut Random) -> Option<String> {
    let password = match kind {
        "sealed" | "jceks" => STANDARD.encode(random.bytes(12)),
        "changeit" | "certificates" => "changeit".to_owned(),
        _ => return None,
    };
    let short = |text: &str| [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat();
    let number = |n: u32| n.to_be_bytes().to_vec();
    let trusted = [short("X.509"), string(&certificate(random))].concat();
    let made = 1_735_689_600_000u64.to_be_bytes().to_vec();
    let entry = match kind {
        "certificates" => [number(2), short("root"), made, trusted].concat(),
        _ => [number(1), short("upload"), made, string(&encrypted_pkcs8(random)), number(1), trusted].concat(),
    };
    let magic = if kind == "jceks" { 0xcece_cece } else { 0xfeed_feed };
    let content = [number(magic), number(2), number(1), entry].concat();
    let sum = crate::detect::check::jks::sum(&password, &content);
    Some(STANDARD.encode([&content[..], &sum].concat()))
}

/// SSH's strings: a 32-bit length, then the bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

fn ssh_public(key: &[u8]) -> Vec<u8> {
    [string(b"ssh-ed25519"), string(key)].concat()
}

fn openssh(encrypted: bool, random: &mut Random) -> Vec<u8> {
    let public_key = random.bytes(32);
    let public = ssh_public(&public_key);
    let mut out = b"openssh-key-v1\0".to_vec();
    let private = if encrypted {
        let options = [string(&random.bytes(16)), 16u32.to_be_bytes().to_vec()].concat();
        out.extend([string(b"aes256-ctr"), string(b"bcrypt"), string(&options)].concat());
        random.bytes(160)
    } else {
        out.extend([string(b"none"), string(b"none"), string(b"")].concat());
        let check = random.bytes(4);
        let pair = [random.bytes(32), public_key].concat();
        let mut private = [check.clone(), check, public.clone(), string(&pair), string(b"deploy")].concat();
        let padding = private.len().next_multiple_of(8) - private.len();
        private.extend((1..=padding).map(|n| n as u8));
        private
    };
    out.extend([1u32.to_be_bytes().to_vec(), string(&public), string(&private)].concat());
    out
}

/// A multi-precision integer of OpenPGP with exactly `size` bytes.
fn mpi(size: usize, random: &mut Random) -> Vec<u8> {
    [((size * 8) as u16).to_be_bytes().to_vec(), odd(size, random)].concat()
}

fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[0x80 | tag << 2 | 1], (body.len() as u16).to_be_bytes().as_slice(), body].concat()
}

/// An RSA key of version 4 without passphrase, its user id and a made-up signature.
fn pgp(random: &mut Random) -> String {
    let secret = [mpi(256, random), mpi(128, random), mpi(128, random), mpi(128, random)].concat();
    let sum = secret.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
    let created = 1_735_689_600u32.to_be_bytes();
    let key = [
        [&[4], created.as_slice(), &[1]].concat(),
        mpi(256, random),
        vec![0, 17, 1, 0, 1],
        vec![0],
        secret,
        sum.to_be_bytes().to_vec(),
    ];
    let signature = [vec![4, 0x13, 1, 8, 0, 0, 0, 0], random.bytes(2), mpi(256, random)].concat();
    let body = [packet(5, &key.concat()), packet(13, b"Release <release@example.org>"), packet(2, &signature)].concat();
    let label = "PGP PRIVATE KEY BLOCK";
    let mut text = format!("-----BEGIN {label}-----\n\n");
    wrap(&mut text, &body, 64);
    let [_, sum @ ..] = crc24(&body).to_be_bytes();
    text.push_str(&format!("={}\n-----END {label}-----", STANDARD.encode(sum)));
    text
}

/// A PuTTY key file of version 3; the MAC of the unencrypted one is right.
pub(super) fn putty(encrypted: bool, random: &mut Random) -> String {
    const COMMENT: &str = "deploy key";
    let cipher = if encrypted { "aes256-cbc" } else { "none" };
    let public = ssh_public(&random.bytes(32));
    let private = if encrypted { random.bytes(48) } else { string(&random.bytes(32)) };
    let mut text =
        format!("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {cipher}\nComment: {COMMENT}\nPublic-Lines: 2\n");
    wrap(&mut text, &public, 64);
    if encrypted {
        let salt: String = random.bytes(16).iter().map(|b| format!("{b:02x}")).collect();
        text.push_str("Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 21\nArgon2-Parallelism: 1\n");
        text.push_str(&format!("Argon2-Salt: {salt}\n"));
    }
    text.push_str("Private-Lines: 1\n");
    wrap(&mut text, &private, 64);
    let fields = [b"ssh-ed25519".as_slice(), cipher.as_bytes(), COMMENT.as_bytes(), &public, &private];
    let mac: String = match Hmac::<Sha256>::new_from_slice(b"") {
        Ok(mac) if !encrypted => {
            let mac = mac.chain_update(fields.map(string).concat());
            mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
        }
        _ => random.bytes(32).iter().map(|b| format!("{b:02x}")).collect(),
    };
    text.push_str(&format!("Private-MAC: {mac}"));
    text
}
