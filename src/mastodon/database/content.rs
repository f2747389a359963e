//! What else reported posts and reports hold: polls, quoted posts, earlier versions, links, collections; and what of it the
//! console does not know.
//!
//! As with posts, the words of one that is not public or unlisted stay in the database until it is opened with a reason.

use super::{DatabaseError, Extras, Read, There, cut, ms, query_scalar};
use crate::{
    clock::Timestamp,
    deeds::{Masked, Reveal},
    id::{AccountId, ReportId, StatusId},
    ledger::Warrant,
};
use sqlx::{AssertSqlSafe, FromRow, PgConnection, postgres::PgRow};
use std::collections::BTreeSet;

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
    pub ends: Option<Timestamp>,
}

/// What a post quotes (`app/models/quote.rb`) or boosts (`statuses.reblog_of_id`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRow {
    pub status: StatusId,
    /// `quotes.state`; `None` for a boost, which nobody is asked for.
    pub state: Option<i32>,
    /// The quoted or boosted post, where the instance has it.
    pub quoted: Option<QuotedPost>,
    /// Who wrote it, where that is known.
    pub by: Option<String>,
}

/// A post that is quoted or boosted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedPost {
    pub id: StatusId,
    /// `None` where it, or the post that quotes or boosts it, is not public or unlisted.
    pub text: Option<String>,
    pub spoiler: Option<String>,
    /// Its text is HTML.
    pub remote: bool,
    pub visibility: i32,
    pub created_at: Timestamp,
    pub edited: bool,
    pub deleted: bool,
    pub files: i64,
}

/// A version of a post, as Mastodon kept it (`app/models/status_edit.rb`); the newest is the post as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EditRow {
    pub status: StatusId,
    /// `None` where the post opens only with a reason.
    pub text: Option<String>,
    pub spoiler: Option<String>,
    pub poll: Vec<String>,
    pub files: i64,
    /// What people who do not see them read of its files.
    pub descriptions: Vec<String>,
    pub sensitive: bool,
    /// It quoted a post; which is not kept.
    pub quoted: bool,
    pub at: Timestamp,
}

/// A link of a post with its preview (`app/models/preview_card.rb`); nothing of it where the post opens only with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    pub status: StatusId,
    pub link: Option<Link>,
}

/// Where a link leads, and what its page says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it stands in the post.
    pub address: String,
    /// The page that the preview is of: where the address led when Mastodon looked.
    pub page: String,
    pub title: String,
    pub description: String,
    pub provider: String,
    pub author: String,
    pub picture: bool,
    /// `preview_cards.type`
    pub kind: i32,
}

/// A thing of its own that a post links to (`app/models/tagged_object.rb`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedRow {
    pub status: StatusId,
    /// `tagged_objects.ap_type`
    pub kind: String,
    /// Whether its kind is that of collections, whatever is known of this one.
    pub is_collection: bool,
    /// Where it is; `None` also where the post opens only with a reason.
    pub uri: Option<String>,
    /// The collection that it is, where the instance has that: its name, whose it is, and how many are in it.
    pub collection: Option<(String, String, i64)>,
}

/// What posts hold besides their words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Also those of the posts that are quoted or boosted, as with links and things.
    pub polls: Vec<PollRow>,
    /// Also what quoted and boosted posts quote in turn.
    pub quotes: Vec<QuoteRow>,
    pub boosts: Vec<QuoteRow>,
    pub edits: Vec<EditRow>,
    pub links: Vec<LinkRow>,
    pub tagged: Vec<TaggedRow>,
}

impl Held {
    /// The boosted posts whose words are read: their files are a case's as well.
    pub fn boosted(&self) -> impl Iterator<Item = StatusId> {
        readable(&self.boosts).into_iter()
    }
}

/// The posts among what is quoted or boosted whose words may be read: what a private one holds is as private as it is.
fn readable(rows: &[QuoteRow]) -> Vec<StatusId> {
    let quoted = rows.iter().filter_map(|row| row.quoted.as_ref());
    quoted.filter(|quoted| quoted.text.is_some()).map(|quoted| quoted.id).collect()
}

/// A collection that reports name (`app/models/collection.rb`).
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CollectionRow {
    pub id: i64,
    pub name: String,
    pub description: String,
    /// Its description is HTML.
    pub remote: bool,
    pub language: Option<String>,
    /// Those who are in it, and those who did not want to be or do not any more (`app/models/collection_item.rb`).
    pub number: i64,
    pub away: i64,
    pub people: Vec<String>,
    pub created_at: Timestamp,
    /// It is the reported account's own.
    pub own: bool,
    /// How many of the reports name it, and how many of the open ones.
    pub reports: i64,
    pub open: i64,
}

/// Something that hangs on reports or posts there and that the console knows nothing of: a table, or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign(pub String);

/// Tables that belong to reports or to posts in Mastodon 4.3 to 4.7 (`db/schema.rb`).
const TABLES: [&str; 18] = [
    "account_warnings",
    "collection_reports",
    "report_notes",
    "bookmarks",
    "custom_filter_statuses",
    "favourites",
    "media_attachments",
    "mentions",
    "notification_requests",
    "polls",
    "quotes",
    "status_edits",
    "status_pins",
    "status_stats",
    "status_trends",
    "statuses",
    "statuses_tags",
    "tagged_objects",
];
/// Columns of `reports` and `statuses` in Mastodon 4.3 to 4.7, and the two that its fork glitch-soc adds (how a post was
/// written, and that it stays on its server).
const COLUMNS: [&str; 42] = [
    "reports.id",
    "reports.account_id",
    "reports.action_taken_at",
    "reports.action_taken_by_account_id",
    "reports.application_id",
    "reports.assigned_account_id",
    "reports.category",
    "reports.comment",
    "reports.created_at",
    "reports.forwarded",
    "reports.rule_ids",
    "reports.status_ids",
    "reports.target_account_id",
    "reports.updated_at",
    "reports.uri",
    "statuses.id",
    "statuses.account_id",
    "statuses.application_id",
    "statuses.content_type",
    "statuses.conversation_id",
    "statuses.created_at",
    "statuses.deleted_at",
    "statuses.edited_at",
    "statuses.fetched_replies_at",
    "statuses.in_reply_to_account_id",
    "statuses.in_reply_to_id",
    "statuses.language",
    "statuses.local",
    "statuses.local_only",
    "statuses.ordered_media_attachment_ids",
    "statuses.poll_id",
    "statuses.quote_approval_policy",
    "statuses.reblog_of_id",
    "statuses.reply",
    "statuses.sensitive",
    "statuses.spoiler_text",
    "statuses.text",
    "statuses.trendable",
    "statuses.updated_at",
    "statuses.uri",
    "statuses.url",
    "statuses.visibility",
];

/// What is there that belongs to reports or posts and that no release from 4.3 to 4.7 has (system catalogues).
pub(super) async fn unknown(tx: &mut PgConnection) -> Result<Vec<Foreign>, DatabaseError> {
    const SQL: &str = "select c.conrelid::regclass::text from pg_constraint c \
        where c.contype = 'f' and c.confrelid in (to_regclass('reports'), to_regclass('statuses')) \
        and not c.conrelid::regclass::text = any($1) union \
        select t.relname::text || '.' || a.attname from pg_attribute a join pg_class t on t.oid = a.attrelid \
        where a.attrelid in (to_regclass('reports'), to_regclass('statuses')) and a.attnum > 0 and not a.attisdropped \
        and not t.relname::text || '.' || a.attname = any($2) order by 1 limit 10";
    let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
    let rows: Vec<String> = query_scalar(SQL).bind(named(&TABLES)).bind(named(&COLUMNS)).fetch_all(&mut *tx).await?;
    Ok(rows.into_iter().map(Foreign).collect())
}

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

/// What a post can hold besides its words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quotes,
    Boosts,
    Polls,
    Edits,
    Links,
    Tagged,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Quotes, Self::Boosts, Self::Polls, Self::Edits, Self::Links, Self::Tagged];

    /// Whether its tables are there and may be read.
    fn there(self, extras: Extras) -> There {
        match self {
            Self::Quotes => extras.quotes,
            Self::Boosts => There::Granted,
            Self::Polls => extras.polls,
            Self::Edits => extras.edits,
            Self::Links => extras.links,
            // Where collections may not be read, that is said, and what links to them is not read either.
            Self::Tagged => extras.tagged.min(extras.collections),
        }
    }

    /// Where its rows of the posts `$1` are.
    fn rows(self) -> &'static str {
        match self {
            Self::Quotes => "quotes where status_id = any($1)",
            Self::Boosts => "statuses where id = any($1) and reblog_of_id is not null",
            Self::Polls => "polls where status_id = any($1)",
            Self::Edits => "status_edits where status_id = any($1)",
            Self::Links => "preview_cards_statuses where status_id = any($1)",
            // Each of its two indexes has a part of the rows.
            Self::Tagged => {
                "tagged_objects where status_id = any($1) and uri is not null union all select from tagged_objects \
                 where status_id = any($1) and object_type is not null and object_id is not null"
            }
        }
    }
}

/// Posts, and the warrant that opens one of them.
type Of<'a> = (&'a [StatusId], Option<&'a Warrant<Reveal>>);

/// How many rows of one sort are read of the posts of a case.
const MOST: i64 = 100;
/// How often it is looked whether what is quoted quotes in turn: what a boost of a quote is of, and that this quotes too.
const IN_TURN: usize = 2;

/// Whether a post's words may be had: it is public or unlisted, or the private one that is opened.
macro_rules! open {
    () => {
        "(s.visibility in (0, 1) or s.id = $2)"
    };
}

/// The columns of the post `o` of the account `a` that the post `s` quotes or boosts.
macro_rules! other {
    () => {
        concat!(
            "o.id as quoted, case when o.visibility in (0, 1) and ",
            open!(),
            " then ",
            cut!("o.text", "20000"),
            " end as text, case when o.visibility in (0, 1) and ",
            open!(),
            " then ",
            cut!("o.spoiler_text", "20000"),
            " end as spoiler, o.visibility, ",
            ms!("o.created_at"),
            " as created_at, o.edited_at is not null as edited, o.deleted_at is not null as deleted, \
             a.domain is not null as remote, case when ",
            open!(),
            " then a.username || coalesce('@' || a.domain, '') end as by, \
             (select count(*) from (select from media_attachments m where m.status_id = o.id limit 20) m) as files "
        )
    };
}

#[derive(FromRow)]
struct OtherPost {
    status: i64,
    state: Option<i32>,
    quoted: Option<i64>,
    text: Option<String>,
    spoiler: Option<String>,
    visibility: Option<i32>,
    created_at: Option<i64>,
    edited: bool,
    deleted: bool,
    remote: bool,
    by: Option<String>,
    files: i64,
}

impl From<OtherPost> for QuoteRow {
    fn from(row: OtherPost) -> Self {
        Self {
            status: StatusId(row.status),
            state: row.state,
            by: row.by,
            quoted: row.quoted.zip(row.visibility).zip(row.created_at).map(|((id, visibility), at)| QuotedPost {
                id: StatusId(id),
                text: row.text,
                spoiler: row.spoiler,
                remote: row.remote,
                visibility,
                created_at: Timestamp(at),
                edited: row.edited,
                deleted: row.deleted,
                files: row.files,
            }),
        }
    }
}

impl Read {
    /// Rows that belong to posts; none where their tables are not there or may not be read. Of the statement `$1` are the
    /// posts, `$2` is the private one that a warrant opens, `$3` the most rows.
    async fn of_posts<Row>(
        &mut self,
        kind: Kind,
        sql: &'static str,
        (statuses, warrant): Of<'_>,
        most: i64,
    ) -> Result<Vec<Row>, DatabaseError>
    where
        Row: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        if kind.there(self.extras) != There::Granted || statuses.is_empty() {
            return Ok(Vec::new());
        }
        let query = self.prepared_as(sql).bind(numbers(statuses)).bind(opened(warrant)).bind(most);
        Ok(query.fetch_all(&mut *self.tx).await?)
    }

    /// What posts hold besides their words, and what the posts hold that they quote or boost.
    pub async fn held(
        &mut self,
        statuses: &[StatusId],
        warrant: Option<&Warrant<Reveal>>,
    ) -> Result<Held, DatabaseError> {
        let kinds = self.kinds(statuses).await?;
        let of = |kind: Kind| (if kinds.contains(&kind) { statuses } else { &[] }, warrant);
        let mut quotes = self.quotes(of(Kind::Quotes)).await?;
        let boosts = self.boosts(of(Kind::Boosts)).await?;
        let mut level = [readable(&quotes), readable(&boosts)].concat();
        let mut others: BTreeSet<StatusId> = level.iter().copied().collect();
        for _ in 0..IN_TURN {
            let more = self.quotes((&level, warrant)).await?;
            level = readable(&more);
            others.extend(&level);
            quotes.extend(more);
        }
        // Of what is quoted or boosted it was not asked what there is: it is read with the posts themselves.
        let all: BTreeSet<StatusId> = statuses.iter().chain(&others).copied().collect();
        let all: Vec<StatusId> = all.into_iter().collect();
        let with = |kind: Kind| if others.is_empty() { of(kind) } else { (all.as_slice(), warrant) };
        Ok(Held {
            polls: self.polls(with(Kind::Polls)).await?,
            edits: self.edits(of(Kind::Edits)).await?,
            links: self.links(with(Kind::Links)).await?,
            tagged: self.tagged(with(Kind::Tagged)).await?,
            quotes,
            boosts,
        })
    }

    /// Of which kinds these posts hold anything at all: one statement, over the same indexes, instead of one a kind, of
    /// which most would find nothing.
    async fn kinds(&mut self, statuses: &[StatusId]) -> Result<Vec<Kind>, DatabaseError> {
        if statuses.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kind.there(self.extras) == There::Granted).collect();
        let each: Vec<String> = asked.iter().map(|kind| format!("exists (select from {})", kind.rows())).collect();
        let sql = AssertSqlSafe(format!("select array[{}]", each.join(", ")));
        let held: Vec<bool> = self.prepared_scalar(sql).bind(numbers(statuses)).fetch_one(&mut *self.tx).await?;
        Ok(asked.into_iter().zip(held).filter_map(|(kind, held)| held.then_some(kind)).collect())
    }

    /// The polls of posts (`polls (status_id)`).
    async fn polls(&mut self, of: Of<'_>) -> Result<Vec<PollRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select p.status_id as status, case when ",
            open!(),
            " then array(select ",
            cut!("u.o", "500"),
            " from unnest(p.options::text[]) with ordinality u (o, n) order by u.n limit 50) end as options, \
             (coalesce(p.cached_tallies, '{}'))[1:50] as tallies, p.multiple, ",
            ms!("p.expires_at"),
            " as ends from polls p join statuses s on s.id = p.status_id where p.status_id = any($1) order by p.status_id limit $3"
        );
        #[derive(FromRow)]
        struct Row {
            status: StatusId,
            options: Option<Vec<String>>,
            tallies: Vec<i64>,
            multiple: bool,
            ends: Option<Timestamp>,
        }
        let rows: Vec<Row> = self.of_posts(Kind::Polls, SQL, of, MOST).await?;
        Ok(rows
            .into_iter()
            .map(|Row { status, options, tallies, multiple, ends }| {
                let with_votes = |options: Vec<String>| {
                    options.into_iter().enumerate().map(|(at, option)| (option, tallies.get(at).copied())).collect()
                };
                PollRow { status, options: options.map(with_votes), multiple, ends }
            })
            .collect())
    }

    /// What posts quote (`quotes (status_id)`, primary keys of `statuses` and `accounts`, `media_attachments (status_id)`).
    /// The words of a quoted post that is private stay where they are, whatever is opened.
    async fn quotes(&mut self, of: Of<'_>) -> Result<Vec<QuoteRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select q.status_id as status, q.state, ",
            other!(),
            "from quotes q join statuses s on s.id = q.status_id left join statuses o on o.id = q.quoted_status_id \
             left join accounts a on a.id = coalesce(o.account_id, q.quoted_account_id) \
             where q.status_id = any($1) order by q.status_id limit $3"
        );
        let rows: Vec<OtherPost> = self.of_posts(Kind::Quotes, SQL, of, MOST).await?;
        Ok(rows.into_iter().map(QuoteRow::from).collect())
    }

    /// What posts boost (primary keys of `statuses` and `accounts`, `media_attachments (status_id)`), as private as what they
    /// quote.
    async fn boosts(&mut self, of: Of<'_>) -> Result<Vec<QuoteRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select s.id as status, null::int as state, ",
            other!(),
            "from statuses s left join statuses o on o.id = s.reblog_of_id left join accounts a on a.id = o.account_id \
             where s.id = any($1) and s.reblog_of_id is not null order by s.id limit $3"
        );
        let rows: Vec<OtherPost> = self.of_posts(Kind::Boosts, SQL, of, MOST).await?;
        Ok(rows.into_iter().map(QuoteRow::from).collect())
    }

    /// The versions of posts, oldest first, at most two more of each than are shown (`status_edits (status_id)`).
    async fn edits(&mut self, of: Of<'_>) -> Result<Vec<EditRow>, DatabaseError> {
        macro_rules! edits {
            ($quoted:literal) => {
                concat!(
                    "select e.status_id as status, case when ",
                    open!(),
                    " then ",
                    cut!("e.text", "5000"),
                    " end as text, case when ",
                    open!(),
                    " then ",
                    cut!("e.spoiler_text", "5000"),
                    " end as spoiler, coalesce(case when ",
                    open!(),
                    " then array(select ",
                    cut!("u.o", "500"),
                    " from unnest(e.poll_options::text[]) with ordinality u (o, n) order by u.n limit 50) end, '{}') as poll, \
                     coalesce(cardinality(e.ordered_media_attachment_ids), 0)::bigint as files, coalesce(case when ",
                    open!(),
                    " then array(select ",
                    cut!("u.o", "5000"),
                    " from unnest(e.media_descriptions::text[]) with ordinality u (o, n) where u.o is not null \
                     order by u.n limit 50) end, '{}') as descriptions, \
                     coalesce(e.sensitive, false) as sensitive, e.quoted, ",
                    ms!("e.created_at"),
                    " as at from unnest($1::bigint[]) as p (id) join statuses s on s.id = p.id cross join lateral \
                     (select id, status_id, text, spoiler_text, poll_options, ordered_media_attachment_ids, media_descriptions, \
                     sensitive, ",
                    $quoted,
                    " as quoted, created_at from status_edits where status_id = p.id order by id limit $3) e \
                     order by e.status_id, e.id"
                )
            };
        }
        const SQL: &str = edits!("quote_id is not null");
        const BEFORE_QUOTES: &str = edits!("false");
        let sql = if self.extras.quotes == There::Granted { SQL } else { BEFORE_QUOTES };
        let most = i64::try_from(MOST_EDITS + 2).unwrap_or(i64::MAX);
        self.of_posts(Kind::Edits, sql, of, most).await
    }

    /// The links of posts that have a preview (primary keys of `preview_cards_statuses`, `statuses` and `preview_cards`).
    async fn links(&mut self, of: Of<'_>) -> Result<Vec<LinkRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select p.status_id as status, left(coalesce(nullif(p.url, ''), c.url), 5000) as address, \
             left(c.url, 5000) as page, ",
            cut!("c.title", "2000"),
            " as title, ",
            cut!("c.description", "5000"),
            " as description, left(c.provider_name, 500) as provider, left(c.author_name, 500) as author, c.image_file_name is not null as picture, \
             c.type as kind from preview_cards_statuses p join statuses s on s.id = p.status_id \
             left join preview_cards c on c.id = p.preview_card_id and ",
            open!(),
            " where p.status_id = any($1) order by p.status_id, p.preview_card_id limit $3"
        );
        #[derive(FromRow)]
        struct Row {
            status: i64,
            address: Option<String>,
            page: Option<String>,
            title: Option<String>,
            description: Option<String>,
            provider: Option<String>,
            author: Option<String>,
            picture: bool,
            kind: Option<i32>,
        }
        let rows: Vec<Row> = self.of_posts(Kind::Links, SQL, of, MOST).await?;
        Ok(rows
            .into_iter()
            .map(|row| LinkRow {
                status: StatusId(row.status),
                // Without its page the row has nothing: the post opens only with a reason.
                link: row.page.zip(row.address).map(|(page, address)| Link {
                    address,
                    page,
                    title: row.title.unwrap_or_default(),
                    description: row.description.unwrap_or_default(),
                    provider: row.provider.unwrap_or_default(),
                    author: row.author.unwrap_or_default(),
                    picture: row.picture,
                    kind: row.kind.unwrap_or_default(),
                }),
            })
            .collect())
    }

    /// The things of their own that posts link to, by the two indexes there are of `tagged_objects`, each of a part of its rows
    /// (`(status_id, uri)`, `(status_id, object_type, object_id)`, primary keys). Where collections may not be
    /// read, that is said, and these are not read either.
    async fn tagged(&mut self, of: Of<'_>) -> Result<Vec<TaggedRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select t.status_id as status, t.ap_type::text as kind, \
             t.ap_type = 'FeaturedCollection' as is_collection, case when ",
            open!(),
            " then left(t.uri::text, 5000) end as uri, left(c.name::text, 500) as name, a.username || coalesce('@' || a.domain, '') as by, \
             greatest(c.item_count - (select count(*) from collection_items i where i.collection_id = c.id \
             and i.state in (2, 3)), 0)::bigint as number \
             from unnest($1::bigint[]) as p (id) join statuses s on s.id = p.id cross join lateral \
             (select id, status_id, ap_type, object_type, object_id, uri from tagged_objects \
             where status_id = p.id and uri is not null \
             union all select id, status_id, ap_type, object_type, object_id, uri from tagged_objects \
             where status_id = p.id and uri is null and object_type is not null and object_id is not null limit $3) t \
             left join collections c on t.object_type = 'Collection' and c.id = t.object_id and ",
            open!(),
            " left join accounts a on a.id = c.account_id order by t.status_id, t.id limit $3"
        );
        #[derive(FromRow)]
        struct Row {
            status: i64,
            kind: String,
            is_collection: bool,
            uri: Option<String>,
            name: Option<String>,
            by: Option<String>,
            number: Option<i64>,
        }
        let rows: Vec<Row> = self.of_posts(Kind::Tagged, SQL, of, MOST).await?;
        Ok(rows
            .into_iter()
            .map(|row| TaggedRow {
                status: StatusId(row.status),
                kind: row.kind,
                is_collection: row.is_collection,
                uri: row.uri,
                collection: row.name.zip(row.by).zip(row.number).map(|((name, by), number)| (name, by, number)),
            })
            .collect())
    }

    /// The collections that open or closed reports name, those of open ones first (`collection_reports (report_id)`, primary
    /// keys, `collection_items (collection_id)`); none where there are none yet, or they may not be read.
    pub async fn collections(
        &mut self,
        target: AccountId,
        open: &[ReportId],
        closed: &[ReportId],
    ) -> Result<Vec<CollectionRow>, DatabaseError> {
        const SQL: &str = concat!(
            "select c.id, left(c.name::text, 500) as name, ",
            cut!("coalesce(nullif(c.description, ''), c.description_html, '')", "20000"),
            " as description, \
             coalesce(c.description, '') = '' as remote, c.language, greatest(c.item_count - w.away, 0)::bigint as number, w.away, ",
            ms!("c.created_at"),
            " as created_at, c.account_id = $2 as own, n.reports, n.open, array(select coalesce(a.username || coalesce('@' || a.domain, ''), '') \
             from (select account_id from collection_items where collection_id = c.id and state not in (2, 3) \
             order by position, account_id limit $3) i join accounts a on a.id = i.account_id) as people \
             from (select collection_id, count(*) as reports, count(*) filter (where report_id = any($5)) as open \
             from collection_reports where report_id = any($1) group by collection_id \
             order by count(*) filter (where report_id = any($5)) = 0, collection_id limit $4) n \
             join collections c on c.id = n.collection_id cross join lateral \
             (select count(*) as away from collection_items where collection_id = c.id and state in (2, 3)) w \
             order by n.open = 0, c.id"
        );
        let reports = [open, closed].concat();
        if self.extras.collections != There::Granted || reports.is_empty() {
            return Ok(Vec::new());
        }
        let query = self.prepared_as(SQL).bind(reports).bind(target).bind(MOST_NAMED).bind(MOST_COLLECTIONS).bind(open);
        Ok(query.fetch_all(&mut *self.tx).await?)
    }

    /// Whose the posts are that reports name: how many are the account's own, and how many somebody else's (primary key).
    pub async fn whose_posts(&mut self, account: AccountId, ids: &[StatusId]) -> Result<(i64, i64), DatabaseError> {
        const SQL: &str = "select count(*) filter (where account_id = $2), count(*) filter (where account_id <> $2) \
            from statuses where id = any($1)";
        let counted = self.prepared_as(SQL).bind(numbers(ids)).bind(account.0);
        Ok(counted.fetch_one(&mut *self.tx).await?)
    }

    /// What there is of reports and posts that the console knows nothing of, as last looked at.
    pub fn unknown_content(&self) -> &[Foreign] {
        &self.unknown
    }

    /// Which of what posts and reports may hold is there and may not be read, in words.
    pub fn hidden_content(&self) -> Vec<&'static str> {
        [
            (self.extras.polls, "polls"),
            (self.extras.quotes, "quoted posts"),
            (self.extras.edits, "earlier versions"),
            (self.extras.links, "link previews"),
            (self.extras.collections, "collections"),
            (self.extras.tagged, "linked collections"),
            (self.extras.presets, "warning presets"),
        ]
        .into_iter()
        .filter_map(|(there, words)| (there == There::NotGranted).then_some(words))
        .collect()
    }
}
