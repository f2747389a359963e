//! The HTTP server: routes, answers with Mastodon's headers, and the one place that turns failures into statuses.

use crate::{
    accounts, auth,
    cache::Cache,
    community::files,
    entities, instance,
    rate_limit::{Limits, Payer, Standing},
    reports,
};
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// What every door can reach.
pub struct Practice {
    pub pool: PgPool,
    pub cache: Option<Cache>,
    pub domain: String,
    pub limits: Limits,
    /// Where the files of posts lie, in Mastodon's own layout.
    pub media: Option<PathBuf>,
    /// Whether addresses begin with https: a proxy in front says so, or the plain practice address does not.
    pub https: bool,
}

impl Practice {
    /// The instance's own web address.
    pub fn base(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, self.domain)
    }
}

/// Why a call fails, as Mastodon says it.
#[derive(Debug)]
pub enum Failure {
    /// `{"error": …}` with rate-limit headers
    Said(StatusCode, String),
    /// The same with a `WWW-Authenticate` header
    Unauthorized(StatusCode, String, String),
    /// `{"status":500,…}` without rate-limit headers
    Broken,
    /// A body that is not JSON
    Misread,
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

pub fn forbidden() -> Failure {
    Failure::Said(StatusCode::FORBIDDEN, "This action is not allowed".into())
}

pub fn not_found() -> Failure {
    Failure::Said(StatusCode::NOT_FOUND, "Record not found".into())
}

pub fn unprocessable(text: impl Into<String>) -> Failure {
    Failure::Said(StatusCode::UNPROCESSABLE_ENTITY, text.into())
}

/// What a door answers.
pub struct Answer {
    pub body: Value,
    pub link: Option<String>,
    pub public: bool,
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { body, link: None, public: false }
    }
}

/// A request, read: who, what with.
pub struct Call {
    pub practice: Arc<Practice>,
    pub token: Option<auth::Token>,
    /// Query and body together; the body wins.
    pub params: Map<String, Value>,
}

impl Call {
    /// A parameter as text; numbers and booleans too.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.params.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// Rails' cast to a boolean: exactly these are false, nothing is `None`, the rest is true.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.params.get(name)? {
            Value::Null => None,
            Value::Bool(value) => Some(*value),
            Value::Number(number) => Some(number.as_i64() != Some(0)),
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(!matches!(text.as_str(), "false" | "FALSE" | "f" | "F" | "0" | "off" | "OFF")),
            Value::Array(_) | Value::Object(_) => Some(true),
        }
    }

    /// A parameter as a 64-bit id, the way Ruby's `to_i` reads one: leading digits, else 0.
    pub fn id(&self, name: &str) -> Option<i64> {
        self.text(name).filter(|text| !text.is_empty()).map(|text| to_i(&text))
    }

    /// A list of ids; `None` where the parameter is absent.
    pub fn ids(&self, name: &str) -> Option<Vec<i64>> {
        let list = match self.params.get(name)? {
            Value::Array(items) => items.clone(),
            Value::Null => Vec::new(),
            other => vec![other.clone()],
        };
        Some(
            list.iter()
                .filter_map(|item| match item {
                    Value::String(text) if text.is_empty() => None,
                    Value::String(text) => Some(to_i(text)),
                    Value::Number(number) => number.as_i64(),
                    _ => None,
                })
                .collect(),
        )
    }
}

/// Ruby's `String#to_i`.
pub fn to_i(text: &str) -> i64 {
    let text = text.trim_start();
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || (*at == 0 && *c == '-')))
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().unwrap_or(0)
}

/// Everything the practice instance answers.
pub fn router(practice: Arc<Practice>) -> Router {
    Router::new()
        .route("/health", get(|| async { "OK" }))
        .route("/system/{*file}", get(file))
        .route("/media_proxy/{id}/original", get(media_proxy))
        .route("/admin/{*page}", get(web_page))
        .fallback(door)
        .with_state(practice)
}

/// Mastodon's own pages are not imitated; a link to one says what it would lead to.
async fn web_page(Path(page): Path<String>) -> impl IntoResponse {
    let page = page.replace(['<', '>', '&', '"'], "");
    axum::response::Html(format!(
        "<!doctype html><meta charset=utf-8><title>Practice instance</title><h1>Practice instance</h1>\
         <p>On a real server this is Mastodon’s own page <code>/admin/{page}</code>, where posts can be deleted, \
         passwords reset and appeals decided.</p>"
    ))
}

/// A remote file that the instance has no copy of: fetched from its origin, then sent on to the copy
/// (`app/controllers/media_proxy_controller.rb`). The origin is imagined: every file there is a picture.
async fn media_proxy(State(practice): State<Arc<Practice>>, Path(id): Path<i64>) -> Response {
    let missing = || (StatusCode::NOT_FOUND, "").into_response();
    let row = "select m.file_file_name from media_attachments m join statuses s on s.id = m.status_id \
        where m.id = $1 and m.remote_url <> '' and s.deleted_at is null and s.visibility in (0, 1)";
    let kept = "update media_attachments set file_file_name = $2, file_content_type = 'image/png', \
        file_storage_schema_version = 1, file_updated_at = now(), updated_at = now() where id = $1";
    let name = match sqlx::query_scalar::<_, Option<String>>(row).bind(id).fetch_optional(&practice.pool).await {
        Ok(Some(Some(name))) => name,
        Ok(Some(None)) => {
            let name = format!("{id:x}.png");
            let Some(folder) = &practice.media else { return missing() };
            if let Err(error) = files::store(folder, true, id, &name) {
                tracing::error!(%error, id, "media_proxy");
                return (StatusCode::INTERNAL_SERVER_ERROR, "").into_response();
            }
            match sqlx::query(kept).bind(id).bind(&name).execute(&practice.pool).await {
                Ok(_) => name,
                Err(error) => return broken(&error),
            }
        }
        Ok(None) => return missing(),
        Err(error) => return broken(&error),
    };
    let place = format!("/system/cache/media_attachments/files/{}/original/{name}", entities::in_threes(id));
    (StatusCode::FOUND, [(header::LOCATION, practice.base() + &place)]).into_response()
}

/// A file of a post.
async fn file(State(practice): State<Arc<Practice>>, Path(file): Path<String>) -> Response {
    let inside = !file.split('/').any(|part| part.is_empty() || part == ".." || part == ".");
    let found = match (&practice.media, inside) {
        (Some(folder), true) => tokio::fs::read(folder.join(&file)).await.ok(),
        _ => None,
    };
    let Some(bytes) = found else { return (StatusCode::NOT_FOUND, "").into_response() };
    let kind = match file.rsplit('.').next() {
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("wav") => "audio/wav",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=2419200, must-revalidate")], bytes)
        .into_response()
}

async fn door(State(practice): State<Arc<Practice>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "127.0.0.1".to_owned(), |ConnectInfo(peer)| peer.ip().to_string());
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let token = match auth::find(&practice.pool, &parts.headers, &query).await {
        Ok(token) => token,
        Err(error) => return broken(&error),
    };
    let paged = query
        .iter()
        .any(|(key, value)| matches!(key.as_str(), "page" | "min_id" | "max_id" | "since_id") && !value.is_empty());
    let payer = match &token {
        Some(token) => Payer::Token { token: token.id, user: token.user.as_ref().map(|user| user.id) },
        None => Payer::Address(peer),
    };
    let standing = practice.limits.count(&payer, paged, Timestamp::now());
    if standing.exceeded {
        let mut response =
            (StatusCode::TOO_MANY_REQUESTS, axum::Json(json!({ "error": "Too many requests" }))).into_response();
        limit_headers(response.headers_mut(), standing);
        return response;
    }
    let body = axum::body::to_bytes(body, 2 * 1024 * 1024).await.unwrap_or_default();
    let result = match read_params(&parts.headers, &query, &body) {
        Some(params) => {
            let call = Call { practice: practice.clone(), token, params };
            route(&parts.method, &path, call).await
        }
        None => Err(Failure::Misread),
    };
    answer(result, standing)
}

async fn route(method: &Method, path: &str, call: Call) -> Result<Answer, Failure> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["api", "v2", "instance"]) => instance::show(&call).await,
        ("GET", ["api", "v1", "instance", "rules"]) => instance::rules(&call).await,
        ("GET", ["api", "v1", "accounts", "verify_credentials"]) => accounts::verify_credentials(&call).await,
        ("GET", ["api", "v1", "admin", "accounts", id]) => accounts::show(&call, to_i(id)).await,
        ("POST", ["api", "v1", "admin", "accounts", id, verb]) => accounts::act(&call, to_i(id), verb).await,
        ("GET", ["api", "v1", "admin", "reports"]) => reports::list(&call).await,
        ("GET", ["api", "v1", "admin", "reports", id]) => reports::show(&call, to_i(id)).await,
        ("PUT" | "PATCH", ["api", "v1", "admin", "reports", id]) => reports::update(&call, to_i(id)).await,
        ("POST", ["api", "v1", "admin", "reports", id, verb]) => reports::act(&call, to_i(id), verb).await,
        _ => Err(Failure::Said(StatusCode::NOT_FOUND, "Not Found".into())),
    }
}

fn read_params(headers: &HeaderMap, query: &[(String, String)], body: &Bytes) -> Option<Map<String, Value>> {
    let mut params = Map::new();
    let mut add = |key: &str, value: Value| match key.strip_suffix("[]") {
        Some(list) => {
            if let Some(items) = params.entry(list.to_owned()).or_insert_with(|| json!([])).as_array_mut() {
                items.push(value);
            }
        }
        None => {
            params.insert(key.to_owned(), value);
        }
    };
    for (key, value) in query {
        add(key, json!(value));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        if !body.is_empty() {
            let parsed: Value = serde_json::from_slice(body).ok()?;
            for (key, value) in parsed.as_object().cloned().unwrap_or_default() {
                add(&key, value);
            }
        }
    } else if !body.is_empty() {
        for (key, value) in url::form_urlencoded::parse(body) {
            add(&key, json!(value));
        }
    }
    Some(params)
}

fn limit_headers(headers: &mut HeaderMap, standing: Standing) {
    let reset = Timestamp::from_second(standing.reset).map(|at| format!("{at:.6}")).unwrap_or_default();
    for (name, text) in [
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining.to_string()),
        ("x-ratelimit-reset", reset),
    ] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let text = body.to_string();
    let mut response = (status, text.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    if status.is_success() {
        let digest = Sha256::digest(text.as_bytes());
        let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        if let Ok(value) = HeaderValue::try_from(format!("W/\"{tag}\"")) {
            headers.insert(header::ETAG, value);
        }
    }
    response
}

fn answer(result: Result<Answer, Failure>, standing: Standing) -> Response {
    let private = HeaderValue::from_static("private, no-store");
    let mut response = match result {
        Ok(answer) => {
            let mut response = json_response(StatusCode::OK, &answer.body);
            let cache = if answer.public {
                HeaderValue::from_static("max-age=300, public, stale-while-revalidate=30, stale-if-error=86400")
            } else {
                private
            };
            response.headers_mut().insert(header::CACHE_CONTROL, cache);
            if let Some(link) = answer.link.and_then(|link| HeaderValue::try_from(link).ok()) {
                response.headers_mut().insert(header::LINK, link);
            }
            response
        }
        Err(Failure::Said(status, text)) => {
            let mut response = json_response(status, &json!({ "error": text }));
            response.headers_mut().insert(header::CACHE_CONTROL, private);
            response
        }
        Err(Failure::Unauthorized(status, text, challenge)) => {
            let mut response = json_response(status, &json!({ "error": text }));
            response.headers_mut().insert(header::CACHE_CONTROL, private);
            if let Ok(value) = HeaderValue::try_from(challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            }
            response
        }
        Err(Failure::Misread) => return plain(StatusCode::BAD_REQUEST, "Bad Request"),
        Err(Failure::Broken) => return plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Err(Failure::Database(error)) => return broken(&error),
    };
    limit_headers(response.headers_mut(), standing);
    response
}

fn broken(error: &sqlx::Error) -> Response {
    tracing::error!(%error, "database");
    plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// What Rails answers outside the application: no rate-limit headers.
fn plain(status: StatusCode, text: &str) -> Response {
    let mut response = (status, json!({ "status": status.as_u16(), "error": text }).to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    response
}
