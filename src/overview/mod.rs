//! The overview: what waits and how old, who may sign up, whether everything answers.

pub mod page;
pub mod service;

use crate::{
    alarms::OpenAlarms,
    batches::Running,
    clock::Timestamp,
    frame::Since,
    id::{GrantId, InstanceName},
    mastodon::waiting::Waiting,
    record,
    registrations::RegistrationsState,
    reports::{Category, QueueRow},
    reviews::Told,
};

/// Whether one part answers, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthPart {
    pub name: String,
    pub well: bool,
    pub says: String,
    /// What that is in particular, one below the other.
    pub each: Vec<String>,
}

impl HealthPart {
    pub fn new(name: &str, well: bool, says: impl Into<String>) -> Self {
        Self { name: name.to_owned(), well, says: says.into(), each: Vec::new() }
    }

    /// All of it in a line.
    pub fn sentence(&self) -> String {
        let each = if self.each.is_empty() { String::new() } else { format!(": {}", self.each.join("; ")) };
        format!("{}: {}{each}", self.name, self.says)
    }
}

/// One instance beside the others.
#[derive(Clone, Debug)]
pub struct InstanceRow {
    pub name: InstanceName,
    pub title: String,
    /// How many cases wait, and since when the oldest; `None` while that has never been read.
    pub cases: Option<(String, Option<Timestamp>)>,
    /// How many sign-ups wait: the inner `None` while that has never been read, the outer for whoever may not see it.
    pub sign_ups: Option<Option<Waiting>>,
    /// How many people wait who asked for access, and since when the oldest, for those who decide about them; `None` where nobody
    /// waits.
    pub requests: Option<(String, Option<Timestamp>)>,
    /// Who may sign up, in a word.
    pub registrations: String,
    /// What does not answer or does not hold, a sentence each.
    pub troubles: Vec<String>,
}

/// All instances beside one another.
#[derive(Clone, Debug)]
pub struct EverywherePage {
    pub rows: Vec<InstanceRow>,
    /// What is said of reviews to this person.
    pub reviews: Told,
}

/// The overview of one instance.
#[derive(Clone, Debug)]
pub struct OverviewPage {
    pub title: String,
    /// Imports and batches that are not at their end.
    pub running: Vec<Running>,
    /// Whether what waits was ever read; without that no number of reports says anything.
    pub known: bool,
    pub cases: usize,
    /// There are more than are known: so many at least, and which is the oldest is not known.
    pub more: bool,
    pub oldest: Option<Timestamp>,
    pub by_category: Vec<(Category, usize)>,
    pub urgent: Vec<QueueRow>,
    /// Pending sign-ups with a confirmed address.
    pub pending: Option<Waiting>,
    /// How many appeals wait, and since when the oldest; `None` where that is not known.
    pub appeals: Option<(String, Option<Timestamp>)>,
    /// How many people wait who asked for access, and since when the oldest, for those who decide about them; `None` where nobody
    /// waits.
    pub requests: Option<(String, Option<Timestamp>)>,
    /// Who works here and was seen within five minutes, with their role; the reader is `None`. Nothing for whoever is not told.
    pub on_duty: Vec<Option<(String, &'static str)>>,
    /// Grants that wait for somebody's approval, for those who decide about them: which, and for whom and what.
    pub grants: Vec<(GrantId, String)>,
    /// What is said of reviews to this person.
    pub reviews: Told,
    pub registrations: RegistrationsState,
    pub health: Vec<HealthPart>,
    /// That registrations are open and nobody decides anything, in a sentence.
    pub unattended: Option<String>,
    /// Sign-ups a day, oldest first: the day and how many.
    pub sign_ups: Vec<(Timestamp, usize)>,
    /// What changed on the instance within a day and not through this console, newest first; for those who read the record.
    pub outside_changes: Vec<record::Line>,
    /// What in the record somebody should look at; `None` for whoever does not read all of it.
    pub alarms: Option<OpenAlarms>,
    /// Where the page asks what came and went since it was made.
    pub meanwhile: Since,
}
