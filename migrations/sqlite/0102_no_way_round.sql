-- SQLite's REPLACE takes a row away without asking the delete trigger. A leaf at the end of the ledger could so push out the
-- outcome it shares an intent with, and a new head the old one.
create trigger ledger_entries_one_outcome before insert on ledger_entries
when new.intent is not null and exists (select 1 from ledger_entries where intent = new.intent)
begin select raise(abort, 'a deed has one outcome'); end;
create trigger ledger_head_alone before insert on ledger_head
begin select raise(abort, 'the ledger has one head'); end;
-- While the size stays, so does the tree.
create trigger ledger_head_same before update on ledger_head
when new.id <> old.id or (new.size = old.size and (new.root <> old.root or new.frontier <> old.frontier))
begin select raise(abort, 'the head changes with a new leaf only'); end;
