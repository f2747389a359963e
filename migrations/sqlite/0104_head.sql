-- After an owner's decision the tree goes on under another id, and may be smaller than what was signed before.
create table checkpoints_kept (
    size bigint not null,
    note text not null,
    at bigint not null,
    origin bigint not null default 0,
    frontier text,
    primary key (origin, size)
);
insert into checkpoints_kept (size, note, at, origin, frontier) select size, note, at, origin, frontier from ledger_checkpoints;
drop table ledger_checkpoints;
alter table checkpoints_kept rename to ledger_checkpoints;
create trigger ledger_checkpoints_no_update before update on ledger_checkpoints
begin select raise(abort, 'checkpoints are append-only'); end;
create trigger ledger_checkpoints_no_delete before delete on ledger_checkpoints
begin select raise(abort, 'checkpoints are append-only'); end;
create trigger ledger_checkpoints_in_order before insert on ledger_checkpoints
when new.origin < (select coalesce(max(origin), 0) from ledger_checkpoints)
    or new.size <= (select coalesce(max(size), 0) from ledger_checkpoints where origin = new.origin)
begin select raise(abort, 'a checkpoint must be over more than the last'); end;

-- The ids of the store are never changed or taken away.
create trigger ledger_origins_no_update before update on ledger_origins
begin select raise(abort, 'the ids of the store stay'); end;
create trigger ledger_origins_no_delete before delete on ledger_origins
begin select raise(abort, 'the ids of the store stay'); end;
create trigger ledger_origins_in_order before insert on ledger_origins
when new.number <> (select coalesce(max(number) + 1, 1) from ledger_origins)
begin select raise(abort, 'an id of the store comes after the last'); end;

-- While the id stays, the head grows, and changes with a new leaf only. There is one.
drop trigger ledger_head_grows;
drop trigger ledger_head_same;
drop trigger ledger_head_alone;
create trigger ledger_head_grows before update on ledger_head
when new.origin < old.origin or (new.origin = old.origin and new.size < old.size)
begin select raise(abort, 'the ledger never shrinks'); end;
create trigger ledger_head_same before update on ledger_head
when new.id <> old.id or (new.origin = old.origin and new.size = old.size
    and (new.root <> old.root or new.frontier <> old.frontier or new.rights <> old.rights))
begin select raise(abort, 'the head changes with a new leaf only'); end;
create trigger ledger_head_alone before insert on ledger_head
when exists (select 1 from ledger_head)
begin select raise(abort, 'the ledger has one head'); end;
