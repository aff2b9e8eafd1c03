//! The project's configuration: `.spillcheck.toml`, and what other tools' files say in its terms.
//!
//! A file becomes a [`policy::Layer`] that holds below its folder; all layers of a scan are a [`policy::Policy`], which the
//! collector asks about every finding. Nothing here looks for files: [`crate::settings`] does.

pub mod allow;
pub mod error;
pub mod files;
pub mod import;
pub mod load;
pub mod policy;
pub mod schema;
pub mod write;

/// The name of the configuration file.
pub const NAME: &str = ".spillcheck.toml";
