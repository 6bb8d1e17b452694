-- The last errors of each issue: slots are used in turn, so that a new one takes the place of the oldest and nothing has
-- to be cleaned up. No foreign keys here and in the tables below that are written with every error: each would be looked
-- up each time, and what belongs to an issue goes with it.
-- number: how often the issue had been seen, this one included.
create table error_events (
    issue_id bigint not null,
    slot bigint not null,
    project_id bigint not null,
    event_id uuid not null,
    number bigint not null,
    received_at timestamptz not null,
    document text not null,
    primary key (issue_id, slot),
    unique (event_id, project_id)
);

create index error_events_project_id_idx on error_events (project_id, received_at desc);
