//! What changed on an instance without this console: noticed by looking every few minutes, and put into the record.
//!
//! Mastodon logs no settings, no edits of roles by command, and nothing done by SQL. So settings, roles, their members, all
//! rules, sanctions, appeals and who stands in Mastodon's log are compared with what they were when last looked at; what differs, and is not what a deed of ours meant, is a
//! fact. The first look makes none. An instance that does not answer is looked at again later, and compared with the last
//! look there was.

use super::unreadable;
use crate::{
    clock::{DAY, MINUTE, SECOND, Timestamp},
    context::{App, Context},
    deeds::{ChangedRow, addresses, review, rules},
    domain_blocks::{AddressRule, Domain},
    id::{AccountId, InstanceName},
    ledger::{Entry, Fact, Filter, LedgerError, NOT_SEEN, Outcome, OutsideChange, Subject},
    mastodon::{
        Instance,
        database::{DatabaseError, WatchedPart},
        settings::{MESSAGE, MODE, read_yaml},
    },
    problem::Problem,
    record::{Line, line, name, shown_deed},
    roles,
    seal::Keys,
    store::{
        snapshots::{self, Snapshot},
        sought::LOOKED_FOR,
    },
    ui::{self, time},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How often an instance is looked at.
pub const EVERY: i64 = 5 * MINUTE;
/// How soon again where it could not be.
const AGAIN: i64 = 30 * SECOND;
/// Changes of one part that are said one by one; the rest are one entry that says how many.
const MOST_FACTS: usize = 200;
/// A deed is opened at most so long before what it did is seen.
const OPENED_BEFORE: i64 = DAY;
/// The deeds about one thing that are asked whether they meant it.
const MOST_DEEDS: i64 = 50;
/// A longer value of a setting is compared and not kept.
const LONGEST_VALUE: usize = 200;

/// Why an instance could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Instance(#[from] DatabaseError),
    #[error("the console's store: {0}")]
    Store(#[from] sqlx::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("what was kept cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
}

/// Rows as they are kept: key and content.
type Rows = BTreeMap<String, Value>;

/// One row that is not as it was.
struct Change {
    key: String,
    before: Option<Value>,
    now: Option<Value>,
    /// What is there now, in full.
    whole: Option<Value>,
}

impl Change {
    fn found(&self, part: WatchedPart) -> ChangedRow<'_> {
        ChangedRow { part, key: &self.key, before: self.before.as_ref(), now: self.whole.as_ref() }
    }
}

/// Looks at an instance if it is its turn and this process gets it; how many entries were made, `None` where it was not.
///
/// # Errors
/// Why it could not be looked at; it is tried again soon.
pub async fn take_turn(app: &App, instance: &Instance) -> Result<Option<usize>, Trouble> {
    let now = app.clock.now();
    if !snapshots::claim(&app.store, &instance.name, now, now.plus(EVERY)).await? {
        return Ok(None);
    }
    let looked = compare(app, instance).await;
    // What takes too long now takes too long again soon.
    if looked.as_ref().is_err_and(|error| !matches!(error, Trouble::Instance(DatabaseError::Slow))) {
        snapshots::due(&app.store, &instance.name, now.plus(AGAIN)).await?;
    }
    looked.map(Some)
}

/// Compares an instance with what it was, part by part.
///
/// # Errors
/// Why it could not be compared; what was not kept is compared anew.
pub async fn compare(app: &App, instance: &Instance) -> Result<usize, Trouble> {
    let mut facts = 0;
    let mut roles = BTreeMap::new();
    // One part that cannot be read must not keep the others from being compared.
    let mut trouble = None;
    for part in WatchedPart::ALL {
        match compare_part(app, instance, part, &mut roles).await {
            Ok(found) => facts += found,
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    trouble.map_or(Ok(facts), Err)
}

async fn compare_part(
    app: &App,
    instance: &Instance,
    part: WatchedPart,
    roles: &mut BTreeMap<String, String>,
) -> Result<usize, Trouble> {
    let (store, keys, name) = (&app.store, &app.keys, &instance.name);
    let before = snapshots::read(store, name, part.name()).await?;
    // What is found was so after this moment, and before the one after reading.
    let taken_at = app.clock.now();
    let (number, hash, found) = {
        let mut read = instance.database.read().await?;
        if !read.can_tell(part) {
            return Ok(0);
        }
        let (number, hash) = read.part_hash(part).await?;
        let hash = keys.hash("snapshot", hash.as_bytes());
        if let Some(kept) = before.as_ref().filter(|kept| kept.holds && kept.hash == hash && kept.number == number) {
            drop(read);
            snapshots::same(store, keys, name, part.name(), kept, taken_at).await?;
            return Ok(0);
        }
        let mut found = if number <= part.most() { Some(read.part_rows(part).await?) } else { None };
        if let (WatchedPart::Appeals, Some(found), Some(before)) = (part, &mut found, &before) {
            // One that waited and is none of the newest is found by its number once it is decided.
            let was = match snapshots::rows(store, keys, name, part.name()).await? {
                Some(text) if before.holds => serde_json::from_str::<Rows>(&text)?,
                _ => Rows::new(),
            };
            let there: BTreeSet<&str> = found.iter().map(|row| row.key.as_str()).collect();
            let left = was.iter().filter(|(key, row)| row["state"] == "waiting" && !there.contains(key.as_str()));
            let left: Vec<i64> = left.filter_map(|(key, _)| sanction_of(key).1.parse().ok()).collect();
            if !left.is_empty() {
                found.extend(read.decided_parts(&left).await?);
            }
        }
        (number, hash, found)
    };
    let to = app.clock.now();
    let mut whole = Rows::new();
    for row in found.iter().flatten() {
        whole.insert(row.key.clone(), serde_json::from_str(&row.content)?);
    }
    let kept: Rows = whole.iter().map(|(key, content)| (key.clone(), keep(part, keys, key, content))).collect();
    let mut facts = 0;
    if let Some(before) = before.as_ref().filter(|before| !before.holds) {
        facts = Noticed { app, instance, part, from: before.taken_at, to }.not_known(&hash).await?;
    } else if let Some(before) = &before {
        let was = match snapshots::rows(store, keys, name, part.name()).await? {
            Some(text) => Some(serde_json::from_str::<Rows>(&text)?),
            None => None,
        };
        let noticed = Noticed { app, instance, part, from: before.taken_at, to };
        facts = match (was, &found) {
            (Some(was), Some(_)) => {
                match part {
                    WatchedPart::Roles => {
                        roles.extend(was.iter().chain(&kept).map(|(id, role)| (id.clone(), role_name(role))))
                    }
                    WatchedPart::Members => {
                        let stored =
                            snapshots::rows(store, keys, name, WatchedPart::Roles.name()).await?.unwrap_or_default();
                        let stored: Rows = serde_json::from_str(&stored).unwrap_or_default();
                        for (id, role) in &stored {
                            roles.entry(id.clone()).or_insert_with(|| role_name(role));
                        }
                    }
                    _ => {}
                }
                noticed.each(differences(part, was, &kept, &whole), roles).await?
            }
            _ => noticed.too_many(number, &hash).await?,
        };
    }
    let rows = match &found {
        Some(_) => Some(serde_json::to_string(&kept)?),
        None => None,
    };
    let taken = Snapshot { taken_at, number, hash, rows: found.is_some(), holds: true };
    let at = before.map(|before| before.taken_at);
    snapshots::keep(store, keys, name, part.name(), at, &taken, rows.as_deref()).await?;
    Ok(facts)
}

/// The rules of one network that are not as they were, each by itself: bits of a host make several of one network. One that was
/// made anew as it was is the same; what is left is paired by its number. A former version of the console kept the harshest
/// alone, and without its number.
fn changed_rules(key: &str, was: Option<Value>, now: Option<&Value>) -> Vec<Change> {
    let mut now: Vec<Value> = now.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut was = match was {
        Some(Value::Array(rules)) => rules,
        Some(former) => {
            let harshest = now.iter().max_by_key(|rule| rule["severity"].as_i64()).cloned();
            now.retain(|rule| harshest.as_ref() == Some(rule));
            vec![former]
        }
        None => Vec::new(),
    };
    let says = |rule: &Value| (rule["severity"].clone(), rule["comment"].clone(), rule["until"].clone());
    // Of two alike, the one that is there still is the same one.
    was.retain(|before| now.iter().position(|rule| rule == before).map(|same| now.remove(same)).is_none());
    was.retain(|before| {
        let same = now.iter().position(|rule| says(rule) == says(before));
        same.map(|same| now.remove(same)).is_none()
    });
    let mut changes = Vec::new();
    for before in was {
        let is_it = |rule: &Value| before["id"].is_null() || rule["id"] == before["id"];
        let now = now.iter().position(is_it).map(|at| now.remove(at));
        changes.push(Change { key: key.to_owned(), before: Some(before), whole: now.clone(), now });
    }
    let made = now.into_iter().map(|rule| Change {
        key: key.to_owned(),
        before: None,
        whole: Some(rule.clone()),
        now: Some(rule),
    });
    changes.extend(made);
    changes
}

fn differences(part: WatchedPart, mut was: Rows, kept: &Rows, whole: &Rows) -> Vec<Change> {
    if part == WatchedPart::AddressBlocks {
        let keys: BTreeSet<String> = was.keys().chain(kept.keys()).cloned().collect();
        let changed = |key: String| changed_rules(&key, was.remove(&key), kept.get(&key));
        return keys.into_iter().flat_map(changed).collect();
    }
    let number_of = |key: &str| sanction_of(key).1.parse::<i64>().ok();
    let newest = was.keys().filter_map(|key| number_of(key)).max();
    // A column that an upgrade adds or drops is no change of anybody's.
    let same = |key: &str, before: &Option<Value>, now: &Option<Value>| match (part, before, now) {
        (WatchedPart::Roles, Some(Value::Object(before)), Some(Value::Object(now))) => {
            before.iter().all(|(key, value)| now.get(key).is_none_or(|other| other == value))
        }
        // A log grows; only what is gone from it was changed by somebody. New rows may stand for as many that went: then the
        // first is another one.
        (WatchedPart::LogAuthors, Some(before), Some(now)) => {
            now["rows"].as_i64() >= before["rows"].as_i64() && now["first"].as_i64() <= before["first"].as_i64()
        }
        (WatchedPart::LogAuthors, None, Some(_)) => true,
        (WatchedPart::Sanctions, Some(_), Some(_)) => true,
        // That somebody appeals is their own doing, and an appeal goes with its account; what is decided is the staff's.
        // As newer ones went, an older one is among the newest again: when it was decided was not seen.
        (WatchedPart::Appeals, None, Some(_)) if newest.is_some() && number_of(key) < newest => true,
        (WatchedPart::Appeals, before, Some(now)) => {
            let state = before.as_ref().map_or("waiting", |row| row["state"].as_str().unwrap_or_default());
            now["state"] == state
        }
        (WatchedPart::Appeals, _, None) => true,
        _ => before == now,
    };
    // With 4.7 those who deleted themselves are not suspended any more: that is the upgrade, and nobody's doing.
    let told = |rows: &Rows| rows.values().find_map(|row| row["told"].as_str().map(str::to_owned));
    let redefined =
        part == WatchedPart::Sanctions && told(&was).zip(told(kept)).is_some_and(|(before, now)| before != now);
    let keys: BTreeSet<String> = was.keys().chain(kept.keys()).cloned().collect();
    let changed = keys.into_iter().filter_map(|key| {
        let before = was.remove(&key);
        let now = kept.get(&key).cloned();
        let moved = redefined && matches!(sanction_of(&key).1, "suspended" | "deleted");
        (!moved && !same(&key, &before, &now)).then(|| Change { whole: whole.get(&key).cloned(), before, now, key })
    });
    told_once(part, changed.collect())
}

/// Up to 4.6 whoever is deleted is suspended by that, and both end together: that is one thing, and told once.
fn told_once(part: WatchedPart, mut changes: Vec<Change>) -> Vec<Change> {
    if part == WatchedPart::Sanctions {
        let at_once: BTreeSet<(String, bool)> =
            changes.iter().map(|change| (change.key.clone(), change.now.is_some())).collect();
        changes.retain(|change| {
            let (id, sanction) = sanction_of(&change.key);
            let begins = change.now.is_some();
            let other = match (sanction, begins) {
                ("suspended", true) => "deleted",
                ("deleted", false) => "suspended",
                _ => return true,
            };
            !at_once.contains(&(format!("{id} {other}"), begins))
        });
    }
    changes
}

/// Names of settings whose values are never kept: Mastodon has none with a secret today, forks and plug-ins do.
fn is_secret(name: &str) -> bool {
    ["key", "password", "token", "secret", "credential"].iter().any(|word| name.contains(word))
}

/// A row as it is kept. Of a setting that is long or looks secret only a keyed hash stays.
fn keep(part: WatchedPart, keys: &Keys, name: &str, content: &Value) -> Value {
    let (WatchedPart::Settings, Some(values)) = (part, content.as_array()) else { return content.clone() };
    let kept = values.iter().map(|value| match value.as_str() {
        Some(text) if is_secret(name) || text.chars().count() > LONGEST_VALUE => {
            json!({ "hidden": keys.hash("setting", text.as_bytes()), "length": text.chars().count() })
        }
        _ => value.clone(),
    });
    Value::Array(kept.collect())
}

/// One look at one part, on its way into the record.
struct Noticed<'a> {
    app: &'a App,
    instance: &'a Instance,
    part: WatchedPart,
    from: Timestamp,
    to: Timestamp,
}

impl Noticed<'_> {
    async fn each(&self, changes: Vec<Change>, roles: &BTreeMap<String, String>) -> Result<usize, Trouble> {
        let mut left = Vec::new();
        for change in changes {
            if !self.ran_out(&change) && !self.is_ours(&change).await? {
                left.push(change);
            }
        }
        let causes = self.causes(left.get(..MOST_FACTS).unwrap_or(&left)).await?;
        for (number, change) in left.iter().take(MOST_FACTS).enumerate() {
            let (mut said, fields) = words(self.part, change, roles);
            said.push_str(causes.get(number).map_or("", String::as_str));
            let sealed = json!({
                "said": said,
                "name": change.key,
                "fields": fields,
                "now": self.part.eq(&WatchedPart::Settings).then(|| value_words(change.now.as_ref())),
            });
            let mut now = change.now.as_ref().map(Value::to_string).unwrap_or_default();
            match self.part {
                // Several of one account may begin or end at once.
                WatchedPart::Sanctions => now = format!("{} {now}", change.key),
                // And several rules of one network.
                WatchedPart::AddressBlocks => now = format!("{:?} {now}", change.before),
                _ => {}
            }
            self.record(subject(&self.instance.name, self.part, &change.key), &now, sealed).await?;
        }
        if left.len() <= MOST_FACTS {
            return Ok(left.len());
        }
        let rest = left.len() - MOST_FACTS;
        let said = format!("{} more changes among {}, too many to list", ui::grouped(rest), self.part.words());
        let all = left.iter().map(|change| format!("{} {:?}", change.key, change.now)).collect::<String>();
        self.record(self.as_a_whole(), &all, json!({ "said": said, "fields": [] })).await?;
        Ok(MOST_FACTS + 1)
    }

    /// What most likely brought each about, as far as Mastodon's own log says; nothing for what it never logs.
    async fn causes(&self, changes: &[Change]) -> Result<Vec<String>, Trouble> {
        if !matches!(self.part, WatchedPart::Sanctions | WatchedPart::LogAuthors) || changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut read = self.instance.database.read().await?;
        let mut causes = Vec::new();
        for change in changes {
            if self.part == WatchedPart::LogAuthors {
                let there = match change.key.parse::<AccountId>() {
                    Ok(account) => read.account(account).await?.is_some(),
                    Err(_) => true,
                };
                causes.push(
                    match (there, &change.now) {
                        (false, _) => {
                            ": Mastodon deletes them with the account. What they did through this console is in \
                            this audit log"
                        }
                        (true, None) => ": the account still exists, and Mastodon never deletes entries by itself",
                        (true, Some(_)) => ", which never deletes entries by itself",
                    }
                    .to_owned(),
                );
                continue;
            }
            let (id, sanction) = sanction_of(&change.key);
            let Ok(account) = id.parse::<AccountId>() else {
                causes.push(String::new());
                continue;
            };
            let user = read.user_of(account).await?;
            let action = logged_as(sanction, change.now.is_some());
            let row = read.logged_about(account, user).await?.into_iter();
            // A look is never so late that a row before the last one is meant.
            let row =
                row.filter(|row| row.at >= self.from.plus(-MINUTE)).find(|row| Some(row.action.as_str()) == action);
            causes.push(match (row, sanction) {
                (Some(row), _) => match row.by_username {
                    Some(name) => format!(", by @{} in Mastodon", ui::tame(&name)),
                    None => ", in Mastodon".to_owned(),
                },
                (None, _) if read.account(account).await?.is_none() => {
                    ": the account no longer exists on the instance".to_owned()
                }
                (None, "deleted" | "suspended") if change.now.is_some() && user.is_none() => {
                    ", by its owner or from the command line: not in Mastodon’s audit log, and no login is left"
                        .to_owned()
                }
                (None, "deleted") if change.now.is_some() => {
                    ": by Mastodon 30 days after a suspension, by its staff, or at its owner’s request".to_owned()
                }
                (None, _) => {
                    ", from the command line, in the database or by Mastodon itself: not in its audit log".to_owned()
                }
            });
        }
        Ok(causes)
    }

    async fn too_many(&self, number: i64, hash: &str) -> Result<usize, Trouble> {
        let number = ui::grouped(usize::try_from(number).unwrap_or(0));
        let said = format!("something changed among {number} {}, too many to say what", self.part.words());
        self.record(self.as_a_whole(), hash, json!({ "said": said, "fields": [] })).await?;
        Ok(1)
    }

    /// What was kept was not written by the console: nothing can be told from it.
    async fn not_known(&self, hash: &str) -> Result<usize, Trouble> {
        let said = format!(
            "the console’s stored copy of {} was altered outside the console: what changed there is not known",
            self.part.words()
        );
        self.record(self.as_a_whole(), hash, json!({ "said": said, "fields": [] })).await?;
        Ok(1)
    }

    fn as_a_whole(&self) -> Subject {
        Subject::Part(self.instance.name.clone(), self.part.name().to_owned())
    }

    async fn record(&self, subject: Subject, now: &str, sealed: Value) -> Result<(), LedgerError> {
        let fact = OutsideChange {
            instance: self.instance.name.clone(),
            subject,
            part: self.part.name(),
            from: self.from,
            to: self.to,
            now: self.app.keys.hash("elsewhere", now.as_bytes()),
            sealed,
        };
        self.app.ledger.fact(Fact::ChangedOutside(Box::new(fact))).await
    }

    /// A rule about addresses whose time is over is taken away by Mastodon itself (`app/workers/scheduler/ip_cleanup_scheduler.rb`).
    fn ran_out(&self, change: &Change) -> bool {
        self.part == WatchedPart::AddressBlocks
            && change.now.is_none()
            && change.before.as_ref().and_then(|rule| rule["until"].as_i64()).is_some_and(|until| until <= self.to.0)
    }

    /// Whether it is what a deed of ours meant, under way or closed since the last look.
    async fn is_ours(&self, change: &Change) -> Result<bool, LedgerError> {
        let ledger = &self.app.ledger;
        let filter = Filter {
            subject: Some(ledger.subject(&subject(&self.instance.name, self.part, &change.key))),
            from: Some(self.from.plus(-OPENED_BEFORE)),
            limit: MOST_DEEDS,
            ..Filter::default()
        };
        // What was sent and not seen to have happened may still come.
        let after = |entry: &Entry| if entry.outcome_facts[NOT_SEEN] == true { LOOKED_FOR } else { 0 };
        let may_have_done_it = |entry: &Entry| {
            entry.kind == "intent"
                && entry.closed_at.is_none_or(|at| at.plus(after(entry)) >= self.from)
                && !matches!(entry.outcome, Some(Outcome::Stale | Outcome::Refused | Outcome::Failed))
        };
        let entries = ledger.list(&filter).await?;
        Ok(entries
            .iter()
            .filter(|entry| may_have_done_it(entry))
            // One whose words do not open explains nothing: whoever takes its key away keeps no change from being written down.
            .filter_map(shown_deed)
            .any(|deed| deed.explains(&change.found(self.part))))
    }
}

/// What a row is about, as our deeds name it.
fn subject(instance: &InstanceName, part: WatchedPart, key: &str) -> Subject {
    let name = instance.clone();
    let whole = || Subject::Part(instance.clone(), format!("{} {key}", part.name()));
    match part {
        WatchedPart::Settings if matches!(key, MODE | MESSAGE) => Subject::Registrations(name),
        WatchedPart::Settings => Subject::Setting(name, key.to_owned()),
        WatchedPart::Roles => Subject::InstanceRole(name, key.to_owned()),
        WatchedPart::Members => key.parse::<AccountId>().map_or_else(|_| whole(), |id| Subject::Account(name, id)),
        WatchedPart::DomainBlocks | WatchedPart::DomainAllows => {
            Domain::try_from(key.to_owned()).map_or_else(|_| whole(), |domain| Subject::Domain(name, domain))
        }
        WatchedPart::MailDomainBlocks => {
            Domain::try_from(key.to_owned()).map_or_else(|_| whole(), |domain| Subject::MailDomain(name, domain))
        }
        WatchedPart::AddressBlocks => Subject::Address(name, key.to_owned()),
        WatchedPart::Sanctions | WatchedPart::LogAuthors | WatchedPart::Appeals => {
            let (id, _) = sanction_of(key);
            id.parse::<AccountId>().map_or_else(|_| whole(), |id| Subject::Account(name, id))
        }
    }
}

/// An account's id, and the sanction on it, or the number of an appeal of its.
fn sanction_of(key: &str) -> (&str, &str) {
    key.split_once(' ').unwrap_or((key, ""))
}

/// Mastodon's word in its log for a sanction that begins or ends (`app/models/admin/account_action.rb`).
fn logged_as(sanction: &str, begins: bool) -> Option<&'static str> {
    Some(match (sanction, begins) {
        ("suspended", true) => "suspend",
        ("suspended", false) => "unsuspend",
        ("limited", true) => "silence",
        ("limited", false) => "unsilence",
        ("sensitive", true) => "sensitive",
        ("sensitive", false) => "unsensitive",
        ("frozen", true) => "disable",
        ("frozen", false) => "enable",
        ("memorial", true) => "memorialize",
        ("deleted", true) => "destroy",
        // Up to 4.6 an account whose data is gone stays suspended, and comes back without it.
        ("deleted", false) => "unsuspend",
        _ => return None,
    })
}

/// Name, before and after.
type Field = (String, String, String);

/// A setting's stored value as people read it.
fn value_words(rows: Option<&Value>) -> String {
    let Some(rows) = rows.and_then(Value::as_array) else { return "not set".to_owned() };
    let one = |value: &Value| match value {
        Value::String(text) => match read_yaml(text) {
            Ok(Some(words)) if words.is_empty() => "nothing".to_owned(),
            // A text is told from the words around it.
            Ok(Some(words)) if words.contains(char::is_whitespace) => {
                format!("“{}”", ui::excerpt(words.trim(), LONGEST_VALUE))
            }
            Ok(Some(words)) => ui::excerpt(&words, LONGEST_VALUE),
            Ok(None) => "nothing".to_owned(),
            Err(_) => ui::excerpt(text, LONGEST_VALUE),
        },
        Value::Object(hidden) => {
            let length = hidden.get("length").and_then(Value::as_u64).unwrap_or(0);
            format!("a value that is not stored ({length} characters)")
        }
        _ => "nothing".to_owned(),
    };
    rows.iter().map(one).collect::<Vec<_>>().join(" / ")
}

fn role_name(role: &Value) -> String {
    match role["name"].as_str() {
        Some("") | None => "everyone".to_owned(),
        Some(name) => ui::excerpt(name, 80),
    }
}

fn may(mask: Option<&Value>) -> Vec<String> {
    roles::powers(mask.and_then(Value::as_i64).unwrap_or(0)).into_iter().map(|power| power.name).collect()
}

fn role_fields(before: Option<&Value>, now: Option<&Value>) -> Vec<Field> {
    let keys: BTreeSet<&String> =
        [before, now].into_iter().flatten().filter_map(Value::as_object).flat_map(|role| role.keys()).collect();
    let shown = |role: Option<&Value>, key: &str| match (key, role.map(|role| &role[key])) {
        (_, None | Some(Value::Null)) => "none".to_owned(),
        ("permissions", mask) => {
            let may = may(mask);
            if may.is_empty() { "none".to_owned() } else { may.join(", ") }
        }
        (_, Some(Value::String(text))) => ui::excerpt(text, 80),
        (_, Some(other)) => other.to_string(),
    };
    keys.into_iter()
        .map(|key| (key.replace('_', " "), shown(before, key), shown(now, key)))
        .filter(|(_, before, now)| before != now)
        .collect()
}

/// What changed, as a clause and as fields before and after.
fn words(part: WatchedPart, change: &Change, roles: &BTreeMap<String, String>) -> (String, Vec<Field>) {
    let (key, before, now) = (&change.key, change.before.as_ref(), change.now.as_ref());
    match part {
        WatchedPart::Settings => setting(key, before, now),
        WatchedPart::Roles => role(before, now),
        WatchedPart::Members => member(before, now, roles),
        WatchedPart::DomainBlocks => domain_rule(key, before, now),
        WatchedPart::DomainAllows => {
            let word = |row: Option<&Value>| if row.is_some() { "allowed" } else { "not allowed" }.to_owned();
            let said = if now.is_some() { "was allowed" } else { "was removed from the allowed domains" };
            (format!("{key} {said}"), vec![("federation".to_owned(), word(before), word(now))])
        }
        WatchedPart::MailDomainBlocks => mail_rule(key, before, now),
        WatchedPart::AddressBlocks => address_rule(key, before, now),
        WatchedPart::Sanctions => sanction(key, before, now),
        WatchedPart::LogAuthors => log_rows(key, before, now),
        WatchedPart::Appeals => appeal(key, before, now),
    }
}

/// A setting.
fn setting(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let name = ui::excerpt(&key.replace('_', " "), 80);
    let (was, is) = (value_words(before), value_words(now));
    // Only an hourly job of Mastodon's own, or a person: the record cannot know which.
    let perhaps = if key == MODE && was == "open" && is == "approved" {
        " (Mastodon does this itself after a week without an active moderator)"
    } else {
        ""
    };
    (format!("{name} changed from {was} to {is}{perhaps}"), vec![(name, was, is)])
}

/// A role, and what it may do now and could do before.
fn role(before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let fields = role_fields(before, now);
    let name = now.or(before).map(role_name).unwrap_or_default();
    let said = match (before, now) {
        (None, _) => format!("role {name} was created"),
        (_, None) => format!("role {name} was deleted"),
        (Some(was), Some(is)) => {
            let list = |added: &Value, taken: &Value| {
                let taken = may(Some(&taken["permissions"]));
                may(Some(&added["permissions"])).into_iter().filter(|one| !taken.contains(one)).collect::<Vec<_>>()
            };
            let (given, taken) = (list(is, was), list(was, is));
            let mut parts = Vec::new();
            if !given.is_empty() {
                parts.push(format!("it may now {}", given.join(", ")));
            }
            if !taken.is_empty() {
                parts.push(format!("it may no longer {}", taken.join(", ")));
            }
            parts.extend(
                fields
                    .iter()
                    .filter(|(name, ..)| name != "permissions")
                    .map(|(name, was, is)| format!("{name} from {was} to {is}")),
            );
            format!("role {name} changed: {}", parts.join("; "))
        }
    };
    (said, fields)
}

/// Whose role is another one.
fn member(before: Option<&Value>, now: Option<&Value>, roles: &BTreeMap<String, String>) -> (String, Vec<Field>) {
    let role = |member: Option<&Value>| match member.and_then(|member| member["role_id"].as_str()) {
        None => "no role".to_owned(),
        Some(id) => roles.get(id).cloned().unwrap_or_else(|| format!("role {id}")),
    };
    let name = now.or(before).and_then(|member| member["name"].as_str()).unwrap_or_default();
    let (was, is) = (role(before), role(now));
    (format!("@{} went from {was} to {is}", ui::tame(name)), vec![("role".to_owned(), was, is)])
}

/// A rule about a server.
fn domain_rule(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let rule = |now| ChangedRow { part: WatchedPart::DomainBlocks, key, before: None, now }.rule();
    let (was, is) = (rule(before), rule(now));
    let said = match (&was, &is) {
        (None, Some(is)) => format!("a domain block for {key} was created: {}", is.words()),
        (Some(was), None) => format!("the domain block for {key} was undone ({})", was.words()),
        (Some(was), Some(is)) if was.words() != is.words() => {
            format!("the domain block for {key} changed from {} to {}", was.words(), is.words())
        }
        _ => format!("the domain block for {key} changed in its comments or lists"),
    };
    (said, rules(was.as_ref(), is.as_ref()))
}

/// A rule about mail addresses.
fn mail_rule(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let word =
        |row: Option<&Value>| row.map_or("none", |rule| review(rule["review"].as_bool().unwrap_or(false))).to_owned();
    let (was, is) = (word(before), word(now));
    let said = match (before, now) {
        (None, _) => format!("an email domain block for {key} was created: {is}"),
        (_, None) => format!("the email domain block for {key} was deleted"),
        _ => format!("the email domain block for {key} changed from {was} to {is}"),
    };
    (said, vec![("email domain block".to_owned(), was, is)])
}

/// A rule about addresses.
fn address_rule(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let rule = |now| ChangedRow { part: WatchedPart::AddressBlocks, key, before: None, now }.address_rule();
    let (was, is) = (rule(before), rule(now));
    // Mastodon knows no other numbers.
    let word = |rule: &Option<AddressRule>| {
        rule.as_ref().map_or("a number that Mastodon does not know", |rule| rule.severity.word())
    };
    let said = match (before, now) {
        (None, _) => format!("an IP rule for {key} was created: {}", word(&is)),
        (_, None) => format!("the IP rule for {key} was deleted ({})", word(&was)),
        _ if word(&was) == word(&is) => {
            format!("the IP rule for {key} changed in its comment or its end ({})", word(&is))
        }
        _ => format!("the IP rule for {key} changed from {} to {}", word(&was), word(&is)),
    };
    (said, addresses(was.as_ref(), is.as_ref()))
}

/// A sanction, begun or ended.
fn sanction(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let name = now.or(before).and_then(|row| row["name"].as_str()).unwrap_or_default();
    let handle = format!("@{}", ui::tame(name));
    let (_, sanction) = sanction_of(key);
    let (begins, ends) = match sanction {
        "suspended" => ("was suspended", "is no longer suspended"),
        "limited" => ("was limited", "is no longer limited"),
        "sensitive" => ("had all media marked as sensitive", "no longer has its media marked as sensitive"),
        "frozen" => ("was frozen", "is no longer frozen"),
        "memorial" => ("was memorialized", "is no longer memorialized"),
        _ => ("was deleted, or its data was", "is no longer marked as deleted"),
    };
    let word = |row: Option<&Value>| if row.is_some() { "yes" } else { "no" }.to_owned();
    let said = format!("{handle} {}", if now.is_some() { begins } else { ends });
    (said, vec![(sanction.to_owned(), word(before), word(now))])
}

/// An appeal that was decided, which is done in Mastodon alone.
fn appeal(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let text = |row: Option<&Value>, of: &str| row.and_then(|row| row[of].as_str()).map(str::to_owned);
    let name = text(now.or(before), "name").unwrap_or_else(|| format!("account {}", sanction_of(key).0));
    let (was, is) = (text(before, "state"), text(now, "state"));
    let (was, is) = (was.unwrap_or_else(|| "waiting".to_owned()), is.unwrap_or_default());
    let by = text(now, "by").map(|by| format!(" by @{}", ui::tame(&by))).unwrap_or_default();
    (format!("the appeal of @{} was {is}{by} in Mastodon", ui::tame(&name)), vec![("appeal".to_owned(), was, is)])
}

/// Rows that are gone from Mastodon's own log.
fn log_rows(key: &str, before: Option<&Value>, now: Option<&Value>) -> (String, Vec<Field>) {
    let number = |row: Option<&Value>| row.and_then(|row| row["rows"].as_u64()).unwrap_or(0);
    let (was, is) = (number(before), number(now));
    let gone = ui::count(usize::try_from(was.saturating_sub(is)).unwrap_or(0), "row", "rows");
    let are = if was.saturating_sub(is) == 1 { "is" } else { "are" };
    let who = match before.and_then(|row| row["name"].as_str()) {
        Some(name) => format!("@{}", ui::tame(name)),
        None => format!("account {key}"),
    };
    let day_of = |row: Option<&Value>, of: &str| {
        let at = row.and_then(|row| row[of].as_i64()).map(Timestamp);
        at.map_or_else(|| "?".to_owned(), |at| time::machine(at).get(..10).unwrap_or_default().to_owned())
    };
    let day = |of: &str| day_of(before, of);
    let said = match now {
        Some(_) if is >= was => format!(
            "the oldest rows of {who}, of {} to {}, are missing from Mastodon’s audit log; newer ones have come, so how many \
             went isn’t known",
            day("first"),
            day_of(now, "first")
        ),
        None => format!(
            "{gone} of {who} {are} missing from Mastodon’s audit log, all there were, of {} to {}",
            day("first"),
            day("last")
        ),
        Some(_) => format!("{gone} of {who} {are} missing from Mastodon’s audit log"),
    };
    (said, vec![("log entries".to_owned(), was.to_string(), is.to_string())])
}

/// The newest entries of an instance that are younger than a day.
pub async fn newest(context: &Context, instance: &Instance, limit: i64) -> Result<Vec<Line>, Problem> {
    let filter = Filter {
        kind: Some("changed_elsewhere".to_owned()),
        instance: Some(instance.name.to_string()),
        from: Some(context.now().plus(-DAY)),
        limit,
        ..Filter::default()
    };
    let entries = context.app.ledger.list(&filter).await.map_err(unreadable)?;
    Ok(entries.iter().map(|entry| line(entry, &name(&[], entry))).collect())
}

/// When an instance was last compared, in a sentence, and whether that is as it should be.
pub async fn last_compared(app: &App, instance: &Instance, now: Timestamp) -> sqlx::Result<(bool, String)> {
    let all = snapshots::all(&app.store, &instance.name).await?;
    let mut oldest: Option<Timestamp> = None;
    let mut without = String::new();
    for part in WatchedPart::ALL {
        let Some((_, kept)) = all.iter().find(|(name, _)| name == part.name()) else {
            // Where that is not granted, the overview names the grant.
            if matches!(part, WatchedPart::Sanctions | WatchedPart::Appeals) {
                let not = if part == WatchedPart::Sanctions { "no sanctions" } else { "no appeals" };
                without += &format!("{} at {not}", if without.is_empty() { ", but" } else { " and" });
                continue;
            }
            return Ok((false, "not checked yet".to_owned()));
        };
        oldest = Some(oldest.map_or(kept.taken_at, |at| at.min(kept.taken_at)));
    }
    let at = oldest.unwrap_or(now);
    let mut says = format!("checked {}{without}", time::relative(at, now));
    for (part, kept) in all.iter().filter(|(_, kept)| !kept.rows) {
        let words = WatchedPart::ALL.into_iter().find(|own| own.name() == part).map_or("rows", WatchedPart::words);
        let number = ui::grouped(usize::try_from(kept.number).unwrap_or(0));
        says.push_str(&format!("; {number} {words} are too many to say which changed"));
    }
    Ok((now.since(at) < 3 * EVERY, says))
}

/// The fields of an entry, before and after.
pub fn fields(entry: &Entry) -> Vec<Field> {
    let fields = entry.document.as_ref().map(|document| document["fields"].clone()).unwrap_or_default();
    serde_json::from_value(fields).unwrap_or_default()
}

/// What the registration mode became, where that is what changed.
pub fn mode_of(entry: &Entry) -> Option<String> {
    let document = entry.document.as_ref()?;
    (document["name"] == MODE).then(|| document["now"].as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_or_long_value_is_not_kept() {
        let keys = Keys::from_secret([7; 32]);
        let kept = |name: &str, text: &str| keep(WatchedPart::Settings, &keys, name, &json!([text])).to_string();
        assert!(kept("site_title", "--- Harbour\n").contains("Harbour"));
        for (name, text) in [("captcha_secret", "--- hunter2\n"), ("site_terms", &"long ".repeat(50))] {
            let kept = kept(name, text);
            assert!(kept.contains("hidden") && !kept.contains("hunter2") && !kept.contains("long long"), "{kept}");
        }
        assert_ne!(kept("api_token", "--- one\n"), kept("api_token", "--- two\n"), "and still compared");
    }

    #[test]
    fn a_text_of_a_setting_is_told_from_the_words_around_it() {
        let (was, is) = (json!(["--- ''\n"]), json!(["--- Back on Monday\n"]));
        let (said, _) = setting("closed_registrations_message", Some(&was), Some(&is));
        assert_eq!(said, "closed registrations message changed from nothing to “Back on Monday”");
        let (said, _) = setting(MODE, Some(&json!(["--- open\n"])), None);
        assert_eq!(said, "registrations mode changed from open to not set");
    }

    #[test]
    fn an_appeal_that_is_among_the_newest_again_was_not_decided_now() {
        let rows = |those: &[(&str, &str)]| -> Rows {
            those.iter().map(|(key, state)| ((*key).to_owned(), json!({ "name": "wren", "state": state }))).collect()
        };
        let was = rows(&[("7 12", "waiting"), ("8 13", "rejected"), ("9 14", "waiting")]);
        let now = rows(&[("3 11", "approved"), ("7 12", "approved"), ("8 13", "rejected"), ("6 15", "rejected")]);
        let changed: Vec<String> =
            differences(WatchedPart::Appeals, was, &now, &now).into_iter().map(|change| change.key).collect();
        assert_eq!(changed, ["6 15", "7 12"]);
    }

    #[test]
    fn a_deletion_is_told_once_and_an_upgrade_is_nobodys_doing() {
        let rows = |told: &str, keys: &[&str]| -> Rows {
            keys.iter().map(|key| ((*key).to_owned(), json!({ "name": "wren", "told": told }))).collect()
        };
        let (former, since) = ("before 4.7", "since 4.7");
        type Keys<'a> = &'a [&'a str];
        let cases: [(&str, Keys<'_>, &str, Keys<'_>, Keys<'_>); 7] = [
            // Up to 4.6 whoever is deleted is suspended by it.
            (former, &["1 limited"], former, &["1 limited", "7 deleted", "7 suspended"], &["7 deleted"]),
            (former, &["7 suspended"], former, &["7 deleted", "7 suspended"], &["7 deleted"]),
            (former, &["1 limited", "7 deleted", "7 suspended"], former, &["1 limited"], &["7 suspended"]),
            (former, &["7 suspended"], former, &["8 deleted", "8 suspended"], &["7 suspended", "8 deleted"]),
            // With 4.7 those who deleted themselves are not suspended any more.
            (former, &["7 deleted", "7 suspended", "8 suspended"], since, &["7 deleted", "8 suspended"], &[]),
            (former, &["8 suspended"], since, &["7 deleted", "8 suspended", "9 limited"], &["9 limited"]),
            (since, &["8 suspended"], since, &["7 deleted", "8 suspended"], &["7 deleted"]),
        ];
        for (before, was, after, now, told) in cases {
            let (was, now) = (rows(before, was), rows(after, now));
            let found = differences(WatchedPart::Sanctions, was, &now, &now);
            let found: Vec<&str> = found.iter().map(|change| change.key.as_str()).collect();
            assert_eq!(found, told);
        }
    }

    #[test]
    fn each_rule_of_a_network_changes_by_itself() {
        let rule = |id: i64, severity: i64| json!({ "id": id, "severity": severity, "comment": "", "until": null });
        let former = |severity: i64| json!({ "severity": severity, "comment": "", "until": null });
        type Told<'a> = &'a [(Option<i64>, Option<i64>)];
        let cases: [(Value, Value, Told<'_>); 8] = [
            (json!([rule(1, 5500)]), json!([rule(1, 5500)]), &[]),
            (json!([rule(1, 5500)]), json!([rule(2, 5500)]), &[]),
            (json!([rule(1, 5500), rule(2, 9999)]), json!([rule(1, 5500)]), &[(Some(9999), None)]),
            (json!([rule(1, 5500), rule(2, 5500)]), json!([rule(2, 5500)]), &[(Some(5500), None)]),
            (
                json!([rule(1, 5500), rule(2, 9999)]),
                json!([rule(2, 5000)]),
                &[(Some(5500), None), (Some(9999), Some(5000))],
            ),
            (json!([rule(1, 5500)]), json!([rule(2, 9999)]), &[(Some(5500), None), (None, Some(9999))]),
            // As a former version of the console kept it: the harshest alone, without its number.
            (former(9999), json!([rule(1, 5500), rule(2, 9999)]), &[]),
            (former(9999), json!([rule(1, 5500)]), &[(Some(9999), Some(5500))]),
        ];
        for (was, now, told) in cases {
            let severity = |rule: Option<&Value>| rule.and_then(|rule| rule["severity"].as_i64());
            let changes = changed_rules("10.1.2.0/24", Some(was.clone()), Some(&now));
            let found: Vec<_> = changes
                .iter()
                .map(|change| (severity(change.before.as_ref()), severity(change.now.as_ref())))
                .collect();
            assert_eq!(found, told, "{was} {now}");
        }
    }

    #[test]
    fn what_a_role_may_do_is_named() {
        assert_eq!(may(Some(&json!(65))), ["Administrator", "Manage Settings"]);
        assert_eq!(may(Some(&json!(1u64 << 40))), ["unknown bit 40"]);
    }
}
