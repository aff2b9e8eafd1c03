//! Detection: bytes to candidates. Pure: no files, no git, no clock.

pub mod check;
pub mod scanner;
