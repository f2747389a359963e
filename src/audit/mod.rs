//! The record, as people read it: who did what, to whom, why, and what came of it.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    access::{Permission, Role},
    clock::Timestamp,
    id::{AccountId, InstanceName},
    ledger::check::Check,
    nouns::reviews::Sort,
    problem::Problem,
    record::Line,
};
use serde_json::Value;
use std::sync::LazyLock;

/// The state of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    pub entries: i64,
    pub root: String,
    pub checkpoint: Option<Checkpoint>,
    /// Where checkpoints go outside the store; `None` where nowhere.
    pub outside: Option<String>,
}

/// The last signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub entries: i64,
    pub at: Timestamp,
    pub note: String,
}

/// The audit desk.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub tree: Tree,
    pub lines: Vec<Line>,
    /// What this person is to review is left out, as the filter would say whose or what it is.
    pub left_out: bool,
    /// How many this person is to review, wherever they stand: an export has none of them.
    pub in_review: usize,
    /// People to filter by: id and name.
    pub people: Vec<(String, String)>,
    /// Instances to filter by: name and title.
    pub instances: Vec<(InstanceName, String)>,
    /// The whole ledger, or one's own deeds.
    pub whole: bool,
    pub filter: Filter,
    /// What of the filter is not understood: then nothing is listed.
    pub wrong: Option<Problem>,
    /// The address of the next, older page.
    pub older: Option<String>,
    pub search: String,
    /// This person's own filters: name, and the query of the page.
    pub saved: Vec<(String, String)>,
    /// What became of one of them, on the page that its form leads to.
    pub said: Option<String>,
    /// The check of the whole record, for whoever may ask for one.
    pub check: Option<Check>,
}

/// The kinds of entries with the words of the filter, room by room.
pub const ROOMS: &[(&str, &[(&str, &str)])] = &[
    (
        "Reports and accounts",
        &[
            ("decide_case", "decisions"),
            ("reverse_sanction", "sanctions undone"),
            ("reopen_report", "reports reopened"),
            ("change_category", "categories changed"),
            ("hold_case", "cases assigned"),
            ("hand_over_case", "cases handed over"),
            ("write_note", "notes written"),
            ("withdraw_note", "notes withdrawn"),
            ("delete_account", "account data deleted"),
        ],
    ),
    (
        "Sign-ups and registrations",
        &[
            ("decide_sign_up", "sign-ups decided"),
            ("set_registrations", "registrations"),
            ("change_policy", "registrations policy"),
            ("policy_stopped", "registrations policy stopped"),
            ("policy_missed", "planned openings missed"),
            ("policy_passed", "registrations set past a policy"),
            ("registrations_unsettled", "registrations not seen everywhere"),
            ("registrations_settled", "registrations seen everywhere later"),
        ],
    ),
    (
        "Reveals and searches",
        &[
            ("reveal", "reveals"),
            ("reveal_media", "private files shown"),
            ("search_personal", "searches by email or address"),
        ],
    ),
    (
        "Batches and imports",
        &[
            ("batch_begun", "batches and imports started"),
            ("batch_paused", "batches and imports paused"),
            ("batch_resumed", "batches and imports resumed"),
            ("batch_ended", "batches and imports finished"),
        ],
    ),
    (
        "Federation",
        &[
            ("block_domain", "domain blocks created"),
            ("change_domain_block", "domain blocks changed"),
            ("lift_domain_block", "domain blocks undone"),
            ("allow_domain", "domains allowed"),
            ("disallow_domain", "domains disallowed"),
            ("block_mail_domain", "email domain blocks created"),
            ("change_mail_domain_block", "email domain blocks changed"),
            ("lift_mail_domain_block", "email domain blocks deleted"),
            ("block_address", "IP rules created"),
            ("change_address_block", "IP rules changed"),
            ("lift_address_block", "IP rules deleted"),
        ],
    ),
    (
        "Roles, invites and access requests",
        &[
            ("assign_role", "roles of the instance"),
            ("issue_invite", "invites created"),
            ("revoke_invite", "invites deactivated"),
            ("enter_access_request", "access requests added"),
            ("access_asked", "access requested by the public form"),
            ("refuse_access_request", "access requests rejected"),
        ],
    ),
    (
        "People and grants",
        &[
            ("offer_access", "access offered"),
            ("add_operator", "people added"),
            ("change_operator_role", "roles of people changed"),
            ("disable_operator", "people disabled"),
            ("ask_grant", "grants requested"),
            ("decide_grant", "grants decided"),
            ("revoke_grant", "grants revoked"),
            ("start_grant", "grants started"),
            ("end_grant", "grants ended"),
            ("leave_role", "roles left unchanged"),
            ("export_sheet", "timesheets exported"),
            ("link_account", "accounts linked"),
            ("unlink_account", "accounts unlinked"),
            ("token_left", "tokens not revoked"),
            ("token_taken_back", "tokens revoked later"),
        ],
    ),
    (
        "Signing in",
        &[
            ("signed_in", "sign-ins"),
            ("signed_out", "sign-outs"),
            ("sign_in_failed", "failed sign-ins"),
            ("code_failed", "wrong codes"),
            ("change_password", "passwords changed"),
            ("set_factor", "authenticators set up"),
            ("second_factor_set", "second factors set up"),
            ("new_recovery_codes", "recovery codes created"),
            ("reset_sign_in", "sign-ins reset"),
            ("end_sessions", "sessions ended"),
        ],
    ),
    (
        "Reviews and audit",
        &[
            ("denied", "attempts refused"),
            ("changed_elsewhere", "changed outside the console"),
            ("acknowledge_alarm", "alarms acknowledged"),
            ("give_opinion", "opinions on cases"),
            ("look_ahead", "decisions looked at before an opinion"),
            ("judge_decision", "decisions reviewed"),
            ("settle_proposal", "proposals to undo closed"),
            ("release_review", "reviews released"),
            ("commit_sample", "samples committed to"),
            ("draw_sample", "samples drawn"),
            ("sign_off_access", "access reviews signed off"),
            ("export_record", "exports"),
            ("destroy_words", "keys of old texts destroyed"),
        ],
    ),
    (
        "The console itself",
        &[
            ("happened_later", "actions that happened after all"),
            ("rows_sealed", "rows sealed"),
            ("snapshots_proved", "instance snapshots verified"),
            ("deeds_proved", "batch actions verified"),
            ("kept_proved", "notes, requests and alarms verified"),
            ("row_resealed", "rows accepted as they are"),
            ("head_sealed", "heads of the audit log sealed"),
            ("record_accepted", "audit logs accepted on the server"),
        ],
    ),
];

/// All of them.
pub static KINDS: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| ROOMS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect());

/// What the list is narrowed to; empty text means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these people, kinds, outcomes and instances.
    pub who: Vec<String>,
    pub kind: Vec<String>,
    pub outcome: Vec<String>,
    pub instance: Vec<String>,
    /// A part of a person's name, or of the words of a kind.
    pub q: String,
    /// The account a deed was about: an id, or a handle.
    pub account: String,
    /// Days as `2026-11-23`.
    pub from: String,
    pub to: String,
    /// The time zone of both, by its IANA name; empty for the person's own.
    pub zone: String,
    /// `each` for the deeds of batches and imports one by one, where the list would fold them.
    pub batches: String,
    /// The one batch or import whose deeds are listed, by its id.
    pub batch: String,
    /// `no` without who signed in and out.
    pub sign_ins: String,
    /// `no` without what the console did by itself.
    pub console: String,
}

impl Filter {
    /// Its names in an address.
    pub const KEYS: [&str; 13] = [
        "who", "kind", "outcome", "instance", "q", "account", "from", "to", "zone", "batches", "batch", "sign-ins",
        "console",
    ];
    /// Those that no field of its form holds.
    pub const CHIPS: [&str; 4] = ["batches", "batch", "sign-ins", "console"];

    /// Whether the entry that began a batch stands for its deeds. Who looks for a sort of deed, or for what happened to somebody,
    /// looks for each.
    pub fn folds(&self) -> bool {
        let several = [&self.kind, &self.outcome].iter().all(|values| values.is_empty());
        several && [&self.q, &self.account, &self.batch, &self.batches].iter().all(|text| text.is_empty())
    }
}

/// So many of our entries are drawn.
pub const MOST_DRAWN: i64 = 500;

/// What kinds of entries are drawn together, in the order of their bars; the last is Mastodon's own log.
pub const DRAWN: [&str; 6] = [
    "decisions and changes",
    "reveals and searches",
    "sign-ins",
    "refused",
    "outside the console",
    "Mastodon’s audit log",
];

/// Among which an entry of this kind is drawn.
pub fn kind_group(kind: &str) -> &'static str {
    match kind {
        _ if Sort::of(kind, &Value::Null) == Some(Sort::Reveals) => DRAWN[1],
        "signed_in" | "signed_out" | "sign_in_failed" | "code_failed" | "second_factor_set" => DRAWN[2],
        "denied" => DRAWN[3],
        "changed_elsewhere" => DRAWN[4],
        _ => DRAWN[0],
    }
}

/// How much happened at each hour of the UTC day, of each of [`DRAWN`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    pub hours: [[usize; DRAWN.len()]; 24],
    /// What stands on this page alone, of both logs; otherwise the newest of ours.
    pub of_page: bool,
}

impl Drawn {
    /// Counts one at an hour.
    pub fn add(&mut self, hour: i64, group: &str) {
        let at = usize::try_from(hour).unwrap_or(0) % 24;
        if let Some(which) = DRAWN.iter().position(|known| *known == group) {
            self.hours[at][which] += 1;
        }
    }

    pub fn total(&self) -> usize {
        self.hours.iter().flatten().sum()
    }
}

/// Something that happened, as one of the two logs has it.
#[derive(Clone, Debug)]
pub enum Moment {
    /// An entry of ours, with the rows that it left in Mastodon's log.
    Ours(Line, Vec<Logged>),
    /// A row of Mastodon's log by itself.
    Theirs(Logged),
}

impl Moment {
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Ours(line, _) => line.at,
            Self::Theirs(row) => row.at,
        }
    }

    pub fn is_theirs(&self) -> bool {
        matches!(self, Self::Theirs(_))
    }

    /// The entry, or the row of the other log.
    pub fn number(&self) -> i64 {
        match self {
            Self::Ours(line, _) => line.index,
            Self::Theirs(row) => row.id,
        }
    }
}

/// Everything about one: a person, an account, a server or a batch.
#[derive(Clone, Debug)]
pub struct TimelinePage {
    /// Whom or what; empty where that is not understood.
    pub title: String,
    pub filter: Filter,
    pub server: String,
    /// Newest first.
    pub moments: Vec<Moment>,
    /// Since when this console has an audit log of its own.
    pub began: Option<Timestamp>,
    /// What this person is to review is left out, as the filter would say whose or what it is.
    pub left_out: bool,
    pub drawn: Drawn,
    pub instances: Vec<(InstanceName, String)>,
    pub wrong: Option<Problem>,
    /// How far back Mastodon's log was looked through, and the address that looks further.
    pub further: Option<(Timestamp, String)>,
    pub older: Option<String>,
    pub search: String,
}

/// One entry in full.
#[derive(Clone, Debug)]
pub struct EntryPage {
    pub line: Line,
    /// As which account it was done, where anything goes to an instance.
    pub acting: Option<String>,
    /// The id of the request that brought it about, as the log has it.
    pub request: Option<String>,
    /// The leaf as it stands in the tree.
    pub leaf: String,
    pub leaf_hash: String,
    pub outcome_leaf: Option<(i64, String)>,
    /// Before, after, and everything else of the deed: name and value.
    pub details: Vec<(String, String)>,
    pub before_after: Vec<(String, String, String)>,
    /// What was read back, and the trace.
    pub seen: Vec<(String, String)>,
    /// The hashes that lead from this leaf to the root; `None` where they cannot be had.
    pub proof: Option<Vec<String>>,
    pub tree: Tree,
    /// The sealed part was destroyed, or belongs to somebody else.
    pub sealed: Option<String>,
}

/// What somebody can hold at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldSort {
    Person,
    Grant,
    Link,
    Session,
}

impl HeldSort {
    pub const ALL: [Self; 4] = [Self::Person, Self::Grant, Self::Link, Self::Session];

    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Grant => "grant",
            Self::Link => "linked account",
            Self::Session => "session",
        }
    }

    /// The heading of a list of them, and what it says where there is none.
    pub fn headings(self) -> (&'static str, &'static str) {
        match self {
            Self::Person => ("People and roles", "Nobody had access to the console."),
            Self::Grant => ("Grants in force", "No grant was in force."),
            Self::Link => ("Linked accounts", "No account was linked."),
            Self::Session => ("Open sessions", "No session was open, as far as entries say."),
        }
    }
}

/// What somebody held at an instant, as the record says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub sort: HeldSort,
    /// By what it is known at another instant.
    pub key: String,
    pub who: String,
    pub what: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Whether all of it is certain: no deed about it was unknown, and no key of one is destroyed.
    pub certain: bool,
    /// The newest entry that made it so.
    pub entry: i64,
}

/// What differs between two instants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    pub sort: HeldSort,
    pub who: String,
    /// What was held at the earlier one; `None` for nothing.
    pub before: Option<String>,
    pub after: Option<String>,
    /// The entry that did it, where there is one.
    pub entry: Option<i64>,
    /// How it came about.
    pub said: &'static str,
}

/// What a review rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    pub entries: i64,
    pub root: String,
    /// A keyed hash of all it says.
    pub seen: String,
}

/// Who could do what at an instant, and what changed until or since another.
#[derive(Clone, Debug)]
pub struct AccessPage {
    pub at: Timestamp,
    pub and: Option<Timestamp>,
    /// As they were typed.
    pub typed: (String, String),
    /// The zone in which they were typed; empty where nothing was.
    pub zone: String,
    /// Both, as the query of an address.
    pub query: String,
    /// What of it is not understood: then nothing is listed.
    pub wrong: Option<Problem>,
    /// Whether the record had begun at the instant: what is not listed then was not there.
    pub known: bool,
    pub held: Vec<Held>,
    /// Of which sorts there are more than are shown, and how many in all.
    pub more: Vec<(HeldSort, usize)>,
    pub changes: Vec<AccessChange>,
    /// How many changes there are in all.
    pub changed: usize,
    /// What cannot be said, a clause each.
    pub not_known: Vec<String>,
    /// Whether all that it says is what the tree holds.
    pub checked: bool,
    /// What each role includes, today.
    pub includes: Vec<(Role, Vec<Permission>)>,
    pub basis: Basis,
    /// The newest sign-offs.
    pub signed: Vec<Line>,
}

/// What Mastodon's own log is narrowed to; empty text means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceLogFilter {
    /// The name of a local account.
    pub who: String,
    /// Mastodon's word for what was done.
    pub action: String,
    /// A day as `2026-11-23`.
    pub day: String,
    /// The time zone of that day, by its IANA name; empty for the person's own.
    pub zone: String,
}

/// One row of Mastodon's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub id: i64,
    pub at: Timestamp,
    pub by: String,
    pub action: String,
    /// What sort of thing it was done to, in words.
    pub kind: String,
    pub target: String,
    /// The account it was about, where the target belongs to one.
    pub about: Option<AccountId>,
    /// What it changed, a line each: the field, and what it became or what it was and became.
    pub changes: Vec<String>,
    /// Our entry, where it is a trace of one of our deeds.
    pub ours: Option<i64>,
    /// The entry whose trace it may be: its words do not open.
    pub perhaps: Option<i64>,
}

/// Mastodon's own log beside ours.
#[derive(Clone, Debug)]
pub struct InstanceLogPage {
    pub rows: Vec<Logged>,
    /// What the reader is to review is left out, as the filter would say whose or what it is.
    pub left_out: bool,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
    pub filter: InstanceLogFilter,
    /// The person asked for is nobody on the instance.
    pub nobody: bool,
    /// Since when this console has an audit log of its own.
    pub began: Option<Timestamp>,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// How far back was looked, and the address that looks further.
    pub further: Option<(Timestamp, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_can_be_narrowed_to_every_deed() {
        let words: BTreeSet<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        let missing: Vec<_> = crate::deeds::OWN_KINDS
            .iter()
            .chain(crate::deeds::INSTANCE_KINDS)
            .filter(|kind| !words.contains(*kind))
            .collect();
        assert!(missing.is_empty(), "{missing:?} have no word in the filter");
    }
}
