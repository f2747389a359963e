//! Decisions that are looked at again: each week a sample of everybody's, judged by a second person who sees the case
//! and, until they said what they would have decided, not what was.

pub mod api;
pub mod page;
pub mod service;

pub use crate::nouns::reviews::{Rate, Sort, Verdict, Week};

use crate::{
    clock::Timestamp,
    id::{AccountId, InstanceName},
};

/// The desk, for whoever reviews; for everybody else, what was said of their own decisions.
#[derive(Clone, Debug)]
pub struct ReviewsPage {
    /// Whether this person reviews.
    pub reviews: bool,
    pub weeks: Vec<WeekLine>,
    /// What this person may look at, oldest first.
    pub waiting: Vec<Waiting>,
    /// There is more that waits than is shown.
    pub more_waiting: bool,
    /// How many wait for somebody else: one's own, and those one took part in.
    pub not_yours: usize,
    /// What nobody can review: everybody who reviews decided it, or had part in it.
    pub nobodys: Vec<i64>,
    /// How many decisions of a sort a second person agreed with.
    pub of_sorts: Vec<(Sort, Rate)>,
    /// … of a person, by name.
    pub of_people: Vec<(String, Rate)>,
    /// … how often a reviewer agreed, by name.
    pub of_reviewers: Vec<(String, Rate)>,
    /// Since when these are counted.
    pub since: Week,
    /// What was said last of everybody's decisions, for whoever reviews.
    pub judged: Vec<Judged>,
    /// … and of one's own, with the note.
    pub own: Vec<Judged>,
    /// Decisions that a reviewer proposed to undo, for whoever may.
    pub proposals: Vec<Proposal>,
}

/// A week in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekLine {
    pub week: Week,
    pub state: WeekState,
    /// The entry that binds the seed, and whether it came after the week had begun.
    pub committed: Option<(i64, bool)>,
    /// How many were drawn, and how many of them were judged.
    pub drawn: usize,
    pub judged: usize,
}

/// How far a week is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeekState {
    /// Its seed is bound, and it has not begun or not ended.
    Committed,
    /// It has ended, and its sample is due.
    Due,
    /// Drawn in this entry, of so many decisions.
    Drawn(i64, i64),
    /// Nothing bound its seed: the console did not run, and nothing is drawn.
    Missed,
}

/// A decision that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub entry: i64,
    pub week: Week,
    pub sort: Sort,
    /// Whom or what it is about; `None` where its sealed text does not open.
    pub about: Option<String>,
    /// Of which category the reports were.
    pub category: String,
    /// This person has given an opinion, and has not judged yet.
    pub begun: bool,
}

/// A decision that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub entry: i64,
    pub sort: Sort,
    pub verdict: Verdict,
    pub at: Timestamp,
    /// Whom or what it is about.
    pub about: Option<String>,
    /// Where the account stands, where it is about one.
    pub case: Option<(InstanceName, AccountId)>,
    /// What was decided, in a clause; of one's own alone.
    pub what: Option<String>,
    /// What the second person wrote; of one's own alone.
    pub note: Option<String>,
}

/// A decision that a reviewer proposed to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The entry of the decision.
    pub entry: i64,
    pub instance: InstanceName,
    pub account: AccountId,
    pub about: String,
    /// Who decided, and what, in a clause.
    pub decided: (String, String),
    /// When that was proposed and why. By whom is told in the audit log alone.
    pub at: Timestamp,
    pub note: String,
    /// Whether it is about the reader's own decision.
    pub own: bool,
}

/// What an overview says of reviews to whoever reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How many of their own decisions were judged since they read it last.
    pub judged: usize,
    /// Whom decisions are about that a reviewer proposed to undo, where they may.
    pub proposals: Vec<String>,
}

/// How far the review of a decision is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has said anything yet.
    Blind,
    /// This person has said what they would have decided.
    Opinion(String),
    Judged {
        opinion: String,
        verdict: Verdict,
        entry: i64,
        note: String,
        /// Whether it was this person.
        own: bool,
    },
}

/// One decision that is looked at again.
#[derive(Clone, Debug)]
pub struct ReviewPage {
    pub entry: i64,
    pub week: Week,
    pub sort: Sort,
    pub stage: Stage,
    pub case: CaseThen,
    /// What could have been decided: name and words.
    pub choices: Vec<(&'static str, &'static str)>,
    /// What was, for whoever has given an opinion: a clause, and the internal reason.
    pub decided: Option<(String, String)>,
    /// The entry by which the reviewer saw the decision before their opinion.
    pub looked: Option<i64>,
    /// Where what was decided can be undone, once that was proposed.
    pub undo: Option<(InstanceName, AccountId)>,
    /// Why it cannot be, in a sentence.
    pub undoable: Result<(), &'static str>,
    /// The entry that closed the proposal to undo it.
    pub settled: Option<i64>,
    /// The next one that waits for this person.
    pub next: Option<i64>,
}

/// A case as it was, without what was decided and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseThen {
    /// Whom it is about.
    pub about: String,
    /// When it was decided.
    pub at: Timestamp,
    /// What was known: name and value.
    pub facts: Vec<(String, String)>,
    pub reports: Vec<ReportThen>,
    pub posts: Vec<PostThen>,
    /// What cannot be shown any more, a sentence each.
    pub untold: Vec<String>,
}

/// A report that the decision was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportThen {
    pub by: String,
    pub category: &'static str,
    pub comment: String,
    pub at: Timestamp,
}

/// A post that a report names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostThen {
    pub at: Timestamp,
    /// `None` where it is not public: it opens on the page of the case, with a reason.
    pub text: Option<String>,
    pub spoiler: String,
    pub lang: Option<String>,
    /// It was edited after the decision.
    pub edited: bool,
}
