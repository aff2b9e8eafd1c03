//! The standard report, built by hand.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use spillcheck::detect::check::Fact;
use spillcheck::finding::{Excerpt, Finding, Location, Part, Place};
use spillcheck::fingerprint::Fingerprint;
use spillcheck::line_hash::LineHasher;
use spillcheck::origin::{Commit, Reach};
use spillcheck::position::Position;
use spillcheck::report::{DropReason, Report, ScanError, SkipReason, Stats};
use spillcheck::rules::{Confidence, RuleSet, load};
use spillcheck::secret::Secret;
use spillcheck::suppression::{Applied, Suppressed, Suppression, SuppressionKind, UnusedAllow};

const RULES: &str = r#"
provider = "Example"
documentation = "https://example.com/docs/keys?tab=revoke"

[remedy]
disable = "Delete the key under Settings > Keys, or `curl -X DELETE https://api.example.com/keys/KEY`; that ends every session that was opened with it."
rotate = "Make a second key, deploy it everywhere, then delete the first one."
store = "In the secret manager of the platform, read at start-up; never in a file of the repository."

[[rule]]
id = "example-token"
title = "Example access token"
kind = "access-token"
severity = "critical"
confidence = "high"
about = "A token of a person: it acts with that person's rights."
impact = "Read and write every repository of the owner, read private packages, and add deploy keys that outlive it."
[rule.token]
anchors = ["exmpl_"]
pattern = "exmpl_[A-Za-z0-9]{36}"
[rule.examples]
leak = []
clean = []

[[rule]]
id = "private-key"
title = "private key"
kind = "private-key"
severity = "high"
about = "The private half of a key pair."
impact = "Log in wherever the public half is trusted."
[rule.token]
anchors = ["-----BEGIN"]
scanner = "pem"
[rule.examples]
leak = []
clean = []

[[rule]]
id = "generic-password"
title = "password"
kind = "password"
severity = "medium"
about = "A password."
impact = "Log in as its owner."
[rule.assignment]
names = ["password"]
[rule.examples]
leak = []
clean = []

[[rule]]
id = "never-used"
title = "unused"
kind = "key-id"
severity = "low"
about = "Not found here."
impact = "None."
[rule.token]
anchors = ["unused_"]
pattern = "unused_[a-z]{8}"
[rule.examples]
leak = []
clean = []
"#;

pub(crate) const TOKEN: usize = 0;
pub(crate) const KEY: usize = 1;
pub(crate) const PASSWORD: usize = 2;

pub(crate) fn rules() -> RuleSet {
    let mut rules = RuleSet::empty();
    rules.add(load::parse("test", RULES).unwrap()).unwrap();
    rules
}

/// Characters of base 62, the same for the same seed on every machine.
pub(crate) fn random(seed: u64, len: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(ALPHABET[usize::try_from(state % 62).unwrap()])
    };
    (0..len).map(|_| next()).collect()
}

pub(crate) fn token(seed: u64) -> String {
    format!("exmpl_{}", random(seed, 36))
}

pub(crate) fn pem() -> String {
    let body: Vec<_> = (0..4).map(|line| random(100 + line, 64)).collect();
    ["-----BEGIN ", "RSA PRIVATE KEY-----\n", &body.join("\n"), "\n-----END ", "RSA PRIVATE KEY-----"].concat()
}

/// A password that is no UTF-8.
pub(crate) fn odd_password() -> Vec<u8> {
    [random(7, 12).as_bytes(), b"\xff\xfe", random(8, 12).as_bytes()].concat()
}

pub(crate) fn commit(day: u32, author: &str) -> Arc<Commit> {
    Arc::new(Commit {
        time: 1_700_000_000 + i64::from(day) * 86_400,
        id: format!("{day:02}").repeat(20),
        author: author.to_owned(),
        date: format!("2024-03-{day:02}T10:00:00+01:00"),
        committer: "Carl Committer <carl@example.com>".to_owned(),
        committed: format!("2024-03-{day:02}T12:00:00+00:00"),
    })
}

pub(crate) fn at(line: u32, column: u32) -> Position {
    Position { line: NonZeroU32::new(line).unwrap(), column: NonZeroU32::new(column).unwrap() }
}

pub(crate) fn location(place: Place, path: &str, start: (u32, u32), end: (u32, u32), excerpt: Vec<Part>) -> Location {
    Location {
        path: path.into(),
        start: at(start.0, start.1),
        end: at(end.0, end.1),
        place,
        commit: None,
        tag: None,
        reach: None,
        in_head: None,
        excerpt: Excerpt { parts: excerpt },
        confidence: Confidence::High,
        line_hash: None,
        context: None,
    }
}

pub(crate) fn plain(text: &str) -> Part {
    Part::Plain(text.to_owned())
}

pub(crate) fn hidden(secret: &[u8]) -> Part {
    Part::Hidden(Secret::new(secret))
}

pub(crate) fn finding(rules: &RuleSet, rule: usize, secret: &[u8], locations: Vec<Location>) -> Finding {
    let known = rules.get(rule);
    Finding {
        rule,
        severity: known.severity,
        confidence: locations.iter().map(|l| l.confidence).max().unwrap(),
        secret: Secret::new(secret),
        fingerprint: Fingerprint::new(known, &Secret::new(secret)),
        facts: Vec::new(),
        locations,
    }
}

pub(crate) fn committed(mut location: Location, commit: &Arc<Commit>, in_head: bool) -> Location {
    location.commit = Some(Arc::clone(commit));
    location.in_head = Some(in_head);
    let names = ["refs/heads/main", "refs/remotes/origin/\u{202e}main", "refs/tags/v1](2)", "refs/pull/7/head"];
    let names = names.iter().skip(usize::from(!in_head)).map(|name| Arc::from(*name)).collect();
    location.reach = Some(Arc::new(Reach::Refs { names, total: 12 }));
    location
}

/// With the hash of the line of an empty file, `c129715d7a2bc9a3:1`.
fn hashed(mut location: Location) -> Location {
    let line = NonZeroU32::MIN;
    location.line_hash = LineHasher::default().finish(&[line].into()).remove(&line);
    location
}

/// In a file since two commits ago, in an older file that is gone, in seven more files, and staged.
pub(crate) fn token_everywhere(rules: &RuleSet) -> Finding {
    let secret = token(1);
    let end = 9 + u32::try_from(secret.len()).unwrap();
    let line = |before: &str| vec![plain(before), hidden(secret.as_bytes()), plain("\"  # \u{202e}live\u{1b}[0m")];
    let ada = commit(4, "Ada \u{1b}[31m\u{202e}Lovelace <ada@example.com>");
    let mut locations = vec![
        committed(location(Place::File, "src/config.py", (12, 9), (12, end), line("\tTOKEN=\"")), &ada, true),
        committed(
            location(Place::History, "old dir/größe#1?.py", (3, 9), (3, end), line("TOKEN = \"")),
            &commit(1, "Bob <bob@example.com>"),
            false,
        ),
        location(Place::Staged, "app/[id].tsx", (1, 9), (1, end), line("TOKEN = \"")),
    ];
    for n in 0..7 {
        let mut excerpt = line("漢字 = \"");
        excerpt.insert(0, plain(&"left ".repeat(60)));
        excerpt.push(plain(&" right".repeat(60)));
        locations.push(location(Place::File, &format!("z/{n}.txt"), (n + 1, 9), (n + 1, end), excerpt));
    }
    let mut finding = finding(rules, TOKEN, secret.as_bytes(), locations);
    finding.facts = vec![
        Fact { label: "checksum", value: "valid".to_owned() },
        Fact { label: "account", value: "octo\u{7}cat".to_owned() },
    ];
    finding
}

pub(crate) fn findings(rules: &RuleSet) -> Vec<Finding> {
    let eve = commit(9, "Eve\u{2066}\n<eve@example.com>");
    let pair = [token(2), token(3)];
    let two = |path: &str| {
        vec![plain(&format!("{path} ")), hidden(pair[0].as_bytes()), plain(" "), hidden(pair[1].as_bytes())]
    };
    let key = pem();
    let key_line = vec![hidden(key.as_bytes())];
    let odd = odd_password();
    let mut weak = location(Place::Stdin, "<stdin>", (2, 11), (2, 37), vec![plain("password: "), hidden(&odd)]);
    weak.confidence = Confidence::Low;
    vec![
        finding(rules, PASSWORD, &odd, vec![weak]),
        token_everywhere(rules),
        finding(
            rules,
            TOKEN,
            pair[1].as_bytes(),
            vec![committed(location(Place::History, "a/\u{1b}]0;x.env", (5, 46), (5, 88), two("b")), &eve, false)],
        ),
        finding(
            rules,
            KEY,
            key.as_bytes(),
            vec![hashed(committed(location(Place::File, "keys/id_rsa", (1, 1), (6, 30), key_line), &eve, true))],
        ),
        finding(
            rules,
            PASSWORD,
            random(9, 14).as_bytes(),
            vec![committed(location(Place::History, "x.ini", (1, 1), (1, 15), Vec::new()), &eve, true)],
        ),
    ]
}

/// One by a comment beside it, one by an unreviewed entry of the baseline at two places that only history has.
pub(crate) fn suppressed(rules: &RuleSet) -> Vec<Suppressed> {
    let (inline, known) = (token(4), token(5));
    let places = ["a.env", "b.env"].map(|path| {
        let location = location(Place::History, path, (1, 7), (1, 49), vec![plain("token="), hidden(known.as_bytes())]);
        committed(location, &commit(2, "Bob <bob@example.com>"), false)
    });
    vec![
        Suppressed {
            finding: finding(
                rules,
                TOKEN,
                inline.as_bytes(),
                vec![location(Place::File, "docs/how to.md", (4, 1), (4, 43), vec![hidden(inline.as_bytes())])],
            ),
            by: Suppression {
                kind: SuppressionKind::Inline,
                file: "docs/how to.md".into(),
                line: NonZeroU32::new(3),
                what: "gitleaks:allow".into(),
                reason: Some("made up\u{1b}[2J".into()),
                owner: None,
                until: Some(jiff::civil::date(2027, 1, 31)),
                reviewed: true,
            },
        },
        Suppressed {
            finding: finding(rules, TOKEN, known.as_bytes(), places.into()),
            by: Suppression {
                kind: SuppressionKind::Baseline,
                file: ".spillcheck-baseline".into(),
                line: NonZeroU32::new(3),
                what: "entry, unreviewed".into(),
                reason: None,
                owner: Some("@infra".into()),
                until: None,
                reviewed: false,
            },
        },
    ]
}

/// The standard report: incomplete, with something of everything.
pub(crate) fn standard(rules: &RuleSet) -> Report<'_> {
    Report {
        rules,
        findings: findings(rules),
        suppressed: suppressed(rules),
        applied: vec![
            Applied {
                path: ".gitleaks.toml".to_owned(),
                format: "gitleaks",
                notices: vec!["line 3: `\u{202e}x`".to_owned()],
            },
            Applied { path: ".spillcheck.toml".to_owned(), format: "spillcheck", notices: Vec::new() },
        ],
        unused_allows: vec![UnusedAllow {
            file: ".spillcheck-baseline".into(),
            line: NonZeroU32::new(7),
            what: "entry\u{1b}[31m".into(),
            problem: "expired after 2024-02-29".to_owned(),
        }],
        dropped: BTreeMap::from([(DropReason::Placeholder, 1200), (DropReason::Overlap, 3)]),
        skipped: BTreeMap::from([(SkipReason::Binary, 4), (SkipReason::TooLarge, 1)]),
        errors: vec![
            ScanError { subject: "vault/\u{1b}[2Jlocked".to_owned(), problem: "permission denied".to_owned() },
            ScanError { subject: "blob 0123456789ab".to_owned(), problem: "not in this partial clone".to_owned() },
        ],
        stats: Stats { files: 1234, blobs: 56, commits: 7, bytes: 12_345_678 },
        began: 1_709_251_198,
        ended: 1_709_251_201,
        interrupted: false,
    }
}

pub(crate) fn clean(rules: &RuleSet) -> Report<'_> {
    Report {
        findings: Vec::new(),
        errors: Vec::new(),
        suppressed: Vec::new(),
        applied: Vec::new(),
        unused_allows: Vec::new(),
        dropped: BTreeMap::new(),
        skipped: BTreeMap::new(),
        ..standard(rules)
    }
}
