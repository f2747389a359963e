//! Who could do what at an instant.

use super::super::{AccessChange, AccessPage, Held, HeldSort, api, service};
use crate::{
    clock::Timestamp,
    frame::Frame,
    path,
    record::Line,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const SIGN_OFF: &str = form::action::<api::SignOff>();

#[component]
pub fn Access() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::access::page(&asked.context, &asked.search).await,
        access_body,
        |_, _| "Access review".to_owned(),
    )
}

fn access_body(frame: Frame, page: AccessPage) -> AnyView {
    let field = |key: &'static str, label: &'static str, typed: &str| {
        view! {
            <label class="small soft">{label} " "
                <input class="chip" type="datetime-local" name=key value=typed.trim_end_matches('Z').to_owned() step="1" /></label>
        }
    };
    let head = view! {
        <div class="head">
            {list::crumb(path::AUDIT, "Audit log")}
            <h1>"Access review"</h1>
            <span class="soft">"who could do what, from the audit log alone"</span>
        </div>
        <form method="get" action=path::ACCESS class="chips bar">
            {field("at", "At", &page.typed.0)}
            {field("and", "compared with", &page.typed.1)}
            {time::zone_of(Some(&page.zone))}
            <button class="btn">"Show"</button>
            <a class="btn quiet" href=path::ACCESS>"Now"</a>
        </form>
    };
    if let Some(wrong) = &page.wrong {
        desk::set_status(wrong);
        return view! { {head} <p class="note lead danger" role="alert">{form::sentence(wrong)}</p> }.into_any();
    }
    let not_known = page
        .not_known
        .iter()
        .map(|what| view! { <p class="note lead">"Not known: " {time::retold(what, page.at)} "."</p> });
    let unchecked = (!page.checked).then(|| view! {
        <p class="note lead" role="status">"The entries this comes from haven’t been checked against the audit log’s tree yet since the console \
        started. That is under way: reload the page in a moment."</p>
    });
    view! {
        {head}
        {unchecked}
        {not_known.collect_view()}
        {access_changes(&page)}
        <p class="soft">"At " {time::whole(page.at)} ":"</p>
        {HeldSort::ALL.into_iter().map(|sort| held(&page, sort, frame.now)).collect_view()}
        <p class="soft small">"An entry counts from the moment its outcome was recorded. The audit log doesn’t say when a session \
        ended by itself (after an hour unused, after twelve in any case), so a session is listed for twelve hours unless an entry \
        ended it; grants carried over from before there were entries about grants are not in it."</p>
        <details class="card"><summary class="body">"What each role includes today"</summary><div class="body"><dl class="facts">
            {page.includes.iter().map(|(role, rights)| {
                let rights = rights.iter().map(|right| right.name()).collect::<Vec<_>>().join("; ");
                let most = (role.name() == "contractor").then_some(" (at most, and only what a grant includes)");
                view! { <dt>{role.name()}{most}</dt><dd>{rights}</dd> }
            }).collect_view()}
        </dl></div></details>
        {sign_off(&frame, &page)}
    }
    .into_any()
}

/// What differs between the two instants, with the entries that did it.
fn access_changes(page: &AccessPage) -> AnyView {
    let Some(and) = page.and else { return ().into_any() };
    let (earlier, later) = (page.at.min(and), page.at.max(and));
    let nothing = |what: &Option<String>| what.clone().unwrap_or_else(|| "none".to_owned());
    let row = |change: &AccessChange| {
        let entry = match change.entry {
            Some(entry) => view! { <a class="link" href=path::audit_entry(entry)>"entry " {entry}</a> }.into_any(),
            None => view! { <span class="soft">"no entry"</span> }.into_any(),
        };
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap">{change.sort.name()}</td>
                <td><bdi>{change.who.clone()}</bdi></td>
                <td class="said"><bdi>{nothing(&change.before)}</bdi></td>
                <td class="said"><bdi>{nothing(&change.after)}</bdi></td>
                <td class="soft">{change.said}</td>
                <td class="nowrap">{entry}</td>
            </tr>
        }
    };
    let shown = page.changes.len();
    let more = (page.changed > shown)
        .then(|| view! { <p class="note">{format!("{shown} of {} differences are shown. The CSV has all of them.", page.changed)}</p> });
    let table = if page.changes.is_empty() {
        view! { <p class="body">"Nothing differs between the two."</p> }.into_any()
    } else {
        view! {
            <table class="list">
                <thead><tr><th>"What"</th><th>"Who"</th><th>"Before"</th><th>"After"</th><th>"Because"</th><th>"Entry"</th></tr></thead>
                <tbody>{page.changes.iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card">
            <header><h2>"Between " {time::whole(earlier)} " and " {time::whole(later)}</h2></header>
            {table}
        </section>
        {more}
    }
    .into_any()
}

/// What was held of one sort.
fn held(page: &AccessPage, sort: HeldSort, now: Timestamp) -> AnyView {
    let (heading, empty) = sort.headings();
    let lines: Vec<_> = page.held.iter().filter(|line| line.sort == sort).collect();
    let more = page.more.iter().find(|(own, _)| *own == sort).map(|(_, number)| {
        view! { <p class="note">{format!("{} of {number} are shown. The CSV has all of them.", lines.len())}</p> }
    });
    let timed = matches!(sort, HeldSort::Grant | HeldSort::Session);
    let until = |line: &Held| line.until.map(|at| view! { {time::whole(at)} {time::end_of(at, now)} });
    let rows = lines.iter().map(|line| {
        let doubt = (!line.certain).then(|| view! { " " <span class="badge warn">"not certain"</span> });
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap"><bdi>{line.who.clone()}</bdi></td>
                <td class="full fill"><bdi>{time::retold(&line.what, page.at)}</bdi>{doubt}</td>
                {timed.then(|| view! { <td class="nowrap soft" data-label="since">{line.since.map(time::whole)}</td><td class="soft broad" data-label="until">{until(line)}</td> })}
                <td class="nowrap"><a class="link" href=path::audit_entry(line.entry)>"entry " {line.entry}</a></td>
            </tr>
        }
    });
    let table = if lines.is_empty() {
        let empty = if page.known { empty } else { "Not known: the audit log begins later." };
        view! { <p class="body">{empty}</p> }.into_any()
    } else {
        view! {
            <table class="list">
                <thead><tr><th>"Who"</th><th>"What"</th>{timed.then(|| view! { <th>"Since"</th><th>"Until"</th> })}<th>"Entry"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! { <section class="card"><header><h2>{heading}</h2></header>{table}</section>{more} }.into_any()
}

/// The form that signs a review off, and those that were signed.
fn sign_off(frame: &Frame, page: &AccessPage) -> AnyView {
    let draft = frame.draft_for(SIGN_OFF);
    let row = |line: &Line| {
        view! {
            <li><a href=path::audit_entry(line.index)>{line.who.clone()}</a> " " {time::retold(&line.what, line.at)} ", " {time::ago(line.at, frame.now)}
                <div class="soft"><bdi>{line.why.clone()}</bdi></div></li>
        }
    };
    let signed = (!page.signed.is_empty()).then(|| {
        view! {
            <section class="card"><header><h2>"Signed off"</h2></header><ul class="body">{page.signed.iter().map(row).collect_view()}</ul></section>
        }
    });
    view! {
        <section class="card">
            <header><h2>"Sign off this review"</h2></header>
            <form method="post" action=SIGN_OFF class="body stack">
                {form::back(&format!("{}{}", path::ACCESS, page.query))}
                <input type="hidden" name="at" value=time::machine(page.at) />
                <input type="hidden" name="and" value=page.and.map(time::machine).unwrap_or_default() />
                <input type="hidden" name="seen" value=page.basis.seen.clone() />
                {form::above(draft)}
                {form::why(draft, "sign-off-why", "what you looked at and what you found; it stands in the entry", true)}
                <p class="soft small">"The entry names both instants, and the audit log it was derived from: "
                    {ui::count(usize::try_from(page.basis.entries).unwrap_or(0), "entry", "entries")} ", root "
                    <code class="hash">{page.basis.root.clone()}</code></p>
                <div><button class="btn main">"Sign off"</button>
                    " " <a class="btn quiet" href=format!("{}{}", path::ACCESS_CSV, page.query) download="">"Export CSV"</a></div>
            </form>
        </section>
        {signed}
    }
    .into_any()
}
