//! Who could do what at an instant: what the record alone says of people, grants, links and sessions, as far as it
//! stood then. The rights are followed by the same derivation that a check compares the rows with.

use super::{
    Ledger, LedgerError, Outcome,
    proven::{Told, WHILE_WAITING, written},
    rows::{Derived, Granted, Row},
};
use crate::{
    access::Role,
    clock::Timestamp,
    id::{GrantId, OperatorId},
    nouns::grants::Scope,
    session::ABSOLUTE,
    store::{self, on},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// So many entries about sessions are read of the twelve hours before an instant.
const MOST_OF_SESSIONS: i64 = 20_000;

/// What began and ended sessions within a span, oldest first (`ledger_entries_sessions`, whose condition is the same:
/// no kind may lead, of which there may be very many).
pub const OF_SESSIONS: &str = "select i.idx, i.operator, i.subject, i.deed, i.leaf, i.at, o.outcome, o.at as closed_at \
    from ledger_entries i left join ledger_entries o on o.intent = i.idx \
    where i.kind <> 'outcome' and (i.deed || '') in ('signed_in', 'signed_out', 'end_sessions', 'disable_operator', \
    'change_operator_role', 'link_account', 'unlink_account', 'change_password', 'set_factor', 'new_recovery_codes', \
    'reset_sign_in') and i.at > $1 and i.at <= $2 order by i.at, i.idx limit $3";

/// Who could do what at an instant. What is `None` the record does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub at: Timestamp,
    pub people: Vec<PersonThen>,
    /// Every one that was asked for by then.
    pub grants: Vec<GrantThen>,
    /// Those that were taken away too.
    pub links: Vec<LinkThen>,
    /// Those that had begun, and that no entry says to have ended.
    pub sessions: Vec<SessionThen>,
    /// The sessions that an entry of the twelve hours before says to have ended, with that entry.
    pub sessions_ended: BTreeMap<String, i64>,
    /// What cannot be said, a clause each.
    pub not_known: Vec<String>,
    /// When the first entry was recorded; `None` where there is none.
    pub begins: Option<Timestamp>,
    /// Whether all that it says is what the tree holds. Else it is what the columns beside the leaves find, and those were not hashed
    /// by this process yet.
    pub checked: bool,
}

/// A person of the console at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonThen {
    /// The keyed hash that entries about them carry.
    pub subject: String,
    pub id: Option<OperatorId>,
    pub name: Option<String>,
    pub role: Option<Role>,
    /// Whether their access had ended.
    pub disabled: Option<bool>,
    /// The newest entry that made them what they were.
    pub entry: i64,
}

/// A grant at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantThen {
    pub id: GrantId,
    pub operator: OperatorId,
    pub name: Option<String>,
    pub scope: Option<Scope>,
    pub starts: Timestamp,
    pub ends: Timestamp,
    /// Roles on instances that go with it: instance and role.
    pub roles: Vec<(String, String)>,
    /// Whether it was in force, or may have been.
    pub in_force: bool,
    /// Whether that is certain.
    pub certain: bool,
    /// The newest entry that made it what it was.
    pub entry: i64,
    /// The entry that notes its beginning.
    pub began: Option<i64>,
}

/// A linked account at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkThen {
    /// The keyed hash that entries about the person carry.
    pub subject: String,
    pub name: Option<String>,
    pub instance: String,
    /// Whether it was linked.
    pub linked: Option<bool>,
    /// Its number there.
    pub account: Option<String>,
    pub acct: Option<String>,
    pub entry: i64,
}

/// A session that was open at an instant, as far as entries say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionThen {
    pub operator: OperatorId,
    pub name: Option<String>,
    /// The beginning of its hash.
    pub session: String,
    pub since: Timestamp,
    /// The entry of its sign-in.
    pub entry: i64,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    idx: i64,
    operator: Option<String>,
    subject: Option<String>,
    deed: String,
    leaf: String,
    at: i64,
    outcome: Option<String>,
    closed_at: Option<i64>,
}

impl SessionRow {
    fn of(told: Told) -> Self {
        let text = |name: &str| told.leaf[name].as_str().map(str::to_owned);
        Self {
            idx: told.index,
            operator: text("operator"),
            subject: text("subject"),
            deed: text("deed").unwrap_or_default(),
            at: written(&told.leaf),
            outcome: told.outcome.as_ref().and_then(|outcome| outcome["outcome"].as_str().map(str::to_owned)),
            closed_at: told.outcome.as_ref().map(written),
            leaf: told.text,
        }
    }
}

/// An entry as it stood at an instant: `None` where it was not there yet, and without its outcome where that was not.
pub(super) fn until_instant(row: Row, at: Timestamp) -> Option<Row> {
    let closed = row.closed_at.is_some_and(|closed| closed <= at.0);
    let outcome = row.outcome.clone().filter(|_| closed);
    (row.at <= at.0).then_some(Row { outcome, ..row })
}

/// The end of a session as an entry says it.
enum Ending {
    One(String),
    /// All of somebody's, by the keyed hash that entries about them carry; but for one.
    Others(String, Option<String>),
}

impl Ledger {
    /// What the record says of an instant.
    ///
    /// # Errors
    /// If it cannot be read, or an entry of it is none.
    pub async fn access_at(&self, at: Timestamp) -> Result<Access, LedgerError> {
        let checked = self.prove_rights(WHILE_WAITING).await?;
        let derived = if checked { self.derive_proven(Some(at)).await? } else { self.derive(Some(at)).await? };
        let mut access = Access {
            at,
            people: Vec::new(),
            grants: Vec::new(),
            links: Vec::new(),
            sessions: Vec::new(),
            sessions_ended: BTreeMap::new(),
            not_known: Vec::new(),
            begins: if checked { self.proven_begin().await.map(Timestamp) } else { self.first_entry().await? },
            checked,
        };
        for (index, deed) in &derived.under_way {
            access
                .not_known
                .push(format!("whether entry {index} ({}) had taken effect: it was under way", deed.replace('_', " ")));
        }
        for (subject, said) in &derived.people {
            access.people.push(PersonThen {
                subject: subject.clone(),
                id: said.id.clone(),
                name: said.name.clone(),
                role: said.role,
                disabled: said.disabled.filter(|_| !said.doubtful),
                entry: said.added,
            });
        }
        access.people.sort_by_key(|person| person.name.clone());
        for (id, granted) in &derived.grants {
            access.grants.push(self.grant_then(&derived, id, granted, at));
        }
        for ((subject, instance), link) in &derived.links {
            access.links.push(LinkThen {
                subject: subject.clone(),
                name: derived.people.get(subject).and_then(|person| person.name.clone()),
                instance: instance.clone(),
                linked: link.account.as_ref().map(Option::is_some),
                account: link.account.clone().flatten(),
                acct: link.acct.clone(),
                entry: link.entry,
            });
        }
        self.sessions_at(&derived, at, &mut access).await?;
        Ok(access)
    }

    /// The entry that notes the end of each grant that has ended by now: it may be a little younger than the end.
    ///
    /// # Errors
    /// If it cannot be read, or an entry of it is none.
    pub async fn grants_ended(&self) -> Result<BTreeMap<String, i64>, LedgerError> {
        let checked = self.prove_rights(WHILE_WAITING).await?;
        let derived = if checked { self.derive_proven(None).await? } else { self.derive(None).await? };
        Ok(derived.grants.into_iter().filter_map(|(id, granted)| Some((id, granted.ended?))).collect())
    }

    fn grant_then(&self, derived: &Derived, id: &str, granted: &Granted, at: Timestamp) -> GrantThen {
        let operator = OperatorId(granted.operator.clone());
        let person = derived.people.get(&store::person_subject(&self.keys, &operator));
        // A grant gives a contractor rights, and nobody else.
        let without_right = person.is_some_and(|person| person.role.is_some_and(|role| role != Role::Contractor));
        let not_given = matches!(granted.approved, Some(Some(false) | None)) || granted.revoked == Some(true);
        let another_time = at.0 < granted.starts || at.0 >= granted.ends;
        let certain = granted.approved.is_some() && granted.revoked.is_some() && !granted.doubtful;
        GrantThen {
            id: GrantId(id.to_owned()),
            operator,
            name: person.and_then(|person| person.name.clone()),
            scope: granted.scope.clone(),
            starts: Timestamp(granted.starts),
            ends: Timestamp(granted.ends),
            roles: granted.roles.clone(),
            in_force: !(without_right || not_given || another_time),
            certain,
            entry: granted.asked,
            began: granted.began,
        }
    }

    async fn first_entry(&self) -> Result<Option<Timestamp>, LedgerError> {
        const SQL: &str = "select at from ledger_entries order by idx limit 1";
        let at: Option<i64> = on!(&self.store, pool => sqlx::query_scalar(SQL).fetch_optional(pool).await?);
        Ok(at.map(Timestamp))
    }

    /// The sessions that had begun within the longest time one lasts, without those that an entry ends.
    async fn sessions_at(&self, derived: &Derived, at: Timestamp, access: &mut Access) -> Result<(), LedgerError> {
        let rows = if access.checked { self.proven_session_rows(at).await? } else { self.session_rows(at).await? };
        let Some(rows) = rows else {
            access
                .not_known
                .push("which sessions were open: there are more sign-ins in twelve hours than are read".to_owned());
            return Ok(());
        };
        let mut open: Vec<(String, SessionThen)> = Vec::new();
        for row in rows {
            let leaf: Value = serde_json::from_str(&row.leaf)
                .map_err(|error| LedgerError::Entry(format!("entry {}: {error}", row.idx)))?;
            if row.deed == "signed_in" {
                let (Some(operator), Some(session)) = (row.operator, leaf["facts"]["session"].as_str()) else {
                    continue;
                };
                let operator = OperatorId(operator);
                let subject = store::person_subject(&self.keys, &operator);
                let name = derived.people.get(&subject).and_then(|person| person.name.clone());
                let since = Timestamp(row.at);
                open.push((
                    subject,
                    SessionThen { operator, name, session: session.to_owned(), since, entry: row.idx },
                ));
                continue;
            }
            let Some(ending) = self.ending(&row, &leaf, at).await? else { continue };
            let goes_on = |(whose, then): &(String, SessionThen)| match &ending {
                Ending::One(session) => then.session != *session,
                Ending::Others(subject, kept) => whose != subject || Some(&then.session) == kept.as_ref(),
            };
            let over = open.extract_if(.., |one| !goes_on(one));
            access.sessions_ended.extend(over.map(|(_, then)| (then.session, row.idx)));
        }
        access.sessions = open.into_iter().map(|(_, then)| then).collect();
        Ok(())
    }

    /// What began and ended sessions before an instant, as the columns have it; `None` where there is too much.
    async fn session_rows(&self, at: Timestamp) -> Result<Option<Vec<SessionRow>>, LedgerError> {
        let rows: Vec<SessionRow> = on!(&self.store, pool => sqlx::query_as(OF_SESSIONS)
            .bind(at.plus(-ABSOLUTE).0).bind(at.0).bind(MOST_OF_SESSIONS).fetch_all(pool).await?);
        Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX) < MOST_OF_SESSIONS).then_some(rows))
    }

    /// The same as the leaves say.
    async fn proven_session_rows(&self, at: Timestamp) -> Result<Option<Vec<SessionRow>>, LedgerError> {
        let most = usize::try_from(MOST_OF_SESSIONS).unwrap_or(usize::MAX);
        let told = self.proven_sessions(at.plus(-ABSOLUTE).0, at.0, most).await?;
        let mut rows: Option<Vec<SessionRow>> = told.map(|told| told.into_iter().map(SessionRow::of).collect());
        if let Some(rows) = &mut rows {
            rows.sort_by_key(|row| (row.at, row.idx));
        }
        Ok(rows)
    }

    /// What an entry that is no sign-in ends; nothing, where it came to nothing by then.
    async fn ending(&self, row: &SessionRow, leaf: &Value, at: Timestamp) -> Result<Option<Ending>, LedgerError> {
        if row.deed == "signed_out" {
            return Ok(leaf["facts"]["session"].as_str().map(|session| Ending::One(session.to_owned())));
        }
        let done = row.outcome.as_deref().and_then(Outcome::parse) == Some(Outcome::Succeeded)
            && row.closed_at.is_some_and(|closed| closed <= at.0);
        let Some(subject) = row.subject.clone().filter(|_| done) else { return Ok(None) };
        // Who does it about themselves goes on in the session that it was asked from.
        let own =
            row.operator.clone().filter(|id| store::person_subject(&self.keys, &OperatorId(id.clone())) == subject);
        let from = own.and_then(|_| leaf["session"].as_str().map(str::to_owned));
        if row.deed != "end_sessions" {
            return Ok(Some(Ending::Others(subject, from)));
        }
        let deed = self.deed(leaf).await?;
        Ok(Some(match deed["session"].as_str() {
            Some(session) => Ending::One(session.to_owned()),
            None => Ending::Others(subject, from.filter(|_| deed["others"] == true)),
        }))
    }
}
