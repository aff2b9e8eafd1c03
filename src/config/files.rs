//! Where configuration files are read from: a folder on disk, or anything else that holds files by path.

use std::io::Read;
use std::path::{Path, PathBuf};

/// Larger configuration files are refused, bytes.
pub const LARGEST: u64 = 4 << 20;

/// Files by their path from a root, `/`-separated.
pub trait Files {
    /// The text at `path`; `None` if there is no such file. The error says what is wrong, without the path.
    fn read(&self, path: &str) -> Result<Option<String>, String>;
}

/// Files below a folder. What a link leads out of it to is not read.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Below `root`, which must exist.
    pub fn new(root: &Path) -> Self {
        Self { root: std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()) }
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let full = self.root.join(path);
        match std::fs::canonicalize(&full) {
            Ok(real) if real.starts_with(&self.root) => read(&real).map(Some),
            Ok(_) => Err("it is a link to a file outside of the repository".to_owned()),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(e.to_string()),
        }
    }
}

/// Reads one file that the user named.
pub fn read(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    if !file.metadata().map_err(|e| e.to_string())?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|e| e.to_string())?;
    if text.len() as u64 > LARGEST { Err(format!("larger than {LARGEST} bytes")) } else { Ok(text) }
}

/// `path` relative to the folder of the file `from`, `.` and `..` resolved. An error if it leaves the root or is absolute.
pub fn join(from: &str, path: &str) -> Result<String, String> {
    if path.starts_with('/') || path.contains(':') || path.contains('\\') {
        return Err("expected a relative path with `/`".to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err("it lies outside of the repository".to_owned());
                }
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_relative_to_the_file() {
        assert_eq!(join("a/b/.spillcheck.toml", "../c.toml").as_deref(), Ok("a/c.toml"));
        assert_eq!(join(".spillcheck.toml", "./x//y.toml").as_deref(), Ok("x/y.toml"));
        for bad in ["../x", "/etc/passwd", "C:x", "a\\b"] {
            assert!(join(".spillcheck.toml", bad).is_err(), "{bad}");
        }
    }
}
