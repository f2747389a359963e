//! The doors about accounts.

use crate::{
    activity,
    auth::{self, Caller, DELETE_USER_DATA, MANAGE_REPORTS, MANAGE_USERS},
    deletion, entities,
    jobs::{self, Job},
    moderation::{self, acct},
    paging::Page,
    server::{Answer, Call, Failure, forbidden, not_found, to_i, unprocessable},
    version::Version,
    webhooks::{self, Event},
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::net::IpAddr;

const READ: [&str; 2] = ["admin:read", "admin:read:accounts"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:accounts"];
const MOST: i64 = 200;

/// `GET /api/v1/accounts/verify_credentials`
pub async fn verify_credentials(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::person(call, &["profile", "read", "read:accounts"])?;
    let mut db = call.practice.pool.acquire().await?;
    let row = entities::account_row(&mut db, caller.account).await?.ok_or_else(not_found)?;
    let everyone = entities::everyone(&mut db).await?;
    let wishes: Value = serde_json::from_str(row["user"]["settings"].as_str().unwrap_or("{}")).unwrap_or_default();
    let mut body = entities::account(&call.practice, &row);
    body["source"] = json!({
        "privacy": wishes["default_privacy"].as_str().unwrap_or("public"),
        "sensitive": wishes["default_sensitive"].as_bool().unwrap_or(false),
        "language": wishes["default_language"].as_str(),
        "note": row["note"],
        "fields": entities::fields(&row),
        "follow_requests_count": 0,
        "hide_collections": row["hide_collections"],
        "discoverable": row["discoverable"],
        "indexable": row["indexable"],
    });
    if call.since(Version::V44) {
        body["source"]["attribution_domains"] = row["attribution_domains"].clone();
    }
    if call.since(Version::V45) {
        body["source"]["quote_policy"] = json!(wishes["default_quote_policy"].as_str().unwrap_or("public"));
    }
    body["role"] = entities::role(&call.practice, &row["user_role"], &everyone);
    Ok(body.into())
}

/// What an account list is narrowed to (`app/models/account_filter.rb`).
#[derive(Default)]
struct Filter {
    origin: Option<String>,
    status: Option<String>,
    domain: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    email: Option<String>,
    /// A malformed one finds nobody.
    ip: Option<String>,
    invited_by: Option<i64>,
    roles: Option<Vec<i64>>,
}

const KEPT_V1: [&str; 15] = [
    "limit",
    "local",
    "remote",
    "by_domain",
    "active",
    "pending",
    "disabled",
    "sensitized",
    "silenced",
    "suspended",
    "username",
    "display_name",
    "email",
    "ip",
    "staff",
];
const KEPT_V2: [&str; 11] = [
    "limit",
    "origin",
    "status",
    "permissions",
    "username",
    "by_domain",
    "display_name",
    "email",
    "ip",
    "invited_by",
    "role_ids",
];

fn shared(call: &Call) -> Filter {
    let trimmed = |name: &str| call.present(name).map(|text| text.trim().to_owned());
    Filter {
        domain: trimmed("by_domain"),
        username: trimmed("username").map(|text| text.strip_prefix('@').unwrap_or(&text).to_owned()),
        display_name: trimmed("display_name"),
        email: trimmed("email"),
        ip: call.present("ip"),
        ..Filter::default()
    }
}

/// The roles whose people can manage reports.
async fn staff(call: &Call) -> Result<Vec<i64>, Failure> {
    let roles = sqlx::query_scalar(
        "select r.id from user_roles r left join user_roles e on e.id = -99 \
         where r.permissions & 1 = 1 or (r.permissions | coalesce(e.permissions, 0)) & 16 = 16",
    )
    .fetch_all(&call.practice.pool)
    .await?;
    Ok(roles)
}

/// `GET /api/v1/admin/accounts`
pub async fn list_v1(call: &Call) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let origin = if call.present("remote").is_some() { "remote" } else { "local" };
    let statuses = ["active", "pending", "disabled", "silenced", "suspended"];
    let status = statuses.into_iter().rfind(|status| call.present(status).is_some()).unwrap_or("active");
    let roles = if call.present("staff").is_some() { Some(staff(call).await?) } else { None };
    let filter = Filter { origin: Some(origin.into()), status: Some(status.into()), roles, ..shared(call) };
    list(call, filter, &KEPT_V1).await
}

/// `GET /api/v2/admin/accounts`
pub async fn list_v2(call: &Call) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let unknown = |what: &str, value: &str| Failure::Said(StatusCode::BAD_REQUEST, format!("Unknown {what}: {value}"));
    let (origin, status) = (call.present("origin"), call.present("status"));
    if let Some(value) = origin.as_deref().filter(|value| !matches!(*value, "local" | "remote")) {
        return Err(unknown("origin", value));
    }
    let known = ["active", "pending", "suspended", "disabled", "silenced", "sensitized"];
    if let Some(value) = status.as_deref().filter(|value| !known.contains(value)) {
        return Err(unknown("status", value));
    }
    let named = call.ids("role_ids").filter(|ids| !ids.is_empty());
    let roles = if call.text("permissions").as_deref() == Some("staff") { Some(staff(call).await?) } else { named };
    let invited_by = call.present("invited_by").map(|text| to_i(&text));
    list(call, Filter { origin, status, roles, invited_by, ..shared(call) }, &KEPT_V2).await
}

macro_rules! accounts_sql {
    ($order:literal) => {
        concat!(
            "select a.id from accounts a left join users u on u.account_id = a.id left join invites i on i.id = u.invite_id \
             where a.id <> -99 and ($1::bigint is null or a.id < $1) and ($2::bigint is null or a.id > $2) \
             and case $4 when 'local' then a.domain is null when 'remote' then a.domain is not null else true end \
             and case $5 when 'active' then practice.available(a) when 'pending' then not u.approved \
             when 'suspended' then a.suspended_at is not null when 'disabled' then u.disabled and practice.available(a) \
             when 'silenced' then a.silenced_at is not null when 'sensitized' then a.sensitized_at is not null else true end \
             and ($6::text is null or a.domain = $6) \
             and ($7::text is null or lower(a.username) like lower($7) || '%') \
             and ($8::text is null or a.display_name ilike $8 || '%') \
             and ($9::text is null or u.email ilike $9 || '%') \
             and ($10::text is null or u.id in (select user_id from user_ips where ip <<= $10::inet)) \
             and ($11::bigint is null or i.user_id = $11) \
             and ($12::bigint[] is null or u.role_id = any($12)) order by a.id ",
            $order,
            " limit $3"
        )
    };
}

/// An address or a network, as `IPAddr.new` takes it.
fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

async fn list(call: &Call, filter: Filter, kept: &[&str]) -> Result<Answer, Failure> {
    auth::may(call, MANAGE_USERS)?;
    let page = Page::read(call, 100, MOST);
    let nobody = filter.ip.as_deref().is_some_and(|ip| !is_network(ip));
    // A domain takes the place of the origin: both are conditions on one column.
    let origin = filter.origin.filter(|_| filter.domain.is_none());
    let mut ids: Vec<i64> = if nobody {
        Vec::new()
    } else {
        sqlx::query_scalar(if page.upward { accounts_sql!("asc") } else { accounts_sql!("desc") })
            .bind(page.below)
            .bind(page.above)
            .bind(page.limit)
            .bind(origin)
            .bind(filter.status)
            .bind(filter.domain)
            .bind(filter.username)
            .bind(filter.display_name)
            .bind(filter.email)
            .bind(filter.ip)
            .bind(filter.invited_by)
            .bind(filter.roles)
            .fetch_all(&call.practice.pool)
            .await?
    };
    if page.upward {
        ids.reverse();
    }
    let link = page.links(call, kept, &ids)?;
    let mut db = call.practice.pool.acquire().await?;
    let mut body = Vec::new();
    for id in &ids {
        body.extend(entities::admin_account(&mut db, &call.practice, *id).await?);
    }
    Ok(Answer::from(json!(body)).linked(link))
}

/// `GET /api/v1/admin/accounts/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let mut db = call.practice.pool.acquire().await?;
    let body = entities::admin_account(&mut db, &call.practice, id).await?.ok_or_else(not_found)?;
    auth::may(call, MANAGE_USERS)?;
    Ok(body.into())
}

/// `DELETE /api/v1/admin/accounts/:id`: the deletion itself follows the answer, and leaves no log row.
pub async fn destroy(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let account = entities::account_row(&mut tx, id).await?.ok_or_else(not_found)?;
    auth::may(call, DELETE_USER_DATA)?;
    let waits: bool = sqlx::query_scalar("select exists (select from account_deletion_requests where account_id = $1)")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    if account["suspended_at"].is_null() || !waits {
        return Err(forbidden());
    }
    jobs::queue(&mut tx, &Job::DeleteAccount { account: id }).await?;
    tx.commit().await?;
    jobs::start(&call.practice);
    Ok(json!({}).into())
}

/// `POST /api/v1/admin/accounts/:id/action`
pub async fn act(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let account = entities::account_row(&mut tx, id).await?.ok_or_else(not_found)?;
    let caller = auth::may(call, MANAGE_USERS)?;
    let (strike, events) = action(call, caller, &mut tx, &account).await?;
    tx.commit().await?;
    // Mails and notifications come after the deed.
    if let Some(strike) = strike {
        let mut db = call.practice.pool.acquire().await?;
        moderation::notify_strike(&mut db, id, strike).await?;
    }
    webhooks::tell(&call.practice, events);
    Ok(json!({}).into())
}

/// `POST /api/v1/admin/accounts/:id/…`
pub async fn decide(call: &Call, id: i64, verb: &str) -> Result<Answer, Failure> {
    if !matches!(verb, "approve" | "reject" | "enable" | "unsilence" | "unsensitive" | "unsuspend") {
        return Err(Failure::Nowhere);
    }
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let account = entities::account_row(&mut tx, id).await?.ok_or_else(not_found)?;
    let user = account["user"]["id"].as_i64().filter(|_| account["domain"].is_null());
    if matches!(verb, "enable" | "approve" | "reject") && user.is_none() {
        return Err(Failure::Said(StatusCode::FORBIDDEN, "Forbidden".into()));
    }
    let caller = auth::may(call, MANAGE_USERS)?;
    let user = user.unwrap_or(0);
    let username = account["username"].as_str().unwrap_or_default().to_owned();
    let mut events = Vec::new();
    match verb {
        "approve" | "reject" => {
            if account["user"]["approved"] == json!(true) {
                return Err(forbidden());
            }
            moderation::log(&mut tx, caller, verb, ("User", user), &username, Some(id.to_string())).await?;
            if verb == "reject" {
                deletion::remove(&mut tx, id).await?;
                tx.commit().await?;
                return Ok(json!({}).into());
            }
            sqlx::query("update users set approved = true, updated_at = practice.now() where id = $1")
                .bind(user)
                .execute(&mut *tx)
                .await?;
            if !account["user"]["confirmed_at"].is_null() {
                activity::record(&mut *tx, activity::LOGINS, user).await?;
                activity::record(&mut *tx, activity::REGISTRATIONS, user).await?;
                moderation::welcome(&mut tx, &call.practice, &account).await?;
                events.push(Event::Account("account.approved", id));
            }
        }
        "enable" => {
            moderation::log(&mut tx, caller, verb, ("User", user), &username, Some(id.to_string())).await?;
            sqlx::query("update users set disabled = false, updated_at = practice.now() where id = $1 and disabled")
                .bind(user)
                .execute(&mut *tx)
                .await?;
        }
        "unsuspend" => {
            // Only a suspension of this server's own.
            if account["suspension_origin"].as_i64() != Some(0) {
                return Err(forbidden());
            }
            moderation::unsuspend(&mut tx, id).await?;
            moderation::log(&mut tx, caller, verb, ("Account", id), &acct(&account), None).await?;
        }
        _ => {
            let sql = if verb == "unsilence" {
                "update accounts set silenced_at = null, updated_at = practice.now() where id = $1 and silenced_at is not null"
            } else {
                "update accounts set sensitized_at = null, updated_at = practice.now() where id = $1 and sensitized_at is not null"
            };
            sqlx::query(sql).bind(id).execute(&mut *tx).await?;
            moderation::log(&mut tx, caller, verb, ("Account", id), &acct(&account), None).await?;
        }
    }
    // Saving without a change tells the webhooks too; logins are no accounts.
    if account["domain"].is_null() && matches!(verb, "unsilence" | "unsensitive" | "unsuspend") {
        events.push(Event::Account("account.updated", id));
    }
    tx.commit().await?;
    let mut db = call.practice.pool.acquire().await?;
    webhooks::tell(&call.practice, events);
    entities::admin_account(&mut db, &call.practice, id).await?.map(Answer::from).ok_or_else(not_found)
}

/// One account action in one transaction; some strike to tell the person of, and what the webhooks are told.
async fn action(
    call: &Call,
    caller: &Caller,
    db: &mut PgConnection,
    account: &Value,
) -> Result<(Option<i64>, Vec<Event>), Failure> {
    let id = account["id"].as_i64().unwrap_or(0);
    let kind = call.text("type").unwrap_or_default();
    if kind.is_empty() {
        return Err(unprocessable("Validation failed: Type can't be blank, Type is not included in the list"));
    }
    let strike_action = match kind.as_str() {
        "none" => 0,
        "disable" => 1000,
        "sensitive" => 2000,
        "silence" => 3000,
        "suspend" => 4000,
        _ => return Err(unprocessable("Validation failed: Type is not included in the list")),
    };
    let everyone = entities::everyone(db).await?;
    let position = match account["user"].is_null() {
        true => None,
        false => account["user_role"]["position"].as_i64().or(everyone["position"].as_i64()),
    };
    let outranks = position.is_none_or(|position| i64::from(caller.position) > position);
    match kind.as_str() {
        "none" => {}
        // `target_account.user` is nil for a remote account.
        "disable" if account["user"].is_null() => return Err(Failure::Broken),
        "suspend" if id == -99 => return Err(forbidden()),
        _ if !outranks => return Err(forbidden()),
        _ => {}
    }
    let report = match call.id("report_id") {
        Some(report) => {
            let found: Option<i64> = sqlx::query_scalar("select id from reports where id = $1")
                .bind(report)
                .fetch_optional(&mut *db)
                .await?;
            Some(found.ok_or_else(not_found)?)
        }
        None => None,
    };
    let preset = match call.id("warning_preset_id") {
        Some(preset) => {
            let found: Option<String> = sqlx::query_scalar("select text from account_warning_presets where id = $1")
                .bind(preset)
                .fetch_optional(&mut *db)
                .await?;
            Some(found.ok_or_else(not_found)?)
        }
        None => None,
    };
    let text = [preset, call.scalar("text")].into_iter().flatten().collect::<Vec<_>>().join("\n\n");

    let handle = acct(account);
    match kind.as_str() {
        "none" => {}
        "disable" => {
            let user = account["user"]["id"].as_i64().unwrap_or(0);
            let username = account["username"].as_str().unwrap_or_default();
            moderation::log(db, caller, "disable", ("User", user), username, Some(id.to_string())).await?;
            sqlx::query("update users set disabled = true, updated_at = practice.now() where id = $1 and not disabled")
                .bind(user)
                .execute(&mut *db)
                .await?;
        }
        "suspend" => {
            moderation::log(db, caller, "suspend", ("Account", id), &handle, None).await?;
            moderation::suspend(db, account).await?;
        }
        other => {
            moderation::log(db, caller, other, ("Account", id), &handle, None).await?;
            moderation::sanction(db, id, other).await?;
        }
    }
    let strike = moderation::strike(db, caller, id, strike_action, &text, report).await?;
    if kind == "none" && !text.trim().is_empty() {
        moderation::log(db, caller, "create", ("AccountWarning", strike), &handle, None).await?;
    }
    let mut events = Vec::new();
    if account["domain"].is_null() && matches!(kind.as_str(), "sensitive" | "silence" | "suspend") {
        events.push(Event::Account("account.updated", id));
    }
    let closing = if kind == "none" { report.into_iter().collect() } else { moderation::unresolved(db, id).await? };
    for report in closing {
        if !caller.can(MANAGE_REPORTS) {
            return Err(forbidden());
        }
        moderation::resolve(db, caller, report).await?;
        events.push(Event::Report("report.updated", report));
    }
    let tells = !call.is_nil("send_email_notification")
        && call.boolean("send_email_notification").unwrap_or(true)
        && account["domain"].is_null();
    Ok((tells.then_some(strike), events))
}
