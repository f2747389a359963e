-- Who invited whom, as it was seen: Mastodon forgets it with the login of whoever invited.
create table invited (
    instance text not null,
    account bigint not null,
    login bigint not null,
    inviter bigint not null,
    sealed text not null,
    seen_at bigint not null,
    gone_at bigint,
    mac text not null,
    primary key (instance, account)
);
create index invited_login on invited (instance, login);
create index invited_inviter on invited (instance, inviter, account);
create index invited_gone on invited (gone_at);
-- Up to which login it was looked.
create table invited_looks (
    instance text primary key,
    position bigint not null
);
