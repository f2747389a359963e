//! Invitations by SQL, because Mastodon has no API for them: made as its own form makes them, ended as its own button ends
//! them. Nothing of it is cached there, nothing is logged (`app/controllers/admin/invites_controller.rb`).

use super::{Instance, database::DatabaseError};
use crate::deeds::{IssueInvite, RevokeInvite};
use crate::ledger::{Answer, Answered, Step, Warrant};
use serde_json::json;

fn step(what: &str, answer: Answer) -> Vec<Step> {
    vec![Step { what: what.to_owned(), answer }]
}

fn failed(error: DatabaseError) -> Answer {
    match error {
        DatabaseError::Lost(why) => Answer::Lost { why },
        error => Answer::NotSent { why: error.to_string() },
    }
}

impl Instance {
    /// Writes the invitation of a deed.
    pub async fn issue_invite(&self, warrant: Warrant<IssueInvite>) -> Answered<IssueInvite> {
        if warrant.deed().instance != self.name {
            return warrant.unsent("the action names another instance");
        }
        if warrant.acting().account() != Some(warrant.deed().account) {
            return warrant.unsent("the account it is done as is not the one that was looked at");
        }
        let answer = match self.database.write_invite(warrant.deed()).await {
            Ok(Some(id)) => Answer::Accepted { body: json!({ "invite": id }) },
            Ok(None) => Answer::Refused {
                status: 409,
                message: "the account it would be made as is gone, or the code was somebody else’s by then".to_owned(),
            },
            Err(error) => failed(error),
        };
        warrant.answered(step("write the invite", answer))
    }

    /// Ends the invitation of a deed.
    pub async fn revoke_invite(&self, warrant: Warrant<RevokeInvite>) -> Answered<RevokeInvite> {
        if warrant.deed().instance != self.name {
            return warrant.unsent("the action names another instance");
        }
        let answer = match self.database.end_invite(warrant.deed().invite).await {
            Ok(true) => Answer::Accepted { body: json!({}) },
            Ok(false) => Answer::Refused {
                status: 409,
                message: "it was over, used up or gone when the write arrived".to_owned(),
            },
            Err(error) => failed(error),
        };
        warrant.answered(step("end the invite", answer))
    }
}
