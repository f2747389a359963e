//! Whether this is Mastodon's database at all, and which of the columns the console reads are there and granted to it.

use super::{
    DatabaseError, Read,
    content::{self, Foreign},
    grants::{self, Extra, READS, Release},
    ms, query_as, query_scalar,
};
use crate::{
    clock::{SECOND, Timestamp},
    text,
};

/// How something that not every release has stands in this database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum There {
    #[default]
    Not,
    /// It is there, and not granted to the console’s role: what hangs on it is not known.
    NotGranted,
    Granted,
}

/// What not every release has, as it stands here: the statements are chosen by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    pub role_details: There,
    pub server_notes: There,
    pub owned_settings: There,
    pub polls: There,
    pub edits: There,
    pub quotes: There,
    pub collections: There,
    pub deletion: There,
    pub links: There,
    pub tagged: There,
    pub changes: There,
    pub updates: There,
    pub support: There,
    pub appeals: There,
    pub presets: There,
}

impl Extras {
    fn there(mut self, extra: Extra) -> There {
        *self.of(extra)
    }

    /// What the tables have that does not fit the version an instance says it runs, in a sentence: an upgrade that was begun
    /// and not ended. What is read goes by the tables, what may be written by the version.
    pub fn half_way(self, version: &str) -> Option<String> {
        let release: Release = version.parse().ok()?;
        let odd = |there: bool, known: &dyn Fn(Extra) -> bool| -> Vec<String> {
            let odd = Extra::TELLING.into_iter().filter(|extra| extra.is_in(release) != there && known(*extra));
            odd.filter(|extra| (self.there(*extra) != There::Not) == there).map(Extra::column).collect()
        };
        let newer = |extra: Extra| Release::ALL.into_iter().any(|other| other > release && extra.is_in(other));
        // A build between two releases has what was written up to its day.
        let built_between = ["-alpha", "-nightly"].iter().any(|mark| version.contains(mark));
        let (lacks, ahead) = (odd(false, &|_| !built_between), odd(true, &newer));
        let left = odd(true, &|extra| !newer(extra));
        let mut said = Vec::new();
        if !lacks.is_empty() {
            said.push(format!(
                "they lack {}, so its migrations were not run to the end (rails db:migrate)",
                named(&lacks, ", ")
            ));
        }
        if !ahead.is_empty() {
            said.push(format!(
                "they have {} already, of a newer release: its servers were not restarted, or an upgrade was begun and \
                 not ended",
                named(&ahead, ", ")
            ));
        }
        if !left.is_empty() {
            said.push(format!(
                "they still have {}, of a former release: the migrations after the deployment were not run",
                named(&left, ", ")
            ));
        }
        let version: String = version.trim().chars().filter(|c| !c.is_control()).take(40).collect();
        (!said.is_empty()).then(|| {
            format!(
                "its tables are not as Mastodon {version} has them, which it says it runs: {}. What is shown follows the tables",
                said.join("; ")
            )
        })
    }

    fn of(&mut self, extra: Extra) -> &mut There {
        match extra {
            Extra::RoleDetails => &mut self.role_details,
            Extra::ServerNotes => &mut self.server_notes,
            Extra::OwnedSettings => &mut self.owned_settings,
            Extra::Polls => &mut self.polls,
            Extra::Edits => &mut self.edits,
            Extra::Quotes => &mut self.quotes,
            Extra::Collections => &mut self.collections,
            Extra::Deletion => &mut self.deletion,
            Extra::Links => &mut self.links,
            Extra::Tagged => &mut self.tagged,
            Extra::Changes => &mut self.changes,
            Extra::Updates => &mut self.updates,
            Extra::Support => &mut self.support,
            Extra::Appeals => &mut self.appeals,
            Extra::Presets => &mut self.presets,
        }
    }
}

/// A column of the instance's tables, and whether the console's role may read it.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Column {
    table: String,
    name: String,
    granted: bool,
}

/// What is missing, and what is there and not granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Tables and columns that Mastodon has from 4.3 to 4.7 and this database has not.
    pub missing: Vec<String>,
    /// `accounts.note`: columns the console cannot do without, and may not read.
    pub not_granted: Vec<String>,
    /// The GRANTs for these.
    pub grants: Vec<String>,
    /// What the console does without: a sentence each, with the GRANT.
    pub done_without: Vec<String>,
    pub extras: Extras,
    /// What there is of reports and posts that the console knows nothing of.
    pub unknown: Vec<Foreign>,
    /// Whether none of the tables is there.
    strange: bool,
}

/// Sentences stay readable: of a long list the beginning, and how much more there is.
const MOST_NAMED: usize = 6;

fn named(list: &[String], with: &str) -> String {
    let shown = text::shown_of(list.len(), MOST_NAMED);
    let more = list.len() - shown;
    let first = list.iter().take(shown).cloned().collect::<Vec<_>>().join(with);
    if more > 0 { format!("{first}{with}and {more} more") } else { first }
}

impl Shape {
    /// What is wrong, in a sentence; `None` for a database of Mastodon's that the console may read.
    pub fn problem(&self) -> Option<String> {
        if self.strange {
            return Some(
                "this is not a Mastodon database: none of its tables is there; correct database_url".to_owned(),
            );
        }
        if !self.missing.is_empty() {
            return Some(format!(
                "the database is not as Mastodon 4.3 to 4.7 has it; missing: {}",
                named(&self.missing, ", ")
            ));
        }
        if !self.not_granted.is_empty() {
            return Some(format!(
                "the console may not read {}; {} (all of them: howdah instance grants)",
                named(&self.not_granted, ", "),
                named(&self.grants, " ")
            ));
        }
        None
    }

    fn of(columns: &[Column], role: &str) -> Self {
        let mut shape = Self {
            strange: !READS.iter().any(|part| columns.iter().any(|column| column.table == part.table)),
            ..Self::default()
        };
        let mut known: Vec<Extra> = Vec::new();
        for part in READS {
            let find = |name: &str| columns.iter().find(|column| column.table == part.table && column.name == name);
            let absent: Vec<&str> = part.columns.iter().copied().filter(|name| find(name).is_none()).collect();
            let hidden: Vec<&str> =
                part.columns.iter().copied().filter(|name| find(name).is_some_and(|found| !found.granted)).collect();
            let qualified = |name: &&str| format!("{}.{name}", part.table);
            let Some(extra) = part.extra else {
                if columns.iter().any(|column| column.table == part.table) {
                    shape.missing.extend(absent.iter().map(qualified));
                } else {
                    shape.missing.push(format!("table {}", part.table));
                }
                if !hidden.is_empty() {
                    shape.not_granted.extend(hidden.iter().map(qualified));
                    shape.grants.push(grants::reading(part.table, &hidden, role));
                }
                continue;
            };
            let there = if !absent.is_empty() {
                There::Not
            } else if hidden.is_empty() {
                There::Granted
            } else {
                There::NotGranted
            };
            if there == There::NotGranted {
                shape.done_without.push(format!(
                    "the console may not read {}; {}",
                    hidden.iter().map(qualified).collect::<Vec<_>>().join(", "),
                    grants::reading(part.table, &hidden, role)
                ));
            }
            // One that lies in several tables is there where all of them are.
            let stands = shape.extras.of(extra);
            *stands = if known.contains(&extra) { there.min(*stands) } else { there };
            known.push(extra);
        }
        shape
    }
}

/// Compares what is there with the list (system catalogues).
pub(super) async fn shape(tx: &mut sqlx::PgConnection) -> Result<Shape, DatabaseError> {
    // The catalogue, not information_schema: a materialised view has its columns there alone, and what is not granted is
    // in no other place.
    const SQL: &str = "select c.relname::text as \"table\", a.attname::text as name, \
        has_column_privilege(c.oid, a.attnum, 'select') as granted from pg_attribute a \
        join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace \
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and c.relname = any($1) \
        and a.attnum > 0 and not a.attisdropped";
    let tables: Vec<String> = READS.iter().map(|part| part.table.to_owned()).collect();
    let columns: Vec<Column> = query_as(SQL).bind(tables).fetch_all(&mut *tx).await?;
    let role: String = query_scalar("select quote_ident(current_user)").fetch_one(&mut *tx).await?;
    let unknown = content::unknown(&mut *tx).await?;
    Ok(Shape { unknown, ..Shape::of(&columns, &role) })
}

/// A database that follows another one, and what it has of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standby {
    /// When the newest change was made that it shows; `None` where it has not shown any since it was started.
    pub replayed_at: Option<Timestamp>,
}

impl Standby {
    /// Clocks of two machines differ by less than this.
    const CLOCKS: i64 = 5 * SECOND;

    /// Whether what was done at this time may not be seen here yet.
    pub fn may_lack(self, at: Timestamp) -> bool {
        self.replayed_at.is_none_or(|replayed| replayed < at.plus(Self::CLOCKS))
    }
}

impl Read {
    /// Whether this is a copy that follows another database, which shows everything later (system functions).
    pub async fn standby(&mut self) -> Result<Option<Standby>, DatabaseError> {
        const SQL: &str = concat!("select pg_is_in_recovery(), ", ms!("pg_last_xact_replay_timestamp()"));
        let (follows, replayed): (bool, Option<i64>) = query_as(SQL).fetch_one(&mut *self.tx).await?;
        Ok(follows.then_some(Standby { replayed_at: replayed.map(Timestamp) }))
    }

    /// What of these is there and may not be read, as last looked at: a sentence each that says what is not known for it, with
    /// the GRANT. Nothing where all is granted, or the release has no such column.
    pub async fn untold(&mut self, extras: &[Extra]) -> Result<Vec<String>, DatabaseError> {
        let mut stands = self.extras;
        let untold: Vec<Extra> =
            extras.iter().copied().filter(|extra| *stands.of(*extra) == There::NotGranted).collect();
        if untold.is_empty() {
            return Ok(Vec::new());
        }
        let role: String = query_scalar("select quote_ident(current_user)").fetch_one(&mut *self.tx).await?;
        let said = |extra: Extra| {
            let parts = READS.iter().filter(|part| part.extra == Some(extra));
            let grants: Vec<String> = parts.map(|part| grants::reading(part.table, part.columns, &role)).collect();
            format!(
                "{}: the console’s database role lacks a privilege. In the instance’s PostgreSQL: {}",
                extra.not_known(),
                grants.join(" ")
            )
        };
        Ok(untold.into_iter().map(said).collect())
    }

    /// What is there and granted (system catalogues; with every probe).
    pub async fn shape(&mut self) -> Result<Shape, DatabaseError> {
        shape(&mut self.tx).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Vec<Column> {
        let of = |part: &grants::Reads| {
            let column = |name: &&str| Column { table: part.table.to_owned(), name: (*name).to_owned(), granted: true };
            part.columns.iter().map(column).collect::<Vec<_>>()
        };
        READS.iter().flat_map(of).collect()
    }

    #[test]
    fn a_column_that_is_not_granted_is_named_with_its_grant() {
        let mut columns = whole();
        assert_eq!(Shape::of(&columns, "howdah").problem(), None);
        for column in &mut columns {
            column.granted = (column.table.as_str(), column.name.as_str()) != ("accounts", "note");
        }
        let said = Shape::of(&columns, "howdah").problem().unwrap_or_default();
        assert!(said.contains("may not read accounts.note; grant select (note) on accounts to howdah;"), "{said}");
        columns.retain(|column| column.name != "note");
        let said = Shape::of(&columns, "howdah").problem().unwrap_or_default();
        assert!(said.contains("missing: accounts.note"), "{said}");
        assert!(Shape::of(&[], "howdah").problem().is_some_and(|said| said.contains("not a Mastodon database")));
    }

    #[test]
    fn what_a_release_has_not_is_no_problem_and_what_is_not_granted_is_named() {
        let mut columns = whole();
        columns.retain(|column| column.name != "thing_type");
        for column in &mut columns {
            column.granted = column.name != "require_2fa";
        }
        let shape = Shape::of(&columns, "howdah");
        assert_eq!(shape.problem(), None);
        assert_eq!(shape.extras.owned_settings, There::Not);
        assert_eq!(shape.extras.role_details, There::NotGranted);
        assert_eq!(
            shape.done_without,
            ["the console may not read user_roles.require_2fa; grant select (require_2fa) on user_roles to howdah;"]
        );
    }

    #[test]
    fn what_lies_in_several_tables_is_there_where_all_of_them_are() {
        for (without, hidden, stands) in [
            ("", "", There::Granted),
            ("collections", "", There::Not),
            ("collection_items", "", There::Not),
            ("collection_reports", "", There::Not),
            ("", "collection_items", There::NotGranted),
            ("collections", "collection_items", There::Not),
        ] {
            let mut columns = whole();
            columns.retain(|column| column.table != without);
            for column in &mut columns {
                column.granted = column.table != hidden;
            }
            let shape = Shape::of(&columns, "howdah");
            assert_eq!(shape.problem(), None, "{without} {hidden}");
            assert_eq!(shape.extras.collections, stands, "{without} {hidden}");
        }
    }

    #[test]
    fn a_long_list_is_cut() {
        let mut columns = whole();
        for column in &mut columns {
            column.granted = false;
        }
        let said = Shape::of(&columns, "howdah").problem().unwrap_or_default();
        assert!(said.len() < 1_500 && said.contains("more"), "{said}");
    }
}
