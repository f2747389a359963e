//! Servers, and the rules about servers, mail domains and addresses.
//!
//! `domain_blocks`, `domain_allows`, `email_domain_blocks` and `ip_blocks` are tables of at most some tens of thousands of
//! rows; `accounts` is not, and is only ever entered by exact domain, up to a bound.

use super::{DatabaseError, Read, There, ms, query, query_as, query_scalar};
use crate::{
    clock::Timestamp,
    id::RuleNumber,
    nouns::domain_blocks::{
        AddressRule, AddressSeverity, Allowed, COUNTED, Cost, Domain, GLIMPSED, Glimpse, Known, Listed, ListedAddress,
        Losses, MailRule, Note, Reach, Rule, Severity,
    },
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Accounts of a server that are looked at for the numbers on its page.
const LOOKED_AT: i64 = 5_000;
/// Accounts that are looked at to say that nobody here follows any of them.
const SEARCHED: i64 = 200_000;
/// Accounts of each server that are looked at for what a list would cost, and follows of each of them.
const PRICED: i64 = 1_000;
/// Accounts of each server that are looked at before the others.
const AT_FIRST: i64 = 3;
/// Accounts of each server that are looked at for its row in the list.
const GLANCED_AT: i64 = 20;
/// Servers below a server that are counted with it.
pub const MOST_BELOW: usize = 200;
/// One more than are counted tells that there are more.
const BELOW: i64 = 201;

#[derive(sqlx::FromRow)]
struct RuleColumns {
    id: i64,
    domain: String,
    severity: Option<i32>,
    reject_media: bool,
    reject_reports: bool,
    obfuscate: bool,
    public_comment: Option<String>,
    private_comment: Option<String>,
    created_at: i64,
    accounts_count: Option<i64>,
}

/// The columns of a rule, its accounts among them, and where they come from.
macro_rules! rules {
    ($rest:literal) => {
        concat!(
            "select b.id, b.domain, b.severity, b.reject_media, b.reject_reports, b.obfuscate, b.public_comment, \
             b.private_comment, ",
            ms!("b.created_at"),
            " as created_at, i.accounts_count from domain_blocks b left join instances i on i.domain = b.domain ",
            $rest
        )
    };
}

impl From<RuleColumns> for Listed {
    fn from(row: RuleColumns) -> Self {
        Self {
            id: row.id,
            domain: row.domain,
            rule: Rule {
                // NULL, which only SQL from outside can leave, limits nobody.
                severity: row.severity.map_or(Severity::Noop, Severity::from_stored),
                reject_media: row.reject_media,
                reject_reports: row.reject_reports,
                obfuscate: row.obfuscate,
                public_comment: row.public_comment.unwrap_or_default(),
                private_comment: row.private_comment.unwrap_or_default(),
            },
            since: Timestamp(row.created_at),
            accounts: row.accounts_count,
        }
    }
}

/// A part of a text as a pattern for `ilike`.
pub(super) fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// What has become of the accounts of a server and of those below it, as far as they were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    pub known: i64,
    pub suspended: i64,
    pub silenced: i64,
    /// Suspended by somebody, as Mastodon's log has it.
    pub by_hand: i64,
    /// There are more than were looked at.
    pub more: bool,
}

/// What a list of rules is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    pub severity: Option<Severity>,
    pub media: bool,
    /// A part of the domain or of a comment.
    pub text: Option<String>,
    /// Only rules older than this one.
    pub before: Option<i64>,
}

/// The first accounts of a server are read in the order of an index: a planner left free fetches all of a large one and sorts them
/// (1.6 s for half a million), as it takes servers for small.
const BY_INDEX: &str =
    "select set_config('enable_bitmapscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)";
/// … and from there on as it finds best.
const FREELY: &str = "select set_config('enable_bitmapscan', 'on', true), set_config('plan_cache_mode', 'auto', true)";

impl Read {
    /// Rules about servers, newest first (primary key of `domain_blocks` backwards, with a filter).
    pub async fn domain_blocks(&mut self, narrowed: &Narrowed, limit: i64) -> Result<Vec<Listed>, DatabaseError> {
        const SQL: &str = rules!(
            "where ($1::bigint is null or b.id < $1) and ($2::int is null or b.severity = $2) \
             and (not $3 or b.reject_media) and ($4::text is null or b.domain ilike $4 or b.public_comment ilike $4 \
             or b.private_comment ilike $4) order by b.id desc limit $5"
        );
        let rows: Vec<RuleColumns> = query_as(SQL)
            .bind(narrowed.before)
            .bind(narrowed.severity.map(Severity::stored))
            .bind(narrowed.media)
            .bind(narrowed.text.as_deref().map(containing))
            .bind(limit)
            .fetch_all(&mut *self.tx)
            .await?;
        Ok(rows.into_iter().map(Listed::from).collect())
    }

    /// Rules about servers from an id on, oldest first, with the public comment as it is stored: none is not an empty one
    /// (primary key of `domain_blocks`).
    pub async fn domain_blocks_after(
        &mut self,
        id: i64,
        limit: i64,
    ) -> Result<Vec<(Listed, Option<String>)>, DatabaseError> {
        const SQL: &str = rules!("where b.id > $1 order by b.id limit $2");
        let rows: Vec<RuleColumns> = query_as(SQL).bind(id).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.public_comment.clone(), row))
            .map(|(comment, row)| (Listed::from(row), comment))
            .collect())
    }

    /// The rules for exactly these domains, longest first (unique index on `domain_blocks.domain`).
    pub async fn domain_blocks_of(&mut self, domains: &[String]) -> Result<Vec<Listed>, DatabaseError> {
        const SQL: &str = rules!("where b.domain = any($1) order by char_length(b.domain) desc, b.domain limit 200");
        let rows: Vec<RuleColumns> = self.prepared_as(SQL).bind(domains).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(Listed::from).collect())
    }

    /// The rule for exactly this domain.
    pub async fn domain_block(&mut self, domain: &Domain) -> Result<Option<Listed>, DatabaseError> {
        Ok(self.domain_blocks_of(&[domain.to_string()]).await?.into_iter().next())
    }

    /// The rule of this number (primary key of `domain_blocks`).
    pub async fn domain_block_numbered(&mut self, id: RuleNumber) -> Result<Option<Listed>, DatabaseError> {
        const SQL: &str = rules!("where b.id = $1");
        let row: Option<RuleColumns> = self.prepared_as(SQL).bind(id.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(Listed::from))
    }

    /// The first of these names under which anything is there: a rule, an allowed server or a server known (unique indexes on
    /// `domain` of the three).
    pub async fn named(&mut self, names: &[String]) -> Result<Option<String>, DatabaseError> {
        const SQL: &str = "select d.name from unnest($1::text[]) with ordinality d (name, place) \
            where exists (select from domain_blocks where domain = d.name) \
            or exists (select from domain_allows where domain = d.name) \
            or exists (select from instances where domain = d.name) order by d.place limit 1";
        Ok(self.prepared_scalar(SQL).bind(names).fetch_optional(&mut *self.tx).await?)
    }

    /// Rules for domains below one (a scan of `domain_blocks`, which has no index by the end of a name).
    pub async fn domain_blocks_below(&mut self, domain: &Domain) -> Result<Vec<Listed>, DatabaseError> {
        const SQL: &str = rules!("where right(b.domain, char_length($1) + 1) = '.' || $1 order by b.domain limit 50");
        let rows: Vec<RuleColumns> = self.prepared_as(SQL).bind(domain.as_str()).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(Listed::from).collect())
    }

    /// Allowed servers, newest first (primary key of `domain_allows` backwards, with a filter).
    pub async fn domain_allows(
        &mut self,
        text: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Allowed>, DatabaseError> {
        const SQL: &str = concat!(
            "select id, domain, ",
            ms!("created_at"),
            " from domain_allows where ($1::bigint is null or id < $1) and ($2::text is null or domain ilike $2) \
             order by id desc limit $3"
        );
        let rows: Vec<(i64, String, i64)> =
            query_as(SQL).bind(before).bind(text.map(containing)).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(|(id, domain, since)| Allowed { id, domain, since: Timestamp(since) }).collect())
    }

    /// Whether a server is allowed (unique index on `domain_allows.domain`).
    pub async fn domain_allow(&mut self, domain: &Domain) -> Result<Option<Allowed>, DatabaseError> {
        const SQL: &str = concat!("select id, domain, ", ms!("created_at"), " from domain_allows where domain = $1");
        let row: Option<(i64, String, i64)> =
            self.prepared_as(SQL).bind(domain.as_str()).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(|(id, domain, since)| Allowed { id, domain, since: Timestamp(since) }))
    }

    /// Servers by name, from one on, all of them or those whose name begins with a text (unique index on
    /// `instances.domain`; the range keeps the index in every collation, the pattern is what counts).
    pub async fn known_servers(&mut self, begins: &str, after: &str, limit: i64) -> Result<Vec<Known>, DatabaseError> {
        const SQL: &str = "select i.domain, i.accounts_count, b.severity, b.id is not null, \
            exists (select from domain_allows a where a.domain = i.domain) \
            from instances i left join domain_blocks b on b.domain = i.domain \
            where i.domain > $2 and ($1 = '' or (i.domain >= $1 and i.domain < $1 || 'zzzzzzzz' and starts_with(i.domain, $1))) \
            order by i.domain limit $3";
        let rows: Vec<(String, i64, Option<i32>, bool, bool)> =
            query_as(SQL).bind(begins).bind(after).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|(domain, accounts, severity, ruled, allowed)| Known {
                domain,
                accounts,
                severity: ruled.then(|| severity.map_or(Severity::Noop, Severity::from_stored)),
                allowed,
                notes: 0,
                glimpse: None,
            })
            .collect())
    }

    /// Follows both ways, reports and media of the first few accounts of each of these servers, by server (`accounts (domain,
    /// id)`, then `follows` both ways, `reports` and `media_attachments` by account).
    pub async fn glimpses(&mut self, domains: &[String]) -> Result<HashMap<String, Glimpse>, DatabaseError> {
        // As `reach`: joins that cannot be turned round.
        const SQL: &str = "with there as materialized (select d.name, a.id, a.live from unnest($1::text[]) d (name) \
             cross join lateral (select id, suspended_at is null as live from accounts where domain = d.name \
             order by id limit $2) a) select t.name, count(*), \
            sum((select count(*) from (select from follows where t.live and target_account_id = t.id limit $3) f))::bigint, \
            sum((select count(*) from (select from follows where t.live and account_id = t.id limit $3) f))::bigint, \
            sum((select count(*) from (select from reports where target_account_id = t.id limit $3) r))::bigint, \
            sum((select count(*) from (select from media_attachments where account_id = t.id limit $3) m))::bigint \
            from there t group by t.name";
        let rows: Vec<(String, i64, i64, i64, i64, i64)> =
            query_as(SQL).bind(domains).bind(GLANCED_AT).bind(GLIMPSED).fetch_all(&mut *self.tx).await?;
        Ok(rows
            .into_iter()
            .map(|(name, there, followed, following, reports, media)| {
                (name, Glimpse { followed, following, reports, media, more: there >= GLANCED_AT })
            })
            .collect())
    }

    /// Accounts known on a server when Mastodon last counted (unique index on `instances.domain`).
    pub async fn accounts_known(&mut self, domain: &Domain) -> Result<Option<i64>, DatabaseError> {
        Ok(self
            .prepared_scalar("select accounts_count from instances where domain = $1")
            .bind(domain.as_str())
            .fetch_optional(&mut *self.tx)
            .await?)
    }

    /// How many of these servers are known, and how many accounts there are on them in all (unique index on
    /// `instances.domain`).
    pub async fn accounts_known_on(&mut self, domains: &[String]) -> Result<(i64, i64), DatabaseError> {
        const SQL: &str = "select count(*), coalesce(sum(accounts_count), 0)::bigint from instances \
            where domain = any($1) and accounts_count > 0";
        Ok(self.prepared_as(SQL).bind(domains).fetch_one(&mut *self.tx).await?)
    }

    /// Names of known servers, up to a bound (unique index on `instances.domain`).
    pub async fn server_names(&mut self, limit: i64) -> Result<Vec<String>, DatabaseError> {
        const SQL: &str = "select domain from instances order by domain limit $1";
        Ok(query_scalar(SQL).bind(limit).fetch_all(&mut *self.tx).await?)
    }

    /// Known servers below a server (`index_instances_on_reverse_domain`, as a range for every collation).
    pub async fn servers_below(&mut self, domain: &Domain) -> Result<Vec<(String, i64)>, DatabaseError> {
        const SQL: &str = "select domain, accounts_count from instances \
            where reverse('.' || domain) >= reverse('.' || $1) || '.' \
            and reverse('.' || domain) < reverse('.' || $1) || 'zzzzzzzz' \
            and right(domain, char_length($1) + 1) = '.' || $1 order by reverse('.' || domain), domain limit $2";
        Ok(self.prepared_as(SQL).bind(domain.as_str()).bind(BELOW).fetch_all(&mut *self.tx).await?)
    }

    /// What has become of the first accounts known on some servers (`accounts (domain, id)`, and for each that is suspended
    /// `admin_action_logs (target_type, target_id)`).
    pub async fn limited_there(&mut self, domains: &[String]) -> Result<Limited, DatabaseError> {
        const SQL: &str = "with there as materialized (select a.id, a.suspended_at, a.silenced_at \
             from unnest($1::text[]) d (name) cross join lateral \
             (select id, suspended_at, silenced_at from accounts where domain = d.name order by id limit $2) a limit $2) \
            select count(*), count(suspended_at), count(silenced_at), \
             count(case when suspended_at is not null and (select l.action from admin_action_logs l \
             where l.target_type = 'Account' and l.target_id = there.id and l.action in ('suspend', 'unsuspend') \
             order by l.id desc limit 1) = 'suspend' then 1 end) from there";
        query(BY_INDEX).execute(&mut *self.tx).await?;
        let (known, suspended, silenced, by_hand): (i64, i64, i64, i64) =
            query_as(SQL).bind(domains).bind(LOOKED_AT).fetch_one(&mut *self.tx).await?;
        query(FREELY).execute(&mut *self.tx).await?;
        Ok(Limited { known, suspended, silenced, by_hand, more: known == LOOKED_AT })
    }

    /// Follows, reports and media of the first accounts known on some servers, each counted up to a bound
    /// (`accounts (domain, id)`, then `follows` both ways, `reports` both ways and `media_attachments` by account).
    pub async fn reach(&mut self, domains: &[String]) -> Result<Reach, DatabaseError> {
        // Joins that cannot be turned round: a planner left free reads all of `accounts` and `follows` for a large server.
        // Who is suspended already loses nothing (`app/services/block_domain_service.rb`, `without_suspended`).
        const SQL: &str = "with there as materialized (select a.id, a.live from unnest($1::text[]) d (name) cross join lateral \
             (select id, suspended_at is null as live from accounts where domain = d.name order by id limit $2) a limit $2), \
            followed as materialized (select f.account_id from there t cross join lateral \
             (select account_id from follows where t.live and target_account_id = t.id limit $3) f limit $3), \
            following as materialized (select f.target_account_id from there t cross join lateral \
             (select target_account_id from follows where t.live and account_id = t.id limit $3) f limit $3) \
            select (select count(*) from there), \
            (select count(distinct account_id) from followed), (select count(*) from followed), \
            (select count(distinct target_account_id) from following), (select count(*) from following), \
            (select count(*) from (select from there t cross join lateral \
             (select from reports where target_account_id = t.id limit $3) r limit $3) about), \
            (select count(*) from (select from there t cross join lateral \
             (select from reports where target_account_id = t.id and action_taken_at is null limit $3) r limit $3) open_about), \
            (select count(*) from (select from there t cross join lateral \
             (select from reports where account_id = t.id limit $3) r limit $3) theirs), \
            (select count(*) from (select from there t cross join lateral \
             (select from media_attachments where account_id = t.id limit $3) m limit $3) media)";
        query(BY_INDEX).execute(&mut *self.tx).await?;
        let row: (i64, i64, i64, i64, i64, i64, i64, i64, i64) =
            query_as(SQL).bind(domains).bind(LOOKED_AT + 1).bind(COUNTED + 1).fetch_one(&mut *self.tx).await?;
        query(FREELY).execute(&mut *self.tx).await?;
        let (there, followers, follows, followed, followers_there, reports_about, open_about, reports_from, media) =
            row;
        Ok(Reach {
            losses: Losses { followers, follows, followed, followers_there },
            reports_about,
            open_about,
            reports_from,
            media,
            looked_at: (there > LOOKED_AT).then_some(LOOKED_AT),
        })
    }

    /// Which rows of a list would cut follows, either way, as the first few accounts of each server tell: each name of a server
    /// with the row it comes under (`accounts (domain, id)`, then `follows` both ways by account). Most servers with any tie
    /// have one there, and looking at all of their accounts takes seconds for a long list.
    pub async fn tied_at_first(&mut self, names: &[String], rows: &[i64]) -> Result<HashSet<i64>, DatabaseError> {
        // Where few here follow anybody, a planner left free reads all of `follows` for each account.
        const NOT_ALL: &str = "select set_config('enable_seqscan', 'off', true)";
        // Who is suspended already loses nothing (`app/services/block_domain_service.rb`, `without_suspended`).
        const SQL: &str = "select d.row from unnest($1::text[], $2::bigint[]) d (name, row) where exists (select from \
             (select id, suspended_at from accounts where domain = d.name order by id limit $3) a \
             where a.suspended_at is null and (exists (select from follows where target_account_id = a.id) \
             or exists (select from follows where account_id = a.id)))";
        query(NOT_ALL).execute(&mut *self.tx).await?;
        let found: Vec<i64> = query_scalar(SQL).bind(names).bind(rows).bind(AT_FIRST).fetch_all(&mut *self.tx).await?;
        Ok(found.into_iter().collect())
    }

    /// The same among all accounts that are looked at, and the rows of servers that have more (`accounts (domain, id)` alone for
    /// the accounts, then as the planner finds it best: by account where they are few, through all of `follows` once where they are
    /// many; whether anybody of those with a tie is not suspended is asked up to the first by primary key).
    pub async fn tied(&mut self, names: &[String], rows: &[i64]) -> Result<HashSet<i64>, DatabaseError> {
        // What is kept for 20,000 servers does not fit into the 4 MB that is usual.
        const MEMORY: &str = "select set_config('work_mem', '32MB', true)";
        const SQL: &str = "with there as materialized (select d.row, a.id, a.number \
             from unnest($1::text[], $2::bigint[]) d (name, row) cross join lateral (select id, \
             row_number() over (order by id) as number from accounts where domain = d.name order by id limit $3) a), \
            tied as materialized (select row, array_agg(id) as ids from (select row, id from there t \
             where exists (select from follows where target_account_id = t.id) \
             union all select row, id from there t where exists (select from follows where account_id = t.id)) them \
             group by row) \
            select row from tied t where exists (select from unnest(t.ids) i (id) cross join lateral \
             (select from accounts where id = i.id and suspended_at is null limit 1) live) \
             union select row from there where number = $3";
        query(BY_INDEX).execute(&mut *self.tx).await?;
        query(MEMORY).execute(&mut *self.tx).await?;
        let found: Vec<i64> = query_scalar(SQL).bind(names).bind(rows).bind(PRICED).fetch_all(&mut *self.tx).await?;
        Ok(found.into_iter().collect())
    }

    /// About how many follows there are, as PostgreSQL last counted; below zero where it never did.
    pub async fn follows_about(&mut self) -> Result<i64, DatabaseError> {
        const SQL: &str = "select reltuples::bigint from pg_class where oid = 'follows'::regclass";
        Ok(query_scalar(SQL).fetch_one(&mut *self.tx).await?)
    }

    /// Who here would lose follows by rows of a list, a page of them at once: each name of a server with the row it comes
    /// under, and what each row costs that costs anything (`accounts (domain, id)`, then `follows` both ways by account, and
    /// `accounts` by number for the names).
    pub async fn costs(&mut self, names: &[String], rows: &[i64]) -> Result<HashMap<i64, Cost>, DatabaseError> {
        // As `reach`: joins that cannot be turned round, and whoever is suspended already loses nothing.
        const SQL: &str = "with there as materialized (select d.row, d.name, a.id, a.live \
             from unnest($1::text[], $2::bigint[]) d (name, row) cross join lateral \
             (select id, suspended_at is null as live from accounts where domain = d.name order by id limit $3) a), \
            ties as materialized (select t.row, f.account_id as here, 1 as follows, 0 as followers, f.number from there t \
             cross join lateral (select account_id, row_number() over () as number from follows where t.live and target_account_id = t.id limit $3) f \
             union all select t.row, f.target_account_id, 0, 1, f.number from there t \
             cross join lateral (select target_account_id, row_number() over () as number from follows where t.live and account_id = t.id limit $3) f), \
            per as materialized (select row, here, sum(follows) as follows, sum(followers) as followers from ties \
             group by row, here), \
            cut as (select row from ties where number >= $3 group by row), \
            whole as (select row, count(*) filter (where follows > 0) as losing, sum(follows)::bigint as follows, \
             count(*) filter (where followers > 0) as lost, sum(followers)::bigint as followers from per group by row), \
            looked as (select row, max(number) as number from (select row, name, count(*) as number from there \
             group by row, name) n group by row), \
            most as (select r.row, array_agg(coalesce(a.username, r.here || ' (gone)') order by r.place) as names, \
             array_agg(r.number order by r.place) as numbers from (select row, here, (follows + followers)::bigint as number, \
             row_number() over (partition by row order by follows + followers desc, here) as place from per) r \
             left join lateral (select username from accounts where id = r.here limit 1) a on true \
             where r.place <= 3 group by r.row) \
            select l.row, coalesce(w.losing, 0), coalesce(w.follows, 0), coalesce(w.lost, 0), coalesce(w.followers, 0), \
             case when exists (select from cut c where c.row = l.row) then $3 else l.number end, coalesce(m.names, '{}'), coalesce(m.numbers, '{}') from looked l \
             left join whole w on w.row = l.row left join most m on m.row = l.row";
        query(BY_INDEX).execute(&mut *self.tx).await?;
        let found: Vec<CostColumns> =
            query_as(SQL).bind(names).bind(rows).bind(PRICED).fetch_all(&mut *self.tx).await?;
        query(FREELY).execute(&mut *self.tx).await?;
        Ok(found
            .into_iter()
            .map(|(row, followers, follows, followed, followers_there, looked_at, names, numbers)| {
                let losses = Losses { followers, follows, followed, followers_there };
                let most = names.into_iter().zip(numbers).collect();
                (row, Cost { there: Vec::new(), losses: Some(losses), more: looked_at >= PRICED, most })
            })
            .collect())
    }

    /// Whether anybody here follows anybody on some servers; `None` where there are more accounts than can be looked at
    /// (`accounts (domain, id)`, `follows (target_account_id)`).
    pub async fn is_followed(&mut self, domains: &[String]) -> Result<Option<bool>, DatabaseError> {
        const SQL: &str = "select exists (select from unnest($1::text[]) d (name) cross join lateral \
             (select id, suspended_at is null as live from accounts where domain = d.name order by id limit $2) a \
             cross join lateral (select from follows where a.live and target_account_id = a.id limit 1) f), \
            (select count(*) from (select from unnest($1::text[]) d (name) cross join lateral \
             (select from accounts where domain = d.name order by id limit $2) a limit $2) there)";
        query(BY_INDEX).execute(&mut *self.tx).await?;
        let (followed, there): (bool, i64) =
            query_as(SQL).bind(domains).bind(SEARCHED).fetch_one(&mut *self.tx).await?;
        query(FREELY).execute(&mut *self.tx).await?;
        Ok(if followed || there < SEARCHED { Some(followed) } else { None })
    }

    /// Whether deliveries to a server are stopped (unique index on `unavailable_domains.domain`).
    pub async fn delivery_stopped(&mut self, domain: &Domain) -> Result<bool, DatabaseError> {
        Ok(self
            .prepared_scalar("select exists (select from unavailable_domains where domain = $1)")
            .bind(domain.as_str())
            .fetch_one(&mut *self.tx)
            .await?)
    }

    /// How many staff notes there are on each of these servers; none on 4.3, which has no such table, or where the console's
    /// role may not read it (index on `instance_moderation_notes.domain`).
    pub async fn server_note_counts(&mut self, domains: &[String]) -> Result<HashMap<String, i64>, DatabaseError> {
        const SQL: &str =
            "select domain, count(*) from instance_moderation_notes where domain = any($1) group by domain";
        if self.extras.server_notes != There::Granted {
            return Ok(HashMap::new());
        }
        let rows: Vec<(String, i64)> = self.prepared_as(SQL).bind(domains).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().collect())
    }

    /// Staff notes on a server, newest first; `None` on 4.3, which has no such table, or where the console's role may not
    /// read it (index on `instance_moderation_notes.domain`).
    pub async fn server_notes(&mut self, domain: &Domain) -> Result<Option<Vec<Note>>, DatabaseError> {
        const SQL: &str = concat!(
            "select coalesce(a.username, n.account_id || ' (gone)'), coalesce(n.content, ''), ",
            ms!("n.created_at"),
            " from instance_moderation_notes n left join accounts a on a.id = n.account_id where n.domain = $1 \
             order by n.id desc limit 50"
        );
        if self.extras.server_notes != There::Granted {
            return Ok(None);
        }
        let rows: Vec<(String, String, i64)> =
            self.prepared_as(SQL).bind(domain.as_str()).fetch_all(&mut *self.tx).await?;
        Ok(Some(rows.into_iter().map(|(by, text, at)| Note { by, text, at: Timestamp(at) }).collect()))
    }

    /// Rules about mail domains, newest first (primary key of `email_domain_blocks` backwards, with a filter).
    pub async fn mail_domain_blocks(
        &mut self,
        text: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<MailRule>, DatabaseError> {
        const SQL: &str = concat!(
            "with page as materialized (select id, domain, allow_with_approval, parent_id, created_at from email_domain_blocks \
             where ($1::bigint is null or id < $1) and ($2::text is null or domain ilike $2) order by id desc limit $3), \
             derived as (select parent_id, count(*) as rules from email_domain_blocks \
             where parent_id in (select id from page) group by parent_id) \
             select b.id, b.domain, b.allow_with_approval, coalesce(d.rules, 0), p.domain, ",
            ms!("b.created_at"),
            " from page b left join derived d on d.parent_id = b.id \
             left join email_domain_blocks p on p.id = b.parent_id order by b.id desc"
        );
        let rows: Vec<MailColumns> =
            query_as(SQL).bind(before).bind(text.map(containing)).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(mail_rule).collect())
    }

    /// The rule about a mail domain (unique index on `email_domain_blocks.domain`).
    pub async fn mail_domain_block(&mut self, domain: &Domain) -> Result<Option<MailRule>, DatabaseError> {
        const SQL: &str = concat!(
            "select b.id, b.domain, b.allow_with_approval, \
             (select count(*) from email_domain_blocks d where d.parent_id = b.id), p.domain, ",
            ms!("b.created_at"),
            " from email_domain_blocks b left join email_domain_blocks p on p.id = b.parent_id where b.domain = $1"
        );
        let row: Option<MailColumns> =
            self.prepared_as(SQL).bind(domain.as_str()).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(mail_rule))
    }

    /// Rules about addresses, newest first (primary key of `ip_blocks` backwards). Their networks are named without bits of a
    /// host, here and everywhere: SQL can leave such in a row, and the rule is about the network all the same.
    pub async fn address_blocks(
        &mut self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ListedAddress>, DatabaseError> {
        const SQL: &str = concat!(
            "select id, host(network(ip)) || '/' || masklen(ip), severity, comment, ",
            ms!("expires_at"),
            ", ",
            ms!("created_at"),
            " from ip_blocks where ($1::bigint is null or id < $1) order by id desc limit $2"
        );
        let rows: Vec<AddressColumns> = query_as(SQL).bind(before).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(address).collect())
    }

    /// The rule about addresses of this number (primary key of `ip_blocks`).
    pub async fn address_block_numbered(&mut self, id: RuleNumber) -> Result<Option<ListedAddress>, DatabaseError> {
        const SQL: &str = concat!(
            "select id, host(network(ip)) || '/' || masklen(ip), severity, comment, ",
            ms!("expires_at"),
            ", ",
            ms!("created_at"),
            " from ip_blocks where id = $1"
        );
        let row: Option<AddressColumns> = self.prepared_as(SQL).bind(id.0).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(address))
    }

    /// The network of a rule about addresses (primary key of `ip_blocks`).
    pub async fn network_of(&mut self, id: RuleNumber) -> Result<Option<String>, DatabaseError> {
        Ok(self
            .prepared_scalar("select host(network(ip)) || '/' || masklen(ip) from ip_blocks where id = $1")
            .bind(id.0)
            .fetch_optional(&mut *self.tx)
            .await?)
    }

    /// The rule about exactly this network, whatever bits of a host SQL left in its row; of several the newest (a scan of
    /// `ip_blocks`, whose index knows those bits).
    pub async fn address_block(&mut self, network: &str) -> Result<Option<ListedAddress>, DatabaseError> {
        const SQL: &str = concat!(
            "select id, host(network(ip)) || '/' || masklen(ip), severity, comment, ",
            ms!("expires_at"),
            ", ",
            ms!("created_at"),
            " from ip_blocks where network(ip) = network($1::inet) order by id desc limit 1"
        );
        let row: Option<AddressColumns> = self.prepared_as(SQL).bind(network).fetch_optional(&mut *self.tx).await?;
        Ok(row.map(address))
    }
}

/// A row, its losses, the accounts looked at on its largest server, and who loses most.
type CostColumns = (i64, i64, i64, i64, i64, i64, Vec<String>, Vec<i64>);

type MailColumns = (i64, String, bool, i64, Option<String>, i64);

fn mail_rule((id, domain, review, derived, parent, since): MailColumns) -> MailRule {
    MailRule { id, domain, review, derived, parent, since: Timestamp(since) }
}

type AddressColumns = (i64, String, i32, String, Option<i64>, i64);

fn address((id, network, severity, comment, until, since): AddressColumns) -> ListedAddress {
    ListedAddress {
        id,
        network,
        rule: AddressSeverity::from_stored(severity).map(|severity| AddressRule {
            severity,
            comment,
            until: until.map(Timestamp),
        }),
        since: Timestamp(since),
    }
}
