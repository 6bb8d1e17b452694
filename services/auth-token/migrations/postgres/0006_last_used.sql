-- Written seldom and in batches, so that introspection stays a read.
alter table tokens add column last_used_at timestamptz;
create index tokens_app_id on tokens (app_id);
create index tokens_user_id on tokens (user_id);
