//! What a scan runs with: defaults, then configuration files, then flags, resolved once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::{ConfidenceName, SettingsArgs};
use crate::config::error::ConfigError;
use crate::config::files::{self, Files, Folder};
use crate::config::import::{self, Carried, Format};
use crate::config::load::{self, LoadedConfig};
use crate::config::policy::{Layer, Policy};
use crate::config::schema::ScanTable;
use crate::config::{self};
use crate::git;
use crate::git::index::Index;
use crate::rules::lint::Examiner;
use crate::rules::load::{LoadError, Loaded};
use crate::rules::{Confidence, RuleSet};
use crate::scan::{Root, ScanFailure, Target, roots};
use crate::suppression::Applied;

/// Reported unless somebody says otherwise.
const CONFIDENCE: Confidence = Confidence::Medium;

/// Everything that flags and files decide together.
pub struct Settings {
    /// Built-in rules, those of files and flags, and which of them are selected.
    pub rules: RuleSet,
    /// What files say of paths, rules and findings.
    pub policy: Arc<Policy>,
    /// Findings below are counted, not reported.
    pub confidence: Confidence,
    /// Larger files and blobs are skipped, and counted.
    pub max_file_size: Option<u64>,
}

/// Why a scan cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A configuration file is wrong.
    #[error("{0} (--no-config scans without configuration files)")]
    Config(#[from] ConfigError),
    /// A rule file is wrong.
    #[error(transparent)]
    Rules(#[from] LoadError),
    /// A path or repository cannot be looked at.
    #[error(transparent)]
    Scan(#[from] ScanFailure),
    /// A flag does not fit.
    #[error("{0}")]
    Flag(String),
}

/// Resolves `args` for `targets`.
pub fn resolve(args: &SettingsArgs, targets: &[Target]) -> Result<Settings, SettingsError> {
    let mut found = Found::default();
    let mut rules = RuleSet::builtin();
    if let Some(path) = &args.config {
        named(path, &mut found)?;
    }
    if !args.no_config {
        for root in roots(targets)? {
            discover(&root, args, &mut found)?;
        }
    }
    rule_files(&mut rules, &args.rules)?;
    let mut policy = Policy { today: today(), ..Policy::default() };
    own_rules(&mut rules, std::mem::take(&mut found.rules))?;
    for (scope, carried) in std::mem::take(&mut found.carried) {
        let (file, format) = (carried.file.clone(), carried.format);
        let (mut layer, loaded, notices) = carried.into_layer(&scope, &rules);
        layer.itself = Some(file.clone());
        own_rules(&mut rules, loaded.into_iter().map(|l| (Arc::from(file.as_str()), l)).collect())?;
        policy.layers.push(layer);
        policy.applied.push(Applied { path: format!("{scope}{file}"), format, notices });
    }
    // What other tools' files say comes first, so that ours win.
    policy.layers.append(&mut found.layers);
    policy.applied.append(&mut found.applied);
    policy.applied.sort();
    if let Some((file, line, name)) = policy.unknown_rules(&rules).into_iter().next() {
        let message = format!("no rule is called {name:?}{}", rules.suggestion(name));
        return Err(ConfigError::new(&file, line, message).into());
    }
    if args.confidence.is_some() {
        policy.layers.iter_mut().for_each(|layer| layer.confidence = None);
    }
    let size = found.scan.and_then(|(table, file, line)| Some((table.max_file_size?, file, line)));
    let size =
        size.map(|(value, file, line)| bytes(&value).map_err(|m| ConfigError::new(&file, line, m))).transpose()?;
    Ok(Settings {
        rules: rules
            .with_weak_passwords(args.weak_passwords)
            .select(&args.only, &args.skip)
            .map_err(SettingsError::Flag)?,
        confidence: args.confidence.map_or(CONFIDENCE, confidence),
        max_file_size: args.max_file_size.or(size),
        policy: Arc::new(policy),
    })
}

/// What files hold, before it is put together.
#[derive(Default)]
struct Found {
    layers: Vec<Layer>,
    carried: Vec<(String, Carried)>,
    rules: Vec<(Arc<str>, Loaded)>,
    scan: Option<(ScanTable, Arc<str>, usize)>,
    applied: Vec<Applied>,
}

impl Found {
    fn take(&mut self, loaded: LoadedConfig) {
        for layer in loaded.layers {
            let known = self.applied.iter().any(|a| *a.path == *layer.file);
            if !known {
                let path = layer.file.to_string();
                self.applied.push(Applied { path, format: "spillcheck", notices: Vec::new() });
            }
            self.layers.push(layer);
        }
        self.rules.extend(loaded.rules);
        self.scan = loaded.scan.or_else(|| self.scan.take());
    }
}

/// The file of `--config`.
fn named(path: &Path, found: &mut Found) -> Result<(), ConfigError> {
    let shown = path.display().to_string();
    let fail = |message: String| ConfigError::new(&shown, 1, message);
    let absolute = std::path::absolute(path).map_err(|e| fail(e.to_string()))?;
    let name = absolute.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    // Its folder's name stays in front of what it extends; the user vouches for where that leads.
    let prefix = shown.strip_suffix(&name).unwrap_or("").to_owned();
    let files = Beside(absolute.parent().unwrap_or(Path::new("/")).to_owned());
    match import::format_of(&name) {
        Some(format) => {
            let mut carried =
                import::read(format, &files, &name)?.ok_or_else(|| fail("there is no such file".into()))?;
            carried.file = format!("{prefix}{name}");
            found.carried.push((String::new(), carried));
        }
        None => found.take(load::load(&files, &name, "", &prefix)?),
    }
    Ok(())
}

/// Files relative to one folder, without its walls.
struct Beside(std::path::PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let full = self.0.join(path);
        if full.symlink_metadata().is_ok() { files::read(&full).map(Some) } else { Ok(None) }
    }
}

/// The files that lie in a repository or folder.
fn discover(root: &Root, args: &SettingsArgs, found: &mut Found) -> Result<(), SettingsError> {
    let (files, shown): (Box<dyn Files>, String) = match &root.repository {
        Some(repository) if repository.is_bare() => {
            (Box::new(git::Head::new(repository)), format!("{}HEAD:", root.prefix))
        }
        _ => (Box::new(Folder::new(&root.base)), root.prefix.clone()),
    };
    let mut import = !args.no_import;
    if args.config.is_none() {
        let mut top_scan = None;
        for folder in folders(root) {
            let path = if folder.is_empty() { config::NAME.to_owned() } else { format!("{folder}/{}", config::NAME) };
            // A text that has no path below the folder comes from it all the same.
            let scope = match folder.as_str() {
                "" => root.prefix.clone(),
                _ if root.is_text => root.prefix.clone(),
                _ => format!("{}{folder}/", root.prefix),
            };
            if files.read(&path).map_err(|m| ConfigError::new(&format!("{shown}{path}"), 1, m))?.is_none() {
                continue;
            }
            let mut loaded = load::load(files.as_ref(), &path, &scope, &shown)?;
            if let Some(layer) = loaded.layers.last_mut() {
                layer.itself = Some(config::NAME.to_owned());
            }
            if let Some((_, file, line)) = loaded.scan.as_ref().filter(|_| !folder.is_empty()) {
                let message = "[scan] holds for a whole scan: put it into the file at the top of the repository";
                return Err(ConfigError::new(file, *line, message).into());
            }
            top_scan = loaded.scan.take().or(top_scan);
            found.take(loaded);
        }
        import &= top_scan.as_ref().is_none_or(|(table, ..)| table.import != Some(false));
        found.scan = top_scan.or_else(|| found.scan.take());
    }
    if import { foreign(files.as_ref(), root, &shown, found) } else { Ok(()) }
}

/// The configurations of other tools at the top.
fn foreign(files: &dyn Files, root: &Root, shown: &str, found: &mut Found) -> Result<(), SettingsError> {
    let mut taken: Option<&str> = None;
    for (name, format) in import::NAMES {
        if *format == Format::Gitleaks
            && let Some(first) = taken
        {
            if matches!(files.read(name), Ok(Some(_))) {
                let notices = vec![format!("not read: {first} comes first")];
                found.applied.push(Applied { path: format!("{shown}{name}"), format: "gitleaks", notices });
            }
            continue;
        }
        let carried = import::read(*format, files, name).map_err(|e| ConfigError {
            file: format!("{shown}{}", e.file),
            message: format!("{} (--no-import leaves other tools' files unread)", e.message),
            ..e
        })?;
        let Some(mut carried) = carried else { continue };
        if *format == Format::Gitleaks {
            taken = Some(name);
        }
        if shown.ends_with("HEAD:") {
            carried.file = format!("HEAD:{name}");
        }
        found.carried.push((root.prefix.clone(), carried));
    }
    Ok(())
}

/// Folders of `root` that have a configuration file: those on the way from the top to what is scanned, and those below it
/// that git tracks. An untracked file below cannot steer a scan of what others publish.
fn folders(root: &Root) -> Vec<String> {
    let mut folders: BTreeSet<(usize, String)> = BTreeSet::new();
    let depth = |folder: &str| if folder.is_empty() { 0 } else { 1 + folder.matches('/').count() };
    let mut add = |folder: String| {
        folders.insert((depth(&folder), folder));
    };
    add(String::new());
    let way = root.scanned.strip_prefix(&root.base).map(Path::to_path_buf).unwrap_or_default();
    for folder in way.ancestors().filter(|f| !f.as_os_str().is_empty()) {
        add(slashes(folder));
    }
    let below: Vec<std::path::PathBuf> = match &root.repository {
        _ if root.is_text => Vec::new(),
        Some(repository) if repository.is_bare() => git::Head::new(repository).named(config::NAME),
        Some(repository) => Index::open(repository).map(|index| index.named(config::NAME)).unwrap_or_default(),
        None => walk(&root.base),
    };
    for path in below.iter().filter(|p| p.file_name().is_some_and(|n| n == config::NAME)) {
        let folder = path.parent().unwrap_or(Path::new(""));
        if folder.starts_with(&way) {
            add(slashes(folder));
        }
    }
    folders.into_iter().map(|(_, folder)| folder).collect()
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Configuration files below a folder that is no repository.
fn walk(base: &Path) -> Vec<std::path::PathBuf> {
    let mut walk = ignore::WalkBuilder::new(base);
    walk.standard_filters(false).follow_links(false).filter_entry(|entry| entry.file_name() != ".git");
    let named = walk.build().flatten().filter(|entry| entry.file_name() == config::NAME);
    named.filter_map(|entry| entry.path().strip_prefix(base).ok().map(Path::to_path_buf)).collect()
}

/// Adds the rules of `--rules`, if each does what its examples show.
fn rule_files(rules: &mut RuleSet, paths: &[PathBuf]) -> Result<(), SettingsError> {
    let mut examples = Vec::new();
    for path in paths {
        let loaded = crate::rules::load::file(path)?;
        let name = path.display();
        examples.extend(loaded.iter().map(|l| (name.to_string(), l.shown())));
        rules.add(loaded).map_err(|e| SettingsError::Flag(format!("{name}:{e}")))?;
    }
    if examples.is_empty() {
        return Ok(());
    }
    if let Some((rule, missing)) = rules.missing_companion() {
        let of_rule = examples.iter().find(|(_, shown)| shown.id == rule.id);
        let place = of_rule.map(|(name, shown)| format!("{name}:{}: ", shown.line));
        let message = format!("rule {}: its companion {missing:?} is no rule", rule.id);
        return Err(SettingsError::Flag(place.unwrap_or_default() + &message));
    }
    // A rule that does not do what its author shows would leave a scan clean for the wrong reason.
    let examiner = Examiner::new(rules);
    for (name, shown) in &examples {
        if let Some((line, problem)) = examiner.examine(shown).first() {
            return Err(SettingsError::Flag(format!("{name}:{line}: rule {}: {problem}", shown.id)));
        }
    }
    Ok(())
}

/// Adds the rules of files. The same rule from the same file, reached twice, is one.
fn own_rules(rules: &mut RuleSet, loaded: Vec<(Arc<str>, Loaded)>) -> Result<(), ConfigError> {
    let mut known: Vec<(Arc<str>, String)> = Vec::new();
    for (file, loaded) in loaded {
        let key = (Arc::clone(&file), loaded.rule.id.to_string());
        if known.contains(&key) {
            continue;
        }
        let line = loaded.line;
        if rules.find(&key.1).is_some() {
            return Err(ConfigError::new(&file, line, format!("there is another rule called {:?}", key.1)));
        }
        rules.add(vec![loaded]).map_err(|e| ConfigError::new(&file, line, e))?;
        known.push(key);
    }
    Ok(())
}

fn confidence(name: ConfidenceName) -> Confidence {
    match name {
        ConfidenceName::Low => Confidence::Low,
        ConfidenceName::Medium => Confidence::Medium,
        ConfidenceName::High => Confidence::High,
    }
}

fn bytes(value: &toml::Value) -> Result<u64, String> {
    let fail = || "`max-file-size`: expected a number of bytes, or a text such as \"5M\"".to_owned();
    match value {
        toml::Value::Integer(n) => u64::try_from(*n).map_err(|_| fail()),
        toml::Value::String(text) => crate::cli::parse_size(text).map_err(|_| fail()),
        _ => Err(fail()),
    }
}

/// The day of the scan, UTC.
pub fn today() -> jiff::civil::Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let seconds = i64::try_from(now).unwrap_or(0);
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date()
}
