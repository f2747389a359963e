//! The views of the account desk.

mod bulk;
mod details;
mod notes;

pub use notes::notes;

use super::{AccountFilter, AccountRow, AccountsPage, Asks, FindPage, Hit, Looked, api, service};
use crate::{
    access::Permission,
    frame::Frame,
    id::InstanceName,
    path,
    search::Search,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;
use leptos_router::components::Redirect;

/// An account: its case, whatever is open about it, and everything else that is known.
#[component]
pub fn Account() -> impl IntoView {
    desk::page(
        desk::Desk::Accounts,
        async |asked| service::account(&asked.context, asked.instance(), asked.part("account"), &asked.search).await,
        details::body,
        |_, page| page.case.account.handle.clone(),
    )
}

/// What the search field leads to.
#[component]
pub fn Find() -> impl IntoView {
    desk::page(
        desk::Desk::Accounts,
        async |asked| service::find(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, page| match page.looked {
            Looked::ByName { .. } | Looked::Personal => format!("“{}”", ui::excerpt(&page.asked, 40)),
            // What was typed must not stay in the browser's history.
            Looked::Asks(_) => "Find by email or IP address".to_owned(),
        },
    )
}

/// The form that a search by what is personal is sent to.
const SEARCH: &str = form::action::<api::Search>();

/// Asks for the reason that a search by email or IP address needs.
fn asks(instance: &InstanceName, asks: &Asks, frame: &Frame) -> AnyView {
    if !asks.may {
        return view! {
            <div class="card pad empty"><p>"Your role can’t search by email or IP address. Search by handle \
            (@name or @name@server), part of a name, or ID."</p></div>
        }
        .into_any();
    }
    let draft = frame.draft_for(SEARCH);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).map(str::to_owned);
    // What was typed into the search field lacks its reason alone: there somebody goes on.
    let panel = (!asks.typed.is_empty()).then_some("personal-search");
    view! {
        <section class="card panel" id=panel>
            <form method="post" action=SEARCH class="body stack">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <label class="field" for="personal">"Email or IP address" <span class="soft small">"complete, or a \
                range such as 203.0.113.0/24"</span></label>
                <input class="input" id="personal" name="q" autocomplete="off" required="" maxlength="320" value=typed("q").unwrap_or_else(|| asks.typed.clone()) />
                {form::beside(draft, "q")}
                <label class="field" for="why">"Internal reason"</label>
                <input class="input" id="why" name="why" required="" autofocus=panel.is_some() maxlength="500" value=typed("why").unwrap_or_default() placeholder="Saved in the audit \
                log" />
                {form::beside(draft, "why")}
                <p class="soft small">"This search is a reveal: the audit log keeps the fact that you searched, \
                and why. Results are shown for ten minutes, to you only."</p>
                <div><button class="btn main">"Search"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn body(frame: Frame, page: FindPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    if let Some(on) = page.on.clone() {
        return view! { <Redirect path=on /> }.into_any();
    }
    if let Looked::Asks(asked) = &page.looked {
        return view! {
            <div class="head"><h1>"Find by email or IP address"</h1></div>
            {asked.no_handle.then(|| view! { <p class="soft lead">"No account has this as its handle. It may be an \
            email address: search for that here, with a reason."</p> })}
            {asks(&instance, asked, &frame)}
        }
        .into_any();
    }
    let base = path::search(&instance);
    let search = Search::parse(&page.search);
    let choosable = page.may_decide;
    let row = |hit: &Hit| {
        view! {
            <tr data-row=keys::row()>
                {choosable.then(|| list::tick(&search, &hit.id.to_string(), format!("Select {}", hit.handle)))}
                <td class="nowrap"><a href=path::account(&instance, hit.id)><b><bdi>{hit.handle.clone()}</bdi></b></a></td>
                <td class="full fill"><div class="cut"><bdi>{hit.display_name.clone()}</bdi></div></td>
                <td class="soft">{hit.state.join(", ")}</td>
            </tr>
        }
    };
    view! {
        <div class="head">
            {if page.looked == Looked::Personal {
                view! { <h1>"Accounts with " {page.asked.clone()}</h1><span class="soft">"this search is in the \
                audit log"</span> }.into_any()
            } else {
                view! { <h1>"“" <bdi>{ui::excerpt(&page.asked, 60)}</bdi> "”"</h1> }.into_any()
            }}
            <span class="end">{(choosable && !page.hits.is_empty()).then(|| bulk::choose(&search))}</span>
        </div>
        {page.preview.as_ref().map(|preview| bulk::panel(&instance, &base, &search, preview, &frame))}
        {list::untold(&page.untold)}
        {if page.hits.is_empty() {
            nothing(&page, &frame)
        } else {
            view! { <div class="card"><form id="chosen" method="get" action=format!("{base}#decide")>
                {list::kept_of(&search, &["found", "q"])}
                <table class="list">
                    <thead><tr>{choosable.then(bulk::column)}<th>"Account"</th><th>"Name"</th><th>"Status"</th></tr></thead>
                    <tbody>{page.hits.iter().map(row).collect_view()}</tbody>
                </table>
            </form></div> }.into_any()
        }}
        {page.more.then(|| {
            let further = if page.looked == Looked::Personal { "Try a narrower range." } else { "Type more of the \
            name." };
            view! { <p class="soft small pad">{format!("First {} results; there may be more. {further}", page.hits.len())}</p> }
        })}
    }
    .into_any()
}

/// Nothing was found: what was looked for, and where else one may look.
fn nothing(page: &FindPage, frame: &Frame) -> AnyView {
    let Looked::ByName { sought, elsewhere } = &page.looked else {
        return view! {
            <div class="card pad empty">
                <p>"Nothing found. No account in Mastodon’s records has " <bdi>{page.asked.clone()}</bdi> ". It was compared with email addresses \
                and IP addresses as they stand there now; Mastodon deletes IP addresses after a while."</p>
            </div>
        }
        .into_any();
    };
    let links = elsewhere.iter().map(|(words, href)| {
        view! { <li><a class="link" href=href.clone()><bdi>{words.clone()}</bdi></a></li> }
    });
    let others = (!elsewhere.is_empty())
        .then(|| view! { <p>"Look elsewhere:"</p><ul class="plain-list">{links.collect_view()}</ul> });
    view! {
        <div class="card pad empty stack">
            <p>"Nothing found. " <bdi>{sought.clone()}</bdi></p>
            {others}
            <p class="soft small">"The search takes @name, @name@server, the beginning of a name, a server, #245 for a report, an account’s ID, a profile or post \
            URL" {frame.may(Permission::SearchPersonal).then_some(", and, with a reason, an email or IP address")} "."</p>
        </div>
    }
    .into_any()
}

/// All accounts, newest first, narrowed by what the address says.
#[component]
pub fn Accounts() -> impl IntoView {
    desk::page(
        desk::Desk::Accounts,
        async |asked| service::list(&asked.context, asked.instance(), &asked.search).await,
        list_body,
        |_, _| "Accounts".to_owned(),
    )
}

/// What the list is narrowed to.
fn filters(frame: &Frame, page: &AccountsPage, base: &str) -> AnyView {
    let search = Search::parse(&page.search);
    let chip = |key: &'static str, value: &str, words: &'static str, current: &str| {
        list::chip(base, &search, key, value, words.to_owned(), current)
    };
    let filter = &page.filter;
    let mut chips: Vec<AnyView> = crate::reports::ORIGINS
        .into_iter()
        .map(|(value, words)| chip("origin", value, words, &filter.origin))
        .collect();
    chips.push(view! { <span class="gap"></span> }.into_any());
    for (value, words) in AccountFilter::STATES {
        // Neither is on a public page, and a contractor sees them in a case alone.
        if frame.role == crate::access::Role::Contractor && matches!(value, "frozen" | "unconfirmed") {
            continue;
        }
        chips.push(chip("state", value, words, &filter.state));
    }
    chips.push(view! { <span class="gap"></span> }.into_any());
    for (value, words) in AccountFilter::ACTIVE {
        chips.push(chip("active", value, words, &filter.active));
    }
    if !filter.inviter.is_empty() {
        chips.push(list::chip_off(base, &search, "inviter", "joined by invite"));
    }
    let kept = [
        ("origin", filter.origin.as_str()),
        ("state", &filter.state),
        ("active", &filter.active),
        ("inviter", &filter.inviter),
    ];
    let roles = page
        .roles
        .iter()
        .map(|(id, name)| view! { <option value=id.clone() selected=*id == filter.role>{name.clone()}</option> })
        .collect_view();
    let chosen =
        [&filter.origin, &filter.state, &filter.active, &filter.inviter, &filter.role, &filter.name, &filter.domain];
    view! {
        {form::fold(chosen.into_iter().filter(|value| !value.is_empty()).count())}
        <form method="get" action=base.to_owned() class="chips bar">
            {chips}
            <span class="gap"></span>
            {(!page.roles.is_empty()).then(|| view! {
                <select class="chip" name="role" aria-label="Role on the instance"><option value="">"Any role"</option>{roles}</select>
            })}
            <input class="chip" name="name" aria-label="Part of the display name or username" placeholder="name…" value=filter.name.clone() />
            <input class="chip" name="domain" aria-label="Only this server" placeholder="server…" value=filter.domain.clone() />
            {list::kept(kept)}
            <button class="chip">"Apply"</button>
            <a class="chip" href=base.to_owned()>"All"</a>
        </form>
    }
    .into_any()
}

fn list_body(frame: Frame, page: AccountsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let base = path::accounts(&instance);
    let search = Search::parse(&page.search);
    let choosable = page.may_decide;
    let row = |row: &AccountRow| {
        let role = row.role.clone().map(|role| view! { <span class="badge accent">{role}</span> " " });
        view! {
            <tr data-row=keys::row()>
                {choosable.then(|| list::tick(&search, &row.id.to_string(), format!("Select {}", row.handle)))}
                <td class="nowrap"><a href=path::account(&instance, row.id)><b class="cut handle"><bdi>{row.handle.clone()}</bdi></b></a></td>
                <td class="full fill"><div class="cut"><bdi>{row.display_name.clone()}</bdi></div></td>
                <td class="nowrap">{role}{row.state.join(", ")}</td>
                <td class="num soft nowrap" data-label="joined">{time::age(row.since, frame.now)}</td>
                <td class="num soft nowrap wide">{row.last_active.map(|at| time::ago(at, frame.now))}</td>
            </tr>
        }
    };
    let accounts = ui::count(page.rows.len(), "account", "accounts");
    let looked = match (page.edge, &page.older) {
        (Some(edge), _) => format!("{accounts}; searched back to {}", time::day_said(edge, frame.now)),
        (None, Some(_)) => accounts,
        (None, None) => format!("{accounts}; that’s all"),
    };
    let words = if page.edge.is_some() { "Search further back →" } else { "Next page →" };
    let further = list::further(page.older.as_deref(), words);
    let without = (page.filter.state == "deleted" && !page.untold.is_empty())
        .then(|| view! { <p class="note lead">"Accounts deleted by their owner are not included."</p> });
    view! {
        <div class="head">
            <h1>"Accounts"</h1>
            <span class="soft">"newest first"</span>
            <span class="end">{(choosable && !page.rows.is_empty()).then(|| bulk::choose(&search))}</span>
        </div>
        {filters(&frame, &page, &base)}
        {page.preview.as_ref().map(|preview| bulk::panel(&instance, &base, &search, preview, &frame))}
        {without}
        {list::untold(&page.untold)}
        {if let Some(asked) = &page.asks {
            asks(&instance, asked, &frame)
        } else if page.rows.is_empty() {
            view! { <div class="card pad empty"><p>"No matching accounts so far back."</p></div> }.into_any()
        } else {
            view! { <div class="card"><form id="chosen" method="get" action=format!("{base}#decide")>
                {list::kept_of(&search, &[AccountFilter::KEYS.as_slice(), &["before"]].concat())}
                <table class="list">
                    <thead><tr>{choosable.then(bulk::column)}<th>"Account"</th><th>"Name"</th><th>"Status"</th><th class="num">"Joined"</th><th class="num wide">"Last post"</th></tr></thead>
                    <tbody>{page.rows.iter().map(row).collect_view()}</tbody>
                </table>
            </form></div> }.into_any()
        }}
        <div class="head foot"><span class="soft small">{looked}</span><span class="end">{further}</span></div>
    }
    .into_any()
}
