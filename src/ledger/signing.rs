//! What is looked at before a checkpoint is signed, the signing, and an owner's decision where the record contradicts itself.

use super::{
    Fact, Ledger, LedgerError,
    append::{self, Wrote},
    checkpoint::{self, Checkpoint, Read, Witness},
    head::{self, Checked, ORIGINS, Odd, Origin, OriginRow, THERE, UNSEALED},
    told::{self, Told},
    tree::{Frontier, Hash, leaf_hash},
};
use crate::{
    seal::{Keys, hex},
    store::{
        Store, on,
        rights::{CHANGE, CHANGES, ChangeRow, Changes},
        transaction::{Transaction, within},
    },
    text::Why,
};
use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read as _, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Leaves read at once.
const PAGE: i64 = 2_000;
/// So much of the end of the file outside is read, unless it holds nothing of this store.
const TAIL: u64 = 64 * 1024;

const SEALED: &str = "select count(*) from ledger_entries where deed in ('head_sealed', 'record_accepted')";

/// The record as it was found, at one instant.
struct RecordState {
    tree: Frontier,
    /// `None` where nothing was recorded yet.
    origin: Option<Origin>,
    /// The size under the newest checkpoint in the store.
    stored: Option<i64>,
    /// … and in the place outside.
    outside: Option<i64>,
}

/// What was read of the place outside.
struct Outside {
    newest: Option<Checkpoint>,
    others: usize,
    bad: usize,
}

fn size(tree: &Frontier) -> i64 {
    size_of(tree.size())
}

fn size_of(entries: u64) -> i64 {
    i64::try_from(entries).unwrap_or(i64::MAX)
}

/// Every leaf from where the tree ends is put on it; `at` sees the tree after each. An inner error is what is missing, or what
/// `at` says.
async fn walk(
    store: &Store,
    tx: &mut Transaction,
    tree: &mut Frontier,
    mut at: impl FnMut(&Frontier) -> Result<(), String> + Send,
) -> sqlx::Result<Result<(), String>> {
    if let Err(what) = at(tree) {
        return Ok(Err(what));
    }
    loop {
        let leaves = leaves(store, tx, size(tree)).await?;
        if leaves.is_empty() {
            return Ok(Ok(()));
        }
        for (index, leaf) in leaves {
            if index != size(tree) {
                return Ok(Err(format!("entry {} is missing", size(tree))));
            }
            tree.push(leaf_hash(leaf.as_bytes()));
            if let Err(what) = at(tree) {
                return Ok(Err(what));
            }
        }
    }
}

/// A page of leaves with their indices, from an index on.
async fn leaves(store: &Store, tx: &mut Transaction, from: i64) -> sqlx::Result<Vec<(i64, String)>> {
    const SQL: &str = "select idx, leaf from ledger_entries where idx >= $1 order by idx limit $2";
    Ok(store.read(within!(tx, c => sqlx::query_as(SQL).bind(from).bind(PAGE).fetch_all(c).await?)))
}

/// A checkpoint in the store: the size it stands under, its text, and the frontier beside it.
type Kept = (i64, String, Option<String>);

/// The newest checkpoint that counts under an id, over at most so many entries.
async fn newest(store: &Store, tx: &mut Transaction, origin: &Origin, most: i64) -> sqlx::Result<Option<Kept>> {
    const SQL: &str = "select size, note, frontier from ledger_checkpoints \
        where (origin = $1 or size <= $2) and size <= $3 order by origin desc, size desc limit 1";
    Ok(store.read_one(within!(tx, c => sqlx::query_as(SQL)
        .bind(origin.number).bind(origin.held).bind(most).fetch_optional(c).await?)))
}

/// What is looked for in the record: what stands outside, what was signed here last, under which id, and what was there.
struct Known {
    notes: Result<Vec<String>, String>,
    own: Option<(i64, Checkpoint)>,
    /// What this process wrote or saw last.
    wrote: Option<Wrote>,
}

/// The tree that a stored checkpoint signed, from what is kept beside it; the signature says whether that is it.
fn begun(witness: &Witness, (_, note, frontier): &Kept) -> Option<Frontier> {
    let Read::Ours(signed) = witness.read(note) else { return None };
    let tree = Frontier::from_text(u64::try_from(signed.size).ok()?, frontier.as_deref()?)?;
    (tree.root() == signed.root).then_some(tree)
}

/// What the leaves say of changes to rights, put down anew.
async fn changes_of_leaves(store: &Store, tx: &mut Transaction) -> Result<Changes, LedgerError> {
    let mut changes = Changes::default();
    let mut from = 0;
    loop {
        let leaves = leaves(store, tx, from).await?;
        let Some((last, _)) = leaves.last() else { break };
        from = last + 1;
        for (index, leaf) in &leaves {
            let leaf =
                serde_json::from_str(leaf).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))?;
            changes.take(&leaf, *index);
        }
    }
    within!(tx, c => sqlx::query("delete from rights_changes").execute(c).await.map(|_| ()))?;
    for (subject, deed, instance, entry) in changes.rows() {
        within!(tx, c => sqlx::query(CHANGE)
            .bind(subject).bind(deed).bind(instance).bind(entry).execute(c).await.map(|_| ()))?;
    }
    Ok(changes)
}

impl Ledger {
    /// What contradicts itself, if anything: until an owner has decided at the server, nothing is signed and no deed begun,
    /// but that registrations may be closed.
    pub fn contradiction(&self) -> Option<String> {
        let foreign = self.found.lock().foreign.clone();
        foreign.or_else(|| self.lasting_contradiction())
    }

    /// The same without what this process looks at with every entry anew.
    pub(super) fn lasting_contradiction(&self) -> Option<String> {
        let found = self.found.lock();
        let own = found.contradiction.as_ref().map(|found| found.what.what.clone());
        own.or_else(|| found.told.first().map(|told| told.what.clone()))
    }

    /// Whether the store was found to be an older copy: until an owner has decided, or it is as it was, nobody is let in by it, and
    /// only who answers for it reads on.
    pub fn is_behind(&self) -> bool {
        let found = self.found.lock();
        found.contradiction.as_ref().is_some_and(|found| found.what.behind) || found.told.iter().any(Told::is_behind)
    }

    /// What is wrong with the place outside, if anything.
    pub fn outside_trouble(&self) -> Option<String> {
        let found = self.found.lock();
        let bad = || (found.bad > 0).then(|| format!("{} of the checkpoints outside do not hold", found.bad));
        found.outside.clone().or_else(bad)
    }

    /// How many checkpoints outside are of other stores, as far as they were read.
    pub fn others_outside(&self) -> usize {
        self.found.lock().others
    }

    /// What the place outside holds, newest last: the end of it, or all where the end has nothing of this store, or the process
    /// begins.
    async fn outside_notes(&self) -> Result<Vec<String>, String> {
        let Some(path) = self.outside.clone() else { return Ok(Vec::new()) };
        let host = self.host.clone();
        let shown = path.display().to_string();
        let begins = !std::mem::replace(&mut self.found.lock().looked, true);
        let read = tokio::task::spawn_blocking(move || {
            if begins {
                return read_end(&path, None);
            }
            let end = read_end(&path, Some(TAIL))?;
            let ours = |note: &String| {
                let first = note.lines().next().unwrap_or_default();
                first == &*host || first.strip_prefix(&*host).is_some_and(|rest| rest.starts_with('/'))
            };
            if end.iter().any(ours) { Ok(end) } else { read_end(&path, None) }
        });
        let failed = |error: &dyn std::fmt::Display| format!("{shown} cannot be read: {error}");
        match read.await {
            Ok(Ok(notes)) => Ok(notes),
            Ok(Err(error)) => Err(failed(&error)),
            Err(error) => Err(failed(&error)),
        }
    }

    /// The newest checkpoint of this store among notes.
    fn outside_of(&self, witness: &Witness, notes: &Result<Vec<String>, String>) -> Result<Option<Checkpoint>, Odd> {
        let Ok(notes) = notes else { return Ok(None) };
        let mut outside = Outside { newest: None, others: 0, bad: 0 };
        let mut known: BTreeMap<i64, Hash> = BTreeMap::new();
        if let Some(successor) = witness.gone_on_as(notes) {
            return Err(Odd::behind(format!(
                "an owner decided that this store goes on as {successor}, as the place outside has it, and this is a copy of before"
            )));
        }
        for note in notes {
            match witness.read(note) {
                Read::Ours(found) => {
                    if known.insert(found.size, found.root).is_some_and(|root| root != found.root) {
                        return Err(format!("two checkpoints outside signed {} entries differently", found.size).into());
                    }
                    if outside.newest.as_ref().is_none_or(|newest| newest.size < found.size) {
                        outside.newest = Some(found);
                    }
                }
                Read::Others => outside.others += 1,
                Read::GoesOn => {}
                Read::Bad(_) => outside.bad += 1,
            }
        }
        let mut found = self.found.lock();
        (found.others, found.bad) = (outside.others, outside.bad);
        Ok(outside.newest)
    }

    async fn read_state(&self) -> Result<Option<RecordState>, LedgerError> {
        // First the place outside, and what was signed here: whatever stands there was in the store before.
        let own = self.found.lock().signed.clone();
        let wrote = self.last.wrote();
        let notes = self.outside_notes().await;
        let unreadable = notes.as_ref().err().cloned();
        if let Some(what) = &unreadable {
            tracing::error!(%what, "checkpoint.outside");
        }
        self.found.lock().outside = unreadable;
        let foreign = self.store.foreign().await?;
        self.found.foreign(foreign);
        let mut tx = self.store.driver.begin_reading().await?;
        let told = told::read(&mut tx, &self.keys, &self.process, self.clock.now()).await?;
        self.found.lock().told = told;
        let (number, looked) = self.look(&mut tx, &Known { notes, own, wrote }).await?;
        tx.rollback().await?;
        let looked = looked.and_then(|state| {
            // What this process wrote itself is there as well.
            let gone = state.origin.as_ref().and_then(|origin| append::Last::contradicts(wrote, origin, &state.tree));
            gone.map_or(Ok(state), |what| Err(Odd::behind(what)))
        });
        let looked = match looked {
            Ok(state) => {
                self.found.clear(number);
                if let Some(origin) = &state.origin {
                    self.last.saw(origin, &state.tree);
                }
                // What every process knows of rights is as new as this look, also where nobody asks it for a page.
                self.store.ever("add_operator").await?;
                Some(state)
            }
            Err(what) => {
                self.found.contradict_by_head(number, what);
                None
            }
        };
        self.tell().await;
        Ok(looked)
    }

    /// Tells the other processes what this one finds.
    pub(super) async fn tell(&self) {
        let told = told::tell(&self.store, &self.keys, &self.found, &self.process, self.clock.now()).await;
        if let Err(error) = told {
            tracing::error!(%error, "ledger.tell");
        }
    }

    /// Reads head, checkpoints and the leaves since in one snapshot, with the number of the id they stand under. The inner error
    /// is what contradicts itself.
    async fn look(&self, tx: &mut Transaction, known: &Known) -> sqlx::Result<(i64, Result<RecordState, Odd>)> {
        let rows: Vec<OriginRow> = self.store.read(within!(tx, c => sqlx::query_as(ORIGINS).fetch_all(c).await?));
        let head = head::read(&self.store, tx).await?;
        let there: i64 = within!(tx, c => sqlx::query_scalar(THERE).fetch_one(c).await?);
        let number = rows.last().map_or(0, |row| row.number);
        let checked = match head::check(&self.keys, head.as_ref(), &rows, there) {
            Ok(checked) => checked,
            Err(what) => return Ok((number, Err(what.into()))),
        };
        let changes: Vec<ChangeRow> = self.store.read(within!(tx, c => sqlx::query_as(CHANGES).fetch_all(c).await?));
        if !Changes::of_rows(changes).agrees(&self.keys, &checked.rights) {
            let what = "the changes to rights that are written down are not those that the head has";
            return Ok((number, Err(what.into())));
        }
        let state = match checked.origins.last() {
            Some(origin) => self.compare(tx, known, &checked, origin, there).await?,
            None if known.notes.as_ref().is_ok_and(|notes| signed_under(&self.keys, &self.host, notes)) => {
                let what = "nothing is recorded, and checkpoints outside are signed by a store that had entries";
                Err(Odd::behind(what.to_owned()))
            }
            None => Ok(RecordState { tree: checked.tree, origin: None, stored: None, outside: None }),
        };
        Ok((number, state))
    }

    /// Compares the leaves since the last checkpoint that is known everywhere with what was signed and with the head.
    async fn compare(
        &self,
        tx: &mut Transaction,
        known: &Known,
        checked: &Checked,
        origin: &Origin,
        there: i64,
    ) -> sqlx::Result<Result<RecordState, Odd>> {
        let witness = head::witness(&self.keys, &self.host, &checked.origins);
        let outside = match self.outside_of(&witness, &known.notes) {
            Ok(outside) => outside,
            Err(what) => return Ok(Err(what)),
        };
        let kept = newest(&self.store, tx, origin, i64::MAX).await?;
        let stored = match kept.as_ref().map(|(size, note, _)| (size, witness.read(note))) {
            None => None,
            Some((size, Read::Ours(found))) if found.size == *size => Some(found),
            Some((size, _)) => {
                return Ok(Err(format!("the checkpoint stored for {size} entries does not hold").into()));
            }
        };
        // What this process has seen is there as well, also where another one has gone on from an older copy and signed it.
        let wrote = known.wrote.filter(|(number, size, _)| *number == origin.number && size_of(*size) <= there);
        // What is signed is gone on from; where the place outside is behind, or what was seen here, from what that knows.
        let others =
            outside.as_ref().map(|outside| outside.size).into_iter().chain(wrote.map(|(_, size, _)| size_of(size)));
        let base = match (others.min(), &stored) {
            (Some(first), Some(stored)) if first < stored.size => newest(&self.store, tx, origin, first).await?,
            _ => kept,
        };
        let mut tree = base.and_then(|base| begun(&witness, &base)).unwrap_or_default();
        let own = known.own.as_ref().filter(|(under, _)| *under == origin.number).map(|(_, signed)| signed);
        let signed: Vec<(&Checkpoint, &str)> =
            [(stored.as_ref(), "in the store"), (outside.as_ref(), "outside"), (own, "taken last")]
                .into_iter()
                .filter_map(|(signed, place)| Some((signed?, place)))
                .collect();
        if let Some((longer, place)) = signed.iter().find(|(signed, _)| signed.size > there) {
            let what = format!("the checkpoint {place} signed {} entries, and there are {there}", longer.size);
            return Ok(Err(Odd::behind(what)));
        }
        let mut unseen = false;
        let walked = walk(&self.store, tx, &mut tree, |tree| {
            unseen |= wrote.is_some_and(|(_, size, root)| size == tree.size() && root != tree.root());
            match signed.iter().find(|(signed, _)| signed.size == size(tree) && signed.root != tree.root()) {
                Some((signed, place)) => {
                    let size = signed.size;
                    Err(format!("the first {size} entries are not those that the checkpoint {place} signed"))
                }
                None => Ok(()),
            }
        });
        if let Err(what) = walked.await? {
            return Ok(Err(what.into()));
        }
        if tree != checked.tree {
            return Ok(Err("the entries since the last checkpoint are not those that were appended".into()));
        }
        if let Some((_, seen, _)) = wrote.filter(|_| unseen) {
            let what = format!("the first {seen} entries are not those that this process has seen");
            return Ok(Err(Odd::behind(what)));
        }
        Ok(Ok(RecordState {
            tree,
            origin: Some(origin.clone()),
            stored: stored.map(|signed| signed.size),
            outside: outside.map(|signed| signed.size),
        }))
    }

    /// Looks whether the record goes on from what was signed last, in the store and outside; [`Ledger::contradiction`] and
    /// [`Ledger::outside_trouble`] say what was found.
    pub async fn examine(&self) -> Result<(), LedgerError> {
        self.read_state().await.map(|_| ())
    }

    /// Takes a checkpoint over all there is, if there is something new; keeps it in the store and outside. Some if one
    /// was taken.
    ///
    /// # Errors
    /// The store's, that the outside place cannot be used, or that the record contradicts itself: then nothing is signed.
    pub async fn checkpoint(&self) -> Result<Option<i64>, LedgerError> {
        // Another process may have kept one in the meantime; its trigger takes none that is not over more.
        const KEEP: &str = "insert into ledger_checkpoints (size, note, at, origin, frontier) select $1, $2, $3, $4, $5 \
            where not exists (select 1 from ledger_checkpoints where origin > $4 or (origin = $4 and size >= $1)) \
            on conflict (origin, size) do nothing";
        let state = self.read_state().await?;
        if let Some(what) = self.contradiction() {
            return Err(LedgerError::Contradicted(what));
        }
        let Some((state, origin)) = state.and_then(|state| state.origin.clone().map(|origin| (state, origin))) else {
            return Ok(None);
        };
        let known = self.found.lock().host_known;
        if !known && self.outside_trouble().is_none() {
            self.say_host(&origin).await.inspect_err(|error| {
                if let LedgerError::Outside(what) = error {
                    self.found.lock().outside = Some(what.clone());
                }
            })?;
        }
        let total = size(&state.tree);
        let kept = state.stored == Some(total);
        let kept_outside = self.outside.is_none() || state.outside == Some(total);
        if total == 0 || (kept && kept_outside) {
            return Ok(None);
        }
        let unusable = self.found.lock().outside.clone();
        if let Some(what) = unusable {
            return Err(LedgerError::Outside(what));
        }
        let root = state.tree.root();
        let note = checkpoint::sign(&self.keys, &origin.store, total, &root)?;
        if let Some(path) = self.outside.clone().filter(|_| !kept_outside)
            && let Err(error) = write_outside(path, note.clone()).await
        {
            if let LedgerError::Outside(what) = &error {
                self.found.lock().outside = Some(what.clone());
            }
            return Err(error);
        }
        let at = self.clock.now().0;
        const KEPT: &str = "select count(*) from ledger_checkpoints where origin > $1 or (origin = $1 and size >= $2)";
        let stored = on!(&self.store, pool => sqlx::query(KEEP)
            .bind(total).bind(&note).bind(at).bind(origin.number).bind(state.tree.to_text())
            .execute(pool).await.map(|_| ()));
        if let Err(error) = stored {
            // Another process may have kept one over as much in the same moment, and its trigger takes no second one.
            let kept: i64 = on!(&self.store, pool => sqlx::query_scalar(KEPT).bind(origin.number).bind(total).fetch_one(pool).await?);
            if kept == 0 {
                return Err(error.into());
            }
        }
        self.found.lock().signed = Some((origin.number, Checkpoint { size: total, root }));
        Ok(Some(total))
    }

    /// The ids that the store has had, as far as they hold.
    ///
    /// # Errors
    /// The store's, or that the newest one does not hold.
    pub async fn origins(&self) -> Result<Vec<Origin>, LedgerError> {
        let rows: Vec<OriginRow> =
            self.store.read(on!(&self.store, pool => sqlx::query_as(ORIGINS).fetch_all(pool).await?));
        head::origins(&self.keys, &rows).map_err(LedgerError::Contradicted)
    }

    /// The number of the newest id that the store has, whether it holds or not; 0 before it has one. What is found under it stands
    /// until an owner has decided.
    pub(super) async fn newest_number(&self) -> Result<i64, LedgerError> {
        const SQL: &str = "select coalesce(max(number), 0) from ledger_origins";
        Ok(on!(&self.store, pool => sqlx::query_scalar(SQL).fetch_one(pool).await?))
    }

    /// Whose checkpoints count for this store.
    ///
    /// # Errors
    /// The store's, or that its id does not hold.
    pub async fn witness(&self) -> Result<Witness, LedgerError> {
        let origins = self.origins().await?;
        // Its first id has the host in it.
        let host = if origins.is_empty() { self.former_host().await? } else { self.host.to_string() };
        Ok(head::witness(&self.keys, &host, &origins))
    }

    async fn former_host(&self) -> Result<String, LedgerError> {
        // Without an id all are under the host alone; one that holds is enough.
        const NOTES: &str = "select note from ledger_checkpoints order by origin, size limit 10";
        let notes: Vec<String> = on!(&self.store, pool => sqlx::query_scalar(NOTES).fetch_all(pool).await?);
        Ok(head::former_host(&self.keys, &self.host, notes.iter().map(|note| &**note)).to_owned())
    }

    /// The key that others verify this store's checkpoints with.
    ///
    /// # Errors
    /// The store's, or that its id does not hold.
    pub async fn verifier_key(&self) -> Result<String, LedgerError> {
        Ok(self.witness().await?.key().to_owned())
    }

    /// At the first start over an older store: its head gets a seal and the store an id, if its
    /// record is whole, the checkpoints of the store and outside agree, and nothing says that it had a seal before. A seal that is
    /// missing otherwise is a contradiction. Then the record is looked at.
    pub async fn begin(&self) -> Result<(), LedgerError> {
        const HAS: &str = "select count(*) from ledger_origins";
        let (named, there): (i64, i64) = on!(&self.store, pool => (
            sqlx::query_scalar(HAS).fetch_one(pool).await?,
            sqlx::query_scalar(THERE).fetch_one(pool).await?,
        ));
        if named == 0 && there > 0 {
            if self.store.sealing_is_due().await? && !self.store.any_sealed().await? {
                self.seal_older().await?;
            } else {
                self.found.contradict(0, &format!("{UNSEALED}, and had one"));
            }
        }
        self.record_seal().await?;
        self.examine().await
    }

    async fn seal_older(&self) -> Result<(), LedgerError> {
        let sealed: i64 = on!(&self.store, pool => sqlx::query_scalar(SEALED).fetch_one(pool).await?);
        if sealed > 0 {
            self.found.contradict(0, &format!("{UNSEALED}, and an entry says that it had one"));
            return Ok(());
        }
        // What stands there decides whether it may be sealed: the start waits until it can be read.
        let outside = match &self.outside {
            Some(path) => self.all_outside(path)?,
            None => Vec::new(),
        };
        let host = self.former_host().await?;
        if signed_under(&self.keys, &self.host, &outside) || signed_under(&self.keys, &host, &outside) {
            self.found
                .contradict(0, &format!("{UNSEALED}, and checkpoints outside are signed by a store that had one"));
            return Ok(());
        }
        let report = self.verify(&outside).await?;
        if let Some(wrong) = report.wrong.first() {
            self.found.contradict(0, &format!("{UNSEALED}, and the audit log is not whole: {}", wrong.what));
            return Ok(());
        }
        let origin = Origin { number: 1, store: Origin::another(&host), since: report.size, held: report.size };
        let taken = self.put_under(&origin, &report.root).await?;
        if taken {
            tracing::info!(store = origin.store, size = origin.since, "ledger.sealed");
        }
        Ok(())
    }

    fn all_outside(&self, path: &Path) -> Result<Vec<String>, LedgerError> {
        read_end(path, None)
            .map_err(|error| LedgerError::Outside(format!("{} cannot be read: {error}", path.display())))
    }

    /// A store keeps its name when the console gets another host; that it is known under this one too is said outside once, so
    /// that it is missed under this host as well if it is emptied.
    async fn say_host(&self, origin: &Origin) -> Result<(), LedgerError> {
        let Some(path) = self.outside.clone() else { return Ok(()) };
        let Some((host, id)) = origin.store.split_once('/') else { return Ok(()) };
        if host != &*self.host && !signed_under(&self.keys, &self.host, &self.all_outside(&path)?) {
            let here = format!("{}/{id}", self.host);
            let note = checkpoint::succeeded(&self.keys, &here, origin.since, &origin.store)?;
            write_outside(path, note).await?;
        }
        self.found.lock().host_known = true;
        Ok(())
    }

    /// The entry about a seal that was given to an older store; where the process ended before it, now.
    async fn record_seal(&self) -> Result<(), LedgerError> {
        let sealed: i64 = on!(&self.store, pool => sqlx::query_scalar(SEALED).fetch_one(pool).await?);
        let Ok(origins) = self.origins().await else { return Ok(()) };
        match origins.first() {
            Some(first) if first.number == 1 && first.since > 0 && sealed == 0 => {
                self.fact(Fact::HeadSealed { store: first.store.clone(), size: first.since }).await
            }
            _ => Ok(()),
        }
    }

    /// Puts the tree as its leaves are under an id of the store, if its first entries still are those of the root; false
    /// where somebody else was quicker.
    async fn put_under(&self, origin: &Origin, root: &str) -> Result<bool, LedgerError> {
        const LOCK: &str = "update ledger_head set size = size where id = 1";
        const NEWEST: &str = "select coalesce(max(number), 0) from ledger_origins";
        // A deed whose intent is gone has nothing to be closed.
        const GONE: &str = "delete from open_deeds where intent >= $1";
        let mut tx = self.store.driver.begin_writing().await?;
        within!(&mut tx, c => sqlx::query(LOCK).execute(c).await.map(|_| ()))?;
        let newest: i64 = within!(&mut tx, c => sqlx::query_scalar(NEWEST).fetch_one(c).await?);
        let mut tree = Frontier::default();
        let mut same = false;
        let walked = walk(&self.store, &mut tx, &mut tree, |tree| {
            same |= size(tree) == origin.since && hex(&tree.root()) == root;
            Ok(())
        });
        walked.await?.map_err(LedgerError::Entry)?;
        if newest + 1 != origin.number || !same {
            tx.rollback().await?;
            return Ok(false);
        }
        origin.put(&self.keys, &mut tx).await?;
        within!(&mut tx, c => sqlx::query(GONE).bind(size(&tree)).execute(c).await.map(|_| ()))?;
        let changes = changes_of_leaves(&self.store, &mut tx).await?;
        head::put(&origin.head(&self.keys, &tree, changes.hash(&self.keys)), &mut tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The tree as its leaves are, whatever the head says, and the sizes at which what was signed is something else.
    async fn as_it_stands(&self) -> Result<(Frontier, Vec<i64>), LedgerError> {
        const NOTES: &str = "select note from ledger_checkpoints";
        let rows: Vec<OriginRow> =
            self.store.read(on!(&self.store, pool => sqlx::query_as(ORIGINS).fetch_all(pool).await?));
        let origins: Vec<Origin> =
            rows.iter().filter_map(|row| head::origins(&self.keys, std::slice::from_ref(row)).ok()?.pop()).collect();
        let mut notes: Vec<String> = on!(&self.store, pool => sqlx::query_scalar(NOTES).fetch_all(pool).await?);
        let host = head::former_host(&self.keys, &self.host, notes.iter().map(|note| &**note));
        let witness = head::witness(&self.keys, host, &origins);
        if let Some(path) = &self.outside {
            // What cannot be read cannot be decided about.
            notes.extend(self.all_outside(path)?);
        }
        let signed: Vec<Checkpoint> = notes
            .iter()
            .filter_map(|note| match witness.read(note) {
                Read::Ours(found) => Some(found),
                Read::Others | Read::GoesOn | Read::Bad(_) => None,
            })
            .collect();
        let mut against: Vec<i64> = Vec::new();
        let mut tree = Frontier::default();
        let mut tx = self.store.driver.begin_reading().await?;
        let walked = walk(&self.store, &mut tx, &mut tree, |tree| {
            let others = signed.iter().filter(|signed| signed.size == size(tree) && signed.root != tree.root());
            against.extend(others.map(|signed| signed.size));
            Ok(())
        });
        walked.await?.map_err(LedgerError::Entry)?;
        tx.rollback().await?;
        against.extend(signed.iter().map(|signed| signed.size).filter(|signed| *signed > size(&tree)));
        Ok((tree, against))
    }

    /// Size and root of the tree as its leaves are now, whatever the head says.
    ///
    /// # Errors
    /// The store's, the place outside, or the first entry that is missing.
    pub async fn stands(&self) -> Result<(i64, String), LedgerError> {
        let (tree, _) = self.as_it_stands().await?;
        Ok((size(&tree), hex(&tree.root())))
    }

    /// The most entries that a checkpoint signed which says otherwise than the leaves as they are now; `None` where none does.
    ///
    /// # Errors
    /// The store's, the place outside, or the first entry that is missing.
    pub async fn signed_against(&self) -> Result<Option<i64>, LedgerError> {
        let (_, against) = self.as_it_stands().await?;
        Ok(against.into_iter().max())
    }

    /// An owner's decision, made at the server: the entries as they stand are the record from here on, under another id.
    /// False where they are not those of the size and root that were named.
    ///
    /// # Errors
    /// The store's, the place outside, or the first entry that is missing.
    pub async fn accept(&self, named: i64, root: &str, why: Why) -> Result<bool, LedgerError> {
        const NEWEST: &str = "select coalesce(max(number), 0) from ledger_origins";
        if let Some(what) = self.store.foreign().await? {
            return Err(LedgerError::Contradicted(what));
        }
        let (tree, against) = self.as_it_stands().await?;
        if (size(&tree), hex(&tree.root())) != (named, root.to_owned()) {
            return Ok(false);
        }
        let newest: i64 = on!(&self.store, pool => sqlx::query_scalar(NEWEST).fetch_one(pool).await?);
        let held = against.iter().min().map_or(named, |first| (first - 1).min(named));
        let origin = Origin { number: newest + 1, store: Origin::another(&self.host), since: named, held };
        let (store, against) = (origin.store.clone(), against.len());
        let what = self.contradiction().unwrap_or_default();
        // Where nothing is recorded, the entry about it is the first, and needs the id that it names.
        let first = newest == 0 && named == 0;
        if first && !self.put_under(&origin, root).await? {
            return Ok(false);
        }
        self.fact(Fact::RecordAccepted { store, size: named, root: root.to_owned(), held, against, what, why }).await?;
        let put = first || self.put_under(&origin, root).await?;
        if put {
            self.say_successor(&origin).await?;
        }
        self.examine().await?;
        Ok(put)
    }
}

impl Ledger {
    /// Says outside that the store goes on under another id, signed under each of those before: a copy of before is told by it.
    async fn say_successor(&self, origin: &Origin) -> Result<(), LedgerError> {
        let Some(path) = self.outside.clone() else { return Ok(()) };
        let rows: Vec<OriginRow> =
            self.store.read(on!(&self.store, pool => sqlx::query_as(ORIGINS).fetch_all(pool).await?));
        // Only what the secret key sealed is a name of this store.
        let held = head::origins(&self.keys, &rows).map_err(LedgerError::Contradicted)?;
        let mut notes = Vec::new();
        for former in held.iter().filter(|held| held.number < origin.number) {
            notes.push(checkpoint::succeeded(&self.keys, &former.store, origin.since, &origin.store)?);
        }
        for note in notes {
            write_outside(path.clone(), note).await?;
        }
        Ok(())
    }
}

/// Whether a note is among these that a store under this host and key has signed.
fn signed_under(keys: &Keys, host: &str, notes: &[String]) -> bool {
    notes.iter().any(|note| {
        let name = note.lines().next().unwrap_or_default();
        let own = name.strip_prefix(host).is_some_and(|rest| rest.starts_with('/'));
        own && checkpoint::open(&checkpoint::verifier_key(keys, name), note).is_ok()
    })
}

async fn write_outside(path: Arc<PathBuf>, note: String) -> Result<(), LedgerError> {
    let shown = path.display().to_string();
    let written = tokio::task::spawn_blocking(move || append(&path, &note)).await;
    let written = written.map_err(|error| error.to_string()).and_then(|done| done.map_err(|error| error.to_string()));
    written.map_err(|error| LedgerError::Outside(format!("{shown} cannot be written: {error}")))
}

/// The notes of the file outside: all, or those in its end. A file that is not there yet holds none.
fn read_end(path: &Path, most: Option<u64>) -> std::io::Result<Vec<String>> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound && folder_is_there(path) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let from = most.map_or(0, |most| length.saturating_sub(most));
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let mut notes = checkpoint::split(&String::from_utf8_lossy(&bytes));
    if from > 0 && !notes.is_empty() {
        // The first was cut.
        notes.remove(0);
    }
    Ok(notes)
}

fn folder_is_there(path: &Path) -> bool {
    path.parent().is_none_or(|folder| folder.as_os_str().is_empty() || folder.exists())
}

/// No line of a note is longer.
const LONGEST_LINE: u64 = 1_000;

/// Writes a note whole or not at all: half of one, as a full disk leaves it, would be read as one that was altered, and the next one with
/// it.
fn append(path: &Path, note: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).read(true).append(true).open(path)?;
    let metadata = file.metadata()?;
    let mut end = Vec::new();
    if metadata.is_file() {
        file.seek(SeekFrom::Start(metadata.len().saturating_sub(LONGEST_LINE)))?;
        file.read_to_end(&mut end)?;
    }
    let end = String::from_utf8_lossy(&end);
    let is_signed =
        end.ends_with('\n') && end.lines().rfind(|line| !line.is_empty()).is_some_and(|line| line.starts_with('—'));
    let apart = match is_signed {
        _ if end.is_empty() => String::new(),
        true if end.ends_with("\n\n") => String::new(),
        true => "\n".to_owned(),
        // A process that ended while it wrote one left half of it.
        false => format!("\n{}\n\n", checkpoint::CUT_OFF),
    };
    let written = file.write_all(format!("{apart}{note}\n").as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() && metadata.is_file() {
        file.set_len(metadata.len())?;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_note_takes_no_other_with_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("checkpoints.txt");
        append(&path, "one\n1\n\n— key sig\n").unwrap();
        append(&path, "two\n2\n\n— key sig\n").unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        assert_eq!(checkpoint::split(&whole).len(), 2);
        // Cut off anywhere, what comes next stands by itself, and nothing is read of what was cut off.
        for length in whole.len() / 2 + 1..whole.len() {
            std::fs::write(&path, &whole.as_bytes()[..length]).unwrap();
            append(&path, "three\n3\n\n— key sig\n").unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let notes = checkpoint::split(&String::from_utf8_lossy(&bytes));
            let whole: &[&str] = if length + 1 == whole.len() { &["one", "two", "three"] } else { &["one", "three"] };
            let read: Vec<&str> = notes.iter().filter_map(|note| note.lines().next()).collect();
            assert_eq!(read, whole, "{length}: {notes:?}");
        }
    }
}
