//! What the sign-up desk does.

mod signals;

use self::signals::{Desk, Signals, list_of};
use super::{Preview, SignUpDecision, SignUpFilter, SignUpPage, SignUpRow, SignUpsPage};
use crate::{
    access::{self, Object, Permission, Role},
    batches,
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    clock::Timestamp,
    context::{App, Context},
    deeds::{DecideSignUp, InBatch, SeenSignUp},
    frame::{self, Framed, Known, Since},
    id::{AccountId, RuleNumber},
    ledger::{Answered, Mark, Outcome, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Hidden, PendingSignUp, Read, read_problem},
        rest::Client,
    },
    nouns::domain_blocks::Domain,
    path,
    problem::{Kind, Problem, malformed_form},
    reports::service as reports,
    search::{Search, TICKED},
    session::Signed,
    store::refusals::{self, Refusal},
    text::{Why, alike::words},
    ui,
};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use ipnet::IpNet;
use serde_json::json;
use std::{collections::HashMap, sync::Arc};

const PAGE: usize = 50;

/// The keyed hashes that are kept of somebody who is refused.
struct Kept {
    mail: String,
    address: Option<String>,
    words: Option<String>,
}

impl Kept {
    fn of(app: &App, person: &PendingSignUp) -> Self {
        let said = words(&person.reason);
        Self {
            mail: person.email.keyed(&app.keys),
            address: person.address.as_ref().map(|address| address.keyed(&app.keys)),
            // A few words are said by many.
            words: (said.len() >= 5).then(|| app.keys.hash("sign-up words", said.join(" ").as_bytes())),
        }
    }
}

/// # Errors
/// Invalid, with what is accepted.
fn filter_of(search: &Search) -> Result<SignUpFilter, Problem> {
    let text = |key: &str| search.get(key).unwrap_or_default().trim().to_owned();
    search.typed::<AccountId>("alike", "Enter an account ID")?;
    search.typed::<i64>("rule", "Enter the number of an IP rule")?;
    Ok(SignUpFilter {
        state: search.one_of("state", &SignUpFilter::STATES)?.to_owned(),
        language: text("language"),
        mail: text("mail").trim_start_matches('@').to_lowercase(),
        alike: text("alike"),
        under: text("under").to_lowercase(),
        rule: text("rule"),
        order: search.one_of("order", &SignUpFilter::ORDERS)?.to_owned(),
    })
}

/// Whether somebody comes under the rule that a filter names; `network` is that of the rule about addresses.
fn comes_under(person: &PendingSignUp, filter: &SignUpFilter, network: Option<&IpNet>) -> bool {
    let mail = || {
        let rule = Domain::try_from(filter.under.clone()).ok();
        rule.zip(person.email.domain()).is_some_and(|(rule, domain)| rule.covers(&domain))
    };
    let address = || network.zip(person.address.as_ref()).is_some_and(|(network, address)| address.is_within(network));
    (filter.under.is_empty() || mail()) && (filter.rule.is_empty() || address())
}

fn fits(desk: &Desk, at: usize, filter: &SignUpFilter, network: Option<&IpNet>) -> bool {
    let person = &desk.people()[at];
    let alike = match filter.alike.parse::<AccountId>() {
        Ok(of) => {
            let group = |at: usize| desk.resemblance().group(at);
            let of = desk.position(of).and_then(group);
            return of.is_some() && group(at) == of;
        }
        Err(_) => true,
    };
    let state = match filter.state.as_str() {
        "unconfirmed" => !person.confirmed,
        "invited" => desk.inviter(person).is_some(),
        // Whom a rule would have caught is shown whole, until somebody narrows it.
        _ => person.confirmed || filter.is_by_rule(),
    };
    let language = filter.language.is_empty() || person.locale.as_deref() == Some(filter.language.as_str());
    let mail = filter.mail.is_empty() || person.email.domain().as_deref() == Some(filter.mail.as_str());
    alike && state && language && mail && comes_under(person, filter, network)
}

/// Values with how many have each, most first.
fn counted(values: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for value in values {
        *numbers.entry(value).or_default() += 1;
    }
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by_key(|(value, number)| (std::cmp::Reverse(*number), value.clone()));
    numbers.truncate(12);
    numbers
}

/// Where somebody stands in the list, as the address of the next page has it.
fn parse_place(text: &str) -> Option<(Timestamp, i64)> {
    let (at, user) = text.rsplit_once('-')?;
    Some((Timestamp(at.parse().ok()?), user.parse().ok()?))
}

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<SignUpsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewSignUps, Some(&instance.name)).await?;
    let page = page(context, &instance, search);
    let mut framed = frame::beside(context, &instance, &path::signups(&instance.name), search, page).await?;
    framed.frame.sign_ups = framed.body.known.then(|| framed.body.waiting.said());
    Ok(framed)
}

async fn page(context: &Context, instance: &Instance, search: &str) -> Result<SignUpsPage, Problem> {
    let parsed = Search::parse(search);
    parsed.knows_beside(&[&SignUpFilter::KEYS[..], &["order"]].concat(), &TICKED)?;
    let base = path::signups(&instance.name);
    // Before the list is read: none that comes in between is missed.
    let revision = frame::revision_of(context, frame::OF_SIGN_UPS, &instance.signups);
    let Found { desk, filter, network, mut fitting, around } = found(context, instance, &parsed).await?;
    let now = context.now();
    let may_decide = access::permit(&context.actor, Permission::DecideSignUps, Some(&instance.name)).is_ok();
    let meanwhile = since(context, instance, revision, &parsed, &desk, &fitting);
    fitting.sort_by_key(|at| (desk.people()[*at].asked_at, desk.people()[*at].user));
    if filter.order == "newest" {
        fitting.reverse();
    }
    // Whoever is named may have been decided meanwhile: the page goes on where they were.
    let after = parsed.get("before").and_then(parse_place);
    let place = |at: usize| (desk.people()[at].asked_at, desk.people()[at].user);
    let beyond = |at: usize| match after {
        None => true,
        Some(after) if filter.order == "newest" => place(at) < after,
        Some(after) => place(at) > after,
    };
    let mut shown: Vec<usize> = fitting.iter().copied().filter(|at| beyond(*at)).take(PAGE + 1).collect();
    let more = shown.len() > PAGE;
    shown.truncate(PAGE);
    let older = shown.last().filter(|_| more).map(|last| {
        let (at, user) = place(*last);
        format!("{base}{}", parsed.with("before", &format!("{}-{user}", at.0)))
    });
    let chosen = may_decide.then(|| chosen(context, &parsed, &desk, &fitting)).flatten();
    let named = chosen.iter().flat_map(|chosen| &chosen.people).take(batches::MOST_AT_ONCE);
    let drawn: Vec<usize> = shown.iter().chain(named).copied().collect();
    let signals = Signals::of(context, instance, &desk, &drawn).await?;
    let row = |at: &usize| signals.row(&context.app, *at, now);
    let known = desk.list.at.is_some();
    let to_choose = || around.iter().map(|at| &desk.people()[*at]);
    Ok(SignUpsPage {
        known,
        rows: shown.iter().map(row).collect(),
        waiting: Instance::sign_ups_waiting_in(&desk.list).unwrap_or_default(),
        unconfirmed: desk.people().iter().filter(|person| !person.confirmed).count(),
        invited: desk.people().iter().filter(|person| desk.inviter(person).is_some()).count(),
        matching: fitting.len(),
        languages: counted(to_choose().filter_map(|person| person.locale.clone())),
        mails: counted(to_choose().filter_map(|person| person.email.domain())),
        cluster: signals.cluster().filter(|_| filter.alike.is_empty() && !filter.is_by_rule()),
        silent: signals.silent(),
        throw_away: (!context.app.config.throw_away.is_empty()).then(|| list_of(&context.app)),
        network,
        filter,
        preview: chosen.map(|chosen| chosen.preview(context.actor.role, row)),
        running: batches::service::running(context, instance, "decide_sign_up").await?,
        lately: batches::service::lately(context, instance, "decide_sign_up").await?,
        may_decide,
        older,
        search: search.to_owned(),
        meanwhile,
    })
}

/// Those whom a decision is about to be made about.
struct Chosen {
    verdict: SignUpDecision,
    /// Their places among the people of the desk.
    people: Vec<usize>,
    /// Ids that were chosen and do not wait any more.
    gone: usize,
    /// That these are not all that fit the filter, in a sentence.
    part: Option<String>,
}

impl Chosen {
    fn preview(self, role: Role, row: impl Fn(&usize) -> SignUpRow) -> Preview {
        Preview {
            verdict: self.verdict,
            refused: batches::too_many(role, self.people.len()),
            people: self.people.iter().take(batches::MOST_AT_ONCE).map(row).collect(),
            gone: self.gone,
            part: self.part,
        }
    }
}

/// Whom the address of a page names, or all that it shows.
fn chosen(context: &Context, search: &Search, desk: &Desk, fitting: &[usize]) -> Option<Chosen> {
    let verdict = search.get("decide")?.parse().ok()?;
    if search.get("all").is_some() {
        let people: Vec<usize> = fitting.iter().take(batches::most(context.actor.role)).copied().collect();
        let part = batches::only_the_first(people.len(), fitting.len());
        return Some(Chosen { verdict, people, gone: 0, part });
    }
    let chosen: Vec<AccountId> = search.all("who").filter_map(|id| id.parse().ok()).collect();
    let people: Vec<usize> =
        (0..desk.people().len()).filter(|at| chosen.contains(&desk.people()[*at].account)).collect();
    Some(Chosen { verdict, gone: chosen.len() - people.len(), people, part: None })
}

/// Who waits under a filter.
struct Found {
    desk: Desk,
    filter: SignUpFilter,
    /// The network of the rule that they are narrowed to.
    network: Option<String>,
    /// Their places among the people of the desk.
    fitting: Vec<usize>,
    /// The same, whatever language and mail server are chosen: what each choice leaves is counted among these.
    around: Vec<usize>,
}

async fn found(context: &Context, instance: &Instance, search: &Search) -> Result<Found, Problem> {
    let filter = filter_of(search)?;
    let desk = Desk::open(context, instance).await?;
    // By its number alone: who may look here must not find out addresses by trying networks.
    let may_decide = access::permit(&context.actor, Permission::DecideSignUps, Some(&instance.name)).is_ok();
    // And only for whoever decides about them and sees rules at all: it tells more of an address than its mask does.
    let may_see = may_decide && access::permit(&context.actor, Permission::ViewBlocks, Some(&instance.name)).is_ok();
    let network = match filter.rule.parse().map(RuleNumber) {
        Ok(id) if may_see => {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            read.network_of(id).await.map_err(read_problem)?
        }
        _ => None,
    };
    let within: Option<IpNet> = network.as_deref().and_then(|network| network.parse().ok());
    let of = |filter: &SignUpFilter| {
        (0..desk.people().len()).filter(|at| fits(&desk, *at, filter, within.as_ref())).collect::<Vec<_>>()
    };
    let fitting = of(&filter);
    let any = SignUpFilter { language: String::new(), mail: String::new(), ..filter.clone() };
    let around = if any == filter { fitting.clone() } else { of(&any) };
    Ok(Found { desk, filter, network, fitting, around })
}

/// Where the list asks what changed: under its filter, since the newest sign-up it knew of, of these.
fn since(
    context: &Context,
    instance: &Instance,
    revision: String,
    search: &Search,
    desk: &Desk,
    fitting: &[usize],
) -> Since {
    let address = format!("{}{}", path::signups_meanwhile(&instance.name), search.only(&SignUpFilter::KEYS));
    let all = desk.people().iter().map(|person| person.user);
    let rows = fitting.iter().map(|at| desk.people()[*at].user);
    Known::since(context, &address, frame::OF_SIGN_UPS, revision, all, rows)
}

/// What came into a list of sign-ups and what left it.
pub async fn meanwhile(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let context = Context::of(app, signed);
    frame::told(changed(&context, &instance, &Search::parse(&query.unwrap_or_default())).await)
}

async fn changed(context: &Context, instance: &str, search: &Search) -> Result<Option<String>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewSignUps, Some(&instance.name)).await?;
    let Some(known) = Known::read(search) else { return Ok(None) };
    let Found { desk, fitting, .. } = found(context, &instance, search).await?;
    // Of a list that holds the newest alone nobody knows what left it.
    if desk.list.cut || desk.list.at.is_none() {
        return Ok(None);
    }
    let users = fitting.into_iter().map(|at| desk.people()[at].user).map(|user| (user, user));
    Ok(known.came_and_went(context, frame::OF_SIGN_UPS, users, "gone", "sign-ups changed"))
}

pub async fn sign_up(
    context: &Context,
    instance: &str,
    account: &str,
    search: &str,
) -> Result<Framed<SignUpPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewSignUps, Some(&instance.name)).await?;
    let gone = || {
        Problem::new(
            Kind::NotFound,
            "This account is not pending review.",
            "Somebody may have decided already: see the audit log.",
        )
    };
    let id: AccountId = account.parse().map_err(|_| gone())?;
    let fresh = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.pending_sign_up(id).await.map_err(read_problem)?
    };
    let fresh = fresh.ok_or_else(gone)?;
    let mut desk = Desk::open(context, &instance).await?;
    if desk.position(id).is_none() {
        // Asked this very second: the list does not know them yet.
        instance.signups.refresh(&instance.database, context.now()).await;
        desk = Desk::open(context, &instance).await?;
    }
    let at = desk.position(id).ok_or_else(gone)?;
    let parsed = Search::parse(search);
    let may = |permission| access::permit(&context.actor, permission, Some(&instance.name)).is_ok();
    let there = format!("admin/accounts/{id}");
    let page = SignUpPage {
        row: Signals::of(context, &instance, &desk, &[at]).await?.row(&context.app, at, context.now()),
        reason: ui::tame(&fresh.reason),
        address: fresh.address.as_ref().map(Hidden::masked),
        may_decide: may(Permission::DecideSignUps),
        may_reveal: access::permit(&context.actor, Permission::Reveal, Object::SignUp(instance.name.clone(), id))
            .is_ok(),
        deciding: parsed.get("decide").and_then(|verdict| verdict.parse().ok()),
        next: next_after(desk.people(), id),
        revealed: reports::revealed(context, &parsed, &instance.name, id).await?,
        there: instance.base.join(&there).map_or_else(|_| instance.base.to_string(), |url| url.to_string()),
        search: search.to_owned(),
    };
    frame::build(context, Some(&instance), &path::sign_up(&instance.name, id), search, page).await
}

/// The next who waits with a confirmed address; after this one, or the first.
fn next_after(list: &[PendingSignUp], account: AccountId) -> Option<AccountId> {
    let at = list.iter().position(|person| person.account == account);
    let waits = |person: &&PendingSignUp| person.confirmed && person.account != account;
    let after = at.and_then(|at| list[at + 1..].iter().find(waits));
    after.or_else(|| list.iter().find(waits)).map(|person| person.account)
}

/// The deed about somebody who waits.
fn deed(app: &App, instance: &Instance, person: &PendingSignUp, verdict: SignUpDecision) -> DecideSignUp {
    let kept = Kept::of(app, person);
    DecideSignUp {
        instance: instance.name.clone(),
        account: person.account,
        user: person.user,
        acct: person.username.clone(),
        approve: verdict == SignUpDecision::Approve,
        confirmed: person.confirmed,
        mail: kept.mail,
        address: kept.address,
        words: kept.words,
        seen: Some(SeenSignUp { asked_at: person.asked_at, reasons: person.reason.clone() }),
    }
}

pub async fn decide(
    context: Context,
    instance: String,
    who: String,
    verdict: String,
    reason: String,
    why: String,
    next: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::DecideSignUps, Some(&instance.name)).await?;
    let verdict: SignUpDecision = verdict.parse().map_err(|()| malformed_form())?;
    let accounts: Vec<i64> = who
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<AccountId>().map(|id| id.0).map_err(|_| malformed_form()))
        .collect::<Result<_, _>>()?;
    if accounts.is_empty() {
        return Err(Problem::new(Kind::Invalid, "Nothing was done: nobody is selected.", "Select somebody first."));
    }
    batches::each_once(&accounts)?;
    if let Some(refused) = batches::too_many(context.actor.role, accounts.len()) {
        return Err(Problem::new(Kind::Invalid, refused, "Select fewer, or ask an admin."));
    }
    let why = [reason.trim(), why.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    if verdict == SignUpDecision::Reject && why.is_empty() {
        return Err(Problem::invalid(
            "why",
            "Enter a reason: the account will be deleted, and only the audit log remains.",
        ));
    }
    let why = Why::given(&why, false)?;
    let people = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.pending_of(&accounts).await.map_err(read_problem)?
    };
    match people.as_slice() {
        [] => Err(Problem::new(
            Kind::Conflict,
            match accounts.as_slice() {
                [one] => format!("Nothing was done: {}.", no_longer_waits(&instance, AccountId(*one)).await),
                _ => "Nothing was done: none of them is pending any more.".to_owned(),
            },
            "If somebody decided through this console, the audit log says who.",
        )),
        [person] if accounts.len() == 1 => {
            let deed = deed(&context.app, &instance, person, verdict);
            let done = carry(context.clone(), instance.clone(), deed, why).await;
            instance.signups.refresh(&instance.database, context.now()).await;
            let list = instance.signups.snapshot();
            let waits = |named: &AccountId| list.rows.iter().any(|one| one.account == *named && one.confirmed);
            // A colleague may have been quicker with the one that the page named.
            let named = next.parse::<AccountId>().ok();
            let next =
                named.and_then(|named| Some(named).filter(waits).or_else(|| next_after(&list.rows, person.account)));
            let to = next.map_or_else(|| path::signups(&instance.name), |next| path::sign_up(&instance.name, next));
            done?.landed(&to)
        }
        people => {
            let deeds =
                people.iter().map(|person| InBatch::DecideSignUp(deed(&context.app, &instance, person, verdict)));
            batches::service::begin(&context, &instance, deeds.collect(), why).await
        }
    }
}

/// Carries one decision out, for somebody or for their batch.
///
/// # Errors
/// Those of the permit and of the deed.
pub async fn carry(context: Context, instance: Arc<Instance>, deed: DecideSignUp, why: Why) -> Result<Done, Problem> {
    let object = Object::SignUp(instance.name.clone(), deed.account);
    let permit = context.permit(Permission::DecideSignUps, object).await?;
    carry_out(context, instance, permit, deed, why).await
}

/// Why somebody does not wait any more, as far as it can be read.
async fn no_longer_waits(instance: &Instance, account: AccountId) -> String {
    let read = async {
        let mut read = instance.database.read().await?;
        match read.user_of(account).await? {
            Some(user) => Ok::<_, DatabaseError>(Some(approved(&mut read, account, user).await?)),
            None => Ok(None),
        }
    };
    match read.await {
        Ok(Some(approved)) => approved,
        Ok(None) => "the sign-up no longer exists: it was rejected or withdrawn, or Mastodon deleted it as \
            unconfirmed"
            .to_owned(),
        Err(_) => "the sign-up is not pending any more".to_owned(),
    }
}

/// Who made a decision about a sign-up, as the newest row of Mastodon's log says.
async fn decided_by(
    read: &mut Read,
    account: AccountId,
    user: i64,
    action: &str,
) -> Result<Option<String>, DatabaseError> {
    let rows = read.logged_about(account, Some(user)).await?;
    let row = rows.into_iter().find(|row| row.action == action);
    Ok(row.map(|row| row.by_username.map_or_else(|| "somebody".to_owned(), |name| format!("@{}", ui::tame(&name)))))
}

async fn approved(read: &mut Read, account: AccountId, user: i64) -> Result<String, DatabaseError> {
    Ok(match decided_by(read, account, user, "approve").await? {
        Some(who) => format!("{who} approved them in the meantime"),
        None => "they have been approved in the meantime; Mastodon’s audit log doesn’t say by whom".to_owned(),
    })
}

impl DecideSignUp {
    /// Whether the sign-up is seen to be gone from the instance.
    async fn is_gone(&self, app: &App) -> bool {
        let Some(instance) = app.instances.get(&self.instance) else { return false };
        match instance.database.read().await {
            Ok(mut read) => matches!(read.is_approved(self.user).await, Ok(None)),
            Err(_) => false,
        }
    }
}

impl Carry for DecideSignUp {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(match read.is_approved(self.user).await? {
            Some(false) => None,
            Some(true) => Some(approved(read, self.account, self.user).await?),
            None => Some(match decided_by(read, self.account, self.user, "reject").await? {
                Some(who) => format!("{who} rejected them in the meantime"),
                None => "the sign-up no longer exists, and Mastodon’s audit log has no decision about it: it was \
                    withdrawn, or Mastodon deleted it as unconfirmed"
                    .to_owned(),
            }),
        })
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.decide_sign_up(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let action = if self.approve { "approve" } else { "reject" };
        let log = read.log_after(mark, acting).await?;
        let traced =
            log.iter().any(|row| row.action == action && row.target_type == "User" && row.target_id == self.user);
        let approved = read.is_approved(self.user).await?;
        Ok(Evidence {
            trace: if traced { Trace::Whole } else { Trace::None },
            state_is_right: approved == self.approve.then_some(true),
            facts: json!({ "logged": traced }),
            seen: json!({ "approved": approved }),
        })
    }

    /// Mastodon forgets who was refused; the console remembers what it needs to know them again.
    async fn afterwards(&self, app: &App, intent: i64, outcome: Outcome) -> sqlx::Result<()> {
        let happened = match outcome {
            Outcome::Succeeded => true,
            // Nobody answered, and no trace says who did it: what counts is whether they are gone.
            Outcome::Unknown => self.is_gone(app).await,
            Outcome::Partly | Outcome::Failed | Outcome::Stale | Outcome::Refused => false,
        };
        if self.approve || !happened {
            return Ok(());
        }
        let refusal = Refusal {
            intent,
            mail: self.mail.clone(),
            address: self.address.clone(),
            words: self.words.clone(),
            at: app.clock.now(),
        };
        refusals::remember(&app.store, &self.instance, &refusal).await
    }
}
