//! The doors of the grants desk.

#![expect(clippy::too_many_arguments, reason = "a server function has an argument for each field of its form")]

use super::{AskPage, GrantPage, GrantsPage, Sheet};
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/grants", endpoint = "list", input = GetUrl)]
pub async fn list(search: String) -> Result<Framed<GrantsPage>, Problem> {
    super::service::list(&crate::context::Context::of_request()?, &search).await
}

#[server(prefix = "/api/grants", endpoint = "page", input = GetUrl)]
pub async fn grant(grant: String, search: String) -> Result<Framed<GrantPage>, Problem> {
    super::service::grant(&crate::context::Context::of_request()?, &grant, &search).await
}

#[server(prefix = "/api/grants", endpoint = "ask-page", input = GetUrl)]
pub async fn asking(search: String) -> Result<Framed<AskPage>, Problem> {
    super::service::ask_page(&crate::context::Context::of_request()?, &search).await
}

#[server(prefix = "/api/grants", endpoint = "sheet", input = GetUrl)]
pub async fn month(operator: String, search: String) -> Result<Framed<Sheet>, Problem> {
    super::service::sheet(&crate::context::Context::of_request()?, &operator, &search).await
}

/// Asks for a grant; it gives no right before somebody else approves it.
#[server(prefix = "/api/grants", endpoint = "ask")]
pub async fn ask(
    #[server(default)] operator: String,
    #[server(default)] instances: Vec<String>,
    #[server(default)] categories: Vec<String>,
    #[server(default)] sign_ups: String,
    #[server(default)] reveal: String,
    #[server(default)] starts: String,
    #[server(default)] ends: String,
    #[server(default)] sponsor: String,
    #[server(default)] agreement: String,
    #[server(default)] why: String,
    #[server(default)] places: Vec<String>,
    #[server(default)] accounts: Vec<String>,
    #[server(default)] roles: Vec<String>,
) -> Result<(), Problem> {
    let form = super::AskForm {
        operator,
        instances,
        categories,
        sign_ups,
        reveal,
        starts,
        ends,
        sponsor,
        agreement,
        why,
        places,
        accounts,
        roles,
    };
    crate::context::door(|context| super::service::ask(context, form)).await
}

/// Approves or refuses what somebody else asked for.
#[server(prefix = "/api/grants", endpoint = "decide")]
pub async fn decide(
    grant: String,
    #[server(default)] verdict: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::decide(context, grant, verdict, why)).await
}

/// Takes a grant back, at once.
#[server(prefix = "/api/grants", endpoint = "revoke")]
pub async fn revoke(grant: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::revoke(context, grant, why)).await
}
