-- How many places of a limit are taken, by keyed hash of whose it is, until the window ends.
create table budgets (
    key_hash text primary key,
    used bigint not null,
    ends_at bigint not null
);
