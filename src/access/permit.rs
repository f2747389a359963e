//! The permit: a value that only this module can make, and without which nothing is opened in the ledger.

use super::{Permission, Role};
use crate::{
    grants::Running,
    id::{InstanceName, OperatorId},
    linked_accounts::Lapse,
    reports::Category,
};

/// Who asks: the person behind a request or a command, as the session or the command line proved it.
#[derive(Clone, Debug)]
pub struct Actor {
    pub operator: OperatorId,
    pub name: String,
    pub role: Role,
    /// What a contractor's grants give now; empty for everybody else, whose role gives what they have.
    pub grants: Vec<Running>,
    /// The first 16 hex digits of the session's hash, or `command`.
    pub session: String,
}

impl Actor {
    /// A contractor with no grant that runs now: nothing but their own deeds.
    pub fn is_without_grant(&self) -> bool {
        self.role == Role::Contractor && self.grants.is_empty()
    }

    /// Whether this person may see the instance at all.
    pub fn covers(&self, instance: &InstanceName) -> bool {
        self.role != Role::Contractor || self.on(instance).next().is_some()
    }

    /// Whether reports of a category are this person's to see on an instance. Several grants are a union.
    pub fn sees(&self, instance: &InstanceName, category: Category) -> bool {
        self.role != Role::Contractor || self.on(instance).any(|grant| grant.scope.categories.contains(&category))
    }

    fn on<'a>(&'a self, instance: &'a InstanceName) -> impl Iterator<Item = &'a Running> {
        self.grants.iter().filter(move |grant| grant.scope.instances.contains(instance))
    }
}

/// Proof that this person may do this, on this instance, now. Made by [`permit`], consumed by the ledger.
#[derive(Debug)]
pub struct Permit {
    actor: Actor,
    permission: Permission,
    instance: Option<InstanceName>,
}

impl Permit {
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// The instance it is for; `None` for what concerns the console itself.
    pub fn instance(&self) -> Option<&InstanceName> {
        self.instance.as_ref()
    }
}

/// Why no permit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("your role does not include this: {}", .0.name())]
    Role(Permission),
    #[error("no grant of yours is running")]
    NoGrant,
    #[error("your grant does not cover this instance")]
    Instance,
    #[error("your grant does not include this: {}", .0.name())]
    Grant(Permission),
    /// The person's own linked account does not stand any more.
    #[error("your own account on this instance {}", .0.words())]
    Standing(Lapse),
}

/// Gives a permit if the matrix and, for a contractor, a running grant allow it.
///
/// Which grants run, a disabled person and an ended session are found out where the [`Actor`] is made, on every request.
///
/// # Errors
/// [`Denied`] says which of them forbids it.
pub fn permit(actor: &Actor, permission: Permission, instance: Option<&InstanceName>) -> Result<Permit, Denied> {
    if !super::allows(actor.role, permission) {
        return Err(Denied::Role(permission));
    }
    // What somebody did stays theirs to read, and how they sign in stays theirs to change.
    let own = matches!(permission, Permission::ViewOwnLedger | Permission::OwnSignIn);
    if actor.role == Role::Contractor && !own {
        if actor.is_without_grant() {
            return Err(Denied::NoGrant);
        }
        let instance = instance.filter(|instance| actor.covers(instance)).ok_or(Denied::Instance)?;
        if !actor.on(instance).any(|grant| grant.scope.includes(permission)) {
            return Err(Denied::Grant(permission));
        }
    }
    Ok(Permit { actor: actor.clone(), permission, instance: instance.cloned() })
}

/// The permit to decide about staff that the matrix leaves open for moderators: whoever asks for it has compared the rank
/// of the person's own linked account with the target's.
///
/// # Errors
/// For everybody who is no moderator: the matrix has decided about them.
pub fn permit_by_rank(actor: &Actor, instance: &InstanceName) -> Result<Permit, Denied> {
    if actor.role != Role::Moderator {
        return permit(actor, Permission::DecideAboutStaff, Some(instance));
    }
    let decides = permit(actor, Permission::DecideReports, Some(instance))?;
    Ok(Permit { permission: Permission::DecideAboutStaff, ..decides })
}
