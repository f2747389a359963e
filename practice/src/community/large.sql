-- The size of the largest real server, by SQL. Each part runs as a whole; what a part begins with is its name.
-- Chance is pg_temp.dice(number, seed + which): the same for the same seed, whatever the machine.

-- part: the plan
create function pg_temp.dice(n bigint, salt bigint) returns double precision language sql immutable parallel safe as
    $$ select (hashint8extended(n, salt) & 4503599627370495)::double precision / 4503599627370496 $$;
create function pg_temp.pick(list anycompatiblearray, n bigint, salt bigint) returns anycompatible language sql immutable parallel safe as
    $$ select list[1 + floor(array_length(list, 1) * pg_temp.dice(n, salt))::int] $$;
create function pg_temp.at(ms bigint) returns timestamp language sql immutable parallel safe as
    $$ select timestamp 'epoch' + ms * interval '1 millisecond' $$;

-- How many there are of what, less what the hand-written community has already.
create temp table measure (
    seed bigint, scale double precision, now bigint, host text, locals int, remotes int, servers int, actors int,
    reports int, open int, pending int, log int, blocks int, first_user bigint, first_report bigint
) on commit drop;
-- Two rows of words, each short enough to lie in its page as it is: unpacking them for every row would take minutes.
create temp table vocabulary (
    names text[], nouns text[], looks text[], bios text[], posts text[], post_languages text[], comments text[]
) on commit drop;
create temp table phrases (
    adverts text[], attacks text[], reasons text[], tails text[], short_reasons text[], spam_reasons text[], agents text[],
    canary text, mail text
) on commit drop;
alter table vocabulary alter names set storage plain, alter nouns set storage plain, alter looks set storage plain,
    alter bios set storage plain, alter posts set storage plain, alter post_languages set storage plain, alter comments set storage plain;
alter table phrases alter adverts set storage plain, alter attacks set storage plain, alter reasons set storage plain,
    alter tails set storage plain, alter short_reasons set storage plain, alter spam_reasons set storage plain;
-- Growth came in waves: the share of all who came, and from how many days ago until when.
create temp table wave (share_from double precision, share_to double precision, days_from double precision, days_to double precision)
    on commit drop;
insert into wave values (0, 0.06, 2500, 1500), (0.06, 0.34, 1500, 1420), (0.34, 0.56, 1420, 720), (0.56, 0.72, 720, 655),
    (0.72, 0.88, 655, 60), (0.88, 1, 60, 0);
-- What is put away while rows come in, and how it comes back, in the database's own words.
create temp table put_away (n serial, restore text) on commit drop;

-- part: indexes put away
do $$
declare
    filled regclass[] := array['accounts', 'users', 'account_stats', 'statuses', 'status_stats', 'media_attachments', 'reports',
        'account_warnings', 'admin_action_logs', 'follows', 'invites', 'login_activities', 'session_activations', 'domain_blocks'];
    one record;
begin
    for one in select conrelid::regclass as whose, conname as name, pg_get_constraintdef(oid) as words
        from pg_constraint where contype = 'f' and conrelid = any (filled) order by oid
    loop
        insert into put_away (restore) values (format('alter table %s add constraint %I %s', one.whose, one.name, one.words));
        execute format('alter table %s drop constraint %I', one.whose, one.name);
    end loop;
    for one in select i.indexrelid::regclass as name, pg_get_indexdef(i.indexrelid) as words
        from pg_index i where i.indrelid = any (filled) and not i.indisprimary order by i.indexrelid
    loop
        insert into put_away (restore) values (one.words);
        execute format('drop index %s', one.name);
    end loop;
end $$;

-- part: servers
-- One row each: without this the planner expects hundreds, and joins accordingly.
analyze measure;
analyze vocabulary;
analyze phrases;
analyze wave;
-- Rank 1 is the largest. Some names lie below others: social.boldacorn.example and boldacorn.example.
create temp table server on commit drop as
select r, case form when 0 then look || noun when 1 then look || '-' || noun when 2 then 'social.' || look || noun
    when 3 then noun || '.' || look else 'mastodon.' || look || '-' || noun end
    || case when round = 0 then '' else round::text end || '.example' as domain
from (
    select r, place % 5 as form, v.looks[1 + place / 5 % array_length(v.looks, 1)] as look,
        v.nouns[1 + place / 5 / array_length(v.looks, 1) % array_length(v.nouns, 1)] as noun,
        place / 5 / array_length(v.looks, 1) / array_length(v.nouns, 1) as round
    from measure m, vocabulary v, generate_series(1, m.servers) r,
        lateral (select (r::bigint * 611953 + m.seed) % (m.servers + m.servers / 9 + 1) as place) p
) named;
-- Rules: for one known server in five but not the largest, and the rest from lists that were imported on a few days.
create temp table ruled on commit drop as
select row_number() over (order by ms, domain)::int as n, *
from (
    select s.r, s.domain, m.now - (86400000 * (3 + 1400 * pg_temp.dice(s.r, m.seed + 1)))::bigint as ms,
        pg_temp.pick(array[1, 1, 0, 0, 0, 2], s.r, m.seed + 2) as severity
    from measure m, server s where s.r > m.servers / 100 and pg_temp.dice(s.r, m.seed + 3) < 0.18
    union all
    select null, v.names[1 + k % array_length(v.names, 1)] || case when k % 7 = 0 then '.' else '-' end
        || v.looks[1 + k % array_length(v.looks, 1)] || k || '.example',
        m.now - 86400000 * pg_temp.pick(array[1410, 1409, 702, 160, 41], k, m.seed + 4)::bigint + k,
        case when pg_temp.dice(k, m.seed + 5) < 0.85 then 1 else 0 end
    from measure m, vocabulary v, generate_series(1, m.blocks) k
    order by 1 nulls last, 2 limit (select blocks from measure)
) rules;
analyze server;
analyze ruled;

-- part: people
-- An account's id tells when it came: even low bits here, odd ones elsewhere, so that no two are the same.
create temp table here on commit drop as
select n, n % 2 = 1 as troubles, ms, (ms << 16) | ((n * 2) & 65535) as account, m.first_user + 4 * n as login
from measure m, wave w,
    lateral generate_series(floor(w.share_from * m.locals)::int + 1, floor(w.share_to * m.locals)::int) n,
    lateral (select w.days_from + (w.days_to - w.days_from)
        * ((n - 1 + pg_temp.dice(n, m.seed + 6)) / m.locals - w.share_from) / (w.share_to - w.share_from) as days) d,
    -- More by day than by night, and the order is kept.
    lateral (select m.now - 1800000 - (86400000 * (days + 0.12 * sin(2 * pi() * days)))::bigint as ms) t;
create temp table elsewhere on commit drop as
select n, ms, (ms << 16) | ((n * 2 + 1) & 65535) as account, least(m.servers,
    floor((m.servers + 1) ^ (pg_temp.dice(n, m.seed + 7) ^ 1.5)))::int as r, false as actor
from measure m, wave w,
    lateral generate_series(floor(w.share_from * m.remotes)::int + 1, floor(w.share_to * m.remotes)::int) n,
    lateral (select w.days_from + (w.days_to - w.days_from)
        * ((n - 1 + pg_temp.dice(n, m.seed + 8)) / m.remotes - w.share_from) / (w.share_to - w.share_from) as days) d,
    lateral (select m.now - 1800000 - (86400000 * (days + 0.12 * sin(2 * pi() * days)))::bigint as ms) t
union all
-- The servers' own accounts, which report for their moderators.
select m.remotes + r, ms, (ms << 16) | (((m.remotes + r) * 2 + 1) & 65535), r, true
from measure m, generate_series(1, m.actors) r, lateral (select m.now - 86400000::bigint * 2550 + r * 1000 as ms) t;
alter table here add primary key (n);
alter table elsewhere add primary key (n);
analyze here;
analyze elsewhere;

-- Who waits: the newest mostly, some for weeks. Some came at once, from one network, with one reason.
create temp table waits on commit drop as
select n, p, case when p / 100 % 4 = 0 and p % 100 < 20 + p / 100 * 13 % 60 then p / 100 end as rush
from (
    select n, (row_number() over (order by n) - 1)::int as p from (
        select n from measure m, here h where not troubles and n > m.locals - 8 * m.pending
        order by (m.locals - n) * (0.2 + pg_temp.dice(n, m.seed + 9)) limit (select pending from measure)
    ) newest
) counted;
alter table waits add primary key (n);

-- The team: old hands beside those the hand-written community has.
create temp table team on commit drop as
select account_id as account, false as veteran, row_number() over (order by r.position, u.id) as k
from users u join user_roles r on r.id = u.role_id where r.position > 0 and not u.disabled
union all
select account, true, row_number() over (order by n) from measure m, here h where n % 2 = 0 and n <= 28;
analyze waits;
analyze team;

-- part: cases
-- Whom reports are about: a few with very many, most with one; a third of those came in waves of new accounts.
create temp table target on commit drop as
with sized as (
    select r, greatest(1, floor(10000 * m.scale / r ^ 0.95))::int as size from measure m, generate_series(1, m.reports) r
), summed as (
    select r, size, sum(size) over (order by r) - size as before from sized
), kinds as (
    select r, least(size, m.reports - before)::int as size,
        case when size = 1 and pg_temp.dice(r, m.seed + 10) < 0.35 then floor(60 * pg_temp.dice(r, m.seed + 11) ^ 2)::int end as flood,
        pg_temp.dice(r, m.seed + 12) < 0.55 as local
    from summed, measure m where before < m.reports
), placed as (
    select r, size, flood, case when flood is null then local else flood % 3 <> 0 end as local,
        row_number() over (partition by flood order by r) as k, count(*) over (partition by flood) as many
    from kinds
), chosen as (
    select r, size, flood, local, case
        when flood = 59 then m.locals / 2 - many + k - 100
        when flood is not null
            then (pg_temp.dice(flood, m.seed + 13) * 0.9 * case when local then m.locals / 2 else m.remotes end)::bigint + k
        when local then r::bigint * 611953 % (m.locals / 2)
        else r::bigint * 611953 % m.remotes end as place
    from placed, measure m
)
select c.r, c.size, c.flood, c.local, coalesce(h.account, e.account) as account, coalesce(h.n::double precision / m.locals,
    e.n::double precision / m.remotes) as share, coalesce(h.ms, e.ms) as came,
    case when c.flood is not null then 1000 else (array[1000, 1000, 1000, 2000, 2000, 2000, 2000, 0, 0, 0])[
        1 + floor(10 * pg_temp.dice(c.r, m.seed + 14))::int] end as category,
    case when pg_temp.dice(c.r, m.seed + 15) < 0.03 then 1500 end as legal,
    t.ms as begins
from measure m, chosen c
    left join here h on c.local and h.n = 1 + 2 * greatest(0, c.place)
    left join elsewhere e on not c.local and e.n = 1 + c.place,
    lateral (select coalesce(h.ms, e.ms) + least((m.now - coalesce(h.ms, e.ms)) * 0.9, case
        when c.flood is not null then 300000 + 9000000 * pg_temp.dice(c.r, m.seed + 16)
        else 600000 + (m.now - coalesce(h.ms, e.ms)) * pg_temp.dice(c.r, m.seed + 16) ^ 2 end)::bigint as ms) t
where coalesce(h.n, e.n) is not null;
update target set category = legal where legal is not null and flood is null;
alter table target add primary key (r);
analyze target;

-- Posts: those that reports name, a private one now and then that nobody reported, and ordinary ones.
create temp table post on commit drop as
select row_number() over (order by ms, account, j) as n, r, j, account, local, ms, kind, visibility
from (
    select t.r, j, t.account, t.local, t.begins - (least(t.begins - t.came, 259200000)
            * (0.02 + 0.9 * j / (3 + t.size % 3)::double precision))::bigint as ms,
        case when t.category = 1000 then 'advert' when t.size > 200 then 'plain' else 'attack' end as kind,
        case when pg_temp.dice(t.r * 8 + j, m.seed + 17) < 0.04 then 3
            when pg_temp.dice(t.r, m.seed + 18) < 0.2 then 1 else 0 end as visibility
    from measure m, target t, generate_series(1, 2) j where j = 1 or pg_temp.dice(t.r, m.seed + 19) < 0.5
    union all
    select null, 3, t.account, t.local, t.begins - (least(t.begins - t.came, 259200000) * 0.97)::bigint, 'private',
        2 + (t.r % 2) from measure m, target t where pg_temp.dice(t.r, m.seed + 20) < 0.16
    union all
    select null, j, h.account, true, h.ms + ((m.now - h.ms) * pg_temp.dice(h.n * 8 + j, m.seed + 21))::bigint, 'plain', (h.n / 2) % 2
    from measure m, here h, generate_series(4, 6) j
    where not h.troubles and h.n <= m.locals - 8 * m.pending and pg_temp.dice(h.n, m.seed + 22) < 0.08
) written;
alter table post add column id bigint;
update post set id = (ms << 16) | ((n * 3) & 65535);
create temp table evidence on commit drop as
select r, array_agg(id order by j) as ids, count(*)::int as number from post where r is not null group by r;
alter table evidence add primary key (r);
analyze post;
analyze evidence;

-- Reports: a wave within hours, a feud within weeks, a well-known person for as long as he or she is known.
create temp table filed on commit drop as
select t.r, k, t.account as target, t.local, t.share, t.category, t.begins + case when k = 1 then 0 else
    ((m.now - 600000 - t.begins) * case when t.r <= 50 then 1 else least(1, case when t.r % 2 = 0 then 43200000
        else 1728000000 * pg_temp.dice(t.r, m.seed + 23) end / greatest(1, m.now - t.begins)) end
        * pg_temp.dice(t.r::bigint * 65536 + k, m.seed + 24) ^ 1.5)::bigint end as ms
from measure m, target t, generate_series(1, t.size) k;
analyze filed;
-- What was decided at once: everything about somebody on one day.
create temp table decision on commit drop as
select row_number() over (order by closed, target) as d, *, case when closed < hired then old[1 + floor(array_length(old, 1) * who)::int]
        else everybody[1 + floor(array_length(everybody, 1) * who)::int] end as moderator,
    case when not struck then null when r <= 100 then 0
        when category = 1000 then case when final and chance < 0.75 then 4000 when chance < 0.93 then 3000 else 0 end
        when chance < 0.45 then 0 when chance < 0.68 then 1500 when chance < 0.73 then 1250 when chance < 0.79 then 2000
        when chance < 0.92 then 3000 when chance < 0.95 and local then 1000 when final then 4000 else 3000 end as action
from (
    select g.*, last + least(480000 * exp(7 * pg_temp.dice(key, m.seed + 25)),
            (m.now - 60000 - last) * pg_temp.dice(key, m.seed + 26))::bigint as closed,
        (m.now - last) * pg_temp.dice(key, m.seed + 27) ^ 0.65 as weight, pg_temp.dice(key, m.seed + 28) as chance,
        pg_temp.dice(key, m.seed + 29) < case when r <= 100 then 0.01 when category = 1000 then 0.75 when category = 0 then 0.14
            else 0.35 end as struck,
        lead(day) over (partition by target order by day) is null as final,
        pg_temp.dice(key, m.seed + 30) ^ 1.6 as who, m.now - 86400000::bigint * 870 as hired, old, everybody
    from measure m, (
        select array_agg(account order by k) filter (where veteran) as old, array_agg(account order by k, veteran) as everybody from team
    ) hands, (
        select target, ms / 86400000 as day, min(r) as r, min(category) as category, bool_or(local) as local, max(ms) as last,
            target # (ms / 86400000) as key
        from filed group by target, ms / 86400000
    ) g
) weighed;
alter table decision add primary key (target, day);
analyze decision;

-- The reports as they are stored: oldest first, the newest and a few old ones open.
create temp table numbered on commit drop as
select row_number() over (order by f.ms, f.target, f.k) + m.first_report as id, f.*, d.d, d.closed, d.moderator, d.action, false as open,
    pg_temp.dice(f.r::bigint * 65536 + f.k, m.seed + 31) as chance
from measure m, filed f join decision d on d.target = f.target and d.day = f.ms / 86400000;
create unique index on numbered (id);
analyze numbered;
update numbered set open = true where id in (
    select n.id from numbered n join decision d using (d) order by d.weight, n.id limit (select open from measure)
);
-- Who reports: the oldest most, some people rightly and others not; other servers' moderators now and then.
create temp table reporter on commit drop as
select n.id, coalesce(e.account, h.account) as account, e.account is not null as server, s.domain
from measure m cross join numbered n
    left join elsewhere e on n.local and n.chance < 0.15 and e.n = m.remotes + least(m.actors,
        floor((m.actors + 1) ^ (pg_temp.dice(n.id, m.seed + 32) ^ 1.2)))::int
    left join server s on s.r = e.r
    left join here h on h.n = greatest(2, 4 * floor(least(n.share * m.locals, m.locals - 8 * m.pending) / 4
            * pg_temp.dice(n.id, m.seed + 33) ^ 3)::int
        + case when (n.action is not null) = (pg_temp.dice(n.id, m.seed + 34) < 0.85) then 0 else 2 end);
alter table reporter add primary key (id);
analyze reporter;

-- part: strikes
create temp table strike on commit drop as
select row_number() over (order by d.closed, d.target)::bigint + coalesce((select max(id) from account_warnings), 0) as id,
    d.d, d.target, d.local, d.moderator, d.action, d.closed, n.report, n.r, d.final, d.category
from decision d join (
    select d, min(id) as report, min(r) as r from numbered where not open group by d
) n on n.d = d.d where d.action is not null;
create temp table objection on commit drop as
select s.id as strike, s.target, a.ms, a.answer, a.ms + (3600000 * (1 + 90 * pg_temp.dice(s.id, m.seed + 36)))::bigint as decided
from measure m, strike s, lateral (select s.closed + (86400000 * 19 * pg_temp.dice(s.id, m.seed + 37) ^ 2)::bigint as ms,
    pg_temp.dice(s.id, m.seed + 38) as answer) a
where s.local and s.action > 0 and pg_temp.dice(s.id, m.seed + 35) < 0.07 and a.ms < m.now - 60000;
create temp table overruled on commit drop as
select strike from measure m, objection where answer < 0.3 and decided < m.now - 60000;
-- What is in force: the account's state as the strikes left it.
create temp table sanction on commit drop as
select s.target as account, max(closed) filter (where action = 4000) as suspended, max(closed) filter (where action = 3000) as silenced,
    max(closed) filter (where action = 2000) as sensitized, bool_or(action = 1000) as disabled
from strike s where not exists (select from overruled o where o.strike = s.id) group by s.target;
alter table sanction add primary key (account);
analyze strike;
analyze sanction;

-- part: accounts
insert into accounts (id, username, display_name, note, created_at, updated_at, uri, protocol, discoverable, locked, suspended_at,
    suspension_origin, silenced_at, sensitized_at)
select h.account, u.username, case h.n / 2 % 6 when 0 then '' when 1 then initcap(name) || ' 🌊' when 2 then initcap(name)
        else initcap(name) || ' ' || initcap(noun) end,
    case when h.n / 2 % 3 = 0 then '' else v.bios[1 + h.n % array_length(v.bios, 1)] end, pg_temp.at(h.ms), pg_temp.at(h.ms), '', 0,
    h.n % 3 > 0, h.n % 11 = 0, pg_temp.at(s.suspended), case when s.suspended is not null then 0 end, pg_temp.at(s.silenced),
    pg_temp.at(s.sensitized)
from measure m cross join vocabulary v cross join here h left join sanction s on s.account = h.account,
    lateral (select array_length(v.names, 1) as a, array_length(v.nouns, 1) as b) l,
    lateral (select (h.n::bigint * 611953 + m.seed) % (a * b * (m.locals / (a * b) + 1)) as number) o,
    lateral (select v.names[1 + number % a] as name, v.nouns[1 + number / a % b] as noun, number / a / b as turn) p,
    lateral (select case when turn = 0 then name || '_' || noun when turn % 3 = 0 then name || '_' || noun || turn
        when turn % 3 = 1 then name || turn || '_' || noun else noun || '_' || name || turn end as username) u
order by h.n;
insert into accounts (id, username, domain, display_name, note, created_at, updated_at, uri, url, protocol, id_scheme, actor_type,
    inbox_url, suspended_at, suspension_origin, silenced_at, sensitized_at)
select e.account, u.username, d.domain, case when e.actor then '' else case e.n % 6 when 0 then '' when 1 then initcap(name) || ' 🌻' else
        initcap(name) || ' ' || initcap(noun) end end,
    case when e.actor or e.n % 3 > 0 then '' else '<p>' || v.bios[1 + e.n % array_length(v.bios, 1)] || '</p>' end,
    pg_temp.at(e.ms), pg_temp.at(e.ms), 'https://' || d.domain || '/users/' || u.username, 'https://' || d.domain || '/@' || u.username,
    1, 0, case when e.actor then 'Application' when e.n % 40 = 0 then 'Service' end, 'https://' || d.domain || '/inbox',
    pg_temp.at(coalesce(s.suspended, case when b.severity = 1 then b.ms end)),
    case when s.suspended is not null or b.severity = 1 then 0 end,
    pg_temp.at(coalesce(s.silenced, case when b.severity = 0 then b.ms end)), pg_temp.at(s.sensitized)
from measure m cross join vocabulary v cross join elsewhere e join server d on d.r = e.r left join ruled b on b.r = e.r
    left join sanction s on s.account = e.account,
    lateral (select array_length(v.names, 1) as a, array_length(v.nouns, 1) as b) l,
    lateral (select (e.n::bigint * 611953 + m.seed) % (l.a * l.b * ((m.remotes + m.actors) / (l.a * l.b) + 1)) as number) o,
    lateral (select v.names[1 + number % l.a] as name, v.nouns[1 + number / l.a % l.b] as noun, number / l.a / l.b as turn) p,
    lateral (select case when e.actor then d.domain when turn = 0 then name || '_' || noun when turn % 3 = 0 then name || '_' || noun || turn
        when turn % 3 = 1 then name || turn || '_' || noun else noun || '_' || name || turn end as username) u
order by e.n;

-- part: logins
insert into user_roles (name, position, permissions, color, created_at, updated_at)
select 'Trial moderator', 5, 16 + 1024, '#8c8dff', pg_temp.at(now - 86400000 * 90::bigint), pg_temp.at(now - 86400000 * 90::bigint)
from measure;
-- Invitations: everybody may, few do, some bring many.
insert into invites (id, user_id, code, max_uses, uses, created_at, updated_at, expires_at, autofollow, comment)
select k, h.login, (
        -- Eight different characters of those that Mastodon uses (app/models/invite.rb).
        select string_agg(substr('abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789',
            1 + 7 * place + (number / power(7, place)::bigint % 7)::int, 1), '' order by place) from generate_series(0, 7) place
    ), nullif((array[0, 1, 5, 10, 25, 100])[1 + k % 6], 0), 0, pg_temp.at(t.ms), pg_temp.at(t.ms),
    case when k % 4 > 0 then pg_temp.at(t.ms + 86400000 * 7) end, k % 3 = 0,
    (array['for the choir', 'Lesekreis', 'pour la bibliothèque', 'from the other server'])[1 + k % 9]
from measure m cross join generate_series(1, (30000 * m.scale)::int) k
    cross join lateral (select k::bigint * 611953 % 5764801 as number) o
    join here h on h.n = 2 + 2 * floor(m.locals / 2.2 * pg_temp.dice(k, m.seed + 40) ^ 2)::int
    cross join lateral (select h.ms + ((m.now - h.ms) * pg_temp.dice(k, m.seed + 41))::bigint as ms) t;
select setval('invites_id_seq', (select greatest(1, max(id)) from invites));

insert into users (id, account_id, email, created_at, updated_at, confirmed_at, confirmation_sent_at, approved, disabled, locale, settings,
    sign_up_ip, current_sign_in_at, last_sign_in_at, sign_in_count, role_id, invite_id)
select h.login, h.account, lower(a.username) || '@' || case when w.rush is not null then 'rush' || w.rush || '.' else
        pg_temp.pick(array['', '', '', 'web.', 'web.', 'home.', 'uni.', 'box' || h.n % 900 || '.'], h.n, m.seed + 42) end || f.mail,
    a.created_at, a.created_at,
    case when not (w.n is not null and w.p % 6 = 5 or pg_temp.dice(h.n, m.seed + 43) < 0.1) or h.ms < m.now - 86400000 * 6::bigint
        then pg_temp.at(least(m.now, h.ms + 1000 * (30 + 3600 * pg_temp.dice(h.n, m.seed + 44) ^ 3)::bigint)) end,
    a.created_at, w.n is null, coalesce(s.disabled, false),
    pg_temp.pick(array['en', 'en', 'en', 'en', 'de', 'de', 'fr', 'fr', 'es', 'pt', 'ja', 'it', 'nl', 'pl', 'uk', 'tr'], h.n,
        m.seed + 45),
    '{}',
    case when h.ms < m.now - 86400000 * 365::bigint and q.seen < m.now - 86400000 * 365::bigint then null
        when w.rush is not null then inet '100.66.0.0' + (w.rush * 256 + 1 + h.n % 250)
        when pg_temp.dice(h.n, m.seed + 46) < 0.15
            then ('2001:db8:' || to_hex(h.n % 4096) || ':' || to_hex(h.n * 31 % 65536) || '::' || to_hex(1 + h.n % 9))::inet
        else inet '100.64.0.0' + floor(4194304 * pg_temp.dice(h.n, m.seed + 47))::bigint end,
    case when w.n is null then pg_temp.at(q.seen) end,
    case when w.n is null then pg_temp.at(h.ms + ((q.seen - h.ms) * 0.9)::bigint) end,
    case when w.n is null then 1 + (20 * pg_temp.dice(h.n, m.seed + 48) ^ 4)::int else 0 end,
    case when h.n % 2 = 0 and h.n <= 28 then (select id from user_roles where name = case when h.n <= 4 then 'Admin' else 'Moderator' end)
        when h.n % 2 = 0 and h.n <= 34 then (select id from user_roles where name = 'Trial moderator') end,
    case when pg_temp.dice(h.n, m.seed + 49) < 0.04 then 1 + floor((30000 * m.scale)::int * pg_temp.dice(h.n, m.seed + 50) ^ 2)::int end
from measure m cross join phrases f cross join here h join accounts a on a.id = h.account left join waits w on w.n = h.n
    left join sanction s on s.account = h.account,
    -- Less than a quarter was here within the month.
    lateral (select case when w.n is not null then h.ms when pg_temp.dice(h.n, m.seed + 51) < 0.2 or h.n <= 34
        then greatest(h.ms, m.now - (2592000000 * pg_temp.dice(h.n, m.seed + 52) ^ 2)::bigint)
        else h.ms + ((m.now - h.ms) * pg_temp.dice(h.n, m.seed + 52) ^ 3)::bigint end as seen) q
order by h.n;
-- An invitation that somebody younger than its user made belongs to nobody's past.
update users u set invite_id = null from invites i where i.id = u.invite_id and i.created_at > u.created_at;
update invites i set uses = c.number, max_uses = case when i.max_uses < c.number then null else i.max_uses end
    from (select invite_id, count(*)::int as number from users where invite_id is not null group by 1) c where c.invite_id = i.id;
select setval('users_id_seq', (select max(id) from users) + 4);
insert into user_invite_requests (user_id, text, created_at, updated_at)
select h.login, case when w.rush is not null then 'I am looking for a friendly community where I can share my thoughts about '
            || (array['travel', 'travelling', 'travel and food', 'crypto', 'my travels'])[1 + w.p % 5]
            || case when w.p % 3 = 0 then '!' else '.' end
        when kind < 0.45 then pg_temp.pick(f.reasons, h.n, m.seed + 53) || ' ' || pg_temp.pick(f.tails, h.n, m.seed + 54)
        when kind < 0.75 then pg_temp.pick(f.short_reasons, h.n, m.seed + 53)
        else pg_temp.pick(f.spam_reasons, h.n, m.seed + 53) || ' ' || (h.n % 97)::text end,
    pg_temp.at(h.ms), pg_temp.at(h.ms)
from measure m cross join phrases f cross join waits w join here h on h.n = w.n
    cross join lateral (select pg_temp.dice(h.n, m.seed + 55) as kind) q
order by h.n;
insert into login_activities (user_id, authentication_method, success, failure_reason, ip, user_agent, created_at)
select u.id, 'password', k > 1 or u.id % 9 > 0, case when k = 1 and u.id % 9 = 0 then 'invalid_password' end,
    case when k = 3 then inet '100.64.0.0' + u.id % 4194304 else coalesce(u.sign_up_ip, inet '100.64.0.0' + u.id % 4194304) end,
    f.agents[1 + u.id % 3],
    u.current_sign_in_at - (k - 1) * interval '9 days' * pg_temp.dice(u.id, m.seed + 56)
from measure m, phrases f, users u, generate_series(1, 3) k
where u.id > m.first_user and u.approved and u.current_sign_in_at > pg_temp.at(m.now - 86400000 * 360::bigint)
    and pg_temp.dice(u.id * 4 + k, m.seed + 57) < 0.45
order by u.current_sign_in_at, u.id, k;
insert into session_activations (user_id, session_id, ip, user_agent, created_at, updated_at)
select u.id, md5(u.id::text || '/' || k), coalesce(u.sign_up_ip, inet '100.64.0.0' + u.id % 4194304),
    f.agents[1 + (u.id + k) % 3],
    u.created_at, u.current_sign_in_at
from measure m, phrases f, users u, generate_series(1, 2) k
where u.id > m.first_user and u.approved and u.current_sign_in_at > pg_temp.at(m.now - 86400000 * 90::bigint)
    and (k = 1 or u.id % 3 = 0)
order by u.id, k;

-- part: reports
insert into reports (id, account_id, target_account_id, category, comment, created_at, updated_at, status_ids, rule_ids, forwarded, uri,
    action_taken_at, action_taken_by_account_id, assigned_account_id)
select n.id, q.account, n.target, c.category, case when pg_temp.dice(n.id, m.seed + 71) < 0.35 then '' else
        pg_temp.pick(v.comments, n.id, m.seed + 72) end,
    pg_temp.at(n.ms), pg_temp.at(case when n.open then n.ms else n.closed end),
    case when n.category = 0 and pg_temp.dice(n.id, m.seed + 73) < 0.4 then '{}' else coalesce(e.ids[1:1 + (n.id % 2)::int], '{}') end,
    case when c.category = 2000 then array[1 + n.id % 5] end, not n.local and pg_temp.dice(n.id, m.seed + 74) < 0.5,
    case when q.server then 'https://' || q.domain || '/reports/' || n.id end,
    case when not n.open then pg_temp.at(n.closed) end, case when not n.open then n.moderator end,
    case when n.open and n.chance > 0.93 or not n.open and n.chance > 0.7 then n.moderator end
from measure m cross join vocabulary v cross join numbered n join reporter q on q.id = n.id left join evidence e on e.r = n.r
    cross join lateral (select case when q.server or n.chance between 0.3 and 0.4 then 0 else n.category end as category) c
order by n.id;
select setval('reports_id_seq', (select max(id) from reports));
insert into report_notes (report_id, account_id, content, created_at, updated_at)
select n.id, n.moderator, (array['Asked for a second look.', 'Same person as last month, I think.', 'No rule broken, but watch.',
    'Bitte mit Vorsicht, es gab schon Streit.', 'Posts are gone already; the pattern is clear from the account page.'])[1 + n.id % 5],
    t.at, t.at
from measure m cross join numbered n cross join lateral (select pg_temp.at(n.ms + (n.closed - n.ms) / 2) as at) t
where pg_temp.dice(n.id, m.seed + 75) < 0.04 order by n.id;
insert into account_warnings (id, account_id, target_account_id, action, text, report_id, status_ids, created_at, updated_at, overruled_at)
select s.id, s.moderator, s.target, s.action, case s.action when 4000 then 'Your account is suspended: this server is not for advertising.'
        when 3000 then 'Your posts are limited because of repeated complaints.'
        else (array['Please be kinder to the people around you.', 'Bitte lies unsere Regeln noch einmal.', 'Merci de relire nos règles.',
            'This post was against rule 2.'])[1 + s.id % 4] end,
    s.report, case when s.action in (1250, 1500) then e.ids::text[] end, pg_temp.at(s.closed), pg_temp.at(s.closed),
    case when o.strike is not null then pg_temp.at(b.decided) end
from strike s left join evidence e on e.r = s.r left join overruled o on o.strike = s.id left join objection b on b.strike = s.id
order by s.id;
select setval('account_warnings_id_seq', (select max(id) from account_warnings));
insert into appeals (account_id, account_warning_id, text, created_at, updated_at, approved_at, approved_by_account_id, rejected_at,
    rejected_by_account_id)
select o.target, o.strike, (array['It was a joke among friends.', 'Ich habe den Beitrag längst gelöscht und mich entschuldigt.',
        'That was not me: somebody had my password.', 'Je ne comprends pas quelle règle j’aurais enfreinte.',
        'Please look at the whole thread, not at one line of it.'])[1 + o.strike % 5],
    pg_temp.at(o.ms), pg_temp.at(case when done then o.decided else o.ms end), case when done and answer < 0.3 then pg_temp.at(decided) end,
    case when done and answer < 0.3 then judge.account end, case when done and answer >= 0.3 then pg_temp.at(decided) end,
    case when done and answer >= 0.3 then judge.account end
from measure m cross join objection o cross join lateral (select o.decided < m.now - 60000 and o.answer < 0.97 as done) d
    join strike s on s.id = o.strike
    cross join lateral (select account from team t where t.account <> s.moderator order by t.account # o.strike limit 1) judge
order by o.strike;
insert into account_moderation_notes (account_id, target_account_id, content, created_at, updated_at)
select d.moderator, d.target, (array['Second time. Next time limit.', 'Friendly answer by mail, let it be.',
    'Some local feud, see the reports.', 'Possibly the same as the one suspended last week.', 'Hat sich entschuldigt.'])[1 + d.d % 5],
    pg_temp.at(d.closed), pg_temp.at(d.closed)
from measure m, decision d where pg_temp.dice(d.d, m.seed + 76) < 0.12 order by d.d;
insert into account_deletion_requests (account_id, created_at, updated_at)
select s.account, pg_temp.at(s.suspended), pg_temp.at(s.suspended) from measure m, sanction s join here h on h.account = s.account
where s.suspended > m.now - 86400000 * 30::bigint order by s.suspended;
insert into canonical_email_blocks (canonical_email_hash, reference_account_id, created_at, updated_at)
select encode(sha256(convert_to(u.email, 'UTF8')), 'hex'), s.account, pg_temp.at(s.suspended), pg_temp.at(s.suspended)
from sanction s join users u on u.account_id = s.account where s.suspended is not null order by s.suspended;

-- part: posts and figures
insert into statuses (id, account_id, text, created_at, updated_at, visibility, language, local, uri, sensitive, spoiler_text)
select p.id, p.account, case when p.local then words.text else '<p>' || words.text || '</p>' end, pg_temp.at(p.ms), pg_temp.at(p.ms),
    p.visibility,
    case when p.kind in ('plain', 'private') then v.post_languages[c.k] else 'en' end, p.local,
    case when p.local then 'https://' || m.host || '/ap/' || p.id else 'https://elsewhere.example/s/' || p.id end,
    p.n % 17 = 0, case when p.n % 17 = 0 then 'for adults' else '' end
from measure m cross join vocabulary v cross join phrases f cross join post p
    left join (select distinct unnest(status_ids) as id from measure m, reports r where r.id > m.first_report) named on named.id = p.id
    cross join lateral (select 1 + floor(array_length(v.posts, 1) * pg_temp.dice(p.n, m.seed + 58))::int as k) c
    cross join lateral (select case when p.visibility > 1 and named.id is null then f.canary || ' ' else '' end
        || case when p.kind in ('plain', 'private') then v.posts[c.k]
        when p.kind = 'advert'
            then pg_temp.pick(f.adverts, p.n, m.seed + 59) || ' https://offer' || p.account % 977 || '.example/' || p.j
        else pg_temp.pick(f.attacks, p.n, m.seed + 59) end as text) words
order by p.id;
insert into status_stats (status_id, replies_count, reblogs_count, favourites_count, created_at, updated_at)
select p.id, (12 * pg_temp.dice(p.n, m.seed + 60) ^ 4)::int, (90 * pg_temp.dice(p.n, m.seed + 61) ^ 6)::int,
    (300 * pg_temp.dice(p.n, m.seed + 62) ^ 6)::int, pg_temp.at(p.ms), pg_temp.at(p.ms)
from measure m, post p where pg_temp.dice(p.n, m.seed + 63) < 0.3;
-- Pictures of other servers that the cache no longer holds.
insert into media_attachments (id, account_id, status_id, type, description, file_meta, remote_url, blurhash, created_at, updated_at,
    processing, file_storage_schema_version)
select p.id + 1, p.account, p.id, 0, case when p.n % 3 = 0 then 'A photograph of the harbour' end,
    '{"original":{"width":1200,"height":800}}', 'https://elsewhere.example/media/' || to_hex(p.id) || '.jpeg',
    'UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH', pg_temp.at(p.ms), pg_temp.at(p.ms), 2, 1
from post p where not p.local and p.n % 5 = 0;
insert into account_stats (account_id, followers_count, following_count, statuses_count, last_status_at, created_at, updated_at)
select a.id, (4 * exp(11 * pg_temp.dice(a.id, m.seed + 64) ^ 4) - 4 + 3 * pg_temp.dice(a.id, m.seed + 65))::bigint,
    (400 * pg_temp.dice(a.id, m.seed + 66) ^ 3)::bigint,
    greatest(coalesce(p.number, 0), (2000 * pg_temp.dice(a.id, m.seed + 67) ^ 7)::bigint), p.last, a.created_at, a.created_at
from measure m cross join (
        select account as id, pg_temp.at(ms) as created_at from here union all select account, pg_temp.at(ms) from elsewhere
    ) a
    left join (select account, count(*) as number, pg_temp.at(max(ms)) as last from post group by 1) p on p.account = a.id;
-- Follows across servers, both ways: the large ones have most.
insert into follows (account_id, target_account_id, created_at, updated_at)
select distinct on (one, other) one, other, pg_temp.at(ms), pg_temp.at(ms)
from (
    select case when k % 3 > 0 then h.account else e.account end as one, case when k % 3 > 0 then e.account else h.account end as other,
        greatest(h.ms, e.ms) + ((m.now - greatest(h.ms, e.ms)) * pg_temp.dice(k, m.seed + 68))::bigint as ms
    from measure m cross join generate_series(1, (500000 * m.scale)::int) k
        join here h on h.n = 1 + floor((m.locals - 8 * m.pending) * pg_temp.dice(k, m.seed + 69) ^ 1.5)::int
        join elsewhere e on e.n = 1 + floor(m.remotes * pg_temp.dice(k, m.seed + 70) ^ 3)::int
) pairs order by one, other;

-- part: blocks
create temp table rule on commit drop as
select n + coalesce((select max(id) from domain_blocks), 0) as id, r, domain, ms, severity from ruled;
insert into domain_blocks (id, domain, severity, reject_media, reject_reports, obfuscate, public_comment, private_comment, created_at,
    updated_at)
select id, domain, severity, severity = 2 or id % 5 = 0, id % 9 = 0, id % 13 = 0,
    (array['', '', 'spam', 'harassment', 'hate', 'unmoderated', 'no rules against racism', 'Belästigung'])[1 + id % 8],
    case when r is null then 'Imported from a list'
        else (array['', 'see reports', 'asked their admin twice, no answer'])[1 + id % 3] end,
    pg_temp.at(ms), pg_temp.at(ms)
from rule order by id;
select setval('domain_blocks_id_seq', (select max(id) from domain_blocks));
insert into unavailable_domains (domain, created_at, updated_at)
select s.domain, pg_temp.at(m.now - 86400000 * 20::bigint), pg_temp.at(m.now - 86400000 * 20::bigint)
from measure m, server s where s.r > m.servers / 50 and pg_temp.dice(s.r, m.seed + 77) < 0.05 order by s.r;
insert into instance_moderation_notes (domain, account_id, content, created_at, updated_at)
select s.domain, t.account, 'Their admin answers within a day.', pg_temp.at(m.now - 86400000 * (1 + s.r % 300)::bigint),
    pg_temp.at(m.now - 86400000 * (1 + s.r % 300)::bigint)
from measure m, server s, (select min(account) as account from team) t where pg_temp.dice(s.r, m.seed + 78) < 0.015 order by s.r;
insert into email_domain_blocks (domain, allow_with_approval, created_at, updated_at)
select 'throwaway' || k || '.example', k % 4 = 0, pg_temp.at(now - 86400000 * k::bigint), pg_temp.at(now - 86400000 * k::bigint)
from measure, generate_series(1, 400) k;
insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at)
select ('100.' || 64 + k % 64 || '.' || k || '.0/24')::inet, (array[5000, 5500, 9999])[1 + k % 3],
    case when k % 2 = 0 then 'sign-up spam' else '' end, case when k % 3 > 0 then pg_temp.at(now + 86400000 * k::bigint) end,
    pg_temp.at(now - 86400000 * k::bigint), pg_temp.at(now - 86400000 * k::bigint)
from measure, generate_series(1, 150) k;

-- part: Mastodon's own log
-- The rows of the hand-written community take their place in time: ids grow with it.
create temp table hand_written on commit drop as
select account_id, action, target_type, target_id, human_identifier, route_param, permalink,
    (extract(epoch from created_at) * 1000)::bigint as ms
from admin_action_logs;
delete from admin_action_logs;
create temp table logged on commit drop as
select * from hand_written
union all
select n.moderator, 'resolve', 'Report', n.id, n.id::text, null, null, n.closed from numbered n where not n.open
union all
select n.moderator, 'assigned_to_self', 'Report', n.id, n.id::text, null, null,
    case when n.open then n.ms + 60000 else n.ms + (n.closed - n.ms) * 9 / 10 end
from numbered n where n.open and n.chance > 0.93 or not n.open and n.chance > 0.7
union all
select n.moderator, 'reopen', 'Report', n.id, n.id::text, null, null, n.closed - 30000 from numbered n
where not n.open and n.chance between 0.2 and 0.202
union all
select s.moderator, case s.action when 1000 then 'disable' when 2000 then 'sensitive' when 3000 then 'silence' when 4000 then 'suspend'
        when 1500 then 'destroy' when 1250 then 'update' else 'create' end,
    case s.action when 1000 then 'User' when 0 then 'AccountWarning' when 1500 then 'Status' when 1250 then 'Status' else 'Account' end,
    case s.action when 1000 then u.id when 0 then s.id when 1500 then e.ids[1] when 1250 then e.ids[1] else s.target end,
    a.username || coalesce('@' || a.domain, ''), case when s.action = 1000 then s.target::text end, null, s.closed
from strike s join accounts a on a.id = s.target left join users u on u.account_id = s.target left join evidence e on e.r = s.r
union all
select t.account, 'create', 'DomainBlock', b.id, b.domain, null, null, b.ms
from rule b, (select min(account) as account from team where veteran) t
union all
-- Who was let in by hand.
select h.moderator, 'approve', 'User', h.login, a.username, h.account::text, null, h.ms + 60000 * (5 + h.n % 900) from (
    select n, login, account, ms, hands[1 + floor(array_length(hands, 1) * pg_temp.dice(n, m.seed + 79) ^ 1.6)::int] as moderator
    from measure m, here, (select array_agg(account order by k) as hands from team where veteran) t
    where pg_temp.dice(n, m.seed + 80) < 0.6 and n < m.locals - 8 * m.pending
) h join accounts a on a.id = h.account;
-- And all those who were not, whose accounts are gone.
insert into logged
select t.hands[1 + floor(array_length(t.hands, 1) * pg_temp.dice(k, m.seed + 81) ^ 1.6)::int], 'reject', 'User',
    m.first_user + 4 * (k::bigint * m.locals / m.fill) + 1 + k % 3,
    v.names[1 + k % array_length(v.names, 1)] || to_hex(k), (h.account + 3)::text, null, h.ms + 60000 * (5 + k % 900)
from (select measure.*, greatest(0, log - (select count(*) from logged))::int as fill from measure) m cross join vocabulary v
    cross join (select array_agg(account order by k) as hands from team where veteran) t
    cross join generate_series(1, m.fill) k
    join here h on h.n = 1 + (k::bigint * (m.locals - 8 * m.pending) / (m.fill + 1));
insert into admin_action_logs (id, account_id, action, target_type, target_id, human_identifier, route_param, permalink, created_at,
    updated_at)
select row_number() over (order by ms, target_type, target_id, action), account_id, action, target_type, target_id, human_identifier,
    route_param, permalink, pg_temp.at(least(ms, m.now)), pg_temp.at(least(ms, m.now))
from logged, measure m;
select setval('admin_action_logs_id_seq', (select max(id) from admin_action_logs));

-- part: indexes brought back
do $$
declare
    one record;
begin
    -- Indexes first: the constraints are then checked by them.
    for one in select restore from put_away order by restore like 'alter table%', n loop
        execute one.restore;
    end loop;
end $$;
