//! Alarms: what in the audit log somebody should look at, each with the rule that raises it and its numbers.

pub mod api;
pub mod page;
pub mod service;

pub use crate::nouns::alarms::AlarmKind;

use crate::{
    clock::{DAY, HOUR, MINUTE, Timestamp},
    id::InstanceName,
};

/// What is usual for somebody is told from so many days before the day itself.
pub const USUAL_DAYS: i64 = 30;
/// … if they did it on so many of them at least.
pub const USUAL_NEEDS_DAYS: usize = 5;
/// So many times the usual of a day is far above it,
pub const TIMES_USUAL: i64 = 3;
/// … but never so few as this,
pub const NEVER_BELOW: i64 = 10;
/// … and where nothing usual is known, more than so many a day.
pub const WITHOUT_USUAL: i64 = 20;
/// Whether an hour is unusual is told from so many actions at least,
pub const HOURS_NEED_ACTIONS: usize = 200;
/// … on so many days at least.
pub const HOURS_NEED_DAYS: usize = 10;
/// So many entries of failed sign-ins a day for one person. An entry stands for all within ten minutes.
pub const FAILED_A_DAY: i64 = 3;
/// … and with names that nobody has, from anywhere.
pub const STRANGERS_A_DAY: i64 = 12;
/// So many entries of wrong codes after the right password a day for one person.
pub const WRONG_CODES_A_DAY: i64 = 2;
/// An entry is covered by a checkpoint within a minute; after so long it is late.
pub const CHECKPOINT_LATE: i64 = 10 * MINUTE;
/// A grant that ends within this has its last day.
pub const LAST_DAY: i64 = DAY;

/// The rule of each kind, with its numbers.
pub fn rule(kind: AlarmKind) -> String {
    match kind {
        AlarmKind::Reveals | AlarmKind::Searches => format!(
            "More than {TIMES_USUAL} times the person’s usual day (the average of those of the {USUAL_DAYS} days \
            before on which they did it), and more than {NEVER_BELOW} on one UTC day. With fewer than \
            {USUAL_NEEDS_DAYS} such days nothing is usual: more than {WITHOUT_USUAL}. Raised again at twice the number."
        ),
        AlarmKind::UnusualHours => format!(
            "An action within an hour of the UTC day in which, and in the hours beside it, the person did nothing in the \
            {USUAL_DAYS} days before. Silent below {HOURS_NEED_ACTIONS} actions on {HOURS_NEED_DAYS} days. Batches don’t \
            count."
        ),
        AlarmKind::OwnRefused => "Any refused attempt to decide one’s own case or grant.".to_owned(),
        AlarmKind::FailedSignIns => format!(
            "{FAILED_A_DAY} entries for one person on one UTC day, or {STRANGERS_A_DAY} with names nobody has. An entry \
            stands for all failures within ten minutes."
        ),
        AlarmKind::WrongCodes => format!(
            "{WRONG_CODES_A_DAY} entries for one person on one UTC day: the password was right, the code was not. An entry \
            stands for all within ten minutes."
        ),
        AlarmKind::ChangedOutside => {
            "Any change on an instance that wasn’t made through this console, once per instance and UTC day.".to_owned()
        }
        AlarmKind::AtServer => {
            "Somebody on the server accepted a row of the store, or the audit log, as it stands.".to_owned()
        }
        AlarmKind::Contradiction => "The audit log doesn’t agree with itself, once per UTC day.".to_owned(),
        AlarmKind::Checkpoint => format!(
            "An entry isn’t covered by a checkpoint after {} minutes, or the location outside the store has a problem. Raised again an \
            hour after it was acknowledged, while it goes on.",
            CHECKPOINT_LATE / MINUTE
        ),
        AlarmKind::LastDay => format!("A contractor’s grant ends within {} hours.", LAST_DAY / HOUR),
    }
}

/// What more than is far above the usual, and what is usual; by how often it was done on each day before on which it was done.
pub fn far_above(days: &[i64]) -> (i64, Option<i64>) {
    let number = i64::try_from(days.len()).unwrap_or(i64::MAX);
    if days.len() < USUAL_NEEDS_DAYS {
        return (WITHOUT_USUAL, None);
    }
    let sum: i64 = days.iter().sum();
    let usual = (sum + number - 1) / number;
    ((usual * TIMES_USUAL).max(NEVER_BELOW), Some(usual))
}

/// Whether somebody never does anything around this moment's hour, by when they did something; `None` where too little is
/// known of them.
pub fn is_unusual_hour(at: Timestamp, before: &[Timestamp]) -> Option<bool> {
    let days: std::collections::BTreeSet<i64> = before.iter().map(|at| day(*at)).collect();
    if before.len() < HOURS_NEED_ACTIONS || days.len() < HOURS_NEED_DAYS {
        return None;
    }
    let hour = |at: Timestamp| at.0.rem_euclid(DAY) / HOUR;
    let beside = |one: i64, other: i64| matches!((one - other).rem_euclid(24), 0 | 1 | 23);
    Some(!before.iter().any(|known| beside(hour(*known), hour(at))))
}

/// The number of a UTC day.
pub fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY)
}

/// An alarm as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: String,
    pub kind: AlarmKind,
    /// What it is about, in a sentence.
    pub said: String,
    /// What changed, of the first entries it names: address and clause.
    pub changed: Vec<(String, String)>,
    pub raised_at: Timestamp,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub instance: Option<InstanceName>,
    /// Where to look: address and words.
    pub links: Vec<(String, String)>,
    /// Who took note of it, when, by which entry, and what they found.
    pub acknowledged: Option<(String, Timestamp, Option<i64>, String)>,
    /// Why this person may not take note of it.
    pub not_yours: Option<String>,
}

/// The page of alarms.
#[derive(Clone, Debug)]
pub struct AlarmsPage {
    /// Those that nobody acknowledged, or those that somebody did.
    pub open: bool,
    pub cards: Vec<Card>,
    /// How many are open, of each kind.
    pub numbers: Vec<(AlarmKind, i64)>,
    /// How many entries were not looked at yet, and when it was last looked.
    pub behind: (i64, Timestamp),
    pub may_acknowledge: bool,
    pub older: Option<String>,
}

/// Those that nobody acknowledged, for an overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAlarms {
    pub number: i64,
    /// The newest.
    pub cards: Vec<Card>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_above_the_usual_is_told_honestly_of_small_numbers() {
        assert_eq!(far_above(&[]), (WITHOUT_USUAL, None));
        assert_eq!(far_above(&[100; 4]), (WITHOUT_USUAL, None), "four days are no usual");
        assert_eq!(far_above(&[1; 5]), (NEVER_BELOW, Some(1)), "three are no misuse");
        assert_eq!(far_above(&[4, 5, 4, 5, 4]), (15, Some(5)), "a part of one is one");
        assert_eq!(far_above(&[40; 20]), (120, Some(40)));
    }

    #[test]
    fn an_hour_is_unusual_only_for_somebody_who_is_known() {
        let at = |day: i64, hour: i64| Timestamp(day * DAY + hour * HOUR + 5);
        let worked: Vec<Timestamp> = (0..20).flat_map(|day| (9..19).map(move |hour| at(day, hour))).collect();
        assert_eq!(worked.len(), HOURS_NEED_ACTIONS);
        assert_eq!(is_unusual_hour(at(30, 3), &worked), Some(true));
        for hour in [8, 9, 18, 19] {
            assert_eq!(is_unusual_hour(at(30, hour), &worked), Some(false), "{hour}");
        }
        assert_eq!(is_unusual_hour(at(30, 3), &worked[1..]), None, "too little is known");
        let one_day: Vec<Timestamp> = (0..300).map(|minute| Timestamp(at(1, 9).0 + minute * MINUTE)).collect();
        assert_eq!(is_unusual_hour(at(30, 3), &one_day), None, "too few days");
        let nights: Vec<Timestamp> = (0..20).flat_map(|day| [at(day, 23); 10]).collect();
        assert_eq!(is_unusual_hour(at(30, 0), &nights), Some(false), "the next hour is over midnight");
    }

    #[test]
    fn every_rule_says_its_numbers() {
        for kind in AlarmKind::ALL {
            assert!(rule(kind).ends_with('.'), "{kind:?}");
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!(rule(AlarmKind::Reveals).contains("More than 3 times") && rule(AlarmKind::Reveals).contains("30 days"));
    }
}
