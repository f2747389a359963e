//! The views of one's own account.

use super::{Begun, YourAccount, YourAccountPage, api, service};
use crate::{
    frame::Frame,
    ui::{desk, form, time},
};
use leptos::prelude::*;

const START: &str = form::action::<api::Start>();
const UNLINK: &str = form::action::<api::Unlink>();

#[component]
pub fn YourAccountDesk() -> impl IntoView {
    desk::page(
        desk::Desk::YourAccount,
        async |asked| service::page(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "Your account".to_owned(),
    )
}

fn body(frame: Frame, page: YourAccountPage) -> AnyView {
    let state = match &page.account {
        Some(account) if account.lapse.is_some() => view! { <span class="badge danger">"lapsed"</span> }.into_any(),
        Some(account) if account.token.is_some() => {
            view! { <span class="badge warn">"does not answer as it should"</span> }.into_any()
        }
        Some(_) => view! { <span class="badge good">"linked"</span> }.into_any(),
        None => view! { <span class="badge">"not linked"</span> }.into_any(),
    };
    let left = page.left_there.then(|| view! {
        <p class="note lead" role="status">"The link is gone here, and nothing acts as you from here any more. " {page.host.clone()}
            " did not take its token back yet and is asked again for thirty days. You can end it there under Preferences, Account, Authorised applications."</p>
    });
    view! {
        <div class="head"><h1>"Your account"</h1>{state}<span class="soft">"on " {page.host.clone()}</span></div>
        {left}
        <div class="two">
            <div class="stack">
                {page.begun.as_ref().map(|begun| on_the_way(&page, begun, &frame))}
                {match &page.account {
                    Some(account) => linked(account, &frame),
                    None => not_linked(&page, &frame),
                }}
            </div>
            <aside class="stack">
                {what_it_means(&page)}
            </aside>
        </div>
    }
    .into_any()
}

fn instance(frame: &Frame) -> String {
    frame.instance.as_ref().map(|head| head.name.to_string()).unwrap_or_default()
}

/// A form may not lead to another server, so the way there is a link.
fn on_the_way(page: &YourAccountPage, begun: &Begun, frame: &Frame) -> AnyView {
    let rel = "noopener noreferrer external";
    view! {
        <section class="card panel lead">
            <header><h2>"One more step, on " {page.host.clone()}</h2><span class="soft small end">"good for " {time::span(begun.until.since(frame.now))}</span></header>
            <div class="body stack">
                <p>"There you sign in as yourself, read what you agree to, and come back here."</p>
                <div><a class="btn main" href=begun.address.clone() rel=rel>"Go to " {page.host.clone()} " and agree →"</a></div>
            </div>
        </section>
    }
    .into_any()
}

fn start(words: String, class: &'static str, frame: &Frame) -> AnyView {
    view! {
        <form method="post" action=START>
            {form::back(&frame.here)}
            <input type="hidden" name="instance" value=instance(frame) />
            <button class=class>{words}</button>
        </form>
    }
    .into_any()
}

fn not_linked(page: &YourAccountPage, frame: &Frame) -> AnyView {
    let through = page.service.clone().unwrap_or_else(|| "the service account".to_owned());
    view! {
        <section class="card">
            <header><h2>"You act through " {through.clone()}</h2></header>
            <div class="body stack">
                <p>"What you decide here reaches the instance as " {through} ", and Mastodon’s own log shows that name. Our record shows yours."</p>
                <p>"With your own account linked, everything you do here is done as you: with your role, your rank and your name."</p>
                {start(format!("Link your account on {}", page.host), if page.begun.is_some() { "btn" } else { "btn main" }, frame)}
            </div>
        </section>
    }
    .into_any()
}

fn linked(account: &YourAccount, frame: &Frame) -> AnyView {
    let lapsed = account.lapse.map(|lapse| {
        view! {
            <p class="note danger" role="alert">{account.handle.clone()} " " {lapse.words()} ". Nothing on this instance is open to you until that changes. An owner of this console can take the link away."</p>
        }
    });
    // A fallen account says enough by itself.
    let untold = account.lacks_second_factor.is_none().then(|| {
        view! { <p class="note">"Whether your role there wants a second factor that you lack is not known: the console’s database role lacks a grant, which the overview names."</p> }
    });
    let factor = (account.lacks_second_factor == Some(true)).then(|| {
        view! {
            <p class="note danger" role="alert">"Your role there wants a second factor, and " {account.handle.clone()} " has none: Mastodon answers 403 to what your account asks as a person, and its pages lead you to setting one up. What you decide here still goes through as you. Set one up there."</p>
        }
    });
    let token = account.token.clone().filter(|_| account.lapse.is_none() && account.lacks_second_factor != Some(true)).map(|said| {
        let words = format!(
            "Asked with your token, the instance says: {said}. What you decide is not done as anybody else meanwhile."
        );
        view! { <p class="note" role="alert">{words}</p> }
    });
    let (role, can) = match &account.role {
        Some((role, can)) => {
            let can = can
                .iter()
                .map(|(words, may)| view! { <li>{if *may { "may " } else { "may not " }} {words.clone()}</li> })
                .collect_view();
            let role = if role.is_empty() { "no role".to_owned() } else { role.clone() };
            (role, view! { <ul class="plain-list small">{can}</ul> }.into_any())
        }
        None => ("not known: the database does not answer".to_owned(), ().into_any()),
    };
    let draft = frame.draft_for(UNLINK);
    let unlink = account.lapse.is_none().then(|| {
        view! {
            <section class="card">
                <header><h2>"Take the link away"</h2></header>
                <form method="post" action=UNLINK class="body stack">
                    {form::above(draft)}
                    {form::back(&frame.here)}
                    <input type="hidden" name="instance" value=instance(frame) />
                    <p class="small soft">"Its token is taken back at the instance and deleted here. Afterwards you act through the service account."</p>
                    {form::why(draft, "why", "kept in the record", false)}
                    <div><button class="btn danger long">"Unlink " {account.handle.clone()}</button></div>
                </form>
            </section>
        }
    });
    let again = account.lapse.is_none().then(|| start(format!("Link {} again", account.handle), "btn", frame));
    view! {
        <section class="card">
            <header><h2>{if account.lapse.is_some() { "Linked with " } else { "You act as " }} {account.handle.clone()}</h2><span class="soft small end">"linked " {time::ago(account.since, frame.now)}</span></header>
            <div class="body stack">
                {lapsed}
                {untold}
                {factor}
                {token}
                <dl class="facts"><dt>"Role there"</dt><dd>{role} {can}</dd></dl>
                {again}
            </div>
        </section>
        {unlink}
    }
    .into_any()
}

fn what_it_means(page: &YourAccountPage) -> AnyView {
    view! {
        <section class="card">
            <header><h2>"What a link means"</h2></header>
            <div class="body small stack">
                <p>"You agree to this on " {page.host.clone()} ": that the console reads your profile, and writes as you to accounts, reports, and rules about servers, mail domains and addresses. It posts nothing and reads no messages."</p>
                <p>"The token is kept sealed, shown to nobody, and ends with the link or with your access here."</p>
                <p>"Where the instance refuses you, nothing is tried as anybody else."</p>
                <p>"Cases that you reported yourself, or that are about you, are somebody else’s."</p>
                <p>"If your account is frozen, suspended or loses its role there, this instance closes to you here at once."</p>
            </div>
        </section>
    }
    .into_any()
}
