//! Imports of domain blocks: what was asked for, and what became of each row. They survive a restart here.

use super::{
    Driver, Refusal, Store, Wrong,
    claims::Leases,
    mac::{self, Dated, Proof, Sealed, Undated, without_entry},
    on,
    rights::{Changes, Known},
    transaction::unchanged,
};
use crate::{
    clock::{MINUTE, Timestamp},
    id::{InstanceName, OperatorId},
    nouns::domain_imports::{Difference, ImportState, RowState},
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

    /// Refuses rows that were ticked when it began and stand there as if they were not: older copies that were put back.
    pub fn refuse_put_back(&self, rows: &mut [Row]) {
        let begun = self.state != ImportState::Preview && self.which.is_empty();
        for row in rows.iter_mut().filter(|row| begun && self.ticked(row)) {
            if matches!(row.state, RowState::Listed | RowState::LeftOut) {
                *row = Row::refused(row.line);
            }
        }
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
    /// Whether it is not what the console wrote: then nothing else here is what the store says, and nothing is done for it.
    #[serde(skip)]
    pub refused: bool,
    /// The code it was read with.
    #[serde(skip)]
    pub code: String,
}

/// What is said of a row that is not what the console wrote.
const CHANGED: &str = "The row was changed, not by the console: nothing is done for it.";

impl Row {
    /// The rule that is to be, as JSON.
    pub fn asked(&self) -> &str {
        if self.replaces { &self.theirs } else { &self.wanted }
    }

    /// A row of which nothing is known.
    pub fn empty(line: i64) -> Self {
        Self {
            line,
            domain: String::new(),
            difference: Difference::Invalid,
            seen: String::new(),
            wanted: String::new(),
            theirs: String::new(),
            cost: String::new(),
            cuts: false,
            ticked: false,
            by_hand: false,
            replaces: false,
            said: String::new(),
            state: RowState::Listed,
            entry: None,
            refused: false,
            code: String::new(),
        }
    }

    fn refused(line: i64) -> Self {
        Self { said: CHANGED.to_owned(), state: RowState::Failed, refused: true, ..Self::empty(line) }
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
    /// Whether a former version proved it: without what it would suspend, and what the work waits for.
    #[sqlx(skip)]
    former: bool,
}

impl ImportRow {
    /// What holds of it: of one that a former version proved, what it left out is not known.
    fn proved(self, store: &Store) -> Self {
        if store.wrong(&self).is_none() {
            return self;
        }
        let former = Self { former: true, ..self };
        if store.wrong(&former).is_some() {
            return Self { former: false, ..former };
        }
        Self { suspends: 0, suspends_accounts: 0, note: String::new(), ..former }
    }
}

/// In whose name, why, whether it was begun, and what the page says of it.
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
        let mut fields = vec![
            (&self.id).into(),
            (&self.instance).into(),
            (&self.operator).into(),
            (&self.file).into(),
            self.rows.into(),
            self.created_at.into(),
            (&self.state).into(),
            (&self.why).into(),
            (&self.which).into(),
        ];
        if !self.former {
            fields.push(self.suspends.into());
            fields.push(self.suspends_accounts.into());
            fields.push((&self.note).into());
        }
        fields
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

    /// What it does is done with somebody's rights, which are asked for each time.
    fn is_made(&self, _changes: &Changes) -> bool {
        true
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

/// Seals what an import is meant to be, within the transaction that writes it. What a former version left out is written anew.
macro_rules! seal {
    ($store:ident, $tx:ident, $row:expr) => {{
        const SEAL: &str =
            "update domain_imports set mac = $2, suspends = $3, suspends_accounts = $4, note = $5 where id = $1";
        let row: &mut ImportRow = $row;
        row.former = false;
        sqlx::query(SEAL)
            .bind(&row.id)
            .bind(mac::mac(&$store.keys, row, 0))
            .bind(row.suspends)
            .bind(row.suspends_accounts)
            .bind(&row.note)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// An import that holds, locked until the end of the transaction that changes it, and whether it is a preview. What the record
/// says is read after the lock: it may say since that it was begun, or has ended.
macro_rules! held {
    ($store:ident, $tx:ident, $id:expr) => {{
        let row: Option<ImportRow> = $store.read_one(sqlx::query_as(LOCK).bind($id).fetch_optional(&mut *$tx).await?);
        let row = row.map(|row| row.proved($store));
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

/// Whether an import runs of which the record says that it was paused: it is paused, whatever its row says.
fn is_let_go(known: &Known, row: &ImportRow) -> bool {
    row.state == ImportState::Running.name() && known.is_paused(&row.id)
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
    let state = if is_preview(known, &row) {
        ImportState::Preview
    } else if is_let_go(known, &row) {
        ImportState::Paused
    } else {
        row.state.parse().map_err(decode)?
    };
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
        refused: false,
        code: String::new(),
    })
}

/// Reads rows of an import: what follows says which.
macro_rules! lines {
    ($rest:literal) => {
        concat!("select ", row!(), " from domain_import_rows where import = $1 ", $rest)
    };
}

/// All of them.
const LINES: &str = lines!("order by line");

/// A row of an import, as it is proved: what is to be done, and what is said of it. How far it has come is compared with the
/// record as well: an older copy may have been put back.
struct Line<'a> {
    import: &'a str,
    row: &'a Row,
    proof: Proof,
    /// Whether a former version proved it: without what is said of it, and how far it has come.
    former: bool,
}

impl<'a> Line<'a> {
    fn new(import: &'a str, row: &'a Row) -> Self {
        Self { import, row, proof: Proof::default(), former: false }
    }
}

/// A row, if it is what the console wrote; otherwise one that is refused, and named in the log. Of one that a former version
/// proved it is not known what was said of it.
fn checked(store: &Store, import: &str, mut found: RowColumns) -> Row {
    let proof = std::mem::take(&mut found.proof);
    let line = found.line;
    let Ok(mut row) = row(found) else {
        store.name(&mac::called(&Line::new(import, &Row::empty(line))), Wrong::Changed.words());
        return Row::refused(line);
    };
    row.code = proof.mac.clone().unwrap_or_default();
    if store.wrong(&Line { import, row: &row, proof: proof.clone(), former: false }).is_none() {
        return row;
    }
    (row.said, row.entry) = (String::new(), None);
    if store.holds(&Line { import, row: &row, proof, former: true }, true) { row } else { Row::refused(line) }
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
        // Rows of former versions may have none of them, and were then proved without.
        let plain =
            !(row.cuts || row.ticked || row.by_hand || row.replaces) && row.theirs.is_empty() && row.cost.is_empty();
        if self.former && plain {
            return fields;
        }
        fields.push((&row.theirs).into());
        fields.push((&row.cost).into());
        fields.extend([row.cuts, row.ticked, row.by_hand, row.replaces].map(Field::Truth));
        if !self.former {
            fields.push((&row.said).into());
            fields.push(row.state.name().into());
            fields.push((&row.entry).into());
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

/// Rows, each with the code it is to be kept under. None that is refused is among them: it is never proved anew.
fn coded(store: &Store, import: &str, rows: &[Row]) -> Vec<Row> {
    let mut coded: Vec<Row> = rows.iter().filter(|row| !row.refused).cloned().collect();
    for row in &mut coded {
        row.code = mac::mac(&store.keys, &Line::new(import, row), 0);
    }
    coded
}

/// Rows as one document, each with its code.
fn document(coded: &[Row]) -> sqlx::Result<String> {
    #[derive(Serialize)]
    struct WithMac<'a> {
        #[serde(flatten)]
        row: &'a Row,
        mac: &'a str,
    }
    let rows: Vec<WithMac<'_>> = coded.iter().map(|row| WithMac { row, mac: &row.code }).collect();
    serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Writes rows of a [`document`] over those there are: what was ticked, what is said and how far each has come. What is to be
/// done stays as it is: a row that somebody changed meanwhile does not hold under its new code.
///
/// On SQLite the document is taken apart once, and each row is found by its key: otherwise all of it is read again for each row.
pub const REWRITE: [&str; 2] = [
    "with j as materialized (select cast(value ->> 'line' as integer) as line, \
     value ->> 'ticked' as ticked, value ->> 'by_hand' as by_hand, value ->> 'replaces' as replaces, \
     value ->> 'said' as said, value ->> 'state' as state, value ->> 'entry' as entry, value ->> 'mac' as mac \
     from json_each($2)) \
     update domain_import_rows set ticked = j.ticked, by_hand = j.by_hand, replaces = j.replaces, said = j.said, \
     state = j.state, entry = j.entry, mac = j.mac from j where import = $1 and domain_import_rows.line = j.line",
    "update domain_import_rows set ticked = j.ticked, by_hand = j.by_hand, \
     replaces = j.replaces, said = j.said, state = j.state, entry = j.entry, mac = j.mac \
     from json_to_recordset($2::json) as j (line bigint, ticked bigint, by_hand bigint, replaces bigint, said text, \
     state text, entry bigint, mac text) where import = $1 and domain_import_rows.line = j.line",
];

fn rewrite(driver: &Driver) -> &'static str {
    match driver {
        Driver::Sqlite(_) => REWRITE[0],
        Driver::Postgres(_) => REWRITE[1],
    }
}

/// Stores the rows of a [`document`].
const INSERT_ON_SQLITE: &str = "insert into domain_import_rows \
    (import, line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, mac) \
    select $1, value ->> 'line', value ->> 'domain', value ->> 'difference', value ->> 'seen', value ->> 'wanted', \
    value ->> 'theirs', value ->> 'cost', value ->> 'cuts', value ->> 'ticked', value ->> 'by_hand', \
    value ->> 'replaces', value ->> 'said', value ->> 'state', value ->> 'mac' from json_each($2)";
const INSERT_ON_POSTGRES: &str = "insert into domain_import_rows \
    (import, line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, mac) \
    select $1, line, domain, difference, seen, wanted, theirs, cost, cuts, ticked, by_hand, replaces, said, state, mac \
    from json_to_recordset($2::json) as r (line bigint, domain text, difference text, seen text, wanted text, \
    theirs text, cost text, cuts bigint, ticked bigint, by_hand bigint, replaces bigint, said text, state text, mac text)";

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
    let document = document(&coded(store, &import.id, rows))?;
    let mut row = ImportRow {
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
        former: false,
    };
    let proved = mac::mac(&store.keys, &OfImport { import: &import.id, file, proof: Proof::default() }, 0);
    macro_rules! keep {
        ($tx:ident, $rows:expr) => {{
            if let Some(former) = instead_of {
                let Some((true, _)) = held!(store, $tx, former) else { unchanged!($tx, false) };
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
            seal!(store, $tx, &mut row);
            $tx.commit().await?;
            Ok(true)
        }};
    }
    match &store.driver {
        Driver::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            keep!(tx, INSERT_ON_SQLITE)
        }
        Driver::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            keep!(tx, INSERT_ON_POSTGRES)
        }
    }
}

/// The file of an import; `None` where a former version kept none, or where it is not what the console wrote.
pub async fn file(store: &Store, id: &str) -> sqlx::Result<Option<File>> {
    const SQL: &str = "select text, reading from domain_import_files where import = $1";
    const PROOF: &str = concat!("select mac, ", without_entry!(), " from domain_import_files where import = $1");
    let found: Option<(String, String)> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(id).fetch_optional(pool).await?));
    let Some((text, reading)) = found else { return Ok(None) };
    let proof: Option<Proof> = store.read_one(on!(store, pool => sqlx::query_as(PROOF)
        .bind(id).fetch_optional(pool).await?));
    let file = File { text, reading };
    let holds = proof.is_some_and(|proof| store.holds(&OfImport { import: id, file: &file, proof }, true));
    Ok(holds.then_some(file))
}

/// Whether the file of an import was kept; a former version kept none.
pub async fn has_file(store: &Store, id: &str) -> sqlx::Result<bool> {
    const SQL: &str = "select count(*) from domain_import_files where import = $1";
    let kept: i64 = on!(store, pool => sqlx::query_scalar(SQL).bind(id).fetch_one(pool).await?);
    Ok(kept > 0)
}

/// One import of an instance's.
pub async fn by_id(store: &Store, instance: &InstanceName, id: &str) -> sqlx::Result<Option<Import>> {
    const SQL: &str = concat!("select ", columns!(), " from domain_imports where id = $1 and instance = $2");
    let known = store.known().await?;
    let found: Option<ImportRow> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(id).bind(instance.as_str()).fetch_optional(pool).await?));
    let found = found.map(|row| row.proved(store));
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
    let found: Vec<ImportRow> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(limit).fetch_all(pool).await?));
    let found = found.into_iter().map(|row| row.proved(store)).collect();
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

/// So many rows are read and checked at a time, so that nobody else waits for thousands of them.
const CHUNK: i64 = 1000;

/// All rows of an import in their order, those that are not what the console wrote as [`Row::refused`].
pub async fn rows(store: &Store, id: &str) -> sqlx::Result<Vec<Row>> {
    const SQL: &str = lines!("and line > $2 order by line limit $3");
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let after = rows.last().map_or(i64::MIN, |row| row.line);
        let found: Vec<RowColumns> = store.read(on!(store, pool => sqlx::query_as(SQL)
            .bind(id).bind(after).bind(CHUNK).fetch_all(pool).await?));
        if found.is_empty() {
            return Ok(rows);
        }
        rows.extend(found.into_iter().map(|row| checked(store, id, row)));
        // The same line twice, where somebody took the key away, does not count for one that is gone.
        rows.dedup_by_key(|row| row.line);
        tokio::task::yield_now().await;
    }
}

/// Whether a row is of one difference, state or sort, by its name; empty for any.
pub fn is_of(row: &Row, show: &str) -> bool {
    match show {
        "" => true,
        CUTS => row.cuts,
        BY_HAND => row.by_hand,
        name => row.difference.name() == name || row.state.name() == name,
    }
}

/// Which rows are ticked and what each would do, as one hash, which a page carries to say what it showed: another row, or another
/// content of one, is another.
pub fn ticked_of(store: &Store, rows: &[Row]) -> String {
    let ticked: Vec<&str> = rows.iter().filter(|row| row.ticked).map(|row| row.code.as_str()).collect();
    store.keys.hash("ticked rows", ticked.concat().as_bytes())
}

/// The same of an import.
///
/// # Errors
/// The store's.
pub async fn ticked(store: &Store, id: &str) -> sqlx::Result<String> {
    Ok(ticked_of(store, &rows(store, id).await?))
}

/// All rows of an import within a transaction.
macro_rules! all {
    ($store:ident, $tx:ident, $id:expr) => {{
        let found: Vec<RowColumns> = $store.read(sqlx::query_as(LINES).bind($id).fetch_all(&mut *$tx).await?);
        let rows: Vec<Row> = found.into_iter().map(|row| checked($store, $id, row)).collect();
        rows
    }};
}

/// Keeps what somebody ticked of a preview, and the reason typed so far: what is ticked then ([`ticked`]). `None`, and nothing
/// kept, if it is none any more, or something else was ticked than somebody saw. As in [`insert`], the rows travel as one
/// document.
pub async fn tick(store: &Store, id: &str, seen: &str, rows: &[Row], why: &str) -> sqlx::Result<Option<String>> {
    const WHY: &str = "update domain_imports set why = $2, state = 'preview' where id = $1";
    let coded = coded(store, id, rows);
    let document = document(&coded)?;
    macro_rules! keep {
        ($tx:ident) => {{
            let Some((true, mut held)) = held!(store, $tx, id) else { unchanged!($tx, None) };
            let mut now = all!(store, $tx, id);
            if ticked_of(store, &now) != seen {
                unchanged!($tx, None);
            }
            sqlx::query(WHY).bind(id).bind(why).execute(&mut *$tx).await?;
            (held.state, held.why) = (ImportState::Preview.name().to_owned(), why.to_owned());
            sqlx::query(rewrite(&store.driver)).bind(id).bind(&document).execute(&mut *$tx).await?;
            seal!(store, $tx, &mut held);
            $tx.commit().await?;
            for row in &coded {
                if let Ok(at) = now.binary_search_by_key(&row.line, |row| row.line)
                    && let Some(before) = now.get_mut(at)
                {
                    before.clone_from(row);
                }
            }
            Ok(Some(ticked_of(store, &now)))
        }};
    }
    match &store.driver {
        Driver::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            keep!(tx)
        }
        Driver::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            keep!(tx)
        }
    }
}

/// Begins an import that is shown as a preview: its rows that are ticked wait from now on, and those that somebody unticked are
/// remembered as such. Until the record says that it was begun, it is a preview all the same. How many; `None`, and nothing
/// changed, if it is no preview any more, or something else is ticked than somebody saw ([`ticked`]).
pub async fn begin(store: &Store, id: &str, seen: &str, why: &str) -> sqlx::Result<Option<usize>> {
    const MOVE: &str = "update domain_imports set state = 'running', why = $2, which = $3 where id = $1";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((true, mut held)) = held!(store, tx, id) else { unchanged!(tx, None) };
        let mut rows = all!(store, tx, id);
        if ticked_of(store, &rows) != seen {
            unchanged!(tx, None);
        }
        let lines: Vec<i64> = rows.iter().filter(|row| row.ticked).map(|row| row.line).collect();
        (held.state, held.why, held.which) = (ImportState::Running.name().to_owned(), why.to_owned(), as_spans(&lines));
        held.note = String::new();
        if lines.is_empty() {
            unchanged!(tx, Some(0));
        }
        sqlx::query(MOVE).bind(id).bind(why).bind(&held.which).execute(&mut *tx).await?;
        rows.retain_mut(|row| {
            let state = match (row.ticked, row.by_hand) {
                (true, _) => RowState::Waiting,
                (false, true) => RowState::LeftOut,
                (false, false) => RowState::Listed,
            };
            !row.refused && std::mem::replace(&mut row.state, state) != state
        });
        let document = document(&coded(store, id, &rows))?;
        sqlx::query(rewrite(&store.driver)).bind(id).bind(&document).execute(&mut *tx).await?;
        seal!(store, tx, &mut held);
        tx.commit().await?;
        Ok(Some(lines.len()))
    })
}

/// Begins an import anew that is at its end: what failed waits again, but what is refused. How many; `None`, and nothing
/// changed, if it is not at its end.
pub async fn again(store: &Store, id: &str) -> sqlx::Result<Option<u64>> {
    const MOVE: &str = "update domain_imports set state = 'running' where id = $1 and state = 'done'";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((_, mut held)) = held!(store, tx, id) else { unchanged!(tx, None) };
        (held.state, held.note) = (ImportState::Running.name().to_owned(), String::new());
        if sqlx::query(MOVE).bind(id).execute(&mut *tx).await?.rows_affected() != 1 {
            unchanged!(tx, None);
        }
        let mut rows = all!(store, tx, id);
        rows.retain(|row| !row.refused && row.state == RowState::Failed);
        for row in &mut rows {
            (row.state, row.said, row.entry) = (RowState::Waiting, String::new(), None);
        }
        if rows.is_empty() {
            unchanged!(tx, Some(0));
        }
        let document = document(&coded(store, id, &rows))?;
        sqlx::query(rewrite(&store.driver)).bind(id).bind(&document).execute(&mut *tx).await?;
        seal!(store, tx, &mut held);
        tx.commit().await?;
        Ok(Some(u64::try_from(rows.len()).unwrap_or(u64::MAX)))
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
pub async fn delete_old(store: &Store, done: Timestamp, preview: Timestamp) -> sqlx::Result<u64> {
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
    // One that was paused and put back as it ran goes on when the record says so.
    const SQL: &str = "update domain_imports set state = $3, why = $4 where id = $1 \
        and (state = $2 or ($2 = 'paused' and state = 'running'))";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((_, mut held)) = held!(store, tx, id) else { unchanged!(tx, false) };
        (held.state, held.why, held.note) = (to.name().to_owned(), why.to_owned(), note.to_owned());
        let moved = sqlx::query(SQL)
            .bind(id).bind(from.name()).bind(to.name()).bind(why).execute(&mut *tx).await?.rows_affected();
        if moved == 0 {
            unchanged!(tx, false);
        }
        seal!(store, tx, &mut held);
        tx.commit().await?;
        Ok(true)
    })
}

/// Says what the work waits for.
pub async fn note(store: &Store, id: &str, note: &str) -> sqlx::Result<()> {
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let Some((_, mut held)) = held!(store, tx, id) else { unchanged!(tx, ()) };
        if held.note == note {
            unchanged!(tx, ());
        }
        note.clone_into(&mut held.note);
        seal!(store, tx, &mut held);
        tx.commit().await
    })
}

/// How many rows of an import have come to their end, and how many are to, without any being opened.
pub async fn progress(store: &Store, id: &str) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "select count(*) filter (where state in ('done', 'failed')), count(*) from domain_import_rows \
        where import = $1 and state in ('waiting', 'under_way', 'done', 'failed')";
    Ok(on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_one(pool).await?))
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
    const SAID: &str = "The row was not selected when the import began.";
    let id = import.id.as_str();
    loop {
        let found: Option<RowColumns> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
            .bind(id).bind(after).fetch_optional(pool).await?));
        let Some(found) = found else { return Ok(None) };
        let row = checked(store, id, found);
        if !row.refused && import.ticked(&row) {
            return Ok(Some(row));
        }
        set_row(store, id, row.line, RowState::Failed, SAID, row.entry).await?;
    }
}

/// So many imports, the newest, …
const MOST_COUNTED: i64 = 20;
/// … and so many rows of the newest are looked at for those that are refused; each is when its import is shown or carried out.
const MOST_CHECKED: i64 = 2000;

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!("select ", columns!(), " from domain_imports order by id desc limit 1000");
    const COUNT: &str = "select import, count(*) from domain_import_rows where import in \
        (select id from domain_imports order by id desc limit $1) group by import";
    const ROWS: &str =
        concat!("select import, ", row!(), " from domain_import_rows order by import desc, line limit $1");
    #[derive(sqlx::FromRow)]
    struct OfImport {
        import: String,
        #[sqlx(flatten)]
        row: RowColumns,
    }
    let known = store.known().await?;
    let (imports, mut refused) =
        store.read_or_refuse::<ImportRow>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let imports: Vec<ImportRow> = imports.into_iter().map(|row| row.proved(store)).collect();
    refused.extend(known.refusals(&imports).await?);
    let let_go = imports.iter().filter(|row| is_let_go(&known, row));
    refused.extend(let_go.map(|row| Refusal { row: mac::called(row), wrong: Wrong::LetGo }));
    let there: Vec<(String, i64)> =
        store.read(on!(store, pool => sqlx::query_as(COUNT).bind(MOST_COUNTED).fetch_all(pool).await?));
    for import in imports.iter().take(usize::try_from(MOST_COUNTED).unwrap_or(usize::MAX)) {
        let rows = there.iter().find(|(id, _)| *id == import.id).map_or(0, |(_, number)| *number);
        if rows < import.rows {
            let row = format!("a line of the import {}", import.id);
            refused.push(Refusal { row, wrong: Wrong::Gone });
        }
    }
    let rows: Vec<OfImport> =
        store.read(on!(store, pool => sqlx::query_as(ROWS).bind(MOST_CHECKED).fetch_all(pool).await?));
    let changed = rows.into_iter().filter_map(|OfImport { import, row }| {
        let row = checked(store, &import, row);
        let called = || mac::called(&Line::new(&import, &row));
        row.refused.then(|| Refusal { row: called(), wrong: Wrong::Changed })
    });
    refused.extend(changed);
    Ok(refused)
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
        let former: Vec<ImportRow> = store.read(sqlx::query_as(FORMER).fetch_all(&mut *tx).await?);
        let number = former.len();
        for mut import in former {
            let id = import.id.clone();
            let id = &id;
            let lines: Vec<RowColumns> = store.read(sqlx::query_as(LINES).bind(id).fetch_all(&mut *tx).await?);
            for row in lines.into_iter().map(row) {
                let row = row?;
                let mac = mac::mac(&store.keys, &Line::new(id, &row), 0);
                sqlx::query(SEAL).bind(id).bind(row.line).bind(mac).execute(&mut *tx).await?;
            }
            let which: Vec<String> = sqlx::query_scalar(WHICH).bind(id).fetch_all(&mut *tx).await?;
            import.which = which.join(" ");
            sqlx::query(SET).bind(id).bind(&import.which).execute(&mut *tx).await?;
            seal!(store, tx, &mut import);
        }
        tx.commit().await?;
        Ok(u64::try_from(number).unwrap_or(u64::MAX))
    })
}

/// Says how far a row has come. One that is not any more what was begun is refused from then on: what was done is in its entry.
pub async fn set_row(
    store: &Store,
    id: &str,
    line: i64,
    state: RowState,
    said: &str,
    entry: Option<i64>,
) -> sqlx::Result<()> {
    const LOCK: &str =
        concat!("update domain_import_rows set mac = mac where import = $1 and line = $2 returning ", row!());
    const SQL: &str = "update domain_import_rows set state = $3, said = $4, entry = $5, mac = $6 \
        where import = $1 and line = $2";
    const WRONG: &str = "update domain_import_rows set state = 'failed' where import = $1 and line = $2";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let found: Option<RowColumns> =
            store.read_one(sqlx::query_as(LOCK).bind(id).bind(line).fetch_optional(&mut *tx).await?);
        let Some(found) = found else { unchanged!(tx, ()) };
        let mut row = checked(store, id, found);
        if row.refused || row.line != line {
            sqlx::query(WRONG).bind(id).bind(line).execute(&mut *tx).await?;
        } else {
            (row.state, row.said, row.entry) = (state, said.to_owned(), entry);
            let mac = mac::mac(&store.keys, &Line::new(id, &row), 0);
            sqlx::query(SQL)
                .bind(id).bind(line).bind(state.name()).bind(said).bind(entry).bind(mac).execute(&mut *tx).await?;
        }
        tx.commit().await
    })
}
