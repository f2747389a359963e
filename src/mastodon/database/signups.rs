//! People who asked to join and wait for a decision.

use super::{DatabaseError, Hidden, Read, ms, query_as, query_scalar};
use crate::{clock::Instant, id::AccountId};

/// Somebody who waits (`users.approved` is false).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSignUp {
    /// `users.id`
    pub user: i64,
    pub account: AccountId,
    pub username: String,
    pub asked_at: Instant,
    /// Whether the mail address is confirmed; only then Mastodon tells its staff.
    pub confirmed: bool,
    /// When the confirmation mail went out: seven days later Mastodon deletes who has not confirmed
    /// (`app/workers/scheduler/user_cleanup_scheduler.rb`).
    pub confirmation_sent_at: Option<Instant>,
    pub locale: Option<String>,
    pub email: Hidden,
    pub address: Option<Hidden>,
    /// Why they want to join, shortened to 2,000 characters; empty where nothing was asked.
    pub reason: String,
    /// What the reason is compared by ([`crate::text::alike::fingerprint`]).
    pub words: Option<u64>,
    /// Who invited them, where an invitation was used.
    pub inviter: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    user: i64,
    account: i64,
    username: String,
    asked_at: i64,
    confirmed: bool,
    confirmation_sent_at: Option<i64>,
    locale: Option<String>,
    email: String,
    address: Option<String>,
    reason: Option<String>,
    inviter: Option<String>,
}

impl From<Row> for PendingSignUp {
    fn from(row: Row) -> Self {
        Self {
            user: row.user,
            account: AccountId(row.account),
            username: row.username,
            asked_at: Instant(row.asked_at),
            confirmed: row.confirmed,
            confirmation_sent_at: row.confirmation_sent_at.map(Instant),
            locale: row.locale,
            email: Hidden::new(row.email),
            address: row.address.map(Hidden::new),
            words: row.reason.as_deref().and_then(crate::text::alike::fingerprint),
            reason: row.reason.unwrap_or_default(),
            inviter: row.inviter,
        }
    }
}

/// The columns of somebody who waits; what follows says which. Reason and invitation hang on indexes
/// (`user_invite_requests (user_id)`, primary keys).
macro_rules! pending {
    ($rest:literal) => {
        concat!(
            "select u.id as user, u.account_id as account, coalesce(a.username, u.account_id || ' (gone)') as username, ",
            ms!("u.created_at"),
            " as asked_at, u.confirmed_at is not null as confirmed, ",
            ms!("u.confirmation_sent_at"),
            " as confirmation_sent_at, u.locale, u.email, host(u.sign_up_ip) as address, \
             (select left(q.text, 2000) from user_invite_requests q where q.user_id = u.id order by q.id limit 1) as reason, \
             (select ia.username from invites i join users iu on iu.id = i.user_id join accounts ia on ia.id = iu.account_id \
             where i.id = u.invite_id) as inviter from users u left join accounts a on a.id = u.account_id ",
            $rest
        )
    };
}

impl Read {
    /// The newest user id there is (primary key backwards); 0 for none.
    pub async fn newest_user(&mut self) -> Result<i64, DatabaseError> {
        let id: Option<i64> = query_scalar("select max(id) from users").fetch_one(&mut *self.tx).await?;
        Ok(id.unwrap_or(0))
    }

    /// Those who wait above a user id, oldest first (primary key).
    pub async fn pending_above(&mut self, id: i64, limit: i64) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.id > $1 and not u.approved order by u.id limit $2");
        let rows: Vec<Row> = query_as(SQL).bind(id).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// Those of these users who wait (primary key).
    pub async fn pending_among(&mut self, ids: &[i64]) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.id = any($1) and not u.approved order by u.id");
        let rows: Vec<Row> = query_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// The newest who wait: the full scan that fills a waiting list and reconciles it.
    pub async fn newest_pending(&mut self, limit: i64) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where not u.approved order by u.id desc limit $1");
        let rows: Vec<Row> = query_as(SQL).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// One account's sign-up, as long as it waits (`users (account_id)`).
    pub async fn pending_sign_up(&mut self, account: AccountId) -> Result<Option<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.account_id = $1 and not u.approved");
        let row: Option<Row> = query_as(SQL).bind(account.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(PendingSignUp::from))
    }

    /// Those of these accounts who wait (`users (account_id)`).
    pub async fn pending_of(&mut self, accounts: &[i64]) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.account_id = any($1) and not u.approved order by u.id");
        let rows: Vec<Row> = query_as(SQL).bind(accounts).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// Whether a login is approved; `None` where it is gone (primary key of `users`).
    pub async fn is_approved(&mut self, user: i64) -> Result<Option<bool>, DatabaseError> {
        let approved =
            query_scalar("select approved from users where id = $1").bind(user).fetch_optional(&mut *self.tx).await?;
        Ok(approved)
    }
}
