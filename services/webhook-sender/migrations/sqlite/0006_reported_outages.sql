-- The beginning of the outage that the creator of the app was last notified of.
alter table endpoints add column reported_since text;
