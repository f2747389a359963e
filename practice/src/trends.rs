//! The doors about hashtags and trends (`app/controllers/api/v1/admin/tags_controller.rb`,
//! `app/controllers/api/v1/admin/trends`). Nothing trends on a practice instance: the lists are empty, tags can be reviewed.

use crate::{
    auth::{self, MANAGE_TAXONOMIES},
    paging::Page,
    server::{Answer, BRIEFLY, Call, Failure, invalid, not_found},
    settings,
    version::Version,
};
use serde_json::{Value, json};

const READ: [&str; 1] = ["admin:read"];
const WRITE: [&str; 1] = ["admin:write"];
const MOST: i64 = 200;

/// `REST::Admin::TagSerializer`
async fn entity(call: &Call, row: &Value) -> Result<Value, Failure> {
    let default = settings::read(&call.practice, "trendable_by_default").await?.or("false") == "true";
    // Mastodon counts in Redis as people post in public (`app/models/trends/tags.rb`); here it is read from the posts.
    const USED: &str = "select extract(epoch from d)::bigint, count(distinct s.account_id), count(s.id) \
        from generate_series(date_trunc('day', practice.now()) - interval '6 days', date_trunc('day', practice.now()), \
        interval '1 day') d left join (statuses_tags t join statuses s on s.id = t.status_id and s.visibility = 0 \
        and s.reblog_of_id is null) on t.tag_id = $1 and s.created_at >= d and s.created_at < d + interval '1 day' \
        group by d order by d desc";
    let used: Vec<(i64, i64, i64)> =
        sqlx::query_as(USED).bind(row["id"].as_i64()).fetch_all(&call.practice.pool).await?;
    let history: Value = used
        .into_iter()
        .map(|(day, accounts, uses)| {
            json!({ "day": day.to_string(), "accounts": accounts.to_string(), "uses": uses.to_string() })
        })
        .collect();
    let name = row["name"].as_str().unwrap_or_default();
    let mut out = json!({
        "name": row["display_name"].as_str().unwrap_or(name),
        "url": format!("{}/tags/{name}", call.practice.base()),
        "history": history,
        "following": false,
    });
    if call.since(Version::V44) {
        out["featuring"] = json!(false);
    }
    out["id"] = json!(row["id"].as_i64().map(|id| id.to_string()));
    out["trendable"] = json!(row["trendable"].as_bool().unwrap_or(default));
    out["usable"] = json!(row["usable"].as_bool().unwrap_or(true));
    out["requires_review"] = json!(row["reviewed_at"].is_null());
    out["listable"] = json!(row["listable"].as_bool().unwrap_or(true));
    Ok(out)
}

async fn find(call: &Call, id: i64) -> Result<Value, Failure> {
    let row = sqlx::query_scalar("select to_jsonb(t) from tags t where id = $1")
        .bind(id)
        .fetch_optional(&call.practice.pool)
        .await?;
    row.ok_or_else(not_found)
}

/// `GET /api/v1/admin/tags`
pub async fn tags(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, MANAGE_TAXONOMIES)?;
    let page = Page::read(call, 100, MOST);
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select id, to_jsonb(t) as row from tags t where ($1::bigint is null or id < $1) \
         and ($2::bigint is null or id > $2) order by case when $4 then id else -id end limit $3) page order by id desc",
    )
    .bind(page.below)
    .bind(page.above)
    .bind(page.limit)
    .bind(page.upward)
    .fetch_all(&call.practice.pool)
    .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
    let link = page.links(call, &["limit"], &ids)?;
    let mut body = Vec::new();
    for row in &rows {
        body.push(entity(call, row).await?);
    }
    Ok(Answer::from(json!(body)).linked(link))
}

/// `GET /api/v1/admin/tags/:id`
pub async fn tag(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let row = find(call, id).await?;
    auth::may(call, MANAGE_TAXONOMIES)?;
    Ok(entity(call, &row).await?.into())
}

/// `PUT /api/v1/admin/tags/:id`: only the spelling of a name may change.
pub async fn update_tag(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let row = find(call, id).await?;
    auth::may(call, MANAGE_TAXONOMIES)?;
    let name = row["name"].as_str().unwrap_or_default();
    let display = call.scalar("display_name");
    if display.as_ref().is_some_and(|text| text.to_lowercase() != name.to_lowercase()) {
        return Err(invalid(&["Display name does not match the previous name".to_owned()]));
    }
    let flag = |key: &str| if call.params.contains_key(key) { call.boolean(key) } else { row[key].as_bool() };
    let after: Value = sqlx::query_scalar(
        "update tags t set display_name = coalesce($2, display_name), listable = $3, trendable = $4, usable = $5, \
         reviewed_at = practice.now(), updated_at = practice.now() where id = $1 returning to_jsonb(t)",
    )
    .bind(id)
    .bind(display)
    .bind(flag("listable"))
    .bind(flag("trendable"))
    .bind(flag("usable"))
    .fetch_one(&call.practice.pool)
    .await?;
    Ok(entity(call, &after).await?.into())
}

/// `GET /api/v1/admin/trends/{tags,links,statuses}`: others than staff get the public list.
pub fn list(call: &Call) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let answer = Answer::from(json!([]));
    Ok(if call.headers.contains_key("authorization") { answer } else { answer.cached(BRIEFLY) })
}

/// `GET /api/v1/admin/trends/links/publishers`
pub fn publishers(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, MANAGE_TAXONOMIES)?;
    Ok(json!([]).into())
}

/// `POST /api/v1/admin/trends/tags/:id/{approve,reject}`
pub async fn review_tag(call: &Call, id: i64, verb: &str) -> Result<Answer, Failure> {
    auth::admin(call, &WRITE, MANAGE_TAXONOMIES)?;
    find(call, id).await?;
    let after: Value = sqlx::query_scalar(
        "update tags t set trendable = $2, reviewed_at = practice.now(), updated_at = practice.now() where id = $1 returning to_jsonb(t)",
    )
    .bind(id)
    .bind(verb == "approve")
    .fetch_one(&call.practice.pool)
    .await?;
    Ok(entity(call, &after).await?.into())
}

/// `POST /api/v1/admin/trends/{links,statuses,links/publishers}/:id/{approve,reject}`: there are none.
pub fn review(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &WRITE, MANAGE_TAXONOMIES)?;
    Err(not_found())
}
