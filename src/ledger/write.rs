//! Opening, closing, and the one task that appends: groups of leaves in one transaction.

use super::{
    Acting, Answered, Fact, Ledger, Mark, Outcome, Verdict, Warrant,
    deed::{Act, Deed},
    entry::subject_hash,
    tree::{Frontier, leaf_hash},
};
use crate::{
    access::{Actor, Permit, Role},
    clock::{Instant, MINUTE, SECOND},
    id::{InstanceName, OperatorId},
    seal::{self, hex},
    store::{Store, on},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

/// A deed whose lease has run out is closed by reading, by whoever claims it.
pub const LEASE: i64 = 30 * SECOND;
/// One entry for all failed sign-ins of an account or address range within so long.
const FAILED_SIGN_INS: i64 = 10 * MINUTE;

/// The ledger could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("the ledger's database: {0}")]
    Store(#[from] sqlx::Error),
    #[error("an entry could not be made: {0}")]
    Entry(String),
    #[error("the deed with entry {0} was closed already")]
    AlreadyClosed(i64),
    #[error("the task that writes the ledger has stopped")]
    Stopped,
}

/// Why no warrant was given.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// Another deed about the same subject is under way.
    #[error("another deed about it is under way since {}", .since.0)]
    Busy { since: Instant, by: Option<OperatorId> },
    #[error(transparent)]
    Unwritable(#[from] LedgerError),
}

/// A deed that nobody works on any more, claimed by this process to be closed by reading.
#[derive(Debug)]
pub struct OpenDeed {
    pub index: i64,
    pub opened_at: Instant,
    pub mark: Mark,
    /// `None` where its key was destroyed.
    pub deed: Option<Deed>,
    subject: Option<String>,
    key: String,
    instance: Option<String>,
}

/// A leaf before it knows its index, and what happens beside the tree with it.
pub(super) struct Draft {
    leaf: Value,
    at: Instant,
    kind: &'static str,
    deed: String,
    operator: Option<String>,
    instance: Option<String>,
    subject: Option<String>,
    outcome: Option<&'static str>,
    beside: Beside,
}

enum Beside {
    Nothing,
    /// Opens a deed under this key, for this lease holder.
    Open {
        key: String,
        lease: String,
    },
    /// Closes the deed of this intent.
    Close {
        intent: i64,
    },
}

pub(super) struct Append {
    draft: Draft,
    reply: oneshot::Sender<Result<Appended, LedgerError>>,
}

#[derive(Debug)]
enum Appended {
    At(i64),
    Busy { since: Instant, intent: i64 },
}

/// Drains the queue of appends, as many at once as there are, each group in one transaction.
pub(super) async fn drain(store: Store, mut queue: mpsc::Receiver<Append>) {
    let mut group = Vec::new();
    while queue.recv_many(&mut group, 256).await > 0 {
        let (drafts, replies): (Vec<_>, Vec<_>) = group.drain(..).map(|append| (append.draft, append.reply)).unzip();
        match append_group(&store, &drafts).await {
            Ok(results) => {
                for (reply, result) in replies.into_iter().zip(results) {
                    // Nobody waits any more where the other end is gone; the leaf stands all the same.
                    let _ = reply.send(result);
                }
            }
            Err(error) => {
                tracing::error!(%error, "ledger.append");
                let text = error.to_string();
                for reply in replies {
                    let _ = reply.send(Err(LedgerError::Entry(text.clone())));
                }
            }
        }
    }
}

const LOCK_HEAD: &str = "update ledger_head set size = size where id = 1 returning size, frontier";
const MOVE_HEAD: &str = "update ledger_head set size = $1, root = $2, frontier = $3 where id = 1";
const INSERT: &str = "insert into ledger_entries \
    (idx, leaf, hash, at, kind, deed, operator, instance, subject, intent, outcome) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const OPEN: &str = "insert into open_deeds (subject, intent, lease, lease_until, opened_at) values ($1, $2, $3, $4, $5) \
    on conflict (subject) do nothing returning intent";
const WHO_IS_OPEN: &str = "select intent, opened_at from open_deeds where subject = $1";
const IS_CLOSED: &str = "select idx from ledger_entries where intent = $1";
const CLOSE: &str = "delete from open_deeds where intent = $1";

macro_rules! group {
    ($tx:ident, $drafts:ident) => {{
        let (size, frontier): (i64, String) = sqlx::query_as(LOCK_HEAD).fetch_one(&mut *$tx).await?;
        let mut tree = u64::try_from(size)
            .ok()
            .and_then(|size| Frontier::from_text(size, &frontier))
            .ok_or_else(|| LedgerError::Entry("the tree's head is damaged; run howdah audit verify".into()))?;
        let mut results = Vec::with_capacity($drafts.len());
        for draft in $drafts {
            let index = i64::try_from(tree.size()).unwrap_or(i64::MAX);
            let mut intent = None;
            match &draft.beside {
                Beside::Nothing => {}
                Beside::Open { key, lease } => {
                    let opened: Option<i64> = sqlx::query_scalar(OPEN)
                        .bind(key)
                        .bind(index)
                        .bind(lease)
                        .bind(draft.at.plus(LEASE).0)
                        .bind(draft.at.0)
                        .fetch_optional(&mut *$tx)
                        .await?;
                    if opened.is_none() {
                        let (intent, since): (i64, i64) =
                            sqlx::query_as(WHO_IS_OPEN).bind(key).fetch_one(&mut *$tx).await?;
                        results.push(Ok(Appended::Busy { since: Instant(since), intent }));
                        continue;
                    }
                }
                Beside::Close { intent: of } => {
                    let closed: Option<i64> = sqlx::query_scalar(IS_CLOSED).bind(*of).fetch_optional(&mut *$tx).await?;
                    if closed.is_some() {
                        results.push(Err(LedgerError::AlreadyClosed(*of)));
                        continue;
                    }
                    sqlx::query(CLOSE).bind(*of).execute(&mut *$tx).await?;
                    intent = Some(*of);
                }
            }
            let mut leaf = draft.leaf.clone();
            leaf["index"] = json!(index);
            let text = canonical(&leaf)?;
            let hash = leaf_hash(text.as_bytes());
            sqlx::query(INSERT)
                .bind(index)
                .bind(&text)
                .bind(hex(&hash))
                .bind(draft.at.0)
                .bind(draft.kind)
                .bind(&draft.deed)
                .bind(&draft.operator)
                .bind(&draft.instance)
                .bind(&draft.subject)
                .bind(intent)
                .bind(draft.outcome)
                .execute(&mut *$tx)
                .await?;
            tree.push(hash);
            results.push(Ok(Appended::At(index)));
        }
        sqlx::query(MOVE_HEAD)
            .bind(i64::try_from(tree.size()).unwrap_or(i64::MAX))
            .bind(hex(&tree.root()))
            .bind(tree.to_text())
            .execute(&mut *$tx)
            .await?;
        $tx.commit().await?;
        Ok(results)
    }};
}

async fn append_group(store: &Store, drafts: &[Draft]) -> Result<Vec<Result<Appended, LedgerError>>, LedgerError> {
    match store {
        Store::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            group!(tx, drafts)
        }
        Store::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            group!(tx, drafts)
        }
    }
}

/// RFC 8785.
pub(super) fn canonical(value: &Value) -> Result<String, LedgerError> {
    serde_json_canonicalizer::to_string(value).map_err(|error| LedgerError::Entry(error.to_string()))
}

/// A data key by its id: made at need, kept wrapped, gone once destroyed.
async fn data_key(ledger: &Ledger, id: &str) -> Result<Option<[u8; 32]>, LedgerError> {
    const READ: &str = "select wrapped from ledger_keys where id = $1";
    const MAKE: &str = "insert into ledger_keys (id, wrapped) values ($1, $2) on conflict (id) do nothing";
    let sealing = |_| LedgerError::Entry("a key could not be wrapped".into());
    for _ in 0..2 {
        let found: Option<Option<String>> =
            on!(&ledger.store, pool => sqlx::query_scalar(READ).bind(id).fetch_optional(pool).await?);
        match found {
            Some(Some(wrapped)) => {
                let key =
                    ledger.keys.open_text("ledger key", id, &wrapped).and_then(|text| super::tree::from_hex(&text));
                return Ok(key);
            }
            Some(None) => return Ok(None),
            None => {
                let key: [u8; 32] = rand::random();
                let wrapped = ledger.keys.seal_text("ledger key", id, &hex(&key)).map_err(sealing)?;
                on!(&ledger.store, pool => sqlx::query(MAKE).bind(id).bind(wrapped).execute(pool).await?.rows_affected());
            }
        }
    }
    Err(LedgerError::Entry("a key could not be kept".into()))
}

#[derive(Deserialize)]
struct IntentLeaf {
    sealed: String,
    key: String,
    mark: Mark,
}

impl Ledger {
    async fn append(&self, draft: Draft) -> Result<Appended, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.appends.send(Append { draft, reply }).await.map_err(|_| LedgerError::Stopped)?;
        answer.await.map_err(|_| LedgerError::Stopped)?
    }

    /// The key that seals what concerns one subject. A new one each 90 days, so that old ones can be destroyed.
    fn key_id(&self, subject: &str, at: Instant) -> String {
        format!("{subject}:{}", at.0.div_euclid(90 * crate::clock::DAY))
    }

    pub(super) async fn seal(&self, key: &str, value: &Value) -> Result<String, LedgerError> {
        let data_key = data_key(self, key)
            .await?
            .ok_or_else(|| LedgerError::Entry("the key for this subject has been destroyed".into()))?;
        seal::seal(&data_key, key, &value.to_string()).map_err(|error| LedgerError::Entry(error.to_string()))
    }

    pub(super) async fn unseal(&self, key: &str, sealed: &str) -> Result<Option<Value>, LedgerError> {
        let Some(data_key) = data_key(self, key).await? else { return Ok(None) };
        Ok(seal::open(&data_key, key, sealed).and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Destroys the clear text of what was recorded about a subject in one quarter; the tree stays whole.
    ///
    /// # Errors
    /// The store's.
    pub async fn destroy_key(&self, key: &str) -> Result<(), LedgerError> {
        const SQL: &str = "update ledger_keys set wrapped = null where id = $1";
        on!(&self.store, pool => sqlx::query(SQL).bind(key).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Stores the intent. A deed that changes something locks its subject until it is closed.
    ///
    /// # Errors
    /// [`NotOpened::Busy`] if another deed holds the subject; [`NotOpened::Unwritable`] if the ledger cannot be written:
    /// then nothing may happen.
    pub async fn open<D: Act>(
        &self,
        permit: Permit,
        deed: D,
        why: &str,
        acting: Acting,
        mark: Mark,
    ) -> Result<Warrant<D>, NotOpened> {
        let at = self.clock.now();
        let actor = permit.actor().clone();
        let subject = subject_hash(&self.keys, &deed.subject());
        let key = self.key_id(&subject, at);
        let document = serde_json::to_value(deed.clone().into_deed())
            .map_err(|error| NotOpened::Unwritable(LedgerError::Entry(error.to_string())))?;
        let sealed = self.seal(&key, &json!({ "deed": document, "why": why })).await?;
        let instance = deed.instance().map(InstanceName::to_string);
        let leaf = json!({
            "v": 1,
            "kind": "intent",
            "at": at.0.to_string(),
            "operator": actor.operator,
            "role": actor.role,
            "session": actor.session,
            "permission": permit.permission(),
            "instance": instance,
            "deed": D::KIND,
            "subject": subject,
            "facts": deed.facts(),
            "acting": acting,
            "mark": { "log": mark.log, "strike": mark.strike },
            "key": key,
            "sealed": sealed,
        });
        // A read locks nothing, but is open until it is closed: it stands under a key nobody else has.
        let lock = if D::CHANGES { subject.clone() } else { format!("read:{}", ulid::Ulid::generate()) };
        let draft = Draft {
            leaf,
            at,
            kind: "intent",
            deed: D::KIND.into(),
            operator: Some(actor.operator.0.clone()),
            instance,
            subject: Some(subject),
            outcome: None,
            beside: Beside::Open { key: lock, lease: self.process.to_string() },
        };
        match self.append(draft).await? {
            Appended::At(index) => Ok(Warrant { deed, index, mark, actor }),
            Appended::Busy { since, intent } => {
                let by = self.entry_operator(intent).await.map_err(NotOpened::Unwritable)?;
                Err(NotOpened::Busy { since, by })
            }
        }
    }

    async fn entry_operator(&self, index: i64) -> Result<Option<OperatorId>, LedgerError> {
        const SQL: &str = "select operator from ledger_entries where idx = $1";
        let found: Option<Option<String>> =
            on!(&self.store, pool => sqlx::query_scalar(SQL).bind(index).fetch_optional(pool).await?);
        Ok(found.flatten().map(OperatorId))
    }

    /// Closes a deed: its outcome is a leaf of its own, and its subject is free again.
    ///
    /// # Errors
    /// The ledger's. The deed has happened all the same; it stays open and is closed later by reading.
    pub async fn close<D: Act>(&self, answered: &Answered<D>, verdict: &Verdict) -> Result<(), LedgerError> {
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
        let key = self.key_id(subject, at);
        let sealed = self.seal(&key, seen).await?;
        let leaf = json!({
            "v": 1,
            "kind": "outcome",
            "at": at.0.to_string(),
            "intent": intent,
            "deed": kind,
            "instance": instance,
            "subject": subject,
            "outcome": verdict.outcome,
            "facts": verdict.facts,
            "key": key,
            "sealed": sealed,
        });
        let draft = Draft {
            leaf,
            at,
            kind: "outcome",
            deed: kind.to_owned(),
            operator: None,
            instance,
            subject: Some(subject.to_owned()),
            outcome: Some(verdict.outcome.name()),
            beside: Beside::Close { intent },
        };
        self.append(draft).await.map(|_| ())
    }

    /// Records something that has no outcome. Failed sign-ins of one account or address range become one entry in ten
    /// minutes: strangers must not be able to grow the tree without bound.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn fact(&self, fact: Fact) -> Result<(), LedgerError> {
        let at = self.clock.now();
        let subject = match &fact {
            Fact::SignInFailed { operator, address } => {
                let about = operator.as_ref().map_or(address.as_str(), |id| id.0.as_str());
                Some(self.keys.hash("failed sign-in", about.as_bytes()))
            }
            _ => None,
        };
        if let Some(subject) = &subject {
            const SQL: &str = "select max(at) from ledger_entries where subject = $1 and deed = 'sign_in_failed'";
            let last: Option<i64> =
                on!(&self.store, pool => sqlx::query_scalar(SQL).bind(subject).fetch_one(pool).await?);
            if last.is_some_and(|last| at.since(Instant(last)) < FAILED_SIGN_INS) {
                return Ok(());
            }
        }
        let operator = fact.operator().map(|id| id.0.clone());
        let leaf = json!({
            "v": 1,
            "kind": "fact",
            "at": at.0.to_string(),
            "operator": operator,
            "deed": fact.kind(),
            "subject": subject,
            "facts": fact.facts(),
        });
        let draft = Draft {
            leaf,
            at,
            kind: "fact",
            deed: fact.kind().to_owned(),
            operator,
            instance: None,
            subject,
            outcome: None,
            beside: Beside::Nothing,
        };
        self.append(draft).await.map(|_| ())
    }

    /// Keeps the leases of this process's open deeds running.
    ///
    /// # Errors
    /// The store's.
    pub async fn renew_leases(&self) -> Result<(), LedgerError> {
        const SQL: &str = "update open_deeds set lease_until = $2 where lease = $1";
        let until = self.clock.now().plus(LEASE).0;
        on!(&self.store, pool => sqlx::query(SQL).bind(&*self.process).bind(until).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// On SQLite the lock of the one server proves every former holder dead: their leases end now.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_former_leases(&self) -> Result<(), LedgerError> {
        if matches!(self.store, Store::Sqlite(_)) {
            const SQL: &str = "update open_deeds set lease_until = $2 where lease <> $1";
            let now = self.clock.now().0;
            on!(&self.store, pool => sqlx::query(SQL).bind(&*self.process).bind(now).execute(pool).await?.rows_affected());
        }
        Ok(())
    }

    /// Claims the deeds whose lease has run out: each goes to one process only.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim_expired(&self) -> Result<Vec<OpenDeed>, LedgerError> {
        const CLAIM: &str = "update open_deeds set lease = $1, lease_until = $2 where lease_until <= $3 \
            returning intent, opened_at";
        let now = self.clock.now();
        let claimed: Vec<(i64, i64)> = on!(&self.store, pool => sqlx::query_as(CLAIM)
            .bind(&*self.process).bind(now.plus(LEASE).0).bind(now.0).fetch_all(pool).await?);
        let mut deeds = Vec::new();
        for (index, opened_at) in claimed {
            const LEAF: &str = "select leaf, subject, deed, instance from ledger_entries where idx = $1";
            let (leaf, subject, kind, instance): (String, Option<String>, String, Option<String>) =
                on!(&self.store, pool => sqlx::query_as(LEAF).bind(index).fetch_one(pool).await?);
            let leaf: IntentLeaf =
                serde_json::from_str(&leaf).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))?;
            let deed = self
                .unseal(&leaf.key, &leaf.sealed)
                .await?
                .and_then(|value| serde_json::from_value(value["deed"].clone()).ok());
            deeds.push(OpenDeed {
                index,
                opened_at: Instant(opened_at),
                mark: leaf.mark,
                deed,
                subject,
                key: kind,
                instance,
            });
        }
        Ok(deeds)
    }

    /// Closes a claimed deed by what was read.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn close_swept(&self, open: &OpenDeed, verdict: &Verdict) -> Result<(), LedgerError> {
        let subject = open.subject.clone().unwrap_or_default();
        let seen = json!({ "steps": [], "seen": verdict.seen, "closed by reading": true });
        self.append_outcome(open.index, &open.key, &subject, open.instance.clone(), verdict, &seen).await
    }

    /// The actor that a command or a job records itself as.
    pub fn command_actor(name: &str) -> Actor {
        Actor {
            operator: OperatorId(name.to_owned()),
            name: name.to_owned(),
            role: Role::Owner,
            instance: None,
            session: "command".to_owned(),
        }
    }
}

impl Verdict {
    /// A deed that was overtaken: nothing was sent.
    pub fn stale(seen: Value) -> Self {
        Self { outcome: Outcome::Stale, facts: json!({}), seen }
    }
}
