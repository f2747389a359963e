//! The views of the people desk.

use super::{PeoplePage, Person, api};
use crate::{
    frame::Frame,
    ui::{self, desk, form, time},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

#[component]
pub fn People() -> impl IntoView {
    let location = use_location();
    let resource = Resource::new(move || location.search.get(), api::people);
    desk::page(desk::Desk::People, resource, body, |_, _| "People".to_owned())
}

fn body(frame: Frame, page: PeoplePage) -> AnyView {
    view! {
        <div class="head"><h1>"People"</h1><span class="soft">{ui::count(page.people.len(), "person", "people")}</span></div>
        <div class="card"><table class="list">
            <thead><tr><th>"Name"</th><th>"Role"</th><th>"Access"</th><th class="wide">"Second factor"</th><th class="wide">"Last seen"</th><th></th></tr></thead>
            <tbody>{page.people.iter().map(|person| row(person, &frame)).collect_view()}</tbody>
        </table></div>
        <p class="soft small lead">"People are added at the server: " <code>"howdah operator add NAME --role ROLE"</code></p>
    }
    .into_any()
}

fn row(person: &Person, frame: &Frame) -> AnyView {
    let access = if person.disabled {
        view! { <span class="badge danger">"ended"</span> }.into_any()
    } else {
        match (person.until, &person.instance) {
            (Some(until), Some(instance)) if until <= frame.now => {
                view! { <span class="badge danger">"grant over"</span> <span class="soft small">" on " {instance.to_string()}</span> }.into_any()
            }
            (Some(until), Some(instance)) => {
                view! { <span class="soft">"on " {instance.to_string()} ", until " {time::day(until, frame.now)}</span> }.into_any()
            }
            _ => view! { <span class="soft">"everywhere"</span> }.into_any(),
        }
    };
    let hidden = || {
        view! {
            {form::back(&frame.here)}
            <input type="hidden" name="operator" value=person.id.to_string() />
            <label class="field">"Why"<input class="input" name="why" maxlength="500" placeholder="Kept in the record" /></label>
        }
    };
    let act = (!person.you).then(|| {
        let (value, words) = if person.disabled { ("no", "Give access back") } else { ("yes", "End access") };
        view! {
            <details class="menu">
                <summary class="btn quiet small">"Change…"</summary>
                <div class="card pad stack">
                    <form method="post" action="/api/people/disable" class="stack">
                        {hidden()}
                        <button class="btn danger" name="disabled" value=value>{words} ": " {person.name.clone()}</button>
                    </form>
                    <form method="post" action="/api/people/end-sessions" class="stack">
                        {hidden()}
                        <button class="btn">"End all sessions: " {person.name.clone()}</button>
                    </form>
                </div>
            </details>
        }
    });
    let seen = match (person.sessions, person.last_seen) {
        (0, _) | (_, None) => view! { <span class="soft">"not signed in"</span> }.into_any(),
        (sessions, Some(at)) => {
            view! { <span class="soft">{time::ago(at, frame.now)} " · " {ui::count(sessions, "session", "sessions")}</span> }.into_any()
        }
    };
    view! {
        <tr data-row="">
            <td class="nowrap"><b>{person.name.clone()}</b>{person.you.then_some(" (you)")}</td>
            <td>{person.role.name()}</td>
            <td class="full">{access}</td>
            <td class="wide">{if person.second_factor { "set up" } else { "not yet" }}</td>
            <td class="wide nowrap">{seen}</td>
            <td class="num">{act}</td>
        </tr>
    }
    .into_any()
}
