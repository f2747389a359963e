//! What a leaf says. Every field has its class by type: what stands here is clear and names nobody; the rest is sealed.

use super::{
    Outcome, Subject,
    rows::{Counts, Resealed},
};
use crate::{
    access::{Permission, Role},
    clock::Timestamp,
    id::{AccountId, InstanceName, OperatorId},
    nouns::registrations::RegistrationsMode,
    seal::Keys,
    store::rights::LASTS,
    text::Why,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The newest rows of the instance before a deed: what comes after them may be its trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// `admin_action_logs.id`
    pub log: i64,
    /// `account_warnings.id`
    pub strike: i64,
}

/// As whom the instance sees the deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acting {
    /// The console itself; nothing goes to an instance.
    Console,
    /// The instance's service account, by its account id.
    Service(String),
    /// The person's own linked account, by its account id.
    Own(String),
}

impl Acting {
    /// The account on the instance that leaves the deed's traces; `None` where nothing goes there.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Console => None,
            Self::Service(id) | Self::Own(id) => id.parse().ok(),
        }
    }
}

/// How a deed is closed: the outcome, what may be said of it in clear, and what was read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// In clear: counts and words, nothing personal.
    pub facts: Value,
    /// Sealed: the state read back and the trace.
    pub seen: Value,
}

/// How far many deeds decided at once have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Begun,
    Paused,
    Resumed,
    /// Nothing of it is left to do.
    Ended,
}

/// Something that changed on an instance and was not done through this console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideChange {
    pub instance: InstanceName,
    /// Its history shows it.
    pub subject: Subject,
    /// The part of the instance it belongs to.
    pub part: &'static str,
    /// It was as before when last looked at, and is as now since: somewhere between.
    pub from: Timestamp,
    pub to: Timestamp,
    /// A keyed hash of what it is now: the same change is recorded once.
    pub now: String,
    /// Sealed: its name, what it was, what it is.
    pub sealed: Value,
}

/// The fact of an outcome after which the deed may still happen: it was sent, and not seen to have happened.
pub const NOT_SEEN: &str = "not seen";
/// The fact of an outcome that is not known: the state is as the deed meant, by whomever.
pub const AS_MEANT: &str = "as meant";
/// The kind of the fact that what was not seen happened after all.
pub(super) const HAPPENED_LATER: &str = "happened_later";

/// With what somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvedBy {
    /// The password alone: a second factor is not asked of them.
    Password,
    /// The password and a code of their authenticator.
    Totp,
    /// The password and a recovery code.
    RecoveryCode,
}

/// What was seen late of a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Later {
    /// A trace that only it can have left.
    Done,
    /// Traces of a part of it.
    Partly,
    /// The state that it meant, perhaps by somebody else's hand.
    AsMeant,
}

/// What somebody may not decide because it is about themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnTry {
    Case,
    Grant,
}

/// Something that happened and has no outcome. All of it stands in clear, but for what is said to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    SignedIn {
        operator: OperatorId,
        role: Role,
        session: String,
        address: String,
        by: ProvedBy,
    },
    SignedOut {
        operator: OperatorId,
        session: String,
    },
    /// `operator` is `None` for a name that nobody has; the name itself is never kept.
    SignInFailed {
        operator: Option<OperatorId>,
        address: String,
    },
    /// A stranger asked for access by the public form: an id of the console's own, and nothing that was said.
    AccessAsked {
        instance: InstanceName,
        request: String,
    },
    /// The password was right, and a code was not.
    CodeFailed {
        operator: OperatorId,
        address: String,
    },
    /// Somebody signed in asked for what the role or grant does not include.
    Denied {
        operator: OperatorId,
        role: Role,
        permission: Permission,
        instance: Option<InstanceName>,
        /// What of their own it was about; `None` for all else.
        own: Option<OwnTry>,
    },
    ChangedOutside(Box<OutsideChange>),
    /// Many deeds decided at once were begun, paused or let go on, or are through.
    Batch {
        stage: Progress,
        /// Which: a batch's id or an import's.
        id: String,
        /// `None` where the console paused by itself, or it came to its end.
        operator: Option<OperatorId>,
        instance: InstanceName,
        /// The kind of its deeds.
        kind: String,
        number: i64,
    },
    /// The token of an ended link could not be taken back at its instance, or was after all.
    Token {
        /// Whose link it was.
        operator: OperatorId,
        instance: InstanceName,
        taken_back: bool,
    },
    /// What was sent and not seen to have happened happened after all, or is so by now.
    HappenedLater {
        instance: InstanceName,
        /// The entry of its intent.
        entry: i64,
        /// The keyed hash of what it was about: its history shows it.
        subject: String,
        how: Later,
    },
    /// Who may sign up was changed, and what visitors meet did not agree with it, or does by now.
    Settled {
        instance: InstanceName,
        /// The entry of the change.
        entry: i64,
        mode: RegistrationsMode,
        agrees: bool,
    },
    /// What sets registrations by itself acts no more until somebody sets it anew; `why` names nobody.
    PolicyStopped {
        instance: InstanceName,
        version: i64,
        why: String,
    },
    /// A planned opening came too late to be made up for.
    PolicyMissed {
        instance: InstanceName,
        version: i64,
        due: Timestamp,
        mode: RegistrationsMode,
    },
    /// Somebody set registrations past what sets them by itself, which opens no further than that.
    PolicyPassed {
        instance: InstanceName,
        version: i64,
        mode: RegistrationsMode,
    },
    /// Rows from before they were proved were sealed, or refused.
    RowsSealed(Counts),
    /// What was kept of instances, so many parts, is proved in the form of today: no former one is believed from here on.
    SnapshotsProved(u64),
    /// Each deed of the batches was proved: so many.
    DeedsProved(u64),
    /// What is kept beside rights and work (notes, requests for access, alarms, reviews and the like) was proved.
    KeptProved,
    /// Somebody at the server took a row that was refused as it stands.
    RowResealed {
        by: OperatorId,
        row: Box<Resealed>,
    },
    /// The head of an older store got a seal, and the store an id, when there were so many entries.
    HeadSealed {
        store: String,
        size: i64,
    },
    /// An owner decided at the server that the entries as they stood are the record, whatever was signed before.
    RecordAccepted {
        /// The id of the store from there on.
        store: String,
        size: i64,
        root: String,
        /// Up to how many entries what was signed before still counts.
        held: i64,
        /// How many checkpoints say otherwise.
        against: usize,
        /// Sealed: what contradicted itself.
        what: String,
        /// Sealed as well.
        why: Why,
    },
}

impl Fact {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "signed_in",
            Self::SignedOut { .. } => "signed_out",
            Self::SignInFailed { .. } => "sign_in_failed",
            Self::CodeFailed { .. } => "code_failed",
            Self::AccessAsked { .. } => "access_asked",
            Self::Denied { .. } => "denied",
            Self::ChangedOutside(_) => "changed_elsewhere",
            Self::Batch { stage: Progress::Begun, .. } => "batch_begun",
            Self::Batch { stage: Progress::Paused, .. } => "batch_paused",
            Self::Batch { stage: Progress::Resumed, .. } => "batch_resumed",
            Self::Batch { stage: Progress::Ended, .. } => "batch_ended",
            Self::Token { taken_back: false, .. } => "token_left",
            Self::Token { taken_back: true, .. } => "token_taken_back",
            Self::HappenedLater { .. } => HAPPENED_LATER,
            Self::Settled { agrees: false, .. } => "registrations_unsettled",
            Self::Settled { agrees: true, .. } => "registrations_settled",
            Self::PolicyStopped { .. } => "policy_stopped",
            Self::PolicyMissed { .. } => "policy_missed",
            Self::PolicyPassed { .. } => "policy_passed",
            Self::RowsSealed(_) => "rows_sealed",
            Self::SnapshotsProved(_) => "snapshots_proved",
            Self::DeedsProved(_) => "deeds_proved",
            Self::KeptProved => "kept_proved",
            Self::RowResealed { .. } => "row_resealed",
            Self::HeadSealed { .. } => "head_sealed",
            Self::RecordAccepted { .. } => "record_accepted",
        }
    }

    pub(super) fn operator(&self) -> Option<&OperatorId> {
        match self {
            Self::SignedIn { operator, .. }
            | Self::SignedOut { operator, .. }
            | Self::CodeFailed { operator, .. }
            | Self::Denied { operator, .. } => Some(operator),
            Self::SignInFailed { operator, .. } | Self::Batch { operator, .. } => operator.as_ref(),
            // The console itself noticed, or it was done at the server.
            Self::ChangedOutside(_)
            | Self::AccessAsked { .. }
            | Self::Token { .. }
            | Self::HappenedLater { .. }
            | Self::Settled { .. }
            | Self::PolicyStopped { .. }
            | Self::PolicyMissed { .. }
            | Self::PolicyPassed { .. }
            | Self::HeadSealed { .. }
            | Self::RecordAccepted { .. }
            | Self::RowsSealed(_)
            | Self::SnapshotsProved(_)
            | Self::DeedsProved(_)
            | Self::KeptProved => None,
            Self::RowResealed { by, .. } => Some(by),
        }
    }

    pub(super) fn instance(&self) -> Option<&InstanceName> {
        match self {
            Self::ChangedOutside(change) => Some(&change.instance),
            Self::Batch { instance, .. }
            | Self::Token { instance, .. }
            | Self::HappenedLater { instance, .. }
            | Self::Settled { instance, .. }
            | Self::AccessAsked { instance, .. }
            | Self::PolicyStopped { instance, .. }
            | Self::PolicyMissed { instance, .. }
            | Self::PolicyPassed { instance, .. } => Some(instance),
            Self::Denied { instance, .. } => instance.as_ref(),
            Self::SignedIn { .. }
            | Self::SignedOut { .. }
            | Self::SignInFailed { .. }
            | Self::CodeFailed { .. }
            | Self::RowsSealed(_)
            | Self::SnapshotsProved(_)
            | Self::DeedsProved(_)
            | Self::KeptProved
            | Self::RowResealed { .. }
            | Self::HeadSealed { .. }
            | Self::RecordAccepted { .. } => None,
        }
    }

    pub(super) fn facts(&self) -> Value {
        match self {
            Self::SignedIn { role, session, address, by, .. } => {
                json!({ "role": role, "session": session, "address": address, "by": by })
            }
            Self::SignedOut { session, .. } => json!({ "session": session }),
            Self::SignInFailed { address, .. } | Self::CodeFailed { address, .. } => json!({ "address": address }),
            Self::Denied { role, permission, instance, own, .. } => {
                let mut facts = json!({ "role": role, "permission": permission, "instance": instance });
                if let Some(own) = own {
                    facts["own"] = json!(own);
                }
                facts
            }
            Self::ChangedOutside(change) => json!({
                "part": change.part,
                "from": change.from.0.to_string(),
                "to": change.to.0.to_string(),
                "now": change.now,
            }),
            Self::Batch { stage: Progress::Paused, kind, number, .. } => {
                json!({ "kind": kind, "number": number, LASTS: true })
            }
            Self::Batch { kind, number, .. } => json!({ "kind": kind, "number": number }),
            Self::Token { operator, .. } => json!({ "of": operator }),
            Self::AccessAsked { request, .. } => json!({ "request": request }),
            Self::HappenedLater { entry, how, .. } => json!({ "entry": entry.to_string(), "how": how }),
            Self::Settled { entry, mode, .. } => json!({ "entry": entry.to_string(), "mode": mode }),
            Self::PolicyStopped { version, why, .. } => json!({ "version": version, "why": why, LASTS: true }),
            Self::PolicyMissed { version, due, mode, .. } => {
                json!({ "version": version, "due": due.0.to_string(), "mode": mode })
            }
            Self::PolicyPassed { version, mode, .. } => json!({ "version": version, "mode": mode, LASTS: true }),
            Self::RowsSealed(counts) => json!(counts),
            Self::SnapshotsProved(parts) => json!({ "parts": parts }),
            Self::DeedsProved(deeds) => json!({ "deeds": deeds }),
            Self::KeptProved => json!({}),
            Self::RowResealed { row, .. } => {
                let mut facts = json!(row);
                facts[LASTS] = json!(true);
                facts
            }
            Self::HeadSealed { store, size } => json!({ "store": store, "size": size }),
            Self::RecordAccepted { store, size, root, held, against, .. } => {
                json!({ "store": store, "size": size, "root": root, "held": held, "against": against })
            }
        }
    }
}

/// The keyed hash of what a deed is about, as leaf and columns have it.
pub(super) fn subject_hash(keys: &Keys, subject: &Subject) -> String {
    keys.hash("subject", serde_json::to_string(subject).unwrap_or_default().as_bytes())
}
