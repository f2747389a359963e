-- Mastodon 4.6 (schema version 20260611150940): the tables the console reads and the practice instance writes.
-- Facts: db/schema.rb, db/views, lib/mastodon/snowflake.rb of Mastodon 4.6.5.

create function timestamp_id(table_name text) returns bigint language plpgsql as $$
declare
    time_part bigint := (date_part('epoch', clock_timestamp()) * 1000)::bigint << 16;
    base bigint := ('x' || substr(md5(table_name || 'practice' || time_part::text), 1, 4))::bit(16)::bigint;
begin
    return time_part | ((base + nextval(table_name || '_id_seq')) & 65535);
end $$;

create table schema_migrations (version character varying primary key);
insert into schema_migrations (version) values ('20260611150940');

create sequence conversations_id_seq;
create table conversations (
    id bigint primary key default nextval('conversations_id_seq'),
    uri character varying,
    created_at timestamp(6) without time zone not null,
    updated_at timestamp(6) without time zone not null,
    parent_status_id bigint,
    parent_account_id bigint
);
alter sequence conversations_id_seq owned by conversations.id;

create sequence users_id_seq;
create table users (
    "id" bigint primary key default nextval('users_id_seq'),
    "account_id" bigint not null,
    "age_verified_at" timestamp(6) without time zone,
    "approved" boolean not null default true,
    "chosen_languages" character varying[],
    "confirmation_sent_at" timestamp without time zone,
    "confirmation_token" character varying,
    "confirmed_at" timestamp without time zone,
    "consumed_timestep" integer,
    "created_at" timestamp without time zone not null,
    "created_by_application_id" bigint,
    "current_sign_in_at" timestamp without time zone,
    "disabled" boolean not null default false,
    "email" character varying not null default '',
    "encrypted_password" character varying not null default '',
    "invite_id" bigint,
    "last_emailed_at" timestamp without time zone,
    "last_sign_in_at" timestamp without time zone,
    "locale" character varying,
    "otp_backup_codes" character varying[],
    "otp_required_for_login" boolean not null default false,
    "otp_secret" character varying,
    "require_tos_interstitial" boolean not null default false,
    "reset_password_sent_at" timestamp without time zone,
    "reset_password_token" character varying,
    "role_id" bigint,
    "settings" text,
    "sign_in_count" integer not null default 0,
    "sign_in_token" character varying,
    "sign_in_token_sent_at" timestamp without time zone,
    "sign_up_ip" inet,
    "skip_sign_in_token" boolean,
    "time_zone" character varying,
    "unconfirmed_email" character varying,
    "updated_at" timestamp without time zone not null,
    "webauthn_id" character varying
);
alter sequence users_id_seq owned by users.id;

create sequence accounts_id_seq;
create table accounts (
    "id" bigint primary key default timestamp_id('accounts'::text),
    "actor_type" character varying,
    "also_known_as" character varying[],
    "attribution_domains" character varying[] default '{}',
    "avatar_content_type" character varying,
    "avatar_description" character varying not null default '',
    "avatar_file_name" character varying,
    "avatar_file_size" integer,
    "avatar_remote_url" character varying,
    "avatar_storage_schema_version" integer,
    "avatar_updated_at" timestamp without time zone,
    "collections_url" character varying,
    "created_at" timestamp without time zone not null,
    "discoverable" boolean,
    "display_name" character varying not null default '',
    "domain" character varying,
    "feature_approval_policy" integer not null default 0,
    "featured_collection_url" character varying,
    "fields" jsonb,
    "followers_url" character varying not null default '',
    "following_url" character varying not null default '',
    "header_content_type" character varying,
    "header_description" character varying not null default '',
    "header_file_name" character varying,
    "header_file_size" integer,
    "header_remote_url" character varying not null default '',
    "header_storage_schema_version" integer,
    "header_updated_at" timestamp without time zone,
    "hide_collections" boolean,
    "id_scheme" integer default 1,
    "inbox_url" character varying not null default '',
    "indexable" boolean not null default false,
    "last_webfingered_at" timestamp without time zone,
    "locked" boolean not null default false,
    "memorial" boolean not null default false,
    "moved_to_account_id" bigint,
    "note" text not null default '',
    "outbox_url" character varying not null default '',
    "private_key" text,
    "protocol" integer not null default 0,
    "public_key" text not null default '',
    "requested_review_at" timestamp without time zone,
    "reviewed_at" timestamp without time zone,
    "sensitized_at" timestamp without time zone,
    "shared_inbox_url" character varying not null default '',
    "show_featured" boolean not null default true,
    "show_media" boolean not null default true,
    "show_media_replies" boolean not null default true,
    "silenced_at" timestamp without time zone,
    "suspended_at" timestamp without time zone,
    "suspension_origin" integer,
    "trendable" boolean,
    "updated_at" timestamp without time zone not null,
    "uri" character varying not null default '',
    "url" character varying,
    "username" character varying not null default ''
);
alter sequence accounts_id_seq owned by accounts.id;

create sequence user_roles_id_seq;
create table user_roles (
    "id" bigint primary key default nextval('user_roles_id_seq'),
    "collection_limit" integer not null default 10,
    "color" character varying not null default '',
    "created_at" timestamp(6) without time zone not null,
    "highlighted" boolean not null default false,
    "name" character varying not null default '',
    "permissions" bigint not null default 0,
    "position" integer not null default 0,
    "require_2fa" boolean not null default false,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence user_roles_id_seq owned by user_roles.id;

create sequence user_invite_requests_id_seq;
create table user_invite_requests (
    "id" bigint primary key default nextval('user_invite_requests_id_seq'),
    "created_at" timestamp without time zone not null,
    "text" text,
    "updated_at" timestamp without time zone not null,
    "user_id" bigint not null
);
alter sequence user_invite_requests_id_seq owned by user_invite_requests.id;

create sequence reports_id_seq;
create table reports (
    "id" bigint primary key default nextval('reports_id_seq'),
    "account_id" bigint not null,
    "action_taken_at" timestamp without time zone,
    "action_taken_by_account_id" bigint,
    "application_id" bigint,
    "assigned_account_id" bigint,
    "category" integer not null default 0,
    "comment" text not null default '',
    "created_at" timestamp without time zone not null,
    "forwarded" boolean,
    "rule_ids" bigint[],
    "status_ids" bigint[] not null default '{}',
    "target_account_id" bigint not null,
    "updated_at" timestamp without time zone not null,
    "uri" character varying
);
alter sequence reports_id_seq owned by reports.id;

create sequence report_notes_id_seq;
create table report_notes (
    "id" bigint primary key default nextval('report_notes_id_seq'),
    "account_id" bigint not null,
    "content" text not null,
    "created_at" timestamp without time zone not null,
    "report_id" bigint not null,
    "updated_at" timestamp without time zone not null
);
alter sequence report_notes_id_seq owned by report_notes.id;

create sequence collection_reports_id_seq;
create table collection_reports (
    "id" bigint primary key default nextval('collection_reports_id_seq'),
    "collection_id" bigint not null,
    "created_at" timestamp(6) without time zone not null,
    "report_id" bigint not null,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence collection_reports_id_seq owned by collection_reports.id;

create sequence admin_action_logs_id_seq;
create table admin_action_logs (
    "id" bigint primary key default nextval('admin_action_logs_id_seq'),
    "account_id" bigint not null,
    "action" character varying not null default '',
    "created_at" timestamp without time zone not null,
    "human_identifier" character varying,
    "permalink" character varying,
    "route_param" character varying,
    "target_id" bigint,
    "target_type" character varying,
    "updated_at" timestamp without time zone not null
);
alter sequence admin_action_logs_id_seq owned by admin_action_logs.id;

create sequence account_warnings_id_seq;
create table account_warnings (
    "id" bigint primary key default nextval('account_warnings_id_seq'),
    "account_id" bigint,
    "action" integer not null default 0,
    "created_at" timestamp without time zone not null,
    "overruled_at" timestamp without time zone,
    "report_id" bigint,
    "status_ids" character varying[],
    "target_account_id" bigint,
    "text" text not null default '',
    "updated_at" timestamp without time zone not null
);
alter sequence account_warnings_id_seq owned by account_warnings.id;

create sequence account_warning_presets_id_seq;
create table account_warning_presets (
    "id" bigint primary key default nextval('account_warning_presets_id_seq'),
    "created_at" timestamp without time zone not null,
    "text" text not null default '',
    "title" character varying not null default '',
    "updated_at" timestamp without time zone not null
);
alter sequence account_warning_presets_id_seq owned by account_warning_presets.id;

create sequence account_moderation_notes_id_seq;
create table account_moderation_notes (
    "id" bigint primary key default nextval('account_moderation_notes_id_seq'),
    "account_id" bigint not null,
    "content" text not null,
    "created_at" timestamp without time zone not null,
    "target_account_id" bigint not null,
    "updated_at" timestamp without time zone not null
);
alter sequence account_moderation_notes_id_seq owned by account_moderation_notes.id;

create sequence appeals_id_seq;
create table appeals (
    "id" bigint primary key default nextval('appeals_id_seq'),
    "account_id" bigint not null,
    "account_warning_id" bigint not null,
    "approved_at" timestamp without time zone,
    "approved_by_account_id" bigint,
    "created_at" timestamp(6) without time zone not null,
    "rejected_at" timestamp without time zone,
    "rejected_by_account_id" bigint,
    "text" text not null default '',
    "updated_at" timestamp(6) without time zone not null
);
alter sequence appeals_id_seq owned by appeals.id;

create sequence account_deletion_requests_id_seq;
create table account_deletion_requests (
    "id" bigint primary key default nextval('account_deletion_requests_id_seq'),
    "account_id" bigint not null,
    "created_at" timestamp without time zone not null,
    "updated_at" timestamp without time zone not null
);
alter sequence account_deletion_requests_id_seq owned by account_deletion_requests.id;

create sequence settings_id_seq;
create table settings (
    "id" bigint primary key default nextval('settings_id_seq'),
    "created_at" timestamp without time zone,
    "updated_at" timestamp without time zone,
    "value" text,
    "var" character varying not null
);
alter sequence settings_id_seq owned by settings.id;

create sequence site_uploads_id_seq;
create table site_uploads (
    "id" bigint primary key default nextval('site_uploads_id_seq'),
    "blurhash" character varying,
    "created_at" timestamp without time zone not null,
    "file_content_type" character varying,
    "file_file_name" character varying,
    "file_file_size" integer,
    "file_updated_at" timestamp without time zone,
    "meta" json,
    "updated_at" timestamp without time zone not null,
    "var" character varying not null default ''
);
alter sequence site_uploads_id_seq owned by site_uploads.id;

create sequence domain_blocks_id_seq;
create table domain_blocks (
    "id" bigint primary key default nextval('domain_blocks_id_seq'),
    "created_at" timestamp without time zone not null,
    "domain" character varying not null default '',
    "obfuscate" boolean not null default false,
    "private_comment" text,
    "public_comment" text,
    "reject_media" boolean not null default false,
    "reject_reports" boolean not null default false,
    "severity" integer default 0,
    "updated_at" timestamp without time zone not null
);
alter sequence domain_blocks_id_seq owned by domain_blocks.id;

create sequence domain_allows_id_seq;
create table domain_allows (
    "id" bigint primary key default nextval('domain_allows_id_seq'),
    "created_at" timestamp without time zone not null,
    "domain" character varying not null default '',
    "updated_at" timestamp without time zone not null
);
alter sequence domain_allows_id_seq owned by domain_allows.id;

create sequence unavailable_domains_id_seq;
create table unavailable_domains (
    "id" bigint primary key default nextval('unavailable_domains_id_seq'),
    "created_at" timestamp without time zone not null,
    "domain" character varying not null default '',
    "updated_at" timestamp without time zone not null
);
alter sequence unavailable_domains_id_seq owned by unavailable_domains.id;

create sequence email_domain_blocks_id_seq;
create table email_domain_blocks (
    "id" bigint primary key default nextval('email_domain_blocks_id_seq'),
    "allow_with_approval" boolean not null default false,
    "created_at" timestamp without time zone not null,
    "domain" character varying not null default '',
    "parent_id" bigint,
    "updated_at" timestamp without time zone not null
);
alter sequence email_domain_blocks_id_seq owned by email_domain_blocks.id;

create sequence canonical_email_blocks_id_seq;
create table canonical_email_blocks (
    "id" bigint primary key default nextval('canonical_email_blocks_id_seq'),
    "canonical_email_hash" character varying not null default '',
    "created_at" timestamp(6) without time zone not null,
    "reference_account_id" bigint,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence canonical_email_blocks_id_seq owned by canonical_email_blocks.id;

create sequence ip_blocks_id_seq;
create table ip_blocks (
    "id" bigint primary key default nextval('ip_blocks_id_seq'),
    "comment" text not null default '',
    "created_at" timestamp without time zone not null,
    "expires_at" timestamp without time zone,
    "ip" inet not null default '0.0.0.0',
    "severity" integer not null default 0,
    "updated_at" timestamp without time zone not null
);
alter sequence ip_blocks_id_seq owned by ip_blocks.id;

create sequence username_blocks_id_seq;
create table username_blocks (
    "id" bigint primary key default nextval('username_blocks_id_seq'),
    "allow_with_approval" boolean not null default false,
    "created_at" timestamp(6) without time zone not null,
    "exact" boolean not null default false,
    "normalized_username" character varying not null,
    "updated_at" timestamp(6) without time zone not null,
    "username" character varying not null
);
alter sequence username_blocks_id_seq owned by username_blocks.id;

create sequence invites_id_seq;
create table invites (
    "id" bigint primary key default nextval('invites_id_seq'),
    "autofollow" boolean not null default false,
    "code" character varying not null default '',
    "comment" text,
    "created_at" timestamp without time zone not null,
    "expires_at" timestamp without time zone,
    "max_uses" integer,
    "updated_at" timestamp without time zone not null,
    "user_id" bigint not null,
    "uses" integer not null default 0
);
alter sequence invites_id_seq owned by invites.id;

create sequence oauth_applications_id_seq;
create table oauth_applications (
    "id" bigint primary key default nextval('oauth_applications_id_seq'),
    "confidential" boolean not null default true,
    "created_at" timestamp without time zone,
    "name" character varying not null,
    "owner_id" bigint,
    "owner_type" character varying,
    "redirect_uri" text not null,
    "scopes" character varying not null default '',
    "secret" character varying not null,
    "superapp" boolean not null default false,
    "uid" character varying not null,
    "updated_at" timestamp without time zone,
    "website" character varying
);
alter sequence oauth_applications_id_seq owned by oauth_applications.id;

create sequence oauth_access_tokens_id_seq;
create table oauth_access_tokens (
    "id" bigint primary key default nextval('oauth_access_tokens_id_seq'),
    "application_id" bigint,
    "created_at" timestamp without time zone not null,
    "expires_in" integer,
    "last_used_at" timestamp without time zone,
    "last_used_ip" inet,
    "refresh_token" character varying,
    "resource_owner_id" bigint,
    "revoked_at" timestamp without time zone,
    "scopes" character varying,
    "token" character varying not null
);
alter sequence oauth_access_tokens_id_seq owned by oauth_access_tokens.id;

create sequence oauth_access_grants_id_seq;
create table oauth_access_grants (
    "id" bigint primary key default nextval('oauth_access_grants_id_seq'),
    "application_id" bigint not null,
    "code_challenge" character varying,
    "code_challenge_method" character varying,
    "created_at" timestamp without time zone not null,
    "expires_in" integer not null,
    "redirect_uri" text not null,
    "resource_owner_id" bigint not null,
    "revoked_at" timestamp without time zone,
    "scopes" character varying,
    "token" character varying not null
);
alter sequence oauth_access_grants_id_seq owned by oauth_access_grants.id;

create sequence session_activations_id_seq;
create table session_activations (
    "id" bigint primary key default nextval('session_activations_id_seq'),
    "access_token_id" bigint,
    "created_at" timestamp without time zone not null,
    "ip" inet,
    "session_id" character varying not null,
    "updated_at" timestamp without time zone not null,
    "user_agent" character varying not null default '',
    "user_id" bigint not null,
    "web_push_subscription_id" bigint
);
alter sequence session_activations_id_seq owned by session_activations.id;

create sequence login_activities_id_seq;
create table login_activities (
    "id" bigint primary key default nextval('login_activities_id_seq'),
    "authentication_method" character varying,
    "created_at" timestamp without time zone,
    "failure_reason" character varying,
    "ip" inet,
    "provider" character varying,
    "success" boolean,
    "user_agent" character varying,
    "user_id" bigint not null
);
alter sequence login_activities_id_seq owned by login_activities.id;

create sequence webauthn_credentials_id_seq;
create table webauthn_credentials (
    "id" bigint primary key default nextval('webauthn_credentials_id_seq'),
    "created_at" timestamp without time zone not null,
    "external_id" character varying not null,
    "nickname" character varying not null,
    "public_key" character varying not null,
    "sign_count" bigint not null default 0,
    "updated_at" timestamp without time zone not null,
    "user_id" bigint
);
alter sequence webauthn_credentials_id_seq owned by webauthn_credentials.id;

create sequence rules_id_seq;
create table rules (
    "id" bigint primary key default nextval('rules_id_seq'),
    "created_at" timestamp without time zone not null,
    "deleted_at" timestamp without time zone,
    "hint" text not null default '',
    "priority" integer not null default 0,
    "text" text not null default '',
    "updated_at" timestamp without time zone not null
);
alter sequence rules_id_seq owned by rules.id;

create sequence rule_translations_id_seq;
create table rule_translations (
    "id" bigint primary key default nextval('rule_translations_id_seq'),
    "created_at" timestamp(6) without time zone not null,
    "hint" text not null default '',
    "language" character varying not null,
    "rule_id" bigint not null,
    "text" text not null default '',
    "updated_at" timestamp(6) without time zone not null
);
alter sequence rule_translations_id_seq owned by rule_translations.id;

create sequence statuses_id_seq;
create table statuses (
    "id" bigint primary key default timestamp_id('statuses'::text),
    "account_id" bigint not null,
    "application_id" bigint,
    "conversation_id" bigint,
    "created_at" timestamp without time zone not null,
    "deleted_at" timestamp without time zone,
    "edited_at" timestamp without time zone,
    "fetched_replies_at" timestamp(6) without time zone,
    "in_reply_to_account_id" bigint,
    "in_reply_to_id" bigint,
    "language" character varying,
    "local" boolean,
    "ordered_media_attachment_ids" bigint[],
    "poll_id" bigint,
    "quote_approval_policy" integer not null default 0,
    "reblog_of_id" bigint,
    "reply" boolean not null default false,
    "sensitive" boolean not null default false,
    "spoiler_text" text not null default '',
    "text" text not null default '',
    "trendable" boolean,
    "updated_at" timestamp without time zone not null,
    "uri" character varying,
    "url" character varying,
    "visibility" integer not null default 0
);
alter sequence statuses_id_seq owned by statuses.id;

create sequence polls_id_seq;
create table polls (
    "id" bigint primary key default nextval('polls_id_seq'),
    "account_id" bigint,
    "cached_tallies" bigint[] not null default '{}',
    "created_at" timestamp without time zone not null,
    "expires_at" timestamp without time zone,
    "hide_totals" boolean not null default false,
    "last_fetched_at" timestamp without time zone,
    "lock_version" integer not null default 0,
    "multiple" boolean not null default false,
    "options" character varying[] not null default '{}',
    "status_id" bigint,
    "updated_at" timestamp without time zone not null,
    "voters_count" bigint,
    "votes_count" bigint not null default 0
);
alter sequence polls_id_seq owned by polls.id;

create sequence preview_cards_id_seq;
create table preview_cards (
    "id" bigint primary key default nextval('preview_cards_id_seq'),
    "author_account_id" bigint,
    "author_name" character varying not null default '',
    "author_url" character varying not null default '',
    "blurhash" character varying,
    "created_at" timestamp without time zone not null,
    "description" character varying not null default '',
    "embed_url" character varying not null default '',
    "height" integer not null default 0,
    "html" text not null default '',
    "image_content_type" character varying,
    "image_description" character varying not null default '',
    "image_file_name" character varying,
    "image_file_size" integer,
    "image_storage_schema_version" integer,
    "image_updated_at" timestamp without time zone,
    "language" character varying,
    "link_type" integer,
    "max_score" double precision,
    "max_score_at" timestamp without time zone,
    "provider_name" character varying not null default '',
    "provider_url" character varying not null default '',
    "published_at" timestamp(6) without time zone,
    "title" character varying not null default '',
    "trendable" boolean,
    "type" integer not null default 0,
    "unverified_author_account_id" bigint,
    "updated_at" timestamp without time zone not null,
    "url" character varying not null default '',
    "width" integer not null default 0
);
alter sequence preview_cards_id_seq owned by preview_cards.id;

create table preview_cards_statuses (
    "preview_card_id" bigint not null,
    "status_id" bigint not null,
    "url" character varying,
    primary key ("status_id", "preview_card_id")
);

create sequence tagged_objects_id_seq;
create table tagged_objects (
    "id" bigint primary key default nextval('tagged_objects_id_seq'),
    "ap_type" character varying not null,
    "created_at" timestamp(6) without time zone not null,
    "object_id" bigint,
    "object_type" character varying,
    "status_id" bigint not null,
    "updated_at" timestamp(6) without time zone not null,
    "uri" character varying
);
alter sequence tagged_objects_id_seq owned by tagged_objects.id;

create sequence status_edits_id_seq;
create table status_edits (
    "id" bigint primary key default nextval('status_edits_id_seq'),
    "account_id" bigint,
    "created_at" timestamp without time zone not null,
    "media_descriptions" text[],
    "ordered_media_attachment_ids" bigint[],
    "poll_options" character varying[],
    "quote_id" bigint,
    "sensitive" boolean,
    "spoiler_text" text not null default '',
    "status_id" bigint not null,
    "text" text not null default '',
    "updated_at" timestamp without time zone not null
);
alter sequence status_edits_id_seq owned by status_edits.id;

create sequence quotes_id_seq;
create table quotes (
    "id" bigint primary key default timestamp_id('quotes'::text),
    "account_id" bigint not null,
    "activity_uri" character varying,
    "approval_uri" character varying,
    "created_at" timestamp(6) without time zone not null,
    "legacy" boolean not null default false,
    "quoted_account_id" bigint,
    "quoted_status_id" bigint,
    "state" integer not null default 0,
    "status_id" bigint not null,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence quotes_id_seq owned by quotes.id;

create sequence collections_id_seq;
create table collections (
    "id" bigint primary key default timestamp_id('collections'::text),
    "account_id" bigint not null,
    "created_at" timestamp(6) without time zone not null,
    "description" text,
    "description_html" text,
    "discoverable" boolean not null,
    "item_count" integer not null default 0,
    "language" character varying,
    "local" boolean not null,
    "name" character varying not null,
    "original_number_of_items" integer,
    "sensitive" boolean not null,
    "tag_id" bigint,
    "updated_at" timestamp(6) without time zone not null,
    "uri" character varying,
    "url" character varying
);
alter sequence collections_id_seq owned by collections.id;

create sequence collection_items_id_seq;
create table collection_items (
    "id" bigint primary key default timestamp_id('collection_items'::text),
    "account_id" bigint,
    "activity_uri" character varying,
    "approval_last_verified_at" timestamp(6) without time zone,
    "approval_uri" character varying,
    "collection_id" bigint not null,
    "created_at" timestamp(6) without time zone not null,
    "object_uri" character varying,
    "position" integer not null default 1,
    "state" integer not null default 0,
    "updated_at" timestamp(6) without time zone not null,
    "uri" character varying
);
alter sequence collection_items_id_seq owned by collection_items.id;

create sequence status_stats_id_seq;
create table status_stats (
    "id" bigint primary key default nextval('status_stats_id_seq'),
    "created_at" timestamp without time zone not null,
    "favourites_count" bigint not null default 0,
    "quotes_count" bigint not null default 0,
    "reblogs_count" bigint not null default 0,
    "replies_count" bigint not null default 0,
    "status_id" bigint not null,
    "untrusted_favourites_count" bigint,
    "untrusted_reblogs_count" bigint,
    "updated_at" timestamp without time zone not null
);
alter sequence status_stats_id_seq owned by status_stats.id;

create sequence media_attachments_id_seq;
create table media_attachments (
    "id" bigint primary key default timestamp_id('media_attachments'::text),
    "account_id" bigint,
    "blurhash" character varying,
    "created_at" timestamp without time zone not null,
    "description" text,
    "file_content_type" character varying,
    "file_file_name" character varying,
    "file_file_size" integer,
    "file_meta" json,
    "file_storage_schema_version" integer,
    "file_updated_at" timestamp without time zone,
    "processing" integer,
    "remote_url" character varying not null default '',
    "scheduled_status_id" bigint,
    "shortcode" character varying,
    "status_id" bigint,
    "thumbnail_content_type" character varying,
    "thumbnail_file_name" character varying,
    "thumbnail_file_size" integer,
    "thumbnail_remote_url" character varying,
    "thumbnail_storage_schema_version" integer,
    "thumbnail_updated_at" timestamp without time zone,
    "type" integer not null default 0,
    "updated_at" timestamp without time zone not null
);
alter sequence media_attachments_id_seq owned by media_attachments.id;

create sequence follows_id_seq;
create table follows (
    "id" bigint primary key default nextval('follows_id_seq'),
    "account_id" bigint not null,
    "created_at" timestamp without time zone not null,
    "languages" character varying[],
    "notify" boolean not null default false,
    "show_reblogs" boolean not null default true,
    "target_account_id" bigint not null,
    "updated_at" timestamp without time zone not null,
    "uri" character varying
);
alter sequence follows_id_seq owned by follows.id;

create sequence tombstones_id_seq;
create table tombstones (
    "id" bigint primary key default nextval('tombstones_id_seq'),
    "account_id" bigint not null,
    "by_moderator" boolean,
    "created_at" timestamp without time zone not null,
    "updated_at" timestamp without time zone not null,
    "uri" character varying not null
);
alter sequence tombstones_id_seq owned by tombstones.id;

create sequence account_stats_id_seq;
create table account_stats (
    "id" bigint primary key default nextval('account_stats_id_seq'),
    "account_id" bigint not null,
    "created_at" timestamp without time zone not null,
    "followers_count" bigint not null default 0,
    "following_count" bigint not null default 0,
    "last_status_at" timestamp without time zone,
    "statuses_count" bigint not null default 0,
    "updated_at" timestamp without time zone not null
);
alter sequence account_stats_id_seq owned by account_stats.id;

create sequence webhooks_id_seq;
create table webhooks (
    "id" bigint primary key default nextval('webhooks_id_seq'),
    "created_at" timestamp(6) without time zone not null,
    "enabled" boolean not null default true,
    "events" character varying[] not null default '{}',
    "secret" character varying not null default '',
    "template" text,
    "updated_at" timestamp(6) without time zone not null,
    "url" character varying not null
);
alter sequence webhooks_id_seq owned by webhooks.id;

create sequence software_updates_id_seq;
create table software_updates (
    "id" bigint primary key default nextval('software_updates_id_seq'),
    "created_at" timestamp(6) without time zone not null,
    "release_notes" character varying not null default '',
    "type" integer not null default 0,
    "updated_at" timestamp(6) without time zone not null,
    "urgent" boolean not null default false,
    "version" character varying not null
);
alter sequence software_updates_id_seq owned by software_updates.id;

create sequence instance_moderation_notes_id_seq;
create table instance_moderation_notes (
    "id" bigint primary key default nextval('instance_moderation_notes_id_seq'),
    "account_id" bigint not null,
    "content" text,
    "created_at" timestamp(6) without time zone not null,
    "domain" character varying not null,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence instance_moderation_notes_id_seq owned by instance_moderation_notes.id;

create sequence relationship_severance_events_id_seq;
create table relationship_severance_events (
    "id" bigint primary key default nextval('relationship_severance_events_id_seq'),
    "created_at" timestamp(6) without time zone not null,
    "purged" boolean not null default false,
    "target_name" character varying not null,
    "type" integer not null,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence relationship_severance_events_id_seq owned by relationship_severance_events.id;

create sequence severed_relationships_id_seq;
create table severed_relationships (
    "id" bigint primary key default nextval('severed_relationships_id_seq'),
    "created_at" timestamp(6) without time zone not null,
    "direction" integer not null,
    "languages" character varying[],
    "local_account_id" bigint not null,
    "notify" boolean,
    "relationship_severance_event_id" bigint not null,
    "remote_account_id" bigint not null,
    "show_reblogs" boolean,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence severed_relationships_id_seq owned by severed_relationships.id;

create sequence account_relationship_severance_events_id_seq;
create table account_relationship_severance_events (
    "id" bigint primary key default nextval('account_relationship_severance_events_id_seq'),
    "account_id" bigint not null,
    "created_at" timestamp(6) without time zone not null,
    "followers_count" integer not null default 0,
    "following_count" integer not null default 0,
    "relationship_severance_event_id" bigint not null,
    "updated_at" timestamp(6) without time zone not null
);
alter sequence account_relationship_severance_events_id_seq owned by account_relationship_severance_events.id;

create sequence notifications_id_seq;
create table notifications (
    "id" bigint primary key default nextval('notifications_id_seq'),
    "account_id" bigint not null,
    "activity_id" bigint not null,
    "activity_type" character varying not null,
    "created_at" timestamp without time zone not null,
    "filtered" boolean not null default false,
    "from_account_id" bigint not null,
    "group_key" character varying,
    "type" character varying,
    "updated_at" timestamp without time zone not null
);
alter sequence notifications_id_seq owned by notifications.id;

create sequence terms_of_services_id_seq;
create table terms_of_services (
    "id" bigint primary key default nextval('terms_of_services_id_seq'),
    "changelog" text not null default '',
    "created_at" timestamp(6) without time zone not null,
    "effective_date" date,
    "notification_sent_at" timestamp(6) without time zone,
    "published_at" timestamp(6) without time zone,
    "text" text not null default '',
    "updated_at" timestamp(6) without time zone not null
);
alter sequence terms_of_services_id_seq owned by terms_of_services.id;

create sequence tags_id_seq;
create table tags (
    "id" bigint primary key default nextval('tags_id_seq'),
    "created_at" timestamp without time zone not null,
    "display_name" character varying,
    "last_status_at" timestamp without time zone,
    "listable" boolean,
    "max_score" double precision,
    "max_score_at" timestamp without time zone,
    "name" character varying not null default '',
    "requested_review_at" timestamp without time zone,
    "reviewed_at" timestamp without time zone,
    "trendable" boolean,
    "updated_at" timestamp without time zone not null,
    "usable" boolean
);
alter sequence tags_id_seq owned by tags.id;

create table statuses_tags (
    "status_id" bigint not null,
    "tag_id" bigint not null,
    primary key ("tag_id", "status_id")
);

create index index_polls_on_account_id on polls ("account_id");
create index index_polls_on_status_id on polls ("status_id");
create index index_preview_cards_on_author_account_id on preview_cards ("author_account_id") where (author_account_id IS NOT NULL);
create unique index index_preview_cards_on_url on preview_cards ("url");
create index index_preview_cards_on_unverified_author_account_id_and_id on preview_cards ("unverified_author_account_id", "id") where (unverified_author_account_id IS NOT NULL);
create index index_tagged_objects_on_object on tagged_objects ("object_type", "object_id");
create unique index idx_on_status_id_object_type_object_id_d6ebe374bd on tagged_objects ("status_id", "object_type", "object_id") where ((object_type IS NOT NULL) AND (object_id IS NOT NULL));
create unique index index_tagged_objects_on_status_id_and_uri on tagged_objects ("status_id", "uri") where (uri IS NOT NULL);
create index index_status_edits_on_account_id on status_edits ("account_id");
create index index_status_edits_on_status_id on status_edits ("status_id");
create index index_quotes_on_quoted_account_id on quotes ("quoted_account_id");
create index index_quotes_on_quoted_status_id on quotes ("quoted_status_id");
create unique index index_quotes_on_status_id on quotes ("status_id");
create index index_collections_on_account_id on collections ("account_id");
create index index_collection_items_on_collection_id on collection_items ("collection_id");
create index index_users_on_account_id on users ("account_id");
create unique index index_users_on_confirmation_token on users ("confirmation_token");
create index index_users_on_created_by_application_id on users ("created_by_application_id") where (created_by_application_id IS NOT NULL);
create unique index index_users_on_email on users ("email");
create unique index index_users_on_reset_password_token on users ("reset_password_token") where (reset_password_token IS NOT NULL);
create index index_users_on_role_id on users ("role_id") where (role_id IS NOT NULL);
create index index_users_on_unconfirmed_email on users ("unconfirmed_email") where (unconfirmed_email IS NOT NULL);
create unique index index_accounts_on_username_and_domain_lower on accounts (lower((username)::text), COALESCE(lower((domain)::text), ''::text));
create index index_accounts_on_domain_and_id on accounts ("domain", "id");
create index index_accounts_on_moved_to_account_id on accounts ("moved_to_account_id") where (moved_to_account_id IS NOT NULL);
create index index_accounts_on_uri on accounts ("uri");
create index index_accounts_on_url on accounts ("url") where (url IS NOT NULL);
create index index_user_invite_requests_on_user_id on user_invite_requests ("user_id");
create index index_reports_on_account_id on reports ("account_id");
create index index_reports_on_action_taken_by_account_id on reports ("action_taken_by_account_id") where (action_taken_by_account_id IS NOT NULL);
create index index_reports_on_assigned_account_id on reports ("assigned_account_id") where (assigned_account_id IS NOT NULL);
create index index_reports_on_target_account_id on reports ("target_account_id");
create index index_report_notes_on_account_id on report_notes ("account_id");
create index index_report_notes_on_report_id on report_notes ("report_id");
create index index_collection_reports_on_collection_id on collection_reports ("collection_id");
create index index_collection_reports_on_report_id on collection_reports ("report_id");
create index index_admin_action_logs_on_account_id on admin_action_logs ("account_id");
create index index_admin_action_logs_on_target_type_and_target_id on admin_action_logs ("target_type", "target_id");
create index index_account_warnings_on_account_id on account_warnings ("account_id");
create index index_account_warnings_on_target_account_id on account_warnings ("target_account_id");
create index index_account_moderation_notes_on_account_id on account_moderation_notes ("account_id");
create index index_account_moderation_notes_on_target_account_id on account_moderation_notes ("target_account_id");
create index index_appeals_on_account_id on appeals ("account_id");
create unique index index_appeals_on_account_warning_id on appeals ("account_warning_id");
create index index_appeals_on_approved_by_account_id on appeals ("approved_by_account_id") where (approved_by_account_id IS NOT NULL);
create index index_appeals_on_rejected_by_account_id on appeals ("rejected_by_account_id") where (rejected_by_account_id IS NOT NULL);
create index index_account_deletion_requests_on_account_id on account_deletion_requests ("account_id");
create unique index index_settings_on_var on settings ("var");
create unique index index_site_uploads_on_var on site_uploads ("var");
create unique index index_domain_blocks_on_domain on domain_blocks ("domain");
create unique index index_domain_allows_on_domain on domain_allows ("domain");
create unique index index_unavailable_domains_on_domain on unavailable_domains ("domain");
create unique index index_email_domain_blocks_on_domain on email_domain_blocks ("domain");
create unique index index_canonical_email_blocks_on_canonical_email_hash on canonical_email_blocks ("canonical_email_hash");
create index index_canonical_email_blocks_on_reference_account_id on canonical_email_blocks ("reference_account_id");
create unique index index_ip_blocks_on_ip on ip_blocks ("ip");
create unique index index_username_blocks_on_username_lower_btree on username_blocks (lower((username)::text));
create index index_username_blocks_on_normalized_username on username_blocks ("normalized_username");
create unique index index_invites_on_code on invites ("code");
create index index_invites_on_user_id on invites ("user_id");
create index index_oauth_applications_on_owner_id_and_owner_type on oauth_applications ("owner_id", "owner_type");
create index index_oauth_applications_on_superapp on oauth_applications ("superapp") where (superapp = true);
create unique index index_oauth_applications_on_uid on oauth_applications ("uid");
create unique index index_oauth_access_tokens_on_refresh_token on oauth_access_tokens ("refresh_token") where (refresh_token IS NOT NULL);
create index index_oauth_access_tokens_on_resource_owner_id on oauth_access_tokens ("resource_owner_id") where (resource_owner_id IS NOT NULL);
create unique index index_oauth_access_tokens_on_token on oauth_access_tokens ("token");
create index index_oauth_access_grants_on_resource_owner_id on oauth_access_grants ("resource_owner_id");
create unique index index_oauth_access_grants_on_token on oauth_access_grants ("token");
create index index_session_activations_on_access_token_id on session_activations ("access_token_id");
create unique index index_session_activations_on_session_id on session_activations ("session_id");
create index index_session_activations_on_user_id on session_activations ("user_id");
create index index_login_activities_on_user_id on login_activities ("user_id");
create unique index index_webauthn_credentials_on_external_id on webauthn_credentials ("external_id");
create unique index index_webauthn_credentials_on_user_id_and_nickname on webauthn_credentials ("user_id", "nickname");
create unique index index_rule_translations_on_rule_id_and_language on rule_translations ("rule_id", "language");
create index index_statuses_20190820 on statuses ("account_id", "id", "visibility", "updated_at") where (deleted_at IS NULL);
create index index_statuses_on_account_id on statuses ("account_id");
create index index_statuses_on_deleted_at on statuses ("deleted_at") where (deleted_at IS NOT NULL);
create index index_statuses_local_20190824 on statuses ("id", "account_id") where ((local OR (uri IS NULL)) AND (deleted_at IS NULL) AND (visibility = 0) AND (reblog_of_id IS NULL) AND ((NOT reply) OR (in_reply_to_account_id = account_id)));
create index index_statuses_on_in_reply_to_account_id on statuses ("in_reply_to_account_id") where (in_reply_to_account_id IS NOT NULL);
create index index_statuses_on_in_reply_to_id on statuses ("in_reply_to_id") where (in_reply_to_id IS NOT NULL);
create index index_statuses_on_reblog_of_id_and_account_id on statuses ("reblog_of_id", "account_id");
create unique index index_statuses_on_uri on statuses ("uri") where (uri IS NOT NULL);
create index index_statuses_public_20250129 on statuses ("id", "language", "account_id") where ((deleted_at IS NULL) AND (visibility = 0) AND (reblog_of_id IS NULL) AND ((NOT reply) OR (in_reply_to_account_id = account_id)));
create index index_statuses_on_conversation_id on statuses ("conversation_id");
create unique index index_status_stats_on_status_id on status_stats ("status_id");
create index index_media_attachments_on_account_id_and_status_id on media_attachments ("account_id", "status_id");
create index index_media_attachments_on_scheduled_status_id on media_attachments ("scheduled_status_id") where (scheduled_status_id IS NOT NULL);
create unique index index_media_attachments_on_shortcode on media_attachments ("shortcode") where (shortcode IS NOT NULL);
create index index_media_attachments_on_status_id on media_attachments ("status_id");
create unique index index_follows_on_account_id_and_target_account_id on follows ("account_id", "target_account_id");
create index index_follows_on_target_account_id_and_account_id on follows ("target_account_id", "account_id");
create index index_tombstones_on_account_id on tombstones ("account_id");
create index index_tombstones_on_uri on tombstones ("uri");
create unique index index_account_stats_on_account_id on account_stats ("account_id");
create index index_account_stats_on_last_status_at_and_account_id on account_stats ("last_status_at", "account_id");
create unique index index_webhooks_on_url on webhooks ("url");
create unique index index_software_updates_on_version on software_updates ("version");
create index index_instance_moderation_notes_on_domain on instance_moderation_notes ("domain");
create index index_relationship_severance_events_on_type_and_target_name on relationship_severance_events ("type", "target_name");
create index index_severed_relationships_on_local_account_and_event on severed_relationships ("local_account_id", "relationship_severance_event_id");
create unique index index_severed_relationships_on_unique_tuples on severed_relationships ("relationship_severance_event_id", "local_account_id", "direction", "remote_account_id");
create index index_severed_relationships_on_remote_account_id on severed_relationships ("remote_account_id");
create unique index idx_on_account_id_relationship_severance_event_id_7bd82bf20e on account_relationship_severance_events ("account_id", "relationship_severance_event_id");
create index idx_on_relationship_severance_event_id_403f53e707 on account_relationship_severance_events ("relationship_severance_event_id");
create index index_notifications_on_account_id_and_group_key on notifications ("account_id", "group_key") where (group_key IS NOT NULL);
create index index_notifications_on_account_id_and_id_and_type on notifications ("account_id", "id", "type");
create index index_notifications_on_filtered on notifications ("account_id", "id", "type") where (filtered = false);
create index index_notifications_on_activity_id_and_activity_type on notifications ("activity_id", "activity_type");
create index index_notifications_on_from_account_id on notifications ("from_account_id");
create unique index index_terms_of_services_on_effective_date on terms_of_services ("effective_date") where (effective_date IS NOT NULL);
create unique index index_tags_on_name_lower_btree on tags (lower((name)::text) text_pattern_ops);
create index index_statuses_tags_on_status_id on statuses_tags ("status_id");
create index search_index on accounts using gin ((setweight(to_tsvector('simple'::regconfig, (display_name)::text), 'A'::"char")
    || setweight(to_tsvector('simple'::regconfig, (username)::text), 'B'::"char")
    || setweight(to_tsvector('simple'::regconfig, (coalesce(domain, ''::character varying))::text), 'C'::"char")));

alter table users add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table users add foreign key (invite_id) references invites (id) on delete SET NULL;
alter table users add foreign key (created_by_application_id) references oauth_applications (id) on delete SET NULL;
alter table users add foreign key (role_id) references user_roles (id) on delete SET NULL;
alter table accounts add foreign key (moved_to_account_id) references accounts (id) on delete SET NULL;
alter table user_invite_requests add foreign key (user_id) references users (id) on delete CASCADE;
alter table reports add foreign key (action_taken_by_account_id) references accounts (id) on delete SET NULL;
alter table reports add foreign key (assigned_account_id) references accounts (id) on delete SET NULL;
alter table reports add foreign key (target_account_id) references accounts (id) on delete CASCADE;
alter table reports add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table reports add foreign key (application_id) references oauth_applications (id) on delete SET NULL;
alter table report_notes add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table report_notes add foreign key (report_id) references reports (id) on delete CASCADE;
alter table collection_reports add foreign key (report_id) references reports (id) on delete CASCADE;
alter table admin_action_logs add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table account_warnings add foreign key (target_account_id) references accounts (id) on delete CASCADE;
alter table account_warnings add foreign key (account_id) references accounts (id) on delete SET NULL;
alter table account_warnings add foreign key (report_id) references reports (id) on delete CASCADE;
alter table account_moderation_notes add foreign key (target_account_id) references accounts (id) on delete CASCADE;
alter table account_moderation_notes add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table appeals add foreign key (account_warning_id) references account_warnings (id) on delete CASCADE;
alter table appeals add foreign key (approved_by_account_id) references accounts (id) on delete SET NULL;
alter table appeals add foreign key (rejected_by_account_id) references accounts (id) on delete SET NULL;
alter table appeals add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table account_deletion_requests add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table email_domain_blocks add foreign key (parent_id) references email_domain_blocks (id) on delete CASCADE;
alter table canonical_email_blocks add foreign key (reference_account_id) references accounts (id) on delete CASCADE;
alter table invites add foreign key (user_id) references users (id) on delete CASCADE;
alter table oauth_applications add foreign key (owner_id) references users (id) on delete CASCADE;
alter table oauth_access_tokens add foreign key (application_id) references oauth_applications (id) on delete CASCADE;
alter table oauth_access_tokens add foreign key (resource_owner_id) references users (id) on delete CASCADE;
alter table oauth_access_grants add foreign key (application_id) references oauth_applications (id) on delete CASCADE;
alter table oauth_access_grants add foreign key (resource_owner_id) references users (id) on delete CASCADE;
alter table session_activations add foreign key (access_token_id) references oauth_access_tokens (id) on delete CASCADE;
alter table session_activations add foreign key (user_id) references users (id) on delete CASCADE;
alter table login_activities add foreign key (user_id) references users (id) on delete CASCADE;
alter table webauthn_credentials add foreign key (user_id) references users (id) on delete CASCADE;
alter table rule_translations add foreign key (rule_id) references rules (id) on delete CASCADE;
alter table statuses add foreign key (in_reply_to_account_id) references accounts (id) on delete SET NULL;
alter table statuses add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table statuses add foreign key (in_reply_to_id) references statuses (id) on delete SET NULL;
alter table statuses add foreign key (reblog_of_id) references statuses (id) on delete CASCADE;
alter table polls add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table polls add foreign key (status_id) references statuses (id) on delete CASCADE;
alter table preview_cards add foreign key (author_account_id) references accounts (id) on delete SET NULL;
alter table preview_cards add foreign key (unverified_author_account_id) references accounts (id) on delete SET NULL;
alter table tagged_objects add foreign key (status_id) references statuses (id) on delete CASCADE;
alter table status_edits add foreign key (account_id) references accounts (id) on delete SET NULL;
alter table status_edits add foreign key (status_id) references statuses (id) on delete CASCADE;
alter table quotes add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table quotes add foreign key (quoted_account_id) references accounts (id) on delete SET NULL;
alter table quotes add foreign key (quoted_status_id) references statuses (id) on delete SET NULL;
alter table quotes add foreign key (status_id) references statuses (id) on delete CASCADE;
alter table collections add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table collection_items add foreign key (collection_id) references collections (id) on delete CASCADE;
alter table collection_items add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table collection_reports add foreign key (collection_id) references collections (id) on delete CASCADE;
alter table status_stats add foreign key (status_id) references statuses (id) on delete CASCADE;
alter table media_attachments add foreign key (account_id) references accounts (id) on delete SET NULL;
alter table media_attachments add foreign key (status_id) references statuses (id) on delete SET NULL;
alter table follows add foreign key (target_account_id) references accounts (id) on delete CASCADE;
alter table follows add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table tombstones add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table account_stats add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table instance_moderation_notes add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table severed_relationships add foreign key (local_account_id) references accounts (id) on delete CASCADE;
alter table severed_relationships add foreign key (remote_account_id) references accounts (id) on delete CASCADE;
alter table severed_relationships add foreign key (relationship_severance_event_id) references relationship_severance_events (id) on delete CASCADE;
alter table account_relationship_severance_events add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table account_relationship_severance_events add foreign key (relationship_severance_event_id) references relationship_severance_events (id) on delete CASCADE;
alter table notifications add foreign key (from_account_id) references accounts (id) on delete CASCADE;
alter table notifications add foreign key (account_id) references accounts (id) on delete CASCADE;
alter table statuses_tags add foreign key (status_id) references statuses (id) on delete CASCADE;
alter table statuses_tags add foreign key (tag_id) references tags (id) on delete CASCADE;

create materialized view instances as
    with domain_counts (domain, accounts_count) as (
        select domain, count(*) from accounts where domain is not null group by domain
    )
    select domain, accounts_count from domain_counts
    union select b.domain, coalesce(c.accounts_count, 0) from domain_blocks b left join domain_counts c on c.domain = b.domain
    union select a.domain, coalesce(c.accounts_count, 0) from domain_allows a left join domain_counts c on c.domain = a.domain;
create unique index index_instances_on_domain on instances (domain);
create index index_instances_on_reverse_domain on instances (reverse('.' || domain), domain);

create view user_ips as
    select user_id, ip, max(used_at) as used_at from (
        select id as user_id, sign_up_ip as ip, created_at as used_at from users where sign_up_ip is not null
        union all select user_id, ip, updated_at from session_activations
        union all select user_id, ip, created_at from login_activities where success = true
    ) t0 group by user_id, ip;
