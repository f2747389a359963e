//! People who asked the staff for access: written down, refused, invited, and followed to those who came.

use super::{PAGE, arrivals, asking, issuing, line, link, may_manage, number};
use crate::{
    access::Permission,
    carry_out::{InStore, recorded},
    clock::Timestamp,
    context::{App, Context},
    deeds::{AnyDeed, EnterAccessRequest, IssueInvite, RefuseAccessRequest},
    frame::{self, Framed},
    id::OperatorId,
    invitations::{Arrivals, AskForm, MOST_USES, RequestForm, RequestLine, RequestPage, RequestState, RequestsPage},
    ledger::{Deed, Subject, unreadable},
    mastodon::{Instance, database::Invite},
    path,
    problem::{Kind, Problem},
    record,
    search::Search,
    store::{
        access_requests::{self, AccessRequest, KEPT, Told},
        operators::{self, Operator},
    },
    text::Why,
    ui,
};

/// `M•••` for those who do not decide about requests.
fn shown(text: &str, clear: bool) -> String {
    if clear {
        return ui::tame(text);
    }
    ui::tame(text).chars().next().map_or_else(String::new, |first| format!("{first}•••"))
}

fn name(people: &[Operator], id: &OperatorId) -> String {
    people.iter().find(|person| person.id == *id).map_or_else(|| "somebody".to_owned(), |person| person.name.clone())
}

fn request_line(request: &AccessRequest, people: &[Operator], clear: bool) -> RequestLine {
    let told = request.told.clone().unwrap_or_default();
    RequestLine {
        id: request.id.clone(),
        who: shown(&told.who, clear),
        organisation: shown(&told.organisation, clear),
        accounts: number(request.accounts),
        state: request.state,
        created_at: request.created_at,
        decided_at: request.decided_at,
        entered_by: if request.operator.0.is_empty() {
            "the public form".to_owned()
        } else {
            name(people, &request.operator)
        },
    }
}

pub async fn requests(context: &Context, instance: &str, search: &str) -> Result<Framed<RequestsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewInvitations, Some(&instance.name)).await?;
    let clear = may_manage(context, &instance);
    let app = &context.app;
    let parsed = Search::parse(search);
    parsed.knows(&["state"])?;
    let base = path::access_requests(&instance.name);
    let state = parsed.one_of("state", &RequestState::ALL.map(|state| (state.name(), state.title())))?;
    let state = state.parse().unwrap_or(RequestState::Waiting);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found =
        access_requests::list(&app.store, &app.keys, &instance.name, state, parsed.get("before"), limit).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let people = operators::list(&app.store).await?;
    let waiting = access_requests::waiting(&app.store, &instance.name, 1_000).await?;
    let page = RequestsPage {
        rows: found.iter().map(|request| request_line(request, &people, clear)).collect(),
        state,
        waiting: number(waiting),
        older: found.last().filter(|_| more).map(|last| format!("{base}{}", parsed.with("before", &last.id))),
        may_manage: clear,
        form: asking::address(app, &instance.name),
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

async fn find(context: &Context, instance: &Instance, id: &str) -> Result<AccessRequest, Problem> {
    access_requests::by_id(&context.app.store, &context.app.keys, id)
        .await?
        .filter(|request| request.instance == instance.name)
        .ok_or_else(|| Problem::not_found("This access request doesn’t exist here."))
}

/// A request that waits for a decision.
///
/// # Errors
/// If it is not there, or somebody decided already.
pub async fn waiting(context: &Context, instance: &Instance, id: &str) -> Result<AccessRequest, Problem> {
    let request = find(context, instance, id).await?;
    if request.state == RequestState::Waiting {
        return Ok(request);
    }
    Err(decided())
}

fn decided() -> Problem {
    Problem::new(
        Kind::Conflict,
        "Nothing was done: somebody else decided this request in the meantime.",
        "The page shows the current state.",
    )
}

/// Said where the row of a request names an invite that no entry about it knows.
const NOT_ITS_OWN: &str = "The invite noted with this request is not the one that the audit log has for it.";

/// Whether the audit log has this invite as the one that was issued for a request: which one its row names is anybody's who can
/// write the store, and somebody would be handed another.
async fn issued_for(context: &Context, instance: &Instance, request: &str, found: &Invite) -> Result<bool, Problem> {
    let ledger = &context.app.ledger;
    let subject = ledger.subject(&Subject::AccessRequest(instance.name.clone(), request.to_owned()));
    let issued = ledger.done_about(&[subject], IssueInvite::KIND, MOST_ISSUED).await.map_err(unreadable)?;
    for entry in &issued {
        if let Some(AnyDeed::IssueInvite(deed)) = record::deed_of(entry).map_err(unreadable)?
            && found.code.is(&deed.code)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A request is answered once; so many tries of it are looked through.
const MOST_ISSUED: i64 = 20;

pub async fn request(
    context: &Context,
    instance: &str,
    request: &str,
    search: &str,
) -> Result<Framed<RequestPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewInvitations, Some(&instance.name)).await?;
    let clear = may_manage(context, &instance);
    let request = find(context, &instance, request).await?;
    let here = path::access_request(&instance.name, &request.id);
    let people = operators::list(&context.app.store).await?;
    let mut arrived = Arrivals::default();
    let (mut invite, mut issues) = (None, None);
    let looked = async {
        match (request.invite, request.state) {
            (Some(id), _) => {
                let mut read = instance.database.read().await?;
                if let Some(found) = read.invite(id).await? {
                    if !issued_for(context, &instance, &request.id, &found).await? {
                        return Err(Problem::unavailable(NOT_ITS_OWN, ""));
                    }
                    arrived = arrivals(&mut read, &found, &here, &Search::parse(search)).await?;
                    invite = Some((line(&found), link(context, &instance, &found)));
                }
            }
            (None, RequestState::Waiting) if clear => {
                let mut read = instance.database.read().await?;
                issues = Some(issuing(context, &instance, &mut read).await?);
            }
            (None, _) => {}
        }
        Ok::<(), Problem>(())
    };
    // What was asked is the console's own to show, also while the instance is away.
    let away = match looked.await {
        Ok(()) => None,
        Err(problem) if problem.kind == Kind::Unavailable => Some(problem.what),
        Err(problem) => return Err(problem),
    };
    let told = request.told.clone().unwrap_or_default();
    let page = RequestPage {
        line: request_line(&request, &people, clear),
        contact: shown(&told.contact, clear),
        why: shown(&told.why, clear),
        voucher: shown(&told.voucher, clear),
        decided_by: request.decided_by.as_ref().map(|id| name(&people, id)),
        answer: if clear { request.answer.as_deref().map(ui::tame).unwrap_or_default() } else { String::new() },
        destroyed_on: request.told.as_ref().map(|_| request.decided_at.unwrap_or(request.created_at).plus(KEPT)),
        destroyed: request.told.is_none(),
        away,
        invite,
        arrivals: arrived,
        issuing: issues,
        may_manage: clear,
    };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// Somebody of the console by name, or an account by its handle; nothing where nothing was typed.
async fn voucher(context: &Context, instance: &Instance, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let Some(handle) = text.strip_prefix('@') else {
        let found = operators::by_name(&context.app.store, text).await?;
        return found.map(|person| person.name).ok_or_else(|| {
            let text = ui::excerpt(text, 60);
            Problem::invalid(
                "voucher",
                format!("Nobody in this console is called “{text}”; write an account as @name."),
            )
        });
    };
    let (name, domain) = handle.split_once('@').map_or((handle, None), |(name, domain)| (name, Some(domain)));
    let domain = domain.map(str::to_lowercase).filter(|domain| !instance.own_domains().contains(domain));
    let mut read = instance.database.read().await?;
    match read.by_handle(name, domain.as_deref()).await? {
        Some(_) => Ok(format!("@{handle}")),
        None => Err(Problem::invalid(
            "voucher",
            format!("There is no account “@{}” on the instance.", ui::excerpt(handle, 60)),
        )),
    }
}

fn text(field: &str, typed: &str, longest: usize) -> Result<String, Problem> {
    let typed = typed.replace("\r\n", "\n").trim().to_owned();
    if typed.chars().count() > longest {
        return Err(Problem::invalid(field, format!("This is longer than {longest} characters.")));
    }
    Ok(typed)
}

/// What is asked for, as the form has it: whoever types it is told in the form's own words what is missing.
pub(super) struct Wanted<'a> {
    pub accounts: &'a str,
    /// The fields that must not be empty, each with what is said then.
    pub needed: &'a [(&'static str, &'static str)],
}

impl Wanted<'_> {
    /// For how many accounts, and what was told.
    pub fn read(&self, form: &AskForm) -> Result<(i32, Told), Problem> {
        let accounts = form.accounts.trim().parse().ok().filter(|accounts| (1..=MOST_USES).contains(accounts));
        let accounts = accounts.ok_or_else(|| Problem::invalid("accounts", self.accounts.to_owned()))?;
        let told = Told {
            who: text("who", &form.who, 100)?,
            organisation: text("organisation", &form.organisation, 200)?,
            contact: text("contact", &form.contact, 200)?,
            why: text("why", &form.why, 2_000)?,
            voucher: String::new(),
        };
        let typed = |field: &str| match field {
            "who" => &told.who,
            "contact" => &told.contact,
            _ => &told.why,
        };
        match self.needed.iter().find(|(field, _)| typed(field).is_empty()) {
            Some((field, says)) => Err(Problem::invalid(field, *says)),
            None => Ok((accounts, told)),
        }
    }
}

/// A request that waits for a decision from now on; nobody entered what came by the public form.
pub(super) fn new(
    instance: &Instance,
    operator: OperatorId,
    (accounts, told): (i32, Told),
    now: Timestamp,
) -> AccessRequest {
    AccessRequest {
        id: crate::id::fresh(),
        instance: instance.name.clone(),
        operator,
        accounts,
        told: Some(told),
        state: RequestState::Waiting,
        created_at: now,
        decided_at: None,
        decided_by: None,
        answer: None,
        invite: None,
    }
}

pub async fn enter(context: Context, instance: String, form: RequestForm) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageInvitations, Some(&instance.name)).await?;
    let (form, vouches) = form.asked();
    let wanted = Wanted {
        accounts: &format!("An invite can be used 1 to {MOST_USES} times."),
        needed: &[
            ("who", "Enter the name of the person asking."),
            ("why", "Enter their reasons: whoever decides needs them."),
        ],
    };
    let (accounts, mut told) = wanted.read(&form)?;
    told.voucher = voucher(&context, &instance, &vouches).await?;
    let request = new(&instance, context.actor.operator.clone(), (accounts, told), context.now());
    let deed = EnterAccessRequest { instance: instance.name.clone(), request: request.id.clone(), accounts };
    let app = &context.app;
    let entered = &request;
    let done = recorded(app, permit, deed, "", |store| async move {
        access_requests::insert(&store, &app.keys, entered).await?;
        Ok(true)
    })
    .await?;
    app.listeners.look();
    let added = path::access_request(&instance.name, &request.id);
    Ok(done.map_or(added.clone(), |entry| path::done(&added, entry)))
}

pub async fn refuse(
    context: Context,
    instance: String,
    request: String,
    answer: String,
    why: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let permit = context.permit(Permission::ManageInvitations, Some(&instance.name)).await?;
    let request = waiting(&context, &instance, &request).await?;
    let answer = text("answer", &answer, 5_000)?;
    if answer.is_empty() {
        return Err(Problem::invalid("answer", "Enter the message you send them: it is kept with the request."));
    }
    let why = Why::given(&why, false)?;
    let deed = RefuseAccessRequest { instance: instance.name.clone(), request: request.id.clone() };
    let app = &context.app;
    let (by, now) = (&context.actor.operator, context.now());
    let (on, id, answer) = (&instance.name, &request.id, &answer);
    let refused = recorded(app, permit, deed, why, |store| async move {
        access_requests::refuse(&store, &app.keys, on, id, answer, by, now).await
    })
    .await?;
    app.listeners.look();
    let to = path::access_request(&instance.name, &request.id);
    refused.map(|entry| path::done(&to, entry)).ok_or_else(decided)
}

impl InStore for EnterAccessRequest {
    async fn was_done(&self, app: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(Some(access_requests::by_id(&app.store, &app.keys, &self.request).await?.is_some()))
    }
}

impl InStore for RefuseAccessRequest {
    async fn was_done(&self, app: &App, _: i64) -> sqlx::Result<Option<bool>> {
        let found = access_requests::by_id(&app.store, &app.keys, &self.request).await?;
        // That it is refused, another deed before may have done.
        Ok(found.filter(|request| request.state != RequestState::Refused).map(|_| false))
    }
}
