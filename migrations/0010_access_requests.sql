-- People who asked the staff for access: what they said is sealed, and destroyed some time after the decision.
create table access_requests (
    id text primary key,
    instance text not null,
    operator text not null,
    accounts bigint not null,
    sealed_told text,
    state text not null,
    created_at bigint not null,
    decided_at bigint,
    decided_by text,
    sealed_answer text,
    invite bigint
);
create index access_requests_state on access_requests (instance, state, id);
create index access_requests_invite on access_requests (instance, invite);
