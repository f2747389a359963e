//! tower-sessions over the console's own store: only a hash of the token is kept, and the person is a column.

use crate::{
    clock::{Clock, LARGEST_SKEW, Timestamp},
    id::OperatorId,
    session::{ABSOLUTE, IDLE, SessionData},
    store::{Store, web_sessions},
};
use async_trait::async_trait;
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

#[derive(Clone, Debug)]
pub struct Sessions {
    pub store: Store,
    pub clock: Clock,
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

/// The person behind a session with the generation they proved, and all it remembers.
fn contents(record: &Record) -> Result<(Option<(OperatorId, i64)>, String)> {
    let operator = record
        .data
        .get(SessionData::KEY)
        .and_then(|value| serde_json::from_value::<SessionData>(value.clone()).ok())
        .map(|data| (data.operator, data.generation));
    let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    Ok((operator, data))
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits: a collision is not worth a query.
        let now = self.clock.now();
        let (operator, data) = contents(record)?;
        let hash = web_sessions::hash(&record.id.to_string());
        let operator = operator.as_ref().map(|(id, generation)| (id, *generation));
        web_sessions::save(&self.store, &hash, operator, &data, now, now.plus(ABSOLUTE)).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (operator, data) = contents(record)?;
        let hash = web_sessions::hash(&record.id.to_string());
        // A request that was still running must not bring back a session that was ended everywhere.
        web_sessions::update(&self.store, &hash, operator.as_ref().map(|(id, _)| id), &data, self.clock.now())
            .await
            .map(|_| ())
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now();
        let hash = web_sessions::hash(&id.to_string());
        let Some(row) = web_sessions::load(&self.store, &hash).await.map_err(backend)? else { return Ok(None) };
        // One that began in the future, by a clock that has been set back since, would hold for so much longer.
        let of_the_future = row.created_at.since(now) > LARGEST_SKEW || row.seen_at.since(now) >= IDLE;
        if of_the_future || now >= row.absolute_until || now.since(row.seen_at) >= IDLE {
            return Ok(None);
        }
        let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: offset(row.absolute_until)? }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        web_sessions::delete(&self.store, &web_sessions::hash(&id.to_string())).await.map_err(backend)
    }
}

fn offset(at: Timestamp) -> Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(at.0 / 1000).map_err(|error| Error::Decode(error.to_string()))
}
