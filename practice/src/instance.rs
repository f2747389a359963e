//! What the instance says of itself (`app/serializers/rest/instance_serializer.rb`, `app/presenters/instance_presenter.rb`).

use crate::{
    activity, entities,
    server::{Answer, Call, FIVE_MINUTES, Failure, Instance},
    settings,
    version::Version,
    webhooks,
};
use axum::http::HeaderName;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::future::Future;

const BODY_SECONDS: u64 = 180;
const NODEINFO_SECONDS: u64 = 1_800;
const WEEK: i32 = 7;

/// A body from the cache, or made and kept there for its time, whatever changes meanwhile.
async fn kept<F>(instance: &Instance, key: &str, seconds: u64, make: F) -> Result<Value, Failure>
where
    F: Future<Output = Result<Value, Failure>>,
{
    let Some(cache) = &instance.cache else { return make.await };
    if let Some(text) = cache.text(key).await
        && let Ok(body) = serde_json::from_str(&text)
    {
        return Ok(body);
    }
    let body = make.await?;
    cache.keep(key, &body.to_string(), seconds).await;
    Ok(body)
}

/// `GET /api/v1/instance/rules`
pub async fn rules(call: &Call) -> Result<Answer, Failure> {
    let mut db = call.practice.pool.acquire().await?;
    let rules = entities::rules(&mut db, call.practice.version, None).await?;
    Ok(Answer::from(rules).cached(FIVE_MINUTES))
}

/// The settings that both instance answers show. A setting that is nil counts as neither closed nor asking for approval.
struct Facts {
    mode: String,
    closed_message: String,
    title: String,
    description: String,
    email: String,
    contact: Value,
    rules: Value,
}

async fn facts(instance: &Instance) -> Result<Facts, Failure> {
    let mode = settings::read(instance, "registrations_mode").await?.or("none");
    let closed_message = settings::read(instance, "closed_registrations_message").await?.or("");
    let title = settings::read(instance, "site_title").await?.or("Mastodon");
    let description = settings::read(instance, "site_short_description").await?.or("");
    let email = settings::read(instance, "site_contact_email").await?.or("");
    let username = settings::read(instance, "site_contact_username").await?.or("");
    let mut db = instance.pool.acquire().await?;
    let contact: Option<i64> =
        sqlx::query_scalar("select id from accounts where lower(username) = lower($1) and domain is null and $1 <> ''")
            .bind(username.trim().trim_start_matches('@').split('@').next())
            .fetch_optional(&mut *db)
            .await?;
    let contact = match contact {
        Some(id) => {
            let row = entities::account_row(&mut db, id).await?;
            let mut account = row.map_or(Value::Null, |row| entities::account(instance, &row));
            // One answer for everybody.
            webhooks::as_nobody_sees(&mut account);
            account
        }
        None => Value::Null,
    };
    let rules = entities::rules(&mut db, instance.version, None).await?;
    Ok(Facts { mode, closed_message, title, description, email, contact, rules })
}

/// The answer of a fresh site, with this one's addresses.
fn template(instance: &Instance) -> Result<Value, Failure> {
    let text = instance.version.instance().replace("https://mastodon.test", &instance.base());
    let mut body: Value = serde_json::from_str(&text).map_err(|_| Failure::Broken)?;
    if instance.version == Version::V44 {
        body["version"] = json!(instance.version.number());
        body["api_versions"]["mastodon"] = json!(6);
        if let Some(configuration) = body["configuration"].as_object_mut() {
            configuration.remove("timelines_access");
        }
    }
    Ok(body)
}

async fn body(instance: &Instance) -> Result<Value, Failure> {
    let facts = facts(instance).await?;
    let mut body = template(instance)?;
    body["domain"] = json!(instance.domain);
    body["title"] = json!(facts.title);
    body["description"] = json!(facts.description);
    body["usage"]["users"]["active_month"] = json!(active_users(instance, 4).await?);
    body["configuration"]["urls"]["streaming"] = json!(format!("wss://{}", instance.domain));
    body["contact"] = json!({ "email": facts.email, "account": facts.contact });
    body["rules"] = facts.rules;
    let approval = facts.mode == "approved";
    let registrations = &mut body["registrations"];
    registrations["enabled"] = json!(facts.mode != "none");
    registrations["approval_required"] = json!(approval);
    registrations["message"] = match facts.mode == "none" && !facts.closed_message.is_empty() {
        true => json!(format!("<p>{}</p>\n", facts.closed_message)),
        false => Value::Null,
    };
    if instance.version >= Version::V44 {
        let asks = settings::read(instance, "require_invite_text").await?.or("false") == "true";
        let age = settings::read(instance, "min_age").await?.or("");
        registrations["reason_required"] = json!(approval && asks);
        registrations["min_age"] = json!(age.parse::<i64>().ok());
    }
    Ok(body)
}

/// `GET /api/v2/instance`
pub async fn show(call: &Call) -> Result<Answer, Failure> {
    let instance = &call.practice;
    let key = format!("cache:api/v2/instances/show:{}", instance.version.presenter());
    let body = kept(instance, &key, BODY_SECONDS, body(instance)).await?;
    Ok(Answer::from(body).cached(FIVE_MINUTES))
}

async fn body_v1(instance: &Instance) -> Result<Value, Failure> {
    let facts = facts(instance).await?;
    let template = template(instance)?;
    let everyone: i64 = sqlx::query_scalar("select coalesce(max(permissions), 0) from user_roles where id = -99")
        .fetch_one(&instance.pool)
        .await?;
    let configuration = &template["configuration"];
    let media = &configuration["media_attachments"];
    let of_media = [
        "supported_mime_types",
        "image_size_limit",
        "image_matrix_limit",
        "video_size_limit",
        "video_frame_rate_limit",
        "video_matrix_limit",
    ];
    let media: serde_json::Map<String, Value> =
        of_media.into_iter().map(|key| (key.to_owned(), media[key].clone())).collect();
    Ok(json!({
        "uri": instance.domain,
        "title": facts.title,
        "short_description": facts.description,
        "description": settings::read(instance, "site_description").await?.or(""),
        "email": facts.email,
        "version": instance.version.number(),
        "urls": { "streaming_api": format!("wss://{}", instance.domain) },
        "stats": {
            "user_count": users(instance).await?,
            "status_count": posts(instance).await?,
            "domain_count": sqlx::query_scalar::<_, i64>("select count(*) from instances").fetch_one(&instance.pool).await?,
        },
        "thumbnail": template["thumbnail"]["url"],
        "languages": template["languages"],
        "registrations": facts.mode != "none",
        "approval_required": facts.mode == "approved",
        "invites_enabled": everyone & crate::auth::INVITE_USERS != 0,
        "configuration": {
            "accounts": { "max_featured_tags": configuration["accounts"]["max_featured_tags"] },
            "statuses": configuration["statuses"],
            "media_attachments": media,
            "polls": configuration["polls"],
        },
        "contact_account": facts.contact,
        "rules": facts.rules,
    }))
}

/// `GET /api/v1/instance`
pub async fn show_v1(call: &Call) -> Result<Answer, Failure> {
    let instance = &call.practice;
    let key = format!("cache:api/v1/instances/show:{}", instance.version.presenter());
    let body = kept(instance, &key, BODY_SECONDS, body_v1(instance)).await?;
    let answer = Answer::from(body).cached(FIVE_MINUTES);
    Ok(match instance.version {
        Version::V43 => answer,
        _ => answer.with(HeaderName::from_static("deprecation"), "@1668384000"),
    })
}

async fn users(instance: &Instance) -> Result<i64, Failure> {
    let count = sqlx::query_scalar(
        "select count(*) from users u join accounts a on a.id = u.account_id where u.confirmed_at is not null and practice.available(a)",
    );
    Ok(count.fetch_one(&instance.pool).await?)
}

async fn posts(instance: &Instance) -> Result<i64, Failure> {
    let count = sqlx::query_scalar(
        "select coalesce(sum(s.statuses_count), 0)::bigint from accounts a join account_stats s on s.account_id = a.id where a.domain is null",
    );
    Ok(count.fetch_one(&instance.pool).await?)
}

/// Today does not count yet.
async fn active_users(instance: &Instance, weeks: i32) -> Result<i64, Failure> {
    Ok(activity::count(&instance.pool, activity::LOGINS, weeks * WEEK, 0).await?)
}

async fn nodeinfo_body(instance: &Instance) -> Result<Value, Failure> {
    let facts = facts(instance).await?;
    Ok(json!({
        "version": "2.0",
        "software": { "name": "mastodon", "version": instance.version.number() },
        "protocols": ["activitypub"],
        "services": { "outbound": [], "inbound": [] },
        "usage": {
            "users": {
                "total": users(instance).await?,
                "activeMonth": active_users(instance, 4).await?,
                "activeHalfyear": active_users(instance, 24).await?,
            },
            "localPosts": posts(instance).await?,
        },
        "openRegistrations": facts.mode != "none",
        "metadata": { "nodeName": facts.title, "nodeDescription": facts.description },
    }))
}

/// `GET /nodeinfo/2.0`
pub async fn nodeinfo(call: &Call) -> Result<Answer, Failure> {
    let instance = &call.practice;
    let body = kept(instance, "cache:well_known/node_info/show", NODEINFO_SECONDS, nodeinfo_body(instance)).await?;
    Ok(Answer::from(body).cached("max-age=1800, public"))
}

/// `GET /.well-known/nodeinfo`
pub fn well_known_nodeinfo(call: &Call) -> Answer {
    let body = json!({ "links": [{
        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
        "href": format!("{}/nodeinfo/2.0", call.practice.base()),
    }] });
    Answer::from(body).cached("max-age=259200, public")
}

/// `GET /api/v1/instance/activity`: twelve weeks; each one's six days from the same hour so many weeks ago.
pub async fn activity(call: &Call) -> Result<Answer, Failure> {
    let pool = &call.practice.pool;
    let now = Timestamp::now().as_second();
    let mut weeks = Vec::new();
    for number in 0..12 {
        let first = number * WEEK;
        weeks.push(json!({
            "week": (now - i64::from(first) * 86_400).to_string(),
            "statuses": "0",
            "logins": activity::count(pool, activity::LOGINS, first, first - 6).await?.to_string(),
            "registrations": activity::count(pool, activity::REGISTRATIONS, first, first - 6).await?.to_string(),
        }));
    }
    Ok(Answer::from(json!(weeks)).cached(FIVE_MINUTES))
}
