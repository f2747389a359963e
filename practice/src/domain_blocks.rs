//! The doors about domain blocks and allows, and what a block does to accounts (`app/models/domain_block.rb`,
//! `app/services/block_domain_service.rb`, `app/services/unblock_domain_service.rb`).

use crate::{
    auth::{self, MANAGE_FEDERATION},
    deletion, entities,
    jobs::{self, Job},
    moderation,
    paging::Page,
    server::{Answer, BRIEFLY, Call, FIVE_MINUTES, Failure, invalid, not_found},
    settings,
    version::Version,
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

const READ: [&str; 2] = ["admin:read", "admin:read:domain_blocks"];
const WRITE: [&str; 2] = ["admin:write", "admin:write:domain_blocks"];
const READ_ALLOWS: [&str; 2] = ["admin:read", "admin:read:domain_allows"];
const WRITE_ALLOWS: [&str; 2] = ["admin:write", "admin:write:domain_allows"];
const MOST: i64 = 500;

const TAKEN: &str = "select exists (select from domain_blocks where domain = $1)";
const ALLOWED: &str = "select exists (select from domain_allows where domain = $1)";

/// Columns that must be yes or no.
const FLAGS: [&str; 3] = ["reject_media", "reject_reports", "obfuscate"];

const SILENCE: i64 = 0;
const SUSPEND: i64 = 1;
const NOOP: i64 = 2;

/// Why a text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A character that no host of an address has: said of the field.
    Character,
    /// A label that cannot be written in ASCII: nothing catches that.
    Label,
}

/// Ruby's `String#strip`: other spaces than those of ASCII stay.
pub fn stripped(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r', '\0'])
}

/// Ruby's `String#split` at dots: what would be empty at the end is not there.
fn labels(domain: &str) -> Vec<&str> {
    let mut labels: Vec<&str> = domain.split('.').collect();
    while labels.last().is_some_and(|label| label.is_empty()) {
        labels.pop();
    }
    labels
}

/// A label in ASCII, as IDNA 2003 has it.
fn in_ascii(label: &str) -> Result<String, Unfit> {
    if label.is_ascii() || label.chars().count() > 63 {
        return Ok(label.to_owned());
    }
    // Newer rules keep these; then they became others or nothing.
    let label = label.replace('ß', "ss").replace('ς', "σ").replace(['\u{200c}', '\u{200d}'], "");
    let host = url::Host::parse(&label).map_err(|_| Unfit::Label)?.to_string();
    if host.len() > 63 { Err(Unfit::Label) } else { Ok(host) }
}

/// The host of an address: in small letters, then without `%…`, in ASCII, with one of two dots at its end
/// (`Addressable::URI#host=` and `#normalized_host`).
fn host(text: &str) -> Result<String, Unfit> {
    if text.contains(|c: char| c.is_whitespace() || "<>{}/\\?#@\"".contains(c)) {
        return Err(Unfit::Character);
    }
    // What has a meaning in a form has none here.
    let plain = text.to_lowercase().replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let (text, _) = url::form_urlencoded::parse(plain.as_bytes()).next().unwrap_or_default();
    let parts: Vec<String> = text.split('.').map(in_ascii).collect::<Result<_, _>>()?;
    let mut host = parts.join(".");
    if host.ends_with("..") && !host.trim_end_matches("..").is_empty() && !host.ends_with("...") {
        host.pop();
    }
    Ok(host)
}

/// A domain as Mastodon stores it (`app/lib/tag_manager.rb`, `app/models/concerns/domain_normalizable.rb`).
pub fn normalized(text: &str) -> Result<String, Unfit> {
    let text = stripped(text);
    host(text.strip_suffix('/').unwrap_or(text))
}

/// What `DomainValidator` accepts: dots at the end, and nothing but dots, among it.
pub fn is_domain(text: &str) -> bool {
    let label =
        |label: &str| (1..=63).contains(&label.len()) && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    text.len() < 256 && labels(text).into_iter().all(label)
}

/// A domain that is to be stored, and what is wrong with it.
pub struct Checked {
    pub domain: String,
    /// Noted while it is normalised, before anything else is looked at.
    pub early: Option<String>,
    pub late: Vec<String>,
}

impl Checked {
    /// Everything, in its order.
    pub fn problems(self) -> Vec<String> {
        self.early.into_iter().chain(self.late).collect()
    }
}

/// Looks at a domain that is to be stored; `taken` asks for it where it would be stored.
///
/// # Errors
/// A label that cannot be written, or the database does not answer.
pub async fn checked(db: &mut PgConnection, given: &str, taken: &'static str) -> Result<Checked, Failure> {
    let wrong = || "Domain is invalid".to_owned();
    let (domain, early) = match normalized(given) {
        Ok(domain) => (domain, None),
        Err(Unfit::Character) => (given.to_owned(), Some(wrong())),
        Err(Unfit::Label) => return Err(Failure::Broken),
    };
    let blank = domain.chars().all(char::is_whitespace);
    let mut late = Vec::new();
    if blank {
        late.push("Domain can't be blank".to_owned());
    }
    if sqlx::query_scalar(taken).bind(&domain).fetch_one(db).await? {
        late.push("Domain has already been taken".to_owned());
    }
    if !blank && !is_domain(&domain) {
        late.push(wrong());
    }
    Ok(Checked { domain, early, late })
}

fn digest(domain: &str) -> String {
    Sha256::digest(domain.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn severity_name(severity: &Value) -> Value {
    match severity.as_i64() {
        Some(SILENCE) => json!("silence"),
        Some(SUSPEND) => json!("suspend"),
        Some(NOOP) => json!("noop"),
        _ => Value::Null,
    }
}

/// `REST::Admin::DomainBlockSerializer`
fn entity(row: &Value) -> Value {
    json!({
        "id": row["id"].as_i64().map(|id| id.to_string()),
        "domain": row["domain"],
        "digest": digest(row["domain"].as_str().unwrap_or_default()),
        "created_at": entities::time(&row["created_at"]),
        "severity": severity_name(&row["severity"]),
        "reject_media": row["reject_media"],
        "reject_reports": row["reject_reports"],
        "private_comment": row["private_comment"],
        "public_comment": row["public_comment"],
        "obfuscate": row["obfuscate"],
    })
}

async fn find(db: &mut PgConnection, id: i64) -> Result<Value, Failure> {
    let row =
        sqlx::query_scalar("select to_jsonb(b) from domain_blocks b where id = $1").bind(id).fetch_optional(db).await?;
    row.ok_or_else(not_found)
}

/// The block that holds for a domain: its own, or that of the nearest parent.
async fn rule_for(db: &mut PgConnection, domain: &str) -> Result<Option<Value>, Failure> {
    let Ok(host) = host(&stripped(domain).replace('/', "")) else { return Ok(None) };
    let labels = labels(&host);
    let variants: Vec<String> = (0..labels.len()).map(|at| labels[at..].join(".")).collect();
    let row = sqlx::query_scalar(
        "select to_jsonb(b) from domain_blocks b where domain = any($1) order by char_length(domain) desc limit 1",
    )
    .bind(variants)
    .fetch_optional(db)
    .await?;
    Ok(row)
}

/// `GET /api/v1/admin/domain_blocks`
pub async fn list(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, MANAGE_FEDERATION)?;
    let page = Page::read(call, 100, MOST);
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select id, to_jsonb(b) as row from domain_blocks b where ($1::bigint is null or id < $1) \
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
    Ok(Answer::from(rows.iter().map(entity).collect::<Value>()).linked(link))
}

/// `GET /api/v1/admin/domain_blocks/:id`
pub async fn show(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let mut db = call.practice.pool.acquire().await?;
    let row = find(&mut db, id).await?;
    auth::may(call, MANAGE_FEDERATION)?;
    Ok(entity(&row).into())
}

/// A severity that was given; some unknown word is wrong, and on 4.3 raises.
fn severity(call: &Call) -> Result<Option<Result<i64, String>>, Failure> {
    // A number is good only where it comes as one, in JSON.
    let number = call.params.get("severity").and_then(Value::as_i64).filter(|number| (SILENCE..=NOOP).contains(number));
    if call.is_nil("severity") && call.since(Version::V44) {
        return Ok(Some(Err("Severity is not included in the list".to_owned())));
    }
    let Some(word) = call.scalar("severity") else { return Ok(None) };
    match word.as_str() {
        "silence" => Ok(Some(Ok(SILENCE))),
        "suspend" => Ok(Some(Ok(SUSPEND))),
        "noop" => Ok(Some(Ok(NOOP))),
        _ if number.is_some() => Ok(number.map(Ok)),
        _ if !call.since(Version::V44) => Err(Failure::Broken),
        _ => Ok(Some(Err("Severity is not included in the list".to_owned()))),
    }
}

/// `POST /api/v1/admin/domain_blocks`
pub async fn create(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::admin(call, &WRITE, MANAGE_FEDERATION)?;
    let given = call.scalar("domain").unwrap_or_default();
    let severity = severity(call)?.unwrap_or(Ok(SILENCE));
    let flag = |name: &str| call.boolean(name).unwrap_or(false);
    let (media, reports) = (flag("reject_media"), flag("reject_reports"));
    let mut tx = call.practice.pool.begin().await?;
    if let Some(existing) = rule_for(&mut tx, &given).await? {
        // Before 4.6 the spaces around it are left here, and nothing catches what cannot be read.
        let plain = if call.since(Version::V46) { stripped(&given) } else { &given };
        let wanted = host(plain.strip_suffix('/').unwrap_or(plain)).map_err(|_| Failure::Broken)?;
        let (there, new) = (existing["severity"].as_i64(), severity.as_ref().ok().copied());
        let milder = there == Some(SUSPEND) && matches!(new, Some(SILENCE | NOOP))
            || there == Some(SILENCE) && new == Some(NOOP);
        let stricter = new == Some(SUSPEND)
            || !milder
                && (media || existing["reject_media"] == json!(false))
                && (reports || existing["reject_reports"] == json!(false));
        if existing["domain"] == json!(wanted) || !stricter {
            let domain = existing["domain"].as_str().unwrap_or_default();
            let body = json!({
                "error": format!("You have already imposed stricter limits on {domain}."),
                "existing_domain_block": entity(&existing),
            });
            return Ok(Answer::from(body).status(StatusCode::UNPROCESSABLE_ENTITY));
        }
    }
    let Checked { domain, early, late } = checked(&mut tx, &given, TAKEN).await?;
    let problems: Vec<String> = early.into_iter().chain(severity.as_ref().err().cloned()).chain(late).collect();
    if !problems.is_empty() {
        return Err(invalid(&problems));
    }
    if FLAGS.into_iter().any(|flag| call.is_nil(flag)) {
        return Err(Failure::Broken);
    }
    let row: Value = sqlx::query_scalar(
        "insert into domain_blocks as b (domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, \
         created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, practice.now(), practice.now()) returning to_jsonb(b)",
    )
    .bind(&domain)
    .bind(severity.unwrap_or(SILENCE))
    .bind(media)
    .bind(reports)
    .bind(call.scalar("private_comment"))
    .bind(call.scalar("public_comment"))
    .bind(flag("obfuscate"))
    .fetch_one(&mut *tx)
    .await?;
    let id = row["id"].as_i64().unwrap_or(0);
    moderation::log(&mut tx, caller, "create", ("DomainBlock", id), &domain, None).await?;
    jobs::queue(&mut tx, &Job::BlockDomain { block: id, severity_changed: false }).await?;
    materialize(&mut tx, &domain).await?;
    tx.commit().await?;
    jobs::start(&call.practice);
    Ok(entity(&row).into())
}

/// A domain that nobody knew before gets into the view of servers (`app/models/concerns/domain_materializable.rb`).
async fn materialize(db: &mut PgConnection, domain: &str) -> sqlx::Result<()> {
    let known: bool = sqlx::query_scalar("select exists (select from instances where domain = $1)")
        .bind(domain)
        .fetch_one(&mut *db)
        .await?;
    if !known {
        sqlx::query("refresh materialized view instances").execute(db).await?;
    }
    Ok(())
}

/// `PUT /api/v1/admin/domain_blocks/:id`
pub async fn update(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let row = find(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_FEDERATION)?;
    let severity = match severity(call)? {
        Some(Ok(severity)) => Some(severity),
        Some(Err(problem)) => return Err(invalid(&[problem])),
        None => row["severity"].as_i64(),
    };
    // The name is written and validated anew with each change, whoever left it as it is.
    let stored = row["domain"].as_str().unwrap_or_default();
    let domain = match normalized(stored) {
        Ok(domain) if is_domain(&domain) => domain,
        Ok(_) | Err(Unfit::Character) => return Err(invalid(&["Domain is invalid".to_owned()])),
        Err(Unfit::Label) => return Err(Failure::Broken),
    };
    let taken: bool = sqlx::query_scalar("select exists (select from domain_blocks where domain = $1 and id <> $2)")
        .bind(&domain)
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    if taken {
        return Err(invalid(&["Domain has already been taken".to_owned()]));
    }
    if FLAGS.into_iter().any(|flag| call.is_nil(flag)) {
        return Err(Failure::Broken);
    }
    let flag = |name: &str| call.boolean(name).or(row[name].as_bool());
    let comment = |name: &str| match call.params.contains_key(name) {
        true => call.scalar(name),
        false => row[name].as_str().map(str::to_owned),
    };
    let changed: Option<Value> = sqlx::query_scalar(
        "update domain_blocks b set severity = $2, reject_media = $3, reject_reports = $4, private_comment = $5, public_comment = $6, \
         obfuscate = $7, domain = $8, updated_at = practice.now() where id = $1 and (severity, reject_media, reject_reports, \
         private_comment, public_comment, obfuscate, domain) is distinct from ($2, $3, $4, $5, $6, $7, $8) returning to_jsonb(b)",
    )
    .bind(id)
    .bind(severity.and_then(|severity| i32::try_from(severity).ok()))
    .bind(flag("reject_media"))
    .bind(flag("reject_reports"))
    .bind(comment("private_comment"))
    .bind(comment("public_comment"))
    .bind(flag("obfuscate"))
    .bind(&domain)
    .fetch_optional(&mut *tx)
    .await?;
    let after = changed.unwrap_or_else(|| row.clone());
    moderation::log(&mut tx, caller, "update", ("DomainBlock", id), &domain, None).await?;
    let severity_changed = after["severity"] != row["severity"];
    jobs::queue(&mut tx, &Job::BlockDomain { block: id, severity_changed }).await?;
    tx.commit().await?;
    jobs::start(&call.practice);
    Ok(entity(&after).into())
}

const UNSILENCE: &str = "update accounts set silenced_at = null where (domain = $1 or domain like '%.' || $1) \
    and silenced_at = (select created_at from domain_blocks where id = $2)";
const UNSUSPEND: &str = "update accounts set suspended_at = null, suspension_origin = null \
    where (domain = $1 or domain like '%.' || $1) and suspended_at = (select created_at from domain_blocks where id = $2)";

/// `DELETE /api/v1/admin/domain_blocks/:id`: limits that carry the block's time are lifted at once.
pub async fn destroy(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE)?;
    let mut tx = call.practice.pool.begin().await?;
    let row = find(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_FEDERATION)?;
    let domain = row["domain"].as_str().unwrap_or_default();
    if row["severity"].as_i64() != Some(NOOP) {
        sqlx::query(UNSILENCE).bind(domain).bind(id).execute(&mut *tx).await?;
    }
    if row["severity"].as_i64() == Some(SUSPEND) {
        sqlx::query(UNSUSPEND).bind(domain).bind(id).execute(&mut *tx).await?;
    }
    sqlx::query("delete from domain_blocks where id = $1").bind(id).execute(&mut *tx).await?;
    moderation::log(&mut tx, caller, "destroy", ("DomainBlock", id), domain, None).await?;
    tx.commit().await?;
    Ok(json!({}).into())
}

const MEDIA: &str = "update media_attachments m set file_file_name = null, file_content_type = null, file_file_size = null, \
    file_updated_at = null, type = 3, updated_at = practice.now() from accounts a \
    where a.id = m.account_id and (a.domain = $1 or a.domain like '%.' || $1) and m.file_file_name is not null";
const PICTURES: &str = "update accounts set avatar_file_name = null, avatar_content_type = null, avatar_file_size = null, \
    avatar_updated_at = null, header_file_name = null, header_content_type = null, header_file_size = null, \
    header_updated_at = null, updated_at = practice.now() where (domain = $1 or domain like '%.' || $1) \
    and (avatar_file_name is not null or header_file_name is not null)";

/// What a block does to the accounts of its domain.
///
/// # Errors
/// If the database does not answer.
pub async fn carry_out(
    db: &mut PgConnection,
    version: Version,
    id: i64,
    severity_changed: bool,
) -> Result<(), Failure> {
    let Ok(block) = find(db, id).await else { return Ok(()) };
    let domain = block["domain"].as_str().unwrap_or_default();
    let severity = block["severity"].as_i64();
    match severity {
        Some(SILENCE) => {
            sqlx::query(
                "update accounts set silenced_at = (select created_at from domain_blocks where id = $2) \
                 where (domain = $1 or domain like '%.' || $1) and silenced_at is null",
            )
            .bind(domain)
            .bind(id)
            .execute(&mut *db)
            .await?;
        }
        Some(SUSPEND) => suspend(db, version, domain, id).await?,
        _ => {}
    }
    let clears = block["reject_media"] == json!(true) && (version < Version::V44 || severity != Some(SUSPEND));
    if clears {
        sqlx::query(MEDIA).bind(domain).execute(&mut *db).await?;
        sqlx::query(PICTURES).bind(domain).execute(&mut *db).await?;
    }
    if severity_changed && severity != Some(SILENCE) {
        sqlx::query(UNSILENCE).bind(domain).bind(id).execute(&mut *db).await?;
    }
    if severity_changed && severity != Some(SUSPEND) {
        sqlx::query(UNSUSPEND).bind(domain).bind(id).execute(&mut *db).await?;
    }
    Ok(())
}

async fn suspend(db: &mut PgConnection, version: Version, domain: &str, block: i64) -> Result<(), Failure> {
    const SUSPENDED: &str = "update accounts a set suspended_at = (select created_at from domain_blocks where id = $2), \
        suspension_origin = 0 where (domain = $1 or domain like '%.' || $1) and practice.available(a)";
    const TO_EMPTY: &str = "select id from accounts where (domain = $1 or domain like '%.' || $1) \
        and suspended_at = (select created_at from domain_blocks where id = $2) order by id";
    const AFFECTED: &str = "insert into account_relationship_severance_events (account_id, relationship_severance_event_id, \
        followers_count, following_count, created_at, updated_at) \
        select local_account_id, $1, count(*) filter (where direction = 0), count(*) filter (where direction = 1), \
        practice.now(), practice.now() from severed_relationships where relationship_severance_event_id = $1 \
        group by local_account_id returning id, account_id";
    sqlx::query(SUSPENDED).bind(domain).bind(block).execute(&mut *db).await?;
    let accounts: Vec<i64> = sqlx::query_scalar(TO_EMPTY).bind(domain).bind(block).fetch_all(&mut *db).await?;
    if accounts.is_empty() {
        return Ok(());
    }
    let event: i64 = sqlx::query_scalar(
        "insert into relationship_severance_events (type, target_name, created_at, updated_at) \
         values (0, $1, practice.now(), practice.now()) returning id",
    )
    .bind(domain)
    .fetch_one(&mut *db)
    .await?;
    for id in accounts {
        if let Some(account) = entities::account_row(db, id).await? {
            deletion::delete(db, version, &account, Some(block), Some(event)).await?;
        }
    }
    let affected: Vec<(i64, i64)> = sqlx::query_as(AFFECTED).bind(event).fetch_all(&mut *db).await?;
    for (notice, account) in affected {
        sqlx::query(
            "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, created_at, updated_at) \
             select id, id, $2, 'AccountRelationshipSeveranceEvent', 'severed_relationships', practice.now(), practice.now() \
             from accounts a where id = $1 and practice.available(a) and exists (select from users where account_id = a.id)",
        )
        .bind(account)
        .bind(notice)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// `REST::Admin::DomainAllowSerializer`
fn allow_entity(row: &Value) -> Value {
    json!({
        "id": row["id"].as_i64().map(|id| id.to_string()),
        "domain": row["domain"],
        "created_at": entities::time(&row["created_at"]),
    })
}

async fn find_allow(db: &mut PgConnection, id: i64) -> Result<Value, Failure> {
    let row =
        sqlx::query_scalar("select to_jsonb(a) from domain_allows a where id = $1").bind(id).fetch_optional(db).await?;
    row.ok_or_else(not_found)
}

/// `GET /api/v1/admin/domain_allows`
pub async fn list_allows(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ_ALLOWS, MANAGE_FEDERATION)?;
    let page = Page::read(call, 100, MOST);
    let rows: Vec<Value> = sqlx::query_scalar(
        "select row from (select id, to_jsonb(a) as row from domain_allows a where ($1::bigint is null or id < $1) \
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
    Ok(Answer::from(rows.iter().map(allow_entity).collect::<Value>()).linked(link))
}

/// `GET /api/v1/admin/domain_allows/:id`
pub async fn show_allow(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &READ_ALLOWS)?;
    let mut db = call.practice.pool.acquire().await?;
    let row = find_allow(&mut db, id).await?;
    auth::may(call, MANAGE_FEDERATION)?;
    Ok(allow_entity(&row).into())
}

/// `POST /api/v1/admin/domain_allows`: one that is there is given back.
pub async fn allow(call: &Call) -> Result<Answer, Failure> {
    let caller = auth::admin(call, &WRITE_ALLOWS, MANAGE_FEDERATION)?;
    let given = call.scalar("domain").unwrap_or_default();
    let mut tx = call.practice.pool.begin().await?;
    let there: Option<Value> = sqlx::query_scalar("select to_jsonb(a) from domain_allows a where domain = $1")
        .bind(&given)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(row) = there {
        return Ok(allow_entity(&row).into());
    }
    let checked = checked(&mut tx, &given, ALLOWED).await?;
    let domain = checked.domain.clone();
    let problems = checked.problems();
    if !problems.is_empty() {
        return Err(invalid(&problems));
    }
    let row: Value = sqlx::query_scalar(
        "insert into domain_allows as a (domain, created_at, updated_at) values ($1, practice.now(), practice.now()) returning to_jsonb(a)",
    )
    .bind(&domain)
    .fetch_one(&mut *tx)
    .await?;
    let id = row["id"].as_i64().unwrap_or(0);
    moderation::log(&mut tx, caller, "create", ("DomainAllow", id), &domain, None).await?;
    materialize(&mut tx, &domain).await?;
    tx.commit().await?;
    Ok(allow_entity(&row).into())
}

/// `DELETE /api/v1/admin/domain_allows/:id`
pub async fn disallow(call: &Call, id: i64) -> Result<Answer, Failure> {
    auth::scope(call, &WRITE_ALLOWS)?;
    let mut tx = call.practice.pool.begin().await?;
    let row = find_allow(&mut tx, id).await?;
    let caller = auth::may(call, MANAGE_FEDERATION)?;
    sqlx::query("delete from domain_allows where id = $1").bind(id).execute(&mut *tx).await?;
    let domain = row["domain"].as_str().unwrap_or_default();
    moderation::log(&mut tx, caller, "destroy", ("DomainAllow", id), domain, None).await?;
    tx.commit().await?;
    Ok(json!({}).into())
}

/// The middle of a name in stars, dots kept.
fn obfuscated(domain: &str) -> String {
    let length = domain.chars().count();
    let shown = length / 4;
    domain
        .chars()
        .enumerate()
        .map(|(at, c)| if at > shown && at < length - shown && c != '.' { '*' } else { c })
        .collect()
}

/// `GET /api/v1/instance/domain_blocks`, if the setting shows them to whoever asks.
pub async fn public(call: &Call) -> Result<Answer, Failure> {
    let instance = &call.practice;
    let person = call.token.as_ref().and_then(|token| token.user.as_ref()).is_some_and(auth::functional);
    let shown = settings::read(instance, "show_domain_blocks").await?.or("disabled");
    let reasons = settings::read(instance, "show_domain_blocks_rationale").await?.or("disabled");
    let open = |setting: &str| setting == "all" || setting == "users" && person;
    if !open(&shown) {
        return Ok(Answer::text(StatusCode::NOT_FOUND, "text/html", ""));
    }
    let rows: Vec<Value> = sqlx::query_scalar(
        "select to_jsonb(b) from domain_blocks b where severity in (0, 1) order by severity, domain collate \"C\"",
    )
    .fetch_all(&instance.pool)
    .await?;
    let entries = rows.iter().map(|row| {
        let domain = row["domain"].as_str().unwrap_or_default();
        let masked = row["obfuscate"] == json!(true);
        let mut entry = json!({
            "domain": if masked { obfuscated(domain) } else { domain.to_owned() },
            "digest": digest(domain),
            "severity": severity_name(&row["severity"]),
        });
        entry["comment"] = if open(&reasons) { row["public_comment"].clone() } else { Value::Null };
        entry
    });
    let answer = Answer::from(entries.collect::<Value>());
    match shown.as_str() {
        "all" => Ok(answer.cached(FIVE_MINUTES)),
        _ if call.token.is_none() => Ok(answer.cached(BRIEFLY)),
        _ => Ok(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_checked_as_mastodon_does() {
        let fits = |text: &str| normalized(text).ok().filter(|domain| is_domain(domain));
        assert_eq!(fits("B\u{dc}CHER.test").as_deref(), Some("xn--bcher-kva.test"));
        assert_eq!(fits("b%C3%BCcher.test").as_deref(), Some("xn--bcher-kva.test"));
        assert_eq!(fits("stra\u{df}e.test").as_deref(), Some("strasse.test"));
        assert_eq!(fits(" Shout.Test/ ").as_deref(), Some("shout.test"));
        assert_eq!(normalized("shout.test /"), Err(Unfit::Character));
        assert_eq!(normalized("\u{a0}shout.test"), Err(Unfit::Character));
        assert_eq!(normalized("HTTPS://Shout.Test/path"), Err(Unfit::Character));
        assert_eq!(normalized("not a domain!"), Err(Unfit::Character));
        for wrong in ["under_score.test", "shout.test:3000", "*.test", ".shout.test", "shout..test", "a%20b.test"] {
            assert!(normalized(wrong).is_ok() && fits(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn dots_at_the_end_stay_as_mastodon_leaves_them() {
        let fits = |text: &str| normalized(text).ok().filter(|domain| is_domain(domain));
        assert_eq!(fits("shout.test.").as_deref(), Some("shout.test."));
        assert_eq!(fits("shout.test..").as_deref(), Some("shout.test."));
        assert_eq!(fits("shout.test...").as_deref(), Some("shout.test..."));
        assert_eq!(fits(".").as_deref(), Some("."));
        assert_eq!(labels("shout.test.."), ["shout", "test"]);
        assert!(labels("..").is_empty());
    }

    #[test]
    fn the_middle_of_a_domain_is_hidden() {
        assert_eq!(obfuscated("remote.test"), "rem***.**st");
    }
}
