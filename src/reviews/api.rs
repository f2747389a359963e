//! The forms of the reviews.

use crate::problem::Problem;
use leptos::prelude::*;

/// Says what one would have decided, before seeing what was.
#[server(prefix = "/api/reviews", endpoint = "opinion")]
pub async fn opinion(
    decision: String,
    #[server(default)] opinion: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::opine(context, decision, opinion, why)).await
}

/// Says what one thinks of a decision.
#[server(prefix = "/api/reviews", endpoint = "judge")]
pub async fn judge(
    decision: String,
    #[server(default)] verdict: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::judge(context, decision, verdict, why)).await
}

/// Shows a decision that one is to review before one's own opinion.
#[server(prefix = "/api/reviews", endpoint = "look")]
pub async fn look_ahead(decision: String, #[server(default)] back: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::look_ahead(context, decision, back)).await
}

/// Declines to undo a decision, as a reviewer proposed.
#[server(prefix = "/api/reviews", endpoint = "decline")]
pub async fn decline(decision: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::decline(context, decision, why)).await
}
