//! The list of rules, of allowed servers, and of all servers known.

use super::{Tab, server_search_field, server_search_refused, tabs};
use crate::{
    batches,
    domain_blocks::{Allowed, Glimpse, Known, Listed, RulesPage, ServersPage, Severity, allowing, bounded, service},
    frame::Frame,
    id::InstanceName,
    path,
    search::Search,
    ui::{self, desk, keys, list, time},
};
use leptos::prelude::*;
use leptos_router::components::Redirect;

#[component]
pub fn Rules() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::rules(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "Domain blocks".to_owned(),
    )
}

fn body(frame: Frame, page: RulesPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    if let Some(found) = &page.server_search.found {
        return view! { <Redirect path=path::server(&instance, found.as_str()) /> }.into_any();
    }
    let allows = page.filter.list == "allows";
    let shown = if allows { page.allowed.len() } else { page.rules.len() };
    view! {
        <div class="head">
            <h1>"Domain blocks"</h1>
            <span class="soft">{if page.may_change { "servers this instance restricts" } else { "servers this \
            instance restricts; owners and admins can change this" }}</span>
            <span class="end">{server_search_field(path::domains(&instance), &page.server_search)}</span>
        </div>
        {server_search_refused(&page.server_search)}
        {tabs(&instance, Tab::Rules)}
        {batches::page::running(&page.running, frame.now)}
        {(page.limited == Some(true) && !allows).then(|| view! { <p class="note lead">{allowing(page.limited)}</p> })}
        {filters(&instance, &page)}
        {if allows { allowed_list(&instance, &page, &frame) } else { rules_list(&instance, &page, &frame) }}
        <div class="head foot">
            <span class="soft small">{if allows { ui::count(shown, "domain", "domains") } else { ui::count(shown, "domain block", "domain blocks") }} " shown, newest first"</span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
    }
    .into_any()
}

fn filters(instance: &InstanceName, page: &RulesPage) -> AnyView {
    let base = path::domains(instance);
    let search = Search::parse(&page.search);
    let chip = |key: &'static str, value: &str, words: &'static str, current: &str| {
        list::chip(&base, &search, key, value, words.to_owned(), current)
    };
    let filter = &page.filter;
    let kept = [("list", filter.list.as_str()), ("severity", &filter.severity), ("media", &filter.media)];
    let kept = list::kept(kept);
    let narrower = (filter.list != "allows").then(|| {
        view! {
            {Severity::ALL.into_iter().rev().map(|severity| chip("severity", severity.name(), severity.title(), &filter.severity)).collect_view()}
            {chip("media", "rejected", "Rejects media", &filter.media)}
            <span class="gap"></span>
        }
    });
    view! {
        <div class="chips bar">
            {narrower}
            {chip("list", "allows", "Allowed domains", &filter.list)}
            <form class="chip-form" method="get" action=base.clone()>
                {kept}
                <input class="chip" name="q" aria-label="Only with this in the name or a comment" placeholder="in name or \
                comment…" value=filter.text.clone() />
            </form>
        </div>
    }
    .into_any()
}

/// What stands in an empty list: nothing there, or nothing that fits.
fn empty(instance: &InstanceName, filtered: bool, nothing: &str) -> AnyView {
    if filtered {
        view! { <div class="card pad empty"><p>"No domain blocks match these filters. "<a class="link" href=path::domains(instance)>"Show \
        all"</a></p></div> }.into_any()
    } else {
        view! { <div class="card pad empty"><p>{nothing.to_owned()}</p></div> }.into_any()
    }
}

fn rules_list(instance: &InstanceName, page: &RulesPage, frame: &Frame) -> AnyView {
    let filter = &page.filter;
    if page.rules.is_empty() {
        let filtered = [&filter.severity, &filter.media, &filter.text].iter().any(|text| !text.is_empty());
        return empty(instance, filtered, "No domain blocks. View a server to create one, or import a list.");
    }
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"Domain"</th><th>"Domain block"</th><th class="wide">"Comments"</th><th class="num">"Known \
            accounts"</th><th class="num">"Since"</th></tr></thead>
            <tbody>{page.rules.iter().map(|rule| rule_row(instance, rule, frame)).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn rule_row(instance: &InstanceName, listed: &Listed, frame: &Frame) -> AnyView {
    let rule = &listed.rule;
    let comment = match (rule.private_comment.as_str(), rule.public_comment.as_str()) {
        ("", public) => ui::excerpt(public, 120),
        (private, "") => ui::excerpt(private, 120),
        (private, public) => format!("{} · public: {}", ui::excerpt(private, 80), ui::excerpt(public, 80)),
    };
    let rejected = match (rule.reject_media, rule.reject_reports) {
        (true, true) => "media and reports rejected",
        (true, false) => "media rejected",
        (false, true) => "reports rejected",
        (false, false) => "",
    };
    view! {
        <tr data-row=keys::row()>
            <td class="full fill"><div class="cut"><a href=path::server(instance, &listed.domain)><b><bdi>{ui::tame(&listed.domain)}</bdi></b></a></div></td>
            <td class="nowrap"><div class="line"><span class=rule.severity.badge()>{rule.severity.word()}</span><span class="soft small">{rejected}</span></div></td>
            <td class="fill wide soft"><div class="cut"><bdi>{comment}</bdi></div></td>
            <td class="num" data-label="accounts">{listed.accounts.map_or_else(|| "–".to_owned(), |accounts| ui::grouped(usize::try_from(accounts).unwrap_or(0)))}</td>
            <td class="num nowrap" data-label="since">{time::age(listed.since, frame.now)}</td>
        </tr>
    }
    .into_any()
}

fn allowed_list(instance: &InstanceName, page: &RulesPage, frame: &Frame) -> AnyView {
    if page.allowed.is_empty() {
        return empty(
            instance,
            !page.filter.text.is_empty(),
            &format!("No allowed domains. {}", allowing(page.limited)),
        );
    }
    let row = |allowed: &Allowed| {
        view! {
            <tr data-row=keys::row()>
                <td class="full"><a href=path::server(instance, &allowed.domain)><b><bdi>{ui::tame(&allowed.domain)}</bdi></b></a></td>
                <td class="num nowrap">{time::age(allowed.since, frame.now)}</td>
            </tr>
        }
    };
    view! {
        <p class="soft small lead">{allowing(page.limited)}</p>
        <div class="card"><table class="list">
            <thead><tr><th>"Domain"</th><th class="num">"Since"</th></tr></thead>
            <tbody>{page.allowed.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

#[component]
pub fn Servers() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::servers(&asked.context, asked.instance(), &asked.search).await,
        servers_body,
        |_, _| "Known servers".to_owned(),
    )
}

fn servers_body(frame: Frame, page: ServersPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    if let Some(found) = &page.server_search.found {
        return view! { <Redirect path=path::server(&instance, found.as_str()) /> }.into_any();
    }
    let row = |server: &Known| {
        let rule = match (server.severity, server.allowed) {
            (Some(severity), _) => view! { <span class=severity.badge()>{severity.word()}</span> }.into_any(),
            (None, true) => view! { <span class="badge good">"allowed"</span> }.into_any(),
            (None, false) => view! { <span class="soft">"no domain block"</span> }.into_any(),
        };
        let notes = |number: i64| match number {
            _ if !page.untold.is_empty() => "–".to_owned(),
            0 => String::new(),
            number => ui::grouped(usize::try_from(number).unwrap_or(0)),
        };
        let glimpse = |number: fn(&Glimpse) -> i64| match &server.glimpse {
            Some(glimpse) => glimpse.said(number(glimpse)),
            None => "–".to_owned(),
        };
        view! {
            <tr data-row=keys::row()>
                <td class="full fill"><div class="cut"><a href=path::server(&instance, &server.domain)><b><bdi>{ui::tame(&server.domain)}</bdi></b></a></div></td>
                <td class="nowrap">{rule}</td>
                <td class="num" data-label="accounts">{ui::grouped(usize::try_from(server.accounts).unwrap_or(0))}</td>
                <td class="num wide">{glimpse(|glimpse| glimpse.followed)}</td>
                <td class="num wide">{glimpse(|glimpse| glimpse.following)}</td>
                <td class="num" data-label="reports">{glimpse(|glimpse| glimpse.reports)}</td>
                <td class="num wide">{glimpse(|glimpse| glimpse.media)}</td>
                <td class="num wide">{notes(server.notes)}</td>
            </tr>
        }
    };
    view! {
        <div class="head">
            <h1>"Known servers"</h1>
            <span class="soft">"by name; accounts as last counted by Mastodon, up to an hour ago"</span>
            <span class="end">{server_search_field(path::known_servers(&instance), &page.server_search)}</span>
        </div>
        {server_search_refused(&page.server_search)}
        {tabs(&instance, Tab::Servers)}
        {list::untold(&page.untold)}
        <div class="chips bar">
            <form class="chip-form" method="get" action=path::known_servers(&instance)>
                <input class="chip" name="begins" aria-label="Only names starting with this" placeholder="starts \
                with…" value=page.begins.clone() />
            </form>
        </div>
        {if page.servers.is_empty() {
            view! { <div class="card pad empty"><p>"No known server starts with this."</p></div> }.into_any()
        } else {
            view! { <div class="card"><table class="list">
                <thead><tr><th>"Server"</th><th>"Domain block"</th><th class="num">"Accounts"</th><th class="num wide">"Our followers \
                there"</th><th class="num wide">"Their followers \
                here"</th><th class="num">"Reports"</th><th class="num wide">"Media"</th><th class="num wide">"Notes"</th></tr></thead>
                <tbody>{page.servers.iter().map(row).collect_view()}</tbody>
            </table></div> }.into_any()
        }}
        <div class="head foot">
            <span class="soft small">{bounded(i64::try_from(page.servers.len()).unwrap_or(0))} " shown; follows, \
            reports and media cover a server’s first accounts, + where there may be more: its own page counts \
            further"</span>
            <span class="end">{page.further.clone().map(|further| view! { <a class="btn" href=further>"Next page \
            →"</a> })}</span>
        </div>
    }
    .into_any()
}
