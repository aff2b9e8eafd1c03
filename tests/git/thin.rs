//! Thin packs that were given an index: changes whose base lies in another pack, or is loose.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::pack::Pack;
use crate::support::{Repo, Run, github, scan};
use crate::{full, history_of, holding};

/// An entry of a pack: its object, its bytes as they lie there, and the object that it is a change of.
struct Entry {
    id: String,
    kind: String,
    raw: Vec<u8>,
    base: Option<String>,
}

/// The entries of a pack, as `git verify-pack` lists them: id, type, size, size in the pack, offset; for deltas depth and base.
fn entries(repo: &Repo, pack: &Path) -> Vec<Entry> {
    let bytes = std::fs::read(pack).unwrap();
    let list = repo.git(["verify-pack", "-v", pack.to_str().unwrap()]);
    let words = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words
        .filter(|w| w.len() >= 5 && w[0].len() == 40)
        .map(|w| {
            let (size, offset): (usize, usize) = (w[3].parse().unwrap(), w[4].parse().unwrap());
            let raw = bytes[offset..offset + size].to_vec();
            Entry { id: w[0].to_owned(), kind: w[1].to_owned(), raw, base: w.get(6).map(|base| (*base).to_owned()) }
        })
        .collect()
}

/// Writes a pack of `entries` and its index.
fn write_pack(folder: &Path, name: &str, entries: &[&Entry]) -> PathBuf {
    let mut pack = Pack::default();
    entries.iter().for_each(|entry| pack.raw(&entry.id, &entry.raw));
    pack.write(folder, name)
}

/// A repository with twelve versions of a file in a folder, each with a secret of its own, and all its entries; deltas name their
/// base by id.
fn versions() -> (Repo, PathBuf, Vec<Entry>, Vec<String>) {
    let (repo, secrets) = (Repo::new(), (0..12).map(|n| github(700 + n)).collect::<Vec<_>>());
    let filler: String = (0..400).map(|n| format!("line {n} of the settings\n")).collect();
    for n in 0..30 {
        repo.write(format!("dir/{n}.txt"), format!("{n}\n"));
    }
    for secret in &secrets {
        repo.commit_file("dir/a.env", format!("{}{filler}", holding(secret)));
    }
    repo.git(["-c", "repack.useDeltaBaseOffset=false", "repack", "-a", "-d", "-f", "-q", "--depth=4"]);
    let packs = std::fs::read_dir(repo.path().join(".git/objects/pack")).unwrap().map(|e| e.unwrap().path());
    let pack = packs.into_iter().find(|p| p.extension().is_some_and(|e| e == "pack")).unwrap();
    let entries = entries(&repo, &pack);
    (repo, pack, entries, secrets)
}

fn can_read(repo: &Repo, id: &str) -> bool {
    let mut git = Command::new("git");
    git.args(["cat-file", "-p", id]).current_dir(repo.path());
    git.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

/// What the report says of all secrets is what it says of the repository before its pack was taken apart.
#[track_caller]
fn finds_all(repo: &Repo, before: &Run, what: &str) {
    let run = history_of(repo.path());
    run.expect(1);
    assert!(run.out() == before.out(), "{what}:\n{}\n{}", run.out(), before.out());
    assert!(full(repo.path()).out() == before.out(), "{what}: full search");
}

#[test]
fn bases_in_another_pack_and_loose() {
    let (repo, pack, entries, secrets) = versions();
    let before = history_of(repo.path());
    assert!(secrets.iter().all(|s| before.has(s)));
    let folder = pack.parent().unwrap().to_owned();
    let changes = |kind: &str| entries.iter().filter(|e| e.base.is_some() && e.kind == kind).count();
    assert!(changes("blob") >= 8 && changes("tree") >= 2, "{} {}", changes("blob"), changes("tree"));
    // Deltas in one pack, what they rest on in another.
    let (thin, whole): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|e| e.base.is_some());
    remove(&pack);
    let rest = write_pack(&folder, "0", &whole);
    write_pack(&folder, "1", &thin);
    assert!(!can_read(&repo, &thin[0].id), "git reads it now: say so in src/git/thin.rs");
    finds_all(&repo, &before, "in another pack");
    // Ranges are read as git does.
    let run = scan(repo.path(), ["-f", "jsonl", "--range=HEAD"]);
    let said = run.expect(3).errors();
    assert!(said.contains("the pack is thin") && said.contains("git unpack-objects"), "{said}");
    // Deltas on deltas, each in a pack of its own.
    remove(&folder.join("pack-1.pack"));
    for (n, entry) in thin.iter().enumerate() {
        write_pack(&folder, &format!("1{n}"), &[entry]);
    }
    finds_all(&repo, &before, "a pack for each");
    // What they rest on is loose.
    let aside = repo.beside("rest.pack");
    std::fs::copy(&rest, &aside).unwrap();
    remove(&rest);
    let mut git = Command::new("git");
    git.args(["unpack-objects", "-q"]).current_dir(repo.path());
    assert!(git.stdin(std::fs::File::open(&aside).unwrap()).status().unwrap().success());
    assert!(repo.loose(&whole[0].id).exists());
    finds_all(&repo, &before, "loose");
}

/// The objects of the thin pack are elsewhere, too, whichever pack comes first.
#[test]
fn objects_that_another_pack_has() {
    for name in ["0", "z"] {
        let (repo, pack, entries, _) = versions();
        let before = history_of(repo.path());
        let thin: Vec<&Entry> = entries.iter().filter(|e| e.base.is_some()).collect();
        write_pack(pack.parent().unwrap(), name, &thin);
        finds_all(&repo, &before, name);
    }
}

#[test]
fn bases_that_are_nowhere() {
    let (repo, pack, entries, secrets) = versions();
    let folder = pack.parent().unwrap().to_owned();
    let is_base =
        |e: &&Entry| e.base.is_none() && e.kind == "blob" && entries.iter().any(|o| o.base.as_ref() == Some(&e.id));
    let base = entries.iter().find(is_base).unwrap();
    let (thin, whole): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().filter(|e| e.id != base.id).partition(|e| e.base.is_some());
    remove(&pack);
    write_pack(&folder, "0", &whole);
    write_pack(&folder, "1", &thin);
    for run in [history_of(repo.path()), full(repo.path())] {
        run.expect(3);
        // Each that rests on it is named.
        let lost = thin.iter().filter(|e| e.kind == "blob" && run.errors().contains(&e.id)).count();
        assert!(lost >= 8, "{}", run.errors());
        assert!(!secrets.iter().all(|s| run.has(s)));
    }
}

#[test]
fn deltas_in_a_circle_through_two_packs() {
    let (repo, pack, mut entries, _) = versions();
    let folder = pack.parent().unwrap().to_owned();
    let changes: Vec<usize> =
        (0..entries.len()).filter(|n| entries[*n].base.is_some() && entries[*n].kind == "blob").collect();
    let [one, two] = [changes[0], changes[1]];
    // The base's id stands before the delta itself.
    for (of, on) in [(one, two), (two, one)] {
        let old = git2::Oid::from_str(entries[of].base.as_ref().unwrap()).unwrap().as_bytes().to_vec();
        let new = git2::Oid::from_str(&entries[on].id).unwrap().as_bytes().to_vec();
        let at = entries[of].raw.windows(20).position(|w| w == old).unwrap();
        entries[of].raw.splice(at..at + 20, new);
    }
    let rest: Vec<&Entry> = (0..entries.len()).filter(|n| *n != one && *n != two).map(|n| &entries[n]).collect();
    remove(&pack);
    write_pack(&folder, "0", &rest);
    write_pack(&folder, "1", &[&entries[one]]);
    write_pack(&folder, "2", &[&entries[two]]);
    let run = history_of(repo.path());
    assert!(run.expect(3).errors().contains(&entries[one].id), "{}", run.errors());
}

/// In one pack, under a ref: whoever follows them never ends.
#[test]
fn deltas_in_a_circle_that_a_ref_leads_into() {
    let (repo, pack, mut entries, secrets) = versions();
    let commit = repo.head();
    let blobs: Vec<usize> =
        (0..entries.len()).filter(|n| entries[*n].base.is_some() && entries[*n].kind == "blob").collect();
    let [one, two] = [blobs[0], blobs[1]];
    let ids = [one, two].map(|n| entries[n].id.clone());
    for (of, on) in [(one, &ids[1]), (two, &ids[0])] {
        let old = git2::Oid::from_str(entries[of].base.as_ref().unwrap()).unwrap().as_bytes().to_vec();
        let new = git2::Oid::from_str(on).unwrap().as_bytes().to_vec();
        let at = entries[of].raw.windows(20).position(|w| w == old).unwrap();
        entries[of].raw.splice(at..at + 20, new);
    }
    let all: Vec<&Entry> = entries.iter().collect();
    let folder = pack.parent().unwrap().to_owned();
    remove(&pack);
    write_pack(&folder, "0", &all);
    std::fs::write(repo.path().join(".git/refs/tags/bad"), format!("{}\n", ids[0])).unwrap();
    let run = history_of(repo.path());
    assert!(run.expect(3).errors().contains("deltas form a circle"), "{}", run.errors());
    assert!(secrets.iter().any(|secret| run.has(secret)), "the others are found: {}", run.out());
    for args in ["--range=bad", "--since=2001-01-01", &format!("--range={commit}")] {
        let run = scan(repo.path(), ["-f", "jsonl", args]);
        assert!(run.expect(3).errors().contains("deltas form a circle"), "{args}: {}", run.errors());
    }
}

/// One more pack, whose index leads beyond its end, so that libgit2 may read none of them: what it would read in pieces is found all
/// the same, whether those are in packs or loose.
#[test]
fn beside_an_index_that_leads_out_of_its_pack() {
    let (repo, pack, entries, secrets) = versions();
    let folder = pack.parent().unwrap().to_owned();
    let (thin, whole): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|e| e.base.is_some());
    remove(&pack);
    write_pack(&folder, "0", &whole);
    write_pack(&folder, "1", &thin);
    let index = write_pack(&folder, "2", &[whole[0]]).with_extension("idx");
    let mut bytes = std::fs::read(&index).unwrap();
    let offset = bytes.len() - 44;
    assert_eq!(bytes[offset..offset + 4], 12_u32.to_be_bytes(), "the first object lies behind the header");
    bytes[offset..offset + 4].copy_from_slice(&0x0400_0000_u32.to_be_bytes());
    std::fs::write(&index, bytes).unwrap();
    let last = github(720);
    repo.write("last.env", holding(&last));
    git2::Repository::open(repo.path()).unwrap().blob_path(&repo.path().join("last.env")).unwrap();
    let run = history_of(repo.path());
    assert!(run.expect(3).errors().contains("pack-2.pack"), "{}", run.errors());
    assert!(secrets.iter().chain([&last]).all(|secret| run.has(secret)), "{}", run.out());
    assert_eq!(full(repo.path()).out(), run.out());
    for args in ["--range=HEAD", "--since=2001-01-01", "--staged"] {
        let run = scan(repo.path(), ["-f", "jsonl", args]);
        assert!(run.expect(3).errors().contains("pack-2.idx"), "{args}: {}", run.errors());
    }
}

/// Takes a pack away with its index.
fn remove(pack: &Path) {
    std::fs::remove_file(pack).unwrap();
    std::fs::remove_file(pack.with_extension("idx")).unwrap();
    let _ = std::fs::remove_file(pack.with_extension("rev"));
}
