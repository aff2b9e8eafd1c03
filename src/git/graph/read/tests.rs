//! Trees read as changes of each other, compared with what their texts say.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Objects by number: trees, then blobs, every second of which is wanted. Missing ones have ids beyond.
const TREES: u8 = 24;
const BLOBS: u8 = 8;
const MISSING: u8 = 6;

/// The id whose object has this number, if it is not missing.
fn id(number: u8) -> [u8; ID] {
    [number; ID]
}

/// An entry of a tree: number of the object, number of the name.
type Named = (u8, u8);

fn entry_text((object, name): Named) -> Vec<u8> {
    let mode = if object < TREES { "40000" } else { "100644" };
    [format!("{mode} name-{name}\0").as_bytes(), &id(object)].concat()
}

/// What a tree is made of.
#[derive(Debug, Clone)]
enum Part {
    /// A new entry.
    New(Named),
    /// Entries copied from the base: the first of them and how many; and whether the first bytes are inserted instead, so
    /// that the copy begins within an entry.
    Copied(usize, usize, bool),
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => (0..TREES + BLOBS + MISSING, 0..4u8).prop_map(Part::New),
        2 => (0..12usize, 1..6usize, any::<bool>()).prop_map(|(from, len, cut)| Part::Copied(from, len, cut)),
    ]
}

/// A tree: how many folders up in the stack of bases its own is, and its parts.
fn tree() -> impl Strategy<Value = (usize, Vec<Part>)> {
    (0..5usize, proptest::collection::vec(part(), 0..7))
}

/// The entries of a tree, with its text and the pieces that it is made of.
fn build(n: usize, base: &[Named], parts: &[Part]) -> (Vec<Named>, Vec<u8>, Vec<Piece>) {
    let (mut entries, mut text, mut pieces) = (Vec::new(), Vec::<u8>::new(), Vec::new());
    let mut push = |bytes: &[u8], source: Option<usize>| {
        if !bytes.is_empty() {
            pieces.push(Piece { start: text.len(), len: bytes.len(), source });
            text.extend_from_slice(bytes);
        }
    };
    let length = |entries: &[Named]| entries.iter().map(|e| entry_text(*e).len()).sum::<usize>();
    for part in parts {
        match part {
            // Folders lead to trees that come before, so that there is no circle.
            Part::New((object, name)) if *object < TREES && usize::from(*object) >= n => {
                let entry = (TREES, *name);
                entries.push(entry);
                push(&entry_text(entry), None);
            }
            Part::New(entry) => {
                entries.push(*entry);
                push(&entry_text(*entry), None);
            }
            Part::Copied(from, len, cut) => {
                let from = (*from).min(base.len());
                let copied = &base[from..(from + len).min(base.len())];
                let bytes: Vec<u8> = copied.iter().flat_map(|e| entry_text(*e)).collect();
                let cut = if *cut { bytes.len().min(3) } else { 0 };
                push(&bytes[..cut], None);
                push(&bytes[cut..], Some(length(&base[..from]) + cut));
                entries.extend(copied);
            }
        }
    }
    (entries, text, pieces)
}

fn is_wanted(object: u8) -> bool {
    (TREES..TREES + BLOBS).contains(&object) && object.is_multiple_of(2)
}

/// Whether an entry is one for which `counts` holds, or leads to one.
fn leads(trees: &[Vec<Named>], (object, _): Named, counts: &dyn Fn(u8) -> bool) -> bool {
    counts(object) || trees.get(usize::from(object)).is_some_and(|t| t.iter().any(|e| leads(trees, *e, counts)))
}

proptest! {
    #[test]
    fn trees_have_the_entries_that_their_texts_have(
        all in proptest::collection::vec(tree(), 1..usize::from(TREES)),
        parts in 1..4usize,
        roots in proptest::collection::vec(0..usize::from(TREES), 0..3),
    ) {
        let ids = (0..TREES + BLOBS).map(|n| Oid::from_bytes(&id(n)).expect("20 bytes"));
        let store = Store::new(Vec::new(), ids.collect());
        let mut wanted = Bits::new(store.len());
        (0..TREES + BLOBS).filter(|n| is_wanted(*n)).for_each(|n| {
            wanted.insert(n.into());
        });
        let (names, collector) = (Names::default(), Collector::default());
        let mut graph = Graph::default();
        let mut trees: Vec<Vec<Named>> = Vec::new();
        for chunk in all.chunks(all.len().div_ceil(parts)) {
            let mut reading = Reading::new(&store, &wanted, &names, &collector);
            let mut bases: Vec<(usize, Vec<u8>, TreeState)> = Vec::new();
            for (up, made_of) in chunk {
                bases.truncate(bases.len().saturating_sub(*up));
                let base = bases.last();
                let n = trees.len();
                let (entries, text, pieces) = build(n, base.map_or(&[], |b| &trees[b.0]), made_of);
                let state = match base {
                    Some((_, base_text, known)) => reading.version(n as u32, known, base_text.len(), &text, &pieces),
                    None => reading.whole(n as u32, &text),
                };
                trees.push(entries);
                bases.push((n, text, state));
            }
            graph.add(reading.part.complete());
        }
        graph.link(store.len());
        graph.names = names.list();
        // A folder that was not read leads nowhere.
        let name = |entry: Entry| graph.names[entry.name() as usize].clone();
        let useful = graph.useful(100);
        prop_assert!(!useful.is_cut);
        for (n, entries) in trees.iter().enumerate() {
            let place = graph.place(n as u32).expect("it was read");
            let seen: BTreeSet<_> = useful.entries(place).map(|entry| {
                let object = match entry.kind() {
                    EntryKind::Tree => graph.trees[entry.object as usize].number,
                    _ => entry.object,
                };
                (name(entry), object)
            }).collect();
            let leading = entries.iter().filter(|e| leads(&trees, **e, &is_wanted));
            let expected: BTreeSet<_> = leading
                .map(|(object, name)| (format!("name-{name}").into_bytes().into_boxed_slice(), u32::from(*object)))
                .collect();
            prop_assert_eq!(seen, expected, "tree {}", n);
        }
        let roots = || roots.iter().filter(|n| **n < trees.len());
        let (mut lost, is_cut) = graph.missing_below(roots().filter_map(|n| graph.place(*n as u32)), 100);
        lost.sort_unstable();
        lost.dedup();
        let expected = (TREES + BLOBS..TREES + BLOBS + MISSING).filter(|missing| {
            roots().any(|n| trees[*n].iter().any(|e| leads(&trees, *e, &|object| object == *missing)))
        });
        let expected: Vec<Oid> = expected.map(|n| Oid::from_bytes(&id(n)).expect("20 bytes")).collect();
        prop_assert_eq!((lost, is_cut), (expected, false));
    }
}
