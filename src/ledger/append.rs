//! The one task that appends: groups of leaves, each group in one transaction.

use super::{
    Later, LedgerError, NOT_SEEN, Outcome,
    entry::HAPPENED_LATER,
    head::{self, Checked, Found, ORIGINS, Odd, Origin, OriginRow, THERE},
    told,
    tree::{Frontier, Hash, leaf_hash},
    write::{DEED_LEASE, LARGEST_LEAF, canonical},
};
use crate::{
    clock::{Clock, MINUTE, Timestamp},
    seal::{Keys, hex},
    store::{
        Found as Read, Store,
        foreign::{APART, BACK, Running, STANDS_ON_POSTGRES},
        held,
        rights::{CHANGE, CHANGES, ChangeRow, Changes, SealedHead},
        transaction::{Transaction, within},
    },
};
use serde_json::{Value, json};
use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{mpsc, oneshot};

/// A leaf before it knows its index, and what happens beside the tree with it.
#[derive(Clone)]
pub(super) struct LeafDraft {
    /// Without index and instant, which it gets where it is appended.
    pub leaf: Value,
    pub at: Timestamp,
    pub kind: &'static str,
    pub deed: String,
    pub operator: Option<String>,
    pub instance: Option<String>,
    pub subject: Option<String>,
    pub outcome: Option<&'static str>,
    pub beside: Beside,
    /// It is written down also where the record contradicts itself: what happens must be recorded more than ever.
    pub regardless: bool,
}

#[derive(Clone)]
pub(super) enum Beside {
    Nothing,
    /// Opens a deed under this key, for this lease holder. `over` is the entry in whose name the key was held and that is no open
    /// action, as was proved since.
    Open {
        key: String,
        lease: String,
        over: Option<i64>,
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

impl LeafDraft {
    /// Whether a leaf says already what this one is about to say. The columns that found it are anybody's: what it says itself has to
    /// be about the same.
    pub fn is_said_by(&self, leaf: &Value) -> bool {
        match &self.beside {
            Beside::Seldom { subject, within } => {
                leaf["subject"] == **subject
                    && leaf["deed"] == *self.deed
                    && written_at(leaf).is_some_and(|newest| (0..*within).contains(&self.at.since(newest)))
            }
            Beside::Once { .. } => says_the_same(leaf, &self.leaf),
            Beside::Nothing | Beside::Open { .. } | Beside::Close { .. } => false,
        }
    }
}

pub(super) struct Append {
    pub draft: LeafDraft,
    pub reply: oneshot::Sender<Result<Appended, LedgerError>>,
}

#[derive(Debug)]
pub(super) enum Appended {
    At(i64),
    Busy {
        since: Timestamp,
        intent: i64,
    },
    /// The same is recorded already, as the leaf of this entry says now.
    Recorded(i64),
}

/// What the task that appends needs.
pub(super) struct Writer {
    pub store: Store,
    /// The console's public host.
    pub host: Arc<str>,
    pub keys: Keys,
    pub found: Found,
    pub last: Arc<Last>,
    pub clock: Clock,
    /// What the others know this process by.
    pub process: Arc<str>,
}

/// What this process wrote or saw last: the id of the store, size and root. A store that was put back to before it is not gone on
/// with, also where no checkpoint tells.
#[derive(Debug, Default)]
pub(super) struct Last(Mutex<Option<Wrote>>);

/// The number of the store's id, and size and root of the tree.
pub(super) type Wrote = (i64, u64, Hash);

impl Last {
    fn lock(&self) -> MutexGuard<'_, Option<Wrote>> {
        // What it holds is whole after every panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It, as of now.
    pub fn wrote(&self) -> Option<Wrote> {
        *self.lock()
    }

    /// What is wrong with a head that was read after this was written; after an owner has decided, the store has another id.
    pub fn contradicts(wrote: Option<Wrote>, origin: &Origin, tree: &Frontier) -> Option<String> {
        let (number, size, root) = wrote?;
        let back = tree.size() < size || (tree.size() == size && tree.root() != root);
        (number == origin.number && back).then(|| {
            format!(
                "this process has seen {size} entries, and the {} that are there do not go on from them",
                tree.size()
            )
        })
    }

    fn keep(&self, origin: &Origin, tree: &Frontier) {
        *self.lock() = Some((origin.number, tree.size(), tree.root()));
    }

    /// What a look found that nothing contradicts, where it is more than was known.
    pub fn saw(&self, origin: &Origin, tree: &Frontier) {
        let mut last = self.lock();
        if last.is_none_or(|(number, size, _)| (number, size) < (origin.number, tree.size())) {
            *last = Some((origin.number, tree.size(), tree.root()));
        }
    }
}

/// Drains the queue of appends, as many at once as there are, each group in one transaction; and tells the other processes what was
/// found here meanwhile.
pub(super) async fn drain(writer: Writer, mut queue: mpsc::Receiver<Append>) {
    let mut group = Vec::new();
    loop {
        tokio::select! {
            received = queue.recv_many(&mut group, 256) => {
                if received == 0 {
                    break;
                }
            }
            () = writer.found.to_be_told() => {
                writer.tell().await;
                continue;
            }
        }
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
                if let LedgerError::Store(error) = &error {
                    held::note(error);
                }
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

/// On PostgreSQL a `create trigger`, a rule, a policy or a new column on them waits from here to the end of the transaction, so
/// that what was looked for is not made afterwards. On SQLite whoever writes is alone.
const LOCK_TABLES: &str =
    "lock table ledger_entries, ledger_head, ledger_origins, open_deeds, rights_changes in row exclusive mode";
const LOCK_HEAD: &str =
    "update ledger_head set size = size where id = 1 returning size, root, frontier, origin, rights, mac";
const INSERT: &str = "insert into ledger_entries \
    (idx, leaf, hash, at, kind, deed, operator, instance, subject, intent, outcome) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const OPEN: &str = "insert into open_deeds (subject, intent, lease, lease_until, opened_at) values ($1, $2, $3, $4, $5) \
    on conflict do nothing returning intent";
/// A row that names an entry which is not there yet, or none at all, is nobody's.
const OF_NO_ENTRY: &str = "delete from open_deeds where intent >= $1";
/// What SQLite finds in a column is not always a number.
const TAKE_PLACE: &str = "update open_deeds set intent = $2, lease = $3, lease_until = $4, opened_at = $5 \
    where subject = $1 and cast(intent as bigint) = $6";
const WHO_IS_OPEN: &str = "select cast(intent as bigint), cast(opened_at as bigint) from open_deeds where subject = $1";
const IS_CLOSED: &str = "select leaf from ledger_entries where intent = $1";
const INTENT: &str = "select leaf from ledger_entries where idx = $1";
const NEWEST_OF_ITS_KIND: &str =
    "select cast(idx as bigint), leaf from ledger_entries where subject = $1 and deed = $2 order by idx desc limit 1";
pub(super) const CLOSE: &str = "delete from open_deeds where intent = $1";
/// What came to something else than success is rare, and found by who meant it.
const ENDED: &str = "insert into ledger_ended (intent, outcome, operator, deed, instance, at) \
    select idx, $2, operator, deed, instance, at from ledger_entries where idx = $1 on conflict do nothing";

/// What was sent and not seen to have happened is looked for again …
const SOUGHT: &str = "insert into sought (intent, since, tries, next_at, after, mark_log, mark_strike, seen, over) \
    values ($1, $2, 0, $3, $1, 0, 0, null, 0) on conflict do nothing";
/// … until it is seen; of a part of it, for the rest.
const SEEN: &str = "update sought set seen = $2, over = $3 where intent = $1";

/// A group of leaves under way.
struct Group<'a> {
    writer: &'a Writer,
    tx: Transaction,
    /// How what runs in the store stood when it was looked at; nothing where it is not compared again.
    looked: String,
    /// The number of the id that the head stands under.
    number: i64,
    /// The tree to go on from, its id, and what the head has of changes to rights; or why nothing is begun. Where the head
    /// does not hold, what must be recorded is written behind the last entry, and the head left as it is for whoever decides
    /// about it.
    tree: Result<(Frontier, Origin, String), String>,
    /// What runs in the store and is not the console's, or what another process found: nothing is begun, and the head is gone on
    /// from. It is sealed over what was meant to be written, so that whatever else became of it is found.
    beside: Option<String>,
    /// The changes to rights, where a leaf is among these that makes one.
    changes: Option<Changes>,
    next: i64,
}

/// So often a group is written anew where something was renamed or replaced meanwhile: an honest change is over by then.
const TRIES: usize = 3;
const TURNED: &str =
    "schemas, tables or functions of the store are renamed or replaced again and again while something is written";

async fn append_group(
    writer: &Writer,
    drafts: &[LeafDraft],
) -> Result<Vec<Result<Appended, LedgerError>>, LedgerError> {
    for tries in 0..=TRIES {
        let mut group = Group::begin(writer).await?;
        if tries == TRIES {
            writer.found.foreign(Some(TURNED.to_owned()));
            group.looked.clear();
            group.beside.get_or_insert_with(|| TURNED.to_owned());
        }
        group.read_changes(drafts).await?;
        let mut results = Vec::with_capacity(drafts.len());
        for draft in drafts {
            results.push(group.put(draft).await?);
        }
        if group.end().await? {
            return Ok(results);
        }
    }
    Err(LedgerError::Unwritten(TURNED.to_owned()))
}

impl<'a> Group<'a> {
    /// Locks the head, and reads where to go on.
    async fn begin(writer: &'a Writer) -> Result<Self, LedgerError> {
        // Told also where nothing can be read or written any more.
        if let Some(what) = writer.store.moved() {
            writer.found.foreign(Some(what));
        }
        let mut tx = writer.store.driver.begin_writing().await?;
        if let Transaction::Postgres(tx) = &mut tx {
            sqlx::query(LOCK_TABLES).execute(&mut **tx).await?;
            sqlx::query(APART).execute(&mut **tx).await?;
        }
        let (marks, runs) = writer.store.driver.looks();
        let marks: String = within!(&mut tx, c => sqlx::query_scalar(marks).fetch_one(c).await?);
        let looked = marks.clone();
        let foreign = if writer.store.is_clean(&marks) {
            None
        } else {
            let running: Vec<Running> = within!(&mut tx, c => sqlx::query_as(runs).fetch_all(c).await?);
            writer.store.odd(marks, &running)
        };
        if let Transaction::Postgres(tx) = &mut tx {
            sqlx::query(BACK).execute(&mut **tx).await?;
        }
        writer.found.foreign(foreign.clone());
        let told = told::read(&mut tx, &writer.keys, &writer.process, writer.clock.now()).await?;
        let beside = foreign.or_else(|| told.first().map(|told| told.what.clone()));
        writer.found.lock().told = told;
        let head: Option<SealedHead> =
            writer.store.read_one(within!(&mut tx, c => sqlx::query_as(LOCK_HEAD).fetch_optional(c).await?));
        let rows: Vec<OriginRow> =
            writer.store.read(within!(&mut tx, c => sqlx::query_as(ORIGINS).fetch_all(c).await?));
        let there: i64 = within!(&mut tx, c => sqlx::query_scalar(THERE).fetch_one(c).await?);
        let tree = match head::check(&writer.keys, head.as_ref(), &rows, there) {
            Ok(Checked { tree, mut origins, rights }) => {
                let origin = match origins.pop() {
                    Some(origin) => origin,
                    None => first_origin(writer, &mut tx).await?,
                };
                match Last::contradicts(writer.last.wrote(), &origin, &tree) {
                    None => Ok((tree, origin, rights)),
                    Some(what) => Err((origin.number, Odd::behind(what))),
                }
            }
            Err(what) => Err((rows.last().map_or(0, |row| row.number), what.into())),
        }
        .map_err(|(number, odd)| {
            let what = odd.what.clone();
            writer.found.contradict_by_head(number, odd);
            what
        });
        let number = head.map_or(0, |head| head.origin);
        Ok(Self { writer, tx, looked, number, tree, beside, changes: None, next: there })
    }

    /// Reads what there is of changes to rights, where one of these leaves makes one.
    async fn read_changes(&mut self, drafts: &[LeafDraft]) -> Result<(), LedgerError> {
        let Ok((.., rights)) = &self.tree else { return Ok(()) };
        if !drafts.iter().any(|draft| Changes::default().take(&draft.leaf, 0).is_some()) {
            return Ok(());
        }
        let rows: Vec<ChangeRow> =
            self.writer.store.read(within!(&mut self.tx, c => sqlx::query_as(CHANGES).fetch_all(c).await?));
        let read = Changes::of_rows(rows);
        if read.agrees(&self.writer.keys, rights) {
            self.changes = Some(read);
        } else {
            let what = "the changes to rights that are written down are not those that the head has".to_owned();
            self.writer.found.contradict_by_head(self.number, what.clone().into());
            self.tree = Err(what);
        }
        Ok(())
    }

    /// Appends one leaf, and does what is done beside the tree with it. An error ends the group.
    async fn put(&mut self, draft: &LeafDraft) -> Result<Result<Appended, LedgerError>, LedgerError> {
        let odd = self.tree.as_ref().err().or(self.beside.as_ref());
        if let Some(what) = odd.filter(|_| !draft.regardless) {
            return Ok(Err(LedgerError::Contradicted(what.clone())));
        }
        let (at, intent) = match self.beside(draft).await? {
            ControlFlow::Continue(goes_on) => goes_on,
            ControlFlow::Break(instead) => return Ok(instead),
        };
        let index = self.next;
        let mut leaf = draft.leaf.clone();
        leaf["index"] = json!(index);
        leaf["at"] = json!(at.0.to_string());
        let text = canonical(&leaf)?;
        if text.len() > LARGEST_LEAF {
            return Err(LedgerError::TooLarge(text.len()));
        }
        let hash = leaf_hash(text.as_bytes());
        within!(&mut self.tx, c => sqlx::query(INSERT)
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
            .execute(c).await.map(|_| ()))?;
        if let (Some(outcome), Some(intent)) =
            (draft.outcome.filter(|outcome| *outcome != Outcome::Succeeded.name()), intent)
        {
            within!(&mut self.tx, c => sqlx::query(ENDED).bind(intent).bind(outcome).execute(c).await.map(|_| ()))?;
        }
        self.look_for(&leaf, draft, at, index).await?;
        if let Ok((tree, ..)) = &mut self.tree {
            tree.push(hash);
        }
        if let Some((subject, deed, instance, entry)) =
            self.changes.as_mut().and_then(|changes| changes.take(&leaf, index))
        {
            within!(&mut self.tx, c => sqlx::query(CHANGE)
                .bind(subject).bind(deed).bind(instance).bind(entry).execute(c).await.map(|_| ()))?;
        }
        self.next += 1;
        Ok(Ok(Appended::At(index)))
    }

    /// Puts down what is to be looked for again, and what was seen of it.
    async fn look_for(
        &mut self,
        leaf: &Value,
        draft: &LeafDraft,
        at: Timestamp,
        index: i64,
    ) -> Result<(), LedgerError> {
        if leaf["kind"] == "outcome" && leaf["facts"][NOT_SEEN] == true {
            let next = at.plus(MINUTE);
            within!(&mut self.tx, c => sqlx::query(SOUGHT)
                .bind(leaf["intent"].as_i64()).bind(at.0).bind(next.0).execute(c).await.map(|_| ()))?;
        }
        if draft.deed == HAPPENED_LATER {
            let intent: Option<i64> = leaf["facts"]["entry"].as_str().and_then(|entry| entry.parse().ok());
            let over = i64::from(leaf["facts"]["how"] != json!(Later::Partly));
            within!(&mut self.tx, c => sqlx::query(SEEN)
                .bind(intent).bind(index).bind(over).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// What is done beside the tree: when the leaf is from and the intent that it closes; or what is answered in its place.
    async fn beside(&mut self, draft: &LeafDraft) -> Result<Besides, LedgerError> {
        match &draft.beside {
            Beside::Nothing => Ok(ControlFlow::Continue((draft.at, None))),
            Beside::Open { key, lease, over } => self.open(draft.at, key, lease, *over).await,
            Beside::Close { intent } => self.close(draft, *intent).await,
            Beside::Seldom { subject, .. } | Beside::Once { subject } => {
                let newest = within!(&mut self.tx, c => sqlx::query_as(NEWEST_OF_ITS_KIND)
                    .bind(subject).bind(&draft.deed).fetch_optional(c).await?);
                let newest: Option<(i64, String)> = self.writer.store.read_one(newest);
                let said = newest
                    .filter(|(_, leaf)| serde_json::from_str::<Value>(leaf).is_ok_and(|leaf| draft.is_said_by(&leaf)));
                Ok(match said {
                    Some((by, _)) => ControlFlow::Break(Ok(Appended::Recorded(by))),
                    None => ControlFlow::Continue((draft.at, None)),
                })
            }
        }
    }

    /// Puts a deed down as open, unless another has its subject.
    async fn open(&mut self, at: Timestamp, key: &str, lease: &str, over: Option<i64>) -> Result<Besides, LedgerError> {
        let until = at.plus(DEED_LEASE).0;
        for again in [true, false] {
            let opened: Option<i64> = within!(&mut self.tx, c => sqlx::query_scalar(OPEN)
                .bind(key).bind(self.next).bind(lease).bind(until).bind(at.0).fetch_optional(c).await?);
            if opened.is_some() {
                return Ok(ControlFlow::Continue((at, None)));
            }
            let removed = within!(&mut self.tx, c => sqlx::query(OF_NO_ENTRY)
                .bind(self.next).execute(c).await?.rows_affected());
            if !again || removed == 0 {
                break;
            }
        }
        if over.is_some() {
            let taken = within!(&mut self.tx, c => sqlx::query(TAKE_PLACE)
                .bind(key).bind(self.next).bind(lease).bind(until).bind(at.0).bind(over).execute(c).await?.rows_affected());
            if taken > 0 {
                return Ok(ControlFlow::Continue((at, None)));
            }
        }
        let (intent, since): (i64, i64) =
            within!(&mut self.tx, c => sqlx::query_as(WHO_IS_OPEN).bind(key).fetch_one(c).await?);
        Ok(ControlFlow::Break(Ok(Appended::Busy { since: Timestamp(since), intent })))
    }

    /// Takes a deed from the open ones, if the intent is there, is of this kind, and has no outcome yet.
    async fn close(&mut self, draft: &LeafDraft, of: i64) -> Result<Besides, LedgerError> {
        let closed: Option<Read<(String,)>> =
            within!(&mut self.tx, c => sqlx::query_as(IS_CLOSED).bind(of).fetch_optional(c).await?);
        if let Some(closed) = closed {
            // Columns that say so beside a leaf that does not would keep an outcome from ever being written.
            let closed: Option<(String,)> = self.writer.store.read_one(Some(closed));
            let closed = closed.and_then(|(closed,)| serde_json::from_str::<Value>(&closed).ok());
            let says = closed.is_some_and(|leaf| leaf["intent"] == of);
            return Ok(ControlFlow::Break(Err(if says {
                LedgerError::AlreadyClosed(of)
            } else {
                let what = format!("an entry is put down as the outcome of entry {of}, and is none");
                self.writer.found.contradict(self.number, &what);
                LedgerError::Contradicted(what)
            })));
        }
        let opened = within!(&mut self.tx, c => sqlx::query_as(INTENT).bind(of).fetch_optional(c).await?);
        let opened: Option<(String,)> = self.writer.store.read_one(opened);
        let opened = opened.and_then(|(leaf,)| serde_json::from_str::<Value>(&leaf).ok());
        let opened = opened.filter(|leaf| leaf["kind"] == "intent" && leaf["deed"] == *draft.deed);
        let Some(opened_at) = opened.and_then(|leaf| written_at(&leaf)) else {
            return Ok(ControlFlow::Break(Err(LedgerError::Entry(format!("entry {of} is no intent of this kind")))));
        };
        within!(&mut self.tx, c => sqlx::query(CLOSE).bind(of).execute(c).await.map(|_| ()))?;
        // A clock that was set back, or another machine's, must not put an outcome before its intent.
        Ok(ControlFlow::Continue((draft.at.max(opened_at), Some(of))))
    }

    /// Moves the head to where the tree ends now; false where nothing was written, as what runs in the store does not stand as it was
    /// looked at.
    async fn end(mut self) -> Result<bool, LedgerError> {
        let head = self.tree.as_ref().ok().map(|(tree, origin, rights)| {
            let keys = &self.writer.keys;
            let rights = self.changes.as_ref().map_or_else(|| rights.clone(), |changes| changes.hash(keys));
            origin.head(keys, tree, rights)
        });
        if let Some(head) = head {
            head::put(&head, &mut self.tx).await?;
        }
        if let (Transaction::Postgres(tx), false) = (&mut self.tx, self.looked.is_empty()) {
            sqlx::query(APART).execute(&mut **tx).await?;
            let stands: String = sqlx::query_scalar(STANDS_ON_POSTGRES.as_str()).fetch_one(&mut **tx).await?;
            if !self.looked.starts_with(&stands) {
                self.tx.rollback().await?;
                return Ok(false);
            }
        }
        self.tx.commit().await?;
        if let Ok((tree, origin, _)) = &self.tree {
            self.writer.last.keep(origin, tree);
        }
        Ok(true)
    }
}

/// When a leaf is from, and the intent that it closes; or what is answered in its place.
type Besides = ControlFlow<Result<Appended, LedgerError>, (Timestamp, Option<i64>)>;

/// The first entry of a new store: from now on it has an id.
async fn first_origin(writer: &Writer, tx: &mut Transaction) -> Result<Origin, LedgerError> {
    let first = Origin { number: 1, store: Origin::another(&writer.host), since: 0, held: 0 };
    first.put(&writer.keys, tx).await?;
    Ok(first)
}

/// When a leaf was written, as it says itself: the column beside it is anybody's who can write the store.
fn written_at(leaf: &Value) -> Option<Timestamp> {
    leaf["at"].as_str().and_then(|at| at.parse().ok()).or_else(|| leaf["at"].as_i64()).map(Timestamp)
}

/// Whether a leaf says of the same, and of the same stretch of time, from the same beginning, what a new one is about to say.
fn says_the_same(leaf: &Value, new: &Value) -> bool {
    ["subject", "deed"].into_iter().all(|key| leaf[key] == new[key])
        && ["from", "now"].into_iter().all(|key| leaf["facts"][key] == new["facts"][key])
}
