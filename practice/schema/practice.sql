-- The practice instance's own state. A schema of its own: what empties Mastodon's tables leaves it alone.

create schema if not exists practice;

-- Mastodon's times: UTC without a zone.
create or replace function practice.now() returns timestamp without time zone language sql volatile
    as $$ select clock_timestamp() at time zone 'utc' $$;

-- Each move of the practice clock. Rows keep the real time they were made at; a move lets those older than itself age.
create table if not exists practice.ticks (
    id bigint generated always as identity primary key,
    moved_at timestamp without time zone not null default practice.now(),
    by interval not null
);

-- How old a moment is on the practice clock.
create or replace function practice.age(moment timestamp without time zone) returns interval language sql stable
    as $$ select (clock_timestamp() at time zone 'utc') - moment
        + coalesce((select sum(by) from practice.ticks where moved_at >= moment), interval '0') $$;

-- Neither suspended nor, since 4.7, deleted by its owner (app/models/concerns/account/suspensions.rb, without_suspended).
create or replace function practice.available(account public.accounts) returns boolean language sql stable
    as $$ select account.suspended_at is null and to_jsonb(account) ->> 'requested_deletion_at' is null $$;

-- Work that follows a request, until it is done.
create table if not exists practice.jobs (
    id bigint generated always as identity primary key,
    job jsonb not null,
    created_at timestamp without time zone not null default practice.now()
);

-- Who was active on which day, and who joined (Mastodon counts them in Redis, app/lib/activity_tracker.rb).
create table if not exists practice.activity (
    day date not null,
    kind text not null,
    user_id bigint not null,
    primary key (kind, day, user_id)
);

-- Attempts to sign up that fell under a rule for domains of mail (in Redis with Mastodon, app/models/trends/history.rb).
create table if not exists practice.attempts (
    email_domain_block_id bigint not null,
    day date not null,
    ip inet not null,
    uses bigint not null,
    primary key (email_domain_block_id, day, ip)
);

-- Where it is served, for what is sent from elsewhere.
create table if not exists practice.site (
    one boolean primary key default true check (one),
    domain text not null,
    https boolean not null
);
