-- The last change of who may sign up on an instance, until all that visitors meet is seen to agree with it.
create table settling (
    instance text primary key,
    entry bigint not null,
    mode text not null,
    since bigint not null,
    tries bigint not null,
    next_at bigint not null,
    forgotten_at bigint,
    recorded bigint not null
);
