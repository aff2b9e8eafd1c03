//! A rule as the detector uses it. The same type serves rules compiled in (borrowed, const) and rules read from a file.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::quick::{self, Alphabet};
use crate::named_enum;

type Text = Cow<'static, str>;
type List = Cow<'static, [Cow<'static, str>]>;

named_enum! {
    /// How sure a finding is to be a credential.
    Confidence {
        /// Shaped or placed like one; worth a look in an audit.
        Low = "low",
        /// Reported by default.
        Medium = "medium",
        /// Self-identifying or proved by an offline check.
        High = "high",
    }
}

named_enum! {
    /// The harm a finder can do with a live one.
    Severity {
        /// Little: a key id, a demo key, a read-only public quota.
        Low = "low",
        /// Some: quota, read access to uncritical data.
        Medium = "medium",
        /// Much: data, money or messages in the owner's name.
        High = "high",
        /// Everything the owner has there.
        Critical = "critical",
    }
}

named_enum! {
    /// What sort of credential it is.
    Kind {
        /// A key sent with each request.
        ApiKey = "api-key",
        /// A bearer token of a user, an app or a machine.
        AccessToken = "access-token",
        /// A token that buys access tokens.
        RefreshToken = "refresh-token",
        /// The secret half of a key id and secret pair.
        SecretKey = "secret-key",
        /// A secret that signs requests, cookies or tokens (HMAC).
        SigningSecret = "signing-secret",
        /// The private half of a key pair.
        PrivateKey = "private-key",
        /// A password.
        Password = "password",
        /// A connection string with a password in it.
        ConnectionString = "connection-string",
        /// A URL that is itself the credential.
        WebhookUrl = "webhook-url",
        /// An OAuth client secret.
        ClientSecret = "client-secret",
        /// A session cookie or token.
        Session = "session",
        /// A token that carries its own claims.
        Jwt = "jwt",
        /// A wallet's seed phrase or seed.
        Seed = "seed",
        /// The public half of a pair: harmless alone.
        KeyId = "key-id",
    }
}

named_enum! {
    /// Characters that may not stand directly before or after a match.
    Edge {
        /// Letters, digits and `_`.
        Word = "word",
        /// Letters, digits, `+`, `/` and `=`.
        Base64 = "base64",
        /// Letters, digits, `_`, `-`, and `+` of the other spelling of base64.
        Base64url = "base64url",
        /// None: the pattern ends by itself.
        None = "none",
    }
}

/// A regular expression that is compiled when it is first needed.
pub struct Pattern {
    source: Text,
    compiled: OnceLock<Regex>,
    anchored: OnceLock<Regex>,
    tail: OnceLock<Option<Regex>>,
    alphabet: OnceLock<Alphabet>,
}

impl Pattern {
    /// From a source that [`crate::rules::lint`] has accepted.
    pub const fn new(source: Text) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
            anchored: OnceLock::new(),
            tail: OnceLock::new(),
            alphabet: OnceLock::new(),
        }
    }

    /// The source text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The compiled expression.
    pub fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| compile(&self.source))
    }

    /// The expression tied to the beginning of the text it is given.
    pub fn anchored(&self) -> &Regex {
        self.anchored.get_or_init(|| compile(&format!(r"\A(?:{})", self.source)))
    }

    /// The part of the expression from the only one of `anchors` on, tied to the beginning of the text it is given; none where
    /// the anchor's place in the pattern cannot be told.
    pub fn tail(&self, anchors: &[Cow<'static, str>]) -> Option<&Regex> {
        let make = || {
            let [anchor] = anchors else { return None };
            quick::tail(&self.source, anchor).map(|tail| compile(&format!(r"\A(?:{tail})")))
        };
        self.tail.get_or_init(make).as_ref()
    }

    /// What matches consist of.
    pub fn alphabet(&self) -> &Alphabet {
        self.alphabet.get_or_init(|| Alphabet::of(&self.source))
    }
}

fn compile(source: &str) -> Regex {
    regex::bytes::RegexBuilder::new(source)
        .unicode(false)
        .build()
        .expect("rule patterns are compiled by the linter before a rule set accepts them")
}

/// How a rule finds its credential.
pub enum Matcher {
    /// The credential identifies itself.
    Token(Token),
    /// It is known by a provider's word near it.
    Context(Context),
    /// It is known by what its name means.
    Assignment(Assignment),
}

/// See [`super::schema::TokenDef`].
pub struct Token {
    /// Literals, one of which occurs in every match.
    pub anchors: List,
    /// Where in a window the match is.
    pub shape: Shape,
    /// What may not stand next to it.
    pub edge: Edge,
    /// The secret must look random for its alphabet and length.
    pub random: bool,
    /// See [`super::schema::TokenDef::weighed`].
    pub weighed: bool,
    /// See [`super::schema::TokenDef::basic`].
    pub basic: bool,
    /// Whatever the pattern matches is reported.
    pub verbatim: Option<Verbatim>,
}

impl Token {
    /// Whether nothing tells the secret but that it looks random.
    pub fn is_nameless(&self) -> bool {
        matches!(self.shape, Shape::Scanner(crate::detect::scanner::Scanner::Random))
    }
}

/// A rule of the user's that is taken at its word: see [`super::schema::TokenDef::verbatim`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verbatim {
    /// The secret's entropy must exceed this, bits for each byte; 0: no condition.
    pub entropy: f64,
    /// How far from an anchor a match may be, bytes; none: the anchor is in the match.
    pub within: Option<u32>,
}

/// The extent of a token.
pub enum Shape {
    /// A regular expression; matches begin at most `lookback` bytes before an anchor and are at most `max` bytes long.
    Pattern {
        /// The expression.
        pattern: Pattern,
        /// Longest text before the anchor.
        lookback: u32,
        /// Longest match in bytes.
        max: u32,
        /// See [`super::shape::Bounds::follow`].
        follow: super::shape::Follow,
    },
    /// A scanner in code, see [`crate::detect::scanner`].
    Scanner(crate::detect::scanner::Scanner),
}

impl Shape {
    /// Longest text of a match before its anchor, bytes.
    pub fn lookback(&self) -> usize {
        match self {
            Self::Pattern { lookback, .. } => *lookback as usize,
            Self::Scanner(_) => 0,
        }
    }

    /// Longest match, bytes.
    pub fn longest(&self) -> usize {
        match self {
            Self::Pattern { max, .. } => *max as usize,
            Self::Scanner(scanner) => scanner.longest(),
        }
    }
}

/// See [`super::schema::ContextDef`].
pub struct Context {
    /// The provider's words.
    pub words: List,
    /// Labels, normalised (lower case, no separators).
    pub names: List,
    /// Labels that rule a name out, normalised.
    pub not_names: List,
    /// The whole value.
    pub value: Pattern,
    /// Longest value in bytes.
    pub max: u32,
    /// Reach after the word, bytes; 0: same name only.
    pub within: u32,
    /// What may not stand next to the value.
    pub edge: Edge,
    /// The value must look random for its alphabet and length.
    pub random: bool,
}

/// See [`super::schema::AssignmentDef`].
pub struct Assignment {
    /// Words of the name, normalised.
    pub names: List,
    /// Labels that rule a name out, normalised.
    pub not_names: List,
    /// See [`super::schema::AssignmentDef::glued`].
    pub glued: bool,
    /// See [`super::schema::AssignmentDef::weak`].
    pub weak: bool,
}

/// A rule: what to look for, what it means, what to do.
pub struct Rule {
    /// Stable id.
    pub id: Text,
    /// Display name of the provider.
    pub provider: Text,
    /// See [`super::schema::RuleFile::generic`].
    pub generic: bool,
    /// What the provider calls the credential.
    pub title: Text,
    /// What sort of credential.
    pub kind: Kind,
    /// Harm a finder can do.
    pub severity: Severity,
    /// Confidence of an ordinary match.
    pub confidence: Confidence,
    /// What it is.
    pub about: Text,
    /// What a finder can do with it.
    pub impact: Text,
    /// How to make it useless at once.
    pub disable: Text,
    /// How to replace it without an outage.
    pub rotate: Text,
    /// Where the next one belongs.
    pub store: Text,
    /// The provider's page.
    pub documentation: Option<Text>,
    /// See [`super::schema::RuleDef::companions`].
    pub companions: List,
    /// Offline check.
    pub check: Option<crate::detect::check::Check>,
    /// How it is found.
    pub matcher: Matcher,
}

impl Rule {
    /// Literals that wake the rule.
    pub fn anchors(&self) -> &[Cow<'static, str>] {
        match &self.matcher {
            Matcher::Token(t) => &t.anchors,
            Matcher::Context(c) => &c.words,
            Matcher::Assignment(a) => &a.names,
        }
    }

    /// What findings are known by in place of the id, which may be split: the first word of the id, which names the provider
    /// and never changes, whatever the provider is called in reports. All rules for private keys are one family, because
    /// the same key comes in many wrappings, and so are all generic ones.
    pub fn family(&self) -> &str {
        match self.kind {
            Kind::PrivateKey => Kind::PrivateKey.as_str(),
            _ if self.generic => "generic",
            _ => self.id.split('-').next().unwrap_or(&self.id),
        }
    }

    /// See [`Verbatim`].
    pub fn verbatim(&self) -> Option<Verbatim> {
        match &self.matcher {
            Matcher::Token(token) => token.verbatim,
            _ => None,
        }
    }

    /// Whether the rule is for weak and default passwords.
    pub fn is_weak(&self) -> bool {
        matches!(&self.matcher, Matcher::Assignment(a) if a.weak)
    }

    /// See [`Token::is_nameless`].
    pub fn is_nameless(&self) -> bool {
        matches!(&self.matcher, Matcher::Token(token) if token.is_nameless())
    }

    /// Whether the rule finds hashes of passwords, of which comments show examples.
    pub fn is_password_hash(&self) -> bool {
        self.id.starts_with("password-hash-")
    }

    /// Whether the value model judges what the rule finds.
    pub fn is_weighed(&self) -> bool {
        match &self.matcher {
            Matcher::Token(token) => token.weighed,
            Matcher::Context(_) => false,
            Matcher::Assignment(a) => !a.weak,
        }
    }

    /// More specific rules win where findings overlap: token over context over rules that know no provider. Where two providers
    /// issue tokens of one form (Clerk and Stripe), the rule whose anchor is its provider's name has seen that beside the token,
    /// and knows more.
    pub fn specificity(&self) -> u8 {
        match (&self.matcher, self.generic) {
            // Our own rules say what the credential is and how to disable it.
            (Matcher::Token(token), _) if token.verbatim.is_some() => 3,
            (Matcher::Token(token), false) if token.anchors.iter().any(|a| a.eq_ignore_ascii_case(&self.provider)) => 6,
            (Matcher::Token(_), false) => 5,
            (Matcher::Context(_), false) => 4,
            // Whatever has a name is told better by it.
            (Matcher::Token(_), true) if self.is_nameless() => 0,
            (Matcher::Token(_), true) => 2,
            (Matcher::Context(_), true) => 1,
            (Matcher::Assignment(_), _) => 0,
        }
    }
}
