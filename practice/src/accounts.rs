//! The doors about accounts.

use crate::{
    auth::{self, Caller, MANAGE_REPORTS, MANAGE_USERS},
    entities,
    moderation::{self, acct},
    server::{Answer, Call, Failure, forbidden, not_found, unprocessable},
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgConnection;

const READ: [&str; 2] = ["admin:read", "admin:read:accounts"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:accounts"];

/// `GET /api/v1/accounts/verify_credentials`
pub async fn verify_credentials(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::person(call.token.as_ref(), &["profile", "read", "read:accounts"])?;
    let mut db = call.practice.pool.acquire().await?;
    let row = entities::account_row(&mut db, caller.account).await?.ok_or_else(not_found)?;
    let everyone = entities::everyone(&mut db).await?;
    let mut body = entities::account(&call.practice, &row);
    body["source"] = json!({
        "privacy": "public",
        "sensitive": false,
        "language": null,
        "note": row["note"],
        "fields": [],
        "follow_requests_count": 0,
        "hide_collections": row["hide_collections"],
        "discoverable": row["discoverable"],
        "indexable": row["indexable"],
        "attribution_domains": row["attribution_domains"],
        "quote_policy": "public",
    });
    body["role"] = entities::role(&row["user_role"], &everyone);
    Ok(body.into())
}

/// `GET /api/v1/admin/accounts/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::admin(call.token.as_ref(), &READ, MANAGE_USERS)?;
    let mut db = call.practice.pool.acquire().await?;
    entities::admin_account(&mut db, &call.practice, id).await?.map(Answer::from).ok_or_else(not_found)
}

/// `POST /api/v1/admin/accounts/:id/…`
pub async fn act(call: &Call, id: i64, verb: &str) -> Result<Answer, Failure> {
    if !matches!(verb, "action" | "approve" | "reject" | "enable" | "unsilence" | "unsensitive" | "unsuspend") {
        return Err(Failure::Said(StatusCode::NOT_FOUND, "Not Found".into()));
    }
    let caller = auth::admin(call.token.as_ref(), &WRITE, MANAGE_USERS)?;
    let mut tx = call.practice.pool.begin().await?;
    let account = entities::account_row(&mut tx, id).await?.ok_or_else(not_found)?;
    if verb == "action" {
        let after = action(call, caller, &mut tx, &account).await?;
        tx.commit().await?;
        // Mails and notifications come after the deed.
        if let Some(strike) = after {
            let mut db = call.practice.pool.acquire().await?;
            moderation::notify_strike(&mut db, id, strike).await?;
        }
        return Ok(json!({}).into());
    }
    let user = account["user"]["id"].as_i64();
    let username = account["username"].as_str().unwrap_or_default().to_owned();
    let login = || user.ok_or_else(|| Failure::Said(StatusCode::FORBIDDEN, "Forbidden".into()));
    let mut joined = false;
    match verb {
        "approve" | "reject" => {
            let user = login()?;
            if account["user"]["approved"] == json!(true) {
                return Err(forbidden());
            }
            moderation::log(&mut tx, caller, verb, ("User", user), &username, Some(id.to_string())).await?;
            if verb == "reject" {
                sqlx::query("delete from accounts where id = $1").bind(id).execute(&mut *tx).await?;
                tx.commit().await?;
                return Ok(json!({}).into());
            }
            sqlx::query(
                "update users set approved = true, updated_at = clock_timestamp() at time zone 'utc' where id = $1",
            )
            .bind(user)
            .execute(&mut *tx)
            .await?;
            joined = !account["user"]["confirmed_at"].is_null();
        }
        "enable" => {
            let user = login()?;
            moderation::log(&mut tx, caller, verb, ("User", user), &username, Some(id.to_string())).await?;
            sqlx::query(
                "update users set disabled = false, updated_at = clock_timestamp() at time zone 'utc' where id = $1 and disabled",
            )
            .bind(user)
            .execute(&mut *tx)
            .await?;
        }
        "unsuspend" => {
            if account["suspended_at"].is_null() || account["suspension_origin"].as_i64() == Some(1) {
                return Err(forbidden());
            }
            moderation::unsuspend(&mut tx, id).await?;
            moderation::log(&mut tx, caller, verb, ("Account", id), &acct(&account), None).await?;
        }
        _ => {
            let sql = if verb == "unsilence" {
                "update accounts set silenced_at = null, updated_at = clock_timestamp() at time zone 'utc' where id = $1 and silenced_at is not null"
            } else {
                "update accounts set sensitized_at = null, updated_at = clock_timestamp() at time zone 'utc' where id = $1 and sensitized_at is not null"
            };
            sqlx::query(sql).bind(id).execute(&mut *tx).await?;
            moderation::log(&mut tx, caller, verb, ("Account", id), &acct(&account), None).await?;
        }
    }
    tx.commit().await?;
    let mut db = call.practice.pool.acquire().await?;
    if joined {
        moderation::notify_sign_up(&mut db, id).await?;
    }
    entities::admin_account(&mut db, &call.practice, id).await?.map(Answer::from).ok_or_else(not_found)
}

/// One account action in one transaction; some strike to tell the person of.
async fn action(call: &Call, caller: &Caller, db: &mut PgConnection, account: &Value) -> Result<Option<i64>, Failure> {
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
    let own = call.text("text").filter(|text| !text.trim().is_empty());
    let text = [preset, own].into_iter().flatten().collect::<Vec<_>>().join("\n\n");

    let handle = acct(account);
    match kind.as_str() {
        "none" => {}
        "disable" => {
            let user = account["user"]["id"].as_i64().unwrap_or(0);
            let username = account["username"].as_str().unwrap_or_default();
            moderation::log(db, caller, "disable", ("User", user), username, Some(id.to_string())).await?;
            sqlx::query(
                "update users set disabled = true, updated_at = clock_timestamp() at time zone 'utc' where id = $1 and not disabled",
            )
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
    if kind == "none" && !text.is_empty() {
        moderation::log(db, caller, "create", ("AccountWarning", strike), &handle, None).await?;
    }
    let closing = if kind == "none" { report.into_iter().collect() } else { moderation::unresolved(db, id).await? };
    for report in closing {
        if !caller.can(MANAGE_REPORTS) {
            return Err(forbidden());
        }
        moderation::resolve(db, caller, report).await?;
    }
    let tells = call.boolean("send_email_notification").unwrap_or(true) && account["domain"].is_null();
    Ok((tells && kind != "suspend").then_some(strike))
}
