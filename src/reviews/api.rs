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
