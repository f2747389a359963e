//! Accounts: finding one, listing them, looking at one.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    clock::Timestamp,
    id::AccountId,
    record,
    reports::{CasePage, Category, Decision},
};
use serde::{Deserialize, Serialize};

/// An account that fits what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub id: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
}

/// An account of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    pub id: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
    pub role: Option<String>,
    pub since: Timestamp,
    pub last_active: Option<Timestamp>,
}

/// What the list is narrowed to; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// `local` or `remote`
    pub origin: String,
    /// One server exactly
    pub domain: String,
    /// One of [`Self::STATES`]
    pub state: String,
    /// `user_roles.id`
    pub role: String,
    /// The account whose invitations they came with
    pub inviter: String,
    /// `week`, `month` or `quiet`: when they last posted
    pub active: String,
    /// A part of the name they show, or of their handle
    pub name: String,
}

impl AccountFilter {
    /// Its names in an address.
    pub const KEYS: [&str; 7] = ["origin", "domain", "state", "role", "inviter", "active", "name"];
    /// With their words on the page, as the others are.
    pub const STATES: [(&str, &str); 7] = [
        ("suspended", "Suspended"),
        ("deleted", "Deleted"),
        ("limited", "Limited"),
        ("media", "Marked as sensitive"),
        ("frozen", "Frozen"),
        ("pending", "Pending review"),
        ("unconfirmed", "Email unconfirmed"),
    ];
    pub const ACTIVE: [(&str, &str); 3] =
        [("week", "Posted this week"), ("month", "Posted this month"), ("quiet", "Inactive for 90 days")];
}

/// Accounts, newest first.
#[derive(Clone, Debug)]
pub struct AccountsPage {
    pub rows: Vec<AccountRow>,
    pub filter: AccountFilter,
    pub roles: Vec<(String, String)>,
    /// How far back was looked, where that is not to the end.
    pub edge: Option<Timestamp>,
    pub older: Option<String>,
    pub search: String,
    /// What was typed into a filter that must not stand in an address.
    pub asks: Option<Asks>,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
    /// Whether this person sanctions accounts of a list, many at once.
    pub may_decide: bool,
    pub preview: Option<BulkPreview>,
}

/// An account that is chosen among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub account: AccountId,
    pub handle: String,
    /// “41 followers here · 2 open reports · limited”
    pub what: String,
}

/// Many accounts about to be sanctioned at once, before any is.
#[derive(Clone, Debug)]
pub struct BulkPreview {
    pub decision: Decision,
    pub accounts: Vec<Chosen>,
    /// Accounts, their open reports and sanctions as shown, for the form: frozen from here on.
    pub seen: String,
    /// How many of them are people of this instance.
    pub local: usize,
    /// How many follow them, counted on this instance.
    pub followers: i64,
    pub reports: usize,
    /// Those to look at again, with the reason.
    pub exceptions: Vec<(Chosen, String)>,
    /// Those that are left out, with the reason.
    pub left_out: Vec<(Chosen, String)>,
    /// Chosen, and not there any more.
    pub gone: usize,
    /// Why this cannot be done as it is, in a sentence.
    pub refused: Option<String>,
    /// Reasons that can be chosen.
    pub reasons: Vec<String>,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct FindPage {
    pub asked: String,
    /// Exactly this was meant: the page goes on to it.
    pub on: Option<String>,
    pub hits: Vec<Hit>,
    /// There may be more than are listed.
    pub more: bool,
    pub looked: Looked,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
    pub search: String,
    pub may_decide: bool,
    pub preview: Option<BulkPreview>,
}

/// By what somebody was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    ByName {
        /// What was looked for, where nothing is found.
        sought: String,
        /// Where else one may look for it: words and addresses.
        elsewhere: Vec<(String, String)>,
    },
    /// By an email or an IP address: it is in the record.
    Personal,
    /// Not yet: it asks for a reason first.
    Asks(Asks),
}

/// What may be an email or an IP address, to be looked for with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asks {
    pub typed: String,
    /// It was looked for as a handle first, and nobody has it.
    pub no_handle: bool,
    /// Whether this person may.
    pub may: bool,
}

/// An account in full: its case, and everything else that is known of it.
#[derive(Clone, Debug)]
pub struct AccountPage {
    pub case: CasePage,
    pub details: Details,
}

/// What only the account's own page shows.
#[derive(Clone, Debug)]
pub struct Details {
    pub sanctions: Vec<Sanction>,
    /// It is suspended, and nothing is left to come back.
    pub data_is_gone: bool,
    /// `None` for accounts without a login here.
    pub sign_up: Option<SignUp>,
    pub places: Vec<Place>,
    pub more_places: bool,
    /// There are more sessions than are shown.
    pub more_sessions: bool,
    pub sessions: Vec<SeenSession>,
    /// The latest reports they made.
    pub made: Vec<Made>,
    /// What the record knows, newest first.
    pub record: Vec<record::Line>,
    pub older: Option<String>,
    /// All of the record about them, or this person's own deeds.
    pub whole: bool,
    /// For those who may delete at once what it has left.
    pub deletion: Option<Deletion>,
}

/// A sanction in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sanction {
    pub word: String,
    pub since: Option<Timestamp>,
    /// “by @jonas”, or why nobody is named
    pub by: String,
}

/// How somebody came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    pub at: Timestamp,
    pub locale: Option<String>,
    pub confirmed_at: Option<Timestamp>,
    /// What they wrote when they asked to join.
    pub words: String,
}

/// An address somebody was seen from, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub masked: String,
    /// Those that count as the same have the same number: the address itself, or the /64 of an IPv6 one.
    pub group: usize,
    /// A keyed hash by which it is asked for.
    pub name: String,
    pub used_at: Timestamp,
}

/// A web session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenSession {
    pub since: Timestamp,
    pub last: Timestamp,
    /// Which of the addresses it is from.
    pub group: Option<usize>,
    pub agent: String,
}

/// A report that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whom it is about.
    pub account: AccountId,
    pub handle: String,
    pub category: Category,
    pub at: Timestamp,
    pub became: String,
}

/// What deleting at once would mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// When it would go by itself.
    pub due: Timestamp,
    pub lost: Vec<String>,
    /// Why it cannot be done now.
    pub prevented: Option<String>,
}
