//! The doors of the overview.

use super::OverviewPage;
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/overview", endpoint = "page", input = GetUrl)]
pub async fn overview(instance: String, search: String) -> Result<Framed<OverviewPage>, Problem> {
    super::service::overview(&crate::context::Context::of_request()?, &instance, &search).await
}

/// The instance to begin with: the first this person may see.
#[server(prefix = "/api/overview", endpoint = "home", input = GetUrl)]
pub async fn home() -> Result<String, Problem> {
    super::service::home(&crate::context::Context::of_request()?)
}
