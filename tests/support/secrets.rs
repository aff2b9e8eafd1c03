//! Secrets made at run time, so that no file of this repository holds anything shaped like one.

use std::path::Path;

use spillcheck::rules::examples;

/// The only text a template stands for: marks taken off.
pub fn expand_text(template: &str, seed: u64) -> String {
    expand(template, seed).text
}

/// A template of a rule's example, expanded.
pub fn expand(template: &str, seed: u64) -> examples::Example {
    examples::expand(template, seed).unwrap_or_else(|e| panic!("{template}: {e}"))
}

/// A GitHub token with a valid checksum: found wherever it stands, with high confidence.
pub fn github(seed: u64) -> String {
    expand_text("{{github:ghp_}}", seed)
}

/// A password of a dozen and a half characters, known by the name it is assigned to.
pub fn password(seed: u64) -> String {
    expand_text("{{password:18}}", seed)
}

/// A private key of many lines.
pub fn pem(seed: u64) -> String {
    expand_text("{{pem:rsa}}", seed)
}

/// An example of a built-in rule.
pub struct Planted {
    /// The rule.
    pub rule: String,
    /// The text.
    pub text: String,
    /// The secret in it, for a leak.
    pub secret: Option<std::ops::Range<usize>>,
}

/// The leak (or clean) examples of every file in `rules/`, expanded.
pub fn embedded(leaks: bool, seed: u64) -> Vec<Planted> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        for loaded in spillcheck::rules::load::file(&file).unwrap_or_else(|e| panic!("{e}")) {
            let examples = if leaks { &loaded.examples.leak } else { &loaded.examples.clean };
            for template in examples {
                // Another seed for each example: equal templates must not give equal secrets.
                let example = expand(template, seed.wrapping_mul(10_007).wrapping_add(all.len() as u64));
                all.push(Planted { rule: loaded.rule.id.to_string(), text: example.text, secret: example.secret });
            }
        }
    }
    all
}
