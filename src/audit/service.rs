//! The record in words.

pub mod access;
pub mod check;
pub mod export;
pub mod instance_log;
pub mod outside_changes;
pub mod saved;
pub mod timeline;
pub mod words;

use super::{AuditPage, Checkpoint, EntryPage, Filter, KINDS, Tree};
use crate::{
    access::Permission,
    context::Context,
    deeds::{AnyDeed, Masked, SetRegistrations},
    frame::{self, Framed},
    id::AccountId,
    ledger::{self, Acting, Answer, Batches, Deed, Entry, LedgerError, Narrow, Sealed, Step, Subject, unreadable},
    mastodon::settings,
    nouns::policies::Measure,
    path,
    problem::{Kind, Problem},
    record::{self, Covered, DENIED, DeedState, Line, as_told, line, name, shown_deed},
    search::{Search, accepts, unknown},
    store::{
        linked_accounts::{self, Linked},
        operators, saved_filters, untold,
    },
    ui,
};
use serde_json::Value;
use std::collections::BTreeSet;

const PAGE: i64 = 50;
/// How a day is written in a filter.
const DAY_TYPED: &str = "Enter a date, like 2026-11-23";

fn acting_of(entry: &Entry) -> Option<Acting> {
    serde_json::from_value(entry.leaf["acting"].clone()).ok()
}

/// The own account that a deed was done as; by its number where it is not linked any more.
fn own_account(linked: &[Linked], entry: &Entry) -> Option<String> {
    let Acting::Own(account) = acting_of(entry)? else { return None };
    let still = linked.iter().find(|linked| {
        linked.account.to_string() == account && Some(linked.instance.as_str()) == entry.instance.as_deref()
    });
    Some(still.map_or_else(|| format!("account {account}"), |linked| format!("@{}", linked.username)))
}

/// As which account a deed was done, in words; `None` where nothing goes to an instance.
fn as_whom(context: &Context, linked: &[Linked], entry: &Entry) -> Option<String> {
    if let Some(own) = own_account(linked, entry) {
        return Some(format!("{own}, their own account"));
    }
    let Acting::Service(account) = acting_of(entry)? else { return None };
    let service = context.app.instances.values().find_map(|instance| {
        let here = Some(instance.name.as_str()) == entry.instance.as_deref();
        instance.health().account.clone().filter(|known| here && known.id.to_string() == account)
    });
    let name = service.map_or_else(|| format!("account {account}"), |known| format!("@{}", known.username));
    Some(format!("{name}, the service account"))
}

async fn tree(context: &Context) -> Result<Tree, Problem> {
    let state = context.app.ledger.tree_state().await.map_err(unreadable)?;
    Ok(Tree {
        entries: state.size,
        root: state.root,
        checkpoint: state.checkpoint.map(|(entries, at, note)| Checkpoint { entries, at, note }),
        outside: state.outside.map(|place| {
            std::path::Path::new(&place)
                .file_name()
                .map_or(place.clone(), |name| format!("the file {}", name.to_string_lossy()))
        }),
    })
}

/// What this person may see: everything, or their own deeds.
async fn scope(context: &Context) -> Result<bool, Problem> {
    if crate::access::allows(context.actor.role, Permission::ViewWholeLedger) {
        return Ok(true);
    }
    context.permit(Permission::ViewOwnLedger, None).await.map(|_| false)
}

/// The values of a key: each by itself, or with commas between them; each once.
fn several(search: &Search, key: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in search.all(key).flat_map(|text| text.split(',')).map(str::trim).filter(|value| !value.is_empty()) {
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

/// So many ways of narrowing are looked for at once: each is a statement of its own.
const MOST_WAYS: usize = 24;

/// What fits any of the values of each field.
///
/// # Errors
/// Invalid, where there are too many.
fn ways(filter: &Filter, people: &[(&str, &str)]) -> Result<Vec<Narrow>, Problem> {
    let mut ways = Vec::new();
    if filter.q.is_empty() {
        ways = combined(filter);
    } else {
        let sought = filter.q.to_lowercase();
        let says = |words: &str| words.to_lowercase().contains(&sought);
        let free = |values: &[String], value: &str| values.is_empty() || values.iter().any(|own| own == value);
        for (id, _) in people.iter().filter(|(id, name)| says(name) && free(&filter.who, id)) {
            ways.extend(combined(&Filter { who: vec![(*id).to_owned()], ..filter.clone() }));
        }
        for (kind, _) in KINDS.iter().filter(|(kind, words)| (says(kind) || says(words)) && free(&filter.kind, kind)) {
            ways.extend(combined(&Filter { kind: vec![(*kind).to_owned()], ..filter.clone() }));
        }
        if ways.is_empty() {
            return Err(unknown("q", &filter.q, "Enter a part of a person’s name or of a kind of action"));
        }
    }
    if ways.len() > MOST_WAYS {
        let said = format!("These filters allow {} combinations, and {MOST_WAYS} at most are searched.", ways.len());
        return Err(Problem::new(Kind::Invalid, said, "Choose fewer values, or write more letters."));
    }
    Ok(ways)
}

/// One value of each field with one of each other.
fn combined(filter: &Filter) -> Vec<Narrow> {
    let one_empty = |values: &[String]| if values.is_empty() { vec![String::new()] } else { values.to_vec() };
    let mut ways = Vec::new();
    for operator in one_empty(&filter.who) {
        for kind in one_empty(&filter.kind) {
            for instance in one_empty(&filter.instance) {
                for outcome in one_empty(&filter.outcome) {
                    let way = Narrow {
                        operator: operator.clone(),
                        kind: kind.clone(),
                        instance: instance.clone(),
                        outcome: outcome.clone(),
                    };
                    // A try that the console refused is a fact, and has no outcome of its own.
                    if outcome == DeedState::Refused.name() && (kind.is_empty() || kind == DENIED) {
                        ways.push(Narrow { kind: DENIED.to_owned(), outcome: String::new(), ..way.clone() });
                    }
                    ways.push(way);
                }
            }
        }
    }
    ways
}

fn filter(search: &Search) -> Filter {
    let text = |key: &str| search.get(key).unwrap_or_default().trim().to_owned();
    Filter {
        who: several(search, "who"),
        kind: several(search, "kind"),
        outcome: several(search, "outcome"),
        instance: several(search, "instance"),
        q: text("q"),
        account: text("account"),
        from: text("from"),
        to: text("to"),
        zone: text("zone"),
        batches: text("batches"),
        batch: text("batch"),
        sign_ins: text("sign-ins"),
        console: text("console"),
    }
}

/// What the ledger is asked for: everything that fits, or of that one's own deeds.
///
/// # Errors
/// Invalid, with what is accepted, for a value that narrows to nothing anybody meant: a list that ignores it would show more
/// than was asked for. Unavailable, if a handle cannot be looked up.
async fn asked(
    context: &Context,
    filter: &Filter,
    people: &[operators::Operator],
    whole: bool,
) -> Result<ledger::Filter, Problem> {
    let outcomes = DeedState::RECORDED.map(|outcome| (outcome.name(), outcome.word()));
    let people: Vec<(&str, &str)> = people.iter().map(|person| (person.id.0.as_str(), person.name.as_str())).collect();
    let instances: Vec<(&str, &str)> =
        context.visible().map(|instance| (instance.name.as_str(), instance.title.as_str())).collect();
    let each = |key: &str, values: &[String], accepted: &[(&str, &str)]| {
        values.iter().try_for_each(|value| accepts(key, value, accepted))
    };
    each("kind", &filter.kind, &KINDS)?;
    each("outcome", &filter.outcome, &outcomes)?;
    each("instance", &filter.instance, &instances)?;
    accepts("batches", &filter.batches, &[("each", "Each entry of batches")])?;
    accepts("sign-ins", &filter.sign_ins, &[("no", "Without sign-ins")])?;
    accepts("console", &filter.console, &[("no", "Without the console’s own")])?;
    // Ids are nothing to choose from.
    if let Some(nobody) = filter.who.iter().find(|who| whole && !people.iter().any(|(id, _)| id == who)) {
        return Err(unknown("who", nobody, "Choose a person of the list"));
    }
    let zone = context.zone_typed(&filter.zone)?;
    let date = |field: &str, text: &str| match zone.day_typed(text) {
        None if !text.is_empty() => Err(unknown(field, text, DAY_TYPED)),
        day => Ok(day),
    };
    let who = if whole { filter.who.clone() } else { vec![context.actor.operator.0.clone()] };
    let narrowed = ledger::Filter {
        any: ways(&Filter { who, ..filter.clone() }, &people)?,
        subject: about(context, filter).await?,
        from: date("from", &filter.from)?.map(|(from, _)| from),
        to: date("to", &filter.to)?.map(|(_, after)| after),
        without_sign_ins: filter.sign_ins == "no",
        without_console: filter.console == "no",
        ..ledger::Filter::default()
    };
    if filter.batch.is_empty() { Ok(narrowed) } else { of_batch(context, narrowed, &filter.batch).await }
}

/// Narrowed to the deeds of one batch or import: they lie between the entry that began it and the one of its end, and are of
/// whoever began it.
async fn of_batch(context: &Context, asked: ledger::Filter, id: &str) -> Result<ledger::Filter, Problem> {
    // Between them there are as many facts as it was paused and resumed.
    let fact = async |kind: &str| {
        let filter = ledger::Filter {
            subject: Some(id.to_owned()),
            kind: Some(kind.to_owned()),
            limit: 1,
            ..ledger::Filter::default()
        };
        let mut found = context.app.ledger.list(&filter).await.map_err(unreadable)?;
        Ok::<_, Problem>(found.pop())
    };
    let begun = fact("batch_begun").await?;
    let own = |entry: &Entry| {
        asked.any.iter().any(|way| way.operator.is_empty() || entry.operator.as_ref() == Some(&way.operator))
    };
    let Some(begun) = begun.filter(own) else {
        return Err(unknown("batch", id, "Enter the ID of a batch or import that was started"));
    };
    let of_whom = begun.operator.clone().unwrap_or_default();
    let any = asked.any.iter().map(|way| Narrow { operator: of_whom.clone(), ..way.clone() }).collect();
    Ok(ledger::Filter {
        any,
        after: Some(begun.index),
        before: fact("batch_ended").await?.map(|entry| entry.index),
        batches: Batches::Of(id.to_owned()),
        ..asked
    })
}

/// The account that the list is narrowed to, as the ledger names it: an id, or a handle that the instance knows.
async fn about(context: &Context, filter: &Filter) -> Result<Option<String>, Problem> {
    let wrong = |what: &str| Problem::invalid("account", what);
    if filter.account.is_empty() {
        return Ok(None);
    }
    let mut on = context
        .visible()
        .filter(|own| filter.instance.is_empty() || filter.instance.iter().any(|name| own.name.as_str() == name));
    let (Some(instance), None) = (on.next(), on.next()) else {
        return Err(wrong("Choose the instance first: each has its own accounts."));
    };
    let account = match filter.account.parse::<AccountId>() {
        Ok(id) => id,
        Err(_) => crate::accounts::service::by_name(instance, &filter.account)
            .await?
            .ok_or_else(|| wrong("This account doesn’t exist on that instance. Enter its handle or ID."))?,
    };
    Ok(Some(context.app.ledger.subject(&Subject::Account(instance.name.clone(), account))))
}

pub async fn list(context: &Context, search: &str) -> Result<Framed<AuditPage>, Problem> {
    let whole = scope(context).await?;
    let parsed = Search::parse(search);
    let filter = filter(&parsed);
    let app = &context.app;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let people = operators::list(&app.store).await.map_err(unreadable)?;
    // What cannot be narrowed to is said above the list, which shows nothing then.
    let narrowed = match parsed.knows(&Filter::KEYS) {
        Ok(()) => asked(context, &filter, &people, whole).await,
        Err(unknown) => Err(unknown),
    };
    let covered = record::covered(context).await?;
    let out = if tells(&filter) { covered.number() } else { 0 };
    let mut entries = match &narrowed {
        Ok(asked) => {
            let batches = if filter.folds() { Batches::Folded } else { asked.batches.clone() };
            let before = before.or(asked.before);
            let asked = ledger::Filter { before, limit: with(PAGE + 1, out), batches, ..asked.clone() };
            let mut entries = app.ledger.list(&asked).await.map_err(unreadable)?;
            if !whole {
                let proved = match app.ledger.those_proved(&entries).await {
                    Ok(proved) => proved,
                    // Every page says so then.
                    Err(LedgerError::Contradicted(_)) => BTreeSet::new(),
                    Err(error) => return Err(unreadable(error)),
                };
                entries.retain(|entry| proved.contains(&entry.index));
            }
            entries.retain(|entry| out == 0 || !covered.has(entry.index));
            entries.into_iter().map(|entry| as_told(&context.actor, entry)).collect()
        }
        Err(_) => Vec::new(),
    };
    let more = entries.len() > usize::try_from(PAGE).unwrap_or(0);
    entries.truncate(usize::try_from(PAGE).unwrap_or(0));
    let linked = linked_accounts::list(&app.store, &app.keys).await.map_err(unreadable)?;
    let older = entries
        .last()
        .filter(|_| more)
        .map(|last| format!("{}{}", path::AUDIT, parsed.with("before", &last.index.to_string())));
    let may_check = crate::access::allows(context.actor.role, Permission::CheckLedger);
    let saved = saved_filters::list(&app.store, &context.actor.operator).await.map_err(unreadable)?;
    let lines: Vec<Line> = entries
        .iter()
        .map(|entry| {
            told(&covered, Line { own_account: own_account(&linked, entry), ..line(entry, &name(&people, entry)) })
        })
        .collect();
    let page = AuditPage {
        tree: tree(context).await?,
        said: saved::said(&parsed, &saved),
        saved,
        lines,
        left_out: out > 0 && narrowed.is_ok(),
        in_review: covered.number(),
        people: if whole {
            people.iter().map(|person| (person.id.0.clone(), person.name.clone())).collect()
        } else {
            Vec::new()
        },
        instances: context.visible().map(|instance| (instance.name.clone(), instance.title.clone())).collect(),
        whole,
        filter,
        wrong: narrowed.err(),
        older,
        search: search.to_owned(),
        check: may_check.then(|| app.ledger_check.shown()),
    };
    frame::build(context, context.current(), path::AUDIT, search, page).await
}

/// A line as this person is told it.
fn told(covered: &Covered, line: Line) -> Line {
    if covered.has(line.index) { line.in_review() } else { line }
}

/// Whether a list says by its filter whose what is in it was, or what: then it has nothing of what is covered. So many more are read
/// as there may be, so that neither a shorter page nor where the next one begins tells that some were there.
fn tells(filter: &Filter) -> bool {
    !(filter.who.is_empty()
        && filter.kind.is_empty()
        && filter.outcome.is_empty()
        && filter.q.is_empty()
        && filter.batch.is_empty())
}

/// So many, and those that may be left out of them.
fn with(limit: i64, out: usize) -> i64 {
    limit.saturating_add(i64::try_from(out).unwrap_or(i64::MAX))
}

pub async fn entry(context: &Context, index: &str, search: &str) -> Result<Framed<EntryPage>, Problem> {
    let whole = scope(context).await?;
    let missing = || Problem::never_there(format!("Entry {} doesn’t exist.", ui::excerpt(index, 20)));
    let number: i64 = index.parse().map_err(|_| missing())?;
    let mut detail = context.app.ledger.entry(number).await.map_err(unreadable)?.ok_or_else(missing)?;
    // Whoever reads their own alone reads what stands under the sealed head as theirs.
    if !whole {
        let own = |leaf: &Value| leaf["operator"] == context.actor.operator.0.as_str();
        match context.app.ledger.proved(number).await {
            Ok(leaf) if own(&leaf) => {}
            Ok(_) | Err(LedgerError::Contradicted(_) | LedgerError::Entry(_)) => return Err(missing()),
            Err(error) => return Err(unreadable(error)),
        }
    }
    if record::covered(context).await?.has(number) {
        return Err(Problem::review_first("You are to review this decision", number));
    }
    detail.entry = as_told(&context.actor, detail.entry);
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    let linked = linked_accounts::list(&context.app.store, &context.app.keys).await.map_err(unreadable)?;
    let line =
        Line { own_account: own_account(&linked, &detail.entry), ..line(&detail.entry, &name(&people, &detail.entry)) };
    let acting = as_whom(context, &linked, &detail.entry);
    let deed = shown_deed(&detail.entry);
    let ledger = &context.app.ledger;
    let (proof, as_appended) = match ledger.proved(number).await {
        Ok(_) => (ledger.proof(number).await.map_err(unreadable)?.map(|proof| proof.path), true),
        Err(error @ (LedgerError::Contradicted(_) | LedgerError::Entry(_))) => {
            tracing::error!(%error, number, "audit.not_proved");
            (None, false)
        }
        // That it cannot be read says nothing of the entry.
        Err(error) => return Err(unreadable(error)),
    };
    let sealed = match detail.entry.sealed {
        _ if !as_appended => {
            Some("This entry, or one before it, has been altered: nothing here is evidence.".to_owned())
        }
        Sealed::Nothing | Sealed::Opened => None,
        Sealed::Destroyed => Some(
            "The content of this action is sealed and its key has been destroyed. The log is still intact.".to_owned(),
        ),
        Sealed::Damaged => Some(
            "The content of this action is sealed and can’t be opened: the text was altered, or the secret key \
            has changed."
                .to_owned(),
        ),
        Sealed::Missing => Some(
            "The content of this action is sealed and can’t be opened: its key is missing, though no action \
            destroyed it."
                .to_owned(),
        ),
    };
    let page = EntryPage {
        line,
        acting,
        request: detail.entry.leaf["request"].as_str().map(str::to_owned),
        leaf: detail.leaf_text,
        leaf_hash: detail.leaf_hash,
        outcome_leaf: detail.outcome_leaf,
        before_after: deed.as_ref().map_or_else(|| outside_changes::fields(&detail.entry), AnyDeed::before_after),
        details: deed
            .as_ref()
            .zip(detail.entry.document.as_ref())
            .map(|(deed, document)| pairs(&readable(deed, &document["deed"])))
            .unwrap_or_default(),
        seen: detail.seen.as_ref().map(answers).unwrap_or_default(),
        proof,
        tree: tree(context).await?,
        sealed,
    };
    frame::build(context, context.current(), &path::audit_entry(number), search, page).await
}

/// The fields of a deed without what nobody reads here, and with what stands in a word's place.
fn readable(deed: &AnyDeed, words: &Value) -> Value {
    let mut shown = words.clone();
    let Some(fields) = shown.as_object_mut() else { return Value::Null };
    // Its kind is what its sentence says.
    fields.retain(|key, _| key != "deed" && !deed.unread().contains(&key.as_str()));
    let mut told = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    let sort = |what: &Value| Value::from(what.as_str().unwrap_or_default().replace('_', " "));
    match deed {
        AnyDeed::SearchPersonal(deed) => {
            told("what", sort(&deed.facts()["by"]));
        }
        AnyDeed::Reveal(deed) => {
            told("what", sort(&deed.facts()["what"]));
            if let Masked::PrivatePost(post) = &deed.what {
                told("post", Value::from(post.to_string()));
            }
        }
        AnyDeed::ChangePolicy(deed) => {
            told("version of the policy", Value::from(deed.version + 1));
        }
        AnyDeed::SetRegistrations(SetRegistrations { by: Some(by), .. }) => {
            told("rule of the policy", Value::from(rule_words(&by.rule)));
            told("version of the policy", Value::from(by.version));
        }
        _ => {}
    }
    shown
}

/// What a policy did something for, as people call it.
fn rule_words(rule: &str) -> String {
    match rule {
        "hold" => "a hold by hand",
        "emergency" => "emergency",
        "end" => "the end of what was held",
        "week" => "the weekly schedule",
        "otherwise" => "no rule in force",
        "limit" => "set by hand outside the policy",
        other => Measure::parse(other).map_or(other, |measure| measure.name()),
    }
    .to_owned()
}

/// What was answered to each step of a deed, and what was read back, for reading.
fn answers(seen: &Value) -> Vec<(String, String)> {
    let steps = seen["steps"].as_array().cloned().unwrap_or_default();
    let mut lines: Vec<(String, String)> = steps
        .into_iter()
        .map(|step| {
            // What an older version wrote is shown as it stands.
            let Ok(step) = serde_json::from_value::<Step>(step.clone()) else {
                return ("step".to_owned(), said(&step));
            };
            let answer = match step.answer {
                Answer::Accepted { .. } => "accepted".to_owned(),
                Answer::Refused { status, message } => format!("refused, {status}: {message}"),
                // Nothing was to be sent: it was asked, and said something else.
                Answer::NotSent { why } if step.what == settings::ASKED => why,
                Answer::NotSent { why } => format!("not sent: {why}"),
                Answer::RefusedInFront { why } => format!("not Mastodon’s answer: {why}"),
                Answer::Lost { why } => format!("no answer: {why}"),
            };
            (step.what, answer)
        })
        .collect();
    if seen["closed by reading"] == true {
        lines.push(("closed".to_owned(), "by reading, after its process had ended".to_owned()));
    }
    lines.extend(pairs(&seen["seen"]));
    lines
}

/// A document as names and values, for reading.
fn pairs(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.replace('_', " "), said(value))).collect(),
        Value::Null => Vec::new(),
        other => vec![("value".to_owned(), said(other))],
    }
}

/// A value in words: lists with commas, and of what is yes or no the names of those that are.
fn said(value: &Value) -> String {
    let joined = |parts: Vec<String>| if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => joined(values.iter().map(said).collect()),
        Value::Object(map) => {
            let part = |(key, value): (&String, &Value)| match value {
                Value::Bool(false) => None,
                Value::Bool(true) => Some(key.replace('_', " ")),
                other => Some(format!("{}: {}", key.replace('_', " "), said(other))),
            };
            joined(map.iter().filter_map(part).collect())
        }
    }
}

/// Somebody has read what came of an action of theirs. It is no deed: it changes nothing for anybody else, nor what the entry says.
pub async fn know_told(context: Context, entry: String, back: String) -> Result<String, Problem> {
    context.permit(Permission::ViewOwnLedger, None).await?;
    let number = entry.parse().map_err(|_| Problem::never_there("This entry doesn’t exist."))?;
    untold::told(&context.app.store, number, &context.actor.operator).await?;
    context.app.listeners.look();
    Ok(path::ours(&back))
}

pub async fn checkpoint(context: Context) -> Result<String, Problem> {
    context.permit(Permission::CheckLedger, None).await?;
    context.app.ledger.checkpoint().await.map_err(|error| {
        tracing::error!(%error, "checkpoint");
        Problem::new(Kind::Unavailable, format!("No checkpoint was taken: {error}."), "See the server’s log.")
    })?;
    Ok(path::AUDIT.to_owned())
}
