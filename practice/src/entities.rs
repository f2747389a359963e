//! Mastodon's entities as its API prints them (`app/serializers/rest`).

use crate::{server::Instance, version::Version};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

/// A row as JSON, by its id.
async fn row(db: &mut PgConnection, sql: &'static str, id: i64) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar(sql).bind(id).fetch_optional(db).await
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

fn id_text(value: &Value) -> Value {
    value.as_i64().map_or(Value::Null, |id| json!(id.to_string()))
}

/// A stored timestamp as the API prints it: UTC, milliseconds cut off.
pub fn time(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => {
            let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
            let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
            json!(format!("{seconds}.{millis}Z"))
        }
        None => Value::Null,
    }
}

fn midnight(value: &Value) -> Value {
    json!(format!("{}T00:00:00.000Z", text_date(value)))
}

fn text_date(value: &Value) -> &str {
    value.as_str().and_then(|text| text.get(..10)).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A local text as HTML: paragraphs and line breaks.
fn paragraphs(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let parts: Vec<String> =
        text.split("\n\n").map(|part| format!("<p>{}</p>", escape(part).replace('\n', "<br />"))).collect();
    parts.join("")
}

const ACCOUNT: &str = "select to_jsonb(a) || jsonb_build_object('stats', to_jsonb(s), 'user', to_jsonb(u), 'user_role', to_jsonb(r)) \
    from accounts a left join account_stats s on s.account_id = a.id left join users u on u.account_id = a.id \
    left join user_roles r on r.id = u.role_id where a.id = $1";

/// An account's row with its counters, login and role.
///
/// # Errors
/// If the database does not answer.
pub async fn account_row(db: &mut PgConnection, id: i64) -> sqlx::Result<Option<Value>> {
    row(db, ACCOUNT, id).await
}

/// Whether an account is suspended; the instance's own never is (`app/models/concerns/account/suspensions.rb`).
pub fn suspended(row: &Value) -> bool {
    !row["suspended_at"].is_null() && row["id"] != json!(-99)
}

/// Whether an account is suspended or, since 4.7, was deleted by its owner or by a moderator after a suspension.
pub fn unavailable(row: &Value) -> bool {
    suspended(row) || !row["requested_deletion_at"].is_null() && row["id"] != json!(-99)
}

/// `REST::AccountSerializer`
pub fn account(practice: &Instance, row: &Value) -> Value {
    let base = practice.base();
    let later = practice.version >= Version::V46;
    let local = row["domain"].is_null();
    let id = row["id"].as_i64().unwrap_or(0);
    let username = text(row, "username");
    let suspended = unavailable(row);
    // Since 4.7 a name that another server took back is kept as one that nobody can have (`Account#invalidate_username!`).
    let invalid = practice.version >= Version::V47 && username.starts_with("! ");
    let number = id.to_string();
    let (username, acct) = match row["domain"].as_str() {
        _ if invalid => (number.as_str(), format!("{id}@handle.invalid")),
        Some(domain) => (username, format!("{username}@{domain}")),
        None => (username, username.to_owned()),
    };
    let (url, uri) = if local {
        let uri = if row["id_scheme"].as_i64() == Some(1) {
            format!("{base}/ap/users/{id}")
        } else {
            format!("{base}/users/{username}")
        };
        (json!(format!("{base}/@{username}")), json!(uri))
    } else {
        (row["url"].clone(), row["uri"].clone())
    };
    let count = |key: &str| json!(row["stats"][key].as_i64().unwrap_or(0).max(0));
    let actor = text(row, "actor_type");
    let note = if suspended {
        String::new()
    } else if local {
        paragraphs(text(row, "note"))
    } else {
        text(row, "note").to_owned()
    };
    let missing = |kind: &str| json!(format!("{base}/{kind}/original/missing.png"));
    let last = match row["stats"]["last_status_at"].as_str() {
        Some(at) => json!(at.get(..10).unwrap_or_default()),
        None => Value::Null,
    };
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("id", json!(id.to_string()));
    put("username", json!(username));
    put("acct", json!(acct));
    put("display_name", if suspended { json!("") } else { row["display_name"].clone() });
    put("locked", if suspended { json!(false) } else { row["locked"].clone() });
    put("bot", json!(!suspended && matches!(actor, "Application" | "Service")));
    put("discoverable", if suspended { json!(false) } else { row["discoverable"].clone() });
    put("indexable", if suspended { json!(false) } else { row["indexable"].clone() });
    put("group", json!(actor == "Group"));
    put("created_at", midnight(&row["created_at"]));
    put("note", json!(note));
    put("url", url);
    put("uri", uri);
    put("avatar", missing("avatars"));
    put("avatar_static", missing("avatars"));
    if later {
        put("avatar_description", if suspended { json!("") } else { row["avatar_description"].clone() });
    }
    put("header", missing("headers"));
    put("header_static", missing("headers"));
    if later {
        put("header_description", if suspended { json!("") } else { row["header_description"].clone() });
    }
    put("followers_count", count("followers_count"));
    put("following_count", count("following_count"));
    put("statuses_count", count("statuses_count"));
    put("last_status_at", last);
    put("hide_collections", row["hide_collections"].clone());
    if later {
        put("show_media", row["show_media"].clone());
        put("show_media_replies", row["show_media_replies"].clone());
        put("show_featured", row["show_featured"].clone());
    }
    if suspended {
        put("suspended", json!(true));
    }
    if !row["silenced_at"].is_null() {
        put("limited", json!(true));
    }
    if row["memorial"] == json!(true) {
        put("memorial", json!(true));
    }
    if local {
        let user = &row["user"];
        let wishes: Value = serde_json::from_str(text(user, "settings")).unwrap_or_default();
        let hidden = wishes["noindex"].as_bool().unwrap_or(false);
        put("noindex", if user.is_null() { Value::Null } else { json!(hidden) });
    }
    if later {
        // Who may put them into a collection: anybody where they let themselves be found, followers where they are locked
        // (`app/models/concerns/account/interaction_policy_concern.rb`). Whether the caller follows them is not looked up.
        let found = local && row["discoverable"] == json!(true);
        let locked = row["locked"] == json!(true);
        let automatic = match (found, locked) {
            (false, _) => json!([]),
            (true, true) => json!(["followers"]),
            (true, false) => json!(["public"]),
        };
        let caller = match (local, found && !locked) {
            (false, _) => "missing",
            (true, false) => "denied",
            (true, true) => "automatic",
        };
        put("feature_approval", json!({ "automatic": automatic, "manual": [], "current_user": caller }));
    }
    if invalid {
        put("invalid_handle", json!(true));
    }
    put("emojis", json!([]));
    if local {
        let role = &row["user_role"];
        let shown = if !suspended && role["highlighted"] == json!(true) {
            json!([{ "id": id_text(&role["id"]), "name": role["name"], "color": role["color"] }])
        } else {
            json!([])
        };
        put("roles", shown);
    }
    put("fields", if suspended { json!([]) } else { fields(row) });
    Value::Object(out)
}

/// The fields of a profile.
pub fn fields(row: &Value) -> Value {
    match row["fields"].as_array() {
        Some(fields) => fields
            .iter()
            .map(|field| json!({ "name": field["name"], "value": field["value"], "verified_at": field["verified_at"] }))
            .collect(),
        None => json!([]),
    }
}

/// `REST::RoleSerializer`: the effective mask.
pub fn role(practice: &Instance, own: &Value, everyone: &Value) -> Value {
    let everyone_mask = everyone["permissions"].as_i64().unwrap_or(0);
    let shown = if own.is_null() { everyone } else { own };
    let mask = crate::auth::effective(practice.version, own["permissions"].as_i64(), everyone_mask);
    let mut out = json!({
        "id": id_text(&shown["id"]),
        "name": shown["name"],
        "permissions": mask.to_string(),
        "color": shown["color"],
        "highlighted": shown["highlighted"],
    });
    if practice.version >= Version::V46 {
        out["collection_limit"] = shown["collection_limit"].clone();
    }
    out
}

/// The role everybody has.
///
/// # Errors
/// If the database does not answer.
pub async fn everyone(db: &mut PgConnection) -> sqlx::Result<Value> {
    let found = row(db, "select to_jsonb(r) from user_roles r where r.id = $1", -99).await?;
    Ok(found.unwrap_or(Value::Null))
}

/// `REST::Admin::AccountSerializer`
///
/// # Errors
/// If the database does not answer.
pub async fn admin_account(db: &mut PgConnection, practice: &Instance, id: i64) -> sqlx::Result<Option<Value>> {
    let Some(found) = account_row(db, id).await? else { return Ok(None) };
    let everyone = everyone(db).await?;
    let user = &found["user"];
    let has_login = !user.is_null();
    let ips: Vec<Value> = if has_login {
        sqlx::query_scalar(
            "select jsonb_build_object('ip', host(ip), 'used_at', used_at) from user_ips where user_id = $1 order by used_at desc",
        )
        .bind(user["id"].as_i64())
        .fetch_all(&mut *db)
        .await?
    } else {
        Vec::new()
    };
    let ips: Vec<Value> = ips
        .iter()
        .filter(|ip| !ip["ip"].is_null())
        .map(|ip| json!({ "ip": ip["ip"], "used_at": time(&ip["used_at"]) }))
        .collect();
    let reason: Option<Option<String>> =
        sqlx::query_scalar("select text from user_invite_requests where user_id = $1 order by id limit 1")
            .bind(user["id"].as_i64())
            .fetch_optional(&mut *db)
            .await?;
    let of_user = |key: &str| if has_login { user[key].clone() } else { Value::Null };
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("id", json!(id.to_string()));
    put("username", found["username"].clone());
    put("domain", found["domain"].clone());
    put("created_at", time(&found["created_at"]));
    put("email", of_user("email"));
    put("ip", ips.first().map_or(Value::Null, |ip| ip["ip"].clone()));
    put("confirmed", if has_login { json!(!user["confirmed_at"].is_null()) } else { Value::Null });
    put("suspended", json!(suspended(&found)));
    put("silenced", json!(!found["silenced_at"].is_null()));
    put("sensitized", json!(!found["sensitized_at"].is_null()));
    put("disabled", of_user("disabled"));
    put("approved", of_user("approved"));
    put("locale", of_user("locale"));
    put("invite_request", json!(reason.flatten()));
    if !user["created_by_application_id"].is_null() {
        put("created_by_application_id", id_text(&user["created_by_application_id"]));
    }
    if let Some(invite) = user["invite_id"].as_i64() {
        let inviter: Option<i64> =
            sqlx::query_scalar("select u.account_id from invites i join users u on u.id = i.user_id where i.id = $1")
                .bind(invite)
                .fetch_optional(&mut *db)
                .await?;
        put("invited_by_account_id", inviter.map_or(Value::Null, |id| json!(id.to_string())));
    }
    put("ips", if has_login { json!(ips) } else { Value::Null });
    put("account", account(practice, &found));
    put("role", if has_login { role(practice, &found["user_role"], &everyone) } else { Value::Null });
    Ok(Some(Value::Object(out)))
}

const STATUS: &str = "select to_jsonb(s) || jsonb_build_object('stats', to_jsonb(c)) from statuses s \
    left join status_stats c on c.status_id = s.id where s.id = any($1) order by s.id desc";

/// `REST::StatusSerializer` for a report's posts, deleted ones too, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn statuses(db: &mut PgConnection, practice: &Instance, ids: &[i64]) -> sqlx::Result<Value> {
    let rows: Vec<Value> = sqlx::query_scalar(STATUS).bind(ids).fetch_all(&mut *db).await?;
    let mut out = Vec::new();
    for status in rows {
        out.push(one_status(db, practice, &status).await?);
    }
    Ok(json!(out))
}

async fn one_status(db: &mut PgConnection, practice: &Instance, status: &Value) -> sqlx::Result<Value> {
    let base = practice.base();
    let id = status["id"].as_i64().unwrap_or(0);
    let author = account_row(db, status["account_id"].as_i64().unwrap_or(0)).await?.unwrap_or(Value::Null);
    let local = author["domain"].is_null();
    let visibility = match status["visibility"].as_i64() {
        Some(0) => "public",
        Some(1) => "unlisted",
        Some(2 | 4) => "private",
        _ => "direct",
    };
    let count = |key: &str| json!(status["stats"][key].as_i64().unwrap_or(0).max(0));
    let media: Vec<Value> =
        sqlx::query_scalar("select to_jsonb(m) from media_attachments m where m.status_id = $1 order by m.id")
            .bind(id)
            .fetch_all(&mut *db)
            .await?;
    let content = if local { paragraphs(text(status, "text")) } else { text(status, "text").to_owned() };
    let url = if local { json!(format!("{base}/@{}/{id}", text(&author, "username"))) } else { status["url"].clone() };
    let mut out = json!({
        "id": id.to_string(),
        "created_at": time(&status["created_at"]),
        "in_reply_to_id": id_text(&status["in_reply_to_id"]),
        "in_reply_to_account_id": id_text(&status["in_reply_to_account_id"]),
        "sensitive": status["sensitive"] == json!(true) || !author["sensitized_at"].is_null(),
        "spoiler_text": status["spoiler_text"],
        "visibility": visibility,
        "language": status["language"],
        "uri": status["uri"],
        "url": url,
        "replies_count": count("replies_count"),
        "reblogs_count": count("reblogs_count"),
        "favourites_count": count("favourites_count"),
        "edited_at": time(&status["edited_at"]),
        "favourited": false,
        "reblogged": false,
        "muted": false,
        "bookmarked": false,
        "content": content,
        "filtered": [],
        "reblog": null,
        "account": account(practice, &author),
        "media_attachments": media.iter().map(|media| attachment(practice, media)).collect::<Vec<_>>(),
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": null,
        "poll": null,
    });
    if practice.version >= Version::V44 {
        out["quote"] = Value::Null;
    }
    if practice.version >= Version::V46 {
        out["tagged_collections"] = json!([]);
    }
    if practice.version >= Version::V45 {
        out["quotes_count"] = count("quotes_count");
        out["quote_approval"] = json!({ "automatic": [], "manual": [], "current_user": "denied" });
    }
    if local {
        out["application"] = Value::Null;
    }
    Ok(out)
}

fn attachment(practice: &Instance, media: &Value) -> Value {
    let base = practice.base();
    let id = media["id"].as_i64().unwrap_or(0);
    let kind = match media["type"].as_i64() {
        Some(0) => "image",
        Some(1) => "gifv",
        Some(2) => "video",
        Some(4) => "audio",
        _ => "unknown",
    };
    let (url, preview) = match media["file_file_name"].as_str() {
        Some(name) => {
            let cache = if media["remote_url"] == "" { "" } else { "cache/" };
            let folder = format!("{base}/system/{cache}media_attachments/files/{}", in_threes(id));
            (format!("{folder}/original/{name}"), format!("{folder}/small/{name}"))
        }
        None => (format!("{base}/media_proxy/{id}/original"), format!("{base}/media_proxy/{id}/small")),
    };
    json!({
        "id": id.to_string(),
        "type": kind,
        "url": url,
        "preview_url": preview,
        "remote_url": media["remote_url"].as_str().filter(|text| !text.is_empty()),
        "preview_remote_url": null,
        "text_url": null,
        "meta": media["file_meta"],
        "description": media["description"],
        "blurhash": media["blurhash"],
    })
}

/// An id in groups of three digits, as files are laid out (`config/initializers/paperclip.rb`).
pub fn in_threes(id: i64) -> String {
    let digits = format!("{id:09}");
    let head = digits.len() % 3;
    let mut parts = Vec::new();
    if head > 0 {
        parts.push(digits[..head].to_owned());
    }
    parts.extend((head..digits.len()).step_by(3).map(|at| digits[at..at + 3].to_owned()));
    parts.join("/")
}

/// `REST::Admin::ReportSerializer`
///
/// # Errors
/// If the database does not answer.
pub async fn report(db: &mut PgConnection, practice: &Instance, id: i64) -> sqlx::Result<Option<Value>> {
    let Some(report) = row(db, "select to_jsonb(r) from reports r where r.id = $1", id).await? else { return Ok(None) };
    let ids = |key: &str| -> Vec<i64> {
        report[key].as_array().map(|items| items.iter().filter_map(Value::as_i64).collect()).unwrap_or_default()
    };
    let category = match report["category"].as_i64() {
        Some(1000) => "spam",
        Some(1500) => "legal",
        Some(2000) => "violation",
        _ => "other",
    };
    let rules = rules(db, practice.version, Some(&ids("rule_ids"))).await?;
    let mut people = Vec::new();
    for key in ["account_id", "target_account_id", "assigned_account_id", "action_taken_by_account_id"] {
        people.push(match report[key].as_i64() {
            Some(account) => admin_account(db, practice, account).await?.unwrap_or(Value::Null),
            None => Value::Null,
        });
    }
    let statuses = statuses(db, practice, &ids("status_ids")).await?;
    let mut people = people.into_iter();
    let mut next = || people.next().unwrap_or(Value::Null);
    Ok(Some(json!({
        "id": id.to_string(),
        "action_taken": !report["action_taken_at"].is_null(),
        "action_taken_at": time(&report["action_taken_at"]),
        "category": category,
        "comment": report["comment"],
        "forwarded": report["forwarded"],
        "created_at": time(&report["created_at"]),
        "updated_at": time(&report["updated_at"]),
        "account": next(),
        "target_account": next(),
        "assigned_account": next(),
        "action_taken_by_account": next(),
        "statuses": statuses,
        "rules": rules,
    })))
}

/// `REST::RuleSerializer`: named ones, removed ones among them, or those in force.
///
/// # Errors
/// If the database does not answer.
pub async fn rules(db: &mut PgConnection, version: Version, named: Option<&[i64]>) -> sqlx::Result<Value> {
    const TRANSLATED: &str = "select jsonb_build_object('id', r.id::text, 'text', r.text, 'hint', r.hint, 'translations', \
        coalesce((select jsonb_object_agg(t.language, jsonb_build_object('text', t.text, 'hint', t.hint)) \
        from rule_translations t where t.rule_id = r.id), '{}')) from rules r \
        where case when $1::bigint[] is null then r.deleted_at is null else r.id = any($1) end \
        order by case when $1 is null then r.priority end, r.id";
    const PLAIN: &str = "select jsonb_build_object('id', r.id::text, 'text', r.text, 'hint', r.hint) from rules r \
        where case when $1::bigint[] is null then r.deleted_at is null else r.id = any($1) end \
        order by case when $1 is null then r.priority end, r.id";
    let sql = if version >= Version::V44 { TRANSLATED } else { PLAIN };
    let rules: Vec<Value> = sqlx::query_scalar(sql).bind(named).fetch_all(db).await?;
    Ok(json!(rules))
}

/// `REST::ReportSerializer`: what the reporter gets.
///
/// # Errors
/// If the database does not answer.
pub async fn own_report(db: &mut PgConnection, practice: &Instance, id: i64) -> sqlx::Result<Option<Value>> {
    let Some(found) = report(db, practice, id).await? else { return Ok(None) };
    let row = row(db, "select to_jsonb(r) from reports r where r.id = $1", id).await?.unwrap_or(Value::Null);
    let texts = |key: &str| match row[key].as_array() {
        Some(ids) => ids.iter().map(id_text).collect(),
        None => Value::Null,
    };
    let mut out = json!({});
    for key in ["id", "action_taken", "action_taken_at", "category", "comment", "forwarded", "created_at"] {
        out[key] = found[key].clone();
    }
    out["status_ids"] = texts("status_ids");
    out["rule_ids"] = texts("rule_ids");
    if practice.version >= Version::V46 {
        out["collection_ids"] = json!([]);
    }
    out["target_account"] = found["target_account"]["account"].clone();
    Ok(Some(out))
}
