//! Mastodon's Redis: entries that would go on saying something old are deleted, never written.

use redis::{Client, aio::ConnectionManager, aio::ConnectionManagerConfig};
use std::time::Duration;
use tokio::sync::OnceCell;

const TIME: Duration = Duration::from_millis(1_000);
/// The answers about the instance as a whole (`app/controllers/concerns/cache_concern.rb`, raw bodies).
const INSTANCE_KEYS: [&str; 3] =
    ["cache:api/v2/instances/show:*", "cache:api/v1/instances/show:*", "cache:well_known/node_info/show"];

/// One instance's cache.
pub struct Cache {
    client: Client,
    connection: OnceCell<ConnectionManager>,
}

/// Redis did not do it, in words.
#[derive(Debug, thiserror::Error)]
#[error("Redis: {0}")]
pub struct CacheError(String);

impl Cache {
    /// # Errors
    /// If the address cannot be used.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        Ok(Self { client: Client::open(url)?, connection: OnceCell::new() })
    }

    async fn connection(&self) -> Result<ConnectionManager, CacheError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(TIME))
            .set_response_timeout(Some(TIME));
        let connect = || async {
            tokio::time::timeout(TIME, ConnectionManager::new_with_config(self.client.clone(), config))
                .await
                .map_err(|_| CacheError("no answer within a second".to_owned()))?
                .map_err(|error| CacheError(error.to_string()))
        };
        self.connection.get_or_try_init(connect).await.cloned()
    }

    /// # Errors
    /// If it does not answer within a second.
    pub async fn ping(&self) -> Result<(), CacheError> {
        let mut connection = self.connection().await?;
        let pong: Result<String, _> = redis::cmd("PING").query_async(&mut connection).await;
        pong.map(|_| ()).map_err(|error| CacheError(error.to_string()))
    }

    /// Makes Mastodon read these settings anew: their own keys under whatever prefix the release uses, and the answers
    /// that repeat them. How many keys went.
    ///
    /// # Errors
    /// If Redis does not answer; the caches then say the old thing until they run out.
    pub async fn forget_settings(&self, vars: &[&str]) -> Result<usize, CacheError> {
        let patterns = vars
            .iter()
            .map(|var| format!("cache:rails_settings_cached/*/{var}"))
            .chain(INSTANCE_KEYS.into_iter().map(str::to_owned));
        let mut connection = self.connection().await?;
        let mut gone = 0;
        for pattern in patterns {
            let mut cursor = 0u64;
            loop {
                let (next, keys): (u64, Vec<String>) = redis::cmd("SCAN")
                    .arg(cursor)
                    .arg("MATCH")
                    .arg(&pattern)
                    .arg("COUNT")
                    .arg(1_000)
                    .query_async(&mut connection)
                    .await
                    .map_err(|error| CacheError(error.to_string()))?;
                if !keys.is_empty() {
                    let removed: usize = redis::cmd("UNLINK")
                        .arg(&keys)
                        .query_async(&mut connection)
                        .await
                        .map_err(|error| CacheError(error.to_string()))?;
                    gone += removed;
                }
                if next == 0 {
                    break;
                }
                cursor = next;
            }
        }
        Ok(gone)
    }
}
