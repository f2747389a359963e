//! Appeals: what people answer to a decision about them, and what became of it. They are read here and decided in Mastodon.

pub mod page;
pub mod service;

use crate::{clock::Timestamp, frame::Since, id::AccountId};

/// An appeal as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealLine {
    pub id: i64,
    pub account: AccountId,
    pub handle: String,
    /// What was decided: “limited”
    pub action: String,
    /// “Jonas Tran, through @harbourmaster”
    pub by: String,
    pub struck_at: Timestamp,
    /// What they were told with it.
    pub told: String,
    /// What they answer.
    pub text: String,
    pub at: Timestamp,
    /// What became of it: “approved by @leabrandt”, and when; `None` while it waits.
    pub became: Option<(String, Timestamp)>,
    /// Its page on the instance, where it is decided (`app/controllers/disputes/strikes_controller.rb`); it opens for whoever
    /// decides appeals there.
    pub there: Option<String>,
    /// What was decided is kept from whoever is to review it first.
    pub in_review: bool,
}

/// The list of appeals.
#[derive(Clone, Debug)]
pub struct AppealsPage {
    pub rows: Vec<AppealLine>,
    /// Those that are decided are listed, not those that wait.
    pub decided: bool,
    /// How many wait; `None` while that has never been read.
    pub waiting: Option<String>,
    /// Why what waits is not known, or may be out of date, in a sentence.
    pub trouble: Option<String>,
    pub older: Option<String>,
    pub search: String,
    /// Where the page asks what came and went since it was made; `None` for those that are decided.
    pub meanwhile: Option<Since>,
}
