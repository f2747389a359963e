-- The ids that checkpoints know the store by, one after another: from which size on each holds, and up to which size those
-- before it hold. Sealed with the secret key.
create table ledger_origins (
    number bigint primary key,
    store text not null,
    since bigint not null,
    held bigint not null,
    mac text not null
);

-- The head stands under one of them, and is sealed with the secret key as well.
alter table ledger_head add column origin bigint not null default 0;
alter table ledger_head add column mac text;

-- Under which id a checkpoint was signed, and what the tree goes on from.
alter table ledger_checkpoints add column origin bigint not null default 0;
alter table ledger_checkpoints add column frontier text;

-- The newest entry of each deed that changed what somebody may do, about each person, grant or link: the sealed head has the
-- hash of all of them, so that what proves a row does not hang on what can be written into this table.
create table rights_changes (
    subject text not null,
    deed text not null,
    instance text not null,
    entry bigint not null,
    primary key (subject, deed, instance)
);
-- That a store of a version before is still to be sealed: its last entry of then, under a MAC.
create table if not exists sealing_due (
    idx bigint not null,
    mac text not null
);
alter table ledger_head add column rights text not null default '';
