//! The policies of who may sign up, one an instance. They act by themselves on somebody's behalf, so their rows carry a code.

use super::{
    Refusal, Store, Wrong,
    claims::Leases,
    encode_error,
    fence::begin,
    mac::{self, Dated, Proof, Sealed},
    on,
    rights::{Changes, Known, OF_A_POLICY, OF_REGISTRATIONS, POLICY_PASSED},
    transaction::unchanged,
};
use crate::{
    clock::MINUTE,
    id::{InstanceName, OperatorId},
    nouns::policies::{Policy, PolicyState},
    seal::{Field, Keys},
};

/// Policies that a process is at work on; a deed takes less than a lease.
pub const CLAIMS: Leases = Leases {
    table: "policies",
    key: "instance",
    // All of them, one an instance: which act is said by what is proved, and not by a column beside it.
    due: "1 = 1",
    order: "instance",
    time: 3 * MINUTE,
    again: true,
};

/// A policy as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub instance: InstanceName,
    /// Counts the changes by people.
    pub version: i64,
    /// Who switched it on, or set it last: it acts on their behalf.
    pub operator: OperatorId,
    pub policy: Policy,
    pub state: PolicyState,
    /// Why it acts no more; empty while it does.
    pub stopped: String,
    /// The entry that made it so.
    pub entry: i64,
}

fn damaged(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a policy: {what}").into())
}

#[derive(sqlx::FromRow)]
struct Row {
    instance: String,
    version: i64,
    operator: String,
    policy: String,
    state: String,
    stopped: String,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "policies";
    const WHAT: &'static str = "the policy";

    fn called(&self) -> String {
        format!("of registrations on {}", self.instance)
    }

    fn subject(&self, keys: &Keys) -> Option<String> {
        Some(mac::registrations(keys, &self.instance))
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.instance).into(),
            self.version.into(),
            (&self.operator).into(),
            (&self.policy).into(),
            (&self.state).into(),
            (&self.stopped).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Dated for Row {
    fn newest(&self, changes: &Changes) -> Option<i64> {
        changes.newest(self.proof.subject.as_deref()?, &OF_A_POLICY)
    }

    /// What it does is done with somebody's rights, which are asked for each time.
    fn is_made(&self, _changes: &Changes) -> bool {
        true
    }
}

/// A policy by its columns with its proof; what follows says which.
macro_rules! policies {
    ($rest:literal) => {
        concat!("select instance, version, operator, policy, state, stopped, mac, entry, subject from policies ", $rest)
    };
}

/// Seals what a policy is meant to be, within the transaction that writes it.
macro_rules! seal {
    ($known:ident, $tx:ident, $row:expr, $entry:expr) => {{
        let (row, entry): (&Row, i64) = ($row, $entry);
        const SEAL: &str = "update policies set subject = $2, entry = $3, mac = $4 where instance = $1";
        let keys = &$known.store.keys;
        sqlx::query(SEAL)
            .bind(&row.instance)
            .bind(mac::registrations(keys, &row.instance))
            .bind(entry)
            .bind(mac::mac(keys, row, entry))
            .execute(&mut *$tx)
            .await?;
    }};
}

fn from_row(row: Row) -> sqlx::Result<Kept> {
    Ok(Kept {
        instance: InstanceName::try_from(row.instance).map_err(|error| damaged(&error))?,
        version: row.version,
        operator: OperatorId(row.operator),
        policy: serde_json::from_str(&row.policy).map_err(|error| damaged(&error.to_string()))?,
        state: serde_json::from_str(&row.state).map_err(|error| damaged(&error.to_string()))?,
        stopped: row.stopped,
        entry: row.proof.entry.unwrap_or(-1),
    })
}

fn to_row(kept: &Kept) -> sqlx::Result<Row> {
    Ok(Row {
        instance: kept.instance.as_str().to_owned(),
        version: kept.version,
        operator: kept.operator.0.clone(),
        policy: serde_json::to_string(&kept.policy).map_err(encode_error)?,
        state: serde_json::to_string(&kept.state).map_err(encode_error)?,
        stopped: kept.stopped.clone(),
        proof: Proof::default(),
    })
}

const READ: &str = policies!("where instance = $1");

/// What is said of one that stopped and was put back as it was before.
const STOPPED: &str = "the audit log says so, and the row was put back as it was before";

/// Whether one acts of which the record says that it stopped, since it was set: it acts no more, whatever its row says.
fn is_let_go(known: &Known, row: &Row) -> bool {
    let stopped = row.proof.subject.as_deref().and_then(|subject| known.newest(subject, "policy_stopped"));
    row.stopped.is_empty() && stopped > row.proof.entry
}

/// The newest entry that may have set registrations of an instance, as the sealed head has it.
pub async fn newest_setting(store: &Store, instance: &InstanceName) -> sqlx::Result<Option<i64>> {
    store.newest_change(&mac::registrations(&store.keys, instance.as_str()), OF_REGISTRATIONS).await
}

/// The newest entry that says that somebody set registrations of an instance past its policy, as the sealed head has it.
pub async fn newest_passing(store: &Store, instance: &InstanceName) -> sqlx::Result<Option<i64>> {
    store.newest_change(&mac::registrations(&store.keys, instance.as_str()), POLICY_PASSED).await
}

/// The policy of an instance, if it holds; and whether there is one that does not.
pub async fn of(store: &Store, instance: &InstanceName) -> sqlx::Result<(Option<Kept>, bool)> {
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(READ)
        .bind(instance.as_str()).fetch_optional(pool).await?));
    let there = row.is_some();
    let asked = |row: &Row| row.instance == instance.as_str();
    let held = known.held(row, asked).await?.map(|row| {
        let again = is_let_go(&known, &row);
        from_row(row).map(|kept| if again { Kept { stopped: STOPPED.to_owned(), ..kept } } else { kept })
    });
    let held = held.transpose()?;
    // That there was one, and no row is left of it, is as wrong as a row that was changed.
    let subject = mac::registrations(&store.keys, instance.as_str());
    let refused =
        held.is_none() && (there || OF_A_POLICY.iter().any(|deed| known.newest_on(&subject, deed, instance).is_some()));
    Ok((held, refused))
}

/// The version of a row whether it holds or not, 0 where there is none: for whoever sets it anew.
pub async fn stored_version(store: &Store, instance: &InstanceName) -> sqlx::Result<i64> {
    const SQL: &str = "select cast(version as bigint) from policies where instance = $1";
    let version: Option<i64> =
        on!(store, pool => sqlx::query_scalar(SQL).bind(instance.as_str()).fetch_optional(pool).await?);
    Ok(version.unwrap_or(0))
}

/// Sets a policy over the version that somebody saw, 0 where there was none; false if it is another one by now. Whoever was at work on
/// the former has nothing to do any more, and keeps nobody from the new one.
pub async fn set(store: &Store, kept: &Kept, seen: i64) -> sqlx::Result<bool> {
    const NEW: &str = "insert into policies (instance, version, operator, policy, state, acts, stopped, lease, lease_until) \
        values ($1, $2, $3, $4, $5, $6, $7, '', 0) on conflict (instance) do update set version = excluded.version, \
        operator = excluded.operator, policy = excluded.policy, state = excluded.state, acts = excluded.acts, \
        stopped = excluded.stopped, lease = '', lease_until = 0 where cast(policies.version as bigint) = $8";
    let known = store.known().await?;
    let row = to_row(kept)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let former: Option<Row> =
            store.read_one(sqlx::query_as(READ).bind(&row.instance).fetch_optional(&mut *tx).await?);
        let set = sqlx::query(NEW)
            .bind(&row.instance).bind(row.version).bind(&row.operator).bind(&row.policy).bind(&row.state)
            .bind(i64::from(kept.policy.acts())).bind(&row.stopped).bind(seen)
            .execute(&mut *tx).await?.rows_affected();
        if set != 1 {
            unchanged!(tx, false);
        }
        let entry = match known.entry_for(None) {
            // While the record contradicts itself an entry stands behind what its head knows: what is set then is as new as what
            // was there, so that it holds until an owner has decided.
            behind if behind > known.newest_entry() => match former {
                Some(former) if known.wrong(&former).await?.is_none() => {
                    former.proof.entry.unwrap_or_else(|| known.newest_entry())
                }
                Some(_) | None => known.newest_entry(),
            },
            entry => entry,
        };
        seal!(known, tx, &row, entry);
        tx.commit().await?;
        Ok(true)
    })
}

/// Keeps what a policy remembers, and why it stopped, if it did; false if somebody has set it anew meanwhile.
pub async fn remember(store: &Store, kept: &Kept) -> sqlx::Result<bool> {
    const SQL: &str = "update policies set state = $3, stopped = $4 where instance = $1 and version = $2";
    const LOCK: &str = "update policies set lease = lease where instance = $1";
    let known = store.known().await?;
    let row = to_row(kept)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(LOCK).bind(&row.instance).execute(&mut *tx).await?;
        let there: Option<Row> =
            store.read_one(sqlx::query_as(READ).bind(&row.instance).fetch_optional(&mut *tx).await?);
        let Some(there) = there.filter(|there| there.version == row.version) else { unchanged!(tx, false) };
        // What is not the console's own is not sealed as such.
        if known.wrong(&there).await?.is_some() {
            unchanged!(tx, false);
        }
        sqlx::query(SQL).bind(&row.instance).bind(row.version).bind(&row.state).bind(&row.stopped)
            .execute(&mut *tx).await?;
        seal!(known, tx, &row, known.entry_for(there.proof.entry));
        tx.commit().await?;
        Ok(true)
    })
}

/// Whether the deed of this entry set the policy of an instance; `None` where that cannot be said.
pub async fn written_by(store: &Store, instance: &InstanceName, entry: i64) -> sqlx::Result<Option<bool>> {
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(READ)
        .bind(instance.as_str()).fetch_optional(pool).await?));
    Ok(store.written_by(row.as_ref(), entry))
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = policies!("order by instance limit 1000");
    let known: Known = store.known().await?;
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    refused.extend(known.refusals(&rows).await?);
    let let_go = rows.iter().filter(|row| is_let_go(&known, row));
    refused.extend(let_go.map(|row| Refusal { row: mac::called(row), wrong: Wrong::LetGo }));
    Ok(refused)
}
