-- Entries of one kind are asked for on every overview.
create index ledger_entries_deed on ledger_entries (deed, idx);
