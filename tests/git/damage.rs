//! Broken repositories: named, counted, exit code 3, and what can be read is read.

use std::path::Path;

use crate::support::pack::deflate;
use crate::support::{Spillcheck, scan};
use crate::{both, history_of, noise, three_places};

fn flip(path: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = at(bytes.len());
    for byte in &mut bytes[middle..middle + 16] {
        *byte = !*byte;
    }
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_missing_loose_object() {
    let (repo, secrets) = three_places();
    let blob = repo.id("HEAD:noise/3.txt");
    std::fs::remove_file(repo.loose(&blob)).unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.errors().contains(&blob), "{}", run.errors());
    assert!(secrets.iter().all(|s| run.has(s)));
    assert!(run.summary()["complete"] == false);
}

#[test]
fn a_missing_commit() {
    let (repo, secrets) = three_places();
    let commit = repo.id("HEAD~1");
    std::fs::remove_file(repo.loose(&commit)).unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(secrets.iter().all(|s| run.has(s)), "{}", run.out());
}

#[test]
fn a_missing_tree() {
    let (repo, secrets) = three_places();
    let tree = repo.id("HEAD~1:noise");
    std::fs::remove_file(repo.loose(&tree)).unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.errors().contains(&tree), "{}", run.errors());
    assert!(secrets.iter().all(|s| run.has(s)), "{}", run.out());
}

#[test]
fn a_corrupt_loose_object() {
    let (repo, secrets) = three_places();
    let blob = repo.id("HEAD:noise/3.txt");
    let path = repo.loose(&blob);
    make_writable(&path);
    flip(&path, |n| n / 2);
    let run = both(repo.path());
    run.expect(3);
    assert!(run.errors().contains(&blob), "{}", run.errors());
    assert!(secrets.iter().all(|s| run.has(s)), "{}", run.out());
}

/// Cut short anywhere: after a crash a file may be of any length. Reading on and on would never end.
#[test]
fn a_loose_object_that_is_cut_short() {
    for object in ["HEAD:noise/3.txt", "HEAD~1:noise", "HEAD~1", "HEAD^{tree}", "HEAD", "v1"] {
        for keep in [0, 2, 20, 1_000] {
            let (repo, secrets) = three_places();
            repo.git(["tag", "-a", "-m", "tag of the first", "v1", "HEAD~1"]);
            let id = repo.id(object);
            let path = repo.loose(&id);
            make_writable(&path);
            let bytes = std::fs::read(&path).unwrap();
            let cut = bytes.len() - 9;
            std::fs::write(&path, &bytes[..cut.min(keep)]).unwrap();
            let what = format!("{object} {keep}");
            let run = both(repo.path());
            assert!(run.expect(3).errors().contains(&id), "{what}: {}", run.errors());
            assert!(secrets.iter().all(|s| run.has(s)), "{what}: {}", run.out());
            for args in ["--range=HEAD", "--since=2020-01-01", "--staged"] {
                let run = scan(repo.path(), ["-f", "jsonl", args]);
                let text = run.out() + &run.err();
                // The index is compared with HEAD's commit and those of its trees that changed.
                let is_met = args != "--staged" || object == "HEAD";
                assert!(!is_met || run.code == Some(3), "{what} {args}: {:?} {text}", run.code);
                let run = Spillcheck::new(repo.path()).args(["hook", "--stage", "pre-push", "origin", "url"]).run();
                let text = run.out() + &run.err();
                assert!(run.code == Some(3), "{what}: {:?} {text}", run.code);
            }
        }
    }
}

/// What a loose object says of itself and is not.
#[test]
fn a_loose_object_of_another_size_or_type() {
    for text in ["blob 5\0four", "blob 3\0four", "blob 99999999999\0four", "blob\0four", "thing 4\0four"] {
        let (repo, secrets) = three_places();
        let blob = repo.id("HEAD:noise/3.txt");
        let path = repo.loose(&blob);
        make_writable(&path);
        std::fs::write(&path, deflate(text.as_bytes())).unwrap();
        for args in [&["--history-only"][..], &["--range", "HEAD"]] {
            let run = scan(repo.path(), ["-f", "jsonl", "--reveal"].iter().chain(args));
            assert!(run.expect(3).errors().contains(&blob), "{text:?} {args:?}: {}", run.errors());
            // What has no header could be a commit: the walk over a range stops before it.
            let is_walked = args[0] == "--history-only" || text.starts_with("blob ");
            assert!(!is_walked || run.has(&secrets[0]) && run.has(&secrets[1]), "{text:?}: {}", run.out());
        }
    }
}

#[test]
fn bytes_flipped_in_the_middle_of_a_pack() {
    for part in [3, 5, 7] {
        let (repo, secrets) = three_places();
        let pack = repo.pack();
        flip(&pack, |n| n * part / 10);
        let run = both(repo.path());
        run.expect(3);
        assert!(run.has(&secrets[1]), "head.env is a file, too");
        assert!(run.has(&secrets[2]));
        assert!(run.has(&secrets[0]), "a small blob that lies elsewhere in the pack: {}", run.errors());
        assert!(run.errors().contains("cannot be read"), "{}", run.errors());
    }
}

#[test]
fn a_truncated_pack() {
    for part in [1, 5, 9] {
        let (repo, secrets) = three_places();
        let pack = repo.pack();
        let size = std::fs::metadata(&pack).unwrap().len();
        std::fs::File::options().write(true).open(&pack).unwrap().set_len(size * part / 10).unwrap();
        let run = both(repo.path());
        run.expect(3);
        assert!(run.has(&secrets[1]) && run.has(&secrets[2]), "{part}: {}", run.out());
    }
}

#[test]
fn a_pack_without_its_index() {
    let (repo, secrets) = three_places();
    let pack = repo.pack();
    std::fs::remove_file(pack.with_extension("idx")).unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.has(&secrets[1]) && run.has(&secrets[2]), "{}", run.out());
}

#[test]
fn a_broken_pack_index() {
    let (repo, secrets) = three_places();
    let index = repo.pack().with_extension("idx");
    make_writable(&index);
    std::fs::write(&index, b"this is no index").unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.has(&secrets[1]) && run.has(&secrets[2]), "{}", run.out());
}

#[test]
fn a_ref_that_points_nowhere() {
    let (repo, secrets) = three_places();
    let nowhere = "1234567890123456789012345678901234567890";
    std::fs::write(repo.path().join(".git/refs/heads/broken"), format!("{nowhere}\n")).unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.errors().contains("refs/heads/broken") && run.errors().contains(nowhere), "{}", run.errors());
    assert!(secrets.iter().all(|s| run.has(s)));
}

#[test]
fn a_broken_index() {
    let (repo, secrets) = three_places();
    std::fs::write(repo.path().join(".git/index"), "rubbish").unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(secrets.iter().all(|s| run.has(s)), "{}", run.out());
    assert!(run.errors().contains("index"), "{}", run.errors());
}

#[test]
fn a_broken_config() {
    let (repo, secrets) = three_places();
    std::fs::write(repo.path().join(".git/config"), "[core\nrubbish = \"").unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.has(&secrets[1]) && run.has(&secrets[2]), "{}", run.out());
    assert!(history_of(repo.path()).expect(3).errors().contains("cannot open git repository"));
}

#[test]
fn a_range_over_a_missing_blob() {
    let (repo, secrets) = three_places();
    std::fs::write(repo.path().join("noise/3.txt"), noise(99)).unwrap();
    repo.commit("change");
    let blob = repo.id("HEAD:noise/3.txt");
    std::fs::remove_file(repo.loose(&blob)).unwrap();
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--range", "HEAD~2..HEAD"]);
    run.expect(3);
    assert!(run.errors().contains(&blob), "{}", run.errors());
    assert!(run.has(&secrets[1]));
}

/// Everything that needs commits, on a repository in which they cannot be found: incomplete, which is said once, and no mistake of
/// the user. `--staged` and a plain `hook` compare with HEAD alone.
#[track_caller]
fn cannot_be_walked(path: &Path, problem: &str, needs_head: bool) {
    let scans =
        [&["scan", "--range", "main"][..], &["scan", "--range", "HEAD~1..HEAD"], &["scan", "--since", "2020-01-01"]];
    let hook = &["hook", "--stage", "pre-push", "origin", "url"][..];
    let head = [&["scan", "--staged"][..], &["hook"]];
    for args in scans.iter().chain([&hook]).chain(head.iter().filter(|_| needs_head)) {
        let run = Spillcheck::new(path).args(*args).args(["-f", "jsonl"]).run();
        assert_eq!(run.expect(3).summary()["complete"], false);
        let errors = run.errors();
        assert!(errors.contains(problem) && errors.lines().count() == 1, "{args:?}: {errors}");
        assert!(errors.starts_with(path.to_str().unwrap()), "{args:?}: {errors}");
    }
    // A name that there is not is a mistake all the same, where names can be looked up.
    let run = Spillcheck::new(path).args(["explain", "HEAD~1:head.env:1"]).run();
    assert!(run.expect(3).err().contains(problem), "{}", run.err());
}

#[test]
fn damaged_packed_refs() {
    let (repo, secrets) = three_places();
    let commit = repo.id("HEAD~1");
    repo.git(["pack-refs", "--all"]);
    std::fs::write(repo.path().join(".git/packed-refs"), "rubbish\n").unwrap();
    cannot_be_walked(repo.path(), "corrupted packed references file", true);
    // A commit by its id can be found; what is found there is reported, though what reaches it is not known.
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--range", &commit]);
    assert!(run.expect(3).errors().contains("cannot list refs: corrupted packed references file"), "{}", run.errors());
    assert_eq!(
        (run.of(&secrets[0]).paths(), run.of(&secrets[0]).reaches()),
        (vec!["gone.env".to_owned()], vec!["-".to_owned()])
    );
    let run = both(repo.path());
    assert!(run.expect(3).errors().contains("cannot list refs: corrupted packed references file"), "{}", run.errors());
    assert!(secrets.iter().all(|secret| run.has(secret)), "{}", run.out());
}

#[test]
fn a_damaged_head() {
    for head in ["rubbish\n", "", "1111111111111111111111111111111111111111\n"] {
        let (repo, secrets) = three_places();
        repo.git(["add", "untracked.env"]);
        std::fs::write(repo.path().join(".git/HEAD"), head).unwrap();
        for args in [&["scan", "--staged"][..], &["scan", "--range", "HEAD"], &["hook"]] {
            let run = Spillcheck::new(repo.path()).args(args).args(["-f", "jsonl"]).run();
            let errors = run.expect(3).errors();
            assert!(errors.contains("HEAD") && errors.contains("git fsck"), "{head:?} {args:?}: {errors}");
        }
        let run = both(repo.path());
        assert!(run.expect(3).errors().contains("HEAD: cannot be read"), "{head:?}: {}", run.errors());
        assert!(secrets.iter().all(|secret| run.has(secret)), "{head:?}: {}", run.out());
    }
}

/// A ref whose commit is gone is there; a name that is nowhere is a mistake.
#[test]
fn refs_that_lead_to_nothing() {
    let (repo, _) = three_places();
    let (first, commit) = (repo.id("HEAD~1"), repo.head());
    std::fs::remove_file(repo.loose(&first)).unwrap();
    for name in ["HEAD~1", "main^", "main~1..main"] {
        let run = scan(repo.path(), ["-f", "jsonl", "--range", name]);
        assert!(run.expect(3).errors().contains(&first), "{name}: {}", run.errors());
    }
    std::fs::remove_file(repo.loose(&commit)).unwrap();
    for name in ["HEAD", "main", "HEAD~1..main"] {
        let run = scan(repo.path(), ["-f", "jsonl", "--range", name]);
        assert!(run.expect(3).errors().contains(&commit), "{name}: {}", run.errors());
    }
    for name in ["nowhere", "nowhere~1", &commit, &commit[..12], "v1..v2", "refs/heads/nowhere"] {
        let run = scan(repo.path(), ["-f", "jsonl", "--range", name]);
        let named = name.split('.').next().unwrap();
        assert!(run.expect(2).err().contains(named), "{name}: {}", run.err());
    }
}

/// An index with its checksums made anew after `change`.
fn change_index(pack: &Path, change: impl Fn(&mut Vec<u8>)) {
    let path = pack.with_extension("idx");
    make_writable(&path);
    let mut bytes = std::fs::read(&path).unwrap();
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
    assert!(range().expect(3).errors().contains("leads beyond its end"), "{}", range().errors());
    history_of(repo.path()).expect(3);
}

#[cfg(unix)]
fn make_writable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[cfg(not(unix))]
fn make_writable(_: &Path) {}
