//! Destroying what stands sealed in the record: the entries stay, and one more says that it was done.

use crate::{
    access::{self, Actor, Permission},
    carry_out::InStore,
    carry_out::opened,
    clock::{DAY, Timestamp},
    context::App,
    deeds::{DestroyWords, Destruction},
    ledger::{self, Answer, Deed, Ledger, Outcome, Verdict},
    operators::service::command_actor,
    problem::{Kind, Problem},
    store::store_problem,
    text::Why,
};
use serde_json::json;

/// So many keys are destroyed by one deed.
const AT_ONCE: usize = 200;

/// The subject of an entry, by its keyed hash.
///
/// # Errors
/// If there is no such entry, or nothing in it is sealed.
pub async fn subject_of(app: &App, entry: i64) -> Result<String, Problem> {
    let found = app.ledger.entry(entry).await.map_err(store_problem)?;
    let found = found.ok_or_else(|| Problem::not_found(format!("Entry {entry} doesn’t exist.")))?;
    let subject = found.entry.leaf["key"].as_str().and_then(|key| key.split(':').next());
    subject.map(str::to_owned).ok_or_else(|| {
        Problem::new(Kind::Invalid, format!("Nothing in entry {entry} is sealed."), "Name another entry.")
    })
}

/// Destroys all keys that seal what concerns a subject; how many there were.
///
/// # Errors
/// Forbidden, none are left, or the record cannot be written: then nothing was destroyed.
pub async fn destroy_about(app: &App, actor: &Actor, subject: &str, why: Why) -> Result<usize, Problem> {
    if subject.len() != 64 || !subject.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::invalid("subject", "A subject is the 64 hex digits in the leaf of an entry."));
    }
    let keys = app.ledger.keys_of(subject).await.map_err(store_problem)?;
    if keys.is_empty() {
        return Err(Problem::new(Kind::Conflict, "Nothing sealed is left about this subject.", ""));
    }
    let mut destroyed = 0;
    for some in keys.chunks(AT_ONCE) {
        let deed = DestroyWords { about: Some(subject.to_owned()), keys: some.to_vec(), because: Destruction::Request };
        destroyed += destroy(app, actor, deed, why.clone()).await?;
    }
    Ok(destroyed)
}

/// Destroys the keys that are older at this instant than the configuration keeps them; how many.
pub async fn destroy_old(app: &App, now: Timestamp) -> Result<usize, Problem> {
    let Some(days) = app.config.words_kept_days else { return Ok(0) };
    let before = now.plus(-days.saturating_mul(DAY));
    let keys = app.ledger.keys_older(before, AT_ONCE).await.map_err(store_problem)?;
    if keys.is_empty() {
        return Ok(0);
    }
    let deed = DestroyWords { about: None, keys, because: Destruction::Retention };
    destroy(app, &Ledger::command_actor(ledger::CONSOLE), deed, "words_kept_days".into()).await
}

async fn destroy(app: &App, actor: &Actor, deed: DestroyWords, why: Why) -> Result<usize, Problem> {
    let permit = access::permit(actor, Permission::ManageOperators, None).map_err(|denied| {
        Problem::new(Kind::Forbidden, format!("Nothing was destroyed: {denied}."), "Ask an owner.")
    })?;
    let warrant = opened(app, permit, deed, why).await?;
    let answered = app.ledger.destroy_words(warrant, |deed| &deed.keys).await;
    let done = answered.steps().iter().filter(|step| matches!(step.answer, Answer::Accepted { .. })).count();
    let outcome = match done {
        0 => Outcome::Failed,
        some if some < answered.steps().len() => Outcome::Partly,
        _ => Outcome::Succeeded,
    };
    let verdict = Verdict { outcome, facts: json!({ "destroyed": done }), seen: json!({}) };
    if let Err(error) = app.ledger.close(&answered, &verdict).await {
        // It stays open and is closed by the sweep.
        tracing::error!(%error, index = answered.index(), deed = DestroyWords::KIND, "words.close");
    }
    Ok(done)
}

/// The same, as somebody at the server.
///
/// # Errors
/// None are left, or the record cannot be written.
pub async fn destroy_at_server(app: &App, subject: &str, why: Why) -> Result<usize, Problem> {
    destroy_about(app, &command_actor(), subject, why).await
}

// Keys that are gone may have gone by another deed.
impl InStore for DestroyWords {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}
