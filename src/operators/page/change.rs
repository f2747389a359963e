//! The view of changing somebody's access: every deed about one person, one below the other, on a page of its own.

use crate::{
    access::Role,
    frame::{Draft, Frame},
    operators::{Person, api, service},
    path,
    ui::{self, desk, form, list, time},
};
use leptos::prelude::*;

const DISABLE: &str = form::action::<api::Disable>();
const UNLINK_OTHER: &str = form::action::<crate::linked_accounts::api::UnlinkOther>();
const END_SESSIONS: &str = form::action::<api::EndSessions>();
const CHANGE_ROLE: &str = form::action::<api::ChangeRole>();

#[component]
pub fn Change() -> impl IntoView {
    desk::page(
        desk::Desk::People,
        async |asked| service::person(&asked.context, &asked.search).await,
        body,
        |_, person| person.name.clone(),
    )
}

fn body(frame: Frame, person: Person) -> AnyView {
    let state = person.disabled.then(|| view! { <span class="badge danger">"access ended"</span> });
    let deeds = if person.you {
        view! { <p class="note">"You can’t change your own access: ask another owner."</p> }.into_any()
    } else {
        view! {
            {access(&person, &frame)}
            {sessions(&person, &frame)}
            {reset(&person)}
            {links(&person, &frame)}
            {role(&person, &frame)}
        }
        .into_any()
    };
    view! {
        <div class="head">
            {list::crumb(path::PEOPLE, "People")}
            <h1>{person.name.clone()}</h1>
            <span class="soft">{person.role.name()}</span>
            {state}
        </div>
        <div class="stack">{deeds}</div>
    }
    .into_any()
}

/// What each of these forms has: whom it is about, and why.
fn about(person: &Person, frame: &Frame, draft: Option<&Draft>) -> AnyView {
    let why = draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned();
    view! {
        {form::above(draft)}
        {form::back(&frame.here)}
        <input type="hidden" name="operator" value=person.id.to_string() />
        <label class="field">"Internal reason" <span class="soft small">"saved in the audit log"</span>
            <input class="input" name="why" maxlength="500" value=why /></label>
        {form::beside(draft, "why")}
    }
    .into_any()
}

fn access(person: &Person, frame: &Frame) -> AnyView {
    let (title, says, value, class) = if person.disabled {
        (
            "Restore access",
            "They can sign in again as before; grants and linked accounts have to be set up again.",
            "no",
            "btn long",
        )
    } else {
        (
            "End access",
            "They are signed out everywhere at once. Their cases are unassigned, their grants and linked accounts end.",
            "yes",
            "btn danger long",
        )
    };
    view! {
        <section class="card" id="access">
            <header><h2>{title}</h2></header>
            <form method="post" action=DISABLE class="body stack">
                <p class="small">{says}</p>
                {about(person, frame, frame.draft_for(DISABLE))}
                <div><button class=class name="disabled" value=value>{title} ": " {person.name.clone()}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn sessions(person: &Person, frame: &Frame) -> AnyView {
    if person.open.is_empty() {
        return ().into_any();
    }
    let one = person.open.iter().map(|session| {
        let said = format!(
            "the one of {}, last used {}",
            time::relative(session.began_at, frame.now),
            time::relative(session.seen_at, frame.now)
        );
        view! { <option value=session.short.clone()>{said}</option> }
    });
    let number = ui::count(person.open.len(), "session", "sessions");
    view! {
        <section class="card" id="sessions">
            <header><h2>"End sessions"</h2><span class="soft small end">{number}</span></header>
            <form method="post" action=END_SESSIONS class="body stack">
                <label class="field">"Which"<select class="input" name="session">
                    <option value="">"all sessions"</option>{one.collect_view()}</select></label>
                {about(person, frame, frame.draft_for(END_SESSIONS))}
                <div><button class="btn long">"End sessions: " {person.name.clone()}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn reset(person: &Person) -> AnyView {
    if person.disabled {
        return ().into_any();
    }
    view! {
        <section class="card" id="reset">
            <header><h2>"Reset sign-in"</h2></header>
            <div class="body stack">
                <p class="small">"For a lost password or phone: a one-time link for a new password, and a reset \
                of the second factor if needed."</p>
                <div><a class="btn long" href=path::reset_person(&person.id)>"Reset the sign-in of " {person.name.clone()} "…"</a></div>
            </div>
        </section>
    }
    .into_any()
}

fn links(person: &Person, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(UNLINK_OTHER);
    person
        .links
        .iter()
        .map(|link| {
            let instance = link.instance.to_string();
            let draft = draft.filter(|draft| draft.value("instance") == Some(instance.as_str()));
            view! {
                <section class="card">
                    <header><h2>"Unlink " <bdi>{link.handle.clone()}</bdi></h2><span class="soft small end">"on " {instance.clone()}</span></header>
                    <form method="post" action=UNLINK_OTHER class="body stack">
                        {about(person, frame, draft)}
                        <input type="hidden" name="instance" value=instance.clone() />
                        <div><button class="btn danger long">"Unlink " {link.handle.clone()} " on " {instance.clone()} " from " {person.name.clone()}</button></div>
                    </form>
                </section>
            }
        })
        .collect_view()
        .into_any()
}

/// Another role, for everybody but contractors: theirs is a grant with an end.
fn role(person: &Person, frame: &Frame) -> AnyView {
    if person.role == Role::Contractor {
        return ().into_any();
    }
    let draft = frame.draft_for(CHANGE_ROLE);
    let typed = draft.and_then(|draft| draft.value("role")).unwrap_or_else(|| person.role.name()).to_owned();
    let options = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Contractor)
        .map(|role| view! { <option value=role.name() selected=role.name() == typed>{role.name()}</option> })
        .collect_view();
    view! {
        <section class="card" id="role">
            <header><h2>"Change the role"</h2></header>
            <form method="post" action=CHANGE_ROLE class="body stack">
                <input type="hidden" name="seen" value=person.role.name() />
                <label class="field">"Role"<select class="input" name="role">{options}</select></label>
                {form::beside(draft, "role")}
                {about(person, frame, draft)}
                <div><button class="btn long">"Change the role of " {person.name.clone()}</button></div>
            </form>
        </section>
    }
    .into_any()
}
