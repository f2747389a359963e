//! The public form for access requests: without the frame, for people who have no account here.

use super::{Field, typed};
use crate::{
    invitations::{AskPage, MOST_USES, api, service},
    path,
    ui::{self, desk, form},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

const ASK: &str = form::action::<api::Ask>();

/// Where somebody asks the staff for access.
#[component]
pub fn AskAccess() -> impl IntoView {
    let instance = use_params_map().get_untracked().get("instance").unwrap_or_default();
    let search = use_location().search.get_untracked();
    desk::once(async move {
        match service::asking(&instance, &search).await {
            Ok(page) => body(&page),
            Err(problem) => {
                desk::set_status(&problem);
                view! { {ui::title("Not found")} <main class="plain"><h1>"Not found"</h1><p>{problem.what}</p></main> }
                    .into_any()
            }
        }
    })
}

fn body(page: &AskPage) -> AnyView {
    let inner = if page.sent {
        view! {
            <h1>"Request sent"</h1>
            <p role="status">"The staff of "<bdi>{page.title.clone()}</bdi>" will read it and answer where you said they can reach you."</p>
        }
        .into_any()
    } else {
        form(page)
    };
    view! {
        {ui::title("Request access")}
        <main class="sign-in"><div class="card">{inner}</div></main>
    }
    .into_any()
}

fn form(page: &AskPage) -> AnyView {
    let draft = page.draft.as_ref();
    if let Some(draft) = draft {
        desk::set_status(&draft.problem);
    }
    let field = |name, words, beside, longest, required| {
        Field { name, words, beside, longest, required, autocomplete: None }.view(draft)
    };
    view! {
        <h1>"Request access to "<bdi>{page.title.clone()}</bdi></h1>
        <form method="post" action=ASK>
            {form::above(draft)}
            {form::back(&path::ask_access(&page.instance))}
            <input type="hidden" name="instance" value=page.instance.to_string() />
            {field("who", "Your name", "", "100", true)}
            {field("contact", "Contact", "email address or account, for the answer", "200", true)}
            {field("organisation", "Group", "a school or a club, for example; optional", "200", false)}
            <label class="field" for="accounts">"Accounts" <span class="soft small">"how many you need"</span></label>
            <input class="input" id="accounts" name="accounts" type="number" min="1" max=MOST_USES required="" value=typed(draft, "accounts", "1") />
            {form::beside(draft, "accounts")}
            <label class="field" for="why">"Reasons for joining" <span class="soft small">"up to 2,000 characters"</span></label>
            {form::text_area("why", "why", "6", &typed(draft, "why", ""), "")}
            {form::beside(draft, "why")}
            <p class="soft small">{format!("Only the staff can read this. It is destroyed {} days after the decision, or \
            after it was sent if nobody decides.", page.kept_days)}</p>
            <button class="btn main">"Send request"</button>
        </form>
    }
    .into_any()
}
