//! No unsafe method from another origin: the browser says where a request comes from, and silence is refused. Nor are the
//! forms sent by other sites, and none sends a browser back to one.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

pub async fn same_origin(State(own): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let elsewhere = request.uri().path().starts_with("/api/") && is_of_another_site(request.headers());
    // A form is answered without scripts by a redirect to the page it came from: never to somebody else's.
    if !is_from(request.headers(), &own) {
        request.headers_mut().remove(header::REFERER);
    }
    if (safe && !elsewhere) || is_own(request.headers(), &own) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "Nothing was done: this request came from another site.\n").into_response()
    }
}

/// Whether the browser says that another site asks, by a link or otherwise.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// Whether a request comes from one of our own pages, as far as it says.
fn is_from(headers: &HeaderMap, own: &str) -> bool {
    headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| url::Url::parse(text).ok())
        .is_some_and(|url| url.origin().ascii_serialization() == own)
}

fn is_own(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some("same-origin"), None) => true,
        (Some("same-origin") | None, Some(origin)) => origin == own,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), header::HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_write() {
        let own = "https://howdah.example";
        let cases: [(&[(&'static str, &'static str)], bool); 8] = [
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://howdah.example")], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("origin", "https://howdah.example")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://other.example")], false),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ];
        for (pairs, allowed) in cases {
            assert_eq!(is_own(&headers(pairs), own), allowed, "{pairs:?}");
        }
    }
}
