//! Turns `rules/*.toml` into a table of constants, so that start-up parses nothing.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "src/rules/schema.rs"]
#[allow(dead_code, unreachable_pub)]
mod schema;
#[path = "src/rules/shape.rs"]
#[allow(dead_code, unreachable_pub)]
mod shape;

use schema::{RuleDef, RuleFile};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/judge/model.tsv");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut files: Vec<_> = fs::read_dir(Path::new(&root).join("rules"))
        .expect("rules/ is part of the package")
        .map(|entry| entry.expect("rules/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let (mut table, mut count) = (String::new(), 0);
    for path in &files {
        let text = fs::read_to_string(path).expect("rule files are readable UTF-8");
        let file: RuleFile = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for rule in &file.rules {
            let code = rule_code(&file, rule).unwrap_or_else(|e| panic!("{}: rule {}: {e}", path.display(), rule.id));
            table.push_str(&code);
            count += 1;
        }
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("builtin.rs");
    let model =
        fs::read_to_string(Path::new(&root).join("src/judge/model.tsv")).expect("the model is part of the package");
    let model = model_code(&model).unwrap_or_else(|e| panic!("src/judge/model.tsv: {e}"));
    fs::write(out.with_file_name("model.rs"), model).expect("OUT_DIR is writable");
    fs::write(out, format!("{{ static TABLE: [Rule; {count}] = [\n{table}]; &TABLE }}\n"))
        .expect("OUT_DIR is writable");
}

/// Turns the value model into tables. See `src/judge/model.rs` for what they mean.
fn model_code(text: &str) -> Result<String, String> {
    let (mut signals, mut numbers, mut roots, mut nodes) = (Vec::new(), String::new(), Vec::new(), Vec::new());
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let number = |field: usize| {
            fields.get(field).and_then(|f| f.parse::<i32>().ok()).ok_or(format!("line {}: no number {field}", n + 1))
        };
        let root = roots.last().copied().unwrap_or(0);
        match fields[0] {
            "signals" => signals = fields[1..].to_vec(),
            "tree" => roots.push(nodes.len() as i32),
            "leaf" => nodes.push((0, 0, 0, 0, number(1)?)),
            "split" => {
                let signal = signals
                    .iter()
                    .position(|s| Some(s) == fields.get(1))
                    .ok_or(format!("line {}: no such signal", n + 1))?;
                nodes.push((signal as i32, number(2)?, root + number(3)?, root + number(4)?, number(5)?));
            }
            name => {
                let name = name.replace('-', "_").to_uppercase();
                writeln!(numbers, "const {name}: i32 = {};", number(1)?).expect("writing to a string");
            }
        }
    }
    let nodes: Vec<String> = nodes
        .iter()
        .map(|(s, t, l, r, v)| format!("Node {{ signal: {s}, threshold: {t}, left: {l}, right: {r}, value: {v} }}"))
        .collect();
    Ok(format!(
        "{numbers}#[cfg(test)]\nconst SIGNALS: &[&str] = &{signals:?};\nstatic ROOTS: &[u16] = &{roots:?};\n\
         static NODES: &[Node] = &[{}];\n",
        nodes.join(",\n")
    ))
}

fn rule_code(file: &RuleFile, rule: &RuleDef) -> Result<String, String> {
    let remedy = |own: &Option<String>, shared: &Option<String>, what: &str| {
        own.clone().or_else(|| shared.clone()).ok_or_else(|| format!("`{what}` is missing, here and in [remedy]"))
    };
    let documentation = match rule.documentation.as_ref().or(file.documentation.as_ref()) {
        Some(url) => format!("Some({})", text(url)),
        None => "None".to_owned(),
    };
    let check = match &rule.check {
        Some(name) => format!("Some(Check::{})", variant(name)),
        None => "None".to_owned(),
    };
    let mut code = String::new();
    writeln!(
        code,
        "Rule {{ id: {id}, provider: {provider}, generic: {generic}, title: {title}, kind: Kind::{kind}, severity: Severity::{severity}, \
         confidence: Confidence::{confidence}, about: {about}, impact: {impact}, disable: {disable}, rotate: {rotate}, \
         store: {store}, documentation: {documentation}, companions: {companions}, check: {check}, matcher: {matcher} }},",
        id = text(&rule.id),
        provider = text(&file.provider),
        generic = file.generic,
        title = text(&rule.title),
        kind = variant(&rule.kind),
        severity = variant(&rule.severity),
        confidence = variant(rule.confidence.as_deref().unwrap_or("medium")),
        about = text(&rule.about),
        impact = text(&rule.impact),
        disable = text(&remedy(&rule.disable, &file.remedy.disable, "disable")?),
        rotate = text(&remedy(&rule.rotate, &file.remedy.rotate, "rotate")?),
        store = text(&remedy(&rule.store, &file.remedy.store, "store")?),
        companions = list(&rule.companions),
        matcher = matcher_code(rule)?,
    )
    .expect("writing to a string");
    Ok(code)
}

fn matcher_code(rule: &RuleDef) -> Result<String, String> {
    match (&rule.token, &rule.context, &rule.assignment) {
        (Some(token), None, None) => {
            let shape = match (&token.pattern, &token.scanner) {
                (Some(pattern), None) => {
                    let b = shape::bounds(pattern, &token.anchors, token.max_length)?;
                    format!(
                        "Shape::Pattern {{ pattern: Pattern::new({}), lookback: {}, max: {}, follow: {:?} }}",
                        text(pattern),
                        b.lookback,
                        b.max,
                        b.follow
                    )
                }
                (None, Some(scanner)) => format!("Shape::Scanner(Scanner::{})", variant(scanner)),
                _ => return Err("a token needs either `pattern` or `scanner`".to_owned()),
            };
            if token.verbatim {
                return Err("`verbatim` is for rules of users".to_owned());
            }
            Ok(format!(
                "Matcher::Token(Token {{ anchors: {}, shape: {shape}, edge: Edge::{}, random: {}, weighed: {}, basic: {}, verbatim: None }})",
                list(&token.anchors),
                variant(token.edge.as_deref().unwrap_or("word")),
                token.random.unwrap_or(true),
                token.weighed,
                token.basic
            ))
        }
        (None, Some(context), None) => {
            let b = shape::bounds(&context.value, &[], context.max_length)?;
            Ok(format!(
                "Matcher::Context(Context {{ words: {}, names: {}, not_names: {}, value: Pattern::new({}), max: {}, \
                 within: {}, edge: Edge::{}, random: {} }})",
                list(&context.words),
                list(&context.names),
                list(&context.not_names),
                text(&context.value),
                b.max,
                context.within.unwrap_or(0),
                variant(context.edge.as_deref().unwrap_or("word")),
                context.random.unwrap_or(true)
            ))
        }
        (None, None, Some(assignment)) => Ok(format!(
            "Matcher::Assignment(Assignment {{ names: {}, not_names: {}, glued: {}, weak: {} }})",
            list(&assignment.names),
            list(&assignment.not_names),
            assignment.glued,
            assignment.weak
        )),
        _ => Err("a rule needs exactly one of [rule.token], [rule.context], [rule.assignment]".to_owned()),
    }
}

fn text(value: &str) -> String {
    format!("Cow::Borrowed({value:?})")
}

fn list(values: &[String]) -> String {
    let items: Vec<String> = values.iter().map(|v| text(v)).collect();
    format!("Cow::Borrowed(&[{}])", items.join(", "))
}

/// `access-token` to `AccessToken`. An unknown name is then an error of the compiler; `cargo test` names the rule.
fn variant(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or(String::new(), |c| c.to_ascii_uppercase().to_string() + chars.as_str())
        })
        .collect()
}
