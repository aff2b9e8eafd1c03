//! `spillcheck config`: look at the configuration without scanning.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Outcome, UsageError};
use crate::cli::{ConfigCommand, SettingsArgs};
use crate::config::NAME;
use crate::config::policy::Layer;
use crate::scan::{Target, What};
use crate::settings::{self, Settings};

/// What `config init` writes.
const TEMPLATE: &str = include_str!("config/template.toml");

pub(super) fn run(command: ConfigCommand) -> Result<Outcome, UsageError> {
    let mut out = io::stdout().lock();
    match command {
        ConfigCommand::Check { path, settings } => {
            let settings = resolve(&path, &settings)?;
            let files = settings.policy.applied.len();
            let what = if files == 1 { "configuration file" } else { "configuration files" };
            super::written(writeln!(out, "{files} {what}, no problems"))?;
            super::written(notices(&settings, &mut out))?;
        }
        ConfigCommand::Show { path, settings } => {
            let settings = resolve(&path, &settings)?;
            super::written(show(&settings, &mut out))?;
        }
        ConfigCommand::Init { path } => {
            let file = path.join(NAME);
            let made = std::fs::File::create_new(&file).and_then(|mut f| f.write_all(TEMPLATE.as_bytes()));
            made.map_err(|e| UsageError::new(format!("{}: cannot be written: {e}", file.display())))?;
            super::written(writeln!(out, "wrote {}", file.display()))?;
        }
    }
    Ok(Outcome::Clean)
}

fn resolve(path: &Path, args: &SettingsArgs) -> Result<Settings, UsageError> {
    let target = Target::Paths { paths: vec![PathBuf::from(path)], what: What::Both, submodules: false };
    settings::resolve(args, &[target]).map_err(UsageError::new)
}

fn notices(settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    for applied in &settings.policy.applied {
        for notice in &applied.notices {
            writeln!(out, "{}: {notice}", applied.path)?;
        }
    }
    Ok(())
}

/// Everything that is decided, and by which file.
fn show(settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "confidence     {}", settings.confidence)?;
    match settings.max_file_size {
        Some(bytes) => writeln!(out, "max-file-size  {bytes} bytes")?,
        None => writeln!(out, "max-file-size  no limit")?,
    }
    writeln!(out, "rules          {} of {}", settings.rules.selected(), settings.rules.len())?;
    if settings.policy.layers.is_empty() {
        writeln!(out, "no configuration files")?;
    }
    for layer in &settings.policy.layers {
        layer_lines(layer, out)?;
    }
    notices(settings, out)
}

fn layer_lines(layer: &Layer, out: &mut dyn Write) -> io::Result<()> {
    let scope = if layer.scope.is_empty() { "everything" } else { &layer.scope };
    writeln!(out, "\n{} (for {scope})", layer.file)?;
    if let Some(confidence) = layer.confidence {
        writeln!(out, "  confidence {confidence}")?;
    }
    for rule in &layer.rules {
        let mut what = Vec::new();
        what.extend(rule.enabled.map(|on| if on { "on".to_owned() } else { "off".to_owned() }));
        what.extend(rule.severity.map(|s| format!("severity {s}")));
        what.extend(rule.confidence.map(|c| format!("confidence {c}")));
        what.extend(rule.paths.as_ref().map(|p| format!("in {} path patterns", p.len())));
        writeln!(out, "  line {}: {}: {}", rule.line, rule.name, what.join(", "))?;
    }
    if let Some((globs, line)) = &layer.exclude {
        writeln!(out, "  line {line}: {} excluded path patterns", globs.num_ignores() + globs.num_whitelists())?;
    }
    for allow in &layer.allows {
        writeln!(out, "  {}", allow.suppression)?;
    }
    for id in &layer.own {
        writeln!(out, "  own rule {id}")?;
    }
    match layer.accepted.len() {
        0 => Ok(()),
        n => writeln!(out, "  {n} ignored findings"),
    }
}
