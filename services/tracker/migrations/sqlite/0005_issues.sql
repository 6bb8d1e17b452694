-- metadata is text, not jsonb: its keys keep the order in which they came.
create table issues (
    id integer not null primary key,
    organization_id integer not null references organizations (id),
    project_id integer not null references projects (id),
    number integer not null,
    title text not null,
    culprit text not null,
    kind text not null,
    level text not null,
    platform text not null,
    metadata text not null,
    status text not null,
    times_seen integer not null,
    user_count integer not null,
    first_seen text not null,
    last_seen text not null,
    unique (project_id, number)
) strict;
