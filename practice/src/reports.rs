//! The doors about reports.

use crate::{
    auth::{self, Caller, MANAGE_REPORTS},
    entities, moderation,
    server::{Answer, Call, Failure, not_found, unprocessable},
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const READ: [&str; 2] = ["admin:read", "admin:read:reports"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:reports"];
const MOST: i64 = 200;

/// `GET /api/v1/admin/reports`
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call.token.as_ref(), &READ, MANAGE_REPORTS)?;
    let limit = match call.text("limit") {
        Some(text) => match crate::server::to_i(&text).abs() {
            // A page of nothing is a division by zero in Mastodon.
            0 => return Err(Failure::Broken),
            limit => limit.min(MOST),
        },
        None => 100,
    };
    let (resolved, unresolved) =
        (call.boolean("resolved").unwrap_or(false), call.boolean("unresolved").unwrap_or(false));
    let (want_resolved, want_unresolved) = match (resolved, unresolved) {
        (true, true) => (true, true),
        (true, false) => (true, false),
        (false, _) => (false, true),
    };
    let min = call.id("min_id");
    const DOWN: &str = "select id from reports where ((action_taken_at is not null and $1) or (action_taken_at is null and $2)) \
        and ($3::bigint is null or account_id = $3) and ($4::bigint is null or target_account_id = $4) \
        and ($5::bigint is null or id < $5) and ($6::bigint is null or id > $6) order by id desc limit $7";
    const UP: &str = "select id from (select id from reports \
        where ((action_taken_at is not null and $1) or (action_taken_at is null and $2)) \
        and ($3::bigint is null or account_id = $3) and ($4::bigint is null or target_account_id = $4) \
        and ($5::bigint is null or id < $5) and ($6::bigint is null or id > $6) order by id limit $7) page order by id desc";
    let ids: Vec<i64> = sqlx::query_scalar(if min.is_some() { UP } else { DOWN })
        .bind(want_resolved)
        .bind(want_unresolved)
        .bind(call.id("account_id"))
        .bind(call.id("target_account_id"))
        .bind(call.id("max_id"))
        .bind(min.or(call.id("since_id")))
        .bind(limit)
        .fetch_all(&call.practice.pool)
        .await?;
    let mut db = call.practice.pool.acquire().await?;
    let mut body = Vec::new();
    for id in &ids {
        if let Some(report) = entities::report(&mut db, &call.practice, *id).await? {
            body.push(report);
        }
    }
    let full = i64::try_from(ids.len()).unwrap_or(0) == limit;
    let mut links = Vec::new();
    if let (Some(last), true) = (ids.last(), full) {
        links.push(format!("<{}>; rel=\"next\"", page(call, "max_id", *last)));
    }
    if let Some(first) = ids.first() {
        links.push(format!("<{}>; rel=\"prev\"", page(call, "min_id", *first)));
    }
    let link = (!links.is_empty()).then(|| links.join(", "));
    Ok(Answer { body: json!(body), link, public: false })
}

/// The address of a neighbouring page: the filters that count, in the order of their names.
fn page(call: &Call, key: &str, id: i64) -> String {
    let mut kept: BTreeMap<&str, String> = ["limit", "resolved", "unresolved", "account_id", "target_account_id"]
        .into_iter()
        .filter_map(|name| call.text(name).map(|value| (name, value)))
        .collect();
    kept.insert(key, id.to_string());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    format!("{}/api/v1/admin/reports?{query}", call.practice.base())
}

/// `GET /api/v1/admin/reports/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::admin(call.token.as_ref(), &READ, MANAGE_REPORTS)?;
    let mut db = call.practice.pool.acquire().await?;
    entities::report(&mut db, &call.practice, id).await?.map(Answer::from).ok_or_else(not_found)
}

struct Row {
    category: i32,
    rules: Vec<i64>,
}

async fn find(call: &Call, id: i64) -> Result<Row, Failure> {
    let row: Option<(i32, Option<Vec<i64>>)> = sqlx::query_as("select category, rule_ids from reports where id = $1")
        .bind(id)
        .fetch_optional(&call.practice.pool)
        .await?;
    let (category, rules) = row.ok_or_else(not_found)?;
    Ok(Row { category, rules: rules.unwrap_or_default() })
}

/// `PUT /api/v1/admin/reports/:id`
pub async fn update(call: &Call, id: i64) -> Result<Answer, Failure> {
    let caller = auth::admin(call.token.as_ref(), &WRITE, MANAGE_REPORTS)?;
    let row = find(call, id).await?;
    let category = match call.text("category").as_deref() {
        None => row.category,
        Some("other") => 0,
        Some("spam") => 1000,
        Some("legal") => 1500,
        Some("violation") => 2000,
        // An unknown word for an enumeration raises.
        Some(_) => return Err(Failure::Broken),
    };
    let rules = call.ids("rule_ids").unwrap_or(row.rules);
    if category != 2000 && !rules.is_empty() {
        return Err(unprocessable("Validation failed: Rule ids must be blank"));
    }
    if !rules.is_empty() {
        let known: i64 = sqlx::query_scalar("select count(*) from rules where id = any($1)")
            .bind(&rules)
            .fetch_one(&call.practice.pool)
            .await?;
        if known < i64::try_from(rules.len()).unwrap_or(0) {
            return Err(unprocessable("Validation failed: Rule ids does not reference valid rules"));
        }
    }
    let given = call.ids("rule_ids").is_some();
    let mut tx = call.practice.pool.begin().await?;
    sqlx::query(
        "update reports set category = $2, rule_ids = case when $4 then $3 else rule_ids end, \
         updated_at = clock_timestamp() at time zone 'utc' where id = $1 \
         and (category <> $2 or ($4 and rule_ids is distinct from $3))",
    )
    .bind(id)
    .bind(category)
    .bind(&rules)
    .bind(given)
    .execute(&mut *tx)
    .await?;
    moderation::log(&mut tx, caller, "update", ("Report", id), &id.to_string(), None).await?;
    tx.commit().await?;
    show_after(call, id).await
}

/// `POST /api/v1/admin/reports/:id/…`
pub async fn act(call: &Call, id: i64, verb: &str) -> Result<Answer, Failure> {
    if !matches!(verb, "assign_to_self" | "unassign" | "resolve" | "reopen") {
        return Err(Failure::Said(StatusCode::NOT_FOUND, "Not Found".into()));
    }
    let caller = auth::admin(call.token.as_ref(), &WRITE, MANAGE_REPORTS)?;
    find(call, id).await?;
    let mut tx = call.practice.pool.begin().await?;
    match verb {
        "resolve" => moderation::resolve(&mut tx, caller, id).await?,
        "assign_to_self" => {
            change(
                &mut tx,
                caller,
                id,
                "assigned_to_self",
                "update reports set assigned_account_id = $2, updated_at = clock_timestamp() at time zone 'utc' \
                 where id = $1 and assigned_account_id is distinct from $2",
            )
            .await?;
        }
        "unassign" => {
            change(
                &mut tx,
                caller,
                id,
                "unassigned",
                "update reports set assigned_account_id = null, updated_at = clock_timestamp() at time zone 'utc' \
                 where id = $1 and assigned_account_id is not null and $2 is not null",
            )
            .await?;
        }
        _ => {
            change(&mut tx, caller, id, "reopen",
                "update reports set action_taken_at = null, action_taken_by_account_id = null, \
                 updated_at = clock_timestamp() at time zone 'utc' where id = $1 and action_taken_at is not null and $2 is not null").await?;
        }
    }
    tx.commit().await?;
    show_after(call, id).await
}

async fn change(
    db: &mut sqlx::PgConnection,
    caller: &Caller,
    id: i64,
    action: &str,
    sql: &'static str,
) -> Result<(), Failure> {
    sqlx::query(sql).bind(id).bind(caller.account).execute(&mut *db).await?;
    moderation::log(db, caller, action, ("Report", id), &id.to_string(), None).await?;
    Ok(())
}

async fn show_after(call: &Call, id: i64) -> Result<Answer, Failure> {
    let mut db = call.practice.pool.acquire().await?;
    let report: Option<Value> = entities::report(&mut db, &call.practice, id).await?;
    report.map(Answer::from).ok_or_else(not_found)
}
