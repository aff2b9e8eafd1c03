//! Damaged indexes of packs: libgit2 goes wherever they send it. None ends the program, and all that can be read is read.

use std::path::Path;

use crate::damage::{flip, make_writable};
use crate::support::{Repo, Run, Spillcheck, github, scan};
use crate::{both, history_of, holding, three_places};

/// The index of a pack with its checksums made anew after `change`.
fn change_index(pack: &Path, change: impl Fn(&mut Vec<u8>)) {
    change_sealed(&pack.with_extension("idx"), change);
}

/// The same for any file that ends with the sum of what stands before.
fn change_sealed(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    make_writable(path);
    let mut bytes = std::fs::read(path).unwrap();
    bytes.truncate(bytes.len() - 20);
    change(&mut bytes);
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(&bytes);
    bytes.extend(hasher.try_finalize().unwrap().as_bytes());
    std::fs::write(path, bytes).unwrap();
}

/// Where the numbers of an index of version 2 begin: how many ids begin with up to each byte (gitformat-pack(5)).
const FANOUT: usize = 8;

/// The checksums of packed objects are for copying them from pack to pack. Each object has one of its own, which is checked.
#[test]
fn wrong_checksums_in_the_index_of_a_pack() {
    let (repo, secrets) = three_places();
    let pack = repo.pack();
    let before = both(repo.path());
    change_index(&pack, |bytes| {
        let n = u32::from_be_bytes(bytes[FANOUT + 1020..][..4].try_into().unwrap()) as usize;
        let sums = FANOUT + 1024 + 20 * n;
        bytes[sums..sums + 4 * n].iter_mut().for_each(|byte| *byte = !*byte);
    });
    let run = both(repo.path());
    assert!(run.expect(1).out() == before.out(), "{}\n{}", run.out(), before.out());
    assert!(secrets.iter().all(|secret| run.has(secret)));
    // Together with a pack that is damaged, the damage counts.
    flip(&pack, |n| n / 2);
    let run = both(repo.path());
    assert!(run.expect(3).errors().contains("cannot be read"), "{}", run.errors());
}

/// What is done to the bytes of a file.
type Change = Box<dyn Fn(&mut Vec<u8>)>;

#[test]
fn damaged_indexes_of_packs() {
    let set = |at: usize, n: u32| move |bytes: &mut Vec<u8>| bytes[at..at + 4].copy_from_slice(&n.to_be_bytes());
    let changes: [(&str, Change); 9] = [
        ("first number too large", Box::new(set(FANOUT, 40_000))),
        ("numbers that fall", Box::new(set(FANOUT + 4 * 100, 0))),
        ("all numbers none", Box::new(|bytes| bytes[FANOUT..FANOUT + 1024].fill(0))),
        ("more objects than there are", Box::new(set(FANOUT + 1020, 0xffff_ffff))),
        ("one object more", Box::new(|bytes| bytes[FANOUT + 1023] += 1)),
        ("one object less", Box::new(|bytes| bytes[FANOUT + 1023] -= 1)),
        ("another version", Box::new(set(4, 3))),
        ("cut in its numbers", Box::new(|bytes| bytes.truncate(500))),
        ("cut in its ids", Box::new(|bytes| bytes.truncate(FANOUT + 1024 + 50))),
    ];
    for (what, change) in &changes {
        let (repo, secrets) = three_places();
        let pack = repo.pack();
        change_index(&pack, change);
        let run = both(repo.path());
        run.expect(3);
        assert!(run.has(&secrets[1]) && run.has(&secrets[2]), "{what}: files are files: {}", run.out());
        assert!(run.errors().contains(".idx") || run.errors().contains(".pack"), "{what}: {}", run.errors());
        let run = history_of(repo.path());
        run.expect(3);
        let run = scan(repo.path(), ["-f", "jsonl", "--range", "HEAD"]);
        assert_eq!(run.expect(3).summary()["complete"], false, "{what}");
    }
}

/// An index that sends its reader beyond the end of the pack, for an object of each kind.
#[test]
fn offsets_beyond_the_end_of_a_pack() {
    for object in ["HEAD", "HEAD~1", "HEAD:noise"] {
        for offset in [0x0400_0000, 0x7fff_ffff, 0x8000_0000_u32] {
            let (repo, secrets) = three_places();
            let (id, pack) = (repo.id(object), repo.pack());
            change_index(&pack, |bytes| {
                let n = u32::from_be_bytes(bytes[FANOUT + 1020..][..4].try_into().unwrap()) as usize;
                let wanted = git2::Oid::from_str(&id).unwrap();
                let ids = bytes[FANOUT + 1024..][..20 * n].chunks(20);
                let place = ids.into_iter().position(|id| id == wanted.as_bytes()).unwrap();
                let at = FANOUT + 1024 + 24 * n + 4 * place;
                bytes[at..at + 4].copy_from_slice(&offset.to_be_bytes());
                if offset == 0x8000_0000 {
                    let sum = bytes.len() - 20;
                    bytes.splice(sum..sum, [0, 0, 0, 1, 0, 0, 0, 0]);
                }
            });
            repo.write("noise/1.txt", "change\n");
            let what = format!("{object} {offset:#x}");
            for args in [
                &["scan", "--range", "HEAD"][..],
                &["scan", "--staged"],
                &["scan", "--history-only"],
                &["hook", "--stage", "pre-push", "origin", "url"],
                &["ci", "--mode", "all"],
            ] {
                let run = Spillcheck::new(repo.path()).args(args).args(["-f", "jsonl"]).run();
                assert_eq!(run.expect(3).summary()["complete"], false, "{what} {args:?}");
                assert!(run.errors().contains("pack"), "{what} {args:?}: {}", run.errors());
            }
            let run = both(repo.path());
            assert!(run.expect(3).has(&secrets[1]) && run.has(&secrets[2]), "{what}: {}", run.out());
        }
    }
}

/// The older form of an index, as it is and leading out of its pack.
#[test]
fn an_index_of_version_1() {
    let (repo, secrets) = three_places();
    let pack = repo.pack();
    std::fs::remove_file(pack.with_extension("idx")).unwrap();
    repo.git(["index-pack", "--index-version=1", pack.to_str().unwrap()]);
    let range = || scan(repo.path(), ["-f", "jsonl", "--reveal", "--range", "HEAD"]);
    let before = history_of(repo.path());
    assert!(secrets[..2].iter().all(|s| range().expect(1).has(s) && before.expect(1).has(s)), "{}", before.out());
    let bytes = std::fs::read(pack.with_extension("idx")).unwrap();
    assert_ne!(bytes[..4], *b"\xfftOc", "of version 1");
    change_index(&pack, |bytes| bytes[1024..1028].copy_from_slice(&0x0400_0000_u32.to_be_bytes()));
    assert!(range().expect(3).errors().contains("leads beyond the end of a pack"), "{}", range().errors());
    history_of(repo.path()).expect(3);
}

/// Every way to scan history ends as incomplete, and names the index; without the pack engine's own reader it would crash.
#[track_caller]
fn is_survived(path: &Path, index: &str, what: &str) {
    for args in [
        &["scan", "--range", "HEAD"][..],
        &["scan", "--staged"],
        &["scan", "--history-only"],
        &["scan", "--history-only", "--full-search"],
        &["hook", "--stage", "pre-push", "origin", "url"],
        &["ci", "--mode", "all"],
    ] {
        let run = Spillcheck::new(path).args(args).args(["-f", "jsonl"]).run();
        assert_eq!(run.expect(3).summary()["complete"], false, "{what} {args:?}");
        assert!(run.errors().contains(index), "{what} {args:?}: {}", run.errors());
    }
}

/// What git and libgit2 take for places of large packs: numbers with the highest bit, and more bytes than they ask for.
#[test]
fn indexes_that_only_libgit2_takes() {
    let offsets = |bytes: &[u8]| {
        let n = u32::from_be_bytes(bytes[FANOUT + 1020..][..4].try_into().unwrap()) as usize;
        FANOUT + 1024 + 24 * n..FANOUT + 1024 + 28 * n
    };
    let shifted = move |bytes: &mut Vec<u8>| {
        let at = offsets(bytes).start;
        bytes.splice(at..at, [0, 0, 0, 0, 1, 2, 3, 0x40]);
    };
    let large = move |bytes: &mut Vec<u8>| {
        let at = offsets(bytes).start;
        bytes[at..at + 4].copy_from_slice(&0xb7a7_db2c_u32.to_be_bytes());
    };
    let changes: [(&str, Change); 2] = [("shifted", Box::new(shifted)), ("large", Box::new(large))];
    for (what, change) in changes {
        let (repo, secrets) = three_places();
        let pack = repo.pack();
        repo.write("noise/1.txt", "change\n");
        repo.git(["add", "noise/1.txt"]);
        change_index(&pack, change);
        is_survived(repo.path(), ".idx", what);
        let run = both(repo.path());
        assert!(run.expect(3).has(&secrets[1]) && run.has(&secrets[2]), "{what}: {}", run.out());
    }
}

/// The index of several packs has places of its own.
#[test]
fn an_index_of_several_packs_that_leads_out() {
    let (repo, secrets) = (Repo::new(), [github(360), github(361)]);
    for (n, secret) in secrets.iter().enumerate() {
        repo.commit_file(&format!("{n}.env"), holding(secret));
        repo.git(["repack", "-d", "-q"]);
    }
    repo.git(["multi-pack-index", "write"]);
    repo.write("0.env", "change\n");
    repo.git(["add", "0.env"]);
    let before = history_of(repo.path());
    assert!(secrets.iter().all(|secret| before.expect(1).has(secret)), "{}", before.out());
    let path = repo.path().join(".git/objects/pack/multi-pack-index");
    let whole = std::fs::read(&path).unwrap();
    // Chunk `OOFF`: for each object the pack, and the place in it (gitformat-pack(5)).
    let entry = whole.windows(4).position(|four| four == b"OOFF").unwrap();
    let places = u64::from_be_bytes(whole[entry + 4..][..8].try_into().unwrap()) as usize;
    for (what, offset) in [("beyond", 0x0400_0000_u32), ("large", 0xffff_ffff)] {
        change_sealed(&path, |bytes| {
            for at in (places..bytes.len() - 7).step_by(8).take(6) {
                bytes[at + 4..at + 8].copy_from_slice(&offset.to_be_bytes());
            }
        });
        is_survived(repo.path(), "multi-pack-index", what);
        // The packs are as they were: all is found where it stands.
        let run = history_of(repo.path());
        let places = |run: &Run| secrets.iter().map(|secret| run.of(secret).places()).collect::<Vec<_>>();
        assert_eq!(places(&run), places(&before), "{what}");
        std::fs::write(&path, &whole).unwrap();
    }
    assert!(history_of(repo.path()).out() == before.out());
}
