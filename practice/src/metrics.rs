//! Measures, dimensions and retention (`app/lib/admin/metrics`).
//!
//! A day is counted by the times in the rows. Mastodon counts some by the time in an id, which is the same where rows were
//! not moved in time. The last day of a period that ended yesterday is still open: it takes in what happened since, so that a
//! community that was moved by whole days (as replays do) keeps its last day in one piece when midnight falls into it.

use crate::{
    activity,
    auth::{self, VIEW_DASHBOARD},
    server::{Answer, Call, Failure, Instance, not_found, required, to_i},
    version::Version,
};
use axum::http::StatusCode;
use jiff::{Span, civil::Date};
use serde_json::{Map, Value, json};

const READ: [&str; 1] = ["admin:read"];

/// From a day to a day, both included.
#[derive(Clone, Copy)]
struct Period {
    start: Date,
    end: Date,
}

fn date(text: &str) -> Result<Date, Failure> {
    let invalid = || Failure::Said(StatusCode::UNPROCESSABLE_ENTITY, "Invalid date supplied".into());
    text.get(..10).and_then(|text| text.parse().ok()).ok_or_else(invalid)
}

impl Period {
    /// 4.6 demands both days and cuts what is too long; 4.3 fails later without them.
    fn read(call: &Call, longest: Span) -> Result<Option<Self>, Failure> {
        if !call.since(Version::V44) {
            let days = call.present("start_at").zip(call.present("end_at"));
            return days.map(|(start, end)| Ok(Self { start: date(&start)?, end: date(&end)? })).transpose();
        }
        let (start, end) = (required(call, "start_at")?, required(call, "end_at")?);
        let end = date(&end)?;
        let first = end.checked_sub(longest).map_err(|_| Failure::Broken)?;
        Ok(Some(Self { start: date(&start)?.max(first), end }))
    }

    fn days(self) -> Span {
        self.end - self.start
    }

    /// As long a period before this one.
    fn previous(self) -> Result<Self, Failure> {
        let moved = |date: Date| date.checked_sub(self.days()).map_err(|_| Failure::Broken);
        Ok(Self { start: moved(self.start)?, end: moved(self.end)? })
    }
}

/// Counts per day: `since` and `until` are the day's bounds.
macro_rules! daily {
    ($count:literal) => {
        concat!(
            "select to_char(since, 'YYYY-MM-DD'), (",
            $count,
            ")::bigint from (select d as since, case when d = $2::timestamp and d + interval '1 day' = date_trunc('day', practice.now()) \
             then d + interval '2 days' else d + interval '1 day' end as until \
             from generate_series($1::timestamp, $2::timestamp, interval '1 day') d) axis order by since"
        )
    };
}

/// How a measure is counted.
struct Counted {
    /// Per day; $3 is the domain, $4 whether subdomains count.
    daily: &'static str,
    total: &'static str,
}

/// Measures of the site within a period; totals take midnight to midnight.
fn of_site(version: Version, key: &str) -> Option<Counted> {
    Some(match key {
        "new_users" => Counted {
            daily: match version {
                Version::V43 => {
                    daily!("select count(*) from users u where u.created_at >= since and u.created_at < until")
                }
                _ => daily!(
                    "select count(*) from users u join accounts a on a.id = u.account_id where a.created_at >= since and a.created_at < until"
                ),
            },
            total: "select count(*) from users where created_at between $1::timestamp and $2::timestamp",
        },
        "opened_reports" => Counted {
            daily: daily!("select count(*) from reports r where r.created_at >= since and r.created_at < until"),
            total: "select count(*) from reports where created_at between $1::timestamp and $2::timestamp",
        },
        "resolved_reports" => Counted {
            daily: daily!(
                "select count(*) from reports r where r.action_taken_at >= since and r.action_taken_at < until"
            ),
            total: "select count(*) from reports where action_taken_at between $1::timestamp and $2::timestamp",
        },
        _ => return None,
    })
}

/// Measures of a server: totals are of all time.
fn of_server(key: &str) -> Option<Counted> {
    Some(match key {
        "instance_accounts" => Counted {
            daily: daily!(
                "select count(*) from accounts a where (a.domain = $3 or $4 and a.domain like '%.' || $3) \
                 and a.created_at >= since and a.created_at < until"
            ),
            total: "select count(*) from accounts a where a.domain = $1 or $2 and a.domain like '%.' || $1",
        },
        "instance_media_attachments" => Counted {
            daily: daily!(
                "select coalesce(sum(coalesce(m.file_file_size, 0) + coalesce(m.thumbnail_file_size, 0)), 0) \
                 from media_attachments m join accounts a on a.id = m.account_id where (a.domain = $3 or $4 and a.domain like '%.' || $3) \
                 and m.created_at >= since and m.created_at < until"
            ),
            total: "select coalesce(sum(coalesce(m.file_file_size, 0) + coalesce(m.thumbnail_file_size, 0)), 0)::bigint \
                from media_attachments m join accounts a on a.id = m.account_id where a.domain = $1 or $2 and a.domain like '%.' || $1",
        },
        "instance_reports" => Counted {
            daily: daily!(
                "select count(*) from reports r join accounts a on a.id = r.target_account_id \
                 where (a.domain = $3 or $4 and a.domain like '%.' || $3) and r.created_at >= since and r.created_at < until"
            ),
            total: "select count(*) from reports r join accounts a on a.id = r.target_account_id \
                where a.domain = $1 or $2 and a.domain like '%.' || $1",
        },
        "instance_statuses" => Counted {
            daily: daily!(
                "select count(*) from statuses s join accounts a on a.id = s.account_id \
                 where (a.domain = $3 or $4 and a.domain like '%.' || $3) and s.created_at >= since and s.created_at < until"
            ),
            total: "select count(*) from statuses s join accounts a on a.id = s.account_id \
                where s.deleted_at is null and (a.domain = $1 or $2 and a.domain like '%.' || $1)",
        },
        "instance_follows" => Counted {
            daily: daily!(
                "select count(*) from follows f join accounts a on a.id = f.target_account_id \
                 where (a.domain = $3 or $4 and a.domain like '%.' || $3) and f.created_at >= since and f.created_at < until"
            ),
            total: "select count(*) from follows f join accounts a on a.id = f.target_account_id \
                where a.domain = $1 or $2 and a.domain like '%.' || $1",
        },
        "instance_followers" => Counted {
            daily: daily!(
                "select count(*) from follows f join accounts a on a.id = f.account_id \
                 where (a.domain = $3 or $4 and a.domain like '%.' || $3) and f.created_at >= since and f.created_at < until"
            ),
            total: "select count(*) from follows f join accounts a on a.id = f.account_id \
                where a.domain = $1 or $2 and a.domain like '%.' || $1",
        },
        _ => return None,
    })
}

/// A number of bytes in words (`number_to_human_size`): three digits that count.
fn human_size(bytes: i64) -> String {
    if bytes < 1024 {
        return format!("{bytes} {}", if bytes == 1 { "Byte" } else { "Bytes" });
    }
    let mut size = bytes as f64;
    let mut unit = "";
    for name in ["KB", "MB", "GB", "TB", "PB"] {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        unit = name;
    }
    let digits = if size < 10.0 { 2 } else { usize::from(size < 100.0) };
    let text = format!("{size:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {unit}")
}

/// `POST /api/v1/admin/measures`
pub async fn measures(call: &Call) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    if call.since(Version::V44) && call.texts("keys").is_empty() {
        return Err(Failure::Said(StatusCode::BAD_REQUEST, call.practice.version.missing("keys")));
    }
    let period = Period::read(call, Span::new().years(2))?;
    for key in call.texts("keys") {
        let with_parameters = of_server(&key).is_some() || key.starts_with("tag_");
        if with_parameters && !call.params.get(&key).is_some_and(|value| value.is_object()) {
            return Err(Failure::Said(StatusCode::BAD_REQUEST, call.practice.version.missing(&key)));
        }
    }
    auth::may(call, VIEW_DASHBOARD)?;
    let period = period.ok_or(Failure::Broken)?;
    let mut out = Vec::new();
    for key in call.texts("keys") {
        out.extend(measure(call, &key, period).await?);
    }
    Ok(json!(out).into())
}

async fn measure(call: &Call, key: &str, period: Period) -> Result<Option<Value>, Failure> {
    let instance = &call.practice;
    if let Some(counted) = of_site(instance.version, key) {
        let data: Vec<(String, i64)> = sqlx::query_as(counted.daily)
            .bind(period.start.to_string())
            .bind(period.end.to_string())
            .bind(None::<String>)
            .fetch_all(&instance.pool)
            .await?;
        let mut totals = Vec::new();
        for period in [period, period.previous()?] {
            let total: i64 = sqlx::query_scalar(counted.total)
                .bind(period.start.to_string())
                .bind(period.end.to_string())
                .fetch_one(&instance.pool)
                .await?;
            totals.push(total);
        }
        return Ok(Some(json!({
            "key": key,
            "unit": null,
            "total": totals[0].to_string(),
            "previous_total": totals[1].to_string(),
            "data": days(&data, ""),
        })));
    }
    let parameters = call.params.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(counted) = of_server(key) {
        return of_domain(instance, key, &counted, &parameters, period).await.map(Some);
    }
    match key {
        "active_users" | "interactions" => tracked(instance, key, period).await.map(Some),
        "tag_accounts" | "tag_uses" | "tag_servers" => of_tag(instance, key, &parameters, period).await.map(Some),
        _ => Ok(None),
    }
}

fn days(data: &[(String, i64)], clock: &str) -> Value {
    data.iter().map(|(date, value)| json!({ "date": format!("{date}{clock}"), "value": value.to_string() })).collect()
}

async fn of_domain(
    instance: &Instance,
    key: &str,
    counted: &Counted,
    parameters: &Map<String, Value>,
    period: Period,
) -> Result<Value, Failure> {
    let domain = parameters.get("domain").and_then(Value::as_str);
    let subdomains =
        parameters.get("include_subdomains").is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
    let data: Vec<(String, i64)> = sqlx::query_as(counted.daily)
        .bind(period.start.to_string())
        .bind(period.end.to_string())
        .bind(domain)
        .bind(subdomains)
        .fetch_all(&instance.pool)
        .await?;
    let total: i64 = sqlx::query_scalar(counted.total).bind(domain).bind(subdomains).fetch_one(&instance.pool).await?;
    let media = key == "instance_media_attachments";
    let mut out = json!({ "key": key, "unit": media.then_some("bytes"), "total": total.to_string() });
    if media {
        out["human_value"] = json!(human_size(total));
    }
    out["data"] = days(&data, "");
    Ok(out)
}

/// What Mastodon counts in Redis: people who were here; favourites and replies are not made on a practice instance.
async fn tracked(instance: &Instance, key: &str, period: Period) -> Result<Value, Failure> {
    const DAILY: &str = daily!(
        "select count(distinct user_id) from practice.activity where kind = $3 and day >= since and day < until"
    );
    // The last day is not in the sum.
    const TOTAL: &str =
        "select count(distinct user_id) from practice.activity where kind = $3 and day >= $1::date and day < $2::date";
    let kind = if key == "active_users" { activity::LOGINS } else { "interactions" };
    let data: Vec<(String, i64)> = sqlx::query_as(DAILY)
        .bind(period.start.to_string())
        .bind(period.end.to_string())
        .bind(kind)
        .fetch_all(&instance.pool)
        .await?;
    let mut totals = Vec::new();
    for period in [period, period.previous()?] {
        let total: i64 = sqlx::query_scalar(TOTAL)
            .bind(period.start.to_string())
            .bind(period.end.to_string())
            .bind(kind)
            .fetch_one(&instance.pool)
            .await?;
        totals.push(total);
    }
    Ok(json!({
        "key": key,
        "unit": null,
        "total": totals[0].to_string(),
        "previous_total": totals[1].to_string(),
        "data": days(&data, "T00:00:00Z"),
    }))
}

/// What is counted of a tag; $3 is its id. Mastodon counts who used it in Redis, as they post in public
/// (`app/models/trends/tags.rb`): here it is read from the posts, so that one that goes later is not counted any more.
fn counted_of_tag(key: &str) -> Counted {
    match key {
        "tag_servers" => Counted {
            daily: daily!(
                "select count(distinct coalesce(a.domain, '')) from statuses s join accounts a on a.id = s.account_id \
                 join statuses_tags t on t.status_id = s.id where t.tag_id = $3 and s.created_at >= since and s.created_at < until"
            ),
            total: "select count(distinct a.domain) from statuses s join accounts a on a.id = s.account_id \
                join statuses_tags t on t.status_id = s.id where t.tag_id = $3 and s.deleted_at is null \
                and s.created_at between $1::timestamp and $2::timestamp",
        },
        "tag_accounts" => Counted {
            daily: daily!(
                "select count(distinct s.account_id) from statuses s join statuses_tags t on t.status_id = s.id where t.tag_id = $3 \
                 and s.visibility = 0 and s.reblog_of_id is null and s.created_at >= since and s.created_at < until"
            ),
            total: "select count(distinct s.account_id) from statuses s join statuses_tags t on t.status_id = s.id \
                where t.tag_id = $3 and s.visibility = 0 and s.reblog_of_id is null \
                and s.created_at >= $1::timestamp and s.created_at < $2::timestamp + interval '1 day'",
        },
        _ => Counted {
            daily: daily!(
                "select count(*) from statuses s join statuses_tags t on t.status_id = s.id where t.tag_id = $3 \
                 and s.visibility = 0 and s.reblog_of_id is null and s.created_at >= since and s.created_at < until"
            ),
            total: "select count(*) from statuses s join statuses_tags t on t.status_id = s.id \
                where t.tag_id = $3 and s.visibility = 0 and s.reblog_of_id is null \
                and s.created_at >= $1::timestamp and s.created_at < $2::timestamp + interval '1 day'",
        },
    }
}

/// A tag's uses, who used it, and the servers whose posts carry it.
async fn of_tag(
    instance: &Instance,
    key: &str,
    parameters: &Map<String, Value>,
    period: Period,
) -> Result<Value, Failure> {
    let id = parameters.get("id").map_or(0, |id| to_i(id.as_str().unwrap_or(&id.to_string())));
    let known: bool =
        sqlx::query_scalar("select exists (select from tags where id = $1)").bind(id).fetch_one(&instance.pool).await?;
    if !known {
        return Err(not_found());
    }
    let counted = counted_of_tag(key);
    let data: Vec<(String, i64)> = sqlx::query_as(counted.daily)
        .bind(period.start.to_string())
        .bind(period.end.to_string())
        .bind(id)
        .fetch_all(&instance.pool)
        .await?;
    let mut totals = Vec::new();
    for period in [period, period.previous()?] {
        let total: i64 = sqlx::query_scalar(counted.total)
            .bind(period.start.to_string())
            .bind(period.end.to_string())
            .bind(id)
            .fetch_one(&instance.pool)
            .await?;
        totals.push(total);
    }
    Ok(json!({
        "key": key,
        "unit": null,
        "total": totals[0].to_string(),
        "previous_total": totals[1].to_string(),
        "data": days(&data, if key == "tag_servers" { "" } else { "T00:00:00Z" }),
    }))
}

/// The key and the name that a stored word is shown by.
type Namer = fn(&Instance, Option<&str>) -> (String, String);

/// `POST /api/v1/admin/dimensions`
pub async fn dimensions(call: &Call) -> Result<Answer, Failure> {
    auth::admin(call, &READ, VIEW_DASHBOARD)?;
    let days = call.present("start_at").zip(call.present("end_at"));
    let period =
        days.map(|(start, end)| Ok::<_, Failure>(Period { start: date(&start)?, end: date(&end)? })).transpose()?;
    let mut out = Vec::new();
    for key in call.texts("keys") {
        if let Some(data) = dimension(call, &key, period).await? {
            out.push(json!({ "key": key, "data": data }));
        }
    }
    Ok(json!(out).into())
}

async fn dimension(call: &Call, key: &str, period: Option<Period>) -> Result<Option<Value>, Failure> {
    const LANGUAGES: &str = "select locale::text, count(*) from users where current_sign_in_at between $1::timestamp and $2::timestamp \
        and locale is not null and $4::text is null group by locale order by 2 desc limit $3";
    const SOURCES: &str = "select o.name::text, count(*) from users u left join oauth_applications o on o.id = u.created_by_application_id \
        where u.created_at between $1::timestamp and $2::timestamp and $4::text is null group by o.name order by 2 desc limit $3";
    const SERVERS: &str = "select a.domain::text, count(*) from statuses s join accounts a on a.id = s.account_id \
        where s.created_at >= $1::timestamp and s.created_at < $2::timestamp + interval '1 day' and $4::text is null \
        group by a.domain order by 2 desc limit $3";
    const ACCOUNTS: &str = "select a.username::text, count(f.id) from accounts a left join follows f on f.target_account_id = a.id \
        where a.domain = $4 and $1::text is not distinct from $1 and $2::text is not distinct from $2 \
        group by a.id order by 2 desc limit $3";
    const SPOKEN: &str = "select coalesce(s.language, 'und')::text, count(*) from statuses s join accounts a on a.id = s.account_id \
        where a.domain = $4 and s.created_at >= $1::timestamp and s.created_at < $2::timestamp + interval '1 day' \
        and s.reblog_of_id is null group by 1 order by 2 desc limit $3";
    const TAG_SERVERS: &str = "select a.domain::text, count(*) from statuses s join accounts a on a.id = s.account_id \
        join statuses_tags t on t.status_id = s.id where t.tag_id = $4::bigint and s.created_at >= $1::timestamp \
        and s.created_at < $2::timestamp + interval '1 day' group by a.domain order by 2 desc limit $3";
    const TAG_LANGUAGES: &str = "select coalesce(s.language, 'und')::text, count(*) from statuses s \
        join statuses_tags t on t.status_id = s.id where t.tag_id = $4::bigint and s.created_at >= $1::timestamp \
        and s.created_at < $2::timestamp + interval '1 day' group by 1 order by 2 desc limit $3";
    let (sql, parameter, name): (_, _, Namer) = match key {
        "languages" => (LANGUAGES, None, language),
        "sources" => (SOURCES, None, source),
        "servers" => (SERVERS, None, server),
        "instance_accounts" => (ACCOUNTS, Some("domain"), itself),
        "instance_languages" => (SPOKEN, Some("domain"), language),
        "tag_servers" => (TAG_SERVERS, Some("id"), server),
        "tag_languages" => (TAG_LANGUAGES, Some("id"), language),
        "space_usage" => return space(&call.practice).await.map(Some),
        "software_versions" => return versions(&call.practice).await.map(Some),
        _ => return Ok(None),
    };
    let given = match parameter {
        Some(parameter) => {
            let object = call.params.get(key).and_then(Value::as_object);
            let missing = || Failure::Said(StatusCode::BAD_REQUEST, call.practice.version.missing(key));
            let value = object.ok_or_else(missing)?.get(parameter).cloned().unwrap_or_default();
            value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|id| id.to_string()))
        }
        None => None,
    };
    // Without days the first two find nothing; those about posts fail.
    if period.is_none() && !matches!(key, "languages" | "sources" | "instance_accounts") {
        return Err(Failure::Broken);
    }
    let rows: Vec<(Option<String>, i64)> = sqlx::query_as(sql)
        .bind(period.map(|period| period.start.to_string()))
        .bind(period.map(|period| period.end.to_string()))
        .bind(call.id("limit"))
        .bind(given)
        .fetch_all(&call.practice.pool)
        .await?;
    let data = rows.iter().map(|(word, value)| {
        let (key, shown) = name(&call.practice, word.as_deref());
        json!({ "key": key, "human_key": shown, "value": value.to_string() })
    });
    Ok(Some(data.collect()))
}

fn itself(_: &Instance, word: Option<&str>) -> (String, String) {
    let word = word.unwrap_or_default().to_owned();
    (word.clone(), word)
}

fn server(instance: &Instance, word: Option<&str>) -> (String, String) {
    itself(instance, Some(word.unwrap_or(&instance.domain)))
}

fn source(_: &Instance, word: Option<&str>) -> (String, String) {
    match word {
        Some(word) => (word.to_owned(), word.to_owned()),
        None => ("web".to_owned(), "Website".to_owned()),
    }
}

/// Names of the commonest languages; others show their code.
fn language(_: &Instance, word: Option<&str>) -> (String, String) {
    let code = word.unwrap_or_default();
    let name = match code {
        "de" => "German",
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "it" => "Italian",
        "ja" => "Japanese",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "und" => "None",
        code => code,
    };
    (code.to_owned(), name.to_owned())
}

async fn space(instance: &Instance) -> Result<Value, Failure> {
    let postgres: i64 =
        sqlx::query_scalar("select pg_database_size(current_database())").fetch_one(&instance.pool).await?;
    let media: i64 = sqlx::query_scalar(
        "select (select coalesce(sum(coalesce(file_file_size, 0) + coalesce(thumbnail_file_size, 0)), 0) from media_attachments)::bigint \
         + (select coalesce(sum(coalesce(avatar_file_size, 0) + coalesce(header_file_size, 0)), 0) from accounts)::bigint",
    )
    .fetch_one(&instance.pool)
    .await?;
    let redis = match &instance.cache {
        Some(cache) => cache.info("used_memory").await.map_or(0, |text| to_i(&text)),
        None => 0,
    };
    // FFmpeg is named where it is installed; on the servers of 4.5 and 4.7 that were recorded it was not.
    let film = !matches!(instance.version, Version::V45 | Version::V47);
    let parts = [("postgresql", "PostgreSQL", postgres), ("redis", "Redis", redis), ("media", "Media storage", media)];
    Ok(parts
        .into_iter()
        .filter(|(key, ..)| film || *key != "ffmpeg")
        .map(|(key, name, bytes)| {
            json!({
                "key": key, "human_key": name, "value": bytes.to_string(), "unit": "bytes", "human_value": human_size(bytes),
            })
        })
        .collect())
}

/// The versions of what is really there; of what a practice instance has not, that.
async fn versions(instance: &Instance) -> Result<Value, Failure> {
    let postgres: String = sqlx::query_scalar("select split_part(current_setting('server_version'), ' ', 1)")
        .fetch_one(&instance.pool)
        .await?;
    let redis = match &instance.cache {
        Some(cache) => cache.info("redis_version").await,
        None => None,
    };
    let none = || "none: practice instance".to_owned();
    let (vips, vips_name) = match instance.version {
        Version::V43 => ("imagemagick", "ImageMagick"),
        _ => ("libvips", "libvips"),
    };
    // FFmpeg is named where it is installed; on the servers of 4.5 and 4.7 that were recorded it was not.
    let film = !matches!(instance.version, Version::V45 | Version::V47);
    let parts = [
        ("mastodon", "Mastodon", instance.version.number().to_owned()),
        ("ruby", "Ruby", none()),
        ("postgresql", "PostgreSQL", postgres),
        ("redis", "Redis", redis.unwrap_or_else(none)),
        (vips, vips_name, none()),
        ("ffmpeg", "FFmpeg", none()),
    ];
    Ok(parts
        .into_iter()
        .filter(|(key, ..)| film || *key != "ffmpeg")
        .map(|(key, name, version)| json!({ "key": key, "human_key": name, "value": version, "human_value": version }))
        .collect())
}

/// Of those who joined in a cohort, how many were here since. $1, $2: the period; $3: day or month.
macro_rules! retention {
    ($joined:literal) => {
        concat!(
            "select to_char(cohort, 'YYYY-MM-DD'), to_char(later, 'YYYY-MM-DD'), \
             count(u.id) filter (where date_trunc($3, u.current_sign_in_at) >= later), count(u.id) \
             from (select c as cohort, case when c = date_trunc($3, $2::timestamp) \
             and $2::timestamp + interval '1 day' = date_trunc('day', practice.now()) and $3 = 'day' then c + interval '2 days' \
             else c + ('1 ' || $3)::interval end as until from generate_series(date_trunc($3, $1::timestamp), \
             date_trunc($3, $2::timestamp), ('1 ' || $3)::interval) c) cohorts \
             join generate_series(date_trunc($3, $1::timestamp), date_trunc($3, $2::timestamp), ('1 ' || $3)::interval) later \
             on later >= cohort left join (select u.id, u.current_sign_in_at, ",
            $joined,
            " as joined from users u join accounts a on a.id = u.account_id) u on u.joined >= cohort and u.joined < until \
             group by cohort, later order by cohort, later"
        )
    };
}

/// `POST /api/v1/admin/retention`
pub async fn retention(call: &Call) -> Result<Answer, Failure> {
    auth::scope(call, &READ)?;
    let month = call.text("frequency").as_deref() == Some("month");
    let longest = if month { Span::new().months(12) } else { Span::new().days(31) };
    let period = Period::read(call, longest)?;
    auth::may(call, VIEW_DASHBOARD)?;
    let period = period.ok_or(Failure::Broken)?;
    let frequency = if month { "month" } else { "day" };
    let sql = match call.practice.version {
        Version::V43 => retention!("u.created_at"),
        _ => retention!("a.created_at"),
    };
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(sql)
        .bind(period.start.to_string())
        .bind(period.end.to_string())
        .bind(frequency)
        .fetch_all(&call.practice.pool)
        .await?;
    let mut cohorts: Vec<Value> = Vec::new();
    for (cohort, later, retained, joined) in rows {
        let at = |date: &str| format!("{date}T00:00:00+00:00");
        if cohorts.last().is_none_or(|last| last["period"] != at(&cohort)) {
            cohorts.push(json!({ "period": at(&cohort), "frequency": frequency, "data": [] }));
        }
        let rate = retained as f64 / joined.max(1) as f64;
        if let Some(data) = cohorts.last_mut().and_then(|last| last["data"].as_array_mut()) {
            data.push(json!({ "date": at(&later), "rate": rate, "value": retained.to_string() }));
        }
    }
    Ok(json!(cohorts).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_three_digits() {
        assert_eq!(human_size(0), "0 Bytes");
        assert_eq!(human_size(1), "1 Byte");
        assert_eq!(human_size(15_859_047), "15.1 MB");
        assert_eq!(human_size(2_086_024), "1.99 MB");
        assert_eq!(human_size(14 * 1024 * 1024), "14 MB");
    }
}
