//! What the sign-up desk does.

use super::{Cluster, Preview, SignUpDecision, SignUpFilter, SignUpPage, SignUpRow, SignUpsPage, Signal};
use crate::{
    access::{self, Object, Permission},
    batches,
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    clock::{DAY, MINUTE, Timestamp},
    context::{App, Context},
    deeds::{DecideSignUp, InBatch, SeenSignUp},
    frame::{self, Framed, Known, Since},
    id::{AccountId, RuleNumber},
    invitations::service::chain::Families,
    ledger::{Answered, Mark, Outcome, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Hidden, NEWEST, Origins, PendingSignUp, Read, read_problem},
        rest::Client,
        waiting::Snapshot,
    },
    nouns::domain_blocks::Domain,
    path,
    problem::{Kind, Problem, malformed_form},
    reports::service as reports,
    search::{Search, TICKED},
    session::Signed,
    store::{
        invited::{self, Invited},
        refusals,
        refusals::Refusal,
        store_problem,
    },
    text::{
        Why,
        alike::{groups, words},
    },
    ui::{self, time},
};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use ipnet::IpNet;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

const PAGE: usize = 50;
/// Mastodon deletes who has not confirmed the mail address after so long (`app/workers/scheduler/user_cleanup_scheduler.rb`).
const UNCONFIRMED: i64 = 7 * DAY;
/// So many within ten minutes are a burst.
const BURST: usize = 10;
/// So many from one mail server are said, where it is not one of the large ones.
const FROM_ONE_SERVER: usize = 3;
/// Signals about addresses look back so far.
const LATELY: i64 = 30 * DAY;
/// Whoever was let in counts for what is common after so long.
const SETTLED: i64 = 3 * DAY;
/// An address says nothing that at least so many of those share who were let in lately …
const SHARED_BY: i64 = 5;
/// … if they are more than one in so many of all.
const ONE_IN: i64 = 10;
/// Of so many whose inviter is gone it is looked who that was.
const MOST_FORGOTTEN: usize = 1_000;
/// Of so many inviters it is looked whom else they brought …
const MOST_INVITERS: usize = 20;
/// … and of each at so many.
const MOST_BROUGHT: usize = 50;
/// So many addresses that say nothing are named.
const MOST_NAMED: usize = 3;

/// Something that speaks against somebody.
fn against(word: String, evidence: String, others: Vec<(AccountId, String)>) -> Signal {
    Signal { word, evidence, good: false, others, entry: None }
}

/// Everything that is compared: all who wait, and what is remembered.
struct Desk {
    list: Arc<Snapshot<PendingSignUp>>,
    /// By position: who says the same.
    group: Vec<Option<usize>>,
    by_group: HashMap<usize, Vec<usize>>,
    by_address: HashMap<Hidden, Vec<usize>>,
    by_mail: HashMap<String, Vec<usize>>,
    /// When they asked, sorted.
    times: Vec<i64>,
    refused: Refused,
    /// From which addresses those came who were let in lately; `None` where the database did not say.
    origins: Option<Origins>,
    /// Whether this person may know who invited whom.
    names_inviters: bool,
    /// Who invited those of whom the instance does not say it any more; none for whom they are not to see.
    forgotten: BTreeMap<AccountId, Invited>,
    /// Whom else the inviters brought.
    families: Families,
}

/// What is remembered of refusals, by what they are known again by; the newest of each.
#[derive(Default)]
struct Refused {
    mail: HashMap<String, (i64, Timestamp)>,
    address: HashMap<String, (i64, Timestamp)>,
    words: HashMap<String, (i64, Timestamp)>,
}

impl Refused {
    fn of(refusals: Vec<Refusal>) -> Self {
        let mut refused = Self::default();
        // They come newest first.
        for refusal in refusals {
            let entry = (refusal.intent, refusal.at);
            refused.mail.entry(refusal.mail).or_insert(entry);
            if let Some(address) = refusal.address {
                refused.address.entry(address).or_insert(entry);
            }
            if let Some(words) = refusal.words {
                refused.words.entry(words).or_insert(entry);
            }
        }
        refused
    }
}

impl Desk {
    async fn open(context: &Context, instance: &Instance) -> Result<Self, Problem> {
        let list = instance.signups.snapshot();
        let rows = &list.rows;
        let group = groups(&rows.iter().map(|person| person.words).collect::<Vec<_>>());
        let mut by_group: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut by_address: HashMap<Hidden, Vec<usize>> = HashMap::new();
        let mut by_mail: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, person) in rows.iter().enumerate() {
            if let Some(group) = group[at] {
                by_group.entry(group).or_default().push(at);
            }
            if let Some(address) = &person.address {
                by_address.entry(address.range()).or_default().push(at);
            }
            if let Some(domain) = person.email.domain() {
                by_mail.entry(domain).or_default().push(at);
            }
        }
        let mut times: Vec<i64> = rows.iter().map(|person| person.asked_at.0).collect();
        times.sort_unstable();
        let refusals =
            refusals::list(&context.app.store, &instance.name, context.now()).await.map_err(store_problem)?;
        let origins = match instance.database.read().await {
            Ok(mut read) => read.origins(context.now().plus(-LATELY), context.now().plus(-SETTLED)).await,
            Err(error) => Err(error),
        };
        let origins = origins.inspect_err(|error| tracing::warn!(%error, "signups.origins")).ok();
        let permitted = access::permit(&context.actor, Permission::ViewInvitations, Some(&instance.name));
        let names_inviters = permitted.is_ok();
        let (forgotten, families) = match names_inviters {
            true => invitations(context, instance, rows).await?,
            false => Default::default(),
        };
        let refused = Refused::of(refusals);
        Ok(Self {
            list,
            group,
            by_group,
            by_address,
            by_mail,
            times,
            refused,
            origins,
            names_inviters,
            forgotten,
            families,
        })
    }

    /// Who invited somebody, as the instance says or as it was seen: account, name, and whether it still says so.
    fn inviter<'a>(&'a self, person: &'a PendingSignUp) -> Option<(AccountId, &'a str, bool)> {
        match (&person.inviter, person.inviter_account) {
            (Some(name), Some(account)) => Some((account, name, true)),
            _ => self.forgotten.get(&person.account).map(|one| (one.inviter, one.name.as_str(), false)),
        }
    }

    /// What the invitation says that somebody came with: it speaks for them, unless whoever invited is gone or others that
    /// they invited were sanctioned.
    fn invited(&self, person: &PendingSignUp) -> Option<Signal> {
        let (account, name, still) = self.inviter(person)?;
        if !self.names_inviters {
            return Some(Signal {
                word: "invited".to_owned(),
                evidence: "Signed up with an invite; you can’t see whose.".to_owned(),
                good: false,
                others: Vec::new(),
                entry: None,
            });
        }
        let (name, others) = (ui::tame(name), self.families.others(account, person.account));
        let looked_at = self.families.looked_at(account);
        // Whoever the instance does not name any more may be there all the same, without a login.
        let stands = if looked_at || still { self.families.word(account) } else { Some("gone") };
        let came = match stands {
            None if !looked_at => {
                format!("Signed up with an invite of @{name}; their status and other invitees were not checked.")
            }
            Some(word) => format!("Signed up with an invite of @{name}, who is {word}."),
            None => format!("Signed up with an invite of @{name}."),
        };
        let brought =
            others.words().map(|words| format!(" Among those they invited, as seen by this console: {words}."));
        let sanctioned = others.suspended + others.limited;
        let word = match (others.speaks_against(), stands) {
            (true, _) => format!("invited by @{name}, as {sanctioned} sanctioned"),
            (false, Some(word)) => format!("invited by @{name} ({word})"),
            (false, None) => format!("invited by @{name}"),
        };
        Some(Signal {
            word,
            evidence: format!("{came}{}", brought.unwrap_or_default()),
            good: looked_at && stands.is_none() && others.untold == 0 && !others.speaks_against(),
            others: Vec::new(),
            entry: None,
        })
    }

    fn people(&self) -> &[PendingSignUp] {
        &self.list.rows
    }

    fn position(&self, account: AccountId) -> Option<usize> {
        self.people().iter().position(|person| person.account == account)
    }

    /// Whether so many come from an address that it says nothing of any of them: the instance’s own proxy, or a large network
    /// behind one address.
    fn is_common(&self, origins: &Origins, range: &Hidden) -> bool {
        let number = origins.shared.iter().find(|(shared, _)| shared == range).map_or(0, |(_, number)| *number);
        number >= SHARED_BY && number * ONE_IN > origins.all
    }

    /// The address of somebody, where it tells people apart. Where the database did not say who was let in lately, none is
    /// known to be common: a signal too many is looked at, one too few is not.
    fn telling(&self, person: &PendingSignUp) -> Option<Hidden> {
        let range = person.address.as_ref().filter(|address| !address.is_of_no_visitor())?.range();
        let common = self.origins.as_ref().is_some_and(|origins| self.is_common(origins, &range));
        (!common).then_some(range)
    }

    /// What is said once of addresses that give no signal, each a sentence.
    fn silent(&self) -> Vec<String> {
        let mut said = Vec::new();
        let of_none =
            self.people().iter().filter(|person| person.address.as_ref().is_some_and(Hidden::is_of_no_visitor));
        match of_none.count() {
            0 => {}
            number => said.push(format!(
                "{} from an IP address no visitor has (loopback, or a private network): not used as a signal. The \
                instance’s proxy may not pass visitors’ IP addresses on.",
                ui::count(number, "pending sign-up is", "pending sign-ups are"),
            )),
        }
        let origins = self.origins.iter().flat_map(|origins| {
            let common = |(range, _): &&(Hidden, i64)| !range.is_of_no_visitor() && self.is_common(origins, range);
            origins.shared.iter().filter(common).map(move |(range, number)| (origins, range, *number))
        });
        said.extend(origins.take(MOST_NAMED).map(|(origins, range, number)| {
            let among = match origins.more {
                true => format!(", among the newest {} sign-ups,", ui::grouped(usize::try_from(NEWEST).unwrap_or(0))),
                false => String::new(),
            };
            format!(
                "{} of the {} who signed up within the last 30 days{among} and were approved used {}: too common \
                an IP address to be a signal.",
                ui::grouped(usize::try_from(number).unwrap_or(0)),
                ui::count(usize::try_from(origins.all).unwrap_or(0), "person", "people"),
                range.masked(),
            )
        }));
        if self.origins.is_none() && !self.people().is_empty() {
            said.push(
                "Recently approved sign-ups couldn’t be read: it’s not known which IP addresses are common, so \
                each counts as a signal."
                    .to_owned(),
            );
        }
        said
    }

    fn others(&self, among: &[usize], but: usize) -> Vec<(AccountId, String)> {
        among
            .iter()
            .filter(|at| **at != but)
            .take(10)
            .map(|at| (self.people()[*at].account, format!("@{}", ui::tame(&self.people()[*at].username))))
            .collect()
    }

    /// What speaks for and against one of them, with the evidence.
    fn signals(&self, app: &App, at: usize, now: Timestamp) -> Vec<Signal> {
        let person = &self.people()[at];
        let mut signals = Vec::new();
        if let Some(((intent, at), same)) = self.refused_before(app, person) {
            signals.push(Signal {
                word: format!("rejected {}, same {same}", time::relative(at, now)),
                evidence: format!("Somebody with the same {same} was rejected {}.", time::relative(at, now)),
                good: false,
                others: Vec::new(),
                entry: Some(intent),
            });
        }
        if let Some(alike) = self.group[at].and_then(|group| self.by_group.get(&group)).filter(|alike| alike.len() > 1)
        {
            signals.push(against(
                format!("nearly the same text as {}", ui::count(alike.len() - 1, "other", "others")),
                format!("{} sign-ups give nearly the same reason.", ui::grouped(alike.len())),
                self.others(alike, at),
            ));
        }
        if let Some(there) = self.telling(person).and_then(|range| self.by_address.get(&range))
            && there.len() > 1
        {
            let others = there.len() - 1;
            signals.push(against(
                format!("IP address shared with {}", ui::count(others, "other", "others")),
                format!(
                    "{} signed up from the same IP address.",
                    ui::count(others, "other pending sign-up", "other pending sign-ups")
                ),
                self.others(there, at),
            ));
        }
        if let Some(domain) = person.email.domain() {
            if let Some(line) = app.config.throw_away.line_for(&domain) {
                let by = if line == domain { String::new() } else { format!(", by {}", ui::tame(line)) };
                signals.push(against(
                    "disposable email".to_owned(),
                    format!("{} is on the list of disposable email domains{by} ({}).", ui::tame(&domain), list_of(app)),
                    Vec::new(),
                ));
            }
            if let Some(there) = self.by_mail.get(&domain)
                && there.len() >= FROM_ONE_SERVER
                // What most have in common tells nobody apart.
                && there.len() * 3 <= self.people().len()
                && !super::LARGE_MAIL_SERVERS.contains(&domain.as_str())
            {
                signals.push(against(
                    format!("{} from {}", there.len(), ui::excerpt(&domain, 24)),
                    format!("{} pending sign-ups have their email at {}.", there.len(), ui::tame(&domain)),
                    self.others(there, at),
                ));
            }
        }
        let (from, to) = (person.asked_at.0 - 5 * MINUTE, person.asked_at.0 + 5 * MINUTE);
        let near = self.times.partition_point(|time| *time <= to) - self.times.partition_point(|time| *time < from);
        if near >= BURST {
            signals.push(against(
                format!("1 of {near} in 10 min"),
                format!("{near} people signed up within ten minutes of this one."),
                Vec::new(),
            ));
        }
        match self.invited(person) {
            Some(invited) => signals.push(invited),
            None if person.reason.trim().is_empty() => signals.push(against(
                "no reason".to_owned(),
                // What the instance forgot may stand in what was seen, which not everybody may read.
                if self.names_inviters {
                    "No reason given, and no invite.".to_owned()
                } else {
                    "No reason given, and no known invite.".to_owned()
                },
                Vec::new(),
            )),
            None => {}
        }
        signals
    }

    fn refused_before(&self, app: &App, person: &PendingSignUp) -> Option<((i64, Timestamp), &'static str)> {
        if self.refused.mail.is_empty() {
            return None;
        }
        let kept = Kept::of(app, person);
        let telling = self.telling(person).is_some();
        let by_address =
            || kept.address.as_ref().filter(|_| telling).and_then(|address| self.refused.address.get(address));
        let by_words = || kept.words.as_ref().and_then(|words| self.refused.words.get(words));
        if let Some(found) = self.refused.mail.get(&kept.mail) {
            Some((*found, "email address"))
        } else if let Some(found) = by_address() {
            Some((*found, "IP address"))
        } else {
            by_words().map(|found| (*found, "reason"))
        }
    }

    fn row(&self, app: &App, at: usize, now: Timestamp) -> SignUpRow {
        let person = &self.people()[at];
        SignUpRow {
            account: person.account,
            handle: format!("@{}", ui::tame(&person.username)),
            asked_at: person.asked_at,
            reason: ui::excerpt(&person.reason, 160),
            mail: person.email.masked(),
            confirmed: person.confirmed,
            deleted_on: person.confirmation_sent_at.filter(|_| !person.confirmed).map(|sent| sent.plus(UNCONFIRMED)),
            language: person.locale.clone(),
            signals: self.signals(app, at, now),
        }
    }

    /// The largest group that says the same.
    fn cluster(&self) -> Option<Cluster> {
        // Of several that are as large, the one that began first.
        let began = |alike: &[usize]| alike.iter().map(|at| self.people()[*at].asked_at).min();
        let largest = self.by_group.values().max_by_key(|alike| (alike.len(), std::cmp::Reverse(began(alike))));
        let largest = largest.filter(|alike| alike.len() >= 5)?;
        let unconfirmed = largest.iter().filter(|at| !self.people()[**at].confirmed).count();
        let times = largest.iter().map(|at| self.people()[*at].asked_at);
        let span = times.clone().max()?.since(times.min()?);
        let first = &self.people()[*largest.first()?];
        let one_address = self.telling(first).is_some()
            && largest.iter().all(|at| {
                self.people()[*at].address.as_ref().map(Hidden::range) == first.address.as_ref().map(Hidden::range)
            });
        let from = if one_address { ", from one IP address" } else { "" };
        let unconfirmed = match unconfirmed {
            0 => String::new(),
            some => format!("; {} unconfirmed", ui::grouped(some)),
        };
        Some(Cluster {
            sentence: format!(
                "{} sign-ups give nearly the same reason, within {}{from}{unconfirmed}.",
                ui::grouped(largest.len()),
                time::span_up(span)
            ),
            of: first.account,
        })
    }
}

/// Who invited those who wait and of whom the instance does not say it any more; and whom else the inviters of most of them
/// brought.
async fn invitations(
    context: &Context,
    instance: &Instance,
    rows: &[PendingSignUp],
) -> Result<(BTreeMap<AccountId, Invited>, Families), Problem> {
    let store = &context.app.store;
    let Some(oldest) = rows.iter().map(|person| person.user).min() else {
        return Ok((BTreeMap::new(), Families::default()));
    };
    let forgotten = invited::forgotten(store, &instance.name, oldest, MOST_FORGOTTEN).await.map_err(store_problem)?;
    let forgotten: BTreeMap<AccountId, Invited> = forgotten.into_iter().map(|one| (one.account, one)).collect();
    let mut brought: BTreeMap<AccountId, usize> = BTreeMap::new();
    for person in rows {
        let kept = || forgotten.get(&person.account).map(|one| one.inviter);
        if let Some(inviter) = person.inviter_account.or_else(kept) {
            *brought.entry(inviter).or_default() += 1;
        }
    }
    let mut inviters: Vec<(AccountId, usize)> = brought.into_iter().collect();
    inviters.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let inviters: BTreeSet<AccountId> = inviters.into_iter().take(MOST_INVITERS).map(|(inviter, _)| inviter).collect();
    let families = match instance.database.read().await {
        Ok(mut read) => Families::read(store, &instance.name, &mut read, &inviters, MOST_BROUGHT).await,
        Err(error) => Err(read_problem(error)),
    };
    // The desk opens without: what is not known gives no signal.
    Ok((forgotten, families.unwrap_or_default()))
}

/// The list of throw-away mail servers: “list.txt of 3 May 2026, 4,000 names”.
fn list_of(app: &App) -> String {
    let list = &app.config.throw_away;
    let of = list.changed.map(|at| format!(" of {}", crate::text::time::day(at, Timestamp(0)))).unwrap_or_default();
    format!("{}{of}, {}", ui::tame(&list.name), ui::count(list.len(), "name", "names"))
}

/// The keyed hashes that are kept of somebody who is refused.
struct Kept {
    mail: String,
    address: Option<String>,
    words: Option<String>,
}

impl Kept {
    fn of(app: &App, person: &PendingSignUp) -> Self {
        let said = words(&person.reason);
        Self {
            mail: person.email.keyed(&app.keys),
            address: person.address.as_ref().map(|address| address.keyed(&app.keys)),
            // A few words are said by many.
            words: (said.len() >= 5).then(|| app.keys.hash("sign-up words", said.join(" ").as_bytes())),
        }
    }
}

/// # Errors
/// Invalid, with what is accepted.
fn filter_of(search: &Search) -> Result<SignUpFilter, Problem> {
    let text = |key: &str| search.get(key).unwrap_or_default().trim().to_owned();
    search.typed::<AccountId>("alike", "Enter an account ID")?;
    search.typed::<i64>("rule", "Enter the number of an IP rule")?;
    Ok(SignUpFilter {
        state: search.one_of("state", &SignUpFilter::STATES)?.to_owned(),
        language: text("language"),
        mail: text("mail").trim_start_matches('@').to_lowercase(),
        alike: text("alike"),
        under: text("under").to_lowercase(),
        rule: text("rule"),
        order: search.one_of("order", &SignUpFilter::ORDERS)?.to_owned(),
    })
}

/// Whether somebody comes under the rule that a filter names; `network` is that of the rule about addresses.
fn comes_under(person: &PendingSignUp, filter: &SignUpFilter, network: Option<&IpNet>) -> bool {
    let mail = || {
        let rule = Domain::try_from(filter.under.clone()).ok();
        rule.zip(person.email.domain()).is_some_and(|(rule, domain)| rule.covers(&domain))
    };
    let address = || network.zip(person.address.as_ref()).is_some_and(|(network, address)| address.is_within(network));
    (filter.under.is_empty() || mail()) && (filter.rule.is_empty() || address())
}

fn fits(desk: &Desk, at: usize, filter: &SignUpFilter, network: Option<&IpNet>) -> bool {
    let person = &desk.people()[at];
    let alike = match filter.alike.parse::<AccountId>() {
        Ok(of) => {
            let of = desk.position(of).and_then(|at| desk.group[at]);
            return of.is_some() && desk.group[at] == of;
        }
        Err(_) => true,
    };
    let state = match filter.state.as_str() {
        "unconfirmed" => !person.confirmed,
        "invited" => desk.inviter(person).is_some(),
        // Whom a rule would have caught is shown whole, until somebody narrows it.
        _ => person.confirmed || filter.is_by_rule(),
    };
    let language = filter.language.is_empty() || person.locale.as_deref() == Some(filter.language.as_str());
    let mail = filter.mail.is_empty() || person.email.domain().as_deref() == Some(filter.mail.as_str());
    alike && state && language && mail && comes_under(person, filter, network)
}

/// Values with how many have each, most first.
fn counted(values: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        *numbers.entry(value).or_default() += 1;
    }
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by_key(|(value, number)| (std::cmp::Reverse(*number), value.clone()));
    numbers.truncate(12);
    numbers
}

/// Where somebody stands in the list, as the address of the next page has it.
fn parse_place(text: &str) -> Option<(Timestamp, i64)> {
    let (at, user) = text.rsplit_once('-')?;
    Some((Timestamp(at.parse().ok()?), user.parse().ok()?))
}

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<SignUpsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewSignUps, Some(&instance.name)).await?;
    frame::beside(context, &instance, &path::signups(&instance.name), search, page(context, &instance, search)).await
}

async fn page(context: &Context, instance: &Instance, search: &str) -> Result<SignUpsPage, Problem> {
    let parsed = Search::parse(search);
    parsed.knows_beside(&[&SignUpFilter::KEYS[..], &["order"]].concat(), &TICKED)?;
    let base = path::signups(&instance.name);
    // Before the list is read: none that comes in between is missed.
    let revision = frame::revision_of(context, frame::OF_SIGN_UPS, &instance.signups);
    let Found { desk, filter, network, mut fitting, around } = found(context, instance, &parsed).await?;
    let now = context.now();
    let may_decide = access::permit(&context.actor, Permission::DecideSignUps, Some(&instance.name)).is_ok();
    let meanwhile = since(context, instance, revision, &parsed, &desk, &fitting);
    fitting.sort_by_key(|at| (desk.people()[*at].asked_at, desk.people()[*at].user));
    if filter.order == "newest" {
        fitting.reverse();
    }
    let preview = parsed.get("decide").and_then(|verdict| verdict.parse().ok()).filter(|_| may_decide).map(|verdict| {
        let chosen: Vec<AccountId> = parsed.all("who").filter_map(|id| id.parse().ok()).collect();
        let all = parsed.get("all").is_some();
        let people: Vec<usize> = if all {
            fitting.iter().take(batches::most(context.actor.role)).copied().collect()
        } else {
            (0..desk.people().len()).filter(|at| chosen.contains(&desk.people()[*at].account)).collect()
        };
        let gone = if all { 0 } else { chosen.len() - people.len() };
        Preview {
            verdict,
            refused: batches::too_many(context.actor.role, people.len()),
            people: people.iter().take(batches::MOST_AT_ONCE).map(|at| desk.row(&context.app, *at, now)).collect(),
            gone,
            part: batches::only_the_first(people.len(), fitting.len()).filter(|_| all),
        }
    });
    // Whoever is named may have been decided meanwhile: the page goes on where they were.
    let after = parsed.get("before").and_then(parse_place);
    let place = |at: usize| (desk.people()[at].asked_at, desk.people()[at].user);
    let beyond = |at: usize| match after {
        None => true,
        Some(after) if filter.order == "newest" => place(at) < after,
        Some(after) => place(at) > after,
    };
    let mut shown: Vec<usize> = fitting.iter().copied().filter(|at| beyond(*at)).take(PAGE + 1).collect();
    let more = shown.len() > PAGE;
    shown.truncate(PAGE);
    let older = shown.last().filter(|_| more).map(|last| {
        let (at, user) = place(*last);
        format!("{base}{}", parsed.with("before", &format!("{}-{user}", at.0)))
    });
    let known = desk.list.at.is_some();
    let to_choose = || around.iter().map(|at| &desk.people()[*at]);
    Ok(SignUpsPage {
        known,
        rows: shown.iter().map(|at| desk.row(&context.app, *at, now)).collect(),
        waiting: instance.sign_ups_waiting().unwrap_or_default(),
        unconfirmed: desk.people().iter().filter(|person| !person.confirmed).count(),
        invited: desk.people().iter().filter(|person| desk.inviter(person).is_some()).count(),
        matching: fitting.len(),
        languages: counted(to_choose().filter_map(|person| person.locale.clone())),
        mails: counted(to_choose().filter_map(|person| person.email.domain())),
        cluster: desk.cluster().filter(|_| filter.alike.is_empty() && !filter.is_by_rule()),
        silent: desk.silent(),
        throw_away: (!context.app.config.throw_away.is_empty()).then(|| list_of(&context.app)),
        network,
        filter,
        preview,
        running: batches::service::running(context, instance, "decide_sign_up").await?,
        lately: batches::service::lately(context, instance, "decide_sign_up").await?,
        may_decide,
        older,
        search: search.to_owned(),
        meanwhile,
    })
}

/// Who waits under a filter.
struct Found {
    desk: Desk,
    filter: SignUpFilter,
    /// The network of the rule that they are narrowed to.
    network: Option<String>,
    /// Their places among the people of the desk.
    fitting: Vec<usize>,
    /// The same, whatever language and mail server are chosen: what each choice leaves is counted among these.
    around: Vec<usize>,
}

async fn found(context: &Context, instance: &Instance, search: &Search) -> Result<Found, Problem> {
    let filter = filter_of(search)?;
    let desk = Desk::open(context, instance).await?;
    // By its number alone: who may look here must not find out addresses by trying networks.
    let may_decide = access::permit(&context.actor, Permission::DecideSignUps, Some(&instance.name)).is_ok();
    // And only for whoever decides about them and sees rules at all: it tells more of an address than its mask does.
    let may_see = may_decide && access::permit(&context.actor, Permission::ViewBlocks, Some(&instance.name)).is_ok();
    let network = match filter.rule.parse().map(RuleNumber) {
        Ok(id) if may_see => {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            read.network_of(id).await.map_err(read_problem)?
        }
        _ => None,
    };
    let within: Option<IpNet> = network.as_deref().and_then(|network| network.parse().ok());
    let of = |filter: &SignUpFilter| {
        (0..desk.people().len()).filter(|at| fits(&desk, *at, filter, within.as_ref())).collect::<Vec<_>>()
    };
    let fitting = of(&filter);
    let any = SignUpFilter { language: String::new(), mail: String::new(), ..filter.clone() };
    let around = if any == filter { fitting.clone() } else { of(&any) };
    Ok(Found { desk, filter, network, fitting, around })
}

/// Where the list asks what changed: under its filter, since the newest sign-up it knew of, of these.
fn since(
    context: &Context,
    instance: &Instance,
    revision: String,
    search: &Search,
    desk: &Desk,
    fitting: &[usize],
) -> Since {
    let address = format!("{}{}", path::signups_meanwhile(&instance.name), search.only(&SignUpFilter::KEYS));
    let all = desk.people().iter().map(|person| person.user);
    let rows = fitting.iter().map(|at| desk.people()[*at].user);
    Known::since(context, &address, frame::OF_SIGN_UPS, revision, all, rows)
}

/// What came into a list of sign-ups and what left it.
pub async fn meanwhile(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let context = Context::of(app, signed);
    frame::told(changed(&context, &instance, &Search::parse(&query.unwrap_or_default())).await)
}

async fn changed(context: &Context, instance: &str, search: &Search) -> Result<Option<String>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewSignUps, Some(&instance.name)).await?;
    let Some(known) = Known::read(search) else { return Ok(None) };
    let Found { desk, fitting, .. } = found(context, &instance, search).await?;
    // Of a list that holds the newest alone nobody knows what left it.
    if desk.list.cut || desk.list.at.is_none() {
        return Ok(None);
    }
    let users = fitting.into_iter().map(|at| desk.people()[at].user).map(|user| (user, user));
    Ok(known.came_and_went(context, frame::OF_SIGN_UPS, users, "gone", "sign-ups changed"))
}

pub async fn sign_up(
    context: &Context,
    instance: &str,
    account: &str,
    search: &str,
) -> Result<Framed<SignUpPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewSignUps, Some(&instance.name)).await?;
    let gone = || {
        Problem::new(
            Kind::NotFound,
            "This account is not pending review.",
            "Somebody may have decided already: see the audit log.",
        )
    };
    let id: AccountId = account.parse().map_err(|_| gone())?;
    let fresh = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.pending_sign_up(id).await.map_err(read_problem)?
    };
    let fresh = fresh.ok_or_else(gone)?;
    let mut desk = Desk::open(context, &instance).await?;
    if desk.position(id).is_none() {
        // Asked this very second: the list does not know them yet.
        instance.signups.refresh(&instance.database, context.now()).await;
        desk = Desk::open(context, &instance).await?;
    }
    let at = desk.position(id).ok_or_else(gone)?;
    let parsed = Search::parse(search);
    let may = |permission| access::permit(&context.actor, permission, Some(&instance.name)).is_ok();
    let there = format!("admin/accounts/{id}");
    let page = SignUpPage {
        row: desk.row(&context.app, at, context.now()),
        reason: ui::tame(&fresh.reason),
        address: fresh.address.as_ref().map(Hidden::masked),
        may_decide: may(Permission::DecideSignUps),
        may_reveal: access::permit(&context.actor, Permission::Reveal, Object::SignUp(instance.name.clone(), id))
            .is_ok(),
        deciding: parsed.get("decide").and_then(|verdict| verdict.parse().ok()),
        next: next_after(desk.people(), id),
        revealed: reports::revealed(context, &parsed, &instance.name, id).await?,
        there: instance.base.join(&there).map_or_else(|_| instance.base.to_string(), |url| url.to_string()),
        search: search.to_owned(),
    };
    frame::build(context, Some(&instance), &path::sign_up(&instance.name, id), search, page).await
}

/// The next who waits with a confirmed address; after this one, or the first.
fn next_after(list: &[PendingSignUp], account: AccountId) -> Option<AccountId> {
    let at = list.iter().position(|person| person.account == account);
    let waits = |person: &&PendingSignUp| person.confirmed && person.account != account;
    let after = at.and_then(|at| list[at + 1..].iter().find(waits));
    after.or_else(|| list.iter().find(waits)).map(|person| person.account)
}

/// The deed about somebody who waits.
fn deed(app: &App, instance: &Instance, person: &PendingSignUp, verdict: SignUpDecision) -> DecideSignUp {
    let kept = Kept::of(app, person);
    DecideSignUp {
        instance: instance.name.clone(),
        account: person.account,
        user: person.user,
        acct: person.username.clone(),
        approve: verdict == SignUpDecision::Approve,
        confirmed: person.confirmed,
        mail: kept.mail,
        address: kept.address,
        words: kept.words,
        seen: Some(SeenSignUp { asked_at: person.asked_at, reasons: person.reason.clone() }),
    }
}

pub async fn decide(
    context: Context,
    instance: String,
    who: String,
    verdict: String,
    reason: String,
    why: String,
    next: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::DecideSignUps, Some(&instance.name)).await?;
    let verdict: SignUpDecision = verdict.parse().map_err(|()| malformed_form())?;
    let accounts: Vec<i64> = who
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<AccountId>().map(|id| id.0).map_err(|_| malformed_form()))
        .collect::<Result<_, _>>()?;
    if accounts.is_empty() {
        return Err(Problem::new(Kind::Invalid, "Nothing was done: nobody is selected.", "Select somebody first."));
    }
    if let Some(refused) = batches::too_many(context.actor.role, accounts.len()) {
        return Err(Problem::new(Kind::Invalid, refused, "Select fewer, or ask an admin."));
    }
    let why = [reason.trim(), why.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    if verdict == SignUpDecision::Reject && why.is_empty() {
        return Err(Problem::invalid(
            "why",
            "Enter a reason: the account will be deleted, and only the audit log remains.",
        ));
    }
    let why = Why::given(&why, false)?;
    let people = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.pending_of(&accounts).await.map_err(read_problem)?
    };
    match people.as_slice() {
        [] => Err(Problem::new(
            Kind::Conflict,
            "Nothing was done: somebody else decided in the meantime.",
            "If it was done through this console, the audit log says who.",
        )),
        [person] if accounts.len() == 1 => {
            let deed = deed(&context.app, &instance, person, verdict);
            let done = carry(context.clone(), instance.clone(), deed, why).await;
            instance.signups.refresh(&instance.database, context.now()).await;
            let list = instance.signups.snapshot();
            let waits = |named: &AccountId| list.rows.iter().any(|one| one.account == *named && one.confirmed);
            // A colleague may have been quicker with the one that the page named.
            let named = next.parse::<AccountId>().ok();
            let next =
                named.and_then(|named| Some(named).filter(waits).or_else(|| next_after(&list.rows, person.account)));
            let to = next.map_or_else(|| path::signups(&instance.name), |next| path::sign_up(&instance.name, next));
            done?.landed(&to)
        }
        people => {
            let deeds =
                people.iter().map(|person| InBatch::DecideSignUp(deed(&context.app, &instance, person, verdict)));
            batches::service::begin(&context, &instance, deeds.collect(), why).await
        }
    }
}

/// Carries one decision out, for somebody or for their batch.
///
/// # Errors
/// Those of the permit and of the deed.
pub async fn carry(context: Context, instance: Arc<Instance>, deed: DecideSignUp, why: Why) -> Result<Done, Problem> {
    let object = Object::SignUp(instance.name.clone(), deed.account);
    let permit = context.permit(Permission::DecideSignUps, object).await?;
    carry_out(context, instance, permit, deed, why).await
}

impl DecideSignUp {
    /// Whether the sign-up is seen to be gone from the instance.
    async fn is_gone(&self, app: &App) -> bool {
        let Some(instance) = app.instances.get(&self.instance) else { return false };
        match instance.database.read().await {
            Ok(mut read) => matches!(read.is_approved(self.user).await, Ok(None)),
            Err(_) => false,
        }
    }
}

impl Carry for DecideSignUp {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(match read.is_approved(self.user).await? {
            Some(false) => None,
            Some(true) => Some("somebody else approved them in the meantime".to_owned()),
            None => Some("somebody else rejected them in the meantime, or they withdrew".to_owned()),
        })
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.decide_sign_up(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let action = if self.approve { "approve" } else { "reject" };
        let log = read.log_after(mark, acting).await?;
        let traced =
            log.iter().any(|row| row.action == action && row.target_type == "User" && row.target_id == self.user);
        let approved = read.is_approved(self.user).await?;
        Ok(Evidence {
            trace: if traced { Trace::Whole } else { Trace::None },
            state_is_right: approved == self.approve.then_some(true),
            facts: json!({ "logged": traced }),
            seen: json!({ "approved": approved }),
        })
    }

    /// Mastodon forgets who was refused; the console remembers what it needs to know them again.
    async fn afterwards(&self, app: &App, intent: i64, outcome: Outcome) -> sqlx::Result<()> {
        let happened = match outcome {
            Outcome::Succeeded => true,
            // Nobody answered, and no trace says who did it: what counts is whether they are gone.
            Outcome::Unknown => self.is_gone(app).await,
            Outcome::Partly | Outcome::Failed | Outcome::Stale | Outcome::Refused => false,
        };
        if self.approve || !happened {
            return Ok(());
        }
        let refusal = Refusal {
            intent,
            mail: self.mail.clone(),
            address: self.address.clone(),
            words: self.words.clone(),
            at: app.clock.now(),
        };
        refusals::remember(&app.store, &self.instance, &refusal).await
    }
}
