//! Who may sign up: the stored rows, what each value does, and the one direct write this console makes.
//!
//! Sources: `app/models/setting.rb`, `app/models/form/admin_settings.rb`, `config/settings.yml`.

use super::{Instance, database::DatabaseError};
use crate::{
    clock::Timestamp,
    deeds::SetRegistrations,
    ledger::{Answer, Answered, Step, Warrant},
};
use serde_json::json;

pub use crate::nouns::settings::{MESSAGE, MODE, Meaning, Stored, read_yaml, write_yaml};

/// What the caches were told, when, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgetting {
    pub at: Timestamp,
    /// How many keys went, or why it is not known whether any did.
    pub gone: Result<usize, String>,
    /// When any went last, and how many: it is Mastodon's cache then.
    pub went: Option<(Timestamp, usize)>,
    /// When any went first since this process last set it: what is copied later is of the new setting.
    pub first: Option<Timestamp>,
}

/// The step in which visitors' pages are asked: its answer is what they said.
pub const ASKED: &str = "ask what visitors meet";

impl Instance {
    /// Writes mode and message in one transaction, and only over what the person saw; then makes the caches forget, and
    /// looks at what visitors meet.
    pub async fn set_registrations(&self, warrant: Warrant<SetRegistrations>) -> Answered<SetRegistrations> {
        let deed = warrant.deed().clone();
        if deed.instance != self.name {
            return warrant.unsent("the action names another instance");
        }
        let mode_after = format!("--- {}\n", deed.mode_after.stored());
        // A message that stays as it is is not written again: its row keeps its spelling and its time.
        let stored = Stored { mode: deed.mode_before.clone(), message: deed.message_before.clone() };
        let message_after = (stored.message_text() != Ok(deed.message_after.clone()) || stored.message.len() > 1)
            .then(|| write_yaml(&deed.message_after));
        let written = self
            .database
            .write_registrations(&deed.mode_before, &deed.message_before, &mode_after, message_after.as_deref())
            .await;
        let answer = match written {
            Ok(true) => Answer::Accepted { body: json!({}) },
            Ok(false) => {
                Answer::Refused { status: 409, message: "the setting was changed elsewhere in the meantime".to_owned() }
            }
            Err(DatabaseError::Lost(why)) => Answer::Lost { why },
            Err(error) => Answer::NotSent { why: error.to_string() },
        };
        let wrote = matches!(answer, Answer::Accepted { .. });
        let mut steps = vec![Step { what: "write the settings".to_owned(), answer }];
        if wrote {
            if let Some(before) = self.forgotten() {
                self.keep_forgotten(Forgetting { first: None, ..before });
            }
            if let Some(forgetting) = self.forget_registrations().await {
                let answer = match forgetting.gone {
                    Ok(keys) => Answer::Accepted { body: json!({ "keys": keys }) },
                    Err(why) => Answer::NotSent { why },
                };
                steps.push(Step { what: "make the caches forget".to_owned(), answer });
            }
            let seen = self.see_as_visitor().await;
            let answer = match seen.agrees(deed.mode_after, Some(&deed.message_after)) {
                _ if seen.never_agrees(deed.mode_after) => {
                    Answer::NotSent { why: "single-user mode: nobody can sign up, whatever is stored".to_owned() }
                }
                Some(true) => Answer::Accepted { body: json!({}) },
                Some(false) => Answer::NotSent { why: "not everything says so yet".to_owned() },
                None => Answer::NotSent { why: "not everything could be asked".to_owned() },
            };
            steps.push(Step { what: ASKED.to_owned(), answer });
        }
        warrant.answered(steps)
    }

    /// Makes Mastodon's caches forget the settings: harmless, and repeated until it is seen to have worked. `None` where no
    /// Redis is configured: they run out by themselves.
    pub async fn forget_registrations(&self) -> Option<Forgetting> {
        let cache = self.cache.as_ref()?;
        let gone = cache.forget_settings(&[MODE, MESSAGE]).await.map_err(|error| error.to_string());
        let at = self.rest.now();
        let before = self.forgotten();
        let before_it = before.as_ref().and_then(|before| before.first);
        let (went, first) = match gone {
            Ok(keys @ 1..) => (Some((at, keys)), before_it.or(Some(at))),
            Ok(0) | Err(_) => (before.and_then(|before| before.went), before_it),
        };
        let forgetting = Forgetting { at, gone, went, first };
        self.keep_forgotten(forgetting.clone());
        Some(forgetting)
    }
}
