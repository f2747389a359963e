//! Mastodon's caches in Redis, under its keys and for its times: what makes a changed setting show late.

use crate::version::Version;
use redis::{AsyncCommands, aio::ConnectionManager};

const SETTING_SECONDS: u64 = 600;

/// The cache of one instance.
pub struct Cache {
    connection: ConnectionManager,
}

impl Cache {
    /// # Errors
    /// If Redis does not answer.
    pub async fn connect(url: &str) -> redis::RedisResult<Self> {
        Ok(Self { connection: ConnectionManager::new(redis::Client::open(url)?).await? })
    }

    /// A setting as it was last read; some `None` is a cached absence.
    pub async fn setting(&self, version: Version, var: &str) -> Option<Option<String>> {
        let text = self.text(&setting_key(version, var)).await?;
        serde_json::from_str(&text).ok()
    }

    pub async fn keep_setting(&self, version: Version, var: &str, value: &Option<String>) {
        let text = serde_json::to_string(value).unwrap_or_default();
        self.keep(&setting_key(version, var), &text, SETTING_SECONDS).await;
    }

    pub async fn forget_setting(&self, version: Version, var: &str) {
        let mut connection = self.connection.clone();
        let gone: redis::RedisResult<()> = connection.del(setting_key(version, var)).await;
        if let Err(error) = gone {
            tracing::warn!(%error, var, "cache.forget_setting");
        }
    }

    /// A text as Mastodon keeps raw answers.
    pub async fn text(&self, key: &str) -> Option<String> {
        let mut connection = self.connection.clone();
        connection.get(key).await.ok()?
    }

    pub async fn keep(&self, key: &str, text: &str, seconds: u64) {
        let mut connection = self.connection.clone();
        let kept: redis::RedisResult<()> = connection.set_ex(key, text, seconds).await;
        if let Err(error) = kept {
            tracing::warn!(%error, key, "cache.keep");
        }
    }

    /// A field of `INFO`.
    pub async fn info(&self, field: &str) -> Option<String> {
        let mut connection = self.connection.clone();
        let text: String = redis::cmd("INFO").query_async(&mut connection).await.ok()?;
        text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':').map(|value| value.trim().to_owned()))
    }
}

fn setting_key(version: Version, var: &str) -> String {
    format!("cache:rails_settings_cached/{}/{var}", version.settings_digest())
}
