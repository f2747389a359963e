//! The doors of the registrations desk.

use super::RegistrationsPage;
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/registrations", endpoint = "page", input = GetUrl)]
pub async fn registrations(instance: String, search: String) -> Result<Framed<RegistrationsPage>, Problem> {
    super::service::registrations(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/registrations", endpoint = "set")]
pub async fn set(
    instance: String,
    #[server(default)] mode: String,
    #[server(default)] message: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::set(context, instance, mode, message, why, seen)).await
}
