//! Which servers, mail domains and addresses the instance keeps out, and how far.

pub mod api;
pub mod page;
pub mod service;

use crate::{batches::Running, clock::Timestamp, mastodon::waiting::Undecided};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

pub use crate::nouns::{
    domain_blocks::{
        AddressRule, AddressSeverity, Allowed, COSTED, COUNTED, Cost, Domain, GLIMPSED, Glimpse, Known, Listed,
        ListedAddress, Losses, MailRule, Note, Reach, Rule, Severity, bounded,
    },
    domain_imports::{Difference, ImportState, RowState, Ticks},
};

/// The list of rules and of allows.
#[derive(Clone, Debug)]
pub struct RulesPage {
    /// Imports that are not at their end.
    pub running: Vec<Running>,
    pub filter: RulesFilter,
    pub rules: Vec<Listed>,
    pub allowed: Vec<Allowed>,
    /// The address of the next, older page.
    pub older: Option<String>,
    pub search: String,
    pub server_search: ServerSearch,
    pub may_change: bool,
    /// Whether the instance federates with allowed servers alone, as far as it says.
    pub limited: Option<bool>,
}

/// What the list of allowed servers counts for.
pub fn allowing(limited: Option<bool>) -> &'static str {
    match limited {
        Some(true) => "This instance runs in limited federation mode: it federates with allowed domains only.",
        Some(false) => "Only matters in limited federation mode, which this instance reports as off.",
        None => "Only matters in limited federation mode; whether this instance uses it is not known.",
    }
}

/// What the list is narrowed to; empty text means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesFilter {
    /// `blocks` or `allows`
    pub list: String,
    pub severity: String,
    /// `rejected` for rules that reject media.
    pub media: String,
    /// A part of the domain or of a comment.
    pub text: String,
}

/// A server's name that was typed to look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerSearch {
    pub typed: String,
    /// The page goes on to this one.
    pub found: Option<Domain>,
    pub refused: Option<String>,
}

/// Servers known, by name.
#[derive(Clone, Debug)]
pub struct ServersPage {
    /// What names begin with.
    pub begins: String,
    pub servers: Vec<Known>,
    pub further: Option<String>,
    pub server_search: ServerSearch,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
}

/// A server, what the instance does about it, and what changing that would do.
#[derive(Clone, Debug)]
pub struct ServerPage {
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
    pub domain: Domain,
    /// The same in Unicode, where that differs.
    pub shown: Option<String>,
    /// Accounts known there, and on the servers below it.
    pub accounts: Option<i64>,
    pub below: Vec<(String, i64)>,
    /// `None` where the database took too long to count.
    pub reach: Option<Reach>,
    pub rule: Option<Listed>,
    pub allow: Option<Allowed>,
    /// Rules for domains above it, nearest first, and below it.
    pub parents: Vec<Listed>,
    pub children: Vec<Listed>,
    pub delivery_stopped: bool,
    /// `None` on 4.3, which has none.
    pub notes: Option<Vec<Note>>,
    pub history: Vec<crate::registrations::Change>,
    pub may_change: bool,
    /// Whether this person may suspend it as things are; if not, why.
    pub may_suspend: Result<(), String>,
    /// Why no rule may be made for it: it is our own, a suffix, no domain. One that is there can be changed and lifted.
    pub refused: Option<String>,
    /// Whether it is our own name or covers it: a rule for it is only made milder.
    pub ours: bool,
    /// Everybody who has a name under it would come under the rule.
    pub shared: bool,
    /// Some server is on the list of allowed ones.
    pub allows_exist: bool,
    /// Whether the instance federates with allowed servers alone, as far as it says.
    pub limited: Option<bool>,
}

/// Rules about mail domains.
#[derive(Clone, Debug)]
pub struct EmailDomainsPage {
    /// What somebody came with to make a rule about.
    pub proposed: Proposed,
    pub text: String,
    pub rules: Vec<MailRule>,
    /// How many who wait come under each of these rules, by its number; `None` while that is not known.
    pub waiting: Option<HashMap<i64, Undecided>>,
    pub older: Option<String>,
    pub may_change: bool,
}

/// What a rule is about to be made about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposed {
    /// A domain or a network; empty where nobody came with one.
    pub name: String,
    /// How many who wait would come under it; `None` while that is not known, or is not this person's to know.
    pub waiting: Option<Undecided>,
}

/// Rules about addresses.
#[derive(Clone, Debug)]
pub struct IpRulesPage {
    pub proposed: Proposed,
    pub rules: Vec<ListedAddress>,
    /// As [`EmailDomainsPage::waiting`].
    pub waiting: Option<HashMap<i64, Undecided>>,
    pub older: Option<String>,
    pub may_change: bool,
    /// The console's own addresses, as far as known.
    pub own: Vec<String>,
}

/// What was typed into the form of a rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RuleForm {
    pub instance: String,
    pub domain: String,
    #[serde(default)]
    pub severity: String,
    #[serde(default)]
    pub reject_media: String,
    #[serde(default)]
    pub reject_reports: String,
    #[serde(default)]
    pub obfuscate: String,
    #[serde(default)]
    pub public_comment: String,
    #[serde(default)]
    pub private_comment: String,
    #[serde(default)]
    pub why: String,
    /// The rule the page showed: its id and what it said; empty for none.
    #[serde(default)]
    pub seen: String,
    /// `yes` once the warning has been read.
    #[serde(default)]
    pub sure: String,
}

/// What was typed into the form of a rule about a mail domain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EmailDomainForm {
    pub instance: String,
    pub domain: String,
    /// `yes` where sign-ups are only reviewed.
    #[serde(default)]
    pub review: String,
    /// `yes` once it has been read whom the rule meets.
    #[serde(default)]
    pub sure: String,
    /// The domain once more, where much hangs on it.
    #[serde(default)]
    pub once_more: String,
    #[serde(default)]
    pub why: String,
    /// The rule the page showed: its id and whether it asked for review; empty for none.
    #[serde(default)]
    pub seen: String,
}

/// What was typed into the form of a rule about addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IpRuleForm {
    pub instance: String,
    pub network: String,
    #[serde(default)]
    pub severity: String,
    #[serde(default)]
    pub comment: String,
    /// In so many days, `never`, or `keep`.
    #[serde(default)]
    pub until: String,
    /// `yes` once the warning has been read.
    #[serde(default)]
    pub sure: String,
    #[serde(default)]
    pub why: String,
    #[serde(default)]
    pub seen: String,
}

/// What stands between the fields of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
    Bar,
    /// Each line is one name.
    Nothing,
}

impl Separator {
    pub const ALL: [Self; 5] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar, Self::Nothing];

    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "bar",
            Self::Nothing => "nothing",
        }
    }

    /// “separated by commas”
    pub fn words(self) -> &'static str {
        match self {
            Self::Comma => "separated by commas",
            Self::Semicolon => "separated by semicolons",
            Self::Tab => "separated by tabs",
            Self::Bar => "separated by vertical bars",
            Self::Nothing => "one domain a line",
        }
    }

    pub fn sign(self) -> Option<char> {
        match self {
            Self::Comma => Some(','),
            Self::Semicolon => Some(';'),
            Self::Tab => Some('\t'),
            Self::Bar => Some('|'),
            Self::Nothing => None,
        }
    }
}

impl std::str::FromStr for Separator {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|separator| separator.name() == text).ok_or(())
    }
}

/// What a column of a list can hold, in the words of Mastodon's own header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListField {
    Domain,
    Severity,
    RejectMedia,
    RejectReports,
    PublicComment,
    Obfuscate,
    /// In no list of Mastodon's own; other programs write it.
    PrivateComment,
}

impl ListField {
    pub const ALL: [Self; 7] = [
        Self::Domain,
        Self::Severity,
        Self::RejectMedia,
        Self::RejectReports,
        Self::PublicComment,
        Self::Obfuscate,
        Self::PrivateComment,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Severity => "severity",
            Self::RejectMedia => "reject_media",
            Self::RejectReports => "reject_reports",
            Self::PublicComment => "public_comment",
            Self::Obfuscate => "obfuscate",
            Self::PrivateComment => "private_comment",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "Domain",
            Self::Severity => "Severity",
            Self::RejectMedia => "Reject media",
            Self::RejectReports => "Reject reports",
            Self::PublicComment => "Public comment",
            Self::Obfuscate => "Obfuscate domain name",
            Self::PrivateComment => "Private comment",
        }
    }
}

/// A column of a list: what its header calls it, and the first of what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub sample: String,
}

/// What is confirmed with a tick: this name, as it was typed, and this of all that a rule can do.
pub fn sure_of(name: &str, does: &str) -> String {
    format!("{} {does}", name.trim().to_lowercase())
}

/// How a file was understood as a whole, before its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub separator: Separator,
    /// Whether its first line names its columns.
    pub header: bool,
    pub columns: Vec<Column>,
    /// Which column, counted from 0, each part of a rule is read from.
    pub places: Vec<(ListField, usize)>,
    /// What rows mean that say no severity, once somebody has said so.
    pub otherwise: Option<Severity>,
    /// How its letters were written, where that is not UTF-8.
    pub encoding: String,
    /// Whether somebody said how to read it.
    pub by_hand: bool,
    /// One sentence about the file.
    pub says: String,
    /// What is not certain about it, each a sentence.
    pub doubts: Vec<String>,
    /// Whether its rows were asked whom they cost; a former version did not.
    #[serde(default)]
    pub priced: bool,
}

impl Reading {
    pub fn place(&self, part: ListField) -> Option<usize> {
        self.places.iter().find(|(own, _)| *own == part).map(|(_, place)| *place)
    }

    /// Whether nothing about it had to be guessed: only then anything is ticked before somebody has looked.
    pub fn is_certain(&self) -> bool {
        self.doubts.is_empty() && !self.by_hand
    }
}

/// How somebody says a list is to be read; columns are counted from 1, and empty text means none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ReadingForm {
    pub instance: String,
    pub import: String,
    #[serde(default)]
    pub separator: String,
    #[serde(default)]
    pub header: String,
    #[serde(default)]
    pub domain: String,
    #[serde(default)]
    pub severity: String,
    #[serde(default)]
    pub reject_media: String,
    #[serde(default)]
    pub reject_reports: String,
    #[serde(default)]
    pub public_comment: String,
    #[serde(default)]
    pub obfuscate: String,
    #[serde(default)]
    pub private_comment: String,
    #[serde(default)]
    pub otherwise: String,
}

impl ReadingForm {
    /// The columns, in the order of [`ListField::ALL`].
    pub fn columns(&self) -> [&str; 7] {
        [
            &self.domain,
            &self.severity,
            &self.reject_media,
            &self.reject_reports,
            &self.public_comment,
            &self.obfuscate,
            &self.private_comment,
        ]
    }
}

/// An import in the list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportHead {
    pub id: String,
    pub file: String,
    pub by: String,
    pub at: Timestamp,
    pub state: ImportState,
    pub rows: i64,
    /// How many of the selected rows are done, of how many, while it goes on.
    pub done: Option<(i64, i64)>,
}

/// All imports, newest first, and the way to a new one.
#[derive(Clone, Debug)]
pub struct ImportsPage {
    pub imports: Vec<ImportHead>,
    pub may_change: bool,
}

/// What the part of a rule is called that says whether its name is hidden.
pub const HIDING: &str = "Obfuscate domain name";

/// A part of a rule: what it is now, and what it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    /// `None` where there is no rule.
    pub now: Option<String>,
    pub then: String,
}

/// A row of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    pub line: i64,
    pub domain: String,
    /// The same in letters, where Mastodon stores it in others.
    pub letters: Option<String>,
    pub difference: Difference,
    /// Every part of the rule; empty where the row cannot be used.
    pub fields: Vec<Field>,
    /// Why it is invalid or the same, or what came of it.
    pub said: String,
    /// Whom it costs; `None` where it begins to suspend nobody known here.
    pub cost: Option<Cost>,
    pub may_tick: bool,
    pub ticked: bool,
    /// Whether the list says other comments, or hides the name otherwise, than our rule: its own are in the place of ours.
    pub theirs: Option<bool>,
    /// What that would change, field by field.
    pub theirs_say: Vec<Field>,
    pub state: RowState,
    pub entry: Option<i64>,
}

/// What was ticked on a page of a preview.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TicksForm {
    pub instance: String,
    pub import: String,
    /// The lines that the page showed with a tick of their own: `2,3,7`.
    #[serde(default)]
    pub shown: String,
    /// Those of them that are ticked.
    #[serde(default)]
    pub row: Vec<String>,
    /// Those whose comments are to be put in the place of ours.
    #[serde(default)]
    pub theirs: Vec<String>,
    /// `new:yes`, `weaker:no`: all of a difference as well.
    #[serde(default)]
    pub all: String,
    /// Which rows of the whole list were ticked as the page showed it, and what each would do, as one hash.
    #[serde(default)]
    pub ticked: String,
    #[serde(default)]
    pub why: String,
    /// The page to go on to.
    #[serde(default)]
    pub then: String,
}

/// One import: preview, progress and results.
#[derive(Clone, Debug)]
pub struct ImportPage {
    pub head: ImportHead,
    pub differences: Vec<(Difference, i64)>,
    pub states: Vec<(RowState, i64)>,
    /// Rows that are not what the console wrote, which nothing is done for, …
    pub changed: i64,
    /// … and rows that are gone.
    pub missing: i64,
    /// Rows that suspend a server known here, and accounts known there in all.
    pub suspends_known: (i64, i64),
    /// How the file of a preview was read; `None` where a former version of the console read it, or somebody else changed what is
    /// kept of it.
    pub reading: Option<Reading>,
    /// What is ticked of each difference.
    pub ticks: Vec<(Difference, Ticks)>,
    /// What is ticked, as one hash: [`TicksForm::ticked`].
    pub ticked: String,
    /// Whether this person may tick rows here and carry them out: a preview that they read in themselves.
    pub may_tick: bool,
    pub show: String,
    pub rows: Vec<ImportRow>,
    pub further: Option<String>,
    /// The address of this very page.
    pub here: String,
    pub search: String,
    pub why: String,
    /// What the work waits for, or why it stopped.
    pub note: String,
    pub may_change: bool,
}

impl ImportPage {
    /// What is ticked in all.
    pub fn all_ticks(&self) -> Ticks {
        let mut all = Ticks::default();
        for (_, ticks) in &self.ticks {
            all += *ticks;
        }
        all
    }
}
