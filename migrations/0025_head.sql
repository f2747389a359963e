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
