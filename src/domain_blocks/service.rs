//! What stands about servers, mail domains and addresses, and what changing it would do.

mod csv;
mod deeds;
mod email_domains;
mod importing;
mod imports;
mod ip_rules;
mod names;
mod networks;

pub use deeds::{allow, disallow, lift, set};
pub use email_domains::{email_domains, lift_email_domain, set_email_domain};
pub use importing::OfImport;
pub use imports::{List, ask_again, export, import, imports, keep, may_keep, pause, read_anew, running, start, tick};
pub use ip_rules::{ip_rules, lift_ip_rule, set_ip_rule};

use super::{Domain, RulesFilter, RulesPage, ServerPage, ServerSearch, ServersPage};
use crate::{
    access::{self, Permission},
    acting,
    clock::DAY,
    context::Context,
    frame::{self, Framed},
    ledger::{Filter, Subject},
    mastodon::{
        Instance,
        database::{DatabaseError, Extra, Met, Narrowed, PendingSignUp, read_problem},
        waiting::Undecided,
    },
    nouns::{
        domain_blocks::Severity,
        permissions::{MANAGE_BLOCKS, MANAGE_FEDERATION},
    },
    path,
    problem::{Kind, Problem, malformed_form},
    record,
    registrations::Change,
    search::Search,
    store::{operators, store_problem},
    ui,
};
use std::{collections::HashMap, sync::Arc};

const PAGE: i64 = 50;
const LONGEST_COMMENT: usize = 5_000;

/// A comment as a form sent it, as Mastodon stores it.
fn checked_comment(field: &'static str, text: &str) -> Result<String, Problem> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > LONGEST_COMMENT {
        return Err(Problem::invalid(field, "The comment is longer than 5,000 characters."));
    }
    if text.contains('\0') {
        return Err(Problem::invalid(field, "The comment contains a NUL character, which cannot be stored."));
    }
    Ok(text)
}

/// The role of whoever acts must allow it, the person's own account or the service account; a refusal comes before any
/// intent.
async fn able(context: &Context, instance: &Instance, bit: i64, words: &str) -> Result<(), Problem> {
    if let Some(own) = acting::able_own(context, instance).await? {
        if own.standing.can(bit) {
            return Ok(());
        }
        return Err(Problem::new(
            Kind::Forbidden,
            format!("You act as {} on the instance, and that role can’t {words}.", own.handle()),
            "Ask for the permission on the instance, or ask a colleague to do it.",
        ));
    }
    match &instance.health().account {
        Some(account) if !account.can(bit) => Err(Problem::new(
            Kind::Forbidden,
            format!("The console acts as @{} on the instance, and that role can’t {words}.", account.username),
            "Add the permission to that role on the instance.",
        )),
        _ => Ok(()),
    }
}

/// What this console did about a subject, newest first.
async fn history(context: &Context, subject: &Subject) -> Result<Vec<Change>, Problem> {
    let filter = Filter { subject: Some(context.app.ledger.subject(subject)), limit: 10, ..Filter::default() };
    let entries = context.app.ledger.list(&filter).await.map_err(store_problem)?;
    let people = operators::list(&context.app.store).await.map_err(store_problem)?;
    Ok(entries
        .into_iter()
        .map(|entry| {
            let line = record::line(&entry, &record::name(&people, &entry));
            Change {
                index: entry.index,
                at: entry.at,
                who: line.who,
                what: line.what,
                why: line.why,
                outcome: line.outcome,
            }
        })
        .collect())
}

async fn viewed(context: &Context, instance: &str) -> Result<Arc<Instance>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewBlocks, Some(&instance.name)).await?;
    Ok(instance)
}

fn may_change(context: &Context) -> bool {
    access::allows(context.actor.role, Permission::ManageBlocks)
}

/// What was typed to go to a server's page: a name under which there is something, exactly as it stands there, or one that a
/// rule could be made for.
async fn server_search(instance: &Instance, search: &Search) -> Result<ServerSearch, Problem> {
    let typed = search.get("look").unwrap_or_default().to_owned();
    if typed.is_empty() {
        return Ok(ServerSearch::default());
    }
    if let Some(found) = there_is(instance, &typed).await? {
        return Ok(ServerSearch { typed, found: Some(found), refused: None });
    }
    Ok(match names::server(&typed, &instance.own_domains()) {
        Ok(found) => ServerSearch { typed, found: Some(found), refused: None },
        Err(refused) => ServerSearch { typed, found: None, refused: Some(refused) },
    })
}

/// A name under which the instance has something, as its rows have it.
async fn there_is(instance: &Instance, typed: &str) -> Result<Option<Domain>, Problem> {
    let typed = typed.trim();
    if typed.contains('\0') {
        return Ok(None);
    }
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let found = read.named(&[typed.to_owned(), typed.to_lowercase()]).await.map_err(read_problem)?;
    Ok(found.and_then(|name| Domain::try_from(name).ok()))
}

/// So long a rule looks back at who signed up.
const LATELY: i64 = 30 * DAY;

const NOT_COUNTED: &str = "The affected accounts and sign-ups could not be counted in time.";

/// Whom a rule about mail would meet, in a sentence; `None` where it is nobody. What could not be counted is said so. Exact:
/// the domain of a mail address is on its mask, too.
fn meets(met: Result<Met, DatabaseError>, has: &str, seen: &str) -> Result<Option<String>, Problem> {
    let met = match met {
        Ok(met) => met,
        Err(DatabaseError::Slow) => return Ok(Some(NOT_COUNTED.to_owned())),
        Err(error) => return Err(read_problem(error)),
    };
    if met == Met::default() {
        return Ok(None);
    }
    let count = |number: i64, one: &str, many: &str| ui::count(usize::try_from(number).unwrap_or(0), one, many);
    Ok(Some(format!(
        "{} {seen}, {} {has}; {} within the last 30 days.",
        count(met.members, "member", "members"),
        count(met.waiting, "pending or unconfirmed sign-up", "pending or unconfirmed sign-ups"),
        count(met.recent, "sign-up", "sign-ups"),
    )))
}

/// How many who wait come under each rule; `None` while it is not known who waits. `met_by` says which rules somebody comes under.
fn waiting_under(
    instance: &Instance,
    rules: impl Iterator<Item = i64>,
    met_by: impl Fn(&PendingSignUp) -> Vec<i64>,
) -> Option<HashMap<i64, Undecided>> {
    let list = instance.signups.snapshot();
    list.at?;
    let mut under: HashMap<i64, Vec<&PendingSignUp>> = rules.map(|rule| (rule, Vec::new())).collect();
    for person in list.rows.iter() {
        for rule in met_by(person) {
            under.entry(rule).or_default().push(person);
        }
    }
    Some(under.into_iter().map(|(rule, people)| (rule, Undecided::of(people.into_iter()))).collect())
}

/// How many who wait would come under a rule; `None` while that is not known.
fn waiting_for(instance: &Instance, meets: impl Fn(&PendingSignUp) -> bool) -> Option<Undecided> {
    let list = instance.signups.snapshot();
    list.at?;
    Some(Undecided::of(list.rows.iter().filter(|person| meets(person))))
}

/// A page of a list and one more, which says whether there is a next page.
fn page_of<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let most = usize::try_from(PAGE).unwrap_or(0);
    let more = rows.len() > most;
    rows.truncate(most);
    (rows, more)
}

pub async fn rules(context: &Context, instance: &str, search: &str) -> Result<Framed<RulesPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    parsed.knows_beside(&["list", "severity", "media", "q"], &["look"])?;
    let text = |key: &str| parsed.get(key).unwrap_or_default().trim().to_owned();
    let filter = RulesFilter {
        list: parsed.one_of("list", &[("blocks", "Domain blocks"), ("allows", "Allowed domains")])?.to_owned(),
        severity: parsed
            .one_of("severity", &Severity::ALL.map(|severity| (severity.name(), severity.title())))?
            .to_owned(),
        media: parsed.one_of("media", &[("rejected", "Rejects media")])?.to_owned(),
        text: text("q"),
    };
    let before = parsed.get("before").and_then(|id| id.parse().ok());
    let wanted = Some(filter.text.clone()).filter(|text| !text.is_empty());
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let (rules, allowed, last) = if filter.list == "allows" {
        let (allowed, more) =
            page_of(read.domain_allows(wanted.as_deref(), before, PAGE + 1).await.map_err(read_problem)?);
        let last = allowed.last().filter(|_| more).map(|allow| allow.id);
        (Vec::new(), allowed, last)
    } else {
        let narrowed = Narrowed {
            severity: filter.severity.parse().ok(),
            media: filter.media == "rejected",
            text: wanted,
            before,
        };
        let (rules, more) = page_of(read.domain_blocks(&narrowed, PAGE + 1).await.map_err(read_problem)?);
        let last = rules.last().filter(|_| more).map(|rule| rule.id);
        (rules, Vec::new(), last)
    };
    drop(read);
    let here = path::domains(&instance.name);
    let page = RulesPage {
        running: imports::running(context, &instance).await?,
        filter,
        rules,
        allowed,
        older: last.map(|id| format!("{here}{}", parsed.with("before", &id.to_string()))),
        search: search.to_owned(),
        server_search: server_search(&instance, &parsed).await?,
        may_change: may_change(context),
        limited: instance.health().limited_federation,
    };
    frame::build(context, Some(&instance), &here, search, page).await
}

pub async fn servers(context: &Context, instance: &str, search: &str) -> Result<Framed<ServersPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    parsed.knows_beside(&["begins"], &["look"])?;
    let begins = parsed.get("begins").unwrap_or_default().trim().to_lowercase();
    let after = parsed.get("after").unwrap_or_default().to_owned();
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let (mut servers, more) = page_of(read.known_servers(&begins, &after, PAGE + 1).await.map_err(read_problem)?);
    let names: Vec<String> = servers.iter().map(|server| server.domain.clone()).collect();
    let notes = read.server_note_counts(&names).await.map_err(read_problem)?;
    let untold = read.untold(&[Extra::ServerNotes]).await.map_err(read_problem)?;
    // Last: one that takes too long ends its transaction.
    let glimpses = match read.glimpses(&names).await {
        Ok(glimpses) => Some(glimpses),
        Err(DatabaseError::Slow) => None,
        Err(error) => return Err(read_problem(error)),
    };
    drop(read);
    for server in &mut servers {
        server.notes = notes.get(&server.domain).copied().unwrap_or(0);
        server.glimpse = glimpses.as_ref().map(|found| found.get(&server.domain).copied().unwrap_or_default());
    }
    let here = path::known_servers(&instance.name);
    let further = servers.last().filter(|_| more).map(|last| format!("{here}{}", parsed.with("after", &last.domain)));
    let page =
        ServersPage { begins, servers, further, server_search: server_search(&instance, &parsed).await?, untold };
    frame::build(context, Some(&instance), &here, search, page).await
}

/// Whether a suspension would cut follows of people here; what is not known for certain counts as yes.
async fn is_followed(instance: &Instance, domains: &[String]) -> Result<bool, DatabaseError> {
    let mut read = instance.database.read().await?;
    match read.is_followed(domains).await {
        Ok(followed) => Ok(followed.unwrap_or(true)),
        Err(DatabaseError::Slow) => Ok(true),
        Err(error) => Err(error),
    }
}

pub async fn server(context: &Context, instance: &str, search: &str) -> Result<Framed<ServerPage>, Problem> {
    let instance = viewed(context, instance).await?;
    let parsed = Search::parse(search);
    let name = parsed.get("name").unwrap_or_default();
    let domain = match there_is(&instance, name).await? {
        Some(domain) => domain,
        // As a rule made elsewhere may have had it, and links still have.
        None => names::linked(name).ok_or_else(|| {
            let says = format!("“{}” is not a valid domain, and nothing is known under it.", ui::excerpt(name, 80));
            Problem::new(Kind::NotFound, says, "Enter a domain like night.example.")
        })?,
    };
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let accounts = read.accounts_known(&domain).await.map_err(read_problem)?;
    let below = read.servers_below(&domain).await.map_err(read_problem)?;
    let rule = read.domain_block(&domain).await.map_err(read_problem)?;
    let allow = read.domain_allow(&domain).await.map_err(read_problem)?;
    let parents = read.domain_blocks_of(&domain.parents()).await.map_err(read_problem)?;
    let children = read.domain_blocks_below(&domain).await.map_err(read_problem)?;
    let delivery_stopped = read.delivery_stopped(&domain).await.map_err(read_problem)?;
    let allows_exist = !read.domain_allows(None, None, 1).await.map_err(read_problem)?.is_empty();
    let notes = read.server_notes(&domain).await.map_err(read_problem)?;
    let untold = read.untold(&[Extra::ServerNotes]).await.map_err(read_problem)?;
    drop(read);
    let mut there = vec![domain.to_string()];
    there.extend(below.iter().map(|(domain, _)| domain.clone()));
    // A read of its own: one that takes too long ends its transaction.
    let reach = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        match read.reach(&there).await {
            Ok(reach) => Some(reach),
            Err(DatabaseError::Slow) => None,
            Err(error) => return Err(read_problem(error)),
        }
    };
    let followed = match &reach {
        Some(reach) if reach.losses.follows > 0 => true,
        Some(reach) if reach.looked_at.is_none() => false,
        _ => is_followed(&instance, &there).await.map_err(read_problem)?,
    };
    let refused = names::server(domain.as_str(), &instance.own_domains()).err();
    let may_suspend = match followed {
        _ if !may_change(context) => Err("Only owners and admins can create domain blocks.".to_owned()),
        true if !access::allows(context.actor.role, Permission::SuspendFollowedDomain) => {
            Err("People here follow accounts on this server: only an owner can suspend it.".to_owned())
        }
        _ => Ok(()),
    };
    let history = history(context, &Subject::Domain(instance.name.clone(), domain.clone())).await?;
    let page = ServerPage {
        untold,
        shown: names::shown(domain.as_str()),
        accounts,
        below,
        reach,
        rule,
        allow,
        parents,
        children,
        delivery_stopped,
        notes,
        history,
        may_change: may_change(context),
        may_suspend,
        refused,
        ours: names::is_ours(&domain, &instance.own_domains()),
        shared: names::is_shared(&domain),
        allows_exist,
        limited: instance.health().limited_federation,
        domain,
    };
    frame::build(context, Some(&instance), &path::servers_page(&instance.name), search, page).await
}
