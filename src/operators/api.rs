//! The doors of the people desk.

use super::PeoplePage;
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/people", endpoint = "list", input = GetUrl)]
pub async fn people(search: String) -> Result<Framed<PeoplePage>, Problem> {
    super::service::people(&crate::context::Context::of_request()?, &search).await
}

/// Ends or gives back somebody's access.
#[server(prefix = "/api/people", endpoint = "disable")]
pub async fn disable(operator: String, disabled: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::disable(context, operator, disabled == "yes", why)).await
}

/// Ends every session of somebody, everywhere at once.
#[server(prefix = "/api/people", endpoint = "end-sessions")]
pub async fn end_sessions(operator: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::end_sessions(context, operator, why)).await
}
