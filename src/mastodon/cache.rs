//! Mastodon's Redis: entries that would go on saying something old are deleted, never written.

use crate::{
    config::redis::sentinels,
    telemetry::{self, Counted},
    text::without_number,
};
use redis::{
    Client, IntoConnectionInfo,
    aio::{ConnectionManager, ConnectionManagerConfig},
    sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType},
};
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};

const TIME: Duration = Duration::from_millis(1_000);
/// For all the keys together: one answer after another, of which none may take longer than [`TIME`].
const ALL_THE_TIME: Duration = Duration::from_secs(15);
/// Everything that is looked for, in one go through the keys: a Redis may hold millions of others. What stands before is
/// 4.3's namespace.
const PATTERN: &str = "*cache:[arw][pae][il]*";
/// The answers about the instance as a whole (`app/controllers/concerns/cache_concern.rb`, raw bodies).
const ANSWERS: [&str; 2] = ["api/v2/instances/show:", "api/v1/instances/show:"];
const LISTED: &str = "well_known/node_info/show";

const SETTINGS: &str = "rails_settings_cached/";

/// A key of Mastodon's cache without what stands before: nothing, or `x_` for 4.3's `REDIS_NAMESPACE=x`
/// (`lib/mastodon/redis_configuration.rb`).
fn cached(key: &str) -> Option<&str> {
    let (before, key) = key.split_once("cache:")?;
    (before.is_empty() || before.ends_with('_')).then_some(key)
}

/// Whether a key of the cache holds an answer about the instance as a whole.
fn answers(key: &str) -> bool {
    key == LISTED || ANSWERS.iter().any(|answer| key.starts_with(answer))
}

/// Whether a key holds one of these settings, or an answer that repeats them.
fn repeats(key: &str, vars: &[&str]) -> bool {
    let Some(key) = cached(key) else { return false };
    let setting =
        |var: &&str| key.strip_prefix(SETTINGS).and_then(|key| key.split_once('/')).is_some_and(|(_, of)| of == *var);
    answers(key) || vars.iter().any(setting)
}

/// The next of the keys that may be the cache's, and where to go on; 0 is the end.
async fn scan(connection: &mut ConnectionManager, cursor: u64) -> Result<(u64, Vec<String>), CacheError> {
    redis::cmd("SCAN")
        .arg(cursor)
        .arg("MATCH")
        .arg(PATTERN)
        .arg("COUNT")
        .arg(5_000)
        .query_async(connection)
        .await
        .map_err(CacheError::of)
}

/// The way to the server.
enum Way {
    /// One server, whose connection is kept.
    Server(Box<Client>, Box<OnceCell<ConnectionManager>>),
    /// Whichever server the sentinels call the primary. They are asked each time: a moment later it may be another one, and
    /// the former one would say that it deleted what the new one still holds.
    Sentinels(Box<Mutex<SentinelClient>>),
}

/// One instance's cache.
pub struct Cache {
    way: Way,
    calls: Counted<1>,
}

/// Redis did not do it, in words.
#[derive(Debug, thiserror::Error)]
#[error("Redis: {0}")]
pub struct CacheError(String);

impl CacheError {
    fn of(error: redis::RedisError) -> Self {
        Self(without_number(&error.to_string()))
    }
}

impl Cache {
    pub fn new(url: &str) -> anyhow::Result<Self> {
        let way = match sentinels(url) {
            None => Way::Server(Box::new(Client::open(url)?), Box::default()),
            Some(sentinels) => {
                let server = url.into_connection_info()?.redis_settings().clone();
                let server = SentinelNodeConnectionInfo::default().set_redis_connection_info(server);
                let (primary, kind) = (sentinels.primary, SentinelServerType::Master);
                Way::Sentinels(Box::new(Mutex::new(SentinelClient::build(sentinels.at, primary, Some(server), kind)?)))
            }
        };
        Ok(Self { way, calls: Counted::default() })
    }

    /// What was asked since the start, by what came of it.
    pub fn calls(&self) -> &Counted<1> {
        &self.calls
    }

    /// What is asked, counted.
    async fn counted<T>(&self, asked: impl Future<Output = Result<T, CacheError>>) -> Result<T, CacheError> {
        let outcome = |asked: &Result<T, CacheError>| if asked.is_ok() { "answered" } else { "failed" };
        let asked = telemetry::told(tracing::debug_span!("mastodon.redis"), asked, outcome).await;
        self.calls.count([outcome(&asked)]);
        asked
    }

    async fn connection(&self) -> Result<ConnectionManager, CacheError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(TIME))
            .set_response_timeout(Some(TIME));
        let silent = |_| CacheError("no answer within a second".to_owned());
        match &self.way {
            Way::Server(client, kept) => {
                let connect = || async {
                    let connected = ConnectionManager::new_with_config(Client::clone(client), config);
                    tokio::time::timeout(TIME, connected).await.map_err(silent)?.map_err(CacheError::of)
                };
                kept.get_or_try_init(connect).await.cloned()
            }
            Way::Sentinels(sentinels) => {
                let asked = async { sentinels.lock().await.async_get_client().await };
                let asked = tokio::time::timeout(TIME, asked).await;
                let primary = asked
                    .map_err(|_| CacheError("no sentinel answers within a second".to_owned()))?
                    .map_err(|error| CacheError(format!("the sentinels: {}", without_number(&error.to_string()))))?;
                let connected = ConnectionManager::new_with_config(primary, config);
                tokio::time::timeout(TIME, connected).await.map_err(silent)?.map_err(CacheError::of)
            }
        }
    }

    /// # Errors
    /// If it does not answer within a second.
    pub async fn ping(&self) -> Result<(), CacheError> {
        let asked = async {
            let mut connection = self.connection().await?;
            let pong: Result<String, _> = redis::cmd("PING").query_async(&mut connection).await;
            pong.map(|_| ()).map_err(CacheError::of)
        };
        self.counted(asked).await
    }

    /// Makes Mastodon read these settings anew: their own keys under whatever prefix the release uses, and the answers
    /// that repeat them. How many keys went.
    ///
    /// # Errors
    /// If Redis does not answer; the caches then say the old thing until they run out.
    pub async fn forget_settings(&self, vars: &[&str]) -> Result<usize, CacheError> {
        let asked = async {
            tokio::time::timeout(ALL_THE_TIME, self.forget(vars))
                .await
                .unwrap_or_else(|_| Err(CacheError("it did not finish within 15 seconds".to_owned())))
        };
        self.counted(asked).await
    }

    /// Whether anything lies in it that Mastodon keeps in its cache: a setting, or an answer about the instance.
    ///
    /// # Errors
    /// If Redis does not answer, or holds so much that 15 seconds are not enough to look through it.
    pub async fn is_mastodons(&self) -> Result<bool, CacheError> {
        tokio::time::timeout(ALL_THE_TIME, self.find())
            .await
            .unwrap_or_else(|_| Err(CacheError("it did not finish within 15 seconds".to_owned())))
    }

    async fn find(&self) -> Result<bool, CacheError> {
        let mut connection = self.connection().await?;
        let mut cursor = 0;
        loop {
            let (next, keys) = scan(&mut connection, cursor).await?;
            if keys.iter().filter_map(|key| cached(key)).any(|key| answers(key) || key.starts_with(SETTINGS)) {
                return Ok(true);
            }
            if next == 0 {
                return Ok(false);
            }
            cursor = next;
        }
    }

    async fn forget(&self, vars: &[&str]) -> Result<usize, CacheError> {
        let mut connection = self.connection().await?;
        let (mut gone, mut cursor) = (0, 0);
        loop {
            let (next, keys) = scan(&mut connection, cursor).await?;
            let keys: Vec<String> = keys.into_iter().filter(|key| repeats(key, vars)).collect();
            if !keys.is_empty() {
                let removed: usize =
                    redis::cmd("UNLINK").arg(&keys).query_async(&mut connection).await.map_err(CacheError::of)?;
                gone += removed;
            }
            if next == 0 {
                break;
            }
            cursor = next;
        }
        Ok(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_machine_says_stands_without_its_number() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
        let said =
            Cache::new(&format!("redis://{free}/0")).expect("an address").ping().await.expect_err("nobody there");
        assert!(said.to_string().contains("refused") && !said.to_string().contains("os error"), "{said}");
    }

    #[test]
    fn only_keys_that_repeat_a_setting_go() {
        let vars = ["registrations_mode"];
        for key in [
            "cache:rails_settings_cached/923c/registrations_mode",
            "x_cache:rails_settings_cached/923c/registrations_mode",
            "cache:api/v2/instances/show:instancepresenter/instancepresenter-1",
            "cache:api/v1/instances/show:",
            "cache:well_known/node_info/show",
        ] {
            assert!(repeats(key, &vars), "{key}");
        }
        for key in [
            "cache:rails_settings_cached/923c/site_title",
            "cache:rack::attack:1",
            "cache:well_known/host_meta",
            "feed:home:cache:api/v2/instances/show:",
            "rails_settings_cached/923c/registrations_mode",
        ] {
            assert!(!repeats(key, &vars), "{key}");
        }
    }
}
