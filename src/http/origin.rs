//! No unsafe method from another origin: the browser says where a request comes from, and silence is refused.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

pub async fn same_origin(State(own): State<Arc<str>>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_own(request.headers(), &own) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This request came from another site, and nothing was done.\n").into_response()
    }
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
