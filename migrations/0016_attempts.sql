-- What is counted is reserved before the work that it limits: until when it counts, and when the next may come.
alter table attempts add column expires_at bigint not null default 0;
alter table attempts add column next_at bigint not null default 0;
