//! What is typed into the search field: whom or what it names, and where that is.

use super::{hit, personal};
use crate::{
    access::{self, Permission},
    accounts::{Asks, FindPage, Hit, Looked},
    context::Context,
    frame::{self, Framed},
    id::{AccountId, ReportId},
    mastodon::{
        Instance,
        database::{Extra, MOST_BY_ADDRESS, MOST_BY_NAME, Read, read_problem},
    },
    path,
    problem::Problem,
    search::{Search, TICKED},
    ui,
};
use url::{Host, Url};

/// What was typed, as something to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Id(AccountId),
    Report(ReportId),
    /// Name and server; no server for our own. `true`: from the address of a page, whose server may be called otherwise in
    /// handles.
    Handle(String, Option<String>, bool),
    Server(String),
    Nothing,
}

/// The account that somebody names: by handle, or the address of a profile.
///
/// # Errors
/// If the instance's database does not answer.
pub async fn by_name(instance: &Instance, text: &str) -> Result<Option<AccountId>, Problem> {
    match parse(text, &instance.own_domains()) {
        Asked::Id(id) => Ok(Some(id)),
        Asked::Handle(name, domain, of_page) => {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            by_handle(&mut read, &name, domain.as_deref(), of_page).await
        }
        Asked::Report(_) | Asked::Server(_) | Asked::Nothing => Ok(None),
    }
}

pub(super) fn parse(text: &str, own: &[String]) -> Asked {
    let text = text.trim();
    let numbered = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if let Some(digits) = text.strip_prefix('#').map(str::trim_start).filter(|digits| numbered(digits)) {
        return digits.parse().map_or(Asked::Nothing, Asked::Report);
    }
    if text == "#" {
        return Asked::Nothing;
    }
    if numbered(text) {
        return text.parse().map_or(Asked::Nothing, Asked::Id);
    }
    let handle = |bare: &str, of_page: bool| match bare.split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() => {
            let domain = as_kept(domain);
            let ours = own.contains(&domain);
            Asked::Handle(name.to_owned(), (!ours).then_some(domain), of_page)
        }
        Some(_) => Asked::Nothing,
        None if bare.is_empty() => Asked::Nothing,
        None => Asked::Handle(bare.to_owned(), None, of_page),
    };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => of_page(&url, own, handle),
        _ if is_server(text) => Asked::Server(as_kept(text)),
        _ => handle(text.trim_start_matches('@'), false),
    }
}

/// The name of a server as Mastodon keeps it, letters of other scripts in ASCII (`app/lib/tag_manager.rb`).
fn as_kept(name: &str) -> String {
    let name = name.trim_end_matches('.').to_lowercase();
    Host::parse(&name).map_or(name, |host| host.to_string())
}

/// Whether a text is written as the name of a server is: a local name has no dot (`app/models/account.rb`).
fn is_server(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    text.contains('.') && text.split('.').all(label) && !text.split('.').all(|part| part.parse::<u64>().is_ok())
}

/// Whose page an address is of, or whose post (`config/routes.rb`, `config/routes/admin.rb`,
/// `app/javascript/mastodon/features/ui/index.jsx`).
fn of_page(url: &Url, own: &[String], handle: impl Fn(&str, bool) -> Asked) -> Asked {
    let Some(host) = url.host_str().map(str::to_lowercase) else { return Asked::Nothing };
    let here = own.contains(&host);
    let mut parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    if here && matches!(parts.first(), Some(&("web" | "deck"))) {
        parts.remove(0);
    }
    match parts.as_slice() {
        ["admin", "reports", id, ..] if here => id.parse().map_or(Asked::Nothing, Asked::Report),
        ["admin" | "ap", "accounts" | "users", id, ..] if here => id.parse().map_or(Asked::Nothing, Asked::Id),
        ["admin", "instances", name, ..] if here && is_server(name) => Asked::Server(name.to_lowercase()),
        [name, ..] if name.starts_with('@') => match &name[1..] {
            // Seen from another server: /@name@other
            name if name.contains('@') => handle(name, false),
            name => handle(&format!("{name}@{host}"), true),
        },
        ["users", name, ..] => handle(&format!("{name}@{host}"), true),
        [] if is_server(&host) => Asked::Server(host),
        _ => Asked::Nothing,
    }
}

/// The account of a handle. Where it was taken from the address of a page, the server may have another name in handles
/// (Mastodon's `WEB_DOMAIN`): the names above it are tried as well.
async fn by_handle(
    read: &mut Read,
    name: &str,
    domain: Option<&str>,
    of_page: bool,
) -> Result<Option<AccountId>, Problem> {
    let found = read.by_handle(name, domain).await.map_err(read_problem)?;
    let Some(domain) = domain.filter(|_| of_page && found.is_none()) else { return Ok(found) };
    let mut rest = domain;
    while let Some((_, above)) = rest.split_once('.').filter(|(_, above)| above.contains('.')) {
        if let Some(account) = read.by_handle(name, Some(above)).await.map_err(read_problem)? {
            return Ok(Some(account));
        }
        rest = above;
    }
    Ok(None)
}

/// The case of a report, where it is this person's to see: of a contractor one that waits and is in the grant.
async fn by_report(
    context: &Context,
    instance: &Instance,
    read: &mut Read,
    report: ReportId,
) -> Result<Option<String>, Problem> {
    let state = read.report_state(report).await.map_err(read_problem)?;
    let theirs = state.filter(|state| {
        let everything = context.actor.role != access::Role::Contractor;
        context.actor.sees(&instance.name, state.category) && (everything || !state.closed)
    });
    Ok(theirs.map(|state| path::case(&instance.name, state.target)))
}

/// The page of a server that is known here, or who is known of it, for those who see no rules.
async fn by_server(
    context: &Context,
    instance: &Instance,
    read: &mut Read,
    domain: &str,
) -> Result<Option<String>, Problem> {
    let list = path::accounts(&instance.name);
    if instance.own_domains().iter().any(|own| own == domain) {
        return Ok(Some(path::with(&list, "origin", "local")));
    }
    let facts = read.server(domain).await.map_err(read_problem)?;
    let ruled = facts.block.is_some_and(|(of, _)| of == domain);
    let sees_rules = access::permit(&context.actor, Permission::ViewBlocks, Some(&instance.name)).is_ok();
    let known = facts.accounts.is_some() || read.knows_server(domain).await.map_err(read_problem)?;
    Ok(if sees_rules {
        (known || ruled).then(|| path::server(&instance.name, domain))
    } else {
        known.then(|| path::with(&list, "domain", domain))
    })
}

/// What was looked for and is not there, in a sentence.
fn sought(context: &Context, asked: &Asked, typed: &str) -> String {
    match asked {
        Asked::Report(id) if context.actor.role == access::Role::Contractor => {
            format!("No open report #{id} is in your grant.")
        }
        Asked::Report(id) => format!("No report has the number {id}."),
        Asked::Id(id) => format!("No account has the ID {id}. A report is looked for as #{id}."),
        Asked::Handle(name, Some(domain), _) => {
            format!(
                "No account @{}@{} is known here. Mastodon knows a remote account once somebody here has interacted with it.",
                ui::tame(name),
                ui::tame(domain)
            )
        }
        Asked::Handle(name, None, _) => {
            format!("No handle is “{0}” or begins with it, here or on a server that is known here.", ui::tame(name))
        }
        Asked::Server(domain) => {
            format!("No server {0} is known here, and no handle begins with “{0}”.", ui::tame(domain))
        }
        Asked::Nothing if typed.trim().is_empty() => "Type what to look for into the search field.".to_owned(),
        Asked::Nothing => {
            format!("No handle, server, ID, report number, profile or post matches “{}”.", ui::excerpt(typed, 60))
        }
    }
}

/// Where else one may look for it: words and addresses.
fn elsewhere(context: &Context, instance: &Instance, asked: &Asked, typed: &str) -> Vec<(String, String)> {
    let may = |permission| access::permit(&context.actor, permission, Some(&instance.name)).is_ok();
    let mut links = Vec::new();
    let part = match asked {
        Asked::Handle(name, ..) | Asked::Server(name) => Some(name.as_str()),
        Asked::Id(_) | Asked::Report(_) | Asked::Nothing => None,
    };
    if let Some(part) = part {
        let list = path::with(&path::accounts(&instance.name), "name", part);
        links.push((format!("Accounts with “{}” anywhere in the name", ui::excerpt(part, 40)), list));
    }
    if let Asked::Handle(_, Some(domain), _) | Asked::Server(domain) = asked {
        if may(Permission::ViewBlocks) {
            let known = path::with(&path::known_servers(&instance.name), "begins", domain);
            links.push((format!("Known servers that begin with “{}”", ui::excerpt(domain, 40)), known));
        }
        // Nobody is known of a server that is not.
        if !matches!(asked, Asked::Server(_)) {
            let there = path::with(&path::accounts(&instance.name), "domain", domain);
            links.push((format!("Everybody of {}", ui::excerpt(domain, 40)), there));
        }
    }
    for other in context.visible().filter(|other| other.name != instance.name) {
        links.push((format!("The same on {}", other.title), path::with(&path::search(&other.name), "q", typed)));
    }
    links
}

/// What somebody found by an email or IP address a moment ago, at its address that says nothing of it.
async fn found_before(
    context: &Context,
    instance: &Instance,
    parsed: &Search,
    id: &str,
    search: &str,
) -> Result<FindPage, Problem> {
    // Whoever may not look any more is not shown what they found before.
    context.permit(Permission::SearchPersonal, Some(&instance.name)).await?;
    let (asked, hits) = personal::found(context, &instance.name, id).await?;
    let untold = match instance.database.read().await {
        Ok(mut read) => read.untold(&[Extra::Deletion]).await,
        Err(error) => Err(error),
    };
    // What was found is shown also while the database does not answer.
    let (more, untold) = (hits.len() >= MOST_BY_ADDRESS, untold.unwrap_or_default());
    Ok(FindPage {
        asked,
        on: None,
        hits,
        more,
        looked: Looked::Personal,
        untold,
        search: search.to_owned(),
        may_decide: super::bulk::may(context, instance),
        preview: super::bulk::preview(context, instance, parsed).await?,
    })
}

/// An account that was found, where it is there and this person may know of it.
async fn public(
    context: &Context,
    instance: &Instance,
    read: &mut Read,
    found: Option<AccountId>,
) -> Result<Option<AccountId>, Problem> {
    let Some(found) = found else { return Ok(None) };
    let account = read.account(found).await.map_err(read_problem)?;
    Ok(account.filter(|account| context.is_public(instance, account.joining())).map(|account| account.id))
}

pub async fn find(context: &Context, instance: &str, search: &str) -> Result<Framed<FindPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    parsed.knows_beside(&["q"], &[&TICKED[..], &["found", "ask"]].concat())?;
    let base = path::search(&instance.name);
    let may_decide = super::bulk::may(context, &instance);
    if let Some(id) = parsed.get("found") {
        let page = found_before(context, &instance, &parsed, id, search).await?;
        return frame::build(context, Some(&instance), &base, search, page).await;
    }
    let typed = parsed.get("q").unwrap_or_default().to_owned();
    let asked = parse(&typed, &instance.own_domains());
    let mut on = None;
    let (mut hits, mut untold) = (Vec::new(), Vec::new());
    let sensitive = personal::is_personal(&typed);
    if asked != Asked::Nothing {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        let account = |account| path::account(&instance.name, account);
        let begins = match &asked {
            Asked::Id(id) => {
                on = public(context, &instance, &mut read, Some(*id)).await?.map(account);
                None
            }
            Asked::Report(id) => {
                on = by_report(context, &instance, &mut read, *id).await?;
                None
            }
            Asked::Handle(name, domain, of_page) => {
                let found = by_handle(&mut read, name, domain.as_deref(), *of_page).await?;
                on = public(context, &instance, &mut read, found).await?.map(account);
                domain.is_none().then_some(name)
            }
            Asked::Server(domain) => {
                on = by_server(context, &instance, &mut read, domain).await?;
                Some(domain)
            }
            Asked::Nothing => None,
        };
        if let Some(begins) = begins.filter(|_| on.is_none() && !sensitive) {
            hits = read.by_prefix(begins, !context.sees_sign_ups(&instance)).await.map_err(read_problem)?;
            untold = read.untold(&[Extra::Deletion]).await.map_err(read_problem)?;
        }
    }
    if on.is_none() && (typed.is_empty() || sensitive) {
        // The frame names this page without what was typed: it must not travel on in an address.
        let asked =
            if typed.is_empty() { personal::asked(context, &instance.name, parsed.get("ask")).await? } else { typed };
        let no_handle = asked.contains('@') && matches!(parse(&asked, &instance.own_domains()), Asked::Handle(..));
        let asks = Asks { typed: asked, no_handle, may: personal::may_search(context, &instance) };
        let page = FindPage {
            asked: String::new(),
            on,
            hits: Vec::new(),
            more: false,
            looked: Looked::Asks(asks),
            untold: Vec::new(),
            search: String::new(),
            may_decide: false,
            preview: None,
        };
        let draft = parsed.get("draft").map(|id| path::with("", "draft", id)).unwrap_or_default();
        return frame::build(context, Some(&instance), &base, &draft, page).await;
    }
    let hits: Vec<Hit> = hits.iter().map(|found| hit(context, found)).collect();
    let preview = match on {
        None => super::bulk::preview(context, &instance, &parsed).await?,
        Some(_) => None,
    };
    let page = FindPage {
        looked: Looked::ByName {
            sought: sought(context, &asked, &typed),
            elsewhere: elsewhere(context, &instance, &asked, &typed),
        },
        asked: typed,
        on,
        more: hits.len() >= MOST_BY_NAME,
        untold: if hits.is_empty() { Vec::new() } else { untold },
        hits,
        search: search.to_owned(),
        may_decide,
        preview,
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_servers_numbers_and_addresses_are_told_apart() {
        let own = &["social.harbour.example".to_owned(), "harbour.example".to_owned()];
        let handle = |name: &str, domain: Option<&str>| Asked::Handle(name.into(), domain.map(str::to_owned), false);
        let of_page = |name: &str, domain: Option<&str>| Asked::Handle(name.into(), domain.map(str::to_owned), true);
        let server = |name: &str| Asked::Server(name.to_owned());
        for (typed, asked) in [
            (" @wren ", handle("wren", None)),
            ("wren@harbour.example", handle("wren", None)),
            ("@wren@social.harbour.example", handle("wren", None)),
            ("@quarry@Night.example", handle("quarry", Some("night.example"))),
            ("https://night.example/@quarry", of_page("quarry", Some("night.example"))),
            ("https://night.example/users/quarry", of_page("quarry", Some("night.example"))),
            ("https://night.example/@quarry/117668003950957937", of_page("quarry", Some("night.example"))),
            ("https://night.example/users/quarry/statuses/12", of_page("quarry", Some("night.example"))),
            ("https://social.harbour.example/@wren/12", of_page("wren", None)),
            ("https://social.harbour.example/web/@wren", of_page("wren", None)),
            ("https://harbour.example/deck/@quarry@night.example/12", handle("quarry", Some("night.example"))),
            ("https://harbour.example/@quarry@night.example", handle("quarry", Some("night.example"))),
            ("117668003950957937", Asked::Id(AccountId(117_668_003_950_957_937))),
            ("https://harbour.example/ap/users/12", Asked::Id(AccountId(12))),
            ("https://harbour.example/admin/accounts/12", Asked::Id(AccountId(12))),
            ("#245", Asked::Report(ReportId(245))),
            ("# 245", Asked::Report(ReportId(245))),
            ("https://harbour.example/admin/reports/245", Asked::Report(ReportId(245))),
            ("Night.example", server("night.example")),
            ("https://night.example/", server("night.example")),
            ("例え.テスト", server("xn--r8jz45g.xn--zckzah")),
            ("@wren@例え.テスト", handle("wren", Some("xn--r8jz45g.xn--zckzah"))),
            ("https://harbour.example/admin/instances/night.example", server("night.example")),
        ] {
            assert_eq!(parse(typed, own), asked, "{typed:?}");
        }
        for nothing in [
            "",
            "@",
            "@@",
            "#",
            "https://night.example/about",
            "https://night.example/admin/reports/245",
            "99999999999999999999999",
            "#99999999999999999999999",
        ] {
            assert_eq!(parse(nothing, own), Asked::Nothing, "{nothing:?}");
        }
        assert!(!is_server("203.0.113.7") && !is_server("wren") && !is_server("a..b"));
    }
}
