//! Who is asking: answered on every request, before anything is rendered.

use super::{forms, plain::wants_page, sessions::Sessions};
use crate::{
    access::{Actor, Role},
    acting,
    address::ClientAddress,
    context::App,
    id::{InstanceName, OperatorId},
    path,
    problem::{Kind, Problem},
    search::Search,
    session::{LAST_AT, SessionData, Signed, Stage, ZONE, request_id, said_by_browser},
    sign_in::Before,
    store::{
        operators::{self, Operator},
        preferences, web_sessions,
    },
    text::time::Zone,
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tower_sessions::{Session, session::Id};

/// How long, and to whom, a browser says where it was last.
const KEPT: &str = "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax";

/// The instance that an address is about: its path, or the switcher on a page of the console itself (`?on=`).
fn named(app: &App, actor: &Actor, address: &Uri) -> Option<InstanceName> {
    let asked = Search::parse(address.query().unwrap_or_default());
    let name = path::instance_of(address.path()).or_else(|| asked.get("on").map(str::to_owned))?;
    name.parse().ok().filter(|name| app.instances.contains_key(name) && actor.covers(name))
}

/// The console's own database says within this who somebody is, or nothing is waited for any longer.
const LONGEST_LOOK: Duration = Duration::from_millis(1_800);

/// What is answered without a session.
fn is_public(path: &str) -> bool {
    matches!(path, "/health" | "/favicon.svg" | "/robots.txt" | "/plain.css" | "/sign-in" | "/set-up" | "/keys")
        || path::asks_access(path)
        || ["/pkg/", "/sign-in/", "/api/sign-in/", "/api/theme/", "/api/ask/"]
            .iter()
            .any(|prefix| path.starts_with(prefix))
}

/// What an open page asks by itself: nobody is at work by that, and a session grows no older or younger with it.
fn asks_by_itself(path: &str) -> bool {
    path == path::LIVE || path.starts_with("/live/")
}

/// Nothing stands at this address: there is nothing to guard, and the answer is the same for everybody.
pub fn is_unknown(request: &Request) -> bool {
    request.extensions().get::<MatchedPath>().is_none()
}

/// Finds the person behind a session and lets them in, or sends them to the sign-in page without rendering anything.
pub async fn require_session(
    State(app): State<Arc<App>>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let address = ClientAddress::of(&parts, &app.proxies);
    request = Request::from_parts(parts, body);
    request.extensions_mut().insert(address);
    let path = request.uri().path().to_owned();
    // Whether the store is well is not asked of the store first.
    if path.starts_with("/pkg/") || path == "/health" {
        return next.run(request).await;
    }
    // Looking a session up forgets the token of one that is over.
    let presented = session.id();
    let found =
        timeout(LONGEST_LOOK, find(&app, &session, address, !asks_by_itself(&path))).await.unwrap_or_else(|_| {
            tracing::error!("session.late");
            Err(no_store())
        });
    match found {
        Ok(Found::Signed(mut signed)) => {
            let last: Option<InstanceName> =
                said_by_browser(request.headers(), LAST_AT).and_then(|last| last.parse().ok());
            signed.preferences.browser = said_by_browser(request.headers(), ZONE).and_then(Zone::named);
            let here = named(&app, &signed.actor, request.uri());
            let moved = here.clone().filter(|here| Some(here) != last.as_ref());
            signed.last_at = here.or(last);
            signed.actor.request = request_id(request.extensions());
            request.extensions_mut().insert(*signed);
            let mut response = next.run(request).await;
            let cookie = moved.and_then(|to| HeaderValue::try_from(format!("{LAST_AT}={to}; {KEPT}")).ok());
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Ok(_) if is_public(&path) || is_unknown(&request) => next.run(request).await,
        Ok(Found::Nobody { former }) => {
            let over = former.is_some() || (presented.is_some() && session.id().is_none());
            refuse(&app, request, former, presented, over).await
        }
        Err(problem) => unavailable(problem, request).await,
    }
}

enum Found {
    Signed(Box<Signed>),
    /// `former` is whose session it was, if it has ended.
    Nobody {
        former: Option<OperatorId>,
    },
}

/// Whether somebody is still who they were when an answer began that goes on: their session, their role and their grants as they
/// are now; `None` for nobody.
///
/// # Errors
/// If that cannot be read, or not in time: it is not known then.
pub async fn still(app: &App, id: Id, address: ClientAddress) -> Result<Option<Signed>, Problem> {
    let sessions = Sessions { store: app.store.clone(), clock: app.clock.clone() };
    let session = Session::new(Some(id), Arc::new(sessions), None);
    match timeout(LONGEST_LOOK, find(app, &session, address, false)).await {
        Ok(Ok(Found::Signed(signed))) => Ok(Some(*signed)),
        Ok(Ok(Found::Nobody { .. })) => Ok(None),
        Ok(Err(problem)) => Err(problem),
        Err(_) => Err(no_store()),
    }
}

/// `renew` says whether the session counts as used by this.
async fn find(app: &App, session: &Session, address: ClientAddress, renew: bool) -> Result<Found, Problem> {
    let data: Option<SessionData> = session.get(SessionData::KEY).await.map_err(|error| {
        tracing::error!(%error, "session.unreadable");
        no_store()
    })?;
    let (Some(data), Some(id)) = (data, session.id()) else { return Ok(Found::Nobody { former: None }) };
    if data.stage != Stage::Full {
        return Ok(Found::Nobody { former: None });
    }
    let now = app.clock.now();
    let operator = operators::by_id(&app.store, &data.operator).await.map_err(|error| {
        tracing::error!(%error, "operator.unreadable");
        no_store()
    })?;
    let Some(operator) = operator.filter(Operator::may_sign_in) else {
        return Ok(Found::Nobody { former: Some(data.operator) });
    };
    // Whose access has ended since, an older copy does not know.
    if app.ledger.is_behind() && !matches!(operator.role, Role::Owner | Role::Auditor) {
        return Err(older_copy());
    }
    if operator.role.needs_factor() && operator.totp_secret.is_none() && !app.config.second_factor_optional {
        return Ok(Found::Nobody { former: Some(data.operator) });
    }
    let hash = web_sessions::hash(&id.to_string());
    let generation = if renew {
        web_sessions::touch(&app.store, &hash, now).await
    } else {
        web_sessions::load(&app.store, &hash).await.map(|session| session.map(|session| session.generation))
    };
    let generation = generation.map_err(|error| {
        tracing::error!(%error, "session.touch");
        no_store()
    })?;
    // Compared once more with the person's row that holds: the two were read one after the other.
    if generation != Some(operator.generation) {
        return Ok(Found::Nobody { former: Some(data.operator) });
    }
    let session = hash.chars().take(16).collect();
    let actor = acting::actor(&app.store, operator, session, now).await.map_err(|error| {
        tracing::error!(%error, "grants.unreadable");
        no_store()
    })?;
    let preferences = preferences::of(&app.store, &actor.operator).await.map_err(|error| {
        tracing::error!(%error, "preferences.unreadable");
        no_store()
    })?;
    Ok(Found::Signed(Box::new(Signed { actor, address, last_at: None, preferences })))
}

/// Whose session this token was, if it is over by time alone: such a one is kept for a day.
async fn ended(app: &App, presented: Option<Id>) -> Option<OperatorId> {
    let hash = web_sessions::hash(&presented?.to_string());
    let row = web_sessions::load(&app.store, &hash)
        .await
        .inspect_err(|error| tracing::error!(%error, "session.unreadable"))
        .ok()??;
    let data = SessionData::of(&row.data)?;
    (data.stage == Stage::Full).then_some(data.operator)
}

/// `over`: they came with a session that is there no more.
async fn refuse(
    app: &App,
    request: Request,
    former: Option<OperatorId>,
    presented: Option<Id>,
    over: bool,
) -> Response {
    if *request.method() == Method::POST {
        let former = match former {
            None => ended(app, presented).await,
            known => known,
        };
        return match former {
            Some(writer) => forms::keep_for_sign_in(app, request, &writer).await,
            None => forms::turn_away(request, &forms::not_signed_in()).await,
        };
    }
    if request.uri().path().starts_with("/api/") || asks_by_itself(request.uri().path()) {
        let problem = Problem::new(Kind::SignedOut, "You’ve been signed out.", "Sign in again.");
        return (StatusCode::UNAUTHORIZED, axum::Json(problem)).into_response();
    }
    let asked = request.uri().path_and_query().map_or(path::OVERVIEW, |asked| asked.as_str());
    let to = if asked == path::OVERVIEW { path::SIGN_IN.to_owned() } else { path::with(path::SIGN_IN, "back", asked) };
    let to = if over { Before::SessionOver.told(&to) } else { to };
    Redirect::to(&to).into_response()
}

fn older_copy() -> Problem {
    Problem::unavailable(
        "Nothing is shown: the audit log contradicts itself, because the console’s own database is an older copy.",
        "An owner has to decide on the server: howdah audit verify, howdah audit accept.",
    )
}

fn no_store() -> Problem {
    Problem::unavailable(
        "Nothing was done: the console’s own database can’t be reached.",
        "Try again in a moment; whoever runs Howdah finds the reason in its log.",
    )
}

async fn unavailable(problem: Problem, request: Request) -> Response {
    if *request.method() == Method::POST && wants_page(request.headers()) {
        return forms::turn_away(request, &problem).await;
    }
    let status = StatusCode::SERVICE_UNAVAILABLE;
    if request.uri().path().starts_with("/api/") {
        return (status, axum::Json(problem)).into_response();
    }
    (status, format!("{} {}\n", problem.what, problem.remedy)).into_response()
}
