-- Filters of the audit log that somebody keeps for themselves, by name. They give nobody a right, and carry no code.
create table saved_filters (
    operator text not null,
    name text not null,
    search text not null,
    primary key (operator, name)
);

-- Every outcome but success is rare, and is looked for among very many.
create index ledger_entries_outcome on ledger_entries (outcome, intent) where outcome is not null;
