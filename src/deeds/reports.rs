//! What is done about cases, and what of them is looked at with a reason.

use super::{ChangedRow, LogRow, Needs, OnInstance, at, row};
use crate::{
    access::Permission,
    id::{AccountId, InstanceName, MediaId, OperatorId, PresetId, ReportId, RuleId, StatusId},
    ledger::{BeforeAfter, Deed, LARGEST_SEEN, Subject},
    nouns::{
        permissions::{MANAGE_REPORTS, MANAGE_USERS},
        reports::{AccountState, Category, Decision, Reversal},
    },
    text::{self, Hashed, Message},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Decide all open reports about one account. One deed, an answer per report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideCase {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `user` or `user@domain`
    pub acct: String,
    pub decision: Decision,
    /// The open reports the person saw; all others about the account would make the deed stale.
    pub reports: Vec<ReportId>,
    /// How many more there were than one page reads: named to the person, and closed by a sanction like the others.
    #[serde(default)]
    pub unread: i64,
    /// Those that the person saw too and that other deeds of the same decision close: one by itself would take all that the
    /// instance takes from a token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<ReportId>,
    /// It goes on with what another deed began to decide about the same case, and is no decision of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub further: bool,
    pub state_before: AccountState,
    pub text: String,
    pub preset: Option<PresetId>,
    pub send_email: bool,
}

impl Deed for DecideCase {
    const KIND: &'static str = "decide_case";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        let mut facts = json!({
            "decision": self.decision,
            "reports": self.reports.len(),
            "unread": self.unread,
            "before": self.state_before,
            "mail": self.send_email,
        });
        if self.further {
            facts["further"] = json!(true);
        }
        facts
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports, Permission::DecideAboutStaff]
    }

    fn sentence(&self) -> String {
        let reports = match self.reports.len() {
            0 => String::new(),
            number => format!(", {}", text::count(number, "report", "reports")),
        };
        format!("{} {}{reports}", self.decision.past(), at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![
            row("account", state_words(self.state_before), state_words(self.decision.leaves(self.state_before))),
            row("open reports", self.reports.len().to_string(), "0".to_owned()),
        ]
    }
}

impl OnInstance for DecideCase {
    fn needs(&self) -> Needs {
        let needs = self.decision.needs(!self.reports.is_empty());
        let permissions = needs.iter().fold(0, |bits, capability| bits | capability.permission());
        Needs::about(permissions, self.account)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        match self.decision {
            Decision::Resolve => row.is_of_report("resolve") && row.names(&self.reports),
            // The strike closes every report there is, those that nobody here has seen too.
            _ if row.is_of_report("resolve") => true,
            Decision::Warn => row.is("create", "AccountWarning"),
            Decision::Disable => row.is("disable", "User"),
            Decision::Sensitive => row.is("sensitive", "Account"),
            Decision::Silence => row.is("silence", "Account"),
            Decision::Suspend => row.is("suspend", "Account"),
        }
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        let sanction = match self.decision {
            Decision::Resolve | Decision::Warn => return false,
            Decision::Disable => "frozen",
            Decision::Sensitive => "sensitive",
            Decision::Silence => "limited",
            Decision::Suspend => "suspended",
        };
        found.now.is_some() && found.sanction() == Some(sanction)
    }
}

/// Take one sanction back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReverseSanction {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub reversal: Reversal,
    pub state_before: AccountState,
}

impl Deed for ReverseSanction {
    const KIND: &'static str = "reverse_sanction";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "reversal": self.reversal, "before": self.state_before })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports, Permission::DecideAboutStaff]
    }

    fn sentence(&self) -> String {
        format!("{} {}", self.reversal.past(), at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("account", state_words(self.state_before), state_words(self.reversal.leaves(self.state_before)))]
    }
}

impl OnInstance for ReverseSanction {
    fn needs(&self) -> Needs {
        Needs::about(MANAGE_USERS, self.account)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.action == self.reversal.verb() && matches!(row.target_type, "Account" | "User")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        let sanction = match self.reversal {
            Reversal::Enable => "frozen",
            Reversal::Unsensitive => "sensitive",
            Reversal::Unsilence => "limited",
            Reversal::Unsuspend => "suspended",
        };
        // Up to 4.6 an account whose data is gone is one that is suspended.
        let brought_back = self.reversal == Reversal::Unsuspend && found.sanction() == Some("deleted");
        found.now.is_none() && (brought_back || found.sanction() == Some(sanction))
    }
}

/// Open a closed report again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopenReport {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub report: ReportId,
}

impl Deed for ReopenReport {
    const KIND: &'static str = "reopen_report";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports, Permission::DecideAboutStaff]
    }

    fn sentence(&self) -> String {
        format!("reopened report {} about {}", self.report, at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("report", "resolved".to_owned(), "open".to_owned())]
    }
}

impl OnInstance for ReopenReport {
    fn needs(&self) -> Needs {
        Needs::about(MANAGE_REPORTS, self.account)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is_of_report("reopen") && row.names(&[self.report])
    }

    fn explains(&self, _: &ChangedRow<'_>) -> bool {
        // It changes no setting, no role and no rule.
        false
    }
}

/// Put one report under another category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCategory {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub report: ReportId,
    pub before: Category,
    pub after: Category,
    pub rules_before: Vec<RuleId>,
    pub rules_after: Vec<RuleId>,
}

impl Deed for ChangeCategory {
    const KIND: &'static str = "change_category";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.before, "after": self.after })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports, Permission::DecideAboutStaff]
    }

    fn sentence(&self) -> String {
        format!("changed the category of report {} about {} to {}", self.report, at(&self.acct), self.after.word())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("category", self.before.word().to_owned(), self.after.word().to_owned())]
    }
}

impl OnInstance for ChangeCategory {
    fn needs(&self) -> Needs {
        Needs::about(MANAGE_REPORTS, self.account)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is_of_report("update") && row.names(&[self.report])
    }

    fn explains(&self, _: &ChangedRow<'_>) -> bool {
        // It changes no setting, no role and no rule.
        false
    }
}

/// Take a case, or give it back: ours first, mirrored by Mastodon's own assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimCase {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub reports: Vec<ReportId>,
    /// True to claim, false to give back.
    pub claim: bool,
    /// Who held it before, in the console.
    pub held_before: Option<OperatorId>,
}

impl Deed for ClaimCase {
    const KIND: &'static str = "hold_case";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "claim": self.claim, "reports": self.reports.len() })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports, Permission::DecideAboutStaff]
    }

    fn sentence(&self) -> String {
        if self.claim {
            format!("assigned the case of {} to themselves", at(&self.acct))
        } else {
            format!("unassigned the case of {}", at(&self.acct))
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let held = if self.held_before.is_some() { "assigned" } else { "unassigned" };
        vec![row("case", held.to_owned(), if self.claim { "assigned" } else { "unassigned" }.to_owned())]
    }
}

impl OnInstance for ClaimCase {
    fn needs(&self) -> Needs {
        Needs::about(MANAGE_REPORTS, self.account)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is_of_report(if self.claim { "assigned_to_self" } else { "unassigned" }) && row.names(&self.reports)
    }

    fn explains(&self, _: &ChangedRow<'_>) -> bool {
        // It changes no setting, no role and no rule.
        false
    }
}

/// Hand a case that one holds to a colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverCase {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub to: OperatorId,
    pub to_name: String,
    pub note: Message,
}

impl Deed for HandOverCase {
    const KIND: &'static str = "hand_over_case";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "to": self.to })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports, Permission::DecideAboutStaff]
    }

    fn sentence(&self) -> String {
        format!("handed over the case of {} to {}", at(&self.acct), text::tame(&self.to_name))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("case", "assigned".to_owned(), format!("assigned to {}", text::tame(&self.to_name)))]
    }
}

/// What can be looked at only with a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Masked {
    /// `users.email` of the account
    Email,
    /// `users.sign_up_ip` of the account
    SignUpAddress,
    /// A reported post that is not public or unlisted
    PrivatePost(StatusId),
    /// An address the account was seen from, by a keyed hash
    SeenAddress(Hashed),
}

/// Show one masked thing to one person once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub what: Masked,
}

impl Deed for Reveal {
    const KIND: &'static str = "reveal";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &["what"];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "what": match self.what {
        Masked::Email => "email",
        Masked::SignUpAddress => "sign_up_address",
        Masked::PrivatePost(_) => "private_post",
        Masked::SeenAddress(_) => "seen_address",
    } })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::Reveal]
    }

    fn sentence(&self) -> String {
        let what = match self.what {
            Masked::Email => "the email address",
            Masked::SignUpAddress => "the IP address",
            Masked::PrivatePost(_) => "a private post",
            Masked::SeenAddress(_) => "an IP address",
        };
        format!("revealed {what} of {}", at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// Stream one covered file of a private reported post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevealMedia {
    pub instance: InstanceName,
    pub account: AccountId,
    pub media: MediaId,
}

impl Deed for RevealMedia {
    const KIND: &'static str = "reveal_media";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::Reveal]
    }

    fn sentence(&self) -> String {
        format!("opened a private file of account {}", self.account)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

fn state_words(state: AccountState) -> String {
    let words = state.words();
    if words.is_empty() { "no limits".to_owned() } else { words.join(", ") }
}
