//! Generated histories: whatever is edited, moved and packed in whatever way, the search of changes says what a search of every
//! version says, by one thread or two.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::holding;
use crate::support::{Repo, expand_text, github, password, pem, scan};

/// One thing that happens to the files. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    /// Bytes are cut out and others put in, anywhere.
    Edit { file: usize, at: usize, cut: usize, with: usize },
    /// A secret of some kind comes in.
    Secret { file: usize, at: usize, kind: usize },
    /// The first part of a secret comes in, and with a later edit the rest behind it.
    Half { file: usize, kind: usize, cut: usize },
    /// A stretch moves from one file to another.
    Move { from: usize, to: usize, at: usize, len: usize },
    /// A stretch is there twice.
    Copy { file: usize, at: usize, len: usize },
    /// A file gets another name.
    Rename { file: usize },
    /// A file goes back to what it was some versions before.
    Revert { file: usize, versions: usize },
}

/// So many cases, always the same; or as many others as `PROPTEST_CASES` says.
pub(crate) fn config(cases: u32) -> Config {
    let (cases, rng_seed) = match std::env::var("PROPTEST_CASES") {
        Ok(n) => (n.parse().expect("a number of cases"), RngSeed::Random),
        Err(_) => (cases, RngSeed::Fixed(20_261_122)),
    };
    Config { cases, rng_seed, failure_persistence: None, max_shrink_iters: 20, ..Config::default() }
}

fn step() -> impl Strategy<Value = Step> {
    let (file, at) = (0usize..4, 0usize..100_000);
    prop_oneof![
        4 => (file.clone(), at.clone(), 0usize..60, 0usize..8).prop_map(|(file, at, cut, with)| Step::Edit { file, at, cut, with }),
        3 => (file.clone(), at.clone(), 0usize..5).prop_map(|(file, at, kind)| Step::Secret { file, at, kind }),
        2 => (file.clone(), 0usize..5, 1usize..200).prop_map(|(file, kind, cut)| Step::Half { file, kind, cut }),
        2 => (file.clone(), file.clone(), at.clone(), 0usize..3_000).prop_map(|(from, to, at, len)| Step::Move { from, to, at, len }),
        1 => (file.clone(), at, 0usize..3_000).prop_map(|(file, at, len)| Step::Copy { file, at, len }),
        1 => file.clone().prop_map(|file| Step::Rename { file }),
        1 => (file, 1usize..6).prop_map(|(file, versions)| Step::Revert { file, versions }),
    ]
}

/// How the objects are packed.
#[derive(Debug, Clone)]
struct Packing {
    window: usize,
    depth: usize,
    /// Deltas name their base by id.
    by_id: bool,
    /// So many of the newest commits come after the pack: as loose objects, or in a second pack.
    after: usize,
    second: bool,
}

fn packing() -> impl Strategy<Value = Packing> {
    (1usize..40, 1usize..60, any::<bool>(), 0usize..6, any::<bool>())
        .prop_map(|(window, depth, by_id, after, second)| Packing { window, depth, by_id, after, second })
}

/// Text with a secret of some kind, each time another one.
pub(crate) fn leak(kind: usize, seed: u64) -> String {
    match kind {
        0 => holding(&github(seed)),
        1 => format!("{}\n", pem(seed)),
        2 => format!("db_password = \"{}\"\n", password(seed)),
        3 => format!("AWS_SECRET_ACCESS_KEY={}\n", expand_text("{{base64:40}}", seed)),
        _ => format!("{{\"clientSecret\": \"{}\"}}\n", expand_text("{{base62:32}}", seed)),
    }
}

/// A few hundred lines that look like a program, so that versions delta well.
fn start(file: usize) -> Vec<u8> {
    (0..150)
        .flat_map(|n| format!("    let value_{file}_{n} = lookup({}, \"entry {n}\");\n", n * 7).into_bytes())
        .collect()
}

pub(crate) const WORDS: [&[u8]; 8] = [b"", b"x", b"\n", b"\"", b"token=", b"-----END ", b"password: ", b"\xc3\xa9\xff"];

struct Files {
    repo: Repo,
    names: Vec<String>,
    texts: Vec<Vec<u8>>,
    before: Vec<Vec<Vec<u8>>>,
    /// What is still to come of a secret of which a part is there: file, the part, the rest.
    halves: Vec<(usize, Vec<u8>, Vec<u8>)>,
    seed: u64,
}

impl Files {
    fn new(seed: u64) -> Self {
        let texts: Vec<_> = (0..4).map(start).collect();
        let names = (0..4).map(|n| format!("dir{}/file{n}.txt", n % 2)).collect();
        Self { repo: Repo::new(), names, before: vec![Vec::new(); 4], texts, halves: Vec::new(), seed }
    }

    /// The beginning of a line near `at`.
    fn line(&self, file: usize, at: usize) -> usize {
        let text = &self.texts[file];
        let at = at % (text.len() + 1);
        text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1)
    }

    fn apply(&mut self, step: &Step) {
        self.seed += 1;
        for (file, text) in self.texts.iter().enumerate() {
            self.before[file].push(text.clone());
        }
        match *step {
            Step::Edit { file, at, cut, with } => {
                let at = at % (self.texts[file].len() + 1);
                let end = (at + cut).min(self.texts[file].len());
                self.texts[file].splice(at..end, WORDS[with].iter().copied());
            }
            Step::Secret { file, at, kind } => {
                let at = self.line(file, at);
                self.texts[file].splice(at..at, leak(kind, self.seed).into_bytes());
            }
            Step::Half { file, kind, cut } => {
                if let Some((file, part, rest)) = self.halves.pop() {
                    let found = self.texts[file].windows(part.len()).position(|w| w == part);
                    if let Some(at) = found.map(|at| at + part.len()) {
                        self.texts[file].splice(at..at, rest);
                    }
                } else {
                    let whole = leak(kind, self.seed).into_bytes();
                    let (part, rest) = whole.split_at(cut.min(whole.len() - 2));
                    let at = self.line(file, self.seed as usize * 911);
                    self.texts[file].splice(at..at, part.iter().copied());
                    self.halves.push((file, part.to_vec(), rest.to_vec()));
                }
            }
            Step::Move { from, to, at, len } => {
                let at = at % (self.texts[from].len() + 1);
                let end = (at + len).min(self.texts[from].len());
                let moved: Vec<u8> = self.texts[from].drain(at..end).collect();
                let to_at = self.line(to, at);
                self.texts[to].splice(to_at..to_at, moved);
            }
            Step::Copy { file, at, len } => {
                let at = at % (self.texts[file].len() + 1);
                let copy = self.texts[file][at..(at + len).min(self.texts[file].len())].to_vec();
                self.texts[file].extend(copy);
            }
            Step::Rename { file } => {
                self.repo.remove(&self.names[file]);
                self.names[file] = format!("dir{}/renamed{}-{file}.txt", self.seed % 3, self.seed);
            }
            Step::Revert { file, versions } => {
                let old = self.before[file].len().saturating_sub(versions);
                self.texts[file] = self.before[file][old].clone();
            }
        }
        for (name, text) in self.names.iter().zip(&self.texts) {
            self.repo.write(name, text);
        }
        self.repo.commit("step");
    }
}

fn pack(repo: &Repo, packing: &Packing) {
    let by_id = format!("repack.useDeltaBaseOffset={}", !packing.by_id);
    let (window, depth) = (format!("--window={}", packing.window), format!("--depth={}", packing.depth));
    repo.git(["-c", &by_id, "repack", "-a", "-d", "-f", "-q", &window, &depth]);
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn changes_and_full_search_agree(
        steps in proptest::collection::vec(step(), 6..14),
        packing in packing(),
        seed in 0u64..1_000_000,
    ) {
        let mut files = Files::new(seed * 100);
        files.apply(&Step::Secret { file: 0, at: 900, kind: 0 });
        let last = steps.len().saturating_sub(packing.after);
        for (n, step) in steps.iter().enumerate() {
            if n == last {
                pack(&files.repo, &packing);
            }
            files.apply(step);
        }
        if packing.second {
            files.repo.git(["repack", "-d", "-q"]);
        }
        let with = |args: &[&str]| {
            let all = ["-f", "jsonl", "--reveal", "--confidence", "low", "--history-only"];
            scan(files.repo.path(), all.iter().chain(args)).expect(1).out()
        };
        let changes = with(&["--threads", "2"]);
        prop_assert!(changes.contains("github-personal-access-token"));
        for other in [&["--full-search", "--threads", "1"][..], &["--threads", "1"], &["--max-memory", "1"]] {
            let other_out = with(other);
            prop_assert!(changes == other_out, "{other:?}\n{changes}\n{other_out}");
        }
    }
}
