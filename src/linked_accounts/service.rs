//! Linking somebody's own account: the way to the instance and back, and the end of it.

use super::{Begun, LinkOf, YourAccount, YourAccountPage};
use crate::{
    access::{self, Actor, Permission},
    acting, carry_out,
    carry_out::InStore,
    clock::{DAY, MINUTE, SECOND, Timestamp},
    context::{App, Context},
    deeds::{LinkAccount, UnlinkAccount},
    frame::{self, Framed},
    id::{AccountId, InstanceName, OperatorId},
    ledger::{self, Fact, Ledger},
    mastodon::{
        Instance,
        oauth::{self, Granted},
        rest::RestError,
    },
    nouns::{linked_accounts::Lapse, permissions::ASKED_FOR},
    path,
    problem::{Kind, Problem},
    search::Search,
    store::{
        applications::{self, Application},
        drafts,
        linked_accounts::{self, LeftToken, Linked},
        operators::{self, Operator},
        store_problem,
    },
    text::Why,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long the way to the instance and back may take; its codes live as long.
const ON_THE_WAY: i64 = 10 * MINUTE;
/// What a begun attempt is kept as among the drafts.
const ATTEMPT: &str = "link account";

/// An attempt on its way: sealed, for one person and one session, used once.
#[derive(Serialize, Deserialize)]
struct Attempt {
    instance: InstanceName,
    session: String,
    verifier: String,
    begun_at: Timestamp,
}

impl Attempt {
    /// Whether it is this session's, for this instance, and not too old.
    fn holds(&self, context: &Context, instance: &Instance) -> bool {
        self.instance == instance.name
            && self.session == context.actor.session
            && (0..ON_THE_WAY).contains(&context.now().since(self.begun_at))
    }
}

/// An instance for which somebody may link an account; the right comes first, so that it says nothing of what there is.
async fn at<'a>(context: &'a Context, instance: &str) -> Result<&'a Arc<Instance>, Problem> {
    let name: InstanceName =
        instance.parse().map_err(|_| Problem::not_found(format!("Instance “{instance}” doesn’t exist here.")))?;
    context.permit(Permission::LinkAccount, Some(&name)).await?;
    context.instance(instance)
}

fn redirect(app: &App, instance: &Instance) -> Result<String, Problem> {
    app.config
        .public_url
        .join(&path::linked_callback(&instance.name))
        .map(|address| address.to_string())
        .map_err(store_problem)
}

fn unanswered(instance: &Instance, error: &RestError) -> Problem {
    let host = instance.base.host_str().unwrap_or("the instance");
    Problem::unavailable(
        format!("Nothing was linked: {host} did not respond as needed: {error}."),
        "Start again when it’s back.",
    )
}

/// What the instance knows the console as: as it is stored, or registered anew where it forgot.
async fn application(app: &App, instance: &Instance) -> Result<Application, Problem> {
    let (store, keys) = (&app.store, &app.keys);
    let redirect = redirect(app, instance)?;
    let known = applications::of(store, keys, &instance.name).await?;
    if let Some(known) = known
        && known.redirect == redirect
        && known.scopes == oauth::SCOPES
        && oauth::knows(&instance.rest, &known).await.map_err(|error| unanswered(instance, &error))?
    {
        return Ok(known);
    }
    let new = oauth::register(&instance.rest, &redirect).await.map_err(|error| unanswered(instance, &error))?;
    applications::keep(store, keys, &instance.name, &new).await?;
    Ok(new)
}

/// Makes ready for the way to the instance: the page then shows the link there, because a form may not lead elsewhere.
pub async fn start(context: Context, instance: String) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?;
    if let Some(own) = acting::own(&context, instance).await?
        && let Some(lapse) = own.standing.lapse
    {
        return Err(acting::fallen(lapse));
    }
    application(&context.app, instance).await?;
    let attempt = Attempt {
        instance: instance.name.clone(),
        session: context.actor.session.clone(),
        verifier: oauth::verifier(),
        begun_at: context.now(),
    };
    let text = serde_json::to_string(&attempt).map_err(store_problem)?;
    let (store, keys) = (&context.app.store, &context.app.keys);
    let state = drafts::keep(store, keys, Some(&context.actor.operator), ATTEMPT, &text, context.now()).await?;
    Ok(path::with(&path::your_account(&instance.name), "begun", &state))
}

fn attempt_of(draft: Option<drafts::KeptText>) -> Option<Attempt> {
    draft.filter(|draft| draft.path == ATTEMPT).and_then(|draft| serde_json::from_str(&draft.text).ok())
}

/// The link to the instance's page of consent, for an attempt of this session.
async fn begun(context: &Context, instance: &Instance, state: &str) -> Result<Option<Begun>, Problem> {
    let (store, keys) = (&context.app.store, &context.app.keys);
    let operator = &context.actor.operator;
    let draft = drafts::read(store, keys, state, Some(operator), context.now()).await?;
    let Some(attempt) = attempt_of(draft).filter(|attempt| attempt.holds(context, instance)) else { return Ok(None) };
    let known = applications::of(store, keys, &instance.name).await?;
    let Some(application) = known else { return Ok(None) };
    let address =
        oauth::consent(&instance.base, &application, state, &attempt.verifier).map_err(store_problem)?.to_string();
    Ok(Some(Begun { address, until: attempt.begun_at.plus(ON_THE_WAY) }))
}

pub async fn page(context: &Context, instance: &str, search: &str) -> Result<Framed<YourAccountPage>, Problem> {
    let instance = at(context, instance).await?.clone();
    let parsed = Search::parse(search);
    let linked = acting::linked(&context.app, &context.actor, &instance.name).await?;
    let account = match linked {
        Some(linked) => Some(your_account(&instance, &linked).await),
        None => None,
    };
    let page = YourAccountPage {
        host: instance.base.host_str().unwrap_or_default().to_owned(),
        account,
        service: instance.health().account.as_ref().map(|account| format!("@{}", account.username)),
        begun: match parsed.get("begun") {
            Some(state) => begun(context, &instance, state).await?,
            None => None,
        },
        left_there: parsed.get("left") == Some("there"),
    };
    frame::build(context, Some(&instance), &path::your_account(&instance.name), search, page).await
}

/// An account with what its instance says of it now: both asked at once, each within two seconds.
async fn your_account(instance: &Instance, linked: &Linked) -> YourAccount {
    let client = instance.acting_client(linked.account, &linked.token);
    let (standing, token) = tokio::join!(
        async { instance.database.read().await?.standing(linked.account).await },
        client.verify_credentials()
    );
    let standing = standing.ok();
    YourAccount {
        handle: format!("@{}", linked.username),
        since: linked.linked_at,
        lapse: standing.as_ref().and_then(|standing| standing.lapse),
        lacks_second_factor: standing.as_ref().and_then(|standing| standing.lacks_second_factor),
        role: standing.map(|standing| {
            let can = ASKED_FOR.iter().map(|(bit, words)| ((*words).to_owned(), standing.can(*bit))).collect();
            (standing.role, can)
        }),
        token: token.err().map(|error| error.to_string()),
    }
}

/// What the instance sent somebody back with.
#[derive(Debug, Default, Deserialize)]
pub struct Returned {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub error: String,
}

/// Somebody comes back from the instance's page of consent.
///
/// # Errors
/// What went wrong, and what to do.
pub async fn returned(context: &Context, instance: &str, returned: Returned) -> Result<String, Problem> {
    let instance = at(context, instance).await?.clone();
    let app = &context.app;
    let (store, keys) = (&app.store, &app.keys);
    let operator = Some(&context.actor.operator);
    let no_way = || {
        Problem::new(
            Kind::Invalid,
            "Nothing was linked: this authorization was used already, is older than ten minutes, or belongs to \
            another session.",
            "Start again here.",
        )
    };
    // Looked at first: another session, or another instance, must not use up an attempt that is not its own.
    let draft = drafts::read(store, keys, &returned.state, operator, context.now()).await?;
    attempt_of(draft).filter(|attempt| attempt.holds(context, &instance)).ok_or_else(no_way)?;
    // Taking it is the claim: of two that come at once, one goes on.
    let draft = drafts::take(store, keys, &returned.state, operator, context.now()).await?;
    let attempt = attempt_of(draft).ok_or_else(no_way)?;
    match returned.error.as_str() {
        "" => {}
        "access_denied" => {
            return Err(Problem::new(
                Kind::Invalid,
                "Nothing was linked: you didn’t authorize it on the instance.",
                "Start again whenever you like.",
            ));
        }
        _ => {
            return Err(Problem::new(
                Kind::Invalid,
                "Nothing was linked: the instance didn’t authorize it.",
                "Start again; if that doesn’t help, whoever runs the instance finds the reason in its log.",
            ));
        }
    }
    let known = applications::of(store, keys, &instance.name).await?;
    let application = known.ok_or_else(|| unanswered(&instance, &RestError::NotSent("it is not known yet".into())))?;
    let granted =
        oauth::exchange(&instance.rest, &application, &returned.code, &attempt.verifier).await.map_err(|error| {
            match error {
                RestError::Refused { status: 400, .. } => Problem::new(
                    Kind::Invalid,
                    "Nothing was linked: the instance did not accept its own code. It was used, is too old, or \
                    belongs to another attempt.",
                    "Start again here.",
                ),
                RestError::Refused { status: 401, .. } => Problem::new(
                    Kind::Invalid,
                    "Nothing was linked: the instance doesn’t know this console any more.",
                    "Start again: the console registers itself again.",
                ),
                error => unanswered(&instance, &error),
            }
        })?;
    match accept(context, &instance, &granted).await {
        Ok(entry) => Ok(path::done(&path::your_account(&instance.name), entry)),
        Err(problem) => {
            give_back(context, &instance, &granted).await;
            Err(problem)
        }
    }
}

/// A token that is not kept is not left lying about; unless somebody acts with it already, because the instance hands out
/// the same twice.
async fn give_back(context: &Context, instance: &Instance, granted: &Granted) {
    let app = &context.app;
    let (id, now) = (crate::id::fresh(), context.now());
    let linked = Linked {
        operator: context.actor.operator.clone(),
        instance: instance.name.clone(),
        // Whose it is may not be known.
        account: AccountId(0),
        username: String::new(),
        token: granted.token.clone(),
        linked_at: now,
    };
    let left = async {
        linked_accounts::leave(&app.store, &app.keys, &id, &linked, now, now.plus(AT_ONCE)).await?;
        match linked_accounts::left(&app.store, &app.keys, &id).await? {
            Some(left) => take_back(app, &left).await,
            None => Ok(true),
        }
    };
    if let Err(error) = left.await {
        tracing::error!(%error, instance = %instance.name, "linked_accounts.not_given_back");
    }
}

fn not_linked(what: impl std::fmt::Display, remedy: &str) -> Problem {
    Problem::new(Kind::Invalid, format!("{what} Nothing was linked."), remedy)
}

/// Looks at whose token it is, and links the account if it may be; gives the entry that says so.
async fn accept(context: &Context, instance: &Arc<Instance>, granted: &Granted) -> Result<i64, Problem> {
    if !granted.suffices() {
        return Err(not_linked(
            "The instance granted fewer permissions than needed.",
            "Start again and agree to all of them.",
        ));
    }
    let app = &context.app;
    // Whose it is is not known yet: any number will do to ask.
    let client = instance.rest.under(AccountId(0), granted.token.clone());
    let whose = client.verify_credentials().await.map_err(|error| match error {
        RestError::Refused { status: 401 | 403, message } => not_linked(
            format!("The instance does not let this account act ({message})."),
            "Ask whoever runs the instance.",
        ),
        error => unanswered(instance, &error),
    })?;
    let standing = async { instance.database.read().await?.standing(whose.id).await }.await.map_err(|error| {
        Problem::unavailable(format!("Nothing was linked: {error}."), "Start again when it’s back.")
    })?;
    if let Some(lapse) = standing.lapse {
        return Err(not_linked(
            format!("@{} {}.", whose.username, lapse.words()),
            "Only an account of the instance’s staff can be linked.",
        ));
    }
    let linked = Linked {
        operator: context.actor.operator.clone(),
        instance: instance.name.clone(),
        account: whose.id,
        username: standing.username,
        token: granted.token.clone(),
        linked_at: context.now(),
    };
    if let Some(before) = acting::linked(app, &context.actor, &instance.name).await?
        && before.account != linked.account
    {
        return Err(not_linked(
            format!("You are linked with @{} here, but authorized @{}.", before.username, linked.username),
            "Unlink that account first.",
        ));
    }
    let deed = LinkAccount {
        instance: instance.name.clone(),
        operator: linked.operator.clone(),
        name: context.actor.name.clone(),
        account: linked.account,
        acct: linked.username.clone(),
    };
    let permit = context.permit(Permission::LinkAccount, Some(&instance.name)).await?;
    let session = Some(context.actor.session.as_str());
    let own = &linked;
    let keep = |store| async move { linked_accounts::keep(&store, &app.keys, own, session).await };
    let kept = carry_out::recorded(app, permit, deed, "", keep).await?;
    kept.ok_or_else(|| {
        not_linked(
            format!("Somebody else in this console is already linked with @{}.", linked.username),
            "An owner can unlink their account.",
        )
    })
}

/// Takes one's own link away.
pub async fn unlink(context: Context, instance: String, why: String) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?.clone();
    let own = acting::linked(&context.app, &context.actor, &instance.name).await?;
    let linked = own.ok_or_else(|| Problem::not_found("You have no linked account here."))?;
    // Otherwise whoever is frozen would go on through the service account.
    if let Some(own) = acting::own(&context, &instance).await?
        && let Some(lapse) = own.standing.lapse
    {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("{} {}, so you can’t unlink the account yourself.", own.handle(), lapse.words()),
            "Ask an owner of this console.",
        ));
    }
    let permit = context.permit(Permission::LinkAccount, Some(&instance.name)).await?;
    let why = Why::given(&why, false)?;
    let ended = end(&context.app, permit, &context.actor.name, &linked, why, Some(&context.actor.session)).await?;
    Ok(ended.said_at(&path::your_account(&instance.name)))
}

/// Takes somebody else's link away.
pub async fn unlink_other(
    context: Context,
    instance: String,
    operator: String,
    why: String,
) -> Result<String, Problem> {
    let permit = context.permit(Permission::ManageOperators, None).await?;
    let missing = || Problem::not_found("This link no longer exists.");
    let name: InstanceName = instance.parse().map_err(|_| missing())?;
    let app = &context.app;
    let operator = OperatorId(operator);
    if operator == context.actor.operator {
        return Err(Problem::new(
            Kind::Invalid,
            "Unlink your own account under “Your account”.",
            "If your account has lapsed, another owner can unlink it, or on the server: howdah operator unlink.",
        ));
    }
    let linked = linked_accounts::of(&app.store, &app.keys, &operator, &name).await?;
    let linked = linked.ok_or_else(missing)?;
    let person = operators::by_id(&app.store, &operator).await?;
    let who = person.map_or_else(|| "somebody".to_owned(), |person| person.name);
    let why = Why::given(&why, false)?;
    Ok(end(app, permit, &who, &linked, why, None).await?.said_at(path::PEOPLE))
}

/// A link that was ended.
struct Ended {
    /// The entry that says so.
    entry: i64,
    /// Whether the instance took the token back as well.
    revoked: bool,
}

impl Ended {
    /// The page that says what came of it.
    fn said_at(&self, page: &str) -> String {
        let page = path::done(page, self.entry);
        if self.revoked { page } else { path::with(&page, "left", "there") }
    }
}

/// How long whoever has just ended a link has to take its token back, before the job does.
const AT_ONCE: i64 = 10 * SECOND;

/// Ends a link, recorded, and the sessions of whose it was but for `session`.
async fn end(
    app: &App,
    permit: access::Permit,
    name: &str,
    linked: &Linked,
    why: impl Into<Why>,
    session: Option<&str>,
) -> Result<Ended, Problem> {
    let deed = UnlinkAccount {
        instance: linked.instance.clone(),
        operator: linked.operator.clone(),
        name: name.to_owned(),
        account: linked.account,
        acct: linked.username.clone(),
    };
    let (id, now) = (crate::id::fresh(), app.clock.now());
    let next = now.plus(AT_ONCE);
    let left = id.as_str();
    let gone = |store| async move {
        linked_accounts::delete(&store, &linked.operator, &linked.instance, left, now, next, session).await
    };
    let done = carry_out::recorded(app, permit, deed, why, gone).await?;
    let entry = done.ok_or_else(|| Problem::not_found("Somebody else unlinked it in the meantime."))?;
    if let Some(instance) = app.instances.get(&linked.instance) {
        instance.let_go(linked.account);
    }
    let left = linked_accounts::left(&app.store, &app.keys, &id).await?;
    let revoked = match left {
        Some(left) => take_back(app, &left).await.map_err(store_problem)?,
        None => true,
    };
    Ok(Ended { entry, revoked })
}

/// How long until an instance is asked again to take a token back: a minute, then twice as long each time, at most a day.
fn pause(tries: i64) -> i64 {
    (MINUTE << tries.clamp(0, 11)).min(linked_accounts::LONGEST_PAUSE)
}

/// After so long an instance is not asked any more: it does not know the console, or is gone.
const GIVEN_UP: i64 = 30 * DAY;

/// Asks an instance to forget a token that nobody acts with any more; whether it is settled. What it could not be asked at
/// once is in the record, and so is when it was done after all.
async fn take_back(app: &App, left: &LeftToken) -> sqlx::Result<bool> {
    let now = app.clock.now();
    if !linked_accounts::claim_left(&app.store, left, now.plus(pause(left.tries))).await? {
        return Ok(false);
    }
    let linked = &left.linked;
    // Linked again meanwhile: an instance hands out the same token twice.
    let all = linked_accounts::list(&app.store, &app.keys).await?;
    if all.iter().any(|other| other.token == linked.token) {
        linked_accounts::forget_left(&app.store, &left.id).await?;
        return Ok(true);
    }
    let done = match app.instances.get(&linked.instance) {
        None => Err("it is no longer connected to this console".to_owned()),
        Some(instance) => match applications::of(&app.store, &app.keys, &linked.instance).await? {
            None => Err("it doesn’t know this console any more".to_owned()),
            Some(application) => {
                oauth::revoke(&instance.rest, &application, &linked.token).await.map_err(|error| error.to_string())
            }
        },
    };
    let fact =
        |taken_back| Fact::Token { operator: linked.operator.clone(), instance: linked.instance.clone(), taken_back };
    match done {
        Ok(()) => {
            linked_accounts::forget_left(&app.store, &left.id).await?;
            if left.tries > 0 {
                note(app, fact(true)).await;
            }
            Ok(true)
        }
        Err(error) => {
            tracing::warn!(error, instance = %linked.instance, tries = left.tries, "linked_accounts.not_revoked");
            if left.tries == 0 {
                note(app, fact(false)).await;
            }
            if now.since(left.since) > GIVEN_UP {
                note(app, fact(false)).await;
                linked_accounts::forget_left(&app.store, &left.id).await?;
            }
            Ok(false)
        }
    }
}

async fn note(app: &App, fact: Fact) {
    if let Err(error) = app.ledger.fact(fact).await {
        tracing::error!(%error, "linked_accounts.unrecorded");
    }
}

/// Asks the instances once more to take back what is left of ended links.
pub async fn take_back_due(app: &App) -> sqlx::Result<()> {
    for left in linked_accounts::left_due(&app.store, &app.keys, app.clock.now()).await? {
        take_back(app, &left).await?;
    }
    Ok(())
}

/// Forgets the clients of links that ended with somebody's access, by instance and account; their tokens are left to
/// [`take_back_due`].
pub fn let_go(app: &App, ended: &[(String, String)]) {
    for (instance, account) in ended {
        let name = instance.parse::<InstanceName>().ok();
        if let (Some(instance), Ok(account)) = (name.and_then(|name| app.instances.get(&name)), account.parse()) {
            instance.let_go(account);
        }
    }
}

/// Ends the link of a contractor whose role on the instance went with a grant: another grant that goes on is carried out
/// through the service account again, instead of shutting them out for a role that nobody there took from them.
pub async fn end_with_role(
    app: &App,
    operator: &OperatorId,
    instance: &Instance,
    account: AccountId,
) -> Result<(), Problem> {
    let linked = linked_accounts::of(&app.store, &app.keys, operator, &instance.name).await?;
    let Some(linked) = linked.filter(|linked| linked.account == account) else { return Ok(()) };
    let standing = async { instance.database.read().await?.standing(account).await };
    let standing = standing
        .await
        .map_err(|error| Problem::unavailable(format!("{error}, so the link couldn’t be checked."), ""))?;
    // Whoever is frozen or suspended there stays shut out here, whatever became of the role.
    if standing.lapse != Some(Lapse::NoStaff) {
        return Ok(());
    }
    let permit = access::permit(&Ledger::command_actor(ledger::CONSOLE), Permission::ManageOperators, None)
        .map_err(|denied| Problem::unavailable(format!("A link was not ended: {denied}."), ""))?;
    let person = operators::by_id(&app.store, operator).await?;
    let name = person.map_or_else(|| "somebody".to_owned(), |person| person.name);
    end(app, permit, &name, &linked, "its role went with the grant", None).await.map(|_| ())
}

/// Ends the links of people who have no access any more: a grant that ran out, a role that does not act. Deleting is the
/// claim: of two processes that see the same, one takes the token back.
pub async fn end_of_those_gone(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    for linked in linked_accounts::list(&app.store, &app.keys).await? {
        let person = operators::by_id(&app.store, &linked.operator).await?;
        let stays = match person.clone().filter(Operator::may_sign_in) {
            None => false,
            Some(person) => {
                let actor = acting::actor(&app.store, person, "a link".to_owned(), now);
                let actor = actor.await?;
                access::permit(&actor, Permission::LinkAccount, Some(&linked.instance)).is_ok()
            }
        };
        if stays {
            continue;
        }
        let actor: Actor = Ledger::command_actor("end of access");
        let permit = access::permit(&actor, Permission::ManageOperators, None)
            .map_err(|denied| Problem::unavailable(format!("A link was not ended: {denied}."), ""))?;
        let name = person.map_or_else(|| "somebody".to_owned(), |person| person.name);
        if let Err(problem) = end(app, permit, &name, &linked, "access has ended", None).await {
            // Another process was quicker, or it is tried again in a minute; the others must not wait for it.
            tracing::warn!(%problem, instance = %linked.instance, "linked_accounts.not_ended");
        }
    }
    Ok(())
}

/// Takes a link away at the server's own command line: the way out for an owner whose account has lapsed.
///
/// # Errors
/// If there is no such link, or the record cannot be written.
pub async fn unlink_at_server(app: &App, name: &str, instance: &InstanceName) -> Result<bool, Problem> {
    let missing = || Problem::not_found(format!("Nobody called {name} has linked an account on {instance}."));
    let person = operators::by_name(&app.store, name).await?.ok_or_else(missing)?;
    let linked = linked_accounts::of(&app.store, &app.keys, &person.id, instance).await?;
    let linked = linked.ok_or_else(missing)?;
    let permit = access::permit(&crate::operators::service::command_actor(), Permission::ManageOperators, None)
        .map_err(|denied| Problem::unavailable(format!("Nothing was done: {denied}."), ""))?;
    Ok(end(app, permit, &person.name, &linked, "howdah operator unlink", None).await?.revoked)
}

/// Everybody's links, for the list of people.
pub async fn links(app: &App) -> Result<Vec<LinkOf>, Problem> {
    let all = linked_accounts::list(&app.store, &app.keys).await?;
    Ok(all
        .into_iter()
        .map(|linked| LinkOf {
            operator: linked.operator,
            instance: linked.instance,
            handle: format!("@{}", linked.username),
            since: linked.linked_at,
        })
        .collect())
}

impl InStore for LinkAccount {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        linked_accounts::written_by(&app.store, &self.operator, &self.instance, intent).await
    }
}

impl InStore for UnlinkAccount {
    /// Whose link it was is of another generation since.
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}
