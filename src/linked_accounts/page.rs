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
            view! { <span class="badge warn">"isn’t responding as it should"</span> }.into_any()
        }
        Some(_) => view! { <span class="badge good">"linked"</span> }.into_any(),
        None => view! { <span class="badge">"not linked"</span> }.into_any(),
    };
    // Only beside what the audit log says of it: an address alone proves nothing.
    let left = (page.left_there && frame.notice.is_some()).then(|| view! {
        <p class="note lead" role="status">"The account is unlinked here, and nothing acts as you any more. " {page.host.clone()}
            " has not revoked its token yet; the console retries for thirty days. You can revoke it there under \
            Preferences, Account, Authorized apps."</p>
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
            <header><h2>"One more step, on " {page.host.clone()}</h2><span class="soft small end">"valid for " {time::span(begun.until.since(frame.now))}</span></header>
            <div class="body stack">
                <p>"Sign in there as yourself, check what you agree to, and come back."</p>
                <div><a class="btn main" href=begun.address.clone() rel=rel>"Continue to " {page.host.clone()} " and authorize \
                →"</a></div>
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
                <p>"Your decisions reach the instance as " {through} ", and Mastodon’s audit log shows that name. \
                The console’s audit log shows your name."</p>
                <p>"With your own account linked, you act as yourself: with your own role, rank and name."</p>
                {start(format!("Link your account on {}", page.host), if page.begun.is_some() { "btn" } else { "btn main" }, frame)}
            </div>
        </section>
    }
    .into_any()
}

fn linked(account: &YourAccount, frame: &Frame) -> AnyView {
    let lapsed = account.lapse.map(|lapse| {
        view! {
            <p class="note danger" role="alert">{account.handle.clone()} " " {lapse.words()} ". You have no \
            access to this instance until that changes. An owner of this console can unlink the account."</p>
        }
    });
    // A fallen account says enough by itself.
    let untold = account.lacks_second_factor.is_none().then(|| {
        view! { <p class="note">"It’s not known whether your role requires two-factor authentication that you \
        lack: the database did not answer, or the console’s database role lacks a privilege; see the overview."</p> }
    });
    let factor = (account.lacks_second_factor == Some(true)).then(|| {
        view! {
            <p class="note danger" role="alert">"Your role requires two-factor authentication, and " {account.handle.clone()} " has none: Mastodon \
            answers 403 to what you do as a person, and asks you to set it up. Your decisions here still go \
            through as you. Set it up there."</p>
        }
    });
    let token =
        account.token.clone().filter(|_| account.lapse.is_none() && account.lacks_second_factor != Some(true)).map(
            |said| {
                let words = format!(
                    "The instance’s answer to your token: {said}. Until that is resolved, your decisions are not \
                carried out as anybody else."
                );
                view! { <p class="note" role="alert">{words}</p> }
            },
        );
    let (role, can) = match &account.role {
        Some((role, can)) => {
            let can = can
                .iter()
                .map(|(words, may)| view! { <li>{if *may { "can " } else { "can’t " }} {words.clone()}</li> })
                .collect_view();
            let role = if role.is_empty() { "no role".to_owned() } else { role.clone() };
            (role, view! { <ul class="plain-list small">{can}</ul> }.into_any())
        }
        None => ("not known: the database can’t be reached".to_owned(), ().into_any()),
    };
    let draft = frame.draft_for(UNLINK);
    let unlink = account.lapse.is_none().then(|| {
        view! {
            <section class="card">
                <header><h2>"Unlink account"</h2></header>
                <form method="post" action=UNLINK class="body stack">
                    {form::above(draft)}
                    {form::back(&frame.here)}
                    <input type="hidden" name="instance" value=instance(frame) />
                    <p class="small soft">"Its token is revoked on the instance and deleted here. Afterwards you \
                    act through the service account."</p>
                    {form::why(draft, "why", "saved in the audit log", false)}
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
            <header><h2>"What linking means"</h2></header>
            <div class="body small stack">
                <p>"You authorize on " {page.host.clone()} ": the console may read your profile, and change \
                accounts, reports, domain blocks, email domain blocks and IP rules as you. It posts nothing and \
                reads no messages."</p>
                <p>"The token is stored sealed, shown to nobody, and deleted when you unlink or lose access here."</p>
                <p>"If the instance refuses you, nothing is retried as anybody else."</p>
                <p>"Cases you reported yourself, or that are about you, go to a colleague."</p>
                <p>"If your account is frozen, suspended or loses its role, you lose access to this instance here \
                at once."</p>
            </div>
        </section>
    }
    .into_any()
}
