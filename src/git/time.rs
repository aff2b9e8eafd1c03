//! Dates of commits.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// RFC 3339 with the offset the author had. Times outside the calendar are shown as seconds.
pub(super) fn rfc3339(time: git2::Time) -> String {
    let zone = Offset::from_seconds(time.offset_minutes().saturating_mul(60)).unwrap_or(Offset::UTC);
    match Timestamp::from_second(time.seconds()) {
        Ok(stamp) => stamp.to_zoned(TimeZone::fixed(zone)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => format!("@{}", time.seconds()),
    }
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn keeps_the_offset() {
        assert_eq!(rfc3339(git2::Time::new(1_500_000_000, 120)), "2017-07-14T04:40:00+02:00");
        assert_eq!(rfc3339(git2::Time::new(0, 0)), "1970-01-01T00:00:00+00:00");
        assert_eq!(rfc3339(git2::Time::new(i64::MAX, 0)), format!("@{}", i64::MAX));
    }
}
