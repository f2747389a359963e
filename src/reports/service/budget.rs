//! How many masked things one person looks at: reveals and searches by email or IP address together, reserved before the work.

use super::store_problem;
use crate::{
    clock::{DAY, HOUR, MINUTE},
    context::Context,
    problem::{Kind, Problem},
    store::attempts::{self, Limit},
    ui,
};

/// The most in an hour, and in a day.
const BUDGET: [(&str, i64, i64); 2] = [("an hour", HOUR, 30), ("a day", DAY, 120)];

/// Takes one from this person's budget.
///
/// # Errors
/// Too many, if nothing is left of the hour's or the day's.
pub async fn take_one(context: &Context) -> Result<(), Problem> {
    let (app, now) = (&context.app, context.now());
    let mut taken = Vec::new();
    for (name, window, most) in BUDGET {
        let key = app.keys.hash("budget of reveals", format!("{name}:{}", context.actor.operator.0).as_bytes());
        let limit = Limit::Within { window, most };
        match attempts::reserve(&app.store, &key, limit, now).await.map_err(store_problem)? {
            Ok(reserved) => taken.push(reserved),
            Err(wait) => {
                for reserved in taken {
                    reserved.give_back(&app.store).await.map_err(store_problem)?;
                }
                let minutes = usize::try_from(wait.0 / MINUTE + 1).unwrap_or(usize::MAX);
                return Err(Problem::new(
                    Kind::TooMany,
                    format!("You’ve reached your limit of {most} reveals in {name}, so nothing was shown."),
                    format!(
                        "What you typed is kept. Try again in {}, or ask a colleague.",
                        ui::count(minutes, "minute", "minutes")
                    ),
                ));
            }
        }
    }
    Ok(())
}
