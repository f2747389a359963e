-- Lists of domain blocks to import, and what became of each row.
create table domain_imports (
    id text primary key,
    instance text not null,
    operator text not null,
    file text not null,
    rows bigint not null,
    suspends bigint not null,
    suspends_accounts bigint not null,
    created_at bigint not null,
    state text not null,
    why text not null,
    note text not null,
    lease text,
    lease_until bigint not null
);
create index domain_imports_instance on domain_imports (instance, id);

create table domain_import_rows (
    import text not null references domain_imports (id),
    line bigint not null,
    domain text not null,
    difference text not null,
    seen text not null,
    wanted text not null,
    said text not null,
    state text not null,
    entry bigint,
    primary key (import, line)
);
create index domain_import_rows_state on domain_import_rows (import, state, line);
create index domain_import_rows_difference on domain_import_rows (import, difference, line);
