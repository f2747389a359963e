-- What an instance's settings, roles and rules were when they were last looked at, to notice what changes elsewhere.
create table snapshot_turns (
    instance text primary key,
    due_at bigint not null
);

create table snapshots (
    instance text not null,
    part text not null,
    taken_at bigint not null,
    number bigint not null,
    hash text not null,
    sealed text,
    primary key (instance, part)
);
