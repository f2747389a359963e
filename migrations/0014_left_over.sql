-- Tokens of ended links that their instances have not taken back yet.
create table left_tokens (
    id text primary key,
    operator text not null,
    instance text not null,
    account text not null,
    sealed text not null,
    since bigint not null,
    tries bigint not null,
    next_at bigint not null
);

-- A role that cannot be given or taken is tried more and more seldom.
alter table grant_roles add column tries bigint not null default 0;
