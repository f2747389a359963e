//! The views of one's own sign-in.

use super::codes;
use crate::{
    frame::{Draft, Frame},
    sign_in::api::yours as api,
    sign_in::{Authenticator, OwnSession, RecoveryCodes, SHORTEST_PASSWORD, YourSignIn, service},
    ui::{self, desk, form, time},
};
use leptos::prelude::*;

const END_SESSIONS: &str = form::action::<api::EndSessions>();

const PASSWORD: &str = form::action::<api::ChangePassword>();
const BEGIN: &str = form::action::<api::BeginFactor>();
const SET: &str = form::action::<api::SetFactor>();
const PREFERENCES: &str = form::action::<api::KeepPreferences>();
const CODES: &str = form::action::<api::NewRecoveryCodes>();

#[component]
pub fn YourSignInDesk() -> impl IntoView {
    desk::page(
        desk::Desk::YourSignIn,
        async |asked| service::yours::page(&asked.context, &asked.search).await,
        body,
        |_, _| "Your sign-in".to_owned(),
    )
}

fn body(frame: Frame, page: YourSignIn) -> AnyView {
    let gone = page.gone.clone().map(|said| view! { <p class="note lead" role="status">{said}</p> });
    let saved = (page.saved && frame.draft.is_none())
        .then(|| view! { <p class="note lead good" role="status">"Time zone and keyboard shortcuts are saved."</p> });
    view! {
        <div class="head"><h1>"Your sign-in"</h1><span class="soft">{frame.operator.clone()} ", " {frame.role.name()}</span></div>
        {gone}
        {saved}
        {page.codes.as_ref().map(|shown| codes_shown(shown, &frame))}
        <div class="two">
            <div class="stack">
                {match &page.setting {
                    Some((id, offer)) => setting(id, offer, &page, &frame),
                    None => factor(&page, &frame),
                }}
                {password(&frame)}
                {you(&frame)}
            </div>
            <aside class="stack">
                {recovery(&page, &frame)}
                <p class="soft small">"A new password or authenticator is in the audit log, and ends your other sessions. If \
                you lose password and phone, an owner can reset your sign-in; on the server: " <code>"howdah operator recover NAME"</code></p>
            </aside>
        </div>
        {sessions(&page, &frame)}
    }
    .into_any()
}

/// The names of forms are alike, so that what a form is about is said by its address.
fn secret(label: &'static str, name: &'static str, autocomplete: &'static str, draft: Option<&Draft>) -> AnyView {
    view! {
        <label class="field">{label}<input class="input" name=name type="password" autocomplete=autocomplete required="" /></label>
        {form::beside(draft, name)}
    }
    .into_any()
}

fn code(label: &'static str, draft: Option<&Draft>) -> AnyView {
    view! {
        <label class="field">{label}<input class="input" name="code" autocomplete="one-time-code" inputmode="text" required="" /></label>
        {form::beside(draft, "code")}
    }
    .into_any()
}

/// For password managers: whose password this is.
fn whose(frame: &Frame) -> impl IntoView + use<> {
    view! {
        {form::back(&frame.here)}
        <input type="hidden" name="username" autocomplete="username" value=frame.operator.clone() />
    }
}

fn password(frame: &Frame) -> AnyView {
    let draft = frame.draft_for(PASSWORD);
    view! {
        <section class="card" id="password">
            <header><h2>"Password"</h2></header>
            <form method="post" action=PASSWORD class="body stack">
                {whose(frame)}
                {secret("Current password", "present", "current-password", draft)}
                <label class="field">"New password" <span class="soft small">{format!("at least {SHORTEST_PASSWORD} characters")}</span>
                    <input class="input" name="password" type="password" autocomplete="new-password" required="" /></label>
                {form::beside(draft, "password")}
                {secret("Repeat the password", "repeat", "new-password", draft)}
                <div><button class="btn main">"Change password"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// How this person has the console for themselves.
fn you(frame: &Frame) -> AnyView {
    let draft = frame.draft_for(PREFERENCES);
    let (letters, zone) = match draft {
        Some(draft) => (draft.value("letters").is_some(), draft.value("zone").unwrap_or_default().to_owned()),
        None => (frame.preferences.letters, frame.preferences.zone.clone().unwrap_or_default()),
    };
    view! {
        <section class="card" id="you">
            <header><h2>"You"</h2></header>
            <form method="post" action=PREFERENCES class="body stack">
                {form::back(&frame.here)}
                <label class="check"><input type="checkbox" name="letters" value="yes" checked=letters />"Keyboard shortcuts: a letter presses the button it stands on. Turn this off if you use speech input, or press keys by accident."</label>
                <label class="field">"Time zone" <span class="soft small">"empty: your browser’s"</span>
                    <input class="input" name="zone" maxlength="64" autocomplete="off" placeholder="Europe/Berlin" value=zone /></label>
                {form::beside(draft, "zone")}
                <div><button class="btn">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn factor(page: &YourSignIn, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(BEGIN);
    let (state, said, act) = if page.factor {
        (
            view! { <span class="badge good end">"set up"</span> }.into_any(),
            "New phone or new app? Your current authenticator works until the new one is confirmed.",
            "Replace the authenticator",
        )
    } else if page.factor_needed {
        (
            view! { <span class="badge danger end">"missing"</span> }.into_any(),
            "Without one you can’t sign in again. An app on your phone shows a new code every 30 seconds.",
            "Set up an authenticator",
        )
    } else {
        (
            view! { <span class="badge warn end">"none"</span> }.into_any(),
            "Your password alone is enough to sign in. An app on your phone shows a new code every 30 seconds.",
            "Set up an authenticator",
        )
    };
    view! {
        <section class="card" id="authenticator">
            <header><h2>"Authenticator"</h2>{state}</header>
            <form method="post" action=BEGIN class="body stack">
                <p>{said}</p>
                {whose(frame)}
                {secret("Current password", "present", "current-password", draft)}
                {page.factor.then(|| code("Code from your authenticator, or a recovery code", draft))}
                <div><button class="btn">{act}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn setting(id: &str, offer: &Authenticator, page: &YourSignIn, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SET);
    view! {
        <section class="card panel" id="authenticator">
            <header><h2>{if page.factor { "The new authenticator" } else { "Your authenticator" }}</h2><span class="soft small end">"valid for ten \
            minutes"</span></header>
            <form method="post" action=SET class="body stack">
                <p>"Scan this with an authenticator app, then type the code it shows."</p>
                {codes::authenticator(offer)}
                {form::back(&frame.here)}
                <input type="hidden" name="setting" value=id.to_owned() />
                <label class="field">{if page.factor { "Code from the new authenticator" } else { "Code from the authenticator" }}
                    <input class="input" name="code" autocomplete="one-time-code" inputmode="text" autofocus="" required="" /></label>
                {form::beside(draft, "code")}
                <p class="small soft">{if page.factor { "It comes with new recovery codes; your current ones stop working." } else { "It comes with recovery codes." }}</p>
                <div class="chips"><button class="btn main">"Set up"</button><a class="btn" href=crate::path::YOUR_SIGN_IN>{if page.factor { "Keep the current one" } else { "Cancel" }}</a></div>
            </form>
        </section>
    }
    .into_any()
}

fn codes_shown(shown: &RecoveryCodes, frame: &Frame) -> AnyView {
    view! {
        <section class="card panel lead">
            <header><h2>"Your new recovery codes"</h2><span class="soft small end">{frame.operator.clone()}</span></header>
            <div class="body stack">{codes::recovery_codes(shown)}</div>
        </section>
    }
    .into_any()
}

fn recovery(page: &YourSignIn, frame: &Frame) -> AnyView {
    if !page.factor {
        return view! {
            <section class="card">
                <header><h2>"Recovery codes"</h2></header>
                <div class="body"><p class="soft">"They come with an authenticator, and replace it if you lose \
                your phone."</p></div>
            </section>
        }
        .into_any();
    }
    let draft = frame.draft_for(CODES);
    let badge = match page.codes_left {
        0 => "badge danger end",
        1..=3 => "badge warn end",
        _ => "badge good end",
    };
    view! {
        <section class="card" id="recovery-codes">
            <header><h2>"Recovery codes"</h2><span class=badge>{page.codes_left} " left"</span></header>
            <form method="post" action=CODES class="body stack">
                <p>"Each replaces your phone once. New ones replace all you have."</p>
                {page.code_used.map(|at| view! { <p class="note">"One was used " {time::ago(at, frame.now)} ". If it wasn’t you, \
                change everything on this page."</p> })}
                {whose(frame)}
                {secret("Current password", "present", "current-password", draft)}
                {code("Code from your authenticator, or a recovery code", draft)}
                <div><button class="btn">"Generate recovery codes"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn sessions(page: &YourSignIn, frame: &Frame) -> AnyView {
    let others = page.sessions.iter().filter(|session| !session.this).count();
    let all = (others > 0).then(|| {
        view! {
            <form method="post" action=END_SESSIONS class="end">
                {form::back(&frame.here)}
                <button class="btn danger" name="session" value="">"End all others"</button>
            </form>
        }
    });
    view! {
        <section class="card lead" id="sessions">
            <header><h2>"Sessions"</h2><span class="soft small">{ui::count(page.sessions.len(), "session", "sessions")}</span>{all}</header>
            <table class="list">
                <thead><tr><th>"Browser"</th><th>"IP address"</th><th>"Since"</th><th>"Last used"</th><th><span class="heard">"End"</span></th></tr></thead>
                <tbody>{page.sessions.iter().map(|session| row(session, frame)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(session: &OwnSession, frame: &Frame) -> AnyView {
    let browser = match (&session.browser, session.half) {
        (_, true) => "Unfinished sign-in".to_owned(),
        (Some(browser), false) => browser.clone(),
        (None, false) => "Unknown".to_owned(),
    };
    let mark = if session.this {
        view! { <span class="badge accent">"this one"</span> }.into_any()
    } else if session.half {
        view! { <span class="badge warn">"password correct, code missing"</span> }.into_any()
    } else {
        ().into_any()
    };
    let end = (!session.this).then(|| {
        let label = format!("End the session of {browser}, last used {}", time::relative(session.seen_at, frame.now));
        view! {
            <form method="post" action=END_SESSIONS class="inline">
                {form::back(&frame.here)}
                <button class="btn small" name="session" value=session.short.clone() aria-label=label>"End"</button>
            </form>
        }
    });
    view! {
        <tr data-row="">
            <td class="full"><b>{browser}</b> " " {mark}</td>
            <td class="nowrap" data-label="from">{session.address.clone().unwrap_or_else(|| "not known".to_owned())}</td>
            <td class="nowrap" data-label="since">{time::ago(session.began_at, frame.now)}</td>
            <td class="nowrap" data-label="used">{time::ago(session.seen_at, frame.now)}</td>
            <td class="num">{end}</td>
        </tr>
    }
    .into_any()
}
