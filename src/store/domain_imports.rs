//! Imports of domain blocks: what was asked for, and what became of each row. They survive a restart here.

use super::{
    Driver, Refusal, Store,
    claims::Leases,
    mac::{self, Dated, Proof, Sealed, Undated, without_entry},
    on,
    rights::{Changes, Known},
};
use crate::{
    clock::{MINUTE, Timestamp},
    id::{InstanceName, OperatorId},
    nouns::domain_imports::{Difference, ImportState, RowState, Ticks},
    seal::{Field, Keys},
};
use serde::{Serialize, Serializer};

/// Imports with work that a process is at.
pub const CLAIMS: Leases =
    Leases { table: "domain_imports", key: "id", due: "state = 'running'", order: "id", time: MINUTE, again: true };

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub id: String,
    pub instance: InstanceName,
    pub operator: OperatorId,
    pub file: String,
    pub rows: i64,
    /// Servers known here that it would begin to suspend, and the accounts known on them.
    pub suspends: i64,
    pub suspends_accounts: i64,
    pub created_at: Timestamp,
    pub state: ImportState,
    pub why: String,
    /// What the work waits for, or why it stopped.
    pub note: String,
    /// The lines that were ticked when it began, as spans in their order …
    pub lines: Vec<(i64, i64)>,
    /// … and the differences that were ticked as a whole, where a former version of the console began it.
    pub which: Vec<Difference>,
}

impl Import {
    /// Whether a line was ticked when it began.
    fn ticked(&self, row: &Row) -> bool {
        let after = self.lines.partition_point(|(from, _)| *from <= row.line);
        let within = after.checked_sub(1).and_then(|at| self.lines.get(at)).is_some_and(|(_, to)| row.line <= *to);
        within || self.which.contains(&row.difference)
    }
}

/// One row of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub line: i64,
    pub domain: String,
    pub difference: Difference,
    /// The rule there was, as JSON of [`crate::nouns::domain_blocks::Listed`]; empty for none.
    pub seen: String,
    /// The rule asked for, as JSON of [`crate::nouns::domain_blocks::Rule`]; empty for an invalid row.
    pub wanted: String,
    /// The same rule with the list's own comments in the place of ours, where there is such a choice.
    pub theirs: String,
    /// Whom it costs, as JSON of [`crate::nouns::domain_blocks::Cost`]; empty where it begins to suspend nobody known here.
    pub cost: String,
    /// Whether it cuts follows, or that is not known.
    #[serde(serialize_with = "number")]
    pub cuts: bool,
    #[serde(serialize_with = "number")]
    pub ticked: bool,
    /// Whether somebody ticked or unticked it.
    #[serde(serialize_with = "number")]
    pub by_hand: bool,
    /// Whether somebody wants the list's comments in the place of ours.
    #[serde(serialize_with = "number")]
    pub replaces: bool,
    /// Why it is invalid or the same, or what came of it.
    pub said: String,
    pub state: RowState,
    pub entry: Option<i64>,
}

impl Row {
    /// The rule that is to be, as JSON.
    pub fn asked(&self) -> &str {
        if self.replaces { &self.theirs } else { &self.wanted }
    }
}

/// As the columns have it, alike on both engines.
fn number<S: Serializer>(yes: &bool, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(i64::from(*yes))
}

fn decode(what: impl std::fmt::Debug) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what:?}").into())
}

#[derive(sqlx::FromRow)]
struct ImportRow {
    id: String,
    instance: String,
    operator: String,
    file: String,
    rows: i64,
    suspends: i64,
    suspends_accounts: i64,
    created_at: i64,
    state: String,
    why: String,
    note: String,
    /// The lines that were ticked when it began, `2-19 23`: nothing else is carried out. A former version wrote differences.
    which: String,
    #[sqlx(flatten)]
    proof: Proof,
}

/// In whose name, why, and whether it was begun. What the work waits for is no part of it.
impl Sealed for ImportRow {
    const TABLE: &'static str = "domain_imports";
    const WHAT: &'static str = "the import";

    fn called(&self) -> String {
        self.id.clone()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id).into(),
            (&self.instance).into(),
            (&self.operator).into(),
            (&self.file).into(),
            self.rows.into(),
            self.created_at.into(),
            (&self.state).into(),
            (&self.why).into(),
            (&self.which).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Dated for ImportRow {
    /// That it came to its end: put back as it ran, it is not done again.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        changes.over(&self.id).filter(|_| self.state == ImportState::Running.name())
    }
}

/// The columns of an import with its proof.
macro_rules! columns {
    () => {
        concat!(
            "id, instance, operator, file, rows, suspends, suspends_accounts, created_at, state, why, note, which, mac, ",
            without_entry!()
        )
    };
}

const LOCK: &str = concat!("update domain_imports set mac = mac where id = $1 returning ", columns!());

/// Seals what an import is meant to be, within the transaction that writes it.
macro_rules! seal {
    ($store:ident, $tx:ident, $row:expr) => {{
        const SEAL: &str = "update domain_imports set mac = $2 where id = $1";
        let row: &ImportRow = $row;
        sqlx::query(SEAL).bind(&row.id).bind(mac::mac(&$store.keys, row, 0)).execute(&mut *$tx).await?;
    }};
}

/// An import that holds, locked until the end of the transaction that changes it, and whether it is a preview. What the record
/// says is read after the lock: it may say since that it was begun, or has ended.
macro_rules! held {
    ($store:ident, $tx:ident, $id:expr) => {{
        let row: Option<ImportRow> = sqlx::query_as(LOCK).bind($id).fetch_optional(&mut *$tx).await?;
        let known = $store.known().await?;
        known.held(row, |row| row.id == *$id).await?.map(|row| (is_preview(&known, &row), row))
    }};
}

/// Whether an import was not begun: also one that runs, and that the record does not know as begun, because its process ended
/// before the entry stood. One with differences in the place of lines was begun by a former version, whose entries do not say
/// of what they are.
fn is_preview(known: &Known, row: &ImportRow) -> bool {
    row.state == ImportState::Preview.name()
        || (row.state == ImportState::Running.name() && !spans(&row.which).is_empty() && !known.has_begun(&row.id))
}

/// The differences among what was ticked; the others are lines.
fn named(which: &str) -> impl Iterator<Item = &str> {
    which.split_whitespace().filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// The lines among what was ticked: `2-19 23`.
fn spans(which: &str) -> Vec<(i64, i64)> {
    let span = |word: &str| {
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        Some((from.parse().ok()?, to.parse().ok()?))
    };
    let mut spans: Vec<(i64, i64)> = which.split_whitespace().filter_map(span).collect();
    spans.sort_unstable();
    spans
}

/// Lines in their order, as [`spans`] reads them.
fn as_spans(lines: &[i64]) -> String {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for line in lines {
        match spans.last_mut() {
            Some((_, to)) if *to + 1 == *line => *to = *line,
            _ => spans.push((*line, *line)),
        }
    }
    let word = |(from, to): &(i64, i64)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    spans.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// An import that holds.
fn import(known: &Known, row: ImportRow) -> sqlx::Result<Import> {
    let state = if is_preview(known, &row) { ImportState::Preview } else { row.state.parse().map_err(decode)? };
    Ok(Import {
        id: row.id,
        instance: row.instance.parse().map_err(decode)?,
        operator: OperatorId(row.operator),
        file: row.file,
        rows: row.rows,
        suspends: row.suspends,
        suspends_accounts: row.suspends_accounts,
        created_at: Timestamp(row.created_at),
        state,
        why: row.why,
        note: row.note,
        which: named(&row.which).map(|name| name.parse().map_err(decode)).collect::<sqlx::Result<_>>()?,
        lines: spans(&row.which),
    })
}

#[derive(sqlx::FromRow)]
struct RowColumns {
    line: i64,
    domain: String,
    difference: String,
    seen: String,
    wanted: String,
    theirs: String,
    cost: String,
    cuts: i64,
    ticked: i64,
    by_hand: i64,
    replaces: i64,
    said: String,
    state: String,
    recorded: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

/// The columns of a row with its proof.
macro_rules! row {
    () => {
        concat!(
            "line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, \
             entry as recorded, mac, ",
            without_entry!()
        )
    };
}

fn row(row: RowColumns) -> sqlx::Result<Row> {
    Ok(Row {
        line: row.line,
        domain: row.domain,
        difference: row.difference.parse().map_err(decode)?,
        seen: row.seen,
        wanted: row.wanted,
        theirs: row.theirs,
        cost: row.cost,
        cuts: row.cuts != 0,
        ticked: row.ticked != 0,
        by_hand: row.by_hand != 0,
        replaces: row.replaces != 0,
        said: row.said,
        state: row.state.parse().map_err(decode)?,
        entry: row.recorded,
    })
}

/// Reads rows of an import: what follows says which.
macro_rules! lines {
    ($rest:literal) => {
        concat!("select ", row!(), " from domain_import_rows where import = $1 ", $rest)
    };
}

/// A row of an import, as it is proved: what is to be done. How far it has come is compared with the record.
struct Line<'a> {
    import: &'a str,
    row: &'a Row,
    proof: Proof,
}

impl Undated for Line<'_> {}

impl Sealed for Line<'_> {
    const TABLE: &'static str = "domain_import_rows";
    const WHAT: &'static str = "line";

    fn called(&self) -> String {
        format!("{} of the import {}", self.row.line, self.import)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        let row = self.row;
        let mut fields = vec![
            self.import.into(),
            row.line.into(),
            (&row.domain).into(),
            row.difference.name().into(),
            (&row.seen).into(),
            (&row.wanted).into(),
        ];
        // Rows of former versions have none of them, and were proved without.
        if row.cuts || row.ticked || row.by_hand || row.replaces || !row.theirs.is_empty() || !row.cost.is_empty() {
            fields.push((&row.theirs).into());
            fields.push((&row.cost).into());
            fields.extend([row.cuts, row.ticked, row.by_hand, row.replaces].map(Field::Truth));
        }
        fields
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// The file that an import was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its letters, as JSON.
    pub text: String,
    /// How it was read, as JSON.
    pub reading: String,
}

/// The file of an import, as it is proved: whoever changes it changes what rows are made of when it is read anew.
struct OfImport<'a> {
    import: &'a str,
    file: &'a File,
    proof: Proof,
}

impl Undated for OfImport<'_> {}

impl Sealed for OfImport<'_> {
    const TABLE: &'static str = "domain_import_files";
    const WHAT: &'static str = "the file";

    fn called(&self) -> String {
        format!("of the import {}", self.import)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![self.import.into(), (&self.file.text).into(), (&self.file.reading).into()]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// A row as it travels, with its proof.
#[derive(Serialize)]
struct WithMac<'a> {
    #[serde(flatten)]
    row: &'a Row,
    mac: String,
}

/// Rows as one document, each with its proof.
fn document(store: &Store, import: &str, rows: &[Row]) -> sqlx::Result<String> {
    let rows: Vec<WithMac<'_>> = rows
        .iter()
        .map(|row| {
            let line = Line { import, row, proof: Proof::default() };
            WithMac { row, mac: mac::mac(&store.keys, &line, 0) }
        })
        .collect();
    serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Keeps an import with all its rows, in one transaction. The rows travel as one document, because a statement for each
/// of 20,000 would be as many round trips; taking it apart is the one thing the engines spell differently.
///
/// It can take the place of a preview, which is forgotten: false, and nothing kept, if that is none any more.
pub async fn insert(
    store: &Store,
    import: &Import,
    rows: &[Row],
    file: &File,
    instead_of: Option<&str>,
) -> sqlx::Result<bool> {
    const FORMER_ROWS: &str = "delete from domain_import_rows where import = $1";
    const FORMER_FILE: &str = "delete from domain_import_files where import = $1";
    const FORMER: &str = "delete from domain_imports where id = $1";
    const FILE: &str = "insert into domain_import_files (import, text, reading, mac) values ($1, $2, $3, $4)";
    const IMPORT: &str = "insert into domain_imports \
        (id, instance, operator, file, rows, suspends, suspends_accounts, created_at, state, why, note, lease_until) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)";
    const SQLITE: &str = "insert into domain_import_rows \
        (import, line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, mac) \
        select $1, value ->> 'line', value ->> 'domain', value ->> 'difference', value ->> 'seen', value ->> 'wanted', \
        value ->> 'theirs', value ->> 'cost', value ->> 'cuts', value ->> 'ticked', value ->> 'by_hand', \
        value ->> 'replaces', value ->> 'said', value ->> 'state', value ->> 'mac' from json_each($2)";
    const POSTGRES: &str = "insert into domain_import_rows \
        (import, line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, mac) \
        select $1, line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, mac \
        from json_to_recordset($2::json) as r (line bigint, domain text, difference text, seen text, wanted text, \
        theirs text, cost text, cuts bigint, ticked bigint, by_hand bigint, replaces bigint, said text, state text, mac text)";
    let document = document(store, &import.id, rows)?;
    let row = ImportRow {
        id: import.id.clone(),
        instance: import.instance.as_str().to_owned(),
        operator: import.operator.0.clone(),
        file: import.file.clone(),
        rows: import.rows,
        suspends: import.suspends,
        suspends_accounts: import.suspends_accounts,
        created_at: import.created_at.0,
        state: import.state.name().to_owned(),
        why: import.why.clone(),
        note: import.note.clone(),
        which: String::new(),
        proof: Proof::default(),
    };
    let proved = mac::mac(&store.keys, &OfImport { import: &import.id, file, proof: Proof::default() }, 0);
    macro_rules! keep {
        ($tx:ident, $rows:expr) => {{
            if let Some(former) = instead_of {
                let Some((true, _)) = held!(store, $tx, former) else { return Ok(false) };
                for sql in [FORMER_ROWS, FORMER_FILE, FORMER] {
                    sqlx::query(sql).bind(former).execute(&mut *$tx).await?;
                }
            }
            sqlx::query(IMPORT)
                .bind(&import.id)
                .bind(import.instance.as_str())
                .bind(&import.operator.0)
                .bind(&import.file)
                .bind(import.rows)
                .bind(import.suspends)
                .bind(import.suspends_accounts)
                .bind(import.created_at.0)
                .bind(import.state.name())
                .bind(&import.why)
                .bind(&import.note)
                .execute(&mut *$tx)
                .await?;
            sqlx::query($rows).bind(&import.id).bind(&document).execute(&mut *$tx).await?;
            sqlx::query(FILE)
                .bind(&import.id)
                .bind(&file.text)
                .bind(&file.reading)
                .bind(&proved)
                .execute(&mut *$tx)
                .await?;
            seal!(store, $tx, &row);
            $tx.commit().await?;
            Ok(true)
        }};
    }
    match &store.driver {
        Driver::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            keep!(tx, SQLITE)
        }
        Driver::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            keep!(tx, POSTGRES)
        }
    }
}

/// The file of an import; `None` where a former version kept none, or where it is not what the console wrote.
pub async fn file(store: &Store, id: &str) -> sqlx::Result<Option<File>> {
    const SQL: &str = "select text, reading from domain_import_files where import = $1";
    const PROOF: &str = concat!("select mac, ", without_entry!(), " from domain_import_files where import = $1");
    let found: Option<(String, String)> = on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?);
    let Some((text, reading)) = found else { return Ok(None) };
    let proof: Option<Proof> = on!(store, pool => sqlx::query_as(PROOF).bind(id).fetch_optional(pool).await?);
    let file = File { text, reading };
    let holds = proof.is_some_and(|proof| store.holds(&OfImport { import: id, file: &file, proof }, true));
    Ok(holds.then_some(file))
}

/// How the file of an import was read, for the page.
pub async fn reading(store: &Store, id: &str) -> sqlx::Result<Option<String>> {
    const SQL: &str = "select reading from domain_import_files where import = $1";
    on!(store, pool => sqlx::query_scalar(SQL).bind(id).fetch_optional(pool).await)
}

/// One import of an instance's.
pub async fn by_id(store: &Store, instance: &InstanceName, id: &str) -> sqlx::Result<Option<Import>> {
    const SQL: &str = concat!("select ", columns!(), " from domain_imports where id = $1 and instance = $2");
    let known = store.known().await?;
    let found: Option<ImportRow> =
        on!(store, pool => sqlx::query_as(SQL).bind(id).bind(instance.as_str()).fetch_optional(pool).await?);
    known
        .held(found, |row| row.id == id && row.instance == instance.as_str())
        .await?
        .map(|row| import(&known, row))
        .transpose()
}

/// The newest imports of an instance; ids are ULIDs and grow with time.
pub async fn list(store: &Store, instance: &InstanceName, limit: i64) -> sqlx::Result<Vec<Import>> {
    const SQL: &str =
        concat!("select ", columns!(), " from domain_imports where instance = $1 order by id desc limit $2");
    let known = store.known().await?;
    let found: Vec<ImportRow> =
        on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).bind(limit).fetch_all(pool).await?);
    known
        .all_held(found, |row| row.instance == instance.as_str())
        .await?
        .into_iter()
        .map(|row| import(&known, row))
        .collect()
}

/// Only the rows that cut follows.
pub const CUTS: &str = "cuts";
/// Only the rows that somebody ticked or unticked.
pub const BY_HAND: &str = "by_hand";

/// Rows of an import after a line, all of them or those of one difference, state or sort.
pub async fn rows(store: &Store, id: &str, show: &str, after: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    const SQL: &str = lines!(
        "and line > $2 and ($3 = '' or difference = $3 or state = $3 or ($3 = 'cuts' and cuts = 1) \
         or ($3 = 'by_hand' and by_hand = 1)) order by line limit $4"
    );
    let found: Vec<RowColumns> = on!(store, pool => sqlx::query_as(SQL)
        .bind(id).bind(after).bind(show).bind(limit).fetch_all(pool).await?);
    found.into_iter().map(row).collect()
}

/// How many rows there are of each difference and state.
pub async fn counts(store: &Store, id: &str) -> sqlx::Result<Vec<(Difference, RowState, i64)>> {
    const SQL: &str = "select difference, state, count(*) from domain_import_rows where import = $1 \
        group by difference, state order by difference, state";
    let found: Vec<(String, String, i64)> = on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_all(pool).await?);
    found
        .into_iter()
        .map(|(difference, state, number)| {
            Ok((difference.parse().map_err(decode)?, state.parse().map_err(decode)?, number))
        })
        .collect()
}

/// What is ticked of each difference.
pub async fn ticks(store: &Store, id: &str) -> sqlx::Result<Vec<(Difference, Ticks)>> {
    const SQL: &str = "select difference, count(*), count(case when ticked = 1 then 1 end), \
        count(case when cuts = 1 then 1 end), count(case when cuts = 1 and ticked = 1 then 1 end), \
        count(case when by_hand = 1 and ticked = 0 then 1 end) from domain_import_rows where import = $1 \
        group by difference order by difference";
    let found: Vec<(String, i64, i64, i64, i64, i64)> =
        on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_all(pool).await?);
    found
        .into_iter()
        .map(|(difference, rows, ticked, cutting, cutting_ticked, left_out)| {
            let ticks = Ticks { rows, ticked, cutting, cutting_ticked, left_out };
            Ok((difference.parse().map_err(decode)?, ticks))
        })
        .collect()
}

/// The rows that are ticked, each by a part of how it is proved: which, and what each would do.
const TICKED: &str = "select coalesce(string_agg(substr(mac, 1, 16), '' order by line), '') from domain_import_rows \
    where import = $1 and ticked = 1";

/// One hash of [`TICKED`], which a page carries to say what it showed.
fn hash_of(keys: &Keys, ticked: &str) -> String {
    keys.hash("ticked rows", ticked.as_bytes())
}

/// Which rows of an import are ticked and what each would do, as one hash: another row, or another content of one, is another.
///
/// # Errors
/// The store's.
pub async fn ticked(store: &Store, id: &str) -> sqlx::Result<String> {
    let ticked: String = on!(store, pool => sqlx::query_scalar(TICKED).bind(id).fetch_one(pool).await?);
    Ok(hash_of(&store.keys, &ticked))
}

/// Keeps what somebody ticked of a preview, and the reason typed so far: what is ticked then ([`ticked`]). `None`, and nothing
/// kept, if it is none any more, or something else was ticked than somebody saw. As in [`insert`], the rows travel as one
/// document.
pub async fn tick(store: &Store, id: &str, seen: &str, rows: &[Row], why: &str) -> sqlx::Result<Option<String>> {
    const WHY: &str = "update domain_imports set why = $2, state = 'preview' where id = $1";
    const SQLITE: &str = "update domain_import_rows set ticked = j.value ->> 'ticked', by_hand = j.value ->> 'by_hand', \
        replaces = j.value ->> 'replaces', mac = j.value ->> 'mac' \
        from json_each($2) j where import = $1 and line = (j.value ->> 'line')";
    const POSTGRES: &str = "update domain_import_rows set ticked = j.ticked, by_hand = j.by_hand, \
        replaces = j.replaces, mac = j.mac \
        from json_to_recordset($2::json) as j (line bigint, ticked bigint, by_hand bigint, replaces bigint, mac text) \
        where import = $1 and domain_import_rows.line = j.line";
    let document = document(store, id, rows)?;
    macro_rules! keep {
        ($tx:ident, $rows:expr) => {{
            let Some((true, mut held)) = held!(store, $tx, id) else { return Ok(None) };
            let before: String = sqlx::query_scalar(TICKED).bind(id).fetch_one(&mut *$tx).await?;
            if hash_of(&store.keys, &before) != seen {
                return Ok(None);
            }
            sqlx::query(WHY).bind(id).bind(why).execute(&mut *$tx).await?;
            (held.state, held.why) = (ImportState::Preview.name().to_owned(), why.to_owned());
            sqlx::query($rows).bind(id).bind(&document).execute(&mut *$tx).await?;
            let after: String = sqlx::query_scalar(TICKED).bind(id).fetch_one(&mut *$tx).await?;
            seal!(store, $tx, &held);
            $tx.commit().await?;
            Ok(Some(hash_of(&store.keys, &after)))
        }};
    }
    match &store.driver {
        Driver::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            keep!(tx, SQLITE)
        }
        Driver::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            keep!(tx, POSTGRES)
        }
    }
}

/// Begins an import that is shown as a preview: its rows that are ticked wait from now on, and those that somebody unticked are
/// remembered as such. Until the record says that it was begun, it is a preview all the same. How many; `None`, and nothing
/// changed, if it is no preview any more, or something else is ticked than somebody saw ([`ticked`]).
pub async fn begin(store: &Store, id: &str, seen: &str, why: &str) -> sqlx::Result<Option<usize>> {
    const MOVE: &str = "update domain_imports set state = 'running', why = $2, note = '', which = $3 where id = $1";
    const LINES: &str = "select line from domain_import_rows where import = $1 and ticked = 1 order by line";
    const ROWS: &str = "update domain_import_rows set state = case when ticked = 1 then 'waiting' \
        when by_hand = 1 then 'left_out' else 'listed' end \
        where import = $1 and (ticked = 1 or by_hand = 1 or state <> 'listed')";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((true, mut held)) = held!(store, tx, id) else { return Ok(None) };
        let ticked: String = sqlx::query_scalar(TICKED).bind(id).fetch_one(&mut *tx).await?;
        if hash_of(&store.keys, &ticked) != seen {
            return Ok(None);
        }
        let lines: Vec<i64> = sqlx::query_scalar(LINES).bind(id).fetch_all(&mut *tx).await?;
        (held.state, held.why, held.which) = (ImportState::Running.name().to_owned(), why.to_owned(), as_spans(&lines));
        if !lines.is_empty() {
            sqlx::query(MOVE).bind(id).bind(why).bind(&held.which).execute(&mut *tx).await?;
            sqlx::query(ROWS).bind(id).execute(&mut *tx).await?;
            seal!(store, tx, &held);
            tx.commit().await?;
        }
        Ok(Some(lines.len()))
    })
}

/// Begins an import anew that is at its end: what failed waits again. How many; `None`, and nothing changed, if it is not at
/// its end.
pub async fn again(store: &Store, id: &str) -> sqlx::Result<Option<u64>> {
    const MOVE: &str = "update domain_imports set state = 'running', note = '' where id = $1 and state = 'done'";
    const ROWS: &str = "update domain_import_rows set state = 'waiting', said = '', entry = null \
        where import = $1 and state = 'failed'";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((_, mut held)) = held!(store, tx, id) else { return Ok(None) };
        held.state = ImportState::Running.name().to_owned();
        if sqlx::query(MOVE).bind(id).execute(&mut *tx).await?.rows_affected() != 1 {
            return Ok(None);
        }
        let rows = sqlx::query(ROWS).bind(id).execute(&mut *tx).await?.rows_affected();
        if rows > 0 {
            seal!(store, tx, &held);
            tx.commit().await?;
        }
        Ok(Some(rows))
    })
}

/// Previews of before `$1` ([`is_preview`]), and what is done since `$2`.
macro_rules! old {
    () => {
        "(state = 'done' and created_at < $2) or (created_at < $1 and (state = 'preview' or (state = 'running' \
         and substr(which, 1, 1) in ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') and id not in \
         (select subject from rights_changes where deed in ('batch_begun', 'batch_resumed')))))"
    };
}

/// Forgets imports: previews that nobody began after a day, all that are at their end after thirty.
pub async fn delete_old(store: &Store, preview: Timestamp, done: Timestamp) -> sqlx::Result<u64> {
    const ROWS: &str =
        concat!("delete from domain_import_rows where import in (select id from domain_imports where ", old!(), ")");
    const FILES: &str =
        concat!("delete from domain_import_files where import in (select id from domain_imports where ", old!(), ")");
    const IMPORTS: &str = concat!("delete from domain_imports where ", old!());
    on!(store, pool => {
        sqlx::query(ROWS).bind(preview.0).bind(done.0).execute(pool).await?;
        sqlx::query(FILES).bind(preview.0).bind(done.0).execute(pool).await?;
        sqlx::query(IMPORTS).bind(preview.0).bind(done.0).execute(pool).await.map(|done| done.rows_affected())
    })
}

/// Moves an import from one state to another; true exactly once.
pub async fn change_state(
    store: &Store,
    id: &str,
    from: ImportState,
    to: ImportState,
    why: &str,
    note: &str,
) -> sqlx::Result<bool> {
    const SQL: &str = "update domain_imports set state = $3, why = $4, note = $5 where id = $1 and state = $2";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((_, mut held)) = held!(store, tx, id) else { return Ok(false) };
        (held.state, held.why) = (to.name().to_owned(), why.to_owned());
        let moved = sqlx::query(SQL)
            .bind(id).bind(from.name()).bind(to.name()).bind(why).bind(note).execute(&mut *tx).await?.rows_affected();
        if moved == 0 {
            return Ok(false);
        }
        seal!(store, tx, &held);
        tx.commit().await?;
        Ok(true)
    })
}

/// Says what the work waits for.
pub async fn note(store: &Store, id: &str, note: &str) -> sqlx::Result<()> {
    on!(store, pool => sqlx::query("update domain_imports set note = $2 where id = $1 and note <> $2")
        .bind(id).bind(note).execute(pool).await.map(|_| ()))
}

/// Whether no row is left to carry out.
pub async fn is_through(store: &Store, id: &str) -> sqlx::Result<bool> {
    const SQL: &str = "select count(*) from (select line from domain_import_rows where import = $1 \
        and state in ('waiting', 'under_way') limit 1) as l";
    let left: i64 = on!(store, pool => sqlx::query_scalar(SQL).bind(id).fetch_one(pool).await?);
    Ok(left == 0)
}

/// The next row to carry out, after a line. One that is not what the console wrote, or was not ticked, is not done.
pub async fn next(store: &Store, import: &Import, after: i64) -> sqlx::Result<Option<Row>> {
    const SQL: &str = lines!("and state in ('waiting', 'under_way') and line > $2 order by line limit 1");
    const SAID: &str = "The line was changed, not by the console, or was not ticked.";
    let id = import.id.as_str();
    loop {
        let found: Option<RowColumns> =
            on!(store, pool => sqlx::query_as(SQL).bind(id).bind(after).fetch_optional(pool).await?);
        let Some(mut found) = found else { return Ok(None) };
        let proof = std::mem::take(&mut found.proof);
        let (line, entry) = (found.line, found.recorded);
        // One that cannot be read is not what the console wrote either.
        if let Ok(row) = row(found)
            && store.holds(&Line { import: id, row: &row, proof }, true)
            && import.ticked(&row)
        {
            return Ok(Some(row));
        }
        set_row(store, id, line, RowState::Failed, SAID, entry).await?;
    }
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!("select ", columns!(), " from domain_imports order by id desc limit 1000");
    let known = store.known().await?;
    let rows: Vec<ImportRow> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    known.refusals(&rows).await
}

/// Seals imports from before they were proved, with their lines; how many.
pub async fn seal_former(store: &Store) -> sqlx::Result<u64> {
    const FORMER: &str = concat!("select ", columns!(), " from domain_imports where mac is null order by id");
    // What was ticked in an older version was never kept: it is what waits, and what is done.
    const WHICH: &str = "select distinct difference from domain_import_rows where import = $1 and state <> 'listed' order by difference";
    const SET: &str = "update domain_imports set which = $2 where id = $1";
    const LINES: &str = lines!("and mac is null order by line");
    const SEAL: &str = "update domain_import_rows set mac = $3 where import = $1 and line = $2";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let former: Vec<ImportRow> = sqlx::query_as(FORMER).fetch_all(&mut *tx).await?;
        let number = former.len();
        for mut import in former {
            let id = import.id.clone();
            let id = &id;
            let lines: Vec<RowColumns> = sqlx::query_as(LINES).bind(id).fetch_all(&mut *tx).await?;
            for row in lines.into_iter().map(row) {
                let row = row?;
                let mac = mac::mac(&store.keys, &Line { import: id, row: &row, proof: Proof::default() }, 0);
                sqlx::query(SEAL).bind(id).bind(row.line).bind(mac).execute(&mut *tx).await?;
            }
            let which: Vec<String> = sqlx::query_scalar(WHICH).bind(id).fetch_all(&mut *tx).await?;
            import.which = which.join(" ");
            sqlx::query(SET).bind(id).bind(&import.which).execute(&mut *tx).await?;
            seal!(store, tx, &import);
        }
        tx.commit().await?;
        Ok(u64::try_from(number).unwrap_or(u64::MAX))
    })
}

/// Says how far a row has come. One that is done and is not any more what was begun is not known to be: what was is in its entry.
pub async fn set_row(
    store: &Store,
    id: &str,
    line: i64,
    state: RowState,
    said: &str,
    entry: Option<i64>,
) -> sqlx::Result<()> {
    const SQL: &str = concat!(
        "update domain_import_rows set state = $3, said = $4, entry = $5 where import = $1 and line = $2 returning ",
        row!()
    );
    const WRONG: &str = "update domain_import_rows set state = 'failed', \
        said = 'The line was changed while it was under way, not by the console: what was done is in its entry.' \
        where import = $1 and line = $2";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let found: Option<RowColumns> = sqlx::query_as(SQL)
            .bind(id).bind(line).bind(state.name()).bind(said).bind(entry).fetch_optional(&mut *tx).await?;
        if let Some(mut found) = found
            && state == RowState::Done
        {
            let proof = std::mem::take(&mut found.proof);
            if !store.holds(&Line { import: id, row: &row(found)?, proof }, true) {
                sqlx::query(WRONG).bind(id).bind(line).execute(&mut *tx).await?;
            }
        }
        tx.commit().await
    })
}
