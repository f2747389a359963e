//! Tries to sign in: counted before they are checked, one at a time, and so that strangers shut nobody out.
//!
//! Whoever tries is a name from an address range; or a browser that has signed in under that name before, whose tries are
//! its own, so that what others do from the same range, or against the same name, is not counted against it. Where many come
//! through one address, that address counts nothing, and a name is tried by all of them alike.

use super::store_problem;
use crate::{
    address::ClientAddress,
    context::App,
    id::OperatorId,
    problem::{Kind, Problem},
    session::said_by_browser,
    store::attempts::{self, Limit, Reserved, Wait},
};
use axum::http::{HeaderMap, HeaderValue};
use std::{sync::Arc, time::Duration};
use subtle::ConstantTimeEq;

/// A range, or a browser that is known, has so many checks under way or waiting.
const PLACES: i64 = 2;
/// How long a check waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Who tries, as what.
#[derive(Clone, Debug)]
pub struct Trier {
    /// The name as it is told from others.
    name: String,
    /// Where it comes from, unless people cannot be told apart by that.
    range: Option<String>,
    /// What a browser that has signed in under this name before is known by.
    browser: Option<String>,
}

impl Trier {
    /// Somebody who gives a name; `operator` is whose it is, if anybody's.
    pub fn new(
        app: &App,
        name: &str,
        operator: Option<&OperatorId>,
        address: ClientAddress,
        headers: &HeaderMap,
    ) -> Self {
        let browser = operator.and_then(|operator| known_browser(app, operator, headers));
        Self { name: name.trim().to_lowercase(), range: address.range(), browser }
    }

    /// Whether this browser has signed in under the name before.
    pub fn is_known(&self) -> bool {
        self.browser.is_some()
    }

    fn own(&self) -> String {
        match &self.browser {
            Some(browser) => format!("browser/{browser}"),
            None => match &self.range {
                Some(range) => format!("range/{range}/{}", self.name),
                None => format!("anywhere/{}", self.name),
            },
        }
    }

    /// What this one's tries of a sort are counted under.
    pub fn key(&self, app: &App, sort: &str) -> String {
        app.keys.hash(sort, self.own().as_bytes())
    }

    /// What everybody's tries under this name are counted under, wherever from.
    pub fn key_of_name(&self, app: &App, sort: &str) -> String {
        app.keys.hash(sort, format!("name/{}", self.name).as_bytes())
    }

    fn place(&self, app: &App) -> String {
        let whose = match &self.browser {
            Some(browser) => format!("browser/{browser}"),
            None => match &self.range {
                Some(range) => format!("range/{range}"),
                None => format!("anywhere/{}", self.name),
            },
        };
        app.keys.hash("place", whose.as_bytes())
    }
}

/// Does the work of a check when it is its turn, and no two of the same trier or of the same `turns` at once. It goes on in a
/// task of its own: a browser that goes away does not keep its place.
///
/// # Errors
/// Too many, if the places are taken or the turn does not come; and what the work says.
pub async fn in_turn<T: Send + 'static>(
    app: &Arc<App>,
    trier: &Trier,
    turns: &[&str],
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    // A trigger could take every count back.
    if let Some(what) = app.store.foreign().await? {
        tracing::error!(what, "sign_in.foreign");
        return Err(Problem::unavailable(
            "Nobody can sign in: the console’s own database was altered from outside.",
            "Whoever runs Howdah finds the reason in its log.",
        ));
    }
    let (app, place, own) = (app.clone(), trier.place(app), trier.key(app, "turn"));
    let turns: Vec<String> = turns.iter().map(|turn| app.keys.hash("turn", turn.as_bytes())).chain([own]).collect();
    let checked = tokio::spawn(async move {
        let mut held = vec![reserved(&app, &place, Limit::AtOnce(PLACES)).await?.map_err(|_| busy())?];
        let mut result = Ok(());
        for turn in &turns {
            match wait_for(&app, turn).await {
                Ok(turn) => held.push(turn),
                Err(problem) => {
                    result = Err(problem);
                    break;
                }
            }
        }
        let done = match result {
            Ok(()) => work.await,
            Err(problem) => Err(problem),
        };
        for one in held.into_iter().rev() {
            give_back(&app, one).await;
        }
        done
    });
    checked.await.unwrap_or_else(|error| {
        tracing::error!(%error, "sign_in.check");
        Err(Problem::unavailable("This couldn’t be checked.", "Try again in a moment."))
    })
}

async fn wait_for(app: &App, turn: &str) -> Result<Reserved, Problem> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Ok(turn) = reserved(app, turn, Limit::AtOnce(1)).await? {
            return Ok(turn);
        }
        if tokio::time::Instant::now() >= until {
            return Err(busy());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn busy() -> Problem {
    Problem::new(Kind::TooMany, "Other attempts from your network are being checked.", "Wait a moment and try again.")
}

/// Reserves, with the store's troubles as a problem.
pub async fn reserved(app: &App, key: &str, limit: Limit) -> Result<Result<Reserved, Wait>, Problem> {
    attempts::reserve(&app.store, key, limit, app.clock.now()).await.map_err(store_problem)
}

/// Gives back; where the store does not take it, it counts until its time is over.
pub async fn give_back(app: &App, reserved: Reserved) {
    if let Err(error) = reserved.give_back(&app.store).await {
        tracing::error!(%error, "attempts.give_back");
    }
}

/// The name of the cookie by which a browser is known that has signed in as somebody before.
fn cookie_name(app: &App, operator: &OperatorId) -> String {
    let whose: String = app.keys.hash("known browser of", operator.0.as_bytes()).chars().take(8).collect();
    let prefix = if is_https(app) { "__Host-" } else { "" };
    format!("{prefix}howdah-known-{whose}")
}

fn is_https(app: &App) -> bool {
    app.config.public_url.scheme() == "https"
}

fn mac(app: &App, operator: &OperatorId, random: &str) -> String {
    app.keys.hash("known browser", format!("{operator}/{random}").as_bytes())
}

/// What a browser is known by that shows a cookie of ours for this person.
fn known_browser(app: &App, operator: &OperatorId, headers: &HeaderMap) -> Option<String> {
    let value = said_by_browser(headers, &cookie_name(app, operator))?;
    let (random, shown) = value.split_once('.')?;
    let right = mac(app, operator, random);
    bool::from(right.as_bytes().ct_eq(shown.as_bytes())).then(|| format!("{operator}/{random}"))
}

/// The cookie for a browser in which somebody has just signed in; `None` if it has one already.
pub fn remember(app: &App, operator: &OperatorId, headers: &HeaderMap) -> Option<HeaderValue> {
    if known_browser(app, operator, headers).is_some() {
        return None;
    }
    let name = cookie_name(app, operator);
    let random = format!("{:032x}", crate::seal::random::<u128>());
    let mac = mac(app, operator, &random);
    let secure = if is_https(app) { "; Secure" } else { "" };
    // As long as browsers keep one.
    let cookie = format!("{name}={random}.{mac}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).ok()
}
