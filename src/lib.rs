//! spillcheck finds exposed credentials in working trees and git history.
//!
//! Data flows one way, one folder for each arrow and one type for each noun:
//!
//! ```text
//! target --source--> Unit --load--> Blob --detect--> Candidate --judge--> Finding --report--> bytes
//! ```
//!
//! This library exists so that the binary, tests and benchmarks share one engine; it promises no stability.

pub mod baseline;
pub mod ci;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod config;
pub mod detect;
pub mod finding;
pub mod fingerprint;
pub mod git;
pub mod hook;
pub mod judge;
pub mod line_hash;
mod named;
pub mod origin;
pub mod plan;
pub mod position;
pub mod report;
pub mod rules;
pub mod scan;
pub mod search;
pub mod secret;
pub mod settings;
pub mod source;
pub mod subprocess;
pub mod suppression;
