//! The doors of invitations and access requests.

use super::{InvitationPage, InvitationsPage, RequestPage, RequestsPage};
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/invitations", endpoint = "list", input = GetUrl)]
pub async fn list(instance: String, search: String) -> Result<Framed<InvitationsPage>, Problem> {
    super::service::list(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/invitations", endpoint = "page", input = GetUrl)]
pub async fn invitation(instance: String, invite: String, search: String) -> Result<Framed<InvitationPage>, Problem> {
    super::service::invitation(&crate::context::Context::of_request()?, &instance, &invite, &search).await
}

/// Finds an invitation by its code or link, or those of an account by its handle: by POST, because a code must not stand in
/// an address.
#[server(prefix = "/api/invitations", endpoint = "look-up")]
pub async fn look_up(instance: String, #[server(default)] q: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::look_up(context, instance, q)).await
}

#[server(prefix = "/api/invitations", endpoint = "issue")]
pub async fn issue(
    instance: String,
    #[server(default)] request: String,
    #[server(default)] uses: String,
    #[server(default)] term: String,
    #[server(default)] comment: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    let form = super::IssueForm { request, uses, term, comment, why };
    crate::context::door(|context| super::service::issue(context, instance, form)).await
}

#[server(prefix = "/api/invitations", endpoint = "revoke")]
pub async fn revoke(
    instance: String,
    #[server(default)] invites: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::revoke(context, instance, invites, why)).await
}

#[server(prefix = "/api/access-requests", endpoint = "list", input = GetUrl)]
pub async fn requests(instance: String, search: String) -> Result<Framed<RequestsPage>, Problem> {
    super::service::requests(&crate::context::Context::of_request()?, &instance, &search).await
}

#[server(prefix = "/api/access-requests", endpoint = "page", input = GetUrl)]
pub async fn request(instance: String, request: String, search: String) -> Result<Framed<RequestPage>, Problem> {
    super::service::request(&crate::context::Context::of_request()?, &instance, &request, &search).await
}

#[server(prefix = "/api/access-requests", endpoint = "enter")]
pub async fn enter(
    instance: String,
    #[server(default)] who: String,
    #[server(default)] organisation: String,
    #[server(default)] contact: String,
    #[server(default)] why: String,
    #[server(default)] accounts: String,
    #[server(default)] voucher: String,
) -> Result<(), Problem> {
    let form = super::RequestForm { who, organisation, contact, why, accounts, voucher };
    crate::context::door(|context| super::service::enter(context, instance, form)).await
}

#[server(prefix = "/api/access-requests", endpoint = "refuse")]
pub async fn refuse(
    instance: String,
    request: String,
    #[server(default)] answer: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::door(|context| super::service::refuse(context, instance, request, answer, why)).await
}
