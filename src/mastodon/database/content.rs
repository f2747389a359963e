//! What else reported posts and reports hold: polls, quoted posts, earlier versions, collections; and what of it the console
//! does not know.
//!
//! As with posts, the words of one that is not public or unlisted stay in the database until it is opened with a reason.

use super::{DatabaseError, Read, There, ms, query_as, query_scalar};
use crate::{
    clock::Instant,
    deeds::{Masked, Reveal},
    id::{AccountId, ReportId, StatusId},
    ledger::Warrant,
};

/// Earlier versions of one post that are shown; the oldest.
pub const MOST_EDITS: usize = 20;

/// Collections of one case that are shown.
const MOST_COLLECTIONS: i64 = 20;
/// People of one collection that are named.
const MOST_NAMED: i64 = 10;

/// A poll of a post (`app/models/poll.rb`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollRow {
    pub status: StatusId,
    /// With the votes the instance knows of; `None` where the post opens only with a reason.
    pub options: Option<Vec<(String, Option<i64>)>>,
    pub multiple: bool,
    pub ends: Option<Instant>,
}

/// What a post quotes (`app/models/quote.rb`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRow {
    pub status: StatusId,
    /// `quotes.state`
    pub state: i32,
    /// The quoted post, where the instance has it.
    pub quoted: Option<QuotedPost>,
    /// Who wrote it, where that is known.
    pub by: Option<String>,
}

/// A post that is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedPost {
    pub id: StatusId,
    /// `None` where it, or the post that quotes it, is not public or unlisted.
    pub text: Option<String>,
    pub spoiler: Option<String>,
    /// Its text is HTML.
    pub remote: bool,
    pub visibility: i32,
    pub created_at: Instant,
    pub deleted: bool,
    pub files: i64,
}

/// A version of a post, as Mastodon kept it (`app/models/status_edit.rb`); the newest is the post as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditRow {
    pub status: StatusId,
    /// `None` where the post opens only with a reason.
    pub text: Option<String>,
    pub spoiler: Option<String>,
    pub poll: Vec<String>,
    pub files: i64,
    pub at: Instant,
}

/// A collection that reports name (`app/models/collection.rb`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionRow {
    pub id: i64,
    pub name: String,
    pub description: String,
    /// Its description is HTML.
    pub remote: bool,
    pub language: Option<String>,
    pub number: i64,
    pub people: Vec<String>,
    pub created_at: Instant,
    /// It is the reported account's own.
    pub own: bool,
    /// How many of the reports name it.
    pub reports: i64,
}

/// Something that hangs on reports there and that the console knows nothing of: a table, or a column of `reports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign(pub String);

/// Tables that belong to reports in Mastodon 4.3 to 4.7 (`db/schema.rb`).
const TABLES_OF_REPORTS: [&str; 3] = ["account_warnings", "collection_reports", "report_notes"];
/// Columns of `reports` in Mastodon 4.3 to 4.7.
const COLUMNS_OF_REPORTS: [&str; 15] = [
    "id",
    "account_id",
    "action_taken_at",
    "action_taken_by_account_id",
    "application_id",
    "assigned_account_id",
    "category",
    "comment",
    "created_at",
    "forwarded",
    "rule_ids",
    "status_ids",
    "target_account_id",
    "updated_at",
    "uri",
];

/// The private post that a warrant opens; none without one.
fn opened(warrant: Option<&Warrant<Reveal>>) -> i64 {
    match warrant.map(|warrant| &warrant.deed().what) {
        Some(Masked::PrivatePost(status)) => status.0,
        _ => 0,
    }
}

fn numbers(statuses: &[StatusId]) -> Vec<i64> {
    statuses.iter().map(|id| id.0).collect()
}

impl Read {
    /// The polls of posts (`polls (status_id)`); none where they may not be read.
    pub async fn polls(
        &mut self,
        statuses: &[StatusId],
        warrant: Option<&Warrant<Reveal>>,
    ) -> Result<Vec<PollRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select p.status_id, case when s.visibility in (0, 1) or s.id = $2 then p.options::text[] end, \
             p.cached_tallies, p.multiple, ",
            ms!("p.expires_at"),
            " from polls p join statuses s on s.id = p.status_id where p.status_id = any($1) order by p.status_id limit 100"
        );
        type Row = (i64, Option<Vec<String>>, Option<Vec<i64>>, bool, Option<i64>);
        if self.extras.polls != There::Granted || statuses.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> =
            query_as(SQL).bind(numbers(statuses)).bind(opened(warrant)).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|(status, options, tallies, multiple, ends)| {
                let tallies = tallies.unwrap_or_default();
                let with_votes = |options: Vec<String>| {
                    options.into_iter().enumerate().map(|(at, option)| (option, tallies.get(at).copied())).collect()
                };
                PollRow {
                    status: StatusId(status),
                    options: options.map(with_votes),
                    multiple,
                    ends: ends.map(Instant),
                }
            })
            .collect())
    }

    /// What posts quote (`quotes (status_id)`, primary keys of `statuses` and `accounts`, `media_attachments (status_id)`);
    /// none where that may not be read. The words of a quoted post that is private stay where they are, whatever is opened.
    pub async fn quotes(
        &mut self,
        statuses: &[StatusId],
        warrant: Option<&Warrant<Reveal>>,
    ) -> Result<Vec<QuoteRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select q.status_id as status, q.state, o.id as quoted, \
             case when o.visibility in (0, 1) and (s.visibility in (0, 1) or s.id = $2) then o.text end as text, \
             case when o.visibility in (0, 1) and (s.visibility in (0, 1) or s.id = $2) then o.spoiler_text end as spoiler, \
             o.visibility, ",
            ms!("o.created_at"),
            " as created_at, o.deleted_at is not null as deleted, a.domain is not null as remote, \
             case when s.visibility in (0, 1) or s.id = $2 then a.username || coalesce('@' || a.domain, '') end as by, \
             (select count(*) from (select from media_attachments m where m.status_id = o.id limit 20) m) as files \
             from quotes q join statuses s on s.id = q.status_id left join statuses o on o.id = q.quoted_status_id \
             left join accounts a on a.id = coalesce(o.account_id, q.quoted_account_id) \
             where q.status_id = any($1) order by q.status_id limit 100"
        );
        #[derive(sqlx::FromRow)]
        struct Row {
            status: i64,
            state: i32,
            quoted: Option<i64>,
            text: Option<String>,
            spoiler: Option<String>,
            visibility: Option<i32>,
            created_at: Option<i64>,
            deleted: bool,
            remote: bool,
            by: Option<String>,
            files: i64,
        }
        if self.extras.quotes != There::Granted || statuses.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> =
            query_as(SQL).bind(numbers(statuses)).bind(opened(warrant)).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|row| QuoteRow {
                status: StatusId(row.status),
                state: row.state,
                by: row.by,
                quoted: row.quoted.zip(row.visibility).zip(row.created_at).map(|((id, visibility), at)| QuotedPost {
                    id: StatusId(id),
                    text: row.text,
                    spoiler: row.spoiler,
                    remote: row.remote,
                    visibility,
                    created_at: Instant(at),
                    deleted: row.deleted,
                    files: row.files,
                }),
            })
            .collect())
    }

    /// The versions of posts, oldest first, at most two more of each than are shown (`status_edits (status_id)`); none where
    /// they may not be read.
    pub async fn edits(
        &mut self,
        statuses: &[StatusId],
        warrant: Option<&Warrant<Reveal>>,
    ) -> Result<Vec<EditRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select e.status_id, case when s.visibility in (0, 1) or s.id = $2 then e.text end, \
             case when s.visibility in (0, 1) or s.id = $2 then e.spoiler_text end, \
             case when s.visibility in (0, 1) or s.id = $2 then e.poll_options::text[] end, \
             coalesce(cardinality(e.ordered_media_attachment_ids), 0)::bigint, ",
            ms!("e.created_at"),
            " from unnest($1::bigint[]) as p (id) join statuses s on s.id = p.id cross join lateral \
             (select id, status_id, text, spoiler_text, poll_options, ordered_media_attachment_ids, created_at \
             from status_edits where status_id = p.id order by id limit $3) e order by e.status_id, e.id"
        );
        type Row = (i64, Option<String>, Option<String>, Option<Vec<String>>, i64, i64);
        if self.extras.edits != There::Granted || statuses.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = query_as(SQL)
            .bind(numbers(statuses))
            .bind(opened(warrant))
            .bind(i64::try_from(MOST_EDITS + 2).unwrap_or(i64::MAX))
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(status, text, spoiler, poll, files, at)| EditRow {
                status: StatusId(status),
                text,
                spoiler,
                poll: poll.unwrap_or_default(),
                files,
                at: Instant(at),
            })
            .collect())
    }

    /// The collections that reports name (`collection_reports (report_id)`, primary keys, `collection_items
    /// (collection_id)`); none where there are none yet, or they may not be read.
    pub async fn collections(
        &mut self,
        target: AccountId,
        reports: &[ReportId],
    ) -> Result<Vec<CollectionRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select c.id, c.name::text as name, coalesce(nullif(c.description, ''), c.description_html, '') as description, \
             coalesce(c.description, '') = '' as remote, c.language, c.item_count::bigint as number, ",
            ms!("c.created_at"),
            " as created_at, c.account_id = $2 as own, n.reports, array(select coalesce(a.username || coalesce('@' || a.domain, ''), '') \
             from (select account_id from collection_items where collection_id = c.id order by position, account_id limit $3) i \
             join accounts a on a.id = i.account_id) as people \
             from (select collection_id, count(*) as reports from collection_reports where report_id = any($1) \
             group by collection_id order by collection_id limit $4) n join collections c on c.id = n.collection_id order by c.id"
        );
        #[derive(sqlx::FromRow)]
        struct Row {
            id: i64,
            name: String,
            description: String,
            remote: bool,
            language: Option<String>,
            number: i64,
            created_at: i64,
            own: bool,
            reports: i64,
            people: Vec<String>,
        }
        if self.extras.collections != There::Granted || reports.is_empty() {
            return Ok(Vec::new());
        }
        let reports: Vec<i64> = reports.iter().map(|id| id.0).collect();
        let rows: Vec<Row> = query_as(SQL)
            .bind(reports)
            .bind(target.0)
            .bind(MOST_NAMED)
            .bind(MOST_COLLECTIONS)
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| CollectionRow {
                id: row.id,
                name: row.name,
                description: row.description,
                remote: row.remote,
                language: row.language,
                number: row.number,
                people: row.people,
                created_at: Instant(row.created_at),
                own: row.own,
                reports: row.reports,
            })
            .collect())
    }

    /// Whose the posts are that reports name: how many are the account's own, and how many somebody else's (primary key).
    pub async fn whose_posts(&mut self, account: AccountId, ids: &[StatusId]) -> Result<(i64, i64), DatabaseError> {
        const SQL: &str = "select count(*) filter (where account_id = $2), count(*) filter (where account_id <> $2) \
            from statuses where id = any($1)";
        let counted = query_as(SQL).bind(numbers(ids)).bind(account.0);
        Ok(counted.fetch_one(&mut *self.tx).await?)
    }

    /// What is there that belongs to reports and that no release from 4.3 to 4.7 has (system catalogues).
    pub async fn unknown_of_reports(&mut self) -> Result<Vec<Foreign>, DatabaseError> {
        const SQL: &str = "select c.conrelid::regclass::text from pg_constraint c \
            where c.contype = 'f' and c.confrelid = to_regclass('reports') \
            and not c.conrelid::regclass::text = any($1) union \
            select 'reports.' || a.attname from pg_attribute a where a.attrelid = to_regclass('reports') \
            and a.attnum > 0 and not a.attisdropped and not a.attname::text = any($2) order by 1 limit 10";
        let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
        let rows: Vec<String> = query_scalar(SQL)
            .bind(named(&TABLES_OF_REPORTS))
            .bind(named(&COLUMNS_OF_REPORTS))
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows.into_iter().map(Foreign).collect())
    }

    /// Which of what posts and reports may hold is there and may not be read, in words.
    pub fn hidden_content(&self) -> Vec<&'static str> {
        [
            (self.extras.polls, "polls"),
            (self.extras.quotes, "quoted posts"),
            (self.extras.edits, "earlier versions"),
            (self.extras.collections, "collections"),
        ]
        .into_iter()
        .filter_map(|(there, words)| (there == There::NotGranted).then_some(words))
        .collect()
    }
}
