//! The doors of the audit desk.

use super::{AuditPage, EntryPage, InstanceLogPage};
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/audit", endpoint = "list", input = GetUrl)]
pub async fn list(search: String) -> Result<Framed<AuditPage>, Problem> {
    super::service::list(&crate::context::Context::of_request()?, &search).await
}

#[server(prefix = "/api/audit", endpoint = "entry", input = GetUrl)]
pub async fn entry(index: String, search: String) -> Result<Framed<EntryPage>, Problem> {
    super::service::entry(&crate::context::Context::of_request()?, &index, &search).await
}

#[server(prefix = "/api/audit", endpoint = "instance-log", input = GetUrl)]
pub async fn instance_log(instance: String, search: String) -> Result<Framed<InstanceLogPage>, Problem> {
    super::service::instance_log::page(&crate::context::Context::of_request()?, &instance, &search).await
}

/// Takes a checkpoint now.
#[server(prefix = "/api/audit", endpoint = "checkpoint")]
pub async fn checkpoint() -> Result<(), Problem> {
    crate::context::door(super::service::checkpoint).await
}

/// Begins a check of the record in the background: from where the last one ended, or of everything.
#[server(prefix = "/api/audit", endpoint = "check")]
pub async fn check(#[server(default)] everything: String) -> Result<(), Problem> {
    crate::context::door(move |context| super::service::check::begin(context, everything == "yes")).await
}
