//! Benchmarks of the detector: `cargo bench`. Prints the time and the throughput for each kind of text.
//!
//! All texts are made from a seed, so that every run and every machine searches the same bytes, and made-up tokens come from
//! the templates of the rules' examples, so that this file holds nothing shaped like a token.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::slice;
use std::sync::{Arc, LazyLock};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use spillcheck::collect::Collector;
use spillcheck::detect::{Detector, entropy};
use spillcheck::judge::allow::Comments;
use spillcheck::rules::examples::expand;
use spillcheck::rules::{Confidence, RuleSet};
use spillcheck::scan::{self, Options, Target, What};
use spillcheck::search::Searcher;
use spillcheck::source::History;

fn main() {
    divan::main();
}

const MEGABYTE: usize = 1 << 20;
/// 2026-01-01, for the checks that look at expiry dates.
const NOW: i64 = 1_767_225_600;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);
static DETECTOR: LazyLock<Detector<'static>> = LazyLock::new(|| Detector::new(&RULES));
static SEARCHER: LazyLock<Searcher<'static>> = LazyLock::new(|| Searcher::new(&RULES, NOW));

/// The texts, about a megabyte each.
static SOURCE: LazyLock<Vec<u8>> = LazyLock::new(|| source(1, 0));
static LEAKY: LazyLock<Vec<u8>> = LazyLock::new(|| source(2, 200));
static ASSIGNMENTS: LazyLock<Vec<u8>> = LazyLock::new(|| assignments(3));
static ONE_LINE: LazyLock<Vec<u8>> = LazyLock::new(|| one_line(4));

/// Which text; the name stands in the printed table.
#[derive(Debug, Clone, Copy)]
enum Text {
    /// Code with hardly a word that wakes a rule.
    Source,
    /// The same with a made-up token every 200 lines.
    Leaky,
    /// Settings: a name that wakes a rule in most lines.
    Assignments,
    /// Minified code: a megabyte without a line end.
    OneLine,
}

impl Text {
    const ALL: [Self; 4] = [Self::Source, Self::Leaky, Self::Assignments, Self::OneLine];

    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Source => &SOURCE,
            Self::Leaky => &LEAKY,
            Self::Assignments => &ASSIGNMENTS,
            Self::OneLine => &ONE_LINE,
        }
    }
}

/// The search for anchors alone.
#[divan::bench(args = Text::ALL)]
fn prefilter(bencher: Bencher<'_, '_>, text: Text) {
    let bytes = text.bytes();
    bencher.counter(BytesCount::of_slice(bytes)).bench(|| {
        let mut hits = 0;
        DETECTOR.prefilter().search(black_box(bytes), |_| hits += 1);
        hits
    });
}

/// Anchors and rules: bytes to candidates.
#[divan::bench(args = Text::ALL)]
fn detector(bencher: Bencher<'_, '_>, text: Text) {
    let bytes = text.bytes();
    bencher.counter(BytesCount::of_slice(bytes)).bench(|| DETECTOR.search(black_box(bytes)).len());
}

/// All that is done with a text: candidates, judgement, positions, excerpts.
#[divan::bench(args = Text::ALL)]
fn searcher(bencher: Bencher<'_, '_>, text: Text) {
    let bytes = text.bytes();
    bencher.counter(BytesCount::of_slice(bytes)).bench(|| SEARCHER.search(black_box(bytes)).found.len());
}

/// Entropy and the floor for random text, of a thousand values.
#[divan::bench(args = [16, 40, 128])]
fn looks_random(bencher: Bencher<'_, '_>, length: usize) {
    let values: Vec<String> = (0..1000).map(|seed| made(&format!("{{{{base62:{length}}}}}"), seed)).collect();
    bencher
        .counter(ItemsCount::new(values.len()))
        .bench(|| values.iter().filter(|v| entropy::looks_random(black_box(v.as_bytes()))).count());
}

/// The time from nothing to a detector that is ready: paid at every start of the program.
#[divan::bench]
fn start_up(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let rules = RuleSet::builtin();
        Detector::new(&rules).prefilter().len()
    });
}

/// A tree as a scan meets it: that of `SPILLCHECK_BENCH_TREE`, or this repository's. Read once, texts of up to a megabyte.
static TREE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut folders = vec![tree()];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the tree can be listed").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() && !path.ends_with("target") && !path.ends_with(".git") {
                folders.push(path);
            } else if let Ok(text) = std::fs::read(&path) {
                texts.extend((text.len() <= MEGABYTE && !text.contains(&0)).then_some(text));
            }
        }
    }
    texts
});

/// The folder of that tree.
fn tree() -> PathBuf {
    std::env::var_os("SPILLCHECK_BENCH_TREE").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into()
}

/// How many rules search the tree.
#[derive(Debug, Clone, Copy)]
enum Rules {
    /// The generic ones and the most common ones, sixty in all.
    Sixty,
    /// Those and others of all providers alike, a thousand in all.
    Thousand,
    /// All built-in ones.
    All,
}

impl Rules {
    fn set(self) -> RuleSet {
        let all = RuleSet::builtin();
        let generic = all.iter().filter(|r| r.id.starts_with("generic-")).map(|r| &*r.id);
        let common = include_str!("../tests/rules/common.txt").lines();
        let kept: BTreeSet<String> = generic.chain(common).take(60).map(str::to_owned).collect();
        let others: Vec<String> = all.iter().map(|r| r.id.to_string()).filter(|id| !kept.contains(id)).collect();
        let taken = match self {
            Self::Sixty => 0,
            Self::Thousand => 1000 - kept.len(),
            Self::All => others.len(),
        };
        // Rules come in the order of their files: one in so many is left out, the same everywhere.
        let count = others.len();
        let is_left = |n: usize| (n + 1) * taken / count == n * taken / count;
        let left: Vec<String> = others.into_iter().enumerate().filter(|(n, _)| is_left(*n)).map(|(_, id)| id).collect();
        RuleSet::builtin().without(&left)
    }
}

/// What more rules cost on the same tree, in memory.
#[divan::bench(args = [Rules::Sixty, Rules::Thousand, Rules::All], sample_count = 15, sample_size = 1)]
fn number_of_rules(bencher: Bencher<'_, '_>, rules: Rules) {
    let set = rules.set();
    let searcher = Searcher::new(&set, NOW);
    let bytes: usize = TREE.iter().map(Vec::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| TREE.iter().map(|text| searcher.search(black_box(text)).found.len()).sum::<usize>());
}

/// The same as a user sees it: a scan of the tree by two threads, from its folders to the report.
#[divan::bench(args = [Rules::Sixty, Rules::Thousand, Rules::All], sample_count = 15, sample_size = 1)]
fn scan_by_number_of_rules(bencher: Bencher<'_, '_>, rules: Rules) {
    let set = rules.set();
    let target = Target::Paths { paths: vec![tree()], what: What::Files, submodules: false };
    let options = Options {
        confidence: Confidence::Medium,
        ignore: false,
        max_file_size: None,
        max_blob_size: 1 << 30,
        max_memory: 1 << 30,
        threads: 2,
        line_hashes: false,
        history: History::Changes,
        exclude: Vec::new(),
        policy: Arc::default(),
        keeps_context: false,
        comments: Comments::All,
        seeks_unused: false,
        suppressors: Vec::new(),
    };
    bencher.bench_local(|| {
        let report = scan::run(&set, slice::from_ref(&target), &options, &Collector::default());
        report.expect("the tree can be scanned").findings.len()
    });
}

/// Splitmix64 (public domain, by Sebastiano Vigna).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// A template of the rules' examples, expanded.
fn made(template: &str, seed: u64) -> String {
    expand(template, seed).expect("a template of this file").text
}

const WORDS: [&str; 40] = [
    "buffer", "index", "count", "result", "node", "list", "next", "size", "offset", "length", "value", "state",
    "flags", "error", "device", "frame", "queue", "worker", "parent", "child", "table", "entry", "field", "mask",
    "range", "begin", "end", "page", "block", "cache", "lock", "event", "handler", "context", "path", "name", "line",
    "column", "token", "key",
];

const TYPES: [&str; 6] = ["int", "size_t", "u32", "struct node *", "const char *", "bool"];

fn name(random: &mut Random) -> String {
    (0..=random.below(3)).map(|_| random.pick(&WORDS)).collect::<Vec<_>>().join("_")
}

const TOKENS: [&str; 5] = [
    "token = \"{{github:ghp_}}\";\n",
    "id = \"{{aws-id:AKIA}}\";\n",
    "//registry.npmjs.org/:_authToken={{npm}}\n",
    "Authorization: Bearer {{jwt}}\n",
    "{{pem:rsa}}\n",
];

/// Code. With `every` a made-up token after so many lines.
fn source(seed: u64, every: usize) -> Vec<u8> {
    let mut random = Random(seed);
    let mut text = String::with_capacity(MEGABYTE + 4096);
    let mut number = 0;
    while text.len() < MEGABYTE {
        number += 1;
        if every > 0 && number % every == 0 {
            let template = random.pick(&TOKENS);
            text.push_str(&made(template, random.next()));
        }
        let (a, b, c) = (name(&mut random), name(&mut random), name(&mut random));
        let indent = "    ".repeat(random.below(4));
        text.push_str(&match random.below(8) {
            0 => format!("{indent}{} {a} = {b} + {};\n", random.pick(&TYPES), random.below(4096)),
            1 => format!("{indent}if ({a}->{b} != {c}) {{\n"),
            2 => format!("{indent}return {a}({b}, &{c});\n"),
            3 => format!("{indent}/* The {b} of {a} is not the {c}. */\n"),
            4 => format!("{indent}{a}.{b} = {c}[{}];\n", random.below(64)),
            5 => format!("{indent}printf(\"{a}: %d\\n\", {b});\n"),
            6 => format!("{indent}#define {} 0x{:08x}\n", a.to_uppercase(), random.next() as u32),
            _ => format!("{indent}}}\n\n"),
        });
    }
    text.into_bytes()
}

/// Settings, of which a part is secret.
fn assignments(seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let mut text = String::with_capacity(MEGABYTE + 4096);
    let names = ["password", "secret", "api_key", "auth_token", "client_secret", "access_key", "port", "host"];
    let values = [
        "{{password:14}}",
        "{{base62:32}}",
        "{{hex:40}}",
        "{{uuid}}",
        "changeme",
        "${SECRET}",
        "os.environ['KEY']",
        "8080",
    ];
    while text.len() < MEGABYTE {
        let name = format!("{}_{}", random.pick(&WORDS), random.pick(&names));
        let template = random.pick(&values);
        let value = made(template, random.next());
        text.push_str(&match random.below(5) {
            0 => format!("{}={value}\n", name.to_uppercase()),
            1 => format!("  {name}: \"{value}\"\n"),
            2 => format!("    \"{name}\": \"{value}\",\n"),
            3 => format!("<{name}>{value}</{name}>\n"),
            _ => format!("{name} => '{value}';\n"),
        });
    }
    text.into_bytes()
}

/// A megabyte of minified code in one line.
fn one_line(seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let mut text = String::with_capacity(MEGABYTE + 4096);
    while text.len() < MEGABYTE {
        let (a, b) = (random.pick(&WORDS), random.pick(&WORDS));
        text.push_str(&match random.below(5) {
            0 => format!("function {a}(e,t){{return e.{b}(t)}}"),
            1 => format!("var {a}={{{b}:\"{}\",password:null}};", made("{{base64:64}}", random.next())),
            2 => format!("{a}.{b}&&!{}?0:1;", random.pick(&WORDS)),
            3 => format!("n({}),", random.below(100_000)),
            _ => format!("\"{a}-{b}\"===typeof {b}||"),
        });
    }
    text.into_bytes()
}
