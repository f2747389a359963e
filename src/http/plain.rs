//! Pages without a frame, for whatever is refused before or beside Leptos: with a title, a language and a way on.

use crate::{path, session::request_id, ui::escape};
use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use http_body_util::{BodyExt, Limited};

/// The longest refusal; they are sentences.
const LONGEST: usize = 64 * 1024;

/// Whether whoever asks reads pages: a browser, not its scripts and not a program.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

/// Whether an address is a form action: those answer with JSON.
pub fn of_door(path: &str) -> bool {
    path.starts_with("/api/")
}

/// A whole page. `inner` is HTML already; the title is not.
pub fn page(title: &str, inner: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title} · Howdah</title>\
         <link rel=\"stylesheet\" href=\"/plain.css\"></head><body><main class=\"plain\">{inner}</main></body></html>",
        title = escape(title),
    ))
}

/// The longest query of an address: two hundred cases with all that is said of each are shorter.
const LONGEST_QUERY: usize = 16 * 1024;
/// So many fields a query may have, …
const MOST_IN_QUERY: usize = 500;
/// … and so many a form: those of the largest page with every tick are fewer.
pub const MOST_IN_FORM: usize = 4_000;

/// How many fields a text has in the form of a query or of a form.
pub fn fields(text: &[u8]) -> usize {
    text.split(|byte| matches!(byte, b'&' | b';')).filter(|field| !field.is_empty()).count()
}

/// Refuses an address with more after its question mark than any page of ours has, before anybody looks for one name after the
/// other in it.
pub async fn short_queries(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if query.len() > LONGEST_QUERY || fields(query.as_bytes()) > MOST_IN_QUERY {
        let said = format!(
            "This address is too long: it has more than {MOST_IN_QUERY} fields or {} kB. Open the page from the overview.\n",
            LONGEST_QUERY / 1024
        );
        return (StatusCode::URI_TOO_LONG, said).into_response();
    }
    // No database keeps one, and PostgreSQL says so in place of an answer.
    if request.uri().path().contains("%00") || query.contains("%00") {
        let said = "This address has a NUL character in it, which nothing here has. Open the page from the overview.\n";
        return (StatusCode::BAD_REQUEST, said).into_response();
    }
    next.run(request).await
}

/// Makes a page of a refusal in bare words, for a browser.
pub async fn refusals(request: Request, next: Next) -> Response {
    let page = wants_page(request.headers());
    let opened = *request.method() == Method::GET && of_door(request.uri().path());
    let id = request_id(request.extensions());
    let response = next.run(request).await;
    let status = response.status();
    if page && opened && status == StatusCode::METHOD_NOT_ALLOWED {
        // The answer to a form that could not even be kept stands at the form’s address: opened again, it leads on.
        return Redirect::to(path::OVERVIEW).into_response();
    }
    if !page || !(status.is_client_error() || status.is_server_error()) || !is_bare(response.headers()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = match Limited::new(body, LONGEST).collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).trim().to_owned(),
        Err(_) => String::new(),
    };
    let mut made = refusal(status, &said, id.as_deref()).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            made.headers_mut().append(name, value.clone());
        }
    }
    made
}

fn is_bare(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default());
    kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn refusal(status: StatusCode, said: &str, id: Option<&str>) -> (StatusCode, Html<String>) {
    let (title, otherwise) = match status {
        StatusCode::NOT_FOUND => ("Not found", "This page doesn’t exist."),
        StatusCode::UNAUTHORIZED => ("Sign in", "You’re not signed in."),
        StatusCode::FORBIDDEN => ("No access", "This was refused."),
        StatusCode::METHOD_NOT_ALLOWED => ("Not found", "This URL doesn’t accept forms, or can’t be opened."),
        status if status.is_server_error() => ("Not available", "The console couldn’t respond."),
        _ => ("Not understood", "The console couldn’t process this request."),
    };
    let said = if said.is_empty() { otherwise } else { said };
    // Whoever runs the console finds by it in the log what went wrong.
    let id = id.filter(|_| status.is_server_error());
    let id = id.map(|id| format!("<p class=\"small soft\">Request {}</p>", escape(id))).unwrap_or_default();
    let inner = format!(
        "<h1>{title}</h1><p class=\"note\" role=\"alert\">{said}</p>{id}<p><a class=\"btn main\" href=\"{overview}\">To the overview</a></p>",
        said = escape(said),
        overview = path::OVERVIEW,
    );
    (status, page(title, &inner))
}
