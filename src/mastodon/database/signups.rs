//! People who asked to join and wait for a decision.

use super::{DatabaseError, Hidden, Read, ms, query_as};
use crate::{clock::Timestamp, id::AccountId, nouns::domain_blocks::Domain};
use ipnet::IpNet;
use std::collections::HashMap;

/// Somebody who waits (`users.approved` is false).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSignUp {
    /// `users.id`
    pub user: i64,
    pub account: AccountId,
    pub username: String,
    pub asked_at: Timestamp,
    /// Whether the mail address is confirmed; only then Mastodon tells its staff.
    pub confirmed: bool,
    /// When the confirmation mail went out: seven days later Mastodon deletes who has not confirmed
    /// (`app/workers/scheduler/user_cleanup_scheduler.rb`).
    pub confirmation_sent_at: Option<Timestamp>,
    pub locale: Option<String>,
    pub email: Hidden,
    pub address: Option<Hidden>,
    /// Why they want to join, shortened to 2,000 characters; empty where nothing was asked.
    pub reason: String,
    /// What the reason is compared by ([`crate::text::alike::fingerprint`]).
    pub words: Option<u64>,
    /// Who invited them, where an invitation was used that is still there.
    pub inviter: Option<String>,
    /// … and their account.
    pub inviter_account: Option<AccountId>,
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
    inviter_account: Option<i64>,
}

impl From<Row> for PendingSignUp {
    fn from(row: Row) -> Self {
        Self {
            user: row.user,
            account: AccountId(row.account),
            username: row.username,
            asked_at: Timestamp(row.asked_at),
            confirmed: row.confirmed,
            confirmation_sent_at: row.confirmation_sent_at.map(Timestamp),
            locale: row.locale,
            email: Hidden::new(row.email),
            address: row.address.map(Hidden::new),
            words: row.reason.as_deref().and_then(crate::text::alike::fingerprint),
            reason: row.reason.unwrap_or_default(),
            inviter: row.inviter,
            inviter_account: row.inviter_account.map(AccountId),
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
             where i.id = u.invite_id) as inviter, (select iu.account_id from invites i join users iu on iu.id = i.user_id \
             where i.id = u.invite_id) as inviter_account from users u left join accounts a on a.id = u.account_id ",
            $rest
        )
    };
}

/// The newest sign-ups that are looked at for what they have in common.
pub const NEWEST: i64 = 5_000;

/// Networks of which no visitor's address is: loopback, private, link-local and shared ones (RFC 1122, 1918, 3927, 4193,
/// 4291, 6598).
pub fn no_visitors() -> impl Iterator<Item = IpNet> {
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::/127",
        "fc00::/7",
        "fe80::/10",
    ]
    .into_iter()
    .filter_map(|network| network.parse().ok())
}

/// Whom a rule about sign-ups would meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// People who are in: with such a mail address, or known to have come from such an address.
    pub members: i64,
    pub waiting: i64,
    /// Of those who signed up within the last thirty days.
    pub recent: i64,
}

/// From which addresses those came who were let in lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// People looked at who were let in and have an address; 0 where no two of them have the same.
    pub all: i64,
    /// There were more sign-ups than are looked at.
    pub more: bool,
    /// The addresses of several of them, as [`Hidden::range`] has them.
    pub shared: Vec<(Hidden, i64)>,
}

impl Read {
    /// From which addresses those signed up since then who are here: let in before `until` with a confirmed mail address, and not
    /// suspended since. Of the newest sign-ups (primary key of `users` backwards, then `accounts` by number).
    ///
    /// Those who wait do not count, nor who came just now: on a small server a wave would be common by itself.
    pub async fn origins(&mut self, since: Timestamp, until: Timestamp) -> Result<Origins, DatabaseError> {
        // As [`Hidden::range`]: a /64 of IPv6 is one address.
        const SQL: &str = "with newest as materialized (select account_id, sign_up_ip as ip, created_at, \
             approved and confirmed_at is not null as there from users order by id desc limit $3), \
            lately as (select * from newest where created_at >= to_timestamp($1 / 1000.0) at time zone 'utc'), \
            settled as materialized (select account_id, case when family(ip) = 6 and not ip <<= '::ffff:0:0/96' \
             then network(set_masklen(ip, 64)) else ip end as range from lately \
             where there and ip is not null and created_at < to_timestamp($2 / 1000.0) at time zone 'utc' \
             and not exists (select from accounts a where a.id = lately.account_id and a.suspended_at is not null)), \
            several as (select range from settled group by range having count(*) > 1) \
            select host(s.range), count(*), (select count(*) from settled), (select count(*) from lately) \
            from settled s join several using (range) group by s.range";
        let rows: Vec<(String, i64, i64, i64)> =
            query_as(SQL).bind(since.0).bind(until.0).bind(NEWEST).fetch_all(&mut *self.tx).await?;
        let mut origins = Origins {
            all: rows.first().map_or(0, |(_, _, all, _)| *all),
            more: rows.first().is_some_and(|(.., looked_at)| *looked_at >= NEWEST),
            shared: Vec::new(),
        };
        let mut ranges: HashMap<Hidden, i64> = HashMap::new();
        for (address, number, ..) in rows {
            *ranges.entry(Hidden::new(address).range()).or_default() += number;
        }
        origins.shared.extend(ranges.into_iter().filter(|(_, number)| *number > 1));
        origins.shared.sort_by_key(|(range, number)| (std::cmp::Reverse(*number), range.masked()));
        Ok(origins)
    }

    /// Whom a rule about a mail domain would meet, its own and what lies below it (a scan of `users`, which has no index by
    /// the end of a mail address).
    pub async fn met_by_mail(&mut self, domain: &Domain, since: Timestamp) -> Result<Met, DatabaseError> {
        const SQL: &str = "select count(case when approved then 1 end), count(case when not approved then 1 end), \
            count(case when created_at >= to_timestamp($2 / 1000.0) at time zone 'utc' then 1 end) from users \
            where right(lower(email), char_length($1) + 1) in ('@' || $1, '.' || $1)";
        let (members, waiting, recent) =
            query_as(SQL).bind(domain.as_str()).bind(since.0).fetch_one(&mut *self.tx).await?;
        Ok(Met { members, waiting, recent })
    }

    /// Whom a rule about addresses would meet: who is in and signed up, signed in or has a session from there (the view
    /// `user_ips`; Mastodon forgets after a year, `app/workers/scheduler/ip_cleanup_scheduler.rb`), who waits and asked from
    /// there, and who signed up from there since then (scans of `users`, `session_activations` and `login_activities`).
    pub async fn met_by_address(&mut self, network: &str, since: Timestamp) -> Result<Met, DatabaseError> {
        const SQL: &str = "select (select count(distinct i.user_id) from user_ips i join users u on u.id = i.user_id \
             where i.ip <<= $1::inet and u.approved), count(case when not approved then 1 end), \
            count(case when created_at >= to_timestamp($2 / 1000.0) at time zone 'utc' then 1 end) from users \
            where sign_up_ip <<= $1::inet";
        let (members, waiting, recent) = query_as(SQL).bind(network).bind(since.0).fetch_one(&mut *self.tx).await?;
        Ok(Met { members, waiting, recent })
    }

    /// The newest user id there is (primary key backwards); 0 for none.
    pub async fn newest_user(&mut self) -> Result<i64, DatabaseError> {
        let id: Option<i64> = self.prepared_scalar("select max(id) from users").fetch_one(&mut *self.tx).await?;
        Ok(id.unwrap_or(0))
    }

    /// Those who wait above a user id, oldest first (primary key).
    pub async fn pending_above(&mut self, id: i64, limit: i64) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.id > $1 and not u.approved order by u.id limit $2");
        let rows: Vec<Row> = self.prepared_as(SQL).bind(id).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// Those of these users who wait (primary key).
    pub async fn pending_among(&mut self, ids: &[i64]) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.id = any($1) and not u.approved order by u.id");
        let rows: Vec<Row> = self.prepared_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// The newest who wait: the full scan that fills a waiting list and reconciles it.
    pub async fn newest_pending(&mut self, limit: i64) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where not u.approved order by u.id desc limit $1");
        let rows: Vec<Row> = self.prepared_as(SQL).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// One account's sign-up, as long as it waits (`users (account_id)`).
    pub async fn pending_sign_up(&mut self, account: AccountId) -> Result<Option<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.account_id = $1 and not u.approved");
        let row: Option<Row> = self.prepared_as(SQL).bind(account.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(PendingSignUp::from))
    }

    /// Those of these accounts who wait (`users (account_id)`).
    pub async fn pending_of(&mut self, accounts: &[i64]) -> Result<Vec<PendingSignUp>, DatabaseError> {
        const SQL: &str = pending!("where u.account_id = any($1) and not u.approved order by u.id");
        let rows: Vec<Row> = self.prepared_as(SQL).bind(accounts).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PendingSignUp::from).collect())
    }

    /// Whether a login is approved; `None` where it is gone (primary key of `users`).
    pub async fn is_approved(&mut self, user: i64) -> Result<Option<bool>, DatabaseError> {
        let approved = self
            .prepared_scalar("select approved from users where id = $1")
            .bind(user)
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(approved)
    }
}
