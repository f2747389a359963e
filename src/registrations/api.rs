//! The forms of the registrations desk.

use crate::problem::Problem;
use leptos::prelude::*;

#[server(prefix = "/api/registrations", endpoint = "set")]
pub async fn set(instance: String, #[server(flatten)] form: super::SetForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::set(context, instance, form)).await
}

/// Sets the rules, the week and the words of a policy.
#[server(prefix = "/api/registrations", endpoint = "policy")]
pub async fn set_policy(instance: String, #[server(flatten)] form: super::PolicyForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::policies::set(context, instance, form)).await
}

/// Lets it act by itself, or no more.
#[server(prefix = "/api/registrations", endpoint = "policy-switch")]
pub async fn switch_policy(instance: String, #[server(flatten)] form: super::SwitchForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::policies::switch(context, instance, form)).await
}

/// Holds registrations by hand, until an end or until somebody lets go.
#[server(prefix = "/api/registrations", endpoint = "hold")]
pub async fn hold(instance: String, #[server(flatten)] form: super::HoldForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::policies::hold(context, instance, form)).await
}

/// Closes registrations at once, whatever was shown.
#[server(prefix = "/api/registrations", endpoint = "emergency")]
pub async fn emergency(instance: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::policies::emergency(context, instance, why)).await
}

/// Lets go of what was held, or set past the policy.
#[server(prefix = "/api/registrations", endpoint = "release")]
pub async fn release(
    instance: String,
    #[server(default)] version: String,
    #[server(default)] limit: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    let seen = super::service::policies::seen(&version, &limit);
    crate::context::form_action(|context| super::service::policies::release(context, instance, seen, why)).await
}
