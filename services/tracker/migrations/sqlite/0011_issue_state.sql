-- fingerprint: what kind of error it is, in which project; null when no error opened it, or when it is being deleted.
-- regress_after: number of the last release whose errors do not open a resolved issue again.
-- ignore_*: from when on an ignored issue is one to look at again.
alter table issues add column fingerprint blob;
alter table issues add column status_details text not null default '{}';
alter table issues add column regress_after integer;
alter table issues add column ignore_until text;
alter table issues add column ignore_times_seen integer;
alter table issues add column ignore_user_count integer;
alter table issues add column assigned_user_id integer;
alter table issues add column assigned_team_id integer;
alter table issues add column assigned_at text;
alter table issues add column comment_count integer not null default 0;

create unique index issues_fingerprint_key on issues (fingerprint);
create index issues_deleting_idx on issues (id) where status = 'deleting';
