//! Reports, the posts they name, and the traces that deeds leave.

use super::{Account, DatabaseError, Read, acct, cut, ms};
use crate::{
    clock::Timestamp,
    deeds::{Masked, Reveal},
    id::{AccountId, MediaId, ReportId, RuleId, StatusId},
    ledger::{Mark, Warrant},
    nouns::reports::Category,
};

impl From<i32> for Category {
    /// Of `reports.category`.
    fn from(number: i32) -> Self {
        Self::numbered(number).unwrap_or(Self::Other)
    }
}

/// Posts of one case that are shown; the oldest.
pub const MOST_POSTS: i64 = 50;

/// An open report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    pub id: ReportId,
    pub target: AccountId,
    /// `user` or `user@domain`
    pub target_acct: String,
    pub target_domain: Option<String>,
    /// No row of the account is there any more.
    pub target_gone: bool,
    pub reporter: AccountId,
    pub reporter_acct: String,
    pub reporter_domain: Option<String>,
    /// The reporter is another server, not a person.
    pub from_server: bool,
    pub category: Category,
    /// The number of a category that no release from 4.3 to 4.7 has; it counts as “other”.
    pub unknown_category: Option<i32>,
    pub comment: String,
    pub rule_ids: Vec<RuleId>,
    pub status_ids: Vec<StatusId>,
    pub forwarded: bool,
    pub created_at: Timestamp,
    pub assigned: Option<(AccountId, String)>,
}

#[derive(sqlx::FromRow)]
pub(in crate::mastodon) struct OpenRow {
    id: i64,
    target_account_id: i64,
    target_username: Option<String>,
    target_domain: Option<String>,
    account_id: i64,
    reporter_username: Option<String>,
    reporter_domain: Option<String>,
    actor_type: Option<String>,
    category: i32,
    comment: String,
    rule_ids: Option<Vec<i64>>,
    status_ids: Vec<i64>,
    forwarded: Option<bool>,
    created_at: i64,
    assigned_account_id: Option<i64>,
    assigned_username: Option<String>,
}

/// Its name, or the number of an account whose row is gone.
fn acct_or_number(id: i64, username: Option<&str>, domain: Option<&str>) -> String {
    username.map_or_else(|| Account::gone_name(AccountId(id)), |username| acct(username, domain))
}

impl From<OpenRow> for OpenReport {
    fn from(row: OpenRow) -> Self {
        Self {
            id: ReportId(row.id),
            target: AccountId(row.target_account_id),
            target_gone: row.target_username.is_none(),
            target_acct: acct_or_number(
                row.target_account_id,
                row.target_username.as_deref(),
                row.target_domain.as_deref(),
            ),
            target_domain: row.target_domain,
            reporter: AccountId(row.account_id),
            reporter_acct: acct_or_number(
                row.account_id,
                row.reporter_username.as_deref(),
                row.reporter_domain.as_deref(),
            ),
            from_server: row.reporter_domain.is_some() && row.actor_type.as_deref() == Some("Application"),
            reporter_domain: row.reporter_domain,
            category: row.category.into(),
            unknown_category: Category::numbered(row.category).is_none().then_some(row.category),
            comment: row.comment,
            rule_ids: row.rule_ids.unwrap_or_default().into_iter().map(RuleId).collect(),
            status_ids: row.status_ids.into_iter().map(StatusId).collect(),
            forwarded: row.forwarded.unwrap_or(false),
            created_at: Timestamp(row.created_at),
            assigned: row.assigned_account_id.map(|id| (AccountId(id), row.assigned_username.unwrap_or_default())),
        }
    }
}

/// The columns of an open report; what follows says which.
macro_rules! open_reports {
    ([$($comment:tt)*], $rest:literal) => {
        concat!(
            "select r.id, r.target_account_id, t.username as target_username, t.domain as target_domain, r.account_id, \
             f.username as reporter_username, f.domain as reporter_domain, f.actor_type, r.category, ",
            $($comment)*,
            " as comment, r.rule_ids, r.status_ids, r.forwarded, ",
            ms!("r.created_at"),
            " as created_at, r.assigned_account_id, m.username as assigned_username \
             from reports r left join accounts t on t.id = r.target_account_id left join accounts f on f.id = r.account_id \
             left join accounts m on m.id = r.assigned_account_id ",
            $rest
        )
    };
}

/// A closed report of an account.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ClosedRow {
    pub id: ReportId,
    pub target: AccountId,
    pub target_acct: String,
    #[sqlx(try_from = "i32")]
    pub category: Category,
    pub comment: String,
    pub created_at: Timestamp,
    pub closed_at: Timestamp,
    /// `reports.action_taken_by_account_id`
    pub closed_by: Option<AccountId>,
    pub closed_by_username: Option<String>,
}

/// The columns of a closed report; what follows says which.
macro_rules! closed_reports {
    ($rest:literal) => {
        concat!(
            "select r.id, r.target_account_id as target, \
             coalesce(t.username || coalesce('@' || t.domain, ''), r.target_account_id || ' (gone)') as target_acct, \
             r.category, left(r.comment, 300) as comment, ",
            ms!("r.created_at"),
            " as created_at, ",
            ms!("r.action_taken_at"),
            " as closed_at, r.action_taken_by_account_id as closed_by, m.username as closed_by_username \
             from reports r left join accounts t on t.id = r.target_account_id left join accounts m on m.id = r.action_taken_by_account_id where r.action_taken_at is not null and ",
            $rest
        )
    };
}

/// How often a reporter was right before.
#[derive(Clone, Debug)]
pub struct ReporterRecord {
    pub account: AccountId,
    /// Closed reports, at most 100 counted.
    pub earlier: i64,
    /// Those after which the reported account got a strike.
    pub right: i64,
}

/// A post as evidence. The text of one that is not public or unlisted stays in the database.
#[derive(Clone, Debug)]
pub struct PostRow {
    pub id: StatusId,
    pub account: AccountId,
    /// `None` where it opens only with a reason.
    pub text: Option<String>,
    pub spoiler: Option<String>,
    pub language: Option<String>,
    pub visibility: i32,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub reply_to: Option<String>,
    pub boosts: i64,
    pub replies: i64,
}

/// A file of a post.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MediaRow {
    pub id: MediaId,
    pub status: StatusId,
    pub kind: i32,
    pub description: String,
    /// `None` where the instance has no copy.
    pub file_name: Option<String>,
    /// Whether it comes from another server (`MediaAttachment#local?`), and could be fetched from there.
    pub remote: bool,
    /// Whether its copy lies under `cache/`.
    pub cached: bool,
    /// Whether the post is public or unlisted.
    pub public: bool,
}

/// The columns of a file; what follows says which.
macro_rules! media {
    ($rest:literal) => {
        concat!(
            "select m.id, m.status_id as status, m.type as kind, ", cut!("coalesce(m.description, '')", "10000"), " as description, \
             m.file_file_name as file_name, m.remote_url <> '' as remote, \
             m.remote_url <> '' and coalesce(m.file_storage_schema_version, 0) >= 1 as cached, \
             s.visibility in (0, 1) as public from media_attachments m join statuses s on s.id = m.status_id where ",
            $rest
        )
    };
}

/// What a colleague wrote.
#[derive(Clone, Debug)]
pub struct NoteRow {
    pub by: String,
    pub at: Timestamp,
    pub text: String,
}

/// A row of Mastodon's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    pub id: i64,
    pub action: String,
    pub target_type: String,
    pub target_id: i64,
}

impl LogRow {
    /// `279 resolve Report 265`
    pub fn words(&self) -> String {
        let Self { id, action, target_type, target_id } = self;
        format!("{id} {action} {target_type} {target_id}")
    }
}

/// A strike that appeared after a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrikeTrace {
    pub id: i64,
    pub action: i32,
}

#[derive(sqlx::FromRow)]
struct PostColumns {
    id: i64,
    account_id: i64,
    text: Option<String>,
    spoiler_text: Option<String>,
    language: Option<String>,
    visibility: i32,
    created_at: i64,
    edited_at: Option<i64>,
    deleted_at: Option<i64>,
    reply_to: Option<String>,
    reblogs_count: Option<i64>,
    replies_count: Option<i64>,
}

impl From<PostColumns> for PostRow {
    fn from(row: PostColumns) -> Self {
        Self {
            id: StatusId(row.id),
            account: AccountId(row.account_id),
            text: row.text,
            spoiler: row.spoiler_text,
            language: row.language,
            visibility: row.visibility,
            created_at: Timestamp(row.created_at),
            edited_at: row.edited_at.map(Timestamp),
            deleted_at: row.deleted_at.map(Timestamp),
            reply_to: row.reply_to,
            boosts: row.reblogs_count.unwrap_or(0).max(0),
            replies: row.replies_count.unwrap_or(0).max(0),
        }
    }
}

/// The columns of a post: text and warning only where it is public or unlisted (`statuses.visibility` 0 and 1).
macro_rules! posts {
    ($rest:literal) => {
        concat!(
            "select s.id, s.account_id, case when s.visibility in (0, 1) then ",
            cut!("s.text", "20000"),
            " end as text, case when s.visibility in (0, 1) then ",
            cut!("s.spoiler_text", "20000"),
            " end as spoiler_text, s.language, s.visibility, ",
            ms!("s.created_at"),
            " as created_at, ",
            ms!("s.edited_at"),
            " as edited_at, ",
            ms!("s.deleted_at"),
            " as deleted_at, (select a.username || coalesce('@' || a.domain, '') from accounts a \
             where a.id = s.in_reply_to_account_id) as reply_to, \
             c.reblogs_count, c.replies_count from statuses s left join status_stats c on c.status_id = s.id ",
            $rest
        )
    };
}

impl Read {
    /// The open reports about an account, oldest first, at most one more than [`crate::nouns::reports::MOST_READ`] (`reports (target_account_id)`).
    pub async fn open_reports(&mut self, target: AccountId) -> Result<Vec<OpenReport>, DatabaseError> {
        const SQL: &str = open_reports!(
            [cut!("r.comment", "5000")],
            "where r.target_account_id = $1 and r.action_taken_at is null order by r.id limit 501"
        );
        let rows: Vec<OpenRow> = self.prepared_as(SQL).bind(target.0).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(OpenReport::from).collect())
    }

    /// Whether somebody has an open report about an account (`reports (account_id)`).
    pub async fn has_reported(&mut self, reporter: AccountId, target: AccountId) -> Result<bool, DatabaseError> {
        const SQL: &str = "select exists (select 1 from reports \
            where account_id = $1 and target_account_id = $2 and action_taken_at is null)";
        let found = self.prepared_scalar(SQL).bind(reporter.0).bind(target.0);
        Ok(found.fetch_one(&mut *self.tx).await?)
    }

    /// The reports about somebody that an account has closed after a mark, one a row of the log (`admin_action_logs` and
    /// `reports` by their keys).
    pub async fn resolved_after(
        &mut self,
        mark: Mark,
        by: AccountId,
        about: AccountId,
    ) -> Result<Vec<i64>, DatabaseError> {
        const SQL: &str = "select r.id from admin_action_logs l join reports r on r.id = l.target_id \
            where l.id > $1 and l.account_id = $2 and l.action = 'resolve' and l.target_type = 'Report' \
            and r.target_account_id = $3";
        let reports = self.prepared_scalar(SQL).bind(mark.log).bind(by.0).bind(about.0);
        Ok(reports.fetch_all(&mut *self.tx).await?)
    }

    /// How many open reports there are about an account, counted up to a limit (`reports (target_account_id)`).
    pub async fn open_number(&mut self, target: AccountId, limit: i64) -> Result<i64, DatabaseError> {
        const SQL: &str = "select count(*) from \
            (select 1 from reports where target_account_id = $1 and action_taken_at is null limit $2) r";
        let number = self.prepared_scalar(SQL).bind(target.0).bind(limit);
        Ok(number.fetch_one(&mut *self.tx).await?)
    }

    /// Reports by id that are open, shortened (primary key).
    pub async fn open_among(&mut self, ids: &[i64]) -> Result<Vec<OpenReport>, DatabaseError> {
        const SQL: &str =
            open_reports!(["left(r.comment, 300)"], "where r.id = any($1) and r.action_taken_at is null order by r.id");
        let rows: Vec<OpenRow> = self.prepared_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(OpenReport::from).collect())
    }

    /// Open reports above an id, shortened, oldest first (primary key).
    pub async fn open_above(&mut self, id: i64, limit: i64) -> Result<Vec<OpenReport>, DatabaseError> {
        const SQL: &str = open_reports!(
            ["left(r.comment, 300)"],
            "where r.id > $1 and r.action_taken_at is null order by r.id limit $2"
        );
        let rows: Vec<OpenRow> = self.prepared_as(SQL).bind(id).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(OpenReport::from).collect())
    }

    /// The newest open reports, shortened: the full scan that fills a waiting list and reconciles it.
    pub async fn newest_open(&mut self, limit: i64) -> Result<Vec<OpenReport>, DatabaseError> {
        const SQL: &str =
            open_reports!(["left(r.comment, 300)"], "where r.action_taken_at is null order by r.id desc limit $1");
        let rows: Vec<OpenRow> = self.prepared_as(SQL).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(OpenReport::from).collect())
    }

    /// The newest report id there is (primary key backwards); 0 for none.
    pub async fn newest_report(&mut self) -> Result<i64, DatabaseError> {
        let id: Option<i64> = self.prepared_scalar("select max(id) from reports").fetch_one(&mut *self.tx).await?;
        Ok(id.unwrap_or(0))
    }

    /// Reports that were re-opened, by the log rows above an id (primary key of `admin_action_logs`), and the newest row.
    pub async fn reopened_above(&mut self, id: i64) -> Result<(Vec<i64>, i64), DatabaseError> {
        let reopened: Vec<i64> = self.prepared_scalar(
            "select target_id from admin_action_logs where id > $1 and action = 'reopen' and target_type = 'Report' \
             and target_id is not null order by id",
        )
        .bind(id)
        .fetch_all(&mut *self.tx)
        .await?;
        let newest: Option<i64> =
            self.prepared_scalar("select max(id) from admin_action_logs").fetch_one(&mut *self.tx).await?;
        Ok((reopened, newest.unwrap_or(0)))
    }

    /// The closed reports about an account, newest first (`reports (target_account_id)`).
    pub async fn closed_reports(&mut self, target: AccountId) -> Result<Vec<ClosedRow>, DatabaseError> {
        const SQL: &str = closed_reports!("r.target_account_id = $1 order by r.id desc limit 21");
        Ok(self.prepared_as(SQL).bind(target).fetch_all(&mut *self.tx).await?)
    }

    /// These reports, as far as they are closed (primary key).
    pub async fn closed_of(&mut self, ids: &[ReportId]) -> Result<Vec<ClosedRow>, DatabaseError> {
        const SQL: &str = closed_reports!("r.id = any($1)");
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        Ok(self.prepared_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?)
    }

    /// Reports by number, whatever became of them (primary key).
    pub async fn reports_named(&mut self, ids: &[ReportId]) -> Result<Vec<OpenReport>, DatabaseError> {
        const SQL: &str = open_reports!([cut!("r.comment", "5000")], "where r.id = any($1) order by r.id limit 501");
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows: Vec<OpenRow> = self.prepared_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(OpenReport::from).collect())
    }

    /// How right reporters were before: of their last hundred closed reports, those after which the reported account got
    /// a strike (`reports (account_id)`, `account_warnings (target_account_id)`).
    pub async fn reporter_records(&mut self, reporters: &[AccountId]) -> Result<Vec<ReporterRecord>, DatabaseError> {
        const SQL: &str = "select f.id, count(r.id), count(r.id) filter (where exists (select from account_warnings w \
            where w.target_account_id = r.target_account_id and w.created_at >= r.created_at)) \
            from unnest($1::bigint[]) as f (id) \
            left join lateral (select id, target_account_id, created_at from reports \
            where account_id = f.id and action_taken_at is not null order by id desc limit 100) r on true \
            group by f.id order by f.id";
        let ids: Vec<i64> = reporters.iter().map(|id| id.0).collect();
        let rows: Vec<(i64, i64, i64)> = self.prepared_as(SQL).bind(&ids).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|(account, earlier, right)| ReporterRecord { account: AccountId(account), earlier, right })
            .collect())
    }

    /// The posts that reports name, deleted ones too, and only the target's own (primary key).
    pub async fn posts(&mut self, account: AccountId, ids: &[StatusId]) -> Result<Vec<PostRow>, DatabaseError> {
        const SQL: &str = posts!("where s.id = any($1) and s.account_id = $2 order by s.id limit $3");
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows: Vec<PostColumns> =
            self.prepared_as(SQL).bind(&ids).bind(account.0).bind(MOST_POSTS).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PostRow::from).collect())
    }

    /// The latest public and unlisted posts (`statuses (account_id, id …) where deleted_at is null`).
    pub async fn latest_posts(&mut self, account: AccountId) -> Result<Vec<PostRow>, DatabaseError> {
        const SQL: &str = posts!(
            "where s.account_id = $1 and s.deleted_at is null and s.visibility in (0, 1) and s.reblog_of_id is null \
             order by s.id desc limit 5"
        );
        let rows: Vec<PostColumns> = self.prepared_as(SQL).bind(account.0).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(PostRow::from).collect())
    }

    /// The clear text of a private post that an open or closed report names: content warning and text.
    pub async fn private_post(&mut self, warrant: &Warrant<Reveal>) -> Result<Option<(String, String)>, DatabaseError> {
        const SQL: &str = concat!(
            "select ",
            cut!("s.spoiler_text", "20000"),
            ", ",
            cut!("s.text", "20000"),
            " from statuses s where s.id = $1 and s.account_id = $2 \
             and exists (select from reports r where r.target_account_id = $2 and $1 = any(r.status_ids))"
        );
        let Masked::PrivatePost(status) = warrant.deed().what else { return Ok(None) };
        let row =
            self.prepared_as(SQL).bind(status.0).bind(warrant.deed().account.0).fetch_optional(&mut *self.tx).await?;
        Ok(row)
    }

    /// The files of posts, of the posts named first before those of others, and of each in the order they were added
    /// (`media_attachments (status_id)`). Mastodon gives a post four at most (`app/models/status.rb`).
    pub async fn media(&mut self, statuses: &[StatusId]) -> Result<Vec<MediaRow>, DatabaseError> {
        const SQL: &str = media!("m.status_id = any($1) order by array_position($1, m.status_id), m.id limit 500");
        Ok(self.prepared_as(SQL).bind(statuses).fetch_all(&mut *self.tx).await?)
    }

    /// One file of a public or unlisted post that is an account's own, or that a public or unlisted one of its boosts (primary
    /// keys, `statuses (reblog_of_id, account_id)`).
    pub async fn media_of(&mut self, account: AccountId, id: MediaId) -> Result<Option<MediaRow>, DatabaseError> {
        const SQL: &str = media!(
            "m.id = $1 and s.visibility in (0, 1) and (s.account_id = $2 or exists (select from statuses b \
             where b.reblog_of_id = s.id and b.account_id = $2 and b.visibility in (0, 1)))"
        );
        Ok(self.prepared_as(SQL).bind(id).bind(account).fetch_optional(&mut *self.tx).await?)
    }

    /// Notes on the account and on its reports (`account_moderation_notes (target_account_id)`, `report_notes (report_id)`).
    pub async fn notes(&mut self, account: AccountId, reports: &[ReportId]) -> Result<Vec<NoteRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select coalesce(a.username, n.account_id || ' (gone)'), ",
            ms!("n.created_at"),
            " as at, n.content from account_moderation_notes n left join accounts a on a.id = n.account_id \
             where n.target_account_id = $1 union all select coalesce(a.username, n.account_id || ' (gone)'), ",
            ms!("n.created_at"),
            ", n.content from report_notes n left join accounts a on a.id = n.account_id where n.report_id = any($2) \
             order by at desc limit 31",
        );
        let ids: Vec<i64> = reports.iter().map(|id| id.0).collect();
        let rows: Vec<(String, i64, String)> =
            self.prepared_as(SQL).bind(account.0).bind(&ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(|(by, at, text)| NoteRow { by, at: Timestamp(at), text }).collect())
    }

    /// Which of these reports are closed, and when (primary key).
    pub async fn closed_among(&mut self, reports: &[ReportId]) -> Result<Vec<ReportId>, DatabaseError> {
        const SQL: &str = "select id from reports where id = any($1) and action_taken_at is not null order by id";
        Ok(self.prepared_scalar(SQL).bind(reports).fetch_all(&mut *self.tx).await?)
    }

    /// Category, rules and assignee of one report, whether closed, and whom it is about (primary key).
    pub async fn report_state(&mut self, id: ReportId) -> Result<Option<ReportState>, DatabaseError> {
        const SQL: &str = "select account_id as reporter, target_account_id as target, category, \
            coalesce(rule_ids, '{}') as rules, action_taken_at is not null as closed, assigned_account_id as assigned \
            from reports where id = $1";
        Ok(self.prepared_as(SQL).bind(id).fetch_optional(&mut *self.tx).await?)
    }

    /// The newest log row and strike: what comes after them may be a deed's trace (primary keys backwards).
    pub async fn mark(&mut self) -> Result<Mark, DatabaseError> {
        let (log, strike): (Option<i64>, Option<i64>) = self
            .prepared_as("select (select max(id) from admin_action_logs), (select max(id) from account_warnings)")
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(Mark { log: log.unwrap_or(0), strike: strike.unwrap_or(0) })
    }

    /// What an account wrote into Mastodon's log after a mark (primary key).
    pub async fn log_after(&mut self, mark: Mark, by: AccountId) -> Result<Vec<LogRow>, DatabaseError> {
        let rows: Vec<(i64, String, Option<String>, Option<i64>)> = self
            .prepared_as(
                "select id, action, target_type, target_id from admin_action_logs where id > $1 and account_id = $2 \
             order by id limit 2000",
            )
            .bind(mark.log)
            .bind(by.0)
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, action, target_type, target_id)| LogRow {
                id,
                action,
                target_type: target_type.unwrap_or_default(),
                target_id: target_id.unwrap_or(0),
            })
            .collect())
    }

    /// The strikes an account gave another after a mark (`account_warnings (target_account_id)`).
    pub async fn strikes_after(
        &mut self,
        mark: Mark,
        by: AccountId,
        target: AccountId,
    ) -> Result<Vec<StrikeTrace>, DatabaseError> {
        let rows: Vec<(i64, i32)> = self
            .prepared_as(
                "select id, action from account_warnings where target_account_id = $3 and account_id = $2 and id > $1 \
             order by id limit 100",
            )
            .bind(mark.strike)
            .bind(by.0)
            .bind(target.0)
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows.into_iter().map(|(id, action)| StrikeTrace { id, action }).collect())
    }
}

/// One report as it stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReportState {
    pub reporter: AccountId,
    pub target: AccountId,
    #[sqlx(try_from = "i32")]
    pub category: Category,
    pub rules: Vec<RuleId>,
    pub closed: bool,
    pub assigned: Option<AccountId>,
}
