//! Opening and closing.

use super::{
    Acting, Answered, Deed, Fact, Ledger, Mark, Outcome, OwnTry, Subject, Verdict, Warrant,
    append::{Append, Appended, Beside, CLOSE, LeafDraft},
    deed,
    entry::subject_hash,
    keys::Opened,
    proof::closes,
};
use crate::{
    access::{Actor, Object, Permission, Permit, Role},
    clock::{MINUTE, SECOND, Timestamp},
    id::{InstanceName, OperatorId},
    store::{
        Store,
        claims::Leases,
        on,
        rights::{DESTROYING, FOUND_DONE, LASTS, OF_REGISTRATIONS, changes_rights},
    },
    telemetry,
    text::Why,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// A deed whose lease has run out is closed by reading, by whoever claims it.
pub const DEED_LEASE: i64 = 30 * SECOND;
/// … and each is one process's. Those that wait longest come first: some may not be closed for long.
pub(super) const OPEN_DEEDS: Leases = Leases {
    table: "open_deeds",
    key: "cast(intent as text)",
    due: "1 = 1",
    order: "lease_until, intent",
    time: DEED_LEASE,
    again: false,
};
/// How soon a left deed that could not be closed is looked at again.
const LOOK_AGAIN: i64 = 2 * SECOND;
/// One entry within so long for all failed sign-ins of an account or address range, and for all refusals of one kind.
const GATHERED: i64 = 10 * MINUTE;
/// No leaf is larger: a case of the most reports that are read at once stays far below.
pub const LARGEST_LEAF: usize = 256 * 1024;
/// What was answered and read back is kept whole up to so many bytes.
pub const LARGEST_SEEN: usize = 128 * 1024;

/// The ledger could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("the ledger's database: {0}")]
    Store(#[from] sqlx::Error),
    #[error("the ledger could not be written: {0}")]
    Unwritten(String),
    #[error("an entry could not be made: {0}")]
    Entry(String),
    #[error("the permit ({0}) is not one for this action and instance")]
    Permit(&'static str),
    #[error("the action with entry {0} was closed already")]
    AlreadyClosed(i64),
    #[error("the task that writes the ledger has stopped")]
    Stopped,
    #[error("the console is being stopped")]
    Ending,
    /// Until an owner has decided at the server.
    #[error("the audit log contradicts itself: {0}")]
    Contradicted(String),
    /// The place outside the store where checkpoints go.
    #[error("{0}")]
    Outside(String),
    #[error("an entry would be of {0} bytes, and none may be of more than {LARGEST_LEAF}")]
    TooLarge(usize),
}

/// Why no warrant was given.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// Another deed about the same subject is under way.
    #[error("another action about it is under way since {}", .since.0)]
    Busy { since: Timestamp, by: Option<OperatorId> },
    #[error(transparent)]
    Unwritable(#[from] LedgerError),
}

/// A deed that nobody works on any more, claimed by this process to be closed by reading.
#[derive(Debug)]
pub struct OpenDeed {
    pub index: i64,
    pub opened_at: Timestamp,
    pub mark: Mark,
    pub acting: Acting,
    /// As it was sealed; `None` where its key was destroyed.
    pub deed: Option<Value>,
    /// The keyed hash of what it is about.
    pub subject: String,
    kind: String,
    instance: Option<String>,
}

impl LedgerError {
    /// Whether a leaf is to blame, not the database.
    pub(super) fn is_about_a_leaf(&self) -> bool {
        match self {
            Self::Entry(_) | Self::TooLarge(_) => true,
            Self::Store(sqlx::Error::Database(error)) => {
                error.is_unique_violation() || error.is_check_violation() || error.is_foreign_key_violation()
            }
            Self::Store(_)
            | Self::Unwritten(_)
            | Self::Permit(_)
            | Self::AlreadyClosed(_)
            | Self::Stopped
            | Self::Ending
            | Self::Contradicted(_)
            | Self::Outside(_) => false,
        }
    }
}

/// RFC 8785, which knows no numbers but those of JavaScript: what would be rounded is refused.
pub(super) fn canonical(value: &Value) -> Result<String, LedgerError> {
    if !exact(value) {
        return Err(LedgerError::Entry("a number above 2^53 must be written as text".into()));
    }
    serde_json_canonicalizer::to_string(value).map_err(|error| LedgerError::Entry(error.to_string()))
}

fn exact(value: &Value) -> bool {
    const LARGEST: i64 = 1 << 53;
    match value {
        Value::Number(number) => {
            number.is_f64() || number.as_i64().is_some_and(|number| (-LARGEST..=LARGEST).contains(&number))
        }
        Value::Array(values) => values.iter().all(exact),
        Value::Object(fields) => fields.values().all(exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

#[derive(Deserialize)]
struct IntentLeaf {
    subject: String,
    deed: String,
    instance: Option<String>,
    sealed: String,
    key: String,
    mark: MarkText,
    acting: Acting,
}

/// A mark in a leaf: ids as text.
#[derive(Deserialize)]
struct MarkText {
    log: String,
    strike: String,
}

impl MarkText {
    fn read(&self) -> Option<Mark> {
        Some(Mark { log: self.log.parse().ok()?, strike: self.strike.parse().ok()? })
    }
}

/// Whether a deed about this subject is about a permit's object.
fn is_about(object: &Object, subject: &Subject) -> bool {
    match subject {
        Subject::Account(on, account) => object.account() == Some((on, *account)),
        Subject::People(on)
        | Subject::Registrations(on)
        | Subject::Domain(on, _)
        | Subject::MailDomain(on, _)
        | Subject::Address(on, _)
        | Subject::Invite(on, _)
        | Subject::InviteCode(on, _)
        | Subject::AccessRequest(on, _)
        | Subject::Setting(on, _)
        | Subject::InstanceRole(on, _)
        | Subject::Part(on, _) => matches!(object, Object::Instance(instance) if instance == on),
        // The console's own; the link of a person and the role of a grant are on an instance besides.
        Subject::Operator(_) | Subject::Grant(_) => object.account().is_none(),
        Subject::Record | Subject::Words(_) | Subject::Review(_) | Subject::Alarm(_) => *object == Object::Console,
    }
}

/// A permit is for one permission about one object; the deed must be of that kind, there, and about nothing else. A check
/// that was forgotten before ends here.
fn check_permit<D: Deed>(permit: &Permit, deed: &D, subject: &Subject) -> Result<(), LedgerError> {
    let (permission, object) = (permit.permission(), permit.object());
    // People belong to the console; the link of one of them names an instance all the same.
    let there = permission == Permission::ManageOperators || object.instance() == deed.instance();
    let permissions = deed.permissions();
    let spares_staff = permissions.contains(&Permission::DecideAboutStaff);
    let ranked = match object {
        _ if !spares_staff || permission == Permission::DecideAboutStaff => true,
        Object::Case(_, _, case) => !case.staff,
        Object::Console | Object::Instance(_) | Object::Account(..) | Object::SignUp(..) => false,
    };
    // The right to one's own sign-in is nobody else's.
    let theirs = permission != Permission::OwnSignIn || *subject == Subject::Operator(permit.actor().operator.clone());
    if there && ranked && theirs && is_about(object, subject) && permissions.contains(&permission) {
        Ok(())
    } else {
        Err(LedgerError::Permit(permission.name()))
    }
}

/// What was answered and read back, as far as it fits into a leaf: how much there was stands in for the rest. The deed has
/// happened, so that its outcome must be written in any case.
fn fitting(seen: &Value) -> Value {
    let length = seen.to_string().len();
    if length <= LARGEST_SEEN {
        return seen.clone();
    }
    let steps = seen["steps"].as_array().map_or(0, Vec::len);
    json!({ "steps": [], "seen": { "too large to keep": format!("{length} bytes, {steps} steps") } })
}

impl Ledger {
    async fn append(&self, draft: LeafDraft) -> Result<Appended, LedgerError> {
        let span = tracing::debug_span!("store", entry = draft.kind);
        let appended = async {
            let (reply, answer) = oneshot::channel();
            self.appends.send(Append { draft, reply }).await.map_err(|_| LedgerError::Stopped)?;
            answer.await.map_err(|_| LedgerError::Stopped)?
        };
        telemetry::told(span, appended, |appended| match appended {
            Ok(Appended::At(_)) => "appended",
            Ok(Appended::Recorded(_)) => "recorded before",
            Ok(Appended::Busy { .. }) => "busy",
            Err(_) => "failed",
        })
        .await
    }

    /// Stores the intent. A deed that changes something locks its subject until it is closed.
    ///
    /// # Errors
    /// [`NotOpened::Busy`] if another deed holds the subject; [`NotOpened::Unwritable`] if the ledger cannot be written, if
    /// the process comes to its end, or if the permit is for something else: then nothing may happen.
    pub async fn open<D: Deed>(
        &self,
        permit: Permit,
        deed: D,
        why: impl Into<Why>,
        acting: Acting,
        mark: Mark,
    ) -> Result<Warrant<D>, NotOpened> {
        let counted = self.at_work.begin()?;
        let why: Why = why.into();
        let at = self.clock.now();
        let actor = permit.actor().clone();
        let about = deed.subject();
        let subject = subject_hash(&self.keys, &about);
        check_permit(&permit, &deed, &about)?;
        let (regardless, waits) = (deed.in_doubt_too(), !deed.waits_for_nobody());
        if let Some(what) = self.lasting_contradiction()
            && !regardless
        {
            return Err(NotOpened::Unwritable(LedgerError::Contradicted(what)));
        }
        let document =
            deed::sealed(&deed).map_err(|error| NotOpened::Unwritable(LedgerError::Entry(error.to_string())))?;
        let document = json!({ "deed": document, "why": why });
        let length = document.to_string().len();
        if length > D::MOST_WORDS {
            return Err(NotOpened::Unwritable(LedgerError::TooLarge(length)));
        }
        let (key, sealed) = self.seal(&subject, at, &document).await?;
        let instance = deed.instance().map(InstanceName::to_string);
        let mut leaf = json!({
            "v": 1,
            "kind": "intent",
            "operator": actor.operator,
            "role": actor.role,
            "session": actor.session,
            "permission": permit.permission(),
            "instance": instance,
            "deed": D::KIND,
            "subject": subject,
            "facts": deed.facts(),
            "acting": &acting,
            "mark": { "log": mark.log.to_string(), "strike": mark.strike.to_string() },
            "key": key,
            "sealed": sealed,
        });
        if let Some(request) = &actor.request {
            leaf["request"] = json!(request);
        }
        // What locks nothing is open until it is closed all the same: it stands under a key nobody else has.
        let lock = match (D::CHANGES, waits) {
            (false, _) => format!("read:{}", crate::id::fresh()),
            (true, false) => format!("beside:{}", crate::id::fresh()),
            (true, true) => subject.clone(),
        };
        let draft = |over: Option<i64>| LeafDraft {
            leaf: leaf.clone(),
            at,
            kind: "intent",
            deed: D::KIND.into(),
            operator: Some(actor.operator.0.clone()),
            instance: instance.clone(),
            subject: Some(subject.clone()),
            outcome: None,
            beside: Beside::Open { key: lock.clone(), lease: self.process.to_string(), over },
            regardless,
        };
        let mut appended = self.append(draft(None)).await?;
        let mut by = None;
        if let Appended::Busy { intent, .. } = appended {
            match self.open_about(&subject, intent).await? {
                Some(leaf) => by = leaf["operator"].as_str().map(|id| OperatorId(id.to_owned())),
                None => appended = self.append(draft(Some(intent))).await?,
            }
        }
        match appended {
            Appended::At(index) => {
                Ok(Warrant { deed, index, mark, actor, acting, _held: self.at_work.hold(index, counted) })
            }
            Appended::Recorded(_) => Err(NotOpened::Unwritable(LedgerError::Stopped)),
            Appended::Busy { since, .. } => Err(NotOpened::Busy { since, by }),
        }
    }

    /// The action that an entry begins, if it is about this and has no outcome, as the leaves since stand under the sealed head:
    /// neither a row that says so keeps anything from being done, nor does one that says otherwise let two be done at once.
    async fn open_about(&self, subject: &str, intent: i64) -> Result<Option<Value>, LedgerError> {
        let (begun, outcome) = self.proved_since(intent).await?;
        let begun = begun.filter(|leaf| leaf["subject"] == *subject && outcome.is_none());
        if begun.is_none() {
            tracing::error!(
                entry = intent,
                "ledger.open: a row says that this entry is an open action about it, and it is none"
            );
        }
        Ok(begun)
    }

    /// The store for the change that a warrant is for: nothing is written through it any more once another process has
    /// claimed the deed.
    pub fn store_for<D: Deed>(&self, warrant: &Warrant<D>) -> Store {
        self.store.under(warrant.index, &self.process)
    }

    /// Closes a deed: its outcome is a leaf of its own, and its subject is free again.
    ///
    /// # Errors
    /// The ledger's. The deed has happened all the same; it stays open and is closed later by reading.
    pub async fn close<D: Deed>(&self, answered: &Answered<D>, verdict: &Verdict) -> Result<(), LedgerError> {
        let deed = answered.deed();
        let subject = subject_hash(&self.keys, &deed.subject());
        let seen = json!({ "steps": answered.steps(), "seen": verdict.seen });
        self.append_outcome(
            answered.index(),
            D::KIND,
            &subject,
            deed.instance().map(InstanceName::to_string),
            verdict,
            &seen,
        )
        .await
    }

    async fn append_outcome(
        &self,
        intent: i64,
        kind: &str,
        subject: &str,
        instance: Option<String>,
        verdict: &Verdict,
        seen: &Value,
    ) -> Result<(), LedgerError> {
        let at = self.clock.now();
        let (key, sealed) = self.seal(subject, at, &fitting(seen)).await?;
        let mut facts = verdict.facts.clone();
        // What may have been set is known to the policies, and what was destroyed to whoever reads, also where somebody takes the
        // entry out of their sight.
        let may_be = !matches!(verdict.outcome, Outcome::Failed | Outcome::Stale | Outcome::Refused);
        if [OF_REGISTRATIONS, DESTROYING].contains(&kind) && may_be && facts.is_object() {
            facts[LASTS] = json!(true);
        }
        let leaf = json!({
            "v": 1,
            "kind": "outcome",
            "intent": intent,
            "deed": kind,
            "instance": instance,
            "subject": subject,
            "outcome": verdict.outcome,
            "facts": facts,
            "key": key,
            "sealed": sealed,
        });
        let draft = LeafDraft {
            leaf,
            at,
            kind: "outcome",
            deed: kind.to_owned(),
            operator: None,
            instance,
            subject: Some(subject.to_owned()),
            outcome: Some(verdict.outcome.name()),
            beside: Beside::Close { intent },
            regardless: true,
        };
        self.append(draft).await?;
        self.closed.count([kind, verdict.outcome.name()]);
        // Whoever puts the store back to before it, and ends this process before the next checkpoint, is found out as well.
        if changes_rights(kind)
            && (verdict.outcome == Outcome::Succeeded || verdict.facts[FOUND_DONE] == true)
            && let Err(error) = self.checkpoint().await
        {
            tracing::error!(%error, "checkpoint.rights");
        }
        Ok(())
    }

    /// Records something that has no outcome. Failed sign-ins of one account or address range become one entry in ten
    /// minutes, and so do wrong codes of one account and refusals of one permission to one person: nobody must be able to
    /// grow the tree without bound. What changed elsewhere is recorded once, whoever noticed it.
    pub async fn fact(&self, fact: Fact) -> Result<(), LedgerError> {
        self.fact_of(fact, None).await
    }

    /// The same of something that a request brought about; of gathered ones, the first.
    pub async fn fact_of(&self, fact: Fact, request: Option<&str>) -> Result<(), LedgerError> {
        let at = self.clock.now();
        let subject = match &fact {
            Fact::SignInFailed { operator, address } => {
                let about = operator.as_ref().map_or(address.as_str(), |id| id.0.as_str());
                Some(self.keys.hash("failed sign-in", about.as_bytes()))
            }
            Fact::Denied { operator, permission, own, .. } => {
                // One about something of their own is never told in another's place.
                let own = match own {
                    Some(OwnTry::Case) => " own case",
                    Some(OwnTry::Grant) => " own grant",
                    None => "",
                };
                let about = format!("{} {}{own}", operator.0, permission.name());
                Some(self.keys.hash("refusal", about.as_bytes()))
            }
            Fact::CodeFailed { operator, .. } => Some(self.keys.hash("failed code", operator.0.as_bytes())),
            Fact::ChangedOutside(change) => Some(subject_hash(&self.keys, &change.subject)),
            Fact::RecordAccepted { .. } => Some(subject_hash(&self.keys, &Subject::Record)),
            Fact::RowResealed { row, .. } => Some(subject_hash(&self.keys, &row.subject())),
            Fact::Batch { id, .. } => Some(id.clone()),
            Fact::HappenedLater { subject, .. } => Some(subject.clone()),
            Fact::PolicyStopped { instance, .. } | Fact::PolicyPassed { instance, .. } => {
                Some(subject_hash(&self.keys, &Subject::Registrations(instance.clone())))
            }
            Fact::AccessAsked { instance, request } => {
                Some(subject_hash(&self.keys, &Subject::AccessRequest(instance.clone(), request.clone())))
            }
            _ => None,
        };
        let beside = match (&fact, &subject) {
            (Fact::ChangedOutside(_), Some(subject)) => Beside::Once { subject: subject.clone() },
            (Fact::SignInFailed { .. } | Fact::CodeFailed { .. } | Fact::Denied { .. }, Some(subject)) => {
                Beside::Seldom { subject: subject.clone(), within: GATHERED }
            }
            _ => Beside::Nothing,
        };
        let operator = fact.operator().map(|id| id.0.clone());
        let instance = fact.instance().map(InstanceName::to_string);
        let mut leaf = json!({
            "v": 1,
            "kind": "fact",
            "operator": operator,
            "deed": fact.kind(),
            "subject": subject,
            "facts": fact.facts(),
        });
        if let Some(instance) = &instance {
            leaf["instance"] = json!(instance);
        }
        if let Some(request) = request {
            leaf["request"] = json!(request);
        }
        let document = match &fact {
            Fact::ChangedOutside(change) => Some(change.sealed.clone()),
            Fact::RecordAccepted { what, why, .. } => Some(json!({ "what": what, "why": why })),
            _ => None,
        };
        if let (Some(document), Some(subject)) = (&document, &subject) {
            let (key, sealed) = self.seal(subject, at, document).await?;
            leaf["key"] = json!(key);
            leaf["sealed"] = json!(sealed);
        }
        let draft = LeafDraft {
            leaf,
            at,
            kind: "fact",
            deed: fact.kind().to_owned(),
            operator,
            instance,
            subject,
            outcome: None,
            beside,
            regardless: true,
        };
        self.append_unless_said(draft).await
    }

    /// Appends what an older entry may say already: whether it does is that entry's word as it stands under the sealed head. One that
    /// was altered keeps nothing from being written.
    async fn append_unless_said(&self, draft: LeafDraft) -> Result<(), LedgerError> {
        // Where that is told on every page already, no stranger grows the tree by it.
        let told = self.contradiction().is_some();
        let Appended::Recorded(by) = self.append(draft.clone()).await? else { return Ok(()) };
        match self.proved(by).await {
            Ok(leaf) if draft.is_said_by(&leaf) => return Ok(()),
            Err(LedgerError::Contradicted(_) | LedgerError::Entry(_)) if told => return Ok(()),
            Ok(_) | Err(LedgerError::Contradicted(_) | LedgerError::Entry(_)) => {}
            Err(error) => return Err(error),
        }
        tracing::error!(entry = by, "ledger.said_otherwise");
        self.append(LeafDraft { beside: Beside::Nothing, ..draft }).await.map(|_| ())
    }

    /// Claims the deeds whose lease has run out: each goes to one process only. Who cannot close one yet lets the claim run
    /// out and gets it again.
    pub async fn claim_expired(&self) -> Result<Vec<OpenDeed>, LedgerError> {
        const OPENED: &str = "select opened_at from open_deeds where intent = $1";
        let now = self.clock.now();
        let mut deeds = Vec::new();
        for key in OPEN_DEEDS.free(&self.store, None, &self.process, now).await? {
            let Ok(index) = key.parse::<i64>() else { continue };
            // Where its lease was only renewed late, the one at work on it goes on.
            if !OPEN_DEEDS.take(&self.store, &key, &self.process, now).await? || self.at_work.has(index) {
                continue;
            }
            let opened: Option<i64> =
                on!(&self.store, pool => sqlx::query_scalar(OPENED).bind(index).fetch_optional(pool).await?);
            let Some(opened) = opened else { continue };
            match self.open_deed(index, Timestamp(opened)).await {
                Ok(deed) => deeds.push(deed),
                // One damaged entry must not keep the others from being closed.
                Err(error) => tracing::error!(%error, index, "ledger.claim"),
            }
        }
        Ok(deeds)
    }

    async fn open_deed(&self, index: i64, opened_at: Timestamp) -> Result<OpenDeed, LedgerError> {
        // What closes it is signed in the console's name: it must be the deed that was begun.
        self.no_outcome_after(index).await?;
        self.begun(index, opened_at).await
    }

    /// A deed as it was begun, whatever came of it.
    ///
    /// # Errors
    /// The store's; or that its entry is not the one that was appended.
    pub async fn begun(&self, index: i64, opened_at: Timestamp) -> Result<OpenDeed, LedgerError> {
        let damaged = |what: &str| LedgerError::Entry(format!("entry {index}: {what}"));
        let leaf = self.proved(index).await?;
        let leaf: IntentLeaf = serde_json::from_value(leaf).map_err(|error| damaged(&error.to_string()))?;
        let (subject, kind, instance) = (leaf.subject, leaf.deed, leaf.instance);
        let mark = leaf.mark.read().ok_or_else(|| damaged("its mark is no number"))?;
        let deed = match self.unseal(&leaf.key, &leaf.sealed).await? {
            Opened::Text(mut document) => Some(document["deed"].take()),
            // Of one that nothing says of, that it is not known what came of it is true as well.
            Opened::Destroyed | Opened::Missing => None,
            Opened::Damaged => return Err(damaged("its sealed part does not open")),
        };
        Ok(OpenDeed { index, opened_at, mark, acting: leaf.acting, deed, subject, kind, instance })
    }

    /// Looks at the leaves themselves: columns beside them may be changed to make a deed look open that has its outcome. Another entry
    /// that is damaged keeps it from nothing.
    async fn no_outcome_after(&self, intent: i64) -> Result<(), LedgerError> {
        const LIKE: &str = "select idx, leaf from ledger_entries where idx > $1 and leaf like $2";
        let like = format!("%\"intent\":{intent},%");
        let found: Vec<(i64, String)> = self.store.read(on!(&self.store, pool => sqlx::query_as(LIKE)
            .bind(intent).bind(like).fetch_all(pool).await?));
        let Some((outcome, _)) = found.iter().find(|(_, leaf)| closes(leaf, intent)) else { return Ok(()) };
        let what = format!("entry {outcome} is the outcome of entry {intent}, which is put down as open");
        let number = self.newest_number().await?;
        self.found.contradict(number, &what);
        Err(LedgerError::Contradicted(what))
    }

    /// Lets a claimed deed go that cannot be closed yet, so that it is looked at again soon.
    pub async fn leave(&self, open: &OpenDeed) -> Result<(), LedgerError> {
        let soon = self.clock.now().plus(LOOK_AGAIN);
        Ok(OPEN_DEEDS.give_back(&self.store, &open.index.to_string(), &self.process, soon).await?)
    }

    /// Closes a claimed deed by what was read.
    pub async fn close_swept(&self, open: &OpenDeed, verdict: &Verdict) -> Result<(), LedgerError> {
        let seen = json!({ "steps": [], "seen": verdict.seen, "closed by reading": true });
        let closed =
            self.append_outcome(open.index, &open.kind, &open.subject, open.instance.clone(), verdict, &seen).await;
        if matches!(closed, Err(LedgerError::AlreadyClosed(_))) {
            // It is not open at all, whoever wrote that it is.
            on!(&self.store, pool => sqlx::query(CLOSE).bind(open.index).execute(pool).await?.rows_affected());
        }
        closed
    }

    /// The actor that a command or a job records itself as.
    pub fn command_actor(name: &str) -> Actor {
        Actor {
            operator: OperatorId(name.to_owned()),
            name: name.to_owned(),
            role: Role::Owner,
            grants: Vec::new(),
            session: "command".to_owned(),
            request: None,
        }
    }
}

impl Verdict {
    /// A deed that was overtaken: nothing was sent.
    pub fn stale(seen: Value) -> Self {
        Self { outcome: Outcome::Stale, facts: json!({}), seen }
    }
}
