-- Work in hand: forms that came back, and who holds which case.
create table drafts (
    id text primary key,
    operator text,
    path text not null,
    sealed text not null,
    created_at bigint not null,
    expires_at bigint not null
);

create table case_holds (
    instance text not null,
    account text not null,
    operator text not null,
    since bigint not null,
    primary key (instance, account)
);
