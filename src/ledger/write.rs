//! Opening, closing, and the one task that appends: groups of leaves in one transaction.

use super::{
    Acting, Answered, Deed, Fact, Ledger, Mark, Outcome, Subject, Verdict, Warrant, deed,
    entry::subject_hash,
    head::{self, Checked, Found, NAME, ORIGINS, Origin, OriginRow, THERE},
    keys::Opened,
    tree::{Frontier, Hash, leaf_hash},
};
use crate::{
    access::{Actor, Object, Permission, Permit, Role},
    clock::{LARGEST_SKEW, MINUTE, SECOND, Timestamp},
    id::{InstanceName, OperatorId},
    seal::{Keys, hex},
    store::{
        Driver, Store,
        foreign::{ON_POSTGRES, ON_SQLITE, Running},
        on,
        rights::{CHANGE, CHANGES, ChangeRow, Changes, FOUND_DONE, SealedHead, changes_rights},
    },
    telemetry,
    text::Why,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// A deed whose lease has run out is closed by reading, by whoever claims it.
pub const DEED_LEASE: i64 = 30 * SECOND;
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
    #[error("the permit ({0}) is not one for this deed and instance")]
    Permit(&'static str),
    #[error("the deed with entry {0} was closed already")]
    AlreadyClosed(i64),
    #[error("the task that writes the ledger has stopped")]
    Stopped,
    #[error("the console is being stopped")]
    Ending,
    /// Until an owner has decided at the server.
    #[error("the record contradicts itself: {0}")]
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
    #[error("another deed about it is under way since {}", .since.0)]
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
    subject: String,
    kind: String,
    instance: Option<String>,
}

/// A leaf before it knows its index, and what happens beside the tree with it.
pub(super) struct LeafDraft {
    /// Without index and instant, which it gets where it is appended.
    leaf: Value,
    at: Timestamp,
    kind: &'static str,
    deed: String,
    operator: Option<String>,
    instance: Option<String>,
    subject: Option<String>,
    outcome: Option<&'static str>,
    beside: Beside,
    /// It is written down also where the record contradicts itself: what happens must be recorded more than ever.
    regardless: bool,
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
    /// Not, if the newest leaf about this subject is younger than so many milliseconds.
    Seldom {
        subject: String,
        within: i64,
    },
    /// Not, if the newest leaf of its kind about this subject says the same of the same time.
    Once {
        subject: String,
    },
}

pub(super) struct Append {
    draft: LeafDraft,
    reply: oneshot::Sender<Result<Appended, LedgerError>>,
}

#[derive(Debug)]
enum Appended {
    At(i64),
    Busy {
        since: Timestamp,
        intent: i64,
    },
    /// The same is recorded already.
    Recorded,
}

/// What the task that appends needs.
pub(super) struct Writer {
    pub store: Store,
    /// The console's public host.
    pub host: std::sync::Arc<str>,
    pub keys: Keys,
    pub found: Found,
    pub last: Last,
}

/// What this process wrote last: the id of the store, size and root. A store that was put back to before it is not gone on
/// with, also where no checkpoint tells.
#[derive(Default)]
pub(super) struct Last(Mutex<Option<(i64, u64, Hash)>>);

impl Last {
    fn lock(&self) -> MutexGuard<'_, Option<(i64, u64, Hash)>> {
        // What it holds is whole after every panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is wrong with a head that was read; after an owner has decided, the store has another id.
    fn contradicts(&self, origin: &Origin, tree: &Frontier) -> Option<String> {
        let (number, size, root) = (*self.lock())?;
        let back = tree.size() < size || (tree.size() == size && tree.root() != root);
        (number == origin.number && back).then(|| {
            format!("this process wrote {size} entries, and the {} that are there do not go on from them", tree.size())
        })
    }

    fn keep(&self, origin: &Origin, tree: &Frontier) {
        *self.lock() = Some((origin.number, tree.size(), tree.root()));
    }
}

/// Drains the queue of appends, as many at once as there are, each group in one transaction.
pub(super) async fn drain(writer: Writer, mut queue: mpsc::Receiver<Append>) {
    let mut group = Vec::new();
    while queue.recv_many(&mut group, 256).await > 0 {
        let (drafts, replies): (Vec<_>, Vec<_>) = group.drain(..).map(|append| (append.draft, append.reply)).unzip();
        let results = match append_group(&writer, &drafts).await {
            Ok(results) => results,
            // One leaf that cannot be written must not take the others with it.
            Err(error) if drafts.len() > 1 && error.is_about_a_leaf() => {
                let mut results = Vec::with_capacity(drafts.len());
                for draft in &drafts {
                    results.push(append_group(&writer, std::slice::from_ref(draft)).await.and_then(only));
                }
                results
            }
            Err(error) => {
                tracing::error!(%error, leaves = drafts.len(), "ledger.append");
                let text = error.to_string();
                drafts.iter().map(|_| Err(LedgerError::Unwritten(text.clone()))).collect()
            }
        };
        for (reply, result) in replies.into_iter().zip(results) {
            // Nobody waits any more where the other end is gone: the leaf stands, and an intent is left to the sweep.
            let _ = reply.send(result);
        }
    }
}

fn only(mut results: Vec<Result<Appended, LedgerError>>) -> Result<Appended, LedgerError> {
    results.pop().unwrap_or(Err(LedgerError::Stopped))
}

impl LedgerError {
    /// Whether a leaf is to blame, not the database.
    fn is_about_a_leaf(&self) -> bool {
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

/// On PostgreSQL a `create trigger`, a rule, a policy or a new column on them waits from here to the end of the transaction, so
/// that what was looked for is not made afterwards. On SQLite whoever writes is alone.
const LOCK_TABLES: &str =
    "lock table ledger_entries, ledger_head, ledger_origins, open_deeds, rights_changes in row exclusive mode";
const LOCK_HEAD: &str =
    "update ledger_head set size = size where id = 1 returning size, root, frontier, origin, rights, mac";
pub(super) const MOVE_HEAD: &str =
    "update ledger_head set size = $1, root = $2, frontier = $3, origin = $4, rights = $5, mac = $6 where id = 1";
const INSERT: &str = "insert into ledger_entries \
    (idx, leaf, hash, at, kind, deed, operator, instance, subject, intent, outcome) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const OPEN: &str = "insert into open_deeds (subject, intent, lease, lease_until, opened_at) values ($1, $2, $3, $4, $5) \
    on conflict (subject) do nothing returning intent";
const WHO_IS_OPEN: &str = "select intent, opened_at from open_deeds where subject = $1";
const IS_CLOSED: &str = "select leaf from ledger_entries where intent = $1";
const INTENT: &str = "select leaf from ledger_entries where idx = $1";
const NEWEST_ABOUT: &str = "select leaf from ledger_entries where subject = $1 order by idx desc limit 1";
const NEWEST_OF_ITS_KIND: &str =
    "select leaf from ledger_entries where subject = $1 and deed = $2 order by idx desc limit 1";
const CLOSE: &str = "delete from open_deeds where intent = $1";

macro_rules! group {
    ($tx:ident, $writer:ident, $drafts:ident, $running:ident) => {{
        let running: Vec<Running> = sqlx::query_as($running).fetch_all(&mut *$tx).await?;
        let foreign = $writer.store.driver.foreign(&running);
        $writer.found.lock().foreign = foreign.clone();
        let head: Option<SealedHead> = sqlx::query_as(LOCK_HEAD).fetch_optional(&mut *$tx).await?;
        let rows: Vec<OriginRow> = sqlx::query_as(ORIGINS).fetch_all(&mut *$tx).await?;
        let there: i64 = sqlx::query_scalar(THERE).fetch_one(&mut *$tx).await?;
        // Where the head does not hold, what must be recorded is written behind the last entry, and the head left as it is
        // for whoever decides about it.
        let mut tree = match head::check(&$writer.keys, head.as_ref(), &rows, there) {
            Ok(Checked { tree, mut origins, rights }) => {
                let origin = match origins.pop() {
                    Some(origin) => origin,
                    // The first entry of a new store: from now on it has an id.
                    None => {
                        let store = Origin::another(&$writer.host);
                        let first = Origin { number: 1, store, since: 0, held: 0 };
                        sqlx::query(NAME)
                            .bind(first.number)
                            .bind(&first.store)
                            .bind(first.since)
                            .bind(first.held)
                            .bind(first.mac(&$writer.keys))
                            .execute(&mut *$tx)
                            .await?;
                        first
                    }
                };
                match $writer.last.contradicts(&origin, &tree) {
                    None => Ok((tree, origin, rights)),
                    Some(what) => {
                        $writer.found.contradict(origin.number, &what);
                        Err(what)
                    }
                }
            }
            Err(what) => {
                $writer.found.contradict(rows.last().map_or(0, |row| row.0), &what);
                Err(what)
            }
        };
        if let Some(what) = foreign {
            tree = Err(what);
        }
        // What it has of changes to rights is read where a leaf is among these that makes one.
        let mut changes = None;
        if let Ok((.., rights)) = &tree
            && $drafts.iter().any(|draft| Changes::default().take(&draft.leaf, 0).is_some())
        {
            let rows: Vec<ChangeRow> = sqlx::query_as(CHANGES).fetch_all(&mut *$tx).await?;
            let read = Changes::of_rows(rows);
            if read.agrees(&$writer.keys, rights) {
                changes = Some(read);
            } else {
                let what = "the changes to rights that are written down are not those that the head has".to_owned();
                $writer.found.contradict(head.as_ref().map_or(0, |head| head.origin), &what);
                tree = Err(what);
            }
        }
        let mut next = there;
        let mut results = Vec::with_capacity($drafts.len());
        for draft in $drafts {
            if let Err(what) = &tree
                && !draft.regardless
            {
                results.push(Err(LedgerError::Contradicted(what.clone())));
                continue;
            }
            let index = next;
            let mut intent = None;
            let mut at = draft.at;
            match &draft.beside {
                Beside::Nothing => {}
                Beside::Open { key, lease } => {
                    let opened: Option<i64> = sqlx::query_scalar(OPEN)
                        .bind(key)
                        .bind(index)
                        .bind(lease)
                        .bind(draft.at.plus(DEED_LEASE).0)
                        .bind(draft.at.0)
                        .fetch_optional(&mut *$tx)
                        .await?;
                    if opened.is_none() {
                        let (intent, since): (i64, i64) =
                            sqlx::query_as(WHO_IS_OPEN).bind(key).fetch_one(&mut *$tx).await?;
                        results.push(Ok(Appended::Busy { since: Timestamp(since), intent }));
                        continue;
                    }
                }
                Beside::Close { intent: of } => {
                    let closed: Option<String> =
                        sqlx::query_scalar(IS_CLOSED).bind(*of).fetch_optional(&mut *$tx).await?;
                    if let Some(closed) = closed {
                        // Columns that say so beside a leaf that does not would keep an outcome from ever being written.
                        let says = serde_json::from_str::<Value>(&closed).is_ok_and(|leaf| leaf["intent"] == *of);
                        results.push(Err(if says {
                            LedgerError::AlreadyClosed(*of)
                        } else {
                            let what = format!("an entry is put down as the outcome of entry {of}, and is none");
                            $writer.found.contradict(head.as_ref().map_or(0, |head| head.origin), &what);
                            LedgerError::Contradicted(what)
                        }));
                        continue;
                    }
                    let opened: Option<String> =
                        sqlx::query_scalar(INTENT).bind(*of).fetch_optional(&mut *$tx).await?;
                    let opened = opened.and_then(|leaf| serde_json::from_str::<Value>(&leaf).ok());
                    let opened = opened.filter(|leaf| leaf["kind"] == "intent" && leaf["deed"] == *draft.deed);
                    let Some(opened_at) = opened.and_then(|leaf| written_at(&leaf)) else {
                        results.push(Err(LedgerError::Entry(format!("entry {of} is no intent of this kind"))));
                        continue;
                    };
                    // A clock that was set back, or another machine's, must not put an outcome before its intent.
                    at = at.max(opened_at);
                    sqlx::query(CLOSE).bind(*of).execute(&mut *$tx).await?;
                    intent = Some(*of);
                }
                Beside::Seldom { subject, within } => {
                    let newest: Option<String> =
                        sqlx::query_scalar(NEWEST_ABOUT).bind(subject).fetch_optional(&mut *$tx).await?;
                    let newest = newest.and_then(|leaf| written_at(&serde_json::from_str(&leaf).ok()?));
                    if newest.is_some_and(|newest| (0..*within).contains(&draft.at.since(newest))) {
                        results.push(Ok(Appended::Recorded));
                        continue;
                    }
                }
                Beside::Once { subject } => {
                    let newest: Option<String> = sqlx::query_scalar(NEWEST_OF_ITS_KIND)
                        .bind(subject)
                        .bind(&draft.deed)
                        .fetch_optional(&mut *$tx)
                        .await?;
                    if newest.is_some_and(|newest| says_the_same(&newest, &draft.leaf)) {
                        results.push(Ok(Appended::Recorded));
                        continue;
                    }
                }
            }
            let mut leaf = draft.leaf.clone();
            leaf["index"] = json!(index);
            leaf["at"] = json!(at.0.to_string());
            let text = canonical(&leaf)?;
            if text.len() > LARGEST_LEAF {
                return Err(LedgerError::TooLarge(text.len()));
            }
            let hash = leaf_hash(text.as_bytes());
            sqlx::query(INSERT)
                .bind(index)
                .bind(&text)
                .bind(hex(&hash))
                .bind(at.0)
                .bind(draft.kind)
                .bind(&draft.deed)
                .bind(&draft.operator)
                .bind(&draft.instance)
                .bind(&draft.subject)
                .bind(intent)
                .bind(draft.outcome)
                .execute(&mut *$tx)
                .await?;
            if let Ok((tree, ..)) = &mut tree {
                tree.push(hash);
            }
            if let Some((subject, deed, instance, entry)) =
                changes.as_mut().and_then(|changes| changes.take(&leaf, index))
            {
                sqlx::query(CHANGE)
                    .bind(subject)
                    .bind(deed)
                    .bind(instance)
                    .bind(entry)
                    .execute(&mut *$tx)
                    .await?;
            }
            next += 1;
            results.push(Ok(Appended::At(index)));
        }
        if let Ok((tree, origin, rights)) = &tree {
            let rights = changes.map_or_else(|| rights.clone(), |changes| changes.hash(&$writer.keys));
            let head = origin.head(&$writer.keys, tree, rights);
            sqlx::query(MOVE_HEAD)
                .bind(head.size)
                .bind(&head.root)
                .bind(&head.frontier)
                .bind(head.origin)
                .bind(&head.rights)
                .bind(&head.mac)
                .execute(&mut *$tx)
                .await?;
        }
        $tx.commit().await?;
        if let Ok((tree, origin, _)) = &tree {
            $writer.last.keep(origin, tree);
        }
        Ok(results)
    }};
}

/// When a leaf was written, as it says itself: the column beside it is anybody's who can write the store.
fn written_at(leaf: &Value) -> Option<Timestamp> {
    leaf["at"].as_str().and_then(|at| at.parse().ok()).or_else(|| leaf["at"].as_i64()).map(Timestamp)
}

/// Whether a leaf says of the same stretch of time, from the same beginning, what a new one is about to say.
fn says_the_same(leaf: &str, new: &Value) -> bool {
    serde_json::from_str::<Value>(leaf)
        .is_ok_and(|leaf| ["from", "now"].into_iter().all(|key| leaf["facts"][key] == new["facts"][key]))
}

async fn append_group(
    writer: &Writer,
    drafts: &[LeafDraft],
) -> Result<Vec<Result<Appended, LedgerError>>, LedgerError> {
    match &writer.store.driver {
        Driver::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            group!(tx, writer, drafts, ON_SQLITE)
        }
        Driver::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            sqlx::query(LOCK_TABLES).execute(&mut *tx).await?;
            group!(tx, writer, drafts, ON_POSTGRES)
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
        Subject::Record | Subject::Words(_) => *object == Object::Console,
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
            Ok(Appended::Recorded) => "recorded before",
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
        let regardless = deed.in_doubt_too();
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
        let leaf = json!({
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
        // A read locks nothing, but is open until it is closed: it stands under a key nobody else has.
        let lock = if D::CHANGES { subject.clone() } else { format!("read:{}", crate::id::fresh()) };
        let draft = LeafDraft {
            leaf,
            at,
            kind: "intent",
            deed: D::KIND.into(),
            operator: Some(actor.operator.0.clone()),
            instance,
            subject: Some(subject),
            outcome: None,
            beside: Beside::Open { key: lock, lease: self.process.to_string() },
            regardless,
        };
        match self.append(draft).await? {
            Appended::At(index) => {
                Ok(Warrant { deed, index, mark, actor, acting, _held: self.at_work.hold(index, counted) })
            }
            Appended::Recorded => Err(NotOpened::Unwritable(LedgerError::Stopped)),
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
        let leaf = json!({
            "v": 1,
            "kind": "outcome",
            "intent": intent,
            "deed": kind,
            "instance": instance,
            "subject": subject,
            "outcome": verdict.outcome,
            "facts": verdict.facts,
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
            Fact::Denied { operator, permission, .. } => {
                Some(self.keys.hash("refusal", format!("{} {}", operator.0, permission.name()).as_bytes()))
            }
            Fact::CodeFailed { operator, .. } => Some(self.keys.hash("failed code", operator.0.as_bytes())),
            Fact::ChangedOutside(change) => Some(subject_hash(&self.keys, &change.subject)),
            Fact::RecordAccepted { .. } => Some(subject_hash(&self.keys, &Subject::Record)),
            Fact::Batch { id, .. } => Some(id.clone()),
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
        self.append(draft).await.map(|_| ())
    }

    /// Claims the deeds whose lease has run out: each goes to one process only. Who cannot close one yet lets the claim run
    /// out and gets it again.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim_expired(&self) -> Result<Vec<OpenDeed>, LedgerError> {
        const ON_SQLITE: &str = "update open_deeds set lease = $1, lease_until = $2 where lease_until <= $3 or lease_until > $4 \
            returning intent, opened_at";
        // One that is being written for at this moment is left to whoever writes: it may stand still for long.
        const ON_POSTGRES: &str = "update open_deeds set lease = $1, lease_until = $2 where intent in \
            (select intent from open_deeds where lease_until <= $3 or lease_until > $4 \
            for update skip locked) returning intent, opened_at";
        let now = self.clock.now();
        let sql = match self.store.driver {
            Driver::Sqlite(_) => ON_SQLITE,
            Driver::Postgres(_) => ON_POSTGRES,
        };
        let claimed: Vec<(i64, i64)> = on!(&self.store, pool => sqlx::query_as(sql)
            .bind(&*self.process).bind(now.plus(DEED_LEASE).0).bind(now.0)
            // Further ahead than any lease: the clock has been set back since.
            .bind(now.plus(DEED_LEASE + LARGEST_SKEW).0).fetch_all(pool).await?);
        let mut deeds = Vec::new();
        for (index, opened_at) in claimed {
            // Its lease was only renewed late: the one at work on it goes on.
            if self.at_work.has(index) {
                continue;
            }
            match self.open_deed(index, Timestamp(opened_at)).await {
                Ok(deed) => deeds.push(deed),
                // One damaged entry must not keep the others from being closed.
                Err(error) => tracing::error!(%error, index, "ledger.claim"),
            }
        }
        Ok(deeds)
    }

    async fn open_deed(&self, index: i64, opened_at: Timestamp) -> Result<OpenDeed, LedgerError> {
        let damaged = |what: &str| LedgerError::Entry(format!("entry {index}: {what}"));
        // What closes it is signed in the console's name: it must be the deed that was begun.
        let leaf = self.proved(index).await?;
        self.no_outcome_after(index).await?;
        let leaf: IntentLeaf = serde_json::from_value(leaf).map_err(|error| damaged(&error.to_string()))?;
        let (subject, kind, instance) = (leaf.subject, leaf.deed, leaf.instance);
        let mark = leaf.mark.read().ok_or_else(|| damaged("its mark is no number"))?;
        let deed = match self.unseal(&leaf.key, &leaf.sealed).await? {
            Opened::Text(mut document) => Some(document["deed"].take()),
            Opened::Destroyed => None,
            Opened::Damaged => return Err(damaged("its sealed part does not open")),
        };
        Ok(OpenDeed { index, opened_at, mark, acting: leaf.acting, deed, subject, kind, instance })
    }

    /// Looks at the leaves themselves: columns beside them may be changed to make a deed look open that has its outcome.
    async fn no_outcome_after(&self, intent: i64) -> Result<(), LedgerError> {
        const LIKE: &str = "select idx, leaf from ledger_entries where idx > $1 and leaf like $2";
        // In the canonical form names are in order, and “kind” follows.
        let like = format!("%\"intent\":{intent},%");
        let found: Vec<(i64, String)> =
            on!(&self.store, pool => sqlx::query_as(LIKE).bind(intent).bind(like).fetch_all(pool).await?);
        let outcome = found.iter().find(|(_, leaf)| {
            serde_json::from_str::<Value>(leaf).is_ok_and(|leaf| leaf["kind"] == "outcome" && leaf["intent"] == intent)
        });
        let Some((outcome, _)) = outcome else { return Ok(()) };
        let what = format!("entry {outcome} is the outcome of entry {intent}, which is put down as open");
        let number = self.newest_number().await?;
        self.found.contradict(number, &what);
        Err(LedgerError::Contradicted(what))
    }

    /// Lets a claimed deed go that cannot be closed yet, so that it is looked at again soon.
    ///
    /// # Errors
    /// The store's.
    pub async fn leave(&self, open: &OpenDeed) -> Result<(), LedgerError> {
        const SQL: &str = "update open_deeds set lease_until = $3 where intent = $1 and lease = $2";
        let soon = self.clock.now().plus(LOOK_AGAIN).0;
        on!(&self.store, pool => sqlx::query(SQL).bind(open.index).bind(&*self.process).bind(soon).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Closes a claimed deed by what was read.
    ///
    /// # Errors
    /// The ledger's.
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
        }
    }
}

impl Verdict {
    /// A deed that was overtaken: nothing was sent.
    pub fn stale(seen: Value) -> Self {
        Self { outcome: Outcome::Stale, facts: json!({}), seen }
    }
}
