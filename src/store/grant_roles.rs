//! Roles on instances for the time of a contractor's grant: what was asked for, how far each has come, what the account had before.

use super::{
    Store,
    claims::Tries,
    encode_error,
    fence::begin,
    grants::{self, damaged},
    mac::{Proof, Sealed, Undated, without_entry},
    on,
    transaction::unchanged,
};
use crate::{
    clock::Timestamp,
    id::{GrantId, InstanceName, RoleId},
    nouns::grants::{RoleAsked, RoleState, State},
    seal::{Field, Keys},
};

/// The columns of a role; what follows says which.
macro_rules! roles {
    ($($rest:expr),+) => {
        concat!(
            "select r.grant_id, r.instance, r.account, r.user_id, r.sealed_acct, r.role, r.role_name, r.former, r.former_name, \
             r.state, r.given_entry, r.taken_entry, r.sealed_said, r.mac, ",
            $crate::store::mac::without_entry!(),
            " from grant_roles r ",
            $($rest),+
        )
    };
}
pub(super) use roles;

/// How a row of a role is read again, to be sealed.
pub(super) const READ: &str = roles!("where r.grant_id = $1 and r.instance = $2");
/// How it is sealed.
pub(super) const SEAL: &str = "update grant_roles set mac = $3 where grant_id = $1 and instance = $2";
/// How it is stored first.
pub(super) const INSERT: &str = "insert into grant_roles (grant_id, instance, account, user_id, sealed_acct, role, role_name, \
    state, tried_at) values ($1, $2, $3, $4, $5, $6, $7, 'asked', 0)";

/// Seals what a role has become, within the transaction that changed it.
macro_rules! seal_role {
    ($store:ident, $tx:ident, $grant:expr, $instance:expr) => {{
        use $crate::store::{
            grant_roles::{READ, RoleRow, SEAL},
            mac,
        };
        let row: RoleRow = sqlx::query_as(READ).bind($grant).bind($instance).fetch_one(&mut *$tx).await?;
        let mac = mac::mac(&$store.keys, &row, 0);
        sqlx::query(SEAL).bind($grant).bind($instance).bind(mac).execute(&mut *$tx).await?;
    }};
}
pub(super) use seal_role;

/// Stores what somebody asks for with a grant, within the transaction that stores the grant.
macro_rules! insert_role {
    ($store:ident, $tx:ident, $grant:expr, $role:ident, $acct:expr) => {{
        let instance = $role.instance.as_str();
        sqlx::query($crate::store::grant_roles::INSERT)
            .bind(&$grant.0)
            .bind(instance)
            .bind($role.account.to_string())
            .bind($role.user.to_string())
            .bind($acct)
            .bind($role.role.to_string())
            .bind(&$role.role_name)
            .execute(&mut *$tx)
            .await?;
        $crate::store::grant_roles::seal_role!($store, $tx, &$grant.0, instance);
    }};
}
pub(super) use insert_role;

/// Whether a role may be tried again at a time (milliseconds): after 15 seconds, later after two minutes, in the end four times
/// an hour, because each try that reaches the instance is in the record. Taking back what was given never waits longer than
/// two minutes. A try more than a minute ahead was noted by a clock that has been set back since.
macro_rules! due {
    ($now:literal) => {
        concat!(
            "(tried_at + case when tries <= 4 then 15000 when tries <= 10 or state in ('given', 'taking') then 120000 \
             else 900000 end <= ",
            $now,
            " or tried_at > ",
            $now,
            " + 60000)"
        )
    };
}

/// The role on one instance for the time of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub grant: GrantId,
    pub asked: RoleAsked,
    /// What the account had before, where that was noted.
    pub former: Option<Former>,
    pub state: RoleState,
    pub given_entry: Option<i64>,
    pub taken_entry: Option<i64>,
    /// Why it is not further, or not as it was asked.
    pub said: String,
}

/// What an account had before a grant gave it a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// `None` for no role.
    pub role: Option<RoleId>,
    pub name: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct RoleRow {
    pub grant_id: String,
    pub instance: String,
    account: String,
    user_id: String,
    sealed_acct: String,
    pub role: String,
    role_name: String,
    former: Option<String>,
    former_name: Option<String>,
    state: String,
    given_entry: Option<i64>,
    taken_entry: Option<i64>,
    sealed_said: Option<String>,
    #[sqlx(flatten)]
    proof: Proof,
}

/// How far it has come is compared with the grant, and with the instance: no entry makes it current.
impl Undated for RoleRow {}

impl Sealed for RoleRow {
    const TABLE: &'static str = "grant_roles";
    const WHAT: &'static str = "the role by the grant";

    fn called(&self) -> String {
        format!("{} on {}", self.grant_id, self.instance)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.grant_id).into(),
            (&self.instance).into(),
            (&self.account).into(),
            (&self.user_id).into(),
            (&self.sealed_acct).into(),
            (&self.role).into(),
            (&self.role_name).into(),
            (&self.former).into(),
            (&self.former_name).into(),
            (&self.state).into(),
            (&self.given_entry).into(),
            (&self.taken_entry).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl RoleRow {
    fn read(self, keys: &Keys) -> sqlx::Result<Role> {
        let open = |sealed: &str| {
            keys.open_text("grant", &self.grant_id, sealed).ok_or_else(|| damaged("a role of it does not open"))
        };
        let state = RoleState::ALL.into_iter().find(|state| state.name() == self.state);
        let asked = RoleAsked {
            instance: InstanceName::try_from(self.instance).map_err(damaged)?,
            account: self.account.parse().map_err(damaged)?,
            user: self.user_id.parse().map_err(damaged)?,
            acct: open(&self.sealed_acct)?,
            role: self.role.parse().map_err(damaged)?,
            role_name: self.role_name,
        };
        let former = match self.former_name {
            Some(name) => {
                let role = self.former.map(|id| id.parse()).transpose().map_err(damaged)?;
                Some(Former { role, name })
            }
            None => None,
        };
        let said = self.sealed_said.as_deref().map(open).transpose()?.unwrap_or_default();
        Ok(Role {
            asked,
            former,
            state: state.ok_or_else(|| damaged("a state nobody knows"))?,
            given_entry: self.given_entry,
            taken_entry: self.taken_entry,
            said,
            grant: GrantId(self.grant_id),
        })
    }
}

fn held(store: &Store, keys: &Keys, rows: Vec<RoleRow>, asked: impl Fn(&RoleRow) -> bool) -> sqlx::Result<Vec<Role>> {
    rows.into_iter().filter(|row| store.holds(row, asked(row))).map(|row| row.read(keys)).collect()
}

/// The roles that go with a grant.
pub async fn of(store: &Store, keys: &Keys, id: &GrantId) -> sqlx::Result<Vec<Role>> {
    const SQL: &str = roles!("where r.grant_id = $1 order by r.instance");
    let rows: Vec<RoleRow> = store.read(on!(store, pool => sqlx::query_as(SQL).bind(&id.0).fetch_all(pool).await?));
    held(store, keys, rows, |row| row.grant_id == id.0)
}

/// Whether another grant gives an account a role on an instance within that time, or has not taken it back yet.
pub async fn promised(store: &Store, asked: &RoleAsked, from: Timestamp, to: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "select count(*) from grant_roles r join grants g on g.id = r.grant_id \
        where r.instance = $1 and r.account = $2 and r.state in ('asked', 'giving', 'given', 'taking') \
        and g.starts_at < $4 and g.ends_at > $3 and g.revoked_at is null and (g.approved is null or g.approved)";
    let found: i64 = on!(store, pool => sqlx::query_scalar(SQL)
        .bind(asked.instance.as_str())
        .bind(asked.account.to_string())
        .bind(from.0)
        .bind(to.0)
        .fetch_one(pool)
        .await?);
    Ok(found > 0)
}

/// Roles to be given, of grants that have begun and not ended.
pub async fn to_give(store: &Store, keys: &Keys, now: Timestamp) -> sqlx::Result<Vec<Role>> {
    const SQL: &str = roles!(
        "join grants g on g.id = r.grant_id where ",
        due!("$1"),
        " and r.state in ('asked', 'giving') \
         and g.started_at is not null and g.ended_at is null and g.revoked_at is null and g.ends_at > $2 \
         order by r.tried_at, r.grant_id, r.instance limit 100"
    );
    let rows: Vec<RoleRow> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(now.0).fetch_all(pool).await?));
    let mut roles = Vec::new();
    for role in held(store, keys, rows, |_| true)? {
        // What says that the grant runs must hold, too.
        let grant = grants::by_id(store, keys, &role.grant).await?;
        if grant.is_some_and(|grant| grant.state(now) == State::Running) {
            roles.push(role);
        }
    }
    Ok(roles)
}

/// Roles to be taken back, of grants whose end is recorded.
pub async fn to_take(store: &Store, keys: &Keys, now: Timestamp) -> sqlx::Result<Vec<Role>> {
    const SQL: &str = roles!(
        "join grants g on g.id = r.grant_id where ",
        due!("$1"),
        " and r.state in ('asked', 'giving', 'given', 'taking') \
         and g.ended_at is not null order by r.tried_at, r.grant_id, r.instance limit 100"
    );
    let rows: Vec<RoleRow> = store.read(on!(store, pool => sqlx::query_as(SQL).bind(now.0).fetch_all(pool).await?));
    held(store, keys, rows, |_| true)
}

const TRIES: Tries = Tries {
    table: "grant_roles",
    key: "grant_id || ' ' || instance || ' ' || state",
    at: "tried_at",
    untaken: due!("$3"),
};

/// Claims a role that is due: true for one process at a time.
pub async fn claim(store: &Store, role: &Role, now: Timestamp) -> sqlx::Result<bool> {
    let key = format!("{} {} {}", role.grant, role.asked.instance, role.state.name());
    TRIES.take(store, &key, now.0, now).await
}

/// Notes how far a role has come; true if it is still where it was found.
pub async fn set(store: &Store, keys: &Keys, found: RoleState, role: &Role) -> sqlx::Result<bool> {
    const SQL: &str = "update grant_roles set state = $4, former = $5, former_name = $6, given_entry = $7, taken_entry = $8, \
        sealed_said = $9 where grant_id = $1 and instance = $2 and state = $3";
    let said = match role.said.as_str() {
        "" => None,
        text => Some(keys.seal_text("grant", &role.grant.0, text).map_err(encode_error)?),
    };
    let former = role.former.as_ref();
    const LOCK: &str = concat!(
        "update grant_roles set mac = mac where grant_id = $1 and instance = $2 returning grant_id, instance, account, user_id, \
         sealed_acct, role, role_name, former, former_name, state, given_entry, taken_entry, sealed_said, mac, ",
        without_entry!()
    );
    let (grant, instance) = (&role.grant.0, role.asked.instance.as_str());
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<RoleRow> =
            store.read_one(sqlx::query_as(LOCK).bind(grant).bind(instance).fetch_optional(&mut *tx).await?);
        if !row.is_some_and(|row| store.holds(&row, row.grant_id == *grant && row.instance == instance)) {
            unchanged!(tx, false);
        }
        let set = sqlx::query(SQL)
        .bind(grant)
        .bind(instance)
        .bind(found.name())
        .bind(role.state.name())
        .bind(former.and_then(|former| former.role).map(|role| role.to_string()))
        .bind(former.map(|former| &former.name))
        .bind(role.given_entry)
        .bind(role.taken_entry)
        .bind(&said)
        .execute(&mut *tx).await?.rows_affected();
        if set == 0 {
            unchanged!(tx, false);
        }
        seal_role!(store, tx, grant, instance);
        tx.commit().await?;
        Ok(true)
    })
}
