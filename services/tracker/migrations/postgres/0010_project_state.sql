-- deleted_at: gone for callers, what belongs to it is being removed.
-- rules_version: changes with every change of the project's alert rules, so that whoever keeps them in memory notices.
alter table projects add column deleted_at timestamptz;
alter table projects add column rules_version bigint not null default 0;

create index projects_deleted_at_idx on projects (deleted_at) where deleted_at is not null;
