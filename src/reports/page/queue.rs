//! The queue: what waits, most urgent first, a case a line.

use super::bulk::{self, Bulk};
use crate::{
    access::Role,
    batches,
    frame::Frame,
    id::{AccountId, InstanceName},
    path,
    reports::api,
    reports::{BulkPreview, Category, DecidedRow, Decision, ORIGINS, QueueFilter, QueuePage, QueueRow, service},
    search::Search,
    ui::{self, desk, form, keys, list, live, time},
};
use leptos::prelude::*;

const DECIDE_MANY: &str = form::action::<api::DecideMany>();

#[component]
pub fn Queue() -> impl IntoView {
    desk::page(
        desk::Desk::Reports,
        async |asked| service::queue(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, page| {
            if page.cases == 0 {
                "Reports".to_owned()
            } else {
                format!("Reports ({})", ui::at_least(page.cases, page.cut))
            }
        },
    )
}

/// A case, with the filter that is worked through: it comes along to the next one and back.
fn case_of(instance: &InstanceName, page: &QueuePage, account: AccountId) -> String {
    format!("{}{}", path::case(instance, account), Search::parse(&page.search).only(&QueueFilter::KEYS))
}

fn body(frame: Frame, page: QueuePage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let decided = page.filter.state == "decided";
    let oldest =
        page.oldest.map(|oldest| format!(" · oldest {}", time::span(frame.now.since(oldest)))).unwrap_or_default();
    let counted = |number| ui::at_least(number, page.cut);
    let reports = format!("{} {}", counted(page.reports), if page.reports == 1 { "report" } else { "reports" });
    let reports = match page.gone {
        0 => reports,
        1 => format!("{reports}, 1 of them about an account that is gone"),
        gone => format!("{reports}, {} of them about accounts that are gone", ui::grouped(gone)),
    };
    // Kept current with the number of the rail.
    let open = live::counted(&instance, "reports", counted(page.cases));
    let cases = if page.cases == 1 && !page.cut { "open case" } else { "open cases" };
    let sentence = if decided {
        "decided, latest first".into_any()
    } else if !page.known {
        "queue not known".into_any()
    } else if page.filter.narrows() {
        // The first number is that of the list.
        view! { {counted(page.matching)} " matching · " {open} " " {cases} }.into_any()
    } else {
        view! { {open} {format!(" {cases}{oldest} · {reports}")} }.into_any()
    };
    let next = page.next.map(|next| {
        view! { <a class="btn main" href=case_of(&instance, &page, next) data-key=keys::key("n")>"Next case " <span class="key">"n"</span></a> }
    });
    view! {
        <div class="head">
            <h1>"Reports"</h1>
            <span class="soft">{sentence}</span>
            {page.meanwhile.is_some().then(|| live::as_of(&frame))}
            <span class="end">{decided.then(|| colleagues(&instance, &page))} {server_filter(&instance, &page)} {choose_decision(&page, decided)} {next}</span>
        </div>
        {page.meanwhile.as_ref().map(|since| live::meanwhile(&frame, since, page.preview.is_some()))}
        {filters(&instance, &page)}
        {page.preview.as_ref().map(|preview| chosen(&instance, &page, preview, &frame))}
        {batches::page::running(&page.running, frame.now)}
        {list::left_out(page.left_out)}
        {if decided { decided_list(&instance, &page, &frame) } else { waiting_list(&instance, &page, &frame) }}
        <div class="head foot">
            <span class="soft small">
                {if decided {
                    decided_number(&page, &frame)
                } else if page.known {
                    format!("{} of {} shown", page.rows.len(), counted(page.matching))
                } else {
                    String::new()
                }}
            </span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
        {batches::page::lately(&instance, &page.lately, frame.now)}
    }
    .into_any()
}

/// How many decisions are listed, and how far back was looked for them.
fn decided_number(page: &QueuePage, frame: &Frame) -> String {
    let number = ui::count(page.decided.len(), "decision", "decisions");
    let number = match page.destroyed {
        0 => number,
        more => format!("{number}; for {more} more the audit log no longer says which account they were about"),
    };
    let number = match page.looked_to {
        Some(at) => format!("{number}; searched back to {}", time::day_said(at, frame.now)),
        None => number,
    };
    if page.decided.iter().all(|row| row.decision.is_some()) {
        return number;
    }
    format!("{number}. What was decided is only known of decisions made in this console.")
}

/// What one colleague decided.
fn colleagues(instance: &InstanceName, page: &QueuePage) -> AnyView {
    let options = page
        .people
        .iter()
        .map(|name| view! { <option value=name.clone() selected=*name == page.filter.by>{name.clone()}</option> })
        .collect_view();
    let filter = &page.filter;
    let kept = [
        ("state", filter.state.as_str()),
        ("category", &filter.category),
        ("origin", &filter.origin),
        ("domain", &filter.domain),
    ];
    view! {
        <form class="chip-form" method="get" action=path::reports(instance)>
            {list::kept(kept)}
            <select class="chip" name="decided-by" aria-label="Decided by"><option value="">"Anyone"</option>{options}</select>
            <button class="chip">"Apply"</button>
        </form>
    }
    .into_any()
}

/// Only what people of one server are reported for.
fn server_filter(instance: &InstanceName, page: &QueuePage) -> AnyView {
    let base = path::reports(instance);
    let filter = &page.filter;
    let kept = [
        ("state", filter.state.as_str()),
        ("category", &filter.category),
        ("origin", &filter.origin),
        ("holder", &filter.holder),
        ("age", &filter.age),
        ("decided-by", &filter.by),
    ];
    view! {
            <form class="chip-form" method="get" action=base>
                {list::kept(kept)}
                <input class="chip" name="domain" aria-label="Only this server" placeholder="server…" value=page.filter.domain.clone() />
            </form>
    }
    .into_any()
}

/// What to do with the chosen cases.
fn choose_decision(page: &QueuePage, decided: bool) -> Option<AnyView> {
    let shown = page.may_decide && !decided && !page.rows.is_empty();
    let search = Search::parse(&page.search);
    shown.then(|| list::apply(&search, Decision::ALL.into_iter().map(|one| (one.name(), one.key(), one.words()))))
}

/// Cases that differ from the others, each with the reason.
fn look_again(instance: &InstanceName, page: &QueuePage, preview: &BulkPreview) -> AnyView {
    if preview.exceptions.is_empty() {
        return ().into_any();
    }
    view! {
        <div class="small"><p><b>"Check these first:"</b></p>
            <ul class="plain-list">{preview.exceptions.iter().map(|(case, why)| view! {
                <li><a class="link" href=case_of(instance, page, case.account)><bdi>{case.handle.clone()}</bdi></a> ", " {why.clone()}</li>
            }).collect_view()}</ul>
        </div>
    }
    .into_any()
}

/// How far a decision about many can be taken back, in a sentence.
pub fn undone(decision: Decision) -> &'static str {
    match decision {
        Decision::Resolve => "Resolved reports can be reopened, one by one.",
        Decision::Warn => "Warnings stay as strikes.",
        Decision::Suspend => {
            "Suspensions can be undone for 30 days, one by one; emails can’t be recalled, and follows of remote \
            accounts are lost."
        }
        Decision::Sensitive | Decision::Silence | Decision::Disable => {
            "This can be undone, one by one; emails can’t be recalled."
        }
    }
}

/// Many cases at once, before any is decided: how many, which are odd, five that stand for all.
fn chosen(instance: &InstanceName, page: &QueuePage, preview: &BulkPreview, frame: &Frame) -> AnyView {
    let leave = format!("{}{}", path::reports(instance), Search::parse(&page.search).without(&["decide"]));
    if preview.cases.is_empty() {
        let words = if preview.exceptions.is_empty() {
            "No cases selected. Tick some, or highlight a row with j and select it with the space bar."
        } else {
            "You can’t decide any of the selected cases."
        };
        return bulk::nothing(words, look_again(instance, page, preview), leave, "Back to the queue");
    }
    let number = preview.cases.len();
    let reports: usize = preview.cases.iter().map(|case| case.reports).sum();
    let step = (number / 5).max(1);
    let sample = preview.cases.iter().step_by(step).take(5).map(|case| {
        view! { <li><a class="link" href=case_of(instance, page, case.account)><bdi>{case.handle.clone()}</bdi></a> ": " <bdi>{case.what.clone()}</bdi></li> }
    });
    let gone = (preview.gone > 0)
        .then(|| view! { <p class="note">{format!("{} of the selected cases are no longer open and are left out.", preview.gone)}</p> });
    let notes = view! {
        {gone}
        {preview.part.clone().map(|part| view! { <p class="note">{part}</p> })}
    };
    let hits = view! {
        <p class="small">"Each case is decided separately, in the background, with its own entry in the audit log. Cases with new reports are left out. " {undone(preview.decision)}</p>
        <ul class="plain-list small">{sample.collect_view()}</ul>
        {look_again(instance, page, preview)}
    };
    let title = format!(
        "{}: {}, {}",
        preview.decision.words(),
        ui::count(number, "case", "cases"),
        ui::count(reports, "report", "reports")
    );
    let message =
        bulk::Message { hint: "Each user reads exactly this.", by_email: "Send it by email to users of this instance" };
    Bulk {
        action: DECIDE_MANY,
        leave,
        title,
        decision: preview.decision,
        closes: reports > 0,
        seen: &preview.seen,
        message: (preview.decision != Decision::Resolve).then_some(message),
        why: "saved in the audit log, once for each case",
        reasons: &preview.reasons,
        refused: preview.refused.as_deref(),
    }
    .panel(instance, frame, notes.into_any(), hits.into_any())
}

fn filters(instance: &InstanceName, page: &QueuePage) -> impl IntoView + use<> {
    let base = path::reports(instance);
    let search = Search::parse(&page.search);
    let chip = |key: &'static str, value: &str, words: String, current: &str| {
        list::chip(&base, &search, key, value, words, current)
    };
    let state = page.filter.state.as_str();
    let number = |number: usize| if page.known { ui::at_least(number, page.cut) } else { "?".to_owned() };
    let open = live::counted(instance, "reports", number(page.cases));
    let mut states = vec![
        {
            let on = state.is_empty() || state == "waiting";
            let href = format!("{base}{}", search.with("state", ""));
            view! { <a class="chip" href=href aria-current=on.then_some("true")>"Open " {open}</a> }.into_any()
        },
        chip("state", "mine", format!("Assigned to me {}", number(page.mine)), state),
        chip("state", "unheld", "Unassigned".to_owned(), state),
        // What is decided waits no more, and nobody holds it.
        list::chip(
            &base,
            &Search::parse(&search.without(&["age", "holder"])),
            "state",
            "decided",
            "Decided".to_owned(),
            state,
        ),
        view! { <span class="gap"></span> }.into_any(),
    ];
    states.extend(Category::ALL.iter().map(|category| {
        let name = category.name();
        chip("category", name, category.word().to_owned(), &page.filter.category)
    }));
    if !page.filter.holder.is_empty() {
        states.push(list::chip_off(&base, &search, "holder", &format!("assigned to {}", page.filter.holder)));
    }
    states.push(view! { <span class="gap"></span> }.into_any());
    for (value, words) in ORIGINS {
        states.push(chip("origin", value, words.to_owned(), &page.filter.origin));
    }
    for (value, words) in QueueFilter::AGES.into_iter().filter(|_| state != "decided") {
        states.push(chip("age", value, words.to_owned(), &page.filter.age));
    }
    view! {
        <div class="chips bar">
            {states}
        </div>
    }
}

fn waiting_list(instance: &InstanceName, page: &QueuePage, frame: &Frame) -> AnyView {
    if page.rows.is_empty() {
        let filtered = page.cases > 0;
        return view! {
            <div class="card pad empty">
                {if !page.known {
                    view! { <p>"The queue is not known: the instance’s database has not been read yet. The \
                    console retries every few seconds."</p> }.into_any()
                } else if filtered {
                    view! { <p>"No cases match these filters. "<a class="link" href=path::reports(instance)>"Show all open \
                    cases"</a></p> }.into_any()
                } else {
                    view! { <p>"No open cases. New reports appear here within seconds."</p> }.into_any()
                }}
            </div>
        }
        .into_any();
    }
    let kept = Search::parse(&page.search);
    let keep = list::kept_of(&kept, &[QueueFilter::KEYS.as_slice(), &["before"]].concat());
    let all = (page.may_decide && page.matching > 1 && kept != Search::default()).then(|| {
        view! { <label class="check pad small"><input type="checkbox" name="all" value="yes" checked=kept.get("all").is_some() />{format!("all {} matching these filters", ui::grouped(page.matching))}</label> }
    });
    view! {
        <div class="card"><form id="chosen" method="get" action=format!("{}#decide", path::reports(instance))>
            {keep}
            {all}
            <table class="list">
                <thead>
                    <tr>
                        {page.may_decide.then(|| view! { <th><span class="heard">"Select"</span></th> })}
                        <th>"Priority"</th>
                        <th>"Account"</th>
                        <th class="num">"Waiting"</th>
                        <th>"Report"</th>
                        <th class="wide">"Reported by"</th>
                        <th class="wide">"Assigned to"</th>
                    </tr>
                </thead>
                <tbody>{page.rows.iter().map(|row| queue_row(instance, page, &kept, row, frame)).collect_view()}</tbody>
            </table>
        </form></div>
    }
    .into_any()
}

fn queue_row(
    instance: &InstanceName,
    page: &QueuePage,
    kept: &Search,
    row: &QueueRow,
    frame: &Frame,
) -> impl IntoView + use<> {
    let holder = match (&row.holder, &row.assigned_there) {
        (Some(holder), _) if holder.you => {
            view! { <span class="badge accent">"you · " {time::span(frame.now.since(holder.since))}</span> }.into_any()
        }
        (Some(holder), _) if frame.role == Role::Contractor => {
            view! { <span class="small soft">{holder.name.clone()}</span> }.into_any()
        }
        (Some(holder), _) => {
            let theirs = path::with(&path::reports(instance), "holder", &holder.name);
            view! { <a class="small soft" href=theirs title="All cases assigned to this person">{holder.name.clone()}</a> }.into_any()
        }
        (None, Some(there)) => {
            view! { <span class="small soft" title="Assigned on the instance, not in the console">{there.clone()} " on the instance"</span> }.into_any()
        }
        (None, None) => ().into_any(),
    };
    let choose = page.may_decide.then(|| list::tick(kept, &row.account.to_string(), format!("Select {}", row.handle)));
    view! {
        <tr data-row=keys::row()>
            {choose}
            <td><span class=row.category.badge()>{row.category.word()}</span></td>
            <td class="nowrap"><a href=case_of(instance, page, row.account)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
            <td class="num soft nowrap">{time::age(row.since, frame.now)}</td>
            <td class="full fill"><div class="cut soft"><bdi>{row.what.clone()}</bdi></div></td>
            <td class="nowrap soft wide">{row.reporters.clone()}</td>
            <td class="nowrap wide">{holder}</td>
        </tr>
    }
}

fn decided_list(instance: &InstanceName, page: &QueuePage, frame: &Frame) -> AnyView {
    if page.decided.is_empty() && page.left_out {
        return ().into_any();
    }
    if page.decided.is_empty() {
        let words = if page.older.is_some() || page.looked_to.is_some() {
            "No matches as far back as was searched. “Next page” continues from there."
        } else {
            "No matching reports. Decided reports are listed here, latest decision first."
        };
        return view! { <div class="card pad empty"><p>{words}</p></div> }.into_any();
    }
    // Only where any was made in this console; of the others nobody knows it.
    let named = page.decided.iter().any(|row| row.decision.is_some());
    let row = |row: &DecidedRow| {
        let decision = named.then(|| {
            let outcome = row.outcome.map(|outcome| view! { " " <span class=outcome.badge()>{outcome.word()}</span> });
            view! { <td class="nowrap">{row.decision.map(Decision::words)}{outcome}</td> }
        });
        let more = (row.more > 0).then(|| format!("+ {}", row.more));
        view! {
            <tr data-row=keys::row()>
                <td>{row.category.map(|category| view! { <span class=category.badge()>{category.word()}</span> })}</td>
                <td class="nowrap"><a href=case_of(instance, page, row.account)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
                {decision}
                <td class="num soft nowrap">{time::ago(row.closed_at, frame.now)}</td>
                <td class="full fill"><div class="cut soft"><bdi>{row.what.clone()}</bdi></div></td>
                <td class="soft wide broad"><bdi>{row.closed_by.clone()}</bdi></td>
                <td class="nowrap soft wide mono">{row.report.map(|report| report.to_string())} {more}</td>
            </tr>
        }
    };
    view! {
        <div class="card">
            <table class="list">
                <thead>
                    <tr>
                        <th>"Category"</th>
                        <th>"Account"</th>
                        {named.then(|| view! { <th>"Decision"</th> })}
                        <th class="num">"Decided"</th>
                        <th>"Details"</th>
                        <th class="wide">"Decided by"</th>
                        <th class="wide">"Report"</th>
                    </tr>
                </thead>
                <tbody>{page.decided.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
