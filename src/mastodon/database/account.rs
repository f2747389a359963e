//! Accounts: one in full, its server, its strikes, and finding one.

use super::{DatabaseError, Hidden, Read, by_release, cut, deleted, ms, query_as};
use crate::{
    clock::{DAY, Timestamp},
    id::AccountId,
    nouns::{
        permissions::{INVITE_BYPASS_APPROVAL, INVITE_USERS},
        reports::{AccountState, Decision, Reversal},
    },
};

/// An account as a case shows it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub username: String,
    pub domain: Option<String>,
    pub display_name: String,
    /// Plain for local accounts, HTML for remote ones.
    pub note: String,
    pub created_at: Timestamp,
    pub state: AccountState,
    /// Whether its suspension is this server's own: Mastodon lifts no other.
    pub suspended_here: bool,
    /// It is kept in memory of somebody dead (`accounts.memorial`): who signs in with it is told that it is not allowed.
    pub memorial: bool,
    /// Its owner has moved to another account (`accounts.moved_to_account_id`).
    pub moved: bool,
    /// When a suspended account's data is deleted: its request and 30 days.
    pub deleted_on: Option<Timestamp>,
    pub followers: i64,
    pub statuses: i64,
    pub last_status_at: Option<Timestamp>,
    /// Name, permissions and position of its role; `None` for no role.
    pub role: Option<(String, i64, i32)>,
    pub has_login: bool,
    pub pending: bool,
    pub unconfirmed: bool,
    pub email: Option<Hidden>,
    pub sign_up_ip: Option<Hidden>,
    /// Nothing of it is left but the reports that name it.
    pub gone: bool,
}

impl Account {
    /// How far its sign-up has come.
    pub fn joining(&self) -> Joining {
        Joining { pending: self.pending, unconfirmed: self.unconfirmed }
    }

    /// What an account without a row is called.
    pub(super) fn gone_name(id: AccountId) -> String {
        format!("{id} (gone)")
    }

    /// An account without a row.
    fn gone(id: AccountId) -> Self {
        Self {
            id,
            username: Self::gone_name(id),
            domain: None,
            display_name: String::new(),
            note: String::new(),
            created_at: Timestamp(0),
            state: AccountState::default(),
            suspended_here: false,
            memorial: false,
            moved: false,
            deleted_on: None,
            followers: 0,
            statuses: 0,
            last_status_at: None,
            role: None,
            has_login: false,
            pending: false,
            unconfirmed: false,
            email: None,
            sign_up_ip: None,
            gone: true,
        }
    }

    /// Why its reports can be closed and nothing else be done about it; `None` for everybody else.
    pub fn only_closable(&self) -> Option<&'static str> {
        if self.gone {
            Some(
                "This account is gone: the instance has no row of it any more. Its reports can be closed, and nothing else is left to decide.",
            )
        } else if self.id.0 < 0 {
            // The instance actor (`app/models/concerns/account/finder_concern.rb`).
            Some("This is the server itself, not a person. Its reports can be closed, and nothing else be decided.")
        } else if self.state.deleted && !self.state.suspended && !self.has_login {
            // What the API still answers about it changes nothing that anybody sees (4.7, as recorded).
            Some(
                "This account was deleted, by its owner or after a suspension that was undone, and no login is left. Its reports can be closed; nothing else would change anything, and nothing brings it back.",
            )
        } else {
            None
        }
    }

    /// Why Mastodon's own page offers no such decision about it as it stands (`app/views/admin/accounts/_buttons.html.haml`);
    /// `None` where it does. Reports can always be closed.
    pub fn refuses(&self, decision: Decision) -> Option<&'static str> {
        if decision == Decision::Resolve {
            return None;
        }
        self.only_closable().or_else(|| {
            if self.state.suspended {
                Some("The account is suspended: nothing else can be done about it until the suspension is undone.")
            } else if self.state.deleted {
                Some("The account is marked as deleted: nothing else can be done about it.")
            } else if self.pending {
                Some("The sign-up is pending: approve or reject it.")
            } else if decision == Decision::Disable && !self.has_login {
                Some("This account has no login here, so it can’t be frozen.")
            } else {
                None
            }
        })
    }

    /// Its data may be gone: it was deleted, after a suspension or by its owner, or it is suspended, and nothing of it waits to be
    /// (`Account#permanently_deleted?`, `app/models/account.rb`, 4.7).
    pub fn data_is_gone(&self) -> bool {
        (self.state.deleted || self.state.suspended) && self.deleted_on.is_none()
    }

    /// Its owner has deleted it, and the instance is still at it: that waits for no day (4.7).
    pub fn is_being_deleted(&self) -> bool {
        self.state.deleted && self.deleted_on.is_some()
    }

    /// Why something that was done to it cannot be taken back, or nobody would come back by it; `None` where Mastodon does it.
    /// Whoever was suspended by other means than the API has nothing that waits to be deleted, and all of it may be there still.
    pub fn cannot_reverse(&self, reversal: Reversal) -> Option<&'static str> {
        // A remote account's comes anew from its server.
        let is_left = |account: &Self| !account.state.deleted && (account.has_login || !account.data_is_gone());
        let nobody_is_left = self.domain.is_none() && !is_left(self);
        if nobody_is_left {
            return Some("what this account had is deleted, and lifting a sanction brings nothing of it back.");
        }
        // `AccountPolicy#unsuspend?` (`app/policies/account_policy.rb`).
        (reversal == Reversal::Unsuspend && self.state.suspended && !self.suspended_here).then_some(
            "Mastodon lifts only suspensions of its own, and this one came from the account’s server, or it is not kept whose it is.",
        )
    }

    /// It stands as if it could be used, and nobody can: its login went with its data, and the suspension or its owner's wish
    /// was taken back afterwards.
    pub fn is_left_without_login(&self) -> bool {
        let stands = !self.gone && self.id.0 > 0 && !self.state.deleted && !self.state.suspended;
        self.domain.is_none() && !self.has_login && stands
    }

    /// `user` or `user@domain`
    pub fn acct(&self) -> String {
        acct(&self.username, self.domain.as_deref())
    }

    /// Whether its role carries any permission beyond inviting (`app/models/user_role.rb`): staff of the instance.
    pub fn is_staff(&self) -> bool {
        self.role
            .as_ref()
            .is_some_and(|(_, permissions, _)| permissions & !(INVITE_USERS | INVITE_BYPASS_APPROVAL) != 0)
    }
}

/// What is known of a remote account's server.
#[derive(Clone, Debug, Default)]
pub struct ServerFacts {
    /// `None` where Mastodon has not counted them yet (`instances` is a view that it refreshes).
    pub accounts: Option<i64>,
    /// The rule that holds for it: its domain and severity.
    pub block: Option<(String, i32)>,
}

/// A strike with what became of an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrikeRow {
    /// `account_warnings.id`
    pub id: i64,
    pub action: i32,
    /// `account_warnings.account_id`
    pub by: Option<AccountId>,
    pub by_username: Option<String>,
    pub text: String,
    pub created_at: Timestamp,
    pub overruled: bool,
    /// Some with an appeal: decided for (true), against (false), or waiting (`None`).
    pub appeal: Option<Option<bool>>,
}

/// An account as Mastodon names it: `user`, or `user@domain` where it is of another server.
pub fn acct(username: &str, domain: Option<&str>) -> String {
    match domain {
        Some(domain) => format!("{username}@{domain}"),
        None => username.to_owned(),
    }
}

/// Accounts that a search by the beginning of a name finds at most.
pub const MOST_BY_NAME: usize = 20;

/// An account that fits a search.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AccountHit {
    pub id: AccountId,
    pub acct: String,
    pub display_name: String,
    #[sqlx(flatten)]
    pub state: AccountState,
    #[sqlx(flatten)]
    pub joining: Joining,
}

/// How far a sign-up has come; neither is so of somebody who has joined, nor of a remote account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Joining {
    pub pending: bool,
    pub unconfirmed: bool,
}

impl Joining {
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let said = [(self.pending, "pending review"), (self.unconfirmed, "email unconfirmed")];
        said.into_iter().filter_map(|(is, word)| is.then_some(word))
    }
}

/// Its columns, of the login `u` or of none.
macro_rules! joining {
    () => {
        "coalesce(not u.approved, false) as pending, u.id is not null and u.confirmed_at is null as unconfirmed"
    };
}

pub(super) use joining;

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    username: String,
    domain: Option<String>,
    display_name: String,
    note: String,
    created_at: i64,
    suspended: bool,
    deleted: Option<bool>,
    silenced: bool,
    sensitized: bool,
    deletion: Option<i64>,
    suspended_here: bool,
    memorial: bool,
    moved: bool,
    followers: Option<i64>,
    statuses: Option<i64>,
    last_status_at: Option<i64>,
    role_name: Option<String>,
    role_permissions: Option<i64>,
    role_position: Option<i32>,
    has_login: bool,
    disabled: Option<bool>,
    approved: Option<bool>,
    confirmed: Option<bool>,
    email: Option<String>,
    sign_up_ip: Option<String>,
}

impl Read {
    /// One account (primary keys, `users (account_id)`, `account_stats (account_id)`).
    pub async fn account(&mut self, id: AccountId) -> Result<Option<Account>, DatabaseError> {
        macro_rules! account {
            ($release:tt,) => {
                concat!(
            "select a.id, a.username, a.domain, ", cut!("a.display_name", "500"), " as display_name, ",
            cut!("a.note", "20000"), " as note, ",
            ms!("a.created_at"),
            " as created_at, ", deleted!($release, "a"), " as deleted, a.suspended_at is not null as suspended, a.silenced_at is not null as silenced, \
             a.sensitized_at is not null as sensitized, (select ",
            ms!("d.created_at"),
            " from account_deletion_requests d where d.account_id = a.id order by d.id limit 1) as deletion, \
             a.suspended_at is not null and coalesce(a.suspension_origin = 0, false) as suspended_here, \
             coalesce(a.memorial, false) as memorial, a.moved_to_account_id is not null as moved, s.followers_count as followers, s.statuses_count as statuses, ",
            ms!("s.last_status_at"),
            " as last_status_at, r.name as role_name, r.permissions as role_permissions, r.position as role_position, \
             u.id is not null as has_login, u.disabled, u.approved, u.confirmed_at is not null as confirmed, \
             u.email, host(u.sign_up_ip) as sign_up_ip \
             from accounts a left join account_stats s on s.account_id = a.id left join users u on u.account_id = a.id \
             left join user_roles r on r.id = u.role_id where a.id = $1",
        )
            };
        }
        let sql = by_release!(self.extras, account,);
        let row: Option<Row> = self.prepared_as(sql).bind(id.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|row| Account {
            id: AccountId(row.id),
            username: row.username,
            domain: row.domain,
            display_name: row.display_name,
            note: row.note,
            created_at: Timestamp(row.created_at),
            state: AccountState {
                disabled: row.disabled.unwrap_or(false),
                sensitized: row.sensitized,
                silenced: row.silenced,
                suspended: row.suspended,
                deleted: row.deleted == Some(true),
                untold: row.deleted.is_none(),
            },
            suspended_here: row.suspended_here,
            memorial: row.memorial,
            moved: row.moved,
            deleted_on: row.deletion.map(|at| Timestamp(at).plus(30 * DAY)),
            // Counters may be briefly negative in SQL.
            followers: row.followers.unwrap_or(0).max(0),
            statuses: row.statuses.unwrap_or(0).max(0),
            last_status_at: row.last_status_at.map(Timestamp),
            role: row
                .role_name
                .zip(row.role_permissions)
                .zip(row.role_position)
                .map(|((name, mask), at)| (name, mask, at)),
            has_login: row.has_login,
            pending: row.has_login && row.approved == Some(false),
            unconfirmed: row.has_login && row.confirmed == Some(false),
            email: row.email.filter(|text| !text.is_empty()).map(Hidden::new),
            sign_up_ip: row.sign_up_ip.map(Hidden::new),
            gone: false,
        }))
    }

    /// The same, and one whose row is gone as long as reports name it (`reports (target_account_id)`).
    pub async fn account_or_gone(&mut self, id: AccountId) -> Result<Option<Account>, DatabaseError> {
        let there = self.account(id).await?;
        if there.is_some() {
            return Ok(there);
        }
        let named: bool = self
            .prepared_scalar("select exists (select from reports where target_account_id = $1)")
            .bind(id.0)
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(named.then(|| Account::gone(id)))
    }

    /// The login behind an account (`users (account_id)`); Mastodon's log names logins by it.
    pub async fn user_of(&mut self, id: AccountId) -> Result<Option<i64>, DatabaseError> {
        let user = self
            .prepared_scalar("select id from users where account_id = $1")
            .bind(id.0)
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(user)
    }

    /// Those of these accounts whose role carries a staff permission (`users (account_id)`, primary key of `user_roles`).
    pub async fn staff_among(&mut self, accounts: &[i64]) -> Result<Vec<AccountId>, DatabaseError> {
        const SQL: &str = "select u.account_id from users u join user_roles r on r.id = u.role_id \
            where u.account_id = any($1) and r.permissions & ~$2::bigint <> 0";
        let inviting = INVITE_USERS | INVITE_BYPASS_APPROVAL;
        Ok(self.prepared_scalar(SQL).bind(accounts).bind(inviting).fetch_all(&mut *self.tx).await?)
    }

    /// A remote server (`instances (domain)`, `domain_blocks (domain)`): the longest rule for the host or a parent holds.
    pub async fn server(&mut self, domain: &str) -> Result<ServerFacts, DatabaseError> {
        let labels: Vec<&str> = domain.split('.').collect();
        let names: Vec<String> = (0..labels.len()).map(|from| labels[from..].join(".")).collect();
        let accounts: Option<i64> = self
            .prepared_scalar("select accounts_count from instances where domain = $1")
            .bind(domain)
            .fetch_optional(&mut *self.tx)
            .await?;
        let block: Option<(String, Option<i32>)> = self.prepared_as(
            "select domain, severity from domain_blocks where domain = any($1) order by char_length(domain) desc limit 1",
        )
        .bind(&names)
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(ServerFacts { accounts, block: block.map(|(domain, severity)| (domain, severity.unwrap_or(0))) })
    }

    /// Its strikes, newest first (`account_warnings (target_account_id)`, `appeals (account_warning_id)`).
    pub async fn strikes(&mut self, id: AccountId) -> Result<Vec<StrikeRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select w.id, w.action, w.account_id, m.username, w.text, ",
            ms!("w.created_at"),
            ", w.overruled_at is not null, p.id is not null, p.approved_at is not null, p.rejected_at is not null \
             from account_warnings w left join accounts m on m.id = w.account_id \
             left join appeals p on p.account_warning_id = w.id \
             where w.target_account_id = $1 order by w.id desc limit 21",
        );
        type Row = (i64, i32, Option<i64>, Option<String>, String, i64, bool, bool, bool, bool);
        let rows: Vec<Row> = self.prepared_as(SQL).bind(id.0).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|(id, action, by, by_username, text, at, overruled, appealed, approved, rejected)| StrikeRow {
                id,
                action,
                by: by.map(AccountId),
                by_username,
                text,
                created_at: Timestamp(at),
                overruled,
                appeal: appealed.then_some(if approved {
                    Some(true)
                } else if rejected {
                    Some(false)
                } else {
                    None
                }),
            })
            .collect())
    }

    /// An account by its exact handle (unique index on `lower(username), coalesce(lower(domain), '')`).
    pub async fn by_handle(
        &mut self,
        username: &str,
        domain: Option<&str>,
    ) -> Result<Option<AccountId>, DatabaseError> {
        const SQL: &str = "select id from accounts where lower((username)::text) = lower($1) \
            and coalesce(lower((domain)::text), ''::text) = lower($2) and id > 0";
        let domain = domain.unwrap_or_default();
        Ok(self.prepared_scalar(SQL).bind(username).bind(domain).fetch_optional(&mut *self.tx).await?)
    }

    /// Accounts whose name begins so (the same index, in its own order from the prefix on; the filter makes it right in
    /// every collation).
    ///
    /// The inner select has no upper bound on purpose. With one PostgreSQL expects a single row of the range, fetches all
    /// of them and sorts: half a second for a name that 40,000 accounts begin with. Without one it walks the index and
    /// stops after sixty. Where `public` says so, they are those alone who have a page that anybody can read
    /// (`users (account_id)`, one by one).
    pub async fn by_prefix(&mut self, prefix: &str, public: bool) -> Result<Vec<AccountHit>, DatabaseError> {
        macro_rules! beginning {
            ($release:tt,) => {
                concat!(
                    "select a.id, a.username || coalesce('@' || a.domain, '') as acct, left(a.display_name, 500) as display_name, \
            coalesce(u.disabled, false) as disabled, a.sensitized_at is not null as sensitized, \
            a.silenced_at is not null as silenced, a.suspended_at is not null as suspended, a.deleted, ",
                    joining!(),
                    " from (select id, username, domain, display_name, sensitized_at, silenced_at, suspended_at, ",
                    deleted!($release, "accounts"),
                    " as deleted from accounts \
            where lower((username)::text) >= $1 and (not $3::boolean or not exists (select from users w \
            where w.account_id = accounts.id and not (w.approved and w.confirmed_at is not null))) \
            order by lower((username)::text), coalesce(lower((domain)::text), ''::text) limit 60) a \
            left join users u on u.account_id = a.id where lower((a.username)::text) like $2 and a.id > 0 \
            order by lower((a.username)::text), coalesce(lower((a.domain)::text), ''::text) limit 20"
                )
            };
        }
        let sql = by_release!(self.extras, beginning,);
        let prefix = prefix.to_lowercase();
        let like = format!("{}%", prefix.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        Ok(query_as(sql).bind(&prefix).bind(like).bind(public).fetch_all(&mut *self.tx).await?)
    }
}
