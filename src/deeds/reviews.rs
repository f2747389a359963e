//! Decisions that are looked at again.

use crate::{
    access::Permission,
    id::{InstanceName, OperatorId},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::reviews::{Sort, Verdict},
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Bind the seed of a week, before it begins. The console itself does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitSample {
    /// By its Monday: `2026-11-23`.
    pub week: String,
    /// [`crate::nouns::reviews::commitment`]
    pub commitment: String,
    /// The week had begun already.
    pub late: bool,
}

impl Deed for CommitSample {
    const KIND: &'static str = "commit_sample";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Review(self.week.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "week": self.week, "commitment": self.commitment, "late": self.late })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::Review]
    }

    fn sentence(&self) -> String {
        let late = if self.late { ", after it had begun" } else { "" };
        format!("committed to the sample of the week of {}{late}", self.week)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// Draw a week's sample and disclose its seed, after the week has ended. The console itself does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawSample {
    pub week: String,
    pub seed: String,
    /// The entry that binds the seed.
    pub committed: i64,
    /// What was drawn, by its entries, and of how many decisions.
    pub entries: Vec<i64>,
    pub decisions: i64,
}

impl Deed for DrawSample {
    const KIND: &'static str = "draw_sample";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = 64 * 1024;

    fn subject(&self) -> Subject {
        Subject::Review(self.week.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "week": self.week, "seed": self.seed, "committed": self.committed, "entries": self.entries,
        "decisions": self.decisions })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::Review]
    }

    fn sentence(&self) -> String {
        let of = usize::try_from(self.decisions).unwrap_or(0);
        format!(
            "drew {} of {} of the week of {} and disclosed the seed",
            self.entries.len(),
            text::count(of, "decision", "decisions"),
            self.week
        )
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// What is done about somebody else's decision that is looked at again.
trait AboutDecision: Clone + Serialize + Send + Sync + 'static {
    const KIND: &'static str;
    const CHANGES: bool = true;

    /// The entry of the decision.
    fn decision(&self) -> i64;

    /// What is said of it, and the sort it is of.
    fn facts(&self) -> Value;

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::Review]
    }

    fn sentence(&self) -> String;

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

impl<D: AboutDecision> Deed for D {
    const KIND: &'static str = <D as AboutDecision>::KIND;
    const CHANGES: bool = <D as AboutDecision>::CHANGES;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Review(self.decision().to_string())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        AboutDecision::facts(self)
    }

    fn permissions(&self) -> &'static [Permission] {
        AboutDecision::permissions(self)
    }

    fn sentence(&self) -> String {
        AboutDecision::sentence(self)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        AboutDecision::before_after(self)
    }
}

/// Say what one would have decided, before seeing what was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveOpinion {
    /// The entry of the decision.
    pub decision: i64,
    pub sort: Sort,
    pub opinion: String,
}

impl AboutDecision for GiveOpinion {
    const KIND: &'static str = "give_opinion";

    fn decision(&self) -> i64 {
        self.decision
    }

    fn facts(&self) -> Value {
        json!({ "decision": self.decision, "sort": self.sort, "opinion": self.opinion })
    }

    fn sentence(&self) -> String {
        format!("gave an opinion on the case of entry {}, before seeing the decision", self.decision)
    }
}

/// Take a review from somebody who cannot review any more, so that another can. The console itself does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseReview {
    /// The entry of the decision.
    pub decision: i64,
    pub sort: Sort,
    /// Who had begun with it; what they would have decided stays in their own entry.
    pub reviewer: OperatorId,
}

impl AboutDecision for ReleaseReview {
    const KIND: &'static str = "release_review";

    fn decision(&self) -> i64 {
        self.decision
    }

    fn facts(&self) -> Value {
        json!({ "decision": self.decision, "sort": self.sort })
    }

    fn sentence(&self) -> String {
        format!(
            "made the case of entry {} available to another reviewer: whoever began it can’t review any more",
            self.decision
        )
    }
}

/// Say of a decision what a second person thinks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeDecision {
    /// Its entry.
    pub decision: i64,
    pub sort: Sort,
    pub verdict: Verdict,
}

impl AboutDecision for JudgeDecision {
    const KIND: &'static str = "judge_decision";

    fn decision(&self) -> i64 {
        self.decision
    }

    fn facts(&self) -> Value {
        json!({ "decision": self.decision, "sort": self.sort, "verdict": self.verdict })
    }

    fn sentence(&self) -> String {
        let said = match self.verdict {
            Verdict::Agree => "agreed with the decision of",
            Verdict::Coach => "agreed, with advice, with the decision of",
            Verdict::Disagree => "disagreed with the decision of",
            Verdict::Reverse => "proposed to undo the decision of",
        };
        format!("{said} entry {}", self.decision)
    }
}

/// See a decision that one is to review before one's own opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAhead {
    /// Its entry.
    pub decision: i64,
    pub sort: Sort,
}

impl AboutDecision for LookAhead {
    const KIND: &'static str = "look_ahead";
    const CHANGES: bool = false;

    fn decision(&self) -> i64 {
        self.decision
    }

    fn facts(&self) -> Value {
        json!({ "decision": self.decision, "sort": self.sort })
    }

    fn sentence(&self) -> String {
        format!("looked at the decision of entry {} before giving an opinion", self.decision)
    }
}

/// Close the proposal to undo a decision: somebody declined it, or it was undone and the console noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleProposal {
    /// The entry of the decision.
    pub decision: i64,
    pub sort: Sort,
    /// The entry that undid it; `None` where it was declined.
    pub undone: Option<i64>,
}

impl AboutDecision for SettleProposal {
    const KIND: &'static str = "settle_proposal";

    fn decision(&self) -> i64 {
        self.decision
    }

    fn facts(&self) -> Value {
        json!({ "decision": self.decision, "sort": self.sort, "undone": self.undone })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports]
    }

    fn sentence(&self) -> String {
        match self.undone {
            Some(entry) => {
                format!("closed the proposal to undo the decision of entry {}: entry {entry} undid it", self.decision)
            }
            None => format!("declined to undo the decision of entry {}", self.decision),
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let after = if self.undone.is_some() { "undone" } else { "declined" };
        vec![("proposal to undo".to_owned(), "open".to_owned(), after.to_owned())]
    }
}
