//! The record in words: an entry of the ledger as a line of a list, and as what is said after a deed.

mod blind;

pub use blind::{Covered, covered, not_before_review, to_review};

use crate::{
    access::{Actor, Permission},
    clock::{DAY, Timestamp},
    deeds::{AnyDeed, BatchOf},
    id::{InstanceName, OperatorId},
    ledger::{self, AS_MEANT, CONSOLE, Entry, Found, Later, LedgerError, NOT_SEEN, OwnTry, ProvedBy},
    mastodon::database::Limited,
    nouns::{domain_blocks::Severity, registrations::RegistrationsMode},
    store::{operators::Operator, rights::POLICY_PASSED},
    text::{self, time},
};
use serde_json::Value;

/// How a deed stands: under way, or what it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeedState {
    /// Not closed yet.
    Open,
    Succeeded,
    Partly,
    Failed,
    Unknown,
    /// Sent, and not seen to have happened.
    Unseen,
    /// The same, and seen to have happened since.
    Later,
    Stale,
    Refused,
}

impl DeedState {
    /// Those that an outcome is recorded as; an unseen one is recorded as unknown.
    pub const RECORDED: [Self; 7] =
        [Self::Open, Self::Succeeded, Self::Partly, Self::Failed, Self::Unknown, Self::Stale, Self::Refused];

    /// The word on the page; never “done” for what was only asked for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "in progress",
            Self::Succeeded => "done",
            Self::Partly => "partly done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Unseen => "not seen to have happened",
            Self::Later => "happened after all",
            Self::Stale => "not sent",
            Self::Refused => "refused",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Succeeded => "succeeded",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Unseen => "unseen",
            Self::Later => "later",
            Self::Stale => "stale",
            Self::Refused => "refused",
        }
    }

    /// Whether it is told as a try: it was not done, or nobody saw that it was.
    fn is_a_try(self) -> bool {
        match self {
            Self::Failed | Self::Unknown | Self::Unseen | Self::Stale | Self::Refused => true,
            Self::Open | Self::Succeeded | Self::Partly | Self::Later => false,
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Succeeded | Self::Later => "badge good",
            Self::Open | Self::Partly | Self::Unknown | Self::Unseen | Self::Stale => "badge warn",
            Self::Failed | Self::Refused => "badge danger",
        }
    }
}

impl From<ledger::Outcome> for DeedState {
    fn from(outcome: ledger::Outcome) -> Self {
        use ledger::Outcome as Recorded;
        match outcome {
            Recorded::Succeeded => Self::Succeeded,
            Recorded::Partly => Self::Partly,
            Recorded::Failed => Self::Failed,
            Recorded::Unknown => Self::Unknown,
            Recorded::Stale => Self::Stale,
            Recorded::Refused => Self::Refused,
        }
    }
}

/// The kind of a try that the console refused.
pub const DENIED: &str = "denied";

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub index: i64,
    pub at: Timestamp,
    pub who: String,
    /// Their own account on the instance, where they did it as that.
    pub own_account: Option<String>,
    pub role: Option<String>,
    pub instance: Option<InstanceName>,
    pub what: String,
    pub why: String,
    /// `None` for a fact, which has none.
    pub outcome: Option<DeedState>,
    /// The batch or import that it began.
    pub begins: Option<String>,
    /// Whoever reads this is to review the decision: what it was, whose and why is not told before their own opinion.
    pub in_review: bool,
}

impl Line {
    /// The same for whoever is to review the decision.
    pub fn in_review(self) -> Self {
        Self {
            who: "in review by you".to_owned(),
            own_account: None,
            role: None,
            what: "a decision that you are to review".to_owned(),
            why: String::new(),
            outcome: None,
            begins: None,
            in_review: true,
            ..self
        }
    }
}

/// How a deed stands, with what was seen of it later; `None` for a fact, which has no outcome.
pub fn state(entry: &Entry) -> Option<DeedState> {
    match (entry.kind.as_str(), entry.outcome) {
        ("intent", None) => Some(DeedState::Open),
        ("fact", None) if entry.deed == DENIED => Some(DeedState::Refused),
        (_, Some(ledger::Outcome::Unknown | ledger::Outcome::Partly)) if is_done_by_now(entry) => {
            Some(DeedState::Later)
        }
        (_, Some(ledger::Outcome::Unknown)) if entry.outcome_facts[NOT_SEEN] == true => Some(DeedState::Unseen),
        (_, Some(outcome)) => Some(outcome.into()),
        (_, None) => None,
    }
}

/// Whether a trace of it was seen after it was closed, of all of it.
fn is_done_by_now(entry: &Entry) -> bool {
    entry.later.is_some_and(|found| found.how == Later::Done)
}

/// The deed of an entry, for whoever goes on from it: `None` for a fact, or where its words were destroyed as an entry says.
///
/// # Errors
/// That its words do not open, and no entry says that they were destroyed: what was meant is not known now.
pub fn deed_of(entry: &Entry) -> Result<Option<AnyDeed>, LedgerError> {
    entry.meant()
}

/// The deed of an entry for a page, where its words open: one that do not says so in its line.
pub fn shown_deed(entry: &Entry) -> Option<AnyDeed> {
    deed_of(entry).ok().flatten()
}

/// An entry as this person reads it: whoever is not told who works here reads no colleague's name in what they did themselves.
/// They gave cases to others once, by name.
pub fn as_told(actor: &Actor, mut entry: Entry) -> Entry {
    let deed = entry.document.as_mut().and_then(|document| document["deed"].as_object_mut());
    if let Some(deed) = deed
        && let Some(to) = deed.get("to").and_then(Value::as_str).map(|to| OperatorId(to.to_owned()))
        && let Some(name) = deed.get_mut("to_name")
    {
        let whole = name.as_str().unwrap_or_default().to_owned();
        *name = Value::String(actor.told(&to, || whole));
    }
    entry
}

fn fact_clause(entry: &Entry) -> String {
    match entry.deed.as_str() {
        "signed_in" => match serde_json::from_value(entry.leaf["facts"]["by"].clone()) {
            Ok(ProvedBy::Password) => "signed in with the password alone".to_owned(),
            Ok(ProvedBy::Totp) => "signed in with password and code".to_owned(),
            Ok(ProvedBy::RecoveryCode) => "signed in with password and a recovery code".to_owned(),
            // Entries of before do not say.
            Err(_) => "signed in".to_owned(),
        },
        "signed_out" => "signed out".to_owned(),
        "sign_in_failed" => "failed to sign in".to_owned(),
        "code_failed" => "gave a wrong code after the right password".to_owned(),
        "second_factor_set" => "set up a second factor".to_owned(),
        DENIED => {
            let permission = &entry.leaf["facts"]["permission"];
            // One that there was before is named by its own word.
            let words = serde_json::from_value::<Permission>(permission.clone()).map_or_else(
                |_| permission.as_str().unwrap_or_default().replace('_', " "),
                |known| known.name().to_owned(),
            );
            // What of their own it was about, since there are alarms.
            let own = match serde_json::from_value(entry.leaf["facts"]["own"].clone()) {
                Ok(OwnTry::Case) => " about their own case",
                Ok(OwnTry::Grant) => " about their own grant",
                Err(_) => "",
            };
            format!("was refused “{words}”{own}")
        }
        "changed_elsewhere" => outside_changes(entry),
        "batch_begun" => format!("started {}", batch_words(&entry.leaf["facts"])),
        "batch_paused" => format!("paused {}", batch_words(&entry.leaf["facts"])),
        "rows_sealed" => sealed_words(&entry.leaf["facts"]),
        "snapshots_proved" => "verified what was stored of the instances".to_owned(),
        "deeds_proved" => "verified each action of the batches".to_owned(),
        "kept_proved" => "verified notes, access requests, alarms and reviews as they were kept".to_owned(),
        "row_resealed" => {
            let row = match entry.leaf["facts"]["row"].as_str() {
                Some("person") => "the row of a person",
                Some("grant") => "the row of a grant",
                _ => "the row of a linked account",
            };
            format!("took {row} in the store as it stands")
        }
        "head_sealed" => "sealed the head of the audit log and gave the store an id".to_owned(),
        "record_accepted" => "accepted the audit log as it stood, decided at the server".to_owned(),
        "access_asked" => "asked for access by the public form".to_owned(),
        "token_left" => "couldn’t revoke the token of an ended link".to_owned(),
        "token_taken_back" => "revoked the token of an ended link after retrying".to_owned(),
        "happened_later" => happened_later(entry),
        "registrations_unsettled" => format!("found that visitors don’t all see {} yet", settled_word(entry)),
        "registrations_settled" => format!("found that all visitors see {} now", settled_word(entry)),
        "policy_stopped" => {
            let why = entry.leaf["facts"]["why"].as_str().unwrap_or_default();
            format!("stopped the registrations policy: {why}")
        }
        "policy_missed" => {
            let facts = &entry.leaf["facts"];
            let due = facts["due"].as_str().and_then(|text| text.parse().ok()).map(Timestamp);
            let mode =
                facts["mode"].as_str().and_then(|mode| mode.parse().ok()).map_or("as planned", RegistrationsMode::word);
            format!(
                "missed setting registrations to “{mode}”{}; it was too late to do it",
                due.map(|due| format!(", planned for {}", time::absolute(due))).unwrap_or_default()
            )
        }
        POLICY_PASSED => {
            let mode = entry.leaf["facts"]["mode"].as_str().and_then(|mode| mode.parse().ok());
            let mode = mode.map_or("something else", RegistrationsMode::word);
            format!(
                "noticed that somebody set registrations to “{mode}” past the policy, which opens no further by itself"
            )
        }
        "batch_ended" => format!("finished {}", batch_words(&entry.leaf["facts"])),
        "batch_resumed" => format!("resumed {}", batch_words(&entry.leaf["facts"])),
        other => other.replace('_', " "),
    }
}

/// What was seen late of a deed, and of which.
fn happened_later(entry: &Entry) -> String {
    let facts = &entry.leaf["facts"];
    let of = facts["entry"].as_str().unwrap_or_default();
    match serde_json::from_value(facts["how"].clone()) {
        Ok(Later::AsMeant) => format!("found that what entry {of} was to do is so by now, perhaps by somebody else"),
        Ok(Later::Partly) => format!("found that a part of entry {of} happened after all"),
        Ok(Later::Done) | Err(_) => format!("found that entry {of} happened after all"),
    }
}

/// To what registrations had been set, and by which entry.
fn settled_word(entry: &Entry) -> String {
    let facts = &entry.leaf["facts"];
    let mode = facts["mode"].as_str().and_then(|mode| mode.parse().ok()).map_or("as set", RegistrationsMode::word);
    format!("“{mode}” (entry {})", facts["entry"].as_str().unwrap_or_default())
}

/// How many rows were sealed at the first start of the version that seals them.
fn sealed_words(facts: &Value) -> String {
    let number = |key: &str| facts[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let refused = match number("refused") {
        0 => String::new(),
        some => format!("; refused {some} that the audit log doesn’t support"),
    };
    format!(
        "sealed the rows of {}, {} and {}{refused}",
        text::count(number("people"), "person", "people"),
        text::count(number("grants"), "grant", "grants"),
        text::count(number("links"), "linked account", "linked accounts"),
    )
}

/// What many at once are, of which kind.
fn batch_words(facts: &Value) -> String {
    let number = facts["number"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let kind = facts["kind"].as_str().unwrap_or_default();
    match BatchOf::of(kind) {
        Some(of) => format!("a batch of {}", of.counted(number)),
        None if kind == "domain_import" => {
            format!("an import of {}", text::count(number, "domain block", "domain blocks"))
        }
        None => format!("a batch of {number} of an unknown kind"),
    }
}

/// One entry as a line of the list.
pub fn line(entry: &Entry, who: &str) -> Line {
    let (deed, outcome) = (shown_deed(entry), state(entry));
    let what = match (&deed, entry.kind.as_str()) {
        (Some(deed), _) if outcome.is_some_and(DeedState::is_a_try) => tried(&deed.sentence()),
        (Some(deed), _) => deed.sentence(),
        (None, "fact") => fact_clause(entry),
        (None, _) => format!("{} (sealed; it does not open)", entry.deed.replace('_', " ")),
    };
    let why = entry.document.as_ref().and_then(|document| document["why"].as_str()).unwrap_or_default().to_owned();
    Line {
        index: entry.index,
        at: entry.at,
        who: who.to_owned(),
        own_account: None,
        role: entry.leaf["role"].as_str().or(entry.leaf["facts"]["role"].as_str()).map(str::to_owned),
        // A try that was refused has it among its facts alone, in entries of before.
        instance: (entry.instance.as_deref())
            .or_else(|| entry.leaf["facts"]["instance"].as_str().filter(|_| entry.deed == DENIED))
            .and_then(|name| InstanceName::try_from(name.to_owned()).ok()),
        what,
        why,
        outcome,
        begins: entry.leaf["subject"].as_str().filter(|_| entry.deed == "batch_begun").map(str::to_owned),
        in_review: false,
    }
}

/// The verbs that the clauses of deeds begin with, as they are after “tried to”.
const VERBS: [(&str, &str); 59] = [
    ("acknowledged", "acknowledge"),
    ("added", "add"),
    ("agreed", "agree"),
    ("agreed,", "agree,"),
    ("allowed", "allow"),
    ("approved", "approve"),
    ("assigned", "assign"),
    ("changed", "change"),
    ("chose", "choose"),
    ("closed", "close"),
    ("committed", "commit"),
    ("created", "create"),
    ("deactivated", "deactivate"),
    ("declined", "decline"),
    ("deleted", "delete"),
    ("destroyed", "destroy"),
    ("disagreed", "disagree"),
    ("disallowed", "disallow"),
    ("drew", "draw"),
    ("ended", "end"),
    ("exported", "export"),
    ("froze", "freeze"),
    ("gave", "give"),
    ("handed", "hand"),
    ("held", "hold"),
    ("left", "leave"),
    ("let", "let"),
    ("limited", "limit"),
    ("linked", "link"),
    ("looked", "look"),
    ("made", "make"),
    ("marked", "mark"),
    ("offered", "offer"),
    ("opened", "open"),
    ("pressed", "press"),
    ("proposed", "propose"),
    ("rejected", "reject"),
    ("removed", "remove"),
    ("reopened", "reopen"),
    ("replaced", "replace"),
    ("requested", "request"),
    ("reset", "reset"),
    ("resolved", "resolve"),
    ("restored", "restore"),
    ("revealed", "reveal"),
    ("revoked", "revoke"),
    ("searched", "search"),
    ("set", "set"),
    ("signed", "sign"),
    ("started", "start"),
    ("suspended", "suspend"),
    ("turned", "turn"),
    ("unassigned", "unassign"),
    ("undid", "undo"),
    ("unfroze", "unfreeze"),
    ("unlinked", "unlink"),
    ("warned", "warn"),
    ("withdrew", "withdraw"),
    ("wrote", "write"),
];

/// What a deed says of itself, of one that is not known to have been done.
fn tried(sentence: &str) -> String {
    let (first, rest) = sentence.split_once(' ').unwrap_or((sentence, ""));
    match VERBS.iter().find(|(past, _)| *past == first) {
        Some((_, plain)) => format!("tried to {plain} {rest}").trim_end().to_owned(),
        None => format!("tried, without success: {sentence}"),
    }
}

/// What a lifted suspension left behind where the data had gone meanwhile.
pub const NO_LOGIN: &str =
    "the suspension is undone, but the account has no login any more: its data is deleted, and nobody can use it";

/// How a change of who may sign up stands by now, of which not all was seen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settles {
    /// The console goes on looking.
    Watched,
    /// Nobody can sign up, whatever is stored: there is nothing to wait for.
    SingleUser,
    /// All of it was seen to agree after all, as this entry says.
    Seen(i64),
    /// It is not looked at any more: it was changed again, or given up.
    Over,
}

impl Settles {
    fn words(self) -> String {
        match self {
            Self::Watched => {
                "saved, but not yet seen everywhere. “Current state” shows what visitors were seen to get; the \
                console keeps working on it for two hours."
                    .to_owned()
            }
            Self::SingleUser => "saved, but without effect for now: in single-user mode nobody can sign up.".to_owned(),
            Self::Seen(entry) => format!("saved, and seen everywhere since (entry {entry})."),
            Self::Over => "saved, but never seen everywhere. “Current state” shows what visitors see.".to_owned(),
        }
    }
}

/// The fact of an outcome for which nothing could be read.
pub const UNVERIFIED: &str = "unverified";

/// What is said on the page a deed leads to. “Done” only for what was read back; of one that is watched, what is known so far.
pub fn notice_sentence(entry: &Entry, line: &Line, watched: Option<&str>, settles: Option<Settles>) -> String {
    // It is said to whoever did it.
    let mut what = line.what.replace(" to themselves", " to yourself");
    if let Some(first) = what.get(..1) {
        let capital = first.to_uppercase();
        what.replace_range(..1, &capital);
    }
    let others = entry.outcome_facts["others closed"].as_u64().unwrap_or(0);
    let reports = text::count(usize::try_from(others).unwrap_or(0), "report", "reports");
    let beside = match entry.leaf["facts"]["unread"].as_i64() {
        _ if others == 0 => String::new(),
        Some(unread) if unread > 0 => format!(" Mastodon resolved {reports} more that nobody here has read."),
        _ => format!(" Mastodon resolved {reports} more that came in since."),
    };
    let beside = format!("{beside}{}", accounts_there(entry).unwrap_or_default());
    if let Some(settles) = settles {
        return format!("{what}: {}", settles.words());
    }
    match line.outcome {
        Some(DeedState::Succeeded) if entry.outcome_facts["goes on"] == true => {
            format!("{what}: accepted. The instance carries it out in the background; check again later.")
        }
        Some(DeedState::Succeeded) if entry.outcome_facts[UNVERIFIED] == true => {
            format!(
                "{what}: accepted by the instance, but not verified: the database couldn’t be read. Check the page."
            )
        }
        Some(DeedState::Succeeded) => format!("{what}. Done and verified.{beside}"),
        Some(DeedState::Partly) if entry.outcome_facts["no login"] == true => format!("{what}: {NO_LOGIN}."),
        Some(DeedState::Partly) if entry.outcome_facts[NOT_SEEN] == true => {
            format!("{what}: only a part was seen to have happened; the rest may still come.{beside}")
        }
        Some(DeedState::Partly) => format!("{what}: only partly done.{beside}"),
        Some(DeedState::Open) => {
            let so_far =
                watched.unwrap_or("sent, but the instance did not answer. The console keeps checking for two minutes.");
            format!("Not confirmed yet: {}: {so_far}", line.what)
        }
        Some(DeedState::Unknown) if entry.outcome_facts[AS_MEANT] == true => {
            format!("{what}: the state is as intended, but somebody else may have changed it.")
        }
        Some(DeedState::Unknown) => format!("{what}: it isn’t known what came of it. Check the page."),
        Some(DeedState::Unseen | DeedState::Later) => format!("{what}: {}", by_now(entry.later)),
        Some(DeedState::Failed) => format!("{what}: failed. Nothing was changed."),
        Some(DeedState::Stale) => format!("{what}: not sent, because it had changed in the meantime."),
        Some(DeedState::Refused) => format!("{what}: refused."),
        None => what,
    }
}

/// How a deed stands that was sent and not seen to have happened.
fn by_now(later: Option<Found>) -> String {
    let seen = |found: Found| format!("seen {} (entry {})", time::absolute(found.at), found.entry);
    match later {
        None => {
            "not seen to have happened. It was sent, so the instance may still do it: the console looks for it for a \
            day, and says so here when it does. Check before you do it again."
                .to_owned()
        }
        Some(found) => match found.how {
            Later::Done => format!("happened after all, {}.", seen(found)),
            Later::Partly => format!("a part of it happened after all, {}.", seen(found)),
            Later::AsMeant => format!("so by now, perhaps by somebody else, {}.", seen(found)),
        },
    }
}

/// What had become of the accounts that a rule about a server is for, when the deed was read back.
fn accounts_there(entry: &Entry) -> Option<String> {
    let there: Limited = serde_json::from_value(entry.outcome_facts["accounts there"].clone()).ok()?;
    if there.known == 0 {
        return None;
    }
    let severity = |of: &str| entry.leaf["facts"][of].as_str().and_then(|name| name.parse::<Severity>().ok());
    let first = if there.more { "first " } else { "" };
    let of = format!(
        "the {first}{} known there",
        text::count(usize::try_from(there.known).unwrap_or(0), "account", "accounts")
    );
    let begun = match severity("after") {
        Some(Severity::Suspend) => Some((there.suspended, "suspended")),
        Some(Severity::Silence) => Some((there.silenced, "limited")),
        Some(Severity::Noop) | None => None,
    };
    let begun = begun.map(|(limited, word)| {
        if limited == there.known && !there.more {
            format!(" All of {of} {word}.")
        } else {
            format!(" {limited} of {of} {word} so far; the instance goes through them in the background.")
        }
    });
    let ended = match severity("before").filter(|before| severity("after").is_none_or(|after| after < *before)) {
        Some(Severity::Suspend) => Some((there.suspended, "suspended")),
        Some(Severity::Silence) => Some((there.silenced, "limited")),
        Some(Severity::Noop) | None => None,
    };
    let ended = ended.filter(|(limited, _)| *limited > 0).map(|(limited, word)| {
        let by_hand = if word == "suspended" { format!(", {} of them by hand", there.by_hand) } else { String::new() };
        format!(" {limited} of {of} still {word}{by_hand}.")
    });
    Some([begun, ended].into_iter().flatten().collect())
}

/// What did something that is no person: a command, a migration, or the console itself.
pub fn stranger(id: &str) -> String {
    if id == CONSOLE { "the console itself".to_owned() } else { format!("the {id}") }
}

/// Whether a policy did it by itself, on behalf of somebody.
pub fn is_by_policy(entry: &Entry) -> bool {
    is_of_policy(&entry.leaf)
}

fn is_of_policy(leaf: &Value) -> bool {
    leaf["session"].as_str().is_some_and(|session| session.starts_with("policy "))
}

/// The name of whoever did something, as the list has it. What a policy did is told as its own, with whom it acts for.
pub fn name(people: &[Operator], entry: &Entry) -> String {
    match entry.operator.as_deref() {
        Some(id) => called(people, id, &entry.leaf),
        None if entry.deed == "changed_elsewhere" => "outside the console".to_owned(),
        None if matches!(entry.deed.as_str(), "sign_in_failed" | "access_asked") => "a stranger".to_owned(),
        None => "the console itself".to_owned(),
    }
}

/// The same of somebody with an id, by the leaf that names it.
pub fn called(people: &[Operator], id: &str, leaf: &Value) -> String {
    let person = people.iter().find(|person| person.id.0 == id);
    let name = person.map_or_else(|| stranger(id), |person| person.name.clone());
    if is_of_policy(leaf) { format!("the policy, for {name}") } else { name }
}

/// The clause of an entry: what changed, and between which looks.
fn outside_changes(entry: &Entry) -> String {
    let at =
        |key: &str| entry.leaf["facts"][key].as_str().and_then(|text| text.parse().ok()).map_or(entry.at, Timestamp);
    let said = entry.document.as_ref().and_then(|document| document["said"].as_str());
    format!("{}, outside the console, {}", said.unwrap_or("something changed"), between(at("from"), at("to")))
}

/// `between 14:00 and 14:05`, with the days where it is not the same one.
fn between(from: Timestamp, to: Timestamp) -> String {
    let minute = |at: Timestamp| time::clock(at).chars().take(5).collect::<String>();
    if from.0.div_euclid(DAY) != to.0.div_euclid(DAY) {
        let whole = |at: Timestamp| time::absolute(at).chars().take(16).collect::<String>();
        return format!("between {} and {} UTC", whole(from), whole(to));
    }
    match (minute(from), minute(to)) {
        (from_minute, to_minute) if from_minute != to_minute => format!("between {from_minute} and {to_minute} UTC"),
        _ => format!("between {} and {} UTC", time::clock(from), time::clock(to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{MINUTE, SECOND};

    #[test]
    fn what_was_not_done_is_told_as_a_try() {
        for (done, told) in [
            ("suspended @quarry@night.example, 3 reports", "tried to suspend @quarry@night.example, 3 reports"),
            ("undid the limit of @wren", "tried to undo the limit of @wren"),
            (
                "agreed, with advice, with the decision of entry 3",
                "tried to agree, with advice, with the decision of entry 3",
            ),
            ("closed registrations (by policy)", "tried to close registrations (by policy)"),
        ] {
            assert_eq!(tried(done), told);
        }
    }

    #[test]
    fn the_stretch_of_time_is_said_as_short_as_it_can_be() {
        let day = Timestamp(20_000 * DAY);
        assert_eq!(between(day, day.plus(5 * MINUTE)), "between 00:00 and 00:05 UTC");
        assert_eq!(between(day, day.plus(9 * SECOND)), "between 00:00:00 and 00:00:09 UTC");
        assert!(between(day, day.plus(DAY)).starts_with("between 2024-10-04 00:00 and 2024-10-05"));
    }
}
