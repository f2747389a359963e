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
    nouns::reports::Category,
    path,
    problem::{Kind, Problem},
    search::{Search, unknown},
    text::time::machine,
};
use jiff::{civil::Date, tz::TimeZone};

/// So many of each length are offered: months, quarters and years.
const OFFERED: [usize; 3] = [24, 8, 5];
/// What a period is called.
const PERIODS: &str = "Choose a month (2026-10), a quarter (2026-Q3) or a year (2025)";

/// A calendar month, quarter or year, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    year: i16,
    /// The first month of it, and how many.
    month: i8,
    months: i8,
}

impl Span {
    /// `2026-10`, `2026-Q3` or `2025`
    fn named(name: &str) -> Option<Self> {
        let number = |text: &str, long: usize| {
            (text.len() == long && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i16>().ok())?
        };
        let (year, rest) = name.split_at_checked(4)?;
        let year = number(year, 4)?;
        let (month, months) = match rest.split_at_checked(2) {
            None if rest.is_empty() => (1, 12),
            Some(("-Q", quarter)) => (3 * number(quarter, 1).filter(|quarter| (1..=4).contains(quarter))? - 2, 3),
            _ => (number(rest.strip_prefix('-')?, 2).filter(|month| (1..=12).contains(month))?, 1),
        };
        let span = Self { year, month: i8::try_from(month).ok()?, months };
        span.bounds().is_some().then_some(span)
    }

    fn name(self) -> String {
        let Self { year, month, months } = self;
        match months {
            1 => format!("{year:04}-{month:02}"),
            3 => format!("{year:04}-Q{}", (month + 2) / 3),
            _ => format!("{year:04}"),
        }
    }

    /// `October 2026`, `3rd quarter of 2026`
    fn words(self) -> String {
        let Self { year, month, months } = self;
        match months {
            1 => self.first().map(|day| day.strftime("%B %Y").to_string()).unwrap_or_default(),
            3 => {
                format!("{} quarter of {year}", ["1st", "2nd", "3rd", "4th"][usize::from(month.unsigned_abs() / 3) % 4])
            }
            _ => format!("{year}"),
        }
    }

    fn first(self) -> Option<Date> {
        Date::new(self.year, self.month, 1).ok()
    }

    /// Its months, from the beginning of each to that of the next; `None` where the calendar ends before.
    fn bounds(self) -> Option<Vec<(Timestamp, Timestamp)>> {
        let first = self.first()?;
        let at = |month: i8| {
            let day = first.checked_add(jiff::Span::new().months(month)).ok()?.to_zoned(TimeZone::UTC).ok()?;
            Some(Timestamp(day.timestamp().as_millisecond()))
        };
        (0..self.months).map(|month| Some((at(month)?, at(month + 1)?))).collect()
    }

    fn is_over(self, now: Timestamp) -> bool {
        self.bounds().and_then(|months| months.last().map(|(_, end)| *end <= now)).unwrap_or(false)
    }

    /// The newest of this length that are over, newest first.
    fn newest(months: i8, now: Timestamp, number: usize) -> Vec<Self> {
        let today = jiff::Timestamp::from_millisecond(now.0).map(|at| at.to_zoned(TimeZone::UTC).date());
        let Ok(today) = today else { return Vec::new() };
        let mut one = Self { year: today.year(), month: (today.month() - 1) / months * months + 1, months };
        let mut found = Vec::new();
        while found.len() < number {
            if one.is_over(now) {
                found.push(one);
            }
            one = match one.month - months {
                before if before >= 1 => Self { month: before, ..one },
                before => Self { month: before + 12, year: one.year - 1, ..one },
            };
        }
        found
    }
}

/// `2026-11-23`
fn named(at: Timestamp) -> String {
    machine(at).chars().take(10).collect()
}

/// The period that is asked for: without one, the last month that is over.
fn span(search: &Search, now: Timestamp) -> Result<Span, Problem> {
    if search.get("from").or_else(|| search.get("to")).is_some() {
        return Err(Problem::invalid(
            "period",
            "A report covers whole months, quarters or years: days of one’s own choice overlap, and reports that overlap can be subtracted.",
        ));
    }
    search.knows(&["period"])?;
    let span = match search.get("period").map(str::trim) {
        None | Some("") => Span::newest(1, now, 1).pop().ok_or_else(|| unknown("period", "", PERIODS))?,
        Some(name) => Span::named(name).ok_or_else(|| unknown("period", name, PERIODS))?,
    };
    if !span.is_over(now) {
        return Err(Problem::invalid(
            "period",
            "This period isn’t over yet: its report would be another one tomorrow. Choose one that is over.",
        ));
    }
    Ok(span)
}

/// The periods that are offered.
fn periods(now: Timestamp) -> Vec<(String, String)> {
    let of = |(months, number): (i8, usize)| Span::newest(months, now, number);
    let all = [1, 3, 12].into_iter().zip(OFFERED).flat_map(of);
    all.map(|span| (span.name(), span.words())).collect()
}

pub async fn page(context: &Context, instance: &str, search: &str) -> Result<Framed<TransparencyPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWholeLedger, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let asked = span(&parsed, context.now());
    let period = match &asked {
        Ok(span) => span.name(),
        Err(_) => parsed.get("period").unwrap_or_default().trim().to_owned(),
    };
    let report = match asked {
        Ok(span) => read(&instance, span).await,
        Err(wrong) => Err(wrong),
    };
    let (report, wrong) = match report {
        Ok(report) => (Some(report), None),
        Err(wrong) if wrong.kind == Kind::Invalid => (None, Some(wrong)),
        Err(other) => return Err(other),
    };
    let file = |form: &str| format!("{}.{form}?period={period}", path::transparency(&instance.name));
    let mut periods = periods(context.now());
    if report.is_some() && !periods.iter().any(|(name, _)| *name == period) {
        periods.push((period.clone(), Span::named(&period).map(Span::words).unwrap_or_default()));
    }
    let page = TransparencyPage {
        title: instance.title.clone(),
        files: report.is_some().then(|| (file("md"), file("csv"))),
        period,
        periods,
        report,
        wrong,
    };
    frame::build(context, Some(&instance), &path::transparency(&instance.name), search, page).await
}

/// The report for a file, with the name of the file without its ending.
pub async fn file(context: &Context, instance: &str, query: &str) -> Result<(Report, String), Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWholeLedger, Some(&instance.name)).await?;
    let span = span(&Search::parse(query), context.now())?;
    let report = read(&instance, span).await?;
    let name = format!("transparency-{}-{}", instance.name, span.name());
    Ok((report, name))
}

async fn read(instance: &Instance, span: Span) -> Result<Report, Problem> {
    let bounds = span.bounds().unwrap_or_default();
    let mut months = Vec::with_capacity(bounds.len());
    for (from, to) in &bounds {
        // Each in a transaction of its own: a year of them at once would hold one for long.
        let month = instance.database.read().await?.period(*from, *to).await?;
        months.push(month.ok_or_else(|| {
            Problem::invalid("period", "There is too much in a month of this period to count it at once.")
        })?);
    }
    let mut notes = vec![
        "Days are UTC. Numbers from one to four are shown as <5; a total that includes one is shown as “at least”, made \
        from the published numbers alone. A median is withheld where these don’t tell that it is of five or more."
            .to_owned(),
        "Publish each period once: what is still open is decided later, and two reports of one period can be subtracted."
            .to_owned(),
    ];
    if months.len() > 1 {
        notes.push("The numbers are the sums of its months, each as its own report has it.".to_owned());
    }
    let (Some((from, _)), Some((_, to))) = (bounds.first(), bounds.last()) else {
        return Err(unknown("period", &span.name(), PERIODS));
    };
    Ok(Report {
        title: instance.title.clone(),
        from: named(*from),
        to: named(to.plus(-DAY)),
        tables: vec![sign_ups(&months), reports(&months), strikes(&months), appeals(&months), blocks(&months)],
        notes,
    })
}

/// A number of each month, as it may be published.
fn over(months: &[Period], number: impl Fn(&Period) -> i64) -> Cell {
    Cell::over(months.iter().map(number))
}

/// The numbers of each month by themselves, for what is told of all of them.
fn of_each(months: &[Period], number: impl Fn(&Period) -> i64) -> Vec<Cell> {
    months.iter().map(|month| Cell::of(number(month))).collect()
}

fn length(took: &[i64]) -> i64 {
    i64::try_from(took.len()).unwrap_or(i64::MAX)
}

fn sign_ups(months: &[Period]) -> Table {
    let approved = over(months, |month| month.approved);
    let pending = over(months, |month| month.pending);
    let rejected = over(months, |month| month.rejected);
    let all = Cell::sum([&approved, &pending, &rejected]);
    let took: Vec<i64> = months.iter().flat_map(|month| month.approvals_took.iter().copied()).collect();
    let took = Cell::median(&took, &of_each(months, |month| length(&month.approvals_took)));
    Table {
        title: "Sign-ups",
        columns: vec!["Sign-ups", "Number", "Median time to decision"],
        rows: vec![
            ("approved, or made while registrations were open".to_owned(), vec![approved, took]),
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

/// In the order of the table.
const CATEGORIES: [(Category, &str); 4] = [
    (Category::Spam, "spam"),
    (Category::Legal, "legal"),
    (Category::Violation, "server rules"),
    (Category::Other, "other"),
];

fn reports(months: &[Period]) -> Table {
    let number = |month: &Period, category: Category, outcome: ReportOutcome| {
        let those = month.reports.iter().filter(|(own, is, ..)| Category::from(*own) == category && *is == outcome);
        those.map(|(_, _, number, _)| number).sum::<i64>()
    };
    let took = |category: Option<Category>| -> Vec<i64> {
        let all = months.iter().flat_map(|month| &month.reports);
        let those = all.filter(|(own, ..)| category.is_none_or(|one| Category::from(*own) == one));
        those.flat_map(|(_, _, _, took)| took.iter().copied()).collect()
    };
    let outcomes = [ReportOutcome::Struck, ReportOutcome::Resolved, ReportOutcome::Pending];
    let decided = |category: Category| -> Vec<Cell> {
        let each = [ReportOutcome::Struck, ReportOutcome::Resolved];
        each.into_iter().flat_map(|outcome| of_each(months, |month| number(month, category, outcome))).collect()
    };
    let mut rows: Vec<(String, Vec<Cell>)> = CATEGORIES
        .iter()
        .map(|(category, word)| {
            let mut cells: Vec<Cell> =
                outcomes.iter().map(|outcome| over(months, |month| number(month, *category, *outcome))).collect();
            cells.push(Cell::sum(&cells));
            cells.push(Cell::median(&took(Some(*category)), &decided(*category)));
            ((*word).to_owned(), cells)
        })
        .collect();
    let mut all: Vec<Cell> =
        (0..=outcomes.len()).map(|column| Cell::sum(rows.iter().filter_map(|(_, cells)| cells.get(column)))).collect();
    let all_decided: Vec<Cell> = CATEGORIES.iter().flat_map(|(category, _)| decided(*category)).collect();
    all.push(Cell::median(&took(None), &all_decided));
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

fn strikes(months: &[Period]) -> Table {
    let known = |own: i32| ACTIONS.iter().any(|(action, _)| *action == own);
    let number = |month: &Period, is_it: &dyn Fn(i32) -> bool, overruled: bool| {
        let those = month.strikes.iter().filter(|(own, is, _)| is_it(*own) && *is == overruled);
        those.map(|(_, _, number)| number).sum::<i64>()
    };
    let row = |word: &str, is_it: &dyn Fn(i32) -> bool| {
        let cells = [false, true].map(|overruled| over(months, |month| number(month, is_it, overruled)));
        let all = Cell::sum(&cells);
        let [standing, overruled] = cells;
        (word.to_owned(), vec![standing, overruled, all])
    };
    let mut rows: Vec<_> = ACTIONS.iter().map(|(action, word)| row(word, &|own| own == *action)).collect();
    let other = row("something else", &|own| !known(own));
    if other.1.iter().any(|cell| *cell != Cell::Number(0)) {
        rows.push(other);
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

fn appeals(months: &[Period]) -> Table {
    const WHY: &str = "The console’s database role may not read appeals.";
    let outcomes = [
        ("approved", AppealOutcome::Approved),
        ("rejected", AppealOutcome::Rejected),
        ("pending", AppealOutcome::Pending),
    ];
    let mut notes = vec!["Appeals made in the period, as they stand now.".to_owned()];
    let rows = if months.iter().all(|month| month.appeals.is_some()) {
        let number = |month: &Period, outcome: AppealOutcome| {
            let those = month.appeals.iter().flatten().filter(|(is, ..)| *is == outcome);
            those.map(|(_, number, _)| number).sum::<i64>()
        };
        let cells = outcomes.map(|(word, outcome)| (word, over(months, |month| number(month, outcome))));
        let all = Cell::sum(cells.iter().map(|(_, cell)| cell));
        let appeals = months.iter().flat_map(|month| month.appeals.iter().flatten());
        let took: Vec<i64> = appeals.flat_map(|(.., took)| took.iter().copied()).collect();
        let decided = [AppealOutcome::Approved, AppealOutcome::Rejected];
        let decided: Vec<Cell> =
            decided.into_iter().flat_map(|outcome| of_each(months, |month| number(month, outcome))).collect();
        let mut rows: Vec<_> =
            cells.into_iter().map(|(word, cell)| (word.to_owned(), vec![cell, Cell::Nothing])).collect();
        rows.push(("all".to_owned(), vec![all, Cell::median(&took, &decided)]));
        rows
    } else {
        notes.push(WHY.to_owned());
        vec![("all".to_owned(), vec![Cell::Unknown(WHY), Cell::Unknown(WHY)])]
    };
    Table { title: "Appeals", columns: vec!["Appeals", "Number", "Median time to decision"], rows, notes }
}

fn blocks(months: &[Period]) -> Table {
    Table {
        title: "Domain blocks",
        columns: vec!["Domain blocks", "Number"],
        rows: vec![
            ("added".to_owned(), vec![over(months, |month| month.blocks_added)]),
            ("undone".to_owned(), vec![over(months, |month| month.blocks_lifted)]),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_whole_month_quarter_or_year_that_is_over() {
        for (name, words, from, months) in [
            ("2026-10", "October 2026", "2026-10-01", 1),
            ("2026-Q1", "1st quarter of 2026", "2026-01-01", 3),
            ("2026-Q4", "4th quarter of 2026", "2026-10-01", 3),
            ("2024", "2024", "2024-01-01", 12),
        ] {
            let span = Span::named(name).unwrap();
            assert_eq!((span.name().as_str(), span.words().as_str()), (name, words));
            let bounds = span.bounds().unwrap();
            assert_eq!((named(bounds[0].0).as_str(), bounds.len()), (from, months));
            assert!(bounds.windows(2).all(|two| two[0].1 == two[1].0), "{bounds:?}");
        }
        for wrong in [
            "",
            "2026-",
            "2026-1",
            "2026-13",
            "2026-00",
            "2026-Q0",
            "2026-Q5",
            "2026-Q",
            "2026-10-01",
            "９９９９",
            "26-10",
            "9999",
        ] {
            assert_eq!(Span::named(wrong), None, "{wrong}");
        }
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let names = |months: i8, now: &str, number: usize| -> Vec<String> {
            Span::newest(months, at(now), number).into_iter().map(Span::name).collect()
        };
        assert_eq!(names(1, "2026-03-01T00:00:00Z", 3), ["2026-02", "2026-01", "2025-12"]);
        assert_eq!(names(1, "2026-02-28T23:59:59Z", 1), ["2026-01"]);
        assert_eq!(names(3, "2026-03-31T23:59:59Z", 2), ["2025-Q4", "2025-Q3"]);
        assert_eq!(names(3, "2026-04-01T00:00:00Z", 1), ["2026-Q1"]);
        assert_eq!(names(12, "2026-04-01T00:00:00Z", 2), ["2025", "2024"]);
    }
}
