-- What a process found about the audit log, told to the others that share the store: each row under a code, and for as long as
-- `until` says. What was found in the entries themselves stands until an owner has decided, which gives the store another number.
create table ledger_found (
    process text not null,
    sort text not null,
    number bigint not null,
    what text not null,
    behind bigint not null,
    until bigint not null,
    mac text not null,
    primary key (process, sort)
);
