-- Actions whose outcome came after whoever acted had been answered, or while nobody waited for it: until they have seen what came of
-- them. What that is stands in the audit log alone. It gives nobody a right.
create table untold (
    entry bigint primary key,
    operator text not null,
    since bigint not null
);
create index untold_operator on untold (operator, entry);
