//! The shape of a rule file, and nothing else: this file is also compiled into `build.rs`, which turns `rules/*.toml`
//! into tables, so it depends on serde alone. Unknown keys are errors everywhere.

use serde::Deserialize;

/// One TOML file: a provider and its rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Display name of the provider, for example `GitHub`.
    pub provider: String,
    /// The rules know no provider: where another rule sees the same bytes, it speaks.
    #[serde(default)]
    pub generic: bool,
    /// The provider's page on these credentials; a rule may name a better one.
    #[serde(default)]
    pub documentation: Option<String>,
    /// Remedy texts shared by the rules of the file; a rule may override each.
    #[serde(default)]
    pub remedy: Remedy,
    /// The rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleDef>,
}

/// What to do about a leaked credential, in this order.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// How to make the leaked value useless at once: a page or a command.
    #[serde(default)]
    pub disable: Option<String>,
    /// How to replace it without an outage.
    #[serde(default)]
    pub rotate: Option<String>,
    /// Where the next one belongs.
    #[serde(default)]
    pub store: Option<String>,
}

/// One rule. Exactly one of `token`, `context` and `assignment` is present.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDef {
    /// Stable id, kebab-case, beginning with the provider.
    pub id: String,
    /// What the thing is called by its provider.
    pub title: String,
    /// What sort of credential it is; see [`crate::rules::Kind`] for the names.
    pub kind: String,
    /// `critical`, `high`, `medium` or `low`: the harm a finder can do.
    pub severity: String,
    /// What it is and what its owner uses it for.
    pub about: String,
    /// What a finder can do with it.
    pub impact: String,
    /// Overrides of the file's remedy.
    #[serde(default)]
    pub disable: Option<String>,
    /// See [`Remedy::rotate`].
    #[serde(default)]
    pub rotate: Option<String>,
    /// See [`Remedy::store`].
    #[serde(default)]
    pub store: Option<String>,
    /// Overrides the file's documentation page.
    #[serde(default)]
    pub documentation: Option<String>,
    /// Confidence of an ordinary match: `high`, `medium` (default) or `low`.
    #[serde(default)]
    pub confidence: Option<String>,
    /// Name of an offline check; see [`crate::detect::check`].
    #[serde(default)]
    pub check: Option<String>,
    /// Ids of the rules for its other parts: key id, account, passphrase. Those found near it belong to it.
    #[serde(default)]
    pub companions: Vec<String>,
    /// The credential identifies itself.
    #[serde(default)]
    pub token: Option<TokenDef>,
    /// The credential is known by a provider's word near it.
    #[serde(default)]
    pub context: Option<ContextDef>,
    /// A credential of an unknown provider, known only by the name it is assigned to.
    #[serde(default)]
    pub assignment: Option<AssignmentDef>,
    /// Texts the rule must and must not report.
    #[serde(default)]
    pub examples: Examples,
}

/// A self-identifying credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenDef {
    /// Literals, one of which occurs in every match (any case); at least 3, better 4 bytes.
    pub anchors: Vec<String>,
    /// Regular expression of the whole token. A group named `secret` narrows what is reported as the secret.
    #[serde(default)]
    pub pattern: Option<String>,
    /// Name of a scanner in code, in place of `pattern`; see [`crate::detect::scanner`].
    #[serde(default)]
    pub scanner: Option<String>,
    /// Upper bound in bytes of a match whose pattern has an unbounded repetition.
    #[serde(default)]
    pub max_length: Option<u32>,
    /// Characters that may not stand directly before or after the token: `word` (default), `base64`, `base64url`, `none`.
    #[serde(default)]
    pub edge: Option<String>,
    /// False where the secret need not look random (a user's choice, a number).
    #[serde(default)]
    pub random: Option<bool>,
    /// Own rules: report whatever the pattern matches, with no judgement but `entropy`. The secret is the group named
    /// `secret`, else the first group that is not empty, else the match.
    #[serde(default)]
    pub verbatim: bool,
    /// Verbatim rules: the secret's Shannon entropy must exceed this, bits for each byte.
    #[serde(default)]
    pub entropy: Option<f64>,
    /// Verbatim rules: an anchor need not be in the match, but within so many bytes of it.
    #[serde(default)]
    pub within: Option<u32>,
    /// The value model judges the secret, as it does what is assigned to a name.
    #[serde(default)]
    pub weighed: bool,
    /// What the pattern calls the secret is base64 of a user name, a colon and a password, and the password is the secret.
    #[serde(default)]
    pub basic: bool,
}

/// A credential without a shape of its own, near a word that names its provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextDef {
    /// The provider's words (any case), 3, better 4 or more bytes: product name, header, host.
    pub words: Vec<String>,
    /// Labels, one of which the value's own name must contain (case and separators ignored); empty: any name.
    #[serde(default)]
    pub names: Vec<String>,
    /// Labels that rule a name out.
    #[serde(default)]
    pub not_names: Vec<String>,
    /// Regular expression of the whole value.
    pub value: String,
    /// How many bytes after the word the value may begin; 0: the word must stand in the value's own name.
    #[serde(default)]
    pub within: Option<u32>,
    /// See [`TokenDef::max_length`].
    #[serde(default)]
    pub max_length: Option<u32>,
    /// See [`TokenDef::edge`].
    #[serde(default)]
    pub edge: Option<String>,
    /// See [`TokenDef::random`].
    #[serde(default)]
    pub random: Option<bool>,
}

/// A value known only by what its name means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentDef {
    /// Words the name must contain (case and separators ignored), at word boundaries.
    pub names: Vec<String>,
    /// Labels that rule a name out.
    #[serde(default)]
    pub not_names: Vec<String>,
    /// Names shorter than five bytes may end a longer word, too (`nkey`).
    #[serde(default)]
    pub glued: bool,
    /// Only weak and default passwords are meant: everybody knows them.
    #[serde(default)]
    pub weak: bool,
}

/// Texts that pin a rule down. `{{alphabet:length}}` is expanded from a seed, `«…»` marks the expected secret.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Reported by this rule, with exactly the marked secret.
    pub leak: Vec<String>,
    /// Not reported by this rule at default confidence.
    pub clean: Vec<String>,
}
