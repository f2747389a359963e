//! What the record says of people, grants and links, compared with the rows that give them their rights.
//!
//! Whoever holds the store can write rows; what they cannot write is a past that fits.

use super::{
    Fact, Ledger, LedgerError, Outcome, Progress, Subject,
    access::until_instant,
    keys::Opened,
    proven::written,
    verify::{Report, Wrong, verify},
};
use crate::{
    access::Role,
    clock::Timestamp,
    id::{AccountId, GrantId, OperatorId},
    nouns::grants::Scope,
    store::{
        self, batches, domain_imports, grants, linked_accounts, on, operators, recovery_codes,
        rights::{DEEDS_PROVED, KEPT_PROVED, SNAPSHOTS_PROVED},
        setup_links, snapshots, web_sessions,
    },
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Entries read at once.
const PAGE: i64 = 2_000;

/// What the record says of one thing; `None` where a deed about it was never seen to its end, or its key is destroyed.
type Said<T> = Option<T>;

/// What the record says of a person.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    /// The entry that added them, or the newest that changed what they are.
    pub added: i64,
    pub id: Said<OperatorId>,
    pub name: Said<String>,
    pub role: Said<Role>,
    pub disabled: Said<bool>,
    /// Whether they were added is not certain.
    pub doubtful: bool,
}

/// What the record says of a grant.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    /// The entry that asked for it, or the newest that changed what it gives.
    pub asked: i64,
    pub operator: String,
    pub scope: Said<Scope>,
    pub starts: i64,
    pub ends: i64,
    pub roles: Vec<(String, String)>,
    pub approved: Said<Option<bool>>,
    pub revoked: Said<bool>,
    pub doubtful: bool,
    /// The entries that noted its beginning and its end.
    pub began: Option<i64>,
    pub ended: Option<i64>,
}

/// What the record says of a link: the account, if there is one.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub entry: i64,
    pub account: Said<Option<String>>,
    /// Its name, as it was then.
    pub acct: Said<String>,
}

/// What the record says of everybody.
#[derive(Debug, Default)]
pub(super) struct Derived {
    /// By the keyed hash that entries about a person carry.
    pub people: BTreeMap<String, Person>,
    pub grants: BTreeMap<String, Granted>,
    /// By that hash and the instance.
    pub links: BTreeMap<(String, String), Link>,
    /// What was meant and not yet seen to its end: the entry, and the kind of its deed.
    pub under_way: Vec<(i64, String)>,
}

/// A row that differs from what the record says, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub about: About,
    /// The entry that says otherwise.
    pub entry: Option<i64>,
    /// In words, with what it is about.
    pub what: String,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// `None` for somebody whose row is gone.
    Person(Option<OperatorId>),
    Grant(GrantId),
    Link(OperatorId, String),
}

/// The rows compared with the record.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    pub differences: Vec<Difference>,
    /// What cannot be said, because a key is destroyed or a deed was never seen to its end.
    pub not_known: Vec<String>,
    pub people: usize,
    pub grants: usize,
    pub links: usize,
}

/// How many rows were sealed at the first start of the version that seals them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub people: u64,
    pub grants: u64,
    pub links: u64,
    pub codes: u64,
    /// Batches and imports, in whose name they are done.
    pub work: u64,
    /// Rows that differ from the record, and were not sealed.
    pub refused: u64,
    pub sessions_ended: u64,
    pub set_up_links_ended: u64,
}

/// A row that somebody at the server took as it stands: what it gives, in clear, because from then on the record says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Resealed {
    Person {
        operator: OperatorId,
        role: String,
        disabled: bool,
    },
    Grant {
        grant: GrantId,
        operator: OperatorId,
        scope: Option<Scope>,
        starts: i64,
        ends: i64,
        roles: Vec<(String, String)>,
        approved: Option<bool>,
        revoked: bool,
    },
    Link {
        operator: OperatorId,
        instance: String,
    },
}

impl Resealed {
    /// Whom or what it is about, as entries name it.
    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::Person { operator, .. } | Self::Link { operator, .. } => Subject::Operator(operator.clone()),
            Self::Grant { grant, .. } => Subject::Grant(grant.clone()),
        }
    }
}

/// An intent or fact with its outcome, as their columns have them.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub idx: i64,
    pub subject: Option<String>,
    pub deed: String,
    pub instance: Option<String>,
    pub at: i64,
    pub leaf: String,
    pub outcome: Option<String>,
    /// When the outcome was recorded: from then on it holds.
    pub closed_at: Option<i64>,
}

/// The oldest of one kind that are not read yet, by the index on kinds.
macro_rules! of_kind {
    ($deed:literal) => {
        concat!(
            "select * from (select idx, subject, deed, instance, at, leaf from ledger_entries where deed = '",
            $deed,
            "' and kind <> 'outcome' and idx >= $1 order by idx limit $2) ",
            $deed
        )
    };
    ($deed:literal, $($more:literal),+) => {
        concat!(of_kind!($deed), " union all ", of_kind!($($more),+))
    };
}

/// The entries about people, grants and links, oldest first: each kind by the index on it, so that of a record of any size only
/// these are read.
pub const OF_RIGHTS: &str = concat!(
    "select i.idx, i.subject, i.deed, i.instance, i.at, i.leaf, o.outcome, o.at as closed_at from (select * from (",
    of_kind!(
        "add_operator",
        "change_operator_role",
        "disable_operator",
        "ask_grant",
        "decide_grant",
        "revoke_grant",
        "start_grant",
        "end_grant",
        "link_account",
        "unlink_account",
        "row_resealed"
    ),
    ") every order by idx limit $2) i left join ledger_entries o on o.intent = i.idx order by i.idx"
);

impl Granted {
    /// A grant as it was asked for.
    fn asked(index: i64, facts: &Value, certain: bool) -> Self {
        let roles = facts["roles"].as_array().into_iter().flatten();
        let mut roles: Vec<(String, String)> =
            roles.filter_map(|role| Some((word(&role[0])?, word(&role[1])?))).collect();
        roles.sort();
        Self {
            asked: index,
            operator: facts["operator"].as_str().unwrap_or_default().to_owned(),
            scope: read(&facts["scope"]),
            starts: facts["starts"].as_i64().unwrap_or_default(),
            ends: facts["ends"].as_i64().unwrap_or_default(),
            roles,
            approved: Some(None),
            revoked: Some(false),
            doubtful: !certain,
            began: None,
            ended: None,
        }
    }

    /// Where a row says something else; what the record does not say is put down as not known.
    fn otherwise(&self, row: &grants::Stored, not_known: &mut Vec<String>) -> Vec<String> {
        let mut otherwise = Vec::new();
        if self.operator != row.operator.0 {
            otherwise.push("it was asked for somebody else".to_owned());
        }
        match &self.scope {
            Some(scope) if Some(scope) != row.scope.as_ref() => {
                otherwise.push("it includes something else than was asked for".to_owned());
            }
            Some(_) => {}
            None => not_known.push(format!("what the grant {} includes", row.id)),
        }
        if (self.starts, self.ends) != (row.starts_at.0, row.ends_at.0) {
            otherwise.push("it begins or ends at another time than was asked for".to_owned());
        }
        if self.roles != row.roles {
            otherwise.push("the roles that go with it are others than were asked for".to_owned());
        }
        match self.approved {
            Some(approved) if approved != row.approved => {
                otherwise.push(format!(
                    "the audit log says {}, the store says {}",
                    decision(approved),
                    decision(row.approved)
                ));
            }
            Some(_) => {}
            None => not_known.push(format!("whether the grant {} was approved", row.id)),
        }
        match self.revoked {
            Some(true) if !row.revoked => {
                otherwise.push("the audit log says that it was taken back, the store does not".to_owned());
            }
            Some(false) if row.revoked => {
                otherwise.push("the store says that it was taken back, and no entry does".to_owned());
            }
            Some(_) => {}
            None => not_known.push(format!("whether the grant {} was taken back", row.id)),
        }
        otherwise
    }
}

/// Follows a grant from the entry that asks for it to the one that takes it back.
fn follow_grant(derived: &mut Derived, index: i64, deed: &str, facts: &Value, certain: bool) {
    let Some(id) = facts["grant"].as_str() else { return };
    if deed == "ask_grant" {
        derived.grants.insert(id.to_owned(), Granted::asked(index, facts, certain));
    }
    let Some(granted) = derived.grants.get_mut(id) else { return };
    match deed {
        "decide_grant" => granted.approved = certain.then(|| facts["approve"].as_bool()),
        "revoke_grant" => granted.revoked = certain.then_some(true),
        // What they note, the grant and the time have said before.
        "start_grant" => return granted.began = Some(index),
        "end_grant" => return granted.ended = Some(index),
        _ => return,
    }
    granted.asked = index;
}

impl Ledger {
    /// Compares every row that gives rights with what the record says.
    pub async fn compare_rows(&self) -> Result<Compared, LedgerError> {
        let derived = self.derive(None).await?;
        let mut compared = Compared::default();
        let people = operators::stored(&self.store).await?;
        let names: BTreeMap<&str, &str> =
            people.iter().map(|person| (person.id.0.as_str(), person.name.as_str())).collect();
        let name_of =
            |id: &OperatorId| names.get(id.0.as_str()).map_or_else(|| id.0.clone(), |name| (*name).to_owned());
        self.compare_people(&derived, &people, &mut compared);
        self.compare_grants(&derived, &grants::stored(&self.store).await?, &name_of, &mut compared);
        self.compare_links(&derived, &linked_accounts::stored(&self.store).await?, &name_of, &mut compared);
        Ok(compared)
    }

    fn compare_people(&self, derived: &Derived, rows: &[operators::Stored], compared: &mut Compared) {
        let mut met = BTreeMap::new();
        for row in rows {
            compared.people += 1;
            let subject = store::person_subject(&self.keys, &row.id);
            let mut differs = |entry: Option<i64>, what: String| {
                compared.differences.push(Difference {
                    about: About::Person(Some(row.id.clone())),
                    entry,
                    what: format!("the person {}: {what}", row.name),
                });
            };
            let Some(said) = derived.people.get(&subject) else {
                differs(None, "no entry says that they were added".to_owned());
                continue;
            };
            met.insert(subject, ());
            match said.role {
                Some(role) if role.name() != row.role => {
                    differs(
                        Some(said.added),
                        format!("the audit log says {}, the store says {}", role.name(), row.role),
                    );
                }
                Some(_) => {}
                None => compared.not_known.push(format!("the role of the person {}", row.name)),
            }
            let mut differs = |entry: Option<i64>, what: String| {
                compared.differences.push(Difference {
                    about: About::Person(Some(row.id.clone())),
                    entry,
                    what: format!("the person {}: {what}", row.name),
                });
            };
            match said.disabled {
                Some(true) if !row.disabled => {
                    differs(
                        Some(said.added),
                        "the audit log says that their access has ended, the store has it running".to_owned(),
                    );
                }
                Some(false) if row.disabled => {
                    differs(Some(said.added), "the store has their access ended, and no entry says so".to_owned());
                }
                Some(_) => {}
                None => compared.not_known.push(format!("whether the person {} has access", row.name)),
            }
            // A name is nowhere in clear.
            match &said.name {
                Some(name) if name.trim() != row.name.trim() => {
                    differs(Some(said.added), format!("they were added as {name}"));
                }
                Some(_) => {}
                None => compared.not_known.push(format!("the name that the person {} was added with", row.name)),
            }
        }
        for (subject, said) in &derived.people {
            if !met.contains_key(subject) && !said.doubtful {
                let name = said.name.as_deref().unwrap_or("somebody, whose name is not known any more");
                compared.differences.push(Difference {
                    about: About::Person(None),
                    entry: Some(said.added),
                    what: format!(
                        "the person {name}: the audit log says that they were added, and the store has no such row"
                    ),
                });
            }
        }
    }

    fn compare_grants(
        &self,
        derived: &Derived,
        rows: &[grants::Stored],
        name_of: &dyn Fn(&OperatorId) -> String,
        compared: &mut Compared,
    ) {
        for row in rows {
            compared.grants += 1;
            let mut said_otherwise = Vec::new();
            let mut entry = None;
            match derived.grants.get(&row.id.0) {
                None if row.migrated && self.is_contractor(derived, &row.operator) && is_of_former_rows(row) => {}
                None => said_otherwise.push("no entry says that it was asked for".to_owned()),
                Some(said) => {
                    entry = Some(said.asked);
                    said_otherwise = said.otherwise(row, &mut compared.not_known);
                }
            }
            for what in said_otherwise {
                compared.differences.push(Difference {
                    about: About::Grant(row.id.clone()),
                    entry,
                    what: format!("the grant {} for {}: {what}", row.id, name_of(&row.operator)),
                });
            }
        }
        for (id, said) in &derived.grants {
            if !said.doubtful && !rows.iter().any(|row| row.id.0 == *id) {
                compared.differences.push(Difference {
                    about: About::Grant(GrantId(id.clone())),
                    entry: Some(said.asked),
                    what: format!(
                        "the grant {id}: the audit log says that it was asked for, and the store has no such row"
                    ),
                });
            }
        }
    }

    fn is_contractor(&self, derived: &Derived, id: &OperatorId) -> bool {
        let said = derived.people.get(&store::person_subject(&self.keys, id));
        said.is_some_and(|person| person.role == Some(Role::Contractor))
    }

    fn compare_links(
        &self,
        derived: &Derived,
        rows: &[linked_accounts::Stored],
        name_of: &dyn Fn(&OperatorId) -> String,
        compared: &mut Compared,
    ) {
        let mut met = BTreeMap::new();
        for row in rows {
            compared.links += 1;
            let key = (store::person_subject(&self.keys, &row.operator), row.instance.clone());
            let said = derived.links.get(&key);
            met.insert(key, ());
            let what = match said.map(|link| &link.account) {
                None | Some(Some(None)) => "no entry says that it was linked, or it was taken away again".to_owned(),
                Some(Some(Some(account))) if *account != row.account => {
                    format!("the audit log says account {account}, the store says {}", row.account)
                }
                Some(Some(Some(_))) => continue,
                Some(None) => {
                    let who = name_of(&row.operator);
                    compared.not_known.push(format!("which account {who} is linked with on {}", row.instance));
                    continue;
                }
            };
            compared.differences.push(Difference {
                about: About::Link(row.operator.clone(), row.instance.clone()),
                entry: said.map(|link| link.entry),
                what: format!("the linked account of {} on {}: {what}", name_of(&row.operator), row.instance),
            });
        }
        for ((subject, instance), link) in &derived.links {
            let gone = matches!(link.account, Some(Some(_))) && !met.contains_key(&(subject.clone(), instance.clone()));
            if gone {
                let person = derived.people.get(subject);
                let name = person.and_then(|person| person.name.as_deref()).unwrap_or("somebody");
                compared.differences.push(Difference {
                    about: About::Link(
                        person.and_then(|person| person.id.clone()).unwrap_or(OperatorId(String::new())),
                        instance.clone(),
                    ),
                    entry: Some(link.entry),
                    what: format!(
                        "the linked account of {name} on {instance}: the audit log says that it was linked, and the store has no such row"
                    ),
                });
            }
        }
    }

    /// Follows people, grants and links through the record: to its end, or as far as it stood at an instant.
    pub(super) async fn derive(&self, at: Option<Timestamp>) -> Result<Derived, LedgerError> {
        let mut derived = Derived::default();
        let mut from = 0;
        loop {
            let rows: Vec<Row> =
                on!(&self.store, pool => sqlx::query_as(OF_RIGHTS).bind(from).bind(PAGE).fetch_all(pool).await?);
            let Some(last) = rows.last() else { return Ok(derived) };
            from = last.idx.saturating_add(1);
            for row in rows {
                let row = match at {
                    None => row,
                    Some(at) => match until_instant(row, at) {
                        Some(row) => row,
                        None => continue,
                    },
                };
                self.follow(&mut derived, row).await?;
            }
        }
    }

    /// The same by what the tree holds, after [`Self::prove_rights`] has found all of it.
    pub(super) async fn derive_proven(&self, at: Option<Timestamp>) -> Result<Derived, LedgerError> {
        let mut derived = Derived::default();
        for told in self.proven_rights().await? {
            let text = |name: &str| told.leaf[name].as_str().map(str::to_owned);
            let row = Row {
                idx: told.index,
                subject: text("subject"),
                deed: text("deed").unwrap_or_default(),
                instance: text("instance"),
                at: written(&told.leaf),
                outcome: told.outcome.as_ref().and_then(|outcome| outcome["outcome"].as_str().map(str::to_owned)),
                closed_at: told.outcome.as_ref().map(written),
                leaf: told.text,
            };
            let row = match at {
                None => Some(row),
                Some(at) => until_instant(row, at),
            };
            if let Some(row) = row {
                self.follow(&mut derived, row).await?;
            }
        }
        Ok(derived)
    }

    async fn follow(&self, derived: &mut Derived, row: Row) -> Result<(), LedgerError> {
        let index = row.idx;
        let leaf: Value =
            serde_json::from_str(&row.leaf).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))?;
        let facts = &leaf["facts"];
        if row.deed == "row_resealed" {
            self.resealed(derived, index, facts);
            return Ok(());
        }
        let certain = match row.outcome.as_deref().and_then(Outcome::parse) {
            Some(Outcome::Succeeded) => true,
            Some(Outcome::Failed | Outcome::Stale | Outcome::Refused) => return Ok(()),
            Some(Outcome::Unknown | Outcome::Partly) => false,
            None => {
                derived.under_way.push((index, row.deed.clone()));
                false
            }
        };
        let Some(subject) = row.subject else { return Ok(()) };
        match (row.deed.as_str(), row.instance) {
            ("add_operator", _) => {
                let deed = self.deed(&leaf).await?;
                let (id, name) = (deed["operator"].as_str().map(|id| OperatorId(id.to_owned())), word(&deed["name"]));
                let role = read::<Role>(&facts["role"]);
                let person = Person { added: index, id, name, role, disabled: Some(false), doubtful: !certain };
                derived.people.insert(subject, person);
            }
            ("change_operator_role", _) => {
                if let Some(person) = derived.people.get_mut(&subject) {
                    person.role = read::<Role>(&facts["after"]).filter(|_| certain);
                    person.added = index;
                }
            }
            ("disable_operator", _) => {
                let disabled = facts["disabled"].as_bool();
                if let Some(person) = derived.people.get_mut(&subject) {
                    person.disabled = disabled.filter(|_| certain);
                    person.added = index;
                }
                if disabled == Some(true) {
                    self.access_ended(derived, &subject, (index, row.at), certain);
                }
            }
            ("link_account", Some(instance)) => {
                let deed = self.deed(&leaf).await?;
                let account = read::<AccountId>(&deed["account"]).filter(|_| certain);
                let account = account.map(|account| Some(account.to_string()));
                let acct = word(&deed["acct"]);
                derived.links.insert((subject, instance), Link { entry: index, account, acct });
            }
            ("unlink_account", Some(instance)) => {
                derived
                    .links
                    .insert((subject, instance), Link { entry: index, account: certain.then_some(None), acct: None });
            }
            (deed, _) => follow_grant(derived, index, deed, facts, certain),
        }
        Ok(())
    }

    /// The end of somebody's access takes their grants back and their links away.
    fn access_ended(&self, derived: &mut Derived, subject: &str, (entry, at): (i64, i64), certain: bool) {
        for granted in derived.grants.values_mut() {
            let theirs = store::person_subject(&self.keys, &OperatorId(granted.operator.clone())) == subject;
            if theirs && granted.ends > at && granted.approved != Some(Some(false)) && granted.revoked != Some(true) {
                granted.revoked = certain.then_some(true);
                granted.asked = entry;
            }
        }
        for ((whose, _), link) in &mut derived.links {
            if whose == subject && link.account != Some(None) {
                link.account = certain.then_some(None);
                link.entry = entry;
            }
        }
    }

    /// What somebody at the server took as it stood.
    fn resealed(&self, derived: &mut Derived, index: i64, facts: &Value) {
        let person =
            || facts["operator"].as_str().map(|id| store::person_subject(&self.keys, &OperatorId(id.to_owned())));
        match facts["row"].as_str() {
            Some("person") => {
                let Some(subject) = person() else { return };
                let said = derived.people.entry(subject).or_default();
                said.added = index;
                said.role = read(&facts["role"]);
                said.disabled = facts["disabled"].as_bool();
                said.name = None;
            }
            Some("grant") => {
                let Some(id) = facts["grant"].as_str() else { return };
                let granted = Granted {
                    roles: read(&facts["roles"]).unwrap_or_default(),
                    approved: Some(facts["approved"].as_bool()),
                    revoked: facts["revoked"].as_bool(),
                    ..Granted::asked(index, facts, true)
                };
                derived.grants.insert(id.to_owned(), granted);
            }
            Some("link") => {
                let (Some(subject), Some(instance)) = (person(), facts["instance"].as_str()) else { return };
                derived.links.insert((subject, instance.to_owned()), Link { entry: index, account: None, acct: None });
            }
            _ => {}
        }
    }

    /// The sealed deed of an intent; nothing where its key is destroyed.
    pub(super) async fn deed(&self, leaf: &Value) -> Result<Value, LedgerError> {
        let (Some(key), Some(sealed)) = (leaf["key"].as_str(), leaf["sealed"].as_str()) else { return Ok(Value::Null) };
        Ok(match self.unseal(key, sealed).await? {
            Opened::Text(mut document) => document["deed"].take(),
            Opened::Destroyed | Opened::Damaged | Opened::Missing => Value::Null,
        })
    }

    /// Whether anybody was ever added, as far as the record can say: where its head does not hold, somebody may have been.
    pub async fn knows_people(&self) -> Result<bool, LedgerError> {
        Ok(self.store.ever("add_operator").await?.unwrap_or(true))
    }

    /// Seals, once, the rows that are from before they were proved: those that agree with the record. Sessions and one-time
    /// links of that time end. What it did is an entry; afterwards a row without a proof is refused.
    ///
    /// # Errors
    /// If store or record cannot be read or written; the next start goes on with it.
    pub async fn seal_rows_once(&self) -> Result<Option<Counts>, LedgerError> {
        match self.store.ever("rows_sealed").await? {
            Some(false) if self.store.sealing_is_due().await? || !self.knows_people().await? => {}
            // Whose seals are missing all the same, an owner takes by name (`howdah store reseal`).
            Some(_) => return Ok(None),
            None => {
                let number = self.newest_number().await?;
                self.found.contradict(number, "no row is sealed, because the head of the audit log does not hold");
                return Ok(None);
            }
        }
        // What the record says is what lets a row be sealed. An entry that was changed, be it to hide that this was done before or
        // to bear a row out, is found by hashing all of them against the head.
        let record = verify(&self.store, &self.keys, &self.host, &[]).await?;
        if let Some(wrong) = record.wrong.first() {
            let number = self.newest_number().await?;
            self.found
                .contradict(number, &format!("no row is sealed, because the audit log is not whole: {}", wrong.what));
            return Ok(None);
        }
        let compared = self.compare_rows().await?;
        let differs = |about: &About| compared.differences.iter().any(|difference| difference.about == *about);
        let mut counts = Counts::default();
        let unsealed = |wrong: Option<store::Wrong>| wrong == Some(store::Wrong::Unsealed);
        for row in operators::stored(&self.store).await?.into_iter().filter(|row| unsealed(row.wrong)) {
            if differs(&About::Person(Some(row.id.clone()))) {
                counts.refused += 1;
            } else if operators::seal(&self.store, &row.id).await? {
                counts.people += 1;
                counts.codes += recovery_codes::seal_former(&self.store, &row.id).await?;
            }
        }
        for row in grants::stored(&self.store).await?.into_iter().filter(|row| unsealed(row.wrong)) {
            if differs(&About::Grant(row.id.clone())) {
                counts.refused += 1;
            } else if grants::seal(&self.store, &row.id).await? {
                counts.grants += 1;
            }
        }
        for row in linked_accounts::stored(&self.store).await?.into_iter().filter(|row| unsealed(row.wrong)) {
            if differs(&About::Link(row.operator.clone(), row.instance.clone())) {
                counts.refused += 1;
            } else if linked_accounts::seal(&self.store, &row.operator, &row.instance).await? {
                counts.links += 1;
            }
        }
        counts.work = batches::seal_former(&self.store).await? + domain_imports::seal_former(&self.store).await?;
        counts.sessions_ended = web_sessions::delete_unsealed(&self.store).await?;
        counts.set_up_links_ended = setup_links::delete_unsealed(&self.store).await?;
        for difference in &compared.differences {
            tracing::error!(row = difference.what, entry = difference.entry, "rows.not_sealed");
        }
        self.fact(Fact::RowsSealed(counts)).await?;
        self.store.sealing_is_done().await?;
        Ok(Some(counts))
    }
}

impl Ledger {
    /// Proves, once, what was kept of instances in the form of today; how many parts were in the former one. That it is done is
    /// an entry; from then on a part in the former form is an older copy. A start that ends before the entry stands does it again.
    ///
    /// # Errors
    /// If store or record cannot be read or written; the next start goes on with it.
    pub async fn prove_snapshots_once(&self) -> Result<Option<u64>, LedgerError> {
        // Where the head does not hold, nothing is known of what was done before.
        if self.store.ever(SNAPSHOTS_PROVED).await? != Some(false) {
            return Ok(None);
        }
        let parts = snapshots::prove_former(&self.store).await?;
        self.fact(Fact::SnapshotsProved(parts)).await?;
        self.store.proving_is_done().await?;
        Ok(Some(parts))
    }

    /// Says, once, that each deed of the batches is proved: that was done when the store was brought up to date. From then on one
    /// without a proof is none. How many deeds there are.
    ///
    /// # Errors
    /// If store or record cannot be read or written; the next start goes on with it.
    pub async fn prove_deeds_once(&self) -> Result<Option<u64>, LedgerError> {
        if self.store.ever(DEEDS_PROVED).await? != Some(false) {
            return Ok(None);
        }
        let deeds = batches::proved(&self.store).await?;
        self.fact(Fact::DeedsProved(deeds)).await?;
        self.store.deeds_are_done().await?;
        Ok(Some(deeds))
    }

    /// Says, once, that what is kept beside rights and work is proved: that was done when the store was brought up to date. From
    /// then on a row without a proof is none. Whether it said so now.
    ///
    /// # Errors
    /// If store or record cannot be read or written; the next start goes on with it.
    pub async fn prove_kept_once(&self) -> Result<bool, LedgerError> {
        if self.store.ever(KEPT_PROVED).await? != Some(false) {
            return Ok(false);
        }
        self.fact(Fact::KeptProved).await?;
        self.store.kept_is_done().await?;
        Ok(true)
    }

    /// Says again, under the sealed head, that work was paused or a policy stopped, where a former version said so in an entry that the
    /// head knows nothing of: what is paused stays so, whatever becomes of its row. How many there were. What is said so once is
    /// not said again.
    ///
    /// # Errors
    /// If store or record cannot be read or written, or an entry that says so is not the one that was appended.
    pub async fn keep_former_pauses(&self) -> Result<usize, LedgerError> {
        let mut kept = 0;
        for index in self.former_pauses().await? {
            let leaf = self.proved(index).await?;
            if let Some(fact) = said_to_hold(&leaf) {
                self.fact(fact).await?;
                kept += 1;
            }
        }
        Ok(kept)
    }

    /// The newest of the entries that hold something back, of each thing, which the head does not know of, and after which nothing
    /// let it go on.
    async fn former_pauses(&self) -> Result<Vec<i64>, LedgerError> {
        const SQL: &str = "select idx, leaf from ledger_entries where deed = $1 and kind = 'fact' \
            and leaf not like '%\"lasts\":true%' order by idx";
        // After which of these, about the same thing, it does not count any more.
        const AFTER: [(&str, &[&str]); 2] = [
            ("batch_paused", &["batch_begun", "batch_resumed", "batch_ended", "batch_paused"]),
            ("policy_stopped", &["change_policy", "policy_stopped"]),
        ];
        let mut newest = BTreeMap::new();
        for (deed, after) in AFTER {
            let rows: Vec<(i64, String)> =
                on!(&self.store, pool => sqlx::query_as(SQL).bind(deed).fetch_all(pool).await?);
            for (index, leaf) in rows {
                let leaf: Value = serde_json::from_str(&leaf)
                    .map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))?;
                let Some(subject) = leaf["subject"].as_str() else { continue };
                let mut later = None;
                for deed in after {
                    later = later.max(self.store.newest_change(subject, deed).await?);
                }
                if later < Some(index) {
                    newest.insert((deed, subject.to_owned()), index);
                }
            }
        }
        Ok(newest.into_values().collect())
    }

    /// What a check of the record says of the rows that give rights.
    pub(super) async fn verify_rows(&self, report: &mut Report) -> Result<(), LedgerError> {
        match self.compare_rows().await {
            Ok(compared) => {
                let mut refused = self.store.refused().await?;
                // Once the record says that it was done, a note that it is due was put back.
                let done = self.store.ever("rows_sealed").await? == Some(true);
                if !done && self.store.sealing_is_due().await? {
                    refused.retain(|row| row.wrong != store::Wrong::Unsealed);
                }
                report.wrong.extend(compared.wrong(&refused));
                report.also.extend(compared.not_known.iter().map(|what| format!("not known: {what}")));
                report.also.push(format!(
                    "{} people, {} grants and {} linked accounts were compared with the audit log",
                    compared.people, compared.grants, compared.links
                ));
            }
            Err(LedgerError::Entry(what)) => {
                report.wrong.push(Wrong { index: None, what: format!("people and rights cannot be compared: {what}") });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Seals a row as it stands, because somebody at the server says so by its name. The entry comes first; false if the row
    /// is gone.
    ///
    /// # Errors
    /// If store or record cannot be read or written.
    pub async fn reseal(&self, by: OperatorId, row: Resealed) -> Result<bool, LedgerError> {
        self.fact(Fact::RowResealed { by, row: Box::new(row.clone()) }).await?;
        Ok(match row {
            Resealed::Person { operator, .. } => operators::take(&self.store, &operator, self.clock.now()).await?,
            Resealed::Grant { grant, .. } => grants::seal(&self.store, &grant).await?,
            Resealed::Link { operator, instance } => {
                let sealed = linked_accounts::seal(&self.store, &operator, &instance).await?;
                // As where an account is linked.
                web_sessions::end_all_of(&self.store, &operator, None).await?;
                sealed
            }
        })
    }
}

impl Compared {
    /// What of it is wrong, beside a row that is refused: each names its object.
    fn wrong(&self, refused: &[store::Refusal]) -> Vec<Wrong> {
        let differs = self.differences.iter().map(|difference| Wrong { index: None, what: difference.what.clone() });
        let refused = refused
            .iter()
            .map(|row| Wrong { index: None, what: format!("{} {}, and is refused", row.row, row.wrong.words()) });
        refused.chain(differs).collect()
    }
}

/// What an entry says that holds something back, as it is said now.
fn said_to_hold(leaf: &Value) -> Option<Fact> {
    let facts = &leaf["facts"];
    let instance = leaf["instance"].as_str()?.parse().ok()?;
    match leaf["deed"].as_str()? {
        "batch_paused" => Some(Fact::Batch {
            stage: Progress::Paused,
            id: word(&leaf["subject"])?,
            operator: word(&leaf["operator"]).map(OperatorId),
            instance,
            kind: word(&facts["kind"])?,
            number: facts["number"].as_i64()?,
        }),
        "policy_stopped" => {
            Some(Fact::PolicyStopped { instance, version: facts["version"].as_i64()?, why: word(&facts["why"])? })
        }
        _ => None,
    }
}

/// What a grant made from a contractor's row of former times can be, and nothing more (`migrations/0008_grants.sql`).
fn is_of_former_rows(row: &grants::Stored) -> bool {
    row.scope.as_ref().is_some_and(|scope| !scope.sign_ups && !scope.reveal && scope.instances.len() == 1)
        && row.roles.is_empty()
}

fn decision(approved: Option<bool>) -> &'static str {
    match approved {
        Some(true) => "approved",
        Some(false) => "refused",
        None => "not decided",
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
