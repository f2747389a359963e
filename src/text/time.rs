//! Timestamps in words, in UTC and in the time zone of whoever reads. Reckoned from the server's now.

use crate::clock::{DAY, HOUR, MINUTE, Timestamp};
use jiff::{Zoned, civil::Date, tz::TimeZone};

/// Names that browsers still give to zones which have another one since (CLDR, `common/bcp47/timezone.xml`), and those of the United
/// States that people type (IANA, `backward`): a machine may know the new ones alone (Debian’s `tzdata` without `tzdata-legacy`).
const FORMER: [(&str, &str); 31] = [
    ("Africa/Asmera", "Africa/Asmara"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Catamarca", "America/Argentina/Catamarca"),
    ("America/Coral_Harbour", "America/Atikokan"),
    ("America/Cordoba", "America/Argentina/Cordoba"),
    ("America/Godthab", "America/Nuuk"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("America/Jujuy", "America/Argentina/Jujuy"),
    ("America/Louisville", "America/Kentucky/Louisville"),
    ("America/Mendoza", "America/Argentina/Mendoza"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Pacific/Enderbury", "Pacific/Kanton"),
    ("Pacific/Johnston", "Pacific/Honolulu"),
    ("Pacific/Ponape", "Pacific/Pohnpei"),
    ("Pacific/Truk", "Pacific/Chuuk"),
    ("Etc/UTC", "UTC"),
    ("Etc/GMT", "UTC"),
    ("US/Alaska", "America/Anchorage"),
    ("US/Arizona", "America/Phoenix"),
    ("US/Central", "America/Chicago"),
    ("US/East-Indiana", "America/Indiana/Indianapolis"),
    ("US/Eastern", "America/New_York"),
    ("US/Hawaii", "Pacific/Honolulu"),
    ("US/Michigan", "America/Detroit"),
    ("US/Mountain", "America/Denver"),
    ("US/Pacific", "America/Los_Angeles"),
];

/// A time zone by any of its names: the one that somebody named for themselves or for a policy, or UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// By its name in the IANA database, as this machine has it.
    pub fn named(name: &str) -> Option<Self> {
        let now = FORMER.iter().find(|(former, _)| former.eq_ignore_ascii_case(name)).map_or(name, |(_, now)| *now);
        TimeZone::get(now).ok().map(Self)
    }

    /// As the calendar has it.
    pub fn calendar(&self) -> &TimeZone {
        &self.0
    }

    /// `Europe/Berlin`, `UTC`
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    fn zoned(&self, at: Timestamp) -> Option<Zoned> {
        Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.0.clone()))
    }

    fn told(&self, at: Timestamp, format: &str) -> String {
        self.zoned(at).map_or_else(|| absolute(at), |at| at.strftime(format).to_string())
    }

    /// `Tue 24 Nov 2026, 10:12:08 CET`
    pub fn long(&self, at: Timestamp) -> String {
        self.told(at, "%a %-d %b %Y, %H:%M:%S %Z")
    }

    /// `24 Nov 2026, 10:12:08 CET`
    pub fn whole(&self, at: Timestamp) -> String {
        self.told(at, "%-d %b %Y, %H:%M:%S %Z")
    }

    /// `2026-11-24T10:12`, as it is typed here.
    pub fn typed(&self, at: Timestamp) -> String {
        self.told(at, "%Y-%m-%dT%H:%M")
    }

    /// `10:12:08 CET`
    pub fn clock(&self, at: Timestamp) -> String {
        self.told(at, "%H:%M:%S %Z")
    }

    /// `10:12 CET`
    pub fn minute(&self, at: Timestamp) -> String {
        self.told(at, "%H:%M %Z")
    }

    /// Which hour of the day it is here.
    pub fn hour(&self, at: Timestamp) -> i64 {
        self.zoned(at).map_or(0, |at| at.hour().into())
    }

    /// `24 Nov`, with the year where it is not this one.
    pub fn day(&self, at: Timestamp, now: Timestamp) -> String {
        let year = |at: Timestamp| self.zoned(at).map(|at| at.year());
        self.told(at, if year(at) == year(now) { "%-d %b" } else { "%-d %b %Y" })
    }

    /// `10:12 CET` on the day itself, `24 Nov` on others.
    pub fn lately(&self, at: Timestamp, now: Timestamp) -> String {
        let day = self.day(at, now);
        if day == self.day(now, now) { self.minute(at) } else { day }
    }

    /// The beginning of a day like `2026-11-23` here, and of the one after: a day may have 23 or 25 hours.
    pub fn day_typed(&self, text: &str) -> Option<(Timestamp, Timestamp)> {
        let date: Date = text.parse().ok()?;
        let begins = |date: Date| {
            Some(Timestamp(date.to_zoned(self.0.clone()).ok()?.start_of_day().ok()?.timestamp().as_millisecond()))
        };
        Some((begins(date)?, begins(date.tomorrow().ok()?)?))
    }

    /// An instant like `2026-03-03T12:00` or `2026-03-03` by the clocks here. Of a time that is there twice it is the first; one
    /// that the clocks skip is as much later.
    pub fn instant_typed(&self, text: &str) -> Option<Timestamp> {
        if text.contains(['+', '[', 'Z']) || text.matches('-').count() != 2 {
            return None;
        }
        let at: jiff::civil::DateTime = text.parse().ok()?;
        Some(Timestamp(at.to_zoned(self.0.clone()).ok()?.timestamp().as_millisecond()))
    }

    /// A sentence of ours with its instants told here: each that [`pieces`] finds in it.
    pub fn retold(&self, said: &str, of: Timestamp) -> String {
        pieces(said, of).into_iter().map(|(words, at)| at.map_or(words, |(at, how)| self.says(at, how))).collect()
    }

    /// An instant as a sentence of ours has it.
    pub fn says(&self, at: Timestamp, how: How) -> String {
        match how {
            How::Minute => self.minute(at),
            How::Clock => self.clock(at),
            How::Whole => self.whole(at),
        }
    }

    /// Whether a day begins here at this moment.
    pub fn begins_a_day(&self, at: Timestamp) -> bool {
        let start = self.zoned(at).and_then(|zoned| zoned.start_of_day().ok());
        start.is_some_and(|start| start.timestamp().as_millisecond() == at.0)
    }
}

/// How much of an instant a sentence names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `09:12`
    Minute,
    /// `09:12:08`
    Clock,
    /// Its day, too.
    Whole,
}

/// A sentence of ours in pieces: its words, and each instant of UTC that it names, as `2026-11-24 09:12:08 UTC`, `09:12:08 UTC`, or
/// in pairs with one “UTC” for both (`14:00 and 14:05 UTC`). One without a day is the last such time before `of`. What has no such
/// form is words.
pub fn pieces(said: &str, of: Timestamp) -> Vec<(String, Option<(Timestamp, How)>)> {
    let words: Vec<&str> = said.split_inclusive(' ').collect();
    let (mut pieces, mut behind) = (Vec::new(), 0);
    for (utc, word) in words.iter().enumerate() {
        let end = word.trim_start_matches("UTC");
        if end.len() == word.len() || !end.trim_end().chars().all(|c| c.is_ascii_punctuation()) {
            continue;
        }
        let mut from = utc;
        while from > behind && (is_instant(words[from - 1].trim_end()) || (words[from - 1] == "and " && from < utc)) {
            from -= 1;
        }
        let named = words[from..utc].concat();
        let named: Vec<&str> = named.trim_end().split(" and ").collect();
        let Some(found) = named.iter().map(|said| instant(said, of)).collect::<Option<Vec<_>>>() else { continue };
        pieces.push((words[behind..from].concat(), None));
        let last = found.len() - 1;
        for (at, (said, found)) in named.into_iter().zip(found).enumerate() {
            pieces.push((if at < last { said.to_owned() } else { format!("{said} UTC") }, Some(found)));
            pieces.push((if at < last { " and " } else { end }.to_owned(), None));
        }
        behind = utc + 1;
    }
    pieces.push((words[behind..].concat(), None));
    pieces.retain(|(words, _)| !words.is_empty());
    pieces
}

/// One instant of UTC as a sentence names it.
fn instant(said: &str, of: Timestamp) -> Option<(Timestamp, How)> {
    if let Some((day, time)) = said.split_once(' ') {
        return Some((instant_typed(&format!("{day}T{time}"))?, How::Whole));
    }
    let found = instant_typed(&format!("{}T{said}", &absolute(of)[..10]))?;
    let how = if said.len() > 5 { How::Clock } else { How::Minute };
    Some((if found > of { found.plus(-DAY) } else { found }, how))
}

/// `2026-11-24`, `09:12` or `09:12:08`
fn is_instant(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let signs = word.matches(['-', ':']).count();
    digits + signs == word.len() && matches!((digits, signs), (8, 2) | (4, 1) | (6, 2))
}

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
    Zone::default().instant_typed(text.strip_suffix('Z').unwrap_or(text))
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
    fn a_sentence_is_told_in_the_zone_of_its_reader() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let of = instant_typed("2026-11-24T14:05:30").unwrap();
        for (said, told) in [
            ("held until 2026-11-24 09:12:08 UTC, by hand", "held until 24 Nov 2026, 10:12:08 CET, by hand"),
            ("changed, between 14:00 and 14:05 UTC", "changed, between 15:00 CET and 15:05 CET"),
            ("between 14:05:01 and 14:05:29 UTC.", "between 15:05:01 CET and 15:05:29 CET."),
            ("between 23:59 and 14:05 UTC", "between 00:59 CET and 15:05 CET"),
            (
                "between 2026-11-23 23:30 and 2026-11-24 00:10 UTC",
                "between 24 Nov 2026, 00:30:00 CET and 24 Nov 2026, 01:10:00 CET",
            ),
            ("suspended @utc UTC and went", "suspended @utc UTC and went"),
            ("nothing of the sort", "nothing of the sort"),
            ("UTC", "UTC"),
            ("2026-13-45 09:12:08 UTC", "2026-13-45 09:12:08 UTC"),
        ] {
            assert_eq!(berlin.retold(said, of), told);
        }
    }

    /// The hour that does not exist, the one that is there twice, and days of 23 and 25 hours.
    #[test]
    fn a_zone_keeps_its_own_days_when_clocks_change() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let hours = |zone: &Zone, day: &str| zone.day_typed(day).map(|(from, to)| to.since(from) / HOUR);
        assert_eq!(hours(&berlin, "2026-03-29"), Some(23));
        assert_eq!(hours(&berlin, "2026-10-25"), Some(25));
        assert_eq!(hours(&berlin, "2026-11-01"), Some(24));
        assert_eq!(hours(&Zone::default(), "2026-10-25"), Some(24));
        let (from, to) = berlin.day_typed("2026-10-25").unwrap();
        assert_eq!(absolute(from), "2026-10-24 22:00:00 UTC");
        assert_eq!(absolute(to), "2026-10-25 23:00:00 UTC");
        assert!(berlin.begins_a_day(from) && !Zone::default().begins_a_day(from));
        // 02:30 comes twice; its zone says which.
        let first = from.plus(2 * HOUR + 30 * MINUTE);
        assert_eq!((berlin.minute(first), berlin.minute(first.plus(HOUR))), ("02:30 CEST".into(), "02:30 CET".into()));
        assert_eq!([berlin.hour(first), berlin.hour(first.plus(HOUR))], [2, 2]);
        let kolkata = Zone::named("Asia/Kolkata").unwrap();
        assert_eq!((kolkata.hour(first), Zone::default().hour(first)), (6, 0), "half an hour past five hours");
        // In Beirut clocks go forward at midnight: the day begins at one.
        let beirut = Zone::named("Asia/Beirut").unwrap();
        let (from, _) = beirut.day_typed("2026-03-29").unwrap();
        assert_eq!(beirut.minute(from), "01:00 EEST");
        assert!(beirut.begins_a_day(from));
        let eve = Timestamp(1_798_758_000_000); // 2026-12-31 23:00 UTC
        assert_eq!(berlin.day(eve, eve), "1 Jan");
        assert_eq!(berlin.day(eve, eve.plus(-DAY)), "1 Jan 2027");
        assert_eq!(
            (Zone::default().day(eve, eve), Zone::default().clock(eve)),
            ("31 Dec".into(), "23:00:00 UTC".into())
        );
        assert!(Zone::named("Nowhere/Land").is_none() && Zone::named("").is_none());
        for (former, now) in FORMER {
            assert_eq!(Zone::named(former).unwrap().name(), now);
        }
        assert!(berlin.day_typed("2026-02-30").is_none() && berlin.day_typed("").is_none());
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
