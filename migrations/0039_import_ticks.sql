-- A preview shows the whole change: what the list says besides, whom a row costs, and which rows are ticked.
alter table domain_import_rows add column theirs text not null default '';
alter table domain_import_rows add column cost text not null default '';
alter table domain_import_rows add column cuts bigint not null default 0;
alter table domain_import_rows add column ticked bigint not null default 0;
alter table domain_import_rows add column by_hand bigint not null default 0;
alter table domain_import_rows add column replaces bigint not null default 0;
