//! What is seen of each request: an id, a span in the log with a line at its end, and a place in the metrics. A request is
//! called by the route that answers it and never by the address that was asked: what strangers type is not for the log.

use crate::{context::App, session::request_id};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use std::{sync::Arc, time::Duration};
use tower_http::request_id::{MakeRequestId, RequestId};
use tracing::Span;

/// The header that says a request's id.
const ID: &str = "x-request-id";

/// Gives each request an id of our own.
#[derive(Clone, Copy)]
pub struct Ids;

impl MakeRequestId for Ids {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::try_from(crate::id::fresh()).ok().map(RequestId::new)
    }
}

/// What somebody else calls a request is not put into our log.
pub async fn without_an_id(mut request: Request) -> Request {
    request.headers_mut().remove(ID);
    request
}

/// The route that answers, with its parameters' names for what stood there; “none” where nothing does.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

/// The method, where it is one that the console knows: anybody can make up more.
fn method(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

/// The span of a request: all that is logged while it is answered stands in it.
pub fn span(request: &Request) -> Span {
    let id = request_id(request.extensions());
    tracing::info_span!("request", id, method = method(request), route = route(request))
}

/// The line at its end: answered how, within how long.
pub fn line(response: &Response, took: Duration, _: &Span) {
    tracing::info!(status = response.status().as_u16(), milliseconds = took.as_secs_f64() * 1000.0, "request");
}

/// Counts a request by its route and status, and the time until its answer began.
pub async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (method, route) = (method(&request), route(&request).to_owned());
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    app.requests.count(method, &route, response.status().as_u16(), started.elapsed());
    response
}
