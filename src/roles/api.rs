//! The doors of the roles desk.

use super::{ChangePage, RolePage, RolesPage};
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/roles", endpoint = "list", input = GetUrl)]
pub async fn roles(instance: String, search: String) -> Result<Framed<RolesPage>, Problem> {
    super::service::roles(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/roles", endpoint = "page", input = GetUrl)]
pub async fn role(instance: String, role: String, search: String) -> Result<Framed<RolePage>, Problem> {
    super::service::role(&crate::context::Context::of_request()?, &instance, &role, &search).await
}

#[server(prefix = "/api/roles", endpoint = "change", input = GetUrl)]
pub async fn change(instance: String, search: String) -> Result<Framed<ChangePage>, Problem> {
    super::service::change(&crate::context::Context::of_request()?, &instance, &search).await
}

/// Gives somebody a role, or takes it away.
#[server(prefix = "/api/roles", endpoint = "assign")]
pub async fn assign(
    instance: String,
    account: String,
    #[server(default)] role: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::assign(context, instance, account, role, why, seen)).await
}
