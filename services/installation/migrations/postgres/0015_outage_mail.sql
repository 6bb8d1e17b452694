-- The user who registered the app, and when a person was last told that its endpoint fails.
alter table apps add column creator_id bigint;
alter table apps add column outage_mailed_at timestamptz;
