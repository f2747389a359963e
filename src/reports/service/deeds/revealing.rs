//! Something masked is shown once, with a reason.

use crate::{
    access::Permission,
    accounts::service::{Others, beside},
    acting,
    carry_out::{InStore, closed_as_read, opened},
    context::{App, Context},
    deeds::{Masked, Reveal, RevealMedia},
    id::AccountId,
    ledger::{Answer, Warrant},
    mastodon::database::{DatabaseError, Hidden, Read},
    path,
    problem::{Problem, malformed_form},
    reports::service::{
        budget,
        case::{besides, shown_as},
        read_problem, store_problem,
        words::plain_text,
    },
    store::drafts,
    text::{Hashed, Why},
    ui,
};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// All that a reveal reads is there within this, or not known.
const LONGEST_REVEAL: Duration = Duration::from_secs(2);

pub async fn reveal(
    context: Context,
    instance: String,
    account: String,
    what: String,
    why: String,
    back: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::Reveal, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| malformed_form())?;
    let masked = masked(&what)?;
    let (account, open) = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        (read.account(id).await.map_err(read_problem)?, read.open_reports(id).await.map_err(read_problem)?)
    };
    let account = account.ok_or_else(|| Problem::not_found("This account no longer exists on the instance."))?;
    let own = acting::able_own(&context, &instance).await?;
    let object = context.case(&instance, &account, &open, own.as_ref()).await?;
    let permit = context.permit(Permission::Reveal, object).await?;
    let why = Why::given(&why, true)?;
    let mut read = instance.database.read().await.map_err(read_problem)?;
    budget::take_one(&context).await?;
    let deed = Reveal { instance: instance.name.clone(), account: id, acct: account.acct(), what: masked };
    let warrant = opened(&context.app, permit, deed, why).await?;
    let until = Instant::now() + LONGEST_REVEAL;
    let mut seen_from = None;
    let found = match &warrant.deed().what {
        Masked::Email => Ok(account.email.as_ref().and_then(|email| email.reveal(&warrant)).map(str::to_owned)),
        Masked::SignUpAddress => {
            Ok(account.sign_up_ip.as_ref().and_then(|address| address.reveal(&warrant)).map(str::to_owned))
        }
        Masked::SeenAddress(name) => seen_address(&mut read, &context, id, name.as_str()).await.map(|found| {
            seen_from = found;
            seen_from.as_ref().and_then(|address| address.reveal(&warrant)).map(str::to_owned)
        }),
        Masked::PrivatePost(_) => private_post(&mut read, &warrant, account.domain.is_some()).await,
    };
    drop(read);
    let others = match &found {
        Ok(Some(_)) => {
            let domain = account.email.as_ref().and_then(Hidden::domain);
            let (address, domain) = match warrant.deed().what {
                Masked::Email => (None, domain),
                Masked::SignUpAddress => (account.sign_up_ip.clone(), domain),
                Masked::SeenAddress(_) => (seen_from.clone(), domain),
                Masked::PrivatePost(_) => (None, None),
            };
            Others::read(&context, &instance, &warrant, address, domain, until).await
        }
        Ok(None) | Err(_) => None,
    };
    let answer = match &found {
        Ok(Some(_)) => Answer::Accepted { body: others.as_ref().map_or_else(|| json!({}), Others::accounts) },
        Ok(None) => Answer::NotSent { why: "there was nothing to show".to_owned() },
        Err(error) => Answer::NotSent { why: error.to_string() },
    };
    let facts = others.as_ref().map_or_else(|| json!({}), Others::facts);
    let answered = closed_as_read(&context.app, warrant, answer, facts).await?;
    let value = found.map_err(read_problem)?.ok_or_else(|| Problem::not_found("There is nothing to reveal."))?;
    let title = title(&answered.deed().what);
    let beside = match others {
        Some(others) => beside(&context, &instance, others).await?,
        None => Vec::new(),
    };
    let text = serde_json::to_string(&(id, title, ui::tame(&value), beside)).map_err(store_problem)?;
    let shown = drafts::keep(
        &context.app.store,
        &context.app.keys,
        Some(&context.actor.operator),
        &shown_as(&instance.name),
        &text,
        context.now(),
    )
    .await
    .map_err(store_problem)?;
    Ok(path::with(&path::ours(&back), "shown", &shown))
}

/// What is revealed, as the page heads it.
fn title(what: &Masked) -> &'static str {
    match what {
        Masked::Email => "Email address",
        Masked::SignUpAddress => "Sign-up IP address",
        Masked::PrivatePost(_) => "Private post",
        Masked::SeenAddress(_) => "IP address",
    }
}

/// What a form names.
fn masked(what: &str) -> Result<Masked, Problem> {
    Ok(match what {
        "email" => Masked::Email,
        "address" => Masked::SignUpAddress,
        seen if seen.starts_with("seen:") => {
            Masked::SeenAddress(Hashed::typed("what", seen.trim_start_matches("seen:"))?)
        }
        other => match other.strip_prefix("post:").and_then(|id| id.parse().ok()) {
            Some(post) => Masked::PrivatePost(post),
            None => return Err(malformed_form()),
        },
    })
}

/// A private post with everything it holds: content warning, text, poll, what it quotes, what it said before.
async fn private_post(
    read: &mut Read,
    warrant: &Warrant<Reveal>,
    remote: bool,
) -> Result<Option<String>, DatabaseError> {
    let Masked::PrivatePost(status) = warrant.deed().what else { return Ok(None) };
    let Some((spoiler, text)) = read.private_post(warrant).await? else { return Ok(None) };
    let held = read.held(&[status], Some(warrant)).await?;
    let mut parts: Vec<String> =
        [spoiler, text].iter().map(|text| plain_text(text, remote)).filter(|text| !text.is_empty()).collect();
    parts.extend(besides(status, &held, remote));
    Ok(Some(parts.join("\n\n")))
}

/// The address an account was seen from that a form names by its keyed hash.
async fn seen_address(
    read: &mut Read,
    context: &Context,
    account: AccountId,
    name: &str,
) -> Result<Option<Hidden>, DatabaseError> {
    let Some(user) = read.user_of(account).await? else { return Ok(None) };
    let seen = read.seen_from(user).await?;
    Ok(seen.into_iter().map(|seen| seen.address).find(|address| address.exactly(&context.app.keys, account) == name))
}

// What was shown or not shown to somebody whose process died leaves no trace.
impl InStore for Reveal {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

impl InStore for RevealMedia {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}
