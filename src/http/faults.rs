//! What goes wrong inside: a fault of the console's own is answered in words and counted, and a failed form says with its
//! status what its problem says in words.

use super::plain::{of_door, wants_page};
use crate::{context::App, problem::Problem};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http_body_util::{BodyExt, Limited};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// The largest problem there is; they are sentences.
const LARGEST_PROBLEM: usize = 64 * 1024;

/// A page is begun within this, or given up: whatever it waits for has a bound of its own, far below. A deed is not: it is
/// done whoever waits, and says itself how it went.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Answers for a handler that panicked, whose last words are in the log, and for a page that does not come.
pub async fn answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let page = wants_page(request.headers());
    let what = match begun(&method, next.run(request), LONGEST_WAIT).await {
        Ok(response) => return response,
        Err(what) => what,
    };
    let faults = app.faults.fetch_add(1, Ordering::Relaxed) + 1;
    tracing::error!(faults, "{what}");
    let said = "The console failed while working on this. If you sent something, check the audit log for the \
    outcome, then try again; whoever runs Howdah finds the reason in its log.";
    if of_door(&path) && !page {
        let problem = Problem::unavailable(said, "");
        return (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(problem)).into_response();
    }
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{said}\n")).into_response()
}

/// The answer, or what became of it.
async fn begun<T>(method: &Method, answering: impl Future<Output = T>, longest: Duration) -> Result<T, &'static str> {
    let answering = AssertUnwindSafe(answering).catch_unwind();
    let answered = if matches!(*method, Method::GET | Method::HEAD) {
        tokio::time::timeout(longest, answering).await.map_err(|_| "request.unanswered")?
    } else {
        answering.await
    };
    answered.map_err(|_| "request.panicked")
}

/// Leptos 0.8 answers every form that failed with 500. A plain form has been given its redirect by then and is left alone.
pub async fn right_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let failed = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    if !failed {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_PROBLEM).collect().await else {
        return Response::from_parts(parts, Body::empty());
    };
    let body = body.to_bytes();
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
    if let Some(status) = problem.and_then(|problem| StatusCode::from_u16(problem.status()).ok()) {
        parts.status = status;
    }
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_that_does_not_come_is_given_up_and_a_deed_is_not() {
        let short = Duration::from_millis(20);
        let long = || tokio::time::sleep(Duration::from_millis(200));
        assert_eq!(begun(&Method::GET, std::future::pending::<()>(), short).await, Err("request.unanswered"));
        assert_eq!(begun(&Method::HEAD, long(), short).await, Err("request.unanswered"));
        assert_eq!(begun(&Method::POST, long(), short).await, Ok(()));
        assert_eq!(
            begun(&Method::GET, async { panic!("a fault of the tests") }, short).await,
            Err::<(), _>("request.panicked")
        );
    }
}
