//! The doors of the sign-up desk.

use super::{SignUpPage, SignUpsPage};
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/signups", endpoint = "list", input = GetUrl)]
pub async fn list(instance: String, search: String) -> Result<Framed<SignUpsPage>, Problem> {
    super::service::list(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/signups", endpoint = "page", input = GetUrl)]
pub async fn sign_up(instance: String, account: String, search: String) -> Result<Framed<SignUpPage>, Problem> {
    super::service::sign_up(&crate::context::Context::of_request()?, &instance, &account, &search).await
}

/// Lets people in or refuses them: one at once, several in the background.
#[server(prefix = "/api/signups", endpoint = "decide")]
pub async fn decide(
    instance: String,
    #[server(default)] who: String,
    #[server(default)] verdict: String,
    #[server(default)] reason: String,
    #[server(default)] why: String,
    #[server(default)] next: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::decide(context, instance, who, verdict, reason, why, next)).await
}
