//! The port to a Mastodon server: reads come from its database, changes go through its API with a warrant.
//!
//! Nothing here knows pages, rooms or requests of our own; deeds come with a warrant, and links and their tokens from the store.

pub mod cache;
pub mod database;
pub mod files;
pub mod health;
pub mod invites;
pub mod oauth;
pub mod resemblance;
pub mod rest;
pub mod roles;
pub mod settings;
pub mod statistics;
pub mod visitors;
pub mod waiting;

use crate::{
    clock::{Clock, MINUTE, Timestamp},
    config::{InstanceConfig, Secret},
    id::{AccountId, InstanceName},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};
use url::Url;

/// One instance the console looks after. Nothing of it needs to be up for this to exist.
pub struct Instance {
    pub name: InstanceName,
    pub title: String,
    pub base: Url,
    pub files: files::Files,
    /// Under the service account's token.
    pub rest: Arc<rest::Client>,
    /// Under the tokens of people who linked their own account.
    acting_clients: Mutex<BTreeMap<AccountId, Arc<rest::Client>>>,
    /// How the accounts that people linked stood when last read.
    standings: Mutex<BTreeMap<AccountId, database::Standing>>,
    pub database: database::Database,
    pub cache: Option<cache::Cache>,
    /// The release newer than all that were tried on which an owner lets the console act.
    untried: Option<String>,
    pub open_reports: waiting::List<database::OpenReport>,
    pub signups: waiting::List<database::PendingSignUp>,
    pub appeals: waiting::List<database::AppealRow>,
    health: RwLock<Arc<health::Health>>,
    /// Whether all that the overview says of it was well when last put together.
    well: RwLock<Option<bool>>,
    /// What was last counted of it, for what is drawn.
    statistics: RwLock<Option<Arc<statistics::Statistics>>>,
    /// From which addresses those came who were let in, when it was last read, and when that was.
    origins: RwLock<Option<(Timestamp, Arc<database::Origins>)>>,
    /// What visitors met when last looked.
    seen: RwLock<Option<Arc<visitors::Seen>>>,
    /// When its caches were last told to forget who may sign up, and what came of it.
    forgotten: RwLock<Option<settings::Forgetting>>,
    /// One look from outside at a time.
    looking: tokio::sync::Mutex<()>,
    /// When somebody last opened one of its pages, in Unix milliseconds.
    watched_at: AtomicI64,
}

impl Instance {
    /// # Errors
    /// If an address in the configuration cannot be used at all.
    pub fn new(config: &InstanceConfig, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self {
            name: config.name.clone(),
            title: config.title.clone(),
            base: config.base_url.clone(),
            files: files::Files::new(config.base_url.clone(), config.media_base_url.clone())?,
            rest: Arc::new(rest::Client::new(
                config.name.clone(),
                config.base_url.clone(),
                config.token.clone(),
                clock,
            )?),
            acting_clients: Mutex::default(),
            standings: Mutex::default(),
            database: database::Database::with_primary(
                config.database_url.expose(),
                config.database_write_url.as_ref().map(Secret::expose),
            )?
            .preparing(config.prepared_statements),
            untried: config.untried_release.clone(),
            cache: config.redis_url.as_ref().map(|url| cache::Cache::new(url.expose())).transpose()?,
            open_reports: waiting::List::default(),
            signups: waiting::List::default(),
            appeals: waiting::List::default(),
            health: RwLock::default(),
            well: RwLock::default(),
            statistics: RwLock::default(),
            origins: RwLock::default(),
            seen: RwLock::default(),
            forgotten: RwLock::default(),
            looking: tokio::sync::Mutex::default(),
            watched_at: AtomicI64::new(0),
        })
    }

    /// The API under the token of somebody's own account; the same as long as the token is, so that its limits are known.
    pub fn acting_client(&self, account: AccountId, token: &Secret) -> Arc<rest::Client> {
        let mut acting_clients = self.acting_clients.lock().unwrap_or_else(PoisonError::into_inner);
        match acting_clients.get(&account).filter(|client| client.calls_with(token)) {
            Some(client) => client.clone(),
            None => {
                let client = Arc::new(self.rest.under(account, token.clone()));
                acting_clients.insert(account, client.clone());
                client
            }
        }
    }

    /// How a linked account stood when last read: every page asks before it is shown.
    pub fn standing(&self, account: AccountId) -> Option<database::Standing> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned()
    }

    pub(crate) fn know_standing(&self, standing: database::Standing) {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner).insert(standing.account, standing);
    }

    /// From which addresses those came who were let in between two moments, as it was read within the last minute: it changes slowly, and
    /// every page of those who wait asks.
    ///
    /// # Errors
    /// The database's.
    pub async fn origins(
        &self,
        read: &mut database::Read,
        now: Timestamp,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<Arc<database::Origins>, database::DatabaseError> {
        let kept = self.origins.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, origins)) = kept.filter(|(at, _)| (0..MINUTE).contains(&now.since(*at))) {
            return Ok(origins);
        }
        let origins = Arc::new(read.origins(since, until).await?);
        *self.origins.write().unwrap_or_else(PoisonError::into_inner) = Some((now, origins.clone()));
        Ok(origins)
    }

    /// Forgets the token of an account that is not linked any more.
    pub fn let_go(&self, account: AccountId) {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
        self.acting_clients.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }

    /// What it says of its version, as last seen, where that is no release that the console was tried with and no owner has
    /// said that it may act there: nothing is changed on such an instance but who may sign up, and that to fewer people alone.
    pub fn read_only(&self) -> Option<database::Untried> {
        let health = self.health();
        let untried = match (&health.version, &health.api) {
            (Some(version), _) => database::untried(version)?,
            (None, Some(Err(_))) => database::Untried::Unsaid,
            // It was not asked yet.
            (None, _) => return None,
        };
        (self.untried.is_none() || self.untried.as_deref() != untried.release()).then_some(untried)
    }

    /// The instance's own domains: of its pages, and of its handles.
    pub fn own_domains(&self) -> Vec<String> {
        let mut own: Vec<String> = self.base.host_str().map(str::to_lowercase).into_iter().collect();
        own.extend(self.health().domain.as_deref().map(str::to_lowercase));
        own.dedup();
        own
    }

    /// How many wait for a decision about their sign-up, and since when the oldest; `None` while that has never been read.
    pub fn sign_ups_waiting(&self) -> Option<waiting::Waiting> {
        Self::sign_ups_waiting_in(&self.signups.snapshot())
    }

    /// The same of the list as it stood at one moment.
    pub fn sign_ups_waiting_in(list: &waiting::Snapshot<database::PendingSignUp>) -> Option<waiting::Waiting> {
        list.at?;
        let confirmed = list.rows.iter().filter(|person| person.confirmed);
        // Above so many the list holds the newest alone.
        let oldest = confirmed.clone().map(|person| person.asked_at).min().filter(|_| !list.cut);
        Some(waiting::Waiting { number: confirmed.count(), more: list.cut, oldest })
    }

    /// Remembers that somebody is looking.
    pub fn mark_watched(&self, now: Timestamp) {
        self.watched_at.store(now.0, Ordering::Relaxed);
    }

    /// Whether somebody looked within the last minute: only then is what waits asked for every second.
    pub fn is_watched(&self, now: Timestamp) -> bool {
        now.since(Timestamp(self.watched_at.load(Ordering::Relaxed))) < MINUTE
    }

    /// What was last seen of its health, who may sign up, and as whom we act there.
    pub fn health(&self) -> Arc<health::Health> {
        self.health.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Whether all that the overview says of it was well when last put together; `None` before that.
    pub fn is_well(&self) -> Option<bool> {
        *self.well.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn know_well(&self, well: bool) {
        *self.well.write().unwrap_or_else(PoisonError::into_inner) = Some(well);
    }

    /// What visitors met when last looked; `None` before anybody did.
    pub fn seen(&self) -> Option<Arc<visitors::Seen>> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_seen(&self, seen: Arc<visitors::Seen>) {
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    /// What visitors meet, seen at most so many milliseconds ago; several who ask at once share one look.
    pub async fn seen_within(&self, age: i64) -> Arc<visitors::Seen> {
        let recent = || self.seen().filter(|seen| self.rest.now().since(seen.at) <= age);
        if let Some(seen) = recent() {
            return seen;
        }
        let _one = self.looking.lock().await;
        match recent() {
            Some(seen) => seen,
            None => self.see_as_visitor().await,
        }
    }

    /// When its caches were last told to forget who may sign up, and what came of it.
    pub fn forgotten(&self) -> Option<settings::Forgetting> {
        self.forgotten.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_forgotten(&self, forgetting: settings::Forgetting) {
        *self.forgotten.write().unwrap_or_else(PoisonError::into_inner) = Some(forgetting);
    }

    /// What was just read of who may sign up: every page that speaks of it from memory says it from now on.
    pub(crate) fn know_registrations(&self, stored: settings::Stored) {
        let mut health = (*self.health()).clone();
        health.registrations = Some(stored);
        health.registrations_at = Some(self.rest.now());
        self.set_health(health);
    }

    pub(crate) fn set_health(&self, health: health::Health) {
        *self.health.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(health);
    }
}
