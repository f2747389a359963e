-- Mastodon 4.7 (schema version 20260805130216), made of 4.6's tables as its migrations make it.
-- Facts: db/schema.rb of Mastodon 4.7.0-alpha.2, read from the catalogue of a running server.

update schema_migrations set version = '20260805130216';

alter table accounts add requested_deletion_at timestamp(6) without time zone;
alter table accounts alter uri drop not null, alter uri drop default;
drop index index_accounts_on_uri;
create unique index index_accounts_on_uri on accounts ("uri");
alter table admin_action_logs add recorded_changes jsonb, add recorded_changes_format character varying;

create sequence keypairs_id_seq;
create table keypairs (
    "id" bigint primary key default nextval('keypairs_id_seq'),
    "account_id" bigint not null references accounts (id) on delete cascade,
    "created_at" timestamp(6) without time zone not null,
    "expires_at" timestamp(6) without time zone,
    "local_fragment" character varying,
    "private_key" character varying,
    "public_key" character varying not null,
    "revoked" boolean not null default false,
    "type" integer not null,
    "updated_at" timestamp(6) without time zone not null,
    "uri" character varying
);
alter sequence keypairs_id_seq owned by keypairs.id;
create index index_keypairs_on_account_id on keypairs ("account_id");
create unique index index_keypairs_on_account_id_and_local_fragment on keypairs ("account_id", "local_fragment");
create unique index index_keypairs_on_uri on keypairs ("uri");

alter table software_updates add end_of_support date;
create sequence software_deprecations_id_seq;
create table software_deprecations (
    "id" bigint primary key default nextval('software_deprecations_id_seq'),
    "branch" character varying not null,
    "created_at" timestamp(6) without time zone not null,
    "end_of_support" date not null,
    "updated_at" timestamp(6) without time zone not null,
    "warning_issued" integer not null
);
alter sequence software_deprecations_id_seq owned by software_deprecations.id;
create unique index index_software_deprecations_on_branch on software_deprecations ("branch");
