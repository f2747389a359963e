//! What else an account's page shows: since when and by whom, how they came, where they were seen from, what they reported.

use super::{DatabaseError, Hidden, Read, ms};
use crate::{
    clock::Timestamp,
    id::{AccountId, ReportId},
    nouns::reports::Category,
};

/// Addresses that are shown, newest first.
pub const MOST_ADDRESSES: i64 = 30;
/// So many sessions are shown; one more is read.
pub const MOST_SESSIONS: i64 = 20;

/// When the sanctions in force began, and whether the account's own server suspended it.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct SanctionsSince {
    pub suspended: Option<Timestamp>,
    pub silenced: Option<Timestamp>,
    pub sensitized: Option<Timestamp>,
    pub suspended_by_its_server: bool,
}

/// A row of Mastodon's log about an account or its login.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LoggedAbout {
    pub id: i64,
    pub action: String,
    pub at: Timestamp,
    /// `admin_action_logs.account_id`
    pub by: Option<AccountId>,
    pub by_username: Option<String>,
}

/// How somebody came.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SignUpData {
    pub user: i64,
    pub at: Timestamp,
    pub locale: Option<String>,
    pub confirmed_at: Option<Timestamp>,
    /// What they wrote when they asked to join.
    pub words: Option<String>,
}

/// An address somebody was seen from.
#[derive(Clone, Debug)]
pub struct SeenFrom {
    pub address: Hidden,
    pub used_at: Timestamp,
}

/// A web session.
#[derive(Clone, Debug)]
pub struct WebSession {
    pub since: Timestamp,
    /// Mastodon renews it once a day.
    pub last: Timestamp,
    pub address: Option<Hidden>,
    pub agent: String,
}

/// A report that somebody made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportMade {
    pub id: ReportId,
    pub target: AccountId,
    pub target_acct: String,
    #[sqlx(try_from = "i32")]
    pub category: Category,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// Whether the reported account got a strike after it.
    pub right: bool,
}

impl Read {
    /// Since when the sanctions on an account are in force (primary key).
    pub async fn sanctions_since(&mut self, id: AccountId) -> Result<SanctionsSince, DatabaseError> {
        const SQL: &str = concat!(
            "select ",
            ms!("suspended_at"),
            " as suspended, ",
            ms!("silenced_at"),
            " as silenced, ",
            ms!("sensitized_at"),
            " as sensitized, coalesce(suspension_origin = 1, false) as suspended_by_its_server \
             from accounts where id = $1"
        );
        Ok(self.prepared_as(SQL).bind(id).fetch_optional(&mut *self.tx).await?.unwrap_or_default())
    }

    /// What Mastodon's log says of an account and its login, newest first
    /// (`admin_action_logs (target_type, target_id)`).
    pub async fn logged_about(&mut self, id: AccountId, user: Option<i64>) -> Result<Vec<LoggedAbout>, DatabaseError> {
        const SQL: &str = concat!(
            "select l.id, l.action, ",
            ms!("l.created_at"),
            " as at, l.account_id as by, a.username as by_username \
             from ((select id, action, created_at, account_id from admin_action_logs \
             where target_type = 'Account' and target_id = $1 order by id desc limit 50) union all \
             (select id, action, created_at, account_id from admin_action_logs \
             where target_type = 'User' and target_id = $2 order by id desc limit 50)) l \
             left join accounts a on a.id = l.account_id order by l.id desc"
        );
        Ok(self.prepared_as(SQL).bind(id).bind(user).fetch_all(&mut *self.tx).await?)
    }

    /// How somebody with a login here came (`users (account_id)`, `user_invite_requests (user_id)`).
    pub async fn sign_up_data(&mut self, id: AccountId) -> Result<Option<SignUpData>, DatabaseError> {
        const SQL: &str = concat!(
            "select u.id as user, ",
            ms!("u.created_at"),
            " as at, u.locale, ",
            ms!("u.confirmed_at"),
            " as confirmed_at, \
             (select left(r.text, 501) from user_invite_requests r where r.user_id = u.id order by r.id limit 1) as words \
             from users u where u.account_id = $1 limit 1"
        );
        Ok(self.prepared_as(SQL).bind(id).fetch_optional(&mut *self.tx).await?)
    }

    /// The addresses somebody was seen from, newest first, and one more than are shown: the view `user_ips` for one login
    /// (`users`, `session_activations (user_id)`, `login_activities (user_id)`).
    pub async fn seen_from(&mut self, user: i64) -> Result<Vec<SeenFrom>, DatabaseError> {
        const SQL: &str = concat!(
            "select host(ip), ",
            ms!("used_at"),
            " from user_ips where user_id = $1 and ip is not null and used_at is not null \
             order by used_at desc, ip limit $2"
        );
        let rows: Vec<(String, i64)> =
            self.prepared_as(SQL).bind(user).bind(MOST_ADDRESSES + 1).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(|(ip, at)| SeenFrom { address: Hidden::new(ip), used_at: Timestamp(at) }).collect())
    }

    /// Somebody's web sessions, newest first, and one more than are shown: Mastodon keeps ten
    /// (`session_activations (user_id)`).
    pub async fn web_sessions(&mut self, user: i64) -> Result<Vec<WebSession>, DatabaseError> {
        const SQL: &str = concat!(
            "select ",
            ms!("created_at"),
            ", ",
            ms!("updated_at"),
            ", host(ip), left(user_agent, 300) from session_activations where user_id = $1 order by updated_at desc limit $2"
        );
        let rows: Vec<(i64, i64, Option<String>, String)> =
            self.prepared_as(SQL).bind(user).bind(MOST_SESSIONS + 1).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|(since, last, ip, agent)| WebSession {
                since: Timestamp(since),
                last: Timestamp(last),
                address: ip.map(Hidden::new),
                agent,
            })
            .collect())
    }

    /// The latest reports somebody made (`reports (account_id)`, `account_warnings (target_account_id)`).
    pub async fn reports_made(&mut self, by: AccountId) -> Result<Vec<ReportMade>, DatabaseError> {
        const SQL: &str = concat!(
            "select r.id, r.target_account_id as target, \
             coalesce(t.username || coalesce('@' || t.domain, ''), r.target_account_id || ' (gone)') as target_acct, \
             r.category, ",
            ms!("r.created_at"),
            " as created_at, ",
            ms!("r.action_taken_at"),
            " as closed_at, exists (select from account_warnings w where w.target_account_id = r.target_account_id \
             and w.created_at between r.action_taken_at - interval '1 minute' and r.action_taken_at + interval '1 minute') \
             as right from reports r left join accounts t on t.id = r.target_account_id \
             where r.account_id = $1 order by r.id desc limit 10"
        );
        Ok(self.prepared_as(SQL).bind(by).fetch_all(&mut *self.tx).await?)
    }
}
