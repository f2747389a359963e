//! Every mutation and every privileged read the console knows.
//!
//! Each deed is a struct with all that its execution needs; [`Deed`] wraps them all. A warrant is for one of them, and the
//! port takes instance, object and parameters from there alone. The whole struct is sealed in the ledger; what
//! [`Act::facts`] returns stands in clear and must hold nothing personal.

use crate::{
    access::Role,
    domain_blocks::{AddressRule, Domain, Rule},
    id::{AccountId, InstanceName, MediaId, OperatorId, PresetId, ReportId, RuleId, RuleNumber, StatusId},
    registrations::RegistrationsMode,
    reports::{AccountState, Category, Decision, Reversal},
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
    pub state_before: AccountState,
    pub text: String,
    pub preset: Option<PresetId>,
    pub send_email: bool,
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

/// Open a closed report again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopenReport {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub report: ReportId,
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

/// Take a case, or give it back: ours first, mirrored by Mastodon's own assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldCase {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub reports: Vec<ReportId>,
    /// True to claim, false to give back.
    pub claim: bool,
    /// Who held it before, in the console.
    pub held_before: Option<OperatorId>,
}

/// Hand a case that one holds to a colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverCase {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub to: OperatorId,
    pub to_name: String,
    pub note: String,
}

/// Set who may sign up, and what visitors read while closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRegistrations {
    pub instance: InstanceName,
    /// The raw rows the person saw; a duplicated row (4.3) is the list of both, oldest first.
    pub mode_before: Vec<Option<String>>,
    pub message_before: Vec<Option<String>>,
    /// `open`, `approved` or `none`
    pub mode_after: RegistrationsMode,
    pub message_after: String,
}

/// Let somebody in who asked to join, or refuse them; a refusal deletes them at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideSignUp {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `users.id`: Mastodon's log names logins by it.
    pub user: i64,
    pub acct: String,
    pub approve: bool,
    /// Whether the mail address was confirmed; only then Mastodon tells anybody of an approval.
    pub confirmed: bool,
    /// Keyed hashes of mail address, address and words: all that is remembered of somebody who is refused.
    pub mail: String,
    pub address: Option<String>,
    pub words: Option<String>,
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
}

/// What people can be looked for by that is masked otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// A whole mail address
    Email(String),
    /// An address, or a range in CIDR form
    Address(String),
}

/// Look for people by a mail address or an IP: a reveal like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPersonal {
    pub instance: InstanceName,
    pub what: Personal,
}

/// Show one masked thing to one person once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub what: Masked,
}

/// Stream one covered file of a private reported post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevealMedia {
    pub instance: InstanceName,
    pub account: AccountId,
    pub media: MediaId,
}

/// A person of the console was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddOperator {
    pub operator: OperatorId,
    pub name: String,
    pub role: Role,
    pub instance: Option<InstanceName>,
    /// Milliseconds since the Unix epoch.
    pub until: Option<i64>,
}

/// A person's access was ended, or given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableOperator {
    pub operator: OperatorId,
    pub name: String,
    pub disabled: bool,
}

/// A person's sessions were ended: one of them, or everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndSessions {
    pub operator: OperatorId,
    pub name: String,
    /// The beginning of the session's hash; `None` for all.
    #[serde(default)]
    pub session: Option<String>,
}

/// A one-time link with which somebody becomes a person of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferAccess {
    /// The beginning of the link's hash.
    pub offer: String,
    pub name: String,
    pub role: Role,
    pub instance: Option<InstanceName>,
    /// Milliseconds since the Unix epoch.
    pub until: Option<i64>,
}

/// A person of the console got another role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeOperatorRole {
    pub operator: OperatorId,
    pub name: String,
    pub before: Role,
    pub after: Role,
}

/// Make a rule about a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockDomain {
    pub instance: InstanceName,
    pub domain: Domain,
    pub after: Rule,
    /// Whether people here follow somebody there, as far as was found; not known counts as yes.
    pub followed: bool,
}

/// Change a rule about a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    /// `domain_blocks.id`
    pub id: RuleNumber,
    pub before: Rule,
    pub after: Rule,
    pub followed: bool,
}

/// Take a rule about a server away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    pub id: RuleNumber,
    pub before: Rule,
}

/// Put a server on the list of those federated with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowDomain {
    pub instance: InstanceName,
    pub domain: Domain,
}

/// Take a server off that list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisallowDomain {
    pub instance: InstanceName,
    pub domain: Domain,
    /// `domain_allows.id`
    pub id: RuleNumber,
}

/// Make a rule about a mail domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockMailDomain {
    pub instance: InstanceName,
    pub domain: Domain,
    /// Sign-ups go to review; otherwise they are refused.
    pub review: bool,
}

/// Change a rule about a mail domain. The API cannot: it is taken away and made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMailDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    /// `email_domain_blocks.id`
    pub id: RuleNumber,
    pub review_before: bool,
    pub review_after: bool,
}

/// Take a rule about a mail domain away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftMailDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    pub id: RuleNumber,
    pub review_before: bool,
}

/// Make a rule about addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockAddress {
    pub instance: InstanceName,
    /// `203.0.113.0/24`
    pub network: String,
    pub after: AddressRule,
}

/// Change a rule about addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAddressBlock {
    pub instance: InstanceName,
    pub network: String,
    /// `ip_blocks.id`
    pub id: RuleNumber,
    pub before: Option<AddressRule>,
    pub after: AddressRule,
}

/// Take a rule about addresses away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftAddressBlock {
    pub instance: InstanceName,
    pub network: String,
    pub id: RuleNumber,
    pub before: Option<AddressRule>,
}

/// What a part of the record is handed out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// The list, for a spreadsheet
    Csv,
    /// The list, an object a line
    JsonLines,
    /// The leaves with their proofs
    Bundle,
}

/// Hand out a part of the record as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRecord {
    pub form: ExportForm,
    /// What it is narrowed to: the query of the page.
    pub filter: String,
}

/// Link a person of the console with their own account on an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkAccount {
    pub instance: InstanceName,
    pub operator: OperatorId,
    pub name: String,
    pub account: AccountId,
    pub acct: String,
}

/// Take such a link away, with the token behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlinkAccount {
    pub instance: InstanceName,
    pub operator: OperatorId,
    pub name: String,
    pub account: AccountId,
    pub acct: String,
}

/// Every deed there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    DecideCase(DecideCase),
    ReverseSanction(ReverseSanction),
    ReopenReport(ReopenReport),
    ChangeCategory(ChangeCategory),
    HoldCase(HoldCase),
    HandOverCase(HandOverCase),
    SetRegistrations(SetRegistrations),
    DecideSignUp(DecideSignUp),
    SearchPersonal(SearchPersonal),
    Reveal(Reveal),
    RevealMedia(RevealMedia),
    AddOperator(AddOperator),
    DisableOperator(DisableOperator),
    EndSessions(EndSessions),
    OfferAccess(OfferAccess),
    ChangeOperatorRole(ChangeOperatorRole),
    BlockDomain(BlockDomain),
    ChangeDomainBlock(ChangeDomainBlock),
    LiftDomainBlock(LiftDomainBlock),
    AllowDomain(AllowDomain),
    DisallowDomain(DisallowDomain),
    BlockMailDomain(BlockMailDomain),
    ChangeMailDomainBlock(ChangeMailDomainBlock),
    LiftMailDomainBlock(LiftMailDomainBlock),
    BlockAddress(BlockAddress),
    ChangeAddressBlock(ChangeAddressBlock),
    LiftAddressBlock(LiftAddressBlock),
    ExportRecord(ExportRecord),
    LinkAccount(LinkAccount),
    UnlinkAccount(UnlinkAccount),
}

/// What a deed is about, in clear; the ledger stores a keyed hash of it. A deed that changes something locks it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Account(InstanceName, AccountId),
    /// All the people of an instance
    People(InstanceName),
    /// The settings that say who may sign up
    Registrations(InstanceName),
    Operator(OperatorId),
    /// A server, by name
    Domain(InstanceName, Domain),
    /// A mail domain at sign-up
    MailDomain(InstanceName, Domain),
    /// An address or network
    Address(InstanceName, String),
    /// The record itself
    Record,
}

/// What every deed can say of itself.
pub trait Act: Clone + Send + Sync + 'static {
    /// Its name in the ledger, never changed once used.
    const KIND: &'static str;
    /// Whether it changes something: such a deed locks its subject from open to close.
    const CHANGES: bool;
    fn subject(&self) -> Subject;
    fn instance(&self) -> Option<&InstanceName>;
    /// What may stand in the ledger in clear. Nothing that names or describes a person.
    fn facts(&self) -> Value;
    fn into_deed(self) -> Deed;
}

macro_rules! act {
    ($name:ident, $kind:literal, changes: $changes:literal, subject: $subject:expr, instance: $instance:expr, facts: $facts:expr) => {
        impl Act for $name {
            const KIND: &'static str = $kind;
            const CHANGES: bool = $changes;
            fn subject(&self) -> Subject {
                let of: fn(&Self) -> Subject = $subject;
                of(self)
            }
            fn instance(&self) -> Option<&InstanceName> {
                let of: fn(&Self) -> Option<&InstanceName> = $instance;
                of(self)
            }
            fn facts(&self) -> Value {
                let of: fn(&Self) -> Value = $facts;
                of(self)
            }
            fn into_deed(self) -> Deed {
                Deed::$name(self)
            }
        }
    };
}

act!(DecideCase, "decide_case", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "decision": d.decision, "reports": d.reports.len(), "before": d.state_before, "mail": d.send_email }));
act!(ReverseSanction, "reverse_sanction", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "reversal": d.reversal, "before": d.state_before }));
act!(ReopenReport, "reopen_report", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(ChangeCategory, "change_category", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.before, "after": d.after }));
act!(HoldCase, "hold_case", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "claim": d.claim, "reports": d.reports.len() }));
act!(HandOverCase, "hand_over_case", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "to": d.to }));
act!(SetRegistrations, "set_registrations", changes: true,
    subject: |d| Subject::Registrations(d.instance.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.mode_before, "after": d.mode_after }));
act!(DecideSignUp, "decide_sign_up", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "approve": d.approve, "confirmed": d.confirmed }));
act!(SearchPersonal, "search_personal", changes: false,
    subject: |d| Subject::People(d.instance.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "by": match d.what {
        Personal::Email(_) => "email",
        Personal::Address(_) => "address",
    } }));
act!(Reveal, "reveal", changes: false,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "what": match d.what {
        Masked::Email => "email",
        Masked::SignUpAddress => "sign_up_address",
        Masked::PrivatePost(_) => "private_post",
    } }));
act!(RevealMedia, "reveal_media", changes: false,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(AddOperator, "add_operator", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |d| d.instance.as_ref(),
    facts: |d| json!({ "role": d.role, "until": d.until.map(|at| at.to_string()) }));
act!(DisableOperator, "disable_operator", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "disabled": d.disabled }));
act!(EndSessions, "end_sessions", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |_| json!({}));
act!(OfferAccess, "offer_access", changes: true,
    subject: |d| Subject::Operator(OperatorId(d.offer.clone())),
    instance: |d| d.instance.as_ref(),
    facts: |d| json!({ "role": d.role, "until": d.until.map(|at| at.to_string()) }));
act!(ChangeOperatorRole, "change_operator_role", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "before": d.before, "after": d.after }));
act!(BlockDomain, "block_domain", changes: true,
    subject: |d| Subject::Domain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "after": d.after.severity, "followed": d.followed }));
act!(ChangeDomainBlock, "change_domain_block", changes: true,
    subject: |d| Subject::Domain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.before.severity, "after": d.after.severity, "followed": d.followed }));
act!(LiftDomainBlock, "lift_domain_block", changes: true,
    subject: |d| Subject::Domain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.before.severity }));
act!(AllowDomain, "allow_domain", changes: true,
    subject: |d| Subject::Domain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(DisallowDomain, "disallow_domain", changes: true,
    subject: |d| Subject::Domain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(BlockMailDomain, "block_mail_domain", changes: true,
    subject: |d| Subject::MailDomain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "review": d.review }));
act!(ChangeMailDomainBlock, "change_mail_domain_block", changes: true,
    subject: |d| Subject::MailDomain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.review_before, "after": d.review_after }));
act!(LiftMailDomainBlock, "lift_mail_domain_block", changes: true,
    subject: |d| Subject::MailDomain(d.instance.clone(), d.domain.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.review_before }));
act!(BlockAddress, "block_address", changes: true,
    subject: |d| Subject::Address(d.instance.clone(), d.network.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "after": d.after.severity }));
act!(ChangeAddressBlock, "change_address_block", changes: true,
    subject: |d| Subject::Address(d.instance.clone(), d.network.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "after": d.after.severity }));
act!(LiftAddressBlock, "lift_address_block", changes: true,
    subject: |d| Subject::Address(d.instance.clone(), d.network.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(ExportRecord, "export_record", changes: false,
    subject: |_| Subject::Record,
    instance: |_| None,
    facts: |d| json!({ "form": d.form, "narrowed": !d.filter.is_empty() }));
act!(LinkAccount, "link_account", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(UnlinkAccount, "unlink_account", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
