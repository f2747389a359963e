//! What is drawn of an instance: counted in the background, so that no page waits for it.

use super::{Instance, database::Days, visitors};
use crate::clock::Timestamp;
use std::sync::{Arc, PoisonError};

/// The last count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// When the database was read.
    pub at: Timestamp,
    pub counted: Days,
    /// People who were active, by week, oldest first: the week's first day and how many; or why that is not known.
    pub active: Result<Vec<(Timestamp, i64)>, String>,
    /// Why it could not be counted anew; `None` while all is well.
    pub trouble: Option<String>,
}

impl Instance {
    /// What was last counted; `None` before that.
    pub fn statistics(&self) -> Option<Arc<Statistics>> {
        self.statistics.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts. What was counted before stays where the database does not answer, and says so.
    pub async fn count(&self, now: Timestamp) {
        let counted = async { self.database.read().await?.days(now).await };
        let (counted, active) = tokio::join!(counted, visitors::active(&self.rest));
        let statistics = match (counted, self.statistics()) {
            (Ok(counted), _) => Statistics { at: now, counted, active, trouble: None },
            (Err(error), Some(former)) => Statistics { active, trouble: Some(error.to_string()), ..(*former).clone() },
            // The page says that nothing was counted yet; why stands with the database on the overview.
            (Err(error), None) => {
                tracing::warn!(instance = %self.name, %error, "statistics.uncounted");
                return;
            }
        };
        *self.statistics.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(statistics));
    }
}
