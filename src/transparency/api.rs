//! The report as a file.

use super::{Report, service};
use crate::{
    context::{App, Context},
    problem::Problem,
    session::Signed,
    stream,
};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
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
    answer(report, "csv", stream::CSV, service::csv)
}

fn answer(
    report: Result<(Report, String), Problem>,
    ending: &str,
    kind: &'static str,
    text: fn(&Report) -> String,
) -> Response {
    match report {
        Ok((report, name)) => stream::file(text(&report), kind, &format!("{name}.{ending}")),
        Err(problem) => stream::no_file(&problem),
    }
}
