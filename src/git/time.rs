//! Dates: those of commits as text, and those that users write.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

/// RFC 3339 with the offset the author had. Times outside the calendar are shown as seconds.
pub(super) fn rfc3339(time: git2::Time) -> String {
    let zone = Offset::from_seconds(time.offset_minutes().saturating_mul(60)).unwrap_or(Offset::UTC);
    match Timestamp::from_second(time.seconds()) {
        Ok(stamp) => stamp.to_zoned(TimeZone::fixed(zone)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => format!("@{}", time.seconds()),
    }
}

/// The time that `text` means at `now`, both in seconds since 1970: `2024-03-01` (the beginning of that day), `2024-03-01 12:30`,
/// RFC 3339, `@SECONDS`, or a time ago, such as `2 weeks ago`, `2.weeks.ago`, `90d`. UTC unless an offset is given. None for any
/// other text.
pub fn parse(text: &str, now: i64) -> Option<i64> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp.as_second());
    }
    // A date without a time is its midnight.
    if let Ok(date_time) = text.parse::<DateTime>() {
        return date_time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second());
    }
    ago(text, now)
}

/// `N UNIT ago`, the last word optional, blanks or points between them or not.
fn ago(text: &str, now: i64) -> Option<i64> {
    let text = text.to_ascii_lowercase().replace('.', " ");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: i64 = text[..digits].parse().ok()?;
    let mut words = text[digits..].split_whitespace();
    let unit = words.next()?;
    if words.next().is_some_and(|word| word != "ago") || words.next().is_some() {
        return None;
    }
    let span = match unit.strip_suffix('s').filter(|singular| singular.len() > 2).unwrap_or(unit) {
        "s" | "sec" | "second" => Span::new().try_seconds(number),
        "min" | "minute" => Span::new().try_minutes(number),
        "h" | "hour" => Span::new().try_hours(number),
        "d" | "day" => Span::new().try_days(number),
        "w" | "week" => Span::new().try_weeks(number),
        "month" => Span::new().try_months(number),
        "y" | "year" => Span::new().try_years(number),
        _ => return None,
    };
    let now = Timestamp::from_second(now).ok()?.to_zoned(TimeZone::UTC);
    now.checked_sub(span.ok()?).ok().map(|zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::{parse, rfc3339};

    #[test]
    fn keeps_the_offset() {
        assert_eq!(rfc3339(git2::Time::new(1_500_000_000, 120)), "2017-07-14T04:40:00+02:00");
        assert_eq!(rfc3339(git2::Time::new(0, 0)), "1970-01-01T00:00:00+00:00");
        assert_eq!(rfc3339(git2::Time::new(i64::MAX, 0)), format!("@{}", i64::MAX));
    }

    #[test]
    fn dates_of_users() {
        // 2017-07-14T02:40:00Z
        let now = 1_500_000_000;
        let midnight = now - 2 * 3600 - 40 * 60;
        for (text, expected) in [
            ("@1600000000", 1_600_000_000),
            ("2017-07-14", midnight),
            (" 2017-07-14 ", midnight),
            ("2017-07-14T02:40:00Z", now),
            ("2017-07-14T04:40:00+02:00", now),
            ("2017-07-14 02:40", now),
            ("2017-07-14T02:40:30", now + 30),
            ("2 weeks ago", now - 14 * 86_400),
            ("2.weeks.ago", now - 14 * 86_400),
            ("1 week", now - 7 * 86_400),
            ("90d", now - 90 * 86_400),
            ("12 Hours Ago", now - 12 * 3600),
            ("30min", now - 1800),
            ("1 month ago", now - 30 * 86_400),
            ("1y", now - 365 * 86_400),
        ] {
            assert_eq!(parse(text, now), Some(expected), "{text}");
        }
        for text in
            ["", "yesterday", "2017-13-01", "weeks", "2 lightyears", "2 weeks later", "1 week ago ago", "@x", "-3d"]
        {
            assert_eq!(parse(text, now), None, "{text}");
        }
        assert_eq!(parse("99999999999999 years ago", now), None);
    }
}
