//! The doors of batches.

use super::BatchPage;
use crate::{frame::Framed, problem::Problem};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[server(prefix = "/api/batches", endpoint = "page", input = GetUrl)]
pub async fn batch(instance: String, batch: String, search: String) -> Result<Framed<BatchPage>, Problem> {
    super::service::batch(&crate::context::Context::of_request()?, &instance, &batch, &search).await
}

/// Pauses a batch, or lets it go on.
#[server(prefix = "/api/batches", endpoint = "pause")]
pub async fn pause(instance: String, batch: String, #[server(default)] pause: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::pause(context, instance, batch, pause == "yes")).await
}
