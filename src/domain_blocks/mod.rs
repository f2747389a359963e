//! Which servers, mail domains and addresses the instance keeps out, and how far.

pub mod api;
pub mod page;
pub mod service;

use crate::{clock::Instant, ui};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

pub use crate::nouns::domain_blocks::{AddressRule, AddressSeverity, Domain, Rule, Severity};

/// What people here lose if a server is suspended; counted up to a bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Losses {
    /// People here who follow somebody there, and how many follows that is.
    pub followers: i64,
    pub follows: i64,
    /// People here who are followed from there, and how often.
    pub followed: i64,
    pub followers_there: i64,
}

/// Numbers are counted up to here, and then said as “10,000+”.
pub const COUNTED: i64 = 10_000;
/// So many of a kind are counted for each account behind a row in the list of servers.
pub const GLIMPSED: i64 = 100;

/// “57”, “10,000+”
pub fn bounded(number: i64) -> String {
    ui::at_least(usize::try_from(number.clamp(0, COUNTED)).unwrap_or(0), number > COUNTED)
}

fn bounded_of(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", bounded(number), if number == 1 { one } else { many })
}

impl Losses {
    /// “34 people here lose 57 follows, and 20 lose 31 followers there”
    pub fn sentence(&self) -> String {
        let out = (self.follows > 0).then(|| {
            format!(
                "{} here {} {}",
                bounded_of(self.followers, "person", "people"),
                if self.followers == 1 { "loses" } else { "lose" },
                bounded_of(self.follows, "follow", "follows"),
            )
        });
        let back = (self.followers_there > 0).then(|| {
            format!(
                "{} {} {} there",
                bounded_of(self.followed, "person here", "people here"),
                if self.followed == 1 { "loses" } else { "lose" },
                bounded_of(self.followers_there, "follower", "followers"),
            )
        });
        match (out, back) {
            (Some(out), Some(back)) => format!("{out}, and {back}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "nobody here loses a follow".to_owned(),
        }
    }
}

/// Whom a row of a list would cost their follows, on the server it names and on those below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// `None` where counting took too long.
    pub losses: Option<Losses>,
    /// There are accounts there that were not looked at.
    pub more: bool,
    /// Those here who lose most, with how many follows each loses, both ways together.
    pub most: Vec<(String, i64)>,
}

impl Cost {
    /// Whether somebody here would lose a follow, in either direction; not known counts as yes.
    pub fn cuts(&self) -> bool {
        self.more || self.losses.is_none_or(|losses| losses.follows > 0 || losses.followers_there > 0)
    }

    /// “34 people here lose 57 follows; most: @wren 12, @tern 9”
    pub fn sentence(&self) -> String {
        let Some(losses) = self.losses else {
            return "It took too long to count who here loses follows.".to_owned();
        };
        let looked = if self.more { ", among the accounts looked at; there are more" } else { "" };
        let most: Vec<String> = self.most.iter().map(|(who, number)| format!("@{} {}", ui::tame(who), bounded(*number))).collect();
        let most = if most.is_empty() { String::new() } else { format!("; most: {}", most.join(", ")) };
        let mut sentence = losses.sentence();
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{sentence}{looked}{most}.")
    }
}

/// A rule in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub id: i64,
    pub domain: String,
    pub rule: Rule,
    pub since: Instant,
    /// Accounts known there when Mastodon last counted; `None` where it never did.
    pub accounts: Option<i64>,
}

/// A domain on the list of those federated with, where Mastodon federates with no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub id: i64,
    pub domain: String,
    pub since: Instant,
}

/// A server this one knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub domain: String,
    pub accounts: i64,
    pub severity: Option<Severity>,
    pub allowed: bool,
    /// Staff notes on it; none on 4.3, which has no such table.
    pub notes: i64,
    /// `None` where counting took too long.
    pub glimpse: Option<Glimpse>,
}

/// What a few of a server's accounts tell of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// Follows of people here to accounts there.
    pub followed: i64,
    /// Follows of accounts there to people here.
    pub following: i64,
    /// Reports about accounts there.
    pub reports: i64,
    /// Files known of accounts there.
    pub media: i64,
    /// Whether there are accounts that were not looked at.
    pub more: bool,
}

impl Glimpse {
    /// “12”, and “12+” where there may be more.
    pub fn said(&self, number: i64) -> String {
        let more = self.more || number >= GLIMPSED;
        ui::at_least(usize::try_from(number).unwrap_or(0), more)
    }
}

/// A rule about mail addresses at sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRule {
    pub id: i64,
    pub domain: String,
    /// Sign-ups go to review; otherwise they are refused.
    pub review: bool,
    /// Rules that Mastodon derived from its mail servers.
    pub derived: i64,
    /// The rule it was derived from.
    pub parent: Option<String>,
    pub since: Instant,
}

/// A rule about addresses in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAddress {
    pub id: i64,
    /// `203.0.113.0/24`
    pub network: String,
    /// `None` where the row holds a number that Mastodon does not know.
    pub rule: Option<AddressRule>,
    pub since: Instant,
}

/// The list of rules and of allows.
#[derive(Clone, Debug)]
pub struct RulesPage {
    pub filter: RulesFilter,
    pub rules: Vec<Listed>,
    pub allowed: Vec<Allowed>,
    /// The address of the next, older page.
    pub older: Option<String>,
    pub search: String,
    pub look: Look,
    pub may_change: bool,
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
pub struct Look {
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
    pub look: Look,
}

/// A staff note on a server (4.4 and later).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub by: String,
    pub text: String,
    pub at: Instant,
}

/// What is known of a server and those below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub losses: Losses,
    /// Reports about people there, and how many of them are open; reports from there.
    pub reports_about: i64,
    pub open_about: i64,
    pub reports_from: i64,
    pub media: i64,
    /// How many accounts were looked at for these numbers, if not all.
    pub looked_at: Option<i64>,
}

/// A server, what the instance does about it, and what changing that would do.
#[derive(Clone, Debug)]
pub struct ServerPage {
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
    /// The instance federates with allowed domains only, as far as the list says.
    pub allows_exist: bool,
}

/// Rules about mail domains.
#[derive(Clone, Debug)]
pub struct MailPage {
    pub text: String,
    pub rules: Vec<MailRule>,
    /// How many who wait come under each of these rules, by its number; `None` while that is not known.
    pub waiting: Option<HashMap<i64, usize>>,
    pub older: Option<String>,
    pub may_change: bool,
}

/// Rules about addresses.
#[derive(Clone, Debug)]
pub struct AddressesPage {
    pub rules: Vec<ListedAddress>,
    /// As [`MailPage::waiting`].
    pub waiting: Option<HashMap<i64, usize>>,
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
pub struct MailForm {
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
pub struct AddressForm {
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

/// How a row of a list to import stands to the rules there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    New,
    Stricter,
    Weaker,
    /// It could be a rule, and somebody has to look first: a canary, a host of many people's servers, a contradiction.
    Apart,
    /// The list does not say what the rule would be.
    Unclear,
    /// The name was hidden by whoever published the list.
    Hidden,
    Same,
    Invalid,
}

impl Difference {
    pub const ALL: [Self; 8] =
        [Self::New, Self::Stricter, Self::Weaker, Self::Apart, Self::Unclear, Self::Hidden, Self::Same, Self::Invalid];

    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Stricter => "stricter",
            Self::Weaker => "weaker",
            Self::Apart => "apart",
            Self::Unclear => "unclear",
            Self::Hidden => "hidden",
            Self::Same => "same",
            Self::Invalid => "invalid",
        }
    }

    /// Whether all such rows can be ticked together; those set apart are ticked one by one.
    pub fn applies(self) -> bool {
        matches!(self, Self::New | Self::Stricter | Self::Weaker)
    }

    /// Whether such rows are ticked before anybody has looked, where nothing about the file had to be guessed.
    pub fn is_ticked(self) -> bool {
        matches!(self, Self::New | Self::Stricter)
    }
}

impl std::str::FromStr for Difference {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|difference| difference.name() == text).ok_or(())
    }
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
            Self::Bar => "separated by upright bars",
            Self::Nothing => "one name a line",
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
pub enum Part {
    Domain,
    Severity,
    RejectMedia,
    RejectReports,
    PublicComment,
    Obfuscate,
    /// In no list of Mastodon's own; other programs write it.
    PrivateComment,
}

impl Part {
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
            Self::Domain => "Server",
            Self::Severity => "Severity",
            Self::RejectMedia => "Reject media",
            Self::RejectReports => "Reject reports",
            Self::PublicComment => "Public comment",
            Self::Obfuscate => "Hide the name",
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

/// How a file was understood as a whole, before its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub separator: Separator,
    /// Whether its first line names its columns.
    pub header: bool,
    pub columns: Vec<Column>,
    /// Which column, counted from 0, each part of a rule is read from.
    pub places: Vec<(Part, usize)>,
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
}

impl Reading {
    pub fn place(&self, part: Part) -> Option<usize> {
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
    /// The columns, in the order of [`Part::ALL`].
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

/// How far a row of an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Only shown.
    Listed,
    Waiting,
    /// A process is at it.
    UnderWay,
    Done,
    Failed,
    /// Somebody unticked it by hand before the import began.
    LeftOut,
}

impl RowState {
    pub const ALL: [Self; 6] =
        [Self::Listed, Self::Waiting, Self::UnderWay, Self::Done, Self::Failed, Self::LeftOut];

    pub fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::LeftOut => "left_out",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Listed => "not asked for",
            Self::Waiting => "waits",
            Self::UnderWay => "under way",
            Self::Done => "done",
            Self::Failed => "not done",
            Self::LeftOut => "left out by hand",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Listed | Self::Waiting | Self::LeftOut => "badge",
            Self::UnderWay => "badge accent",
            Self::Done => "badge good",
            Self::Failed => "badge danger",
        }
    }
}

impl std::str::FromStr for RowState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportState {
    Preview,
    Running,
    Paused,
    Done,
}

impl ImportState {
    pub const ALL: [Self; 4] = [Self::Preview, Self::Running, Self::Paused, Self::Done];

    pub fn name(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Preview => "badge",
            Self::Running => "badge accent",
            Self::Paused => "badge warn",
            Self::Done => "badge good",
        }
    }
}

impl std::str::FromStr for ImportState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// An import in the list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportHead {
    pub id: String,
    pub file: String,
    pub by: String,
    pub at: Instant,
    pub state: ImportState,
    pub rows: i64,
}

/// All imports, newest first, and the way to a new one.
#[derive(Clone, Debug)]
pub struct ImportsPage {
    pub imports: Vec<ImportHead>,
    pub may_change: bool,
}

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
    pub state: RowState,
    pub entry: Option<i64>,
}

/// How many rows of a difference are ticked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticks {
    pub rows: i64,
    pub ticked: i64,
    /// Those that cut follows, and how many of them are ticked.
    pub cutting: i64,
    pub cutting_ticked: i64,
    /// Unticked by hand.
    pub left_out: i64,
}

impl std::ops::AddAssign for Ticks {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.ticked += other.ticked;
        self.cutting += other.cutting;
        self.cutting_ticked += other.cutting_ticked;
        self.left_out += other.left_out;
    }
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
    /// How many rows of the whole list were ticked as the page showed it.
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
    /// Rows that suspend a server known here, and accounts known there in all.
    pub suspends_known: (i64, i64),
    /// How the file was read; `None` for a list that a former version of the console read.
    pub reading: Option<Reading>,
    /// What is ticked of each difference.
    pub ticks: Vec<(Difference, Ticks)>,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(severity: Severity, reject_media: bool, reject_reports: bool) -> Rule {
        Rule {
            severity,
            reject_media,
            reject_reports,
            obfuscate: false,
            public_comment: String::new(),
            private_comment: String::new(),
        }
    }

    #[test]
    fn stricter_is_what_mastodon_calls_stricter() {
        use Severity::{Noop, Silence, Suspend};
        for (one, other, stricter) in [
            (rule(Suspend, false, false), rule(Suspend, true, true), true),
            (rule(Suspend, false, false), rule(Silence, true, true), true),
            (rule(Silence, true, true), rule(Suspend, false, false), false),
            (rule(Noop, true, true), rule(Suspend, false, false), false),
            (rule(Noop, true, true), rule(Silence, false, false), false),
            (rule(Silence, false, false), rule(Noop, true, false), false),
            (rule(Silence, true, false), rule(Noop, true, false), true),
            (rule(Silence, true, false), rule(Silence, false, true), false),
        ] {
            assert_eq!(one.is_stricter_than(&other), stricter, "{one:?} against {other:?}");
        }
    }

    #[test]
    fn a_domain_knows_what_is_above_and_below_it() {
        let domain = |text: &str| Domain::try_from(text.to_owned()).unwrap();
        assert_eq!(domain("a.b.example").parents(), ["b.example", "example"]);
        assert!(domain("b.example").covers("a.b.example"));
        assert!(domain("b.example").covers("b.example"));
        assert!(!domain("b.example").covers("ab.example"));
        assert!(!domain("a.b.example").covers("b.example"));
        for odd in ["a..b", "A.example", "a_b.example", ".example", "bücher.example", "a b", "host.example:3000"] {
            assert!(!domain(odd).is_well_formed(), "{odd}");
        }
        assert!(domain("xn--bcher-kva.example").is_well_formed());
        for wrong in [String::new(), "a\0b".to_owned(), "a".repeat(3_000)] {
            assert!(Domain::try_from(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn losses_are_said_as_people_say_them() {
        let losses =
            |followers, follows, followed, followers_there| Losses { followers, follows, followed, followers_there };
        assert_eq!(losses(0, 0, 0, 0).sentence(), "nobody here loses a follow");
        assert_eq!(losses(1, 2, 0, 0).sentence(), "1 person here loses 2 follows");
        assert_eq!(losses(0, 0, 1, 1).sentence(), "1 person here loses 1 follower there");
        assert_eq!(
            losses(3_400, 10_001, 2, 5).sentence(),
            "3,400 people here lose 10,000+ follows, and 2 people here lose 5 followers there"
        );
    }
}
