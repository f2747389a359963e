-- People of the console, and how they prove who they are.
create table operators (
    id text primary key,
    name text not null,
    name_key text not null unique,
    role text not null,
    password_hash text,
    totp_secret text,
    totp_last_step bigint not null default 0,
    instance text,
    until bigint,
    disabled_at bigint,
    created_at bigint not null
);

create table recovery_codes (
    operator text not null references operators (id),
    hash text not null,
    used_at bigint,
    primary key (operator, hash)
);

create table setup_links (
    hash text primary key,
    role text not null,
    name text,
    instance text,
    until bigint,
    created_at bigint not null,
    expires_at bigint not null
);

create table web_sessions (
    id_hash text primary key,
    operator text,
    data text not null,
    created_at bigint not null,
    seen_at bigint not null,
    absolute_until bigint not null
);
create index web_sessions_operator on web_sessions (operator);

create table attempts (
    key_hash text primary key,
    failures bigint not null,
    first_at bigint not null,
    last_at bigint not null
);
