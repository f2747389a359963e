//! Who may sign up: the stored mode and the message visitors read.

pub mod api;
pub mod page;
pub mod policy;
pub mod service;

use crate::{clock::Timestamp, mastodon::waiting::Waiting};

use crate::nouns::policies::{Hold, Measure, Policy, Rule};
use serde::{Deserialize, Serialize};

pub use crate::nouns::registrations::{RegistrationsMode, SINGLE_USER};

/// Who may sign up, as far as the rows say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationsState {
    /// `None` where the stored value is none of the three.
    pub mode: Option<RegistrationsMode>,
    /// `open`, `with approval`, `closed`, or what a strange value amounts to.
    pub word: String,
    /// The setting counts for nothing: the instance is one person's.
    pub single_user: bool,
    /// What a strange value does, in a sentence; empty for a sound one.
    pub strange: String,
    /// “since 10 Nov by Mira Kost · “Backlog of 96””
    pub since: String,
    /// “until 04:55 CET, then approval required”; empty where it has no end.
    pub ends: String,
}

impl RegistrationsState {
    /// What is true for whoever wants to sign up, in a word.
    pub fn shown(&self) -> &str {
        if self.single_user { SINGLE_USER } else { &self.word }
    }
}

/// A time in which who may sign up was one and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    pub from: Timestamp,
    /// `None` where the record does not say.
    pub mode: Option<RegistrationsMode>,
}

impl Stay {
    /// Its colour and its word.
    pub fn shown(self) -> (&'static str, &'static str) {
        match self.mode {
            Some(RegistrationsMode::Open) => ("good", "open"),
            Some(RegistrationsMode::Approved) => ("warn", "approval required"),
            Some(RegistrationsMode::None) => ("danger", "closed"),
            None => ("", "not known"),
        }
    }
}

/// One change in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub index: i64,
    pub at: Timestamp,
    pub who: String,
    pub what: String,
    pub why: String,
    /// `None` for what was done elsewhere.
    pub outcome: Option<crate::record::DeedState>,
}

/// What one place says to those who come to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub says: String,
    /// What the console knows of it besides: how long a copy lasts, when it was told to forget. Instants in it are UTC.
    pub then: String,
    /// Whether that is what the setting says; `None` where it is not known.
    pub agrees: Option<bool>,
}

/// The registrations desk.
#[derive(Clone, Debug)]
pub struct RegistrationsPage {
    pub state: RegistrationsState,
    /// When the rows were read.
    pub read_at: Timestamp,
    /// It was read from a copy that may not show the last change yet.
    pub behind: bool,
    /// What the sign-up page, the public API, directories and caches said when asked.
    pub places: Vec<Place>,
    /// When they were asked.
    pub asked_at: Option<Timestamp>,
    pub message: String,
    /// The stored message when it is not a plain text, in a sentence.
    pub message_strange: String,
    /// The raw rows this page shows, as the form gives them back.
    pub seen: String,
    pub history: Vec<Change>,
    pub sign_ups: Vec<(Timestamp, usize)>,
    pub may_close: bool,
    pub may_open: bool,
    pub pending: Option<Waiting>,
    /// How the policy stands, in a sentence; empty where nobody has set one.
    pub policy: String,
    /// It does not act any more, and somebody has to look.
    pub policy_stopped: bool,
    /// Whether a policy is switched on: then it decides at the end of a change.
    pub policy_on: bool,
    /// The zone of the policy's schedule.
    pub zone: String,
    /// What somebody holds now.
    pub hold: Option<Hold>,
}

/// The form of a change by hand, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetForm {
    pub mode: String,
    pub message: String,
    pub why: String,
    pub seen: String,
    /// When it ends, in `zone`; empty where it has no end.
    pub until: String,
    pub zone: String,
    pub then: String,
}

/// The form of what is held by hand, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    pub version: String,
    pub limit: String,
    pub mode: String,
    pub until: String,
    /// The zone in which that is typed.
    pub zone: String,
    pub then: String,
    pub why: String,
}

/// The form that lets a policy act by itself, or no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SwitchForm {
    pub version: String,
    pub limit: String,
    /// `true`, or anything else.
    pub on: String,
    /// What the page said that it sets at once ([`AtOnce::stored`]).
    pub at_once: String,
    pub why: String,
}

/// What a policy sets in the moment in which it is turned on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtOnce {
    pub mode: Option<RegistrationsMode>,
    /// The same in a sentence, with the reason.
    pub said: String,
}

impl AtOnce {
    /// As its form gives it back.
    pub fn stored(&self) -> &'static str {
        self.mode.map_or("nothing", RegistrationsMode::stored)
    }
}

/// The form of a policy, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyForm {
    pub version: String,
    /// What somebody had set past the policy, as the form showed it; empty where nobody had.
    pub limit: String,
    pub zone: String,
    pub otherwise: String,
    pub stay: String,
    pub tolerance: String,
    /// Each of [`Measure::ALL`] once, by its key.
    pub measure: Vec<String>,
    /// For each of them: from which number on; empty where there is no rule.
    pub enter: Vec<String>,
    pub leave: Vec<String>,
    pub to: Vec<String>,
    /// A row of the week each: on which day, from what time on, and who can sign up then.
    pub day: Vec<String>,
    pub time: Vec<String>,
    pub mode: Vec<String>,
    pub message: String,
    /// A line a server.
    pub servers: String,
    pub access: String,
    pub why: String,
    /// Nothing is saved: what visitors would read is shown, or what would have been done.
    pub preview: String,
}

impl PolicyForm {
    /// What takes a row out of the week, in the place of its day.
    pub const REMOVE: &'static str = "remove";

    /// What a field of a row of the week is called where something is wrong with it; `part` is `day`, `time` or `mode`.
    pub fn of_row(part: &str, row: usize) -> String {
        format!("{part}-{row}")
    }
}

/// A measure with its rule, if there is one, and what is known of it now.
#[derive(Clone, Debug)]
pub struct RuleLine {
    pub measure: Measure,
    pub rule: Option<Rule>,
    pub value: Option<i64>,
    pub in_force: bool,
}

/// What a policy says at this moment.
#[derive(Clone, Debug)]
pub struct Says {
    pub word: String,
    pub why: String,
    /// It is about to be set.
    pub changes: bool,
    /// It would be set, but not before then.
    pub waits_until: Option<Timestamp>,
    /// Somebody set this past it, and it opens no further.
    pub limit: Option<RegistrationsMode>,
    /// That is what decides now.
    pub limited: bool,
}

/// A day of the replay, UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayDay {
    pub at: Timestamp,
    pub sign_ups: i64,
    pub approved: i64,
    /// How many there were at its end, or by now.
    pub waiting: Option<i64>,
    pub open: Option<i64>,
}

/// The last 30 days as the policy would have had them.
#[derive(Clone, Debug)]
pub struct Replay {
    pub since: Timestamp,
    /// What the policy would have set, from when on, and what was set, as far as the record knows: to the minute.
    pub would: Vec<Stay>,
    pub did: Vec<Stay>,
    pub days: Vec<ReplayDay>,
    pub changes: Vec<(Timestamp, RegistrationsMode, String)>,
    /// Rules that could not be replayed.
    pub not_known: Vec<Measure>,
    /// There was more than was looked through.
    pub cut: bool,
}

/// What is filled in of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// `{reason}`
    pub name: &'static str,
    pub means: &'static str,
    /// What it would be now; empty where there is nothing.
    pub now: String,
}

/// The policy of an instance.
#[derive(Clone, Debug)]
pub struct PolicyPage {
    /// Its rules are being changed.
    pub changing: bool,
    pub policy: Policy,
    /// What follows at once from turning it on, while it is off.
    pub turning_on: Option<AtOnce>,
    /// 0 where nobody has set one.
    pub version: i64,
    pub says: Says,
    /// What is set, in a word.
    pub current: String,
    /// Why it changes nothing now, where the setting cannot be read.
    pub trouble: String,
    /// Why it acts no more; empty while it does.
    pub stopped: String,
    /// How often it tried in vain to set what it wants.
    pub tries: i64,
    /// What is stored of it was not written by the console.
    pub refused: bool,
    pub unknown_zone: bool,
    /// For whom it acts.
    pub answers: Option<String>,
    pub held_by: Option<String>,
    pub lines: [RuleLine; Measure::ALL.len()],
    /// When, told in its zone, and what.
    pub coming: Vec<(Timestamp, String, String)>,
    /// What visitors read, as Markdown; `None` where the message stays as it is.
    pub preview: Option<String>,
    /// What it is filled in for.
    pub example: policy::Cause,
    pub placeholders: [Placeholder; 4],
    pub templates: &'static [(&'static str, &'static str)],
    /// The one that somebody tries; it is not saved.
    pub template: Option<&'static str>,
    pub history: Vec<Change>,
    pub replay: Option<Replay>,
    pub may_close: bool,
    pub may_open: bool,
    pub now: Timestamp,
}
