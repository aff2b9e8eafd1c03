//! Packs written by hand, with what git itself never writes or writes rarely: deep chains, odd deltas.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::properties::{WORDS, config, leak};
use crate::support::pack::{By, Kind, Op, Pack, apply, commit, deflate, delta, difference, header, id_of, tree};
use crate::support::{Repo, Run, Spillcheck, github, scan};
use crate::{full, history_of, holding};

/// A repository of nothing but a pack, whose branch `main` is `tip`.
fn repository_of(pack: Pack, tip: &str) -> Repo {
    let repo = Repo::new();
    pack.write(&repo.path().join(".git/objects/pack"), "1");
    repo.write(".git/refs/heads/main", format!("{tip}\n"));
    repo
}

/// One commit for each of `blobs`, which are versions of `a.env`; the last commit.
fn commits(pack: &mut Pack, blobs: &[String]) -> Vec<String> {
    let mut commits: Vec<String> = Vec::new();
    for (n, blob) in blobs.iter().enumerate() {
        let tree = pack.whole(Kind::Tree, &tree(&[("a.env", blob)]));
        let parent = commits.last().map(String::as_str);
        let id = pack.whole(Kind::Commit, &commit(&tree, parent, n as u64));
        commits.push(id);
    }
    commits
}

/// So many versions of a file, each a change of the one before, and every `every`-th with a new secret.
fn chain(depth: usize, every: usize, by: By) -> (Repo, Vec<(String, String)>) {
    let mut lines: Vec<String> =
        (0..200).map(|n| format!("let value_{n} = lookup({}, \"entry {n}\");\n", n * 7)).collect();
    let (mut pack, mut blobs, mut secrets) = (Pack::default(), Vec::new(), Vec::new());
    let mut before = lines.concat();
    blobs.push(pack.whole(Kind::Blob, before.as_bytes()));
    for n in 1..=depth {
        lines[n % 200] = match n % every {
            0 => {
                secrets.push((github(n as u64), n));
                format!("token={}\n", secrets.last().unwrap().0)
            }
            _ => format!("let changed_{n} = lookup({n});\n"),
        };
        let text = lines.concat();
        let id = id_of(Kind::Blob, text.as_bytes());
        pack.change(&id, blobs.last().unwrap(), by, &difference(before.as_bytes(), text.as_bytes()));
        blobs.push(id);
        before = text;
    }
    let commits = commits(&mut pack, &blobs);
    let repo = repository_of(pack, commits.last().unwrap());
    (repo, secrets.into_iter().map(|(secret, n)| (secret, commits[n].clone())).collect())
}

/// Has git make loose objects of those of a pack.
fn unpack(repo: &Repo, pack: &Path) {
    let mut git = std::process::Command::new("git");
    git.args(["unpack-objects", "-q"]).current_dir(repo.path()).stdin(std::fs::File::open(pack).unwrap());
    let output = git.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a scan of history and says how long it took and how much memory it had at most, bytes.
#[cfg(target_os = "linux")]
fn measured(path: &Path, args: &[&str]) -> (Run, Duration, u64) {
    let mut run = Spillcheck::new(path).args(["scan", "-f", "jsonl", "--reveal", "--history-only"]).args(args);
    let started = Instant::now();
    let mut child = run.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let output = {
        let mut stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut stdout, &mut bytes).unwrap();
            bytes
        })
    };
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0);
        most = most.max(kilobytes << 10);
        std::thread::sleep(Duration::from_millis(5));
    }
    let code = child.wait().unwrap().code();
    (Run { code, stdout: output.join().unwrap(), stderr: Vec::new() }, started.elapsed(), most)
}

/// Git makes chains of 4,095 at most.
#[cfg(target_os = "linux")]
#[test]
fn a_chain_of_five_thousand_deltas() {
    for by in [By::Offset, By::Id] {
        let (repo, secrets) = chain(5_000, 250, by);
        assert_eq!(secrets.len(), 20);
        let (run, time, memory) = measured(repo.path(), &["--threads", "2"]);
        run.expect(1);
        assert_eq!(run.findings().len(), 20);
        for (n, (secret, commit)) in secrets.iter().enumerate() {
            let line = (n + 1) * 250 % 200 + 1;
            // Each line is written anew after 200 versions.
            let state = if n == 19 { "in-head" } else { "gone" };
            assert_eq!(run.of(secret).places(), [format!("history a.env:{line}:7 {commit} {state}")], "{n}");
        }
        let all = full(repo.path());
        assert!(run.out() == all.out(), "{}\n{}", run.out(), all.out());
        let put_off = scan(repo.path(), ["-f", "jsonl", "--reveal", "--history-only", "--max-memory", "1"]);
        assert!(run.out() == put_off.out());
        assert!(memory < 200 << 20, "{memory} bytes");
        assert!(time < Duration::from_secs(60), "{time:?}");
    }
}

/// A copy or an insertion to be: numbers are taken modulo what there is.
type Pick = (bool, usize, usize);

/// Instructions for a base of this length: copies of any stretch, backwards and overlapping, and insertions of secrets and parts of
/// them.
fn instructions(base: usize, picks: &[Pick], seed: u64) -> Vec<Op> {
    let copy = |from: usize, len: usize| {
        let from = from % base;
        // Some of exactly 64 KiB, which is written in a way of its own, and some that are shorter than anything that is carried.
        let len = match len % 5 {
            0 => 0x1_0000,
            1 => len % 40,
            2 => base,
            _ => len % 3_000,
        };
        Op::Copy { from, len: len.clamp(1, base - from) }
    };
    let inserted = |kind: usize, cut: usize| {
        let text = match WORDS.get(kind % (2 * WORDS.len())) {
            Some(word) => word.to_vec(),
            None => leak(kind % 5, seed + (cut % 7) as u64).into_bytes(),
        };
        let from = if cut.is_multiple_of(3) { cut % (text.len() + 1) } else { 0 };
        text[from..].chunks(127).map(|part| Op::Insert(part.to_vec())).collect::<Vec<_>>()
    };
    let ops = picks.iter().flat_map(|(copies, a, b)| if *copies { vec![copy(*a, *b)] } else { inserted(*a, *b) });
    ops.collect()
}

proptest! {
    #![proptest_config(config(12))]

    /// Whatever deltas say, as long as git takes them: what is found is what is found in the same texts as loose objects.
    #[test]
    fn odd_deltas(
        start in vec((weighted(0.5), 0usize..100_000, 0usize..100_000), 1..30),
        changes in vec((0usize..100, any::<bool>(), vec((weighted(0.6), 0usize..200_000, 0usize..100_000), 0..12)), 1..10),
        is_long in weighted(0.3),
        seed in 0u64..1_000_000,
    ) {
        let filler = "    let value = lookup(7, \"entry\");\n".repeat(if is_long { 3_000 } else { 20 });
        let mut texts = vec![apply(filler.as_bytes(), &instructions(filler.len(), &start, seed))];
        texts[0].extend(holding(&github(seed)).bytes());
        let mut pack = Pack::default();
        let mut blobs = vec![pack.whole(Kind::Blob, &texts[0])];
        for (base, by_id, picks) in &changes {
            let base = base % texts.len();
            if texts[base].is_empty() {
                continue;
            }
            let mut ops = instructions(texts[base].len(), picks, seed);
            // Not without bound: each version may have its base many times over.
            while ops.iter().map(|op| match op { Op::Copy { len, .. } => *len, Op::Insert(_) => 0 }).sum::<usize>() > 1 << 20 {
                ops.pop();
            }
            let text = apply(&texts[base], &ops);
            let id = id_of(Kind::Blob, &text);
            let delta = delta(texts[base].len(), text.len(), &ops);
            // Git takes none of less than four bytes.
            if !blobs.contains(&id) && delta.len() >= 4 {
                let by = if *by_id { By::Id } else { By::Offset };
                pack.change(&id, &blobs[base], by, &delta);
                blobs.push(id);
                texts.push(text);
            }
        }
        let tip = commits(&mut pack, &blobs).pop().unwrap();
        let repo = repository_of(pack, &tip);
        let with = |path: &Path, args: &[&str]| {
            scan(path, ["-f", "jsonl", "--reveal", "--confidence", "low", "--history-only"].iter().chain(args)).expect(1).out()
        };
        let changed = with(repo.path(), &[]);
        for args in [&["--full-search"][..], &["--max-memory", "1", "--threads", "1"]] {
            let other = with(repo.path(), args);
            prop_assert!(changed == other, "{args:?}\n{changed}\n{other}");
        }
        // Git reads the deltas as we do, and what it makes of them are objects of these ids.
        let loose = Repo::new();
        let packs = repo.path().join(".git/objects/pack/pack-1.pack");
        unpack(&loose, &packs);
        loose.write(".git/refs/heads/main", format!("{tip}\n"));
        let other = with(loose.path(), &[]);
        prop_assert!(changed == other, "loose\n{changed}\n{other}");
    }
}

/// A repository with a secret in a whole blob, and beside it a blob with these bytes as its delta; the blob's id.
fn with_delta(delta: &[u8]) -> (Repo, String, String) {
    let (secret, mut pack) = (github(820), Pack::default());
    let base = pack.whole(Kind::Blob, holding(&secret).as_bytes());
    let broken = id_of(Kind::Blob, b"what it ought to be");
    pack.change(&broken, &base, By::Offset, delta);
    let tip = commits(&mut pack, &[base, broken.clone()]).pop().unwrap();
    (repository_of(pack, &tip), secret, broken)
}

/// Fails unless the object is named as one that cannot be read, everything else is found, and the scan counts as incomplete.
#[track_caller]
fn is_named(repo: &Repo, secret: &str, object: &str, problem: &str) {
    for run in [history_of(repo.path()), full(repo.path())] {
        assert!(run.expect(3).has(secret), "{problem}: {}", run.out());
        let errors = run.errors();
        let line = errors.lines().find(|line| line.contains(object));
        assert!(line.is_some_and(|line| line.contains(problem)), "{object} {problem}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
}

#[test]
fn deltas_that_git_refuses() {
    let base = holding(&github(820)).len();
    let insert = |text: &[u8]| Op::Insert(text.to_vec());
    let zero = [delta(base, 4, &[]), vec![0], b"four".to_vec()].concat();
    for (bytes, problem) in [
        (delta(base + 1, 3, &[insert(b"abc")]), "for a base of another size"),
        (delta(base, 4, &[insert(b"abc")]), "shorter than announced"),
        (delta(base, 2, &[insert(b"abc")]), "longer than announced"),
        (delta(base, 9, &[Op::Copy { from: base - 8, len: 9 }]), "beyond the base"),
        (delta(base, 1, &[Op::Copy { from: 0xffff_ffff, len: 1 }]), "beyond the base"),
        (delta(base, 0x1_0000, &[Op::Copy { from: 0, len: 0x1_0000 }]), "beyond the base"),
        (zero, "unknown instruction"),
        (delta(base, 9, &[])[..1].to_vec(), "cut short"),
        ([delta(base, 9, &[]), vec![9, b'x']].concat(), "cut short"),
        ([delta(base, 9, &[]), vec![0x9f, 1]].concat(), "cut short"),
        (vec![0xff; 12], "too large"),
        (delta(base, 1 << 40, &[insert(b"abc")]), "size cannot be right"),
    ] {
        let (repo, secret, broken) = with_delta(&bytes);
        is_named(&repo, &secret, &broken, problem);
    }
}

#[test]
fn entries_that_are_damaged() {
    let secret = github(820);
    let broken = id_of(Kind::Blob, b"what it ought to be");
    let packed = deflate(b"what it ought to be");
    let flipped: Vec<u8> = packed.iter().enumerate().map(|(n, byte)| if n == 9 { !byte } else { *byte }).collect();
    for (raw, problem) in [
        ([header(3, 19), flipped].concat(), "damaged"),
        ([header(3, 18), packed.clone()].concat(), "damaged"),
        ([header(3, 25), packed.clone()].concat(), "shorter"),
        ([header(3, 1 << 40), packed.clone()].concat(), "cannot be right"),
        // Types that there are none of.
        ([header(0, 19), packed.clone()].concat(), "cannot be read"),
        ([header(5, 19), packed.clone()].concat(), "cannot be read"),
        // A base before the beginning of the pack, and one that is no object.
        ([header(6, 19), vec![0xff, 0xff, 0x7f], packed.clone()].concat(), "before the pack"),
        ([header(6, 19), vec![5], packed.clone()].concat(), "no object of the pack"),
        ([header(6, 19), vec![0], packed].concat(), "before the pack"),
    ] {
        let mut pack = Pack::default();
        let base = pack.whole(Kind::Blob, holding(&secret).as_bytes());
        pack.raw(&broken, &raw);
        let tip = commits(&mut pack, &[base, broken.clone()]).pop().unwrap();
        is_named(&repository_of(pack, &tip), &secret, &broken, problem);
    }
}

/// Changes by id: of each other, of themselves, and of what is nowhere.
#[test]
fn bases_that_lead_nowhere() {
    let secret = github(820);
    let ids = [1, 2, 3].map(|n| id_of(Kind::Blob, format!("version {n}").as_bytes()));
    let nowhere = "1".repeat(40);
    let change = delta(9, 9, &[Op::Copy { from: 0, len: 9 }]);
    for bases in [[1, 0, 0], [1, 2, 0], [0, 1, 2]] {
        let mut pack = Pack::default();
        let good = pack.whole(Kind::Blob, holding(&secret).as_bytes());
        for (id, base) in ids.iter().zip(bases) {
            pack.change(id, &ids[base], By::Id, &change);
        }
        let tip = commits(&mut pack, &[&[good][..], &ids].concat()).pop().unwrap();
        let repo = repository_of(pack, &tip);
        let run = history_of(repo.path());
        assert!(run.expect(3).has(&secret));
        assert!(ids.iter().all(|id| run.errors().contains(id)), "{bases:?}: {}", run.errors());
        assert!(run.errors().matches("its deltas form a circle").count() == 3, "{bases:?}: {}", run.errors());
    }
    let mut pack = Pack::default();
    let good = pack.whole(Kind::Blob, holding(&secret).as_bytes());
    pack.change(&ids[0], &nowhere, By::Id, &change);
    pack.change(&ids[1], &ids[0], By::Offset, &change);
    let tip = commits(&mut pack, &[&[good][..], &ids[..2]].concat()).pop().unwrap();
    let run = history_of(repository_of(pack, &tip).path());
    assert!(run.expect(3).has(&secret));
    assert!(ids[..2].iter().all(|id| run.errors().contains(id)), "{}", run.errors());
}
