//! What all configuration files of a scan say together, by path: which rules count, how much, and what is allowed.

use std::fmt;
use std::sync::Arc;

use ignore::gitignore::Gitignore;
use jiff::civil::Date;
use regex::bytes::RegexSet;

use super::allow::{self, Allow};
use super::import::places::AcceptedPlaces;
use crate::rules::{Confidence, Rule, RuleSet, Severity};
use crate::suppression::{Applied, Subject, Suppression, Suppressor, UnusedAllow};

/// The settings of one rule, or of rules whose ids begin alike.
#[derive(Debug)]
pub struct RuleSettings {
    /// An id, or the beginning of ids followed by `*`.
    pub name: String,
    /// 1-based line.
    pub line: usize,
    /// On or off.
    pub enabled: Option<bool>,
    /// In place of the rule's own.
    pub severity: Option<Severity>,
    /// In place of what the scan made of it.
    pub confidence: Option<Confidence>,
    /// The rule counts only where one of these matches in the path.
    pub paths: Option<RegexSet>,
}

/// One file's settings. They hold for paths that begin with `scope`.
pub struct Layer {
    /// Empty, or a folder ending in `/`, as reported paths begin.
    pub scope: String,
    /// The file, as reports name it.
    pub file: Arc<str>,
    /// Findings below are not reported.
    pub confidence: Option<Confidence>,
    /// Settings of rules.
    pub rules: Vec<RuleSettings>,
    /// Excluded paths, with the line of the first pattern.
    pub exclude: Option<(Gitignore, usize)>,
    /// Allow rules.
    pub allows: Vec<Allow>,
    /// Accepted findings by place.
    pub accepted: AcceptedPlaces,
    /// Ids of the rules that the file brings: they hold in its scope alone.
    pub own: Vec<String>,
    /// The file itself, from its scope: what it allows stands in it, and is not reported.
    pub itself: Option<String>,
}

impl Layer {
    /// Without settings.
    pub fn new(scope: &str, file: &str) -> Self {
        Self {
            scope: scope.to_owned(),
            file: file.into(),
            confidence: None,
            rules: Vec::new(),
            exclude: None,
            allows: Vec::new(),
            accepted: AcceptedPlaces::default(),
            own: Vec::new(),
            itself: None,
        }
    }
}

/// How a finding of a rule counts at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Severity there, where a file sets it.
    pub severity: Option<Severity>,
    /// Confidence there, where a file sets it.
    pub confidence: Option<Confidence>,
    /// Findings below are not reported, where a file says so.
    pub floor: Option<Confidence>,
}

/// All layers of a scan, the farthest first.
#[derive(Default)]
pub struct Policy {
    /// The layers; where several hold, a later one wins.
    pub layers: Vec<Layer>,
    /// The files, for the report.
    pub applied: Vec<Applied>,
    /// The day of the scan.
    pub today: Date,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.layers.iter().map(|l| &l.file)).finish()
    }
}

impl Policy {
    /// The layers that hold at `path`, with the path from their folder.
    fn at<'p>(&'p self, path: &'p str) -> impl DoubleEndedIterator<Item = (&'p Layer, &'p str)> {
        self.layers.iter().filter_map(move |l| Some((l, path.strip_prefix(l.scope.as_str())?)))
    }

    /// Whether `rule` looks at files like `path` at all: an own rule only below the file that brings it, a rule with `paths`
    /// only there.
    pub fn applies(&self, rule: &Rule, path: &str) -> bool {
        let brought = |layer: &Layer| layer.own.iter().any(|id| *id == rule.id);
        if self.layers.iter().any(brought) && !self.at(path).any(|(layer, _)| brought(layer)) {
            return false;
        }
        // The nearest file that restricts the rule decides.
        let restriction = self.at(path).rev().find_map(|(layer, below)| {
            let set = settings(layer, rule).find_map(|s| s.paths.as_ref())?;
            Some(set.is_match(below.as_bytes()))
        });
        restriction.unwrap_or(true)
    }

    /// How a finding of `rule` counts at `path`.
    pub fn weight(&self, rule: &Rule, path: &str) -> Weight {
        let mut weight = Weight { severity: None, confidence: None, floor: None };
        for (layer, _) in self.at(path) {
            weight.floor = layer.confidence.or(weight.floor);
            weight.severity = settings(layer, rule).find_map(|s| s.severity).or(weight.severity);
            weight.confidence = settings(layer, rule).find_map(|s| s.confidence).or(weight.confidence);
        }
        weight
    }

    /// The lowest confidence that a scan with this `floor` has to look at: below it nothing can be reported, whatever a file
    /// says of a path.
    pub fn lowest(&self, floor: Confidence) -> Confidence {
        let raised = self.layers.iter().flat_map(|l| &l.rules).any(|s| s.confidence.is_some());
        if raised {
            return Confidence::Low;
        }
        self.layers.iter().filter_map(|l| l.confidence).min().map_or(floor, |lowest| lowest.min(floor))
    }

    /// Whether an allow rule looks at matches or lines.
    pub fn needs_context(&self) -> bool {
        self.layers.iter().flat_map(|l| &l.allows).any(Allow::needs_context)
    }

    /// Names in settings and allow rules that no rule of `rules` has: where they stand, and what stands there.
    pub fn unknown_rules<'a>(&'a self, rules: &'a RuleSet) -> Vec<(Arc<str>, usize, &'a str)> {
        let mut unknown = Vec::new();
        for layer in &self.layers {
            let settings = layer.rules.iter().filter(|s| !rules.iter().any(|rule| rule.is_called(&s.name)));
            unknown.extend(settings.map(|s| (Arc::clone(&layer.file), s.line, s.name.as_str())));
            for allow in &layer.allows {
                let line = allow.suppression.line.map_or(1, |n| n.get() as usize);
                unknown.extend(allow.unknown_names(rules).map(|name| (Arc::clone(&layer.file), line, name)));
            }
        }
        unknown
    }

    fn off(&self, rule: &Rule, path: &str) -> Option<Suppression> {
        let (layer, setting) = self
            .at(path)
            .rev()
            .find_map(|(layer, _)| Some((layer, settings(layer, rule).find(|s| s.enabled.is_some())?)))?;
        (setting.enabled == Some(false)).then(|| here(layer, setting.line, "rule off"))
    }

    fn excluded(&self, path: &str) -> Option<Suppression> {
        self.at(path).find_map(|(layer, below)| {
            if layer.itself.as_deref() == Some(below) {
                return Some(here(layer, 0, "configuration itself"));
            }
            let (globs, line) = layer.exclude.as_ref()?;
            allow::is_matched(globs, below).then(|| here(layer, *line, "excluded path"))
        })
    }
}

/// The settings of `layer` that name `rule`, the most specific first.
fn settings<'l>(layer: &'l Layer, rule: &Rule) -> impl Iterator<Item = &'l RuleSettings> {
    let mut named: Vec<&RuleSettings> = layer.rules.iter().filter(|s| rule.is_called(&s.name)).collect();
    named.sort_by_key(|s| std::cmp::Reverse((!s.name.ends_with('*'), s.name.len(), s.line)));
    named.into_iter()
}

fn here(layer: &Layer, line: usize, what: &str) -> Suppression {
    Suppression {
        kind: crate::suppression::SuppressionKind::Configuration,
        file: Arc::clone(&layer.file),
        line: u32::try_from(line).ok().and_then(std::num::NonZeroU32::new),
        what: what.into(),
        reason: None,
        owner: None,
        until: None,
        reviewed: true,
    }
}

impl Suppressor for Policy {
    fn suppression(&self, subject: &Subject<'_>) -> Option<Suppression> {
        let path = &*subject.location.path;
        self.off(subject.rule, path).or_else(|| self.excluded(path)).or_else(|| {
            self.at(path).rev().find_map(|(layer, below)| {
                let allow = layer.allows.iter().find(|a| a.allows(subject, below, self.today));
                allow.map(|a| a.suppression.clone()).or_else(|| layer.accepted.find(subject, below, &layer.file))
            })
        })
    }

    fn unused(&self, reported: &[Subject<'_>]) -> Vec<UnusedAllow> {
        let mut unused = Vec::new();
        for subject in reported {
            for (layer, below) in self.at(&subject.location.path) {
                let expired = layer.allows.iter().filter(|a| {
                    a.suppression.until.is_some_and(|until| until < self.today && a.allows(subject, below, until))
                });
                unused.extend(expired.map(|a| UnusedAllow {
                    file: Arc::clone(&layer.file),
                    line: a.suppression.line,
                    what: Arc::clone(&a.suppression.what),
                    problem: "it has expired, and a finding is back".to_owned(),
                }));
            }
        }
        unused.sort();
        unused.dedup();
        unused
    }
}
