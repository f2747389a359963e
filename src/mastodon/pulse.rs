//! What is known of an instance without asking: its health, who may sign up, as whom we act. Read in the background, so
//! that no page waits for an instance that is down.

use super::{
    Instance,
    rest::ServiceAccount,
    settings::{Meaning, Stored},
};
use crate::{clock::Instant, id::AccountId};

/// The last look at an instance.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    pub at: Option<Instant>,
    /// The version it says it runs, or why its API does not answer.
    pub api: Option<Result<String, String>>,
    pub api_milliseconds: i64,
    /// The domain of its handles, once known.
    pub domain: Option<String>,
    pub account: Option<ServiceAccount>,
    /// What is wrong with the token, if anything.
    pub token: Option<String>,
    /// Whether the database answers as Mastodon's does.
    pub database: Option<Result<i64, String>>,
    /// How many milliseconds it is behind, where it is a standby.
    pub behind: Option<i64>,
    /// What the console does without, because it is not granted: a sentence each, with the GRANT.
    pub not_granted: Vec<String>,
    pub redis: Option<Result<(), String>>,
    pub registrations: Option<Stored>,
    pub sign_ups: Vec<(Instant, usize)>,
}

impl Pulse {
    /// Whether everything that is configured answers.
    pub fn well(&self) -> bool {
        matches!(self.api, Some(Ok(_)))
            && matches!(self.database, Some(Ok(_)))
            && !matches!(self.redis, Some(Err(_)))
            && self.token.is_none()
    }

    /// What of the configuration does not hold, a line each: what was asked, what came of it, and what to look at.
    pub fn troubles(&self) -> Vec<String> {
        let api = match &self.api {
            Some(Err(why)) => Some(format!("the server: {why}; check `base_url`")),
            Some(Ok(_)) | None => None,
        };
        let token = self.token.as_ref().map(|why| format!("the token: {why}"));
        let database = match &self.database {
            Some(Err(why)) => Some(format!("the database: {why}; check `database_url` and the grants")),
            Some(Ok(_)) | None => None,
        };
        let redis = match &self.redis {
            Some(Err(why)) => Some(format!("Redis: {why}; check `redis_url`")),
            Some(Ok(())) | None => None,
        };
        let not_granted = self.not_granted.iter().map(|what| format!("the database: {what}"));
        api.into_iter().chain(token).chain(database).chain(redis).chain(not_granted).collect()
    }

    /// The account we act as, once known.
    pub fn acting(&self) -> Option<AccountId> {
        self.account.as_ref().map(|account| account.id)
    }
}

/// `manage_users` and `manage_reports` (`app/models/user_role.rb`): without both the core of the work is refused.
const MANAGE_USERS: u64 = 1 << 10;
const MANAGE_REPORTS: u64 = 1 << 4;

impl Instance {
    /// Looks at everything once; each part within two seconds.
    pub async fn take_pulse(&self, now: Instant) {
        let before = self.pulse();
        let started = tokio::time::Instant::now();
        let (api, account, database, redis) =
            tokio::join!(self.rest.instance(), self.rest.verify_credentials(), self.look_at_database(now), async {
                match &self.cache {
                    Some(cache) => Some(cache.ping().await.map_err(|error| error.to_string())),
                    None => None,
                }
            });
        let api_milliseconds = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let token = match &account {
            Ok(account) if !account.can(MANAGE_USERS) || !account.can(MANAGE_REPORTS) => Some(format!(
                "@{} may not manage users and reports; give its role both permissions on the instance",
                account.username
            )),
            Ok(_) => None,
            // Down is no news about the token.
            Err(super::rest::RestError::Refused { message, .. }) => Some(message.clone()),
            Err(_) => before.token.clone(),
        };
        let domain = api.as_ref().ok().map(|answer| answer.domain.clone()).filter(|domain| !domain.is_empty());
        let mut pulse = Pulse {
            at: Some(now),
            domain: domain.or_else(|| before.domain.clone()),
            api: Some(api.map(|answer| answer.version).map_err(|error| error.to_string())),
            api_milliseconds,
            // Whom we act as does not change while the instance is away.
            account: account.ok().or_else(|| before.account.clone()),
            token,
            redis,
            ..(*before).clone()
        };
        match database {
            Ok(look) => {
                pulse.database = Some(Ok(look.milliseconds));
                pulse.behind = look.behind;
                pulse.not_granted = look.not_granted;
                pulse.registrations = Some(look.registrations);
                pulse.sign_ups = look.sign_ups;
            }
            Err(why) => pulse.database = Some(Err(why)),
        }
        self.set_pulse(pulse);
    }

    async fn look_at_database(&self, now: Instant) -> Result<Look, String> {
        let started = tokio::time::Instant::now();
        let words = |error: super::database::DatabaseError| error.to_string();
        let mut read = self.database.read().await.map_err(words)?;
        let shape = read.shape().await.map_err(words)?;
        self.database.keep_extras(shape.extras);
        if let Some(problem) = shape.problem() {
            return Err(problem);
        }
        let milliseconds = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(Look {
            milliseconds,
            behind: read.behind().await.map_err(words)?,
            not_granted: shape.done_without,
            registrations: read.registrations().await.map_err(words)?,
            sign_ups: read.sign_ups(now).await.map_err(words)?,
        })
    }
}

struct Look {
    milliseconds: i64,
    behind: Option<i64>,
    not_granted: Vec<String>,
    registrations: Stored,
    sign_ups: Vec<(Instant, usize)>,
}

/// Who may sign up, as last read.
pub fn door_word(pulse: &Pulse) -> Option<&'static str> {
    pulse.registrations.as_ref().map(|stored| Meaning::of(&stored.mode).word())
}
