-- What a contractor may do, where, and from when to when: asked for by one person, approved by another.
create table grants (
    id text primary key,
    operator text not null references operators (id),
    instances text not null,
    categories text not null,
    sign_ups boolean not null,
    reveal boolean not null,
    starts_at bigint not null,
    ends_at bigint not null,
    sponsor text not null,
    sealed_agreement text,
    asked_by text not null,
    asked_at bigint not null,
    decided_by text,
    decided_at bigint,
    approved boolean,
    revoked_by text,
    revoked_at bigint,
    started_at bigint,
    ended_at bigint,
    lease text not null,
    lease_until bigint not null,
    check (starts_at < ends_at),
    check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (approved is null)),
    check ((revoked_by is null) = (revoked_at is null)),
    -- Nobody approves what they asked for, or a grant for themselves; at the server itself it is one person's word.
    check (decided_by in ('command line', 'migration') or (decided_by <> asked_by and decided_by <> operator))
);
create index grants_operator on grants (operator, id);

-- The role on an instance for the time of a grant.
create table grant_roles (
    grant_id text not null references grants (id),
    instance text not null,
    account text not null,
    user_id text not null,
    sealed_acct text not null,
    role text not null,
    role_name text not null,
    former text,
    former_name text,
    state text not null,
    given_entry bigint,
    taken_entry bigint,
    sealed_said text,
    tried_at bigint not null,
    primary key (grant_id, instance)
);

-- Contractors' rows held an instance and an end: each becomes a grant of all categories, without sign-ups and reveals.
insert into grants (id, operator, instances, categories, sign_ups, reveal, starts_at, ends_at, sponsor, sealed_agreement,
    asked_by, asked_at, decided_by, decided_at, approved, started_at, lease, lease_until)
select id, id, '["' || instance || '"]', '["other","spam","legal","violation"]', false, false, created_at, until, 'migration', null,
    'migration', created_at, 'migration', created_at, true, created_at, '', 0
from operators where role = 'contractor' and disabled_at is null and instance is not null and until is not null and until > created_at;

alter table operators drop column instance;
alter table operators drop column until;
alter table setup_links drop column instance;
alter table setup_links drop column until;
