//! Security headers on every answer, also on those given before Leptos.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
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

pub async fn secure(State(https): State<bool>, mut request: Request, next: Next) -> Response {
    let nonce: Arc<str> = STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>()).into();
    request.extensions_mut().insert(CspNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // `same-origin`, not `no-referrer`: plain forms are answered by a redirect to the page they came from.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    // Only hashed assets say otherwise: pages show private things.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
