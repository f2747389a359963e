//! The views of signing in. They stand without a frame and work without scripts.

mod codes;
mod yours;

pub use yours::YourSignInDesk;

use super::{Enrolment, RecoveryCodes as CodesShown, SHORTEST_PASSWORD, SignInPage, api, service};
use crate::{
    context::app_of_request,
    path,
    problem::Problem,
    ui::{self, desk, form, icon},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const SIGN_IN: &str = form::action::<api::SignIn>();
const ENTER_CODE: &str = form::action::<api::EnterCode>();
const ENROL: &str = form::action::<api::Enrol>();
const SET_UP: &str = form::action::<api::SetUp>();
const NEW_PASSWORD: &str = form::action::<api::NewPassword>();

fn alone(title: &'static str, inner: AnyView) -> AnyView {
    view! {
        {ui::title(title)}
        <main class="sign-in"><div class="card">
            <div class="brand">{icon::brand()} "Howdah"</div>
            <h1 class="heard">{title}</h1>
            {inner}
        </div></main>
    }
    .into_any()
}

fn alert(problem: Option<&Problem>) -> AnyView {
    match problem {
        Some(problem) => {
            desk::set_status(problem);
            view! { <p class="note" role="alert">{form::sentence(problem)}</p> }.into_any()
        }
        None => ().into_any(),
    }
}

fn hidden(back: &str, draft: Option<&str>) -> impl IntoView + use<> {
    view! {
        <input type="hidden" name="back" value=back.to_owned() />
        <input type="hidden" name="draft" value=draft.unwrap_or_default().to_owned() />
    }
}

/// A page without a frame: what it shows is asked for with the query of its address.
fn page<T, A, F>(ask: A, view: fn(T) -> AnyView) -> AnyView
where
    T: 'static,
    A: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    let search = use_location().search.get_untracked();
    desk::once(async move {
        match ask(search).await {
            Ok(page) => view(page),
            Err(problem) => desk::problem_page(problem),
        }
    })
}

#[component]
pub fn SignIn() -> impl IntoView {
    page(
        async |search: String| {
            let app = app_of_request()?;
            service::page(&app, &search).await
        },
        |page: SignInPage| {
            let already = page.signed_in.clone().map(|name| {
            view! { <p class="soft small">"You are signed in as " {name} ". " <a class="link" href=path::OVERVIEW>"Continue"</a></p> }
        });
            let kept = (page.draft.is_some())
                .then(|| view! { <p class="soft small">"What you typed is kept and restored after you sign in."</p> });
            let before = page.before.filter(|_| page.problem.is_none() && page.signed_in.is_none());
            let before = before.map(|before| view! { <p class="note" role="status">{before.words()}</p> });
            let optional = page.second_factor_optional.then(|| {
                view! { <p class="soft small">"No second factor is required here: the console is reachable only \
                from this machine."</p> }
            });
            alone(
            "Sign in",
            view! {
                <form method="post" action=SIGN_IN>
                    {before}
                    {alert(page.problem.as_ref())}
                    {kept}
                    {hidden(&page.back, page.draft.as_deref())}
                    <label class="field" for="name">"Name"</label>
                    <input class="input" id="name" name="name" autocomplete="username" autofocus=page.name.is_empty() required="" value=page.name.clone() />
                    <label class="field" for="password">"Password"</label>
                    <input class="input" id="password" name="password" type="password" autocomplete="current-password" autofocus=!page.name.is_empty() required="" />
                    <button class="btn main">"Sign in"</button>
                    {optional}
                    {already}
                </form>
            }
            .into_any(),
        )
        },
    )
}

#[component]
pub fn Code() -> impl IntoView {
    page(
        async |search: String| {
            let app = app_of_request()?;
            service::page(&app, &search).await
        },
        |page: SignInPage| {
            alone(
            "Code",
            view! {
                <form method="post" action=ENTER_CODE>
                    {alert(page.problem.as_ref())}
                    {hidden(&page.back, page.draft.as_deref())}
                    <label class="field" for="code">"Code from your authenticator, or a recovery code"</label>
                    <input class="input" id="code" name="code" autocomplete="one-time-code" inputmode="text" autofocus="" required="" />
                    <button class="btn main">"Continue"</button>
                    <p class="small soft">"Lost both? An owner of this console can reset your sign-in."</p>
                    <a class="small soft" href=path::SIGN_IN>"Start over"</a>
                </form>
            }
            .into_any(),
        )
        },
    )
}

#[component]
pub fn Enrol() -> impl IntoView {
    page(
        async |search: String| service::enrolment(&search).await,
        |page: Enrolment| {
            alone(
            "Second factor",
            view! {
                <form method="post" action=ENROL>
                    <p>"You can act on people here, so a password alone is not enough. Scan this with an \
                    authenticator app, then type the code it shows."</p>
                    {codes::authenticator(&page.authenticator)}
                    {alert(page.problem.as_ref())}
                    {hidden(&page.back, page.draft.as_deref())}
                    <label class="field" for="code">"Code"</label>
                    <input class="input" id="code" name="code" autocomplete="one-time-code" inputmode="numeric" autofocus="" required="" />
                    <button class="btn main">"Set up"</button>
                </form>
            }
            .into_any(),
        )
        },
    )
}

#[component]
pub fn RecoveryCodes() -> impl IntoView {
    page(
        async |search: String| service::recovery_codes(&search).await,
        |(shown, next): (CodesShown, String)| {
            alone(
                "Recovery codes",
                view! {
                    <div class="stack">
                        {codes::recovery_codes(&shown)}
                        <a class="btn main" href=next>"I’ve saved them"</a>
                    </div>
                }
                .into_any(),
            )
        },
    )
}

#[component]
pub fn SetUp() -> impl IntoView {
    page(
        async |search: String| {
            let app = app_of_request()?;
            service::set_up_page(&app, &search).await
        },
        |page: super::SetUp| {
            let beside = |field: &str| {
                page.problem
                    .as_ref()
                    .filter(|problem| problem.field.as_deref() == Some(field))
                    .map(|problem| view! { <span class="bad" role="alert">{form::sentence(problem)}</span> })
            };
            if let Some(problem) = &page.problem {
                desk::set_status(problem);
            }
            let general = page.problem.as_ref().filter(|problem| problem.field.is_none());
            let back = path::with(path::SET_UP, "link", &page.link);
            alone(
            "Set up",
            view! {
                <form method="post" action=SET_UP>
                    <p>"You will be " <b>{page.role.name()}</b> " of this console."</p>
                    {alert(general)}
                    <input type="hidden" name="back" value=back />
                    <input type="hidden" name="link" value=page.link.clone() />
                    <label class="field" for="name">"Name"</label>
                    <input class="input" id="name" name="name" autocomplete="username" required="" value=page.name.clone() />
                    {beside("name")}
                    <label class="field" for="password">{format!("Password, at least {SHORTEST_PASSWORD} characters")}</label>
                    <input class="input" id="password" name="password" type="password" autocomplete="new-password" required="" />
                    {beside("password")}
                    <label class="field" for="repeat">"Repeat the password"</label>
                    <input class="input" id="repeat" name="repeat" type="password" autocomplete="new-password" required="" />
                    {beside("repeat")}
                    <button class="btn main">"Set up"</button>
                </form>
            }
            .into_any(),
        )
        },
    )
}

/// Whoever has a one-time link chooses a new password.
#[component]
pub fn NewPassword() -> impl IntoView {
    page(
        async |search: String| {
            let app = app_of_request()?;
            service::password_links::page(&app, &search).await
        },
        |page: super::NewPassword| {
            let beside = |field: &str| {
                page.problem
                    .as_ref()
                    .filter(|problem| problem.field.as_deref() == Some(field))
                    .map(|problem| view! { <span class="bad" role="alert">{form::sentence(problem)}</span> })
            };
            let general = page.problem.as_ref().filter(|problem| problem.field.is_none());
            if let Some(problem) = &page.problem {
                desk::set_status(problem);
            }
            let back = path::with(path::NEW_PASSWORD, "link", &page.link);
            alone(
            "New password",
            view! {
                <form method="post" action=NEW_PASSWORD>
                    <p>"A new password for " <b>{page.name.clone()}</b> ". This link works once."</p>
                    {alert(general)}
                    <input type="hidden" name="back" value=back />
                    <input type="hidden" name="link" value=page.link.clone() />
                    <input type="hidden" name="username" autocomplete="username" value=page.name.clone() />
                    <label class="field" for="password">{format!("New password, at least {SHORTEST_PASSWORD} characters")}</label>
                    <input class="input" id="password" name="password" type="password" autocomplete="new-password" autofocus="" required="" />
                    {beside("password")}
                    <label class="field" for="repeat">"Repeat the password"</label>
                    <input class="input" id="repeat" name="repeat" type="password" autocomplete="new-password" required="" />
                    {beside("repeat")}
                    <button class="btn main">"Save password"</button>
                </form>
            }
            .into_any(),
        )
        },
    )
}
