//! The views of alarms.

use super::{AlarmsPage, Card, OpenAlarms, api, rule, service};
use crate::{
    clock::MINUTE,
    frame::Frame,
    path,
    search::Search,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const ACKNOWLEDGE: &str = form::action::<api::Acknowledge>();

/// Entries are checked twice a minute; so long after the last time something is in the way.
const LATE: i64 = 5 * MINUTE;

#[component]
pub fn Alarms() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::page(&asked.context, &asked.search).await,
        body,
        |_, _| "Alarms".to_owned(),
    )
}

fn body(frame: Frame, page: AlarmsPage) -> AnyView {
    let number: i64 = page.numbers.iter().map(|(_, number)| number).sum();
    let (behind, at) = page.behind;
    let behind = (behind > 0).then(|| {
        let entries = ui::count(usize::try_from(behind).unwrap_or(0), "entry", "entries");
        let last = if at.0 == 0 {
            "not checked yet".into_any()
        } else {
            view! { "last checked " {time::clock(at)} }.into_any()
        };
        // A minute behind is how it goes; what is older needs a look.
        let class = if frame.now.since(at) > LATE { "note lead" } else { "small soft pending" };
        view! { <p class=class role="status"><span>{entries} " not checked for alarms yet (" {last} "). The console catches \
        up by itself."</span></p> }
    });
    let search = Search::default();
    let state = if page.open { "" } else { "acknowledged" };
    let empty = if page.open {
        "No open alarms. What the rules below find in the audit log is listed here until somebody acknowledges it."
    } else {
        "No alarm has been acknowledged yet. Those that somebody acknowledged are kept here."
    };
    let cards = if page.cards.is_empty() {
        view! { <div class="card pad empty"><p>{empty}</p></div> }.into_any()
    } else {
        page.cards.iter().map(|card| alarm(card, page.may_acknowledge, &frame)).collect_view().into_any()
    };
    view! {
        <div class="head">
            {list::crumb(path::AUDIT, "Audit log")}
            <h1>"Alarms"</h1>
            <span class="badge">{ui::count(usize::try_from(number).unwrap_or(0), "open", "open")}</span>
        </div>
        {behind}
        <div class="chips">{list::chip(path::ALARMS, &search, "state", "acknowledged", "Acknowledged".to_owned(), state)}</div>
        <div class="stack">{cards}</div>
        <div class="head foot"><span class="end">{list::further(page.older.as_deref(), "Next page →")}</span></div>
        {rules(&page)}
    }
    .into_any()
}

fn alarm(card: &Card, may: bool, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(ACKNOWLEDGE).filter(|draft| draft.value("alarm") == Some(card.id.as_str()));
    let links = card
        .links
        .iter()
        .map(|(href, words)| view! { <a class="link" href=href.clone()>{words.clone()}</a> " " })
        .collect_view();
    let changed = card
        .changed
        .iter()
        .map(|(href, what)| view! { <p class="small"><a class="link" href=href.clone()><bdi>{what.clone()}</bdi></a></p> })
        .collect_view();
    let done = card.acknowledged.clone().map(|(who, at, entry, why)| {
        let entry = entry.map(|entry| view! { " " <a class="link" href=path::audit_entry(entry)>"entry " {entry}</a> });
        view! { <p>"Acknowledged by " <b><bdi>{who}</bdi></b> " " {time::ago(at, frame.now)} {entry} ": " <bdi>{why}</bdi></p> }
    });
    let field = format!("alarm-{}", card.id);
    let typed = draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned();
    let acknowledge = (may && card.acknowledged.is_none()).then(|| match &card.not_yours {
        Some(why) => view! { <p class="soft small">{why.clone()}</p> }.into_any(),
        None => view! {
            <form method="post" action=ACKNOWLEDGE class="stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                <input type="hidden" name="alarm" value=card.id.clone() />
                <label class="field" for=field.clone()>"What you found" <span class="soft small">" saved in the audit log"</span></label>
                <input class="input" id=field name="why" maxlength="500" required=true value=typed />
                {form::beside(draft, "why")}
                <div><button class="btn">"Acknowledge"</button></div>
            </form>
        }
        .into_any(),
    });
    view! {
        <section class="card">
            <header><h2>{card.kind.word()}</h2><span class="soft small end">"raised " {time::ago(card.raised_at, frame.now)}</span></header>
            <div class="body stack">
                <p><bdi>{time::retold(&card.said, card.raised_at)}</bdi></p>
                {changed}
                <p class="small">{links}</p>
                {done}
                {acknowledge}
            </div>
        </section>
    }
    .into_any()
}

fn rules(page: &AlarmsPage) -> AnyView {
    let row = |(kind, number): &(super::AlarmKind, i64)| {
        view! { <tr><td class="nowrap">{kind.word()}</td><td class="full fill">{rule(*kind)}</td><td class="num" data-label="open">{*number}</td></tr> }
    };
    view! {
        <section class="card">
            <header><h2>"Rules"</h2></header>
            <table class="list"><thead><tr><th>"Alarm"</th><th>"Raised by"</th><th class="num">"Open"</th></tr></thead>
                <tbody>{page.numbers.iter().map(row).collect_view()}</tbody></table>
        </section>
    }
    .into_any()
}

/// Those that nobody acknowledged, on an overview; nothing where there are none.
pub fn card_of(open: &OpenAlarms, frame: &Frame) -> AnyView {
    if open.number == 0 {
        return ().into_any();
    }
    let row = |card: &Card| {
        let what =
            card.changed.first().map(|(_, what)| view! { <div class="cut soft small"><bdi>{what.clone()}</bdi></div> });
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap"><span class="badge warn">{card.kind.word()}</span></td>
                <td class="full fill"><a href=path::ALARMS><bdi>{time::retold(&card.said, card.raised_at)}</bdi></a>{what}</td>
                <td class="num soft nowrap">{time::age(card.raised_at, frame.now)}</td>
            </tr>
        }
    };
    view! {
        <section class="card">
            <header><h2>"Alarms"</h2><span class="badge warn">{ui::count(usize::try_from(open.number).unwrap_or(0), "open", "open")}</span>
                <a class="link small end" href=path::ALARMS>"View all"</a></header>
            <table class="list"><tbody>{open.cards.iter().map(row).collect_view()}</tbody></table>
        </section>
    }
    .into_any()
}
