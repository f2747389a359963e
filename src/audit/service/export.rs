//! The list as a file: CSV or JSON Lines, read in pages and handed out as it is read. No entry, no export.

use super::{asked, filter};
use crate::{
    access::{self, Actor, Permission},
    audit::Filter,
    carry_out::InStore,
    carry_out::opened,
    clock::HOUR,
    context::{App, Context},
    deeds::{ExportForm, ExportRecord},
    ledger::{self, Answer, Deed, LedgerError, Outcome, Step, Verdict, Warrant},
    problem::{Kind, Problem},
    record::{Covered, Line, covered, line, name},
    search::Search,
    session::Signed,
    store::{attempts::Limit, operators},
    stream::{self, Giving, Taking},
    text::Narrowing,
    ui::time,
};
use axum::{
    Extension,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The most entries of one file; it says where it ends.
pub const MOST: usize = 100_000;
/// So many files a person is given in an hour: each is two entries and reads as much as there is.
pub const GIVEN: Limit = Limit::Within { window: HOUR, most: 30 };
/// Entries read at once.
const PAGE: usize = 500;

/// The list as CSV: `/audit/export.csv` with the query of the page.
pub async fn csv(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(app, signed, &headers, query, ExportForm::Csv).await
}

/// The list as JSON Lines: `/audit/export.jsonl` with the query of the page.
pub async fn json_lines(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(app, signed, &headers, query, ExportForm::JsonLines).await
}

async fn answer(
    app: Arc<App>,
    signed: Signed,
    headers: &HeaderMap,
    query: Option<String>,
    form: ExportForm,
) -> Response {
    if let Some(refused) = stream::sent_by_another_site(headers) {
        return refused;
    }
    let context = Context::of(app, signed);
    let (kind, name) = match form {
        ExportForm::Csv => (stream::CSV, "howdah-audit.csv"),
        ExportForm::JsonLines | ExportForm::Bundle => ("application/jsonl; charset=utf-8", "howdah-audit.jsonl"),
    };
    match begin(&context, &query.unwrap_or_default(), form, MOST).await {
        Ok(taking) => stream::file(stream::body(taking), kind, name),
        Err(problem) => stream::no_file(&problem),
    }
}

/// Records that a part of the record is handed out.
///
/// # Errors
/// Forbidden, or that the record cannot be written: then nothing may be handed out.
pub async fn open(app: &App, actor: &Actor, deed: ExportRecord) -> Result<Warrant<ExportRecord>, Problem> {
    let permit = access::permit(actor, Permission::CheckLedger, None).map_err(|denied| {
        Problem::new(Kind::Forbidden, format!("Nothing was exported: {denied}."), "Ask an owner or an auditor.")
    })?;
    opened(app, permit, deed, "").await
}

/// Records how much was handed out, and what was in the way of more.
pub async fn close<D: Deed>(app: &App, warrant: Warrant<D>, rows: i64, stopped: Option<String>) {
    let outcome = match (&stopped, rows) {
        (None, _) => Outcome::Succeeded,
        (Some(_), 0) => Outcome::Failed,
        (Some(_), _) => Outcome::Partly,
    };
    let answer = match stopped {
        None => Answer::Accepted { body: json!({}) },
        Some(why) => Answer::Lost { why },
    };
    let answered = warrant.answered(vec![Step { what: "hand out".to_owned(), answer }]);
    let verdict = Verdict { outcome, facts: json!({ "entries": rows }), seen: json!({}) };
    if let Err(error) = app.ledger.close(&answered, &verdict).await {
        // It stays open and is closed by the sweep.
        tracing::error!(%error, index = answered.index(), "export.close");
    }
}

/// Opens the export and starts the task that reads it; what comes out goes to the browser as it is read.
///
/// # Errors
/// Forbidden, or that the record cannot be written.
pub async fn begin(context: &Context, query: &str, form: ExportForm, most: usize) -> Result<Taking, Problem> {
    context.permit(Permission::CheckLedger, None).await?;
    let _counts = context.reserve("exports", "exports", GIVEN).await?;
    let search = Search::parse(query);
    search.knows(&Filter::KEYS)?;
    let filter = filter(&search);
    let people = operators::list(&context.app.store).await.map_err(super::unreadable)?;
    let asked = asked(context, &filter, &people, true).await?;
    let covered = covered(context).await?;
    let deed = ExportRecord { form, filter: Narrowing::typed("filter", &narrowed(&filter))? };
    let warrant = open(&context.app, &context.actor, deed).await?;
    let (giving, taking) = stream::handing();
    let context = context.clone();
    // A task of its own: a browser that goes away ends the answer, and not what is written about it.
    tokio::spawn(async move {
        let stopped = hand_out(&context, &asked, &covered, form, warrant.index(), most, &giving).await.err();
        finish(&context.app, warrant, giving, stopped).await;
    });
    Ok(taking)
}

/// Why an export did not go out whole.
pub enum Stopped {
    /// The reader took no more.
    Reader(&'static str),
    /// There was no more to be had; the file says so in its last line.
    Source(String),
}

impl From<&'static str> for Stopped {
    fn from(why: &'static str) -> Self {
        Self::Reader(why)
    }
}

/// Waits until the last byte was taken, records what was handed out, and only then ends the file: whoever has it whole can
/// trust that the record says so.
pub async fn finish<D: Deed>(app: &App, warrant: Warrant<D>, giving: Giving, stopped: Option<Stopped>) {
    let taken = match &stopped {
        Some(Stopped::Reader(_)) => Ok(()),
        Some(Stopped::Source(_)) | None => giving.all_taken().await,
    };
    let (broken, why) = match (stopped, taken) {
        (Some(Stopped::Reader(why)), _) | (None, Err(why)) => (true, Some(why.to_owned())),
        (Some(Stopped::Source(why)), taken) => (taken.is_err(), Some(why)),
        (None, Ok(())) => (false, None),
    };
    close(app, warrant, i64::try_from(giving.lines()).unwrap_or(i64::MAX), why).await;
    if !broken {
        giving.end().await;
    }
}

/// The filter as a query again, without what only the page has.
fn narrowed(filter: &Filter) -> String {
    let pairs = [
        ("who", filter.who.join(",")),
        ("kind", filter.kind.join(",")),
        ("outcome", filter.outcome.join(",")),
        ("instance", filter.instance.join(",")),
        ("q", filter.q.clone()),
        ("account", filter.account.clone()),
        ("from", filter.from.clone()),
        ("to", filter.to.clone()),
        ("console", filter.console.clone()),
    ];
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    encoded.finish()
}

/// Reads page by page, newest first, from before the export's own entry. What its reader is to review is left out.
async fn hand_out(
    context: &Context,
    asked: &ledger::Filter,
    covered: &Covered,
    form: ExportForm,
    mut before: i64,
    most: usize,
    giving: &Giving,
) -> Result<(), Stopped> {
    let mut rows = 0;
    let mut part = match form {
        ExportForm::Csv => record(&COLUMNS.map(str::to_owned)),
        ExportForm::JsonLines | ExportForm::Bundle => String::new(),
    };
    loop {
        let here = PAGE.min(most - rows);
        let lines = match read(context, asked, before, here + 1).await {
            Ok(lines) => lines,
            Err(error) => {
                tracing::error!(%error, "export.read");
                part.push_str(&last(
                    form,
                    &format!("the audit log couldn’t be read below entry {before}: this file is incomplete"),
                ));
                // Whoever takes it learns of it from the file itself.
                giving.give(part, 0).await?;
                return Err(Stopped::Source(error.to_string()));
            }
        };
        let read = lines.len().min(here);
        let mut given = 0;
        for line in lines.iter().take(read) {
            before = line.index;
            if !covered.has(line.index) {
                part.push_str(&row(form, line));
                given += 1;
            }
        }
        rows += given;
        let more = lines.len() > read;
        let full = rows >= most;
        // Whether any of it would be in here or not: otherwise a filter would say whose it is.
        if covered.number() > 0 && (!more || full) {
            part.push_str(&last(form, "what you are to review is left out: give your opinion first"));
        }
        if more && full {
            let said =
                format!("more entries match than the {most} one file holds: those below entry {before} are missing");
            part.push_str(&last(form, &said));
        }
        giving.give(part, given).await?;
        if !more || full {
            return Ok(());
        }
        part = String::new();
    }
}

async fn read(context: &Context, asked: &ledger::Filter, before: i64, limit: usize) -> Result<Vec<Line>, LedgerError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let before = asked.before.map_or(before, |own| own.min(before));
    let asked = ledger::Filter { before: Some(before), limit, ..asked.clone() };
    let entries = context.app.ledger.list(&asked).await?;
    let people = operators::list(&context.app.store).await?;
    Ok(entries.iter().map(|entry| line(entry, &name(&people, entry))).collect())
}

const COLUMNS: [&str; 8] = ["entry", "at", "who", "role", "instance", "what", "why", "outcome"];

fn row(form: ExportForm, line: &Line) -> String {
    let outcome = line.outcome.map(crate::record::DeedState::name);
    match form {
        ExportForm::Csv => record(&[
            line.index.to_string(),
            time::machine(line.at),
            line.who.clone(),
            line.role.clone().unwrap_or_default(),
            line.instance.as_ref().map(ToString::to_string).unwrap_or_default(),
            line.what.clone(),
            line.why.clone(),
            outcome.unwrap_or("fact").to_owned(),
        ]),
        ExportForm::JsonLines | ExportForm::Bundle => json_line(&json!({
            "entry": line.index,
            "at": time::machine(line.at),
            "who": line.who,
            "role": line.role,
            "instance": line.instance,
            "what": line.what,
            "why": line.why,
            "outcome": outcome.unwrap_or("fact"),
        })),
    }
}

/// The last line of a file that is not all there is.
fn last(form: ExportForm, said: &str) -> String {
    match form {
        ExportForm::Csv => record(&[said.to_owned()]),
        ExportForm::JsonLines | ExportForm::Bundle => json_line(&json!({ "note": said })),
    }
}

fn json_line(value: &Value) -> String {
    format!("{value}\n")
}

/// One record of RFC 4180, every field in quotes.
pub fn record(fields: &[String]) -> String {
    let fields: Vec<String> = fields.iter().map(|text| format!("\"{}\"", harmless(text))).collect();
    fields.join(",") + "\r\n"
}

/// Text for inside the quotes. What a spreadsheet would take for a formula gets an apostrophe in front: at the beginning,
/// and after whatever another one may take for the end of a field.
fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut at_start = true;
    for c in text.chars() {
        let formula = matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
        let first = safe.is_empty() && matches!(c, '\t' | '\r' | '\n');
        if (at_start && formula) || first {
            safe.push('\'');
        }
        if c == '"' {
            safe.push('"');
        }
        safe.push(c);
        // What is not seen is not what a field begins with: some programs take it away.
        at_start = matches!(c, ',' | ';' | '\t' | '\r' | '\n' | '|' | '"') || (at_start && is_unseen(c));
    }
    safe
}

/// A mark of byte order, a joiner, a direction, a space: nothing that one sees at the beginning of a field.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

// What was shown or not shown to somebody whose process died leaves no trace.
impl InStore for ExportRecord {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_a_formula() {
        for (text, field) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("+41 1", "'+41 1"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("\n=1", "'\n'=1"),
            ("a;=1", "a;'=1"),
            ("\u{feff}=1", "\u{feff}'=1"),
            ("\u{200b} =1", "\u{200b} '=1"),
            ("|=1", "|'=1"),
            ("a\",\"=1", "a\"\",\"\"'=1"),
            ("warned @wren, 2 reports", "warned @wren, 2 reports"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), field, "{text:?}");
        }
        assert_eq!(record(&["a\"b".into(), "=1".into()]), "\"a\"\"b\",\"'=1\"\r\n");
    }
}
