//! Offline checks: what can be learnt about a candidate without any network. Pure functions from bytes to an outcome.

mod aws;
pub(crate) mod azure;
pub(crate) mod base58check;
pub(crate) mod bech32;
pub(crate) mod bip39;
mod claims;
pub(crate) mod codec;
pub(crate) mod crc;
mod der;
pub(crate) mod ed25519;
mod fact;
pub(crate) mod jks;
mod jwt;
mod key;
pub(crate) mod macaroon;
mod marvin;
pub(crate) mod nkey;
mod openssh;
mod parts;
mod pem;
pub(crate) mod pgp;
pub(crate) mod pkcs12;
mod published;
mod putty;
mod secp256k1;
mod structure;
pub(crate) mod tail;
mod vapid;
mod wrapped;

pub use fact::Fact;
pub(crate) use jwt::is_of_nobody as is_jwt_of_nobody;
pub use published::is_published_example;

use crate::named_enum;

/// What a check makes of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Proved by a checksum or by its structure: confidence becomes high.
    Valid,
    /// Neither proved nor refuted: the rule's own confidence stands.
    Unproven,
    /// Real, but of little use to a finder (expired, encrypted, unsigned): confidence becomes low.
    Weak,
    /// Cannot be a real credential (a checksum fails): confidence becomes low and a fact says so.
    Invalid,
    /// Not a secret at all (a public key, a certificate): dropped.
    NotSecret,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it means for the finding.
    pub verdict: Verdict,
    /// What was learnt, shown in every report.
    pub facts: Vec<Fact>,
}

impl Outcome {
    /// An outcome with its facts.
    pub fn new(verdict: Verdict, facts: Vec<Fact>) -> Self {
        Self { verdict, facts }
    }

    /// Nothing was learnt.
    pub fn unproven() -> Self {
        Self::new(Verdict::Unproven, Vec::new())
    }

    /// The value of the first fact with this label.
    pub fn fact(&self, label: &str) -> Option<&str> {
        self.facts.iter().find(|fact| fact.label == label).map(|fact| fact.value.as_str())
    }
}

named_enum! {
    /// A check named in a rule file.
    Check {
        /// GitHub tokens: base62 CRC-32 in the last six characters.
        GithubCrc = "github-crc",
        /// npm tokens: the same algorithm.
        NpmCrc = "npm-crc",
        /// Vercel tokens: the same algorithm.
        VercelCrc = "vercel-crc",
        /// Deno Deploy tokens: the same, over prefix and body.
        DenoCrc = "deno-crc",
        /// Apify tokens: the same, over prefix and body, with another order of digits.
        ApifyCrc = "apify-crc",
        /// Routable GitLab tokens: base36 CRC-32; organization, user, project.
        GitlabCrc = "gitlab-crc",
        /// Grafana service account tokens: little-endian CRC-32.
        GrafanaCrc = "grafana-crc",
        /// Atlassian and Bitbucket tokens (ATATT, ATCTT, ATBB): CRC-32 in upper-case hexadecimal.
        AtlassianCrc = "atlassian-crc",
        /// Confluent API secrets: CRC-32 in base64.
        ConfluentCrc = "confluent-crc",
        /// Zuplo keys: CRC-32 in hexadecimal.
        ZuploCrc = "zuplo-crc",
        /// crates.io trusted publishing tokens: XOR of the characters.
        CratesIoTp = "crates-io-tp",
        /// JSON Web Tokens: header and payload decoded, expiry, algorithm.
        Jwt = "jwt",
        /// A JSON Web Token in base64.
        JwtBase64 = "jwt-base64",
        /// Private keys in PEM, OpenSSH, PGP or PuTTY form, encrypted or not.
        PrivateKey = "private-key",
        /// The same after one base64 decoding.
        PrivateKeyBase64 = "private-key-base64",
        /// Private keys in base64 of DER, without armour.
        PrivateKeyBare = "private-key-bare",
        /// Google service account keys, JSON or base64 of it: account, project, key.
        GcpServiceAccount = "gcp-service-account",
        /// AWS access key ids: alphabet, account.
        AwsKeyId = "aws-key-id",
        /// Azure identifiable keys: Marvin32 with the seed of the service.
        AzureHis = "azure-his",
        /// Azure common annotated keys (JQQJ99): Marvin32, service, month.
        AzureCask = "azure-cask",
        /// Entra ID client secrets (8Q~): Marvin32.
        AzureEntraSecret = "azure-entra-secret",
        /// Azure DevOps tokens of 52 characters: CRC-32.
        AzureDevopsPat = "azure-devops-pat",
        /// Azure shared access signatures: size, expiry, permissions.
        AzureSas = "azure-sas",
        /// age, Nostr and Cardano keys: bech32 checksum and length.
        Bech32 = "bech32",
        /// Bitcoin, Tezos and XRP Ledger keys: base58check, version, range.
        Base58check = "base58check",
        /// Wallet phrases: BIP-39 or Electrum checksum.
        Bip39 = "bip39",
        /// NATS seeds: base32 with CRC-16.
        Nkey = "nkey",
        /// Stellar seeds: base32 with CRC-16.
        StellarSeed = "stellar-seed",
        /// 64-byte Ed25519 keys: the second half is the public key of the first.
        Ed25519Pair = "ed25519-pair",
        /// Coinbase secrets: an Ed25519 pair, or in older keys 64 random bytes.
        CoinbaseSecret = "coinbase-secret",
        /// The same for Solana, where what fails is a signature.
        SolanaKeypair = "solana-keypair",
        /// WireGuard private keys: clamped.
        WireguardClamp = "wireguard-clamp",
        /// Ethereum private keys: in the range of the curve.
        Secp256k1 = "secp256k1",
        /// PyPI tokens: location, scope, expiry.
        PypiMacaroon = "pypi-macaroon",
        /// Sentry organization tokens: organization, region.
        SentryJson = "sentry-json",
        /// Grafana Cloud tokens and older Grafana keys: organization, name.
        GrafanaJson = "grafana-json",
        /// 1Password service account tokens: sign-in address.
        OnepasswordJson = "onepassword-json",
        /// Mapbox tokens: secret or public, account.
        MapboxKind = "mapbox-kind",
        /// Slack tokens and webhooks: kind, team.
        SlackParts = "slack-parts",
        /// Telegram tokens: the bot's id.
        TelegramBot = "telegram-bot",
        /// Discord tokens: the bot's id and its age.
        DiscordBot = "discord-bot",
        /// Stripe keys: live or test, account.
        StripeMode = "stripe-mode",
        /// Dynatrace tokens: their public id.
        Dynatrace = "dynatrace",
        /// Postman access keys: a ULID with its time.
        Ulid = "ulid",
        /// KuCoin key ids: an ObjectId with its time.
        ObjectId = "object-id",
        /// Jira, Confluence and Bitbucket Data Center tokens: base64 of a number and random bytes.
        DataCenterToken = "data-center-token",
        /// JFrog API keys: base58 of 54 bytes.
        JfrogKey = "jfrog-key",
        /// JFrog reference tokens: expiry.
        JfrogReference = "jfrog-reference",
        /// Docker registry credentials: base64 of user and password.
        DockerAuth = "docker-auth",
        /// WorkOS and Highnote keys: base64 of an id and a secret.
        KeyInBase64 = "key-in-base64",
        /// Intercom tokens: base64 of `tok:` and digits.
        IntercomToken = "intercom-token",
        /// NVIDIA NGC keys: base64 of an id and a UUID.
        NgcKey = "ngc-key",
        /// NuGet keys: base32 of bytes that begin with v4.
        NugetKey = "nuget-key",
        /// Supabase keys: publishable or secret, checksum where the project is known.
        SupabaseKey = "supabase-key",
        /// Vault service tokens: a protocol buffer, or short ones.
        VaultToken = "vault-token",
        /// Amazon Bedrock keys: account; region and expiry of short-term ones.
        BedrockKey = "bedrock-key",
        /// Docker Swarm join tokens: numbers that fit their bytes.
        SwarmToken = "swarm-token",
        /// Clerk keys: publishable or secret, host.
        ClerkKey = "clerk-key",
        /// UUIDs drawn at random: version 4.
        Uuid4 = "uuid-4",
        /// Password hashes of `crypt`: salts of examples.
        CryptSalt = "crypt-salt",
        /// Keys of whole bytes in base64: the last character.
        Base64Tail = "base64-tail",
        /// PKCS #12 key stores: what they hold, and whether a well-known password opens them.
        Pkcs12 = "pkcs12",
        /// Key stores of Java: what they hold, and whether a well-known password opens them.
        Jks = "jks",
        /// Web Push keys: public or private, a private one proved by its public one nearby.
        Vapid = "vapid",
    }
}

impl Check {
    /// Runs the check on a candidate. `now` is the time of the scan in seconds since 1970, for expiry dates.
    pub fn run(self, secret: &[u8], now: i64) -> Outcome {
        match self {
            Self::GithubCrc => crc::github(secret),
            Self::NpmCrc => crc::npm(secret),
            Self::VercelCrc => crc::vercel(secret),
            Self::DenoCrc => crc::deno(secret),
            Self::ApifyCrc => crc::apify(secret),
            Self::GitlabCrc => tail::gitlab(secret),
            Self::GrafanaCrc => tail::grafana(secret),
            Self::AtlassianCrc => tail::atlassian(secret),
            Self::ConfluentCrc => tail::confluent(secret),
            Self::ZuploCrc => tail::zuplo(secret),
            Self::CratesIoTp => tail::crates_io(secret),
            Self::Jwt => jwt::check(secret, now),
            Self::JwtBase64 => jwt::check_base64(secret, now),
            Self::PrivateKey => key::check(secret),
            Self::PrivateKeyBase64 => claims::private_key_base64(secret),
            Self::PrivateKeyBare => key::check_bare(secret),
            Self::GcpServiceAccount => claims::service_account(secret),
            Self::AwsKeyId => aws::check(secret),
            Self::AzureHis => azure::identifiable(secret),
            Self::AzureCask => azure::cask(secret),
            Self::AzureEntraSecret => azure::entra(secret),
            Self::AzureDevopsPat => azure::devops(secret),
            Self::AzureSas => wrapped::azure_sas(secret, now),
            Self::Bech32 => bech32::check(secret),
            Self::Base58check => base58check::check(secret),
            Self::Bip39 => bip39::check(secret),
            Self::Nkey => nkey::nats(secret),
            Self::StellarSeed => nkey::stellar(secret),
            Self::Ed25519Pair => ed25519::pair(secret),
            Self::CoinbaseSecret => ed25519::coinbase(secret),
            Self::SolanaKeypair => ed25519::solana(secret),
            Self::WireguardClamp => ed25519::wireguard(secret),
            Self::Secp256k1 => secp256k1::check(secret),
            Self::PypiMacaroon => macaroon::pypi(secret, now),
            Self::SentryJson => claims::sentry(secret),
            Self::GrafanaJson => claims::grafana(secret),
            Self::OnepasswordJson => claims::onepassword(secret),
            Self::MapboxKind => claims::mapbox(secret),
            Self::SlackParts => parts::slack(secret),
            Self::TelegramBot => parts::telegram(secret),
            Self::DiscordBot => parts::discord(secret),
            Self::StripeMode => parts::stripe(secret),
            Self::Dynatrace => parts::dynatrace(secret),
            Self::Ulid => parts::ulid(secret),
            Self::ObjectId => parts::object_id(secret, now),
            Self::DataCenterToken => wrapped::data_center(secret),
            Self::JfrogKey => wrapped::jfrog_key(secret),
            Self::JfrogReference => wrapped::jfrog_reference(secret, now),
            Self::DockerAuth => wrapped::docker_auth(secret),
            Self::KeyInBase64 => wrapped::key_pair(secret),
            Self::IntercomToken => wrapped::intercom(secret),
            Self::NgcKey => wrapped::ngc(secret),
            Self::NugetKey => wrapped::nuget(secret),
            Self::SupabaseKey => wrapped::supabase(secret, b""),
            Self::VaultToken => structure::vault(secret),
            Self::BedrockKey => structure::bedrock(secret, now),
            Self::SwarmToken => structure::swarm(secret),
            Self::ClerkKey => structure::clerk(secret),
            Self::Uuid4 => structure::uuid4(secret),
            Self::CryptSalt => structure::crypt_salt(secret),
            Self::Base64Tail => structure::base64_tail(secret),
            Self::Pkcs12 => pkcs12::check(secret),
            Self::Jks => jks::check(secret),
            Self::Vapid => vapid::check(secret, b""),
        }
    }

    /// Whether [`Check::run_in`] makes use of what stands near.
    pub fn looks_near(self) -> bool {
        matches!(self, Self::SupabaseKey | Self::Vapid)
    }

    /// The same with `near`, the text round the candidate, up to [`NEAR`] bytes on either side: Supabase keys are proved by
    /// their project, which their URL names, Web Push keys by their public half.
    pub fn run_in(self, secret: &[u8], near: &[u8], now: i64) -> Outcome {
        match self {
            Self::SupabaseKey => wrapped::supabase(secret, near),
            Self::Vapid => vapid::check(secret, near),
            _ => self.run(secret, now),
        }
    }
}

/// Bytes that a check may see on either side of a candidate: a key and its URL stand in one block of settings.
pub const NEAR: usize = 400;

/// The first characters of an id that stands in a token. The whole would help more, but no output shows a longer piece of
/// what a rule takes for a secret.
fn shortened(id: &str) -> String {
    match id.char_indices().nth(5) {
        Some((end, _)) => format!("{}...", &id[..end]),
        None => id.to_owned(),
    }
}

/// The outcome for a checksum over the whole token.
fn checksum(right: bool) -> Outcome {
    let (verdict, value) = if right { (Verdict::Valid, "valid") } else { (Verdict::Invalid, "invalid") };
    Outcome::new(verdict, vec![Fact::new("checksum", value)])
}

/// `text` if it is 1 to `max` printable ASCII bytes, so that it can be shown as it is.
fn printable(text: &str, max: usize) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= max;
    (fits && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')).then_some(text)
}

#[cfg(test)]
mod tests;
