//! Accounts by what is personal, with a warrant, and accounts by what no index serves, in windows.

use super::{
    AccountHit, DatabaseError, Hidden, Joining, Read, account::joining, by_release, deleted, ms, query, query_as,
    query_scalar,
};
use crate::{
    clock::Timestamp,
    deeds::{Personal, Reveal, SearchPersonal},
    id::AccountId,
    ledger::Warrant,
    nouns::reports::AccountState,
};
use std::{collections::HashMap, time::Duration};

/// How many accounts one slice of the primary key holds.
const SLICE: i64 = 20_000;
/// Accounts that a search by an address finds at most.
pub const MOST_BY_ADDRESS: usize = 50;
/// So many logins, the newest, are looked through for those of one email domain; the statement says the number too.
pub const NEWEST_LOGINS: i64 = 50_000;
/// How long a window is looked for.
const PATIENCE: Duration = Duration::from_millis(150);

/// What a list of accounts is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanctioned {
    Any,
    /// By its owner, or after its suspension.
    Deleted,
    Suspended,
    Silenced,
    Sensitized,
    Disabled,
    /// Asked to join, and nobody has decided.
    Pending,
    Unconfirmed,
}

impl Sanctioned {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Deleted => "deleted",
            Self::Suspended => "suspended",
            Self::Silenced => "silenced",
            Self::Sensitized => "sensitized",
            Self::Disabled => "disabled",
            Self::Pending => "pending",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// Where accounts live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Any,
    Local,
    Remote,
    Domain(String),
}

/// Everything a list of accounts is narrowed to at once.
#[derive(Clone, Debug)]
pub struct Narrowing {
    pub origin: Origin,
    pub sanctioned: Sanctioned,
    /// Posted since then.
    pub active_since: Option<Timestamp>,
    /// Not posted since then.
    pub quiet_since: Option<Timestamp>,
    /// A part of the name shown, or of the handle.
    pub text: Option<String>,
    /// Those alone who have a page that anybody can read: nobody whose sign-up is not approved or not confirmed. Left out here, so
    /// that neither how many are shown nor where the next page begins tells of them.
    pub public: bool,
}

impl Narrowing {
    /// Nothing left out.
    pub fn none() -> Self {
        Self {
            origin: Origin::Any,
            sanctioned: Sanctioned::Any,
            active_since: None,
            quiet_since: None,
            text: None,
            public: false,
        }
    }

    fn domain(&self) -> Option<&str> {
        match &self.origin {
            Origin::Domain(domain) => Some(domain),
            Origin::Any | Origin::Local | Origin::Remote => None,
        }
    }

    /// Binds what every list is narrowed by, after its own two.
    fn bind<'q>(&'q self, query: Listing<'q>, limit: usize) -> Listing<'q> {
        let local = match self.origin {
            Origin::Local => Some(true),
            Origin::Remote => Some(false),
            Origin::Any | Origin::Domain(_) => None,
        };
        query
            .bind(local)
            .bind(self.domain())
            .bind(self.sanctioned.name())
            .bind(self.active_since.map(|at| at.0))
            .bind(self.quiet_since.map(|at| at.0))
            .bind(self.text.as_deref().map(super::domains::containing))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(self.public)
    }
}

#[derive(sqlx::FromRow)]
struct StateOf {
    id: AccountId,
    #[sqlx(flatten)]
    state: AccountState,
}

type Listing<'q> = sqlx::query::QueryAs<'q, sqlx::Postgres, ListedAccount, sqlx::postgres::PgArguments>;

/// One account of a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedAccount {
    pub id: i64,
    pub username: String,
    pub domain: Option<String>,
    pub display_name: String,
    pub created_at: Timestamp,
    pub last_status_at: Option<Timestamp>,
    #[sqlx(flatten)]
    pub state: AccountState,
    #[sqlx(flatten)]
    pub joining: Joining,
    /// Whether anybody can log in to it; a remote account has none.
    pub has_login: bool,
    pub role: Option<String>,
}

impl ListedAccount {
    /// It stands as if it could be used, and nobody can.
    pub fn is_left_without_login(&self) -> bool {
        self.domain.is_none() && !self.has_login && !self.state.suspended && !self.state.deleted
    }
}

/// A part of a list that was read backwards until it was full or time was up.
#[derive(Clone, Debug, Default)]
pub struct Window {
    pub accounts: Vec<ListedAccount>,
    /// Where to go on: everything from here on has been looked at. `None` at the end of the table.
    pub edge: Option<i64>,
}

impl Window {
    /// A page of a list that an index serves: there may be more where it is full.
    fn page(accounts: Vec<ListedAccount>, page: usize) -> Self {
        let edge = accounts.last().map(|last| last.id).filter(|_| accounts.len() >= page);
        Self { accounts, edge }
    }
}

/// The creation time that an account's id carries (`lib/mastodon/snowflake.rb`).
pub fn created_at(id: i64) -> Timestamp {
    Timestamp(id >> 16)
}

macro_rules! found {
    ($release:tt, $rest:literal) => {
        concat!(
            "select a.id, a.username || coalesce('@' || a.domain, '') as acct, left(a.display_name, 500) as display_name, u.disabled, \
             a.sensitized_at is not null as sensitized, a.silenced_at is not null as silenced, \
             a.suspended_at is not null as suspended, ",
            deleted!($release, "a"),
            " as deleted, ",
            joining!(),
            " from accounts a join users u on u.account_id = a.id ",
            $rest
        )
    };
}

/// Whether the account `a` was deleted, by its owner or after its suspension. Before 4.7 a deleted one keeps
/// its suspension, and of a request to delete it nothing is left.
macro_rules! gone {
    ([$details:ident granted]) => {
        "(a.requested_deletion_at is not null or (a.domain is null and a.suspended_at is not null \
         and not exists (select from account_deletion_requests d where d.account_id = a.id)))"
    };
    ($without:tt) => {
        "a.domain is null and a.suspended_at is not null \
         and not exists (select from account_deletion_requests d where d.account_id = a.id)"
    };
}

pub(super) use gone;

/// Whether all that is left of the account `a` is its row, in the forms that a database upgraded from 4.6 still has: suspended
/// with nothing left to delete, or with its suspension lifted after its login `u` was gone.
macro_rules! left_over {
    () => {
        "a.domain is null and (u.id is null or a.suspended_at is not null \
         and not exists (select from account_deletion_requests d where d.account_id = a.id))"
    };
}

/// The columns of a listed account.
macro_rules! listed {
    ($release:tt, $rest:literal) => {
        concat!(
            "select a.id, a.username, a.domain, left(a.display_name, 500) as display_name, ",
            ms!("a.created_at"),
            " as created_at, ",
            ms!("s.last_status_at"),
            " as last_status_at, coalesce(u.disabled, false) as disabled, a.sensitized_at is not null as sensitized, \
             a.silenced_at is not null as silenced, a.suspended_at is not null as suspended, ",
            deleted!($release, "a"),
            " as deleted, u.id is not null as has_login, r.name as role, ",
            joining!(),
            " from accounts a left join account_stats s on s.account_id = a.id left join users u on u.account_id = a.id \
             left join user_roles r on r.id = u.role_id ",
            $rest,
            " and ($3::boolean is null or (a.domain is null) = $3) and ($4::text is null or a.domain = $4) \
             and case $5::text when 'deleted' then (",
            gone!($release),
            " or ",
            left_over!(),
            ") when 'suspended' then a.suspended_at is not null when 'silenced' then a.silenced_at is not null \
             when 'sensitized' then a.sensitized_at is not null when 'disabled' then coalesce(u.disabled, false) \
             when 'pending' then not u.approved when 'unconfirmed' then u.id is not null and u.confirmed_at is null \
             else true end \
             and ($6::bigint is null or s.last_status_at >= to_timestamp($6 / 1000.0) at time zone 'utc') \
             and ($7::bigint is null or s.last_status_at is null or s.last_status_at < to_timestamp($7 / 1000.0) at time zone 'utc') \
             and ($8::text is null or a.display_name ilike $8 or a.username ilike $8) \
             and (not $10::boolean or u.id is null or (u.approved and u.confirmed_at is not null)) order by a.id desc limit $9"
        )
    };
}

impl Read {
    /// Accounts by what is personal: a mail address exactly (unique index on `users.email`, which Mastodon keeps in lower
    /// case), or an address they were seen from (the view `user_ips`, which no index serves: three tables are read).
    ///
    /// # Errors
    /// If the database does not answer, or takes longer than two seconds.
    pub async fn by_personal(&mut self, warrant: &Warrant<SearchPersonal>) -> Result<Vec<AccountHit>, DatabaseError> {
        let by_email = by_release!(self.extras, found, "where u.email = lower($1) limit 2");
        let by_address = by_release!(
            self.extras,
            found,
            "where u.id in (select user_id from user_ips where ip <<= $1::inet) and a.id > 0 order by a.id desc limit 50"
        );
        let (sql, value) = match &warrant.deed().what {
            Personal::Email(email) => (by_email, email.as_str()),
            Personal::Address(range) => (by_address, range.as_str()),
        };
        Ok(query_as(sql).bind(value).fetch_all(&mut *self.tx).await?)
    }

    /// Others whom an address of somebody leads to: seen from the same one, or the same /64 of an IPv6 one; for the reveal that
    /// was recorded for it. As [`Self::by_personal`], and one more than are shown.
    ///
    /// # Errors
    /// If the database does not answer, or takes longer than two seconds.
    pub async fn from_there(
        &mut self,
        warrant: &Warrant<Reveal>,
        address: &Hidden,
    ) -> Result<Vec<AccountHit>, DatabaseError> {
        let range = address.range();
        let Some(range) = range.reveal(warrant) else { return Ok(Vec::new()) };
        let sql = by_release!(
            self.extras,
            found,
            "where u.id in (select user_id from user_ips where ip <<= $1::inet) and a.id > 0 and a.id <> $2 \
             order by a.id desc limit 51"
        );
        Ok(query_as(sql).bind(range).bind(warrant.deed().account.0).fetch_all(&mut *self.tx).await?)
    }

    /// Others whose email is of the same domain, among the newest logins ([`NEWEST_LOGINS`]; no index serves the domain), and
    /// whether there are older ones, at which nobody looked; for the reveal that was recorded for it.
    ///
    /// # Errors
    /// If the database does not answer, or takes longer than two seconds.
    pub async fn of_domain(
        &mut self,
        warrant: &Warrant<Reveal>,
        domain: &str,
    ) -> Result<(Vec<AccountHit>, bool), DatabaseError> {
        let sql = by_release!(
            self.extras,
            found,
            "where u.id in (select n.id from (select id, email from users order by id desc limit 50000) n \
             where split_part(n.email, '@', 2) = $1) and a.id > 0 and a.id <> $2 order by a.id desc limit 51"
        );
        const OLDER: &str = "select exists (select from users order by id desc offset $1 limit 1)";
        let found = query_as(sql).bind(domain).bind(warrant.deed().account.0).fetch_all(&mut *self.tx).await?;
        let older = query_scalar(OLDER).bind(NEWEST_LOGINS).fetch_one(&mut *self.tx).await?;
        Ok((found, older))
    }

    /// Whether anybody of a server is known (`accounts (domain, id)`).
    pub async fn knows_server(&mut self, domain: &str) -> Result<bool, DatabaseError> {
        const SQL: &str = "select exists (select from accounts where domain = $1)";
        Ok(query_scalar(SQL).bind(domain).fetch_one(&mut *self.tx).await?)
    }

    /// The sanctions in force on accounts (primary keys, `users (account_id)`).
    pub async fn states_of(&mut self, accounts: &[i64]) -> Result<HashMap<AccountId, AccountState>, DatabaseError> {
        macro_rules! states {
            ($release:tt,) => {
                concat!(
                    "select a.id, coalesce(u.disabled, false) as disabled, a.sensitized_at is not null as sensitized, \
                     a.silenced_at is not null as silenced, a.suspended_at is not null as suspended, ",
                    deleted!($release, "a"),
                    " as deleted from accounts a left join users u on u.account_id = a.id where a.id = any($1)"
                )
            };
        }
        let sql = by_release!(self.extras, states,);
        let rows: Vec<StateOf> = query_as(sql).bind(accounts).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.state)).collect())
    }

    /// Members of a role, newest first (`users (role_id)`).
    pub async fn by_role(
        &mut self,
        role: i64,
        narrowing: &Narrowing,
        before: Option<i64>,
        page: usize,
    ) -> Result<Window, DatabaseError> {
        let sql = by_release!(self.extras, listed, "where u.role_id = $1 and a.id < $2");
        let query = query_as(sql).bind(role).bind(before.unwrap_or(i64::MAX));
        let accounts: Vec<ListedAccount> = narrowing.bind(query, page).fetch_all(&mut *self.tx).await?;
        Ok(Window::page(accounts, page))
    }

    /// Those whom an account invited, newest first: those that are known to have been, and those that the instance says
    /// (`users (account_id)`, `invites (user_id)`; `users.invite_id` has no index, so logins younger than the first
    /// invitation are read backwards, at most 20,000 of them).
    pub async fn invited_by(
        &mut self,
        inviter: AccountId,
        known: Vec<i64>,
        narrowing: &Narrowing,
        before: Option<i64>,
        page: usize,
    ) -> Result<Window, DatabaseError> {
        const LATELY: &str = "select n.account_id from (select account_id, invite_id from users order by id desc limit 20000) n \
             where n.invite_id in (select i.id from invites i join users iu on iu.id = i.user_id where iu.account_id = $1)";
        let sql = by_release!(self.extras, listed, "where a.id = any($1) and a.id < $2");
        let mut invited: Vec<i64> = query_scalar(LATELY).bind(inviter.0).fetch_all(&mut *self.tx).await?;
        invited.extend(known);
        let query = query_as(sql).bind(invited).bind(before.unwrap_or(i64::MAX));
        let accounts: Vec<ListedAccount> = narrowing.bind(query, page).fetch_all(&mut *self.tx).await?;
        Ok(Window::page(accounts, page))
    }

    /// The roles of the instance: id and name (a table of a few rows).
    pub async fn role_names(&mut self) -> Result<Vec<(i64, String)>, DatabaseError> {
        let rows = query_as("select id, name from user_roles where id > 0 order by position desc, id limit 100")
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows)
    }

    /// Accounts below an id that fit, newest first: read backwards in slices of the primary key until a page is full or
    /// 150 ms are over, with the edge it came to. The slices of one domain are its own (`accounts (domain, id)`).
    pub async fn window(
        &mut self,
        narrowing: &Narrowing,
        before: Option<i64>,
        page: usize,
    ) -> Result<Window, DatabaseError> {
        // A planner that takes a window for larger than it is reads all of `users` instead.
        const BY_INDEX: &str = "select set_config('enable_seqscan', 'off', true)";
        const BELOW: &str =
            "select min(id) from (select id from accounts where id < $1 and id > 0 order by id desc limit $2) slice";
        const BELOW_THERE: &str = "select min(id) from \
            (select id from accounts where domain = $3 and id < $1 and id > 0 order by id desc limit $2) slice";
        let fitting = by_release!(self.extras, listed, "where a.id >= $1 and a.id < $2 and a.id > 0");
        query(BY_INDEX).execute(&mut *self.tx).await?;
        let domain = narrowing.domain();
        let began = tokio::time::Instant::now();
        let mut window = Window::default();
        let mut upper = before.unwrap_or(i64::MAX);
        loop {
            let slice = query_scalar(if domain.is_some() { BELOW_THERE } else { BELOW });
            let slice = slice.bind(upper).bind(SLICE);
            let slice = if domain.is_some() { slice.bind(domain) } else { slice };
            let lower: Option<i64> = slice.fetch_one(&mut *self.tx).await?;
            let Some(lower) = lower else {
                window.edge = None;
                return Ok(window);
            };
            let wanted = page - window.accounts.len();
            let query = query_as(fitting).bind(lower).bind(upper);
            let rows: Vec<ListedAccount> = narrowing.bind(query, wanted).fetch_all(&mut *self.tx).await?;
            let full = rows.len() == wanted;
            window.accounts.extend(rows);
            if full {
                window.edge = window.accounts.last().map(|last| last.id);
                return Ok(window);
            }
            upper = lower;
            window.edge = Some(lower);
            if began.elapsed() >= PATIENCE {
                return Ok(window);
            }
        }
    }
}
