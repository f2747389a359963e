-- Whom an alarm is about that counts many together, as a list of ids: none of them acknowledges it. Of those of before nobody knows.
alter table alarms add column people text not null default '[]';
-- The entry that took a review from somebody who could not review any more.
alter table review_samples add column released bigint;
