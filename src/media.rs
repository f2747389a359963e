//! Reported files, streamed by the console on request: a moderator's browser talks to nobody else.

use crate::{
    access::{self, Permission},
    context::App,
    http::{Signed, stream},
    id::{AccountId, InstanceName, MediaId},
    linked_accounts::service::standing,
    mastodon::files::FileError,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

fn refused(status: StatusCode, why: impl std::fmt::Display) -> Response {
    (status, format!("{why}\n")).into_response()
}

/// One file of a public or unlisted post of the account.
pub async fn stream(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path((instance, account, media)): Path<(String, String, String)>,
) -> Response {
    let missing = || refused(StatusCode::NOT_FOUND, "There is no such file.");
    let (Ok(name), Ok(account), Ok(media)) =
        (instance.parse::<InstanceName>(), account.parse::<AccountId>(), media.parse::<MediaId>())
    else {
        return missing();
    };
    let Some(instance) = app.instances.get(&name) else { return missing() };
    if access::permit(&signed.actor, Permission::ViewWork, Some(&name)).is_err() {
        return missing();
    }
    match standing::lapse(&app, &signed.actor, Permission::ViewWork, &name).await {
        Ok(None) => {}
        Ok(Some(lapse)) => return refused(StatusCode::FORBIDDEN, standing::fallen(lapse)),
        Err(problem) => return refused(StatusCode::SERVICE_UNAVAILABLE, problem),
    }
    let found = match instance.database.read().await {
        Ok(mut read) => match read.open_reports(account).await {
            // An account that a contractor is not shown.
            Ok(open) if !open.is_empty() && !open.iter().any(|report| signed.actor.sees(&name, report.category)) => {
                return missing();
            }
            Ok(_) => read.media_of(account, media).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => return missing(),
        Err(error) => return refused(StatusCode::SERVICE_UNAVAILABLE, error),
    };
    let file = match instance.files.fetch(&found, app.clock.now()).await {
        Ok(file) => file,
        Err(error) => {
            let status = match error {
                FileError::Missing => StatusCode::NOT_FOUND,
                FileError::Elsewhere | FileError::Silent | FileError::TooLarge => StatusCode::BAD_GATEWAY,
                FileError::Kind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                FileError::Limited => StatusCode::TOO_MANY_REQUESTS,
            };
            return refused(status, error);
        }
    };
    let mut response = stream::body(file.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
