-- When each of the console's people was last in it. Sessions say so too, and are forgotten a day after they are over. It gives nobody a
-- right.
create table presence (
    operator text primary key,
    seen_at bigint not null
);

-- Deeds that came to something else than success: rare, and found by who meant them without the log being read through. What they say is
-- in the leaves alone.
create table ledger_ended (
    intent bigint primary key,
    outcome text not null,
    operator text,
    deed text not null,
    instance text,
    at bigint not null
);
insert into ledger_ended (intent, outcome, operator, deed, instance, at)
    select e.idx, o.outcome, e.operator, e.deed, e.instance, e.at
    from ledger_entries o join ledger_entries e on e.idx = o.intent
    where o.outcome is not null and o.outcome <> 'succeeded';
create index ledger_ended_operator on ledger_ended (operator, outcome, intent);
create index ledger_ended_outcome on ledger_ended (outcome, intent);
