-- SQLite reads a row from its beginning: what comes after megabytes of sealed rows costs as much as these, on every page that asks
-- when it was last looked. (PostgreSQL keeps such a value apart.)
alter table snapshots rename to snapshots_former;

create table snapshots (
    instance text not null,
    part text not null,
    taken_at bigint not null,
    number bigint not null,
    hash text not null,
    mac text,
    sealed text,
    primary key (instance, part)
);

insert into snapshots (instance, part, taken_at, number, hash, mac, sealed)
select instance, part, taken_at, number, hash, mac, sealed from snapshots_former;

drop table snapshots_former;
