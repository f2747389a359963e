//! What was typed is never lost: a form that cannot be carried out is kept as a sealed draft and given back on the page
//! it came from; where even that cannot be stored, the answer itself carries it.

use super::{
    guard::is_unknown,
    plain::{self, wants_page},
};
use crate::{
    address::ClientAddress,
    context::{App, Posted},
    id::{InstanceName, OperatorId},
    path,
    problem::{Kind, Problem},
    session::Signed,
    sign_in::api::{Enrol, EnterCode, NewPassword, SetUp, SignIn},
    store::{
        drafts::{self, Writer},
        store_problem,
    },
    ui::{escape, form},
};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use leptos::server_fn::ServerFn;
use std::sync::Arc;

/// The largest form the console reads: far above any text Mastodon accepts.
const LARGEST_FORM: usize = 512 * 1024;
/// The largest one of somebody who is not signed in: a name, a password, and a page to go to.
const LARGEST_OF_STRANGERS: usize = 64 * 1024;

fn is_form(request: &Request) -> bool {
    *request.method() == Method::POST
        && request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| essence(kind).eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// A content type without its parameters.
fn essence(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

/// A form of ours, sent as something that nobody looks at before it is carried out.
fn is_form_as_something_else(request: &Request) -> bool {
    *request.method() == Method::POST && request.uri().path().starts_with("/api/") && !is_form(request)
}

fn not_a_form() -> Response {
    let said =
        "Nothing was done: this is not sent as a form (application/x-www-form-urlencoded). Send it from its page.\n";
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, said).into_response()
}

/// Reads a whole body, if it is not larger than that.
async fn read(headers: &HeaderMap, body: Body, largest: usize) -> Result<Bytes, Response> {
    if said_length(headers).is_some_and(|length| length > largest) {
        return Err(too_large(largest));
    }
    match Limited::new(body, largest).collect().await {
        Ok(read) => {
            let read = read.to_bytes();
            if plain::fields(&read) > plain::MOST_IN_FORM { Err(too_many_fields()) } else { Ok(read) }
        }
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(largest)),
        Err(_) => Err((
            StatusCode::REQUEST_TIMEOUT,
            "Nothing was done: the form arrived incomplete. Go back, what you typed is still there, and send it \
            again.\n",
        )
            .into_response()),
    }
}

fn said_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_many_fields() -> Response {
    let said = format!(
        "Nothing was done: the form has more than {} fields. Go back, what you typed is still there, and select fewer.\n",
        plain::MOST_IN_FORM
    );
    (StatusCode::PAYLOAD_TOO_LARGE, said).into_response()
}

fn too_large(largest: usize) -> Response {
    let said = format!(
        "Nothing was done: the form is larger than {} kB. Go back, what you typed is still there, and shorten it.\n",
        largest / 1024,
    );
    (StatusCode::PAYLOAD_TOO_LARGE, said).into_response()
}

/// Reads a posted form, lets it be carried out, and gives it back if it was not.
pub async fn keep_what_was_typed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let signed = request.extensions().get::<Signed>().cloned();
    let largest = if signed.is_some() { LARGEST_FORM } else { LARGEST_OF_STRANGERS };
    if is_unknown(&request) {
        // There is nothing that would read it.
        return next.run(request).await;
    }
    if is_form_as_something_else(&request) {
        return not_a_form();
    }
    if !is_form(&request) {
        if signed.is_some() {
            return next.run(request).await;
        }
        // Whatever it is, a stranger has nothing large to say.
        if said_length(request.headers()).is_some_and(|length| length > largest) {
            return too_large(largest);
        }
        return next.run(request.map(|body| Body::new(Limited::new(body, largest)))).await;
    }
    let page = wants_page(request.headers());
    let target = request.uri().path().to_owned();
    let range = range_of(&app, &request);
    let referer = request
        .headers()
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| url::Url::parse(text).ok())
        .map(|url| url.path().to_owned());
    let (mut parts, body) = request.into_parts();
    let body = match read(&parts.headers, body, largest).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    if let Some(field) = with_nul(&body) {
        let problem = Problem::invalid(&field, "This contains a NUL character, which can’t be stored. Remove it.");
        return if page {
            give_back(&app, writer(signed.as_ref(), &range), &target, &body, referer.as_deref(), problem).await
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(problem)).into_response()
        };
    }
    let posted = Posted::default();
    parts.extensions.insert(posted.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    if !page {
        return response;
    }
    let problem = posted.take().or_else(|| {
        let malformed = response
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|to| to.contains("__err="));
        malformed.then(|| {
            Problem::new(Kind::Invalid, "Nothing was done: the form was incomplete.", "Check it and send it again.")
        })
    });
    match problem {
        None => response,
        Some(problem) => {
            give_back(&app, writer(signed.as_ref(), &range), &target, &body, referer.as_deref(), problem).await
        }
    }
}

/// Whose a form is.
fn writer<'a>(signed: Option<&'a Signed>, range: &'a str) -> Writer<'a> {
    match signed {
        Some(signed) => Writer::Person(&signed.actor.operator),
        None => Writer::Outside { range, former: None },
    }
}

/// The field with a NUL character in it, if any: PostgreSQL keeps none in a text, neither in a reason nor in an id.
fn with_nul(body: &[u8]) -> Option<String> {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find(|(_, value)| value.contains('\0')).map(|(key, _)| key.into_owned())
}

/// What those are counted by who are not signed in.
fn range_of(app: &App, request: &Request) -> String {
    let address = request.extensions().get::<ClientAddress>().copied().unwrap_or(ClientAddress::HERE);
    app.keys.hash("draft by address", address.network().as_bytes())
}

fn session_over() -> Problem {
    Problem::new(Kind::SignedOut, "Nothing was done: you’ve been signed out.", "Sign in again: what you typed is kept.")
}

/// Sends somebody whose session is over to the sign-in page, keeping the form for afterwards.
pub async fn keep_for_sign_in(app: &App, request: Request, former: &OperatorId) -> Response {
    if !wants_page(request.headers()) {
        return (StatusCode::UNAUTHORIZED, axum::Json(session_over())).into_response();
    }
    if !is_form(&request) {
        return refuse_unread(request.headers());
    }
    let target = request.uri().path().to_owned();
    let range = range_of(app, &request);
    let (parts, body) = request.into_parts();
    let body = match read(&parts.headers, body, LARGEST_OF_STRANGERS).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let problem = session_over();
    match store_draft(app, Writer::Outside { range: &range, former: Some(former) }, &target, &body, &problem).await {
        Ok(Some(id)) => {
            let back = back_of(&body).unwrap_or_else(|| path::OVERVIEW.to_owned());
            let to = path::with(&path::with(path::SIGN_IN, "back", &back), "draft", &id);
            Redirect::to(&to).into_response()
        }
        Ok(None) | Err(_) => echo(&target, &body, &problem),
    }
}

/// Turns a form of nobody known away, with the reason. One that a browser of ours may have sent, no larger than a stranger's
/// may be, goes back in the answer; nothing is stored, and anything else is not looked at.
pub async fn turn_away(request: Request, problem: &Problem) -> Response {
    let small = said_length(request.headers()).is_some_and(|length| length <= LARGEST_OF_STRANGERS);
    if !small || !is_form(&request) || !wants_page(request.headers()) || is_unknown(&request) {
        return match problem.kind {
            Kind::Unavailable => {
                let said = format!("{} Go back: what you typed is still there.\n", problem.what);
                (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
            }
            _ => refuse_unread(request.headers()),
        };
    }
    let target = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    match read(&parts.headers, body, LARGEST_OF_STRANGERS).await {
        Ok(body) => echo(&target, &body, problem),
        Err(refused) => refused,
    }
}

pub fn not_signed_in() -> Problem {
    Problem::new(Kind::SignedOut, "Nothing was done: you’re not signed in.", "")
}

fn refuse_unread(headers: &HeaderMap) -> Response {
    if !wants_page(headers) {
        let problem = Problem::new(Kind::SignedOut, "Nothing was done: you’ve been signed out.", "Sign in again.");
        return (StatusCode::UNAUTHORIZED, axum::Json(problem)).into_response();
    }
    let inner = format!(
        "<h1>Signed out</h1><p class=\"note\" role=\"alert\">You are not signed in, and nothing was done. What was sent was not \
         read: it is too large to be given back.</p>\
         <p><a class=\"btn main\" href=\"{}\">Sign in</a></p>",
        path::SIGN_IN
    );
    (StatusCode::UNAUTHORIZED, plain::page("Signed out", &inner)).into_response()
}

async fn give_back(
    app: &App,
    writer: Writer<'_>,
    target: &str,
    body: &Bytes,
    referer: Option<&str>,
    problem: Problem,
) -> Response {
    // Whoever is signed in comes back to a page, which can be opened again; for all others nothing is stored for long while
    // something does not work.
    if problem.kind == Kind::Unavailable && matches!(writer, Writer::Outside { .. }) {
        return echo(target, body, &problem);
    }
    match store_draft(app, writer, target, body, &problem).await {
        Ok(Some(id)) => {
            let page =
                sign_in_page(target).map(str::to_owned).or_else(|| back_of(body)).or_else(|| referer.map(path::ours));
            let page = page.or_else(|| overview_of(body)).unwrap_or_else(|| path::OVERVIEW.to_owned());
            Redirect::to(&path::with(&page, "draft", &id)).into_response()
        }
        Ok(None) | Err(_) => echo(target, body, &problem),
    }
}

/// The forms of signing in name the page for afterwards; they themselves stand on these.
fn sign_in_page(target: &str) -> Option<&'static str> {
    let pages = [
        (SignIn::PATH, path::SIGN_IN),
        (EnterCode::PATH, path::SIGN_IN_CODE),
        (Enrol::PATH, path::SIGN_IN_ENROL),
        (SetUp::PATH, path::SET_UP),
        (NewPassword::PATH, path::NEW_PASSWORD),
    ];
    pages.into_iter().find(|(form, _)| *form == target).map(|(_, page)| page)
}

/// Keeps a form; `None` if its writer has as many lying about as may be.
async fn store_draft(
    app: &App,
    writer: Writer<'_>,
    target: &str,
    body: &[u8],
    problem: &Problem,
) -> Result<Option<String>, Problem> {
    let text = serde_json::to_string(&(problem, String::from_utf8_lossy(without_secrets(body).as_bytes())))
        .map_err(|error| Problem::unavailable(error.to_string(), ""))?;
    drafts::keep_form(&app.store, &app.keys, writer, target, &text, app.clock.now()).await.map_err(store_problem)
}

/// Passwords and codes are typed again.
fn is_secret(key: &str) -> bool {
    matches!(key, "password" | "present" | "code" | "repeat")
}

/// A form without its passwords and codes.
fn without_secrets(body: &[u8]) -> String {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in url::form_urlencoded::parse(body) {
        if !is_secret(&key) {
            kept.append_pair(&key, &value);
        }
    }
    kept.finish()
}

/// The page a form names as the one it stands on, without a former draft.
fn back_of(body: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(key, _)| key == "back").map(|(_, value)| path::ours(&value))
}

/// The overview of the instance a form names.
fn overview_of(body: &[u8]) -> Option<String> {
    let named = url::form_urlencoded::parse(body).find(|(key, _)| key == "instance")?.1;
    named.parse::<InstanceName>().ok().map(|name| path::overview(&name))
}

/// The last resort: the answer carries the whole form, to be sent again as it is or put right.
fn echo(target: &str, body: &[u8], problem: &Problem) -> Response {
    let signed_out = problem.kind == Kind::SignedOut;
    let as_it_is = signed_out || problem.kind == Kind::Unavailable;
    let mut fields = String::new();
    for (key, value) in url::form_urlencoded::parse(body) {
        let (secret, written) = (is_secret(&key), form::is_written(&key, &value) && !value.is_empty());
        let for_the_machine = as_it_is || matches!(&*key, "back" | "draft" | "link") || form::is_seen(&key);
        let (label, key, value) = (escape(&form::label_of(&key)), escape(&key), escape(&value));
        fields.push_str(&if secret {
            format!("<label class=\"field\">{label}<input class=\"input\" type=\"password\" name=\"{key}\" required></label>")
        } else if written {
            let rows = if value.len() > 60 || value.contains('\n') { 8 } else { 2 };
            format!(
                "<label class=\"field\">{label}<textarea class=\"input\" name=\"{key}\" rows=\"{rows}\">\n{value}</textarea></label>"
            )
        } else if for_the_machine {
            format!("<input type=\"hidden\" name=\"{key}\" value=\"{value}\">")
        } else {
            format!("<label class=\"field\">{label}<input class=\"input\" name=\"{key}\" value=\"{value}\"></label>")
        });
    }
    let back = back_of(body).unwrap_or_else(|| path::OVERVIEW.to_owned());
    let again = if signed_out {
        "Sign in first, then send it again, or copy it."
    } else if as_it_is {
        "Send it again when the console is back, or copy it."
    } else {
        "Correct it and send it again, or copy it."
    };
    let inner = format!(
        "<h1>Nothing was done</h1><p class=\"note\" role=\"alert\">{what} {remedy}</p><p>What you typed is below. {again}</p>\
         {sign_in}<form method=\"post\" action=\"{target}\" class=\"stack\">{fields}<p><button class=\"btn main\">Send it again</button> \
         <a class=\"btn\" href=\"{back}\">Back to the page</a></p></form>",
        sign_in = if signed_out {
            format!(
                "<p><a class=\"btn\" href=\"{}\" target=\"_blank\" rel=\"noopener\">Sign in (opens a new tab)</a></p>",
                path::SIGN_IN
            )
        } else {
            String::new()
        },
        what = escape(&problem.what),
        remedy = escape(&problem.remedy),
        target = escape(target),
        back = escape(&back),
    );
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, plain::page("Not done", &inner)).into_response()
}
