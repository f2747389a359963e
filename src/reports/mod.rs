//! Reports: the queue, the case and what can be decided about it.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    batches::{Lately, Running},
    clock::Timestamp,
    frame::Since,
    id::{AccountId, MediaId, PresetId, ReportId, RuleId, StatusId},
    nouns::notes::OurNotes,
    record::DeedState,
    ui,
};
use serde::{Deserialize, Serialize};

pub use crate::nouns::reports::{AccountState, Category, Decision, MOST_READ, Reversal};

/// Somebody who holds a case in the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    pub name: String,
    pub you: bool,
    pub since: Timestamp,
    /// When it is nobody's again, unless they do something about it.
    pub until: Option<Timestamp>,
}

/// One case in the queue: everything open about one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    pub account: AccountId,
    /// `@user` or `@user@domain`, tamed; of the account that stands for the server itself it says so.
    pub handle: String,
    /// The most urgent of its reports’.
    pub category: Category,
    /// The oldest open report.
    pub since: Timestamp,
    pub reports: usize,
    /// What it is about, on one line.
    pub what: String,
    pub reporters: String,
    pub holder: Option<Claimant>,
    /// Whom Mastodon has it assigned to, where that is not the console's own account.
    pub assigned_there: Option<String>,
}

/// What the queue is narrowed to; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// `waiting`, `mine`, `unheld` or `decided`
    pub state: String,
    pub category: String,
    /// `local` or `remote`
    pub origin: String,
    pub domain: String,
    /// The name of whoever holds the case
    pub holder: String,
    /// Older than: `1h`, `1d`, `1w`
    pub age: String,
    /// The name of whoever decided it in the console, among those decided
    pub by: String,
}

/// Where an account is, as filters have it, with the words on the page.
pub const ORIGINS: [(&str, &str); 2] = [("local", "Local"), ("remote", "Remote")];

impl QueueFilter {
    /// Its keys in an address. They go with a person from the queue to a case, to the next one and back.
    pub const KEYS: [&str; 7] = ["state", "category", "origin", "domain", "holder", "age", "decided-by"];
    /// With their words on the page, as the ages are.
    pub const STATES: [(&str, &str); 4] =
        [("waiting", "Open"), ("mine", "Assigned to me"), ("unheld", "Unassigned"), ("decided", "Decided")];
    pub const AGES: [(&str, &str); 3] = [("1h", "> 1 h"), ("1d", "> 1 day"), ("1w", "> 1 week")];

    /// Whether fewer than all open cases are listed.
    pub fn narrows(&self) -> bool {
        let Self { state, category, origin, domain, holder, age, by: _ } = self;
        !matches!(state.as_str(), "" | "waiting")
            || [category, origin, domain, holder, age].iter().any(|value| !value.is_empty())
    }
}

/// The queue.
#[derive(Clone, Debug)]
pub struct QueuePage {
    /// Whether what waits was ever read; without that no number here says anything.
    pub known: bool,
    /// There are more than the console holds.
    pub cut: bool,
    /// Reports about accounts of which no row is left.
    pub gone: usize,
    pub rows: Vec<QueueRow>,
    /// Cases and reports that wait, whatever the filter.
    pub cases: usize,
    pub reports: usize,
    pub mine: usize,
    pub oldest: Option<Timestamp>,
    /// Cases under this filter.
    pub matching: usize,
    pub filter: QueueFilter,
    pub older: Option<String>,
    pub next: Option<AccountId>,
    pub search: String,
    /// Set while `decided` reports are listed instead.
    pub decided: Vec<DecidedRow>,
    /// How far back was looked among them, where that is not to the end.
    pub looked_to: Option<Timestamp>,
    /// Decisions of which the record does not say any more whom they were about: they are not listed.
    pub destroyed: usize,
    /// What the reader is to review is left out, as the list is of one colleague's decisions.
    pub left_out: bool,
    /// Colleagues whose decisions can be listed.
    pub people: Vec<String>,
    pub may_decide: bool,
    pub preview: Option<BulkPreview>,
    pub running: Vec<Running>,
    pub lately: Vec<Lately>,
    /// Where the page asks what came and went since it was made; not for what is decided.
    pub meanwhile: Option<Since>,
}

/// Many cases about to be decided at once, before any is.
#[derive(Clone, Debug)]
pub struct BulkPreview {
    pub decision: Decision,
    pub cases: Vec<QueueRow>,
    /// Accounts and their open reports as shown, for the form: frozen from here on.
    pub seen: String,
    /// Chosen, and not waiting any more.
    pub gone: usize,
    /// That these are not all that fit the filter, in a sentence.
    pub part: Option<String>,
    /// Cases to look at again, with the reason.
    pub exceptions: Vec<(QueueRow, String)>,
    /// Why this cannot be done as it is, in a sentence.
    pub refused: Option<String>,
    /// Reasons that can be chosen.
    pub reasons: Vec<String>,
}

/// The form for many cases, as it was posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecideManyForm {
    pub instance: String,
    /// Accounts as the person saw them, with their open reports, and in the list of accounts their sanctions too; in JSON.
    #[serde(default)]
    pub seen: String,
    #[serde(default)]
    pub decision: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub mail: String,
    #[serde(default)]
    pub why: String,
    /// A reason that was given before; what is written comes first.
    #[serde(default)]
    pub chosen: String,
}

/// A closed report, or one decision with its first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedRow {
    pub report: Option<ReportId>,
    /// Reports that were closed with it.
    pub more: usize,
    pub account: AccountId,
    pub handle: String,
    /// `None` where the report is not closed any more, or was never there.
    pub category: Option<Category>,
    pub closed_at: Timestamp,
    /// “Jonas Tran, through @harbourmaster”
    pub closed_by: String,
    /// `None` for what was not decided from here.
    pub decision: Option<Decision>,
    /// What it came to, where that is not simply what was meant.
    pub outcome: Option<DeedState>,
    pub what: String,
}

/// One report of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportCard {
    pub id: ReportId,
    pub reporter: String,
    pub reporter_id: AccountId,
    /// “local · 14 earlier, 12 right”
    pub record: String,
    pub category: Category,
    pub rules: Vec<String>,
    pub rule_ids: Vec<RuleId>,
    pub comment: String,
    pub forwarded: bool,
    pub created_at: Timestamp,
    pub assigned: Option<String>,
}

/// A report that was closed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedReport {
    pub id: ReportId,
    pub category: Category,
    pub created_at: Timestamp,
    pub closed_at: Timestamp,
    pub closed_by: String,
    pub comment: String,
}

/// A file of a post: covered until asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaCard {
    pub id: MediaId,
    /// `image`, `video`, `gifv`, `audio` or `unknown`
    pub kind: String,
    pub description: String,
    /// The instance has no copy yet and would fetch one from the file's own server.
    pub fetched: bool,
    /// Shown now, at this address of ours.
    pub shown: Option<String>,
    /// Why it cannot be had, and where it is.
    pub missing: Option<String>,
}

/// A poll of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollCard {
    /// With the votes that are known.
    pub options: Vec<(String, Option<i64>)>,
    pub multiple: bool,
    pub ends: Option<Timestamp>,
}

/// A link of a post with what its page says of itself: text alone, nothing that a browser follows or loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkCard {
    /// The server it leads to.
    pub host: String,
    pub address: String,
    /// The server and the address of the page that the preview is of, where that is another one.
    pub page: Option<(String, String)>,
    pub title: String,
    pub description: String,
    /// Who is named as publisher and author.
    pub by: Vec<String>,
    /// What else is to be said of it.
    pub words: Vec<String>,
}

/// What a post quotes or boosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteCard {
    pub by: Option<String>,
    pub spoiler: String,
    pub text: Option<String>,
    pub created_at: Option<Timestamp>,
    pub poll: Option<PollCard>,
    pub links: Vec<LinkCard>,
    /// Collections that it links to, a clause each.
    pub collections: Vec<String>,
    /// The files of a boosted post; those of a quoted one are counted.
    pub media: Vec<MediaCard>,
    /// What a boosted post quotes.
    pub quote: Option<Box<QuoteCard>>,
    /// What else is to be said of it: that it is not there any more, that its author refused, that it has files.
    pub words: Vec<String>,
}

/// What a post said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditCard {
    pub at: Timestamp,
    pub spoiler: String,
    pub text: String,
    /// The options of its poll, its files with their descriptions, and what else it was.
    pub words: Vec<String>,
}

/// A collection that reports name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionCard {
    pub name: String,
    pub description: String,
    pub language: Option<String>,
    /// “2 people: @otter, @gullwing; 1 person declined or left”
    pub people: String,
    pub created_at: Timestamp,
    /// Named by so many of the reports.
    pub reports: usize,
    /// It is not the reported account's own.
    pub of_somebody_else: bool,
}

/// A post as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostCard {
    pub id: StatusId,
    /// `None` for a post that opens only with a reason.
    pub text: Option<String>,
    pub spoiler: String,
    pub language: Option<String>,
    pub visibility: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub reply_to: Option<String>,
    pub boosts: i64,
    pub replies: i64,
    pub media: Vec<MediaCard>,
    pub reported: bool,
    pub poll: Option<PollCard>,
    pub quote: Option<QuoteCard>,
    pub boost: Option<QuoteCard>,
    pub links: Vec<LinkCard>,
    /// Collections that it links to, a clause each.
    pub collections: Vec<String>,
    /// Oldest first.
    pub edits: Vec<EditCard>,
    /// What it holds besides and is not shown here, a sentence each.
    pub not_shown: Vec<String>,
}

/// A decision against the account in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    pub action: String,
    pub by: String,
    pub at: Timestamp,
    pub text: String,
    /// What became of an appeal.
    pub appeal: Option<String>,
    /// The appeal waits for a decision.
    pub waits: bool,
    /// What the appeal says, and since when; `None` where that may not be read.
    pub answered: Option<(String, Timestamp)>,
    /// Its page on the instance, which opens for whoever decides appeals there and for the person struck alone
    /// (`app/policies/account_warning_policy.rb`; the same in every release, as recorded of 4.6 and 4.7).
    pub there: Option<String>,
}

/// What a colleague wrote down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub by: String,
    pub at: Timestamp,
    pub text: String,
}

/// The account a case is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountCard {
    pub id: AccountId,
    pub handle: String,
    /// As the port and the ledger name it: without the leading `@`.
    pub acct: String,
    pub display_name: String,
    pub note: String,
    /// An account of this instance whose user is there: somebody can sign in as it.
    pub has_login: bool,
    pub since: Timestamp,
    pub last_active: Option<Timestamp>,
    pub followers: i64,
    pub posts: i64,
    /// “night.example · 41 accounts known · no block”
    pub server: Option<String>,
    pub state: AccountState,
    /// Why its reports can be closed and nothing else be done about it.
    pub only_closable: Option<String>,
    /// Nothing of it is known any more.
    pub gone: bool,
    /// What of it can be taken back.
    pub reversals: Vec<Reversal>,
    /// It stands as if it could be used, and has no login.
    pub left_without_login: bool,
    /// When a suspended account's data goes; `None` where nothing is scheduled.
    pub deleted_on: Option<Timestamp>,
    /// Its owner has deleted it, and the instance is still at it.
    pub being_deleted: bool,
    /// It is kept in memory of somebody dead.
    pub memorial: bool,
    /// Its owner has moved to another account.
    pub moved: bool,
    /// The role on the instance, where it is a staff role.
    pub staff: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub pending: bool,
    pub unconfirmed: bool,
}

impl AccountCard {
    /// What anybody can read of it on the instance's own pages.
    pub fn public(self) -> Self {
        let state = AccountState { disabled: false, ..self.state };
        Self { email: None, address: None, pending: false, unconfirmed: false, state, ..self }
    }
}

/// A text that can be put before one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    pub id: PresetId,
    pub title: String,
    pub text: String,
}

/// Something revealed just now, to this person, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revealed {
    pub what: String,
    pub value: String,
    /// Whom else it leads to.
    pub beside: Vec<Beside>,
}

/// What is said beside a revealed email or IP address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// “3 other accounts from this IP address.”
    pub words: String,
    /// Where they are listed.
    pub list: Option<String>,
    /// Words and address of the form of a rule that keeps more of them out.
    pub block: Option<(String, String)>,
}

/// Lists that show the newest alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoreOf {
    pub strikes: bool,
    pub notes: bool,
    pub closed: bool,
}

/// The case page.
#[derive(Clone, Debug)]
pub struct CasePage {
    pub account: AccountCard,
    /// Where the page asks what became of the case since it was made; not where nothing is open.
    pub meanwhile: Option<Since>,
    /// The oldest ones, at most [`MOST_READ`].
    pub open: Vec<ReportCard>,
    /// How many open ones there are besides, counted up to a limit.
    pub unread: i64,
    /// So many reports one deed closes at once; the others go on in the background.
    pub at_once: usize,
    pub closed: Vec<ClosedReport>,
    pub posts: Vec<PostCard>,
    /// Those that open reports name.
    pub collections: Vec<CollectionCard>,
    /// Those that only closed ones name.
    pub collections_before: Vec<CollectionCard>,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
    /// What the reports hold and is not shown here, a sentence each.
    pub not_shown: Vec<String>,
    /// Their latest public and unlisted posts.
    pub latest: Vec<PostCard>,
    pub strikes: Vec<Strike>,
    pub notes: Vec<Note>,
    pub our_notes: OurNotes,
    /// Of strikes, notes and earlier reports there are more than are listed.
    pub more: MoreOf,
    pub presets: Vec<Preset>,
    pub rules: Vec<(RuleId, String)>,
    pub holder: Option<Claimant>,
    /// What came with it when a colleague handed it over to you.
    pub handed: Option<String>,
    /// Whom you may hand it to: id and name.
    pub colleagues: Vec<(String, String)>,
    /// Why this person may not decide here; `None` where they may.
    pub hands_off: Option<String>,
    pub may_reveal: bool,
    /// The decision whose form is open.
    pub deciding: Option<Decision>,
    /// Reasons that can be chosen for it.
    pub reasons: Vec<String>,
    pub next: Option<AccountId>,
    pub revealed: Option<Revealed>,
    /// The instance's own pages, for what only they can do.
    pub there: String,
    pub search: String,
    /// What could not be read, in a sentence.
    pub partly: Option<String>,
    /// Decisions about the account that a reviewer proposed to undo, for whoever may.
    pub proposals: Vec<crate::reviews::Proposal>,
    /// For those who see invitations; in a case only where somebody is known to have invited them.
    pub invitations: Option<crate::invitations::OfAccount>,
}

impl CasePage {
    /// How many open reports there are: “12”, “612”, or “10,000+”.
    pub fn number(&self) -> String {
        let limit = usize::try_from(MOST_COUNTED - 1).unwrap_or(usize::MAX);
        let all = self.open.len().saturating_add(usize::try_from(self.unread).unwrap_or(0));
        ui::at_least(all.min(limit), all > limit)
    }
}

/// How many are counted.
pub const MOST_COUNTED: i64 = 10_001;

/// The form that puts a report under another category, as it was posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CategoryForm {
    pub instance: String,
    pub account: String,
    pub report: String,
    pub category: String,
    #[serde(default)]
    pub rules: Vec<String>,
    /// The category and the rules that the person saw, in JSON.
    #[serde(default)]
    pub seen: String,
    #[serde(default)]
    pub back: String,
}

/// The decision form, as it was posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecideForm {
    pub instance: String,
    pub account: String,
    pub decision: String,
    /// The ids of the open reports the person saw, with commas.
    #[serde(default)]
    pub reports: String,
    /// How many more there were, which the page named and did not show.
    #[serde(default)]
    pub unread: String,
    /// The sanctions the person saw, as `AccountState` in JSON.
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub preset: String,
    #[serde(default)]
    pub mail: String,
    #[serde(default)]
    pub why: String,
    /// A reason that was given before; what is written comes first.
    #[serde(default)]
    pub chosen: String,
    /// The case to go to afterwards: an account's id.
    #[serde(default)]
    pub next: String,
    /// The page it stood on, with the filter of the queue.
    #[serde(default)]
    pub back: String,
}
