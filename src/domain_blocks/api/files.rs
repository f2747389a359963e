//! Lists as files: taken in by an ordinary upload, given out as Mastodon writes them.

use crate::{
    context::{App, Context},
    domain_blocks::service::{self, List},
    id::InstanceName,
    path,
    problem::{Kind, Problem},
    session::Signed,
    store::drafts,
};
use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use futures::StreamExt;
use std::sync::Arc;

/// 20,000 rows with long comments are smaller; more is not read.
const LARGEST_FILE: usize = 8 * 1024 * 1024;

fn refused(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, format!("{problem} {}\n", problem.remedy)).into_response()
}

/// The rules about servers as `domain_blocks.csv`, or the allowed servers as `domain_allows.csv`.
pub async fn export(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path((instance, file)): Path<(String, String)>,
) -> Response {
    let (list, disposition) = match file.as_str() {
        "domain_blocks.csv" => (List::Blocks, "attachment; filename=\"domain_blocks.csv\""),
        "domain_allows.csv" => (List::Allows, "attachment; filename=\"domain_allows.csv\""),
        _ => return (StatusCode::NOT_FOUND, "There is no such list.\n").into_response(),
    };
    match service::export(&Context::of(app, signed), &instance, list).await {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
                (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
            ];
            (headers, text).into_response()
        }
        Err(problem) => refused(&problem),
    }
}

/// Takes a list in: what it would do is shown on a page of its own. A file cannot be given back by a form, so only the
/// reason is.
pub async fn upload(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = Context::of(app, signed);
    // Before anything of it is read.
    let (kept, unread) = match service::may_keep(&context, &instance).await {
        Ok(()) => match context.app.uploads.try_acquire() {
            Ok(_reading) => (take_in(&context, &instance, &headers, body).await, None),
            Err(_) => (Err(busy()), Some(body)),
        },
        Err(problem) => (Err(problem), Some(body)),
    };
    if let Some(body) = unread {
        pass_by(body).await;
    }
    match kept {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(problem) => give_back(&context, &instance, problem).await,
    }
}

fn busy() -> Problem {
    Problem::new(
        Kind::TooMany,
        "Other files are being read right now, so this one was not.",
        "Choose it again in a few seconds.",
    )
}

/// Lets what nobody reads go by, without keeping any of it: a browser shows no answer that comes while it still sends.
async fn pass_by(body: Body) {
    let mut pieces = body.into_data_stream();
    let mut passed = 0;
    while passed <= LARGEST_FILE
        && let Some(Ok(piece)) = pieces.next().await
    {
        passed += piece.len();
    }
}

async fn take_in(context: &Context, instance: &str, headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let body = to_bytes(body, LARGEST_FILE).await.map_err(|error| {
        tracing::info!(%error, "domains.upload");
        Problem::invalid(
            "file",
            "The file is larger than 8 MB, or did not arrive whole. Choose it again, or a smaller one.",
        )
    })?;
    let (name, bytes) = file_of(headers, body).await?;
    service::keep(context, instance, &name, bytes).await
}

async fn give_back(context: &Context, instance: &str, problem: Problem) -> Response {
    let text = serde_json::to_string(&(&problem, "")).unwrap_or_default();
    let owner = Some(&context.actor.operator);
    let kept = drafts::keep(&context.app.store, &context.app.keys, owner, "upload", &text, context.now()).await;
    match (kept, instance.parse::<InstanceName>()) {
        (Ok(draft), Ok(instance)) => {
            Redirect::to(&path::with(&path::domain_imports(&instance), "draft", &draft)).into_response()
        }
        _ => refused(&problem),
    }
}

/// The one file of an upload: its name and its bytes.
async fn file_of(headers: &HeaderMap, body: Bytes) -> Result<(String, Bytes), Problem> {
    let none = || Problem::invalid("file", "Choose a file: a list as Mastodon exports it.");
    let boundary = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| multer::parse_boundary(kind).ok())
        .ok_or_else(none)?;
    let body = futures::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
    let mut parts = multer::Multipart::new(body, boundary);
    let broken = |error: multer::Error| {
        tracing::info!(%error, "domains.upload");
        Problem::invalid("file", "The file did not arrive whole. Choose it again.")
    };
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(broken)?;
            return if bytes.is_empty() { Err(none()) } else { Ok((name, bytes)) };
        }
    }
    Err(none())
}
