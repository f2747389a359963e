//! The doors about IP rules (`app/models/ip_block.rb`).

use crate::{
    auth::{self, MANAGE_BLOCKS},
    entities, moderation,
    paging::Page,
    server::{Answer, Call, Failure, invalid, not_found, to_i},
    version::Version,
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::net::IpAddr;

const READ: [&str; 2] = ["admin:read", "admin:read:ip_blocks"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:ip_blocks"];
const MOST: i64 = 200;
const SEVERITIES: [(&str, i32); 3] =
    [("sign_up_requires_approval", 5000), ("sign_up_block", 5500), ("no_access", 9999)];

/// A row, its address with the length of its network.
const ROW: &str =
    "select to_jsonb(b) || jsonb_build_object('cidr', host(ip) || '/' || masklen(ip)) from ip_blocks b where id = $1";

/// `REST::Admin::IpBlockSerializer`
fn entity(row: &Value) -> Value {
    let severity = SEVERITIES.into_iter().find(|(_, number)| row["severity"] == json!(number)).map(|(name, _)| name);
    json!({
        "id": row["id"].as_i64().map(|id| id.to_string()),
        "ip": row["cidr"],
        "severity": severity,
        "comment": row["comment"],
        "created_at": entities::time(&row["created_at"]),
        "expires_at": entities::time(&row["expires_at"]),
    })
}

async fn find(db: &mut PgConnection, id: i64) -> Result<Value, Failure> {
    sqlx::query_scalar(ROW).bind(id).fetch_optional(db).await?.ok_or_else(not_found)
}

/// The length of a mask as Ruby's `IPAddr` reads what stands behind the slash: digits without a zero before them, or a mask
/// written as an address of the same kind (`192.0.2.0/255.255.255.0`), whose ones come first.
fn bits_of(text: &str, address: IpAddr) -> Option<u32> {
    let most = if address.is_ipv4() { 32 } else { 128 };
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let leading = text.len() > 1 && text.starts_with('0');
        return text.parse().ok().filter(|bits| *bits <= most && !leading);
    }
    let (ones, zeros) = match (text.parse().ok()?, address) {
        (IpAddr::V4(mask), IpAddr::V4(_)) => (u32::from(mask).leading_ones(), u32::from(mask).trailing_zeros()),
        (IpAddr::V6(mask), IpAddr::V6(_)) => (u128::from(mask).leading_ones(), u128::from(mask).trailing_zeros()),
        _ => return None,
    };
    (ones + zeros == most || ones == most).then_some(ones)
}

/// An address or a network as Ruby's `IPAddr` understands it: what is beyond the mask is cut off, an address of IPv6 may
/// stand in brackets, and no space is skipped.
fn network(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let bracketed = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    let address: IpAddr = bracketed.unwrap_or(address).parse().ok()?;
    if bracketed.is_some() && address.is_ipv4() {
        return None;
    }
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits_of(bits, address))?;
    let cut = match address {
        IpAddr::V4(ip) => IpAddr::V4((u32::from(ip) & u32::MAX.checked_shl(32 - bits).unwrap_or(0)).into()),
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & u128::MAX.checked_shl(128 - bits).unwrap_or(0)).into()),
    };
    Some(format!("{cut}/{bits}"))
}

/// `GET /api/v1/admin/ip_blocks`
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, MANAGE_BLOCKS)?;
    let page = Page::read(call, 100, MOST);
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select id, to_jsonb(b) || jsonb_build_object('cidr', host(ip) || '/' || masklen(ip)) as row \
         from ip_blocks b where ($1::bigint is null or id < $1) and ($2::bigint is null or id > $2) \
         order by case when $4 then id else -id end limit $3) page order by id desc",
    )
    .bind(page.below)
    .bind(page.above)
    .bind(page.limit)
    .bind(page.upward)
    .fetch_all(&call.practice.pool)
    .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
    let link = page.links(call, &["limit"], &ids)?;
    Ok(Answer::from(rows.iter().map(entity).collect::<Value>()).linked(link))
}

/// `GET /api/v1/admin/ip_blocks/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let mut db = call.practice.pool.acquire().await?;
    let row = find(&mut db, id).await?;
    auth::may(call, MANAGE_BLOCKS)?;
    Ok(entity(&row).into())
}

/// What a request says of a rule, and what is wrong with it.
struct Given {
    ip: Option<String>,
    severity: Option<i32>,
    /// A word that is no severity, as it came.
    word: Option<String>,
    problems: Vec<String>,
}

/// On 4.3 an unknown severity raises; a missing one is wrong twice since validations of enumerations came.
async fn read(call: &Call, db: &mut PgConnection, id: Option<i64>, stored: &Value) -> Result<Given, Failure> {
    let ip = match call.params.get("ip") {
        Some(_) => call.scalar("ip").and_then(|text| network(&text)),
        None => stored["cidr"].as_str().map(str::to_owned),
    };
    let word = match call.params.get("severity") {
        // A number is taken for the word it stands for (`ActiveRecord::Enum`).
        Some(Value::Number(given)) => SEVERITIES
            .iter()
            .find(|(_, number)| given.as_i64() == Some(i64::from(*number)))
            .map_or_else(|| Some(given.to_string()), |(name, _)| Some((*name).to_owned())),
        Some(_) => call.scalar("severity").filter(|text| !text.is_empty()),
        None => SEVERITIES
            .iter()
            .find(|(_, number)| stored["severity"] == json!(number))
            .map(|(name, _)| (*name).to_owned()),
    };
    let severity =
        word.as_deref().and_then(|word| SEVERITIES.iter().find(|(name, _)| *name == word)).map(|(_, number)| *number);
    if word.is_some() && severity.is_none() && !call.since(Version::V44) {
        return Err(Failure::Broken);
    }
    let mut problems = Vec::new();
    if severity.is_none() && call.since(Version::V44) {
        problems.push("Severity is not included in the list".to_owned());
    }
    if ip.is_none() {
        problems.push("Ip can't be blank".to_owned());
    }
    if word.is_none() {
        problems.push("Severity can't be blank".to_owned());
    }
    let taken: bool =
        sqlx::query_scalar("select exists (select from ip_blocks where ip = $1::inet and id is distinct from $2)")
            .bind(&ip)
            .bind(id)
            .fetch_one(db)
            .await?;
    if taken {
        problems.push("Ip has already been taken".to_owned());
    }
    Ok(Given { ip, severity, word: word.filter(|_| severity.is_none()), problems })
}

/// `POST /api/v1/admin/ip_blocks`
pub async fn create(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::admin(call, &WRITE, MANAGE_BLOCKS)?;
    let mut tx = call.practice.pool.begin().await?;
    // The column's default.
    let given = read(call, &mut tx, None, &json!({ "cidr": "0.0.0.0/32" })).await?;
    if !given.problems.is_empty() {
        return Err(invalid(&given.problems));
    }
    // An empty comment is one, and none is not.
    if call.params.get("comment") == Some(&Value::Null) {
        return Err(Failure::Broken);
    }
    let id: i64 = sqlx::query_scalar(
        "insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at) \
         values ($1::inet, $2, $3, practice.now() + $4 * interval '1 second', practice.now(), practice.now()) returning id",
    )
    .bind(&given.ip)
    .bind(given.severity)
    .bind(call.scalar("comment").unwrap_or_default())
    .bind(call.present("expires_in").map(|text| to_i(&text)))
    .fetch_one(&mut *tx)
    .await?;
    let row = find(&mut tx, id).await?;
    let cidr = row["cidr"].as_str().unwrap_or_default();
    moderation::log(&mut tx, caller, "create", ("IpBlock", id), cidr, None).await?;
    tx.commit().await?;
    Ok(entity(&row).into())
}

/// `PUT /api/v1/admin/ip_blocks/:id`: before 4.7 one that is wrong is not stored, yet logged and answered as if it were.
pub async fn update(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let row = find(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_BLOCKS)?;
    let given = read(call, &mut tx, Some(id), &row).await?;
    if call.since(Version::V47) && !given.problems.is_empty() {
        return Err(invalid(&given.problems));
    }
    let cidr = given.ip.clone().ok_or(Failure::Broken)?;
    let comment = if call.params.contains_key("comment") { call.scalar("comment") } else { None };
    if given.problems.is_empty() {
        if call.params.get("comment") == Some(&Value::Null) {
            return Err(Failure::Broken);
        }
        sqlx::query(
            "update ip_blocks set ip = $2::inet, severity = $3, comment = coalesce($4, comment), \
             expires_at = case when $5 then practice.now() + $6 * interval '1 second' else expires_at end, updated_at = practice.now() \
             where id = $1 and ($5 or (ip, severity, comment) is distinct from ($2::inet, $3, coalesce($4, comment)))",
        )
        .bind(id)
        .bind(&cidr)
        .bind(given.severity)
        .bind(comment)
        .bind(call.params.contains_key("expires_in"))
        .bind(call.present("expires_in").map(|text| to_i(&text)))
        .execute(&mut *tx)
        .await?;
        moderation::log(&mut tx, caller, "update", ("IpBlock", id), &cidr, None).await?;
        let after = find(&mut tx, id).await?;
        tx.commit().await?;
        return Ok(entity(&after).into());
    }
    moderation::log(&mut tx, caller, "update", ("IpBlock", id), &cidr, None).await?;
    tx.commit().await?;
    let mut shown = row;
    shown["cidr"] = json!(cidr);
    shown["severity"] = json!(given.severity);
    if let Some(comment) = comment {
        shown["comment"] = json!(comment);
    }
    let mut body = entity(&shown);
    if let Some(word) = given.word {
        body["severity"] = json!(word);
    }
    Ok(body.into())
}

/// `DELETE /api/v1/admin/ip_blocks/:id`
pub async fn destroy(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let row = find(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_BLOCKS)?;
    sqlx::query("delete from ip_blocks where id = $1").bind(id).execute(&mut *tx).await?;
    let cidr = row["cidr"].as_str().unwrap_or_default();
    moderation::log(&mut tx, caller, "destroy", ("IpBlock", id), cidr, None).await?;
    tx.commit().await?;
    Ok(json!({}).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_cut_at_their_mask() {
        assert_eq!(network("203.0.113.77").as_deref(), Some("203.0.113.77/32"));
        assert_eq!(network("203.0.113.77/24").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(network("0.0.0.0/0").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(network("2001:db8::1/32").as_deref(), Some("2001:db8::/32"));
        assert_eq!(network("300.1.1.1"), None);
        assert_eq!(network("1.2.3.4/33"), None);
    }
}
