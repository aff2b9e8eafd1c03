//! The keystone: however a text is looked at, the same is found in it. One corpus of all rules' examples, read as file, blob
//! and standard input, whole and in windows, by one thread and by four, in any order; and a naive detector that knows nothing
//! of anchors and windows agrees.

#![allow(clippy::unwrap_used)]

#[path = "agreement/carried.rs"]
mod carried;
#[path = "agreement/naive.rs"]
mod naive;
mod support;

use std::collections::BTreeMap;

use spillcheck::config::policy::Policy;
use spillcheck::position::Start;
use spillcheck::rules::RuleSet;
use spillcheck::search::{Matches, Searcher, WINDOW_CONTEXT};
use support::{Repo, Run, Spillcheck, embedded, scan, write};

/// Late enough for every expiry date of the examples to lie on the right side.
const NOW: i64 = 1_767_225_600;

/// What stands between examples: prose, code, other scripts, invalid UTF-8, line ends of all kinds, a long line.
fn filler(n: usize) -> Vec<u8> {
    match n % 8 {
        0 => b"\n# the quick brown fox jumps over the lazy dog\n".to_vec(),
        1 => "\r\nfor (int i = 0; i < n; i++) { sum += i; } // \u{e9}\u{4f60}\u{1f600}\r\n".into(),
        2 => b"\n\xff\xfe caf\xe9 \x80\n".to_vec(),
        3 => b"\n\n\n\t\n".to_vec(),
        4 => [b"\n".to_vec(), "lorem ipsum dolor ".repeat(40).into_bytes(), b"\n".to_vec()].concat(),
        5 => b"\n---\n".to_vec(),
        6 => b"\n{\"a\": [1, 2, 3], \"b\": null}\n".to_vec(),
        _ => b"\n\n".to_vec(),
    }
}

/// All examples, clean ones among leaks, in files of some twenty each.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut examples = embedded(true, 1);
    let clean = embedded(false, 2);
    assert!(examples.len() > 200 && clean.len() > 200, "{} leaks, {} clean", examples.len(), clean.len());
    for (n, example) in clean.into_iter().enumerate() {
        examples.insert((n * 2 + 1).min(examples.len()), example);
    }
    let files = examples.chunks(20).enumerate().map(|(n, chunk)| {
        let mut text = Vec::new();
        for (i, example) in chunk.iter().enumerate() {
            text.extend(filler(n + i));
            text.extend(example.text.as_bytes());
        }
        // Some end without a line end.
        if n % 3 != 0 {
            text.push(b'\n');
        }
        (format!("part{n:02}.txt"), text)
    });
    files.collect()
}

fn whole_corpus() -> Vec<u8> {
    corpus().into_iter().flat_map(|(_, text)| text).collect()
}

/// Rule, secret and place of all findings, by path.
fn by_path(run: &Run) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in run.findings() {
        for l in found.0["locations"].as_array().unwrap() {
            let secret = found.0["secret_base64"].as_str().unwrap_or(found.secret());
            let text = format!(
                "{}:{}-{}:{} {} {} {secret}",
                l["line"],
                l["column"],
                l["end_line"],
                l["end_column"],
                found.rule(),
                l["confidence"]
            );
            all.entry(l["path"].as_str().unwrap().to_owned()).or_default().push(text);
        }
    }
    all.values_mut().for_each(|v| v.sort());
    all
}

const EVERYTHING: [&str; 5] = ["-f", "jsonl", "--reveal", "--confidence", "low"];

#[test]
fn the_corpus_is_worth_its_name() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    let found: std::collections::BTreeSet<usize> =
        corpus().iter().flat_map(|(_, text)| searcher.search(text).found).map(|m| m.rule).collect();
    // Examples stand side by side, so a few rules lose to others; most must speak.
    assert!(found.len() * 10 >= rules.len() * 8, "{} of {} rules", found.len(), rules.len());
}

#[test]
fn one_thread_and_four_write_the_same_bytes() {
    let repo = Repo::new();
    for (n, (path, text)) in corpus().into_iter().enumerate() {
        repo.write(&path, text);
        if n % 5 == 4 {
            repo.commit("more");
        }
    }
    repo.remove("part00.txt").commit("remove");
    for format in ["jsonl", "json", "sarif", "human", "github", "markdown"] {
        let with = |threads: &str| {
            scan(repo.path(), ["--confidence", "low", "-v", "--color", "never", "-f", format, "--threads", threads])
                .expect(1)
                .out()
        };
        let (one, four) = (with("1"), with("4"));
        assert!(one.len() > if format == "github" { 2_000 } else { 10_000 }, "{one}");
        assert!(one == four, "{format} differs");
    }
}

#[test]
fn file_blob_and_standard_input() {
    let repo = Repo::new();
    let corpus = corpus();
    for (path, text) in &corpus {
        repo.write(path, text);
    }
    repo.commit("corpus");
    let files = by_path(&scan(repo.path(), EVERYTHING.iter().chain(&["--no-history"])));
    let blobs = by_path(&scan(repo.path(), EVERYTHING.iter().chain(&["--history-only"])));
    assert!(files.values().flatten().count() > 200);
    for (path, text) in &corpus {
        assert_eq!(files.get(path), blobs.get(path), "{path}: file and blob");
        let run = Spillcheck::new(repo.path()).args(["scan", "-"]).args(EVERYTHING).stdin(text.as_slice()).run();
        assert_eq!(files.get(path), by_path(&run).get("<stdin>"), "{path}: file and standard input");
    }
    // A commit's files, as introduced by it.
    let range = by_path(&scan(repo.path(), EVERYTHING.iter().chain(&["--range", "HEAD"])));
    assert_eq!(files, range);
}

/// History is searched where a version differs from the one it is packed against: the result is that of a search of every blob.
#[test]
fn history_by_deltas_and_in_full() {
    let repo = Repo::new();
    let corpus = corpus();
    // Versions that delta well: the corpus grows, shrinks, and its parts move about within one file.
    let parts: Vec<&[u8]> = corpus.iter().map(|(_, text)| text.as_slice()).collect();
    let mut state = 11u64;
    let mut draw = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut order: Vec<usize> = (0..parts.len().min(40)).collect();
    for version in 0..30 {
        let (a, b) = (draw(order.len()), draw(order.len()));
        order.swap(a, b);
        let mut text: Vec<u8> = order.iter().flat_map(|n| parts[*n]).copied().collect();
        // Allow some of it, in comments at places that change; most in the first version, which is where places are taken from,
        // and in the last, whose comments count for what it still has.
        for _ in 0..if version == 0 || version == 29 { 300 } else { draw(6) } {
            let ends: Vec<usize> = memchr::memchr_iter(b'\n', &text).collect();
            let end = ends[draw(ends.len())];
            let comments = [" # spillcheck\u{3a}allow why", " # gitleaks\u{3a}allow", "\n# kingfisher\u{3a}ignore"];
            text.splice(end..end, comments[draw(3)].bytes());
        }
        // Cut a few bytes out and put a few in, anywhere: inside secrets, too.
        for _ in 0..3 {
            let (at, length) = (draw(text.len() - 10), draw(10));
            let with = b"x\ny\"="[..draw(5)].to_vec();
            text.splice(at..at + length, with);
        }
        repo.commit_file("all.txt", text);
    }
    repo.git(["repack", "-a", "-d", "-f", "-q", "--depth=50", "--window=20"]);
    let deltas = repo.git(["verify-pack", "-v", repo.pack().with_extension("idx").to_str().unwrap()]);
    assert!(
        deltas.contains("chain length = 4"),
        "packed as chains of deltas: {}",
        deltas.lines().filter(|l| l.starts_with("chain") || l.starts_with("non")).collect::<String>()
    );
    let with = |args: &[&str]| {
        let all = ["-f", "jsonl", "--reveal", "--confidence", "low", "--history-only"].iter().chain(args);
        scan(repo.path(), all).expect(1).out()
    };
    let (delta, full) = (with(&[]), with(&["--full-search"]));
    assert!(delta == full, "{}", first_difference(&delta, &full));
    assert!(delta.contains("{\"suppressed\":"), "allow comments count in both");
    assert_eq!(delta, with(&["--threads", "1"]));
    assert_eq!(delta, with(&["--threads", "4"]));
    // Nothing may be held: every branch of a chain is put off and made again from its root.
    assert_eq!(delta, with(&["--max-memory", "1"]));
}

fn first_difference(a: &str, b: &str) -> String {
    let differ = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    format!("{} and {} lines; first difference: {differ:#?}", a.lines().count(), b.lines().count())
}

#[test]
fn staged_as_file() {
    let repo = Repo::new();
    for (path, text) in &corpus() {
        repo.write(path, text);
    }
    repo.git(["add", "-A"]);
    let files = by_path(&scan(repo.path(), EVERYTHING.iter().chain(&["--no-history"])));
    assert_eq!(files, by_path(&scan(repo.path(), EVERYTHING.iter().chain(&["--staged"]))));
}

#[test]
fn files_in_any_order() {
    let (one, other) = (support::folder(), support::folder());
    let corpus = corpus();
    for (path, text) in &corpus {
        write(one.path(), path, text);
    }
    // Made in another order and with gaps, a folder lists its files in another order.
    for (n, (path, _)) in corpus.iter().enumerate() {
        write(other.path(), format!("gap{n}"), path);
    }
    for (path, text) in corpus.iter().rev() {
        write(other.path(), path, text);
    }
    for n in 0..corpus.len() {
        std::fs::remove_file(other.path().join(format!("gap{n}"))).unwrap();
    }
    let (one, other) = (scan(one.path(), EVERYTHING), scan(other.path(), EVERYTHING));
    assert!(one.expect(1).out() == other.out());
}

#[test]
fn occurrences_in_any_order() {
    use spillcheck::collect;
    use spillcheck::origin::Origin;
    use spillcheck::rules::Confidence;

    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    let mut occurrences = Vec::new();
    for (path, text) in corpus() {
        // Each file at two paths, so that findings have several places.
        for folder in ["a", "b"] {
            let origin = Origin::File { path: format!("{folder}/{path}").into() };
            occurrences.extend(searcher.search(&text).found.into_iter().map(|m| (origin.clone(), m)));
        }
    }
    let grouped = |occurrences: Vec<_>| {
        let findings =
            collect::findings(&rules, occurrences, Confidence::Low, &Policy::default(), &[], &mut BTreeMap::new());
        findings
            .findings
            .iter()
            .map(|f| format!("{} {:?} {:?}", f.rule, f.secret.reveal(), f.locations))
            .collect::<Vec<_>>()
    };
    let expected = grouped(occurrences.clone());
    assert!(expected.len() > 200);
    let mut state = 7u64;
    for _ in 0..5 {
        for i in (1..occurrences.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            occurrences.swap(i, (state >> 33) as usize % (i + 1));
        }
        assert!(grouped(occurrences.clone()) == expected);
    }
}

/// Searches `text` in tiles that end at `cuts`, each with just the context it needs.
fn in_windows(searcher: &Searcher<'_>, text: &[u8], cuts: impl IntoIterator<Item = usize>) -> Matches {
    let mut all = Matches::default();
    let mut at = 0;
    for cut in cuts.into_iter().chain([text.len()]) {
        let cut = cut.clamp(at, text.len());
        let mut from = at.saturating_sub(WINDOW_CONTEXT);
        // A window begins with a whole character: what comes before is counted as text.
        while from > 0 && text[from] & 0xc0 == 0x80 && at - from < WINDOW_CONTEXT + 4 {
            from -= 1;
        }
        let to = text.len().min(cut + WINDOW_CONTEXT);
        let part =
            searcher.search_window(&text[from..to], Start::default().after(&text[..from]), &(at - from..cut - from));
        all.extend(part);
        at = cut;
    }
    all
}

/// Compares without the order in which neighbouring matches come.
#[track_caller]
fn assert_same(mut parts: Matches, whole: &Matches, what: &str) {
    let key = |m: &spillcheck::search::Match| (m.start, m.end, m.rule);
    let mut whole = whole.clone();
    parts.found.sort_by_key(key);
    whole.found.sort_by_key(key);
    let names = |m: &Matches| {
        m.found.iter().map(|m| format!("{:?}-{:?} {} {:?}\n", m.start, m.end, m.rule, m.confidence)).collect::<String>()
    };
    assert_eq!(names(&parts), names(&whole), "{what}");
    assert!(parts.found == whole.found, "{what}: excerpts or facts differ");
    parts.dropped.sort();
    whole.dropped.sort();
    assert_eq!(parts.dropped, whole.dropped, "{what}: what came to nothing");
}

#[test]
fn windows_of_any_size() {
    let rules = RuleSet::builtin();
    let searcher = Searcher::new(&rules, NOW);
    let text = whole_corpus();
    // Small windows over a small text: each of them is searched with all its context.
    let small = &text[..text.len().min(60_000)];
    let whole = searcher.search(small);
    let cuts = (1..).map(|n| n * 1_009).take_while(|cut| *cut < small.len());
    assert_same(in_windows(&searcher, small, cuts), &whole, "windows of 1009 bytes");
    let whole = searcher.search(&text);
    assert!(whole.found.len() > 200);
    for size in [65_536, 131_072] {
        let cuts = (1..).map(|n| n * size).take_while(|cut| *cut < text.len());
        assert_same(in_windows(&searcher, &text, cuts), &whole, &format!("windows of {size} bytes"));
    }
    // Text far longer than the context of a window, so that windows do not see the whole.
    let mut long = text.clone();
    while long.len() < 3 * WINDOW_CONTEXT {
        long.extend(b"\nlorem ipsum dolor sit amet, consectetur adipiscing elit".repeat(700));
        long.extend(&text);
    }
    let whole = searcher.search(&long);
    for size in [30_011, 100_003] {
        let cuts = (1..).map(|n| n * size).take_while(|cut| *cut < long.len());
        assert_same(in_windows(&searcher, &long, cuts), &whole, &format!("windows of {size} bytes in a long text"));
    }
    // On one line.
    long.iter_mut().filter(|b| matches!(b, b'\n' | b'\r')).for_each(|b| *b = b' ');
    let whole = searcher.search(&long);
    let cuts = (1..).map(|n| n * 90_001).take_while(|cut| *cut < long.len());
    assert_same(in_windows(&searcher, &long, cuts), &whole, "windows in one line");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 24, failure_persistence: None, ..Default::default() })]

    /// Cut where it hurts: inside examples.
    #[test]
    fn windows_cut_anywhere(pick in proptest::collection::vec(0usize..10_000, 1..12), mut cuts in proptest::collection::vec(0usize..1_000_000, 1..12)) {
        let rules = RuleSet::builtin();
        let searcher = Searcher::new(&rules, NOW);
        let examples = naive::pieces();
        let mut text = Vec::new();
        for (n, p) in pick.iter().enumerate() {
            text.extend(&examples[p % examples.len()]);
            text.extend(filler(n + p));
        }
        cuts.iter_mut().for_each(|c| *c %= text.len());
        cuts.sort_unstable();
        assert_same(in_windows(&searcher, &text, cuts), &searcher.search(&text), "random cuts");
    }
}

/// A file longer than a window of the file reader is the same as a blob, which is searched whole.
#[test]
fn long_files_of_one_line_and_of_many() {
    let repo = Repo::new();
    let secrets: Vec<String> = (0..6).map(|n| support::github(900 + n)).collect();
    for (name, unit) in
        [("ascii.txt", "lorem ipsum "), ("lines.txt", "lorem ipsum\n"), ("accents.txt", "\u{e9}\u{1f600}x\n")]
    {
        let mut text = String::from("x");
        for secret in &secrets {
            text.push_str(&unit.repeat(1_700_000 / unit.len()));
            text.push_str(&format!(" {secret} "));
        }
        repo.write(name, &text);
        // What must come out, by counting.
        let found = spillcheck_columns(&text, &secrets);
        let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--no-history", name]);
        run.expect(1);
        let got: Vec<_> = secrets.iter().map(|s| run.of(s).places().remove(0)).collect();
        let expected: Vec<_> = found.iter().map(|(line, column)| format!("file {name}:{line}:{column} - -")).collect();
        assert_eq!(got, expected, "{name}");
    }
}

fn spillcheck_columns(text: &str, secrets: &[String]) -> Vec<(usize, usize)> {
    secrets
        .iter()
        .map(|secret| {
            let before = &text[..text.find(secret.as_str()).unwrap()];
            let line = before.matches('\n').count() + 1;
            (line, before.rsplit('\n').next().unwrap().chars().count() + 1)
        })
        .collect()
}
