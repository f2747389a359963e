//! How many masked things one person looks at: reveals and searches by email or IP address together, reserved before the work.

use super::store_problem;
use crate::{
    clock::{DAY, HOUR},
    context::Context,
    problem::{Kind, Problem},
    store::attempts,
};

/// The most in an hour, and in a day.
const BUDGET: [(&str, i64, i64); 2] = [("an hour", HOUR, 30), ("a day", DAY, 120)];

/// Takes one from this person's budget.
///
/// # Errors
/// Too many, if nothing is left of the hour's or the day's.
pub async fn take_one(context: &Context) -> Result<(), Problem> {
    let app = &context.app;
    for (name, window, most) in BUDGET {
        let key = app.keys.hash("budget of reveals", format!("{name}:{}", context.actor.operator.0).as_bytes());
        if !attempts::reserve(&app.store, &key, window, most, context.now()).await.map_err(store_problem)? {
            return Err(Problem::new(
                Kind::TooMany,
                format!("You have looked at {most} masked things within {name}, which is the most. Nothing is shown."),
                "What you typed is kept. Go on later, or let a colleague look.",
            ));
        }
    }
    Ok(())
}
