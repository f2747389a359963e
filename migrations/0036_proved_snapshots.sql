-- What was kept of an instance is proved as well: a change that is told must not come from what somebody wrote here.
alter table snapshots add column mac text;
