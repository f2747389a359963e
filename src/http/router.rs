//! The whole order of the layers in one function.

use super::{assets, forms, guard, headers, headers::CspNonce, origin, sessions::Sessions};
use crate::{
    app::{App as Pages, shell},
    audit::service::export,
    context::App,
    domain_blocks::api::files,
    grants,
    linked_accounts::api::back,
    media,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, request::Parts},
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::{get, post},
};
use leptos::{
    config::LeptosOptions,
    nonce::Nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, generate_route_list};
use std::sync::Arc;
use tower_http::{CompressionLevel, compression::CompressionLayer};
use tower_sessions::{SessionManagerLayer, cookie::SameSite};

#[derive(Clone, axum::extract::FromRef)]
struct RouterState {
    app: Arc<App>,
    options: LeptosOptions,
}

/// Everything the console answers. From the outside in: headers, origin, session, person, form, page.
pub fn router(app: Arc<App>) -> Router {
    let options = LeptosOptions::builder()
        .output_name("howdah")
        .site_root(app.config.site.display().to_string())
        .site_pkg_dir("pkg")
        .hash_files(true)
        .hash_file(assets::hash_file(&app.config.site).display().to_string().into())
        .build();
    let https = app.config.public_url.scheme() == "https";
    let transport_security = headers::transport_security(&app.config);
    let own: Arc<str> = app.config.public_url.origin().ascii_serialization().into();
    let state = RouterState { app: app.clone(), options: options.clone() };
    let routes = generate_route_list(Pages);

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

    Router::new()
        .leptos_routes_with_context(&state, routes, context, {
            let options = options.clone();
            move || shell(options.clone())
        })
        .route("/health", get(health))
        .route("/i/{instance}/reports/{account}/media/{media}", get(media::stream))
        .route("/i/{instance}/domains/export/{file}", get(files::export))
        .route("/i/{instance}/domains/upload", post(files::upload).layer(DefaultBodyLimit::max(files::LARGEST_FILE)))
        .route("/i/{instance}/your-account/callback", get(back::callback))
        .route("/audit/export.csv", get(export::csv))
        .route("/grants/{operator}/sheet.csv", get(grants::service::csv))
        .route("/audit/export.jsonl", get(export::json_lines))
        .fallback(not_found)
        .with_state(state)
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(app.clone(), forms::keep_what_was_typed))
        .layer(from_fn_with_state(app.clone(), guard::require_session))
        .layer(sessions)
        .merge(assets::router(&app.config.site))
        .layer(from_fn_with_state(own, origin::same_origin))
        .layer(from_fn_with_state(transport_security, headers::secure))
        .layer(from_fn(super::access_log::log))
}

/// `ok` while the console's own database answers.
async fn health(State(app): State<Arc<App>>) -> impl IntoResponse {
    match app.store.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "health.store");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, "There is no such page. The overview is at /\n")
}
