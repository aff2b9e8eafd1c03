//! Broken repositories: named, counted, exit code 3, and what can be read is read.

use std::path::Path;

use crate::support::pack::deflate;
use crate::support::{Spillcheck, scan};
use crate::{both, history_of, noise, three_places};

pub(crate) fn flip(path: &Path, at: impl Fn(usize) -> usize) {
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

#[cfg(unix)]
pub(crate) fn make_writable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn make_writable(_: &Path) {}
