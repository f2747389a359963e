//! Invitations of everybody on the instance, who came with them, and people who asked the staff for access.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    batches::Running,
    clock::{DAY, Timestamp},
    frame::Draft,
    id::{AccountId, InstanceName, InviteId},
    ui,
};
use serde::{Deserialize, Serialize};

pub use crate::nouns::invitations::RequestState;

/// The most that are revoked at once: as many as a batch holds.
pub use crate::batches::MOST_AT_ONCE;
/// The most uses of one invitation, as in Mastodon’s own form (`app/views/invites/_form.html.haml`).
pub const MOST_USES: i32 = 100;

/// What became of an invitation (`app/models/invite.rb`, `app/models/concerns/expireable.rb`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteState {
    Usable,
    /// Neither over nor used up, and its owner is not functional: it works again when the owner is.
    OwnerIsNot,
    UsedUp,
    Expired,
}

impl InviteState {
    pub const ALL: [Self; 4] = [Self::Usable, Self::OwnerIsNot, Self::UsedUp, Self::Expired];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::OwnerIsNot => "owner",
            Self::UsedUp => "used-up",
            Self::Expired => "expired",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Usable => "available",
            Self::OwnerIsNot => "inactive",
            Self::UsedUp => "used up",
            Self::Expired => "expired",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Usable => "badge good",
            Self::OwnerIsNot => "badge warn",
            Self::UsedUp | Self::Expired => "badge",
        }
    }
}

impl std::str::FromStr for InviteState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// How long an invitation issued here goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Day,
    Week,
    Month,
    Never,
}

impl Term {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Never];

    /// Its name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Never => "never",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "after 1 day",
            Self::Week => "after 1 week",
            Self::Month => "after 30 days",
            Self::Never => "never",
        }
    }

    /// When an invitation of this term ends that is issued now.
    pub fn end(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Day => Some(now.plus(DAY)),
            Self::Week => Some(now.plus(7 * DAY)),
            Self::Month => Some(now.plus(30 * DAY)),
            Self::Never => None,
        }
    }
}

impl std::str::FromStr for Term {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|term| term.name() == text).ok_or(())
    }
}

/// An invitation on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLine {
    pub id: InviteId,
    /// The beginning of its code.
    pub code: String,
    pub owner: AccountId,
    pub handle: String,
    /// Why the owner is not functional, in a few words.
    pub trouble: Option<String>,
    /// What would be such a reason and is not known, in a clause.
    pub doubt: Option<String>,
    pub state: InviteState,
    pub uses: usize,
    pub max_uses: Option<usize>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub autofollow: bool,
    pub comment: String,
    /// Whoever comes with it is let in without review.
    pub spares_review: bool,
}

/// What revoking would stop, before it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokePreview {
    pub invites: Vec<InviteId>,
    /// Uses that are left, of those that have a limit.
    pub uses_left: usize,
    /// So many have no limit.
    pub unlimited: usize,
    /// So many do not work at present, because their owner is not functional.
    pub asleep: usize,
    /// Whose they are, most first, and how many owners there are.
    pub owners: Vec<(String, usize)>,
    pub owners_all: usize,
    /// There are more than are revoked at once, or not all were looked at.
    pub more: bool,
}

/// As whom invitations are issued, and what comes of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuing {
    pub handle: String,
    /// Why none can be issued now, in a sentence.
    pub refused: Option<String>,
    /// What happens to whoever comes with it, in a sentence.
    pub consequence: String,
}

/// The invitations of the instance.
#[derive(Clone, Debug)]
pub struct InvitationsPage {
    pub rows: Vec<InviteLine>,
    pub state: Option<InviteState>,
    /// Only those of this account.
    pub owner: Option<(AccountId, String)>,
    /// How far back was looked, where that is not to the end.
    pub edge: Option<Timestamp>,
    pub older: Option<String>,
    /// What invitations mean while registrations are as they are.
    pub registrations: String,
    /// Access requests that wait.
    pub waiting: usize,
    pub preview: Option<RevokePreview>,
    /// Where the form of a new one is open.
    pub issuing: Option<Issuing>,
    pub running: Vec<Running>,
    pub may_manage: bool,
    pub search: String,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
}

/// Somebody who came with an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    pub account: AccountId,
    pub handle: String,
    pub at: Timestamp,
    /// “waits for review”, “limited”; empty where nothing is against them.
    pub state: Vec<String>,
    pub reports: usize,
    pub strikes: usize,
}

/// Those who came with an invitation, as far as was looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    pub people: Vec<Came>,
    /// Used, and nobody is there any more: refused, deleted. Known only where all have been looked at.
    pub gone: Option<usize>,
    /// How far was looked, where time was up.
    pub edge: Option<Timestamp>,
    pub further: Option<String>,
}

/// One invitation.
#[derive(Clone, Debug)]
pub struct InvitationPage {
    pub line: InviteLine,
    /// The link to hand over, for those who manage invitations and while it goes on.
    pub link: Option<String>,
    pub arrivals: Arrivals,
    pub registrations: String,
    /// The access request it was issued for.
    pub request: Option<String>,
    pub preview: Option<RevokePreview>,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
    pub may_manage: bool,
}

/// An access request on one line; who asks is masked for those who do not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    pub id: String,
    pub who: String,
    pub organisation: String,
    pub accounts: usize,
    pub state: RequestState,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub entered_by: String,
}

/// The access requests of an instance.
#[derive(Clone, Debug)]
pub struct RequestsPage {
    pub rows: Vec<RequestLine>,
    pub state: RequestState,
    pub waiting: usize,
    pub older: Option<String>,
    pub may_manage: bool,
    /// The whole address of the public form; `None` while the configuration has none.
    pub form: Option<String>,
}

/// One access request.
#[derive(Clone, Debug)]
pub struct RequestPage {
    pub line: RequestLine,
    pub contact: String,
    pub why: String,
    pub voucher: String,
    pub decided_by: Option<String>,
    /// The words of a refusal.
    pub answer: String,
    /// When what was said is destroyed; `None` once that has been.
    pub destroyed_on: Option<Timestamp>,
    pub destroyed: bool,
    /// Why nothing is known of the instance, in a sentence.
    pub away: Option<String>,
    /// The invitation issued for it, with its link for those who manage invitations.
    pub invite: Option<(InviteLine, Option<String>)>,
    pub arrivals: Arrivals,
    pub issuing: Option<Issuing>,
    pub may_manage: bool,
}

/// What the account page says about invitations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfAccount {
    /// The invitation they came with, and whose that was.
    pub came_with: Option<(InviteId, AccountId, String)>,
    /// Own invitations that go on, “100+” at most.
    pub go_on: String,
    pub owns_any: bool,
    /// Whoever invited them, who invited these, and so on.
    pub chain: Vec<Link>,
    /// It goes on further than it was followed.
    pub goes_on: bool,
}

/// Somebody who invited the one before in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub account: AccountId,
    pub handle: String,
    /// How they stand: “gone”, “suspended”, “deleted”, “limited”, or that it is not known whether they are deleted.
    pub word: Option<&'static str>,
    /// The instance does not say so any more; it was seen before.
    pub remembered: bool,
    pub others: Others,
}

/// What became of the others whom somebody invited, as far as they were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    pub number: usize,
    /// There are more than were looked at.
    pub more: bool,
    pub suspended: usize,
    pub limited: usize,
    /// Without a suspension
    pub gone: usize,
    /// Of whom the console may not read whether they deleted their account
    pub untold: usize,
}

impl Others {
    /// Whether any of them was suspended or limited.
    pub fn speaks_against(&self) -> bool {
        self.suspended + self.limited > 0
    }

    /// “of 14 others, 9 are suspended, 1 is limited”; `None` where no other was seen.
    pub fn words(&self) -> Option<String> {
        let newest = if self.more { "the latest " } else { "" };
        let others = ui::count(self.number, "other", "others");
        let one = |number: usize, word: &str| match number {
            0 => None,
            1 => Some(format!("1 is {word}")),
            many => Some(format!("{} are {word}", ui::grouped(many))),
        };
        let became = [(self.suspended, "suspended"), (self.limited, "limited"), (self.gone, "gone")];
        let mut became: Vec<String> = became.into_iter().filter_map(|(number, word)| one(number, word)).collect();
        if self.untold > 0 {
            became.push(format!("of {} it’s not known whether they deleted their account", ui::grouped(self.untold)));
        }
        match (self.number, became.is_empty()) {
            (0, _) => None,
            (_, true) => Some(format!("of {newest}{others} none is suspended, limited or gone")),
            (_, false) => Some(format!("of {newest}{others} {}", became.join(", "))),
        }
    }
}

/// The form of an access request, as it was posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestForm {
    #[serde(default)]
    pub who: String,
    #[serde(default)]
    pub organisation: String,
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    pub why: String,
    #[serde(default)]
    pub accounts: String,
    #[serde(default)]
    pub voucher: String,
}

/// The public form, as it was posted: in it nobody vouches, for that would say who is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskForm {
    #[serde(default)]
    pub who: String,
    #[serde(default)]
    pub organisation: String,
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    pub why: String,
    #[serde(default)]
    pub accounts: String,
}

impl RequestForm {
    /// What the public form asks as well, and who vouches.
    pub fn asked(self) -> (AskForm, String) {
        let Self { who, organisation, contact, why, accounts, voucher } = self;
        (AskForm { who, organisation, contact, why, accounts }, voucher)
    }
}

/// The page of the public form.
#[derive(Clone, Debug)]
pub struct AskPage {
    pub instance: InstanceName,
    pub title: String,
    /// It was just sent.
    pub sent: bool,
    /// So long what was said is kept at most after the decision.
    pub kept_days: i64,
    pub draft: Option<Draft>,
}

/// The form of an invitation, as it was posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssueForm {
    /// The access request it answers; empty for none.
    #[serde(default)]
    pub request: String,
    #[serde(default)]
    pub uses: String,
    #[serde(default)]
    pub term: String,
    #[serde(default)]
    pub comment: String,
    #[serde(default)]
    pub why: String,
}
