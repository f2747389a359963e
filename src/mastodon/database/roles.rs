//! Roles of the instance (`app/models/user_role.rb`): their rows, their members, and the one transaction that gives or
//! takes one.

use super::{
    Database, DatabaseError, Extras, Read, Writing, by_release, deleted, query, query_as, query_scalar, second_factor,
    wants_second_factor,
};
use crate::{
    deeds::AssignRole,
    id::{AccountId, RoleId},
    nouns::{
        permissions::ADMINISTRATOR,
        rank::{Holder, Ranks},
        roles::{EVERYONE, InstanceRole},
    },
};
use sqlx::PgConnection;

/// More roles than any instance has.
const MOST_ROLES: i64 = 200;
/// Members are counted so far, and one more.
const MOST_COUNTED: i64 = 10_000;

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Both rows are stored; the id of the one in Mastodon's log.
    Stored { log: i64 },
    /// Nothing is: why.
    Not(String),
}

/// The columns of a role; `require_2fa` is there since 4.6 alone.
macro_rules! role {
    ([granted $deletion:ident], $rest:literal) => {
        concat!(
            "select r.id, r.name, r.color, r.position, r.permissions as mask, r.highlighted, r.require_2fa, false as untold \
             from user_roles r ",
            $rest
        )
    };
    ([absent $deletion:ident], $rest:literal) => {
        concat!(
            "select r.id, r.name, r.color, r.position, r.permissions as mask, r.highlighted, null::boolean as require_2fa, \
             false as untold from user_roles r ",
            $rest
        )
    };
    ([untold $deletion:ident], $rest:literal) => {
        concat!(
            "select r.id, r.name, r.color, r.position, r.permissions as mask, r.highlighted, null::boolean as require_2fa, \
             true as untold from user_roles r ",
            $rest
        )
    };
}

/// Whether somebody else could act as administrator this minute: the second factor counts where the role wants it. Null where
/// that hangs on what the console may not read.
macro_rules! another_administrator {
    ($release:tt, $second_factor:expr) => {
        concat!(
            "select case when bool_or(able) then true when bool_or(able is null) then null else false end from (select not ",
            deleted!($release, "a"),
            " and (not ",
            wants_second_factor!($release, "r.require_2fa"),
            " or ",
            $second_factor,
            ") as able from user_roles r join users u on u.role_id = r.id join accounts a on a.id = u.account_id \
             where r.id > 0 and r.permissions & $2 <> 0 and u.account_id <> $1 and not u.disabled and u.approved \
             and u.confirmed_at is not null and a.suspended_at is null and not a.memorial and a.moved_to_account_id is null) others"
        )
    };
}

/// One role (primary key).
async fn role(tx: &mut PgConnection, extras: Extras, id: RoleId) -> sqlx::Result<Option<InstanceRole>> {
    let sql = by_release!(extras, role, "where r.id = $1");
    query_as(sql).bind(id).fetch_optional(tx).await
}

/// Somebody with a login here, and their role (primary keys, `users (account_id)`).
async fn holder(tx: &mut PgConnection, extras: Extras, account: AccountId) -> sqlx::Result<Option<Holder>> {
    macro_rules! holder {
        ($release:tt,) => {
            concat!(
        "select a.id as account, u.id as user, a.username::text as username, a.display_name::text as display_name, \
         u.role_id, u.disabled, a.suspended_at is not null as suspended, ",
        deleted!($release, "a"),
        " as deleted, a.silenced_at is not null as silenced, \
         a.sensitized_at is not null as sensitized, u.approved, u.confirmed_at is not null as confirmed, a.memorial, \
         a.moved_to_account_id is not null as moved, ",
        second_factor!(),
        " as second_factor from accounts a join users u on u.account_id = a.id \
         where a.id = $1 and a.id > 0 and a.domain is null",
    )
        };
    }
    let sql = by_release!(extras, holder,);
    let Some(mut holder): Option<Holder> = query_as(sql).bind(account).fetch_optional(&mut *tx).await? else {
        return Ok(None);
    };
    if let Some(id) = holder.role_id.filter(|id| *id != EVERYONE) {
        holder.role = role(tx, extras, id).await?;
    }
    Ok(Some(holder))
}

/// Everything the rules of rank look at (primary keys, `users (account_id)`, `users (role_id)`).
async fn ranks(
    tx: &mut PgConnection,
    extras: Extras,
    acting: AccountId,
    target: AccountId,
    after: Option<RoleId>,
) -> sqlx::Result<Ranks> {
    let others = by_release!(extras, another_administrator, second_factor!());
    let other_administrators = query_scalar(others).bind(target.0).bind(ADMINISTRATOR).fetch_one(&mut *tx).await?;
    Ok(Ranks {
        everyone: role(tx, extras, EVERYONE).await?.unwrap_or_else(InstanceRole::everyone),
        actor: holder(tx, extras, acting).await?,
        target: holder(tx, extras, target).await?,
        after: match after {
            Some(id) => role(tx, extras, id).await?,
            None => None,
        },
        other_administrators,
    })
}

impl Read {
    /// Every role with the number of its members, highest first (a table of a few rows; `users (role_id)`).
    pub async fn roles(&mut self) -> Result<Vec<(InstanceRole, i64)>, DatabaseError> {
        const MEMBERS: &str = "select r.id, (select count(*) from (select from users u where u.role_id = r.id limit $2) m) \
            from user_roles r order by r.position desc, r.id limit $1";
        let rows: Vec<InstanceRole> = self
            .prepared_as(by_release!(self.extras, role, "order by r.position desc, r.id limit $1"))
            .bind(MOST_ROLES)
            .fetch_all(&mut *self.tx)
            .await?;
        let members: Vec<(RoleId, i64)> =
            self.prepared_as(MEMBERS).bind(MOST_ROLES).bind(MOST_COUNTED + 1).fetch_all(&mut *self.tx).await?;
        let number = |id: RoleId| members.iter().find(|(role, _)| *role == id).map_or(0, |(_, number)| *number);
        Ok(rows.into_iter().map(|role| (number(role.id), role)).map(|(number, role)| (role, number)).collect())
    }

    /// One role, and the number of its members.
    pub async fn role(&mut self, id: RoleId) -> Result<Option<(InstanceRole, i64)>, DatabaseError> {
        let Some(role) = role(&mut self.tx, self.extras, id).await? else { return Ok(None) };
        let number = self
            .prepared_scalar("select count(*) from (select from users u where u.role_id = $1 limit $2) m")
            .bind(id.0)
            .bind(MOST_COUNTED + 1)
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(Some((role, number)))
    }

    /// What everyone may do, whatever else they have.
    pub async fn everyone(&mut self) -> Result<InstanceRole, DatabaseError> {
        Ok(role(&mut self.tx, self.extras, EVERYONE).await?.unwrap_or_else(InstanceRole::everyone))
    }

    /// Which of these accounts have one-time codes or a security key (`users (account_id)`).
    pub async fn second_factors(&mut self, accounts: &[i64]) -> Result<Vec<AccountId>, DatabaseError> {
        const SQL: &str =
            concat!("select u.account_id from users u where u.account_id = any($1) and ", second_factor!());
        Ok(self.prepared_scalar(SQL).bind(accounts).fetch_all(&mut *self.tx).await?)
    }

    /// Somebody with a login here, and their role.
    pub async fn holder(&mut self, account: AccountId) -> Result<Option<Holder>, DatabaseError> {
        Ok(holder(&mut self.tx, self.extras, account).await?)
    }

    /// Everything the rules of rank look at for one change.
    pub async fn ranks(
        &mut self,
        acting: AccountId,
        target: AccountId,
        after: Option<RoleId>,
    ) -> Result<Ranks, DatabaseError> {
        Ok(ranks(&mut self.tx, self.extras, acting, target, after).await?)
    }

    /// The GRANTs that the console's database role lacks for assigning roles.
    pub async fn missing_role_grants(&mut self) -> Result<Vec<String>, DatabaseError> {
        self.missing_grants(Writing::Roles).await
    }
}

impl Database {
    /// The GRANTs that the console lacks for assigning roles, where it writes: `read` is asked unless that is another place.
    /// A primary that does not answer right now lacks none.
    ///
    /// # Errors
    /// [`DatabaseError::Elsewhere`] if nothing can be written there whatever is granted.
    pub async fn missing_role_grants(&self, read: &mut Read) -> Result<Vec<String>, DatabaseError> {
        if !self.is_apart() && read.standby().await?.is_none() {
            return read.missing_role_grants().await;
        }
        match self.read_primary().await {
            Ok(mut primary) => primary.missing_role_grants().await,
            Err(wrong @ DatabaseError::Elsewhere(_)) => Err(wrong),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Stores a role and the row that Mastodon's own page would have logged
    /// (`app/controllers/admin/users/roles_controller.rb`), in one transaction and by the rules of rank as they stand in it.
    ///
    /// # Errors
    /// [`DatabaseError::Lost`] if only the end of the write is not known.
    pub async fn write_role(&self, acting: AccountId, deed: &AssignRole) -> Result<Written, DatabaseError> {
        let mut tx = self.begin_write().await?;
        // Two consoles that each take the other administrator away would both find one left.
        query("select pg_advisory_xact_lock(hashtext('howdah roles'))").execute(&mut *tx).await?;
        // In one order, so that two of these never wait for each other.
        query("select id from users where account_id = any($1) order by id for update")
            .bind(vec![acting.0, deed.account.0])
            .execute(&mut *tx)
            .await?;
        let extras = self.extras(&mut tx).await?;
        let ranks = ranks(&mut tx, extras, acting, deed.account, deed.after).await?;
        if let Some(refusal) = ranks.refusal(deed.after) {
            return Ok(Written::Not(refusal.why));
        }
        let Some(target) = ranks.target.filter(|target| target.user == deed.user) else {
            return Ok(Written::Not("the account’s login is another one by now".to_owned()));
        };
        let changed = query(
            "update users set role_id = $3, updated_at = now() at time zone 'utc' \
             where id = $1 and role_id is not distinct from $2",
        )
        .bind(deed.user)
        .bind(deed.before.map(|role| role.0))
        .bind(deed.after.map(|role| role.0))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(Written::Not("the role was changed elsewhere in the meantime".to_owned()));
        }
        let log: Option<i64> = query_scalar(
            "insert into admin_action_logs \
             (account_id, action, target_type, target_id, human_identifier, route_param, created_at, updated_at) \
             values ($1, 'change_role', 'User', $2, $3, $4, now() at time zone 'utc', now() at time zone 'utc') returning id",
        )
        .bind(acting.0)
        .bind(deed.user)
        .bind(&target.username)
        .bind(deed.account.to_string())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(log) = log else {
            return Ok(Written::Not("Mastodon’s audit log did not take the row that belongs to it".to_owned()));
        };
        tx.commit()
            .await
            .map_err(|_| DatabaseError::Lost("the connection broke while the role was stored".to_owned()))?;
        Ok(Written::Stored { log })
    }
}
