//! The views of the people desk.

mod change;
mod reset;

pub use change::Change;
pub use reset::Reset;

use super::{PeoplePage, Person, api, service};
use crate::{
    access::Role,
    frame::Frame,
    path,
    ui::{self, desk, form, keys, time},
};
use leptos::prelude::*;

const OFFER: &str = form::action::<api::Offer>();

#[component]
pub fn People() -> impl IntoView {
    desk::page(
        desk::Desk::People,
        async |asked| service::people(&asked.context, &asked.search).await,
        body,
        |_, _| "People".to_owned(),
    )
}

fn body(frame: Frame, page: PeoplePage) -> AnyView {
    view! {
        <div class="head"><h1>"People"</h1><span class="soft">{ui::count(page.people.len(), "person", "people")}</span></div>
        {page.link.clone().map(|(name, link)| view! {
            <section class="card panel lead"><header><h2>"One-time link for " <bdi>{name}</bdi></h2><span class="soft small end">"shown once, valid \
            for three days"</span></header>
                <div class="body stack"><code class="hash">{link}</code><p class="small soft">"Pass it on \
                yourself. Whoever opens it chooses the password."</p></div></section>
        })}
        {(page.left_there && frame.notice.is_some()).then(|| view! {
            <p class="note lead" role="status">"The account is unlinked here. The instance has not revoked its \
            token yet, and the console retries for thirty days; its owner can revoke it there under Preferences, \
            Account, Authorized apps."</p>
        })}
        <div class="card lead"><table class="list">
            <thead><tr><th>"Name"</th><th>"Role"</th><th>"Access"</th><th>"Two-factor"</th><th>"Last seen"</th><th><span class="heard">"Change"</span></th></tr></thead>
            <tbody>{page.people.iter().map(|person| row(person, &frame)).collect_view()}</tbody>
        </table></div>
        <div class="two">
            <div class="stack">{offer(&frame)}</div>
            <aside class="stack"><p class="soft small">"On the server: " <code>"howdah operator add NAME --role ROLE"</code></p></aside>
        </div>
    }
    .into_any()
}

fn row(person: &Person, frame: &Frame) -> AnyView {
    let access = if person.disabled {
        view! { <span class="badge danger">"ended"</span> }.into_any()
    } else {
        access(person, frame)
    };
    // A row opens what can be done about whom it is.
    let opens = if person.you { path::YOUR_SIGN_IN.to_owned() } else { path::change_person(&person.id) };
    let change = (!person.you).then(|| {
        view! { <a class="btn quiet small" href=path::change_person(&person.id)>"Change…"</a> }
    });
    let sessions = match person.open.len() {
        0 => "not signed in".to_owned(),
        open => ui::count(open, "session", "sessions"),
    };
    let seen = match person.last_seen {
        None => view! { <span class="soft">"not known · " {sessions}</span> }.into_any(),
        Some(at) => view! { <span class="soft">{time::ago(at, frame.now)} " · " {sessions}</span> }.into_any(),
    };
    view! {
        <tr data-row=keys::row()>
            <td class="nowrap"><a href=opens><b>{person.name.clone()}</b></a>{person.you.then_some(" (you)")}
                {person.links.iter().map(|link| view! { <br /><span class="soft small">{link.handle.clone()} " on " {link.instance.to_string()}</span> }).collect_view()}</td>
            <td>{person.role.name()}</td>
            <td class="full">{access}</td>
            <td data-label="two-factor">{if person.second_factor { "set up" } else { "not yet" }}
                {person.recovery_code_used.map(|(at, left)| view! { <br /><span class="badge warn">"recovery code \
                used"</span> " " <span class="soft small">{time::ago(at, frame.now)} " · " {left} " left"</span> })}</td>
            <td>{seen}</td>
            <td class="num nowrap">{desk::timeline(frame, &[("who", &person.id.0)])} " " {change}</td>
        </tr>
    }
    .into_any()
}

/// Where somebody has rights: a contractor by grants, everybody else on every instance.
fn access(person: &Person, frame: &Frame) -> AnyView {
    if person.role != Role::Contractor {
        return view! { <span class="soft">"everywhere"</span> }.into_any();
    }
    if person.grants.is_empty() {
        let ask = path::with(path::REQUEST_GRANT, "for", &person.id.0);
        return view! { <span class="badge warn">"no active grant"</span> " " <a class="link" href=ask>"Request a \
        grant"</a> }
        .into_any();
    }
    person
        .grants
        .iter()
        .map(|grant| {
            let said =
                format!("on {}, until {}", grant.scope.places(), time::day_said(grant.ends_at.plus(-1), frame.now));
            view! { <a class="link" href=path::grant(&grant.id)>{said}</a> " " }
        })
        .collect_view()
        .into_any()
}

/// Somebody new: a link that works once.
fn offer(frame: &Frame) -> AnyView {
    let draft = frame.draft_for(OFFER);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    // Nobody becomes an owner because a list was not looked at.
    let chosen =
        Some(typed("role")).filter(|role| !role.is_empty()).unwrap_or_else(|| Role::Moderator.name().to_owned());
    let roles = Role::ALL
        .into_iter()
        .map(|role| view! { <option value=role.name() selected=role.name() == chosen>{role.name()}</option> })
        .collect_view();
    view! {
        <section class="card">
            <header><h2>"Add a person"</h2></header>
            <form method="post" action=OFFER class="body stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                <label class="field" for="name">"Name"</label>
                <input class="input" id="name" name="name" maxlength="64" required="" value=typed("name") />
                {form::beside(draft, "name")}
                <label class="field" for="role">"Role"</label>
                <select class="input" id="role" name="role">{roles}</select>
                {form::beside(draft, "role")}
                <p class="small soft">"Contractors have no access until a grant gives it. Once they have used the \
                link: " <a class="link" href=path::REQUEST_GRANT>"Request a \
                grant"</a></p>
                {form::why(draft, "why", "saved in the audit log", false)}
                <div><button class="btn main">"Create link"</button></div>
            </form>
        </section>
    }
    .into_any()
}
