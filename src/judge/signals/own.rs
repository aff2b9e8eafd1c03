//! What is remembered of values and names seen before: the same assignment comes back in version after version of a file, and
//! in file after file of a tree.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::{Place, Signals, name, value};

/// The signals of a value and its name, without those of syntax and neighbourhood, and what follows from them alone.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Own {
    /// Signals of syntax, neighbourhood and file are 0.
    pub(in crate::judge) signals: Signals,
    /// No syntax, neighbourhood or file makes a secret of it.
    pub(in crate::judge) hopeless: bool,
}

/// Entries kept for each thread; a full table is emptied. Some hundred bytes each.
const MOST: usize = 8192;

/// The longest value worth keeping, bytes.
const LONGEST: usize = 512;

thread_local! {
    /// By name, anchor and value. What is remembered depends on the key alone, so that no result depends on who asked before.
    static SEEN: RefCell<FxHashMap<Box<[u8]>, Own>> = RefCell::default();
}

/// Measures value and name; `is_hopeless` judges what that leaves.
fn measure(place: &Place<'_>, is_hopeless: fn(&Signals) -> bool) -> Own {
    let mut signals = [0; super::COUNT];
    let name = place.name();
    value::measure(&place.bytes, &place.text[name.clone()], &mut signals);
    name::measure(&place.text[name.clone()], place.anchor - name.start, &place.text[place.anchor..], &mut signals);
    Own { hopeless: is_hopeless(&signals), signals }
}

/// The signals of the value and its name, measured or remembered. `is_hopeless` is one and the same function at all calls.
pub(in crate::judge) fn own(place: &Place<'_>, is_hopeless: fn(&Signals) -> bool) -> Own {
    if place.bytes.len() > LONGEST {
        return measure(place, is_hopeless);
    }
    let name = place.name();
    let tail = &place.text[place.anchor..place.text.len().min(place.anchor + name::LONGEST_MEANING)];
    let lengths = [name.len(), place.anchor - name.start, tail.len()];
    let mut key = Vec::with_capacity(4 * lengths.len() + tail.len() + name.len() + place.bytes.len());
    for length in lengths {
        key.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }
    key.extend_from_slice(tail);
    key.extend_from_slice(&place.text[name]);
    key.extend_from_slice(&place.bytes);
    SEEN.with_borrow_mut(|seen| {
        if let Some(own) = seen.get(&key[..]) {
            return own.clone();
        }
        let own = measure(place, is_hopeless);
        if seen.len() >= MOST {
            seen.clear();
        }
        seen.insert(key.into_boxed_slice(), own.clone());
        own
    })
}
