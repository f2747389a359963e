//! How an account of somebody who acts with it stands on its instance, read by primary keys alone.

use super::{Account, DatabaseError, Read, by_release, deleted, lacks_second_factor, ms};
use crate::nouns::permissions::{INVITE_BYPASS_APPROVAL, INVITE_USERS};
use crate::{clock::Timestamp, id::AccountId, nouns::linked_accounts::Lapse};

/// `administrator` (`app/models/user_role.rb`): everything.
const ADMINISTRATOR: i64 = 1;
/// The role of everybody without one.
const EVERYONE: i64 = -99;

/// An account with its role, as both are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub account: AccountId,
    pub username: String,
    /// The name of its role; empty without one.
    pub role: String,
    /// Its own permissions and everybody's; all of them for an administrator.
    pub permissions: i64,
    pub position: i32,
    /// The position of everybody without a role.
    pub everyone: i32,
    /// Why nobody may act with it any more.
    pub lapse: Option<Lapse>,
    /// Its role, or everybody's where it has none, wants a second factor (4.6), and it has none; `None` where the console may
    /// not read whether it does.
    pub lacks_second_factor: Option<bool>,
}

impl Standing {
    /// Whether its role includes all of these bits.
    pub fn can(&self, bits: i64) -> bool {
        self.permissions & bits == bits
    }

    /// Mastodon’s rule of rank (`UserRole#overrides?`): strictly above, and above everybody without a login here.
    pub fn outranks(&self, target: &Account) -> bool {
        match &target.role {
            _ if !target.has_login => true,
            Some((_, _, position)) => self.position > *position,
            None => self.position > self.everyone,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    username: String,
    suspended: bool,
    deleted: Option<bool>,
    remote: bool,
    disabled: Option<bool>,
    approved: Option<bool>,
    confirmed: Option<bool>,
    role: Option<String>,
    own: Option<i64>,
    position: Option<i32>,
    everyone: Option<i64>,
    everyone_position: Option<i32>,
    lacks_second_factor: Option<bool>,
}

/// What Mastodon's log says of who was there lately.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LastLogged {
    /// When anybody but the account we act as last did something; `None` where nobody did, as far as was looked.
    pub by_others: Option<Timestamp>,
    /// How far back was looked; `None` where the log is empty.
    pub back_to: Option<Timestamp>,
}

impl Read {
    /// The username of an account of this server (primary key); `None` where none of it has the number.
    pub async fn local_username(&mut self, account: AccountId) -> Result<Option<String>, DatabaseError> {
        const SQL: &str = "select username from accounts where id = $1 and domain is null";
        Ok(self.prepared_scalar(SQL).bind(account.0).fetch_optional(&mut *self.tx).await?)
    }

    /// Whose login it is (primary key).
    pub async fn account_of_user(&mut self, user: i64) -> Result<Option<AccountId>, DatabaseError> {
        const SQL: &str = "select account_id from users where id = $1";
        Ok(self.prepared_scalar(SQL).bind(user).fetch_optional(&mut *self.tx).await?)
    }

    /// Who last did something that Mastodon logs, this account or others, of the newest rows there are (primary key, backwards).
    pub async fn last_logged(&mut self, account: AccountId) -> Result<LastLogged, DatabaseError> {
        const SQL: &str = concat!(
            "select max(at) filter (where account_id <> $1) as by_others, min(at) as back_to from (select account_id, ",
            ms!("created_at"),
            " as at from admin_action_logs order by id desc limit 500) newest"
        );
        Ok(self.prepared_as(SQL).bind(account).fetch_one(&mut *self.tx).await?)
    }

    /// How an account stands (primary keys, `users (account_id)`); one that is gone, remote or without a login has lapsed.
    pub async fn standing(&mut self, account: AccountId) -> Result<Standing, DatabaseError> {
        macro_rules! standing {
            ($release:tt,) => {
                concat!(
                    "select a.username::text as username, a.suspended_at is not null as suspended, ",
                    deleted!($release, "a"),
                    " as deleted, a.domain is not null as remote, u.disabled, u.approved, u.confirmed_at is not null as confirmed, \
            r.name::text as role, r.permissions as own, r.position, e.permissions as everyone, \
            e.position as everyone_position, u.id is not null and (",
                    lacks_second_factor!($release),
                    ") as lacks_second_factor from accounts a left join users u on u.account_id = a.id \
            left join user_roles r on r.id = u.role_id left join user_roles e on e.id = $2 where a.id = $1"
                )
            };
        }
        let sql = by_release!(self.extras, standing,);
        let row: Option<Row> =
            self.prepared_as(sql).bind(account.0).bind(EVERYONE).fetch_optional(&mut *self.tx).await?;
        let Some(row) = row else {
            return Ok(Standing {
                account,
                username: String::new(),
                role: String::new(),
                permissions: 0,
                position: -1,
                everyone: -1,
                lapse: Some(Lapse::Gone),
                lacks_second_factor: Some(false),
            });
        };
        let everyone = row.everyone.unwrap_or(0);
        let permissions = match row.own {
            Some(own) if own & ADMINISTRATOR != 0 => i64::MAX,
            Some(own) => own | everyone,
            None => everyone,
        };
        let lapse = if row.remote || row.deleted == Some(true) || row.disabled.is_none() {
            Some(Lapse::Gone)
        } else if row.suspended {
            Some(Lapse::Suspended)
        } else if row.disabled == Some(true) {
            Some(Lapse::Frozen)
        } else if row.approved == Some(false) || row.confirmed != Some(true) {
            Some(Lapse::Waiting)
        } else if permissions & !(INVITE_USERS | INVITE_BYPASS_APPROVAL) == 0 {
            Some(Lapse::NoStaff)
        } else {
            None
        };
        let everyone = row.everyone_position.unwrap_or(-1);
        Ok(Standing {
            account,
            username: row.username,
            role: row.role.unwrap_or_default(),
            permissions,
            position: row.position.unwrap_or(everyone),
            everyone,
            lapse,
            lacks_second_factor: row.lacks_second_factor,
        })
    }
}
