//! The command line: cases as data in `tests/cli/*.toml`, and what takes more than data.

#![allow(clippy::unwrap_used)]

#[path = "cli/baseline.rs"]
mod baseline;
#[path = "cli/cases.rs"]
mod cases;
#[path = "cli/special.rs"]
mod special;
mod support;
