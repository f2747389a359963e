//! The forms of signing in. They are open to strangers.

pub mod yours;

use crate::problem::Problem;
use leptos::prelude::*;

#[server(prefix = "/api/sign-in", endpoint = "password")]
pub async fn sign_in(
    name: String,
    password: String,
    #[server(default)] back: String,
    #[server(default)] draft: String,
) -> Result<(), Problem> {
    crate::context::land(super::service::sign_in(&name, &password, &back, &draft).await)
}

#[server(prefix = "/api/sign-in", endpoint = "code")]
pub async fn enter_code(
    code: String,
    #[server(default)] back: String,
    #[server(default)] draft: String,
) -> Result<(), Problem> {
    crate::context::land(Box::pin(super::service::enter_code(&code, &back, &draft)).await)
}

/// Confirms the second factor; answers with the recovery codes, shown once.
#[server(prefix = "/api/sign-in", endpoint = "enrol")]
pub async fn enrol(
    code: String,
    #[server(default)] back: String,
    #[server(default)] draft: String,
) -> Result<(), Problem> {
    crate::context::land(super::service::enrol(&code, &back, &draft).await)
}

#[server(prefix = "/api/sign-in", endpoint = "set-up")]
pub async fn set_up(link: String, name: String, password: String, repeat: String) -> Result<(), Problem> {
    crate::context::land(super::service::set_up(&link, &name, &password, &repeat).await)
}

/// Chooses a new password by a one-time link.
#[server(prefix = "/api/sign-in", endpoint = "new-password")]
pub async fn new_password(link: String, password: String, repeat: String) -> Result<(), Problem> {
    crate::context::land(super::service::password_links::choose(&link, &password, &repeat).await)
}

#[server(prefix = "/api/session", endpoint = "end")]
pub async fn sign_out() -> Result<(), Problem> {
    let context = crate::context::Context::of_request()?;
    crate::context::land(super::service::sign_out(context).await)
}

/// Light, dark, or as the device says.
#[server(prefix = "/api/theme", endpoint = "set")]
pub async fn set_theme(theme: String, #[server(default)] back: String) -> Result<(), Problem> {
    crate::context::land(super::service::set_theme(&theme, &back))
}
