//! The rules of signing in: alike in words and time for a wrong name and a wrong password, slower with every failure,
//! never locked for good. Every try is counted before it is checked.

mod authenticator;
pub mod password_links;
mod passwords;
mod tries;
pub mod yours;

pub use passwords::{names_of, new_password, password_problem};

use super::{Before, Enrolment, RecoveryCodes, SetUp, SignInPage};
use crate::{
    access::{self, Actor, Permission, Role},
    acting,
    address::ClientAddress,
    carry_out,
    clock::{HOUR, MINUTE, Timestamp},
    context::{App, Context, app_of_request},
    deeds::{AddOperator, SetFactor},
    id::OperatorId,
    ledger::{Fact, ProvedBy},
    passwords::Whose,
    path,
    problem::{Kind, Problem},
    search::Search,
    session::{self, ABSOLUTE, LAST_AT, SessionData, Signed, Stage},
    store::{
        attempts::{Limit, Wait},
        drafts, operators,
        operators::{Factor, Operator},
        recovery_codes, setup_links,
        setup_links::SetupLink,
        store_problem, web_sessions,
    },
};
use authenticator::{authenticator, base32, new_codes, shown};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::{ResponseOptions, extract};
use std::time::Duration;
use totp_rs::{Builder, Secret as TotpSecret, Totp};
use tower_sessions::Session;
use tries::Trier;

fn request_address() -> ClientAddress {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<ClientAddress>().copied())
        .unwrap_or(ClientAddress::HERE)
}

/// The id of the request that is being answered, for the record.
fn request_id() -> Option<String> {
    use_context::<Parts>().and_then(|parts| session::request_id(&parts.extensions))
}

fn request_headers() -> HeaderMap {
    use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default()
}

fn trier(app: &App, name: &str, operator: Option<&OperatorId>) -> Trier {
    Trier::new(app, name, operator, request_address(), &request_headers())
}

async fn session() -> Result<Session, Problem> {
    extract::<Session>().await.map_err(store_problem)
}

async fn session_data(session: &Session, stage: Stage) -> Result<SessionData, Problem> {
    let data: Option<SessionData> = session.get(SessionData::KEY).await.map_err(store_problem)?;
    data.filter(|data| data.stage == stage).ok_or_else(step_over)
}

pub async fn page(app: &App, search: &str) -> Result<SignInPage, Problem> {
    let search = Search::parse(search);
    let signed_in = use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Signed>().cloned())
        .map(|signed| signed.actor.name);
    let mut page = SignInPage {
        back: search.get("back").map(path::ours).unwrap_or_default(),
        draft: search.get("draft").map(str::to_owned),
        second_factor_optional: app.config.second_factor_optional,
        signed_in,
        before: Before::ALL.into_iter().find(|before| search.get("before") == Some(before.name())),
        ..SignInPage::default()
    };
    // A draft of this very form says what went wrong; any other waits for its writer.
    if let Some(id) = &page.draft
        && let Some(draft) =
            drafts::read(&app.store, &app.keys, id, None, app.clock.now()).await.map_err(store_problem)?
        && let Some((problem, fields)) = crate::frame::read_draft(&draft.text)
    {
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        if draft.path.starts_with("/api/sign-in/") {
            page.name = field("name").unwrap_or_default();
            page.back = field("back").unwrap_or_default();
            page.draft = field("draft").filter(|inner| !inner.is_empty());
        }
        page.problem = Some(problem);
    }
    Ok(page)
}

fn too_many(what: &str, wait: Wait) -> Problem {
    Problem::new(
        Kind::TooMany,
        format!("{what}. Wait {} seconds.", wait.seconds()),
        "You’re not locked out: the wait ends by itself.",
    )
}

/// So many failures under one name, wherever from, before its answers come later.
const UNDER_ATTACK: i64 = 5;
/// So many times within an hour somebody signs in from one place.
const MOST_SIGN_INS: i64 = 60;
/// So many failed sign-ins under names that nobody has are recorded within [`REMEMBERED`].
const MOST_OF_NOBODY: i64 = 200;
/// What a wrong password leaves behind is written by then: whether an entry was made is not known by the time either.
const NOTED_WITHIN: Duration = Duration::from_millis(100);
/// How long the failures under one name count, to say how much later.
const REMEMBERED: i64 = 15 * MINUTE;

/// Whether a password is right, counted before it is checked.
async fn check_password(app: &App, trier: &Trier, hash: Option<&str>, password: &str) -> Result<bool, Problem> {
    let own = tries::reserved(app, &trier.key(app, "password"), Limit::Slower).await?;
    let mut counted = vec![own.map_err(|wait| too_many("Too many attempts from this network", wait))?];
    // A name under attack is answered later, to everybody alike but to browsers that know it; it is never closed to its owner.
    if !trier.is_known() {
        let of_name = Limit::Within { window: REMEMBERED, most: i64::MAX };
        if let Ok(of_name) = tries::reserved(app, &trier.key_of_name(app, "password"), of_name).await? {
            let before = of_name.count - 1;
            counted.push(of_name);
            if before >= UNDER_ATTACK {
                let later = u64::try_from(before.min(20) * 100).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(later)).await;
            }
        }
    }
    let whose = if trier.is_known() { Whose::Known } else { Whose::Stranger };
    let checked = app.passwords.verify(whose, hash, password).await;
    // What was right was no failure, and what could not be checked was none either.
    if checked.as_ref().map_or(true, |right| *right) {
        for one in counted {
            tries::give_back(app, one).await;
        }
    }
    checked
}

/// Puts a failed sign-in into the record. For a name that somebody has the same is done as for one that nobody has: neither is
/// known by the time it takes.
async fn note_failed(app: &App, operator: Option<OperatorId>) -> Result<(), Problem> {
    // Of names that nobody has, from however many addresses, so many are in the record one by one; the others are gathered.
    let most = Limit::Within { window: REMEMBERED, most: MOST_OF_NOBODY };
    let whose: &[u8] = if operator.is_some() { b"somebody" } else { b"" };
    let counted = tries::reserved(app, &app.keys.hash("failed sign-ins of nobody", whose), most).await?.is_ok();
    let address = if counted || operator.is_some() { request_address().network() } else { "further ones".to_owned() };
    let address = app.keys.hash("address", address.as_bytes());
    let fact = Fact::SignInFailed { operator, address };
    app.ledger.fact_of(fact, request_id().as_deref()).await.map_err(ledger_problem)
}

pub async fn sign_in(name: &str, password: &str, back: &str, draft: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let name = name.trim();
    // Where the head of the record does not hold, nobody can be told from anybody, and no password is wrong.
    if app.store.ever("add_operator").await.map_err(store_problem)?.is_none() {
        return Err(record_in_doubt());
    }
    let known = operators::by_name(&app.store, name).await.map_err(store_problem)?;
    let trier = trier(&app, name, known.as_ref().map(|operator| &operator.id));
    let check = {
        // Whose access has ended is checked like somebody who is not there.
        let hash = known.clone().filter(Operator::may_sign_in).and_then(|operator| operator.password_hash);
        let (app, trier, password) = (app.clone(), trier.clone(), password.to_owned());
        async move { check_password(&app, &trier, hash.as_deref(), &password).await }
    };
    let right = tries::in_turn(&app, &trier, &[], check).await?;
    let operator = match known {
        Some(operator) if right => operator,
        known => {
            let checked = tokio::time::Instant::now();
            note_failed(&app, known.map(|operator| operator.id)).await?;
            tokio::time::sleep_until(checked + NOTED_WITHIN).await;
            return Err(Problem::new(
                Kind::Invalid,
                "Wrong name or password.",
                "Check both. If your access has ended, ask the owner of this console.",
            ));
        }
    };
    let stage = if operator.totp_secret.is_some() {
        Stage::Code
    } else if operator.role.needs_factor() && !app.config.second_factor_optional {
        Stage::Enrol
    } else {
        Stage::Full
    };
    begin(&app, &operator, stage, ProvedBy::Password).await?;
    let keep = |to: &str| path::with(&path::with(to, "back", back), "draft", draft);
    match stage {
        Stage::Code => Ok(keep(path::SIGN_IN_CODE)),
        Stage::Enrol => Ok(keep(path::SIGN_IN_ENROL)),
        Stage::Full => Ok(after(back, draft)),
    }
}

/// Where somebody goes who has signed in: the page they came for, with what they had typed there.
fn after(back: &str, draft: &str) -> String {
    let back = path::ours(back);
    if draft.is_empty() { back } else { path::with(&back, "draft", draft) }
}

fn record_in_doubt() -> Problem {
    Problem::unavailable(
        "Nobody can sign in: the audit log contradicts itself.",
        "An owner has to decide on the server: howdah audit verify, howdah audit accept.",
    )
}

/// A new session for this step; the old id is worthless from here on.
async fn begin(app: &App, operator: &Operator, stage: Stage, by: ProvedBy) -> Result<(), Problem> {
    // An older copy of the store does not know whose access has ended since.
    if app.ledger.is_behind() && !matches!(operator.role, Role::Owner | Role::Auditor) {
        return Err(record_in_doubt());
    }
    if stage == Stage::Full {
        // Each is an entry: nobody grows the record by going in and out.
        let from = request_address().range().unwrap_or_else(|| "anywhere".to_owned());
        let key = app.keys.hash("signed in", format!("{}/{from}", operator.id).as_bytes());
        let most = Limit::Within { window: HOUR, most: MOST_SIGN_INS };
        let _counts = tries::reserved(app, &key, most)
            .await?
            .map_err(|wait| too_many("Too many sign-ins from this network", wait))?;
    }
    let session = session().await?;
    session.cycle_id().await.map_err(store_problem)?;
    let data = SessionData { operator: operator.id.clone(), generation: operator.generation, stage, enrolling: None };
    session.insert(SessionData::KEY, data).await.map_err(store_problem)?;
    session.save().await.map_err(store_problem)?;
    if stage == Stage::Full {
        let hash = session.id().map(|id| web_sessions::hash(&id.to_string())).unwrap_or_default();
        yours::remember_where(app, &hash).await?;
        let signed_in = Fact::SignedIn {
            operator: operator.id.clone(),
            role: operator.role,
            session: hash.chars().take(16).collect(),
            address: app.keys.hash("address", request_address().network().as_bytes()),
            by,
        };
        if let Err(error) = app.ledger.fact_of(signed_in, request_id().as_deref()).await {
            // Nobody is in of whom the record does not say so.
            session.flush().await.map_err(store_problem)?;
            return Err(ledger_problem(error));
        }
        if let Some(cookie) = tries::remember(app, &operator.id, &request_headers())
            && let Some(response) = use_context::<ResponseOptions>()
        {
            response.append_header(header::SET_COOKIE, cookie);
        }
    }
    Ok(())
}

fn ledger_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "ledger.unwritable");
    Problem::unavailable("Nothing was done: the audit log can’t be written.", "Try again in a moment.")
}

fn totp(secret: &str) -> Result<Totp, Problem> {
    let unusable = |_| Problem::unavailable("The second factor can’t be used.", "Ask the owner to reset it.");
    let secret = TotpSecret::try_from_base32(secret).map_err(|_| unusable(()))?;
    Builder::new().with_secret(secret).build().map_err(|_| unusable(()))
}

/// The time step for which a code is right: the present one or a neighbour.
fn step_of(totp: &Totp, code: &str, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
}

/// The person behind a half session, as long as what they proved in it holds.
async fn known(app: &App, data: &SessionData) -> Result<Operator, Problem> {
    let operator = operators::by_id(&app.store, &data.operator)
        .await
        .map_err(store_problem)?
        .filter(Operator::may_sign_in)
        .ok_or_else(|| Problem::new(Kind::SignedOut, "Your access has ended.", "Ask the owner of this console."))?;
    if operator.generation == data.generation { Ok(operator) } else { Err(step_over()) }
}

fn step_over() -> Problem {
    Problem::new(Kind::SignedOut, "This sign-in has expired.", "Start over with your name.")
}

/// So many wrong codes end a half session.
const CODES: i64 = 5;

/// What a code came to.
enum Code {
    Right(ProvedBy),
    Wrong,
    /// Wrong, or not even looked at: this half session has had its codes.
    Last,
}

/// Whether a code is right, counted before it is checked.
async fn check_code(app: &App, trier: &Trier, session: &str, operator: &Operator, code: &str) -> Result<Code, Problem> {
    let of_session = app.keys.hash("codes of a session", session.as_bytes());
    let of_session = tries::reserved(app, &of_session, Limit::Within { window: ABSOLUTE, most: CODES }).await?;
    let Ok(of_session) = of_session else { return Ok(Code::Last) };
    // Whoever is here knows the password: but in a browser that is known, codes are counted wherever they come from.
    let key = if trier.is_known() { trier.key(app, "code") } else { trier.key_of_name(app, "code") };
    let own = match tries::reserved(app, &key, Limit::Slower).await {
        Ok(Ok(own)) => own,
        Ok(Err(wait)) => {
            tries::give_back(app, of_session).await;
            return Err(too_many("Too many wrong codes", wait));
        }
        Err(problem) => return Err(problem),
    };
    let last = of_session.count >= CODES;
    match proved_by(app, operator, code).await {
        Ok(None) => Ok(if last { Code::Last } else { Code::Wrong }),
        right_or_unknown => {
            tries::give_back(app, own).await;
            tries::give_back(app, of_session).await;
            right_or_unknown.map(|by| by.map_or(Code::Wrong, Code::Right))
        }
    }
}

/// What a code proves; it is used up by that.
async fn proved_by(app: &App, operator: &Operator, code: &str) -> Result<Option<ProvedBy>, Problem> {
    let secret = operator
        .totp_secret
        .as_deref()
        .and_then(|sealed| app.keys.open_text("totp", &operator.id.0, sealed))
        .ok_or_else(|| {
            Problem::unavailable(
                "The second factor can’t be read: the console’s secret key has changed.",
                "Ask the owner.",
            )
        })?;
    let now = app.clock.now();
    if let Some(step) = step_of(&totp(&secret)?, code, now) {
        let used = operators::use_totp_step(&app.store, &operator.id, step).await.map_err(store_problem)?;
        return Ok(used.then_some(ProvedBy::Totp));
    }
    let hash = recovery_hash(app, &operator.id, code);
    let used = recovery_codes::use_code(&app.store, &operator.id, &hash, now).await.map_err(store_problem)?;
    Ok(used.then_some(ProvedBy::RecoveryCode))
}

pub async fn enter_code(code: &str, back: &str, draft: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let session = session().await?;
    let data = session_data(&session, Stage::Code).await?;
    let operator = known(&app, &data).await?;
    let trier = trier(&app, &operator.name, Some(&operator.id));
    let hash = session.id().map(|id| web_sessions::hash(&id.to_string())).unwrap_or_default();
    let check = {
        let (app, trier, hash, operator) = (app.clone(), trier.clone(), hash.clone(), operator.clone());
        let code = code.to_owned();
        async move { check_code(&app, &trier, &hash, &operator, &code).await }
    };
    let checked = Box::pin(tries::in_turn(&app, &trier, &[&hash], check)).await?;
    if let Code::Right(by) = checked {
        begin(&app, &operator, Stage::Full, by).await?;
        let after = after(back, draft);
        return Ok(match by {
            ProvedBy::RecoveryCode => path::with(&after, "by", "recovery-code"),
            ProvedBy::Totp | ProvedBy::Password => after,
        });
    }
    let address = app.keys.hash("address", request_address().network().as_bytes());
    let failed = Fact::CodeFailed { operator: operator.id.clone(), address };
    app.ledger.fact_of(failed, request_id().as_deref()).await.map_err(ledger_problem)?;
    if matches!(checked, Code::Last) {
        session.flush().await.map_err(store_problem)?;
        return Err(Problem::new(
            Kind::SignedOut,
            format!("{CODES} wrong codes: this sign-in has ended."),
            "Start over with your name and password.",
        ));
    }
    Err(Problem::invalid("code", "Wrong code, or already used. Wait for the next one, or use a recovery code."))
}

fn recovery_hash(app: &App, operator: &OperatorId, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    app.keys.hash("recovery code", format!("{operator}:{plain}").as_bytes())
}

pub async fn enrolment(search: &str) -> Result<Enrolment, Problem> {
    let app = app_of_request()?;
    let session = session().await?;
    let mut data = session_data(&session, Stage::Enrol).await?;
    let operator = known(&app, &data).await?;
    let kept = data.enrolling.as_deref().and_then(|sealed| app.keys.open_text("enrolling", &operator.id.0, sealed));
    let secret = match kept {
        Some(secret) => secret,
        None => {
            let secret = base32(&crate::seal::random::<[u8; 20]>());
            data.enrolling = Some(app.keys.seal_text("enrolling", &operator.id.0, &secret).map_err(store_problem)?);
            session.insert(SessionData::KEY, &data).await.map_err(store_problem)?;
            session.save().await.map_err(store_problem)?;
            secret
        }
    };
    let page = page(&app, search).await?;
    let authenticator = authenticator(&operator.name, &secret);
    Ok(Enrolment { authenticator, back: page.back, draft: page.draft, problem: page.problem })
}

pub async fn enrol(code: &str, back: &str, draft: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let now = app.clock.now();
    let session = session().await?;
    let data = session_data(&session, Stage::Enrol).await?;
    let operator = known(&app, &data).await?;
    let secret = data
        .enrolling
        .as_deref()
        .and_then(|sealed| app.keys.open_text("enrolling", &operator.id.0, sealed))
        .ok_or_else(step_over)?;
    let Some(step) = step_of(&totp(&secret)?, code, now) else {
        return Err(Problem::invalid("code", "Wrong code. Check your phone’s clock and try the next one."));
    };
    let sealed = app.keys.seal_text("totp", &operator.id.0, &secret).map_err(store_problem)?;
    let codes = new_codes();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(&app, &operator.id, code)).collect();
    let factor = Factor { sealed: &sealed, step, recovery: &hashes };
    let generation = first_factor(&app, &session, &operator, &factor).await?;
    let operator = Operator { generation, ..operator };
    begin(&app, &operator, Stage::Full, ProvedBy::Totp).await?;
    let text = serde_json::to_string(&(codes, after(back, draft))).map_err(store_problem)?;
    let shown = drafts::keep(&app.store, &app.keys, Some(&operator.id), path::SIGN_IN_ENROL, &text, now)
        .await
        .map_err(store_problem)?;
    Ok(path::with("/sign-in/recovery-codes", "shown", &shown))
}

/// Sets somebody's first factor, by the deed that “Your sign-in” does it with: their row of before is an older copy from then on.
/// The generation they are of since.
async fn first_factor(app: &App, session: &Session, operator: &Operator, factor: &Factor<'_>) -> Result<i64, Problem> {
    let half = session.id().map(|id| web_sessions::hash(&id.to_string())).unwrap_or_default();
    let half = half.chars().take(16).collect();
    let actor = acting::actor(&app.store, operator.clone(), half, app.clock.now()).await.map_err(store_problem)?;
    let actor = Actor { request: request_id(), ..actor };
    let permit = access::permit(&actor, Permission::OwnSignIn, None)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))?;
    let deed = SetFactor { operator: operator.id.clone(), name: operator.name.clone(), replaces: false };
    let mut generation = None;
    let (now_of, id, before) = (&mut generation, &operator.id, operator.generation);
    carry_out::recorded_as_read(app, permit, deed, "", |store| async move {
        *now_of = operators::set_factor(&store, id, before, factor, None).await?;
        if now_of.is_some() { password_links::state(app, id).await.map(Some) } else { Ok(None) }
    })
    .await?;
    generation.ok_or_else(|| {
        Problem::new(
            Kind::SignedOut,
            "A second factor was set up in the meantime, so this one doesn’t count.",
            "Start over with your name. If it wasn’t you, tell the owner of this console at once.",
        )
    })
}

pub async fn recovery_codes(search: &str) -> Result<(RecoveryCodes, String), Problem> {
    let context = Context::of_request()?;
    let search = Search::parse(search);
    let gone = || Problem::not_found("These recovery codes have already been shown.");
    let id = search.get("shown").ok_or_else(gone)?;
    let app = &context.app;
    let draft = drafts::take(&app.store, &app.keys, id, Some(&context.actor.operator), context.now())
        .await
        .map_err(store_problem)?
        .filter(|draft| draft.path == path::SIGN_IN_ENROL)
        .ok_or_else(gone)?;
    let (codes, next): (Vec<String>, String) = serde_json::from_str(&draft.text).map_err(store_problem)?;
    Ok((shown(app, &codes, &context.actor.name), next))
}

pub async fn set_up_page(app: &App, search: &str) -> Result<SetUp, Problem> {
    let parsed = Search::parse(search);
    let mut link = parsed.get("link").unwrap_or_default().to_owned();
    let mut problem = None;
    let mut typed = None;
    if let Some(id) = parsed.get("draft")
        && let Some(draft) =
            drafts::read(&app.store, &app.keys, id, None, app.clock.now()).await.map_err(store_problem)?
        && let Some((said, fields)) = crate::frame::read_draft(&draft.text)
    {
        problem = Some(said);
        for (key, value) in fields {
            match key.as_str() {
                "link" => link = value,
                "name" => typed = Some(value),
                _ => {}
            }
        }
    }
    let (_, found, _) = offered(app, &link).await?;
    Ok(SetUp { link, name: typed.or(found.name).unwrap_or_default(), role: found.role, problem })
}

/// Links that are not there, looked at from one range before it has to wait.
const LINKS: Limit = Limit::Within { window: 10 * MINUTE, most: 20 };

/// What a link offers, what it is kept as, and who answers for it: asked before anything else is looked at or said, because
/// whoever has no link is told nothing. It is found by its keyed hash, so that the time tells nothing of it either. Those who
/// have one are never kept out by those who guess.
async fn offered(app: &App, link: &str) -> Result<(String, SetupLink, Actor), Problem> {
    let now = app.clock.now();
    let by_range = app.keys.hash("set-up links by range", request_address().network().as_bytes());
    let tried = tries::reserved(app, &by_range, LINKS).await?;
    let hash = link_hash(app, link);
    let found = match setup_links::read(&app.store, &hash, now).await.map_err(store_problem)? {
        Some(offer) => answers_for(app, &offer).await?.map(|actor| (hash, offer, actor)),
        None => None,
    };
    match (found, tried) {
        (Some(found), tried) => {
            if let Ok(tried) = tried {
                tries::give_back(app, tried).await;
            }
            Ok(found)
        }
        (None, Ok(_)) => Err(link_gone()),
        (None, Err(wait)) => Err(too_many("Too many invalid set-up links", wait)),
    }
}

/// Who made a link, and answers for what comes of it; `None` if they may not any more.
async fn answers_for(app: &App, offer: &SetupLink) -> Result<Option<Actor>, Problem> {
    let Some(id) = &offer.offered_by else {
        // A first owner is the first: once somebody was added, they offer access themselves. That is asked of the record as
        // well: whoever holds the store can take rows away.
        let there = operators::count(&app.store).await.map_err(store_problem)?;
        let ever = app.ledger.knows_people().await.map_err(crate::ledger::unreadable)?;
        return Ok((there == 0 && !ever).then(crate::operators::service::command_actor));
    };
    let person = operators::by_id(&app.store, id).await.map_err(store_problem)?;
    let Some(person) = person.filter(Operator::may_sign_in) else { return Ok(None) };
    let session = "set-up link".to_owned();
    let actor = acting::actor(&app.store, person, session, app.clock.now()).await.map_err(store_problem)?;
    let actor = Actor { request: request_id(), ..actor };
    Ok(access::permit(&actor, Permission::ManageOperators, None).is_ok().then_some(actor))
}

fn link_gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This set-up link was already used, has expired, or is mistyped.",
        "Ask for a new one; on the server: howdah operator add NAME --role ROLE",
    )
}

/// What a set-up link is kept as.
pub fn link_hash(app: &App, link: &str) -> String {
    app.keys.hash("set-up link", link.as_bytes())
}

pub async fn set_up(link: &str, name: &str, password: &str, repeat: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let name = name.trim();
    let (hash, offer, actor) = offered(&app, link).await?;
    if let Some(wrong) = operators::name_problem(name) {
        return Err(Problem::invalid("name", wrong));
    }
    if let Some(meant) = offer.name.as_deref().filter(|meant| meant.to_lowercase() != name.to_lowercase()) {
        return Err(Problem::invalid("name", format!("This link is for {meant}.")));
    }
    if operators::by_name(&app.store, name).await.map_err(store_problem)?.is_some() {
        return Err(Problem::invalid("name", format!("The name {name} is already taken.")));
    }
    if password != repeat {
        return Err(Problem::invalid("repeat", "The passwords don’t match."));
    }
    let setting_up = {
        let (app, hash, name, password) = (app.clone(), hash.clone(), name.to_owned(), password.to_owned());
        async move {
            new_password(&app, &name, &password).await?;
            let password_hash = app.passwords.hash(&password).await?;
            let (person, role) = (offer.person, offer.role);
            let deed = AddOperator { operator: person, name, role };
            let added =
                crate::operators::service::add(&app, actor, deed, password_hash, Some(&hash), "set-up link").await;
            // Where nobody was added, somebody else may have been by the same link.
            if added.is_err() {
                let left = setup_links::read(&app.store, &hash, app.clock.now()).await.map_err(store_problem)?;
                left.ok_or_else(link_gone)?;
            }
            added
        }
    };
    tries::in_turn(&app, &trier(&app, "", None), &[&hash], setting_up).await?;
    Ok(Before::SetUp.told(path::SIGN_IN))
}

pub async fn sign_out(context: Context) -> Result<String, Problem> {
    let session = session().await?;
    session.flush().await.map_err(store_problem)?;
    // Never "cookies": that clears those of the whole registrable domain, Mastodon's too.
    let kept_there = HeaderValue::from_static("\"cache\", \"storage\"");
    let response = expect_context::<ResponseOptions>();
    response.append_header(HeaderName::from_static("clear-site-data"), kept_there);
    // Where somebody was at last is nobody's to read who comes to this browser after them. What is left says nothing of anybody:
    // the colours, and that a browser is known, by which strangers keep nobody out.
    let left = HeaderValue::try_from(format!("{LAST_AT}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    response.append_header(header::SET_COOKIE, left.map_err(store_problem)?);
    let Actor { operator, session, request, .. } = context.actor;
    let signed_out = Fact::SignedOut { operator, session };
    context.app.ledger.fact_of(signed_out, request.as_deref()).await.map_err(ledger_problem)?;
    Ok(Before::SignedOut.told(path::SIGN_IN))
}

pub fn set_theme(theme: &str, back: &str) -> Result<String, Problem> {
    let value = match theme {
        "light" => "theme=light; Path=/; Max-Age=31536000; SameSite=Lax",
        "dark" => "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax",
        _ => "theme=; Path=/; Max-Age=0; SameSite=Lax",
    };
    let secure = if app_of_request()?.config.public_url.scheme() == "https" { "; Secure" } else { "" };
    let cookie = HeaderValue::try_from(format!("{value}{secure}")).map_err(store_problem)?;
    expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, cookie);
    Ok(path::ours(back))
}
