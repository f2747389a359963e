//! The forms of one's own account.

use crate::problem::Problem;
use leptos::prelude::*;

/// Makes ready for the way to the instance.
#[server(prefix = "/api/your-account", endpoint = "start")]
pub async fn start(instance: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::start(context, instance)).await
}

#[server(prefix = "/api/your-account", endpoint = "unlink")]
pub async fn unlink(instance: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::unlink(context, instance, why)).await
}

/// Takes somebody else's link away.
#[server(prefix = "/api/people", endpoint = "unlink")]
pub async fn unlink_other(instance: String, operator: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::unlink_other(context, instance, operator, why)).await
}

/// Where the instance sends people back to.
pub mod back {
    use crate::{
        context::{App, Context},
        id::InstanceName,
        linked_accounts::service::{self, Returned},
        path,
        problem::Problem,
        session::Signed,
        store::drafts,
    };
    use axum::{
        Extension,
        extract::{Path, Query, State},
        response::{IntoResponse, Redirect, Response},
    };
    use leptos::server_fn::ServerFn;
    use std::sync::Arc;

    /// Links, and goes on to the page: with what went wrong beside the form, where something did. The session's cookie is
    /// `SameSite=Lax`, so it comes along with somebody who is sent here by the instance.
    pub async fn callback(
        State(app): State<Arc<App>>,
        Extension(signed): Extension<Signed>,
        Path(instance): Path<String>,
        Query(returned): Query<Returned>,
    ) -> Response {
        let context = Context::of(app, signed);
        let page = instance.parse::<InstanceName>().map_or(path::OVERVIEW.to_owned(), |name| path::your_account(&name));
        // In a task of its own: a browser that goes away must not leave a token that nobody knows of.
        let (theirs, name) = (context.clone(), instance.clone());
        let done = tokio::spawn(async move { service::returned(&theirs, &name, returned).await });
        let problem = match done.await {
            Ok(Ok(to)) => return Redirect::to(&to).into_response(),
            Ok(Err(problem)) => problem,
            Err(error) => {
                tracing::error!(%error, "linked_accounts.callback");
                Problem::unavailable("This was interrupted.", "Check whether you are linked, and start again.")
            }
        };
        let app = &context.app;
        let operator = Some(&context.actor.operator);
        let text = serde_json::to_string(&(&problem, "")).unwrap_or_default();
        // A problem on the way back is shown beside the form that began it.
        match drafts::keep(&app.store, &app.keys, operator, super::Start::PATH, &text, context.now()).await {
            Ok(id) => Redirect::to(&path::with(&page, "draft", &id)).into_response(),
            Err(error) => {
                tracing::error!(%error, "linked_accounts.callback");
                let status = axum::http::StatusCode::SERVICE_UNAVAILABLE;
                (status, format!("{} {}\n", problem.what, problem.remedy)).into_response()
            }
        }
    }
}
