//! Who could do what at an instant, and what changed between two: from the record alone.

use super::{export, tree, unreadable};
use crate::{
    access::{Permission, Permit, Role, allows},
    audit::{AccessChange, AccessPage, Basis, Held, HeldSort},
    carry_out::{self, InStore, closed_as_read},
    clock::Timestamp,
    context::{App, Context},
    deeds::{ExportForm, ExportRecord, SignOffAccess},
    frame::{self, Framed},
    ledger::{Access, Answer, Deed, Filter, LedgerError},
    path,
    problem::{Kind, Problem},
    record::{line, name},
    search::{Search, unknown},
    session::Signed,
    store::operators,
    stream,
    text::{
        Narrowing, Why,
        time::{self, Zone},
    },
};
use axum::{
    Extension,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// So many lines of each sort a page shows; the file has all of them.
const SHOWN: usize = 200;
/// Lines of a file given at once.
const PART: usize = 500;
/// How an instant is written.
const WRITTEN: &str = "Enter a date and time like 2026-03-03T12:00";

/// What is asked for: an instant, and perhaps another.
struct Asked {
    at: Timestamp,
    and: Option<Timestamp>,
}

impl Asked {
    fn of(search: &Search, now: Timestamp) -> Result<Self, Problem> {
        search.knows(&["at", "and", "zone"])?;
        // An address of ours names instants in UTC; what somebody types is by their clock.
        let zone = match search.get("zone") {
            None | Some("") => Zone::default(),
            Some(name) => Zone::named(name).ok_or_else(|| unknown("zone", name, "Choose a zone like Europe/Berlin"))?,
        };
        let typed = |text: &str| if text.ends_with('Z') { time::instant_typed(text) } else { zone.instant_typed(text) };
        let one = |key: &str| match search.get(key).map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match typed(text) {
                Some(at) if at <= now => Ok(Some(at)),
                Some(_) => Err(unknown(key, text, "Nobody knows yet. Enter a date and time that has passed")),
                None => Err(unknown(key, text, WRITTEN)),
            },
        };
        let at = one("at")?.unwrap_or(Timestamp(now.0.div_euclid(1000) * 1000));
        Ok(Self { at, and: one("and")? })
    }

    /// The same as the query of an address.
    fn query(&self) -> String {
        let and = self.and.map(|and| format!("&and={}", time::machine(and))).unwrap_or_default();
        format!("?at={}{and}", time::machine(self.at))
    }
}

/// What the record says, as lines.
struct Review {
    /// Whether the record had begun.
    known: bool,
    held: Vec<Held>,
    changes: Vec<AccessChange>,
    not_known: Vec<String>,
    /// Whether all of it is what the tree holds.
    checked: bool,
}

fn who(name: Option<&String>, id: Option<&str>) -> String {
    match (name, id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => format!("somebody whose name is not known ({id})"),
        (None, None) => "somebody whose name is not known".to_owned(),
    }
}

/// What somebody could do, a line each. Whose access had ended could do nothing.
fn held(access: &Access) -> Vec<Held> {
    let mut lines = Vec::new();
    for person in access.people.iter().filter(|person| person.disabled != Some(true)) {
        lines.push(Held {
            sort: HeldSort::Person,
            key: person.subject.clone(),
            who: who(person.name.as_ref(), person.id.as_ref().map(|id| id.0.as_str())),
            what: person.role.map_or("a role that is not known", Role::name).to_owned(),
            since: None,
            until: None,
            certain: person.role.is_some() && person.disabled.is_some(),
            entry: person.entry,
        });
    }
    for grant in access.grants.iter().filter(|grant| grant.in_force) {
        let scope = match &grant.scope {
            Some(scope) => format!("on {}: {}", scope.places(), scope.words()),
            None => "a scope that is not known".to_owned(),
        };
        let roles: String = grant.roles.iter().map(|(on, role)| format!("; role {role} on {on}")).collect();
        lines.push(Held {
            sort: HeldSort::Grant,
            key: grant.id.0.clone(),
            who: who(grant.name.as_ref(), Some(&grant.operator.0)),
            what: format!("{scope}{roles}"),
            since: Some(grant.starts),
            until: Some(grant.ends),
            certain: grant.certain && grant.scope.is_some(),
            entry: grant.entry,
        });
    }
    for link in access.links.iter().filter(|link| link.linked != Some(false)) {
        let account = match (&link.acct, &link.account) {
            (Some(acct), Some(id)) => format!("@{acct} (account {id})"),
            (None, Some(id)) => format!("account {id}"),
            (_, None) => "an account that is not known".to_owned(),
        };
        lines.push(Held {
            sort: HeldSort::Link,
            key: format!("{} {}", link.subject, link.instance),
            who: who(link.name.as_ref(), None),
            what: format!("{account} on {}", link.instance),
            since: None,
            until: None,
            certain: link.linked.is_some() && link.account.is_some(),
            entry: link.entry,
        });
    }
    for session in &access.sessions {
        lines.push(Held {
            sort: HeldSort::Session,
            key: session.session.clone(),
            who: who(session.name.as_ref(), Some(&session.operator.0)),
            what: format!("session {}", session.session),
            since: Some(session.since),
            until: None,
            certain: true,
            entry: session.entry,
        });
    }
    lines
}

/// The entry that ended what stood at the earlier instant and not at the later one, and what is to be said of it.
fn ended_by(line: &Held, later: &Access, noted: &BTreeMap<String, i64>) -> (Option<i64>, &'static str) {
    let newer = |entry: i64| (entry > line.entry).then_some(entry);
    match line.sort {
        HeldSort::Person => {
            let person = later.people.iter().find(|person| person.subject == line.key);
            (person.and_then(|person| newer(person.entry)), "their access ended")
        }
        HeldSort::Grant => {
            let grant = later.grants.iter().find(|grant| grant.id.0 == line.key);
            match grant.and_then(|grant| newer(grant.entry)) {
                Some(entry) => (Some(entry), "it was revoked"),
                None => (noted.get(&line.key).copied(), "its time was over"),
            }
        }
        HeldSort::Link => {
            let is_it = |key: &str| key == line.key;
            let link = later.links.iter().find(|link| is_it(&format!("{} {}", link.subject, link.instance)));
            (link.and_then(|link| newer(link.entry)), "it was unlinked")
        }
        HeldSort::Session => match later.sessions_ended.get(&line.key) {
            Some(entry) => (Some(*entry), "it was ended"),
            None => (None, "it is over: a session ends after an hour unused, and after twelve in any case"),
        },
    }
}

/// What differs between two instants, with the entries that did it.
fn changes(earlier: &Access, later: &Access, noted: &BTreeMap<String, i64>) -> Vec<AccessChange> {
    let (before, after) = (held(earlier), held(later));
    let by_key = |lines: &[Held]| -> BTreeMap<(HeldSort, String), Held> {
        lines.iter().map(|line| ((line.sort, line.key.clone()), line.clone())).collect()
    };
    let (before, after) = (by_key(&before), by_key(&after));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let mut changes = Vec::new();
    for key in keys {
        let (entry, said) = match (before.get(&key), after.get(&key)) {
            (Some(line), None) => ended_by(line, later, noted),
            (None, Some(line)) => {
                let began = later.grants.iter().find(|grant| grant.id.0 == line.key).and_then(|grant| grant.began);
                (Some(began.unwrap_or(line.entry)), "it is new")
            }
            (Some(one), Some(other)) if (&one.what, one.until) != (&other.what, other.until) => {
                (Some(other.entry), "it was changed")
            }
            _ => continue,
        };
        let Some(line) = before.get(&key).or_else(|| after.get(&key)) else { continue };
        changes.push(AccessChange {
            sort: line.sort,
            who: line.who.clone(),
            before: before.get(&key).map(|line| line.what.clone()),
            after: after.get(&key).map(|line| line.what.clone()),
            entry,
            said,
        });
    }
    changes
}

/// Whether the entries that a review is derived from are those that were appended: somebody vouches for what it says, or takes
/// it away with them.
///
/// # Errors
/// Unavailable, if one is not.
async fn whole(app: &App) -> Result<(), Problem> {
    let whole = async {
        app.ledger.hashed().await?;
        app.ledger.prove_all_rights().await
    };
    whole.await.map_err(|error| contradicted("Nothing was signed off or handed out", error))
}

fn contradicted(so: &str, error: LedgerError) -> Problem {
    match error {
        LedgerError::Contradicted(what) => Problem::unavailable(
            format!("{so}: the audit log contradicts itself ({what})."),
            "Whoever runs Howdah finds out more on the server: howdah audit verify.",
        ),
        error => unreadable(error),
    }
}

/// What the tree holds at an instant; over an entry that was altered nothing is said.
async fn access_at(app: &App, at: Timestamp) -> Result<Access, Problem> {
    let access = app.ledger.access_at(at).await;
    access.map_err(|error| contradicted("Nobody can say from it who could do what", error))
}

async fn review(app: &App, asked: &Asked) -> Result<Review, Problem> {
    let at = access_at(app, asked.at).await?;
    let mut checked = at.checked;
    let begins = at.begins;
    let knows = |instant: Timestamp| begins.is_some_and(|begins| instant >= begins);
    let mut not_known = at.not_known.clone();
    if !(knows(asked.at) && asked.and.is_none_or(knows)) {
        not_known.push(match begins {
            Some(begins) => format!("anything before {}, when the first entry was recorded", time::absolute(begins)),
            None => "anything: the audit log has no entry".to_owned(),
        });
    }
    let mut changed = Vec::new();
    if let Some(and) = asked.and {
        let other = access_at(app, and).await?;
        checked &= other.checked;
        not_known.extend(other.not_known.iter().map(|what| format!("{what}, at {}", time::absolute(and))));
        let noted = app.ledger.grants_ended().await;
        let noted = noted.map_err(|error| contradicted("Nobody can say from it who could do what", error))?;
        let (earlier, later) = if asked.at <= and { (&at, &other) } else { (&other, &at) };
        changed = changes(earlier, later, &noted);
    }
    let known = knows(asked.at);
    Ok(Review { known, held: held(&at), changes: changed, not_known, checked })
}

/// A review that somebody vouches for, or takes away: all of it is what the tree holds.
fn checked(review: Review) -> Result<Review, Problem> {
    if review.checked {
        return Ok(review);
    }
    Err(Problem::unavailable("So much is being appended that it wasn’t all checked.", "Try again in a moment."))
}

/// All that a review says, as its file has it.
fn rows(asked: &Asked, review: &Review) -> Vec<String> {
    let mut rows =
        vec![export::record(&["at", "sort", "who", "what", "since", "until", "certain", "entry"].map(str::to_owned))];
    let instant = |at: Option<Timestamp>| at.map(time::machine).unwrap_or_default();
    for line in &review.held {
        rows.push(export::record(&[
            time::machine(asked.at),
            line.sort.name().to_owned(),
            line.who.clone(),
            line.what.clone(),
            instant(line.since),
            instant(line.until),
            if line.certain { "yes" } else { "no" }.to_owned(),
            line.entry.to_string(),
        ]));
    }
    if let Some(and) = asked.and {
        rows.push(export::record(
            &["between", "and", "sort", "who", "before", "after", "because", "entry"].map(str::to_owned),
        ));
        for change in &review.changes {
            rows.push(export::record(&[
                time::machine(asked.at.min(and)),
                time::machine(asked.at.max(and)),
                change.sort.name().to_owned(),
                change.who.clone(),
                change.before.clone().unwrap_or_else(|| "none".to_owned()),
                change.after.clone().unwrap_or_else(|| "none".to_owned()),
                change.said.to_owned(),
                change.entry.map(|entry| entry.to_string()).unwrap_or_default(),
            ]));
        }
    }
    rows.extend(review.not_known.iter().map(|what| export::record(&[format!("not known: {what}")])));
    rows
}

/// A keyed hash of all that a review says: whoever signs it off signs what they saw.
fn seen(app: &App, asked: &Asked, review: &Review) -> String {
    app.keys.hash("access review", rows(asked, review).concat().as_bytes())
}

/// The page: `/audit/access?at=2026-03-03T12:00&and=…`
///
/// # Errors
/// Forbidden, an instant that is none, or a record that cannot be read.
pub async fn page(context: &Context, search: &str) -> Result<Framed<AccessPage>, Problem> {
    context.permit(Permission::Review, None).await?;
    let app = &context.app;
    let parsed = Search::parse(search);
    let typed = |key: &str| parsed.get(key).unwrap_or_default().to_owned();
    let (asked, wrong) = match Asked::of(&parsed, context.now()) {
        Ok(asked) => (asked, None),
        Err(problem) => (Asked { at: context.now(), and: None }, Some(problem)),
    };
    let mut review = match wrong {
        None => review(app, &asked).await?,
        Some(_) => Review { known: false, held: Vec::new(), changes: Vec::new(), not_known: Vec::new(), checked: true },
    };
    if !review.checked {
        // It goes on when nobody waits for it: whoever opens the page again has it.
        let ledger = app.ledger.clone();
        tokio::spawn(async move {
            if let Err(error) = ledger.prove_rights(i64::MAX).await {
                tracing::error!(%error, "access.proving");
            }
        });
    }
    let tree = tree(context).await?;
    let basis = Basis { entries: tree.entries, root: tree.root, seen: seen(app, &asked, &review) };
    let mut more = Vec::new();
    for sort in HeldSort::ALL {
        let number = review.held.iter().filter(|line| line.sort == sort).count();
        if number > SHOWN {
            let mut kept = 0;
            review.held.retain(|line| {
                line.sort != sort || {
                    kept += 1;
                    kept <= SHOWN
                }
            });
            more.push((sort, number));
        }
    }
    let changed = review.changes.len();
    review.changes.truncate(SHOWN);
    let people = operators::list(&app.store).await.map_err(unreadable)?;
    let filter = Filter { kind: Some(SignOffAccess::KIND.to_owned()), limit: 10, ..Filter::default() };
    let signed = app.ledger.list(&filter).await.map_err(unreadable)?;
    let page = AccessPage {
        at: asked.at,
        and: asked.and,
        typed: (typed("at"), typed("and")),
        zone: match typed("zone") {
            none if none.is_empty() && !(typed("at") + &typed("and")).is_empty() => Zone::default().name().to_owned(),
            zone => zone,
        },
        query: asked.query(),
        wrong,
        known: review.known,
        held: review.held,
        more,
        changes: review.changes,
        changed,
        not_known: review.not_known,
        checked: review.checked,
        includes: Role::ALL
            .map(|role| (role, Permission::ALL.into_iter().filter(|right| allows(role, *right)).collect()))
            .to_vec(),
        basis,
        signed: signed.iter().map(|entry| line(entry, &name(&people, entry))).collect(),
    };
    frame::build(context, context.current(), path::ACCESS, search, page).await
}

/// Signs a review off: an entry with a name, that says what was looked at and on which tree.
///
/// # Errors
/// Forbidden, or that it says something else by now; beside the field, that a note is missing.
pub async fn sign_off(
    context: Context,
    at: String,
    and: String,
    looked_at: String,
    why: String,
) -> Result<String, Problem> {
    let permit = context.permit(Permission::Review, None).await?;
    let incomplete =
        || Problem::new(Kind::Invalid, "Nothing was signed off: the form was incomplete.", "Reload the page.");
    let instant = |text: &str| time::instant_typed(text).filter(|at| *at <= context.now());
    let and = match and.trim() {
        "" => None,
        text => Some(instant(text).ok_or_else(incomplete)?),
    };
    let asked = Asked { at: instant(&at).ok_or_else(incomplete)?, and };
    let why = Why::needed("why", &why, "Enter what you looked at and what you found: the sign-off says it.")?;
    let app = &context.app;
    whole(app).await?;
    // The tree first: what is derived after it rests on it.
    let tree = tree(&context).await?;
    let says = seen(app, &asked, &checked(review(app, &asked).await?)?);
    if says != looked_at {
        return Err(Problem::new(
            Kind::Conflict,
            "Nothing was signed off: the audit log says something else about this by now.",
            "The page shows it. What you typed is kept.",
        ));
    }
    let deed = SignOffAccess {
        at: asked.at.0,
        and: asked.and.map(|and| and.0),
        entries: tree.entries,
        root: tree.root,
        seen: says,
    };
    let index = signed(app, permit, deed, why).await?;
    Ok(path::done(&format!("{}{}", path::ACCESS, asked.query()), index))
}

async fn signed(app: &App, permit: Permit, deed: SignOffAccess, why: Why) -> Result<i64, Problem> {
    let warrant = carry_out::opened(app, permit, deed, why).await?;
    let answered = closed_as_read(app, warrant, Answer::Accepted { body: json!({}) }, json!({})).await?;
    Ok(answered.index())
}

// What is signed off is signed by its intent.
impl InStore for SignOffAccess {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(Some(true))
    }
}

/// The review as CSV: `/audit/access.csv` with the query of the page.
pub async fn csv(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Some(refused) = stream::sent_by_another_site(&headers) {
        return refused;
    }
    let context = Context::of(app, signed);
    match hand_out(&context, &query.unwrap_or_default()).await {
        Ok(taking) => stream::file(stream::body(taking), stream::CSV, "howdah-access.csv"),
        Err(problem) => stream::no_file(&problem),
    }
}

async fn hand_out(context: &Context, query: &str) -> Result<stream::Taking, Problem> {
    context.permit(Permission::Review, None).await?;
    let _counts = context.reserve("exports", "exports", export::GIVEN).await?;
    let asked = Asked::of(&Search::parse(query), context.now())?;
    whole(&context.app).await?;
    let filter = format!("who could do what{}", asked.query());
    let deed = ExportRecord { form: ExportForm::Csv, filter: Narrowing::typed("filter", &filter)? };
    let warrant = export::open(&context.app, &context.actor, deed).await?;
    let (giving, taking) = stream::handing();
    let app = context.app.clone();
    // A task of its own: a browser that goes away ends the answer, and not what is written about it.
    tokio::spawn(async move {
        let stopped = match review(&app, &asked).await.and_then(checked) {
            Ok(review) => {
                let mut stopped = None;
                for part in rows(&asked, &review).chunks(PART) {
                    if let Err(why) = giving.give(part.concat(), part.len()).await {
                        stopped = Some(why.into());
                        break;
                    }
                }
                stopped
            }
            Err(problem) => {
                let said = export::record(&["the audit log couldn’t be read: this file is incomplete".to_owned()]);
                match giving.give(said, 0).await {
                    Ok(()) => Some(export::Stopped::Source(problem.what)),
                    Err(why) => Some(why.into()),
                }
            }
        };
        export::finish(&app, warrant, giving, stopped).await;
    });
    Ok(taking)
}
