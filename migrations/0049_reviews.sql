-- Weeks whose decisions are looked at again: the entry that binds the seed, the one that disclosed it, and of how many decisions
-- was drawn. None of it gives anybody a right, and all of it stands in the audit log as well.
create table review_weeks (
    week text primary key,
    committed bigint not null,
    committed_at bigint not null,
    drawn bigint,
    drawn_at bigint,
    decisions bigint
);
-- What was drawn, by its entry, and what the second person said of it.
create table review_samples (
    entry bigint primary key,
    week text not null,
    operator text not null,
    sort text not null,
    subject text not null,
    reviewer text,
    opinion text,
    opinion_entry bigint,
    verdict text,
    verdict_entry bigint,
    verdict_at bigint
);
create index review_samples_week on review_samples (week, entry);
create index review_samples_operator on review_samples (operator, entry);
