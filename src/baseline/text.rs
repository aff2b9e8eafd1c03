//! Reading and writing a baseline.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;

use super::{Baseline, Digest, Entry, Key, State};

/// The first line of a file; also what tells a baseline from other files.
const HEAD: &str = "# spillcheck baseline 1: known secrets, one a line, as keyed hashes; see `spillcheck baseline --help`. \
                    Lines may be merged by union.";
/// What every first line begins with, whatever follows the version.
const MAGIC: &str = "# spillcheck baseline ";

/// What is wrong with a line. Quotes nothing of it: a line may hold anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineError {
    /// The line.
    pub(super) line: NonZeroU32,
    /// What is wrong, and what is expected.
    pub(super) problem: String,
}

/// An entry and the line it stands on.
pub(super) type Numbered = (Entry, NonZeroU32);

/// Reads the lines of a baseline. Comments, empty lines, order and repetition mean nothing.
pub(super) fn parse(text: &str) -> Result<(BTreeSet<Key>, Vec<Numbered>), LineError> {
    let (mut keys, mut entries) = (BTreeSet::new(), Vec::new());
    for (n, line) in text.lines().enumerate() {
        let number = NonZeroU32::MIN.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        let fail = |problem: String| LineError { line: number, problem };
        if let Some(version) = line.strip_prefix(MAGIC) {
            if !version.starts_with("1:") {
                return Err(fail("made by a newer spillcheck: this one reads version 1".to_owned()));
            }
        } else if let Some(key) = line.strip_prefix("key ") {
            let key =
                key.trim().parse().map_err(|()| fail("a key is eight groups of four hexadecimal digits".into()))?;
            keys.insert(Key(key));
        } else if line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>") {
            return Err(fail("a merge conflict: keep the lines of both sides and take this one out".to_owned()));
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            entries.push((entry(line).map_err(fail)?, number));
        }
    }
    if keys.is_empty() {
        let problem =
            "there is no line `key …`: without it no entry can be told; `spillcheck baseline create` makes one";
        return Err(LineError { line: NonZeroU32::MIN, problem: problem.to_owned() });
    }
    Ok((keys, entries))
}

fn entry(line: &str) -> Result<Entry, String> {
    let mut words = line.splitn(4, ' ');
    let id = words.next().unwrap_or_default().parse::<Digest>();
    let id = id.map_err(|()| "an entry begins with eight groups of four hexadecimal digits".to_owned())?;
    let state = words.next().and_then(|word| word.parse::<State>().ok());
    let states = || State::ALL.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ");
    let state = state.ok_or_else(|| format!("the second word of an entry is one of {}", states()))?;
    let rule = words.next().filter(|word| !word.is_empty() && !word.contains('='));
    let rule = rule.ok_or_else(|| "the third word of an entry is the id of a rule".to_owned())?.to_owned();
    let mut entry = Entry { id, state, rule, path: None, owner: None, until: None, reason: None };
    let mut rest = words.next().unwrap_or_default().trim();
    while !rest.is_empty() {
        let (name, value, left) = attribute(rest)?;
        let given_twice = match name {
            "path" => entry.path.replace(value).is_some(),
            "owner" => entry.owner.replace(value).is_some(),
            "reason" => entry.reason.replace(value).is_some(),
            "until" => {
                let day = value.parse().map_err(|_| "`until` wants a day such as 2027-01-31".to_owned())?;
                entry.until.replace(day).is_some()
            }
            _ => return Err("an attribute is one of path, owner, until, reason".to_owned()),
        };
        if given_twice {
            return Err(format!("`{name}` is given twice"));
        }
        rest = left.trim_start();
    }
    // Most are plain paths; to read a glob takes ten times as long as all the rest.
    if let Some(path) = entry.path.as_ref().filter(|path| path.contains(['*', '?', '[', '{', '\\'])) {
        globset::Glob::new(path).map_err(|e| format!("`path` is no glob: {}", e.kind()))?;
    }
    Ok(entry)
}

/// `name=value` or `name="value with blanks"` at the beginning of `text`, and what follows.
fn attribute(text: &str) -> Result<(&str, String, &str), String> {
    const SHAPE: &str = "after the rule come attributes: name=value or name=\"several words\"";
    let (name, rest) = text.split_once('=').ok_or(SHAPE)?;
    if !rest.starts_with('"') {
        let end = rest.find(' ').unwrap_or(rest.len());
        return Ok((name, rest[..end].to_owned(), &rest[end..]));
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    match values.next() {
        Some(Ok(value)) => Ok((name, value, &rest[values.byte_offset()..])),
        _ => Err(format!("the quoted value of an attribute is not closed or not escaped as in JSON; {SHAPE}")),
    }
}

/// As an attribute's value: in quotes where it would not be read back as it is.
struct Value<'v>(&'v str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_graphic() && !"\"\\".contains(c) || c.is_alphanumeric();
        if !self.0.is_empty() && self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            f.write_str(&serde_json::Value::from(self.0).to_string())
        }
    }
}

impl fmt::Display for Entry {
    /// The line of the entry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.id, self.state, self.rule)?;
        if let Some(path) = &self.path {
            write!(f, " path={}", Value(path))?;
        }
        if let Some(owner) = &self.owner {
            write!(f, " owner={}", Value(owner))?;
        }
        if let Some(until) = self.until {
            write!(f, " until={until}")?;
        }
        match &self.reason {
            Some(reason) => write!(f, " reason={}", Value(reason)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Baseline {
    /// The whole file: the head, the keys, the entries; the same bytes for the same content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        self.keys.iter().try_for_each(|key| writeln!(f, "key {}", key.0))?;
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(lines: &str) -> String {
        format!("{HEAD}\nkey 0000:0000:1111:1111:2222:2222:3333:3333\n{lines}\n")
    }

    const ID: &str = "aaaa:aaaa:bbbb:bbbb:cccc:cccc:dddd:dddd";

    #[test]
    fn what_is_written_is_read_back() {
        let line = format!(
            "{ID} false-alarm acme-key path=\"docs/a b/**\" owner=@infra until=2027-01-31 reason=\"it \\\"is\\\" a\\nsample\""
        );
        let text = baseline(&line);
        let (keys, entries) = parse(&text).expect("a baseline");
        let (entry, at) = &entries[0];
        assert_eq!(at.get(), 3);
        assert_eq!(entry.state, State::FalseAlarm);
        assert_eq!(entry.path.as_deref(), Some("docs/a b/**"));
        assert_eq!(entry.owner.as_deref(), Some("@infra"));
        assert_eq!(entry.until, Some(jiff::civil::date(2027, 1, 31)));
        assert_eq!(entry.reason.as_deref(), Some("it \"is\" a\nsample"));
        let entries = entries.into_iter().map(|(entry, _)| entry).collect();
        assert_eq!(Baseline { keys, entries }.to_string(), text);
    }

    #[test]
    fn order_repetition_and_comments_mean_nothing() {
        let one = baseline(&format!("{ID} allow a-b\n\n# why\n{ID} keep c-d path=x"));
        let mut lines: Vec<&str> = one.lines().collect();
        lines.reverse();
        let two = format!("{}\n{}\n", lines.join("\r\n"), lines.join("\n"));
        let read = |text: &str| {
            let (keys, entries) = parse(text).expect("a baseline");
            Baseline { keys, entries: entries.into_iter().map(|(entry, _)| entry).collect() }.to_string()
        };
        assert_eq!(read(&one), read(&two));
        assert_eq!(read(&one).lines().count(), 4);
    }

    #[test]
    fn mistakes_are_told_by_line_and_quote_nothing() {
        for (line, wanted) in [
            ("hunter2 allow a-b", "begins with eight groups"),
            (&format!("{ID} hunter2 a-b"), "one of unreviewed, allow, false-alarm, keep"),
            (&format!("{ID} allow"), "the id of a rule"),
            (&format!("{ID} allow reason=hunter2"), "the id of a rule"),
            (&format!("{ID} allow a-b hunter2"), "name=value"),
            (&format!("{ID} allow a-b hunter2=x"), "one of path, owner, until, reason"),
            (&format!("{ID} allow a-b until=hunter2"), "a day such as"),
            (&format!("{ID} allow a-b reason=\"hunter2"), "not closed"),
            (&format!("{ID} allow a-b path=a path=hunter2"), "given twice"),
            (&format!("{ID} allow a-b path=[hunter2"), "no glob"),
            ("<<<<<<< hunter2", "a merge conflict"),
            ("# spillcheck baseline 2: hunter2", "a newer spillcheck"),
            ("key hunter2", "eight groups of four"),
        ] {
            let error = parse(&baseline(&format!("# x\n{line}"))).expect_err(line);
            assert_eq!(error.line.get(), 4, "{line}");
            assert!(error.problem.contains(wanted), "{line}: {}", error.problem);
            assert!(!error.problem.contains("hunter2"), "{line}: {}", error.problem);
        }
        assert!(parse(HEAD).expect_err("no key").problem.contains("no line `key"));
    }
}
