//! The whole order of the layers in one function.

use super::{
    assets, faults, forms, guard, headers,
    headers::CspNonce,
    live,
    metrics::PATIENCE,
    origin,
    plain::{self, of_door, wants_page},
    seen,
    sessions::Sessions,
};
use crate::{
    app::{App as Pages, shell},
    appeals,
    audit::service::{access, export},
    context::App,
    domain_blocks::api::files,
    grants,
    linked_accounts::api::back,
    media, path,
    problem::Problem,
    reports::service::meanwhile,
    signups, transparency,
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header, request::Parts},
    middleware::{Next, from_fn, from_fn_with_state, map_request},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use leptos::{
    config::LeptosOptions,
    nonce::Nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list, render_app_async_with_context};
use std::sync::{Arc, LazyLock};
use tokio::time::timeout;
use tower_http::{
    CompressionLevel,
    compression::CompressionLayer,
    request_id::{PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tower_sessions::{SessionManagerLayer, cookie::SameSite};

/// The pages there are, listed once. While Leptos lists them, no `Resource` in the whole process is loaded, and one that
/// begins to load then waits for ever (leptos-rs/leptos#4773): one more reason why pages have none.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(Pages));

#[derive(Clone, axum::extract::FromRef)]
struct RouterState {
    app: Arc<App>,
    options: LeptosOptions,
}

/// Everything the console answers. From the outside in: what is seen of it, headers, origin, session, person, form, page.
pub fn router(app: Arc<App>) -> Router {
    let options = LeptosOptions::builder()
        .output_name("howdah")
        .site_root(app.config.site.display().to_string())
        .site_pkg_dir("pkg")
        .hash_files(true)
        .hash_file(assets::hash_file(&app.config.site).display().to_string().into())
        .build();
    let https = app.config.public_url.scheme() == "https";
    let state = RouterState { app: app.clone(), options: options.clone() };
    let context = {
        let app = app.clone();
        move || {
            provide_context(app.clone());
            if let Some(nonce) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<CspNonce>().cloned()) {
                provide_context(Nonce::from_value(nonce.0));
            }
        }
    };
    let sessions = SessionManagerLayer::new(Sessions { store: app.store.clone(), clock: app.clock.clone() })
        .with_name(if https { "__Host-howdah" } else { "howdah" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/");

    let unknown = {
        let options = options.clone();
        let page = render_app_async_with_context(context.clone(), move || shell(options.clone()));
        move |request: Request| {
            let page = page.clone();
            async move { unknown(request, page).await }
        }
    };
    let inside = Router::new()
        .leptos_routes_with_context(&state, PAGES.clone(), context, {
            let options = options.clone();
            move || shell(options.clone())
        })
        .route("/health", get(health))
        .route("/i/{instance}/reports/{account}/media/{media}", get(media::stream).head(no_head))
        .route("/i/{instance}/federation/export/{file}", get(files::export).head(no_head))
        .route("/i/{instance}/federation/upload", post(files::upload))
        .route("/i/{instance}/your-account/callback", get(back::callback))
        .route(path::LIVE, get(live::tell))
        .route("/live/i/{instance}/reports", get(meanwhile::in_queue))
        .route("/live/i/{instance}/reports/{account}", get(meanwhile::in_case))
        .route("/live/i/{instance}/signups", get(signups::service::meanwhile))
        .route("/live/i/{instance}/appeals", get(appeals::service::meanwhile))
        .route("/audit/access.csv", get(access::csv).head(no_head))
        .route("/audit/export.csv", get(export::csv).head(no_head))
        .route("/grants/{operator}/timesheet.csv", get(grants::service::csv).head(no_head))
        .route("/i/{instance}/transparency.md", get(transparency::api::markdown).head(no_head))
        .route("/i/{instance}/transparency.csv", get(transparency::api::csv).head(no_head))
        .route("/audit/export.jsonl", get(export::json_lines).head(no_head))
        .fallback(unknown)
        .with_state(state)
        .layer(from_fn(faults::right_status))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_page))
        .layer(from_fn_with_state(app.clone(), forms::keep_what_was_typed))
        .layer(from_fn_with_state(app.clone(), guard::require_session))
        .layer(sessions)
        .layer(from_fn(moved))
        .layer(from_fn_with_state(https, headers::secure_cookies))
        .layer(map_request(headers::readable_cookies))
        .merge(assets::router(&app.config.site));
    outside(&app, inside)
}

/// What stands around every answer, whoever gives it.
pub fn outside(app: &Arc<App>, inside: Router) -> Router {
    let transport_security = headers::transport_security(&app.config);
    let own: Arc<str> = app.config.public_url.origin().ascii_serialization().into();
    inside
        .layer(from_fn(plain::short_queries))
        .layer(from_fn_with_state(app.clone(), faults::answer))
        .layer(from_fn_with_state(own, origin::same_origin))
        .layer(from_fn(plain::refusals))
        .layer(from_fn_with_state(transport_security, headers::secure))
        .layer(from_fn_with_state(app.clone(), seen::count))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(seen::span)
                .on_request(())
                .on_response(seen::line)
                .on_body_chunk(())
                .on_eos(())
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(seen::Ids))
        .layer(map_request(seen::without_an_id))
}

/// Pages and the answers of forms are packed. Files are not: they go out as they are read, and whoever packs one keeps
/// what was handed out to himself until there is enough of it.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    matches!(kind.split(';').next().unwrap_or_default().trim(), "text/html" | "application/json")
}

/// `ok` while the console's own database can be written.
async fn health(State(app): State<Arc<App>>) -> impl IntoResponse {
    match timeout(PATIENCE, app.store.try_write(app.clock.now())).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "health.store");
            (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be written\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}

/// A file is made when it is asked for, and that may be an entry: of one that nobody takes, nothing is begun.
async fn no_head() -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")])
}

/// Sends whoever opens an address of before on to where it leads now, with the same query: the same for everybody.
async fn moved(request: Request, next: Next) -> Response {
    let opened = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(now) = opened.then(|| path::moved(request.uri().path())).flatten() else {
        return next.run(request).await;
    };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::permanent(&(now + &query)).into_response()
}

/// Whether an address leads somewhere by a detour, as no browser writes it: it matches no route here, and whoever makes pages
/// would follow it, to a page that says at once that there is none.
fn is_detour(path: &str) -> bool {
    let mut parts = path.split('/').map(|part| part.to_ascii_lowercase().replace("%2e", "."));
    !path.starts_with('/') || path.ends_with('/') || parts.any(|part| matches!(part.as_str(), "." | ".."))
}

/// An address at which nothing stands: a page in its frame for somebody signed in, one without for anybody else.
async fn unknown<F>(request: Request, page: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let nothing = StatusCode::NOT_FOUND;
    if of_door(request.uri().path()) {
        return (nothing, Json(Problem::not_found("This URL doesn’t exist."))).into_response();
    }
    // A page is opened; a form that is sent to nowhere is not read, and no page is made of it.
    let opened = matches!(*request.method(), Method::GET | Method::HEAD);
    if !opened || !wants_page(request.headers()) || is_detour(request.uri().path()) {
        return (nothing, "This page doesn’t exist. The overview is at /\n").into_response();
    }
    let mut response = page(request).await;
    *response.status_mut() = nothing;
    response
}
