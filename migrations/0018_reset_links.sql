-- One-time links with which somebody chooses a new password: a keyed hash of each, one a person. They give authority, so each is
-- proved (`mac`) over what it says and the newest entry about its person and about who made it (`whose`).
create table reset_links (
    operator text primary key references operators (id),
    hash text not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    offered_by text,
    whose text,
    subject text,
    entry bigint,
    mac text
);
