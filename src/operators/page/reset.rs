//! The view of resetting somebody's sign-in.

use crate::{
    frame::Frame,
    operators::api,
    operators::{ResetPage, service},
    path,
    ui::{desk, form},
};
use leptos::prelude::*;

const RESET: &str = form::action::<api::Reset>();

#[component]
pub fn Reset() -> impl IntoView {
    desk::page(
        desk::Desk::People,
        async |asked| service::resets::page(&asked.context, &asked.search).await,
        body,
        |_, page| format!("Reset the sign-in of {}", page.name),
    )
}

fn body(frame: Frame, page: ResetPage) -> AnyView {
    let draft = frame.draft_for(RESET);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let factor = page.second_factor.then(|| {
        view! {
            <label class="check"><input type="checkbox" name="factor" value="yes" checked=typed("factor") == "yes" />
                <span>"Also reset the second factor" <br /><span class="soft small">"For a lost phone and lost \
                recovery codes. Make sure it’s really them asking: the next sign-in sets up a new one."</span></span></label>
        }
    });
    let waits =
        page.waits.then(|| view! { <p class="note">"They already have an unused link. The new one replaces it."</p> });
    view! {
        <div class="head"><h1>"Reset the sign-in of " {page.name.clone()}</h1><span class="soft">{page.role.name()}</span></div>
        <div class="two">
            <section class="card">
                <header><h2>"One-time link for a new password"</h2></header>
                <form method="post" action=RESET class="body stack">
                    {form::back(&frame.here)}
                    <input type="hidden" name="operator" value=page.id.to_string() />
                    {waits}
                    <p>"Their password stops working and their sessions end at once. You pass on a link that \
                    works once, within three days; whoever opens it chooses the password."</p>
                    {factor}
                    <label class="field">"Internal reason" <span class="soft small">"saved in the audit log"</span>
                        <input class="input" name="why" maxlength="500" required="" value=typed("why") /></label>
                    {form::beside(draft, "why")}
                    <div class="chips"><button class="btn danger long">"Reset the sign-in of " {page.name.clone()}</button><a class="btn" href=path::PEOPLE>"Cancel"</a></div>
                </form>
            </section>
            <aside class="stack">
                <p class="soft small">"On the server: " <code>"howdah operator recover NAME"</code>", with " <code>"--factor"</code> " for the second \
                factor too."</p>
            </aside>
        </div>
    }
    .into_any()
}
