//! The doors about e-mail domain blocks and blocked addresses (`app/models/email_domain_block.rb`,
//! `app/models/canonical_email_block.rb`).

use crate::{
    auth::{self, MANAGE_BLOCKS},
    domain_blocks::checked,
    entities, moderation,
    paging::Page,
    server::{Answer, Call, Failure, invalid, not_found, required},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

const READ: [&str; 2] = ["admin:read", "admin:read:email_domain_blocks"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:email_domain_blocks"];
const READ_HASHES: [&str; 2] = ["admin:read", "admin:read:canonical_email_blocks"];
const WRITE_HASHES: [&str; 2] = ["admin:write", "admin:write:canonical_email_blocks"];
const MOST: i64 = 200;
const TAKEN: &str = "select exists (select from email_domain_blocks where domain = $1)";

/// `REST::Admin::EmailDomainBlockSerializer`, with the attempts of seven days.
async fn entity(db: &mut PgConnection, row: &Value) -> Result<Value, Failure> {
    const HISTORY: &str = "select jsonb_agg(jsonb_build_object('day', extract(epoch from day)::bigint::text, \
        'accounts', accounts::text, 'uses', uses::text) order by day desc) from (select d as day, count(t.ip) as accounts, \
        coalesce(sum(t.uses), 0) as uses from generate_series(practice.now()::date - 6, practice.now()::date, interval '1 day') d \
        left join practice.attempts t on t.day = d and t.email_domain_block_id = $1 group by d) days";
    let history: Value = sqlx::query_scalar(HISTORY).bind(row["id"].as_i64()).fetch_one(db).await?;
    Ok(json!({
        "id": row["id"].as_i64().map(|id| id.to_string()),
        "domain": row["domain"],
        "created_at": entities::time(&row["created_at"]),
        "history": history,
        "allow_with_approval": row["allow_with_approval"],
    }))
}

async fn find(db: &mut PgConnection, id: i64) -> Result<Value, Failure> {
    let row = sqlx::query_scalar("select to_jsonb(b) from email_domain_blocks b where id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.ok_or_else(not_found)
}

/// `GET /api/v1/admin/email_domain_blocks`
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, MANAGE_BLOCKS)?;
    let page = Page::read(call, 100, MOST);
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select id, to_jsonb(b) as row from email_domain_blocks b where ($1::bigint is null or id < $1) \
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
    let mut db = call.practice.pool.acquire().await?;
    let mut body = Vec::new();
    for row in &rows {
        body.push(entity(&mut db, row).await?);
    }
    Ok(Answer::from(json!(body)).linked(link))
}

/// `GET /api/v1/admin/email_domain_blocks/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let mut db = call.practice.pool.acquire().await?;
    let row = find(&mut db, id).await?;
    auth::may(call, MANAGE_BLOCKS)?;
    Ok(entity(&mut db, &row).await?.into())
}

/// `POST /api/v1/admin/email_domain_blocks`
pub async fn create(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::admin(call, &WRITE, MANAGE_BLOCKS)?;
    let mut tx = call.practice.pool.begin().await?;
    let checked = checked(&mut tx, &call.scalar("domain").unwrap_or_default(), TAKEN).await?;
    let domain = checked.domain.clone();
    let problems = checked.problems();
    if !problems.is_empty() {
        return Err(invalid(&problems));
    }
    if call.is_nil("allow_with_approval") {
        return Err(Failure::Broken);
    }
    let row: Value = sqlx::query_scalar(
        "insert into email_domain_blocks as b (domain, allow_with_approval, created_at, updated_at) \
         values ($1, $2, practice.now(), practice.now()) returning to_jsonb(b)",
    )
    .bind(&domain)
    .bind(call.boolean("allow_with_approval").unwrap_or(false))
    .fetch_one(&mut *tx)
    .await?;
    let id = row["id"].as_i64().unwrap_or(0);
    moderation::log(&mut tx, caller, "create", ("EmailDomainBlock", id), &domain, None).await?;
    let body = entity(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(body.into())
}

/// `DELETE /api/v1/admin/email_domain_blocks/:id`
pub async fn destroy(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let row = find(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_BLOCKS)?;
    sqlx::query("delete from email_domain_blocks where id = $1").bind(id).execute(&mut *tx).await?;
    let domain = row["domain"].as_str().unwrap_or_default();
    moderation::log(&mut tx, caller, "destroy", ("EmailDomainBlock", id), domain, None).await?;
    tx.commit().await?;
    Ok(json!({}).into())
}

/// `REST::Admin::CanonicalEmailBlockSerializer`
fn hash_entity((id, hash): &(i64, String)) -> Value {
    json!({ "id": id.to_string(), "canonical_email_hash": hash })
}

async fn find_hash(db: &mut PgConnection, id: i64) -> Result<(i64, String), Failure> {
    let row = sqlx::query_as("select id, canonical_email_hash from canonical_email_blocks where id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.ok_or_else(not_found)
}

/// `GET /api/v1/admin/canonical_email_blocks`
pub async fn list_hashes(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ_HASHES, MANAGE_BLOCKS)?;
    let page = Page::read(call, 100, MOST);
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select id, canonical_email_hash from (select id, canonical_email_hash from canonical_email_blocks \
         where ($1::bigint is null or id < $1) and ($2::bigint is null or id > $2) \
         order by case when $4 then id else -id end limit $3) page order by id desc",
    )
    .bind(page.below)
    .bind(page.above)
    .bind(page.limit)
    .bind(page.upward)
    .fetch_all(&call.practice.pool)
    .await?;
    let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
    let link = page.links(call, &["limit"], &ids)?;
    Ok(Answer::from(rows.iter().map(hash_entity).collect::<Value>()).linked(link))
}

/// `GET /api/v1/admin/canonical_email_blocks/:id`
pub async fn show_hash(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ_HASHES)?;
    let mut db = call.practice.pool.acquire().await?;
    let row = find_hash(&mut db, id).await?;
    auth::may(call, MANAGE_BLOCKS)?;
    Ok(hash_entity(&row).into())
}

/// `POST /api/v1/admin/canonical_email_blocks/test`: which blocks an address falls under.
pub async fn test(call: &Call) -> Result<Answer, Failure> {
    auth::scope(call, &READ_HASHES)?;
    let email = required(call, "email")?;
    auth::may(call, MANAGE_BLOCKS)?;
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select id, canonical_email_hash from canonical_email_blocks where canonical_email_hash = $1")
            .bind(moderation::canonical_hash(&email))
            .fetch_all(&call.practice.pool)
            .await?;
    Ok(rows.iter().map(hash_entity).collect::<Value>().into())
}

/// `POST /api/v1/admin/canonical_email_blocks`
pub async fn create_hash(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::admin(call, &WRITE_HASHES, MANAGE_BLOCKS)?;
    let hash = match call.scalar("email") {
        Some(email) => moderation::canonical_hash(&email),
        None => call.scalar("canonical_email_hash").unwrap_or_default(),
    };
    if hash.trim().is_empty() {
        return Err(invalid(&["Canonical email hash can't be blank".to_owned()]));
    }
    let mut tx = call.practice.pool.begin().await?;
    let row: Option<(i64, String)> = sqlx::query_as(
        "insert into canonical_email_blocks (canonical_email_hash, created_at, updated_at) values ($1, practice.now(), practice.now()) \
         on conflict (canonical_email_hash) do nothing returning id, canonical_email_hash",
    )
    .bind(&hash)
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or_else(|| invalid(&["Canonical email hash has already been taken".to_owned()]))?;
    moderation::log(&mut tx, caller, "create", ("CanonicalEmailBlock", row.0), &hash, None).await?;
    tx.commit().await?;
    Ok(hash_entity(&row).into())
}

/// `DELETE /api/v1/admin/canonical_email_blocks/:id`
pub async fn destroy_hash(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE_HASHES)?;
    let mut tx = call.practice.pool.begin().await?;
    let (_, hash) = find_hash(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_BLOCKS)?;
    sqlx::query("delete from canonical_email_blocks where id = $1").bind(id).execute(&mut *tx).await?;
    moderation::log(&mut tx, caller, "destroy", ("CanonicalEmailBlock", id), &hash, None).await?;
    tx.commit().await?;
    Ok(json!({}).into())
}
