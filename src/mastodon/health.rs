//! What is known of an instance without asking: its health, who may sign up, as whom we act. Read in the background, so
//! that no page waits for an instance that is down.

use super::{
    Instance,
    database::{DatabaseError, Extras, LastLogged, Releases, Standby, Standing, Writing},
    rest::{IN_ITS_PLACE, InstanceAnswer, Named, RestError, ServiceAccount, ServiceRole, TokenInfo},
    settings::{Meaning, Stored},
    visitors,
};
use crate::{
    clock::{DAY, HOUR, MINUTE, Timestamp},
    id::AccountId,
    nouns::{
        permissions::{Capability, Lack, MANAGE_REPORTS, MANAGE_USERS},
        registrations::SINGLE_USER,
    },
};

/// The last look at an instance.
#[derive(Clone, Debug, Default)]
pub struct Health {
    pub at: Option<Timestamp>,
    /// The version it says it runs, or why its API does not answer.
    pub api: Option<Result<String, String>>,
    pub api_milliseconds: i64,
    /// The domain of its handles, once known.
    pub domain: Option<String>,
    /// Whether it federates with allowed servers alone, as far as it said when last asked; 4.3 never says.
    pub limited_federation: Option<bool>,
    pub account: Option<ServiceAccount>,
    /// What is wrong with the token, or why that cannot be said.
    pub token: Option<String>,
    /// When whose token it is was last asked in the way that counts as work there.
    tested_at: Option<Timestamp>,
    /// What the console could not do if somebody pressed for it: a capability each, with what the token or the role lacks.
    pub lacks: Vec<Lack>,
    /// What the console's database role may only read, because whoever granted it left the rest out.
    pub only_shown: Vec<Lack>,
    /// Whether the instance tells what the token is good for.
    pub scopes_known: bool,
    /// When somebody other than the account we act as last did something that Mastodon logs; `None` until it is known as whom we
    /// act.
    pub logged: Option<LastLogged>,
    /// Whether the database answers as Mastodon's does.
    pub database: Option<Result<i64, String>>,
    /// How it is seen that the database is another server's, in a clause: nothing that is read there is true of this one.
    pub another: Option<String>,
    /// What it has of the one it follows, where it is a copy.
    pub standby: Option<Standby>,
    /// Whether the primary can be written to, where it has an address of its own.
    pub primary: Option<Result<(), String>>,
    /// What the console does without, because it is not granted: a sentence each, with the GRANT.
    pub not_granted: Vec<String>,
    pub redis: Option<Result<(), String>>,
    /// When Redis was last searched for what Mastodon caches, and whether anything was there, as far as it could be searched.
    cache: Option<(Timestamp, Option<bool>)>,
    pub registrations: Option<Stored>,
    /// When that was read.
    pub registrations_at: Option<Timestamp>,
    pub sign_ups: Vec<(Timestamp, usize)>,
    /// What the instance was told of newer releases.
    pub releases: Releases,
    /// The version it said it runs when it last answered.
    pub version: Option<String>,
    /// Where its tables do not fit that version, in a sentence.
    pub half_way: Option<String>,
    /// Whether the account we act as lacks the second factor that its role wants.
    pub lacks_second_factor: bool,
    /// Whether it is one person's server, as far as it said when last asked.
    pub single_user: Option<bool>,
    /// When it was asked that.
    pub(super) single_user_at: Option<Timestamp>,
}

impl Health {
    /// Whether who may sign up could not be read any more when last asked.
    pub fn registrations_are_old(&self) -> bool {
        self.registrations.is_some() && self.registrations_at < self.at
    }

    /// What of the configuration does not hold, a line each: what was asked, what came of it, and what to look at.
    pub fn troubles(&self) -> Vec<String> {
        let api = match &self.api {
            Some(Err(why)) if why.starts_with(IN_ITS_PLACE) => {
                Some(format!("the server: {why}; check whether Mastodon runs"))
            }
            Some(Err(why)) => Some(format!("the server: {why}; check `base_url`")),
            Some(Ok(_)) | None => None,
        };
        let token = self.token.as_ref().map(|why| format!("the token: {why}"));
        let lacks = self.lacks.iter().map(|what| format!("the token or its role: {what}"));
        let database = match &self.database {
            Some(Err(why)) => Some(format!("the database: {why}; check `database_url` and the grants")),
            Some(Ok(_)) | None => {
                self.another.as_ref().map(|how| format!("the database: {how}; check `database_url` and `base_url`"))
            }
        };
        let primary = match &self.primary {
            Some(Err(why)) => Some(format!("the primary: {why}; check `database_write_url`")),
            Some(Ok(())) | None => None,
        };
        let redis = match &self.redis {
            Some(Err(why)) => Some(format!("Redis: {why}; check `redis_url`")),
            Some(Ok(())) | None => self.cache_doubt().map(|doubt| {
                format!(
                    "Redis: it answers, but {doubt} As it is, changed settings show up to ten minutes late; check `redis_url`"
                )
            }),
        };
        let half_way = self.half_way.as_ref().map(|says| format!("the database: {says}"));
        let not_granted = self.not_granted.iter().map(|what| format!("the database: {what}"));
        api.into_iter()
            .chain(token)
            .chain(lacks)
            .chain(database)
            .chain(primary)
            .chain(redis)
            .chain(half_way)
            .chain(not_granted)
            .collect()
    }

    /// Where Redis answers and holds nothing of Mastodon's, in a clause. A doubt: it may be that nobody asked Mastodon for
    /// anything within the minutes that its copies last.
    pub fn cache_doubt(&self) -> Option<&'static str> {
        matches!((&self.redis, self.cache), (Some(Ok(())), Some((_, Some(false))))).then_some(
            "nothing that Mastodon caches lies in it; is this the cache server (CACHE_REDIS_URL, else REDIS_URL, with \
             its database)?",
        )
    }

    /// The account we act as, once known.
    pub fn acting(&self) -> Option<AccountId> {
        self.account.as_ref().map(|account| account.id)
    }
}

/// Mastodon's settings stay in its cache for as long: whoever is asked for the instance then puts them there again.
const SEARCHED_AGAIN: i64 = 10 * MINUTE;

/// What could not be done with this token as this account; what is not known is not held against either. `standing_read`:
/// the account's role was read just now.
fn lacking(scopes: Option<&[String]>, account: Option<&ServiceAccount>, standing_read: bool) -> Vec<Lack> {
    let of = |capability: Capability| {
        let scope = capability.scope()?;
        let covered = scopes.is_none_or(|scopes| scopes.iter().any(|held| held == scope || held == "admin:write"));
        let allowed = account.is_none_or(|account| account.can(capability.permission()));
        let word = capability.permission_words();
        let why = match (covered, allowed) {
            (true, true) => return None,
            (false, true) => format!("the token lacks the scope {scope}"),
            (true, false) => format!("its role may not {word}"),
            (false, false) => format!("the token lacks the scope {scope}, and its role may not {word}"),
        };
        Some(Lack { capability, why, certain: !covered || standing_read })
    };
    Capability::ALL.into_iter().filter_map(of).collect()
}

fn account_of(standing: &Standing) -> ServiceAccount {
    ServiceAccount {
        id: standing.account,
        username: standing.username.clone(),
        role: Some(ServiceRole { name: standing.role.clone(), permissions: standing.permissions.to_string() }),
    }
}

/// What the instance says of the token.
enum Told {
    /// It holds, and this is what it is good for.
    Holds(TokenInfo),
    /// It was asked who it belongs to: it holds, as far as that goes.
    Is(ServiceAccount),
    /// Mastodon takes it no more, or it is nobody's.
    Not(String),
    /// Nothing was learned; why, unless it was not asked.
    Unknown(Option<String>),
}

impl Instance {
    /// Asks about the token in a way that does not count as somebody at work: while the console only looks, Mastodon must
    /// be able to see that nobody moderates (`app/workers/scheduler/auto_close_registrations_scheduler.rb`). Where the
    /// instance does not tell, it is asked as anybody's app does: at first, after a refusal, and once a day.
    async fn ask_token(&self, before: &Health, now: Timestamp) -> (Told, Result<(), RestError>, Option<Timestamp>) {
        let told = self.rest.token_info().await;
        // Whatever Mastodon says to that shows that it is there; somebody else's answer shows nothing.
        let answers = match &told {
            Ok(Some(_)) | Err(RestError::Refused { .. }) => Ok(()),
            Ok(None) | Err(RestError::Foreign(_)) => self.rest.answers().await,
            Err(error) => Err(error.clone()),
        };
        let refused = self.rest.was_refused();
        let due = refused
            || before.account.is_none()
            || before.token.is_some()
            || before.tested_at.is_none_or(|at| now.since(at) >= DAY);
        match told {
            Ok(Some(TokenInfo { user: None, .. })) => {
                let why =
                    "the token is an application’s own and nobody acts with it: authorize an account, and give the \
                           token of that"
                        .to_owned();
                (Told::Not(why), answers, before.tested_at)
            }
            Ok(Some(info)) => (Told::Holds(info), answers, before.tested_at),
            Err(RestError::Refused { message, .. }) => (Told::Not(message), answers, before.tested_at),
            Ok(None) | Err(RestError::Foreign(_)) if answers.is_ok() && due => {
                let told = match self.rest.verify_credentials().await {
                    Ok(account) => Told::Is(account),
                    Err(RestError::Refused { message, .. }) => Told::Not(message),
                    Err(error) => Told::Unknown(Some(error.to_string())),
                };
                (told, answers, Some(now))
            }
            Ok(None) | Err(RestError::Foreign(_)) if answers.is_ok() => {
                (Told::Unknown(None), answers, before.tested_at)
            }
            Ok(None) => (Told::Unknown(answers.as_ref().err().map(ToString::to_string)), answers, before.tested_at),
            Err(error) => (Told::Unknown(Some(error.to_string())), answers, before.tested_at),
        }
    }

    /// Looks at everything once; each part within two seconds.
    pub async fn probe(&self, now: Timestamp) {
        let before = self.health();
        let instance = async {
            let started = tokio::time::Instant::now();
            let answer = self.rest.instance().await;
            (answer, i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX))
        };
        // It changes with a restart of Mastodon alone.
        let ask_whether_single = before.single_user_at.is_none_or(|at| now.since(at) >= HOUR);
        let single_user =
            async { if ask_whether_single { visitors::single_user(&self.rest).await } else { before.single_user } };
        let ((told, answers, tested_at), (api, api_milliseconds), single_user, redis) =
            tokio::join!(self.ask_token(&before, now), instance, single_user, async {
                match &self.cache {
                    Some(cache) => Some(cache.ping().await.map_err(|error| error.to_string())),
                    None => None,
                }
            });
        let user = match &told {
            Told::Holds(info) => info.user,
            _ => None,
        };
        let known = match &told {
            Told::Is(account) => Some(account.id),
            _ => before.acting(),
        };
        let contact = api.as_ref().ok().and_then(InstanceAnswer::named);
        let database = self.probe_database(now, user, known, contact.as_ref()).await;
        let standing = database.as_ref().ok().and_then(|read| read.standing.as_ref());
        // Whom we act as does not change while the instance is away.
        let account = match (standing, &told) {
            (Some(standing), _) => Some(account_of(standing)),
            (None, Told::Is(account)) => Some(account.clone()),
            (None, _) => before.account.clone(),
        };
        let scopes = match &told {
            Told::Holds(info) => Some(info.scopes.clone()),
            _ => None,
        };
        let token = match &told {
            Told::Not(why) => Some(why.clone()),
            // What stands at the server is not said twice.
            Told::Unknown(Some(why)) if answers.as_ref().is_err_and(|error| error.to_string() == *why) => {
                Some("whether the token holds is not known while Mastodon does not answer".to_owned())
            }
            Told::Unknown(Some(why)) => Some(format!("whether the token holds is not known: {why}")),
            // Not asked again: what was found when it was asked still holds.
            Told::Holds(_) | Told::Is(_) | Told::Unknown(None) => cannot_work(account.as_ref(), &database),
        };
        let limited_federation = match &api {
            Ok(answer) => answer.configuration.limited_federation,
            Err(_) => before.limited_federation,
        };
        let domain = api.as_ref().ok().map(|answer| answer.domain.clone()).filter(|domain| !domain.is_empty());
        // A cache may go on answering for an instance that is dead.
        let api = match answers {
            Ok(()) => api.map(|answer| answer.version),
            Err(error) => Err(error),
        };
        let version = api.as_ref().ok().cloned().or_else(|| before.version.clone());
        let mut health = Health {
            at: Some(now),
            version,
            domain: domain.or_else(|| before.domain.clone()),
            limited_federation,
            api: Some(api.map_err(|error| error.to_string())),
            api_milliseconds,
            lacks: lacking(scopes.as_deref(), account.as_ref(), standing.is_some() || matches!(told, Told::Is(_))),
            scopes_known: scopes.is_some(),
            account,
            token,
            tested_at,
            single_user,
            single_user_at: if ask_whether_single { Some(now) } else { before.single_user_at },
            redis,
            ..(*before).clone()
        };
        health.take(database, now);
        // What else of the database can't be read says nothing of this.
        if matches!(health.database, Some(Err(_)))
            && let Ok(stored) = async { self.database.read().await?.registrations().await }.await
        {
            health.registrations = Some(stored);
            health.registrations_at = Some(now);
        }
        // The server was just asked for what it caches. What was found once is not looked for again.
        let due = health.cache.is_none_or(|(at, found)| found != Some(true) && now.since(at) >= SEARCHED_AGAIN);
        let due = due && matches!((&health.api, &health.redis), (Some(Ok(_)), Some(Ok(()))));
        self.set_health(health);
        if let Some(cache) = self.cache.as_ref().filter(|_| due) {
            let found = cache.is_mastodons().await.ok();
            // Others may have learned something meanwhile.
            let mut health = (*self.health()).clone();
            health.cache = Some((now, found));
            self.set_health(health);
        }
    }

    async fn probe_database(
        &self,
        now: Timestamp,
        user: Option<i64>,
        known: Option<AccountId>,
        contact: Option<&Named>,
    ) -> Result<DatabaseHealth, String> {
        let started = tokio::time::Instant::now();
        let words = |error: DatabaseError| error.to_string();
        self.database.ask_whose_sessions().await;
        let mut read = self.database.read().await.map_err(words)?;
        let shape = read.shape().await.map_err(words)?;
        self.database.remember(&shape);
        // What was granted a moment ago may not be any more.
        read.extras = shape.extras;
        if let Some(problem) = shape.problem() {
            return Err(problem);
        }
        let milliseconds = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let acting = match user {
            Some(user) => read.account_of_user(user).await.map_err(words)?,
            None => known,
        };
        let standing = match acting {
            Some(account) => Some(read.standing(account).await.map_err(words)?),
            None => None,
        };
        let another = match contact {
            Some(contact) => another(contact, read.local_username(contact.id).await.map_err(words)?),
            None => None,
        };
        let registrations = read.registrations().await.map_err(words)?;
        let logged = match acting {
            Some(account) => Some(read.last_logged(account).await.map_err(words)?),
            None => None,
        };
        let mut only_shown = Vec::new();
        let standby = read.standby().await.map_err(words)?;
        // Where writes go, the role may be another one.
        let apart = self.database.is_apart();
        let mut primary = if apart || standby.is_some() { Some(self.database.read_primary().await) } else { None };
        for (writing, capability) in
            [(Writing::Registrations, Capability::Registrations), (Writing::Invitations, Capability::Invitations)]
        {
            let missing = match &mut primary {
                None => read.missing_grants(writing).await,
                Some(Ok(primary)) => primary.missing_grants(writing).await,
                Some(Err(error)) => {
                    let certain = matches!(error, DatabaseError::Elsewhere(_));
                    only_shown.push(Lack { capability, why: error.to_string(), certain });
                    continue;
                }
            };
            let missing = missing.map_err(words)?;
            if !missing.is_empty() {
                let why = format!(
                    "the console’s database role lacks rights; in the instance’s PostgreSQL: {}",
                    missing.join(" ")
                );
                only_shown.push(Lack { capability, why, certain: true });
            }
        }
        Ok(DatabaseHealth {
            extras: shape.extras,
            only_shown,
            milliseconds,
            another,
            standby,
            primary: primary.filter(|_| apart).map(|primary| primary.map(|_| ()).map_err(words)),
            not_granted: shape.done_without,
            standing,
            logged,
            registrations,
            sign_ups: read.sign_ups(now).await.map_err(words)?,
            releases: read.releases().await.map_err(words)?,
        })
    }
}

struct DatabaseHealth {
    extras: Extras,
    only_shown: Vec<Lack>,
    milliseconds: i64,
    /// How it is seen that it is another server's.
    another: Option<String>,
    standby: Option<Standby>,
    primary: Option<Result<(), String>>,
    not_granted: Vec<String>,
    /// How the account we act as stands.
    standing: Option<Standing>,
    logged: Option<LastLogged>,
    registrations: Stored,
    sign_ups: Vec<(Timestamp, usize)>,
    releases: Releases,
}

/// How it is seen that a database is another server's: whom the server names is somebody else there, or nobody. Ids are made from
/// the time and a sequence (`lib/mastodon/snowflake.rb`), and no username ever changes.
fn another(named: &Named, there: Option<String>) -> Option<String> {
    let is = match there {
        Some(username) if username == named.username => return None,
        Some(username) => format!("@{} there", crate::text::tame(&username)),
        None => "not there".to_owned(),
    };
    let (name, id) = (crate::text::tame(&named.username), named.id);
    Some(format!("it is another server’s: account {id}, whom the server names as its contact (@{name}), is {is}"))
}

/// Why whoever the console acts as cannot do its work, if that is so.
fn cannot_work(account: Option<&ServiceAccount>, database: &Result<DatabaseHealth, String>) -> Option<String> {
    let Some(account) = account else {
        let says = match database {
            Err(_) => "as whom it acts cannot be read while the database does not answer",
            Ok(_) => "the account that the token belongs to is not in this database; is database_url right?",
        };
        return Some(says.to_owned());
    };
    let name = &account.username;
    let lacks: Vec<_> = [(MANAGE_USERS, "users"), (MANAGE_REPORTS, "reports")]
        .into_iter()
        .filter(|(bit, _)| !account.can(*bit))
        .map(|(_, word)| word)
        .collect();
    if !lacks.is_empty() {
        let lacks = lacks.join(" and ");
        return Some(format!("@{name} may not manage {lacks}; give its role that permission on the instance"));
    }
    let lapse = database.as_ref().ok().and_then(|read| read.standing.as_ref()).and_then(|standing| standing.lapse);
    lapse.map(|lapse| format!("@{name} {}", lapse.words()))
}

impl Health {
    /// Takes in what was found of the database; where it did not answer, what was read before stays.
    fn take(&mut self, found: Result<DatabaseHealth, String>, now: Timestamp) {
        match found {
            Ok(read) => {
                self.database = Some(Ok(read.milliseconds));
                // As it answered just now, not as it did before: a restart ends what an upgrade began.
                let version = self.api.as_ref().and_then(|api| api.as_ref().ok());
                self.half_way = version.and_then(|version| read.extras.half_way(version));
                self.another = read.another;
                self.standby = read.standby;
                self.primary = read.primary;
                self.not_granted = read.not_granted;
                self.only_shown = read.only_shown;
                self.registrations = Some(read.registrations);
                self.registrations_at = Some(now);
                self.sign_ups = read.sign_ups;
                self.releases = read.releases;
                self.lacks_second_factor =
                    read.standing.is_some_and(|standing| standing.lacks_second_factor == Some(true));
                self.logged = read.logged;
            }
            Err(why) => {
                self.database = Some(Err(why));
                self.primary = None;
                self.only_shown.iter_mut().for_each(|lack| lack.certain = false);
            }
        }
    }
}

/// Who may sign up, as last read: the setting's word, or that it counts for nothing. One that may have been changed since has a
/// question mark.
pub fn registrations_word(instance: &Instance) -> Option<String> {
    if instance.is_single_user() {
        return Some(SINGLE_USER.to_owned());
    }
    let health = instance.health();
    let word = health.registrations.as_ref().map(|stored| Meaning::of(&stored.mode).word())?;
    Some(if health.registrations_are_old() { format!("{word}?") } else { word.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::permissions::{MANAGE_BLOCKS, MANAGE_FEDERATION};

    #[test]
    fn what_a_token_or_a_role_lacks_is_named_with_the_capability() {
        let account = |permissions: i64| ServiceAccount {
            id: AccountId(1),
            username: "a".into(),
            role: Some(ServiceRole { name: "r".into(), permissions: permissions.to_string() }),
        };
        let owner = account(1);
        let scopes = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let said = |scopes: Option<&[String]>, account: Option<&ServiceAccount>| {
            lacking(scopes, account, false).iter().map(|lack| (lack.to_string(), lack.certain)).collect::<Vec<_>>()
        };
        assert_eq!(said(Some(&scopes("read profile admin:write")), Some(&owner)), []);
        assert_eq!(said(None, None), []);
        let all = "admin:write:reports admin:write:accounts admin:write:domain_blocks admin:write:domain_allows \
                   admin:write:email_domain_blocks";
        assert_eq!(
            said(Some(&scopes(all)), Some(&owner)),
            [("cannot manage IP rules: the token lacks the scope admin:write:ip_blocks".to_owned(), true)]
        );
        let some = account(MANAGE_USERS | MANAGE_REPORTS | MANAGE_FEDERATION | MANAGE_BLOCKS);
        assert_eq!(
            said(Some(&scopes("admin:write")), Some(&some)),
            [("cannot delete an account’s data: its role may not delete user data".to_owned(), false)]
        );
    }
}
