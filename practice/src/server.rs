//! The HTTP server: routes, answers with Mastodon's headers, and the one place that turns failures into statuses.

use crate::{
    accounts, activity, auth,
    cache::Cache,
    community::files,
    domain_blocks, email_blocks, entities, instance, ip_blocks, metrics, notifications, oauth,
    rate_limit::{Kind, Limits, Payer, Standing},
    reports, sign_ups, trends,
    version::Version,
};
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::Deref,
    path::PathBuf,
    sync::Arc,
};

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

/// A practice instance at work: what it is made of, and which release it imitates.
pub struct Instance {
    practice: Arc<Practice>,
    pub version: Version,
    /// Delivers webhooks.
    pub client: reqwest::Client,
}

impl Instance {
    pub fn new(practice: Arc<Practice>, version: Version) -> Self {
        Self { practice, version, client: reqwest::Client::new() }
    }
}

impl Deref for Instance {
    type Target = Practice;

    fn deref(&self) -> &Practice {
        &self.practice
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
    /// No such route: no rate-limit headers
    Nowhere,
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

/// Several validations that failed, in the words of `ActiveRecord::RecordInvalid`.
pub fn invalid(problems: &[String]) -> Failure {
    unprocessable(format!("Validation failed: {}", problems.join(", ")))
}

/// A required parameter, or 400.
pub fn required(call: &Call, name: &str) -> Result<String, Failure> {
    let missing = || Failure::Said(StatusCode::BAD_REQUEST, call.practice.version.missing(name));
    call.text(name).filter(|text| !text.trim().is_empty()).ok_or_else(missing)
}

/// What an answer carries.
pub enum Body {
    Json(Value),
    /// Its type and its text.
    Text(&'static str, String),
}

pub const PRIVATE: &str = "private, no-store";
pub const FIVE_MINUTES: &str = "max-age=300, public, stale-while-revalidate=30, stale-if-error=86400";
pub const BRIEFLY: &str = "max-age=15, public, stale-while-revalidate=30, stale-if-error=86400";
/// The first page of a visitor.
const WEB: &str = "text/html; charset=utf-8";
pub const REVALIDATE: &str = "max-age=0, private, must-revalidate";

/// What a door answers.
pub struct Answer {
    pub status: StatusCode,
    pub body: Body,
    pub cache: &'static str,
    pub headers: Vec<(HeaderName, String)>,
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Body::Json(body), cache: PRIVATE, headers: Vec::new() }
    }
}

impl Answer {
    /// An answer in a type of its own.
    pub fn text(status: StatusCode, kind: &'static str, text: impl Into<String>) -> Self {
        Self { status, body: Body::Text(kind, text.into()), cache: PRIVATE, headers: Vec::new() }
    }

    /// With another status.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Kept by others for as long.
    pub fn cached(mut self, cache: &'static str) -> Self {
        self.cache = cache;
        self
    }

    /// With one more header.
    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With links to the neighbouring pages.
    pub fn linked(self, link: Option<String>) -> Self {
        match link {
            Some(link) => self.with(header::LINK, link),
            None => self,
        }
    }
}

/// A request, read: who, what with.
pub struct Call {
    pub practice: Arc<Instance>,
    pub token: Option<auth::Token>,
    /// Query and body together; the body wins.
    pub params: Map<String, Value>,
    pub path: String,
    pub headers: HeaderMap,
    /// Where it comes from, proxies taken away.
    pub remote: IpAddr,
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

    /// A parameter as text, unless it is a list or has parts.
    pub fn scalar(&self, name: &str) -> Option<String> {
        self.text(name).filter(|_| !matches!(self.params.get(name), Some(Value::Array(_) | Value::Object(_))))
    }

    /// A parameter that says something.
    pub fn present(&self, name: &str) -> Option<String> {
        self.scalar(name).filter(|text| !text.trim().is_empty())
    }

    /// A list of texts; one text is a list too.
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.params.get(name) {
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(|item| match item {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                })
                .collect(),
            _ => self.scalar(name).into_iter().collect(),
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
            // What has parts is not permitted where one value is meant.
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Whether a parameter is there and says nothing: a column that must have a value refuses that, and nothing catches it.
    pub fn is_nil(&self, name: &str) -> bool {
        match self.params.get(name) {
            Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(_) | None => false,
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

    /// A list of ids as Rails casts one to `bigint[]`: an empty text is nothing, and stays in the list as nothing. What is no
    /// list is not permitted, and counts as absent (`params.permit(rule_ids: [])`).
    pub fn permitted_ids(&self, name: &str) -> Option<Vec<Option<i64>>> {
        let Value::Array(items) = self.params.get(name)? else { return None };
        let cast = |item: &Value| match item {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(to_i(text)),
            other => other.as_i64(),
        };
        Some(items.iter().map(cast).collect())
    }

    /// Whether this release or a later one is imitated.
    pub fn since(&self, version: Version) -> bool {
        self.practice.version >= version
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

/// Everything a practice instance of 4.6 answers.
pub fn router(practice: Arc<Practice>) -> Router {
    router_of(Arc::new(Instance::new(practice, Version::V46)))
}

/// Everything the practice instance answers.
pub fn router_of(instance: Arc<Instance>) -> Router {
    Router::new()
        .route("/system/{*file}", get(file))
        .route("/media_proxy/{id}/original", get(media_proxy))
        .route("/admin/{*page}", get(web_page))
        .fallback(door)
        .layer(middleware::from_fn_with_state(instance.clone(), guard))
        .with_state(instance)
}

/// An address under an IP rule of severity `no_access` gets nothing, whatever it asks (`config/initializers/rack_attack.rb`).
async fn guard(State(instance): State<Arc<Instance>>, request: Request, next: Next) -> Response {
    let refused: sqlx::Result<bool> =
        sqlx::query_scalar("select exists (select from ip_blocks where severity = 9999 and ip >>= $1::inet)")
            .bind(remote(&request).to_string())
            .fetch_one(&instance.pool)
            .await;
    match refused {
        Ok(false) => next.run(request).await,
        Ok(true) => {
            let headers = [(header::CONTENT_TYPE, "text/plain"), (header::CACHE_CONTROL, "no-cache")];
            (StatusCode::FORBIDDEN, headers, "Forbidden\n").into_response()
        }
        Err(error) => broken(&error),
    }
}

/// The address a request comes from: the last one that is no proxy on a private network, as Rails finds it.
fn remote(request: &Request) -> IpAddr {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip());
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let proxy = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    let mut named = forwarded.split(',').filter_map(|text| text.trim().parse().ok()).filter(|ip| !proxy(ip));
    named.next_back().filter(|_| proxy(&peer)).unwrap_or(peer)
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
async fn media_proxy(State(practice): State<Arc<Instance>>, Path(id): Path<i64>) -> Response {
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
async fn file(State(practice): State<Arc<Instance>>, Path(file): Path<String>) -> Response {
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

async fn door(State(practice): State<Arc<Instance>>, request: Request) -> Response {
    let remote = remote(&request);
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let token = match auth::find(&practice, &parts.headers, &query).await {
        Ok(token) => token,
        Err(error) => return broken(&error),
    };
    let api = path.starts_with("/api");
    tracing::info!(method = %parts.method, path, token = token.as_ref().map(|token| token.id), "call");
    let standing = api.then(|| {
        let paged = query
            .iter()
            .any(|(key, value)| matches!(key.as_str(), "page" | "min_id" | "max_id" | "since_id") && !value.is_empty());
        let payer = Payer {
            token: token.as_ref().map(|token| token.id),
            user: token.as_ref().and_then(|token| token.user.as_ref()).map(|user| user.id),
            address: remote.to_string(),
        };
        let kind = match (&parts.method, path.as_str()) {
            (&Method::POST, "/api/v1/accounts") => Kind::SignUp,
            (&Method::POST, "/api/v1/apps") => Kind::Application,
            _ if paged => Kind::Page,
            _ => Kind::Other,
        };
        practice.limits.count(&payer, kind, Timestamp::now())
    });
    if let Some(standing) = standing.filter(|standing| standing.exceeded) {
        let mut response =
            (StatusCode::TOO_MANY_REQUESTS, axum::Json(json!({ "error": "Too many requests" }))).into_response();
        limit_headers(response.headers_mut(), standing);
        return response;
    }
    let body = axum::body::to_bytes(body, 2 * 1024 * 1024).await.unwrap_or_default();
    let result = match read_params(&parts.headers, &query, &body) {
        Some(params) => {
            let call = Call { practice, token, params, path, headers: parts.headers, remote };
            match before(&call).await {
                Ok(()) => route(&parts.method, call).await,
                Err(failure) => Err(failure),
            }
        }
        None => Err(Failure::Misread),
    };
    answer(result, standing)
}

/// What Mastodon does before any door of the API: a suspended person gets nothing, and whoever calls was here today
/// (`app/controllers/api/base_controller.rb`, `app/controllers/concerns/user_tracking_concern.rb`).
async fn before(call: &Call) -> Result<(), Failure> {
    const SEEN: &str = "update users set last_sign_in_at = coalesce(current_sign_in_at, practice.now()), \
        current_sign_in_at = practice.now(), updated_at = practice.now() where id = $1 \
        and (current_sign_in_at is null or current_sign_in_at < practice.now() - interval '24 hours') \
        returning confirmed_at is not null";
    let public = call.path.starts_with("/api/v1/instance") || call.path.starts_with("/api/v2/instance");
    let Some(user) = call.token.as_ref().and_then(|token| token.user.as_ref()) else { return Ok(()) };
    if public || !call.path.starts_with("/api") {
        return Ok(());
    }
    let seen: Option<bool> = sqlx::query_scalar(SEEN).bind(user.id).fetch_optional(&call.practice.pool).await?;
    if seen == Some(true) {
        activity::record(&call.practice.pool, activity::LOGINS, user.id).await?;
    }
    if user.unavailable {
        return Err(Failure::Said(StatusCode::FORBIDDEN, "Your login is currently disabled".into()));
    }
    Ok(())
}

async fn route(method: &Method, call: Call) -> Result<Answer, Failure> {
    let path = call.path.clone();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", [""]) => Ok(Answer::text(
            StatusCode::OK,
            WEB,
            "<!doctype html><title>Practice instance</title><script id=\"initial-state\" type=\"application/json\">{}</script>",
        )),
        ("GET", ["health"]) => Ok(Answer::text(StatusCode::OK, "text/plain; charset=utf-8", "OK")
            .cached(REVALIDATE)
            .with(header::ETAG, tag("OK"))),
        ("GET", ["api", "v2", "instance"]) => instance::show(&call).await,
        ("GET", ["api", "v1", "instance"]) => instance::show_v1(&call).await,
        ("GET", ["api", "v1", "instance", "rules"]) => instance::rules(&call).await,
        ("GET", ["api", "v1", "instance", "activity"]) => instance::activity(&call).await,
        ("GET", ["api", "v1", "instance", "domain_blocks"]) => domain_blocks::public(&call).await,
        ("GET", ["nodeinfo", "2.0"]) => instance::nodeinfo(&call).await,
        ("GET", [".well-known", "nodeinfo"]) => Ok(instance::well_known_nodeinfo(&call)),
        ("GET", [".well-known", "oauth-authorization-server"]) => Ok(oauth::metadata(&call)),
        ("GET", ["oauth", "authorize"]) => oauth::ask(&call).await,
        ("POST", ["oauth", "authorize"]) => oauth::decide(&call).await,
        ("POST", ["oauth", "token"]) => oauth::token(&call).await,
        ("POST", ["oauth", "revoke"]) => oauth::revoke(&call).await,
        ("GET", ["oauth", "token", "info"]) => oauth::token_info(&call).await,
        ("GET", ["auth", "sign_up"]) => sign_ups::page(&call).await,
        ("GET", ["auth", "sign_in"]) => Ok(sign_ups::sign_in_page(&call)),
        ("GET" | "POST", ["oauth", "userinfo"]) => oauth::userinfo(&call).await,
        ("POST", ["api", "v1", "apps"]) => oauth::register(&call).await,
        ("GET", ["api", "v1", "apps", "verify_credentials"]) => oauth::verify(&call).await,
        ("GET", ["invite", code]) => sign_ups::invitation(&call, code).await,
        ("POST", ["api", "v1", "accounts"]) => sign_ups::create(&call).await,
        ("GET", ["api", "v1", "accounts", "verify_credentials"]) => accounts::verify_credentials(&call).await,
        ("GET", ["api", "v1", "notifications"]) => notifications::list(&call).await,
        ("POST", ["api", "v1", "reports"]) => reports::create(&call).await,
        (_, ["api", _, "admin", ..]) => admin(method, &parts, call).await,
        _ => Err(Failure::Nowhere),
    }
}

/// The doors for staff.
async fn admin(method: &Method, parts: &[&str], call: Call) -> Result<Answer, Failure> {
    match (method.as_str(), &parts[1..]) {
        ("GET", ["v2", "admin", "accounts"]) => accounts::list_v2(&call).await,
        ("GET", ["v1", "admin", "accounts"]) => accounts::list_v1(&call).await,
        ("GET", ["v1", "admin", "accounts", id]) => accounts::show(&call, to_i(id)).await,
        ("DELETE", ["v1", "admin", "accounts", id]) => accounts::destroy(&call, to_i(id)).await,
        ("POST", ["v1", "admin", "accounts", id, "action"]) => accounts::act(&call, to_i(id)).await,
        ("POST", ["v1", "admin", "accounts", id, verb]) => accounts::decide(&call, to_i(id), verb).await,
        ("GET", ["v1", "admin", "reports"]) => reports::list(&call).await,
        ("GET", ["v1", "admin", "reports", id]) => reports::show(&call, to_i(id)).await,
        ("PUT" | "PATCH", ["v1", "admin", "reports", id]) => reports::update(&call, to_i(id)).await,
        ("POST", ["v1", "admin", "reports", id, verb]) => reports::act(&call, to_i(id), verb).await,
        ("GET", ["v1", "admin", "domain_blocks"]) => domain_blocks::list(&call).await,
        ("POST", ["v1", "admin", "domain_blocks"]) => domain_blocks::create(&call).await,
        ("GET", ["v1", "admin", "domain_blocks", id]) => domain_blocks::show(&call, to_i(id)).await,
        ("PUT" | "PATCH", ["v1", "admin", "domain_blocks", id]) => domain_blocks::update(&call, to_i(id)).await,
        ("DELETE", ["v1", "admin", "domain_blocks", id]) => domain_blocks::destroy(&call, to_i(id)).await,
        ("GET", ["v1", "admin", "domain_allows"]) => domain_blocks::list_allows(&call).await,
        ("POST", ["v1", "admin", "domain_allows"]) => domain_blocks::allow(&call).await,
        ("GET", ["v1", "admin", "domain_allows", id]) => domain_blocks::show_allow(&call, to_i(id)).await,
        ("DELETE", ["v1", "admin", "domain_allows", id]) => domain_blocks::disallow(&call, to_i(id)).await,
        ("GET", ["v1", "admin", "email_domain_blocks"]) => email_blocks::list(&call).await,
        ("POST", ["v1", "admin", "email_domain_blocks"]) => email_blocks::create(&call).await,
        ("GET", ["v1", "admin", "email_domain_blocks", id]) => email_blocks::show(&call, to_i(id)).await,
        ("DELETE", ["v1", "admin", "email_domain_blocks", id]) => email_blocks::destroy(&call, to_i(id)).await,
        ("GET", ["v1", "admin", "canonical_email_blocks"]) => email_blocks::list_hashes(&call).await,
        ("POST", ["v1", "admin", "canonical_email_blocks"]) => email_blocks::create_hash(&call).await,
        ("POST", ["v1", "admin", "canonical_email_blocks", "test"]) => email_blocks::test(&call).await,
        ("GET", ["v1", "admin", "canonical_email_blocks", id]) => email_blocks::show_hash(&call, to_i(id)).await,
        ("DELETE", ["v1", "admin", "canonical_email_blocks", id]) => email_blocks::destroy_hash(&call, to_i(id)).await,
        ("GET", ["v1", "admin", "ip_blocks"]) => ip_blocks::list(&call).await,
        ("POST", ["v1", "admin", "ip_blocks"]) => ip_blocks::create(&call).await,
        ("GET", ["v1", "admin", "ip_blocks", id]) => ip_blocks::show(&call, to_i(id)).await,
        ("PUT" | "PATCH", ["v1", "admin", "ip_blocks", id]) => ip_blocks::update(&call, to_i(id)).await,
        ("DELETE", ["v1", "admin", "ip_blocks", id]) => ip_blocks::destroy(&call, to_i(id)).await,
        ("POST", ["v1", "admin", "measures"]) => metrics::measures(&call).await,
        ("POST", ["v1", "admin", "dimensions"]) => metrics::dimensions(&call).await,
        ("POST", ["v1", "admin", "retention"]) => metrics::retention(&call).await,
        ("GET", ["v1", "admin", "tags"]) => trends::tags(&call).await,
        ("GET", ["v1", "admin", "tags", id]) => trends::tag(&call, to_i(id)).await,
        ("PUT" | "PATCH", ["v1", "admin", "tags", id]) => trends::update_tag(&call, to_i(id)).await,
        ("GET", ["v1", "admin", "trends", "links", "publishers"]) => trends::publishers(&call),
        ("GET", ["v1", "admin", "trends", "tags" | "links" | "statuses"]) => trends::list(&call),
        ("POST", ["v1", "admin", "trends", "tags", id, verb @ ("approve" | "reject")]) => {
            trends::review_tag(&call, to_i(id), verb).await
        }
        ("POST", ["v1", "admin", "trends", .., "approve" | "reject"]) => trends::review(&call),
        _ => Err(Failure::Nowhere),
    }
}

/// Query, then body; `a[]` is a list and `a[b]` a part.
fn read_params(headers: &HeaderMap, query: &[(String, String)], body: &Bytes) -> Option<Map<String, Value>> {
    let mut params = Map::new();
    let mut add =
        |key: &str, value: Value| match key.split_once('[').map(|(name, rest)| (name, rest.trim_end_matches(']'))) {
            Some((list, "")) => {
                if let Some(items) = params.entry(list.to_owned()).or_insert_with(|| json!([])).as_array_mut() {
                    items.push(value);
                }
            }
            Some((name, part)) => {
                if let Some(parts) = params.entry(name.to_owned()).or_insert_with(|| json!({})).as_object_mut() {
                    parts.insert(part.to_owned(), value);
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

fn tag(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{tag}\"")
}

fn json_answer(status: StatusCode, error: String) -> Answer {
    Answer::from(json!({ "error": error })).status(status)
}

fn answer(result: Result<Answer, Failure>, standing: Option<Standing>) -> Response {
    let standing = standing.filter(|_| !matches!(result, Err(Failure::Nowhere)));
    let answer = match result {
        Ok(answer) => answer,
        Err(Failure::Said(status, text)) => json_answer(status, text),
        Err(Failure::Unauthorized(status, text, challenge)) => {
            json_answer(status, text).with(header::WWW_AUTHENTICATE, challenge)
        }
        Err(Failure::Nowhere) => json_answer(StatusCode::NOT_FOUND, "Not Found".into()),
        Err(Failure::Misread) => return plain(StatusCode::BAD_REQUEST, "Bad Request"),
        Err(Failure::Broken) => return plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Err(Failure::Database(error)) if error.as_database_error().is_some_and(|error| error.is_unique_violation()) => {
            json_answer(StatusCode::UNPROCESSABLE_ENTITY, "Duplicate record".into())
        }
        Err(Failure::Database(error)) => return broken(&error),
    };
    let (kind, text, tagged) = match answer.body {
        Body::Json(body) => ("application/json; charset=utf-8", body.to_string(), answer.status.is_success()),
        Body::Text(kind, text) => (kind, text, false),
    };
    let mut response = (answer.status, text.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(answer.cache));
    let own = tagged.then(|| (header::ETAG, tag(&text)));
    for (name, value) in answer.headers.into_iter().chain(own) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(name, value);
        }
    }
    if let Some(standing) = standing {
        limit_headers(headers, standing);
    }
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
