//! The way back to a batch that somebody left, by the record: it names who began which, also when it is at its end.

use crate::{
    access::Role,
    batches::Lately,
    clock::DAY,
    context::Context,
    ledger::Filter,
    mastodon::Instance,
    problem::Problem,
    record,
    store::{batches, operators, store_problem},
};

/// So many are named, the newest.
const MOST: usize = 3;
/// So many entries are looked through for them: batches of other kinds lie between.
const LOOKED_THROUGH: i64 = 20;

/// The newest batches of a kind that were begun on an instance within a day, running or not; a contractor's own alone.
///
/// # Errors
/// If the record or the console's own store cannot be read.
pub async fn lately(context: &Context, instance: &Instance, kind: &str) -> Result<Vec<Lately>, Problem> {
    let app = &context.app;
    let own = (context.actor.role == Role::Contractor).then(|| context.actor.operator.0.clone());
    let filter = Filter {
        kind: Some("batch_begun".to_owned()),
        instance: Some(instance.name.to_string()),
        operator: own,
        from: Some(context.now().plus(-DAY)),
        limit: LOOKED_THROUGH,
        ..Filter::default()
    };
    let entries = app.ledger.list(&filter).await.map_err(store_problem)?;
    let entries: Vec<_> = entries.iter().filter(|entry| entry.leaf["facts"]["kind"] == kind).take(MOST).collect();
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let people = operators::list(&app.store).await.map_err(store_problem)?;
    let mut lately = Vec::new();
    for entry in entries {
        let Some(id) = entry.leaf["subject"].as_str() else { continue };
        let line = record::line(entry, &record::name(&people, entry));
        let (what, state) = match batches::by_id(&app.store, &app.keys, id).await.map_err(store_problem)? {
            None => (line.what, ""),
            Some(batch) => {
                let state = match (batch.ended_at, batch.paused) {
                    (Some(_), _) => "finished",
                    (None, true) => "paused",
                    (None, false) => "in progress",
                };
                (super::what(app, &batch, &super::counts(app, &batch).await?).await?, state)
            }
        };
        lately.push(Lately { id: id.to_owned(), what, state, who: line.who, since: line.at });
    }
    Ok(lately)
}
