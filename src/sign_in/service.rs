//! The rules of signing in: alike in words and time for a wrong name and a wrong password, slower with every failure,
//! never locked for good.

mod authenticator;
pub mod new_password;
pub mod yours;

use authenticator::{authenticator, base32, new_codes, shown};

use super::{Enrolment, RecoveryCodes, SHORTEST_PASSWORD, SetUp, SignInPage};
use crate::{
    access::{self, Permission},
    clock::{Instant, MINUTE, SECOND},
    context::{App, Context, app_of_request},
    grants,
    http::{ClientAddress, SessionData, Signed, Stage},
    id::OperatorId,
    ledger::{Fact, deed::AddOperator},
    path,
    problem::{Kind, Problem},
    search::Search,
    store::{
        attempts, drafts, operators,
        operators::{Factor, Operator},
        recovery_codes, setup_links, web_sessions,
    },
};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use axum::http::{HeaderValue, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::{ResponseOptions, extract};
use std::sync::Arc;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Secret as TotpSecret, Totp};
use tower_sessions::Session;

/// Argon2id, off the async threads, a few at a time: each takes 19 MiB and tens of milliseconds.
#[derive(Clone)]
pub struct Passwords {
    at_once: Arc<Semaphore>,
    /// The hash of a password nobody has: what a name that does not exist is checked against.
    nobody: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// If the system has no randomness.
    pub fn new() -> Result<Self, Problem> {
        let nobody = hash(&format!("{:032x}", rand::random::<u128>()))?;
        Ok(Self { at_once: Arc::new(Semaphore::new(2)), nobody: nobody.into() })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// Unavailable, if hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String, Problem> {
        let password = password.to_owned();
        self.off_thread(move || hash(&password)).await?
    }

    /// Whether the password is the one behind `hash`; as slow for a person who does not exist.
    async fn verify(&self, hash: Option<&str>, password: &str) -> Result<bool, Problem> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.to_owned();
        let right = self
            .off_thread(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(right && exists)
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || Problem::unavailable("Passwords cannot be checked right now.", "Try again in a moment.");
        let _turn = self.at_once.acquire().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| busy())
    }
}

fn hash(password: &str) -> Result<String, Problem> {
    let hashed: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
    hashed
        .map(|hash| hash.to_string())
        .map_err(|error| Problem::unavailable(format!("The password could not be hashed: {error}."), "Try again."))
}

/// What is wrong with a new password, if anything.
pub fn password_problem(password: &str) -> Option<String> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        Some(format!("The password has {length} characters; it needs at least {SHORTEST_PASSWORD}."))
    } else if length > 256 {
        Some("The password is longer than 256 characters.".to_owned())
    } else {
        None
    }
}

fn store_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "store.failed");
    Problem::unavailable("The console's own database does not answer.", "Try again in a moment.")
}

fn request_address() -> ClientAddress {
    use_context::<Parts>().map_or(ClientAddress([127, 0, 0, 1].into()), |parts| {
        parts.extensions.get::<ClientAddress>().copied().unwrap_or_else(|| ClientAddress::of(&parts))
    })
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

/// The wait a person is given after so many failures from one address.
fn wait_after(failures: i64) -> i64 {
    match failures {
        ..5 => 0,
        5..8 => 5 * SECOND,
        8..12 => 20 * SECOND,
        _ => MINUTE,
    }
}

pub async fn sign_in(name: &str, password: &str, back: &str, draft: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let now = app.clock.now();
    let address = request_address();
    let name = name.trim();
    let by_address = app.keys.hash("attempt by address", address.range().as_bytes());
    let by_account = app.keys.hash("attempt by account", name.to_lowercase().as_bytes());

    let (failures, last) = attempts::failures(&app.store, &by_address, now).await.map_err(store_problem)?;
    let left = wait_after(failures) - now.since(last);
    if left > 0 {
        return Err(Problem::new(
            Kind::TooMany,
            format!("Too many attempts from here. Wait {} seconds.", left / SECOND + 1),
            "Nobody is locked out: the wait ends by itself.",
        ));
    }
    // An account under attack answers later, to everybody alike; it is never closed to its owner.
    let (against, _) = attempts::failures(&app.store, &by_account, now).await.map_err(store_problem)?;
    if against >= 5 {
        tokio::time::sleep(std::time::Duration::from_millis(u64::try_from(against.min(20) * 100).unwrap_or(0))).await;
    }
    let operator = operators::by_name(&app.store, name).await.map_err(store_problem)?;
    let right = app.passwords.verify(operator.as_ref().and_then(|o| o.password_hash.as_deref()), password).await?;
    let operator = match operator {
        Some(operator) if right && operator.may_sign_in() => operator,
        known => {
            attempts::record_failure(&app.store, &by_address, now).await.map_err(store_problem)?;
            attempts::record_failure(&app.store, &by_account, now).await.map_err(store_problem)?;
            app.ledger
                .fact(Fact::SignInFailed {
                    operator: known.map(|operator| operator.id),
                    address: app.keys.hash("address", address.range().as_bytes()),
                })
                .await
                .map_err(ledger_problem)?;
            return Err(Problem::new(
                Kind::Invalid,
                "Name or password is wrong.",
                "Check both. If you have no access any more, ask the owner of this console.",
            ));
        }
    };
    attempts::clear(&app.store, &by_address).await.map_err(store_problem)?;
    attempts::clear(&app.store, &by_account).await.map_err(store_problem)?;
    let stage = if operator.totp_secret.is_some() {
        Stage::Code
    } else if operator.role.needs_factor() && !app.config.second_factor_optional {
        Stage::Enrol
    } else {
        Stage::Full
    };
    begin(&app, &operator, stage).await?;
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

/// A new session for this step; the old id is worthless from here on.
async fn begin(app: &App, operator: &Operator, stage: Stage) -> Result<(), Problem> {
    let session = session().await?;
    session.cycle_id().await.map_err(store_problem)?;
    let data = SessionData { operator: operator.id.clone(), generation: operator.generation, stage, enrolling: None };
    session.insert(SessionData::KEY, data).await.map_err(store_problem)?;
    session.save().await.map_err(store_problem)?;
    if stage == Stage::Full {
        let hash = session.id().map(|id| web_sessions::hash(&id.to_string())).unwrap_or_default();
        yours::remember_where(app, &hash).await?;
        app.ledger
            .fact(Fact::SignedIn {
                operator: operator.id.clone(),
                role: operator.role,
                session: hash.chars().take(16).collect(),
                address: app.keys.hash("address", request_address().range().as_bytes()),
            })
            .await
            .map_err(ledger_problem)?;
    }
    Ok(())
}

fn ledger_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "ledger.unwritable");
    Problem::unavailable("The record cannot be written, so nothing was done.", "Try again in a moment.")
}

fn totp(secret: &str) -> Result<Totp, Problem> {
    let unusable = |_| Problem::unavailable("The second factor's secret is not usable.", "Ask the owner to reset it.");
    let secret = TotpSecret::try_from_base32(secret).map_err(|_| unusable(()))?;
    Builder::new().with_secret(secret).build().map_err(|_| unusable(()))
}

/// The time step for which a code is right: the present one or a neighbour.
fn step_of(totp: &Totp, code: &str, now: Instant) -> Option<i64> {
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
        .ok_or_else(|| Problem::new(Kind::SignedOut, "This access has ended.", "Ask the owner of this console."))?;
    if operator.generation == data.generation { Ok(operator) } else { Err(step_over()) }
}

fn step_over() -> Problem {
    Problem::new(Kind::SignedOut, "This step of signing in is over.", "Begin again with your name.")
}

pub async fn enter_code(code: &str, back: &str, draft: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let now = app.clock.now();
    let data = session_data(&session().await?, Stage::Code).await?;
    let operator = known(&app, &data).await?;
    let key = app.keys.hash("attempt by code", operator.id.0.as_bytes());
    let (failures, last) = attempts::failures(&app.store, &key, now).await.map_err(store_problem)?;
    let left = wait_after(failures) - now.since(last);
    if left > 0 {
        return Err(Problem::new(
            Kind::TooMany,
            format!("Too many wrong codes. Wait {} seconds.", left / SECOND + 1),
            "The wait ends by itself.",
        ));
    }
    let secret = operator
        .totp_secret
        .as_deref()
        .and_then(|sealed| app.keys.open_text("totp", &operator.id.0, sealed))
        .ok_or_else(|| {
            Problem::unavailable(
                "The second factor cannot be read: the console's secret key has changed.",
                "Ask the owner.",
            )
        })?;
    let right = match step_of(&totp(&secret)?, code, now) {
        Some(step) => operators::use_totp_step(&app.store, &operator.id, step).await.map_err(store_problem)?,
        None => {
            let hash = recovery_hash(&app, &operator.id, code);
            recovery_codes::use_code(&app.store, &operator.id, &hash, now).await.map_err(store_problem)?
        }
    };
    if !right {
        attempts::record_failure(&app.store, &key, now).await.map_err(store_problem)?;
        return Err(Problem::invalid(
            "code",
            "That code is not right, or it was used already. Wait for the next one, or use a recovery code.",
        ));
    }
    attempts::clear(&app.store, &key).await.map_err(store_problem)?;
    begin(&app, &operator, Stage::Full).await?;
    Ok(after(back, draft))
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
            let secret = base32(&rand::random::<[u8; 20]>());
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
        return Err(Problem::invalid(
            "code",
            "That code is not right. Check the clock of your phone and try the next one.",
        ));
    };
    let sealed = app.keys.seal_text("totp", &operator.id.0, &secret).map_err(store_problem)?;
    let codes = new_codes();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(&app, &operator.id, code)).collect();
    let factor = Factor { sealed: &sealed, step, recovery: &hashes };
    let set = operators::set_factor(&app.store, &operator.id, operator.generation, &factor, None);
    let Some(generation) = set.await.map_err(store_problem)? else {
        return Err(Problem::new(
            Kind::SignedOut,
            "A second factor was set up meanwhile, and this one does not hold.",
            "Begin again with your name. If it was not you, ask the owner of this console at once.",
        ));
    };
    let operator = Operator { generation, ..operator };
    app.ledger.fact(Fact::SecondFactorSet { operator: operator.id.clone() }).await.map_err(ledger_problem)?;
    begin(&app, &operator, Stage::Full).await?;
    let text = serde_json::to_string(&(codes, after(back, draft))).map_err(store_problem)?;
    let shown = drafts::keep(&app.store, &app.keys, Some(&operator.id), path::SIGN_IN_ENROL, &text, now)
        .await
        .map_err(store_problem)?;
    Ok(path::with("/sign-in/recovery-codes", "shown", &shown))
}

pub async fn recovery_codes(search: &str) -> Result<(RecoveryCodes, String), Problem> {
    let context = Context::of_request()?;
    let search = Search::parse(search);
    let gone = || Problem::not_found("These recovery codes have been shown already.");
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
    let found = setup_links::read(&app.store, &link_hash(app, &link), app.clock.now())
        .await
        .map_err(store_problem)?
        .ok_or_else(link_gone)?;
    Ok(SetUp { link, name: typed.or(found.name).unwrap_or_default(), role: found.role, problem })
}

fn link_gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This set-up link was used already, has run out, or is mistyped.",
        "Ask for a new one; at the server: howdah operator add NAME --role ROLE",
    )
}

/// What a set-up link is kept as.
pub fn link_hash(app: &App, link: &str) -> String {
    app.keys.hash("set-up link", link.as_bytes())
}

pub async fn set_up(link: &str, name: &str, password: &str, repeat: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let now = app.clock.now();
    let name = name.trim();
    if let Some(wrong) = operators::name_problem(name) {
        return Err(Problem::invalid("name", wrong));
    }
    if let Some(wrong) = password_problem(password) {
        return Err(Problem::invalid("password", wrong));
    }
    if password != repeat {
        return Err(Problem::invalid("repeat", "The two passwords differ."));
    }
    if operators::by_name(&app.store, name).await.map_err(store_problem)?.is_some() {
        return Err(Problem::invalid("name", format!("Somebody is called {name} already.")));
    }
    let hash = link_hash(&app, link);
    let offer = setup_links::read(&app.store, &hash, now).await.map_err(store_problem)?.ok_or_else(link_gone)?;
    if let Some(meant) = offer.name.filter(|meant| meant.to_lowercase() != name.to_lowercase()) {
        return Err(Problem::invalid("name", format!("This link is for {meant}.")));
    }
    // Who made the link answers for it, and must still be one who may.
    let actor = match &offer.offered_by {
        None => crate::operators::service::command_actor(),
        Some(id) => {
            let person = operators::by_id(&app.store, id).await.map_err(store_problem)?;
            let person = person.filter(Operator::may_sign_in).ok_or_else(link_gone)?;
            let session = "set-up link".to_owned();
            let actor = grants::service::actor(&app.store, person, session, now).await.map_err(store_problem)?;
            if access::permit(&actor, Permission::ManageOperators, None).is_err() {
                return Err(link_gone());
            }
            actor
        }
    };
    let password_hash = app.passwords.hash(password).await?;
    let found = setup_links::take(&app.store, &hash, now).await.map_err(store_problem)?.ok_or_else(link_gone)?;
    let deed = AddOperator {
        operator: OperatorId(ulid::Ulid::generate().to_string()),
        name: name.to_owned(),
        role: found.role,
    };
    crate::operators::service::add(&app, actor, deed, password_hash, "set-up link").await?;
    Ok(path::SIGN_IN.to_owned())
}

pub async fn sign_out(context: Context) -> Result<String, Problem> {
    let session = session().await?;
    session.flush().await.map_err(store_problem)?;
    context
        .app
        .ledger
        .fact(Fact::SignedOut { operator: context.actor.operator.clone(), session: context.actor.session.clone() })
        .await
        .map_err(ledger_problem)?;
    Ok(path::SIGN_IN.to_owned())
}

pub fn set_theme(theme: &str, back: &str) -> Result<String, Problem> {
    let value = match theme {
        "light" => "theme=light; Path=/; Max-Age=31536000; SameSite=Lax",
        "dark" => "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax",
        _ => "theme=; Path=/; Max-Age=0; SameSite=Lax",
    };
    expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, HeaderValue::from_static(value));
    Ok(path::ours(back))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_longer_than_a_minute() {
        assert_eq!(wait_after(4), 0);
        assert!((5..1000).all(|failures| (1..=MINUTE).contains(&wait_after(failures))));
    }
}
