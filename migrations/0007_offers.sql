-- Who offered access, so that an offer ends with the access of whoever made it.
alter table setup_links add column offered_by text;
