//! What was typed is never lost: a form that cannot be carried out is kept as a sealed draft and given back on the page
//! it came from; where even that cannot be stored, the answer itself carries it.

use super::{
    guard::Signed,
    plain::{self, wants_page},
};
use crate::{
    context::App,
    path,
    problem::{Kind, Problem},
    store::drafts,
    ui::escape,
};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http_body_util::{BodyExt, Limited};
use std::sync::{Arc, Mutex, PoisonError};

/// The largest form the console reads: far above any text Mastodon accepts.
const LARGEST_FORM: usize = 512 * 1024;

/// A posted form on its way through; a door leaves its problem here.
#[derive(Clone, Default)]
pub struct Posted {
    problem: Arc<Mutex<Option<Problem>>>,
}

impl Posted {
    /// Says why the form was not carried out.
    pub fn fail(&self, problem: Problem) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
    }

    fn take(&self) -> Option<Problem> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn is_form(request: &Request) -> bool {
    *request.method() == Method::POST
        && request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Reads a posted form, lets it be carried out, and gives it back if it was not.
pub async fn keep_what_was_typed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !is_form(&request) {
        return next.run(request).await;
    }
    let page = wants_page(request.headers());
    let target = request.uri().path().to_owned();
    let signed = request.extensions().get::<Signed>().cloned();
    let referer = request
        .headers()
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| url::Url::parse(text).ok())
        .map(|url| url.path().to_owned());
    let (mut parts, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_FORM).collect().await {
        Ok(read) => read.to_bytes(),
        Err(_) => {
            return (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The form is larger than 512 kB or broke off. Go back: what you typed is still there; shorten it.\n",
            )
                .into_response();
        }
    };
    let posted = Posted::default();
    parts.extensions.insert(posted.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    if !page {
        return response;
    }
    let problem = posted.take().or_else(|| {
        let misread = response
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|to| to.contains("__err="));
        misread.then(|| {
            Problem::new(
                Kind::Invalid,
                "The form was not complete, and nothing was done.",
                "Check it and send it again.",
            )
        })
    });
    match problem {
        None => response,
        Some(problem) => {
            let operator = signed.map(|signed| signed.actor.operator);
            give_back(&app, operator.as_ref(), &target, &body, referer.as_deref(), problem).await
        }
    }
}

/// Sends somebody whose session is over to the sign-in page, keeping the form for afterwards.
pub async fn keep_for_sign_in(app: &App, request: Request, former: Option<crate::id::OperatorId>) -> Response {
    let page = wants_page(request.headers());
    let target = request.uri().path().to_owned();
    let (_, body) = request.into_parts();
    let problem =
        Problem::new(Kind::SignedOut, "Your session is over, and nothing was done.", "Sign in: your text is kept.");
    if !page {
        return (StatusCode::UNAUTHORIZED, axum::Json(problem)).into_response();
    }
    let Ok(body) = Limited::new(body, LARGEST_FORM).collect().await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The form is too large.\n").into_response();
    };
    let body = body.to_bytes();
    match store_draft(app, former.as_ref(), &target, &body, &problem).await {
        Ok(id) => {
            let back = back_of(&body).unwrap_or_else(|| path::OVERVIEW.to_owned());
            let to = path::with(&path::with(path::SIGN_IN, "back", &back), "draft", &id);
            Redirect::to(&to).into_response()
        }
        Err(_) => echo(&target, &body, &problem),
    }
}

async fn give_back(
    app: &App,
    operator: Option<&crate::id::OperatorId>,
    target: &str,
    body: &Bytes,
    referer: Option<&str>,
    problem: Problem,
) -> Response {
    if problem.kind == Kind::Unavailable {
        return echo(target, body, &problem);
    }
    match store_draft(app, operator, target, body, &problem).await {
        Ok(id) => {
            let page =
                sign_in_page(target).map(str::to_owned).or_else(|| back_of(body)).or_else(|| referer.map(path::ours));
            let page = page.unwrap_or_else(|| path::OVERVIEW.to_owned());
            Redirect::to(&path::with(&page, "draft", &id)).into_response()
        }
        Err(_) => echo(target, body, &problem),
    }
}

/// The forms of signing in name the page for afterwards; they themselves stand on these.
fn sign_in_page(target: &str) -> Option<&'static str> {
    match target {
        "/api/sign-in/password" => Some(path::SIGN_IN),
        "/api/sign-in/code" => Some(path::SIGN_IN_CODE),
        "/api/sign-in/enrol" => Some(path::SIGN_IN_ENROL),
        "/api/sign-in/set-up" => Some(path::SET_UP),
        "/api/sign-in/new-password" => Some(path::NEW_PASSWORD),
        _ => None,
    }
}

async fn store_draft(
    app: &App,
    operator: Option<&crate::id::OperatorId>,
    target: &str,
    body: &[u8],
    problem: &Problem,
) -> Result<String, Problem> {
    let text = serde_json::to_string(&(problem, String::from_utf8_lossy(without_secrets(body).as_bytes())))
        .map_err(|error| Problem::unavailable(error.to_string(), ""))?;
    drafts::keep(&app.store, &app.keys, operator, target, &text, app.clock.now())
        .await
        .map_err(|error| Problem::unavailable(error.to_string(), ""))
}

/// A form without its passwords and codes: those are typed again.
fn without_secrets(body: &[u8]) -> String {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in url::form_urlencoded::parse(body) {
        if !matches!(key.as_ref(), "password" | "present" | "code" | "repeat") {
            kept.append_pair(&key, &value);
        }
    }
    kept.finish()
}

/// The page a form names as the one it stands on, without a former draft.
fn back_of(body: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(key, _)| key == "back").map(|(_, value)| path::ours(&value))
}

/// The last resort: the answer carries the whole form, to be sent again as it is.
fn echo(target: &str, body: &[u8], problem: &Problem) -> Response {
    let mut fields = String::new();
    for (key, value) in url::form_urlencoded::parse(without_secrets(body).as_bytes()) {
        let (key, value) = (escape(&key), escape(&value));
        if value.len() > 60 || value.contains('\n') {
            fields.push_str(&format!(
                "<label class=\"field\">{key}<textarea name=\"{key}\" rows=\"8\">\n{value}</textarea></label>"
            ));
        } else {
            fields.push_str(&format!("<input type=\"hidden\" name=\"{key}\" value=\"{value}\">"));
        }
    }
    let back = back_of(body).unwrap_or_else(|| path::OVERVIEW.to_owned());
    let inner = format!(
        "<h1>Nothing was done</h1><p class=\"note\">{what} {way_on}</p>\
         <p>What you typed is below. Send it again when the console says it is well, or copy it.</p>\
         <form method=\"post\" action=\"{target}\" class=\"stack\">{fields}<p><button class=\"btn main\">Send it again</button> \
         <a class=\"btn\" href=\"{back}\">Back to the page</a></p></form>",
        what = escape(&problem.what),
        way_on = escape(&problem.way_on),
        target = escape(target),
        back = escape(&back),
    );
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = (status, plain::page("Not done", &inner)).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}
