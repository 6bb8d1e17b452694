-- No foreign keys: the log outlives what it tells of.
-- id: chosen by whoever made the change, so that an entry that arrives twice is kept once.
create table audit_entries (
    number integer not null primary key,
    id blob not null unique,
    organization_id integer not null,
    actor_kind text not null,
    actor_id integer not null,
    actor_label text not null,
    event text not null,
    target_type text not null,
    target_id text not null,
    target_label text not null,
    data text not null,
    occurred_at text not null
) strict;

create index audit_entries_organization_idx on audit_entries (organization_id, occurred_at, number);
create index audit_entries_occurred_at_idx on audit_entries (occurred_at);
