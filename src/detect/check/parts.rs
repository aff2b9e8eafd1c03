//! Tokens made of parts: what the parts that are not secret say, and whose they are in a few characters.
//!
//! Sources: the providers' documentation (Slack token types, Telegram bot API, Discord snowflakes, Stripe keys, Dynatrace
//! token format), the ULID specification.

use super::{Fact, Outcome, Verdict, codec, shortened};

/// Slack tokens: whose they are, from the numbers in them.
pub(super) fn slack(secret: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(secret) else { return Outcome::unproven() };
    if let Some(at) = text.find("hooks.slack.com/") {
        return slack_hook(&text[at..]);
    }
    let number = |part: &&str| (8..=14).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let (labels, kind): (&[&'static str], _) = match parts.first().copied() {
        Some("xoxb") => (&["team", "bot user"], "bot token"),
        Some("xoxp") => (&["team", "user"], "user token"),
        Some("xoxc") => (&["team", "user"], "browser session: needs the cookie d beside it"),
        Some("xoxs") => (&["team", "user"], "legacy workspace token"),
        Some("xapp") => (&[], "app-level token"),
        Some(first) if first.starts_with("xoxe") => (&[], "rotating token: expires within hours, or refreshes"),
        _ => return Outcome::unproven(),
    };
    let mut facts = vec![Fact::new("kind", kind)];
    let last = parts.len().saturating_sub(1);
    let ids = parts[..last].iter().skip(1).take_while(|part| number(part));
    if ids.clone().any(|id| id.bytes().all(|b| id.starts_with(char::from(b)))) {
        facts.push(Fact::new("team", "one digit repeated: an example"));
        return Outcome::new(Verdict::Invalid, facts);
    }
    if kind.starts_with("rotating")
        && let Some(whole) = parts.last().and_then(|body| rotating(body))
    {
        let verdict = if whole { Verdict::Unproven } else { Verdict::Invalid };
        facts.extend((!whole).then(|| Fact::new("structure", "cut off")));
        return Outcome::new(verdict, facts);
    }
    facts.extend(labels.iter().zip(ids).map(|(label, id)| Fact::new(label, shortened(id))));
    if kind.starts_with("app-level") {
        facts.extend(parts.get(2).filter(|id| slack_id(id, "A")).map(|id| Fact::new("app", shortened(id))));
    }
    Outcome::new(Verdict::Unproven, facts)
}

/// Whether the body of a rotating token is whole: base64 of numbers joined by dashes and 64 hexadecimal digits. None if it is of
/// another form.
fn rotating(body: &str) -> Option<bool> {
    let whole = &body[..body.len() - body.len() % 4];
    let decoded = codec::base64(body.as_bytes()).or_else(|| codec::base64(whole.as_bytes()))?;
    let (numbers, digest) = std::str::from_utf8(&decoded).ok()?.rsplit_once('-')?;
    let numbered = numbers.bytes().all(|b| b.is_ascii_digit() || b == b'-') && numbers.contains('-');
    numbered.then(|| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn slack_id(id: &str, first: &str) -> bool {
    id.starts_with(first) && id.len() <= 16 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn slack_hook(text: &str) -> Outcome {
    let mut parts = text.split('/').skip(1);
    let kind = parts.next().unwrap_or_default();
    let (team, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if !slack_id(team, "T") && !slack_id(team, "E") {
        return Outcome::unproven();
    }
    if team[1..].bytes().all(|b| b == b'0') {
        return Outcome::new(Verdict::NotSecret, vec![Fact::new("team", "the documentation's example")]);
    }
    let mut facts = vec![Fact::new("team", shortened(team))];
    if kind == "services" && slack_id(second, "B") {
        facts.push(Fact::new("webhook", shortened(second)));
    }
    Outcome::new(Verdict::Unproven, facts)
}

/// Telegram: the bot's id before the colon.
pub(super) fn telegram(secret: &[u8]) -> Outcome {
    let at = secret.iter().position(|b| *b == b':').unwrap_or(0);
    match digits(&secret[..at]) {
        Some(id) if at <= 10 && secret[at..].starts_with(b":AA") => {
            Outcome::new(Verdict::Unproven, vec![Fact::new("bot", id)])
        }
        _ => Outcome::unproven(),
    }
}

fn digits(text: &[u8]) -> Option<&str> {
    let all = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| all)
}

/// Milliseconds at the start of Discord's ids: the first second of 2015.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// Discord bot tokens: the first part is the bot's id in base64.
pub(super) fn discord(secret: &[u8]) -> Outcome {
    let mut parts = secret.splitn(3, |b| *b == b'.');
    let (Some(first), Some(_), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return Outcome::unproven();
    };
    let decoded = codec::base64(first).unwrap_or_default();
    let id = digits(&decoded).filter(|id| (17..=20).contains(&id.len())).and_then(|id| id.parse::<u64>().ok());
    let Some(id) = id else {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "the first part is no user id")]);
    };
    let created = codec::date((((id >> 22) + DISCORD_EPOCH) / 1000) as i64);
    let facts = [Some(Fact::new("user", id.to_string())), created.map(|date| Fact::new("created", date))];
    Outcome::new(Verdict::Valid, facts.into_iter().flatten().collect())
}

/// Stripe keys: live or test, and the account in newer ones.
pub(super) fn stripe(secret: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(secret) else { return Outcome::unproven() };
    let mut parts = text.splitn(3, '_');
    let (Some(kind), Some(mode), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
        return Outcome::unproven();
    };
    if !matches!(kind, "sk" | "rk" | "pk") || !matches!(mode, "live" | "test") {
        return Outcome::unproven();
    }
    let mut facts = vec![Fact::new("mode", mode)];
    // The account's 16 characters are no secret: it stands in dashboards, webhooks and publishable keys.
    if let Some(account) = body.strip_prefix('5').filter(|rest| rest.starts_with('1')).and_then(|rest| rest.get(..16))
        && account.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        facts.push(Fact::new("account", format!("acct_{}", shortened(account))));
    }
    if kind == "pk" {
        facts.push(Fact::publishable());
        return Outcome::new(Verdict::NotSecret, facts);
    }
    Outcome::new(Verdict::Unproven, facts)
}

/// Dynatrace: the first two parts are the token's public id.
pub(super) fn dynatrace(secret: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(secret) else { return Outcome::unproven() };
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [kind, id, secret] if kind.starts_with("dt0") && (8..=24).contains(&id.len()) && secret.len() == 64 => {
            let plain = kind.bytes().chain(id.bytes()).all(|b| b.is_ascii_alphanumeric());
            let facts = plain.then(|| Fact::new("token id", format!("{kind}.{}", shortened(id))));
            Outcome::new(Verdict::Unproven, facts.into_iter().collect())
        }
        _ => Outcome::unproven(),
    }
}

/// KuCoin's key ids are MongoDB ObjectIds: the first four bytes are the time they were made, which is not before 2010.
pub(super) fn object_id(secret: &[u8], now: i64) -> Outcome {
    let id = codec::hex(secret).filter(|bytes| bytes.len() == 12);
    let Some([a, b, c, d, ..]) = id.as_deref() else { return Outcome::unproven() };
    let made = i64::from(u32::from_be_bytes([*a, *b, *c, *d]));
    if !(START_OF_2010..=now.saturating_add(DAY)).contains(&made) {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "not made at any time from 2010 till now")]);
    }
    Outcome::new(Verdict::Unproven, codec::date(made).map(|date| Fact::new("created", date)).into_iter().collect())
}

/// 2010-01-01 in seconds since 1970.
const START_OF_2010: i64 = 1_262_304_000;
/// Clocks differ.
const DAY: i64 = 86_400;

/// Postman's `PMAT-`: a ULID, whose first ten characters are its time.
pub(super) fn ulid(secret: &[u8]) -> Outcome {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let text = secret.strip_prefix(b"PMAT-").unwrap_or(secret);
    if text.len() != 26 {
        return Outcome::unproven();
    }
    let value = |b: &u8| DIGITS.iter().position(|d| d == b).map(|v| v as u64);
    let values = text.iter().map(value).collect::<Option<Vec<u64>>>();
    let time = values.map(|values| values.iter().take(10).fold(0, |time, value| time << 5 | value));
    let Some(time) = time.filter(|time| time >> 48 == 0) else {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("structure", "not a ULID")]);
    };
    let created = codec::date((time / 1000) as i64).map(|date| Fact::new("created", date));
    Outcome::new(Verdict::Unproven, created.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    use super::*;

    const NAME: &str = "MadeUpVector";

    #[test]
    fn slack_parts() {
        let out = slack(["xoxb", "-123456789012-1234567890123-", NAME, NAME].concat().as_bytes());
        assert_eq!((out.fact("team"), out.fact("bot user")), (Some("12345..."), Some("12345...")));
        let legacy = slack(["xoxb", "-123456789012-", NAME, NAME].concat().as_bytes());
        assert_eq!((legacy.fact("team"), legacy.fact("bot user")), (Some("12345..."), None));
        let app = slack(["xapp", "-1-A0123456789-1234567890123-", &"0a".repeat(32)].concat().as_bytes());
        assert_eq!(app.fact("app"), Some("A0123..."));
        let all_digits = slack(["xoxb", "-123456789012-", "123456789012"].concat().as_bytes());
        assert!(all_digits.facts.iter().filter(|f| f.value == "12345...").count() == 1);
        let hook = slack(["https://hooks.slack.com/", "services/T0AAAAAAA/B0BBBBBBB/", NAME, NAME].concat().as_bytes());
        assert_eq!((hook.fact("team"), hook.fact("webhook")), (Some("T0AAA..."), Some("B0BBB...")));
        let sample = ["https://hooks.slack.com/", "services/T00000000/B00000000/", NAME, NAME].concat();
        assert_eq!(slack(sample.as_bytes()).verdict, Verdict::NotSecret);
        assert_eq!(slack(b"xoxy-1"), Outcome::unproven());
        let sample = slack(["xoxc", "-888888888888-888888888888-8888888888888-", &"0a".repeat(32)].concat().as_bytes());
        assert_eq!(sample.verdict, Verdict::Invalid);
    }

    #[test]
    fn slack_rotating_tokens() {
        let body = |hex: &str| STANDARD_NO_PAD.encode(format!("3-1-1234567890123-1234567890124-1234567890125-{hex}"));
        let run = |body: &str| slack(["xoxe", "-1-", body].concat().as_bytes());
        let whole = body(&"0a".repeat(32));
        assert_eq!(run(&whole).verdict, Verdict::Unproven);
        for cut in [&whole[..whole.len() - 4], &whole[..whole.len() - 3], &body(&"0a".repeat(31))] {
            assert_eq!((run(cut).verdict, run(cut).fact("structure")), (Verdict::Invalid, Some("cut off")), "{cut}");
        }
        assert_eq!(run(&NAME.repeat(12)).verdict, Verdict::Unproven);
    }

    #[test]
    fn bots() {
        let token = format!("1234567890:AA{}", NAME.repeat(3));
        assert_eq!(telegram(token.as_bytes()).fact("bot"), Some("1234567890"));
        assert_eq!(telegram(b"12:34"), Outcome::unproven());
        let first = STANDARD_NO_PAD.encode("1042415353453453453");
        let out = discord(format!("{first}.GaBcDe.{}", "x".repeat(38)).as_bytes());
        assert_eq!((out.verdict, out.fact("user")), (Verdict::Valid, Some("1042415353453453453")));
        assert_eq!(out.fact("created"), Some("2022-11-16"));
        assert_eq!(discord(b"MadeUpVector.GaBcDe.x").verdict, Verdict::Invalid);
    }

    #[test]
    fn keys() {
        let out = stripe(["sk_live_51", NAME, "000X", NAME].concat().as_bytes());
        assert_eq!((out.fact("mode"), out.fact("account")), (Some("live"), Some("acct_1Made...")));
        assert_eq!(stripe(["rk_test_", NAME, NAME].concat().as_bytes()).fact("mode"), Some("test"));
        assert_eq!(stripe(["pk_live_", NAME, NAME].concat().as_bytes()).verdict, Verdict::NotSecret);
        assert_eq!(stripe("sk_live_51\u{fc}aaaaaaaaaaaaaaaa".as_bytes()).fact("account"), None);
        let token = ["dt0c01.", &"A2".repeat(12), ".", &"B3".repeat(32)].concat();
        assert_eq!(dynatrace(token.as_bytes()).fact("token id"), Some("dt0c01.A2A2A..."));
        let id = ["5c2db935", "03aa674c", "74a31734"].concat();
        assert_eq!(object_id(id.as_bytes(), 1_700_000_000).fact("created"), Some("2019-01-03"));
        assert_eq!(object_id(id.as_bytes(), 1_500_000_000).verdict, Verdict::Invalid);
        assert_eq!(object_id("0a".repeat(12).as_bytes(), 1_700_000_000).verdict, Verdict::Invalid);
        assert_eq!(object_id(b"5c2db935", 1_700_000_000), Outcome::unproven());
        let out = ulid(["PMAT-", "01ARZ3NDEKTSV4RRFFQ69G5FAV"].concat().as_bytes());
        assert_eq!(out.fact("created"), Some("2016-07-30"));
        for wrong in ["Z".repeat(26), "0".repeat(25) + "U", "01arz3ndektsv4rrffq69g5fav".to_owned()] {
            assert_eq!(ulid(wrong.as_bytes()).verdict, Verdict::Invalid, "{wrong}");
        }
    }
}
