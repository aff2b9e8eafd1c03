//! Git folders that would make a reader wait for ever: pipes and devices in place of files.
//!
//! git never makes such things, but a folder from an archive or a shared disk may hold them, and libgit2 opens what it is
//! told to.

use std::fs::{self, FileType, Metadata};
use std::path::{Path, PathBuf};

/// Files of a git folder that are read by name.
const NAMES: &[&str] = &[
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "gitdir",
    "index",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "packed-refs",
    "shallow",
];

/// Folders of which every file may be read.
const FOLDERS: &[&str] = &["objects", "refs", "logs", "worktrees"];

/// Inclusions in inclusions that are followed: git's own limit.
const DEEPEST: usize = 10;

/// The first thing in the repository at `path` (its working tree or git folder) that is neither file nor folder although git
/// would read it, included configuration files among them.
pub(super) fn find(path: &Path) -> Option<PathBuf> {
    let own = git_folder(path)?;
    let common = fs::read_to_string(own.join("commondir")).ok().filter(|_| is_file(&own.join("commondir")));
    let common = common.map(|text| own.join(text.trim_end()));
    for folder in std::iter::once(&own).chain(&common) {
        let named = NAMES.iter().map(|name| folder.join(name)).find(|file| is_special(file));
        let found = named
            .or_else(|| included(&folder.join("config"), 0))
            .or_else(|| FOLDERS.iter().find_map(|name| below(&folder.join(name))));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The git folder of a working tree, of a linked one, or of a bare repository.
pub(super) fn git_folder(path: &Path) -> Option<PathBuf> {
    let dot_git = path.join(".git");
    match fs::metadata(&dot_git) {
        Ok(metadata) if metadata.is_dir() => Some(dot_git),
        Ok(metadata) if metadata.is_file() => {
            let text = fs::read_to_string(&dot_git).ok()?;
            Some(path.join(text.strip_prefix("gitdir:")?.trim()))
        }
        Ok(_) => Some(dot_git),
        Err(_) => Some(path.to_owned()),
    }
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether something stands at `path`, links followed, that is neither file nor folder.
pub(crate) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata: Metadata| is_odd(metadata.file_type()))
}

fn is_odd(kind: FileType) -> bool {
    !kind.is_file() && !kind.is_dir() && !kind.is_symlink()
}

/// The first special file below a folder.
fn below(folder: &Path) -> Option<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if is_odd(kind) || kind.is_symlink() && is_special(&entry.path()) => {
                    return Some(entry.path());
                }
                _ => {}
            }
        }
    }
    None
}

/// The first special file that a configuration file includes, whatever the condition.
fn included(config: &Path, depth: usize) -> Option<PathBuf> {
    let text = fs::read(config).ok().filter(|_| is_file(config))?;
    let text = String::from_utf8_lossy(&text);
    let mut in_section = false;
    for line in text.lines().map(str::trim) {
        let mut rest = line;
        if let Some(header) = line.strip_prefix('[') {
            let name = header.trim_start().get(..7).unwrap_or_default();
            in_section = name.eq_ignore_ascii_case("include");
            // A setting may follow on the line of its section.
            rest = header.rsplit_once(']').map_or("", |(_, rest)| rest.trim());
        }
        let Some((key, value)) = rest.split_once('=').filter(|_| in_section) else { continue };
        if !key.trim().eq_ignore_ascii_case("path") {
            continue;
        }
        let value = value.trim().trim_matches('"');
        let path = match (value.strip_prefix("~/"), std::env::var_os("HOME")) {
            (Some(rest), Some(home)) => Path::new(&home).join(rest),
            _ => config.parent().unwrap_or(Path::new(".")).join(value),
        };
        if is_special(&path) {
            return Some(path);
        }
        if depth < DEEPEST
            && let Some(found) = included(&path, depth + 1)
        {
            return Some(found);
        }
    }
    None
}
