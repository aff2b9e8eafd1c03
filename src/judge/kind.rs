//! What a path says about a text: is a bare word there a value or a reference, and is it a test?

/// How unquoted text is read in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A bare word after an operator is a value: `.env`, YAML, INI, shell, logs, prose, standard input.
    Data,
    /// A bare word is a reference to something: programming languages.
    Code,
}

/// The kind of the file at `path`, by its name.
pub(super) fn of(path: &str) -> FileKind {
    const CODE: &[&str] = &[
        "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "hxx", "m", "mm", "cs", "java", "kt", "kts", "scala", "groovy",
        "gradle", "go", "rs", "py", "pyx", "pyi", "rb", "erb", "php", "phtml", "pl", "pm", "lua", "js", "mjs", "cjs",
        "jsx", "ts", "tsx", "vue", "svelte", "swift", "dart", "ex", "exs", "erl", "hs", "ml", "fs", "vb", "r", "jl",
        "nim", "zig", "d", "sol", "css", "scss", "less", "json", "ipynb", "tf", "hcl", "toml", "sql", "proto", "s",
        "asm", "v", "sv", "vhd", "el", "clj", "lisp", "coffee", "dts", "dtsi", "html", "htm", "jsp", "twig", "ps1",
        "psm1",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, extension)) if CODE.contains(&extension.to_ascii_lowercase().as_str()) => FileKind::Code,
        _ => FileKind::Data,
    }
}

/// True for tests, fixtures, examples and documentation samples, by whole parts of the path.
pub(super) fn is_test(path: &str) -> bool {
    const PARTS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "testdata",
        "test_data",
        "fixture",
        "fixtures",
        "__tests__",
        "__mocks__",
        "mock",
        "mocks",
        "spec",
        "specs",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "e2e",
        "snapshots",
        "cassettes",
        "selftests",
    ];
    let mut parts = path.split('/').rev();
    let name = parts.next().unwrap_or("");
    let stem = name.to_ascii_lowercase();
    let words: Vec<&str> = stem.split(['_', '-', '.']).collect();
    words.iter().any(|w| matches!(*w, "test" | "tests" | "spec" | "example" | "sample" | "mock" | "fixture"))
        || name.ends_with("Test.java")
        || name.ends_with("Tests.cs")
        || parts.any(|p| PARTS.contains(&p.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        assert_eq!(of("a/b/main.PY"), FileKind::Code);
        assert_eq!(of(".env"), FileKind::Data);
        assert_eq!(of("conf/app.yaml"), FileKind::Data);
        assert_eq!(of("README"), FileKind::Data);
    }

    #[test]
    fn tests_by_whole_words() {
        for path in ["tests/a.py", "src/foo_test.go", "a/Fixtures/x", ".env.example", "UserTest.java"] {
            assert!(is_test(path), "{path}");
        }
        for path in ["contest/a.py", "src/latest.rs", "attestation.go", "deploy/prod.yml"] {
            assert!(!is_test(path), "{path}");
        }
    }
}
