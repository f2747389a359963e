//! One line a request: what, answered how, in how long. No queries, no addresses, no bodies.

use axum::{extract::Request, middleware::Next, response::Response};

pub async fn log(request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(http.method = %method, http.path = %path, http.status = response.status().as_u16(), milliseconds, "request");
    response
}
