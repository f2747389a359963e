//! Many accounts at once: what can be done about those that are ticked, and whom it would hit.

use crate::{
    accounts::{BulkPreview, Chosen, api, service},
    frame::Frame,
    id::InstanceName,
    path,
    reports::page::{
        bulk::{self, Bulk},
        undone,
    },
    search::Search,
    ui::{self, form, list},
};
use leptos::prelude::*;

const DECIDE_MANY: &str = form::action::<api::DecideMany>();

/// What can be done about the accounts that are ticked.
pub fn choose(search: &Search) -> AnyView {
    list::apply(search, service::offered().map(|one| (one.name(), one.key(), one.words())))
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
        return bulk::nothing(words, left_out, leave, "Back to the list");
    }
    let followers = ui::count(usize::try_from(preview.followers).unwrap_or(0), "follow", "follows");
    let said = format!(
        "{} of this instance, {} of other servers; {followers} by people here; resolves {}.",
        ui::grouped(preview.local),
        ui::grouped(number - preview.local),
        ui::count(preview.reports, "open report", "open reports"),
    );
    let gone = (preview.gone > 0)
        .then(|| view! { <p class="note">{format!("{} of the selected accounts no longer exist.", preview.gone)}</p> });
    let who = preview.accounts.iter().map(|one| {
        view! { <li><a class="link" href=path::account(instance, one.account)><bdi>{one.handle.clone()}</bdi></a> ": " {one.what.clone()}</li> }
    });
    let hits = view! {
        <p>{said}</p>
        <p class="small">"Each account is decided by itself, in the background, with its own entry in the audit log. One whose reports or sanctions change in the meantime is left as it is. " {undone(preview.decision)}</p>
        {links(instance, "Check these first:".to_owned(), &preview.exceptions)}
        {left_out}
        <details open=number <= 10>
            <summary class="small">{ui::count(number, "account", "accounts")}</summary>
            <ul class="plain-list small">{who.collect_view()}</ul>
        </details>
    };
    Bulk {
        action: DECIDE_MANY,
        leave,
        title,
        decision: preview.decision,
        closes: preview.reports > 0,
        seen: &preview.seen,
        message: Some(bulk::Message {
            hint: "In your words. They read this.",
            by_email: "Send it by email to those with a login here",
        }),
        why: "saved in the audit log, once for each account",
        reasons: &preview.reasons,
        refused: preview.refused.as_deref(),
    }
    .panel(instance, frame, gone.into_any(), hits.into_any())
}
