//! What must not be seen, and where it is planted.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::support::{Planted, Repo, Run, embedded, github, password, pem};

/// Length of a piece that must not show. Twice as unlikely alphabets allow: fingerprints and object ids are hex, too.
pub(crate) const PIECE: usize = 8;
pub(crate) const HEX_PIECE: usize = 12;
pub(crate) const PHRASE_PIECE: usize = 24;

/// All pieces of `secret` that are random: nearly every byte differs from that of `others`, made of the same template.
pub(crate) fn pieces(secret: &[u8], others: &[&[u8]]) -> BTreeSet<Vec<u8>> {
    let constant: Vec<bool> = (0..secret.len()).map(|i| others.iter().all(|o| o.get(i) == Some(&secret[i]))).collect();
    let hex = |range: &Range<usize>| secret[range.clone()].iter().all(u8::is_ascii_hexdigit);
    let of = |length: usize| (0..secret.len().saturating_sub(length - 1)).map(move |at| at..at + length);
    let words = secret.iter().all(|b| b.is_ascii_lowercase() || *b == b' ') && secret.contains(&b' ');
    // A phrase is made of dictionary words, which our own texts use too: only several of them in a row are telling.
    let length = if words { PHRASE_PIECE } else { PIECE };
    let all = of(length).filter(|r| !hex(r)).chain(of(HEX_PIECE).filter(hex));
    let random = |r: &Range<usize>| constant[r.clone()].iter().filter(|c| **c).count() <= length / 4;
    all.filter(random).map(|r| secret[r].to_vec()).collect()
}

/// Something that must not be seen, and where it comes from.
pub(crate) struct Hidden {
    pub(crate) rule: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) pieces: BTreeSet<Vec<u8>>,
}

/// The secrets of all leak examples, with their random pieces.
pub(crate) fn hidden(seed: u64) -> (Vec<Planted>, Vec<Hidden>) {
    let planted = embedded(true, seed);
    let others: Vec<Vec<Planted>> = [seed + 1, seed + 2].map(|s| embedded(true, s)).into();
    let secret = |p: &Planted| p.text.as_bytes()[p.secret.clone().unwrap()].to_vec();
    let hidden = planted.iter().enumerate().map(|(n, p)| {
        let own = secret(p);
        let others: Vec<Vec<u8>> = others.iter().map(|o| secret(&o[n])).collect();
        let pieces = pieces(&own, &others.iter().map(Vec::as_slice).collect::<Vec<_>>());
        Hidden { rule: p.rule.clone(), secret: own, pieces }
    });
    let hidden = hidden.collect();
    (planted, hidden)
}

/// Panics if `output` shows anything hidden. The message names the rule, not the secret.
#[track_caller]
pub(crate) fn assert_hidden<H: std::borrow::Borrow<Hidden>>(output: &[u8], hidden: &[H], what: &str) {
    for h in hidden.iter().map(std::borrow::Borrow::borrow) {
        assert!(
            h.secret.len() < PIECE || memchr::memmem::find(output, &h.secret).is_none(),
            "{what} shows a secret of {}",
            h.rule
        );
    }
    let by_piece: HashMap<&[u8], &Hidden> = hidden
        .iter()
        .map(std::borrow::Borrow::borrow)
        .flat_map(|h| h.pieces.iter().map(move |p| (p.as_slice(), h)))
        .collect();
    // Most of an output is told from all pieces by its next four bytes.
    let slot = |w: &[u8]| (u32::from_le_bytes([w[0], w[1], w[2], w[3]]).wrapping_mul(0x9e37_79b1) >> 10) as usize;
    let mut begins = vec![false; 1 << 22];
    by_piece.keys().for_each(|p| begins[slot(p)] = true);
    for at in (0..output.len().saturating_sub(3)).filter(|at| begins[slot(&output[*at..])]) {
        for length in [PIECE, HEX_PIECE, PHRASE_PIECE] {
            if let Some(h) = output.get(at..at + length).and_then(|window| by_piece.get(window)) {
                let round = String::from_utf8_lossy(&output[at.saturating_sub(150)..output.len().min(at + 60)]);
                panic!("{what} shows a piece of a secret of {}: …{round}…", h.rule);
            }
        }
    }
}

pub(crate) fn outputs(run: &Run, what: &str) -> [(Vec<u8>, String); 2] {
    [(run.stdout.clone(), format!("standard output, {what}")), (run.stderr.clone(), format!("standard error, {what}"))]
}

/// A repository with everything in it: in history, in the index, in files; and what must not be seen of it.
pub(crate) fn full() -> (Repo, Vec<Hidden>) {
    let repo = Repo::new();
    let (planted, mut hidden) = hidden(31);
    for (n, p) in planted.iter().enumerate() {
        // In a third of the files next to bytes that are no UTF-8, in a third in one line with others.
        let text = match n % 3 {
            0 => p.text.clone().into_bytes(),
            1 => [b"caf\xe9 \xff\n", p.text.as_bytes(), b"\n\xfe\xff\n"].concat(),
            _ => format!("{}\n# {}\n", p.text, "x".repeat(30)).into_bytes(),
        };
        repo.write(format!("f{n}.txt"), text);
    }
    repo.commit("plant");
    for n in (0..planted.len()).step_by(4) {
        repo.remove(&format!("f{n}.txt"));
    }
    repo.commit("remove some");
    let (key, word, other) = (pem(77), password(78), github(79));
    let escaped = key.replace('\n', "\\n");
    repo.write("key.pem", &key).write("key.json", format!("{{\"private_key\": \"{escaped}\", \"type\": \"x\"}}"));
    repo.write("login.yml", format!("user: admin\npassword: \"{word}\" # and token {other}\n"));
    repo.git(["add", "login.yml"]);
    let body = key.as_bytes();
    for (rule, secret, others) in [
        ("rsa-private-key", body.to_vec(), [pem(80).into_bytes(), pem(81).into_bytes()]),
        ("generic-password", word.into_bytes(), [password(80).into_bytes(), password(81).into_bytes()]),
        ("github", other.into_bytes(), [github(80).into_bytes(), github(81).into_bytes()]),
    ] {
        let pieces = pieces(&secret, &[&others[0], &others[1]]);
        assert!(!pieces.is_empty());
        hidden.push(Hidden { rule: rule.to_owned(), secret, pieces });
    }
    (repo, hidden)
}
