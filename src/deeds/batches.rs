//! What is done to many at once, each a deed of its own.

use super::{DecideCase, DecideSignUp, RevokeInvite};
use crate::{
    id::AccountId,
    ledger::{Deed, Subject},
    text,
};
use serde::{Deserialize, Serialize};

/// One deed of a batch. It is kept as any deed is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum InBatch {
    DecideSignUp(DecideSignUp),
    DecideCase(DecideCase),
    RevokeInvite(RevokeInvite),
}

/// What a batch is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOf {
    SignUps,
    Cases,
    Invites,
}

impl BatchOf {
    pub const ALL: [Self; 3] = [Self::SignUps, Self::Cases, Self::Invites];

    /// The kind of its deeds, as its row and its entries call it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::SignUps => DecideSignUp::KIND,
            Self::Cases => DecideCase::KIND,
            Self::Invites => RevokeInvite::KIND,
        }
    }

    pub fn of(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.kind() == kind)
    }

    /// So many of what it is of. What is decided about accounts without reports counts as cases here.
    pub fn counted(self, number: usize) -> String {
        match self {
            Self::SignUps => text::count(number, "sign-up", "sign-ups"),
            Self::Cases => text::count(number, "case", "cases"),
            Self::Invites => text::count(number, "invite", "invites"),
        }
    }
}

impl InBatch {
    pub fn of(&self) -> BatchOf {
        match self {
            Self::DecideSignUp(_) => BatchOf::SignUps,
            Self::DecideCase(_) => BatchOf::Cases,
            Self::RevokeInvite(_) => BatchOf::Invites,
        }
    }

    pub fn kind(&self) -> &'static str {
        self.of().kind()
    }

    pub fn subject(&self) -> Subject {
        match self {
            Self::DecideSignUp(deed) => deed.subject(),
            Self::DecideCase(deed) => deed.subject(),
            Self::RevokeInvite(deed) => deed.subject(),
        }
    }

    /// Whom it is about, and what they are called.
    pub fn about(&self) -> (AccountId, &str) {
        match self {
            Self::DecideSignUp(deed) => (deed.account, &deed.acct),
            Self::DecideCase(deed) => (deed.account, &deed.acct),
            Self::RevokeInvite(deed) => (deed.account, &deed.acct),
        }
    }

    /// So many like it: “Approve 23 sign-ups”
    pub fn of_many(&self, number: usize) -> String {
        let sign_ups = || text::count(number, "sign-up", "sign-ups");
        match self {
            Self::DecideSignUp(deed) if deed.approve => format!("Approve {}", sign_ups()),
            Self::DecideSignUp(_) => format!("Reject {}", sign_ups()),
            Self::DecideCase(deed) if deed.reports.is_empty() => {
                format!("{}: {}", deed.decision.words(), text::count(number, "account", "accounts"))
            }
            Self::DecideCase(deed) => {
                format!("{}: {}", deed.decision.words(), text::count(number, "case", "cases"))
            }
            Self::RevokeInvite(_) => format!("Deactivate {}", text::count(number, "invite", "invites")),
        }
    }

    /// Whether it is one of the parts that a case of many reports is decided in.
    pub fn is_part(&self) -> bool {
        match self {
            Self::DecideCase(deed) => !deed.others.is_empty(),
            Self::DecideSignUp(_) | Self::RevokeInvite(_) => false,
        }
    }

    /// What parts of one have in common; everything else is one by itself.
    pub fn case(&self) -> Option<AccountId> {
        match self {
            Self::DecideCase(deed) => Some(deed.account),
            Self::DecideSignUp(_) | Self::RevokeInvite(_) => None,
        }
    }
}
