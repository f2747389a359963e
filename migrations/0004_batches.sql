-- Work in the background, one intent an item, and what is remembered of people who were refused.
create table batches (
    id text primary key,
    instance text not null,
    operator text not null,
    kind text not null,
    sealed_why text not null,
    paused boolean not null,
    created_at bigint not null,
    ended_at bigint,
    lease text not null,
    lease_until bigint not null
);
create index batches_instance on batches (instance, created_at);

create table batch_items (
    batch text not null references batches (id),
    position bigint not null,
    sealed_deed text not null,
    state text not null,
    intent bigint,
    sealed_said text,
    primary key (batch, position)
);

create table refusals (
    instance text not null,
    intent bigint not null,
    mail text not null,
    address text,
    words text,
    at bigint not null,
    until bigint not null,
    primary key (instance, intent)
);
create index refusals_mail on refusals (instance, mail);
create index refusals_address on refusals (instance, address);
create index refusals_words on refusals (instance, words);
