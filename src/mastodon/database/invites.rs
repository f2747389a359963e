//! Invitations (`app/models/invite.rb`): what is there, who owns it, who came with it, and the two writes Mastodon has no
//! API for.

use super::{
    Database, DatabaseError, Read, There, by_release, deleted, lacks_second_factor, ms, query, query_as, query_scalar,
};
use crate::{
    access::{Permission, Permit},
    clock::{HOUR, Timestamp},
    deeds::IssueInvite,
    id::{AccountId, InviteId},
    nouns::{
        permissions::{INVITE_BYPASS_APPROVAL, INVITE_USERS},
        reports::AccountState,
    },
};
use std::time::Duration;
use tokio::time::Instant as Tick;

/// How many invitations one slice of the primary key holds.
const SLICE: i64 = 5_000;
/// How many are read at once.
const AT_ONCE: usize = 200;
/// How many ids of logins one slice of the primary key holds.
const LOGINS: i64 = 50_000;
/// How long a window is looked for.
const LONG_ENOUGH: Duration = Duration::from_millis(150);
/// Ids are handed out before their rows are written: so many beside the one found may be of the same time.
const BESIDE: i64 = 100;
/// Nobody counts further.
const MOST_COUNTED: i64 = 100;

/// What an invitation's link ends with: whoever knows it can use it. Shown to those who manage invitations.
#[derive(Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct InviteCode(String);

impl std::fmt::Debug for InviteCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[code]")
    }
}

impl InviteCode {
    /// The code itself, for somebody with the permit to manage invitations.
    pub fn clear(&self, permit: &Permit) -> Option<&str> {
        (permit.permission() == Permission::ManageInvitations).then_some(self.0.as_str())
    }

    /// Whether it is one that is known already.
    pub fn is(&self, code: &str) -> bool {
        self.0 == code
    }

    /// `aB••••••`
    pub fn masked(&self) -> String {
        self.0.chars().take(2).chain(std::iter::repeat_n('•', 6)).collect()
    }
}

/// Whether an account may invite, and whether its invitations work (`app/models/user.rb#functional?`,
/// `app/models/user_role.rb#computed_permissions`).
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Inviter {
    pub account: i64,
    pub username: String,
    confirmed: bool,
    approved: bool,
    disabled: bool,
    suspended: bool,
    /// `None` where the console may not read it, as with the second factor.
    deleted: Option<bool>,
    memorial: bool,
    moved: bool,
    lacks_second_factor: Option<bool>,
    own: Option<i64>,
    everyone: i64,
    /// 4.6 and later: who comes with an invitation waits for review unless its owner may spare it.
    #[sqlx(skip)]
    reviews: bool,
}

impl Inviter {
    pub fn id(&self) -> AccountId {
        AccountId(self.account)
    }

    /// Why no invitation of this account works, in a few words; `None` where they work.
    pub fn trouble(&self) -> Option<&'static str> {
        [
            (self.deleted == Some(true) && !self.suspended, "marked as deleted"),
            (self.deleted == Some(true), "suspended, its data gone"),
            (self.suspended, "suspended"),
            (self.disabled, "frozen"),
            (!self.confirmed, "email address not confirmed"),
            (!self.approved, "not approved"),
            (self.memorial, "a memorial"),
            (self.moved, "moved away"),
            (self.lacks_second_factor == Some(true), "without the second factor its role needs"),
        ]
        .into_iter()
        .find_map(|(true_of_it, words)| true_of_it.then_some(words))
    }

    /// What would be trouble and cannot be read, in a clause; nothing where there is trouble enough.
    pub fn doubt(&self) -> Option<&'static str> {
        match (self.trouble(), self.deleted, self.lacks_second_factor) {
            (Some(_), ..) => None,
            (None, None, _) => Some("not known whether its owner deleted the account"),
            (None, _, None) => Some("not known whether its owner lacks the second factor that the role may want"),
            (None, Some(_), Some(_)) => None,
        }
    }

    fn can(&self, bit: i64) -> bool {
        let own = self.own.unwrap_or(0);
        own & 1 == 1 || (own | self.everyone) & bit == bit
    }

    /// Whether Mastodon would let it make an invitation.
    pub fn may_invite(&self) -> bool {
        self.can(INVITE_USERS)
    }

    /// Whether whoever comes with its invitations is let in without review: everybody’s until 4.5, since 4.6 only those of
    /// people whose role says so.
    pub fn spares_review(&self) -> bool {
        !self.reviews || self.can(INVITE_BYPASS_APPROVAL)
    }
}

/// One invitation.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Invite {
    pub id: InviteId,
    pub code: InviteCode,
    #[sqlx(flatten)]
    pub inviter: Inviter,
    pub uses: i32,
    pub max_uses: Option<i32>,
    pub autofollow: bool,
    pub comment: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// By the clock of the instance’s database.
    pub expired: bool,
}

impl Invite {
    pub fn used_up(&self) -> bool {
        self.max_uses.is_some_and(|most| self.uses >= most)
    }

    /// Whether it goes on: neither over nor used up. Whether it works depends on its owner as well.
    pub fn goes_on(&self) -> bool {
        !self.expired && !self.used_up()
    }
}

/// What a list of invitations is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usable {
    Any,
    /// It works.
    Yes,
    /// Neither over nor used up, and its owner is not functional.
    OwnerIsNot,
    UsedUp,
    Expired,
    /// Neither over nor used up, whatever its owner.
    GoesOn,
}

impl Usable {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Yes => "usable",
            Self::OwnerIsNot => "owner",
            Self::UsedUp => "used up",
            Self::Expired => "expired",
            Self::GoesOn => "goes on",
        }
    }
}

/// A part of the list that was read backwards until it was full or time was up.
#[derive(Clone, Debug, Default)]
pub struct InviteWindow {
    pub invites: Vec<Invite>,
    /// Where to go on: everything from here on has been looked at. `None` at the end of the table.
    pub edge: Option<InviteId>,
    /// Time was up before the page was full: when the invitations at the edge were made.
    pub looked_to: Option<Timestamp>,
}

/// Somebody who came with an invitation.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CameWith {
    /// `users.id`
    pub user: i64,
    pub account: i64,
    pub username: String,
    pub came_at: Timestamp,
    pub approved: bool,
    pub confirmed: bool,
    #[sqlx(flatten)]
    pub state: AccountState,
    /// Up to a hundred
    pub reports: i64,
    pub strikes: i64,
}

/// Those who came with an invitation, in the order they came.
#[derive(Clone, Debug, Default)]
pub struct CameWindow {
    pub people: Vec<CameWith>,
    /// The login after which to go on; `None` where all have been looked at.
    pub edge: Option<i64>,
    /// Time was up before the page was full: when the login at the edge was made.
    pub looked_to: Option<Timestamp>,
}

/// Somebody who came with an invitation, and whose that was.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Invitee {
    /// `users.id`
    pub login: i64,
    pub account: i64,
    pub inviter: i64,
    /// The name of whoever invited.
    pub name: String,
}

/// How an account stands, as far as it matters to those whom it invited, or who came with it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Stands {
    pub account: i64,
    pub username: String,
    pub suspended: bool,
    pub silenced: bool,
    /// Its data is gone, or it has no login any more; `None` where the console may not read whether its owner deleted it.
    pub gone: Option<bool>,
}

/// What an account has to do with invitations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationsOf {
    /// The invitation it came with, and whose that was.
    pub came_with: Option<(InviteId, AccountId, String)>,
    /// Invitations of its own that go on, up to a hundred.
    pub go_on: i64,
    pub owns_any: bool,
}

/// The columns of whoever owns an invitation, from `u`, `a`, `r` and `e`.
macro_rules! inviter {
    ($release:tt) => {
        concat!(
            "a.id as account, a.username, u.confirmed_at is not null as confirmed, u.approved, u.disabled, \
         a.suspended_at is not null as suspended, ",
            deleted!($release, "a"),
            " as deleted, a.memorial, a.moved_to_account_id is not null as moved, ",
            lacks_second_factor!($release),
            " as lacks_second_factor, r.permissions as own, coalesce(e.permissions, 0) as everyone "
        )
    };
}

/// The role of `u`, and everyone's.
macro_rules! roles {
    () => {
        "left join user_roles r on r.id = u.role_id left join user_roles e on e.id = -99 "
    };
}

/// The columns of an invitation; what follows says which.
macro_rules! invite {
    ($release:tt, $($rest:tt)*) => {
        concat!(
            "select n.*, ",
            inviter!($release),
            "from (select i.id, i.code, i.user_id, i.uses, i.max_uses, i.autofollow, left(coalesce(i.comment, ''), 420) as comment, ",
            ms!("i.created_at"),
            " as created_at, ",
            ms!("i.expires_at"),
            " as expires_at, coalesce(i.expires_at < now() at time zone 'utc', false) as expired from invites i ",
            $($rest)*,
            ") n join users u on u.id = n.user_id join accounts a on a.id = u.account_id ",
            roles!(),
            "order by n.id desc"
        )
    };
}

/// Whether an invitation `i` fits the word in `$1`; the owner is looked at where only that is left to know. One that nothing
/// speaks against as far as may be read is listed with those that work, and says what is not known.
macro_rules! fits {
    ($release:tt) => {
        concat!(
            "case when $1 = 'any' then true \
         when i.expires_at < now() at time zone 'utc' then $1 = 'expired' \
         when i.uses >= i.max_uses then $1 = 'used up' \
         when $1 = 'goes on' then true when $1 in ('expired', 'used up') then false \
         else ($1 = 'usable') = (select coalesce(u.confirmed_at is not null and u.approved and not u.disabled \
         and a.suspended_at is null and not a.memorial and a.moved_to_account_id is null and not ",
            deleted!($release, "a"),
            " and not (",
            lacks_second_factor!($release),
            "), true) from users u join accounts a on a.id = u.account_id ",
            roles!(),
            "where u.id = i.user_id) end"
        )
    };
}

/// The invitations after some condition that fit the word in `$1`, at most `$2` of them.
macro_rules! fitting {
    ($release:tt, $condition:literal) => {
        invite!($release, $condition, " and ", fits!($release), " order by i.id desc limit $2")
    };
}

/// An account as somebody who may invite.
macro_rules! may_invite {
    ($release:tt, $condition:literal) => {
        concat!(
            "select ",
            inviter!($release),
            "from users u join accounts a on a.id = u.account_id ",
            roles!(),
            $condition
        )
    };
}

impl Read {
    /// One invitation (primary key).
    pub async fn invite(&mut self, id: InviteId) -> Result<Option<Invite>, DatabaseError> {
        let sql = by_release!(self.extras, invite, "where i.id = $1");
        let row: Option<Invite> = self.prepared_as(sql).bind(id.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|row| self.reviewed(row)))
    }

    /// These invitations, newest first (primary key).
    pub async fn invites_among(&mut self, ids: &[i64]) -> Result<Vec<Invite>, DatabaseError> {
        let sql = by_release!(self.extras, invite, "where i.id = any($1)");
        let rows: Vec<Invite> = self.prepared_as(sql).bind(ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(|row| self.reviewed(row)).collect())
    }

    /// An invitation by its code, exactly (unique index on `code`).
    pub async fn invite_by_code(&mut self, code: &str) -> Result<Option<Invite>, DatabaseError> {
        let sql = by_release!(self.extras, invite, "where i.code = $1");
        let row: Option<Invite> = self.prepared_as(sql).bind(code).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|row| self.reviewed(row)))
    }

    /// The invitations of one account below an id that fit, newest first (`users (account_id)`, `invites (user_id)`).
    pub async fn invites_of(
        &mut self,
        owner: AccountId,
        usable: Usable,
        before: Option<InviteId>,
        page: usize,
    ) -> Result<InviteWindow, DatabaseError> {
        let sql = by_release!(
            self.extras,
            fitting,
            "where i.user_id in (select o.id from users o where o.account_id = $3 limit 10) and i.id < $4"
        );
        let rows: Vec<Invite> = query_as(sql)
            .bind(usable.name())
            .bind(i64::try_from(page).unwrap_or(i64::MAX))
            .bind(owner.0)
            .bind(before.map_or(i64::MAX, |id| id.0))
            .fetch_all(&mut *self.tx)
            .await?;
        let invites: Vec<Invite> = rows.into_iter().map(|row| self.reviewed(row)).collect();
        let edge = invites.last().map(|last| last.id).filter(|_| invites.len() >= page);
        Ok(InviteWindow { invites, edge, looked_to: None })
    }

    /// Everybody’s invitations below an id that fit, newest first: read backwards in slices of the primary key until a page
    /// is full or 150 ms are over, with the edge it came to.
    pub async fn invites(
        &mut self,
        usable: Usable,
        before: Option<InviteId>,
        page: usize,
    ) -> Result<InviteWindow, DatabaseError> {
        const BELOW: &str =
            "select min(id) from (select id from invites where id < $1 order by id desc limit $2) slice";
        const MADE: &str = concat!("select ", ms!("created_at"), " from invites where id = $1");
        let sql = by_release!(self.extras, fitting, "where i.id >= $3 and i.id < $4");
        let began = Tick::now();
        let mut window = InviteWindow::default();
        let mut upper = before.map_or(i64::MAX, |id| id.0);
        loop {
            let lower: Option<i64> = query_scalar(BELOW).bind(upper).bind(SLICE).fetch_one(&mut *self.tx).await?;
            let Some(lower) = lower else {
                window.edge = None;
                return Ok(window);
            };
            // Few at a time: for many PostgreSQL would rather read all logins than look their owners up.
            let wanted = (page - window.invites.len()).min(AT_ONCE);
            let rows: Vec<Invite> = query_as(sql)
                .bind(usable.name())
                .bind(i64::try_from(wanted).unwrap_or(i64::MAX))
                .bind(lower)
                .bind(upper)
                .fetch_all(&mut *self.tx)
                .await?;
            let full = rows.len() == wanted;
            window.invites.extend(rows.into_iter().map(|row| self.reviewed(row)));
            if full {
                window.edge = window.invites.last().map(|last| last.id);
                if window.invites.len() >= page {
                    return Ok(window);
                }
                upper = window.edge.map_or(lower, |edge| edge.0);
                continue;
            }
            upper = lower;
            window.edge = Some(InviteId(lower));
            if began.elapsed() >= LONG_ENOUGH {
                let made: Option<i64> = query_scalar(MADE).bind(lower).fetch_optional(&mut *self.tx).await?;
                window.looked_to = made.map(Timestamp);
                return Ok(window);
            }
        }
    }

    /// Whether an account may invite, and whether what it makes works (`users (account_id)`).
    pub async fn inviter(&mut self, account: AccountId) -> Result<Option<Inviter>, DatabaseError> {
        let sql = by_release!(self.extras, may_invite, "where u.account_id = $1 order by u.id limit 1");
        let row: Option<Inviter> = self.prepared_as(sql).bind(account.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|inviter| Inviter { reviews: self.reviews(), ..inviter }))
    }

    fn reviewed(&self, mut invite: Invite) -> Invite {
        invite.inviter.reviews = self.reviews();
        invite
    }

    /// Whether invited people may have to wait for review: since 4.6, whose roles have more columns, granted or not.
    fn reviews(&self) -> bool {
        self.extras.role_details != There::Not
    }

    /// Those who came with an invitation, in the order they came. `users.invite_id` has no index: logins between the first
    /// and the last moment it could be used are read in slices of the primary key, until a page is full, as many are found
    /// as it was used, or 150 ms are over.
    pub async fn came_with(
        &mut self,
        invite: &Invite,
        after: Option<i64>,
        page: usize,
    ) -> Result<CameWindow, DatabaseError> {
        const ENDS: &str = "select min(id), max(id) from users";
        macro_rules! came {
            ($release:tt,) => {
                concat!(
            "select u.id as user, a.id as account, a.username, ",
            ms!("u.created_at"),
            " as came_at, u.approved, u.confirmed_at is not null as confirmed, u.disabled, \
             a.sensitized_at is not null as sensitized, a.silenced_at is not null as silenced, \
             a.suspended_at is not null as suspended, ",
            deleted!($release, "a"),
            " as deleted, (select count(*) from (select from reports q where q.target_account_id = a.id limit $5) q) as reports, \
             (select count(*) from (select from account_warnings w where w.target_account_id = a.id limit $5) w) as strikes \
             from users u join accounts a on a.id = u.account_id \
             where u.id > $1 and u.id <= $2 and u.invite_id = $3 order by u.id limit $4"
        )
            };
        }
        let sql = by_release!(self.extras, came,);
        if invite.uses == 0 {
            return Ok(CameWindow::default());
        }
        let began = Tick::now();
        let ends: (Option<i64>, Option<i64>) = query_as(ENDS).fetch_one(&mut *self.tx).await?;
        let (Some(oldest), Some(newest)) = ends else { return Ok(CameWindow::default()) };
        // One slice holds all of a small server: nothing is saved by looking for its ends.
        let small = newest - oldest < LOGINS;
        let last = match invite.expires_at {
            Some(at) if !small => (self.first_login(at.plus(HOUR), oldest, newest).await? + BESIDE).min(newest),
            Some(_) | None => newest,
        };
        let mut low = match after {
            Some(after) => after,
            None if small => oldest - 1,
            None => self.first_login(invite.created_at.plus(-HOUR), oldest, newest).await? - BESIDE,
        };
        let mut window = CameWindow::default();
        loop {
            if low >= last {
                return Ok(CameWindow { edge: None, ..window });
            }
            let high = last.min(low.saturating_add(LOGINS));
            let wanted = page - window.people.len();
            let rows: Vec<CameWith> = query_as(sql)
                .bind(low)
                .bind(high)
                .bind(invite.id.0)
                .bind(i64::try_from(wanted).unwrap_or(i64::MAX))
                .bind(MOST_COUNTED)
                .fetch_all(&mut *self.tx)
                .await?;
            let full = rows.len() == wanted;
            window.people.extend(rows);
            if after.is_none() && i32::try_from(window.people.len()).is_ok_and(|found| found >= invite.uses) {
                return Ok(CameWindow { edge: None, ..window });
            }
            if full {
                window.edge = window.people.last().map(|last| last.user);
                return Ok(window);
            }
            low = high;
            window.edge = Some(high);
            if began.elapsed() >= LONG_ENOUGH {
                window.looked_to = self.login_made(high).await?;
                return Ok(window);
            }
        }
    }

    /// When the first login at or above an id was made (primary key).
    async fn login_made(&mut self, id: i64) -> Result<Option<Timestamp>, DatabaseError> {
        const SQL: &str = concat!("select ", ms!("created_at"), " from users where id >= $1 order by id limit 1");
        let at: Option<i64> = self.prepared_scalar(SQL).bind(id).fetch_optional(&mut *self.tx).await?;
        Ok(at.map(Timestamp))
    }

    /// The id from which on logins were made at an instant or later, found by bisection in the database: ids grow with time
    /// (primary key, a step for each halving).
    async fn first_login(&mut self, at: Timestamp, oldest: i64, newest: i64) -> Result<i64, DatabaseError> {
        const SQL: &str = "with recursive s (low, high) as (select $1::bigint, $2::bigint union all \
            select case when m.before then m.id + 1 else s.low end, \
            case when m.before then s.high else s.low + (s.high - s.low) / 2 end from s left join lateral \
            (select id, created_at < timestamp 'epoch' + $3 * interval '1 millisecond' as before from users \
            where id >= s.low + (s.high - s.low) / 2 order by id limit 1) m on true where s.low < s.high) \
            select low from s where low >= high limit 1";
        let found: Option<i64> =
            self.prepared_scalar(SQL).bind(oldest).bind(newest + 1).bind(at.0).fetch_optional(&mut *self.tx).await?;
        Ok(found.unwrap_or(oldest))
    }

    /// The last of the next so many logins above one (primary key); `None` above the newest.
    pub async fn logins_above(&mut self, above: i64, many: i64) -> Result<Option<i64>, DatabaseError> {
        const SQL: &str = "select max(id) from (select id from users where id > $1 order by id limit $2) next";
        Ok(self.prepared_scalar(SQL).bind(above).bind(many).fetch_one(&mut *self.tx).await?)
    }

    /// The login below so many of the newest (primary key); 0 where there are not as many.
    pub async fn login_below(&mut self, many: i64) -> Result<i64, DatabaseError> {
        const SQL: &str = "select id from users order by id desc offset $1 limit 1";
        let found: Option<i64> = self.prepared_scalar(SQL).bind(many).fetch_optional(&mut *self.tx).await?;
        Ok(found.unwrap_or(0))
    }

    /// Who came with an invitation that is still there, of the logins above one and up to another (a range of the primary
    /// key, whose owners are looked up by theirs).
    pub async fn invited_between(&mut self, above: i64, to: i64) -> Result<Vec<Invitee>, DatabaseError> {
        const SQL: &str = "select u.id as login, u.account_id as account, a.id as inviter, a.username as name from users u \
            join invites i on i.id = u.invite_id join users o on o.id = i.user_id join accounts a on a.id = o.account_id \
            where u.id > $1 and u.id <= $2 and u.invite_id is not null order by u.id";
        Ok(self.prepared_as(SQL).bind(above).bind(to).fetch_all(&mut *self.tx).await?)
    }

    /// Whose invitation an account came with, where that is still there (`users (account_id)`, primary keys).
    pub async fn inviter_of(&mut self, account: AccountId) -> Result<Option<Invitee>, DatabaseError> {
        const SQL: &str = "select u.id as login, u.account_id as account, a.id as inviter, a.username as name from users u \
            join invites i on i.id = u.invite_id join users o on o.id = i.user_id join accounts a on a.id = o.account_id \
            where u.account_id = $1 limit 1";
        Ok(self.prepared_as(SQL).bind(account.0).fetch_optional(&mut *self.tx).await?)
    }

    /// How these accounts stand, as far as they are still there (primary key, `users (account_id)`).
    pub async fn standing_of(&mut self, accounts: &[i64]) -> Result<Vec<Stands>, DatabaseError> {
        macro_rules! stands {
            ($release:tt,) => {
                concat!(
                    "select a.id as account, a.username, a.suspended_at is not null as suspended, \
                     a.silenced_at is not null as silenced, (",
                    deleted!($release, "a"),
                    " or u.id is null) as gone from accounts a left join users u on u.account_id = a.id \
                     where a.id = any($1) order by a.id"
                )
            };
        }
        let sql = by_release!(self.extras, stands,);
        Ok(self.prepared_as(sql).bind(accounts).fetch_all(&mut *self.tx).await?)
    }

    /// What an account has to do with invitations (`users (account_id)`, primary keys, `invites (user_id)`); `None` for one
    /// without a login.
    pub async fn invitations_of(&mut self, account: AccountId) -> Result<Option<InvitationsOf>, DatabaseError> {
        const CAME: &str = "select i.id, a.id, a.username from users u join invites i on i.id = u.invite_id \
            join users o on o.id = i.user_id join accounts a on a.id = o.account_id where u.account_id = $1 limit 1";
        const OWNS: &str = "select (select count(*) from (select from invites i where i.user_id = u.id \
            and (i.expires_at is null or i.expires_at >= now() at time zone 'utc') \
            and (i.max_uses is null or i.uses < i.max_uses) limit $2) n), \
            exists (select from invites i where i.user_id = u.id) from users u where u.account_id = $1 limit 1";
        let came: Option<(i64, i64, String)> =
            self.prepared_as(CAME).bind(account.0).fetch_optional(&mut *self.tx).await?;
        let owns: Option<(i64, bool)> =
            self.prepared_as(OWNS).bind(account.0).bind(MOST_COUNTED).fetch_optional(&mut *self.tx).await?;
        let came_with = came.map(|(invite, by, name)| (InviteId(invite), AccountId(by), name));
        Ok(owns.map(|(go_on, owns_any)| InvitationsOf { came_with, go_on, owns_any }))
    }
}

impl Database {
    /// Writes an invitation as Mastodon does (`app/controllers/invites_controller.rb`): its id, or `None` where the code is
    /// somebody else’s already or the owner is gone.
    ///
    /// # Errors
    /// [`DatabaseError::Lost`] if only the end of the write is not known.
    pub async fn write_invite(&self, deed: &IssueInvite) -> Result<Option<InviteId>, DatabaseError> {
        const SQL: &str = "insert into invites (user_id, code, max_uses, uses, expires_at, autofollow, comment, created_at, updated_at) \
            select u.id, $2, $3, 0, timestamp 'epoch' + $4 * interval '1 millisecond', false, nullif($5, ''), \
            now() at time zone 'utc', now() at time zone 'utc' from users u where u.account_id = $1 order by u.id limit 1 \
            on conflict (code) do nothing returning id";
        let mut tx = self.begin_write().await?;
        let id: Option<i64> = query_scalar(SQL)
            .bind(deed.account.0)
            .bind(&deed.code)
            .bind(deed.max_uses)
            .bind(deed.expires_at)
            .bind(&deed.comment)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit()
            .await
            .map_err(|_| DatabaseError::Lost("the connection broke while the invite was stored".to_owned()))?;
        Ok(id.map(InviteId))
    }

    /// Ends an invitation as Mastodon does (`app/models/concerns/expireable.rb#expire!`); false if it was over, used up or
    /// gone already.
    ///
    /// # Errors
    /// [`DatabaseError::Lost`] if only the end of the write is not known.
    pub async fn end_invite(&self, id: InviteId) -> Result<bool, DatabaseError> {
        const SQL: &str = "update invites set expires_at = now() at time zone 'utc', updated_at = now() at time zone 'utc' \
            where id = $1 and (expires_at is null or expires_at > now() at time zone 'utc') \
            and (max_uses is null or uses < max_uses)";
        let mut tx = self.begin_write().await?;
        let ended = query(SQL).bind(id.0).execute(&mut *tx).await?.rows_affected();
        tx.commit()
            .await
            .map_err(|_| DatabaseError::Lost("the connection broke while the invite was ended".to_owned()))?;
        Ok(ended == 1)
    }
}
