//! The only way to effects: who asks, when, with which store, ledger and instances.

use crate::{
    access::{self, Actor, Case, Denied, Object, Permission, Permit, Role, Untouched},
    acting::{self, Own},
    address::{ClientAddress, Proxies},
    clock::{Clock, Timestamp},
    config::Config,
    id::{InstanceName, OperatorId},
    ledger::{Fact, Ledger, OwnTry, check::LedgerCheck},
    live::Listeners,
    mastodon::{
        Instance,
        database::{Account, Joining, OpenReport},
    },
    nouns::{linked_accounts::Lapse, preferences::Preferences, reports::MOST_READ},
    passwords::Passwords,
    problem::{Kind, Problem},
    seal::Keys,
    session::Signed,
    store::{
        Store,
        attempts::{self, Limit, Reserved},
        linked_accounts,
    },
    telemetry::{Jobs, Requests},
    text::{self, time::Zone},
};
use axum::http::request::Parts;
use leptos::prelude::use_context;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
};
use tokio::sync::watch;
use tracing::Instrument;

/// So many files are read at once by one process; whoever comes then is told to come again.
const UPLOADS_AT_ONCE: usize = 2;

/// Whose files are read at this moment, one of each person: each takes a multiple of its size in memory.
#[derive(Default)]
pub struct Uploads(Mutex<BTreeSet<OperatorId>>);

/// A place for a file, until it is dropped.
pub struct Place<'a>(&'a Uploads, OperatorId);

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<OperatorId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for somebody, if there is one and they have none.
    pub fn place_of(&self, operator: &OperatorId) -> Option<Place<'_>> {
        let mut taken = self.lock();
        let free = taken.len() < UPLOADS_AT_ONCE && taken.insert(operator.clone());
        free.then(|| Place(self, operator.clone()))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// What a process is made of; built once, at start.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub keys: Keys,
    pub store: Store,
    pub ledger: Ledger,
    pub instances: BTreeMap<InstanceName, Arc<Instance>>,
    pub passwords: Passwords,
    pub proxies: Proxies,
    /// The check of the whole record that runs, and what the last one found.
    pub ledger_check: LedgerCheck,
    /// How the work outside of requests goes.
    pub jobs: Jobs,
    /// What was answered since the start.
    pub requests: Requests,
    /// Requests that ended in a fault of our own since the start.
    pub faults: AtomicU64,
    /// What came back for deeds that this process watches, by the index of their intents; in the record when they close.
    pub watched: Mutex<BTreeMap<i64, String>>,
    /// Whose open pages are told what waits.
    pub listeners: Arc<Listeners>,
    /// Told when work in the background is begun or let go on here.
    pub begun: watch::Sender<()>,
    /// Whose files are read at this moment.
    pub uploads: Uploads,
}

/// One request of somebody signed in.
#[derive(Clone)]
pub struct Context {
    pub app: Arc<App>,
    pub actor: Actor,
    pub address: ClientAddress,
    /// The instance that this browser was at last: the one that pages of the console itself go on about.
    last_at: Option<InstanceName>,
    /// How this person has the console for themselves.
    pub preferences: Preferences,
}

impl Context {
    /// The context of a request that the guard has let in.
    pub fn of(app: Arc<App>, signed: Signed) -> Self {
        Self {
            app,
            actor: signed.actor,
            address: signed.address,
            last_at: signed.last_at,
            preferences: signed.preferences,
        }
    }

    /// The context of the request that is being answered.
    ///
    /// # Errors
    /// Signed out, if the guard let nobody in.
    pub fn of_request() -> Result<Self, Problem> {
        let app = app_of_request()?;
        let signed = use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<Signed>().cloned())
            .ok_or_else(|| Problem::new(Kind::SignedOut, "You’ve been signed out.", "Sign in again."))?;
        Ok(Self::of(app, signed))
    }

    /// The context of work in the background, on behalf of somebody.
    pub fn of_job(app: Arc<App>, actor: Actor) -> Self {
        Self { app, actor, address: ClientAddress::HERE, last_at: None, preferences: Preferences::default() }
    }

    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// The time zone in which this person is told times: the one that they named, their browser’s, or UTC.
    pub fn zone(&self) -> Zone {
        self.preferences.zone().unwrap_or_default()
    }

    /// The time zone in which the days of a form were typed: the one that it names, or the person's.
    ///
    /// # Errors
    /// Invalid, where this machine knows no such zone.
    pub fn zone_typed(&self, name: &str) -> Result<Zone, Problem> {
        match name.trim() {
            "" => Ok(self.zone()),
            name => Zone::named(name).ok_or_else(|| {
                let what = format!("This server doesn’t know the time zone “{}”.", text::excerpt(name, 40));
                Problem::invalid("zone", what)
            }),
        }
    }

    /// Asks for the right to do something about an object: an account, an instance, or the console itself. A refusal goes into
    /// the record.
    pub async fn permit(&self, permission: Permission, object: impl Into<Object>) -> Result<Permit, Problem> {
        let object = object.into();
        let denied = match access::permit(&self.actor, permission, &object) {
            Ok(permit) => match self.lapse(permission, object.instance()).await? {
                None => return Ok(permit),
                Some(lapse) => Denied::Lapsed(lapse),
            },
            Err(denied) => denied,
        };
        let own = matches!(denied, Denied::Untouched(Untouched::Own)).then_some(OwnTry::Case);
        self.note(permission, object.instance(), own).await;
        Err(match denied {
            Denied::Role(permission) => Problem::new(
                Kind::Forbidden,
                format!("Your role ({}) doesn’t include this: {}.", self.actor.role.name(), permission.name()),
                "Ask a colleague whose role includes it.",
            ),
            Denied::NoGrant => no_grant(),
            Denied::Instance => Problem::new(
                Kind::Forbidden,
                "Your grant does not cover this instance.",
                "Ask the sponsor of your grant.",
            ),
            Denied::Grant(permission) => Problem::new(
                Kind::Forbidden,
                format!("Your grant does not include this: {}.", permission.name()),
                "Ask the sponsor of your grant.",
            ),
            Denied::Untouched(why) => Problem::new(Kind::Forbidden, why.words(), ""),
            Denied::Lapsed(lapse) => acting::fallen(lapse),
        })
    }

    /// An account as the object of a deed or of a look at what is masked: with its case, as it was read just now. `open` are
    /// its open reports, `own` is this person's own account there.
    pub async fn case(
        &self,
        instance: &Instance,
        account: &Account,
        open: &[OpenReport],
        own: Option<&Own>,
    ) -> Result<Object, Problem> {
        if !self.knows(instance, account, open) {
            return Err(Problem::not_found("This account no longer exists on the instance."));
        }
        let case = Case {
            staff: account.is_staff() || self.is_a_colleague(instance, account).await?,
            own: match own {
                Some(own) if open.len() > MOST_READ => acting::reported(own, instance, account.id).await?,
                _ => false,
            } || own
                .is_some_and(|own| own.own_case(account.id, open.iter().map(|report| report.reporter)).is_some()),
            waits: account.pending,
            open: open.iter().map(|report| report.category).collect(),
            more: open.len() > MOST_READ,
        };
        Ok(Object::Case(instance.name.clone(), account.id, case))
    }

    /// Whether an account has a page that anybody can read, or this person may see who waits: of a sign-up that is not approved or not
    /// confirmed the instance shows nothing (`app/controllers/concerns/account_owned_concern.rb`).
    pub fn is_public(&self, instance: &Instance, joining: Joining) -> bool {
        joining.words().next().is_none() || self.sees_sign_ups(instance)
    }

    /// Whether this person may see who waits.
    pub fn sees_sign_ups(&self, instance: &Instance) -> bool {
        access::permit(&self.actor, Permission::ViewSignUps, Some(&instance.name)).is_ok()
    }

    /// Whether this person is told that there is such an account: of whoever waits only who decides a case of theirs, or about
    /// sign-ups.
    pub fn knows(&self, instance: &Instance, account: &Account, open: &[OpenReport]) -> bool {
        open.iter().any(|report| self.actor.sees(&instance.name, report.category))
            || self.is_public(instance, account.joining())
    }

    /// Whether somebody of this console is linked with the account: for contractors that is staff, whatever its role there.
    async fn is_a_colleague(&self, instance: &Instance, account: &Account) -> Result<bool, Problem> {
        if self.actor.role != Role::Contractor {
            return Ok(false);
        }
        let linked = linked_accounts::on_instance(&self.app.store, &instance.name).await?;
        Ok(linked.iter().any(|(person, id)| *id == account.id && *person != self.actor.operator))
    }

    /// Takes one of as many of a sort (“exports”) as this person is given; before the work that it limits.
    ///
    /// # Errors
    /// Too many, with how long to wait.
    pub async fn reserve(&self, sort: &str, shown: &str, limit: Limit) -> Result<Reserved, Problem> {
        let key = self.app.keys.hash("given to a person", format!("{sort}/{}", self.actor.operator).as_bytes());
        let reserved = attempts::reserve(&self.app.store, &key, limit, self.now()).await?;
        reserved.map_err(|wait| {
            Problem::new(
                Kind::TooMany,
                format!("Nothing was done: you’ve reached your limit of {shown}."),
                format!("Try again in {} minutes.", (wait.seconds() + 59) / 60),
            )
        })
    }

    /// Puts a refusal into the record.
    pub async fn note_denied(&self, permission: Permission, instance: Option<&InstanceName>) {
        self.note(permission, instance, None).await;
    }

    /// The same of a try at something of their own.
    pub async fn note_own(&self, permission: Permission, instance: Option<&InstanceName>, own: OwnTry) {
        self.note(permission, instance, Some(own)).await;
    }

    async fn note(&self, permission: Permission, instance: Option<&InstanceName>, own: Option<OwnTry>) {
        let fact = Fact::Denied {
            operator: self.actor.operator.clone(),
            role: self.actor.role,
            permission,
            instance: instance.cloned(),
            own,
        };
        if let Err(error) = self.app.ledger.fact_of(fact, self.actor.request.as_deref()).await {
            tracing::error!(%error, "denied.unrecorded");
        }
    }

    /// What is wrong with this person's own account on the instance, where they linked one.
    async fn lapse(&self, permission: Permission, instance: Option<&InstanceName>) -> Result<Option<Lapse>, Problem> {
        match instance {
            Some(instance) => acting::lapse(&self.app, &self.actor, permission, instance).await,
            None => Ok(None),
        }
    }

    /// The instance of that name, if this person may see it at all.
    ///
    /// # Errors
    /// Not found, also where a grant does not cover it: its existence is nobody else's business. Forbidden for a contractor
    /// without a running grant, whatever the name.
    pub fn instance(&self, name: &str) -> Result<&Arc<Instance>, Problem> {
        if self.actor.is_without_grant() {
            return Err(no_grant());
        }
        name.parse::<InstanceName>()
            .ok()
            .filter(|name| self.actor.covers(name))
            .and_then(|name| self.app.instances.get(&name))
            .ok_or_else(|| {
                let named = name.parse().ok();
                let taken_out = named.as_ref().and_then(|name| self.taken_out(Some(name)));
                taken_out.unwrap_or_else(|| Problem::not_found(format!("Instance “{name}” doesn’t exist here.")))
            })
    }

    /// What a contractor is told of an instance that a running grant names and the configuration does not: of one, or of all.
    pub fn taken_out(&self, name: Option<&InstanceName>) -> Option<Problem> {
        let granted = self.actor.grants.iter().flat_map(|grant| &grant.scope.instances);
        let gone = granted.filter(|granted| name.is_none_or(|name| name == *granted));
        let gone: BTreeSet<&str> =
            gone.filter(|granted| !self.app.instances.contains_key(*granted)).map(InstanceName::as_str).collect();
        let named = gone.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
        let what = match gone.len() {
            0 => return None,
            1 => format!("Your grant is for {named}, which is no longer connected to this console."),
            _ => format!("Your grant is for {named}, which are no longer connected to this console."),
        };
        Some(Problem::new(
            Kind::NotFound,
            what,
            "Ask the sponsor of your grant. You can still view your grants and your own actions.",
        ))
    }

    /// The instances this person may see, in the order of the configuration.
    pub fn visible(&self) -> impl Iterator<Item = &Arc<Instance>> {
        let named = self.app.config.instances.iter().filter_map(|one| self.app.instances.get(&one.name));
        named.filter(|instance| self.actor.covers(&instance.name))
    }

    /// The instance that stands around a page of the console itself: the one that this browser was at last, or the first.
    pub fn current(&self) -> Option<&Instance> {
        let last = self.last_at.as_ref().and_then(|last| self.visible().find(|instance| instance.name == *last));
        last.or_else(|| self.visible().next()).map(AsRef::as_ref)
    }
}

/// A contractor between two grants, or after the last.
fn no_grant() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "You have no active grant.",
        "You can still view your grants, your timesheet and your own actions.",
    )
}

/// The process behind the request that is being answered.
///
/// # Errors
/// Unavailable, outside a request.
pub fn app_of_request() -> Result<Arc<App>, Problem> {
    use_context::<Arc<App>>().ok_or_else(|| Problem::unavailable("This page has no server behind it.", ""))
}

/// What a form asks for: does the work for whoever is signed in, then sends the browser to where it leads.
///
/// It goes on in a task of its own, so that a browser that goes away leaves nothing half done. What fails is left with the
/// posted form, so that whoever answers gives back everything that was typed.
pub async fn form_action<F, W>(work: F) -> Result<(), Problem>
where
    F: FnOnce(Context) -> W,
    W: Future<Output = Result<String, Problem>> + Send + 'static,
{
    let done = match Context::of_request() {
        Ok(context) => tokio::spawn(work(context).in_current_span()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "door.ended");
            Err(Problem::unavailable("This was interrupted.", "Check the audit log for the outcome."))
        }),
        Err(problem) => Err(problem),
    };
    land(done)
}

/// Ends a form action: a redirect, or the problem left with the form.
pub fn land(done: Result<String, Problem>) -> Result<(), Problem> {
    match done {
        Ok(path) => {
            leptos_axum::redirect(&path);
            Ok(())
        }
        Err(problem) => {
            let posted = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Posted>().cloned());
            if let Some(posted) = posted {
                posted.fail(problem.clone());
            }
            Err(problem)
        }
    }
}

/// A posted form on its way through; its action leaves its problem here.
#[derive(Clone, Default)]
pub struct Posted {
    problem: Arc<Mutex<Option<Problem>>>,
}

impl Posted {
    /// Says why the form was not carried out.
    pub fn fail(&self, problem: Problem) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
    }

    /// Why it was not, if it was not.
    pub fn take(&self) -> Option<Problem> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_file_read_at_a_time() {
        let uploads = Uploads::default();
        let (one, other, third) = (OperatorId("one".into()), OperatorId("other".into()), OperatorId("third".into()));
        let place = uploads.place_of(&one);
        assert!(place.is_some() && uploads.place_of(&one).is_none());
        let second = uploads.place_of(&other);
        assert!(second.is_some() && uploads.place_of(&third).is_none());
        drop(place);
        assert!(uploads.place_of(&third).is_some());
    }
}
