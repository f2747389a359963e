-- Rows that give authority are proved: a MAC over what they say and over the newest entry about them when they were written
-- (`entry`). `subject` is the keyed hash that entries about a row carry; `whose` that of the person a grant is for, or of who made a
-- link. `person` is who will come by a link: the entry that they did says that it was used.
alter table operators add column subject text;
alter table operators add column entry bigint;
alter table operators add column mac text;
-- Which recovery codes are the present ones: those of a former set are no more, also where a row of theirs is put back.
alter table operators add column codes text;
alter table grants add column subject text;
alter table grants add column whose text;
alter table grants add column entry bigint;
alter table grants add column mac text;
alter table grant_roles add column mac text;
alter table linked_accounts add column subject text;
alter table linked_accounts add column entry bigint;
alter table linked_accounts add column mac text;
alter table setup_links add column person text;
alter table setup_links add column subject text;
alter table setup_links add column whose text;
alter table setup_links add column entry bigint;
alter table setup_links add column mac text;
alter table recovery_codes add column mac text;
alter table web_sessions add column mac text;
