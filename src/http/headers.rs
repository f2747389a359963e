//! Security headers on every answer, also on those given before Leptos.

use crate::config::{Config, Hsts};
use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{self, Entry},
    },
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::sync::Arc;

/// The nonce of one answer: in its header and on its inline scripts.
#[derive(Clone)]
pub struct CspNonce(pub Arc<str>);

/// One sentence a directive: what may be loaded, and why so little.
fn policy(nonce: &str) -> String {
    [
        // Nothing that is not named below.
        "default-src 'none'".to_owned(),
        // The hydration script and what it loads; WebAssembly must be compiled.
        format!("script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'"),
        // One style sheet of our own; neither inline elements nor attributes.
        "style-src 'self'".to_owned(),
        // Reported media come through the console, never from elsewhere.
        "img-src 'self'".to_owned(),
        "media-src 'self'".to_owned(),
        "connect-src 'self'".to_owned(),
        "manifest-src 'self'".to_owned(),
        "form-action 'self'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
        "base-uri 'none'".to_owned(),
        "object-src 'none'".to_owned(),
    ]
    .join("; ")
}

/// What every answer says.
const FIXED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // `same-origin`, not `no-referrer`: plain forms are answered by a redirect to the page they came from.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
];

/// The value of `Strict-Transport-Security`, where there is TLS at all.
pub fn transport_security(config: &Config) -> Option<&'static str> {
    match config.hsts {
        _ if config.public_url.scheme() != "https" => None,
        Hsts::Off => None,
        Hsts::Host => Some("max-age=63072000"),
        Hsts::Subdomains => Some("max-age=63072000; includeSubDomains"),
    }
}

/// The headers of an answer that no request led to: nothing may be loaded for it.
pub fn unasked(transport_security: Option<&'static str>) -> String {
    let mut text = String::new();
    let policy = ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    let security = transport_security.map(|value| ("strict-transport-security", value));
    for (name, value) in FIXED.into_iter().chain([policy, ("cache-control", "no-store")]).chain(security) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text
}

/// Leaves out of a request what no cookie of ours can be. Whoever reads the cookies gives up all that stand in one line where one of
/// them, of whichever neighbour, has other bytes than text; and reads a name that is written with `%` as the name it means, so
/// that a neighbour's would stand in the place of one that browsers keep for us alone (`__Host-`).
pub async fn readable_cookies(mut request: Request) -> Request {
    if let Entry::Occupied(mut lines) = request.headers_mut().entry(header::COOKIE) {
        for line in lines.iter_mut() {
            let may_be_ours = |cookie: &&[u8]| {
                let readable = HeaderValue::from_bytes(cookie).is_ok_and(|cookie| cookie.to_str().is_ok());
                let name = cookie.split(|byte| *byte == b'=').next().unwrap_or_default();
                readable && !name.contains(&b'%')
            };
            let kept: Vec<&[u8]> = line.as_bytes().split(|byte| *byte == b';').filter(may_be_ours).collect();
            *line = HeaderValue::from_bytes(&kept.join(&b';')).unwrap_or(HeaderValue::from_static(""));
        }
    }
    request
}

/// Over TLS every cookie says `Secure`, also the one that ends a session, which comes from elsewhere without it: browsers
/// refuse a `__Host-` name otherwise, and the former cookie stays.
pub async fn secure_cookies(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Entry::Occupied(mut cookies) = response.headers_mut().entry(header::SET_COOKIE)
        && https
    {
        for cookie in cookies.iter_mut() {
            let whole = cookie.to_str().ok().filter(|text| !text.contains("; Secure"));
            if let Some(secure) = whole.and_then(|text| HeaderValue::try_from(format!("{text}; Secure")).ok()) {
                *cookie = secure;
            }
        }
    }
    response
}

pub async fn secure(
    State(transport_security): State<Option<&'static str>>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce: Arc<str> = STANDARD_NO_PAD.encode(crate::seal::random::<[u8; 16]>()).into();
    request.extensions_mut().insert(CspNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let busy = matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(value) = transport_security {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(value));
    }
    // Only hashed assets say otherwise: pages show private things.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if busy {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("10"));
    }
    response
}
