//! The view of a batch: how far it is, and what became of each.

use super::{BatchPage, Item, Lately, List, Running, api, service};
use crate::{
    clock::Timestamp,
    frame::Frame,
    id::InstanceName,
    path,
    record::DeedState,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;
use leptos_meta::Meta;

const PAUSE: &str = form::action::<api::Pause>();

#[component]
pub fn Batch() -> impl IntoView {
    desk::page_of(
        |page: &BatchPage| at(page.list).0,
        desk::Desk::Overview,
        async |asked| service::batch(&asked.context, asked.instance(), asked.part("batch"), &asked.search).await,
        body,
        |_, page| page.what.clone(),
    )
}

/// Where in the console the list of a batch is: its desk, its name and its address.
fn at(list: List) -> (desk::Desk, &'static str, fn(&InstanceName) -> String) {
    match list {
        List::Reports => (desk::Desk::Reports, "Reports", path::reports),
        List::Accounts => (desk::Desk::Accounts, "Accounts", path::accounts),
        List::SignUps => (desk::Desk::SignUps, "Sign-ups", path::signups),
        List::Invites => (desk::Desk::Invitations, "Invites", path::invitations),
    }
}

/// What is under way, a line each, above the list whose rows it decides, and on the overview.
pub fn running(batches: &[Running], now: Timestamp) -> AnyView {
    let line = |batch: &Running| {
        let state = if batch.paused { "paused" } else { "in progress" };
        view! {
            <p class="note lead good">{batch.what.clone()} ", started by " {batch.who.clone()} " " {time::ago(batch.since, now)} ": " {state}
                <a class="link" href=batch.there.clone()>"View"</a></p>
        }
    };
    batches.iter().map(line).collect_view().into_any()
}

/// What came of all of it, read out when the page comes.
fn finished(page: &BatchPage) -> AnyView {
    let came = page.counts.iter().map(|(outcome, number)| format!("{number} {}", outcome.word()));
    view! { <p class="note lead good" role="status">{format!("Finished: {}.", came.collect::<Vec<_>>().join(", "))}</p> }
        .into_any()
}

fn body(frame: Frame, page: BatchPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let (_, name, address) = at(page.list);
    let number = page.items.len() + page.changed;
    let done = number.saturating_sub(page.left);
    let state = match (page.ended_at, page.paused) {
        (Some(at), _) => view! { <span class="badge good">"finished " {time::ago(at, frame.now)}</span> }.into_any(),
        (None, true) => view! { <span class="badge warn">"paused"</span> }.into_any(),
        (None, false) => view! { <span class="badge accent">"in progress"</span> }.into_any(),
    };
    let counts = page
        .counts
        .iter()
        .map(|(outcome, number)| view! { <span class=outcome.badge()>{format!("{number} {}", outcome.word())}</span> " " })
        .collect_view();
    let pause = page.may_pause.then(|| {
        let (value, words) = if page.paused { ("no", "Resume") } else { ("yes", "Pause") };
        view! {
            <form method="post" action=PAUSE class="inline">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="batch" value=page.id.clone() />
                <button class="btn" name="pause" value=value>{words}</button>
            </form>
        }
    });
    let waits = page.waits.filter(|_| !page.paused).map(|seconds| {
        view! { <p class="note lead">{format!("Continues in {seconds} s: half of the instance’s rate limit is \
        reserved for people at work.")}</p> }
    });
    // Without scripts, and with them: the page looks again by itself while something is under way.
    let again = (page.ended_at.is_none() && !page.paused).then(|| view! { <Meta http_equiv="refresh" content="3" /> });
    view! {
        {again}
        <div class="head">
            {list::crumb(address(&instance), name)}
            <h1>{page.what.clone()}</h1>
            {state}
            <span class="soft">"started by " {page.who.clone()} " " {time::ago(page.created_at, frame.now)}</span>
            {desk::timeline(&frame, &[("batch", &page.id)])}
            <span class="end">{pause}</span>
        </div>
        {waits}
        {page.ended_at.map(|_| finished(&page))}
        {(page.changed > 0).then(|| view! { <p class="note lead" role="alert">{format!(
            "{} changed, not by the console, and left out here. The audit log says what was done.",
            ui::count(page.changed, "row was", "rows were"),
        )}</p> })}
        <section class="card">
            <header><h2>{format!("{done} of {} done", ui::grouped(number))}</h2><span class="end">{counts}</span></header>
            <div class="body stack">
                <progress max=number value=done aria-label="Progress"></progress>
                {(!page.why.is_empty()).then(|| view! { <p class="quote"><bdi>{page.why.clone()}</bdi></p> })}
            </div>
            <table class="list">
                <thead><tr><th>"Account"</th><th>"Outcome"</th><th>"Result"</th><th class="num">"Entry"</th></tr></thead>
                <tbody>{page.items.iter().map(|one| item(&frame, page.own, one)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn item(frame: &Frame, own: bool, item: &Item) -> AnyView {
    let outcome = match item.outcome {
        Some(outcome) => {
            let word = if outcome == DeedState::Succeeded { "done" } else { outcome.word() };
            view! { <span class=outcome.badge()>{word}</span> }.into_any()
        }
        None => view! { <span class="badge">"waiting"</span> }.into_any(),
    };
    let entry = item.entry.map(|index| match own {
        true => view! { <a class="mono" href=path::audit_entry(index)>{index}</a> }.into_any(),
        false => desk::entry(frame, index, "mono", index),
    });
    view! {
        <tr data-row=keys::row()>
            <td class="nowrap"><b><bdi>{item.handle.clone()}</bdi></b></td>
            <td>{outcome}</td>
            <td class="full fill"><div class="cut soft"><bdi>{item.said.clone()}</bdi></div></td>
            <td class="num">{entry}</td>
        </tr>
    }
    .into_any()
}

/// The way back to what was begun lately, below the list that it was begun from.
pub fn lately(instance: &InstanceName, batches: &[Lately], now: Timestamp) -> AnyView {
    if batches.is_empty() {
        return ().into_any();
    }
    let one = |batch: &Lately| {
        let state = (!batch.state.is_empty()).then(|| format!(", {}", batch.state));
        view! { <li><a class="link" href=path::batch(instance, &batch.id)>{batch.what.clone()}</a> {state} " · " {batch.who.clone()} ", " {time::ago(batch.since, now)}</li> }
    };
    view! {
        <section class="small soft" aria-label="The newest batches of the last 24 hours">
            <p>"The newest batches of the last 24 hours:"</p>
            <ul class="plain-list">{batches.iter().map(one).collect_view()}</ul>
        </section>
    }
    .into_any()
}
