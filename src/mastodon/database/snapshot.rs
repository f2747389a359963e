//! What the console looks at every few minutes to notice what changes elsewhere: settings, roles and who has one, rules,
//! sanctions, appeals, and who stands in Mastodon's log.
//!
//! Each part is one statement that lists its rows as key and content; the same statement, hashed row by row inside the
//! database, says whether anything is different at all. Times of rows are left out: a row that was only touched is the same.

use super::{DatabaseError, Extras, Read, There, by_release, deleted, finding::gone, ms, query_as};
pub use crate::nouns::parts::WatchedPart;

/// A row of a part.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PartRow {
    pub key: String,
    /// JSON
    pub content: String,
}

/// The statement of a part, as rows and as one hash of them.
macro_rules! part {
    ($($rows:tt)*) => {
        (
            concat!("select key, content::text as content from (", $($rows)*, ") part order by key limit $1"),
            concat!(
                "select count(*), coalesce(md5(string_agg(md5(key || ' ' || content::text), '' order by key collate \"C\")), '') from (",
                $($rows)*,
                ") part"
            ),
        )
    };
}

/// By which columns it is told who was deleted.
macro_rules! told {
    ([$details:ident granted]) => {
        "'since 4.7'"
    };
    ($without:tt) => {
        "'before 4.7'"
    };
}

/// A row for every sanction on a local account, one by one. No index serves it: 0.2 s with 200,000 people here among a million
/// accounts, every few minutes.
macro_rules! sanctions {
    ($release:tt,) => {
        part!(
            "select a.id::text || ' ' || s.sanction as key, jsonb_build_object('name', a.username, 'told', ",
            told!($release),
            ") as content from accounts a left join users u on u.account_id = a.id cross join lateral (values \
             ('suspended', a.suspended_at is not null), ('limited', a.silenced_at is not null), \
             ('sensitive', a.sensitized_at is not null), ('frozen', coalesce(u.disabled, false)), \
             ('memorial', a.memorial), ('deleted', ",
            gone!($release),
            ")) s (sanction, holds) where a.domain is null and a.id > 0 and (a.suspended_at is not null \
             or a.silenced_at is not null or a.sensitized_at is not null or u.disabled or a.memorial or ",
            deleted!($release, "a"),
            ") and s.holds"
        )
    };
}

impl WatchedPart {
    /// Most are read whole, by design: small tables, and rules, of which there are some tens of thousands at most. Members
    /// come from the index on `users.role_id`. Rules about mail that Mastodon derived from others come and go with them.
    fn sql(self, extras: Extras) -> (&'static str, &'static str) {
        match self {
            // 4.3 may have a setting twice; the older counts. It may also still have settings of single people, which are
            // nobody's business (`db/post_migrate/…_remove_legacy_user_settings_data.rb`).
            // Where it is not granted whose they are, the read is refused rather than made without asking.
            Self::Settings => match extras.owned_settings {
                There::Not => part!(
                    "select s.var::text as key, jsonb_agg(s.value order by s.id) as content from settings s group by s.var"
                ),
                There::NotGranted | There::Granted => part!(
                    "select s.var::text as key, jsonb_agg(s.value order by s.id) as content from settings s \
                     where s.thing_type is null group by s.var"
                ),
            },
            Self::Roles => match extras.role_details {
                There::Granted => part!(
                    "select id::text as key, jsonb_build_object('name', name, 'color', color, 'position', position, \
                     'permissions', permissions, 'highlighted', highlighted, 'require_2fa', require_2fa, \
                     'collection_limit', collection_limit) as content from user_roles"
                ),
                There::Not | There::NotGranted => part!(
                    "select id::text as key, jsonb_build_object('name', name, 'color', color, 'position', position, \
                     'permissions', permissions, 'highlighted', highlighted) as content from user_roles"
                ),
            },
            Self::Members => part!(
                "select u.account_id::text as key, jsonb_build_object('name', a.username, \
                 'role_id', u.role_id::text) as content from users u join accounts a on a.id = u.account_id \
                 where u.role_id is not null"
            ),
            Self::DomainBlocks => part!(
                "select domain::text as key, jsonb_build_object('severity', severity, 'reject_media', reject_media, \
                 'reject_reports', reject_reports, 'obfuscate', obfuscate, 'public_comment', coalesce(public_comment, ''), \
                 'private_comment', coalesce(private_comment, '')) as content from domain_blocks"
            ),
            Self::DomainAllows => part!("select domain::text as key, '{}'::jsonb as content from domain_allows"),
            Self::MailDomainBlocks => part!(
                "select domain::text as key, jsonb_build_object('review', allow_with_approval) as content \
                 from email_domain_blocks where parent_id is null"
            ),
            Self::AddressBlocks => part!(
                // Bits of a host can make several rows of one network: it is named once, with all of them.
                "select host(network(ip)) || '/' || masklen(ip) as key, \
                 jsonb_agg(jsonb_build_object('id', id, 'severity', severity, 'comment', comment, \
                 'until', ",
                ms!("expires_at"),
                ") order by id) as content from ip_blocks group by network(ip), masklen(ip)"
            ),
            Self::Sanctions => by_release!(extras, sanctions,),
            // `admin_action_logs.account_id` cascades: whoever is deleted takes their rows along.
            Self::LogAuthors => part!(
                "select l.account_id::text as key, jsonb_build_object('name', a.username, 'rows', l.rows, \
                 'first', l.first, 'last', l.last) as content from (select account_id, count(*) as rows, ",
                ms!("min(created_at)"),
                " as first, ",
                ms!("max(created_at)"),
                " as last from admin_action_logs \
                 where account_id is not null group by account_id) l left join accounts a on a.id = l.account_id"
            ),
            // The newest, as there are ever more of them, and those that wait, however old: no index serves these, and the
            // table is as small as that of strikes.
            Self::Appeals => part!(
                "select p.account_id::text || ' ' || p.id::text as key, jsonb_build_object('name', a.username, 'state', \
                 case when p.approved_at is not null then 'approved' when p.rejected_at is not null then 'rejected' \
                 else 'waiting' end, 'by', d.username) as content from ((select id from appeals order by id desc limit 5000) \
                 union (select id from appeals where approved_at is null and rejected_at is null order by id desc limit 5000)) ids \
                 join appeals p on p.id = ids.id \
                 left join accounts a on a.id = p.account_id \
                 left join accounts d on d.id = coalesce(p.approved_by_account_id, p.rejected_by_account_id)"
            ),
        }
    }
}

impl Read {
    /// Whether a part can be told from what is granted: on 4.7 nobody but one column says who was deleted.
    pub fn can_tell(&self, part: WatchedPart) -> bool {
        match part {
            WatchedPart::Sanctions => self.extras.deletion != There::NotGranted,
            WatchedPart::Appeals => self.may_read_appeals(),
            _ => true,
        }
    }

    /// How many rows a part has, and one hash of them all.
    pub async fn part_hash(&mut self, part: WatchedPart) -> Result<(i64, String), DatabaseError> {
        Ok(query_as(part.sql(self.extras).1).fetch_one(&mut *self.tx).await?)
    }

    /// Of these appeals those that are decided, as rows of their part (primary key).
    pub async fn decided_parts(&mut self, ids: &[i64]) -> Result<Vec<PartRow>, DatabaseError> {
        const SQL: &str = "select p.account_id::text || ' ' || p.id::text as key, jsonb_build_object('name', a.username, 'state', \
             case when p.approved_at is not null then 'approved' else 'rejected' end, 'by', d.username)::text as content \
             from appeals p left join accounts a on a.id = p.account_id \
             left join accounts d on d.id = coalesce(p.approved_by_account_id, p.rejected_by_account_id) \
             where p.id = any($1) and (p.approved_at is not null or p.rejected_at is not null) order by p.id";
        Ok(query_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?)
    }

    /// The rows of a part, as many as are compared one by one.
    pub async fn part_rows(&mut self, part: WatchedPart) -> Result<Vec<PartRow>, DatabaseError> {
        Ok(query_as(part.sql(self.extras).0).bind(part.most()).fetch_all(&mut *self.tx).await?)
    }
}
