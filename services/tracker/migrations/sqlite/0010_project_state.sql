-- deleted_at: set when the project is hidden from callers, while its rows are being deleted.
-- rules_version: raised by every change of the project's alert rules, so that replicas read them again.
alter table projects add column deleted_at text;
alter table projects add column rules_version integer not null default 0;

create index projects_deleted_at_idx on projects (deleted_at) where deleted_at is not null;
