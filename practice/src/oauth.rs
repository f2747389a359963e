//! Applications, the consent page, codes and tokens (`config/initializers/doorkeeper.rb`, `app/controllers/oauth`).
//!
//! The practice instance keeps no passwords: on its consent page one says who one is, and the password grant of 4.3 takes any
//! password.

use crate::{
    auth,
    server::{Answer, Call, Failure, PRIVATE, REVALIDATE, invalid},
    version::Version,
};
use axum::http::{StatusCode, header};
use rand::RngExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::BTreeSet;

const VAPID_KEY: &str = "BJLM1Y1Sqh0AhfYr0Vy8N8_Hyg37DYyyQ1nO72EMGpfqT0LHjmymCfd4Tuo5nFLnwto7jKcIMbSx8yWKhqfTjcY";
/// How long a code lives, in seconds.
const CODE_SECONDS: i32 = 600;
const COOKIE: &str = "practice_account";

/// A random text for tokens and codes.
pub fn random_text(length: usize) -> String {
    const FROM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(FROM[rng.random_range(0..FROM.len())])).collect()
}

/// Six bits a sign, without padding, as PKCE wants it (RFC 7636).
fn base64_url(bytes: &[u8]) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let word = part.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for at in 0..=part.len() {
            out.push(char::from(SIGNS[(word >> (18 - 6 * at) & 63) as usize]));
        }
    }
    out
}

/// The same backwards, for HTTP Basic; both alphabets, padding ignored.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut word, mut bits) = (0_u32, 0);
    for sign in text.bytes().filter(|sign| *sign != b'=') {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        word = (word << 6 | u32::from(value)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(word >> bits & 255).unwrap_or(0));
        }
    }
    Some(out)
}

#[derive(sqlx::FromRow)]
struct Application {
    id: i64,
    name: String,
    uid: String,
    secret: String,
    redirect_uri: String,
    scopes: String,
    website: Option<String>,
}

impl Application {
    const SQL: &str =
        "select id, name, uid, secret, redirect_uri, scopes, website from oauth_applications where uid = $1";

    async fn find(db: &mut PgConnection, uid: &str) -> sqlx::Result<Option<Self>> {
        sqlx::query_as(Self::SQL).bind(uid).fetch_optional(db).await
    }

    /// `REST::ApplicationSerializer`
    fn entity(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "website": self.website.as_deref().filter(|text| !text.is_empty()),
            "scopes": self.scopes.split_whitespace().collect::<Vec<_>>(),
            "redirect_uris": self.redirect_uri.split_whitespace().collect::<Vec<_>>(),
            "vapid_key": VAPID_KEY,
            "redirect_uri": self.redirect_uri,
        })
    }

    /// Whether all these scopes are the application's.
    fn covers(&self, scopes: &str) -> bool {
        let own: BTreeSet<&str> = self.scopes.split_whitespace().collect();
        !scopes.trim().is_empty() && scopes.split_whitespace().all(|scope| own.contains(scope))
    }

    fn redirects_to(&self, address: &str) -> bool {
        self.redirect_uri.split_whitespace().any(|own| own == address)
    }
}

/// A token as it is handed out.
#[derive(sqlx::FromRow)]
pub struct Granted {
    token: String,
    scopes: String,
    created: i64,
}

impl Granted {
    /// `Doorkeeper::OAuth::TokenResponse`
    pub fn entity(&self) -> Value {
        json!({ "access_token": self.token, "token_type": "Bearer", "scope": self.scopes, "created_at": self.created })
    }
}

/// Makes a token.
///
/// # Errors
/// If the database does not answer.
pub async fn new_token(
    db: &mut PgConnection,
    application: i64,
    user: Option<i64>,
    scopes: &str,
) -> sqlx::Result<Granted> {
    sqlx::query_as(
        "insert into oauth_access_tokens (token, application_id, resource_owner_id, scopes, created_at) \
         values ($1, $2, $3, $4, practice.now()) returning token, scopes, extract(epoch from created_at)::bigint as created",
    )
    .bind(random_text(43))
    .bind(application)
    .bind(user)
    .bind(scopes)
    .fetch_one(db)
    .await
}

fn same_scopes(a: &str, b: &str) -> bool {
    a.split_whitespace().collect::<BTreeSet<_>>() == b.split_whitespace().collect::<BTreeSet<_>>()
}

/// The live token of the same person for the same application and scopes, if there is one.
async fn live_token(
    db: &mut PgConnection,
    application: i64,
    user: Option<i64>,
    scopes: &str,
) -> sqlx::Result<Option<Granted>> {
    let tokens: Vec<Granted> = sqlx::query_as(
        "select token, coalesce(scopes, '') as scopes, extract(epoch from created_at)::bigint as created from oauth_access_tokens \
         where application_id = $1 and resource_owner_id is not distinct from $2 and revoked_at is null order by id desc",
    )
    .bind(application)
    .bind(user)
    .fetch_all(db)
    .await?;
    Ok(tokens.into_iter().find(|token| same_scopes(&token.scopes, scopes)))
}

async fn reused_token(
    db: &mut PgConnection,
    application: i64,
    user: Option<i64>,
    scopes: &str,
) -> sqlx::Result<Granted> {
    match live_token(db, application, user, scopes).await? {
        Some(token) => Ok(token),
        None => new_token(db, application, user, scopes).await,
    }
}

/// `POST /api/v1/apps`
pub async fn register(call: &Call) -> Result<Answer, Failure> {
    let name = call.scalar("client_name").unwrap_or_default();
    let redirects = call.texts("redirect_uris").join("\n");
    let scopes = call.scalar("scopes").unwrap_or_else(|| "read".to_owned());
    let website = call.present("website");
    let mut problems = Vec::new();
    let mut wrong = |text: &str| {
        if !problems.contains(&text.to_owned()) {
            problems.push(text.to_owned());
        }
    };
    if name.trim().is_empty() {
        wrong("Application name can't be blank");
    }
    if redirects.trim().is_empty() {
        wrong("Redirect URI can't be blank");
    }
    for address in redirects.split_whitespace().filter(|address| !address.starts_with("urn:ietf:wg:oauth:2.0:oob")) {
        match url::Url::parse(address) {
            Err(url::ParseError::RelativeUrlWithoutBase) => wrong("Redirect URI must be an absolute URI."),
            Err(_) => wrong("Redirect URI must be a valid URI."),
            Ok(url) if matches!(url.scheme(), "data" | "vbscript" | "javascript") => {
                wrong("Redirect URI is forbidden by the server.");
            }
            Ok(url) if url.fragment().is_some() => wrong("Redirect URI cannot contain a fragment."),
            Ok(_) => {}
        }
    }
    let known = call.practice.version.scopes();
    if scopes.trim().is_empty() || !scopes.split_whitespace().all(|scope| known.contains(&scope)) {
        wrong(match call.practice.version {
            Version::V43 => "Scopes doesn't match configured on the server.",
            _ => "Scopes doesn't match those configured on the server.",
        });
    }
    if name.chars().count() > 60 {
        wrong("Application name is too long (maximum is 60 characters)");
    }
    if redirects.chars().count() > 2_000 {
        wrong("Redirect URI is too long (maximum is 2000 characters)");
    }
    let web = |text: &String| {
        url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    if website.as_ref().is_some_and(|text| !web(text)) {
        wrong("Application website is not a valid URL");
    }
    if website.as_ref().is_some_and(|text| text.chars().count() > 2_000) {
        wrong("Application website is too long (maximum is 2000 characters)");
    }
    if !problems.is_empty() {
        return Err(invalid(&problems));
    }
    let app: Application = sqlx::query_as(
        "insert into oauth_applications (name, uid, secret, redirect_uri, scopes, website, confidential, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, true, practice.now(), practice.now()) \
         returning id, name, uid, secret, redirect_uri, scopes, website",
    )
    .bind(name)
    .bind(random_text(43))
    .bind(random_text(43))
    .bind(redirects)
    .bind(scopes)
    .bind(website)
    .fetch_one(&call.practice.pool)
    .await?;
    let mut body = app.entity();
    body["client_id"] = json!(app.uid);
    body["client_secret"] = json!(app.secret);
    body["client_secret_expires_at"] = json!(0);
    Ok(body.into())
}

/// `GET /api/v1/apps/verify_credentials`: any token that holds will do.
pub async fn verify(call: &Call) -> Result<Answer, Failure> {
    let scopes: Vec<&str> = call.token.iter().flat_map(|token| token.scopes.split(' ')).collect();
    let token = auth::token(call, &scopes)?;
    let app: Option<Application> = sqlx::query_as(
        "select id, name, uid, secret, redirect_uri, scopes, website from oauth_applications where id = $1",
    )
    .bind(token.application)
    .fetch_optional(&call.practice.pool)
    .await?;
    Ok(app.map_or(Value::Null, |app| app.entity()).into())
}

/// `GET /oauth/token/info`: Doorkeeper's own page, under which nobody is counted as having been here
/// (`config/routes.rb`, `use_doorkeeper`; `token_info_controller.rb` of Doorkeeper).
pub async fn token_info(call: &Call) -> Result<Answer, Failure> {
    let invalid = |text: &str| {
        let challenge = format!("Bearer realm=\"Doorkeeper\", error=\"invalid_token\", error_description=\"{text}\"");
        Answer::from(json!({ "error": "invalid_token", "error_description": text }))
            .status(StatusCode::UNAUTHORIZED)
            .with(header::WWW_AUTHENTICATE, challenge)
    };
    let Some(token) = &call.token else { return Ok(invalid("The access token is invalid")) };
    if token.revoked {
        return Ok(invalid("The access token was revoked"));
    }
    if token.expired {
        return Ok(invalid("The access token expired"));
    }
    let row: Option<(Option<String>, i64)> = sqlx::query_as(
        "select a.uid, extract(epoch from t.created_at)::bigint from oauth_access_tokens t \
         left join oauth_applications a on a.id = t.application_id where t.id = $1",
    )
    .bind(token.id)
    .fetch_optional(&call.practice.pool)
    .await?;
    let (uid, created) = row.unwrap_or_default();
    Ok(Answer::from(json!({
        "resource_owner_id": token.user.as_ref().map(|user| user.id),
        "scope": token.scopes.split_whitespace().collect::<Vec<_>>(),
        "expires_in": null,
        "application": { "uid": uid },
        "created_at": created,
    }))
    .cached(REVALIDATE))
}

/// `GET /.well-known/oauth-authorization-server`
pub fn metadata(call: &Call) -> Answer {
    let base = call.practice.base();
    let later = call.since(Version::V44);
    let mut body = json!({
        "issuer": format!("{base}/"),
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
    });
    if later {
        body["userinfo_endpoint"] = json!(format!("{base}/oauth/userinfo"));
    }
    body["scopes_supported"] = json!(call.practice.version.scopes());
    body["response_types_supported"] = json!(["code"]);
    body["response_modes_supported"] = json!(["query", "fragment", "form_post"]);
    body["grant_types_supported"] = match later {
        true => json!(["authorization_code", "client_credentials"]),
        false => json!(["authorization_code", "password", "client_credentials"]),
    };
    body["token_endpoint_auth_methods_supported"] = json!(["client_secret_basic", "client_secret_post"]);
    body["code_challenge_methods_supported"] = json!(["S256"]);
    body["service_documentation"] = json!("https://docs.joinmastodon.org/");
    body["app_registration_endpoint"] = json!(format!("{base}/api/v1/apps"));
    Answer::from(body).cached(REVALIDATE)
}

/// What an application asks a person for.
struct Wanted {
    app: Application,
    redirect: String,
    scopes: String,
    challenge: Option<String>,
    method: Option<String>,
}

fn page(status: StatusCode, title: &str, body: &str) -> Answer {
    let text = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:16px/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}}label{{display:block;padding:.3rem 0}}\
         button{{font:inherit;padding:.5rem 1rem;margin:.5rem .5rem 0 0}}</style><h1>{title}</h1>{body}</html>"
    );
    Answer::text(status, "text/html; charset=utf-8", text).cached(PRIVATE)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Reads what is asked for; what does not fit the application is told to the person, never sent on.
async fn wanted(call: &Call, db: &mut PgConnection) -> Result<Result<Wanted, Answer>, Failure> {
    let refuse =
        |text: &str| Ok(Err(page(StatusCode::BAD_REQUEST, "An error has occurred", &format!("<p>{text}</p>"))));
    let app = match call.present("client_id") {
        Some(uid) => Application::find(db, &uid).await?,
        None => None,
    };
    let Some(app) = app else { return refuse("Client authentication failed due to unknown client.") };
    let redirect = call.scalar("redirect_uri").unwrap_or_default();
    if !app.redirects_to(&redirect) {
        return refuse("The requested redirect uri is malformed or doesn't match client redirect URI.");
    }
    if call.scalar("response_type").as_deref() != Some("code") {
        return refuse("The authorization server does not support this response type.");
    }
    let scopes = call.present("scope").unwrap_or_else(|| "read".to_owned());
    if !app.covers(&scopes) {
        return refuse("The requested scope is invalid, unknown, or malformed.");
    }
    let challenge = call.present("code_challenge");
    let method =
        challenge.as_ref().map(|_| call.present("code_challenge_method").unwrap_or_else(|| "plain".to_owned()));
    let plain = method.as_deref() == Some("plain") && !call.since(Version::V44);
    if method.as_deref().is_some_and(|method| method != "S256" && !plain) {
        return refuse("The code challenge method must be S256.");
    }
    Ok(Ok(Wanted { app, redirect, scopes, challenge, method }))
}

/// The address to send the person back to.
fn back(call: &Call, redirect: &str, pairs: &[(&str, &str)]) -> Result<Answer, Failure> {
    let mut address = url::Url::parse(redirect).map_err(|_| Failure::Broken)?;
    {
        let mut query = address.query_pairs_mut();
        query.extend_pairs(pairs);
        if let Some(state) = call.scalar("state") {
            query.append_pair("state", &state);
        }
    }
    let answer = Answer::text(StatusCode::FOUND, "text/html; charset=utf-8", "");
    Ok(answer.with(header::LOCATION, address.to_string()))
}

async fn grant(db: &mut PgConnection, wanted: &Wanted, user: i64) -> sqlx::Result<String> {
    let code = random_text(43);
    sqlx::query(
        "insert into oauth_access_grants (token, expires_in, redirect_uri, scopes, application_id, resource_owner_id, \
         code_challenge, code_challenge_method, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, practice.now())",
    )
    .bind(&code)
    .bind(CODE_SECONDS)
    .bind(&wanted.redirect)
    .bind(&wanted.scopes)
    .bind(wanted.app.id)
    .bind(user)
    .bind(&wanted.challenge)
    .bind(&wanted.method)
    .execute(db)
    .await?;
    Ok(code)
}

/// The person whom this browser said it is.
async fn present(call: &Call, db: &mut PgConnection) -> sqlx::Result<Option<(i64, String)>> {
    let cookies = call.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = cookies.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    match name {
        Some(name) => person(db, name).await,
        None => Ok(None),
    }
}

/// Somebody who can sign in, by name.
async fn person(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<(i64, String)>> {
    sqlx::query_as(
        "select u.id, a.username::text from accounts a join users u on u.account_id = a.id \
         where lower(a.username) = lower($1) and a.domain is null and u.confirmed_at is not null and u.approved \
         and not u.disabled and practice.available(a) and not a.memorial",
    )
    .bind(name.trim().trim_start_matches('@'))
    .fetch_optional(db)
    .await
}

/// `GET /oauth/authorize`: asks the person, unless they agreed to the same before.
pub async fn ask(call: &Call) -> Result<Answer, Failure> {
    let mut tx = call.practice.pool.begin().await?;
    let wanted = match wanted(call, &mut tx).await? {
        Ok(wanted) => wanted,
        Err(answer) => return Ok(answer),
    };
    let here = present(call, &mut tx).await?;
    if let (Some((user, _)), false) = (&here, call.boolean("force_login").unwrap_or(false))
        && live_token(&mut tx, wanted.app.id, Some(*user), &wanted.scopes).await?.is_some()
    {
        let code = grant(&mut tx, &wanted, *user).await?;
        tx.commit().await?;
        return back(call, &wanted.redirect, &[("code", &code)]);
    }
    let staff: Vec<String> = sqlx::query_scalar(
        "select a.username::text from users u join accounts a on a.id = u.account_id join user_roles r on r.id = u.role_id \
         where u.confirmed_at is not null and u.approved and not u.disabled and practice.available(a) \
         order by r.position desc, u.id limit 12",
    )
    .fetch_all(&mut *tx)
    .await?;
    let hidden: String =
        ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"]
            .into_iter()
            .filter_map(|name| {
                Some(format!("<input type=hidden name={name} value=\"{}\">", escape(&call.scalar(name)?)))
            })
            .collect();
    let checked = here.map(|(_, name)| name);
    let people: String = staff
        .iter()
        .map(|name| {
            let mark = if checked.as_ref() == Some(name) { " checked" } else { "" };
            format!("<label><input type=radio name=account value=\"{0}\"{mark}> @{0}</label>", escape(name))
        })
        .collect();
    let scopes: String =
        wanted.scopes.split_whitespace().map(|scope| format!("<li><code>{}</code></li>", escape(scope))).collect();
    let body = format!(
        "<p><strong>{}</strong> would like permission to act as you:</p><ul>{scopes}</ul>\
         <form method=post action=/oauth/authorize>{hidden}<p>Who are you? This is a practice instance: there are no passwords.</p>{people}\
         <label>or <input name=other placeholder=username></label>\
         <button name=decision value=authorize>Authorize</button><button name=decision value=deny>Deny</button></form>",
        escape(&wanted.app.name)
    );
    Ok(page(StatusCode::OK, "Authorization required", &body))
}

/// `POST /oauth/authorize`: what the person decided.
pub async fn decide(call: &Call) -> Result<Answer, Failure> {
    let mut tx = call.practice.pool.begin().await?;
    let wanted = match wanted(call, &mut tx).await? {
        Ok(wanted) => wanted,
        Err(answer) => return Ok(answer),
    };
    if call.scalar("decision").as_deref() != Some("authorize") {
        let text = "The resource owner or authorization server denied the request.";
        return back(call, &wanted.redirect, &[("error", "access_denied"), ("error_description", text)]);
    }
    let name = call.present("other").or_else(|| call.present("account")).unwrap_or_default();
    let Some((user, name)) = person(&mut tx, &name).await? else {
        let body = "<p>Nobody of that name can sign in here.</p>";
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, "Authorization required", body));
    };
    let code = grant(&mut tx, &wanted, user).await?;
    tx.commit().await?;
    let answer = back(call, &wanted.redirect, &[("code", &code)])?;
    Ok(answer.with(header::SET_COOKIE, format!("{COOKIE}={name}; Path=/oauth; HttpOnly; SameSite=Lax")))
}

fn failed(status: StatusCode, error: &str, description: &str) -> Answer {
    let challenge = format!("Bearer realm=\"Doorkeeper\", error=\"{error}\", error_description=\"{description}\"");
    Answer::from(json!({ "error": error, "error_description": description }))
        .status(status)
        .cached("no-store")
        .with(header::WWW_AUTHENTICATE, challenge)
}

fn bad_grant() -> Answer {
    failed(
        StatusCode::BAD_REQUEST,
        "invalid_grant",
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the \
         authorization request, or was issued to another client.",
    )
}

/// The application that calls, by HTTP Basic or by parameters.
async fn client(call: &Call, db: &mut PgConnection) -> Result<Option<Application>, Failure> {
    let basic = call
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
        .and_then(|text| String::from_utf8(from_base64(text)?).ok());
    let (uid, secret) = match basic.as_deref().and_then(|text| text.split_once(':')) {
        Some((uid, secret)) => (uid.to_owned(), secret.to_owned()),
        None => (call.scalar("client_id").unwrap_or_default(), call.scalar("client_secret").unwrap_or_default()),
    };
    Ok(Application::find(db, &uid).await?.filter(|app| app.secret == secret))
}

/// `POST /oauth/token`
pub async fn token(call: &Call) -> Result<Answer, Failure> {
    let mut tx = call.practice.pool.begin().await?;
    let kind = call.scalar("grant_type").unwrap_or_default();
    let known = matches!(kind.as_str(), "authorization_code" | "client_credentials")
        || kind == "password" && !call.since(Version::V44);
    if !known {
        return Ok(match kind.is_empty() {
            true => failed(StatusCode::BAD_REQUEST, "invalid_request", "Missing required parameter: grant_type."),
            false => failed(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
            ),
        });
    }
    let Some(app) = client(call, &mut tx).await? else {
        return Ok(failed(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or unsupported \
             authentication method.",
        ));
    };
    let granted = match kind.as_str() {
        "authorization_code" => exchange(call, &mut tx, &app).await?,
        _ => {
            let scopes = call.present("scope").unwrap_or_else(|| "read".to_owned());
            if !app.covers(&scopes) {
                let text = "The requested scope is invalid, unknown, or malformed.";
                return Ok(failed(StatusCode::BAD_REQUEST, "invalid_scope", text));
            }
            if kind == "password" {
                let user: Option<i64> = sqlx::query_scalar("select id from users where email = lower($1)")
                    .bind(call.scalar("username"))
                    .fetch_optional(&mut *tx)
                    .await?;
                match user.filter(|_| call.present("password").is_some()) {
                    Some(user) => Some(reused_token(&mut tx, app.id, Some(user), &scopes).await?),
                    None => None,
                }
            } else {
                Some(reused_token(&mut tx, app.id, None, &scopes).await?)
            }
        }
    };
    tx.commit().await?;
    Ok(granted.map_or_else(bad_grant, |token| Answer::from(token.entity()).cached("no-store")))
}

#[derive(sqlx::FromRow)]
struct Code {
    id: i64,
    resource_owner_id: i64,
    redirect_uri: String,
    scopes: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

/// A code for a token: once, by the application it was made for, with the verifier of its challenge. A wrong verifier does
/// not use the code up.
async fn exchange(call: &Call, db: &mut PgConnection, app: &Application) -> Result<Option<Granted>, Failure> {
    let code: Option<Code> = sqlx::query_as(
        "select id, resource_owner_id, redirect_uri, scopes, code_challenge, code_challenge_method from oauth_access_grants \
         where token = $1 and application_id = $2 and revoked_at is null \
         and practice.age(created_at) < expires_in * interval '1 second' for update",
    )
    .bind(call.scalar("code"))
    .bind(app.id)
    .fetch_optional(&mut *db)
    .await?;
    let Some(code) = code else { return Ok(None) };
    let verifier = call.scalar("code_verifier").unwrap_or_default();
    let proven = match (&code.code_challenge, code.code_challenge_method.as_deref()) {
        (None, _) => true,
        (Some(challenge), Some("S256")) => *challenge == base64_url(&Sha256::digest(verifier.as_bytes())),
        (Some(challenge), _) => *challenge == verifier,
    };
    if !proven || call.scalar("redirect_uri").as_deref() != Some(&code.redirect_uri) {
        return Ok(None);
    }
    sqlx::query("update oauth_access_grants set revoked_at = practice.now() where id = $1")
        .bind(code.id)
        .execute(&mut *db)
        .await?;
    let scopes = code.scopes.unwrap_or_default();
    Ok(Some(reused_token(db, app.id, Some(code.resource_owner_id), &scopes).await?))
}

/// `POST /oauth/revoke`
pub async fn revoke(call: &Call) -> Result<Answer, Failure> {
    let mut tx = call.practice.pool.begin().await?;
    let app = client(call, &mut tx).await?;
    let owner: Option<Option<i64>> =
        sqlx::query_scalar("select application_id from oauth_access_tokens where token = $1")
            .bind(call.scalar("token"))
            .fetch_optional(&mut *tx)
            .await?;
    if owner.is_some_and(|owner| owner.is_none() || owner != app.as_ref().map(|app| app.id)) || app.is_none() {
        let body = json!({
            "error": "unauthorized_client",
            "error_description": "You are not authorized to revoke this token",
        });
        return Ok(Answer::from(body).status(StatusCode::FORBIDDEN).cached("no-cache"));
    }
    sqlx::query("update oauth_access_tokens set revoked_at = practice.now() where token = $1 and revoked_at is null")
        .bind(call.scalar("token"))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Answer::from(json!({})).cached(REVALIDATE))
}

/// `GET /oauth/userinfo`, since 4.4.
pub async fn userinfo(call: &Call) -> Result<Answer, Failure> {
    if !call.since(Version::V44) {
        return Err(Failure::Nowhere);
    }
    let caller = auth::person(call, &["profile"])?;
    let (username, name): (String, String) =
        sqlx::query_as("select username::text, display_name::text from accounts where id = $1")
            .bind(caller.account)
            .fetch_one(&call.practice.pool)
            .await?;
    let base = call.practice.base();
    Ok(json!({
        "iss": format!("{base}/"),
        "sub": format!("{base}/users/{username}"),
        "name": name,
        "preferred_username": username,
        "profile": format!("{base}/@{username}"),
        "picture": format!("{base}/avatars/original/missing.png"),
    })
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_made_as_the_standard_shows() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(base64_url(&Sha256::digest(verifier)), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn basic_credentials_are_read() {
        assert_eq!(from_base64("QWxhZGRpbjpvcGVuIHNlc2FtZQ==").as_deref(), Some(&b"Aladdin:open sesame"[..]));
        assert_eq!(from_base64("a b"), None);
    }
}
