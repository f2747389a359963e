//! Finding accounts: by handle, address of a profile, id; by email or IP address with an entry in the record; by filters.

mod deleting;
mod details;
mod notes;
mod personal;

pub use deleting::delete;
pub use details::account;
pub use notes::{our_notes, withdraw_note, write_note};
pub use personal::{look_up, search};

use super::{AccountFilter, AccountRow, AccountsPage, Asks, FindPage, Hit, Looked};
use crate::{
    access::{Permission, Role},
    clock::{DAY, Timestamp},
    context::Context,
    frame::{self, Framed},
    id::AccountId,
    mastodon::{
        Instance,
        database::{
            Extra, Found, MOST_BY_ADDRESS, MOST_BY_NAME, Narrowing, Origin, Sanctioned, Window, created_at,
            read_problem,
        },
    },
    path,
    problem::{Kind, Problem, malformed_form},
    reports::AccountState,
    search::Search,
    store::{invited, store_problem},
    ui,
};

/// Of those whom somebody invited so many are listed that the instance itself may not say any more.
const MOST_INVITED: usize = 1_000;

/// What was typed, as something to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Id(AccountId),
    Handle(String, Option<String>),
    Nothing,
}

/// The account that somebody names: by handle, or the address of a profile.
///
/// # Errors
/// If the instance's database does not answer.
pub async fn by_name(instance: &Instance, text: &str) -> Result<Option<AccountId>, Problem> {
    match parse(text, &instance.own_domains()) {
        Asked::Id(id) => Ok(Some(id)),
        Asked::Handle(name, domain) => {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            read.by_handle(&name, domain.as_deref()).await.map_err(read_problem)
        }
        Asked::Nothing => Ok(None),
    }
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

/// What an account's state is for this person: whether a login is frozen is on no public page, and a contractor sees it in a case
/// alone.
fn shown(context: &Context, state: AccountState) -> AccountState {
    AccountState { disabled: state.disabled && context.actor.role != Role::Contractor, ..state }
}

fn hit(context: &Context, found: &Found) -> Hit {
    Hit {
        id: found.id,
        handle: format!("@{}", ui::tame(&found.acct)),
        display_name: ui::excerpt(&found.display_name, 80),
        state: shown(context, found.state).words().into_iter().map(str::to_owned).collect(),
    }
}

pub async fn find(context: &Context, instance: &str, search: &str) -> Result<Framed<FindPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let base = path::find(&instance.name);
    if let Some(id) = parsed.get("found") {
        let (asked, hits) = personal::found(context, &instance.name, id).await?;
        let untold = match instance.database.read().await {
            Ok(mut read) => read.untold(&[Extra::Deletion]).await,
            Err(error) => Err(error),
        };
        // What was found is shown also while the database does not answer.
        let (more, untold) = (hits.len() >= MOST_BY_ADDRESS, untold.unwrap_or_default());
        let page = FindPage { asked, exact: None, hits, more, looked: Looked::Personal, untold };
        return frame::build(context, Some(&instance), &base, search, page).await;
    }
    let typed = parsed.get("q").unwrap_or_default().to_owned();
    let asked = parse(&typed, &instance.own_domains());
    let mut exact = None;
    let (mut hits, mut untold) = (Vec::new(), Vec::new());
    let sensitive = personal::is_personal(&typed);
    if asked != Asked::Nothing {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        match &asked {
            Asked::Id(id) => exact = read.account(*id).await.map_err(read_problem)?.map(|account| account.id),
            Asked::Handle(name, domain) => {
                exact = read.by_handle(name, domain.as_deref()).await.map_err(read_problem)?;
                if exact.is_none() && domain.is_none() && !sensitive {
                    hits = read.by_prefix(name).await.map_err(read_problem)?;
                    untold = read.untold(&[Extra::Deletion]).await.map_err(read_problem)?;
                }
            }
            Asked::Nothing => {}
        }
    }
    if exact.is_none() && (typed.is_empty() || sensitive) {
        // The frame names this page without what was typed: it must not travel on in an address.
        let asked =
            if typed.is_empty() { personal::asked(context, &instance.name, parsed.get("ask")).await? } else { typed };
        let asks = Asks { typed: asked, may: personal::may_search(context, &instance) };
        let looked = Looked::Asks(asks);
        let page = FindPage { asked: String::new(), exact, hits: Vec::new(), more: false, looked, untold: Vec::new() };
        let draft = parsed.get("draft").map(|id| path::with("", "draft", id)).unwrap_or_default();
        return frame::build(context, Some(&instance), &base, &draft, page).await;
    }
    let page = FindPage {
        asked: typed,
        exact,
        hits: hits.iter().map(|found| hit(context, found)).collect(),
        more: hits.len() >= MOST_BY_NAME,
        looked: Looked::ByName,
        untold: if hits.is_empty() { Vec::new() } else { untold },
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

const PAGE: usize = 40;

fn not_public() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "Contractors see whether an account is frozen or unconfirmed only in cases their grant covers.",
        "Use another filter.",
    )
}

fn narrowing(filter: &AccountFilter, now: Timestamp) -> Narrowing {
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
            "deleted" => Sanctioned::Deleted,
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
    parsed.typed::<AccountId>("inviter", "It takes an account ID")?;
    let mut filter = AccountFilter {
        origin: parsed.one_of("origin", &["local", "remote"])?.to_owned(),
        domain: text("domain").trim_start_matches('@').to_lowercase(),
        state: parsed.one_of("state", &AccountFilter::STATES)?.to_owned(),
        role: text("role"),
        inviter: text("inviter"),
        active: parsed.one_of("active", &["week", "month", "quiet"])?.to_owned(),
        name: text("name"),
    };
    // Who waits, who is frozen and who invited whom is on no public page.
    match filter.state.as_str() {
        "pending" => drop(context.permit(Permission::ViewSignUps, Some(&instance.name)).await?),
        "unconfirmed" | "frozen" if context.actor.role == Role::Contractor => return Err(not_public()),
        _ if !filter.inviter.is_empty() => {
            drop(context.permit(Permission::ViewInvitations, Some(&instance.name)).await?)
        }
        _ => {}
    }
    let base = path::accounts(&instance.name);
    // Nobody is looked for here by what is personal: the page asks for a reason instead, and what was typed goes no further
    // than into that form.
    let asks = [&mut filter.name, &mut filter.domain]
        .into_iter()
        .find(|typed| personal::is_personal(typed))
        .map(|typed| Asks { typed: std::mem::take(typed), may: personal::may_search(context, &instance) });
    let kept = parsed.without(&["name", "domain"]);
    let search = if asks.is_some() { kept.as_str() } else { search };
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let roles: Vec<(String, String)> =
        read.role_names().await.map_err(read_problem)?.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let known: Vec<&str> = roles.iter().map(|(id, _)| id.as_str()).collect();
    parsed.one_of("role", &known)?;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let narrowing = narrowing(&filter, context.now());
    let window = if asks.is_some() {
        Window::default()
    } else if let Ok(role) = filter.role.parse() {
        read.by_role(role, &narrowing, before, PAGE).await.map_err(read_problem)?
    } else if let Ok(inviter) = filter.inviter.parse() {
        let known =
            invited::by(&context.app.store, &instance.name, inviter, MOST_INVITED).await.map_err(store_problem)?;
        let known = known.into_iter().map(|account| account.0).collect();
        read.invited_by(inviter, known, &narrowing, before, PAGE).await.map_err(read_problem)?
    } else {
        read.window(&narrowing, before, PAGE).await.map_err(read_problem)?
    };
    let untold =
        if asks.is_some() { Vec::new() } else { read.untold(&[Extra::Deletion]).await.map_err(read_problem)? };
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
                state: shown(context, account.state)
                    .words()
                    .into_iter()
                    .chain(account.is_left_without_login().then_some("no login"))
                    .map(str::to_owned)
                    .collect(),
                role: account.role.clone().filter(|name| !name.is_empty()),
                since: account.created_at,
                last_active: account.last_status_at,
            }
        })
        .collect();
    let page = AccountsPage {
        rows,
        filter,
        roles,
        edge: window.edge.filter(|_| !full).map(created_at),
        older,
        search: search.to_owned(),
        asks,
        untold,
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

#[cfg(test)]
mod tests {
    use super::*;

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
