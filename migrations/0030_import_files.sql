-- The file that an import of domain blocks was read from, and how it was understood: it can be read anew while nothing is done.
create table domain_import_files (
    import text primary key,
    text text not null,
    reading text not null,
    mac text not null
);
