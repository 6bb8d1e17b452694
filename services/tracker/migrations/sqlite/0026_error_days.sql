-- Errors are kept for a time instead of up to a number of each issue: every error that was told can be read as long.
-- They are written once and go away by whole days.
-- number: how often the issue had been seen, this one included. day: of received_at, counted from 1970-01-01.
alter table error_events rename to error_events_0014;
drop index error_events_project_id_idx;

create table error_events (
    issue_id integer not null,
    number integer not null,
    day integer not null,
    project_id integer not null,
    event_id blob not null,
    received_at text not null,
    document text not null,
    primary key (issue_id, number, day),
    -- The day first: ids have no order, and those of one day are all that is written to.
    unique (day, event_id, project_id)
) strict;

create index error_events_project_id_idx on error_events (project_id, received_at desc);

insert into error_events (issue_id, number, day, project_id, event_id, received_at, document)
    select issue_id, number, unixepoch(received_at) / 86400, project_id, event_id, received_at, document
    from error_events_0014;
drop table error_events_0014;
