//! What the record needs to know of a deed, whichever it is. The deeds themselves are in `crate::deeds`.
//!
//! A deed is a struct with all that its execution needs. A warrant is for one of them, and the port takes instance, object
//! and parameters from there alone. The whole struct is sealed in the record; what [`Deed::facts`] returns stands in clear and
//! must hold nothing personal.

use crate::{
    access::Permission,
    id::{AccountId, GrantId, InstanceName, InviteId, OperatorId},
    nouns::domain_blocks::Domain,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// What of a week’s decisions is looked at again, by its Monday; or one decision of it, by its entry
    Review(String),
    /// Something that somebody should look at
    Alarm(String),
    /// One of the parts of an instance that are looked at for changes, as a whole
    Part(InstanceName, String),
}

/// Name, before and after.
pub type BeforeAfter = (String, String, String);

/// One thing that may be done, whole: what the record keeps of it, who may do it, and how it is told.
pub trait Deed: Clone + Serialize + Send + Sync + 'static {
    /// Its name in the record, never changed once used.
    const KIND: &'static str;
    /// Whether it changes something: such a deed locks its subject from open to close.
    const CHANGES: bool;
    /// The fields of its words that the page of its entry leaves out: an email or IP address, a code, keyed hashes, and what
    /// that page tells in another way. Opening an entry is no reveal.
    const UNREAD: &'static [&'static str];
    /// How many bytes its sealed words may have: some take texts for people or the public, the others a line or two.
    const MOST_WORDS: usize = 16 * 1024;

    fn subject(&self) -> Subject;

    /// Where it is done; `None` for the console itself.
    fn instance(&self) -> Option<&InstanceName>;

    /// What may stand in the record in clear. Nothing that names or describes a person.
    fn facts(&self) -> Value;

    /// The permissions that it may be opened with. With [`Permission::DecideAboutStaff`] among them it spares staff: about
    /// them it needs that one.
    fn permissions(&self) -> &'static [Permission];

    /// Whether it waits for nobody who is at the same subject: it may be done by several at once, and whoever holds the subject may
    /// be a process that died.
    fn waits_for_nobody(&self) -> bool {
        false
    }

    /// Whether it may be begun while the record contradicts itself.
    fn in_doubt_too(&self) -> bool {
        false
    }

    /// What somebody did, as a clause that goes on after their name.
    fn sentence(&self) -> String;

    /// What it changes, line by line, as the person saw it.
    fn before_after(&self) -> Vec<BeforeAfter>;
}

/// A deed as the record seals it: its fields with its kind.
///
/// # Errors
/// If a field of it is nothing that JSON can say.
pub(super) fn sealed<D: Deed>(deed: &D) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(deed)?;
    document["deed"] = json!(D::KIND);
    Ok(document)
}
