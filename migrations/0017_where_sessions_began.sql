-- Where a session began: the address, sealed, and the browser in a few words. Shown to its person alone.
alter table web_sessions add column address text;
alter table web_sessions add column browser text;
