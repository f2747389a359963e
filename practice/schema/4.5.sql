-- Mastodon 4.5 (schema version 20251023210145), made of 4.6's tables: what came with 4.6 goes.
-- Facts: db/schema.rb of Mastodon 4.5.15 and 4.6.5, both read from the catalogues of running servers.

update schema_migrations set version = '20251023210145';

drop table collection_reports;
drop table collection_items;
drop table collections;
alter table accounts drop avatar_description, drop collections_url, drop feature_approval_policy, drop header_description,
    drop show_featured, drop show_media, drop show_media_replies;
alter table media_attachments drop thumbnail_storage_schema_version;
alter table user_roles drop collection_limit, drop require_2fa;
