-- One-time links with which somebody chooses a new password: a keyed hash of each, one a person.
create table reset_links (
    operator text primary key references operators (id),
    hash text not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    offered_by text
);
