//! What a path says about a text: is a bare word there a value or a reference, and is it a test?

use super::signals;

/// What sort of text a file holds, by its name: it decides how a value in it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Nothing is known: no extension, `.txt`, logs, standard input.
    Plain,
    /// Settings of one name and value a line: `.env`, INI, properties, TOML, HCL.
    Settings,
    /// YAML.
    Yaml,
    /// JSON and notebooks.
    Json,
    /// Languages with declarations: C, Java, Go, Rust, C#, Swift.
    Compiled,
    /// Scripting languages: Python, Ruby, JavaScript, PHP.
    Script,
    /// Command lines: shells, PowerShell, Dockerfile, make.
    Shell,
    /// Text for people: Markdown, reStructuredText.
    Prose,
    /// Markup, user interfaces and translations: HTML, XML, `.strings`.
    Markup,
    /// SQL.
    Sql,
}

/// How many kinds there are.
pub(super) const KINDS: usize = 10;

impl FileKind {
    /// Each of them.
    pub(super) const ALL: [Self; KINDS] = [
        Self::Plain,
        Self::Settings,
        Self::Yaml,
        Self::Json,
        Self::Compiled,
        Self::Script,
        Self::Shell,
        Self::Prose,
        Self::Markup,
        Self::Sql,
    ];
}

/// Extensions by kind.
const EXTENSIONS: [(FileKind, &[&str]); 9] = [
    (
        FileKind::Settings,
        &[
            "env",
            "ini",
            "cfg",
            "conf",
            "cnf",
            "config",
            "properties",
            "props",
            "toml",
            "tf",
            "tfvars",
            "hcl",
            "rc",
            "netrc",
            "pgpass",
            "npmrc",
            "pypirc",
            "htpasswd",
            "settings",
            "prefs",
            "reg",
            "inf",
            "service",
            "nix",
            "dist",
            "sample",
            "example",
            "template",
            "tmpl",
            "creds",
            "credentials",
            "travis",
            "j2",
        ],
    ),
    (FileKind::Yaml, &["yml", "yaml", "sls", "raml", "eyaml"]),
    (
        FileKind::Json,
        &["json", "jsonc", "json5", "ipynb", "har", "tfstate", "webmanifest", "jsonl", "ndjson", "map", "avsc"],
    ),
    (
        FileKind::Compiled,
        &[
            "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "hxx", "m", "mm", "cs", "java", "kt", "kts", "scala", "sc",
            "go", "rs", "swift", "dart", "hs", "ml", "fs", "vb", "nim", "zig", "d", "sol", "proto", "s", "asm", "v",
            "sv", "vhd", "dts", "dtsi", "pas", "f90", "thrift", "cu", "ino",
        ],
    ),
    (
        FileKind::Script,
        &[
            "py", "pyx", "pyi", "rb", "erb", "php", "phtml", "pl", "pm", "lua", "js", "mjs", "cjs", "jsx", "ts", "tsx",
            "vue", "svelte", "ex", "exs", "erl", "hrl", "r", "jl", "el", "clj", "cljs", "lisp", "coffee", "groovy",
            "gradle", "rake", "gemspec", "cr", "tcl", "as",
        ],
    ),
    (
        FileKind::Shell,
        &["sh", "bash", "zsh", "fish", "ps1", "psm1", "bat", "cmd", "mk", "dockerfile", "ksh", "profile"],
    ),
    (FileKind::Prose, &["md", "markdown", "rst", "adoc", "asciidoc", "org", "tex", "mdx", "pod", "wiki"]),
    (
        FileKind::Markup,
        &[
            "html",
            "htm",
            "xhtml",
            "xml",
            "xsd",
            "xsl",
            "svg",
            "plist",
            "jsp",
            "twig",
            "cshtml",
            "aspx",
            "ejs",
            "haml",
            "slim",
            "pug",
            "hbs",
            "resx",
            "xaml",
            "xib",
            "storyboard",
            "strings",
            "po",
            "pot",
            "xlf",
            "css",
            "scss",
            "less",
            "csproj",
            "pom",
            "wsdl",
            "rrc",
        ],
    ),
    (FileKind::Sql, &["sql", "ddl", "psql", "plsql", "cql"]),
];

/// The kind of the file at `path`, by its name. `values.yaml.example` is YAML.
pub(super) fn of(path: &str) -> FileKind {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    // `<commit message>`, which is text for people.
    if path.ends_with(" message>") {
        return FileKind::Prose;
    }
    if name.starts_with(".env") {
        return FileKind::Settings;
    }
    if name.starts_with("dockerfile") || name == "makefile" {
        return FileKind::Shell;
    }
    let known = |extension: &str| EXTENSIONS.iter().find(|(_, all)| all.contains(&extension)).map(|(kind, _)| *kind);
    let mut extensions = name.rsplit('.').take_while(|e| e.len() < name.len()).take(2);
    let last = extensions.next();
    let kind = last.and_then(known).unwrap_or(FileKind::Plain);
    let loose = matches!(last, Some("example" | "sample" | "dist" | "template" | "tmpl" | "j2"));
    if loose { extensions.next().and_then(known).unwrap_or(kind) } else { kind }
}

/// True for tests, fixtures, examples, documentation, data that programs begin with, translations and workflows of CI, which set up services
/// for tests, by whole words of the path: `src/dockerTest`, `test_resources`.
pub(super) fn is_test(path: &str) -> bool {
    const WORDS: [&str; 57] = [
        "test",
        "tests",
        "testing",
        "testdata",
        "testcase",
        "testcases",
        "testsuite",
        "testutil",
        "testutils",
        "fixture",
        "fixtures",
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
        "doc",
        "docs",
        "documentation",
        "guide",
        "guides",
        "howto",
        "website",
        "tutorial",
        "tutorials",
        "workflows",
        "acceptance",
        "benchmark",
        "benchmarks",
        "cypress",
        "devcontainer",
        "dummy",
        "faker",
        "factories",
        "seeds",
        "seeder",
        "seeders",
        "swagger",
        "i18n",
        "l10n",
        "lang",
        "langs",
        "languages",
        "locale",
        "locales",
        "localization",
        "translation",
        "translations",
    ];
    let is_one = |word: &[u8]| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    // Perl and shell projects call the folder of their tests `t`.
    let folder =
        folders.split('/').any(|part| part == "t" || signals::words(part.as_bytes()).any(|(_, word)| is_one(word)));
    folder || signals::words(name.as_bytes()).any(|(_, word)| is_one(word)) || is_bundle(name)
}

/// A translation as Java names them: `messages_de.properties`, `messages_pt_BR.properties`.
fn is_bundle(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".properties") else { return false };
    let letters = |part: &str, is: fn(&u8) -> bool| part.len() == 2 && part.as_bytes().iter().all(is);
    let stem =
        stem.rsplit_once('_').filter(|(_, part)| letters(part, u8::is_ascii_uppercase)).map_or(stem, |(head, _)| head);
    stem.rsplit_once('_').is_some_and(|(head, part)| !head.is_empty() && letters(part, u8::is_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        for (path, kind) in [
            ("a/b/main.PY", FileKind::Script),
            (".env", FileKind::Settings),
            (".env.production", FileKind::Settings),
            ("conf/app.yaml", FileKind::Yaml),
            ("conf/values.yaml.example", FileKind::Yaml),
            ("README", FileKind::Plain),
            ("Dockerfile.ci", FileKind::Shell),
            ("src/lib.rs", FileKind::Compiled),
            ("<commit message>", FileKind::Prose),
        ] {
            assert_eq!(of(path), kind, "{path}");
        }
    }

    #[test]
    fn tests_by_whole_words() {
        for path in [
            "tests/a.py",
            "src/foo_test.go",
            "a/Fixtures/x",
            ".env.example",
            "UserTest.java",
            "src/dockerTest/resources/a.yml",
            "internal/test_resources/a.yml",
            "docs/setup.md",
            "t/a.sh",
            "plugins/http/testcases/a.json",
            ".github/workflows/ci.yml",
            "main/messages_de.properties",
            "main/messages_pt_BR.properties",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "contest/a.py",
            "src/latest.rs",
            "attestation.go",
            "testament/a.py",
            "deploy/prod.yml",
            "src/docker/a.go",
            "tt/a.sh",
            "conf/db_prod.properties",
            "conf/_de.properties",
            "conf/db_de.yml",
        ] {
            assert!(!is_test(path), "{path}");
        }
    }
}
