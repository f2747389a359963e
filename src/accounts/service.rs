//! Finding accounts: by handle, address of a profile, id; by email or IP address with an entry in the record; by filters.

mod bulk;
mod deleting;
mod details;
mod finding;
mod notes;
mod personal;

pub use bulk::{decide_many, offered};
pub use deleting::delete;
pub use details::{NOT_KNOWN, account, deleted_from_here};
pub use finding::{by_name, find};
pub use notes::{our_notes, withdraw_note, write_note};
pub use personal::{Others, beside, kept_network, look_up, search};

use super::{AccountFilter, AccountRow, AccountsPage, Asks, Hit};
use crate::{
    access::{Permission, Role},
    clock::{DAY, Timestamp},
    context::Context,
    frame::{self, Framed},
    id::AccountId,
    mastodon::{
        Instance,
        database::{
            AccountHit, Extra, Joining, ListedAccount, Narrowing, Origin, Sanctioned, Window, acct, created_at,
            read_problem,
        },
    },
    path,
    problem::{Kind, Problem, malformed_form},
    reports::{AccountState, ORIGINS},
    search::{Search, TICKED},
    store::{invited, store_problem},
    ui,
};

/// Of those whom somebody invited so many are listed that the instance itself may not say any more.
const MOST_INVITED: usize = 1_000;

/// What an account's state is for this person: whether a login is frozen is on no public page, and a contractor sees it in a case
/// alone.
fn shown(context: &Context, state: AccountState) -> AccountState {
    AccountState { disabled: state.disabled && context.actor.role != Role::Contractor, ..state }
}

/// What is in force on an account, and how far its sign-up has come: that is on no public page.
fn stands(context: &Context, state: AccountState, joining: Joining) -> impl Iterator<Item = &'static str> + use<> {
    let joining = if context.actor.role == Role::Contractor { Joining::default() } else { joining };
    shown(context, state).words().into_iter().chain(joining.words())
}

fn hit(context: &Context, found: &AccountHit) -> Hit {
    Hit {
        id: found.id,
        handle: format!("@{}", ui::tame(&found.acct)),
        display_name: ui::excerpt(&found.display_name, 80),
        state: stands(context, found.state, found.joining).map(str::to_owned).collect(),
    }
}

const PAGE: usize = 40;

fn not_public() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "Contractors see whether an account is frozen or unconfirmed only in cases their grant covers.",
        "Use another filter.",
    )
}

fn narrowing(filter: &AccountFilter, now: Timestamp, public: bool) -> Narrowing {
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
        public,
    }
}

/// What the list is narrowed to, and whether this person may narrow it so.
async fn filter_of(context: &Context, instance: &Instance, parsed: &Search) -> Result<AccountFilter, Problem> {
    let text = |key: &str| parsed.get(key).unwrap_or_default().trim().to_owned();
    parsed.typed::<AccountId>("inviter", "Enter an account ID")?;
    let filter = AccountFilter {
        origin: parsed.one_of("origin", &ORIGINS)?.to_owned(),
        domain: text("domain").trim_start_matches('@').to_lowercase(),
        state: parsed.one_of("state", &AccountFilter::STATES)?.to_owned(),
        role: text("role"),
        inviter: text("inviter"),
        active: parsed.one_of("active", &AccountFilter::ACTIVE)?.to_owned(),
        name: text("name"),
    };
    // Who waits, who is frozen and who invited whom is on no public page: each is asked for, whatever the others are.
    match filter.state.as_str() {
        "pending" => drop(context.permit(Permission::ViewSignUps, Some(&instance.name)).await?),
        "unconfirmed" | "frozen" if context.actor.role == Role::Contractor => return Err(not_public()),
        _ => {}
    }
    if !filter.role.is_empty() && context.actor.role == Role::Contractor {
        return Err(Problem::new(
            Kind::Forbidden,
            "Contractors don’t see who has which role on the instance.",
            "Use another filter.",
        ));
    }
    if !filter.inviter.is_empty() {
        context.permit(Permission::ViewInvitations, Some(&instance.name)).await?;
    }
    Ok(filter)
}

fn account_row(context: &Context, account: &ListedAccount) -> AccountRow {
    let acct = acct(&account.username, account.domain.as_deref());
    AccountRow {
        id: AccountId(account.id),
        handle: format!("@{}", ui::tame(&acct)),
        display_name: ui::excerpt(&account.display_name, 60),
        state: stands(context, account.state, account.joining)
            .chain(account.is_left_without_login().then_some("no login"))
            .map(str::to_owned)
            .collect(),
        // Who works there is nothing that a contractor is told.
        role: account.role.clone().filter(|name| !name.is_empty() && context.actor.role != Role::Contractor),
        since: account.created_at,
        last_active: account.last_status_at,
    }
}

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<AccountsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    parsed.knows_beside(&AccountFilter::KEYS, &TICKED)?;
    let mut filter = filter_of(context, &instance, &parsed).await?;
    let base = path::accounts(&instance.name);
    // Nobody is looked for here by what is personal: the page asks for a reason instead, and what was typed goes no further
    // than into that form.
    let asks =
        [&mut filter.name, &mut filter.domain].into_iter().find(|typed| personal::is_personal(typed)).map(|typed| {
            Asks { typed: std::mem::take(typed), no_handle: false, may: personal::may_search(context, &instance) }
        });
    let kept = parsed.without(&["name", "domain"]);
    let search = if asks.is_some() { kept.as_str() } else { search };
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let roles = if context.actor.role == Role::Contractor {
        Vec::new()
    } else {
        read.role_names().await.map_err(read_problem)?
    };
    let roles: Vec<(String, String)> = roles.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let known: Vec<(&str, &str)> = roles.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    parsed.one_of("role", &known)?;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let narrowing = narrowing(&filter, context.now(), !context.sees_sign_ups(&instance));
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
    drop(read);
    let older = window.edge.map(|edge| format!("{base}{}", parsed.with("before", &edge.to_string())));
    let full = window.accounts.len() >= PAGE;
    let rows = window.accounts.iter().map(|account| account_row(context, account)).collect();
    let page = AccountsPage {
        rows,
        filter,
        roles,
        edge: window.edge.filter(|_| !full).map(created_at),
        older,
        search: search.to_owned(),
        asks,
        untold,
        may_decide: bulk::may(context, &instance),
        preview: bulk::preview(context, &instance, &parsed).await?,
    };
    frame::build(context, Some(&instance), &base, search, page).await
}
