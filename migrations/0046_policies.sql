-- When who may sign up changes by itself: the policy of an instance, what somebody holds by hand there, and what the policy
-- remembers from one look to the next (`state`). It acts while `acts` is 1 and nothing has stopped it.
create table policies (
    instance text primary key,
    version bigint not null,
    operator text not null,
    policy text not null,
    state text not null,
    acts bigint not null,
    stopped text not null,
    lease text not null,
    lease_until bigint not null,
    mac text,
    entry bigint,
    subject text
);
