-- Deeds that were sent and not seen to have happened, while they are looked for again: seldom, and for a day. What they came to is
-- in the leaves alone.
create table sought (
    intent bigint primary key,
    since bigint not null,
    tries bigint not null,
    next_at bigint not null,
    -- The newest deed about the same that was taken into account, and the newest rows of the instance then: what is older is no trace
    -- of this one.
    after bigint not null,
    mark_log bigint not null,
    mark_strike bigint not null,
    -- The entry that says that it happened after all, or a part of it.
    seen bigint,
    over bigint not null
);
create index sought_due on sought (over, next_at);
