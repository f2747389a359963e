//! The site's files: hashed ones are cached for good, all come with their Brotli or gzip copy.

use anyhow::Context as _;
use axum::{
    Router,
    http::{HeaderValue, header},
    response::Response,
};
use std::path::{Path, PathBuf};
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};

/// The file that names the hashes of script and styles. Every page is made with it.
pub fn hash_file(site: &Path) -> PathBuf {
    // Leptos looks beside the binary unless the path is absolute.
    std::path::absolute(site.join("hash.txt")).unwrap_or_else(|_| site.join("hash.txt"))
}

/// Refuses to serve without the browser's half: no page could name its styles.
///
/// # Errors
/// With the folder that was looked at, and how it comes about.
pub fn check(site: &Path) -> anyhow::Result<()> {
    let file = hash_file(site);
    std::fs::read_to_string(&file).map(drop).with_context(|| {
        format!(
            "cannot read {}: build the browser’s half with `cargo xtask site`, or set `site` in the configuration",
            file.display()
        )
    })
}

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
