-- While the size stays, so does the tree.
create function ledger_head_same() returns trigger language plpgsql as $$
begin
    if new.id <> old.id or (new.size = old.size and (new.root <> old.root or new.frontier <> old.frontier)) then
        raise exception 'the head changes with a new leaf only';
    end if;
    return new;
end $$;
create function ledger_head_alone() returns trigger language plpgsql as $$
begin raise exception 'the ledger has one head'; end $$;
create trigger ledger_head_same before update on ledger_head for each row execute function ledger_head_same();
create trigger ledger_head_alone before insert on ledger_head for each row execute function ledger_head_alone();
