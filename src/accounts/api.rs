//! The doors of the account desk.

use super::FindPage;
use crate::{frame::Framed, problem::Problem, reports::CasePage};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/accounts", endpoint = "find", input = GetUrl)]
pub async fn find(instance: String, search: String) -> Result<Framed<FindPage>, Problem> {
    super::service::find(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/accounts", endpoint = "page", input = GetUrl)]
pub async fn account(instance: String, account: String, search: String) -> Result<Framed<CasePage>, Problem> {
    crate::reports::service::case(&crate::context::Context::of_request()?, &instance, &account, &search).await
}
