//! The door by which staff notices new work (`app/controllers/api/v1/notifications_controller.rb`).

use crate::{
    auth, entities,
    paging::{self, Page},
    server::{Answer, Call, Failure, not_found},
};
use serde_json::{Value, json};

const KEPT: [&str; 5] = ["limit", "account_id", "types[]", "exclude_types[]", "include_filtered"];

/// `GET /api/v1/notifications`. Posts and strikes that a notification is about are not shown in it.
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::person(call, &["read", "read:notifications"])?;
    let page = Page::read(call, 40, 80);
    let types = call.texts("types");
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select n.id, to_jsonb(n) as row from notifications n join accounts a on a.id = n.from_account_id \
         where n.account_id = $5 and a.suspended_at is null and ($6 = '{}' or n.type = any($6)) and n.type <> all($7) \
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
        if row["type"] == "admin.report" {
            let report = row["activity_id"].as_i64().unwrap_or(0);
            entry["report"] = entities::own_report(&mut db, &call.practice, report).await?.unwrap_or(Value::Null);
        }
        body.push(entry);
    }
    let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
    // The next page is offered whether there is one or not.
    let link = paging::links(call, &KEPT, &ids, true);
    Ok(Answer::from(json!(body)).linked(link))
}
