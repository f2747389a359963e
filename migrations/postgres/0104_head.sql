-- After an owner's decision the tree goes on under another id, and may be smaller than what was signed before.
alter table ledger_checkpoints drop constraint ledger_checkpoints_pkey;
alter table ledger_checkpoints add primary key (origin, size);
create or replace function ledger_checkpoint_in_order() returns trigger language plpgsql as $$
begin
    if new.origin < (select coalesce(max(origin), 0) from ledger_checkpoints)
        or new.size <= (select coalesce(max(size), 0) from ledger_checkpoints where origin = new.origin) then
        raise exception 'a checkpoint must be over more than the last';
    end if;
    return new;
end $$;

-- The ids of the store are never changed or taken away.
create function ledger_origins_in_order() returns trigger language plpgsql as $$
begin
    if new.number <> (select coalesce(max(number) + 1, 1) from ledger_origins) then
        raise exception 'an id of the store comes after the last';
    end if;
    return new;
end $$;
create trigger ledger_origins_no_change before update or delete on ledger_origins for each row execute function ledger_refuse();
create trigger ledger_origins_no_truncate before truncate on ledger_origins for each statement execute function ledger_refuse();
create trigger ledger_origins_in_order before insert on ledger_origins for each row execute function ledger_origins_in_order();

-- While the id stays, the head grows, and changes with a new leaf only. There is one.
create or replace function ledger_head_grows() returns trigger language plpgsql as $$
begin
    if new.origin < old.origin or (new.origin = old.origin and new.size < old.size) then
        raise exception 'the ledger never shrinks';
    end if;
    return new;
end $$;
create or replace function ledger_head_same() returns trigger language plpgsql as $$
begin
    if new.id <> old.id or (new.origin = old.origin and new.size = old.size
        and (new.root <> old.root or new.frontier <> old.frontier or new.rights <> old.rights)) then
        raise exception 'the head changes with a new leaf only';
    end if;
    return new;
end $$;
create or replace function ledger_head_alone() returns trigger language plpgsql as $$
begin
    if exists (select 1 from ledger_head) then raise exception 'the ledger has one head'; end if;
    return new;
end $$;
