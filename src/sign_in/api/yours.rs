//! The forms of one's own sign-in. They are for whoever is signed in, and about nobody else.

use crate::problem::Problem;
use leptos::prelude::*;

#[server(prefix = "/api/your-sign-in", endpoint = "password")]
pub async fn change_password(
    #[server(default)] present: String,
    #[server(default)] password: String,
    #[server(default)] repeat: String,
) -> Result<(), Problem> {
    let change = crate::sign_in::service::yours::change_password;
    crate::context::form_action(|context| change(context, present, password, repeat)).await
}

/// Makes an authenticator ready to be set up.
#[server(prefix = "/api/your-sign-in", endpoint = "begin-factor")]
pub async fn begin_factor(#[server(default)] present: String, #[server(default)] code: String) -> Result<(), Problem> {
    crate::context::form_action(|context| crate::sign_in::service::yours::begin_factor(context, present, code)).await
}

/// Confirms it with a code of its own.
#[server(prefix = "/api/your-sign-in", endpoint = "set-factor")]
pub async fn set_factor(setting: String, #[server(default)] code: String) -> Result<(), Problem> {
    crate::context::form_action(|context| crate::sign_in::service::yours::set_factor(context, setting, code)).await
}

#[server(prefix = "/api/your-sign-in", endpoint = "recovery-codes")]
pub async fn new_recovery_codes(
    #[server(default)] present: String,
    #[server(default)] code: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| crate::sign_in::service::yours::new_recovery_codes(context, present, code))
        .await
}

/// How somebody has the console for themselves.
#[server(prefix = "/api/your-sign-in", endpoint = "preferences")]
pub async fn keep_preferences(
    #[server(default)] letters: String,
    #[server(default)] zone: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| crate::sign_in::service::yours::keep_preferences(context, letters, zone))
        .await
}

/// Ends one session, or all but this one.
#[server(prefix = "/api/your-sign-in", endpoint = "end-sessions")]
pub async fn end_sessions(#[server(default)] session: String) -> Result<(), Problem> {
    crate::context::form_action(|context| crate::sign_in::service::yours::end_sessions(context, session)).await
}
