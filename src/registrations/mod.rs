//! Who may sign up: the stored mode and the message visitors read.

pub mod api;
pub mod page;
pub mod service;

use crate::{clock::Timestamp, mastodon::waiting::Waiting};

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
    /// Whether that is what the setting says; `None` where it is not known.
    pub agrees: Option<bool>,
}

/// The registrations desk.
#[derive(Clone, Debug)]
pub struct RegistrationsPage {
    pub state: RegistrationsState,
    /// When the rows were read.
    pub read_at: Timestamp,
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
}
