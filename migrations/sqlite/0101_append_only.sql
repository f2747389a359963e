-- Nothing in the ledger is ever changed or taken away; a new leaf stands where the tree ends.
create trigger ledger_entries_no_update before update on ledger_entries
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_entries_no_delete before delete on ledger_entries
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_entries_in_order before insert on ledger_entries
when new.idx <> (select coalesce(max(idx) + 1, 0) from ledger_entries)
begin select raise(abort, 'a leaf must stand at the end of the ledger'); end;
create trigger ledger_checkpoints_no_update before update on ledger_checkpoints
begin select raise(abort, 'checkpoints are append-only'); end;
create trigger ledger_checkpoints_no_delete before delete on ledger_checkpoints
begin select raise(abort, 'checkpoints are append-only'); end;
create trigger ledger_checkpoints_in_order before insert on ledger_checkpoints
when new.size <= (select coalesce(max(size), 0) from ledger_checkpoints)
begin select raise(abort, 'a checkpoint must be over more than the last'); end;
create trigger ledger_head_grows before update on ledger_head
when new.size < old.size
begin select raise(abort, 'the ledger never shrinks'); end;
create trigger ledger_head_stays before delete on ledger_head
begin select raise(abort, 'the ledger has one head'); end;
