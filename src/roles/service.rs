//! What roles there are, who has them, and giving and taking one away.

use crate::{
    access::{self, Actor, Permission, Permit},
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    context::{App, Context},
    id::AccountId,
    ledger::{Answered, Ledger, Mark, Warrant, deed::AssignRole},
    mastodon::{
        Instance,
        database::{DatabaseError, Read},
    },
    problem::{Kind, Problem},
    roles::{EVERYONE, called},
};
use serde_json::json;
use std::sync::Arc;

fn unread(error: DatabaseError) -> Problem {
    Problem::unavailable(format!("{error}, so nothing was done."), "What you typed is kept. Try again in a moment.")
}

/// The console itself, where it does by itself what somebody decided before.
pub fn console_actor() -> Actor {
    Actor { session: "background".to_owned(), ..Ledger::command_actor("console") }
}

/// Gives or takes a role in the background, for a grant that somebody decided: the console acts in its own name, by the
/// same rules of rank, and with an entry like any other.
///
/// # Errors
/// [`Kind::Unavailable`] is worth another attempt; [`Kind::Conflict`] means that role or account are not as the deed says,
/// or somebody is at work on the account; [`Kind::Invalid`] and [`Kind::Forbidden`] that the rules or the database role
/// forbid it.
pub async fn assign_for_grant(
    app: &Arc<App>,
    instance: &Arc<Instance>,
    deed: AssignRole,
    why: &str,
) -> Result<Done, Problem> {
    let context = Context::of_job(app.clone(), console_actor());
    let permit = access::permit(&context.actor, Permission::ManageRoles, Some(&instance.name))
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))?;
    assign_by_rank(&context, instance, permit, deed, why).await
}

/// Carries a change of role out, if the rules of rank and the database role allow it: both are looked at before any intent.
async fn assign_by_rank(
    context: &Context,
    instance: &Arc<Instance>,
    permit: Permit,
    deed: AssignRole,
    why: &str,
) -> Result<Done, Problem> {
    let acting = instance.pulse().acting().ok_or_else(|| {
        Problem::unavailable(
            "The console does not know yet as whom it acts on the instance, so nothing was done.",
            "The overview says what is wrong with the instance or the token.",
        )
    })?;
    let (standing, missing) = {
        let mut read = instance.database.read().await.map_err(unread)?;
        let standing = read.standing(acting, deed.account, deed.after).await.map_err(unread)?;
        (standing, read.missing_role_grants().await.map_err(unread)?)
    };
    if !missing.is_empty() {
        return Err(Problem::new(
            Kind::Forbidden,
            "The console’s database role may not assign roles on the instance, so nothing was done.",
            format!("In the instance’s PostgreSQL: {}", missing.join(" ")),
        ));
    }
    if let Some(refusal) = standing.refusal(deed.after) {
        return Err(Problem::invalid(refusal.field, refusal.why));
    }
    carry_out(context.clone(), instance.clone(), permit, deed, why.to_owned()).await
}

impl Carry for AssignRole {
    async fn overtaken(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let Some(target) = read.holder(self.account).await?.filter(|target| target.user == self.user) else {
            return Ok(Some("the account has no login any more".to_owned()));
        };
        if target.role_id != self.before {
            let name = |name: &Option<String>| name.clone().unwrap_or_default();
            return Ok(Some(format!(
                "you saw {}, and it is {} by now, changed elsewhere",
                called(self.before, &name(&self.before_name)),
                called(target.role_id, target.role.as_ref().map_or("", |role| &role.name))
            )));
        }
        let Some(after) = self.after else { return Ok(None) };
        match read.role(after).await? {
            None => Ok(Some("the role was deleted meanwhile".to_owned())),
            Some((role, _)) if Some(&role.name) != self.after_name.as_ref() => {
                Ok(Some(format!("the role was renamed meanwhile; it is now “{}”", role.called())))
            }
            Some(_) => Ok(None),
        }
    }

    async fn send(warrant: Warrant<Self>, _: &Context, instance: &Instance) -> Answered<Self> {
        instance.assign_role(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let logged = log
            .iter()
            .filter(|row| row.action == "change_role" && row.target_type == "User" && row.target_id == self.user)
            .count();
        let now = read.holder(self.account).await?;
        let held = now.as_ref().and_then(|holder| holder.role_id);
        let right = now.is_some() && held.filter(|role| *role != EVERYONE) == self.after;
        Ok(Evidence {
            trace: match (logged, right) {
                (0, _) => Trace::None,
                // It was logged, and the role is another one: somebody changed it again.
                (_, false) => Trace::Part,
                (_, true) => Trace::Whole,
            },
            state_is_right: right,
            facts: json!({ "log rows": logged, "read back": held }),
            seen: json!({
                "log rows": log.iter().map(|row| format!("{} {} {} {}", row.id, row.action, row.target_type, row.target_id)).collect::<Vec<_>>(),
            }),
        })
    }
}
