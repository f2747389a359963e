-- Forms of people who are not signed in: a hash of where they come from, by which they are counted.
alter table drafts add column stranger text;
create index drafts_stranger on drafts (stranger);
create index drafts_operator on drafts (operator);
