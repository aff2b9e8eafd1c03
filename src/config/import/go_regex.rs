//! Regular expressions as Go writes them, for the crate that reads ours. Both are RE2 in kind; a few spellings differ.

/// The same expression in the crate's spelling. What neither understands is left for its reader to refuse.
pub(super) fn translate(go: &str) -> String {
    let mut out = String::with_capacity(go.len() + 8);
    let chars: Vec<char> = go.chars().collect();
    let mut at = 0;
    let mut class = false;
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied());
        match (c, next) {
            // `\Q…\E` quotes; `\<` is the character.
            ('\\', Some('Q')) if !class => {
                let end = (at + 2..chars.len()).find(|n| chars[*n..].starts_with(&['\\', 'E']));
                let quoted: String = chars[at + 2..end.unwrap_or(chars.len())].iter().collect();
                out.push_str(&regex_syntax::escape(&quoted));
                at = end.map_or(chars.len(), |n| n + 2);
                continue;
            }
            ('\\', Some(escaped)) => {
                if !matches!(escaped, '<' | '>') {
                    out.push('\\');
                }
                out.push(escaped);
                at += 2;
                continue;
            }
            ('[', _) if !class => {
                class = true;
                out.push('[');
                // A `]` that comes first is a member.
                let negated = next == Some('^');
                if negated {
                    out.push('^');
                    at += 1;
                }
                if chars.get(at + 1) == Some(&']') {
                    out.push_str("\\]");
                    at += 1;
                }
            }
            ('[', Some(':')) if class => {
                let end = (at + 2..chars.len()).find(|n| chars[*n..].starts_with(&[':', ']']));
                if let Some(end) = end {
                    out.extend(&chars[at..end + 2]);
                    at = end + 2;
                    continue;
                }
                out.push_str("\\[");
            }
            // Inside a class these begin nothing in Go.
            ('[', _) => out.push_str("\\["),
            (']', _) if class => {
                class = false;
                out.push(']');
            }
            ('&' | '~', Some(same)) if class && same == c => {
                out.push('\\');
                out.push(c);
            }
            ('-', Some('-')) if class => out.push_str("\\-"),
            // A brace that begins no repetition is the character.
            ('{', _) if !class && !is_repetition(&chars[at..]) => out.push_str("\\{"),
            _ => out.push(c),
        }
        at += 1;
    }
    out
}

fn is_repetition(chars: &[char]) -> bool {
    let Some(end) = chars.iter().position(|c| *c == '}') else { return false };
    let body: String = chars[1..end].iter().collect();
    let (low, high) = body.split_once(',').unwrap_or((&body, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number(low) && (high.is_empty() || is_number(high))
}

/// Names the `number`th group of an expression (in the crate's spelling) `secret`; none if it has no such group.
pub(super) fn name_group(pattern: &str, number: u32) -> Option<String> {
    use regex_syntax::ast::{Ast, GroupKind, parse::Parser};
    fn find(ast: &Ast, number: u32) -> Option<(usize, usize)> {
        match ast {
            Ast::Group(group) => {
                let own = match &group.kind {
                    GroupKind::CaptureIndex(index) => *index == number,
                    GroupKind::CaptureName { name, .. } => name.index == number,
                    GroupKind::NonCapturing(_) => false,
                };
                if own {
                    return Some((group.span.start.offset, group.ast.span().start.offset));
                }
                find(&group.ast, number)
            }
            Ast::Repetition(repetition) => find(&repetition.ast, number),
            Ast::Alternation(alternation) => alternation.asts.iter().find_map(|a| find(a, number)),
            Ast::Concat(concat) => concat.asts.iter().find_map(|a| find(a, number)),
            _ => None,
        }
    }
    let ast = Parser::new().parse(pattern).ok()?;
    let (start, body) = find(&ast, number)?;
    // Other groups may bear the name already.
    let rest = pattern[body..].replace("<secret>", "<secret_>");
    Some(format!("{}(?P<secret>{rest}", pattern[..start].replace("<secret>", "<secret_>")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_differ() {
        for (go, ours) in [
            (r"[[a]{2}x{,3}", r"[\[a]{2}x\{,3}"),
            (r"[]a][^]b]", r"[\]a][^\]b]"),
            (r"\Qa.b\E+", r"a\.b+"),
            (r"\<a\>", "<a>"),
            (r"[[:alnum:]_&&]", r"[[:alnum:]_\&&]"),
            (r"^\${(?:[A-Z_]+)}$", r"^\$\{(?:[A-Z_]+)}$"),
            (r"[\w.--]", r"[\w.\--]"),
        ] {
            assert_eq!(translate(go), ours);
            assert!(regex::bytes::Regex::new(ours).is_ok(), "{ours}");
        }
    }

    #[test]
    fn the_group_of_the_secret_is_named() {
        assert_eq!(name_group("a(b)(?:c)(d(e))", 2).as_deref(), Some("a(b)(?:c)(?P<secret>d(e))"));
        assert_eq!(name_group("(?P<x>a)|(?P<secret>b)", 1).as_deref(), Some("(?P<secret>a)|(?P<secret_>b)"));
        assert_eq!(name_group("a(b)", 2), None);
    }
}
