-- Mastodon 4.4 (schema version 20250627132728), made of 4.5's tables: what came with 4.5 goes.
-- Facts: db/schema.rb of Mastodon 4.4.22 and 4.5.15.

update schema_migrations set version = '20250627132728';

drop table username_blocks;
alter table accounts drop following_url, drop id_scheme;
alter table status_stats drop quotes_count;
drop index index_statuses_on_conversation_id;
drop index index_follows_on_target_account_id_and_account_id;
create index index_follows_on_target_account_id on follows ("target_account_id");
