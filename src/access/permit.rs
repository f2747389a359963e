//! The permit: a value that only this module can make, and without which nothing is opened in the ledger.

use super::{Permission, Role, Running};
use crate::{
    id::{AccountId, InstanceName, OperatorId},
    nouns::{grants::Scope, linked_accounts::Lapse, reports::Category},
};
use std::collections::BTreeSet;

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
    /// The id of the request that asks, as its answer's `X-Request-Id` and the log say it. Commands and jobs have none.
    pub request: Option<String>,
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

/// What a permit is for: the ledger opens no deed about anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// The console itself: its people, grants and record.
    Console,
    /// An instance as a whole: its lists, settings, rules and invitations, and nobody's account.
    Instance(InstanceName),
    /// An account of which nothing more was read: no contractor's, and nobody's to decide about.
    Account(InstanceName, AccountId),
    /// An account with its case, as both were read just now.
    Case(InstanceName, AccountId, Case),
    /// Somebody who waits for a decision about their sign-up.
    SignUp(InstanceName, AccountId),
}

/// What of an account says whose it is to touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// It belongs to the instance's staff.
    pub staff: bool,
    /// The person who asks is whom it is about, or has reported it.
    pub own: bool,
    /// It waits for a decision about its sign-up.
    pub waits: bool,
    /// The categories of its open reports, one for each that was read.
    pub open: Vec<Category>,
    /// There are more open reports than were read.
    pub more: bool,
}

impl Object {
    /// The instance it is on; `None` for the console itself.
    pub fn instance(&self) -> Option<&InstanceName> {
        match self {
            Self::Console => None,
            Self::Instance(instance)
            | Self::Account(instance, _)
            | Self::Case(instance, ..)
            | Self::SignUp(instance, _) => Some(instance),
        }
    }

    /// The account it is, on its instance.
    pub fn account(&self) -> Option<(&InstanceName, AccountId)> {
        match self {
            Self::Console | Self::Instance(_) => None,
            Self::Account(instance, account) | Self::Case(instance, account, _) | Self::SignUp(instance, account) => {
                Some((instance, *account))
            }
        }
    }
}

impl From<&Object> for Object {
    fn from(object: &Object) -> Self {
        object.clone()
    }
}

/// An instance as a whole, or the console itself.
impl From<Option<&InstanceName>> for Object {
    fn from(instance: Option<&InstanceName>) -> Self {
        instance.map_or(Self::Console, |instance| Self::Instance(instance.clone()))
    }
}

/// Proof that this person may do this, about this object, now. Made by [`permit`], consumed by the ledger.
#[derive(Debug)]
pub struct Permit {
    actor: Actor,
    permission: Permission,
    object: Object,
}

impl Permit {
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn permission(&self) -> Permission {
        self.permission
    }

    pub fn object(&self) -> &Object {
        &self.object
    }
}

/// Why an account is not a contractor's to touch, whatever the grant includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untouched {
    /// Their own, or one they reported.
    Own,
    /// Staff of the instance.
    Staff,
    /// Nothing is open about it.
    NoCase,
    /// Open reports of these categories are in no grant that includes the right.
    Outside(BTreeSet<&'static str>),
    /// More open reports than can be looked through.
    TooMany,
    /// It was not looked at whether there is a case.
    Unread,
    /// It does not wait for a decision about its sign-up.
    Decided,
}

impl Untouched {
    /// The same as a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Own => "This is your own case. A colleague has to decide.".to_owned(),
            Self::Staff => {
                "This account belongs to the instance’s staff. An owner or admin of this console decides.".to_owned()
            }
            Self::NoCase => "Contractors work on open cases in their grant, and this account has none.".to_owned(),
            Self::Outside(categories) => format!(
                "One of its reports is outside your grant: {}. A moderator, admin or owner of this console decides this case.",
                categories.iter().copied().collect::<Vec<_>>().join(", ")
            ),
            Self::TooMany => "There are too many open reports to check against your grant. A moderator, admin or \
            owner of this console decides this case."
                .to_owned(),
            Self::Unread => "Contractors can’t do this.".to_owned(),
            Self::Decided => "This account is not pending review.".to_owned(),
        }
    }
}

/// Why no permit was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("your role does not include this: {}", .0.name())]
    Role(Permission),
    #[error("no grant of yours is running")]
    NoGrant,
    #[error("your grant does not cover this instance")]
    Instance,
    #[error("your grant does not include this: {}", .0.name())]
    Grant(Permission),
    /// The grant includes it, but not about this account.
    #[error("{}", .0.words())]
    Untouched(Untouched),
    /// The person's own linked account does not stand any more.
    #[error("your own account on this instance {}", .0.words())]
    Lapsed(Lapse),
}

/// Gives a permit if the matrix and, for a contractor, a running grant allow it: what a contractor touches of accounts is an
/// open case in the grant's categories, and who waits for a decision about their sign-up, where the grant includes those.
///
/// Which grants run, a disabled person and an ended session are found out where the [`Actor`] is made, on every request.
///
/// # Errors
/// [`Denied`] says which of them forbids it.
pub fn permit(actor: &Actor, permission: Permission, object: impl Into<Object>) -> Result<Permit, Denied> {
    let object = object.into();
    if !super::allows(actor.role, permission) {
        return Err(Denied::Role(permission));
    }
    // What somebody did stays theirs to read, and how they sign in stays theirs to change.
    let own = matches!(permission, Permission::ViewOwnLedger | Permission::OwnSignIn);
    if actor.role == Role::Contractor && !own {
        if actor.is_without_grant() {
            return Err(Denied::NoGrant);
        }
        let instance = object.instance().filter(|instance| actor.covers(instance)).ok_or(Denied::Instance)?;
        let grants: Vec<&Scope> =
            actor.on(instance).map(|grant| &grant.scope).filter(|scope| scope.includes(permission)).collect();
        if grants.is_empty() {
            return Err(Denied::Grant(permission));
        }
        touches(&grants, permission, &object).map_err(Denied::Untouched)?;
    }
    Ok(Permit { actor: actor.clone(), permission, object })
}

/// Whether a contractor may use a right about an object, by the grants that include the right: one that does not include it
/// adds no categories to it.
fn touches(grants: &[&Scope], permission: Permission, object: &Object) -> Result<(), Untouched> {
    let sign_ups = || grants.iter().any(|scope| scope.includes(Permission::DecideSignUps));
    let case = match object {
        // Lists and settings: no deed about an account is opened with it.
        Object::Console | Object::Instance(_) => return Ok(()),
        Object::SignUp(..) if sign_ups() => return Ok(()),
        Object::Account(..) | Object::SignUp(..) => return Err(Untouched::Unread),
        Object::Case(_, _, case) => case,
    };
    if case.own {
        return Err(Untouched::Own);
    }
    if case.staff {
        return Err(Untouched::Staff);
    }
    let decides = matches!(permission, Permission::DecideReports | Permission::DecideAboutStaff);
    if case.waits && !decides && sign_ups() {
        return Ok(());
    }
    if matches!(permission, Permission::ViewSignUps | Permission::DecideSignUps) {
        return Err(Untouched::Decided);
    }
    if case.open.is_empty() {
        return Err(Untouched::NoCase);
    }
    let inside = |category: &Category| grants.iter().any(|scope| scope.categories.contains(category));
    let outside = || case.open.iter().filter(|category| !inside(category)).map(|category| category.word()).collect();
    if !case.open.iter().any(inside) || (decides && !case.open.iter().all(inside)) {
        return Err(Untouched::Outside(outside()));
    }
    if decides && case.more {
        return Err(Untouched::TooMany);
    }
    Ok(())
}

/// The permit to decide about staff that the matrix leaves open for moderators: whoever asks for it has compared the rank
/// of the person's own linked account with the target's.
///
/// # Errors
/// For everybody who is no moderator: the matrix has decided about them.
pub fn permit_by_rank(actor: &Actor, object: impl Into<Object>) -> Result<Permit, Denied> {
    if actor.role != Role::Moderator {
        return permit(actor, Permission::DecideAboutStaff, object);
    }
    let decides = permit(actor, Permission::DecideReports, object)?;
    Ok(Permit { permission: Permission::DecideAboutStaff, ..decides })
}
