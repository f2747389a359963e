//! The doors about reports.

use crate::{
    auth::{self, Caller, MANAGE_REPORTS},
    entities, moderation,
    paging::Page,
    server::{Answer, Call, Failure, not_found, unprocessable},
    version::Version,
    webhooks::{self, Event},
};
use serde_json::{Value, json};

const READ: [&str; 2] = ["admin:read", "admin:read:reports"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:reports"];
const MOST: i64 = 200;
const KEPT: [&str; 5] = ["limit", "resolved", "unresolved", "account_id", "target_account_id"];
const KEPT_FORMERLY: [&str; 4] = ["limit", "resolved", "account_id", "target_account_id"];

/// `GET /api/v1/admin/reports`
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, MANAGE_REPORTS)?;
    let page = Page::read(call, 100, MOST);
    // Before 4.6 it is asked only whether the parameter is there.
    let (resolved, unresolved, kept) = if call.since(Version::V46) {
        (call.boolean("resolved").unwrap_or(false), call.boolean("unresolved").unwrap_or(false), &KEPT[..])
    } else {
        (call.present("resolved").is_some(), false, &KEPT_FORMERLY[..])
    };
    let (want_resolved, want_unresolved) = match (resolved, unresolved) {
        (true, true) => (true, true),
        (true, false) => (true, false),
        (false, _) => (false, true),
    };
    const DOWN: &str = "select id from reports where ((action_taken_at is not null and $1) or (action_taken_at is null and $2)) \
        and ($3::bigint is null or account_id = $3) and ($4::bigint is null or target_account_id = $4) \
        and ($5::bigint is null or id < $5) and ($6::bigint is null or id > $6) order by id desc limit $7";
    const UP: &str = "select id from (select id from reports \
        where ((action_taken_at is not null and $1) or (action_taken_at is null and $2)) \
        and ($3::bigint is null or account_id = $3) and ($4::bigint is null or target_account_id = $4) \
        and ($5::bigint is null or id < $5) and ($6::bigint is null or id > $6) order by id limit $7) page order by id desc";
    // A number that is given and is none is nobody's (`ReportFilter`, unlike that of accounts, takes what is empty).
    let by = |name: &str| call.id(name).or(call.is_nil(name).then_some(0));
    let ids: Vec<i64> = sqlx::query_scalar(if page.upward { UP } else { DOWN })
        .bind(want_resolved)
        .bind(want_unresolved)
        .bind(by("account_id"))
        .bind(by("target_account_id"))
        .bind(page.below)
        .bind(page.above)
        .bind(page.limit)
        .fetch_all(&call.practice.pool)
        .await?;
    let link = page.links(call, kept, &ids)?;
    let mut db = call.practice.pool.acquire().await?;
    let mut body = Vec::new();
    for id in &ids {
        if let Some(report) = entities::report(&mut db, &call.practice, *id).await? {
            body.push(report);
        }
    }
    Ok(Answer::from(json!(body)).linked(link))
}

/// `GET /api/v1/admin/reports/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let mut db = call.practice.pool.acquire().await?;
    let body = entities::report(&mut db, &call.practice, id).await?.ok_or_else(not_found)?;
    auth::may(call, MANAGE_REPORTS)?;
    Ok(body.into())
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
    auth::scope(call, &WRITE)?;
    let row = find(call, id).await?;
    let caller = auth::may(call, MANAGE_REPORTS)?;
    let category = match call.params.get("category") {
        Some(Value::Number(number)) => numbered(number.as_i64())?,
        // Its column must have one; and what has parts is not permitted.
        Some(Value::Null) => return Err(Failure::Broken),
        Some(_) => call.scalar("category").map_or(Ok(row.category), |word| category_of(&word))?,
        None => row.category,
    };
    // `validates :rule_ids, absence: true, if: -> { … !violation? }` (`app/models/report.rb`): a list that holds nothing but
    // nothing, as the form field `rule_ids[]=` makes one, is not blank.
    let given = call.permitted_ids("rule_ids");
    let rules = given.clone().unwrap_or_else(|| row.rules.into_iter().map(Some).collect());
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
    let mut tx = call.practice.pool.begin().await?;
    sqlx::query(
        "update reports set category = $2, rule_ids = case when $4 then $3 else rule_ids end, \
         updated_at = practice.now() where id = $1 \
         and (category <> $2 or ($4 and rule_ids is distinct from $3))",
    )
    .bind(id)
    .bind(category)
    .bind(&rules)
    .bind(given.is_some())
    .execute(&mut *tx)
    .await?;
    moderation::log(&mut tx, caller, "update", ("Report", id), &id.to_string(), None).await?;
    tx.commit().await?;
    show_after(call, id).await
}

/// `POST /api/v1/admin/reports/:id/…`
pub async fn act(call: &Call, id: i64, verb: &str) -> Result<Answer, Failure> {
    if !matches!(verb, "assign_to_self" | "unassign" | "resolve" | "reopen") {
        return Err(Failure::Nowhere);
    }
    auth::scope(call, &WRITE)?;
    find(call, id).await?;
    let caller = auth::may(call, MANAGE_REPORTS)?;
    let mut tx = call.practice.pool.begin().await?;
    match verb {
        "resolve" => moderation::resolve(&mut tx, caller, id).await?,
        "assign_to_self" => {
            change(
                &mut tx,
                caller,
                id,
                "assigned_to_self",
                "update reports set assigned_account_id = $2, updated_at = practice.now() \
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
                "update reports set assigned_account_id = null, updated_at = practice.now() \
                 where id = $1 and assigned_account_id is not null and $2 is not null",
            )
            .await?;
        }
        _ => {
            change(
                &mut tx,
                caller,
                id,
                "reopen",
                "update reports set action_taken_at = null, action_taken_by_account_id = null, \
                 updated_at = practice.now() where id = $1 and action_taken_at is not null and $2 is not null",
            )
            .await?;
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

/// Every save is told to the webhooks, also one that changes nothing.
async fn show_after(call: &Call, id: i64) -> Result<Answer, Failure> {
    webhooks::tell(&call.practice, vec![Event::Report("report.updated", id)]);
    let mut db = call.practice.pool.acquire().await?;
    let report: Option<Value> = entities::report(&mut db, &call.practice, id).await?;
    report.map(Answer::from).ok_or_else(not_found)
}

/// An unknown word for an enumeration raises.
fn category_of(word: &str) -> Result<i32, Failure> {
    match word {
        "other" => Ok(0),
        "spam" => Ok(1000),
        "legal" => Ok(1500),
        "violation" => Ok(2000),
        _ => Err(Failure::Broken),
    }
}

/// A number is good where it comes as one, in JSON (`ActiveRecord::Enum`).
fn numbered(number: Option<i64>) -> Result<i32, Failure> {
    match number {
        Some(0) => Ok(0),
        Some(1000) => Ok(1000),
        Some(1500) => Ok(1500),
        Some(2000) => Ok(2000),
        _ => Err(Failure::Broken),
    }
}

const LONGEST_COMMENT: usize = 1_000;

/// `POST /api/v1/reports` (`app/services/report_service.rb`)
pub async fn create(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::person(call, &["write", "write:reports"])?;
    let mut tx = call.practice.pool.begin().await?;
    let target = entities::account_row(&mut tx, call.id("account_id").unwrap_or(0)).await?.ok_or_else(not_found)?;
    let target_id = target["id"].as_i64().unwrap_or(0);
    if entities::unavailable(&target) {
        return Err(not_found());
    }
    let statuses = call.ids("status_ids").unwrap_or_default();
    let found: Vec<i64> =
        sqlx::query_scalar("select id from statuses where id = any($1) and account_id = $2 order by id desc")
            .bind(&statuses)
            .bind(target_id)
            .fetch_all(&mut *tx)
            .await?;
    if found.len() < statuses.len() {
        return Err(not_found());
    }
    let rules = call.permitted_ids("rule_ids").filter(|rules| !rules.is_empty());
    let category = match (&rules, call.present("category")) {
        (Some(_), _) => 2000,
        (None, Some(word)) => category_of(&word)?,
        (None, None) => 0,
    };
    let comment = call.present("comment").unwrap_or_default();
    if comment.chars().count() > LONGEST_COMMENT {
        return Err(unprocessable("Validation failed: Comment is too long (maximum is 1000 characters)"));
    }
    if let Some(rules) = &rules {
        let known: i64 =
            sqlx::query_scalar("select count(*) from rules where id = any($1)").bind(rules).fetch_one(&mut *tx).await?;
        if known < i64::try_from(rules.len()).unwrap_or(0) {
            return Err(unprocessable("Validation failed: Rule ids does not reference valid rules"));
        }
    }
    // Nothing is sent anywhere; only a report about a remote account can say so.
    let forwarded = if target["domain"].is_null() { Some(false) } else { call.boolean("forward") };
    let first: bool = sqlx::query_scalar(
        "select not exists (select from reports where target_account_id = $1 and action_taken_at is null)",
    )
    .bind(target_id)
    .fetch_one(&mut *tx)
    .await?;
    let id: i64 = sqlx::query_scalar(
        "insert into reports (account_id, target_account_id, status_ids, comment, uri, forwarded, category, rule_ids, \
         application_id, created_at, updated_at) \
         values ($1, $2, $3, $4, $5 || '/' || gen_random_uuid(), $6, $7, $8, $9, practice.now(), practice.now()) returning id",
    )
    .bind(caller.account)
    .bind(target_id)
    .bind(&found)
    .bind(comment)
    .bind(call.practice.base())
    .bind(forwarded)
    .bind(category)
    .bind(rules)
    .bind(call.token.as_ref().and_then(|token| token.application))
    .fetch_one(&mut *tx)
    .await?;
    if first {
        moderation::notify_report(&mut tx, caller.account, id).await?;
    }
    let body = entities::own_report(&mut tx, &call.practice, id).await?.ok_or_else(not_found)?;
    tx.commit().await?;
    webhooks::tell(&call.practice, vec![Event::Report("report.created", id)]);
    Ok(body.into())
}
