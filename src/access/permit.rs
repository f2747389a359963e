//! The permit: a value that only this module can make, and without which nothing is opened in the ledger.

use super::{Permission, Role};
use crate::{
    id::{InstanceName, OperatorId},
    linked_accounts::Lapse,
};

/// Who asks: the person behind a request or a command, as the session or the command line proved it.
#[derive(Clone, Debug)]
pub struct Actor {
    pub operator: OperatorId,
    pub name: String,
    pub role: Role,
    /// The only instance a contractor may work on; `None` for everybody else.
    pub instance: Option<InstanceName>,
    /// The first 16 hex digits of the session's hash, or `command`.
    pub session: String,
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
    #[error("your grant does not cover this instance")]
    Instance,
    /// The person's own linked account does not stand any more.
    #[error("your own account on this instance {}", .0.words())]
    Standing(Lapse),
}

/// Gives a permit if the matrix and, for a contractor, the grant's instance allow it.
///
/// The end of a grant, a disabled person and an ended session are checked where the [`Actor`] is made, on every request.
///
/// # Errors
/// [`Denied`] says which of the two forbids it.
pub fn permit(actor: &Actor, permission: Permission, instance: Option<&InstanceName>) -> Result<Permit, Denied> {
    if !super::allows(actor.role, permission) {
        return Err(Denied::Role(permission));
    }
    if let (Some(only), Some(asked)) = (&actor.instance, instance)
        && only != asked
    {
        return Err(Denied::Instance);
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
