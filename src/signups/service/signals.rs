//! What speaks for and against those who wait.

use super::{
    super::{Cluster, SignUpRow, Signal, is_large_mail_server},
    Kept,
};
use crate::{
    access::{self, Permission},
    clock::{DAY, MINUTE, Timestamp},
    context::{App, Context},
    id::AccountId,
    invitations::service::chain::Families,
    mastodon::{
        Instance,
        database::{Hidden, NEWEST, Origins, PendingSignUp},
        resemblance::Resemblance,
        waiting::Snapshot,
    },
    problem::Problem,
    store::{
        invited::{self, Invited},
        refusals::{self, Refusal},
        store_problem,
    },
    ui::{self, time},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

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
const MOST_INVITERS: usize = 50;
/// … and of each at so many.
const MOST_BROUGHT: usize = 50;
/// So many addresses that say nothing are named.
const MOST_NAMED: usize = 3;

/// Something that speaks against somebody.
fn against(word: String, evidence: String, others: Vec<(AccountId, String)>) -> Signal {
    Signal { word, evidence, good: false, others, entry: None }
}

/// All who wait, and who invited them: what a list of them is narrowed by.
pub struct Desk {
    pub list: Arc<Snapshot<PendingSignUp>>,
    /// Whether this person may know who invited whom.
    pub names_inviters: bool,
    /// Who invited those of whom the instance does not say it any more; none for whom they are not to see.
    forgotten: BTreeMap<AccountId, Invited>,
}

/// What those of them who are shown are compared with.
pub struct Signals<'a> {
    desk: &'a Desk,
    refused: Refused,
    /// From which addresses those came who were let in lately; `None` where the database did not say.
    origins: Option<Arc<Origins>>,
    /// Whom else the inviters of those who are shown brought.
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
    /// # Errors
    /// If the store does not answer.
    pub async fn open(context: &Context, instance: &Instance) -> Result<Self, Problem> {
        let list = instance.signups.snapshot();
        let names_inviters = access::permit(&context.actor, Permission::ViewInvitations, Some(&instance.name)).is_ok();
        let oldest = list.rows.iter().map(|person| person.user).min().filter(|_| names_inviters);
        let forgotten = match oldest {
            Some(oldest) => invited::forgotten(&context.app.store, &instance.name, oldest, MOST_FORGOTTEN).await,
            None => Ok(Vec::new()),
        };
        let forgotten = forgotten.map_err(store_problem)?.into_iter().map(|one| (one.account, one)).collect();
        Ok(Self { list, names_inviters, forgotten })
    }

    pub fn people(&self) -> &[PendingSignUp] {
        &self.list.rows
    }

    pub fn resemblance(&self) -> &Resemblance {
        self.list.rows.together()
    }

    pub fn position(&self, account: AccountId) -> Option<usize> {
        self.people().iter().position(|person| person.account == account)
    }

    /// Who invited somebody, as the instance says or as it was seen: account, name, and whether it still says so.
    pub fn inviter<'a>(&'a self, person: &'a PendingSignUp) -> Option<(AccountId, &'a str, bool)> {
        match (&person.inviter, person.inviter_account) {
            (Some(name), Some(account)) => Some((account, name, true)),
            _ => self.forgotten.get(&person.account).map(|one| (one.inviter, one.name.as_str(), false)),
        }
    }

    /// Who invited those at these positions: whoever invited most of them first.
    fn inviters(&self, shown: &[usize]) -> BTreeSet<AccountId> {
        let people = shown.iter().filter_map(|at| self.people().get(*at)).filter(|_| self.names_inviters);
        let mut brought: BTreeMap<AccountId, usize> = BTreeMap::new();
        for (inviter, ..) in people.filter_map(|person| self.inviter(person)) {
            *brought.entry(inviter).or_default() += 1;
        }
        let mut inviters: Vec<(AccountId, usize)> = brought.into_iter().collect();
        inviters.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        inviters.into_iter().take(MOST_INVITERS).map(|(inviter, _)| inviter).collect()
    }
}

impl<'a> Signals<'a> {
    /// For those at these positions.
    ///
    /// # Errors
    /// If the store does not answer; without the instance's database it goes on, and says so.
    pub async fn of(context: &Context, instance: &Instance, desk: &'a Desk, shown: &[usize]) -> Result<Self, Problem> {
        let store = &context.app.store;
        let refused = Refused::of(refusals::list(store, &instance.name, context.now()).await.map_err(store_problem)?);
        let inviters = desk.inviters(shown);
        let now = context.now();
        let (origins, families) = match instance.database.read().await {
            Ok(mut read) => (
                instance.origins(&mut read, now, (now.plus(-LATELY), now.plus(-SETTLED))).await,
                Families::read(store, &instance.name, &mut read, &inviters, MOST_BROUGHT).await,
            ),
            Err(error) => (Err(error), Ok(Families::default())),
        };
        let origins = origins.inspect_err(|error| tracing::warn!(%error, "signups.origins")).ok();
        // The desk opens without: what is not known gives no signal.
        Ok(Self { desk, refused, origins, families: families.unwrap_or_default() })
    }

    /// What the invitation says that somebody came with: it speaks for them, unless whoever invited is gone or others that
    /// they invited were sanctioned.
    fn invited(&self, person: &PendingSignUp) -> Option<Signal> {
        let (account, name, still) = self.desk.inviter(person)?;
        if !self.desk.names_inviters {
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
    pub fn silent(&self) -> Vec<String> {
        let mut said = Vec::new();
        match self.desk.resemblance().of_no_visitor() {
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
        if self.origins.is_none() && !self.desk.people().is_empty() {
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
            .map(|at| (self.desk.people()[*at].account, format!("@{}", ui::tame(&self.desk.people()[*at].username))))
            .collect()
    }

    /// What speaks for and against one of them, with the evidence.
    fn signals(&self, app: &App, at: usize, now: Timestamp) -> Vec<Signal> {
        let person = &self.desk.people()[at];
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
        let resemblance = self.desk.resemblance();
        if let Some(alike) =
            resemblance.group(at).map(|group| resemblance.in_group(group)).filter(|alike| alike.len() > 1)
        {
            signals.push(against(
                format!("nearly the same text as {}", ui::count(alike.len() - 1, "other", "others")),
                format!("{} sign-ups give nearly the same reason.", ui::grouped(alike.len())),
                self.others(alike, at),
            ));
        }
        if let Some(there) =
            self.telling(person).map(|range| resemblance.from_address(&range)).filter(|there| there.len() > 1)
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
            let there = resemblance.at_mail(&domain);
            if there.len() >= FROM_ONE_SERVER
                // What most have in common tells nobody apart.
                && there.len() * 3 <= self.desk.people().len()
                && !is_large_mail_server(&domain)
            {
                signals.push(against(
                    format!("{} from {}", there.len(), ui::excerpt(&domain, 24)),
                    format!("{} pending sign-ups have their email at {}.", there.len(), ui::tame(&domain)),
                    self.others(there, at),
                ));
            }
        }
        let near = resemblance.asked_within(person.asked_at.0 - 5 * MINUTE..=person.asked_at.0 + 5 * MINUTE);
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
                if self.desk.names_inviters {
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

    pub fn row(&self, app: &App, at: usize, now: Timestamp) -> SignUpRow {
        let person = &self.desk.people()[at];
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
    pub fn cluster(&self) -> Option<Cluster> {
        // Of several that are as large, the one that began first.
        let began = |alike: &[usize]| alike.iter().map(|at| self.desk.people()[*at].asked_at).min();
        let largest =
            self.desk.resemblance().groups().max_by_key(|alike| (alike.len(), std::cmp::Reverse(began(alike))));
        let largest = largest.filter(|alike| alike.len() >= 5)?;
        let unconfirmed = largest.iter().filter(|at| !self.desk.people()[**at].confirmed).count();
        let times = largest.iter().map(|at| self.desk.people()[*at].asked_at);
        let span = times.clone().max()?.since(times.min()?);
        let first = &self.desk.people()[*largest.first()?];
        let one_address = self.telling(first).is_some()
            && largest.iter().all(|at| {
                self.desk.people()[*at].address.as_ref().map(Hidden::range) == first.address.as_ref().map(Hidden::range)
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

/// The list of throw-away mail servers: “list.txt of 3 May 2026, 4,000 names”.
pub fn list_of(app: &App) -> String {
    let list = &app.config.throw_away;
    let of = list.changed.map(|at| format!(" of {}", crate::text::time::day(at, Timestamp(0)))).unwrap_or_default();
    let names = ui::count(list.len(), "name", "names");
    let rest = match list.not_understood {
        0 => String::new(),
        number => format!(", {} not understood", ui::count(number, "line", "lines")),
    };
    format!("{}{of}, {names}{rest}", ui::tame(&list.name))
}
