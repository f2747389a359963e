-- The ledger: leaves, the head of their tree, open deeds, destroyable keys, checkpoints.
create table ledger_head (
    id bigint primary key check (id = 1),
    size bigint not null,
    root text not null,
    frontier text not null
);
insert into ledger_head (id, size, root, frontier)
values (1, 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '');

create table ledger_entries (
    idx bigint primary key,
    leaf text not null,
    hash text not null,
    at bigint not null,
    kind text not null,
    deed text not null,
    operator text,
    instance text,
    subject text,
    intent bigint,
    outcome text
);
create unique index ledger_entries_intent on ledger_entries (intent) where intent is not null;
create index ledger_entries_subject on ledger_entries (subject, idx);
create index ledger_entries_operator on ledger_entries (operator, idx);

create table open_deeds (
    subject text primary key,
    intent bigint not null unique,
    lease text not null,
    lease_until bigint not null,
    opened_at bigint not null
);

create table ledger_keys (
    id text primary key,
    wrapped text
);

create table ledger_checkpoints (
    size bigint primary key,
    note text not null,
    at bigint not null
);
