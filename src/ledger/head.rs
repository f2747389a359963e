//! The head of the tree under its seal, and the ids the store has had: what whoever holds the store alone cannot make.

use super::{
    checkpoint::{self, Witness},
    told::Told,
    tree::{Frontier, from_hex},
};
use crate::{
    seal::{Keys, hex},
    store::{
        Store,
        rights::SealedHead,
        transaction::{Transaction, within},
    },
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// One id of the store: what checkpoints are called by from a size on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// 1 for the first.
    pub number: i64,
    /// What checkpoints call it: the console's host when it was given, and a ULID.
    pub store: String,
    /// How many entries there were when it was given.
    pub since: i64,
    /// Up to how many entries the checkpoints of the names before it count.
    pub held: i64,
}

impl Origin {
    fn mac(&self, keys: &Keys) -> String {
        let Self { number, store, since, held } = self;
        keys.hash("ledger origin", format!("{number}\n{store}\n{since}\n{held}").as_bytes())
    }

    /// Gives it to the store.
    pub(super) async fn put(&self, keys: &Keys, tx: &mut Transaction) -> sqlx::Result<()> {
        within!(tx, c => sqlx::query(NAME)
            .bind(self.number).bind(&self.store).bind(self.since).bind(self.held).bind(self.mac(keys))
            .execute(c).await.map(|_| ()))
    }

    /// The head that stands under this id, sealed.
    pub(super) fn head(&self, keys: &Keys, tree: &Frontier, rights: String) -> SealedHead {
        let size = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        let (root, frontier) = (hex(&tree.root()), tree.to_text());
        let mut head = SealedHead { size, root, frontier, origin: self.number, rights, mac: None };
        head.mac = Some(head.seal(keys, &self.store));
        head
    }

    /// Another id, under this host. It stays when the console gets another host.
    pub(super) fn another(host: &str) -> String {
        format!("{host}/{}", crate::id::fresh())
    }
}

/// An id, as its columns have it.
#[derive(sqlx::FromRow)]
pub(super) struct OriginRow {
    pub number: i64,
    store: String,
    since: i64,
    held: i64,
    mac: String,
}

pub(super) const ORIGINS: &str = "select number, store, since, held, mac from ledger_origins order by number";
const NAME: &str = "insert into ledger_origins (number, store, since, held, mac) values ($1, $2, $3, $4, $5)";
const HEAD: &str = "select size, root, frontier, origin, rights, mac from ledger_head where id = 1";
const MOVE_HEAD: &str =
    "update ledger_head set size = $1, root = $2, frontier = $3, origin = $4, rights = $5, mac = $6 where id = 1";
const MAKE_HEAD: &str =
    "insert into ledger_head (id, size, root, frontier, origin, rights, mac) values (1, $1, $2, $3, $4, $5, $6)";
/// How many entries there are: they stand in order, from 0.
pub(super) const THERE: &str = "select coalesce(max(idx) + 1, 0) from ledger_entries";

/// The head as it stands there.
pub(super) async fn read(store: &Store, tx: &mut Transaction) -> sqlx::Result<Option<SealedHead>> {
    Ok(store.read_one(within!(tx, c => sqlx::query_as(HEAD).fetch_optional(c).await?)))
}

/// Moves the head there is, and makes one where it is gone.
pub(super) async fn put(head: &SealedHead, tx: &mut Transaction) -> sqlx::Result<()> {
    for sql in [MOVE_HEAD, MAKE_HEAD] {
        let put = within!(tx, c => sqlx::query(sql)
            .bind(head.size)
            .bind(&head.root)
            .bind(&head.frontier)
            .bind(head.origin)
            .bind(&head.rights)
            .bind(&head.mac)
            .execute(c).await?.rows_affected());
        if put > 0 {
            break;
        }
    }
    Ok(())
}

/// What an older store has until its first start.
pub(super) const UNSEALED: &str = "the head of the tree has no seal";

/// The ids that hold, oldest first. One that does not hold counts for nothing once another follows it.
pub(super) fn origins(keys: &Keys, rows: &[OriginRow]) -> Result<Vec<Origin>, String> {
    let mut origins = Vec::new();
    let mut last = true;
    for OriginRow { number, store, since, held, mac } in rows {
        let origin = Origin { number: *number, store: store.clone(), since: *since, held: *held };
        last = origin.mac(keys) == *mac;
        if last {
            origins.push(origin);
        }
    }
    if last {
        Ok(origins)
    } else {
        Err("the store’s id is not the one that the secret key sealed; is `secret_key` the right one?".to_owned())
    }
}

/// The tree that the head stands for, and the id it stands under: none in a store where nothing was recorded yet.
pub(super) struct Checked {
    pub tree: Frontier,
    /// What it has of changes to rights.
    pub rights: String,
    pub origins: Vec<Origin>,
}

/// Checks a head against its seal and against the number of entries.
pub(super) fn check(
    keys: &Keys,
    head: Option<&SealedHead>,
    origins: &[OriginRow],
    there: i64,
) -> Result<Checked, String> {
    let origins = self::origins(keys, origins)?;
    let head = head.ok_or("the tree has no head")?;
    let tree = u64::try_from(head.size).ok().and_then(|size| Frontier::from_text(size, &head.frontier));
    let tree =
        tree.filter(|tree| from_hex(&head.root) == Some(tree.root())).ok_or("the head of the tree is damaged")?;
    if head.size != there {
        return Err(format!("the head counts {} entries, and there are {there}", head.size));
    }
    let seal = |origin: &Origin| Some(head.seal(keys, &origin.store));
    match origins.last() {
        None if head.size == 0 && head.mac.is_none() => {}
        None if head.mac.is_none() => return Err(UNSEALED.to_owned()),
        None => return Err("the head of the tree is sealed, and the store’s id is gone".to_owned()),
        Some(origin) if head.origin == origin.number && head.mac == seal(origin) => {}
        Some(_) => return Err("the head of the tree is not the one that the secret key sealed".to_owned()),
    }
    Ok(Checked { tree, rights: head.rights.clone(), origins })
}

/// Under which host a store without an id was signed: that of a checkpoint in it that the secret key signed, because the
/// console may have had another one then.
pub(super) fn former_host<'a>(keys: &Keys, host: &'a str, mut stored: impl Iterator<Item = &'a str>) -> &'a str {
    let name = stored.find_map(|note| {
        let name = note.lines().next().filter(|name| !name.contains('/'))?;
        checkpoint::open(&checkpoint::verifier_key(keys, name), note).is_ok().then_some(name)
    });
    name.unwrap_or(host)
}

/// Whose checkpoints count for these ids; without any, for the host alone, as before there were ids.
pub(super) fn witness(keys: &Keys, host: &str, origins: &[Origin]) -> Witness {
    let first = origins.first().and_then(|origin| origin.store.split_once('/')).map_or(host, |(host, _)| host);
    let mut names = vec![(first.to_owned(), None)];
    for origin in origins {
        for (_, until) in &mut names {
            *until = Some(until.map_or(origin.held, |until: i64| until.min(origin.held)));
        }
        names.push((origin.store.clone(), None));
    }
    Witness::of_keys(keys, names)
}

/// What this process has found about the record.
#[derive(Clone, Debug, Default)]
pub(super) struct Found(Arc<Mutex<Inner>>, Arc<Notify>);

#[derive(Debug, Default)]
pub(super) struct Inner {
    /// What contradicts itself, and the number of the id under which that was found: it stands until an owner has decided,
    /// which gives the store another id.
    pub contradiction: Option<Contradiction>,
    /// What runs in the store and is not the console's: as long as it does.
    pub foreign: Option<String>,
    /// What other processes found, as far as it was told.
    pub told: Vec<Told>,
    /// Of what sorts this process has told the others something.
    pub tells: BTreeSet<&'static str>,
    /// Why the place outside cannot be used.
    pub outside: Option<String>,
    /// The place outside was read to its beginning.
    pub looked: bool,
    /// Checkpoints outside that should be of this store and do not hold.
    pub bad: usize,
    /// Checkpoints outside that are of other stores, as far as they were read.
    pub others: usize,
    /// It was seen to that the place outside knows the console's host.
    pub host_known: bool,
    /// What this process signed last, and under which id.
    pub signed: Option<(i64, checkpoint::Checkpoint)>,
}

/// What contradicts itself.
#[derive(Clone, Debug)]
pub(super) struct Contradiction {
    /// The number of the id that it was found under.
    pub number: i64,
    pub what: Odd,
    /// A look at the head and at what was signed found it: the next one can find that it is as it was. What one at the entries
    /// themselves found stands until an owner has decided.
    pub by_head: bool,
}

/// What a look found, in words.
#[derive(Clone, Debug)]
pub(super) struct Odd {
    pub what: String,
    /// The store is an older copy: who has access may have lost it since.
    pub behind: bool,
}

impl From<String> for Odd {
    fn from(what: String) -> Self {
        Self { what, behind: false }
    }
}

impl From<&str> for Odd {
    fn from(what: &str) -> Self {
        what.to_owned().into()
    }
}

impl Odd {
    pub fn behind(what: String) -> Self {
        Self { what, behind: true }
    }
}

impl Found {
    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        // What it holds is replaced whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until there is something to tell the others.
    pub async fn to_be_told(&self) {
        self.1.notified().await;
    }

    /// What a look found to run in the store that is not the console's, if anything.
    pub fn foreign(&self, what: Option<String>) {
        let mut inner = self.lock();
        let news = inner.foreign.is_some() != what.is_some();
        inner.foreign = what;
        if news {
            self.1.notify_one();
        }
    }

    /// The entries themselves are not what was appended.
    pub fn contradict(&self, number: i64, what: &str) {
        self.keep(Contradiction { number, what: what.into(), by_head: false });
    }

    /// The head, or what was signed, says otherwise.
    pub fn contradict_by_head(&self, number: i64, what: Odd) {
        self.keep(Contradiction { number, what, by_head: true });
    }

    fn keep(&self, new: Contradiction) {
        let mut inner = self.lock();
        // The first one stands, but for one that can go by itself.
        let stands = inner.contradiction.as_ref().is_some_and(|known| !known.by_head || new.by_head);
        if let Some(known) = inner.contradiction.as_mut().filter(|_| stands) {
            known.what.behind |= new.what.behind;
            return;
        }
        tracing::error!(contradiction = new.what.what, "ledger.contradiction");
        inner.contradiction = Some(new);
        self.1.notify_one();
    }

    /// A look under this id found nothing. What an owner decided about is over, and so is what such a look had found under the
    /// same id: the store is as it was.
    pub fn clear(&self, number: i64) {
        let mut inner = self.lock();
        match &inner.contradiction {
            Some(known) if known.number < number => tracing::info!("ledger.decided"),
            Some(known) if known.by_head && known.number == number => {
                tracing::warn!(was = known.what.what, "ledger.whole_again");
            }
            _ => return,
        }
        inner.contradiction = None;
        self.1.notify_one();
    }
}
