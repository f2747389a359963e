//! Lists read in: a preview as a difference, progress, and a result for each row.

use super::{Tab, hidden, tabs};
use crate::{
    access::Permission,
    clock::{HOUR, MINUTE},
    domain_blocks::api,
    domain_blocks::{
        Difference, Field, HIDING, ImportHead, ImportPage, ImportRow, ImportState, ImportsPage, ListField, Reading,
        RowState, Separator, Severity, Ticks, service,
    },
    frame::Frame,
    id::InstanceName,
    nouns::permissions::Capability,
    path,
    search::Search,
    text,
    ui::{self, desk, form, keys, leaving::KeptOnLeaving, list, time},
};
use leptos::prelude::*;
use leptos_meta::Meta;

const READ_ANEW: &str = form::action::<api::ReadAnew>();
const START: &str = form::action::<api::Start>();
const TICK: &str = form::action::<api::Tick>();
/// The one form of a preview: ticks in the list below belong to it, so that none is lost whichever button is pressed.
const CARRY: &str = "carry";
const PAUSE: &str = form::action::<api::Pause>();
const AGAIN: &str = form::action::<api::Again>();

#[component]
pub fn Imports() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::imports(&asked.context, asked.instance(), &asked.search).await,
        imports_body,
        |_, _| "Import and export".to_owned(),
    )
}

fn grouped(number: i64) -> String {
    ui::grouped(usize::try_from(number).unwrap_or(0))
}

fn imports_body(frame: Frame, page: ImportsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let draft = frame.draft_for("upload");
    let upload = page.may_change.then(|| {
        view! {
            <section class="card">
                <header><h2>"Import a list"</h2></header>
                <form method="post" action=path::domain_upload(&instance) enctype="multipart/form-data" class="body stack">
                    <label class="field" for="file">"File" <span class="soft small">" CSV as exported by \
                    Mastodon, or one domain a line; up to 20,000 rows"</span></label>
                    <input class="input" type="file" id="file" name="file" accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values" required="" />
                    {form::beside(draft, "file")}
                    <p class="soft small">"Nothing is changed yet: the next page shows how the file was read and \
                    what would change. If the list leaves something open, you are asked."</p>
                    <div><button class="btn main">"Preview changes"</button></div>
                </form>
            </section>
        }
    });
    let row = |head: &ImportHead| {
        view! {
            <tr data-row=keys::row()>
                <td class="full fill"><div class="link-text"><a href=path::domain_import(&instance, &head.id)><b><bdi>{head.file.clone()}</bdi></b></a></div></td>
                <td class="nowrap"><span class=head.state.badge()>{head.state.name()}</span>{head.done.map(|(done, of)| format!(" {} of {}", grouped(done), grouped(of)))}</td>
                <td class="num">{grouped(head.rows)}</td>
                <td class="wide">{head.by.clone()}</td>
                <td class="num nowrap">{time::ago(head.at, frame.now)}</td>
            </tr>
        }
    };
    view! {
        <div class="head"><h1>"Import and export"</h1></div>
        {tabs(&instance, Tab::Imports)}
        <div class="two">
            <div class="stack">
                {upload}
                {if page.imports.is_empty() {
                    view! { <div class="card pad empty"><p>"No imports yet. Imported lists are kept here, with \
                    the result of each row."</p></div> }.into_any()
                } else {
                    view! { <div class="card"><table class="list">
                        <thead><tr><th>"File"</th><th>"Status"</th><th class="num">"Rows"</th><th class="wide">"By"</th><th class="num">"Imported"</th></tr></thead>
                        <tbody>{page.imports.iter().map(row).collect_view()}</tbody>
                    </table></div> }.into_any()
                }}
            </div>
            <aside class="stack">
                <section class="card">
                    <header><h2>"Export"</h2></header>
                    <div class="body stack">
                        <p class="soft small">"In Mastodon’s format: domain blocks that neither limit nor reject \
                        media are left out, and private comments are never exported."</p>
                        <div class="chips">
                            <a class="btn" href=path::domain_list(&instance, "domain_blocks.csv") download="" rel="external">"domain_blocks.csv"</a>
                            <a class="btn" href=path::domain_list(&instance, "domain_allows.csv") download="" rel="external">"domain_allows.csv"</a>
                        </div>
                    </div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
pub fn Import() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::import(&asked.context, asked.instance(), asked.part("import"), &asked.search).await,
        body,
        |_, page| page.head.file.clone(),
    )
}

fn of(counts: &[(RowState, i64)], state: RowState) -> i64 {
    counts.iter().find(|(own, _)| *own == state).map_or(0, |(_, number)| *number)
}

fn body(frame: Frame, page: ImportPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let running = page.head.state == ImportState::Running;
    view! {
        // Without scripts, too, the page follows the work.
        {running.then(|| view! { <Meta http_equiv="refresh" content="10" /> })}
        <div class="head">
            // A link: a button before the form would be what Enter in its reason presses.
            {list::crumb(path::domain_imports(&instance), "Imports")}
            <h1><bdi>{page.head.file.clone()}</bdi></h1>
            <span class=page.head.state.badge()>{page.head.state.name()}</span>
            <span class="soft">{ui::count(usize::try_from(page.head.rows).unwrap_or(0), "row", "rows")} ", imported by \
            " {page.head.by.clone()} " " {time::ago(page.head.at, frame.now)}</span>
        </div>
        {not_ours(&page)}
        {(!page.note.is_empty()).then(|| view! { <p class="note lead" role="status">{time::retold(&page.note, frame.now.plus(HOUR))}</p> })}
        {(page.head.state == ImportState::Preview).then(|| reading(&instance, &page, &frame))}
        {if page.head.state == ImportState::Preview { preview(&instance, &page, &frame) } else { progress(&instance, &page, &frame) }}
        {show(&instance, &page)}
        {rows(&page, &frame)}
        <div class="head foot">
            <span class="soft small">{ui::count(page.rows.len(), "row", "rows")} " shown, by line"</span>
            {foot(&page)}
        </div>
        {unkept(&page)}
    }
    .into_any()
}

/// Says which rows somebody else changed or took away.
fn not_ours(page: &ImportPage) -> AnyView {
    let rows = |number: i64, were: &str| {
        let number = usize::try_from(number).unwrap_or(0);
        (number > 0).then(|| format!("{} {were}", ui::count(number, "row", "rows")))
    };
    let says = [rows(page.changed, "changed"), rows(page.missing, "deleted")];
    let says: Vec<String> = says.into_iter().flatten().collect();
    if says.is_empty() {
        return ().into_any();
    }
    let then = match page.head.state {
        ImportState::Preview => "This list can’t be carried out: import the file again.",
        _ => "Nothing is done for them. The audit log says what was done before.",
    };
    let says = format!("{}, not by the console. {then}", says.join(" and "));
    view! { <p class="note lead" role="alert">{says}</p> }.into_any()
}

/// What is shown, by the styles alone, as soon as something is ticked otherwise than the page was made: with scripts it is kept
/// when the page is left, whatever leads away from it.
fn unkept(page: &ImportPage) -> AnyView {
    if !page.may_tick {
        return ().into_any();
    }
    let here = page.here.clone();
    view! {
        <div class="unkept">
            <span>"Your changes here are not saved yet." <noscript>" A link to another page drops it."</noscript></span>
            <button class="btn main" form=CARRY formaction=TICK formnovalidate="" name="then" value=here>"Save selection"</button>
        </div>
        <KeptOnLeaving form=CARRY.to_owned() to=TICK.to_owned() />
    }
    .into_any()
}

/// “Server from “domain”, severity from column 2”
fn mapping(reading: &Reading) -> String {
    let from = |(part, place): &(ListField, usize)| {
        let named = reading.columns.get(*place).map(|column| column.name.as_str()).filter(|name| !name.is_empty());
        let column = named.map_or_else(|| format!("column {}", place + 1), |name| format!("“{name}”"));
        format!("{} from {column}", part.word())
    };
    let read: Vec<String> = reading.places.iter().map(from).collect();
    let meant = reading.otherwise.map(|severity| format!("; rows without a severity mean {}", severity.word()));
    format!("{}{}.", read.join(", "), meant.unwrap_or_default())
}

/// What the file is as a whole, and which column was read as what; both can be changed while nothing is done.
fn reading(instance: &InstanceName, page: &ImportPage, frame: &Frame) -> AnyView {
    let Some(reading) = &page.reading else {
        return view! { <p class="note lead" role="status">"An earlier version of the console read this list and \
        guessed what it didn’t know, or what is kept of it was changed, not by the console. Import the file again."</p> }
        .into_any();
    };
    let unsure = match (reading.doubts.as_slice(), reading.by_hand) {
        ([], false) => None,
        ([], true) => Some("Nothing is selected: the columns were set by hand, so check the rows first.".to_owned()),
        (doubts, _) => Some(format!("Nothing is selected. {}", doubts.join(" "))),
    };
    let draft = frame.draft_for(READ_ANEW);
    let option = |value: String, words: String, chosen: &str| {
        let on = value == chosen;
        view! { <option value=value selected=on>{words}</option> }.into_any()
    };
    let chosen = |name: &str, own: String| draft.and_then(|draft| draft.value(name)).map_or(own, str::to_owned);
    let column = |place: usize| {
        let says = reading.columns.get(place).map(|column| match (column.name.as_str(), column.sample.as_str()) {
            ("", "") => String::new(),
            ("", sample) => format!(": {sample}"),
            (name, "") => format!(": {name}"),
            (name, sample) => format!(": {name} ({sample})"),
        });
        format!("column {}{}", place + 1, says.unwrap_or_default())
    };
    let part = |part: ListField| {
        let own = reading.place(part).map(|place| (place + 1).to_string()).unwrap_or_default();
        let own = chosen(part.name(), own);
        view! {
            <label class="field small">{part.word()}
                <select name=part.name() class="input">
                    {option(String::new(), "not in this file".to_owned(), &own)}
                    {(0..reading.columns.len()).map(|place| option((place + 1).to_string(), column(place), &own)).collect_view()}
                </select>
            </label>
        }
        .into_any()
    };
    let separator = chosen("separator", reading.separator.name().to_owned());
    let header = chosen("header", if reading.header { "yes" } else { "" }.to_owned());
    let otherwise =
        chosen("otherwise", reading.otherwise.map(|severity| severity.name().to_owned()).unwrap_or_default());
    let form = page.may_tick.then(|| {
        view! {
            <details open=!reading.is_certain()>
                <summary>"How the file was read, and reading it differently"</summary>
                <form method="post" action=READ_ANEW class="stack">
                    {form::above(draft)}
                    {hidden(instance, &frame.here)}
                    <input type="hidden" name="import" value=page.head.id.clone() />
                    <div class="pick broad">
                    <label class="field small">"Separator"
                        <select name="separator" class="input">
                            {Separator::ALL.into_iter().map(|one| option(one.name().to_owned(), one.words().to_owned(), &separator)).collect_view()}
                        </select>
                    </label>
                    <label class="field small">"First line"
                        <select name="header" class="input">
                            {option("yes".to_owned(), "is a header".to_owned(), &header)}
                            {option(String::new(), "is a row".to_owned(), &header)}
                        </select>
                    </label>
                    {ListField::ALL.into_iter().map(part).collect_view()}
                    <label class="field small">"Rows without a severity"
                        <select name="otherwise" class="input">
                            {option(String::new(), "are left out".to_owned(), &otherwise)}
                            {Severity::ALL.into_iter().map(|severity| option(severity.name().to_owned(), format!("mean \
                            {}", severity.word()), &otherwise)).collect_view()}
                        </select>
                    </label>
                    </div>
                    {form::beside(draft, "columns")}
                    <div><button class="btn">"Read it this way"</button></div>
                </form>
            </details>
        }
    });
    view! {
        <section class="card lead">
            <header><h2>"File"</h2></header>
            <div class="body stack">
                <p class="reading">{reading.says.clone()}</p>
                <p class="soft small">{mapping(reading)}</p>
                {unsure.map(|unsure| view! { <p class="note" role="status">{unsure}</p> })}
                {form}
            </div>
        </section>
    }
    .into_any()
}

/// The ways on: in a preview with what is ticked kept.
fn foot(page: &ImportPage) -> AnyView {
    if page.may_tick {
        let here = page.here.clone();
        let further = page.further.clone().map(|further| {
            view! { <button class="btn" form=CARRY formaction=TICK formnovalidate="" name="then" value=further>"Save selection, \
            next page →"</button> }
        });
        return view! {
            <span class="end">
                <button class="btn" form=CARRY formaction=TICK formnovalidate="" name="then" value=here>"Save \
                selection"</button>
                {further}
            </span>
        }
        .into_any();
    }
    view! { <span class="end">{page.further.clone().map(|further| view! { <a class="btn" href=further>"Next page \
    →"</a> })}</span> }
    .into_any()
}

fn says(difference: Difference) -> &'static str {
    match difference {
        Difference::New => "no domain block yet: create it",
        Difference::Stricter => "stricter than our domain block: change ours",
        Difference::Weaker => "weaker than our domain block: change ours",
        Difference::Different => "neither stricter nor weaker than our domain block: check both sides",
        Difference::Apart => "check and select one by one",
        Difference::Unclear => "the list doesn’t say what the domain block would be",
        Difference::Hidden => "the publisher obfuscated the domain name",
        Difference::Same => "no change, but comments that differ can be taken",
        Difference::Invalid => "can’t be used; each row says why",
    }
}

fn preview(instance: &InstanceName, page: &ImportPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(START).or_else(|| frame.draft_for(TICK));
    let kind = |(difference, ticks): &(Difference, Ticks)| {
        let (difference, ticks) = (*difference, *ticks);
        let left_out = (ticks.left_out > 0).then(|| format!(", {} deselected by hand", grouped(ticks.left_out)));
        let counted = (ticks.ticked > 0 || difference.applies() || difference == Difference::Apart)
            .then(|| view! { <b>" · " {grouped(ticks.ticked)} " selected"</b> {left_out} });
        let all = |yes: &'static str, words: &'static str| {
            let value = format!("{}:{yes}", difference.name());
            view! { <button class="btn small" form=CARRY formaction=TICK formnovalidate="" name="all" value=value>{words}</button> }
        };
        let buttons = (page.may_tick && difference.applies())
            .then(|| view! { <span class="chips">{all("yes", "Select all")} {all("no", "Deselect all")}</span> });
        view! {
            <div class="choice"><span><b>{format!("{} {}", grouped(ticks.rows), difference.word())}</b> " – " {says(difference)} {counted}</span> " " {buttons}</div>
        }
    };
    let all = page.all_ticks();
    let cutting = (all.cutting > 0).then(|| {
        let only_owner = if frame.may(Permission::SuspendFollowedDomain) {
            ""
        } else {
            " Domains that people here follow can only be suspended by an owner."
        };
        let sentence = format!(
            "{} may cut follows of people here; {} of them selected. Select these one by one.{only_owner}",
            ui::count(usize::try_from(all.cutting).unwrap_or(0), "row", "rows"),
            grouped(all.cutting_ticked),
        );
        view! { <p class="note">{sentence}</p> }
    });
    let (servers, accounts) = page.suspends_known;
    let suspends = (servers > 0).then(|| {
        let says = format!(
            "{} known here under exactly these names would be suspended if all were selected, with {} accounts as \
            last counted by Mastodon; their subdomains come on top. Deleted data and cut follows can’t be \
            restored.",
            ui::count(usize::try_from(servers).unwrap_or(0), "server", "servers"),
            grouped(accounts)
        );
        view! { <p class="note">{says}</p> }
    });
    let kinds = page.ticks.iter().filter(|(_, ticks)| ticks.rows > 0).map(kind).collect_view();
    let form = if page.may_tick {
        let lines: Vec<String> = page.rows.iter().filter(|row| row.may_tick).map(|row| row.line.to_string()).collect();
        let typed = draft.and_then(|draft| draft.value("why")).unwrap_or(&page.why).to_owned();
        view! {
            <form id=CARRY method="post" action=START class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                {form::acting(frame, &[Capability::Servers])}
                <input type="hidden" name="import" value=page.head.id.clone() />
                <input type="hidden" name="shown" value=lines.join(",") />
                <input type="hidden" name="ticked" value=page.ticked.clone() />
                <label class="field" for="why">"Internal reason" <span class="soft small">" saved in the audit \
                log, seen by the team"</span></label>
                <input class="input" id="why" name="why" maxlength="500" required="" value=typed />
                {form::beside(draft, "why")}
                {(all.ticked > 50).then(|| view! { <p class="small warn">"More than 50 rows at once, decided by one person; the audit log says so."</p> })}
                <p class="soft small">"Carried out in your name, row by row, each with its own entry in the audit log; at most 150 rows in five minutes, so that people at work come first." {(all.ticked > 0).then(|| format!(" The {} selected take about {}.", ui::count(usize::try_from(all.ticked).unwrap_or(0), "row", "rows"), time_for(all.ticked)))} " Rows selected below on this page are included."</p>
                {form::beside(draft, "row")}
                <div><button class="btn main" disabled=frame.lacks(&[Capability::Servers])>"Import selected rows"</button></div>
                {kinds}
                {cutting}
                {suspends}
            </form>
        }
        .into_any()
    } else {
        let who = if page.may_change {
            "Only the person who imported a list can run it. To do it yourself, import the list again."
        } else {
            "Only owners and admins can run imports."
        };
        view! { <div class="body stack"><p class="soft">{who}</p>{kinds}{cutting}{suspends}</div> }.into_any()
    };
    view! { <section class="card lead"><header><h2>"Preview"</h2></header>{form}</section> }.into_any()
}

/// Half of the 300 calls in five minutes that Mastodon takes from a token (`config/initializers/rack_attack.rb`) are for work
/// in the background, and a row costs one.
const ROWS_IN_FIVE_MINUTES: i64 = 150;

/// How long so many rows take at the least: “100 min”.
fn time_for(rows: i64) -> String {
    let least = (rows * 5 * MINUTE / ROWS_IN_FIVE_MINUTES).max(MINUTE);
    if least < 2 * HOUR { format!("{} min", (least + MINUTE - 1) / MINUTE) } else { time::span_up(least) }
}

fn progress(instance: &InstanceName, page: &ImportPage, frame: &Frame) -> AnyView {
    let number = |state| of(&page.states, state);
    let (done, failed) = (number(RowState::Done), number(RowState::Failed));
    let waiting = number(RowState::Waiting) + number(RowState::UnderWay);
    let asked = done + failed + waiting;
    let width = |part: i64| if asked == 0 { 0 } else { part * 640 / asked };
    let says = format!(
        "{} of {} done, {} {}, {} waiting",
        grouped(done),
        grouped(asked),
        grouped(failed),
        RowState::Failed.word(),
        grouped(waiting)
    );
    let going = matches!(page.head.state, ImportState::Running | ImportState::Paused);
    let left = (going && waiting > 0).then(|| {
        let on = if page.head.state == ImportState::Paused { " once it goes on" } else { "" };
        view! { <p class="soft small">{format!("About {} to go{on}, at the instance’s limit.", time_for(waiting))}</p> }
    });
    let button = |target: &'static str, name: &'static str, value: &'static str, words: &'static str| {
        view! {
            <form method="post" action=target class="chip-form">
                {hidden(instance, &frame.here)}
                <input type="hidden" name="import" value=page.head.id.clone() />
                <button class="btn" name=name value=value>{words}</button>
            </form>
        }
        .into_any()
    };
    let act = page.may_change.then(|| match page.head.state {
        ImportState::Running => button(PAUSE, "pause", "yes", "Pause"),
        ImportState::Paused => button(PAUSE, "pause", "", "Resume"),
        ImportState::Done if failed > 0 => button(AGAIN, "again", "yes", "Try the rest again"),
        ImportState::Done | ImportState::Preview => ().into_any(),
    });
    view! {
        <section class="card lead">
            <header><h2>"Progress"</h2><span class="soft small end">"“" {page.why.clone()} "”"</span></header>
            <div class="body stack">
                <svg class="chart meter" viewBox="0 0 640 12" preserveAspectRatio="none" role="img" aria-label=says.clone()>
                    <rect class="done" x="0" y="0" width=width(done) height="12"></rect>
                    <rect class="failed" x=width(done) y="0" width=width(failed) height="12"></rect>
                </svg>
                <p>{says}</p>
                {left}
                <div class="chips">{act}</div>
            </div>
        </section>
    }
    .into_any()
}

/// Only one difference, or one result.
fn show(instance: &InstanceName, page: &ImportPage) -> AnyView {
    let base = path::domain_import(instance, &page.head.id);
    let search = Search::parse(&page.search);
    let chip = |name: &'static str, words: String| {
        let on = page.show == name;
        let href = format!("{base}{}", search.with("show", if on { "" } else { name }));
        let current = on.then_some("true");
        // A link would drop the ticks and the reason of this page.
        if page.may_tick {
            return view! {
                <button class="chip" form=CARRY formaction=TICK formnovalidate="" name="then" value=href aria-current=current>{words}</button>
            }
            .into_any();
        }
        view! { <a class="chip" href=href aria-current=current>{words}</a> }.into_any()
    };
    let differences = page
        .differences
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(difference, number)| {
            chip(difference.name(), format!("{} {}", text::capital(difference.word()), grouped(*number)))
        })
        .collect_view();
    let preview = page.head.state == ImportState::Preview;
    let states = (!preview).then(|| {
        page.states
            .iter()
            .filter(|(_, number)| *number > 0)
            .map(|(state, number)| chip(state.name(), format!("{} {}", state.word(), grouped(*number))))
            .collect_view()
    });
    let all = page.all_ticks();
    let cuts = (all.cutting > 0).then(|| chip("cuts", format!("cut follows, or not known {}", grouped(all.cutting))));
    let by_hand = preview.then(|| chip("by_hand", "selected or deselected by hand".to_owned()));
    view! { <div class="chips bar">{differences} <span class="gap"></span> {cuts} {by_hand} {states}</div> }.into_any()
}

/// “limited → suspended”, and “limited” where it stays.
fn from_to(field: &Field) -> AnyView {
    match &field.now {
        Some(now) if *now != field.then => {
            view! { <bdi>{now.clone()}</bdi> " → " <b><bdi>{field.then.clone()}</bdi></b> }.into_any()
        }
        Some(_) => view! { <bdi class="soft">{field.then.clone()}</bdi> }.into_any(),
        None => view! { <b><bdi>{field.then.clone()}</bdi></b> }.into_any(),
    }
}

/// What is taken from a list in the place of what we wrote, in a sentence; the fields stand below it.
fn replaces(fields: &[Field]) -> &'static str {
    match fields.iter().any(|field| field.name == HIDING) {
        true if fields.len() == 1 => "Obfuscate the name as the list does; otherwise it stays as it is",
        true => "Replace our comments with those of the list, and obfuscate the name as it does; otherwise ours stay",
        false => "Replace our comments with those of the list; otherwise ours stay",
    }
}

fn rows(page: &ImportPage, frame: &Frame) -> AnyView {
    let preview = page.head.state == ImportState::Preview;
    let draft = frame.draft_for(START).or_else(|| frame.draft_for(TICK));
    let class = |difference: Difference| match difference {
        Difference::New | Difference::Stricter => "badge accent",
        Difference::Weaker | Difference::Different | Difference::Apart => "badge warn",
        Difference::Same | Difference::Unclear | Difference::Hidden => "badge",
        Difference::Invalid => "badge danger",
    };
    // What was ticked when a form came back counts for the rows it showed.
    let typed = |name: &str, line: &str, stored: bool| match draft {
        Some(draft) if draft.value("shown").unwrap_or_default().split(',').any(|shown| shown == line) => {
            draft.fields.iter().any(|(key, value)| key.starts_with(name) && value == line)
        }
        _ => stored,
    };
    let row = |row: &ImportRow| {
        let result = (!preview)
            .then(|| view! { <td class="nowrap"><span class=row.state.badge()>{row.state.word()}</span></td> });
        let entry = row.entry.map(|entry| desk::entry(frame, entry, "soft nowrap", view! { " entry " {entry} }));
        let line = row.line.to_string();
        let tick = (row.may_tick && row.difference != Difference::Same && page.may_tick).then(|| {
            let on = typed("row", &line, row.ticked);
            let label = format!("Select {}", ui::tame(&row.domain));
            view! { <input type="checkbox" form=CARRY name="row[]" value=line.clone() checked=on aria-label=label /> " " }
        });
        let theirs = row.theirs.filter(|_| row.may_tick && page.may_tick).map(|taken| {
            let on = typed("theirs", &line, taken);
            view! {
                <label class="check small"><input type="checkbox" form=CARRY name="theirs[]" value=line.clone() checked=on />
                <span>{replaces(&row.theirs_say)}</span></label>
                <dl class="facts small">{
                    row.theirs_say.iter().map(|field| view! { <dt>{field.name}</dt><dd>{from_to(field)}</dd> }).collect_view()
                }</dl>
            }
        });
        let letters = row.letters.as_ref().map(|letters| {
            view! { "in letters " <bdi>{ui::tame(letters)}</bdi> " · " }
        });
        let same = row.fields.iter().all(|field| field.now.as_ref() == Some(&field.then));
        let fields = (!row.fields.is_empty() && !same).then(|| {
            let fields = row.fields.iter().map(|field| view! { <dt>{field.name}</dt><dd>{from_to(field)}</dd> });
            view! { <dl class="facts small">{fields.collect_view()}</dl> }
        });
        let now = same.then(|| row.fields.first().map(|field| field.then.clone()));
        let cost = row.cost.as_ref().map(|cost| {
            view! { <p class=if cost.cuts() { "small warn" } else { "small soft" }>{cost.sentence()}</p> }
        });
        view! {
            <tr data-row=keys::row()>
                <td class="full"><div class="cut">{tick}<b><bdi>{ui::tame(&row.domain)}</bdi></b> " " <span class="soft small">{letters} "line " {row.line}</span></div></td>
                <td class="nowrap"><span class=class(row.difference)>{row.difference.word()}</span></td>
                {result}
                <td class="full fill"><div class="stack">
                    {fields} {now} {cost}
                    <span class="soft">{ui::tame(&row.said)}</span>{theirs}{entry}
                </div></td>
            </tr>
        }
    };
    if page.rows.is_empty() {
        return view! { <div class="card pad empty"><p>"No matching rows."</p></div> }.into_any();
    }
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"Domain"</th><th>"Difference"</th>{(!preview).then(|| view! { <th>"Result"</th> })}<th>"Now, and after the \
            import"</th></tr></thead>
            <tbody>{page.rows.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_by_what_the_instance_takes() {
        assert_eq!(time_for(1), "1 min");
        assert_eq!(time_for(46), "2 min");
        assert_eq!(time_for(3_000), "100 min");
        assert_eq!(time_for(20_000), "12 h");
    }
}
