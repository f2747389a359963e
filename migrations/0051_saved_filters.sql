-- Filters of the audit log that somebody keeps for themselves, by name. They give nobody a right, and carry no code.
create table saved_filters (
    operator text not null,
    name text not null,
    search text not null,
    primary key (operator, name)
);
