-- What the console believes of what was said and done before carries a code as well: notes, requests for access, changes of
-- registrations that wait to be seen, alarms and how far the entries were looked at for them, decisions that are looked at
-- again, refused sign-ups, what an instance knows the console by, and where a session began.
alter table account_notes add column mac text;
alter table access_requests add column mac text;
alter table settling add column mac text;
alter table alarms add column mac text;
alter table alarms_looked add column mac text;
alter table review_weeks add column mac text;
alter table review_samples add column mac text;
alter table refusals add column mac text;
alter table oauth_clients add column mac text;
alter table web_sessions add column began_mac text;
