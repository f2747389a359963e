//! The record in words.

pub mod check;
pub mod elsewhere;
pub mod export;
pub mod instance_log;
pub mod words;

use super::{AuditPage, Checkpoint, EntryPage, Filter, Line, Outcome, Tree};
use crate::{
    access::Permission,
    clock::{DAY, Instant},
    context::Context,
    deeds::AnyDeed,
    domain_blocks::Severity,
    frame::{self, Framed},
    id::{AccountId, InstanceName},
    ledger::{self, Acting, Answer, Entry, LedgerError, ProvedBy, Sealed, Step, Subject},
    mastodon::{database::Limited, settings},
    path,
    problem::{Kind, Problem},
    registrations::RegistrationsMode,
    search::Search,
    store::{
        linked_accounts::{self, Linked},
        operators::{self, Operator},
    },
    ui,
};
use serde_json::Value;

const PAGE: i64 = 50;

fn unreadable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "audit.read");
    Problem::unavailable("The record cannot be read.", "Try again in a moment.")
}

fn outcome(entry: &Entry) -> Option<Outcome> {
    match (entry.kind.as_str(), entry.outcome) {
        ("intent", None) => Some(Outcome::Open),
        (_, Some(outcome)) => Some(outcome.into()),
        (_, None) => None,
    }
}

fn deed_of(entry: &Entry) -> Option<AnyDeed> {
    entry.document.as_ref().and_then(|document| serde_json::from_value(document["deed"].clone()).ok())
}

fn fact_clause(entry: &Entry) -> String {
    match entry.deed.as_str() {
        "signed_in" => match serde_json::from_value(entry.leaf["facts"]["by"].clone()) {
            Ok(ProvedBy::Password) => "signed in with the password alone".to_owned(),
            Ok(ProvedBy::Totp) => "signed in with password and code".to_owned(),
            Ok(ProvedBy::RecoveryCode) => "signed in with password and a recovery code".to_owned(),
            // Entries of before do not say.
            Err(_) => "signed in".to_owned(),
        },
        "signed_out" => "signed out".to_owned(),
        "sign_in_failed" => "failed to sign in".to_owned(),
        "code_failed" => "gave a wrong code after the right password".to_owned(),
        "second_factor_set" => "set up a second factor".to_owned(),
        "denied" => {
            let permission = &entry.leaf["facts"]["permission"];
            // One that there was before is named by its own word.
            let words = serde_json::from_value::<Permission>(permission.clone())
                .map_or_else(|_| permission.as_str().unwrap_or_default().replace('_', " "), |known| known.name().to_owned());
            format!("was refused “{words}”")
        }
        "changed_elsewhere" => elsewhere::clause(entry),
        "batch_begun" => format!("began {}", batch_words(&entry.leaf["facts"])),
        "batch_paused" => format!("paused {}", batch_words(&entry.leaf["facts"])),
        "rows_sealed" => sealed_words(&entry.leaf["facts"]),
        "row_resealed" => {
            let row = match entry.leaf["facts"]["row"].as_str() {
                Some("person") => "the row of a person",
                Some("grant") => "the row of a grant",
                _ => "the row of a linked account",
            };
            format!("took {row} in the store as it stands")
        }
        "head_sealed" => "sealed the head of the record and gave the store an id".to_owned(),
        "record_accepted" => "accepted the record as it stood, decided at the server".to_owned(),
        "token_left" => "could not take back the token of an ended link".to_owned(),
        "token_taken_back" => "took back the token of an ended link after all".to_owned(),
        "registrations_unsettled" => format!("found that not everything visitors meet says {}", settled_word(entry)),
        "registrations_settled" => format!("found that everything visitors meet says {} by now", settled_word(entry)),
        "batch_ended" => format!("came to the end of {}", batch_words(&entry.leaf["facts"])),
        "batch_resumed" => format!("let {} go on", batch_words(&entry.leaf["facts"])),
        other => other.replace('_', " "),
    }
}

/// To what registrations had been set, and by which entry.
fn settled_word(entry: &Entry) -> String {
    let facts = &entry.leaf["facts"];
    let mode = facts["mode"].as_str().and_then(|mode| mode.parse().ok()).map_or("as set", RegistrationsMode::word);
    format!("“{mode}” (entry {})", facts["entry"].as_str().unwrap_or_default())
}

/// How many rows were sealed at the first start of the version that seals them.
fn sealed_words(facts: &Value) -> String {
    let number = |key: &str| facts[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let refused = match number("refused") {
        0 => String::new(),
        some => format!("; refused {some} that the record does not bear out"),
    };
    format!(
        "sealed the rows of {}, {} and {}{refused}",
        ui::count(number("people"), "person", "people"),
        ui::count(number("grants"), "grant", "grants"),
        ui::count(number("links"), "linked account", "linked accounts"),
    )
}

/// What many at once are, of which kind.
fn batch_words(facts: &Value) -> String {
    let number = facts["number"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    match facts["kind"].as_str() {
        Some("decide_sign_up") => format!("a batch of {}", ui::count(number, "sign-up", "sign-ups")),
        Some("decide_case") => format!("a batch of {}", ui::count(number, "case", "cases")),
        Some("domain_import") => format!("an import of {}", ui::count(number, "server rule", "server rules")),
        _ => format!("a batch of {number}"),
    }
}

/// One entry as a line of the list.
pub fn line(entry: &Entry, who: &str) -> Line {
    let deed = deed_of(entry);
    let what = match (&deed, entry.kind.as_str()) {
        (Some(deed), _) => deed.sentence(),
        (None, "fact") => fact_clause(entry),
        (None, _) => format!("{} (sealed; it does not open)", entry.deed.replace('_', " ")),
    };
    let why = entry.document.as_ref().and_then(|document| document["why"].as_str()).unwrap_or_default().to_owned();
    Line {
        index: entry.index,
        at: entry.at,
        who: who.to_owned(),
        own_account: None,
        role: entry.leaf["role"].as_str().or(entry.leaf["facts"]["role"].as_str()).map(str::to_owned),
        instance: entry.instance.clone().and_then(|name| InstanceName::try_from(name).ok()),
        what,
        why,
        outcome: outcome(entry),
    }
}

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
        instance.pulse().account.clone().filter(|known| here && known.id.to_string() == account)
    });
    let name = service.map_or_else(|| format!("account {account}"), |known| format!("@{}", known.username));
    Some(format!("{name}, the service account"))
}

/// What is said on the page a deed leads to. “Done” only for what was read back; of one that is watched, what is known so far.
pub fn notice_sentence(entry: &Entry, line: &Line, watched: Option<&str>) -> String {
    let mut what = line.what.clone();
    if let Some(first) = what.get(..1) {
        let capital = first.to_uppercase();
        what.replace_range(..1, &capital);
    }
    let others = entry.outcome_facts["others closed"].as_u64().unwrap_or(0);
    let reports = ui::count(usize::try_from(others).unwrap_or(0), "report", "reports");
    let beside = match entry.leaf["facts"]["unread"].as_i64() {
        _ if others == 0 => String::new(),
        Some(unread) if unread > 0 => format!(" Mastodon closed {reports} more, which nobody here has read."),
        _ => format!(" Mastodon closed {reports} more that came in meanwhile."),
    };
    let beside = format!("{beside}{}", accounts_there(entry).unwrap_or_default());
    match line.outcome {
        Some(Outcome::Succeeded) if entry.outcome_facts["goes on"] == true => {
            format!("{what}: accepted. The instance does it in the background; look again in a while.")
        }
        Some(Outcome::Succeeded) => format!("{what}. Done and read back.{beside}"),
        Some(Outcome::Partly) if entry.deed == "set_registrations" => format!(
            "{what}: stored, and not yet seen everywhere. What visitors still meet stands under “What is true now”; the \
             console goes on until it agrees, for two hours."
        ),
        Some(Outcome::Partly) => format!("{what}: only partly done.{beside}"),
        Some(Outcome::Open) => {
            let so_far = watched.unwrap_or("sent, and not answered.");
            format!("Not certain yet: {}: {so_far} The console goes on looking for two minutes.", line.what)
        }
        Some(Outcome::Unknown) => format!("{what}: the state is right, but somebody else may have done it."),
        Some(Outcome::Failed) => format!("{what}: failed, nothing changed."),
        Some(Outcome::Stale) => format!("{what}: overtaken, nothing was sent."),
        Some(Outcome::Refused) => format!("{what}: refused."),
        None => what,
    }
}

/// What had become of the accounts that a rule about a server is for, when the deed was read back.
fn accounts_there(entry: &Entry) -> Option<String> {
    let there: Limited = serde_json::from_value(entry.outcome_facts["accounts there"].clone()).ok()?;
    if there.known == 0 {
        return None;
    }
    let severity = |of: &str| entry.leaf["facts"][of].as_str().and_then(|name| name.parse::<Severity>().ok());
    let first = if there.more { "first " } else { "" };
    let of = format!(
        "the {first}{} known there",
        ui::count(usize::try_from(there.known).unwrap_or(0), "account", "accounts")
    );
    let begun = match severity("after") {
        Some(Severity::Suspend) => Some((there.suspended, "suspended")),
        Some(Severity::Silence) => Some((there.silenced, "limited")),
        Some(Severity::Noop) | None => None,
    };
    let begun = begun.map(|(limited, word)| {
        if limited == there.known && !there.more {
            format!(" All of {of} {word}.")
        } else {
            format!(" {limited} of {of} {word} so far; the instance goes through them in the background.")
        }
    });
    let ended = match severity("before").filter(|before| severity("after").is_none_or(|after| after < *before)) {
        Some(Severity::Suspend) => Some((there.suspended, "suspended")),
        Some(Severity::Silence) => Some((there.silenced, "limited")),
        Some(Severity::Noop) | None => None,
    };
    let ended = ended.filter(|(limited, _)| *limited > 0).map(|(limited, word)| {
        let by_hand = if word == "suspended" { format!(", {} of them by hand", there.by_hand) } else { String::new() };
        format!(" {limited} of {of} still {word}{by_hand}.")
    });
    Some([begun, ended].into_iter().flatten().collect())
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

/// The beginning of a day like `2026-11-23`, UTC.
pub fn day(text: &str) -> Option<Instant> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant(at.timestamp().as_millisecond()))
}

/// What this person may see: everything, or their own deeds.
async fn scope(context: &Context) -> Result<bool, Problem> {
    if crate::access::allows(context.actor.role, Permission::ViewWholeLedger) {
        return Ok(true);
    }
    context.permit(Permission::ViewOwnLedger, None).await.map(|_| false)
}

fn filter(search: &Search) -> Filter {
    let text = |key: &str| search.get(key).unwrap_or_default().to_owned();
    Filter {
        who: text("who"),
        kind: text("kind"),
        outcome: text("outcome"),
        instance: text("instance"),
        account: text("account"),
        from: text("from"),
        to: text("to"),
    }
}

/// What the ledger is asked for: everything that fits, or of that one's own deeds.
fn asked(context: &Context, filter: &Filter, whole: bool, before: Option<i64>, limit: i64) -> ledger::Filter {
    // An account is looked for on the instance named, or on the only one there is.
    let about = filter.account.trim().parse::<AccountId>().ok();
    let on = context.visible().find(|instance| filter.instance.is_empty() || instance.name.as_str() == filter.instance);
    ledger::Filter {
        operator: if whole { Some(filter.who.clone()) } else { Some(context.actor.operator.0.clone()) },
        kind: Some(filter.kind.clone()),
        instance: Some(filter.instance.clone()),
        subject: about
            .zip(on)
            .map(|(account, on)| context.app.ledger.subject(&Subject::Account(on.name.clone(), account))),
        outcome: Some(filter.outcome.clone()),
        from: day(&filter.from),
        to: day(&filter.to).map(|at| at.plus(DAY)),
        before,
        limit,
    }
}

/// What did something that is no person: a command, a migration, or the console itself.
pub fn stranger(id: &str) -> String {
    if id == crate::grants::service::CONSOLE { "Howdah itself".to_owned() } else { format!("the {id}") }
}

/// The name of whoever did something, as the list has it.
pub fn name(people: &[Operator], entry: &Entry) -> String {
    match entry.operator.as_deref() {
        Some(id) => {
            people.iter().find(|person| person.id.0 == id).map_or_else(|| stranger(id), |person| person.name.clone())
        }
        None if entry.deed == "changed_elsewhere" => "somebody elsewhere".to_owned(),
        None if entry.deed == "sign_in_failed" => "a stranger".to_owned(),
        None => "the console itself".to_owned(),
    }
}

pub async fn list(context: &Context, search: &str) -> Result<Framed<AuditPage>, Problem> {
    let whole = scope(context).await?;
    let parsed = Search::parse(search);
    let filter = filter(&parsed);
    let app = &context.app;
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let asked = asked(context, &filter, whole, before, PAGE + 1);
    let mut entries = app.ledger.list(&asked).await.map_err(unreadable)?;
    let more = entries.len() > usize::try_from(PAGE).unwrap_or(0);
    entries.truncate(usize::try_from(PAGE).unwrap_or(0));
    let people = operators::list(&app.store).await.map_err(unreadable)?;
    let linked = linked_accounts::list(&app.store, &app.keys).await.map_err(unreadable)?;
    let older = entries
        .last()
        .filter(|_| more)
        .map(|last| format!("{}{}", path::AUDIT, parsed.with("before", &last.index.to_string())));
    let may_check = crate::access::allows(context.actor.role, Permission::CheckLedger);
    let page = AuditPage {
        tree: tree(context).await?,
        lines: entries
            .iter()
            .map(|entry| Line { own_account: own_account(&linked, entry), ..line(entry, &name(&people, entry)) })
            .collect(),
        people: if whole {
            people.iter().map(|person| (person.id.0.clone(), person.name.clone())).collect()
        } else {
            Vec::new()
        },
        whole,
        filter,
        older,
        search: search.to_owned(),
        check: may_check.then(|| app.ledger_check.shown()),
    };
    frame::build(context, current(context), path::AUDIT, search, page).await
}

/// The instance the rail goes on showing on pages about the console itself.
fn current(context: &Context) -> Option<&crate::mastodon::Instance> {
    context.visible().next().map(AsRef::as_ref)
}

pub async fn entry(context: &Context, index: &str, search: &str) -> Result<Framed<EntryPage>, Problem> {
    let whole = scope(context).await?;
    let missing = || Problem::not_found(format!("There is no entry {}.", ui::excerpt(index, 20)));
    let number: i64 = index.parse().map_err(|_| missing())?;
    let detail = context.app.ledger.entry(number).await.map_err(unreadable)?.ok_or_else(missing)?;
    if !whole && detail.entry.operator.as_deref() != Some(context.actor.operator.0.as_str()) {
        return Err(missing());
    }
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    let linked = linked_accounts::list(&context.app.store, &context.app.keys).await.map_err(unreadable)?;
    let line =
        Line { own_account: own_account(&linked, &detail.entry), ..line(&detail.entry, &name(&people, &detail.entry)) };
    let acting = as_whom(context, &linked, &detail.entry);
    let deed = deed_of(&detail.entry);
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
        _ if !as_appended => Some(
            "This entry, or one before it, is not as it was appended: what stands here proves nothing.".to_owned(),
        ),
        Sealed::Nothing | Sealed::Opened => None,
        Sealed::Destroyed => Some(
            "What this deed was about is sealed, and its key has been destroyed. The tree is whole all the same.".to_owned(),
        ),
        Sealed::Damaged => Some(
            "What this deed was about is sealed and does not open: the text was changed, or the secret key is another one."
                .to_owned(),
        ),
    };
    let page = EntryPage {
        line,
        acting,
        leaf: detail.leaf_text,
        leaf_hash: detail.leaf_hash,
        outcome_leaf: detail.outcome_leaf,
        before_after: deed.as_ref().map_or_else(|| elsewhere::fields(&detail.entry), AnyDeed::before_after),
        details: detail.entry.document.as_ref().map(|document| pairs(&readable(&document["deed"]))).unwrap_or_default(),
        seen: detail.seen.as_ref().map(answers).unwrap_or_default(),
        proof,
        tree: tree(context).await?,
        sealed,
    };
    frame::build(context, current(context), &path::audit_entry(number), search, page).await
}

/// A deed without what nobody reads here: the mail address or IP that was looked for, the code of an invitation, and keyed
/// hashes. Opening the entry is no reveal.
fn readable(deed: &Value) -> Value {
    let mut shown = deed.clone();
    if let Some(fields) = shown.as_object_mut() {
        match deed["deed"].as_str() {
            Some("search_personal") => {
                let kind = deed["what"].as_object().and_then(|what| what.keys().next()).cloned().unwrap_or_default();
                fields.insert("what".to_owned(), Value::String(kind.replace('_', " ")));
            }
            Some("issue_invite") => fields.retain(|key, _| key != "code"),
            Some("reveal") if deed["what"]["seen_address"].is_string() => {
                fields.insert("what".to_owned(), Value::String("seen address".to_owned()));
            }
            Some("decide_sign_up") => fields.retain(|key, _| !matches!(key.as_str(), "mail" | "address" | "words")),
            _ => {}
        }
    }
    shown
}

/// What was answered to each step of a deed, and what was read back, for reading.
fn answers(seen: &Value) -> Vec<(String, String)> {
    let steps = seen["steps"].as_array().cloned().unwrap_or_default();
    let mut lines: Vec<(String, String)> = steps
        .into_iter()
        .map(|step| {
            // What an older version wrote is shown as it stands.
            let Ok(step) = serde_json::from_value::<Step>(step.clone()) else {
                return ("step".to_owned(), step.to_string());
            };
            let answer = match step.answer {
                Answer::Accepted { .. } => "accepted".to_owned(),
                Answer::Refused { status, message } => format!("refused, {status}: {message}"),
                // Nothing was to be sent: it was asked, and said something else.
                Answer::NotSent { why } if step.what == settings::ASKED => why,
                Answer::NotSent { why } => format!("not sent: {why}"),
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
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.replace('_', " "), shown(value))).collect(),
        Value::Null => Vec::new(),
        other => vec![("value".to_owned(), shown(other))],
    }
}

pub async fn checkpoint(context: Context) -> Result<String, Problem> {
    context.permit(Permission::CheckLedger, None).await?;
    context.app.ledger.checkpoint().await.map_err(|error| {
        tracing::error!(%error, "checkpoint");
        Problem::new(Kind::Unavailable, format!("No checkpoint was taken: {error}."), "See the log of the server.")
    })?;
    Ok(path::AUDIT.to_owned())
}
