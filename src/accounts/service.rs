//! Finding accounts: by handle, address of a profile, id; by mail address or IP with an entry in the record; by filters.

mod deleting;
mod details;
mod notes;

pub use deleting::delete;
pub use details::account;
pub use notes::{was_withdrawn, was_written, withdraw_note, write_note};

use super::{AccountFilter, AccountRow, AccountsPage, FindPage, Hit};
use crate::{
    access::{self, Permission},
    clock::{DAY, Instant},
    context::Context,
    frame::{self, Framed},
    id::AccountId,
    ledger::{
        Acting, Answer, Mark, Outcome, Step, Verdict,
        deed::{Personal, SearchPersonal},
    },
    mastodon::database::{DatabaseError, Found, Narrowing, Origin, Sanctioned, created_at},
    path,
    problem::{Kind, Problem},
    search::Search,
    store::drafts,
    text::Email,
    ui,
};
use serde_json::json;
use std::net::IpAddr;

/// What was typed, as something to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Id(AccountId),
    Handle(String, Option<String>),
    Nothing,
}

fn parse(text: &str, own: &[String]) -> Asked {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or(Asked::Nothing, Asked::Id);
    }
    let bare = match url::Url::parse(text) {
        // A profile's address: https://server/@name, or /@name@other seen from ours.
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let host = url.host_str().unwrap_or_default().to_owned();
            match url.path().trim_matches('/').strip_prefix('@') {
                Some(name) if name.contains('@') => name.to_owned(),
                Some(name) => format!("{name}@{host}"),
                None => return Asked::Nothing,
            }
        }
        _ => text.trim_start_matches('@').to_owned(),
    };
    match bare.split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() => {
            let domain = domain.to_lowercase();
            let ours = own.contains(&domain);
            Asked::Handle(name.to_owned(), (!ours).then_some(domain))
        }
        Some(_) => Asked::Nothing,
        None if bare.is_empty() => Asked::Nothing,
        None => Asked::Handle(bare, None),
    }
}

fn unread(error: DatabaseError) -> Problem {
    Problem::unavailable(format!("{error}, so nothing could be looked up."), "Try again in a moment.")
}

fn misread() -> Problem {
    Problem::new(Kind::Invalid, "The form was not complete, and nothing was done.", "Reload the page and try again.")
}

fn store_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "accounts.store");
    Problem::unavailable("The console’s own database does not answer.", "Try again in a moment.")
}

fn hit(found: &Found) -> Hit {
    Hit {
        id: found.id,
        handle: format!("@{}", ui::tame(&found.acct)),
        display_name: ui::excerpt(&found.display_name, 80),
        state: found.state.words().into_iter().map(str::to_owned).collect(),
    }
}

/// A mail address or an IP, in the form it is looked for; ranges only for those who may reveal.
fn personal(text: &str, may_reveal: bool) -> Result<Option<Personal>, Problem> {
    let text = text.trim();
    let (plain, prefix) = match text.split_once('/') {
        Some((plain, prefix)) => (plain, Some(prefix)),
        None => (text, None),
    };
    if let Ok(address) = plain.parse::<IpAddr>() {
        let whole: u8 = if address.is_ipv4() { 32 } else { 128 };
        let least: u8 = if address.is_ipv4() { 16 } else { 48 };
        let bits = match prefix.map(str::parse::<u8>) {
            None => whole,
            Some(Ok(bits)) if bits <= whole => bits,
            Some(_) => {
                return Err(Problem::invalid("q", format!("“{}” is not a range of addresses.", ui::excerpt(text, 60))));
            }
        };
        if bits < least {
            return Err(Problem::invalid(
                "q",
                format!("A range as wide as /{bits} finds half the world: /{least} at the widest."),
            ));
        }
        if bits < whole && !may_reveal {
            return Err(Problem::invalid("q", "Only a single address can be looked for, because you reveal none."));
        }
        return Ok(Some(Personal::Address(format!("{address}/{bits}"))));
    }
    let words = || text.split([' ', ',', ';', '<', '>', '"']).map(str::trim);
    if words().count() > 1 && words().any(|word| word.parse::<IpAddr>().is_ok() || word.trim_matches('@').contains('@'))
    {
        // It would stand in the address of the page that finds nothing.
        return Err(Problem::invalid("q", "Write one mail address or one IP, and nothing else."));
    }
    match text.split_once('@') {
        Some((name, domain)) if !name.is_empty() && domain.contains('.') && !text.contains(char::is_whitespace) => {
            Ok(Some(Personal::Email(Email::typed("q", &text.to_lowercase())?)))
        }
        _ => Ok(None),
    }
}

/// Sends the search field on to where it leads.
pub async fn look_up(context: Context, instance: String, q: String) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let typed = q.trim();
    let by_name = |text: &str| path::with(&path::find(&instance.name), "q", text);
    let may_reveal = access::permit(&context.actor, Permission::Reveal, Some(&instance.name)).is_ok();
    let Some(what) = personal(typed, may_reveal)? else { return Ok(by_name(typed)) };
    if let (Personal::Email(_), Asked::Handle(name, domain)) = (&what, parse(typed, &instance.own_domains())) {
        // name@server may be a handle as well; that tells nobody anything.
        let mut read = instance.database.read().await.map_err(unread)?;
        if let Some(account) = read.by_handle(&name, domain.as_deref()).await.map_err(unread)? {
            return Ok(path::account(&instance.name, account));
        }
    }
    let permit = context.permit(Permission::SearchPersonal, Some(&instance.name)).await?;
    let app = &context.app;
    let deed = SearchPersonal { instance: instance.name.clone(), what };
    let warrant = app.ledger.open(permit, deed, "", Acting::Console, Mark::default()).await.map_err(|error| {
        tracing::error!(%error, "search.unrecorded");
        Problem::unavailable("The record cannot be written, so nothing is looked for.", "Try again in a moment.")
    })?;
    let found = match instance.database.read().await {
        Ok(mut read) => read.by_personal(&warrant).await,
        Err(error) => Err(error),
    };
    let (outcome, facts, answer) = match &found {
        Ok(found) => (
            Outcome::Succeeded,
            json!({ "found": found.len() }),
            Answer::Accepted { body: json!({ "accounts": found.iter().map(|found| found.id).collect::<Vec<_>>() }) },
        ),
        Err(error) => (Outcome::Failed, json!({}), Answer::NotSent { why: error.to_string() }),
    };
    let answered = warrant.answered(vec![Step { what: "read".to_owned(), answer }]);
    app.ledger.close(&answered, &Verdict { outcome, facts, seen: json!({}) }).await.map_err(store_problem)?;
    let hits: Vec<Hit> = found.map_err(unread)?.iter().map(hit).collect();
    let asked = match answered.deed().what {
        Personal::Email(_) => "this mail address",
        Personal::Address(_) => "this address",
    };
    let text = serde_json::to_string(&(asked, &hits)).map_err(store_problem)?;
    let id = drafts::keep(&app.store, &app.keys, Some(&context.actor.operator), "search", &text, context.now())
        .await
        .map_err(store_problem)?;
    Ok(path::with(&path::find(&instance.name), "found", &id))
}

pub async fn find(context: &Context, instance: &str, search: &str) -> Result<Framed<FindPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let base = path::find(&instance.name);
    if let Some(id) = parsed.get("found") {
        let app = &context.app;
        let kept = drafts::read(&app.store, &app.keys, id, Some(&context.actor.operator), context.now())
            .await
            .map_err(store_problem)?
            .filter(|kept| kept.path == "search")
            .and_then(|kept| serde_json::from_str::<(String, Vec<Hit>)>(&kept.text).ok());
        let (asked, hits) = kept.ok_or_else(|| {
            Problem::not_found("What was found is shown for an hour, to the person who looked for it.")
        })?;
        let page = FindPage { asked, exact: None, hits, personal: true };
        return frame::build(context, Some(&instance), &base, search, page).await;
    }
    let typed = parsed.get("q").unwrap_or_default().to_owned();
    let asked = parse(&typed, &instance.own_domains());
    let mut exact = None;
    let mut hits = Vec::new();
    if asked != Asked::Nothing {
        let mut read = instance.database.read().await.map_err(unread)?;
        match &asked {
            Asked::Id(id) => exact = read.account(*id).await.map_err(unread)?.map(|account| account.id),
            Asked::Handle(name, domain) => {
                exact = read.by_handle(name, domain.as_deref()).await.map_err(unread)?;
                if exact.is_none() && domain.is_none() {
                    hits = read.by_prefix(name).await.map_err(unread)?;
                }
            }
            Asked::Nothing => {}
        }
    }
    let page = FindPage { asked: typed, exact, hits: hits.iter().map(hit).collect(), personal: false };
    frame::build(context, Some(&instance), &base, search, page).await
}

const PAGE: usize = 40;

fn narrowing(filter: &AccountFilter, now: Instant) -> Narrowing {
    let days = |days: i64| Some(now.plus(-days * DAY));
    Narrowing {
        origin: match (filter.domain.as_str(), filter.origin.as_str()) {
            ("", "local") => Origin::Local,
            ("", "remote") => Origin::Remote,
            ("", _) => Origin::Any,
            (domain, _) => Origin::Domain(domain.to_owned()),
        },
        sanctioned: match filter.state.as_str() {
            "suspended" => Sanctioned::Suspended,
            "limited" => Sanctioned::Silenced,
            "media" => Sanctioned::Sensitized,
            "frozen" => Sanctioned::Disabled,
            "pending" => Sanctioned::Pending,
            "unconfirmed" => Sanctioned::Unconfirmed,
            _ => Sanctioned::Any,
        },
        active_since: match filter.active.as_str() {
            "week" => days(7),
            "month" => days(30),
            _ => None,
        },
        quiet_since: if filter.active == "quiet" { days(90) } else { None },
        text: Some(filter.name.clone()).filter(|name| !name.is_empty()),
    }
}

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<AccountsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let text = |key: &str| parsed.get(key).unwrap_or_default().trim().to_owned();
    let filter = AccountFilter {
        origin: text("origin"),
        domain: text("domain").trim_start_matches('@').to_lowercase(),
        state: text("state"),
        role: text("role"),
        inviter: text("inviter"),
        active: text("active"),
        name: text("name"),
    };
    let base = path::accounts(&instance.name);
    let mut read = instance.database.read().await.map_err(unread)?;
    let roles = read.role_names().await.map_err(unread)?;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let narrowing = narrowing(&filter, context.now());
    let window = if let Ok(role) = filter.role.parse() {
        read.by_role(role, &narrowing, before, PAGE).await.map_err(unread)?
    } else if let Ok(inviter) = filter.inviter.parse() {
        read.invited_by(inviter, &narrowing, before, PAGE).await.map_err(unread)?
    } else {
        read.window(&narrowing, before, PAGE).await.map_err(unread)?
    };
    let older = window.edge.map(|edge| format!("{base}{}", parsed.with("before", &edge.to_string())));
    let full = window.accounts.len() >= PAGE;
    let rows = window
        .accounts
        .iter()
        .map(|account| {
            let acct = match &account.domain {
                Some(domain) => format!("{}@{domain}", account.username),
                None => account.username.clone(),
            };
            AccountRow {
                id: AccountId(account.id),
                handle: format!("@{}", ui::tame(&acct)),
                display_name: ui::excerpt(&account.display_name, 60),
                state: account.state().words().into_iter().map(str::to_owned).collect(),
                role: account.role.clone().filter(|name| !name.is_empty()),
                since: Instant(account.created_at),
                last_active: account.last_status_at.map(Instant),
            }
        })
        .collect();
    let page = AccountsPage {
        rows,
        filter,
        roles: roles.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        edge: window.edge.filter(|_| !full).map(created_at),
        older,
        search: search.to_owned(),
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_looked_for_whole() {
        let address = |text: &str| Some(Personal::Address(text.to_owned()));
        assert_eq!(personal(" Jonas@Post.Example ", false), Ok(Some(Personal::Email("jonas@post.example".into()))));
        assert_eq!(personal("203.0.113.7", false), Ok(address("203.0.113.7/32")));
        assert_eq!(personal("2001:db8::/64", true), Ok(address("2001:db8::/64")));
        assert!(personal("203.0.113.0/24", false).is_err(), "a range shows addresses");
        assert!(personal("0.0.0.0/0", true).is_err());
        assert!(personal("203.0.113.7/99", true).is_err());
        assert!(personal("Jonas <jonas@post.example>", true).is_err());
        assert!(personal("203.0.113.7, 203.0.113.8", true).is_err());
        for name in ["wren", "@wren", "jon", "jonas@", "@wren@night.example", "117668003950957937"] {
            assert_eq!(personal(name, true), Ok(None), "{name}");
        }
    }

    #[test]
    fn handles_addresses_and_ids_are_told_apart() {
        let own = &["harbour.example".to_owned()];
        let handle = |name: &str, domain: Option<&str>| Asked::Handle(name.into(), domain.map(str::to_owned));
        assert_eq!(parse(" @wren ", own), handle("wren", None));
        assert_eq!(parse("wren@harbour.example", own), handle("wren", None));
        assert_eq!(parse("@quarry@Night.example", own), handle("quarry", Some("night.example")));
        assert_eq!(parse("https://night.example/@quarry", own), handle("quarry", Some("night.example")));
        assert_eq!(
            parse("https://harbour.example/@quarry@night.example", own),
            handle("quarry", Some("night.example"))
        );
        assert_eq!(parse("117668003950957937", own), Asked::Id(AccountId(117_668_003_950_957_937)));
        for nothing in ["", "@", "@@", "https://night.example/about", "99999999999999999999999"] {
            assert_eq!(parse(nothing, own), Asked::Nothing, "{nothing:?}");
        }
    }
}
