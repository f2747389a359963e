-- How somebody has the console for themselves: whether letters press what carries them (1 while nothing is said), and the time
-- zone in which times are told (null: the browser's). It gives nobody a right, and carries no code.
create table preferences (
    operator text primary key,
    letters integer not null,
    zone text
);
