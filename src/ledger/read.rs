//! Reading the record.

use super::{
    Later, Ledger, LedgerError, NOT_SEEN, Outcome, checkpoint, entry::HAPPENED_LATER, head::THERE, keys::Opened,
};
use crate::{
    clock::{HOUR, Timestamp},
    id::{InstanceName, OperatorId},
    store::{Driver, Found as Read, on},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// What the record is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub operator: Option<String>,
    pub kind: Option<String>,
    pub instance: Option<String>,
    /// The keyed hash of a subject; see [`Ledger::subject`].
    pub subject: Option<String>,
    /// An outcome's name, or `open`.
    pub outcome: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Only entries before this one.
    pub before: Option<i64>,
    /// Only entries after this one.
    pub after: Option<i64>,
    pub batches: Batches,
    /// Several values at once, in place of person, kind, instance and outcome above: what fits any of these.
    pub any: Vec<Narrow>,
    /// Without who signed in and out, and what failed of it.
    pub without_sign_ins: bool,
    /// Without what the console did by itself.
    pub without_console: bool,
    pub limit: i64,
}

/// One value of each of the fields that a list can be narrowed to several of; empty is every one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    pub operator: String,
    pub kind: String,
    pub instance: String,
    /// An outcome's name, or `open`.
    pub outcome: String,
}

impl Narrow {
    /// Whether an entry is one of these, as it says itself.
    fn fits(&self, entry: &Entry) -> bool {
        let is = |asked: &str, said: Option<&str>| asked.is_empty() || said == Some(asked);
        let outcome = match entry.outcome {
            Some(outcome) => Some(outcome.name()),
            None => (entry.kind == "intent").then_some("open"),
        };
        is(&self.operator, entry.operator.as_deref())
            && is(&self.kind, Some(&entry.deed))
            && is(&self.instance, entry.instance.as_deref())
            && is(&self.outcome, outcome)
    }
}

/// The deeds that batches and imports carried out one by one. Each has said which in place of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Batches {
    /// As all others.
    #[default]
    Listed,
    /// The entry that begins each stands for them.
    Folded,
    /// Only those of one, by its id.
    Of(String),
}

/// Whether the sealed part of an entry could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// It has none.
    Nothing,
    Opened,
    /// Its key was destroyed, as an entry says; the tree is whole all the same.
    Destroyed,
    /// Its key is there and does not open it, or is itself not to be opened: one of them was changed.
    Damaged,
    /// Its key is not there, and no entry says that it was destroyed.
    Missing,
}

/// An intent or a fact, with the outcome of the one.
#[derive(Clone, Debug)]
pub struct Entry {
    pub index: i64,
    pub at: Timestamp,
    pub kind: String,
    pub deed: String,
    pub operator: Option<String>,
    pub instance: Option<String>,
    pub leaf: Value,
    /// The sealed document; see `sealed` for why there may be none.
    pub document: Option<Value>,
    pub sealed: Sealed,
    pub outcome: Option<Outcome>,
    /// When the outcome was recorded.
    pub closed_at: Option<Timestamp>,
    /// What the outcome's leaf says in clear.
    pub outcome_facts: Value,
    /// What was seen of it later, where it was not seen to have happened.
    pub later: Option<Found>,
}

impl Entry {
    /// What was sealed in it, for whoever goes on from it: `None` where there is nothing, or where it was destroyed as an entry says.
    ///
    /// # Errors
    /// That it does not open, and no entry says that it was destroyed: what it says is not known now, and not that it was not.
    pub fn words(&self) -> Result<Option<&Value>, LedgerError> {
        match self.sealed {
            Sealed::Opened | Sealed::Destroyed => Ok(self.document.as_ref()),
            // In every intent there are some.
            Sealed::Nothing if self.kind != "intent" => Ok(None),
            Sealed::Nothing | Sealed::Damaged | Sealed::Missing => Err(LedgerError::Entry(format!(
                "entry {}: its words do not open, and no entry destroyed them",
                self.index
            ))),
        }
    }

    /// The deed that was meant, for whoever goes on from it: `None` for a fact, or where its words were destroyed as an entry says.
    ///
    /// # Errors
    /// As of [`Self::words`].
    pub fn meant<T: DeserializeOwned>(&self) -> Result<Option<T>, LedgerError> {
        let Some(deed) = self.words()?.map(|words| &words["deed"]).filter(|deed| !deed.is_null()) else {
            return Ok(None);
        };
        let deed = T::deserialize(deed);
        deed.map(Some).map_err(|error| LedgerError::Entry(format!("entry {}: {error}", self.index)))
    }
}

/// What was seen of a deed after it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entry that says so.
    pub entry: i64,
    pub at: Timestamp,
    pub how: Later,
}

/// An intent or fact as it stands in clear, for whoever reads all of them in their order.
#[derive(Clone, Debug)]
pub struct Passed {
    pub index: i64,
    pub at: Timestamp,
    pub kind: String,
    pub deed: String,
    pub operator: Option<String>,
    pub instance: Option<String>,
    pub facts: Value,
    /// A person did it at that moment: no batch, job or command.
    pub by_hand: bool,
}

/// One deed of somebody's, as far as it stands in clear.
#[derive(Clone, Debug)]
pub struct Worked {
    pub index: i64,
    pub at: Timestamp,
    pub deed: String,
    pub facts: Value,
    pub outcome: Option<Outcome>,
}

/// An entry of which nothing was opened.
#[derive(Clone, Debug)]
pub struct Closed {
    pub index: i64,
    /// The keyed hash of what it is about.
    pub subject: String,
    pub leaf: Value,
    /// When the outcome was recorded.
    pub closed_at: Option<Timestamp>,
    /// Whether it was not seen to have happened, and was looked for again.
    pub sought: bool,
}

/// So many subjects are asked for at once, and of all of them so many entries.
const SUBJECTS: usize = 16;
const MOST_ABOUT: i64 = 3_200;

/// The entries about some subjects within a span. They are found by the index on subjects first, however few of all they are,
/// and put in order then.
pub const ABOUT_ANY: &str = "with found as materialized (select idx, subject, leaf from ledger_entries \
    where subject in ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
    and kind <> 'outcome' and at >= $1 and at < $2) \
    select e.idx, e.subject, e.leaf, cast(o.at as bigint) as closed_at, cast(s.since as bigint) as sought \
    from found e left join ledger_entries o on o.intent = e.idx left join sought s on s.intent = e.idx \
    order by e.idx desc limit $3";

/// What was recorded after an entry, in its order. What it is stands in the leaves alone.
pub const PASSED: &str = "select idx, leaf from ledger_entries where idx > $1 and idx <= $2 order by idx";

/// What somebody (or nobody known) did of one sort, newest first (`ledger_entries (operator, deed, idx)`).
pub const TIMES_OF: [&str; 2] = [
    "select leaf from ledger_entries where operator = $1 and deed = $2 and idx <= $3 and kind <> 'outcome' \
     order by idx desc limit $4",
    "select leaf from ledger_entries where operator is null and $1 = '' and deed = $2 and idx <= $3 and kind <> 'outcome' \
     order by idx desc limit $4",
];

/// When somebody did anything by hand lately, newest first (`ledger_entries (operator, idx)`): of the newest 50,000 entries, so
/// that of whoever did much by batches not all is read.
pub const TIMES_BY_HAND: &str = "select cast(at as bigint) from ledger_entries where operator = $1 and idx < $2 and at < $3 and kind = 'intent' \
    and leaf not like '%\"session\":\"batch %' and leaf not like '%\"session\":\"policy %' \
    and leaf not like '%\"session\":\"command\"%' and idx > (select coalesce(max(idx), 0) - 50000 from ledger_entries) \
    order by idx desc limit $4";

/// What one person meant to do within a span.
pub const WORKED: &str = "select e.idx, e.leaf, o.leaf as outcome_leaf \
    from ledger_entries e left join ledger_entries o on o.intent = e.idx \
    where e.operator = $1 and e.kind = 'intent' and e.at >= $2 and e.at < $3 and e.idx < $4 order by e.idx desc limit $5";

/// What was recorded before an entry, newest first: leaves of every kind.
pub const LEAVES_BELOW: &str = "select idx, leaf from ledger_entries where idx < $1 order by idx desc limit $2";

/// One entry in full.
#[derive(Clone, Debug)]
pub struct Detail {
    pub entry: Entry,
    pub leaf_text: String,
    pub leaf_hash: String,
    pub outcome_leaf: Option<(i64, String)>,
    pub seen: Option<Value>,
}

/// The tree now.
#[derive(Clone, Debug)]
pub struct TreeState {
    pub size: i64,
    pub root: String,
    /// Size, instant and text of the last checkpoint.
    pub checkpoint: Option<(i64, Timestamp, String)>,
    pub outside: Option<String>,
}

/// Stretches of entries that batches did, with nothing else between: the uppermost that is known of each, and the next other one
/// below it.
pub(super) type Folds = Arc<Mutex<BTreeMap<i64, i64>>>;

/// So many stretches are kept in mind.
const MOST_FOLDS: usize = 10_000;

/// Whether a batch or an import did it, by its leaf.
fn is_of_batch(leaf: &str) -> bool {
    leaf.contains("\"session\":\"batch ")
}

fn of_opened(opened: Opened) -> (Option<Value>, Sealed) {
    match opened {
        Opened::Text(document) => (Some(document), Sealed::Opened),
        Opened::Destroyed => (None, Sealed::Destroyed),
        Opened::Damaged => (None, Sealed::Damaged),
        Opened::Missing => (None, Sealed::Missing),
    }
}

/// An intent or fact with its outcome. What it says is what the leaves say: the columns beside them find it, and are anybody's
/// who can write the store.
#[derive(sqlx::FromRow)]
struct Row {
    idx: i64,
    leaf: String,
    hash: String,
    outcome_leaf: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ClosedRow {
    idx: i64,
    subject: String,
    leaf: String,
    closed_at: Option<i64>,
    sought: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct WorkedRow {
    idx: i64,
    leaf: String,
    outcome_leaf: Option<String>,
}

/// A leaf, and the one that closed it, as they were appended there: what stands in another's place says nothing.
struct Leaves {
    leaf: Value,
    outcome: Option<Value>,
}

/// What the clocks of several processes differ by, and what one was set back by, is allowed for so far.
const OUT_OF_ORDER: i64 = HOUR;

/// When it was done, if a leaf says that it is a deed or fact of this sort by this one.
fn time_of(leaf: &str, operator: Option<&str>, deed: &str) -> Option<Timestamp> {
    let leaf: Value = serde_json::from_str(leaf).ok()?;
    let is = leaf["kind"] != "outcome" && leaf["deed"] == *deed && leaf["operator"].as_str() == operator;
    instant_of(&leaf).filter(|_| is)
}

fn text_of(leaf: &Value, key: &str) -> Option<String> {
    leaf[key].as_str().map(str::to_owned)
}

fn instant_of(leaf: &Value) -> Option<Timestamp> {
    leaf["at"].as_str()?.parse().ok().map(Timestamp)
}

impl Leaves {
    fn read(index: i64, leaf: &str, outcome: Option<&str>) -> Result<Self, LedgerError> {
        let parse = |text: &str| {
            serde_json::from_str::<Value>(text).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))
        };
        let (leaf, outcome) = (parse(leaf)?, outcome.map(parse).transpose()?);
        if leaf["index"].as_i64() != Some(index) {
            tracing::error!(index, "ledger.another_leaf");
        }
        // An outcome of another entry closes nothing here.
        let outcome =
            outcome.filter(|outcome| outcome["kind"] == "outcome" && outcome["intent"].as_i64() == Some(index));
        Ok(Self { leaf, outcome })
    }

    fn outcome(&self) -> Option<Outcome> {
        self.outcome.as_ref()?["outcome"].as_str().and_then(Outcome::parse)
    }

    /// The entry, with what was sealed in it.
    fn entry(mut self, index: i64, (document, sealed): (Option<Value>, Sealed)) -> Entry {
        let leaf = &self.leaf;
        Entry {
            index,
            at: instant_of(leaf).unwrap_or_default(),
            kind: text_of(leaf, "kind").unwrap_or_default(),
            deed: text_of(leaf, "deed").unwrap_or_default(),
            operator: text_of(leaf, "operator"),
            instance: text_of(leaf, "instance"),
            document,
            sealed,
            outcome: self.outcome(),
            closed_at: self.outcome.as_ref().and_then(instant_of),
            outcome_facts: self.outcome.as_mut().map_or(Value::Null, |outcome| outcome["facts"].take()),
            later: None,
            leaf: self.leaf,
        }
    }
}

/// Intents and facts with their outcomes.
macro_rules! entries {
    ($narrowed:expr) => {
        concat!(
            "select e.idx, e.leaf, e.hash, o.leaf as outcome_leaf \
             from ledger_entries e left join ledger_entries o on o.intent = e.idx where e.kind <> 'outcome' and ",
            $narrowed
        )
    };
}

/// … newest first.
macro_rules! listed {
    ($narrowed:literal) => {
        entries!(concat!(
            $narrowed,
            " and ($3 = '' or e.instance = $3) \
             and ($5 = '' or o.outcome = $5 or ($5 = 'open' and e.kind = 'intent' and o.outcome is null)) \
             and e.at >= $6 and e.at < $7 and e.idx < $8 and e.idx > $10 \
             and (not $11 or e.deed not in ('signed_in', 'signed_out', 'sign_in_failed', 'code_failed')) \
             and ($12 = '' or e.leaf like $12) \
             and (not $13 or coalesce(e.operator, 'howdah') <> 'howdah' \
             or e.deed in ('changed_elsewhere', 'sign_in_failed', 'access_asked')) \
             order by e.idx desc limit $9"
        ))
    };
}

/// Deeds that came to something else than success, by who meant them and by what they came to. They are rare, and found here before
/// anything of the log is read; `$leading` is what the index on them begins with.
macro_rules! ended {
    ($leading:literal) => {
        concat!(
            "with found as materialized (select intent from ledger_ended where ",
            $leading,
            " and ($2 = '' or deed = $2) and ($3 = '' or instance = $3) and at >= $6 and at < $7 and intent < $8 and intent > $10 \
             order by intent desc limit $9) ",
            listed!("e.idx in (select intent from found) and $4 = ''")
        )
    };
}

/// Deeds of one kind that came to something, newest first, with the keys that open them: all in one statement. `key` is how
/// an engine reads the name of a key out of a leaf.
macro_rules! accomplished {
    ($key:literal, $narrowed:literal) => {
        concat!(
            "select e.idx, e.leaf, o.leaf, k.wrapped \
             from ledger_entries e join ledger_entries o on o.intent = e.idx left join ledger_keys k on k.id = ",
            $key,
            " where ",
            $narrowed,
            // Of one kind there may be very many: whose or about whom leads, never the kind.
            " and (e.deed || '') = $2 and o.outcome in ('succeeded', 'partly', 'unknown') order by e.idx desc limit $3"
        )
    };
}

/// What was done about any of these subjects (`ledger_entries (subject, idx)`): on SQLite they are one document, on PostgreSQL
/// one array.
pub const ABOUT_THESE: [&str; 2] = [
    accomplished!("e.leaf ->> 'key'", "e.subject in (select value from json_each($1))"),
    accomplished!("(e.leaf::json ->> 'key')", "e.subject = any($1)"),
];
/// What somebody did on an instance, before an entry (`ledger_entries (operator, idx)`).
pub const DONE_BY: [&str; 2] = [
    accomplished!("e.leaf ->> 'key'", "e.operator = $1 and e.instance = $4 and e.idx < $5"),
    accomplished!("(e.leaf::json ->> 'key')", "e.operator = $1 and e.instance = $4 and e.idx < $5"),
];

/// About which of some subjects somebody has any entry (`ledger_entries (subject, idx)`).
pub const PART_IN: [&str; 2] = [
    "select distinct subject from ledger_entries where operator = $1 and subject in (select value from json_each($2))",
    "select distinct subject from ledger_entries where operator = $1 and subject = any($2)",
];

/// What was meant lately on an instance, of one kind, and not refused, with the keys that open it: of the newest entries that one index gives, so
/// that no table is read through for what is not there.
macro_rules! lately {
    ($key:literal, $narrowed:literal) => {
        concat!(
            "with lately as materialized (select idx, leaf, deed, instance from ledger_entries where ",
            $narrowed,
            " and kind = 'intent' order by idx desc limit $5) \
             select l.leaf, k.wrapped from lately l left join ledger_keys k on k.id = ",
            $key,
            " where l.deed = $2 and l.instance = $3 and not exists (select 1 from ledger_ended e where e.intent = l.idx \
             and e.outcome in ('stale', 'refused', 'failed')) order by l.idx desc limit $4"
        )
    };
}

/// What somebody meant to do lately (`ledger_entries (operator, idx)`).
pub const LATELY_BY: [&str; 2] =
    [lately!("l.leaf ->> 'key'", "operator = $1"), lately!("(l.leaf::json ->> 'key')", "operator = $1")];
/// What anybody did (`ledger_entries (deed, idx)`).
pub const LATELY: [&str; 2] = [
    lately!("l.leaf ->> 'key'", "$1 = '' and deed = $2"),
    lately!("(l.leaf::json ->> 'key')", "$1 = '' and deed = $2"),
];
/// What was seen later of some intents (`sought (intent)`, `ledger_entries (idx)`).
const SEEN_LATER: [&str; 2] = [
    "select s.intent, e.idx, e.leaf from sought s join ledger_entries e on e.idx = s.seen \
     where s.intent in (select value from json_each($1))",
    "select s.intent, e.idx, e.leaf from sought s join ledger_entries e on e.idx = s.seen where s.intent = any($1)",
];
/// So many entries are looked through for what was meant lately.
const LOOKED_THROUGH: i64 = 2_000;

/// What somebody meant that came to something (`ledger_ended (operator, outcome, intent)`), and what anybody did (`(outcome, intent)`).
pub const ENDED_BY: &str = ended!("operator = $1 and outcome = $5");
pub const ENDED: &str = ended!("$1 = '' and outcome = $5");

type Accomplished = (i64, String, String, Option<String>);

impl Ledger {
    /// The keyed hash that stands for a subject in the record.
    pub fn subject(&self, subject: &super::deed::Subject) -> String {
        super::entry::subject_hash(&self.keys, subject)
    }

    /// Intents and facts, newest first.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        let rows =
            if filter.batches == Batches::Folded { self.folded(filter).await? } else { self.rows(filter).await? };
        let mut entries = self.entries_of(rows).await?;
        // A column that says otherwise than its leaf finds nothing.
        let is = |asked: &Option<String>, said: Option<&str>| {
            asked.as_deref().is_none_or(|asked| asked.is_empty() || said == Some(asked))
        };
        entries.retain(|entry| {
            let fits = is(&filter.operator, entry.operator.as_deref())
                && is(&filter.kind, Some(&entry.deed))
                && is(&filter.instance, entry.instance.as_deref())
                && is(&filter.subject, entry.leaf["subject"].as_str())
                && (filter.any.is_empty() || filter.any.iter().any(|narrow| narrow.fits(entry)));
            if !fits {
                tracing::error!(index = entry.index, "ledger.column_differs");
            }
            fits
        });
        Ok(entries)
    }

    /// Those that no batch or import did. A stretch of theirs is passed over in one step.
    async fn folded(&self, filter: &Filter) -> Result<Vec<Row>, LedgerError> {
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        let mut asked = Filter { batches: Batches::Listed, ..filter.clone() };
        let mut found = Vec::new();
        loop {
            let rows = self.rows(&asked).await?;
            let last = rows.last().filter(|_| rows.len() >= limit).map(|row| (row.idx, is_of_batch(&row.leaf)));
            found.extend(rows.into_iter().filter(|row| !is_of_batch(&row.leaf)));
            let Some((last, folds)) = last.filter(|_| found.len() < limit) else { break };
            asked.before = Some(if folds { self.below_fold(last).await? + 1 } else { last });
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The next entry below one of a batch that none did, or the least number where there is none. What was looked through once, from whichever
    /// entry, is not read again: nothing that was appended changes.
    async fn below_fold(&self, entry: i64) -> Result<i64, LedgerError> {
        const NEXT: &str = "select max(idx) from (select idx from ledger_entries where idx < $1 and idx > $2 \
            and kind <> 'outcome' and leaf not like '%\"session\":\"batch %' order by idx desc limit 1) other";
        let known = {
            let folds = self.folds.lock().unwrap_or_else(PoisonError::into_inner);
            let around = folds.range(entry..).next().map(|(_, below)| *below).filter(|below| *below < entry);
            if let Some(below) = around {
                return Ok(below);
            }
            folds.range(..entry).next_back().map(|(top, below)| (*top, *below))
        };
        let next: Option<i64> = on!(&self.store, pool => sqlx::query_scalar(NEXT)
            .bind(entry).bind(known.map_or(i64::MIN, |(top, _)| top)).fetch_one(pool).await?);
        let below = next.or(known.map(|(_, below)| below)).unwrap_or(i64::MIN);
        let mut folds = self.folds.lock().unwrap_or_else(PoisonError::into_inner);
        if folds.len() >= MOST_FOLDS {
            folds.clear();
        }
        // The two are one now.
        if let (None, Some((top, _))) = (next, known) {
            folds.remove(&top);
        }
        folds.insert(entry, below);
        Ok(below)
    }

    /// When the newest of what fits was recorded, and what it was: nothing of it is opened.
    ///
    /// # Errors
    /// The store's.
    pub async fn times(&self, filter: &Filter) -> Result<Vec<(i64, Timestamp, String)>, LedgerError> {
        let rows = self.rows(filter).await?;
        let read = |row: Row| {
            let leaf = Leaves::read(row.idx, &row.leaf, None)?.leaf;
            Ok((row.idx, instant_of(&leaf).unwrap_or_default(), text_of(&leaf, "deed").unwrap_or_default()))
        };
        rows.into_iter().map(read).collect()
    }

    /// What fits, newest first. Of several values each is looked for by itself, so that each is found by its index.
    async fn rows(&self, filter: &Filter) -> Result<Vec<Row>, LedgerError> {
        let narrowed = match (filter.from, filter.to) {
            (None, None) => filter,
            (from, to) => &self.within(filter, from, to).await?,
        };
        let filter = narrowed;
        if filter.any.is_empty() {
            return self.rows_of(filter).await;
        }
        let mut found = BTreeMap::new();
        for Narrow { operator, kind, instance, outcome } in filter.any.iter().cloned() {
            let one = Filter {
                operator: Some(operator),
                kind: Some(kind),
                instance: Some(instance),
                outcome: Some(outcome),
                any: Vec::new(),
                ..filter.clone()
            };
            found.extend(self.rows_of(&one).await?.into_iter().map(|row| (row.idx, row)));
        }
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        Ok(found.into_values().rev().take(limit).collect())
    }

    /// The same filter with the entries that a span lies between: they are recorded in the order of their time, but for what
    /// the clocks of several processes differ by, or a clock was set back. So much of that is allowed for.
    async fn within(
        &self,
        filter: &Filter,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Filter, LedgerError> {
        // By halving, in the database: a step reads one entry by its number.
        const FIRST_SINCE: &str = "with recursive halved (low, high) as (select cast(0 as bigint), size from ledger_head where id = 1 \
            union all select case when (select at from ledger_entries where idx = (low + high) / 2) < $1 \
            then (low + high) / 2 + 1 else low end, \
            case when (select at from ledger_entries where idx = (low + high) / 2) < $1 \
            then high else (low + high) / 2 end from halved where low < high) select max(low) from halved";
        let first = async |at: i64| -> Result<i64, LedgerError> {
            let found: Option<i64> =
                on!(&self.store, pool => sqlx::query_scalar(FIRST_SINCE).bind(at).fetch_one(pool).await?);
            Ok(found.unwrap_or_default())
        };
        let mut narrowed = filter.clone();
        if let Some(from) = from {
            let after = first(from.0.saturating_sub(OUT_OF_ORDER)).await? - 1;
            narrowed.after = Some(filter.after.map_or(after, |own| own.max(after)));
        }
        if let Some(to) = to {
            let before = first(to.0.saturating_add(OUT_OF_ORDER)).await?;
            narrowed.before = Some(filter.before.map_or(before, |own| own.min(before)));
        }
        Ok(narrowed)
    }

    async fn rows_of(&self, filter: &Filter) -> Result<Vec<Row>, LedgerError> {
        // A condition that may be empty keeps a planner from the index on what is given: the narrowest one leads.
        const ABOUT: &str = listed!("e.subject = $4 and ($1 = '' or e.operator = $1) and ($2 = '' or e.deed = $2)");
        const BY_OF: &str = listed!("e.operator = $1 and e.deed = $2 and ($4 = '' or e.subject = $4)");
        const BY: &str = listed!("e.operator = $1 and ($2 = '' or e.deed = $2) and ($4 = '' or e.subject = $4)");
        const OF: &str = listed!("e.deed = $2 and ($1 = '' or e.operator = $1) and ($4 = '' or e.subject = $4)");
        const ANY: &str = listed!("$1 = '' and $2 = '' and $4 = ''");
        // Of a batch its leaf says so: then what it came to leads (`ledger_entries (outcome, intent)`).
        const OF_BATCH: &str =
            listed!("o.outcome = $5 and ($1 = '' or e.operator = $1) and ($2 = '' or e.deed = $2) and $4 = ''");
        // What is put down as open, and in case that is not true, the newest of all.
        const OPEN: &str = listed!(
            "e.idx in (select intent from open_deeds union all select idx from (select idx from ledger_entries \
             where kind = 'intent' order by idx desc limit 1000) newest) \
             and ($1 = '' or e.operator = $1) and ($2 = '' or e.deed = $2) and $4 = ''"
        );
        let outcome = filter.outcome.as_deref().unwrap_or_default();
        let sql = match (&filter.subject, &filter.operator, &filter.kind) {
            (Some(subject), ..) if !subject.is_empty() => ABOUT,
            _ if outcome == "open" => OPEN,
            _ if !matches!(outcome, "" | "succeeded") && matches!(filter.batches, Batches::Of(_)) => OF_BATCH,
            (_, Some(operator), _) if !matches!(outcome, "" | "succeeded") && !operator.is_empty() => ENDED_BY,
            _ if !matches!(outcome, "" | "succeeded") => ENDED,
            (_, Some(operator), Some(kind)) if !operator.is_empty() && !kind.is_empty() => BY_OF,
            (_, Some(operator), _) if !operator.is_empty() => BY,
            (.., Some(kind)) if !kind.is_empty() => OF,
            _ => ANY,
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let of_batch = match &filter.batches {
            Batches::Of(id) => format!("%\"session\":\"batch {id}\"%"),
            Batches::Listed | Batches::Folded => String::new(),
        };
        let rows: Vec<Row> = self
            .readable(on!(&self.store, pool => sqlx::query_as(sql)
            .bind(text(&filter.operator))
            .bind(text(&filter.kind))
            .bind(text(&filter.instance))
            .bind(text(&filter.subject))
            .bind(text(&filter.outcome))
            .bind(filter.from.map_or(i64::MIN, |at| at.0))
            .bind(filter.to.map_or(i64::MAX, |at| at.0))
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.limit)
            .bind(filter.after.unwrap_or(-1))
            .bind(filter.without_sign_ins)
            .bind(&of_batch)
            .bind(filter.without_console)
            .fetch_all(pool).await?))
            .await?;
        Ok(rows)
    }

    async fn entries_of(&self, rows: Vec<Row>) -> Result<Vec<Entry>, LedgerError> {
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            match Leaves::read(row.idx, &row.leaf, row.outcome_leaf.as_deref()) {
                Ok(leaves) => read.push((row.idx, leaves)),
                Err(LedgerError::Entry(_)) => self.not_appended(row.idx).await?,
                Err(error) => return Err(error),
            }
        }
        match self.opened(read).await {
            // Which words were destroyed can't be believed, and so none of these: every page says why.
            Err(LedgerError::Entry(what)) => {
                self.found.contradict(self.newest_number().await?, &what);
                Ok(Vec::new())
            }
            opened => opened,
        }
    }

    /// Some entries with what was sealed in them.
    async fn opened(&self, read: Vec<(i64, Leaves)>) -> Result<Vec<Entry>, LedgerError> {
        let leaves: Vec<&Value> = read.iter().map(|(_, leaves)| &leaves.leaf).collect();
        let opened = self.open_each(&leaves).await?;
        let entries = read.into_iter().zip(opened).map(|((index, leaves), opened)| leaves.entry(index, opened));
        self.with_later(entries.collect()).await
    }

    /// Those of some entries that can be read. One that cannot was not appended so, and the record contradicts itself.
    async fn readable<T>(&self, rows: Vec<Read<T>>) -> Result<Vec<T>, LedgerError> {
        let asked = rows.len();
        let read = self.store.read(rows);
        if read.len() < asked {
            let number = self.newest_number().await?;
            self.found.contradict(number, "an entry can’t be read: it is not one that was appended");
        }
        Ok(read)
    }

    /// What is no entry at all was not appended: the record contradicts itself, and the others are told of.
    async fn not_appended(&self, index: i64) -> Result<(), LedgerError> {
        let number = self.newest_number().await?;
        self.found.contradict(number, &format!("entry {index} is not the one that was appended"));
        Ok(())
    }

    /// The newest intents and facts about one subject, by its keyed hash.
    pub async fn about(&self, subject: &str, limit: i64) -> Result<Vec<Entry>, LedgerError> {
        const SQL: &str = entries!("e.subject = $1 order by e.idx desc limit $2");
        let rows: Vec<Row> = self
            .readable(on!(&self.store, pool => sqlx::query_as(SQL).bind(subject).bind(limit).fetch_all(pool).await?))
            .await?;
        self.entries_of(rows).await
    }

    /// The intents and facts about some subjects within a span, newest first, with nothing of them opened.
    ///
    /// # Errors
    /// The store's.
    pub async fn about_any(
        &self,
        subjects: &BTreeSet<String>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Closed>, LedgerError> {
        let subjects: Vec<&String> = subjects.iter().collect();
        let mut found = Vec::new();
        for some in subjects.chunks(SUBJECTS) {
            let rows: Vec<ClosedRow> = self
                .readable(on!(&self.store, pool => {
                    let mut query = sqlx::query_as(ABOUT_ANY).bind(from.0).bind(to.0).bind(MOST_ABOUT);
                    for at in 0..SUBJECTS {
                        // No subject is empty.
                        query = query.bind(some.get(at).map_or("", |subject| subject.as_str()));
                    }
                    query.fetch_all(pool).await?
                }))
                .await?;
            for ClosedRow { idx: index, subject, leaf, closed_at, sought } in rows {
                let Ok(leaf) = serde_json::from_str(&leaf) else {
                    self.not_appended(index).await?;
                    continue;
                };
                let (closed_at, sought) = (closed_at.map(Timestamp), sought.is_some());
                found.push(Closed { index, subject, leaf, closed_at, sought });
            }
        }
        found.sort_by_key(|entry| std::cmp::Reverse(entry.index));
        Ok(found)
    }

    /// The intents and facts after an entry up to another, in their order, with nothing of them opened.
    ///
    /// # Errors
    /// The store's.
    pub async fn passed(&self, after: i64, upto: i64) -> Result<Vec<Passed>, LedgerError> {
        let rows: Vec<(i64, String)> = self
            .readable(on!(&self.store, pool => sqlx::query_as(PASSED).bind(after).bind(upto).fetch_all(pool).await?))
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for (index, text) in rows {
            let Ok(Leaves { leaf, .. }) = Leaves::read(index, &text, None) else {
                self.not_appended(index).await?;
                continue;
            };
            let kind = text_of(&leaf, "kind").unwrap_or_default();
            if kind == "outcome" {
                continue;
            }
            found.push(Passed {
                index,
                at: instant_of(&leaf).unwrap_or_default(),
                by_hand: kind == "intent"
                    && !is_of_batch(&text)
                    && leaf["session"] != "command"
                    && !leaf["session"].as_str().is_some_and(|session| session.starts_with("policy ")),
                deed: text_of(&leaf, "deed").unwrap_or_default(),
                operator: text_of(&leaf, "operator"),
                instance: text_of(&leaf, "instance"),
                facts: leaf["facts"].clone(),
                kind,
            });
        }
        Ok(found)
    }

    /// When somebody did one sort of thing up to an entry, newest first; of nobody known where `operator` is `None`.
    ///
    /// # Errors
    /// The store's.
    pub async fn times_of(
        &self,
        operator: Option<&str>,
        deed: &str,
        upto: i64,
        limit: i64,
    ) -> Result<Vec<Timestamp>, LedgerError> {
        let [of, of_nobody] = TIMES_OF;
        let sql = if operator.is_some() { of } else { of_nobody };
        let leaves: Vec<(String,)> = self
            .readable(on!(&self.store, pool => sqlx::query_as(sql)
            .bind(operator.unwrap_or_default()).bind(deed).bind(upto).bind(limit).fetch_all(pool).await?))
            .await?;
        Ok(leaves.iter().filter_map(|(leaf,)| time_of(leaf, operator, deed)).collect())
    }

    /// How often somebody did one sort of thing from a moment up to an entry; nobody known where `operator` is `None`. All leaves
    /// since are asked what they are, so that no column beside one hides it.
    ///
    /// # Errors
    /// The store's.
    pub async fn times_since(
        &self,
        operator: Option<&str>,
        deed: &str,
        since: Timestamp,
        upto: i64,
    ) -> Result<i64, LedgerError> {
        const SAID_OF: &str = "select leaf from ledger_entries where idx >= $1 and idx <= $2 and leaf like $3";
        let first = self.first_since(since, upto).await?;
        let like = format!("%\"deed\":\"{deed}\"%");
        let leaves: Vec<(String,)> = self
            .readable(on!(&self.store, pool => sqlx::query_as(SAID_OF)
            .bind(first).bind(upto).bind(like).fetch_all(pool).await?))
            .await?;
        let times = leaves.iter().filter_map(|(leaf,)| time_of(leaf, operator, deed)).filter(|at| *at >= since);
        Ok(i64::try_from(times.count()).unwrap_or(i64::MAX))
    }

    /// The first entry since a moment, as the leaves say: by halving, as they are recorded in the order of their time but for what
    /// clocks differ by.
    async fn first_since(&self, since: Timestamp, upto: i64) -> Result<i64, LedgerError> {
        const LEAF: &str = "select leaf from ledger_entries where idx = $1";
        let (mut low, mut high) = (0, upto + 1);
        while low < high {
            let middle = i64::midpoint(low, high);
            let leaf: Option<(String,)> = self.store.read_one(on!(&self.store, pool => sqlx::query_as(LEAF)
                    .bind(middle).fetch_optional(pool).await?));
            let at = leaf.and_then(|(leaf,)| instant_of(&serde_json::from_str(&leaf).ok()?));
            if at.is_some_and(|at| at.0 < since.0.saturating_sub(OUT_OF_ORDER)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// When somebody did anything by hand before an entry and a moment, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn times_by_hand(
        &self,
        operator: &str,
        before: i64,
        earlier: Timestamp,
        limit: i64,
    ) -> Result<Vec<Timestamp>, LedgerError> {
        let times: Vec<i64> = on!(&self.store, pool => sqlx::query_scalar(TIMES_BY_HAND)
            .bind(operator).bind(before).bind(earlier.0).bind(limit).fetch_all(pool).await?);
        Ok(times.into_iter().map(Timestamp).collect())
    }

    /// When an entry was recorded; `None` where there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn recorded_at(&self, index: i64) -> Result<Option<Timestamp>, LedgerError> {
        const SQL: &str = "select cast(at as bigint) from ledger_entries where idx = $1";
        let at: Option<i64> = on!(&self.store, pool => sqlx::query_scalar(SQL).bind(index).fetch_optional(pool).await?);
        Ok(at.map(Timestamp))
    }

    /// When the newest entry was recorded; `None` where there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest_at(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.recorded_at(self.tree_state().await?.size - 1).await
    }

    /// The sealed documents of some entries' leaves, in their order: each where it opens.
    ///
    /// # Errors
    /// The store's.
    pub async fn documents(&self, leaves: &[&Value]) -> Result<Vec<Option<Value>>, LedgerError> {
        Ok(self.open_each(leaves).await?.into_iter().map(|(document, _)| document).collect())
    }

    /// In which of these subjects (their keyed hashes) somebody has had any part.
    ///
    /// # Errors
    /// The store's.
    pub async fn had_part_in(
        &self,
        operator: &OperatorId,
        subjects: &[String],
    ) -> Result<BTreeSet<String>, LedgerError> {
        if subjects.is_empty() {
            return Ok(BTreeSet::new());
        }
        let found: Vec<String> = match &self.store.driver {
            Driver::Sqlite(pool) => {
                let subjects = Value::from(subjects.to_vec()).to_string();
                sqlx::query_scalar(PART_IN[0]).bind(&operator.0).bind(subjects).fetch_all(pool).await?
            }
            Driver::Postgres(pool) => {
                sqlx::query_scalar(PART_IN[1]).bind(&operator.0).bind(subjects).fetch_all(pool).await?
            }
        };
        Ok(found.into_iter().collect())
    }

    /// Deeds of one kind about any of these subjects (their keyed hashes) that came to something, newest first: one statement.
    ///
    /// # Errors
    /// The store's.
    pub async fn done_about(&self, subjects: &[String], deed: &str, limit: i64) -> Result<Vec<Entry>, LedgerError> {
        self.know_destroyed().await?;
        let rows: Vec<Accomplished> = match &self.store.driver {
            Driver::Sqlite(pool) => {
                let subjects = Value::from(subjects.to_vec()).to_string();
                sqlx::query_as(ABOUT_THESE[0]).bind(subjects).bind(deed).bind(limit).fetch_all(pool).await?
            }
            Driver::Postgres(pool) => {
                sqlx::query_as(ABOUT_THESE[1]).bind(subjects).bind(deed).bind(limit).fetch_all(pool).await?
            }
        };
        self.accomplished_of(deed, rows, |leaf| {
            leaf["subject"].as_str().is_some_and(|subject| subjects.iter().any(|asked| asked == subject))
        })
        .await
    }

    /// Deeds of one kind that somebody did on an instance and that came to something, newest first and below an entry: one
    /// statement.
    ///
    /// # Errors
    /// The store's.
    pub async fn done_by(
        &self,
        operator: &OperatorId,
        deed: &str,
        instance: &InstanceName,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Entry>, LedgerError> {
        macro_rules! read {
            ($pool:expr, $sql:expr) => {
                sqlx::query_as($sql)
                    .bind(&operator.0)
                    .bind(deed)
                    .bind(limit)
                    .bind(instance.as_str())
                    .bind(before)
                    .fetch_all($pool)
                    .await?
            };
        }
        self.know_destroyed().await?;
        let rows: Vec<Accomplished> = match &self.store.driver {
            Driver::Sqlite(pool) => read!(pool, DONE_BY[0]),
            Driver::Postgres(pool) => read!(pool, DONE_BY[1]),
        };
        self.accomplished_of(deed, rows, |leaf| {
            leaf["operator"] == operator.0.as_str() && leaf["instance"] == instance.as_str()
        })
        .await
    }

    /// What was meant lately on an instance, of one kind, newest first: by one person, or by anybody. What was not done is left out. Each with its leaf and with
    /// the sealed document, where that opens. One statement.
    ///
    /// # Errors
    /// The store's.
    pub async fn lately(
        &self,
        operator: Option<&OperatorId>,
        deed: &str,
        instance: &InstanceName,
        limit: i64,
    ) -> Result<Vec<(Value, Option<Value>)>, LedgerError> {
        self.know_destroyed().await?;
        let [sqlite, postgres] = if operator.is_some() { LATELY_BY } else { LATELY };
        let sql = match &self.store.driver {
            Driver::Sqlite(_) => sqlite,
            Driver::Postgres(_) => postgres,
        };
        let rows: Vec<(String, Option<String>)> = self.store.read(on!(&self.store, pool => sqlx::query_as(sql)
            .bind(operator.map_or("", |operator| operator.0.as_str()))
            .bind(deed)
            .bind(instance.as_str())
            .bind(limit)
            .bind(LOOKED_THROUGH)
            .fetch_all(pool).await?));
        // What is no entry at all is found by whoever reads all of them.
        let rows =
            rows.into_iter().filter_map(|(leaf, wrapped)| Some((serde_json::from_str::<Value>(&leaf).ok()?, wrapped)));
        let opened = rows.map(|(leaf, wrapped)| {
            let document = match (leaf["key"].as_str(), leaf["sealed"].as_str()) {
                (Some(key), Some(sealed)) => of_opened(self.unseal_with(wrapped.as_deref(), key, sealed)).0,
                _ => None,
            };
            (leaf, document)
        });
        Ok(opened.collect())
    }

    /// Those of some rows whose leaves say what was asked for.
    async fn accomplished_of(
        &self,
        deed: &str,
        rows: Vec<Accomplished>,
        asked: impl Fn(&Value) -> bool,
    ) -> Result<Vec<Entry>, LedgerError> {
        let mut entries = Vec::with_capacity(rows.len());
        for (index, leaf, outcome, wrapped) in rows {
            let Ok(leaves) = Leaves::read(index, &leaf, Some(&outcome)) else {
                self.not_appended(index).await?;
                continue;
            };
            if leaves.leaf["deed"] != deed || !asked(&leaves.leaf) || leaves.outcome.is_none() {
                tracing::error!(index, "ledger.column_differs");
                continue;
            }
            let opened = match (leaves.leaf["key"].as_str(), leaves.leaf["sealed"].as_str()) {
                (Some(key), Some(sealed)) => of_opened(self.unseal_with(wrapped.as_deref(), key, sealed)),
                _ => (None, Sealed::Nothing),
            };
            entries.push(leaves.entry(index, opened));
        }
        self.with_later(entries).await
    }

    /// What one person meant to do within a span, newest first and below an entry: what stands in clear, by the index on who.
    pub async fn worked(
        &self,
        operator: &OperatorId,
        from: Timestamp,
        to: Timestamp,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Worked>, LedgerError> {
        let rows: Vec<WorkedRow> = self
            .readable(on!(&self.store, pool => sqlx::query_as(WORKED)
            .bind(&operator.0).bind(from.0).bind(to.0).bind(before).bind(limit).fetch_all(pool).await?))
            .await?;
        let mut worked = Vec::with_capacity(rows.len());
        for WorkedRow { idx: index, leaf, outcome_leaf } in rows {
            let Ok(mut leaves) = Leaves::read(index, &leaf, outcome_leaf.as_deref()) else {
                self.not_appended(index).await?;
                continue;
            };
            if leaves.leaf["operator"] != operator.0.as_str() {
                tracing::error!(index, "ledger.column_differs");
                continue;
            }
            worked.push(Worked {
                index,
                at: instant_of(&leaves.leaf).unwrap_or_default(),
                deed: text_of(&leaves.leaf, "deed").unwrap_or_default(),
                outcome: leaves.outcome(),
                facts: leaves.leaf["facts"].take(),
            });
        }
        Ok(worked)
    }

    /// The leaves below an entry, newest first, outcomes among them, with nothing of them opened.
    ///
    /// # Errors
    /// The store's.
    pub async fn leaves_below(&self, before: i64, limit: usize) -> Result<Vec<(i64, Value)>, LedgerError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String)> = self
            .readable(
                on!(&self.store, pool => sqlx::query_as(LEAVES_BELOW).bind(before).bind(limit).fetch_all(pool).await?),
            )
            .await?;
        rows.into_iter()
            .map(|(index, leaf)| {
                let leaf = serde_json::from_str(&leaf);
                Ok((index, leaf.map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))?))
            })
            .collect()
    }

    /// Some entries with what was seen later of those that were not seen to have happened, as the leaves say that the rows name.
    async fn with_later(&self, mut entries: Vec<Entry>) -> Result<Vec<Entry>, LedgerError> {
        // They are rare.
        let not_seen = entries.iter().filter(|entry| entry.outcome_facts[NOT_SEEN] == true);
        let intents: Vec<i64> = not_seen.map(|entry| entry.index).collect();
        let [sqlite, postgres] = SEEN_LATER;
        let rows: Vec<Read<(i64, i64, String)>> = match &self.store.driver {
            _ if intents.is_empty() => return Ok(entries),
            Driver::Sqlite(pool) => {
                sqlx::query_as(sqlite).bind(Value::from(intents).to_string()).fetch_all(pool).await?
            }
            Driver::Postgres(pool) => sqlx::query_as(postgres).bind(intents).fetch_all(pool).await?,
        };
        let mut found = BTreeMap::new();
        for (intent, index, leaf) in self.store.read(rows) {
            let Ok(Leaves { leaf, .. }) = Leaves::read(index, &leaf, None) else {
                self.not_appended(index).await?;
                continue;
            };
            let said =
                leaf["deed"] == HAPPENED_LATER && leaf["facts"]["entry"].as_str() == Some(intent.to_string().as_str());
            let how = serde_json::from_value(leaf["facts"]["how"].clone()).ok().filter(|_| said);
            found.extend(
                how.map(|how| (intent, Found { entry: index, at: instant_of(&leaf).unwrap_or_default(), how })),
            );
        }
        for entry in &mut entries {
            entry.later = found.remove(&entry.index);
        }
        Ok(entries)
    }

    async fn open_sealed(&self, leaf: &Value) -> Result<(Option<Value>, Sealed), LedgerError> {
        Ok(self.open_each(&[leaf]).await?.pop().unwrap_or((None, Sealed::Nothing)))
    }

    /// The sealed documents of some leaves, in their order, each with whether it opened.
    async fn open_each(&self, leaves: &[&Value]) -> Result<Vec<(Option<Value>, Sealed)>, LedgerError> {
        let sealed: Vec<Option<(&str, &str)>> =
            leaves.iter().map(|leaf| leaf["key"].as_str().zip(leaf["sealed"].as_str())).collect();
        let under_keys: Vec<(&str, &str)> = sealed.iter().copied().flatten().collect();
        let mut opened = self.unseal_all(&under_keys).await?.into_iter();
        let mut each = |sealed: Option<(&str, &str)>| sealed.and_then(|_| opened.next()).map(of_opened);
        Ok(sealed.into_iter().map(|sealed| each(sealed).unwrap_or((None, Sealed::Nothing))).collect())
    }

    /// One intent or fact in full, by keys alone; `None` where there is none.
    pub async fn entry(&self, index: i64) -> Result<Option<Detail>, LedgerError> {
        const SQL: &str = entries!("e.idx = $1");
        const OUTCOME: &str = "select idx, leaf from ledger_entries where intent = $1";
        let row: Option<Row> = self.store.read_one(on!(&self.store, pool => sqlx::query_as(SQL)
            .bind(index).fetch_optional(pool).await?));
        let Some(row) = row else { return Ok(None) };
        let (leaf_text, leaf_hash) = (row.leaf.clone(), row.hash.clone());
        let read = (row.idx, Leaves::read(row.idx, &row.leaf, row.outcome_leaf.as_deref())?);
        let Some(entry) = self.opened(vec![read]).await?.pop() else { return Ok(None) };
        let outcome_leaf: Option<(i64, String)> = self.store.read_one(on!(&self.store, pool => sqlx::query_as(OUTCOME)
            .bind(index).fetch_optional(pool).await?));
        let seen = match &outcome_leaf {
            Some((at, text)) => {
                let leaf: Value =
                    serde_json::from_str(text).map_err(|error| LedgerError::Entry(format!("entry {at}: {error}")))?;
                self.open_sealed(&leaf).await?.0
            }
            None => None,
        };
        Ok(Some(Detail { entry, leaf_text, leaf_hash, outcome_leaf, seen }))
    }

    /// The tree and its last checkpoint.
    pub async fn tree_state(&self) -> Result<TreeState, LedgerError> {
        const HEAD: &str = "select size, root from ledger_head where id = 1";
        let head = on!(&self.store, pool => sqlx::query_as(HEAD).fetch_optional(pool).await?);
        // Where it is gone or can't be read the record contradicts itself, and what is there can be shown all the same.
        let (size, root): (i64, String) = match self.store.read_one(head) {
            Some(head) => head,
            None => (on!(&self.store, pool => sqlx::query_scalar(THERE).fetch_one(pool).await?), String::new()),
        };
        let checkpoint = checkpoint::last(&self.store).await?;
        let outside = self.outside.as_ref().map(|path| path.display().to_string());
        Ok(TreeState { size, root, checkpoint, outside })
    }
}
