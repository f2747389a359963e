//! The document, and the one table of routes.

use crate::{
    accounts, alarms, appeals, audit, batches, domain_blocks, grants, invitations, linked_accounts, operators,
    overview, path, registrations, reports, reviews, roles, search::Search, session::said_by_browser, sign_in, signups,
    statistics, transparency, ui,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options=options.clone() id="style" />
                <script nonce=use_nonce() inner_html=ui::keys::EARLY></script>
                <HydrationScripts options=options.clone() islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The theme somebody chose; nothing means the device's.
fn theme() -> Option<&'static str> {
    let parts = use_context::<axum::http::request::Parts>()?;
    match said_by_browser(&parts.headers, "theme")? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}

/// Every page there is. All are rendered whole before they are sent, so that none needs scripts to be read.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        {ui::title("")}
        <Router>
            <Routes fallback=ui::desk::nowhere>
                <Route path=path!("/") view=overview::page::Home ssr=SsrMode::Async />
                <Route path=path!("/i/:instance") view=overview::page::Overview ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/statistics") view=statistics::page::Statistics ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/reports") view=reports::page::Queue ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/reports/:account") view=reports::page::Case ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/accounts") view=accounts::page::Accounts ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/accounts/:account") view=accounts::page::Account ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/search") view=accounts::page::Find ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/appeals") view=appeals::page::Appeals ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/signups") view=signups::page::SignUps ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/signups/:account") view=signups::page::SignUp ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/batches/:batch") view=batches::page::Batch ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/registrations") view=registrations::page::Registrations ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/registrations/policy") view=registrations::page::Policy ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation") view=domain_blocks::page::Rules ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation/servers") view=domain_blocks::page::Servers ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation/server") view=domain_blocks::page::Server ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation/email-domains") view=domain_blocks::page::EmailDomains ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation/ip-rules") view=domain_blocks::page::IpRules ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation/imports") view=domain_blocks::page::Imports ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/federation/imports/:import") view=domain_blocks::page::Import ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/roles") view=roles::page::Roles ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/roles/change") view=roles::page::Change ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/roles/:role") view=roles::page::Role ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/invites") view=invitations::page::Invitations ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/invites/:invite") view=invitations::page::Invitation ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/ask") view=invitations::page::AskAccess ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/access-requests") view=invitations::page::AccessRequests ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/access-requests/:request") view=invitations::page::AccessRequest ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/your-account") view=linked_accounts::page::YourAccountDesk ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/audit/instance") view=audit::page::InstanceLog ssr=SsrMode::Async />
                <Route path=path!("/i/:instance/transparency") view=transparency::page::Transparency ssr=SsrMode::Async />
                <Route path=path!("/audit") view=audit::page::Audit ssr=SsrMode::Async />
                <Route path=path!("/audit/access") view=audit::page::Access ssr=SsrMode::Async />
                <Route path=path!("/audit/timeline") view=audit::page::Timeline ssr=SsrMode::Async />
                <Route path=path!("/audit/alarms") view=alarms::page::Alarms ssr=SsrMode::Async />
                <Route path=path!("/audit/:index") view=audit::page::Entry ssr=SsrMode::Async />
                <Route path=path!("/people") view=operators::page::People ssr=SsrMode::Async />
                <Route path=path!("/people/change") view=operators::page::Change ssr=SsrMode::Async />
                <Route path=path!("/people/reset") view=operators::page::Reset ssr=SsrMode::Async />
                <Route path=path!("/your-sign-in") view=sign_in::page::YourSignInDesk ssr=SsrMode::Async />
                <Route path=path!("/grants") view=grants::page::Grants ssr=SsrMode::Async />
                <Route path=path!("/grants/request") view=grants::page::Request ssr=SsrMode::Async />
                <Route path=path!("/grants/:grant") view=grants::page::Grant ssr=SsrMode::Async />
                <Route path=path!("/grants/:operator/timesheet") view=grants::page::Timesheet ssr=SsrMode::Async />
                <Route path=path!("/reviews") view=reviews::page::Reviews ssr=SsrMode::Async />
                <Route path=path!("/reviews/:entry") view=reviews::page::Review ssr=SsrMode::Async />
                <Route path=path!("/keys") view=Keys ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=sign_in::page::SignIn ssr=SsrMode::Async />
                <Route path=path!("/sign-in/code") view=sign_in::page::Code ssr=SsrMode::Async />
                <Route path=path!("/sign-in/enrol") view=sign_in::page::Enrol ssr=SsrMode::Async />
                <Route path=path!("/sign-in/recovery-codes") view=sign_in::page::RecoveryCodes ssr=SsrMode::Async />
                <Route path=path!("/sign-in/new-password") view=sign_in::page::NewPassword ssr=SsrMode::Async />
                <Route path=path!("/set-up") view=sign_in::page::SetUp ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// The keys, on a page of their own: a link that works everywhere.
#[component]
fn Keys() -> impl IntoView {
    let search = Search::parse(&use_location().search.get_untracked());
    let way_on = match search.get("back") {
        Some(back) => view! { <a class="btn main" href=path::ours(back)>"Back to where you were"</a> },
        None => view! { <a class="btn main" href=path::OVERVIEW.to_owned()>"Go to the overview"</a> },
    };
    let rows = [
        ("/", "search: @name, @name@server, server, #report, ID, profile or post URL, email address or IP address"),
        ("?", "this help"),
        ("j  k", "next or previous row"),
        ("o  Enter", "open the selected row"),
        ("space", "select the row"),
        ("n", "next case, sign-up or review"),
        ("x", "assign the case to yourself, or unassign it; reject a sign-up"),
        ("a", "approve a sign-up"),
        ("1 … 9", "choose an earlier reason; Enter submits"),
        ("r", "mark all reports as resolved; in a list, r to z apply to the selected rows"),
        ("w", "warn"),
        ("m", "mark all media as sensitive"),
        ("l", "limit"),
        ("s", "suspend"),
        ("z", "freeze the account"),
        ("i", "show the first picture"),
        ("c", "add a note about the account"),
        ("Esc", "leave a field"),
    ];
    view! {
        {ui::title("Keyboard shortcuts")}
        <main class="plain">
            <h1>"Keyboard shortcuts"</h1>
            <dl class="facts">
                {rows.into_iter().map(|(key, does)| view! { <dt><span class="key">{key}</span></dt><dd>{does}</dd> }).collect_view()}
            </dl>
            <p>{way_on}</p>
        </main>
    }
}
