//! The views of the desk for servers, mail domains and addresses.

mod email_domains;
mod imports;
mod ip_rules;
mod rules;
mod server;

pub use email_domains::EmailDomains;
pub use imports::{Import, Imports};
pub use ip_rules::IpRules;
pub use rules::{Rules, Servers};
pub use server::Server;

use super::{Proposed, ServerSearch};
use crate::{id::InstanceName, mastodon::waiting::Undecided, path, ui::form};
use leptos::prelude::*;
use std::collections::HashMap;

/// The lists of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Rules,
    Servers,
    EmailDomains,
    IpRules,
    Imports,
}

/// The way from one list to another.
fn tabs(instance: &InstanceName, here: Tab) -> AnyView {
    let tab = |tab: Tab, href: String, words: &'static str| {
        view! { <a class="chip" href=href aria-current=(tab == here).then_some("page")>{words}</a> }.into_any()
    };
    view! {
        <nav class="chips bar" aria-label="Federation">
            {tab(Tab::Rules, path::domains(instance), "Domain blocks")}
            {tab(Tab::Servers, path::known_servers(instance), "Known servers")}
            {tab(Tab::EmailDomains, path::email_domains(instance), "Blocked email domains")}
            {tab(Tab::IpRules, path::ip_rules(instance), "IP rules")}
            {tab(Tab::Imports, path::domain_imports(instance), "Import and export")}
        </nav>
    }
    .into_any()
}

/// The field that leads to a server’s page, whatever is known of it.
fn server_search_field(action: String, server_search: &ServerSearch) -> AnyView {
    view! {
        <form class="line look" method="get" action=action role="search" aria-label="Find a server">
            <input class="input" name="look" aria-label="Domain" placeholder="night.example" autocapitalize="none" value=server_search.typed.clone() />
            <button class="btn">"View server"</button>
        </form>
    }
    .into_any()
}

/// Why what was typed leads nowhere, beside the field.
fn server_search_refused(server_search: &ServerSearch) -> AnyView {
    server_search.refused.clone().map(|why| view! { <p class="bad" role="alert">{why}</p> }).into_any()
}

/// Those who wait already and come under a rule: what to do about them is decided on the sign-up desk, as a batch.
fn caught(
    instance: &InstanceName,
    waiting: Option<&HashMap<i64, Undecided>>,
    rule: i64,
    review: bool,
    filter: &str,
    value: &str,
) -> AnyView {
    let waiting = waiting.and_then(|waiting| waiting.get(&rule)).copied().unwrap_or_default();
    if waiting.number() == 0 {
        return ().into_any();
    }
    let all = path::with(&path::signups(instance), filter, value);
    let who = format!("{} {} covered", waiting.said(), if waiting.number() == 1 { "is" } else { "are" });
    let to = if review { all.clone() } else { format!("{all}&decide=reject&all=yes#decide") };
    let words = if review { "View them" } else { "Reject them as a batch…" };
    let who = format!("{who}.");
    view! { <p class="small warn">{who} " " <a class="link" href=to>{words}</a></p> }.into_any()
}

/// Who of those who wait would come under a rule that is about to be made, with the way to them where an address names it.
fn caught_by(proposed: &Proposed, list: Option<String>) -> AnyView {
    let Some(waiting) = proposed.waiting.filter(|_| !proposed.name.is_empty()) else { return ().into_any() };
    let who = match waiting.number() {
        0 => "No pending sign-ups would be covered.".to_owned(),
        1 => format!("{} would be covered; it still needs a decision.", waiting.said()),
        _ => format!("{} would be covered; they still need a decision.", waiting.said()),
    };
    let list =
        list.filter(|_| waiting.number() > 0).map(|list| view! { " " <a class="link" href=list>"View them"</a> });
    view! { <p class="small">{who} {list}</p> }.into_any()
}

fn hidden(instance: &InstanceName, here: &str) -> AnyView {
    view! { {form::back(here)} <input type="hidden" name="instance" value=instance.to_string() /> }.into_any()
}
