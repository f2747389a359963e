//! When who may sign up changes by itself: what a policy measures, its rules, its week, and what somebody holds by hand.

use super::registrations::RegistrationsMode;
use crate::{
    clock::{MINUTE, Timestamp},
    id::OperatorId,
    text::time,
};
use serde::{Deserialize, Serialize};

/// Something a rule looks at, in the order in which rules are asked. Each is a number that is bad when it is large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Quota: accounts made here within the last hour.
    SignUpsHour,
    /// Quota: … within the last 24 hours.
    SignUpsDay,
    /// Backlog: people who wait for a decision about their sign-up.
    Waiting,
    /// Backlog: hours the oldest of them has waited.
    OldestWaiting,
    /// Staffing: minutes since somebody who may decide reports was in the console.
    Away,
    /// Staffing: hours the oldest open report has waited.
    OldestReport,
    /// Staffing: days since the newest moderation action in Mastodon's log.
    Idle,
    /// Cap: accounts the instance says it has.
    Accounts,
    /// Cap: people the instance says were active within a month.
    Active,
}

impl Measure {
    pub const ALL: [Self; 9] = [
        Self::SignUpsHour,
        Self::SignUpsDay,
        Self::Waiting,
        Self::OldestWaiting,
        Self::Away,
        Self::OldestReport,
        Self::Idle,
        Self::Accounts,
        Self::Active,
    ];

    /// The word forms and the record have for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::SignUpsHour => "sign_ups_hour",
            Self::SignUpsDay => "sign_ups_day",
            Self::Waiting => "waiting",
            Self::OldestWaiting => "oldest_waiting",
            Self::Away => "away",
            Self::OldestReport => "oldest_report",
            Self::Idle => "idle",
            Self::Accounts => "accounts",
            Self::Active => "active",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.key() == key)
    }

    /// What it counts, as the head of a line.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignUpsHour => "Sign-ups in an hour",
            Self::SignUpsDay => "Sign-ups in 24 hours",
            Self::Waiting => "Pending sign-ups",
            Self::OldestWaiting => "Oldest pending sign-up, hours",
            Self::Away => "Nobody in the console, minutes",
            Self::OldestReport => "Oldest open report, hours",
            Self::Idle => "No moderation, days",
            Self::Accounts => "Accounts",
            Self::Active => "Active in a month",
        }
    }

    /// The same with its number, in a sentence.
    pub fn said(self, number: i64) -> String {
        match self {
            Self::SignUpsHour => format!("{number} sign-ups in the last hour"),
            Self::SignUpsDay => format!("{number} sign-ups in the last 24 hours"),
            Self::Waiting => format!("{number} pending sign-ups"),
            Self::OldestWaiting => format!("the oldest pending sign-up is {number} h old"),
            Self::Away => {
                let span = time::span(number.saturating_mul(MINUTE));
                format!("nobody who may decide reports was in the console for {span}")
            }
            Self::OldestReport => format!("the oldest open report is {number} h old"),
            Self::Idle => format!("the last moderation action is {number} days old"),
            Self::Accounts => format!("{number} accounts"),
            Self::Active => format!("{number} people active in a month"),
        }
    }
}

/// From one number on it is in force, and below another not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub measure: Measure,
    pub enter: i64,
    /// At most `enter`: the gap between them keeps it from flapping.
    pub leave: i64,
    /// What it leads to, if nothing stricter does.
    pub to: RegistrationsMode,
}

/// From a time of the week on, until the next such time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Monday is 0.
    pub day: i8,
    /// Minutes after midnight, by the policy's clock.
    pub minute: i16,
    pub mode: RegistrationsMode,
}

/// The days of a week, Monday first.
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Slot {
    /// `Mon`
    pub fn day_said(&self) -> &'static str {
        usize::try_from(self.day).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or("?")
    }

    /// `08:00`
    pub fn time_said(&self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }

    /// `Mon 08:00`
    pub fn said(&self) -> String {
        format!("{} {}", self.day_said(), self.time_said())
    }

    /// From one of [`DAYS`], a time of the day and a mode, as a form has them.
    ///
    /// # Errors
    /// Which of the three is wrong (`day`, `time` or `mode`), and what to do about it.
    pub fn typed(day: &str, time: &str, mode: &str) -> Result<Self, (&'static str, &'static str)> {
        let day = DAYS.iter().position(|known| *known == day).and_then(|day| i8::try_from(day).ok());
        let day = day.ok_or(("day", "Choose a day."))?;
        let two = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits)
        };
        let clock = time.split_once(':').and_then(|(hour, minute)| Some((two(hour)?, two(minute)?)));
        let clock = clock.filter(|(hour, minute)| (0..24_i16).contains(hour) && (0..60_i16).contains(minute));
        let (hour, minute) = clock.ok_or(("time", "Enter a time like 08:00."))?;
        let mode = mode.parse().map_err(|()| ("mode", "Choose who can sign up from then on."))?;
        Ok(Self { day, minute: hour * 60 + minute, mode })
    }
}

/// What somebody holds by hand, against every rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub mode: RegistrationsMode,
    /// It was pressed as an emergency.
    pub emergency: bool,
    pub by: OperatorId,
    pub since: Timestamp,
    /// `None`: until somebody lets go.
    pub until: Option<Timestamp>,
    /// What is set at its end where no policy is switched on.
    pub then: Option<RegistrationsMode>,
    /// What visitors read from then on; `None` where that is left to the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What visitors read while a policy keeps registrations closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Markdown with `{reason}`, `{opens}`, `{servers}` and `{access}`; empty: the message stays as it is.
    pub message: String,
    /// Other servers the team recommends, by name.
    pub servers: Vec<String>,
    /// How to ask for access.
    pub access: String,
}

/// Everything that is said of when registrations of an instance change by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whether its rules and its week count. A hold counts either way.
    pub on: bool,
    /// A name of the IANA database.
    pub zone: String,
    /// What holds while no rule is in force and the week says nothing.
    pub otherwise: RegistrationsMode,
    /// At most one a measure.
    pub rules: Vec<Rule>,
    pub week: Vec<Slot>,
    /// Minutes between two changes, at least.
    pub stay: i64,
    /// Minutes after which a planned opening that was missed is reported and not made up for.
    pub tolerance: i64,
    pub hold: Option<Hold>,
    pub words: Words,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            on: false,
            zone: "UTC".to_owned(),
            otherwise: RegistrationsMode::Approved,
            rules: Vec::new(),
            week: Vec::new(),
            stay: 60,
            tolerance: 120,
            hold: None,
            words: Words::default(),
        }
    }
}

impl Policy {
    /// The widest that it may set by itself: whoever lets it must be allowed to.
    pub fn widest(&self) -> RegistrationsMode {
        let held = self.hold.iter().flat_map(|hold| [Some(hold.mode), hold.then]).flatten();
        let of_rules = self.on.then(|| self.week.iter().map(|slot| slot.mode).chain([self.otherwise]));
        held.chain(of_rules.into_iter().flatten()).min().unwrap_or(RegistrationsMode::None)
    }

    /// Whether there is anything that it does by itself.
    pub fn acts(&self) -> bool {
        self.on || self.hold.is_some()
    }

    /// What somebody holds at this moment.
    pub fn held(&self, now: Timestamp) -> Option<&Hold> {
        self.hold.as_ref().filter(|hold| hold.until.is_none_or(|until| now < until))
    }

    pub fn rule(&self, measure: Measure) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.measure == measure)
    }
}

/// What a policy remembers from one look to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyState {
    /// The rules in force.
    pub active: Vec<Measure>,
    /// How the setting was when it was last looked at, or what it was set to.
    pub expected: Option<RegistrationsMode>,
    /// When it last changed, by whomever.
    pub changed_at: Option<Timestamp>,
    /// The latest look: a clock that shows less was set back.
    pub seen_at: Timestamp,
    /// Up to here planned moments are done, or reported.
    pub moment: Timestamp,
    /// Somebody set this past the policy: it opens no further by itself.
    pub limit: Option<RegistrationsMode>,
    /// How often it tried in vain to set what it wants, and not before when it tries again.
    pub tries: i64,
    pub retry_at: Option<Timestamp>,
    /// The newest entry about the setting that was looked at: what was changed later is explained by later ones alone.
    pub entry: i64,
    /// The planned opening that came too late and waits for somebody, or for the next one.
    pub missed: Option<Timestamp>,
    /// What it wrote last for visitors to read, as a hash, and when: what stands there otherwise is somebody else's.
    pub message: Option<String>,
    pub message_at: Option<Timestamp>,
}

/// What set registrations, where it was no person: kept with the deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByPolicy {
    /// A [`Measure`] by its key, or `hold`, `emergency`, `end`, `week`, `otherwise`, `limit`.
    pub rule: String,
    /// The version of the policy.
    pub version: i64,
    /// What was known of each measure; what is not here was not known.
    pub inputs: Vec<(Measure, i64)>,
}
