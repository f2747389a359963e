//! Every mutation and every privileged read the console knows.
//!
//! Each deed is a struct with all that its execution needs; [`Deed`] wraps them all. A warrant is for one of them, and the
//! port takes instance, object and parameters from there alone. The whole struct is sealed in the ledger; what
//! [`Act::facts`] returns stands in clear and must hold nothing personal.

use crate::{
    access::Role,
    domain_blocks::{AddressRule, Domain, Rule},
    grants::{RoleAsked, Scope},
    id::{
        AccountId, GrantId, InstanceName, InviteId, MediaId, OperatorId, PresetId, ReportId, RoleId, RuleId,
        RuleNumber, StatusId,
    },
    registrations::RegistrationsMode,
    reports::{AccountState, Category, Decision, Reversal},
    text::{Email, Hashed, Message, Narrowing, Note, SessionName},
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
    pub note: Message,
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
    /// An address the account was seen from, by a keyed hash
    SeenAddress(Hashed),
}

/// What people can be looked for by that is masked otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// A whole mail address
    Email(Email),
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
    pub session: Option<SessionName>,
    /// All but the one that asked for it.
    #[serde(default)]
    pub others: bool,
}

/// What somebody proved themselves with who chose a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    /// The one before
    Password,
    /// A one-time link
    Link,
}

/// Somebody chose a new password for themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePassword {
    pub operator: OperatorId,
    pub name: String,
    pub chosen_by: ChosenBy,
}

/// Somebody set up an authenticator for themselves, with new recovery codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetFactor {
    pub operator: OperatorId,
    pub name: String,
    /// In the place of another one.
    pub replaces: bool,
}

/// Somebody made new recovery codes for themselves; the former ones hold no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRecoveryCodes {
    pub operator: OperatorId,
    pub name: String,
}

/// What of a sign-in is set anew by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resetting {
    /// The password holds no more; a one-time link lets its holder choose another.
    Password,
    /// The second factor and its recovery codes hold no more; the next sign-in sets one up.
    Factor,
    Both,
}

impl Resetting {
    pub fn password(self) -> bool {
        matches!(self, Self::Password | Self::Both)
    }

    pub fn factor(self) -> bool {
        matches!(self, Self::Factor | Self::Both)
    }
}

/// A person's way of signing in was taken away, so that they set it anew. Their sessions end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetSignIn {
    pub operator: OperatorId,
    pub name: String,
    pub what: Resetting,
    /// The beginning of the one-time link's hash, where the password is reset.
    pub link: Option<String>,
}

/// A one-time link with which somebody becomes a person of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferAccess {
    /// The beginning of the link's hash.
    pub offer: String,
    pub name: String,
    pub role: Role,
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
    pub filter: Narrowing,
}

/// Ask for a contractor's grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    /// Milliseconds since the Unix epoch.
    pub starts: i64,
    pub ends: i64,
    pub sponsor: OperatorId,
    pub sponsor_name: String,
    /// The reference of the agreement.
    pub agreement: String,
    /// Roles on instances for the same time.
    pub roles: Vec<RoleAsked>,
}

/// What is to be known of whoever decided about what another asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondPerson {
    /// By whose hand they came to decide, where it is less than 30 days ago: “added 2 days ago by the asker”; else empty.
    pub said: String,
    /// They had no second factor of their own, and none was asked for.
    pub factor_waived: bool,
}

/// Approve a grant that somebody else asked for, or refuse it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    pub starts: i64,
    pub ends: i64,
    pub approve: bool,
    /// Nothing where it was decided at the server.
    #[serde(default)]
    pub second_person: SecondPerson,
}

/// Take a grant back before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    /// When it would have ended.
    pub ends: i64,
}

/// A grant began; the console itself notes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    pub starts: i64,
}

/// A grant ended; what the person held goes back to the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub ends: i64,
    /// Taken back by somebody before its end.
    pub revoked: bool,
    /// Whether its beginning was recorded; not, where nothing ran from its start to its end.
    pub began: bool,
}

/// Leave a role alone at the end of a grant, because it is not the one that was given any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRole {
    pub grant: GrantId,
    pub asked: RoleAsked,
    /// What is there instead, in words.
    pub found: String,
}

/// Hand out a contractor's month of work as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSheet {
    pub operator: OperatorId,
    pub name: String,
    /// `2026-11`
    pub month: String,
}

/// Give somebody a role of the instance, change it, or take it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignRole {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `users.id`: the row that carries the role, and what Mastodon's log names.
    pub user: i64,
    pub acct: String,
    /// The role the person saw; `None` for none.
    pub before: Option<RoleId>,
    pub before_name: Option<String>,
    /// The role it becomes; `None` takes it away.
    pub after: Option<RoleId>,
    pub after_name: Option<String>,
}

/// Make an invitation on the instance, in the name of the account the console acts as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueInvite {
    pub instance: InstanceName,
    /// Whose it is.
    pub account: AccountId,
    pub acct: String,
    /// What its link ends with: whoever knows it can come in.
    pub code: String,
    pub max_uses: i32,
    /// Milliseconds since the Unix epoch; `None` for an invitation without an end.
    pub expires_at: Option<i64>,
    /// Read by whoever reads the instance’s list of invitations.
    pub comment: String,
    /// The access request it answers.
    pub request: Option<String>,
}

/// End an invitation: nobody else comes in with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeInvite {
    pub instance: InstanceName,
    pub invite: InviteId,
    /// Whose it is.
    pub account: AccountId,
    pub acct: String,
    pub uses: i32,
    pub max_uses: Option<i32>,
}

/// Write down that somebody asks for access. What they said of themselves is in the console’s store alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterAccessRequest {
    pub instance: InstanceName,
    pub request: String,
    /// How many accounts they ask for.
    pub accounts: i32,
}

/// Refuse an access request; the words for it are kept with the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefuseAccessRequest {
    pub instance: InstanceName,
    pub request: String,
}

/// Write something down about an account, for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteNote {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    /// The note's id in the console's store.
    pub note: String,
    pub text: Note,
}

/// Take a note back: it is shown nowhere but in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawNote {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub note: String,
}

/// Delete what a suspended account has left at once, instead of 30 days after its suspension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteAccount {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    /// When it would have gone by itself, in milliseconds since the Unix epoch.
    pub due: i64,
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

/// Destroy the keys that seal what the record says about one subject: the entries stay, their words are gone for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyWords {
    /// The keyed hash of whom or what it is about; `None` for all that is older than the console keeps words.
    pub about: Option<String>,
    /// The keys, by name.
    pub keys: Vec<String>,
    pub because: Destruction,
}

/// What words are destroyed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destruction {
    /// Somebody asked for it.
    Request,
    /// They are as old as the configuration keeps them.
    Retention,
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
    AskGrant(AskGrant),
    DecideGrant(DecideGrant),
    RevokeGrant(RevokeGrant),
    StartGrant(StartGrant),
    EndGrant(EndGrant),
    ExportSheet(ExportSheet),
    LeaveRole(LeaveRole),
    AssignRole(AssignRole),
    IssueInvite(IssueInvite),
    RevokeInvite(RevokeInvite),
    EnterAccessRequest(EnterAccessRequest),
    RefuseAccessRequest(RefuseAccessRequest),
    WriteNote(WriteNote),
    WithdrawNote(WithdrawNote),
    DeleteAccount(DeleteAccount),
    LinkAccount(LinkAccount),
    UnlinkAccount(UnlinkAccount),
    ChangePassword(ChangePassword),
    SetFactor(SetFactor),
    NewRecoveryCodes(NewRecoveryCodes),
    ResetSignIn(ResetSignIn),
    DestroyWords(DestroyWords),
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
    /// What stands sealed in the record about something, by its keyed hash; all that is old where that is empty
    Words(String),
    /// A contractor's grant
    Grant(GrantId),
    /// An invitation that is there
    Invite(InstanceName, InviteId),
    /// An invitation that is about to be, by its code
    InviteCode(InstanceName, String),
    /// Somebody who asks for access
    AccessRequest(InstanceName, String),
    /// A setting, by its name
    Setting(InstanceName, String),
    /// A role of the instance, by its id
    InstanceRole(InstanceName, String),
    /// One of the parts of an instance that are looked at for changes, as a whole
    Part(InstanceName, String),
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
    facts: |d| json!({ "decision": d.decision, "reports": d.reports.len(), "unread": d.unread, "before": d.state_before, "mail": d.send_email }));
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
        Masked::SeenAddress(_) => "seen_address",
    } }));
act!(RevealMedia, "reveal_media", changes: false,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(AddOperator, "add_operator", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "role": d.role }));
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
    instance: |_| None,
    facts: |d| json!({ "role": d.role }));
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
act!(AskGrant, "ask_grant", changes: true,
    subject: |d| Subject::Grant(d.grant.clone()),
    instance: |_| None,
    facts: |d| json!({ "grant": d.grant, "operator": d.operator, "scope": d.scope, "starts": d.starts, "ends": d.ends,
        "sponsor": d.sponsor, "roles": d.roles.iter().map(|role| json!([role.instance, role.role])).collect::<Vec<_>>() }));
act!(DecideGrant, "decide_grant", changes: true,
    subject: |d| Subject::Grant(d.grant.clone()),
    instance: |_| None,
    facts: |d| json!({ "grant": d.grant, "operator": d.operator, "approve": d.approve,
        "tied": !d.second_person.said.is_empty(), "factor_waived": d.second_person.factor_waived }));
act!(RevokeGrant, "revoke_grant", changes: true,
    subject: |d| Subject::Grant(d.grant.clone()),
    instance: |_| None,
    facts: |d| json!({ "grant": d.grant, "operator": d.operator }));
act!(StartGrant, "start_grant", changes: true,
    subject: |d| Subject::Grant(d.grant.clone()),
    instance: |_| None,
    facts: |d| json!({ "grant": d.grant, "operator": d.operator, "scope": d.scope }));
act!(EndGrant, "end_grant", changes: true,
    subject: |d| Subject::Grant(d.grant.clone()),
    instance: |_| None,
    facts: |d| json!({ "grant": d.grant, "operator": d.operator, "revoked": d.revoked, "began": d.began }));
act!(LeaveRole, "leave_role", changes: true,
    subject: |d| Subject::Grant(d.grant.clone()),
    instance: |d| Some(&d.asked.instance),
    facts: |d| json!({ "grant": d.grant, "role": d.asked.role }));
act!(ExportSheet, "export_sheet", changes: false,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "operator": d.operator, "month": d.month }));
act!(AssignRole, "assign_role", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "before": d.before, "after": d.after }));
act!(IssueInvite, "issue_invite", changes: true,
    subject: |d| match &d.request {
        Some(request) => Subject::AccessRequest(d.instance.clone(), request.clone()),
        None => Subject::InviteCode(d.instance.clone(), d.code.clone()),
    },
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "uses": d.max_uses, "until": d.expires_at.map(|at| at.to_string()), "requested": d.request.is_some() }));
act!(RevokeInvite, "revoke_invite", changes: true,
    subject: |d| Subject::Invite(d.instance.clone(), d.invite),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "uses": d.uses, "most": d.max_uses }));
act!(EnterAccessRequest, "enter_access_request", changes: true,
    subject: |d| Subject::AccessRequest(d.instance.clone(), d.request.clone()),
    instance: |d| Some(&d.instance),
    facts: |d| json!({ "accounts": d.accounts }));
act!(RefuseAccessRequest, "refuse_access_request", changes: true,
    subject: |d| Subject::AccessRequest(d.instance.clone(), d.request.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
// A note stands beside whatever else is done about the account, and must not wait for it.
act!(WriteNote, "write_note", changes: false,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(WithdrawNote, "withdraw_note", changes: false,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(DeleteAccount, "delete_account", changes: true,
    subject: |d| Subject::Account(d.instance.clone(), d.account),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(LinkAccount, "link_account", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(UnlinkAccount, "unlink_account", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |d| Some(&d.instance),
    facts: |_| json!({}));
act!(ChangePassword, "change_password", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "by": d.chosen_by }));
act!(SetFactor, "set_factor", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "replaces": d.replaces }));
act!(NewRecoveryCodes, "new_recovery_codes", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |_| json!({}));
act!(ResetSignIn, "reset_sign_in", changes: true,
    subject: |d| Subject::Operator(d.operator.clone()),
    instance: |_| None,
    facts: |d| json!({ "what": d.what }));
// `verify` reads from here which keys were destroyed lawfully.
act!(DestroyWords, "destroy_words", changes: true,
    subject: |d| Subject::Words(d.about.clone().unwrap_or_default()),
    instance: |_| None,
    facts: |d| json!({ "keys": d.keys, "because": d.because }));
