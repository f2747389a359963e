//! Who has which role: one of the few direct writes of the console, because no API gives or takes one.

use super::{
    Instance,
    database::{DatabaseError, Written},
};
use crate::deeds::AssignRole;
use crate::ledger::{Answer, Answered, Step, Warrant};
use serde_json::json;

impl Instance {
    /// Stores the role and Mastodon's own log row in one transaction, over what the person saw and nothing else. No cache has
    /// to forget anything: Mastodon reads permissions from the database on every request.
    pub async fn assign_role(&self, warrant: Warrant<AssignRole>) -> Answered<AssignRole> {
        let deed = warrant.deed().clone();
        if deed.instance != self.name {
            return warrant.unsent("the action names another instance");
        }
        let Some(acting) = warrant.acting().account() else {
            return warrant.unsent("the intent names no account of the instance to act as");
        };
        let answer = match self.database.write_role(acting, &deed).await {
            Ok(Written::Stored { log }) => Answer::Accepted { body: json!({ "log row": log.to_string() }) },
            Ok(Written::Not(why)) => Answer::Refused { status: 409, message: why.trim_end_matches('.').to_owned() },
            Err(DatabaseError::Lost(why)) => Answer::Lost { why },
            Err(error) => Answer::NotSent { why: error.to_string() },
        };
        warrant.answered(vec![Step { what: "store the role and its log row".to_owned(), answer }])
    }
}
