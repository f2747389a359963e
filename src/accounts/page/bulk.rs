//! Many accounts at once: what can be done about those that are ticked, and whom it would hit.

use crate::{
    accounts::{BulkPreview, Chosen, api, service},
    frame::Frame,
    id::InstanceName,
    path,
    reports::{Decision, page::undone},
    search::Search,
    ui::{self, form, list},
};
use leptos::prelude::*;

const DECIDE_MANY: &str = form::action::<api::DecideMany>();

/// What can be done about the accounts that are ticked.
pub fn choose() -> AnyView {
    list::apply(service::offered().map(|one| (one.name(), one.key(), one.words())))
}

/// The head of the column of ticks.
pub fn column() -> AnyView {
    view! { <th><span class="heard">"Select"</span></th> }.into_any()
}

fn links(instance: &InstanceName, title: String, accounts: &[(Chosen, String)]) -> AnyView {
    if accounts.is_empty() {
        return ().into_any();
    }
    let line = |(one, why): &(Chosen, String)| {
        view! { <li><a class="link" href=path::account(instance, one.account)><bdi>{one.handle.clone()}</bdi></a> ": " {why.clone()}</li> }
    };
    view! {
        <div class="small"><p><b>{title}</b></p>
            <ul class="plain-list">{accounts.iter().map(line).collect_view()}</ul>
        </div>
    }
    .into_any()
}

/// Whom a sanction on those that are ticked would hit, and its form.
pub fn panel(instance: &InstanceName, base: &str, search: &Search, preview: &BulkPreview, frame: &Frame) -> AnyView {
    let leave = format!("{base}{}", search.without(&["decide"]));
    let number = preview.accounts.len();
    let title = format!("{}: {}", preview.decision.words(), ui::count(number, "account", "accounts"));
    let left_out = links(instance, format!("Left out: {}", preview.left_out.len()), &preview.left_out);
    if preview.accounts.is_empty() {
        let words = if preview.left_out.is_empty() {
            "No accounts selected. Tick some, or highlight a row with j and select it with the space bar."
        } else {
            "Nothing would change for any of the selected accounts, or they are not yours to decide about."
        };
        return view! {
            <section class="card panel lead" id="decide"><div class="body stack">
                <p>{words}</p>
                {left_out}
                <p><a class="btn" href=leave>"Back to the list"</a></p>
            </div></section>
        }
        .into_any();
    }
    let draft = frame.draft_for(DECIDE_MANY);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let followers = ui::count(usize::try_from(preview.followers).unwrap_or(0), "follow", "follows");
    let hits = format!(
        "{} of this instance, {} of other servers; {followers} by people here; resolves {}.",
        ui::grouped(preview.local),
        ui::grouped(number - preview.local),
        ui::count(preview.reports, "open report", "open reports"),
    );
    let gone = (preview.gone > 0)
        .then(|| view! { <p class="note">{format!("{} of the selected accounts no longer exist.", preview.gone)}</p> });
    let refused = preview.refused.clone().map(|why| view! { <p class="note danger">{why}</p> });
    let who = preview.accounts.iter().map(|one| {
        view! { <li><a class="link" href=path::account(instance, one.account)><bdi>{one.handle.clone()}</bdi></a> ": " {one.what.clone()}</li> }
    });
    let mail_off = draft.is_some() && typed("mail").is_empty();
    let needs = preview.decision.needs(preview.reports > 0);
    let button = if preview.decision == Decision::Suspend { "btn danger" } else { "btn main" };
    let form = preview.refused.is_none().then(|| {
        view! {
            <form method="post" action=DECIDE_MANY class="stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                {form::acting(frame, needs)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="seen" value=preview.seen.clone() />
                <input type="hidden" name="decision" value=preview.decision.name() />
                <label class="field" for="text">"Message to each user"</label>
                {form::text_area("text", "text", "3", &typed("text"), "In your words. They read this.")}
                {form::beside(draft, "text")}
                <label class="check"><input type="checkbox" name="mail" value="yes" checked=!mail_off />"Send it by email to those with a login here"</label>
                {form::why_of(draft, "why", "saved in the audit log, once for each account", &preview.reasons)}
                <div><button class=button disabled=frame.lacks(needs)>{title.clone()}</button></div>
            </form>
        }
    });
    view! {
        <section class="card panel lead" id="decide">
            <header><h2>{title.clone()}</h2><a class="btn quiet small end" href=leave>"Cancel"</a></header>
            <div class="body stack">
                {gone}
                {refused}
                <p>{hits}</p>
                <p class="small">"Each account is decided by itself, in the background, with its own entry in the audit log. One whose reports or sanctions change in the meantime is left as it is. " {undone(preview.decision)}</p>
                {links(instance, "Check these first:".to_owned(), &preview.exceptions)}
                {left_out}
                <details open=number <= 10>
                    <summary class="small">{ui::count(number, "account", "accounts")}</summary>
                    <ul class="plain-list small">{who.collect_view()}</ul>
                </details>
                {form}
            </div>
        </section>
    }
    .into_any()
}
