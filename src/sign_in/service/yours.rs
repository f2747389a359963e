//! One's own sign-in: password, authenticator, recovery codes, sessions.
//!
//! Whoever is signed in proves themselves again before anything they prove themselves with is changed: a session left open,
//! or stolen, is not enough. Every change ends the person's other sessions and half sessions.

use super::{
    authenticator, base32, ledger_problem, new_codes, new_password, proved_by, recovery_hash, request_address, shown,
    step_of, store_problem, too_many, totp,
    tries::{self, Trier},
};
use crate::{
    access::{Permission, Permit},
    carry_out,
    carry_out::InStore,
    clock::{HOUR, MINUTE, Timestamp},
    context::{App, Context},
    deeds::{ChangePassword, ChosenBy, EndSessions, NewRecoveryCodes, SetFactor},
    frame::{self, Framed},
    ledger::Fact,
    nouns::preferences::Preferences,
    passwords::Whose,
    path,
    problem::{Kind, Problem},
    search::Search,
    session::{IDLE, SessionData, Stage},
    sign_in::{OwnSession, RecoveryCodes, YourSignIn},
    store::{
        attempts::Limit,
        drafts,
        operators::{self, Factor, Operator},
        preferences, recovery_codes,
        sign_ins::{self, Proved},
        web_sessions,
    },
    text::SessionName,
    ui::{self, time::Zone},
};
use axum::http::{HeaderMap, header, request::Parts};
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What an authenticator that is being set up is kept as among the drafts.
const SETTING: &str = "own authenticator";
/// How long that may take.
const TIME_TO_SET: i64 = 10 * MINUTE;
/// What recovery codes are kept as among the drafts until they were shown.
const CODES: &str = "own recovery codes";

/// An authenticator that is being set up: sealed, for one session, as long as nothing else of the sign-in changes.
#[derive(Serialize, Deserialize)]
struct Setting {
    session: String,
    generation: i64,
    secret: String,
    begun_at: Timestamp,
}

async fn myself(context: &Context) -> Result<Operator, Problem> {
    operators::by_id(&context.app.store, &context.actor.operator)
        .await?
        .filter(Operator::may_sign_in)
        .ok_or_else(|| Problem::new(Kind::SignedOut, "Your access has ended.", "Ask the owner of this console."))
}

async fn permitted(context: &Context) -> Result<(Permit, Operator), Problem> {
    let permit = context.permit(Permission::OwnSignIn, None).await?;
    Ok((permit, myself(context).await?))
}

fn proved<'a>(context: &'a Context, me: &'a Operator) -> Proved<'a> {
    Proved { operator: &me.id, generation: me.generation, keep: Some(&context.actor.session) }
}

/// Somebody else, or another window, changed the same sign-in meanwhile.
fn changed_meanwhile() -> Problem {
    Problem::new(
        Kind::Conflict,
        "Nothing was done: your sign-in was changed elsewhere in the meantime.",
        "The page shows the current state.",
    )
}

/// Where a change leads: the page, with what the record says of it.
fn done(index: Option<i64>) -> Result<String, Problem> {
    index.map(|index| path::done(path::YOUR_SIGN_IN, index)).ok_or_else(changed_meanwhile)
}

/// What is read back after a change: what there is to sign in with, and the sessions that go on.
async fn read_back(context: &Context) -> sqlx::Result<Value> {
    let (store, now) = (&context.app.store, context.now());
    let id = &context.actor.operator;
    let me = operators::by_id(store, id).await?;
    Ok(json!({
        "password": me.as_ref().is_some_and(|me| me.password_hash.is_some()),
        "second factor": me.as_ref().is_some_and(|me| me.totp_secret.is_some()),
        "recovery codes": recovery_codes::left(store, id).await?.unused,
        "sessions": web_sessions::list_of(store, id, now.plus(-IDLE), now).await?.len(),
    }))
}

/// A wrong try here is in the record like one at signing in.
async fn wrong(context: &Context, fact: Fact, field: &str, said: &str) -> Problem {
    match context.app.ledger.fact_of(fact, context.actor.request.as_deref()).await {
        Ok(()) => Problem::invalid(field, said),
        Err(error) => ledger_problem(error),
    }
}

/// The password, asked again of somebody who is signed in: counted before it is checked, like a sign-in. The count is the
/// session's own, so that a session in other hands keeps nobody out of theirs.
async fn prove_password(context: &Context, me: &Operator, password: &str) -> Result<(), Problem> {
    let app = &context.app;
    let key = app.keys.hash("own password", context.actor.session.as_bytes());
    let tried = tries::reserved(app, &key, Limit::Slower).await?;
    let tried = tried.map_err(|wait| too_many("Too many wrong passwords", wait))?;
    let checked = app.passwords.verify(Whose::Known, me.password_hash.as_deref(), password).await;
    // What was right was no failure, and what could not be checked was none either.
    if checked.as_ref().map_or(true, |right| *right) {
        tries::give_back(app, tried).await;
    }
    if checked? {
        return Ok(());
    }
    let fact = Fact::SignInFailed { operator: Some(me.id.clone()), address: address(context) };
    Err(wrong(context, fact, "present", "Wrong password.").await)
}

/// A present code of the authenticator, or a recovery code: asked where there is an authenticator, and used up.
async fn prove_code(context: &Context, me: &Operator, code: &str) -> Result<(), Problem> {
    if me.totp_secret.is_none() {
        return Ok(());
    }
    let app = &context.app;
    // Counted together with the codes at signing in: two places do not make twice as many tries.
    let trier = Trier::new(app, &me.name, None, context.address, &HeaderMap::new());
    let tried = tries::reserved(app, &trier.key_of_name(app, "code"), Limit::Slower).await?;
    let tried = tried.map_err(|wait| too_many("Too many wrong codes", wait))?;
    let proved = proved_by(app, me, code).await;
    if !matches!(proved, Ok(None)) {
        tries::give_back(app, tried).await;
    }
    if proved?.is_some() {
        return Ok(());
    }
    let fact = Fact::CodeFailed { operator: me.id.clone(), address: address(context) };
    let said = "Wrong code, or already used. Wait for the next one, or use a recovery code.";
    Err(wrong(context, fact, "code", said).await)
}

/// Where somebody is, as the record has it.
fn address(context: &Context) -> String {
    context.app.keys.hash("address", context.address.network().as_bytes())
}

pub async fn change_password(
    context: Context,
    present: String,
    password: String,
    repeat: String,
) -> Result<String, Problem> {
    let (permit, me) = permitted(&context).await?;
    if password != repeat {
        return Err(Problem::invalid("repeat", "The passwords don’t match."));
    }
    // Counted and in turn, and before the work of weighing the new one.
    prove_password(&context, &me, &present).await?;
    new_password(&context.app, &me.name, &password).await?;
    if password == present {
        return Err(Problem::invalid("password", "This is your current password. Choose another one."));
    }
    let app = &context.app;
    let hash = app.passwords.hash(&password).await?;
    let deed = ChangePassword { operator: me.id.clone(), name: me.name.clone(), chosen_by: ChosenBy::Password };
    let (own, of, hash) = (&context, &me, &hash);
    let index = carry_out::recorded_as_read(app, permit, deed, "", |store| async move {
        let set = sign_ins::set_password(&store, proved(own, of), hash).await?;
        if set { read_back(own).await.map(Some) } else { Ok(None) }
    })
    .await?;
    done(index)
}

/// Makes a new secret ready; the page then hands it over and asks for a code of it.
pub async fn begin_factor(context: Context, present: String, code: String) -> Result<String, Problem> {
    let (_, me) = permitted(&context).await?;
    prove_password(&context, &me, &present).await?;
    prove_code(&context, &me, &code).await?;
    let app = &context.app;
    let setting = Setting {
        session: context.actor.session.clone(),
        generation: me.generation,
        secret: base32(&crate::seal::random::<[u8; 20]>()),
        begun_at: context.now(),
    };
    let text = serde_json::to_string(&setting).map_err(store_problem)?;
    let id = drafts::keep(&app.store, &app.keys, Some(&me.id), SETTING, &text, context.now()).await?;
    Ok(path::with(path::YOUR_SIGN_IN, "setting", &id))
}

/// The authenticator that is being set up under this id, while it holds.
async fn setting(context: &Context, me: &Operator, id: &str) -> Result<Option<Setting>, Problem> {
    let (app, now) = (&context.app, context.now());
    let draft = drafts::read(&app.store, &app.keys, id, Some(&me.id), now).await?;
    let setting: Option<Setting> =
        draft.filter(|draft| draft.path == SETTING).and_then(|draft| serde_json::from_str(&draft.text).ok());
    Ok(setting.filter(|setting| {
        setting.session == context.actor.session
            && setting.generation == me.generation
            && (0..TIME_TO_SET).contains(&now.since(setting.begun_at))
    }))
}

fn too_late() -> String {
    "The set-up took too long, or your sign-in was changed in the meantime. Start over.".to_owned()
}

/// Confirms the new authenticator with a code of its own. New recovery codes come with it.
pub async fn set_factor(context: Context, id: String, code: String) -> Result<String, Problem> {
    let (permit, me) = permitted(&context).await?;
    let app = &context.app;
    let setting = setting(&context, &me, &id).await?.ok_or_else(|| Problem::new(Kind::Conflict, too_late(), ""))?;
    let step = step_of(&totp(&setting.secret)?, &code, context.now())
        .ok_or_else(|| Problem::invalid("code", "Wrong code. Check your phone’s clock and try the next one."))?;
    let sealed = app.keys.seal_text("totp", &me.id.0, &setting.secret).map_err(store_problem)?;
    let codes = new_codes();
    let recovery: Vec<String> = codes.iter().map(|code| recovery_hash(app, &me.id, code)).collect();
    let factor = Factor { sealed: &sealed, step, recovery: &recovery };
    let deed = SetFactor { operator: me.id.clone(), name: me.name.clone(), replaces: me.totp_secret.is_some() };
    let (own, of, factor) = (&context, &me, &factor);
    let index = carry_out::recorded_as_read(app, permit, deed, "", |store| async move {
        let set = sign_ins::replace_factor(&store, proved(own, of), factor).await?;
        if set { read_back(own).await.map(Some) } else { Ok(None) }
    })
    .await?;
    with_codes(&context, done(index)?, &codes).await
}

pub async fn new_recovery_codes(context: Context, present: String, code: String) -> Result<String, Problem> {
    let (permit, me) = permitted(&context).await?;
    let app = &context.app;
    if me.totp_secret.is_none() {
        return Err(Problem::new(
            Kind::Conflict,
            "Recovery codes replace an authenticator, and you have none.",
            "Set one up; its recovery codes come with it.",
        ));
    }
    prove_password(&context, &me, &present).await?;
    prove_code(&context, &me, &code).await?;
    let codes = new_codes();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(app, &me.id, code)).collect();
    let deed = NewRecoveryCodes { operator: me.id.clone(), name: me.name.clone() };
    let (own, of, hashes) = (&context, &me, &hashes);
    let index = carry_out::recorded_as_read(app, permit, deed, "", |store| async move {
        let set = sign_ins::set_recovery_codes(&store, proved(own, of), hashes).await?;
        if set { read_back(own).await.map(Some) } else { Ok(None) }
    })
    .await?;
    with_codes(&context, done(index)?, &codes).await
}

/// The page, with recovery codes on it that are shown this once.
async fn with_codes(context: &Context, to: String, codes: &[String]) -> Result<String, Problem> {
    let app = &context.app;
    let text = serde_json::to_string(codes).map_err(store_problem)?;
    let operator = Some(&context.actor.operator);
    let id = drafts::keep(&app.store, &app.keys, operator, CODES, &text, context.now()).await?;
    Ok(path::with(&to, "shown", &id))
}

async fn take_codes(context: &Context, id: &str) -> Result<Option<RecoveryCodes>, Problem> {
    let app = &context.app;
    let draft = drafts::take(&app.store, &app.keys, id, Some(&context.actor.operator), context.now())
        .await?
        .filter(|draft| draft.path == CODES);
    let codes: Option<Vec<String>> = draft.and_then(|draft| serde_json::from_str(&draft.text).ok());
    Ok(codes.map(|codes| shown(app, &codes, &context.actor.name)))
}

/// Ends one other session of one's own, or all of them.
/// Keeps how somebody has the console for themselves. It is no deed: it changes nothing for anybody else, as a theme does not.
///
/// # Errors
/// Invalid, if there is no such time zone.
pub async fn keep_preferences(context: Context, letters: String, zone: String) -> Result<String, Problem> {
    let (_, me) = permitted(&context).await?;
    let zone = Some(zone.trim()).filter(|zone| !zone.is_empty()).map(str::to_owned);
    if let Some(zone) = zone.as_deref().filter(|zone| Zone::named(zone).is_none()) {
        let what = format!("There is no time zone “{}”.", ui::excerpt(zone, 40));
        let remedy = "Name one like Europe/Berlin, or leave it empty.".to_owned();
        return Err(Problem { remedy, ..Problem::invalid("zone", what) });
    }
    let preferences = Preferences { letters: letters == "yes", zone, browser: None };
    preferences::keep(&context.app.store, &me.id, &preferences).await?;
    Ok(format!("{}#you", path::with(path::YOUR_SIGN_IN, "saved", "you")))
}

pub async fn end_sessions(context: Context, session: String) -> Result<String, Problem> {
    let (permit, me) = permitted(&context).await?;
    let app = &context.app;
    let session = SessionName::typed("session", &session)?;
    if session.as_str() == context.actor.session {
        return Err(Problem::new(Kind::Invalid, "This is your current session.", "“Sign out” ends it."));
    }
    let one = Some(session).filter(|session| !session.is_empty());
    if let Some(short) = &one {
        let now = context.now();
        let open = web_sessions::list_of(&app.store, &me.id, now.plus(-IDLE), now).await?;
        if !open.iter().any(|session| session.short == short.as_str()) {
            return Err(Problem::new(
                Kind::Conflict,
                "That session has already ended.",
                "The page shows the remaining ones.",
            ));
        }
    }
    let _counted =
        context.reserve("ends of sessions", "ended sessions", Limit::Within { window: HOUR, most: 60 }).await?;
    let deed =
        EndSessions { operator: me.id.clone(), name: me.name.clone(), others: one.is_none(), session: one.clone() };
    let (own, id, one) = (&context, &me.id, &one);
    let index = carry_out::recorded_as_read(app, permit, deed, "", |store| async move {
        let ended = match one {
            Some(short) => web_sessions::delete_one_of(&store, id, short.as_str()).await?,
            None => web_sessions::end_all_of(&store, id, Some(&own.actor.session)).await?,
        };
        if ended { read_back(own).await.map(Some) } else { Ok(None) }
    })
    .await?;
    done(index)
}

pub async fn page(context: &Context, search: &str) -> Result<Framed<YourSignIn>, Problem> {
    let (_, me) = permitted(context).await?;
    let (app, now) = (&context.app, context.now());
    let parsed = Search::parse(search);
    let mut gone = None;
    let setting = match parsed.get("setting") {
        None => None,
        Some(id) => match setting(context, &me, id).await? {
            Some(setting) => Some((id.to_owned(), authenticator::authenticator(&me.name, &setting.secret))),
            None => {
                gone = Some(too_late());
                None
            }
        },
    };
    let codes = match parsed.get("shown") {
        None => None,
        Some(id) => {
            let codes = take_codes(context, id).await?;
            if codes.is_none() {
                gone = Some(
                    "These recovery codes have already been shown. If you didn’t save them, generate new ones."
                        .to_owned(),
                );
            }
            codes
        }
    };
    let left = recovery_codes::left(&app.store, &me.id).await?;
    let sessions = web_sessions::list_of(&app.store, &me.id, now.plus(-IDLE), now).await?;
    let page = YourSignIn {
        factor: me.totp_secret.is_some(),
        factor_needed: me.role.needs_factor() && !app.config.second_factor_optional,
        codes_left: usize::try_from(left.unused).unwrap_or(0),
        code_used: left.last_used,
        sessions: sessions.into_iter().map(|session| own_session(context, session)).collect(),
        setting,
        codes,
        gone,
        saved: parsed.one_of("saved", &[("you", "what you set for yourself")])? == "you",
    };
    frame::build(context, context.current(), path::YOUR_SIGN_IN, search, page).await
}

fn own_session(context: &Context, session: web_sessions::OwnSession) -> OwnSession {
    let short = session.short;
    let stage = SessionData::of(&session.data);
    let address = session.address.as_deref();
    OwnSession {
        this: short == context.actor.session,
        half: stage.is_none_or(|data| data.stage != Stage::Full),
        address: address.and_then(|sealed| context.app.keys.open_text("session address", &session.hash, sealed)),
        browser: session.browser,
        began_at: session.began_at,
        seen_at: session.seen_at,
        short,
    }
}

/// Keeps where a session begins: the address, sealed, and the browser in a few words of our own.
pub async fn remember_where(app: &App, hash: &str) -> Result<(), Problem> {
    let address = request_address().range().unwrap_or_else(|| "through a proxy".to_owned());
    let address = app.keys.seal_text("session address", hash, &address).map_err(store_problem)?;
    let browser = use_context::<Parts>()
        .and_then(|parts| parts.headers.get(header::USER_AGENT)?.to_str().ok().map(browser))
        .unwrap_or_else(|| browser(""));
    web_sessions::remember_where(&app.store, hash, &address, &browser, app.clock.now()).await.map_err(store_problem)
}

/// The first of these that is in the text, by its word.
fn first_of(text: &str, words: &[(&str, &'static str)]) -> Option<&'static str> {
    words.iter().find(|(mark, _)| text.contains(mark)).map(|(_, word)| *word)
}

/// “Firefox on Linux”: enough to tell one's own browsers apart, and no word of the visitor's own.
fn browser(user_agent: &str) -> String {
    // Browsers name those they are like: the more particular first.
    let name = first_of(
        user_agent,
        &[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Vivaldi/", "Vivaldi"),
            ("FxiOS/", "Firefox"),
            ("Firefox/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ],
    );
    let system = first_of(
        user_agent,
        &[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("CrOS", "ChromeOS"),
            ("Windows", "Windows"),
            ("Macintosh", "macOS"),
            ("Linux", "Linux"),
        ],
    );
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "Unknown browser".to_owned(),
    }
}

impl InStore for EndSessions {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

impl InStore for ChangePassword {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

impl InStore for SetFactor {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

impl InStore for NewRecoveryCodes {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_said_in_words_of_our_own() {
        for (user_agent, said) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.9.1", "Unknown browser"),
            ("<script>alert(1)</script>", "Unknown browser"),
        ] {
            assert_eq!(browser(user_agent), said);
        }
    }
}
