//! The report as a file.

use super::{Report, service};
use crate::{
    context::{App, Context},
    problem::Problem,
    session::Signed,
};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// As Markdown: `/i/{instance}/transparency.md` with the period of the page.
pub async fn markdown(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let report = service::file(&Context::of(app, signed), &instance, &query.unwrap_or_default()).await;
    answer(report, "md", "text/markdown; charset=utf-8", service::markdown)
}

/// As CSV: `/i/{instance}/transparency.csv`.
pub async fn csv(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let report = service::file(&Context::of(app, signed), &instance, &query.unwrap_or_default()).await;
    answer(report, "csv", "text/csv; charset=utf-8", service::csv)
}

fn answer(
    report: Result<(Report, String), Problem>,
    ending: &str,
    kind: &'static str,
    text: fn(&Report) -> String,
) -> Response {
    match report {
        Ok((report, name)) => {
            let mut response = text(&report).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\"")) {
                headers.insert(header::CONTENT_DISPOSITION, name);
            }
            response
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, format!("{} {}\n", problem.what, problem.remedy)).into_response()
        }
    }
}
