-- The entry that closed a reviewer's proposal to undo a decision.
alter table review_samples add column settled bigint;
-- Up to which review of their own decisions somebody has read. It gives nobody a right, and carries no code.
create table reviews_read (
    operator text primary key,
    entry bigint not null
);
