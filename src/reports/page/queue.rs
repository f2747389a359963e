//! The queue: what waits, most urgent first, a case a line.

use crate::{
    frame::Frame,
    id::InstanceName,
    path,
    reports::{Category, DecidedRow, QueuePage, QueueRow, api},
    search::Search,
    ui::{self, desk, time},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

#[component]
pub fn Queue() -> impl IntoView {
    let params = use_params_map();
    let location = use_location();
    let resource = Resource::new(
        move || (params.read().get("instance").unwrap_or_default(), location.search.get()),
        |(instance, search)| api::queue(instance, search),
    );
    desk::page(desk::Desk::Reports, resource, body, |_, page| {
        if page.cases == 0 { "Reports".to_owned() } else { format!("Reports ({})", page.cases) }
    })
}

fn body(frame: Frame, page: QueuePage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let decided = page.filter.state == "decided";
    let oldest =
        page.oldest.map(|oldest| format!(" · oldest {}", time::span(frame.now.since(oldest)))).unwrap_or_default();
    let sentence = match page.cases {
        0 => "nothing waits".to_owned(),
        1 => format!("1 case waits{oldest} · {}", ui::count(page.reports, "report", "reports")),
        cases => {
            format!("{} cases wait{oldest} · {}", ui::grouped(cases), ui::count(page.reports, "report", "reports"))
        }
    };
    let next = page.next.map(|next| {
        view! { <a class="btn main" href=path::case(&instance, next) data-key="n">"Next case " <span class="key">"n"</span></a> }
    });
    view! {
        <div class="head">
            <h1>"Reports"</h1>
            <span class="soft">{sentence}</span>
            <span class="end">{server_filter(&instance, &page)} {next}</span>
        </div>
        {filters(&instance, &page)}
        {if decided { decided_list(&instance, &page, &frame) } else { waiting_list(&instance, &page, &frame) }}
        <div class="head foot">
            <span class="soft small">
                {if decided { format!("{} closed reports", page.decided.len()) } else { format!("{} of {} shown", page.rows.len(), ui::grouped(page.matching)) }}
            </span>
            <span class="end">{page.older.clone().map(|older| view! { <a class="btn" href=older>"Further →"</a> })}</span>
        </div>
    }
    .into_any()
}

/// Only what people of one server are reported for.
fn server_filter(instance: &InstanceName, page: &QueuePage) -> AnyView {
    let base = path::reports(instance);
    let hidden = [
        ("state", page.filter.state.clone()),
        ("category", page.filter.category.clone()),
        ("origin", page.filter.origin.clone()),
        ("age", page.filter.age.clone()),
    ];
    view! {
            <form class="chip-form" method="get" action=base>
                {hidden.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| view! { <input type="hidden" name=key value=value /> }).collect_view()}
                <input class="chip" name="domain" aria-label="Only this server" placeholder="server…" value=page.filter.domain.clone() />
            </form>
    }
    .into_any()
}

fn filters(instance: &InstanceName, page: &QueuePage) -> impl IntoView + use<> {
    let base = path::reports(instance);
    let search = Search::parse(&page.search);
    let chip = |key: &'static str, value: &'static str, words: String, current: &str| {
        let on = current == value;
        let href = format!("{base}{}", search.with(key, if on { "" } else { value }));
        view! { <a class="chip" href=href aria-current=on.then_some("true")>{words}</a> }.into_any()
    };
    let state = page.filter.state.as_str();
    let mut states = vec![
        {
            let on = state.is_empty() || state == "waiting";
            let href = format!("{base}{}", search.with("state", ""));
            view! { <a class="chip" href=href aria-current=on.then_some("true")>"Waiting " {page.cases}</a> }.into_any()
        },
        chip("state", "mine", format!("Mine {}", page.mine), state),
        chip("state", "unheld", "Nobody’s".to_owned(), state),
        chip("state", "decided", "Decided".to_owned(), state),
        view! { <span class="gap"></span> }.into_any(),
    ];
    states.extend(Category::ALL.iter().map(|category| {
        let name = category.name();
        chip("category", name, category.word().to_owned(), &page.filter.category)
    }));
    if !page.filter.holder.is_empty() {
        let href = format!("{base}{}", search.with("holder", ""));
        let words = format!("held by {} ×", page.filter.holder);
        states.push(view! { <a class="chip" href=href aria-current="true">{words}</a> }.into_any());
    }
    states.push(view! { <span class="gap"></span> }.into_any());
    for (value, words) in [("local", "Local"), ("remote", "Remote")] {
        states.push(chip("origin", value, words.to_owned(), &page.filter.origin));
    }
    for (value, words) in [("1h", "> 1 h"), ("1d", "> 1 day"), ("1w", "> 1 week")] {
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
                {if filtered {
                    view! { <p>"No case fits these filters. "<a class="link" href=path::reports(instance)>"Show all that wait"</a></p> }.into_any()
                } else {
                    view! { <p>"Nothing waits. New reports appear here within seconds of being made."</p> }.into_any()
                }}
            </div>
        }
        .into_any();
    }
    view! {
        <div class="card">
            <table class="list">
                <thead>
                    <tr>
                        <th>"Why first"</th>
                        <th>"About"</th>
                        <th class="num">"Waiting"</th>
                        <th>"What"</th>
                        <th class="wide">"Reported by"</th>
                        <th class="wide">"Held by"</th>
                    </tr>
                </thead>
                <tbody>{page.rows.iter().map(|row| queue_row(instance, row, frame)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn queue_row(instance: &InstanceName, row: &QueueRow, frame: &Frame) -> impl IntoView + use<> {
    let holder = match (&row.holder, &row.assigned_there) {
        (Some(holder), _) if holder.you => {
            view! { <span class="badge accent">"you · " {time::span(frame.now.since(holder.since))}</span> }.into_any()
        }
        (Some(holder), _) => {
            let theirs = path::with(&path::reports(instance), "holder", &holder.name);
            view! { <a class="small soft" href=theirs title="All that this person holds">{holder.name.clone()}</a> }.into_any()
        }
        (None, Some(there)) => {
            view! { <span class="small soft" title="Assigned on the instance, not in the console">{there.clone()} " there"</span> }.into_any()
        }
        (None, None) => ().into_any(),
    };
    view! {
        <tr data-row="">
            <td><span class=row.category.badge()>{row.category.word()}</span></td>
            <td class="nowrap"><a href=path::case(instance, row.account)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
            <td class="num soft nowrap">{time::age(row.since, frame.now)}</td>
            <td class="full fill"><div class="cut soft"><bdi>{row.what.clone()}</bdi></div></td>
            <td class="nowrap soft wide">{row.reporters.clone()}</td>
            <td class="nowrap wide">{holder}</td>
        </tr>
    }
}

fn decided_list(instance: &InstanceName, page: &QueuePage, frame: &Frame) -> AnyView {
    if page.decided.is_empty() {
        return view! { <div class="card pad empty"><p>"No closed report fits. Decided reports are listed here, newest first."</p></div> }.into_any();
    }
    let row = |row: &DecidedRow| {
        view! {
            <tr data-row="">
                <td><span class=row.category.badge()>{row.category.word()}</span></td>
                <td class="nowrap"><a href=path::case(instance, row.account)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
                <td class="num soft nowrap">{time::ago(row.closed_at, frame.now)}</td>
                <td class="full fill"><div class="cut soft"><bdi>{row.what.clone()}</bdi></div></td>
                <td class="nowrap soft wide">{row.closed_by.clone()}</td>
                <td class="nowrap soft wide mono">{row.report.to_string()}</td>
            </tr>
        }
    };
    view! {
        <div class="card">
            <table class="list">
                <thead>
                    <tr>
                        <th>"Category"</th>
                        <th>"About"</th>
                        <th class="num">"Closed"</th>
                        <th>"What"</th>
                        <th class="wide">"Closed by"</th>
                        <th class="wide">"Report"</th>
                    </tr>
                </thead>
                <tbody>{page.decided.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
