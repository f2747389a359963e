//! What invitations and access requests do.

mod asking;
pub mod chain;
mod invites;
mod requests;

pub use asking::{ask, asking};
pub use invites::{carry, invitation, issue, list, look_up, of_account, revoke};
pub use requests::{enter, refuse, request, requests};

use super::{Arrivals, Came, InviteLine, InviteState, Issuing};
use crate::{
    access::{self, Permission},
    acting,
    context::Context,
    id::AccountId,
    mastodon::{
        Instance,
        database::{DatabaseError, Invite, Inviter, Read, read_problem},
        settings::Meaning,
    },
    problem::Problem,
    registrations::RegistrationsMode,
    search::Search,
    store::store_problem,
    text::time::Zone,
    ui,
};

/// Lines of a page.
const PAGE: usize = 50;

fn may_manage(context: &Context, instance: &Instance) -> bool {
    access::permit(&context.actor, Permission::ManageInvitations, Some(&instance.name)).is_ok()
}

fn number(count: impl TryInto<usize>) -> usize {
    count.try_into().unwrap_or(0)
}

fn line(invite: &Invite) -> InviteLine {
    let trouble = invite.inviter.trouble();
    let state = match trouble {
        _ if invite.expired => InviteState::Expired,
        _ if invite.used_up() => InviteState::UsedUp,
        Some(_) => InviteState::OwnerIsNot,
        None => InviteState::Usable,
    };
    InviteLine {
        id: invite.id,
        code: invite.code.masked(),
        owner: invite.inviter.id(),
        handle: format!("@{}", ui::tame(&invite.inviter.username)),
        trouble: trouble.map(str::to_owned),
        doubt: invite.inviter.doubt().filter(|_| state == InviteState::Usable).map(str::to_owned),
        state,
        uses: number(invite.uses),
        max_uses: invite.max_uses.map(number),
        created_at: invite.created_at,
        expires_at: invite.expires_at,
        autofollow: invite.autofollow,
        comment: ui::excerpt(&invite.comment, 420),
        spares_review: invite.inviter.spares_review(),
    }
}

/// The link somebody comes in with, for those who manage invitations and while it goes on.
fn link(context: &Context, instance: &Instance, invite: &Invite) -> Option<String> {
    let permit = access::permit(&context.actor, Permission::ManageInvitations, Some(&instance.name)).ok()?;
    let code = invite.code.clear(&permit).filter(|_| invite.goes_on())?;
    instance.base.join(&format!("invite/{code}")).ok().map(|url| url.to_string())
}

/// What invitations mean while registrations are set as they are (`app/helpers/registration_helper.rb`), and whether visitors
/// were last seen to meet that.
fn registrations(instance: &Instance) -> String {
    let health = instance.health();
    let stored = health.registrations.as_ref();
    let mode = stored.and_then(|stored| Meaning::of(&stored.mode).mode());
    let told = stored.and_then(|stored| stored.message_text().ok());
    let says = match mode {
        Some(RegistrationsMode::None) => "Registrations are closed: an invite is the only way in.",
        Some(RegistrationsMode::Approved) => {
            "Registrations require approval: an invite skips the reason, and for some the review."
        }
        Some(RegistrationsMode::Open) => "Registrations are open: people can sign up without an invite.",
        None => "It’s not known at present who can sign up without an invite.",
    };
    let otherwise =
        instance.seen().filter(|seen| mode.is_some_and(|mode| seen.agrees(mode, told.as_deref()) == Some(false)));
    match otherwise {
        Some(seen) => {
            format!("{says} Visitors saw something else at {}; see Registrations.", Zone::default().clock(seen.at))
        }
        None => says.to_owned(),
    }
}

/// What happens to whoever comes with an invitation of this account.
fn consequence(spares_review: bool) -> String {
    if spares_review {
        "People who use it are approved automatically, even while registrations are closed. IP rules and email \
        domain blocks that require approval still apply."
    } else {
        "People who use it can sign up even while registrations are closed, and then need approval: its owner’s \
        role can’t bypass review."
    }
    .to_owned()
}

/// As whom an invitation would be issued, read now.
async fn inviter(context: &Context, instance: &Instance, read: &mut Read) -> Result<Option<Inviter>, Problem> {
    match acting::acting(context, instance).await? {
        Some(account) => read.inviter(account).await.map_err(read_problem),
        None => Ok(None),
    }
}

/// Why an account issues no invitation, in a sentence.
fn cannot_issue(inviter: Option<&Inviter>) -> Option<String> {
    let Some(inviter) = inviter else {
        return Some(
            "The console doesn’t know yet which account it acts as on the instance; see the overview.".to_owned(),
        );
    };
    let name = ui::tame(&inviter.username);
    if let Some(trouble) = inviter.trouble() {
        return Some(format!("@{name} can’t act ({trouble}): Mastodon would treat its invite as invalid."));
    }
    (!inviter.may_invite()).then(|| {
        format!(
            "Mastodon would not let @{name} create an invite: its role lacks “Invite Users”. Add the permission \
            to its role, or to the default permissions, on the instance."
        )
    })
}

async fn issuing(context: &Context, instance: &Instance, read: &mut Read) -> Result<Issuing, Problem> {
    let inviter = inviter(context, instance, read).await?;
    Ok(Issuing {
        handle: inviter.as_ref().map_or_else(String::new, |inviter| format!("@{}", ui::tame(&inviter.username))),
        refused: cannot_issue(inviter.as_ref()),
        consequence: consequence(inviter.as_ref().is_some_and(Inviter::spares_review)),
    })
}

/// Those who came with an invitation, from where the address says.
async fn arrivals(read: &mut Read, invite: &Invite, base: &str, search: &Search) -> Result<Arrivals, DatabaseError> {
    let after = search.get("after").and_then(|text| text.parse().ok());
    let window = read.came_with(invite, after, PAGE).await?;
    let gone =
        (after.is_none() && window.edge.is_none()).then(|| number(invite.uses).saturating_sub(window.people.len()));
    let people = window
        .people
        .iter()
        .map(|person| {
            let mut state: Vec<String> = Vec::new();
            if !person.approved {
                state.push("pending review".to_owned());
            }
            if !person.confirmed {
                state.push("email not confirmed".to_owned());
            }
            state.extend(person.state.words().into_iter().map(str::to_owned));
            Came {
                account: AccountId(person.account),
                handle: format!("@{}", ui::tame(&person.username)),
                at: person.came_at,
                state,
                reports: number(person.reports),
                strikes: number(person.strikes),
            }
        })
        .collect();
    Ok(Arrivals {
        people,
        gone,
        edge: window.looked_to,
        further: window.edge.map(|edge| format!("{base}{}", search.with("after", &edge.to_string()))),
    })
}
