//! What the record says of changes to rights, as its sealed head has it: the newest entry of each deed about each person, grant
//! or link. Whoever holds the store alone can change what is written there, and cannot make it agree with the head.

use super::{
    Store,
    mac::{Dated, Refusal, Wrong, called},
    on,
};
use crate::{id::InstanceName, seal::Keys};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Deeds about a person that change what they may do, or what they prove themselves with, once they have succeeded.
pub(super) const OF_A_PERSON: [&str; 10] = [
    "add_operator",
    "disable_operator",
    "change_operator_role",
    "end_sessions",
    "link_account",
    "unlink_account",
    "change_password",
    "set_factor",
    "new_recovery_codes",
    "reset_sign_in",
];
/// … and about a grant.
pub(super) const OF_A_GRANT: [&str; 5] = ["ask_grant", "decide_grant", "revoke_grant", "start_grant", "end_grant"];

/// … and about what sets registrations by itself.
pub(super) const OF_A_POLICY: [&str; 1] = ["change_policy"];

/// That what was kept of instances is proved in the form of today.
pub const SNAPSHOTS_PROVED: &str = "snapshots_proved";
/// That each deed of the batches is proved.
pub const DEEDS_PROVED: &str = "deeds_proved";
/// That what is kept of notes, requests for access, registrations, alarms, reviews, refused sign-ups and applications is proved.
pub const KEPT_PROVED: &str = "kept_proved";
/// Facts after which something cannot be had again: rows are sealed and proved once, and work that has ended stays ended until
/// somebody lets it go on.
const FACTS: [&str; 7] =
    ["rows_sealed", SNAPSHOTS_PROVED, DEEDS_PROVED, KEPT_PROVED, "batch_begun", "batch_resumed", "batch_ended"];
/// Facts and outcomes that hold something back, as long as nothing newer lets it go on, and those that somebody at the server
/// took a row as it stood. They count where the leaf says so
/// ([`LASTS`]): former versions wrote them without, and a check derives from their leaves what they derived.
const HOLDING: [&str; 4] = ["batch_paused", "policy_stopped", POLICY_PASSED, TAKEN];
/// That somebody at the server took a row as it stood, which no other entry need have made.
pub(super) const TAKEN: &str = "row_resealed";
/// That somebody set registrations past a policy.
pub const POLICY_PASSED: &str = "policy_passed";
/// … and the outcomes of what sets registrations, which a policy must know of.
pub const OF_REGISTRATIONS: &str = "set_registrations";
/// … and those that destroyed words, whoever puts a key back.
pub const DESTROYING: &str = "destroy_words";
/// What a leaf says of itself that counts since it can.
pub const LASTS: &str = "lasts";

/// What an outcome says that was closed by reading, where what was read is what the deed meant.
pub const FOUND_DONE: &str = "found done";

/// Whether a deed changes rights once it has succeeded.
pub fn changes_rights(deed: &str) -> bool {
    OF_A_PERSON.contains(&deed) || OF_A_GRANT.contains(&deed) || OF_A_POLICY.contains(&deed)
}

/// The keyed hash of the subject, the deed, and the instance; empty where there is none.
type Key = (String, String, String);

/// For each, the entry with which it began: the newest one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(BTreeMap<Key, i64>);

/// A row of the table they are kept in.
pub type ChangeRow = (String, String, String, i64);

/// All of them; as many as there are people, grants and links, a few each.
pub const CHANGES: &str = "select subject, deed, instance, entry from rights_changes";
/// Keeps one.
pub const CHANGE: &str = "insert into rights_changes (subject, deed, instance, entry) values ($1, $2, $3, $4) \
    on conflict (subject, deed, instance) do update set entry = excluded.entry";

impl Changes {
    pub fn of_rows(rows: Vec<ChangeRow>) -> Self {
        Self(rows.into_iter().map(|(subject, deed, instance, entry)| ((subject, deed, instance), entry)).collect())
    }

    /// Takes a leaf in, which is about to be or has been appended there. Some with what it changed.
    pub fn take(&mut self, leaf: &Value, index: i64) -> Option<ChangeRow> {
        let text = |name: &str| leaf[name].as_str().unwrap_or_default().to_owned();
        let deed = text("deed");
        let entry = match leaf["kind"].as_str()? {
            "outcome"
                if changes_rights(&deed) && (leaf["outcome"] == "succeeded" || leaf["facts"][FOUND_DONE] == true) =>
            {
                leaf["intent"].as_i64()?
            }
            "outcome" if deed == OF_REGISTRATIONS && leaf["facts"][LASTS] == true => leaf["intent"].as_i64()?,
            // Of all of them together the newest: whoever wants to know of which keys looks at them in their order.
            "outcome" if deed == DESTROYING && leaf["facts"][LASTS] == true => {
                return Some(self.keep((String::new(), deed, String::new()), leaf["intent"].as_i64()?));
            }
            "fact" if FACTS.contains(&deed.as_str()) => index,
            "fact" if HOLDING.contains(&deed.as_str()) && leaf["facts"][LASTS] == true => index,
            _ => return None,
        };
        let of = if deed == TAKEN {
            leaf["facts"]["instance"].as_str().unwrap_or_default().to_owned()
        } else {
            text("instance")
        };
        Some(self.keep((text("subject"), deed, of), entry))
    }

    /// What was newest stays newest, in whatever order outcomes come.
    fn keep(&mut self, key: Key, entry: i64) -> ChangeRow {
        let newest = self.0.entry(key.clone()).or_insert(entry);
        *newest = entry.max(*newest);
        let (subject, deed, instance) = key;
        (subject, deed, instance, *newest)
    }

    /// What the head has of them.
    pub fn hash(&self, keys: &Keys) -> String {
        let rows: Vec<_> = self.0.iter().collect();
        keys.hash("rights changes", serde_json::json!(rows).to_string().as_bytes())
    }

    /// Whether they are those that a head has; one that was never sealed has none.
    pub fn agrees(&self, keys: &Keys, rights: &str) -> bool {
        self.hash(keys) == rights || (rights.is_empty() && self.0.is_empty())
    }

    /// The rows of their table.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str, &str, i64)> {
        self.0.iter().map(|((subject, deed, instance), entry)| (&**subject, &**deed, &**instance, *entry))
    }

    /// The newest entry of one of some deeds about a subject, on whatever instance.
    pub fn newest(&self, subject: &str, deeds: &[&str]) -> Option<i64> {
        let of = |deed: &&str| {
            let first = (subject.to_owned(), (*deed).to_owned(), String::new());
            let own = self.0.range(first..).take_while(|((about, name, _), _)| about == subject && name == deed);
            own.map(|(_, entry)| *entry).max()
        };
        deeds.iter().filter_map(of).max()
    }

    /// The same on one instance.
    pub fn newest_on(&self, subject: &str, deeds: &[&str], instance: &str) -> Option<i64> {
        let key = |deed: &&str| (subject.to_owned(), (*deed).to_owned(), instance.to_owned());
        deeds.iter().filter_map(|deed| self.0.get(&key(deed)).copied()).max()
    }

    /// The entry that says that work in the background has ended, where none says that it goes on since.
    pub fn over(&self, batch: &str) -> Option<i64> {
        let ended = self.newest(batch, &["batch_ended"])?;
        let goes_on = self.newest(batch, &["batch_begun", "batch_resumed"]);
        (Some(ended) > goes_on).then_some(ended)
    }

    /// Whether the newest that is said of work in the background is that it was paused.
    pub fn paused(&self, work: &str) -> bool {
        let goes_on = self.newest(work, &["batch_begun", "batch_resumed"]);
        self.newest(work, &["batch_paused"]).is_some_and(|paused| Some(paused) > goes_on)
    }

    /// The newest entry of a deed or fact of that kind, about whomever.
    pub fn newest_of(&self, deed: &str) -> Option<i64> {
        self.0.iter().filter(|((_, name, _), _)| name == deed).map(|(_, entry)| *entry).max()
    }

    /// Whether a deed or fact of that kind ever was, about whomever.
    pub fn ever(&self, deed: &str) -> bool {
        self.0.keys().any(|(_, name, _)| name == deed)
    }
}

/// A head of the tree, as its columns have it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SealedHead {
    pub size: i64,
    pub root: String,
    pub frontier: String,
    /// The number of the store's id that it stands under.
    pub origin: i64,
    /// [`Changes::hash`]; empty before the first seal.
    pub rights: String,
    pub mac: Option<String>,
}

impl SealedHead {
    /// The seal of a head that stands under the id of this name.
    pub fn seal(&self, keys: &Keys, store: &str) -> String {
        let Self { size, root, frontier, origin, rights, mac: _ } = self;
        keys.hash("ledger head", format!("{origin}\n{store}\n{size}\n{root}\n{frontier}\n{rights}").as_bytes())
    }
}

/// What a row is held against: what one head says, and nothing that came later.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub store: Store,
    what: Arc<What>,
}

#[derive(Debug)]
struct What {
    origin: i64,
    /// How many entries there are.
    size: i64,
    /// Of the changes.
    hash: String,
    changes: Changes,
}

/// What this process has last read and found to hold.
#[derive(Debug, Default)]
pub(super) struct Cached(Mutex<Option<Arc<What>>>);

impl Cached {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<What>>> {
        // What it holds is replaced whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(sqlx::FromRow)]
struct HeadNow {
    #[sqlx(flatten)]
    head: SealedHead,
    /// The name of the id it stands under.
    store: Option<String>,
    newest_origin: i64,
    there: i64,
}

/// In one statement: what it reads is of one instant.
const HEAD: &str = "select h.size, h.root, h.frontier, h.origin, h.rights, h.mac, o.store, \
    (select coalesce(max(number), 0) from ledger_origins) as newest_origin, \
    (select coalesce(max(idx) + 1, 0) from ledger_entries) as there \
    from ledger_head h left join ledger_origins o on o.number = h.origin where h.id = 1";

/// The changes may move on between two statements, and then both are read again.
const TRIES: usize = 5;

impl Store {
    /// What the head says now. A head that does not hold says nothing: then it is what this process read last, and where it
    /// has read none, no row holds that an entry bears out.
    pub(super) async fn known(&self) -> sqlx::Result<Known> {
        let cached = self.cached.lock().clone();
        let mut wrong = "what it says of rights is not what is written down of them";
        for _ in 0..TRIES {
            let head: Option<HeadNow> =
                self.read_one(on!(self, pool => sqlx::query_as(HEAD).fetch_optional(pool).await?));
            let (head, hash) = match head.as_ref().map_or(Err("it is gone"), |head| self.check(head, cached.as_deref()))
            {
                Ok(found) => found,
                Err(what) => {
                    wrong = what;
                    break;
                }
            };
            if let Some(cached) = cached.as_ref().filter(|cached| cached.hash == hash) {
                let what = What { origin: head.origin, size: head.size, hash, changes: cached.changes.clone() };
                return Ok(self.keep(what, cached));
            }
            let rows: Vec<ChangeRow> = self.read(on!(self, pool => sqlx::query_as(CHANGES).fetch_all(pool).await?));
            let changes = Changes::of_rows(rows);
            if changes.agrees(&self.keys, &hash) {
                let what = Arc::new(What { origin: head.origin, size: head.size, hash, changes });
                *self.cached.lock() = Some(what.clone());
                return Ok(Known { store: self.clone(), what });
            }
        }
        // A store that is still to be sealed has no proven row and a head without a seal: a note of it beside any other was
        // put back.
        let head: Option<HeadNow> = self.read_one(on!(self, pool => sqlx::query_as(HEAD).fetch_optional(pool).await?));
        let never_sealed = head.is_some_and(|now| now.head.mac.is_none() && now.newest_origin == 0);
        if !(never_sealed && self.sealing_is_due().await? && !self.any_sealed().await?) {
            self.name("the head of the record", wrong);
        }
        let nothing = || Arc::new(What { origin: 0, size: -1, hash: String::new(), changes: Changes::default() });
        Ok(Known { store: self.clone(), what: cached.unwrap_or_else(nothing) })
    }

    fn check<'a>(&self, now: &'a HeadNow, cached: Option<&What>) -> Result<(&'a SealedHead, String), &'static str> {
        let head = &now.head;
        if head.size != now.there {
            return Err("it counts more or fewer entries than there are");
        }
        match (&head.mac, &now.store) {
            // Nothing was recorded yet. An older version's store has no proven row before its first start.
            (None, None) if head.size == 0 && now.newest_origin == 0 && head.rights.is_empty() => {}
            (Some(mac), Some(store)) if head.origin == now.newest_origin && head.seal(&self.keys, store) == *mac => {}
            _ => return Err("it is not the one that the secret key sealed"),
        }
        if cached.is_some_and(|cached| (head.origin, head.size) < (cached.origin, cached.size)) {
            return Err("it is an older one that was put back");
        }
        Ok((head, head.rights.clone()))
    }

    fn keep(&self, what: What, cached: &Arc<What>) -> Known {
        let what =
            if what.size == cached.size && what.origin == cached.origin { cached.clone() } else { Arc::new(what) };
        *self.cached.lock() = Some(what.clone());
        Known { store: self.clone(), what }
    }

    /// Size and root of the tree, as its sealed head has them; `None` where it does not hold.
    pub async fn sealed_tree(&self) -> sqlx::Result<Option<(i64, String)>> {
        let head: Option<HeadNow> = self.read_one(on!(self, pool => sqlx::query_as(HEAD).fetch_optional(pool).await?));
        Ok(head.filter(|head| self.check(head, None).is_ok()).map(|now| (now.head.size, now.head.root)))
    }

    /// The newest entry that says this of a subject, as the sealed head has it.
    pub async fn newest_change(&self, subject: &str, deed: &str) -> sqlx::Result<Option<i64>> {
        Ok(self.known().await?.what.changes.newest(subject, &[deed]))
    }

    /// The newest entry that destroyed words, as the sealed head had it when it was last read here: with every request, and by every
    /// look. Whoever reads many words at once asks no more for it.
    pub async fn newest_destruction(&self) -> sqlx::Result<Option<i64>> {
        let cached = self.cached.lock().clone();
        match cached {
            Some(what) => Ok(what.changes.newest("", &[DESTROYING])),
            None => self.newest_change("", DESTROYING).await,
        }
    }

    /// The newest entry that says this of each subject, as the sealed head has it.
    pub async fn newest_of_each(&self, deed: &str) -> sqlx::Result<Vec<(String, i64)>> {
        let known = self.known().await?;
        let rows = known.what.changes.rows().filter(|(_, name, ..)| *name == deed);
        Ok(rows.map(|(subject, .., entry)| (subject.to_owned(), entry)).collect())
    }

    /// Whether the record has work in the background as paused, whatever its row says.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_paused(&self, work: &str) -> sqlx::Result<bool> {
        Ok(self.known().await?.is_paused(work))
    }

    /// Whether the record says that this ever was, about whomever. `None` where its head does not hold.
    pub async fn ever(&self, deed: &str) -> sqlx::Result<Option<bool>> {
        let known = self.known().await?;
        Ok((known.what.size >= 0).then(|| known.what.changes.ever(deed)))
    }
}

impl Known {
    /// The newest entry that it knows of: what somebody at the server takes as it stands is as new.
    pub fn newest_entry(&self) -> i64 {
        self.what.size - 1
    }

    /// The entry that a row is sealed under which was sealed under `former`: that of the deed that changes it. What is changed by
    /// no deed is no newer by that, and what is written new by none is as new as the record.
    pub fn entry_for(&self, former: Option<i64>) -> i64 {
        match &self.store.fence {
            Some(fence) => former.map_or(fence.intent, |former| former.max(fence.intent)),
            None => former.unwrap_or_else(|| self.newest_entry()),
        }
    }

    /// Whether work in the background was begun.
    pub fn has_begun(&self, work: &str) -> bool {
        self.what.changes.newest(work, &["batch_begun", "batch_resumed"]).is_some()
    }

    /// Whether it was paused since.
    pub fn is_paused(&self, work: &str) -> bool {
        self.what.changes.paused(work)
    }

    /// The newest entry that says this of a subject, on whatever instance.
    pub fn newest(&self, subject: &str, deed: &str) -> Option<i64> {
        self.what.changes.newest(subject, &[deed])
    }

    /// The newest entry that says this of a subject on an instance.
    pub fn newest_on(&self, subject: &str, deed: &str, instance: &InstanceName) -> Option<i64> {
        self.what.changes.newest_on(subject, &[deed], instance.as_str())
    }

    /// What is wrong with a row, if anything.
    pub async fn wrong<R: Dated>(&self, row: &R) -> sqlx::Result<Option<Wrong>> {
        if let Some(wrong) = self.store.wrong(row) {
            return Ok(Some(wrong));
        }
        let entry = row.proof().entry.unwrap_or(-1);
        if row.newest(&self.what.changes).is_some_and(|newest| entry < newest) {
            return Ok(Some(Wrong::Older));
        }
        // In a record that knows people each of them has an entry, and so has what they are given.
        let is_made = |what: &What| !what.changes.ever("add_operator") || row.is_made(&what.changes);
        if !is_made(&self.what) && !is_made(&self.store.known().await?.what) {
            return Ok(Some(Wrong::NeverMade));
        }
        // One that was written since the head was read is no newer than the head is by now.
        let beyond = entry >= self.what.size && entry >= self.store.known().await?.what.size;
        Ok(beyond.then_some(Wrong::Beyond))
    }

    /// Whether a row is what the console wrote, and no older copy of it. One that is not is named in the log.
    pub async fn holds<R: Dated>(&self, row: &R) -> sqlx::Result<bool> {
        let wrong = self.wrong(row).await?;
        if let Some(wrong) = wrong {
            self.store.name(&called(row), wrong.words());
        }
        Ok(wrong.is_none())
    }

    /// A row, if it holds and is the one that was asked for: a database that answers with another gives nobody its rights.
    pub async fn held<R: Dated>(&self, row: Option<R>, asked: impl Fn(&R) -> bool) -> sqlx::Result<Option<R>> {
        Ok(self.all_held(row.into_iter().collect(), asked).await?.pop())
    }

    /// Those of some rows that hold and were asked for.
    pub async fn all_held<R: Dated>(&self, rows: Vec<R>, asked: impl Fn(&R) -> bool) -> sqlx::Result<Vec<R>> {
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            if self.store.is_asked(&row, asked(&row)) && self.holds(&row).await? {
                held.push(row);
            }
        }
        Ok(held)
    }

    /// Those of some rows that are refused.
    pub async fn refusals<R: Dated>(&self, rows: &[R]) -> sqlx::Result<Vec<Refusal>> {
        let mut refused = Vec::new();
        for row in rows {
            if let Some(wrong) = self.wrong(row).await? {
                refused.push(Refusal { row: called(row), wrong });
            }
        }
        Ok(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_succeeded_counts_and_nothing_else() {
        let keys = Keys::from_secret([7; 32]);
        let mut changes = Changes::default();
        let outcome = |deed: &str, outcome: &str, intent: i64| json!({ "kind": "outcome", "deed": deed, "outcome": outcome, "subject": "s", "instance": "harbour", "intent": intent });
        assert_eq!(changes.take(&outcome("link_account", "failed", 3), 4), None);
        assert_eq!(changes.take(&outcome("decide_case", "succeeded", 3), 4), None);
        let before = changes.hash(&keys);
        assert!(changes.take(&outcome("link_account", "succeeded", 5), 6).is_some());
        assert_ne!(changes.hash(&keys), before);
        assert_eq!(changes.newest("s", &["link_account", "add_operator"]), Some(5));
        assert_eq!(changes.newest_on("s", &["link_account"], "harbour"), Some(5));
        assert_eq!(changes.newest_on("s", &["link_account"], "quay"), None);
        assert_eq!(changes.newest("t", &["link_account"]), None);
        assert_eq!(changes.take(&json!({ "kind": "fact", "deed": "rows_sealed" }), 9).map(|row| row.3), Some(9));
        assert!(changes.ever("rows_sealed") && !changes.ever("batch_ended"));
    }

    #[test]
    fn what_a_former_version_wrote_of_pauses_counts_as_it_did_then() {
        let mut changes = Changes::default();
        let fact = |deed: &str, facts: Value| json!({ "kind": "fact", "deed": deed, "subject": "b", "facts": facts });
        assert!(changes.take(&fact("batch_begun", json!({})), 1).is_some());
        assert_eq!(changes.take(&fact("batch_paused", json!({})), 2), None);
        assert!(!changes.paused("b"));
        assert!(changes.take(&fact("batch_paused", json!({ LASTS: true })), 3).is_some());
        assert!(changes.paused("b"));
        assert!(changes.take(&fact("batch_resumed", json!({})), 4).is_some());
        assert!(!changes.paused("b"));
    }
}
