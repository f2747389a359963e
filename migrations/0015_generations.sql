-- A person's generation rises with every change of password, factor, role, link or access. A session of another one is over.
alter table operators add column generation bigint not null default 0;
alter table web_sessions add column generation bigint not null default 0;
