//! What the report says, from Mastodon's rows.

use super::{Cell, Report, Table, TransparencyPage};
use crate::{
    access::Permission,
    clock::{DAY, Timestamp},
    context::Context,
    frame::{self, Framed},
    mastodon::{
        Instance,
        database::{AppealOutcome, Period, ReportOutcome},
    },
    path,
    problem::{Kind, Problem},
    search::{Search, unknown},
    text::time::{day_typed, machine},
};

/// A period has so many days at most.
const LONGEST: i64 = 366;
/// What is shown where no period is asked for.
const USUAL: i64 = 30;

/// From the beginning of a day to the end of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days {
    from: Timestamp,
    to: Timestamp,
}

/// `2026-11-23`
fn named(at: Timestamp) -> String {
    machine(at).chars().take(10).collect()
}

/// The period that is asked for: without one, the thirty days before today.
fn days(search: &Search, now: Timestamp) -> Result<Days, Problem> {
    let day = |key: &str| match search.get(key).map(str::trim).unwrap_or_default() {
        "" => Ok(None),
        text => day_typed(text).map(Some).ok_or_else(|| unknown(key, text, "Enter a date, like 2026-11-23")),
    };
    let today = Timestamp(now.0.div_euclid(DAY) * DAY);
    let to = day("to")?.unwrap_or(today.plus(-DAY)).plus(DAY);
    let from = day("from")?.unwrap_or(to.plus(-USUAL * DAY));
    let number = to.since(from) / DAY;
    if number < 1 {
        return Err(Problem::invalid("to", "The last day comes before the first one."));
    }
    if number > LONGEST {
        return Err(Problem::invalid(
            "to",
            format!("A report covers {LONGEST} days at most. Choose a shorter period."),
        ));
    }
    Ok(Days { from, to })
}

pub async fn page(context: &Context, instance: &str, search: &str) -> Result<Framed<TransparencyPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWholeLedger, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let text = |key: &str| parsed.get(key).unwrap_or_default().trim().to_owned();
    let asked = days(&parsed, context.now());
    let (from, to) = match &asked {
        Ok(days) => (named(days.from), named(days.to.plus(-DAY))),
        Err(_) => (text("from"), text("to")),
    };
    let report = match asked {
        Ok(days) => read(&instance, days, context.now()).await,
        Err(wrong) => Err(wrong),
    };
    let (report, wrong) = match report {
        Ok(report) => (Some(report), None),
        Err(wrong) if wrong.kind == Kind::Invalid => (None, Some(wrong)),
        Err(other) => return Err(other),
    };
    let file = |form: &str| format!("{}.{form}?from={from}&to={to}", path::transparency(&instance.name));
    let page = TransparencyPage {
        title: instance.title.clone(),
        files: report.is_some().then(|| (file("md"), file("csv"))),
        from,
        to,
        report,
        wrong,
    };
    frame::build(context, Some(&instance), &path::transparency(&instance.name), search, page).await
}

/// The report for a file, with the name of the file without its ending.
pub async fn file(context: &Context, instance: &str, query: &str) -> Result<(Report, String), Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWholeLedger, Some(&instance.name)).await?;
    let days = days(&Search::parse(query), context.now())?;
    let report = read(&instance, days, context.now()).await?;
    let name = format!("transparency-{}-{}-{}", instance.name, report.from, report.to);
    Ok((report, name))
}

async fn read(instance: &Instance, days: Days, now: Timestamp) -> Result<Report, Problem> {
    let period = instance.database.read().await?.period(days.from, days.to).await?;
    let period = period.ok_or_else(|| {
        Problem::invalid("to", "There is too much in this period to count it at once. Choose a shorter period.")
    })?;
    let mut notes = vec![
        "Days are UTC. Numbers from one to four are shown as <5; a total that includes one is shown as “at least”, made \
        from the published numbers alone."
            .to_owned(),
        "Publish periods that don’t overlap: what two overlapping ones have not in common can be subtracted.".to_owned(),
    ];
    if days.to > now {
        notes.push("The period isn’t over yet.".to_owned());
    }
    Ok(Report {
        title: instance.title.clone(),
        from: named(days.from),
        to: named(days.to.plus(-DAY)),
        tables: vec![sign_ups(&period), reports(&period), strikes(&period), appeals(&period), blocks(&period)],
        notes,
    })
}

fn sign_ups(period: &Period) -> Table {
    let [approved, pending, rejected] = [period.approved, period.pending, period.rejected].map(Cell::of);
    let all = Cell::sum([&approved, &pending, &rejected]);
    Table {
        title: "Sign-ups",
        columns: vec!["Sign-ups", "Number", "Median time to decision"],
        rows: vec![
            ("approved, or made while registrations were open".to_owned(), vec![approved, Cell::median(&period.approvals_took)]),
            ("pending".to_owned(), vec![pending, Cell::Nothing]),
            (
                "rejected".to_owned(),
                vec![rejected, Cell::Unknown("Mastodon deletes who was rejected, and when they signed up")],
            ),
            ("all".to_owned(), vec![all, Cell::Nothing]),
        ],
        notes: vec![
            "Approved and pending ones signed up in the period; rejected ones were rejected in it, because Mastodon deletes \
            them. Sign-ups whose email address was never confirmed, and accounts deleted since, are not counted."
                .to_owned(),
            "The time to decision is that of approvals in the period. For rejected sign-ups it isn’t known.".to_owned(),
        ],
    }
}

/// Categories as Mastodon has them (`app/models/report.rb`); a number it does not have counts as other.
const CATEGORIES: [(i32, &str); 4] = [(1000, "spam"), (1500, "legal"), (2000, "server rules"), (0, "other")];

fn reports(period: &Period) -> Table {
    let known = |number: i32| if CATEGORIES.iter().any(|(own, _)| *own == number) { number } else { 0 };
    let of = |category: Option<i32>, outcome: ReportOutcome| {
        let those = period
            .reports
            .iter()
            .filter(|(own, is, ..)| category.is_none_or(|one| known(*own) == one) && *is == outcome);
        those.map(|(_, _, number, _)| number).sum::<i64>()
    };
    let took = |category: Option<i32>| -> Vec<i64> {
        let those = period.reports.iter().filter(|(own, ..)| category.is_none_or(|one| known(*own) == one));
        those.flat_map(|(_, _, _, took)| took.iter().copied()).collect()
    };
    let outcomes = [ReportOutcome::Struck, ReportOutcome::Resolved, ReportOutcome::Pending];
    let mut rows: Vec<(String, Vec<Cell>)> = CATEGORIES
        .iter()
        .map(|(number, word)| {
            let mut cells: Vec<Cell> = outcomes.iter().map(|outcome| Cell::of(of(Some(*number), *outcome))).collect();
            cells.push(Cell::sum(&cells));
            cells.push(Cell::median(&took(Some(*number))));
            ((*word).to_owned(), cells)
        })
        .collect();
    let mut all: Vec<Cell> =
        (0..=outcomes.len()).map(|column| Cell::sum(rows.iter().filter_map(|(_, cells)| cells.get(column)))).collect();
    all.push(Cell::median(&took(None)));
    rows.push(("all".to_owned(), all));
    Table {
        title: "Reports received",
        columns: vec!["Category", "Strike", "Resolved without a strike", "Pending", "All", "Median time to decision"],
        rows,
        notes: vec![
            "Reports received in the period, as they stand now. “Strike” means the reported account got one between the \
            report and its closing, a minute included; which report it answered isn’t known for sure."
                .to_owned(),
        ],
    }
}

/// What a strike did (`app/models/account_warning.rb`).
const ACTIONS: [(i32, &str); 7] = [
    (0, "warning"),
    (1250, "posts marked as sensitive"),
    (1500, "posts deleted"),
    (2000, "account marked as sensitive"),
    (3000, "limit"),
    (1000, "freeze"),
    (4000, "suspension"),
];

fn strikes(period: &Period) -> Table {
    let of = |action: i32, overruled: bool| {
        let those = period.strikes.iter().filter(|(own, is, _)| *own == action && *is == overruled);
        those.map(|(_, _, number)| number).sum::<i64>()
    };
    let row = |word: &str, standing: i64, overruled: i64| {
        let cells = [Cell::of(standing), Cell::of(overruled)];
        let all = Cell::sum(&cells);
        let [standing, overruled] = cells;
        (word.to_owned(), vec![standing, overruled, all])
    };
    let mut rows: Vec<_> =
        ACTIONS.iter().map(|(action, word)| row(word, of(*action, false), of(*action, true))).collect();
    let other = |overruled: bool| {
        let known = |own: i32| ACTIONS.iter().any(|(action, _)| *action == own);
        let those = period.strikes.iter().filter(|(own, is, _)| !known(*own) && *is == overruled);
        those.map(|(_, _, number)| number).sum::<i64>()
    };
    if other(false) + other(true) > 0 {
        rows.push(row("something else", other(false), other(true)));
    }
    let all = (0..3).map(|column| Cell::sum(rows.iter().filter_map(|(_, cells)| cells.get(column)))).collect();
    rows.push(("all".to_owned(), all));
    Table {
        title: "Sanctions",
        columns: vec!["Kind", "Not overruled", "Overruled since", "All"],
        rows,
        notes: vec![
            "Strikes issued in the period. Suspensions of accounts without a strike, and those of accounts deleted since, \
            are not counted."
                .to_owned(),
        ],
    }
}

fn appeals(period: &Period) -> Table {
    const WHY: &str = "The console’s database role may not read appeals.";
    let outcomes = [
        ("approved", AppealOutcome::Approved),
        ("rejected", AppealOutcome::Rejected),
        ("pending", AppealOutcome::Pending),
    ];
    let mut notes = vec!["Appeals made in the period, as they stand now.".to_owned()];
    let rows = match &period.appeals {
        Some(appeals) => {
            let cells = outcomes.map(|(word, outcome)| {
                let those = appeals.iter().filter(|(is, ..)| *is == outcome);
                (word, Cell::of(those.map(|(_, number, _)| number).sum::<i64>()))
            });
            let all = Cell::sum(cells.iter().map(|(_, cell)| cell));
            let took: Vec<i64> = appeals.iter().flat_map(|(.., took)| took.iter().copied()).collect();
            let mut rows: Vec<_> =
                cells.into_iter().map(|(word, cell)| (word.to_owned(), vec![cell, Cell::Nothing])).collect();
            rows.push(("all".to_owned(), vec![all, Cell::median(&took)]));
            rows
        }
        None => {
            notes.push(WHY.to_owned());
            vec![("all".to_owned(), vec![Cell::Unknown(WHY), Cell::Unknown(WHY)])]
        }
    };
    Table { title: "Appeals", columns: vec!["Appeals", "Number", "Median time to decision"], rows, notes }
}

fn blocks(period: &Period) -> Table {
    Table {
        title: "Domain blocks",
        columns: vec!["Domain blocks", "Number"],
        rows: vec![
            ("added".to_owned(), vec![Cell::of(period.blocks_added)]),
            ("undone".to_owned(), vec![Cell::of(period.blocks_lifted)]),
        ],
        notes: vec![
            "From Mastodon’s audit log: what was added or undone on the server’s command line isn’t in it.".to_owned(),
        ],
    }
}

/// As Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("# Transparency report for {}\n\n{} to {}\n", report.title, report.from, report.to);
    for table in &report.tables {
        text.push_str(&format!(
            "\n## {}\n\n| {} |\n|{}\n",
            table.title,
            table.columns.join(" | "),
            " --- |".repeat(table.columns.len())
        ));
        for (name, cells) in &table.rows {
            let cells: Vec<String> = cells.iter().map(|cell| cell.said().replace('<', "\\<")).collect();
            text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
        }
        for note in &table.notes {
            text.push_str(&format!("\n{note}\n"));
        }
    }
    text.push('\n');
    for note in &report.notes {
        text.push_str(&format!("{}\n\n", note.replace('<', "\\<")));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// As CSV, a line for each number. No word of it is anybody's own, and none begins as a formula does.
pub fn csv(report: &Report) -> String {
    let mut text = "\"from\",\"to\",\"table\",\"row\",\"column\",\"value\"\r\n".to_owned();
    for table in &report.tables {
        for (name, cells) in &table.rows {
            for (column, cell) in table.columns.iter().skip(1).zip(cells) {
                let fields = [&report.from, &report.to, table.title, name, column, &cell.said()]
                    .map(|field| format!("\"{field}\""));
                text.push_str(&fields.join(","));
                text.push_str("\r\n");
            }
        }
    }
    text
}
