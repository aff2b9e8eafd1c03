//! The file of a commit message, as a hook gets it before the commit is made.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::{INTERNAL_ERROR, Scan};
use crate::origin::Origin;

/// What stands in for the path: the file is gone when the commit is made.
const NAME: &str = "<commit message>";

/// What `git commit --verbose` puts between the message and a diff that is not committed with it, after a comment character
/// (git-commit(1), `--cleanup=scissors`).
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// Searches the message in the file at `path`. Comment lines are searched too: whether git will drop them is not known here.
pub fn scan(scan: &Scan<'_>, path: &Path) {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return scan.collector.error(path.display().to_string(), error.to_string()),
    };
    let text = message(&bytes);
    scan.collector.file(text.len() as u64);
    match catch_unwind(AssertUnwindSafe(|| scan.searcher.search(text))) {
        Ok(matches) => scan.collector.matches(&Origin::File { path: NAME.into() }, matches),
        Err(_) => scan.collector.error(NAME, INTERNAL_ERROR),
    }
}

/// What comes before the scissors.
fn message(bytes: &[u8]) -> &[u8] {
    let mut start = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let end = line.strip_suffix(b"\n").unwrap_or(line);
        let end = end.strip_suffix(b"\r").unwrap_or(end);
        // The comment character is the user's choice, and may be several.
        if end.strip_suffix(SCISSORS).is_some_and(|sign| !sign.is_empty() && sign.len() <= 8) {
            return &bytes[..start];
        }
        start += line.len();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn the_diff_below_the_scissors_is_no_message() {
        let scissors = "# ------------------------ >8 ------------------------\n# Do not modify.\ndiff --git\n-old\n";
        assert_eq!(message(format!("Title\n\nText\n{scissors}").as_bytes()), b"Title\n\nText\n");
        assert_eq!(message(scissors.as_bytes()), b"");
        assert_eq!(message(format!("T\r\n;{}", &scissors[1..].replace('\n', "\r\n")).as_bytes()), b"T\r\n");
        let without = b"Title\n\n ------------------------ >8 ------------------------\n# comment";
        assert_eq!(message(without), without);
    }
}
