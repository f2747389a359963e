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

impl InBatch {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DecideSignUp(_) => DecideSignUp::KIND,
            Self::DecideCase(_) => DecideCase::KIND,
            Self::RevokeInvite(_) => RevokeInvite::KIND,
        }
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
