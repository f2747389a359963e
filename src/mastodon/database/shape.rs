//! Whether this is Mastodon's database at all, and whether it has the columns the console reads.

use super::{DatabaseError, Read};

/// Every column the console reads, by table. All exist from 4.3 to 4.7; what differs by version is not read.
const NEEDED: &[(&str, &[&str])] = &[
    (
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
    ("account_stats", &["account_id", "followers_count", "statuses_count", "last_status_at"]),
    ("account_deletion_requests", &["account_id", "created_at"]),
    ("account_moderation_notes", &["target_account_id", "account_id", "content", "created_at"]),
    ("account_warnings", &["id", "target_account_id", "account_id", "action", "text", "created_at", "overruled_at"]),
    ("account_warning_presets", &["id", "title", "text"]),
    ("admin_action_logs", &["id", "account_id", "action", "target_type", "target_id", "created_at"]),
    ("appeals", &["account_warning_id", "approved_at", "rejected_at"]),
    (
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
    ("instances", &["domain", "accounts_count"]),
    (
        "invites",
        &[
            "id",
            "user_id",
            "code",
            "uses",
            "max_uses",
            "expires_at",
            "autofollow",
            "comment",
            "created_at",
            "updated_at",
        ],
    ),
    (
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
    ("report_notes", &["report_id", "account_id", "content", "created_at"]),
    (
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
    ("rules", &["id", "text", "deleted_at", "priority"]),
    ("settings", &["id", "var", "value"]),
    (
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
    ("status_stats", &["status_id", "reblogs_count", "replies_count"]),
    (
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
    ("user_invite_requests", &["id", "user_id", "text"]),
    ("user_roles", &["id", "name", "permissions", "position", "color", "highlighted"]),
    ("domain_allows", &["id", "domain", "created_at"]),
    ("email_domain_blocks", &["id", "domain", "parent_id", "allow_with_approval", "created_at"]),
    ("follows", &["account_id", "target_account_id"]),
    ("ip_blocks", &["id", "ip", "severity", "comment", "expires_at", "created_at"]),
    ("unavailable_domains", &["domain"]),
    ("webauthn_credentials", &["user_id"]),
    ("user_ips", &["user_id", "ip", "used_at"]),
    ("session_activations", &["user_id", "ip", "user_agent", "created_at", "updated_at"]),
];

/// What is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub missing: Vec<String>,
}

impl Shape {
    /// What is wrong, in a sentence; `None` for a database of Mastodon's.
    pub fn problem(&self) -> Option<String> {
        if self.missing.is_empty() {
            return None;
        }
        if self.missing.len() == NEEDED.len() {
            return Some(
                "this is not a Mastodon database: none of its tables is there; correct database_url".to_owned(),
            );
        }
        Some(format!(
            "the database is not as Mastodon 4.3 to 4.7 has it, or the console’s role may not read it; missing: {}",
            self.missing.join(", ")
        ))
    }
}

impl Read {
    /// Compares what is there with what is needed (system catalogues; once at start and after an error).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn shape(&mut self) -> Result<Shape, DatabaseError> {
        // The catalogue, not information_schema: a materialised view has its columns there alone.
        const SQL: &str = "select c.relname::text, a.attname::text from pg_attribute a \
            join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace \
            where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped \
            and has_column_privilege(c.oid, a.attnum, 'select') \
            order by 1, 2";
        let there: Vec<(String, String)> = sqlx::query_as(SQL).persistent(false).fetch_all(&mut *self.tx).await?;
        let mut missing = Vec::new();
        for (table, columns) in NEEDED {
            if !there.iter().any(|(name, _)| name == table) {
                missing.push(format!("table {table}"));
                continue;
            }
            for column in *columns {
                if !there.iter().any(|(name, there)| name == table && there == column) {
                    missing.push(format!("{table}.{column}"));
                }
            }
        }
        Ok(Shape { missing })
    }
}
