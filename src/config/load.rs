//! Reading `.spillcheck.toml`: extended files first, everything checked, everything refused that is not understood.

use std::sync::Arc;

use toml::Spanned;

use super::allow::{self, Allow};
use super::error::{ConfigError, line_of};
use super::files::{self, Files};
use super::policy::{Layer, RuleSettings};
use super::schema::{ConfigFile, RuleTable, ScanTable};
use crate::rules::load::{self, LoadError, Loaded};
use crate::rules::schema::RuleFile;

/// Deepest chain of files that extend each other.
const DEEPEST: usize = 8;

/// What one file, and what it extends, comes to.
#[derive(Default)]
pub struct LoadedConfig {
    /// Extended files first, the file itself last.
    pub layers: Vec<Layer>,
    /// Rules that the files bring, each with the file it is from.
    pub rules: Vec<(Arc<str>, Loaded)>,
    /// `[scan]` of the file itself or of what it extends, with its place.
    pub scan: Option<(ScanTable, Arc<str>, usize)>,
}

/// Reads the configuration at `path` of `files`. `scope` is put before reported paths of its folder; `shown` before the names
/// of files in messages.
pub fn load(files: &dyn Files, path: &str, scope: &str, shown: &str) -> Result<LoadedConfig, ConfigError> {
    let mut loaded = LoadedConfig::default();
    let mut reader = Reader { files, scope, shown, chain: Vec::new() };
    reader.file(path, None, &mut loaded)?;
    Ok(loaded)
}

struct Reader<'r> {
    files: &'r dyn Files,
    scope: &'r str,
    shown: &'r str,
    /// Paths of the files that are being read, each extending the next.
    chain: Vec<String>,
}

impl Reader<'_> {
    /// Reads one file; `asked` is the place that named it.
    fn file(&mut self, path: &str, asked: Option<(&str, usize)>, out: &mut LoadedConfig) -> Result<(), ConfigError> {
        let name = format!("{}{path}", self.shown);
        let fail = |message: String| match asked {
            Some((file, line)) => ConfigError::new(file, line, format!("extends {name}: {message}")),
            None => ConfigError::new(&name, 1, message),
        };
        if self.chain.iter().any(|p| p == path) {
            let circle: Vec<&str> = self.chain.iter().map(String::as_str).chain([path]).collect();
            return Err(fail(format!("the files extend each other in a circle: {}", circle.join(" > "))));
        }
        if self.chain.len() >= DEEPEST {
            return Err(fail(format!("more than {DEEPEST} files extend each other")));
        }
        let text = self.files.read(path).map_err(&fail)?.ok_or_else(|| fail("there is no such file".to_owned()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // The version first: a newer file may hold what this version does not know.
        version(&name, text)?;
        let file: ConfigFile = toml::from_str(text).map_err(|e| ConfigError::toml(&name, text, &e))?;
        self.chain.push(path.to_owned());
        for other in &file.extend {
            let line = line_of(text, other.span().start);
            let target = files::join(path, other.as_ref())
                .map_err(|m| ConfigError::new(&name, line, format!("`extend`: {m}")))?;
            self.file(&target, Some((&name, line)), out)?;
        }
        self.chain.pop();
        self.layer(path, &name, text, file, out)
    }

    fn layer(
        &self,
        path: &str,
        name: &str,
        text: &str,
        file: ConfigFile,
        out: &mut LoadedConfig,
    ) -> Result<(), ConfigError> {
        let line = |at: usize| line_of(text, at);
        let mut layer = Layer::new(self.scope, name);
        if let Some(confidence) = &file.confidence {
            let parsed = confidence.as_ref().parse();
            layer.confidence = Some(parsed.map_err(|_| {
                ConfigError::new(name, line(confidence.span().start), "`confidence`: expected low, medium or high")
            })?);
        }
        for (key, value) in &file.rules {
            let at = line(key.span().start);
            layer.rules.push(
                settings(key.as_ref(), at, value)
                    .map_err(|m| ConfigError::new(name, at, format!("[rules] {}: {m}", key.as_ref())))?,
            );
        }
        if let Some(first) = file.paths.exclude.first() {
            let at = line(first.span().start);
            let patterns: Vec<&str> = file.paths.exclude.iter().map(|p| p.as_ref().as_str()).collect();
            let globs = allow::globs(&patterns).map_err(|m| ConfigError::new(name, at, m))?;
            layer.exclude = Some((globs, at));
        }
        for (n, table) in file.allow.into_iter().enumerate() {
            let at = line(table.span().start);
            let allow = Allow::new(&layer.file, at, &format!("allow rule {}", n + 1), table.into_inner())
                .map_err(|m| ConfigError::new(name, at, format!("allow rule {}: {m}", n + 1)))?;
            layer.allows.push(allow);
        }
        if let Some(scan) = file.scan {
            let at = line(scan.span().start);
            out.scan = Some((scan.into_inner(), Arc::clone(&layer.file), at));
        }
        for other in &file.rule_files {
            let at = line(other.span().start);
            let fail = |m: String| ConfigError::new(name, at, format!("`rule-files`: {m}"));
            let target = files::join(path, other.as_ref()).map_err(fail)?;
            let text = self.files.read(&target).map_err(fail)?.ok_or_else(|| fail("there is no such file".into()))?;
            let target = format!("{}{target}", self.shown);
            self.rules(load::parse(&target, &text), &target.as_str().into(), &mut layer, out)?;
        }
        if !file.rule.is_empty() {
            let Some(provider) = file.provider else {
                return Err(ConfigError::new(name, 1, "own rules need a `provider`, the name they are shown with"));
            };
            let rules = RuleFile {
                provider,
                generic: file.generic,
                documentation: file.documentation,
                remedy: file.remedy,
                rules: file.rule,
            };
            let file = Arc::clone(&layer.file);
            self.rules(load::rules(name, text, rules), &file, &mut layer, out)?;
        }
        out.layers.push(layer);
        Ok(())
    }

    fn rules(
        &self,
        loaded: Result<Vec<Loaded>, LoadError>,
        file: &Arc<str>,
        layer: &mut Layer,
        out: &mut LoadedConfig,
    ) -> Result<(), ConfigError> {
        let loaded = loaded.map_err(|e| match e {
            LoadError::Syntax { path, line, message } => ConfigError::new(&path, line, super::error::explain(&message)),
            LoadError::Rule { path, line, id, message } => {
                ConfigError::new(&path, line, format!("rule {id}: {message}"))
            }
            LoadError::Read { path, source } => ConfigError::new(&path.display().to_string(), 1, source.to_string()),
        })?;
        layer.own.extend(loaded.iter().map(|l| l.rule.id.to_string()));
        out.rules.extend(loaded.into_iter().map(|l| (Arc::clone(file), l)));
        Ok(())
    }
}

/// The settings under one key of `[rules]`.
fn settings(name: &str, line: usize, value: &toml::Value) -> Result<RuleSettings, String> {
    let mut settings =
        RuleSettings { name: name.to_owned(), line, enabled: None, severity: None, confidence: None, paths: None };
    if name.is_empty() || name.trim_end_matches('*').contains('*') {
        return Err("expected an id, or the beginning of ids followed by `*`".to_owned());
    }
    match value {
        toml::Value::String(text) if text == "on" => settings.enabled = Some(true),
        toml::Value::String(text) if text == "off" => settings.enabled = Some(false),
        toml::Value::Table(table) => {
            let table: RuleTable =
                table.clone().try_into().map_err(|e: toml::de::Error| super::error::explain(e.message()))?;
            settings.enabled = table.enabled;
            settings.severity = named("severity", table.severity.as_deref())?;
            settings.confidence = named("confidence", table.confidence.as_deref())?;
            if !table.paths.is_empty() {
                settings.paths = Some(allow::regexes("paths", &table.paths)?);
            }
        }
        _ => return Err("expected \"on\", \"off\" or a table".to_owned()),
    }
    Ok(settings)
}

fn named<T: std::str::FromStr<Err = String>>(key: &str, value: Option<&str>) -> Result<Option<T>, String> {
    value.map(|v| v.parse().map_err(|e: String| format!("`{key}`: {}", super::error::explain(&e)))).transpose()
}

/// Refuses a file that asks for a newer version than this one.
fn version(name: &str, text: &str) -> Result<(), ConfigError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Head {
        minimum_version: Option<Spanned<String>>,
    }
    let Ok(Head { minimum_version: Some(wanted) }) = toml::from_str::<Head>(text) else { return Ok(()) };
    let line = line_of(text, wanted.span().start);
    let this = env!("CARGO_PKG_VERSION");
    let Some(least) = numbers(wanted.as_ref()) else {
        return Err(ConfigError::new(name, line, "`minimum-version`: expected three numbers, such as 0.1.0"));
    };
    if numbers(this).is_some_and(|this| this < least) {
        let [a, b, c] = least;
        let message = format!("it asks for spillcheck {a}.{b}.{c} or newer, and this is {this}: update spillcheck");
        return Err(ConfigError::new(name, line, message));
    }
    Ok(())
}

fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut parts = version.split('.').map(|p| p.parse().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}
