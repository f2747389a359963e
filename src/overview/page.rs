//! The views of the overview.

use super::{EverywherePage, HealthPart, InstanceRow, OverviewPage, service};
use crate::{
    access::Permission,
    alarms, batches,
    clock::Timestamp,
    context::Context,
    frame::Frame,
    id::InstanceName,
    path,
    registrations::page::sign_up_chart,
    reviews,
    search::Search,
    ui::{self, desk, keys, live, time},
};
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_location};

/// `/`: all instances, or on to the only one.
#[component]
pub fn Home() -> impl IntoView {
    match Context::of_request().and_then(|context| service::home(&context)) {
        Ok(None) => desk::page(
            desk::Desk::Everywhere,
            async |asked| service::everywhere(&asked.context, &asked.search).await,
            everywhere_body,
            |_, _| "All instances".to_owned(),
        ),
        Ok(Some(to)) => {
            // What is said on the page after signing in, and what was typed, is said on the one that this leads to.
            let search = Search::parse(&use_location().search.get_untracked());
            let to = ["by", "draft"].into_iter().fold(to, |to, key| match search.get(key) {
                Some(value) => path::with(&to, key, value),
                None => to,
            });
            view! { <Redirect path=to /> }.into_any()
        }
        Err(problem) => desk::problem_page(problem),
    }
}

fn everywhere_body(frame: Frame, page: EverywherePage) -> AnyView {
    let (now, rows) = (frame.now, &page.rows);
    let asked = rows.iter().any(|row| row.requests.is_some());
    let row = |row: &InstanceRow| {
        let cases = match &row.cases {
            Some((number, oldest)) => {
                let since = oldest.map(|oldest| view! { <span class="soft small nowrap">" oldest " {time::span(now.since(oldest))}</span> });
                view! { <a href=path::reports(&row.name)><b data-count=live::count(&row.name, "reports")>{number.clone()}</b></a> {since} }.into_any()
            }
            None => view! { <span class="soft">"not known"</span> }.into_any(),
        };
        let sign_ups = match &row.sign_ups {
            None => ().into_any(),
            Some(Some(waiting)) => {
                let since = waiting.oldest.map(|oldest| view! { <span class="soft small nowrap">" oldest " {time::span(now.since(oldest))}</span> });
                view! { <b data-count=live::count(&row.name, "signups")>{waiting.said()}</b> {since} }.into_any()
            }
            Some(None) => view! { <span class="soft">"not known"</span> }.into_any(),
        };
        let requests = row.requests.as_ref().map(|(number, oldest)| {
            let since = oldest.map(|oldest| view! { <span class="soft small nowrap">" oldest " {time::span(now.since(oldest))}</span> });
            view! { <a href=path::access_requests(&row.name)><b data-count=live::count(&row.name, "requests")>{number.clone()}</b></a> {since} }
        });
        let state = if row.troubles.is_empty() {
            view! { <span class="badge good">"no problems"</span> }.into_any()
        } else {
            view! { <ul class="plain-list small">{row.troubles.iter().map(|trouble| view! { <li>{time::retold(trouble, now)}</li> }).collect_view()}</ul> }.into_any()
        };
        view! {
            <tr data-row=keys::row()>
                <td class="full"><a href=path::overview(&row.name)><b><bdi>{row.title.clone()}</bdi></b></a></td>
                <td data-label="Cases">{cases}</td>
                <td data-label="Sign-ups">{sign_ups}</td>
                {asked.then(|| view! { <td data-label="Access requests">{requests}</td> })}
                <td data-label="Registrations">{row.registrations.clone()}</td>
                <td class="full fill">{state}</td>
            </tr>
        }
    };
    view! {
        <div class="head"><h1>"All instances"</h1></div>
        {reviews::page::told(&frame, &page.reviews)}
        <div class="card"><table class="list">
            <thead><tr><th>"Instance"</th><th>"Open cases"</th><th>"Pending sign-ups"</th>{asked.then(|| view! { <th>"Access requests"</th> })}<th>"Registrations"</th><th>"Problems"</th></tr></thead>
            <tbody>{rows.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

#[component]
pub fn Overview() -> impl IntoView {
    desk::page(
        desk::Desk::Overview,
        async |asked| service::overview(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, page| page.title.clone(),
    )
}

fn body(frame: Frame, page: OverviewPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let now = frame.now;
    let next = page.urgent.first().map(|row| {
        view! { <a class="btn main" href=path::case(&instance, row.account) data-key=keys::key("n")>"Next case " <span class="key">"n"</span></a> }
    });
    let well = page.health.iter().all(|part| part.well);
    let unattended = page.unattended.clone().map(|says| {
        view! { <p class="note lead" role="alert">{says} " " <a class="link" href=path::registrations(&instance)>"Registrations"</a></p> }
    });
    view! {
        <div class="head">
            <h1>{page.title.clone()}</h1>
            <span class="soft">{time::day(now, now)}</span>
            {live::as_of(&frame)}
            <span class="end">{next}</span>
        </div>
        {live::meanwhile(&frame, &page.meanwhile, false)}
        {unattended}
        {batches::page::running(&page.running, now)}
        {page.grants.iter().map(|(grant, name)| view! {
            <p class="note lead"><span>"A grant for " <bdi>{name.clone()}</bdi> " is pending."</span> <a class="link" href=path::grant(grant)>"View"</a></p>
        }).collect_view()}
        {reviews::page::told(&frame, &page.reviews)}
        {tiles(&frame, &instance, &page)}
        <div class="two">
            <div class="stack">
                {page.alarms.as_ref().map(|open| alarms::page::card_of(open, &frame))}
                <section class="card">
                    <header><h2>"Needs attention"</h2></header>
                    {urgent(&instance, &page, now)}
                </section>
                {frame.may(Permission::ViewSignUps).then(|| sign_up_chart(&page.sign_ups, now))}
                {frame.may(Permission::ViewRegistrations).then(|| view! {
                    <p><a class="link" href=path::statistics(&instance)>"Statistics: reports, decisions, active people and registrations over time"</a></p>
                })}
                {outside_changes(&instance, &page, &frame)}
            </div>
            <aside class="stack">
                {on_duty(&page)}
                <section class="card">
                    <header><h2>{page.title.clone()}</h2>
                        <span class=if well { "badge good end" } else { "badge danger end" }>{if well { "no \
                        problems" } else { "problems" }}</span></header>
                    <div class="body"><dl class="facts">{page.health.iter().map(|part| health(part, now)).collect_view()}</dl></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

/// Who is there.
fn on_duty(page: &OverviewPage) -> Option<AnyView> {
    let who = |one: &Option<(String, &'static str)>| match one {
        None => view! { <li>"you"</li> }.into_any(),
        Some((name, role)) => {
            view! { <li><bdi>{name.clone()}</bdi> <span class="soft small">{format!(", {role}")}</span></li> }
                .into_any()
        }
    };
    (!page.on_duty.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"On duty"</h2><span class="soft small end">{ui::count(page.on_duty.len(), "person", "people")}</span></header>
                <div class="body stack">
                    <ul class="plain-list">{page.on_duty.iter().map(who).collect_view()}</ul>
                    <p class="soft small">"Who may decide reports or sign-ups here and opened a page of this console in the last 5 \
                    minutes. Work in Mastodon itself isn’t seen."</p>
                </div>
            </section>
        }
        .into_any()
    })
}

/// What waits, as numbers that lead to it.
fn tiles(frame: &Frame, instance: &InstanceName, page: &OverviewPage) -> AnyView {
    let waited = |oldest: Option<Timestamp>, more: bool| match oldest {
        Some(oldest) => format!("oldest {}", time::span(frame.now.since(oldest))),
        None if more => "age of the oldest not known".to_owned(),
        None => "none".to_owned(),
    };
    let by_category = page
        .by_category
        .iter()
        .filter(|(_, cases)| *cases > 0)
        .map(|(category, cases)| {
            // Beside a number “rules” would be rules, not reports.
            let word = match category {
                crate::reports::Category::Violation if *cases == 1 && !page.more => "rule violation",
                crate::reports::Category::Violation => "rule violations",
                other => other.word(),
            };
            format!("{} {word}", ui::at_least(*cases, page.more))
        })
        .collect::<Vec<_>>()
        .join(", ");
    let cases = if page.known {
        view! {
            <b data-count=live::count(instance, "reports")>{ui::at_least(page.cases, page.more)}</b>
            <span class="small">{waited(page.oldest, page.more)} {(!by_category.is_empty()).then(|| format!(" · {by_category}"))}</span>
        }
        .into_any()
    } else {
        unknown("not known")
    };
    let pending = match &page.pending {
        Some(waiting) => view! {
            <b data-count=live::count(instance, "signups")>{waiting.said()}</b>
            <span class="small">{waited(waiting.oldest, waiting.more)}</span>
        }
        .into_any(),
        None => unknown("not known"),
    };
    let registrations = view! {
        <span class="soft small">"Registrations"</span>
        <b>{page.registrations.shown().to_owned()}</b>
        {(!page.registrations.ends.is_empty()).then(|| view! { <span class="small">{page.registrations.ends.clone()}</span> })}
        <span class="small">{if page.registrations.single_user {
            format!("nobody can sign up; the setting says “{}”", page.registrations.word)
        } else {
            page.registrations.since.clone()
        }}</span>
    };
    let tile = |right: Permission, href: String, said: AnyView| {
        if frame.may(right) {
            view! { <a class="card tile" href=href>{said}</a> }.into_any()
        } else {
            view! { <div class="card tile">{said}</div> }.into_any()
        }
    };
    let sign_ups = view! { <span class="soft small">"Pending sign-ups"</span>{pending} };
    let appeals = match &page.appeals {
        Some((number, oldest)) => view! {
            <b data-count=live::count(instance, "appeals")>{number.clone()}</b>
            <span class="small">{waited(*oldest, number != "0")}</span>
        }
        .into_any(),
        None => unknown("not known"),
    };
    let appeals = view! { <span class="soft small">"Pending appeals"</span>{appeals} };
    let requests = page.requests.as_ref().map(|(number, oldest)| {
        view! {
            <a class="card tile" href=path::access_requests(instance)>
                <span class="soft small">"Access requests"</span>
                <b data-count=live::count(instance, "requests")>{number.clone()}</b>
                <span class="small">{waited(*oldest, true)}</span>
            </a>
        }
    });
    view! {
        <div class="tiles">
            <a class="card tile" href=path::reports(instance)>
                <span class="soft small">"Open cases"</span>
                {cases}
            </a>
            {frame.may(Permission::ViewSignUps).then(|| tile(Permission::ViewSignUps, path::signups(instance), sign_ups.into_any()))}
            {frame.may(Permission::ViewAppeals).then(|| tile(Permission::ViewAppeals, path::appeals(instance), appeals.into_any()))}
            {requests}
            {tile(Permission::ViewRegistrations, path::registrations(instance), registrations.into_any())}
        </div>
    }
    .into_any()
}

/// The cases that nobody is at, or why there are none.
fn urgent(instance: &InstanceName, page: &OverviewPage, now: Timestamp) -> AnyView {
    if !page.known {
        return view! { <p class="pad soft">"Not known yet: the instance’s database has not been read yet."</p> }
            .into_any();
    }
    if page.urgent.is_empty() {
        let says = match (page.cases > 0, page.more) {
            (true, true) => "Every known case is assigned, and there are more.",
            (true, false) => "Every case is assigned.",
            (false, _) => "Nothing to do. You’re all caught up.",
        };
        return view! { <p class="pad soft">{says}</p> }.into_any();
    }
    view! {
        <table class="list"><tbody>
            {page.urgent.iter().map(|row| view! {
                <tr data-row=keys::row()>
                    <td><span class=row.category.badge()>{row.category.word()}</span></td>
                    <td class="nowrap"><a href=path::case(instance, row.account)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
                    <td class="num soft nowrap">{time::age(row.since, now)}</td>
                    <td class="full fill"><div class="cut soft"><bdi>{row.what.clone()}</bdi></div></td>
                </tr>
            }).collect_view()}
        </tbody></table>
    }
    .into_any()
}

/// A number that is not known.
fn unknown(words: &'static str) -> AnyView {
    view! { <b>"?"</b><span class="small">{words}</span> }.into_any()
}

fn outside_changes(instance: &InstanceName, page: &OverviewPage, frame: &Frame) -> AnyView {
    if page.outside_changes.is_empty() {
        return ().into_any();
    }
    let all = format!("{}&instance={instance}", path::with(path::AUDIT, "kind", "changed_elsewhere"));
    view! {
        <section class="card">
            <header><h2>"Changed outside the console, last 24 hours"</h2><a class="link small end" href=all>"View \
            all"</a></header>
            <table class="list"><tbody>
                {page.outside_changes.iter().map(|line| view! {
                    <tr data-row=keys::row()>
                        <td class="nowrap"><a href=path::audit_entry(line.index)>{time::ago(line.at, frame.now)}</a></td>
                        <td class="full fill"><bdi>{time::retold(&line.what, line.at)}</bdi></td>
                    </tr>
                }).collect_view()}
            </tbody></table>
        </section>
    }
    .into_any()
}

fn health(part: &HealthPart, now: Timestamp) -> AnyView {
    let class = if part.well { "" } else { "bad" };
    let each = (!part.each.is_empty()).then(|| {
        view! { <dd class="wide small"><ul class="plain-list">{part.each.iter().map(|one| view! { <li>{one.clone()}</li> }).collect_view()}</ul></dd> }
    });
    view! { <dt>{part.name.clone()}</dt><dd class=class>{time::retold(&part.says, now)}</dd>{each} }.into_any()
}
