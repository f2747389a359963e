//! Timestamps in words, in UTC. Reckoned from the server's now.

use crate::clock::{DAY, HOUR, MINUTE, Timestamp};

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's civil calendar).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("")
}

/// `2026-11-23 09:12:08 UTC`
pub fn absolute(at: Timestamp) -> String {
    let (year, month, day) = civil(at.0.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02} {} UTC", clock(at))
}

/// `09:12:08`
pub fn clock(at: Timestamp) -> String {
    let second = at.0.rem_euclid(DAY) / 1000;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// `23 Nov`, with the year where it is not this one.
pub fn day(at: Timestamp, now: Timestamp) -> String {
    let (year, month, day) = civil(at.0.div_euclid(DAY));
    let (this_year, ..) = civil(now.0.div_euclid(DAY));
    if year == this_year {
        format!("{day} {}", month_name(month))
    } else {
        format!("{day} {} {year}", month_name(month))
    }
}

/// `2026-11-23T09:12:08Z`
pub fn machine(at: Timestamp) -> String {
    let (year, month, day) = civil(at.0.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}T{}Z", clock(at))
}

/// `12 min`, `8 h`, `6 days`, `3 months`, `2 years`
pub fn span(milliseconds: i64) -> String {
    let plural = |number: i64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    match milliseconds.max(0) {
        under if under < MINUTE => "under 1 min".to_owned(),
        under if under < HOUR => format!("{} min", under / MINUTE),
        under if under < 2 * DAY => format!("{} h", under / HOUR),
        under if under < 60 * DAY => plural(under / DAY, "day"),
        under if under < 730 * DAY => plural(under / (30 * DAY), "month"),
        over => plural(over / (365 * DAY), "year"),
    }
}

/// The same, rounded up: what happened within it.
pub fn span_up(milliseconds: i64) -> String {
    let unit = match milliseconds.max(0) {
        under if under < HOUR => MINUTE,
        under if under < 2 * DAY => HOUR,
        _ => DAY,
    };
    span(milliseconds.max(1).div_euclid(unit) * unit + if milliseconds % unit == 0 { 0 } else { unit })
}

/// How long ago, or how long still.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    if at <= now { format!("{} ago", span(now.since(at))) } else { format!("in {}", span(at.since(now))) }
}

/// The beginning of a day like `2026-11-23`, UTC.
pub fn day_typed(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(at.timestamp().as_millisecond()))
}

/// An instant like `2026-03-03T12:00`, `2026-03-03T12:00:30Z` or `2026-03-03`, which is its beginning; UTC, so that one with
/// another offset is none.
pub fn instant_typed(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    if text.contains(['+', '[']) || text.matches('-').count() != 2 {
        return None;
    }
    let at: jiff::civil::DateTime = text.parse().ok()?;
    Some(Timestamp(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_typed_in_utc() {
        assert_eq!(instant_typed("2026-11-24T09:12:08Z"), Some(Timestamp(1_795_511_528_000)));
        assert_eq!(instant_typed("2026-11-24T09:12"), Some(Timestamp(1_795_511_520_000)));
        assert_eq!(instant_typed("2026-11-24"), day_typed("2026-11-24"));
        for wrong in
            ["", "soon", "2026-13-01T00:00", "2026-11-24T25:00", "2026-11-24T09:12+01:00", "2026-11-24T09:12-01:00"]
        {
            assert_eq!(instant_typed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_are_printed_in_utc() {
        assert_eq!(absolute(Timestamp(0)), "1970-01-01 00:00:00 UTC");
        assert_eq!(absolute(Timestamp(1_795_511_528_000)), "2026-11-24 09:12:08 UTC");
        assert_eq!(absolute(Timestamp(951_782_400_000)), "2000-02-29 00:00:00 UTC");
    }

    #[test]
    fn spans_are_said_in_one_unit() {
        for (milliseconds, said) in [
            (5, "under 1 min"),
            (12 * MINUTE, "12 min"),
            (HOUR, "1 h"),
            (30 * HOUR, "30 h"),
            (6 * DAY, "6 days"),
            (90 * DAY, "3 months"),
            (800 * DAY, "2 years"),
        ] {
            assert_eq!(span(milliseconds), said);
        }
    }
}
