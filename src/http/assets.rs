//! The site's files: hashed ones are cached for good, all come with their Brotli or gzip copy.

use axum::{
    Router,
    http::{HeaderValue, header},
    response::Response,
};
use std::path::Path;
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};

fn immutable(
    mut response: Response<tower_http::services::fs::ServeFileSystemResponseBody>,
) -> Response<tower_http::services::fs::ServeFileSystemResponseBody> {
    if response.status().is_success() {
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    response
}

fn for_an_hour(
    mut response: Response<tower_http::services::fs::ServeFileSystemResponseBody>,
) -> Response<tower_http::services::fs::ServeFileSystemResponseBody> {
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    }
    response
}

/// `/pkg/…` and the few files that lie beside it.
pub fn router<S: Clone + Send + Sync + 'static>(site: &Path) -> Router<S> {
    let package = ServeDir::new(site.join("pkg")).precompressed_br().precompressed_gzip();
    let mut router = Router::new().nest_service("/pkg", ServiceBuilder::new().map_response(immutable).service(package));
    for file in ["favicon.svg", "robots.txt", "plain.css"] {
        let service = ServiceBuilder::new().map_response(for_an_hour).service(ServeFile::new(site.join(file)));
        router = router.route_service(&format!("/{file}"), service);
    }
    router
}
