-- Work in the background is done in somebody's name: whose it is, and what is to be done, is proved too.
alter table batches add column mac text;
alter table domain_imports add column mac text;
alter table domain_imports add column which text not null default '';
alter table domain_import_rows add column mac text;
