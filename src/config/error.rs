//! What is wrong with a configuration: file, line, what to do. Never a value, which may be a secret.

use crate::rules::nearest;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct ConfigError {
    /// The file, as reports name it.
    pub file: String,
    /// 1-based line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl ConfigError {
    /// At a line.
    pub fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }

    /// What the TOML reader says of `text`, with a suggestion for an unknown key.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(1, |s| line_of(text, s.start));
        Self::new(file, line, explain(error.message()))
    }
}

/// The 1-based line of an offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count()
}

/// A message of the reader without the values it quotes, and with the nearest of the names it expected.
pub fn explain(message: &str) -> String {
    let message = message.lines().next().unwrap_or("");
    if let Some(rest) = message.strip_prefix("unknown field `")
        && let Some((key, expected)) = rest.split_once('`')
    {
        let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let hint = match nearest(key, names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("expected one of {}", names.join(", ")),
        };
        return format!("unknown key `{}`; {hint}", shown(key));
    }
    // `invalid type: string "…", expected …`: the value stays out.
    let mut out = String::new();
    let mut rest = message;
    while let Some((before, value)) = rest.split_once('"') {
        out.push_str(before.trim_end());
        out.push(' ');
        rest = value.rsplit_once('"').map_or("", |(_, after)| after.trim_start_matches(' '));
    }
    out.push_str(rest);
    out.trim().replace(" ,", ",")
}

/// The beginning of a key: enough to find it.
fn shown(key: &str) -> String {
    let mut short: String = key.chars().take(24).filter(|c| !c.is_control()).collect();
    if short.len() < key.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_gets_a_suggestion() {
        let text = "unknown field `pahts`, expected one of `paths`, `allow`, `rules`";
        assert_eq!(explain(text), "unknown key `pahts`; did you mean `paths`?");
        let text = "unknown field `zzzzzzzzzz`, expected `reason` or `rules`";
        assert_eq!(explain(text), "unknown key `zzzzzzzzzz`; expected one of reason, rules");
    }

    #[test]
    fn values_are_left_out() {
        let text = "invalid type: string \"a \\\"quoted\\\" thing\", expected a sequence";
        assert_eq!(explain(text), "invalid type: string, expected a sequence");
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!((line_of("a\nb", 0), line_of("a\nb", 2), line_of("a\nb", 99)), (1, 2, 2));
    }
}
