//! Who may change whose role: Mastodon's rules of rank, and those that only its own pages would have kept.
//!
//! The console writes the row itself, so that nothing else enforces them. One pure function decides, before the intent and
//! again inside the transaction that writes.

use super::{
    permissions::{ADMINISTRATOR, MANAGE_ROLES},
    roles::{Difference, EVERYONE, InstanceRole, called, can, effective},
};
use crate::{
    id::{AccountId, RoleId},
    text,
};

/// Somebody with a login, as the rules see them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Holder {
    pub account: AccountId,
    /// `users.id`
    pub user: i64,
    pub username: String,
    pub display_name: String,
    /// `users.role_id` as it is stored
    pub role_id: Option<RoleId>,
    /// Its row; `None` for no role
    #[sqlx(skip)]
    pub role: Option<InstanceRole>,
    pub disabled: bool,
    pub suspended: bool,
    /// Deleted, by its owner unless it is suspended as well; said by 4.7 alone. `None` where the console may not read it.
    pub deleted: Option<bool>,
    pub silenced: bool,
    pub sensitized: bool,
    pub approved: bool,
    pub confirmed: bool,
    pub memorial: bool,
    pub moved: bool,
    /// One-time codes or a security key
    pub second_factor: bool,
}

impl Holder {
    /// Why Mastodon would not let them work (`User#functional?`), the second factor aside; `None` if it would.
    pub fn unable(&self) -> Option<&'static str> {
        [
            (self.deleted == Some(true) && !self.suspended, "is marked as deleted"),
            (self.suspended, "is suspended"),
            (self.disabled, "is frozen"),
            (!self.approved, "is pending review"),
            (!self.confirmed, "has not confirmed its email address"),
            (self.memorial, "is memorialized"),
            (self.moved, "has moved to another account"),
        ]
        .into_iter()
        .find_map(|(so, words)| so.then_some(words))
    }

    fn position(&self, everyone: &InstanceRole) -> i32 {
        self.role.as_ref().unwrap_or(everyone).position
    }
}

/// Everything the rules look at, read in one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranks {
    pub everyone: InstanceRole,
    /// The account the console acts as
    pub actor: Option<Holder>,
    /// `None` for a remote account, one without a login, or one that is gone
    pub target: Option<Holder>,
    /// The role it becomes, where there is such a role
    pub after: Option<InstanceRole>,
    /// Whether anybody else with an administrator's role can work; `None` where that hangs on what the console may not read
    pub other_administrators: Option<bool>,
}

/// Why a change is refused, and beside which field that belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub field: &'static str,
    pub why: String,
}

fn refuse(field: &'static str, why: impl Into<String>) -> Option<Refusal> {
    Some(Refusal { field, why: why.into() })
}

impl Ranks {
    /// What the change brings and takes.
    pub fn difference(&self) -> Difference {
        let before = self.target.as_ref().and_then(|target| target.role.as_ref());
        Difference::between(effective(before, &self.everyone), effective(self.after.as_ref(), &self.everyone))
    }

    /// Why the target may not get this role (`None`: lose its role); `None` if it may.
    pub fn refusal(&self, after: Option<RoleId>) -> Option<Refusal> {
        let Some(target) = &self.target else {
            return refuse("who", "This account has no login here: only users of this instance can have a role.");
        };
        let named = format!("@{}", text::tame(&target.username));
        match (after, &self.after) {
            (Some(EVERYONE), _) => {
                return refuse(
                    "role",
                    "Everyone has the default permissions already. To leave somebody with only those, remove the role.",
                );
            }
            (Some(id), None) => return refuse("role", format!("Role {id} no longer exists on the instance.")),
            _ => {}
        }
        let before = target.role_id.filter(|role| *role != EVERYONE);
        if before == after {
            let has = target.role.as_ref().map_or_else(
                || format!("{named} has no role to remove."),
                |role| format!("{named} already has the role {}.", role.called()),
            );
            return refuse("role", has);
        }
        self.outranked(target, &named)
            .or_else(|| self.unusable(target, &named))
            .or_else(|| self.last_administrator(target, &named))
    }

    /// `UserPolicy#change_role?`, `User#validate_role_elevation`
    fn outranked(&self, target: &Holder, named: &str) -> Option<Refusal> {
        let Some(actor) = &self.actor else {
            return refuse("who", "The account the console acts as has no login on the instance.");
        };
        let acts = format!("The console acts as @{} on the instance", text::tame(&actor.username));
        if let Some(why) = actor.unable() {
            return refuse("who", format!("{acts}, who {why}."));
        }
        if !can(effective(actor.role.as_ref(), &self.everyone), MANAGE_ROLES) {
            return refuse("who", format!("{acts}, whose role doesn’t have the permission “Manage Roles”."));
        }
        if actor.account == target.account {
            return refuse(
                "who",
                format!("{acts}, and nobody can change their own role. Ask somebody with a higher role."),
            );
        }
        let (own, theirs) = (actor.position(&self.everyone), target.position(&self.everyone));
        if own <= theirs {
            let role = called(target.role_id, target.role.as_ref().map_or("", |role| &role.name));
            return refuse(
                "who",
                format!(
                    "{acts}, with priority {own}. {named} ({role}) has {theirs}: only a strictly higher priority \
                    can change it."
                ),
            );
        }
        if let Some(after) = self.after.as_ref().filter(|after| after.position > own) {
            return refuse(
                "role",
                format!("{acts}, with priority {own}. {} is above that, with {}.", after.called(), after.position),
            );
        }
        None
    }

    /// More rights only for somebody who can use them: what is given to a suspended or frozen account would wait there
    /// unseen, and a frozen one's token keeps working on every admin endpoint.
    fn unusable(&self, target: &Holder, named: &str) -> Option<Refusal> {
        let why = target.unable().filter(|_| self.difference().grants())?;
        refuse(
            "who",
            format!(
                "{named} {why}, and can’t get more permissions until that is resolved. Permissions can be removed."
            ),
        )
    }

    /// Nothing in the database keeps the last administrator.
    fn last_administrator(&self, target: &Holder, named: &str) -> Option<Refusal> {
        let is = |role: Option<&InstanceRole>| role.is_some_and(|role| role.mask & ADMINISTRATOR != 0);
        let last = is(target.role.as_ref()) && !is(self.after.as_ref()) && target.unable().is_none();
        if !last {
            return None;
        }
        let why = match self.other_administrators {
            Some(true) => return None,
            Some(false) => {
                format!("{named} is the last administrator who can sign in. Make somebody else administrator first.")
            }
            None => format!(
                "It’s not known whether anybody but {named} could still act as administrator: the console’s \
                database role lacks a privilege; see the overview."
            ),
        };
        refuse("who", why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: i64, position: i32, mask: i64) -> InstanceRole {
        InstanceRole { id: RoleId(id), name: format!("r{id}"), position, mask, ..InstanceRole::everyone() }
    }

    fn holder(account: i64, role: Option<InstanceRole>) -> Holder {
        Holder {
            account: AccountId(account),
            user: account * 10,
            username: format!("p{account}"),
            display_name: String::new(),
            role_id: role.as_ref().map(|role| role.id),
            role,
            disabled: false,
            suspended: false,
            deleted: Some(false),
            silenced: false,
            sensitized: false,
            approved: true,
            confirmed: true,
            memorial: false,
            moved: false,
            second_factor: false,
        }
    }

    /// An actor at a position with manage_roles, a target, and a role to give.
    fn ranks(own: i32, target: Option<InstanceRole>, after: Option<InstanceRole>) -> Ranks {
        Ranks {
            everyone: InstanceRole::everyone(),
            actor: Some(holder(1, Some(role(7, own, MANAGE_ROLES)))),
            target: Some(holder(2, target)),
            after,
            other_administrators: Some(true),
        }
    }

    fn said(ranks: &Ranks, after: Option<i64>) -> Option<(&'static str, String)> {
        ranks.refusal(after.map(RoleId)).map(|refusal| (refusal.field, refusal.why))
    }

    #[test]
    fn the_new_role_may_be_as_high_as_the_actors_and_the_former_must_be_lower() {
        assert_eq!(said(&ranks(10, None, Some(role(5, 10, 16))), Some(5)), None, "equal may be given");
        let (field, why) = said(&ranks(10, None, Some(role(5, 11, 16))), Some(5)).unwrap();
        assert!(field == "role" && why.contains("is above"), "{why}");
        let (field, why) = said(&ranks(10, Some(role(4, 10, 16)), None), None).unwrap();
        assert!(field == "who" && why.contains("strictly higher"), "equal may not be changed any more: {why}");
        assert_eq!(said(&ranks(10, Some(role(4, 9, 16)), None), None), None);
        // Everyone's position counts for somebody without a role: 0 on sites from before 4.0.
        let mut low = ranks(0, None, Some(role(5, 0, 16)));
        assert_eq!(said(&low, Some(5)), None);
        low.everyone.position = 0;
        assert!(said(&low, Some(5)).is_some());
    }

    #[test]
    fn manage_roles_is_needed_from_wherever_it_comes() {
        let mut ranks = ranks(10, None, Some(role(5, 5, 16)));
        ranks.actor.as_mut().unwrap().role.as_mut().unwrap().mask = 16;
        assert!(said(&ranks, Some(5)).unwrap().1.contains("“Manage Roles”"));
        ranks.everyone.mask |= MANAGE_ROLES;
        assert_eq!(said(&ranks, Some(5)), None, "everyone’s counts too");
        ranks.everyone.mask = 0;
        ranks.actor.as_mut().unwrap().role.as_mut().unwrap().mask = ADMINISTRATOR;
        assert_eq!(said(&ranks, Some(5)), None);
        ranks.actor.as_mut().unwrap().disabled = true;
        assert!(said(&ranks, Some(5)).unwrap().1.contains("frozen"));
        ranks.actor = None;
        assert!(said(&ranks, Some(5)).is_some());
    }

    #[test]
    fn nobody_changes_their_own_role() {
        let mut ranks = ranks(10, Some(role(7, 10, MANAGE_ROLES)), None);
        ranks.target.as_mut().unwrap().account = AccountId(1);
        assert!(said(&ranks, None).unwrap().1.contains("own role"));
    }

    #[test]
    fn more_rights_go_only_to_somebody_who_can_use_them() {
        type Spoil = fn(&mut Holder);
        let spoils: [Spoil; 6] = [
            |who| who.suspended = true,
            |who| who.disabled = true,
            |who| who.approved = false,
            |who| who.confirmed = false,
            |who| who.memorial = true,
            |who| who.moved = true,
        ];
        for spoil in spoils {
            let mut given = ranks(10, Some(role(4, 4, 16)), Some(role(5, 5, 16 | 1024)));
            spoil(given.target.as_mut().unwrap());
            assert!(said(&given, Some(5)).unwrap().1.contains("can’t get more permissions"));
            let mut less = ranks(10, Some(role(4, 4, 16 | 1024)), Some(role(5, 5, 16)));
            spoil(less.target.as_mut().unwrap());
            assert_eq!(said(&less, Some(5)), None, "less is never refused");
            let mut taken = ranks(10, Some(role(4, 4, 16)), None);
            spoil(taken.target.as_mut().unwrap());
            assert_eq!(said(&taken, None), None);
        }
    }

    #[test]
    fn the_last_administrator_stays() {
        let mut last = ranks(10, Some(role(4, 4, ADMINISTRATOR)), None);
        last.other_administrators = Some(false);
        assert!(said(&last, None).unwrap().1.contains("last administrator"));
        last.after = Some(role(5, 5, 16));
        assert!(said(&last, Some(5)).unwrap().1.contains("last administrator"));
        last.after = Some(role(6, 5, ADMINISTRATOR));
        assert_eq!(said(&last, Some(6)), None, "another administrator’s role");
        last.after = None;
        last.target.as_mut().unwrap().disabled = true;
        assert_eq!(said(&last, None), None, "who cannot sign in is nobody’s last hope");
        last.target.as_mut().unwrap().disabled = false;
        last.other_administrators = Some(true);
        assert_eq!(said(&last, None), None);
    }

    #[test]
    fn what_is_not_there_and_what_is_so_already_is_said() {
        let mut ranks = ranks(10, Some(role(4, 4, 16)), None);
        assert_eq!(said(&ranks, Some(5)).unwrap().0, "role", "no such role");
        assert_eq!(said(&ranks, Some(-99)).unwrap().0, "role");
        ranks.after = ranks.target.as_ref().unwrap().role.clone();
        assert!(said(&ranks, Some(4)).unwrap().1.contains("already"));
        ranks.target = Some(holder(2, None));
        ranks.after = None;
        assert!(said(&ranks, None).unwrap().1.contains("no role"));
        // -99 in the row behaves like no role.
        ranks.target.as_mut().unwrap().role_id = Some(EVERYONE);
        assert!(said(&ranks, None).unwrap().1.contains("no role"));
        ranks.target = None;
        assert_eq!(said(&ranks, Some(4)).unwrap().0, "who");
    }
}
