//! Every mutation and every privileged read the console knows: a file for each room, and for each deed one struct with all
//! there is to say of it. The rooms carry them out.
//!
//! A new one is a struct with its [`Deed`] here (and its [`OnInstance`], if Mastodon does it), a word in the list below, how it
//! is carried out in its room, and its form.

mod accounts;
mod alarms;
mod audit;
mod batches;
mod domain_blocks;
mod grants;
mod invitations;
mod linked_accounts;
mod operators;
mod registrations;
mod reports;
mod reviews;
mod roles;
mod signups;

pub use accounts::{DeleteAccount, Personal, SearchPersonal, WithdrawNote, WriteNote};
pub use alarms::AcknowledgeAlarm;
pub use audit::{DestroyWords, Destruction, ExportForm, ExportRecord, SignOffAccess};
pub use batches::{BatchOf, InBatch};
pub use domain_blocks::{
    AllowDomain, BlockAddress, BlockDomain, BlockMailDomain, ChangeAddressBlock, ChangeDomainBlock,
    ChangeMailDomainBlock, DisallowDomain, LiftAddressBlock, LiftDomainBlock, LiftMailDomainBlock, addresses, review,
    rules,
};
pub use grants::{AskGrant, DecideGrant, EndGrant, ExportSheet, LeaveRole, RevokeGrant, SecondPerson, StartGrant};
pub use invitations::{EnterAccessRequest, IssueInvite, RefuseAccessRequest, RevokeInvite};
pub use linked_accounts::{LinkAccount, UnlinkAccount};
pub use operators::{
    AddOperator, ChangeOperatorRole, ChangePassword, ChosenBy, DisableOperator, EndSessions, NewRecoveryCodes,
    OfferAccess, ResetSignIn, Resetting, SetFactor,
};
pub use registrations::{ChangePolicy, PolicyChange, SetRegistrations};
pub use reports::{
    ChangeCategory, ClaimCase, DecideCase, HandOverCase, Masked, ReopenReport, Reveal, RevealMedia, ReverseSanction,
};
pub use reviews::{CommitSample, DrawSample, GiveOpinion, JudgeDecision, LookAhead, ReleaseReview, SettleProposal};
pub use roles::AssignRole;
pub use signups::{DecideSignUp, SeenSignUp};

use crate::{
    clock::{MINUTE, Timestamp},
    id::{AccountId, InstanceName, ReportId, RuleNumber},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::{
        domain_blocks::{AddressRule, AddressSeverity, Rule, Severity},
        parts::WatchedPart,
    },
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What Mastodon asks of the account that does a deed (`app/policies/*.rb`, `app/controllers/api/v1/admin/*_controller.rb`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Bits of its role, all of them.
    pub permissions: i64,
    /// Whom it must outrank: rank is compared in every deed about an account, also where Mastodon itself does not.
    pub outranks: Option<AccountId>,
}

impl Needs {
    fn of(permissions: i64) -> Self {
        Self { permissions, outranks: None }
    }

    fn about(permissions: i64, account: AccountId) -> Self {
        Self { permissions, outranks: Some(account) }
    }
}

/// A row of Mastodon's own log (`admin_action_logs`), as far as it tells which deed left it.
#[derive(Clone, Copy, Debug)]
pub struct LogRow<'a> {
    pub action: &'a str,
    pub target_type: &'a str,
    pub target: i64,
}

impl LogRow<'_> {
    fn is(&self, action: &str, target_type: &str) -> bool {
        self.action == action && self.target_type == target_type
    }

    fn is_of_report(&self, action: &str) -> bool {
        self.is(action, "Report")
    }

    fn names(&self, reports: &[ReportId]) -> bool {
        reports.iter().any(|report| report.0 == self.target)
    }
}

/// A row of a part of an instance, as it was found after a change.
#[derive(Clone, Copy, Debug)]
pub struct ChangedRow<'a> {
    pub part: WatchedPart,
    pub key: &'a str,
    /// As it was kept before the change; `None` where there was none.
    pub before: Option<&'a Value>,
    /// `None` where it is gone.
    pub now: Option<&'a Value>,
}

impl ChangedRow<'_> {
    /// Which sanction on an account it is about.
    fn sanction(&self) -> Option<&str> {
        (self.part == WatchedPart::Sanctions).then(|| self.key.split_once(' ')).flatten().map(|(_, sanction)| sanction)
    }

    /// The values of a setting, oldest first.
    fn rows(&self) -> Vec<Option<String>> {
        self.now.and_then(|rows| serde_json::from_value(rows.clone()).ok()).unwrap_or_default()
    }

    fn severity(&self) -> Option<i32> {
        self.now?["severity"].as_i64().and_then(|number| i32::try_from(number).ok())
    }

    /// What a rule about a server says.
    pub fn rule(&self) -> Option<Rule> {
        let now = self.now?;
        let text = |key: &str| now[key].as_str().unwrap_or_default().to_owned();
        let is = |key: &str| now[key].as_bool().unwrap_or(false);
        Some(Rule {
            severity: self.severity().map_or(Severity::Noop, Severity::from_stored),
            reject_media: is("reject_media"),
            reject_reports: is("reject_reports"),
            obfuscate: is("obfuscate"),
            public_comment: text("public_comment"),
            private_comment: text("private_comment"),
        })
    }

    /// What a rule about addresses says.
    pub fn address_rule(&self) -> Option<AddressRule> {
        let now = self.now?;
        Some(AddressRule {
            severity: AddressSeverity::from_stored(self.severity()?)?,
            comment: now["comment"].as_str().unwrap_or_default().to_owned(),
            until: now["until"].as_i64().map(Timestamp),
        })
    }

    /// Whether it is about the rule of this number, as far as the number was kept.
    fn is_numbered(&self, id: RuleNumber) -> bool {
        let number = |row: Option<&Value>| row.and_then(|row| row["id"].as_i64());
        number(self.before).or_else(|| number(self.now)).is_none_or(|number| number == id.0)
    }

    /// Its end is sent as seconds from now, so it may lie a little beside.
    fn is_address_rule(&self, meant: &AddressRule) -> bool {
        self.address_rule().is_some_and(|rule| {
            let ends_alike = match (rule.until, meant.until) {
                (Some(now), Some(meant)) => now.since(meant).abs() < MINUTE,
                (now, meant) => now == meant,
            };
            rule.severity == meant.severity && rule.comment == meant.comment && ends_alike
        })
    }
}

/// A deed that Mastodon does, or that is done to its database.
pub trait OnInstance: Deed {
    /// What it asks of the account that does it.
    fn needs(&self) -> Needs;

    /// Whether it leaves such a row in its log (`app/models/admin/account_action.rb`,
    /// `app/controllers/api/v1/admin/reports_controller.rb`, `app/controllers/api/v1/admin/accounts_controller.rb`). That it
    /// is about the same subject is known already.
    fn logs(&self, row: &LogRow<'_>) -> bool;

    /// Whether what is there now is what it meant. That it is about the same subject is known already.
    fn explains(&self, found: &ChangedRow<'_>) -> bool;
}

/// `@jonas`, in a sentence
fn at(acct: &str) -> String {
    format!("@{}", text::tame(acct))
}

/// A line of what changes.
fn row(name: &str, before: String, after: String) -> BeforeAfter {
    (name.to_owned(), before, after)
}

/// The one list. `own` are done in the console's own store, `there` on an instance.
macro_rules! deeds {
    ($d:tt own: { $($own:ident)* } there: { $($(#[$named:meta])* $there:ident)* }) => {
        /// Any deed.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "deed", rename_all = "snake_case")]
        pub enum AnyDeed {
            $($own($own),)*
            $($(#[$named])* $there($there),)*
        }

        $(impl From<$own> for AnyDeed {
            fn from(deed: $own) -> Self {
                Self::$own(deed)
            }
        })*
        $(impl From<$there> for AnyDeed {
            fn from(deed: $there) -> Self {
                Self::$there(deed)
            }
        })*

        /// The same for each deed: one expression for those in the console's own store, another for those on an instance.
        macro_rules! of_each {
            ($d deed:expr, own $d own:ident => $d in_store:expr, there $d there:ident => $d on_instance:expr) => {
                match $d deed {
                    $($crate::deeds::AnyDeed::$own($d own) => $d in_store,)*
                    $($crate::deeds::AnyDeed::$there($d there) => $d on_instance,)*
                }
            };
        }
        pub(crate) use of_each;

        /// The kind of each in the console's own store, and of each on an instance.
        pub const OWN_KINDS: &[&str] = &[$($own::KIND,)*];
        pub const INSTANCE_KINDS: &[&str] = &[$($there::KIND,)*];
    };
}

deeds!($
    own: {
            HandOverCase SearchPersonal Reveal RevealMedia AddOperator DisableOperator EndSessions OfferAccess
            ChangeOperatorRole ExportRecord AskGrant DecideGrant RevokeGrant StartGrant EndGrant ExportSheet
            LeaveRole EnterAccessRequest RefuseAccessRequest WriteNote WithdrawNote LinkAccount UnlinkAccount
            ChangePassword SetFactor NewRecoveryCodes ResetSignIn DestroyWords AcknowledgeAlarm ChangePolicy
            SignOffAccess CommitSample DrawSample GiveOpinion JudgeDecision ReleaseReview
            LookAhead SettleProposal
    }
    there: {
            DecideCase ReverseSanction ReopenReport ChangeCategory
            // The record has the former name.
            #[serde(rename = "hold_case")] ClaimCase
            SetRegistrations DecideSignUp
            BlockDomain ChangeDomainBlock LiftDomainBlock AllowDomain DisallowDomain BlockMailDomain
            ChangeMailDomainBlock LiftMailDomainBlock BlockAddress ChangeAddressBlock LiftAddressBlock AssignRole
            IssueInvite RevokeInvite DeleteAccount
    }
);

impl AnyDeed {
    pub fn kind(&self) -> &'static str {
        fn kind<D: Deed>(_: &D) -> &'static str {
            D::KIND
        }
        of_each!(self, own deed => kind(deed), there deed => kind(deed))
    }

    pub fn subject(&self) -> Subject {
        of_each!(self, own deed => deed.subject(), there deed => deed.subject())
    }

    pub fn instance(&self) -> Option<&InstanceName> {
        of_each!(self, own deed => deed.instance(), there deed => deed.instance())
    }

    /// What somebody did, as a clause that goes on after their name.
    pub fn sentence(&self) -> String {
        of_each!(self, own deed => deed.sentence(), there deed => deed.sentence())
    }

    /// What it changes, line by line, as the person saw it.
    pub fn before_after(&self) -> Vec<BeforeAfter> {
        of_each!(self, own deed => deed.before_after(), there deed => deed.before_after())
    }

    /// The fields of its words that the page of its entry leaves out.
    pub fn unread(&self) -> &'static [&'static str] {
        fn unread<D: Deed>(_: &D) -> &'static [&'static str] {
            D::UNREAD
        }
        of_each!(self, own deed => unread(deed), there deed => unread(deed))
    }

    /// Whether it is one that changes something, and not a look, nor only who holds a case.
    pub fn is_a_change(&self) -> bool {
        fn changes<D: Deed>(_: &D) -> bool {
            D::CHANGES
        }
        !matches!(self, Self::ClaimCase(_) | Self::HandOverCase(_))
            && of_each!(self, own deed => changes(deed), there deed => changes(deed))
    }

    /// Whether it leaves such a row in Mastodon's log.
    pub fn logs(&self, row: &LogRow<'_>) -> bool {
        of_each!(self, own _deed => false, there deed => deed.logs(row))
    }

    /// Whether what is there now is what it meant.
    pub fn explains(&self, found: &ChangedRow<'_>) -> bool {
        of_each!(self, own _deed => false, there deed => deed.explains(found))
    }
}
