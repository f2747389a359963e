-- What the team writes down about accounts, beside Mastodon's own notes.
create table account_notes (
    id text primary key,
    instance text not null,
    account text not null,
    operator text not null,
    sealed text,
    created_at bigint not null,
    withdrawn_at bigint,
    withdrawn_by text
);
create index account_notes_account on account_notes (instance, account, created_at);
