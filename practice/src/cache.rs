//! Mastodon's caches in Redis, under its keys and for its times: what makes a changed setting show late.

use redis::{AsyncCommands, aio::ConnectionManager};

/// The prefix of the settings' keys: the digest of the release's defaults (4.6.x, Ruby before 3.4).
const SETTINGS: &str = "cache:rails_settings_cached/923c9fc88d20e59c3276436b4538203b";
const INSTANCE: &str = "cache:api/v2/instances/show:instancepresenter/instancepresenter-20260811104500000000000";
const SETTING_SECONDS: u64 = 600;
const INSTANCE_SECONDS: u64 = 180;

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
    pub async fn setting(&self, var: &str) -> Option<Option<String>> {
        let mut connection = self.connection.clone();
        let text: Option<String> = connection.get(format!("{SETTINGS}/{var}")).await.ok()?;
        serde_json::from_str(&text?).ok()
    }

    pub async fn keep_setting(&self, var: &str, value: &Option<String>) {
        let mut connection = self.connection.clone();
        let text = serde_json::to_string(value).unwrap_or_default();
        let kept: redis::RedisResult<()> = connection.set_ex(format!("{SETTINGS}/{var}"), text, SETTING_SECONDS).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "cache.setting");
        }
    }

    pub async fn instance(&self) -> Option<String> {
        let mut connection = self.connection.clone();
        connection.get(INSTANCE).await.ok()?
    }

    pub async fn keep_instance(&self, body: &str) {
        let mut connection = self.connection.clone();
        let kept: redis::RedisResult<()> = connection.set_ex(INSTANCE, body, INSTANCE_SECONDS).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "cache.instance");
        }
    }
}
