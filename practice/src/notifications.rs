//! The door by which staff notices new work (`app/controllers/api/v1/notifications_controller.rb`).

use crate::{
    auth, entities,
    paging::{self, Page},
    server::{Answer, Call, Failure, not_found},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

const KEPT: [&str; 5] = ["limit", "account_id", "types[]", "exclude_types[]", "include_filtered"];

/// `GET /api/v1/notifications`. A post that a notification is about is not shown in it.
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::person(call, &["read", "read:notifications"])?;
    let page = Page::read(call, 40, 80);
    let types = call.texts("types");
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select n.id, to_jsonb(n) as row from notifications n join accounts a on a.id = n.from_account_id \
         where n.account_id = $5 and practice.available(a) and ($6 = '{}' or n.type = any($6)) and n.type <> all($7) \
         and ($8::bigint is null or n.from_account_id = $8) and ($9 or not n.filtered) \
         and ($1::bigint is null or n.id < $1) and ($2::bigint is null or n.id > $2) \
         order by case when $4 then n.id else -n.id end limit $3) page order by id desc",
    )
    .bind(page.below)
    .bind(page.above)
    .bind(page.limit)
    .bind(page.upward)
    .bind(caller.account)
    .bind(types)
    .bind(call.texts("exclude_types"))
    .bind(call.id("account_id"))
    .bind(call.boolean("include_filtered").unwrap_or(false))
    .fetch_all(&call.practice.pool)
    .await?;
    let mut db = call.practice.pool.acquire().await?;
    let mut body = Vec::new();
    for row in &rows {
        let from = row["from_account_id"].as_i64().unwrap_or(0);
        let account = entities::account_row(&mut db, from).await?.ok_or_else(not_found)?;
        let id = row["id"].as_i64().unwrap_or(0);
        let group = row["group_key"].as_str().map_or_else(|| format!("ungrouped-{id}"), str::to_owned);
        let mut entry = json!({
            "id": id.to_string(),
            "type": row["type"],
            "created_at": entities::time(&row["created_at"]),
            "group_key": group,
        });
        if row["filtered"] == json!(true) {
            entry["filtered"] = json!(true);
        }
        entry["account"] = entities::account(&call.practice, &account);
        let about = row["activity_id"].as_i64().unwrap_or(0);
        if row["type"] == "admin.report" {
            entry["report"] = entities::own_report(&mut db, &call.practice, about).await?.unwrap_or(Value::Null);
        }
        if row["type"] == "moderation_warning" {
            entry["moderation_warning"] = strike(&mut db, about).await?;
            let target = entities::account_row(&mut db, caller.account).await?.ok_or_else(not_found)?;
            entry["moderation_warning"]["target_account"] = entities::account(&call.practice, &target);
        }
        if row["type"] == "severed_relationships" {
            entry["event"] = severance(&mut db, about).await?;
        }
        body.push(entry);
    }
    let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
    // The next page is offered whether there is one or not.
    let link = paging::links(call, &KEPT, &ids, true);
    Ok(Answer::from(json!(body)).linked(link))
}

/// `REST::AccountWarningSerializer`, but for the account it is about.
async fn strike(db: &mut PgConnection, id: i64) -> Result<Value, Failure> {
    const SQL: &str = "select to_jsonb(w) || jsonb_build_object('appeal', (select jsonb_build_object('text', p.text, 'state', \
        case when p.approved_at is not null then 'approved' when p.rejected_at is not null then 'rejected' else 'pending' end) \
        from appeals p where p.account_warning_id = w.id)) from account_warnings w where w.id = $1";
    let row: Value = sqlx::query_scalar(SQL).bind(id).fetch_optional(db).await?.unwrap_or_default();
    let action = match row["action"].as_i64() {
        Some(1000) => "disable",
        Some(1250) => "mark_statuses_as_sensitive",
        Some(1500) => "delete_statuses",
        Some(2000) => "sensitive",
        Some(3000) => "silence",
        Some(4000) => "suspend",
        _ => "none",
    };
    Ok(json!({
        "id": id.to_string(),
        "action": action,
        "text": row["text"],
        "status_ids": row["status_ids"],
        "created_at": entities::time(&row["created_at"]),
        "target_account": null,
        "appeal": row["appeal"],
    }))
}

/// `REST::AccountRelationshipSeveranceEventSerializer`
async fn severance(db: &mut PgConnection, id: i64) -> Result<Value, Failure> {
    const SQL: &str = "select to_jsonb(n) || jsonb_build_object('type', e.type, 'purged', e.purged, 'target_name', e.target_name) \
        from account_relationship_severance_events n \
        join relationship_severance_events e on e.id = n.relationship_severance_event_id where n.id = $1";
    let row: Value = sqlx::query_scalar(SQL).bind(id).fetch_optional(db).await?.unwrap_or_default();
    let kind = match row["type"].as_i64() {
        Some(1) => "user_domain_block",
        Some(2) => "account_suspension",
        _ => "domain_block",
    };
    Ok(json!({
        "id": id.to_string(),
        "type": kind,
        "purged": row["purged"],
        "target_name": row["target_name"],
        "followers_count": row["followers_count"],
        "following_count": row["following_count"],
        "created_at": entities::time(&row["created_at"]),
    }))
}
