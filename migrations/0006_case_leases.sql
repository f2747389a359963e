-- A case is held for ten minutes from the last time its holder was at it; a note may come with one that was handed over.
alter table case_holds add column seen_at bigint not null default 0;
alter table case_holds add column sealed_note text;
