//! A one-time link for a new password: made by an owner or at the server, opened by whom it was handed to.

use super::{LINKS, new_password, request_address, too_many, trier, tries};
use crate::{
    access::{self, Actor, Permission},
    acting, carry_out,
    clock::{DAY, Timestamp},
    context::{App, app_of_request},
    deeds::{ChangePassword, ChosenBy},
    id::OperatorId,
    path,
    problem::{Kind, Problem},
    seal::hex,
    search::Search,
    sign_in::{Before, NewPassword},
    store::{
        drafts,
        operators::{self, Operator},
        recovery_codes,
        reset_links::{self, NewLink, ResetLink},
        sign_ins, store_problem,
    },
};
use serde_json::json;

/// How long a link can be opened.
pub const LINK_TIME: i64 = 3 * DAY;

/// A link as it is handed over and as it is kept.
pub struct Link {
    pub address: String,
    pub hash: String,
}

/// A new link; it opens nothing before it is stored.
///
/// # Errors
/// If the console's own address is none that a link can be made of.
pub fn new_link(app: &App) -> Result<Link, Problem> {
    let link = hex(&crate::seal::random::<[u8; 16]>());
    let address = app.config.public_url.join(&path::with(path::NEW_PASSWORD, "link", &link)).map_err(store_problem)?;
    Ok(Link { address: address.to_string(), hash: link_hash(app, &link) })
}

impl Link {
    /// As it is stored.
    pub fn for_store(&self, of: ResetLink, now: Timestamp) -> NewLink<'_> {
        NewLink { of, hash: &self.hash, now, expires_at: now.plus(LINK_TIME) }
    }

    /// The beginning of its hash, as the record has it.
    pub fn short(&self) -> String {
        self.hash.chars().take(16).collect()
    }
}

fn link_hash(app: &App, link: &str) -> String {
    app.keys.hash("new password link", link.as_bytes())
}

fn link_gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This link was already used, has expired, or is mistyped.",
        "Ask an owner for a new one; on the server: howdah operator recover NAME",
    )
}

/// Whose password a link is for: asked before anything else is looked at or said. Those who have one are never kept out by
/// those who guess.
async fn whose(app: &App, link: &str) -> Result<Operator, Problem> {
    let now = app.clock.now();
    let by_range = app.keys.hash("password links by range", request_address().network().as_bytes());
    let tried = tries::reserved(app, &by_range, LINKS).await?;
    let found = reset_links::read(&app.store, &link_hash(app, link), now).await?;
    let person = match found {
        Some(link) if still_offered(app, &link, now).await? => {
            operators::by_id(&app.store, &link.operator).await?.filter(Operator::may_sign_in)
        }
        Some(_) | None => None,
    };
    match (person, tried) {
        (Some(person), tried) => {
            if let Ok(tried) = tried {
                tries::give_back(app, tried).await;
            }
            Ok(person)
        }
        (None, Ok(_)) => Err(link_gone()),
        (None, Err(wait)) => Err(too_many("Too many invalid links", wait)),
    }
}

/// Who made the link answers for it, and must still be one who may.
async fn still_offered(app: &App, link: &ResetLink, now: Timestamp) -> Result<bool, Problem> {
    let Some(id) = &link.offered_by else { return Ok(true) };
    let person = operators::by_id(&app.store, id).await?;
    let Some(person) = person.filter(Operator::may_sign_in) else { return Ok(false) };
    let actor = acting::actor(&app.store, person, "password link".to_owned(), now).await?;
    Ok(access::permit(&actor, Permission::ManageOperators, None).is_ok())
}

pub async fn page(app: &App, search: &str) -> Result<NewPassword, Problem> {
    let parsed = Search::parse(search);
    let mut link = parsed.get("link").unwrap_or_default().to_owned();
    let mut problem = None;
    if let Some(id) = parsed.get("draft")
        && let Some(draft) = drafts::read(&app.store, &app.keys, id, None, app.clock.now()).await?
        && let Some((said, fields)) = crate::frame::read_draft(&draft.text)
    {
        problem = Some(said);
        link = fields.into_iter().find(|(key, _)| key == "link").map(|(_, value)| value).unwrap_or(link);
    }
    let person = whose(app, &link).await?;
    Ok(NewPassword { link, name: person.name, problem })
}

pub async fn choose(link: &str, password: &str, repeat: &str) -> Result<String, Problem> {
    let app = app_of_request()?;
    let person = whose(&app, link).await?;
    if password != repeat {
        return Err(Problem::invalid("repeat", "The passwords don’t match."));
    }
    let hash = link_hash(&app, link);
    let choosing = {
        let (app, hash, password) = (app.clone(), hash.clone(), password.to_owned());
        async move { chosen(&app, person, &hash, &password).await }
    };
    tries::in_turn(&app, &trier(&app, "", None), &[&hash], choosing).await?;
    Ok(Before::NewPassword.told(path::SIGN_IN))
}

async fn chosen(app: &App, person: Operator, hash: &str, password: &str) -> Result<(), Problem> {
    new_password(app, &person.name, password).await?;
    let password_hash = app.passwords.hash(password).await?;
    let now = app.clock.now();
    let (id, name) = (person.id.clone(), person.name.clone());
    let session = "password link".to_owned();
    let actor = acting::actor(&app.store, person, session, now).await?;
    let actor = Actor { request: super::request_id(), ..actor };
    let permit = access::permit(&actor, Permission::OwnSignIn, None)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))?;
    let deed = ChangePassword { operator: id.clone(), name, chosen_by: ChosenBy::Link };
    let (id, password_hash) = (&id, &password_hash);
    let index = carry_out::recorded_as_read(app, permit, deed, "", |store| async move {
        let set = sign_ins::set_password_by_link(&store, id, hash, password_hash, now).await?;
        if set { state(app, id).await.map(Some) } else { Ok(None) }
    })
    .await?;
    index.map(|_| ()).ok_or_else(link_gone)
}

/// What there is to sign in with, as it is read back after a change by somebody who has no session.
pub async fn state(app: &App, id: &OperatorId) -> sqlx::Result<serde_json::Value> {
    let person = operators::by_id(&app.store, id).await?;
    Ok(json!({
        "password": person.as_ref().is_some_and(|person| person.password_hash.is_some()),
        "second factor": person.as_ref().is_some_and(|person| person.totp_secret.is_some()),
        "recovery codes": recovery_codes::left(&app.store, id).await?.unused,
    }))
}
