//! Reported files, streamed by the console on request: a moderator's browser talks to nobody else.

use crate::{
    access::{self, Permission, Role},
    acting,
    context::{App, Context},
    id::{AccountId, InstanceName, MediaId},
    mastodon::{Instance, database::DatabaseError, files::FileError},
    problem::Problem,
    session::Signed,
    stream,
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

/// Whether somebody may look at the files of an account: a contractor, at those of an open case.
async fn touched(context: &Context, instance: &Instance, id: AccountId) -> Result<bool, Problem> {
    if context.actor.role != Role::Contractor {
        return Ok(true);
    }
    let read = async {
        let mut read = instance.database.read().await?;
        Ok::<_, DatabaseError>((read.account(id).await?, read.open_reports(id).await?))
    };
    let (account, open) = read.await.map_err(|error| Problem::unavailable(error.to_string(), ""))?;
    let Some(account) = account.filter(|account| context.knows(instance, account, &open)) else { return Ok(false) };
    let own = acting::own(context, instance).await?;
    let object = context.case(instance, &account, &open, own.as_ref()).await?;
    Ok(access::permit(&context.actor, Permission::ViewWork, object).is_ok())
}

/// One file of a public or unlisted post of the account.
pub async fn stream(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path((instance, account, media)): Path<(String, String, String)>,
) -> Response {
    let missing = || refused(StatusCode::NOT_FOUND, "This file doesn’t exist.");
    let (Ok(name), Ok(account), Ok(media)) =
        (instance.parse::<InstanceName>(), account.parse::<AccountId>(), media.parse::<MediaId>())
    else {
        return missing();
    };
    let Some(instance) = app.instances.get(&name) else { return missing() };
    if access::permit(&signed.actor, Permission::ViewWork, Some(&name)).is_err() {
        return missing();
    }
    let context = Context::of(app.clone(), signed);
    match acting::lapse(&app, &context.actor, Permission::ViewWork, &name).await {
        Ok(None) => {}
        Ok(Some(lapse)) => return refused(StatusCode::FORBIDDEN, acting::fallen(lapse)),
        Err(problem) => return refused(StatusCode::SERVICE_UNAVAILABLE, problem),
    }
    match touched(&context, instance, account).await {
        Ok(true) => {}
        // An account that a contractor works on no case of.
        Ok(false) => return missing(),
        Err(problem) => return refused(StatusCode::SERVICE_UNAVAILABLE, problem),
    }
    let found = match instance.database.read().await {
        Ok(mut read) => read.media_of(account, media).await,
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
                FileError::Elsewhere
                | FileError::Silent
                | FileError::Refused(_)
                | FileError::Failed(_)
                | FileError::TooLarge => StatusCode::BAD_GATEWAY,
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
