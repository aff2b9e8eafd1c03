//! Programs of other people that tests run: from the PATH, or installed from their registry into `target/tools`.
//!
//! Where neither is to be had, the test says `NOT RUN` on standard error, past the capture of the test runner, and passes;
//! with `SPILLCHECK_REQUIRE_TOOLS=1` it fails.

use std::fmt::Display;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Installations run one at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Says that a test was not run, and why.
#[track_caller]
pub fn not_run(what: &str, why: impl Display) {
    assert!(std::env::var_os("SPILLCHECK_REQUIRE_TOOLS").is_none(), "{what} was not run: {why}");
    let _ = writeln!(std::io::stderr(), "\nNOT RUN: {what}: {why}");
}

/// A program of a Python package (`zizmor==1.32.0`), or none, which has been said then. All share one virtual environment.
#[track_caller]
pub fn python(package: &str, program: &str) -> Option<PathBuf> {
    if let Some(found) = on_path(program) {
        return Some(found);
    }
    let folder = folder("python");
    let wanted = folder.join("bin").join(program);
    install(package, &folder, &wanted, |folder| {
        if !folder.join("bin/pip").is_file() {
            run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        }
        let options = ["-q", "--disable-pip-version-check", "--timeout", "10", "--retries", "0", "install"];
        run(Command::new(folder.join("bin/python")).args(["-m", "pip"]).args(options).arg(package))
    })
}

/// A file of an npm package (`@microsoft/sarif-multitool-linux@5.7.0`), or none, which has been said then.
#[track_caller]
pub fn npm(package: &str, file: &str) -> Option<PathBuf> {
    let folder = folder("npm");
    let name = package.rsplit_once('@').map_or(package, |(name, _)| name);
    let wanted = folder.join("node_modules").join(name).join(file);
    install(package, &folder, &wanted, |folder| {
        std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
        let options = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", "--prefix"];
        run(Command::new("npm").args(options).arg(folder).arg(package))
    })
}

/// A program on the PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn folder(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_spillcheck")).ancestors().nth(2).expect("target/debug/spillcheck");
    target.join("tools").join(name)
}

/// Runs `how` unless it has been done. A mark says that an installation came to its end.
#[track_caller]
fn install(
    package: &str,
    folder: &Path,
    wanted: &Path,
    how: impl FnOnce(&Path) -> Result<(), String>,
) -> Option<PathBuf> {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let mark = folder.join(format!("installed {}", package.replace('/', "-")));
    if !mark.is_file() {
        if let Err(why) = how(folder) {
            not_run(package, format!("it cannot be installed: {why}"));
            return None;
        }
        std::fs::write(&mark, "").expect("the folder is there");
    }
    assert!(wanted.is_file(), "{package} has no {}", wanted.display());
    Some(wanted.to_owned())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(text.lines().last().unwrap_or("no reason given").to_owned()) }
}
