-- Nothing in the ledger is ever changed or taken away; a new leaf stands where the tree ends.
create function ledger_refuse() returns trigger language plpgsql as $$
begin raise exception 'the ledger is append-only'; end $$;
create function ledger_in_order() returns trigger language plpgsql as $$
begin
    if new.idx <> (select coalesce(max(idx) + 1, 0) from ledger_entries) then
        raise exception 'a leaf must stand at the end of the ledger';
    end if;
    return new;
end $$;
create function ledger_checkpoint_in_order() returns trigger language plpgsql as $$
begin
    if new.size <= (select coalesce(max(size), 0) from ledger_checkpoints) then
        raise exception 'a checkpoint must be over more than the last';
    end if;
    return new;
end $$;
create function ledger_head_grows() returns trigger language plpgsql as $$
begin
    if new.size < old.size then raise exception 'the ledger never shrinks'; end if;
    return new;
end $$;
create trigger ledger_entries_no_change before update or delete on ledger_entries for each row execute function ledger_refuse();
create trigger ledger_entries_no_truncate before truncate on ledger_entries for each statement execute function ledger_refuse();
create trigger ledger_entries_in_order before insert on ledger_entries for each row execute function ledger_in_order();
create trigger ledger_checkpoints_no_change before update or delete on ledger_checkpoints for each row execute function ledger_refuse();
create trigger ledger_checkpoints_no_truncate before truncate on ledger_checkpoints for each statement execute function ledger_refuse();
create trigger ledger_checkpoints_in_order before insert on ledger_checkpoints for each row execute function ledger_checkpoint_in_order();
create trigger ledger_head_grows before update on ledger_head for each row execute function ledger_head_grows();
create trigger ledger_head_stays before delete or truncate on ledger_head for each statement execute function ledger_refuse();
