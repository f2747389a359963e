//! What the console reads and writes in an instance's database, column by column: the one list that [`super::Shape`] compares
//! with what is there, and that the GRANTs are printed from. A query that needs another column needs it here first.

use super::{DatabaseError, Read, query_scalar};
use std::{fmt, str::FromStr};

/// The releases of Mastodon whose tables are known (`db/schema.rb` of each).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    V43,
    V44,
    V45,
    V46,
    V47,
}

impl Release {
    pub const ALL: [Self; 5] = [Self::V43, Self::V44, Self::V45, Self::V46, Self::V47];

    fn number(self) -> &'static str {
        match self {
            Self::V43 => "4.3",
            Self::V44 => "4.4",
            Self::V45 => "4.5",
            Self::V46 => "4.6",
            Self::V47 => "4.7",
        }
    }
}

/// What `howdah --version` says: its own version, and the releases that it was tried with.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ", tried with Mastodon 4.3, 4.4, 4.5, 4.6 and 4.7");

/// What an instance says of its version, where that is no release the console was tried with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untried {
    /// A release newer than all of them: `4.8`
    Newer(String),
    /// One older than all of them: `4.2`
    Older(String),
    /// What it says is no version of Mastodon's.
    Foreign(String),
    /// It was asked, and has not said so since this console runs.
    Unsaid,
}

impl Untried {
    /// The release, which an owner may write into the configuration.
    pub fn release(&self) -> Option<&str> {
        match self {
            Self::Newer(release) | Self::Older(release) => Some(release),
            Self::Foreign(_) | Self::Unsaid => None,
        }
    }

    /// In a clause after the instance’s name.
    pub fn clause(&self) -> String {
        match self {
            Self::Newer(release) | Self::Older(release) => {
                format!("runs Mastodon {release}, which this console was never tried with")
            }
            Self::Foreign(said) => format!("says “{said}” of its version, which is none of Mastodon’s"),
            Self::Unsaid => "has not said yet which release it runs".to_owned(),
        }
    }
}

/// The longest that is repeated of a version that is none.
const LONGEST_VERSION: usize = 40;

/// Major and minor number of a version, whatever a fork or a nightly build writes behind them (`lib/mastodon/version.rb`):
/// `4.6.5`, `4.5.0-nightly.2025-11-02`, `4.6.0+glitch`, `v4.2.10+hometown-1.1.1`. Servers that only speak as Mastodon does
/// put another number before “(compatible; …)”.
fn numbers(version: &str) -> Option<(u32, u32)> {
    if version.contains("compatible") {
        return None;
    }
    let (major, rest) = version.trim().trim_start_matches('v').split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, behind) = rest.split_at(digits);
    let ends = behind.is_empty() || behind.starts_with(['.', '-', '+']);
    Some((major.parse().ok()?, minor.parse().ok().filter(|_| ends)?))
}

/// Why an instance of a version is not acted on; `None` for the releases that the console was tried with.
pub fn untried(version: &str) -> Option<Untried> {
    let Some(here) = numbers(version) else {
        let said = version.chars().filter(|c| !c.is_control()).take(LONGEST_VERSION).collect();
        return Some(Untried::Foreign(said));
    };
    let tried = Release::ALL.map(|release| numbers(release.number()));
    let label = format!("{}.{}", here.0, here.1);
    if tried.contains(&Some(here)) {
        None
    } else if tried.iter().flatten().all(|release| *release < here) {
        Some(Untried::Newer(label))
    } else {
        Some(Untried::Older(label))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

impl FromStr for Release {
    type Err = String;

    /// `4.6`, `4.6.5` and `4.7.0-alpha.2` are all understood.
    fn from_str(text: &str) -> Result<Self, String> {
        let here = numbers(text);
        Self::ALL.into_iter().find(|release| here.is_some() && numbers(release.number()) == here).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::number).collect();
            format!("“{text}” is no release whose tables are known: {}", known.join(", "))
        })
    }
}

/// What of the list not every release has, and the console does without where it is not there or not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Whether a role wants a second factor, and how many collections it may have: `user_roles`, since 4.6.
    RoleDetails,
    /// What staff wrote about a server: `instance_moderation_notes`, since 4.4.
    ServerNotes,
    /// Whether a setting is a person's own: `settings.thing_type`, 4.3 alone.
    OwnedSettings,
    /// What a poll asks: `polls`. Every release has it; who granted the columns of former releases of the console has not.
    Polls,
    /// What a post said before: `status_edits`. As with polls.
    Edits,
    /// What a post quotes: `quotes`, since 4.4.
    Quotes,
    /// Collections that reports name, and who is in them: since 4.6.
    Collections,
    /// That an account was deleted, or its owner asked for it: `accounts.requested_deletion_at`, since 4.7.
    Deletion,
    /// What the links of a post lead to: `preview_cards`. As with polls.
    Links,
    /// What a post links to that is a thing of its own: `tagged_objects`, since 4.6.
    Tagged,
    /// What a row of Mastodon's log changed: `admin_action_logs.recorded_changes`, since 4.7.
    Changes,
    /// Which newer releases Mastodon was told of: `software_updates`. As with polls.
    Updates,
    /// When the support of releases ends: `software_updates.end_of_support`, `software_deprecations`, since 4.7.
    Support,
    /// What appeals say and who decided them: `appeals`. As with polls.
    Appeals,
    /// Texts for warnings: `account_warning_presets`. Nobody must be kept from a decision by them.
    Presets,
}

impl Extra {
    /// Those by which the tables of two releases differ.
    pub(super) const TELLING: [Self; 9] = [
        Self::RoleDetails,
        Self::ServerNotes,
        Self::OwnedSettings,
        Self::Quotes,
        Self::Collections,
        Self::Deletion,
        Self::Tagged,
        Self::Changes,
        Self::Support,
    ];

    /// A column of it, as it stands in the list: `accounts.requested_deletion_at`.
    pub(super) fn column(self) -> String {
        let part = READS.iter().find(|part| part.extra == Some(self));
        part.map_or_else(String::new, |part| format!("{}.{}", part.table, part.columns.first().unwrap_or(&"")))
    }

    /// What is not known where it is there and may not be read.
    pub(super) fn not_known(self) -> &'static str {
        match self {
            Self::RoleDetails => "Whether a role wants a second factor is not known",
            Self::ServerNotes => "What staff wrote about a server is not read",
            Self::OwnedSettings => "Whose a setting is is not known",
            Self::Appeals => "What appeals say is not read",
            Self::Presets => "Warning presets are not read",
            Self::Polls => "Polls are not read",
            Self::Edits => "Earlier versions of posts are not read",
            Self::Quotes => "What posts quote is not read",
            Self::Collections => "Collections are not read",
            Self::Deletion => "Whether people deleted their own account is not known",
            Self::Links => "What the links of posts lead to is not read",
            Self::Tagged => "What posts link to besides pages is not read",
            Self::Changes => "What a row changed is not read",
            Self::Updates => "Which releases the instance was told of is not read",
            Self::Support => "When the support of releases ends is not read",
        }
    }

    pub(super) fn is_in(self, release: Release) -> bool {
        match self {
            Self::RoleDetails => release >= Release::V46,
            Self::ServerNotes => release >= Release::V44,
            Self::OwnedSettings => release == Release::V43,
            Self::Polls | Self::Edits | Self::Links | Self::Updates | Self::Appeals | Self::Presets => true,
            Self::Quotes => release >= Release::V44,
            Self::Collections | Self::Tagged => release >= Release::V46,
            Self::Deletion | Self::Changes | Self::Support => release >= Release::V47,
        }
    }
}

/// Columns of a table that are read.
pub(super) struct Reads {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// `None`: every release from 4.3 to 4.7 has them, and the console cannot do without.
    pub extra: Option<Extra>,
}

const fn always(table: &'static str, columns: &'static [&'static str]) -> Reads {
    Reads { table, columns, extra: None }
}

const fn sometimes(extra: Extra, table: &'static str, columns: &'static [&'static str]) -> Reads {
    Reads { table, columns, extra: Some(extra) }
}

/// Every column the console reads. Keys, passwords, tokens, one-time secrets and the ids of sessions are in none of them.
pub(super) const READS: &[Reads] = &[
    always("account_deletion_requests", &["id", "account_id", "created_at"]),
    always("account_moderation_notes", &["target_account_id", "account_id", "content", "created_at"]),
    always("account_stats", &["account_id", "followers_count", "statuses_count", "last_status_at"]),
    always(
        "account_warnings",
        &["id", "target_account_id", "account_id", "action", "text", "created_at", "overruled_at"],
    ),
    sometimes(Extra::Presets, "account_warning_presets", &["id", "title", "text"]),
    always(
        "accounts",
        &[
            "id",
            "username",
            "domain",
            "display_name",
            "note",
            "created_at",
            "suspended_at",
            "silenced_at",
            "sensitized_at",
            "actor_type",
            "memorial",
            "moved_to_account_id",
            "suspension_origin",
        ],
    ),
    sometimes(Extra::Deletion, "accounts", &["requested_deletion_at"]),
    always(
        "admin_action_logs",
        &["id", "account_id", "action", "target_type", "target_id", "human_identifier", "route_param", "created_at"],
    ),
    sometimes(Extra::Changes, "admin_action_logs", &["recorded_changes"]),
    always("appeals", &["id", "account_warning_id", "approved_at", "rejected_at"]),
    sometimes(
        Extra::Appeals,
        "appeals",
        &["account_id", "text", "created_at", "approved_by_account_id", "rejected_by_account_id"],
    ),
    sometimes(Extra::Collections, "collection_items", &["collection_id", "account_id", "position", "state"]),
    sometimes(Extra::Collections, "collection_reports", &["report_id", "collection_id"]),
    sometimes(
        Extra::Collections,
        "collections",
        &["id", "account_id", "name", "description", "description_html", "language", "item_count", "created_at"],
    ),
    always("domain_allows", &["id", "domain", "created_at"]),
    always(
        "domain_blocks",
        &[
            "id",
            "domain",
            "severity",
            "reject_media",
            "reject_reports",
            "obfuscate",
            "public_comment",
            "private_comment",
            "created_at",
        ],
    ),
    always("email_domain_blocks", &["id", "domain", "parent_id", "allow_with_approval", "created_at"]),
    always("follows", &["account_id", "target_account_id"]),
    sometimes(
        Extra::ServerNotes,
        "instance_moderation_notes",
        &["id", "account_id", "domain", "content", "created_at"],
    ),
    always("instances", &["domain", "accounts_count"]),
    always(
        "invites",
        &["id", "user_id", "code", "uses", "max_uses", "expires_at", "autofollow", "comment", "created_at"],
    ),
    always("ip_blocks", &["id", "ip", "severity", "comment", "expires_at", "created_at"]),
    always(
        "media_attachments",
        &[
            "id",
            "status_id",
            "account_id",
            "type",
            "description",
            "file_file_name",
            "file_storage_schema_version",
            "remote_url",
        ],
    ),
    sometimes(Extra::Polls, "polls", &["status_id", "options", "cached_tallies", "multiple", "expires_at"]),
    sometimes(
        Extra::Links,
        "preview_cards",
        &["id", "url", "title", "description", "provider_name", "author_name", "image_file_name", "type"],
    ),
    sometimes(Extra::Links, "preview_cards_statuses", &["preview_card_id", "status_id", "url"]),
    sometimes(Extra::Quotes, "quotes", &["status_id", "quoted_status_id", "quoted_account_id", "state"]),
    always("report_notes", &["report_id", "account_id", "content", "created_at"]),
    always(
        "reports",
        &[
            "id",
            "account_id",
            "target_account_id",
            "category",
            "comment",
            "rule_ids",
            "status_ids",
            "forwarded",
            "created_at",
            "action_taken_at",
            "action_taken_by_account_id",
            "assigned_account_id",
        ],
    ),
    always("rules", &["id", "text", "deleted_at", "priority"]),
    always("session_activations", &["user_id", "ip", "user_agent", "created_at", "updated_at"]),
    always("settings", &["id", "var", "value"]),
    sometimes(Extra::OwnedSettings, "settings", &["thing_type"]),
    sometimes(Extra::Support, "software_deprecations", &["branch", "end_of_support"]),
    sometimes(Extra::Updates, "software_updates", &["version", "type", "urgent"]),
    sometimes(Extra::Support, "software_updates", &["end_of_support"]),
    sometimes(
        Extra::Edits,
        "status_edits",
        &[
            "id",
            "status_id",
            "text",
            "spoiler_text",
            "created_at",
            "poll_options",
            "ordered_media_attachment_ids",
            "media_descriptions",
            "sensitive",
        ],
    ),
    sometimes(Extra::Quotes, "status_edits", &["quote_id"]),
    always(
        "statuses",
        &[
            "id",
            "account_id",
            "text",
            "spoiler_text",
            "language",
            "visibility",
            "created_at",
            "edited_at",
            "deleted_at",
            "in_reply_to_account_id",
            "reblog_of_id",
        ],
    ),
    always("status_stats", &["status_id", "reblogs_count", "replies_count"]),
    sometimes(Extra::Tagged, "tagged_objects", &["id", "status_id", "ap_type", "object_type", "object_id", "uri"]),
    always("unavailable_domains", &["domain"]),
    always("user_invite_requests", &["id", "user_id", "text"]),
    always("user_ips", &["user_id", "ip", "used_at"]),
    always("user_roles", &["id", "name", "permissions", "position", "color", "highlighted"]),
    sometimes(Extra::RoleDetails, "user_roles", &["require_2fa", "collection_limit"]),
    always(
        "users",
        &[
            "id",
            "account_id",
            "email",
            "sign_up_ip",
            "approved",
            "confirmed_at",
            "confirmation_sent_at",
            "disabled",
            "invite_id",
            "locale",
            "role_id",
            "created_at",
            "otp_required_for_login",
        ],
    ),
    always("webauthn_credentials", &["user_id"]),
];

/// What the console writes itself, because Mastodon has no API for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Who may sign up.
    Registrations,
    /// Who has which role, and the row of Mastodon's log that belongs to it.
    Roles,
    Invitations,
}

impl Writing {
    const ALL: [Self; 3] = [Self::Registrations, Self::Roles, Self::Invitations];

    fn words(self) -> &'static str {
        match self {
            Self::Registrations => "Registrations: without these they are only shown.",
            Self::Roles => "Roles: without these they are only shown.",
            Self::Invitations => "Invites: without these they are only shown.",
        }
    }

    fn writes(self) -> &'static [Writes] {
        match self {
            Self::Registrations => &[
                Writes::Columns("insert", "settings", &["var", "value", "created_at", "updated_at"]),
                Writes::Columns("update", "settings", &["value", "updated_at"]),
                // 4.3 may have a setting twice; later ones have an index against it.
                Writes::DeleteUntil(Release::V43, "settings"),
                Writes::Sequence("settings_id_seq"),
            ],
            Self::Roles => &[
                Writes::Columns("update", "users", &["role_id", "updated_at"]),
                Writes::Columns(
                    "insert",
                    "admin_action_logs",
                    &[
                        "account_id",
                        "action",
                        "target_type",
                        "target_id",
                        "human_identifier",
                        "route_param",
                        "created_at",
                        "updated_at",
                    ],
                ),
                Writes::Sequence("admin_action_logs_id_seq"),
            ],
            Self::Invitations => &[
                Writes::Columns(
                    "insert",
                    "invites",
                    &[
                        "user_id",
                        "code",
                        "max_uses",
                        "uses",
                        "expires_at",
                        "autofollow",
                        "comment",
                        "created_at",
                        "updated_at",
                    ],
                ),
                Writes::Columns("update", "invites", &["expires_at", "updated_at"]),
                Writes::Sequence("invites_id_seq"),
            ],
        }
    }
}

/// One privilege for writing.
#[derive(Clone, Copy)]
enum Writes {
    /// `insert` or `update`, a table, its columns.
    Columns(&'static str, &'static str, &'static [&'static str]),
    /// Rows are deleted up to this release.
    DeleteUntil(Release, &'static str),
    Sequence(&'static str),
}

impl Writes {
    /// The GRANT that gives it; `None` where the release does not need it.
    fn grant(self, release: Release, role: &str) -> Option<String> {
        match self {
            Self::Columns(verb, table, columns) => {
                Some(format!("grant {verb} ({}) on {table} to {role};", columns.join(", ")))
            }
            Self::DeleteUntil(last, table) => (release <= last).then(|| format!("grant delete on {table} to {role};")),
            Self::Sequence(name) => Some(format!("grant usage on sequence {name} to {role};")),
        }
    }
}

/// The GRANT for reading some columns of a table.
pub(super) fn reading(table: &str, columns: &[&str], role: &str) -> String {
    format!("grant select ({}) on {table} to {role};", columns.join(", "))
}

/// A name as SQL has it.
fn quoted(name: &str) -> String {
    let plain = name.chars().enumerate().all(|(at, c)| matches!(c, 'a'..='z' | '_') || at > 0 && c.is_ascii_digit());
    if plain && !name.is_empty() { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The columns of the list that a release has, by table.
pub fn readable(release: Release) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut tables: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for part in READS.iter().filter(|part| part.extra.is_none_or(|extra| extra.is_in(release))) {
        match tables.iter_mut().find(|(table, _)| *table == part.table) {
            Some((_, columns)) => columns.extend(part.columns),
            None => tables.push((part.table, part.columns.to_vec())),
        }
    }
    tables
}

/// Everything a database role needs on a release, and nothing else, for whoever owns the instance's database. It can be run
/// again after an upgrade: what was granted before is taken back first.
pub fn sql(release: Release, role: &str) -> String {
    let role = quoted(role);
    let mut lines = vec![
        format!(
            "-- What Howdah reads and writes on Mastodon {release}. A grant that names a column of another release fails,"
        ),
        "-- so this is printed for one of them; print and run it again when the instance has got another.".to_owned(),
        format!("-- Once, before it: create role {role} login password '…';"),
        "begin;".to_owned(),
        format!("revoke all on all tables in schema public from {role};"),
        format!("revoke all on all sequences in schema public from {role};"),
        format!("grant usage on schema public to {role};"),
    ];
    lines.extend(readable(release).into_iter().map(|(table, columns)| reading(table, &columns, &role)));
    for writing in Writing::ALL {
        lines.push(format!("-- {}", writing.words()));
        lines.extend(writing.writes().iter().filter_map(|write| write.grant(release, &role)));
    }
    lines.push("commit;".to_owned());
    lines.join("\n")
}

impl Read {
    /// The GRANTs that the console's database role lacks for writing something (system catalogues).
    pub async fn missing_grants(&mut self, writing: Writing) -> Result<Vec<String>, DatabaseError> {
        // Of all columns named, each: a privilege on the whole table counts for each of its columns.
        const COLUMNS: &str =
            "select coalesce(bool_and(has_column_privilege($1, c, $3)), true) from unnest($2::text[]) as c";
        const DELETE: &str = "select has_table_privilege($1, 'delete')";
        const SEQUENCE: &str = "select has_sequence_privilege($1, 'usage')";
        let role: String = query_scalar("select quote_ident(current_user)").fetch_one(&mut *self.tx).await?;
        // Whether settings may be there twice is told by the tables themselves.
        let release = if self.extras.owned_settings == super::There::Not { Release::V44 } else { Release::V43 };
        let mut missing = Vec::new();
        for write in writing.writes() {
            let Some(grant) = write.grant(release, &role) else { continue };
            let query = match write {
                Writes::Columns(verb, table, columns) => {
                    let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
                    query_scalar(COLUMNS).bind(*table).bind(columns).bind(*verb)
                }
                Writes::DeleteUntil(_, table) => query_scalar(DELETE).bind(*table),
                Writes::Sequence(name) => query_scalar(SEQUENCE).bind(*name),
            };
            let there: bool = query.fetch_one(&mut *self.tx).await?;
            if !there {
                missing.push(grant);
            }
        }
        Ok(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_understood_as_mastodon_writes_them() {
        assert_eq!("4.6".parse(), Ok(Release::V46));
        assert_eq!("v4.3.23".parse(), Ok(Release::V43));
        assert_eq!("4.7.0-alpha.2".parse(), Ok(Release::V47));
        for wrong in ["4", "4.2.9", "4.60", "5.0", ""] {
            let said = wrong.parse::<Release>().expect_err(wrong);
            assert!(said.contains("4.3, 4.4, 4.5, 4.6, 4.7"), "{said}");
        }
    }

    #[test]
    fn every_spelling_of_a_version_is_a_tried_release_a_newer_or_older_one_or_none() {
        let newer = |release: &str| Some(Untried::Newer(release.to_owned()));
        let older = |release: &str| Some(Untried::Older(release.to_owned()));
        let foreign = |said: &str| Some(Untried::Foreign(said.to_owned()));
        for (version, release) in [
            ("4.3.23", None),
            ("4.4.0-beta.1", None),
            ("v4.6.5", None),
            ("4.6", None),
            ("4.7.0-alpha.2", None),
            ("4.7.0-rc.1+glitch", None),
            ("4.7.3", None),
            ("4.5.0-nightly.2025-11-02", None),
            ("4.7.0-nightly.2026-11-20+glitch", None),
            ("4.6.0+glitch", None),
            ("4.6.0+glitch+th", None),
            ("4.4.3+hometown-1.1.1", None),
            ("4.5.2+chuckya.1", None),
            ("4.6+local", None),
            (" 4.6.5\n", None),
            ("4.8.0", newer("4.8")),
            ("4.8.0-alpha.1+glitch", newer("4.8")),
            ("4.10.1+glitch", newer("4.10")),
            ("v5.0.0-alpha.1", newer("5.0")),
            ("2026.11.1", newer("2026.11")),
            ("4.2.9", older("4.2")),
            ("4.2.10+hometown-1.1.1", older("4.2")),
            ("3.5.19", older("3.5")),
            ("2.7.2 (compatible; Akkoma 3.10.4)", foreign("2.7.2 (compatible; Akkoma 3.10.4)")),
            ("4.2.1 (compatible; Iceshrimp.NET 2025.1)", foreign("4.2.1 (compatible; Iceshrimp.NET 2025.1)")),
            ("4", foreign("4")),
            ("4.x", foreign("4.x")),
            ("4.60a", foreign("4.60a")),
            ("main", foreign("main")),
            ("", foreign("")),
            ("\u{1b}[31mred", foreign("[31mred")),
        ] {
            assert_eq!(untried(version), release, "{version:?}");
            assert_eq!(version.parse::<Release>().is_ok(), release.is_none(), "{version:?}");
        }
        assert!(untried(&"x".repeat(500)).is_some_and(|untried| untried.clause().len() < 200));
        for release in Release::ALL {
            assert!(VERSION.contains(release.number()), "{release}");
        }
    }

    #[test]
    fn the_grants_of_a_release() {
        insta::assert_snapshot!(sql(Release::V46, "howdah"));
    }

    #[test]
    fn what_a_release_has_not_is_not_granted() {
        for release in Release::ALL {
            let sql = sql(release, "howdah");
            assert_eq!(sql.contains("require_2fa"), release >= Release::V46, "{release}");
            assert_eq!(sql.contains("instance_moderation_notes"), release >= Release::V44, "{release}");
            assert_eq!(sql.contains("thing_type"), release == Release::V43, "{release}");
            assert_eq!(sql.contains(" on quotes "), release >= Release::V44, "{release}");
            assert_eq!(sql.contains(" on collections "), release >= Release::V46, "{release}");
            assert_eq!(sql.contains(" on tagged_objects "), release >= Release::V46, "{release}");
            for since_47 in ["recorded_changes", "end_of_support", "software_deprecations"] {
                assert_eq!(sql.contains(since_47), release >= Release::V47, "{since_47} on {release}");
            }
            for table in ["polls", "status_edits", "preview_cards", "preview_cards_statuses", "software_updates"] {
                assert!(sql.contains(&format!(" on {table} ")), "{table} on {release}");
            }
            assert_eq!(sql.contains("grant delete"), release == Release::V43, "{release}");
        }
    }

    #[test]
    fn a_role_is_quoted_where_it_must_be() {
        assert!(sql(Release::V46, "how-dah\"; drop").contains("on rules to \"how-dah\"\"; drop\";"));
    }

    /// A column that no statement names is not granted.
    #[test]
    fn every_column_of_the_list_is_named_by_a_statement() {
        const SOURCES: [&str; 15] = [
            include_str!("../database.rs"),
            include_str!("account.rs"),
            include_str!("content.rs"),
            include_str!("details.rs"),
            include_str!("domains.rs"),
            include_str!("finding.rs"),
            include_str!("invites.rs"),
            include_str!("log.rs"),
            include_str!("reports.rs"),
            include_str!("roles.rs"),
            include_str!("signups.rs"),
            include_str!("site.rs"),
            include_str!("snapshot.rs"),
            include_str!("standing.rs"),
            include_str!("hidden.rs"),
        ];
        for part in READS {
            let those: Vec<&&str> = SOURCES.iter().filter(|source| source.contains(part.table)).collect();
            assert!(!those.is_empty(), "{}", part.table);
            for column in part.columns {
                // What several statements share stands in the first, without its table.
                let mut sources = those.iter().copied().chain(&SOURCES[..1]);
                assert!(sources.any(|source| source.contains(column)), "{}.{column}", part.table);
            }
        }
    }
}
