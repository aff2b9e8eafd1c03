//! The filter expressions of betterleaks, as far as they are static: calls of its five functions on the secret, the match,
//! its line or the path, joined by `||` and `&&`, with names bound by `let`.
//! Source: betterleaks' configuration (`filter`, `prefilter`), state of 2026; both its Expr and its older CEL spelling.

use std::collections::HashMap;

use crate::config::schema::{AllowTable, Join};

/// One thing that an expression asks.
#[derive(Debug, Clone, PartialEq)]
enum Atom {
    Matches(Target, Vec<String>),
    Contains(Target, Vec<String>),
    Entropy(f64),
    Natural,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Secret,
    Match,
    Line,
    Path,
}

/// One of these holds, each of which is several that all hold.
type Terms = Vec<Vec<Atom>>;

/// Most terms that an expression is written out to.
const MOST_TERMS: usize = 256;
/// Deepest nesting of parentheses.
const DEEPEST: usize = 64;

/// What an expression comes to: allow rules, one of which allowing is enough. The error names what is not static.
pub(super) fn allows(text: &str) -> Result<Vec<AllowTable>, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, names: HashMap::new() };
    let terms = parser.program()?;
    terms.into_iter().map(table).collect()
}

fn table(atoms: Vec<Atom>) -> Result<AllowTable, String> {
    let mut table = AllowTable { condition: Some(Join::All), ..AllowTable::default() };
    const TWICE: &str = "two lists for the same thing, joined by `&&`";
    for atom in atoms {
        let fill = |list: &mut Vec<String>, values: Vec<String>| {
            if !list.is_empty() {
                return Err(TWICE.to_owned());
            }
            *list = values;
            Ok(())
        };
        match atom {
            Atom::Matches(Target::Secret, list) => fill(&mut table.secret, list)?,
            Atom::Matches(Target::Match, list) => fill(&mut table.matched, list)?,
            Atom::Matches(Target::Line, list) => fill(&mut table.line, list)?,
            Atom::Matches(Target::Path, list) => fill(&mut table.path_patterns, list)?,
            Atom::Contains(Target::Secret, list) => fill(&mut table.words, list)?,
            Atom::Contains(target, list) => {
                let list = list.iter().map(|w| format!("(?i){}", regex_syntax::escape(w))).collect();
                match target {
                    Target::Match => fill(&mut table.matched, list)?,
                    Target::Line => fill(&mut table.line, list)?,
                    _ => fill(&mut table.path_patterns, list)?,
                }
            }
            Atom::Entropy(most) if table.max_entropy.is_none() => table.max_entropy = Some(most),
            Atom::Entropy(_) => return Err(TWICE.to_owned()),
            Atom::Natural => table.natural = Some(true),
        }
    }
    Ok(table)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(f64),
    /// An operator or a bracket.
    Sign(&'static str),
}

const SIGNS: &[&str] =
    &["||", "&&", "<=", ">=", "==", "!=", ">", "(", ")", "[", "]", ",", ";", ".", "<", "=", "?", "!"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
            continue;
        } else if let Some((text, length)) = string(rest)? {
            (Token::Text(text), length)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (Token::Name(rest[..end].to_owned()), end)
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            (Token::Number(rest[..end].parse().map_err(|_| "a number".to_owned())?), end)
        } else {
            let sign = SIGNS.iter().find(|s| rest.starts_with(**s)).ok_or_else(|| format!("`{first}`"))?;
            (Token::Sign(sign), sign.len())
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// A literal at the beginning of `rest` and its length.
fn string(rest: &str) -> Result<Option<(String, usize)>, String> {
    for (open, close) in
        [("r\"\"\"", "\"\"\""), ("r'''", "'''"), ("r\"", "\""), ("r'", "'"), ("`", "`"), ("\"\"\"", "\"\"\"")]
    {
        if let Some(body) = rest.strip_prefix(open) {
            let end = body.find(close).ok_or("a text without an end")?;
            return Ok(Some((body[..end].to_owned(), open.len() + end + close.len())));
        }
    }
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Ok(None) };
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok(Some((text, at + 1))),
            '\\' => text.push(match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, 'r')) => '\r',
                Some((_, c @ ('\\' | '"' | '\'' | '`' | '/' | '?'))) => c,
                _ => return Err("an escape in a text".to_owned()),
            }),
            c => text.push(c),
        }
    }
    Err("a text without an end".to_owned())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    names: HashMap<String, Terms>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(n)) if n == word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// What stands here, without texts: they may be secrets.
    fn unexpected(&self) -> String {
        match self.peek() {
            Some(Token::Name(name)) => format!("`{name}`"),
            Some(Token::Sign(sign)) => format!("`{sign}`"),
            Some(Token::Text(_)) => "a text".to_owned(),
            Some(Token::Number(_)) => "a number".to_owned(),
            None => "the end of the expression".to_owned(),
        }
    }

    fn program(&mut self) -> Result<Terms, String> {
        while self.word("let") {
            let Some(Token::Name(name)) = self.peek().cloned() else { return Err(self.unexpected()) };
            self.at += 1;
            self.expect("=")?;
            let value = self.either()?;
            self.expect(";")?;
            self.names.insert(name, value);
        }
        let terms = self.either()?;
        if self.peek().is_some() { Err(self.unexpected()) } else { Ok(terms) }
    }

    fn either(&mut self) -> Result<Terms, String> {
        let mut terms = self.both()?;
        while self.take("||") || self.word("or") {
            terms.extend(self.both()?);
        }
        small(terms)
    }

    fn both(&mut self) -> Result<Terms, String> {
        let mut terms = self.single()?;
        while self.take("&&") || self.word("and") {
            let right = self.single()?;
            terms = terms.iter().flat_map(|l| right.iter().map(move |r| [&l[..], r].concat())).collect();
            terms = small(terms)?;
        }
        Ok(terms)
    }

    fn single(&mut self) -> Result<Terms, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("parentheses nested too deeply".to_owned());
        }
        let terms = if self.take("(") {
            let inner = self.either()?;
            self.expect(")")?;
            inner
        } else {
            self.call()?
        };
        self.depth -= 1;
        Ok(terms)
    }

    fn call(&mut self) -> Result<Terms, String> {
        if self.word("filter") {
            self.expect(".")?;
        }
        let Some(Token::Name(name)) = self.peek().cloned() else { return Err(self.unexpected()) };
        if let Some(terms) = self.names.get(&name) {
            self.at += 1;
            return Ok(terms.clone());
        }
        if !["matchesAny", "findMatch", "containsAny", "entropy", "failsTokenEfficiency"].contains(&name.as_str()) {
            return Err(format!("`{name}`"));
        }
        self.at += 1;
        self.expect("(")?;
        let target = self.target()?;
        let atom = match name.as_str() {
            "matchesAny" | "containsAny" => {
                self.expect(",")?;
                let list = self.list()?;
                if name == "matchesAny" { Atom::Matches(target, list) } else { Atom::Contains(target, list) }
            }
            "findMatch" => {
                self.expect(",")?;
                Atom::Matches(target, vec![self.text()?])
            }
            "entropy" | "failsTokenEfficiency" if target != Target::Secret => {
                return Err(format!("`{name}` of something else than the secret"));
            }
            "entropy" => Atom::Entropy(0.0),
            _ => Atom::Natural,
        };
        self.expect(")")?;
        let atom = match atom {
            Atom::Entropy(_) => {
                if !(self.take("<=") || self.take("<")) {
                    return Err(self.unexpected());
                }
                let Some(Token::Number(most)) = self.peek().cloned() else { return Err(self.unexpected()) };
                self.at += 1;
                Atom::Entropy(most)
            }
            atom if name == "findMatch" => {
                self.expect("!=")?;
                if self.text()?.is_empty() { atom } else { return Err("`findMatch` compared with a text".to_owned()) }
            }
            atom => atom,
        };
        Ok(vec![vec![atom]])
    }

    /// `finding["secret"]`, `attributes["path"]`, `attributes[?"path"].orValue("")`.
    fn target(&mut self) -> Result<Target, String> {
        let Some(Token::Name(object)) = self.peek().cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        let key = if self.take("[") {
            self.take("?");
            let key = self.text()?;
            self.expect("]")?;
            key
        } else {
            self.expect(".")?;
            let Some(Token::Name(key)) = self.peek().cloned() else { return Err(self.unexpected()) };
            self.at += 1;
            key
        };
        if self.take(".") {
            if !self.word("orValue") {
                return Err(self.unexpected());
            }
            self.expect("(")?;
            self.text()?;
            self.expect(")")?;
        }
        match (object.as_str(), key.as_str()) {
            ("finding", "secret") => Ok(Target::Secret),
            ("finding", "match") => Ok(Target::Match),
            ("finding", "line") => Ok(Target::Line),
            ("attributes", "path") | ("finding", "path" | "file") => Ok(Target::Path),
            _ => Err(format!("`{object}` with another key than secret, match, line or path")),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        self.expect("[")?;
        let mut list = Vec::new();
        while !self.take("]") {
            list.push(self.text()?);
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        if list.is_empty() { Err("an empty list".to_owned()) } else { Ok(list) }
    }

    fn text(&mut self) -> Result<String, String> {
        let Some(Token::Text(text)) = self.peek().cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        Ok(text)
    }
}

fn small(terms: Terms) -> Result<Terms, String> {
    if terms.len() > MOST_TERMS { Err("too many alternatives".to_owned()) } else { Ok(terms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_functions_and_both_spellings() {
        let text = r#"
            // a comment
            let inTests = matchesAny(attributes[?"path"].orValue(""), [`^tests/`, r"""\.seed$""",]);
            (filter.containsAny(finding["secret"], ["CHANGE_ME"]) && inTests)
            || filter.entropy(finding["secret"]) <= 3.5
            or filter.findMatch(finding.match, "a\\d") != "" or failsTokenEfficiency(finding["secret"])
        "#;
        let allows = allows(text).expect("all of it is static");
        assert_eq!(allows.len(), 4);
        assert_eq!(
            (&allows[0].words, &allows[0].path_patterns),
            (&vec!["CHANGE_ME".to_owned()], &vec!["^tests/".to_owned(), r"\.seed$".to_owned()])
        );
        assert_eq!(allows[1].max_entropy, Some(3.5));
        assert_eq!(allows[2].matched, [r"a\d"]);
        assert_eq!(allows[3].natural, Some(true));
    }

    #[test]
    fn what_is_not_static_is_named() {
        for (text, named) in [
            ("http.get(\"x\")", "`http`"),
            ("!matchesAny(finding[\"secret\"], [\"a\"])", "`!`"),
            ("entropy(finding[\"secret\"]) >= 2.5", "`>=`"),
            ("filter.tokenRatio(finding[\"secret\"]) < 2.5", "`tokenRatio`"),
            ("entropy(finding[\"secret\"]) == 2", "`==`"),
            ("matchesAny(env.get(\"X\"), [\"a\"])", "`env`"),
            ("", "the end"),
            ("((((", "the end"),
        ] {
            let error = allows(text).expect_err(text);
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
