//! The public form: somebody without an account asks the staff for access. It is off unless the configuration says otherwise,
//! tells nobody which instances there are, who works here or what else was asked, and ends among the access requests.

use super::requests::{self, Wanted};
use crate::{
    address::ClientAddress,
    clock::{DAY, HOUR, SECOND},
    context::{App, app_of_request},
    frame::{self, Draft},
    id::{InstanceName, OperatorId},
    invitations::{AskForm, AskPage, MOST_USES},
    ledger::Fact,
    mastodon::Instance,
    path,
    problem::{Kind, Problem},
    search::Search,
    session::{self, Signed},
    store::{
        access_requests::{self, KEPT, Told},
        attempts::{self, Limit, Reserved},
        drafts, store_problem,
    },
};
use axum::http::request::Parts;
use leptos::prelude::use_context;
use std::sync::Arc;

/// So many a day from one address range, or from all that cannot be told apart …
const OF_A_RANGE: Limit = Limit::Within { window: DAY, most: 3 };
/// … so many from all ranges of one network, of which a stranger may have thousands …
const OF_A_SITE: Limit = Limit::Within { window: DAY, most: 6 };
/// … and so many an hour on an instance, so that neither the record nor the desk grows without bound.
const OF_AN_INSTANCE: Limit = Limit::Within { window: HOUR, most: 20 };
/// While so many wait, no more are taken.
const MOST_WAITING: i64 = 300;

/// The instance of that name, where it has the form. No such instance and no such form sound alike.
fn with_form(app: &App, name: &str) -> Result<Arc<Instance>, Problem> {
    let named = name.parse::<InstanceName>().ok();
    let configured = app.config.instances.iter().find(|one| one.access_form && Some(&one.name) == named.as_ref());
    configured
        .and_then(|one| app.instances.get(&one.name))
        .cloned()
        .ok_or_else(|| Problem::not_found("There is no form for access requests at this address."))
}

/// Where strangers find the form of an instance, as it is told to them; `None` where it has none.
pub(super) fn address(app: &App, instance: &InstanceName) -> Option<String> {
    let configured = app.config.instances.iter().find(|one| one.access_form && one.name == *instance)?;
    app.config.public_url.join(&path::ask_access(&configured.name)).ok().map(|url| url.to_string())
}

/// The page with the form, as it came back, or that it was sent.
pub async fn asking(instance: &str, search: &str) -> Result<AskPage, Problem> {
    let app = app_of_request()?;
    let instance = with_form(&app, instance)?;
    let search = Search::parse(search);
    // Somebody of the console may look at it too.
    let signed = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Signed>().cloned());
    let whose = signed.map(|signed| signed.actor.operator);
    let kept = match search.get("draft") {
        Some(id) => drafts::read(&app.store, &app.keys, id, whose.as_ref(), app.clock.now()).await?,
        None => None,
    };
    let draft = kept.filter(|draft| draft.path.starts_with("/api/ask/")).and_then(|draft| {
        let (problem, fields) = frame::read_draft(&draft.text)?;
        Some(Draft { problem, target: draft.path, fields })
    });
    Ok(AskPage {
        instance: instance.name.clone(),
        title: instance.title.clone(),
        sent: search.get("sent") == Some("yes"),
        kept_days: KEPT / DAY,
        draft,
    })
}

/// Takes what was asked to the access desk.
///
/// # Errors
/// Invalid, beside its field; too many, before anything is stored.
pub async fn ask(instance: &str, form: AskForm) -> Result<String, Problem> {
    let app = app_of_request()?;
    let instance = with_form(&app, instance)?;
    let wanted = Wanted {
        accounts: &format!("Enter a number from 1 to {MOST_USES}."),
        needed: &[
            ("who", "Enter your name."),
            ("contact", "Enter where the answer can reach you."),
            ("why", "Enter your reasons: whoever decides needs them."),
        ],
    };
    let asked = wanted.read(&form)?;
    let parts = use_context::<Parts>();
    let address = parts.as_ref().and_then(|parts| parts.extensions.get::<ClientAddress>().copied());
    let request_id = parts.and_then(|parts| session::request_id(&parts.extensions));
    let from = |part: fn(ClientAddress) -> Option<String>| {
        format!("{}/{}", instance.name, address.and_then(part).unwrap_or_else(|| "anywhere".to_owned()))
    };
    let limits = [
        (from(ClientAddress::range), OF_A_RANGE),
        (format!("site {}", from(ClientAddress::site)), OF_A_SITE),
        (instance.name.to_string(), OF_AN_INSTANCE),
    ];
    let mut reserved = Vec::new();
    let mut done = Ok(());
    for (whose, limit) in limits {
        match reserve(&app, &whose, limit).await {
            Ok(one) => reserved.push(one),
            Err(problem) => {
                done = Err(problem);
                break;
            }
        }
    }
    if done.is_ok() {
        done = store(&app, &instance, asked, request_id.as_deref()).await;
    }
    if let Err(problem) = done {
        for one in reserved {
            one.give_back(&app.store).await.map_err(store_problem)?;
        }
        return Err(problem);
    }
    app.listeners.look();
    Ok(path::with(&path::ask_access(&instance.name), "sent", "yes"))
}

async fn reserve(app: &App, whose: &str, limit: Limit) -> Result<Reserved, Problem> {
    let key = app.keys.hash("asked for access", whose.as_bytes());
    let reserved = attempts::reserve(&app.store, &key, limit, app.clock.now()).await.map_err(store_problem)?;
    reserved.map_err(|wait| {
        let soon = wait.seconds() * SECOND <= HOUR;
        too_many(if soon { "Try again in an hour." } else { "Try again tomorrow." })
    })
}

fn too_many(remedy: &str) -> Problem {
    Problem::new(Kind::TooMany, "Nothing was sent: too many requests came in lately.", remedy)
}

/// In the record first: that something was asked, and nothing of what was said.
async fn store(app: &App, instance: &Instance, asked: (i32, Told), request_id: Option<&str>) -> Result<(), Problem> {
    let waiting = access_requests::waiting(&app.store, &instance.name, MOST_WAITING).await.map_err(store_problem)?;
    if waiting >= MOST_WAITING {
        return Err(too_many("Try again when the staff has read those that wait."));
    }
    let request = requests::new(instance, OperatorId(String::new()), asked, app.clock.now());
    let fact = Fact::AccessAsked { instance: instance.name.clone(), request: request.id.clone() };
    app.ledger.fact_of(fact, request_id).await.map_err(|error| {
        tracing::error!(%error, "access_request.unrecorded");
        Problem::unavailable("Nothing was sent: the console can’t take requests now.", "Try again in a moment.")
    })?;
    access_requests::insert(&app.store, &app.keys, &request).await.map_err(store_problem)
}
