-- What in the audit log somebody should look at: a row for each cause, however many processes look and however often it happens.
-- What raised it are entries: the first few of them, and the newest.
create table alarms (
    id text primary key,
    kind text not null,
    cause text not null unique,
    operator text,
    instance text,
    about text,
    raised_at bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    number bigint not null,
    usual bigint,
    entries text not null,
    last_entry bigint,
    acknowledged_by text,
    acknowledged_at bigint,
    acknowledged_entry bigint
);
create index alarms_open on alarms (kind, id) where acknowledged_at is null;

-- Up to which entry it was looked. What is older than this table raises nothing.
create table alarms_looked (
    id bigint primary key check (id = 1),
    entry bigint not null,
    at bigint not null
);
insert into alarms_looked (id, entry, at) select 1, size - 1, 0 from ledger_head where id = 1;

-- What somebody did of one sort is read by this alone, newest first.
create index ledger_entries_operator_deed on ledger_entries (operator, deed, idx);
