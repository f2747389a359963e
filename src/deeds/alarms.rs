//! What is done about alarms.

use crate::{
    access::Permission,
    id::InstanceName,
    ledger::{BeforeAfter, Deed, Subject},
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Take note of an alarm: somebody looked at what raised it. The reason says what they found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcknowledgeAlarm {
    /// The alarm's id in the console's store.
    pub alarm: String,
    /// Its sort.
    pub kind: String,
    /// What it said, in words.
    pub said: String,
    /// It is about the one who acknowledges it, because nobody else can.
    pub own: bool,
}

impl Deed for AcknowledgeAlarm {
    const KIND: &'static str = "acknowledge_alarm";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Alarm(self.alarm.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "kind": self.kind, "own": self.own })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::AcknowledgeAlarms]
    }

    fn sentence(&self) -> String {
        let own = if self.own { ", about themselves" } else { "" };
        format!("acknowledged an alarm{own}: {}", text::tame(&self.said))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}
